//! Findings and scenarios in lists: the first in full, more in a line each, the rest counted.
//!
//! A page stays small whatever the night was: [`Room`] is shared by all lists of findings.
//! Neighbours: [`super::page`], which places the lists, and [`super::finding`].

use serde::Serialize;

use super::Mode;
use super::fact::{on_trial, owned, word};
use super::finding::{FindingView, Known};
use super::night::ScenarioReport;
use super::sentence::open;
use super::shown::{count, duration, one_line};
use super::trend::TrendView;
use crate::model::Finding;

/// The most findings that are shown in full, on the screen and on paper, and what they may weigh
/// together.
const MOST_FULL: [usize; 2] = [100, 24];
const HEAVIEST: usize = 1_600_000;
/// The most findings that get a line of their own beyond those.
const MOST_BRIEF: usize = 400;
/// The most rows of one table that have their trend drawn: a drawing is as large as its row.
const MOST_TRENDS: usize = 1_500;

/// Findings: the first in full, more in a line each, the rest counted.
#[derive(Debug, Default, Serialize)]
pub struct FindingList {
    pub total: usize,
    pub count: String,
    pub full: Vec<FindingView>,
    brief: Vec<BriefView>,
    left_out: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct BriefView {
    id: String,
    verdict: &'static str,
    stage: Option<&'static str>,
    /// What it is, where that is open.
    open: Option<&'static str>,
    severity: &'static str,
    title: String,
    hits: String,
    owned: String,
    reproduce: String,
    /// Who answers for its scenarios, and their tags: what filters go by.
    owners: String,
    tags: String,
}

/// Rows of a table of scenarios.
#[derive(Debug, Default, Serialize)]
pub struct RowList {
    pub count: String,
    pub rows: Vec<RowView>,
    left_out: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct RowView {
    anchor: Option<String>,
    verdict: &'static str,
    stage: Option<&'static str>,
    id: String,
    about: String,
    why: String,
    attempts: usize,
    duration: String,
    source: String,
    owner: String,
    tags: String,
    /// Its last nights.
    trend: Option<TrendView>,
}

/// What is left of the room for findings in full.
pub struct Room {
    findings: usize,
    bytes: usize,
}

impl Room {
    pub fn of(mode: Mode) -> Self {
        let findings = match mode {
            Mode::Screen => MOST_FULL[0],
            Mode::Print => MOST_FULL[1],
        };
        Self { findings, bytes: HEAVIEST }
    }
}

impl FindingList {
    pub fn new<'a>(
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
                    verdict: word(finding),
                    stage: on_trial(finding.stage),
                    open: open(known.report, finding),
                    severity: finding.severity.word(),
                    title: one_line(&finding.title, 160),
                    hits: count(finding.scenarios.len(), "scenario"),
                    owned: owned(finding),
                    reproduce: one_line(&finding.reproduce, 200),
                    owners: known.owners_of(finding),
                    tags: known.tags_of(finding),
                });
            }
        }
        list.count = count(list.total, "finding");
        list.left_out = left_out(list.total, list.full.len() + list.brief.len(), "finding");
        list
    }
}

impl FindingList {
    /// The ids of the findings that have a place on the page.
    pub fn shown(&self) -> impl Iterator<Item = &str> {
        self.full.iter().map(FindingView::id).chain(self.brief.iter().map(|it| it.id.as_str()))
    }
}

impl RowList {
    pub fn new(
        scenarios: &[&ScenarioReport],
        most: usize,
        known: &Known<'_>,
        anchor: impl Fn(&ScenarioReport) -> Option<String>,
    ) -> Self {
        Self {
            count: count(scenarios.len(), "scenario"),
            rows: scenarios
                .iter()
                .take(most)
                .enumerate()
                .map(|(at, it)| {
                    let row = RowView::new(it, anchor(it), known);
                    RowView { trend: row.trend.filter(|_| at < MOST_TRENDS), ..row }
                })
                .collect(),
            left_out: left_out(scenarios.len(), most, "scenario"),
        }
    }
}

impl RowView {
    pub fn new(scenario: &ScenarioReport, anchor: Option<String>, known: &Known<'_>) -> Self {
        let detail = scenario.detail.as_deref().map(|it| one_line(it, 240));
        let because = scenario.because.map(|it| it.said().to_owned());
        let would_be = scenario.would_be.filter(|_| !scenario.stage.is_gating());
        let would_be = would_be.map(|verdict| format!("would be {verdict}"));
        let mut why: Vec<String> = [would_be, because, detail].into_iter().flatten().collect();
        if why.is_empty() {
            let title = scenario.findings.iter().find_map(|id| known.titles.get(id.as_str()));
            why.extend(title.map(|title| one_line(title, 200)));
        }
        Self {
            anchor,
            verdict: scenario.verdict.word(),
            stage: on_trial(scenario.stage),
            id: one_line(&scenario.id, 120),
            about: scenario.about.as_deref().map(|it| one_line(it, 160)).unwrap_or_default(),
            why: why.join(": "),
            attempts: scenario.attempts.len(),
            duration: if scenario.attempts.is_empty() {
                String::new()
            } else {
                duration(scenario.duration_ms)
            },
            source: format!("{}:{}", one_line(&scenario.file, 160), scenario.line),
            owner: scenario.owner.as_deref().map(|it| one_line(it, 80)).unwrap_or_default(),
            tags: one_line(&scenario.tags.join("|"), 400),
            trend: known.trend(&scenario.id),
        }
    }
}

/// `12 more findings left out here; all are in night.json.`, where there are more than shown.
pub fn left_out(total: usize, shown: usize, noun: &str) -> Option<String> {
    let more = total.saturating_sub(shown);
    (more > 0).then(|| {
        format!("{} left out here; all are in night.json.", count(more, &format!("more {noun}")))
    })
}
