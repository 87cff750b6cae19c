//! What a page says once more: after a reload or on the way back, where a deed had changed the
//! address; and on several visits, where two of them differed.

use std::collections::BTreeSet;

use super::facts::{facts, only_in, said, seen_by};
use super::fault::{Fault, fault};
use super::map::{Map, Once, State};
use super::page::Look;
use super::probe::{Again, Goal, Probe, look, open};
use super::seen::{Seen, Sight};
use super::tree::Item;
use crate::model::{Action, Severity};

/// The most deeds after which a page is reloaded and left by the way back.
const MOST_RETURNS: u32 = 16;
/// The most pages that are visited several times.
const MOST_VISITED: u32 = 8;
/// What is called by the fields that stand in it too.
const HOLDERS: [&str; 5] = ["cell", "gridcell", "listitem", "row", "rowheader"];
/// How often such a page is visited: what two servers say in turn by chance is then told apart from
/// what is said once in seven cases of eight.
const VISITS: usize = 6;

impl Map {
    /// A deed that changed the address has put the state there: a reload shows it again, and the way
    /// back shows what was there before.
    pub(super) fn come_again(&mut self, at: usize) {
        let state = &self.states[at];
        let Some(before) = state.probe.from.and_then(|it| self.states.get(it)) else { return };
        let moved = before.look.path != state.look.path;
        let fine = |it: &Look| it.status.is_none_or(|it| it < 400);
        let is_page = matches!(before.probe.goal, Goal::Page { .. });
        let meant = state.probe.is_meant() && !state.wrote;
        if !moved || !meant || !is_page || !fine(&state.look) || !fine(&before.look) {
            return;
        }
        let steps = state.probe.way();
        if steps.iter().any(|it| matches!(it, Action::Dialog(_) | Action::Tab(_))) {
            return;
        }
        let place = state.probe.said();
        for (how, deed) in [(Again::Reload, Action::Reload), (Again::Back, Action::Back)] {
            let id = self.id();
            let mut steps = steps.clone();
            steps.extend([deed, look(&id)]);
            self.once_more(at, how, place.clone(), (id, steps), MOST_RETURNS);
        }
    }

    /// A page that says something else when it is loaded again is visited several times.
    pub(super) fn visit_again(&mut self, at: usize, second: &Look) {
        let first = &self.states[at].look;
        let same = only_in(first, second).is_empty() && only_in(second, first).is_empty();
        let Goal::Page { address, linked: true } = &self.states[at].probe.goal else { return };
        if same {
            return;
        }
        let address = address.clone();
        let id = self.id();
        let visit = |number: usize| [open(&address), look(&format!("{id}-{number}"))];
        let steps = (0..VISITS).flat_map(visit).collect();
        self.once_more(at, Again::Visits, address, (id, steps), MOST_VISITED);
    }

    fn once_more(
        &mut self,
        at: usize,
        how: Again,
        place: String,
        (id, steps): (String, Vec<Action>),
        most: u32,
    ) {
        let times = self.times.entry(format!("again {how:?}")).or_default();
        if *times >= most {
            return;
        }
        *times += 1;
        self.wait(Probe {
            key: format!("{how:?} {place}"),
            goal: Goal::Again { how, place },
            steps,
            product: self.rules.pages.clone(),
            from: Some(at),
            shares: false,
            value: 46,
            id,
        });
    }

    pub(super) fn came_again(&mut self, seen: Seen, how: Again) {
        // What cannot be gone back to is no page that lost anything.
        let (None, Some(at)) = (&seen.failure, seen.probe.from) else { return };
        let looks = seen.sights.into_iter().filter_map(|it| match it.1 {
            Sight::Page(look) => Some(*look),
            Sight::Command(_) | Sight::Screen { .. } | Sight::File(_) => None,
        });
        self.again.push(Once { probe: seen.probe, how, at, looks: looks.collect() });
    }
}

/// What is wrong with what a page said once more.
pub(super) fn judged(map: &Map, once: &Once) -> Option<Fault> {
    let state = map.states.get(once.at)?;
    match once.how {
        Again::Reload => reloaded(map, state, once),
        Again::Back => back(map, state, once),
        Again::Visits => visited(once),
    }
}

