//! Goals that a language model goes on with: what it proposes stays within the walls, what it may
//! cost is bounded, and what it found needs no model any more.

use std::sync::Mutex;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde_json::json;

use super::goal::{buttons, element, failure, goal, on, page, says, way};
use super::recordings::recorded_goal;
use super::*;
use crate::agent::backend::{Answer, Backend, BackendError, Request, Tokens};
use crate::model::action::{MOST_ACTIONS, Using};
use crate::model::bounds::Bounds;
use crate::model::budget::{Budget, Price, Spent};
use crate::model::outline::{Element, Outline};
use crate::model::pursuit::{KeptIn, Pursuit};

/// A model that answers as a test says, and remembers what it was asked.
#[derive(Debug, Default)]
pub(super) struct Scripted {
    answers: Mutex<Vec<Result<String, BackendError>>>,
    asked: Mutex<Vec<Request>>,
    tokens: u64,
    /// What it answered before.
    pub(super) remembered: Remembered,
    pub(super) takes_pictures: bool,
    pub(super) lacks_pictures: Option<&'static str>,
}

impl Backend for Scripted {
    fn name(&self) -> &'static str {
        "scripted"
    }

    fn takes_pictures(&self) -> bool {
        self.takes_pictures
    }

    fn lacks_pictures(&self) -> Option<&str> {
        self.lacks_pictures
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
            estimated: 0,
            tries: 1,
        }))
        .boxed()
    }
}

pub(super) fn reply(action: &str, reference: &str, text: &str) -> String {
    json!({ "action": action, "ref": reference, "text": text, "why": "so" }).to_string()
}

fn done() -> String {
    reply("done", "", "")
}

