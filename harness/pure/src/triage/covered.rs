//! [`covered`]: every change of a finding, as a decision on it takes it. Used by [`super::findings`].

use std::collections::HashSet;

use crate::model::Difference;
use crate::model::finding::CoveredChange;

/// Every change of some differences, as a decision on them takes it.
pub(super) fn covered(differences: &[Difference]) -> Vec<CoveredChange> {
    let changes = differences.iter().flat_map(|at| {
        let own = at.facets.iter().flat_map(|it| &it.changes);
        own.map(move |change| CoveredChange {
            id: change.id(),
            scenario: at.scenario.clone(),
            attempt: at.attempt,
            checkpoint: at.checkpoint.clone(),
            facet: change.facet,
            thing: change.thing.to_string(),
            before: change.before.clone(),
            after: change.after.clone(),
            old_lines: change.old_lines.clone(),
            new_lines: change.new_lines.clone(),
        })
    });
    let mut all: Vec<CoveredChange> = Vec::new();
    let mut known = HashSet::new();
    for change in changes {
        let key = (
            change.id.clone(),
            change.scenario.clone(),
            change.checkpoint.clone(),
            change.old_lines.clone(),
            change.new_lines.clone(),
        );
        if known.insert(key) {
            all.push(change);
        }
    }
    all
}
