//! [`Share`]: the part that one finding has of a snapshot which several findings changed. What a
//! decision writes of such a snapshot is the business of `take`.

use std::collections::HashMap;

use crate::model::finding::Pending;
use crate::model::{FacetKind, Finding};

/// What one finding has of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Share {
    /// The index of the finding.
    pub finding: usize,
    /// Its changes there, as indices of [`Finding::changes`].
    pub changes: Vec<usize>,
}

/// The snapshots that belong to several findings, by their index, each with all its parts.
pub(super) fn shares(findings: &[Finding], pending: &[Pending]) -> HashMap<usize, Vec<Share>> {
    let mut places: HashMap<(&str, &str, FacetKind), Vec<Share>> = HashMap::new();
    for (finding, it) in findings.iter().enumerate() {
        for (index, change) in it.changes.iter().enumerate() {
            let (Some(checkpoint), Some(facet)) = (&change.checkpoint, change.facet) else {
                continue;
            };
            let all = places.entry((&change.scenario, checkpoint, facet)).or_default();
            match all.last_mut().filter(|it| it.finding == finding) {
                Some(share) => share.changes.push(index),
                None => all.push(Share { finding, changes: vec![index] }),
            }
        }
    }
    let shared = pending.iter().enumerate().filter(|it| it.1.replaces).filter_map(|(index, it)| {
        let all = places.get(&(it.scenario.as_str(), it.checkpoint.as_str(), it.facet))?;
        (all.len() > 1).then(|| (index, all.clone()))
    });
    shared.collect()
}
