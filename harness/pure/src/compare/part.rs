//! [`part`]: a baseline with some of what changed in it, and the rest as it was: what accepting one
//! of several findings in a snapshot writes. [`redacted`] is the baseline as it was compared.
//! Neighbour: [`super::lines`], which aligns the two sides.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use similar::{DiffOp, DiffTag as Op};

use super::{CompareError, Redactor, facet, lines, set, watch};
use crate::model::attempts::Attempts;
use crate::model::finding::CoveredChange;
use crate::model::observe::FacetShape;
use crate::model::{BaselineRecord, Entry, FacetKind, Plan};

/// A baseline of a text facet as the last judged attempt of its scenario was compared with it: the
/// lines of changes are counted in it.
///
/// # Errors
/// A redaction of the plan that is no regular expression.
pub fn redacted(
    plan: &Plan,
    entries: &[Entry],
    record: &BaselineRecord,
    baseline: &str,
) -> Result<String, CompareError> {
    let Some(scenario) = plan.scenarios.iter().find(|it| it.id == record.scenario) else {
        return Ok(baseline.trim_end().to_owned());
    };
    let attempts = Attempts::of(entries);
    let log = attempts.scenario(&scenario.id);
    let last = log.and_then(|log| log.attempts.values().rfind(|it| it.counts()));
    let known = last.map_or(&[][..], |it| it.known);
    let snapshot = match record.facet {
        FacetKind::Events => None,
        _ => scenario.snapshot(&record.checkpoint),
    };
    let redactor = Redactor::of_checkpoint(plan, scenario, snapshot, known)?;
    Ok(match record.facet {
        FacetKind::Events => watch::baseline(baseline, &redactor),
        facet => facet::expected(facet, baseline, &redactor),
    })
}

/// The old text with the changes that are taken, each where it belongs; `changes` are all that are
/// known of this text, each with whether it is taken. Of a set only lines are added.
#[must_use]
pub fn part(facet: FacetKind, old: &str, new: &str, changes: &[(&CoveredChange, bool)]) -> String {
    let (before, after) = (lines::split(old), lines::split(new));
    if matches!(facet, FacetKind::Events) || facet.shape() == FacetShape::Set {
        return added(&before, &after, changes);
    }
    let ops = lines::operations(facet.shape(), (old, &before), (new, &after));
    merged(&before, &after, &ops, &Taken::of(changes)).join("\n")
}

/// Which lines go and come, counted from 0, and which stand for each other.
struct Taken {
    gone: BTreeSet<usize>,
    come: BTreeSet<usize>,
    /// The old line that a new one stands for.
    partner: HashMap<usize, usize>,
}

impl Taken {
    fn of(changes: &[(&CoveredChange, bool)]) -> Self {
        let mut taken =
            Self { gone: BTreeSet::new(), come: BTreeSet::new(), partner: HashMap::new() };
        let index = |it: &u32| (*it as usize).saturating_sub(1);
        for (change, is_taken) in changes {
            for (at, line) in change.new_lines.iter().enumerate() {
                let last = change.old_lines.len().saturating_sub(1);
                if let Some(old) = change.old_lines.get(at.min(last)) {
                    taken.partner.insert(index(line), index(old));
                }
            }
            // A side without a text is a line that only moved: it belongs to no change.
            if *is_taken && change.before.is_some() {
                taken.gone.extend(change.old_lines.iter().map(index));
            }
            if *is_taken && change.after.is_some() {
                taken.come.extend(change.new_lines.iter().map(index));
            }
        }
        taken
    }
}

fn merged<'a>(
    before: &[&'a str],
    after: &[&'a str],
    ops: &[DiffOp],
    taken: &Taken,
) -> Vec<&'a str> {
    let mut out = Vec::new();
    for op in ops {
        match op.tag() {
            Op::Equal => out.extend_from_slice(&before[op.old_range()]),
            Op::Delete | Op::Insert | Op::Replace => {
                hunk(&mut out, (before, op.old_range()), (after, op.new_range()), taken);
            }
        }
    }
    out
}

