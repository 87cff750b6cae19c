//! What the control says of a night: what is the world's and not the product's, what the build
//! before did right a minute ago, and what it does wrong.
//!
//! `control` has laid the facets together; here that becomes one finding for a changed world
//! ([`KEY`]), a reason and a confidence for each other one ([`Right`]), and [`result`].

use std::collections::{BTreeMap, BTreeSet};

use super::narrow::facets_of;
use super::seen::Seen;
use super::spot;
use crate::cause::{Cause, Class, causes};
use crate::control::judged;
use crate::model::against::{ControlPlan, ControlResult, FixedAgainst};
use crate::model::attempts::{AttemptLog, Attempts};
use crate::model::change::{Identity, short_hash};
use crate::model::comparison::{Comparison, Located};
use crate::model::{Difference, Finding, Outcome, Plan, Scenario, Severity, Verdict};
use crate::words::{self, plain};

/// What stands for the one finding of a changed world, on any night.
pub const KEY: &str = "the world changed";

/// The most causes that are told of the control.
const MOST_FIXED: usize = 20;

/// All that the control differs in as tonight does, or fails at, where something was accepted.
#[must_use]
pub fn spots(plan: &Plan, attempts: &Attempts<'_>, seen: &Seen<'_>) -> Vec<Located> {
    let mut spots: Vec<Located> = seen.world().to_vec();
    for scenario in &plan.scenarios {
        let log = attempts.scenario(&scenario.id);
        let last = log.and_then(|log| log.attempts.iter().rfind(|it| it.1.counts()));
        let Some((number, log)) = last else { continue };
        if seen.is_alike(&scenario.id, *number) && seen.has_baseline(&scenario.id) {
            spots.extend(spot::failures(scenario, *number, log));
        }
    }
    spots
}

/// A finding that is about the world and no product's fault.
#[must_use]
pub fn finding(plan: &Plan, mut finding: Finding) -> Finding {
    let acceptable = finding.changes.iter().any(|it| it.facet.is_some());
    finding.verdict = Verdict::Inconclusive;
    finding.severity = Severity::Minor;
    finding.confidence = 0.95;
    finding.accept = acceptable.then(String::new);
    let more = reasons(plan, &finding);
    finding.reasons.extend(more);
    finding
}

/// Why a changed world is none of the product's, in sentences.
fn reasons(plan: &Plan, finding: &Finding) -> Vec<String> {
    let builds = said(plan);
    let places: BTreeSet<_> =
        finding.differences.iter().map(|it| (&it.scenario, &it.checkpoint, it.step)).collect();
    vec![
        format!(
            "{builds} differs from the baselines in the same way tonight, at {} places: a date, \
             data, fonts, the browser or the network changed, and not the product",
            places.len()
        ),
        "where that is right from now on, accept it; nothing here fails the gate as regressed"
            .to_owned(),
    ]
}

/// Says in the title of a changed world that it is one.
pub fn entitle(plan: &Plan, findings: &mut [Finding]) {
    let fingerprint = short_hash(&Identity::Product(KEY.to_owned()).key());
    for finding in findings.iter_mut().filter(|it| it.fingerprint == fingerprint) {
        finding.title = format!(
            "The world changed, not the product: {} (on {} too)",
            finding.title,
            said(plan)
        );
    }
}

fn said(plan: &Plan) -> String {
    let builds = plan.control.as_ref().map(named).unwrap_or_default();
    if builds.is_empty() { "the control".to_owned() } else { builds.join(" and ") }
}

fn named(control: &ControlPlan) -> Vec<String> {
    let all = control.builds.iter();
    all.map(|(name, build)| format!("{} {}", plain(name, 40), plain(build, 80))).collect()
}

