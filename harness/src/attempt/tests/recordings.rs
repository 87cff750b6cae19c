//! Goals that become recordings, and recordings that are repeated, healed, left or lost.

use super::goal::{buttons, element, failure, goal, on, page, way};
use super::*;
use crate::model::EvidenceRef;
use crate::model::action::{Goal, MOST_ACTIONS};
use crate::model::outline::{Element, Outline};
use crate::model::recording::Recording;

/// How tests write recordings: the suite's own form is another room's.
pub(super) fn written(recording: &Recording) -> Option<String> {
    serde_json::to_string(recording).ok()
}

pub(super) fn recorded_goal(words: &str) -> Scenario {
    let check = step(2, Action::See(vec![button("Saved")]));
    let mut scenario = goal(words, MOST_ACTIONS, vec![check]);
    if let Action::Do(goal) = &mut scenario.steps[0].action {
        let goal: &mut Goal = goal;
        goal.recorded = Some(Snapshot { name: "do".to_owned(), ..Snapshot::default() });
    }
    scenario
}

/// The checkpoints that hold recordings, and what is kept there.
pub(super) fn recordings(events: &[Event]) -> Vec<(String, EvidenceRef)> {
    let all = events.iter().filter_map(|event| match event {
        Event::Checkpoint { checkpoint, facets, .. } => {
            let one = facets.iter().find(|it| it.facet == FacetKind::Recording)?;
            Some((checkpoint.clone(), one.evidence.clone()))
        }
        _ => None,
    });
    all.collect()
}

/// A stage on these pages, with the recording that was made on the first of others.
async fn accepted(words: &str, then: Vec<Outline>, now: Vec<Outline>) -> (Stage, Recording) {
    let mut first = on(then);
    let (ended, _) = first.play(&recorded_goal(words)).await;
    assert_eq!(ended, Ended::With(Outcome::Completed));
    let text = first.kept.first().cloned().expect("a recording was kept");
    let recording: Recording = serde_json::from_str(&text).expect("it can be read");
    let mut stage = on(now);
    stage.recordings.insert("do".to_owned(), (text, recording.clone()));
    (stage, recording)
}

pub(super) fn hinted(name: &str) -> Element {
    Element { hints: vec!["btn".to_owned(), "save-order".to_owned()], ..element("button", name) }
}

#[tokio::test]
async fn a_goal_becomes_a_recording_when_its_checks_have_held_and_not_before() {
    let mut stage = on(vec![buttons(&["Save"])]);
    let (_, events) = stage.play(&recorded_goal("click Save")).await;
    let kept: Vec<String> = recordings(&events).into_iter().map(|it| it.0).collect();
    assert_eq!(kept, ["do"]);
    let recording: Recording = serde_json::from_str(&stage.kept[0]).expect("it can be read");
    assert_eq!(recording.words, "click Save");
    assert_eq!(recording.actions.len(), 1);
    assert_eq!(recording.actions[0].action, Action::click(button("Save")));
    assert_eq!(recording.actions[0].things[0].name, "Save");

    let mut stage = on(vec![buttons(&["Save"])]);
    stage.page.answers =
        [Ok(Done::Passed(Vec::new())), Ok(failed("no such button"))].into_iter().collect();
    let (_, events) = stage.play(&recorded_goal("click Save")).await;
    assert_eq!(recordings(&events), [], "its check did not hold");
}

#[tokio::test]
async fn an_accepted_recording_is_repeated_without_reading_the_words() {
    let page = || vec![buttons(&["Save"])];
    let (mut stage, _) = accepted("click Save", page(), page()).await;
    let (ended, events) = stage.play(&recorded_goal("click Save")).await;
    assert_eq!(ended, Ended::With(Outcome::Completed));
    let first = &way(&events)[0];
    assert_eq!(first, "1 recording reads \"recorded action 1 of 1\": click button \"Save\"");
    let accepted = &stage.recordings["do"].0;
    assert_eq!(&stage.kept[0], accepted, "what was repeated stays as it was accepted");
    let (_, events) = stage.play(&recorded_goal("click the Save button")).await;
    assert!(way(&events)[0].starts_with("1 plain words"), "other words are read");
}

