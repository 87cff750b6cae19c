//! [`Repeatable`]: the accepted recordings of a plan, read once for all attempts of a night.

use std::collections::HashMap;

use crate::ledger::Ledger;
use crate::model::recording::Recordings;
use crate::model::{FacetKind, Plan};
use crate::spec::read_recording;

/// The accepted recordings, by scenario.
#[derive(Debug, Default)]
pub(super) struct Repeatable(HashMap<String, Recordings>);

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
        Self(all)
    }

    /// Those of a scenario.
    pub(super) fn of_scenario(&self, id: &str) -> &Recordings {
        static NONE: Recordings = Recordings::new();
        self.0.get(id).unwrap_or(&NONE)
    }
}
