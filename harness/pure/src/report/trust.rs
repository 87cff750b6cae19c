//! What a reader must know before believing the rest: builds, alerts, numbers, and how far to
//! trust them.
//!
//! Neighbour: [`super::page`], which puts this first.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::fact::FactView;
use super::night::{Ending, NightReport, ScenarioReport, StepState};
use super::shown::{count, one_line, short, thousands};
use super::unattended;
use crate::model::event::REMOTE_BROWSER;
use crate::model::question::Question;
use crate::model::{Because, Outcome, Patience, StageTally, Surface, Totals, Verdict};

/// The most things on trial that are listed.
const MOST_ON_TRIAL: usize = 8;
/// The most blind spots and remarks that are listed.
const MOST_BLIND: usize = 3;
/// How many nights the trend of what would have been noticed is told from.
const TREND: usize = 5;

/// A build under test.
#[derive(Debug, Serialize)]
pub struct BuildView {
    name: String,
    build: String,
    previous: Option<String>,
}

/// How many scenarios have a verdict.
#[derive(Debug, Serialize)]
pub struct TallyView {
    verdict: &'static str,
    n: String,
}

/// The builds under test.
pub fn builds(report: &NightReport) -> Vec<BuildView> {
    report
        .night
        .products
        .iter()
        .map(|product| BuildView {
            name: one_line(&product.name, 60),
            build: product.said().map_or("unnamed build".to_owned(), |it| one_line(&it, 80)),
            previous: product.previous_said().map(|it| one_line(&it, 80)),
        })
        .collect()
}

/// What a reader must know before believing the rest, beside that a night did not run.
pub fn alerts(report: &NightReport) -> Vec<String> {
    let mut alerts = behind_which_a_fault_may_stand(report);
    match report.night.ending {
        Ending::Complete => {}
        Ending::Interrupted => alerts.push(
            "This night was interrupted. What had been done is reported; the rest is named as not run.".to_owned(),
        ),
        Ending::CutOff => alerts.push(
            "The ledger of this night has no end: it was cut off, or still runs. What it holds is reported.".to_owned(),
        ),
    }
    alerts.extend(unattended::remarks(report));
    alerts.extend(questions(report));
    for check in report.preflight.iter().filter(|check| !check.ok) {
        alerts.push(format!(
            "The preflight check of {} failed: {}",
            one_line(&check.check, 80),
            short(&check.detail, 400)
        ));
    }
    for note in &report.product_notes {
        if let Some(how) = &note.crashed {
            alerts.push(format!(
                "{} crashed at {} UTC: {}",
                one_line(&note.product, 60),
                note.at.format("%H:%M:%S"),
                one_line(how, 200)
            ));
        }
    }
    alerts.truncate(8);
    alerts.extend(lost_and_tried_again(report));
    alerts
}

/// The most questions that are named.
const MOST_QUESTIONS: usize = 4;

/// What a person must be asked.
fn questions(report: &NightReport) -> Vec<String> {
    let all = &report.questions;
    let line = |it: &Question| {
        format!(
            "{} waits for a person: {} ({}). nightshift answer {} {} yes|no",
            one_line(&it.scenario, 120),
            one_line(&it.action, 200),
            one_line(&it.rule, 200),
            one_line(&report.night.id, 80),
            one_line(&it.id, 20),
        )
    };
    let rest = all.len().saturating_sub(MOST_QUESTIONS);
    let rest =
        (rest > 0).then(|| format!("{} more, by `nightshift answer`", count(rest, "question")));
    all.iter().take(MOST_QUESTIONS).map(line).chain(rest).collect()
}

/// The most scenarios that are named because a fault may stand behind what is not judged.
const MOST_UNJUDGED: usize = 4;

/// The scenarios that fail a check which their author wrote, and never held it.
pub fn fail_own_checks(report: &NightReport) -> impl Iterator<Item = &ScenarioReport> {
    let gating = report.scenarios.iter().filter(|it| it.stage.is_gating());
    gating.filter(|it| it.because == Some(Because::Authoring))
}

/// The scenarios that lost their browser at the same step each time, while others kept theirs.
pub fn lose_their_browser(report: &NightReport) -> impl Iterator<Item = &ScenarioReport> {
    let gating = report.scenarios.iter().filter(|it| it.stage.is_gating());
    gating.filter(|it| it.because == Some(Because::BrowserLost))
}

