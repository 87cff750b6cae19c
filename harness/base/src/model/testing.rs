//! [`Night`]: builds a small plan and ledger by hand, for the tests of the rooms that read nights.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeZone, Utc};
use indexmap::IndexMap;

use super::change::Change;
use super::comparison::Located;
use super::event::{
    Entry, Event, EvidenceRef, FacetRecord, Failure, Purpose, StepOutcome, StepRecord,
};
use super::finding::{DiffLine, DiffPiece, DiffTag, Difference, FacetChange};
use super::picture::{ImageChange, Move, Region};
use super::plan::{BaselineRecord, Plan, ProductBuild};
use super::scenario::{Action, RunCommand, Scenario, Snapshot, Step, Surface};
use super::suite::GateConfig;
use super::thing::Thing;
use super::verdict::{Because, Outcome, Verdict};
use super::{FORMAT_VERSION, FacetKind, KnownValue, Rect, WatchKind};

/// A night in the making: its plan, its ledger and its evidence.
#[derive(Debug, Clone)]
pub struct Night {
    /// The plan.
    pub plan: Plan,
    /// The ledger.
    pub entries: Vec<Entry>,
    /// The evidence by path.
    pub evidence: BTreeMap<String, Vec<u8>>,
}

/// The instant at which every night of the tests began.
#[must_use]
pub fn instant() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 21, 1, 0, 0).single().expect("a valid instant")
}

impl Default for Night {
    fn default() -> Self {
        let plan = Plan {
            format_version: FORMAT_VERSION,
            night: "2026-11-21T010000Z-test".to_owned(),
            started: instant(),
            deadline: None,
            branch: None,
            environment: "linux-test".to_owned(),
            versions: IndexMap::new(),
            products: vec![ProductBuild {
                name: "shop".to_owned(),
                build: None,
                previous_build: None,
                version: None,
                previous_version: None,
            }],
            beside: IndexMap::new(),
            control: None,
            patience: None,
            not_isolated: Vec::new(),
            walls: None,
            scenarios: Vec::new(),
            sessions: indexmap::IndexMap::new(),
            redact: Vec::new(),
            gate: GateConfig {
                fail_on_unjudged: Because::FAIL_UNLESS_SAID.to_vec(),
                fail_on: vec![Verdict::Regressed, Verdict::StillFailing],
                judged_at_least: 95.0,
                rules: Vec::new(),
            },
            suppressions: Vec::new(),
            stages: super::Stages::usual(),
            reruns: None,
            hygiene: Vec::new(),
            baselines: Vec::new(),
            machine: None,
            forecasts: IndexMap::new(),
            asked: crate::model::asked::Asked::default(),
            history: crate::model::History::default(),
        };
        Self { plan, entries: Vec::new(), evidence: BTreeMap::new() }
    }
}

impl Night {
    /// Reads evidence.
    pub fn read(&self, evidence: &EvidenceRef) -> Result<Vec<u8>, String> {
        self.evidence.get(&evidence.path).cloned().ok_or_else(|| "no such file".to_owned())
    }

    /// Keeps evidence under a path that its content decides.
    pub fn keep(&mut self, kind: &str, bytes: &[u8]) -> EvidenceRef {
        use sha2::Digest;
        let digest = sha2::Sha256::digest(bytes);
        let head = digest.iter().take(8).fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
        let path = format!("evidence/{head:016x}");
        self.evidence.insert(path.clone(), bytes.to_vec());
        EvidenceRef {
            kind: kind.to_owned(),
            media: "text/plain".to_owned(),
            path,
            bytes: bytes.len() as u64,
        }
    }

    /// Adds a line to the ledger.
    pub fn event(&mut self, event: Event) -> &mut Self {
        let seq = self.entries.len() as u64;
        self.entries.push(Entry { seq, at: instant(), event });
        self
    }

    /// Plans a scenario that uses the browser and takes these checkpoints.
    pub fn browser_scenario(&mut self, id: &str, checkpoints: &[&str]) -> &mut Self {
        let mut steps = vec![step(1, Action::Open("/".into()), "open /")];
        for (index, name) in checkpoints.iter().enumerate() {
            let action = Action::Snapshot(snapshot(name));
            steps.push(step(index as u32 + 2, action, &format!("snapshot {name}")));
        }
        self.plan.scenarios.push(scenario(id, steps));
        self
    }

    /// Plans a scenario of one command; with a checkpoint of its output, where one is named.
    pub fn command_scenario(
        &mut self,
        id: &str,
        line: &str,
        checkpoint: Option<&str>,
    ) -> &mut Self {
        let run = RunCommand {
            snapshot: checkpoint.map(snapshot),
            ..RunCommand::of_words(line.split(' ').map(str::to_owned).collect())
        };
        let steps = vec![step(1, Action::Run(Box::new(run)), &format!("run {line}"))];
        self.plan.scenarios.push(scenario(id, steps));
        self
    }

