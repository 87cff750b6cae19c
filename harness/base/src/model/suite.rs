//! [`Suite`]: a folder with `nightshift.yaml`, validated: configuration, skills and scenarios.

use std::path::PathBuf;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::action::Step;
use super::against::ControlConfig;
use super::agent::AgentConfig;
use super::bounds::Bounds;
use super::command::CommandLine;
use super::facet::FacetKind;
use super::filing::FileConfig;
use super::notify::NotifyConfig;
use super::page_settings::PageSettings;
use super::profile::Profile;
use super::publish::PublishConfig;
use super::reruns::Reruns;
use super::sandbox::Sandbox;
pub use super::scenario::Isolation;
use super::scenario::Scenario;
use super::snapshot::Redaction;
use super::stage::Stages;
use super::target::Target;
use super::template::Template;
use super::verdict::{Because, Verdict};
use super::workers::WorkersConfig;

/// A validated suite.
#[derive(Debug, Clone, PartialEq)]
pub struct Suite {
    /// The folder that holds `nightshift.yaml`, absolute.
    pub root: PathBuf,
    /// What `nightshift.yaml` says.
    pub config: Config,
    /// The skills by name.
    pub skills: IndexMap<String, Skill>,
    /// The scenarios in order of file path; `for-each` rows are separate scenarios already.
    pub scenarios: Vec<Scenario>,
}

/// What `nightshift.yaml` says, with every default filled in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// The products by name; at least one.
    pub products: IndexMap<String, ProductConfig>,
    /// The sessions that scenarios start from, by the name of the actor.
    pub sessions: IndexMap<String, SessionConfig>,
    /// How the browser is set up.
    pub browser: BrowserConfig,
    /// When and how a night runs.
    pub night: NightConfig,
    /// What turns a night into pass or fail.
    pub gate: GateConfig,
    /// Text that is not compared in any checkpoint.
    pub redact: Vec<Redaction>,
    /// Regions that are not compared in any checkpoint.
    pub mask: Vec<Target>,
    /// What checkpoints of pages take unless they say; `None` is the default profile.
    #[serde(default)]
    pub facets: Option<Profile>,
    /// Profiles of the suite's own, by name.
    #[serde(default)]
    pub profiles: IndexMap<String, Vec<FacetKind>>,
    /// Variables for `${name}`.
    pub vars: IndexMap<String, String>,
    /// Names of environment variables that commands and products get from ours.
    pub pass_env: Vec<String>,
    /// The file with `NAME=value` lines for `${secret:NAME}`, outside the suite; the environment comes first.
    pub secrets_file: Option<PathBuf>,
    /// Known issues.
    pub suppressions: Vec<Suppression>,
    /// How much facets and watches count.
    #[serde(default, skip_serializing_if = "Stages::all_gate")]
    pub stages: Stages,
    /// What holds for the accepted snapshots.
    #[serde(default, skip_serializing_if = "BaselineConfig::is_default")]
    pub baselines: BaselineConfig,
    /// What an exploration may do.
    #[serde(default, skip_serializing_if = "ExploreConfig::is_default")]
    pub explore: ExploreConfig,
    /// What may be proposed towards goals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Bounds>,
    /// The model that takes goals whose words are refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentConfig>,
    /// Which commands run within walls.
    #[serde(default, skip_serializing_if = "Sandbox::is_usual")]
    pub sandbox: Sandbox,
    /// Who is told of a night.
    #[serde(default, skip_serializing_if = "NotifyConfig::is_empty")]
    pub notify: NotifyConfig,
    /// Where findings become tickets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FileConfig>,
    /// Where the report of a night is put.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publish: Option<PublishConfig>,
}

/// What an exploration may do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ExploreConfig {
    /// What is never touched: parts of names, addresses and command lines.
    pub never: Vec<String>,
    /// Commands that are explored beside products that have no pages, each as one writes it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cli: Vec<String>,
    /// Whose session pages are used with.
    #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
}

impl ExploreConfig {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// What holds for the accepted snapshots of a suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaselineConfig {
    /// How many bytes they may take.
    pub budget: u64,
    /// Who said so.
    pub budget_from: LimitFrom,
}

impl BaselineConfig {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for BaselineConfig {
    fn default() -> Self {
        Self { budget: 100_000_000, budget_from: LimitFrom::Default }
    }
}

/// Who said how long something may take: patience stretches what nobody said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum LimitFrom {
    /// Nobody: it is the default.
    #[default]
    Default,
    /// The suite's author, who knows best.
    Author,
}

