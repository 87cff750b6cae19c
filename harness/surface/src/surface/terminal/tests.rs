//! Programs on terminals, as steps use them: small shells that do as a test says.

use std::path::Path;
use std::time::Duration;

use indexmap::IndexMap;

use super::*;
use crate::model::Template;
use crate::model::scenario::{CommandLine, Snapshot, TextTest};
use crate::screen::cast::{Cast, What};

/// Far more than any of these programs needs.
const AMPLE: Duration = Duration::from_secs(30);

struct Stage {
    folder: tempfile::TempDir,
    surface: TerminalSurface,
    step: u32,
}

impl Stage {
    fn new() -> Self {
        Self::patient(AMPLE)
    }

    fn patient(timeout: Duration) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = std::env::var("PATH").unwrap_or_default();
        let environment = Environment::allowed([("PATH".to_owned(), path)], &[]);
        let surface = TerminalSurface::new(TerminalSetup {
            work: folder.path().to_owned(),
            environment: environment.with("COLUMNS", "132"),
            timeout,
            secrets: vec!["hunter22".to_owned()],
            confinement: None,
        });
        Self { folder, surface, step: 0 }
    }

    async fn act(&mut self, action: TerminalAction) -> TerminalDone {
        self.step += 1;
        let text = format!("step {}", self.step);
        let step =
            TerminalStep { index: self.step, text: &text, action: &action, end: EndOf::NotJudged };
        self.surface.act(step).await.expect("this machine works")
    }

    async fn passes(&mut self, action: TerminalAction) -> TerminalDone {
        let done = self.act(action).await;
        assert_eq!(done.done, Done::Passed(Vec::new()));
        done
    }

    async fn fails(&mut self, action: TerminalAction) -> Failure {
        match self.act(action).await.done {
            Done::Failed(failure) => failure,
            Done::Passed(_) => unreachable!("it had to fail"),
        }
    }

    /// Starts a line of shell on 40 columns and 6 rows.
    async fn start(&mut self, line: &str) {
        self.passes(shell(line)).await;
    }

    async fn sees(&mut self, text: &str) {
        self.passes(wait(text)).await;
    }

    /// The screen facet.
    async fn screen(&mut self) -> String {
        let done = self.passes(TerminalAction::Snapshot(snapshot())).await;
        let observation = done.observation.expect("a snapshot has one");
        match &observation.facets[0].content {
            FacetContent::Text(text) => text.clone(),
            FacetContent::Image { .. } => unreachable!("screens are text"),
        }
    }

    fn file(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).expect("written");
    }
}

fn shell(line: &str) -> TerminalAction {
    TerminalAction::Start(StartProgram {
        command: CommandLine::Shell(Template::new(line)),
        env: IndexMap::new(),
        cwd: None,
        columns: 40,
        rows: 6,
    })
}

fn argv(words: &[&str]) -> StartProgram {
    StartProgram {
        command: CommandLine::Argv(words.iter().map(|word| Template::new(*word)).collect()),
        env: IndexMap::new(),
        cwd: None,
        columns: 40,
        rows: 6,
    }
}

fn snapshot() -> Snapshot {
    Snapshot { name: "screen".to_owned(), ..Snapshot::default() }
}

fn wait(text: &str) -> TerminalAction {
    let tests = vec![TextTest::Contains(text.into())];
    TerminalAction::WaitScreen { tests, within_ms: None }
}

fn typed(text: &str) -> TerminalAction {
    TerminalAction::Type(text.into())
}

fn keys(names: &[&str]) -> TerminalAction {
    TerminalAction::Keys(names.iter().map(|name| (*name).to_owned()).collect())
}

fn stop(exit: Option<i32>, within: Duration) -> TerminalAction {
    TerminalAction::Stop { exit, within_ms: Some(within.as_millis() as u64) }
}

fn cast(recording: Option<Recording>) -> Cast {
    let recording = recording.expect("a recording");
    assert_eq!(recording.material.kind, "recording");
    Cast::read(&recording.material.bytes).expect("an asciicast")
}

fn outputs(cast: &Cast) -> String {
    let output = |what: &What| match what {
        What::Output(text) => Some(text.clone()),
        What::Input(_) | What::Resize(_) | What::Marker(_) | What::Exit(_) => None,
    };
    cast.events.iter().filter_map(|event| output(&event.what)).collect()
}

#[tokio::test]
async fn a_program_is_started_typed_to_and_waited_for() {
    let mut stage = Stage::new();
    stage.start("printf 'name? '; read name; echo \"hello $name\"; read end").await;
    assert_eq!(stage.screen().await, "name?\n=== 40x6\ncursor 1:7\n");
    stage.passes(typed("Ada\n")).await;
    assert_eq!(stage.screen().await, "name? Ada\nhello Ada\n=== 40x6\ncursor 3:1\n");
    stage.passes(keys(&["Enter"])).await;
    let done = stage.passes(stop(Some(0), AMPLE)).await;
    let cast = cast(done.recording);
    assert_eq!(cast.events.last().map(|it| &it.what), Some(&What::Exit(0)));
    let markers: Vec<_> = cast
        .events
        .iter()
        .filter(|it| matches!(it.what, What::Marker(_) | What::Input(_)))
        .map(|it| it.what.clone())
        .collect();
    let marker = |n: u32| What::Marker(format!("step {n}"));
    let input = |text: &str| What::Input(text.to_owned());
    assert_eq!(
        markers,
        [
            marker(1),
            marker(2),
            marker(3),
            input("Ada\r"),
            marker(4),
            marker(5),
            input("\r"),
            marker(6)
        ]
    );
}

