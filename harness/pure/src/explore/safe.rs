//! [`Rules`]: what an exploration may do, and [`Rules::refusal`], which says why something is left
//! alone.

use std::collections::BTreeMap;

use super::page::Field;
use crate::model::Action;

/// A file of the product's data, as commands find it in their working folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DataFile {
    /// Its path there.
    pub path: String,
    /// Its text, where it is text and small.
    pub text: Option<String>,
    /// Whether it is known to hold bytes that are no text.
    pub is_bytes: bool,
}

impl DataFile {
    /// The ending of its name, in small letters.
    #[must_use]
    pub fn ending(&self) -> String {
        self.path.rsplit_once('.').map_or(String::new(), |it| it.1.to_lowercase())
    }

    /// Whether a field for files says that it takes it.
    #[must_use]
    pub fn fits(&self, field: &Field) -> bool {
        let Some(accept) = field.mark("accept") else { return true };
        let ending = self.ending();
        accept.split(',').any(|it| it.trim().trim_start_matches('.').ends_with(&ending))
    }
}

/// Whose session pages are used with, and whether it may be ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Session {
    /// Nobody's: signing out is a deed as any other.
    #[default]
    Nobody,
    /// Somebody's, from which all scenarios start: it must last.
    Kept,
    /// Somebody's who can sign in anew by these steps: at the end a session of its own is ended.
    Anew(Vec<Action>),
}

/// What may be done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rules {
    /// Whether pages write into a copy that is thrown away.
    pub pages_are_copies: bool,
    /// Whether commands work on a copy that is thrown away.
    pub commands_are_copies: bool,
    /// What is never touched: parts of names, addresses and command lines.
    pub never: Vec<String>,
    /// Chooses among equals.
    pub seed: u64,
    /// The product's data.
    pub files: Vec<DataFile>,
    /// The names of the suite's variables, which fields of these names are filled with.
    pub vars: Vec<String>,
    /// The product with pages, where the suite has several.
    pub pages: Option<String>,
    /// The products of programs, by the program, where the suite has several products.
    pub programs: BTreeMap<String, String>,
    /// Whose session pages are used with.
    pub session: Session,
}

/// What reaches others than the product.
const OUTWARD: [&str; 17] = [
    "pay",
    "payment",
    "buy",
    "purchase",
    "checkout",
    "send",
    "invite",
    "publish",
    "subscribe",
    "unsubscribe",
    "deploy",
    "push",
    "donate",
    "share",
    "email",
    "notify",
    "charge",
];
/// What takes something away.
const DESTRUCTIVE: [&str; 19] = [
    "delete",
    "remove",
    "destroy",
    "drop",
    "purge",
    "erase",
    "wipe",
    "reset",
    "clear",
    "cancel",
    "deactivate",
    "revoke",
    "terminate",
    "uninstall",
    "kill",
    "prune",
    "truncate",
    "trash",
    "rm",
];
/// What makes something, or makes something otherwise.
const MAKING: [&str; 12] = [
    "add", "create", "new", "make", "insert", "import", "set", "put", "save", "register", "edit",
    "rename",
];
/// What says that a session is not ended alone.
const OF_OTHERS: [&str; 6] = ["all", "everywhere", "everybody", "everyone", "others", "devices"];
/// Commands that would change the machine or go on for ever.
const NEVER_COMMANDS: [&str; 14] = [
    "deploy",
    "publish",
    "push",
    "upload",
    "install",
    "uninstall",
    "upgrade",
    "update",
    "self-update",
    "login",
    "logout",
    "serve",
    "watch",
    "daemon",
];

