//! [`findings`]: one finding a cause, named, weighed and ordered, worst first.
//!
//! Confidence is a rule, not an estimate: 0.98 where two attempts or scenarios saw it, 0.9 where
//! one did, at most 0.85 where only a picture changed, 0.6 where attempts disagree.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use super::covered::covered;
use super::narrow::facets_of;
use super::pieces::{Ages, pieces};
use super::seen::{Seen, is_drift};
use super::severity::{only_adds, severity};
use super::spot::{self, atoms};
use super::suppressed::{Suppressions, of_fingerprint};
use super::verdicts::{Judged, verdict};
use super::world::{self, Right};
use crate::cause::{Cause, Class, causes};
use crate::history::outage::Outage;
use crate::model::attempts::{AttemptLog, Attempts};
use crate::model::change::{Identity, short_hash};
use crate::model::comparison::Located;
use crate::model::event::{DISK, SessionWork};
use crate::model::moved::is_moved_code;
use crate::model::plan::WATCH_CHECKPOINT;
use crate::model::share::together;
use crate::model::{
    Because, Change, Difference, FacetKind, Finding, Outcome, Plan, Scenario, Severity, Stage,
    Step, StepOutcome, Verdict,
};
use crate::words::product;

/// All that a finding is made from.
pub(super) struct Material<'a> {
    pub plan: &'a Plan,
    pub attempts: &'a Attempts<'a>,
    pub seen: &'a Seen<'a>,
    pub judged: &'a BTreeMap<&'a str, Judged>,
    /// How much the findings count that are made here.
    stage: Stage,
    now: DateTime<Utc>,
}

/// The findings of a night, in no order yet (see [`order`]).
pub(super) struct NightFindings {
    pub findings: Vec<Finding>,
    /// The fingerprints of those that only add something.
    pub adds: BTreeSet<String>,
    /// What of them earlier nights had.
    pub ages: Ages,
}

