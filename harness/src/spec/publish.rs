//! Reading `report`: where the report of a finished night is put.

use super::grammar;
use super::node::Node;
use super::notify::{address_of_report, secret};
use super::reader::{Fields, Reader};
use crate::model::Template;
use crate::model::publish::{PublishConfig, PublishTo, S3Config};

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
    let is_command = chosen.key == "command";
    let (other, whose) =
        if is_command { ("keep", "a folder or bucket") } else { ("timeout", "a command") };
    if let Some(node) = fields.get(other) {
        reader.advise(node.pos, format!("\"{other}\" is for {whose}"), "remove the key");
        return None;
    }
    let to = match chosen.key.as_str() {
        "folder" => {
            let path = reader.words(&chosen.value, "\"folder\"")?.to_owned();
            PublishTo::Folder { path, keep: keep(reader, &fields)? }
        }
        "s3" => {
            let store = store(reader, &chosen.value)?;
            PublishTo::S3 { store, keep: keep(reader, &fields)? }
        }
        _ => {
            let words = command(reader, &chosen.value)?;
            let timeout = fields.get("timeout").map(|it| reader.duration(it, "\"timeout\""));
            let timeout_ms = timeout.unwrap_or(Some(PublishTo::TIMEOUT_MS))?;
            PublishTo::Command { words, timeout_ms }
        }
    };
    Some(PublishConfig { to, link })
}

/// A part of a bucket.
fn store(reader: &mut Reader, node: &Node) -> Option<S3Config> {
    let fields = reader.object(node, &grammar::PUBLISH_S3)?;
    let bucket = fields.get("bucket").and_then(|it| plain(reader, it, "bucket"));
    let region = fields.get("region").map(|it| plain(reader, it, "region"));
    let prefix = fields.get("prefix").map(|it| plain(reader, it, PREFIX));
    let key = fields.get("key").and_then(|it| secret(reader, it, "\"key\""));
    let hidden = fields.get("secret").and_then(|it| secret(reader, it, "\"secret\""));
    let endpoint = fields.get("endpoint").map(|it| secret(reader, it, "\"endpoint\""));
    Some(S3Config {
        endpoint: endpoint.map_or(Some(None), |it| it.map(Some))?,
        region: region.unwrap_or_else(|| Some(S3Config::REGION.to_owned()))?,
        bucket: bucket?,
        prefix: prefix.map_or(Some(None), |it| it.map(Some))?,
        key: key?,
        secret: hidden?,
    })
}

/// The key of what may hold slashes in between.
const PREFIX: &str = "prefix";

/// What needs no escape in an address.
fn plain(reader: &mut Reader, node: &Node, key: &str) -> Option<String> {
    let text = reader.words(node, &format!("\"{key}\""))?.to_owned();
    let is_plain = |it: &str| {
        !matches!(it, "" | "." | "..")
            && it.chars().all(|it| it.is_ascii_alphanumeric() || "._-".contains(it))
    };
    let may_be = key == PREFIX || !text.contains('/');
    if may_be && text.split('/').all(is_plain) {
        return Some(text);
    }
    let slashes = if key == PREFIX { ", with `/` in between" } else { "" };
    let help = format!("write letters, digits, `.`, `_` and `-`{slashes}");
    reader.advise(node.pos, format!("\"{text}\" is no {key}"), &help);
    None
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