/// The command that repeats what was seen of a scenario: at the servers that the night was told of,
/// but those whose address holds a password, and on the control too where it has one.
#[must_use]
pub fn reproduce(plan: &Plan, scenario: Option<&Scenario>) -> String {
    let mut words = vec!["nightshift".to_owned(), "run".to_owned()];
    let Some(scenario) = scenario else { return words.join(" ") };
    words.push(scenario.id.clone());
    for (name, url) in plan.asked.base_urls.iter().filter(|(name, _)| scenario.uses_product(name)) {
        if !url.contains('@') {
            words.extend(["--base-url".to_owned(), format!("{name}={url}")]);
        }
    }
    let control = plan.control.as_ref().filter(|it| it.covers(scenario));
    let builds = control.map(|it| it.builds.iter()).into_iter().flatten();
    for (name, other) in builds.filter(|(name, _)| scenario.uses_product(name)) {
        let by_address = control.is_some_and(|it| it.by_address.contains(name));
        let product = plan.products.iter().find(|it| it.name == *name && !by_address);
        if let Some(own) = product.and_then(|it| it.build.as_ref()) {
            words.extend(["--build".to_owned(), format!("{name}={own}")]);
        }
        let option = if by_address { "--against-url" } else { "--against" };
        words.extend([option.to_owned(), format!("{name}={other}")]);
    }
    shell_words::join(words)
}

/// That the control did right what tonight's build does wrong.
pub struct Right {
    builds: String,
    runs: usize,
    /// How far its runs lie from tonight's at most, in seconds.
    seconds: i64,
    /// Whether nothing else says what is right.
    is_lent: bool,
}

impl Right {
    /// `None` where the control did not do all of it right.
    pub fn of(plan: &Plan, attempts: &Attempts<'_>, differences: &[Difference]) -> Option<Self> {
        let control = plan.control.as_ref()?;
        let (mut runs, mut seconds, mut builds) = (usize::MAX, 0, BTreeSet::new());
        for it in differences {
            let log = attempts.scenario(&it.scenario)?;
            let own = log.control()?;
            let passed = own.failures().map(|it| it.0.index).min().is_none_or(|at| at > it.step);
            let reached = it.checkpoint.as_deref().is_none_or(|name| {
                name == crate::model::plan::WATCH_CHECKPOINT
                    || own.checkpoints.iter().any(|it| it.name == name)
            });
            if !passed || !reached {
                return None;
            }
            let ended = log.control.values().filter(|it| it.counts());
            runs = runs.min(ended.count());
            let tonight = log.attempts.get(&it.attempt).and_then(|it| it.finished.as_ref());
            if let (Some(tonight), Some(own)) = (tonight, &own.finished) {
                seconds = seconds.max((own.at - tonight.at).num_seconds().abs());
            }
            let scenario = plan.scenarios.iter().find(|own| own.id == it.scenario)?;
            builds.insert(control.said(scenario));
        }
        let builds = builds.into_iter().map(|it| plain(&it, 120)).collect::<Vec<_>>();
        let lent = plan.baselines.iter().filter(|it| !it.origin.is_accepted());
        let is_lent = lent.into_iter().any(|record| {
            differences.iter().any(|it| {
                it.scenario == record.scenario
                    && it.checkpoint.as_deref() == Some(&record.checkpoint)
                    && it.facets.iter().any(|own| own.facet == Some(record.facet))
            })
        });
        let builds = builds.join(" and ");
        (!builds.is_empty()).then_some(Self { builds, runs, seconds, is_lent })
    }

    /// How sure that makes a finding that so many attempts saw.
    pub fn confidence(&self, times: usize, only_picture: bool) -> f64 {
        match (only_picture, self.runs.max(times) > 1) {
            (true, _) => 0.95,
            (false, true) => 0.99,
            (false, false) => 0.97,
        }
    }

    /// The same in a sentence.
    pub fn said(&self) -> String {
        let when = match self.seconds {
            0 => "at the same moment".to_owned(),
            1 => "1 s apart".to_owned(),
            seconds if seconds < 120 => format!("{seconds} s apart"),
            seconds => format!("{} min apart", seconds / 60),
        };
        let runs = if self.runs == 1 { "1 run".to_owned() } else { format!("{} runs", self.runs) };
        let lent = if self.is_lent {
            "; no baseline was accepted in this environment, so that what it showed is tonight's"
        } else {
            ""
        };
        format!(
            "{} did it right in {runs} of it in the same environment, {when}{lent}",
            self.builds
        )
    }
}

