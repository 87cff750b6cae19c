//! [`look_for`]: has a language model look several times for a way to the goals of a scenario that have
//! no recording, each time from where a rerun begins; the shortest that reached them is repeated by the
//! attempt that is judged, and so proposed.
//!
//! Where the first time needs no model there is nothing to choose: the built-in reader finds the
//! same way each time.

use std::cmp::Reverse;

use super::attempts::{self, Attempted, Side, Worker};
use super::{NightError, Stop};
use crate::attempt::Ended;
use crate::model::agent::AgentConfig;
use crate::model::pursuit::Pursuit;
use crate::model::recording::Recordings;
use crate::model::{Action, Entry, Event, FacetKind, Outcome, Purpose, Scenario};
use crate::spec::read_recording;

/// The number of the first of these attempts: behind all others.
const FIRST: u32 = 10_001;

/// One time.
struct Way {
    attempt: u32,
    is_whole: bool,
    recordings: Recordings,
}

impl Way {
    /// The more of them the better, then the fewer actions.
    fn worth(&self) -> (bool, usize, Reverse<usize>) {
        (self.is_whole, self.recordings.len(), Reverse(self.actions()))
    }

    fn actions(&self) -> usize {
        self.recordings.values().map(|it| it.1.actions.len()).sum()
    }
}

/// Looks for ways, where the suite or a step asks for several and a model can be asked.
///
/// # Errors
/// The ledger cannot be written.
pub(super) async fn look_for(
    side: &Side,
    scenario: &Scenario,
    worker: &mut Worker,
    stop: &Stop,
) -> Result<(), NightError> {
    let means = &side.means;
    let Some(agent) = means.config.agent.as_ref().filter(|_| means.brain().is_some()) else {
        return Ok(());
    };
    let known = means.goals.repeatable.of_scenario(&scenario.id);
    let times = times(scenario, agent, &|name| known.recordings.contains_key(name));
    if times < 2 || !means.ledger.entries_of(&scenario.id).is_empty() {
        return Ok(());
    }
    let mut ways: Vec<Way> = Vec::new();
    for way in 1..=times {
        let attempt = FIRST + way - 1;
        (worker.purpose, worker.way) = (Purpose::Trying, way);
        let done = attempts::run(side, scenario, attempt, worker, stop.signal()).await;
        (worker.purpose, worker.way) = (Purpose::Judging, 1);
        let Attempted::Ended(Ended::With(outcome)) = done? else { return Ok(()) };
        let entries = means.ledger.entries_of(&scenario.id);
        let recordings = recordings(side, &entries, attempt)?;
        ways.push(Way { attempt, is_whole: outcome == Outcome::Completed, recordings });
        if !asked_a_model(&entries, attempt) {
            break;
        }
    }
    let of = u32::try_from(ways.len()).unwrap_or(u32::MAX);
    // Of two that are worth the same, the first is taken.
    ways.reverse();
    let best = ways.into_iter().max_by_key(Way::worth);
    let Some(best) = best.filter(|it| !it.recordings.is_empty()) else { return Ok(()) };
    if of > 1 {
        let actions = u32::try_from(best.actions()).unwrap_or(u32::MAX);
        let pursuit = Pursuit::Chosen { attempt: best.attempt, actions, of };
        let (scenario, attempt) = (scenario.id.clone(), best.attempt);
        means.ledger.append(Event::Goal { scenario, attempt, step: 0, pursuit })?;
    }
    means.goals.repeatable.found(&scenario.id, best.recordings);
    Ok(())
}

/// How often a way is looked for: as often as any goal without recording asks for.
fn times(scenario: &Scenario, agent: &AgentConfig, is_known: &dyn Fn(&str) -> bool) -> u32 {
    let goals = scenario.all_steps().into_iter().filter_map(|step| match &step.action {
        Action::Do(goal) => Some(goal),
        _ => None,
    });
    let open = goals.filter(|it| it.recorded.as_ref().is_some_and(|it| !is_known(&it.name)));
    open.map(|it| it.attempts.unwrap_or(agent.best_of)).max().unwrap_or_default()
}

fn of_attempt(entries: &[Entry], attempt: u32) -> impl Iterator<Item = &Event> {
    let own = move |it: &&Event| it.attempt().is_some_and(|it| it.1 == attempt);
    entries.iter().map(|it| &it.event).filter(own)
}

fn asked_a_model(entries: &[Entry], attempt: u32) -> bool {
    let asked = |it: &Event| matches!(it, Event::Goal { pursuit: Pursuit::Asked { .. }, .. });
    of_attempt(entries, attempt).any(asked)
}

/// What an attempt recorded.
fn recordings(side: &Side, entries: &[Entry], attempt: u32) -> Result<Recordings, NightError> {
    let mut all = Recordings::new();
    for event in of_attempt(entries, attempt) {
        let Event::Checkpoint { checkpoint, facets, .. } = event else { continue };
        let Some(facet) = facets.iter().find(|it| it.facet == FacetKind::Recording) else {
            continue;
        };
        let bytes = side.means.ledger.night().read(&facet.evidence)?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Ok(recording) = read_recording(checkpoint, &text) {
            all.insert(checkpoint.clone(), (text, recording));
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::recording::{Recorded, Recording};

    fn way(attempt: u32, is_whole: bool, actions: usize) -> Way {
        let one = Recorded { action: Action::Back, things: Vec::new() };
        let recording =
            Recording { words: "go".to_owned(), meaning: None, actions: vec![one; actions] };
        let recordings = [("do-go".to_owned(), (String::new(), recording))].into();
        Way { attempt, is_whole, recordings }
    }

    #[test]
    fn the_shortest_way_that_reached_everything_is_worth_the_most() {
        let best =
            |ways: Vec<Way>| ways.into_iter().rev().max_by_key(Way::worth).map(|it| it.attempt);
        assert_eq!(best(vec![way(1, true, 5), way(2, true, 3), way(3, false, 1)]), Some(2));
        assert_eq!(best(vec![way(1, true, 3), way(2, true, 3)]), Some(1), "the first of equals");
    }
}