/// One product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct ProductConfig {
    /// The command whose first line of output names the build.
    pub version_from: Option<CommandLine>,
    /// What makes the product ready to be started, in order.
    pub setup: Vec<SetupCommand>,
    /// Folders, relative to the suite root, where `run:` finds the product's commands.
    pub path: Vec<String>,
    /// A folder or file, relative to the suite root, copied fresh into every scenario's working folder.
    pub data: Option<String>,
    /// How it is served; `None` for a product that is only commands.
    pub serve: Option<ServeConfig>,
    /// A running product to use instead of `serve`.
    pub base_url: Option<Template>,
    /// Variables added to the environment of its commands and server.
    pub env: IndexMap<String, Template>,
    /// Whether scenarios share one server, or each has its own.
    pub isolate: Isolation,
    /// Hosts (`host` or `host:port`) beside the product's own that the browser may reach.
    pub allow_hosts: Vec<String>,
    /// Overlays that are dismissed when they are in the way.
    pub dismiss: Vec<Dismissal>,
    /// What the browser pretends to be on its pages: cookies, storage, credentials and the like.
    pub browser: PageSettings,
    /// Whether a sink takes the mails that it sends; its commands and server then know
    /// `${smtp-host}` and `${smtp-port}`.
    pub mail: bool,
    /// How its builds are made available; `None` where there is only the one that is there.
    pub builds: Option<BuildsConfig>,
    /// The git checkout that its builds come from, relative to the suite root; builds are commits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// Which of its builds it is, unless another is asked for.
    #[serde(default)]
    pub build: Option<String>,
}

impl ProductConfig {
    /// Whether it refers to where another product is: `${shop.base-url}` and the like.
    #[must_use]
    pub fn refers_to(&self, product: &str) -> bool {
        let text = serde_json::to_string(self).expect("plain data");
        text.contains(&Self::reference_to(product))
    }

    /// Whether anything of it depends on where products are.
    #[must_use]
    pub fn refers_to_products(&self) -> bool {
        let text = serde_json::to_string(self).expect("plain data");
        let mut names = text.split("${").skip(1).filter_map(|it| it.split('}').next());
        names.any(|name| name.contains('.'))
    }

    /// How every reference to where a product is begins.
    #[must_use]
    pub fn reference_to(product: &str) -> String {
        format!("${{{product}.")
    }
}

/// How the builds of a product are made available.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildsConfig {
    /// What makes a build available, in order; knows `${build}` and `${build-dir}`, an empty
    /// folder that is kept until the commands change.
    pub make: Vec<SetupCommand>,
    /// The builds that can be asked for; empty takes any name.
    pub known: Vec<String>,
    /// The build where none is asked for.
    pub default: Option<String>,
}

/// A signed-in state that scenarios start from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionConfig {
    /// The product that it is a session of; `None` means the suite's only one.
    pub product: Option<String>,
    /// What establishes it: steps, mostly one `use` of a skill.
    pub establish: Vec<Step>,
    /// What shows that it still holds; empty trusts it until `renew_after_ms`.
    pub check: Vec<Step>,
    /// The age at which it is established anew, in milliseconds.
    pub renew_after_ms: Option<u64>,
}

/// An overlay and the thing to click to be rid of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dismissal {
    /// What shows that the overlay is there.
    pub when: Target,
    /// What to click.
    pub click: Target,
}

/// One command of a product's setup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetupCommand {
    /// What is run, in the suite root.
    pub run: CommandLine,
    /// Files whose content decides whether it must run again; empty runs it every night.
    pub cache: Vec<String>,
    /// The longest that it may take, in milliseconds.
    pub timeout_ms: u64,
    /// Whether its author said so.
    #[serde(default)]
    pub timeout_from: LimitFrom,
}

/// How a product is served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServeConfig {
    /// The server's command; knows `${port}`.
    pub run: CommandLine,
    /// What shows that it is ready.
    pub ready: Ready,
    /// For how long it may take to get ready, in milliseconds.
    pub within_ms: u64,
    /// Whether its author said so.
    #[serde(default)]
    pub within_from: LimitFrom,
}

/// What shows that a server is ready.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ready {
    /// A GET of this path answers with a status below 500.
    Http(String),
    /// The port takes connections.
    Port,
    /// A line of its output contains this.
    Output(String),
}

