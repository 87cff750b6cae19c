//! The same number that became the same other one, wherever it stands and whatever it is called:
//! `69 / 117`, `"branch_covered": 69`, `59.0%` and `0.59`. Only numbers of which a few say enough: not
//! one that is one more, and no year.

use std::collections::BTreeSet;

use super::fact::YEARS;
use super::{Rule, stars};
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::Change;
use crate::model::edit::{exchanged, tokens};
use crate::model::thing::Thing;

pub(super) const RULE: Rule = Rule { id: "numbers", edges };

/// As many digits of both numbers together say enough.
const DIGITS: usize = 4;

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let nodes = evidence.nodes.iter().enumerate();
    let keyed = nodes.flat_map(|(index, node)| {
        let own: BTreeSet<(u64, u64)> =
            node.sightings.iter().flat_map(|it| exchanges(it.change)).collect();
        own.into_iter().map(move |it| (it, index))
    });
    stars(keyed, "the same number became the same other one")
}

/// The numbers of a change that became others and say enough.
fn exchanges(change: &Change) -> Vec<(u64, u64)> {
    let shown = matches!(
        change.facet,
        Some(FacetKind::Aria | FacetKind::Text | FacetKind::Stdout | FacetKind::Files)
    );
    let told = !matches!(
        change.thing,
        Thing::Frame | Thing::Look | Thing::End | Thing::Layout | Thing::Order(_)
    );
    let (true, Some(old), Some(new)) =
        (shown && told, change.before.as_deref(), change.after.as_deref())
    else {
        return Vec::new();
    };
    let (was, is) = (tokens(old), tokens(new));
    let both = exchanged(&was, &is).into_iter();
    both.filter_map(|at| telling(significant(was[at])?, significant(is[at])?)).collect()
}

/// The digits of a number without zeros around them and without its point: `0.590` and `59` are the
/// same share.
fn significant(token: &str) -> Option<u64> {
    let plain = token.chars().all(|it| it.is_ascii_digit() || matches!(it, '.' | ','));
    let digits: String = token.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_matches('0');
    digits.parse().ok().filter(|_| plain)
}

/// Both numbers, where they say enough to be known again.
fn telling(was: u64, is: u64) -> Option<(u64, u64)> {
    let digits = |it: u64| it.to_string().len();
    let enough = digits(was).min(digits(is)) > 1 && digits(was) + digits(is) >= DIGITS;
    let years = YEARS.contains(&was) || YEARS.contains(&is);
    (enough && !years && was.abs_diff(is) > 1).then_some((was, is))
}

#[cfg(test)]
mod tests {
    use super::super::joined;
    use super::*;
    use crate::model::finding::FacetChange;
    use crate::model::testing;

    #[test]
    fn a_number_that_became_the_same_other_one_is_one_in_every_format_and_a_usual_one_is_not() {
        let of = |first: (&str, &str), second: (&str, &str)| {
            let spot = |it: (&str, &str), command: &str| {
                let change =
                    testing::change(Some(FacetKind::Stdout), Thing::Line, Some(it.0), Some(it.1));
                let facets = vec![FacetChange {
                    changes: vec![change],
                    ..FacetChange::of(FacetKind::Stdout)
                }];
                testing::located("report", command, facets)
            };
            joined(edges, &[spot(first, "text"), spot(second, "json")]).len()
        };
        let text = ("59.0% (69 of 117)", "26.5% (31 of 117)");
        assert_eq!(of(text, ("covered: 69,", "covered: 31,")), 1);
        assert_eq!(of(text, ("rate: 0.590", "rate: 0.265")), 1);
        assert_eq!(of(text, ("covered: 69,", "covered: 30,")), 0);
        assert_eq!(of(("12 rows", "11 rows"), ("12 files", "11 files")), 0, "one less is usual");
        assert_eq!(
            of(("7 rows", "3 rows"), ("7 files", "3 files")),
            0,
            "one digit says too little"
        );
        assert_eq!(of(("in 2024", "in 2030"), ("of 2024", "of 2030")), 0, "these are years");
    }
}
