//! [`Parts`]: what was seen, split by how much it counts, and [`tally`], what of it would have
//! alarmed. Neighbours: [`super::findings`] makes findings of the gating and the advisory part.
//!
//! A change counts as much as the weakest of its scenario, its facet, its watch and its snapshot,
//! which may call a facet unstable.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use crate::model::attempts::{AttemptLog, Attempts, CheckpointLog};
use crate::model::comparison::{Comparison, Located, PendingReason, Unjudged};
use crate::model::finding::DiffTag;
use crate::model::moved::is_moved_code;
use crate::model::plan::WATCH_CHECKPOINT;
use crate::model::{
    BaselineRecord, Difference, FacetChange, FacetKind, Plan, Scenario, ScenarioResult, Stage,
    StageTally, Stages, Verdict, WatchKind,
};

/// What changed, by how much it counts.
#[derive(Debug)]
pub struct Parts<'a> {
    /// What decides.
    pub gating: Cow<'a, [Located]>,
    /// What is reported.
    pub advisory: Vec<Located>,
}

impl<'a> Parts<'a> {
    /// Splits what changed. Where everything gates, nothing is copied.
    #[must_use]
    pub fn of(plan: &Plan, comparison: &'a Comparison) -> Self {
        let own: HashMap<&str, &Scenario> = plan
            .scenarios
            .iter()
            .filter(|it| !it.stage.is_gating() || !it.unstable().is_empty())
            .map(|it| (it.id.as_str(), it))
            .collect();
        if own.is_empty() && plan.stages.is_empty() {
            let gating = Cow::Borrowed(comparison.differences.as_slice());
            return Self { gating, advisory: Vec::new() }.without_moved_code(plan);
        }
        let (mut gating, mut advisory) = (Vec::new(), Vec::new());
        for located in &comparison.differences {
            let scenario = own.get(located.difference.scenario.as_str()).copied();
            gating.extend(part(located, scenario, &plan.stages, Stage::Gating));
            advisory.extend(part(located, scenario, &plan.stages, Stage::Advisory));
        }
        Self { gating: Cow::Owned(gating), advisory }.without_moved_code(plan)
    }

    /// Takes from what decides the places at which nothing changed but where the code stands.
    fn without_moved_code(mut self, plan: &Plan) -> Self {
        let stage = plan.stages.moved_code;
        if stage.is_gating() || !self.gating.iter().any(is_moved) {
            return self;
        }
        let (moved, gating) = self.gating.into_owned().into_iter().partition(is_moved);
        self.gating = Cow::Owned(gating);
        if stage == Stage::Advisory {
            self.advisory.extend::<Vec<Located>>(moved);
        }
        self
    }
}

/// Changed lines of a facet from which on not all of them are told.
const TOLD: usize = 400;

/// Whether nothing changed at a place but where the code stands, and all that changed is told.
fn is_moved(located: &Located) -> bool {
    let is_whole = |it: &FacetChange| {
        let changed =
            it.diff.iter().filter(|it| matches!(it.tag, DiffTag::Added | DiffTag::Removed));
        !it.changes.is_empty() && changed.count() < TOLD
    };
    let facets = &located.difference.facets;
    facets.iter().all(is_whole) && is_moved_code(facets.iter().flat_map(|it| &it.changes))
}

/// What of a difference counts exactly so much, where anything does.
fn part(
    located: &Located,
    scenario: Option<&Scenario>,
    stages: &Stages,
    wanted: Stage,
) -> Option<Located> {
    let whole = &located.difference;
    let own = |facet: FacetKind| match (scenario, &whole.checkpoint) {
        (Some(it), Some(checkpoint)) if it.is_unstable(checkpoint, facet) => Stage::Shadow,
        (Some(it), Some(_) | None) => it.stage,
        (None, _) => Stage::Gating,
    };
    let of = |it: &FacetChange| part_of(it, own(it.facet?), stages, wanted);
    let facets: Vec<FacetChange> = whole.facets.iter().filter_map(of).collect();
    let kept: HashSet<FacetKind> = facets.iter().filter_map(|it| it.facet).collect();
    let replaced = located.replaced.iter().copied().filter(|it| kept.contains(it)).collect();
    let difference = || Difference { facets, ..whole.clone() };
    (!kept.is_empty()).then(|| Located { difference: difference(), replaced })
}