/// A reload of an address that a deed led to shows something else.
fn reloaded(map: &Map, state: &State, once: &Once) -> Option<Fault> {
    let after = once.looks.last().filter(|it| it.path == state.look.path)?;
    let (place, called) = (state.look.place(), state.probe.said());
    let rule = "reload-loses-state";
    if let Some(status) = after.status.filter(|it| *it >= 400) {
        let title =
            format!("{called} leads to {place}, which answers {status} when it is reloaded");
        return Some(fault(rule, Severity::Major, place, title, &once.probe));
    }
    let mut lost = only_in(&state.look, after);
    lost.retain(|it| !map.is_restless(it));
    // What comes up late may be seen after the reload alone; what is gone was there.
    let first = lost.first()?;
    let title = format!("{called} on {}: after a reload {} is gone", from(map, state), said(first));
    let mut found = fault(rule, Severity::Major, place, title, &once.probe);
    found.right = expected(&state.look, &lost);
    Some(found)
}

/// The way back changes the address, and the page stays as it was after the deed.
fn back(map: &Map, state: &State, once: &Once) -> Option<Fault> {
    let before = &state.probe.from.and_then(|it| map.states.get(it))?.look;
    let after = once.looks.last().filter(|it| it.path == before.path)?;
    let mut lost = only_in(before, after);
    lost.retain(|it| !map.is_restless(it));
    let new = only_in(&state.look, before);
    let stayed = only_in(after, before);
    // A browser keeps what was typed on the way back, and what holds the field is called by it.
    let typed: Vec<&str> = state.probe.filled().map(|it| it.value.raw().trim()).collect();
    let is_called_by_it = |it: &Item| {
        let words = format!(" {} ", it.name.as_deref().unwrap_or_default());
        let is_holder = HOLDERS.contains(&it.role.as_str());
        is_holder && typed.iter().any(|it| !it.is_empty() && words.contains(&format!(" {it} ")))
    };
    let stays = |it: &Item| {
        let is_new = new.iter().any(|own| own.role == it.role && own.name == it.name);
        is_new && !is_called_by_it(it)
    };
    if !stayed.iter().any(|it| !map.is_restless(it) && stays(it)) {
        return None;
    }
    let first = lost.first()?;
    let title = format!(
        "{} and back: the address is {} again, and {} is not there",
        state.probe.said(),
        before.path,
        said(first)
    );
    let mut found = fault("back-loses-state", Severity::Major, before.place(), title, &once.probe);
    found.right = expected(before, &lost);
    Some(found)
}

/// Two things that one address says in turn, with nothing done in between.
///
/// What is said once is news, and what is always another is drawn: neither is wrong.
fn visited(once: &Once) -> Option<Fault> {
    let told: Vec<BTreeSet<String>> =
        once.looks.iter().map(|it| facts(it).into_keys().collect()).collect();
    let versions: BTreeSet<&BTreeSet<String>> = told.iter().collect();
    let first = told.first()?;
    let other = told.iter().position(|it| it != first)?;
    let returns = told[other..].iter().any(|it| it == first);
    if versions.len() != 2 || !returns {
        return None;
    }
    let (left, right) = (&once.looks[0], &once.looks[other]);
    let (lost, came) = (only_in(left, right), only_in(right, left));
    let (shown, lacking) = if lost.is_empty() { (right, came) } else { (left, lost) };
    let place = left.place();
    let title = format!(
        "{} says {} on one visit and not on the next, with nothing done in between",
        left.path,
        said(lacking.first()?)
    );
    let mut found = fault("says-two-things", Severity::Major, place, title, &once.probe);
    // Each visit has to show it.
    if let Some(see) = expected(shown, &lacking) {
        let visits = once.probe.way().into_iter().flat_map(|it| [it, see.clone()]);
        found.way = visits.collect();
        found.steps = found.way.iter().map(Action::describe).collect();
        found.way.pop();
        found.right = Some(see);
    }
    Some(found)
}

/// The first of these that a step can see.
fn expected(look: &Look, all: &[Item]) -> Option<Action> {
    all.iter().find_map(|it| seen_by(look, it)).map(|it| Action::See(vec![it]))
}

