//! An attempt with a page that does as it is told: what is recorded, and when it ends.

mod asked;
mod control;
mod errand;
mod goal;
mod guest;
mod pace;
mod recordings;
mod unseen;
mod written;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::*;
use crate::agent::Scripted;
use crate::agent::backend::Purse;
use crate::ledger::{NightDir, Secrets};
use crate::model::artifact::MailStep;
use crate::model::budget::Price;
use crate::model::recording::Recordings;
use crate::model::scenario::{Action, CommandCapture, CommandLine, Output, RunCommand};
use crate::model::suite::Skill;
use crate::model::target::Locator;
use crate::model::terminal::{StartProgram, TerminalAction};
use crate::model::{FacetKind, Target, Template, WatchKind};
use crate::surface::command::{CommandSetup, Environment};
use crate::surface::fake::FakePage;
use crate::surface::terminal::{TerminalSetup, TerminalSurface};
use crate::surface::{Done, Sighting, SurfaceError};

fn clock() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).expect("a valid instant")
}

fn step(index: u32, action: Action) -> Step {
    Step::new(index, "scenarios/a.yaml", index, action)
}

fn button(name: &str) -> Target {
    Target::plain(Locator::Role { role: "button".to_owned(), name: Some(Template::new(name)) })
}

fn shell(line: &str) -> Action {
    Action::Run(Box::new(RunCommand {
        command: CommandLine::Shell(Template::new(line)),
        stdin: None,
        env: indexmap::IndexMap::new(),
        cwd: None,
        timeout_ms: None,
        exit: None,
        outputs: Vec::new(),
        capture: indexmap::IndexMap::new(),
        snapshot: None,
    }))
}

fn snapshot(name: &str) -> Action {
    Action::Snapshot(Snapshot { name: name.to_owned(), ..Snapshot::default() })
}

fn scenario(steps: Vec<Action>, finally: Vec<Action>) -> Scenario {
    let count = steps.len();
    let numbered = |from: usize| move |(at, action)| step((from + at + 1) as u32, action);
    Scenario {
        id: "a".to_owned(),
        file: "scenarios/a.yaml".to_owned(),
        line: 1,
        product: Some("shop".to_owned()),
        steps: steps.into_iter().enumerate().map(numbered(0)).collect(),
        finally: finally.into_iter().enumerate().map(numbered(count)).collect(),
        ..Scenario::default()
    }
}

/// One attempt in a folder of its own, with what it left in the ledger.
struct Stage {
    page: FakePage,
    /// The page of somebody else.
    clerk: FakePage,
    crash: Option<Crash>,
    limit: Duration,
    stop: tokio::sync::watch::Sender<bool>,
    recordings: Recordings,
    /// The recordings that were kept of the last attempt.
    kept: Vec<String>,
    brain: Option<asked::Scripted>,
    /// The coding agent that takes goals over.
    agent: Option<errand::Hand>,
    person: Person,
    /// What the model of the night may take.
    purse: Arc<Purse>,
    /// How fast the page is used.
    pace: Option<Pace>,
    price: Option<Price>,
    skills: IndexMap<String, Skill>,
    /// What somebody from outside asks for once the steps are done.
    visit: Option<guest::Visit>,
}

impl Default for Stage {
    fn default() -> Self {
        Self {
            page: FakePage::default(),
            clerk: FakePage::default(),
            crash: None,
            limit: Duration::from_secs(20),
            stop: tokio::sync::watch::Sender::new(false),
            recordings: Recordings::new(),
            kept: Vec::new(),
            brain: None,
            agent: None,
            person: Person::default(),
            purse: Arc::default(),
            pace: None,
            price: None,
            skills: IndexMap::new(),
            visit: None,
        }
    }
}

