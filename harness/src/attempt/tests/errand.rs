//! Goals that a coding agent takes over: what it asks for stays within the walls and budgets, what it did
//! is recorded, and what it says is no verdict.

use std::sync::Mutex;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use super::asked::asking;
use super::goal::{buttons, failure, goal, way};
use super::recordings::recorded_goal;
use super::*;
use crate::model::action::MOST_ACTIONS;
use crate::model::budget::{Budget, Spent};
use crate::model::pursuit::Said;
use crate::process::FairInstant;

/// A coding agent that asks for what a test says, and remembers what it was answered.
#[derive(Debug, Default)]
pub(super) struct Hand {
    wishes: Vec<Wish>,
    told: Option<Told>,
    heard: Mutex<Vec<String>>,
    /// Why it had to end.
    ended: Mutex<Option<String>>,
}

impl CodingAgent for Hand {
    fn name(&self) -> &'static str {
        "hand"
    }

    fn longest(&self) -> Duration {
        Duration::from_secs(20)
    }

    fn work(&self, errand: Errand) -> BoxFuture<'_, Result<Worked, String>> {
        async move {
            let Errand { calls, mut end, prompt, .. } = errand;
            assert!(!prompt.contains("s3cret-token"), "{prompt}");
            let calls = calls.expect("it has a goal");
            for wish in self.wishes.clone() {
                let (answer, told) = oneshot::channel();
                let call = Call { by: "hand".to_owned(), wish, answer };
                calls.send(call).await.expect("somebody listens");
                let answer = told.await.expect("each call is answered");
                let heard = answer.failure.map_or_else(|| "done".to_owned(), |it| it.actual);
                self.heard.lock().expect("unpoisoned").push(heard);
            }
            *self.ended.lock().expect("unpoisoned") = end.try_recv().ok();
            Ok(Worked { wrote: "so".to_owned(), told: self.told.clone(), ended: Ok(()) })
        }
        .boxed()
    }
}

fn handed(outlines: Vec<crate::model::outline::Outline>, wishes: Vec<Wish>) -> Stage {
    Stage { agent: Some(Hand { wishes, ..Hand::default() }), ..asking(outlines, Vec::new()) }
}

fn act(action: Action) -> Wish {
    Wish::Act(Box::new(action))
}

fn heard(stage: &Stage) -> Vec<String> {
    let agent = stage.agent.as_ref().expect("there is one");
    agent.heard.lock().expect("unpoisoned").clone()
}

#[tokio::test]
async fn what_a_coding_agent_does_is_recorded_and_repeated_without_it() {
    let pages = || vec![buttons(&["Save draft", "Save order"])];
    let click = Action::click(button("Save order"));
    let mut stage = handed(pages(), vec![Wish::Look, act(click.clone())]);
    let (ended, events) = stage.play(&recorded_goal("persist my purchase")).await;
    assert_eq!(ended, Ended::With(Outcome::Completed), "{:?}", way(&events));
    assert_eq!(stage.page.acted[0], click);
    assert_eq!(heard(&stage), ["done", "done"]);
    let told = way(&events);
    assert!(
        told.contains(&"1 hand reads \"hand\": click button \"Save order\"".to_owned()),
        "{told:?}"
    );
    assert!(told.contains(&"1 asked hand: 0 tokens, None".to_owned()), "{told:?}");

    let text = stage.kept[0].clone();
    let recording = serde_json::from_str(&text).expect("it can be read");
    let mut later = handed(pages(), Vec::new());
    later.recordings.insert("do".to_owned(), (text, recording));
    let (ended, events) = later.play(&recorded_goal("persist my purchase")).await;
    assert_eq!(ended, Ended::With(Outcome::Completed));
    assert!(!way(&events).iter().any(|it| it.contains("asked")), "nobody is started");
}

