//! Goals in plain words: what the ledger says of the way, and what ends it.

use super::*;
use crate::model::action::{Goal, MOST_ACTIONS};
use crate::model::outline::{Element, Outline};
use crate::model::pursuit::Pursuit;

pub(super) fn goal(words: &str, at_most: u32, until: Vec<Step>) -> Scenario {
    let mut action = says(words, until);
    if let Action::Do(goal) = &mut action {
        goal.at_most = at_most;
    }
    Scenario { steps: vec![step(1, action)], ..scenario(Vec::new(), Vec::new()) }
}

pub(super) fn says(words: &str, until: Vec<Step>) -> Action {
    let at_most = MOST_ACTIONS;
    Action::Do(Box::new(Goal { words: words.into(), at_most, until, ..Goal::default() }))
}

pub(super) fn element(role: &str, name: &str) -> Element {
    let target =
        Locator::Role { role: role.to_owned(), name: (!name.is_empty()).then(|| name.into()) };
    Element {
        role: role.to_owned(),
        name: name.to_owned(),
        usable: true,
        target: Some(Target::plain(target)),
        ..Element::default()
    }
}

pub(super) fn page(elements: Vec<Element>) -> Outline {
    Outline { place: "/fake".to_owned(), elements, ..Outline::default() }
}

pub(super) fn on(outlines: Vec<Outline>) -> Stage {
    Stage {
        page: FakePage { outlines: outlines.into(), ..FakePage::default() },
        ..Stage::default()
    }
}

pub(super) fn buttons(names: &[&str]) -> Outline {
    page(names.iter().map(|name| element("button", name)).collect())
}

/// The lines on the way, in short.
pub(super) fn way(events: &[Event]) -> Vec<String> {
    let lines = events.iter().filter_map(|event| match event {
        Event::Goal { pursuit, .. } => Some(pursuit),
        _ => None,
    });
    lines
        .map(|line| match line {
            Pursuit::Proposed { number, by, reads, action } => {
                format!("{number} {by} reads {reads:?}: {}", action.describe())
            }
            Pursuit::Decided { number, ruling, rule } => format!("{number} {ruling}: {rule}"),
            Pursuit::Question { number, question, reply } => {
                format!("{number} asks about {}: {reply:?}", question.action)
            }
            Pursuit::Done { number, place, failed, .. } => {
                format!("{number} done at {place}: {failed:?}")
            }
            Pursuit::Healed { number, was, is, .. } => format!("{number} healed {was} as {is}"),
            Pursuit::Asked { number, model, tokens_in, failed, .. } => {
                format!("{number} asked {model}: {tokens_in} tokens, {failed:?}")
            }
            Pursuit::Left { why } => format!("left: {why}"),
            Pursuit::Meant { words } => format!("meant: {words}"),
            Pursuit::Said { number, kind, text } => format!("{number} said {kind:?}: {text}"),
            Pursuit::Chosen { attempt, actions, of } => {
                format!("way {attempt} of {of}, {actions} actions")
            }
            Pursuit::Opinion { model, opinion, why, .. } => format!("{model}: {opinion}, {why}"),
            Pursuit::Budget { of, bound, used, most } => {
                format!("budget of the {}: {used} of {most} {}", of.word(), bound.word())
            }
            Pursuit::Wrote { number, evidence, .. } => format!("{number} wrote {}", evidence.len()),
            Pursuit::Offered { by, scenario, .. } => format!("{by} offers {scenario}"),
            Pursuit::Ended { why, actions, at_most, .. } => {
                format!("{why} after {actions} of {at_most}")
            }
        })
        .collect()
}

pub(super) fn failure(events: &[Event]) -> Option<(Outcome, String, String)> {
    events.iter().find_map(|event| match event {
        Event::Step { step, .. } => match &step.outcome {
            StepOutcome::Failed(it) => Some((it.outcome, it.expected.clone(), it.actual.clone())),
            StepOutcome::Passed => None,
        },
        _ => None,
    })
}

