//! [`lost`]: what failed while the disk was full, which says nothing of the product; and one finding
//! for a full disk and one for browsers that were lost, with all that they hit.
//!
//! Both were seen by the night itself. Neighbours: [`super::outages`], which finds what nobody saw
//! by how scenarios fail one after another; [`super::lost`], which doubts a browser that is lost at
//! the same step each time.

use std::collections::{BTreeMap, HashSet};

use chrono::TimeDelta;

use super::chance::is_clean;
use super::findings::Material;
use super::lost::lost_browser;
use super::seen::Seen;
use super::spot;
use super::verdicts::Judged;
use crate::model::attempts::{AttemptLog, Attempts, FailedCheck, ScenarioLog};
use crate::model::event::DISK;
use crate::model::{Because, Finding, Outcome, Plan, Severity, Verdict};

/// The attempts that went badly while the disk was full.
#[must_use]
pub(super) fn lost<'a>(
    plan: &'a Plan,
    attempts: &Attempts<'_>,
    seen: &Seen<'_>,
) -> HashSet<(&'a str, u32)> {
    let mut lost = HashSet::new();
    if full(attempts).next().is_none() {
        return lost;
    }
    for scenario in &plan.scenarios {
        let log = attempts.scenario(&scenario.id);
        let all = log.into_iter().flat_map(|it| &it.attempts);
        let hit = all.filter(|(number, it)| {
            !is_clean(&scenario.id, **number, it, seen) && is_on_full_disk(plan, attempts, it)
        });
        lost.extend(hit.map(|it| (scenario.id.as_str(), *it.0)));
    }
    lost
}

/// Says of scenarios of which nothing is known because the disk was full that this is why.
pub(super) fn name(plan: &Plan, attempts: &Attempts<'_>, judged: &mut BTreeMap<&str, Judged>) {
    if full(attempts).next().is_none() {
        return;
    }
    for (id, own) in judged.iter_mut().filter(|it| it.1.because == Some(Because::Environment)) {
        let Some(log) = attempts.scenario(id) else { continue };
        if log.attempts.values().any(|it| is_on_full_disk(plan, attempts, it)) {
            let said = own.detail.take().unwrap_or_default();
            own.detail = Some(format!("the disk was full: {said}"));
        }
    }
}

/// When the disk was full.
fn full<'a, 'l>(attempts: &'a Attempts<'l>) -> impl Iterator<Item = &'a FailedCheck<'l>> {
    attempts.failed_preflight.iter().filter(|it| it.check == DISK)
}

/// Whether an attempt went on while the disk of its machine was full.
fn is_on_full_disk(plan: &Plan, attempts: &Attempts<'_>, attempt: &AttemptLog<'_>) -> bool {
    let Some((from, to)) = attempt.took() else { return false };
    let is_there = |it: &&FailedCheck<'_>| {
        plan.asked.parts.as_ref().is_none_or(|parts| parts.are_of_one(it.seq, attempt.span.1))
    };
    full(attempts).filter(is_there).any(|it| from <= it.span.1 && to >= it.span.0)
}

impl Material<'_> {
    /// One finding for a full disk and one for browsers that were lost, where scenarios were hit.
    pub(super) fn troubles(&self) -> Vec<Finding> {
        self.full_disk().into_iter().chain(self.lost_browsers()).collect()
    }

    fn full_disk(&self) -> Option<Finding> {
        let said = full(self.attempts).last()?.detail;
        let lasted: TimeDelta = full(self.attempts).map(|it| it.span.1 - it.span.0).sum();
        let is_hit = |id: &str, log: &ScenarioLog<'_>| {
            let mut all = log.attempts.iter();
            all.any(|(number, it)| {
                self.seen.is_lost(id, *number) && is_on_full_disk(self.plan, self.attempts, it)
            })
        };
        let ids = self.plan.scenarios.iter().map(|it| it.id.as_str());
        let hit: Vec<&str> =
            ids.filter(|id| self.attempts.scenario(id).is_some_and(|it| is_hit(id, it))).collect();
        let title = format!(
            "The disk was full for {} s: {} went badly meanwhile",
            lasted.num_seconds().max(1),
            count(hit.len(), "scenario")
        );
        self.of_environment("the disk was full", title, said, &hit)
    }

    fn lost_browsers(&self) -> Option<Finding> {
        let (mut hit, mut times, mut first) = (Vec::new(), 0, None);
        for scenario in &self.plan.scenarios {
            // A page that may have taken its browser along is told by itself.
            if self.judged[scenario.id.as_str()].because == Some(Because::BrowserLost) {
                continue;
            }
            let Some(log) = self.attempts.scenario(&scenario.id) else { continue };
            let on_sound_disk =
                log.attempts.values().filter(|it| !is_on_full_disk(self.plan, self.attempts, it));
            let said: Vec<&str> =
                on_sound_disk.filter_map(|it| lost_browser(it).map(|it| it.1)).collect();
            if let Some(own) = said.first() {
                first.get_or_insert(*own);
                hit.push(scenario.id.as_str());
                times += said.len();
            }
        }
        let (attempts, scenarios) = (count(times, "attempt"), count(hit.len(), "scenario"));
        let title = format!("The browser was lost in {attempts} of {scenarios}");
        self.of_environment("the browser was lost", title, first?, &hit)
    }

    /// A finding of what the environment did to scenarios; `None` where it did nothing to any.
    pub(super) fn of_environment<S: AsRef<str>>(
        &self,
        key: &str,
        title: String,
        said: &str,
        hit: &[S],
    ) -> Option<Finding> {
        if hit.is_empty() {
            return None;
        }
        let why = (Outcome::HarnessError, "a sound environment", said);
        let own = hit.iter().map(|id| spot::failure(id.as_ref(), 0, (0, ""), why, Vec::new()));
        let found = self.product_finding(key, title, own.collect(), Verdict::Inconclusive);
        // What the attempts of a scenario saw is no reason: it is not about them.
        let (verdict, severity) = (Verdict::Inconclusive, Severity::Minor);
        Some(Finding { verdict, severity, reasons: Vec::new(), ..found })
    }
}

fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
