//! One night: have attempts run and judged, then rerun, settle or stop; report by the deadline.
//!
//! [`run`] is the whole of it: lock, plan, preflight, workers, judgement, reports. Its parts are
//! called again offline by `nightshift judge` and `nightshift report`: see [`judging`].
//!
//! The files:
//! - `options.rs`: what a night is asked to do, and what it tells.
//! - `id.rs`: the id of a night.
//! - `opening.rs`: opens a night: its directory, ledger and plan, new or of one that goes on.
//! - `merge.rs`: makes one night of the nights of its shards.
//! - `share.rs`: the part of a night that one of several machines runs.
//! - `afar.rs`: attempts of a night that workers elsewhere make.
//! - `lent.rs`: makes attempts for the night of another process.
//! - `suite_print.rs`: what stands for the files of a suite.
//! - `runs.rs`: the attempts that said something, in the order in which they ended.
//! - `resume.rs`: what a night that broke off still has to do.
//! - `lock.rs`: one night at a time, and how somebody else asks it to stop.
//! - `clean.rs`: removes what killed nights left behind.
//! - `secrets.rs`: finds the secrets that tonight needs.
//! - `builds.rs`: which build of each product a night uses.
//! - `ahead.rs`: builds that are made while a search tries another one.
//! - `apart.rs`: what the runs of something flaky differ in of their requests.
//! - `bisect.rs`: which commit or build broke what a night found.
//! - `culprits.rs`: what was found out about culprits, beside the night.
//! - `left.rs`: what a night does with the time that it has left.
//! - `course.rs`: how far a night has come, for the words of one that cannot go on.
//! - `patience.rs`: how slow this machine is tonight.
//! - `isolation.rs`: who has a server of its own, and what cannot be kept apart.
//! - `queue.rs`: hands scenarios out so that nothing exclusive is used twice at once.
//! - `shake.rs`: the ways in which a night is otherwise although it must not matter.
//! - `spare.rs`: the next server of a product that has one for each scenario, started ahead.
//! - `ground.rs`: which pages and commands of a suite are explored, and what may be done there.
//! - `exploring.rs`: explores a product in a loop of small nights.
//! - `explained.rs`: what a language model made of the findings of a night, beside it.
//! - `finished.rs`: what a night has come to.
//! - `scenario_file.rs`: the text of a scenario that an exploration made.
//! - `shift/`: a language model uses the product by itself.
//! - `shifted.rs`: what such a shift has shown, in the folder of a night.
//! - `soak.rs`: one scenario again and again, and what of its server grew.
//! - `shown.rs`: tries findings of an exploration again, by ever shorter ways.
//! - `survey.rs`: explores after a night's scenarios with what is left of it.
//! - `probing.rs`: a night over scenarios that stand in no file, for `explore`.
//! - `room.rs`: whether there is room on the disks, and waiting for it.
//! - `accepting.rs`: writes what is new as baselines, and holds back what is wrong by itself.
//! - `rounds.rs`: the same scenarios several times, shaken: for `settle`, and before something new
//!   is accepted.
//! - `order.rs`: what a night with a deadline expects, its order, and what does not fit any more.
//! - `schedule.rs`: when a night must be over.
//! - `scratch.rs`: the folder of a night that is not kept, and removing what killed nights left.
//! - `tidy.rs`: gathers what the remarks on a suite look at.
//! - `stop.rs`: the one signal that ends a night early.
//! - `preflight.rs`: browser and products are healthy, or the night says why not.
//! - `products.rs`: products that are served, shared and brought back.
//! - `workshop.rs`: where products are made ready, and with which environments.
//! - `workers.rs`: the workers and the second attempt.
//! - `closing.rs`: what is done once they are through.
//! - `leaving.rs`: no session stays in a grid, whatever ends the work.
//! - `means.rs`: what every attempt is made with, whatever product it uses.
//! - `looked.rs`: what one attempt looks like, while the night runs.
//! - `more.rs`: what runs more often where time is left.
//! - `model.rs`: the language model of a suite, outside of a night.
//! - `pages.rs`: fresh pages on which somebody is signed in, and ends of browsers that are of no use here.
//! - `attempts.rs`: sets one attempt up and clears away after it.
//! - `coder.rs`: the coding agent that a suite starts, within its walls.
//! - `tools.rs`: who serves our tools to it.
//! - `cassette.rs`: the answers that a model gave in an earlier night, or to an attempt that is made again.
//! - `recordings.rs`: the accepted recordings of goals, read once for all attempts.
//! - `ways.rs`: looks several times for a way to a goal that has no recording.
//! - `replay.rs`: brings a scenario to a moment and lets somebody look around there.
//! - `walls.rs`: how commands are confined tonight, tried before the first scenario.
//! - `hosting.rs`: brings a product up for somebody from outside, such as a coding agent.
//! - `visit.rs`: a browser on a page of its own, outside of any scenario.
//! - `stage.rs`: what an attempt stands on: a folder and a server of each product.
//! - `sessions.rs`: signed-in states, established, looked at and renewed.
//! - `past.rs`: what earlier nights said, for the plan; what stands for this machine.
//! - `measure.rs`: runs what looks slower a few times more at the end.
//! - `beside.rs`: times scenarios on another build, in turns with tonight's.
//! - `judging.rs`: judges a night from its directory alone.
//! - `printer.rs`: the browser as the report's `PagePrinter`.
//! - `control.rs`: runs scenarios on the build before, in turns with tonight's.

