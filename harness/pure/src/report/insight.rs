//! [`insights`]: the night in a few written sentences: what changed and whom it hits, what caused
//! it, what was fixed, what got slower or flakier, what is not covered any more.
//!
//! Each sentence is made of facts that stand elsewhere in the report and names them; where there
//! is no fact there is no sentence, so a quiet night has one.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde::Serialize;

use super::night::{NightReport, ScenarioReport};
use super::sentence::{active, is_new_slowdown, is_undecided, slower, undecided};
use super::shown::{count, duration, one_line};
use crate::model::culprit::SearchOutcome;
use crate::model::finding::owned_by;
use crate::model::{Finding, Verdict};

/// How many of a kind have a sentence of their own; the rest is counted in one.
const MOST: usize = 3;
/// How many commits or builds that broke something have a sentence of their own.
const CULPRITS: usize = 8;
/// How many names a sentence lists.
const NAMES: usize = 3;

/// One sentence of the summary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Insight {
    /// What it is about.
    pub kind: InsightKind,
    /// The sentence.
    pub text: String,
    /// The ids of the findings that it rests on.
    pub findings: Vec<String>,
    /// The ids of the scenarios that it rests on, beside those of the findings.
    pub scenarios: Vec<String>,
}

/// What a sentence is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum InsightKind {
    /// What the environment did.
    Environment,
    /// What broke tonight, and whom it hits.
    Changed,
    /// What caused it.
    Cause,
    /// What is broken as it was.
    StillFailing,
    /// What is mended.
    Fixed,
    /// What takes longer.
    Slower,
    /// What fails by chance.
    Flakier,
    /// What does not come to rest while it is used for long.
    Grown,
    /// What nobody looks at any more, or did not tonight.
    NotCovered,
    /// Nothing of all that.
    Quiet,
}

impl Insight {
    fn of(kind: InsightKind, text: String, findings: &[&Finding]) -> Self {
        let findings = findings.iter().map(|it| it.id.clone()).collect();
        Self { kind, text, findings, scenarios: Vec::new() }
    }

    fn about(kind: InsightKind, text: String, scenarios: Vec<String>) -> Self {
        Self { kind, text, findings: Vec::new(), scenarios }
    }
}

/// The summary of a night, in the order in which a reader asks.
#[must_use]
pub fn insights(report: &NightReport) -> Vec<Insight> {
    let mut all = Vec::new();
    environment(report, Hit::NotJudged, &mut all);
    changed(report, &mut all);
    still_failing(report, &mut all);
    fixed(report, &mut all);
    slower_than(report, &mut all);
    flakier(report, &mut all);
    environment(report, Hit::JudgedSince, &mut all);
    grown(report, &mut all);
    wrong_by_itself(report, &mut all);
    not_covered(report, &mut all);
    if all.is_empty() && report.totals.judged > 0 {
        let text = format!(
            "Nothing got worse and nothing is open: {} judged, of {} planned.",
            count(report.totals.judged as usize, "scenario"),
            report.totals.planned
        );
        all.push(Insight::about(InsightKind::Quiet, text, Vec::new()));
    }
    all
}

fn grown(report: &NightReport, all: &mut Vec<Insight>) {
    let Some(soak) = &report.soak else { return };
    let Some(said) = soak.said() else { return };
    all.push(Insight::about(InsightKind::Grown, format!("{said}."), vec![soak.scenario.clone()]));
}

/// What became of the scenarios that the environment hit.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hit {
    /// Of some nothing is known, which comes before all else that is said of the night.
    NotJudged,
    /// All of them ran again, so that nobody misses anything.
    JudgedSince,
}

impl Hit {
    fn by(report: &NightReport, finding: &Finding) -> Self {
        let hit = report.scenarios.iter().filter(|it| finding.scenarios.contains(&it.id));
        let mut known =
            hit.map(|it| !matches!(it.verdict, Verdict::Inconclusive | Verdict::NotRun));
        let is_hit = !finding.scenarios.is_empty();
        if is_hit && known.all(|it| it) { Self::JudgedSince } else { Self::NotJudged }
    }
}

fn environment(report: &NightReport, hit_by_it: Hit, all: &mut Vec<Insight>) {
    let of_it = active(report, Verdict::Inconclusive).filter(|it| !is_undecided(report, it));
    for finding in of_it.filter(|it| Hit::by(report, it) == hit_by_it).take(MOST) {
        let (said, hit) = (sentence_of(finding), hit(finding));
        // An outage says itself how many it hit.
        let text =
            if said.contains(&hit) { format!("{said}.") } else { format!("{said} ({hit}).") };
        let text = match hit_by_it {
            Hit::NotJudged => text,
            Hit::JudgedSince => format!("{text} All that it hit ran again and is judged by that."),
        };
        all.push(Insight::of(InsightKind::Environment, text, &[finding]));
    }
}

