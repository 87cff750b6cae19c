//! [`plain`]: product text as part of a sentence; [`sides`]: two such texts so that one sees where
//! they differ. Product text is hostile: control characters and direction overrides are made
//! visible, and everything is cut.

use crate::model::thing::is_icon;

/// The longest title, in characters.
pub(super) const LIMIT: usize = 140;
/// The longest piece of product text, in characters.
pub(super) const PIECE: usize = 60;
/// The longest of two pieces that stand beside each other.
pub(super) const HALF: usize = 44;
/// The shortest piece that still says something.
const LEAST: usize = 24;

/// Product text in one line, nothing in it that could steer a terminal or turn the reading order; the
/// spaces between columns are one.
#[must_use]
pub fn plain(text: &str, limit: usize) -> String {
    visible(&spaced(text), limit)
}

/// A text with one space wherever it has several.
pub(super) fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.trim().chars() {
        if letter != ' ' || !out.ends_with(' ') {
            out.push(letter);
        }
    }
    out
}

fn visible(text: &str, limit: usize) -> String {
    let mut out = String::new();
    // Where there is nothing else to read, icons are told by their codes.
    let icons = is_of_icons(text);
    for letter in text.trim().chars().take(limit * 2) {
        match letter {
            '\n' => out.push_str(" ⏎ "),
            '\t' => out.push(' '),
            letter if letter.is_control() || steers(letter) || (icons && is_icon(letter)) => {
                out.push_str(&code(letter));
            }
            letter => out.push(letter),
        }
    }
    let whole = text.trim().chars().nth(limit * 2).is_none();
    if whole { shorten(&out, limit) } else { shorten(&format!("{out}…"), limit) }
}

/// What stands for a letter that cannot be told by how it looks.
fn code(letter: char) -> String {
    format!("⟨U+{:04X}⟩", u32::from(letter))
}

