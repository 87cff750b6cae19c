//! Signing out, where pages are used by somebody who can sign in anew: the controls that do it are kept
//! for the end and used by a probe that signs in by itself, so that the session which all others start
//! from goes on. What lay behind the sign-in must be closed afterwards: that is a scenario of its own.

use std::collections::BTreeSet;

use super::addresses::class_of;
use super::map::{Closed, Map, SignedOut, State};
use super::page::{Field, Look};
use super::probe::{Goal, Probe, SignOut, click, look};
use super::safe::{Session, signs_out};
use super::seen::{Seen, Sight};
use super::tree::target;
use super::written::{Written, area, slug, snapshot};
use crate::model::{Action, Snapshot, Target};

/// The most controls that are kept for the end.
const MOST_CONTROLS: usize = 3;
/// The most pages that are opened after signing out.
const MOST_BEHIND: usize = 8;
/// The most of those that were closed which a scenario opens.
const MOST_WRITTEN: usize = 3;

impl Map {
    /// Whether something signs out and is kept for the end.
    pub(super) fn is_for_the_end(&self, name: &str, leads_to: &str) -> bool {
        let ends = signs_out(name) || signs_out(leads_to);
        ends && self.rules.may_end_session(name, leads_to)
    }

    /// Keeps a control that signs out: the deeds end with a click on it.
    pub(super) fn keep_for_the_end(
        &mut self,
        (identity, called): (String, String),
        deeds: &[Action],
        (at, way): (usize, &[Action]),
    ) {
        let Some(Action::Click(own)) = deeds.last() else { return };
        if self.sign_outs.iter().any(|it| it.called == called) {
            return;
        }
        if self.sign_outs.len() >= MOST_CONTROLS {
            self.miss(&called, "other ways to sign out are tried, and they are enough");
            return;
        }
        let (control, way) = (own.target.clone(), [way, deeds].concat());
        self.sign_outs.push(SignOut { identity, called, control, at, way });
    }

    /// Keeps a link that signs out.
    pub(super) fn keep_link_for_the_end(&mut self, name: &str, at: usize) {
        let Some(way) = self.way_to(at).filter(|_| !name.trim().is_empty()) else {
            self.miss("a link that signs out", "it has no name, or no way to it is known");
            return;
        };
        let link = target("link", Some(name));
        let items = &self.states[at].look.tree.items;
        let alike = items.iter().filter(|it| target(&it.role, it.name.as_deref()) == link).count();
        let first = Target { nth: (alike > 1).then_some(1), ..link };
        let names = (format!("link {name:?}"), format!("Follow \"{name}\""));
        self.keep_for_the_end(names, &[click(first)], (at, &way));
    }

    /// The probe that signs out, once nothing else waits.
    pub(super) fn at_the_end(&mut self) -> Option<Probe> {
        let Session::Anew(sign_in) = self.rules.session.clone() else { return None };
        if self.signed_out.is_some() || self.sign_outs.is_empty() {
            return None;
        }
        let by = self.sign_outs.remove(0);
        let id = self.id();
        let mut steps = [sign_in, by.way.clone(), vec![look(&id)]].concat();
        for (at, address) in self.behind().into_iter().enumerate() {
            steps.extend([address, look(&format!("{id}-{at}"))]);
        }
        Some(Probe {
            key: format!("sign out: {}", by.called),
            product: self.rules.pages.clone(),
            from: Some(by.at),
            goal: Goal::SignOut { by: Box::new(by) },
            steps,
            shares: false,
            value: 0,
            id,
        })
    }

    /// Opens the pages that may lie behind the sign-in, one of each kind: those that signing in names
    /// come first.
    fn behind(&self) -> Vec<Action> {
        let is_there = |it: &&State| {
            matches!(it.probe.goal, Goal::Page { linked: true, .. })
                && it.look.status.is_none_or(|it| it < 400)
                && !asks_for_password(&it.look)
        };
        let (named, led): (Vec<&State>, Vec<&State>) =
            self.states.iter().filter(is_there).partition(|it| it.probe.from.is_none());
        let mut kinds = BTreeSet::new();
        let mut all = Vec::new();
        for state in named.into_iter().chain(led) {
            let Some(Action::Open(address)) = state.probe.steps.first() else { continue };
            if all.len() < MOST_BEHIND && kinds.insert(class_of(address.raw())) {
                all.push(Action::Open(address.clone()));
            }
        }
        all
    }

