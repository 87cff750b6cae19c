//! [`Gathered`]: an answer that comes piece by piece, in each of the protocols, until it is whole or goes
//! on past what it may say.

use serde_json::Value;

use super::gauge::{Gauge, Reach};
use super::wire::{self, Ending, Parts};
use super::{BackendError, Form, Tokens};
use crate::model::agent::AgentApi;

/// What `OpenAI`'s chat says at its end.
const DONE: &str = "[DONE]";

/// What came of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// Nothing was said: it is alive, or tells of itself.
    Nothing,
    /// A piece of what the model says or thinks.
    Piece,
    /// The answer is over.
    End,
}

/// An answer as far as it came.
#[derive(Debug)]
pub(super) struct Gathered {
    api: AgentApi,
    parts: Parts,
    gauge: Gauge,
    /// For Anthropic: which block of the message is the answer.
    block: Option<u64>,
    /// Whether the server said how it ended.
    has_ended: bool,
    ending: Ending,
}

impl Gathered {
    /// One to a request of this form, of which nothing came so far.
    pub(super) fn new(api: AgentApi, form: Form) -> Self {
        Self {
            api,
            parts: Parts::default(),
            gauge: Gauge::new(form),
            block: None,
            has_ended: false,
            ending: Ending::Own,
        }
    }

    /// Takes the data of an event in.
    pub(super) fn take(&mut self, data: &str) -> Result<Heard, BackendError> {
        if data.trim() == DONE {
            self.has_ended = true;
            return Ok(Heard::End);
        }
        let event: Value = serde_json::from_str(data).map_err(|error| {
            BackendError::Malformed(format!("an event of it is no JSON: {error}"))
        })?;
        if let Some(said) = failure(&event) {
            return Err(BackendError::Broken(said));
        }
        Ok(match self.api {
            AgentApi::OpenaiChat => self.chat(&event),
            AgentApi::OpenaiResponses => self.response(&event),
            AgentApi::Anthropic => self.message(&event),
        })
    }

    /// Whether its server said how it ended; what it took may still come.
    pub(super) fn is_whole(&self) -> bool {
        self.has_ended
    }

    /// What it is made of as it stands, where it is whole.
    pub(super) fn as_it_stands(&self, asked: usize) -> Parts {
        self.parts.clone().counted(asked, self.ending)
    }

    /// What it is made of, where nothing more comes; `asked` is the length of the request.
    pub(super) fn end(self, asked: usize) -> Result<Parts, BackendError> {
        if !self.has_ended {
            let said = "its server hung up without saying that it is whole";
            return Err(BackendError::Broken(said.to_owned()));
        }
        Ok(self.parts.counted(asked, self.ending))
    }

    /// What it took so far: what its server said of that, and what was written since.
    pub(super) fn so_far(&self, asked: usize) -> Tokens {
        let ending = if self.has_ended { self.ending } else { Ending::Early };
        self.parts.took(asked, ending)
    }

    fn chat(&mut self, event: &Value) -> Heard {
        self.parts.count(&event["usage"]);
        let choice = &event["choices"][0];
        if let Some(reason) = choice["finish_reason"].as_str() {
            // What it took comes behind that.
            self.has_ended = true;
            self.parts.is_cut = reason == "length";
        }
        if choice.is_null() {
            return Heard::Nothing;
        }
        self.hear(choice["delta"]["content"].as_str())
    }

    fn response(&mut self, event: &Value) -> Heard {
        match event["type"].as_str().unwrap_or_default() {
            "response.output_text.delta" => self.hear(event["delta"].as_str()),
            "response.completed" | "response.incomplete" => {
                let whole = wire::parts(self.api, &event["response"]);
                let text = whole.text.or_else(|| self.parts.text.take());
                self.parts = Parts { text, ..whole };
                self.has_ended = true;
                Heard::End
            }
            other if other.rsplit('.').next() == Some("delta") => Heard::Piece,
            _ => Heard::Nothing,
        }
    }

