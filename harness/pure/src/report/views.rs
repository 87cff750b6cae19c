//! [`Views`]: the night by who answers for what, and by tag: which findings are whose.
//!
//! The page is complete with these tables alone; `filter.js` lets one of their rows filter the rest.
//! Neighbour: [`super::page`], which places them.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

use super::night::{NightReport, ScenarioReport};
use super::shown::{count, one_line};
use crate::model::{Finding, Verdict};

/// The most owners, and the most tags, that get a row.
const MOST_ROWS: usize = 60;
/// The most findings that a row names.
const MOST_NAMED: usize = 24;

/// The night by owner and by tag.
#[derive(Debug, Default, Serialize)]
pub struct Views {
    owners: Vec<ViewRow>,
    tags: Vec<ViewRow>,
    left_out: Option<String>,
    count: String,
}

/// What is one owner's, or under one tag.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct ViewRow {
    name: String,
    findings: Vec<NamedFinding>,
    more: Option<String>,
    /// `3 of 20 scenarios not as they were`.
    scenarios: String,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct NamedFinding {
    id: String,
    title: String,
    /// Whether the page shows it, so that a link leads somewhere.
    is_shown: bool,
}

#[derive(Default)]
struct Group<'a> {
    findings: Vec<&'a Finding>,
    scenarios: usize,
    changed: usize,
}

/// The names under which a scenario stands, in one of the views.
type Names<'a> = &'a dyn Fn(&'a ScenarioReport) -> Vec<&'a str>;

impl Views {
    /// The views of a night, of which the page shows the findings with these ids.
    pub fn new(report: &NightReport, shown: &HashSet<&str>) -> Self {
        let (owners, more_owners) =
            rows(report, shown, &|it| it.owner.as_deref().into_iter().collect());
        let (tags, more_tags) =
            rows(report, shown, &|it| it.tags.iter().map(String::as_str).collect());
        let more = more_owners + more_tags;
        Self {
            count: format!("{}, {}", count(owners.len(), "owner"), count(tags.len(), "tag")),
            owners,
            tags,
            left_out: (more > 0).then(|| {
                format!("{} left out here; all are in night.json.", count(more, "more row"))
            }),
        }
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.owners.is_empty() && self.tags.is_empty()
    }
}

/// The rows of one view, those with most findings first, and how many are left out.
fn rows<'a>(
    report: &'a NightReport,
    shown: &HashSet<&str>,
    names: Names<'a>,
) -> (Vec<ViewRow>, usize) {
    let mut groups: BTreeMap<&str, Group<'a>> = BTreeMap::new();
    let mut of_scenario: HashMap<&str, Vec<&str>> = HashMap::new();
    for scenario in &report.scenarios {
        let own = names(scenario);
        for name in &own {
            let group = groups.entry(name).or_default();
            group.scenarios += 1;
            group.changed += usize::from(scenario.verdict != Verdict::Unchanged);
        }
        of_scenario.insert(&scenario.id, own);
    }
    for finding in &report.findings {
        let hit = finding.scenarios.iter().filter_map(|id| of_scenario.get(id.as_str())).flatten();
        let own: HashSet<&str> = hit.copied().collect();
        for name in own {
            groups.entry(name).or_default().findings.push(finding);
        }
    }
    let mut all: Vec<(&str, Group<'_>)> = groups.into_iter().collect();
    all.sort_by_key(|(_, group)| std::cmp::Reverse(group.findings.len()));
    let more = all.len().saturating_sub(MOST_ROWS);
    (all.iter().take(MOST_ROWS).map(|(name, group)| row(name, group, shown)).collect(), more)
}

fn row(name: &str, group: &Group<'_>, shown: &HashSet<&str>) -> ViewRow {
    let more = group.findings.len().saturating_sub(MOST_NAMED);
    let named = |finding: &&Finding| NamedFinding {
        id: one_line(&finding.id, 20),
        title: one_line(&finding.title, 160),
        is_shown: shown.contains(finding.id.as_str()),
    };
    ViewRow {
        name: one_line(name, 80),
        findings: group.findings.iter().take(MOST_NAMED).map(named).collect(),
        more: (more > 0).then(|| format!("and {more} more")),
        scenarios: match group.changed {
            0 => format!("{} as before", count(group.scenarios, "scenario")),
            changed => format!("{changed} of {} not as before", count(group.scenarios, "scenario")),
        },
    }
}
