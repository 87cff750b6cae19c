//! [`verdict`]: what we think of one scenario, from its attempts and their differences.

use super::chance::{Known, is_clean, runs};
use super::seen::Seen;
use crate::history::rerun::Decision;
use crate::model::attempts::{AttemptLog, ScenarioLog};
use crate::model::{Because, Outcome, Plan, Scenario, Surface, Verdict};

/// A verdict, with why where it is no verdict on the product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, for `inconclusive` and `not-run`.
    pub because: Option<Because>,
    /// The same in a sentence.
    pub detail: Option<String>,
}

impl Judged {
    pub(super) fn plain(verdict: Verdict) -> Self {
        Self { verdict, because: None, detail: None }
    }

    fn because(verdict: Verdict, because: Because, detail: impl Into<String>) -> Self {
        Self { verdict, because: Some(because), detail: Some(detail.into()) }
    }
}

/// What we think of a scenario: the first verdict that any part of it has.
#[must_use]
pub fn verdict(
    plan: &Plan,
    scenario: &Scenario,
    log: Option<&ScenarioLog<'_>>,
    seen: &Seen<'_>,
) -> Judged {
    let Some(log) = log else {
        return Judged::because(
            Verdict::NotRun,
            Because::Interrupted,
            "the night ended before it was started",
        );
    };
    let tells =
        |(number, it): &(u32, &AttemptLog<'_>)| it.counts() && !seen.is_lost(&scenario.id, *number);
    let judged: Vec<(u32, &AttemptLog<'_>)> =
        log.attempts.iter().map(|(number, it)| (*number, it)).filter(tells).collect();
    let Some((last, attempt)) = judged.last().copied() else {
        return without_word(log);
    };
    let clean = |(number, it): &(u32, &AttemptLog<'_>)| is_clean(&scenario.id, *number, it, seen);
    let any_clean = judged.iter().any(clean);
    let known = Known::of(plan, scenario);
    let runs = runs(&scenario.id, log, seen);
    let decided = known.map(|it| it.decide(&runs));
    if any_clean && !judged.iter().all(clean) && decided != Some(Decision::Broken) {
        return Judged::plain(Verdict::Flaky);
    }
    if !any_clean || decided == Some(Decision::Broken) {
        let bad = bad(scenario, attempt, last, seen);
        let told = known.filter(|_| decided.is_some_and(may_be_chance));
        return match told.filter(|_| bad.verdict == Verdict::Regressed) {
            // A product that died did not do so by chance of the scenario.
            Some(known) if attempt.outcome() != Some(Outcome::Crashed) => {
                let detail = known.undecided(&runs);
                Judged::because(Verdict::Inconclusive, Because::Undecided, detail)
            }
            Some(_) | None => bad,
        };
    }
    if let Some(it) = seen.unjudged(&scenario.id, last) {
        return Judged::because(Verdict::Inconclusive, it.because, it.detail.clone());
    }
    if seen.drifts(&scenario.id, last) {
        return Judged::plain(Verdict::Drifted);
    }
    let is_new = seen.is_new(&scenario.id);
    Judged::plain(if is_new { Verdict::New } else { Verdict::Unchanged })
}

/// What we think of a scenario of which no attempt says anything.
fn without_word(log: &ScenarioLog<'_>) -> Judged {
    let mut ended = log.attempts.values().filter(|it| it.finished.is_some());
    if let Some(broken) = ended.next_back() {
        let said = broken.finished.as_ref().and_then(|it| it.detail);
        // Where nothing was said of the attempt, the step that could not be done says why.
        let step = || broken.failures().next().map(|(_, failure)| failure.actual.as_str());
        let detail = said.or_else(step).unwrap_or("the harness failed and left no reason");
        return Judged::because(Verdict::Inconclusive, Because::Environment, detail);
    }
    match log.not_run {
        // It could have run, and would have said nothing of what it is about.
        Some((Because::Login, detail)) => {
            Judged::because(Verdict::Inconclusive, Because::Login, detail)
        }
        Some((because, detail)) => Judged::because(Verdict::NotRun, because, detail),
        None => Judged::because(
            Verdict::NotRun,
            Because::Interrupted,
            "the night ended in the middle of it",
        ),
    }
}

/// Whether what failed each time may still be chance: at the cap, or where the night ended first.
fn may_be_chance(decision: Decision) -> bool {
    match decision {
        Decision::Again | Decision::Undecided => true,
        Decision::Sound | Decision::Broken | Decision::Flaky => false,
    }
}

/// No attempt was clean, so the last one speaks.
fn bad(scenario: &Scenario, attempt: &AttemptLog<'_>, number: u32, seen: &Seen<'_>) -> Judged {
    let detail = || {
        let failed = attempt
            .failures()
            .next()
            .map(|(_, failure)| format!("expected {}; {}", failure.expected, failure.actual))
            .map(|first| match attempt.failures().count() {
                0 | 1 => first,
                2 => format!("{first}; one more step fails"),
                many => format!("{first}; {} more steps fail", many - 1),
            });
        let ended = attempt.finished.as_ref().and_then(|it| it.detail).map(str::to_owned);
        failed.or(ended).unwrap_or_else(|| "it did not complete".to_owned())
    };
    match attempt.outcome() {
        Some(Outcome::Crashed) => Judged::plain(Verdict::Regressed),
        _ if seen.differs(&scenario.id, number) => Judged::plain(Verdict::Regressed),
        _ if seen.is_alike(&scenario.id, number) => {
            let because = if seen.has_baseline(&scenario.id) {
                Because::Environment
            } else {
                Because::Authoring
            };
            let detail = format!("the control fails in the same way tonight: {}", detail());
            Judged::because(Verdict::Inconclusive, because, detail)
        }
        Some(Outcome::Blocked) => {
            Judged::because(Verdict::Inconclusive, Because::NeedsPerson, detail())
        }
        Some(Outcome::Completed | Outcome::Failed | Outcome::TimedOut | Outcome::HarnessError)
        | None => {
            let first = attempt.failures().map(|it| it.0.index).min();
            let passed = first.is_some_and(|it| seen.control_passed(&scenario.id, it));
            if passed || seen.has_baseline(&scenario.id) || !can_have_baselines(scenario) {
                return Judged::plain(Verdict::Regressed);
            }
            Judged::because(
                Verdict::Inconclusive,
                Because::Authoring,
                format!("it has no baseline, so it never passed here: {}", detail()),
            )
        }
    }
}

/// A scenario of commands without snapshots never gets a baseline.
fn can_have_baselines(scenario: &Scenario) -> bool {
    scenario.all_steps().into_iter().any(|step| {
        step.action.snapshot().is_some() || step.action.surface() == Some(Surface::Browser)
    })
}
