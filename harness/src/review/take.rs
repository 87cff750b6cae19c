//! [`Taking`]: what a decision writes of a snapshot. Where several findings changed it, a decision
//! takes its own parts ([`Share`]) and leaves those of others as they were ([`Desk::take`]).

use std::collections::{BTreeSet, HashMap};

use super::desk::{Chosen, Desk, Item, ItemKind, key};
use super::log::Decision;
use super::share::Share;
use super::{ReviewError, Shared};
use crate::baseline::Acceptance;
use crate::compare::part::{part, redacted};
use crate::model::finding::CoveredChange;
use crate::model::share::{meet, overlap, regions};
use crate::model::{FacetKind, Finding, Rect};
use crate::picture::with_regions;

/// A snapshot as a decision writes it.
pub(super) struct Taking {
    /// What is pending, as an index.
    pub index: usize,
    /// What is written.
    pub item: Acceptance,
    /// What stands for it in the log.
    pub keys: Vec<String>,
    /// What stands in the baseline where parts of it were accepted before.
    pub standing: Option<Vec<u8>>,
}

/// Decisions that are about one snapshot become one, so that it is written once.
#[must_use]
pub fn together(all: Vec<Chosen>) -> Vec<Chosen> {
    let mut groups: Vec<Option<Chosen>> = Vec::new();
    let mut owner: HashMap<usize, usize> = HashMap::new();
    for chosen in all {
        let touched: BTreeSet<usize> =
            chosen.pending.iter().filter_map(|it| owner.get(it).copied()).collect();
        let mut merged: Option<Chosen> = None;
        for group in &touched {
            let Some(before) = groups[*group].take() else { continue };
            merged = Some(match merged {
                Some(first) => first.with(before),
                None => before,
            });
        }
        let merged = match merged {
            Some(first) => first.with(chosen),
            None => chosen,
        };
        let position = touched.first().copied().unwrap_or(groups.len());
        if position == groups.len() {
            groups.push(None);
        }
        owner.extend(merged.pending.iter().map(|it| (*it, position)));
        groups[position] = Some(merged);
    }
    groups.into_iter().flatten().collect()
}

impl Chosen {
    /// Both as one.
    fn with(mut self, other: Self) -> Self {
        let known = |id: &str| self.id.split(' ').any(|it| it == id);
        if !known(&other.id) {
            self.id = format!("{} {}", self.id, other.id);
            self.title = format!("{}; {}", self.title, other.title);
        }
        for (own, more) in [
            (&mut self.pending, other.pending),
            (&mut self.findings, other.findings),
            (&mut self.whole, other.whole),
        ] {
            let new: Vec<usize> = more.into_iter().filter(|it| !own.contains(it)).collect();
            own.extend(new);
        }
        self
    }

    /// The findings whose parts of a snapshot are meant; `None` is all of it.
    fn of(&self, index: usize) -> Option<&[usize]> {
        (!self.whole.contains(&index) && !self.findings.is_empty()).then_some(&self.findings)
    }
}

impl Desk {
    fn shares_of(&self, index: usize) -> &[Share] {
        self.shares.get(&index).map_or(&[], Vec::as_slice)
    }

    /// The findings that have a part of a snapshot; none where it belongs to one decision.
    pub(super) fn sharers(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        self.shares_of(index).iter().map(|it| it.finding)
    }

    /// Whether a snapshot, or the part of it that is meant, is one of a finding.
    pub(super) fn is_about(&self, index: usize, finding: &Finding, meant: &[usize]) -> bool {
        if self.shares_of(index).is_empty() {
            return self.pending[index].finding.as_deref() == Some(&finding.id);
        }
        let mut own = self.sharers(index).filter(|it| meant.is_empty() || meant.contains(it));
        own.any(|it| self.findings[it].id == finding.id)
    }

    fn changes(&self, share: &Share) -> Vec<&CoveredChange> {
        let all = &self.findings[share.finding].changes;
        share.changes.iter().map(|it| &all[*it]).collect()
    }

    fn share_keys(&self, index: usize, share: &Share) -> Vec<String> {
        let place = key(&self.pending[index]);
        let one = |it: &CoveredChange| {
            let line = it.old_lines.first().or(it.new_lines.first()).copied().unwrap_or_default();
            format!("{place} change {} {line}", it.id)
        };
        self.changes(share).into_iter().map(one).collect()
    }