/// What came of the control; `None` where nobody asked for one.
#[must_use]
pub fn result(
    plan: &Plan,
    attempts: &Attempts<'_>,
    comparison: &Comparison,
    tally: &judged::Tally,
) -> Option<ControlResult> {
    let control = plan.control.as_ref()?;
    let mut result = ControlResult {
        build: match control.builds.len() {
            1 => control.builds[0].clone(),
            _ => named(control).join(", "),
        },
        builds: control.builds.clone(),
        facets: tally.facets,
        problems: control.problems.clone(),
        ..ControlResult::default()
    };
    let mut lacks: BTreeMap<&str, u32> = BTreeMap::new();
    for scenario in plan.scenarios.iter().filter(|it| control.covers(it)) {
        let Some(log) = attempts.scenario(&scenario.id) else { continue };
        let ended = log.control.values().filter_map(|it| it.finished.as_ref());
        let (runs, took) = ended.fold((0, 0), |(n, ms), it| (n + 1, ms + it.duration_ms));
        result.runs += runs;
        result.duration_ms += took;
        result.of += u32::from(!log.attempts.is_empty());
        result.scenarios += u32::from(runs > 0);
        if let Some(why) = log.no_control {
            *lacks.entry(why).or_default() += 1;
        }
        let speaks = log.control().or_else(|| log.control.values().next_back());
        let said = speaks.and_then(|it| stopped(&control.said(scenario), &scenario.id, it));
        result.problems.extend(said);
    }
    result.problems.extend(lacks.into_iter().map(|(why, scenarios)| match scenarios {
        1 => format!("1 scenario has no control: {why}"),
        more => format!("{more} scenarios have no control: {why}"),
    }));
    result.problems.extend(attempts.no_control.map(str::to_owned));
    result.fixed = fixed(plan, attempts, comparison);
    result.noise = comparison
        .noise
        .iter()
        .map(|it| {
            format!("{}@{}.{}: {} ({})", it.scenario, it.checkpoint, it.facet, it.at, it.kind)
        })
        .collect();
    Some(result)
}

/// How far the control of a scenario came, where that was not to its end.
fn stopped(builds: &str, scenario: &str, control: &AttemptLog<'_>) -> Option<String> {
    let finished = control.finished.as_ref();
    let outcome = finished.map(|it| it.outcome).filter(|it| *it != Outcome::Completed)?;
    let judged = match outcome {
        Outcome::Crashed | Outcome::HarnessError => "is judged without it",
        Outcome::Completed | Outcome::Failed | Outcome::TimedOut | Outcome::Blocked => {
            "is judged without it from there"
        }
    };
    let Some((step, failure)) = control.failures().next() else {
        let why = finished.and_then(|it| it.detail).unwrap_or(outcome.word());
        return Some(format!(
            "{builds} did not come to the end of {scenario}, which {judged}: {why}"
        ));
    };
    Some(format!(
        "{builds} came as far as step {} of {scenario}, which {judged}: expected {}; {}",
        step.index, failure.expected, failure.actual
    ))
}

/// What the control does wrong and tonight's build does right, one title a cause.
fn fixed(plan: &Plan, attempts: &Attempts<'_>, comparison: &Comparison) -> Vec<FixedAgainst> {
    let mut spots = comparison.fixed.clone();
    for scenario in &plan.scenarios {
        let Some(log) = attempts.scenario(&scenario.id) else { continue };
        let Some(control) = log.control() else { continue };
        let Some(last) = log.attempts.values().rfind(|it| it.counts()) else { continue };
        let failed = spot::failures(scenario, 0, control).into_iter();
        spots.extend(failed.filter(|it| last.passed(it.difference.step)));
    }
    let found = causes(&spots, &|_, _| Class::New);
    let mut holders: Vec<Vec<&Cause>> = vec![Vec::new(); spots.len()];
    for cause in &found {
        cause.spots.iter().for_each(|spot| holders[*spot].push(cause));
    }
    let told = found.iter().take(MOST_FIXED).map(|cause| {
        let differences: Vec<Difference> = cause
            .spots
            .iter()
            .map(|spot| {
                let facets = facets_of(&spots[*spot], cause, &holders[*spot]);
                Difference { facets, ..spots[*spot].difference.clone() }
            })
            .collect();
        let mut scenarios: Vec<String> = differences.iter().map(|it| it.scenario.clone()).collect();
        scenarios.dedup();
        FixedAgainst { title: words::title(plan, attempts, &differences), scenarios }
    });
    told.collect()
}
