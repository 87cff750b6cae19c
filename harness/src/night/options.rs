//! What a night is asked to do, and what it tells while it does it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use indexmap::IndexMap;

use super::shake::Shake;
use super::share::Share;
use super::tools::ToolServer;
use crate::attempt::{Pace, Person};
use crate::ledger::NightDir;
pub use crate::model::asked::NewBaselines;
use crate::model::sandbox::Author;
use crate::model::{Outcome, Suite, Verdict};
use crate::plan::Selection;
use crate::product::KeptData;
use crate::queue::Counter;
use crate::surface::browser::Window;

/// What `nightshift run` was asked to do.
#[derive(Debug, Clone, Default)]
pub struct RunOptions {
    /// The night directory; `None` is a new one below `reports/nights`.
    pub out: Option<PathBuf>,
    /// The night's id.
    pub id: Option<String>,
    /// When the report must be there; `None` takes the configuration's.
    pub until: Option<Until>,
    /// How many workers run at once; `None` takes the configuration's.
    pub jobs: Option<u32>,
    /// The folder of earlier nights; `None` takes the configuration's.
    pub history: Option<PathBuf>,
    /// Which scenarios.
    pub selection: Selection,
    /// Who is asked what policy leaves to a person.
    pub person: Person,
    /// Who wrote them.
    pub author: Author,
    /// Serves our tools to a coding agent that the suite starts; without it none is started.
    pub tools: Option<Arc<dyn ToolServer>>,
    /// How often a failed attempt is repeated; `None` takes the scenario's, then the configuration's.
    pub retries: Option<u32>,
    /// Names of builds, by product; an empty product is the only one.
    pub builds: IndexMap<String, String>,
    /// Builds to compare durations with in the same night, by product, as `builds`.
    pub beside: IndexMap<String, String>,
    /// Builds to judge tonight's by in the same night, by product, as `builds`.
    pub against: IndexMap<String, String>,
    /// Running servers to judge tonight's by, by product.
    pub against_urls: IndexMap<String, String>,
    /// URLs of running products, by product; an empty product is the only one.
    pub base_urls: IndexMap<String, String>,
    /// Write baselines for checkpoints that have none; `None` writes none.
    pub accept_new: Option<NewBaselines>,
    /// What is otherwise tonight although it must not matter.
    pub shake: Option<Shake>,
    /// Spend nothing of what is left of the night after the scenarios.
    pub once: bool,
    /// Whether the workers note what servers take of the machine.
    pub sampling: Sampling,
    /// How fast pages are used; `None` is as fast as it goes, whatever the product asks for.
    pub pace: Option<Arc<Pace>>,
    /// Print the PDF.
    pub pdf: bool,
    /// The branch of the suite's repository.
    pub branch: Option<String>,
    /// The environment that the allow-list picks from.
    pub environment: IndexMap<String, String>,
    /// Whether a person sees the browsers.
    pub window: Window,
    /// The night that broke off and goes on; `None` begins one.
    pub resume: Option<NightDir>,
    /// The night whose attempts are gone through again with what a model answered in them; `None` where
    /// it is asked for everything.
    pub goes_on_from: Option<NightDir>,
    /// The data of products as a night found it of which this one is a part; `None` reads it anew.
    pub kept: Option<Arc<KeptData>>,
    /// Where attempts are handed to other processes; `None` makes all in this one.
    pub queue: Option<Arc<Counter>>,
    /// Which part of the night this machine runs; `None` is all of it.
    pub shard: Option<Share>,
    /// When the night was due, where a schedule starts it.
    pub due: Option<DateTime<Utc>>,
    /// When nights before it were due that did not run.
    pub missed: Vec<DateTime<Utc>>,
    /// Keys of the configuration and variables that were given on the command line: the suite knows
    /// them already, and who goes on with the night gives them again.
    pub changes: Changes,
}

/// When the workers note what servers take of the machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sampling {
    /// Never.
    #[default]
    None,
    /// After each run of a scenario.
    EachRun,
}

/// What changed the configuration for one night.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Keys of the configuration, dotted, with their values.
    pub set: Vec<(String, String)>,
    /// Variables for `${NAME}`.
    pub var: Vec<(String, String)>,
}

