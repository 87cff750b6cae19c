//! [`Detail`]: all that a person sees of one item before deciding, for the terminal and the page.
//!
//! Made when an item is looked at, so that a night with thousands of them opens at once.

use super::desk::{Desk, Item, ItemKind};
use crate::baseline::Conflict;
use crate::compare::cells::Shape;
use crate::compare::lines::diff;
use crate::model::finding::{DiffLine, DiffPiece, DiffTag, Pending};
use crate::model::{Difference, FacetChange, FacetKind, Finding};
use crate::report::{covers, picture_change};

/// Differences of one finding that are shown; the others are listed as places.
const MOST_SECTIONS: usize = 8;
/// Changes that are listed; `review --list --format json` has all.
const MOST_COVERS: usize = 200;
/// Places that are listed.
const MOST_PLACES: usize = 40;
/// Lines of a new snapshot that are shown.
const MOST_LINES: usize = 400;

/// What is shown of an item.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Detail {
    /// `F1 regressed (major)`.
    pub heading: String,
    /// What a user would notice.
    pub title: String,
    /// What is known beside it: owner, first seen, what was decided.
    pub facts: Vec<(&'static str, String)>,
    /// What changed.
    pub sections: Vec<Section>,
    /// The changes that a decision on it takes.
    pub covers: Vec<String>,
    /// Where it is seen, each with the ids of what would be accepted there.
    pub places: Vec<String>,
    /// Why we say so.
    pub reasons: Vec<String>,
}

/// One facet of one difference.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Section {
    /// `filter-orders@filtered aria at /orders`.
    pub title: String,
    /// The changed lines.
    pub lines: Vec<DiffLine>,
    /// What the lines are held against, in words, where it is not baseline and tonight.
    pub about: Option<String>,
    /// Pictures by what they are, as paths in the night directory.
    pub pictures: Vec<(&'static str, String)>,
}

impl Desk {
    /// What is shown of an item.
    #[must_use]
    pub fn detail(&self, item: &Item) -> Detail {
        let mut detail = match item.kind {
            ItemKind::Finding(index) => self.of_finding(item, &self.findings[index]),
            ItemKind::New => self.of_new(item),
            ItemKind::Conflict(index) => self.of_conflict(item, &self.conflicts[index]),
        };
        detail.title.clone_from(&item.title);
        detail.facts.splice(0..0, self.wrong_of(item));
        if let Some(decision) = self.decision(item) {
            detail.facts.push(("Decided", decision.word().to_owned()));
        }
        detail
    }

    /// What of an item is wrong by itself, each checkpoint once.
    fn wrong_of(&self, item: &Item) -> Vec<(&'static str, String)> {
        let all = item.pending.iter().map(|it| &self.pending[*it]);
        let mut said: Vec<String> = all
            .filter_map(|it| Some((it, it.wrong.as_ref()?)))
            .map(|(it, why)| format!("{}@{}: {why}", it.scenario, it.checkpoint))
            .collect();
        said.dedup();
        said.into_iter().take(MOST_PLACES).map(|it| ("Wrong by itself", it)).collect()
    }

    fn of_finding(&self, item: &Item, finding: &Finding) -> Detail {
        let mut facts = Vec::new();
        if let Some(owner) = &finding.owner {
            facts.push(("Owner", owner.clone()));
        }
        if let Some(known) = &finding.suppression {
            let state = if known.expired { "expired" } else { "until" };
            facts.push(("Known", format!("{} ({state} {})", known.reason, known.expires)));
        }
        facts.push(("Repeat", finding.reproduce.clone()));
        if item.pending.is_empty() {
            let word = "nothing to accept: mend the product, reject, or suppress";
            facts.push(("Accept", word.to_owned()));
        }
        let tied = self.inseparable(&self.chosen(item));
        if tied.len() > 1 {
            let all: Vec<&str> = tied.iter().map(|it| self.findings[*it].id.as_str()).collect();
            let together = format!("together with what shares a snapshot: {}", all.join(" "));
            facts.push(("Accept", together));
        }
        let sections = finding.differences.iter().flat_map(|difference| {
            difference.facets.iter().map(|change| section_of(difference, change))
        });
        Detail {
            heading: format!("{} {} ({})", finding.id, finding.verdict, finding.severity.word()),
            facts,
            sections: sections.take(MOST_SECTIONS).collect(),
            covers: covered(finding),
            places: self.places(item, finding),
            reasons: finding.reasons.clone(),
            ..Detail::default()
        }
    }

    fn places(&self, item: &Item, finding: &Finding) -> Vec<String> {
        let mut places: Vec<String> = item
            .pending
            .iter()
            .map(|it| {
                let place = shown_place(&self.pending[*it].place);
                format!("{} {place}", self.place(*it, item.finding()))
            })
            .collect();
        let without = finding.differences.iter().filter(|it| it.checkpoint.is_none());
        places.extend(without.map(|it| format!("{} step {} {}", it.scenario, it.step, it.place)));
        let hidden = places.len().saturating_sub(MOST_PLACES);
        places.truncate(MOST_PLACES);
        if hidden > 0 {
            places.push(format!("… and {hidden} more"));
        }
        places
    }

    fn place(&self, index: usize, finding: Option<usize>) -> String {
        let it = &self.pending[index];
        let decided = self.decided(index, finding).map_or("", |it| it.word());
        let environment = it.environment.as_ref().map_or(String::new(), |it| format!(" ({it})"));
        let end = if decided.is_empty() { String::new() } else { format!(" [{decided}]") };
        format!("{} {}@{} {}{environment}{end}", it.id, it.scenario, it.checkpoint, it.facet)
    }