impl Stage {
    async fn play(&mut self, scenario: &Scenario) -> (Ended, Vec<Event>) {
        let folder = tempfile::tempdir().expect("a folder");
        let night = NightDir::create(folder.path().join("night")).expect("a night");
        let work = folder.path().join("work");
        std::fs::create_dir(&work).expect("made");
        let secrets: indexmap::IndexMap<_, _> =
            [("TOKEN".to_owned(), "s3cret-token".to_owned())].into_iter().collect();
        let secrets = Secrets::new(secrets).expect("long enough");
        let ledger = Ledger::create(night, secrets, clock).expect("a ledger");
        let mut commands = Commands::from([("shop".to_owned(), commands_in(&work))]);
        let mut terminals = Terminals::from([("shop".to_owned(), terminal_in(&work))]);
        let crash = self.crash.clone();
        let attempt = Attempt {
            scenario,
            number: 1,
            ledger: &ledger,
            policy: &Policy::new(Some("http://127.0.0.1:9"), &["127.0.0.1:8".to_owned()]),
            log: Log::Ledger(crate::model::Purpose::Judging),
            pages: Pages::default().with(None, &mut self.page).with(Some("clerk"), &mut self.clerk),
            commands: &mut commands,
            terminals: &mut terminals,
            sites: &sites(),
            post: None,
            codes: &Codes::default(),
            scope: Scope::default(),
            environment: "test",
            varies: &|_, _| Box::new(|_| false),
            accepted: &BTreeMap::new(),
            recorder: Recorder::new(&self.recordings, recordings::written),
            brain: self.brain.as_ref().map(|backend| Brain {
                backend,
                tokens: 1_000,
                price: self.price.as_ref(),
                night: &self.purse,
                attempt: 1,
                agent: self.agent.as_ref().map(|it| it as &dyn CodingAgent),
                skills: &self.skills,
            }),
            remembered: self.brain.as_ref().map(|it| it.remembered.clone()).unwrap_or_default(),
            talk: Talk::default(),
            person: &self.person,
            crashed: &|| crash.clone(),
            limits: Limits { steps: self.limit, finally: Duration::from_secs(5) },
            pace: self.pace.as_ref(),
            stop: self.stop.subscribe(),
        };
        let ended = match &mut self.visit {
            Some(visit) => Box::pin(visit.pay(attempt)).await,
            None => Box::pin(attempt.run(&mut Scripted::new(scenario))).await.expect("recorded"),
        };
        commands["shop"].close().await;
        let read = ledger.night().entries().expect("readable");
        assert_eq!(read, ledger.entries(), "what is remembered is what lies on disk");
        let events: Vec<Event> = read.into_iter().map(|entry| entry.event).collect();
        let kept = recordings::recordings(&events).into_iter();
        let text = |evidence| ledger.night().read(&evidence).expect("it was kept");
        self.kept = kept.map(|it| String::from_utf8_lossy(&text(it.1)).into_owned()).collect();
        (ended, events)
    }
}

fn sites() -> Sites {
    let served = |name: &str, url: &str| (name.to_owned(), Some(url.to_owned()));
    let all = [served("shop", "http://127.0.0.1:9"), served("office", "http://127.0.0.1:8")];
    Sites::new("shop", all.into())
}

fn commands_in(work: &Path) -> CommandSurface {
    let ours = [("PATH".to_owned(), "/usr/bin:/bin".to_owned())];
    CommandSurface::new(CommandSetup {
        work: work.to_owned(),
        environment: Environment::allowed(ours, &[]),
        timeout: Duration::from_secs(10),
        max_output: 1 << 20,
        veil: crate::surface::veil::Veil::default(),
        confinement: None,
    })
}

fn terminal_in(work: &Path) -> TerminalSurface {
    let ours = [("PATH".to_owned(), "/usr/bin:/bin".to_owned())];
    TerminalSurface::new(TerminalSetup {
        work: work.to_owned(),
        environment: Environment::allowed(ours, &[]),
        timeout: Duration::from_secs(10),
        secrets: vec!["s3cret-token".to_owned()],
        confinement: None,
    })
}

/// The steps that were recorded, with how they went.
fn steps(events: &[Event]) -> Vec<(u32, Option<Outcome>)> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::Step { step, .. } => Some(match &step.outcome {
                StepOutcome::Passed => (step.index, None),
                StepOutcome::Failed(failure) => (step.index, Some(failure.outcome)),
            }),
            _ => None,
        })
        .collect()
}

fn failed(actual: &str) -> Done {
    Done::Failed(Failure {
        outcome: Outcome::Failed,
        expected: "button \"Go\"".to_owned(),
        actual: actual.to_owned(),
    })
}

