//! The control of a night: [`ControlPlan`], the builds that it is judged by beside its baselines, and
//! [`ControlResult`], what came of it. [`JudgedBy`] says which of the two spoke.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::scenario::{Action, Scenario};

/// The control of a night as the configuration has it: the build before, in the same environment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ControlConfig {
    /// Builds, each as `--against` takes it: `1.4`, `last-good`, `shop=1.4`.
    pub against: Vec<String>,
    /// Addresses of running builds, each as `--against-url` takes it.
    pub urls: Vec<String>,
    /// Which scenarios are run on them.
    pub of: ControlOf,
}

/// Which scenarios are run on the control too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ControlOf {
    /// Every one.
    #[default]
    All,
    /// Those that differ, and those that have no baseline for something.
    Needed,
}

impl ControlOf {
    /// Both, in the order of the documentation.
    pub const ALL: [Self; 2] = [Self::All, Self::Needed];

    /// The word used in the configuration.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Needed => "needed",
        }
    }
}

/// What a night is judged by beside its baselines: other builds, in the same environment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ControlPlan {
    /// The builds, or the addresses of running ones, by product.
    pub builds: IndexMap<String, String>,
    /// The products of which only a running server is known: their commands are tonight's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_address: Vec<String>,
    /// Which scenarios are run on them.
    #[serde(default)]
    pub of: ControlOf,
    /// Why a product has none, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
}

impl ControlPlan {
    /// The builds that a scenario is run on beside tonight's, in words: `shop 1.4`.
    #[must_use]
    pub fn said(&self, scenario: &Scenario) -> String {
        let used = self.builds.iter().filter(|(name, _)| scenario.uses_product(name));
        used.map(|(name, build)| format!("{name} {build}")).collect::<Vec<_>>().join(" and ")
    }

    /// Whether a scenario can be run on the control: it uses a product that there is one of, and no
    /// command of one that is only known by its address.
    #[must_use]
    pub fn covers(&self, scenario: &Scenario) -> bool {
        let own = scenario.product.as_deref().unwrap_or_default();
        let commands = scenario.all_steps().into_iter().any(|step| {
            let product = step.product.as_deref().unwrap_or(own);
            // A file that a page gave is looked at wherever the page is.
            let acts = matches!(step.action, Action::Run(_) | Action::Terminal(_));
            acts && self.by_address.iter().any(|it| it == product)
        });
        !commands && self.builds.keys().any(|name| scenario.uses_product(name))
    }
}

/// What something was judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JudgedBy {
    /// By what was accepted.
    Baseline,
    /// By what the control showed.
    Control,
    /// By both.
    Both,
    /// By nothing: it is new, or was not run.
    #[default]
    None,
}

/// How many facets were judged by what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct JudgedFacets {
    /// By their baselines alone.
    pub baseline: u32,
    /// By the control alone.
    pub control: u32,
    /// By both.
    pub both: u32,
    /// By neither.
    pub neither: u32,
}

impl JudgedFacets {
    /// Counts one more.
    pub fn add(&mut self, by: JudgedBy) {
        let count = match by {
            JudgedBy::Baseline => &mut self.baseline,
            JudgedBy::Control => &mut self.control,
            JudgedBy::Both => &mut self.both,
            JudgedBy::None => &mut self.neither,
        };
        *count += 1;
    }

    /// Takes the numbers of others in.
    pub fn extend(&mut self, other: &Self) {
        self.baseline += other.baseline;
        self.control += other.control;
        self.both += other.both;
        self.neither += other.neither;
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> u32 {
        self.baseline + self.control + self.both + self.neither
    }

    /// By what they were judged as a whole.
    #[must_use]
    pub fn together(&self) -> JudgedBy {
        match (self.baseline + self.both > 0, self.control + self.both > 0) {
            (true, true) => JudgedBy::Both,
            (true, false) => JudgedBy::Baseline,
            (false, true) => JudgedBy::Control,
            (false, false) => JudgedBy::None,
        }
    }
}

/// What came of a night's control.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ControlResult {
    /// The build, or where several products have one, each as `shop 1.4`; empty where there is none.
    pub build: String,
    /// The builds by product.
    pub builds: IndexMap<String, String>,
    /// How often a scenario was run on them.
    pub runs: u32,
    /// What these runs took together, in milliseconds.
    pub duration_ms: u64,
    /// How many scenarios were run on them, of all that use such a product and were run tonight.
    pub scenarios: u32,
    /// How many these are.
    pub of: u32,
    /// By what the facets of the night were judged.
    pub facets: JudgedFacets,
    /// What these builds do wrong and tonight's do right.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fixed: Vec<FixedAgainst>,
    /// What varies on the control itself, and was left out tonight, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub noise: Vec<String>,
    /// Why there was none, or why it ended, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
}

/// Something that the control does wrong and tonight's build does right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixedAgainst {
    /// What a user of the control notices.
    pub title: String,
    /// The scenarios in which it is right tonight.
    pub scenarios: Vec<String>,
}
