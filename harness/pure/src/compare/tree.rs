//! [`align`]: which lines of two trees, written by indentation, are the same node.
//!
//! A page that gets a `main` around everything has one new node, and not a page of changed lines.
//! So lines are aligned by what they say, and two that say the same are the same node as long as
//! what is around them is the same too, but for what is new or gone itself. Nodes of two rows or items
//! are never the same one ([`items`]). A node that came to stand elsewhere is told as gone and new.

use std::ops::Range;

use similar::{Algorithm, DiffOp};

use super::items;

/// The operations that turn one tree into the other, by lines.
#[must_use]
pub fn align(before: &[&str], after: &[&str]) -> Vec<DiffOp> {
    let plain = || similar::capture_diff_slices(Algorithm::Patience, before, after);
    let records = items::of_lines(before, after);
    let keys = |lines: &[&str], records: &[Option<usize>]| -> Vec<(Option<usize>, String)> {
        records.iter().copied().zip(lines.iter().map(|it| key(it))).collect()
    };
    let (was, is) = (keys(before, &records[0]), keys(after, &records[1]));
    let ops = similar::capture_diff_slices(Algorithm::Patience, &was, &is);
    let partners = partners(&ops, &outer(before), &outer(after));
    if partners.iter().flatten().count() == before.len() && before.len() == after.len() {
        // Only the writing differs; then the writing is the change.
        return plain();
    }
    from_pairs(&partners, after.len())
}

/// What a line says: without its indentation, and whether or not it has children.
fn key(line: &str) -> String {
    let line = line.trim();
    line.strip_suffix(':').unwrap_or(line).to_owned()
}

/// For each line the line of its parent.
fn outer(lines: &[&str]) -> Vec<Option<usize>> {
    let mut around: Vec<(usize, usize)> = Vec::new();
    lines
        .iter()
        .enumerate()
        .map(|(at, line)| {
            let indent = line.len() - line.trim_start_matches(' ').len();
            around.retain(|(outer, _)| *outer < indent);
            let parent = around.last().map(|(_, at)| *at);
            around.push((indent, at));
            parent
        })
        .collect()
}

/// For each line of the first tree the same node in the second.
fn partners(
    ops: &[DiffOp],
    old_outer: &[Option<usize>],
    new_outer: &[Option<usize>],
) -> Vec<Option<usize>> {
    let mut to_new: Vec<Option<usize>> = vec![None; old_outer.len()];
    let mut to_old: Vec<Option<usize>> = vec![None; new_outer.len()];
    for op in ops.iter().filter(|op| op.tag() == similar::DiffTag::Equal) {
        for (old, new) in op.old_range().zip(op.new_range()) {
            to_new[old] = Some(new);
            to_old[new] = Some(old);
        }
    }
    // Parents come first, so that those of a node are settled when it is looked at.
    for old in 0..to_new.len() {
        let Some(new) = to_new[old] else { continue };
        let around_old = settled(old_outer, &to_new, old);
        let around_new = settled(new_outer, &to_old, new);
        if around_old.and_then(|it| to_new[it]) != around_new {
            to_new[old] = None;
            to_old[new] = None;
        }
    }
    to_new
}

/// The nearest line around a line that is in both trees.
fn settled(outer: &[Option<usize>], partners: &[Option<usize>], line: usize) -> Option<usize> {
    let mut around = outer[line];
    while let Some(at) = around.filter(|at| partners[*at].is_none()) {
        around = outer[at];
    }
    around
}

fn from_pairs(partners: &[Option<usize>], new_len: usize) -> Vec<DiffOp> {
    let mut ops = Vec::new();
    let (mut old, mut new) = (0, 0);
    while old < partners.len() || new < new_len {
        let next_old = (old..partners.len()).find(|at| partners[*at].is_some());
        let stop_old = next_old.unwrap_or(partners.len());
        let stop_new = next_old.and_then(|at| partners[at]).unwrap_or(new_len);
        push_change(&mut ops, old..stop_old, new..stop_new);
        (old, new) = (stop_old, stop_new);
        let same = (0..partners.len() - old).take_while(|it| partners[old + it] == Some(new + it));
        let len = same.count();
        if len > 0 {
            ops.push(DiffOp::Equal { old_index: old, new_index: new, len });
        }
        (old, new) = (old + len, new + len);
    }
    ops
}

