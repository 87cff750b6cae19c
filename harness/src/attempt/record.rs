//! What an attempt puts into the ledger: checkpoints, what the watches saw, how a product died, and
//! the material of a failure.
//!
//! A part of [`Attempt`], which decides when.

use std::time::Instant;

use super::carry_out::CarriedOut;
use super::{Attempt, Crash, milliseconds};
use crate::ledger::LedgerError;
use crate::model::event::Purpose;
use crate::model::event::{FacetRecord, Failure};
use crate::model::filetext::{FILE_ENVIRONMENT, picture_checkpoint};
use crate::model::observe::Extra;
use crate::model::picture::Layout;
use crate::model::request::NETWORK;
use crate::model::{
    Event, EvidenceRef, FacetContent, FacetKind, Observation, Outcome, Snapshot, Step, StepRecord,
};
use crate::surface::files::FilePicture;

impl Attempt<'_> {
    pub(super) fn record_checkpoint(
        &mut self,
        step: &Step,
        snapshot: &Snapshot,
        observation: &Observation,
        wanted: &[FacetKind],
    ) -> Result<(), LedgerError> {
        let facets = observation
            .facets
            .iter()
            .filter(|facet| wanted.contains(&facet.kind))
            .map(|facet| self.facet_record(facet.kind, &facet.content))
            .collect::<Result<_, _>>()?;
        self.note(Event::Checkpoint {
            scenario: self.scenario.id.clone(),
            attempt: self.number,
            checkpoint: snapshot.name.clone(),
            step: step.index,
            place: self.scope.told(&observation.place),
            facets,
        })
    }

    /// Each picture that a file is or holds is a checkpoint of its own.
    pub(super) fn record_pictures(
        &mut self,
        step: &Step,
        snapshot: &Snapshot,
        place: &str,
        pictures: &[FilePicture],
    ) -> Result<(), LedgerError> {
        for picture in pictures {
            let evidence = self.ledger.keep("picture of a file", "image/png", &picture.png)?;
            self.note(Event::Checkpoint {
                scenario: self.scenario.id.clone(),
                attempt: self.number,
                checkpoint: picture_checkpoint(&snapshot.name, &picture.name),
                step: step.index,
                place: self.scope.told(place),
                facets: vec![FacetRecord {
                    facet: FacetKind::Image,
                    evidence,
                    environment: Some(FILE_ENVIRONMENT.to_owned()),
                    masks: Vec::new(),
                    layout: None,
                }],
            })?;
        }
        Ok(())
    }

    pub(super) fn facet_record(
        &self,
        kind: FacetKind,
        content: &FacetContent,
    ) -> Result<FacetRecord, LedgerError> {
        Ok(match content {
            FacetContent::Text(text) => FacetRecord {
                facet: kind,
                evidence: self.ledger.keep(kind.word(), "text/plain", text.as_bytes())?,
                environment: None,
                masks: Vec::new(),
                layout: None,
            },
            FacetContent::Image { png, masks, environment, layout } => FacetRecord {
                facet: kind,
                evidence: self.ledger.keep(kind.word(), "image/png", png)?,
                environment: Some(
                    environment.clone().unwrap_or_else(|| self.environment.to_owned()),
                ),
                masks: masks.clone(),
                layout: if layout.things.is_empty() && masks.is_empty() {
                    None
                } else {
                    let layout = Layout { masks: masks.clone(), ..layout.clone() };
                    let text = layout.to_text();
                    Some(self.ledger.keep("layout", "text/plain", text.as_bytes())?)
                },
            },
        })
    }

    /// Keeps what a failed command wrote, where no checkpoint does.
    pub(super) fn keep_facets(
        &self,
        observation: &Observation,
    ) -> Result<Vec<EvidenceRef>, LedgerError> {
        let mut kept = Vec::new();
        for facet in &observation.facets {
            if let FacetContent::Text(text) = &facet.content
                && !text.is_empty()
            {
                kept.push(self.ledger.keep(facet.kind.word(), "text/plain", text.as_bytes())?);
            }
        }
        Ok(kept)
    }

    /// A step that is done, with what it was done by.
    pub(super) fn record_step(
        &mut self,
        step: &Step,
        place: &str,
        done: CarriedOut,
        started: Instant,
    ) -> Result<(), LedgerError> {
        let surface =
            step.action.surface().expect("the plan has replaced skill calls by their steps");
        self.note(Event::Step {
            scenario: self.scenario.id.clone(),
            attempt: self.number,
            step: StepRecord {
                index: step.index,
                text: step.text.clone(),
                action: step.action.inner().is_empty().then(|| Box::new(step.action.clone())),
                surface,
                place: self.scope.told(place),
                outcome: done.outcome,
                decided: done.decided,
                remark: done.remark,
                duration_ms: milliseconds(started),
                evidence: done.evidence,
            },
        })
    }

    pub(super) async fn record_sightings(&mut self, step: &Step) -> Result<(), LedgerError> {
        let mut seen = Vec::new();
        // A page may also show something when somebody else does something.
        for page in self.pages.by_actor.values_mut() {
            seen.extend(page.sightings().await);
        }
        for sighting in seen {
            self.note(Event::Watch {
                scenario: self.scenario.id.clone(),
                attempt: self.number,
                step: step.index,
                kind: sighting.kind,
                message: sighting.message,
                path: self.sites.told(sighting.path),
            })?;
        }
        Ok(())
    }

    /// Keeps the requests of a page behind the scenario's last step, for who compares its runs.
    pub(super) fn keep_requests(
        &mut self,
        step: &Step,
    ) -> Result<Option<EvidenceRef>, LedgerError> {
        let is_last = self.scenario.steps.last().is_some_and(|it| it.index == step.index);
        if !is_last || !matches!(self.log, super::Log::Ledger(Purpose::Judging)) {
            return Ok(None);
        }
        let lines = self.page(step).map(|it| it.requests()).unwrap_or_default();
        if lines.is_empty() {
            return Ok(None);
        }
        let text = format!("{}\n", lines.join("\n"));
        Ok(Some(self.ledger.keep(NETWORK, "text/plain", text.as_bytes())?))
    }

    pub(super) fn record_crash(&mut self, crash: &Crash) -> Result<Failure, LedgerError> {
        let log = Extra {
            kind: "server log".to_owned(),
            media: "text/plain".to_owned(),
            bytes: crash.log.clone(),
        };
        let evidence = self.ledger.keep_all(&[log])?;
        // A control that dies is no finding: what it lacks is said where it would have judged.
        if !matches!(self.log, super::Log::Ledger(Purpose::Control)) {
            self.note(Event::ProductCrashed {
                product: crash.product.clone(),
                how: crash.how.clone(),
                evidence,
            })?;
        }
        Ok(Failure {
            outcome: Outcome::Crashed,
            expected: format!("the product {} running", crash.product),
            actual: format!("it ended with {}", crash.how),
        })
    }

    /// What is kept of a failure comes from the page of whoever failed.
    pub(super) async fn material(&mut self, step: &Step) -> Result<Vec<EvidenceRef>, LedgerError> {
        let material = match self.page(step) {
            Some(page) => page.material().await,
            None => Vec::new(),
        };
        self.ledger.keep_all(&material)
    }
}
