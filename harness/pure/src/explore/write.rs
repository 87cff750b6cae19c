//! [`write`]: from the map to a suite that a person would be glad to own: scenarios by area, named
//! by what somebody does, no two that test the same.

use std::collections::{BTreeMap, BTreeSet};

use super::across::{across, taken_home};
use super::addresses::class_of;
use super::by_others::by_others;
use super::gaps::Gaps;
use super::gestures::LEAVES;
use super::map::{Map, State};
use super::page::Look;
use super::probe::{Goal, Probe, click};
use super::reading_back::readers;
use super::runs::commands;
use super::safe::signs_out;
use super::screens::screens;
use super::sign_out::signing_out;
use super::written::{
    MOST_TOGETHER, Written, area, fills, free_name, is_spelled, loses_what, slug, snapshot,
};
use crate::model::picture::Extent;
use crate::model::profile::Profile;
use crate::model::{Action, Scenario, Snapshot};

/// The suite.
#[must_use]
pub fn write(map: &Map) -> Vec<Written> {
    made(&Gaps::of_everything(map))
}

/// What nothing covers yet: of each thing that none of these scenarios does, the way to it and what it
/// shows.
#[must_use]
pub fn fresh(map: &Map, known: &[Scenario]) -> Vec<Written> {
    made(&Gaps::beside(map, known))
}

fn made(gaps: &Gaps<'_>) -> Vec<Written> {
    let map = gaps.map;
    let mut made = Vec::new();
    made.extend(pages(gaps));
    made.extend(odd(gaps));
    made.extend(deeds(gaps));
    made.extend(forms(gaps));
    made.extend(by_others(gaps));
    made.extend(files(map));
    made.extend(commands(gaps));
    made.extend(across(map));
    made.extend(screens(gaps));
    made.extend(signing_out(map));
    made.retain(|it| !gaps.has_all(&it.steps));
    unique(&mut made);
    made
}

/// Names that are taken get a number, and one that nobody has.
fn unique(all: &mut [Written]) {
    let mut taken = BTreeSet::new();
    for it in all {
        it.name = free_name(&it.name, &mut taken);
    }
}

/// The pages that the product leads to, by kind.
fn pages(gaps: &Gaps<'_>) -> Vec<Written> {
    let map = gaps.map;
    let mut classes: Vec<(String, Vec<&State>)> = Vec::new();
    for state in &map.states {
        let Goal::Page { address, linked: true } = &state.probe.goal else { continue };
        if leads_on(map, address, &state.look.path) || gaps.opens(&state.probe) {
            continue;
        }
        let class = class_of(address);
        match classes.iter_mut().find(|it| it.0 == class) {
            Some(known) => known.1.push(state),
            None => classes.push((class, vec![state])),
        }
    }
    let mut made = Vec::new();
    for (_, mut states) in classes {
        // Whoever signs out sees no other page after it.
        states.sort_by_key(|it| signs_out(&it.look.path) || signs_out(&it.probe.said()));
        for group in states.chunks(MOST_TOGETHER) {
            made.push(visit(group, "look at", "A visitor looks at"));
        }
    }
    made
}

/// Whether an address only leads on to a page that is looked at by its own address.
fn leads_on(map: &Map, address: &str, to: &str) -> bool {
    let own = |it: &State| {
        let is_own =
            matches!(&it.probe.goal, Goal::Page { address, linked: true } if address == to);
        is_own && it.look.path == to
    };
    address != to && map.states.iter().any(own)
}