fn part_of(
    change: &FacetChange,
    own: Stage,
    stages: &Stages,
    wanted: Stage,
) -> Option<FacetChange> {
    let facet = change.facet?;
    if facet != FacetKind::Events {
        return (own.min(stages.facet(facet)) == wanted).then(|| change.clone());
    }
    // What several watches saw at one step lies in one change, a line for each sighting.
    let counts = |line: &str| own.min(stages.watch_line(line)) == wanted;
    let lines: Vec<&str> = change.actual.lines().filter(|it| counts(it)).collect();
    let diff = change.diff.iter().filter(|line| {
        let text: String = line.pieces.iter().map(|piece| piece.text.as_str()).collect();
        line.tag != DiffTag::Added || counts(&text)
    });
    (!lines.is_empty()).then(|| FacetChange {
        actual: lines.join("\n"),
        diff: diff.cloned().collect(),
        beyond: 0,
        changes: change
            .changes
            .iter()
            .filter(|it| it.after.as_deref().is_none_or(counts))
            .cloned()
            .collect(),
        ..change.clone()
    })
}

/// Whether something that has no baseline makes its scenario `new`.
#[must_use]
pub fn makes_new(plan: &Plan, facet: FacetKind, reason: PendingReason) -> bool {
    reason == PendingReason::New && plan.stages.facet(facet).is_gating()
}

/// Whether something that could not be compared makes its scenario inconclusive.
#[must_use]
pub fn keeps_from_judging(plan: &Plan, unjudged: &Unjudged) -> bool {
    plan.stages.facet(unjudged.facet).is_gating()
}

/// What everything that does not gate would have done: `promote` reads it.
#[must_use]
pub fn tally(
    plan: &Plan,
    attempts: &Attempts<'_>,
    comparison: &Comparison,
    results: &[ScenarioResult],
) -> Vec<StageTally> {
    let gates = |it: &Scenario| it.stage.is_gating() && it.unstable().is_empty();
    if plan.stages.is_empty() && plan.scenarios.iter().all(gates) {
        return Vec::new();
    }
    let mut counted = Counted::default();
    let mut baselines: HashMap<&str, Vec<&BaselineRecord>> = HashMap::new();
    for record in &plan.baselines {
        baselines.entry(&record.scenario).or_default().push(record);
    }
    let mut last: HashSet<(&str, u32)> = HashSet::new();
    for scenario in &plan.scenarios {
        let Some(log) = attempts.scenario(&scenario.id) else { continue };
        let judged = log.attempts.iter().rev().find(|(_, it)| it.counts());
        let Some((number, attempt)) = judged else { continue };
        last.insert((&scenario.id, *number));
        let own = baselines.get(scenario.id.as_str()).map_or(&[][..], Vec::as_slice);
        counted.compared(plan, attempt, own);
    }
    for located in &comparison.differences {
        let at = &located.difference;
        if last.contains(&(at.scenario.as_str(), at.attempt)) {
            counted.alarmed(at);
        }
    }
    counted.tallies(plan, results)
}

/// How often facets and watches were compared, and differed.
#[derive(Default)]
struct Counted<'a> {
    compared: BTreeMap<FacetKind, u32>,
    /// Scenario and checkpoint that were compared.
    places: BTreeMap<FacetKind, HashSet<(&'a str, &'a str)>>,
    /// Scenario and checkpoint.
    facets: BTreeMap<FacetKind, HashSet<(&'a str, &'a str)>>,
    /// Scenario.
    watches: BTreeMap<WatchKind, HashSet<&'a str>>,
}

