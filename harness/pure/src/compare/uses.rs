//! [`Uses`]: how often each redaction took something out of what was seen, summed up by where it
//! stands: a redaction of a file that many rows share is one.

use indexmap::IndexMap;

use super::redact::Redactor;
use crate::model::finding::RedactionUse;
use crate::model::{Plan, Redaction, Scenario};

/// The file of the suite's own redactions.
const CONFIG: &str = "nightshift.yaml";

/// The uses of all redactions.
#[derive(Debug, Default)]
pub(super) struct Uses {
    /// By file, checkpoint and the redaction's words: texts, and times that it matched.
    by_place: IndexMap<(String, Option<String>, String), (u64, u64)>,
}

impl Uses {
    /// Adds what a redactor did with one checkpoint (its name, file and own redactions), or with
    /// what the watches saw.
    pub(super) fn add(
        &mut self,
        plan: &Plan,
        scenario: &Scenario,
        checkpoint: Option<(&str, &str, &[Redaction])>,
        redactor: &Redactor,
    ) {
        let (name, file, own) = checkpoint.unwrap_or(("", "", &[]));
        let layers = [
            (CONFIG, None, plan.redact.as_slice()),
            (scenario.file.as_str(), None, scenario.redact.as_slice()),
            (file, Some(name), own),
        ];
        let each = layers
            .into_iter()
            .flat_map(|(file, name, all)| all.iter().map(move |it| (file, name, it)));
        for ((file, name, redaction), times) in each.zip(redactor.uses()) {
            let key = (file.to_owned(), name.map(str::to_owned), words(redaction));
            let counts = self.by_place.entry(key).or_default();
            counts.0 += 1;
            counts.1 += times;
        }
    }

    /// All of them, in the order in which they were first met.
    pub(super) fn all(&self) -> Vec<RedactionUse> {
        let all =
            self.by_place.iter().map(|((file, checkpoint, redaction), counts)| RedactionUse {
                file: file.clone(),
                checkpoint: checkpoint.clone(),
                redaction: redaction.clone(),
                texts: counts.0,
                matched: counts.1,
            });
        all.collect()
    }
}

/// A redaction as a person would say it.
fn words(redaction: &Redaction) -> String {
    match redaction {
        Redaction::Pattern(pattern) => format!("pattern `{pattern}`"),
        Redaction::Json(pointer) => format!("json {pointer}"),
        Redaction::Class(class) => class.word().to_owned(),
    }
}
