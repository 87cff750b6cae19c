//! [`words`]: two lines that are one line which changed, in pieces, what differs marked.
//!
//! Prose reads badly when every second word is marked by itself, so words that only a blank or a
//! sign keeps apart are marked as one. Long lines are shown around what changed.

use similar::{ChangeTag, TextDiff};

use crate::model::change::short_hash;
use crate::model::finding::DiffPiece;

/// Lines of more bytes are compared by what stands between their common beginning and end.
const LONG: usize = 2_000;
/// Characters kept before and behind what changed in a long line.
const AROUND: usize = 80;
/// Characters kept of one piece of a long line.
const MOST: usize = 1_000;
/// Characters that are not left out by themselves: to say so takes as many.
const SPARED: usize = 40;

/// A part of both lines.
struct Part {
    old: String,
    new: String,
    same: bool,
}

/// The pieces of two lines that are alike, what differs marked.
#[must_use]
pub fn words(old: &str, new: &str) -> (Vec<DiffPiece>, Vec<DiffPiece>) {
    let (head, tail) = common(old, new);
    let middle = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    let mut parts = vec![Part::same(&old[..head])];
    if middle.0.len().max(middle.1.len()) > LONG {
        parts.push(Part { old: middle.0.to_owned(), new: middle.1.to_owned(), same: false });
    } else {
        parts.extend(compared(middle.0, middle.1));
    }
    parts.push(Part::same(&old[old.len() - tail..]));
    let mut parts = joined(parts);
    if old.len().max(new.len()) > LONG {
        shorten(&mut parts);
    }
    (side(&parts, |it| &it.old), side(&parts, |it| &it.new))
}

impl Part {
    fn same(text: &str) -> Self {
        Self { old: text.to_owned(), new: text.to_owned(), same: true }
    }
}

/// How many bytes two lines share at the beginning and at the end, cut back to whole words.
fn common(old: &str, new: &str) -> (usize, usize) {
    let mut head: usize =
        old.chars().zip(new.chars()).take_while(|it| it.0 == it.1).map(|it| it.0.len_utf8()).sum();
    while splits(head, old) || splits(head, new) {
        head -= old[..head].chars().next_back().map_or(0, char::len_utf8);
    }
    let room = old.len().min(new.len()) - head;
    let mut tail = 0;
    for (a, b) in old.chars().rev().zip(new.chars().rev()) {
        if a != b || tail + a.len_utf8() > room {
            break;
        }
        tail += a.len_utf8();
    }
    while splits(old.len() - tail, old) || splits(new.len() - tail, new) {
        tail -= old[old.len() - tail..].chars().next().map_or(0, char::len_utf8);
    }
    (head, tail)
}

/// Whether a word or a number would be cut here; `12.50` and `it's` are one.
fn splits(at: usize, text: &str) -> bool {
    let (before, sign) = edge(text[..at].chars().rev());
    let (after, other) = edge(text[at..].chars());
    before && after && !(sign && other)
}

/// Whether a word could go on over this edge, and whether by a sign that joins.
fn edge(mut side: impl Iterator<Item = char>) -> (bool, bool) {
    let inside = |it: char| it.is_alphanumeric() || it == '_';
    match side.next() {
        Some(it) if inside(it) => (true, false),
        Some('.' | ',' | ':' | '\'') => (side.next().is_some_and(inside), true),
        Some(_) | None => (false, false),
    }
}

fn compared(old: &str, new: &str) -> Vec<Part> {
    let text = TextDiff::from_unicode_words(old, new);
    let mut parts: Vec<Part> = Vec::new();
    for change in text.iter_all_changes() {
        let value = change.value();
        let same = change.tag() == ChangeTag::Equal;
        if parts.last().is_none_or(|it| it.same != same) {
            parts.push(Part { old: String::new(), new: String::new(), same });
        }
        let part = parts.last_mut().expect("one was just added");
        match change.tag() {
            ChangeTag::Equal => {
                part.old.push_str(value);
                part.new.push_str(value);
            }
            ChangeTag::Delete => part.old.push_str(value),
            ChangeTag::Insert => part.new.push_str(value),
        }
    }
    parts
}

/// Changed parts with nothing but a blank or a sign between them become one.
fn joined(parts: Vec<Part>) -> Vec<Part> {
    let mut all: Vec<Part> = Vec::new();
    let mut rest =
        parts.into_iter().filter(|it| !(it.old.is_empty() && it.new.is_empty())).peekable();
    while let Some(part) = rest.next() {
        let glue = part.same && part.old.chars().all(|it| it == ' ');
        let between =
            all.last().is_some_and(|it| !it.same) && rest.peek().is_some_and(|it| !it.same);
        match all.last_mut() {
            Some(last) if (last.same == part.same) || (glue && between) => {
                last.old.push_str(&part.old);
                last.new.push_str(&part.new);
            }
            _ => all.push(part),
        }
    }
    all
}

