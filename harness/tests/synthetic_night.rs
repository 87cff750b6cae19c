//! [`synthetic`]: a night of any size, for tests and benchmarks of the report.
//!
//! It is deterministic and as wordy as a real one: eight steps a scenario, a retry for those
//! that fail, a diff of forty lines for each finding.

#![allow(clippy::unwrap_used)]

use chrono::{DateTime, Duration, Utc};
use nightshift::model::finding::{DiffLine, DiffPiece, DiffTag};
use nightshift::model::plan::ProductBuild;
use nightshift::model::{
    Decision, Difference, FORMAT_VERSION, FacetChange, FacetKind, Finding, Gate, Outcome, Severity,
    Surface, Totals, Verdict,
};
use nightshift::report::{
    AttemptReport, Ending, NightFacts, NightReport, ScenarioReport, StepReport, StepState,
};

fn product() -> ProductBuild {
    ProductBuild {
        name: "shop".into(),
        build: Some("a1b2c3".into()),
        previous_build: Some("d4e5f6".into()),
        version: None,
        previous_version: None,
    }
}

/// A night of `scenarios`, of which the first `failing` have regressed, each for its own cause.
pub fn synthetic(scenarios: usize, failing: usize) -> NightReport {
    let started: DateTime<Utc> = DateTime::from_timestamp(1_795_222_800, 0).unwrap();
    let reports: Vec<ScenarioReport> = (0..scenarios).map(|n| scenario(n, n < failing)).collect();
    NightReport {
        facets_judged: nightshift::model::against::JudgedFacets::default(),
        format_version: FORMAT_VERSION,
        night: NightFacts {
            control: None,
            id: "2026-11-21T010000Z-k3f9".into(),
            started,
            finished: Some(started + Duration::minutes(194)),
            deadline: Some(started + Duration::hours(6)),
            ending: Ending::Complete,
            resumed: Vec::new(),
            due: None,
            missed: Vec::new(),
            parts: None,
            branch: Some("main".into()),
            environment: "linux-dejavu-1x-1280x800".into(),
            versions: [("nightshift".to_owned(), "0.1.0".to_owned())].into_iter().collect(),
            ledger: None,
            patience: None,
            not_isolated: Vec::new(),
            walls: None,
            products: vec![product()],
            machine: None,
        },
        gate: Gate {
            decision: if failing == 0 { Decision::Pass } else { Decision::Fail },
            rule: format!("fail-on regressed: {failing} scenarios regressed"),
        },
        totals: Totals::count(reports.iter().map(|it| it.verdict)),
        facets_without_baseline: 0,
        new_facets: 0,
        findings: (0..failing).map(finding).collect(),
        fixed: Vec::new(),
        redactions: Vec::new(),
        dead_redactions: Vec::new(),
        pace: None,
        beside: None,
        history: None,
        weeks: None,
        risk_left: None,
        time: Vec::new(),
        first_step: None,
        scenarios: reports,
        stages: Vec::new(),
        survey: None,
        soak: None,
        agent: None,
        shift: None,
        explanations: Vec::new(),
        sensitivity: None,
        questions: Vec::new(),
        hygiene: Vec::new(),
        pending: Vec::new(),
        preflight: Vec::new(),
        product_notes: Vec::new(),
        sessions: Vec::new(),
        evidence: indexmap::IndexMap::new(),
    }
}

fn id(n: usize) -> String {
    format!("area-{:02}/scenario-{n:05}", n % 40)
}

fn scenario(n: usize, failing: bool) -> ScenarioReport {
    let attempt = |attempt: u32| AttemptReport {
        n: attempt,
        outcome: Outcome::Completed,
        detail: None,
        duration_ms: 1_800 + n as u64 % 700,
        ledger_lines: Some((n as u64 * 10 + 1, n as u64 * 10 + 10)),
        steps: (1..=8).map(step).collect(),
        recordings: Vec::new(),
        watches: Vec::new(),
    };
    ScenarioReport {
        judged_by: nightshift::model::against::JudgedBy::default(),
        id: id(n),
        file: format!("scenarios/area-{:02}/scenario-{n:05}.yaml", n % 40),
        line: 2,
        about: Some("A reader filters orders by country and sees only those rows.".into()),
        tags: vec!["smoke".into(), "release".into()],
        owner: Some("data-team".into()),
        product: Some("shop".into()),
        verdict: if failing { Verdict::Regressed } else { Verdict::Unchanged },
        stage: nightshift::model::Stage::Gating,
        would_be: None,
        because: None,
        detail: None,
        expects: None,
        duration_ms: 1_800 + n as u64 % 700,
        findings: if failing { vec![format!("F{}", n + 1)] } else { Vec::new() },
        attempts: if failing { vec![attempt(1), attempt(2)] } else { vec![attempt(1)] },
    }
}

fn step(index: u32) -> StepReport {
    StepReport {
        index,
        file: None,
        line: index + 5,
        text: format!("click button \"Apply {index}\""),
        actor: None,
        product: None,
        surface: if index == 8 { Surface::Command } else { Surface::Browser },
        place: format!("/shop/orders?page={index}"),
        outcome: StepState::Passed,
        decided: None,
        expected: None,
        actual: None,
        duration_ms: 120,
        evidence: Vec::new(),
    }
}

fn finding(n: usize) -> Finding {
    let line = |tag: DiffTag, number: u32, text: String| DiffLine {
        tag,
        old_line: (tag != DiffTag::Added).then_some(number),
        new_line: (tag != DiffTag::Removed).then_some(number),
        pieces: vec![
            DiffPiece { text: "    - row ".into(), emphasis: false },
            DiffPiece { text, emphasis: true },
        ],
    };
    let diff = (1..=20).flat_map(|number| {
        [DiffTag::Removed, DiffTag::Added]
            .map(|tag| line(tag, number, format!("\"{number} Ada NZ {n}.00 {}\"", number % 7)))
    });
    Finding {
        id: format!("F{}", n + 1),
        fingerprint: format!("{n:016x}"),
        pieces: Vec::new(),
        title: format!("The list of orders number {n} shows other totals than before"),
        verdict: Verdict::Regressed,
        stage: nightshift::model::Stage::Gating,
        severity: [Severity::Critical, Severity::Major, Severity::Minor][n % 3],
        confidence: 0.97,
        first_seen: None,
        since: None,
        noise: None,
        slowdown: None,
        culprit: None,
        flake: None,
        owner: Some("data-team".into()),
        scenarios: vec![id(n)],
        differences: vec![Difference {
            scenario: id(n),
            attempt: 1,
            checkpoint: Some("filtered".into()),
            step: 4,
            place: "/shop/orders?country=NZ".into(),
            facets: vec![FacetChange {
                facet: Some(FacetKind::Aria),
                expected: format!("- row \"1 Ada NZ {n}.00\""),
                actual: format!("- row \"1 Ada NZ {n}.50\""),
                diff: diff.collect(),
                image: None,
                evidence: vec![format!("evidence/ab/{n:064x}.txt")],
                beyond: 0,
                changes: Vec::new(),
            }],
        }],
        reasons: vec!["Both attempts saw the same change.".into()],
        reproduce: format!("nightshift run {}", id(n)),
        accept: Some("nightshift review 2026-11-21T010000Z-k3f9 --accept P1".into()),
        suppression: None,
        changes: Vec::new(),
        because: Vec::new(),
        see_also: Vec::new(),
    }
}
