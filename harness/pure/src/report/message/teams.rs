//! Teams: an adaptive card of rich text, whose runs are no Markdown.

use serde_json::{Value, json};

use super::Message;

impl Message {
    /// The body of a message to a workflow of Teams.
    #[must_use]
    pub fn teams(&self) -> Value {
        let mut body = vec![paragraph(&self.sentence, "Bolder")];
        body.extend(self.lines().iter().map(|it| paragraph(it, "Default")));
        let actions: Vec<Value> = self
            .link
            .iter()
            .map(|url| json!({ "type": "Action.OpenUrl", "title": "The report", "url": url }))
            .collect();
        json!({
            "type": "message",
            "attachments": [{
                "contentType": "application/vnd.microsoft.card.adaptive",
                "content": {
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "type": "AdaptiveCard",
                    "version": "1.4",
                    "body": body,
                    "actions": actions,
                },
            }],
        })
    }
}

fn paragraph(text: &str, weight: &str) -> Value {
    // Two braces begin a date or a binding of a card's template, also in text.
    let text = text.replace("{{", "{\u{200B}{").replace("${", "$\u{200B}{");
    let run = json!({ "type": "TextRun", "text": text, "weight": weight });
    json!({ "type": "RichTextBlock", "inlines": [run] })
}