fn visit(states: &[&State], verb: &str, sentence: &str) -> Written {
    let first = &states[0].look;
    let mut taken = BTreeSet::new();
    let mut steps = Vec::new();
    for state in states {
        steps.extend(state.probe.steps.iter().take(1).cloned());
        let name = if states.len() == 1 { state.look.spelled() } else { address_name(state) };
        steps.push(Action::Snapshot(whole(&state.look, snapshot(&name, &mut taken))));
    }
    let title = first.called();
    let about = match states.len() {
        1 => format!("{sentence} \"{title}\"."),
        several => format!("{sentence} {several} pages such as \"{title}\"."),
    };
    let query = first.path.split_once('?').map(|it| it.1.split('=').next().unwrap_or_default());
    let shapes: BTreeSet<&str> = states.iter().map(|it| it.shape.as_str()).collect();
    let spelled = first.spelled();
    let name = match query {
        Some(key) => format!("{verb} {spelled} by {key}"),
        // They stand in one folder and have nothing else in common.
        None if states.len() > 2 && shapes.len() * 2 > states.len() => {
            format!("{verb} the pages of {}", area(&first.path))
        }
        None => format!("{verb} {spelled}"),
    };
    Written {
        area: area(&first.path),
        name: slug(&name),
        about,
        product: states[0].probe.product.clone(),
        steps,
        probes: states.iter().map(|it| it.probe.key.clone()).collect(),
    }
}

/// A checkpoint of all that there is of a page: drawn to its end, and what it keeps in the browser
/// where it keeps something.
fn whole(look: &Look, own: Snapshot) -> Snapshot {
    let profile = if look.kept.is_empty() { None } else { Profile::built_in("strict") };
    Snapshot { profile, image: Extent::FullPage, ..own }
}

fn address_name(state: &State) -> String {
    match &state.probe.goal {
        Goal::Page { address, .. } => {
            let name = address.trim_matches('/').replace(['/', '?', '=', '&'], " ");
            if name.is_empty() { "start".to_owned() } else { name }
        }
        _ => state.look.spelled(),
    }
}

/// Addresses that only a person would type, each answer once a kind.
fn odd(gaps: &Gaps<'_>) -> Vec<Written> {
    let mut by_area: BTreeMap<String, Vec<&State>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for state in &gaps.map.states {
        let Goal::Page { address, linked: false } = &state.probe.goal else { continue };
        let answer = (
            class_of(address),
            state.look.status,
            state.look.tree.items.len(),
            state.look.tree.heading().map(str::to_owned),
        );
        if seen.insert(answer) && !gaps.opens(&state.probe) {
            let below_top = address.trim_matches('/').contains(['/', '?']);
            let area = if below_top { area(address) } else { "start".to_owned() };
            by_area.entry(area).or_default().push(state);
        }
    }
    let mut made = Vec::new();
    for (area, states) in &by_area {
        for group in states.chunks(MOST_TOGETHER) {
            let mut it = visit(group, "ask for what is not there", "");
            let place = group[0].look.place();
            it.area.clone_from(area);
            it.name = slug(&format!("ask for odd addresses below {area}"));
            it.about = format!("Somebody types addresses such as {place} that no page leads to.");
            made.push(it);
        }
    }
    made
}

/// A state whose way is no part of another's.
fn is_last(state: &State, all: &[&State]) -> bool {
    let own = state.probe.way();
    !all.iter().any(|it| {
        let other = it.probe.way();
        other.len() > own.len() && other[..own.len()] == own[..]
    })
}

/// What is done with controls: one scenario for what writes, those that only show something
/// together by page.
fn deeds(gaps: &Gaps<'_>) -> Vec<Written> {
    let map = gaps.map;
    let is_use = |it: &&State| matches!(it.probe.goal, Goal::Use { .. });
    let told: Vec<&State> =
        map.states.iter().filter(is_use).filter(|it| it.changed || it.wrote).collect();
    let mut alone = Vec::new();
    let mut together: Vec<(String, Vec<&State>)> = Vec::new();
    for state in told.iter().copied().filter(|it| is_last(it, &told)) {
        if gaps.has(&state.probe) {
            continue;
        }
        let place = map.states[state.probe.from.unwrap_or_default()].look.place().to_owned();
        if state.wrote || (asks_before_leaving(map, &place) && state.probe.types()) {
            alone.push(deed(gaps, &place, &[state]));
            continue;
        }
        match together.iter_mut().find(|it| it.0 == place && it.1.len() < MOST_TOGETHER / 2) {
            Some(known) => known.1.push(state),
            None => together.push((place, vec![state])),
        }
    }
    let groups = together.iter().map(|(place, states)| deed(gaps, place, states));
    groups.chain(alone).collect()
}

