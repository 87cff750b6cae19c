//! [`middle`]: the words that a changed line lost and got; [`differing`]: the number that is another
//! one where everything else of a line is the same; [`replaced`]: what stands in place of what. Rules that look for one cause read changes by
//! them, and so do the titles that tell it. [`cut_off`]: the end or beginning that a cell lost or got.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::change::{Change, without_numbers};
use super::thing::Node;

/// As many letters, or words, say enough to be known again.
pub const TELLING: usize = 5;
/// What one is, in hundredths.
pub const WHOLE: i64 = 100;

/// The only number that differs between both sides, what it was and what it is, in hundredths; `None`
/// where more differs.
#[must_use]
pub fn differing(change: &Change) -> Option<(u64, u64)> {
    let (old, new) = (timed(change.before.as_deref()?), timed(change.after.as_deref()?));
    if without_numbers(&old) != without_numbers(&new) {
        return None;
    }
    let (was, is) = (numbers(&old), numbers(&new));
    let mut differ = was.into_iter().zip(is).filter(|(was, is)| was != is);
    let first = differ.next()?;
    differ.next().is_none().then_some(first)
}

/// How long something takes, from days to seconds: at least two of them.
static DURATION: LazyLock<Regex> = LazyLock::new(|| {
    let all = r"\b(?:(\d+)d ?)?(?:(\d+)h ?)?(?:(\d+)m(?:in)? ?)?(?:(\d+(?:\.\d+)?)s)?\b";
    Regex::new(all).unwrap_or_else(|it| unreachable!("the pattern is written here: {it}"))
});

/// A line with each duration as its seconds: `1h 02m 40s` is one number, `3760s`.
#[must_use]
pub fn timed(line: &str) -> Cow<'_, str> {
    const SECONDS: [f64; 4] = [86_400.0, 3_600.0, 60.0, 1.0];
    DURATION.replace_all(line, |found: &Captures<'_>| {
        let parts: Vec<f64> = (1..=SECONDS.len())
            .zip(SECONDS)
            .filter_map(|(at, of)| Some(found.get(at)?.as_str().parse::<f64>().ok()? * of))
            .collect();
        let rest = if found[0].ends_with(' ') { " " } else { "" };
        if parts.len() > 1 {
            format!("{}s{rest}", parts.iter().sum::<f64>())
        } else {
            found[0].to_owned()
        }
    })
}

/// The numbers of a line, in hundredths: `12` is 1200 and `3.5` is 350; durations in seconds. `1..5`
/// is two of them.
#[must_use]
pub fn numbers(line: &str) -> Vec<u64> {
    let mut all = Vec::new();
    let line = timed(line).replace("..", " ");
    for word in line.split(|it: char| !it.is_ascii_digit() && it != '.') {
        let (whole, rest) = word.split_once('.').unwrap_or((word, ""));
        let Ok(whole) = whole.parse::<u64>() else { continue };
        let rest: String =
            rest.chars().filter(char::is_ascii_digit).chain("00".chars()).take(2).collect();
        if let Some(number) = whole.checked_mul(100) {
            all.push(number.saturating_add(rest.parse().unwrap_or(0)));
        }
    }
    all
}

/// The words between what both sides begin and end with.
#[must_use]
pub fn middle(old: &str, new: &str) -> Option<(String, String)> {
    let split = |line: &'_ str| -> Vec<String> {
        line.trim_end_matches(':').split_whitespace().map(str::to_owned).collect()
    };
    let (a, b) = (split(old), split(new));
    let head = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let left = a.len().min(b.len()) - head;
    let tail = a.iter().rev().zip(b.iter().rev()).take(left).take_while(|(a, b)| a == b).count();
    let middle = |words: &[String]| beginning(&words[head..words.len() - tail]);
    (head + tail > 0).then(|| (middle(&a), middle(&b)))
}

/// Words up to a dash where they say enough by then: what stands behind it differs from place to
/// place.
#[must_use]
pub fn beginning<T: AsRef<str>>(words: &[T]) -> String {
    let begins = words.split(|it| it.as_ref() == "-").next().unwrap_or(words);
    let said = if begins.len() >= TELLING { begins } else { words };
    said.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(" ")
}

