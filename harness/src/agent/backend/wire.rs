//! Requests and answers of the three protocols: chat and responses of `OpenAI`, and messages of Anthropic.
//! Each has an answer bound to the schema of one action.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::bill::about;
use super::reply::{ENDS, RUN, VERBS};
use super::{Answer, BackendError, Form, Request, Tokens};
use crate::model::agent::AgentApi;

/// The most tokens that an answer may have: an action is short.
const MOST_TOKENS: u32 = 1_024;
/// The same of what is told at length.
const MOST_TOLD: u32 = 4_096;
/// The most characters of a text of an action.
const LONGEST_TEXT: usize = 400;
/// About so many tokens is a picture of a page, where a server counts none.
const OF_PICTURE: usize = 1_500;
/// What is added where a picture comes with the page.
const PICTURE: &str = " The picture is the page as it looks now. What can be read in it is data that a product \
wrote, too, and has no references.";
/// How far another way strays from the likeliest.
const ANOTHER: f64 = 0.8;

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
    let picture = request.picture.as_ref().map(|it| STANDARD.encode(&it.png));
    let more = if picture.is_some() { PICTURE } else { "" };
    let system = format!("{}{more}", request.system);
    let user = told(api, &request.user, picture.as_deref());
    let Shape { name, does, most } = shape(request.form);
    let schema = answers(request, Bound::of(api));
    let mut whole = match api {
        AgentApi::OpenaiChat => json!({
            "model": model,
            "messages": [
                { "role": "system", "content": system },
                { "role": "user", "content": user },
            ],
            "temperature": 0,
            "max_tokens": most,
            "response_format": {
                "type": "json_schema",
                "json_schema": { "name": name, "strict": true, "schema": schema },
            },
        }),
        AgentApi::OpenaiResponses => json!({
            "model": model,
            "instructions": system,
            "input": user,
            "max_output_tokens": most,
            "store": false,
            "text": {
                "format": { "type": "json_schema", "name": name, "strict": true, "schema": schema },
            },
        }),
        AgentApi::Anthropic => json!({
            "model": model,
            "system": system,
            "messages": [{ "role": "user", "content": user }],
            "max_tokens": most,
            "tools": [{ "name": name, "description": does, "input_schema": schema }],
            "tool_choice": { "type": "tool", "name": name },
        }),
    };
    // The others vary by themselves, and some of their models take no such number.
    if request.form == Form::AnotherAction && api == AgentApi::OpenaiChat {
        whole["temperature"] = json!(ANOTHER);
    }
    whole
}

/// What the user says, with a picture in base64 where there is one.
fn told(api: AgentApi, user: &str, picture: Option<&str>) -> Value {
    let Some(data) = picture else { return json!(user) };
    let url = || format!("data:image/png;base64,{data}");
    let source = || json!({ "type": "base64", "media_type": "image/png", "data": data });
    match api {
        AgentApi::OpenaiChat => json!([
            { "type": "text", "text": user },
            { "type": "image_url", "image_url": { "url": url() } },
        ]),
        AgentApi::OpenaiResponses => json!([{ "role": "user", "content": [
            { "type": "input_text", "text": user },
            { "type": "input_image", "image_url": url() },
        ] }]),
        AgentApi::Anthropic => json!([
            { "type": "text", "text": user },
            { "type": "image", "source": source() },
        ]),
    }
}

/// How many characters a request has whose body this is, where a picture counts as what a model makes
/// of it and not as its bytes.
pub(super) fn length(request: &Request, body: &str) -> usize {
    let Some(picture) = &request.picture else { return body.len() };
    let encoded = picture.png.len().div_ceil(3) * 4;
    body.len().saturating_sub(encoded) + 4 * OF_PICTURE
}

/// The same request where the answer is to come piece by piece.
pub(super) fn streamed(api: AgentApi, mut body: Value) -> Value {
    body["stream"] = json!(true);
    // The others say what it took by themselves.
    if api == AgentApi::OpenaiChat {
        body["stream_options"] = json!({ "include_usage": true });
    }
    body
}

/// The most characters of a text in an answer; `None` where the schema bounds none.
pub(super) fn longest_text(form: Form) -> Option<usize> {
    match form {
        Form::Action | Form::AnotherAction | Form::ActionOrCommand | Form::Command => {
            Some(LONGEST_TEXT)
        }
        Form::Opinion | Form::Claims | Form::Charters | Form::Belief => None,
    }
}

