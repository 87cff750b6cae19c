//! [`diff`]: what changed between two texts, line by line, with the changed words of a line marked.
//!
//! For trees written by indentation (the aria facet) lines are aligned by [`super::tree`], and the
//! context of a change is its ancestors and its neighbours.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use similar::{Algorithm, DiffOp, DiffTag as Op, TextDiff};

use super::cells::{self, Hunk, Shape};
use super::words::words;
use crate::model::change::{short_hash, without_numbers};
use crate::model::edit::middle;
use crate::model::filetext;
use crate::model::finding::{DiffLine, DiffPiece, DiffTag};
use crate::model::observe::FacetShape;

/// Unchanged lines shown around a change.
const CONTEXT: usize = 2;
/// Changed lines kept of one facet; more help nobody and weigh on every report.
const CHANGED_LINES: usize = 400;
/// Changed lines kept beyond those, since nothing before them reads like them: another cause may
/// begin there.
const UNLIKE_LINES: usize = 400;
/// Changed lines that are read at all; more are only counted.
const MOST_READ: usize = 8_000;
/// Characters kept of one line.
const LINE_CHARS: usize = 2_000;
/// Added lines among which the partner of a removed one is looked for.
const PARTNERS: usize = 8;
/// Lines in which at least this share of the words is the same are one line that changed.
const ALIKE: f32 = 0.5;

/// What changed.
#[derive(Debug, Clone, PartialEq)]
pub struct LineDiff {
    /// Changed lines in context, gaps between them; a gap with text names the place of what
    /// follows.
    pub lines: Vec<DiffLine>,
    /// Whether (nearly) nothing of the old text is left.
    pub replaced: bool,
    /// How many changed lines are not among `lines`.
    pub beyond: usize,
}

/// The changes from `old` to `new`; `None` where there is none.
#[must_use]
pub fn diff(old: &str, new: &str, shape: Shape) -> Option<LineDiff> {
    if old == new {
        return None;
    }
    let before: Vec<&str> = split(old);
    let after: Vec<&str> = split(new);
    Some(described(&before, &after, &aligned(&before, &after, shape), shape))
}

fn aligned(before: &[&str], after: &[&str], shape: Shape) -> Vec<DiffOp> {
    match shape {
        Shape::Flat => similar::capture_diff_slices(Algorithm::Patience, before, after),
        Shape::Tree => super::tree::align(before, after),
    }
}

/// The operations between two texts, each with its lines, as they are compared.
pub(super) fn operations(
    facet: FacetShape,
    (old, before): (&str, &[&str]),
    (new, after): (&str, &[&str]),
) -> Vec<DiffOp> {
    match facet {
        FacetShape::Files => aligned_files((old, before), (new, after)),
        FacetShape::Tree => aligned(before, after, Shape::Tree),
        FacetShape::Picture
        | FacetShape::Output
        | FacetShape::Code
        | FacetShape::Lines
        | FacetShape::Set => aligned(before, after, Shape::Flat),
    }
}

/// The changes between two texts of files, aligned by [`filetext::keys`]: rows and items that only
/// have other numbers are the same.
#[must_use]
pub fn diff_files(old: &str, new: &str) -> Option<LineDiff> {
    let (old_keys, new_keys) = (filetext::keys(old), filetext::keys(new));
    if old == new || old_keys == new_keys {
        return None;
    }
    let (before, after) = (split(old), split(new));
    let ops = aligned_files((old, &before), (new, &after));
    Some(described(&before, &after, &ops, Shape::Tree))
}

fn aligned_files((old, before): (&str, &[&str]), (new, after): (&str, &[&str])) -> Vec<DiffOp> {
    // An empty text has one key and no line.
    let old_keys = if before.is_empty() { Vec::new() } else { filetext::keys(old) };
    let new_keys = if after.is_empty() { Vec::new() } else { filetext::keys(new) };
    similar::capture_diff_slices(Algorithm::Patience, &old_keys, &new_keys)
}

