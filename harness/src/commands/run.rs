//! `nightshift run`: one night, with its progress, its one-sentence result and its paths.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use super::arguments::{Common, Format, RunArguments};
use super::crew::{self, Chosen, Crew};
use super::exit::Exit;
use super::progress::Reporter;
use super::waiting::{listen, runtime};
use super::{control, list, night, notify, publish, resume, settle, terminal};
use crate::attempt::{Asks, Person};
use crate::ledger::NightDir;
use crate::mcp::LentTools;
use crate::model::question::Question;
use crate::model::{Finding, Suite, Verdict};
use crate::night::{
    self as nights, Finished, Held, NewBaselines, News, Progress, RunOptions, Sampling, Shake,
    Stop, Until, Why,
};
use crate::report;
use crate::surface::browser::Window;

/// How many findings are named where the night was started.
const MOST_FINDINGS: usize = 5;

pub fn run(common: &Common, arguments: RunArguments) -> anyhow::Result<Exit> {
    let (arguments, resume) = resume::asked(common, arguments)?;
    let overrides = arguments.changes.overrides();
    if arguments.dry_run {
        let selection = arguments.choice.selection();
        list::show(common, &overrides, &selection, &arguments.build, Format::Text)?;
        control::tell(&night::suite(common, &overrides)?, &arguments)?;
        return Ok(Exit::Passed);
    }
    let suite = night::suite(common, &overrides)?;
    // What is shaken is shaken here.
    let workers = match (&arguments.unattended.workers, arguments.shake) {
        (None, Some(_)) => None,
        (asked, _) => crew::chosen(asked.as_ref(), &suite.config)?,
    };
    let options = RunOptions { resume, ..options(&suite, arguments)? };
    night_by(common, &suite, &options, workers.as_ref())
}

/// Runs a night in this process, with its progress and what it came to.
pub fn night(common: &Common, suite: &Suite, options: &RunOptions) -> anyhow::Result<Exit> {
    night_by(common, suite, options, None)
}

/// The same by workers, where some are asked for.
fn night_by(
    common: &Common,
    suite: &Suite,
    options: &RunOptions,
    workers: Option<&Chosen>,
) -> anyhow::Result<Exit> {
    let runtime = runtime()?;
    let stop = Stop::default();
    let signal = Arc::new(AtomicU8::new(0));
    let reporter = Arc::new(Reporter::new(common.quiet));
    let options = &with_person(options, &reporter);
    let finished = runtime.block_on(async {
        listen(stop.clone(), signal.clone());
        let progress = {
            let reporter = reporter.clone();
            Arc::new(move |it| reporter.tell(it))
        };
        Box::pin(made(suite, options, workers, (&stop, progress))).await
    });
    reporter.clear();
    // A browser or product that hangs must not keep the program.
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    let finished = finished?;
    if !common.quiet {
        tell_own_checks(&finished);
        tell_findings(&finished);
    }
    tell(suite, &finished, options);
    super::history::keep_up(suite);
    // What a part comes to is told of its whole.
    if !finished.is_shard {
        publish::after(suite, &finished.night, &finished.report);
        ping(suite);
    }
    Ok(exit(&finished, signal.load(Ordering::Relaxed)))
}

/// Makes a night, in this process or by workers, which end with it.
async fn made(
    suite: &Suite,
    options: &RunOptions,
    workers: Option<&Chosen>,
    (stop, progress): (&Stop, Arc<dyn Fn(Progress) + Send + Sync>),
) -> anyhow::Result<Finished> {
    let Some(workers) = workers else {
        return Ok(Box::pin(nights::run(suite, options, stop, progress)).await?);
    };
    let crew = Box::pin(Crew::engage(workers, &suite.root, &options.environment)).await?;
    let options = RunOptions { queue: Some(crew.counter()), ..options.clone() };
    let night = Box::pin(nights::run(suite, &options, stop, progress));
    let finished = tokio::select! {
        finished = night => finished,
        never = crew.all_gone() => match never {},
    };
    crew.dismiss().await;
    Ok(finished?)
}

/// Has whoever watches the night asked, where somebody does.
fn with_person(options: &RunOptions, reporter: &Arc<Reporter>) -> RunOptions {
    let there = reporter.has_person().then(|| {
        let reporter = reporter.clone();
        Arc::new(move |question: &Question| reporter.ask(question)) as Asks
    });
    let said = options.person.said.clone();
    RunOptions { person: Person { said, there, meanwhile: false }, ..options.clone() }
}