    /// Takes in what was there after signing out.
    pub(super) fn went_out(&mut self, seen: &Seen, by: &SignOut) {
        if let Some(why) = &seen.failure {
            self.miss(&by.called, why);
            return;
        }
        let mut closed = Vec::new();
        for (at, sight) in &seen.sights {
            let (Sight::Page(after), Some(open)) = (sight, seen.probe.steps[..*at].last()) else {
                continue;
            };
            let is_own = |it: &&State| {
                matches!(it.probe.goal, Goal::Page { .. }) && it.probe.steps.first() == Some(open)
            };
            let before = self.states.iter().find(is_own);
            if before.is_some_and(|it| is_closed(&it.look, after)) {
                let still_there = has(after, &by.control);
                closed.push(Closed { open: open.clone(), still_there });
            }
        }
        if closed.is_empty() {
            self.miss(&by.called, "it closed nothing that was seen before");
            return;
        }
        if let Some(used) = self.controls.get_mut(&by.identity) {
            *used = true;
        }
        let probe = seen.probe.clone();
        self.signed_out = Some(SignedOut { probe, by: by.clone(), closed });
    }

    /// Tells of a page that signing in names and that asks who one is all the same: nothing behind it
    /// can be reached.
    pub(super) fn doubt_session(&mut self, at: usize) {
        let State { probe, look, .. } = &self.states[at];
        let Goal::Page { address, .. } = &probe.goal else { return };
        let leads_away = address.split(['?', '#']).next() != Some(look.place());
        let is_named = self.rules.session != Session::Nobody && probe.from.is_none();
        if is_named && leads_away && asks_for_password(look) {
            let address = address.clone();
            self.miss(&address, "it asks for a password, although somebody is signed in");
        }
    }

    /// What signs out and was not tried.
    pub(super) fn leave_signed_in(&mut self, why: &str) {
        for it in std::mem::take(&mut self.sign_outs) {
            if self.signed_out.is_none() {
                self.miss(&it.called, why);
            }
        }
    }
}

/// Whether a scenario signs out: a product may end all sessions of that person at once.
#[must_use]
pub fn ends_sessions(map: &Map, it: &Written) -> bool {
    map.signed_out.as_ref().is_some_and(|own| it.probes.contains(&own.probe.key))
}

/// Whether a page is closed that was open: it refuses, leads elsewhere, or asks who one is.
fn is_closed(before: &Look, after: &Look) -> bool {
    after.status.is_some_and(|it| it >= 400)
        || before.place() != after.place()
        || (asks_for_password(after) && !asks_for_password(before))
}

fn asks_for_password(look: &Look) -> bool {
    let is_password = |it: &Field| it.kind() == "password";
    look.forms.iter().flat_map(|it| &it.fields).chain(&look.loose).any(is_password)
}

/// Whether a page has what a target names.
fn has(look: &Look, named: &Target) -> bool {
    let own = |role: &str, name: Option<&str>| target(role, name).locator == named.locator;
    look.tree.items.iter().any(|it| own(&it.role, it.name.as_deref()))
}