fn described(before: &[&str], after: &[&str], ops: &[DiffOp], shape: Shape) -> LineDiff {
    let removed = removed(before, after, ops);
    let keep = context(ops, before, after, shape);
    let mut lines = Lines {
        before,
        after,
        shape,
        out: Vec::new(),
        changed: 0,
        beyond: 0,
        read: 0,
        known: HashSet::new(),
        label: None,
    };
    for op in ops {
        match op.tag() {
            Op::Equal => lines.same(op.old_range().start, op.new_range(), &keep),
            Op::Delete | Op::Insert | Op::Replace => lines.hunk(op.old_range(), op.new_range()),
        }
    }
    // Of a text of one or two lines a changed line is a changed line, not another text.
    let replaced = removed * 10 >= before.len() * 8
        && !before.is_empty()
        && (before.len() > 2 || after.is_empty());
    LineDiff { lines: lines.out, replaced, beyond: lines.beyond }
}

/// How many lines are gone for good: one that stands elsewhere now, or has other numbers, is not.
fn removed(before: &[&str], after: &[&str], ops: &[DiffOp]) -> usize {
    let changed = || ops.iter().filter(|op| op.tag() != Op::Equal);
    let mut came: HashMap<String, usize> = HashMap::new();
    for line in changed().flat_map(|op| &after[op.new_range()]) {
        *came.entry(without_numbers(line.trim())).or_default() += 1;
    }
    let gone = changed().flat_map(|op| &before[op.old_range()]).filter(|line| {
        match came.get_mut(&without_numbers(line.trim())) {
            Some(left) if *left > 0 && line.contains(char::is_alphabetic) => {
                *left -= 1;
                false
            }
            Some(_) | None => true,
        }
    });
    gone.count()
}

/// An empty text has no line at all, so that its first line counts as added and not as changed.
pub(super) fn split(text: &str) -> Vec<&str> {
    if text.is_empty() { Vec::new() } else { text.split('\n').collect() }
}

struct Lines<'a> {
    before: &'a [&'a str],
    after: &'a [&'a str],
    shape: Shape,
    out: Vec<DiffLine>,
    changed: usize,
    /// Changed lines that are not kept.
    beyond: usize,
    /// Changed lines that were read.
    read: usize,
    /// What those that are kept read like.
    known: HashSet<String>,
    /// The last place that was named.
    label: Option<String>,
}

impl Lines<'_> {
    fn same(&mut self, old: usize, new: Range<usize>, keep: &BTreeSet<usize>) {
        for (offset, line) in new.enumerate() {
            if keep.contains(&line) && self.changed < CHANGED_LINES {
                self.out.push(same_line(self.after[line], old + offset, line));
            } else {
                self.gap();
            }
        }
    }

    fn gap(&mut self) {
        if self.out.last().is_none_or(|line| line.tag != DiffTag::Gap || !line.pieces.is_empty()) {
            self.out.push(DiffLine::gap());
        }
    }

    /// Says above a hunk where it is, unless the one before is at the same place.
    fn name(&mut self, old: &Range<usize>, new: &Range<usize>) {
        if self.beyond > 0 {
            return;
        }
        let (before, after) = (self.before, self.after);
        let hunk = Hunk { before, after, old: old.clone(), new: new.clone() };
        let Some(label) = cells::label(&hunk, self.shape) else { return };
        if self.label.as_ref() != Some(&label) {
            let pieces = vec![DiffPiece { text: label.clone(), emphasis: false }];
            self.out.push(DiffLine { tag: DiffTag::Gap, old_line: None, new_line: None, pieces });
            self.label = Some(label);
        }
    }

    /// The lines of a hunk: those that are alike stand together, their changed words marked.
    fn hunk(&mut self, old: Range<usize>, new: Range<usize>) {
        self.name(&old, &new);
        let (mut gone, mut next) = (old.start, new.start);
        for line in old.clone() {
            if self.read >= MOST_READ {
                break;
            }
            gone = line + 1;
            let partner = (next..new.end.min(next + PARTNERS))
                .find(|at| alike(self.before[line], self.after[*at]));
            let Some(partner) = partner else {
                self.alone(DiffTag::Removed, line);
                continue;
            };
            for added in next..partner {
                self.alone(DiffTag::Added, added);
            }
            next = partner + 1;
            let (was, is) = (self.before[line], self.after[partner]);
            let edit = middle(was, is).unwrap_or_else(|| (was.to_owned(), is.to_owned()));
            if self.keeps(2, || format!("~{}\n{}", edit.0, edit.1)) {
                let (lost, come) = words(was, is);
                self.push(DiffTag::Removed, line, lost);
                self.push(DiffTag::Added, partner, come);
            }
        }
        while next < new.end && self.read < MOST_READ {
            self.alone(DiffTag::Added, next);
            next += 1;
        }
        let unread = (old.end - gone) + (new.end - next);
        if unread > 0 {
            self.beyond += unread;
            self.gap();
        }
    }

    /// A line that stands for no other one.
    fn alone(&mut self, tag: DiffTag, index: usize) {
        let (sign, side) = match tag {
            DiffTag::Removed => ('-', self.before),
            DiffTag::Added | DiffTag::Same | DiffTag::Gap => ('+', self.after),
        };
        if self.keeps(1, || format!("{sign}{}", side[index].trim())) {
            self.push(tag, index, whole(side[index]));
        }
    }

    /// Whether so many changed lines, which read like this, are kept: the first ones, and what
    /// reads like none of them.
    fn keeps(&mut self, lines: usize, reads: impl Fn() -> String) -> bool {
        self.read += lines;
        let is_new = self.known.insert(without_numbers(&reads()));
        let room = CHANGED_LINES + if is_new { UNLIKE_LINES } else { 0 };
        if self.changed < room {
            return true;
        }
        self.beyond += lines;
        self.gap();
        false
    }

    fn push(&mut self, tag: DiffTag, index: usize, pieces: Vec<DiffPiece>) {
        let number = Some(index as u32 + 1);
        let (old_line, new_line) = match tag {
            DiffTag::Removed => (number, None),
            DiffTag::Added => (None, number),
            DiffTag::Same | DiffTag::Gap => (None, None),
        };
        self.out.push(DiffLine { tag, old_line, new_line, pieces });
        self.changed += 1;
    }
}