fn changed(report: &NightReport, all: &mut Vec<Insight>) {
    let new: Vec<&Finding> =
        active(report, Verdict::Regressed).filter(|it| it.slowdown.is_none()).collect();
    let (by_culprit, open): (Vec<&Finding>, Vec<&Finding>) =
        new.iter().copied().partition(|it| culprit_named(it).is_some());
    broken_by(&by_culprit, all);
    for finding in open.iter().take(MOST) {
        let severity = finding.severity.word();
        let text = format!(
            "New, {severity}: {}. It hits {}, {}.",
            sentence_of(finding),
            hit(finding),
            owned(&[finding])
        );
        all.push(Insight::of(InsightKind::Changed, text, &[finding]));
    }
    let more = open.get(MOST..).unwrap_or_default();
    if !more.is_empty() {
        let text = format!(
            "{} new, in {}, {}.",
            if more.len() == 1 {
                "1 more finding is".to_owned()
            } else {
                format!("{} more findings are", more.len())
            },
            count(hit_by(more), "scenario"),
            owned(more)
        );
        all.push(Insight::of(InsightKind::Changed, text, more));
    }
    for finding in undecided(report).take(MOST) {
        let text = format!(
            "Broken, or fails by chance: {}. It hits {}, {}.",
            sentence_of(finding),
            hit(finding),
            owned(&[finding])
        );
        all.push(Insight::of(InsightKind::Changed, text, &[finding]));
    }
    causes(report, &new, all);
}

/// What is known to have broken a finding: a commit or build, or some of which one did.
fn culprit_named(finding: &Finding) -> Option<String> {
    let culprit = finding.culprit.as_ref()?;
    let is_named = matches!(culprit.outcome, SearchOutcome::Named | SearchOutcome::Among);
    is_named.then(|| culprit.said())
}

/// One sentence for what each commit or build broke.
fn broken_by(new: &[&Finding], all: &mut Vec<Insight>) {
    let culprits = by_what_is_said(new.iter().filter_map(|it| Some((culprit_named(it)?, *it))));
    for (said, findings) in culprits.iter().take(CULPRITS) {
        let worst = findings[0];
        let (severity, sentence) = (worst.severity.word(), sentence_of(worst));
        let said = one_line(said, 300);
        let text = if findings.len() == 1 {
            let hit = hit(worst);
            format!("New, {severity}: {sentence}. It hits {hit}, {}; {said}.", owned(findings))
        } else {
            format!(
                "{} new findings in {}, {}: {said}. The worst, {severity}: {sentence}.",
                findings.len(),
                count(hit_by(findings), "scenario"),
                owned(findings)
            )
        };
        all.push(Insight::of(InsightKind::Changed, text, findings));
    }
    let more: Vec<&Finding> =
        culprits.iter().skip(CULPRITS).flat_map(|it| it.1.iter().copied()).collect();
    if !more.is_empty() {
        let text = format!(
            "{} in {}, {}, broken by {}.",
            count(more.len(), "more new finding"),
            count(hit_by(&more), "scenario"),
            owned(&more),
            count(culprits.len() - CULPRITS, "other change")
        );
        all.push(Insight::of(InsightKind::Changed, text, &more));
    }
}

/// Findings of which the same is said, together; in the order in which they come.
fn by_what_is_said<'a>(
    all: impl Iterator<Item = (String, &'a Finding)>,
) -> IndexMap<String, Vec<&'a Finding>> {
    let mut together: IndexMap<String, Vec<&Finding>> = IndexMap::new();
    all.for_each(|(said, finding)| together.entry(said).or_default().push(finding));
    together
}

/// How many scenarios findings hit.
fn hit_by(findings: &[&Finding]) -> usize {
    findings.iter().flat_map(|it| &it.scenarios).collect::<BTreeSet<_>>().len()
}

/// Whose findings are, as the end of a sentence.
fn owned(findings: &[&Finding]) -> String {
    let owners: BTreeSet<String> =
        findings.iter().filter_map(|it| Some(one_line(it.owner.as_deref()?, 60))).collect();
    let without = findings.iter().filter(|it| it.owner.is_none()).count();
    match listed(owners.iter().map(String::as_str)) {
        nobody if nobody.is_empty() => owned_by(None).to_owned(),
        owners if without > 0 => format!("of {owners}, and nobody owns {without} of them"),
        owners => format!("of {owners}"),
    }
}

