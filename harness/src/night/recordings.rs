//! [`Repeatable`]: the accepted recordings of a plan, read once for all attempts of a night, and the
//! ways that were found tonight to goals that have none.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use crate::ledger::Ledger;
use crate::model::recording::Recordings;
use crate::model::{FacetKind, Plan};
use crate::spec::read_recording;

/// The accepted recordings, by scenario.
#[derive(Debug, Default)]
pub(super) struct Repeatable {
    accepted: HashMap<String, Recordings>,
    /// What was found tonight, with what is accepted.
    found: Mutex<HashMap<String, Arc<OfScenario>>>,
}

/// The recordings of a scenario.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct OfScenario {
    /// All that can be repeated.
    pub recordings: Recordings,
    /// Those of them that nobody has accepted, by their checkpoints.
    pub proposed: BTreeSet<String>,
}

impl Repeatable {
    /// Those of a plan. One that cannot be read is left out: its words are read anew, and what comes
    /// of them differs from it, which the night tells.
    pub(super) fn of(plan: &Plan, ledger: &Ledger) -> Self {
        let mut all: HashMap<String, Recordings> = HashMap::new();
        let own = |it: &&crate::model::BaselineRecord| {
            it.facet == FacetKind::Recording && it.origin.is_accepted()
        };
        for record in plan.baselines.iter().filter(own) {
            let text = match ledger.night().read(&record.evidence) {
                Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                Err(error) => {
                    tracing::warn!("{} cannot be repeated: {error}", record.file);
                    continue;
                }
            };
            match read_recording(&record.file, &text) {
                Ok(recording) => {
                    let of = all.entry(record.scenario.clone()).or_default();
                    of.insert(record.checkpoint.clone(), (text, recording));
                }
                Err(complaints) => {
                    let told = complaints.first().map(|it| it.message.as_str()).unwrap_or_default();
                    tracing::warn!("{} cannot be repeated: {told}", record.file);
                }
            }
        }
        Self { accepted: all, found: Mutex::default() }
    }

    /// Those of a scenario.
    pub(super) fn of_scenario(&self, id: &str) -> Arc<OfScenario> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.get(id).cloned().unwrap_or_else(|| Arc::new(self.accepted_of(id)))
    }

    fn accepted_of(&self, id: &str) -> OfScenario {
        let recordings = self.accepted.get(id).cloned().unwrap_or_default();
        OfScenario { recordings, proposed: BTreeSet::new() }
    }

    /// Takes over what was found tonight of a scenario; what is accepted stays.
    pub(super) fn found(&self, id: &str, ways: Recordings) {
        let mut all = self.accepted_of(id);
        for (checkpoint, way) in ways {
            if !all.recordings.contains_key(&checkpoint) {
                all.proposed.insert(checkpoint.clone());
                all.recordings.insert(checkpoint, way);
            }
        }
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.insert(id.to_owned(), Arc::new(all));
    }
}
