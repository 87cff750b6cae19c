//! [`numbers`]: two places that disagree about one number: a link that says how many there are and
//! the page behind it, and a page that says how many rows it has and its table.

use std::sync::LazyLock;

use regex::Regex;

use super::addresses::own;
use super::fault::{Fault, fault};
use super::map::{Map, State};
use super::page::Look;
use super::probe::{Goal, click};
use super::tree::{Item, target};
use crate::model::{Action, Severity};

/// What a list may be called by anybody.
const ROWS: [&str; 7] = ["row", "result", "item", "entry", "entrie", "record", "match"];
/// Words of times and marks, which are no counts of what is behind a link.
const NO_COUNTS: [&str; 11] =
    ["ago", "second", "minute", "min", "hour", "day", "week", "month", "year", "star", "page"];
/// A page that says it has more rows than this may be loading the rest when somebody scrolls.
const MOST_AT_ONCE: u32 = 20;

/// Everything that is said twice and otherwise, in the order of the pages.
pub(super) fn numbers(map: &Map) -> Vec<Fault> {
    let mut found = Vec::new();
    for state in map.states.iter().filter(|it| is_sound(it)) {
        found.extend(links(map, state));
        found.extend(rows(state));
    }
    found
}

/// Whether a state shows a page of the product that nothing was written on the way to.
pub(super) fn is_sound(state: &State) -> bool {
    state.look.status.is_none_or(|it| it < 400) && !state.wrote
}

/// A number of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Count {
    /// How many there are.
    pub(super) number: u32,
    /// What there are so many of, as one of them is called.
    pub(super) of: String,
}

impl Count {
    /// A text that says nothing but how many there are: `12 open orders`, `Orders (12)`.
    pub(super) fn read(text: &str) -> Option<Self> {
        static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"^(\d{1,6}) (\p{L}[\p{L} -]{1,40})$").expect("a constant pattern")
        });
        static BEHIND: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"^(\p{L}[\p{L} -]{1,40}?) ?\((\d{1,6})\)$").expect("a constant pattern")
        });
        let text = text.trim();
        let (number, of) = match (BEFORE.captures(text), BEHIND.captures(text)) {
            (Some(it), _) => (it.get(1)?.as_str(), it.get(2)?.as_str()),
            (None, Some(it)) => (it.get(2)?.as_str(), it.get(1)?.as_str()),
            (None, None) => return None,
        };
        let of = singular(&of.to_lowercase());
        let counts = !of.split(' ').any(|it| NO_COUNTS.contains(&singular(it).as_str()));
        counts.then_some(Self { number: number.parse().ok()?, of })
    }
}

/// Whether it says nothing of what is counted.
pub(super) fn is_generic(count: &Count) -> bool {
    ROWS.contains(&count.of.as_str())
}

/// One of them: without the `s` at its end, and without what says that they were looked for.
fn singular(text: &str) -> String {
    let text = [" found", " in all", " in total"]
        .iter()
        .fold(text, |it, end| it.strip_suffix(end).unwrap_or(it));
    text.strip_suffix('s').unwrap_or(text).to_owned()
}

/// What a page says that there is of something, with the thing that says it.
pub(super) fn counts(look: &Look) -> Vec<(Count, &Item)> {
    let items = look.tree.items.iter().enumerate();
    // A link speaks of another page, and a record of itself.
    let speaks = |at: usize, it: &Item| {
        let mut own = std::iter::once(it).chain(look.tree.around(at));
        !own.any(|it| {
            matches!(
                it.role.as_str(),
                "link"
                    | "button"
                    | "row"
                    | "listitem"
                    | "article"
                    | "navigation"
                    | "option"
                    | "tab"
            )
        })
    };
    let said = |it: &Item| {
        let texts = [it.name.as_deref(), it.value.as_deref()];
        texts.into_iter().flatten().find_map(Count::read)
    };
    items.filter(|it| speaks(it.0, it.1)).filter_map(|(_, it)| Some((said(it)?, it))).collect()
}

