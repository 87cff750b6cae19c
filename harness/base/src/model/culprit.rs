//! [`Culprit`]: which commit or build broke something, how sure that is, and what was tried.

use serde::{Deserialize, Serialize};

/// What a search over the history of a product has found of one finding.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Culprit {
    /// The whole name of the commit; `None` where none is sure enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The build, of a product that has versions and no repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<String>,
    /// Who wrote the commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// The first line of its message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The paths that it changed, in the product's repository.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// Who answers for what it changed, as the repository's CODEOWNERS says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// How likely it is, from 0 to 1.
    pub probability: f64,
    /// What was found.
    pub outcome: SearchOutcome,
    /// Whether the time was over before it was clear.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut_off: bool,
    /// Where one of several is the culprit, or none is sure enough: the likeliest, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suspects: Vec<String>,
    /// What was tried, in order.
    pub probes: Vec<ProbeRecord>,
    /// What the commit changed, as git shows it, cut where it is long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diff: Option<String>,
}

/// What a search has found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SearchOutcome {
    /// One commit or build.
    Named,
    /// One of several that cannot be told apart, because those between cannot be built.
    Among,
    /// None: it fails everywhere, or nowhere any more.
    Environment,
    /// Nothing is sure enough yet.
    #[default]
    Undecided,
}

/// One commit or build that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeRecord {
    /// The commit or build, as it was asked for.
    pub build: String,
    /// The first line of the commit's message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// How it went.
    pub result: ProbeResult,
}

/// How a probe went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProbeResult {
    /// What was found in the night is there too.
    Failed,
    /// It is not.
    Passed,
    /// Nothing can be said: it cannot be built, or fails before that.
    Skipped,
}

impl ProbeResult {
    /// Whether what was found is there; `None` where nothing can be said.
    #[must_use]
    pub fn failed(self) -> Option<bool> {
        match self {
            Self::Failed => Some(true),
            Self::Passed => Some(false),
            Self::Skipped => None,
        }
    }

    /// The word used in `night.json` and reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Passed => "passed",
            Self::Skipped => "skipped",
        }
    }
}

impl Culprit {
    /// Whether it is sure enough to stand in a ticket as who broke it.
    #[must_use]
    pub fn is_sure(&self) -> bool {
        self.outcome == SearchOutcome::Named && self.probability >= 0.99
    }

    /// What was found, in a sentence; commits by the first ten letters of their names.
    #[must_use]
    pub fn said(&self) -> String {
        let sure = format!("{:.1} %", (self.probability * 1000.0).floor() / 10.0);
        let probes = match self.probes.len() {
            1 => "1 probe".to_owned(),
            many => format!("{many} probes"),
        };
        let short = |it: &String| it.chars().take(10).collect::<String>();
        let suspects = || self.suspects.iter().map(short).collect::<Vec<_>>().join(", ");
        match self.outcome {
            SearchOutcome::Named => {
                let name = self.commit.as_ref().map(short).or_else(|| self.build.clone());
                let title = self.title.as_ref().map(|it| format!(" \"{it}\"")).unwrap_or_default();
                let author = self.author.as_ref().map(|it| format!(" by {it}")).unwrap_or_default();
                let name = name.unwrap_or_default();
                format!("broken by {name}{title}{author}: {sure} sure after {probes}")
            }
            SearchOutcome::Among => format!(
                "broken by one of {}, which cannot be told apart because some cannot be built: {sure} sure after {probes}",
                suspects()
            ),
            SearchOutcome::Environment => {
                let failed = |it: &&ProbeRecord| it.result == ProbeResult::Failed;
                let everywhere = self.probes.iter().filter(failed).count() * 2 > self.probes.len();
                let how = if everywhere {
                    "it fails on the good build too"
                } else {
                    "it fails on no build any more"
                };
                format!("no commit broke it, {how}: {sure} sure after {probes}")
            }
            SearchOutcome::Undecided => {
                let why = if self.cut_off { ", when the time was over" } else { "" };
                let suspects = suspects();
                format!(
                    "no commit can be named after {probes}{why}; the likeliest are {suspects} with {sure}"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probe(result: ProbeResult) -> ProbeRecord {
        ProbeRecord { build: "a".to_owned(), title: None, result }
    }

    #[test]
    fn every_outcome_is_said_with_how_sure_it_is_and_what_it_took() {
        let named = Culprit {
            commit: Some("0123456789abcdef".to_owned()),
            title: Some("Round prices".to_owned()),
            author: Some("Ada".to_owned()),
            probability: 0.99987,
            outcome: SearchOutcome::Named,
            probes: vec![probe(ProbeResult::Failed), probe(ProbeResult::Passed)],
            ..Culprit::default()
        };
        assert_eq!(
            named.said(),
            "broken by 0123456789 \"Round prices\" by Ada: 99.9 % sure after 2 probes"
        );
        let nobody = Culprit {
            outcome: SearchOutcome::Environment,
            probability: 0.991,
            probes: vec![probe(ProbeResult::Passed)],
            ..Culprit::default()
        };
        assert_eq!(
            nobody.said(),
            "no commit broke it, it fails on no build any more: 99.1 % sure after 1 probe"
        );
        let open = Culprit {
            suspects: vec!["1.4".to_owned(), "1.5".to_owned()],
            probability: 0.6,
            probes: vec![probe(ProbeResult::Skipped)],
            ..Culprit::default()
        };
        assert_eq!(
            open.said(),
            "no commit can be named after 1 probe; the likeliest are 1.4, 1.5 with 60.0 %"
        );
        let cut = Culprit { cut_off: true, ..open };
        assert_eq!(
            cut.said(),
            "no commit can be named after 1 probe, when the time was over; the likeliest are 1.4, 1.5 with 60.0 %"
        );
    }
}
