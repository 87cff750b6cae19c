//! `nightshift file`: findings of a night as tickets, one a cause: drafts, or in the tracker that
//! `file` names.
//!
//! The files:
//! - `tracker.rs`: what a tracker does, and a ticket that it has.
//! - `api.rs`: calls of a tracker's API.
//! - `github.rs`: issues of GitHub.
//! - `gitlab.rs`: issues of GitLab.
//! - `jira.rs`: issues of Jira.
//! - `linear.rs`: issues of Linear.
//! - `follow.rs`: makes tickets, and follows them up: seen again, gone, back.
//! - `memory.rs`: which tickets were made from here, and one who files at a time.
//! - `draft.rs`: tickets as files, for who looks at them first.

mod api;
mod draft;
mod follow;
mod github;
mod gitlab;
mod jira;
mod linear;
mod memory;
mod tracker;

use std::cell::OnceCell;

use super::arguments::{Common, FileOptions};
use super::exit::{Exit, mistake};
use super::notify::filled;
use super::{history, night, offline, publish};
use crate::archive::{Archive, Quiet};
use crate::model::Suite;
use crate::model::filing::TrackerKind;
use crate::night as nights;
use crate::report::NightReport;
use crate::report::ticket::tickets;
use crate::spec::Overrides;
use follow::Follow;
use tracker::Tracker;

/// `nightshift file`
pub fn run(common: &Common, options: &FileOptions) -> anyhow::Result<Exit> {
    let suite = night::suite(common, &Overrides::default())?;
    let dir = match &options.night {
        Some(path) => night::open(common, path)?,
        None => night::newest(&suite.root)?,
    };
    let report = offline::report_of(&dir)?;
    let config = suite.config.file.as_ref();
    let link = config.and_then(|it| it.link.as_ref()).or(suite.config.notify.link.as_ref());
    let link = link.or_else(|| publish::link(&suite.config, &dir));
    if !options.file {
        let kind = config.map_or(TrackerKind::Github, |it| it.to);
        let link = link.and_then(|it| draft::link(it, &report));
        return draft::write(dir.path(), kind, &tickets(&report, link.as_deref()));
    }
    let Some(config) = config else {
        return mistake(
            "no tracker is named; write `file: { to: github, repository: owner/name, \
             token: '${secret:GITHUB_TOKEN}' }` in nightshift.yaml",
        );
    };
    let texts = config.templates().chain(link);
    let secrets = nights::secrets_in(&suite.config, texts, &night::environment())?;
    let value = |it| filled(it, &secrets, &report.night.id);
    let link = link.map(value).transpose()?;
    let access = api::Access {
        api: match &config.api {
            Some(api) => value(api)?,
            None => config.to.api().unwrap_or_default().to_owned(),
        },
        token: value(&config.token)?,
        user: config.user.as_ref().map(value).transpose()?,
        secrets: secrets.clone(),
        clock: api::Clock::default(),
    };
    let access = access.checked()?;
    let tracker: Box<dyn Tracker> = match config.to {
        TrackerKind::Github => Box::new(github::Github::new(access, config)),
        TrackerKind::Gitlab => Box::new(gitlab::Gitlab::new(access, config)),
        TrackerKind::Jira => Box::new(jira::Jira::new(access, config)),
        TrackerKind::Linear => Box::new(linear::Linear::new(access, config)),
    };
    let memory =
        memory::Memory::take(&suite.root, &format!("{} {}", config.to.word(), config.place))?;
    let tickets = tickets(&report, link.as_deref());
    let mut follow = Follow::new(tracker.as_ref(), config, &report, link.as_deref(), memory);
    // Opened where something is asked of it, and once: it is looked through for damage then.
    let archive = OnceCell::new();
    follow.all(&tickets, &|cause| {
        let opened = archive.get_or_init(|| nights_with(&suite, &report));
        opened.as_ref().map_err(Clone::clone).and_then(|it| quiet(it, &report, cause))
    })
}

/// The nights of a suite, among which this one is.
///
/// # Errors
/// The nights cannot be asked, or this one is not among them.
fn nights_with(suite: &Suite, report: &NightReport) -> Result<Archive, String> {
    let archive = Archive::open(&history::nights_of(suite, None)).map_err(|it| it.to_string())?;
    let nights = archive.look(report.night.branch.as_deref()).map_err(|it| it.to_string())?;
    if nights.iter().any(|it| it.id == report.night.id) {
        Ok(archive)
    } else {
        Err("this night is not among those of the suite".to_owned())
    }
}

/// For how many nights a cause is gone, up to this one.
///
/// # Errors
/// The data base answers with an error.
fn quiet(archive: &Archive, report: &NightReport, cause: &str) -> Result<Quiet, String> {
    let branch = report.night.branch.as_deref();
    archive.quiet(cause, branch, &report.night.id).map_err(|it| it.to_string())
}
