//! [`counted`]: a command and a page that disagree about how many there are of something.
//!
//! Pages and commands of two products need not speak of the same data. So they are only held against
//! each other where they were seen to: another number of theirs is the same, or what one side wrote
//! showed on the other.

use std::collections::{BTreeMap, BTreeSet};

use super::commands::WHAT_IT_NEEDS;
use super::fault::{Fault, fault};
use super::map::{Map, Run, State};
use super::numbers::{Count, counts, is_generic, is_sound, right};
use super::probe::Goal;
use super::tree::Item;
use crate::model::{Action, Severity};

/// A number of something, and who says it.
struct Said<T> {
    number: u32,
    by: T,
}

/// A page, and the thing on it that says a number.
type Page<'a> = (&'a State, &'a Item);

/// All numbers of things that both sides count and give otherwise.
pub(super) fn counted(map: &Map) -> Vec<Fault> {
    let (lines, pages) = (by_commands(map), by_pages(map));
    let both: Vec<_> =
        lines.iter().filter_map(|(of, line)| Some((of, line, pages.get(of)?))).collect();
    let agrees = both.iter().any(|(_, line, page)| line.number == page.number);
    if !agrees && !is_one(map) && !shows_across(map) {
        return Vec::new();
    }
    let differ = both.into_iter().filter(|(_, line, page)| line.number != page.number);
    differ.map(|(of, line, page)| told(of, line, page)).collect()
}

/// Whether all of it is one product, whose commands work on what its pages show.
fn is_one(map: &Map) -> bool {
    map.rules.pages.is_none() && map.rules.commands_are_copies
}

/// Whether anything that a command wrote showed on a page, or the other way round.
fn shows_across(map: &Map) -> bool {
    let is_run = |key: &str| map.runs.iter().any(|it| it.probe.key == key);
    map.readers.iter().any(|(key, ways)| {
        let by_command = is_run(key);
        ways.iter().flatten().any(|it| match it {
            Action::Open(_) => by_command,
            Action::Run(_) => !by_command,
            _ => false,
        })
    })
}

/// What commands count, each in a line of its own.
fn by_commands(map: &Map) -> BTreeMap<String, Said<&Run>> {
    let plain = |it: &&Run| it.with == WHAT_IT_NEEDS && it.ran.is_fine() && !it.varies;
    let all = map.runs.iter().filter(plain).flat_map(|run| {
        let said = run.ran.stdout.lines().filter_map(Count::read);
        said.map(move |count| (count, run))
    });
    single(all)
}

/// What pages count; a page with parameters may show a part.
fn by_pages(map: &Map) -> BTreeMap<String, Said<Page<'_>>> {
    let plain = |it: &&State| {
        let is_page = matches!(&it.probe.goal, Goal::Page { linked: true, .. });
        is_page && is_sound(it) && it.look.path == it.look.place()
    };
    let all = map.states.iter().filter(plain).flat_map(|state| {
        let said = counts(&state.look).into_iter();
        said.map(move |(count, item)| (count, (state, item)))
    });
    single(all)
}

/// What is counted alike wherever it is: who gives two numbers speaks of two things.
fn single<T>(all: impl Iterator<Item = (Count, T)>) -> BTreeMap<String, Said<T>> {
    let (mut said, mut torn) = (BTreeMap::new(), BTreeSet::new());
    for (Count { number, of }, by) in all.filter(|it| !is_generic(&it.0)) {
        let known: &mut Said<T> = said.entry(of.clone()).or_insert(Said { number, by });
        if known.number != number {
            torn.insert(of);
        }
    }
    said.retain(|of, _| !torn.contains(of));
    said
}

fn told(of: &str, line: &Said<&Run>, page: &Said<Page<'_>>) -> Fault {
    let (state, item) = page.by;
    let place = state.look.place();
    let title = format!(
        "of \"{of}\" {place} counts {}, and `{}` counts {}",
        page.number,
        line.by.words.join(" "),
        line.number
    );
    let command = &line.by.probe;
    let mut found = fault("numbers-disagree", Severity::Major, place, title, command);
    let runs = command.way().iter().find_map(run_alone);
    found.way = runs.into_iter().chain(state.probe.way().into_iter().take(1)).collect();
    found.steps = found.way.iter().map(Action::describe).collect();
    found.right = right(item, page.number, line.number);
    found
}

