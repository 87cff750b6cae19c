//! [`Material`]: what a finding rests on, piece by piece, each with an id; and [`Narrative`]: what a
//! language model makes of it. Each of its claims must cite pieces that exist: others are dropped and
//! counted. It is an opinion, and nothing that judges reads it.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::night::NightReport;
use super::shown::one_line;
use crate::model::event::StepOutcome;
use crate::model::pursuit::Pursuit;
use crate::model::{Entry, Event, Finding};

/// The most pieces of one kind.
const MOST_CHANGES: usize = 40;
const MOST_LINES: usize = 80;
const MOST_EVIDENCE: usize = 20;
/// The longest text of a piece.
const LONGEST: usize = 300;
/// The most claims, and the longest of them.
const MOST_CLAIMS: usize = 20;
const LONGEST_CLAIM: usize = 500;

/// A piece of what a finding rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Piece {
    /// What it is cited by: `L12`, `C1`, `E3`.
    pub id: String,
    /// Where it is, as a person finds it: `ledger line 12`, `evidence/ab/….png`.
    pub place: String,
    /// What it says.
    pub text: String,
}

/// What a finding rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Material {
    /// The finding's id.
    pub finding: String,
    /// Its title.
    pub title: String,
    /// The pieces.
    pub pieces: Vec<Piece>,
}

/// What a language model makes of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Narrative {
    /// The finding's id.
    pub finding: String,
    /// Its title.
    pub title: String,
    /// Whose opinion it is.
    pub model: String,
    /// What it claims.
    pub claims: Vec<Claim>,
    /// How many claims cited nothing, and were dropped.
    pub without_citation: usize,
    /// How many cited what does not exist, and were dropped.
    pub with_wrong_citation: usize,
}

/// A claim, and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// The claim.
    pub text: String,
    /// What it cites.
    pub cites: Vec<Cited>,
}

/// What a claim cites.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cited {
    /// Its id.
    pub id: String,
    /// Where it is.
    pub place: String,
}

/// An answer as a model gives it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    claims: Vec<Said>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    text: String,
    cites: Vec<String>,
}

impl Material {
    /// What a finding of a night rests on.
    #[must_use]
    pub fn of(report: &NightReport, finding: &Finding, entries: &[Entry]) -> Self {
        let mut pieces = Vec::new();
        for (at, it) in finding.changes.iter().take(MOST_CHANGES).enumerate() {
            let at = at + 1;
            let checkpoint = it.checkpoint.as_deref().unwrap_or("a step");
            let side = |it: &Option<String>| it.as_deref().unwrap_or("nothing").to_owned();
            let text = format!(
                "{} at {checkpoint}: {} was {:?} and is {:?}",
                it.scenario,
                it.thing,
                side(&it.before),
                side(&it.after)
            );
            pieces.push(piece(format!("C{at}"), format!("change {at} of {}", finding.id), &text));
        }
        let own = |it: &&Entry| {
            it.event.scenario().is_some_and(|it| finding.scenarios.iter().any(|own| own == it))
                || matches!(it.event, Event::ProductCrashed { .. })
        };
        let telling =
            entries.iter().filter(own).filter_map(|it| Some((it.seq + 1, told(&it.event)?)));
        for (line, text) in telling.take(MOST_LINES) {
            pieces.push(piece(format!("L{line}"), format!("ledger line {line}"), &text));
        }
        let evidence =
            finding.differences.iter().flat_map(|it| &it.facets).flat_map(|it| &it.evidence);
        for (at, path) in evidence.take(MOST_EVIDENCE).enumerate() {
            let note = report.evidence.get(path);
            let text = note.map_or("evidence", |it| &it.kind).to_owned();
            pieces.push(piece(format!("E{}", at + 1), path.clone(), &text));
        }
        Self { finding: finding.id.clone(), title: finding.title.clone(), pieces }
    }

