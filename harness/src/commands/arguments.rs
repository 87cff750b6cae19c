//! The arguments of every command, as `--help` shows them.
//!
//! The files:
//! - `agent.rs`: those of `explain` and `agent`.
//! - `bisect.rs`: those of `bisect`.
//! - `explore.rs`: those of `explore` and `compare`.
//! - `history.rs`: those of `history`, `diff` and `ask`.
//! - `keeping.rs`: those of `answer`, `doctor`, `gate`, `report`, `verify` and `stop`.
//! - `mcp.rs`: those of `mcp`.
//! - `person.rs`: those of `goto`, `try` and `record`.
//! - `skills.rs`: those of `skills`.
//! - `unattended.rs`: those of nights that nobody watches.

mod agent;
mod bisect;
mod explore;
mod history;
mod keeping;
mod mcp;
mod person;
mod skills;
mod unattended;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use agent::{AgentOptions, ExplainOptions};
pub use bisect::BisectOptions;
pub use explore::{CompareOptions, ExploreOptions};
pub use history::{AskOptions, DiffOptions, HistoryOptions, WhichNights};
pub use keeping::{
    AnswerOptions, DoctorOptions, GateOptions, ReportOptions, Said, StopOptions, VerifyOptions,
};
pub use mcp::McpOptions;
pub use person::{GotoOptions, RecordOptions, Staging, TryOptions};
pub use skills::{SkillsCommand, SkillsOptions};
pub use unattended::{
    FileOptions, MergeOptions, NotifyOptions, PublishOptions, ScheduleOptions, ServeOptions,
    Unattended, WorkerOptions, Workers,
};

/// Your product, used every night.
///
/// Nightshift uses a product the way its users do, through a browser and its command line,
/// compares what it saw with accepted snapshots, and has a report ready by morning.
#[derive(Debug, Parser)]
#[command(
    name = "nightshift",
    version,
    max_term_width = 100,
    after_help = "Begin with:\n  nightshift init --url http://127.0.0.1:8000\n  nightshift run --accept-new\n\nExit codes: 0 the gate passes, 1 it fails, 2 usage or configuration, 3 not conclusive,\n4 preflight failed, 5 another night runs, 70 a bug of ours, 130/143 interrupted."
)]
pub struct Arguments {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "With every command")]
pub struct Common {
    /// The suite's folder [default: the nearest one upwards with a nightshift.yaml]
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub dir: Option<PathBuf>,
    /// When to use colour; `auto` is on a terminal where `NO_COLOR` is not set
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub color: Color,
    /// Say less; answers and errors only
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more; up to three times
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub verbose: u8,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    // No documentation of the words: it would take six lines in every help text.
    Auto,
    Always,
    Never,
}

