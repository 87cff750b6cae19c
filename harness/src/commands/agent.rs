//! `nightshift agent`: the suite's language model uses the product by itself. What it believes is
//! broken is reproduced without it, or told apart as a remark.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use anyhow::Context as _;

use super::arguments::{AgentOptions, Common, Format};
use super::exit::{Exit, mistake};
use super::explain::CONFIGURE;
use super::waiting::{listen, runtime};
use super::{night, terminal};
use crate::mcp::LentTools;
use crate::model::Suite;
use crate::model::budget::Spent;
use crate::model::shift::Shift;
use crate::night::{self as nights, RunOptions, ShiftBounds, Stop, Why};
use crate::report;
use crate::surface::browser::Window;

pub fn run(common: &Common, options: &AgentOptions) -> anyhow::Result<Exit> {
    let suite = night::suite(common, &options.changes.overrides())?;
    if suite.config.agent.is_none() {
        return mistake(CONFIGURE);
    }
    let environment = night::environment();
    let asked = RunOptions {
        branch: night::branch(&suite.root, &environment),
        environment,
        tools: Some(LentTools::of(&suite.root, &options.changes.overrides())),
        window: Window::Hidden,
        ..RunOptions::default()
    };
    let bounds = ShiftBounds {
        budget: options.budget,
        taken: Spent::default(),
        folder: folder(&suite, options)?,
    };
    let folder = bounds.folder.clone();
    let stop = Stop::default();
    let signal = Arc::new(AtomicU8::new(0));
    let quiet = common.quiet;
    let told = move |goal: &str| {
        if !quiet {
            terminal::say(format_args!("trying: {goal}"));
        }
    };
    let runtime = runtime()?;
    let shift = runtime.block_on(async {
        listen(stop.clone(), signal.clone());
        Box::pin(nights::work(&suite, &asked, bounds, &stop, &told)).await
    });
    runtime.shutdown_timeout(Duration::from_secs(2));
    let shift = shift?;
    match options.format {
        Format::Json => {
            let json = serde_json::to_string_pretty(&shift).context("a shift is plain data")?;
            terminal::answer(json);
        }
        Format::Text => tell(&shift),
    }
    terminal::answer(format_args!("kept: {}", folder.join(nights::AGENT_FILE).display()));
    if stop.why() == Some(Why::Interrupted) {
        return Ok(Exit::Signal(signal.load(Ordering::Relaxed).max(2)));
    }
    if !shift.findings.is_empty() {
        return Ok(Exit::Failed);
    }
    let ran = !shift.ended.starts_with(nights::NOTHING_RAN);
    Ok(if ran { Exit::Passed } else { Exit::Preflight })
}

/// The folder of this shift, which is new.
fn folder(suite: &Suite, options: &AgentOptions) -> anyhow::Result<PathBuf> {
    let all = suite.root.join("reports/agent");
    let own = match &options.out {
        Some(out) => std::path::absolute(out).context("cannot tell the folder of --out")?,
        None => all.join(nights::night_id(chrono::Utc::now(), &mut fastrand::Rng::new())),
    };
    if own.exists() {
        return mistake(format!("{} is there already; name a new folder", own.display()));
    }
    std::fs::create_dir_all(&own).with_context(|| format!("cannot create {}", own.display()))?;
    if options.out.is_none() {
        let ignore = all.join(".gitignore");
        std::fs::write(&ignore, "*\n")
            .with_context(|| format!("cannot write {}", ignore.display()))?;
    }
    Ok(own)
}

fn tell(shift: &Shift) {
    for line in report::shift_lines(shift) {
        terminal::answer(line);
    }
}
