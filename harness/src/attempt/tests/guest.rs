//! Somebody from outside at an attempt: what is done, what is refused, and what it is told.

use tokio::sync::{mpsc, oneshot};

use super::goal::{buttons, element, on, page, way};
use super::*;
use crate::attempt::{Answer, Call, Guest, Wish};
use crate::model::bounds::Bounds;
use crate::model::pursuit::Pursuit;
use crate::model::scenario::FieldValue;

/// What somebody asks for, and what they were told.
pub(super) struct Visit {
    bounds: Vec<Bounds>,
    wishes: Vec<Wish>,
    told: Vec<Answer>,
    again: bool,
}

impl Visit {
    pub(super) async fn pay(&mut self, attempt: Attempt<'_>) -> Ended {
        let (calls, receiver) = mpsc::channel(1);
        let mut guest = Guest::new(receiver, self.bounds.clone());
        let asking = async {
            let calls = calls;
            let mut told = Vec::new();
            for wish in std::mem::take(&mut self.wishes) {
                let (answer, heard) = oneshot::channel();
                let call = Call { by: "mcp own".to_owned(), wish, answer };
                calls.send(call).await.expect("the attempt listens");
                told.push(heard.await.expect("it answers"));
            }
            told
        };
        let (ended, told) = tokio::join!(attempt.receive(&mut guest), asking);
        (self.told, self.again) = (told, guest.again);
        ended.expect("recorded")
    }
}

async fn visited(stage: &mut Stage, bounds: Bounds, wishes: Vec<Wish>) -> Vec<Event> {
    let bounds = vec![Bounds { of: Bounds::SUITE.to_owned(), ..bounds }];
    stage.visit = Some(Visit { bounds, wishes, told: Vec::new(), again: false });
    let (ended, events) = stage.play(&scenario(Vec::new(), Vec::new())).await;
    let lost = told(stage).iter().filter_map(|it| it.failure.as_ref());
    let is_lost = lost.map(|it| it.outcome).any(|it| it == Outcome::HarnessError);
    let expected = if is_lost { Outcome::HarnessError } else { Outcome::Completed };
    assert_eq!(ended, Ended::With(expected));
    events
}

fn told(stage: &Stage) -> &[Answer] {
    &stage.visit.as_ref().expect("somebody came").told
}

fn act(action: Action) -> Wish {
    Wish::Act(Box::new(action))
}

fn command(line: &str) -> Wish {
    let words = line.split(' ').map(Template::new).collect();
    let Action::Run(run) = shell("") else { unreachable!("it is one") };
    Wish::Run(Box::new(RunCommand { command: CommandLine::Argv(words), ..*run }))
}

#[tokio::test]
async fn what_a_guest_does_is_decided_on_done_and_told_with_the_page_after_it() {
    let mut stage = on(vec![buttons(&["Save"]), buttons(&["Saved"])]);
    let wishes = vec![Wish::Look, act(Action::click(button("Save"))), Wish::Again];
    let events = visited(&mut stage, Bounds::default(), wishes).await;
    assert_eq!(stage.page.acted, [Action::click(button("Save"))]);
    let told = told(&stage);
    assert_eq!(told[0].page.as_ref(), Some(&buttons(&["Save"])));
    assert_eq!(told[1].page.as_ref(), Some(&buttons(&["Saved"])));
    assert!(told.iter().all(|it| it.failure.is_none()));
    assert!(stage.visit.as_ref().is_some_and(|it| it.again));
    assert_eq!(
        way(&events),
        [
            "1 mcp own reads \"mcp own\": click button \"Save\"",
            "1 allow: what uses a page is usual, and nobody narrows it: it allows click",
            "1 done at /fake: None",
        ]
    );
}

#[tokio::test]
async fn a_browser_that_is_lost_ends_the_attempt_so_that_the_next_call_finds_another() {
    let mut stage = on(vec![buttons(&["Save"])]);
    stage.page.answers.push_back(Err(SurfaceError::BrowserLost("it died".to_owned())));
    let wishes = vec![act(Action::click(button("Save")))];
    visited(&mut stage, Bounds::default(), wishes).await;
    let failure = told(&stage)[0].failure.as_ref().expect("it is told");
    assert_eq!(failure.outcome, Outcome::HarnessError);
    assert!(stage.visit.as_ref().is_some_and(|it| it.again));
}