/// A command as somebody runs it who does not look at all that it says.
fn run_alone(action: &Action) -> Option<Action> {
    let Action::Run(run) = action else { return None };
    let mut run = run.clone();
    (run.snapshot, run.timeout_ms) = (None, None);
    Some(Action::Run(run))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::page::Look;
    use crate::explore::probe::{Probe, look, open, run};
    use crate::explore::seen::Ran;
    use crate::explore::tree::Tree;
    use crate::explore::{Rules, expectation, judge};

    fn probe(goal: Goal, steps: Vec<Action>, product: Option<&str>) -> Probe {
        let key = steps[0].describe();
        let product = product.map(str::to_owned);
        Probe { id: key.clone(), key, goal, steps, product, from: None, shares: true, value: 1 }
    }

    /// A map of `/orders` with this heading, and of a command that prints this, of two products.
    fn known(heading: &str, prints: &str) -> Map {
        let goal = Goal::Page { address: "/orders".to_owned(), linked: true };
        let state = State {
            probe: probe(goal, vec![open("/orders"), look("x")], Some("app")),
            look: Look {
                path: "/orders".to_owned(),
                status: Some(200),
                tree: Tree::read(heading),
                ..Look::default()
            },
            changed: true,
            wrote: false,
            events: Vec::new(),
            remarks: Vec::new(),
            shape: String::new(),
            after_reload: Vec::new(),
        };
        let words = ["shop", "count"].map(str::to_owned).to_vec();
        let goal = Goal::Run { words: words.clone(), with: WHAT_IT_NEEDS.to_owned() };
        let (exit, stdout) = ("exit: 0".to_owned(), prints.to_owned());
        let run = Run {
            probe: probe(goal, vec![run(&words, None, "y")], Some("stock")),
            words,
            with: WHAT_IT_NEEDS.to_owned(),
            ran: Ran { exit, stdout, ..Ran::default() },
            varies: false,
        };
        let rules = Rules {
            pages: Some("app".to_owned()),
            programs: [("shop".to_owned(), "stock".to_owned())].into(),
            ..Rules::default()
        };
        Map { states: vec![state], runs: vec![run], ..Map::new(rules) }
    }

    fn titles(map: &Map) -> Vec<String> {
        let mut all = judge(map);
        all.retain(|it| it.rule == "numbers-disagree");
        all.into_iter().map(|it| it.title).collect()
    }

    const PAGE: &str = "- heading \"12 open orders\"\n- heading \"4 teapots\"\n";

    #[test]
    fn a_command_that_counts_otherwise_than_a_page_is_found_and_one_that_agrees_is_not() {
        assert_eq!(titles(&known(PAGE, "12 open orders\n4 teapots\n")), [""; 0]);
        let map = known(PAGE, "13 open orders\n4 teapots\n");
        let title = "of \"open order\" /orders counts 12, and `shop count` counts 13";
        assert_eq!(titles(&map), [title]);
        let fault = judge(&map).remove(0);
        let steps = expectation(&map, &fault).expect("a step can expect it");
        let said: Vec<String> = steps.iter().map(Action::describe).collect();
        assert_eq!(said, ["run shop count", "open /orders", "see heading \"13 open orders\""]);
        assert_eq!(fault.product.as_deref(), Some("stock"));
        let named = map.rules.other_product(&steps[1], fault.product.as_deref());
        assert_eq!(named.as_deref(), Some("app"));
        assert_eq!(titles(&known(PAGE, "13 late orders\n4 teapots\n")), [""; 0]);
        let torn = "13 open orders\n12 open orders\n4 teapots\n";
        assert_eq!(titles(&known(PAGE, torn)), [""; 0], "it speaks of two things");
    }

    #[test]
    fn two_products_that_were_not_seen_to_share_anything_are_not_held_against_each_other() {
        let mut map = known(PAGE, "13 open orders\n");
        assert_eq!(titles(&map), [""; 0]);
        // What a command made shows on the page.
        map.readers.insert("run shop count".to_owned(), vec![vec![open("/orders")]]);
        assert_eq!(titles(&map).len(), 1);
        let rows =
            known("- heading \"12 rows\"\n- heading \"4 teapots\"\n", "13 rows\n4 teapots\n");
        assert_eq!(titles(&rows), [""; 0], "anything may be called so");
    }
}
