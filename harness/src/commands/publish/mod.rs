//! `nightshift publish`: puts the report of a finished night where others read it, as
//! `report.publish` says. A night does so by itself once it has reported; what goes wrong is told
//! and changes nothing else of it.
//!
//! The files:
//! - `folder.rs`: a folder of nights, in which nobody ever sees half a one.
//! - `bucket.rs`: the same in a bucket.
//! - `store.rs`: storage that speaks S3.
//! - `list.rs`: what was put there, and what is kept of it.
//! - `page.rs`: the page of all nights that are there.
//! - `files.rs`: what of a night is put there.
//! - `command.rs`: a command of the team's that takes a night.
//! - `put.rs`: whether a night was put there, as it says itself.

mod bucket;
mod command;
mod files;
mod folder;
mod list;
mod page;
pub mod put;
mod store;

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;

use super::arguments::{Common, PublishOptions};
use super::exit::{Exit, mistake};
use super::{night, offline, terminal};
use crate::ledger::NightDir;
use crate::model::publish::{PublishConfig, PublishTo};
use crate::model::suite::Config;
use crate::model::{Suite, Template};
use crate::night as nights;
use crate::report::NightReport;
use crate::spec::Overrides;

/// `nightshift publish`
pub fn run(common: &Common, options: &PublishOptions) -> anyhow::Result<Exit> {
    let suite = night::suite(common, &Overrides::default())?;
    if suite.config.publish.is_none() {
        return mistake(
            "nothing takes the reports of this suite; write `report: { publish: /srv/nights }` in \
             nightshift.yaml",
        );
    }
    let dir = match &options.night {
        Some(path) => night::open(common, path)?,
        None => night::newest(&suite.root)?,
    };
    let report = offline::report_of(&dir)?;
    Ok(if after(&suite, &dir, &report) { Exit::Passed } else { Exit::Failed })
}

/// Puts a finished night where the suite wants it, and says so; answers whether it is there.
pub fn after(suite: &Suite, night: &NightDir, report: &NightReport) -> bool {
    let Some(config) = &suite.config.publish else { return true };
    match publish(suite, config, night, report) {
        Ok(place) => {
            terminal::answer(format_args!("published: {place}"));
            true
        }
        Err(error) => {
            terminal::say(format_args!("not published: {error:#}"));
            false
        }
    }
}

/// The address of a night's report by the suite's `report.publish`, once the night is there.
pub fn link<'a>(config: &'a Config, night: &NightDir) -> Option<&'a Template> {
    config.publish.as_ref()?.link.as_ref().filter(|_| put::is_there(night))
}

/// Puts a night where it is to be read, and notes in the night what came of it.
fn publish(
    suite: &Suite,
    config: &PublishConfig,
    night: &NightDir,
    report: &NightReport,
) -> anyhow::Result<String> {
    let done = put_by(suite, config, night, report);
    let problem = done.as_ref().err().map(|it| terminal::clean(format_args!("{it:#}")));
    match (done, put::note(night, problem)) {
        (Ok(place), Err(error)) => {
            terminal::say(format_args!("messages will not link to it: {error:#}"));
            Ok(place)
        }
        // Why it is not there is told, whether or not that can be noted.
        (done, Ok(()) | Err(_)) => done,
    }
}

fn put_by(
    suite: &Suite,
    config: &PublishConfig,
    night: &NightDir,
    report: &NightReport,
) -> anyhow::Result<String> {
    anyhow::ensure!(
        night.path().join("index.html").is_file(),
        "{} has no page; `nightshift report` writes it",
        night.path().display()
    );
    match &config.to {
        PublishTo::Folder { path, keep } => {
            let put = folder::Put { night: night.path(), about: page::About::of(report) };
            let place = put.into_folder(&suite.root.join(path), *keep as usize)?;
            Ok(place.join("index.html").display().to_string())
        }
        PublishTo::S3 { store, keep } => {
            let config = &suite.config;
            let secrets = nights::secrets_in(config, store.templates(), &night::environment())?;
            let known = |name: &str| {
                let value = name.strip_prefix("secret:").and_then(|it| secrets.get(it));
                value.map(str::to_owned)
            };
            let value = |it: &Template| it.resolve(&known).map_err(anyhow::Error::from);
            let store = store::Store::of(store, &value)?;
            bucket::put(&store, night.path(), &page::About::of(report), *keep as usize)
        }
        PublishTo::Command { words, timeout_ms } => {
            let limit = Duration::from_millis(*timeout_ms);
            command::run(words, limit, &suite.root, night.path(), &report.night.id)?;
            Ok(format!("{} by its command", report.night.id))
        }
    }
}

/// Writes a file that others may read, whole or not at all.
fn write_whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let beside = path.parent().unwrap_or(Path::new("."));
    let written = || {
        let mut file = tempfile::Builder::new().prefix(folder::HALF).tempfile_in(beside)?;
        file.write_all(bytes)?;
        for_all(file.path())?;
        file.persist(path).map_err(|it| it.error)
    };
    written().map(drop).with_context(|| format!("cannot write {}", path.display()))
}

/// Lets everybody on this machine read a file, a server of pages among them.
fn for_all(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644))?;
    }
    Ok(())
}
