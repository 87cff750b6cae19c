//! [`slow`]: the steps that take longer than they used to, as findings that decide nothing.
//!
//! It brings what happened tonight and what earlier nights took into the series that
//! [`crate::history::slow`] weighs; [`suspects`] asks it what is worth measuring once more.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use super::findings::{short_hash, suppression};
use super::title::plain;
use crate::history::slow::{self as weigh, Series, Slower};
use crate::model::attempts::{AttemptLog, Attempts, ScenarioLog};
use crate::model::finding::{FacetChange, Pace, SlowStep, Slowdown};
use crate::model::history::{PastScenario, Took, step_key};
use crate::model::{
    Difference, Entry, Finding, Outcome, Plan, Scenario, Severity, Stage, Step, StepOutcome,
    Surface, Verdict,
};

/// How many steps of one cause are kept with their trends.
const MOST_STEPS: usize = 20;

/// One step of the plan, with its series.
struct Timed<'a> {
    scenario: &'a Scenario,
    step: &'a Step,
    key: u64,
    attempt: u32,
    surface: Surface,
    place: &'a str,
}

/// The ids of the scenarios whose steps stand out tonight, the one with the greatest effect first;
/// then those that could be measured with them to tell how fast the machine is meanwhile.
#[must_use]
pub fn suspects(plan: &Plan, entries: &[Entry]) -> (Vec<String>, Vec<String>) {
    let attempts = Attempts::of(entries);
    let (series, timed) = series(plan, &attempts);
    let mut suspected: Vec<String> = Vec::new();
    for at in weigh::suspects(&series) {
        let id = &timed[at].scenario.id;
        if !suspected.contains(id) {
            suspected.push(id.clone());
        }
    }
    let mut controls: BTreeMap<&str, u64> = BTreeMap::new();
    for it in &timed {
        let took = attempts.scenario(&it.scenario.id).map_or(0, ScenarioLog::duration_ms);
        controls.insert(&it.scenario.id, took);
    }
    let mut controls: Vec<(u64, String)> = controls
        .into_iter()
        .filter(|it| !suspected.iter().any(|id| id == it.0))
        .map(|(id, took)| (took, id.to_owned()))
        .collect();
    controls.sort();
    (suspected, controls.into_iter().map(|it| it.1).collect())
}

