//! [`fill`]: what the failing and the passing run of something flaky differ in of their requests, as
//! reasons of its finding. Used by [`super::judging`]; `compare::traffic` says what differs.

use crate::compare::traffic::{Run, apart};
use crate::ledger::NightDir;
use crate::model::attempts::{AttemptLog, Attempts};
use crate::model::request::NETWORK;
use crate::model::{Entry, EvidenceRef, Finding, Outcome, Verdict};

/// Puts it to the findings that are flaky.
pub(super) fn fill(night: &NightDir, entries: &[Entry], findings: &mut [Finding]) {
    let mut flaky = findings.iter_mut().filter(|it| it.verdict == Verdict::Flaky).peekable();
    if flaky.peek().is_none() {
        return;
    }
    let attempts = Attempts::of(entries);
    let read = |evidence: &EvidenceRef| night.read_text(evidence).ok();
    for finding in flaky {
        let said = said(finding, &attempts, &read);
        finding.reasons.extend(said);
    }
}

/// How evidence is read.
type Read<'a> = &'a dyn Fn(&EvidenceRef) -> Option<String>;

/// What the first failing and the last passing run of the first of its scenarios that has both differ
/// in.
fn said(finding: &Finding, attempts: &Attempts<'_>, read: Read<'_>) -> Vec<String> {
    let both = finding.scenarios.iter().find_map(|id| {
        let failed = |number: u32, it: &AttemptLog<'_>| {
            let mut own = finding.differences.iter().filter(|seen| seen.scenario == *id);
            it.outcome() != Some(Outcome::Completed) || own.any(|seen| seen.attempt == number)
        };
        let log = attempts.scenario(id)?;
        let mut counted = log.attempts.iter().filter(|it| it.1.counts());
        let failing = counted.clone().find(|it| failed(*it.0, it.1))?;
        let passing = counted.rfind(|it| !failed(*it.0, it.1))?;
        Some((failing, passing))
    });
    let Some(((one, failing), (other, passing))) = both else { return Vec::new() };
    let Some((before, after)) = requests(failing, read).zip(requests(passing, read)) else {
        return Vec::new();
    };
    let (one, other) = (format!("run {one}, which failed"), format!("run {other}, which passed"));
    apart(Run { name: &one, log: &before }, Run { name: &other, log: &after })
}

/// The log of the network of an attempt, as it was kept last.
fn requests(attempt: &AttemptLog<'_>, read: Read<'_>) -> Option<String> {
    let mut kept = attempt.steps.iter().flat_map(|it| &it.evidence);
    read(kept.rfind(|it| it.kind == NETWORK)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::{Night, finding};
    use crate::model::{Difference, Event};

    /// Keeps a log of the network with the last step of a night.
    fn with_log(night: &mut Night, log: &str) {
        let kept = night.keep(NETWORK, log.as_bytes());
        if let Some(Event::Step { step, .. }) = night.entries.last_mut().map(|it| &mut it.event) {
            step.evidence.push(kept);
        }
    }

    /// A night of one scenario, which failed first and passed then, with these logs.
    fn night(failed: &str, passed: &str) -> Night {
        let mut night = Night::default();
        let why = (Outcome::Failed, "the total", "none");
        night.browser_scenario("pay", &[]).begin("pay", 1).failed("pay", 1, 1, "/", why);
        with_log(&mut night, failed);
        night.end("pay", 1, Outcome::Failed).begin("pay", 2).passed("pay", 2, 1, "/");
        with_log(&mut night, passed);
        night.end("pay", 2, Outcome::Completed);
        night
    }

    fn told(night: &Night) -> Vec<String> {
        let flaky = Finding { scenarios: vec!["pay".to_owned()], ..finding() };
        let read = |it: &EvidenceRef| night.read(it).ok().and_then(|it| String::from_utf8(it).ok());
        said(&flaky, &Attempts::of(&night.entries), &read)
    }

    #[test]
    fn the_request_that_was_slower_in_the_run_that_failed_is_told() {
        let slow = night("GET http://a/b 200 in 900 ms\n", "GET http://a/b 200 in 90 ms\n");
        assert_eq!(
            told(&slow),
            ["GET a/b took 900 ms in run 1, which failed, and 90 ms in run 2, which passed"]
        );
        let alike = night("GET http://a/b 200 in 90 ms\n", "GET http://a/b 200 in 91 ms\n");
        assert!(told(&alike).is_empty());
    }

    #[test]
    fn a_run_that_completed_and_saw_something_else_is_the_failing_one() {
        let mut night = night("GET http://a/b 500 in 9 ms\n", "GET http://a/b 200 in 9 ms\n");
        for entry in &mut night.entries {
            if let Event::AttemptFinished { outcome, .. } = &mut entry.event {
                *outcome = Outcome::Completed;
            }
        }
        assert!(told(&night).is_empty(), "no run failed");
        let seen = Difference {
            scenario: "pay".to_owned(),
            attempt: 1,
            checkpoint: None,
            step: 1,
            place: String::new(),
            facets: Vec::new(),
        };
        let scenarios = vec!["pay".to_owned()];
        let flaky = Finding { scenarios, differences: vec![seen], ..finding() };
        let read = |it: &EvidenceRef| night.read(it).ok().and_then(|it| String::from_utf8(it).ok());
        let said = said(&flaky, &Attempts::of(&night.entries), &read);
        assert_eq!(said.len(), 1, "{said:?}");
    }
}
