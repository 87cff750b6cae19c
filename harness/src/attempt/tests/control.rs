//! Attempts that decide: `when`, `repeat`, what they record and how they fail.

use super::*;
use crate::model::action::{Over, Repeat, When};
use crate::model::control::Condition;
use crate::model::event::Decided;
use crate::model::scenario::{CommandCapture, Output, OutputExpectation, TextTest, WaitFor};
use crate::surface::Held;

fn there(name: &str) -> Condition {
    Condition::Page(WaitFor::Visible(button(name)))
}

fn is(value: &str, wanted: &str) -> Condition {
    Condition::Value { value: value.into(), test: TextTest::Is(wanted.into()) }
}

fn when(condition: Condition, then: Vec<Step>, otherwise: Vec<Step>) -> Action {
    Action::When(Box::new(When { condition, steps: then, otherwise }))
}

fn repeat(times: u32, until: Option<Condition>, steps: Vec<Step>) -> Action {
    Action::Repeat(Box::new(Repeat { times, over: None, until, steps }))
}

fn click(index: u32, name: &str) -> Step {
    step(index, Action::click(button(name)))
}

fn no() -> Held {
    Held::No("no such button; nearest: button \"Old\"".to_owned())
}

/// The steps that were recorded, with what was decided.
fn decided(events: &[Event]) -> Vec<(u32, Option<Decided>)> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::Step { step, .. } => Some((step.index, step.decided)),
            _ => None,
        })
        .collect()
}

fn failure(events: &[Event]) -> (u32, String, String) {
    let failed = events.iter().find_map(|event| match event {
        Event::Step { step, .. } => match &step.outcome {
            StepOutcome::Failed(it) => Some((step.index, it.expected.clone(), it.actual.clone())),
            StepOutcome::Passed => None,
        },
        _ => None,
    });
    failed.expect("a step failed")
}

fn of(steps: Vec<Step>, finally: Vec<Step>) -> Scenario {
    Scenario { steps, finally, ..scenario(Vec::new(), Vec::new()) }
}

#[tokio::test]
async fn a_when_does_its_steps_where_it_holds_and_else_where_it_does_not() {
    let branch = || when(there("Tour"), vec![click(2, "Skip")], vec![click(3, "Go on")]);
    for (answer, taken, what) in [(Held::Yes, 2, Decided::Held), (no(), 3, Decided::DidNotHold)] {
        let mut stage = Stage::default();
        stage.page.conditions.push_back(answer);
        let (ended, events) =
            stage.play(&of(vec![step(1, branch()), click(4, "Done")], vec![])).await;
        assert_eq!(ended, Ended::With(Outcome::Completed));
        assert_eq!(decided(&events), [(1, Some(what)), (taken, None), (4, None)]);
    }
}

#[tokio::test]
async fn a_repeat_goes_on_until_its_condition_holds_before_a_round() {
    let mut stage = Stage::default();
    stage.page.conditions.extend([no(), no(), Held::Yes]);
    let more = repeat(5, Some(there("End")), vec![click(2, "More")]);
    let (ended, events) = stage.play(&of(vec![step(1, more), click(3, "Done")], vec![])).await;
    assert_eq!(ended, Ended::With(Outcome::Completed));
    assert_eq!(
        decided(&events),
        [
            (1, Some(Decided::RoundUntil { number: 1, at_most: 5 })),
            (2, None),
            (1, Some(Decided::RoundUntil { number: 2, at_most: 5 })),
            (2, None),
            (1, Some(Decided::Over { rounds: 2 })),
            (3, None),
        ]
    );
}

#[tokio::test]
async fn a_repeat_whose_condition_never_holds_fails_and_says_what_was_there() {
    let mut stage = Stage::default();
    stage.page.conditions.extend([no(), no(), no()]);
    let more = repeat(2, Some(there("End")), vec![click(2, "More")]);
    let (ended, events) = stage.play(&of(vec![step(1, more), click(3, "Never")], vec![])).await;
    assert_eq!(ended, Ended::With(Outcome::Failed));
    assert_eq!(
        failure(&events),
        (
            1,
            "button \"End\" is there".to_owned(),
            "2 rounds, and still not: no such button; nearest: button \"Old\"".to_owned()
        )
    );
    assert_eq!(stage.page.acted.len(), 2);
}

#[tokio::test]
async fn a_counted_repeat_has_so_many_rounds_and_a_failure_ends_it() {
    let mut stage = Stage::default();
    let thrice = repeat(3, None, vec![click(2, "More")]);
    let (ended, events) = stage.play(&of(vec![step(1, thrice.clone())], vec![])).await;
    assert_eq!(ended, Ended::With(Outcome::Completed));
    assert_eq!(stage.page.acted.len(), 3);
    assert_eq!(decided(&events)[4], (1, Some(Decided::Round { number: 3, of: 3 })));

    let mut stage = Stage::default();
    stage.page.answers.extend([Ok(Done::Passed(Vec::new())), Ok(failed("it is disabled"))]);
    let (ended, events) = stage.play(&of(vec![step(1, thrice)], vec![])).await;
    assert_eq!(ended, Ended::With(Outcome::Failed));
    assert_eq!(steps(&events), [(1, None), (2, None), (1, None), (2, Some(Outcome::Failed))]);
}

