//! Reading which language model or coding agent a suite has, and what it may take.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::grammar;
use super::node::Node;
use super::reader::{Fields, Reader};
use super::scenario::is_secret;
use crate::model::agent::{AgentApi, AgentCommand, AgentConfig};
use crate::model::budget::{Budget, Price};

/// How often a way may be looked for.
const MOST_ATTEMPTS: u32 = 10;

/// What only a model behind an address has.
const OF_A_MODEL: [&str; 9] =
    ["api", "url", "model", "ca", "stream", "pictures", "cassette", "tokens", "price"];
/// What a model behind an address needs.
const NEEDED: [(&str, &str); 3] =
    [("api", "openai-chat"), ("url", "'http://127.0.0.1:8080/v1'"), ("model", "smollm2")];

/// Reads `agent`.
pub(crate) fn read(reader: &mut Reader, node: &Node) -> Option<AgentConfig> {
    let fields = reader.object(node, &grammar::AGENT)?;
    if let Some(command) = fields.get("command") {
        return started(reader, &fields, command);
    }
    needed(reader, node, &fields);
    let api = fields.get("api").and_then(|it| {
        let word = reader.choice(it, "api", grammar::agent_apis())?;
        AgentApi::ALL.into_iter().find(|it| it.word() == word)
    });
    let url = fields.get("url").and_then(|it| address(reader, it));
    let model = fields.get("model").and_then(|it| reader.words(it, "\"model\""));
    let model = model.map(str::to_owned);
    let key = fields.get("key").and_then(|it| key(reader, it));
    let mut file = |name: &str| {
        let text = fields.get(name).and_then(|it| reader.words(it, &format!("\"{name}\"")));
        text.map(PathBuf::from)
    };
    let (cassette, ca) = (file("cassette"), file("ca"));
    let timeout = fields.get("timeout").and_then(|it| reader.duration(it, "\"timeout\""));
    let mut is = |key: &str| {
        let what = format!("value of \"{key}\"");
        let said = fields.get(key).and_then(|it| reader.choice(it, &what, grammar::yes_or_no()));
        said == Some("true")
    };
    let (stream, pictures) = (is("stream"), is("pictures"));
    let tokens = fields.get("tokens").and_then(|it| reader.integer(it, "\"tokens\""));
    let price = fields.get("price").and_then(|it| price(reader, it));
    let budget = reader.budget(&fields);
    if let (Some(_), None, Some(node)) = (budget.money, &price, fields.get("budget")) {
        let help = "write `price: { read: 0.15, written: 0.60 }`, for a million tokens each";
        reader.advise(node.pos, "money cannot be counted without a price", help);
    }
    let best_of = fields.get("best-of").and_then(|it| reader.attempts(it, "\"best-of\""));
    let docs = fields.get("docs").map(|it| reader.texts(it, "\"docs\"")).unwrap_or_default();
    Some(AgentConfig {
        api: api?,
        url: url?,
        model: model?,
        command: None,
        key,
        cassette,
        timeout_ms: timeout.unwrap_or(AgentConfig::TIMEOUT_MS),
        stream,
        pictures,
        tokens: tokens.unwrap_or(AgentConfig::TOKENS),
        price,
        budget,
        best_of: best_of.unwrap_or(1),
        ca,
        docs,
    })
}

/// Complains about what a model behind an address lacks.
fn needed(reader: &mut Reader, node: &Node, fields: &Fields<'_>) {
    for (key, example) in NEEDED {
        if fields.get(key).is_none() {
            let help = format!(
                "add `{key}: {example}`; or name a coding agent, as in `command: claude -p`, instead of all three"
            );
            reader.complain(node.pos, format!("\"agent\" has no \"{key}\""), Some(help));
        }
    }
    if let Some(node) = fields.get("reach") {
        let help = "write `command: …`, or remove it";
        reader.advise(node.pos, "\"reach\" is of a coding agent that is started", help);
    }
}

/// Reads a coding agent that is started.
fn started(reader: &mut Reader, fields: &Fields<'_>, node: &Node) -> Option<AgentConfig> {
    for key in OF_A_MODEL {
        if let Some(node) = fields.get(key) {
            let message = format!(
                "\"{key}\" is of a model behind an address, and \"command\" starts a coding agent"
            );
            reader.advise(node.pos, message, "remove one of the two");
        }
    }
    let words = command_line(reader, node);
    let reach = fields.get("reach").map(|it| reach(reader, it)).unwrap_or_default();
    let key = fields.get("key").and_then(|it| key(reader, it));
    let timeout = fields.get("timeout").and_then(|it| reader.duration(it, "\"timeout\""));
    let budget = reader.budget(fields);
    if let (true, Some(node)) =
        (budget.tokens.is_some() || budget.money.is_some(), fields.get("budget"))
    {
        let message = "the tokens and the money of a coding agent cannot be counted";
        reader.advise(
            node.pos,
            message,
            "bound `actions` and `time`, as in `{ actions: 40, time: 10m }`",
        );
    }
    let best_of = fields.get("best-of").and_then(|it| reader.attempts(it, "\"best-of\""));
    let docs = fields.get("docs").map(|it| reader.texts(it, "\"docs\"")).unwrap_or_default();
    let words = words?;
    let name = words.first().and_then(|it| Path::new(it).file_name()).unwrap_or_default();
    Some(AgentConfig {
        api: AgentApi::OpenaiChat,
        url: String::new(),
        model: name.to_string_lossy().into_owned(),
        command: Some(AgentCommand { words, reach }),
        key,
        cassette: None,
        timeout_ms: timeout.unwrap_or(AgentConfig::COMMAND_TIMEOUT_MS),
        stream: false,
        pictures: false,
        tokens: AgentConfig::TOKENS,
        price: None,
        budget,
        best_of: best_of.unwrap_or(1),
        ca: None,
        docs,
    })
}