/// Whether the browser asked before a page was left with text in it: then nothing can be done after
/// something was typed there.
fn asks_before_leaving(map: &Map, place: &str) -> bool {
    map.states.iter().any(|it| {
        let leaves =
            matches!(&it.probe.goal, Goal::Use { identity, .. } if identity.starts_with(LEAVES));
        let asked = it.probe.steps.iter().any(|it| matches!(it, Action::Dialog(_)));
        let from = it.probe.from.and_then(|it| map.states.get(it));
        leaves && asked && from.is_some_and(|it| it.look.place() == place)
    })
}

fn deed(gaps: &Gaps<'_>, place: &str, states: &[&State]) -> Written {
    let map = gaps.map;
    let mut taken = BTreeSet::new();
    let mut steps = Vec::new();
    let mut probes = Vec::new();
    for state in states {
        steps.extend(with_checkpoints(gaps, state, &mut taken, &mut probes));
        steps.extend(readers(map, &state.probe, &mut taken));
    }
    let said = |state: &State| state.probe.said();
    let look = map.states.iter().map(|it| &it.look).find(|it| it.place() == place);
    let page = look.map_or(place.to_owned(), Look::called);
    let spelled = look.map_or(place.to_owned(), Look::spelled);
    let (name, about) = match states {
        [one] => {
            let deed = said(one);
            let about = format!("{deed} on the page \"{page}\".");
            (if loses_what(&deed) { format!("{deed} on {spelled}") } else { deed }, about)
        }
        several => (
            format!("use what is on {spelled}"),
            format!(
                "On the page \"{page}\": {}.",
                several.iter().map(|it| said(it)).collect::<Vec<_>>().join("; ")
            ),
        ),
    };
    Written {
        area: area(place),
        name: slug(&name),
        about,
        product: states[0].probe.product.clone(),
        steps,
        probes,
    }
}

/// The way to a state, with a checkpoint after each deed that showed something and is looked at by no
/// other scenario.
fn with_checkpoints(
    gaps: &Gaps<'_>,
    state: &State,
    taken: &mut BTreeSet<String>,
    probes: &mut Vec<String>,
) -> Vec<Action> {
    let mut chain = vec![state];
    let before = |it: &State| it.probe.from.and_then(|it| gaps.map.states.get(it));
    while let Some(before) = before(chain[chain.len() - 1]) {
        if matches!(before.probe.goal, Goal::Page { .. }) {
            break;
        }
        chain.push(before);
    }
    chain.reverse();
    let mut steps: Vec<Action> = Vec::new();
    let mut done = 0;
    for it in chain {
        let way = it.probe.way();
        for action in way.get(done..).unwrap_or_default() {
            let mut action = action.clone();
            if let Action::File(file) = &mut action {
                file.snapshot = Some(snapshot(&format!("file {}", file.path.raw()), taken));
            }
            steps.push(action);
        }
        done = way.len();
        if (it.changed || it.wrote) && !gaps.has(&it.probe) {
            steps.push(Action::Snapshot(snapshot(&short(&it.probe), taken)));
            probes.push(it.probe.key.clone());
        }
    }
    steps
}

fn short(probe: &Probe) -> String {
    match &probe.goal {
        Goal::Use { called, .. } => called.clone(),
        Goal::Send { with, .. } => format!("sent with {with}"),
        _ => probe.said(),
    }
}

