//! A ticket in Atlassian's document format: a tree of nodes, in which a text is a text and never
//! markup. Only links of ours are links.

use serde_json::{Value, json};

use super::text::{Block, Piece};
use crate::report::shown::visible;

/// A document of these blocks; `mark` is a paragraph of its own at the end.
#[must_use]
pub fn document(blocks: &[Block], mark: Option<&str>) -> Value {
    let own = mark.map(|it| paragraph(&[json!({ "type": "text", "text": it })]));
    let content: Vec<Value> = blocks.iter().map(block).chain(own).collect();
    json!({ "type": "doc", "version": 1, "content": content })
}

/// Whether a document has a mark: a paragraph that is nothing but this text.
#[must_use]
pub fn is_marked(document: &Value, mark: &str) -> bool {
    let content = document["content"].as_array().map(Vec::as_slice).unwrap_or_default();
    content.iter().any(|block| {
        let [text] = block["content"].as_array().map(Vec::as_slice).unwrap_or_default() else {
            return false;
        };
        let plain = text["marks"].as_array().is_none_or(Vec::is_empty);
        block["type"] == "paragraph" && text["text"] == mark && plain
    })
}

fn block(block: &Block) -> Value {
    match block {
        Block::Heading(text) => {
            json!({ "type": "heading", "attrs": { "level": 3 }, "content": [{ "type": "text", "text": text }] })
        }
        Block::Text(pieces) => paragraph(&pieces.iter().map(piece).collect::<Vec<Value>>()),
        Block::Steps(steps) => {
            let items: Vec<Value> = steps.iter().map(|it| item(&[piece(it)])).collect();
            json!({ "type": "orderedList", "content": items })
        }
        Block::List(all) => {
            let items: Vec<Value> =
                all.iter().map(|it| item(&it.iter().map(piece).collect::<Vec<Value>>())).collect();
            json!({ "type": "bulletList", "content": items })
        }
        Block::Change { expected, actual } => {
            let lines = expected.iter().map(|it| format!("- {}", visible(it)));
            let lines = lines.chain(actual.iter().map(|it| format!("+ {}", visible(it))));
            code(&lines.collect::<Vec<_>>().join("\n"), "diff")
        }
        Block::Command(command) => code(&visible(command), "bash"),
    }
}

fn code(text: &str, language: &str) -> Value {
    json!({ "type": "codeBlock", "attrs": { "language": language },
        "content": [{ "type": "text", "text": text }] })
}

fn item(content: &[Value]) -> Value {
    json!({ "type": "listItem", "content": [paragraph(content)] })
}

fn paragraph(content: &[Value]) -> Value {
    json!({ "type": "paragraph", "content": content })
}

fn piece(piece: &Piece) -> Value {
    match piece {
        Piece::Ours(text) => json!({ "type": "text", "text": text }),
        Piece::Theirs(text) => {
            let shown = visible(text);
            // A text without a character is refused.
            let text = if shown.trim().is_empty() { "(nothing)" } else { shown.as_ref() };
            json!({ "type": "text", "text": text, "marks": [{ "type": "code" }] })
        }
        Piece::Link { text, url } => {
            json!({ "type": "text", "text": text, "marks": [{ "type": "link", "attrs": { "href": url } }] })
        }
    }
}