    /// Adds a baseline.
    pub fn baseline(
        &mut self,
        scenario: &str,
        checkpoint: &str,
        facet: FacetKind,
        content: &[u8],
    ) -> &mut Self {
        let evidence = self.keep("baseline", content);
        self.plan.baselines.push(BaselineRecord {
            scenario: scenario.to_owned(),
            checkpoint: checkpoint.to_owned(),
            facet,
            environment: (facet == FacetKind::Image).then(|| self.plan.environment.clone()),
            algorithm: Some(format!("{}/1", facet.word())),
            file: format!("scenarios/snapshots/{scenario}@{checkpoint}.{facet}.snap"),
            evidence,
            layout: None,
            captured: None,
            origin: crate::model::plan::Origin::Accepted,
        });
        self
    }

    /// An attempt begins.
    pub fn begin(&mut self, scenario: &str, attempt: u32) -> &mut Self {
        self.begin_with(scenario, attempt, &[])
    }

    /// An attempt begins, with values that were handed out (value, token).
    pub fn begin_with(
        &mut self,
        scenario: &str,
        attempt: u32,
        known: &[(&str, &str)],
    ) -> &mut Self {
        let known = known
            .iter()
            .map(|(value, token)| KnownValue {
                value: (*value).to_owned(),
                token: (*token).to_owned(),
            })
            .collect();
        self.event(Event::AttemptStarted {
            scenario: scenario.to_owned(),
            attempt,
            known,
            purpose: Purpose::Judging,
        })
    }

    /// A checkpoint is reached, by the step of that name where the plan has one.
    pub fn seen(
        &mut self,
        scenario: &str,
        attempt: u32,
        checkpoint: &str,
        place: &str,
        facets: &[(FacetKind, &[u8])],
    ) -> &mut Self {
        let facets = facets
            .iter()
            .map(|(facet, content)| FacetRecord {
                facet: *facet,
                evidence: self.keep(facet.word(), content),
                environment: (*facet == FacetKind::Image).then(|| self.plan.environment.clone()),
                masks: Vec::new(),
                layout: None,
            })
            .collect();
        let planned = self.plan.scenarios.iter().find(|it| it.id == scenario);
        let taken = planned.and_then(|it| {
            it.all_steps()
                .into_iter()
                .find(|step| step.action.snapshot().is_some_and(|it| it.name == checkpoint))
        });
        let step = taken.map_or(1, |step| step.index);
        self.event(Event::Checkpoint {
            scenario: scenario.to_owned(),
            attempt,
            checkpoint: checkpoint.to_owned(),
            step,
            place: place.to_owned(),
            facets,
        })
    }

    /// A watch saw something at a step.
    pub fn watch(
        &mut self,
        scenario: &str,
        attempt: u32,
        step: u32,
        kind: WatchKind,
        message: &str,
        path: &str,
    ) -> &mut Self {
        self.event(Event::Watch {
            scenario: scenario.to_owned(),
            attempt,
            step,
            kind,
            message: message.to_owned(),
            path: path.to_owned(),
        })
    }

    /// A step failed.
    pub fn failed(
        &mut self,
        scenario: &str,
        attempt: u32,
        index: u32,
        place: &str,
        failure: (Outcome, &str, &str),
    ) -> &mut Self {
        let (outcome, expected, actual) = failure;
        let failure = Failure { outcome, expected: expected.to_owned(), actual: actual.to_owned() };
        let step = StepRecord {
            index,
            text: String::new(),
            action: None,
            surface: Surface::Browser,
            place: place.to_owned(),
            outcome: StepOutcome::Failed(failure),
            decided: None,
            remark: None,
            duration_ms: 5,
            evidence: Vec::new(),
        };
        self.event(Event::Step { scenario: scenario.to_owned(), attempt, step })
    }

    /// A step of a page passed.
    pub fn passed(&mut self, scenario: &str, attempt: u32, index: u32, place: &str) -> &mut Self {
        let step = StepRecord {
            index,
            text: String::new(),
            action: None,
            surface: Surface::Browser,
            place: place.to_owned(),
            outcome: StepOutcome::Passed,
            decided: None,
            remark: None,
            duration_ms: 5,
            evidence: Vec::new(),
        };
        self.event(Event::Step { scenario: scenario.to_owned(), attempt, step })
    }

    /// An attempt ends.
    pub fn end(&mut self, scenario: &str, attempt: u32, outcome: Outcome) -> &mut Self {
        self.event(Event::AttemptFinished {
            scenario: scenario.to_owned(),
            attempt,
            outcome,
            detail: None,
            duration_ms: 100,
        })
    }

    /// A scenario does not run.
    pub fn not_run(&mut self, scenario: &str, because: Because, detail: &str) -> &mut Self {
        self.event(Event::NotRun {
            scenario: scenario.to_owned(),
            because,
            detail: detail.to_owned(),
        })
    }

