//! [`FindingView`]: one finding as the page shows it, from a plain title to the raw material.
//!
//! Neighbours: [`super::facets`] for what changed, [`super::page`] for where it stands.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::Serialize;

use super::covers::{Cover, covers};
use super::culprit::CulpritView;
use super::facets::{FacetView, LinkView, links};
use super::fact::{on_trial, owned, word};
use super::lead::lead;
use super::night::{AttemptReport, NightReport, ScenarioReport, StepReport, StepState};
use super::pictures::{FrameView, PictureView};
use super::recording::{RecordingView, Recordings};
use super::sentence::{is_suppressed, open};
use super::shown::{count, duration, evidence_link, one_line, short};
use crate::model::{Difference, FacetChange, FacetKind, Finding, Surface};

/// The most places of one finding that are listed.
const MOST_PLACES: usize = 10;
/// The most changes of one finding that are listed beside the command that accepts it.
const MOST_COVERS: usize = 60;
/// The most differences of one finding that are shown in full.
const MOST_CHANGES: usize = 3;
/// The most sightings of the watches that are listed.
const MOST_WATCHES: usize = 12;
/// Longer timelines are cut to what surrounds the marked steps.
const LONG_TIMELINE: usize = 24;

/// One finding.
#[derive(Debug, Serialize)]
pub struct FindingView {
    id: String,
    title: String,
    verdict: &'static str,
    /// Its stage, where it does not decide.
    stage: Option<&'static str>,
    /// What it is, where that is open.
    open: Option<&'static str>,
    severity: &'static str,
    sure: String,
    first_seen: String,
    owner: Option<String>,
    /// The same as it is told: nobody may own it.
    owned: String,
    /// Who answers for its scenarios, and their tags: what filters go by.
    owners: String,
    tags: String,
    fingerprint: String,
    hits: String,
    places: Vec<PlaceView>,
    more_places: Option<String>,
    expected: String,
    actual: String,
    thumbnails: Option<PictureView>,
    reproduce: String,
    accept: Option<String>,
    /// The changes that accepting it takes.
    covers: Vec<Cover>,
    more_covers: Option<String>,
    known: Option<String>,
    /// Who broke it, once that was searched for.
    culprit: Option<CulpritView>,
    /// The redaction that would silence it, where it looks like noise.
    noise: Option<String>,
    sides: Option<super::sides::SidesView>,
    /// What a language model makes of it.
    explained: Option<super::explained::ExplainedView>,
    reasons: Vec<String>,
    changes: Vec<ChangeView>,
    more_changes: Option<String>,
    timeline: Option<TimelineView>,
    /// What the terminal showed.
    recordings: Vec<RecordingView>,
}

/// A place that a finding hits.
#[derive(Debug, Serialize)]
struct PlaceView {
    scenario: String,
    anchor: Option<String>,
    moment: String,
    place: String,
}

/// One difference.
#[derive(Debug, Serialize)]
struct ChangeView {
    scenario: String,
    moment: String,
    place: String,
    is_command: bool,
    facets: Vec<FacetView>,
}

/// The steps of the attempt that saw it.
#[derive(Debug, Serialize)]
struct TimelineView {
    scenario: String,
    attempt: String,
    outcome: &'static str,
    steps: Vec<StepView>,
    watches: Vec<String>,
    more_watches: Option<String>,
    material: Vec<LinkView>,
    ledger: Option<String>,
    file: String,
}

/// One step, or what stands for steps that are left out.
#[derive(Debug, Serialize)]
struct StepView {
    index: u32,
    state: &'static str,
    text: String,
    decided: Option<String>,
    place: String,
    duration: String,
    source: String,
    expected: Option<String>,
    actual: Option<String>,
    gap: Option<String>,
    /// Whether it is far from all that went wrong, so that paper leaves it out.
    far: bool,
}

/// What findings are looked up in.
pub struct Known<'a> {
    /// The night.
    pub report: &'a NightReport,
    /// The recordings of terminals.
    pub recordings: &'a Recordings<'a>,
    /// The scenarios by id.
    pub scenarios: HashMap<&'a str, &'a ScenarioReport>,
    /// The titles of the findings by id.
    pub titles: HashMap<&'a str, &'a str>,
    /// The anchors of the scenarios' rows.
    pub anchors: HashMap<&'a str, String>,
}

