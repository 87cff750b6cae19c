//! [`slow`]: the steps that take longer than they used to, or than on another build tonight, as
//! findings that decide nothing.
//!
//! It brings what happened tonight and what earlier nights, or another build, took into the series
//! that [`crate::history::slow`] weighs; [`suspects`] and [`suspects_beside`] ask it what is worth
//! measuring once more. What was timed beside another build is not weighed against earlier nights:
//! the same night is the better witness.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use super::suppressed::of_fingerprint;
use crate::history::slow::{self as weigh, Series, Slower};
use crate::model::attempts::{AttemptLog, Attempts, ScenarioLog};
use crate::model::change::short_hash;
use crate::model::finding::{Beside, FacetChange, Pace, SlowStep, Slowdown};
use crate::model::history::{PastScenario, Took, step_key};
use crate::model::{
    Difference, Entry, Finding, Outcome, Plan, Scenario, Severity, Stage, Step, StepOutcome,
    Surface, Verdict,
};
use crate::words::{plain, product};

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

/// The ids of the suspected scenarios that were slow again when they were measured first.
#[must_use]
pub fn still_suspects(plan: &Plan, entries: &[Entry]) -> BTreeSet<String> {
    let attempts = Attempts::of(entries);
    let (series, timed) = series(plan, &attempts);
    weigh::still_suspects(&series).into_iter().map(|at| timed[at].scenario.id.clone()).collect()
}

/// The scenarios that can be timed on another build: they use it and came to their end.
#[must_use]
pub fn can_be_beside<'a>(plan: &'a Plan, attempts: &Attempts<'_>) -> Vec<&'a Scenario> {
    let fits = |it: &&Scenario| {
        plan.beside.keys().any(|name| it.uses_product(name))
            && attempts.scenario(&it.id).is_some_and(ScenarioLog::is_completed)
    };
    plan.scenarios.iter().filter(fits).collect()
}

/// The scenarios that are worth being timed alone: of those that the control judges, the ones with a
/// step that took clearly longer than there, the greatest effect first; and all others.
#[must_use]
pub fn worth_timing<'a>(plan: &'a Plan, attempts: &Attempts<'_>) -> Vec<&'a Scenario> {
    let choose = |series: &[Series]| weigh::clearly_longer(series);
    let mut chosen = of_steps(&series_of_control(plan, attempts), plan, choose);
    let all = can_be_beside(plan, attempts).into_iter();
    chosen.extend(all.filter(|it| !is_judged_by(plan, it)));
    chosen
}

/// Whether the builds that a scenario is timed on are those that it is judged by.
fn is_judged_by(plan: &Plan, scenario: &Scenario) -> bool {
    let Some(control) = &plan.control else { return false };
    let mut timed = plan.beside.iter().filter(|(name, _)| scenario.uses_product(name));
    timed.all(|(name, build)| control.builds.get(name) == Some(build))
}

/// Whether a scenario came to its end on the control, and this is the build that it is timed on.
fn has_control_run(plan: &Plan, attempts: &Attempts<'_>, scenario: &Scenario) -> bool {
    let log = attempts.scenario(&scenario.id);
    let ran = log.and_then(ScenarioLog::control);
    ran.is_some_and(|it| it.outcome() == Some(Outcome::Completed)) && is_judged_by(plan, scenario)
}

/// What steps took tonight and on the control, once each.
fn series_of_control(plan: &Plan, attempts: &Attempts<'_>) -> Vec<Series> {
    let mut all = Vec::new();
    for (at, scenario) in plan.scenarios.iter().enumerate() {
        let Some(log) = attempts.scenario(&scenario.id).filter(|it| it.is_completed()) else {
            continue;
        };
        if !has_control_run(plan, attempts, scenario) {
            continue;
        }
        let (Some(own), Some(theirs)) = (log.attempts.values().next_back(), log.control()) else {
            continue;
        };
        let (own, theirs) = (times(own), times(theirs));
        for (step, _) in keyed(scenario) {
            let both = own.get(&step.index).zip(theirs.get(&step.index));
            let Some(((_, _, ms), (_, _, before))) = both else { continue };
            all.push(Series {
                scenario: at,
                past: vec![Some(Took { ms: *before, slower: false })],
                tonight: Some(*ms),
                again: vec![*ms],
            });
        }
    }
    all
}

