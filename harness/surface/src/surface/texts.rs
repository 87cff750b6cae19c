//! What must hold of a text, and what is kept of it: [`holds`] and [`take`], for outputs and files.
//!
//! Pure. What does not hold is said with what was expected and what was there, long text cut.

use regex::Regex;

use crate::model::artifact::TextCapture;
use crate::model::event::Failure;
use crate::model::scenario::TextTest;
use crate::model::{Kept, Outcome, Pattern, Template};

/// How many lines of a text a failure quotes.
const QUOTED_LINES: usize = 12;

/// How many characters of a text a failure quotes.
const QUOTED_CHARACTERS: usize = 1200;

/// A failure of the step.
pub(super) fn failure(expected: impl Into<String>, actual: impl Into<String>) -> Failure {
    Failure { outcome: Outcome::Failed, expected: expected.into(), actual: actual.into() }
}

/// Whether a text, called `name`, is as it must be.
pub(super) fn holds(name: &str, text: &str, wanted: &TextTest) -> Result<(), Failure> {
    let (is_so, expected) = match wanted {
        TextTest::Is(it) => {
            (text.trim_end() == it.raw().trim_end(), format!("to be {}", literal(it)))
        }
        TextTest::Contains(it) => (text.contains(it.raw()), format!("to contain {}", literal(it))),
        TextTest::Lacks(it) => {
            (!text.contains(it.raw()), format!("not to contain {}", literal(it)))
        }
        TextTest::Matches(pattern) => {
            (regex(pattern.raw())?.is_match(text), format!("to match /{pattern}/"))
        }
    };
    if is_so {
        return Ok(());
    }
    let actual = match wanted {
        // What must not be there may stand far down: show where.
        TextTest::Lacks(it) => text
            .lines()
            .position(|line| line.contains(it.raw()))
            .map(|at| format!("line {}: {}", at + 1, text.lines().nth(at).unwrap_or_default())),
        TextTest::Is(_) | TextTest::Contains(_) | TextTest::Matches(_) => None,
    };
    Err(failure(format!("{name} {expected}"), actual.unwrap_or_else(|| said(name, text))))
}

/// What `${name}` keeps of a text, with what it is called.
pub(super) fn take(
    name: &str,
    (called, text): (&str, &str),
    capture: &TextCapture,
) -> Result<Kept, Failure> {
    pick(text, capture).map_err(|why| {
        let why = why.map_or_else(String::new, |why| format!("{why}; "));
        failure(
            format!("{called} to give ${{{name}}} by {}", way(capture)),
            format!("{why}{}", said(called, text)),
        )
    })
}

/// How a capture looks for what it takes, in words.
pub(super) fn way(capture: &TextCapture) -> String {
    match capture {
        TextCapture::Regex(pattern) => format!("/{pattern}/"),
        TextCapture::Matches(pattern) => format!("every /{pattern}/"),
        TextCapture::Json(pointer) => format!("the JSON pointer {pointer:?}"),
        TextCapture::Items(pointer) => format!("the items at the JSON pointer {pointer:?}"),
        TextCapture::Line(number) => format!("its line {number}"),
        TextCapture::Lines => "its lines".to_owned(),
        TextCapture::Whole => "all of it".to_owned(),
        TextCapture::EachLine => "each of its lines".to_owned(),
    }
}

/// What a capture takes of a text; where there is nothing, why, as far as more can be said than
/// that. A list has at least one item: steps for each of none would check nothing.
pub(super) fn pick(text: &str, capture: &TextCapture) -> Result<Kept, Option<String>> {
    match capture {
        TextCapture::Regex(pattern) => {
            let found = compiled(pattern)?.captures(text).map(|it| group(&it));
            found.map(Kept::One).ok_or(None)
        }
        TextCapture::Matches(pattern) => {
            all(compiled(pattern)?.captures_iter(text).map(|it| group(&it)).collect())
        }
        TextCapture::Json(pointer) => Ok(Kept::One(plain(&at(text, pointer)?))),
        TextCapture::Items(pointer) => match at(text, pointer)? {
            serde_json::Value::Array(items) => all(items.iter().map(plain).collect()),
            other => {
                Err(Some(format!("no array is there but {}", quote(&plain(&other), Side::Start))))
            }
        },
        TextCapture::Line(number) => {
            let lines: Vec<&str> = text.lines().collect();
            let index = match *number {
                from_end @ ..0 => lines.len().checked_sub(from_end.unsigned_abs() as usize),
                from_start => (from_start as usize).checked_sub(1),
            };
            let line = index.and_then(|index| lines.get(index));
            line.map(|it| Kept::One((*it).to_owned()))
                .ok_or_else(|| Some(format!("number of its lines: {}", lines.len())))
        }
        TextCapture::Lines => Ok(Kept::One(text.lines().count().to_string())),
        TextCapture::Whole => Ok(Kept::One(text.strip_suffix('\n').unwrap_or(text).to_owned())),
        TextCapture::EachLine => all(text.lines().map(str::to_owned).collect()),
    }
}

fn all(items: Vec<String>) -> Result<Kept, Option<String>> {
    if items.is_empty() { Err(None) } else { Ok(Kept::All(items)) }
}

fn compiled(pattern: &Pattern) -> Result<Regex, Option<String>> {
    Regex::new(pattern.raw()).map_err(|problem| Some(problem.to_string()))
}

/// The first group of a match, or all of it.
fn group(found: &regex::Captures<'_>) -> String {
    found.get(1).or_else(|| found.get(0)).map_or_else(String::new, |it| it.as_str().to_owned())
}

fn at(text: &str, pointer: &str) -> Result<serde_json::Value, Option<String>> {
    let json: serde_json::Value =
        serde_json::from_str(text).map_err(|problem| Some(format!("it is no JSON ({problem})")))?;
    let found = json.pointer(pointer).cloned();
    found.ok_or_else(|| Some("nothing is there in the JSON".to_owned()))
}

/// A JSON value as text: a string without quotes, anything else as JSON.
fn plain(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn regex(pattern: &str) -> Result<Regex, Failure> {
    Regex::new(pattern)
        .map_err(|problem| failure(format!("a regex /{pattern}/"), problem.to_string()))
}

fn literal(text: &Template) -> String {
    format!("{:?}", text.raw())
}

fn said(name: &str, text: &str) -> String {
    if text.trim().is_empty() {
        format!("{name} was empty")
    } else {
        format!("{name} was:\n{}", quote(text, Side::Start))
    }
}

/// Which part of a long text is quoted.
#[derive(Clone, Copy)]
pub(super) enum Side {
    Start,
    End,
}

/// A part of a text that fits a report, cut at lines where it can be.
pub(super) fn quote(text: &str, side: Side) -> String {
    let text = text.trim_end();
    let lines: Vec<&str> = text.lines().collect();
    let left_out = lines.len().saturating_sub(QUOTED_LINES);
    let shown = match side {
        Side::Start => lines[..lines.len() - left_out].join("\n"),
        Side::End => lines[left_out..].join("\n"),
    };
    let over = shown.chars().count().saturating_sub(QUOTED_CHARACTERS);
    let shown: String = match side {
        Side::Start if over > 0 => {
            shown.chars().take(QUOTED_CHARACTERS).chain("…".chars()).collect()
        }
        Side::End if over > 0 => "…".chars().chain(shown.chars().skip(over)).collect(),
        Side::Start | Side::End => shown,
    };
    match side {
        Side::Start if left_out > 0 => format!("{shown}\n… {left_out} more lines"),
        Side::End if left_out > 0 => format!("{left_out} lines before …\n{shown}"),
        Side::Start | Side::End => shown,
    }
}
