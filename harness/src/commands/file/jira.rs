//! Jira in Atlassian's cloud, by its REST API (version 3). Tickets of ours have the label
//! `nightshift`, and one for their cause: `nightshift-cause-…`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::super::notify::http::Twice;
use super::api::{Access, instant, is_missing};
use super::github::LABEL;
use super::tracker::{Filed, Progress, Tracker, TrackerError};
use crate::model::filing::FileConfig;
use crate::report::ticket::markdown::{Comments, mark, marked};
use crate::report::ticket::{Block, Ticket, adf};

/// How many tickets one answer holds, and how many answers are read.
const A_PAGE: usize = 100;
const PAGES: usize = 100;
/// What of an issue is asked for.
const FIELDS: [&str; 3] = ["labels", "status", "resolutiondate"];

/// A project in Jira.
pub struct Jira {
    access: Access,
    project: String,
    kind: String,
    labels: Vec<String>,
}

impl Jira {
    /// The project that is named.
    pub fn new(access: Access, config: &FileConfig) -> Self {
        let kind = config.kind.clone().unwrap_or_else(|| "Bug".to_owned());
        Self { access, project: config.place.clone(), kind, labels: config.labels.clone() }
    }

    fn ask(
        &self,
        method: &'static str,
        path: &str,
        body: Option<&Value>,
        twice: Twice,
    ) -> Result<Value, TrackerError> {
        let user = self.access.user.as_deref().unwrap_or_default();
        let known = STANDARD.encode(format!("{user}:{}", self.access.token));
        let headers = vec![
            ("Authorization", format!("Basic {known}")),
            ("Accept", "application/json".to_owned()),
        ];
        self.access.ask((method, &format!("/rest/api/3{path}")), headers, body, twice)
    }

    /// An issue as a ticket of ours, by the label of its cause; `None` for one that is none.
    fn filed(&self, issue: &Value) -> Option<Filed> {
        let labels = issue["fields"]["labels"].as_array()?;
        let cause = labels.iter().find_map(|it| marked("cause", it.as_str()?))?;
        self.filed_of(issue, cause)
    }

    /// An issue as the ticket of a cause.
    fn filed_of(&self, issue: &Value, cause: String) -> Option<Filed> {
        let key = issue["key"].as_str()?;
        let fields = &issue["fields"];
        let done = fields["status"]["statusCategory"]["key"] == "done";
        let number = key.rsplit_once('-').and_then(|it| it.1.parse().ok());
        Some(Filed {
            key: key.to_owned(),
            name: key.to_owned(),
            cause,
            url: format!("{}/browse/{key}", self.access.api),
            state: if done {
                Progress::Closed(instant(&fields["resolutiondate"]))
            } else {
                Progress::Open
            },
            order: number.unwrap_or(0),
        })
    }

    /// Brings an issue into a state of one of these categories, the first that it can go to.
    fn transit(&self, of: &Filed, to: &[&str]) -> Result<(), TrackerError> {
        let path = format!("/issue/{}/transitions", of.key);
        let known = self.ask("GET", &path, None, Twice::Harmless)?;
        let all = known["transitions"].as_array().cloned().unwrap_or_default();
        let way = to.iter().find_map(|category| {
            all.iter().find(|it| it["to"]["statusCategory"]["key"] == *category)
        });
        let Some(way) = way else {
            let to = to.join(" or ");
            return Err(TrackerError::Said(format!(
                "{} has no transition to {to} that the token may use",
                of.name
            )));
        };
        let body = json!({ "transition": { "id": way["id"] } });
        self.ask("POST", &path, Some(&body), Twice::Harmless).map(drop)
    }
}

impl Tracker for Jira {
    fn clock_ahead(&self) -> TimeDelta {
        self.access.clock_ahead()
    }

    fn tickets(&self) -> Result<Vec<Filed>, TrackerError> {
        // The project is letters and digits alone.
        let jql =
            format!("project = \"{}\" AND labels = \"{LABEL}\" ORDER BY created ASC", self.project);
        let mut all = Vec::new();
        let mut next: Option<String> = None;
        for _ in 0..PAGES {
            let mut body = json!({ "jql": jql, "fields": FIELDS, "maxResults": A_PAGE });
            if let Some(token) = &next {
                body["nextPageToken"] = json!(token);
            }
            let answer = self.ask("POST", "/search/jql", Some(&body), Twice::Harmless)?;
            let Some(some) = answer["issues"].as_array() else {
                return Err(TrackerError::Answer("a search"));
            };
            all.extend(some.iter().filter_map(|it| self.filed(it)));
            next = answer["nextPageToken"].as_str().map(str::to_owned);
            if next.is_none() {
                return Ok(all);
            }
        }
        Err(TrackerError::Said(format!(
            "more than {} issues have the label {LABEL}",
            A_PAGE * PAGES
        )))
    }

    fn find(&self, key: &str, cause: &str) -> Result<Option<Filed>, TrackerError> {
        let path = format!("/issue/{key}?fields={}", FIELDS.join(","));
        match self.ask("GET", &path, None, Twice::Harmless) {
            Ok(issue) => Ok(self.filed_of(&issue, cause.to_owned())),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn make(&self, ticket: &Ticket, to: Option<&str>) -> Result<Filed, TrackerError> {
        let cause = mark("cause", &ticket.cause, Comments::Lost);
        let mut labels = vec![LABEL.to_owned(), cause];
        labels.extend(self.labels.iter().cloned());
        let mut fields = json!({
            "project": { "key": self.project },
            "issuetype": { "name": self.kind },
            "summary": ticket.title,
            "description": adf::document(&ticket.body, None),
            "labels": labels,
        });
        if let Some(to) = to {
            fields["assignee"] = json!({ "accountId": to });
        }
        let made =
            self.ask("POST", "/issue", Some(&json!({ "fields": fields })), Twice::MakesTwo)?;
        let Some(key) = made["key"].as_str() else {
            return Err(TrackerError::Answer("a new issue"));
        };
        Ok(Filed {
            key: key.to_owned(),
            name: key.to_owned(),
            cause: ticket.cause.clone(),
            url: format!("{}/browse/{key}", self.access.api),
            state: Progress::Open,
            order: key.rsplit_once('-').and_then(|it| it.1.parse().ok()).unwrap_or(0),
        })
    }

    fn has_comment(&self, of: &Filed, event: &str) -> Result<bool, TrackerError> {
        let own = mark("event", event, Comments::Lost);
        let path = format!("/issue/{}/comment?orderBy=-created&maxResults={A_PAGE}", of.key);
        let answer = self.ask("GET", &path, None, Twice::Harmless)?;
        let Some(some) = answer["comments"].as_array() else {
            return Err(TrackerError::Answer("the list of comments"));
        };
        Ok(some.iter().any(|it| adf::is_marked(&it["body"], &own)))
    }

    fn comment(&self, of: &Filed, event: &str, said: &[Block]) -> Result<(), TrackerError> {
        let own = mark("event", event, Comments::Lost);
        let body = json!({ "body": adf::document(said, Some(&own)) });
        let path = format!("/issue/{}/comment", of.key);
        self.ask("POST", &path, Some(&body), Twice::MakesTwo).map(drop)
    }

    fn close(&self, of: &Filed) -> Result<(), TrackerError> {
        self.transit(of, &["done"])
    }

    fn reopen(&self, of: &Filed) -> Result<(), TrackerError> {
        self.transit(of, &["new", "indeterminate"])
    }
}
