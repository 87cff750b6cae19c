//! [`Snapshot`]: a checkpoint, and what is not compared there: [`Redaction`] for text, masks for
//! regions, [`Unordered`] for order.

use serde::{Deserialize, Serialize};

use super::facet::FacetKind;
use super::picture::Extent;
use super::profile::{DEFAULT, OF_PAGES, Profile};
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
    #[serde(default, skip_serializing_if = "Extent::is_viewport")]
    pub image: Extent,
}

impl Snapshot {
    /// Whether it takes this facet, as far as its surface has it.
    #[must_use]
    pub fn takes(&self, kind: FacetKind) -> bool {
        if self.require.contains(&kind) {
            return true;
        }
        match (&self.facets, &self.profile) {
            (Some(listed), _) => listed.contains(&kind),
            // Profiles are about pages; commands and terminals have few facets and take all.
            _ if !OF_PAGES.contains(&kind) => true,
            (None, Some(profile)) => profile.facets.contains(&kind),
            (None, None) => Profile::built_in(DEFAULT).is_some_and(|it| it.facets.contains(&kind)),
        }
    }

    /// Whether its author asked for this facet by name.
    #[must_use]
    pub fn lists(&self, kind: FacetKind) -> bool {
        self.facets.as_ref().is_some_and(|listed| listed.contains(&kind))
    }

    /// The facets that it takes of a page.
    #[must_use]
    pub fn page_facets(&self) -> Vec<FacetKind> {
        OF_PAGES.into_iter().filter(|kind| self.takes(*kind)).collect()
    }
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
    /// Hexadecimal digests of 32 digits and more, and abbreviated commit ids; no parts of UUIDs.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::snapshot;

    fn words(snapshot: &Snapshot) -> Vec<&'static str> {
        snapshot.page_facets().into_iter().map(FacetKind::word).collect()
    }

    #[test]
    fn a_snapshot_takes_what_it_lists_then_what_its_profile_says_then_the_default() {
        let plain = snapshot("s");
        assert_eq!(
            words(&plain),
            [
                "page", "response", "aria", "text", "links", "fields", "image", "requests",
                "cookies", "a11y"
            ]
        );
        let profile = |name: &str| Snapshot { profile: Profile::built_in(name), ..plain.clone() };
        assert_eq!(words(&profile("minimal")), ["page", "aria"]);
        assert_eq!(words(&profile("visible")), ["page", "aria", "text", "image"]);
        assert_eq!(words(&profile("strict")).len(), OF_PAGES.len());
        let listed = Snapshot { facets: Some(vec![FacetKind::Links]), ..profile("strict") };
        assert_eq!(words(&listed), ["links"]);
        assert!(listed.lists(FacetKind::Links) && !profile("strict").lists(FacetKind::Links));
        let required = Snapshot { require: vec![FacetKind::Storage], ..listed };
        assert_eq!(words(&required), ["links", "storage"], "what is required is taken");
        assert!(profile("minimal").takes(FacetKind::Stdout), "commands take all that they have");
        assert_eq!(Profile::built_in("tidy"), None);
        assert!(Profile::BUILT_IN.iter().all(|name| Profile::built_in(name).is_some()));
    }
}
