//! [`Page`]: all that the template shows, decided here so that the template only lays it out.
//!
//! Four levels: ten seconds (the sentence, the gate, the trust), one minute (what needs you),
//! three minutes (a finding), and the rest folded. Neighbours: [`super::trust`] and
//! [`super::lists`] for its parts, [`super::html`] for the template.

use serde::Serialize;

use super::facets::{LinkView, links};
use super::finding::Known;
use super::html::Mode;
use super::lists::{FindingList, Room, RowList, RowView, left_out};
use super::morning::{AlsoView, also};
use super::night::{NightReport, ScenarioReport};
use super::past::{NightView, strip};
use super::recording::Recordings;
use super::sentence::{active, is_new_slowdown, is_suppressed, sentence, slower};
use super::shown::{count, duration, one_line, short};
use super::trust::{
    BlindView, BuildView, FactView, TallyView, alerts, blind, builds, judged, tally, trust,
};
use super::views::Views;
use crate::model::finding::{FixedCause, Pending};
use crate::model::{Decision, Finding, Stage, Verdict};

/// The most rows of a table of scenarios, on the screen and on paper.
const MOST_ROWS: [usize; 2] = [12_000, 200];
/// The most findings that the overview names.
const OVERVIEW: usize = 12;
/// The most causes that are told to be gone, and redactions that are told to be dead.
const MOST_GONE: usize = 50;

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
    /// The nights before and tonight.
    strip: Vec<NightView>,
    alerts: Vec<String>,
    decision: &'static str,
    rule: String,
    tally: Vec<TallyView>,
    trust: Vec<FactView>,
    /// Where nobody looks.
    blind: Vec<BlindView>,
    /// The line of it that stands above the findings.
    judged: String,
    /// Whether nothing needs anybody.
    calm: bool,
    needs_you: FindingList,
    /// The rest of the morning, for the first page of the PDF.
    also: Vec<AlsoView>,
    /// The night by owner and tag; on paper there is nothing to click.
    views: Option<Views>,
    /// What the overview of the printed page leaves out.
    overview_left_out: Option<String>,
    sections: Vec<SectionView>,
    slowest: Vec<RowView>,
    all: RowList,
    pending: Vec<PendingView>,
    pending_left_out: Option<String>,
    accept_pending: String,
    how: HowView,
}

impl GoneView {
    fn of(cause: &FixedCause) -> Self {
        let build = cause.since.build.as_deref().map(|it| format!(", build {}", one_line(it, 60)));
        Self {
            title: one_line(&cause.title, 240),
            since: format!("{}{}", cause.since.at.format("%-d %B %Y"), build.unwrap_or_default()),
            scenarios: match cause.scenarios.as_slice() {
                [only] => one_line(only, 120),
                more => count(more.len(), "scenario"),
            },
        }
    }
}

/// A folded part: the findings and scenarios of one verdict.
#[derive(Debug, Serialize)]
struct SectionView {
    id: &'static str,
    verdict: &'static str,
    title: &'static str,
    about: &'static str,
    findings: FindingList,
    /// Causes that are gone.
    gone: Vec<GoneView>,
    gone_left_out: Option<String>,
    rows: RowList,
    count: String,
}

