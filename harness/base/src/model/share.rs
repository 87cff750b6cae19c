//! What several findings have of one snapshot, and which of them can only be accepted together: those
//! that changed the same line, or whose regions of a picture meet. `triage` writes accept commands by
//! it, `review` refuses by it.

use std::collections::{BTreeMap, BTreeSet};

use super::facet::{FacetKind, Rect};
use super::finding::{CoveredChange, Finding};
use super::picture::ImageChange;
use super::thing::Thing;

/// Whether two lists of changes of one text claim the same line, so that neither can be taken alone.
#[must_use]
pub fn overlap(one: &[&CoveredChange], other: &[&CoveredChange]) -> bool {
    let numbers = |all: &[&CoveredChange], old: bool| -> BTreeSet<u32> {
        let side =
            |it: &&CoveredChange| if old { it.old_lines.clone() } else { it.new_lines.clone() };
        all.iter().flat_map(side).collect()
    };
    [true, false].into_iter().any(|old| !numbers(one, old).is_disjoint(&numbers(other, old)))
}

/// The regions of a picture that these changes are about; none where the picture cannot be split,
/// because something moved or it has another size.
#[must_use]
pub fn regions(image: Option<&ImageChange>, changes: &[&CoveredChange]) -> Vec<Rect> {
    let splits = |it: &&ImageChange| it.expected_size == it.actual_size && it.moves.is_empty();
    let Some(image) = image.filter(splits) else { return Vec::new() };
    let own = image.boxes.iter().zip(&image.regions).filter(|(_, region)| {
        let thing = Thing::Region(region.names.clone()).to_string();
        let said = region.said();
        said.is_some() && changes.iter().any(|it| it.thing == thing && it.after == said)
    });
    own.map(|it| *it.0).collect()
}

/// Whether the regions that two findings have of a picture can only be taken together.
#[must_use]
pub fn meet(one: &[Rect], other: &[Rect]) -> bool {
    let touch = |a: &Rect, b: &Rect| {
        a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
    };
    one.is_empty() || other.is_empty() || one.iter().any(|a| other.iter().any(|b| touch(a, b)))
}

/// What a finding has of a snapshot.
type Part<'a> = (usize, Vec<&'a CoveredChange>);

/// For each finding those that can only be accepted together with it, itself among them, by position.
#[must_use]
pub fn together(findings: &[Finding]) -> Vec<BTreeSet<usize>> {
    let mut places: BTreeMap<(&str, &str, FacetKind), Vec<Part<'_>>> = BTreeMap::new();
    for (index, finding) in findings.iter().enumerate() {
        for change in &finding.changes {
            let (Some(checkpoint), Some(facet)) = (&change.checkpoint, change.facet) else {
                continue;
            };
            let own = places.entry((&change.scenario, checkpoint, facet)).or_default();
            match own.last_mut().filter(|it| it.0 == index) {
                Some(part) => part.1.push(change),
                None => own.push((index, vec![change])),
            }
        }
    }
    let mut groups: Vec<BTreeSet<usize>> = (0..findings.len()).map(|it| [it].into()).collect();
    for ((scenario, checkpoint, facet), parts) in places.into_iter().filter(|it| it.1.len() > 1) {
        let rects: Vec<Vec<Rect>> = parts
            .iter()
            .map(|(index, own)| {
                regions(picture(&findings[*index], scenario, checkpoint, facet), own)
            })
            .collect();
        for (at, one) in parts.iter().enumerate() {
            for (later, other) in parts.iter().enumerate().skip(at + 1) {
                let tied = if facet == FacetKind::Image {
                    meet(&rects[at], &rects[later])
                } else {
                    overlap(&one.1, &other.1)
                };
                if tied && !groups[one.0].contains(&other.0) {
                    let all: BTreeSet<usize> =
                        groups[one.0].union(&groups[other.0]).copied().collect();
                    for it in &all {
                        groups[*it].clone_from(&all);
                    }
                }
            }
        }
    }
    groups
}

