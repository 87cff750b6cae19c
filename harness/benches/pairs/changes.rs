//! [`Pieces`]: what is otherwise in a night, in the smallest parts that can be told apart: a line
//! that went or came, a changed region of a picture, a step that failed. Whose a piece is follows
//! from which faults yield it when they are alone.

use std::collections::{BTreeMap, BTreeSet};

use nightshift::model::comparison::Comparison;
use nightshift::model::finding::{CoveredChange, DiffLine, DiffTag, FacetChange};
use nightshift::model::picture::Region;
use nightshift::model::{Difference, Event, FacetKind, Finding, Rect, StepOutcome};
use serde_json::Value;

use crate::variants::Cut;

/// One piece of a change, wherever it was seen: rows keep their scenarios, attempts do not count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Piece {
    /// A line of a facet.
    Line { scenario: String, checkpoint: String, facet: String, came: bool, text: String },
    /// A step that failed, with what was expected at it. What was there instead is left out: it
    /// names the things around it, which another fault may change.
    Failure { scenario: String, step: u32, expected: String },
    /// A region of a picture: left, top, right, bottom.
    Region { scenario: String, checkpoint: String, edges: [u64; 4] },
}

impl Piece {
    fn is_region(&self) -> bool {
        matches!(self, Self::Region { .. })
    }

    /// Whether both are the same change. Regions are where they share half of the smaller one.
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Region { scenario, checkpoint, edges },
                Self::Region { scenario: there, checkpoint: at, edges: theirs },
            ) => scenario == there && checkpoint == at && overlap(*edges, *theirs),
            (Self::Region { .. } | Self::Line { .. } | Self::Failure { .. }, _) => self == other,
        }
    }
}

fn overlap(a: [u64; 4], b: [u64; 4]) -> bool {
    let area = |it: [u64; 4]| it[2].saturating_sub(it[0]) * it[3].saturating_sub(it[1]);
    let shared = [a[0].max(b[0]), a[1].max(b[1]), a[2].min(b[2]), a[3].min(b[3])];
    area(shared) * 2 >= area(a).min(area(b)) && area(shared) > 0
}

/// A set of pieces.
#[derive(Debug, Clone, Default)]
pub struct Pieces(BTreeSet<Piece>);

impl Pieces {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Piece> {
        self.0.iter()
    }

    pub fn has(&self, piece: &Piece) -> bool {
        match piece {
            Piece::Line { .. } | Piece::Failure { .. } => self.0.contains(piece),
            Piece::Region { .. } => self.0.iter().any(|it| it.is(piece)),
        }
    }

