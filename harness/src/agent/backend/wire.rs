//! Requests and answers of the three protocols: chat and responses of `OpenAI`, and messages of Anthropic.
//! Each has an answer bound to the schema of one action.

use serde_json::{Value, json};

use super::reply::VERBS;
use super::{Answer, BackendError, Request};
use crate::model::agent::AgentApi;

/// The most tokens that an answer may have: an action is short.
const MOST_TOKENS: u32 = 1_024;

/// The path behind the address that a suite names.
pub(super) fn path(api: AgentApi) -> &'static str {
    match api {
        AgentApi::OpenaiChat => "chat/completions",
        AgentApi::OpenaiResponses => "responses",
        AgentApi::Anthropic => "messages",
    }
}

/// The headers that carry a key.
pub(super) fn headers(api: AgentApi, key: Option<&str>) -> Vec<(&'static str, String)> {
    let mut all = vec![("content-type", "application/json".to_owned())];
    match api {
        AgentApi::OpenaiChat | AgentApi::OpenaiResponses => {
            all.extend(key.map(|key| ("authorization", format!("Bearer {key}"))));
        }
        AgentApi::Anthropic => {
            all.push(("anthropic-version", "2023-06-01".to_owned()));
            all.extend(key.map(|key| ("x-api-key", key.to_owned())));
        }
    }
    all
}

/// The body of a request.
pub(super) fn body(api: AgentApi, model: &str, request: &Request) -> Value {
    let (system, user) = (&request.system, &request.user);
    match api {
        AgentApi::OpenaiChat => json!({
            "model": model,
            "messages": [
                { "role": "system", "content": system },
                { "role": "user", "content": user },
            ],
            "temperature": 0,
            "max_tokens": MOST_TOKENS,
            "response_format": {
                "type": "json_schema",
                "json_schema": { "name": "action", "strict": true, "schema": schema() },
            },
        }),
        AgentApi::OpenaiResponses => json!({
            "model": model,
            "instructions": system,
            "input": user,
            "max_output_tokens": MOST_TOKENS,
            "store": false,
            "text": {
                "format": { "type": "json_schema", "name": "action", "strict": true, "schema": schema() },
            },
        }),
        AgentApi::Anthropic => json!({
            "model": model,
            "system": system,
            "messages": [{ "role": "user", "content": user }],
            "max_tokens": MOST_TOKENS,
            "tools": [{
                "name": "act",
                "description": "Do one thing on the page, or say why not.",
                "input_schema": schema(),
            }],
            "tool_choice": { "type": "tool", "name": "act" },
        }),
    }
}

/// One action.
fn schema() -> Value {
    let text = || json!({ "type": ["string", "null"] });
    json!({
        "type": "object",
        "properties": {
            "action": { "type": "string", "enum": VERBS },
            "ref": text(),
            "text": text(),
            "why": text(),
        },
        "required": ["action", "ref", "text", "why"],
        "additionalProperties": false,
    })
}

/// What an answer says.
pub(super) fn answer(api: AgentApi, body: &[u8], tries: u32) -> Result<Answer, BackendError> {
    let body: Value = serde_json::from_slice(body)
        .map_err(|error| BackendError::Malformed(format!("it is no JSON: {error}")))?;
    let is_cut = match api {
        AgentApi::OpenaiChat => body["choices"][0]["finish_reason"] == "length",
        AgentApi::OpenaiResponses => body["status"] == "incomplete",
        AgentApi::Anthropic => body["stop_reason"] == "max_tokens",
    };
    if is_cut {
        return Err(BackendError::Cut);
    }
    let text = match api {
        AgentApi::OpenaiChat => {
            body["choices"][0]["message"]["content"].as_str().map(str::to_owned)
        }
        AgentApi::OpenaiResponses => {
            let items = body["output"].as_array().into_iter().flatten();
            let parts = items.filter_map(|it| it["content"].as_array()).flatten();
            let texts: Vec<&str> = parts
                .filter(|it| it["type"] == "output_text")
                .filter_map(|it| it["text"].as_str())
                .collect();
            (!texts.is_empty()).then(|| texts.concat())
        }
        AgentApi::Anthropic => {
            let mut parts = body["content"].as_array().into_iter().flatten();
            parts.find(|it| it["type"] == "tool_use").map(|it| it["input"].to_string())
        }
    };
    let text = text.ok_or_else(|| BackendError::Malformed("it holds no answer".to_owned()))?;
    let usage = |names: [&str; 2]| {
        names.iter().find_map(|it| body["usage"][*it].as_u64()).unwrap_or_default()
    };
    let tokens_in = usage(["prompt_tokens", "input_tokens"]);
    let tokens_out = usage(["completion_tokens", "output_tokens"]);
    Ok(Answer { text, tokens_in, tokens_out, tries })
}
