//! [`spent`]: where tonight's time went, from the ledger: a moment is shared by what ran in it, so
//! that the rows add up to how long the night took. [`all`] has the parts of its loop too that
//! leave no line in the ledger.
//!
//! Neighbours: [`super::weeks`], the shape of it, and [`super::build`], which asks for it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::night::NightReport;
use super::weeks::{Spent, SpentOn};
use crate::model::event::Purpose;
use crate::model::{Entry, Event, Finding, Outcome, Plan};

/// What ran from when to when, in milliseconds since 1970.
struct Span {
    what: SpentOn,
    from: i64,
    to: i64,
}

/// Where the night's time went, the most first and what is left last.
pub fn spent(plan: &Plan, entries: &[Entry], findings: &[Finding]) -> Vec<Spent> {
    let Some(last) = entries.last() else { return Vec::new() };
    let from = plan.started.timestamp_millis();
    let to = last.at.timestamp_millis().max(from);
    let mut reading = Reading::of(plan, findings);
    for entry in entries {
        reading.take(entry);
    }
    reading.close(to);
    sorted(shared(&reading.spans, from, to))
}

/// All of a night's time, with what was done behind the end of its ledger.
pub fn all(report: &NightReport) -> Vec<Spent> {
    sorted(report.time.iter().cloned().chain(behind(report)).collect())
}

/// How long a night took with that, in milliseconds; `None` where nothing happened in it.
pub fn lasted(report: &NightReport) -> Option<u64> {
    let took = report.night.finished? - report.night.started;
    let behind: u64 = behind(report).iter().map(|it| it.ms).sum();
    Some(took.num_milliseconds().unsigned_abs() + behind)
}

/// The parts of the loop that leave no line in the ledger.
fn behind(report: &NightReport) -> Vec<Spent> {
    let survey = report.survey.as_ref();
    let survey = survey.map(|it| (SpentOn::Exploring, it.probes, it.duration_ms));
    let soak = report.soak.as_ref();
    let soak = soak.map(|it| (SpentOn::Soaking, it.runs as usize, it.duration_ms));
    let shift = report.shift.as_ref();
    let shift = shift.map(|it| (SpentOn::ByModel, it.charters.len(), it.duration_ms));
    let parts = survey.into_iter().chain(soak).chain(shift).filter(|it| it.2 > 0);
    parts.map(|(what, runs, ms)| Spent { what, runs: runs as u32, ms }).collect()
}

fn sorted(mut rows: Vec<Spent>) -> Vec<Spent> {
    rows.sort_by_key(|it| (it.what == SpentOn::Left, Reverse(it.ms)));
    rows
}

