//! [`Change`]: the smallest piece of a difference, about one [`Thing`], and its [`Identity`], by
//! which it is the same wherever and whenever it is seen. `compare` reads changes, `cause` joins
//! those with one cause, and a decision takes its own changes and nothing else.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::facet::FacetKind;
use super::thing::Thing;

/// One thing that is otherwise than its baseline says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The facet that it stands in; `None` for a failed step and for a product.
    pub facet: Option<FacetKind>,
    /// What it is about.
    pub thing: Thing,
    /// What the thing stands in, the outermost first, as the observation writes it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub around: Vec<String>,
    /// What stood there, without its indentation; `None` where nothing did.
    pub before: Option<String>,
    /// What stands there now.
    pub after: Option<String>,
    /// The lines of the baseline that it takes away, from 1, as the two sides were compared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub old_lines: Vec<u32>,
    /// The lines of what was seen that it brings, from 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub new_lines: Vec<u32>,
}

/// What makes two changes the same: no scenario, no step, no row and no line number is in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Identity {
    /// A line of a text facet.
    Line {
        /// Which facet.
        facet: FacetKind,
        /// The line of the baseline.
        removed: Option<String>,
        /// The line that was seen.
        added: Option<String>,
    },
    /// An entry of a list that a program prints: an option with what it is for.
    Entry {
        /// Which facet.
        facet: FacetKind,
        /// The option or command.
        name: String,
        /// What was said of it.
        removed: Option<String>,
        /// What is said now.
        added: Option<String>,
    },
    /// A picture changed in these regions.
    Picture(String),
    /// A new line of the watches.
    Watch(String),
    /// A step failed.
    Failure {
        /// What was expected.
        expected: String,
        /// What was there, without its numbers.
        actual: String,
    },
    /// A product died, or was not well before the night.
    Product(String),
}

impl Change {
    /// What makes it the same change elsewhere.
    ///
    /// Where its two sides hold other numbers only, the numbers are the change; where they differ in
    /// more, the numbers are those of the place, and are left out.
    #[must_use]
    pub fn identity(&self) -> Identity {
        let (before, after) = (self.before.clone(), self.after.clone());
        let text = |side: &Option<String>| side.clone().unwrap_or_default();
        let Some(facet) = self.facet else {
            return match &self.thing {
                Thing::Product(what) => Identity::Product(what.clone()),
                _ => Identity::Failure {
                    expected: without_numbers(&text(&before)),
                    actual: without_numbers(&text(&after)),
                },
            };
        };
        match (&self.thing, facet) {
            (Thing::Entry(name), _) => {
                Identity::Entry { facet, name: name.clone(), removed: before, added: after }
            }
            (_, FacetKind::Image) => Identity::Picture(text(&after)),
            (_, FacetKind::Events) => Identity::Watch(text(&after)),
            _ => of_lines(facet, &self.thing, before, after),
        }
    }

    /// Twelve hexadecimal digits that stand for its identity, the same on any night and machine.
    #[must_use]
    pub fn id(&self) -> String {
        short_hash(&self.identity().key())
    }
}

fn of_lines(
    facet: FacetKind,
    thing: &Thing,
    removed: Option<String>,
    added: Option<String>,
) -> Identity {
    if let (Some(old), Some(new)) = (&removed, &added) {
        let (was, is) = (without_numbers(old), without_numbers(new));
        // Where in a source something happens follows from any change of that source.
        let is_place = *thing == Thing::Frame && was == is;
        if is_place || was != is {
            return Identity::Line { facet, removed: Some(was), added: Some(is) };
        }
    }
    // Where on a screen something looks different follows from what stands there.
    let part = |side: Option<String>| {
        side.map(|line| if *thing == Thing::Look { without_numbers(&line) } else { line })
    };
    Identity::Line { facet, removed: part(removed), added: part(added) }
}

impl Identity {
    /// Whether it only follows from something else where there is something else.
    #[must_use]
    pub fn is_weak(&self) -> bool {
        match self {
            Self::Picture(_) => true,
            Self::Line { facet, .. } => *facet == FacetKind::Exit || self.is_trace(),
            Self::Entry { .. } | Self::Watch(_) | Self::Failure { .. } | Self::Product(_) => false,
        }
    }