#[tokio::test]
async fn a_thing_that_has_become_another_is_taken_told_and_never_silent() {
    let now = || vec![page(vec![hinted("Store"), element("button", "Help")])];
    let then = vec![page(vec![hinted("Save"), element("button", "Help")])];
    let (mut stage, was) = accepted("click Save", then, now()).await;
    let (ended, events) = stage.play(&recorded_goal("click Save")).await;
    assert_eq!(ended, Ended::With(Outcome::Completed));
    assert_eq!(stage.page.acted[0], Action::click(button("Store")));
    assert!(way(&events)[1].starts_with("1 healed button \"Save\" as button \"Store\""));
    let remark = events.iter().find_map(|event| match event {
        Event::Step { step, .. } => step.remark.clone(),
        _ => None,
    });
    let told = "did: click button \"Store\"; button \"Store\" was taken for button \"Save\"";
    assert_eq!(remark.as_deref(), Some(told));
    let patched: Recording = serde_json::from_str(&stage.kept[0]).expect("it can be read");
    assert_ne!(patched, was, "so that it differs from what was accepted, and waits for a person");
    assert_eq!(patched.actions[0].action, Action::click(button("Store")));
}

#[tokio::test]
async fn a_recording_that_leads_nowhere_from_the_start_is_left_for_the_words() {
    let then = vec![buttons(&["Save"])];
    let now = vec![page(vec![element("link", "Save it")])];
    let (mut stage, _) = accepted("click save", then, now).await;
    stage.recordings.get_mut("do").expect("it is there").1.actions[0].things[0].role =
        "checkbox".to_owned();
    let (ended, events) = stage.play(&recorded_goal("click save")).await;
    assert_eq!(ended, Ended::With(Outcome::Completed));
    let all = way(&events);
    assert_eq!(all[0], "left: nothing of its kind is on the page");
    assert_eq!(all[1], "1 plain words reads \"click save\": click link \"Save it\"");
    assert_ne!(stage.kept[0], stage.recordings["do"].0, "another way than was accepted");
}

#[tokio::test]
async fn a_recording_that_is_lost_halfway_fails_the_step() {
    let words = "click Save and click Done";
    let pages = |last: &str| vec![buttons(&["Save"]), buttons(&[last])];
    let (mut stage, _) = accepted(words, pages("Done"), pages("Delete all")).await;
    let (ended, events) = stage.play(&recorded_goal(words)).await;
    assert_eq!(ended, Ended::With(Outcome::Failed));
    assert_eq!(stage.page.acted, [Action::click(button("Save"))]);
    let (_, expected, actual) = failure(&events).expect("it failed");
    assert_eq!(expected, "recorded action 2 of 2: button \"Done\"");
    assert!(actual.starts_with("nothing is like it; nearest: button \"Delete all\""), "{actual}");
    assert_eq!(recordings(&events), []);
}

#[tokio::test]
async fn a_recording_holds_the_names_of_secrets_and_references_and_not_their_values() {
    let field = Element {
        labels: vec!["Password".to_owned()],
        kind: "text".to_owned(),
        ..element("textbox", "Password")
    };
    let mut stage = on(vec![page(vec![field])]);
    let (_, events) = stage.play(&recorded_goal("enter ${secret:TOKEN} as password")).await;
    let text = &stage.kept[0];
    assert!(text.contains("${secret:TOKEN}") && !text.contains("s3cret"), "{text}");
    stage.recordings.insert(
        "do".to_owned(),
        (text.clone(), serde_json::from_str(text).expect("it can be read")),
    );
    let acted = stage.page.acted.len();
    let (ended, again) = stage.play(&recorded_goal("enter ${secret:TOKEN} as password")).await;
    assert_eq!(ended, Ended::With(Outcome::Completed));
    assert!(way(&again)[0].starts_with("1 recording"));
    assert!(format!("{:?}", &stage.page.acted[acted]).contains("s3cret-token"));
    assert!(!format!("{events:?}{again:?}").contains("s3cret-token"));
}
