//! [`cassette`]: the answers that a model gave in an earlier night, from its ledger and evidence.

use std::path::Path;

use super::NightError;
use crate::agent::backend::{Answer, Cassette, Request};
use crate::ledger::NightDir;
use crate::model::pursuit::Pursuit;
use crate::model::{Event, EvidenceRef};

/// The answers of the night in this directory.
///
/// # Errors
/// There is no night, or what it kept cannot be read.
pub(super) fn cassette(night: &Path, model: &str) -> Result<Cassette, NightError> {
    let dir = NightDir::open(night)?;
    let read = |path: &str| -> Result<String, NightError> {
        let (kind, media) = ("answer of a model".to_owned(), "text/plain".to_owned());
        let bytes = dir.read(&EvidenceRef { kind, media, path: path.to_owned(), bytes: 0 })?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    let mut all = Cassette::new(model);
    for entry in dir.entries()? {
        let Event::Goal { pursuit, .. } = entry.event else { continue };
        let Pursuit::Asked { request, answer, failed: None, tokens_in, tokens_out, tries, .. } =
            pursuit
        else {
            continue;
        };
        let asked: Option<Request> = serde_json::from_str(&read(&request)?).ok();
        if let Some(asked) = asked {
            all.keep(&asked, Answer { text: read(&answer)?, tokens_in, tokens_out, tries });
        }
    }
    Ok(all)
}