/// A ledger while it is read.
struct Reading<'a> {
    /// Attempts that saw something otherwise than it should be.
    differing: HashSet<(&'a str, u32)>,
    /// Scenarios of which somebody wrote how often they run.
    written: HashSet<&'a str>,
    /// How often a scenario runs until its reruns leave it undecided.
    most: u32,
    open: BTreeMap<(&'a str, u32), (Purpose, SpentOn, i64)>,
    /// How often each scenario ran to be judged, and whether it failed then.
    before: HashMap<&'a str, (u32, bool)>,
    /// When the night came to its end, behind which it may go on.
    ended: Option<i64>,
    spans: Vec<Span>,
}

impl<'a> Reading<'a> {
    fn of(plan: &'a Plan, findings: &'a [Finding]) -> Self {
        let differing = findings.iter().flat_map(|it| &it.differences);
        let written = plan.scenarios.iter().filter(|it| it.retries.is_some());
        Self {
            differing: differing.map(|it| (it.scenario.as_str(), it.attempt)).collect(),
            written: written.map(|it| it.id.as_str()).collect(),
            most: plan.reruns.map_or(u32::MAX, |it| it.at_most.saturating_add(1)),
            open: BTreeMap::new(),
            before: HashMap::new(),
            ended: None,
            spans: Vec::new(),
        }
    }

    fn take(&mut self, entry: &'a Entry) {
        let at = entry.at.timestamp_millis();
        match &entry.event {
            Event::AttemptStarted { scenario, attempt, purpose, .. } => {
                if let Some(ended) = self.ended.take() {
                    self.add(SpentOn::BetweenParts, ended, at);
                }
                let what = self.kind(scenario, *purpose);
                self.open.insert((scenario.as_str(), *attempt), (*purpose, what, at));
            }
            Event::AttemptFinished { scenario, attempt, outcome, .. } => {
                let of = (scenario.as_str(), *attempt);
                let Some((purpose, what, from)) = self.open.remove(&of) else { return };
                self.add(what, from, at);
                if purpose.is_judging() {
                    let failed = *outcome != Outcome::Completed || self.differing.contains(&of);
                    let before = self.before.entry(scenario.as_str()).or_default();
                    *before = (before.0 + 1, before.1 || failed);
                }
            }
            Event::Preflight { duration_ms, .. } => {
                self.add(SpentOn::Preflight, at - *duration_ms as i64, at);
            }
            Event::Session { duration_ms, .. } => {
                self.add(SpentOn::Sessions, at - *duration_ms as i64, at);
            }
            Event::NightResumed { broke_off, .. } => {
                let broke_off = broke_off.timestamp_millis();
                self.close(broke_off);
                self.add(SpentOn::BrokenOff, broke_off, at);
            }
            Event::NightFinished { .. } => self.ended = Some(at),
            Event::NightStarted { .. }
            | Event::NotRun { .. }
            | Event::NoControl { .. }
            | Event::Usage { .. }
            | Event::ProductCrashed { .. }
            | Event::ProductLog { .. }
            | Event::Step { .. }
            | Event::Checkpoint { .. }
            | Event::Goal { .. }
            | Event::Recording { .. }
            | Event::Watch { .. } => {}
        }
    }

    /// What an attempt that begins is made for.
    fn kind(&self, scenario: &str, purpose: Purpose) -> SpentOn {
        let (runs, failed) = self.before.get(scenario).copied().unwrap_or_default();
        match purpose {
            Purpose::Judging if runs == 0 => SpentOn::FirstRuns,
            Purpose::Judging if !failed => SpentOn::Passed,
            Purpose::Judging if runs >= self.most && !self.written.contains(scenario) => {
                SpentOn::Undecided
            }
            Purpose::Judging => SpentOn::Reruns,
            Purpose::Control => SpentOn::Control,
            Purpose::Measuring | Purpose::Beside => SpentOn::Measuring,
            Purpose::Trying => SpentOn::Trying,
        }
    }

    fn add(&mut self, what: SpentOn, from: i64, to: i64) {
        self.spans.push(Span { what, from, to });
    }

    /// Ends the attempts that have no end of their own.
    fn close(&mut self, at: i64) {
        for (_, what, from) in std::mem::take(&mut self.open).into_values() {
            self.add(what, from, at);
        }
    }
}

/// The time between two moments, each moment shared by what ran in it, and what is left of it.
fn shared(spans: &[Span], from: i64, to: i64) -> Vec<Spent> {
    let mut runs: BTreeMap<SpentOn, u32> = BTreeMap::new();
    let mut edges: Vec<(i64, bool, SpentOn)> = Vec::new();
    for it in spans {
        *runs.entry(it.what).or_default() += 1;
        let (begin, end) = (it.from.clamp(from, to), it.to.clamp(from, to));
        if begin < end {
            edges.extend([(begin, true, it.what), (end, false, it.what)]);
        }
    }
    edges.sort_unstable();
    let mut running: BTreeMap<SpentOn, u32> = BTreeMap::new();
    let mut took: BTreeMap<SpentOn, f64> = BTreeMap::new();
    let (mut last, mut left) = (from, 0);
    for (at, begins, what) in edges {
        let all: u32 = running.values().sum();
        left += if all == 0 { at - last } else { 0 };
        for (of, n) in &running {
            let share = (at - last) as f64 * f64::from(*n) / f64::from(all);
            *took.entry(*of).or_default() += share;
        }
        last = at;
        let own = running.entry(what).or_default();
        *own = if begins { *own + 1 } else { own.saturating_sub(1) };
        running.retain(|_, n| *n > 0);
    }
    left += to - last;
    rows(&runs, &took, (to - from) as u64, left as u64)
}

/// The rows of so much time, of which so much is left; what rounding takes goes to the largest.
fn rows(
    runs: &BTreeMap<SpentOn, u32>,
    took: &BTreeMap<SpentOn, f64>,
    all: u64,
    left: u64,
) -> Vec<Spent> {
    // What is whole but for the errors of sums is whole.
    let whole = |ms: &f64| (ms + 1e-6).floor() as u64;
    let row = |(what, runs): (&SpentOn, &u32)| {
        let ms = took.get(what).map_or(0, whole);
        Spent { what: *what, runs: *runs, ms }
    };
    let mut rows: Vec<Spent> = runs.iter().map(row).collect();
    let told: u64 = rows.iter().map(|it| it.ms).sum();
    if let Some(most) = rows.iter_mut().max_by_key(|it| it.ms) {
        most.ms += (all - left).saturating_sub(told);
    }
    rows.extend((left > 0).then_some(Spent { what: SpentOn::Left, runs: 0, ms: left }));
    rows
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Duration, Utc};
    use serde_json::json;

    use super::*;
    use crate::model::Difference;
    use crate::model::reruns::Reruns;
    use crate::model::soak::Soak;
    use crate::model::testing::{Night, finding, instant};

    fn at(seconds: i64) -> DateTime<Utc> {
        instant() + Duration::seconds(seconds)
    }

    fn begins(scenario: &str, attempt: u32) -> Event {
        let purpose = Purpose::Judging;
        Event::AttemptStarted { scenario: scenario.to_owned(), attempt, known: Vec::new(), purpose }
    }

    fn ends(scenario: &str, attempt: u32, outcome: Outcome) -> Event {
        Event::AttemptFinished {
            scenario: scenario.to_owned(),
            attempt,
            outcome,
            detail: None,
            duration_ms: 0,
        }
    }

    /// A night whose lines were written at these seconds, and whose reruns are one at most.
    fn night(lines: Vec<(i64, Event)>) -> Night {
        let mut night = Night::default();
        night.plan.started = instant();
        night.plan.reruns = Some(Reruns { at_most: 1, ..Reruns::default() });
        for (seconds, event) in lines {
            let seq = night.entries.len() as u64;
            night.entries.push(Entry { seq, at: at(seconds), event });
        }
        night
    }

    fn told(night: &Night, findings: &[Finding]) -> Vec<(SpentOn, u32, u64)> {
        let rows = spent(&night.plan, &night.entries, findings);
        rows.into_iter().map(|it| (it.what, it.runs, it.ms)).collect()
    }

    /// `a` fails in three runs, the last of them beyond its reruns; `b` passes and runs once more.
    fn busy() -> Night {
        let preflight = Event::Preflight {
            check: "browser".to_owned(),
            ok: true,
            detail: String::new(),
            duration_ms: 2_000,
            evidence: Vec::new(),
        };
        night(vec![
            (2, preflight),
            (2, begins("a", 1)),
            (2, begins("b", 1)),
            (4, ends("a", 1, Outcome::Failed)),
            (4, begins("a", 2)),
            (6, ends("b", 1, Outcome::Completed)),
            (6, ends("a", 2, Outcome::Failed)),
            (6, begins("a", 3)),
            (8, ends("a", 3, Outcome::Failed)),
            (10, begins("b", 2)),
            (11, ends("b", 2, Outcome::Completed)),
            (12, Event::NightFinished { interrupted: false }),
        ])
    }

    #[test]
    fn what_ran_side_by_side_shares_its_time_and_all_of_it_adds_up_to_the_night() {
        let rows = told(&busy(), &[]);
        assert_eq!(
            rows,
            [
                (SpentOn::FirstRuns, 2, 3_000),
                (SpentOn::Preflight, 1, 2_000),
                (SpentOn::Undecided, 1, 2_000),
                (SpentOn::Reruns, 1, 1_000),
                (SpentOn::Passed, 1, 1_000),
                (SpentOn::Left, 0, 3_000),
            ]
        );
        assert_eq!(rows.iter().map(|it| it.2).sum::<u64>(), 12_000);
    }

    #[test]
    fn what_came_to_its_end_and_differed_is_no_run_of_what_passed() {
        let difference = Difference {
            scenario: "b".to_owned(),
            attempt: 1,
            checkpoint: None,
            step: 1,
            place: String::new(),
            facets: Vec::new(),
        };
        let found = Finding { differences: vec![difference], ..finding() };
        let rows = told(&busy(), &[found]);
        assert!(rows.contains(&(SpentOn::Reruns, 2, 2_000)), "{rows:?}");
        assert!(!rows.iter().any(|it| it.0 == SpentOn::Passed), "{rows:?}");
    }

    #[test]
    fn time_away_and_time_between_the_parts_of_the_loop_are_told() {
        let resumed = Event::NightResumed {
            broke_off: at(1),
            kept: 0,
            anew: vec!["a".to_owned()],
            void: Vec::new(),
        };
        let night = night(vec![
            (0, begins("a", 1)),
            (4, resumed),
            (4, begins("a", 2)),
            (5, ends("a", 2, Outcome::Completed)),
            (5, Event::NightFinished { interrupted: false }),
            (9, begins("a", 3)),
            (10, ends("a", 3, Outcome::Completed)),
        ]);
        let rows = told(&night, &[]);
        assert!(rows.contains(&(SpentOn::BrokenOff, 1, 3_000)), "{rows:?}");
        assert!(rows.contains(&(SpentOn::BetweenParts, 1, 4_000)), "{rows:?}");
        assert_eq!(rows.iter().map(|it| it.2).sum::<u64>(), 10_000);
    }

    #[test]
    fn what_a_soak_took_is_a_row_and_a_part_of_how_long_the_night_took() {
        let mut report: NightReport = serde_json::from_value(json!({
            "format_version": 1,
            "night": { "id": "n", "started": at(0), "finished": at(12), "branch": null,
                "environment": "e", "versions": {}, "products": [] },
            "gate": { "decision": "pass", "rule": "r" },
            "totals": { "planned": 0, "judged": 0, "regressed": 0, "still-failing": 0, "flaky": 0,
                "inconclusive": 0, "drifted": 0, "new": 0, "fixed": 0, "unchanged": 0,
                "not-run": 0 },
            "findings": [], "scenarios": [],
        }))
        .expect("a report");
        let busy = busy();
        report.time = spent(&busy.plan, &busy.entries, &[]);
        let sum = |report: &NightReport| all(report).iter().map(|it| it.ms).sum::<u64>();
        assert_eq!((sum(&report), lasted(&report)), (12_000, Some(12_000)));
        report.soak = Some(Soak {
            format_version: 1,
            scenario: "a".to_owned(),
            product: "shop".to_owned(),
            runs: 50,
            failed: 0,
            duration_ms: 60_000,
            series: Vec::new(),
            problem: None,
        });
        assert_eq!((sum(&report), lasted(&report)), (72_000, Some(72_000)));
        assert_eq!(all(&report)[0], Spent { what: SpentOn::Soaking, runs: 50, ms: 60_000 });
    }
}