/// How the browser is set up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrowserConfig {
    /// What it pretends to be, unless a product, a scenario or a step says otherwise.
    pub page: PageSettings,
    /// The browser's program; `None` searches the usual names.
    pub program: Option<String>,
    /// The driver's program; `None` searches the usual names.
    pub driver: Option<String>,
    /// Where browsers are had from that run on other machines; `None` starts them on this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grid: Option<GridConfig>,
    /// The default deadline for an action or check, in milliseconds.
    pub timeout_ms: u64,
    /// Whether its author said so.
    #[serde(default)]
    pub timeout_from: LimitFrom,
    /// The user's own copy of axe-core, which is run beside the accessibility watch.
    #[serde(default)]
    pub axe: Option<PathBuf>,
}

/// Where browsers are had from that run on other machines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GridConfig {
    /// The address of a Selenium Grid, or of another remote `WebDriver`.
    pub url: Template,
    /// Who asks, where it wants to know.
    pub user: Option<Template>,
    /// The password of who asks.
    pub password: Option<Template>,
    /// This machine, as those of the browsers reach it.
    pub reach_us: Option<String>,
}

/// When and how a night runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NightConfig {
    /// Five cron fields; `None` where nothing is scheduled.
    pub schedule: Option<String>,
    /// The time zone of `schedule` and `until`, as an IANA name.
    pub timezone: String,
    /// The time of day, `HH:MM`, at which the report must be there.
    pub until: Option<String>,
    /// How many workers run at once; `None` chooses by the machine.
    pub jobs: Option<u32>,
    /// Who makes the attempts where it is not the process of the night itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workers: Option<WorkersConfig>,
    /// How often a failed scenario is repeated; `None` is until `reruns` is sure, and once where
    /// earlier nights say too little.
    pub retries: Option<u32>,
    /// How sure reruns must be of what they say.
    #[serde(default, skip_serializing_if = "Reruns::is_default")]
    pub reruns: Reruns,
    /// The longest that an attempt may take where its scenario does not say, in milliseconds.
    pub timeout_ms: u64,
    /// Whether its author said so.
    #[serde(default)]
    pub timeout_from: LimitFrom,
    /// What default time limits are multiplied by, in percent; `None` measures this machine.
    pub patience: Option<u32>,
    /// The folder of earlier nights, relative to the suite root; `None` is where nights are kept.
    #[serde(default)]
    pub history: Option<PathBuf>,
    /// How often a scenario with a step that looks slower is run again; 0 claims no slowdown.
    #[serde(default)]
    pub measure: u32,
    /// What scenarios are run on beside tonight's builds, where the command line does not say it.
    #[serde(default)]
    pub control: ControlConfig,
    /// How long a night of the whole suite may explore the product after its scenarios, in
    /// milliseconds; `None` explores nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explore_ms: Option<u64>,
    /// How long a night may soak a server with one scenario, in milliseconds; `None` never does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soak_ms: Option<u64>,
    /// How much of what is left of a night its language model may use the product for, in
    /// milliseconds; `None` for not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_ms: Option<u64>,
    /// What is done with the time that is left of a night, in this order.
    #[serde(default = "Left::usual", skip_serializing_if = "Left::is_usual")]
    pub left: Vec<Left>,
    /// The address that is asked after each night, so that somebody is told when no night was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ping: Option<Template>,
}

/// What a night does with the time that it has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Left {
    /// Runs on what reruns left open: whether it broke or fails by chance.
    Flakes,
    /// Searches for the commit or build that broke what is new.
    Bisect,
    /// Runs what fails rarely until it fails, or until it would have.
    Rare,
    /// Explores the product.
    Explore,
    /// Runs the longest scenario again and again, and watches its server grow.
    Soak,
    /// Has the language model use the product.
    Agent,
}

impl Left {
    /// Everything, in the usual order.
    pub const ALL: [Self; 6] =
        [Self::Flakes, Self::Bisect, Self::Rare, Self::Explore, Self::Agent, Self::Soak];

    /// What is done where nobody says it.
    #[must_use]
    pub fn usual() -> Vec<Self> {
        Self::ALL.to_vec()
    }

    fn is_usual(all: &[Self]) -> bool {
        all == Self::ALL
    }

    /// The word used in YAML.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Flakes => "flakes",
            Self::Bisect => "bisect",
            Self::Rare => "rare",
            Self::Explore => "explore",
            Self::Agent => "agent",
            Self::Soak => "soak",
        }
    }

    /// What has this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.word() == word)
    }
}