fn picture<'a>(
    finding: &'a Finding,
    scenario: &str,
    checkpoint: &str,
    facet: FacetKind,
) -> Option<&'a ImageChange> {
    let at = |it: &&super::difference::Difference| {
        it.scenario == scenario && it.checkpoint.as_deref() == Some(checkpoint)
    };
    let facets = finding.differences.iter().filter(at).flat_map(|it| &it.facets);
    facets.filter(|it| it.facet == Some(facet)).find_map(|it| it.image.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::difference::{Difference, FacetChange};
    use crate::model::picture::{Fate, Region};
    use crate::model::testing::finding;

    fn change(facet: FacetKind, lines: &[u32], thing: &str, after: &str) -> CoveredChange {
        CoveredChange {
            id: format!("{thing} {lines:?}"),
            scenario: "shop".to_owned(),
            attempt: 1,
            checkpoint: Some("page".to_owned()),
            facet: Some(facet),
            thing: thing.to_owned(),
            before: None,
            after: Some(after.to_owned()),
            old_lines: lines.to_vec(),
            new_lines: lines.to_vec(),
        }
    }

    fn region(name: &str) -> Region {
        Region { names: vec![name.to_owned()], fate: Fate::Gone, repaint: None, moved: false }
    }

    /// Findings that each say that one of these is gone from the same picture.
    fn of_picture(boxes: [Rect; 2], actual_size: (u32, u32)) -> Vec<Finding> {
        let regions = ["img \"Truck\"", "img \"Boat\""].map(region);
        let image = ImageChange {
            changed_pixels: 9,
            compared_pixels: 1_000,
            expected_size: (100, 100),
            actual_size,
            boxes: boxes.to_vec(),
            regions: regions.to_vec(),
            moves: Vec::new(),
        };
        let one = |own: &Region| {
            let thing = Thing::Region(own.names.clone()).to_string();
            let said = own.said().expect("it is gone");
            let facet =
                FacetChange { image: Some(image.clone()), ..FacetChange::of(FacetKind::Image) };
            Finding {
                changes: vec![change(FacetKind::Image, &[], &thing, &said)],
                differences: vec![Difference {
                    scenario: "shop".to_owned(),
                    attempt: 1,
                    checkpoint: Some("page".to_owned()),
                    step: 1,
                    place: "/".to_owned(),
                    facets: vec![facet],
                }],
                ..finding()
            }
        };
        regions.iter().map(one).collect()
    }

    const ALONE: [BTreeSet<usize>; 0] = [];

    fn groups(findings: &[Finding]) -> Vec<Vec<usize>> {
        together(findings).into_iter().map(|it| it.into_iter().collect()).collect()
    }

    #[test]
    fn regions_that_meet_and_pictures_that_cannot_be_split_are_accepted_together() {
        let at = |x: u32| Rect { x, y: 0, width: 10, height: 10 };
        assert_eq!(groups(&of_picture([at(0), at(50)], (100, 100))), [vec![0], vec![1]]);
        assert_eq!(groups(&of_picture([at(0), at(5)], (100, 100))), [vec![0, 1], vec![0, 1]]);
        assert_eq!(groups(&of_picture([at(0), at(50)], (100, 90))), [vec![0, 1], vec![0, 1]]);
        assert_eq!(together(&[]), ALONE);
    }

    #[test]
    fn a_line_that_two_findings_changed_ties_them_and_their_neighbours_follow() {
        let of = |lines: &[&[u32]]| Finding {
            changes: lines.iter().map(|it| change(FacetKind::Stdout, it, "line", "x")).collect(),
            ..finding()
        };
        let all = [of(&[&[1]]), of(&[&[1], &[4]]), of(&[&[4]]), of(&[&[9]])];
        let tied = vec![0, 1, 2];
        assert_eq!(groups(&all), [tied.clone(), tied.clone(), tied, vec![3]]);
    }
}