    /// Whether it tells a cause by itself where other pieces are beside it.
    #[must_use]
    pub fn is_telling(&self) -> bool {
        match self {
            Self::Line { .. } | Self::Entry { .. } | Self::Watch(_) => !self.is_weak(),
            Self::Picture(_) | Self::Failure { .. } | Self::Product(_) => false,
        }
    }

    /// Whether only the place in the source of a stack trace changed.
    #[must_use]
    pub fn is_trace(&self) -> bool {
        match self {
            Self::Line { removed: Some(old), added: Some(new), .. } => old == new && is_frame(old),
            Self::Line { .. }
            | Self::Entry { .. }
            | Self::Picture(_)
            | Self::Watch(_)
            | Self::Failure { .. }
            | Self::Product(_) => false,
        }
    }

    /// What is gone and what came instead, of what is told in lines.
    #[must_use]
    pub fn sides(&self) -> Option<(FacetKind, Option<&str>, Option<&str>)> {
        match self {
            Self::Line { facet, removed, added } | Self::Entry { facet, removed, added, .. } => {
                Some((*facet, removed.as_deref(), added.as_deref()))
            }
            Self::Picture(_) | Self::Watch(_) | Self::Failure { .. } | Self::Product(_) => None,
        }
    }

    /// Whether it says of a page what cannot be seen on it, see [`FacetKind::is_detail`].
    #[must_use]
    pub fn is_detail(&self) -> bool {
        match self {
            Self::Line { facet, .. } | Self::Entry { facet, .. } => facet.is_detail(),
            Self::Picture(_) | Self::Watch(_) | Self::Failure { .. } | Self::Product(_) => false,
        }
    }

    /// The cause in a line, the same on any night.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Line { facet, removed, added } => {
                let side = |it: &Option<String>| it.clone().unwrap_or_default();
                format!("{facet}\u{1}{}\u{1}{}", side(removed), side(added))
            }
            Self::Entry { facet, name, removed, added } => {
                let side = |it: &Option<String>| it.clone().unwrap_or_default();
                format!("entry\u{1}{facet}\u{1}{name}\u{1}{}\u{1}{}", side(removed), side(added))
            }
            Self::Picture(boxes) => format!("picture\u{1}{boxes}"),
            Self::Watch(line) => format!("watch\u{1}{line}"),
            Self::Failure { expected, actual } => format!("failure\u{1}{expected}\u{1}{actual}"),
            Self::Product(name) => format!("product\u{1}{name}"),
        }
    }
}

/// Whether a line is one of a stack trace, as Python, JavaScript, Java, Go and Rust write them.
#[must_use]
pub fn is_frame(line: &str) -> bool {
    let line = line.trim();
    let python = line.starts_with("File \"") && line.contains("\", line ");
    let numbered = line.trim_end_matches(')').rsplit(':').next();
    let ends =
        numbered.is_some_and(|it| !it.is_empty() && it.chars().all(|it| it.is_ascii_digit()));
    python || (line.starts_with("at ") && line.contains(['/', '(']) && ends)
}

/// Whether a line of the `screen` facet says how cells look: `3:10-17 bold fg=red`, with its
/// numbers or what stands for them.
#[must_use]
pub fn is_look(line: &str) -> bool {
    line.split_once(' ').is_some_and(|(place, _)| {
        place.contains(':')
            && place.chars().all(|it| it.is_ascii_digit() || matches!(it, ':' | '-'))
    })
}

/// Text with every run of digits as `0`, so that time limits and positions do not tell causes apart.
#[must_use]
pub fn without_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if !letter.is_ascii_digit() {
            out.push(letter);
        } else if !out.ends_with('0') {
            out.push('0');
        }
    }
    out
}

/// Twelve hexadecimal digits that stand for a text.
#[must_use]
pub fn short_hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let head = digest.iter().take(6).fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
    format!("{head:012x}")
}