/// The scenarios with a step that took longer than on another build, the one with the greatest
/// effect first.
#[must_use]
pub fn suspects_beside<'a>(plan: &'a Plan, attempts: &Attempts<'_>) -> Vec<&'a Scenario> {
    of_steps(&series_beside(plan, attempts).0, plan, weigh::suspects_beside)
}

/// The scenarios with a step that was slower in most runs, which as many runs again must confirm.
#[must_use]
pub fn claimed_beside<'a>(plan: &'a Plan, attempts: &Attempts<'_>) -> Vec<&'a Scenario> {
    of_steps(&series_beside(plan, attempts).0, plan, weigh::claimed_beside)
}

/// The scenarios of the steps that were chosen, in their order.
fn of_steps<'a>(
    series: &[Series],
    plan: &'a Plan,
    choose: impl Fn(&[Series]) -> Vec<usize>,
) -> Vec<&'a Scenario> {
    let mut found: Vec<&Scenario> = Vec::new();
    for at in choose(series) {
        let scenario = &plan.scenarios[series[at].scenario];
        if !found.iter().any(|it| it.id == scenario.id) {
            found.push(scenario);
        }
    }
    found
}

/// What became slower tonight, and what that is known from.
pub struct Slowdowns {
    /// What became slower.
    pub findings: Vec<Finding>,
    /// How fast the night was against earlier ones.
    pub pace: Option<Pace>,
    /// What was compared with other builds.
    pub beside: Option<Beside>,
}

/// What became slower, than it was in earlier nights or than it is on another build.
#[must_use]
pub fn slow(plan: &Plan, attempts: &Attempts<'_>, now: DateTime<Utc>) -> Slowdowns {
    let (series, timed) = series(plan, attempts);
    let (slower, pace) = weigh::slower(&series);
    let nights = causes(plan, &slower, &series, &timed, &Against::Nights(pace), now);
    let (series, timed) = series_beside(plan, attempts);
    let slower = weigh::slower_beside(&series);
    let mut findings = causes(plan, &slower, &series, &timed, &Against::Builds, now);
    let known: BTreeSet<String> = findings.iter().map(|it| it.fingerprint.clone()).collect();
    findings.extend(nights.into_iter().filter(|it| !known.contains(&it.fingerprint)));
    Slowdowns { findings, pace, beside: beside(plan, attempts) }
}

/// How far tonight was compared with other builds; `None` where nobody asked for it.
fn beside(plan: &Plan, attempts: &Attempts<'_>) -> Option<Beside> {
    if plan.beside.is_empty() {
        return None;
    }
    let could = can_be_beside(plan, attempts);
    let least = |scenario: &Scenario| {
        let log = attempts.scenario(&scenario.id);
        log.map_or(0, |it| it.beside.len().min(it.measured.len()))
    };
    let suspects = suspects_beside(plan, attempts);
    let unmeasured = suspects.iter().filter(|it| least(it) <= weigh::FEWEST_AGAIN).count();
    let untimed = worth_timing(plan, attempts)
        .into_iter()
        .filter(|it| least(it) == 0 && has_control_run(plan, attempts, it));
    let unmeasured = unmeasured + untimed.count();
    Some(Beside {
        builds: plan.beside.clone(),
        scenarios: could
            .iter()
            .filter(|it| least(it) > 0 || has_control_run(plan, attempts, it))
            .count() as u32,
        of: could.len() as u32,
        unmeasured: unmeasured as u32,
    })
}

/// What steps are compared with.
enum Against {
    /// Earlier nights, by the pace of tonight.
    Nights(Option<Pace>),
    /// The other builds of the products that their scenario uses.
    Builds,
}

/// A slower step with its series.
type Claim<'a> = (&'a Slower, &'a Timed<'a>, &'a Series);

