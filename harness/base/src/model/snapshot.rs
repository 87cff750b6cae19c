//! [`Snapshot`]: a checkpoint, and what is not compared there: [`Redaction`] for text, masks for
//! regions, [`Unordered`] for order.

use serde::{Deserialize, Serialize};

use super::observe::FacetKind;
use super::picture::Scope;
use super::profile::Profile;
use super::target::Target;

/// A checkpoint: a named moment whose observation is compared with its baseline.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Snapshot {
    /// Its name, unique in the scenario.
    pub name: String,
    /// Which facets are taken, by name; `None` is as the profile says.
    pub facets: Option<Vec<FacetKind>>,
    /// What is taken of a page where no facet is listed; `None` is the default profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// What text is not compared here.
    pub redact: Vec<Redaction>,
    /// What regions are not compared here.
    pub mask: Vec<Target>,
    /// Facets without which the checkpoint is no pass (an image without a baseline in this environment).
    pub require: Vec<FacetKind>,
    /// What has no order here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unordered: Vec<Unordered>,
    /// Facets that cannot be told from noise here: they are recorded, and nobody is told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unstable: Vec<FacetKind>,
    /// What the picture shows.
    #[serde(default, skip_serializing_if = "Scope::is_viewport")]
    pub image: Scope,
}

/// What has no order: it is compared sorted, on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unordered {
    /// The lines of a facet.
    Facet(FacetKind),
    /// The rows or items of a table or list in the aria facet, whose target names a role.
    Target(Target),
}

impl std::fmt::Display for Unordered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Facet(facet) => facet.fmt(f),
            Self::Target(target) => target.fmt(f),
        }
    }
}

/// Text that must not be compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Redaction {
    /// What a regex matches (its first group, where it has one).
    Pattern(String),
    /// The value at a JSON pointer of an output that is JSON.
    Json(String),
    /// A named class.
    Class(RedactionClass),
}

/// The named classes of text that varies by nature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RedactionClass {
    /// Dates with times, RFC 3339 and the common forms of logs.
    Timestamp,
    /// UUIDs.
    Uuid,
    /// A number with a unit of time.
    Duration,
    /// The port of a host and port.
    Port,
    /// Paths below a temporary folder.
    TempPath,
    /// Hexadecimal digests of 32 digits and more, and abbreviated commit ids.
    Hash,
}

impl RedactionClass {
    /// Every class.
    pub const ALL: [Self; 6] =
        [Self::Timestamp, Self::Uuid, Self::Duration, Self::Port, Self::TempPath, Self::Hash];

    /// The word used in YAML and as the placeholder.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Timestamp => "timestamp",
            Self::Uuid => "uuid",
            Self::Duration => "duration",
            Self::Port => "port",
            Self::TempPath => "temp-path",
            Self::Hash => "hash",
        }
    }
}