/// When the report must be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Until {
    /// A time of day, `HH:MM`, in the night's time zone.
    Clock(String),
    /// So long after the start.
    Budget(Duration),
}

/// What a night tells while it runs.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// The plan stands.
    Planned {
        /// How many scenarios.
        scenarios: usize,
        /// The night directory.
        night: PathBuf,
    },
    /// A check of the preflight begins.
    Checking(String),
    /// A check of the preflight ended.
    Checked {
        /// What was checked.
        check: String,
        /// Whether it is well.
        ok: bool,
        /// What was found.
        detail: String,
    },
    /// An attempt began.
    Started {
        /// The scenario's id.
        scenario: String,
        /// Which attempt.
        attempt: u32,
    },
    /// The products and pages of an attempt that began are ready: its first step begins.
    AtFirstStep,
    /// A scenario is through with all its attempts.
    Done {
        /// The scenario's id.
        scenario: String,
        /// The last attempt's outcome.
        outcome: Outcome,
        /// What it looks like so far: unchanged, regressed, flaky or new.
        looks: Verdict,
        /// All attempts together.
        duration: Duration,
        /// How many scenarios are through.
        done: usize,
        /// Of how many.
        of: usize,
    },
    /// Scenarios are timed on both builds.
    Beside {
        /// How many.
        scenarios: usize,
        /// The other builds, as `shop 1.4`.
        builds: String,
    },
    /// Scenarios are run on the control too.
    Control {
        /// How many may be.
        scenarios: usize,
        /// The builds, as `shop 1.4`.
        builds: String,
        /// What that takes one after the other, as far as the last night knows.
        expected: Option<Duration>,
    },
    /// The control of a scenario begins.
    OnControl {
        /// The scenario's id.
        scenario: String,
    },
    /// Scenarios that look slower are measured again.
    Measuring {
        /// How many, with those that they are compared with.
        scenarios: usize,
        /// How often each.
        times: u32,
    },
    /// What is new is attempted some more times before it is accepted.
    Settling {
        /// How many scenarios.
        scenarios: usize,
        /// In how many rounds.
        rounds: u32,
    },
    /// A build is tried in the search for what broke something.
    Searching {
        /// The build.
        build: String,
    },
    /// The language model uses the product with what is left of the night.
    Agent {
        /// For how long at the most.
        budget: std::time::Duration,
    },
    /// The product is explored with what is left of the night.
    Exploring {
        /// How long that may take.
        budget: Duration,
    },
    /// A scenario is run again and again with what is left of the night.
    Soaking {
        /// Its id.
        scenario: String,
        /// How long that may take, unless too few runs fit into it.
        budget: Duration,
    },
    /// Verdicts are being made.
    Judging,
    /// The PDF is being printed.
    Printing,
}

impl RunOptions {
    /// The same for small nights that all get the data that the first of them finds; this folder
    /// keeps it, unless they are parts of a night that does.
    pub(super) fn keeping_data(&self, folder: &Path) -> Self {
        let kept = self.kept.clone().or_else(|| Some(Arc::new(KeptData::below(folder))));
        Self { kept, ..self.clone() }
    }

    /// How many workers: as asked for, or one a core, never more than scenarios.
    pub(super) fn workers(&self, suite: &Suite, scenarios: usize) -> usize {
        let asked = self.jobs.or(suite.config.night.jobs);
        let cores = std::thread::available_parallelism().map_or(1, usize::from).min(8);
        let shaken = self.shake.as_ref().map(|it| it.jobs(cores));
        let usual = asked.map_or(cores, |jobs| jobs as usize);
        // Who asks for so many on the command line means it.
        let jobs = if self.jobs.is_some() { usual } else { shaken.unwrap_or(usual) };
        jobs.clamp(1, scenarios.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_nights_have_the_data_of_their_night_and_another_night_has_its_own() {
        let kept = |it: &RunOptions| it.kept.clone().expect("it keeps data");
        let night = RunOptions::default().keeping_data(Path::new("a"));
        let small = RunOptions { once: true, ..night.clone() }.keeping_data(Path::new("b"));
        assert!(Arc::ptr_eq(&kept(&night), &kept(&small)));
        let other = RunOptions::default().keeping_data(Path::new("c"));
        assert!(!Arc::ptr_eq(&kept(&night), &kept(&other)));
    }
}