#[tokio::test]
async fn each_action_is_proposed_decided_on_and_done_and_then_the_checks_come() {
    let mut stage = on(vec![buttons(&["Save"]), buttons(&["Done"]), buttons(&[])]);
    let check = step(2, Action::See(vec![button("Saved")]));
    let (ended, events) =
        stage.play(&goal("click Save and click Done", MOST_ACTIONS, vec![check])).await;
    assert_eq!(ended, Ended::With(Outcome::Completed));
    assert_eq!(
        way(&events),
        [
            "1 plain words reads \"click Save\": click button \"Save\"",
            "1 allow: what uses a page is usual, and nobody narrows it: it allows click",
            "1 done at /fake: None",
            "2 plain words reads \"click Done\": click button \"Done\"",
            "2 allow: what uses a page is usual, and nobody narrows it: it allows click",
            "2 done at /fake: None",
            "done after 2 of 20",
        ]
    );
    assert_eq!(steps(&events), [(1, None), (2, None)]);
    let remark = events.iter().find_map(|event| match event {
        Event::Step { step, .. } => step.remark.clone(),
        _ => None,
    });
    assert_eq!(remark.as_deref(), Some("did: click button \"Save\"; click button \"Done\""));
}

#[tokio::test]
async fn what_must_hold_after_the_words_and_does_not_fails_the_attempt() {
    let mut stage = on(vec![buttons(&["Save"])]);
    stage.page.answers =
        [Ok(Done::Passed(Vec::new())), Ok(failed("no such button"))].into_iter().collect();
    let check = step(2, Action::See(vec![button("Saved")]));
    let (ended, events) = stage.play(&goal("click Save", MOST_ACTIONS, vec![check])).await;
    assert_eq!(ended, Ended::With(Outcome::Failed));
    assert_eq!(steps(&events), [(1, None), (2, Some(Outcome::Failed))]);
}

#[tokio::test]
async fn an_action_that_policy_forbids_is_never_done() {
    let mut stage = on(vec![buttons(&["Save"])]);
    let words = "open http://127.0.0.2:7/steal and click Save";
    let (ended, events) = stage.play(&goal(words, MOST_ACTIONS, Vec::new())).await;
    assert_eq!(ended, Ended::With(Outcome::Blocked));
    assert_eq!(stage.page.acted, []);
    let decided = &way(&events)[1];
    assert!(
        decided.starts_with("1 deny: proposed, 127.0.0.2:7 is neither the product nor"),
        "{decided}"
    );
    let mut allowed = on(vec![buttons(&["Save"])]);
    let words = "open http://127.0.0.1:9/orders and click Save";
    let (ended, _) = allowed.play(&goal(words, MOST_ACTIONS, Vec::new())).await;
    assert_eq!((ended, allowed.page.acted.len()), (Ended::With(Outcome::Completed), 2));
}

/// What becomes of a click that the scenario wants a person asked about.
async fn asked(person: Person) -> (Ended, Vec<String>, usize, Person) {
    use crate::model::bounds::{ActKind, Bounds};
    let mut stage = Stage { person, ..on(vec![buttons(&["Save"])]) };
    let mut scenario = goal("click Save", MOST_ACTIONS, Vec::new());
    if let Action::Do(goal) = &mut scenario.steps[0].action {
        let of = "scenario a".to_owned();
        goal.bounds.push(Bounds { of, ask: vec![ActKind::Click], ..Bounds::default() });
    }
    let (ended, events) = stage.play(&scenario).await;
    (ended, way(&events), stage.page.acted.len(), stage.person)
}

#[tokio::test]
async fn what_policy_leaves_to_a_person_is_done_only_when_he_said_yes() {
    use crate::model::question::Reply;
    let blocked = Ended::With(Outcome::Blocked);
    let (ended, lines, acted, _) = asked(Person::default()).await;
    assert_eq!((ended, acted), (blocked, 0), "nobody is there");
    assert_eq!(lines[1], "1 ask: proposed, scenario a asks about click");
    assert_eq!(lines[2], "1 asks about click button \"Save\": None");

    let heard = std::sync::Arc::new(std::sync::Mutex::new(None));
    let says = |reply: Reply| {
        let heard = heard.clone();
        let ask = move |question: &crate::model::question::Question| {
            *heard.lock().expect("unpoisoned") = Some(question.id.clone());
            Some(reply)
        };
        Person { there: Some(std::sync::Arc::new(ask)), ..Person::default() }
    };
    let (ended, _, acted, _) = asked(says(Reply::Yes)).await;
    assert_eq!((ended, acted), (Ended::With(Outcome::Completed), 1));
    let (ended, _, acted, _) = asked(says(Reply::No)).await;
    assert_eq!((ended, acted), (blocked, 0));

    let id = heard.lock().expect("unpoisoned").clone().expect("he was asked");
    let said = Person { said: [(id, Reply::Yes)].into_iter().collect(), ..Person::default() };
    let (ended, _, acted, _) = asked(said).await;
    assert_eq!((ended, acted), (Ended::With(Outcome::Completed), 1), "what he said before holds");
    let other = [("00000000".to_owned(), Reply::Yes)].into_iter().collect();
    let (ended, _, acted, _) = asked(Person { said: other, ..Person::default() }).await;
    assert_eq!((ended, acted), (blocked, 0), "and for that question alone");
}

