//! Pages as others find them: in the dark, on a phone, without a network.
//!
//! A page does not say what it makes of these. So one page of each kind is looked at in each, and
//! what looks like any other time is not written.

use super::addresses::class_of;
use super::around::{Around, Circumstance};
use super::map::Map;
use super::page::Look;
use super::probe::{Goal, Probe, look, look_with_picture, open};
use super::seen::{Seen, Sight};
use crate::model::Action;
use crate::model::gesture::Network;

/// The most pages that are looked at in other circumstances.
const MOST: u32 = 40;
/// Of those that are only drawn otherwise, so many are kept: a product has its colours from one place.
const MOST_DRAWN: usize = 3;

impl Map {
    /// Looks at a page in other circumstances, unless one of its kind was.
    pub(super) fn look_around(&mut self, at: usize) {
        let state = &self.states[at];
        let Goal::Page { address, linked: true } = state.probe.goal.clone() else { return };
        if state.look.status.is_some_and(|it| it >= 400) || address.contains('?') {
            return;
        }
        // What a page is asked for makes no other page of it.
        let key = format!("around {} {}", class_of(state.look.place()), state.shape);
        let times = self.times.entry("around".to_owned()).or_default();
        if *times >= MOST || self.tried.contains(&key) {
            return;
        }
        *times += 1;
        let id = self.id();
        let mut steps = vec![open(&address), look_with_picture(&id)];
        for it in Circumstance::ALL {
            let name = format!("{id}-{}", super::written::slug(it.said()));
            steps.push(it.begin());
            steps.push(if it == Circumstance::Dark {
                look_with_picture(&name)
            } else {
                look(&name)
            });
        }
        steps.push(Action::Network(Network::Online));
        self.wait(Probe {
            key,
            goal: Goal::Around { address },
            steps,
            product: self.rules.pages.clone(),
            from: Some(at),
            shares: false,
            value: 59,
            id,
        });
    }

    /// Keeps what is otherwise.
    pub(super) fn around(&mut self, seen: Seen) {
        let looks: Vec<&Look> = seen
            .sights
            .iter()
            .filter_map(|(_, it)| match it {
                Sight::Page(look) => Some(&**look),
                Sight::Command(_) | Sight::Screen { .. } | Sight::File(_) => None,
            })
            .collect();
        let [usual, others @ ..] = looks.as_slice() else { return };
        let drawn = |it: &Around| it.otherwise == [Circumstance::Dark];
        let may_be_drawn = self.around.iter().filter(|it| drawn(it)).count() < MOST_DRAWN;
        let mut otherwise = Vec::new();
        let mut before = usual;
        for (circumstance, look) in Circumstance::ALL.into_iter().zip(others) {
            let says = !self.real_difference(before, look).is_empty();
            let is_drawn = match (&before.picture, &look.picture) {
                (Some(one), Some(other)) => one != other,
                (None, _) | (_, None) => false,
            };
            if says || (is_drawn && may_be_drawn) {
                otherwise.push(circumstance);
            }
            // What the dark makes of a page is taken back before the next.
            if circumstance != Circumstance::Dark {
                before = look;
            }
        }
        let look = (*usual).clone();
        if !otherwise.is_empty() {
            self.around.push(Around { probe: seen.probe, look, otherwise });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::Rules;
    use crate::model::FacetKind;

    fn page(said: &str, picture: Option<&str>) -> Look {
        let look = Look::read(&[
            (FacetKind::Page, "path: /\ntitle: Shop\nstatus: 200\n".to_owned()),
            (FacetKind::Aria, format!("- paragraph: {said}\n")),
        ]);
        Look { picture: picture.map(str::to_owned), ..look }
    }

    /// When a page is otherwise that is so usually, and so in each circumstance.
    fn otherwise(looks: &[Look; 4]) -> Vec<Circumstance> {
        let mut map = Map::new(Rules::default());
        map.begin_at("/");
        let first = map.propose(1).remove(0);
        map.propose(10);
        let saw = |probe: &Probe, looks: &[Look]| Seen {
            probe: probe.clone(),
            sights: looks.iter().map(|it| (1, Sight::Page(Box::new(it.clone())))).collect(),
            events: Vec::new(),
            remarks: Vec::new(),
            failure: None,
            counts: true,
        };
        map.absorb(vec![saw(&first, &looks[..1])]);
        let probe = map.propose(50).into_iter().find(|it| matches!(it.goal, Goal::Around { .. }));
        map.absorb(vec![saw(&probe.expect("it is proposed"), looks)]);
        map.around.first().map_or(Vec::new(), |it| it.otherwise.clone())
    }

    #[test]
    fn a_page_that_says_or_draws_something_else_for_others_is_kept_and_one_that_does_not_is_not() {
        let plain = || page("light", Some("a"));
        let same = otherwise(&[plain(), plain(), page("light", None), page("light", None)]);
        assert_eq!(same, []);
        let drawn = page("light", Some("b"));
        let drawn = otherwise(&[plain(), drawn, page("light", None), page("light", None)]);
        assert_eq!(drawn, [Circumstance::Dark]);
        let offline = page("offline", None);
        let offline = otherwise(&[plain(), plain(), page("light", None), offline]);
        assert_eq!(offline, [Circumstance::Offline]);
        // What is otherwise on a phone is so without a network too, and counts once.
        let narrow = page("menu", None);
        let narrow = otherwise(&[plain(), plain(), narrow.clone(), narrow]);
        assert_eq!(narrow, [Circumstance::Narrow]);
    }
}