mod accepting;
mod afar;
mod ahead;
mod apart;
mod attempts;
mod beside;
mod bisect;
mod builds;
mod cassette;
mod clean;
mod closing;
mod coder;
mod control;
mod course;
mod culprits;
mod explained;
mod exploring;
mod finished;
mod ground;
mod hosting;
mod id;
mod isolation;
pub mod judging;
mod leaving;
mod left;
mod lent;
mod lock;
mod looked;
mod means;
mod measure;
mod merge;
mod model;
mod more;
mod opening;
mod options;
mod order;
mod pages;
mod past;
mod patience;
mod preflight;
mod printer;
mod probing;
mod products;
mod queue;
mod recordings;
mod replay;
mod resume;
mod room;
mod rounds;
mod runs;
mod scenario_file;
mod schedule;
mod scratch;
mod secrets;
mod sessions;
mod shake;
mod share;
mod shift;
mod shifted;
mod shown;
mod soak;
mod spare;
mod stage;
mod stop;
mod suite_print;
mod survey;
pub mod tidy;
mod tools;
mod visit;
mod walls;
mod ways;
mod workers;
mod workshop;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::Utc;

pub use accepting::Held;
pub use bisect::{Searched, Tried, Wanted as WantedCulprits, bisect};
pub use builds::{LAST_GOOD, choose as choose_builds};
pub use clean::{Cleaned, clean};
pub use explained::keep_explanations;
pub use exploring::{Bounds, Explored, LEAST_ROUND, Opening, explore};
pub use finished::Finished;
pub use ground::{Ground, Scope, options_of};
pub use hosting::{
    Before, House, Invitation, Received, SESSIONS, SessionEnd, is_in_use, is_session, session_end,
    sessions_folder,
};
pub use id::night_id;
pub use judging::{judge, previous_report};
pub use lent::lend;
pub use lock::{ask_to_stop, is_running, running_since};
pub use merge::{Merged, merge, nights_in};
pub use model::model;
pub use options::{Changes, NewBaselines, Progress, RunOptions, Sampling, Until};
pub use order::in_order;
pub use patience::measure as measure_patience;
pub use preflight::{browser_options, grid_of};
pub use printer::BrowserPrinter;
pub use probing::{Probed, probe};
pub use replay::{Moment, Replayed, replay};
pub use rounds::{News, Settled, Settling, settle};
pub use scenario_file::{FINDINGS, ScenarioFile, finding_text, skill_text};
pub use secrets::{all_secrets, secrets_in};
pub use shake::{Clocks, Shake, reach};
pub use share::Share;
pub use shift::{ShiftBounds, work};
pub use shifted::{AGENT_FILE, NOTHING_RAN};
pub use shown::{Search, shown};
pub use stop::{Stop, Why};
pub use suite_print::suite_print;
pub use survey::{OFFERED, TAKEN_TO};
pub use tools::{OpenTools, Room, ToolServer};
pub use visit::{Destination, Visit};

