//! [`Case`]: one facet of one checkpoint, and [`run`], which changes it and has each change judged
//! by the real comparison. What goes unnoticed is laid to what hides it.

use crate::compare::{
    Beside, CompareError, Redactor, TextJudge, canonical, compare_images, watch::WatchSet,
};
use crate::model::attempts::{AttemptLog, CheckpointLog, SightingLog};
use crate::model::plan::WATCH_CHECKPOINT;
use crate::model::scenario::RedactionClass;
use crate::model::sensitivity::{Covered, Hidden, MutantKind, Noticed};
use crate::model::settle::Remedy;
use crate::model::{
    BaselineRecord, FacetKind, KnownValue, Plan, Rect, Redaction, Scenario, Stage, WatchKind,
};
use crate::picture::drawn::{Picture, covered, is_covered, possible, size};

use super::mutant::{self, Site};
use super::{Budget, ByKind, Read, seed};

/// What is done to pictures.
const PICTURE_KINDS: [MutantKind; 3] =
    [MutantKind::LoseIcon, MutantKind::MoveBox, MutantKind::ChangeColour];

/// A checkpoint with what is not compared in it.
pub(crate) struct Checkpoint {
    pub name: String,
    pub masks: Vec<String>,
    pub redactor: Redactor,
    /// Nothing is left out.
    bare: Redactor,
    /// Each redaction by itself, with its words.
    single: Vec<(String, Redactor)>,
}

impl Checkpoint {
    /// What is not compared in a checkpoint of a scenario.
    pub fn new(
        plan: &Plan,
        scenario: &Scenario,
        known: &[KnownValue],
        name: &str,
    ) -> Result<Self, CompareError> {
        Self::with(plan, scenario, known, name, None)
    }

    /// The same with a remedy more.
    pub fn with(
        plan: &Plan,
        scenario: &Scenario,
        known: &[KnownValue],
        name: &str,
        more: Option<&Remedy>,
    ) -> Result<Self, CompareError> {
        let mut snapshot = scenario.snapshot(name).cloned().unwrap_or_default();
        match more {
            Some(Remedy::Redact(it)) => snapshot.redact.push(it.clone()),
            Some(Remedy::Unordered(it)) => snapshot.unordered.push(it.clone()),
            Some(Remedy::Mask(_) | Remedy::Unstable(_) | Remedy::Writes(_)) | None => {}
        }
        let each = [&plan.redact, &scenario.redact, &snapshot.redact].into_iter().flatten();
        let mut single = each
            .map(|it| Ok((words(it), Redactor::new(&[std::slice::from_ref(it)], known)?)))
            .collect::<Result<Vec<_>, CompareError>>()?;
        for it in &snapshot.unordered {
            let alone = Redactor::new(&[], known)?.without_order(std::slice::from_ref(it));
            single.push((format!("unordered: {it}"), alone));
        }
        let masks = scenario.mask.iter().chain(&snapshot.mask);
        Ok(Self {
            name: name.to_owned(),
            masks: masks.map(ToString::to_string).collect(),
            redactor: Redactor::of_checkpoint(plan, scenario, Some(&snapshot), known)?,
            bare: Redactor::new(&[], &[])?,
            single,
        })
    }
}

/// A redaction as YAML would have it.
fn words(redaction: &Redaction) -> String {
    match redaction {
        Redaction::Pattern(pattern) => format!("{{ pattern: '{}' }}", pattern.replace('\'', "''")),
        Redaction::Json(pointer) => format!("{{ json: {pointer} }}"),
        Redaction::Class(class) => RedactionClass::word(*class).to_owned(),
    }
}

/// One facet of one checkpoint.
pub(crate) struct Case<'a> {
    pub facet: FacetKind,
    /// Which of the scenario's checkpoints.
    pub checkpoint: usize,
    pub has_baseline: bool,
    pub content: Content<'a>,
}

/// What was seen.
pub(crate) enum Content<'a> {
    /// A text, with everything that could be changed in it.
    Text(String, Vec<Vec<Site>>),
    /// A picture with its size, and what is not compared of it.
    Picture(Vec<u8>, (u32, u32), Vec<Rect>),
    /// What the watches saw, with the places where they could see more.
    Watches(Vec<SightingLog<'a>>, Vec<(u32, &'a str)>),
}

impl Case<'_> {
    /// How many changes could be made.
    pub fn possible(&self) -> u64 {
        match &self.content {
            Content::Text(_, sites) => sites.iter().map(|it| it.len() as u64).sum(),
            Content::Picture(_, size, _) => possible(*size),
            Content::Watches(_, places) => (places.len() * SIGHTINGS.len()) as u64,
        }
    }

    /// The same by kind.
    fn kinds(&self) -> Vec<(MutantKind, u64)> {
        match &self.content {
            Content::Text(_, sites) => {
                let kind = |it: &Vec<Site>| Some((it.first()?.kind, it.len() as u64));
                sites.iter().filter_map(kind).collect()
            }
            Content::Picture(_, size, _) => {
                let each = possible(*size) / PICTURE_KINDS.len() as u64;
                PICTURE_KINDS.map(|it| (it, each)).to_vec()
            }
            Content::Watches(..) => vec![(MutantKind::AddSighting, self.possible())],
        }
    }

    /// How many bytes are compared for each change.
    pub fn bytes(&self) -> u64 {
        match &self.content {
            Content::Text(text, _) => text.len() as u64,
            Content::Picture(png, _, _) => png.len() as u64,
            Content::Watches(..) => 0,
        }
    }
}

