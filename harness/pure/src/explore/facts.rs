//! [`facts`]: what a page says that should be the same for whoever comes to it in the same state:
//! not what fields hold, not what comes up for a moment, and no durations, sizes and times.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::page::Look;
use super::tree::{Item, target};
use crate::model::Target;

/// What people put into a page, or set there.
const FIELDS: [&str; 13] = [
    "textbox",
    "searchbox",
    "combobox",
    "listbox",
    "option",
    "checkbox",
    "radio",
    "switch",
    "slider",
    "spinbutton",
    "menuitemcheckbox",
    "menuitemradio",
    "progressbar",
];
/// What comes up for a moment.
const MOMENTARY: [&str; 7] = ["alert", "status", "log", "timer", "tooltip", "dialog", "menu"];

/// The facts of a page: each with the first thing that says it, and how often it is said.
#[must_use]
pub(super) fn facts(look: &Look) -> BTreeMap<String, (Item, usize)> {
    let mut all: BTreeMap<String, (Item, usize)> = BTreeMap::new();
    let lasts = |at: usize, it: &Item| {
        let mut around = std::iter::once(it).chain(look.tree.around(at));
        around.all(|it| {
            let role = it.role.as_str();
            !FIELDS.contains(&role) && !MOMENTARY.contains(&role)
        })
    };
    let items = look.tree.items.iter().enumerate();
    for (at, it) in items.filter(|it| it.1.name.is_some() || it.1.value.is_some()) {
        if lasts(at, it) {
            let own = all.entry(fact(it)).or_insert_with(|| (it.clone(), 0));
            own.1 += 1;
        }
    }
    all
}

/// What a thing says, without its measures.
fn fact(it: &Item) -> String {
    let said = [it.name.as_deref(), it.value.as_deref()];
    let said: Vec<&str> = said.into_iter().flatten().collect();
    format!("{} {}", it.role, unmeasured(&said.join(" ")))
}

/// A text without its durations, sizes, times and draws.
fn unmeasured(text: &str) -> String {
    static MEASURE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?xi)
            \d+(?:[.,]\d+)?\s?(?:ms|µs|us|ns|s|secs?|seconds?|min|minutes?|h|hours?|days?|[kmg]?i?b|bytes|%)\b
            | \d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]m)? | \d{4}-\d{2}-\d{2}(?:t[\d:.]+z?)?
            | \b\d{1,2}\s(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*(?:\s\d{4})?
            | \b[0-9a-f]{12,}\b | \[\w+\]",
        )
        .expect("a constant pattern")
    });
    MEASURE.replace_all(text, "…").into_owned()
}

/// What only the first of two pages says, that what should be looked for first at the front: a
/// heading, then what has a name without numbers.
#[must_use]
pub(super) fn only_in(one: &Look, other: &Look) -> Vec<Item> {
    let there = facts(other);
    let more = |key: &String, times: usize| there.get(key).is_none_or(|it| it.1 < times);
    let lacking = facts(one).into_iter().filter(|it| more(&it.0, it.1.1));
    let mut lacking: Vec<Item> = lacking.map(|it| it.1.0).collect();
    lacking.sort_by_key(|it| {
        let numbers =
            it.name.as_deref().unwrap_or_default().contains(|it: char| it.is_ascii_digit());
        (it.name.is_none(), numbers, it.role != "heading")
    });
    lacking
}

/// What names a fact in a scenario, where a step can see it: it has a name, and stands once.
#[must_use]
pub(super) fn seen_by(look: &Look, it: &Item) -> Option<Target> {
    let name = it.name.as_deref().filter(|it| !it.trim().is_empty())?;
    let same = |other: &&Item| other.role == it.role && other.name.as_deref() == Some(name);
    (look.tree.items.iter().filter(same).count() == 1).then(|| target(&it.role, Some(name)))
}

/// A thing as a person would say it: `heading "Page 3"`.
#[must_use]
pub(super) fn said(it: &Item) -> String {
    let text = it.name.as_deref().or(it.value.as_deref()).unwrap_or_default();
    let short: String = text.chars().take(80).collect();
    format!("{} {short:?}", it.role)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::tree::Tree;

    fn page(tree: &str) -> Look {
        Look { tree: Tree::read(tree), ..Look::default() }
    }

    #[test]
    fn what_fields_hold_what_comes_up_and_what_is_measured_is_no_fact_and_a_count_is() {
        let one = "- heading \"Orders\"\n- text: 12 orders in 4 ms\n- textbox \"Find\": tea\n\
                   - alert: Saved\n";
        let other = "- heading \"Orders\"\n- text: 12 orders in 9 ms\n- textbox \"Find\"\n";
        assert_eq!(only_in(&page(one), &page(other)), []);
        let counted = other.replace("12 orders", "13 orders");
        let lost: Vec<String> = only_in(&page(one), &page(&counted)).iter().map(said).collect();
        assert_eq!(lost, ["text \"12 orders in 4 ms\""]);
    }

    #[test]
    fn a_heading_is_looked_for_before_what_holds_numbers() {
        let one = page("- link \"Order 12\"\n- text: prose\n- heading \"Orders\"\n");
        let lost: Vec<String> = only_in(&one, &page("")).iter().map(said).collect();
        assert_eq!(lost, ["heading \"Orders\"", "link \"Order 12\"", "text \"prose\""]);
    }
}
