//! What must hold of a screen: [`Tests`], and how a failure quotes the screen.
//!
//! Pure. A text is looked for in the lines as they stand, and also where a line that did not fit
//! is put together again.

use regex::Regex;

use crate::model::Outcome;
use crate::model::event::Failure;
use crate::model::scenario::TextTest;
use crate::screen::{Cursor, Still};

/// How many lines of a screen a failure quotes.
const QUOTED_LINES: usize = 30;

/// Tests that are ready to be held against screens.
pub(super) struct Tests<'a> {
    tests: Vec<(&'a TextTest, Option<Regex>)>,
}

impl<'a> Tests<'a> {
    /// Ready, or what is wrong with a pattern.
    pub(super) fn new(tests: &'a [TextTest]) -> Result<Self, Failure> {
        let ready = |test: &'a TextTest| {
            let regex = match test {
                TextTest::Matches(pattern) => {
                    Some(Regex::new(pattern.raw()).map_err(|problem| Failure {
                        outcome: Outcome::Failed,
                        expected: format!("a regex /{pattern}/"),
                        actual: problem.to_string(),
                    })?)
                }
                TextTest::Is(_) | TextTest::Contains(_) | TextTest::Lacks(_) => None,
            };
            Ok((test, regex))
        };
        Ok(Self { tests: tests.iter().map(ready).collect::<Result<_, _>>()? })
    }

    /// Whether all hold.
    pub(super) fn hold(&self, still: &Still) -> bool {
        self.failing(still).is_none()
    }

    /// What was expected of the screen, beginning with what does not hold.
    pub(super) fn expected(&self, still: &Still) -> String {
        let what = self.failing(still).or_else(|| self.tests.first().map(|(test, _)| *test));
        let what = what.map_or_else(String::new, |test| match test {
            TextTest::Is(text) => format!("to be {:?}", text.raw()),
            TextTest::Contains(text) => format!("to contain {:?}", text.raw()),
            TextTest::Lacks(text) => format!("not to contain {:?}", text.raw()),
            TextTest::Matches(pattern) => format!("to match /{pattern}/"),
        });
        format!("the screen {what}")
    }

    fn failing(&self, still: &Still) -> Option<&'a TextTest> {
        let texts = [still.text(), still.unwrapped_text()];
        let any = |holds: &dyn Fn(&str) -> bool| texts.iter().any(|text| holds(text));
        let fails = |(test, regex): &&(&TextTest, Option<Regex>)| match test {
            TextTest::Is(expected) => !any(&|text| text.trim_end() == expected.raw().trim_end()),
            TextTest::Contains(part) => !any(&|text| text.contains(part.raw())),
            TextTest::Lacks(part) => any(&|text| text.contains(part.raw())),
            TextTest::Matches(_) => {
                !regex.as_ref().is_some_and(|regex| any(&|text| regex.is_match(text)))
            }
        };
        self.tests.iter().find(fails).map(|(test, _)| *test)
    }
}

/// What a screen shows, for a person who reads a failure.
pub(super) fn shown(still: &Still) -> String {
    let text = still.text();
    if text.trim().is_empty() {
        return "the screen was empty".to_owned();
    }
    let cursor = match still.cursor {
        Cursor::At(row, column) => format!(" (cursor at {row}:{column})"),
        Cursor::Hidden => String::new(),
    };
    let lines: Vec<&str> = text.lines().collect();
    let left_out = lines.len().saturating_sub(QUOTED_LINES);
    let quoted = lines[left_out..].join("\n");
    let before =
        if left_out > 0 { format!("{left_out} lines before …\n") } else { String::new() };
    format!("the screen was{cursor}:\n{before}{quoted}")
}