impl Known<'_> {
    /// Who answers for the scenarios that a finding hits, separated by `|`.
    pub fn owners_of(&self, finding: &Finding) -> String {
        let hit = finding.scenarios.iter().filter_map(|id| self.scenarios.get(id.as_str()));
        joined(hit.filter_map(|it| it.owner.as_deref()).chain(finding.owner.as_deref()))
    }

    /// The last nights of a scenario, where they are known.
    pub fn trend(&self, scenario: &str) -> Option<super::trend::TrendView> {
        self.report.weeks.as_ref()?.trends.get(scenario).map(super::trend::TrendView::of)
    }

    /// The tags of the scenarios that a finding hits, separated by `|`.
    pub fn tags_of(&self, finding: &Finding) -> String {
        let hit = finding.scenarios.iter().filter_map(|id| self.scenarios.get(id.as_str()));
        joined(hit.flat_map(|it| it.tags.iter().map(String::as_str)))
    }
}

/// Each name once, in order.
fn joined<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let all: BTreeSet<&str> = names.collect();
    one_line(&all.into_iter().collect::<Vec<_>>().join("|"), 400)
}

impl FindingView {
    /// The view of a finding.
    pub fn new(finding: &Finding, known: &Known<'_>) -> Self {
        let lead = lead(finding);
        let timeline = TimelineView::new(finding, known);
        let (changes, more_changes) = changes(finding, known);
        let all_covers = covers(&finding.changes);
        let thumbnails = thumbnails(finding, &changes, known);
        Self {
            id: one_line(&finding.id, 20),
            title: one_line(&finding.title, 240),
            verdict: word(finding),
            stage: on_trial(finding.stage),
            open: open(known.report, finding),
            severity: finding.severity.word(),
            sure: format!("{:.0} %", finding.confidence.clamp(0.0, 1.0).min(0.99) * 100.0),
            first_seen: first_seen(finding, known.report),
            owner: finding.owner.as_deref().map(|owner| one_line(owner, 60)),
            owned: owned(finding),
            owners: known.owners_of(finding),
            tags: known.tags_of(finding),
            fingerprint: one_line(&finding.fingerprint, 80),
            hits: count(finding.scenarios.len(), "scenario"),
            places: places(finding, known),
            more_places: more_places(finding),
            expected: lead.0,
            actual: lead.1,
            thumbnails,
            reproduce: one_line(&finding.reproduce, 400),
            accept: finding.accept.as_deref().map(|it| one_line(it, 400)),
            more_covers: (all_covers.len() > MOST_COVERS).then(|| {
                format!("… and {} more; night.json has all", all_covers.len() - MOST_COVERS)
            }),
            covers: all_covers.into_iter().take(MOST_COVERS).collect(),
            known: finding.suppression.as_ref().map(|note| {
                let holds = if is_suppressed(finding) { "until" } else { "expired on" };
                let reason = one_line(&note.reason, 300);
                format!(
                    "Known issue, {holds} {}: {reason} ({})",
                    note.expires,
                    one_line(&note.owner, 60)
                )
            }),
            culprit: finding.culprit.as_ref().map(CulpritView::new),
            noise: finding.noise.as_deref().map(|it| one_line(it, 300)),
            sides: super::sides::SidesView::of(finding, known.report),
            explained: super::explained::ExplainedView::of(finding, known.report),
            reasons: reasons(finding),
            changes,
            more_changes,
            timeline,
            recordings: recordings(finding, known),
        }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Roughly how many bytes it takes on the page.
    pub fn weight(&self) -> usize {
        let changes: usize =
            self.changes.iter().flat_map(|it| &it.facets).map(FacetView::weight).sum();
        let steps = self.timeline.as_ref().map_or(0, |it| it.steps.len() * 320);
        let covers: usize = self.covers.iter().map(|it| it.change.len() + 120).sum();
        let culprit = self.culprit.as_ref().map_or(0, CulpritView::weight);
        let told = self.explained.as_ref().map_or(0, super::explained::ExplainedView::weight);
        4_000 + changes + steps + covers + culprit + told
    }
}

/// The recordings of the attempt that saw it first, up to the step at which it did.
fn recordings(finding: &Finding, known: &Known<'_>) -> Vec<RecordingView> {
    let seen = finding.differences.iter().find_map(|it| {
        let (attempt, step) = step_of(it, known)?;
        (step.surface == Surface::Terminal).then_some((attempt, step))
    });
    let Some((attempt, step)) = seen else { return Vec::new() };
    // The program that ran at the step is the last one started until then.
    let running =
        attempt.recordings.iter().filter(|it| it.step <= step.index).max_by_key(|it| it.step);
    running.and_then(|it| known.recordings.view(&it.evidence, &step.text)).into_iter().collect()
}

/// When it was first seen, as a person says it.
fn first_seen(finding: &Finding, report: &NightReport) -> String {
    match finding.first_seen {
        Some(at) if at < report.night.started => {
            let build = finding.since.as_ref().and_then(|it| it.build.as_deref());
            let build = build.map(|it| format!(", build {}", one_line(it, 40)));
            format!("first seen {}{}", at.format("%-d %B %Y"), build.unwrap_or_default())
        }
        Some(_) => "first seen tonight".to_owned(),
        None => "history unknown".to_owned(),
    }
}

/// `checkpoint filtered`, or `step 5`.
fn moment(difference: &Difference) -> String {
    match difference.checkpoint.as_deref() {
        Some(crate::model::plan::WATCH_CHECKPOINT) => format!("watches, step {}", difference.step),
        Some(checkpoint) => format!("checkpoint {}", one_line(checkpoint, 80)),
        None => format!("step {}", difference.step),
    }
}

fn is_command(difference: &Difference, known: &Known<'_>) -> bool {
    let by_facet = difference.facets.iter().any(|facet| {
        matches!(
            facet.facet,
            Some(FacetKind::Exit | FacetKind::Stdout | FacetKind::Stderr | FacetKind::Screen)
        )
    });
    by_facet
        || step_of(difference, known)
            .is_some_and(|(_, step)| matches!(step.surface, Surface::Command | Surface::Terminal))
}

fn step_of<'a>(
    difference: &Difference,
    known: &Known<'a>,
) -> Option<(&'a AttemptReport, &'a StepReport)> {
    let scenario = known.scenarios.get(difference.scenario.as_str())?;
    let attempt = scenario.attempts.iter().find(|it| it.n == difference.attempt)?;
    // Of the rounds of a `repeat`, the one that failed, or the last.
    let mut rounds = attempt.steps.iter().filter(|it| it.index == difference.step);
    let failed = rounds.clone().find(|it| it.outcome.is_failure());
    Some((attempt, failed.or_else(|| rounds.next_back())?))
}

