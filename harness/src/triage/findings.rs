//! [`findings`]: one finding a cause, named, weighed and ordered, worst first.
//!
//! Confidence is a rule, not an estimate: 0.98 where two attempts or scenarios saw it, 0.9 where
//! one did, at most 0.85 where only a picture changed, 0.6 where attempts disagree.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::cause::{self, Atom, atoms};
use super::group::{Group, facets_of, group};
use super::seen::Seen;
use super::title::{plain, title};
use super::verdicts::{Judged, counts, is_clean};
use crate::model::attempts::{AttemptLog, Attempts};
use crate::model::comparison::Located;
use crate::model::event::SessionWork;
use crate::model::finding::SuppressionNote;
use crate::model::{
    Because, Difference, FacetKind, Finding, Outcome, Plan, Scenario, Severity, Step, StepOutcome,
    Verdict, WatchKind,
};

/// All that a finding is made from.
struct Material<'a> {
    plan: &'a Plan,
    attempts: &'a Attempts<'a>,
    seen: &'a Seen<'a>,
    judged: &'a BTreeMap<&'a str, Judged>,
    now: DateTime<Utc>,
}

/// The findings of a night, worst first.
#[must_use]
pub fn findings(
    plan: &Plan,
    attempts: &Attempts<'_>,
    seen: &Seen<'_>,
    judged: &BTreeMap<&str, Judged>,
    now: DateTime<Utc>,
) -> Vec<Finding> {
    let material = Material { plan, attempts, seen, judged, now };
    let mut spots = material.spots();
    let mut all = material.dead_products(&mut spots);
    all.extend(material.broken_logins());
    let groups = group(&spots);
    let mut holders: Vec<Vec<&Group>> = vec![Vec::new(); spots.len()];
    for group in &groups {
        group.spots.iter().for_each(|spot| holders[*spot].push(group));
    }
    all.extend(groups.iter().map(|it| material.finding(it, &holders, &spots)));
    all.sort_by(|a, b| {
        let first = |it: &Finding| it.scenarios.first().and_then(|id| seen.position(id));
        (a.verdict, a.severity, b.scenarios.len(), first(a), &a.fingerprint).cmp(&(
            b.verdict,
            b.severity,
            a.scenarios.len(),
            first(b),
            &b.fingerprint,
        ))
    });
    for (index, finding) in all.iter_mut().enumerate() {
        finding.id = format!("F{}", index + 1);
        if finding.accept.is_some() {
            finding.accept =
                Some(format!("nightshift review {} --accept {}", plan.night, finding.id));
        }
    }
    all
}

