//! [`Profile`]: which facets of a page a checkpoint takes where its author lists none.
//!
//! `spec` reads the name, `plan` fills in what an own profile takes, `Snapshot::takes` answers
//! for all who ask. See `docs/design/016` for what is in which profile and why.

use serde::{Deserialize, Serialize};

use super::facet::FacetKind;

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
