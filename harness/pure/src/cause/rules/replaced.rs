//! A page, an output or a file of which (nearly) nothing is left shows something else for one cause:
//! all that is new there, and no change that also stands where nothing was replaced. So does a program
//! that prints where it printed nothing, an output of which only brackets stayed, and a part of a page
//! of which nothing stayed. What is on another page than the one that was expected, and nowhere else,
//! follows from its address; so does how a program is answered at the address of that page.

use std::collections::{BTreeMap, BTreeSet};

use super::{Rule, star, stars};
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::Change;
use crate::model::edit::{exchanged, tokens};
use crate::model::finding::{DiffLine, DiffTag};
use crate::model::thing::Node;

pub(super) const RULE: Rule = Rule { id: "replaced", edges };

const ASKED: &str = "the page at the address that it asks is another one";

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
    let parts = (0..evidence.spots.len()).flat_map(|spot| parts(evidence, spot));
    let all = instead.chain(filled(evidence)).chain(nothing_stayed(evidence)).chain(parts);
    all.chain(elsewhere(evidence)).chain(asked(evidence)).collect()
}

/// What a program that asks the address of a page prints of its status, where that page is shown
/// instead of another one.
fn asked(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut shown: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for spot in 0..evidence.spots.len() {
        let path = evidence.path(spot);
        // The route of a script is what it asks for.
        let route = path.split_once('#').map_or(path, |it| it.1);
        if let Some((address, _)) = address_at(evidence, spot) {
            shown.entry(route).or_default().insert(address);
        }
    }
    let by = |spot: usize| shown.get(evidence.program(spot)).and_then(|it| it.first().copied());
    let mut found = Vec::new();
    for (index, node) in evidence.nodes.iter().enumerate() {
        let printed = node.facet() == Some(FacetKind::Stdout) && has_other_status(node.change());
        let everywhere = |it: &usize| evidence.only_where(index, |at| by(at) == Some(*it));
        let address = by(node.sightings[0].spot).filter(|it| printed && everywhere(it));
        found.extend(address.map(|it| Edge::follows(it, index, ASKED)));
    }
    found
}

/// Whether a line differs by the status of an answer alone, and one of both is an error.
fn has_other_status(change: &Change) -> bool {
    let (Some(old), Some(new)) = (&change.before, &change.after) else { return false };
    let (was, is) = (tokens(old), tokens(new));
    let differ = exchanged(&was, &is);
    let status = |it: &str| it.len() == 3 && it.bytes().all(|it| it.is_ascii_digit());
    let is_error = |it: &str| it.starts_with(['4', '5']);
    let [at] = differ.as_slice() else { return false };
    let (old, new) = (was[*at], is[*at]);
    status(old) && status(new) && is_error(old) != is_error(new)
}

/// The change of a page's address at a spot.
fn address_at<'a>(evidence: &Evidence<'a>, spot: usize) -> Option<(usize, &'a Change)> {
    let is_path = |it: &Option<String>| it.as_deref().is_some_and(|it| it.starts_with("path: "));
    let mut own = evidence.seen_at(spot);
    own.find(|(_, change)| {
        change.facet == Some(FacetKind::Page) && is_path(&change.before) && is_path(&change.after)
    })
}

/// What is on a page of another address than the one that was expected there, and nowhere else.
fn elsewhere(evidence: &Evidence<'_>) -> Vec<Edge> {
    let other: Vec<Option<usize>> = (0..evidence.spots.len())
        .map(|spot| {
            let tree = evidence.seen_at(spot).filter(|it| it.1.facet == Some(FacetKind::Aria));
            // The same page may be asked for in other words.
            address_at(evidence, spot).map(|it| it.0).filter(|_| tree.count() >= PART)
        })
        .collect();
    let spots = other.iter().enumerate().filter_map(|(spot, it)| Some((spot, (*it)?)));
    let follow = spots.flat_map(|(spot, address)| {
        let only = evidence.at[spot].iter().copied().filter(|node| {
            *node != address && evidence.only_where(*node, |at| other[at].is_some())
        });
        only.map(|it| Edge::follows(address, it, "the page is another one")).collect::<Vec<_>>()
    });
    follow.collect()
}

/// As many changes side by side are another content of a part of a page.
const PART: usize = 6;
/// At least one of so many came or went: what only reads otherwise may do so for several causes.
const ONE_SIDED: usize = 3;