    /// What of a difference `holds` says is meant.
    fn add(&mut self, difference: &Difference, holds: &dyn Fn(&FacetChange, Part<'_>) -> bool) {
        let scenario = &difference.scenario;
        let checkpoint = difference.checkpoint.clone().unwrap_or_default();
        for change in &difference.facets {
            let Some(facet) = change.facet else {
                if holds(change, Part::Failure) {
                    self.failure(scenario, difference.step, &change.expected);
                }
                continue;
            };
            let image = change.image.as_ref().filter(|_| facet == FacetKind::Image);
            let boxes = image.iter().flat_map(|it| it.boxes.iter().enumerate());
            for (_, it) in boxes.filter(|it| holds(change, Part::Region(it.0))) {
                let (scenario, checkpoint) = (scenario.clone(), checkpoint.clone());
                self.0.insert(Piece::Region { scenario, checkpoint, edges: edges(it) });
            }
            for line in change.diff.iter().filter(|it| holds(change, Part::Line(it))) {
                let came = match line.tag {
                    DiffTag::Added => true,
                    DiffTag::Removed => false,
                    DiffTag::Same | DiffTag::Gap => continue,
                };
                self.line((scenario, &checkpoint, facet.word()), came, &line.trimmed());
            }
        }
    }

    fn line(&mut self, (scenario, checkpoint, facet): (&str, &str, &str), came: bool, text: &str) {
        let text = text.trim();
        if !text.is_empty() {
            self.0.insert(Piece::Line {
                scenario: scenario.to_owned(),
                checkpoint: checkpoint.to_owned(),
                facet: facet.to_owned(),
                came,
                text: text.to_owned(),
            });
        }
    }

    fn failure(&mut self, scenario: &str, step: u32, expected: &str) {
        let expected = expected.to_owned();
        self.0.insert(Piece::Failure { scenario: scenario.to_owned(), step, expected });
    }
}

fn edges(it: &Rect) -> [u64; 4] {
    let (left, top) = (u64::from(it.x), u64::from(it.y));
    [left, top, left + u64::from(it.width), top + u64::from(it.height)]
}

/// All that is otherwise in a night, before anything is made of it.
pub fn seen(cut: &Cut, comparison: &Comparison) -> Pieces {
    let mut pieces = Pieces::default();
    for located in &comparison.differences {
        pieces.add(&located.difference, &|_, _| true);
    }
    for entry in &cut.entries {
        if let Event::Step { scenario, step, .. } = &entry.event
            && let StepOutcome::Failed(failure) = &step.outcome
        {
            pieces.failure(scenario, step.index, &failure.expected);
        }
    }
    pieces
}

/// What a finding holds: of its differences what its `changes` name, where it has them, for a
/// difference may show more than the finding is about.
pub fn of_finding(finding: &Finding) -> Pieces {
    let mut pieces = Pieces::default();
    for difference in &finding.differences {
        let at = (&difference.scenario, &difference.checkpoint);
        let own: Vec<&CoveredChange> =
            finding.changes.iter().filter(|it| (&it.scenario, &it.checkpoint) == at).collect();
        pieces.add(difference, &|facet, part| {
            let mut own = own.iter().filter(|it| it.facet == facet.facet);
            finding.changes.is_empty() || own.any(|it| names(it, facet, part))
        });
    }
    pieces
}

/// A part of a difference.
#[derive(Clone, Copy)]
enum Part<'a> {
    Failure,
    Line(&'a DiffLine),
    /// A region of a picture, by its position.
    Region(usize),
}

/// Whether a change of a finding is about this part of its facet.
fn names(change: &CoveredChange, of: &FacetChange, part: Part<'_>) -> bool {
    match part {
        Part::Failure => change.before.as_ref() == Some(&of.expected),
        Part::Line(line) => {
            let (numbers, number, said) = match line.tag {
                DiffTag::Added => (&change.new_lines, line.new_line, &change.after),
                DiffTag::Removed => (&change.old_lines, line.old_line, &change.before),
                DiffTag::Same | DiffTag::Gap => return false,
            };
            let by_text = || said.as_deref().is_some_and(|it| it.trim() == line.trimmed());
            number.map_or_else(by_text, |it| numbers.contains(&it))
        }
        Part::Region(at) => {
            let regions = of.image.iter().flat_map(|it| &it.regions);
            let said: Vec<Option<String>> = regions.map(Region::said).collect();
            let is_told = said.iter().any(|it| it.is_some() && *it == change.after);
            let mut moves = of.image.iter().flat_map(|it| &it.moves);
            let is_move = moves.any(|it| Some(it.way()) == change.after);
            // Where a change is no region by its words, it is the whole picture.
            (!is_told && !is_move) || said.get(at).is_some_and(|it| *it == change.after)
        }
    }
}

/// A cut with its scenarios and its product under their own names, so that a night of one fault
/// and a night of several speak of the same.
pub fn home(cut: &Cut, name: &str) -> Cut {
    let renamed = |value: &Value| {
        let text = value.to_string();
        text.replace(&format!("--{name}"), "").replace(&format!("\"shop-{name}\""), "\"shop\"")
    };
    let plan = renamed(&serde_json::to_value(&cut.plan).expect("a plan is JSON"));
    let entries = renamed(&serde_json::to_value(&cut.entries).expect("entries are JSON"));
    Cut {
        plan: serde_json::from_str(&plan).expect("it is still a plan"),
        entries: serde_json::from_str(&entries).expect("they are still entries"),
    }
}

/// Of the pieces of a night, those that only one of these faults yields when it is alone. Regions
/// of pictures count for a fault that shows nowhere else: a picture shows what the lines tell.
pub fn own(all: &Pieces, alone: &BTreeMap<String, Pieces>) -> BTreeMap<String, Pieces> {
    let mut own: BTreeMap<String, Pieces> = BTreeMap::new();
    for piece in all.iter() {
        let mut of = alone.iter().filter(|(_, it)| it.has(piece));
        if let (Some((fault, _)), None) = (of.next(), of.next()) {
            own.entry(fault.clone()).or_default().0.insert(piece.clone());
        }
    }
    for pieces in own.values_mut() {
        if pieces.iter().any(|it| !it.is_region()) {
            pieces.0.retain(|it| !it.is_region());
        }
    }
    own
}