/// A word or number that stands in place of another one between the same words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced<'a> {
    /// What stood there.
    pub gone: &'a str,
    /// What stands there now.
    pub came: &'a str,
    /// The words near it that both sides have, which say of what it is told.
    pub near: Vec<&'a str>,
}

/// As many words and numbers to either side of one are near it, in a line that has more than a row.
const NEAR: usize = 6;
/// As many words and numbers make a row at most.
const ROW: usize = 24;

/// The words and numbers of a line in their order; a comma or point inside of a number is its own,
/// and commas between numbers are not: `1,006,500` is one, `38,49,115` are three.
#[must_use]
pub fn tokens(line: &str) -> Vec<&str> {
    words_of(line).into_iter().flat_map(parted).collect()
}

/// The parts of a word with several commas, where these do not part thousands.
fn parted(word: &str) -> impl Iterator<Item = &str> {
    let (whole, _) = word.split_once('.').unwrap_or((word, ""));
    let mut groups = whole.split(',');
    let is_first = groups.next().is_some_and(|it| it.len() <= 3);
    let is_one = word.matches(',').count() < 2 || is_first && groups.all(|it| it.len() == 3);
    let whole = is_one.then_some(word);
    whole.into_iter().chain(word.split(',').filter(move |_| !is_one))
}

/// The words and numbers of a line as signs part them.
fn words_of(line: &str) -> Vec<&str> {
    let mut all = Vec::new();
    let mut start = None;
    let mut letters = line.char_indices().peekable();
    let mut before = ' ';
    while let Some((at, letter)) = letters.next() {
        let next = letters.peek().map_or(' ', |it| it.1);
        let inside =
            matches!(letter, '.' | ',') && before.is_ascii_digit() && next.is_ascii_digit();
        if letter.is_alphanumeric() || inside {
            start.get_or_insert(at);
        } else if let Some(from) = start.take() {
            all.push(&line[from..at]);
        }
        before = letter;
    }
    all.extend(start.map(|from| &line[from..]));
    all
}

/// Whether a token is a name: letters that say of what something is told.
#[must_use]
pub fn is_name(token: &str) -> bool {
    token.chars().filter(|it| it.is_alphabetic()).count() >= 3
}

/// The positions at which two texts of as many tokens differ; none where one has more.
#[must_use]
pub fn exchanged(old: &[&str], new: &[&str]) -> Vec<usize> {
    let both = old.iter().zip(new).enumerate().filter(|it| it.1.0 != it.1.1);
    if old.len() == new.len() { both.map(|it| it.0).collect() } else { Vec::new() }
}

/// What stands in place of what in a line that otherwise has the same words; empty where the words
/// are others, or more than half of them.
#[must_use]
pub fn replaced<'a>(old: &'a str, new: &'a str) -> Vec<Replaced<'a>> {
    let (was, is) = (tokens(old), tokens(new));
    let differ = exchanged(&was, &is);
    if differ.len() * 2 > was.len() {
        return Vec::new();
    }
    let near = |at: usize| -> Vec<&'a str> {
        let far = if was.len() > ROW { NEAR } else { ROW };
        let around = at.saturating_sub(far)..(at + far + 1).min(was.len());
        around.filter(|it| was[*it] == is[*it] && is_name(was[*it])).map(|it| was[it]).collect()
    };
    differ.iter().map(|at| Replaced { gone: was[*at], came: is[*at], near: near(*at) }).collect()
}

/// What a cell or an item of a list has more or less than it had, where that stands at one of its ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CutOff<'a> {
    /// The words that both sides have.
    pub kept: &'a str,
    /// Whether it stands at the end, and not at the beginning.
    pub is_end: bool,
    /// Whether it came, and is not gone.
    pub came: bool,
}

