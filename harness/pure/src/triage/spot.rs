//! [`atoms`]: what makes each change of a spot the same elsewhere; [`failure`]: a failed step as a
//! difference.

use std::collections::BTreeSet;

use crate::model::attempts::AttemptLog;
use crate::model::change::Identity;
use crate::model::comparison::Located;
use crate::model::event::Failure;
use crate::model::finding::FacetChange;
use crate::model::{Change, Difference, KnownValue, Outcome, Scenario, Step, StepRecord, Thing};

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

/// Tells what a failed step says without the values that its attempt was given.
pub fn without_known(failed: &mut Located, known: &[KnownValue]) {
    for change in &mut failed.difference.facets {
        change.expected = KnownValue::told(known, &change.expected);
        change.actual = KnownValue::told(known, &change.actual);
    }
}

/// The steps that failed after the first failed one, without those of `finally`.
#[must_use]
pub fn later_checks<'a>(
    scenario: &Scenario,
    log: &AttemptLog<'a>,
) -> Vec<(&'a StepRecord, &'a Failure)> {
    let steps: BTreeSet<u32> =
        scenario.steps.iter().flat_map(Step::all).map(|it| it.index).collect();
    log.failures().skip(1).filter(|(step, _)| steps.contains(&step.index)).collect()
}

/// Tells in a failed step which steps failed after it. They are no changes of their own: what they
/// say may follow from it, and a second finding of one cause costs a morning.
pub fn add_more_checks(failed: &mut Located, more: &[(&StepRecord, &Failure)]) {
    let Some(change) = failed.difference.facets.first_mut() else { return };
    for (step, failure) in more {
        let place = if step.place == failed.difference.place {
            String::new()
        } else {
            format!(" on {}", step.place)
        };
        let line = format!(
            "\nstep {}{place} failed too: expected {}; {}",
            step.index, failure.expected, failure.actual
        );
        change.actual.push_str(&line);
    }
}
