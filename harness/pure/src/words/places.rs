//! [`place_of`]: where something is, as titles name it; [`facets`]: what changed there of one kind.

use super::plain::{PIECE, plain};
use crate::model::finding::FacetChange;
use crate::model::plan::WATCH_CHECKPOINT;
use crate::model::{Difference, FacetKind};

/// Where a difference is, as a title names it.
pub(super) fn place_of(difference: Option<&Difference>) -> String {
    match difference.map(|it| it.place.as_str()) {
        None | Some("") => "the page".to_owned(),
        Some(place) => plain(place, PIECE),
    }
}

/// Whether a difference is one of a page, and not of a command.
pub(super) fn is_page(difference: &Difference) -> bool {
    difference.place.starts_with('/') && !difference.place.contains(' ')
        || difference.checkpoint.as_deref() == Some(WATCH_CHECKPOINT)
}

/// The facets of a kind that changed, each with where.
pub(super) fn facets(
    differences: &[Difference],
    kind: Option<FacetKind>,
) -> impl Iterator<Item = (&Difference, &FacetChange)> {
    differences.iter().flat_map(move |it| {
        it.facets.iter().filter(move |change| change.facet == kind).map(move |change| (it, change))
    })
}