#[tokio::test]
async fn steps_are_done_in_order_and_recorded() {
    let mut stage = Stage::default();
    let scenario = scenario(vec![Action::Open("/".into()), Action::click(button("Go"))], vec![]);
    let (ended, events) = stage.play(&scenario).await;
    assert_eq!(ended, Ended::With(Outcome::Completed));
    assert_eq!(steps(&events), [(1, None), (2, None)]);
    assert_eq!(stage.page.acted, [Action::Open("/".into()), Action::click(button("Go"))]);
}

#[tokio::test]
async fn a_failed_step_ends_the_steps_but_not_finally() {
    let mut stage = Stage::default();
    stage.page.answers.push_back(Ok(failed("no such button")));
    let scenario = scenario(
        vec![Action::click(button("Go")), Action::click(button("Never"))],
        vec![shell("true")],
    );
    let (ended, events) = stage.play(&scenario).await;
    assert_eq!(ended, Ended::With(Outcome::Failed));
    assert_eq!(steps(&events), [(1, Some(Outcome::Failed)), (3, None)]);
    assert!(
        events.iter().any(|event| matches!(event, Event::Step { step, .. }
            if step.evidence.iter().any(|kept| kept.kind == "console"))),
        "the failure keeps material for a person"
    );
}

#[tokio::test]
async fn a_check_that_does_not_hold_is_noted_and_what_follows_is_done() {
    let mut stage = Stage::default();
    stage.page.answers.push_back(Ok(failed("no such heading")));
    let see = |name: &str| Action::See(vec![button(name)]);
    let steps_of = vec![see("Orders"), Action::click(button("Go")), see("Total")];
    let (ended, events) = stage.play(&scenario(steps_of, vec![])).await;
    assert_eq!(ended, Ended::With(Outcome::Failed));
    assert_eq!(steps(&events), [(1, Some(Outcome::Failed)), (2, None), (3, None)]);
}

#[tokio::test]
async fn what_needs_a_thing_that_was_not_there_is_not_tried() {
    let mut stage = Stage::default();
    stage.page.answers.push_back(Ok(failed("no such button")));
    let steps_of = vec![
        Action::See(vec![button("Pay")]),
        Action::Reload,
        Action::click(button("Pay")),
        Action::Reload,
    ];
    let (ended, events) = stage.play(&scenario(steps_of, vec![])).await;
    assert_eq!(ended, Ended::With(Outcome::Failed));
    assert_eq!(steps(&events), [(1, Some(Outcome::Failed)), (2, None)]);
}

#[tokio::test]
async fn a_failed_finally_fails_an_attempt_that_was_fine() {
    let scenario = scenario(vec![Action::Reload], vec![shell("exit 3")]);
    let (ended, events) = Stage::default().play(&scenario).await;
    assert_eq!(ended, Ended::With(Outcome::Failed));
    assert_eq!(steps(&events), [(1, None), (2, Some(Outcome::Failed))]);
}

#[tokio::test]
async fn what_a_command_captured_is_filled_into_later_steps() {
    let Action::Run(mut run) = shell("echo order-17") else { unreachable!("a command") };
    run.capture.insert("order".to_owned(), CommandCapture::Whole(Output::Stdout));
    let mut stage = Stage::default();
    let open = Action::Open("/orders/${order}".into());
    let (ended, _) = stage.play(&scenario(vec![Action::Run(run), open], vec![])).await;
    assert_eq!(ended, Ended::With(Outcome::Completed));
    assert_eq!(stage.page.acted, [Action::Open("/orders/order-17".into())]);
}

#[tokio::test]
async fn a_secret_is_used_and_never_recorded() {
    let mut stage = Stage::default();
    stage.page.answers.push_back(Ok(failed("the page says s3cret-token")));
    let fill = Action::Fill(vec![crate::model::scenario::FieldValue {
        field: button("Password"),
        value: "${secret:TOKEN}".into(),
    }]);
    let (_, events) = stage.play(&scenario(vec![fill], vec![])).await;
    let Action::Fill(fields) = &stage.page.acted[0] else { unreachable!("a fill") };
    assert_eq!(fields[0].value.raw(), "s3cret-token");
    let recorded = serde_json::to_string(&events).expect("plain data");
    assert!(recorded.contains("the page says [secret]"), "{recorded}");
    assert!(!recorded.contains("s3cret-token"), "{recorded}");
}

