//! [`Worked`]: how a value is worked out of others, such as of what was captured.

use std::fmt;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::pattern::Pattern;
use super::template::Template;

/// How a value is worked out: a text, of which a part is taken, brought into a form and looked up,
/// in this order, as far as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worked {
    /// The text.
    pub of: Template,
    /// The part of it: the first group of this regex, or its whole match.
    pub matching: Option<Pattern>,
    /// The form.
    pub form: Option<Form>,
    /// What stands for what is left; it must be among the keys.
    pub table: IndexMap<String, String>,
}

/// A form that a value is brought into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Without blanks at its ends, and with one for each run of them.
    Trimmed,
    /// In small letters.
    Lower,
    /// In capital letters.
    Upper,
    /// A number as programs write it: `1,234.50 €` is `1234.50`.
    Number,
    /// A time of day by 24 hours: `3:05 PM` is `15:05`.
    Time,
}

impl Form {
    /// All forms.
    pub const ALL: [Self; 5] = [Self::Trimmed, Self::Lower, Self::Upper, Self::Number, Self::Time];

    /// The word for it in YAML.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Trimmed => "trimmed",
            Self::Lower => "lower",
            Self::Upper => "upper",
            Self::Number => "number",
            Self::Time => "time",
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl Worked {
    /// A text as it is.
    #[must_use]
    pub fn plain(of: Template) -> Self {
        Self { of, matching: None, form: None, table: IndexMap::new() }
    }
}