/// The unchanged lines that say where the changes are, as indices into `after`.
fn context(ops: &[DiffOp], before: &[&str], after: &[&str], shape: Shape) -> BTreeSet<usize> {
    let mut keep = BTreeSet::new();
    for op in ops.iter().filter(|op| op.tag() != Op::Equal) {
        let (old, new) = (op.old_range(), op.new_range());
        let near = match shape {
            Shape::Flat => CONTEXT,
            Shape::Tree => 1,
        };
        keep.extend(new.start.saturating_sub(near)..new.start);
        keep.extend(new.end..(new.end + near).min(after.len()));
        if shape == Shape::Tree {
            let first = if old.is_empty() { after[new.start] } else { before[old.start] };
            let mut depth = indent(first);
            for line in (0..new.start).rev() {
                if depth == 0 {
                    break;
                }
                if indent(after[line]) < depth {
                    depth = indent(after[line]);
                    keep.insert(line);
                }
            }
        }
    }
    keep
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn same_line(text: &str, old: usize, new: usize) -> DiffLine {
    DiffLine {
        tag: DiffTag::Same,
        old_line: Some(old as u32 + 1),
        new_line: Some(new as u32 + 1),
        pieces: whole(text),
    }
}

fn whole(text: &str) -> Vec<DiffPiece> {
    if text.is_empty() {
        return Vec::new();
    }
    vec![DiffPiece { text: cut(text), emphasis: false }]
}

/// The beginning of a line. What is left out is named by its hash: two lines that differ there alone
/// are two, and a decision on one of them holds for no other.
fn cut(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(LINE_CHARS) else { return text.to_owned() };
    let (head, rest) = text.split_at(end);
    format!("{head}… ({} more bytes, sha256 {}…)", rest.len(), short_hash(rest))
}

/// Whether two lines are one line that changed.
#[must_use]
pub fn alike(old: &str, new: &str) -> bool {
    let (old, new) = (old.trim(), new.trim());
    if old.len().max(new.len()) > LINE_CHARS {
        let start = |line: &str| line.chars().take(40).collect::<String>();
        return start(old) == start(new);
    }
    TextDiff::from_words(old, new).ratio() >= ALIKE
        || TextDiff::from_chars(old, new).ratio() >= 0.75
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(old: &str, new: &str, shape: Shape) -> Vec<String> {
        let Some(diff) = diff(old, new, shape) else { return Vec::new() };
        diff.lines
            .iter()
            .map(|line| {
                let sign = match line.tag {
                    DiffTag::Same => ' ',
                    DiffTag::Added => '+',
                    DiffTag::Removed => '-',
                    DiffTag::Gap => '~',
                };
                let pieces: String = line
                    .pieces
                    .iter()
                    .map(|it| if it.emphasis { format!("<{}>", it.text) } else { it.text.clone() })
                    .collect();
                format!("{sign}{pieces}")
            })
            .collect()
    }

    #[test]
    fn equal_texts_have_no_difference() {
        assert_eq!(diff("a\nb", "a\nb", Shape::Flat), None);
    }

    #[test]
    fn changed_words_of_a_changed_line_are_marked() {
        let old = "one\ntwo\nheading \"12 rows\"\nfour\nfive\nsix\nseven";
        let new = "one\ntwo\nheading \"11 rows\"\nfour\nfive\nsix\nseven";
        assert_eq!(
            shown(old, new, Shape::Flat),
            [
                " one",
                " two",
                "-heading \"<12> rows\"",
                "+heading \"<11> rows\"",
                " four",
                " five",
                "~"
            ]
        );
    }

    #[test]
    fn the_context_of_a_node_is_its_ancestors_and_neighbours() {
        let old = "- main:\n  - heading \"A\"\n  - list:\n    - item \"1\"\n    - item \"2\"\n    - button \"Apply\"\n- footer";
        let new =
            "- main:\n  - heading \"A\"\n  - list:\n    - item \"1\"\n    - item \"2\"\n- footer";
        assert_eq!(
            shown(old, new, Shape::Tree),
            [
                " - main:",
                "~",
                "   - list:",
                "~",
                "     - item \"2\"",
                "~main",
                "-    - button \"Apply\"",
                " - footer"
            ]
        );
    }

    #[test]
    fn a_text_of_which_nothing_is_left_is_replaced_and_a_changed_one_is_not() {
        let long = "a b\nc d\ne f\ng h";
        assert!(diff(long, "Internal Server Error", Shape::Flat).expect("differs").replaced);
        assert!(diff("12", "", Shape::Flat).expect("differs").replaced);
        assert!(!diff("12", "13", Shape::Flat).expect("differs").replaced);
        let numbered = ["1: name\n2: size\n3: colour", "0: name\n1: size\n2: colour"];
        assert!(!diff(numbered[0], numbered[1], Shape::Flat).expect("differs").replaced);
        assert!(!diff("a\nb\nc\nd", "d\nc\nb\na", Shape::Flat).expect("differs").replaced);
        assert!(!diff(long, "a b\nc d\ne f\ng i", Shape::Flat).expect("differs").replaced);
    }

    #[test]
    fn what_reads_like_nothing_before_it_is_kept_behind_a_flood_and_the_rest_is_counted() {
        let old: Vec<String> = (0..3_000).map(|it| format!("row {it} costs much")).collect();
        let mut new: Vec<String> = old.iter().map(|it| it.replace("much", "more")).collect();
        new[2_500] = "row 2500 is sold out".to_owned();
        let diff = diff(&old.join("\n"), &new.join("\n"), Shape::Flat).expect("differs");
        let texts: Vec<String> = diff.lines.iter().map(DiffLine::text).collect();
        assert!(texts.contains(&"row 2500 is sold out".to_owned()), "another cause");
        let kept = diff.lines.iter().filter(|it| it.tag != DiffTag::Gap && it.tag != DiffTag::Same);
        let kept = kept.count();
        assert!(kept <= CHANGED_LINES + 2, "{kept}");
        assert_eq!(kept + diff.beyond, 6_000);
        let few = super::diff("a b c d\nx", "a b c e\nx", Shape::Flat).expect("differs");
        assert_eq!(few.beyond, 0);
    }

    #[test]
    fn a_flood_of_changes_is_cut_and_says_so() {
        let old: String = (0..5_000).map(|it| format!("old {it}")).collect::<Vec<_>>().join("\n");
        let diff = diff(&old, &"x".repeat(1_000_000), Shape::Flat).expect("differs");
        // The one line that was added reads like none of those that are gone.
        assert!(diff.lines.len() <= CHANGED_LINES + 2);
        assert!(diff.lines.iter().any(|line| line.tag == DiffTag::Gap));
        assert_eq!(diff.beyond, 5_000 - CHANGED_LINES);
    }
}