    /// What a model answered, with every claim dropped that does not rest on a piece.
    ///
    /// # Errors
    /// It is no list of claims.
    pub fn narrative(&self, model: &str, answer: &str) -> Result<Narrative, String> {
        let told: Told = serde_json::from_str(answer.trim())
            .map_err(|error| format!("its answer is no list of claims: {error}"))?;
        let places: HashMap<&str, &str> =
            self.pieces.iter().map(|it| (it.id.as_str(), it.place.as_str())).collect();
        let mut narrative = Narrative {
            finding: self.finding.clone(),
            title: self.title.clone(),
            model: model.to_owned(),
            claims: Vec::new(),
            without_citation: 0,
            with_wrong_citation: 0,
        };
        for said in told.claims.into_iter().take(MOST_CLAIMS) {
            let cites: Option<Vec<Cited>> = said
                .cites
                .iter()
                .map(|id| {
                    let place = places.get(id.trim())?;
                    Some(Cited { id: id.trim().to_owned(), place: (*place).to_owned() })
                })
                .collect();
            match cites {
                None => narrative.with_wrong_citation += 1,
                Some(cites) if cites.is_empty() || said.text.trim().is_empty() => {
                    narrative.without_citation += 1;
                }
                Some(cites) => {
                    let text = one_line(&said.text, LONGEST_CLAIM);
                    narrative.claims.push(Claim { text, cites });
                }
            }
        }
        Ok(narrative)
    }
}

impl Narrative {
    /// In lines of text.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![
            format!("{}  {}", self.finding, one_line(&self.title, 300)),
            format!("    opinion of {}, which decides nothing:", one_line(&self.model, 80)),
        ];
        for it in &self.claims {
            let cites: Vec<&str> = it.cites.iter().map(|it| it.place.as_str()).collect();
            lines.push(format!("    - {} [{}]", it.text, cites.join(", ")));
        }
        if self.claims.is_empty() {
            lines.push("    nothing that rests on what the night has seen".to_owned());
        }
        let claims = |n: usize| if n == 1 { "1 claim".to_owned() } else { format!("{n} claims") };
        if self.without_citation > 0 {
            lines
                .push(format!("    dropped: {} without a citation", claims(self.without_citation)));
        }
        if self.with_wrong_citation > 0 {
            let n = claims(self.with_wrong_citation);
            lines.push(format!("    dropped: {n} that cited what does not exist"));
        }
        lines
    }
}

fn piece(id: String, place: String, text: &str) -> Piece {
    Piece { id, place, text: one_line(text, LONGEST) }
}

/// What a line of the ledger tells, where it tells something of what went wrong.
fn told(event: &Event) -> Option<String> {
    Some(match event {
        Event::Step { scenario, attempt, step } => match &step.outcome {
            StepOutcome::Passed => format!("{scenario}, attempt {attempt}: {} passed", step.text),
            StepOutcome::Failed(it) => format!(
                "{scenario}, attempt {attempt}: {} failed at {}: expected {}; there was {}",
                step.text, step.place, it.expected, it.actual
            ),
        },
        Event::Watch { scenario, message, path, kind, .. } => {
            format!("{scenario}: {} on {path}: {message}", kind.word())
        }
        Event::AttemptFinished { scenario, attempt, outcome, .. } => {
            format!("{scenario}, attempt {attempt} ended: {outcome:?}")
        }
        Event::ProductCrashed { product, how, .. } => format!("{product} ended with {how}"),
        Event::Goal { scenario, pursuit: Pursuit::Ended { why, .. }, .. } => {
            format!("{scenario}: the way to its goal ended: {why}")
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn material() -> Material {
        let pieces = vec![
            piece("C1".to_owned(), "change 1 of F1".to_owned(), "Total was 12 and is 13"),
            piece("L7".to_owned(), "ledger line 7".to_owned(), "see failed"),
        ];
        Material { finding: "F1".to_owned(), title: "Total is 13".to_owned(), pieces }
    }

    #[test]
    fn a_claim_stands_only_on_what_exists_and_what_is_dropped_is_counted() {
        let answer = r#"{"claims":[
            {"text":"The total is one more.","cites":["C1","L7"]},
            {"text":"The cache is stale.","cites":[]},
            {"text":"A mail was lost.","cites":["C1","L99"]},
            {"text":" ","cites":["C1"]}]}"#;
        let told = material().narrative("small", answer).expect("claims");
        assert_eq!(
            told.lines(),
            [
                "F1  Total is 13",
                "    opinion of small, which decides nothing:",
                "    - The total is one more. [change 1 of F1, ledger line 7]",
                "    dropped: 2 claims without a citation",
                "    dropped: 1 claim that cited what does not exist",
            ]
        );
        let nothing = material().narrative("small", "{\"claims\":[]}").expect("no claims");
        assert_eq!(nothing.lines()[2], "    nothing that rests on what the night has seen");
        assert!(material().narrative("small", "It is broken.").is_err());
    }
}
