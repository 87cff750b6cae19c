//! [`keep_explanations`]: what a language model made of findings of a night, in its
//! `explanations.json`; [`of_night`] gives what of it still rests on what the night has seen.

use serde::{Deserialize, Serialize};

use super::NightError;
use crate::ledger::{NightDir, Secrets};
use crate::model::narrative::Narrative;
use crate::model::{Entry, FORMAT_VERSION};
use crate::report::{Material, NightReport};

/// The file beside the night's ledger.
const FILE: &str = "explanations.json";

#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    format_version: u32,
    explanations: Vec<Narrative>,
}

/// Keeps what was made of findings, in place of what was made of the same ones before, without secrets.
///
/// # Errors
/// The file cannot be written.
pub fn keep_explanations(
    night: &NightDir,
    news: Vec<Narrative>,
    secrets: &Secrets,
) -> Result<(), NightError> {
    if news.is_empty() {
        return Ok(());
    }
    let mut all = read(night);
    all.retain(|old| !news.iter().any(|it| it.fingerprint == old.fingerprint));
    all.extend(news);
    let kept = Kept { format_version: FORMAT_VERSION, explanations: all };
    let kept = secrets.scrub_json(serde_json::to_value(&kept).expect("plain data"));
    Ok(night.write_file(FILE, format!("{kept:#}").as_bytes())?)
}

/// What was made of the findings of a night, without what rests on what is not there.
pub(super) fn of_night(
    night: &NightDir,
    report: &NightReport,
    entries: &[Entry],
) -> Vec<Narrative> {
    let still = |told: Narrative| {
        let own = report.findings.iter().find(|it| it.fingerprint == told.fingerprint)?;
        Some(Material::of(report, own, entries).still(told))
    };
    read(night).into_iter().filter_map(still).collect()
}

/// What is kept; a file that is not there, or is none of ours, holds nothing.
fn read(night: &NightDir) -> Vec<Narrative> {
    let bytes = std::fs::read(night.path().join(FILE)).unwrap_or_default();
    let kept = serde_json::from_slice::<Kept>(&bytes).ok();
    let kept = kept.filter(|it| it.format_version <= FORMAT_VERSION);
    kept.map(|it| it.explanations).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::narrative::Claim;

    fn told(fingerprint: &str, text: &str) -> Narrative {
        Narrative {
            finding: "F1".to_owned(),
            fingerprint: fingerprint.to_owned(),
            title: "Total is 13".to_owned(),
            model: "small".to_owned(),
            claims: vec![Claim { text: text.to_owned(), cites: Vec::new() }],
            without_citation: 0,
            with_wrong_citation: 0,
        }
    }

    #[test]
    fn what_is_kept_has_no_secret_and_takes_the_place_of_what_was_made_of_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        let night = NightDir::create(folder.path().join("n1")).expect("a night");
        let values = [("TOKEN".to_owned(), "s3cret-\"token\"".to_owned())];
        let secrets = Secrets::new(values.into_iter().collect()).expect("long enough");
        assert!(read(&night).is_empty(), "nobody asked yet");
        let first = vec![told("a", "It is old."), told("b", "It shows s3cret-\"token\".")];
        keep_explanations(&night, first, &secrets).expect("written");
        keep_explanations(&night, vec![told("a", "It is new.")], &secrets).expect("written");
        assert_eq!(read(&night), [told("b", "It shows [secret]."), told("a", "It is new.")]);
    }
}
