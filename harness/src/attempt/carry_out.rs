//! [`CarriedOut`]: one step, filled with its values, allowed by policy, and done by its surface.
//!
//! What a step says to a terminal or of mails and what decides on one are in files of their own;
//! how long a step may take and what is recorded of it is the affair of [`Attempt::step`].

use std::cell::RefCell;
use std::time::Duration;

use super::{Attempt, in_words};
use crate::agent::Turn;
use crate::ledger::LedgerError;
use crate::model::event::{Decided, Failure};
use crate::model::scenario::{Action, Snapshot};
use crate::model::{
    EvidenceRef, Facet, FacetContent, FacetKind, Outcome, Step, StepOutcome, Target, Template,
};
use crate::policy::{PolicyDecision, Ruling};
use crate::surface::command::CommandDone;
use crate::surface::{Done, Look, SurfaceError};

/// The facets of a command that a snapshot takes where it does not say.
const COMMAND_FACETS: [FacetKind; 4] =
    [FacetKind::Exit, FacetKind::Stdout, FacetKind::Stderr, FacetKind::Files];

/// A step as its surface left it.
pub(super) struct CarriedOut {
    pub(super) outcome: StepOutcome,
    pub(super) place: Option<String>,
    pub(super) evidence: Vec<EvidenceRef>,
    pub(super) decided: Option<Decided>,
    /// What is said of what it did.
    pub(super) remark: Option<String>,
}

impl CarriedOut {
    /// A step that went well, and took longer than its author allows.
    pub(super) fn slower_than_allowed(&self, step: &Step, took: Duration) -> Option<Failure> {
        let allowed = Duration::from_millis(step.within_ms?);
        (self.outcome == StepOutcome::Passed && took > allowed).then(|| Failure {
            outcome: Outcome::Failed,
            expected: format!("{} within {}", step.text, in_words(allowed)),
            actual: format!("it took {} ms", took.as_millis()),
        })
    }

    pub(super) fn failed(failure: Failure) -> Self {
        Self {
            outcome: StepOutcome::Failed(failure),
            place: None,
            evidence: Vec::new(),
            decided: None,
            remark: None,
        }
    }

    /// Whether nothing can be asked of its page any more.
    pub(super) fn is_lost(&self) -> bool {
        matches!(&self.outcome, StepOutcome::Failed(Failure { outcome: Outcome::HarnessError, .. }))
    }

    pub(super) fn harness_error(error: &SurfaceError) -> Self {
        Self::failed(Failure {
            outcome: Outcome::HarnessError,
            expected: "a working browser and machine".to_owned(),
            actual: error.to_string(),
        })
    }
}

pub(super) fn no_page(step: &Step) -> Failure {
    Failure {
        outcome: Outcome::HarnessError,
        expected: step.text.clone(),
        actual: "the night gave this attempt no page".to_owned(),
    }
}

pub(super) fn no_product(step: &Step) -> Failure {
    Failure {
        outcome: Outcome::HarnessError,
        expected: step.text.clone(),
        actual: "the night prepared no product for this step".to_owned(),
    }
}