/// How a command answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
pub enum Format {
    #[default]
    Text,
    Json,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a first configuration, scenario and skill; never overwrites
    #[command(
        after_help = "Examples:\n  nightshift init --url http://127.0.0.1:8000 --cli shopctl\n  nightshift init --ci github > .github/workflows/nightshift.yml"
    )]
    Init(InitOptions),
    /// Validate every YAML file and print every complaint
    #[command(
        after_help = "Examples:\n  nightshift check scenarios/catalog --format json\n  nightshift check --hygiene"
    )]
    Check(CheckOptions),
    /// What would run tonight, in order
    #[command(after_help = "Example:\n  nightshift list 'catalog-*' --tag smoke")]
    List(ListOptions),
    /// Run one night: set up, use, compare, judge, report
    #[command(
        after_help = "Examples:\n  nightshift run --tag release --until 07:00\n  nightshift run --resume 2026-11-21T010000Z-k3f9"
    )]
    Run(Box<RunArguments>),
    /// Judge a night again, offline, from its own plan
    #[command(after_help = "Example:\n  nightshift judge reports/nights/2026-11-21T010000Z-k3f9")]
    Judge(JudgeOptions),
    /// Write a night's reports again, offline
    #[command(
        after_help = "Example:\n  nightshift report reports/nights/2026-11-21T010000Z-k3f9 --no-pdf"
    )]
    Report(ReportOptions),
    /// Make one night of the nights of its shards, judge it as one and report
    #[command(
        after_help = "Examples:\n  nightshift run --shard 1/4 --out reports/nights/part-1\n  nightshift merge reports/nights/part-* --out reports/nights/whole\n\nA folder of nights stands for all in it. Exit codes: as `run`, and 3 where a shard is missing or\nbroke off."
    )]
    Merge(MergeOptions),
    /// Make attempts of nights that others run with `--workers`, on this machine
    #[command(after_help = unattended::WORKER)]
    Worker(WorkerOptions),
    /// Keep the nights of suites by their `night.schedule`, until it is stopped
    #[command(
        after_help = "Examples:\n  nightshift schedule\n  nightshift schedule ~/src/shop ~/src/office --health 127.0.0.1:8080\n  nightshift schedule --dry-run\n\nA night that was missed is caught up once, and the report names the others; one that a crash broke\noff goes on. SIGTERM ends it, once what runs has reported. Exit codes: 2 usage, 5 another keeps\nthe nights of a suite, 130/143 stopped."
    )]
    Schedule(ScheduleOptions),
    /// Tell people of a night: one message to everybody whom `notify` names
    #[command(
        after_help = "Examples:\n  nightshift notify\n  nightshift notify reports/nights/2026-11-21T010000Z-k3f9 --dry-run\n\nWho was told is not told again. Exit codes: 0 all are told, or the night is a quiet one, 1 somebody\ncould not be told, 2 usage."
    )]
    Notify(NotifyOptions),
    /// Put the report of a night where `report.publish` says; each night does so by itself
    #[command(
        after_help = "Examples:\n  nightshift publish\n  nightshift publish reports/nights/2026-11-21T010000Z-k3f9\n\nExit codes: 0 it is there, 1 it is not, 2 usage."
    )]
    Publish(PublishOptions),
    /// Make tickets of a night's findings, one a cause, and follow them up
    #[command(
        after_help = "Examples:\n  nightshift file\n  nightshift file reports/nights/2026-11-21T010000Z-k3f9 --file\n\nWithout --file it writes drafts into the night and asks nobody. With it: a cause that has a ticket\ngets a comment, one that came back is opened again, one that is gone for `close-after` nights is\nclosed. Exit codes: 0 all is done, 1 something could not be done, 2 usage."
    )]
    File(FileOptions),
    /// Show all nights as pages: findings, trends, scenarios, owners, the night that runs
    #[command(
        after_help = "Examples:\n  nightshift serve\n  nightshift serve --review\n  nightshift serve --listen 0.0.0.0:4780 --behind-proxy https://qa.example/nights\n\nThe printed address holds a token that is good until it ends. Without --review the pages are only to\nlook at. Exit codes: 0 it was asked to end, 2 usage."
    )]
    Serve(ServeOptions),
    /// Decide on what is pending: accept it as the new baseline, or reject it
    #[command(
        after_help = "On a terminal, without options: a screen that goes by finding; ? shows its keys.\n\nExamples:\n  nightshift review\n  nightshift review --web\n  nightshift review --list\n  nightshift review --accept F1 --why \"new footer, ticket 4711\"\n  nightshift review --propose F2\n  nightshift review --accept F2 --redact timestamp\n  nightshift review --suppress F3 --owner data-team --expires 2026-12-31 --why \"known, fixed in 2.1\"\n  nightshift review --undo\n  nightshift review ~/Downloads/night -C ~/src/shop"
    )]
    Review(Box<ReviewOptions>),
    /// Apply the gate rules to a night and exit by the rule that decides
    #[command(
        after_help = "Example:\n  nightshift gate reports/nights/2026-11-21T010000Z-k3f9 --branch release/2.1"
    )]
    Gate(GateOptions),
    /// Name the commit or build that broke what a night found, by trying builds between
    #[command(
        after_help = "Examples:\n  nightshift bisect\n  nightshift bisect reports/nights/2026-11-21T010000Z-k3f9 F1\n  nightshift bisect --good v1.4 --format json\n\nThe product needs `builds`, and `repository` for commits. Exit codes: 0 all is clear, 1 something\nis not, 2 usage, 5 another night runs."
    )]
    Bisect(Box<BisectOptions>),
    /// What the nights said, of all, of a scenario or of a finding
    #[command(
        after_help = "Examples:\n  nightshift history\n  nightshift history filter-orders\n  nightshift history F1 --format json"
    )]
    History(HistoryOptions),
    /// What changed from one night to another
    #[command(
        after_help = "Example:\n  nightshift diff 2026-11-20T010000Z-a1b2 2026-11-21T010000Z-k3f9"
    )]
    Diff(DiffOptions),
    /// Answer a question from all nights
    #[command(
        after_help = "Questions:\n  nightshift ask what broke this week\n  nightshift ask what was fixed since v1.4\n  nightshift ask what is red and whose is it\n  nightshift ask when did filter-orders last pass\n  nightshift ask what got slower since v1.4\n  nightshift ask what flakes most --format json"
    )]
    Ask(AskOptions),
    /// List what a night left to a person, or say yes or no, by which that scenario goes on
    #[command(
        after_help = "Examples:\n  nightshift answer reports/nights/2026-11-21T010000Z-k3f9\n  nightshift answer 2026-11-21T010000Z-k3f9 3f9c51d2 yes\n  nightshift answer --format json\n\nWhat was said stands in the night's answers.jsonl; its ledger stays as it was written. The\nscenario is gone through again in a night of its own, with every answer of that night in force:\nwhat a language model had answered there is not asked again, and from the question on it goes on.\nOf a session of `nightshift mcp` that still goes on, nothing is run: its client goes on when it asks\nagain. A yes is there for one time and one page.\nExit codes: as `run`; 0 where nothing is run, 2 usage."
    )]
    Answer(AnswerOptions),
    /// Have the suite's language model use the product by itself
    #[command(
        after_help = "Examples:\n  nightshift agent --budget 2h\n  nightshift agent --budget 20m --out try --format json\n\nWhat it believes is broken becomes a finding only where a written scenario shows it three times\nwithout the model, and not on the build before; else it is a remark. New scenarios are proposed\nas a patch, and nothing is written into the suite.\nExit codes: 0 no finding, 1 findings, 2 usage, or the suite has no `agent:`, 4 nothing could run."
    )]
    Agent(AgentOptions),
    /// Have the suite's language model say what happened in a finding; an opinion that decides nothing
    #[command(
        after_help = "Examples:\n  nightshift explain\n  nightshift explain F2\n  nightshift explain 2026-11-21T010000Z-k3f9 F2\n\nEach claim names the ledger lines, changes or evidence that it rests on; what names none is\ndropped and counted. Exit codes: 0 it was told, 2 usage, or the suite has no `agent:`."
    )]
    Explain(ExplainOptions),
    /// Say whether a night is as it was written: its ledger, its plan, its evidence
    #[command(
        after_help = "Examples:\n  nightshift verify\n  nightshift verify reports/nights/2026-11-21T010000Z-k3f9 --head 3f9c51d20a7be644\n\nThe head stands at the foot of each page of the PDF and at the end of index.html.\nExit codes: 0 it is, 1 it is not (the first bad line is named), 2 usage."
    )]
    Verify(VerifyOptions),
    /// End the suite's running night, with its report
    #[command(
        after_help = "Example:\n  nightshift stop -C ~/src/shop\n\nA second time leaves the PDF out. Exit codes: 0 no night runs any more, 1 it has not ended yet,\n2 usage. The night itself exits with 130."
    )]
    Stop(StopOptions),
    /// Remove what a killed night left: processes, working folders, half-written files
    #[command(
        after_help = "Example:\n  nightshift clean\n\nNights, baselines and what a running night uses stay. Exit codes: 0 it is clean, 2 usage."
    )]
    Clean,
    /// Change what a night saw, and say which changes would have been noticed
    #[command(
        after_help = "Examples:\n  nightshift sensitivity\n  nightshift sensitivity reports/nights/2026-11-21T010000Z-k3f9 --limit 50000\n  nightshift sensitivity --format json\n\nWhat the night saw is changed offline, one place at a time: a thing is gone, a number or a word\nis another one, two rows have changed places, an exit code is another one, a box has moved.\nEach change is judged as a night judges, with its redactions and masks."
    )]
    Sensitivity(SensitivityOptions),
    /// Find what varies although the product is the same, and propose what keeps it silent
    #[command(
        after_help = "Examples:\n  nightshift settle\n  nightshift settle filter-orders --times 5\n  nightshift settle 'catalog-*' --write\n  nightshift settle --format json\n\nRuns scenarios several times while shaking what must not matter: ports, folders, user, clock and\ntime zone, seeds, order, workers, load, cold and warm browsers. Nothing that was constant is redacted.\nExit codes: 0 nothing varies, or all that varies was written, 1 something varies, 2 usage,\n4 preflight failed, 5 another night runs."
    )]
    Settle(Box<SettleOptions>),
    /// Use a product that nobody has written scenarios for, and write them; needs no model
    #[command(
        after_help = "Examples:\n  nightshift explore --url http://127.0.0.1:8000\n  nightshift explore --cli shopctl --budget 10m\n  nightshift explore --out suite --url http://127.0.0.1:8000 --cli shopctl --format json\n\nIn a suite that exists it adds what nothing covers. explore.json says what was seen, what is\nasserted and what was not reached. Exit codes: 0 nothing is wrong by itself, 1 findings, 2 usage,\n4 preflight failed, 5 another night runs."
    )]
    Explore(Box<ExploreOptions>),
    /// Explore an old version, replay what it did on both, and report; needs no suite
    #[command(
        after_help = "Examples:\n  nightshift compare http://127.0.0.1:8001 http://127.0.0.1:8002\n  nightshift compare 1.4 1.5 --cli shopctl --keep ../shop-suite\n\nOLD and NEW are running servers, or builds of the suite's product. It exits as `run`, and with 3\nwhere exploring OLD wrote nothing to compare."
    )]
    Compare(CompareOptions),
    /// Let a coding agent use the product and read nights, by the Model Context Protocol
    #[command(
        after_help = "Examples:\n  nightshift mcp\n  nightshift mcp --http 127.0.0.1:7717 --as ada\n  nightshift mcp --resume 2026-11-21T010000Z-k3f9\n\nWhat it may do is bounded by `policy:`; what it did lies in reports/nights/sessions/.\nExit codes: 0 the client has left, 2 usage."
    )]
    Mcp(McpOptions),
    /// Skills as folders that other agents read: write the suite's, trust somebody else's
    #[command(
        after_help = "Examples:\n  nightshift skills export ../agents/skills\n  nightshift skills trust skills/refund-an-order"
    )]
    Skills(SkillsOptions),
    /// Say what this machine has and lacks, and how to mend it
    #[command(
        after_help = "Examples:\n  nightshift doctor --format json\n  nightshift doctor --clear-builds"
    )]
    Doctor(DoctorOptions),
    /// Propose what has been quiet and useful long enough to decide over the gate
    #[command(
        after_help = "Examples:\n  nightshift promote\n  nightshift promote --nights 30 --format json\n\nIt changes nothing: it prints what to write. Exit codes: 0 there is an answer, 2 usage."
    )]
    Promote(PromoteOptions),
    /// Go to the moment of a finding or step, and leave a browser or shell open there
    #[command(
        after_help = "Examples:\n  nightshift goto F1\n  nightshift goto filter-orders:5 --headless\n  nightshift goto import-prices --shell\n\nEnter, Ctrl-C or closing the window ends it, and nothing is left behind.\nExit codes: 0 the moment was reached, 1 a step before it failed, 2 usage, 4 the product or browser is not well."
    )]
    Goto(Box<GotoOptions>),
    /// Show what a target matches on a page
    #[command(
        after_help = "Examples:\n  nightshift try 'button \"Edit\"' --at /orders\n  nightshift try 'button \"Edit\"' --in 'row \"Ada\"' --scenario filter-orders:5\n  nightshift try 'link \"About\"' --url http://127.0.0.1:8000/ --screenshot about.png\n\nExit codes: 0 a step would take it (one match, or one visible among several), 1 none or several,\n2 no valid target or usage, 4 the page cannot be had."
    )]
    Try(Box<TryOptions>),
    /// Watch a person use a browser, and write the scenario
    #[command(
        after_help = "Examples:\n  nightshift record --url http://127.0.0.1:8000/orders --scenario filter-orders\n  nightshift record --at / --out scenarios/shop/buy.yaml\n\nEnter, Ctrl-C or closing the window ends the recording. Passwords are never written."
    )]
    Record(Box<RecordOptions>),
}

