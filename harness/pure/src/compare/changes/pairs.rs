//! [`pairs`]: which removed and added lines stand for each other. Used by [`super::read`].

use std::collections::BTreeMap;

use super::super::items::Items;
use crate::model::FacetKind;
use crate::model::edit::{is_name, replaced, tokens};
use crate::model::finding::{DiffLine, DiffTag};
use crate::model::thing::Node;

/// What stood there and what stands there now.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pair<'a> {
    /// The line that is gone.
    pub removed: Option<&'a DiffLine>,
    /// The line that came instead.
    pub added: Option<&'a DiffLine>,
}

impl Pair<'_> {
    /// The line of the baseline, from 1; none where nothing is gone.
    pub(super) fn old_lines(&self) -> Vec<u32> {
        self.removed.and_then(|it| it.old_line).into_iter().collect()
    }

    /// The line of what was seen, from 1; none where nothing came.
    pub(super) fn new_lines(&self) -> Vec<u32> {
        self.added.and_then(|it| it.new_line).into_iter().collect()
    }
}

/// Removed and added lines, those that stand for each other together.
pub(super) fn pairs<'a>(facet: FacetKind, diff: &'a [DiffLine], items: &Items) -> Vec<Pair<'a>> {
    let mut all = beside(facet, diff, items);
    if facet == FacetKind::Aria {
        join_of_records(&mut all, items);
    }
    if matches!(facet, FacetKind::Stdout | FacetKind::Stderr) {
        join_moved(&mut all);
    }
    all
}

/// Lines that stand for each other where they stand beside each other.
fn beside<'a>(facet: FacetKind, diff: &'a [DiffLine], items: &Items) -> Vec<Pair<'a>> {
    match facet {
        FacetKind::Aria
        | FacetKind::Text
        | FacetKind::Page
        | FacetKind::Links
        | FacetKind::Fields
        | FacetKind::Response
        | FacetKind::Cookies
        | FacetKind::Storage
        | FacetKind::Requests
        | FacetKind::Stdout
        | FacetKind::Stderr
        | FacetKind::Recording => diff
            .split(|line| matches!(line.tag, DiffTag::Same | DiffTag::Gap))
            .flat_map(|hunk| pairs_of_hunk(facet, hunk, items))
            .collect(),
        FacetKind::Exit
        | FacetKind::Files
        | FacetKind::Screen
        | FacetKind::Events
        | FacetKind::A11y
        | FacetKind::Image => neighbours(diff),
    }
}

/// Within a hunk, lines of which only some words changed stand for each other; what is left does
/// where it can be nothing else: two nodes of one role, or as many lines gone as new.
fn pairs_of_hunk<'a>(facet: FacetKind, hunk: &'a [DiffLine], items: &Items) -> Vec<Pair<'a>> {
    let marked = |line: &DiffLine| {
        line.pieces.iter().any(|it| it.emphasis)
            // Of very long lines no words are marked.
            || line.pieces.iter().map(|it| it.text.len()).sum::<usize>() > 2_000
    };
    let mut all: Vec<Pair<'_>> = Vec::new();
    let mut at = 0;
    while at < hunk.len() {
        let line = &hunk[at];
        let partner = hunk.get(at + 1).filter(|next| {
            line.tag == DiffTag::Removed
                && next.tag == DiffTag::Added
                && (marked(line) || marked(next))
                && (facet != FacetKind::Aria || is_same_thing(&line.trimmed(), &next.trimmed()))
                && items.can_be_one(line.old_line, next.new_line)
        });
        if let Some(partner) = partner {
            all.push(Pair { removed: Some(line), added: Some(partner) });
            at += 2;
            continue;
        }
        match line.tag {
            DiffTag::Removed => all.push(Pair { removed: Some(line), added: None }),
            DiffTag::Added => all.push(Pair { removed: None, added: Some(line) }),
            DiffTag::Same | DiffTag::Gap => {}
        }
        at += 1;
    }
    join_left(facet, &mut all, items);
    all
}

/// Whether two lines of a tree can be one thing: by what it is, or by what it is called.
fn is_same_thing(old: &str, new: &str) -> bool {
    let (old, new) = (Node::read(old), Node::read(new));
    old.role == new.role || (old.words().is_some() && old.words() == new.words())
}

fn join_left(facet: FacetKind, all: &mut Vec<Pair<'_>>, items: &Items) {
    let gone: Vec<usize> = (0..all.len()).filter(|at| all[*at].added.is_none()).collect();
    let new: Vec<usize> = (0..all.len()).filter(|at| all[*at].removed.is_none()).collect();
    let tree = matches!(facet, FacetKind::Aria | FacetKind::Page);
    let role = |at: usize, all: &[Pair<'_>]| {
        let line = all[at].removed.or(all[at].added).map(DiffLine::trimmed).unwrap_or_default();
        Node::read(&line).role.to_owned()
    };
    let partner = |from: usize, index: usize, all: &[Pair<'_>]| {
        if !tree {
            return new.get(index).copied().filter(|_| gone.len() == new.len());
        }
        let of_role = |list: &[usize]| -> Vec<usize> {
            list.iter().copied().filter(|at| role(*at, all) == role(from, all)).collect()
        };
        let (own, other) = (of_role(&gone), of_role(&new));
        other.first().copied().filter(|_| own.len() == 1 && other.len() == 1)
    };
    let joined: Vec<(usize, usize)> = gone
        .iter()
        .enumerate()
        .filter_map(|(index, from)| Some((*from, partner(*from, index, all)?)))
        .filter(|(from, into)| {
            let (old, new) = (all[*from].removed, all[*into].added);
            // As far in as it was, a line has only moved.
            let stays = old.map(DiffLine::text) == new.map(DiffLine::text);
            let numbers = (old.and_then(|it| it.old_line), new.and_then(|it| it.new_line));
            !stays && items.can_be_one(numbers.0, numbers.1)
        })
        .collect();
    for (from, into) in &joined {
        all[*from].added = all[*into].added.take();
    }
    all.retain(|it| it.removed.is_some() || it.added.is_some());
}