impl Material<'_> {
    fn log(&self, scenario: &str, number: u32) -> Option<&AttemptLog<'_>> {
        self.attempts.scenario(scenario)?.attempts.get(&number)
    }

    /// The attempts of a scenario that say something and were not as the baseline says.
    fn bad_attempts(&self, scenario: &str) -> Vec<u32> {
        let log = self.attempts.scenario(scenario);
        let all = log.into_iter().flat_map(|log| &log.attempts);
        all.filter(|(number, it)| counts(it) && !is_clean(scenario, **number, it, self.seen))
            .map(|(number, _)| *number)
            .collect()
    }

    fn of_attempt(&self, scenario: &str, number: u32) -> Vec<Located> {
        let differences = self.seen.differences(scenario, number).iter();
        let mut all: Vec<Located> = differences.map(|it| (*it).clone()).collect();
        let Some(log) = self.log(scenario, number) else { return all };
        let mut failures = log.failures().peekable();
        // After the first failed step only `finally` goes on; what fails there follows from it.
        if let Some((step, failure)) = failures.peek() {
            let evidence = step.evidence.iter().map(|it| it.path.clone()).collect();
            let why = (failure.outcome, failure.expected.as_str(), failure.actual.as_str());
            all.push(cause::failure(scenario, number, (step.index, &step.place), why, evidence));
        } else if log.outcome().is_some_and(|it| it != Outcome::Completed) {
            let outcome = log.outcome().unwrap_or(Outcome::Failed);
            let last = log.steps.last().map_or((0, ""), |it| (it.index, it.place.as_str()));
            let detail = log.finished.as_ref().and_then(|it| it.detail).unwrap_or(outcome.word());
            let why = (outcome, "the scenario to be completed", detail);
            all.push(cause::failure(scenario, number, last, why, Vec::new()));
        }
        all
    }

    /// What the last bad attempt of each scenario saw.
    fn spots(&self) -> Vec<Located> {
        let scenarios = self.plan.scenarios.iter();
        scenarios
            .filter_map(|it| Some((it, *self.bad_attempts(&it.id).last()?)))
            .flat_map(|(it, number)| self.of_attempt(&it.id, number))
            .collect()
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
                self.uses(&it.scenario, crash.product)
                    && (log.outcome() == Some(Outcome::Crashed) || (during && failed))
            });
            *spots = rest;
            let name = plain(crash.product, 40);
            let title = format!("The product {name} crashed ({})", plain(crash.how, 60));
            let key = format!("{} crashed", crash.product);
            all.push(self.product_finding(&key, title, own, Verdict::Regressed));
        }
        for check in &self.attempts.failed_preflight {
            let product = check.check.strip_prefix("product ");
            let hit = |scenario: &Scenario| {
                let judged = &self.judged[scenario.id.as_str()];
                judged.because == Some(Because::Preflight)
                    && product.is_none_or(|name| self.uses(&scenario.id, name))
            };
            let own = self.plan.scenarios.iter().filter(|it| hit(it)).map(|it| {
                let why = (Outcome::HarnessError, check.check, check.detail);
                let evidence = check.evidence.iter().map(|it| it.path.clone()).collect();
                cause::failure(&it.id, 0, (0, ""), why, evidence)
            });
            let own: Vec<Located> = own.collect();
            let detail = plain(check.detail.lines().next().unwrap_or_default(), 70);
            let what = match product {
                Some(name) => format!("The product {} is not well", plain(name, 40)),
                None => format!("The preflight check \"{}\" failed", plain(check.check, 40)),
            };
            let key = format!("{} preflight", check.check);
            all.push(self.product_finding(&key, format!("{what}: {detail}"), own, Verdict::NotRun));
        }
        all
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
                    cause::failure(&it.id, 0, (step.index, &step.place), why, evidence.clone())
                })
                .collect();
            if own.is_empty() {
                continue;
            }
            let text = self.plan.sessions.get(actor).and_then(|planned| {
                planned.establish.iter().flat_map(Step::all).find(|it| it.index == step.index)
            });
            let text = text.map_or_else(String::new, |it| format!(", {}", plain(&it.text, 60)));
            let title = format!(
                "{} cannot sign in to {}: step {}{text}: {}",
                plain(actor, 40),
                plain(session.product, 40),
                step.index,
                plain(failure.actual.lines().next().unwrap_or_default(), 80)
            );
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

    fn product_finding(
        &self,
        key: &str,
        title: String,
        spots: Vec<Located>,
        verdict: Verdict,
    ) -> Finding {
        let atoms = BTreeSet::from([Atom::Product(key.to_owned())]);
        let differences: Vec<Difference> = spots.into_iter().map(|it| it.difference).collect();
        let mut finding = self.assemble(&atoms, differences, title);
        finding.verdict = verdict.min(finding.verdict);
        finding.severity = Severity::Critical;
        finding.confidence = 0.98;
        finding.accept = None;
        finding
    }

    /// The finding of a group; `holders` are all groups that each spot belongs to.
    fn finding(&self, own: &Group, holders: &[Vec<&Group>], spots: &[Located]) -> Finding {
        let differences: Vec<Difference> = own
            .spots
            .iter()
            .map(|spot| {
                let located = &spots[*spot];
                let facets = facets_of(located, own, &holders[*spot]);
                let all = &located.difference.facets;
                let kept = facets.into_iter().map(|index| all[index].clone()).collect();
                Difference { facets: kept, ..located.difference.clone() }
            })
            .collect();
        let title = title(self.seen, &differences, &own.atoms);
        self.assemble(&own.atoms, differences, title)
    }

    fn assemble(
        &self,
        atoms: &BTreeSet<Atom>,
        differences: Vec<Difference>,
        title: String,
    ) -> Finding {
        let hit: BTreeSet<&str> = differences.iter().map(|it| it.scenario.as_str()).collect();
        let mut scenarios: Vec<&Scenario> =
            hit.into_iter().filter_map(|id| self.seen.scenario(id)).collect();
        scenarios.sort_by_key(|it| self.seen.position(&it.id));
        let verdict = scenarios
            .iter()
            .map(|it| self.judged[it.id.as_str()].verdict)
            .min()
            .unwrap_or(Verdict::NotRun);
        let fingerprint = fingerprint(atoms);
        let (times, reasons) = self.reasons(atoms, &scenarios, &differences);
        let only_picture = atoms.iter().all(|it| matches!(it, Atom::Picture(_)));
        let confidence = match (verdict, times) {
            (Verdict::Flaky, _) => 0.6,
            (_, 2..) if !only_picture => 0.98,
            _ if only_picture => 0.85,
            _ => 0.9,
        };
        let facets = || differences.iter().flat_map(|it| &it.facets);
        let first = scenarios.first();
        Finding {
            id: String::new(),
            title,
            verdict,
            severity: severity(atoms, &differences),
            confidence,
            first_seen: None,
            owner: first.and_then(|it| it.owner.clone()),
            scenarios: scenarios.iter().map(|it| it.id.clone()).collect(),
            reasons,
            reproduce: first.map_or("nightshift run".to_owned(), |it| {
                format!("nightshift run {}", shell_words::quote(&it.id))
            }),
            // The number is not known yet; what is there says that it can be accepted.
            accept: facets().any(|it| it.facet.is_some()).then(String::new),
            suppression: self.suppression(&fingerprint),
            fingerprint,
            differences,
        }
    }

    fn suppression(&self, fingerprint: &str) -> Option<SuppressionNote> {
        let known = self.plan.suppressions.iter().find(|it| it.fingerprint == fingerprint)?;
        Some(SuppressionNote {
            reason: known.reason.clone(),
            owner: known.owner.clone(),
            expires: known.expires,
            expired: self.now.date_naive() > known.expires,
        })
    }

    /// How many attempts saw it, and why we say so.
    fn reasons(
        &self,
        cause: &BTreeSet<Atom>,
        scenarios: &[&Scenario],
        differences: &[Difference],
    ) -> (usize, Vec<String>) {
        let mut times = 0;
        let mut reasons = Vec::new();
        for scenario in scenarios {
            let Some(log) = self.attempts.scenario(&scenario.id) else { continue };
            let judged = log.attempts.values().filter(|it| counts(it)).count();
            let product = cause.iter().any(|it| matches!(it, Atom::Product(_)));
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
        let lost = differences.iter().any(|it| it.checkpoint.is_none());
        if lost && differences.iter().any(|it| it.checkpoint.is_some()) {
            reasons.push("a failed step follows from what changed".to_owned());
        }
        (times, reasons)
    }
}