/// Whether a character is invisible or turns the reading order.
fn steers(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Whether there is nothing to read in a text but icons.
pub(super) fn is_of_icons(text: &str) -> bool {
    let unreadable = |it: char| steers(it) || is_icon(it) || it.is_whitespace();
    text.chars().any(is_icon) && text.chars().all(unreadable)
}

/// The beginning of a text, with a mark where it was cut.
pub(super) fn shorten(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let cut: String = text.chars().take(limit - 1).collect();
    format!("{}…", cut.trim_end())
}

/// Two texts in at most `limit` characters each, both with what differs.
pub(super) fn sides(old: &str, new: &str, limit: usize) -> (String, String) {
    let (was, is) = (spaced(old), spaced(new));
    // Where only spaces differ, they are what is told.
    let (old, new) = if was == is { (old.trim(), new.trim()) } else { (&*was, &*is) };
    let (old, new) = apart(old, new, limit);
    let (old, new) = unlike(old, new);
    (visible(&old, limit), visible(&new, limit))
}

/// Two texts; where they read alike, with the letters in which they differ told by their codes.
fn unlike(old: String, new: String) -> (String, String) {
    let (a, b): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
    let head = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let room = a.len().min(b.len()) - head;
    let tail = a.iter().rev().zip(b.iter().rev()).take(room).take_while(|(a, b)| a == b).count();
    if !reads_alike(&a[head..a.len() - tail], &b[head..b.len() - tail]) {
        return (old, new);
    }
    let spelled = |all: &[char]| -> String {
        let differs = head..all.len() - tail;
        let one = |(at, it): (usize, &char)| {
            let is_plain = it.is_ascii_graphic() || *it == ' ';
            if differs.contains(&at) && !is_plain { code(*it) } else { it.to_string() }
        };
        all.iter().enumerate().map(one).collect()
    };
    (spelled(&a), spelled(&b))
}

/// Whether letters that differ look the same: spaces of another kind, an accent that is a character
/// of its own, letters of another alphabet.
fn reads_alike(old: &[char], new: &[char]) -> bool {
    let is_blank = |it: &[char]| !it.is_empty() && it.iter().all(|it| it.is_whitespace());
    let marks = |it: &[char]| it.iter().filter(|it| matches!(**it, '\u{300}'..='\u{36f}')).count();
    let (was, is) = (marks(old), marks(new));
    let read = |it: &[char]| -> Vec<char> { it.iter().map(|it| latin(*it)).collect() };
    (is_blank(old) && is_blank(new))
        || (was != is && old.len() - was == new.len() - is)
        || (old != new && read(old) == read(new))
}

/// The Latin letter that a Greek or Cyrillic one looks like; any other as it is.
fn latin(letter: char) -> char {
    const OTHERS: &str = "аеорсухіѕјАВЕКМНОРСТХІЅЈΑΒΕΖΗΙΚΜΝΟΡΤΥΧο";
    const LATIN: &str = "aeopcyxisjABEKMHOPCTXISJABEZHIKMNOPTYXo";
    let mut pairs = OTHERS.chars().zip(LATIN.chars());
    pairs.find(|it| it.0 == letter).map_or(letter, |it| it.1)
}

/// Two texts that are longer than `room`, from a little before the place where they part.
fn apart(old: &str, new: &str, room: usize) -> (String, String) {
    const BEFORE: usize = 12;
    let (a, b): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
    let same = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    if a.len().max(b.len()) <= room || same <= BEFORE {
        return (old.to_owned(), new.to_owned());
    }
    // From the beginning of a word, where one begins near.
    let near = (same.saturating_sub(2 * BEFORE).max(1)..=same - BEFORE).rev();
    let from = near.into_iter().find(|at| a[*at - 1] == ' ').unwrap_or(same - BEFORE);
    let rest = |it: &[char]| format!("…{}", it[from..].iter().collect::<String>());
    (rest(&a), rest(&b))
}

/// How much of each of two product texts fits into a title beside everything else that it says.
pub(super) fn room(taken: &[&str], old: &str, new: &str) -> usize {
    let length = |it: &str| it.chars().count();
    let taken: usize = taken.iter().map(|it| length(it)).sum();
    let (old, new) = apart(old, new, HALF);
    if taken + length(&old).min(HALF) + length(&new).min(HALF) <= LIMIT {
        return HALF;
    }
    (LIMIT.saturating_sub(taken) / 2).clamp(LEAST, HALF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_is_made_visible_and_cut() {
        assert_eq!(plain("a\u{202e}b\u{1b}[31m\nc", 60), "a⟨U+202E⟩b⟨U+001B⟩[31m ⏎ c");
        assert_eq!(plain(&"x".repeat(1_000), 5), "xxxx…");
    }

    #[test]
    fn an_icon_is_told_by_its_code_where_there_is_nothing_else_to_read() {
        assert_eq!(plain("\u{f186}", 60), "⟨U+F186⟩");
        assert_eq!(plain("\u{f0004}", 60), "⟨U+F0004⟩");
        assert_eq!(plain("\u{f186} Dark", 60), "\u{f186} Dark");
        assert_eq!(plain("", 60), "");
    }

    #[test]
    fn two_long_texts_are_cut_so_that_the_words_that_differ_are_seen() {
        let same = "the quick brown fox jumps over the lazy ";
        let (old, new) = sides(&format!("{same}dog"), &format!("{same}cat"), 24);
        assert_eq!((old.as_str(), new.as_str()), ("…over the lazy dog", "…over the lazy cat"));
        assert_eq!(sides("dog", "cat", 24), ("dog".to_owned(), "cat".to_owned()));
        let row = |last: &str| format!("SUM:                            16             {last}");
        assert_eq!(sides(&row("49"), &row("38"), 24), ("SUM: 16 49".into(), "SUM: 16 38".into()));
        assert_eq!(sides("a  b", "a   b", 24), ("a  b".to_owned(), "a   b".to_owned()));
    }

    #[test]
    fn two_texts_that_read_alike_are_told_by_the_codes_of_what_differs() {
        let told = |old: &str, new: &str| sides(old, new, 44);
        let pair = |old: &str, new: &str| (old.to_owned(), new.to_owned());
        assert_eq!(told("a b", "a\u{a0}b"), pair("a b", "a⟨U+00A0⟩b"));
        assert_eq!(told("a\tb", "a    b"), pair("a⟨U+0009⟩b", "a b"));
        assert_eq!(told("\u{e4}x", "a\u{308}x"), pair("⟨U+00E4⟩x", "a⟨U+0308⟩x"));
        assert_eq!(told("pay", "p\u{430}y"), pair("pay", "p⟨U+0430⟩y"));
        // What one sees is shown as it is.
        assert_eq!(told("café", "cafè"), pair("café", "cafè"));
        assert_eq!(told("да", "не"), pair("да", "не"));
        assert_eq!(told("a b", "ab"), pair("a b", "ab"));
        assert_eq!(told("5 Ω", "5 A"), pair("5 Ω", "5 A"));
    }
}
