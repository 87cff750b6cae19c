//! A page, an output or a file of which (nearly) nothing is left shows something else for one cause:
//! all that is new there, and no change that also stands where nothing was replaced. So does a program
//! that prints where it printed nothing, and an output of which only brackets stayed.

use super::{Rule, star, stars};
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::finding::{DiffLine, DiffTag};

pub(super) const RULE: Rule = Rule { id: "replaced", edges };

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    // A page that lost its cookies is still the same page.
    let replaced = |spot: usize| evidence.spots[spot].replaced.iter().any(|it| !it.is_detail());
    let only: Vec<bool> =
        (0..evidence.nodes.len()).map(|node| evidence.only_where(node, replaced)).collect();
    let spots = (0..evidence.spots.len()).filter(|spot| replaced(*spot));
    let instead = spots.flat_map(|spot| {
        let own = evidence.at[spot].iter().copied().filter(|node| only[*node]);
        star(own, "something else is shown instead")
    });
    instead.chain(filled(evidence)).chain(nothing_stayed(evidence)).collect()
}

/// What a program prints on its standard output where no word and no number is as it was.
fn nothing_stayed(evidence: &Evidence<'_>) -> Vec<Edge> {
    let is_other = |spot: &usize| {
        let facets = &evidence.spots[*spot].difference.facets;
        let output = facets.iter().find(|it| it.facet == Some(FacetKind::Stdout));
        let says = |it: &DiffLine| it.text().contains(char::is_alphanumeric);
        output.is_some_and(|it| {
            it.diff.iter().all(|line| match line.tag {
                DiffTag::Removed | DiffTag::Added => true,
                DiffTag::Same => !says(line),
                DiffTag::Gap => false,
            })
        })
    };
    let others = (0..evidence.spots.len()).filter(is_other);
    let printed = others.map(|spot| {
        let own = evidence.seen_at(spot).filter(|it| it.1.facet == Some(FacetKind::Stdout));
        own.map(|it| it.0).collect::<Vec<_>>()
    });
    printed.flat_map(|it| star(it, "nothing of what was printed is left")).collect()
}

/// What a program prints on its standard output in several commands that printed nothing there.
fn filled(evidence: &Evidence<'_>) -> Vec<Edge> {
    let empty = |spot: &usize| {
        let facets = &evidence.spots[*spot].difference.facets;
        let output = facets.iter().find(|it| it.facet == Some(FacetKind::Stdout));
        output.is_some_and(|it| it.diff.iter().all(|line| line.tag == DiffTag::Added))
    };
    let filled = (0..evidence.spots.len()).filter(empty).flat_map(|spot| {
        let printed = evidence.seen_at(spot).filter(|it| it.1.facet == Some(FacetKind::Stdout));
        let called = evidence.called(spot);
        let program = called.split(' ').next().unwrap_or_default().to_owned();
        printed.map(move |it| (program.clone(), it.0)).collect::<Vec<_>>()
    });
    stars(filled, "the program prints where it printed nothing")
}

#[cfg(test)]
mod tests {
    use super::super::joined;
    use super::*;
    use crate::model::comparison::Located;
    use crate::model::finding::FacetChange;
    use crate::model::{Thing, testing};

    /// A command that newly prints a line, among what its diff holds.
    fn prints(command: &str, line: &str, diff: &str) -> Located {
        let change = testing::change(Some(FacetKind::Stdout), Thing::Line, None, Some(line));
        let output = FacetChange {
            diff: testing::diff_lines(diff),
            changes: vec![change],
            ..FacetChange::of(FacetKind::Stdout)
        };
        testing::located(command, command, vec![output])
    }

    #[test]
    fn an_output_of_which_only_brackets_stayed_is_one_and_of_which_a_word_did_is_not() {
        let of = |stayed: &str| {
            let line = |was, is| {
                testing::change(Some(FacetKind::Stdout), Thing::Line, Some(was), Some(is))
            };
            let diff = format!(" {stayed}\n-error\n+ok\n-401\n+201");
            let output = FacetChange {
                diff: testing::diff_lines(&diff),
                changes: vec![line("error", "ok"), line("401", "201")],
                ..FacetChange::of(FacetKind::Stdout)
            };
            joined(nothing_stayed, &[testing::located("tag", "curl", vec![output])]).len()
        };
        assert_eq!(of("{"), 1);
        assert_eq!(of("\"package\": \"oven\","), 0, "there are two lines of several");
    }

    #[test]
    fn commands_of_a_program_that_print_where_they_printed_nothing_have_one_cause() {
        let list = || prints("shopctl list", "loading", "+loading");
        let stock = |diff: &str| prints("shopctl stock", "reading", diff);
        let both = vec![("loading".to_owned(), "reading".to_owned())];
        assert_eq!(joined(filled, &[list(), stock("+reading")]), both);
        assert_eq!(joined(filled, &[list(), stock(" 3 lamps\n+reading")]), [], "it printed before");
        let other = prints("csvtool list", "reading", "+reading");
        assert_eq!(joined(filled, &[list(), other]), [], "these are two programs");
    }
}