/// The words of a command line, in which only what is known at its start may stand open.
fn command_line(reader: &mut Reader, node: &Node) -> Option<Vec<String>> {
    let text = reader.words(node, "\"command\"")?;
    let words = shell_words::split(text).ok().filter(|it| !it.is_empty());
    let Some(words) = words else {
        let message = format!("`{text}` is no command line");
        reader.advise(node.pos, message, "close its quotes; there is no shell");
        return None;
    };
    let known = |text: String, place: &&str| text.replace(*place, "");
    for word in &words {
        let rest = AgentCommand::PLACES.iter().fold(word.clone(), known);
        if let Some((_, open)) = rest.split_once("${") {
            let name = open.split('}').next().unwrap_or_default();
            let message = format!("nothing is put in for `${{{name}}}` in \"command\"");
            let help = format!(
                "there are {}; a key is given as `key: '${{secret:NAME}}'`, in the variable NAME",
                AgentCommand::PLACES.join(", ")
            );
            reader.advise(node.pos, message, &help);
            return None;
        }
    }
    Some(words)
}

/// The addresses of this machine that it may connect to.
fn reach(reader: &mut Reader, node: &Node) -> Vec<SocketAddr> {
    let mut all = Vec::new();
    for item in reader.list(node, "\"reach\"") {
        let Some(text) = reader.words(item, "\"reach\"") else { continue };
        let address = text.parse::<SocketAddr>().ok().filter(|it| it.ip().is_loopback());
        if address.is_none() {
            let message = format!("\"{text}\" is no address of this machine");
            let help =
                "write `127.0.0.1:PORT`; what is elsewhere is reached by a proxy that listens here";
            reader.advise(item.pos, message, help);
        }
        all.extend(address);
    }
    all
}

fn address(reader: &mut Reader, node: &Node) -> Option<String> {
    let text = reader.words(node, "\"url\"")?;
    let is_web = text.starts_with("http://") || text.starts_with("https://");
    let url = url::Url::parse(text).ok().filter(|it| is_web && it.has_host());
    let Some(url) = url else {
        let message = format!("\"{text}\" is no address that a model is asked at");
        let help = "write `http://…` or `https://…`, as in `http://127.0.0.1:8080/v1`";
        reader.advise(node.pos, message, help);
        return None;
    };
    if !url.username().is_empty() || url.password().is_some() {
        // What stands here may be a key, so the message does not repeat it.
        let help = "write `key: '${secret:NAME}'`, and keep the key outside of the suite";
        reader.advise(node.pos, "the address of a model must not hold a key", help);
        return None;
    }
    Some(text.to_owned())
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

fn price(reader: &mut Reader, node: &Node) -> Option<Price> {
    let fields = reader.object(node, &grammar::PRICE)?;
    let mut amount =
        |key: &str| fields.get(key).and_then(|it| reader.money(it, &format!("\"{key}\"")));
    let (read, written) = (amount("read"), amount("written"));
    let currency = fields.get("currency").and_then(|it| reader.words(it, "\"currency\""));
    let currency = currency.unwrap_or(Price::CURRENCY).to_owned();
    Some(Price { read: read?, written: written?, currency })
}

impl Reader {
    /// What a model may take, where `budget` says it.
    pub(crate) fn budget(&mut self, fields: &Fields<'_>) -> Budget {
        let inner = fields.get("budget").and_then(|it| self.object(it, &grammar::BUDGET));
        let Some(inner) = inner else { return Budget::default() };
        Budget {
            actions: inner.get("actions").and_then(|it| self.integer(it, "\"actions\"")),
            time_ms: inner.get("time").and_then(|it| self.duration(it, "\"time\"")),
            tokens: inner.get("tokens").and_then(|it| self.integer(it, "\"tokens\"")),
            money: inner.get("money").and_then(|it| self.money(it, "\"money\"")),
        }
    }

    /// How often a way is looked for.
    pub(crate) fn attempts(&mut self, node: &Node, what: &str) -> Option<u32> {
        let times = self.integer::<u32>(node, what)?;
        if (1..=MOST_ATTEMPTS).contains(&times) {
            return Some(times);
        }
        let message = format!("{what} must be from 1 to {MOST_ATTEMPTS}, not {times}");
        self.complain(node.pos, message, None);
        None
    }

    /// An amount of money, in millionths.
    fn money(&mut self, node: &Node, what: &str) -> Option<u64> {
        let text = self.words(node, what)?;
        let amount = millionths(text);
        if amount.is_none() {
            let message = format!("{what} is no amount of money: \"{text}\"");
            self.advise(node.pos, message, "write a number such as `0.15`, with 6 digits at most");
        }
        amount
    }
}

/// `0.15` in millionths, without rounding.
fn millionths(text: &str) -> Option<u64> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits = |it: &str| it.chars().all(|it| it.is_ascii_digit());
    if whole.is_empty() || rest.len() > 6 || !digits(whole) || !digits(rest) {
        return None;
    }
    let whole: u64 = whole.parse().ok()?;
    let rest: u64 = format!("{rest:0<6}").parse().ok()?;
    whole.checked_mul(1_000_000)?.checked_add(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_read_to_the_millionth_and_nothing_else_is_money() {
        let read = ["0.15", "2", "0.000001", "1.5"].map(millionths);
        assert_eq!(read, [Some(150_000), Some(2_000_000), Some(1), Some(1_500_000)]);
        for text in ["", ".5", "-1", "1e3", "0.0000001", "1,5", "99999999999999999999"] {
            assert_eq!(millionths(text), None, "{text}");
        }
    }
}