#[tokio::test]
async fn an_unknown_reference_fails_the_step_by_name() {
    let (ended, events) =
        Stage::default().play(&scenario(vec![Action::Open("/${nowhere}".into())], vec![])).await;
    assert_eq!(ended, Ended::With(Outcome::Failed));
    let recorded = serde_json::to_string(&events).expect("plain data");
    assert!(recorded.contains("nothing named ${nowhere} is known here"), "{recorded}");
}

#[tokio::test]
async fn an_action_that_policy_denies_is_blocked_and_never_reaches_the_page() {
    let mut stage = Stage::default();
    let elsewhere = Action::Open("http://127.0.0.2:9/".into());
    let (ended, events) = stage.play(&scenario(vec![elsewhere], vec![])).await;
    assert_eq!(ended, Ended::With(Outcome::Blocked));
    assert_eq!(steps(&events), [(1, Some(Outcome::Blocked))]);
    assert_eq!(stage.page.acted, []);
}

#[tokio::test]
async fn a_crash_of_the_product_is_named_whatever_the_step_says() {
    let mut stage = Stage {
        crash: Some(Crash {
            product: "shop".to_owned(),
            how: "signal 9".to_owned(),
            log: b"out of memory".to_vec(),
        }),
        ..Stage::default()
    };
    let (ended, events) = stage.play(&scenario(vec![Action::Reload], vec![])).await;
    assert_eq!(ended, Ended::With(Outcome::Crashed));
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Event::ProductCrashed { how, .. } if how == "signal 9"))
    );
}

#[tokio::test]
async fn an_attempt_that_takes_too_long_is_timed_out_at_its_step() {
    let mut stage = Stage { limit: Duration::from_millis(200), ..Stage::default() };
    let (ended, events) = stage.play(&scenario(vec![shell("sleep 30")], vec![])).await;
    assert_eq!(ended, Ended::With(Outcome::TimedOut));
    assert_eq!(steps(&events), [(1, Some(Outcome::TimedOut))]);
}

#[tokio::test]
async fn a_step_that_takes_longer_than_its_author_allows_fails_and_says_how_long_it_took() {
    let mut slow = scenario(vec![shell("sleep 0.3"), shell("true")], vec![]);
    slow.steps[0].within_ms = Some(100);
    let (ended, events) = Stage::default().play(&slow).await;
    assert_eq!(ended, Ended::With(Outcome::Failed));
    assert_eq!(steps(&events), [(1, Some(Outcome::Failed))]);
    let recorded = serde_json::to_string(&events).expect("plain data");
    assert!(recorded.contains("run sleep 0.3 within 100ms"), "{recorded}");
    assert!(recorded.contains("it took "), "{recorded}");
}

#[tokio::test]
async fn a_step_within_its_limit_passes_and_one_that_fails_keeps_its_own_failure() {
    let mut quick = scenario(vec![shell("true"), shell("exit 3")], vec![]);
    quick.steps[0].within_ms = Some(20_000);
    quick.steps[1].within_ms = Some(20_000);
    let (ended, events) = Stage::default().play(&quick).await;
    assert_eq!(ended, Ended::With(Outcome::Failed));
    assert_eq!(steps(&events), [(1, None), (2, Some(Outcome::Failed))]);
    let recorded = serde_json::to_string(&events).expect("plain data");
    assert!(!recorded.contains("it took"), "{recorded}");
}

#[tokio::test]
async fn a_night_that_must_stop_leaves_no_end_and_still_cleans_up() {
    let mut stage = Stage::default();
    stage.stop.send_replace(true);
    let scenario = scenario(vec![shell("sleep 30")], vec![shell("true")]);
    let (ended, events) = stage.play(&scenario).await;
    assert_eq!(ended, Ended::Stopped);
    assert_eq!(steps(&events), [(2, None)]);
    assert!(!events.iter().any(|event| matches!(event, Event::AttemptFinished { .. })));
}

