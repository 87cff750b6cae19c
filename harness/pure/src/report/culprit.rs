//! [`CulpritView`]: who broke it, as the page shows it: the sentence, the table of probes, and the
//! commit's diff. Neighbour: [`super::finding`], which holds it.

use serde::Serialize;

use super::shown::one_line;
use crate::model::culprit::{Culprit, ProbeResult};

/// The most changed paths that are listed.
const MOST_FILES: usize = 12;
/// The longest line of a diff that is shown, in characters.
const LONGEST_LINE: usize = 400;

/// Which commit or build broke a finding.
#[derive(Debug, Serialize)]
pub struct CulpritView {
    said: String,
    files: Vec<String>,
    more_files: usize,
    probes: Vec<ProbeView>,
    diff: Vec<DiffLineView>,
}

/// One probe.
#[derive(Debug, Serialize)]
struct ProbeView {
    number: usize,
    build: String,
    title: String,
    result: &'static str,
}

/// A line of the diff, with the class that colours it.
#[derive(Debug, Serialize)]
struct DiffLineView {
    tag: &'static str,
    sign: String,
    text: String,
}

impl CulpritView {
    /// The view of what a search has found.
    pub fn new(culprit: &Culprit) -> Self {
        let probe = |(at, it): (usize, &crate::model::culprit::ProbeRecord)| ProbeView {
            number: at + 1,
            build: one_line(&short(&it.build), 60),
            title: it.title.as_deref().map(|it| one_line(it, 120)).unwrap_or_default(),
            result: match it.result {
                ProbeResult::Failed => "there",
                ProbeResult::Passed => "not there",
                ProbeResult::Skipped => "cannot be told",
            },
        };
        let files: Vec<String> = culprit.files.iter().map(|it| one_line(it, 200)).collect();
        Self {
            said: sentence(&one_line(&culprit.said(), 600)),
            more_files: files.len().saturating_sub(MOST_FILES),
            files: files.into_iter().take(MOST_FILES).collect(),
            probes: culprit.probes.iter().enumerate().map(probe).collect(),
            diff: culprit
                .diff
                .as_deref()
                .map(|it| it.lines().map(line).collect())
                .unwrap_or_default(),
        }
    }

    /// Roughly how many bytes it takes on the page.
    pub fn weight(&self) -> usize {
        let diff: usize = self.diff.iter().map(|it| it.text.len() + 60).sum();
        600 + self.probes.len() * 160 + diff
    }
}

/// With a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|it| it.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}

fn short(build: &str) -> String {
    let is_commit = build.len() == 40 && build.chars().all(|it| it.is_ascii_hexdigit());
    if is_commit { build[..10].to_owned() } else { build.to_owned() }
}

fn line(text: &str) -> DiffLineView {
    let head = ["+++", "---", "@@", "diff ", "index "].iter().any(|it| text.starts_with(it));
    let (tag, cut) = match text.chars().next() {
        _ if head => ("gap", 0),
        Some('+') => ("added", 1),
        Some('-') => ("removed", 1),
        Some(' ') => ("same", 1),
        Some(_) | None => ("gap", 0),
    };
    DiffLineView {
        tag,
        sign: text[..cut].to_owned(),
        text: text[cut..].chars().take(LONGEST_LINE).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::culprit::ProbeRecord;

    #[test]
    fn the_page_has_the_sentence_the_probes_and_the_lines_of_the_diff() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let view = CulpritView::new(&Culprit {
            build: Some("1.5".to_owned()),
            probability: 0.995,
            outcome: crate::model::culprit::SearchOutcome::Named,
            files: (0..14).map(|it| format!("src/{it}.py")).collect(),
            probes: vec![ProbeRecord {
                build: commit.to_owned(),
                title: None,
                result: ProbeResult::Failed,
            }],
            diff: Some("@@ -1 +1 @@\n-a\n+b\n c".to_owned()),
            ..Culprit::default()
        });
        assert_eq!(view.said, "Broken by 1.5: 99.5 % sure after 1 probe.");
        assert_eq!((view.files.len(), view.more_files), (12, 2));
        assert_eq!((view.probes[0].build.as_str(), view.probes[0].result), ("0123456789", "there"));
        let tags: Vec<_> = view.diff.iter().map(|it| (it.tag, it.text.as_str())).collect();
        assert_eq!(tags, [("gap", "@@ -1 +1 @@"), ("removed", "a"), ("added", "b"), ("same", "c")]);
    }
}