/// What was not judged and may hide a fault of the product: own checks that fail, and a browser that
/// is lost at the same step each time.
fn behind_which_a_fault_may_stand(report: &NightReport) -> Vec<String> {
    let all: Vec<&ScenarioReport> = fail_own_checks(report).collect();
    let mut lines: Vec<String> = all
        .iter()
        .take(MOST_UNJUDGED)
        .map(|it| {
            let detail = it.detail.as_deref().unwrap_or("no reason was left");
            format!("{} fails its own checks: {}", one_line(&it.id, 120), short(detail, 300))
        })
        .collect();
    let more = all.len().saturating_sub(MOST_UNJUDGED);
    if more > 0 {
        lines.push(format!("{} more, below under Inconclusive", count(more, "scenario")));
    }
    lines.extend(lose_their_browser(report).take(MOST_UNJUDGED).map(|it| {
        let detail = it.detail.as_deref().unwrap_or("no reason was left");
        format!("{} was not judged: {}", one_line(&it.id, 120), short(detail, 300))
    }));
    lines
}

/// That the harness failed in the midst of scenarios which were judged all the same.
fn lost_and_tried_again(report: &NightReport) -> Option<String> {
    let lost = report.scenarios.iter().filter(|scenario| {
        scenario.verdict.is_judged()
            && scenario.attempts.iter().any(|it| it.outcome == Outcome::HarnessError)
    });
    let lost: Vec<&ScenarioReport> = lost.collect();
    let first = lost.first()?;
    let said = first.attempts.iter().find_map(|attempt| {
        let step = attempt.steps.iter().find_map(|step| match step.outcome {
            StepState::HarnessError => step.actual.as_deref(),
            _ => None,
        });
        attempt.detail.as_deref().or(step)
    });
    Some(format!(
        "The browser or the machine failed in {}, which {} judged by another attempt; first in {}: {}",
        count(lost.len(), "scenario"),
        if lost.len() == 1 { "was" } else { "were" },
        one_line(&first.id, 120),
        short(said.unwrap_or("no reason was left"), 300)
    ))
}

/// The scenarios by verdict, without those that no scenario has.
pub fn tally(report: &NightReport) -> Vec<TallyView> {
    Verdict::ALL
        .into_iter()
        .map(|verdict| (verdict, report.totals.of(verdict)))
        .filter(|(_, n)| *n > 0)
        .map(|(verdict, n)| TallyView { verdict: verdict.word(), n: thousands(u64::from(n)) })
        .collect()
}

/// How many scenarios were judged: `112 of 120 planned (93 %)`.
fn share_judged(totals: &Totals) -> String {
    let share = 100.0 * f64::from(totals.judged) / f64::from(totals.planned.max(1));
    format!(
        "{} of {} planned ({:.0} %)",
        thousands(u64::from(totals.judged)),
        thousands(u64::from(totals.planned)),
        // Rounded down: 100 % means every one of them.
        share.floor(),
    )
}

/// The same as a sentence, with what was not compared.
pub fn judged(report: &NightReport) -> String {
    let without = match report.facets_without_baseline {
        0 => String::new(),
        n => format!(" {} could not be compared.", count(n as usize, "facet")),
    };
    format!("Judged: {}.{without}", share_judged(&report.totals))
}

/// How far to trust the night.
pub fn trust(report: &NightReport) -> Vec<FactView> {
    let totals = &report.totals;
    let mut facts = vec![FactView { term: "Judged", text: share_judged(totals), more: Vec::new() }];
    for (term, verdict, none) in [
        ("Inconclusive", Verdict::Inconclusive, "none"),
        ("Not run", Verdict::NotRun, "none, everything that was planned ran"),
    ] {
        let n = totals.of(verdict);
        facts.push(FactView {
            term,
            text: if n == 0 { none.to_owned() } else { count(n as usize, "scenario") },
            more: reasons(report, verdict),
        });
    }
    facts.push(FactView {
        term: "Without a baseline",
        text: match report.facets_without_baseline {
            0 if report.new_facets > 0 || totals.of(Verdict::New) > 0 => {
                "none but what is new".to_owned()
            }
            0 => "none, every facet was compared".to_owned(),
            n => format!("{} could not be compared", count(n as usize, "facet")),
        },
        more: Vec::new(),
    });
    facts.extend(trial(report));
    facts.extend(unstable(report));
    facts.extend(new_facets(report).map(|text| FactView {
        term: "New facets",
        text,
        more: Vec::new(),
    }));
    facts.extend(sensitivity(report));
    facts.extend(hygiene(report));
    facts.extend(super::control::facts(report));
    facts.extend(super::past::facts(report));
    facts.extend(sessions(report));
    facts.push(checked(report));
    facts.extend(elsewhere(report));
    if !report.night.not_isolated.is_empty() {
        facts.push(FactView {
            term: "Not isolated",
            text: count(report.night.not_isolated.len(), "product"),
            more: report.night.not_isolated.iter().map(|it| short(it, 400)).collect(),
        });
    }
    if let Some(patience) = report.night.patience.filter(|it| *it > Patience::USUAL) {
        facts.push(FactView {
            term: "Patience",
            text: format!("{patience}: default time limits were {patience} times as long"),
            more: Vec::new(),
        });
    }
    facts
}

