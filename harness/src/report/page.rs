//! [`Page`]: all that the template shows, decided here so that the template only lays it out.
//!
//! Four levels: ten seconds (the sentence, the gate, the trust), one minute (what needs you),
//! three minutes (a finding), and the rest folded. Neighbours: [`super::finding`] for one
//! finding, [`super::html`] for the template.

use std::collections::BTreeMap;

use serde::Serialize;

use super::facets::{LinkView, links};
use super::finding::{FindingView, Known};
use super::html::Mode;
use super::night::{Ending, NightReport, ScenarioReport, StepState};
use super::sentence::{active, is_suppressed, sentence};
use super::shown::{count, duration, one_line, short, thousands};
use crate::model::{Because, Decision, Finding, Surface, Verdict};

/// The most findings that are shown in full, and what they may weigh together.
const MOST_FULL: usize = 100;
const HEAVIEST: usize = 1_600_000;
/// The most findings that get a line of their own beyond those.
const MOST_BRIEF: usize = 400;
/// The most rows of a table of scenarios, on the screen and on paper.
const MOST_ROWS: [usize; 2] = [12_000, 200];

/// The page.
#[derive(Debug, Serialize)]
pub struct Page {
    print: bool,
    title: String,
    night: String,
    day: String,
    when: String,
    took: Option<String>,
    branch: Option<String>,
    builds: Vec<BuildView>,
    alerts: Vec<String>,
    decision: &'static str,
    rule: String,
    tally: Vec<TallyView>,
    trust: Vec<FactView>,
    /// Whether nothing needs anybody.
    calm: bool,
    needs_you: FindingList,
    /// What the overview of the printed page leaves out.
    overview_left_out: Option<String>,
    sections: Vec<SectionView>,
    slowest: Vec<RowView>,
    all: RowList,
    pending: Vec<PendingView>,
    pending_left_out: Option<String>,
    how: HowView,
}

#[derive(Debug, Serialize)]
struct BuildView {
    name: String,
    build: String,
    previous: Option<String>,
}

/// How many scenarios have a verdict.
#[derive(Debug, Serialize)]
struct TallyView {
    verdict: &'static str,
    n: String,
}

/// A line of the trust block.
#[derive(Debug, Serialize)]
struct FactView {
    term: &'static str,
    text: String,
    more: Vec<String>,
}

/// Findings: the first in full, more in a line each, the rest counted.
#[derive(Debug, Default, Serialize)]
struct FindingList {
    total: usize,
    count: String,
    full: Vec<FindingView>,
    brief: Vec<BriefView>,
    left_out: Option<String>,
}

#[derive(Debug, Serialize)]
struct BriefView {
    id: String,
    verdict: &'static str,
    severity: &'static str,
    title: String,
    hits: String,
    reproduce: String,
}

/// A folded part: the findings and scenarios of one verdict.
#[derive(Debug, Serialize)]
struct SectionView {
    id: &'static str,
    verdict: &'static str,
    title: &'static str,
    about: &'static str,
    findings: FindingList,
    rows: RowList,
}

/// Rows of a table of scenarios.
#[derive(Debug, Default, Serialize)]
struct RowList {
    count: String,
    rows: Vec<RowView>,
    left_out: Option<String>,
}

#[derive(Debug, Serialize)]
struct RowView {
    anchor: Option<String>,
    verdict: &'static str,
    id: String,
    about: String,
    why: String,
    attempts: usize,
    duration: String,
    source: String,
}

#[derive(Debug, Serialize)]
struct PendingView {
    id: String,
    scenario: String,
    checkpoint: String,
    facet: &'static str,
    place: String,
    evidence: Vec<LinkView>,
}

/// How the night ran.
#[derive(Debug, Serialize)]
struct HowView {
    preflight: Vec<CheckView>,
    facts: Vec<(String, String)>,
    products: Vec<ProductView>,
}

#[derive(Debug, Serialize)]
struct CheckView {
    check: String,
    ok: bool,
    detail: String,
    duration: String,
    evidence: Vec<LinkView>,
}

#[derive(Debug, Serialize)]
struct ProductView {
    product: String,
    at: String,
    crashed: Option<String>,
    evidence: Vec<LinkView>,
}

