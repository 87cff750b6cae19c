//! Reading `report`: where the report of a finished night is put.

use super::grammar;
use super::node::Node;
use super::notify::address_of_report;
use super::reader::{Fields, Reader};
use crate::model::Template;
use crate::model::publish::{PublishConfig, PublishTo};

/// What a command that takes a night may refer to.
const KNOWN: [&str; 2] = ["night", "folder"];

pub(super) fn read(reader: &mut Reader, node: Option<&Node>) -> Option<PublishConfig> {
    let fields = reader.object(node?, &grammar::REPORT)?;
    let node = fields.get("publish")?;
    if node.is_scalar() {
        let path = reader.words(node, "\"publish\"")?.to_owned();
        return Some(PublishConfig {
            to: PublishTo::Folder { path, keep: PublishTo::KEEP },
            link: None,
        });
    }
    let fields = reader.object(node, &grammar::PUBLISH)?;
    let link = fields.get("link").and_then(|it| address_of_report(reader, it));
    let chosen = reader.one_of(&fields, &grammar::PUBLISH)?;
    let is_folder = chosen.key == "folder";
    let (other, whose) = if is_folder { ("timeout", "a command") } else { ("keep", "a folder") };
    if let Some(node) = fields.get(other) {
        reader.advise(node.pos, format!("\"{other}\" is for {whose}"), "remove the key");
        return None;
    }
    let to = if is_folder {
        let path = reader.words(&chosen.value, "\"folder\"")?.to_owned();
        PublishTo::Folder { path, keep: keep(reader, &fields)? }
    } else {
        let words = command(reader, &chosen.value)?;
        let timeout = fields.get("timeout").map(|it| reader.duration(it, "\"timeout\""));
        let timeout_ms = timeout.unwrap_or(Some(PublishTo::TIMEOUT_MS))?;
        PublishTo::Command { words, timeout_ms }
    };
    Some(PublishConfig { to, link })
}

/// How many nights are kept: one at least.
fn keep(reader: &mut Reader, fields: &Fields<'_>) -> Option<u32> {
    let Some(node) = fields.get("keep") else { return Some(PublishTo::KEEP) };
    let keep = reader.integer::<u32>(node, "\"keep\"")?;
    if keep == 0 {
        reader.advise(node.pos, "a folder that keeps no night shows none", "write 1 or more");
        return None;
    }
    Some(keep)
}

/// The words of the command, which are filled one by one.
fn command(reader: &mut Reader, node: &Node) -> Option<Vec<Template>> {
    let text = reader.words(node, "\"command\"")?;
    let Ok(words) = shell_words::split(text) else {
        let help = "close it, or escape it with `\\`";
        reader.advise(node.pos, "a quote in this command is never closed", help);
        return None;
    };
    let words: Vec<Template> = words.into_iter().map(Template::new).collect();
    let unknown = words.iter().flat_map(Template::references).find(|it| !KNOWN.contains(it));
    if let Some(name) = unknown {
        reader.advise(
            node.pos,
            format!("${{{name}}} has no value when a night is put somewhere"),
            "write `${night}` or `${folder}`; the command gets the environment that we have",
        );
        return None;
    }
    Some(words)
}
