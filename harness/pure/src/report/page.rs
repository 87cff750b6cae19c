//! [`Page`]: all that the template shows, decided here so that the template only lays it out.
//!
//! Four levels: ten seconds (the sentence, the gate, the trust), one minute (what needs you),
//! three minutes (a finding), and the rest folded. Neighbours: [`super::trust`] and
//! [`super::lists`] for its parts, [`super::html`] for the template.

use std::collections::HashSet;

use serde::Serialize;

use super::Mode;
use super::agent::AgentView;
use super::facets::{LinkView, links};
use super::fact::FactView;
use super::finding::Known;
use super::insight::{Insight, InsightKind, insights};
use super::lists::{FindingList, Room, RowList, RowView, left_out};
use super::morning::{AlsoView, also};
use super::night::{NightReport, ScenarioReport};
use super::past::{NightView, strip};
use super::recording::Recordings;
use super::sections::{SectionView, sections};
use super::sentence::{active, sentence, slower, undecided};
use super::shift::ShiftView;
use super::shown::{count, duration, one_line, short};
use super::soak::SoakView;
use super::spent;
use super::survey::SurveyView;
use super::trust::{BlindView, BuildView, TallyView, alerts, blind, builds, judged, tally, trust};
use super::unattended::did_not_run;
use super::views::Views;
use super::walls::{WallsView, walls};
use super::weeks::Spent;
use crate::model::finding::Pending;
use crate::model::seal::Seal;
use crate::model::{Decision, Finding, Verdict};

/// The most rows of a table of scenarios, on the screen and on paper.
const MOST_ROWS: [usize; 2] = [12_000, 200];
/// The most findings that the overview names.
const OVERVIEW: usize = 12;
/// The most redactions that are named because nobody needs them.
const MOST_DEAD: usize = 50;

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
    /// The night in a few sentences.
    said: Vec<InsightView>,
    /// The nights before and tonight.
    strip: Vec<NightView>,
    /// That nights were due and did not run.
    did_not_run: Option<String>,
    alerts: Vec<String>,
    decision: &'static str,
    rule: String,
    tally: Vec<TallyView>,
    trust: Vec<FactView>,
    walls: Option<WallsView>,
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
    /// What exploring the product has shown.
    survey: Option<SurveyView>,
    soak: Option<SoakView>,
    /// What a language model took and said.
    agent: Option<AgentView>,
    /// What it tried by itself.
    shift: Option<ShiftView>,
    slowest: Vec<RowView>,
    /// What was flaky most often in the last nights.
    flakiest: Vec<RowView>,
    all: RowList,
    pending: Vec<PendingView>,
    pending_left_out: Option<String>,
    accept_pending: String,
    how: HowView,
    /// What the ledger ends with.
    ledger: Option<String>,
}

#[derive(Debug, Serialize)]
struct PendingView {
    id: String,
    scenario: String,
    checkpoint: String,
    facet: &'static str,
    place: String,
    wrong: Option<String>,
    evidence: Vec<LinkView>,
}

/// A sentence of the summary, with what it rests on.
#[derive(Debug, Serialize)]
struct InsightView {
    kind: InsightKind,
    text: String,
    links: Vec<LinkTo>,
    /// How many more there are.
    more: Option<String>,
}

/// A link to a place of the page.
#[derive(Debug, Serialize)]
struct LinkTo {
    href: String,
    label: String,
}

/// What some of the night's time went into.
#[derive(Debug, Serialize)]
struct SpentView {
    what: &'static str,
    runs: String,
    duration: String,
    percent: u64,
}

