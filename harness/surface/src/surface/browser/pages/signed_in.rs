//! [`SignedIn`]: what a browser remembers of somebody who signed in, taken out of one page and put
//! into another before its first document.
//!
//! Kept are all cookies of the context, and local and session storage of the origin that the page
//! ended on. `IndexedDB`, caches and service workers are not.

use serde_json::{Value, json};
use url::Url;

use super::page::Filling;
use super::page::Page;
use crate::process::FairInstant;
use crate::surface::SurfaceError;

/// Asks a page for its storage; what it may not read is empty.
const STORAGE: &str = r"(() => {
  const all = (name) => { try { return Object.entries(globalThis[name]); } catch { return []; } };
  return JSON.stringify([location.origin, all('localStorage'), all('sessionStorage')]);
})()";

/// Fills the storage of a document of that origin, before any script of its own.
const FILL: &str = r"([origin, local, tab]) => {
  if (location.origin !== origin) return;
  const fill = (name, all) => { try { for (const [k, v] of all) globalThis[name].setItem(k, v); } catch { } };
  fill('localStorage', local);
  fill('sessionStorage', tab);
}";

/// A signed-in state. It is as secret as a password, so it is never written down.
#[derive(Clone, Default, PartialEq)]
pub struct SignedIn {
    cookies: Vec<Value>,
    storage: Option<Storage>,
}

/// The storage of one origin.
#[derive(Clone, PartialEq)]
struct Storage {
    origin: String,
    /// `[origin, local, tab]`, as the scripts have it.
    content: Value,
}

/// Only how much there is.
impl std::fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignedIn({} cookies)", self.cookies.len())
    }
}

impl SignedIn {
    /// Whether a page still has all of it: what was taken away or changed may have been a session.
    #[must_use]
    pub fn is_kept_in(&self, now: &Self) -> bool {
        let storage = match (&self.storage, &now.storage) {
            (Some(was), Some(is)) if was.origin == is.origin => was == is,
            // A page elsewhere cannot be asked.
            (Some(_) | None, _) => true,
        };
        storage && self.cookies.iter().all(|cookie| now.cookies.contains(cookie))
    }
}

impl Page {
    /// What the browser remembers of the person who used this page.
    pub async fn remembered(&mut self) -> Result<SignedIn, SurfaceError> {
        let params =
            json!({ "partition": { "type": "storageKey", "userContext": self.user_context } });
        let answer =
            self.shared.bidi.command("storage.getCookies", params, self.shared.limit).await;
        let answer = answer.map_err(|refusal| refusal.lost("reading cookies"))?;
        let cookies = answer["cookies"].as_array().into_iter().flatten().map(settable).collect();
        let deadline = FairInstant::now() + self.shared.timeout;
        let storage = match self.evaluate(STORAGE, deadline).await {
            Ok(said) => storage_of(said.as_str().or_else(|| said["value"].as_str())),
            // A page that is blocked or gone has none that can be read.
            Err(_) => None,
        };
        Ok(SignedIn { cookies, storage })
    }

    /// Has the browser remember somebody; to be called before the first document.
    pub async fn remember(&mut self, state: &SignedIn) -> Result<(), SurfaceError> {
        for cookie in &state.cookies {
            let params = json!({ "cookie": cookie,
                "partition": { "type": "storageKey", "userContext": self.user_context } });
            let set =
                self.shared.bidi.command("storage.setCookie", params, self.shared.limit).await;
            set.map_err(|refusal| refusal.lost("setting a cookie"))?;
        }
        let Some(storage) = &state.storage else { return Ok(()) };
        let params = json!({ "userContexts": [self.user_context],
            "functionDeclaration": format!("() => ({FILL})({})", storage.content) });
        let added =
            self.shared.bidi.command("script.addPreloadScript", params, self.shared.limit).await;
        let added = added.map_err(|refusal| refusal.lost("filling storage"))?;
        self.filling = Some(Filling {
            script: added["script"].as_str().unwrap_or_default().to_owned(),
            origin: storage.origin.clone(),
        });
        Ok(())
    }