use self::accepting::Accepted;
use self::course::Course;
use self::leaving::or_leave;
use self::left::Ran;
use self::preflight::Ready;
use crate::baseline;
use crate::ledger::{Ledger, LedgerError, NightDir};
use crate::model::{
    BaselineRecord, Because, Event, EvidenceRef, FORMAT_VERSION, FacetKind, Patience, Plan,
    Scenario, Suite,
};
use crate::report;
use crate::surface::browser::Browser;

/// What can keep a night from running. Whatever the product does is no error but data.
#[derive(Debug, thiserror::Error)]
pub enum NightError {
    /// Another night works on the same suite.
    #[error(
        "another night holds {}{}; wait for it to end, or stop it",
        lock.display(),
        holder.as_ref().map(|it| format!(" ({it})")).unwrap_or_default()
    )]
    Locked {
        /// The lock file.
        lock: PathBuf,
        /// What the other night wrote into it.
        holder: Option<String>,
    },
    /// The lock or a scratch folder cannot be made.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// What was asked for cannot be.
    #[error("{0}")]
    Usage(String),
    /// Secrets that scenarios need are not there.
    #[error("{0}")]
    Secrets(String),
    /// Nothing matches, or the suite cannot be planned.
    #[error(transparent)]
    Plan(#[from] crate::plan::PlanError),
    /// The night directory cannot be used.
    #[error(transparent)]
    Ledger(#[from] crate::ledger::LedgerError),
    /// The accepted snapshots cannot be used.
    #[error(transparent)]
    Baseline(#[from] crate::baseline::BaselineError),
    /// What was seen cannot be compared.
    #[error(transparent)]
    Compare(#[from] crate::compare::CompareError),
    /// The queue to its workers cannot be used.
    #[error(transparent)]
    Queue(#[from] crate::queue::QueueError),
    /// Earlier nights cannot be looked for.
    #[error(transparent)]
    History(#[from] crate::history::HistoryError),
    /// A report cannot be written.
    #[error(transparent)]
    Report(#[from] report::ReportError),
    /// The night had begun and cannot go on, as on a full disk.
    #[error(
        "{source}; {}",
        course::so_far(night, *done, *of)
    )]
    CutShort {
        /// The night directory.
        night: PathBuf,
        /// How many scenarios were through with all their attempts.
        done: usize,
        /// Of how many.
        of: usize,
        /// Why it cannot go on.
        source: Box<NightError>,
    },
}

/// A night of which everything was attempted, and nothing judged yet.
struct Attempted {
    night: NightDir,
    plan: Arc<Plan>,
    browser: Option<Browser>,
    preflight_failed: bool,
    /// Its workers; `None` of a night that had come to its end before.
    hall: Option<Arc<workers::Hall>>,
    /// Holds the profile of the browser; removed when everybody is through with it.
    _scratch: Option<Arc<tempfile::TempDir>>,
}

/// Runs a night over `suite` to a finished report.
///
/// # Errors
/// Nothing could be planned; or the night began and could not be written any further
/// ([`NightError::CutShort`]). Any other night that began ends in a report.
pub async fn run(
    suite: &Suite,
    options: &RunOptions,
    stop: &Stop,
    progress: Arc<dyn Fn(Progress) + Send + Sync>,
) -> Result<Finished, NightError> {
    let course = Arc::new(Course::default());
    let watched = course.watching(progress);
    let finished = Box::pin(to_report(suite, options, stop, watched)).await;
    finished.map_err(|error| course.cut_short(error))
}

async fn to_report(
    suite: &Suite,
    options: &RunOptions,
    stop: &Stop,
    progress: Arc<dyn Fn(Progress) + Send + Sync>,
) -> Result<Finished, NightError> {
    let _lock = lock::take(&suite.root, stop)?;
    let folder = scratch::make_first()?;
    let options = &options.keeping_data(folder.path());
    let attempted = match opening::through(options)? {
        Some(through) => through,
        None => Box::pin(attempted(suite, options, stop, &progress)).await?,
    };
    let Attempted { night, plan, mut browser, preflight_failed, _scratch, hall } = attempted;
    // What comes now starts browsers of its own.
    pages::give_place_back(&mut browser).await;
    // Small nights inside of this one are made here.
    let options = &RunOptions { queue: None, ..options.clone() };
    progress(Progress::Judging);
    let judged = judge(&night)?;
    let made = (&night, &*plan, &judged.judgement);
    let news = match options.accept_new {
        Some(NewBaselines::Settled) => {
            rounds::settle_new(suite, options, made, stop, &progress).await?
        }
        Some(NewBaselines::AtFirstSight) | None => News::default(),
    };
    let Accepted { count: accepted, held } = match options.accept_new {
        Some(_) => accepting::accept_new(suite, made, &news)?,
        None => Accepted::default(),
    };
    let report = judging::report_of(&night, &judged);
    report::write(night.path(), &report)?;
    let ran = Ran { night: &night, plan: &plan, entries: &judged.entries, hall: hall.as_ref() };
    let told = (report, &mut browser);
    let report = Box::pin(left::spend(suite, options, &ran, told, stop, &progress)).await?;
    let (has_pdf, pdf_problem) =
        printer::print(options, suite, &night, &report, browser, stop, &progress).await;
    Ok(Finished {
        night,
        is_shard: plan.asked.shard.is_some(),
        report,
        preflight_failed,
        stopped: stop.why(),
        pdf_problem,
        has_pdf,
        accepted,
        held,
        news,
    })
}

/// Attempts everything that a night is asked to do; its directory is complete but for the reports.
async fn attempted(
    suite: &Suite,
    options: &RunOptions,
    stop: &Stop,
    progress: &Arc<dyn Fn(Progress) + Send + Sync>,
) -> Result<Attempted, NightError> {
    let builds = builds::choose(&suite.config, &options.builds)?;
    let _load = options.shake.as_ref().map(Shake::load);
    let started = Utc::now();
    let asked = std::time::Instant::now();
    let (patience, measured) = patience::of(&suite.config.night);
    let measuring_ms = u64::try_from(asked.elapsed().as_millis()).unwrap_or(u64::MAX);
    let suite = &tonight(suite, options, patience);
    let mut plan = match &options.resume {
        Some(night) => resume::plan(suite, options, night, started)?,
        None => plan_of(suite, options, started)?,
    };
    plan.patience = Some(patience);
    // Durations of several machines are those of none.
    let is_one_machine = options.queue.as_ref().is_none_or(|it| it.is_here());
    plan.machine = is_one_machine.then(past::machine);
    let shake = options.shake.clone().map(|it| it.with_clocks(rounds::clocks(suite, &plan)));
    let options = &RunOptions { shake, ..options.clone() };
    let asked = builds::Asked::of(options);
    builds::can_be_had(&suite.config, asked)?;
    let remembered = past::remember(suite, options, &mut plan)?;
    plan.forecasts = order::forecasts(suite, &plan, &builds);
    let others = builds::others(asked, &builds, &plan.history);
    let used = |name: &&String| plan.scenarios.iter().any(|it| it.uses_product(name));
    for name in suite.config.products.keys().filter(used) {
        builds::chosen_of(&suite.config, name, &builds)?;
    }
    let secrets = secrets::load(suite, &plan, options)?;
    let ledger = Arc::new(opening::ledger(suite, options, &mut plan, secrets)?);
    let night = ledger.night().path().to_owned();
    progress(Progress::Planned { scenarios: plan.scenarios.len(), night });
    stop.at(plan.deadline.map(|deadline| schedule::last_attempt_by(started, deadline)));

    let known = [("patience", measured, measuring_ms), ("history", remembered, 0)];
    let shaken = options.shake.as_ref().map(|it| ("shaken", it.said(), 0));
    opening::checked(&ledger, progress, known.into_iter().chain(shaken))?;
    let ready =
        preflight::run(suite, options, (&builds, &others), (&ledger, &plan), stop, progress)
            .await?;
    let grid = ready.browser_options.grid.clone();
    let made = (ledger, plan);
    let made = Box::pin(attempted_by(suite, options, made, ready, stop, progress)).await;
    or_leave(grid.as_ref(), made).await
}

/// Attempts what the preflight found ready.
async fn attempted_by(
    suite: &Suite,
    options: &RunOptions,
    (ledger, mut plan): (Arc<Ledger>, Plan),
    ready: Ready,
    stop: &Stop,
    progress: &Arc<dyn Fn(Progress) + Send + Sync>,
) -> Result<Attempted, NightError> {
    resume::same_builds(&plan.night, &plan.products, &ready.builds)?;
    let night = ledger.night().clone();
    plan.environment.clone_from(&ready.environment);
    plan.versions = ready.versions.clone();
    plan.products.clone_from(&ready.builds);
    plan.beside.clone_from(&ready.timed);
    plan.control.clone_from(&ready.control);
    plan.walls = ready.tried.as_ref().and_then(|it| it.walls.clone());
    write_plan(&ledger, &plan)?;
    let preflight_failed = ready.runnable.is_empty()
        && !plan.scenarios.is_empty()
        && !resume::has_done_some(&ledger.entries());
    let plan = Arc::new(plan);
    let scratch = ready.scratch.clone();
    let (browser, hall) =
        Box::pin(workers::run(suite, options, &ledger, &plan, ready, stop, progress.clone()))
            .await?;
    ledger.append(Event::NightFinished { interrupted: stop.why() == Some(Why::Interrupted) })?;
    let hall = Some(hall);
    Ok(Attempted { night, plan, browser, preflight_failed, hall, _scratch: Some(scratch) })
}

/// The suite as it is tonight: with products that run elsewhere, and as patient as this machine
/// needs.
fn tonight(suite: &Suite, options: &RunOptions, patience: Patience) -> Suite {
    let mut config = suite.config.clone().with_patience(patience);
    for (name, url) in &options.base_urls {
        if let Some(product) = config.products.get_mut(name) {
            product.base_url = Some(crate::model::Template::new(url));
            product.serve = None;
        }
    }
    Suite { config, ..suite.clone() }
}

/// The folder that holds a suite's nights where `--out` does not say otherwise.
#[must_use]
pub fn nights_folder(suite: &Suite) -> PathBuf {
    suite.root.join("reports/nights")
}

/// Everything that is known before the preflight.
fn plan_of(
    suite: &Suite,
    options: &RunOptions,
    started: chrono::DateTime<Utc>,
) -> Result<Plan, NightError> {
    let mut scenarios = crate::plan::select(suite, &options.selection)?;
    let not_isolated = isolation::not_isolated(&suite.config, &scenarios);
    let owners = crate::plan::Owners::near(&suite.root);
    for scenario in &mut scenarios {
        scenario.mask.extend(suite.config.mask.iter().cloned());
        scenario.stage = scenario.stage_on(started.date_naive());
        scenario.retries = options.retries.or(scenario.retries).or(suite.config.night.retries);
        let by_path = || owners.of_file(&suite.root.join(&scenario.file)).map(str::to_owned);
        scenario.owner = scenario.owner.take().or_else(by_path);
    }
    let id = match &options.id {
        Some(id) => id::checked(id)?,
        None => night_id(started, &mut fastrand::Rng::new()),
    };
    let until = match &options.until {
        Some(until) => Some(until.clone()),
        None => suite.config.night.until.clone().map(Until::Clock),
    };
    let deadline = until
        .map(|until| schedule::deadline(started, &until, &suite.config.night.timezone))
        .transpose()?;
    Ok(Plan {
        format_version: FORMAT_VERSION,
        night: id,
        started,
        deadline,
        branch: options.branch.clone(),
        environment: String::new(),
        versions: indexmap::IndexMap::new(),
        products: Vec::new(),
        beside: indexmap::IndexMap::new(),
        control: None,
        sessions: crate::plan::sessions(suite, &scenarios)?,
        patience: None,
        reruns: Some(suite.config.night.reruns),
        not_isolated,
        walls: None,
        scenarios,
        redact: suite.config.redact.clone(),
        gate: suite.config.gate.clone(),
        suppressions: suite.config.suppressions.clone(),
        stages: suite.config.stages.clone(),
        forecasts: indexmap::IndexMap::new(),
        hygiene: tidy::remarks(suite, started.date_naive()).unwrap_or_default(),
        baselines: Vec::new(),
        machine: None,
        asked: resume::asked(options),
        history: crate::model::History::default(),
    })
}

/// A night's own plan, judged by what the suite says today: its scenarios' redactions, gate rules,
/// suppressions and baselines.
///
/// # Errors
/// The suite cannot be planned, or its baselines cannot be read or kept.
pub fn against_suite(suite: &Suite, mut plan: Plan, night: &NightDir) -> Result<Plan, NightError> {
    let today = crate::plan::select(suite, &crate::plan::Selection::default())?;
    let mut today: HashMap<String, Scenario> =
        today.into_iter().map(|it| (it.id.clone(), it)).collect();
    for scenario in &mut plan.scenarios {
        if let Some(same) = today.remove(&scenario.id) {
            // How often it was repeated is a fact of the night, and its owner may be known by its path.
            let owner = same.owner.clone().or_else(|| scenario.owner.take());
            *scenario = Scenario { retries: scenario.retries, owner, ..same };
        }
    }
    plan.redact.clone_from(&suite.config.redact);
    plan.gate.clone_from(&suite.config.gate);
    plan.suppressions.clone_from(&suite.config.suppressions);
    plan.stages.clone_from(&suite.config.stages);
    plan.baselines = baselines(suite, &plan, &|kind, media, bytes| night.keep(kind, media, bytes))?;
    Ok(plan)
}

/// How bytes become evidence.
type Keep<'a> = &'a dyn Fn(&str, &str, &[u8]) -> Result<EvidenceRef, LedgerError>;

/// The baselines that a night is compared with, kept in it.
fn baselines(
    suite: &Suite,
    plan: &Plan,
    keep: Keep<'_>,
) -> Result<Vec<BaselineRecord>, NightError> {
    let mut records = Vec::new();
    for baseline in baseline::load(&suite.root, &plan.scenarios)?.baselines {
        let media = if baseline.facet == FacetKind::Image { "image/png" } else { "text/plain" };
        let layout = baseline.layout.as_ref();
        records.push(BaselineRecord {
            evidence: keep(baseline.facet.word(), media, &baseline.content)?,
            scenario: baseline.scenario,
            checkpoint: baseline.checkpoint,
            facet: baseline.facet,
            environment: baseline.environment,
            algorithm: baseline.algorithm,
            file: baseline.file,
            layout: layout.map(|it| keep("layout", "text/plain", it.as_bytes())).transpose()?,
            captured: baseline.captured,
            origin: crate::model::plan::Origin::Accepted,
        });
    }
    Ok(records)
}

fn write_plan(ledger: &Ledger, plan: &Plan) -> Result<(), NightError> {
    let json = serde_json::to_vec_pretty(plan).expect("a plan is plain data");
    Ok(ledger.write_file("plan.json", &json)?)
}

/// Why scenarios that were planned did not run, by what stopped the night.
fn because(why: Why) -> (Because, &'static str) {
    match why {
        Why::Interrupted => (Because::Interrupted, "the night was interrupted"),
        Why::Deadline => (Because::Deadline, "the night's deadline came first"),
    }
}