/// The facets of a checkpoint that was reached.
pub(crate) fn cases<'a>(
    plan: &Plan,
    baselines: &[&BaselineRecord],
    log: &CheckpointLog<'_>,
    checkpoint: usize,
    read: Read<'_>,
) -> Vec<Case<'a>> {
    let mut cases = Vec::new();
    for seen in log.facets {
        let facet = seen.facet;
        let environment = seen.environment.as_deref().unwrap_or(&plan.environment);
        let has_baseline = baselines.iter().any(|it| {
            it.checkpoint == log.name
                && it.facet == facet
                && (facet != FacetKind::Image || it.environment.as_deref() == Some(environment))
        });
        let Some(bytes) = read(&seen.evidence) else { continue };
        let content = if facet == FacetKind::Image {
            let Some(size) = size(&bytes) else { continue };
            Content::Picture(bytes, size, seen.masks.clone())
        } else {
            let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
            let sites = mutant::sites(facet, &text).into_values().collect();
            Content::Text(text, sites)
        };
        cases.push(Case { facet, checkpoint, has_baseline, content });
    }
    cases
}

/// The watches of an attempt.
pub(crate) fn watches<'a>(
    attempt: &AttemptLog<'a>,
    baselines: &[&BaselineRecord],
    checkpoint: usize,
) -> Case<'a> {
    let mut places: Vec<(u32, &str)> =
        attempt.steps.iter().map(|it| (it.index, it.place.as_str())).collect();
    places.retain(|it| it.1.starts_with('/'));
    places.dedup_by_key(|it| it.1);
    let own =
        |it: &&BaselineRecord| it.checkpoint == WATCH_CHECKPOINT && it.facet == FacetKind::Events;
    Case {
        facet: FacetKind::Events,
        checkpoint,
        has_baseline: baselines.iter().any(own),
        content: Content::Watches(attempt.sightings.clone(), places),
    }
}

/// What a watch could see more.
const SIGHTINGS: [(WatchKind, &str); 4] = [
    (WatchKind::Exception, "TypeError: Cannot read properties of null (reading 'total')"),
    (WatchKind::ConsoleError, "the list of orders could not be sorted"),
    (WatchKind::BadStatus, "GET 500"),
    (WatchKind::RequestFailed, "net::ERR_CONNECTION_REFUSED"),
];

/// What came of the changes of one case.
#[derive(Default)]
pub(crate) struct CaseResult {
    pub count: Noticed,
    pub kinds: ByKind,
    pub hidden: Vec<Hidden>,
    pub covered: Option<Covered>,
    /// Changes that nothing hides, and that were not noticed.
    pub unexplained: u32,
    pub cut_short: bool,
}

impl CaseResult {
    fn tried(&mut self, kind: MutantKind, noticed: bool) {
        for count in [&mut self.count, self.kinds.entry(kind).or_default()] {
            count.mutants += 1;
            count.noticed += u32::from(noticed);
        }
    }
}

/// Changes a case, at most so many times, and has each change judged.
pub(crate) fn run(
    plan: &Plan,
    scenario: &Scenario,
    checkpoint: &Checkpoint,
    case: &Case<'_>,
    quota: u32,
    budget: &Budget<'_>,
) -> CaseResult {
    let words = [plan.night.as_str(), &scenario.id, &checkpoint.name, case.facet.word()];
    let mut rng = fastrand::Rng::with_seed(seed(&words));
    let told =
        case.has_baseline && plan.stage_at(scenario, &checkpoint.name, case.facet) > Stage::Shadow;
    let mut found = match &case.content {
        Content::Text(text, sites) => {
            let sites = chosen(sites, quota as usize, &mut rng);
            let mut found = texts(case.facet, text, &sites, (checkpoint, told), budget);
            for hidden in &mut found.hidden {
                hidden.scenario.clone_from(&scenario.id);
            }
            found
        }
        Content::Picture(png, size, masks) => {
            let mut found = CaseResult::default();
            if told && quota > 0 {
                if let Some(picture) = Picture::read(png) {
                    pictures(&mut found, (png, &picture, masks), quota, &mut rng, budget);
                }
            } else {
                for kind in PICTURE_KINDS.into_iter().cycle().take(quota as usize) {
                    found.tried(kind, false);
                }
            }
            found.covered = Some(Covered {
                scenario: scenario.id.clone(),
                checkpoint: checkpoint.name.clone(),
                masks: checkpoint.masks.clone(),
                percent: covered(*size, masks),
            });
            found
        }
        Content::Watches(sightings, places) => {
            let mut found = CaseResult::default();
            let judge = WatchJudge { plan, scenario, checkpoint, sightings };
            for at in 0..(places.len() * SIGHTINGS.len()).min(quota as usize) {
                let (step, place) = places[at / SIGHTINGS.len()];
                let noticed = case.has_baseline && judge.notices(step, place, SIGHTINGS[at % 4]);
                found.tried(MutantKind::AddSighting, noticed);
            }
            found
        }
    };
    found.count.possible = case.possible();
    for (kind, possible) in case.kinds() {
        found.kinds.entry(kind).or_default().possible += possible;
    }
    found
}

