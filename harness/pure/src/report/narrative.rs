//! [`Material`]: what a finding rests on, piece by piece, each with an id. Of what a language model makes
//! of it, each claim must cite pieces that exist: others are dropped and counted. [`narrative_lines`]
//! tells what is left.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::night::NightReport;
use super::shown::{count, one_line};
use crate::model::event::StepOutcome;
use crate::model::narrative::{Cited, Claim, Narrative};
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
    /// What stands for the finding on any night.
    pub fingerprint: String,
    /// Its title.
    pub title: String,
    /// The pieces.
    pub pieces: Vec<Piece>,
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
        Self {
            finding: finding.id.clone(),
            fingerprint: finding.fingerprint.clone(),
            title: finding.title.clone(),
            pieces,
        }
    }

    /// What a model answered, with every claim dropped that does not rest on a piece.
    ///
    /// # Errors
    /// It is no list of claims.
    pub fn narrative(&self, model: &str, answer: &str) -> Result<Narrative, String> {
        let told: Told = serde_json::from_str(answer.trim())
            .map_err(|error| format!("its answer is no list of claims: {error}"))?;
        let pieces = self.by_id();
        let mut narrative = Narrative {
            finding: self.finding.clone(),
            fingerprint: self.fingerprint.clone(),
            title: self.title.clone(),
            model: model.to_owned(),
            claims: Vec::new(),
            without_citation: 0,
            with_wrong_citation: 0,
        };
        for said in told.claims.into_iter().take(MOST_CLAIMS) {
            let cites: Option<Vec<Cited>> =
                said.cites.iter().map(|id| pieces.get(id.trim()).map(|it| it.cited())).collect();
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

    /// What a model has made of this finding before, with every claim dropped that rests on a piece
    /// that is not there any more, or says something else.
    #[must_use]
    pub fn still(&self, told: Narrative) -> Narrative {
        let pieces = self.by_id();
        let mut narrative = Narrative {
            finding: self.finding.clone(),
            title: self.title.clone(),
            claims: Vec::new(),
            ..told
        };
        for claim in told.claims {
            let same = |it: &Cited| {
                let piece = pieces.get(it.id.as_str()).filter(|piece| piece.text == it.text);
                piece.map(|piece| piece.cited())
            };
            match claim.cites.iter().map(same).collect::<Option<Vec<Cited>>>() {
                None => narrative.with_wrong_citation += 1,
                Some(cites) if cites.is_empty() => narrative.without_citation += 1,
                Some(cites) => narrative.claims.push(Claim { cites, ..claim }),
            }
        }
        narrative
    }

    fn by_id(&self) -> HashMap<&str, &Piece> {
        self.pieces.iter().map(|it| (it.id.as_str(), it)).collect()
    }
}

impl Piece {
    fn cited(&self) -> Cited {
        Cited { id: self.id.clone(), place: self.place.clone(), text: self.text.clone() }
    }
}

/// What a language model makes of a finding, in lines of text.
#[must_use]
pub fn narrative_lines(told: &Narrative) -> Vec<String> {
    let mut lines = vec![
        format!("{}  {}", told.finding, one_line(&told.title, 300)),
        format!("    opinion of {}, which decides nothing:", one_line(&told.model, 80)),
    ];
    for it in &told.claims {
        let cites: Vec<&str> = it.cites.iter().map(|it| it.place.as_str()).collect();
        lines.push(format!("    - {} [{}]", it.text, cites.join(", ")));
    }
    if told.claims.is_empty() {
        lines.push("    nothing that rests on what the night has seen".to_owned());
    }
    lines.extend(dropped(told).map(|it| format!("    dropped: {it}")));
    lines
}

/// What was dropped of what it claimed, and why.
pub(super) fn dropped(told: &Narrative) -> impl Iterator<Item = String> {
    let both = [
        (told.without_citation, "without a citation"),
        (told.with_wrong_citation, "that cited what does not exist"),
    ];
    let some = both.into_iter().filter(|(n, _)| *n > 0);
    some.map(|(n, why)| format!("{} {why}", count(n, "claim")))
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
        Material {
            finding: "F1".to_owned(),
            fingerprint: "ab12".to_owned(),
            title: "Total is 13".to_owned(),
            pieces,
        }
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
            narrative_lines(&told),
            [
                "F1  Total is 13",
                "    opinion of small, which decides nothing:",
                "    - The total is one more. [change 1 of F1, ledger line 7]",
                "    dropped: 2 claims without a citation",
                "    dropped: 1 claim that cited what does not exist",
            ]
        );
        let nothing = material().narrative("small", "{\"claims\":[]}").expect("no claims");
        let said = &narrative_lines(&nothing)[2];
        assert_eq!(said, "    nothing that rests on what the night has seen");
        assert!(material().narrative("small", "It is broken.").is_err());
    }

    #[test]
    fn what_was_claimed_before_stands_only_on_what_still_says_the_same() {
        let answer = r#"{"claims":[
            {"text":"The total is one more.","cites":["C1"]},
            {"text":"A step failed.","cites":["L7"]}]}"#;
        let told = material().narrative("small", answer).expect("claims");
        assert_eq!(material().still(told.clone()), told, "all of it is as it was");
        let mut otherwise = material();
        otherwise.finding = "F2".to_owned();
        otherwise.pieces[0].place = "change 1 of F2".to_owned();
        otherwise.pieces[1].text = "see passed".to_owned();
        assert_eq!(
            narrative_lines(&otherwise.still(told)),
            [
                "F2  Total is 13",
                "    opinion of small, which decides nothing:",
                "    - The total is one more. [change 1 of F2]",
                "    dropped: 1 claim that cited what does not exist",
            ]
        );
    }
}
