//! [`build`]: from plan, ledger and judgement to one [`NightReport`]; pure.
//!
//! It also works on the ledger of a night that was killed: what has no end in the ledger is
//! reported as far as it came. Neighbour: [`super::night`], the shape of the result.

use std::collections::{BTreeMap, HashMap, HashSet};

use indexmap::IndexMap;

use super::agent::agent;
use super::first_step::first_step;
use super::lately::{risk_left, weeks};
use super::night::{
    AttemptReport, Ending, EvidenceNote, HistoryReport, NightFacts, NightReport, PastNightReport,
    PreflightCheck, ProductNote, RecordingReport, ResumedReport, ScenarioReport, SessionReport,
    WatchReport,
};
use super::spent::spent;
use super::timeline::{self, paths};

use crate::model::event::SessionWork;
use crate::model::pursuit::Pursuit;
use crate::model::question::Question;
use crate::model::{
    Entry, Event, EvidenceRef, FORMAT_VERSION, History, Judgement, Outcome, Plan, Scenario,
    ScenarioResult, Step, StepOutcome, StepRecord,
};

/// How many earlier nights the strip shows, with tonight.
const STRIP: usize = 13;

/// The report of a night, from what was planned, what happened and what it means.
#[must_use]
pub fn build(plan: &Plan, entries: &[Entry], judgement: &Judgement) -> NightReport {
    let mut ledger = Ledger::read(entries);
    let planned: HashMap<&str, &Scenario> =
        plan.scenarios.iter().map(|scenario| (scenario.id.as_str(), scenario)).collect();
    let baselines = plan.baselines_by_scenario();
    let scenarios: Vec<ScenarioReport> = judgement
        .scenarios
        .iter()
        .map(|result| {
            let scenario = planned.get(result.id.as_str()).copied();
            let attempts = ledger.attempts.remove(result.id.as_str()).unwrap_or_default();
            let own = scenario.and_then(|it| baselines.get(&it.id));
            let expects =
                scenario.map(|it| plan.expectations(it, own.map_or(&[][..], Vec::as_slice)));
            scenario_report(result, scenario, expects, attempts)
        })
        .collect();
    let mut report = NightReport {
        format_version: FORMAT_VERSION,
        night: NightFacts {
            control: judgement.control.clone(),
            resumed: std::mem::take(&mut ledger.resumed),
            ..facts(plan, entries, ledger.ending)
        },
        gate: judgement.gate.clone(),
        totals: judgement.totals,
        facets_without_baseline: judgement.facets_without_baseline,
        new_facets: judgement.new_facets,
        facets_judged: judgement.facets_judged,
        findings: judgement.findings.clone(),
        fixed: judgement.fixed.clone(),
        redactions: judgement.redactions.clone(),
        dead_redactions: judgement.dead_redactions.clone(),
        pace: judgement.pace,
        beside: judgement.beside.clone(),
        history: history(&plan.history),
        weeks: weeks(&plan.history, &scenarios),
        risk_left: risk_left(plan, &scenarios),
        time: spent(plan, entries, &judgement.findings),
        first_step: first_step(plan, entries),
        scenarios,
        stages: judgement.stages.clone(),
        sensitivity: None,
        survey: None,
        soak: None,
        questions: questions(entries),
        agent: agent(entries),
        shift: None,
        explanations: Vec::new(),
        hygiene: plan.hygiene.clone(),
        pending: judgement.pending.clone(),
        preflight: ledger.preflight,
        product_notes: ledger.product_notes,
        sessions: ledger.sessions.iter().map(|it| it.report(plan)).collect(),
        evidence: IndexMap::new(),
    };
    report.evidence = notes(&report, plan, &ledger.evidence);
    report
}

/// What nobody was there to answer, each question once.
#[must_use]
pub fn questions(entries: &[Entry]) -> Vec<Question> {
    let mut all: Vec<Question> = Vec::new();
    for entry in entries {
        if let Event::Goal { pursuit: Pursuit::Question { question, reply: None, .. }, .. } =
            &entry.event
            && !all.iter().any(|it| it.id == question.id)
        {
            all.push(question.clone());
        }
    }
    all
}

