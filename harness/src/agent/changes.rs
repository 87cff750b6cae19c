//! [`changes`]: what became of a page since it was last told, line by line.

use similar::{Algorithm, DiffOp};

/// Of what is gone, so much is told.
const LONGEST_GONE: usize = 80;
/// More lines than these that are gone are only counted.
const MOST_GONE: usize = 4;

/// Whether two pages are of one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// They are.
    Same,
    /// The second is another page: what is gone of the first is only counted.
    Another,
}

/// How a line is told; of one that is not as it was, beside what it was.
pub type Tell<'a> = &'a dyn Fn(&str, Option<&str>) -> String;

/// What changed: `+` is new, `~` is a thing that is not as it was, `-` is gone.
#[must_use]
pub fn changes(before: &[String], now: &[String], place: Place, tell: Tell<'_>) -> Vec<String> {
    let mut all = Vec::new();
    let mut gone = 0;
    for op in similar::capture_diff_slices(Algorithm::Patience, before, now) {
        match op {
            DiffOp::Equal { .. } => {}
            DiffOp::Insert { new_index, new_len, .. } => {
                let new = now[new_index..new_index + new_len].iter();
                all.extend(new.map(|it| format!("+ {}", tell(it, None))));
            }
            DiffOp::Delete { old_index, old_len, .. } => {
                gone += tell_gone(&before[old_index..old_index + old_len], (place, tell), &mut all);
            }
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                let old = &before[old_index..old_index + old_len];
                let new = &now[new_index..new_index + new_len];
                gone += tell_replaced(old, new, (place, tell), &mut all);
            }
        }
    }
    if gone > 0 {
        all.push(format!("- {gone} lines"));
    }
    all
}

/// The beginning of a text. What is cut says so: a secret that was cut is found by that.
#[must_use]
pub fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// Lines that are gone; answers with how many of them are only counted.
fn tell_gone(gone: &[String], (place, tell): (Place, Tell<'_>), all: &mut Vec<String>) -> usize {
    if place == Place::Another || gone.len() > MOST_GONE {
        return gone.len();
    }
    all.extend(gone.iter().map(|it| format!("- {}", cut(&tell(it, None), LONGEST_GONE))));
    0
}

/// Lines that stand where others stood. Where both begin alike up to the same reference, the new one
/// says it all.
fn tell_replaced(
    old: &[String],
    new: &[String],
    (place, tell): (Place, Tell<'_>),
    all: &mut Vec<String>,
) -> usize {
    let same = |a: &String, b: &String| beginning(a).is_some_and(|it| Some(it) == beginning(b));
    let left: Vec<String> =
        old.iter().filter(|old| !new.iter().any(|new| same(old, new))).cloned().collect();
    for line in new {
        all.push(match old.iter().find(|old| same(old, line)) {
            Some(known) => format!("~ {}", tell(line, Some(known))),
            None => format!("+ {}", tell(line, None)),
        });
    }
    tell_gone(&left, (place, tell), all)
}

/// A line up to its first reference.
fn beginning(line: &str) -> Option<&str> {
    let mut end = 0;
    for word in line.split(' ') {
        end += word.len() + 1;
        if is_reference(word) {
            return Some(&line[..end - 1]);
        }
    }
    None
}

fn is_reference(word: &str) -> bool {
    word.strip_prefix('e')
        .is_some_and(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()))
}
