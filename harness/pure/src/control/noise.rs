//! [`find`]: what varies on the control between two of its runs. It is noise, and is treated as
//! `settle` proposes, for this night only and without asking anybody.

use std::collections::{BTreeMap, BTreeSet};

use super::{Read, entries};
use crate::compare::{Beside, CompareError, compare_images};
use crate::model::attempts::Attempts;
use crate::model::picture::Layout;
use crate::model::settle::{Noise, Remedy};
use crate::model::{Entry, Event, EvidenceRef, FacetKind, Plan, Rect, Scenario, Snapshot, Step};
use crate::settle::{self, Reach, Round};

/// A facet of a checkpoint: scenario, checkpoint, facet.
pub type Facet = (String, String, FacetKind);

/// What varies on the control, and what is done about it.
#[derive(Debug, Default)]
pub struct Quiet {
    /// What varies.
    pub noise: Vec<Noise>,
    /// Facets that are not compared at all.
    pub unstable: BTreeSet<Facet>,
    /// Regions of pictures that are not compared, by scenario and checkpoint.
    masks: BTreeMap<(String, String), Vec<Rect>>,
}

/// What varies on the control of those scenarios that it was run on twice.
///
/// # Errors
/// A redaction that is no regular expression.
pub fn find(plan: &Plan, entries: &[Entry], read: Read<'_>) -> Result<Quiet, CompareError> {
    let attempts = Attempts::of(entries);
    let mut quiet = Quiet::default();
    for (index, scenario) in plan.scenarios.iter().enumerate() {
        let runs = attempts.scenario(&scenario.id).map_or(0, |it| it.control.len());
        if runs < 2 {
            continue;
        }
        let rounds = entries::rounds(&attempts, &scenario.id, entries);
        if rounds.len() < 2 {
            continue;
        }
        let baselines = plan.baselines.iter().enumerate();
        let own: Vec<usize> =
            baselines.filter(|it| it.1.scenario == scenario.id).map(|it| it.0).collect();
        let alone = plan.only(&plan.scenarios[index], &own);
        let reads = |evidence: &EvidenceRef| read(evidence).ok();
        let rounds: Vec<Round<'_>> = rounds
            .iter()
            .map(|entries| Round { plan: &alone, entries, read: &reads, moved: None })
            .collect();
        let found = settle::find(&rounds, Reach::Seen)?;
        for noise in &found.noise {
            quiet.add(noise, &rounds, read);
        }
        quiet.noise.extend(found.noise);
    }
    Ok(quiet)
}

impl Quiet {
    /// Notes what cannot be said by a redaction.
    fn add(&mut self, noise: &Noise, rounds: &[Round<'_>], read: Read<'_>) {
        let place = || (noise.scenario.clone(), noise.checkpoint.clone());
        let facet = || (noise.scenario.clone(), noise.checkpoint.clone(), noise.facet);
        match (&noise.remedy, noise.facet) {
            (_, FacetKind::Image) => match varying(noise, rounds, read) {
                Some(boxes) => self.masks.entry(place()).or_default().extend(boxes),
                None => drop(self.unstable.insert(facet())),
            },
            // How often a page writes is said in a baseline, and there is none of the control's own.
            (Some(Remedy::Unstable(_) | Remedy::Writes(_)), _) => {
                self.unstable.insert(facet());
            }
            (Some(Remedy::Redact(_) | Remedy::Unordered(_) | Remedy::Mask(_)) | None, _) => {}
        }
    }

    /// The plan with what is redacted and has no order for this night; `None` where nothing is.
    #[must_use]
    pub fn applied(&self, plan: &Plan) -> Option<Plan> {
        let mut quiet: Option<Plan> = None;
        for noise in &self.noise {
            let Some(remedy) = &noise.remedy else { continue };
            let plan = quiet.get_or_insert_with(|| plan.clone());
            let scenario = plan.scenarios.iter_mut().find(|it| it.id == noise.scenario);
            if let Some(scenario) = scenario {
                at_checkpoint(scenario, &noise.checkpoint, &|snapshot| match remedy {
                    Remedy::Redact(redaction) => snapshot.redact.push(redaction.clone()),
                    Remedy::Unordered(what) => snapshot.unordered.push(what.clone()),
                    Remedy::Mask(_) | Remedy::Unstable(_) | Remedy::Writes(_) => {}
                });
            }
        }
        quiet
    }

    /// Leaves the regions out that vary, in all pictures of these entries.
    pub fn mask(&self, entries: &mut [Entry]) {
        for entry in entries {
            let Event::Checkpoint { scenario, checkpoint, facets, .. } = &mut entry.event else {
                continue;
            };
            let key = (scenario.clone(), checkpoint.clone());
            let Some(boxes) = self.masks.get(&key) else { continue };
            for facet in facets.iter_mut().filter(|it| it.facet == FacetKind::Image) {
                facet.masks.extend(boxes.iter().copied());
            }
        }
    }

    /// Whether pictures of any checkpoint have regions that are left out.
    #[must_use]
    pub fn masks_any(&self) -> bool {
        !self.masks.is_empty()
    }
}

/// The regions in which the pictures of the rounds differ; `None` where that cannot be said.
fn varying(noise: &Noise, rounds: &[Round<'_>], read: Read<'_>) -> Option<Vec<Rect>> {
    let mut pictures = Vec::new();
    for round in rounds {
        let attempts = Attempts::of(round.entries);
        let log = attempts.scenario(&noise.scenario)?.attempts.values().next_back()?.clone();
        let seen = log.checkpoints.iter().rev().find(|it| it.name == noise.checkpoint)?;
        let facet = seen.facets.iter().find(|it| it.facet == FacetKind::Image)?.clone();
        let layout = facet.layout.as_ref().and_then(|it| read(it).ok());
        let layout = layout.map(|it| Layout::from_text(&String::from_utf8_lossy(&it)));
        pictures.push((read(&facet.evidence).ok()?, facet.masks, layout.unwrap_or_default()));
    }
    let ((first, masks, was), others) = pictures.split_first()?;
    let mut boxes = Vec::new();
    for (other, _, is) in others {
        let beside = Beside { masks: masks.clone(), was: was.clone(), is: is.clone() };
        let Some(found) = compare_images(first, other, &beside).ok()? else { continue };
        if found.change.expected_size != found.change.actual_size {
            return None;
        }
        boxes.extend(found.change.boxes);
    }
    (!boxes.is_empty()).then_some(boxes)
}

/// Changes the snapshot of a checkpoint, wherever its step stands.
fn at_checkpoint(scenario: &mut Scenario, checkpoint: &str, change: &dyn Fn(&mut Snapshot)) {
    fn visit(step: &mut Step, checkpoint: &str, change: &dyn Fn(&mut Snapshot)) {
        if let Some(own) = step.action.snapshot_mut().filter(|it| it.name == checkpoint) {
            change(own);
        }
        for inner in step.action.inner_mut().into_iter().flatten() {
            visit(inner, checkpoint, change);
        }
    }
    let steps = scenario.before.iter_mut().chain(&mut scenario.steps).chain(&mut scenario.finally);
    steps.for_each(|it| visit(it, checkpoint, change));
}
