//! [`Site`]: what is answered: pages of the archive, files of nights, the night that runs, reviews.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::SystemTime;

use chrono::Utc;
use hyper::StatusCode;

use super::files;
use super::gate::Gate;
use super::house::House;
use super::link::Links;
use super::live::Live;
use super::pages::look::{Look, Tab, page};
use super::pages::{coverage, findings, nights, now, owners, past, scenarios, trends};
use super::reviews::Reviews;
use super::view::{self, View};
use crate::archive::{Archive, ArchiveError};
use crate::model::Survey;
use crate::review::web::answer::Answer;
use crate::review::web::ask::Ask;
use crate::review::web::guard::{Access, Asked};
use crate::review::web::http::Pages;
use crate::review::web::routes::percent_decoded;

/// The largest file with a survey that is read, in bytes.
const LARGEST_SURVEY: u64 = 64 << 20;
/// How many of the newest nights are looked through for a survey.
const SURVEYED: usize = 14;

/// What is answered.
pub struct Site {
    house: House,
    gate: Gate,
    archive: Archive,
    live: Option<Live>,
    reviews: Reviews,
    /// The surveys that were looked for last, by their files and when those were written; `None`
    /// where there is none in it.
    surveys: HashMap<(PathBuf, SystemTime), Option<Survey>>,
}

/// A night, as far as its survey goes.
#[derive(serde::Deserialize)]
struct Surveyed {
    #[serde(default)]
    survey: Option<Survey>,
}

impl Pages for Site {
    fn access(&self, asked: &Asked<'_>) -> Access {
        self.gate.access(asked)
    }

    fn welcome(&self) -> Answer {
        let cookie = match &self.gate {
            Gate::Token(guard) => guard.cookie(),
            Gate::Proxy(_) => String::new(),
        };
        Answer::to("/").with("set-cookie", cookie)
    }

    fn answer(&mut self, ask: &Ask<'_>) -> Answer {
        let base = self.gate.base().to_owned();
        // A proxy may take its own path away, or pass it on.
        let path = ask.path.strip_prefix(&base).filter(|it| it.starts_with('/') || it.is_empty());
        let path = path.unwrap_or(ask.path);
        if let Some(rest) = path.strip_prefix("/review/") {
            return self.review(rest, ask, base);
        }
        if !ask.reads {
            return Answer::plain(StatusCode::METHOD_NOT_ALLOWED, "these pages take no forms");
        }
        if path == "/site.css" {
            return Answer::new(StatusCode::OK, "text/css; charset=utf-8", view::style());
        }
        let branch = ask.asked("branch").map(str::to_owned);
        let links = Links { base, branch };
        if let Some(rest) = path.strip_prefix("/night/")
            && let Some(answer) = self.file(rest, &links)
        {
            return answer;
        }
        self.page(path, ask, &links)
    }
}

impl Site {
    /// The pages of a house.
    ///
    /// # Errors
    /// The nights cannot be read.
    pub fn open(house: House, gate: Gate) -> Result<Self, ArchiveError> {
        let archive = Archive::open(&house.nights)?;
        let (live, reviews, surveys) = (None, Reviews::default(), HashMap::new());
        Ok(Self { house, gate, archive, live, reviews, surveys })
    }

    fn review(&mut self, rest: &str, ask: &Ask<'_>, base: String) -> Answer {
        let links = Links { base, branch: None };
        let Some((folder, path)) = rest.split_once('/') else {
            let folder = percent_decoded(rest);
            return if files::is_part(&folder) {
                Answer::to(&links.review(&folder))
            } else {
                missing(&links, &self.house.name())
            };
        };
        let folder = percent_decoded(folder);
        if !files::is_part(&folder) {
            return missing(&links, &self.house.name());
        }
        let path = format!("/{path}");
        let own = Ask { path: &path, query: Vec::new(), form: ask.form.clone(), ..*ask };
        match self.reviews.answer(&self.house, &links, &folder, &own) {
            Ok(answer) => answer,
            Err(why) => {
                let mut page =
                    page(&links, &self.house.name(), Tab::Other, "This night cannot be reviewed");
                page.alerts.push(why);
                html(StatusCode::NOT_FOUND, &page)
            }
        }
    }

    fn file(&self, rest: &str, links: &Links) -> Option<Answer> {
        let Some((folder, name)) = rest.split_once('/') else {
            let folder = percent_decoded(rest);
            return files::is_part(&folder).then(|| Answer::to(&links.night(&folder, None)));
        };
        files::open(&self.house.nights, &percent_decoded(folder), &percent_decoded(name), links)
    }