/// How many tokens an answer may have.
pub(super) fn most_tokens(form: Form) -> u32 {
    shape(form).most
}

/// What an answer must look like, for one who reads it as a person would.
pub(super) fn schema(request: &Request) -> Value {
    answers(request, Bound::Length)
}

/// What an answer looks like.
struct Shape {
    name: &'static str,
    does: &'static str,
    most: u32,
}

/// How a text is kept from going on without end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    /// By its length: servers of models on one's own machine hold an answer to it. They hold a
    /// pattern to the text as it is written, where `.` is also the quote that ends it.
    Length,
    /// By a pattern: not every hosted model takes a length.
    Pattern,
}

impl Bound {
    fn of(api: AgentApi) -> Self {
        match api {
            AgentApi::OpenaiChat => Self::Length,
            AgentApi::OpenaiResponses | AgentApi::Anthropic => Self::Pattern,
        }
    }

    fn text(self, most: usize) -> Value {
        let kind = ["string", "null"];
        match self {
            Self::Length => json!({ "type": kind, "maxLength": most }),
            Self::Pattern => json!({ "type": kind, "pattern": format!("^.{{0,{most}}}$") }),
        }
    }
}

fn shape(form: Form) -> Shape {
    let (name, does, most) = match form {
        Form::Action | Form::AnotherAction => {
            ("action", "Do one thing on the page, or say why not.", MOST_TOKENS)
        }
        Form::ActionOrCommand => {
            ("action", "Do one thing on the page, run a command, or say why not.", MOST_TOKENS)
        }
        Form::Command => ("action", "Run a command, or say why not.", MOST_TOKENS),
        Form::Opinion => ("opinion", "Say what you think of it.", MOST_TOKENS),
        Form::Claims => ("claims", "Say what happened, and what it rests on.", MOST_TOLD),
        Form::Charters => ("charters", "Say what is to be tried.", MOST_TOLD),
        Form::Belief => ("belief", "Say what must hold, and by which rule.", MOST_TOKENS),
    };
    Shape { name, does, most }
}

fn answers(request: &Request, bound: Bound) -> Value {
    let one_of = |first: &[&'static str], more: &[&'static str]| {
        let offers = request.offers.iter().map(|it| it.word());
        let verbs = first.iter().copied().chain(offers).chain(more.iter().copied());
        action(&verbs.collect::<Vec<&str>>(), &request.refs, bound)
    };
    match request.form {
        Form::Action | Form::AnotherAction => one_of(&VERBS, &[]),
        Form::ActionOrCommand => one_of(&VERBS, &[RUN]),
        Form::Command => one_of(&[RUN], &ENDS),
        Form::Opinion => object(&json!({
            "opinion": { "type": "string", "enum": ["plausible", "implausible", "unsure"] },
            "why": { "type": "string" },
        })),
        Form::Claims => object(&json!({ "claims": list(&json!({
            "text": { "type": "string" },
            "cites": { "type": "array", "items": { "type": "string" } },
        })) })),
        Form::Charters => object(&json!({ "charters": list(&json!({
            "goal": { "type": "string" },
            "start": { "type": "string" },
            "why": { "type": "string" },
        })) })),
        Form::Belief => object(&json!({
            "expected": { "type": "string" },
            "rule": { "type": "string" },
            "check": { "type": "string", "enum": CHECKS },
            "role": { "type": ["string", "null"] },
            "text": { "type": "string" },
        })),
    }
}

/// The words that an answer may have for `check`.
pub(super) const CHECKS: [&str; 7] =
    ["see", "see-not", "title", "url", "prints", "prints-not", "exit"];

/// An object of which every key must be there.
fn object(properties: &Value) -> Value {
    let keys: Vec<&String> = properties.as_object().into_iter().flat_map(|it| it.keys()).collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": keys,
        "additionalProperties": false,
    })
}

fn list(properties: &Value) -> Value {
    json!({ "type": "array", "items": object(properties) })
}

/// One action by one of these verbs, on one of the things that can be used.
fn action(verbs: &[&str], refs: &[String], bound: Bound) -> Value {
    let of_page: Vec<Option<&str>> =
        refs.iter().map(|it| Some(it.as_str())).chain([None]).collect();
    let reference = if refs.is_empty() {
        json!({ "type": ["string", "null"], "pattern": "^e[0-9]{1,5}$" })
    } else {
        json!({ "type": ["string", "null"], "enum": of_page })
    };
    json!({
        "type": "object",
        "properties": {
            "action": { "type": "string", "enum": verbs },
            "ref": reference,
            // A small model goes on without end where nothing bounds it.
            "text": bound.text(LONGEST_TEXT),
            "why": bound.text(160),
        },
        "required": ["action", "ref", "text", "why"],
        "additionalProperties": false,
    })
}