/// What must be known of browsers of other machines.
fn elsewhere(report: &NightReport) -> Option<FactView> {
    let told = report.preflight.iter().filter(|it| it.check == REMOTE_BROWSER);
    let lines: BTreeSet<String> = told.map(|it| short(&it.detail, 400)).collect();
    (!lines.is_empty()).then(|| FactView {
        term: "Browsers",
        text: "on other machines".to_owned(),
        more: lines.into_iter().collect(),
    })
}

/// How a tally begins that is of a facet that cannot be told from noise.
const UNSTABLE: &str = "unstable ";

/// What cannot be told from noise, and what that costs in detection.
fn unstable(report: &NightReport) -> Option<FactView> {
    let own = report.stages.iter().filter_map(|it| Some((it, it.what.strip_prefix(UNSTABLE)?)));
    let named: Vec<String> = own.map(|(_, what)| one_line(what, 100)).collect();
    let figure = report.sensitivity.as_ref();
    let said: Vec<String> = figure.map(|it| it.unstable.clone()).unwrap_or_default();
    // Who was not measured tonight is named all the same.
    let lines = if said.len() == named.len() { said } else { named.clone() };
    let rest = lines.len().saturating_sub(MOST_BLIND);
    let rest = (rest > 0).then(|| format!("and {rest} more, in night.json"));
    let cost = figure.filter(|it| it.possible > 0 && it.unstable_changes > 0).map(|it| {
        let percent = 100.0 * it.unstable_changes as f64 / it.possible as f64;
        format!(", {percent:.1} % of what could change")
    });
    (!named.is_empty()).then(|| FactView {
        term: "Unstable",
        text: format!("{}{}", count(named.len(), "facet"), cost.unwrap_or_default()),
        more: lines.iter().take(MOST_BLIND).map(|it| one_line(it, 200)).chain(rest).collect(),
    })
}

/// What is on trial, and what it would have done.
fn trial(report: &NightReport) -> Option<FactView> {
    let on_trial = |it: &&StageTally| !it.what.starts_with(UNSTABLE);
    let all: Vec<&StageTally> = report.stages.iter().filter(on_trial).collect();
    let alarms: u32 = all.iter().map(|it| it.would_have_alarmed).sum();
    let compared: u32 = all.iter().map(|it| it.compared).sum();
    let line = |it: &&StageTally| {
        let (alarms, compared) = (it.would_have_alarmed, it.compared);
        format!("{} ({}) {alarms} of {compared}", one_line(&it.what, 100), it.stage)
    };
    let more = all.len().saturating_sub(MOST_ON_TRIAL);
    let more = (more > 0).then(|| format!("and {more} more, in night.json"));
    (!all.is_empty()).then(|| FactView {
        term: "On trial",
        text: format!("{alarms} of {compared} would have alarmed"),
        more: all.iter().take(MOST_ON_TRIAL).map(line).chain(more).collect(),
    })
}

/// How many facets are younger than the suite; `None` where none is.
pub fn new_facets(report: &NightReport) -> Option<String> {
    let (noun, verb) = if report.new_facets == 1 { ("facet", "is") } else { ("facets", "are") };
    (report.new_facets > 0).then(|| {
        let n = thousands(u64::from(report.new_facets));
        format!("{n} {noun} {verb} new and not yet compared: review accepts them")
    })
}

/// What would have been noticed, and where nobody looks.
fn sensitivity(report: &NightReport) -> Option<FactView> {
    let figure = report.sensitivity.as_ref()?;
    let percent = figure.count().percent()?;
    let tried = figure.mutants as usize;
    let mut more = vec![format!("of {} possible ones", thousands(figure.possible))];
    more.extend(before(report));
    // Newer nights have a table of their own for these.
    if figure.blind.is_empty() {
        more.extend(figure.worst.iter().take(MOST_BLIND).map(|it| one_line(it, 120)));
        if figure.blind_spots as usize > MOST_BLIND {
            let rest = figure.blind_spots as usize - MOST_BLIND;
            more.push(format!("and {}: nightshift sensitivity", count(rest, "more blind spot")));
        }
    }
    Some(FactView {
        term: "Would be noticed",
        text: format!("{percent} % of {}", count(tried, "change")),
        more,
    })
}

