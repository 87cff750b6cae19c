//! [`build`]: from plan, ledger and judgement to one [`NightReport`]; pure.
//!
//! It also works on the ledger of a night that was killed: what has no end in the ledger is
//! reported as far as it came. Neighbour: [`super::night`], the shape of the result.

use std::collections::{BTreeMap, HashMap, HashSet};

use indexmap::IndexMap;

use super::night::{
    AttemptReport, Ending, EvidenceNote, NightFacts, NightReport, PreflightCheck, ProductNote,
    RecordingReport, ScenarioReport, StepReport, StepState, WatchReport,
};
use crate::model::{
    Entry, Event, EvidenceRef, FORMAT_VERSION, Judgement, Outcome, Plan, Scenario, StepOutcome,
    StepRecord, Surface,
};

/// The report of a night, from what was planned, what happened and what it means.
#[must_use]
pub fn build(plan: &Plan, entries: &[Entry], judgement: &Judgement) -> NightReport {
    let mut ledger = Ledger::read(entries);
    let planned: HashMap<&str, &Scenario> =
        plan.scenarios.iter().map(|scenario| (scenario.id.as_str(), scenario)).collect();
    let scenarios = judgement
        .scenarios
        .iter()
        .map(|result| {
            let scenario = planned.get(result.id.as_str()).copied();
            let attempts = ledger.attempts.remove(result.id.as_str()).unwrap_or_default();
            ScenarioReport {
                id: result.id.clone(),
                file: scenario.map(|it| it.file.clone()).unwrap_or_default(),
                line: scenario.map_or(0, |it| it.line),
                about: scenario.and_then(|it| it.about.clone()),
                tags: scenario.map(|it| it.tags.clone()).unwrap_or_default(),
                owner: scenario.and_then(|it| it.owner.clone()),
                product: scenario.and_then(|it| it.product.clone()),
                verdict: result.verdict,
                because: result.because,
                detail: result.detail.clone(),
                duration_ms: result.duration_ms,
                findings: result.findings.clone(),
                attempts: attempts
                    .into_iter()
                    .map(|(n, attempt)| attempt.report(n, scenario))
                    .collect(),
            }
        })
        .collect();
    let mut report = NightReport {
        format_version: FORMAT_VERSION,
        night: NightFacts {
            id: plan.night.clone(),
            started: plan.started,
            finished: entries.last().map(|entry| entry.at),
            deadline: plan.deadline,
            ending: ledger.ending,
            branch: plan.branch.clone(),
            environment: plan.environment.clone(),
            versions: plan.versions.clone(),
            products: plan.products.clone(),
        },
        gate: judgement.gate.clone(),
        totals: judgement.totals,
        facets_without_baseline: judgement.facets_without_baseline,
        findings: judgement.findings.clone(),
        scenarios,
        pending: judgement.pending.clone(),
        preflight: ledger.preflight,
        product_notes: ledger.product_notes,
        evidence: IndexMap::new(),
    };
    report.evidence = notes(&report, plan, &ledger.evidence);
    report
}

/// What is known of the files that the report names, sorted by path.
fn notes(
    report: &NightReport,
    plan: &Plan,
    seen: &HashMap<&str, &EvidenceRef>,
) -> IndexMap<String, EvidenceNote> {
    let steps = report.scenarios.iter().flat_map(|it| &it.attempts).flat_map(|it| &it.steps);
    let facets = report.findings.iter().flat_map(|it| &it.differences).flat_map(|it| &it.facets);
    let named: HashSet<&String> = steps
        .flat_map(|step| &step.evidence)
        .chain(facets.flat_map(|facet| &facet.evidence))
        .chain(report.preflight.iter().flat_map(|it| &it.evidence))
        .chain(report.product_notes.iter().flat_map(|it| &it.evidence))
        .collect();
    let accepted: HashMap<&str, &EvidenceRef> =
        plan.baselines.iter().map(|it| (it.evidence.path.as_str(), &it.evidence)).collect();
    let pending: HashMap<&str, &EvidenceRef> =
        report.pending.iter().map(|it| (it.evidence.path.as_str(), &it.evidence)).collect();
    let known: BTreeMap<String, EvidenceNote> = named
        .into_iter()
        .filter_map(|path| {
            let path = path.as_str();
            let it = seen.get(path).or_else(|| accepted.get(path)).or_else(|| pending.get(path))?;
            let note =
                EvidenceNote { kind: it.kind.clone(), media: it.media.clone(), bytes: it.bytes };
            Some((path.to_owned(), note))
        })
        .collect();
    known.into_iter().collect()
}

/// What a ledger says of one attempt.
#[derive(Default)]
struct Attempt<'a> {
    lines: Option<(u64, u64)>,
    steps: BTreeMap<u32, &'a StepRecord>,
    recordings: Vec<RecordingReport>,
    watches: Vec<WatchReport>,
    end: Option<(Outcome, Option<&'a str>, u64)>,
}

impl Attempt<'_> {
    fn report(self, n: u32, scenario: Option<&Scenario>) -> AttemptReport {
        let done: u64 = self.steps.values().map(|step| step.duration_ms).sum();
        let (outcome, detail, duration_ms) = self.end.unwrap_or((
            Outcome::HarnessError,
            Some("the ledger ends before this attempt does"),
            done,
        ));
        AttemptReport {
            n,
            outcome,
            detail: detail.map(str::to_owned),
            duration_ms,
            ledger_lines: self.lines,
            steps: steps(&self.steps, scenario),
            recordings: self.recordings,
            watches: self.watches,
        }
    }
}