/// Steps that became slower at one place are one finding.
fn causes(
    plan: &Plan,
    slower: &[Slower],
    series: &[Series],
    timed: &[Timed<'_>],
    against: &Against,
    now: DateTime<Utc>,
) -> Vec<Finding> {
    let mut causes: BTreeMap<(bool, &str), Vec<Claim<'_>>> = BTreeMap::new();
    for it in slower {
        let at = &timed[it.series];
        let key = (at.surface == Surface::Browser, at.place);
        causes.entry(key).or_default().push((it, at, &series[it.series]));
    }
    let findings = causes.into_iter().map(|((is_page, place), mut own)| {
        own.sort_by(|(a, ..), (b, ..)| (b.now_ms - b.usual_ms).total_cmp(&(a.now_ms - a.usual_ms)));
        finding(plan, is_page, place, &own, against, now)
    });
    findings.collect()
}

/// The builds that a scenario was timed on beside tonight's: `shop 1.4`.
fn other_builds(plan: &Plan, scenario: &Scenario) -> String {
    let used = plan.beside.iter().filter(|(name, _)| scenario.uses_product(name));
    let named = used.map(|(name, build)| format!("{} {}", plain(name, 40), plain(build, 40)));
    named.collect::<Vec<_>>().join(" and ")
}

/// The command that times a scenario on both builds again.
fn run_on_both(plan: &Plan, scenario: &Scenario) -> String {
    let mut words = vec!["nightshift".to_owned(), "run".to_owned(), scenario.id.clone()];
    for (name, other) in plan.beside.iter().filter(|(name, _)| scenario.uses_product(name)) {
        let product = plan.products.iter().find(|it| it.name == *name);
        if let Some(own) = product.and_then(|it| it.build.as_ref()) {
            words.extend(["--build".to_owned(), format!("{name}={own}")]);
        }
        words.extend(["--beside".to_owned(), format!("{name}={other}")]);
    }
    shell_words::join(words)
}

fn finding(
    plan: &Plan,
    is_page: bool,
    place: &str,
    own: &[Claim<'_>],
    against: &Against,
    now: DateTime<Utc>,
) -> Finding {
    let (lead, timed, series) = own[0];
    let other = match against {
        Against::Nights(_) => None,
        Against::Builds => Some(other_builds(plan, timed.scenario)),
    };
    let fingerprint = short_hash(&format!("slower {is_page} {place}"));
    let mut scenarios: Vec<String> = Vec::new();
    for (_, it, _) in own {
        if !scenarios.contains(&it.scenario.id) {
            scenarios.push(it.scenario.id.clone());
        }
    }
    let change = format!("{} -> {}", in_words(lead.usual_ms), in_words(lead.now_ms));
    let than = other.as_ref().map_or("before".to_owned(), |it| format!("with {it}"));
    let ratio = format!("{:.1} times as long as {than}: {change}", lead.ratio);
    let step = is_page.then_some(timed.step.text.as_str());
    let title = product::slower(step, place, &ratio);
    Finding {
        id: String::new(),
        title,
        verdict: Verdict::Regressed,
        stage: Stage::Advisory,
        severity: Severity::Minor,
        confidence: (lead.sure * 1000.0).floor() / 1000.0,
        first_seen: None,
        since: None,
        noise: None,
        slowdown: Some(Slowdown {
            usual_ms: lead.usual_ms.round() as u64,
            now_ms: lead.now_ms.round() as u64,
            ratio: (lead.ratio * 100.0).round() / 100.0,
            sure: (lead.sure * 10_000.0).floor() / 10_000.0,
            nights: if other.is_some() { 0 } else { lead.nights as u32 },
            beside: other.clone(),
            measured: series.again.len() as u32,
            steps: own.iter().take(MOST_STEPS).map(|it| trend(it.1, it.2)).collect(),
        }),
        culprit: None,
        flake: None,
        owner: timed.scenario.owner.clone(),
        reproduce: match against {
            Against::Nights(_) => format!("nightshift run {}", shell_words::quote(&scenarios[0])),
            Against::Builds => run_on_both(plan, timed.scenario),
        },
        scenarios,
        differences: own.iter().map(|it| difference(*it, other.as_deref())).collect(),
        reasons: reasons(own, against, other.as_deref()),
        changes: Vec::new(),
        because: Vec::new(),
        see_also: Vec::new(),
        accept: None,
        suppression: of_fingerprint(plan, &fingerprint, now),
        fingerprint,
        pieces: Vec::new(),
    }
}

/// Why it is believed: how sure it is, the pace of the night, and the times themselves.
fn reasons(own: &[Claim<'_>], against: &Against, other: Option<&str>) -> Vec<String> {
    let (lead, _, series) = own[0];
    let measured = series.again.len();
    let sure = percent(lead.sure);
    let mut reasons = vec![match other {
        None => format!(
            "{sure} sure: run again {measured} times at the end of the night, against {} earlier nights of this machine",
            lead.nights
        ),
        Some(other) => format!(
            "{sure} sure: run {measured} times in turns with {other} at the end of the night; of each side the first is left out"
        ),
    }];
    if let Against::Nights(Some(pace)) = against
        && pace.factor >= 1.1
    {
        reasons.push(format!(
            "the night as a whole took {:.1} times as long as usual; that is taken into account",
            pace.factor
        ));
    }
    reasons.push(match other {
        None => trend_in_words(series),
        Some(other) => format!(
            "{other} took {}; tonight's build {}",
            listed(series.past.iter().flatten().map(|it| it.ms)),
            listed(series.again.iter().copied())
        ),
    });
    if own.len() > 1 {
        reasons.push(format!("{} steps became slower there", own.len()));
    }
    reasons
}

fn difference((slower, timed, series): Claim<'_>, other: Option<&str>) -> Difference {
    let middle_of = match other {
        None => format!("the middle of {} earlier nights", slower.nights),
        Some(other) => format!("the middle of {} runs of {other}", slower.nights),
    };
    Difference {
        scenario: timed.scenario.id.clone(),
        attempt: timed.attempt,
        checkpoint: None,
        step: timed.step.index,
        place: timed.place.to_owned(),
        facets: vec![FacetChange {
            facet: None,
            expected: format!("{}, {middle_of}", in_words(slower.usual_ms)),
            actual: format!(
                "{}, the middle of {} runs tonight",
                in_words(slower.now_ms),
                // The first only said that it is worth a test.
                series.again.len() - 1
            ),
            diff: Vec::new(),
            image: None,
            evidence: Vec::new(),
            beyond: 0,
            changes: Vec::new(),
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
    format!(
        "it took {} to {} in the last {} nights, {} in the last of them; tonight {}, and measured again {}",
        in_words(f64::from(*least)),
        in_words(f64::from(*most)),
        past.len(),
        in_words(f64::from(*latest)),
        series.tonight.map_or("it was not done".to_owned(), |it| in_words(f64::from(it))),
        listed(series.again.iter().copied())
    )
}

/// `640 ms, 652 ms`.
fn listed(times: impl Iterator<Item = u32>) -> String {
    times.map(|it| in_words(f64::from(it))).collect::<Vec<_>>().join(", ")
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
        let Some(log) = attempts.scenario(&scenario.id).filter(|it| it.beside.is_empty()) else {
            continue;
        };
        let Some(past) = plan.history.scenarios.get(&scenario.id) else { continue };
        let last = log.attempts.iter().next_back();
        let Some((number, last)) = last.filter(|it| it.1.outcome() == Some(Outcome::Completed))
        else {
            continue;
        };
        let tonight: Vec<Times<'_>> = log.attempts.values().map(times).collect();
        let again: Vec<Times<'_>> = log.measured.values().map(times).collect();
        let last = times(last);
        for (step, key) in keyed(scenario) {
            let Some((surface, place, _)) = last.get(&step.index).copied() else { continue };
            let Some(took) = own.past(past, key, surface) else { continue };
            let of_step = |it: &Times<'_>| Some(it.get(&step.index)?.2);
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

/// The series of every step of the scenarios that were run on another build too: its times stand
/// for those of earlier nights.
fn series_beside<'a>(plan: &'a Plan, attempts: &Attempts<'a>) -> (Vec<Series>, Vec<Timed<'a>>) {
    let (mut all, mut timed) = (Vec::new(), Vec::new());
    for (at, scenario) in plan.scenarios.iter().enumerate() {
        let Some(log) = attempts.scenario(&scenario.id).filter(|it| it.is_completed()) else {
            continue;
        };
        let Some((number, last)) = log.attempts.iter().next_back() else { continue };
        let theirs: Vec<Times<'_>> = log.beside.values().map(times).collect();
        let own: Vec<Times<'_>> = log.measured.values().map(times).collect();
        let last = times(last);
        for (step, key) in keyed(scenario) {
            let Some((surface, place, ms)) = last.get(&step.index).copied() else { continue };
            let of_step = |it: &Times<'_>| Some(it.get(&step.index)?.2);
            let took = |ms: u32| Some(Took { ms, slower: false });
            all.push(Series {
                scenario: at,
                past: theirs.iter().filter_map(of_step).map(took).collect(),
                tonight: Some(ms),
                again: own.iter().filter_map(of_step).collect(),
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

/// What steps took, by their index: what they acted upon, where, and milliseconds.
type Times<'a> = HashMap<u32, (Surface, &'a str, u32)>;

/// What each step of an attempt took that passed, in its first round.
fn times<'a>(attempt: &AttemptLog<'a>) -> Times<'a> {
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