fn scenario_report(
    result: &ScenarioResult,
    scenario: Option<&Scenario>,
    expects: Option<String>,
    attempts: BTreeMap<u32, Attempt<'_>>,
) -> ScenarioReport {
    ScenarioReport {
        id: result.id.clone(),
        file: scenario.map(|it| it.file.clone()).unwrap_or_default(),
        line: scenario.map_or(0, |it| it.line),
        about: scenario.and_then(|it| it.about.clone()),
        tags: scenario.map(|it| it.tags.clone()).unwrap_or_default(),
        owner: scenario.and_then(|it| it.owner.clone()),
        product: scenario.and_then(|it| it.product.clone()),
        verdict: result.verdict,
        stage: result.stage,
        would_be: result.would_be,
        because: result.because,
        detail: result.detail.clone(),
        judged_by: result.judged_by,
        expects,
        duration_ms: result.duration_ms,
        findings: result.findings.clone(),
        attempts: attempts.into_iter().map(|(n, it)| it.report(n, scenario)).collect(),
    }
}

fn facts(plan: &Plan, entries: &[Entry], ending: Ending) -> NightFacts {
    NightFacts {
        id: plan.night.clone(),
        started: plan.started,
        finished: entries.last().map(|entry| entry.at),
        deadline: plan.deadline,
        ending,
        resumed: Vec::new(),
        due: plan.asked.due,
        missed: plan.asked.missed.clone(),
        parts: plan.asked.parts.clone(),
        branch: plan.branch.clone(),
        environment: plan.environment.clone(),
        versions: plan.versions.clone(),
        ledger: None,
        patience: plan.patience,
        not_isolated: plan.not_isolated.clone(),
        walls: plan.walls.clone(),
        products: plan.products.clone(),
        control: None,
        machine: plan.machine.clone(),
    }
}

/// The nights before; `None` of a night that looked for none.
fn history(past: &History) -> Option<HistoryReport> {
    past.folder.as_ref()?;
    let from = past.nights.len().saturating_sub(STRIP);
    Some(HistoryReport {
        folder: past.folder.clone(),
        known: past.nights.len() as u32,
        nights: past.nights[from..]
            .iter()
            .map(|it| PastNightReport {
                id: it.id.clone(),
                started: it.started,
                decision: it.decision,
                totals: it.totals,
                sensitivity: it.sensitivity,
            })
            .collect(),
        skipped: past.skipped.clone(),
        other_branches: past.other_branches,
    })
}

/// What is known of the files that the report names, sorted by path.
fn notes(
    report: &NightReport,
    plan: &Plan,
    seen: &HashMap<&str, &EvidenceRef>,
) -> IndexMap<String, EvidenceNote> {
    let steps = report.scenarios.iter().flat_map(|it| &it.attempts).flat_map(|it| &it.steps);
    let steps = steps.chain(report.sessions.iter().flat_map(|it| &it.steps));
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
    /// In the order in which they went.
    steps: Vec<&'a StepRecord>,
    recordings: Vec<RecordingReport>,
    watches: Vec<WatchReport>,
    end: Option<(Outcome, Option<&'a str>, u64)>,
}

impl Attempt<'_> {
    fn report(self, n: u32, scenario: Option<&Scenario>) -> AttemptReport {
        let done: u64 = self.steps.iter().map(|step| step.duration_ms).sum();
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
            steps: timeline::steps(&self.steps, outcome, scenario),
            recordings: self.recordings,
            watches: self.watches,
        }
    }
}

/// A ledger, sorted by what the report needs.
struct Ledger<'a> {
    attempts: HashMap<&'a str, BTreeMap<u32, Attempt<'a>>>,
    /// Attempts that were only made to measure, which no reader wants among the others.
    measuring: HashSet<(&'a str, u32)>,
    measured: Attempt<'a>,
    preflight: Vec<PreflightCheck>,
    product_notes: Vec<ProductNote>,
    sessions: Vec<SessionDone<'a>>,
    evidence: HashMap<&'a str, &'a EvidenceRef>,
    ending: Ending,
    resumed: Vec<ResumedReport>,
}

/// What a ledger says of the work on a session.
struct SessionDone<'a> {
    at: chrono::DateTime<chrono::Utc>,
    actor: &'a str,
    product: &'a str,
    why: SessionWork,
    steps: &'a [StepRecord],
    duration_ms: u64,
}

