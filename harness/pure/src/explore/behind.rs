//! What a form opens to somebody: pages that sent a visitor to it before, and what leads on from
//! where it came to.

use super::addresses::{class_of, own};
use super::map::Map;
use super::probe::{Goal, open};

/// The most pages that are opened after one form.
const MOST: usize = 6;

impl Map {
    /// Opens what a form that was rightly filled leads to, with what it wrote still there.
    pub(super) fn go_on(&mut self, at: usize) {
        let state = &self.states[at];
        if !matches!(state.probe.goal, Goal::Send { .. }) {
            return;
        }
        let Some(before) = state.probe.from.and_then(|it| self.states.get(it)) else { return };
        // A form that comes back was not taken.
        if before.look.place() == state.look.place() {
            return;
        }
        let form = before.look.place();
        let sent_here = self.states.iter().filter_map(|it| match &it.probe.goal {
            Goal::Page { address, linked: true } => {
                let place = address.split(['?', '#']).next().unwrap_or_default();
                (it.look.place() == form && place != form).then(|| address.clone())
            }
            _ => None,
        });
        let is_new =
            |it: &String| !before.look.links.iter().any(|old| own(&old.to).as_ref() == Some(it));
        let links = state.look.links.iter().filter(|it| !it.downloads);
        let links = links.filter_map(|it| own(&it.to)).filter(is_new);
        let mut classes = Vec::new();
        let mut all: Vec<String> = Vec::new();
        for address in sent_here.chain(links) {
            let class = class_of(&address);
            if !classes.contains(&class) && address != state.look.path && all.len() < MOST {
                classes.push(class);
                all.push(address);
            }
        }
        let (way, key) = (state.probe.way(), state.probe.key.clone());
        for address in all {
            if let Some(why) = self.rules.refusal("", &address) {
                self.miss(&address, &why);
                continue;
            }
            let called = format!("Go on to {address}");
            let goal = Goal::Use { identity: called.clone(), called };
            self.act(format!("{address} after {key}"), goal, vec![open(&address)], (at, &way), 64);
        }
    }
}
