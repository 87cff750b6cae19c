//! GitLab's issues, by its REST API (version 4). Tickets of ours have the label `nightshift`, and the
//! cause as a comment in the description, alone on its line.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::super::notify::http::Twice;
use super::api::{Access, encoded, instant, is_missing, list, text};
use super::github::LABEL;
use super::tracker::{Filed, Progress, Tracker, TrackerError};
use crate::model::filing::FileConfig;
use crate::report::ticket::markdown::{Comments, is_marked, mark, markdown, marked, ticket_title};
use crate::report::ticket::{Block, Ticket};

/// How many tickets one answer holds, and how many answers are read.
const A_PAGE: usize = 100;
const PAGES: usize = 100;

/// A project on GitLab.
pub struct Gitlab {
    access: Access,
    project: String,
    labels: Vec<String>,
}

impl Gitlab {
    /// The project that is named.
    pub fn new(access: Access, config: &FileConfig) -> Self {
        Self { access, project: encoded(&config.place), labels: config.labels.clone() }
    }

    fn ask(
        &self,
        method: &'static str,
        path: &str,
        body: Option<&Value>,
        twice: Twice,
    ) -> Result<Value, TrackerError> {
        self.access.ask((method, path), vec![self.access.bearer()], body, twice)
    }

    fn issues(&self, path: &str) -> String {
        format!("/projects/{}/issues{path}", self.project)
    }

    /// The number that stands for somebody; `None` where nobody is called that.
    fn person(&self, login: &str) -> Result<Option<u64>, TrackerError> {
        let path = format!("/users?username={}", encoded(login));
        let found = list(self.ask("GET", &path, None, Twice::Harmless)?, "who somebody is")?;
        Ok(found.first().and_then(|it| it["id"].as_u64()))
    }

    fn change(&self, of: &Filed, event: &str) -> Result<(), TrackerError> {
        let body = json!({ "state_event": event });
        let path = self.issues(&format!("/{}", of.key));
        self.ask("PUT", &path, Some(&body), Twice::Harmless).map(drop)
    }
}

/// An issue as a ticket of ours, by the cause in its description; `None` for one that is none.
fn filed(issue: &Value) -> Option<Filed> {
    filed_of(issue, marked("cause", issue["description"].as_str()?)?)
}

/// An issue as the ticket of a cause.
fn filed_of(issue: &Value, cause: String) -> Option<Filed> {
    let number = issue["iid"].as_u64()?;
    let open = issue["state"].as_str()? == "opened";
    Some(Filed {
        key: number.to_string(),
        name: format!("#{number}"),
        cause,
        url: text(&issue["web_url"]),
        state: if open { Progress::Open } else { Progress::Closed(instant(&issue["closed_at"])) },
        order: number,
    })
}

impl Tracker for Gitlab {
    fn clock_ahead(&self) -> TimeDelta {
        self.access.clock_ahead()
    }

    fn tickets(&self) -> Result<Vec<Filed>, TrackerError> {
        let mut all = Vec::new();
        for page in 1..=PAGES {
            let path = self.issues(&format!(
                "?labels={LABEL}&state=all&scope=all&order_by=created_at&sort=asc&per_page={A_PAGE}&page={page}"
            ));
            let some = list(self.ask("GET", &path, None, Twice::Harmless)?, "the list of issues")?;
            all.extend(some.iter().filter_map(filed));
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
        match self.ask("GET", &self.issues(&format!("/{key}")), None, Twice::Harmless) {
            Ok(issue) => Ok(filed_of(&issue, cause.to_owned())),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn make(&self, ticket: &Ticket, to: Option<&str>) -> Result<Filed, TrackerError> {
        let person = to.map(|it| self.person(it)).transpose()?.flatten();
        let mut labels = vec![LABEL.to_owned()];
        labels.extend(self.labels.iter().cloned());
        let own = mark("cause", &ticket.cause, Comments::Kept);
        let body = json!({
            "title": ticket_title(&ticket.title),
            "description": format!("{own}\n\n{}", markdown(&ticket.body)),
            "labels": labels.join(","),
            "assignee_ids": person.into_iter().collect::<Vec<_>>(),
        });
        let made = self.ask("POST", &self.issues(""), Some(&body), Twice::MakesTwo)?;
        filed(&made).ok_or(TrackerError::Answer("a new issue"))
    }

    fn has_comment(&self, of: &Filed, event: &str) -> Result<bool, TrackerError> {
        for page in 1..=PAGES {
            let path = format!("/{}/notes?per_page={A_PAGE}&page={page}", of.key);
            let some = self.ask("GET", &self.issues(&path), None, Twice::Harmless)?;
            let some = list(some, "the list of notes")?;
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
        let path = self.issues(&format!("/{}/notes", of.key));
        self.ask("POST", &path, Some(&body), Twice::MakesTwo).map(drop)
    }

    fn close(&self, of: &Filed) -> Result<(), TrackerError> {
        self.change(of, "close")
    }

    fn reopen(&self, of: &Filed) -> Result<(), TrackerError> {
        self.change(of, "reopen")
    }
}
