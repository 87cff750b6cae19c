//! The command line: wire the rooms together and turn what they say into words and exit codes.
//!
//! [`main`] parses the arguments and runs one command. Answers go to standard output, everything
//! else to standard error; the exit codes are those of [`exit`].
//!
//! The files:
//! - `arguments.rs`: the arguments of every command.
//! - `exit.rs`: the exit codes.
//! - `waiting.rs`: the runtime, and the signals that ask a command to stop.
//! - `terminal.rs`: what is said and where.
//! - `progress.rs`: a bar, or plain lines.
//! - `night.rs`: finds suites, nights and the branch.
//! - `history.rs`: `history`, `diff` and `ask`.
//! - `answer.rs`: `answer`: what a night left to a person.
//! - `init.rs`: `init`.
//! - `bisect.rs`: `bisect`.
//! - `check.rs`: `check`.
//! - `list.rs`: `list`.
//! - `merge.rs`: `merge`.
//! - `file/`: `file`: findings as tickets.
//! - `keeper/`: `schedule`: keeps the nights of suites.
//! - `notify/`: `notify`.
//! - `publish/`: `publish`: the report of a night where others read it.
//! - `run.rs`: `run`.
//! - `crew.rs`: `run --workers`: the queue, and workers on this machine.
//! - `worker.rs`: `worker`: makes attempts of other processes' nights.
//! - `resume.rs`: `run --resume`: how the night was asked for that goes on.
//! - `offline.rs`: `judge`, `report` and `gate`.
//! - `explore.rs`: `explore`.
//! - `compare.rs`: `compare`: explores the old version and replays on both.
//! - `agent.rs`: `agent`.
//! - `explain.rs`: `explain`.
//! - `verify.rs`: `verify`.
//! - `skills.rs`: `skills`.
//! - `stop.rs`: `stop` and `clean`.
//! - `serve.rs`: `serve`.
//! - `sensitivity.rs`: `sensitivity`.
//! - `settle.rs`: `settle`.
//! - `settle_patch.rs`: what varied, as a patch of the suite's YAML.
//! - `review.rs`: `review`.
//! - `promote.rs`: `promote`.
//! - `goto.rs`: `goto`.
//! - `try_target.rs`: `try`.
//! - `record.rs`: `record`.
//! - `mcp.rs`: `mcp`.
//! - `moment.rs`: the scenario and step that a person wants to be at.
//! - `person.rs`: the display, and how a person says that it is enough.
//! - `doctor.rs`: `doctor`.
//! - `schedule.rs`: the schedule as files for cron, systemd, GitHub and GitLab.
//! - `new_file.rs`: a file that is new, for `init` and `explore`.
//! - `control.rs`: the control of a night as it is asked for, and what it would cost.

mod agent;
mod answer;
mod arguments;
mod bisect;
mod check;
mod compare;
mod control;
mod crew;
mod doctor;
mod exit;
mod explain;
mod explore;
mod file;
mod goto;
mod history;
mod init;
mod keeper;
mod list;
mod mcp;
mod merge;
mod moment;
mod new_file;
mod night;
mod notify;
mod offline;
mod person;
mod progress;
mod promote;
mod publish;
mod record;
mod resume;
mod review;
mod run;
pub mod schedule;
mod sensitivity;
mod serve;
mod settle;
mod settle_patch;
mod skills;
mod stop;
mod terminal;
mod try_target;
mod verify;
mod waiting;
mod worker;

use std::process::ExitCode;

use clap::Parser as _;

use arguments::{Arguments, Command};
use exit::Exit;

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    // Our own program is also what a confined command is before it is the command.
    if let Some(ended) = crate::process::launched(std::env::args_os()) {
        return ended;
    }
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Passed };
            // Nothing is left to be told to when the terminal is gone.
            let _ = error.print();
            return exit.into();
        }
    };
    terminal::prepare(&arguments.common);
    match dispatch(arguments) {
        Ok(exit) => exit.into(),
        Err(error) => {
            terminal::error(&error);
            Exit::of(&error).into()
        }
    }
}

/// Whether the program takes this command line, whose first word is its own name.
///
/// # Errors
/// What it would say instead.
pub fn accepts(words: &[String]) -> Result<(), String> {
    Arguments::try_parse_from(words).map(drop).map_err(|error| error.to_string())
}

fn dispatch(arguments: Arguments) -> anyhow::Result<Exit> {
    let common = arguments.common;
    match arguments.command {
        Command::Init(options) => init::run(&common, &options),
        Command::Check(options) => check::run(&common, &options),
        Command::List(options) => list::run(&common, &options),
        Command::Run(options) => run::run(&common, *options),
        Command::Judge(options) => offline::judge(&common, &options),
        Command::Report(options) => offline::report(&common, &options),
        Command::Merge(options) => merge::run(&common, &options),
        Command::Worker(options) => worker::run(&common, &options),
        Command::Schedule(options) => keeper::run(&common, &options),
        Command::Notify(options) => notify::run(&common, &options),
        Command::Publish(options) => publish::run(&common, &options),
        Command::File(options) => file::run(&common, &options),
        Command::Serve(options) => serve::run(&common, &options),
        Command::Review(options) => review::run(&common, &options),
        Command::Gate(options) => offline::gate(&common, &options),
        Command::Bisect(options) => bisect::run(&common, &options),
        Command::History(options) => history::run(&common, &options),
        Command::Diff(options) => history::diff(&common, &options),
        Command::Ask(options) => history::ask(&common, &options),
        Command::Answer(options) => answer::run(&common, &options),
        Command::Agent(options) => agent::run(&common, &options),
        Command::Explain(options) => explain::run(&common, &options),
        Command::Verify(options) => verify::run(&common, &options),
        Command::Stop(options) => stop::stop(&common, &options),
        Command::Clean => stop::clean(&common),
        Command::Sensitivity(options) => sensitivity::run(&common, &options),
        Command::Settle(options) => settle::run(&common, &options),
        Command::Explore(options) => explore::run(&common, &options),
        Command::Compare(options) => compare::run(&common, &options),
        Command::Doctor(options) => doctor::run(&common, &options),
        Command::Promote(options) => promote::run(&common, &options),
        Command::Mcp(options) => mcp::run(&common, &options),
        Command::Skills(options) => skills::run(&common, &options),
        Command::Goto(options) => goto::run(&common, &options),
        Command::Try(options) => try_target::run(&common, &options),
        Command::Record(options) => record::run(&common, &options),
    }
}
