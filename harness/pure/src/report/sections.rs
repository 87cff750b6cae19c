//! [`sections`]: the folded parts of the page, in the order in which a reader asks for them.

use serde::Serialize;

use super::finding::Known;
use super::lists::{FindingList, Room, RowList, left_out};
use super::night::{NightReport, ScenarioReport};
use super::sentence::{active, is_new_slowdown, is_suppressed, is_undecided};
use super::shown::{count, one_line};
use crate::model::finding::FixedCause;
use crate::model::{Finding, Verdict};

/// The most causes that are told to be gone.
const MOST_GONE: usize = 50;

/// The words of a part.
struct Heading {
    /// The verdict's word, or what stands for one.
    id: &'static str,
    title: &'static str,
    about: &'static str,
}

/// The parts that hold the findings and scenarios of one verdict.
const OF_VERDICTS: [(Verdict, Heading); 7] = [
    (
        Verdict::StillFailing,
        Heading {
            id: "still-failing",
            title: "Still failing",
            about: "Known from an earlier night and not mended yet.",
        },
    ),
    (
        Verdict::Flaky,
        Heading {
            id: "flaky",
            title: "Flaky",
            about: "Failed and then passed in the same night. The product, or the scenario, depends on chance.",
        },
    ),
    (
        Verdict::Inconclusive,
        Heading {
            id: "inconclusive",
            title: "Inconclusive",
            about: "Nothing can be said about the product here; the reason stands beside each.",
        },
    ),
    (
        Verdict::NotRun,
        Heading { id: "not-run", title: "Not run", about: "Planned, and not executed tonight." },
    ),
    (
        Verdict::Drifted,
        Heading {
            id: "drifted",
            title: "Drifted",
            about: "Worked, but something had to be found in another way than the scenario says.",
        },
    ),
    (
        Verdict::New,
        Heading {
            id: "new",
            title: "New",
            about: "No baseline yet: look at what was seen, then accept it or reject it.",
        },
    ),
    (
        Verdict::Fixed,
        Heading { id: "fixed", title: "Fixed", about: "Failed before and holds again." },
    ),
];

const STILL_SLOWER: Heading = Heading {
    id: "slower",
    title: "Still slower",
    about: "Takes longer than it used to, and an earlier night told of it already. Not counted by the gate.",
};

const ADVISORY: Heading = Heading {
    id: "advisory",
    title: "Advisory",
    about: "What is on trial: it is reported here and decides nothing. What is in shadow is only counted.",
};

const KNOWN: Heading = Heading {
    id: "known",
    title: "Known issues",
    about: "Suppressed until their date; they do not fail the gate.",
};

impl Heading {
    /// The part of these findings, with no rows.
    fn of(&self, findings: FindingList) -> SectionView {
        SectionView {
            id: self.id,
            verdict: self.id,
            title: self.title,
            about: self.about,
            findings,
            gone: Vec::new(),
            gone_left_out: None,
            rows: RowList::default(),
            count: String::new(),
        }
    }
}

/// A folded part: the findings and scenarios of one verdict.
#[derive(Debug, Serialize)]
pub(super) struct SectionView {
    id: &'static str,
    verdict: &'static str,
    title: &'static str,
    about: &'static str,
    pub findings: FindingList,
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

/// The folded parts that have something in them.
pub(super) fn sections(
    report: &NightReport,
    known: &Known<'_>,
    room: &mut Room,
    most_rows: usize,
) -> Vec<SectionView> {
    let of_verdicts = OF_VERDICTS.iter();
    let mut sections: Vec<SectionView> = of_verdicts
        .map(|(verdict, heading)| of_verdict(report, known, room, most_rows, *verdict, heading))
        .collect();
    let still_slower = report
        .findings
        .iter()
        .filter(|it| it.slowdown.is_some() && !is_suppressed(it) && !is_new_slowdown(it));
    sections.push(STILL_SLOWER.of(FindingList::new(still_slower, known, room)));
    sections.push(advisory(report, known, room, most_rows));
    let suppressed = report.findings.iter().filter(|finding| is_suppressed(finding));
    sections.push(KNOWN.of(FindingList::new(suppressed, known, room)));
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

/// The findings and scenarios of one verdict, and the causes that are gone where it is `fixed`.
fn of_verdict(
    report: &NightReport,
    known: &Known<'_>,
    room: &mut Room,
    most_rows: usize,
    verdict: Verdict,
    heading: &Heading,
) -> SectionView {
    let scenarios: Vec<&ScenarioReport> =
        report.scenarios.iter().filter(|it| it.verdict == verdict).collect();
    // What is broken, or fails by chance, needs somebody and stands above.
    let findings = active(report, verdict).filter(|it| !is_undecided(report, it));
    let gone: &[FixedCause] = if verdict == Verdict::Fixed { &report.fixed } else { &[] };
    SectionView {
        gone: gone.iter().take(MOST_GONE).map(GoneView::of).collect(),
        gone_left_out: left_out(gone.len(), MOST_GONE, "cause"),
        rows: RowList::new(&scenarios, most_rows.min(1_000), known, |_| None),
        ..heading.of(FindingList::new(findings, known, room))
    }
}

/// What is reported and decides nothing, and the scenarios that are on trial.
fn advisory(
    report: &NightReport,
    known: &Known<'_>,
    room: &mut Room,
    most_rows: usize,
) -> SectionView {
    let on_trial =
        |it: &&Finding| !it.stage.is_gating() && it.slowdown.is_none() && !is_suppressed(it);
    let scenarios: Vec<&ScenarioReport> =
        report.scenarios.iter().filter(|it| !it.stage.is_gating()).collect();
    let findings = report.findings.iter().filter(on_trial);
    SectionView {
        rows: RowList::new(&scenarios, most_rows.min(1_000), known, |_| None),
        ..ADVISORY.of(FindingList::new(findings, known, room))
    }
}
