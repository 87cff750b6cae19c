//! [`Recorder`]: the accepted recordings of a scenario, and the one that is being made: a goal that was
//! reached becomes a recording as soon as each of its checks has held.
//!
//! A part of [`Attempt`]; `goal.rs` follows the words or the recording, `written.rs` looks after the
//! things of written steps.

use std::collections::BTreeSet;
use std::convert::Infallible;

use super::Attempt;
use super::marks::{shown, unmarked};
use crate::agent::{Healed, Replay, SECRET};
use crate::ledger::LedgerError;
use crate::model::action::Goal;
use crate::model::outline::Outline;
use crate::model::recording::{Likeness, Recorded, Recording, Recordings, WRITTEN, referring};
use crate::model::{Action, Event, FacetContent, FacetKind, Locator, Step, Target, Template};

/// What an attempt knows of recordings.
pub struct Recorder<'a> {
    accepted: &'a Recordings,
    /// Those of them that nobody accepted yet, by their checkpoints.
    proposed: &'a BTreeSet<String>,
    write: fn(&Recording) -> Option<String>,
    underway: Option<Underway>,
    /// The written steps that were done, with what their things were like.
    pub(super) used: Vec<Recorded>,
}

/// A goal that was reached, while its checks are made.
struct Underway {
    checkpoint: String,
    step: u32,
    text: String,
    /// The checks that have not held yet.
    until: BTreeSet<u32>,
}

/// The actions of a way so far; `None` for one of which too little is known to repeat it.
pub(super) type Taken = Vec<Option<Recorded>>;

impl<'a> Recorder<'a> {
    /// With the recordings that were accepted, and what writes a new one.
    #[must_use]
    pub fn new(accepted: &'a Recordings, write: fn(&Recording) -> Option<String>) -> Self {
        static NONE: BTreeSet<String> = BTreeSet::new();
        Self { accepted, proposed: &NONE, write, underway: None, used: Vec::new() }
    }

    /// The same, where these were only found tonight.
    #[must_use]
    pub fn proposing(self, proposed: &'a BTreeSet<String>) -> Self {
        Self { proposed, ..self }
    }

    /// The actions that somebody accepted at a checkpoint.
    pub(super) fn accepted_at(&self, checkpoint: &str) -> &[Recorded] {
        let own = self.accepted.get(checkpoint).filter(|_| !self.proposed.contains(checkpoint));
        own.map_or(&[][..], |it| it.1.actions.as_slice())
    }

    /// The recording of the written steps before a snapshot; `None` where nothing is known of any.
    /// What is as it was accepted stays so, to the letter.
    pub(super) fn of_written(&mut self, checkpoint: &str) -> Option<String> {
        let of = |actions| Recording { words: WRITTEN.to_owned(), meaning: None, actions };
        let mut actions = std::mem::take(&mut self.used);
        if let Some((text, own)) = self.accepted.get(checkpoint)
            && own.actions == actions
        {
            return Some(text.clone());
        }
        actions.retain(|it| (self.write)(&of(vec![it.clone()])).is_some());
        if actions.is_empty() { None } else { (self.write)(&of(actions)) }
    }
}

/// What turns a text of a page into one of a file: each of the values is its reference again.
pub(super) fn as_written(
    values: &[(String, String)],
) -> impl Fn(&str) -> Result<String, Infallible> + '_ {
    move |text: &str| {
        let literal = text.replace("${", "$${");
        Ok(referring(&shown(&literal), values))
    }
}