/// Parts of a page's tree of which nothing stayed: changes side by side, without a line between them
/// that says something and is as it was.
fn parts(evidence: &Evidence<'_>, spot: usize) -> Vec<Edge> {
    let mut facets = evidence.spots[spot].difference.facets.iter();
    let Some(tree) = facets.find(|it| it.facet == Some(FacetKind::Aria)) else { return Vec::new() };
    let says = |line: &DiffLine| Node::read(&line.trimmed()).words().is_some();
    let ends = |line: &DiffLine| match line.tag {
        DiffTag::Same => says(line),
        DiffTag::Gap => true,
        DiffTag::Removed | DiffTag::Added => false,
    };
    let mut found = Vec::new();
    for run in tree.diff.split(ends) {
        let numbers = |tag: DiffTag, of: fn(&DiffLine) -> Option<u32>| -> BTreeSet<u32> {
            run.iter().filter(|it| it.tag == tag).filter_map(of).collect()
        };
        let gone = numbers(DiffTag::Removed, |it| it.old_line);
        let came = numbers(DiffTag::Added, |it| it.new_line);
        let is_inside = |change: &Change| {
            let inside = |all: &[u32], of: &BTreeSet<u32>| all.iter().all(|it| of.contains(it));
            change.facet == Some(FacetKind::Aria)
                && change.old_lines.len() + change.new_lines.len() > 0
                && inside(&change.old_lines, &gone)
                && inside(&change.new_lines, &came)
        };
        let own: Vec<(usize, &Change)> =
            evidence.seen_at(spot).filter(|it| is_inside(it.1)).collect();
        let one_sided = own.iter().filter(|it| it.1.before.is_none() != it.1.after.is_none());
        if own.len() >= PART && one_sided.count() * ONE_SIDED >= own.len() {
            found.extend(star(
                own.iter().map(|it| it.0),
                "nothing of this part of the page is left",
            ));
        }
    }
    found
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

    #[test]
    fn a_part_of_a_page_of_which_nothing_stayed_is_one_and_lines_that_read_otherwise_are_not() {
        let of = |lines: &[(Option<&str>, Option<&str>)], between: &str| {
            let mut diff = String::new();
            let mut changes = Vec::new();
            for (at, (was, is)) in lines.iter().enumerate() {
                let removed = was.map(|it| format!("-{it}\n"));
                let added = is.map(|it| format!("+{it}\n"));
                diff.extend(removed.into_iter().chain(added));
                diff.push_str(if at == 2 { between } else { " - list:\n" });
                changes.push(testing::change(Some(FacetKind::Aria), Thing::Line, *was, *is));
            }
            let mut diff = testing::diff_lines(diff.trim_end());
            for (number, line) in (1_u32..).zip(&mut diff) {
                line.old_line = (line.tag != DiffTag::Added).then_some(number);
                line.new_line = (line.tag != DiffTag::Removed).then_some(number);
            }
            for change in &mut changes {
                let line = |of: &Option<String>, tag: DiffTag| {
                    let mut own = diff.iter().filter(|it| it.tag == tag);
                    own.find(|it| Some(it.trimmed()) == *of)
                        .and_then(|it| it.old_line.or(it.new_line))
                };
                change.old_lines = line(&change.before, DiffTag::Removed).into_iter().collect();
                change.new_lines = line(&change.after, DiffTag::Added).into_iter().collect();
            }
            let facet = FacetChange { diff, changes, ..FacetChange::of(FacetKind::Aria) };
            let spot = testing::located("look", "/preview", vec![facet]);
            joined(edges, &[spot]).len()
        };
        let other = [
            (Some("- heading \"Summit\""), Some("- heading \"Walks\"")),
            (Some("- text: 14 km"), None),
            (Some("- text: hard"), None),
            (None, Some("- text: all of them")),
            (None, Some("- text: in the west")),
            (None, Some("- text: in the east")),
        ];
        assert_eq!(of(&other, " - list:\n"), 5);
        assert_eq!(of(&other, " - text: of the island\n"), 0, "that stayed");
        let edited: Vec<(Option<&str>, Option<&str>)> =
            [("a", "b"), ("c", "d"), ("e", "f"), ("g", "h"), ("i", "j"), ("k", "l")]
                .map(|it| (Some(it.0), Some(it.1)))
                .into();
        assert_eq!(of(&edited, " - list:\n"), 0, "these read otherwise, one by one");
    }

    #[test]
    fn what_is_on_another_page_than_expected_follows_from_its_address() {
        let of = |lines: usize, address: bool| {
            let line = |at: usize| {
                let text = format!("- text: {at}");
                testing::change(Some(FacetKind::Aria), Thing::Line, None, Some(text.as_str()))
            };
            let (was, is) = ("path: /?after=tide-10", "path: /");
            let path = testing::change(Some(FacetKind::Page), Thing::Line, Some(was), Some(is));
            let page = FacetChange {
                changes: if address { vec![path] } else { Vec::new() },
                ..FacetChange::of(FacetKind::Page)
            };
            let tree = FacetChange {
                changes: (0..lines).map(line).collect(),
                ..FacetChange::of(FacetKind::Aria)
            };
            joined(elsewhere, &[testing::located("read", "/", vec![page, tree])]).len()
        };
        assert_eq!((of(6, true), of(6, false)), (6, 0));
        assert_eq!(of(5, true), 0, "it may be the same page by another address");
    }
    #[test]
    fn how_a_program_is_answered_follows_from_the_page_that_is_another_one_at_its_address() {
        let of = |asked: &str, was: &str, is: &str| {
            let line =
                |facet, was, is| testing::change(Some(facet), Thing::Line, Some(was), Some(is));
            let path = line(FacetKind::Page, "path: /#/", "path: /#/email/9");
            let page = FacetChange { changes: vec![path], ..FacetChange::of(FacetKind::Page) };
            let output = FacetChange {
                changes: vec![line(FacetKind::Stdout, was, is)],
                ..FacetChange::of(FacetKind::Stdout)
            };
            let shown = testing::located("look", "/#/email/9", vec![page]);
            joined(edges, &[shown, testing::located("ask", asked, vec![output])]).len()
        };
        let asked = "curl -s 'http://127.0.0.1:[port]/email/9'";
        assert_eq!(of(asked, "404 application/json", "200 application/json"), 1);
        assert_eq!(of("curl -s 'http://127.0.0.1:[port]/email/8'", "404 text", "200 text"), 0);
        assert_eq!(of(asked, "200 application/json", "201 application/json"), 0);
        assert_eq!(of(asked, "404 application/json", "200 text/html"), 0, "more is another");
    }
}