impl SessionDone<'_> {
    fn report(&self, plan: &Plan) -> SessionReport {
        let planned = plan.sessions.get(self.actor);
        let planned: Vec<&Step> = planned
            .map(|it| match self.why {
                SessionWork::Check => &it.check,
                SessionWork::First | SessionWork::Expired | SessionWork::Old => &it.establish,
            })
            .into_iter()
            .flatten()
            .flat_map(Step::all)
            .collect();
        SessionReport {
            actor: self.actor.to_owned(),
            product: self.product.to_owned(),
            at: self.at,
            why: self.why.word().to_owned(),
            ok: self.steps.iter().all(|step| step.outcome == StepOutcome::Passed),
            duration_ms: self.duration_ms,
            steps: timeline::of_session(&planned, self.steps),
        }
    }
}

impl<'a> Ledger<'a> {
    fn read(entries: &'a [Entry]) -> Self {
        let mut ledger = Self {
            attempts: HashMap::new(),
            measuring: HashSet::new(),
            measured: Attempt::default(),
            preflight: Vec::new(),
            product_notes: Vec::new(),
            sessions: Vec::new(),
            evidence: HashMap::new(),
            ending: Ending::CutOff,
            resumed: Vec::new(),
        };
        for entry in entries {
            ledger.take(entry);
        }
        ledger
    }

    fn take(&mut self, entry: &'a Entry) {
        self.keep(&entry.event);
        match &entry.event {
            Event::NightStarted { .. }
            | Event::NotRun { .. }
            | Event::NoControl { .. }
            | Event::Usage { .. } => {}
            Event::NightResumed { .. } => self.go_on(entry),
            Event::Session { actor, product, why, steps, duration_ms } => {
                let (at, why, duration_ms) = (entry.at, *why, *duration_ms);
                self.sessions.push(SessionDone { at, actor, product, why, steps, duration_ms });
            }
            Event::Preflight { check, ok, detail, duration_ms, evidence } => {
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
            Event::AttemptStarted { scenario, attempt, purpose, .. } => {
                if !purpose.is_judging() {
                    self.measuring.insert((scenario.as_str(), *attempt));
                }
                self.attempt(entry, scenario, *attempt);
            }
            Event::Step { scenario, attempt, step } => {
                self.attempt(entry, scenario, *attempt).steps.push(step);
            }
            Event::Checkpoint { scenario, attempt, .. } | Event::Goal { scenario, attempt, .. } => {
                self.attempt(entry, scenario, *attempt);
            }
            Event::Recording { scenario, attempt, step, place, evidence } => {
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

    /// The night had broken off and goes on: it ends later than that.
    fn go_on(&mut self, entry: &Entry) {
        let Event::NightResumed { broke_off, kept, anew, void: _ } = &entry.event else { return };
        self.ending = Ending::CutOff;
        self.resumed.push(ResumedReport {
            broke_off: *broke_off,
            at: entry.at,
            kept: *kept,
            anew: anew.clone(),
        });
    }

    fn attempt(&mut self, entry: &Entry, scenario: &'a str, n: u32) -> &mut Attempt<'a> {
        if self.measuring.contains(&(scenario, n)) {
            return &mut self.measured;
        }
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
        self.product_notes.push(ProductNote {
            product: product.to_owned(),
            at: entry.at,
            crashed,
            evidence: paths(evidence),
        });
    }

    /// Remembers the files that a line names.
    fn keep(&mut self, event: &'a Event) {
        let of_steps = |steps: &'a [StepRecord]| steps.iter().flat_map(|it| &it.evidence);
        let kept: Vec<&EvidenceRef> = match event {
            Event::Session { steps, .. } => of_steps(steps).collect(),
            Event::Step { step, .. } => step.evidence.iter().collect(),
            Event::Checkpoint { facets, .. } => facets.iter().map(|it| &it.evidence).collect(),
            Event::Recording { evidence, .. } => vec![evidence],
            Event::Preflight { evidence, .. }
            | Event::ProductCrashed { evidence, .. }
            | Event::ProductLog { evidence, .. } => evidence.iter().collect(),
            Event::NightStarted { .. }
            | Event::NotRun { .. }
            | Event::NoControl { .. }
            | Event::Usage { .. }
            | Event::AttemptStarted { .. }
            | Event::Watch { .. }
            | Event::Goal { .. }
            | Event::AttemptFinished { .. }
            | Event::NightResumed { .. }
            | Event::NightFinished { .. } => Vec::new(),
        };
        self.evidence.extend(kept.into_iter().map(|it| (it.path.as_str(), it)));
    }
}