#[tokio::test]
async fn what_a_hostile_coding_agent_asks_for_is_denied_and_is_no_part_of_the_way() {
    let open = Action::Open("http://127.0.0.1:8/?q=stolen".into());
    let fill = Action::Type { text: "${secret:TOKEN}".into(), into: None };
    let run = shell("echo stolen");
    let Action::Run(command) = run.clone() else { panic!("a command") };
    let wishes = vec![
        act(open.clone()),
        act(fill),
        act(run.clone()),
        Wish::Run(command),
        act(Action::click(button("Save"))),
    ];
    let mut stage = handed(vec![buttons(&["Save"])], wishes);
    let (ended, events) = stage.play(&recorded_goal("persist it")).await;
    assert_eq!(ended, Ended::With(Outcome::Completed));
    let told = heard(&stage);
    assert!(told[..4].iter().all(|it| it.starts_with("forbidden by policy: ")), "{told:?}");
    assert_eq!(told[4], "done");
    assert_eq!(stage.page.acted[0], Action::click(button("Save")));
    assert!(!stage.page.acted.contains(&open));
    let denied = way(&events).iter().filter(|it| it.contains(" deny: ")).count();
    assert_eq!(denied, 4, "each stands in the ledger: {:?}", way(&events));
    assert!(!stage.kept[0].contains("stolen"), "{}", stage.kept[0]);

    // Without the wall, that is as written steps, the same gets out.
    let mut written = super::goal::on(Vec::new());
    let (ended, _) = written.play(&scenario(vec![open.clone(), run], Vec::new())).await;
    assert_eq!((ended, written.page.acted), (Ended::With(Outcome::Completed), vec![open]));
}

#[tokio::test]
async fn a_budget_that_is_over_ends_the_coding_agent_and_the_way() {
    let wishes = || ["Save", "Send", "Print"].map(|it| act(Action::click(button(it)))).to_vec();
    let outlines = || vec![buttons(&["Save", "Send", "Print"])];
    let bound = |actions| Scenario {
        budget: Budget { actions, ..Budget::default() },
        ..goal("persist it", MOST_ACTIONS, Vec::new())
    };
    let mut stage = handed(outlines(), wishes());
    let (ended, events) = stage.play(&bound(Some(2))).await;
    assert_eq!((ended, stage.page.acted.len()), (Ended::With(Outcome::Blocked), 2));
    let told = way(&events);
    assert!(told.contains(&"budget of the scenario: 2 of 2 actions".to_owned()), "{told:?}");
    let agent = stage.agent.as_ref().expect("there is one");
    let why = agent.ended.lock().expect("unpoisoned").clone();
    assert_eq!(why.as_deref(), Some("the model has taken 2 actions"));

    let mut stage = handed(outlines(), wishes());
    let (ended, _) = stage.play(&bound(None)).await;
    assert_eq!((ended, stage.page.acted.len()), (Ended::With(Outcome::Completed), 3));
}

/// A goal that may take so long, for which a coding agent would be started, while somebody else holds all
/// of the night's time for a moment.
async fn behind_others(within_ms: Option<u64>) -> (Stage, Ended, Vec<Event>) {
    let time = Budget { time_ms: Some(60_000), ..Budget::default() };
    let purse = Arc::new(Purse::new(time, Spent::default()));
    let mut stage = Stage {
        purse: purse.clone(),
        ..handed(vec![buttons(&["Save"])], vec![act(Action::click(button("Save")))])
    };
    let mut scenario = goal("persist it", MOST_ACTIONS, Vec::new());
    scenario.steps[0].within_ms = within_ms;
    let all = Spent { asked: 1, time_ms: 60_000, ..Spent::default() };
    let held = purse.hold(all).await.expect("nothing is spent");
    let others = async {
        (FairInstant::now() + Duration::from_millis(300)).come().await;
        drop(held);
    };
    let ((ended, events), ()) = tokio::join!(stage.play(&scenario), others);
    (stage, ended, events)
}

#[tokio::test]
async fn a_coding_agent_that_had_to_wait_is_not_started_where_the_steps_time_is_over() {
    let (stage, ended, events) = behind_others(Some(50)).await;
    assert_eq!((ended, heard(&stage)), (Ended::With(Outcome::Blocked), Vec::new()));
    assert_eq!(failure(&events).expect("it failed").2, "still at it");
    assert_eq!(stage.purse.spent(), Spent::default(), "nobody was asked");
    let (stage, ended, _) = behind_others(None).await;
    assert_eq!((ended, heard(&stage)), (Ended::With(Outcome::Completed), vec!["done".to_owned()]));
}

#[tokio::test]
async fn what_a_coding_agent_says_at_its_end_is_for_a_person_and_no_verdict() {
    let told = Some(Told::Said(Said::Defect, "no total".to_owned()));
    let agent = Some(Hand { told, ..Hand::default() });
    let mut stage = Stage { agent, ..asking(vec![buttons(&["Save"])], Vec::new()) };
    let (ended, events) = stage.play(&goal("persist it", MOST_ACTIONS, Vec::new())).await;
    assert_eq!(ended, Ended::With(Outcome::Blocked));
    let said = failure(&events).expect("it failed").2;
    assert!(said.contains("believes that the product is wrong: no total"), "{said}");
}