/// The differences to show in full: a change that was shown is not shown again elsewhere.
fn changes(finding: &Finding, known: &Known<'_>) -> (Vec<ChangeView>, Option<String>) {
    let evidence = &known.report.evidence;
    let mut shown: Vec<&Difference> = Vec::new();
    let mut same = 0;
    let mut more = 0;
    for difference in &finding.differences {
        if shown.iter().any(|it| is_same_change(it, difference)) {
            same += 1;
        } else if shown.len() < MOST_CHANGES {
            shown.push(difference);
        } else {
            more += 1;
        }
    }
    let views = shown
        .iter()
        .map(|difference| ChangeView {
            scenario: one_line(&difference.scenario, 120),
            moment: moment(difference),
            place: short(&difference.place, 300),
            is_command: is_command(difference, known),
            facets: difference
                .facets
                .iter()
                .map(|facet| FacetView::new(facet, &moment(difference), evidence))
                .collect(),
        })
        .collect();
    let mut notes = Vec::new();
    if same > 0 {
        notes.push(format!("The same change was seen at {}.", count(same, "more place")));
    }
    if more > 0 {
        notes.push(format!("{} left out here; all are in night.json.", count(more, "difference")));
    }
    (views, (!notes.is_empty()).then(|| notes.join(" ")))
}

/// Whether two differences read the same, wherever they were seen.
fn is_same_change(one: &Difference, other: &Difference) -> bool {
    let says = |it: &FacetChange| it.image.is_none() || !it.diff.is_empty();
    let text = |it: &Difference| -> Vec<(Option<FacetKind>, String, String)> {
        it.facets
            .iter()
            .filter(|facet| says(facet))
            .map(|facet| (facet.facet, facet.expected.clone(), facet.actual.clone()))
            .collect()
    };
    // Pictures of two places are never the same picture; a text facet beside them decides.
    let (one, other) = (text(one), text(other));
    !other.is_empty() && other.iter().all(|facet| one.contains(facet))
}

fn places(finding: &Finding, known: &Known<'_>) -> Vec<PlaceView> {
    let anchor = |id: &str| known.anchors.get(id).cloned();
    let mut seen = HashSet::new();
    let mut places: Vec<PlaceView> = finding
        .differences
        .iter()
        .filter(|it| seen.insert((it.scenario.as_str(), it.checkpoint.as_deref(), it.step)))
        .take(MOST_PLACES)
        .map(|difference| PlaceView {
            scenario: one_line(&difference.scenario, 120),
            anchor: anchor(&difference.scenario),
            moment: moment(difference),
            place: one_line(&difference.place, 160),
        })
        .collect();
    if places.is_empty() {
        places.extend(finding.scenarios.iter().take(MOST_PLACES).map(|id| PlaceView {
            scenario: one_line(id, 120),
            anchor: anchor(id),
            moment: String::new(),
            place: String::new(),
        }));
    }
    places
}

