//! Slack by its own API: the night's message, and for each finding that was told before a reply in
//! the thread where it was told first.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::http::{self, HttpError, Post, Twice};
use crate::ledger::Secrets;
use crate::report::Message;

/// The version of the file of threads.
const FORMAT_VERSION: u32 = 1;
/// The most findings whose threads are remembered.
const MOST_THREADS: usize = 2_000;
/// What Slack says of a token that is none any more.
const NO_TOKEN: [&str; 5] =
    ["invalid_auth", "not_authed", "token_expired", "token_revoked", "account_inactive"];
/// What Slack says of a token that lacks a right.
const NO_RIGHT: [&str; 6] = [
    "missing_scope",
    "not_in_channel",
    "no_permission",
    "not_allowed_token_type",
    "restricted_action",
    "ekm_access_denied",
];
/// What Slack says of a channel that is gone.
const NO_CHANNEL: [&str; 2] = ["channel_not_found", "is_archived"];

/// A channel, and what we are known by there.
pub struct Desk<'a> {
    /// The address of the API.
    pub api: String,
    /// The token of a bot.
    pub token: String,
    /// The channel.
    pub channel: &'a str,
    /// What goes nowhere.
    pub secrets: &'a Secrets,
    /// Where the threads are remembered.
    pub threads: PathBuf,
}

/// Where the threads of a suite are remembered.
pub fn threads_of(root: &Path) -> PathBuf {
    root.join(".nightshift/threads.json")
}

/// The message in which each finding was told first, by channel and fingerprint.
#[derive(Debug, Serialize, Deserialize)]
struct Threads {
    format_version: u32,
    slack: IndexMap<String, IndexMap<String, String>>,
}

/// Slack's answer.
#[derive(Deserialize)]
struct Answer {
    ok: bool,
    #[serde(default)]
    ts: String,
    #[serde(default)]
    error: String,
}

impl Desk<'_> {
    /// Posts the night's message, and a reply for each finding that was told before.
    ///
    /// # Errors
    /// The message was not taken. A reply that was not is only named, since the night is told.
    pub fn tell(
        &self,
        message: &Message,
        wait: &dyn Fn(Duration),
    ) -> Result<Vec<String>, HttpError> {
        // Who tells of another night at the same time waits: each would forget the other's threads.
        let _alone = self.alone();
        let mut threads = self.read();
        let known = threads.slack.entry(self.channel.to_owned()).or_default();
        let first = self.post(message.slack(), &message.night, wait)?;
        let mut problems = Vec::new();
        for (finding, reply) in message.slack_replies() {
            let Some(thread) = known.get(finding) else {
                known.insert(finding.to_owned(), first.clone());
                continue;
            };
            let mut reply = reply;
            reply["thread_ts"] = json!(thread);
            let key = format!("{}-{finding}", message.night);
            if let Err(error) = self.post(reply, &key, wait) {
                problems.push(format!("no reply in the thread of {finding}: {error}"));
            }
        }
        let surplus = known.len().saturating_sub(MOST_THREADS);
        known.drain(..surplus);
        problems.extend(self.write(&threads).err());
        Ok(problems)
    }

    /// Posts one message; answers with what stands for it in Slack.
    fn post(
        &self,
        mut body: Value,
        key: &str,
        wait: &dyn Fn(Duration),
    ) -> Result<String, HttpError> {
        body["channel"] = json!(self.channel);
        let post = Post {
            url: format!("{}/chat.postMessage", self.api.trim_end_matches('/')),
            token: Some(self.token.clone()),
            body: self.secrets.scrub_text(&body.to_string()),
            key: key.to_owned(),
            twice: Twice::MakesTwo,
        };
        let answer = http::post(&post, wait)?;
        match serde_json::from_str::<Answer>(&answer) {
            Ok(Answer { ok: true, ts, .. }) => Ok(ts),
            Ok(Answer { error, .. }) if NO_TOKEN.contains(&error.as_str()) => {
                Err(HttpError::Refused(200))
            }
            Ok(Answer { error, .. }) if NO_RIGHT.contains(&error.as_str()) => {
                Err(HttpError::NoRight(200, error))
            }
            Ok(Answer { error, .. }) if NO_CHANNEL.contains(&error.as_str()) => {
                Err(HttpError::Gone(200, error))
            }
            Ok(Answer { error, .. }) => {
                Err(HttpError::NotTaken(200, crate::report::one_line(&error, 100)))
            }
            Err(_) => Err(HttpError::NotTaken(200, "its answer is none of Slack's".to_owned())),
        }
    }

    /// The lock of the threads; `None` where nothing can be written, and so nothing remembered.
    fn alone(&self) -> Option<File> {
        std::fs::create_dir_all(self.threads.parent()?).ok()?;
        let path = self.threads.with_extension("lock");
        let file = File::options().write(true).create(true).truncate(false).open(path).ok()?;
        file.lock().ok()?;
        Some(file)
    }

    /// What is remembered; nothing, where there is no such file or none that can be read.
    fn read(&self) -> Threads {
        let text = std::fs::read_to_string(&self.threads).unwrap_or_default();
        serde_json::from_str(&text)
            .unwrap_or(Threads { format_version: FORMAT_VERSION, slack: IndexMap::new() })
    }

    fn write(&self, threads: &Threads) -> Result<(), String> {
        let text = serde_json::to_string_pretty(threads).map_err(|it| it.to_string())?;
        let beside = self.threads.with_extension("json.new");
        let folder = self.threads.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&beside, text))
            .and_then(|()| std::fs::rename(&beside, &self.threads))
            .map_err(|error| format!("threads are not remembered: {error}"))
    }
}