/// Leaves of a long line what stands around its changes.
fn shorten(parts: &mut [Part]) {
    let count = parts.len();
    for (index, part) in parts.iter_mut().enumerate() {
        if part.same {
            let first = if index == 0 { 0 } else { AROUND };
            let last = if index > 0 && index + 1 == count { 0 } else { AROUND };
            part.old = ends(&part.old, (first, last));
            part.new = ends(&part.new, (first, last));
        } else {
            let from = apart(&part.old, &part.new);
            part.old = changed(&part.old, from);
            part.new = changed(&part.new, from);
        }
    }
}

/// The first and last characters of a text, and how many are left out between them.
fn ends(text: &str, (first, last): (usize, usize)) -> String {
    let number = text.chars().count();
    if number <= first + last + SPARED {
        return text.to_owned();
    }
    let head: String = text.chars().take(first).collect();
    let tail: String = text.chars().skip(number - last).collect();
    format!("{head}… ({} more characters) …{tail}", number - first - last)
}

/// The character from which on two texts that changed are shown: the first, unless they are the same
/// for so long that nothing of the change would be seen.
fn apart(old: &str, new: &str) -> usize {
    let same = old.chars().zip(new.chars()).take_while(|it| it.0 == it.1).count();
    if same + AROUND <= MOST { 0 } else { same - AROUND }
}

/// The characters of a changed text from one on. What is left out behind them is named by its hash:
/// two texts that differ there alone are two, and a decision on one of them holds for no other.
fn changed(text: &str, from: usize) -> String {
    let at = |number: usize| text.char_indices().nth(number).map_or(text.len(), |it| it.0);
    let (start, end) = (at(from), at(from + MOST));
    let left = text[end..].chars().count();
    let before =
        if from == 0 { String::new() } else { format!("… ({from} more characters) …") };
    if left <= SPARED {
        return format!("{before}{}", &text[start..]);
    }
    let hash = short_hash(&text[end..]);
    format!("{before}{}… ({left} more characters, sha256 {hash}…) …", &text[start..end])
}

fn side(parts: &[Part], text: impl Fn(&Part) -> &String) -> Vec<DiffPiece> {
    parts
        .iter()
        .filter(|it| !text(it).is_empty())
        .map(|it| DiffPiece { text: text(it).clone(), emphasis: !it.same })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(old: &str, new: &str) -> [String; 2] {
        let (old, new) = words(old, new);
        [old, new].map(|pieces| {
            let piece = |it: &DiffPiece| {
                if it.emphasis { format!("<{}>", it.text) } else { it.text.clone() }
            };
            pieces.iter().map(piece).collect()
        })
    }

    #[test]
    fn words_that_changed_together_are_marked_together() {
        let table = [
            ("took 12 ms", "took 13 ms", "took <12> ms", "took <13> ms"),
            (
                "Your order was sent to Ada Lovelace today.",
                "Your order was sent to Grace Brewster Hopper today.",
                "Your order was sent to <Ada Lovelace> today.",
                "Your order was sent to <Grace Brewster Hopper> today.",
            ),
            ("in all 12.50", "in all 12.75", "in all <12.50>", "in all <12.75>"),
            ("a b", "a b c", "a b", "a b< c>"),
            ("naïve café", "naïve cafés", "naïve <café>", "naïve <cafés>"),
        ];
        for (old, new, left, right) in table {
            assert_eq!(shown(old, new), [left, right]);
        }
    }

    #[test]
    fn a_long_line_is_shown_around_what_changed() {
        let long = "word ".repeat(2_000);
        let [old, new] =
            shown(&format!("{long}price 12 {long}"), &format!("{long}price 13 {long}"));
        assert!(old.contains("price <12> word") && new.contains("price <13> word"), "{old}");
        assert!(old.starts_with("… (99") && old.len() < 400, "{old}");
    }

    #[test]
    fn a_long_line_of_which_all_changed_is_cut() {
        let [old, new] = shown(&"a".repeat(100_000), &"b".repeat(100_000));
        assert!(old.len() < 1_200 && new.len() < 1_200, "{old}");
    }

    #[test]
    fn a_long_word_is_shown_around_what_changed() {
        let same = "a".repeat(100_000);
        let [old, new] = shown(&format!("{same}b"), &format!("{same}c"));
        assert!(old.ends_with("ab>") && new.ends_with("ac>"), "{old} {new}");
        assert!(old.len() < 200 && new.len() < 200, "{old}");
        let [old, new] = shown(&same, &format!("{same}é"));
        assert!(old.ends_with("aa>") && new.ends_with("aé>"), "{old} {new}");
    }

    #[test]
    fn long_texts_that_differ_behind_the_part_that_is_shown_are_two() {
        let (old, new) = ("a".repeat(5_000), "b".repeat(5_000));
        let other = format!("{}c{}", &new[..4_000], &new[4_001..]);
        assert_ne!(shown(&old, &new)[1], shown(&old, &other)[1]);
        assert_eq!(shown(&old, &new)[0], shown(&old, &other)[0]);
    }
}