/// Links that say how many there are of something, against the pages behind them.
fn links<'a>(map: &'a Map, state: &'a State) -> impl Iterator<Item = Fault> + 'a {
    let is_page = matches!(state.probe.goal, Goal::Page { linked: true, .. });
    state.look.links.iter().filter(move |_| is_page).filter_map(|link| {
        let count = Count::read(&link.name)?;
        let address = own(&link.to)?;
        let behind = map.states.iter().filter(|it| is_sound(it)).find(
            |it| matches!(&it.probe.goal, Goal::Page { address: own, .. } if *own == address),
        )?;
        let said: Vec<(Count, &Item)> =
            counts(&behind.look).into_iter().filter(|it| it.0.of == count.of).collect();
        if said.iter().any(|it| it.0.number == count.number) {
            return None;
        }
        let (other, item) = said.first()?;
        let title = format!(
            "{} says {:?}, and {address} behind it says {} of them",
            state.look.place(),
            link.name,
            other.number
        );
        let mut found =
            fault("numbers-disagree", Severity::Major, state.look.place(), title, &state.probe);
        found.way =
            vec![state.probe.way().first()?.clone(), click(target("link", Some(&link.name)))];
        found.steps = found.way.iter().map(Action::describe).collect();
        found.right = right(item, other.number, count.number);
        Some(found)
    })
}

/// The same thing with the other number.
pub(super) fn right(item: &Item, wrong: u32, right: u32) -> Option<Action> {
    let name = item.name.as_deref()?.replacen(&wrong.to_string(), &right.to_string(), 1);
    Some(Action::See(vec![target(&item.role, Some(&name))]))
}

/// A page that says how many rows there are, against its only table.
fn rows(state: &State) -> Option<Fault> {
    let look = &state.look;
    let tables: Vec<usize> = (0..look.tree.items.len())
        .filter(|it| matches!(look.tree.items[*it].role.as_str(), "table" | "grid"))
        .collect();
    let [table] = tables.as_slice() else { return None };
    if is_in_parts(look) {
        return None;
    }
    let shown = records(look, *table);
    let name = look.tree.items[*table].name.as_deref().unwrap_or_default();
    let about =
        [name, look.tree.heading().unwrap_or_default()].map(|it| singular(&it.to_lowercase()));
    let fits = |it: &Count| ROWS.contains(&it.of.as_str()) || about.contains(&it.of);
    let said: Vec<(Count, &Item)> = counts(look).into_iter().filter(|it| fits(&it.0)).collect();
    let agrees = said.iter().any(|it| it.0.number == shown);
    let (count, item) = said.first().filter(|_| !agrees)?;
    // The rest may come when somebody scrolls.
    if count.number > shown && count.number > MOST_AT_ONCE {
        return None;
    }
    let place = look.place();
    let title =
        format!("{} says {} {}s, and its table has {shown}", look.path, count.number, count.of);
    let mut found = fault("numbers-disagree", Severity::Major, place, title, &state.probe);
    found.right = right(item, count.number, shown);
    Some(found)
}

/// Whether a page shows its records in parts.
fn is_in_parts(look: &Look) -> bool {
    static MORE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)^(?:next|prev|previous|older|newer|more|load|show|first|last|page\b|\d+$|[«»‹›→←])")
            .expect("a constant pattern")
    });
    let tells = |it: &Item| {
        let name = it.name.as_deref().unwrap_or_default().trim();
        matches!(it.role.as_str(), "link" | "button") && MORE.is_match(name)
    };
    // A link in a record is data.
    let outside = |at: usize| !look.tree.around(at).any(|it| it.role == "row");
    look.tree.items.iter().enumerate().any(|(at, it)| tells(it) && outside(at))
}

