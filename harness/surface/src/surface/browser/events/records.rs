//! [`Records`]: which record an event of the browser belongs to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::sync::mpsc;

use super::record::Record;
use crate::surface::browser::engine::auth::{Answer, Asked};
use crate::surface::browser::engine::bidi::locked;

/// Which record an event belongs to.
#[derive(Debug)]
pub(crate) struct Records {
    /// Takes the requests that want name and password.
    asked: mpsc::UnboundedSender<Asked>,
    by_user_context: Mutex<HashMap<String, Arc<Record>>>,
    /// The engine's own events name a session of theirs instead of a user context.
    by_session: Mutex<HashMap<String, Arc<Record>>>,
}

impl Records {
    pub(crate) fn new(asked: mpsc::UnboundedSender<Asked>) -> Self {
        Self { asked, by_user_context: Mutex::default(), by_session: Mutex::default() }
    }

    /// Events of this user context go to `record` from now on.
    pub(crate) fn add(&self, user_context: &str, record: &Arc<Record>) {
        locked(&self.by_user_context).insert(user_context.to_owned(), Arc::clone(record));
    }

    /// The engine's events of this session go to `record` from now on.
    pub(crate) fn add_session(&self, session: &str, record: &Arc<Record>) {
        locked(&self.by_session).insert(session.to_owned(), Arc::clone(record));
    }

    /// Forgets a page's record.
    pub(crate) fn remove(&self, user_context: &str) {
        let record = locked(&self.by_user_context).remove(user_context);
        if let Some(record) = record {
            locked(&self.by_session).retain(|_, it| !Arc::ptr_eq(it, &record));
        }
    }

    /// Whether a page shows a dialog.
    pub(crate) fn any_dialog(&self) -> bool {
        locked(&self.by_user_context).values().any(|it| it.state().dialog.is_some())
    }

    /// Gives an event to the record that it is about.
    pub(crate) fn route(&self, method: &str, params: &Value) {
        let record = if method.starts_with("goog:") {
            let session = params["session"].as_str().unwrap_or_default();
            let known = locked(&self.by_session).get(session).cloned();
            if known.is_none() && method == "goog:cdp.Runtime.exceptionThrown" {
                // A tab that nobody has looked at yet: the time tells whose exception it is.
                for record in locked(&self.by_user_context).values() {
                    record.apply(method, params);
                }
            }
            known
        } else {
            let named = params["userContext"].as_str();
            let user_context = named.or_else(|| params["source"]["userContext"].as_str());
            locked(&self.by_user_context).get(user_context.unwrap_or_default()).cloned()
        };
        if method == "network.authRequired" {
            let request = params["request"]["request"].as_str().unwrap_or_default().to_owned();
            let url = params["request"]["url"].as_str().unwrap_or_default();
            let answer =
                record.as_ref().map_or(Answer::AsItIs, |it| it.state().sign_in(&request, url));
            // Where nobody takes it, the connection is gone, and the request with it.
            drop(self.asked.send(Asked { request, answer }));
        }
        if let Some(record) = record {
            record.apply(method, params);
        }
    }

    /// Lets everyone who waits for an event look again: there will be no more.
    pub(crate) fn wake(&self) {
        for record in locked(&self.by_user_context).values() {
            record.apply("connection.ended", &Value::Null);
        }
    }
}