/// Whether one of these words stands in a text by itself.
fn holds(text: &str, words: &[&'static str]) -> Option<&'static str> {
    let text = text.to_lowercase();
    let parts: Vec<&str> = text.split(|it: char| !it.is_alphanumeric()).collect();
    words.iter().find(|it| parts.contains(it)).copied()
}

/// Whether a name says that it ends a session.
#[must_use]
pub fn signs_out(text: &str) -> bool {
    let text = text.to_lowercase().replace(['-', '_'], " ");
    ["sign out", "signout", "log out", "logout", "log off", "logoff"]
        .iter()
        .any(|it| text.contains(it))
}

/// Whether a command is called as what makes something, or makes it otherwise.
#[must_use]
pub fn makes_something(words: &[String]) -> bool {
    let below = words.get(1..).unwrap_or_default().join(" ");
    holds(&below, &MAKING).or_else(|| holds(&below, &DESTRUCTIVE)).is_some()
}

impl Rules {
    /// Why something on a page is left alone, by its name and where it leads; `None` where it may
    /// be used.
    #[must_use]
    pub fn refusal(&self, name: &str, leads_to: &str) -> Option<String> {
        if let Some(stop) = self.stopped(&format!("{name} {leads_to}")) {
            return Some(stop);
        }
        let ends = signs_out(name) || signs_out(leads_to);
        if ends && self.session != Session::Nobody {
            let why = if self.pages_are_copies {
                "it would end the session that others start from"
            } else {
                "it may end the sessions of others, and the product has no server for that alone"
            };
            return Some(why.to_owned());
        }
        if self.pages_are_copies {
            return None;
        }
        if ends {
            return Some("it would end the session".to_owned());
        }
        let called = |it: &str| holds(it, &OUTWARD).or_else(|| holds(it, &DESTRUCTIVE));
        called(name)
            .or_else(|| called(leads_to))
            .map(|it| format!("it is called \"{it}\", and the product's state is no copy"))
    }

    /// Whether what signs out may be used at the end: somebody signs in anew for it, on a server of
    /// their own, since a product may end all sessions of a person at once; and it does not say itself
    /// that it ends those of others.
    #[must_use]
    pub fn may_end_session(&self, name: &str, leads_to: &str) -> bool {
        let text = format!("{name} {leads_to}");
        matches!(self.session, Session::Anew(_))
            && self.pages_are_copies
            && holds(&text, &OF_OTHERS).is_none()
            && self.stopped(&text).is_none()
    }

    /// Why a command is left alone.
    #[must_use]
    pub fn command_refusal(&self, words: &[String]) -> Option<String> {
        if let Some(stop) = self.stopped(&words.join(" ")) {
            return Some(stop);
        }
        let below = words.get(1..).unwrap_or_default().join(" ");
        if let Some(word) = holds(&below, &NEVER_COMMANDS) {
            return Some(format!(
                "a command called \"{word}\" may change the machine or never end"
            ));
        }
        let word = holds(&below, &DESTRUCTIVE).or_else(|| holds(&below, &OUTWARD))?;
        (!self.commands_are_copies).then(|| {
            format!("it is called \"{word}\", and there is no `data` to work on a copy of")
        })
    }

    fn stopped(&self, text: &str) -> Option<String> {
        let text = text.to_lowercase();
        let entry = self.never.iter().find(|it| text.contains(&it.to_lowercase()))?;
        Some(format!("explore.never names \"{entry}\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_others_is_left_alone_unless_the_state_is_a_copy() {
        let shared = Rules { never: vec!["Audit".to_owned()], ..Rules::default() };
        assert_eq!(shared.refusal("Next page", "/orders?page=2"), None);
        assert!(shared.refusal("Delete order", "/orders/1").is_some());
        assert!(shared.refusal("Continue", "/pay/12").is_some(), "its address says it");
        assert!(shared.refusal("Continue", "/payroll").is_none());
        assert!(shared.refusal("Log out", "/bye").is_some());
        assert!(shared.refusal("x", "/logout").is_some());
        assert!(shared.refusal("Sendai", "/cities/sendai").is_none(), "a word, not a part of one");
        let copy = Rules { pages_are_copies: true, ..shared };
        assert_eq!(copy.refusal("Delete order", "/orders/1"), None);
        assert_eq!(copy.refusal("x", "/audit"), Some("explore.never names \"Audit\"".to_owned()));
    }

    #[test]
    fn a_session_that_others_start_from_is_never_ended_and_one_of_its_own_may_be() {
        let copy = |session| Rules { pages_are_copies: true, session, ..Rules::default() };
        assert_eq!(copy(Session::Nobody).refusal("Log out", ""), None);
        assert!(copy(Session::Kept).refusal("Log out", "").is_some());
        assert!(!copy(Session::Kept).may_end_session("Log out", ""));
        let anew = copy(Session::Anew(Vec::new()));
        assert!(anew.may_end_session("Log out", "/bye"));
        for others in ["Log out everywhere", "Log out of all devices"] {
            assert!(!anew.may_end_session(others, "") && anew.refusal(others, "").is_some());
        }
        let never = Rules { never: vec!["/bye".to_owned()], ..anew.clone() };
        assert!(!never.may_end_session("Log out", "/bye"));
        // A server that all share may know that person by several sessions, and end them all.
        let elsewhere = Rules { pages_are_copies: false, ..anew };
        assert!(!elsewhere.may_end_session("Log out", "/bye"));
        let why = elsewhere.refusal("Log out", "/bye").expect("it is left alone");
        assert!(why.contains("no server"), "{why}");
    }

    #[test]
    fn commands_that_change_the_machine_are_never_run() {
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let none = Rules::default();
        assert_eq!(none.command_refusal(&words("shop list")), None);
        assert!(none.command_refusal(&words("shop serve")).is_some());
        assert!(none.command_refusal(&words("shop remove")).is_some());
        let copy = Rules { commands_are_copies: true, ..none };
        assert!(copy.command_refusal(&words("shop publish")).is_some());
        assert_eq!(copy.command_refusal(&words("shop remove")), None);
    }
}