/// The page on which something was done.
fn from(map: &Map, state: &State) -> String {
    let before = state.probe.from.and_then(|it| map.states.get(it));
    before.map_or(state.look.place(), |it| it.look.place()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::tree::{Tree, target};
    use crate::explore::{Rules, expectation, judge};
    use crate::model::page::FieldValue;

    fn page(path: &str, tree: &str) -> Look {
        Look { path: path.to_owned(), status: Some(200), tree: Tree::read(tree), ..Look::default() }
    }

    fn seen(probe: &Probe, look: &Look) -> Seen {
        Seen {
            probe: probe.clone(),
            sights: vec![(1, Sight::Page(Box::new(look.clone())))],
            events: Vec::new(),
            remarks: Vec::new(),
            failure: None,
            counts: true,
        }
    }

    const FIRST: &str = "- tab \"All\" [selected]\n- tab \"Late\"\n- heading \"All orders\"\n";
    const SECOND: &str = "- tab \"All\"\n- tab \"Late\" [selected]\n- heading \"Late orders\"\n";

    /// A map in which the tab `Late` of a page led to another address, with what a reload and the way
    /// back showed then.
    fn tabs(to: &str, reloaded: &Look, back: &Look) -> Map {
        tabs_with(&[], FIRST, [&page(to, SECOND), reloaded, back])
    }

    /// The same from another page, where something was typed before the tab was chosen.
    fn tabs_with(typed: &[&str], tree: &str, [to, reloaded, back]: [&Look; 3]) -> Map {
        let mut map = Map::new(Rules::default());
        map.begin_at("/orders");
        let first = map.propose(1).remove(0);
        map.propose(50);
        map.absorb(vec![seen(&first, &page("/orders", tree))]);
        let tab = |it: &Probe| it.said() == "Choose the tab \"Late\"";
        let mut used = map.propose(50).into_iter().find(tab).expect("the tab is used");
        let fill = |it: &&str| {
            let field = target("textbox", Some("Find"));
            Action::Fill(vec![FieldValue { field, value: (*it).into() }])
        };
        used.steps.extend(typed.iter().map(fill));
        map.absorb(vec![seen(&used, to)]);
        let again = map.propose(50).into_iter().filter_map(|it| match it.goal {
            Goal::Again { how: Again::Reload, .. } => Some(seen(&it, reloaded)),
            Goal::Again { how: Again::Back, .. } => Some(seen(&it, back)),
            _ => None,
        });
        map.absorb(again.collect());
        map
    }

    fn told(map: &Map) -> Vec<(&'static str, String, Vec<String>)> {
        let faults = judge(map);
        let steps = |it: &Fault| {
            let steps = expectation(map, it).unwrap_or_default();
            steps.iter().map(Action::describe).collect()
        };
        faults.iter().map(|it| (it.rule, it.title.clone(), steps(it))).collect()
    }

    #[test]
    fn a_state_that_is_in_the_address_and_lost_by_a_reload_is_found_and_one_that_is_kept_is_not() {
        let (first, late) = (page("/orders", FIRST), page("/orders?tab=late", SECOND));
        assert_eq!(told(&tabs("/orders?tab=late", &late, &first)), []);
        let lost = page("/orders?tab=late", FIRST);
        let title =
            "Choose the tab \"Late\" on /orders: after a reload heading \"Late orders\" is gone";
        let steps = ["open /orders", "click tab \"Late\"", "reload", "see heading \"Late orders\""];
        let wanted = ("reload-loses-state", title.to_owned(), steps.map(str::to_owned).to_vec());
        assert_eq!(told(&tabs("/orders?tab=late", &lost, &first)), [wanted]);
        let gone = Look { status: Some(404), ..lost };
        let title =
            "Choose the tab \"Late\" leads to /orders/late, which answers 404 when it is reloaded";
        let gone = Look { path: "/orders/late".to_owned(), ..gone };
        let rules: Vec<_> =
            told(&tabs("/orders/late", &gone, &first)).into_iter().map(|it| it.1).collect();
        assert_eq!(rules, [title]);
    }

    #[test]
    fn a_page_that_stays_behind_its_address_on_the_way_back_is_found_and_one_that_goes_along_is_not()
     {
        let late = page("/orders?tab=late", SECOND);
        let stays = page("/orders", SECOND);
        let title = "Choose the tab \"Late\" and back: the address is /orders again, and heading \"All orders\" is not there";
        let steps = ["open /orders", "click tab \"Late\"", "back", "see heading \"All orders\""];
        let wanted = ("back-loses-state", title.to_owned(), steps.map(str::to_owned).to_vec());
        assert_eq!(told(&tabs("/orders?tab=late", &late, &stays)), [wanted]);
        // Where the address was only replaced, the way back leads out of the product.
        assert_eq!(told(&tabs("/orders?tab=late", &late, &page("/", "- heading \"Start\"\n"))), []);
    }

    #[test]
    fn a_row_that_is_called_by_a_text_that_the_browser_kept_in_a_field_has_not_stayed() {
        let back = |typed: &[&str], role: &str| {
            let holds = |tree: &str, text: &str| format!("{tree}- {role} \"{text}Find\"\n");
            let late = page("/orders?tab=late", &holds(SECOND, "tea "));
            let kept = page("/orders", &holds(FIRST, "tea "));
            told(&tabs_with(typed, &holds(FIRST, ""), [&late, &late, &kept])).len()
        };
        assert_eq!((back(&["tea"], "row"), back(&["t"], "row"), back(&[], "row")), (0, 1, 1));
        assert_eq!(back(&["tea"], "heading"), 1, "a heading is the page's own");
    }

    #[test]
    fn a_second_look_that_there_was_no_time_for_is_nothing_that_was_not_reached() {
        let mut map = Map::new(Rules::default());
        map.begin_at("/orders");
        let first = map.propose(1).remove(0);
        map.propose(50);
        map.absorb(vec![seen(&first, &page("/orders", FIRST))]);
        let tab = |it: &Probe| it.said() == "Choose the tab \"Late\"";
        let used = map.propose(50).into_iter().find(tab).expect("the tab is used");
        map.absorb(vec![seen(&used, &page("/orders?tab=late", SECOND))]);
        map.give_up("the budget was spent");
        let second = |it: &str| it.starts_with("a reload") || it.starts_with("the way back");
        let (looks, others): (Vec<&str>, Vec<&str>) =
            map.missed.iter().map(|it| it.what.as_str()).partition(|it| second(it));
        assert_eq!((looks, others.is_empty()), (Vec::new(), false), "the first tab was not tried");
    }

    #[test]
    fn a_deed_that_leaves_the_address_alone_is_not_gone_back_from() {
        let elsewhere = page("/orders", "- heading \"Something else\"\n");
        assert_eq!(told(&tabs("/orders", &elsewhere, &elsewhere)), []);
    }

    /// What is said of a page whose visits show these trees, the first two being its visit and reload.
    fn visits(trees: &[&str]) -> Vec<(&'static str, String, usize)> {
        let mut map = Map::new(Rules::default());
        map.begin_at("/orders");
        let first = map.propose(1).remove(0);
        map.propose(50);
        let mut both = seen(&first, &page("/orders", trees[0]));
        both.sights.push((3, Sight::Page(Box::new(page("/orders", trees[1])))));
        map.absorb(vec![both]);
        let is_visits = |it: &Probe| matches!(it.goal, Goal::Again { how: Again::Visits, .. });
        if let Some(again) = map.propose(50).into_iter().find(is_visits) {
            let sights = trees.iter().enumerate();
            let sights =
                sights.map(|it| (it.0 * 2 + 1, Sight::Page(Box::new(page("/orders", it.1)))));
            map.absorb(vec![Seen { sights: sights.collect(), ..seen(&again, &page("", "")) }]);
        }
        let of = |it: &Fault| expectation(&map, it).map_or(0, |it| it.len());
        judge(&map).iter().map(|it| (it.rule, it.title.clone(), of(it))).collect()
    }

    #[test]
    fn an_address_that_says_two_things_in_turn_is_found_and_news_draws_and_clocks_are_not() {
        let some = |it: &str| format!("- heading \"Orders\"\n- row \"{it}\"\n");
        let [a, b, c, d] = ["Kettle", "Teapot", "Cup", "Spoon"].map(some);
        let title = "/orders says row \"Kettle\" on one visit and not on the next, with nothing done in between";
        // Six visits with what each has to show.
        let wanted = [("says-two-things", title.to_owned(), 12)];
        assert_eq!(visits(&[&a, &b, &a, &a, &b, &a]), wanted);
        assert_eq!(visits(&[&a, &b, &b, &b, &b, &b]), [], "what is said once is news");
        assert_eq!(visits(&[&a, &b, &c, &a, &d, &b]), [], "what is always another is drawn");
        let took = |it: u32| format!("- heading \"Orders\"\n- text: took {it} ms\n");
        assert_eq!(visits(&[&took(3), &took(4), &took(3), &took(4), &took(3), &took(3)]), []);
    }
}
