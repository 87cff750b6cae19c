//! What shows elsewhere what was written: on other pages, after a reload, and in what commands print.

use std::collections::BTreeSet;

use super::addresses::class_of;
use super::commands::WHAT_IT_NEEDS;
use super::map::{Map, Run};
use super::probe::{Goal, Probe, look, open};
use super::seen::{Seen, Sight};
use super::written::snapshot;
use crate::model::{Action, Snapshot};

/// How many pages, and how many commands, are looked at after something was written.
const MOST_READ_BACK: usize = 6;

impl Map {
    /// After something was written: what else shows it.
    pub(super) fn read_elsewhere(&mut self, writer: &Probe) {
        let id = self.id();
        let mut steps = writer.way();
        let mut classes = Vec::new();
        let pages = self.states.iter().filter_map(|it| match &it.probe.goal {
            Goal::Page { address, linked: true } if it.look.status.is_none_or(|it| it < 400) => {
                Some(address.clone())
            }
            _ => None,
        });
        // First of all where it was written.
        let own = writer.from.and_then(|it| self.states.get(it)).map(|it| it.look.path.clone());
        for address in own.into_iter().chain(pages) {
            let class = class_of(&address);
            if classes.len() < MOST_READ_BACK && !classes.contains(&class) {
                classes.push(class);
                steps.extend([open(&address), look(&format!("{id}-{}", steps.len()))]);
            }
        }
        let only_reads = |it: &&Run| {
            let reads = it.ran.answers() && it.ran.files.trim().is_empty();
            reads && !it.varies && it.with == WHAT_IT_NEEDS
        };
        let mut reads: Vec<&Run> = self.runs.iter().filter(only_reads).collect();
        // Those of the product that was written to come first.
        reads.sort_by_key(|it| it.probe.product != writer.product);
        for (at, it) in reads.into_iter().take(MOST_READ_BACK).enumerate() {
            if let Some(Action::Run(command)) = it.probe.steps.first() {
                let mut command = command.clone();
                command.snapshot =
                    Some(Snapshot { name: format!("{id}-run-{at}"), ..Snapshot::default() });
                steps.push(Action::Run(command));
            }
        }
        self.wait(Probe {
            key: format!("after {}", writer.key),
            goal: Goal::ReadBack { of: writer.key.clone() },
            product: self.rules.home(&steps, writer.product.as_deref()),
            steps,
            from: None,
            shares: false,
            value: 68,
            id,
        });
    }

    /// Keeps of what was looked at after a write what shows it.
    pub(super) fn read_back(&mut self, seen: &Seen, of: &str) {
        let mut kept = Vec::new();
        // What one page shows of it, another need not.
        let mut told = BTreeSet::new();
        // What wrote it is done once more first, and shows nothing by itself.
        let writer = self.runs.iter().find(|it| it.probe.key == of);
        let own = writer.map_or(0, |it| it.probe.way().len());
        for (at, sight) in seen.sights.iter().filter(|it| it.0 >= own) {
            let before = seen.probe.steps[..*at].last();
            match (sight, before) {
                (Sight::Page(look), Some(Action::Open(address))) => {
                    let known = self.states.iter().find(|it| {
                        matches!(&it.probe.goal, Goal::Page { address: own, .. } if own == address.raw())
                    });
                    let mut differs =
                        known.map_or(Vec::new(), |it| self.real_difference(&it.look, look));
                    differs.retain(|it| told.insert(it.clone()));
                    if !differs.is_empty() {
                        kept.push(vec![Action::Open(address.clone())]);
                    }
                }
                (Sight::Command(ran), _) => {
                    let step = &seen.probe.steps[*at];
                    let same = |it: &&Run| {
                        it.probe.steps.first().is_some_and(|own| own.describe() == step.describe())
                    };
                    let known = self.runs.iter().find(same);
                    if known.is_some_and(|it| it.ran.stdout != ran.stdout) {
                        kept.push(vec![step.clone()]);
                    }
                }
                (Sight::Page(_) | Sight::Screen { .. } | Sight::File(_), _) => {}
            }
        }
        self.readers.insert(of.to_owned(), kept);
    }
}

