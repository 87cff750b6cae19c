//! Scenarios that are to be written, and the names of their files and checkpoints.

use std::collections::BTreeSet;

use crate::model::{Action, Snapshot};

/// The longest name of a scenario or checkpoint, in characters.
const LONGEST_NAME: usize = 48;

/// The most pages, or command lines, of one scenario.
pub(super) const MOST_TOGETHER: usize = 10;

/// A scenario that is to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The folder that it stands in.
    pub area: String,
    /// Its name.
    pub name: String,
    /// What it shows, in a sentence.
    pub about: String,
    /// The product, where the suite has several.
    pub product: Option<String>,
    /// Its steps.
    pub steps: Vec<Action>,
    /// The keys of the probes that it asserts.
    pub probes: Vec<String>,
}

/// What a mark that stands by itself is called: a key, or a button with nothing else on it.
const MARKS: [(&str, &str); 8] = [
    ("/", "slash"),
    ("?", "question mark"),
    (".", "dot"),
    (":", "colon"),
    ("+", "plus"),
    ("*", "star"),
    ("#", "hash"),
    ("×", "cross"),
];

/// A text with the marks that stand by themselves as words.
fn in_words(text: &str) -> String {
    let word = |it: &str| {
        let own = it.trim_matches('"');
        MARKS.iter().find(|it| it.0 == own).map_or(it.to_owned(), |it| it.1.to_owned())
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// A text as a name: small letters, digits and hyphens.
#[must_use]
pub fn slug(text: &str) -> String {
    let mut name = String::new();
    for letter in in_words(&text.to_lowercase()).chars() {
        if letter.is_ascii_alphanumeric() {
            name.push(letter);
        } else if !name.ends_with('-') && !name.is_empty() && letter != '\'' {
            name.push('-');
        }
        if name.len() >= LONGEST_NAME {
            break;
        }
    }
    let name = name.trim_matches('-');
    if name.is_empty() { "it".to_owned() } else { name.to_owned() }
}

/// Whether a name says what a text does: most of its letters are those that a name can have.
pub(super) fn is_spelled(text: &str) -> bool {
    let letters = text.chars().filter(|it| it.is_alphabetic()).count();
    let kept = text.chars().filter(char::is_ascii_alphabetic).count();
    kept * 2 >= letters && text.contains(|it: char| it.is_ascii_alphanumeric())
}

/// Whether a name would leave out what a deed is done with: `Click "Купить"`.
pub(super) fn loses_what(said: &str) -> bool {
    let mut quoted = said.split('"').skip(1).step_by(2);
    quoted.any(|it| it.contains(char::is_alphabetic) && !is_spelled(it))
}

/// This name, or with a number where it is taken; it is taken from then on.
pub fn free_name(name: &str, taken: &mut BTreeSet<String>) -> String {
    let mut free = name.to_owned();
    let mut number = 1;
    while !taken.insert(free.clone()) {
        number += 1;
        free = format!("{name}-{number}");
    }
    free
}

/// The part of the product that a page belongs to.
pub(super) fn area(path: &str) -> String {
    let first = path.trim_start_matches('/').split(['/', '?', '#', '.']).next().unwrap_or_default();
    match first {
        "" => "start".to_owned(),
        // An address in another script is written in bytes, which nobody can read.
        other if other.contains('%') || !is_spelled(other) => "pages".to_owned(),
        other => slug(other),
    }
}

/// Whether something is put into a field.
pub(super) fn fills(it: &Action) -> bool {
    matches!(it, Action::Fill(_) | Action::Choose { .. } | Action::Check(_) | Action::Upload { .. })
}

/// A checkpoint whose name is free in its scenario.
pub(super) fn snapshot(name: &str, taken: &mut BTreeSet<String>) -> Snapshot {
    let plain = slug(name);
    let mut name = plain.clone();
    let mut number = 1;
    while name == "watch" || !taken.insert(name.clone()) {
        number += 1;
        name = format!("{plain}-{number}");
    }
    Snapshot { name, ..Snapshot::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_in_another_script_is_spelled_by_no_name_and_one_with_a_few_such_letters_is() {
        let all = ["Orders", "Über uns", "404", "Заказы", "Заказы Shop", "日本", "—", ""];
        let spelled: Vec<&str> = all.into_iter().filter(|it| is_spelled(it)).collect();
        assert_eq!(spelled, ["Orders", "Über uns", "404"]);
        assert!(loses_what("Click \"Купить\"") && loses_what("Click \"Да\""));
        assert!(!loses_what("Click \"Buy\"") && !loses_what("Click \"×\""));
        let areas = ["/orders/1", "/", "/заказы", "/%D0%B7/1"].map(area);
        assert_eq!(areas, ["orders", "start", "pages", "pages"]);
    }

    #[test]
    fn a_mark_that_stands_by_itself_is_called_by_its_name_and_one_inside_of_a_word_is_not() {
        assert_eq!(slug("press /"), "press-slash");
        assert_eq!(slug("press ? then press Enter"), "press-question-mark-then-press-enter");
        assert_eq!(slug("Click \"×\""), "click-cross");
        assert_eq!(slug("either/or: C++"), "either-or-c");
    }
}
