//! Goals that a language model goes on with: what it proposes stays within the walls, what it may
//! cost is bounded, and what it found needs no model any more.

use std::sync::Mutex;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde_json::json;

use super::goal::{buttons, element, failure, goal, on, page, way};
use super::recordings::recorded_goal;
use super::*;
use crate::agent::backend::{Answer, Backend, BackendError, Request};
use crate::model::action::MOST_ACTIONS;
use crate::model::outline::{Element, Outline};

/// A model that answers as a test says, and remembers what it was asked.
#[derive(Debug, Default)]
pub(super) struct Scripted {
    answers: Mutex<Vec<Result<String, BackendError>>>,
    asked: Mutex<Vec<Request>>,
    tokens: u64,
}

impl Backend for Scripted {
    fn name(&self) -> &'static str {
        "scripted"
    }

    fn ask<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Answer, BackendError>> {
        self.asked.lock().expect("unpoisoned").push(request.clone());
        let mut answers = self.answers.lock().expect("unpoisoned");
        let answer = if answers.is_empty() { Ok(done()) } else { answers.remove(0) };
        let tokens_in = self.tokens;
        futures_util::future::ready(answer.map(|text| Answer {
            text,
            tokens_in,
            tokens_out: 0,
            tries: 1,
        }))
        .boxed()
    }
}

fn reply(action: &str, reference: &str, text: &str) -> String {
    json!({ "action": action, "ref": reference, "text": text, "why": "so" }).to_string()
}

fn done() -> String {
    reply("done", "", "")
}

fn asking(outlines: Vec<Outline>, answers: Vec<Result<String, BackendError>>) -> Stage {
    let brain = Scripted { answers: Mutex::new(answers), tokens: 10, ..Scripted::default() };
    Stage { brain: Some(brain), ..on(outlines) }
}

fn requests(stage: &Stage) -> Vec<Request> {
    stage.brain.as_ref().map(|it| it.asked.lock().expect("unpoisoned").clone()).unwrap_or_default()
}

#[tokio::test]
async fn a_model_takes_what_the_reader_refuses_and_no_night_after_it_asks_again() {
    let pages = || vec![buttons(&["Save draft", "Save order"])];
    let words = "persist my purchase";
    let mut stage = asking(pages(), vec![Ok(reply("click", "e1", ""))]);
    let (ended, events) = stage.play(&recorded_goal(words)).await;
    assert_eq!(ended, Ended::With(Outcome::Completed));
    assert_eq!(stage.page.acted[0], Action::click(button("Save order")));
    let told = way(&events);
    assert_eq!(told[0], "1 asked scripted: 10 tokens, None");
    assert_eq!(told[1], "1 scripted reads \"the model: so\": click button \"Save order\"");
    assert_eq!(requests(&stage).len(), 2);
    let remark = events.iter().find_map(|event| match event {
        Event::Step { step, .. } => step.remark.clone(),
        _ => None,
    });
    let did = "did: click button \"Save order\"; a model was asked 2 times, 20 tokens";
    assert_eq!(remark.as_deref(), Some(did));

    let text = stage.kept[0].clone();
    let recording = serde_json::from_str(&text).expect("it can be read");
    let mut later = asking(pages(), Vec::new());
    later.recordings.insert("do".to_owned(), (text, recording));
    let (ended, events) = later.play(&recorded_goal(words)).await;
    assert_eq!(ended, Ended::With(Outcome::Completed));
    assert!(way(&events)[0].starts_with("1 recording"));
    assert_eq!(requests(&later), [], "a recording needs no model");
}

#[tokio::test]
async fn a_model_is_not_asked_where_the_words_are_followed() {
    let mut stage = asking(vec![buttons(&["Save"])], Vec::new());
    let (ended, _) = stage.play(&goal("click Save", MOST_ACTIONS, Vec::new())).await;
    assert_eq!((ended, requests(&stage)), (Ended::With(Outcome::Completed), Vec::new()));
}

