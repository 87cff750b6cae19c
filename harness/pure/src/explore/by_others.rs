//! [`by_others`]: from pages as others find them, and as others go through them by the keyboard, to
//! scenarios.

use std::collections::BTreeSet;

use super::around::{Around, Circumstance};
use super::gaps::Gaps;
use super::gestures::TAB;
use super::map::State;
use super::probe::Goal;
use super::written::{Written, area, slug, snapshot};
use crate::model::gesture::Network;
use crate::model::{Action, FacetKind, Snapshot};

/// What is said of pages to those who see them otherwise, and to those who use the keyboard.
pub(super) fn by_others(gaps: &Gaps<'_>) -> Vec<Written> {
    let around = gaps.map.around.iter().map(otherwise);
    around.chain(by_keyboard(gaps)).collect()
}

/// A page in the circumstances that make it otherwise.
fn otherwise(it: &Around) -> Written {
    let mut taken = BTreeSet::new();
    let mut steps: Vec<Action> = it.probe.steps.iter().take(1).cloned().collect();
    for circumstance in &it.otherwise {
        steps.push(circumstance.begin());
        steps.push(Action::Snapshot(snapshot(circumstance.said(), &mut taken)));
    }
    if it.otherwise.contains(&Circumstance::Offline) {
        steps.push(Action::Network(Network::Online));
    }
    let said: Vec<&str> = it.otherwise.iter().map(|it| it.said()).collect();
    let called = it.look.called();
    Written {
        area: area(&it.look.path),
        name: slug(&format!("see {} {}", it.look.spelled(), said.join(" "))),
        about: format!("The page \"{called}\" as somebody finds it {}.", said.join(", ")),
        product: it.probe.product.clone(),
        steps,
        probes: vec![it.probe.key.clone()],
    }
}

/// The fields of a page, left by Tab one after the other: nobody may be held.
fn by_keyboard(gaps: &Gaps<'_>) -> Vec<Written> {
    let map = gaps.map;
    let mut pages: Vec<(&State, Vec<&State>)> = Vec::new();
    for state in &map.states {
        let is_left =
            matches!(&state.probe.goal, Goal::Use { identity, .. } if identity.starts_with(TAB));
        let page = state.probe.from.and_then(|it| map.states.get(it));
        let Some(page) = page.filter(|_| is_left && !state.changed && !state.wrote) else {
            continue;
        };
        if gaps.has(&state.probe) {
            continue;
        }
        match pages.iter_mut().find(|it| it.0.look.place() == page.look.place()) {
            Some(known) => known.1.push(state),
            None => pages.push((page, vec![state])),
        }
    }
    let one = |(page, left): (&State, Vec<&State>)| {
        let mut taken = BTreeSet::new();
        let mut steps: Vec<Action> = page.probe.way().into_iter().take(1).collect();
        let presses = left.iter().filter_map(|it| it.probe.way().pop());
        steps.extend(presses);
        let facets = Some(vec![FacetKind::Aria, FacetKind::A11y]);
        let end = snapshot("all fields left", &mut taken);
        steps.push(Action::Snapshot(Snapshot { facets, ..end }));
        let called = page.look.called();
        Written {
            area: area(&page.look.path),
            name: slug(&format!("go through {} by Tab", page.look.spelled())),
            about: format!("Somebody without a pointer leaves the fields of \"{called}\" by Tab."),
            product: page.probe.product.clone(),
            steps,
            probes: left.iter().map(|it| it.probe.key.clone()).collect(),
        }
    };
    pages.into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::page::Look;
    use crate::explore::probe::{Probe, look, open};
    use crate::explore::tree::target;
    use crate::explore::{Map, Rules};

    fn state(goal: Goal, deeds: Vec<Action>, from: Option<usize>, changed: bool) -> State {
        let steps = [vec![open("/a")], deeds, vec![look("x")]].concat();
        let (id, key) = ("probe-1".to_owned(), "k".to_owned());
        let probe = Probe { id, key, goal, steps, product: None, from, shares: true, value: 1 };
        let look = Look { path: "/a".to_owned(), title: "Hours".to_owned(), ..Look::default() };
        State {
            probe,
            look,
            changed,
            wrote: false,
            events: Vec::new(),
            remarks: Vec::new(),
            shape: String::new(),
            after_reload: Vec::new(),
        }
    }

    fn told(map: &Map) -> Vec<(String, Vec<String>)> {
        let steps = |it: &Written| it.steps.iter().map(Action::describe).collect();
        by_others(&Gaps::of_everything(map)).iter().map(|it| (it.name.clone(), steps(it))).collect()
    }

    fn page() -> State {
        state(Goal::Page { address: "/a".to_owned(), linked: true }, Vec::new(), None, true)
    }

    fn strings(all: &[&str]) -> Vec<String> {
        all.iter().map(|it| (*it).to_owned()).collect()
    }

    #[test]
    fn fields_that_show_nothing_when_they_are_left_are_left_in_one_scenario_and_others_are_told_elsewhere()
     {
        let leave = |name: &str, changed| {
            let goal =
                Goal::Use { identity: format!("{TAB} {name:?}"), called: format!("Leave {name}") };
            let keys = "Tab".to_owned();
            let press = Action::Press { keys, on: Some(target("textbox", Some(name))) };
            state(goal, vec![press], Some(0), changed)
        };
        let states = vec![page(), leave("Day", false), leave("Note", false), leave("Mail", true)];
        let map = Map { states, ..Map::new(Rules::default()) };
        let wanted = strings(&[
            "open /a",
            "press Tab on textbox \"Day\"",
            "press Tab on textbox \"Note\"",
            "snapshot all-fields-left",
        ]);
        assert_eq!(told(&map), [("go-through-hours-by-tab".to_owned(), wanted)]);
    }

    #[test]
    fn a_page_is_looked_at_in_what_makes_it_otherwise_and_the_network_comes_back() {
        let page = page();
        let otherwise = vec![Circumstance::Narrow, Circumstance::Offline];
        let around = vec![Around { probe: page.probe.clone(), look: page.look, otherwise }];
        let map = Map { around, ..Map::new(Rules::default()) };
        let steps = strings(&[
            "open /a",
            &Circumstance::Narrow.begin().describe(),
            "snapshot on-a-phone",
            &Circumstance::Offline.begin().describe(),
            "snapshot without-a-network",
            &Action::Network(Network::Online).describe(),
        ]);
        assert_eq!(told(&map), [("see-hours-on-a-phone-without-a-network".to_owned(), steps)]);
    }
}