/// What the searches say beside the culprits of what is new, and between which builds that came
/// whose culprit nobody searched for.
fn causes(report: &NightReport, new: &[&Finding], all: &mut Vec<Insight>) {
    let known = report.findings.iter().filter(|it| it.culprit.is_some() && it.stage.is_gating());
    let is_told =
        |it: &&Finding| new.iter().any(|new| new.id == it.id) && culprit_named(it).is_some();
    let known = known.filter(|it| !is_told(it));
    let told = by_what_is_said(known.filter_map(|it| Some((it.culprit.as_ref()?.said(), it))));
    for (said, findings) in told.into_iter().take(MOST) {
        let names = listed(findings.iter().map(|it| it.id.as_str()));
        let text = format!("{names}: {}.", one_line(&said, 300));
        all.push(Insight::of(InsightKind::Cause, text, &findings));
    }
    let open: Vec<&Finding> = new.iter().filter(|it| it.culprit.is_none()).copied().collect();
    let between: Vec<String> = report
        .night
        .products
        .iter()
        .filter_map(|it| match (&it.build, &it.previous_build) {
            (Some(build), Some(previous)) if build != previous => Some(format!(
                "{} {} and {}",
                one_line(&it.name, 40),
                one_line(previous, 40),
                one_line(build, 40)
            )),
            _ => None,
        })
        .collect();
    if !open.is_empty() && !between.is_empty() {
        let text = format!(
            "What is new came between {}; no commit is named yet (nightshift bisect searches for it).",
            between.join(", ")
        );
        all.push(Insight::of(InsightKind::Cause, text, &open));
    }
}

fn still_failing(report: &NightReport, all: &mut Vec<Insight>) {
    let still: Vec<&Finding> = active(report, Verdict::StillFailing).collect();
    let oldest = still.iter().filter(|it| it.first_seen.is_some()).min_by_key(|it| it.first_seen);
    if still.is_empty() {
        return;
    }
    let since = oldest.and_then(|it| Some((it, it.first_seen?)));
    let since = since.map(|(it, at)| {
        let which =
            if still.len() == 1 { String::new() } else { format!(", the oldest, {},", it.id) };
        format!("{which} since {}", at.format("%-d %B %Y"))
    });
    let verb = if still.len() == 1 { "finding is" } else { "findings are" };
    let (since, owned) = (since.unwrap_or_default(), owned(&still));
    let text = format!("{} {verb} still failing{since}, {owned}.", still.len());
    all.push(Insight::of(InsightKind::StillFailing, text, &still));
}

fn fixed(report: &NightReport, all: &mut Vec<Insight>) {
    for gone in report.fixed.iter().take(MOST) {
        let text = format!(
            "Fixed: {}. It was there since {} and is gone in {}.",
            one_line(&gone.title, 200).trim_end_matches('.'),
            gone.since.at.format("%-d %B %Y"),
            listed(gone.scenarios.iter().map(String::as_str))
        );
        all.push(Insight::about(InsightKind::Fixed, text, gone.scenarios.clone()));
    }
    let more = report.fixed.len().saturating_sub(MOST);
    if more > 0 {
        let scenarios = report.fixed[MOST..].iter().flat_map(|it| it.scenarios.clone()).collect();
        let text = format!("{} more {} fixed.", more, if more == 1 { "is" } else { "are" });
        all.push(Insight::about(InsightKind::Fixed, text, scenarios));
    }
}

fn slower_than(report: &NightReport, all: &mut Vec<Insight>) {
    let new: Vec<&Finding> = slower(report).filter(|it| is_new_slowdown(it)).collect();
    for finding in new.iter().take(MOST) {
        let text =
            format!("Slower since tonight: {}, {}.", sentence_of(finding), owned(&[*finding]));
        all.push(Insight::of(InsightKind::Slower, text, &[finding]));
    }
    let told: BTreeSet<&String> = report
        .findings
        .iter()
        .filter(|it| it.slowdown.is_some())
        .flat_map(|it| &it.scenarios)
        .collect();
    let drifts = report.weeks.iter().flat_map(|it| &it.slower);
    for drift in drifts.filter(|it| !told.contains(&it.scenario)).take(MOST) {
        let text = format!(
            "{} takes {}, {:.1} times as long as two weeks ago ({}).",
            one_line(&drift.scenario, 120),
            duration(drift.now_ms.round() as u64),
            drift.now_ms / drift.before_ms,
            duration(drift.before_ms.round() as u64)
        );
        all.push(Insight::about(InsightKind::Slower, text, vec![drift.scenario.clone()]));
    }
}