/// What shows elsewhere what was written.
pub(super) fn readers(map: &Map, probe: &Probe, taken: &mut BTreeSet<String>) -> Vec<Action> {
    let mut steps = Vec::new();
    for way in map.readers.get(&probe.key).into_iter().flatten() {
        for action in way {
            match action {
                Action::Run(run) => {
                    let mut run = run.clone();
                    run.snapshot = Some(snapshot(&format!("then {}", run.command.words()), taken));
                    run.timeout_ms = None;
                    steps.push(Action::Run(run));
                }
                Action::Open(address) => {
                    steps.push(action.clone());
                    steps.push(Action::Snapshot(snapshot(
                        &format!("then {}", address.raw()),
                        taken,
                    )));
                }
                other => steps.push(other.clone()),
            }
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::Rules;
    use crate::explore::page::Look;
    use crate::explore::probe::run;
    use crate::explore::seen::Ran;

    fn line(words: &str) -> Vec<String> {
        words.split(' ').map(str::to_owned).collect()
    }

    fn page(path: &str, text: &str) -> Look {
        let (path, status) = (path.to_owned(), Some(200));
        Look { path, status, text: text.to_owned(), ..Look::default() }
    }

    fn saw(probe: &Probe, at: usize, page: Look) -> Seen {
        Seen {
            probe: probe.clone(),
            sights: vec![(at, Sight::Page(Box::new(page)))],
            events: Vec::new(),
            remarks: Vec::new(),
            failure: None,
            counts: true,
        }
    }

    /// A map of `/` and `/stock`, and the probe that saw the first.
    fn two_pages(rules: Rules) -> (Map, Probe) {
        let mut map = Map::new(rules);
        map.begin_at("/");
        let first = map.propose(1).remove(0);
        let goal = Goal::Page { address: "/stock".to_owned(), linked: true };
        let steps = vec![open("/stock"), look("y")];
        let second = Probe { key: "open /stock".to_owned(), goal, steps, ..first.clone() };
        map.absorb(vec![saw(&first, 1, page("/", "")), saw(&second, 1, page("/stock", "3 lamps"))]);
        (map, first)
    }

    fn read_back_of(map: &mut Map) -> Probe {
        let all = map.propose(50);
        let own = all.into_iter().find(|it| matches!(it.goal, Goal::ReadBack { .. }));
        own.expect("it is looked for")
    }

    /// What is looked at after a command of this product wrote something, each with the product that
    /// it has to name.
    fn looked_at(pages: Option<&str>, commands: Option<&str>) -> Vec<String> {
        let owned = |it: Option<&str>| it.map(str::to_owned);
        let programs = owned(commands).map(|it| ("shop".to_owned(), it)).into_iter().collect();
        let rules = Rules { pages: owned(pages), programs, ..Rules::default() };
        let (mut map, first) = two_pages(rules);
        let probe = |words: &str| Probe {
            key: words.to_owned(),
            goal: Goal::Run { words: line(words), with: WHAT_IT_NEEDS.to_owned() },
            steps: vec![run(&line(words), None, "x")],
            product: owned(commands),
            from: None,
            ..first.clone()
        };
        let (exit, stdout) = ("exit: 0".to_owned(), "1 row".to_owned());
        map.runs.push(Run {
            probe: probe("shop list"),
            words: line("shop list"),
            with: WHAT_IT_NEEDS.to_owned(),
            ran: Ran { exit, stdout, ..Ran::default() },
            varies: false,
        });
        map.read_elsewhere(&probe("shop add"));
        let probe = read_back_of(&mut map);
        let said = |it: &Action| match map.rules.other_product(it, probe.product.as_deref()) {
            Some(product) => format!("{product}: {}", it.describe()),
            None => it.describe(),
        };
        probe.way().iter().map(said).collect()
    }

    #[test]
    fn what_a_command_made_is_looked_for_on_pages_also_on_those_of_another_product() {
        let everywhere = ["run shop add", "open /", "open /stock", "run shop list"];
        assert_eq!(looked_at(None, None), everywhere);
        assert_eq!(looked_at(Some("shop"), Some("shop")), everywhere);
        // The scenario is of the product with pages, so that it can have a server of its own.
        let crossed = ["stock: run shop add", "open /", "open /stock", "stock: run shop list"];
        assert_eq!(looked_at(Some("app"), Some("stock")), crossed);
    }

    /// The keys of what is looked at again after a command of this name ended so.
    fn after(words: &str, exit: &str, pages: Option<&str>) -> Vec<String> {
        let rules = Rules { pages: pages.map(str::to_owned), ..Rules::default() };
        let (mut map, first) = two_pages(rules);
        let goal = Goal::Run { words: line(words), with: WHAT_IT_NEEDS.to_owned() };
        let steps = vec![run(&line(words), None, "x")];
        let product = pages.map(|_| "stock".to_owned());
        let probe = Probe { key: words.to_owned(), goal, steps, product, from: None, ..first };
        let ran = Ran { exit: exit.to_owned(), ..Ran::default() };
        let seen = |probe: &Probe| Seen {
            sights: vec![(0, Sight::Command(ran.clone()))],
            ..saw(probe, 0, page("/", ""))
        };
        map.absorb(vec![seen(&probe), seen(&probe)]);
        let mut all = map.propose(50);
        all.retain(|it| matches!(it.goal, Goal::ReadBack { .. }));
        all.into_iter().map(|it| it.key).collect()
    }

    #[test]
    fn what_a_command_of_another_product_makes_is_looked_for_by_its_name_and_once() {
        assert_eq!(after("shop orders add", "exit: 0", Some("app")), ["after shop orders add"]);
        assert_eq!(after("shop orders add", "exit: 2", Some("app")), [""; 0], "it refused");
        assert_eq!(after("shop orders list", "exit: 0", Some("app")), [""; 0]);
        // Of one product it is seen from the files that it changes.
        assert_eq!(after("shop orders add", "exit: 0", None), [""; 0]);
    }

    /// What shows what was sent on `/stock`, where that page then says this.
    fn shows(text: &str) -> Vec<String> {
        let (mut map, first) = two_pages(Rules::default());
        let goal = Goal::Send { form: "post /stock".to_owned(), with: "everything".to_owned() };
        let steps = vec![open("/stock"), look("z")];
        let writer = Probe { key: "send".to_owned(), goal, steps, from: Some(1), ..first };
        map.read_elsewhere(&writer);
        let probe = read_back_of(&mut map);
        let said: Vec<String> = probe.way().iter().map(Action::describe).collect();
        // The page where it was written is loaded again before all others.
        assert_eq!(said, ["open /stock", "open /stock", "open /"]);
        let mut seen = saw(&probe, 2, page("/stock", text));
        seen.sights.push((4, Sight::Page(Box::new(page("/", "")))));
        map.absorb(vec![seen]);
        let ways = map.readers["send"].iter().flatten();
        ways.map(Action::describe).collect()
    }

    #[test]
    fn what_was_written_is_asserted_where_a_page_shows_it_after_a_reload_and_nowhere_else() {
        assert_eq!(shows("4 lamps"), ["open /stock"]);
        assert_eq!(shows("3 lamps"), [""; 0], "it was lost");
    }
}
