//! [`covers`]: the changes that a decision on a finding takes, each once, with where they are: what
//! the report and `review` list beside the command that accepts it.

use std::collections::HashMap;

use serde::Serialize;

use super::shown::one_line;
use crate::model::FacetKind;
use crate::model::finding::CoveredChange;

/// Characters shown of each side of a change.
const SIDE: usize = 160;

/// One change that a decision covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cover {
    /// `entry --check: Do not write → Write nothing`.
    pub change: String,
    /// Where it is: `help@help stdout`.
    pub places: Vec<String>,
}

impl std::fmt::Display for Cover {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.change)?;
        let Some(first) = self.places.first() else { return Ok(()) };
        write!(f, " ({first}")?;
        if self.places.len() > 1 {
            write!(f, " and {} more", self.places.len() - 1)?;
        }
        write!(f, ")")
    }
}

/// What these changes are, in words; the same change at several places is told once.
#[must_use]
pub fn covers<'a>(changes: impl IntoIterator<Item = &'a CoveredChange>) -> Vec<Cover> {
    let mut all: Vec<Cover> = Vec::new();
    let mut known: HashMap<(&str, String), usize> = HashMap::new();
    for change in changes {
        let said = said(change);
        let at = *known.entry((change.id.as_str(), said.clone())).or_insert_with(|| {
            all.push(Cover { change: said, places: Vec::new() });
            all.len() - 1
        });
        let place = place(change);
        if !all[at].places.contains(&place) {
            all[at].places.push(place);
        }
    }
    all
}

fn said(change: &CoveredChange) -> String {
    // A node of the accessibility tree is written as an item of a list.
    let mark = if change.facet == Some(FacetKind::Aria) { "- " } else { "" };
    let side = |it: &Option<String>| match it.as_deref() {
        Some(it) => one_line(it.strip_prefix(mark).unwrap_or(it), SIDE),
        None => "nothing".to_owned(),
    };
    // What a picture or a watch shows says by itself what it is about.
    if let (Some(FacetKind::Image | FacetKind::Events), Some(after)) = (change.facet, &change.after)
    {
        return one_line(after, SIDE);
    }
    let thing = one_line(&change.thing, SIDE);
    format!("{thing}: {} → {}", side(&change.before), side(&change.after))
}

fn place(change: &CoveredChange) -> String {
    let scenario = one_line(&change.scenario, 80);
    let place = match (&change.checkpoint, change.facet) {
        (Some(checkpoint), Some(facet)) => {
            format!("{scenario}@{} {facet}", one_line(checkpoint, 80))
        }
        (Some(checkpoint), None) => format!("{scenario}@{}", one_line(checkpoint, 80)),
        (None, _) => format!("{scenario}, a step"),
    };
    // What is written is what that attempt saw, which another one may have seen otherwise.
    if change.attempt > 1 { format!("{place}, attempt {}", change.attempt) } else { place }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(scenario: &str, before: Option<&str>, after: Option<&str>) -> CoveredChange {
        CoveredChange {
            id: format!("{before:?}{after:?}"),
            scenario: scenario.to_owned(),
            attempt: 1,
            checkpoint: Some("help".to_owned()),
            facet: Some(FacetKind::Stdout),
            thing: "entry --check".to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
            old_lines: Vec::new(),
            new_lines: Vec::new(),
        }
    }

    #[test]
    fn a_change_is_told_once_with_its_places_and_another_by_itself() {
        let all = [
            change("a", Some("old"), Some("new")),
            change("b", Some("old"), Some("new")),
            change("a", None, Some("more\nof it")),
            change("a", Some("less"), None),
            CoveredChange {
                facet: Some(FacetKind::Aria),
                thing: "button \"Send\"".to_owned(),
                ..change("a", Some("- button \"Send\""), Some("- button \"Save\""))
            },
            CoveredChange { attempt: 2, ..change("c", None, Some("as seen again")) },
            CoveredChange {
                facet: Some(FacetKind::Image),
                ..change("a", None, Some("button \"Save\" looks different"))
            },
        ];
        let said: Vec<String> = covers(&all).iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "entry --check: old → new (a@help stdout and 1 more)",
                "entry --check: nothing → more of it (a@help stdout)",
                "entry --check: less → nothing (a@help stdout)",
                "button \"Send\": button \"Send\" → button \"Save\" (a@help aria)",
                "entry --check: nothing → as seen again (c@help stdout, attempt 2)",
                "button \"Save\" looks different (a@help image)",
            ]
        );
    }
}
