//! The keys of the language model that a suite may name.

use super::{Object, Shape, object, optional, required};
use crate::model::agent::AgentApi;

pub(crate) fn agent_apis() -> Vec<&'static str> {
    AgentApi::ALL.map(AgentApi::word).to_vec()
}

pub(crate) static AGENT: Object = object(
    "agent",
    "\"agent\"",
    "A language model that takes a `do:` whose words the built-in reader refuses. Nothing that gates needs one: what it found is recorded, accepted and repeated without it.",
    &[
        required(
            "api",
            Shape::Words(agent_apis),
            "The protocol that it speaks; most servers of models speak `openai-chat`.",
            "openai-chat",
        ),
        required(
            "url",
            Shape::Text,
            "Its address, without the protocol's own path.",
            "'http://127.0.0.1:8080/v1'",
        ),
        required("model", Shape::Text, "The model's name.", "smollm2"),
        optional("key", Shape::Template, "Its key, a secret.", "'${secret:MODEL_KEY}'"),
        optional(
            "timeout",
            Shape::Duration,
            "How long an answer may take; 60s unless said.",
            "60s",
        ),
        optional(
            "cassette",
            Shape::Text,
            "A night directory whose answers stand for the model's, which is not asked; a request that it lacks fails its step.",
            "fixtures/night",
        ),
        optional(
            "tokens",
            Shape::Integer,
            "How many tokens a step may take, read and written; 50000 unless said.",
            "20000",
        ),
    ],
);
