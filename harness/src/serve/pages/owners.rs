//! Who answers for what: the scenarios of each owner, and what of them is red now.

use std::collections::BTreeMap;

use super::super::view::{Cell, Part, Table, View};
use super::look::{Look, STRIP, Tab, owner, title};
use super::scenarios::is_flaky;
use crate::archive::{ArchiveError, CauseRow};
use crate::report::shown::count;

/// How many causes of an owner are named.
const NAMED: usize = 5;

#[derive(Default)]
struct Own<'a> {
    scenarios: usize,
    red: usize,
    flaky: usize,
    causes: Vec<&'a CauseRow>,
}

/// Everybody who answers for something.
pub fn all(look: &Look<'_>) -> Result<View, ArchiveError> {
    let rows = look.archive.scenarios(look.branch, STRIP)?;
    let red = look.red()?;
    let causes = look.archive.causes(look.branch, 1)?;
    let mut owners: BTreeMap<Option<&str>, Own<'_>> = BTreeMap::new();
    for row in rows.iter() {
        let own = owners.entry(row.owner.as_deref()).or_default();
        own.scenarios += 1;
        own.red += usize::from(red.contains(&row.id));
        own.flaky += usize::from(row.count(is_flaky) > 0);
    }
    for cause in causes.iter() {
        owners.entry(cause.owner.as_deref()).or_default().causes.push(cause);
    }
    let named = owners.keys().flatten().count();
    let mut page = look.page(Tab::Owners, count(named, "owner"));
    let without = owners.get(&None).map_or(0, |it| it.scenarios);
    page.lede = Some(match without {
        0 => "Every scenario has somebody who answers for it.".to_owned(),
        some => {
            format!("Nobody answers for {}; name an `owner` in its YAML.", count(some, "scenario"))
        }
    });
    let mut all: Vec<(Option<&str>, Own<'_>)> = owners.into_iter().collect();
    all.sort_by_key(|it| std::cmp::Reverse((it.1.causes.len(), it.1.red)));
    let heads = ["Owner", "Findings of the newest night", "#Red", "#Flaky lately", "#Scenarios"];
    let mut table = Table::of("Who has most to look at comes first", &heads);
    for (name, own) in &all {
        let shown = owner(*name);
        let href = look.links.to("/scenarios", &[("q", shown.as_str())]);
        let mut findings = Cell::text(match own.causes.len() {
            0 => String::new(),
            some => count(some, "finding"),
        });
        findings.small.extend(own.causes.iter().take(NAMED).map(|it| title(&it.title)));
        let more = own.causes.len().saturating_sub(NAMED);
        findings.small.extend((more > 0).then(|| format!("and {more} more")));
        if !own.causes.is_empty() {
            findings.href = Some(look.links.to("/findings", &[("q", name.unwrap_or_default())]));
        }
        let number = |n: usize| Cell::number(if n == 0 { String::new() } else { n.to_string() });
        table.rows.push(vec![
            Cell::header(shown.clone(), href),
            findings,
            number(own.red),
            number(own.flaky),
            number(own.scenarios),
        ]);
    }
    page.parts.push(Part { table: Some(table), ..Part::default() });
    Ok(page)
}