/// The same for the same cause on any night: a short hash of its first atom, because what merely
/// follows from a cause can differ from night to night.
fn fingerprint(atoms: &BTreeSet<Atom>) -> String {
    let lead = atoms.iter().map(|it| (it.is_detail(), it.key())).min().unwrap_or_default().1;
    let digest = Sha256::digest(lead.as_bytes());
    let head = digest.iter().take(6).fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
    format!("{head:012x}")
}

fn severity(atoms: &BTreeSet<Atom>, differences: &[Difference]) -> Severity {
    let stopped = differences.iter().any(|it| it.checkpoint.is_none());
    let worst = atoms.iter().map(|atom| match atom {
        Atom::Product(_) | Atom::Failure { .. } => Severity::Critical,
        Atom::Line { facet: FacetKind::Page, added: Some(line), .. }
            if line.starts_with("status: 5") =>
        {
            Severity::Critical
        }
        Atom::Picture(_) | Atom::Line { facet: FacetKind::A11y, .. } => Severity::Minor,
        Atom::Line { .. } => Severity::Major,
        Atom::Watch(line) => watch_severity(line),
    });
    if stopped { Severity::Critical } else { worst.min().unwrap_or(Severity::Major) }
}

fn watch_severity(line: &str) -> Severity {
    let is = |kind: WatchKind| line.strip_prefix(kind.word());
    if is(WatchKind::PageCrashed).is_some() {
        return Severity::Critical;
    }
    if let Some(rest) = is(WatchKind::BadStatus) {
        let message = rest.split_once(": ").map_or(rest, |it| it.1);
        let mut words = message.split(|it: char| !it.is_ascii_digit());
        let server = words.any(|word| word.len() == 3 && word.starts_with('5'));
        return if server { Severity::Critical } else { Severity::Minor };
    }
    if is(WatchKind::Exception).is_some() || is(WatchKind::Rejection).is_some() {
        return Severity::Major;
    }
    Severity::Minor
}