fn push_change(ops: &mut Vec<DiffOp>, old: Range<usize>, new: Range<usize>) {
    let (old_index, old_len) = (old.start, old.len());
    let (new_index, new_len) = (new.start, new.len());
    match (old_len, new_len) {
        (0, 0) => {}
        (_, 0) => ops.push(DiffOp::Delete { old_index, old_len, new_index }),
        (0, _) => ops.push(DiffOp::Insert { old_index, new_index, new_len }),
        (_, _) => ops.push(DiffOp::Replace { old_index, old_len, new_index, new_len }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::cells::Shape;
    use crate::compare::lines::diff;
    use crate::model::finding::DiffTag;

    /// The changed lines, as people write them.
    fn changes(old: &str, new: &str) -> Vec<String> {
        let Some(found) = diff(old, new, Shape::Tree) else { return Vec::new() };
        let sign = |tag: DiffTag| match tag {
            DiffTag::Added => Some('+'),
            DiffTag::Removed => Some('-'),
            DiffTag::Same | DiffTag::Gap => None,
        };
        let lines = found.lines.iter();
        lines
            .filter_map(|line| {
                let text: String = line.pieces.iter().map(|it| it.text.as_str()).collect();
                Some(format!("{}{}", sign(line.tag)?, text.trim()))
            })
            .collect()
    }

    #[test]
    fn a_new_thing_around_others_is_one_change() {
        let old = "- heading \"A\"\n- list:\n  - listitem: one\n- text: end";
        let new = "- main:\n  - heading \"A\"\n  - list:\n    - listitem: one\n- text: end";
        assert_eq!(changes(old, new), ["+- main:"]);
        assert_eq!(changes(new, old), ["-- main:"]);
    }

    #[test]
    fn what_changed_inside_of_a_new_thing_is_still_told() {
        let old = "- heading \"A\"\n- button \"Save\"\n- text: end";
        let new = "- main:\n  - heading \"A\"\n  - button \"Send\"\n  - text: end";
        assert_eq!(changes(old, new), ["+- main:", "-- button \"Save\"", "+- button \"Send\""]);
    }

    #[test]
    fn a_node_that_went_into_another_is_a_change() {
        let old = "- list:\n  - listitem: one\n- button \"Save\"\n- text: end";
        let new = "- list:\n  - listitem: one\n  - button \"Save\"\n- text: end";
        assert_eq!(changes(old, new), ["-- button \"Save\"", "+- button \"Save\""]);
    }

    #[test]
    fn a_node_that_lost_its_last_child_did_not_change_itself() {
        let old = "- cell \"Ada\":\n  - link \"Ada\"\n- cell \"Bob\"";
        assert_eq!(changes(old, "- cell \"Ada\"\n- cell \"Bob\""), ["-- link \"Ada\""]);
    }

    #[test]
    fn trees_that_only_are_written_otherwise_differ_all_the_same() {
        assert!(!changes("- a:\n  - b", "- a:\n    - b").is_empty());
        assert!(!changes("- a:\n- b", "- a\n- b").is_empty());
    }

    #[test]
    fn any_two_trees_are_aligned_without_losing_a_line() {
        let trees = ["", "- a", "- a:\n  - a:\n    - a", "- b\n- a:\n  - b", "- a:\n  - b\n- b"];
        for old in trees {
            for new in trees {
                let (a, b): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
                let ops = align(&a, &b);
                let (mut olds, mut news) = (0, 0);
                for op in &ops {
                    assert_eq!((op.old_range().start, op.new_range().start), (olds, news));
                    (olds, news) = (op.old_range().end, op.new_range().end);
                }
                assert_eq!((olds, news), (a.len(), b.len()), "{old:?} to {new:?}: {ops:?}");
            }
        }
    }
}