/// What is left of the room for findings in full.
struct Room {
    findings: usize,
    bytes: usize,
}

impl Page {
    /// The page of a night.
    pub fn new(report: &NightReport, mode: Mode) -> Self {
        let most_rows = match mode {
            Mode::Screen => MOST_ROWS[0],
            Mode::Print => MOST_ROWS[1],
        };
        let mut order: Vec<&ScenarioReport> = report.scenarios.iter().collect();
        order.sort_by_key(|scenario| scenario.verdict);
        let anchors = order.iter().take(most_rows).enumerate();
        let known = Known {
            report,
            scenarios: report.scenarios.iter().map(|it| (it.id.as_str(), it)).collect(),
            anchors: anchors.map(|(at, it)| (it.id.as_str(), format!("s{at}"))).collect(),
        };
        let mut room = Room { findings: MOST_FULL, bytes: HEAVIEST };
        let needs_you = FindingList::new(active(report, Verdict::Regressed), &known, &mut room);
        let night = &report.night;
        let waiting = report.pending.iter().filter(|it| it.finding.is_none());
        Self {
            print: mode == Mode::Print,
            title: sentence(report),
            night: one_line(&night.id, 80),
            day: night.started.format("%A %-d %B %Y").to_string(),
            when: when(report),
            took: night.finished.map(|finished| {
                duration((finished - night.started).num_milliseconds().unsigned_abs())
            }),
            branch: night.branch.as_deref().map(|it| one_line(it, 120)),
            builds: builds(report),
            alerts: alerts(report),
            decision: report.gate.decision.word(),
            rule: short(&report.gate.rule, 400),
            tally: tally(report),
            trust: trust(report),
            calm: report.gate.decision == Decision::Pass && needs_you.total == 0,
            overview_left_out: (needs_you.total > 12).then(|| {
                format!("{} on the next pages.", count(needs_you.total - 12, "more finding"))
            }),
            needs_you,
            sections: sections(report, &known, &mut room, most_rows),
            slowest: slowest(report),
            all: RowList::new(&order, most_rows, |scenario| {
                known.anchors.get(scenario.id.as_str()).cloned()
            }),
            pending: waiting
                .clone()
                .take(100)
                .map(|it| PendingView {
                    id: one_line(&it.id, 20),
                    scenario: one_line(&it.scenario, 120),
                    checkpoint: one_line(&it.checkpoint, 80),
                    facet: it.facet.word(),
                    place: one_line(&it.place, 160),
                    evidence: links(std::slice::from_ref(&it.evidence.path), &report.evidence),
                })
                .collect(),
            pending_left_out: left_out(waiting.count(), 100, "snapshot"),
            how: how(report),
        }
    }
}

impl FindingList {
    fn new<'a>(
        findings: impl Iterator<Item = &'a Finding>,
        known: &Known<'_>,
        room: &mut Room,
    ) -> Self {
        let mut list = Self::default();
        for finding in findings {
            list.total += 1;
            if room.findings > 0 && room.bytes > 0 {
                let view = FindingView::new(finding, known);
                room.findings -= 1;
                room.bytes = room.bytes.saturating_sub(view.weight());
                list.full.push(view);
            } else if list.brief.len() < MOST_BRIEF {
                list.brief.push(BriefView {
                    id: one_line(&finding.id, 20),
                    verdict: finding.verdict.word(),
                    severity: finding.severity.word(),
                    title: one_line(&finding.title, 160),
                    hits: count(finding.scenarios.len(), "scenario"),
                    reproduce: one_line(&finding.reproduce, 200),
                });
            }
        }
        list.count = count(list.total, "finding");
        list.left_out = left_out(list.total, list.full.len() + list.brief.len(), "finding");
        list
    }
}

impl RowList {
    fn new(
        scenarios: &[&ScenarioReport],
        most: usize,
        anchor: impl Fn(&ScenarioReport) -> Option<String>,
    ) -> Self {
        Self {
            count: count(scenarios.len(), "scenario"),
            rows: scenarios.iter().take(most).map(|it| RowView::new(it, anchor(it))).collect(),
            left_out: left_out(scenarios.len(), most, "scenario"),
        }
    }
}

