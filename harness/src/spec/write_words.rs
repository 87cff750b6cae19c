//! Targets, checkpoints and texts as a person would write them; see `write.rs`.

use std::fmt::Write as _;

use super::quoting::single;
use crate::model::picture::Extent;
use crate::model::profile::Profile;
use crate::model::{Snapshot, Target, Template};

/// A checkpoint with what it takes; `None` for one that says more.
pub(super) fn snapshot(it: &Snapshot) -> Option<String> {
    let plain = Snapshot {
        name: it.name.clone(),
        facets: it.facets.clone(),
        profile: it.profile.clone(),
        image: it.image.clone(),
        ..Snapshot::default()
    };
    if *it != plain {
        return None;
    }
    let mut text = format!("snapshot: {}", scalar(&it.name));
    match (&it.facets, &it.profile) {
        (None, None) => {}
        (None, Some(profile)) if Profile::built_in(&profile.name).as_ref() == Some(profile) => {
            let _ = write!(text, "\nfacets: {}", profile.name);
        }
        (Some(facets), None) => {
            let words: Vec<&str> = facets.iter().map(|it| it.word()).collect();
            let _ = write!(text, "\nfacets: [{}]", words.join(", "));
        }
        (_, Some(_)) => return None,
    }
    match &it.image {
        Extent::Viewport => {}
        Extent::FullPage => text.push_str("\nimage: full-page"),
        Extent::Element(_) => return None,
    }
    Some(text)
}

/// A target as it stands in YAML: one scalar, or a map where it is qualified.
#[must_use]
pub fn written(target: &Target) -> String {
    let own = single(&target.locator.to_string());
    if target.within.is_none() && target.nth.is_none() {
        return own;
    }
    format!("{{ target: {own}{} }}", qualifiers(target))
}

pub(super) fn qualifiers(target: &Target) -> String {
    let mut text = String::new();
    if let Some(within) = &target.within {
        let _ = write!(text, ", in: {}", written(within));
    }
    if let Some(nth) = target.nth {
        let _ = write!(text, ", nth: {nth}");
    }
    text
}

/// Text as a scalar that stands alone on its line.
pub(super) fn scalar(text: &str) -> String {
    quoted_unless(text, |it| {
        it.is_ascii_alphanumeric() || matches!(it, ' ' | '/' | '.' | '_' | '-' | '?' | '=' | '+')
    })
}

/// Text as a scalar inside of `{ … }` or `[ … ]`.
pub(super) fn flow(text: &Template) -> String {
    quoted_unless(text.raw(), |it| {
        it.is_ascii_alphanumeric() || matches!(it, ' ' | '/' | '.' | '_' | '-')
    })
}

/// Text as a scalar inside of `{ … }`, quoted wherever that could matter.
pub(super) fn quoted(text: &str) -> String {
    flow(&Template::new(text))
}

/// Plain where YAML takes it for nothing but this text, single-quoted where it has one line.
fn quoted_unless(text: &str, harmless: impl Fn(char) -> bool) -> String {
    let begins = text.starts_with(|it: char| it.is_ascii_alphabetic() || it == '/');
    let words = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    let is_word = words.iter().any(|it| it.eq_ignore_ascii_case(text));
    if begins && !is_word && !text.ends_with(' ') && text.chars().all(harmless) {
        text.to_owned()
    } else if text.chars().any(char::is_control) {
        // JSON's escapes are YAML's too.
        serde_json::Value::from(text).to_string()
    } else {
        single(text)
    }
}