fn more_places(finding: &Finding) -> Option<String> {
    let all = finding.differences.len().max(finding.scenarios.len());
    let more = all.saturating_sub(MOST_PLACES);
    (more > 0).then(|| format!("and {}; all are in night.json", count(more, "more place")))
}

/// The pair of pictures of the finding: baseline and tonight, or the page as a step failed.
fn thumbnails(finding: &Finding, changes: &[ChangeView], known: &Known<'_>) -> Option<PictureView> {
    let compared = changes.iter().flat_map(|it| &it.facets).find_map(FacetView::picture);
    if let Some(picture) = compared {
        let mut pair = picture.clone();
        if !pair.thumbnails.is_empty() {
            pair.frames = std::mem::take(&mut pair.thumbnails);
        }
        pair.frames.truncate(2);
        return (!pair.frames.is_empty()).then_some(pair);
    }
    let (_, step) = finding.differences.iter().find_map(|it| step_of(it, known))?;
    let picture = step.evidence.iter().find(|path| {
        known.report.evidence.get(*path).is_some_and(|note| note.media.starts_with("image/"))
    })?;
    let alt = format!("The page when step {} ended: {}", step.index, one_line(&step.text, 120));
    let frame = FrameView {
        caption: "Tonight",
        alt,
        href: evidence_link(picture)?,
        size: None,
        boxes: Vec::new(),
        part: None,
        crop: None,
    };
    Some(PictureView {
        frames: vec![frame],
        about: String::new(),
        note: None,
        compares: false,
        thumbnails: Vec::new(),
    })
}

impl TimelineView {
    fn new(finding: &Finding, known: &Known<'_>) -> Option<Self> {
        let difference = finding.differences.first();
        let id = difference.map_or_else(|| finding.scenarios.first(), |it| Some(&it.scenario))?;
        let scenario = known.scenarios.get(id.as_str())?;
        let attempt = difference
            .and_then(|it| scenario.attempts.iter().find(|attempt| attempt.n == it.attempt))
            .or_else(|| scenario.attempts.first());
        let Some(attempt) = attempt else { return Self::of_login(finding, scenario, known) };
        let differing: HashSet<u32> = finding
            .differences
            .iter()
            .filter(|it| it.scenario == scenario.id && it.attempt == attempt.n)
            .map(|it| it.step)
            .collect();
        // Of the rounds of a `repeat` in which a step was done, only one failed.
        let failing: HashSet<u32> =
            attempt.steps.iter().filter(|it| it.outcome.is_failure()).map(|it| it.index).collect();
        let is_marked = |step: &StepReport| {
            step.outcome.is_failure()
                || (differing.contains(&step.index) && !failing.contains(&step.index))
        };
        let marked = attempt.steps.iter().filter(|step| is_marked(step));
        let evidence: Vec<String> =
            marked.flat_map(|step| step.evidence.clone()).take(12).collect();
        let mut material = links(&evidence, &known.report.evidence);
        for note in &known.report.product_notes {
            if Some(&note.product) == scenario.product.as_ref() {
                material.extend(links(&note.evidence, &known.report.evidence));
            }
        }
        let more_watches = attempt.watches.len().saturating_sub(MOST_WATCHES);
        Some(Self {
            scenario: one_line(&scenario.id, 120),
            attempt: format!("attempt {} of {}", attempt.n, scenario.attempts.len()),
            outcome: attempt.outcome.word(),
            steps: steps(attempt, scenario, &is_marked, &differing),
            watches: attempt
                .watches
                .iter()
                .take(MOST_WATCHES)
                .map(|it| {
                    let message = short(&it.message, 300);
                    format!(
                        "step {}, {} at {}: {message}",
                        it.step,
                        it.kind.word(),
                        short(&it.path, 160)
                    )
                })
                .collect(),
            more_watches: (more_watches > 0)
                .then(|| format!("{}; all are in night.json", count(more_watches, "more"))),
            material,
            ledger: attempt.ledger_lines.map(|(from, to)| format!("lines {from} to {to}")),
            file: format!("{}:{}", one_line(&scenario.file, 200), scenario.line),
        })
    }
}

