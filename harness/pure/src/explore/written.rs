//! Scenarios that are to be written, and the names of their files and checkpoints.

use std::collections::BTreeSet;

use crate::model::{Action, Snapshot};

/// The longest name of a scenario or checkpoint, in characters.
const LONGEST_NAME: usize = 48;

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

/// A text as a name: small letters, digits and hyphens.
#[must_use]
pub fn slug(text: &str) -> String {
    let mut name = String::new();
    for letter in text.to_lowercase().chars() {
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
