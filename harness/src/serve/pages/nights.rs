//! All nights, the newest first; and a night whose report is not there.

use super::super::draw::{self, Bar, Drawing};
use super::super::view::{Cell, DecisionView, Part, Table, Tally, View};
use super::look::{Look, Tab, day, moment, title};
use crate::archive::{ArchiveError, NightLook};
use crate::model::{Decision, Totals, Verdict};
use crate::report::shown::count;

/// The most nights that are drawn.
const DRAWN: usize = 365;
/// The height of the drawing.
const HIGH: f64 = 90.0;

/// All nights.
pub fn all(look: &Look<'_>) -> Result<View, ArchiveError> {
    let newest = look.newest();
    let mut page = look.page(Tab::Nights, heading(newest));
    page.decision = Some(DecisionView::of(newest.decision, &title(&newest.rule)));
    page.tally = tally(&newest.totals);
    let failed = look.nights.iter().filter(|it| it.decision == Decision::Fail).count();
    page.lede = Some(format!(
        "{} since {}; the gate failed in {failed}.",
        count(look.nights.len(), "night"),
        day(look.nights[0].started)
    ));
    if look.archive.branches()?.len() > 1 {
        page.find = Some(look.find("/", "A night or build")?);
    }
    page.parts.push(Part { figures: vec![drawing(look)], ..Part::default() });
    let wanted = (look.asked)("q").unwrap_or_default().to_lowercase();
    let rows: Vec<&NightLook> = look
        .nights
        .iter()
        .rev()
        .filter(|it| {
            let build = it.build.as_deref().unwrap_or_default().to_lowercase();
            wanted.is_empty() || it.id.to_lowercase().contains(&wanted) || build.contains(&wanted)
        })
        .collect();
    let (shown, pages) = look.rows(&rows, "/", &[("q", wanted.as_str())]);
    let mut table = Table::of(
        "Times are in UTC",
        &[
            "Night",
            "Gate",
            "#Regressed",
            "#Still failing",
            "#Flaky",
            "#Fixed",
            "#Not judged",
            "#Scenarios",
            "Build",
            "",
        ],
    );
    table.rows = shown.iter().map(|it| row(look, it)).collect();
    page.parts.push(Part {
        title: "Nights".to_owned(),
        table: Some(table),
        none: if rows.is_empty() { "No night is called that.".to_owned() } else { String::new() },
        pages,
        ..Part::default()
    });
    for (folder, why) in look.archive.skipped()? {
        page.alerts.push(title(&format!("{folder} cannot be used: {why}")));
    }
    Ok(page)
}

/// A night of which only the numbers are here.
pub fn one(look: &Look<'_>, folder: &str) -> Option<View> {
    let night = look.nights.iter().find(|it| it.folder == folder)?;
    let mut page = look.page(Tab::Nights, heading(night));
    page.decision = Some(DecisionView::of(night.decision, &title(&night.rule)));
    page.tally = tally(&night.totals);
    page.lede = Some(
        "The report of this night is not among the nights here; only its numbers are.".to_owned(),
    );
    Some(page)
}

fn heading(night: &NightLook) -> String {
    let Totals { regressed, still_failing, .. } = night.totals;
    let said = match (regressed, still_failing) {
        (0, 0) if night.decision == Decision::Pass => "nothing is red".to_owned(),
        (0, 0) => "nothing is red, and the gate does not pass".to_owned(),
        (new, 0) => format!("{new} regressed"),
        (0, old) => format!("{old} still failing"),
        (new, old) => format!("{new} regressed, {old} still failing"),
    };
    format!("{}: {said}", moment(night.started))
}

fn tally(totals: &Totals) -> Vec<Tally> {
    let all = [
        (totals.regressed, Verdict::Regressed),
        (totals.still_failing, Verdict::StillFailing),
        (totals.flaky, Verdict::Flaky),
        (totals.inconclusive, Verdict::Inconclusive),
        (totals.drifted, Verdict::Drifted),
        (totals.new, Verdict::New),
        (totals.fixed, Verdict::Fixed),
        (totals.unchanged, Verdict::Unchanged),
        (totals.not_run, Verdict::NotRun),
    ];
    let some = all.into_iter().filter(|it| it.0 > 0);
    some.map(|(n, verdict)| Tally { n: n.to_string(), verdict: Some(verdict.word()), text: "" })
        .collect()
}

