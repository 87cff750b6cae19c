//! Groups that only go on with what another group is about: a step that fails where the page or the
//! screen was wrong already, a count that is wrong elsewhere too, pictures of one page.

use std::collections::BTreeSet;

use super::cause::{Atom, text, without_numbers};
use super::group::{Group, is_failure, quoted};
use super::node::Node;
use crate::model::comparison::Located;
use crate::model::finding::{DiffLine, DiffTag};
use crate::model::{Difference, FacetKind};

/// The group that a failed step goes on with, where nothing says that it lost what the step looks for.
pub(super) fn goes_on_with(failing: &Group, groups: &[Group], spots: &[Located]) -> Option<usize> {
    groups.iter().position(|group| {
        let shown = || group.spots.iter().map(|spot| &spots[*spot]).filter(|it| !is_failure(it));
        failing.spots.iter().map(|spot| &spots[*spot].difference).all(|failed| {
            shown().any(|seen| {
                was_wrong_already(seen, failed)
                    || group.atoms.iter().any(|it| tells(it, &seen.difference, failed))
            })
        })
    })
}

/// Whether what the step stands on was wrong before it: another page, an error page, another
/// screen; or the same command ended otherwise where that is compared.
fn was_wrong_already(spot: &Located, failed: &Difference) -> bool {
    let seen = &spot.difference;
    let has = |kind: FacetKind| seen.facets.iter().any(|it| it.facet == Some(kind));
    let is_error = |line: &DiffLine| {
        let line = text(line);
        let status = line.strip_prefix("status: ");
        status.is_some_and(|it| it.starts_with(['4', '5']))
    };
    let replaced = !spot.replaced.is_empty()
        || seen
            .facets
            .iter()
            .filter(|it| it.facet == Some(FacetKind::Page))
            .any(|it| it.diff.iter().any(|line| line.tag == DiffTag::Added && is_error(line)));
    let earlier = (&seen.scenario, seen.attempt) == (&failed.scenario, failed.attempt)
        && seen.step <= failed.step;
    seen.place == failed.place
        && ((earlier && (replaced || has(FacetKind::Screen)))
            || (has(FacetKind::Exit) && failed.facets[0].actual.starts_with("exit ")))
}

/// Whether a change says what a failed step says: it counts otherwise what the step counts, or what
/// it changed is a part of what the step looks for.
fn tells(atom: &Atom, seen: &Difference, failed: &Difference) -> bool {
    const TELLING: usize = 5;
    let Some((FacetKind::Aria, Some(old), Some(new))) = atom.sides() else { return false };
    let path = |it: &str| it.split(['?', '#']).next().unwrap_or_default().to_owned();
    let (was, is) = (Node::read(old), Node::read(new));
    let (Some(had), Some(has)) = (was.words(), is.words()) else { return false };
    if was.role != is.role || path(&seen.place) != path(&failed.place) {
        return false;
    }
    let counted = format!("{} \"{}\"", was.role, without_numbers(had));
    let says = |it: &str| without_numbers(it).contains(&counted);
    let counts = without_numbers(had) == without_numbers(has) && had != has && had.len() >= TELLING;
    let (expected, actual) = (&failed.facets[0].expected, &failed.facets[0].actual);
    let part = seen.scenario == failed.scenario
        && seen.step <= failed.step
        && had.len() >= TELLING
        && quoted(expected)
            .iter()
            .map(|it| without_numbers(it))
            .any(|it| it.contains(&without_numbers(had)) && !it.contains(&without_numbers(has)));
    (counts && says(expected) && says(actual)) || part
}