/// A run of changed lines: each new line that is taken stands where the old one stood that it
/// replaces, or after the new line before it.
fn hunk<'a>(
    out: &mut Vec<&'a str>,
    (before, old): (&[&'a str], Range<usize>),
    (after, new): (&[&'a str], Range<usize>),
    taken: &Taken,
) {
    let mut slots: Vec<Vec<&'a str>> = vec![Vec::new(); old.len() + 1];
    let mut slot = 0;
    for line in new {
        if let Some(partner) = taken.partner.get(&line).copied().filter(|it| old.contains(it)) {
            slot = partner - old.start + 1;
        }
        if taken.come.contains(&line) {
            slots[slot].push(after[line]);
        }
    }
    out.append(&mut slots[0]);
    for (line, come) in old.zip(&mut slots[1..]) {
        if !taken.gone.contains(&line) {
            out.push(before[line]);
        }
        out.append(come);
    }
}

/// A set with the lines that are taken; one that says how often it was seen stands for the same
/// line with another number.
fn added(before: &[&str], after: &[&str], changes: &[(&CoveredChange, bool)]) -> String {
    let mut all: Vec<String> = before.iter().map(|it| (*it).to_owned()).collect();
    let was_sorted = all.is_sorted();
    for (change, _) in changes.iter().filter(|it| it.1) {
        let numbered = change.new_lines.iter();
        let mut new: Vec<String> = numbered
            .filter_map(|it| Some((*after.get((*it as usize).checked_sub(1)?)?).to_owned()))
            .collect();
        if new.is_empty() {
            new.extend(change.after.clone());
        }
        for line in new {
            match all.iter_mut().find(|it| set::counted(it).0 == set::counted(&line).0) {
                Some(known) => *known = line,
                None => all.push(line),
            }
        }
    }
    if was_sorted {
        all.sort_unstable();
    }
    all.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(old: &[u32], new: &[u32]) -> CoveredChange {
        let side = |lines: &[u32]| (!lines.is_empty()).then(|| "said".to_owned());
        CoveredChange {
            id: format!("{old:?} {new:?}"),
            scenario: "s".to_owned(),
            attempt: 1,
            checkpoint: Some("c".to_owned()),
            facet: Some(FacetKind::Stdout),
            thing: "line".to_owned(),
            before: side(old),
            after: side(new),
            old_lines: old.to_vec(),
            new_lines: new.to_vec(),
        }
    }

    fn taken(old: &str, new: &str, changes: &[(&CoveredChange, bool)]) -> String {
        part(FacetKind::Stdout, old, new, changes)
    }

    #[test]
    fn each_of_two_changes_is_taken_without_the_other() {
        let (old, new) = ("a\nb\nc\nd", "a\nB\nc\nd\ne");
        let (one, two) = (change(&[2], &[2]), change(&[], &[5]));
        assert_eq!(taken(old, new, &[(&one, true), (&two, false)]), "a\nB\nc\nd");
        assert_eq!(taken(old, new, &[(&one, false), (&two, true)]), "a\nb\nc\nd\ne");
        assert_eq!(taken(old, new, &[(&one, true), (&two, true)]), new);
        assert_eq!(taken(old, new, &[(&one, false), (&two, false)]), old);
    }

    #[test]
    fn neighbours_in_one_hunk_keep_their_places() {
        let (old, new) = ("a\nx\ny\nz", "a\nX\nY\nnew\nz");
        let (one, two, three) = (change(&[2], &[2]), change(&[3], &[3]), change(&[], &[4]));
        let with = |a, b, c| taken(old, new, &[(&one, a), (&two, b), (&three, c)]);
        assert_eq!(with(true, false, false), "a\nX\ny\nz");
        assert_eq!(with(false, true, false), "a\nx\nY\nz");
        assert_eq!(with(false, false, true), "a\nx\ny\nnew\nz");
        assert_eq!(with(true, false, true), "a\nX\ny\nnew\nz");
        assert_eq!(with(true, true, true), new);
    }

    #[test]
    fn an_entry_over_several_lines_is_taken_whole_and_a_lost_line_goes() {
        let (old, new) = ("--a  one\n--b  two\nend", "--a  one\n     more\nend");
        let (entry, gone) = (change(&[1], &[1, 2]), change(&[2], &[]));
        assert_eq!(
            taken(old, new, &[(&entry, true), (&gone, false)]),
            "--a  one\n     more\n--b  two\nend"
        );
        assert_eq!(taken(old, new, &[(&entry, false), (&gone, true)]), "--a  one\nend");
    }

    #[test]
    fn a_line_that_only_moved_stays_where_it_was() {
        let (old, new) = ("m\na\nb", "X\na\nb\nm");
        let moved = CoveredChange { before: None, ..change(&[1], &[1]) };
        assert_eq!(taken(old, new, &[(&moved, true)]), "m\nX\na\nb");
        assert_eq!(taken(old, new, &[(&moved, false)]), old);
    }

    #[test]
    fn of_a_set_only_the_lines_that_are_taken_are_added() {
        let (old, new) = ("a (2 times)\nc", "a (3 times)\nb\nd");
        let (more, other) = (change(&[], &[1]), change(&[], &[2]));
        let set = |one, two| part(FacetKind::A11y, old, new, &[(&more, one), (&other, two)]);
        assert_eq!(set(true, false), "a (3 times)\nc");
        assert_eq!(set(false, true), "a (2 times)\nb\nc");
        let seen = CoveredChange { after: Some("b".to_owned()), ..change(&[], &[]) };
        assert_eq!(part(FacetKind::Events, "a\nc", "a\nb\nc\nd", &[(&seen, true)]), "a\nb\nc");
    }
}
