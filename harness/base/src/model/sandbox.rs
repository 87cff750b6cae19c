//! [`Sandbox`]: which commands of a suite run within walls; [`Walls`]: which walls held in a night.

use serde::{Deserialize, Serialize};

/// Which commands run confined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sandbox {
    /// Those that an agent from outside asks for.
    #[default]
    Proposed,
    /// Those of scenarios and explorations too.
    All,
    /// None.
    Off,
}

impl Sandbox {
    /// All, in the order of the documentation.
    pub const ALL: [Self; 3] = [Self::Proposed, Self::All, Self::Off];

    /// The word used in YAML.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::All => "all",
            Self::Off => "off",
        }
    }

    /// Whether the commands of this author run confined.
    #[must_use]
    pub fn confines(self, author: Author) -> bool {
        match (self, author) {
            (Self::All, _) | (Self::Proposed, Author::Outside | Author::Proposal) => true,
            (Self::Proposed, Author::Person) | (Self::Off, _) => false,
        }
    }

    /// Whether it is the usual one.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// Who came up with what runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Author {
    /// A person wrote it, or our own exploration tries it.
    #[default]
    Person,
    /// An agent from outside asks for it.
    Outside,
    /// A model came up with it, and no person has accepted it into the suite.
    Proposal,
}

/// The walls around the commands of a night.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walls {
    /// Which commands they stand around.
    pub sandbox: Sandbox,
    /// What held: `Landlock 7`, `seccomp`; nothing where they were switched off.
    pub held: Vec<String>,
    /// What did not hold although it could elsewhere, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_held: Vec<String>,
}

impl Walls {
    /// Whether commands that no person wrote ran with all that we may do ourselves although
    /// somebody switched the walls off.
    #[must_use]
    pub fn are_missing(&self) -> bool {
        self.held.is_empty()
    }
}