/// The planned steps as they went, then those that no plan knows.
fn steps(records: &BTreeMap<u32, &StepRecord>, scenario: Option<&Scenario>) -> Vec<StepReport> {
    let Some(scenario) = scenario else {
        return records.values().map(|record| done(record, String::new(), 0, None)).collect();
    };
    scenario
        .steps
        .iter()
        .chain(&scenario.finally)
        .map(|step| {
            let file = (step.file != scenario.file).then(|| step.file.clone());
            match records.get(&step.index) {
                Some(record) => done(record, step.text.clone(), step.line, file),
                None => StepReport {
                    index: step.index,
                    file,
                    line: step.line,
                    text: step.text.clone(),
                    surface: step.action.surface().unwrap_or(Surface::Browser),
                    place: String::new(),
                    outcome: StepState::NotReached,
                    expected: None,
                    actual: None,
                    duration_ms: 0,
                    evidence: Vec::new(),
                },
            }
        })
        .collect()
}

fn done(record: &StepRecord, text: String, line: u32, file: Option<String>) -> StepReport {
    let (outcome, expected, actual) = match &record.outcome {
        StepOutcome::Passed => (StepState::Passed, None, None),
        StepOutcome::Failed(failure) => {
            (failure.outcome.into(), Some(failure.expected.clone()), Some(failure.actual.clone()))
        }
    };
    StepReport {
        index: record.index,
        file,
        line,
        text,
        surface: record.surface,
        place: record.place.clone(),
        outcome,
        expected,
        actual,
        duration_ms: record.duration_ms,
        evidence: paths(&record.evidence),
    }
}

fn paths(evidence: &[EvidenceRef]) -> Vec<String> {
    evidence.iter().map(|it| it.path.clone()).collect()
}

/// A ledger, sorted by what the report needs.
struct Ledger<'a> {
    attempts: HashMap<&'a str, BTreeMap<u32, Attempt<'a>>>,
    preflight: Vec<PreflightCheck>,
    product_notes: Vec<ProductNote>,
    evidence: HashMap<&'a str, &'a EvidenceRef>,
    ending: Ending,
}

impl<'a> Ledger<'a> {
    fn read(entries: &'a [Entry]) -> Self {
        let mut ledger = Self {
            attempts: HashMap::new(),
            preflight: Vec::new(),
            product_notes: Vec::new(),
            evidence: HashMap::new(),
            ending: Ending::CutOff,
        };
        for entry in entries {
            ledger.take(entry);
        }
        ledger
    }

    fn take(&mut self, entry: &'a Entry) {
        match &entry.event {
            Event::NightStarted { .. } | Event::NotRun { .. } => {}
            Event::Preflight { check, ok, detail, duration_ms, evidence } => {
                self.keep(evidence);
                self.preflight.push(PreflightCheck {
                    check: check.clone(),
                    ok: *ok,
                    detail: detail.clone(),
                    duration_ms: *duration_ms,
                    evidence: paths(evidence),
                });
            }
            Event::ProductCrashed { product, how, evidence } => {
                self.note(entry, product, Some(how.clone()), evidence);
            }
            Event::ProductLog { product, evidence } => self.note(entry, product, None, evidence),
            Event::AttemptStarted { scenario, attempt, .. } => {
                self.attempt(entry, scenario, *attempt);
            }
            Event::Step { scenario, attempt, step } => {
                self.keep(&step.evidence);
                self.attempt(entry, scenario, *attempt).steps.insert(step.index, step);
            }
            Event::Checkpoint { scenario, attempt, facets, .. } => {
                for facet in facets {
                    self.keep(std::slice::from_ref(&facet.evidence));
                }
                self.attempt(entry, scenario, *attempt);
            }
            Event::Recording { scenario, attempt, step, place, evidence } => {
                self.keep(std::slice::from_ref(evidence));
                self.attempt(entry, scenario, *attempt).recordings.push(RecordingReport {
                    step: *step,
                    place: place.clone(),
                    evidence: evidence.path.clone(),
                });
            }
            Event::Watch { scenario, attempt, step, kind, message, path } => {
                self.attempt(entry, scenario, *attempt).watches.push(WatchReport {
                    step: *step,
                    kind: *kind,
                    message: message.clone(),
                    path: path.clone(),
                });
            }
            Event::AttemptFinished { scenario, attempt, outcome, detail, duration_ms } => {
                self.attempt(entry, scenario, *attempt).end =
                    Some((*outcome, detail.as_deref(), *duration_ms));
            }
            Event::NightFinished { interrupted } => {
                self.ending = if *interrupted { Ending::Interrupted } else { Ending::Complete };
            }
        }
    }

    fn attempt(&mut self, entry: &Entry, scenario: &'a str, n: u32) -> &mut Attempt<'a> {
        let attempt = self.attempts.entry(scenario).or_default().entry(n).or_default();
        // A ledger line is one entry, and entries are numbered from 0.
        let line = entry.seq + 1;
        let first = attempt.lines.map_or(line, |(first, _)| first);
        attempt.lines = Some((first, line));
        attempt
    }

    fn note(
        &mut self,
        entry: &Entry,
        product: &str,
        crashed: Option<String>,
        evidence: &'a [EvidenceRef],
    ) {
        self.keep(evidence);
        self.product_notes.push(ProductNote {
            product: product.to_owned(),
            at: entry.at,
            crashed,
            evidence: paths(evidence),
        });
    }

    fn keep(&mut self, evidence: &'a [EvidenceRef]) {
        self.evidence.extend(evidence.iter().map(|it| (it.path.as_str(), it)));
    }
}
