//! Models that take pictures and are asked without one: the step says why, once.

use serde_json::json;

use super::asked::{asking, reply};
use super::goal::{buttons, failure, goal};
use super::*;
use crate::model::action::MOST_ACTIONS;

const TOLD: &str = "the model was asked without a picture of the page";

/// What the step that ended remarks.
fn remark(events: &[Event]) -> Option<String> {
    events.iter().find_map(|event| match event {
        Event::Step { step, .. } => step.remark.clone(),
        _ => None,
    })
}

/// A page that looks like this, or of which no picture is kept, and a model that answers so.
fn stage(answers: &[String], (picture, no_picture): (Option<usize>, Option<&str>)) -> Stage {
    let answers = answers.iter().cloned().map(Ok).collect();
    let mut stage = asking(vec![buttons(&["Save"])], answers);
    stage.page.picture = picture.map(|bytes| vec![7; bytes]);
    stage.page.no_picture = no_picture.map(str::to_owned);
    stage.brain.as_mut().expect("a model").takes_pictures = true;
    stage
}

#[tokio::test]
async fn a_goal_says_once_why_its_model_saw_no_picture_and_nothing_where_it_saw_one() {
    let hidden = "Not kept, because it may show secrets: the page moves.\n";
    for (page, why) in [
        ((Some(9), None), None),
        ((None, None), Some("the page gives none now")),
        ((Some(3_500_001), None), Some("it has 3500001 bytes, and at the most 3500000 are sent")),
        ((None, Some(hidden)), Some("not kept, because it may show secrets: the page moves")),
    ] {
        let why = why.map(|it| format!("{TOLD}: {it}"));
        let goal = goal("persist it", MOST_ACTIONS, Vec::new());
        let (_, events) = stage(&[reply("click", "e1", "")], page).play(&goal).await;
        let did = "did: click button \"Save\"; a model was asked 2 times, 20 tokens";
        let more = why.as_ref().map(|it| format!("; {it}")).unwrap_or_default();
        assert_eq!(remark(&events), Some(format!("{did}{more}")));

        let wrong = ["no", "no", "no"].map(str::to_owned);
        let (_, events) = stage(&wrong, page).play(&goal).await;
        assert!(failure(&events).is_some_and(|it| !it.2.contains("picture")), "it is no reason");
        assert_eq!(remark(&events), why, "a step that fails says it too");
    }
}

#[tokio::test]
async fn a_model_that_takes_no_pictures_says_why_where_the_suite_asks_for_them_and_else_nothing() {
    for lacks in [None, Some("answers are found without pictures")] {
        let mut stage = stage(&[reply("click", "e1", "")], (Some(9), None));
        let brain = stage.brain.as_mut().expect("a model");
        (brain.takes_pictures, brain.lacks_pictures) = (false, lacks);
        let (_, events) = stage.play(&goal("persist it", MOST_ACTIONS, Vec::new())).await;
        let remark = remark(&events).expect("it says what was done");
        assert_eq!(remark.contains(TOLD), lacks.is_some(), "{remark}");
        assert!(lacks.is_none_or(|it| remark.ends_with(it)), "{remark}");
    }
}

#[tokio::test]
async fn an_opinion_of_a_page_that_was_not_seen_says_so_and_one_that_was_seen_does_not() {
    let thinks = json!({ "opinion": "plausible", "why": "it adds up" }).to_string();
    let judge = || Action::Judge("the totals look plausible".into());
    let scenario = scenario(vec![judge(), judge()], Vec::new());
    for (page, told) in [(Some(9), 0), (None, 2)] {
        let mut stage = stage(&[thinks.clone(), thinks.clone()], (page, None));
        let (_, events) = stage.play(&scenario).await;
        let remarks = events.iter().filter_map(|event| match event {
            Event::Step { step, .. } => step.remark.as_deref(),
            _ => None,
        });
        assert_eq!(remarks.filter(|it| it.matches(TOLD).count() == 1).count(), told);
    }
}