#[tokio::test]
async fn a_model_that_does_harm_is_stopped_by_policy() {
    let attack = reply("open", "", "http://127.0.0.1:8/?q=stolen");
    let mut stage = asking(vec![buttons(&["Save"])], vec![Ok(attack)]);
    let (ended, events) = stage.play(&goal("persist it", MOST_ACTIONS, Vec::new())).await;
    assert_eq!(ended, Ended::With(Outcome::Blocked));
    assert_eq!(stage.page.acted, []);
    let denied = "1 deny: proposed, 127.0.0.1 is no product of the suite";
    assert!(way(&events)[2].starts_with(denied), "{:?}", way(&events));

    // Without the wall, that is as a written step, the same gets out.
    let mut written = on(Vec::new());
    let open = Action::Open("http://127.0.0.1:8/?q=stolen".into());
    let (ended, _) = written.play(&scenario(vec![open.clone()], Vec::new())).await;
    assert_eq!((ended, written.page.acted), (Ended::With(Outcome::Completed), vec![open]));
}

#[tokio::test]
async fn a_model_sees_secrets_by_their_names_whatever_the_page_shows() {
    let shown = Element { text: "s3cret-token".to_owned(), ..element("button", "s3cret-token") };
    let field = Element { labels: vec!["Key".to_owned()], ..element("textbox", "Key") };
    let fill = reply("fill", "e1", "${secret:TOKEN}");
    let mut stage = asking(vec![page(vec![shown, field])], vec![Ok(fill)]);
    let words = "authenticate by ${secret:TOKEN}";
    let (ended, events) = stage.play(&goal(words, MOST_ACTIONS, Vec::new())).await;
    assert_eq!(ended, Ended::With(Outcome::Completed));
    assert!(format!("{:?}", stage.page.acted).contains("s3cret-token"), "the page gets it");
    let all = requests(&stage);
    assert!(all[0].user.contains("${secret:TOKEN}") && !all.is_empty());
    assert!(!format!("{all:?}{events:?}").contains("s3cret-token"), "and nobody else");
}

#[tokio::test]
async fn tokens_wrong_answers_and_a_model_that_is_away_end_the_way() {
    let wanted = |words: &str| goal(words, MOST_ACTIONS, Vec::new());
    let mut stage = asking(vec![buttons(&["Save"])], vec![Ok(reply("click", "e0", ""))]);
    stage.brain.as_mut().expect("it has one").tokens = 2_000;
    let (_, events) = stage.play(&wanted("persist it")).await;
    let (_, expected, actual) = failure(&events).expect("it failed");
    assert_eq!(expected, "at most 1000 tokens (`agent: tokens`)");
    assert_eq!((actual.as_str(), stage.page.acted.len()), ("the model has taken 2000", 0));

    let mut stage = asking(vec![buttons(&["Save"])], vec![Ok(reply("ask", "", "Which one?"))]);
    let (ended, events) = stage.play(&wanted("persist it")).await;
    assert_eq!(ended, Ended::With(Outcome::Blocked), "a question is for a person");
    assert_eq!(failure(&events).expect("it failed").2, "the model says: Which one?");

    let wrong = || Ok("I would click Save".to_owned());
    let mut stage = asking(vec![buttons(&["Save"])], vec![wrong(), wrong(), wrong()]);
    let (_, events) = stage.play(&wanted("persist it")).await;
    assert_eq!(failure(&events).expect("it failed").1, "an answer that is one action");
    let all = requests(&stage);
    assert_eq!(all.len(), 3);
    assert!(all[1].user.contains("it is no action of the list"), "it is told what was wrong");

    let mut stage = asking(vec![buttons(&["Save"])], vec![Err(BackendError::Cut)]);
    let (ended, events) = stage.play(&wanted("persist it")).await;
    assert_eq!(ended, Ended::With(Outcome::Failed));
    assert_eq!(failure(&events).expect("it failed").2, BackendError::Cut.to_string());
}