/// How many rows of a table are records: those with as many cells as most have, without a sum.
fn records(look: &Look, table: usize) -> u32 {
    let is_cell = |it: &Item| matches!(it.role.as_str(), "cell" | "gridcell" | "rowheader");
    let rows = look.tree.inside(table).filter(|it| it.1.role == "row");
    let cells: Vec<(usize, bool)> = rows
        .map(|(at, _)| {
            let own: Vec<&Item> =
                look.tree.inside(at).map(|it| it.1).filter(|it| is_cell(it)).collect();
            let first = own.first().and_then(|it| it.name.as_deref().or(it.value.as_deref()));
            let first = first.unwrap_or_default().to_lowercase();
            (own.len(), ["total", "sum", "all"].iter().any(|it| first.starts_with(it)))
        })
        .collect();
    let most = cells.iter().map(|it| it.0).max().unwrap_or_default();
    let records = cells.iter().filter(|it| it.0 == most && most > 0 && !it.1);
    u32::try_from(records.count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::page::Link;
    use crate::explore::probe::{Probe, look, open};
    use crate::explore::tree::Tree;
    use crate::explore::{Rules, expectation, judge};

    fn state(path: &str, tree: &str, links: &[(&str, &str)]) -> State {
        let link = |it: &(&str, &str)| Link {
            name: it.0.to_owned(),
            to: it.1.to_owned(),
            downloads: false,
        };
        let probe = Probe {
            id: "probe-1".to_owned(),
            key: path.to_owned(),
            goal: Goal::Page { address: path.to_owned(), linked: true },
            steps: vec![open(path), look("x")],
            product: None,
            from: None,
            shares: true,
            value: 1,
        };
        State {
            probe,
            look: Look {
                path: path.to_owned(),
                status: Some(200),
                tree: Tree::read(tree),
                links: links.iter().map(link).collect(),
                ..Look::default()
            },
            changed: true,
            wrote: false,
            events: Vec::new(),
            remarks: Vec::new(),
            shape: String::new(),
            after_reload: Vec::new(),
        }
    }

    fn told(states: Vec<State>) -> Vec<(String, Vec<String>)> {
        let map = Map { states, ..Map::new(Rules::default()) };
        let faults = judge(&map);
        let steps = |it: &Fault| {
            let steps = expectation(&map, it).unwrap_or_default();
            steps.iter().map(Action::describe).collect()
        };
        faults.iter().map(|it| (it.title.clone(), steps(it))).collect()
    }

    #[test]
    fn a_link_that_counts_otherwise_than_its_page_is_found_and_one_that_agrees_or_speaks_of_a_time_is_not()
     {
        let both = |name: &str, says: &str| {
            let start = state("/", "- heading \"Shop\"\n", &[(name, "/orders")]);
            told(vec![start, state("/orders", &format!("- heading \"{says}\"\n"), &[])])
        };
        assert_eq!(both("12 open orders", "12 open orders"), []);
        let title = "/ says \"12 open orders\", and /orders behind it says 13 of them".to_owned();
        let steps = ["open /", "click link \"12 open orders\"", "see heading \"12 open orders\""];
        let wanted = [(title, steps.map(str::to_owned).to_vec())];
        assert_eq!(both("12 open orders", "13 open orders"), wanted);
        assert_eq!(both("Orders (12)", "13 orders").len(), 1);
        assert_eq!(both("12 open orders", "13 late orders"), [], "they speak of other things");
        assert_eq!(both("2 days ago", "3 days ago"), []);
        assert_eq!(both("Order 12", "3 orders"), []);
    }

    fn table(says: &str, rows: usize, more: &str) -> Vec<(String, Vec<String>)> {
        let head = "    - row \"Name Count\":\n      - columnheader \"Name\"\n      - columnheader \"Count\"\n";
        let row = "    - row \"Tea 3\":\n      - cell \"Tea\"\n      - cell \"3\"\n";
        let sum = "    - row \"Total 9\":\n      - cell \"Total\"\n      - cell \"9\"\n";
        let tree = format!(
            "- main:\n  - heading \"{says}\"\n  - table \"Stock\":\n{head}{}{sum}{more}",
            row.repeat(rows)
        );
        told(vec![state("/stock", &tree, &[])])
    }

    #[test]
    fn a_page_that_counts_other_rows_than_it_shows_is_found_and_one_in_parts_is_not() {
        assert_eq!(table("3 rows", 3, ""), []);
        let title = "/stock says 4 rows, and its table has 3".to_owned();
        let steps = ["open /stock", "see heading \"3 rows\""].map(str::to_owned).to_vec();
        assert_eq!(table("4 rows", 3, ""), [(title, steps)]);
        assert_eq!(table("2 rows", 3, "").len(), 1);
        assert_eq!(table("4 rows", 3, "  - link \"Next\"\n"), []);
        assert_eq!(table("400 rows", 3, ""), [], "the rest may come when somebody scrolls");
        assert_eq!(table("4 people", 3, ""), [], "it speaks of something else");
    }
}