/// Forms: rightly filled with what it changes elsewhere, and everything else that was tried.
fn forms(gaps: &Gaps<'_>) -> Vec<Written> {
    let map = gaps.map;
    let mut by_form: Vec<(&str, Vec<&State>)> = Vec::new();
    for state in map.states.iter().filter(|it| it.changed || it.wrote) {
        let Goal::Send { form, .. } = &state.probe.goal else { continue };
        match by_form.iter_mut().find(|it| it.0 == form) {
            Some(known) => known.1.push(state),
            None => by_form.push((form, vec![state])),
        }
    }
    let mut made = Vec::new();
    for (_, states) in by_form {
        let (lasting, passing): (Vec<&State>, Vec<&State>) = states.iter().partition(|it| {
            it.probe.is_meant() && map.readers.get(&it.probe.key).is_some_and(|it| !it.is_empty())
        });
        for state in lasting.into_iter().filter(|it| !gaps.has(&it.probe)) {
            made.push(form(gaps, &[state], "fill"));
        }
        let mut passing = distinct(map, &passing);
        passing.retain(|it| !gaps.has(&it.probe));
        for group in passing.chunks(MOST_TOGETHER) {
            made.push(form(gaps, group, "try"));
        }
    }
    made
}

/// States that do not show the same twice.
fn distinct<'a>(map: &Map, states: &[&'a State]) -> Vec<&'a State> {
    let mut kept: Vec<&State> = Vec::new();
    for state in states {
        let same = |it: &&State| {
            it.look.path == state.look.path && map.real_difference(&it.look, &state.look).is_empty()
        };
        if !kept.iter().any(same) {
            kept.push(state);
        }
    }
    kept
}

fn form(gaps: &Gaps<'_>, states: &[&State], verb: &str) -> Written {
    let map = gaps.map;
    let mut taken = BTreeSet::new();
    let mut steps = Vec::new();
    let mut probes = Vec::new();
    for state in states {
        steps.extend(with_checkpoints(gaps, state, &mut taken, &mut probes));
        steps.extend(readers(map, &state.probe, &mut taken));
    }
    let page = states[0]
        .probe
        .from
        .and_then(|it| map.states.get(it))
        .map_or(&states[0].look, |it| &it.look);
    let button = states[0].probe.way().iter().rev().find_map(|it| match it {
        Action::Click(it) => Some(it.target.clone()),
        _ => None,
    });
    let by = button
        .map(|it| click(it).describe())
        .map(|it| it.replace("click button ", ""))
        .unwrap_or_default();
    let with = |it: &State| match &it.probe.goal {
        Goal::Send { with, .. } => with.clone(),
        _ => String::new(),
    };
    let with: Vec<String> = states.iter().map(|it| with(it)).collect();
    let (called, spelled) = (page.called(), page.spelled());
    let is_filled = states.iter().any(|it| it.probe.way().iter().any(fills));
    let (name, about) = if is_filled {
        let kind = match with[0].as_str() {
            "everything" => String::new(),
            other => format!(" with {other}"),
        };
        let kind = if verb == "fill" { kind } else { String::new() };
        (
            format!("{verb} {by} on {spelled}{kind}"),
            format!("The form of {by} on the page \"{called}\" is sent with {}.", with.join("; ")),
        )
    } else {
        (format!("press {by} on {spelled}"), format!("{by} is pressed on the page \"{called}\"."))
    };
    Written {
        area: area(page.place()),
        name: slug(&name),
        about,
        product: states[0].probe.product.clone(),
        steps,
        probes,
    }
}

