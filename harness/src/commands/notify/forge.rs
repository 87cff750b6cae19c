//! GitHub and GitLab as places where people are told: a check on the commit with annotations, and one
//! comment on the change, which is edited and not written anew.

use std::time::Duration;

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::http::{self, Call, HttpError, Twice};
use crate::ledger::Secrets;
use crate::report::ticket::markdown::marked;
use crate::report::{Message, NightReport};

/// How many comments one answer holds, and how many answers are read.
const A_PAGE: usize = 100;
const PAGES: usize = 20;

/// Why a forge was not told.
#[derive(Debug, thiserror::Error)]
pub enum ForgeError {
    /// It could not be asked.
    #[error("{0}")]
    Http(#[from] HttpError),
    /// Nobody says which commit or change the night is about.
    #[error("{0}")]
    Nothing(&'static str),
    /// Its answer is not what it should be.
    #[error("its answer is not what its API says")]
    Answer,
}

/// A forge, and what we are known by there.
pub struct Forge<'a> {
    /// The address of its API.
    pub api: String,
    /// The repository or project there.
    pub place: &'a str,
    /// The token.
    pub token: String,
    /// What goes nowhere.
    pub secrets: &'a Secrets,
    /// What the CI says of itself.
    pub environment: &'a IndexMap<String, String>,
    /// How to wait between tries.
    pub wait: &'a dyn Fn(Duration),
}

/// What a night on GitHub is about.
#[derive(Debug, Clone, PartialEq, Eq)]
struct About {
    commit: String,
    change: Option<u64>,
}

impl Forge<'_> {
    /// A check on the commit of this run, and the comment of its pull request, where it is of one.
    ///
    /// # Errors
    /// The commit is not known, or something was not taken.
    pub fn github(&self, message: &Message, report: &NightReport) -> Result<(), ForgeError> {
        let about = self.about().ok_or(ForgeError::Nothing(
            "no commit is known; run it in GitHub Actions, or set GITHUB_SHA",
        ))?;
        let repository = format!("/repos/{}", self.place);
        let known =
            format!("{repository}/commits/{}/check-runs?check_name=nightshift", about.commit);
        let checks = self.ask("GET", &known, None, Twice::Harmless)?;
        let own = |it: &Value| it["external_id"] == message.night.as_str();
        if !checks["check_runs"].as_array().is_some_and(|it| it.iter().any(own)) {
            let check = message.check(report, &about.commit);
            self.ask("POST", &format!("{repository}/check-runs"), Some(&check), Twice::MakesTwo)?;
        }
        let Some(change) = about.change else { return Ok(()) };
        let comments = format!("{repository}/issues/{change}/comments");
        let edit = format!("{repository}/issues/comments");
        self.note(message, &comments, &edit, "PATCH")
    }

    /// The note of the merge request of this run.
    ///
    /// # Errors
    /// It is of none, or something was not taken.
    pub fn gitlab(&self, message: &Message) -> Result<(), ForgeError> {
        let change = self.environment.get("CI_MERGE_REQUEST_IID").ok_or(ForgeError::Nothing(
            "this run is of no merge request (CI_MERGE_REQUEST_IID is not set)",
        ))?;
        let place: String = url::form_urlencoded::byte_serialize(self.place.as_bytes()).collect();
        let change: u64 =
            change.parse().map_err(|_| ForgeError::Nothing("CI_MERGE_REQUEST_IID is no number"))?;
        let notes = format!("/projects/{place}/merge_requests/{change}/notes");
        self.note(message, &notes, &notes, "PUT")
    }

    /// Edits our comment, or writes it where there is none.
    fn note(
        &self,
        message: &Message,
        list: &str,
        edit: &str,
        by: &'static str,
    ) -> Result<(), ForgeError> {
        let body = json!({ "body": message.note() });
        for page in 1..=PAGES {
            let path = format!("{list}?per_page={A_PAGE}&page={page}");
            let some = self.ask("GET", &path, None, Twice::Harmless)?;
            let some = some.as_array().ok_or(ForgeError::Answer)?;
            let own =
                |it: &&Value| it["body"].as_str().is_some_and(|it| marked("note", it).is_some());
            if let Some(id) = some.iter().find(own).and_then(|it| it["id"].as_u64()) {
                self.ask(by, &format!("{edit}/{id}"), Some(&body), Twice::Harmless)?;
                return Ok(());
            }
            if some.len() < A_PAGE {
                break;
            }
        }
        self.ask("POST", list, Some(&body), Twice::MakesTwo).map(drop)
    }

    /// The commit and the pull request of a run of GitHub Actions.
    fn about(&self) -> Option<About> {
        let event = self.environment.get("GITHUB_EVENT_PATH");
        let event = event.and_then(|it| std::fs::read(it).ok());
        let event: Value =
            event.and_then(|it| serde_json::from_slice(&it).ok()).unwrap_or_default();
        let change = event["pull_request"]["number"].as_u64();
        // The commit that GITHUB_SHA names of a pull request is one that nobody made.
        let head = event["pull_request"]["head"]["sha"].as_str().map(str::to_owned);
        let commit = head.or_else(|| self.environment.get("GITHUB_SHA").cloned())?;
        let is_commit =
            (7..=64).contains(&commit.len()) && commit.bytes().all(|it| it.is_ascii_hexdigit());
        is_commit.then_some(About { commit, change })
    }

    fn ask(
        &self,
        method: &'static str,
        path: &str,
        body: Option<&Value>,
        twice: Twice,
    ) -> Result<Value, ForgeError> {
        let call = Call {
            method,
            url: format!("{}{path}", self.api.trim_end_matches('/')),
            headers: vec![
                ("Authorization", format!("Bearer {}", self.token)),
                ("Accept", "application/json".to_owned()),
            ],
            body: body.map(|it| self.secrets.scrub_text(&it.to_string())),
            twice,
        };
        let said = http::call(&call, self.wait)?;
        if said.trim().is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&said).map_err(|_| ForgeError::Answer)
    }
}