    fn decided_share(&self, index: usize, share: &Share) -> Option<Decision> {
        let keys = self.share_keys(index, share);
        let all: Option<Vec<Decision>> = keys.iter().map(|it| self.log.decision(it)).collect();
        all.and_then(|it| it.last().copied())
    }

    /// What was decided on a snapshot, or on the part that a finding has of it.
    pub(super) fn decided(&self, index: usize, finding: Option<usize>) -> Option<Decision> {
        if let Some(decision) = self.log.decision(&key(&self.pending[index])) {
            return Some(decision);
        }
        let mut own = self
            .shares_of(index)
            .iter()
            .filter(|it| finding.is_none_or(|finding| it.finding == finding))
            .map(|it| self.decided_share(index, it));
        let first = own.next()??;
        own.try_fold(first, |_, decision| decision)
    }

    /// What of a decision nobody made meanwhile.
    pub(super) fn left(&self, chosen: &Chosen) -> Vec<usize> {
        let open = |index: &&usize| match chosen.of(**index) {
            Some(findings) if !self.shares_of(**index).is_empty() => {
                let mut own = self.sharers(**index).filter(|it| findings.contains(it));
                own.any(|it| self.decided(**index, Some(it)).is_none())
            }
            Some(_) | None => self.decided(**index, None).is_none(),
        };
        chosen.pending.iter().filter(open).copied().collect()
    }

    /// What stands for the parts of a snapshot that a decision is about.
    pub(super) fn keys(&self, index: usize, chosen: &Chosen) -> Vec<String> {
        let shares = self.shares_of(index);
        let Some(findings) = chosen.of(index).filter(|_| !shares.is_empty()) else {
            return vec![key(&self.pending[index])];
        };
        let own = shares.iter().filter(|it| findings.contains(&it.finding));
        own.flat_map(|it| self.share_keys(index, it)).collect()
    }

    /// Whether others have a part of a snapshot that a decision does not take.
    pub(super) fn is_partial(&self, index: usize, chosen: &Chosen) -> bool {
        let Some(findings) = chosen.of(index) else { return false };
        self.shares_of(index).iter().any(|it| !self.is_taken(index, it, findings))
    }

    fn is_taken(&self, index: usize, share: &Share, findings: &[usize]) -> bool {
        findings.contains(&share.finding)
            || self.decided_share(index, share) == Some(Decision::Accepted)
    }

    /// What accepting writes of a snapshot: all of it, or the parts of a decision with those that
    /// were accepted before, and the rest as in the baseline.
    pub(super) fn take(
        &self,
        index: usize,
        chosen: &Chosen,
        why: Option<&str>,
    ) -> Result<Taking, ReviewError> {
        let mut item = self.acceptance(&self.pending[index], why)?;
        let mut keys = self.keys(index, chosen);
        if let Some(findings) = chosen.of(index).filter(|_| self.is_partial(index, chosen)) {
            self.refuse_inseparable(index, chosen)?;
            item.content = self.content(index, findings)?;
        } else {
            let whole = key(&self.pending[index]);
            if !keys.contains(&whole) {
                keys.push(whole);
            }
        }
        Ok(Taking { index, item, keys, standing: self.standing(index)? })
    }

    /// What stands in a baseline of which parts were accepted before; `None` where none was.
    fn standing(&self, index: usize) -> Result<Option<Vec<u8>>, ReviewError> {
        if !self.shares_of(index).iter().any(|it| self.is_taken(index, it, &[])) {
            return Ok(None);
        }
        self.content(index, &[]).map(Some)
    }