/// The end, or the beginning, that a cell or an item of a list lost or got, as whole words; `None`
/// where anything else of it is another one.
#[must_use]
pub fn cut_off<'a>(old: &'a str, new: &'a str) -> Option<CutOff<'a>> {
    let (was, is) = (Node::read(old), Node::read(new));
    let is_record = was.is_cell() || (was.is_item() && was.role != "row");
    let same = was.role == is.role
        && was.attributes == is.attributes
        && was.name.is_some() == is.name.is_some()
        && (was.name.is_none() || was.value == is.value);
    if !is_record || !same {
        return None;
    }
    let (had, has) = (was.words()?, is.words()?);
    let came = has.len() > had.len();
    let (kept, long) = if came { (had, has) } else { (has, had) };
    let is_sign = |it: char| !it.is_alphanumeric();
    let end = long.strip_prefix(kept).filter(|it| it.starts_with(is_sign));
    let beginning = || long.strip_suffix(kept).filter(|it| it.ends_with(is_sign));
    let rest = end.or_else(beginning)?;
    let says = !kept.is_empty() && rest.contains(char::is_alphabetic);
    says.then_some(CutOff { kept, is_end: end.is_some(), came })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Thing, testing};

    fn change(before: &str, after: &str) -> Change {
        testing::change(None, Thing::Line, Some(before), Some(after))
    }

    #[test]
    fn what_stands_between_the_same_words_is_the_edit() {
        let both = |gone: &str, came: &str| Some((gone.to_owned(), came.to_owned()));
        assert_eq!(middle("Delete all rows", "Remove all rows"), both("Delete", "Remove"));
        assert_eq!(middle("a b", "c d"), None);
    }

    #[test]
    fn a_duration_is_one_number() {
        assert_eq!(timed("ferry - 1h 19m 59s [2h]"), "ferry - 4799s [2h]");
        assert_eq!(timed("1d 1h left, 5m 00s"), "90000s left, 300s");
        assert_eq!(timed("45m of rope, 3 h, 12s, v1.2"), "45m of rope, 3 h, 12s, v1.2");
        let shorter = change("Total: 9h 53m 16s", "Total: 21h 08m 26s");
        assert_eq!(differing(&shorter), Some((3_559_600, 7_610_600)));
    }

    #[test]
    fn a_value_is_told_by_the_words_near_it() {
        assert_eq!(
            tokens("<n>4.5</n>, v0.6: a.b 1,000."),
            ["n", "4.5", "n", "v0.6", "a", "b", "1,000"]
        );
        assert_eq!(tokens("16,SUM,38,49,115"), ["16", "SUM", "38", "49", "115"]);
        assert_eq!(tokens("1,006,500 of 1,5"), ["1,006,500", "of", "1,5"]);
        let one = |gone, came, near: &[&'static str]| Replaced { gone, came, near: near.to_vec() };
        assert_eq!(
            replaced("M 20:4 Port.free - B (6)", "M 20:4 Port.free - A (5)"),
            [one("B", "A", &["Port", "free"]), one("6", "5", &["Port", "free"])]
        );
        assert_eq!(replaced("Port 4", "Port 4 5"), []);
        assert_eq!(replaced("Port 4 B", "Pier 3 B"), []);
    }

    #[test]
    fn one_number_that_differs_is_told_in_hundredths_and_two_or_other_words_are_not() {
        assert_eq!(differing(&change("45 orders", "46 orders")), Some((4500, 4600)));
        assert_eq!(differing(&change("Total 3.50", "Total 12.05")), Some((350, 1205)));
        assert_eq!(differing(&change("1 of 2", "2 of 3")), None);
        assert_eq!(differing(&change("45 orders", "45 rows")), None);
        assert_eq!(differing(&change("45 orders", "46 rows")), None);
    }

    #[test]
    fn a_cell_loses_an_end_or_a_beginning_and_a_word_in_its_middle_is_neither() {
        let cell = |name: &str| format!("- cell \"{name}\":");
        let of = |old: &str, new: &str| {
            let (old, new) = (cell(old), cell(new));
            cut_off(&old, &new).map(|it| (it.kept.to_owned(), it.is_end, it.came))
        };
        let kept = |is_end, came| Some(("Oak tools".to_owned(), is_end, came));
        assert_eq!(of("Oak tools As of May.", "Oak tools"), kept(true, false));
        assert_eq!(of("Oak tools", "Oak tools As of May."), kept(true, true));
        assert_eq!(of("New: Oak tools", "Oak tools"), kept(false, false));
        assert_eq!(of("Oak big tools", "Oak tools"), None, "that is the middle");
        assert_eq!(of("Oak toolshed", "Oak tools"), None, "that is half a word");
        assert_eq!(of("Oak tools 12", "Oak tools"), None, "a number says too little");
        assert_eq!(cut_off("- link \"Oak tools\"", "- link \"Oak\""), None, "that is no cell");
        assert_eq!(cut_off("- cell \"Oak b\" [selected]", "- cell \"Oak\""), None);
    }
}
