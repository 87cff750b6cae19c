//! Marks that stand for secrets in what is proposed, until policy has allowed it: no page and no
//! captured value can hold one.

use crate::agent::SECRET;
use crate::model::outline::Outline;
use crate::model::{Action, Template};

/// An action in which each mark of a secret is replaced.
pub(super) fn with_secrets(action: &Action, value: &dyn Fn(&str) -> Option<String>) -> Action {
    let fill = |template: &Template| {
        Ok::<_, std::convert::Infallible>(Template::new(replaced(template.raw(), value)))
    };
    match action.map(&fill) {
        Ok(action) => action,
        Err(never) => match never {},
    }
}

/// A text in which the marks of secrets are what a person writes.
pub(super) fn shown(text: &str) -> String {
    replaced(text, &|name| Some(format!("${{secret:{name}}}")))
}

fn replaced(text: &str, value: &dyn Fn(&str) -> Option<String>) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(SECRET.0) {
        let inner = &rest[at + SECRET.0.len_utf8()..];
        let Some(end) = inner.find(SECRET.1) else { break };
        whole.push_str(&rest[..at]);
        whole.push_str(&value(&inner[..end]).unwrap_or_default());
        rest = &inner[end + SECRET.1.len_utf8()..];
    }
    whole.push_str(rest);
    whole
}

/// A value in which nothing stands for a secret.
pub(super) fn unmarked(text: &str) -> String {
    text.replace([SECRET.0, SECRET.1], "")
}

/// A page that shows nothing that stands for a secret, whatever it tries.
pub(super) fn without_secrets(page: Outline) -> Outline {
    match serde_json::to_string(&page) {
        Ok(text) if text.contains([SECRET.0, SECRET.1]) => {
            serde_json::from_str(&unmarked(&text)).unwrap_or_default()
        }
        Ok(_) | Err(_) => page,
    }
}