impl RowView {
    fn new(scenario: &ScenarioReport, anchor: Option<String>) -> Self {
        let detail = scenario.detail.as_deref().map(|it| one_line(it, 240));
        let because = scenario.because.map(|it| because(it).to_owned());
        Self {
            anchor,
            verdict: scenario.verdict.word(),
            id: one_line(&scenario.id, 120),
            about: scenario.about.as_deref().map(|it| one_line(it, 160)).unwrap_or_default(),
            why: [because, detail].into_iter().flatten().collect::<Vec<_>>().join(": "),
            attempts: scenario.attempts.len(),
            duration: duration(scenario.duration_ms),
            source: format!("{}:{}", one_line(&scenario.file, 160), scenario.line),
        }
    }
}

/// `12 more findings left out here; all are in night.json.`, where there are more than shown.
fn left_out(total: usize, shown: usize, noun: &str) -> Option<String> {
    let more = total.saturating_sub(shown);
    (more > 0).then(|| {
        format!("{} left out here; all are in night.json.", count(more, &format!("more {noun}")))
    })
}

/// The reason in the words of a report.
fn because(because: Because) -> &'static str {
    match because {
        Because::Environment => "environment",
        Because::Authoring => "authoring",
        Because::Login => "login",
        Because::Undecided => "undecided",
        Because::NeedsPerson => "needs a person",
        Because::Deadline => "deadline",
        Because::Preflight => "preflight",
        Because::Interrupted => "interrupted",
    }
}

fn when(report: &NightReport) -> String {
    let started = report.night.started.format("%H:%M");
    match report.night.finished {
        Some(finished) => format!("{started} to {} UTC", finished.format("%H:%M")),
        None => format!("{started} UTC"),
    }
}

fn builds(report: &NightReport) -> Vec<BuildView> {
    report
        .night
        .products
        .iter()
        .map(|product| BuildView {
            name: one_line(&product.name, 60),
            build: product
                .build
                .as_deref()
                .map_or("unnamed build".to_owned(), |it| one_line(it, 80)),
            previous: product.previous_build.as_deref().map(|it| one_line(it, 80)),
        })
        .collect()
}

/// What a reader must know before believing the rest.
fn alerts(report: &NightReport) -> Vec<String> {
    let mut alerts = Vec::new();
    match report.night.ending {
        Ending::Complete => {}
        Ending::Interrupted => alerts.push(
            "This night was interrupted. What had been done is reported; the rest is named as not run.".to_owned(),
        ),
        Ending::CutOff => alerts.push(
            "The ledger of this night has no end: it was cut off, or still runs. What it holds is reported.".to_owned(),
        ),
    }
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
    alerts
}

fn tally(report: &NightReport) -> Vec<TallyView> {
    Verdict::ALL
        .into_iter()
        .map(|verdict| (verdict, report.totals.of(verdict)))
        .filter(|(_, n)| *n > 0)
        .map(|(verdict, n)| TallyView { verdict: verdict.word(), n: thousands(u64::from(n)) })
        .collect()
}

/// How far to trust the night.
fn trust(report: &NightReport) -> Vec<FactView> {
    let totals = &report.totals;
    let share = 100.0 * f64::from(totals.judged) / f64::from(totals.planned.max(1));
    let mut facts = vec![FactView {
        term: "Judged",
        text: format!(
            "{} of {} planned ({share:.0} %)",
            thousands(u64::from(totals.judged)),
            count(totals.planned as usize, "scenario"),
        ),
        more: Vec::new(),
    }];
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
            0 => "none, every facet was compared".to_owned(),
            n => format!("{} could not be compared", count(n as usize, "facet")),
        },
        more: Vec::new(),
    });
    facts.push(checked(report));
    facts
}

