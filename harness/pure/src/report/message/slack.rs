//! Slack: blocks of plain text, in which nothing is a mention, a link or markup; only the address
//! of the report is a link.

use serde_json::{Value, json};

use super::Message;
use crate::report::shown::one_line;

/// What a block of text may hold, with room for what Slack counts otherwise.
const MOST_CHARACTERS: usize = 2_800;

impl Message {
    /// The body of a message to Slack, by an incoming webhook or `chat.postMessage`.
    #[must_use]
    pub fn slack(&self) -> Value {
        let mut blocks = vec![block(&self.sentence)];
        blocks.extend(self.lines().iter().map(|it| block(it)));
        if let Some(link) = &self.link {
            let url = link.replace('|', "%7C").replace('>', "%3E");
            let text = format!("<{url}|The report of night {}>", escaped(&self.night));
            blocks.push(json!({ "type": "section", "text": { "type": "mrkdwn", "text": text } }));
        }
        // What notifications show is markup, whatever the blocks are.
        json!({ "text": escaped(&self.sentence), "blocks": blocks, "unfurl_links": false })
    }
}

impl Message {
    /// For each finding, by its fingerprint, what is told of it where it was told before.
    pub fn slack_replies(&self) -> impl Iterator<Item = (&str, Value)> {
        self.findings.iter().map(|finding| {
            let text = format!("Night {}: {}", self.night, finding.line());
            let body = json!({
                "text": escaped(&text),
                "blocks": [block(&text)],
                "unfurl_links": false,
            });
            (finding.fingerprint.as_str(), body)
        })
    }
}

fn block(text: &str) -> Value {
    let text = one_line(text, MOST_CHARACTERS);
    json!({ "type": "section", "text": { "type": "plain_text", "text": text, "emoji": false } })
}

/// Text that is no markup of Slack's.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