/// How the night ran.
#[derive(Debug, Serialize)]
struct HowView {
    /// Where its time went.
    time: Vec<SpentView>,
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

impl PendingView {
    fn of(pending: &Pending) -> Self {
        Self {
            id: one_line(&pending.id, 20),
            scenario: one_line(&pending.scenario, 120),
            checkpoint: one_line(&pending.checkpoint, 80),
            facet: pending.facet.word(),
            place: one_line(&pending.place, 160),
            wrong: pending.wrong.as_ref().map(|it| one_line(it, 300)),
            // By what it is here: what is the same byte by byte, as two empty outputs are, is one file.
            evidence: vec![LinkView::of(&pending.evidence)],
        }
    }
}

impl Page {
    /// The page of a night.
    pub fn new(report: &NightReport, mode: Mode, recordings: &Recordings<'_>) -> Self {
        let most_rows = most_rows(mode);
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
        let needs_you = FindingList::new(urgent(report), &known, &mut room);
        let (night, waiting) = (&report.night, waiting(report));
        let sections = sections(report, &known, &mut room, most_rows);
        let lists = sections.iter().map(|it| &it.findings).chain([&needs_you]);
        let shown: HashSet<&str> = lists.flat_map(FindingList::shown).collect();
        let said = said(&shown, &known, mode);
        let views = Views::new(report, &shown);
        Self {
            print: mode == Mode::Print,
            title: sentence(report),
            night: one_line(&night.id, 80),
            day: night.started.format("%A %-d %B %Y").to_string(),
            when: when(report),
            took: spent::lasted(report).map(duration),
            branch: night.branch.as_deref().map(|it| one_line(it, 120)),
            builds: builds(report),
            said,
            strip: strip(report),
            did_not_run: did_not_run(report),
            alerts: alerts(report),
            decision: report.gate.decision.word(),
            rule: short(&report.gate.rule, 400),
            tally: tally(report),
            trust: trust(report),
            walls: walls(report),
            blind: blind(report),
            judged: judged(report),
            calm: report.gate.decision == Decision::Pass && needs_you.total == 0,
            also: also(report),
            views: (mode == Mode::Screen && !views.is_empty()).then_some(views),
            overview_left_out: overview_left_out(&needs_you),
            needs_you,
            sections,
            soak: report.soak.as_ref().map(SoakView::of),
            survey: report.survey.as_ref().map(|it| SurveyView::of(it, Some(&night.id))),
            agent: report.agent.as_ref().map(AgentView::of),
            shift: report.shift.as_ref().map(ShiftView::of),
            slowest: slowest(report, &known),
            flakiest: flakiest(report, &known),
            all: RowList::new(&order, most_rows, &known, |scenario| {
                known.anchors.get(scenario.id.as_str()).cloned()
            }),
            pending: waiting.clone().take(100).map(PendingView::of).collect(),
            accept_pending: accept(report),
            pending_left_out: left_out(waiting.count(), 100, "snapshot"),
            how: how(report),
            ledger: night.ledger.as_ref().map(ending),
        }
    }
}

/// The findings that need somebody this morning.
fn urgent(report: &NightReport) -> impl Iterator<Item = &Finding> {
    active(report, Verdict::Regressed).chain(undecided(report)).chain(slower(report))
}

fn most_rows(mode: Mode) -> usize {
    match mode {
        Mode::Screen => MOST_ROWS[0],
        Mode::Print => MOST_ROWS[1],
    }
}

/// The most links of one sentence.
const MOST_LINKS: usize = 6;

impl InsightView {
    /// The sentence with links to those findings and scenarios that have a place on the page; to
    /// `night.json`, where none has.
    fn of(it: Insight, shown: &HashSet<&str>, known: &Known<'_>, mode: Mode) -> Self {
        let findings = it
            .findings
            .iter()
            .filter(|id| shown.contains(id.as_str()))
            .map(|id| LinkTo { href: format!("#{}", one_line(id, 20)), label: one_line(id, 20) });
        let rows = it.scenarios.iter().filter(|_| mode == Mode::Screen).filter_map(|id| {
            let anchor = known.anchors.get(id.as_str())?;
            Some(LinkTo { href: format!("#{anchor}"), label: one_line(id, 80) })
        });
        let mut links: Vec<LinkTo> = findings.chain(rows).collect();
        let left = links.len().saturating_sub(MOST_LINKS);
        links.truncate(MOST_LINKS);
        // On paper there is nothing to follow it to.
        if links.is_empty() && mode == Mode::Screen {
            links.push(LinkTo { href: "night.json".to_owned(), label: "night.json".to_owned() });
        }
        let more_said = (left > 0).then(|| format!("and {left} more"));
        Self { kind: it.kind, text: it.text, links, more: more_said }
    }
}

/// What the ledger ends with, in words.
fn ending(seal: &Seal) -> String {
    let lines = usize::try_from(seal.lines).unwrap_or(usize::MAX);
    format!("{}, ending with {}", count(lines, "line"), seal.head)
}

/// What has no baseline yet, what is wrong by itself first.
fn waiting(report: &NightReport) -> impl Iterator<Item = &Pending> + Clone {
    let new = report.pending.iter().filter(|it| it.finding.is_none() && !it.replaces);
    new.clone().filter(|it| it.wrong.is_some()).chain(new.filter(|it| it.wrong.is_none()))
}

/// The command that accepts what waits without being part of a finding; what is wrong by itself only
/// where there is nothing else.
fn accept(report: &NightReport) -> String {
    let sound: Vec<&Pending> = waiting(report).filter(|it| it.wrong.is_none()).collect();
    let waiting = if sound.is_empty() { waiting(report).collect() } else { sound };
    let ids: Vec<String> = waiting.iter().take(20).map(|it| one_line(&it.id, 20)).collect();
    format!("nightshift review {} --accept {}", one_line(&report.night.id, 80), ids.join(" "))
}

/// The summary, with links to what has a place on the page.
fn said(shown: &HashSet<&str>, known: &Known<'_>, mode: Mode) -> Vec<InsightView> {
    let all = insights(known.report).into_iter();
    all.map(|it| InsightView::of(it, shown, known, mode)).collect()
}

/// How many findings the overview leaves out.
fn overview_left_out(needs_you: &FindingList) -> Option<String> {
    let more = needs_you.total.saturating_sub(OVERVIEW);
    (more > 0).then(|| format!("{} below.", count(more, "more finding")))
}

fn when(report: &NightReport) -> String {
    let started = report.night.started;
    let from = started.format("%H:%M");
    match spent::lasted(report) {
        Some(ms) => {
            let to = started + chrono::Duration::milliseconds(ms as i64);
            format!("{from} to {} UTC", to.format("%H:%M"))
        }
        None => format!("{from} UTC"),
    }
}

fn slowest(report: &NightReport, known: &Known<'_>) -> Vec<RowView> {
    let mut order: Vec<&ScenarioReport> =
        report.scenarios.iter().filter(|it| !it.attempts.is_empty()).collect();
    order.sort_by_key(|scenario| std::cmp::Reverse(scenario.duration_ms));
    order.into_iter().take(10).map(|it| RowView::new(it, None, known)).collect()
}

/// The scenarios that were flaky most often in the last nights.
fn flakiest(report: &NightReport, known: &Known<'_>) -> Vec<RowView> {
    let trends = report.weeks.iter().flat_map(|it| &it.trends);
    let flaky = |(id, trend): (&String, &crate::history::trend::Trend)| {
        let nights = trend.verdicts.chars().filter(|it| *it == 'F').count();
        Some((nights, *known.scenarios.get(id.as_str())?)).filter(|_| nights > 0)
    };
    let mut order: Vec<(usize, &ScenarioReport)> = trends.filter_map(flaky).collect();
    order.sort_by_key(|it| std::cmp::Reverse(it.0));
    order.into_iter().take(10).map(|it| RowView::new(it.1, None, known)).collect()
}

fn time(report: &NightReport) -> Vec<SpentView> {
    let rows = spent::all(report);
    let all: u64 = rows.iter().map(|it| it.ms).sum();
    let view = |it: &Spent| SpentView {
        what: it.what.said(),
        runs: if it.runs == 0 { String::new() } else { it.runs.to_string() },
        duration: duration(it.ms),
        percent: it.ms * 100 / all.max(1),
    };
    rows.iter().map(view).collect()
}

fn how(report: &NightReport) -> HowView {
    let night = &report.night;
    let time = |at: chrono::DateTime<chrono::Utc>| at.format("%Y-%m-%d %H:%M:%S UTC").to_string();
    let mut facts = vec![
        ("Night".to_owned(), one_line(&night.id, 80)),
        ("Started".to_owned(), time(night.started)),
    ];
    facts.extend(report.first_step.map(|it| ("First step".to_owned(), it.said())));
    facts.extend(night.finished.map(|at| ("Finished".to_owned(), time(at))));
    facts.extend(night.deadline.map(|at| ("Deadline".to_owned(), time(at))));
    facts.push(("Image environment".to_owned(), one_line(&night.environment, 200)));
    facts.extend(night.patience.map(|it| ("Patience".to_owned(), it.to_string())));
    facts.extend(night.versions.iter().map(|(what, version)| {
        (format!("Version of {}", one_line(what, 60)), one_line(version, 200))
    }));
    HowView {
        time: self::time(report),
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
            .take(MOST_DEAD)
            .map(|it| one_line(&it.to_string(), 400))
            .collect(),
        dead_left_out: left_out(report.dead_redactions.len(), MOST_DEAD, "redaction"),
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::model::testing::{finding, instant};
    use crate::model::{Finding, Totals};
    use crate::report::night::EvidenceNote;
    use crate::report::summary::summary;

    /// A night of one scenario that cannot be judged.
    fn night() -> NightReport {
        serde_json::from_value(json!({
            "format_version": 1,
            "night": { "id": "n", "started": instant(), "finished": null, "branch": null,
                "environment": "e", "versions": {}, "products": [] },
            "gate": { "decision": "fail", "rule": "r" },
            "totals": { "planned": 1, "judged": 0, "regressed": 0, "still-failing": 0, "flaky": 0,
                "inconclusive": 1, "drifted": 0, "new": 0, "fixed": 0, "unchanged": 0,
                "not-run": 0 },
            "findings": [], "scenarios": [],
        }))
        .expect("a report")
    }

    /// The page and the summary of a night of one scenario that cannot be judged, with its finding.
    fn told(because: &str) -> (Value, String) {
        let scenario = json!({ "id": "a", "file": "a.yaml", "line": 1, "tags": [], "owner": null,
            "product": null, "verdict": "inconclusive", "because": because, "duration_ms": 1,
            "attempts": [] });
        let mut night = night();
        night.scenarios = vec![serde_json::from_value(scenario).expect("a scenario")];
        night.findings = vec![Finding {
            id: "F1".to_owned(),
            title: "orders prints 11 rows".to_owned(),
            verdict: Verdict::Inconclusive,
            scenarios: vec!["a".to_owned()],
            ..finding()
        }];
        let nothing = |_: &str| None::<Vec<u8>>;
        let page = Page::new(&night, Mode::Screen, &Recordings::new(Mode::Screen, &nothing));
        (json!(page), summary(&night))
    }

    /// How many findings stand under what is inconclusive.
    fn folded(page: &Value) -> usize {
        let sections = page["sections"].as_array().expect("sections");
        let own = sections.iter().find(|it| it["id"] == "inconclusive").expect("the scenario");
        own["findings"]["full"].as_array().map_or(0, Vec::len)
    }

    #[test]
    fn what_is_broken_or_fails_by_chance_needs_somebody_and_is_called_so() {
        let (page, summary) = told("undecided");
        let needs_you = &page["needs_you"];
        assert_eq!((needs_you["total"].as_u64(), folded(&page)), (Some(1), 0));
        assert_eq!(needs_you["full"][0]["open"], "broken, or fails by chance");
        let row = "| broken, or fails by chance | **orders prints 11 rows** |";
        assert!(summary.contains(row), "{summary}");
    }

    #[test]
    fn what_the_environment_did_needs_nobody() {
        let (page, summary) = told("environment");
        assert_eq!((page["needs_you"]["total"].as_u64(), folded(&page)), (Some(0), 1));
        assert!(summary.contains("| inconclusive | **orders prints 11 rows** |"), "{summary}");
    }

    #[test]
    fn an_empty_output_that_waits_is_called_what_it_is_and_not_as_an_empty_log() {
        let path = "evidence/e3/e3b0.txt";
        let mut night = night();
        let note = EvidenceNote {
            kind: "server log".to_owned(),
            media: "text/plain".to_owned(),
            bytes: 0,
        };
        night.evidence.insert(path.to_owned(), note);
        let waits = json!({ "id": "P1", "scenario": "a", "checkpoint": "help", "facet": "stderr",
            "environment": null, "where": "shop --help", "algorithm": "stderr/1", "finding": null,
            "evidence": { "kind": "stderr", "media": "text/plain", "path": path, "bytes": 0 } });
        night.pending.push(serde_json::from_value(waits).expect("a pending snapshot"));
        let nothing = |_: &str| None::<Vec<u8>>;
        let page = Page::new(&night, Mode::Screen, &Recordings::new(Mode::Screen, &nothing));
        let links = &json!(page)["pending"][0]["evidence"];
        assert_eq!(links[0]["label"], "stderr");
        assert_eq!(links[0]["href"], path);
        assert_eq!(links.as_array().map(Vec::len), Some(1));
    }

    #[test]
    fn where_all_is_new_nobody_is_told_that_every_facet_was_compared() {
        let without = |night: &NightReport| {
            let fact = trust(night).into_iter().find(|it| it.term == "Without a baseline");
            fact.expect("it is always told").text
        };
        let mut night = night();
        assert_eq!(without(&night), "none, every facet was compared");
        night.totals = Totals::count([Verdict::New]);
        assert_eq!(without(&night), "none but what is new");
    }
}