pub(super) fn asking(outlines: Vec<Outline>, answers: Vec<Result<String, BackendError>>) -> Stage {
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
    let mut stage = asking(pages(), vec![Ok(reply("click", "e2", ""))]);
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
async fn an_attempt_that_is_made_again_asks_only_for_what_it_was_not_answered_before() {
    let again = goal("persist my purchase", MOST_ACTIONS, Vec::new());
    let click = || reply("click", "e2", "");
    let mut first = asking(vec![buttons(&["Save draft", "Save order"])], vec![Ok(click())]);
    first.play(&again).await;
    let asked = requests(&first);
    assert_eq!(asked.len(), 2);
    let same = "a model was asked once, 10 tokens, one answer was kept from before";
    let other = "a model was asked 2 times, 20 tokens";
    // It had come to its first answer; the product is as it was, or another.
    for (names, answers, times, told) in [
        (["Save draft", "Save order"], Vec::new(), 1, same),
        (["Save copy", "Save order"], vec![Ok(click())], 2, other),
    ] {
        let mut stage = asking(vec![buttons(&names)], answers);
        let mut remembered = Remembered::default();
        let (tokens_in, tokens_out, estimated) = (10, 0, 0);
        let answer = Answer { text: click(), tokens_in, tokens_out, estimated, tries: 1 };
        remembered.keep(&asked[0], answer, KeptIn::Tonight);
        stage.brain.as_mut().expect("there is a model").remembered = remembered;
        let (ended, events) = stage.play(&again).await;
        assert_eq!((ended, stage.page.acted.len()), (Ended::With(Outcome::Completed), 1));
        assert_eq!(requests(&stage).len(), times, "{names:?}");
        let spent = stage.purse.spent();
        assert_eq!(spent.tokens(), 10 * times as u64, "what was kept is paid for");
        assert_eq!(spent.actions as usize, times - 1, "and so is what follows from it");
        let remark = events.iter().find_map(|event| match event {
            Event::Step { step, .. } => step.remark.clone(),
            _ => None,
        });
        assert_eq!(remark, Some(format!("did: click button \"Save order\"; {told}")));
    }
}

#[tokio::test]
async fn what_was_kept_needs_nothing_of_a_night_that_has_spent_all_and_what_is_asked_anew_does() {
    let again = goal("persist my purchase", MOST_ACTIONS, Vec::new());
    let pages = || vec![buttons(&["Save draft", "Save order"])];
    let click = || reply("click", "e2", "");
    let mut first = asking(pages(), vec![Ok(click())]);
    first.play(&again).await;
    let asked = requests(&first);
    let budget = Budget { actions: Some(1), tokens: Some(20), ..Budget::default() };
    let spent = Spent { asked: 2, actions: 1, tokens_in: 20, ..Spent::default() };
    for (kept, wanted) in [(2, Outcome::Completed), (1, Outcome::Blocked), (0, Outcome::Blocked)] {
        let purse = Arc::new(Purse::new(budget, spent));
        let mut stage = Stage { purse, ..asking(pages(), Vec::new()) };
        let mut remembered = Remembered::default();
        for (request, text) in asked.iter().zip([click(), done()]).take(kept) {
            let (tokens_in, tokens_out, estimated) = (10, 0, 0);
            let answer = Answer { text, tokens_in, tokens_out, estimated, tries: 1 };
            remembered.keep(request, answer, KeptIn::Tonight);
        }
        stage.brain.as_mut().expect("there is a model").remembered = remembered;
        let (ended, events) = stage.play(&again).await;
        assert_eq!(ended, Ended::With(wanted), "{kept} kept: {:?}", failure(&events));
        assert_eq!((requests(&stage).len(), stage.page.acted.len()), (0, kept.min(1)));
        let told = way(&events).into_iter().find(|it| it.starts_with("budget"));
        let over = (kept < 2).then(|| "budget of the night: 20 of 20 tokens".to_owned());
        assert_eq!(told, over, "{kept} kept");
    }
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
    let fill = reply("fill", "e2", "${secret:TOKEN}");
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
async fn a_model_is_shown_the_page_only_where_it_takes_pictures() {
    for (takes_pictures, picture) in
        [(true, Some(b"a page".to_vec())), (true, None), (false, Some(b"a page".to_vec()))]
    {
        let mut stage = asking(vec![buttons(&["Save"])], vec![Ok(reply("click", "e1", ""))]);
        stage.page.picture.clone_from(&picture);
        stage.brain.as_mut().expect("a model").takes_pictures = takes_pictures;
        let (_, events) = stage.play(&goal("persist it", MOST_ACTIONS, Vec::new())).await;
        let wanted = picture.filter(|_| takes_pictures);
        let all = requests(&stage);
        assert_eq!(all.len(), 2);
        let asked = events.iter().filter_map(|it| match it {
            Event::Goal { pursuit: Pursuit::Asked { picture, .. }, .. } => Some(picture),
            _ => None,
        });
        for (request, told) in all.into_iter().zip(asked) {
            let sent = request.picture;
            assert_eq!(sent.as_ref().map(|it| &it.path), told.as_ref(), "the ledger says which");
            assert!(told.as_ref().is_none_or(|it| it.starts_with("evidence/")), "{told:?}");
            assert_eq!(sent.map(|it| it.png), wanted);
        }
    }
}

#[tokio::test]
async fn the_beginning_of_a_secret_that_was_cut_is_not_told_either() {
    let long = format!("{} s3cret-token", "x".repeat(109));
    let whole = element("button", "s3crets of the house");
    let mut stage = asking(vec![page(vec![element("button", &long), whole])], Vec::new());
    stage.play(&goal("persist it", MOST_ACTIONS, Vec::new())).await;
    let asked = &requests(&stage)[0].user;
    assert!(asked.contains("xxx ") && !asked.contains("s3cret-"), "{asked}");
    assert!(asked.contains("s3crets of the house"), "what is no secret stays: {asked}");
}

#[tokio::test]
async fn a_model_is_told_what_its_action_changed() {
    let stays = "Discard all that was written";
    let pages = vec![buttons(&["Save", stays]), buttons(&["Saved", stays, "Undo"])];
    let click = |reference: &str| Ok(reply("click", reference, ""));
    let mut stage = asking(pages, vec![click("e1"), click("e2")]);
    stage.play(&goal("persist it", MOST_ACTIONS, Vec::new())).await;
    assert_eq!(stage.page.acted, ["Save", stays].map(|it| Action::click(button(it))));
    let told: Vec<serde_json::Value> = requests(&stage)
        .iter()
        .map(|it| serde_json::from_str(&it.user).expect("one document"))
        .collect();
    assert!(told[0]["page"]["changed"].is_null());
    let things = ["+ e3 button \"Saved\"", "- e1 button \"Save\"", "+ e4 button \"Undo\""];
    assert_eq!(told[1]["page"]["changed"], json!({ "things": things, "left_out": 0 }));
    assert_eq!(told[2]["page"]["changed"], json!({ "things": [], "left_out": 0 }));
}

#[tokio::test]
async fn a_model_that_asks_for_more_is_told_it_and_not_without_end() {
    let more = |words: &str| Ok(reply("more", "", words));
    let pages = || vec![buttons(&["Save", "Discard"])];
    let answers = vec![more("discard"), Ok(reply("click", "e2", ""))];
    let mut stage = asking(pages(), answers);
    let (ended, _) = stage.play(&goal("persist it", MOST_ACTIONS, Vec::new())).await;
    assert_eq!(ended, Ended::With(Outcome::Completed));
    assert_eq!(stage.page.acted, [Action::click(button("Discard"))]);
    let all = requests(&stage);
    let found = |at: usize| {
        let told: serde_json::Value = serde_json::from_str(&all[at].user).expect("one document");
        told["page"]["found"].clone()
    };
    assert_eq!([found(0), found(2)], [json!(null), json!(null)], "it did not ask, or no more");
    assert_eq!(found(1), json!({ "words": "discard", "things": 1 }));

    let answers = ["a", "b", "c", "d", "e", "f", "g"].map(more);
    let mut stage = asking(pages(), answers.to_vec());
    let (ended, events) = stage.play(&goal("persist it", MOST_ACTIONS, Vec::new())).await;
    let told = failure(&events).expect("it failed");
    assert_eq!((ended, requests(&stage).len()), (Ended::With(Outcome::Blocked), 6));
    assert_eq!(told.1, "an answer that is one action");
    assert!(told.2.starts_with("more was asked for 3 times"), "{}", told.2);
}

#[tokio::test]
async fn a_model_reads_a_skill_of_the_suite_before_it_acts() {
    let refund = Skill {
        name: "refund".to_owned(),
        file: "skills/refund.yaml".to_owned(),
        line: 1,
        description: "gives money back".to_owned(),
        inputs: IndexMap::new(),
        guidance: Some("Discard is what gives it back".to_owned()),
        policy: None,
        steps: Vec::new(),
        ensures: Vec::new(),
    };
    let asks = |name: &str| Ok(reply("skill", "", name));
    let answers = vec![asks("return"), asks("refund"), Ok(reply("click", "e2", ""))];
    let mut stage = asking(vec![buttons(&["Save", "Discard"])], answers);
    stage.skills.insert("refund".to_owned(), refund);
    let (ended, _) = stage.play(&goal("persist it", MOST_ACTIONS, Vec::new())).await;
    assert_eq!(ended, Ended::With(Outcome::Completed));
    assert_eq!(stage.page.acted, [Action::click(button("Discard"))]);
    let all = requests(&stage);
    assert!(all[0].user.contains("refund: gives money back"), "{}", all[0].user);
    assert!(all[1].user.contains("there is no skill"), "{}", all[1].user);
    let guidance = "Discard is what gives it back";
    assert!(!all[1].user.contains(guidance), "only what was asked for is told");
    assert!(all[2].user.contains(guidance) && all[3].user.contains(guidance));
}

#[tokio::test]
async fn tokens_wrong_answers_and_a_model_that_is_away_end_the_way() {
    let wanted = |words: &str| goal(words, MOST_ACTIONS, Vec::new());
    let mut stage = asking(vec![buttons(&["Save"])], vec![Ok(reply("click", "e1", ""))]);
    stage.brain.as_mut().expect("it has one").tokens = 2_000;
    let (_, events) = stage.play(&wanted("persist it")).await;
    let (_, expected, actual) = failure(&events).expect("it failed");
    assert_eq!(expected, "at most 1000 tokens (`agent: tokens`)");
    assert_eq!((actual.as_str(), stage.page.acted.len()), ("the model has taken 2000 tokens", 0));

    let mut stage = asking(vec![buttons(&["Save"])], vec![Ok(reply("ask", "", "Which one?"))]);
    let (ended, events) = stage.play(&wanted("persist it")).await;
    assert_eq!(ended, Ended::With(Outcome::Blocked), "a question is for a person");
    assert_eq!(failure(&events).expect("it failed").2, "the model asks a person: Which one?");
    assert!(way(&events).contains(&"1 said Ask: the model asks a person: Which one?".to_owned()));

    let wrong = || Ok("I would click Save".to_owned());
    let mut stage = asking(vec![buttons(&["Save"])], vec![wrong(), wrong(), wrong()]);
    let (_, events) = stage.play(&wanted("persist it")).await;
    assert_eq!(failure(&events).expect("it failed").1, "an answer that is one action");
    let all = requests(&stage);
    assert_eq!(all.len(), 3);
    assert!(all[1].user.contains("it is no action of the list"), "it is told what was wrong");

    let cut = BackendError::Cut { tokens_out: 7 };
    let took = Tokens { read: 70, written: 7, estimated: 20 };
    let paid = BackendError::Paid { error: Box::new(cut.clone()), took };
    let mut stage = asking(vec![buttons(&["Save"])], vec![Err(paid)]);
    let (ended, events) = stage.play(&wanted("persist it")).await;
    assert_eq!(ended, Ended::With(Outcome::Blocked), "it says nothing of the product");
    assert_eq!(failure(&events).expect("it failed").2, cut.to_string());
    let spent = stage.purse.spent();
    assert_eq!((spent.tokens(), spent.estimated), (77, 20), "what was cut is paid for");
}

#[tokio::test]
async fn what_a_model_says_turns_nothing_red_and_stands_in_words() {
    for (verb, told) in [
        ("infeasible", "the model says that it cannot be done: No such order"),
        ("defect", "the model believes that the product is wrong: No such order"),
    ] {
        let answers = vec![Ok(reply(verb, "", "No such order"))];
        let mut stage = asking(vec![buttons(&["Save"])], answers);
        let (ended, events) = stage.play(&goal("persist it", MOST_ACTIONS, Vec::new())).await;
        assert_eq!(ended, Ended::With(Outcome::Blocked), "{verb}");
        assert_eq!(failure(&events).expect("it failed").2, told);
    }
    // With an accepted recording that finds nothing any more, the way is gone, and that is red.
    let words = "persist my purchase";
    let mut first = asking(vec![buttons(&["Save order"])], vec![Ok(reply("click", "e1", ""))]);
    first.play(&recorded_goal(words)).await;
    let text = first.kept[0].clone();
    let gone = vec![Ok(reply("infeasible", "", "It is gone"))];
    let mut stage = asking(vec![buttons(&["Unrelated"])], gone);
    stage
        .recordings
        .insert("do".to_owned(), (text.clone(), serde_json::from_str(&text).expect("read")));
    let (ended, _) = stage.play(&recorded_goal(words)).await;
    assert_eq!(ended, Ended::With(Outcome::Failed));
}

#[tokio::test]
async fn budgets_of_step_scenario_and_night_end_the_way_and_the_ledger_says_which() {
    let asks = || vec![Ok(reply("click", "e1", "")), Ok(reply("click", "e2", ""))];
    let pages = || vec![buttons(&["One", "Two"])];
    let scenario = || goal("persist it", MOST_ACTIONS, Vec::new());
    let tokens = |most| Budget { tokens: Some(most), ..Budget::default() };
    let end = |events: &[Event]| {
        let budget = way(events).into_iter().find(|it| it.starts_with("budget"));
        (budget, failure(events).map(|it| it.1))
    };

    let mut of_step = scenario();
    if let Action::Do(goal) = &mut of_step.steps[0].action {
        goal.budget = tokens(10);
    }
    let mut stage = asking(pages(), asks());
    let (ended, events) = stage.play(&of_step).await;
    assert_eq!((ended, stage.page.acted.len()), (Ended::With(Outcome::Blocked), 1));
    let told = "budget of the step: 10 of 10 tokens".to_owned();
    assert_eq!(
        end(&events),
        (Some(told), Some("at most 10 tokens (`budget` of the step)".to_owned()))
    );

    let of_scenario = Scenario { budget: tokens(15), ..scenario() };
    let (_, events) = asking(pages(), asks()).play(&of_scenario).await;
    let told = "budget of the scenario: 20 of 15 tokens".to_owned();
    assert_eq!(end(&events).0, Some(told));

    let money = Budget { money: Some(20), ..Budget::default() };
    let mut stage = Stage {
        purse: Arc::new(Purse::new(money, Spent { money: 15, ..Spent::default() })),
        price: Some(Price { read: 500_000, written: 0, currency: "EUR".to_owned() }),
        ..asking(pages(), asks())
    };
    let (_, events) = stage.play(&scenario()).await;
    let told = "budget of the night: 20 of 20 money".to_owned();
    let most = "at most 0.00002 EUR (`agent: budget`, for the night)".to_owned();
    assert_eq!(end(&events), (Some(told), Some(most)));
    assert_eq!(stage.purse.spent().money, 20, "what was spent before counts");

    let actions =
        Scenario { budget: Budget { actions: Some(1), ..Budget::default() }, ..scenario() };
    let (_, events) = asking(pages(), asks()).play(&actions).await;
    assert_eq!(end(&events).0, Some("budget of the scenario: 1 of 1 actions".to_owned()));
    let (ended, events) = asking(pages(), asks()).play(&scenario()).await;
    assert_eq!(
        (ended, end(&events).0),
        (Ended::With(Outcome::Completed), None),
        "without them it goes on"
    );
}

#[tokio::test]
async fn the_same_action_on_the_same_page_ends_in_words() {
    let again = || Ok(reply("click", "e1", ""));
    let mut stage = asking(vec![buttons(&["Save"])], vec![again(), again(), again()]);
    let (ended, events) = stage.play(&goal("persist it", MOST_ACTIONS, Vec::new())).await;
    assert_eq!((ended, stage.page.acted.len()), (Ended::With(Outcome::Blocked), 1));
    let told = failure(&events).expect("it failed").2;
    assert!(
        told.starts_with("click button \"Save\" was asked for twice on the same page"),
        "{told}"
    );
}

#[tokio::test]
async fn a_goal_of_commands_alone_uses_no_page_and_ends_where_it_goes_in_circles() {
    let commands = Some(vec!["echo *".to_owned()]);
    let suite = Bounds { of: Bounds::SUITE.to_owned(), commands, ..Bounds::default() };
    let of = |using: Using| {
        let mut scenario = goal("click Save", MOST_ACTIONS, Vec::new());
        if let Action::Do(goal) = &mut scenario.steps[0].action {
            (goal.using, goal.bounds) = (using, vec![suite.clone()]);
        }
        scenario
    };
    let pages = || vec![buttons(&["Save"])];
    let say = || Ok(reply("run", "", "echo hello"));
    let answers = vec![say(), Ok(reply("click", "e1", "")), Ok(done())];
    let mut stage = asking(pages(), answers);
    stage.page.picture = Some(b"a page".to_vec());
    stage.brain.as_mut().expect("a model").takes_pictures = true;
    let (ended, events) = stage.play(&of(Using::Commands)).await;
    assert_eq!(ended, Ended::With(Outcome::Completed), "{:?}", failure(&events));
    assert!(requests(&stage).iter().all(|it| it.picture.is_none()), "nor is it shown");
    assert_eq!(stage.page.acted, [], "the words could be read, and the page was there");
    let told: Vec<serde_json::Value> = requests(&stage)
        .iter()
        .map(|it| serde_json::from_str(&it.user).expect("one document"))
        .collect();
    assert!(told.len() == 3 && told.iter().all(|it| it["page"].is_null()), "{told:#?}");
    assert!(told[1]["wrote"].as_str().is_some_and(|it| it.contains("hello")), "{told:#?}");
    assert!(!told[2]["your_last_answer"].is_null(), "a click needs a page");

    let mut stage = asking(pages(), vec![say(), say(), say()]);
    let (ended, events) = stage.play(&of(Using::Commands)).await;
    assert_eq!(ended, Ended::With(Outcome::Blocked));
    let said = failure(&events).expect("it goes in circles").2;
    assert!(said.contains("was asked for twice after the same output"), "{said}");

    // The twin: with a page the same words are followed without a model.
    let mut stage = asking(pages(), Vec::new());
    let (ended, _) = stage.play(&of(Using::PagesAndCommands)).await;
    assert_eq!((ended, requests(&stage).len()), (Ended::With(Outcome::Completed), 0));
    assert_eq!(stage.page.acted, [Action::click(button("Save"))]);
}

#[tokio::test]
async fn where_nothing_changes_any_more_what_must_hold_decides() {
    let again = || Ok(reply("click", "e1", ""));
    let check = || vec![step(2, Action::See(vec![button("Save")]))];
    let mut stage = asking(vec![buttons(&["Save"])], vec![again(), again(), again()]);
    let (ended, _) = stage.play(&goal("persist it", MOST_ACTIONS, check())).await;
    assert_eq!(
        (ended, stage.page.acted[0].clone()),
        (Ended::With(Outcome::Completed), Action::click(button("Save")))
    );
    assert_eq!(requests(&stage).len(), 2, "it is not asked a third time");
}

#[tokio::test]
async fn goals_build_on_one_another_for_the_reader_and_for_the_model() {
    let mut turns = vec![step(1, says("click Order 3", Vec::new()))];
    turns.extend((2..12).map(|at| step(at, says("click it", Vec::new()))));
    turns.push(step(12, says("purge the whole matter", Vec::new())));
    let many = (0..12).map(|at| buttons(&["Order 3", &format!("Filler {at}")])).collect();
    let mut stage = asking(many, Vec::new());
    let scenario = Scenario { steps: turns, ..scenario(Vec::new(), Vec::new()) };
    let (ended, events) = stage.play(&scenario).await;
    assert_eq!(ended, Ended::With(Outcome::Completed), "{:?}", failure(&events));
    assert_eq!(stage.page.acted, vec![Action::click(button("Order 3")); 11]);
    let meant = way(&events).into_iter().filter(|it| it == "meant: click Order 3").count();
    assert_eq!(meant, 10);
    let asked = &requests(&stage)[0].user;
    let told: serde_json::Value = serde_json::from_str(asked).expect("JSON");
    let earlier = told["earlier"].as_array().expect("the goals before");
    assert_eq!(earlier.len(), 10, "as many as a model is told of");
    assert_eq!(earlier[9]["done"][0], "click button \"Order 3\"");

    let two = vec![
        step(1, says("click One and click Two", Vec::new())),
        step(2, says("click One, then drag One to Two, then click it", Vec::new())),
    ];
    let scenario = Scenario { steps: two, ..super::scenario(Vec::new(), Vec::new()) };
    let (_, events) = on(vec![buttons(&["One", "Two"])]).play(&scenario).await;
    assert_eq!(failure(&events).expect("refused").2, "\"it\" may be One or Two; say which");
}

#[tokio::test]
async fn an_opinion_stands_in_the_report_and_turns_nothing_red() {
    let judge = vec![Action::Judge("the totals look plausible".into())];
    let scenario = scenario(judge, Vec::new());
    let remark = |events: &[Event]| {
        events.iter().find_map(|event| match event {
            Event::Step { step, .. } => step.remark.clone(),
            _ => None,
        })
    };
    let thinks = json!({ "opinion": "implausible", "why": "it is negative" }).to_string();
    let mut stage = asking(vec![buttons(&["Save"])], vec![Ok(thinks)]);
    let (ended, events) = stage.play(&scenario).await;
    assert_eq!(ended, Ended::With(Outcome::Completed));
    let told = "opinion of scripted, which decides nothing: implausible, because it is negative; a model was asked once, 10 tokens";
    assert_eq!(remark(&events).as_deref(), Some(told));
    assert_eq!(
        way(&events).last().map(String::as_str),
        Some("scripted: implausible, it is negative")
    );
    let asked = &requests(&stage)[0];
    assert!(asked.user.contains("the totals look plausible") && asked.user.contains("Save"));

    let (ended, events) = on(vec![buttons(&["Save"])]).play(&scenario).await;
    assert_eq!(ended, Ended::With(Outcome::Completed));
    assert_eq!(
        remark(&events).as_deref(),
        Some("not asked: no language model is at hand, see `agent:`")
    );
    let mut stage = asking(vec![buttons(&["Save"])], vec![Ok("fine".to_owned())]);
    let (ended, events) = stage.play(&scenario).await;
    assert_eq!(ended, Ended::With(Outcome::Completed));
    assert!(remark(&events).is_some_and(|it| it.starts_with("scripted gave no opinion")));
}