#[derive(Debug, Args)]
pub struct InitOptions {
    /// The product's address
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// The product's command
    #[arg(long, value_name = "CMD")]
    pub cli: Option<String>,
    /// Explore the product, in place of the first scenario to be filled in
    #[arg(long)]
    pub explore: bool,
    /// How long exploring may take: 90s, 20m, 2h
    #[arg(long, value_name = "DURATION", requires = "explore", default_value = "20m", value_parser = duration)]
    pub budget: std::time::Duration,
    /// Print the file that starts nights by `night.schedule`, instead of writing a suite
    #[arg(long, value_name = "KIND", conflicts_with_all = ["url", "cli", "explore"])]
    pub ci: Option<super::schedule::ScheduleFile>,
    /// With `--ci github` or `gitlab`: spread each night over so many machines
    #[arg(long, value_name = "N", requires = "ci", value_parser = clap::value_parser!(u32).range(2..=256))]
    pub shards: Option<u32>,
}

#[derive(Debug, Args)]
pub struct CheckOptions {
    /// Files or folders to report on [default: the whole suite]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Say what should be tidied up too: baselines, scenarios, skills that do no good
    #[arg(long, conflicts_with = "paths")]
    pub hygiene: bool,
    /// Let what should be tidied up fail the check: exit 2
    #[arg(long, requires = "hygiene")]
    pub strict: bool,
    /// How to answer
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
}

