//! [`atoms`]: what makes each change of a spot the same elsewhere; [`failure`]: a failed step as a
//! difference.

use std::collections::BTreeSet;

use crate::model::change::Identity;
use crate::model::comparison::Located;
use crate::model::finding::FacetChange;
use crate::model::{Change, Difference, Outcome, Thing};

/// The changes of a difference, each once.
#[must_use]
pub fn atoms(located: &Located) -> BTreeSet<Identity> {
    located.difference.facets.iter().flat_map(|it| &it.changes).map(Change::identity).collect()
}

/// A failed step as a difference.
#[must_use]
pub fn failure(
    scenario: &str,
    attempt: u32,
    (step, place): (u32, &str),
    (outcome, expected, actual): (Outcome, &str, &str),
    evidence: Vec<String>,
) -> Located {
    let actual = if actual.is_empty() { outcome.word() } else { actual };
    let change = FacetChange {
        facet: None,
        expected: expected.to_owned(),
        actual: actual.to_owned(),
        diff: Vec::new(),
        image: None,
        evidence,
        changes: vec![Change {
            facet: None,
            thing: Thing::Step,
            around: Vec::new(),
            before: Some(expected.to_owned()),
            after: Some(actual.to_owned()),
            old_lines: Vec::new(),
            new_lines: Vec::new(),
        }],
    };
    let difference = Difference {
        scenario: scenario.to_owned(),
        attempt,
        checkpoint: None,
        step,
        place: place.to_owned(),
        facets: vec![change],
    };
    Located { difference, replaced: Vec::new() }
}
