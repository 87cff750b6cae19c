//! [`Gaps`]: what of a map no scenario does yet; and [`writes`], what one of them writes.

use std::collections::BTreeSet;

use super::map::{Map, State};
use super::probe::Probe;
use super::written::Written;
use crate::model::{Action, Scenario};

/// What is known of a product, beside what scenarios do of it.
pub(super) struct Gaps<'a> {
    /// What is known.
    pub map: &'a Map,
    /// What scenarios do, as a person would say it.
    done: BTreeSet<String>,
}

impl<'a> Gaps<'a> {
    /// Where there is no scenario.
    pub fn of_everything(map: &'a Map) -> Self {
        Self { map, done: BTreeSet::new() }
    }

    /// What these scenarios leave.
    pub fn beside(map: &'a Map, known: &[Scenario]) -> Self {
        let steps = known.iter().flat_map(Scenario::all_steps);
        Self { map, done: steps.map(|it| it.action.describe()).collect() }
    }

    /// Whether all of this is done somewhere; to look at something is no deed.
    pub fn has_all<'s>(&self, steps: impl IntoIterator<Item = &'s Action>) -> bool {
        let is_deed = |it: &&Action| !matches!(it, Action::Snapshot(_));
        steps.into_iter().filter(is_deed).all(|it| self.done.contains(&it.describe()))
    }

    /// Whether what a probe does is done somewhere, and what shows what it wrote.
    pub fn has(&self, probe: &Probe) -> bool {
        let shows = self.map.readers.get(&probe.key).into_iter().flatten().flatten();
        self.has_all(probe.way().iter().chain(shows))
    }

    /// Whether the page of a probe is opened somewhere.
    pub fn opens(&self, probe: &Probe) -> bool {
        self.has_all(probe.steps.first())
    }
}

/// Whether anything was written on a way that a scenario asserts, so that pages show it.
#[must_use]
pub fn writes(map: &Map, it: &Written) -> bool {
    let by_page = |state: &State| state.wrote && it.probes.contains(&state.probe.key);
    // What a command wrote is nobody's business but its own, unless a page shows it.
    let shows = |key: &String| {
        let mut steps = map.readers.get(key).into_iter().flatten().flatten();
        steps.any(|it| matches!(it, Action::Open(_)))
    };
    map.states.iter().any(by_page) || it.probes.iter().any(shows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::map::Run;
    use crate::explore::probe::{Goal, click, look, open, run};
    use crate::explore::seen::Ran;
    use crate::explore::tree::target;
    use crate::explore::{Look, Rules, fresh, write};
    use crate::model::Step;

    fn press(name: &str) -> Action {
        click(target("button", Some(name)))
    }

    fn state(goal: Goal, steps: Vec<Action>, from: Option<usize>) -> State {
        let key = steps.iter().map(Action::describe).collect::<Vec<_>>().join(", ");
        let (id, product) = (key.clone(), None);
        let probe = Probe { id, key, goal, steps, product, from, shares: true, value: 1 };
        State {
            probe,
            look: Look { path: "/a".to_owned(), title: "Things".to_owned(), ..Look::default() },
            changed: true,
            wrote: false,
            events: Vec::new(),
            remarks: Vec::new(),
            shape: String::new(),
            after_reload: Vec::new(),
        }
    }

    /// A page on which these buttons show something, and `More` something behind the first.
    fn known(buttons: &[&str]) -> Map {
        let goal = Goal::Page { address: "/a".to_owned(), linked: true };
        let mut states = vec![state(goal, vec![open("/a"), look("x")], None)];
        let uses = |name: &str| Goal::Use { identity: name.to_owned(), called: name.to_owned() };
        for name in buttons {
            states.push(state(uses(name), vec![open("/a"), press(name), look("x")], Some(0)));
        }
        let deep = vec![open("/a"), press(buttons[0]), press("More"), look("x")];
        states.push(state(uses("More"), deep, Some(1)));
        Map { states, ..Map::new(Rules::default()) }
    }

    /// The scenarios of a suite that do this.
    fn suite(all: Vec<Vec<Action>>) -> Vec<Scenario> {
        let scenario = |steps: Vec<Action>| {
            let steps = (1..).zip(steps).map(|(at, it)| Step::new(at, "a.yaml", at, it));
            Scenario { steps: steps.collect(), ..Scenario::default() }
        };
        all.into_iter().map(scenario).collect()
    }

    fn said(all: &[Written]) -> Vec<Vec<String>> {
        all.iter().map(|it| it.steps.iter().map(Action::describe).collect()).collect()
    }

    #[test]
    fn of_five_deeds_of_which_one_is_new_only_that_is_written_with_its_way() {
        let map = known(&["One", "Two", "Three", "Four"]);
        let own = write(&map);
        let all: Vec<Action> = own.iter().flat_map(|it| it.steps.clone()).collect();
        assert_eq!(fresh(&map, &suite(vec![all.clone()])), [], "everything is covered");
        let but = |name: &str| {
            let mut all = all.clone();
            all.retain(|it| *it != press(name));
            said(&fresh(&map, &suite(vec![all])))
        };
        let three = ["open /a", "click button \"Three\"", "snapshot three"];
        assert_eq!(but("Three"), [three]);
        // What leads to it is done, and is not looked at once more.
        let more = ["open /a", "click button \"One\"", "click button \"More\"", "snapshot more"];
        assert_eq!(but("More"), [more]);
    }

    #[test]
    fn where_nothing_is_covered_all_is_written_and_a_page_that_is_opened_is_not() {
        let map = known(&["One", "Two"]);
        assert_eq!(fresh(&map, &[]), write(&map));
        let left = fresh(&map, &suite(vec![vec![open("/a")]]));
        assert_eq!(left.len(), write(&map).len() - 1);
        let names: Vec<&str> = left.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["use-what-is-on-things"]);
    }

    #[test]
    fn of_the_runs_of_a_command_those_that_nothing_covers_are_written() {
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let run_of = |line: &str| {
            let goal = Goal::Run { words: words("shop list"), with: line.to_owned() };
            let own = state(goal, vec![run(&words(line), None, "x")], None).probe;
            let ran = Ran { exit: "exit: 0".to_owned(), stdout: line.to_owned(), ..Ran::default() };
            Run { probe: own, words: words("shop list"), with: line.to_owned(), ran, varies: false }
        };
        let lines = ["shop list", "shop list --csv", "shop list --all"];
        let map = Map { runs: lines.map(run_of).to_vec(), ..Map::new(Rules::default()) };
        let without = |line: &str| {
            let others = lines.into_iter().filter(|it| *it != line);
            let all = others.map(|it| run(&words(it), None, "x")).collect();
            said(&fresh(&map, &suite(vec![all])))
        };
        assert_eq!(without("shop list --csv"), [["run shop list --csv"]]);
        assert_eq!(without("nothing"), [[""; 0]; 0]);
    }

    #[test]
    fn what_a_command_wrote_needs_a_server_of_its_own_where_a_page_shows_it_and_else_does_not() {
        let mut map = known(&["One"]);
        let it = write(&map).remove(0);
        assert!(!writes(&map, &it));
        map.readers.insert(it.probes[0].clone(), vec![vec![run(&["shop".to_owned()], None, "x")]]);
        assert!(!writes(&map, &it));
        map.readers.insert(it.probes[0].clone(), vec![vec![open("/a")]]);
        assert!(writes(&map, &it));
    }
}