/// Which scenarios.
#[derive(Debug, Args)]
pub struct Choice {
    /// A scenario id, a glob of ids, or a file or folder
    #[arg(value_name = "FILTER")]
    pub filters: Vec<String>,
    /// Only scenarios with this tag; `!TAG` leaves them out
    #[arg(long = "tag", value_name = "TAG", allow_hyphen_values = true)]
    pub tags: Vec<String>,
}

/// What changes the configuration for this time.
#[derive(Debug, Args)]
pub struct Changes {
    /// Override a key of nightshift.yaml, dotted: night.jobs=1
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    pub set: Vec<(String, String)>,
    /// A variable for `${NAME}`
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub var: Vec<(String, String)>,
}

#[derive(Debug, Args)]
pub struct ListOptions {
    #[command(flatten)]
    pub choice: Choice,
    #[command(flatten)]
    pub changes: Changes,
    /// How to answer
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct RunArguments {
    #[command(flatten)]
    pub choice: Choice,
    #[command(flatten)]
    pub changes: Changes,
    /// The night directory [default: reports/nights/<id>]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The folder that holds earlier nights [default: night.history, or reports/nights]
    #[arg(long, value_name = "DIR")]
    pub history: Option<PathBuf>,
    /// The night's id [default: the instant of its start and four characters]
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
    /// The time of day at which the report must be there
    #[arg(long, value_name = "HH:MM")]
    pub until: Option<String>,
    /// The same, counted from the start: 90s, 30m, 2h
    #[arg(long, value_name = "DURATION", conflicts_with = "until", value_parser = duration)]
    pub budget: Option<std::time::Duration>,
    /// How many workers run at once
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=64))]
    pub jobs: Option<u32>,
    /// How often a failed attempt is repeated in a fresh context
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=10))]
    pub retries: Option<u32>,
    /// The build under test: one of the product's `builds`, or the name of what is there
    #[arg(long, value_name = "[PRODUCT=]ID")]
    pub build: Vec<String>,
    /// Judge tonight's build by another of the product's `builds`, run in the same environment in
    /// turns, and compare durations with it; `last-good` is that of the last night whose gate
    /// passed. Needs no accepted baseline
    #[arg(long, value_name = "[PRODUCT=]ID")]
    pub against: Vec<String>,
    /// The same with a running server of the other build
    #[arg(long, value_name = "[PRODUCT=]URL")]
    pub against_url: Vec<String>,
    /// Compare durations alone with another of the product's `builds`, in the same night
    #[arg(long, value_name = "[PRODUCT=]ID")]
    pub beside: Vec<String>,
    /// Use a product that is already running instead of its `serve`
    #[arg(long, value_name = "[PRODUCT=]URL")]
    pub base_url: Vec<String>,
    /// Write baselines for checkpoints that have none, once they were the same in more, shaken rounds
    #[arg(long)]
    pub accept_new: bool,
    /// With `--accept-new`: take the first sight, without more rounds
    #[arg(long, requires = "accept_new")]
    pub no_settle: bool,
    /// Shake what must not matter (ports, folders, clock, zone, load …) in the N-th of its ways
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub shake: Option<u32>,
    #[command(flatten)]
    pub unattended: Unattended,
    /// Spend nothing of what is left of the night: explore nothing after the scenarios
    #[arg(long)]
    pub once: bool,
    /// Leave the PDF out
    #[arg(long)]
    pub no_pdf: bool,
    /// Show what would run, and run nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub struct JudgeOptions {
    /// The night directory
    #[arg(value_name = "NIGHT")]
    pub night: PathBuf,
    /// Write no PDF; `judge` never does, so that this is for scripts that say it to all commands
    #[arg(long)]
    pub no_pdf: bool,
    /// Judge by today's suite (redactions, gate rules, suppressions, baselines)
    #[arg(long)]
    pub against_suite: bool,
}