#[tokio::test]
async fn the_environment_is_that_of_a_known_terminal() {
    let mut stage = Stage::new();
    stage.start("echo $TERM $COLORTERM $LANG [$COLUMNS$LINES] $(stty size); tty; read end").await;
    let screen = stage.screen().await;
    assert!(screen.starts_with("xterm-256color truecolor C.UTF-8 [] 6 40\n/dev/"), "{screen}");
}

#[tokio::test]
async fn a_resize_reaches_the_program() {
    let mut stage = Stage::new();
    stage.start("trap 'clear; stty size' WINCH; echo ready; while :; do read -r line; done").await;
    stage.sees("ready").await;
    stage.passes(TerminalAction::Resize { columns: 50, rows: 9 }).await;
    stage.sees("9 50").await;
    assert!(stage.screen().await.contains("=== 50x9\n"));
}

#[tokio::test]
async fn a_text_is_found_also_where_it_did_not_fit_into_a_line() {
    let mut stage = Stage::new();
    stage.start("printf '%036d hello world' 0; read end").await;
    stage.sees("hello world").await;
}

#[tokio::test]
async fn what_does_not_come_fails_with_the_screen() {
    let mut stage = Stage::patient(Duration::from_millis(300));
    stage.start("echo 'Loading 1 of 3'; read end").await;
    assert_eq!(
        stage.fails(wait("Done")).await,
        failure(
            "the screen to contain \"Done\"",
            "not within 300ms\nthe screen was (cursor at 2:1):\nLoading 1 of 3"
        )
    );
}

#[tokio::test]
async fn what_cannot_come_any_more_fails_at_once() {
    let mut stage = Stage::new();
    stage.start("echo bye; read end; exit 0").await;
    stage.passes(typed("\n")).await;
    let failed = stage.fails(wait("Done")).await;
    assert!(failed.actual.starts_with("it ended by itself with exit 0 before\n"), "{failed:?}");
}

#[tokio::test]
async fn a_crash_is_named_at_the_step_that_caused_it() {
    let mut stage = Stage::new();
    stage.start("read key; kill -SEGV $$").await;
    let failed = stage.fails(keys(&["Enter"])).await;
    assert!(failed.actual.starts_with("it ended by itself with signal 11\n"), "{failed:?}");
    let after = stage.fails(typed("x")).await;
    assert_eq!(after.expected, "a program to type to");
    assert!(after.actual.starts_with("it ended by itself with signal 11"), "{after:?}");
}

#[tokio::test]
async fn a_program_that_does_not_quit_is_timed_out_and_ended() {
    let mut stage = Stage::new();
    stage.start("trap '' HUP TERM; echo hi; while :; do sleep 0.05; done").await;
    let failed = stage.fails(stop(Some(0), Duration::from_millis(200))).await;
    assert_eq!(failed.outcome, Outcome::TimedOut);
    assert_eq!(failed.expected, "to end by itself within 200ms with exit 0");
    assert!(failed.actual.starts_with("still running then, and was ended\n"), "{failed:?}");
    assert!(stage.surface.running.as_ref().expect("kept").program.exit().is_some());
}

#[tokio::test]
async fn a_program_is_stopped_as_by_closing_its_terminal() {
    let mut stage = Stage::new();
    // A shell that is just starting a command may lose a signal; one that reads does not.
    stage
        .start("trap 'echo saved > saved; exit 0' HUP; echo hi; while read line; do :; done")
        .await;
    stage.sees("hi").await;
    let done = stage.passes(stop(None, AMPLE)).await;
    assert!(stage.folder.path().join("saved").exists());
    assert!(outputs(&cast(done.recording)).contains("hi"));
}

#[tokio::test]
async fn a_program_that_will_not_go_is_killed_and_said_to_be() {
    let mut stage = Stage::new();
    stage.start("trap '' HUP TERM; echo hi; while :; do sleep 0.05; done").await;
    let failed = stage.fails(stop(None, Duration::from_millis(100))).await;
    assert_eq!(failed.expected, "to end within 100ms when its terminal is closed");
    assert!(failed.actual.starts_with("still running after SIGHUP and SIGTERM"), "{failed:?}");
}

#[tokio::test]
async fn nothing_that_a_program_started_outlives_the_attempt() {
    let mut stage = Stage::new();
    stage.start("sleep 1000 & (setsid sleep 1000 &) ; echo hi; read end").await;
    stage.sees("hi").await;
    let tree = stage.surface.tree.clone();
    let recording = stage.surface.close().await;
    assert!(process::end_stragglers(&tree).await.is_empty());
    let markers: Vec<_> = cast(recording).events.into_iter().map(|it| it.what).collect();
    let ended = What::Marker("ended by the harness: the attempt was over".to_owned());
    assert!(markers.contains(&ended), "{markers:?}");
}

