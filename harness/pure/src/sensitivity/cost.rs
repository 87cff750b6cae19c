//! [`of_remedy`] and [`of_mask`]: what a redaction or mask would cost before it is written:
//! "would hide 3 of 120 changes".

use crate::compare::{CompareError, TextJudge, canonical};
use crate::model::attempts::Attempts;
pub use crate::model::sensitivity::Cost;
use crate::model::settle::Remedy;
use crate::model::{Entry, EvidenceRef, FacetKind, Plan, Rect, Scenario, Stage};
use crate::picture::drawn::{Picture, is_covered};

use super::probe::{self, Checkpoint, Content};
use super::{Read, last, mutant, seed};

/// The most changes that are tried of a facet.
const MOST: usize = 200;

/// What is proposed, and where.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The scenario's id.
    pub scenario: &'a str,
    /// The checkpoint; `None` for all of the scenario.
    pub checkpoint: Option<&'a str>,
}

/// What a remedy would hide of the texts of a place; a mask hides none, see [`of_mask`].
///
/// # Errors
/// A redaction that is no regular expression.
pub fn of_remedy<E>(
    plan: &Plan,
    entries: &[Entry],
    read: &dyn Fn(&EvidenceRef) -> Result<Vec<u8>, E>,
    place: Place<'_>,
    remedy: &Remedy,
) -> Result<Cost, CompareError> {
    let read = |evidence: &EvidenceRef| read(evidence).ok();
    let attempts = Attempts::of(entries);
    let mut cost = Cost::default();
    let Some((scenario, attempt)) = found(plan, &attempts, place) else { return Ok(cost) };
    for log in own(attempt.checkpoints.iter(), place) {
        let before = Checkpoint::new(plan, scenario, attempt.known, log.name)?;
        let after = Checkpoint::with(plan, scenario, attempt.known, log.name, Some(remedy))?;
        for case in probe::cases(plan, &[], log, 0, &read as Read<'_>) {
            let Content::Text(text, sites) = &case.content else { continue };
            // What nobody is told of today is not lost.
            if plan.stage_at(scenario, log.name, case.facet) == Stage::Shadow {
                continue;
            }
            let untold = *remedy == Remedy::Unstable(case.facet);
            let words = [&*plan.night, &*scenario.id, log.name, case.facet.word()];
            let mut rng = fastrand::Rng::with_seed(seed(&words));
            let baseline = canonical(case.facet, text);
            let marked = match remedy {
                Remedy::Writes(marked) if case.facet == FacetKind::Requests => marked,
                Remedy::Writes(_) => continue,
                Remedy::Redact(_)
                | Remedy::Mask(_)
                | Remedy::Unordered(_)
                | Remedy::Unstable(_) => &baseline,
            };
            let judges = [(&before, &baseline), (&after, marked)]
                .map(|(it, baseline)| TextJudge::new(case.facet, baseline, &it.redactor));
            for site in probe::chosen(sites, MOST, &mut rng) {
                let changed = mutant::apply(text, site);
                if judges[0].notices(&changed) {
                    cost.of += 1;
                    cost.hides += u32::from(untold || !judges[1].notices(&changed));
                }
            }
        }
    }
    Ok(cost)
}

/// What masks would hide of the pictures of a place: squares in which something is drawn.
#[must_use]
pub fn of_mask<E>(
    plan: &Plan,
    entries: &[Entry],
    read: &dyn Fn(&EvidenceRef) -> Result<Vec<u8>, E>,
    place: Place<'_>,
    masks: &[Rect],
) -> Cost {
    let read = |evidence: &EvidenceRef| read(evidence).ok();
    let attempts = Attempts::of(entries);
    let mut cost = Cost::default();
    let Some((_, attempt)) = found(plan, &attempts, place) else { return cost };
    for log in own(attempt.checkpoints.iter(), place) {
        for case in probe::cases(plan, &[], log, 0, &read as Read<'_>) {
            let Content::Picture(png, _, before) = &case.content else { continue };
            let Some(picture) = Picture::read(png) else { continue };
            let tiles = (0..picture.tiles()).map(|it| picture.tile(it));
            for tile in tiles.filter(|it| !is_covered(*it, before)) {
                cost.of += 1;
                cost.hides += u32::from(is_covered(tile, masks));
            }
        }
    }
    cost
}

type Attempt<'a, 'b> = &'b crate::model::attempts::AttemptLog<'a>;

fn found<'a, 'b>(
    plan: &'b Plan,
    attempts: &'b Attempts<'a>,
    place: Place<'_>,
) -> Option<(&'b Scenario, Attempt<'a, 'b>)> {
    let scenario = plan.scenarios.iter().find(|it| it.id == place.scenario)?;
    Some((scenario, last(attempts.scenario(&scenario.id)?)?))
}

fn own<'b, 'a: 'b>(
    checkpoints: impl Iterator<Item = &'b crate::model::attempts::CheckpointLog<'a>>,
    place: Place<'_>,
) -> impl Iterator<Item = &'b crate::model::attempts::CheckpointLog<'a>> {
    checkpoints.filter(move |it| place.checkpoint.is_none_or(|name| it.name == name))
}