impl TimelineView {
    /// Where nobody could sign in, the steps of that.
    fn of_login(finding: &Finding, scenario: &ScenarioReport, known: &Known<'_>) -> Option<Self> {
        let evidence = &finding.differences.first()?.facets.first()?.evidence;
        let own = |step: &StepReport| step.outcome.is_failure() && step.evidence == *evidence;
        let mut failed = known.report.sessions.iter().rev().filter(|it| !it.ok);
        let session = failed.find(|it| it.why != "check" && it.steps.iter().any(own))?;
        let attempt = AttemptReport {
            n: 1,
            outcome: crate::model::Outcome::Failed,
            detail: None,
            duration_ms: session.duration_ms,
            ledger_lines: None,
            steps: session.steps.clone(),
            watches: Vec::new(),
            recordings: Vec::new(),
        };
        let is_marked = |step: &StepReport| step.outcome.is_failure();
        Some(Self {
            scenario: format!("the session of {}", one_line(&session.actor, 80)),
            attempt: format!("at {} UTC", session.at.format("%H:%M:%S")),
            outcome: attempt.outcome.word(),
            steps: steps(&attempt, scenario, &is_marked, &HashSet::new()),
            watches: Vec::new(),
            more_watches: None,
            material: links(evidence, &known.report.evidence),
            ledger: None,
            file: "nightshift.yaml".to_owned(),
        })
    }
}

/// Who does a step, and where, as far as it is not the scenario's own actor and product.
fn who(step: &StepReport) -> String {
    let actor = step.actor.as_deref().map(|it| format!("{} ", one_line(it, 40)));
    let product = step.product.as_deref().map(|it| format!("in {} ", one_line(it, 40)));
    let text: String = actor.into_iter().chain(product).collect();
    match text.trim_end() {
        "" => String::new(),
        text => format!("{text}: "),
    }
}

/// As many steps before and after one that went wrong are near it.
const NEAR: usize = 2;

/// The timeline: all steps of a short one, else the first, those around marked ones and the last.
fn steps(
    attempt: &AttemptReport,
    scenario: &ScenarioReport,
    is_marked: &dyn Fn(&StepReport) -> bool,
    differing: &HashSet<u32>,
) -> Vec<StepView> {
    let all = &attempt.steps;
    let marks: Vec<usize> =
        all.iter().enumerate().filter(|(_, step)| is_marked(step)).map(|(at, _)| at).collect();
    let is_shown = |at: usize| {
        all.len() <= LONG_TIMELINE
            || at < 2
            || at + 1 == all.len()
            || marks.iter().take(5).any(|mark| mark.abs_diff(at) <= 3)
    };
    let mut views: Vec<StepView> = Vec::new();
    let mut hidden = 0;
    for (at, step) in all.iter().enumerate() {
        if !is_shown(at) {
            hidden += 1;
            continue;
        }
        let gap = (hidden > 0).then(|| format!("{} left out", count(hidden, "step")));
        hidden = 0;
        // What the finding itself says stands above already.
        let is_told = !differing.contains(&step.index);
        views.push(StepView {
            index: step.index,
            state: state(step, is_marked(step)),
            text: format!("{}{}", who(step), one_line(&step.text, 200)),
            place: one_line(&step.place, 160),
            decided: step.decided.clone(),
            duration: if matches!(step.outcome, StepState::NotReached | StepState::Skipped) {
                String::new()
            } else {
                duration(step.duration_ms)
            },
            source: match &step.file {
                Some(file) => format!("{}:{}", one_line(file, 160), step.line),
                None => format!("{}:{}", one_line(&scenario.file, 160), step.line),
            },
            expected: step.expected.as_deref().filter(|_| is_told).map(|it| short(it, 400)),
            actual: step.actual.as_deref().filter(|_| is_told).map(|it| short(it, 800)),
            gap,
            far: at > 0 && !marks.is_empty() && marks.iter().all(|mark| mark.abs_diff(at) > NEAR),
        });
    }
    views
}

fn state(step: &StepReport, differs: bool) -> &'static str {
    match step.outcome {
        StepState::Passed if differs => "differs",
        state => state.word(),
    }
}
/// As many other findings are named that may have the same cause; the rest is counted.
const NAMED: usize = 5;

/// Why we say so, why its changes are one finding, and which other findings may be the same.
fn reasons(finding: &Finding) -> Vec<String> {
    let mut all: Vec<String> = finding.reasons.iter().map(|reason| short(reason, 400)).collect();
    if !finding.because.is_empty() {
        all.push(format!("its changes are one finding: {}", finding.because.join("; ")));
    }
    let others = &finding.see_also;
    let named = others.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match others.len() {
        0 => {}
        few if few <= NAMED => all.push(format!("perhaps the same cause as {named}")),
        many => all.push(format!("perhaps the same cause as {named} and {} more", many - NAMED)),
    }
    all
}
