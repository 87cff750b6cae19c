//! What has no name, so that nobody can be told of it who does not see it: once for a kind of page, and
//! once for what stands on all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::addresses::class_of;
use super::fault::{Fault, fault};
use super::map::{Map, State};
use crate::model::Severity;

/// Kinds of pages from which on what stands on them is of the whole product.
const COMMON: usize = 3;
/// How often a thing is there, as `has no name (2 times)`.
static TIMES: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\((\d+) times\)").expect("a valid pattern"));
/// What a thing is told by that differs from page to page.
static QUOTED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"\s?"[^"]*""#).expect("a valid pattern"));

/// Things of one kind that have no name.
struct Things<'a> {
    /// As the page that has most of them tells the first.
    said: &'a str,
    count: usize,
    state: &'a State,
}

/// Things by their kind: `textbox input#search in cell`.
type Kinds<'a> = BTreeMap<String, Things<'a>>;

/// One finding for the things that stand on many kinds of pages, and one for each kind of page that has
/// others.
pub(super) fn nameless(map: &Map) -> Vec<Fault> {
    let mut pages: BTreeMap<String, Kinds<'_>> = BTreeMap::new();
    for state in &map.states {
        let kinds = pages.entry(class_of(state.look.place())).or_default();
        for (kind, things) in things(state) {
            let known = kinds.entry(kind).or_insert(Things { count: 0, ..things });
            if things.count > known.count {
                *known = things;
            }
        }
    }
    let mut classes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (class, kinds) in &pages {
        for kind in kinds.keys() {
            classes.entry(kind.clone()).or_default().insert(class.clone());
        }
    }
    classes.retain(|_, of| of.len() >= COMMON);
    let mut common = Kinds::new();
    let mut found = Vec::new();
    for kinds in pages.into_values() {
        let (everywhere, own): (Kinds<'_>, Kinds<'_>) =
            kinds.into_iter().partition(|it| classes.contains_key(&it.0));
        found.extend(told(&own, 1));
        for (kind, things) in everywhere {
            common.entry(kind).or_insert(things);
        }
    }
    let kinds_of_pages: BTreeSet<&String> = classes.values().flatten().collect();
    found.extend(told(&common, kinds_of_pages.len()));
    found
}

/// The things of a page by their kind.
fn things(state: &State) -> Kinds<'_> {
    let mut kinds = Kinds::new();
    for said in state.look.hindrances.iter().filter_map(|it| it.strip_prefix("name: ")) {
        let times = TIMES.captures(said).and_then(|it| it[1].parse().ok()).unwrap_or(1);
        let kind = QUOTED.replace_all(&TIMES.replace(said, ""), "").trim().to_owned();
        kinds.entry(kind).or_insert(Things { said, count: 0, state }).count += times;
    }
    kinds
}

/// The finding of these things, on the page of the first of them.
fn told(kinds: &Kinds<'_>, kinds_of_pages: usize) -> Option<Fault> {
    let first = kinds.values().next()?;
    let place = first.state.look.place();
    let count: usize = kinds.values().map(|it| it.count).sum();
    let more = match kinds_of_pages.saturating_sub(1) {
        0 => String::new(),
        1 => " (and 1 more kind of page)".to_owned(),
        others => format!(" (and {others} more kinds of pages)"),
    };
    let title = if kinds.len() == 1 {
        format!("{} on {place}{more}", first.said)
    } else {
        format!("{count} things have no name on {place}{more}: {}", roles(kinds))
    };
    Some(fault("no-name", Severity::Minor, place, title, &first.state.probe))
}

/// How many of each role there are, the most first: `checkbox (9), textbox (7)`.
fn roles(kinds: &Kinds<'_>) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (kind, things) in kinds {
        *counts.entry(kind.split(' ').next().unwrap_or_default()).or_default() += things.count;
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let said: Vec<String> = counts.iter().map(|it| format!("{} ({})", it.0, it.1)).collect();
    said.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::Rules;
    use crate::explore::page::Look;
    use crate::explore::probe::{Goal, Probe};

    /// Pages with what hinders people on each.
    fn titles(pages: &[(&str, &[&str])]) -> Vec<String> {
        let page = |(path, lines): &(&str, &[&str])| {
            let goal = Goal::Page { address: (*path).to_owned(), linked: true };
            let hindrances = lines.iter().map(|it| (*it).to_owned()).collect();
            let look =
                Look { path: (*path).to_owned(), status: Some(200), hindrances, ..Look::default() };
            let probe = Probe {
                id: "probe-1".to_owned(),
                key: (*path).to_owned(),
                goal,
                steps: Vec::new(),
                product: None,
                from: None,
                shares: true,
                value: 1,
            };
            State {
                probe,
                look,
                changed: true,
                wrote: false,
                events: Vec::new(),
                remarks: Vec::new(),
                shape: String::new(),
                after_reload: Vec::new(),
            }
        };
        let states = pages.iter().map(page).collect();
        let map = Map { states, ..Map::new(Rules::default()) };
        nameless(&map).into_iter().map(|it| it.title).collect()
    }

    const BUTTON: &str = "name: button button.icon: has no name";
    const SEARCH: &str = "name: textbox input#search in cell \"Search\": has no name";

    #[test]
    fn what_has_no_name_is_found_and_what_hinders_otherwise_is_not() {
        let title = "button button.icon: has no name on /a";
        assert_eq!(titles(&[("/a", &[BUTTON])]), [title]);
        assert_eq!(titles(&[("/a", &["contrast: grey on white"])]), [""; 0]);
    }

    #[test]
    fn what_has_no_name_on_all_pages_of_a_kind_is_one_finding_and_on_two_kinds_are_two() {
        let count = |other: &str| titles(&[("/orders/1", &[BUTTON]), (other, &[BUTTON])]).len();
        assert_eq!((count("/orders/2"), count("/stock")), (1, 2));
    }

    #[test]
    fn things_of_one_page_are_one_finding_with_their_roles() {
        let boxes = [
            "name: checkbox input in row \"Title:\": has no name",
            "name: checkbox input in row \"Status:\": has no name (2 times)",
            SEARCH,
        ];
        let all = titles(&[("/issue", &boxes), ("/issue", &boxes[..1])]);
        assert_eq!(all, ["4 things have no name on /issue: checkbox (3), textbox (1)"]);
    }

    #[test]
    fn what_stands_on_many_kinds_of_pages_is_told_once_beside_what_one_of_them_has() {
        let other = SEARCH.replace("Search", "Search Ada");
        let pages: [(&str, &[&str]); 3] =
            [("/a", &[SEARCH, BUTTON]), ("/b", &[&other]), ("/c", &[SEARCH])];
        let own = "button button.icon: has no name on /a";
        let search = "textbox input#search in cell \"Search\": has no name on /a";
        let everywhere = format!("{search} (and 2 more kinds of pages)");
        assert_eq!(titles(&pages), [own.to_owned(), everywhere]);
        assert_eq!(titles(&pages[..2]).len(), 2, "two kinds may each have their own");
    }
}