#[tokio::test]
async fn budgets_and_circles_end_the_way() {
    let mut stage = on(vec![buttons(&["Save", "Done"])]);
    let (ended, events) = stage.play(&goal("click Save and click Done", 1, Vec::new())).await;
    assert_eq!(ended, Ended::With(Outcome::Failed));
    let told = failure(&events).expect("it failed");
    assert_eq!(told.1, "at most 1 actions");
    assert_eq!(stage.page.acted.len(), 1);
    let mut circle = on(vec![buttons(&["Save"])]);
    let words = "click Save and click Save";
    let (_, events) = circle.play(&goal(words, MOST_ACTIONS, Vec::new())).await;
    let told = failure(&events).expect("it failed");
    let wanted = "click button \"Save\" was asked for twice on the same page";
    assert!(told.2.starts_with(wanted), "{}", told.2);
    let mut changes = on(vec![buttons(&["Save"]), buttons(&["Save", "Saved"])]);
    let (ended, _) = changes.play(&goal(words, MOST_ACTIONS, Vec::new())).await;
    assert_eq!(ended, Ended::With(Outcome::Completed), "a page that changes is no circle");
}

#[tokio::test]
async fn a_secret_goes_into_the_page_and_nowhere_else_whatever_the_page_shows() {
    let field = |label: &str| Element {
        labels: vec![label.to_owned()],
        kind: "text".to_owned(),
        ..element("textbox", label)
    };
    let mut stage = on(vec![page(vec![field("Password")])]);
    let words = "enter ${secret:TOKEN} as password";
    let (ended, events) = stage.play(&goal(words, MOST_ACTIONS, Vec::new())).await;
    assert_eq!(ended, Ended::With(Outcome::Completed));
    let acted = format!("{:?}", stage.page.acted);
    assert!(acted.contains("s3cret-token"), "{acted}");
    assert!(way(&events)[0].ends_with("fill textbox \"Password\" with \"${secret:TOKEN}\""));

    let (open, close) = crate::agent::SECRET;
    for bait in ["${secret:TOKEN}".to_owned(), format!("{open}TOKEN{close}")] {
        let hint = Element { value: Some(bait), ..field("Hint") };
        let mut stage = on(vec![page(vec![hint, field("Note")])]);
        let words = "enter the value of Hint as note";
        let (_, _) = stage.play(&goal(words, MOST_ACTIONS, Vec::new())).await;
        let acted = format!("{:?}", stage.page.acted);
        assert!(acted.contains("Note") && !acted.contains("s3cret-token"), "{acted}");
    }
}

#[tokio::test]
async fn words_that_cannot_be_followed_fail_the_step_and_say_why() {
    let mut stage = on(vec![buttons(&["Save draft", "Save order"])]);
    let (ended, events) = stage.play(&goal("frobnicate it", MOST_ACTIONS, Vec::new())).await;
    assert_eq!(ended, Ended::With(Outcome::Failed));
    let told = failure(&events).expect("it failed").2;
    assert!(told.starts_with("\"frobnicate it\" begins with no verb that is known"), "{told}");
    let (_, events) = stage.play(&goal("click save", MOST_ACTIONS, Vec::new())).await;
    assert_eq!(
        failure(&events).expect("it failed"),
        (
            Outcome::Failed,
            "click save: one thing that \"save\" means".to_owned(),
            "it may be button \"Save draft\" or button \"Save order\"; say which".to_owned()
        )
    );
    assert_eq!(stage.page.acted, []);
}