#[derive(Debug, Args)]
pub struct SensitivityOptions {
    /// The night directory [default: the newest night of the suite]
    #[arg(value_name = "NIGHT")]
    pub night: Option<PathBuf>,
    /// The most changes that are tried; they are spread over all scenarios
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub limit: u32,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// What `settle` takes.
#[derive(Debug, Args)]
pub struct SettleOptions {
    #[command(flatten)]
    pub choice: Choice,
    /// How many rounds
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(2..=50))]
    pub times: u32,
    /// Write what is proposed into the suite's YAML
    #[arg(long)]
    pub write: bool,
    /// How many workers run at once [default: one and several, in turns]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=64))]
    pub jobs: Option<u32>,
    /// How to answer
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    #[command(flatten)]
    pub staging: Staging,
}

/// What `promote` takes.
#[derive(Debug, clap::Args)]
pub struct PromoteOptions {
    /// How many nights it must have been quiet and useful
    #[arg(long, value_name = "N", default_value_t = 14, value_parser = clap::value_parser!(u32).range(1..=30))]
    pub nights: u32,
    /// The folder that holds the nights [default: night.history, or reports/nights]
    #[arg(long, value_name = "DIR")]
    pub history: Option<PathBuf>,
    /// How to answer
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
}

/// What `review` takes.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct ReviewOptions {
    /// The night directory [default: the newest night of the suite]
    #[arg(value_name = "NIGHT")]
    pub night: Option<PathBuf>,
    #[command(flatten)]
    pub what: ReviewDecisions,
    /// Show what is pending
    #[arg(long)]
    pub list: bool,
    /// How `--list` answers
    #[arg(long, value_name = "FORMAT", default_value = "text", requires = "list")]
    pub format: Format,
    /// Lay `.snap.new` files beside the baselines, for `cargo insta review`
    #[arg(long, conflicts_with_all = ["accept", "reject", "accept_all", "list"])]
    pub export: bool,
    /// Decide in a browser: a page on this machine only, with pictures
    #[arg(long, conflicts_with_all = ["accept", "reject", "accept_all", "list", "export"])]
    pub web: bool,
    /// With `--web`: the port [default: any that is free]
    #[arg(long, value_name = "N", requires = "web")]
    pub port: Option<u16>,
    /// With `--web`: print the address and open no browser
    #[arg(long, requires = "web")]
    pub no_open: bool,
}