    fn of_new(&self, item: &Item) -> Detail {
        let all = || item.pending.iter().copied();
        let sections = all().take(MOST_SECTIONS).map(|index| {
            let it = &self.pending[index];
            Section {
                title: format!("{} {}", self.place(index, None), shown_place(&it.place)),
                lines: self.whole(it),
                about: Some("what was seen; there is no baseline yet".to_owned()),
                pictures: match it.facet {
                    FacetKind::Image => vec![("Seen", it.evidence.path.clone())],
                    _ => Vec::new(),
                },
            }
        });
        let mut detail = Detail {
            heading: format!("new: {}", item.id),
            sections: sections.collect(),
            ..Detail::default()
        };
        let hidden = item.pending.len().saturating_sub(MOST_SECTIONS);
        let further = all().skip(MOST_SECTIONS).take(MOST_PLACES);
        detail.places.extend(further.map(|it| self.place(it, None)));
        if hidden > MOST_PLACES {
            detail.places.push(format!("… and {} more", hidden - MOST_PLACES));
        }
        detail
    }

    /// A new snapshot as lines that were added.
    fn whole(&self, pending: &Pending) -> Vec<DiffLine> {
        if pending.facet == FacetKind::Image {
            return Vec::new();
        }
        let text = match self.night.read(&pending.evidence) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) => error.to_string(),
        };
        let line = |(index, text): (usize, &str)| DiffLine {
            tag: DiffTag::Added,
            old_line: None,
            new_line: Some(index as u32 + 1),
            pieces: vec![DiffPiece { text: text.chars().take(2_000).collect(), emphasis: false }],
        };
        text.lines().take(MOST_LINES).enumerate().map(line).collect()
    }

    fn of_conflict(&self, item: &Item, conflict: &Conflict) -> Detail {
        let place = format!("{}@{} {}", conflict.scenario, conflict.checkpoint, conflict.facet);
        let compared = |title: &str, about: &str, old: &str, new: &str| Section {
            title: format!("{place}: {title}"),
            lines: diff(old, new, Shape::Tree).map(|it| it.lines).unwrap_or_default(),
            about: Some(about.to_owned()),
            pictures: Vec::new(),
        };
        let (ours, theirs) = (&conflict.ours, &conflict.theirs);
        let sides = if ours == theirs {
            "both sides hold the same; only their reasons differ"
        } else {
            "minus is ours, plus is theirs"
        };
        let mut sections = vec![compared("ours against theirs", sides, ours, theirs)];
        match super::propose::seen(self, conflict) {
            Ok(Some((seen, _))) if conflict.facet != FacetKind::Image => {
                let seen = String::from_utf8_lossy(&seen).trim_end().to_owned();
                for (title, side) in [("ours against seen", ours), ("theirs against seen", theirs)]
                {
                    let about = if *side == seen {
                        "the same as what this night saw"
                    } else {
                        "plus is what this night saw"
                    };
                    sections.push(compared(title, about, side, &seen));
                }
            }
            Ok(Some(_)) => {}
            Ok(None) => sections.push(Section {
                title: format!("{place}: seen"),
                about: Some("this night did not see this checkpoint".to_owned()),
                ..Section::default()
            }),
            Err(error) => sections.push(Section {
                title: format!("{place}: seen"),
                about: Some(error.to_string()),
                ..Section::default()
            }),
        }
        Detail {
            heading: format!("{} conflict", item.id),
            facts: vec![
                ("File", conflict.file.clone()),
                ("Choose", "ours, theirs, or accept what was seen".to_owned()),
            ],
            sections,
            ..Detail::default()
        }
    }
}

/// The changes that a decision on a finding takes, in words.
fn covered(finding: &Finding) -> Vec<String> {
    let all = covers(&finding.changes);
    let mut shown: Vec<String> = all.iter().take(MOST_COVERS).map(ToString::to_string).collect();
    if all.len() > MOST_COVERS {
        shown.push(format!("… and {} more", all.len() - MOST_COVERS));
    }
    shown
}

fn shown_place(place: &str) -> String {
    if place.is_empty() { String::new() } else { format!("at {place}") }
}

fn section_of(difference: &Difference, change: &FacetChange) -> Section {
    let moment = match &difference.checkpoint {
        Some(checkpoint) => format!("{}@{checkpoint}", difference.scenario),
        None => format!("{} step {}", difference.scenario, difference.step),
    };
    let facet = change.facet.map_or("check", FacetKind::word);
    let title = format!("{moment} {facet} {}", shown_place(&difference.place));
    let mut section = Section { title: title.trim_end().to_owned(), ..Section::default() };
    if let Some(image) = &change.image {
        let names = ["Baseline", "Tonight", "What changed"];
        section.pictures = names.into_iter().zip(change.evidence.iter().cloned()).collect();
        section.about = Some(picture_change(image));
    } else if change.diff.is_empty() {
        let side = |tag: DiffTag, text: &str| {
            let line = move |text: &str| DiffLine {
                tag,
                old_line: None,
                new_line: None,
                pieces: vec![DiffPiece { text: text.to_owned(), emphasis: false }],
            };
            text.lines().map(line).collect::<Vec<_>>()
        };
        section.lines = side(DiffTag::Removed, &change.expected);
        section.lines.extend(side(DiffTag::Added, &change.actual));
        section.about = Some("minus is what was expected, plus is what was there".to_owned());
    } else {
        section.lines.clone_from(&change.diff);
    }
    section
}
