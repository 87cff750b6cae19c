//! Any program: the message as data. `format_version` counts its changes.

use serde_json::{Value, json};

use super::Message;

/// The version of this format.
const FORMAT_VERSION: u32 = 1;

impl Message {
    /// The body of a message to any webhook.
    #[must_use]
    pub fn webhook(&self) -> Value {
        let findings: Vec<Value> = self
            .findings
            .iter()
            .map(|it| {
                json!({
                    "id": it.id,
                    "fingerprint": it.fingerprint,
                    "verdict": it.word,
                    "title": it.title,
                    "owner": it.owner,
                    "reproduce": it.reproduce,
                    "link": self.link_to(it),
                })
            })
            .collect();
        json!({
            "format_version": FORMAT_VERSION,
            "night": self.night,
            "sentence": self.sentence,
            "gate": { "decision": self.decision.word(), "rule": self.rule },
            "notes": self.notes,
            "findings": findings,
            "more_findings": self.more,
            "link": self.link,
        })
    }
}
