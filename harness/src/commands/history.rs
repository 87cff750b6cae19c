//! `nightshift history`, `diff` and `ask`: what the nights of a folder said, from a file beside
//! them that is made of nothing else.

use std::path::{Path, PathBuf};

use super::arguments::{AskOptions, Common, DiffOptions, Format, HistoryOptions, WhichNights};
use super::exit::Exit;
use super::{night, terminal};
use crate::archive::{self, Answer, Archive, Question};
use crate::model::Suite;
use crate::night as nights;
use crate::spec::Overrides;

pub fn run(common: &Common, options: &HistoryOptions) -> anyhow::Result<Exit> {
    let archive = open(common, &options.which)?;
    let branch = options.which.branch.as_deref();
    let answer = match &options.of {
        Some(name) => archive.history(name, branch)?,
        None => archive.nights(branch, options.nights as usize)?,
    };
    Ok(tell(&answer, options.which.format))
}

pub fn ask(common: &Common, options: &AskOptions) -> anyhow::Result<Exit> {
    let question = Question::of(&options.question.join(" "))?;
    let archive = open(common, &options.which)?;
    let answer = archive.ask(&question, options.which.branch.as_deref(), chrono::Utc::now())?;
    Ok(tell(&answer, options.which.format))
}

pub fn diff(common: &Common, options: &DiffOptions) -> anyhow::Result<Exit> {
    let (old, new) = (report_of(common, &options.old)?, report_of(common, &options.new)?);
    Ok(tell(&archive::difference(&old, &new)?, options.format))
}

/// The folder of a night; of one in a cache its `night.json` is enough.
fn report_of(common: &Common, named: &Path) -> anyhow::Result<PathBuf> {
    if named.join("night.json").is_file() {
        return Ok(named.to_owned());
    }
    Ok(night::open(common, named)?.path().to_owned())
}

/// Adds a night that has just ended to the archive of the suite's nights. Nothing hangs on it:
/// what cannot be added now is added by who asks.
pub fn keep_up(suite: &Suite) {
    let folder = nights::nights_folder(suite);
    if folder.is_dir()
        && let Err(error) = Archive::open(&folder)
    {
        tracing::info!("the history is not brought up to date: {error}");
    }
}

/// The archive of the nights that are meant, up to date.
fn open(common: &Common, which: &WhichNights) -> anyhow::Result<Archive> {
    let archive = Archive::open(&folder(common, which)?)?;
    if let Some(why) = archive.in_memory() {
        terminal::say(format_args!(
            "the nights are read anew each time, since {} cannot be used: {why}",
            archive::FILE
        ));
    }
    Ok(archive)
}

fn folder(common: &Common, which: &WhichNights) -> anyhow::Result<PathBuf> {
    if let Some(folder) = &which.history {
        return Ok(folder.clone());
    }
    let suite = night::suite(common, &Overrides::default())?;
    Ok(nights_of(&suite, None))
}

/// The folder of a suite's nights: the one that was named, or `night.history`, or where nights go.
pub fn nights_of(suite: &Suite, named: Option<&Path>) -> PathBuf {
    let own = suite.config.night.history.as_ref().map(|it| suite.root.join(it));
    named.map(Path::to_owned).or(own).unwrap_or_else(|| nights::nights_folder(suite))
}

fn tell(answer: &Answer, format: Format) -> Exit {
    match format {
        Format::Json => terminal::answer(format_args!("{:#}", answer.json())),
        Format::Text => {
            terminal::answer(answer.text());
            answer.notes.iter().for_each(terminal::say);
        }
    }
    Exit::Passed
}
