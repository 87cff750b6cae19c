//! [`Comparison`]: what `compare` found and `triage` judges, with the new bytes still in memory.
//!
//! The caller stores those bytes by [`Comparison::store`] before it hands the value to `triage`,
//! so that neither of the two rooms does any I/O.

use super::difference::Difference;
use super::event::EvidenceRef;
use super::facet::{FacetKind, FacetShape};
use super::finding::RedactionUse;
use super::settle::Noise;
use super::verdict::Because;

/// Keeps bytes as evidence; takes kind, media type and bytes.
pub type Put<'a, E> = &'a mut dyn FnMut(&str, &str, &[u8]) -> Result<EvidenceRef, E>;

/// All that is left of a night after redaction and comparison.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Comparison {
    /// What changed, in the plan's order, then by attempt and step.
    pub differences: Vec<Located>,
    /// What could be accepted: of the last attempt of each scenario.
    pub pending: Vec<PendingContent>,
    /// What could not be compared, and why.
    pub unjudged: Vec<Unjudged>,
    /// Pictures that were seen and have no baseline in this environment.
    pub facets_without_baseline: u32,
    /// Facets that nobody asked for by name, and that their checkpoints have no baseline of yet.
    pub new_facets: u32,
    /// Pictures with the changes boxed, to be stored.
    pub boxed: Vec<BoxedImage>,
    /// How often each redaction was used, by the last attempt of each scenario.
    pub redactions: Vec<RedactionUse>,
    /// What the control differs in as tonight does: the world changed, and not the product.
    pub world: Vec<Located>,
    /// What the control differs in and tonight does not, as the control's differences.
    pub fixed: Vec<Located>,
    /// What varies on the control itself.
    pub noise: Vec<Noise>,
}

/// A difference, with what grouping must know of it and a report need not.
#[derive(Debug, Clone, PartialEq)]
pub struct Located {
    /// The difference.
    pub difference: Difference,
    /// Facets of which (nearly) nothing is left: what was removed there is a symptom.
    pub replaced: Vec<FacetKind>,
}

/// An observation that could become a baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingContent {
    /// The scenario's id.
    pub scenario: String,
    /// Which attempt saw it.
    pub attempt: u32,
    /// The checkpoint's name; `watch` for what the watches saw.
    pub checkpoint: String,
    /// The index of the step.
    pub step: u32,
    /// Where in the product, in its own terms.
    pub place: String,
    /// Which facet.
    pub facet: FacetKind,
    /// For images: the environment key.
    pub environment: Option<String>,
    /// The algorithm that took it, with its version.
    pub algorithm: String,
    /// Why it waits.
    pub reason: PendingReason,
    /// What would be accepted: redacted text, or the picture. Empty once `evidence` is set.
    pub content: Vec<u8>,
    /// Where it lies in the night directory, once stored.
    pub evidence: Option<EvidenceRef>,
    /// For images: where the things of the page stand in it.
    pub layout: Option<EvidenceRef>,
    /// What is wrong with its checkpoint by itself, in a sentence.
    pub wrong: Option<String>,
}

/// Why an observation waits for a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PendingReason {
    /// There is no baseline at all.
    New,
    /// A picture without a baseline in this environment, of a checkpoint that has others.
    NewEnvironment,
    /// A facet that its author did not ask for by name, of a checkpoint that has others: it is
    /// younger than the suite.
    NewFacet,
    /// There is no baseline, and it is as the control saw it.
    AsControl,
    /// It differs from its baseline, or where there is none from what the control saw.
    Changed,
}

/// Something that could not be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unjudged {
    /// The scenario's id.
    pub scenario: String,
    /// Which attempt.
    pub attempt: u32,
    /// The facet that it is about; `events` where it is what the watches saw.
    pub facet: FacetKind,
    /// Why, in a word.
    pub because: Because,
    /// Why and what to do, in a sentence.
    pub detail: String,
}

/// A picture with its changes boxed in red.
#[derive(Debug, Clone, PartialEq)]
pub struct BoxedImage {
    /// The index of the difference.
    pub difference: usize,
    /// The index of the facet in it.
    pub facet: usize,
    /// The encoded picture.
    pub png: Vec<u8>,
}

impl Comparison {
    /// Whether this attempt differs from its baselines.
    #[must_use]
    pub fn differs(&self, scenario: &str, attempt: u32) -> bool {
        self.differences.iter().any(|located| {
            located.difference.scenario == scenario && located.difference.attempt == attempt
        })
    }

    /// Stores what was made while comparing; `put` takes kind, media type and bytes.
    ///
    /// # Errors
    /// What `put` answers.
    pub fn store<E>(&mut self, put: Put<'_, E>) -> Result<(), E> {
        for boxed in self.boxed.drain(..) {
            let evidence = put("boxed difference", "image/png", &boxed.png)?;
            let facet = &mut self.differences[boxed.difference].difference.facets[boxed.facet];
            facet.evidence.push(evidence.path);
        }
        for pending in &mut self.pending {
            if pending.evidence.is_none() {
                let picture = pending.facet.shape() == FacetShape::Picture;
                let media = if picture { "image/png" } else { "text/plain" };
                pending.evidence = Some(put(pending.facet.word(), media, &pending.content)?);
                pending.content = Vec::new();
            }
        }
        Ok(())
    }
}
