//! [`AgentConfig`]: the language model that a suite may name for goals whose words are refused.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::budget::{Budget, Price};

/// A language model behind an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentConfig {
    /// The protocol that it speaks.
    pub api: AgentApi,
    /// The address without the protocol's own path: `http://127.0.0.1:8080/v1`.
    pub url: String,
    /// The model's name.
    pub model: String,
    /// The name of the secret that is its key; `None` where it needs none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The directory of a night whose answers stand for the model's, relative to the suite root;
    /// `None` asks the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cassette: Option<PathBuf>,
    /// How long one answer may take, in milliseconds.
    pub timeout_ms: u64,
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

fn once() -> u32 {
    1
}

impl AgentConfig {
    /// How long one answer may take where nobody says it, in milliseconds.
    pub const TIMEOUT_MS: u64 = 60_000;
    /// How many tokens one step may take where nobody says it.
    pub const TOKENS: u64 = 50_000;
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