    /// The baseline with the parts of these findings and those that were accepted before.
    fn content(&self, index: usize, findings: &[usize]) -> Result<Vec<u8>, ReviewError> {
        let pending = &self.pending[index];
        let record =
            self.baseline(pending).ok_or_else(|| ReviewError::Nothing(pending.id.clone()))?;
        if pending.facet == FacetKind::Image {
            let shares = self.shares_of(index).iter();
            let taken = shares.filter(|it| self.is_taken(index, it, findings));
            let regions: Vec<Rect> = taken.flat_map(|it| self.regions(index, it)).collect();
            let sides = (self.night.read(&record.evidence)?, self.night.read(&pending.evidence)?);
            return with_regions(&sides.0, &sides.1, &regions)?
                .ok_or_else(|| ReviewError::Nothing(pending.id.clone()));
        }
        let accepted = self.night.read_text(&record.evidence)?;
        let old = redacted(&self.plan, &self.entries, record, &accepted)?;
        let new = self.night.read_text(&pending.evidence)?;
        let changes: Vec<(&CoveredChange, bool)> = self
            .shares_of(index)
            .iter()
            .flat_map(|share| {
                let taken = self.is_taken(index, share, findings);
                self.changes(share).into_iter().map(move |it| (it, taken))
            })
            .collect();
        Ok(part(pending.facet, &old, &new, &changes).into_bytes())
    }

    /// Whether two parts of a snapshot can only be taken together.
    fn is_inseparable(&self, index: usize, one: &Share, other: &Share) -> bool {
        if self.pending[index].facet != FacetKind::Image {
            return overlap(&self.changes(one), &self.changes(other));
        }
        meet(&self.regions(index, one), &self.regions(index, other))
    }

    /// The regions of a picture that belong to a part of it; none where the picture cannot be split,
    /// because something moved or it has another size.
    fn regions(&self, index: usize, share: &Share) -> Vec<Rect> {
        let seen = &self.pending[index].evidence.path;
        let facets = self.findings[share.finding].differences.iter().flat_map(|it| &it.facets);
        let image = facets.filter(|it| it.evidence.contains(seen)).find_map(|it| it.image.as_ref());
        regions(image, &self.changes(share))
    }

    fn refuse_inseparable(&self, index: usize, chosen: &Chosen) -> Result<(), ReviewError> {
        let (own, others): (Vec<&Share>, Vec<&Share>) =
            self.shares_of(index).iter().partition(|it| self.is_taken(index, it, &chosen.findings));
        let tied = |it: &&Share| own.iter().any(|one| self.is_inseparable(index, one, it));
        if !others.iter().any(tied) {
            return Ok(());
        }
        let all = self.inseparable(chosen);
        let pending = &self.pending[index];
        let id = |it: &usize| self.findings[*it].id.clone();
        let others = all.iter().filter(|it| !chosen.findings.contains(it)).map(id);
        let what = match pending.facet {
            FacetKind::Image => "is a picture that cannot be split",
            _ => "has a line that they all changed",
        };
        Err(ReviewError::Shared(Box::new(Shared {
            item: chosen.id.clone(),
            others: others.collect::<Vec<_>>().join(" and "),
            place: format!("{}@{} {}", pending.scenario, pending.checkpoint, pending.facet),
            what,
            all: all.iter().map(id).collect::<Vec<_>>().join(" "),
            night: self.night.named_among(&self.root.join("reports/nights")),
        })))
    }

    /// The findings of a decision with all that can only be accepted together with them.
    #[must_use]
    pub fn inseparable(&self, chosen: &Chosen) -> Vec<usize> {
        let mut all: BTreeSet<usize> = chosen.findings.iter().copied().collect();
        loop {
            let before = all.len();
            for (index, shares) in &self.shares {
                let (own, others): (Vec<&Share>, Vec<&Share>) =
                    shares.iter().partition(|it| all.contains(&it.finding));
                let tied = others.into_iter().filter(|other| {
                    self.decided_share(*index, other) != Some(Decision::Accepted)
                        && own.iter().any(|it| {
                            self.decided(*index, Some(it.finding)).is_none()
                                && self.is_inseparable(*index, it, other)
                        })
                });
                all.extend(tied.map(|it| it.finding).collect::<Vec<_>>());
            }
            if all.len() == before {
                return all.into_iter().collect();
            }
        }
    }

    /// A decision with all that can only be accepted together with it.
    #[must_use]
    pub fn with_inseparable(&self, chosen: Chosen) -> Chosen {
        let all = self.inseparable(&chosen);
        let is_one = |it: &&Item| matches!(it.kind, ItemKind::Finding(at) if all.contains(&at));
        let others = self.items().iter().filter(is_one).map(|it| self.chosen(it));
        let others = others.filter(|it| !it.findings.iter().all(|at| chosen.findings.contains(at)));
        others.collect::<Vec<_>>().into_iter().fold(chosen, Chosen::with)
    }
}