impl Attempt<'_> {
    /// The accepted recording of a goal, as long as its words are those that were recorded.
    fn accepted_recording(&self, goal: &Goal) -> Option<&(String, Recording)> {
        let name = &goal.recorded.as_ref()?.name;
        let accepted = self.recorder.accepted.get(name)?;
        let is_same = accepted.1.words == goal.words.raw();
        (is_same && accepted.1.meaning.as_deref() == self.talk.meaning()).then_some(accepted)
    }

    /// Whether the recording of a goal was found tonight and nobody has accepted it.
    pub(super) fn is_proposed(&self, goal: &Goal) -> bool {
        goal.recorded.as_ref().is_some_and(|it| self.recorder.proposed.contains(&it.name))
    }

    /// Repeats the accepted recording of a goal, with every reference replaced.
    pub(super) fn replay_of(&self, step: &Step, goal: &Goal) -> Option<Replay> {
        let (_, recording) = self.accepted_recording(goal)?;
        let filled = recording.map(&|text: &str| self.marked(step, &Template::new(text)));
        filled.ok().map(Replay::of)
    }

    /// An action as it was taken on a page, with what its things were like there.
    pub(super) fn recorded(
        &self,
        step: &Step,
        goal: &Goal,
        action: &Action,
        page: &Outline,
    ) -> Option<Recorded> {
        let values = self.values(step, goal.words.references());
        let text = as_written(&values);
        let things = action.targets().iter().map(|it| likeness(page, it)).collect::<Option<_>>()?;
        let whole = Recording {
            words: String::new(),
            meaning: None,
            actions: vec![Recorded { action: action.clone(), things }],
        };
        match whole.map(&text) {
            Ok(whole) => whole.actions.into_iter().next(),
            Err(never) => match never {},
        }
    }

    /// The values of these names, but for secrets.
    pub(super) fn values<'n>(
        &self,
        step: &Step,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Vec<(String, String)> {
        let product = self.sites.other(step);
        let secrets = self.ledger.secrets();
        let names = names.into_iter().filter(|it| !it.starts_with("secret:"));
        names
            .filter_map(|it| Some((it.to_owned(), self.scope.value(it, product, secrets)?)))
            .collect()
    }

    /// Keeps the way to a goal until its checks have held. What was repeated unchanged stays as it
    /// was accepted, to the letter.
    pub(super) fn reached(
        &mut self,
        step: &Step,
        goal: &Goal,
        taken: Taken,
        healed: Option<&[Healed]>,
    ) {
        self.recorder.underway = None;
        let Some(snapshot) = &goal.recorded else { return };
        let text = match (healed, self.accepted_recording(goal)) {
            (Some([]), Some((text, _))) => Some(text.clone()),
            (Some(healed), Some((_, accepted))) => {
                let is_healed = |at: usize| healed.iter().any(|it| it.action == at);
                let of = |(at, own): (usize, Option<Recorded>)| {
                    if is_healed(at) { own } else { accepted.actions.get(at).cloned() }
                };
                let actions: Option<Vec<Recorded>> =
                    taken.into_iter().enumerate().map(of).collect();
                let actions = actions.map(|it| Recording { actions: it, ..accepted.clone() });
                actions.and_then(|it| (self.recorder.write)(&it))
            }
            _ => {
                let actions: Option<Vec<Recorded>> = taken.into_iter().collect();
                let words = goal.words.raw().to_owned();
                let meaning = self.talk.meaning().map(str::to_owned);
                let whole = actions.map(|actions| Recording { words, meaning, actions });
                whole.and_then(|it| (self.recorder.write)(&it))
            }
        };
        self.recorder.underway = text.map(|text| Underway {
            checkpoint: snapshot.name.clone(),
            step: step.index,
            text,
            until: goal.until.iter().map(|it| it.index).collect(),
        });
    }

    /// Notes that a step held, or did not, and keeps the recording when all checks of its goal have.
    pub(super) fn went(&mut self, step: &Step, held: bool) -> Result<(), LedgerError> {
        let Some(underway) = &mut self.recorder.underway else { return Ok(()) };
        if !underway.until.contains(&step.index) {
            return Ok(());
        }
        if held {
            underway.until.remove(&step.index);
        }
        let is_over = !held || underway.until.is_empty();
        match self.recorder.underway.take_if(|_| is_over) {
            Some(it) if held => self.keep_recording(it),
            Some(_) | None => Ok(()),
        }
    }

    fn keep_recording(&mut self, of: Underway) -> Result<(), LedgerError> {
        let facet = self.facet_record(FacetKind::Recording, &FacetContent::Text(of.text))?;
        self.note(Event::Checkpoint {
            scenario: self.scenario.id.clone(),
            attempt: self.number,
            checkpoint: of.checkpoint,
            step: of.step,
            place: String::new(),
            facets: vec![facet],
        })
    }

    /// A template with every reference replaced, but for secrets, which only their marks stand for.
    pub(super) fn marked(&self, step: &Step, template: &Template) -> Result<String, String> {
        let secrets = self.ledger.secrets();
        let product = self.sites.other(step);
        let value = |name: &str| match name.strip_prefix("secret:") {
            Some(secret) => {
                secrets.get(secret).map(|_| format!("{}{secret}{}", SECRET.0, SECRET.1))
            }
            None => self.scope.value(name, product, secrets).map(|it| unmarked(&it)),
        };
        template.resolve(&value).map_err(|unknown| unknown.to_string())
    }
}

/// What a thing is like on a page; `None` where the page does not show which one it is.
pub(super) fn likeness(page: &Outline, target: &Target) -> Option<Likeness> {
    let is = |it: &crate::model::outline::Element| match (&it.target, &target.locator) {
        (Some(own), _) => own == target,
        (None, Locator::Text(text)) => it.text == text.raw() && target.within.is_none(),
        (None, _) => false,
    };
    let at = page.elements.iter().position(is)?;
    Some(Likeness::of(page, at))
}