#[tokio::test]
async fn steps_without_a_program_say_how_to_start_one() {
    let mut stage = Stage::new();
    let failed = stage.fails(typed("x")).await;
    assert_eq!(failed.expected, "a program on the terminal");
    assert_eq!(failed.actual, "none was started in this attempt; begin with `start: COMMAND`");
}

#[tokio::test]
async fn a_second_program_waits_for_the_end_of_the_first() {
    let mut stage = Stage::new();
    stage.start("echo one; read end").await;
    let failed = stage.fails(shell("echo two")).await;
    assert!(failed.actual.contains("still runs on it; end it with `stop`"), "{failed:?}");
    stage.passes(stop(None, AMPLE)).await;
    stage.start("echo two; read end").await;
    stage.sees("two").await;
}

#[tokio::test]
async fn what_cannot_be_started_is_named() {
    let mut stage = Stage::new();
    stage.file("plain", "no program");
    let missing = stage.fails(TerminalAction::Start(argv(&["no-such-program"]))).await;
    assert!(missing.actual.starts_with("no program \"no-such-program\" in "), "{missing:?}");
    let plain = stage.fails(TerminalAction::Start(argv(&["./plain"]))).await;
    assert!(plain.actual.contains("it is not executable; try chmod +x"), "{plain:?}");
    let elsewhere = StartProgram { cwd: Some("..".into()), ..argv(&["sh"]) };
    let elsewhere = stage.fails(TerminalAction::Start(elsewhere)).await;
    assert!(elsewhere.actual.contains("leads out of the working folder"), "{elsewhere:?}");
}

#[tokio::test]
async fn a_secret_is_in_no_screen_and_in_no_recording_letter_by_letter() {
    let mut stage = Stage::new();
    // As line editors do it: each letter drawn by itself, with something between.
    stage.file(
        "echo.py",
        "import sys,tty\ntty.setcbreak(0)\nprint('pw: ',end='',flush=True)\nwhile True:\n c=sys.stdin.read(1)\n if c in '\\r\\n': break\n sys.stdout.write('\\x1b[1m'+c+'\\x1b[0m'); sys.stdout.flush()\nprint('\\nagain hunter22'); input()\n",
    );
    stage.start("exec python3 echo.py").await;
    stage.sees("pw:").await;
    stage.passes(typed("hunter22")).await;
    let screen = stage.screen().await;
    assert!(screen.starts_with("pw: ********\n"), "{screen}");
    stage.passes(keys(&["Enter"])).await;
    stage.sees("again").await;
    let done = stage.passes(stop(None, AMPLE)).await;
    let shown = outputs(&cast(done.recording));
    assert!(shown.contains("again hunter22"), "the ledger takes out what is in one piece");
    assert!(!shown.contains("\u{1b}[1mh\u{1b}[0m"), "{shown:?}");
}

#[tokio::test]
async fn a_flood_is_read_to_its_end_and_does_not_fill_memory() {
    let mut stage = Stage::new();
    stage.start("head -c 5000000 /dev/zero | tr '\\0' 'x'; echo; echo done; read end").await;
    stage.sees("done").await;
    let done = stage.passes(stop(None, AMPLE)).await;
    assert!(done.recording.expect("kept").material.bytes.len() < 3_000_000);
}

#[tokio::test]
async fn a_clock_that_never_rests_is_no_trap() {
    let mut stage = Stage::new();
    stage.start("while :; do date +%N; sleep 0.02; done").await;
    stage.passes(TerminalAction::Snapshot(snapshot())).await;
    stage.passes(stop(None, AMPLE)).await;
}

#[tokio::test]
async fn a_program_that_takes_its_time_is_waited_for() {
    let mut stage = Stage::new();
    // Busy without a word for longer than any pause in its output.
    stage.start("i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done; echo counted; read end").await;
    assert!(stage.screen().await.starts_with("counted\n"));
}

#[tokio::test]
async fn questions_of_a_program_are_answered_by_the_terminal() {
    let mut stage = Stage::new();
    stage.file(
        "ask.py",
        "import sys,tty\ntty.setcbreak(0)\nsys.stdout.write('ab\\x1b[6n');sys.stdout.flush()\ns=''\nwhile not s.endswith('R'): s+=sys.stdin.read(1)\nprint(' at',s[2:-1]); input()\n",
    );
    stage.start("exec python3 ask.py").await;
    stage.sees("ab at 1;3").await;
}

#[tokio::test]
async fn the_place_is_the_command_line() {
    let mut stage = Stage::new();
    let done = stage.passes(TerminalAction::Start(argv(&["sh", "-c", "read end"]))).await;
    assert_eq!(done.place, "sh -c 'read end'");
    assert_eq!(stage.surface.place(), "sh -c 'read end'");
    assert!(Path::new(stage.folder.path()).exists());
}
