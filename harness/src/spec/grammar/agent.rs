//! The keys of the language model or coding agent that a suite may name, and of what it may take.

use super::shapes::{TEXT, yes_or_no};
use super::{Key, Object, Shape, object, optional, required};
use crate::model::agent::AgentApi;

pub(crate) fn agent_apis() -> Vec<&'static str> {
    AgentApi::ALL.map(AgentApi::word).to_vec()
}

pub(crate) static BUDGET: Object = object(
    "budget",
    "\"budget\"",
    "What a language model may take; the built-in reader and recordings take nothing of it.",
    &[
        optional("actions", Shape::Integer, "How many actions it may propose.", "40"),
        optional(
            "time",
            Shape::Duration,
            "How long it may take, its answers and actions together.",
            "5m",
        ),
        optional("tokens", Shape::Integer, "How many tokens it may read and write.", "20000"),
        optional(
            "money",
            Shape::Text,
            "How much it may cost, in the currency of `agent: price`, which must be there.",
            "0.50",
        ),
    ],
);

/// `budget` of a step or scenario.
pub(crate) const BUDGET_KEY: Key = optional(
    "budget",
    Shape::Object(&BUDGET),
    "What a language model may take towards its goals, where the suite has one.",
    "{ tokens: 20000 }",
);

pub(crate) static PRICE: Object = object(
    "price",
    "\"price\"",
    "What the model costs.",
    &[
        required("read", Shape::Text, "A million tokens that it reads.", "0.15"),
        required("written", Shape::Text, "A million tokens that it writes.", "0.60"),
        optional("currency", Shape::Text, "The currency; USD unless said.", "USD"),
    ],
);

pub(crate) static AGENT: Object = object(
    "agent",
    "\"agent\"",
    "A language model that takes a `do:` whose words the built-in reader refuses: one behind an address (`api`, `url`, `model`), or a coding agent that is started (`command`). Nothing that gates needs one: what it found is recorded, accepted and repeated without it.",
    &[
        optional(
            "api",
            Shape::Words(agent_apis),
            "The protocol that it speaks; most servers of models speak `openai-chat`.",
            "openai-chat",
        ),
        optional(
            "url",
            Shape::Text,
            "Its address, `http:` or `https:`, without the protocol's own path.",
            "'http://127.0.0.1:8080/v1'",
        ),
        optional("model", Shape::Text, "The model's name.", "smollm2"),
        optional(
            "command",
            Shape::Text,
            "Instead of these three: a coding agent, started within walls with our tools as the only ones. What it is asked is in its standard input, or where `${prompt}` stands; `${url}` is the address of our tools and `${config}` a file that names them.",
            "'claude -p --mcp-config ${config} --strict-mcp-config'",
        ),
        optional(
            "reach",
            Shape::List(&TEXT),
            "What a coding agent may connect to on this machine beside our tools: its own model, or a proxy to it.",
            "['127.0.0.1:8080']",
        ),
        optional(
            "key",
            Shape::Template,
            "Its key, a secret; a coding agent has it in the variable of that name.",
            "'${secret:MODEL_KEY}'",
        ),
        optional(
            "ca",
            Shape::Text,
            "A file of the suite with the certificates (PEM) by which an `https:` address is known; those that are known everywhere unless said.",
            "certificates/gateway.pem",
        ),
        optional(
            "timeout",
            Shape::Duration,
            "How long an answer may take, 60s unless said; or how long a coding agent may work each time, 10m unless said.",
            "60s",
        ),
        optional(
            "stream",
            Shape::Words(yes_or_no),
            "Whether it sends its answer piece by piece; `timeout` is then for each piece, and an answer that goes on too long is cut at once. A server that answers whole is understood too.",
            "true",
        ),
        optional(
            "pictures",
            Shape::Words(yes_or_no),
            "Whether it is shown the page as a picture too, in which secrets are painted over; for a model that takes pictures.",
            "true",
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
        optional(
            "price",
            Shape::Object(&PRICE),
            "What a million tokens cost, so that money is counted.",
            "{ read: 0.15, written: 0.60 }",
        ),
        optional(
            "budget",
            Shape::Object(&BUDGET),
            "What all goals of a night together may take.",
            "{ money: 2.00 }",
        ),
        optional(
            "best-of",
            Shape::Integer,
            "How often a way to a goal without recording is looked for, before the shortest is proposed; 1 unless said.",
            "3",
        ),
        optional(
            "docs",
            Shape::List(&TEXT),
            "Files of the suite, by globs, that say what the product does; `nightshift agent` reads them and cites them.",
            "[docs/*.md, CHANGELOG.md]",
        ),
    ],
);
