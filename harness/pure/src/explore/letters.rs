//! Fields that offer something while one types: where one letter brings no offer, all are tried.

use super::map::Map;
use super::probe::{Goal, Probe};
use super::seen::{Seen, Sight};
use super::tree::{Tree, template};
use crate::model::page::FieldValue;
use crate::model::{Action, FacetKind, Locator, Snapshot, Target};

/// What begins the identity of trying all letters: it asks, and shows nothing by itself.
const LETTERS: &str = "letters for";
/// The most fields of a product whose letters are tried.
const MOST: u32 = 3;

impl Probe {
    /// Whether it tries all letters.
    pub(super) fn tries_letters(&self) -> bool {
        matches!(&self.goal, Goal::Use { identity, .. } if identity.starts_with(LETTERS))
    }
}

fn offers(tree: &Tree) -> usize {
    tree.items.iter().filter(|it| it.role == "option").count()
}

fn fill(field: &Target, letter: char) -> Action {
    let value = template(&letter.to_string());
    Action::Fill(vec![FieldValue { field: field.clone(), value }])
}

/// The field that offers, where a state was reached by typing into one.
fn typed_into(probe: &Probe) -> Option<Target> {
    match probe.way().pop()? {
        Action::Type { into: Some(it), .. } => {
            let offers = matches!(&it.locator, Locator::Role { role, .. } if role == "combobox");
            offers.then_some(it)
        }
        _ => None,
    }
}

impl Map {
    /// Tries all letters in a field that offered nothing for the first.
    pub(super) fn try_letters(&mut self, at: usize) {
        let state = &self.states[at];
        let Some(field) = typed_into(&state.probe) else { return };
        let Goal::Use { identity, called } = state.probe.goal.clone() else { return };
        if offers(&state.look.tree) > 0 {
            return;
        }
        let times = self.times.entry(LETTERS.to_owned()).or_default();
        *times += 1;
        if *times > MOST {
            return;
        }
        let mut way = state.probe.way();
        way.pop();
        let (key, from) = (state.probe.key.clone(), state.probe.from);
        let id = self.id();
        let mut steps = way;
        for letter in 'A'..='Z' {
            let facets = Some(vec![FacetKind::Page, FacetKind::Aria]);
            let name = format!("{id}-{letter}").to_lowercase();
            steps.push(fill(&field, letter));
            steps.push(Action::Snapshot(Snapshot { name, facets, ..Snapshot::default() }));
        }
        self.wait(Probe {
            key: format!("{key}, each letter"),
            goal: Goal::Use { identity: format!("{LETTERS} {identity}"), called },
            steps,
            product: self.rules.pages.clone(),
            from,
            shares: false,
            value: 60,
            id,
        });
    }

    /// Types the letter that was offered most for.
    pub(super) fn letters(&mut self, seen: &Seen) {
        let mut best: Option<(usize, Action)> = None;
        for (at, sight) in &seen.sights {
            let Sight::Page(look) = sight else { continue };
            let count = offers(&look.tree);
            let step = at.checked_sub(1).and_then(|it| seen.probe.steps.get(it));
            if let Some(step) = step
                && count > best.as_ref().map_or(0, |it| it.0)
            {
                best = Some((count, step.clone()));
            }
        }
        let Some((_, step)) = best else { return };
        let (Goal::Use { identity, called }, Some(from)) = (&seen.probe.goal, seen.probe.from)
        else {
            return;
        };
        let typed = |it: &Action| matches!(it, Action::Fill(_));
        let way: Vec<Action> = seen.probe.way().into_iter().take_while(|it| !typed(it)).collect();
        let own = identity.trim_start_matches(LETTERS).trim_start();
        let goal = Goal::Use { identity: format!("{own} by its letter"), called: called.clone() };
        let key = format!("{} that offers", seen.probe.key);
        self.act(key, goal, vec![step], (from, &way), 62);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::Rules;
    use crate::explore::page::Look;

    fn look(options: &[&str]) -> Look {
        let option = |it: &&str| format!("  - option \"{it}\"\n");
        let options: String = options.iter().map(option).collect();
        Look::read(&[
            (FacetKind::Page, "path: /\ntitle: Shop\nstatus: 200\n".to_owned()),
            (FacetKind::Aria, format!("- combobox \"Street\"\n- listbox \"Streets\":\n{options}")),
            (FacetKind::Fields, "combobox \"Street\" [type=text]\n".to_owned()),
        ])
    }

    fn saw(probe: &Probe, looks: Vec<(usize, Look)>) -> Seen {
        Seen {
            probe: probe.clone(),
            sights: looks.into_iter().map(|(at, it)| (at, Sight::Page(Box::new(it)))).collect(),
            events: Vec::new(),
            remarks: Vec::new(),
            failure: None,
            counts: true,
        }
    }

    /// What is proposed once `a` was typed and this was offered.
    fn after(options: &[&str]) -> (Map, Vec<Probe>) {
        let mut map = Map::new(Rules::default());
        map.begin_at("/");
        let first = map.propose(1).remove(0);
        map.propose(10);
        map.absorb(vec![saw(&first, vec![(1, look(&[]))])]);
        let all = map.propose(50);
        let typed = all.iter().find(|it| it.said().starts_with("Type into")).expect("typed");
        map.absorb(vec![saw(typed, vec![(2, look(options))])]);
        let mut next = map.propose(50);
        next.retain(Probe::tries_letters);
        (map, next)
    }

    #[test]
    fn all_letters_are_tried_where_one_brings_no_offer_and_the_one_that_does_is_typed() {
        assert_eq!(after(&["Alley"]).1, []);
        let (mut map, next) = after(&[]);
        let steps = next[0].steps.iter().filter(|it| matches!(it, Action::Fill(_)));
        assert_eq!(steps.count(), 26);
        let at = |letter: &str| {
            let step = format!("fill combobox \"Street\" with \"{letter}\"");
            next[0].steps.iter().position(|it| it.describe() == step).expect("it is typed") + 1
        };
        let looks = vec![(at("G"), look(&[])), (at("H"), look(&["Hill", "Harbour"]))];
        map.absorb(vec![saw(&next[0], looks)]);
        let typed = map.propose(5).remove(0);
        let steps: Vec<String> = typed.way().iter().map(Action::describe).collect();
        assert_eq!(steps, ["open /", "fill combobox \"Street\" with \"H\""]);
    }
}
