//! Linear's issues, by its GraphQL API. A ticket's id is made of its cause, so that Linear itself
//! refuses a second one; the cause stands in the description too, alone on its line.

use chrono::TimeDelta;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::super::notify::http::{HttpError, Twice};
use super::api::{Access, instant, text};
use super::tracker::{Filed, Progress, Tracker, TrackerError};
use crate::model::filing::FileConfig;
use crate::report::ticket::markdown::{Comments, is_marked, mark, markdown, marked, ticket_title};
use crate::report::ticket::{Block, Ticket};

/// How many tickets one answer holds, and how many answers are read.
const A_PAGE: usize = 50;
const PAGES: usize = 100;
/// What of an issue is asked for.
const ISSUE: &str = "id identifier number url description completedAt canceledAt state { type }";

/// A team in Linear.
pub struct Linear {
    access: Access,
    team: String,
    labels: Vec<String>,
}

impl Linear {
    /// The team that is named.
    pub fn new(access: Access, config: &FileConfig) -> Self {
        Self { access, team: config.place.clone(), labels: config.labels.clone() }
    }

    /// Asks for data; `twice` says whether it may be asked again.
    fn ask(&self, query: &str, variables: &Value, twice: Twice) -> Result<Value, TrackerError> {
        // A personal key stands alone; what an application has been given is a bearer's.
        let token = &self.access.token;
        let known =
            if token.starts_with("lin_api_") { token.clone() } else { format!("Bearer {token}") };
        let headers = vec![("Authorization", known)];
        let body = json!({ "query": query, "variables": variables });
        let answer = self.access.ask(("POST", ""), headers, Some(&body), twice)?;
        let Some(error) = answer["errors"].as_array().and_then(|it| it.first()) else {
            return Ok(answer["data"].clone());
        };
        let code = text(&error["extensions"]["code"]);
        let said = crate::report::one_line(&text(&error["message"]), 200);
        Err(match code.as_str() {
            "AUTHENTICATION_ERROR" => HttpError::Refused(200).into(),
            "FORBIDDEN" => HttpError::NoRight(200, said).into(),
            "RATELIMITED" => HttpError::TooOften(3_600).into(),
            _ => TrackerError::Said(said),
        })
    }

    /// The ids of the team, of its states by their types, and of labels.
    fn team(&self) -> Result<Value, TrackerError> {
        let query = "query($key: String!) { teams(filter: { key: { eq: $key } }) { nodes { id \
                     states { nodes { id type position } } labels { nodes { id name } } } } }";
        let found = self.ask(query, &json!({ "key": self.team }), Twice::Harmless)?;
        match found["teams"]["nodes"].as_array().and_then(|it| it.first()) {
            Some(team) => Ok(team.clone()),
            None => Err(TrackerError::Said(format!(
                "there is no team {} that the token may see",
                self.team
            ))),
        }
    }

    fn person(&self, mail: &str) -> Result<Option<String>, TrackerError> {
        let query =
            "query($mail: String!) { users(filter: { email: { eq: $mail } }) { nodes { id } } }";
        let found = self.ask(query, &json!({ "mail": mail }), Twice::Harmless)?;
        Ok(found["users"]["nodes"][0]["id"].as_str().map(str::to_owned))
    }

    /// Brings an issue into the first state of one of these types.
    fn move_to(&self, of: &Filed, types: &[&str]) -> Result<(), TrackerError> {
        let team = self.team()?;
        let mut states = team["states"]["nodes"].as_array().cloned().unwrap_or_default();
        states.sort_by(|a, b| {
            let position = |it: &Value| it["position"].as_f64().unwrap_or(0.0);
            position(a).total_cmp(&position(b))
        });
        let state = types.iter().find_map(|of| states.iter().find(|it| it["type"] == *of));
        let Some(state) = state else {
            return Err(TrackerError::Said(format!(
                "the team has no state of type {}",
                types.join(" or ")
            )));
        };
        let query = "mutation($id: String!, $input: IssueUpdateInput!) { issueUpdate(id: $id, input: $input) { success } }";
        let asked = json!({ "id": of.key, "input": { "stateId": state["id"] } });
        self.ask(query, &asked, Twice::Harmless).map(drop)
    }

    /// An issue by its id; `None` where there is none.
    fn issue(&self, id: &str) -> Result<Option<Value>, TrackerError> {
        let query = format!(
            "query($id: ID!) {{ issues(filter: {{ id: {{ eq: $id }} }}) {{ nodes {{ {ISSUE} }} }} }}"
        );
        let found = self.ask(&query, &json!({ "id": id }), Twice::Harmless)?;
        Ok(found["issues"]["nodes"].as_array().and_then(|it| it.first()).cloned())
    }

