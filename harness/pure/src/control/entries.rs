//! The ledger's lines of the control, as if its attempts had been made to be judged: what compares
//! and settles a night then does the same with them.

use std::collections::HashMap;

use crate::model::attempts::Attempts;
use crate::model::{Entry, Event, Outcome, Plan};

/// The lines of one attempt of each scenario on the control: the one that speaks for it.
#[must_use]
pub fn as_judged(plan: &Plan, entries: &[Entry]) -> Vec<Entry> {
    let attempts = Attempts::of(entries);
    let speaks: HashMap<&str, u32> = plan
        .scenarios
        .iter()
        .filter_map(|it| {
            let log = attempts.scenario(&it.id)?;
            let own = log.control()?;
            let number = log.control.iter().find(|other| std::ptr::eq(other.1, own))?.0;
            Some((it.id.as_str(), *number))
        })
        .collect();
    only(entries, &|scenario, number| speaks.get(scenario) == Some(&number))
}

/// The attempts of a scenario on the control that came to their end, each as lines of its own.
#[must_use]
pub fn rounds(attempts: &Attempts<'_>, scenario: &str, entries: &[Entry]) -> Vec<Vec<Entry>> {
    let Some(log) = attempts.scenario(scenario) else { return Vec::new() };
    let ended = log.control.iter().filter(|it| it.1.outcome() == Some(Outcome::Completed));
    let ended = ended.map(|(number, _)| {
        only(entries, &|other, attempt| other == scenario && attempt == *number)
    });
    ended.collect()
}

/// The lines of some attempts, made to be judged.
fn only(entries: &[Entry], wanted: &dyn Fn(&str, u32) -> bool) -> Vec<Entry> {
    let own = entries
        .iter()
        .filter(|it| it.event.attempt().is_some_and(|(scenario, number)| wanted(scenario, number)));
    let judged = own.cloned().map(|mut entry| {
        if let Event::AttemptStarted { purpose, .. } = &mut entry.event {
            *purpose = crate::model::event::Purpose::Judging;
        }
        entry
    });
    judged.collect()
}
