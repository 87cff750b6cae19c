//! [`compare`]: compares a night with its baselines and with its control, the build before in the
//! same environment and the same minutes.
//!
//! [`rule`](rule()) says what follows for one facet. What has no baseline here is lent the
//! control's ([`lend`]); what both builds show otherwise than the baseline is the world's and not
//! the product's ([`weigh`]); what varies on the control itself is noise ([`noise`]).
//! [`judged`] counts by what the facets of a night were judged. Everything is read from the
//! night directory, so that a night can be judged again. See `docs/design/027-control.md`.
//!
//! The files:
//! - `entries.rs`: the ledger's lines of the control, as if its attempts were judged.
//! - `judged.rs`: counts by what the facets of a night were judged.
//! - `lend.rs`: what the control saw, as baselines of what has none here.
//! - `noise.rs`: what varies on the control itself, and is left out for one night.
//! - `rule.rs`: what follows for one facet from tonight, its baseline and the control.
//! - `weigh.rs`: puts what differs down to the product, the world or the build before.

mod entries;
pub mod judged;
mod lend;
mod noise;
mod rule;
mod weigh;

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashSet};

pub use self::entries::as_judged;
use self::lend::{Lender, Place, lend, place_of};
use self::noise::Quiet;
pub use self::rule::{By, Pair, Ruling, Sides, rule};
use self::weigh::{Weighing, facets_of};
use crate::compare::{self, CompareError};
use crate::model::attempts::Attempts;
use crate::model::comparison::Comparison;
use crate::model::{BaselineRecord, Entry, EvidenceRef, FacetKind, Plan};

/// Reads evidence.
pub type Read<'a> = &'a dyn Fn(&EvidenceRef) -> Result<Vec<u8>, String>;

/// Keeps bytes as evidence: kind, media type, bytes.
pub type Keep<'a, N> = &'a mut dyn FnMut(&str, &str, &[u8]) -> Result<EvidenceRef, N>;

/// A night that was compared with its baselines and its control.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Controlled {
    /// What the control lends as baselines, where there are none.
    pub lent: Vec<BaselineRecord>,
    /// What differs.
    pub comparison: Comparison,
}

/// Compares a night with its baselines, and with its control where there is one.
///
/// # Errors
/// A redaction of the plan that is no regular expression, or what `keep` answers.
pub fn compare<N: From<CompareError>>(
    plan: &Plan,
    entries: &[Entry],
    read: Read<'_>,
    keep: Keep<'_, N>,
) -> Result<Controlled, N> {
    let attempts = Attempts::of(entries);
    let ran = |id: &str| attempts.scenario(id).is_some_and(|it| !it.control.is_empty());
    if plan.control.is_none() || !plan.scenarios.iter().any(|it| ran(&it.id)) {
        let comparison = compare::compare(plan, entries, read)?;
        return Ok(Controlled { lent: Vec::new(), comparison });
    }
    let quiet = noise::find(plan, entries, read)?;
    let silenced = quiet.applied(plan);
    let mut masked = None;
    if quiet.masks_any() {
        quiet.mask(masked.get_or_insert_with(|| entries.to_vec()));
    }
    Night {
        plan,
        silenced: silenced.as_ref().unwrap_or(plan),
        entries: masked.as_deref().unwrap_or(entries),
        read,
        quiet,
    }
    .weighed(keep)
}

/// A night with its control, and what is not compared in it because it varies.
struct Night<'a> {
    plan: &'a Plan,
    /// The plan with what is redacted for this night.
    silenced: &'a Plan,
    entries: &'a [Entry],
    read: Read<'a>,
    quiet: Quiet,
}