fn options(suite: &Suite, arguments: RunArguments) -> anyhow::Result<RunOptions> {
    let environment = night::environment();
    let control::Asked { against, urls: against_urls } = control::asked(suite, &arguments)?;
    let until = match (arguments.until, arguments.budget) {
        (Some(clock), _) => Some(Until::Clock(clock)),
        (None, Some(budget)) => Some(Until::Budget(budget)),
        (None, None) => None,
    };
    Ok(RunOptions {
        out: arguments.out,
        id: arguments.id,
        history: arguments.history,
        until,
        jobs: arguments.jobs,
        selection: arguments.choice.selection(),
        retries: arguments.retries,
        builds: night::by_product(suite, "--build", &arguments.build)?,
        beside: night::by_product(suite, "--beside", &arguments.beside)?,
        against,
        against_urls,
        base_urls: night::by_product(suite, "--base-url", &arguments.base_url)?,
        accept_new: match (arguments.accept_new, arguments.no_settle) {
            (true, false) => Some(NewBaselines::Settled),
            (true, true) => Some(NewBaselines::AtFirstSight),
            (false, _) => None,
        },
        shake: arguments.shake.map(Shake::new),
        once: arguments.once,
        sampling: Sampling::None,
        pace: None,
        pdf: !arguments.no_pdf,
        branch: night::branch(&suite.root, &environment),
        environment,
        window: Window::Hidden,
        resume: None,
        goes_on_from: None,
        kept: None,
        queue: None,
        shard: arguments.unattended.shard,
        person: Person::default(),
        author: crate::model::sandbox::Author::Person,
        tools: Some(LentTools::of(&suite.root, &arguments.changes.overrides())),
        due: arguments.unattended.due,
        missed: arguments.unattended.missed,
        changes: nights::Changes { set: arguments.changes.set, var: arguments.changes.var },
    })
}

/// The scenarios behind which a fault may stand although they were not judged, before everything else.
fn tell_own_checks(finished: &Finished) {
    let all: Vec<_> = report::fail_own_checks(&finished.report).collect();
    let style = terminal::verdict_style(Verdict::Inconclusive);
    for it in all.iter().take(MOST_FINDINGS) {
        let detail = it.detail.as_deref().unwrap_or("no reason was left");
        let detail = report::one_line(detail, 300);
        terminal::say(format_args!("{style}fails its own checks{style:#}: {}: {detail}", it.id));
        terminal::say(format_args!("    again: nightshift run {}", it.id));
    }
    let more = all.len().saturating_sub(MOST_FINDINGS);
    if more > 0 {
        let more = super::check::counted(more, "scenario");
        terminal::say(format_args!("and {more} more that fail their own checks, in the report"));
    }
    for it in report::lose_their_browser(&finished.report).take(MOST_FINDINGS) {
        let detail = report::one_line(it.detail.as_deref().unwrap_or_default(), 300);
        terminal::say(format_args!("{style}not judged{style:#}: {}: {detail}", it.id));
    }
}

/// The worst findings, for who watches; those that are suppressed come last, as what they are.
fn tell_findings(finished: &Finished) {
    let (suppressed, others): (Vec<&Finding>, Vec<&Finding>) = finished
        .report
        .findings
        .iter()
        .partition(|it| it.suppression.as_ref().is_some_and(|it| !it.expired));
    for finding in others.iter().take(MOST_FINDINGS) {
        let (style, word) = if finding.slowdown.is_some() {
            (terminal::verdict_style(finding.verdict), "slower")
        } else if finding.stage.is_gating() {
            (terminal::verdict_style(finding.verdict), finding.verdict.word())
        } else {
            (terminal::verdict_style(Verdict::NotRun), finding.stage.word())
        };
        terminal::say(format_args!("{style}{word}{style:#}: {}", finding.title));
        terminal::say(format_args!("    again: {}", finding.reproduce));
    }
    let left = MOST_FINDINGS.saturating_sub(others.len());
    let style = terminal::verdict_style(Verdict::NotRun);
    for finding in suppressed.iter().take(left) {
        terminal::say(format_args!("{style}suppressed{style:#}: {}", finding.title));
    }
    let more = finished.report.findings.len().saturating_sub(MOST_FINDINGS);
    if more > 0 {
        let more = super::check::counted(more, "finding");
        terminal::say(format_args!("and {more} more, in the report"));
    }
}

