//! The places where nobody looks: [`of_case`] by what went unnoticed, [`of_plan`] by what a
//! scenario never compares.

use crate::model::hygiene::checks;
use crate::model::scenario::Action;
use crate::model::sensitivity::{BlindKind, BlindSpot, Hidden};
use crate::model::{FacetKind, Plan, Scenario, Snapshot, Stage, Step, Surface};

use super::probe::{Case, CaseResult, Checkpoint};

/// A redaction that hides less than one change in so many is as narrow as it should be.
const ONE_IN: u32 = 2;
/// The fewest changes that say something of a redaction.
const FEWEST_HIDDEN: u32 = 3;
/// The share of a picture from which a mask is named, in percent.
const LARGE_MASK: u32 = 5;
/// What a scenario that compares nothing weighs, beside a page of some hundred possible changes.
const NOTHING_COMPARED: u64 = 1_000;
/// What a command of which nothing is compared weighs.
const NO_SNAPSHOT: u64 = 30;
/// What a checkpoint without its main facet weighs.
const FEW_FACETS: u64 = 100;
/// How many commands are named.
const MOST_NAMED: usize = 3;

/// What went unnoticed of a facet of a checkpoint.
pub(crate) fn of_case(
    plan: &Plan,
    scenario: &Scenario,
    checkpoint: &Checkpoint,
    case: &Case<'_>,
    found: &CaseResult,
) -> Vec<BlindSpot> {
    let count = found.count;
    // Of what was too much to be tried, everything is as it is said to be.
    let part = |lost: u32| match count.mutants {
        0 => count.possible,
        tried => count.possible * u64::from(lost) / u64::from(tried),
    };
    let spot = |kind: BlindKind, lost: u32, text: String| BlindSpot {
        kind,
        scenario: scenario.id.clone(),
        checkpoint: Some(checkpoint.name.clone()),
        facet: Some(case.facet),
        lost,
        of: count.mutants,
        text,
        weight: part(lost),
    };
    if count.possible == 0 {
        return Vec::new();
    }
    if let Some((kind, text)) = nobody_told(plan, scenario, checkpoint, case, count.possible) {
        return vec![spot(kind, count.mutants, text)];
    }
    let greedy = |it: &&Hidden| it.hides >= FEWEST_HIDDEN && it.hides * ONE_IN >= it.of;
    let mut spots: Vec<BlindSpot> = found
        .hidden
        .iter()
        .filter(greedy)
        .map(|it| {
            let text =
                format!("redaction {} hides {} of {} changes", it.redaction, it.hides, it.of);
            spot(BlindKind::Redaction, it.hides, text)
        })
        .collect();
    if let Some(covered) = found.covered.as_ref().filter(|it| it.percent >= LARGE_MASK) {
        let masks = match covered.masks.as_slice() {
            [] => "redacted text".to_owned(),
            [only] => format!("the mask {only}"),
            several => format!("the masks {}", several.join(", ")),
        };
        let text = format!("blind below {masks} ({} % of the picture)", covered.percent);
        let mut spot = spot(BlindKind::Mask, count.lost(), text);
        spot.weight = count.possible * u64::from(covered.percent) / 100;
        spots.push(spot);
    }
    if found.unexplained > 0 {
        let parts = format!("{} of {} changes", found.unexplained, count.mutants);
        let (kind, text) = if case.facet == FacetKind::Image {
            (BlindKind::TooSmall, format!("{parts} are too small to count"))
        } else {
            let bug = "go unnoticed although nothing hides them; this is a bug of nightshift";
            (BlindKind::Unexplained, format!("{parts} {bug}"))
        };
        spots.push(spot(kind, found.unexplained, text));
    }
    spots
}

/// Why nobody is told of any change of a facet, where that is so.
fn nobody_told(
    plan: &Plan,
    scenario: &Scenario,
    checkpoint: &Checkpoint,
    case: &Case<'_>,
    possible: u64,
) -> Option<(BlindKind, String)> {
    if !case.has_baseline {
        let text = if case.facet == FacetKind::Image {
            "no baseline in this environment, so nothing of the picture is compared"
        } else {
            "no baseline, so nothing of it is compared"
        };
        return Some((BlindKind::NoBaseline, text.to_owned()));
    }
    if scenario.is_unstable(&checkpoint.name, case.facet) {
        let text = format!("unstable: nobody is told of {possible} changes that could be");
        return Some((BlindKind::Unstable, text));
    }
    (plan.stage_at(scenario, &checkpoint.name, case.facet) == Stage::Shadow).then(|| {
        (BlindKind::Shadow, "in shadow: what changes is counted, and nobody is told".to_owned())
    })
}

/// What a scenario never compares.
pub(crate) fn of_plan(scenario: &Scenario) -> Vec<BlindSpot> {
    let spot = |kind: BlindKind, checkpoint: Option<&str>, weight: u64, text: String| BlindSpot {
        kind,
        scenario: scenario.id.clone(),
        checkpoint: checkpoint.map(str::to_owned),
        facet: None,
        lost: 0,
        of: 0,
        text,
        weight,
    };
    let steps = scenario.all_steps();
    let snapshots: Vec<&Snapshot> = steps.iter().filter_map(|it| it.action.snapshot()).collect();
    let browses = steps.iter().any(|it| it.action.surface() == Some(Surface::Browser));
    let mut spots = Vec::new();
    if snapshots.is_empty() {
        let checks = steps.iter().filter(|it| checks(&it.action)).count();
        let watches = if browses { " and the watches" } else { "" };
        let text = match checks {
            0 if browses => "no snapshot and no check: only the watches see anything".to_owned(),
            0 => "no snapshot and no check: it only fails where a command does".to_owned(),
            1 => format!("no snapshot: only its 1 check{watches} can fail"),
            more => format!("no snapshot: only its {more} checks{watches} can fail"),
        };
        spots.push(spot(
            BlindKind::ComparesNothing,
            None,
            NOTHING_COMPARED / (checks as u64 + 1),
            text,
        ));
    } else {
        let blind: Vec<&Step> = scenario.steps.iter().filter(|it| is_unseen(&it.action)).collect();
        if !blind.is_empty() {
            let shown = |it: &&Step| it.text.strip_prefix("run ").unwrap_or(&it.text).to_owned();
            let named: Vec<String> = blind.iter().take(MOST_NAMED).map(shown).collect();
            let more = match blind.len().saturating_sub(MOST_NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            // What it is comes first: the commands may be long, and the report cuts them.
            let what = match blind.len() {
                1 => "a command has".to_owned(),
                many => format!("{many} commands have"),
            };
            let text = format!("{what} no snapshot and no expectation: {}{more}", named.join(", "));
            spots.push(spot(BlindKind::NoSnapshot, None, NO_SNAPSHOT * blind.len() as u64, text));
        }
    }
    for snapshot in snapshots {
        let Some(facets) = &snapshot.facets else { continue };
        let words: Vec<&str> = facets.iter().map(|it| it.word()).collect();
        let main = [FacetKind::Aria, FacetKind::Stdout, FacetKind::Files, FacetKind::Screen];
        if !facets.iter().any(|it| main.contains(it)) {
            let text = format!("takes only {}", words.join(", "));
            spots.push(spot(BlindKind::FewFacets, Some(&snapshot.name), FEW_FACETS, text));
        }
    }
    spots
}

/// Whether a step runs a command of which nothing is compared or expected.
fn is_unseen(action: &Action) -> bool {
    let Action::Run(run) = action else { return false };
    run.snapshot.is_none() && run.outputs.is_empty() && run.capture.is_empty()
}
