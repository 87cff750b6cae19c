//! Written steps whose things a snapshot keeps: what is kept, what is healed, and what is not.

use super::goal::{buttons, element, failure, on, page, way};
use super::recordings::hinted;
use super::*;
use crate::model::outline::Outline;
use crate::model::recording::{Recording, WRITTEN};

/// A scenario that clicks `Save`, does what follows, and keeps what the things were like.
fn saving(then: Vec<Action>) -> Scenario {
    let facets = Some(vec![FacetKind::Recording]);
    let keeps = Snapshot { name: "saved".to_owned(), facets, ..Snapshot::default() };
    let first = [Action::click(button("Save"))];
    let steps = first.into_iter().chain(then).chain([Action::Snapshot(keeps)]).collect();
    scenario(steps, vec![])
}

/// A stage on a page where `Save` is not found, with what was accepted of another.
async fn accepted(then: Outline, now: Outline) -> Stage {
    let mut first = on(vec![then]);
    let (ended, _) = first.play(&saving(vec![])).await;
    assert_eq!(ended, Ended::With(Outcome::Completed));
    let text = first.kept.first().cloned().expect("it was kept");
    let recording: Recording = serde_json::from_str(&text).expect("it can be read");
    let mut stage = on(vec![now]);
    stage.recordings.insert("saved".to_owned(), (text, recording));
    stage.page.answers.push_back(Ok(failed("no such button")));
    stage
}

fn then() -> Outline {
    page(vec![hinted("Save"), element("button", "Help")])
}

#[tokio::test]
async fn what_written_steps_use_is_kept_at_the_snapshot_behind_them() {
    let mut stage = on(vec![buttons(&["Save", "Help"])]);
    let check = Action::See(vec![button("Help")]);
    let (ended, _) = stage.play(&saving(vec![check])).await;
    assert_eq!(ended, Ended::With(Outcome::Completed));
    let recording: Recording = serde_json::from_str(&stage.kept[0]).expect("it can be read");
    assert_eq!(recording.words, WRITTEN);
    let actions: Vec<&Action> = recording.actions.iter().map(|it| &it.action).collect();
    assert_eq!(actions, [&Action::click(button("Save"))], "a check names nothing that is kept");
    assert_eq!(recording.actions[0].things[0].beside, ["button \"Help\""]);

    let mut stage = on(vec![buttons(&["Save"])]);
    let plain = scenario(vec![Action::click(button("Save")), snapshot("saved")], vec![]);
    stage.play(&plain).await;
    assert_eq!(stage.kept, [""; 0], "nobody asked for it");
}

#[tokio::test]
async fn a_thing_that_is_as_it_was_accepted_stays_to_the_letter() {
    let mut stage = accepted(then(), page(vec![hinted("Save")])).await;
    stage.page.answers.clear();
    let (ended, _) = stage.play(&saving(vec![])).await;
    assert_eq!(ended, Ended::With(Outcome::Completed));
    assert_eq!(stage.kept[0], stage.recordings["saved"].0);
}

#[tokio::test]
async fn a_thing_that_has_become_another_is_taken_and_kept_as_a_change() {
    let now = page(vec![hinted("Store"), element("button", "Help")]);
    let mut stage = accepted(then(), now).await;
    let (ended, events) = stage.play(&saving(vec![])).await;
    assert_eq!(ended, Ended::With(Outcome::Completed));
    assert_eq!(stage.page.acted.last(), Some(&Action::click(button("Store"))));
    assert_eq!(way(&events), ["1 healed button \"Save\" as button \"Store\""]);
    let remark = events.iter().find_map(|event| match event {
        Event::Step { step, .. } => step.remark.clone(),
        _ => None,
    });
    assert_eq!(remark.as_deref(), Some("button \"Store\" was taken for button \"Save\""));
    let changed: Recording = serde_json::from_str(&stage.kept[0]).expect("it can be read");
    assert_eq!(changed.actions[0].action, Action::click(button("Store")));
    assert_eq!(changed.actions[0].things[0].name, "Store");
}

#[tokio::test]
async fn nothing_is_taken_where_two_are_alike_nothing_is_or_it_is_still_there() {
    let two = page(vec![hinted("Store"), hinted("Keep"), element("button", "Help")]);
    let none = page(vec![element("button", "Help"), element("link", "Imprint")]);
    for (now, told) in [(two, "not healed: it may be "), (none, "not healed: nothing is like it")] {
        let mut stage = accepted(then(), now).await;
        let (ended, events) = stage.play(&saving(vec![])).await;
        assert_eq!(ended, Ended::With(Outcome::Failed));
        let (_, _, actual) = failure(&events).expect("it failed");
        assert!(actual.contains(told), "{actual}");
        assert_eq!(stage.page.acted.len(), 1, "nothing else was done");
        assert_eq!(stage.kept, [""; 0]);
    }
    let mut stage = accepted(then(), then()).await;
    let (_, events) = stage.play(&saving(vec![])).await;
    assert_eq!(failure(&events).map(|it| it.2).as_deref(), Some("no such button"));
}

#[tokio::test]
async fn a_check_is_never_looked_for_under_another_name() {
    let mut stage = accepted(then(), then()).await;
    stage.page.answers = [Ok(Done::Passed(Vec::new())), Ok(failed("no such button"))].into();
    let check = Action::See(vec![button("Save")]);
    let (ended, events) = stage.play(&saving(vec![check])).await;
    assert_eq!(ended, Ended::With(Outcome::Failed));
    assert_eq!(failure(&events).map(|it| it.2).as_deref(), Some("no such button"));
    assert!(way(&events).is_empty());
}