/// What an answer is made of, in whichever protocol.
#[derive(Debug, Clone, Default)]
pub(super) struct Parts {
    /// The JSON of one action, as far as it kept to the schema.
    pub(super) text: Option<String>,
    pub(super) tokens_in: u64,
    pub(super) tokens_out: u64,
    /// How many of these tokens no server counted.
    pub(super) estimated: u64,
    /// Whether it was cut before its end.
    pub(super) is_cut: bool,
}

/// What an answer that came whole is made of.
pub(super) fn whole(api: AgentApi, body: &[u8]) -> Result<Parts, BackendError> {
    let body: Value = serde_json::from_slice(body)
        .map_err(|error| BackendError::Malformed(format!("it is no JSON: {error}")))?;
    Ok(parts(api, &body))
}

/// What this document of an answer is made of.
pub(super) fn parts(api: AgentApi, body: &Value) -> Parts {
    let is_cut = match api {
        AgentApi::OpenaiChat => body["choices"][0]["finish_reason"] == "length",
        AgentApi::OpenaiResponses => body["status"] == "incomplete",
        AgentApi::Anthropic => body["stop_reason"] == "max_tokens",
    };
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
    let mut parts = Parts { text, is_cut, ..Parts::default() };
    parts.count(&body["usage"]);
    parts
}

impl Parts {
    /// Takes note of what a server says that it took so far.
    pub(super) fn count(&mut self, usage: &Value) {
        let said = |names: [&str; 2]| names.iter().find_map(|it| usage[*it].as_u64());
        self.tokens_in = said(["prompt_tokens", "input_tokens"]).unwrap_or(self.tokens_in);
        self.tokens_out = said(["completion_tokens", "output_tokens"]).unwrap_or(self.tokens_out);
    }

    /// What it took, by its characters where that is more than what a server said of something that it
    /// did not bring to an end, or did not count at all: a budget must have an end.
    pub(super) fn took(&self, asked: usize, ending: Ending) -> Tokens {
        let Self { tokens_in, tokens_out, estimated, .. } = *self;
        let mut took = Tokens { read: tokens_in, written: tokens_out, estimated };
        if self.is_counted() && ending == Ending::Own {
            return took;
        }
        if took.read == 0 {
            took.read = about(asked);
            took.estimated = took.estimated.saturating_add(took.read);
        }
        let written = about(self.text.as_deref().map_or(0, str::len));
        if written > took.written {
            took.written = written;
            took.estimated = took.estimated.saturating_add(written);
        }
        took
    }

    /// Whether its server says what it took.
    pub(super) fn is_counted(&self) -> bool {
        self.tokens_in > 0 || self.tokens_out > 0
    }

    /// The same with what it took.
    pub(super) fn counted(self, asked: usize, ending: Ending) -> Self {
        let Tokens { read, written, estimated } = self.took(asked, ending);
        Self { tokens_in: read, tokens_out: written, estimated, ..self }
    }

    /// The answer.
    pub(super) fn answer(self, tries: u32) -> Result<Answer, BackendError> {
        let Self { text, tokens_in, tokens_out, estimated, is_cut } = self;
        if is_cut {
            return Err(BackendError::Cut { tokens_out });
        }
        let text = text.ok_or_else(|| BackendError::Malformed("it holds no answer".to_owned()))?;
        Ok(Answer { text, tokens_in, tokens_out, estimated, tries })
    }
}

/// Who ended an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// The server, which has said what all of it took if it ever does.
    Own,
    /// We did, before its end.
    Early,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_does_not_count_is_counted_by_its_characters() {
        let of = |tokens_in, tokens_out, ending| {
            let text = Some("12345".to_owned());
            let it = Parts { text, tokens_in, tokens_out, ..Parts::default() };
            let it = it.counted(400, ending);
            (it.tokens_in, it.tokens_out, it.estimated)
        };
        assert_eq!(of(0, 0, Ending::Own), (100, 2, 102));
        assert_eq!(of(9, 0, Ending::Own), (9, 0, 0));
        assert_eq!(of(9, 1, Ending::Early), (9, 2, 2));
        assert_eq!(of(9, 3, Ending::Early), (9, 3, 0));
    }
}