#[tokio::test]
async fn a_condition_sees_what_the_rounds_before_it_captured() {
    let Action::Run(mut run) = shell("echo x >> log; wc -l < log | tr -d ' \\n'") else {
        unreachable!("a command")
    };
    run.capture.insert("lines".to_owned(), CommandCapture::Whole(Output::Stdout));
    let first = step(1, Action::Run(run.clone()));
    let until = repeat(9, Some(is("${lines}", "4")), vec![step(3, Action::Run(run.clone()))]);
    let (ended, events) =
        Stage::default().play(&of(vec![first.clone(), step(2, until)], vec![])).await;
    assert_eq!(ended, Ended::With(Outcome::Completed));
    assert_eq!(decided(&events).last(), Some(&(2, Some(Decided::Over { rounds: 3 }))));

    let never = repeat(2, Some(is("${lines}", "9")), vec![step(3, Action::Run(run))]);
    let (_, events) = Stage::default().play(&of(vec![first, step(2, never)], vec![])).await;
    assert_eq!(
        failure(&events),
        (
            2,
            "\"${lines}\" is \"9\"".replace("${lines}", "3"),
            "2 rounds, and still not: it is \"3\"".to_owned()
        )
    );
}

fn over(list: &str, steps: Vec<Step>) -> Action {
    let over = Some(Over { list: list.to_owned(), item: "order".to_owned() });
    Action::Repeat(Box::new(Repeat { times: 4, over, until: None, steps }))
}

fn printing(lines: &str) -> Step {
    let Action::Run(mut run) = shell(&format!("printf '{lines}'")) else {
        unreachable!("a command")
    };
    run.capture.insert("orders".to_owned(), CommandCapture::EachLine(Output::Stdout));
    step(1, Action::Run(run))
}

#[tokio::test]
async fn the_items_of_a_list_are_gone_through_one_by_one() {
    let Action::Run(mut run) = shell("echo 'got ${order}'") else { unreachable!("a command") };
    let matches = TextTest::Matches("^got ${order}\n$".into());
    run.outputs.push(OutputExpectation { output: Output::Stdout, test: matches });
    let each = step(2, over("orders", vec![step(3, Action::Run(run))]));
    let steps = vec![printing("a.b\\nc(d\\n"), each, step(4, shell("true"))];
    let (ended, events) = Stage::default().play(&of(steps, vec![])).await;
    assert_eq!(ended, Ended::With(Outcome::Completed), "{events:#?}");
    let round = |number| (2, Some(Decided::Round { number, of: 2 }));
    assert_eq!(decided(&events), [(1, None), round(1), (3, None), round(2), (3, None), (4, None)]);
}

#[tokio::test]
async fn what_is_no_list_or_too_long_a_one_fails_its_step() {
    let told = async |first: Step| {
        let each = step(2, over("orders", vec![step(3, shell("true"))]));
        let played = of(vec![first, each], vec![]);
        failure(&Box::pin(Stage::default().play(&played)).await.1)
    };
    let refused = |actual: &str| (2, "item 1 of the list ${orders}".to_owned(), actual.to_owned());
    assert_eq!(told(step(1, shell("true"))).await, refused("no list of this name was captured"));
    let long = told(printing("1\\n2\\n3\\n4\\n5\\n")).await;
    assert_eq!(long, refused("it has 5 items, and at most 4 are gone through"));
    let (step, expected, _) = told(printing("")).await;
    assert_eq!((step, expected), (1, "stdout to give ${orders} by each of its lines".to_owned()));
}

#[tokio::test]
async fn whens_and_repeats_nest() {
    let mut stage = Stage::default();
    stage.page.conditions.extend([no(), Held::Yes, Held::Yes]);
    let inner = when(there("Banner"), vec![click(3, "Close")], vec![]);
    let outer = repeat(4, Some(there("End")), vec![step(2, inner), click(4, "More")]);
    let (ended, events) = stage.play(&of(vec![step(1, outer)], vec![])).await;
    assert_eq!(ended, Ended::With(Outcome::Completed));
    let indexes: Vec<u32> = decided(&events).into_iter().map(|it| it.0).collect();
    assert_eq!(indexes, [1, 2, 3, 4, 1]);
}

#[tokio::test]
async fn finally_goes_on_after_a_failure_also_inside_of_a_repeat() {
    let twice = repeat(2, None, vec![step(2, shell("exit 3")), step(3, shell("true"))]);
    let choice = when(is("a", "b"), vec![step(5, shell("exit 4"))], vec![]);
    let all = of(vec![], vec![step(1, twice), step(4, choice), step(6, shell("true"))]);
    let (ended, events) = Stage::default().play(&all).await;
    assert_eq!(ended, Ended::With(Outcome::Failed));
    let indexes: Vec<u32> = decided(&events).into_iter().map(|it| it.0).collect();
    assert_eq!(indexes, [1, 2, 3, 1, 2, 3, 4, 6]);
}

#[tokio::test]
async fn a_repeat_that_takes_too_long_is_timed_out() {
    let mut stage = Stage { limit: Duration::from_millis(300), ..Stage::default() };
    let long = repeat(10_000, None, vec![step(2, shell("sleep 0.05"))]);
    let (ended, _) = stage.play(&of(vec![step(1, long)], vec![])).await;
    assert_eq!(ended, Ended::With(Outcome::TimedOut));
}

#[tokio::test]
async fn a_record_says_what_was_done_but_for_a_step_that_holds_steps() {
    let branch = when(there("Tour"), vec![click(2, "Skip")], vec![]);
    let mut stage = Stage::default();
    stage.page.conditions.push_back(Held::Yes);
    let (_, events) = stage.play(&of(vec![step(1, branch.clone())], vec![])).await;
    let said: Vec<_> = events
        .into_iter()
        .filter_map(|event| match event {
            Event::Step { step, .. } => Some((step.text, step.action.map(|it| *it))),
            _ => None,
        })
        .collect();
    let skip = Action::click(button("Skip"));
    assert_eq!(said, [(branch.describe(), None), (skip.describe(), Some(skip))]);
}