/// What failed by chance tonight, and who does so more often than before.
fn flakier(report: &NightReport, all: &mut Vec<Insight>) {
    let flaky: Vec<&Finding> = active(report, Verdict::Flaky).collect();
    for finding in flaky.iter().take(MOST) {
        let text = format!(
            "Fails by chance: {}, in {}, {}.",
            sentence_of(finding),
            hit(finding),
            owned(&[*finding])
        );
        all.push(Insight::of(InsightKind::Flakier, text, &[finding]));
    }
    let more = flaky.get(MOST..).unwrap_or_default();
    if !more.is_empty() {
        let text = format!(
            "{} by chance, in {}, {}.",
            if more.len() == 1 {
                "1 more fails".to_owned()
            } else {
                format!("{} more fail", more.len())
            },
            count(hit_by(more), "scenario"),
            owned(more)
        );
        all.push(Insight::of(InsightKind::Flakier, text, more));
    }
    for it in report.weeks.iter().flat_map(|it| &it.flakier).take(MOST) {
        let text = format!(
            "{} was flaky in {} of the last {}, and in {} of {} before.",
            one_line(&it.scenario, 120),
            it.now.0,
            count(it.now.1, "night"),
            it.before.0,
            it.before.1
        );
        all.push(Insight::about(InsightKind::Flakier, text, vec![it.scenario.clone()]));
    }
}

/// What nobody has accepted yet, and nobody should without a look.
fn wrong_by_itself(report: &NightReport, all: &mut Vec<Insight>) {
    let waiting = report.pending.iter().filter(|it| it.finding.is_none());
    let wrong = waiting.filter_map(|it| Some((one_line(it.wrong.as_deref()?, 200), &it.scenario)));
    let (said, ids): (BTreeSet<String>, BTreeSet<&String>) = wrong.unzip();
    if said.is_empty() {
        return;
    }
    let listed = listed(said.iter().map(String::as_str));
    let text = format!("Wrong by itself, and without a baseline: {listed}.");
    all.push(Insight::about(InsightKind::NotCovered, text, ids.into_iter().cloned().collect()));
}

fn not_covered(report: &NightReport, all: &mut Vec<Insight>) {
    let gone = report.weeks.as_ref().map_or(&[][..], |it| &it.uncovered);
    if !gone.is_empty() {
        let verb = if gone.len() == 1 {
            "was planned before and is"
        } else {
            "were planned before and are"
        };
        let text = format!(
            "Not covered any more: {} {verb} not in the suite ({}).",
            count(gone.len(), "scenario"),
            listed(gone.iter().map(String::as_str))
        );
        all.push(Insight::about(InsightKind::NotCovered, text, Vec::new()));
    }
    for verdict in [Verdict::NotRun, Verdict::Inconclusive] {
        let own =
            report.scenarios.iter().filter(|it| it.verdict == verdict && it.stage.is_gating());
        let own: Vec<&ScenarioReport> = own.collect();
        if own.is_empty() {
            continue;
        }
        let named: Vec<String> = own
            .iter()
            .map(|it| match it.because {
                Some(reason) => format!("{} ({})", it.id, reason.said()),
                None => it.id.clone(),
            })
            .collect();
        let what = if verdict == Verdict::NotRun { "did not run" } else { "cannot be judged" };
        let risk = report.risk_left.filter(|_| verdict == Verdict::NotRun).map(|risk| {
            format!("; the risk that something new hides there is {:.0} %", risk * 100.0)
        });
        let text = format!(
            "{} {what}: {}{}.",
            count(own.len(), "scenario"),
            listed(named.iter().map(String::as_str)),
            risk.unwrap_or_default()
        );
        let ids = own.into_iter().map(|it| it.id.clone()).collect();
        all.push(Insight::about(InsightKind::NotCovered, text, ids));
    }
}

/// What a finding says, as the beginning of a sentence.
fn sentence_of(finding: &Finding) -> String {
    one_line(&finding.title, 200).trim_end_matches('.').to_owned()
}

/// The scenarios that a finding hits: their names, or how many.
fn hit(finding: &Finding) -> String {
    match finding.scenarios.as_slice() {
        [one] => one_line(one, 120),
        some if some.len() <= NAMES => listed(some.iter().map(String::as_str)),
        some => count(some.len(), "scenario"),
    }
}

/// The first names, and how many there are more.
fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.map(|it| one_line(it, 120)).collect();
    match names.len() {
        n if n > NAMES + 1 => format!("{} and {} more", names[..NAMES].join(", "), n - NAMES),
        0 | 1 => names.concat(),
        n => format!("{} and {}", names[..n - 1].join(", "), names[n - 1]),
    }
}

#[cfg(test)]
mod tests;
