//! GitHub and GitLab as places where people are told: a check on the commit with annotations, and one
//! comment on the change, which is edited and not written anew. Ours is what has our mark and was
//! written by us: anybody can write the mark, and could change later what we put into theirs.

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

/// The comments of a change.
#[derive(Clone, Copy)]
struct Comments<'a> {
    /// Where they are listed, and one is written.
    list: &'a str,
    /// Where one is edited, by its id.
    edit: &'a str,
    /// By which method.
    by: &'static str,
    /// The key of who wrote one.
    author: &'static str,
}

/// Who we are at a forge.
#[derive(Debug, Clone, Copy)]
enum Own {
    /// An account with this id.
    Account(u64),
    /// An app, whose token tells of no account, such as that of GitHub Actions: its comments are a
    /// bot's, and a bot comes only where somebody of the repository lets it in.
    App,
}

impl Own {
    fn is(self, author: &Value) -> bool {
        match self {
            Self::Account(id) => author["id"].as_u64() == Some(id),
            Self::App => author["type"] == "Bot",
        }
    }
}

/// Whether a comment begins with our mark, whoever wrote it.
fn has_mark(comment: &Value) -> bool {
    let first = comment["body"].as_str().and_then(|it| it.lines().next());
    first.is_some_and(|it| marked("note", it).is_some())
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
        let list = format!("{repository}/issues/{change}/comments");
        let edit = format!("{repository}/issues/comments");
        self.note(message, &Comments { list: &list, edit: &edit, by: "PATCH", author: "user" })
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
        self.note(message, &Comments { list: &notes, edit: &notes, by: "PUT", author: "author" })
    }

    /// Edits our comment, or writes it where there is none.
    fn note(&self, message: &Message, comments: &Comments<'_>) -> Result<(), ForgeError> {
        let Comments { list, edit, by, author } = *comments;
        let body = json!({ "body": message.note() });
        let mut known = None;
        for page in 1..=PAGES {
            let path = format!("{list}?per_page={A_PAGE}&page={page}");
            let some = self.ask("GET", &path, None, Twice::Harmless)?;
            let some = some.as_array().ok_or(ForgeError::Answer)?;
            for comment in some.iter().filter(|it| has_mark(it)) {
                let own = match known {
                    Some(own) => own,
                    None => *known.insert(self.own()?),
                };
                if own.is(&comment[author])
                    && let Some(id) = comment["id"].as_u64()
                {
                    self.ask(by, &format!("{edit}/{id}"), Some(&body), Twice::Harmless)?;
                    return Ok(());
                }
            }
            if some.len() < A_PAGE {
                break;
            }
        }
        self.ask("POST", list, Some(&body), Twice::MakesTwo).map(drop)
    }

    /// Who we are, by the token.
    fn own(&self) -> Result<Own, ForgeError> {
        match self.ask("GET", "/user", None, Twice::Harmless) {
            Ok(user) => user["id"].as_u64().map(Own::Account).ok_or(ForgeError::Answer),
            Err(ForgeError::Http(HttpError::NoRight(403, _))) => Ok(Own::App),
            Err(error) => Err(error),
        }
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
