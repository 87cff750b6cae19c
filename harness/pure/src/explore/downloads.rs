//! Files that pages give: what a product calls them is only told when one comes, so that a file is
//! asked for under a name that was guessed, and then under its own.

use super::addresses::class_of;
use super::map::Map;
use super::probe::{Goal, Probe, lasts, take};
use super::tree::target;
use crate::model::Action;

/// How the product calls a file, where it was asked for under another name.
fn own_name(failure: &str) -> Option<&str> {
    let name = failure.rsplit_once("it is named \"")?.1.strip_suffix('"')?;
    let plain = !name.is_empty() && !name.contains(['/', '\\', '$', '"']);
    (plain && lasts(name)).then_some(name)
}

/// The key of a probe that asks for the file at an address.
pub(super) fn asks_for_file(path: &str) -> String {
    format!("download {}", class_of(path))
}

impl Map {
    /// Takes a file home that a link gives.
    pub(super) fn download(&mut self, link: &str, address: &str, at: usize) {
        let id = self.id();
        let path = address.split(['?', '#']).next().unwrap_or_default();
        let name = path.rsplit('/').next().filter(|it| !it.is_empty()).unwrap_or("file");
        let Some(mut steps) = self.way_to(at) else { return };
        steps.extend(take(target("link", Some(link)), name, &id));
        self.wait(Probe {
            key: asks_for_file(path),
            goal: Goal::Download { link: link.to_owned() },
            steps,
            product: self.rules.pages.clone(),
            from: Some(at),
            shares: false,
            value: 76,
            id,
        });
    }

    /// Asks once more for a file that came under another name; whether it did.
    pub(super) fn under_its_name(&mut self, probe: &Probe, failure: &str) -> bool {
        let Some(name) = own_name(failure) else { return false };
        let key = format!("{} as {name}", probe.key);
        if self.tried.contains(&key) {
            return false;
        }
        let id = self.id();
        let mut steps: Vec<Action> = Vec::new();
        for step in &probe.steps {
            match step {
                Action::Download { click, .. } => steps.extend(take(click.clone(), name, &id)),
                Action::File(_) => {}
                other => steps.push(other.clone()),
            }
        }
        self.wait(Probe { id, key, steps, ..probe.clone() });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::Rules;

    fn said(steps: &[Action]) -> Vec<String> {
        steps.iter().map(Action::describe).collect()
    }

    #[test]
    fn a_file_that_comes_under_another_name_is_asked_for_by_that_once_and_one_without_is_not() {
        let steps = take(target("button", Some("Save")), "save", "x");
        let goal = Goal::Download { link: "Save".to_owned() };
        let (id, key) = ("probe-1".to_owned(), "k".to_owned());
        let probe =
            Probe { id, key, goal, steps, product: None, from: None, shares: false, value: 1 };
        let mut map = Map::new(Rules::default());
        let other = "expected a file named \"save\"; it is named \"letter.txt\"";
        assert!(map.under_its_name(&probe, other));
        assert!(!map.under_its_name(&probe, other), "it was asked for by that name");
        assert!(!map.under_its_name(&probe, "no download began"));
        let next = map.propose(5).remove(0);
        let wanted = said(&take(target("button", Some("Save")), "letter.txt", "x"));
        assert_eq!(said(&next.steps), wanted);
    }

    #[test]
    fn a_name_that_is_another_one_each_time_is_not_expected() {
        let named = |name: &str| match &take(target("button", Some("Save")), name, "x")[0] {
            Action::Download { named, .. } => named.as_ref().map(|it| it.raw().to_owned()),
            other => panic!("{other:?}"),
        };
        assert_eq!(named("orders-2026.csv").as_deref(), Some("orders-2026.csv"));
        assert_eq!(named("orders-20260131-093012.csv"), None);
    }
}