/// A place where nobody looks.
#[derive(Debug, Serialize)]
pub struct BlindView {
    lost: String,
    place: String,
    facets: String,
    why: String,
}

/// Where nobody looks, the worst first.
pub fn blind(report: &NightReport) -> Vec<BlindView> {
    let rows = report.sensitivity.as_ref().map_or(&[][..], |it| &it.blind);
    rows.iter()
        .map(|it| BlindView {
            lost: thousands(it.lost),
            place: one_line(&it.place, 120),
            facets: one_line(&it.facets, 120),
            why: one_line(&it.why, 200),
        })
        .collect()
}

/// The same of earlier nights, the oldest first.
fn before(report: &NightReport) -> Option<String> {
    let nights = report.history.as_ref().map_or(&[][..], |it| &it.nights);
    let asked: Vec<String> = nights
        .iter()
        .filter_map(|it| Some((it.started.format("%-d %b"), it.sensitivity?.percent()?)))
        .map(|(day, percent)| format!("{percent} % on {day}"))
        .collect();
    let from = asked.len().saturating_sub(TREND);
    (!asked.is_empty()).then(|| format!("before: {}", asked[from..].join(", ")))
}

/// What should be tidied up.
fn hygiene(report: &NightReport) -> Option<FactView> {
    let all = &report.hygiene;
    let rest = all.len().saturating_sub(MOST_BLIND);
    let rest = (rest > 0).then(|| format!("and {rest} more: nightshift check --hygiene"));
    (!all.is_empty()).then(|| FactView {
        term: "Hygiene",
        text: count(all.len(), "remark"),
        more: all.iter().take(MOST_BLIND).map(|it| one_line(&it.text, 160)).chain(rest).collect(),
    })
}

fn reasons(report: &NightReport, verdict: Verdict) -> Vec<String> {
    let mut by_reason: BTreeMap<&str, usize> = BTreeMap::new();
    for scenario in report.scenarios.iter().filter(|it| it.verdict == verdict) {
        *by_reason.entry(scenario.because.map_or("no reason given", Because::said)).or_default() +=
            1;
    }
    by_reason.into_iter().map(|(reason, n)| format!("{reason} {n}")).collect()
}

/// Who signed in, how often, and how often that failed.
fn sessions(report: &NightReport) -> Option<FactView> {
    let mut by_actor: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
    for session in report.sessions.iter().filter(|it| it.why != "check") {
        let counts = by_actor.entry(&session.actor).or_default();
        if session.ok {
            counts.0 += 1;
        } else {
            counts.1 += 1;
        }
        counts.2 += usize::from(session.why == "expired");
    }
    let signed_in: usize = by_actor.values().map(|it| it.0).sum();
    let more = by_actor.iter().map(|(actor, (done, failed, expired))| {
        let anew = (*expired > 0).then(|| format!(", {expired} of it anew"));
        let failures = (*failed > 0).then(|| format!(", {failed} failed"));
        let text = format!("{} {done}", one_line(actor, 60));
        std::iter::once(text).chain(anew).chain(failures).collect::<String>()
    });
    (!by_actor.is_empty()).then(|| FactView {
        term: "Signed in",
        text: count(signed_in, "time"),
        more: more.collect(),
    })
}

/// What a green night is green about.
fn checked(report: &NightReport) -> FactView {
    let mut pages = 0;
    let mut commands = 0;
    let mut retries = 0;
    for scenario in &report.scenarios {
        retries += scenario.attempts.len().saturating_sub(1);
        let last = scenario.attempts.last();
        for step in last.iter().flat_map(|it| &it.steps) {
            let done = !matches!(step.outcome, StepState::NotReached | StepState::Skipped);
            if !done || step.decided.is_some() {
                continue;
            }
            match step.surface {
                Surface::Browser => pages += 1,
                Surface::Command | Surface::Terminal => commands += 1,
            }
        }
    }
    let mut more = Vec::new();
    if pages > 0 {
        more.push(format!("{} in the browser", thousands(pages)));
    }
    if commands > 0 {
        more.push(format!("{} on the command line", thousands(commands)));
    }
    if retries > 0 {
        more.push(if retries == 1 { "1 retry".to_owned() } else { format!("{retries} retries") });
    }
    FactView { term: "Used", text: count((pages + commands) as usize, "step"), more }
}
