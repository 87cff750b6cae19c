//! The steps of one attempt in the order in which they went: what a `repeat` holds once a round,
//! and what was not done at its place.
//!
//! Neighbour: [`super::build`], which puts it into the report.

use std::iter::once;

use super::night::{StepReport, StepState};
use crate::model::event::Decided;
use crate::model::{EvidenceRef, Outcome, Scenario, Step, StepOutcome, StepRecord, Surface};

/// The steps as they went, those that were not done after what went before them in the scenario.
pub(super) fn steps(
    records: &[&StepRecord],
    outcome: Outcome,
    scenario: Option<&Scenario>,
) -> Vec<StepReport> {
    let Some(scenario) = scenario else {
        return records.iter().map(|record| done(record, None, None)).collect();
    };
    let planned = scenario.all_steps();
    let cleaning_from = scenario.finally.first().map_or(u32::MAX, |it| it.index);
    let mut all: Vec<StepReport> = Vec::with_capacity(planned.len().max(records.len()));
    for record in records {
        // Steps have their indexes in the order of the scenario, from 1.
        let place = planned.binary_search_by_key(&record.index, |it| it.index);
        all.push(match place {
            Ok(at) => {
                let step = planned[at];
                done(record, Some(step), file(step, scenario))
            }
            Err(_) => done(record, None, None),
        });
    }
    let mut left_out: Vec<(usize, StepReport)> = Vec::new();
    for step in planned {
        if records.iter().any(|record| record.index == step.index) {
            continue;
        }
        let is_cleaning = step.index >= cleaning_from;
        let went_past =
            |it: &&StepRecord| it.index > step.index && (it.index >= cleaning_from) == is_cleaning;
        let skipped = outcome == Outcome::Completed || records.iter().any(went_past);
        let state = if skipped { StepState::Skipped } else { StepState::NotReached };
        let after = records.iter().rposition(|it| it.index < step.index).map_or(0, |at| at + 1);
        left_out.push((after, not_done(step, state, file(step, scenario))));
    }
    // From behind, so that what is put in does not move the places before it.
    for (after, step) in left_out.into_iter().rev() {
        all.insert(after, step);
    }
    all
}

/// The steps of the work on a session, which come one after the other; those that no plan knows at
/// the end.
pub(super) fn of_session(planned: &[&Step], records: &[StepRecord]) -> Vec<StepReport> {
    let reported = planned.iter().map(|step| {
        let file = Some(step.file.clone());
        match records.iter().find(|it| it.index == step.index) {
            Some(record) => done(record, Some(step), file),
            None => not_done(step, StepState::NotReached, file),
        }
    });
    let is_planned = |it: &&StepRecord| planned.iter().any(|step| step.index == it.index);
    let others = records.iter().filter(|it| !is_planned(it)).map(|it| done(it, None, None));
    reported.chain(others).collect()
}

/// The file of a step that is not the scenario's own.
fn file(step: &Step, scenario: &Scenario) -> Option<String> {
    (step.file != scenario.file).then(|| step.file.clone())
}

fn not_done(step: &Step, state: StepState, file: Option<String>) -> StepReport {
    StepReport {
        index: step.index,
        file,
        line: step.line,
        text: step.text.clone(),
        actor: step.actor.clone(),
        product: step.product.clone(),
        surface: step.action.surface().unwrap_or(Surface::Browser),
        place: String::new(),
        outcome: state,
        decided: None,
        expected: None,
        actual: None,
        duration_ms: 0,
        evidence: Vec::new(),
    }
}

/// A step as it went; one that no plan knows is told as its record says it.
fn done(record: &StepRecord, step: Option<&Step>, file: Option<String>) -> StepReport {
    let (outcome, expected, actual) = match &record.outcome {
        StepOutcome::Passed => (StepState::Passed, None, record.remark.clone()),
        StepOutcome::Failed(failure) => {
            let remark = record.remark.iter().map(|it| format!("; {it}"));
            let actual: String = once(failure.actual.clone()).chain(remark).collect();
            (failure.outcome.into(), Some(failure.expected.clone()), Some(actual))
        }
    };
    StepReport {
        index: record.index,
        file,
        line: step.map_or(0, |it| it.line),
        text: step.map_or_else(|| record.text.clone(), |it| it.text.clone()),
        actor: step.and_then(|it| it.actor.clone()),
        product: step.and_then(|it| it.product.clone()),
        surface: record.surface,
        place: record.place.clone(),
        outcome,
        decided: record.decided.map(Decided::words),
        expected,
        actual,
        duration_ms: record.duration_ms,
        evidence: paths(&record.evidence),
    }
}

pub(super) fn paths(evidence: &[EvidenceRef]) -> Vec<String> {
    evidence.iter().map(|it| it.path.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Action;
    use crate::model::event::Failure;
    use crate::model::testing::scenario;

    fn record(index: u32, text: &str) -> StepRecord {
        StepRecord {
            index,
            text: text.to_owned(),
            action: Some(Box::new(Action::Reload)),
            surface: Surface::Browser,
            place: "/".to_owned(),
            outcome: StepOutcome::Passed,
            decided: None,
            remark: None,
            duration_ms: 1,
            evidence: Vec::new(),
        }
    }

    #[test]
    fn a_step_that_nobody_planned_is_told_as_it_was_recorded() {
        let planned = Step::new(1, "a.yaml", 3, Action::Back);
        let shop = scenario("shop", vec![planned.clone()]);
        let (first, extra) = (record(1, "back"), record(7, "reload"));
        let told = |all: Vec<StepReport>| -> Vec<(u32, String, u32)> {
            all.into_iter().map(|it| (it.index, it.text, it.line)).collect()
        };
        let expected = vec![(1, planned.text.clone(), 3), (7, "reload".to_owned(), 0)];
        assert_eq!(told(steps(&[&first, &extra], Outcome::Completed, Some(&shop))), expected);
        assert_eq!(told(of_session(&[&planned], &[first, extra])), expected);
    }

    #[test]
    fn what_was_noticed_stands_behind_how_a_step_failed_and_alone_where_it_passed() {
        let failure = Failure {
            outcome: Outcome::Failed,
            expected: "a button".to_owned(),
            actual: "there is none".to_owned(),
        };
        let failed = |remark: Option<&str>| StepRecord {
            outcome: StepOutcome::Failed(failure.clone()),
            remark: remark.map(str::to_owned),
            ..record(1, "click")
        };
        let passed = StepRecord { remark: Some("no picture".to_owned()), ..record(1, "click") };
        let told = |it: &StepRecord| done(it, None, None).actual;
        assert_eq!(told(&failed(Some("no picture"))).as_deref(), Some("there is none; no picture"));
        assert_eq!(told(&failed(None)).as_deref(), Some("there is none"));
        assert_eq!(told(&passed).as_deref(), Some("no picture"));
    }

    #[test]
    fn a_record_of_before_it_said_what_was_done_still_loads() {
        let old = r#"{"index":2,"surface":"browser","place":"/","outcome":{"result":"passed"},
            "duration_ms":5,"evidence":[]}"#;
        let expected =
            StepRecord { text: String::new(), action: None, duration_ms: 5, ..record(2, "") };
        assert_eq!(serde_json::from_str::<StepRecord>(old).ok(), Some(expected));
    }
}
