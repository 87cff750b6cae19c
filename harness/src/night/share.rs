//! One part of a night that several machines run: [`take`] leaves in the plan what this one runs,
//! and keeps with it how the whole was split, so that `merge` can tell what is missing.

use std::collections::HashSet;

use sha2::{Digest as _, Sha256};

use super::NightError;
use super::merge::SPLIT;
use crate::ledger::NightDir;
use crate::model::Plan;
use crate::model::asked::{Shard, Split, SplitScenario};
use crate::plan;

/// Which part of a night is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// From 1.
    pub index: u32,
    /// Of how many.
    pub of: u32,
}

/// How a whole plan is split into so many parts.
pub(super) fn split(plan: &Plan, of: u32) -> Split {
    let weights = plan::weights(&plan.history, plan.scenarios.iter().map(|it| it.id.as_str()));
    let weighted: Vec<(&str, u64)> =
        plan.scenarios.iter().map(|it| it.id.as_str()).zip(weights.ms).collect();
    let parts = plan::split(&weighted, of);
    let by = match (weights.measured, plan.history.nights.last()) {
        (0, _) | (_, None) => {
            "no durations are known, so that each scenario counts the same".into()
        }
        (some, Some(last)) => format!(
            "the durations of {some} scenarios in {} earlier nights, the last {}",
            plan.history.nights.len(),
            last.id
        ),
    };
    let scenarios = plan.scenarios.iter().zip(parts).map(|(it, shard)| SplitScenario {
        id: it.id.clone(),
        file: it.file.clone(),
        line: it.line,
        shard,
    });
    Split { of, suite: fingerprint(plan), by, scenarios: scenarios.collect() }
}

/// Leaves in the plan the part that is asked for; what is kept of the whole goes into the night.
///
/// # Errors
/// The night cannot be written.
pub(super) fn take(plan: &mut Plan, share: Share, night: &NightDir) -> Result<(), NightError> {
    let split = split(plan, share.of);
    let json = serde_json::to_vec(&split).expect("a split is plain data");
    let kept = night.keep(SPLIT, "application/json", &json)?;
    let own = split.scenarios.iter().filter(|it| it.shard == share.index);
    let own: HashSet<&str> = own.map(|it| it.id.as_str()).collect();
    plan.scenarios.retain(|it| own.contains(it.id.as_str()));
    plan.history.scenarios.retain(|id, _| own.contains(id.as_str()));
    let actors: HashSet<&str> =
        plan.scenarios.iter().flat_map(|it| it.actors().into_iter().flatten()).collect();
    plan.sessions.retain(|name, _| actors.contains(name.as_str()));
    plan.asked.shard = Some(Shard { index: share.index, of: share.of, split: kept });
    Ok(())
}

/// What stands for all that the suite says of the whole night, the same on every machine.
fn fingerprint(plan: &Plan) -> String {
    let Plan { scenarios, sessions, redact, gate, suppressions, stages, reruns, branch, .. } = plan;
    let whole = (scenarios, sessions, redact, gate, suppressions, stages, reruns, branch);
    let json = serde_json::to_vec(&whole).expect("a plan is plain data");
    data_encoding::HEXLOWER.encode(&Sha256::digest(json))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::Night;

    #[test]
    fn the_parts_of_a_night_are_the_whole_and_know_the_same_of_it() {
        let mut night = Night::default();
        for id in ["a", "b", "c", "d", "e"] {
            night.browser_scenario(id, &[]);
        }
        let whole = night.plan.clone();
        let mut ids = Vec::new();
        let mut splits = HashSet::new();
        for index in 1..=3 {
            let folder = tempfile::tempdir().expect("a folder");
            let dir = NightDir::create(folder.path()).expect("an empty folder");
            let mut plan = whole.clone();
            take(&mut plan, Share { index, of: 3 }, &dir).expect("taken");
            ids.extend(plan.scenarios.iter().map(|it| it.id.clone()));
            let shard = plan.asked.shard.expect("a part");
            splits.insert(shard.split.path.clone());
            assert_eq!((shard.index, shard.of), (index, 3));
        }
        ids.sort();
        assert_eq!(ids, ["a", "b", "c", "d", "e"]);
        assert_eq!(splits.len(), 1, "the same split, wherever it is made");
        let mut other = whole.clone();
        other.scenarios[0].retries = Some(7);
        assert_ne!(split(&other, 3).suite, split(&whole, 3).suite);
    }
}
