//! [`accept_new`]: writes baselines for what has none, where it was fine and nothing varied. What is
//! wrong by itself is [`Held`]: nobody but a person takes a crash for right.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::NightError;
use super::rounds::News;
use crate::baseline::{self, Acceptance};
use crate::ledger::NightDir;
use crate::model::finding::Pending;
use crate::model::{Judgement, Plan, Scenario, Suite, Verdict};

/// What came of accepting.
#[derive(Debug, Default)]
pub(super) struct Accepted {
    /// How many baselines were written.
    pub(super) count: usize,
    /// What was not, because it is wrong by itself.
    pub(super) held: Vec<Held>,
}

/// A checkpoint that is wrong by itself, and waits for somebody who accepts it on purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The scenario's id.
    pub scenario: String,
    /// The checkpoint; `watch` for what the watches saw.
    pub checkpoint: String,
    /// What is wrong, in a sentence.
    pub why: String,
    /// The ids of what would be accepted.
    pub pending: Vec<String>,
}

impl Held {
    /// The checkpoints of what is wrong by itself, each once, with the first that is said of it.
    #[must_use]
    pub fn of<'a>(wrong: impl IntoIterator<Item = (&'a Pending, &'a str)>) -> Vec<Self> {
        let mut all: BTreeMap<(&str, &str), Self> = BTreeMap::new();
        for (pending, why) in wrong {
            let place = (pending.scenario.as_str(), pending.checkpoint.as_str());
            let held = all.entry(place).or_insert_with(|| Self {
                scenario: pending.scenario.clone(),
                checkpoint: pending.checkpoint.clone(),
                why: why.to_owned(),
                pending: Vec::new(),
            });
            held.pending.push(pending.id.clone());
        }
        all.into_values().collect()
    }
}

/// Writes baselines for the checkpoints that have none, of scenarios that were otherwise fine, where
/// nothing varied and nothing is wrong by itself.
pub(super) fn accept_new(
    suite: &Suite,
    (night, plan, judgement): (&NightDir, &Plan, &Judgement),
    news: &News,
) -> Result<Accepted, NightError> {
    let fine: HashSet<&str> = judgement
        .scenarios
        .iter()
        .filter(|it| matches!(it.verdict, Verdict::New | Verdict::Unchanged))
        .map(|it| it.id.as_str())
        .collect();
    let planned: HashMap<&str, &Scenario> =
        plan.scenarios.iter().map(|it| (it.id.as_str(), it)).collect();
    let is_new =
        |it: &&Pending| it.finding.is_none() && !it.replaces && fine.contains(it.scenario.as_str());
    let new: Vec<&Pending> = judgement.pending.iter().filter(is_new).collect();
    let held = held(&new, news);
    let mut count = 0;
    for pending in new.into_iter().filter(|it| news.is_steady(it) && news.wrong(it).is_none()) {
        let Some(scenario) = planned.get(pending.scenario.as_str()) else { continue };
        baseline::accept(
            &suite.root,
            &Acceptance {
                scenario_file: scenario.file.clone(),
                scenario: pending.scenario.clone(),
                checkpoint: pending.checkpoint.clone(),
                facet: pending.facet,
                environment: pending.environment.clone(),
                algorithm: pending.algorithm.clone(),
                // The same on every branch, so that two that see the same thing first merge.
                why: Some("first seen".to_owned()),
                content: match news.union(pending) {
                    Some(union) => union,
                    None => night.read(&pending.evidence)?,
                },
                layout: pending.layout.as_ref().map(|it| night.read_text(it)).transpose()?,
            },
        )?;
        count += 1;
    }
    Ok(Accepted { count, held })
}

/// The checkpoints that are wrong by themselves.
fn held(new: &[&Pending], news: &News) -> Vec<Held> {
    Held::of(new.iter().copied().filter_map(|it| Some((it, news.wrong(it)?))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::Night;
    use crate::model::{EvidenceRef, FacetKind, Outcome};

    /// What waits of a night in which one command died and another did not.
    fn waiting() -> Vec<Pending> {
        let mut night = Night::default();
        for (id, exit) in [("dies", "signal: 11\n"), ("ends", "exit: 3\n")] {
            night
                .command_scenario(id, "shopctl report", Some("out"))
                .begin(id, 1)
                .seen(
                    id,
                    1,
                    "out",
                    "shopctl report",
                    &[(FacetKind::Exit, exit.as_bytes()), (FacetKind::Stdout, b"half\n")],
                )
                .end(id, 1, Outcome::Completed);
        }
        let mut found = crate::compare::compare(&night.plan, &night.entries, &|it| night.read(it))
            .expect("compared");
        let put = &mut |kind: &str, media: &str, bytes: &[u8]| {
            let (kind, media) = (kind.to_owned(), media.to_owned());
            let path = "evidence/new".to_owned();
            Ok::<_, String>(EvidenceRef { kind, media, path, bytes: bytes.len() as u64 })
        };
        found.store(put).expect("memory never fails");
        let at = night.plan.started;
        crate::triage::triage(&night.plan, &night.entries, &found, at).pending
    }

    #[test]
    fn a_command_that_died_is_held_as_a_whole_and_another_is_not() {
        let pending = waiting();
        let new: Vec<&Pending> = pending.iter().collect();
        let held = held(&new, &News::default());
        assert_eq!(
            held,
            [Held {
                scenario: "dies".to_owned(),
                checkpoint: "out".to_owned(),
                why: "`shopctl report` ends by signal 11".to_owned(),
                pending: vec!["P1".to_owned(), "P2".to_owned()],
            }]
        );
    }
}
