//! The scenarios over the newest nights: how each went, how often it failed by chance, how long it
//! takes.

use std::cmp::Reverse;

use super::super::draw;
use super::super::view::{Cell, Part, Table, View, Way};
use super::look::{Look, STRIP, Tab, owner, title};
use crate::archive::{ArchiveError, ScenarioRow};
use crate::model::Verdict;
use crate::report::shown::{count, duration};

/// The orders that a list can have, each with its word in the address and its name.
const ORDERS: [(&str, &str); 4] = [
    ("", "Worst first"),
    ("name", "By name"),
    ("slow", "Slowest first"),
    ("flaky", "Flakiest first"),
];

/// Every scenario, or those that are looked for.
pub fn all(look: &Look<'_>) -> Result<View, ArchiveError> {
    let all = look.archive.scenarios(look.branch, STRIP)?;
    let mut rows: Vec<&ScenarioRow> = all.iter().collect();
    let bad = rows.iter().filter(|it| it.last().is_some_and(is_bad)).count();
    let title_of = format!("{}, {bad} red", count(rows.len(), "scenario"));
    let mut page = look.page(Tab::Scenarios, title_of);
    let nights = look.nights.len().min(STRIP);
    page.lede = Some(format!("The newest {}, the oldest on the left.", count(nights, "night")));
    page.find = Some(look.find("/scenarios", "A part of its name, or its owner")?);
    let wanted = (look.asked)("q").unwrap_or_default().to_lowercase();
    let by = (look.asked)("by").unwrap_or_default();
    if !wanted.is_empty() {
        let has = |text: &str| text.to_lowercase().contains(&wanted);
        rows.retain(|it| has(&it.id) || has(&owner(it.owner.as_deref())));
    }
    match by.as_str() {
        "name" => {}
        "slow" => rows.sort_by_cached_key(|it| Reverse(usual(it))),
        "flaky" => rows.sort_by_cached_key(|it| Reverse(it.count(is_flaky))),
        _ => rows.sort_by_cached_key(|it| it.last().unwrap_or(Verdict::NotRun)),
    }
    let asked = [("q", wanted.as_str()), ("by", by.as_str())];
    let (shown, mut pages) = look.rows(&rows, "/scenarios", &asked);
    let mut table =
        Table::of("", &["Scenario", "Last", "Nights", "#Failed", "#Flaky", "#Takes", "Owner"]);
    table.rows = shown.iter().map(|it| row(look, it)).collect();
    let orders = ORDERS.iter().filter(|it| it.0 != by);
    pages.extend(orders.map(|(by, text)| {
        let href = look.links.to("/scenarios", &[("q", wanted.as_str()), ("by", by)]);
        Way { href, text: (*text).to_owned() }
    }));
    let name = ORDERS.iter().find(|it| it.0 == by).map_or("Worst first", |it| it.1);
    name.clone_into(&mut table.caption);
    let none = if rows.is_empty() { "No scenario is called that." } else { "" };
    page.parts.push(Part { table: Some(table), none: none.to_owned(), pages, ..Part::default() });
    Ok(page)
}

/// A scenario as a row.
pub fn row(look: &Look<'_>, scenario: &ScenarioRow) -> Vec<Cell> {
    let number = |n: usize| Cell::number(if n == 0 { String::new() } else { n.to_string() });
    let (failed, flaky) = (scenario.count(is_bad), scenario.count(is_flaky));
    let text =
        format!("{failed} failed and {flaky} flaky in {}", count(scenario.verdicts.len(), "night"));
    vec![
        Cell::header(title(&scenario.id), look.links.scenario(&scenario.id)),
        scenario.last().map(Cell::verdict).unwrap_or_default(),
        Cell::strip(draw::tiny(&scenario.verdicts, text)),
        number(failed),
        number(flaky),
        Cell::number(usual(scenario).map(|it| duration(u64::from(it))).unwrap_or_default()),
        Cell::text(owner(scenario.owner.as_deref())),
    ]
}

/// What it usually takes: the middle of these nights.
pub fn usual(scenario: &ScenarioRow) -> Option<u32> {
    let mut all: Vec<u32> = scenario.ms.iter().flatten().copied().collect();
    all.sort_unstable();
    all.get(all.len() / 2).copied()
}

/// Whether it is worse than its baseline.
pub fn is_bad(verdict: Verdict) -> bool {
    crate::history::known::is_failing(verdict)
}

/// Whether it failed by chance.
pub fn is_flaky(verdict: Verdict) -> bool {
    verdict == Verdict::Flaky
}