/// Signs in, signs out, and finds closed what lay behind.
pub(super) fn signing_out(map: &Map) -> Option<Written> {
    let SignedOut { probe, by, closed } = map.signed_out.as_ref()?;
    let Session::Anew(sign_in) = &map.rules.session else { return None };
    let mut taken = BTreeSet::new();
    let mut steps = [&sign_in[..], &by.way[..]].concat();
    let mut checkpoint = |name: &str| -> Snapshot { snapshot(name, &mut taken) };
    steps.push(Action::Snapshot(checkpoint("signed out")));
    let mut places = Vec::new();
    for it in closed.iter().take(MOST_WRITTEN) {
        let Action::Open(address) = &it.open else { continue };
        steps.push(it.open.clone());
        if !it.still_there {
            steps.push(Action::SeeNot(vec![Target { nth: None, ..by.control.clone() }]));
        }
        steps.push(Action::Snapshot(checkpoint(&format!("closed {}", address.raw()))));
        places.push(address.raw().to_owned());
    }
    let page = map.states.get(by.at).map_or("/", |it| it.look.place());
    Some(Written {
        area: area(page),
        name: slug("sign out"),
        about: format!(
            "Somebody signs in and out again ({}), and {} is closed then.",
            by.called,
            places.join(", ")
        ),
        product: probe.product.clone(),
        steps,
        probes: vec![probe.key.clone()],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::{Rules, write};
    use crate::model::FacetKind;
    use crate::model::page::FieldValue;

    fn page(path: &str, tree: &str, links: &str, fields: &str) -> Look {
        Look::read(&[
            (FacetKind::Page, format!("path: {path}\ntitle: Desk\nstatus: 200\n")),
            (FacetKind::Aria, tree.to_owned()),
            (FacetKind::Links, links.to_owned()),
            (FacetKind::Fields, fields.to_owned()),
        ])
    }

    fn desk() -> Look {
        let tree = "- main:\n  - heading \"Desk\"\n  - button \"Sign out\"\n";
        page("/desk", tree, "link \"Everybody out\": /logout?all=1\n", "")
    }

    fn login(path: &str) -> Look {
        let tree = "- main:\n  - textbox \"Password\"\n  - button \"Sign in\"\n";
        let fields = "form: post /login\ntextbox \"Password\" [type=password]\nbutton \"Sign in\" [type=submit]\n";
        page(path, tree, "", fields)
    }

    fn sign_in() -> Vec<Action> {
        let field = target("textbox", Some("Password"));
        let value = "${secret:ADA}".into();
        vec![
            super::super::probe::open("/login"),
            Action::Fill(vec![FieldValue { field, value }]),
            click(target("button", Some("Sign in"))),
        ]
    }

    fn saw(probe: &Probe, looks: Vec<(usize, Look)>) -> Seen {
        let sights = looks.into_iter().map(|(at, it)| (at, Sight::Page(Box::new(it))));
        Seen {
            probe: probe.clone(),
            sights: sights.collect(),
            events: Vec::new(),
            remarks: Vec::new(),
            failure: None,
            counts: true,
        }
    }

    /// What is proposed for the desk alone, round by round until nothing is; each deed changes nothing.
    fn explored(session: Session) -> (Map, Vec<Probe>) {
        let mut map = Map::new(Rules { pages_are_copies: true, session, ..Rules::default() });
        map.visit("/desk", None, true, 100);
        let mut all = Vec::new();
        loop {
            let next = map.propose(50);
            if next.is_empty() || matches!(next[0].goal, Goal::SignOut { .. }) {
                return (map, [all, next].concat());
            }
            let seen = next.iter().map(|it| match it.goal {
                Goal::Page { .. } => saw(it, vec![(1, desk())]),
                _ => Seen { failure: Some("no matter".to_owned()), ..saw(it, Vec::new()) },
            });
            let seen = seen.collect();
            all.extend(next);
            map.absorb(seen);
        }
    }

    fn said(all: &[Probe]) -> Vec<String> {
        all.iter().map(Probe::said).collect()
    }

    #[test]
    fn signing_out_comes_last_and_by_a_sign_in_of_its_own() {
        let (map, all) = explored(Session::Anew(sign_in()));
        let last = all.last().expect("it is tried");
        assert_eq!(last.said(), "signing out: Click \"Sign out\"");
        assert!(last.steps.starts_with(&sign_in()) && !last.shares);
        let before = said(&all[..all.len() - 1]);
        assert!(before.iter().all(|it| !it.contains("Sign out")), "{before:?}");
        let missed = map.missed.iter().any(|it| it.what.contains("Everybody out"));
        assert!(missed, "what ends the sessions of others is left alone: {:?}", map.missed);

        // Twins: nobody is signed in, so that it is a deed as any other; or it may not be ended.
        let nobody = said(&explored(Session::Nobody).1);
        assert!(nobody.iter().any(|it| it == "Click \"Sign out\""), "{nobody:?}");
        let (map, kept) = explored(Session::Kept);
        assert!(said(&kept).iter().all(|it| !it.contains("Sign out")), "{:?}", said(&kept));
        assert!(map.missed.iter().any(|it| it.what.contains("Sign out")), "{:?}", map.missed);
    }

    #[test]
    fn a_page_that_asks_for_a_password_although_somebody_is_signed_in_is_told_and_no_other_is() {
        let told = |session: Session, look: Look| {
            let mut map = Map::new(Rules { pages_are_copies: true, session, ..Rules::default() });
            map.visit("/desk", None, true, 100);
            let probe = map.propose(1).remove(0);
            map.absorb(vec![saw(&probe, vec![(1, look)])]);
            map.missed.iter().any(|it| it.what == "/desk")
        };
        assert!(told(Session::Kept, login("/login")));
        assert!(!told(Session::Kept, desk()));
        assert!(!told(Session::Kept, login("/desk")), "it may ask for another one there");
        assert!(!told(Session::Nobody, login("/login")));
    }

    #[test]
    fn what_lay_behind_is_asserted_to_be_closed_and_nothing_is_where_it_stays_open() {
        let steps = |after: Look| {
            let (mut map, all) = explored(Session::Anew(sign_in()));
            let probe = all.last().expect("it is tried");
            let opened = probe.steps.len() - 1;
            map.absorb(vec![saw(probe, vec![(opened - 2, login("/login")), (opened, after)])]);
            let written = write(&map);
            let own = written.iter().find(|it| it.name == "sign-out");
            let ends: Vec<&Written> = written.iter().filter(|it| ends_sessions(&map, it)).collect();
            assert_eq!(ends, own.into_iter().collect::<Vec<_>>());
            let steps = own.map(|it| it.steps.iter().map(Action::describe).collect::<Vec<_>>());
            (steps, map.missed.len())
        };
        let (closed, missed) = steps(login("/login"));
        let wanted = [
            "open /login",
            "fill textbox \"Password\" with \"${secret:ADA}\"",
            "click button \"Sign in\"",
            "open /desk",
            "click button \"Sign out\"",
            "snapshot signed-out",
            "open /desk",
            "see no button \"Sign out\"",
            "snapshot closed-desk",
        ];
        assert_eq!(closed.as_deref(), Some(&wanted.map(str::to_owned)[..]));
        let (open, more) = steps(desk());
        assert_eq!((open, more), (None, missed + 1), "it is told that nothing was closed");
    }
}