fn row(look: &Look<'_>, night: &NightLook) -> Vec<Cell> {
    let totals = &night.totals;
    let number = |n: u32| Cell::number(if n == 0 { String::new() } else { n.to_string() });
    let href = look.links.night(&night.folder, None);
    let when = Cell { header: true, ..Cell::link(moment(night.started), href) };
    vec![
        when.with(night.id.clone()),
        Cell { decision: Some(DecisionView::of(night.decision, "")), ..Cell::default() },
        number(totals.regressed),
        number(totals.still_failing),
        number(totals.flaky),
        number(totals.fixed),
        number(totals.inconclusive + totals.not_run),
        Cell::number(totals.planned.to_string()),
        Cell::text(title(night.build.as_deref().unwrap_or_default())),
        Cell::link("Review", look.links.review(&night.folder)),
    ]
}

/// `21 Nov 01:00: fail, 3 failed, 1 flaky, 0 not judged of 40`.
fn said(night: &NightLook) -> String {
    format!(
        "{}: {}, {} failed, {} flaky, {} not judged of {}",
        moment(night.started),
        night.decision.word(),
        night.totals.regressed + night.totals.still_failing,
        night.totals.flaky,
        night.totals.inconclusive + night.totals.not_run,
        night.totals.planned
    )
}

/// How many failed in each night, above how many were flaky or not judged.
fn drawing(look: &Look<'_>) -> Drawing {
    let nights = &look.nights[look.nights.len().saturating_sub(DRAWN)..];
    let counts = |it: &NightLook| {
        let totals = &it.totals;
        let failed = totals.regressed + totals.still_failing;
        [("bad", failed), ("odd", totals.flaky), ("open", totals.inconclusive + totals.not_run)]
    };
    let sum = |it: &NightLook| counts(it).iter().map(|it| it.1).sum::<u32>();
    let most = nights.iter().map(sum).max().unwrap_or(0).max(1);
    let width = nights.len().max(20) * 10;
    let left = width - nights.len() * 10;
    let mut bars = Vec::new();
    for (at, night) in nights.iter().enumerate() {
        let x = (left + at * 10) as f64;
        let said = said(night);
        let href = Some(look.links.night(&night.folder, None));
        let mut up = HIGH;
        if sum(night) == 0 {
            let bar = Bar { kind: "ok", x, y: HIGH - 4.0, w: 8.0, h: 4.0, title: said, href };
            bars.push(bar);
            continue;
        }
        for (kind, n) in counts(night).into_iter().filter(|it| it.1 > 0) {
            let h = draw::round((f64::from(n) / f64::from(most) * HIGH).max(2.0));
            up = draw::round(up - h);
            bars.push(Bar {
                kind,
                x,
                y: up.max(0.0),
                w: 8.0,
                h,
                title: said.clone(),
                href: href.clone(),
            });
        }
    }
    let first = nights.first().map(|it| day(it.started)).unwrap_or_default();
    let last = nights.last().map(|it| day(it.started)).unwrap_or_default();
    let key = draw::key().into_iter().filter(|it| matches!(it.kind, "bad" | "odd"));
    let open = draw::Key { kind: "open", text: "not judged" };
    let none = draw::Key { kind: "ok", text: "all judged, nothing red" };
    Drawing {
        caption: format!("Scenarios a night that need a look; the most are {most}"),
        label: format!(
            "A bar for each of {}, from {first} to {last}; the table below says the same",
            count(nights.len(), "night")
        ),
        width,
        height: HIGH as usize,
        bars,
        lines: Vec::new(),
        axis: vec![first, last],
        key: key.chain([open, none]).collect(),
    }
}