impl Attempt<'_> {
    /// Fills the action, asks policy, and lets the right surface act.
    pub(super) async fn carry_out(&mut self, turn: &Turn) -> Result<CarriedOut, LedgerError> {
        let step = &turn.step;
        if let Action::Do(goal) = &step.action {
            return Box::pin(self.pursue(step, goal)).await;
        }
        if let Action::Judge(statement) = &step.action {
            return Box::pin(self.judge(step, statement)).await;
        }
        let action = match self.filled(step).await {
            Ok(action) => action,
            Err(actual) => {
                return Ok(CarriedOut::failed(Failure {
                    outcome: Outcome::Failed,
                    expected: step.text.clone(),
                    actual,
                }));
            }
        };
        let at = self.standing(step, self.policy.bounds()).await;
        if let Some(forbidden) = forbidden(step, &self.policy.decide(&action, at.as_deref())) {
            return Ok(CarriedOut::failed(forbidden));
        }
        match &action {
            Action::Run(run) => {
                let Some(command) = self.commands.get_mut(self.sites.product(step)) else {
                    return Ok(CarriedOut::failed(no_product(step)));
                };
                let done = command.run(run).await;
                self.conclude_command(step, run.snapshot.as_ref(), done)
            }
            Action::File(file) => {
                let Some(command) = self.commands.get_mut(self.sites.product(step)) else {
                    return Ok(CarriedOut::failed(no_product(step)));
                };
                let done = command.look_at(file).await;
                self.conclude_command(step, file.snapshot.as_ref(), done)
            }
            Action::Terminal(action) => self.use_terminal(step, action).await,
            Action::Mail(mail) => self.read_mail(step, mail).await,
            Action::Snapshot(snapshot) => self.take_snapshot(step, snapshot).await,
            Action::Set(all) => Ok(self.set(all)),
            Action::When(when) => Ok(self.decide_on(step, when).await),
            Action::Repeat(repeat) => Ok(self.decide_on_round(step, repeat, turn.round).await),
            _ => Box::pin(self.act_as_written(step, &action)).await,
        }
    }

    /// Records what was seen of a command or file.
    fn conclude_command(
        &mut self,
        step: &Step,
        snapshot: Option<&Snapshot>,
        done: Result<CommandDone, SurfaceError>,
    ) -> Result<CarriedOut, LedgerError> {
        let done = match done {
            Ok(done) => done,
            Err(error) => return Ok(CarriedOut::harness_error(&error)),
        };
        if let Some(snapshot) = snapshot.filter(|_| !done.observation.facets.is_empty()) {
            let wanted = snapshot.facets.as_deref().unwrap_or(&COMMAND_FACETS);
            self.record_checkpoint(step, snapshot, &done.observation, wanted)?;
            self.record_pictures(step, snapshot, &done.place, &done.pictures)?;
        }
        let mut evidence = self.ledger.keep_all(&done.observation.extras)?;
        if matches!(done.done, Done::Failed(_)) {
            evidence.extend(self.keep_facets(&done.observation)?);
        }
        Ok(self.conclude(done.done, Some(done.place), evidence))
    }

    /// Gives a step the one-time codes that it asks for.
    pub(super) async fn give_codes(&mut self, step: &Step) -> Result<(), String> {
        let wanted = RefCell::new(Vec::new());
        // What is unknown is told below, with everything that is known.
        drop(step.action.filled(&|name| {
            wanted.borrow_mut().extend(name.strip_prefix("totp:").map(str::to_owned));
            Some(String::new())
        }));
        for name in wanted.into_inner() {
            let secrets = self.ledger.secrets();
            let secret = secrets
                .get(&name)
                .ok_or_else(|| format!("nothing named ${{totp:{name}}} is known here"))?;
            let code = self.codes.next(&name, secret, self.sites.address(step)).await?;
            // It is as good as a password while it is valid.
            secrets.add(&code);
            self.scope.is_known(code.clone(), "[secret]");
            self.scope.set(&format!("totp:{name}"), code);
        }
        Ok(())
    }

    /// The action of a step with every reference replaced by its value.
    async fn filled(&mut self, step: &Step) -> Result<Action, String> {
        self.give_codes(step).await?;
        let secrets = self.ledger.secrets();
        let product = self.sites.other(step);
        let action = step
            .action
            .filled(&|name| self.scope.value(name, product, secrets))
            .map_err(|unknown| unknown.to_string())?;
        self.sites.addressed(step, action)
    }

    /// Takes the captured values over and turns what a surface says into what the ledger says.
    pub(super) fn conclude(
        &mut self,
        done: Done,
        place: Option<String>,
        evidence: Vec<EvidenceRef>,
    ) -> CarriedOut {
        let outcome = match done {
            Done::Passed(captured) => {
                self.scope.capture(captured);
                StepOutcome::Passed
            }
            Done::Failed(failure) => StepOutcome::Failed(failure),
        };
        CarriedOut { outcome, place, evidence, decided: None, remark: None }
    }

    async fn take_snapshot(
        &mut self,
        step: &Step,
        snapshot: &Snapshot,
    ) -> Result<CarriedOut, LedgerError> {
        let masks = match self.filled_masks(snapshot) {
            Ok(masks) => masks,
            Err(failure) => return Ok(CarriedOut::failed(failure)),
        };
        let facets = snapshot.page_facets();
        let varies = (self.varies)(snapshot, self.scope.known());
        let accepted = self.accepted.get(&snapshot.name).map_or(&[][..], Vec::as_slice);
        let Some(page) = self.page(step) else {
            return Ok(CarriedOut::failed(no_page(step)));
        };
        let image = snapshot.image.clone();
        let look = Look { facets, masks, varies: &*varies, image, accepted };
        match page.observe(&look).await {
            Ok(Ok(mut observation)) => {
                let mut facets = look.facets;
                observation.place = self.sites.told(observation.place);
                if !self.scenario.steps_kept_at(&snapshot.name).is_empty()
                    && let Some(text) = self.recorder.of_written(&snapshot.name)
                {
                    let (kind, content) = (FacetKind::Recording, FacetContent::Text(text));
                    facets.push(kind);
                    observation.facets.push(Facet { kind, content });
                }
                self.record_checkpoint(step, snapshot, &observation, &facets)?;
                Ok(CarriedOut {
                    outcome: StepOutcome::Passed,
                    place: Some(observation.place),
                    evidence: Vec::new(),
                    decided: None,
                    remark: None,
                })
            }
            Ok(Err(failure)) => Ok(CarriedOut::failed(failure)),
            Err(error) => Ok(CarriedOut::harness_error(&error)),
        }
    }

    fn filled_masks(&self, snapshot: &Snapshot) -> Result<Vec<Target>, Failure> {
        let secrets = self.ledger.secrets();
        let fill = |template: &Template| {
            template.resolve(&|name| self.scope.value(name, None, secrets)).map(Template::new)
        };
        self.scenario
            .mask
            .iter()
            .chain(&snapshot.mask)
            .map(|target| target.map(&fill))
            .collect::<Result<_, _>>()
            .map_err(|unknown| Failure {
                outcome: Outcome::Failed,
                expected: format!("the masks of snapshot {}", snapshot.name),
                actual: unknown.to_string(),
            })
    }
}

/// What becomes of a written step that policy does not allow.
pub(super) fn forbidden(step: &Step, decision: &PolicyDecision) -> Option<Failure> {
    match decision.ruling {
        Ruling::Allow => None,
        Ruling::Ask | Ruling::Deny => Some(Failure {
            outcome: Outcome::Blocked,
            expected: step.text.clone(),
            actual: format!("forbidden by policy: {}", decision.rule),
        }),
    }
}
