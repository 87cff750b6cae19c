//! [`Answer`]: a sentence and lines, each with what it rests on.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::model::FORMAT_VERSION;

/// How many files a line of text names.
const MOST_LINKS: usize = 2;

/// What was asked, and what the nights say.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The question, or the command, in words.
    pub asked: String,
    /// The answer in a sentence.
    pub says: String,
    /// What it is made of.
    pub lines: Vec<Line>,
    /// What a reader should know beside it: nights that were left out.
    pub notes: Vec<String>,
}

/// One line of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The line in words.
    pub text: String,
    /// The same by names.
    pub facts: Map<String, Value>,
    /// The pages that show it.
    pub evidence: Vec<String>,
}

impl Line {
    /// A line; `facts` is an object.
    pub(super) fn new(text: String, facts: Value, evidence: Vec<String>) -> Self {
        let facts = match facts {
            Value::Object(facts) => facts,
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => Map::new(),
        };
        Self { text, facts, evidence }
    }
}

impl Answer {
    /// As JSON: `question`, `answer`, `rows` (each with its `evidence`), `notes`.
    #[must_use]
    pub fn json(&self) -> Value {
        let rows = self.lines.iter().map(|line| {
            let mut row = line.facts.clone();
            row.insert("evidence".to_owned(), line.evidence.clone().into());
            Value::Object(row)
        });
        serde_json::json!({
            "format_version": FORMAT_VERSION,
            "question": self.asked,
            "answer": self.says,
            "rows": rows.collect::<Vec<_>>(),
            "notes": self.notes,
        })
    }

    /// As text: the sentence, and below it the lines with their pages.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = self.says.clone();
        for line in &self.lines {
            let _ = write!(text, "\n  {}", line.text);
            for link in line.evidence.iter().take(MOST_LINKS) {
                let _ = write!(text, "\n      {link}");
            }
        }
        text
    }
}

/// `1 night`, `2 nights`.
pub(super) fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// By how much something takes longer than before, as a person says it.
pub(super) fn longer(before: f64, now: f64, ratio: f64) -> String {
    format!("{} instead of {}, {ratio:.1} times as long", seconds(now), seconds(before))
}

/// Milliseconds as a person says them.
pub(super) fn seconds(ms: f64) -> String {
    if ms < 950.0 { format!("{ms:.0} ms") } else { format!("{:.1} s", ms / 1000.0) }
}