/// What `--accept-new` did not accept, and the command that deals with it.
fn tell_news(news: &News) {
    if news.rounds == 0 {
        if news.scenarios > 0 {
            let scenarios = super::check::counted(news.scenarios, "scenario");
            terminal::answer(format_args!(
                "accepted at first sight: no time was left to settle {scenarios}; \
                 `nightshift settle` does it later"
            ));
        }
        return;
    }
    for noise in &news.noise {
        settle::lines(noise).iter().for_each(terminal::say);
    }
    for it in &news.by_clock {
        terminal::say(settle::by_clock(it));
    }
    if !news.noise.is_empty() {
        let rounds = super::check::counted(news.rounds as usize, "more round");
        let places = super::check::counted(news.noise.len(), "place");
        terminal::answer(format_args!("not accepted: {places} varied in {rounds}"));
        terminal::answer(format_args!("    settle them: {}", settle::command(&news.noise)));
    }
    settle::not_ended(&news.unsettled).iter().for_each(terminal::answer);
}

/// What `--accept-new` did not take for right although nothing varied, and the commands that do.
pub fn held(root: &Path, night: &NightDir, held: &[Held]) -> Vec<String> {
    let night = night.named_among(&root.join("reports/nights"));
    let mut lines = Vec::new();
    for it in held.iter().take(MOST_FINDINGS) {
        let Held { scenario, checkpoint, why, pending } = it;
        let why = report::one_line(why, 300);
        lines.push(format!("not accepted: {scenario}@{checkpoint}: {why}"));
        let ids = pending.join(" ");
        lines.push(format!("    accept it on purpose: nightshift review {night} --accept {ids}"));
    }
    let more = held.len().saturating_sub(MOST_FINDINGS);
    if more > 0 {
        let more = super::check::counted(more, "checkpoint");
        lines.push(format!("and {more} more that are wrong by themselves, in the report"));
    }
    lines
}

/// The one-sentence result and the paths.
fn tell(suite: &Suite, finished: &Finished, options: &RunOptions) {
    let gate = &finished.report.gate;
    let style = terminal::decision_style(gate.decision);
    terminal::answer(report::sentence(&finished.report));
    terminal::answer(format_args!(
        "gate: {style}{}{style:#} ({})",
        gate.decision.word(),
        gate.rule
    ));
    if finished.accepted > 0 {
        let files = super::check::counted(finished.accepted, "baseline");
        terminal::answer(format_args!("wrote {files} beside the scenarios; commit them"));
    }
    if finished.accepted == 0 && finished.report.totals.new > 0 {
        let night = finished.night.named_among(&suite.root.join("reports/nights"));
        terminal::say(format_args!(
            "accept what is right of what is new: nightshift review {night}"
        ));
    }
    held(&suite.root, &finished.night, &finished.held).iter().for_each(terminal::answer);
    tell_news(&finished.news);
    if let Some(survey) = &finished.report.survey {
        let night = finished.night.path().display().to_string();
        for line in report::survey_lines(survey, &night) {
            terminal::answer(line);
        }
    }
    terminal::answer(format_args!("html: {}", finished.night.path().join("index.html").display()));
    if finished.has_pdf {
        terminal::answer(format_args!(
            "pdf:  {}",
            finished.night.path().join("report.pdf").display()
        ));
    } else if let Some(problem) = &finished.pdf_problem {
        terminal::say(format_args!("no PDF: {problem}"));
    } else if options.pdf {
        terminal::say("no PDF: the night was interrupted twice");
    }
}

fn exit(finished: &Finished, signal: u8) -> Exit {
    match finished.stopped {
        Some(Why::Interrupted) => Exit::Signal(signal.max(2)),
        Some(Why::Deadline) | None if finished.preflight_failed => Exit::Preflight,
        // There are more shards than scenarios: that of the whole is decided by `merge`.
        Some(Why::Deadline) | None if is_empty_shard(finished) => Exit::Passed,
        Some(Why::Deadline) | None => Exit::of_gate(finished.report.gate.decision),
    }
}

fn is_empty_shard(finished: &Finished) -> bool {
    finished.report.totals.planned == 0 && finished.is_shard
}

/// Asks the address that a watch is alarmed without, after a night that left a report.
pub fn ping(suite: &Suite) {
    let Some(ping) = &suite.config.night.ping else { return };
    let asked = notify::secret_text(&suite.config, ping)
        .and_then(|url| notify::http::ping(&url).map_err(anyhow::Error::from));
    if let Err(error) = asked {
        terminal::say(format_args!("night.ping: {error:#}"));
    }
}