    /// The id that the ticket of a cause has: of version 4, as Linear wants it.
    fn id(&self, cause: &str) -> String {
        let digest = Sha256::digest(format!("nightshift {} {cause}", self.team));
        let mut bytes: [u8; 16] = digest[..16].try_into().expect("a digest is longer");
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        let hex = data_encoding::HEXLOWER.encode(&bytes);
        [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
    }
}

/// An issue as a ticket of ours, by the cause in its description.
fn filed(issue: &Value) -> Option<Filed> {
    filed_of(issue, marked("cause", issue["description"].as_str()?)?)
}

/// An issue as the ticket of a cause.
fn filed_of(issue: &Value, cause: String) -> Option<Filed> {
    let state = match issue["state"]["type"].as_str()? {
        "completed" => Progress::Closed(instant(&issue["completedAt"])),
        "canceled" | "duplicate" => Progress::GivenUp,
        _ => Progress::Open,
    };
    Some(Filed {
        key: issue["id"].as_str()?.to_owned(),
        name: text(&issue["identifier"]),
        cause,
        url: text(&issue["url"]),
        state,
        order: issue["number"].as_f64().unwrap_or(0.0) as u64,
    })
}

impl Tracker for Linear {
    fn clock_ahead(&self) -> TimeDelta {
        self.access.clock_ahead()
    }

    fn tickets(&self) -> Result<Vec<Filed>, TrackerError> {
        let query = format!(
            "query($team: String!, $first: Int!, $after: String) {{ issues(first: $first, after: $after, \
             filter: {{ team: {{ key: {{ eq: $team }} }}, description: {{ contains: \"nightshift-cause-\" }} }}) \
             {{ nodes {{ {ISSUE} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let mut all = Vec::new();
        let mut after = Value::Null;
        for _ in 0..PAGES {
            let asked = json!({ "team": self.team, "first": A_PAGE, "after": after });
            let found = self.ask(&query, &asked, Twice::Harmless)?;
            let Some(some) = found["issues"]["nodes"].as_array() else {
                return Err(TrackerError::Answer("the list of issues"));
            };
            all.extend(some.iter().filter_map(filed));
            if found["issues"]["pageInfo"]["hasNextPage"] != true {
                return Ok(all);
            }
            after = found["issues"]["pageInfo"]["endCursor"].clone();
        }
        Err(TrackerError::Said(format!("more than {} issues are ours", A_PAGE * PAGES)))
    }

    fn find(&self, key: &str, cause: &str) -> Result<Option<Filed>, TrackerError> {
        Ok(self.issue(key)?.and_then(|it| filed_of(&it, cause.to_owned())))
    }

    fn make(&self, ticket: &Ticket, to: Option<&str>) -> Result<Filed, TrackerError> {
        let id = self.id(&ticket.cause);
        // It may be there without its line, which somebody took away: it is the same ticket.
        if let Some(filed) = self.issue(&id)?.and_then(|it| filed_of(&it, ticket.cause.clone())) {
            return Ok(filed);
        }
        let team = self.team()?;
        let known = team["labels"]["nodes"].as_array().cloned().unwrap_or_default();
        let own =
            |name: &String| known.iter().find(|it| it["name"] == **name).map(|it| it["id"].clone());
        let labels: Vec<Value> = self.labels.iter().filter_map(own).collect();
        let person = to.map(|it| self.person(it)).transpose()?.flatten();
        let cause = mark("cause", &ticket.cause, Comments::Lost);
        let mut input = json!({
            "id": id,
            "teamId": team["id"],
            "title": ticket_title(&ticket.title),
            "description": format!("{}\n{cause}\n", markdown(&ticket.body)),
            "labelIds": labels,
        });
        if let Some(person) = person {
            input["assigneeId"] = json!(person);
        }
        let query = format!(
            "mutation($input: IssueCreateInput!) {{ issueCreate(input: $input) {{ success issue {{ {ISSUE} }} }} }}"
        );
        let made = self.ask(&query, &json!({ "input": input }), Twice::MakesTwo)?;
        filed(&made["issueCreate"]["issue"]).ok_or(TrackerError::Answer("a new issue"))
    }

    fn has_comment(&self, of: &Filed, event: &str) -> Result<bool, TrackerError> {
        let query = "query($id: ID!, $event: String!) { comments(filter: { issue: { id: { eq: $id } }, \
                     body: { contains: $event } }) { nodes { body } } }";
        let own = mark("event", event, Comments::Lost);
        let found = self.ask(query, &json!({ "id": of.key, "event": own }), Twice::Harmless)?;
        let Some(some) = found["comments"]["nodes"].as_array() else {
            return Err(TrackerError::Answer("the list of comments"));
        };
        Ok(some.iter().any(|it| is_marked("event", event, &text(&it["body"]))))
    }

    fn comment(&self, of: &Filed, event: &str, said: &[Block]) -> Result<(), TrackerError> {
        let own = mark("event", event, Comments::Lost);
        let query =
            "mutation($input: CommentCreateInput!) { commentCreate(input: $input) { success } }";
        let input = json!({ "issueId": of.key, "body": format!("{}\n{own}\n", markdown(said)) });
        self.ask(query, &json!({ "input": input }), Twice::MakesTwo).map(drop)
    }

    fn close(&self, of: &Filed) -> Result<(), TrackerError> {
        self.move_to(of, &["completed"])
    }

    fn reopen(&self, of: &Filed) -> Result<(), TrackerError> {
        self.move_to(of, &["unstarted", "backlog", "triage", "started"])
    }
}
