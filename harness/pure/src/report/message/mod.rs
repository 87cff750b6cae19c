//! [`Message`]: a night as one message to people, and in the words of each channel. The first
//! sentence is the report's. Text of the product is never taken for markup, mention or link: where
//! a channel has plain text it is given as that, else it is escaped.
//!
//! The files:
//! - `slack.rs`: for Slack.
//! - `teams.rs`: for Teams.
//! - `mail.rs`: for a mail, as text and as HTML.
//! - `webhook.rs`: for any program.
//! - `check.rs`: for a forge: a check, and a comment on a change.

mod check;
mod mail;
mod slack;
mod teams;
mod webhook;

pub use mail::Mail;

use super::fact::word;
use super::night::NightReport;
use super::sentence::{is_new_slowdown, is_suppressed, sentence};
use super::shown::one_line;
use super::unattended;
use crate::model::finding::owned_by;
use crate::model::{Decision, Finding, Verdict};

/// The most findings that are named; the rest is counted.
const MOST_FINDINGS: usize = 10;
/// The most characters of a title.
const TITLE: usize = 240;

/// What people are told of a night.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The night's id.
    pub night: String,
    /// The report's own sentence.
    pub sentence: String,
    /// What the gate decided.
    pub decision: Decision,
    /// The rule that decided.
    pub rule: String,
    /// What must be known of the night: it is late, a shard is missing.
    pub notes: Vec<String>,
    /// What needs somebody, worst first.
    pub findings: Vec<Told>,
    /// How many more findings there are.
    pub more: usize,
    /// Where the report was put, if that is known.
    pub link: Option<String>,
}

/// A finding as it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Its id in the night.
    pub id: String,
    /// What is the same for the same cause on any night: what a channel makes a thread of.
    pub fingerprint: String,
    /// The word of its verdict, or `slower`.
    pub word: &'static str,
    /// What a user would notice.
    pub title: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The command that repeats it.
    pub reproduce: String,
}

/// The message of a night; `link` is the address of the report, without a fragment.
#[must_use]
pub fn message(report: &NightReport, link: Option<&str>) -> Message {
    let wanted = |it: &&Finding| {
        let bad = matches!(it.verdict, Verdict::Regressed | Verdict::StillFailing);
        let counts = it.stage.is_gating() || is_new_slowdown(it);
        bad && counts && !is_suppressed(it)
    };
    let all: Vec<&Finding> = report.findings.iter().filter(wanted).collect();
    let told = all.iter().take(MOST_FINDINGS).map(|it| Told {
        id: it.id.clone(),
        fingerprint: it.fingerprint.clone(),
        word: word(it),
        title: one_line(&it.title, TITLE),
        owner: it.owner.as_deref().map(|it| one_line(it, 80)),
        reproduce: one_line(&it.reproduce, TITLE),
    });
    Message {
        night: report.night.id.clone(),
        sentence: sentence(report),
        decision: report.gate.decision,
        rule: one_line(&report.gate.rule, TITLE),
        notes: unattended::alerts(report),
        findings: told.collect(),
        more: all.len().saturating_sub(MOST_FINDINGS),
        link: link.map(str::to_owned),
    }
}

impl Message {
    /// The lines below the sentence, as plain text.
    fn lines(&self) -> Vec<String> {
        let gate = format!("Gate: {}: {}", self.decision.word(), self.rule);
        let findings = self.findings.iter().map(Told::line);
        let more = (self.more > 0).then(|| format!("and {} more, in the report", self.more));
        let notes = self.notes.iter().cloned();
        std::iter::once(gate).chain(notes).chain(findings).chain(more).collect()
    }

    /// The address of one finding in the report.
    fn link_to(&self, finding: &Told) -> Option<String> {
        self.link.as_ref().map(|link| format!("{link}#{}", finding.id))
    }
}

impl Told {
    fn line(&self) -> String {
        format!("{}: {} ({})", self.word, self.title, owned_by(self.owner.as_deref()))
    }
}

#[cfg(test)]
mod tests;