#[tokio::test]
async fn what_the_watches_saw_belongs_to_the_step_before() {
    let mut stage = Stage::default();
    stage.page.sightings.push(Sighting {
        kind: WatchKind::ConsoleError,
        message: "boom".to_owned(),
        path: "/".to_owned(),
    });
    let (_, events) = stage.play(&scenario(vec![Action::Reload, Action::Back], vec![])).await;
    let seen: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::Watch { step, message, .. } => Some((*step, message.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(seen, [(1, "boom")]);
}

#[tokio::test]
async fn a_checkpoint_holds_the_facets_that_were_asked_for() {
    let mut stage = Stage::default();
    "- heading \"Orders\"".clone_into(&mut stage.page.aria);
    let (_, events) = stage.play(&scenario(vec![snapshot("orders")], vec![])).await;
    let facets: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::Checkpoint { checkpoint, facets, .. } => {
                Some((checkpoint.as_str(), facets.iter().map(|it| it.facet).collect::<Vec<_>>()))
            }
            _ => None,
        })
        .collect();
    assert_eq!(facets, [("orders", vec![FacetKind::Aria])]);
}

#[tokio::test]
async fn a_lost_browser_is_the_harness_failing_and_not_the_product() {
    let mut stage = Stage::default();
    let lost = SurfaceError::BrowserLost("the driver is gone".to_owned());
    stage.page.answers.push_back(Err(lost));
    let (ended, _) = stage.play(&scenario(vec![Action::Reload], vec![])).await;
    assert_eq!(ended, Ended::With(Outcome::HarnessError));
}

#[tokio::test]
async fn a_page_that_cannot_be_read_fails_the_snapshot_and_leaves_no_checkpoint() {
    let mut stage = Stage::default();
    stage.page.unreadable = Some(Failure {
        outcome: Outcome::Failed,
        expected: "a page that can be read".to_owned(),
        actual: "the walker does not know the way".to_owned(),
    });
    let (ended, events) = stage.play(&scenario(vec![snapshot("home")], vec![])).await;
    assert_eq!(ended, Ended::With(Outcome::Failed));
    assert!(!events.iter().any(|it| matches!(it, Event::Checkpoint { .. })), "{events:#?}");
}

fn terminal(action: TerminalAction) -> Action {
    Action::Terminal(Box::new(action))
}

fn start(line: &str) -> Action {
    terminal(TerminalAction::Start(StartProgram {
        command: CommandLine::Shell(Template::new(line)),
        env: indexmap::IndexMap::new(),
        cwd: None,
        columns: 40,
        rows: 5,
    }))
}

fn stop(exit: Option<i32>) -> Action {
    terminal(TerminalAction::Stop { exit, within_ms: Some(20_000) })
}

/// The recordings that were kept: the step that started the program.
fn recordings(events: &[Event]) -> Vec<u32> {
    let recording = |event: &Event| match event {
        Event::Recording { step, .. } => Some(*step),
        _ => None,
    };
    events.iter().filter_map(recording).collect()
}

#[tokio::test]
async fn a_program_that_still_runs_at_the_end_is_ended_and_its_recording_kept() {
    let scenario = scenario(vec![start("echo ready; exec sleep 1000")], vec![]);
    let (ended, events) = Stage::default().play(&scenario).await;
    assert_eq!(ended, Ended::With(Outcome::Completed));
    assert_eq!(recordings(&events), [1]);
}

#[tokio::test]
async fn each_program_has_one_recording() {
    let again =
        || [start("read line"), terminal(TerminalAction::Type("x\n".into())), stop(Some(0))];
    let steps = again().into_iter().chain(again()).collect();
    let (ended, events) = Stage::default().play(&scenario(steps, vec![])).await;
    assert_eq!(ended, Ended::With(Outcome::Completed), "{events:#?}");
    assert_eq!(recordings(&events), [1, 4]);
}

