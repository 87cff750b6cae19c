//! [`difference`]: two nights beside one another, from their `night.json` alone.

use std::collections::HashMap;
use std::path::Path;

use serde_json::{Value, json};

use super::ArchiveError;
use super::answer::{Answer, Line, count, seconds};
use super::past::of;
use super::read::{self, Finding, Night};
use crate::model::finding::owned_by;

/// What is told as slower or quicker: times as long, and milliseconds between.
const FELT: (f64, f64) = (1.5, 500.0);
/// The most lines of each kind.
const MOST: usize = 100;

struct Both<'a> {
    old: &'a Night,
    new: &'a Night,
    old_page: String,
    new_page: String,
}

/// What changed from one night to another.
///
/// # Errors
/// One of them cannot be read.
pub fn difference(old: &Path, new: &Path) -> Result<Answer, ArchiveError> {
    let read = |folder: &Path| {
        read::read(folder).map_err(|why| ArchiveError::Night { folder: folder.to_owned(), why })
    };
    let (old_night, new_night) = (read(old)?, read(new)?);
    let page = |folder: &Path| folder.join("index.html").display().to_string();
    let both = Both { old: &old_night, new: &new_night, old_page: page(old), new_page: page(new) };
    let mut lines = both.builds();
    let (came, went) = (both.came(), both.went());
    let changed = both.verdicts();
    let says = format!(
        "From {} to {}: {} came, {} gone, {} with another verdict. {} before, {} now.",
        old_night.night.id,
        new_night.night.id,
        count(came.len(), "finding"),
        went.len(),
        count(changed.len(), "scenario"),
        of(&old_night.totals),
        of(&new_night.totals)
    );
    for mut kind in [came, went, changed, both.coverage(), both.durations()] {
        kind.truncate(MOST);
        lines.extend(kind);
    }
    let asked = format!("diff {} {}", old_night.night.id, new_night.night.id);
    Ok(Answer { asked, says, lines, notes: Vec::new() })
}

impl Both<'_> {
    fn pages(&self) -> Vec<String> {
        vec![self.new_page.clone(), self.old_page.clone()]
    }

    fn builds(&self) -> Vec<Line> {
        let (old, new) = (self.old.builds(), self.new.builds());
        let changed = new.iter().filter(|(name, build)| old.get(*name) != Some(*build));
        let line = |(name, build): (&&str, &&str)| {
            let before = old.get(name).copied();
            let text = format!("build of {name}: {build} instead of {}", before.unwrap_or("none"));
            let facts =
                json!({ "change": "build", "product": name, "before": before, "now": build });
            Line::new(text, facts, self.pages())
        };
        changed.map(line).collect()
    }

    fn finding(change: &str, it: &Finding, page: &str) -> Line {
        let owner = owned_by(it.owner.as_deref());
        let hits = count(it.scenarios.len(), "scenario");
        let text = format!("{change}: {} ({}, {hits}, {owner})", it.title, it.verdict);
        let facts = json!({ "change": change, "finding": it.id, "fingerprint": it.fingerprint,
            "title": it.title, "verdict": it.verdict, "owner": it.owner, "scenarios": it.scenarios });
        Line::new(text, facts, vec![format!("{page}#{}", it.id)])
    }

    fn came(&self) -> Vec<Line> {
        let known =
            |it: &&Finding| !self.old.findings.iter().any(|old| old.fingerprint == it.fingerprint);
        let came = self.new.findings.iter().filter(known);
        came.map(|it| Self::finding("came", it, &self.new_page)).collect()
    }

    fn went(&self) -> Vec<Line> {
        let gone =
            |it: &&Finding| !self.new.findings.iter().any(|new| new.fingerprint == it.fingerprint);
        let went = self.old.findings.iter().filter(gone);
        went.map(|it| Self::finding("gone", it, &self.old_page)).collect()
    }

    fn verdicts(&self) -> Vec<Line> {
        let old: HashMap<&str, _> =
            self.old.scenarios.iter().map(|it| (it.id.as_str(), it.verdict)).collect();
        let line = |it: &read::Scenario| {
            let before = *old.get(it.id.as_str())?;
            let text = format!("{}: {} instead of {before}", it.id, it.verdict);
            let facts = json!({ "change": "verdict", "scenario": it.id, "before": before, "now": it.verdict });
            (before != it.verdict).then(|| Line::new(text, facts, self.pages()))
        };
        self.new.scenarios.iter().filter_map(line).collect()
    }

    /// What only one of them planned.
    fn coverage(&self) -> Vec<Line> {
        let only = |these: &Night, those: &Night, change: &str| -> Vec<Line> {
            let known: std::collections::HashSet<&str> =
                those.scenarios.iter().map(|it| it.id.as_str()).collect();
            let only = these.scenarios.iter().filter(|it| !known.contains(it.id.as_str()));
            only.map(|it| {
                let facts: Value = json!({ "change": change, "scenario": it.id });
                Line::new(format!("{change}: {}", it.id), facts, self.pages())
            })
            .collect()
        };
        let mut lines = only(self.new, self.old, "planned in the second night alone");
        lines.extend(only(self.old, self.new, "planned in the first night alone"));
        lines
    }

    fn durations(&self) -> Vec<Line> {
        let old: HashMap<&str, u64> =
            self.old.scenarios.iter().filter_map(|it| Some((it.id.as_str(), it.ms()?))).collect();
        let line = |it: &read::Scenario| {
            let (now, before) = (it.ms()? as f64, *old.get(it.id.as_str())? as f64);
            let (less, more) = (now.min(before), now.max(before));
            let text = format!("{}: took {} instead of {}", it.id, seconds(now), seconds(before));
            let facts = json!({ "change": "duration", "scenario": it.id, "before_ms": before, "now_ms": now });
            (more >= less * FELT.0 && more - less >= FELT.1)
                .then(|| Line::new(text, facts, self.pages()))
        };
        self.new.scenarios.iter().filter_map(line).collect()
    }
}