/// What turns a night into pass or fail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GateConfig {
    /// The verdicts that fail the gate.
    pub fail_on: Vec<Verdict>,
    /// The least share of planned scenarios that must be judged, in percent.
    pub judged_at_least: f64,
    /// The reasons for which a scenario that could not be judged fails the gate; none in nights of
    /// versions that had no such reasons.
    #[serde(default)]
    pub fail_on_unjudged: Vec<Because>,
    /// Rules for branches; of those that match, the last decides.
    pub rules: Vec<GateRule>,
}

/// A gate rule for some branches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GateRule {
    /// A glob of branch names.
    pub branch: String,
    /// The verdicts that fail the gate there, `+` and `-` already applied; `None` keeps the general ones.
    pub fail_on: Option<Vec<Verdict>>,
    /// The least share judged, in percent; `None` keeps the general one.
    pub judged_at_least: Option<f64>,
    /// The reasons for which what could not be judged fails the gate there; `None` keeps the
    /// general ones.
    #[serde(default)]
    pub fail_on_unjudged: Option<Vec<Because>>,
}

/// A known issue: the changes that it names are shown, but do not fail the gate until it expires.
///
/// A change is named when everything that stands here holds of it; at least one of the first four
/// does stand here. What is not named is a finding of its own, and counts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Suppression {
    /// The fingerprint of a finding: it stands for the change that leads it, and for no other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// The ids of further changes, see [`Change::id`](super::Change::id).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<String>,
    /// The place of the changes: the URL path or the command line.
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// A regular expression that what stood there, or what stands there now, holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Why it is accepted for the time being.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds.
    pub expires: chrono::NaiveDate,
}

impl Suppression {
    /// What it names, in a few words.
    #[must_use]
    pub fn what(&self) -> String {
        let more = self.changes.len();
        let id = self.fingerprint.iter().chain(self.changes.first()).next().cloned();
        let place = self.place.as_ref().map(|it| format!("what changes at {it}"));
        let pattern = self.pattern.as_ref().map(|it| format!("what matches {it}"));
        let counted = id.map(|id| if more > 1 { format!("{id} and {more} changes") } else { id });
        let all: Vec<String> = [counted, place, pattern].into_iter().flatten().collect();
        all.join(", ")
    }
}

/// A named procedure with inputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skill {
    /// The name that `use:` calls it by.
    pub name: String,
    /// The YAML file, relative to the suite root, with `/`.
    pub file: String,
    /// The line of the `skill:` key, from 1.
    pub line: u32,
    /// What it does and when to use it.
    pub description: String,
    /// Its inputs, in order.
    pub inputs: IndexMap<String, SkillInput>,
    /// Advice to an agent that reads it.
    pub guidance: Option<String>,
    /// What may be proposed towards its goals.
    pub policy: Option<Bounds>,
    /// What it does.
    pub steps: Vec<Step>,
    /// Checks that must hold after it.
    pub ensures: Vec<Step>,
}

/// One input of a skill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkillInput {
    /// What kind of value it takes.
    pub kind: InputKind,
    /// The value where the caller gives none; `None` makes it required.
    pub default: Option<Template>,
}

/// The kinds of skill inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKind {
    /// Any text.
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A `${secret:NAME}` reference and nothing else.
    Secret,
}

impl Default for BrowserConfig {
    fn default() -> Self {
        Self {
            page: PageSettings::default(),
            program: None,
            driver: None,
            grid: None,
            timeout_ms: 10_000,
            timeout_from: LimitFrom::Default,
            axe: None,
        }
    }
}

impl Default for NightConfig {
    fn default() -> Self {
        Self {
            schedule: None,
            timezone: "UTC".to_owned(),
            until: None,
            jobs: None,
            workers: None,
            retries: None,
            reruns: Reruns::default(),
            timeout_ms: 300_000,
            timeout_from: LimitFrom::Default,
            patience: None,
            history: None,
            measure: 5,
            control: ControlConfig::default(),
            explore_ms: None,
            soak_ms: None,
            agent_ms: None,
            left: Left::usual(),
            ping: None,
        }
    }
}

impl Default for GateConfig {
    fn default() -> Self {
        Self {
            fail_on: vec![Verdict::Regressed, Verdict::StillFailing],
            judged_at_least: 95.0,
            fail_on_unjudged: Because::FAIL_UNLESS_SAID.to_vec(),
            rules: Vec::new(),
        }
    }
}
