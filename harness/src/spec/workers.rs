//! Reading `night: workers`: who makes the attempts of a night, and what we are known by at their queue.

use std::path::{Path, PathBuf};

use super::discover::named;
use super::grammar;
use super::node::Node;
use super::notify::secret;
use super::reader::{Fields, Reader};
use super::scenario::is_secret;
use crate::model::Template;
use crate::model::workers::{KnownBy, QueueConfig, WorkersConfig};

/// The keys of which a queue knows us by one at most.
const KNOWN_BY: [&str; 4] = ["user", "token", "nkey", "creds"];

pub(super) fn read(reader: &mut Reader, node: &Node, root: &Path) -> Option<WorkersConfig> {
    if !node.is_scalar() {
        return queue(reader, node, root).map(WorkersConfig::At);
    }
    let text = reader.words(node, "\"workers\"")?;
    if text.contains("://") {
        let at = address(reader, node)?;
        return Some(WorkersConfig::At(QueueConfig {
            at,
            known: None,
            ca: None,
            certificate: None,
        }));
    }
    let number = reader.integer::<u32>(node, "\"workers\"")?;
    if !(1..=WorkersConfig::MOST).contains(&number) {
        let most = WorkersConfig::MOST;
        let message = format!("{number} workers cannot be started on a machine");
        let help = format!("write from 1 to {most}, or the address of a queue: nats://HOST:PORT");
        reader.advise(node.pos, message, &help);
        return None;
    }
    Some(WorkersConfig::Own(number))
}

fn queue(reader: &mut Reader, node: &Node, root: &Path) -> Option<QueueConfig> {
    let fields = reader.object(node, &grammar::WORKERS)?;
    let at = fields.get("at").and_then(|it| address(reader, it));
    let known = known_by(reader, &fields, root);
    let ca = fields.get("ca").and_then(|it| reader.words(it, "\"ca\""));
    let ca = ca.map(|it| named(it, root));
    let own = fields.get("cert").and_then(|it| reader.words(it, "\"cert\""));
    let key = fields.get("key").and_then(|it| hidden(reader, it, ("key", root)));
    let certificate = own.map(|it| named(it, root)).zip(key);
    goes_with(reader, &fields, ("cert", "key"));
    goes_with(reader, &fields, ("key", "cert"));
    Some(QueueConfig { at: at?, known, ca, certificate })
}

/// What a queue knows us by.
fn known_by(reader: &mut Reader, fields: &Fields<'_>, root: &Path) -> Option<KnownBy> {
    let mut there = KNOWN_BY.into_iter().filter_map(|it| fields.entry(it));
    let (first, second) = (there.next(), there.next());
    if let (Some(first), Some(second)) = (first, second) {
        let message = format!("\"{}\" and \"{}\" exclude each other", first.key, second.key);
        reader.advise(second.pos, message, "keep one of them");
        return None;
    }
    goes_with(reader, fields, ("password", "user"));
    let entry = first?;
    match entry.key.as_str() {
        "user" => {
            goes_with(reader, fields, ("user", "password"));
            let user = secret(reader, &entry.value, "\"user\"");
            let password = secret_alone(reader, fields.get("password")?, "password");
            Some(KnownBy::User { user: user?, password: password? })
        }
        "token" => secret_alone(reader, &entry.value, "token").map(KnownBy::Token),
        "nkey" => hidden(reader, &entry.value, ("nkey", root)).map(KnownBy::Nkey),
        _ => hidden(reader, &entry.value, ("creds", root)).map(KnownBy::Creds),
    }
}

/// Complains about a key without the one that it needs.
fn goes_with(reader: &mut Reader, fields: &Fields<'_>, (key, other): (&str, &str)) {
    if let (Some(entry), None) = (fields.entry(key), fields.get(other)) {
        let message = format!("\"{key}\" needs \"{other}\" beside it");
        reader.advise(entry.pos, message, &format!("add `{other}`, or remove `{key}`"));
    }
}

/// A text that is a secret, and nothing else.
fn secret_alone(reader: &mut Reader, node: &Node, key: &str) -> Option<Template> {
    let template = secret(reader, node, &format!("\"{key}\""))?;
    if is_secret(&template) {
        return Some(template);
    }
    // What stands here may be the secret itself, so the message does not repeat it.
    let help = "write `'${secret:NAME}'`, and keep the value outside of the suite";
    reader.advise(node.pos, format!("the {key} of a queue must be a secret"), help);
    None
}

/// A file that must not be committed.
fn hidden(reader: &mut Reader, node: &Node, (key, root): (&str, &Path)) -> Option<PathBuf> {
    let text = reader.words(node, &format!("\"{key}\""))?;
    let path = named(text, root);
    if path.starts_with(root) {
        let message = format!("\"{key}\" names a file inside of the suite");
        let help = "keep it outside, where it cannot be committed: `~/.config/nightshift/…`";
        reader.advise(node.pos, message, help);
        return None;
    }
    Some(path)
}

/// The address of a queue, which says nothing of who we are.
fn address(reader: &mut Reader, node: &Node) -> Option<String> {
    let text = reader.words(node, "\"at\"")?;
    let url = url::Url::parse(text).ok().filter(|it| {
        QueueConfig::SCHEMES.contains(&it.scheme())
            && it.host_str().is_some_and(|it| !it.is_empty())
    });
    let Some(url) = url else {
        let help = "write `nats://HOST:PORT` or `tls://HOST:PORT`";
        reader.advise(node.pos, "this is no address of a queue", help);
        return None;
    };
    if !url.username().is_empty() || url.password().is_some() {
        // What stands here may be a password, so the message does not repeat it.
        let help = "write `{ at: …, user: …, password: '${secret:NAME}' }`";
        reader.advise(node.pos, "the address of a queue in a suite must not say who asks", help);
        return None;
    }
    Some(text.to_owned())
}