fn reasons(report: &NightReport, verdict: Verdict) -> Vec<String> {
    let mut by_reason: BTreeMap<&str, usize> = BTreeMap::new();
    for scenario in report.scenarios.iter().filter(|it| it.verdict == verdict) {
        *by_reason.entry(scenario.because.map_or("no reason given", because)).or_default() += 1;
    }
    by_reason.into_iter().map(|(reason, n)| format!("{reason} {n}")).collect()
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
            if step.outcome == StepState::NotReached {
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

/// The folded parts, in the order in which a reader asks for them.
fn sections(
    report: &NightReport,
    known: &Known<'_>,
    room: &mut Room,
    most_rows: usize,
) -> Vec<SectionView> {
    let parts = [
        (
            Verdict::StillFailing,
            "still-failing",
            "Still failing",
            "Known from an earlier night and not mended yet.",
        ),
        (
            Verdict::Flaky,
            "flaky",
            "Flaky",
            "Failed and then passed in the same night. The product, or the scenario, depends on chance.",
        ),
        (
            Verdict::Inconclusive,
            "inconclusive",
            "Inconclusive",
            "Nothing can be said about the product here; the reason stands beside each.",
        ),
        (Verdict::NotRun, "not-run", "Not run", "Planned, and not executed tonight."),
        (
            Verdict::Drifted,
            "drifted",
            "Drifted",
            "Worked, but something had to be found in another way than the scenario says.",
        ),
        (
            Verdict::New,
            "new",
            "New",
            "No baseline yet: look at what was seen, then accept it or reject it.",
        ),
        (Verdict::Fixed, "fixed", "Fixed", "Failed before and holds again."),
    ];
    let mut sections: Vec<SectionView> = parts
        .into_iter()
        .map(|(verdict, id, title, about)| {
            let scenarios: Vec<&ScenarioReport> =
                report.scenarios.iter().filter(|it| it.verdict == verdict).collect();
            SectionView {
                id,
                verdict: verdict.word(),
                title,
                about,
                findings: FindingList::new(active(report, verdict), known, room),
                rows: RowList::new(&scenarios, most_rows.min(1_000), |_| None),
            }
        })
        .collect();
    let suppressed = report.findings.iter().filter(|finding| is_suppressed(finding));
    sections.push(SectionView {
        id: "known",
        verdict: "known",
        title: "Known issues",
        about: "Suppressed until their date; they do not fail the gate.",
        findings: FindingList::new(suppressed, known, room),
        rows: RowList::default(),
    });
    sections.retain(|it| it.findings.total > 0 || !it.rows.rows.is_empty());
    sections
}

fn slowest(report: &NightReport) -> Vec<RowView> {
    let mut order: Vec<&ScenarioReport> =
        report.scenarios.iter().filter(|it| !it.attempts.is_empty()).collect();
    order.sort_by_key(|scenario| std::cmp::Reverse(scenario.duration_ms));
    order.into_iter().take(10).map(|it| RowView::new(it, None)).collect()
}

fn how(report: &NightReport) -> HowView {
    let night = &report.night;
    let time = |at: chrono::DateTime<chrono::Utc>| at.format("%Y-%m-%d %H:%M:%S UTC").to_string();
    let mut facts = vec![
        ("Night".to_owned(), one_line(&night.id, 80)),
        ("Started".to_owned(), time(night.started)),
    ];
    facts.extend(night.finished.map(|at| ("Finished".to_owned(), time(at))));
    facts.extend(night.deadline.map(|at| ("Deadline".to_owned(), time(at))));
    facts.push(("Image environment".to_owned(), one_line(&night.environment, 200)));
    facts.extend(night.versions.iter().map(|(what, version)| {
        (format!("Version of {}", one_line(what, 60)), one_line(version, 200))
    }));
    HowView {
        preflight: report
            .preflight
            .iter()
            .take(100)
            .map(|it| CheckView {
                check: one_line(&it.check, 120),
                ok: it.ok,
                detail: short(&it.detail, 600),
                duration: duration(it.duration_ms),
                evidence: links(&it.evidence, &report.evidence),
            })
            .collect(),
        facts,
        products: report
            .product_notes
            .iter()
            .take(50)
            .map(|it| ProductView {
                product: one_line(&it.product, 60),
                at: it.at.format("%H:%M:%S UTC").to_string(),
                crashed: it.crashed.as_deref().map(|how| one_line(how, 200)),
                evidence: links(&it.evidence, &report.evidence),
            })
            .collect(),
    }
}
