//! [`Access`]: calls of a tracker's API: where it is, and what we are known by there.

use std::cell::Cell;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::super::exit::mistake;
use super::super::notify::http::{self, Call, HttpError, Twice};
use super::tracker::TrackerError;
use crate::ledger::Secrets;

/// Where a tracker's API is, and what we are known by there.
pub struct Access {
    /// The address, without a `/` at its end.
    pub api: String,
    /// The token.
    pub token: String,
    /// Whose it is.
    pub user: Option<String>,
    /// What goes nowhere.
    pub secrets: Secrets,
    /// How its clock goes beside ours.
    pub clock: Clock,
}

/// By how much a tracker's clock is ahead of ours, by the `Date` of its last answer.
#[derive(Debug, Default)]
pub struct Clock(Cell<TimeDelta>);

impl Clock {
    /// Takes note of what its clock showed in an answer that came now. What the way took makes its
    /// clock look slower by that, and what it closed look later by ours: what was closed in the
    /// second in which a night began counts as closed in it.
    fn showed(&self, theirs: Option<DateTime<Utc>>, now: DateTime<Utc>) {
        if let Some(theirs) = theirs {
            self.0.set(theirs - now);
        }
    }
}

impl Access {
    /// The same, if a token may be sent there: over TLS alone, or to this machine.
    ///
    /// # Errors
    /// The address is none, or would show the token.
    pub fn checked(mut self) -> anyhow::Result<Self> {
        let wrong = "`file.api` is no address that a token may be sent to; write https://…";
        if !http::keeps_a_token(&self.api) {
            return mistake(wrong);
        }
        self.api.truncate(self.api.trim_end_matches('/').len());
        Ok(self)
    }

    /// The header that most trackers know us by.
    pub fn bearer(&self) -> (&'static str, String) {
        ("Authorization", format!("Bearer {}", self.token))
    }

    /// By how much its clock is ahead of ours, as far as it has said so.
    pub fn clock_ahead(&self) -> TimeDelta {
        self.clock.0.get()
    }

    /// Asks a path.
    pub fn ask(
        &self,
        (method, path): (&'static str, &str),
        headers: Vec<(&'static str, String)>,
        body: Option<&Value>,
        twice: Twice,
    ) -> Result<Value, TrackerError> {
        // What the product said is clean already; a secret of the tracker is not in it.
        let clean = |it: &Value| self.secrets.scrub_text(&it.to_string());
        let url = format!("{}{path}", self.api);
        let call = Call { method, url, headers, body: body.map(clean), twice };
        let said = http::call_dated(&call, &std::thread::sleep)?;
        self.clock.showed(said.date, Utc::now());
        let said = said.text;
        if said.trim().is_empty() {
            return Ok(Value::Null);
        }
        match serde_json::from_str(&said) {
            Ok(value) => Ok(value),
            // It was done; a second try would make a second one.
            Err(_) if twice == Twice::MakesTwo => {
                Err(HttpError::Unsure("its answer is no JSON".to_owned()).into())
            }
            Err(_) => Err(TrackerError::Answer(method)),
        }
    }
}

/// A text of an answer.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The list that an answer is.
pub fn list(value: Value, of: &'static str) -> Result<Vec<Value>, TrackerError> {
    match value {
        Value::Array(all) => Ok(all),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            Err(TrackerError::Answer(of))
        }
    }
}

/// An instant of an answer.
pub fn instant(value: &Value) -> Option<chrono::DateTime<chrono::Utc>> {
    let text = value.as_str()?;
    let found = chrono::DateTime::parse_from_rfc3339(text)
        .or_else(|_| chrono::DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.3f%z"));
    found.ok().map(|it| it.to_utc())
}

/// A text as a part of an address.
pub fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

/// Whether an address answered that it has no such thing.
pub fn is_missing(error: &TrackerError) -> bool {
    matches!(error, TrackerError::Http(HttpError::Gone(..)))
}