impl Night<'_> {
    fn weighed<N: From<CompareError>>(self, keep: Keep<'_, N>) -> Result<Controlled, N> {
        let accepted: HashSet<Place> = self.plan.baselines.iter().map(place_of).collect();
        let lent = self.lent(&|place| !accepted.contains(place), keep)?;
        let both = [self.silenced.baselines.as_slice(), &lent].concat();
        let with_lent = Plan { baselines: both, ..self.silenced.clone() };
        let mut tonight = compare::compare(&with_lent, self.entries, self.read)?;
        tonight.store(keep)?;
        self.raw_pending(&lent, &mut tonight, keep)?;
        let on_control = as_judged(self.silenced, self.entries);
        let control = compare::compare(self.silenced, &on_control, self.read)?;
        let differ: BTreeSet<_> = facets_of(&control.differences)
            .intersection(&facets_of(&tonight.differences))
            .cloned()
            .collect();
        let turns = self.in_turns(&differ, keep)?;
        let comparison = Weighing {
            plan: self.plan,
            attempts: &Attempts::of(self.entries),
            accepted: &accepted,
            control: &control.differences,
            turns: &turns.differences,
            unstable: &self.quiet.unstable,
        }
        .of(tonight, self.quiet.noise.clone());
        Ok(Controlled { lent, comparison })
    }

    /// What the control lends at the wanted places.
    fn lent<N: From<CompareError>>(
        &self,
        wanted: &dyn Fn(&Place) -> bool,
        keep: Keep<'_, N>,
    ) -> Result<Vec<BaselineRecord>, N> {
        let attempts = Attempts::of(self.entries);
        let mut all = Vec::new();
        for scenario in &self.silenced.scenarios {
            let Some(log) = attempts.scenario(&scenario.id) else { continue };
            let Some(speaks) = log.control() else { continue };
            let lender = Lender { plan: self.silenced, scenario, log, speaks, read: self.read };
            all.extend(lend(&lender, wanted, keep)?);
        }
        Ok(all)
    }

    /// What would be accepted is what was seen, not what is left of it for this night only.
    fn raw_pending<N: From<CompareError>>(
        &self,
        lent: &[BaselineRecord],
        tonight: &mut Comparison,
        keep: Keep<'_, N>,
    ) -> Result<(), N> {
        let noisy: HashSet<&str> = self.quiet.noise.iter().map(|it| it.scenario.as_str()).collect();
        if noisy.is_empty() {
            return Ok(());
        }
        let mut plan = Plan { baselines: lent.to_vec(), ..self.plan.clone() };
        plan.baselines.extend(self.plan.baselines.iter().cloned());
        plan.scenarios.retain(|it| noisy.contains(it.id.as_str()));
        let raw = compare::compare(&plan, self.entries, self.read)?;
        for pending in &mut tonight.pending {
            let same = raw.pending.iter().find(|it| {
                it.scenario == pending.scenario
                    && it.checkpoint == pending.checkpoint
                    && it.facet == pending.facet
                    && it.facet != FacetKind::Image
            });
            if let Some(same) = same {
                let word = pending.facet.word();
                pending.evidence = Some(keep(word, "text/plain", &same.content)?);
            }
        }
        Ok(())
    }

    /// Tonight against the control alone, at the facets where both differ from the baseline.
    fn in_turns<N: From<CompareError>>(
        &self,
        differ: &BTreeSet<noise::Facet>,
        keep: Keep<'_, N>,
    ) -> Result<Comparison, N> {
        if differ.is_empty() {
            return Ok(Comparison::default());
        }
        let wanted = |place: &Place| differ.contains(&(place.0.clone(), place.1.clone(), place.2));
        let lent = self.lent(&wanted, keep)?;
        let mut plan = Plan { baselines: lent, ..self.silenced.clone() };
        plan.scenarios.retain(|it| differ.iter().any(|own| own.0 == it.id));
        let mut turns = compare::compare(&plan, self.entries, self.read)?;
        turns.pending.clear();
        turns.store(keep)?;
        turns.differences.retain_mut(|located| {
            let at = &mut located.difference;
            let (scenario, checkpoint) = (&at.scenario, at.checkpoint.clone().unwrap_or_default());
            at.facets.retain(|it| {
                it.facet.is_some_and(|facet| {
                    differ.contains(&(scenario.clone(), checkpoint.clone(), facet))
                })
            });
            !at.facets.is_empty()
        });
        Ok(turns)
    }
}