/// Files that are taken home.
fn files(map: &Map) -> Vec<Written> {
    let one = |(probe, _): &(Probe, String)| {
        let mut taken = BTreeSet::new();
        let mut steps = Vec::new();
        for action in &probe.steps {
            let mut action = action.clone();
            if let Some(own) = action.snapshot_mut() {
                *own = snapshot("file", &mut taken);
            }
            steps.push(action);
        }
        let link = match &probe.goal {
            Goal::Download { link } => link.as_str(),
            _ => "a file",
        };
        let page = probe.from.and_then(|it| map.states.get(it)).map_or("/", |it| it.look.place());
        let file = taken_home(probe).unwrap_or_default();
        let what = if is_spelled(link) { link } else { file.as_str() };
        Written {
            area: area(page),
            name: slug(&format!("take home {what}")),
            about: format!("A visitor of {page} takes home what \"{link}\" gives."),
            product: probe.product.clone(),
            steps,
            probes: vec![probe.key.clone()],
        }
    };
    map.files.values().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::Rules;
    use crate::explore::probe::{look, open};
    use crate::explore::tree::target;

    /// A page of this title, or what pressing a button of it showed.
    fn state(title: &str, path: &str, button: Option<&str>) -> State {
        let goal = match button {
            Some(name) => {
                let called = format!("Click \"{name}\"");
                Goal::Use { identity: name.to_owned(), called }
            }
            None => Goal::Page { address: path.to_owned(), linked: true },
        };
        let press = button.map(|it| click(target("button", Some(it))));
        let steps = [open(path)].into_iter().chain(press).chain([look("x")]).collect();
        let (id, key) = (path.to_owned(), format!("{path} {button:?}"));
        let from = button.map(|_| 0);
        let probe = Probe { id, key, goal, steps, product: None, from, shares: true, value: 1 };
        let (title, path) = (title.to_owned(), path.to_owned());
        State {
            probe,
            look: Look { path, title, ..Look::default() },
            changed: true,
            wrote: false,
            events: Vec::new(),
            remarks: Vec::new(),
            shape: String::new(),
            after_reload: Vec::new(),
        }
    }

    fn names(states: Vec<State>) -> Vec<String> {
        let map = Map { states, ..Map::new(Rules::default()) };
        write(&map).into_iter().map(|it| it.name).collect()
    }

    #[test]
    fn pages_and_deeds_in_another_script_are_named_by_the_path_and_others_by_their_titles() {
        let pages = |one: &str, other: &str, button: &str| {
            let pages = [state(one, "/orders", None), state(other, "/stock", None)];
            names(pages.into_iter().chain([state(one, "/orders", Some(button))]).collect())
        };
        let by_path = ["look-at-orders", "look-at-stock", "click-on-orders"];
        assert_eq!(pages("Заказы", "Склад", "Купить"), by_path);
        let by_title = ["look-at-purchases", "look-at-warehouse", "click-buy"];
        assert_eq!(pages("Purchases", "Warehouse", "Buy"), by_title);
    }

    #[test]
    fn names_are_made_of_letters_digits_and_hyphens() {
        assert_eq!(slug("Sort orders by price"), "sort-orders-by-price");
        assert_eq!(slug("Card <b>bold</b> & plain"), "card-b-bold-b-plain");
        assert_eq!(slug("日本"), "it");
        assert_eq!(area("/orders?page=2"), "orders");
        assert_eq!(area("/"), "start");
    }

    #[test]
    fn checkpoints_of_one_scenario_have_names_of_their_own() {
        let mut taken = BTreeSet::new();
        let names: Vec<String> =
            ["a", "a", "watch"].iter().map(|it| snapshot(it, &mut taken).name).collect();
        assert_eq!(names, ["a", "a-2", "watch-2"]);
    }

    #[test]
    fn a_name_that_a_number_makes_is_never_one_that_another_has() {
        let one = |name: &str| Written {
            area: "a".to_owned(),
            name: name.to_owned(),
            about: String::new(),
            product: None,
            steps: Vec::new(),
            probes: Vec::new(),
        };
        let mut all = ["a", "a", "a-2", "a"].map(one);
        unique(&mut all);
        assert_eq!(all.map(|it| it.name), ["a", "a-2", "a-2-2", "a-3"]);
    }
}