    /// Stops filling once a document of that origin stands: from then on the storage is the page's.
    pub(crate) async fn filled(&mut self) {
        let stands = |origin: &str| {
            Url::parse(&self.record.state().url)
                .is_ok_and(|url| url.origin().ascii_serialization() == origin)
        };
        if !self.filling.as_ref().is_some_and(|it| stands(&it.origin)) {
            return;
        }
        if let Some(filling) = self.filling.take() {
            let params = json!({ "script": filling.script });
            let limit = self.shared.limit;
            // A browser that is lost will say so at the next step.
            drop(self.shared.bidi.command("script.removePreloadScript", params, limit).await);
        }
    }
}

/// A cookie as the browser takes it, of one as it tells it.
fn settable(cookie: &Value) -> Value {
    let mut settable = json!({
        "name": cookie["name"], "value": cookie["value"], "domain": cookie["domain"],
        "path": cookie["path"], "httpOnly": cookie["httpOnly"], "secure": cookie["secure"],
    });
    if let Some(said) = same_site(cookie) {
        settable["sameSite"] = said.into();
    }
    if !cookie["expiry"].is_null() {
        settable["expiry"] = cookie["expiry"].clone();
    }
    settable
}

/// What a cookie says of requests from other sites; `None` where it says nothing. Chromium tells that as
/// `none` too, and drops without a word a cookie that is set with `none` and is not secure.
fn same_site(cookie: &Value) -> Option<&str> {
    let said = cookie["sameSite"].as_str()?;
    let is_unsaid = said == "default" || (said == "none" && cookie["secure"] != true);
    (!is_unsaid).then_some(said)
}

fn storage_of(said: Option<&str>) -> Option<Storage> {
    let content: Value = serde_json::from_str(said?).ok()?;
    let origin = content[0].as_str()?.to_owned();
    let holds = |index: usize| content[index].as_array().is_some_and(|it| !it.is_empty());
    (origin != "null" && (holds(1) || holds(2))).then_some(Storage { origin, content })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(cookie: &str, storage: &str) -> SignedIn {
        SignedIn {
            cookies: vec![settable(&json!({ "name": "sid", "value": cookie, "size": 7 }))],
            storage: storage_of(Some(storage)),
        }
    }

    #[test]
    fn a_state_is_kept_where_nothing_of_it_was_taken_away_or_changed() {
        let filled = r#"["http://x", [["token", "1"]], []]"#;
        let was = state("a", filled);
        assert!(was.is_kept_in(&state("a", filled)));
        assert!(was.is_kept_in(&state("a", r#"["null", [], []]"#)), "elsewhere");
        assert!(!was.is_kept_in(&state("b", filled)), "another cookie");
        assert!(!was.is_kept_in(&state("a", r#"["http://x", [["token", "2"]], []]"#)));
        assert!(!was.is_kept_in(&SignedIn::default()), "no cookie");
    }

    #[test]
    fn a_cookie_that_says_nothing_of_other_sites_is_set_without_and_one_that_does_is_set_with_it() {
        let set = |same_site: Value, secure: bool| {
            let cookie = json!({ "name": "sid", "sameSite": same_site, "secure": secure });
            settable(&cookie)["sameSite"].clone()
        };
        for unsaid in [json!("none"), json!("default"), Value::Null] {
            assert_eq!(set(unsaid, false), Value::Null);
        }
        for said in ["lax", "strict"] {
            assert_eq!(set(json!(said), false), said);
        }
        assert_eq!(set(json!("none"), true), "none");
    }

    #[test]
    fn a_state_is_never_shown() {
        assert_eq!(format!("{:?}", state("very-secret", "[]")), "SignedIn(1 cookies)");
    }
}
