//! Windows that a button opens: what showed nothing on its own page may have.

use super::map::Map;
use super::probe::{Goal, Probe};
use crate::model::Action;
use crate::model::gesture::Tab;

/// What begins the identity of looking for a window: that there is none is nothing to be told.
const WINDOW: &str = "window of";
/// The most buttons of a product that windows are looked for behind; each of them costs a wait.
const MOST: u32 = 12;

impl Probe {
    /// Whether it looks for a window, which need not be there.
    pub(super) fn seeks_window(&self) -> bool {
        matches!(&self.goal, Goal::Use { identity, .. } if identity.starts_with(WINDOW))
    }
}

impl Map {
    /// Looks for the window that the last click of a state may have opened, since its own page shows
    /// nothing of it.
    pub(super) fn look_for_window(&mut self, at: usize) {
        let state = &self.states[at];
        let Goal::Use { identity, called } = state.probe.goal.clone() else { return };
        let way = state.probe.way();
        let pressed = match way.last() {
            Some(Action::Click(it)) => it.target.to_string().starts_with("button"),
            _ => false,
        };
        // What reaches nobody opens no window either.
        let heard = state.remarks.is_empty();
        if state.changed || !pressed || !heard || state.probe.seeks_window() {
            return;
        }
        let times = self.times.entry(WINDOW.to_owned()).or_default();
        *times += 1;
        if *times > MOST {
            return;
        }
        let key = format!("{} and its window", state.probe.key);
        let goal = Goal::Use {
            identity: format!("{WINDOW} {identity}"),
            called: format!("{called} and go on in the window that it opens"),
        };
        self.act(key, goal, vec![Action::Tab(Tab::Newest)], (at, &way), 63);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::Rules;
    use crate::explore::page::Look;
    use crate::explore::seen::{Seen, Sight};
    use crate::model::FacetKind;

    fn saw(probe: &Probe, tree: &str, failure: Option<&str>) -> Seen {
        let look = Look::read(&[
            (FacetKind::Page, "path: /\ntitle: Shop\nstatus: 200\n".to_owned()),
            (FacetKind::Aria, tree.to_owned()),
        ]);
        Seen {
            probe: probe.clone(),
            sights: vec![(1, Sight::Page(Box::new(look)))],
            events: Vec::new(),
            remarks: Vec::new(),
            failure: failure.map(str::to_owned),
            counts: true,
        }
    }

    const PAGE: &str = "- button \"Pay\"\n- status\n";

    /// What is proposed once the button showed this, and what was missed.
    fn after(tree: &str) -> (Map, Vec<Probe>) {
        let mut map = Map::new(Rules { pages_are_copies: true, ..Rules::default() });
        map.begin_at("/");
        let first = map.propose(1).remove(0);
        map.propose(10);
        map.absorb(vec![saw(&first, PAGE, None)]);
        let all = map.propose(50);
        let press = all.iter().find(|it| it.said() == "Click \"Pay\"").expect("it is pressed");
        map.absorb(vec![saw(press, tree, None)]);
        let mut next = map.propose(50);
        next.retain(Probe::seeks_window);
        (map, next)
    }

    #[test]
    fn a_window_is_looked_for_behind_a_button_that_shows_nothing_and_behind_no_other() {
        let (_, next) = after(PAGE);
        let steps: Vec<String> = next[0].way().iter().map(Action::describe).collect();
        assert_eq!(steps, ["open /", "click button \"Pay\"", "go to the newest tab"]);
        assert_eq!(after("- button \"Pay\"\n- status: paid\n").1, []);
    }

    #[test]
    fn that_there_is_no_window_is_nothing_that_was_missed() {
        let (mut map, next) = after(PAGE);
        map.absorb(vec![saw(&next[0], PAGE, Some("no newer tab was opened"))]);
        assert_eq!(map.missed.len(), 0, "{:#?}", map.missed);
    }
}