    fn message(&mut self, event: &Value) -> Heard {
        let is_answer = self.block.is_some() && event["index"].as_u64() == self.block;
        match event["type"].as_str().unwrap_or_default() {
            "message_start" => self.parts.count(&event["message"]["usage"]),
            "content_block_start" if event["content_block"]["type"] == "tool_use" => {
                self.block = self.block.or(event["index"].as_u64());
            }
            "content_block_delta" if is_answer => {
                return self.hear(event["delta"]["partial_json"].as_str());
            }
            "content_block_delta" => return Heard::Piece,
            // Of an answer without any key, no piece comes.
            "content_block_stop" if is_answer && self.parts.text.is_none() => {
                self.parts.text = Some("{}".to_owned());
            }
            "message_delta" => {
                self.parts.count(&event["usage"]);
                self.parts.is_cut = event["delta"]["stop_reason"] == "max_tokens";
            }
            "message_stop" => {
                self.has_ended = true;
                return Heard::End;
            }
            _ => {}
        }
        Heard::Nothing
    }

    /// Takes a piece of the answer in.
    fn hear(&mut self, piece: Option<&str>) -> Heard {
        let Some(piece) = piece.filter(|it| !it.is_empty()) else { return Heard::Piece };
        self.parts.text.get_or_insert_default().push_str(piece);
        let reach = self.gauge.follow(piece);
        if reach == Reach::Within {
            return Heard::Piece;
        }
        self.parts.is_cut = reach == Reach::TooLong;
        self.has_ended = true;
        self.ending = Ending::Early;
        Heard::End
    }
}

