//! The steps of an attempt that use a program on a terminal, and the recordings that come of them.
//!
//! A part of [`Attempt`]: it asks the terminal surface to act and puts into the ledger what was seen.

use super::Attempt;
use super::carry_out::{CarriedOut, no_product};
use crate::ledger::LedgerError;
use crate::model::event::Failure;
use crate::model::scenario::Action;
use crate::model::terminal::TerminalAction;
use crate::model::{Event, FacetKind, Outcome, Snapshot, Step};
use crate::surface::Done;
use crate::surface::terminal::{EndOf, Recording, TerminalStep};

/// The facets of a terminal that a snapshot takes where it does not say.
const TERMINAL_FACETS: [FacetKind; 2] = [FacetKind::Screen, FacetKind::Exit];

impl Attempt<'_> {
    /// Carries a filled step of the terminal out and keeps what is to be seen of it.
    pub(super) async fn use_terminal(
        &mut self,
        step: &Step,
        action: &TerminalAction,
    ) -> Result<CarriedOut, LedgerError> {
        if let TerminalAction::Snapshot(snapshot) = action
            && let Some(failure) = without_such_facet(snapshot)
        {
            return Ok(CarriedOut::failed(failure));
        }
        let asked =
            TerminalStep { index: step.index, text: &step.text, action, end: self.end_after(step) };
        let Some(terminal) = self.terminals.get_mut(self.sites.product(step)) else {
            return Ok(CarriedOut::failed(no_product(step)));
        };
        let done = match terminal.act(asked).await {
            Ok(done) => done,
            Err(error) => return Ok(CarriedOut::harness_error(&error)),
        };
        if let Some(recording) = done.recording {
            self.record_recording(recording)?;
        }
        let mut evidence = Vec::new();
        match (action, &done.observation, &done.done) {
            (TerminalAction::Snapshot(snapshot), Some(seen), Done::Passed(_)) => {
                let wanted = snapshot.facets.as_deref().unwrap_or(&TERMINAL_FACETS);
                self.record_checkpoint(step, snapshot, seen, wanted)?;
            }
            (_, Some(seen), Done::Failed(_)) => evidence = self.keep_facets(seen)?,
            (_, Some(_) | None, Done::Passed(_)) | (_, None, Done::Failed(_)) => {}
        }
        Ok(self.conclude(done.done, Some(done.place), evidence))
    }

    /// Ends the programs that still run, and keeps their recordings.
    pub(super) async fn close_terminals(&mut self) -> Result<(), LedgerError> {
        let mut recordings = Vec::new();
        for terminal in self.terminals.values_mut() {
            recordings.extend(terminal.close().await);
        }
        recordings.into_iter().try_for_each(|it| self.record_recording(it))
    }

    /// The program that a step of the terminal is about.
    pub(super) fn terminal_place(&self, step: &Step) -> String {
        let terminal = self.terminals.get(self.sites.product(step));
        terminal.map(|it| it.place().to_owned()).unwrap_or_default()
    }

    fn record_recording(&mut self, recording: Recording) -> Result<(), LedgerError> {
        let Recording { step, place, material } = recording;
        let evidence = self.ledger.keep(&material.kind, &material.media, &material.bytes)?;
        self.note(Event::Recording {
            scenario: self.scenario.id.clone(),
            attempt: self.number,
            step,
            place,
            evidence,
        })?;
        Ok(())
    }

    /// What the scenario says of the program's end after a step: whether the next step of the
    /// terminal looks at it.
    fn end_after(&self, step: &Step) -> EndOf {
        let mut after = Vec::new();
        terminal_steps(&self.scenario.steps, &mut after);
        terminal_steps(&self.scenario.finally, &mut after);
        let next = after.into_iter().find(|(index, _)| *index > step.index).map(|(_, it)| it);
        match next {
            Some(TerminalAction::Stop { exit: Some(_), .. } | TerminalAction::Snapshot(_)) => {
                EndOf::JudgedNext
            }
            Some(
                TerminalAction::Start(_)
                | TerminalAction::Type(_)
                | TerminalAction::Keys(_)
                | TerminalAction::WaitScreen { .. }
                | TerminalAction::Resize { .. }
                | TerminalAction::Stop { exit: None, .. },
            )
            | None => EndOf::NotJudged,
        }
    }
}

/// That a snapshot asks for what only pages and commands have.
fn without_such_facet(snapshot: &Snapshot) -> Option<Failure> {
    let asked = snapshot.facets.iter().flatten().chain(&snapshot.require);
    let other = asked.copied().find(|facet| !TERMINAL_FACETS.contains(facet))?;
    Some(Failure {
        outcome: Outcome::Failed,
        expected: format!("the facet {other} in snapshot {}", snapshot.name),
        actual: format!(
            "a terminal has the facets screen and exit; take {other} out of `facets` and `require`, \
             or take the snapshot of a page"
        ),
    })
}

/// The steps of the terminal with their numbers, those inside of others too.
fn terminal_steps<'a>(steps: &'a [Step], into: &mut Vec<(u32, &'a TerminalAction)>) {
    for step in steps {
        match &step.action {
            Action::Terminal(action) => into.push((step.index, action)),
            Action::When(it) => {
                terminal_steps(&it.steps, into);
                terminal_steps(&it.otherwise, into);
            }
            Action::Repeat(it) => terminal_steps(&it.steps, into),
            _ => {}
        }
    }
}