    fn page(&mut self, path: &str, ask: &Ask<'_>, links: &Links) -> Answer {
        let suite = self.house.name();
        if path == "/now" {
            return html(StatusCode::OK, &self.now(links, &suite));
        }
        self.refresh();
        let asked = links.branch.clone().or_else(|| self.house.branch.clone());
        let branch = asked.as_deref();
        let nights = match self.archive.look(branch) {
            Ok(nights) => nights,
            Err(error) => return self.nothing(path, links, &suite, &error),
        };
        if path == "/coverage" {
            let folders = nights.iter().rev().take(SURVEYED).map(|it| it.folder.clone()).collect();
            return html(StatusCode::OK, &self.coverage(folders, links, &suite));
        }
        let value = |name: &str| ask.asked(name).map(str::to_owned);
        let look = Look {
            archive: &self.archive,
            nights: &nights,
            branch,
            links,
            suite: &suite,
            asked: &value,
        };
        match view_of(&look, path) {
            Ok(Some(view)) => html(StatusCode::OK, &view),
            Ok(None) => missing(links, &suite),
            Err(error @ ArchiveError::NotThere { .. }) => {
                let mut page = page(links, &suite, Tab::Other, "There is no such thing here");
                page.alerts.push(error.to_string());
                html(StatusCode::NOT_FOUND, &page)
            }
            Err(error) => Answer::plain(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
        }
    }

    /// Brings the archive up to date; one that answers with an error is opened anew.
    fn refresh(&mut self) {
        let Err(error) = self.archive.refresh() else { return };
        if let Ok(fresh) = Archive::open(&self.house.nights) {
            self.archive = fresh;
        } else {
            tracing::warn!("the nights are shown as they were: {error}");
        }
    }

    /// Where there is no night yet, or none of a branch.
    fn nothing(&mut self, path: &str, links: &Links, suite: &str, error: &ArchiveError) -> Answer {
        if path == "/coverage" {
            return html(StatusCode::OK, &self.coverage(Vec::new(), links, suite));
        }
        let mut page = page(links, suite, Tab::Nights, "No night yet");
        page.lede = Some(error.to_string());
        let status = match error {
            ArchiveError::NoNights(_) => StatusCode::OK,
            ArchiveError::Folder { .. }
            | ArchiveError::Night { .. }
            | ArchiveError::Unknown(_)
            | ArchiveError::NotThere { .. }
            | ArchiveError::Sqlite(_) => StatusCode::NOT_FOUND,
        };
        html(status, &page)
    }

    fn now(&mut self, links: &Links, suite: &str) -> View {
        let Some(since) = (self.house.running)() else {
            self.live = None;
            return now::none(
                links,
                suite,
                "`nightshift run` starts one; this page looks for it once a minute.",
            );
        };
        let Some(folder) = Live::newest(&self.house.nights, since) else {
            return now::none(
                links,
                suite,
                "One begins, or is written elsewhere than among the nights that are shown here.",
            );
        };
        let same = self.live.as_ref().is_some_and(|it| it.is(&folder));
        if !same {
            self.live = Live::of(&folder);
        }
        match &mut self.live {
            Some(live) => {
                live.follow();
                now::of(links, suite, live, Utc::now())
            }
            None => now::none(links, suite, "One begins, and its plan is not written yet."),
        }
    }

    fn coverage(&mut self, folders: Vec<String>, links: &Links, suite: &str) -> View {
        let own = self.house.root.join("explore.json");
        let of_nights = folders.into_iter().map(|it| self.house.nights.join(it).join("night.json"));
        let written = |it: &PathBuf| it.metadata().ok()?.modified().ok();
        let mut all: Vec<(PathBuf, SystemTime)> =
            of_nights.chain([own]).filter_map(|it| written(&it).map(|at| (it, at))).collect();
        all.sort_by_key(|it| std::cmp::Reverse(it.1));
        self.surveys.retain(|it, _| all.contains(it));
        for file in all {
            let path = file.0.clone();
            let known = self.surveys.entry(file).or_insert_with(|| survey(&path));
            if let Some(survey) = &*known {
                let from = path.strip_prefix(&self.house.root).unwrap_or(&path);
                return coverage::of(links, suite, Some((survey, from.display().to_string())));
            }
        }
        coverage::of(links, suite, None)
    }
}

/// The survey in a file: `explore.json` is one, and `night.json` may hold one.
fn survey(path: &std::path::Path) -> Option<Survey> {
    if path.metadata().ok()?.len() > LARGEST_SURVEY {
        return None;
    }
    let bytes = std::fs::read(path).ok()?;
    if path.file_name().is_some_and(|it| it == "explore.json") {
        return serde_json::from_slice(&bytes).ok();
    }
    // Most nights have none, and are long.
    if !String::from_utf8_lossy(&bytes).contains("\"survey\"") {
        return None;
    }
    serde_json::from_slice::<Surveyed>(&bytes).ok()?.survey
}

/// The page of a path; `None` where there is none.
fn view_of(look: &Look<'_>, path: &str) -> Result<Option<View>, ArchiveError> {
    Ok(Some(match path {
        "/" | "" => nights::all(look)?,
        "/findings" => findings::all(look)?,
        "/scenarios" => scenarios::all(look)?,
        "/trends" => trends::all(look)?,
        "/owners" => owners::all(look)?,
        path => {
            if let Some(id) = path.strip_prefix("/scenario/") {
                past::one(look, &percent_decoded(id))?
            } else if let Some(fingerprint) = path.strip_prefix("/finding/") {
                return findings::one(look, &percent_decoded(fingerprint));
            } else if let Some(folder) = path.strip_prefix("/night/") {
                return Ok(nights::one(look, &percent_decoded(folder.trim_end_matches('/'))));
            } else {
                return Ok(None);
            }
        }
    }))
}

fn missing(links: &Links, suite: &str) -> Answer {
    html(StatusCode::NOT_FOUND, &page(links, suite, Tab::Other, "There is no such page"))
}

fn html(status: StatusCode, view: &View) -> Answer {
    match view.html() {
        Ok(page) => Answer::new(status, "text/html; charset=utf-8", page),
        Err(error) => Answer::plain(StatusCode::INTERNAL_SERVER_ERROR, &error),
    }
}