/// What a server says went wrong in the middle of an answer.
fn failure(event: &Value) -> Option<String> {
    let kind = event["type"].as_str().unwrap_or_default();
    let of_response = &event["response"]["error"];
    let error = match event.get("error").filter(|it| !it.is_null()) {
        Some(error) => error,
        None if kind == "response.failed" => of_response,
        None if kind == "error" => event,
        None => return None,
    };
    let said = error["message"].as_str().or_else(|| error.as_str()).map(str::to_owned);
    Some(said.unwrap_or_else(|| error.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What comes of these events, where each is a document; the rest is not read behind an end.
    fn gathered(api: AgentApi, events: &[Value]) -> Result<Parts, BackendError> {
        let mut it = Gathered::new(api, Form::Action);
        for event in events {
            if it.take(&event.to_string())? == Heard::End {
                break;
            }
        }
        it.end(400)
    }

    fn chat(content: &str) -> Value {
        json!({ "choices": [{ "index": 0, "delta": { "content": content }, "finish_reason": null }] })
    }

    #[test]
    fn an_answer_of_chat_ends_by_its_reason_and_what_it_took_comes_behind() {
        let end = json!({ "choices": [{ "delta": {}, "finish_reason": "stop" }] });
        let usage = json!({ "prompt_tokens": 90, "completion_tokens": 4 });
        let usage = json!({ "choices": [], "usage": usage });
        let all = [chat("{\"a\":"), chat("1}"), end, usage];
        let parts = gathered(AgentApi::OpenaiChat, &all).expect("it is whole");
        assert_eq!(parts.text.as_deref(), Some("{\"a\":1}"));
        assert_eq!((parts.tokens_in, parts.tokens_out, parts.is_cut), (90, 4, false));
        let uncounted = gathered(AgentApi::OpenaiChat, &all[..3]).expect("it is whole");
        assert_eq!((uncounted.tokens_in, uncounted.tokens_out), (100, 2));
        let broken = gathered(AgentApi::OpenaiChat, &all[..2]).expect_err("it broke off");
        let hung_up = "its server hung up without saying that it is whole".to_owned();
        assert_eq!(broken, BackendError::Broken(hung_up));
    }

    #[test]
    fn a_response_is_what_its_end_says_and_its_pieces_where_that_says_none() {
        let piece = json!({ "type": "response.output_text.delta", "delta": "{}" });
        let end = |output: Value| {
            let usage = json!({ "input_tokens": 90, "output_tokens": 4 });
            let response = json!({ "status": "completed", "output": output, "usage": usage });
            json!({ "type": "response.completed", "response": response })
        };
        let said = json!([{ "content": [{ "type": "output_text", "text": "{\"a\":1}" }] }]);
        for (output, wanted) in [(said, "{\"a\":1}"), (json!([]), "{}")] {
            let all = [piece.clone(), end(output)];
            let parts = gathered(AgentApi::OpenaiResponses, &all).expect("it is whole");
            assert_eq!((parts.text.as_deref(), parts.tokens_in), (Some(wanted), 90));
        }
        let cut = json!({ "type": "response.incomplete", "response": { "status": "incomplete" } });
        assert!(gathered(AgentApi::OpenaiResponses, &[piece, cut]).expect("it is told").is_cut);
    }

    #[test]
    fn of_a_message_the_first_use_of_the_tool_is_the_answer() {
        let begins = |index: u64, kind: &str| {
            let block = json!({ "type": kind, "input": {} });
            json!({ "type": "content_block_start", "index": index, "content_block": block })
        };
        let says = |index: u64, delta: Value| json!({ "type": "content_block_delta", "index": index, "delta": delta });
        let piece = |index: u64, text: &str| {
            says(index, json!({ "type": "input_json_delta", "partial_json": text }))
        };
        let ends = |index: u64| json!({ "type": "content_block_stop", "index": index });
        let usage = json!({ "input_tokens": 90, "output_tokens": 1 });
        let start = json!({ "type": "message_start", "message": { "usage": usage } });
        let (delta, usage) = (json!({ "stop_reason": "tool_use" }), json!({ "output_tokens": 4 }));
        let delta = json!({ "type": "message_delta", "delta": delta, "usage": usage });
        let stop = json!({ "type": "message_stop" });
        let speaks = says(0, json!({ "type": "text_delta", "text": "So." }));
        let of = |middle: &[Value]| {
            let head = [start.clone(), begins(0, "text"), speaks.clone(), ends(0)];
            let all = [&head[..], middle, &[delta.clone(), stop.clone()]].concat();
            gathered(AgentApi::Anthropic, &all).expect("it is whole")
        };
        let (first, second) = (piece(1, "{\"a\":"), piece(1, "1}"));
        let two = [begins(1, "tool_use"), piece(1, ""), first, second, ends(1)];
        let three = [begins(2, "tool_use"), piece(2, "{\"b\":2}"), ends(2)];
        let parts = of(&[&two[..], &three[..]].concat());
        assert_eq!((parts.text.as_deref(), parts.tokens_in), (Some("{\"a\":1}"), 90));
        assert_eq!((parts.tokens_out, parts.is_cut), (4, false));
        let empty = of(&[begins(1, "tool_use"), ends(1)]);
        assert_eq!(empty.text.as_deref(), Some("{}"));
        assert_eq!(of(&[]).text, None);
    }

    #[test]
    fn an_error_in_the_middle_is_told_as_the_server_says_it() {
        let lost = json!({ "error": { "message": "lost" } });
        let overloaded = json!({ "type": "overloaded_error", "message": "Overloaded" });
        for (api, event, wanted) in [
            (AgentApi::OpenaiChat, json!({ "error": { "message": "full" } }), "full"),
            (AgentApi::OpenaiChat, json!({ "error": "away" }), "away"),
            (AgentApi::OpenaiResponses, json!({ "type": "error", "message": "busy" }), "busy"),
            (
                AgentApi::OpenaiResponses,
                json!({ "type": "response.failed", "response": lost }),
                "lost",
            ),
            (AgentApi::Anthropic, json!({ "type": "error", "error": overloaded }), "Overloaded"),
        ] {
            let said = gathered(api, &[event]).expect_err("it is an error");
            assert_eq!(said, BackendError::Broken(wanted.to_owned()));
        }
        let fine = json!({ "error": null, "choices": [{ "finish_reason": "stop" }] });
        assert!(gathered(AgentApi::OpenaiChat, &[fine]).is_ok());
        let mut it = Gathered::new(AgentApi::OpenaiChat, Form::Action);
        assert!(matches!(it.take("<html>"), Err(BackendError::Malformed(_))));
    }

    #[test]
    fn an_answer_without_end_is_cut_early_and_counted_by_its_characters() {
        let mut all = vec![chat("{\"text\":\"")];
        all.extend((0..100).map(|_| chat("and so on ")));
        let mut it = Gathered::new(AgentApi::OpenaiChat, Form::Action);
        let heard = |event: &Value| it.take(&event.to_string());
        let heard: Vec<Heard> = all.iter().map(heard).collect::<Result<_, _>>().expect("no error");
        let at = heard.iter().position(|it| *it == Heard::End);
        assert_eq!(at, Some(41), "with the 401st character");
        let parts = it.end(400).expect("it is told");
        assert!(parts.is_cut && parts.tokens_in == 100, "{parts:?}");
    }
}
