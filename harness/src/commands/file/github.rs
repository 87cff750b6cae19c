//! GitHub's issues, by its REST API (version 2022-11-28). Tickets of ours have the label
//! `nightshift`, and the cause as a comment in the text, alone on its line.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::super::notify::http::{HttpError, Twice};
use super::api::{Access, instant, is_missing, list, text};
use super::tracker::{Filed, Progress, Tracker, TrackerError};
use crate::model::filing::FileConfig;
use crate::report::ticket::markdown::{Comments, is_marked, mark, markdown, marked, ticket_title};
use crate::report::ticket::{Block, Ticket};

/// The label of every ticket of ours.
pub const LABEL: &str = "nightshift";
/// How many tickets one answer holds, and how many answers are read.
const A_PAGE: usize = 100;
const PAGES: usize = 100;

/// A repository on GitHub.
pub struct Github {
    access: Access,
    repository: String,
    labels: Vec<String>,
}

impl Github {
    /// The repository that is named.
    pub fn new(access: Access, config: &FileConfig) -> Self {
        Self { access, repository: config.place.clone(), labels: config.labels.clone() }
    }

    fn ask(
        &self,
        method: &'static str,
        path: &str,
        body: Option<&Value>,
        twice: Twice,
    ) -> Result<Value, TrackerError> {
        let headers = vec![
            self.access.bearer(),
            ("Accept", "application/vnd.github+json".to_owned()),
            ("X-GitHub-Api-Version", "2022-11-28".to_owned()),
        ];
        let path = format!("/repos/{}/issues{path}", self.repository);
        self.access.ask((method, &path), headers, body, twice)
    }

    fn make_for(&self, ticket: &Ticket, to: Option<&str>) -> Result<Filed, TrackerError> {
        let mut labels = vec![LABEL.to_owned()];
        labels.extend(self.labels.iter().cloned());
        let own = mark("cause", &ticket.cause, Comments::Kept);
        let body = json!({
            "title": ticket_title(&ticket.title),
            "body": format!("{own}\n\n{}", markdown(&ticket.body)),
            "labels": labels,
            "assignees": to.into_iter().collect::<Vec<_>>(),
        });
        let made = self.ask("POST", "", Some(&body), Twice::MakesTwo)?;
        filed(&made).ok_or(TrackerError::Answer("a new issue"))
    }
}

/// An issue as a ticket of ours, by the cause in its text; `None` for one that is none.
fn filed(issue: &Value) -> Option<Filed> {
    filed_of(issue, marked("cause", issue["body"].as_str()?)?)
}

/// An issue as the ticket of a cause.
fn filed_of(issue: &Value, cause: String) -> Option<Filed> {
    let number = issue["number"].as_u64()?;
    let state = match (issue["state"].as_str()?, issue["state_reason"].as_str()) {
        ("open", _) => Progress::Open,
        (_, Some("not_planned" | "duplicate")) => Progress::GivenUp,
        _ => Progress::Closed(instant(&issue["closed_at"])),
    };
    Some(Filed {
        key: number.to_string(),
        name: format!("#{number}"),
        cause,
        url: text(&issue["html_url"]),
        state,
        order: number,
    })
}

impl Tracker for Github {
    fn clock_ahead(&self) -> TimeDelta {
        self.access.clock_ahead()
    }

    fn tickets(&self) -> Result<Vec<Filed>, TrackerError> {
        let mut all = Vec::new();
        for page in 1..=PAGES {
            let path = format!(
                "?labels={LABEL}&state=all&sort=created&direction=asc&per_page={A_PAGE}&page={page}"
            );
            let some = list(self.ask("GET", &path, None, Twice::Harmless)?, "the list of issues")?;
            let issues = some.iter().filter(|it| it["pull_request"].is_null());
            all.extend(issues.filter_map(filed));
            if some.len() < A_PAGE {
                return Ok(all);
            }
        }
        Err(TrackerError::Said(format!(
            "more than {} issues have the label {LABEL}",
            A_PAGE * PAGES
        )))
    }

    fn find(&self, key: &str, cause: &str) -> Result<Option<Filed>, TrackerError> {
        match self.ask("GET", &format!("/{key}"), None, Twice::Harmless) {
            Ok(issue) => Ok(filed_of(&issue, cause.to_owned())),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn make(&self, ticket: &Ticket, to: Option<&str>) -> Result<Filed, TrackerError> {
        match self.make_for(ticket, to) {
            // It knows nobody of that name; a ticket without one is better than none.
            Err(TrackerError::Http(HttpError::NotTaken(422, _))) if to.is_some() => {
                self.make_for(ticket, None)
            }
            made => made,
        }
    }

    fn has_comment(&self, of: &Filed, event: &str) -> Result<bool, TrackerError> {
        for page in 1..=PAGES {
            let path = format!("/{}/comments?per_page={A_PAGE}&page={page}", of.key);
            let some =
                list(self.ask("GET", &path, None, Twice::Harmless)?, "the list of comments")?;
            let own = |it: &Value| is_marked("event", event, &text(&it["body"]));
            if some.iter().any(own) {
                return Ok(true);
            }
            if some.len() < A_PAGE {
                break;
            }
        }
        Ok(false)
    }

    fn comment(&self, of: &Filed, event: &str, said: &[Block]) -> Result<(), TrackerError> {
        let own = mark("event", event, Comments::Kept);
        let body = json!({ "body": format!("{own}\n\n{}", markdown(said)) });
        self.ask("POST", &format!("/{}/comments", of.key), Some(&body), Twice::MakesTwo).map(drop)
    }

    fn close(&self, of: &Filed) -> Result<(), TrackerError> {
        let body = json!({ "state": "closed", "state_reason": "completed" });
        self.ask("PATCH", &format!("/{}", of.key), Some(&body), Twice::Harmless).map(drop)
    }

    fn reopen(&self, of: &Filed) -> Result<(), TrackerError> {
        let body = json!({ "state": "open", "state_reason": "reopened" });
        self.ask("PATCH", &format!("/{}", of.key), Some(&body), Twice::Harmless).map(drop)
    }
}
