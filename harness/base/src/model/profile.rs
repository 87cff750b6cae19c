//! [`Profile`]: which facets of a page a checkpoint takes where its author lists none.
//!
//! `spec` reads the name, `plan` fills in what an own profile takes, [`Snapshot::takes`] answers
//! for all who ask. See `docs/design/016` for what is in which profile and why.

use serde::{Deserialize, Serialize};

use super::observe::FacetKind;
use super::scenario::Snapshot;

/// The facets that a page has.
pub const OF_PAGES: [FacetKind; 11] = [
    FacetKind::Page,
    FacetKind::Response,
    FacetKind::Aria,
    FacetKind::Text,
    FacetKind::Links,
    FacetKind::Fields,
    FacetKind::Image,
    FacetKind::Requests,
    FacetKind::Cookies,
    FacetKind::Storage,
    FacetKind::A11y,
];

/// The profile where nobody says another.
pub const DEFAULT: &str = "default";

/// Facets of a page under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Its name; empty for a list that stands in `nightshift.yaml`.
    pub name: String,
    /// What it takes; empty for an own one until `plan` fills it in.
    pub facets: Vec<FacetKind>,
}

impl Profile {
    /// The names of those that are built in, the narrowest first.
    pub const BUILT_IN: [&str; 4] = ["minimal", "visible", DEFAULT, "strict"];

    /// One that is built in.
    #[must_use]
    pub fn built_in(name: &str) -> Option<Self> {
        let takes: fn(&FacetKind) -> bool = match name {
            "minimal" => |it| matches!(it, FacetKind::Page | FacetKind::Aria),
            "visible" => |it| !it.is_detail(),
            // What scripts keep for themselves is named anew with any build.
            DEFAULT => |it| *it != FacetKind::Storage,
            "strict" => |_| true,
            _ => return None,
        };
        let facets = OF_PAGES.into_iter().filter(takes).collect();
        Some(Self { name: name.to_owned(), facets })
    }
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
