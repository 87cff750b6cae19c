//! `summary.md`: the night for a step summary or a merge request, the sentence first.
//!
//! GitHub takes 1 MiB of step summary; rows are cut long before, with a line that says so.

use std::fmt::Write as _;

use super::fact::{owned, word};
use super::insight::insights;
use super::night::NightReport;
use super::sentence::{
    active, is_new_slowdown, is_suppressed, is_undecided, open, sentence, slower, undecided,
};
use super::shown::{count, duration, markdown, one_line};
use super::spent::lasted;
use super::survey::since_line;
use super::unattended::did_not_run;
use crate::model::{Decision, Finding, Verdict};

/// The most findings that get a row.
const MOST_ROWS: usize = 100;
/// So many findings are named behind a sentence.
const MOST_IDS: usize = 6;

/// The report as Markdown.
#[must_use]
pub fn summary(report: &NightReport) -> String {
    let mut text = format!("# {}\n\n", markdown(&sentence(report)));
    let mark = match report.gate.decision {
        Decision::Pass => "✔ pass",
        Decision::Fail => "✘ fail",
        Decision::Inconclusive => "? inconclusive",
    };
    // Writing to a String cannot fail.
    let _ = writeln!(text, "**Gate: {mark}.** {}\n", product_text(&report.gate.rule, 500));
    if let Some(missed) = did_not_run(report) {
        let _ = writeln!(text, "**✘ {missed}**\n");
    }
    said(&mut text, report);
    let _ = writeln!(text, "{}\n", trust(report));
    if let Some(since) = report.survey.as_ref().and_then(|it| it.since.as_ref()) {
        let _ = writeln!(text, "{}.\n", product_text(&since_line(since), 300));
    }
    findings(&mut text, report);
    not_judged(&mut text, report);
    let _ = writeln!(
        text,
        "\nNight {}{}. The whole report is `index.html` in its folder; every number is in `night.json`.",
        product_text(&report.night.id, 80),
        lasted(report).map_or(String::new(), |ms| format!(", {}", duration(ms)))
    );
    text
}

/// The summary in sentences, each with the findings that it rests on.
fn said(text: &mut String, report: &NightReport) {
    for it in insights(report) {
        let mut findings: Vec<String> =
            it.findings.iter().take(MOST_IDS).map(|id| product_text(id, 20)).collect();
        let more = it.findings.len().saturating_sub(MOST_IDS);
        findings.extend((more > 0).then(|| format!("{more} more")));
        let findings =
            if findings.is_empty() { String::new() } else { format!(" ({})", findings.join(", ")) };
        let _ = writeln!(text, "- {}{findings}", product_text(&it.text, 600));
    }
    text.push('\n');
}

/// Product text on one line, shortened and escaped.
fn product_text(text: &str, most: usize) -> String {
    markdown(&one_line(text, most))
}

fn trust(report: &NightReport) -> String {
    let totals = &report.totals;
    let parts: Vec<String> = Verdict::ALL
        .into_iter()
        .filter(|verdict| totals.of(*verdict) > 0)
        .map(|verdict| format!("{} {verdict}", totals.of(verdict)))
        .collect();
    let mut text = format!(
        "{} of {} planned scenarios judged: {}.",
        totals.judged,
        totals.planned,
        if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
    );
    if report.facets_without_baseline > 0 {
        let facets = count(report.facets_without_baseline as usize, "facet");
        let _ = write!(text, " {facets} without a baseline.");
    }
    if let Some(new) = super::trust::new_facets(report) {
        let _ = write!(text, " {new}.");
    }
    if let Some(walls) = super::walls::line(report) {
        let _ = write!(text, " {}", product_text(&walls, 600));
    }
    text
}

fn findings(text: &mut String, report: &NightReport) {
    let needs_somebody =
        |it: &Finding| it.verdict == Verdict::Regressed || is_undecided(report, it);
    let broken = active(report, Verdict::Regressed).chain(undecided(report));
    let mut rows: Vec<&Finding> = broken.chain(slower(report)).collect();
    rows.extend(
        report
            .findings
            .iter()
            .filter(|it| it.stage.is_gating())
            .filter(|it| is_suppressed(it) || !needs_somebody(it)),
    );
    let advisory = report.findings.iter().filter(|it| !it.stage.is_gating());
    rows.extend(advisory.filter(|it| !is_new_slowdown(it)));
    if rows.is_empty() {
        return;
    }
    text.push_str("| | Finding | Severity | Scenarios | Owner | Repeat |\n");
    text.push_str("|---|---|---|---|---|---|\n");
    for finding in rows.iter().take(MOST_ROWS) {
        let known = if is_suppressed(finding) { ", known issue" } else { "" };
        let _ = writeln!(
            text,
            "| {}{known} | **{}** | {} | {} | {} | <code>{}</code> |",
            shown_as(report, finding),
            product_text(&finding.title, 200),
            finding.severity.word(),
            hits(finding),
            markdown(&owned(finding)),
            product_text(&finding.reproduce, 200),
        );
    }
    if rows.len() > MOST_ROWS {
        let more = count(rows.len() - MOST_ROWS, "more finding");
        let _ = writeln!(text, "\n{more} left out here; all are in `night.json`.");
    }
}

fn hits(finding: &Finding) -> String {
    let first: Vec<String> =
        finding.scenarios.iter().take(2).map(|id| product_text(id, 80)).collect();
    match finding.scenarios.len().saturating_sub(2) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

fn not_judged(text: &mut String, report: &NightReport) {
    let rows: Vec<_> = report.scenarios.iter().filter(|it| !it.verdict.is_judged()).collect();
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n| Not judged | | Why |\n|---|---|---|");
    for scenario in rows.iter().take(MOST_ROWS) {
        let _ = writeln!(
            text,
            "| {} | {}{} | {} |",
            product_text(&scenario.id, 120),
            scenario.verdict,
            scenario.because.map(|it| format!(" ({})", it.word())).unwrap_or_default(),
            product_text(scenario.detail.as_deref().unwrap_or_default(), 200),
        );
    }
    if rows.len() > MOST_ROWS {
        let more = count(rows.len() - MOST_ROWS, "more scenario");
        let _ = writeln!(text, "\n{more} left out here; all are in `night.json`.");
    }
}

/// The verdict, what it is where that is open, or what it counts as where it decides nothing.
fn shown_as(report: &NightReport, finding: &Finding) -> &'static str {
    if finding.stage.is_gating() || finding.slowdown.is_some() {
        open(report, finding).unwrap_or(word(finding))
    } else {
        finding.stage.word()
    }
}