/// A record that stands elsewhere brings its lines along: what is as often of one role among the lines
/// that it lost and those that it got stands for each other.
fn join_of_records(all: &mut Vec<Pair<'_>>, items: &Items) {
    type Sides = BTreeMap<(usize, String), (Vec<usize>, Vec<usize>)>;
    let text = |at: usize| all[at].removed.or(all[at].added).map(DiffLine::trimmed);
    let mut sides = Sides::new();
    for (at, pair) in all.iter().enumerate() {
        let (record, is_gone) = match (pair.removed, pair.added) {
            (Some(line), None) => (items.record(DiffTag::Removed, line.old_line), true),
            (None, Some(line)) => (items.record(DiffTag::Added, line.new_line), false),
            (Some(_), Some(_)) | (None, None) => continue,
        };
        let Some((record, line)) = record.zip(text(at)) else { continue };
        let own = sides.entry((record, Node::read(&line).role.to_owned())).or_default();
        if is_gone { own.0.push(at) } else { own.1.push(at) }
    }
    let mut joined = Vec::new();
    for (gone, came) in sides.into_values() {
        // What the record says on both sides has only moved.
        let changed = |own: Vec<usize>| -> Vec<usize> {
            own.into_iter().filter(|at| !stays(&all[*at], items)).collect()
        };
        let (gone, came) = (changed(gone), changed(came));
        if gone.len() == came.len() {
            joined.extend(gone.into_iter().zip(came));
        }
    }
    for (from, into) in joined {
        all[from].added = all[into].added.take();
    }
    all.retain(|it| it.removed.is_some() || it.added.is_some());
}

/// Whether a line stands in a record that says it on both sides.
fn stays(pair: &Pair<'_>, items: &Items) -> bool {
    let old = pair.removed.map(|it| (DiffTag::Removed, it.old_line, it));
    let line = old.or_else(|| pair.added.map(|it| (DiffTag::Added, it.new_line, it)));
    line.is_some_and(|(side, number, it)| items.stays(side, number, &it.trimmed()))
}

/// As many lines without a partner are looked at.
const LEFT: usize = 200;

/// A row whose value changed stands elsewhere in a list that is sorted by it: a line that is gone and
/// one that came are one line where they have the same words and no other ones are as near.
fn join_moved(all: &mut Vec<Pair<'_>>) {
    let left = |side: fn(&Pair<'_>) -> (bool, bool)| -> Vec<usize> {
        (0..all.len()).filter(|at| side(&all[*at]) == (true, false)).take(LEFT).collect()
    };
    let gone = left(|it| (it.removed.is_some(), it.added.is_some()));
    let came = left(|it| (it.added.is_some(), it.removed.is_some()));
    let text = |line: Option<&DiffLine>| line.map(DiffLine::trimmed).unwrap_or_default();
    let before: Vec<String> = gone.iter().map(|at| text(all[*at].removed)).collect();
    let after: Vec<String> = came.iter().map(|at| text(all[*at].added)).collect();
    // What is on both sides has only moved.
    let stays =
        |old: usize, new: usize| after.contains(&before[old]) || before.contains(&after[new]);
    let far =
        |old: usize, new: usize| distance(&before[old], &after[new]).filter(|_| !stays(old, new));
    let nearest = |of: &dyn Fn(usize) -> Option<usize>, count: usize| -> Option<usize> {
        let mut ranked: Vec<(usize, usize)> =
            (0..count).filter_map(|it| Some((of(it)?, it))).collect();
        ranked.sort_unstable();
        let first = ranked.first()?;
        ranked.get(1).is_none_or(|it| it.0 > first.0).then_some(first.1)
    };
    let partner = |old: usize| -> Option<usize> {
        let new = nearest(&|new| far(old, new), came.len())?;
        (nearest(&|old| far(old, new), gone.len()) == Some(old)).then_some(new)
    };
    let joined: Vec<(usize, usize)> =
        (0..gone.len()).filter_map(|old| Some((gone[old], came[partner(old)?]))).collect();
    for (from, into) in joined {
        all[from].added = all[into].added.take();
    }
    all.retain(|it| it.removed.is_some() || it.added.is_some());
}

/// How many words and numbers of two lines differ, where they can be one line: other values after
/// the same names.
fn distance(old: &str, new: &str) -> Option<usize> {
    let differ = replaced(old, new);
    let only_values = differ.iter().all(|it| !is_name(it.gone) && !is_name(it.came));
    let named = tokens(old).into_iter().any(is_name);
    (only_values && named && !differ.is_empty()).then_some(differ.len())
}

/// A removed line and the added one right after it.
fn neighbours(diff: &[DiffLine]) -> Vec<Pair<'_>> {
    let mut all = Vec::new();
    let mut waiting: Option<&DiffLine> = None;
    let gone = |it: &DiffLine| it.tag == DiffTag::Removed;
    for line in diff {
        let before = if gone(line) { waiting.replace(line) } else { waiting.take() };
        match line.tag {
            DiffTag::Added => all.push(Pair { removed: before, added: Some(line) }),
            DiffTag::Removed | DiffTag::Same | DiffTag::Gap => {
                all.extend(before.map(|it| Pair { removed: Some(it), added: None }));
            }
        }
    }
    all.extend(waiting.map(|it| Pair { removed: Some(it), added: None }));
    all
}