#[tokio::test]
async fn a_guest_fills_a_secret_by_its_name_and_only_one_that_it_may_use() {
    let field = || element("textbox", "Password").target.expect("it has one");
    let fill = |value: &str| Action::Fill(vec![FieldValue { field: field(), value: value.into() }]);
    let wish = || vec![act(fill("${secret:TOKEN}"))];
    let fields = page(vec![element("textbox", "Password")]);
    let mut stage = on(vec![fields.clone()]);
    let may = Bounds { secrets: Some(vec!["TOKEN".to_owned()]), ..Bounds::default() };
    let events = visited(&mut stage, may, wish()).await;
    assert_eq!(stage.page.acted, [fill("s3cret-token")]);
    assert!(!format!("{events:?}").contains("s3cret-token"));
    let mut stage = on(vec![fields]);
    let events = visited(&mut stage, Bounds::default(), wish()).await;
    assert_eq!(stage.page.acted, []);
    let failure = told(&stage)[0].failure.as_ref().expect("it is refused");
    assert_eq!(failure.outcome, Outcome::Blocked);
    assert!(way(&events)[1].starts_with("1 deny: the secret TOKEN may not be used"), "{events:#?}");
}

/// The fake page is at `/fake` of the product, which is at 127.0.0.1:9.
#[tokio::test]
async fn a_guest_uses_a_page_only_where_those_who_name_origins_name_its_own() {
    for (named, done) in [("127.0.0.1:9", 1), ("127.0.0.1:8", 0)] {
        let mut stage = on(vec![buttons(&["Save"])]);
        let may = Bounds { origins: Some(vec![named.to_owned()]), ..Bounds::default() };
        let wishes = vec![act(Action::click(button("Save")))];
        let events = visited(&mut stage, may, wishes).await;
        assert_eq!(stage.page.acted.len(), done, "{named}");
        let decided = &way(&events)[1];
        let rule = "1 deny: proposed, the suite does not name the origin http://127.0.0.1:9";
        assert_eq!(decided == rule, done == 0, "{decided}");
    }
}

#[tokio::test]
async fn a_guest_runs_what_the_suite_names_and_nothing_else() {
    let mut stage = on(vec![buttons(&["Save"])]);
    let may = Bounds { commands: Some(vec!["echo *".to_owned()]), ..Bounds::default() };
    let Action::Run(for_a_shell) = shell("echo hello") else { unreachable!("it is one") };
    let wishes = vec![
        command("echo hello"),
        command("echo hello again"),
        Wish::Run(for_a_shell),
        act(Action::Open("http://127.0.0.2:9/".into())),
    ];
    let events = visited(&mut stage, may, wishes).await;
    let said: Vec<Option<&str>> =
        told(&stage).iter().map(|it| it.failure.as_ref().map(|it| it.actual.as_str())).collect();
    assert_eq!(said[0], None);
    let wrote = told(&stage)[0].wrote.as_ref().expect("it ran");
    assert_eq!((wrote.exit.as_str(), wrote.outputs[0].1.as_str()), ("exit: 0", "hello\n"));
    let forbidden = |at: usize, rule: &str| {
        let said = said[at].unwrap_or_default();
        assert!(said.starts_with(&format!("forbidden by policy: proposed, {rule}")), "{said}");
    };
    forbidden(1, "the suite does not name the command `echo hello again`");
    forbidden(2, "a line for a shell can be written and never proposed");
    forbidden(3, "127.0.0.2:9 is neither the product nor in allow-hosts");
    assert_eq!(stage.page.acted, []);
    assert!(way(&events).contains(&"1 wrote 1".to_owned()), "{events:#?}");
}

#[tokio::test]
async fn a_command_that_a_person_must_be_asked_about_is_a_question_and_does_not_run() {
    let mut stage = on(vec![buttons(&["Save"])]);
    let may = Bounds {
        commands: Some(vec!["echo *".to_owned()]),
        ask_commands: vec!["echo gone".to_owned()],
        ..Bounds::default()
    };
    let wishes = vec![command("echo gone"), command("echo here")];
    let events = visited(&mut stage, may, wishes).await;
    let refused = told(&stage)[0].failure.as_ref().map(|it| it.actual.as_str()).unwrap_or_default();
    let rule =
        "a person must be asked: proposed, the suite asks about the command `echo gone`; nobody";
    assert!(refused.starts_with(rule), "{refused}");
    assert!(told(&stage)[0].wrote.is_none());
    let wrote = told(&stage)[1].wrote.as_ref().expect("the twin ran");
    assert_eq!(wrote.outputs[0].1, "here\n");
    let asked = events.iter().filter(|it| {
        matches!(it, Event::Goal { pursuit: Pursuit::Question { reply: None, .. }, .. })
    });
    assert_eq!(asked.count(), 1);
}