impl<'a> Counted<'a> {
    fn compared(
        &mut self,
        plan: &Plan,
        attempt: &AttemptLog<'_>,
        baselines: &[&'a BaselineRecord],
    ) {
        for record in baselines {
            if record.checkpoint == WATCH_CHECKPOINT && record.facet == FacetKind::Events {
                *self.compared.entry(FacetKind::Events).or_default() += 1;
                continue;
            }
            let own = |it: &&CheckpointLog<'_>| it.name == record.checkpoint;
            let seen = attempt.checkpoints.iter().filter(own).flat_map(|it| it.facets);
            let mut same = seen.filter(|it| it.facet == record.facet);
            let here = same.any(|it| {
                let environment = it.environment.as_deref().unwrap_or(&plan.environment);
                record.facet != FacetKind::Image
                    || record.environment.as_deref() == Some(environment)
            });
            *self.compared.entry(record.facet).or_default() += u32::from(here);
            if here {
                let place = (record.scenario.as_str(), record.checkpoint.as_str());
                self.places.entry(record.facet).or_default().insert(place);
            }
        }
    }

    fn alarmed(&mut self, difference: &'a Difference) {
        for change in &difference.facets {
            let Some(facet) = change.facet else { continue };
            let at = (difference.scenario.as_str(), difference.checkpoint.as_deref());
            let at = (at.0, at.1.unwrap_or_default());
            self.facets.entry(facet).or_default().insert(at);
            if facet == FacetKind::Events {
                let words = change.actual.lines().filter_map(|line| line.split(' ').next());
                for kind in words.filter_map(WatchKind::from_word) {
                    self.watches.entry(kind).or_default().insert(&difference.scenario);
                }
            }
        }
    }

    fn tallies(&self, plan: &Plan, results: &[ScenarioResult]) -> Vec<StageTally> {
        let weak = |stage: &Stage| !stage.is_gating();
        let compared = |facet: FacetKind| self.compared.get(&facet).copied().unwrap_or_default();
        let facets = plan.stages.facets.iter().filter(|it| weak(it.1)).map(|(facet, stage)| {
            let alarms = self.facets.get(facet).map_or(0, HashSet::len) as u32;
            tally_of(format!("facet {facet}"), *stage, compared(*facet), alarms)
        });
        let watches = plan.stages.watches.iter().filter(|it| weak(it.1)).map(|(kind, stage)| {
            let alarms = self.watches.get(kind).map_or(0, HashSet::len) as u32;
            let compared = compared(FacetKind::Events);
            tally_of(format!("watch {}", kind.word()), *stage, compared, alarms)
        });
        let scenarios = results.iter().filter(|it| weak(&it.stage)).map(|it| {
            let alarms = it.would_be.is_some_and(is_alarm);
            tally_of(
                format!("scenario {}", it.id),
                it.stage,
                u32::from(it.verdict.is_judged()),
                u32::from(alarms),
            )
        });
        let unstable = plan.scenarios.iter().flat_map(|scenario| {
            let at = scenario.unstable().into_iter();
            at.map(move |(checkpoint, facet)| (scenario.id.as_str(), checkpoint, facet))
        });
        let unstable = unstable.map(|(scenario, checkpoint, facet)| {
            let key = (scenario, checkpoint);
            let seen = |it: &BTreeMap<FacetKind, HashSet<(&str, &str)>>| {
                u32::from(it.get(&facet).is_some_and(|it| it.contains(&key)))
            };
            let what = format!("unstable {scenario}@{checkpoint} {facet}");
            tally_of(what, Stage::Shadow, seen(&self.places), seen(&self.facets))
        });
        facets.chain(watches).chain(scenarios).chain(unstable).collect()
    }
}

fn tally_of(what: String, stage: Stage, compared: u32, would_have_alarmed: u32) -> StageTally {
    StageTally { what, stage, compared, would_have_alarmed }
}

/// Whether somebody would be called because of it.
fn is_alarm(verdict: Verdict) -> bool {
    match verdict {
        Verdict::Regressed | Verdict::StillFailing | Verdict::Flaky => true,
        Verdict::Inconclusive
        | Verdict::Drifted
        | Verdict::New
        | Verdict::Fixed
        | Verdict::Unchanged
        | Verdict::NotRun => false,
    }
}

/// The verdict that counts of a scenario that does not gate: what it found decides nothing, and
/// what it could not find out is said as of every other.
#[must_use]
pub fn counted_verdict(scenario: &Scenario, verdict: Verdict) -> Verdict {
    if scenario.stage.is_gating() {
        return verdict;
    }
    match verdict {
        Verdict::Regressed
        | Verdict::StillFailing
        | Verdict::Flaky
        | Verdict::Drifted
        | Verdict::Fixed
        | Verdict::Unchanged => Verdict::Unchanged,
        Verdict::New => Verdict::New,
        Verdict::Inconclusive => Verdict::Inconclusive,
        Verdict::NotRun => Verdict::NotRun,
    }
}