/// The decisions that `review` takes as options.
#[derive(Debug, Args)]
#[command(next_help_heading = "Decisions")]
pub struct ReviewDecisions {
    /// Accept by id: a finding (F1), a pending facet (P3), a scenario, or what was seen where a merge left a conflict (C1)
    #[arg(long, value_name = "ID", num_args = 1.., conflicts_with = "list")]
    pub accept: Vec<String>,
    /// Reject by id; the baseline stays as it is
    #[arg(long, value_name = "ID", num_args = 1.., conflicts_with = "list")]
    pub reject: Vec<String>,
    /// Accept everything that is pending, but what is wrong by itself
    #[arg(long, conflicts_with_all = ["accept", "reject", "list"])]
    pub accept_all: bool,
    /// With `--accept`: add this redaction at the snapshots first, as in YAML: timestamp, or "{ pattern: 'took (.*) ms' }"
    #[arg(long, value_name = "YAML", requires = "accept")]
    pub redact: Option<String>,
    /// Show redactions that would explain these, and what each hides
    #[arg(long, value_name = "ID", num_args = 1.., conflicts_with_all = ["accept", "reject", "accept_all", "list"])]
    pub propose: Vec<String>,
    /// Suppress findings as known issues, in nightshift.yaml; needs --owner, --expires and --why
    #[arg(long, value_name = "ID", num_args = 1.., conflicts_with = "list", requires_all = ["owner", "expires", "why"])]
    pub suppress: Vec<String>,
    /// With `--suppress`: who answers for it
    #[arg(long, value_name = "NAME", requires = "suppress")]
    pub owner: Option<String>,
    /// With `--suppress`: the last day on which it holds
    #[arg(long, value_name = "YYYY-MM-DD", requires = "suppress")]
    pub expires: Option<chrono::NaiveDate>,
    /// Solve merge conflicts (C1) by the branch that was merged into
    #[arg(long, value_name = "ID", num_args = 1.., conflicts_with = "list")]
    pub ours: Vec<String>,
    /// Solve merge conflicts (C1) by the branch that was merged
    #[arg(long, value_name = "ID", num_args = 1.., conflicts_with = "list")]
    pub theirs: Vec<String>,
    /// Take the last decision back, or the last N, and restore the files
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "1", conflicts_with_all = ["accept", "reject", "accept_all", "suppress", "ours", "theirs", "list"])]
    pub undo: Option<u32>,
    /// Why; kept in the snapshot
    #[arg(long, value_name = "TEXT")]
    pub why: Option<String>,
    /// Also write over baselines that changed since the night
    #[arg(long)]
    pub force: bool,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write it as NAME=VALUE".to_owned()),
    }
}

/// `90s`, `30m`, `2h`, as in the YAML.
fn duration(text: &str) -> Result<std::time::Duration, String> {
    let (number, unit) =
        text.split_at(text.find(|it: char| !it.is_ascii_digit()).unwrap_or(text.len()));
    let milliseconds = match unit {
        "ms" => Some(1),
        "s" => Some(1000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        _ => None,
    };
    number
        .parse::<u64>()
        .ok()
        .zip(milliseconds)
        .and_then(|(number, unit)| number.checked_mul(unit))
        .filter(|milliseconds| *milliseconds > 0)
        .map(std::time::Duration::from_millis)
        .ok_or_else(|| "write it as 90s, 30m or 2h".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        use clap::CommandFactory as _;
        Arguments::command().debug_assert();
    }

    #[test]
    fn durations_are_those_of_the_yaml() {
        assert_eq!(duration("90s"), Ok(std::time::Duration::from_secs(90)));
        assert_eq!(duration("2h"), Ok(std::time::Duration::from_secs(7200)));
        for wrong in ["", "5", "h", "-1s", "0s", "5 m", "99999999999999999999h"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
