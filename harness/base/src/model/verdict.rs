//! What happened ([`Outcome`]) and what we think of it ([`Verdict`]), kept apart on purpose.

use serde::{Deserialize, Serialize};

/// A fact about one attempt. It knows nothing of last night.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Every step was done and every check held.
    Completed,
    /// A step could not be done or a check did not hold.
    Failed,
    /// A command, or the whole attempt, took longer than it may.
    TimedOut,
    /// An action was forbidden by policy.
    Blocked,
    /// The product crashed.
    Crashed,
    /// The harness itself failed; says nothing about the product.
    HarnessError,
}

impl Outcome {
    /// The word used in `night.json` and reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::TimedOut => "timed-out",
            Self::Blocked => "blocked",
            Self::Crashed => "crashed",
            Self::HarnessError => "harness-error",
        }
    }
}

/// What we think of a scenario, or of a finding. The order is that of precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Worse than the baseline, and new.
    Regressed,
    /// Worse than the baseline, and known from an earlier night.
    StillFailing,
    /// Failed and then passed in one night.
    Flaky,
    /// Nothing can be said; [`Because`] says why.
    Inconclusive,
    /// Worked, but a locator had to be healed.
    Drifted,
    /// There is no baseline yet.
    New,
    /// Was failing and holds again.
    Fixed,
    /// As the baseline says.
    Unchanged,
    /// Was planned and did not run; [`Because`] says why.
    NotRun,
}

impl Verdict {
    /// Every verdict, in order of precedence.
    pub const ALL: [Self; 9] = [
        Self::Regressed,
        Self::StillFailing,
        Self::Flaky,
        Self::Inconclusive,
        Self::Drifted,
        Self::New,
        Self::Fixed,
        Self::Unchanged,
        Self::NotRun,
    ];

    /// The word used in YAML, `night.json` and reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Regressed => "regressed",
            Self::StillFailing => "still-failing",
            Self::Flaky => "flaky",
            Self::Inconclusive => "inconclusive",
            Self::Drifted => "drifted",
            Self::New => "new",
            Self::Fixed => "fixed",
            Self::Unchanged => "unchanged",
            Self::NotRun => "not-run",
        }
    }

    /// The verdict with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.word() == word)
    }

    /// Whether the scenario was judged: planned = judged + inconclusive + not-run.
    #[must_use]
    pub fn is_judged(self) -> bool {
        match self {
            Self::Inconclusive | Self::NotRun => false,
            Self::Regressed
            | Self::StillFailing
            | Self::Flaky
            | Self::Drifted
            | Self::New
            | Self::Fixed
            | Self::Unchanged => true,
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

/// Why a scenario is inconclusive or did not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Because {
    /// Browser, driver or machine failed, not the product.
    Environment,
    /// The browser was lost at the same step in every attempt, while other scenarios kept theirs: a
    /// page may have taken it along.
    BrowserLost,
    /// The scenario itself cannot be right: it never passed here.
    Authoring,
    /// A session could not be established.
    Login,
    /// It failed each time, which may be chance for all that is known of it, and no more runs were
    /// allowed.
    Undecided,
    /// A person must decide.
    NeedsPerson,
    /// The night's deadline came first.
    Deadline,
    /// The product or the environment was not healthy before the first scenario.
    Preflight,
    /// The night was interrupted.
    Interrupted,
}

impl Because {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::Environment,
        Self::BrowserLost,
        Self::Authoring,
        Self::Login,
        Self::Undecided,
        Self::NeedsPerson,
        Self::Deadline,
        Self::Preflight,
        Self::Interrupted,
    ];

    /// The reasons behind which a fault of the product may stand: they fail the gate unless the
    /// suite says otherwise.
    pub const FAIL_UNLESS_SAID: [Self; 5] =
        [Self::Authoring, Self::BrowserLost, Self::Login, Self::Undecided, Self::Preflight];

    /// The reason in words, for a reader.
    #[must_use]
    pub fn said(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::BrowserLost => "browser lost",
            Self::Authoring => "authoring",
            Self::Login => "login",
            Self::Undecided => "broken, or fails by chance",
            Self::NeedsPerson => "needs a person",
            Self::Deadline => "deadline",
            Self::Preflight => "preflight",
            Self::Interrupted => "interrupted",
        }
    }

    /// The reason with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.word() == word)
    }

    /// The word used in `night.json` and reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::BrowserLost => "browser-lost",
            Self::Authoring => "authoring",
            Self::Login => "login",
            Self::Undecided => "undecided",
            Self::NeedsPerson => "needs-person",
            Self::Deadline => "deadline",
            Self::Preflight => "preflight",
            Self::Interrupted => "interrupted",
        }
    }
}

/// How bad a finding is for a user of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// A user cannot do what they came for.
    Critical,
    /// A user is told or given something wrong.
    Major,
    /// A user may not notice.
    Minor,
}

impl Severity {
    /// The word used in `night.json` and reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Major => "major",
            Self::Minor => "minor",
        }
    }
}

/// What the gate decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// Exit code 0.
    Pass,
    /// Exit code 1.
    Fail,
    /// Exit code 3.
    Inconclusive,
}

impl Decision {
    /// The word used in `night.json` and reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Inconclusive => "inconclusive",
        }
    }
}

/// The numbers of a night: planned = judged + inconclusive + not-run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Totals {
    /// Scenarios that were to run.
    pub planned: u32,
    /// Scenarios with a verdict other than inconclusive and not-run.
    pub judged: u32,
    /// Verdict `regressed`.
    pub regressed: u32,
    /// Verdict `still-failing`.
    pub still_failing: u32,
    /// Verdict `flaky`.
    pub flaky: u32,
    /// Verdict `inconclusive`.
    pub inconclusive: u32,
    /// Verdict `drifted`.
    pub drifted: u32,
    /// Verdict `new`.
    pub new: u32,
    /// Verdict `fixed`.
    pub fixed: u32,
    /// Verdict `unchanged`.
    pub unchanged: u32,
    /// Verdict `not-run`.
    pub not_run: u32,
}

impl Totals {
    /// Counts verdicts.
    #[must_use]
    pub fn count(verdicts: impl IntoIterator<Item = Verdict>) -> Self {
        let mut totals = Self::default();
        for verdict in verdicts {
            totals.planned += 1;
            totals.judged += u32::from(verdict.is_judged());
            let slot = match verdict {
                Verdict::Regressed => &mut totals.regressed,
                Verdict::StillFailing => &mut totals.still_failing,
                Verdict::Flaky => &mut totals.flaky,
                Verdict::Inconclusive => &mut totals.inconclusive,
                Verdict::Drifted => &mut totals.drifted,
                Verdict::New => &mut totals.new,
                Verdict::Fixed => &mut totals.fixed,
                Verdict::Unchanged => &mut totals.unchanged,
                Verdict::NotRun => &mut totals.not_run,
            };
            *slot += 1;
        }
        totals
    }

    /// How many scenarios have this verdict.
    #[must_use]
    pub fn of(&self, verdict: Verdict) -> u32 {
        match verdict {
            Verdict::Regressed => self.regressed,
            Verdict::StillFailing => self.still_failing,
            Verdict::Flaky => self.flaky,
            Verdict::Inconclusive => self.inconclusive,
            Verdict::Drifted => self.drifted,
            Verdict::New => self.new,
            Verdict::Fixed => self.fixed,
            Verdict::Unchanged => self.unchanged,
            Verdict::NotRun => self.not_run,
        }
    }
}