#[tokio::test]
async fn a_snapshot_of_a_terminal_holds_its_screen_and_how_the_program_ended() {
    let Action::Snapshot(taken) = snapshot("end") else { unreachable!("a snapshot") };
    let taken = terminal(TerminalAction::Snapshot(taken));
    let steps = vec![start("echo over; exit 3"), taken];
    let (ended, events) = Stage::default().play(&scenario(steps, vec![])).await;
    assert_eq!(ended, Ended::With(Outcome::Completed), "{events:#?}");
    let facets: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::Checkpoint { facets, .. } => {
                Some(facets.iter().map(|it| it.facet).collect::<Vec<_>>())
            }
            _ => None,
        })
        .collect();
    assert_eq!(facets, [[FacetKind::Screen, FacetKind::Exit]]);
}

#[tokio::test]
async fn a_program_that_fails_fails_the_step_unless_the_next_one_judges_it() {
    let unjudged = scenario(vec![start("exit 3")], vec![]);
    let (ended, events) = Stage::default().play(&unjudged).await;
    assert_eq!(ended, Ended::With(Outcome::Failed));
    let told = serde_json::to_string(&events).expect("plain data");
    assert!(told.contains("it ended by itself with exit 3"), "{told}");
    let judged = scenario(vec![start("exit 3"), stop(Some(3))], vec![]);
    let (ended, _) = Stage::default().play(&judged).await;
    assert_eq!(ended, Ended::With(Outcome::Completed));
}

#[tokio::test]
async fn a_snapshot_of_a_terminal_that_asks_for_what_pages_have_says_so() {
    let Action::Snapshot(taken) = snapshot("end") else { unreachable!("a snapshot") };
    let taken = Snapshot { facets: Some(vec![FacetKind::Screen, FacetKind::Aria]), ..taken };
    let steps = vec![start("read end"), terminal(TerminalAction::Snapshot(taken))];
    let (ended, events) = Stage::default().play(&scenario(steps, vec![])).await;
    assert_eq!(ended, Ended::With(Outcome::Failed));
    let told = serde_json::to_string(&events).expect("plain data");
    assert!(told.contains("a terminal has the facets screen and exit; take aria out"), "{told}");
}

#[tokio::test]
async fn everybody_acts_on_a_page_of_their_own() {
    let mut scenario = scenario(
        vec![Action::Open("/cart".into()), Action::Open("/orders".into()), Action::Reload],
        vec![],
    );
    scenario.steps[1].actor = Some("clerk".to_owned());
    scenario.steps[1].product = Some("office".to_owned());
    let mut stage = Stage::default();
    stage.clerk.answers.push_back(Ok(failed("no orders")));
    let (ended, events) = stage.play(&scenario).await;
    assert_eq!(ended, Ended::With(Outcome::Failed));
    assert_eq!(stage.page.acted, [Action::Open("/cart".into())]);
    assert_eq!(stage.clerk.acted, [Action::Open("http://127.0.0.1:8/orders".into())]);
    assert_eq!(steps(&events), [(1, None), (2, Some(Outcome::Failed))]);
}

#[tokio::test]
async fn a_secret_that_makes_no_codes_fails_the_step_by_name() {
    let mut stage = Stage::default();
    let scenario =
        scenario(vec![Action::Type { text: "${totp:TOKEN}".into(), into: None }], vec![]);
    let (ended, events) = stage.play(&scenario).await;
    assert_eq!(ended, Ended::With(Outcome::Failed));
    assert_eq!(stage.page.acted, [], "a secret that makes no codes stops the step");
    let recorded = serde_json::to_string(&events).expect("plain data");
    assert!(recorded.contains("the secret TOKEN makes no one-time codes"), "{recorded}");
    assert!(!recorded.contains("s3cret-token"), "{recorded}");
}

#[tokio::test]
async fn a_mail_without_a_sink_says_how_to_get_one() {
    let mail = Action::Mail(Box::new(MailStep {
        to: "ada@example.test".into(),
        subject: None,
        within_ms: None,
        tests: Vec::new(),
        capture: indexmap::IndexMap::new(),
        snapshot: None,
    }));
    let (_, events) = Stage::default().play(&scenario(vec![mail], vec![])).await;
    let recorded = serde_json::to_string(&events).expect("plain data");
    assert!(recorded.contains("add `mail: true` to the product"), "{recorded}");
}