/// What became slower, as findings; and how fast the night was as a whole.
#[must_use]
pub fn slow(
    plan: &Plan,
    attempts: &Attempts<'_>,
    now: DateTime<Utc>,
) -> (Vec<Finding>, Option<Pace>) {
    let (series, timed) = series(plan, attempts);
    let (slower, pace) = weigh::slower(&series);
    let mut causes: BTreeMap<(bool, &str), Vec<&Slower>> = BTreeMap::new();
    for it in &slower {
        let at = &timed[it.series];
        causes.entry((at.surface == Surface::Browser, at.place)).or_default().push(it);
    }
    let findings = causes.into_iter().map(|((is_page, place), mut own)| {
        own.sort_by(|a, b| (b.now_ms - b.usual_ms).total_cmp(&(a.now_ms - a.usual_ms)));
        let own: Vec<(&Slower, &Timed<'_>, &Series)> =
            own.into_iter().map(|it| (it, &timed[it.series], &series[it.series])).collect();
        finding(plan, is_page, place, &own, pace, now)
    });
    (findings.collect(), pace)
}

fn finding(
    plan: &Plan,
    is_page: bool,
    place: &str,
    own: &[(&Slower, &Timed<'_>, &Series)],
    tempo: Option<Pace>,
    now: DateTime<Utc>,
) -> Finding {
    let (lead, timed, series) = own[0];
    let fingerprint = short_hash(&format!("slower {is_page} {place}"));
    let mut scenarios: Vec<String> = Vec::new();
    for (_, it, _) in own {
        if !scenarios.contains(&it.scenario.id) {
            scenarios.push(it.scenario.id.clone());
        }
    }
    let change = format!("{} -> {}", in_words(lead.usual_ms), in_words(lead.now_ms));
    let ratio = format!("{:.1} times as long as before: {change}", lead.ratio);
    let title = if is_page {
        format!("{} on {} takes {ratio}", plain(&timed.step.text, 60), plain(place, 60))
    } else {
        format!("{} takes {ratio}", plain(place, 80))
    };
    let measured = series.again.len();
    let mut reasons = vec![format!(
        "{} sure: run again {measured} times at the end of the night, against {} earlier nights of this machine",
        percent(lead.sure),
        lead.nights
    )];
    if let Some(pace) = tempo.filter(|it| it.factor >= 1.1) {
        reasons.push(format!(
            "the night as a whole took {:.1} times as long as usual; that is taken into account",
            pace.factor
        ));
    }
    reasons.push(trend_in_words(series));
    if own.len() > 1 {
        reasons.push(format!("{} steps became slower there", own.len()));
    }
    Finding {
        id: String::new(),
        title,
        verdict: Verdict::Regressed,
        stage: Stage::Advisory,
        severity: Severity::Minor,
        confidence: (lead.sure * 1000.0).floor() / 1000.0,
        first_seen: None,
        since: None,
        slowdown: Some(Slowdown {
            usual_ms: lead.usual_ms.round() as u64,
            now_ms: lead.now_ms.round() as u64,
            ratio: (lead.ratio * 100.0).round() / 100.0,
            sure: (lead.sure * 10_000.0).floor() / 10_000.0,
            nights: lead.nights as u32,
            measured: measured as u32,
            steps: own.iter().take(MOST_STEPS).map(|it| trend(it.1, it.2)).collect(),
        }),
        owner: timed.scenario.owner.clone(),
        reproduce: format!("nightshift run {}", shell_words::quote(&scenarios[0])),
        scenarios,
        differences: own.iter().map(|it| difference(it.0, it.1, it.2)).collect(),
        reasons,
        accept: None,
        suppression: suppression(plan, &fingerprint, now),
        fingerprint,
        pieces: Vec::new(),
    }
}

fn difference(slower: &Slower, timed: &Timed<'_>, series: &Series) -> Difference {
    Difference {
        scenario: timed.scenario.id.clone(),
        attempt: timed.attempt,
        checkpoint: None,
        step: timed.step.index,
        place: timed.place.to_owned(),
        facets: vec![FacetChange {
            facet: None,
            expected: format!(
                "{}, the middle of {} earlier nights",
                in_words(slower.usual_ms),
                slower.nights
            ),
            actual: format!(
                "{}, the middle of {} runs tonight",
                in_words(slower.now_ms),
                series.again.len()
            ),
            diff: Vec::new(),
            image: None,
            evidence: Vec::new(),
        }],
    }
}

fn trend(timed: &Timed<'_>, series: &Series) -> SlowStep {
    let words = series.past.iter().flatten().map(|it| it.ms.to_string());
    SlowStep {
        scenario: timed.scenario.id.clone(),
        step: timed.step.index,
        key: format!("{:016x}", timed.key),
        trend: words.collect::<Vec<_>>().join(" "),
    }
}

/// How it went: `it took 190 to 230 ms in the last 12 nights, 214 ms in the last of them; tonight
/// 640, 652 and 660 ms`.
fn trend_in_words(series: &Series) -> String {
    let past: Vec<u32> = series.past.iter().flatten().map(|it| it.ms).collect();
    let (Some(least), Some(most), Some(latest)) =
        (past.iter().min(), past.iter().max(), past.last())
    else {
        return String::new();
    };
    let again: Vec<String> = series.again.iter().map(|it| in_words(f64::from(*it))).collect();
    format!(
        "it took {} to {} in the last {} nights, {} in the last of them; tonight {}, and measured again {}",
        in_words(f64::from(*least)),
        in_words(f64::from(*most)),
        past.len(),
        in_words(f64::from(*latest)),
        series.tonight.map_or("it was not done".to_owned(), |it| in_words(f64::from(it))),
        again.join(", ")
    )
}

/// `210 ms`, `1.3 s`.
fn in_words(ms: f64) -> String {
    if ms < 1_000.0 { format!("{ms:.0} ms") } else { format!("{:.1} s", ms / 1_000.0) }
}

/// Never rounded up to certainty.
fn percent(sure: f64) -> String {
    let tenths = (sure * 1000.0).floor().min(999.0) / 10.0;
    format!("{tenths:.1} %")
}

/// The series of every step that was done tonight by a scenario that came to its end, and that
/// earlier nights of this machine know.
fn series<'a>(plan: &'a Plan, attempts: &'a Attempts<'a>) -> (Vec<Series>, Vec<Timed<'a>>) {
    let (mut all, mut timed) = (Vec::new(), Vec::new());
    let own = Own::of(plan);
    if !own.machine.iter().any(|it| *it) {
        return (all, timed);
    }
    for (at, scenario) in plan.scenarios.iter().enumerate() {
        let Some(log) = attempts.scenario(&scenario.id) else { continue };
        let Some(past) = plan.history.scenarios.get(&scenario.id) else { continue };
        let last = log.attempts.iter().next_back();
        let Some((number, last)) = last.filter(|it| it.1.outcome() == Some(Outcome::Completed))
        else {
            continue;
        };
        let tonight: Vec<HashMap<u32, (Surface, &str, u32)>> =
            log.attempts.values().map(times).collect();
        let again: Vec<HashMap<u32, (Surface, &str, u32)>> =
            log.measured.values().map(times).collect();
        let last = times(last);
        for (step, key) in keyed(scenario) {
            let Some((surface, place, _)) = last.get(&step.index).copied() else { continue };
            let Some(took) = own.past(past, key, surface) else { continue };
            let of_step = |it: &HashMap<u32, (Surface, &str, u32)>| Some(it.get(&step.index)?.2);
            all.push(Series {
                scenario: at,
                past: took,
                tonight: tonight.iter().filter_map(of_step).min(),
                again: again.iter().filter_map(of_step).collect(),
            });
            timed.push(Timed { scenario, step, key, attempt: *number, surface, place });
        }
    }
    (all, timed)
}

/// Which earlier nights ran on this machine, and which with this browser too.
struct Own {
    machine: Vec<bool>,
    browser: Vec<bool>,
}

impl Own {
    fn of(plan: &Plan) -> Self {
        let same =
            |past: &Option<String>, own: Option<&String>| own.is_some() && past.as_ref() == own;
        let nights = &plan.history.nights;
        let machine: Vec<bool> =
            nights.iter().map(|it| same(&it.machine, plan.machine.as_ref())).collect();
        let browser = nights.iter().map(|it| same(&it.browser, plan.versions.get("browser")));
        let browser = browser.zip(&machine).map(|(browser, machine)| browser && *machine).collect();
        Self { machine, browser }
    }

    /// What a step took in those nights; `None` where earlier nights do not know it.
    fn past(&self, past: &PastScenario, key: u64, surface: Surface) -> Option<Vec<Option<Took>>> {
        let step = past.steps.get(&format!("{key:016x}"))?;
        let comparable = match surface {
            Surface::Browser => &self.browser,
            Surface::Command | Surface::Terminal => &self.machine,
        };
        Some(step.took().zip(comparable).map(|(took, same)| took.filter(|_| *same)).collect())
    }
}

/// The steps of a scenario that can have a history.
fn keyed(scenario: &Scenario) -> Vec<(&Step, u64)> {
    let mut steps = scenario.all_steps();
    steps.sort_by_key(|it| it.index);
    let mut seen: HashMap<&str, u32> = HashMap::new();
    let keyed = steps.into_iter().map(|step| {
        let occurrence = seen.entry(step.text.as_str()).or_default();
        *occurrence += 1;
        (step, step_key(&step.text, *occurrence))
    });
    keyed.collect()
}

/// What each step of an attempt took that passed, in its first round.
fn times<'a>(attempt: &AttemptLog<'a>) -> HashMap<u32, (Surface, &'a str, u32)> {
    let mut seen: BTreeSet<u32> = BTreeSet::new();
    let first = attempt.steps.iter().filter(|it| seen.insert(it.index));
    first
        .filter(|it| it.outcome == StepOutcome::Passed && it.decided.is_none())
        .map(|it| {
            let ms = u32::try_from(it.duration_ms).unwrap_or(u32::MAX);
            (it.index, (it.surface, it.place.as_str(), ms))
        })
        .collect()
}
