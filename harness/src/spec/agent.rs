//! Reading which language model a suite has.

use std::path::PathBuf;

use super::grammar;
use super::node::Node;
use super::reader::Reader;
use super::scenario::is_secret;
use crate::model::agent::{AgentApi, AgentConfig};

/// Reads `agent`.
pub(crate) fn read(reader: &mut Reader, node: &Node) -> Option<AgentConfig> {
    let fields = reader.object(node, &grammar::AGENT)?;
    let api = fields.get("api").and_then(|it| {
        let word = reader.choice(it, "api", grammar::agent_apis())?;
        AgentApi::ALL.into_iter().find(|it| it.word() == word)
    });
    let url = fields.get("url").and_then(|it| address(reader, it));
    let model = fields.get("model").and_then(|it| reader.words(it, "\"model\""));
    let model = model.map(str::to_owned);
    let key = fields.get("key").and_then(|it| key(reader, it));
    let cassette = fields.get("cassette").and_then(|it| reader.words(it, "\"cassette\""));
    let cassette = cassette.map(PathBuf::from);
    let timeout = fields.get("timeout").and_then(|it| reader.duration(it, "\"timeout\""));
    let tokens = fields.get("tokens").and_then(|it| reader.integer(it, "\"tokens\""));
    Some(AgentConfig {
        api: api?,
        url: url?,
        model: model?,
        key,
        cassette,
        timeout_ms: timeout.unwrap_or(AgentConfig::TIMEOUT_MS),
        tokens: tokens.unwrap_or(AgentConfig::TOKENS),
    })
}

fn address(reader: &mut Reader, node: &Node) -> Option<String> {
    let text = reader.words(node, "\"url\"")?;
    if text.starts_with("http://") && url::Url::parse(text).is_ok() {
        return Some(text.to_owned());
    }
    let message = format!("\"{text}\" is no address that a model is asked at");
    let help = "write `http://…`, as in `http://127.0.0.1:8080/v1`; what speaks https is reached by a gateway on this machine";
    reader.advise(node.pos, message, help);
    None
}

/// The name of the secret that is the key.
fn key(reader: &mut Reader, node: &Node) -> Option<String> {
    let template = reader.template(node, "\"key\"")?;
    let name = template.references().first().and_then(|it| it.strip_prefix("secret:"));
    if let Some(name) = name.filter(|_| is_secret(&template)) {
        return Some(name.to_owned());
    }
    // What stands here may be the key itself, so the message does not repeat it.
    let help = "write `'${secret:NAME}'`, and keep the key outside of the suite";
    reader.advise(node.pos, "the key of a model must be a secret", help);
    None
}
