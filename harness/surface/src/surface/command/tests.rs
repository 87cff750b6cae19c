//! Commands as a scenario runs them: what is seen, what holds, and what a failure says.

use indexmap::IndexMap;

use super::*;
use crate::model::scenario::{CommandCapture, Output, OutputExpectation, TextTest};
use crate::model::{Kept, Snapshot};

/// A working folder with a surface over it, and a product command `greet`.
struct Bench {
    folder: tempfile::TempDir,
    surface: CommandSurface,
}

impl Bench {
    fn new() -> Self {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        for name in ["work", "bin"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let greet = folder.path().join("bin/greet");
        std::fs::write(&greet, "#!/bin/sh\necho \"hello $1, $GREETING\"\n").unwrap();
        std::fs::set_permissions(&greet, std::fs::Permissions::from_mode(0o755)).unwrap();
        let ours = [("PATH".to_owned(), "/usr/bin:/bin".to_owned())];
        let surface = CommandSurface::new(CommandSetup {
            work: folder.path().join("work"),
            environment: Environment::allowed(ours, &[])
                .with_path_first(&[folder.path().join("bin")]),
            timeout: Duration::from_secs(20),
            max_output: 1 << 20,
            veil: crate::surface::veil::Veil::default(),
            confinement: None,
        });
        Self { folder, surface }
    }

    async fn run(&mut self, run: RunCommand) -> CommandDone {
        self.surface.run(&run).await.unwrap()
    }
}

fn shell(line: &str) -> RunCommand {
    RunCommand {
        command: CommandLine::Shell(line.into()),
        stdin: None,
        env: IndexMap::new(),
        cwd: None,
        timeout_ms: None,
        exit: None,
        outputs: Vec::new(),
        capture: IndexMap::new(),
        snapshot: None,
    }
}

fn argv(words: &[&str]) -> RunCommand {
    let words = words.iter().map(|word| Template::from(*word)).collect();
    RunCommand { command: CommandLine::Argv(words), ..shell("") }
}

fn snapshot(facets: Option<Vec<FacetKind>>) -> Snapshot {
    Snapshot { name: "shot".to_owned(), facets, ..Snapshot::default() }
}

fn text(kind: FacetKind, text: &str) -> Facet {
    Facet { kind, content: FacetContent::Text(text.to_owned()) }
}

fn failed(done: Done) -> Failure {
    match done {
        Done::Failed(failure) => failure,
        Done::Passed(captured) => panic!("passed with {captured:?}"),
    }
}

#[tokio::test]
async fn a_command_is_found_in_the_product_and_seen_whole() {
    let mut bench = Bench::new();
    let mut run = argv(&["greet", "a b"]);
    run.env.insert("GREETING".to_owned(), "welcome".into());
    run.capture.insert("all".to_owned(), CommandCapture::Whole(Output::Stdout));
    let done = bench.run(run).await;
    assert_eq!(
        done,
        CommandDone {
            done: Done::Passed(vec![("all".to_owned(), "hello a b, welcome".to_owned().into())]),
            place: "greet 'a b'".to_owned(),
            observation: Observation {
                place: "greet 'a b'".to_owned(),
                facets: vec![
                    text(FacetKind::Exit, "exit: 0\n"),
                    text(FacetKind::Stdout, "hello a b, welcome\n"),
                    text(FacetKind::Stderr, ""),
                ],
                extras: Vec::new(),
            },
            pictures: Vec::new(),
        }
    );
}

#[tokio::test]
async fn a_snapshot_takes_the_files_and_keeps_the_raw_bytes_beside() {
    let mut bench = Bench::new();
    std::fs::write(bench.folder.path().join("work/old.txt"), "x").unwrap();
    let run = RunCommand {
        snapshot: Some(snapshot(None)),
        ..shell("printf '\\033[31mred\\033[0m\\r\\n'; echo a > new.txt; rm old.txt; exit 4")
    };
    let done = bench.run(run).await;
    assert_eq!(done.done, Done::Passed(Vec::new()));
    assert_eq!(
        done.observation.facets,
        [
            text(FacetKind::Exit, "exit: 4\n"),
            text(
                FacetKind::Stdout,
                "red\n[written with colour codes, though not to a terminal]\n[lines end in CR LF]\n"
            ),
            text(FacetKind::Stderr, ""),
            text(FacetKind::Files, "created new.txt\n    a\nremoved old.txt\n"),
        ]
    );
    assert_eq!(
        done.observation.extras,
        [Extra {
            kind: "stdout, raw".to_owned(),
            media: "text/plain".to_owned(),
            bytes: b"\x1b[31mred\x1b[0m\r\n".to_vec(),
        }]
    );
}

#[tokio::test]
async fn a_snapshot_takes_only_the_facets_that_it_names() {
    let mut bench = Bench::new();
    let run = RunCommand {
        snapshot: Some(snapshot(Some(vec![FacetKind::Exit]))),
        ..shell("echo chatter; kill -9 $$")
    };
    let observation = bench.run(run).await.observation;
    assert_eq!(observation.facets, [text(FacetKind::Exit, "signal: 9\n")]);
    assert_eq!(observation.extras[0].bytes, b"chatter\n");
}

#[tokio::test]
async fn a_wrong_exit_is_told_with_the_last_words() {
    let mut bench = Bench::new();
    let failure =
        failed(bench.run(shell("echo fine; echo 'no such table' >&2; exit 2")).await.done);
    assert_eq!(
        failure,
        Failure {
            outcome: Outcome::Failed,
            expected: "exit 0".to_owned(),
            actual: "exit 2; stderr ended with:\nno such table".to_owned(),
        }
    );
    let run = RunCommand { exit: Some(2), ..shell("exit 2") };
    assert_eq!(bench.run(run).await.done, Done::Passed(Vec::new()));
}

#[tokio::test]
async fn a_signal_is_expected_as_shells_say_it() {
    let mut bench = Bench::new();
    let run = RunCommand { exit: Some(137), ..shell("kill -9 $$") };
    assert_eq!(bench.run(run).await.done, Done::Passed(Vec::new()));
    let other = RunCommand { exit: Some(139), ..shell("kill -9 $$") };
    assert_eq!(failed(bench.run(other).await.done).expected, "exit 139");
}

#[tokio::test]
async fn a_command_that_hangs_is_timed_out_and_gone() {
    let mut bench = Bench::new();
    let run = RunCommand { timeout_ms: Some(300), ..shell("echo begun; sleep 1000 & sleep 1000") };
    let failure = failed(bench.run(run).await.done);
    assert_eq!(
        failure,
        Failure {
            outcome: Outcome::TimedOut,
            expected: "to end within 300ms".to_owned(),
            actual: "still running then, and was ended; stdout ended with:\nbegun".to_owned(),
        }
    );
    assert_eq!(bench.surface.close().await, []);
}

#[tokio::test]
async fn a_daemon_serves_the_next_command_and_ends_with_the_attempt() {
    let mut bench = Bench::new();
    let daemon = shell(
        "setsid sleep 1000 </dev/null >/dev/null 2>&1 & echo $! > pid
         until grep -q ^sleep /proc/$!/cmdline; do sleep 0.01; done",
    );
    assert_eq!(bench.run(daemon).await.done, Done::Passed(Vec::new()));
    assert_eq!(
        bench.run(shell("grep -q sleep /proc/$(cat pid)/cmdline")).await.done,
        Done::Passed(Vec::new())
    );
    assert_eq!(bench.surface.close().await.len(), 1);
    assert!(matches!(
        bench.run(shell("grep -q sleep /proc/$(cat pid)/cmdline")).await.done,
        Done::Failed(_)
    ));
}

#[tokio::test]
async fn a_daemon_that_holds_the_outputs_is_ended_and_that_is_noted() {
    let mut bench = Bench::new();
    let done = bench.run(shell("sleep 1000 & echo started")).await;
    assert_eq!(done.done, Done::Passed(Vec::new()));
    let notes: Vec<_> = done.observation.extras.iter().map(|it| it.kind.as_str()).collect();
    assert_eq!(notes, ["note"]);
    assert_eq!(bench.surface.close().await, []);
}

#[tokio::test]
async fn an_unknown_program_is_an_answer_with_the_nearest_names() {
    let mut bench = Bench::new();
    let failure = failed(bench.run(argv(&["gret", "x"])).await.done);
    assert_eq!(failure.expected, "a program \"gret\"");
    assert!(failure.actual.contains("did you mean"), "{}", failure.actual);
    assert!(failure.actual.contains("greet"), "{}", failure.actual);
}

#[tokio::test]
async fn the_folder_of_a_command_cannot_leave_the_working_folder() {
    let mut bench = Bench::new();
    let work = bench.folder.path().join("work");
    std::fs::create_dir(work.join("sub")).unwrap();
    std::os::unix::fs::symlink("/", work.join("out")).unwrap();
    let within = |cwd: &str, line: &str| RunCommand { cwd: Some(cwd.into()), ..shell(line) };
    let mut passing = within("sub", "basename $(pwd)");
    passing.capture.insert("name".to_owned(), CommandCapture::Line(Output::Stdout, 1));
    assert_eq!(
        bench.run(passing).await.done,
        Done::Passed(vec![("name".to_owned(), "sub".to_owned().into())])
    );
    for (cwd, actual) in [
        ("out", "it leads out of the working folder, to /".to_owned()),
        ("..", format!("it leads out of the working folder, to {}", bench.folder.path().display())),
    ] {
        let failure = failed(bench.run(within(cwd, "true")).await.done);
        assert_eq!(failure.actual, actual);
        assert_eq!(failure.expected, format!("a folder {cwd:?} in the working folder"));
    }
}

#[tokio::test]
async fn outputs_are_tested_and_the_failure_shows_what_was_there() {
    let mut bench = Bench::new();
    for (test, failure) in [
        (TextTest::Is("one\ntwo".into()), None),
        (TextTest::Contains("wo".into()), None),
        (TextTest::Lacks("three".into()), None),
        (TextTest::Matches("(?m)^t.o$".into()), None),
        (
            TextTest::Contains("three".into()),
            Some(("stdout to contain \"three\"", "stdout was:\none\ntwo")),
        ),
        (TextTest::Lacks("wo".into()), Some(("stdout not to contain \"wo\"", "line 2: two"))),
        (TextTest::Is("one".into()), Some(("stdout to be \"one\"", "stdout was:\none\ntwo"))),
        (TextTest::Matches("x+".into()), Some(("stdout to match /x+/", "stdout was:\none\ntwo"))),
    ] {
        let outputs = vec![OutputExpectation { output: Output::Stdout, test }];
        let done = bench.run(RunCommand { outputs, ..shell("echo one; echo two") }).await.done;
        match failure {
            None => assert_eq!(done, Done::Passed(Vec::new())),
            Some((expected, actual)) => {
                let failure = failed(done);
                assert_eq!(
                    (failure.expected.as_str(), failure.actual.as_str()),
                    (expected, actual)
                );
            }
        }
    }
}

#[tokio::test]
async fn values_are_captured_by_regex_pointer_line_and_count() {
    let mut bench = Bench::new();
    let json = r#"{"a": [{"b": "text"}, 7]}"#;
    let mut run = RunCommand { stdin: Some(json.into()), ..shell("cat; echo; echo last") };
    for (name, capture) in [
        ("group", CommandCapture::Regex(Output::Stdout, r#""b": "(\w+)""#.into())),
        ("match", CommandCapture::Regex(Output::Stdout, "la.t".into())),
        ("last", CommandCapture::Line(Output::Stdout, -1)),
        ("lines", CommandCapture::Lines(Output::Stdout)),
    ] {
        run.capture.insert(name.to_owned(), capture);
    }
    let pairs = |list: &[(&str, &str)]| {
        Done::Passed(list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned().into())).collect())
    };
    assert_eq!(
        bench.run(run).await.done,
        pairs(&[("group", "text"), ("match", "last"), ("last", "last"), ("lines", "2")])
    );
    let mut run = RunCommand { stdin: Some(json.into()), ..shell("cat") };
    for (name, pointer) in [("text", "/a/0/b"), ("number", "/a/1"), ("object", "/a/0")] {
        run.capture
            .insert(name.to_owned(), CommandCapture::Json(Output::Stdout, pointer.to_owned()));
    }
    assert_eq!(
        bench.run(run).await.done,
        pairs(&[("text", "text"), ("number", "7"), ("object", r#"{"b":"text"}"#)])
    );
}

#[tokio::test]
async fn all_that_there_is_is_captured_as_a_list_of_at_least_one() {
    let mut bench = Bench::new();
    let json = r#"{"a": [{"b": "text"}, 7, "x y"], "none": []}"#;
    let taken = async |bench: &mut Bench, capture: CommandCapture| {
        let mut run = RunCommand { stdin: Some(json.into()), ..shell("cat; echo >&2 1 2 3") };
        run.capture.insert("it".to_owned(), capture);
        match bench.run(run).await.done {
            Done::Passed(values) => Ok(values.into_iter().next().expect("one value").1),
            Done::Failed(failure) => Err(failure.expected),
        }
    };
    let list = |items: &[&str]| Ok(Kept::All(items.iter().map(|&it| it.to_owned()).collect()));
    let numbers = |it: &str| CommandCapture::Matches(Output::Stderr, it.into());
    let items = |it: &str| CommandCapture::Items(Output::Stdout, it.to_owned());
    assert_eq!(taken(&mut bench, numbers(r"(\d)\b")).await, list(&["1", "2", "3"]));
    assert_eq!(taken(&mut bench, items("/a")).await, list(&[r#"{"b":"text"}"#, "7", "x y"]));
    let lines = CommandCapture::EachLine(Output::Stderr);
    assert_eq!(taken(&mut bench, lines).await, list(&["1 2 3"]));
    let refused =
        |it: &str| Err(format!("stdout to give ${{it}} by the items at the JSON pointer {it:?}"));
    assert_eq!(taken(&mut bench, items("/none")).await, refused("/none"));
    assert_eq!(taken(&mut bench, items("/a/0")).await, refused("/a/0"));
    let wanted = "stderr to give ${it} by every /x/".to_owned();
    assert_eq!(taken(&mut bench, numbers("x")).await, Err(wanted));
}

#[tokio::test]
async fn what_cannot_be_captured_is_told_with_what_was_there() {
    let mut bench = Bench::new();
    for (capture, expected, actual) in [
        (
            CommandCapture::Line(Output::Stdout, 3),
            "stdout to give ${it} by its line 3",
            "number of its lines: 1; stdout was:\n[1]",
        ),
        (
            CommandCapture::Json(Output::Stdout, "/4".to_owned()),
            "stdout to give ${it} by the JSON pointer \"/4\"",
            "nothing is there in the JSON; stdout was:\n[1]",
        ),
        (
            CommandCapture::Regex(Output::Stderr, "x".into()),
            "stderr to give ${it} by /x/",
            "stderr was empty",
        ),
    ] {
        let mut run = shell("echo '[1]'");
        run.capture.insert("it".to_owned(), capture);
        let failure = failed(bench.run(run).await.done);
        assert_eq!((failure.expected.as_str(), failure.actual.as_str()), (expected, actual));
    }
}
