//! [`AgentConfig`]: the language model that a suite may name for goals whose words are refused, or the
//! coding agent that is started in its place.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::budget::{Budget, Price};

/// A language model behind an address, or a coding agent that is started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentConfig {
    /// The protocol that it speaks; of no meaning beside `command`.
    pub api: AgentApi,
    /// The address without the protocol's own path: `http://127.0.0.1:8080/v1`; empty beside `command`.
    pub url: String,
    /// The model's name, or that of the coding agent.
    pub model: String,
    /// The coding agent that is started; `None` asks a model behind an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<AgentCommand>,
    /// The name of the secret that is its key; `None` where it needs none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The directory of a night whose answers stand for the model's, relative to the suite root;
    /// `None` asks the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cassette: Option<PathBuf>,
    /// How long one answer may take, in milliseconds; each of its pieces, where they come one by one.
    pub timeout_ms: u64,
    /// Whether it is asked to send its answer piece by piece, while it makes it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stream: bool,
    /// Whether it is shown the page as a picture, beside its lines.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pictures: bool,
    /// How many tokens one step may take, read and written.
    pub tokens: u64,
    /// What tokens cost; `None` counts no money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// What all goals of a night together may take.
    #[serde(default, skip_serializing_if = "Budget::is_empty")]
    pub budget: Budget,
    /// How often a way to a goal that has no recording is looked for, before the shortest is proposed.
    #[serde(default = "once")]
    pub best_of: u32,
    /// A file with the certificates by which the server is known, relative to the suite root; `None`
    /// is those that are known everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<PathBuf>,
    /// What the product is said to do: files of the suite, by globs, that `nightshift agent` reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub docs: Vec<String>,
}

/// A coding agent that is started, with our tools as the only ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentCommand {
    /// The words of its command line, in which those of [`AgentCommand::PLACES`] stand for what is
    /// known when it is started.
    pub words: Vec<String>,
    /// What it may connect to on this machine beside our tools: its own model, or a way to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reach: Vec<SocketAddr>,
}

impl AgentCommand {
    /// Stands for what it is asked, which it reads from standard input otherwise.
    pub const PROMPT: &'static str = "${prompt}";
    /// Stands for the address of our tools.
    pub const URL: &'static str = "${url}";
    /// Stands for a file that names our tools as clients have it: `{ "mcpServers": … }`.
    pub const CONFIG: &'static str = "${config}";
    /// All of them.
    pub const PLACES: [&'static str; 3] = [Self::PROMPT, Self::URL, Self::CONFIG];

    /// Whether it is `codex exec --json` without a mode in which it calls tools: it cancels each call
    /// then, and says nothing of it.
    #[must_use]
    pub fn cancels_calls(&self) -> bool {
        let has = |wanted: &str| self.words.iter().any(|it| it == wanted);
        let approves = |it: &String| {
            ["approval_mode", "approval_policy", "--full-auto", "bypass-approvals", "--yolo"]
                .iter()
                .any(|mode| it.contains(mode))
        };
        let program = self.words.first().and_then(|it| it.rsplit('/').next());
        program == Some("codex") && has("exec") && has("--json") && !self.words.iter().any(approves)
    }
}

fn once() -> u32 {
    1
}

impl AgentConfig {
    /// How long one answer may take where nobody says it, in milliseconds.
    pub const TIMEOUT_MS: u64 = 60_000;
    /// How many tokens one step may take where nobody says it.
    pub const TOKENS: u64 = 50_000;
    /// How long a coding agent may take each time it is started where nobody says it, in milliseconds.
    pub const COMMAND_TIMEOUT_MS: u64 = 600_000;
}

/// A protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AgentApi {
    /// The chat completions of `OpenAI`, and everything that speaks them.
    OpenaiChat,
    /// The responses of `OpenAI`.
    OpenaiResponses,
    /// Anthropic's messages.
    Anthropic,
}

impl AgentApi {
    /// Every protocol.
    pub const ALL: [Self; 3] = [Self::OpenaiChat, Self::OpenaiResponses, Self::Anthropic];

    /// The word used in YAML.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::OpenaiChat => "openai-chat",
            Self::OpenaiResponses => "openai-responses",
            Self::Anthropic => "anthropic",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codex_without_an_approval_mode_is_noticed_and_everything_else_is_not() {
        let cancels = |line: &str| {
            let words = line.split(' ').map(str::to_owned).collect();
            AgentCommand { words, reach: Vec::new() }.cancels_calls()
        };
        assert!(cancels("codex exec --json"));
        assert!(cancels("/opt/codex/bin/codex exec --json -c model=small"));
        for line in [
            "codex exec",
            "codex exec --json -c mcp_servers.nightshift.default_tools_approval_mode=approve",
            "codex exec --json --dangerously-bypass-approvals-and-sandbox",
            "claude -p --json",
            "python3 exec --json",
        ] {
            assert!(!cancels(line), "{line}");
        }
    }
}
