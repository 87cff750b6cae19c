//! [`atoms`]: what makes each change of a spot the same elsewhere; [`failures`]: failed steps as
//! differences.

use std::collections::BTreeSet;

use crate::model::attempts::AttemptLog;
use crate::model::change::Identity;
use crate::model::comparison::Located;
use crate::model::finding::FacetChange;
use crate::model::{Change, Difference, KnownValue, Outcome, Scenario, Step, Thing};

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
        beyond: 0,
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

/// The steps of an attempt that failed, each as a difference: the first one, and each later one that
/// is none of `finally`. What they say is told without what only this attempt had, such as a port.
#[must_use]
pub fn failures(scenario: &Scenario, attempt: u32, log: &AttemptLog<'_>) -> Vec<Located> {
    let own: BTreeSet<u32> = scenario.steps.iter().flat_map(Step::all).map(|it| it.index).collect();
    let failed = log.failures().enumerate();
    let failed = failed.filter(|(at, (step, _))| *at == 0 || own.contains(&step.index));
    let told = failed.map(|(_, (step, it))| {
        let evidence = step.evidence.iter().map(|it| it.path.clone()).collect();
        let why = (it.outcome, it.expected.as_str(), it.actual.as_str());
        let at = (step.index, step.place.as_str());
        let mut failed = failure(&scenario.id, attempt, at, why, evidence);
        for change in &mut failed.difference.facets {
            change.expected = KnownValue::told(log.known, &change.expected);
            change.actual = KnownValue::told(log.known, &change.actual);
        }
        failed
    });
    told.collect()
}
