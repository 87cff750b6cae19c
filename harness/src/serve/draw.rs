//! Drawings without script: nights as bars, durations as lines, verdicts as strips. Each says in
//! words what it shows, and what is drawn in colour is told apart by its height too.

use std::fmt::Write as _;

use serde::Serialize;

use crate::model::Verdict;
use crate::model::history::of_letter;

/// The height of a strip of a row.
const TINY: usize = 16;

/// A drawing.
#[derive(Debug, Default, Serialize)]
pub struct Drawing {
    /// What stands above it.
    pub caption: String,
    /// What it shows, in words.
    pub label: String,
    /// Its own width.
    pub width: usize,
    /// Its own height.
    pub height: usize,
    /// Bars, from the left.
    pub bars: Vec<Bar>,
    /// Lines above them.
    pub lines: Vec<Line>,
    /// What stands below it, from left to right.
    pub axis: Vec<String>,
    /// What the bars mean.
    pub key: Vec<Key>,
}

/// A bar.
#[derive(Debug, Serialize)]
pub struct Bar {
    /// How it looks: `bad`, `odd`, `open`, `none`, `ok`, `new`.
    pub kind: &'static str,
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
    /// How wide.
    pub w: f64,
    /// How high.
    pub h: f64,
    /// What it says when it is pointed at.
    pub title: String,
    /// Where it leads.
    pub href: Option<String>,
}

/// A line.
#[derive(Debug, Serialize)]
pub struct Line {
    /// How it looks: `took`, `usual`.
    pub kind: &'static str,
    /// `x,y x,y …`
    pub points: String,
}

/// What a kind of bar means.
#[derive(Debug, Serialize)]
pub struct Key {
    /// The kind.
    pub kind: &'static str,
    /// What it means.
    pub text: &'static str,
}

/// A strip of verdicts, for a row of a table.
#[derive(Debug, Serialize)]
pub struct Tiny {
    /// Its own width.
    pub width: usize,
    /// What it shows, in words.
    pub text: String,
    /// One path a kind.
    pub paths: Vec<Path>,
}

/// The bars of one kind, as one path.
#[derive(Debug, Serialize)]
pub struct Path {
    /// The kind.
    pub kind: &'static str,
    /// The path.
    pub d: String,
}

/// How a verdict is drawn: its kind, and how high of 100.
pub fn drawn(verdict: Verdict) -> (&'static str, usize) {
    match verdict {
        Verdict::Regressed | Verdict::StillFailing => ("bad", 100),
        Verdict::Flaky => ("odd", 75),
        Verdict::Drifted => ("odd", 55),
        Verdict::Inconclusive => ("open", 55),
        Verdict::New => ("new", 40),
        Verdict::Fixed | Verdict::Unchanged => ("ok", 30),
        Verdict::NotRun => ("none", 15),
    }
}

/// What the kinds of verdicts mean.
pub fn key() -> Vec<Key> {
    let all = [
        ("bad", "failed"),
        ("odd", "flaky or drifted"),
        ("open", "inconclusive"),
        ("ok", "as expected"),
        ("new", "new"),
        ("none", "not run"),
    ];
    all.map(|(kind, text)| Key { kind, text }).into_iter().collect()
}

/// Rounded to what can be seen.
pub fn round(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

/// A strip of the letters of nights, the oldest first.
pub fn tiny(letters: &str, text: String) -> Tiny {
    const KINDS: [&str; 6] = ["bad", "odd", "open", "ok", "new", "none"];
    let mut paths: Vec<Path> =
        KINDS.map(|kind| Path { kind, d: String::new() }).into_iter().collect();
    for (at, letter) in letters.bytes().enumerate() {
        let Some(verdict) = of_letter(letter) else { continue };
        let (kind, percent) = drawn(verdict);
        let high = (TINY * percent).div_ceil(100);
        let top = TINY - high;
        if let Some(path) = paths.iter_mut().find(|it| it.kind == kind) {
            // Writing to a String cannot fail.
            let _ = write!(path.d, "M{} {top}h5v{high}h-5z", at * 6);
        }
    }
    paths.retain(|it| !it.d.is_empty());
    Tiny { width: letters.len().max(1) * 6, text, paths }
}

/// The points of a line over positions, a line for each stretch of known values.
pub fn stretches(values: &[Option<f64>], place: impl Fn(usize, f64) -> (f64, f64)) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut going = false;
    for (at, value) in values.iter().enumerate() {
        if let Some(value) = value {
            let (x, y) = place(at, *value);
            let point = format!("{},{}", round(x), round(y));
            match lines.last_mut().filter(|_| going) {
                Some(line) => line.extend([" ", &point]),
                // A point alone is a short line, so that it is seen.
                None => lines.push(format!("{point} {},{}", round(x + 1.0), round(y))),
            }
        }
        going = value.is_some();
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strip_has_a_bar_a_night_and_none_where_nothing_was_planned() {
        let strip = tiny("U.R", "3 nights".to_owned());
        assert_eq!(strip.width, 18);
        let told: Vec<(&str, &str)> =
            strip.paths.iter().map(|it| (it.kind, it.d.as_str())).collect();
        assert_eq!(told, [("bad", "M12 0h5v16h-5z"), ("ok", "M0 11h5v5h-5z")]);
    }

    #[test]
    fn a_line_is_broken_where_nothing_is_known() {
        let values = [Some(1.0), Some(2.0), None, Some(3.0)];
        let lines = stretches(&values, |at, value| (at as f64 * 10.0, value));
        assert_eq!(lines, ["0,1 1,1 10,2", "30,3 31,3"]);
    }
}
