//! What must hold of a command, and what is kept of it: [`verify`].
//!
//! Pure: works on the comparable texts that `mod.rs` made. The first thing that does not hold is
//! the answer, with what was expected and what was there.

use regex::Regex;

use crate::model::event::Failure;
use crate::model::scenario::{CommandCapture, Output, OutputExpectation, RunCommand, TextTest};
use crate::model::{Outcome, Template};
use crate::process::Exit;
use crate::surface::Done;

/// How many lines of an output a failure quotes.
const QUOTED_LINES: usize = 12;

/// How many characters of an output a failure quotes.
const QUOTED_CHARACTERS: usize = 1200;

/// How a command ended and what it said.
pub(super) struct Ending<'a> {
    pub(super) exit: Option<Exit>,
    pub(super) stdout: &'a str,
    pub(super) stderr: &'a str,
}

impl Ending<'_> {
    fn output(&self, output: Output) -> (&'static str, &str) {
        match output {
            Output::Stdout => ("stdout", self.stdout),
            Output::Stderr => ("stderr", self.stderr),
        }
    }

    /// The end of what it said last: why it failed, more often than not.
    pub(super) fn last_words(&self) -> String {
        let (name, text) = if self.stderr.trim().is_empty() {
            ("stdout", self.stdout)
        } else {
            ("stderr", self.stderr)
        };
        if text.trim().is_empty() {
            return "nothing on stdout and stderr".to_owned();
        }
        format!("{name} ended with:\n{}", quote(text, Side::End))
    }
}

/// Whether all holds that the command must hold; with the values that are captured.
pub(super) fn verify(run: &RunCommand, ending: &Ending<'_>) -> Done {
    let checked = exit(run, ending)
        .and_then(|()| run.outputs.iter().try_for_each(|it| output(it, ending)))
        .and_then(|()| {
            run.capture
                .iter()
                .map(|(name, it)| Ok((name.clone(), value(name, it, ending)?)))
                .collect()
        });
    match checked {
        Ok(captured) => Done::Passed(captured),
        Err(failure) => Done::Failed(failure),
    }
}

fn failure(expected: impl Into<String>, actual: impl Into<String>) -> Failure {
    Failure { outcome: Outcome::Failed, expected: expected.into(), actual: actual.into() }
}

fn exit(run: &RunCommand, ending: &Ending<'_>) -> Result<(), Failure> {
    // With a snapshot the baseline says how it must end.
    let Some(expected) = run.exit.or(run.snapshot.is_none().then_some(0)) else { return Ok(()) };
    let expected = Exit::Code(expected);
    if ending.exit == Some(expected) {
        return Ok(());
    }
    let actual = ending.exit.map_or_else(|| "no end".to_owned(), |exit| exit.to_string());
    Err(failure(expected.to_string(), format!("{actual}; {}", ending.last_words())))
}

fn output(expectation: &OutputExpectation, ending: &Ending<'_>) -> Result<(), Failure> {
    let (name, text) = ending.output(expectation.output);
    let (holds, expected) = match &expectation.test {
        TextTest::Is(it) => {
            (text.trim_end() == it.raw().trim_end(), format!("to be {}", literal(it)))
        }
        TextTest::Contains(it) => (text.contains(it.raw()), format!("to contain {}", literal(it))),
        TextTest::Lacks(it) => {
            (!text.contains(it.raw()), format!("not to contain {}", literal(it)))
        }
        TextTest::Matches(pattern) => {
            (regex(pattern)?.is_match(text), format!("to match /{pattern}/"))
        }
    };
    if holds {
        return Ok(());
    }
    let actual = match &expectation.test {
        // What must not be there may stand far down: show where.
        TextTest::Lacks(it) => text
            .lines()
            .position(|line| line.contains(it.raw()))
            .map(|at| format!("line {}: {}", at + 1, text.lines().nth(at).unwrap_or_default())),
        TextTest::Is(_) | TextTest::Contains(_) | TextTest::Matches(_) => None,
    };
    Err(failure(format!("{name} {expected}"), actual.unwrap_or_else(|| said(name, text))))
}

fn value(name: &str, capture: &CommandCapture, ending: &Ending<'_>) -> Result<String, Failure> {
    let refuse = |output: &str, text: &str, what: String, why: Option<String>| {
        let why = why.map_or_else(String::new, |why| format!("{why}; "));
        failure(
            format!("{output} to give ${{{name}}} by {what}"),
            format!("{why}{}", said(output, text)),
        )
    };
    match capture {
        CommandCapture::Regex(output, pattern) => {
            let (output, text) = ending.output(*output);
            let found = regex(pattern)?.captures(text).and_then(|it| it.get(1).or(it.get(0)));
            found
                .map(|it| it.as_str().to_owned())
                .ok_or_else(|| refuse(output, text, format!("/{pattern}/"), None))
        }
        CommandCapture::Json(output, pointer) => {
            let (output, text) = ending.output(*output);
            let what = format!("the JSON pointer {pointer:?}");
            let json: serde_json::Value = serde_json::from_str(text).map_err(|problem| {
                refuse(output, text, what.clone(), Some(format!("it is no JSON ({problem})")))
            })?;
            match json.pointer(pointer) {
                Some(serde_json::Value::String(text)) => Ok(text.clone()),
                Some(other) => Ok(other.to_string()),
                None => {
                    Err(refuse(output, text, what, Some("nothing is there in the JSON".to_owned())))
                }
            }
        }
        CommandCapture::Line(output, number) => {
            let (output, text) = ending.output(*output);
            let lines: Vec<&str> = text.lines().collect();
            let index = match *number {
                from_end @ ..0 => lines.len().checked_sub(from_end.unsigned_abs() as usize),
                from_start => (from_start as usize).checked_sub(1),
            };
            index.and_then(|index| lines.get(index)).map(|line| (*line).to_owned()).ok_or_else(
                || {
                    let why = format!("number of its lines: {}", lines.len());
                    refuse(output, text, format!("its line {number}"), Some(why))
                },
            )
        }
        CommandCapture::Lines(output) => Ok(ending.output(*output).1.lines().count().to_string()),
        CommandCapture::Whole(output) => {
            let text = ending.output(*output).1;
            Ok(text.strip_suffix('\n').unwrap_or(text).to_owned())
        }
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
enum Side {
    Start,
    End,
}

/// A part of a text that fits a report, cut at lines where it can be.
fn quote(text: &str, side: Side) -> String {
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