    /// A whole browser scenario of one checkpoint with an aria baseline, and what was seen of it.
    pub fn page(&mut self, scenario: &str, place: &str, baseline: &str, seen: &str) -> &mut Self {
        self.browser_scenario(scenario, &["page"])
            .baseline(scenario, "page", FacetKind::Aria, baseline.as_bytes())
            .baseline(scenario, "watch", FacetKind::Events, b"")
            .begin(scenario, 1)
            .seen(scenario, 1, "page", place, &[(FacetKind::Aria, seen.as_bytes())])
            .end(scenario, 1, Outcome::Completed)
    }
}

/// A finding of which nothing is said.
#[must_use]
pub fn finding() -> super::Finding {
    super::Finding {
        id: String::new(),
        fingerprint: String::new(),
        pieces: Vec::new(),
        title: String::new(),
        verdict: super::Verdict::Regressed,
        stage: super::Stage::Gating,
        severity: super::Severity::Major,
        confidence: 0.9,
        first_seen: None,
        since: None,
        noise: None,
        slowdown: None,
        culprit: None,
        flake: None,
        owner: None,
        scenarios: Vec::new(),
        differences: Vec::new(),
        changes: Vec::new(),
        because: Vec::new(),
        see_also: Vec::new(),
        reasons: Vec::new(),
        reproduce: String::new(),
        accept: None,
        suppression: None,
    }
}

/// A change of a thing in a facet, without what it stands in and without its lines.
#[must_use]
pub fn change(
    facet: Option<FacetKind>,
    thing: Thing,
    before: Option<&str>,
    after: Option<&str>,
) -> Change {
    Change {
        facet,
        thing,
        around: Vec::new(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
        old_lines: Vec::new(),
        new_lines: Vec::new(),
    }
}

/// A picture of 200 × 200 pixels of which some differ.
#[must_use]
pub fn image(boxes: Vec<Rect>, regions: Vec<Region>, moves: Vec<Move>) -> ImageChange {
    ImageChange {
        changed_pixels: 40,
        compared_pixels: 40_000,
        expected_size: (200, 200),
        actual_size: (200, 200),
        boxes,
        regions,
        moves,
    }
}

/// What differs at the checkpoint `page` of the first attempt of a scenario.
#[must_use]
pub fn located(scenario: &str, place: &str, facets: Vec<FacetChange>) -> Located {
    let difference = Difference {
        scenario: scenario.to_owned(),
        attempt: 1,
        checkpoint: Some("page".to_owned()),
        step: 1,
        place: place.to_owned(),
        facets,
    };
    Located { difference, replaced: Vec::new() }
}

/// A snapshot of every facet.
#[must_use]
pub fn snapshot(name: &str) -> Snapshot {
    Snapshot { name: name.to_owned(), ..Snapshot::default() }
}

/// A step of the test file.
#[must_use]
pub fn step(index: u32, action: Action, text: &str) -> Step {
    Step { text: text.to_owned(), ..Step::new(index, "scenarios/test.yaml", index + 3, action) }
}

/// A scenario of the product `shop`.
#[must_use]
pub fn scenario(id: &str, steps: Vec<Step>) -> Scenario {
    Scenario {
        id: id.to_owned(),
        file: "scenarios/test.yaml".to_owned(),
        line: 1,
        owner: Some("data-team".to_owned()),
        product: Some("shop".to_owned()),
        steps,
        ..Scenario::default()
    }
}

/// A configuration of the product `shop` that says nothing else.
#[must_use]
pub fn config() -> super::suite::Config {
    let shop = ("shop".to_owned(), super::suite::ProductConfig::default());
    super::suite::Config {
        products: [shop].into_iter().collect(),
        sessions: IndexMap::new(),
        browser: super::suite::BrowserConfig::default(),
        night: super::suite::NightConfig::default(),
        gate: GateConfig::default(),
        redact: Vec::new(),
        mask: Vec::new(),
        vars: IndexMap::new(),
        pass_env: Vec::new(),
        secrets_file: None,
        suppressions: Vec::new(),
        stages: super::Stages::usual(),
        baselines: super::suite::BaselineConfig::default(),
        explore: super::suite::ExploreConfig::default(),
        policy: None,
        agent: None,
        sandbox: super::sandbox::Sandbox::default(),
        notify: super::notify::NotifyConfig::default(),
        file: None,
        publish: None,
        facets: None,
        profiles: IndexMap::new(),
    }
}

/// The lines of a diff written as people do: ` same`, `-old`, `+new`, `~` for a gap.
#[must_use]
pub fn diff_lines(diff: &str) -> Vec<DiffLine> {
    let line = |line: &str| {
        let tag = match &line[..1] {
            "-" => DiffTag::Removed,
            "+" => DiffTag::Added,
            "~" => DiffTag::Gap,
            _ => DiffTag::Same,
        };
        let pieces = vec![DiffPiece { text: line[1..].to_owned(), emphasis: false }];
        DiffLine { tag, old_line: None, new_line: None, pieces }
    };
    diff.lines().map(line).collect()
}