/// Joins pictures of one page that were taken one after the other, or on which the same thing looks
/// different.
pub(super) fn join_views(groups: &mut Vec<Group>, spots: &[Located]) {
    let page = |spot: &usize| {
        let at = &spots[*spot].difference;
        (&at.scenario, at.attempt, at.place.as_str())
    };
    let is_page = |spot: &usize| spots[*spot].difference.place.starts_with('/');
    let follows = |from: &Group, other: &Group| {
        from.spots
            .iter()
            .all(|spot| is_page(spot) && other.spots.iter().any(|near| page(near) == page(spot)))
    };
    let shares_a_page = |from: &Group, other: &Group| {
        from.spots.iter().any(|spot| {
            is_page(spot) && other.spots.iter().any(|near| page(near).2 == page(spot).2)
        })
    };
    for from in (0..groups.len()).rev() {
        let Some(seen) = pictured(&groups[from]) else { continue };
        let into = groups[..from].iter().position(|other| {
            let group = &groups[from];
            pictured(other).filter(|_| group.is_known == other.is_known).is_some_and(|theirs| {
                follows(group, other) || (!seen.is_disjoint(&theirs) && shares_a_page(group, other))
            })
        });
        if let Some(into) = into {
            let moved = groups.remove(from);
            groups[into].spots.extend(moved.spots);
            groups[into].atoms.extend(moved.atoms);
        }
    }
}

/// What changed in pictures, thing by thing; `None` of a group that is about something else too.
fn pictured(group: &Group) -> Option<BTreeSet<&str>> {
    let said = group.atoms.iter().map(|it| match it {
        Atom::Picture(said) => Some(said.split("; ")),
        Atom::Line { .. }
        | Atom::Entry { .. }
        | Atom::Watch(_)
        | Atom::Failure { .. }
        | Atom::Product(_) => None,
    });
    let said: Vec<_> = said.collect::<Option<_>>()?;
    (!said.is_empty()).then(|| said.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture of a page in which these things look different.
    fn picture(spots: &mut Vec<Located>, (scenario, place): (&str, &str), said: &str) -> Group {
        spots.push(Located {
            difference: Difference {
                scenario: scenario.to_owned(),
                attempt: 1,
                checkpoint: Some(format!("c{}", spots.len())),
                step: spots.len() as u32,
                place: place.to_owned(),
                facets: Vec::new(),
            },
            replaced: Vec::new(),
        });
        Group {
            spots: BTreeSet::from([spots.len() - 1]),
            atoms: BTreeSet::from([Atom::Picture(said.to_owned())]),
            is_known: false,
        }
    }

    fn joined(pictures: [((&str, &str), &str); 2]) -> usize {
        let mut spots = Vec::new();
        let mut groups = pictures.map(|(at, said)| picture(&mut spots, at, said)).to_vec();
        join_views(&mut groups, &spots);
        groups.len()
    }

    #[test]
    fn two_pictures_of_one_page_in_one_attempt_are_one_look_and_of_two_pages_two() {
        let (mouse, card) = ("img is gone", "button looks different");
        assert_eq!(joined([(("a", "/shop"), mouse), (("a", "/shop"), card)]), 1);
        assert_eq!(joined([(("a", "/shop"), mouse), (("a", "/cart"), card)]), 2);
        assert_eq!(joined([(("a", "/shop"), mouse), (("b", "/shop"), card)]), 2);
    }

    #[test]
    fn another_scenario_that_sees_the_same_thing_on_the_page_tells_the_same() {
        let (both, one) = ("img is gone; button looks different", "img is gone");
        assert_eq!(joined([(("a", "/shop"), both), (("b", "/shop"), one)]), 1);
        assert_eq!(joined([(("a", "/shop"), both), (("b", "/cart"), one)]), 2);
    }

    #[test]
    fn pictures_of_files_and_groups_of_other_nights_stay_apart() {
        let said = "img is gone";
        assert_eq!(joined([(("a", "chart.png"), said), (("a", "chart.png"), said)]), 2);
        let mut spots = Vec::new();
        let mut groups = vec![
            picture(&mut spots, ("a", "/shop"), said),
            Group { is_known: true, ..picture(&mut spots, ("a", "/shop"), said) },
        ];
        join_views(&mut groups, &spots);
        assert_eq!(groups.len(), 2);
    }
}
