//! [`Noise`]: one place that varied although nothing about the product changed, and what would
//! keep it from being compared. `settle` finds it from several rounds of the same scenarios.

use serde::{Deserialize, Serialize};

use super::facet::FacetKind;
use super::sensitivity::Cost;
use super::snapshot::{Redaction, Unordered};
use super::target::Target;

/// What varies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoiseKind {
    /// A date with a time, or seconds since 1970.
    Timestamp,
    /// How long something took.
    Duration,
    /// A UUID.
    Uuid,
    /// A number that grew from round to round.
    Counter,
    /// A number without an order.
    Number,
    /// The path of a file or folder.
    Path,
    /// The port of a server.
    Port,
    /// A digest.
    Hash,
    /// Letters and digits by chance.
    Token,
    /// A text.
    Text,
    /// The order of rows or lines.
    Order,
    /// A part of a picture that is drawn anew each time.
    Animation,
    /// A part of a picture that stands elsewhere, since what is beside it varies.
    Moved,
    /// Something that is there in some rounds and not in others.
    Presence,
}

impl NoiseKind {
    /// What it is called.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Timestamp => "timestamp",
            Self::Duration => "duration",
            Self::Uuid => "uuid",
            Self::Counter => "counter",
            Self::Number => "number",
            Self::Path => "path",
            Self::Port => "port",
            Self::Hash => "hash",
            Self::Token => "token",
            Self::Text => "text",
            Self::Order => "order",
            Self::Animation => "animation",
            Self::Moved => "moved",
            Self::Presence => "presence",
        }
    }
}

impl std::fmt::Display for NoiseKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

/// What would keep a place from being compared: a key of its snapshot, or words in its baseline.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Remedy {
    /// A text is taken out.
    Redact(Redaction),
    /// A region of the picture is left out.
    Mask(Target),
    /// The order is left out.
    Unordered(Unordered),
    /// The whole facet decides nothing any more.
    Unstable(FacetKind),
    /// The baseline of what a page writes says how often: the whole text of what rounds saw.
    Writes(String),
}

impl Remedy {
    /// The key of a snapshot that it is written under; `None` for what stands in the baseline.
    #[must_use]
    pub fn key(&self) -> Option<&'static str> {
        match self {
            Self::Redact(_) => Some("redact"),
            Self::Mask(_) => Some("mask"),
            Self::Unordered(_) => Some("unordered"),
            Self::Unstable(_) => Some("unstable"),
            Self::Writes(_) => None,
        }
    }
}

/// One place that varied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noise {
    /// The scenario's id.
    pub scenario: String,
    /// The checkpoint; `watch` for what the watches saw.
    pub checkpoint: String,
    /// The facet.
    pub facet: FacetKind,
    /// Where in the product: a URL path, or a command line.
    pub place: String,
    /// Where in the facet: the line with `…` for what varies, or the thing on the page.
    pub at: String,
    /// What kind of thing varies.
    pub kind: NoiseKind,
    /// What was seen there, each once, in the order of the rounds.
    pub samples: Vec<String>,
    /// What would keep it from being compared; `None` where there is nothing to write.
    pub remedy: Option<Remedy>,
    /// Whether the rounds are the same at this facet with all remedies of its checkpoint.
    pub silent: bool,
    /// What the remedy costs; `None` where nothing is lost or it cannot be measured.
    pub cost: Option<Cost>,
    /// What could be done instead, where a whole facet would be given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<String>,
}

/// A scenario of which nothing can be said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsettled {
    /// Its id.
    pub scenario: String,
    /// In how many rounds it ended as it should.
    pub completed: u32,
    /// Of how many.
    pub rounds: u32,
    /// What was there instead, in words.
    pub detail: String,
}

/// A scenario that fails where the clock of its product is moved, and holds where it is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByClock {
    /// Its id.
    pub scenario: String,
    /// By how many days the clock was moved.
    pub days: i64,
    /// What was there instead, in words.
    pub detail: String,
}