/// The findings of a night.
///
/// `gating` is what decides, and `advisory` what is only reported; `judged` are the verdicts by the former.
#[must_use]
pub(super) fn findings(
    plan: &Plan,
    attempts: &Attempts<'_>,
    [gating, advisory]: [&Seen<'_>; 2],
    judged: &BTreeMap<&str, Judged>,
    now: DateTime<Utc>,
) -> NightFindings {
    let material = Material { plan, attempts, seen: gating, judged, stage: Stage::Gating, now };
    let reported = material.reported(advisory);
    let beside = Material { seen: advisory, judged: &reported, stage: Stage::Advisory, ..material };
    let (spots, also) = (material.spots(), beside.spots());
    let ages = Ages::of(&plan.history, spots.iter().chain(&also));
    let mut all = material.all(spots, &ages);
    for (adds, finding) in beside.all(also, &ages) {
        // One cause is one finding, and counts as much as the strongest that saw it.
        match all.iter_mut().find(|it| it.1.fingerprint == finding.fingerprint) {
            Some(same) => absorb(&mut same.1, finding),
            None => all.push((adds, finding)),
        }
    }
    let adds = all.iter().filter(|it| it.0).map(|it| it.1.fingerprint.clone()).collect();
    let told = all.into_iter().map(|it| it.1).filter(|it| it.stage > Stage::Shadow).collect();
    NightFindings { findings: told, adds, ages }
}

/// Puts the worst first, what is only told last, and numbers them; `adds` are the fingerprints of
/// those that only add something.
pub(super) fn order(plan: &Plan, seen: &Seen<'_>, adds: &BTreeSet<String>, all: &mut [Finding]) {
    let first = |it: &Finding| it.scenarios.first().and_then(|id| seen.position(id));
    all.sort_by(|a, b| {
        let rank = |it: &Finding| {
            (Reverse(it.stage), it.verdict, it.severity, adds.contains(&it.fingerprint))
        };
        (rank(a), b.scenarios.len(), first(a), &a.fingerprint).cmp(&(
            rank(b),
            a.scenarios.len(),
            first(b),
            &b.fingerprint,
        ))
    });
    let mut ids: HashMap<String, String> = HashMap::new();
    for (index, finding) in all.iter().enumerate() {
        ids.entry(finding.fingerprint.clone()).or_insert_with(|| format!("F{}", index + 1));
    }
    for (index, finding) in all.iter_mut().enumerate() {
        finding.id = format!("F{}", index + 1);
        let own = std::mem::take(&mut finding.see_also);
        finding.see_also = own.iter().filter_map(|it| ids.get(it).cloned()).collect();
    }
    // What cannot be taken alone is asked for with all that goes with it.
    let together = together(all);
    let ids: Vec<String> = all.iter().map(|it| it.id.clone()).collect();
    for (finding, with) in all.iter_mut().zip(together) {
        if finding.accept.is_some() {
            let named: Vec<&str> = with.iter().map(|it| ids[*it].as_str()).collect();
            let command = format!("nightshift review {} --accept {}", plan.night, named.join(" "));
            finding.accept = Some(command);
        }
    }
}

/// Takes in what else of the same cause was seen, where it counts less.
fn absorb(finding: &mut Finding, other: Finding) {
    finding.differences.extend(other.differences);
    for scenario in other.scenarios {
        if !finding.scenarios.contains(&scenario) {
            finding.scenarios.push(scenario);
        }
    }
}

impl Material<'_> {
    /// The findings that count so much, in no order; with each whether it only adds.
    fn all(&self, mut spots: Vec<Located>, ages: &Ages) -> Vec<(bool, Finding)> {
        let mut all = self.dead_products(&mut spots);
        if self.stage.is_gating() {
            all.extend(self.broken_logins());
            all.extend(self.changed_world());
            all.extend(self.outages());
            all.extend(self.troubles());
        }
        let suppressions = Suppressions::of(self.plan);
        let class = |spot: &Located, change: &Change| match suppressions.naming(spot, change) {
            Some(index) => Class::Suppressed(index),
            None if ages.is_known(&change.identity()) => Class::Known,
            None => Class::New,
        };
        let causes = causes(&spots, &class);
        let mut holders: Vec<Vec<&Cause>> = vec![Vec::new(); spots.len()];
        for cause in &causes {
            cause.spots.iter().for_each(|spot| holders[*spot].push(cause));
        }
        let mut all: Vec<(bool, Finding)> = all.into_iter().map(|it| (false, it)).collect();
        let mut made: Vec<(bool, Finding)> = causes
            .iter()
            .map(|it| {
                let finding = self.finding(it, &holders, &spots);
                let note = |index| suppressions.note(index, self.now);
                let suppression = match it.class {
                    Class::Suppressed(index) => Some(note(index)),
                    Class::New | Class::Known => None,
                };
                (only_adds(&it.changes), Finding { suppression, ..finding })
            })
            .collect();
        // Ids come last, when all are in order; until then fingerprints stand for findings.
        for (index, cause) in causes.iter().enumerate() {
            let others = cause.see_also.iter().map(|it| made[*it].1.fingerprint.clone());
            made[index].1.see_also = others.collect();
        }
        all.extend(made);
        all
    }

    /// What the scenarios would be by what is only reported of them.
    fn reported(&self, advisory: &Seen<'_>) -> BTreeMap<&str, Judged> {
        let judged = |it: &Scenario| {
            if !it.stage.is_gating() {
                return verdict(self.plan, it, self.attempts.scenario(&it.id), advisory);
            }
            let log = self.attempts.scenario(&it.id);
            let all = log.into_iter().flat_map(|log| &log.attempts).filter(|it| it.1.counts());
            let differ = |number: u32| advisory.differs(&it.id, number);
            let (bad, good): (Vec<u32>, Vec<u32>) = all.map(|it| *it.0).partition(|it| differ(*it));
            match (bad.is_empty(), good.is_empty()) {
                (true, _) => self.judged[it.id.as_str()].clone(),
                (false, true) => Judged::plain(Verdict::Regressed),
                (false, false) => Judged::plain(Verdict::Flaky),
            }
        };
        self.plan.scenarios.iter().map(|it| (it.id.as_str(), judged(it))).collect()
    }

    /// Whether what fails in a scenario is told here, beside what differs.
    fn tells_failures(&self, scenario: &str) -> bool {
        self.seen.scenario(scenario).is_some_and(|it| it.stage == self.stage)
    }

    fn log(&self, scenario: &str, number: u32) -> Option<&AttemptLog<'_>> {
        self.attempts.scenario(scenario)?.attempts.get(&number)
    }

    /// The attempts of a scenario that say something and were not as the baseline says.
    fn bad_attempts(&self, scenario: &str) -> Vec<u32> {
        let log = self.attempts.scenario(scenario);
        let all = log.into_iter().flat_map(|log| &log.attempts);
        let fails = self.tells_failures(scenario);
        let bad = |number: u32, it: &AttemptLog<'_>| {
            self.seen.differs(scenario, number)
                || (fails
                    && it.outcome() != Some(Outcome::Completed)
                    && !self.seen.is_alike(scenario, number))
        };
        let lost = |number: u32| self.seen.is_lost(scenario, number);
        all.filter(|(number, it)| it.counts() && !lost(**number) && bad(**number, it))
            .map(|(number, _)| *number)
            .collect()
    }

    fn of_attempt(&self, scenario: &str, number: u32) -> Vec<Located> {
        let differences = self.seen.differences(scenario, number).iter();
        let mut all: Vec<Located> = differences.map(|it| (*it).clone()).collect();
        let Some(log) = self.log(scenario, number) else { return all };
        if !self.tells_failures(scenario) || self.seen.is_alike(scenario, number) {
            return all;
        }
        let planned = self.seen.scenario(scenario);
        let failed = planned.map(|it| spot::failures(it, number, log)).unwrap_or_default();
        let as_control = |it: &Located| self.seen.is_alike_at(scenario, number, it.difference.step);
        if !failed.is_empty() {
            all.extend(failed.into_iter().filter(|it| !as_control(it)));
        } else if log.outcome().is_some_and(|it| it != Outcome::Completed) {
            let outcome = log.outcome().unwrap_or(Outcome::Failed);
            let last = log.steps.last().map_or((0, ""), |it| (it.index, it.place.as_str()));
            let detail = log.finished.as_ref().and_then(|it| it.detail).unwrap_or(outcome.word());
            let why = (outcome, "the scenario to be completed", detail);
            all.push(spot::failure(scenario, number, last, why, Vec::new()));
        }
        all
    }

    /// What the last bad attempt of each scenario saw, and what an earlier one saw that was well
    /// again in the last: that comes and goes, whatever else is wrong.
    fn spots(&self) -> Vec<Located> {
        let mut all = Vec::new();
        for scenario in &self.plan.scenarios {
            let bad = self.bad_attempts(&scenario.id);
            let Some((last, earlier)) = bad.split_last() else { continue };
            let mut own = self.of_attempt(&scenario.id, *last);
            for number in earlier.iter().rev() {
                let came = self.of_attempt(&scenario.id, *number).into_iter();
                let came: Vec<Located> =
                    came.filter_map(|it| self.well_again(&scenario.id, *last, &own, it)).collect();
                own.extend(came);
            }
            all.extend(own);
        }
        all
    }

    /// What of a spot was as the baseline says in a later attempt that came as far, and of which
    /// nothing else is known; `None` where that is nothing.
    fn well_again(
        &self,
        scenario: &str,
        later: u32,
        known: &[Located],
        mut spot: Located,
    ) -> Option<Located> {
        let log = self.log(scenario, later)?;
        let failed = log.failures().map(|it| it.0.index).min();
        let at = &spot.difference;
        let stopped = failed.is_some_and(|it| it <= at.step);
        let Some(checkpoint) = at.checkpoint.clone() else {
            let ended = log.outcome() == Some(Outcome::Completed) || failed.is_some();
            return (log.passed(at.step) || (ended && !stopped)).then_some(spot);
        };
        let is_watch = checkpoint == WATCH_CHECKPOINT;
        if stopped && is_watch {
            return None;
        }
        if !is_watch && !log.checkpoints.iter().any(|it| it.name == checkpoint) {
            return None;
        }
        let differing: BTreeSet<Option<FacetKind>> = known
            .iter()
            .filter(|it| it.difference.checkpoint.as_ref() == Some(&checkpoint))
            .filter(|it| !is_watch || it.difference.step == at.step)
            .flat_map(|it| it.difference.facets.iter().map(|it| it.facet))
            .collect();
        spot.difference.facets.retain(|it| !differing.contains(&it.facet));
        (!spot.difference.facets.is_empty()).then_some(spot)
    }

    /// The verdict of what was seen of a scenario: what its last bad attempt did not show any more
    /// comes and goes.
    fn verdict_of(&self, scenario: &str, differences: &[Difference]) -> Verdict {
        let judged = self.judged[scenario].verdict;
        if differences.iter().filter(|it| it.scenario == scenario).all(is_drift) {
            return judged.max(Verdict::Drifted);
        }
        let last = self.bad_attempts(scenario).last().copied().unwrap_or_default();
        let mut own = differences.iter().filter(|it| it.scenario == scenario);
        let is_earlier = |it: &Difference| it.attempt != 0 && it.attempt < last;
        if judged == Verdict::Regressed && own.all(is_earlier) { Verdict::Flaky } else { judged }
    }

    /// One finding for each product that died or was not well; takes the spots that follow from it.
    fn dead_products(&self, spots: &mut Vec<Located>) -> Vec<Finding> {
        let mut all = Vec::new();
        let mut done: BTreeSet<&str> = BTreeSet::new();
        for crash in &self.attempts.crashes {
            if !done.insert(crash.product) {
                continue;
            }
            let crashes = || self.attempts.crashes.iter().filter(|it| it.product == crash.product);
            let (own, rest) = std::mem::take(spots).into_iter().partition(|spot| {
                let it = &spot.difference;
                let Some(log) = self.log(&it.scenario, it.attempt) else { return false };
                let during = crashes().any(|c| log.span.0 <= c.seq && c.seq <= log.span.1);
                let failed = log.outcome() != Some(Outcome::Completed);
                // What was seen before a step failed was seen of a product that was alive.
                let stopped = log.failures().map(|(step, _)| step.index).min();
                let after = it.checkpoint.is_none() || stopped.is_none_or(|at| it.step >= at);
                self.uses(&it.scenario, crash.product)
                    && after
                    && (log.outcome() == Some(Outcome::Crashed) || (during && failed))
            });
            *spots = rest;
            if self.stage != self.crashed_in(crash.product) {
                continue;
            }
            let title = product::crashed(crash.product, crash.how);
            let key = format!("{} crashed", crash.product);
            all.push(self.product_finding(&key, title, own, Verdict::Regressed));
        }
        if !self.stage.is_gating() {
            return all;
        }
        for check in self.attempts.failed_preflight.iter().filter(|it| it.check != DISK) {
            let product = check.check.strip_prefix("product ");
            let hit = |scenario: &Scenario| {
                let judged = &self.judged[scenario.id.as_str()];
                judged.because == Some(Because::Preflight)
                    && product.is_none_or(|name| self.uses(&scenario.id, name))
            };
            let own = self.plan.scenarios.iter().filter(|it| hit(it)).map(|it| {
                let why = (Outcome::HarnessError, check.check, check.detail);
                let evidence = check.evidence.iter().map(|it| it.path.clone()).collect();
                spot::failure(&it.id, 0, (0, ""), why, evidence)
            });
            let own: Vec<Located> = own.collect();
            // The report says it anyway; a finding is what a scenario suffers from.
            if own.is_empty() {
                continue;
            }
            let title = product::unwell(product, check.check, check.detail);
            let key = format!("{} preflight", check.check);
            all.push(self.product_finding(&key, title, own, Verdict::NotRun));
        }
        all
    }

    /// How much the crashes of a product count: as much as the strongest scenario that ran then,
    /// and where none did, they are nobody's but the product's.
    fn crashed_in(&self, product: &str) -> Stage {
        let crashes = || self.attempts.crashes.iter().filter(|it| it.product == product);
        let hit = self.plan.scenarios.iter().filter(|it| {
            let log = self.attempts.scenario(&it.id);
            let mut attempts = log.into_iter().flat_map(|log| log.attempts.values());
            it.uses_product(product)
                && attempts.any(|log| crashes().any(|c| log.span.0 <= c.seq && c.seq <= log.span.1))
        });
        hit.map(|it| it.stage).max().unwrap_or_default()
    }

    fn uses(&self, scenario: &str, product: &str) -> bool {
        self.seen.scenario(scenario).is_some_and(|it| it.uses_product(product))
    }

    /// One finding for each session that could not be established, for all who needed it.
    fn broken_logins(&self) -> Vec<Finding> {
        let failed = self.attempts.sessions.iter().filter(|it| it.why != SessionWork::Check);
        let failed: BTreeMap<&str, _> =
            failed.filter_map(|it| Some((it.actor, (it, it.failure()?)))).collect();
        let mut all = Vec::new();
        for (actor, (session, (step, failure))) in failed {
            let needs = |it: &&Scenario| {
                self.judged[it.id.as_str()].because == Some(Because::Login)
                    && it.actors().contains(&Some(actor))
            };
            let evidence: Vec<String> = step.evidence.iter().map(|it| it.path.clone()).collect();
            let why = (failure.outcome, failure.expected.as_str(), failure.actual.as_str());
            let scenarios = self.plan.scenarios.iter().filter(needs);
            let own: Vec<Located> = scenarios
                .map(|it| {
                    spot::failure(&it.id, 0, (step.index, &step.place), why, evidence.clone())
                })
                .collect();
            if own.is_empty() {
                continue;
            }
            let text = self.plan.sessions.get(actor).and_then(|planned| {
                planned.establish.iter().flat_map(Step::all).find(|it| it.index == step.index)
            });
            let at = (step.index, text.map(|it| it.text.as_str()));
            let title =
                product::cannot_sign_in(actor, session.product, at, failure.actual.as_str());
            let key = format!("{actor} signs in to {}", session.product);
            let mut finding = self.product_finding(&key, title, own, Verdict::Inconclusive);
            let passed = session.steps.iter().filter(|it| it.outcome == StepOutcome::Passed);
            finding.reasons.push(format!(
                "the session of {actor} could not be established: {} of its steps passed, then \
                 step {} failed; nothing that needs it was tried",
                passed.count(),
                step.index
            ));
            all.push(finding);
        }
        all
    }

    /// One finding for each time in which the environment failed, for all that failed in it.
    fn outages(&self) -> Vec<Finding> {
        let outage = |it: &Outage| {
            self.of_environment("the environment failed", it.title(), &it.said(), &it.hit)
        };
        self.seen.outages().iter().filter_map(outage).collect()
    }

    /// The one finding of all that the control differs in as tonight does.
    fn changed_world(&self) -> Option<Finding> {
        let spots = world::spots(self.plan, self.attempts, self.seen);
        (!spots.is_empty()).then(|| {
            let all = self.product_finding(world::KEY, String::new(), spots, Verdict::Inconclusive);
            world::finding(self.plan, all)
        })
    }

    pub(super) fn product_finding(
        &self,
        key: &str,
        title: String,
        spots: Vec<Located>,
        verdict: Verdict,
    ) -> Finding {
        let atoms = BTreeSet::from([Identity::Product(key.to_owned())]);
        let differences: Vec<Difference> = spots.into_iter().map(|it| it.difference).collect();
        let mut finding = self.assemble(&atoms, differences, title);
        finding.verdict = verdict.min(finding.verdict);
        finding.severity = Severity::Critical;
        finding.confidence = 0.98;
        finding.accept = None;
        finding.suppression = of_fingerprint(self.plan, &finding.fingerprint, self.now);
        finding
    }

    /// The finding of a cause; `holders` are all causes that each spot belongs to.
    fn finding(&self, own: &Cause, holders: &[Vec<&Cause>], spots: &[Located]) -> Finding {
        let differences: Vec<Difference> = own
            .spots
            .iter()
            .map(|spot| {
                let located = &spots[*spot];
                let facets = facets_of(located, own, &holders[*spot]);
                Difference { facets, ..located.difference.clone() }
            })
            .collect();
        let because = own.because.iter().map(|it| (*it).to_owned()).collect();
        Finding { because, ..self.assemble(&own.changes, differences, String::new()) }
    }

    fn assemble(
        &self,
        atoms: &BTreeSet<Identity>,
        differences: Vec<Difference>,
        title: String,
    ) -> Finding {
        let hit: BTreeSet<&str> = differences.iter().map(|it| it.scenario.as_str()).collect();
        let mut scenarios: Vec<&Scenario> =
            hit.into_iter().filter_map(|id| self.seen.scenario(id)).collect();
        scenarios.sort_by_key(|it| self.seen.position(&it.id));
        let verdict = scenarios
            .iter()
            .map(|it| self.verdict_of(&it.id, &differences))
            .min()
            .unwrap_or(Verdict::NotRun);
        let fingerprint = fingerprint(atoms);
        let (times, mut reasons) = self.reasons(atoms, &scenarios, &differences);
        let control = Right::of(self.plan, self.attempts, &differences);
        let only_picture = atoms.iter().all(|it| matches!(it, Identity::Picture(_)));
        let confidence = match (verdict, times) {
            (Verdict::Flaky, _) => 0.6,
            (Verdict::Regressed, times) if let Some(right) = &control => {
                right.confidence(times, only_picture)
            }
            (_, 2..) if !only_picture => 0.98,
            _ if only_picture => 0.85,
            _ => 0.9,
        };
        reasons.extend(control.map(|it| it.said()));
        let facets = || differences.iter().flat_map(|it| &it.facets);
        let stage = scenarios.iter().map(|it| it.stage).max().unwrap_or(self.stage);
        let (severity, most) = if is_moved_code(facets().flat_map(|it| &it.changes)) {
            reasons.push("only where the code stands is another (`stages: moved-code`)".to_owned());
            (Severity::Minor, self.plan.stages.moved_code)
        } else {
            (severity(atoms, &differences), Stage::Gating)
        };
        let first = scenarios.first();
        Finding {
            id: String::new(),
            title,
            verdict,
            stage: stage.min(self.stage).min(most),
            severity,
            confidence,
            first_seen: None,
            since: None,
            noise: None,
            slowdown: None,
            culprit: None,
            flake: None,
            owner: scenarios.iter().find_map(|it| it.owner.clone()),
            scenarios: scenarios.iter().map(|it| it.id.clone()).collect(),
            reasons,
            reproduce: world::reproduce(self.plan, first.copied()),
            // The number is not known yet; what is there says that it can be accepted.
            accept: facets().any(|it| it.facet.is_some()).then(String::new),
            suppression: None,
            changes: covered(&differences),
            because: Vec::new(),
            see_also: Vec::new(),
            fingerprint,
            pieces: pieces(atoms),
            differences,
        }
    }

    /// How many attempts saw it, and why we say so.
    fn reasons(
        &self,
        cause: &BTreeSet<Identity>,
        scenarios: &[&Scenario],
        differences: &[Difference],
    ) -> (usize, Vec<String>) {
        let mut times = 0;
        let mut reasons = Vec::new();
        for scenario in scenarios {
            let Some(log) = self.attempts.scenario(&scenario.id) else { continue };
            let judged = log.attempts.values().filter(|it| it.counts()).count();
            let product = cause.iter().any(|it| matches!(it, Identity::Product(_)));
            let bad = self.bad_attempts(&scenario.id);
            let seen = bad.iter().filter(|number| {
                let spots = self.of_attempt(&scenario.id, **number);
                product || spots.iter().any(|spot| !atoms(spot).is_disjoint(cause))
            });
            let seen = seen.count();
            times += seen;
            if judged > 0 && reasons.len() < 3 {
                let plural = if judged == 1 { "attempt" } else { "attempts" };
                reasons.push(format!("seen in {seen} of {judged} {plural} of {}", scenario.id));
            }
        }
        let places: BTreeSet<&str> =
            differences.iter().map(|it| it.place.as_str()).filter(|it| !it.is_empty()).collect();
        if scenarios.len() > 1 {
            reasons.push(format!("{} scenarios hit, at {} places", scenarios.len(), places.len()));
        }
        let beyond: u32 = differences.iter().flat_map(|it| &it.facets).map(|it| it.beyond).sum();
        if beyond > 0 {
            reasons.push(format!(
                "{beyond} more lines changed there, and are in no finding of their own: a diff keeps the first ones and those that read otherwise; what accepts the whole accepts them too"
            ));
        }
        let lost = differences.iter().any(|it| it.checkpoint.is_none());
        if lost && differences.iter().any(|it| it.checkpoint.is_some()) {
            reasons.push("a failed step follows from what changed".to_owned());
        }
        (times, reasons)
    }
}

/// The same for the same cause on any night: a short hash of its first atom, because what merely
/// follows from a cause can differ from night to night.
fn fingerprint(atoms: &BTreeSet<Identity>) -> String {
    let lead = atoms.iter().map(|it| (it.is_detail(), it.key())).min().unwrap_or_default().1;
    short_hash(&lead)
}