/// A cause that was there before.
#[derive(Debug, Serialize)]
struct GoneView {
    title: String,
    since: String,
    scenarios: String,
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
    /// Redactions that nobody needs.
    dead: Vec<String>,
    dead_left_out: Option<String>,
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

impl Page {
    /// The page of a night.
    pub fn new(report: &NightReport, mode: Mode, recordings: &Recordings<'_>) -> Self {
        let most_rows = match mode {
            Mode::Screen => MOST_ROWS[0],
            Mode::Print => MOST_ROWS[1],
        };
        let mut order: Vec<&ScenarioReport> = report.scenarios.iter().collect();
        order.sort_by_key(|scenario| scenario.verdict);
        let anchors = order.iter().take(most_rows).enumerate();
        let known = Known {
            report,
            recordings,
            scenarios: report.scenarios.iter().map(|it| (it.id.as_str(), it)).collect(),
            titles: report.findings.iter().map(|it| (it.id.as_str(), it.title.as_str())).collect(),
            anchors: anchors.map(|(at, it)| (it.id.as_str(), format!("s{at}"))).collect(),
        };
        let mut room = Room::of(mode);
        let urgent = active(report, Verdict::Regressed).chain(slower(report));
        let needs_you = FindingList::new(urgent, &known, &mut room);
        let night = &report.night;
        let waiting = waiting(report);
        let sections = sections(report, &known, &mut room, most_rows);
        let lists = sections.iter().map(|it| &it.findings).chain([&needs_you]);
        let views = Views::new(report, &lists.flat_map(FindingList::shown).collect());
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
            strip: strip(report),
            alerts: alerts(report),
            decision: report.gate.decision.word(),
            rule: short(&report.gate.rule, 400),
            tally: tally(report),
            trust: trust(report),
            blind: blind(report),
            judged: judged(report),
            calm: report.gate.decision == Decision::Pass && needs_you.total == 0,
            also: also(report),
            views: (mode == Mode::Screen && !views.is_empty()).then_some(views),
            overview_left_out: (needs_you.total > OVERVIEW)
                .then(|| format!("{} below.", count(needs_you.total - OVERVIEW, "more finding"))),
            needs_you,
            sections,
            slowest: slowest(report, &known),
            all: RowList::new(&order, most_rows, &known, |scenario| {
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
            accept_pending: accept(report),
            pending_left_out: left_out(waiting.count(), 100, "snapshot"),
            how: how(report),
        }
    }
}

/// What has no baseline yet.
fn waiting(report: &NightReport) -> impl Iterator<Item = &Pending> + Clone {
    report.pending.iter().filter(|it| it.finding.is_none() && !it.replaces)
}

/// The command that accepts what waits without being part of a finding.
fn accept(report: &NightReport) -> String {
    let waiting = waiting(report);
    let ids: Vec<String> = waiting.take(20).map(|it| one_line(&it.id, 20)).collect();
    format!("nightshift review {} --accept {}", one_line(&report.night.id, 80), ids.join(" "))
}

fn when(report: &NightReport) -> String {
    let started = report.night.started.format("%H:%M");
    match report.night.finished {
        Some(finished) => format!("{started} to {} UTC", finished.format("%H:%M")),
        None => format!("{started} UTC"),
    }
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
            let gone: &[FixedCause] = if verdict == Verdict::Fixed { &report.fixed } else { &[] };
            SectionView {
                id,
                verdict: verdict.word(),
                title,
                about,
                findings: FindingList::new(active(report, verdict), known, room),
                gone: gone.iter().take(MOST_GONE).map(GoneView::of).collect(),
                gone_left_out: left_out(gone.len(), MOST_GONE, "cause"),
                rows: RowList::new(&scenarios, most_rows.min(1_000), known, |_| None),
                count: String::new(),
            }
        })
        .collect();
    let still_slower = report
        .findings
        .iter()
        .filter(|it| it.slowdown.is_some() && !is_suppressed(it) && !is_new_slowdown(it));
    sections.push(SectionView {
        id: "slower",
        verdict: "slower",
        title: "Still slower",
        about: "Takes longer than it used to, and an earlier night told of it already. Not counted by the gate.",
        findings: FindingList::new(still_slower, known, room),
        gone: Vec::new(),
        gone_left_out: None,
        rows: RowList::default(),
        count: String::new(),
    });
    sections.push(trial(report, known, room, most_rows));
    let suppressed = report.findings.iter().filter(|finding| is_suppressed(finding));
    sections.push(SectionView {
        id: "known",
        verdict: "known",
        title: "Known issues",
        about: "Suppressed until their date; they do not fail the gate.",
        findings: FindingList::new(suppressed, known, room),
        gone: Vec::new(),
        gone_left_out: None,
        rows: RowList::default(),
        count: String::new(),
    });
    sections.retain(|it| it.findings.total > 0 || !it.gone.is_empty() || !it.rows.rows.is_empty());
    for section in &mut sections {
        section.count = match (section.rows.rows.len(), section.gone.len()) {
            (0, 0) => section.findings.count.clone(),
            (0, gone) => count(gone, "cause"),
            _ => section.rows.count.clone(),
        };
    }
    sections
}

/// What is reported and decides nothing, and the scenarios that are on trial.
fn trial(
    report: &NightReport,
    known: &Known<'_>,
    room: &mut Room,
    most_rows: usize,
) -> SectionView {
    let advisory =
        |it: &&Finding| !it.stage.is_gating() && it.slowdown.is_none() && !is_suppressed(it);
    let scenarios: Vec<&ScenarioReport> =
        report.scenarios.iter().filter(|it| !it.stage.is_gating()).collect();
    SectionView {
        id: "advisory",
        verdict: Stage::Advisory.word(),
        title: "Advisory",
        about: "What is on trial: it is reported here and decides nothing. What is in shadow is only counted.",
        findings: FindingList::new(report.findings.iter().filter(advisory), known, room),
        gone: Vec::new(),
        gone_left_out: None,
        rows: RowList::new(&scenarios, most_rows.min(1_000), known, |_| None),
        count: String::new(),
    }
}

fn slowest(report: &NightReport, known: &Known<'_>) -> Vec<RowView> {
    let mut order: Vec<&ScenarioReport> =
        report.scenarios.iter().filter(|it| !it.attempts.is_empty()).collect();
    order.sort_by_key(|scenario| std::cmp::Reverse(scenario.duration_ms));
    order.into_iter().take(10).map(|it| RowView::new(it, None, known)).collect()
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
    facts.extend(night.patience.map(|it| ("Patience".to_owned(), it.to_string())));
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
        dead: report
            .dead_redactions
            .iter()
            .take(MOST_GONE)
            .map(|it| one_line(&it.to_string(), 400))
            .collect(),
        dead_left_out: left_out(report.dead_redactions.len(), MOST_GONE, "redaction"),
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