/// So many of the sites, as many of each kind as there are.
pub(super) fn chosen<'s>(
    sites: &'s [Vec<Site>],
    quota: usize,
    rng: &mut fastrand::Rng,
) -> Vec<&'s Site> {
    let mut kinds: Vec<Vec<&Site>> = sites.iter().map(|it| it.iter().collect()).collect();
    for kind in &mut kinds {
        rng.shuffle(kind);
    }
    let mut all = Vec::new();
    while all.len() < quota && kinds.iter().any(|it| !it.is_empty()) {
        for kind in &mut kinds {
            if all.len() < quota {
                all.extend(kind.pop());
            }
        }
    }
    all
}

fn texts(
    facet: FacetKind,
    text: &str,
    sites: &[&Site],
    (checkpoint, told): (&Checkpoint, bool),
    budget: &Budget<'_>,
) -> CaseResult {
    let mut found = CaseResult::default();
    let baseline = canonical(facet, text);
    let judge = TextJudge::new(facet, &baseline, &checkpoint.redactor);
    let bare = TextJudge::new(facet, &baseline, &checkpoint.bare);
    let single = checkpoint.single.iter();
    let single = single.map(|(_, it)| TextJudge::new(facet, &baseline, it));
    let single: Vec<TextJudge<'_>> = single.collect();
    let mut hides = vec![0_u32; single.len()];
    for site in sites {
        if !(budget.go_on)() {
            found.cut_short = true;
            break;
        }
        let changed = mutant::apply(text, site);
        let noticed = told && judge.notices(&changed);
        // What says the same is no change that anybody could miss.
        if told && !noticed && mutant::says_the_same(facet, text, &changed) {
            continue;
        }
        found.tried(site.kind, noticed);
        if noticed || !told {
            continue;
        }
        for (judge, hides) in single.iter().zip(&mut hides) {
            *hides += u32::from(!judge.notices(&changed));
        }
        found.unexplained += u32::from(!bare.notices(&changed));
    }
    let of = found.count.mutants;
    let hidden = checkpoint.single.iter().zip(hides).filter(|it| it.1 > 0);
    found.hidden = hidden
        .map(|((redaction, _), hides)| Hidden {
            redaction: redaction.clone(),
            scenario: String::new(),
            checkpoint: checkpoint.name.clone(),
            facet,
            hides,
            of,
        })
        .collect();
    found
}

fn pictures(
    found: &mut CaseResult,
    (png, picture, masks): (&[u8], &Picture, &[Rect]),
    quota: u32,
    rng: &mut fastrand::Rng,
    budget: &Budget<'_>,
) {
    let beside = Beside { masks: masks.to_vec(), ..Beside::default() };
    let mut tiles: Vec<usize> = (0..picture.tiles()).collect();
    rng.shuffle(&mut tiles);
    let kinds = PICTURE_KINDS.into_iter().cycle();
    for (index, kind) in tiles.into_iter().cycle().zip(kinds).take(quota as usize) {
        if !(budget.go_on)() {
            found.cut_short = true;
            return;
        }
        let tile = picture.tile(index);
        let Some(changed) = picture.changed(kind, tile) else { continue };
        let noticed = compare_images(png, &changed, &beside).is_ok_and(|it| it.is_some());
        found.tried(kind, noticed);
        if !noticed && !is_covered(tile, masks) {
            found.unexplained += 1;
        }
    }
}

/// Says whether one sighting more would be noticed.
struct WatchJudge<'a> {
    plan: &'a Plan,
    scenario: &'a Scenario,
    checkpoint: &'a Checkpoint,
    sightings: &'a [SightingLog<'a>],
}

impl WatchJudge<'_> {
    fn notices(&self, step: u32, place: &str, (kind, message): (WatchKind, &str)) -> bool {
        if self.scenario.stage.min(self.plan.stages.watch(kind)) == Stage::Shadow {
            return false;
        }
        let path = place.split(['?', '#']).next().unwrap_or(place);
        let more = SightingLog { step, kind, message, path, place: Some(place) };
        let baseline = WatchSet::of(self.sightings, &self.checkpoint.redactor).text();
        let all: Vec<SightingLog<'_>> =
            self.sightings.iter().cloned().chain(std::iter::once(more)).collect();
        !WatchSet::of(&all, &self.checkpoint.redactor).new_lines(&baseline).is_empty()
    }
}
