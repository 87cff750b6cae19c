//! [`parts`]: a map as a list of what there is: pages, forms, fields, buttons, commands and flags,
//! each with whether it was reached and whether a scenario uses it.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::addresses::class_of;
use super::asserted::Asserted;
use super::controls::uses;
use super::map::{Map, State};
use super::page::Field;
use super::probe::Goal;
use super::propose::called;
use crate::model::Action;
use crate::model::survey::{Kind, Part};

/// Everything that a map knows of, each once.
#[must_use]
pub fn parts(map: &Map, asserted: &Asserted) -> Vec<Part> {
    let mut list = List::default();
    pages(map, asserted, &mut list);
    let done = done(map);
    for state in &map.states {
        forms(map, state, asserted, &done, &mut list);
    }
    buttons(map, asserted, &mut list);
    commands(map, asserted, &mut list);
    list.0.into_values().collect()
}

/// Parts, by what they are and are called.
#[derive(Default)]
struct List(IndexMap<(Kind, String), Part>);

impl List {
    fn add(&mut self, part: Part) {
        let known = self.0.entry((part.kind, part.name.clone())).or_insert_with(|| part.clone());
        known.reached |= part.reached;
        known.asserted |= part.asserted;
        if known.at.is_none() {
            known.at = part.at;
        }
    }
}

/// What a page is called: its address, or its kind where there are many of that.
fn page_name(map: &Map, address: &str) -> String {
    if map.addresses.is_one_of_many(address) {
        class_of(address).trim_end_matches('?').to_owned()
    } else {
        address.to_owned()
    }
}

/// Whether a page was there.
fn is_there(state: &State) -> bool {
    state.look.status.is_none_or(|it| it < 400)
}

fn pages(map: &Map, asserted: &Asserted, list: &mut List) {
    let visited = |address: &str| {
        map.states
            .iter()
            .find(|it| matches!(&it.probe.goal, Goal::Page { address: own, .. } if own == address))
    };
    let holder = |from: Option<usize>| {
        from.and_then(|it| map.states.get(it)).map(|it| page_name(map, &it.look.path))
    };
    for (address, about) in map.addresses.all() {
        let state = visited(address);
        if state.is_some_and(|it| !is_there(it)) {
            continue;
        }
        let name = page_name(map, address);
        list.add(Part {
            kind: Kind::Page,
            asserted: asserted.comes_to(&name),
            name,
            at: holder(about.from),
            reached: state.is_some(),
        });
    }
    // What exploring began with, and what deeds led to.
    for state in map.states.iter().filter(|it| is_there(it)) {
        let at = match &state.probe.goal {
            Goal::Page { linked: false, .. } => continue,
            Goal::Page { .. } => None,
            _ => holder(state.probe.from),
        };
        let name = page_name(map, &state.look.path);
        let asserted = asserted.comes_to(&name);
        list.add(Part { kind: Kind::Page, name, at, reached: true, asserted });
    }
}

/// What was done anywhere, as a person would say it.
fn done(map: &Map) -> Vec<String> {
    let steps = map.states.iter().flat_map(|it| &it.probe.steps);
    let deeds: BTreeSet<String> =
        steps.filter(|it| !matches!(it, Action::Snapshot(_))).map(Action::describe).collect();
    deeds.into_iter().collect()
}

/// The page of a state that is only that page.
fn at(map: &Map, state: &State) -> Option<String> {
    let is_page = matches!(state.probe.goal, Goal::Page { .. });
    is_page.then(|| page_name(map, &state.look.path))
}

fn forms(map: &Map, state: &State, asserted: &Asserted, done: &[String], list: &mut List) {
    let at = at(map, state);
    let place = at.as_deref();
    for form in &state.look.forms {
        let name = called(form);
        let sent = |it: &State| matches!(&it.probe.goal, Goal::Send { form, .. } if *form == name);
        let fields: Vec<Part> =
            form.fields.iter().map(|it| field(it, &name, place, asserted, done)).collect();
        let by_button = || form.buttons.iter().any(|it| asserted.uses(&it.to_string(), place));
        list.add(Part {
            kind: Kind::Form,
            at: at.clone(),
            reached: map.states.iter().any(sent) || signed_out_by(map, &format!("form {name}")),
            asserted: if fields.is_empty() {
                by_button()
            } else {
                fields.iter().any(|it| it.asserted)
            },
            name,
        });
        for it in fields {
            list.add(it);
        }
    }
    for it in &state.look.loose {
        list.add(field(it, &page_name(map, &state.look.path), place, asserted, done));
    }
}

/// Whether it was what signed out at the end.
fn signed_out_by(map: &Map, identity: &str) -> bool {
    map.signed_out.as_ref().is_some_and(|it| it.by.identity == identity)
}

fn field(it: &Field, of: &str, at: Option<&str>, asserted: &Asserted, done: &[String]) -> Part {
    let target = it.target.as_ref().map(ToString::to_string).unwrap_or_default();
    Part {
        kind: Kind::Field,
        name: format!("{} {:?} of {of}", it.role, it.label),
        at: at.map(str::to_owned),
        reached: done.iter().any(|line| line.contains(&target)),
        asserted: asserted.uses(&target, at),
    }
}

fn buttons(map: &Map, asserted: &Asserted, list: &mut List) {
    let mut places: IndexMap<String, String> = IndexMap::new();
    for state in &map.states {
        let Some(at) = at(map, state) else { continue };
        for it in uses(&state.look, &[]) {
            places.entry(it.identity).or_insert_with(|| at.clone());
        }
    }
    for (identity, used) in &map.controls {
        // The last of several is the same as the first, and a key is no button.
        if identity.ends_with(" last") || identity.starts_with("Escape in ") {
            continue;
        }
        let at = places.get(identity).cloned();
        // `button "More" in main` is used by whoever uses the button "More".
        let thing = identity.rsplit_once(" in ").map_or(identity.as_str(), |it| it.0);
        list.add(Part {
            kind: Kind::Button,
            name: identity.clone(),
            reached: *used,
            asserted: asserted.uses(thing, at.as_deref()),
            at,
        });
    }
}

fn commands(map: &Map, asserted: &Asserted, list: &mut List) {
    for (words, usage) in &map.usages {
        let name = words.join(" ");
        let parent = words[..words.len() - 1].join(" ");
        list.add(Part {
            kind: Kind::Command,
            name: name.clone(),
            at: Some(parent).filter(|it| !it.is_empty()),
            reached: true,
            asserted: asserted.runs(words, None),
        });
        for (below, _) in &usage.commands {
            let own = [words.clone(), vec![below.clone()]].concat();
            list.add(Part {
                kind: Kind::Command,
                name: own.join(" "),
                at: Some(name.clone()),
                reached: false,
                asserted: asserted.runs(&own, None),
            });
        }
        let runs: Vec<&str> =
            map.runs.iter().filter(|it| it.words == *words).map(|it| it.with.as_str()).collect();
        for flag in &usage.flags {
            let tried = |name: &String| runs.iter().any(|it| it.split(' ').any(|it| it == name));
            list.add(Part {
                kind: Kind::Flag,
                name: format!("{name} {}", flag.name()),
                at: Some(name.clone()),
                reached: flag.names.iter().any(tried),
                asserted: asserted.runs(words, Some(&flag.names)),
            });
        }
    }
}
