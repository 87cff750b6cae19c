//! Commands and services that fork, flood, hang and ignore: each ends, and nothing is left behind.

use std::path::Path;
use std::time::{Duration, Instant};

use super::*;

/// Long enough for a busy machine; what is tested ends far earlier.
const AMPLE: Duration = Duration::from_secs(20);

fn shell(line: &str) -> CommandSpec {
    CommandSpec {
        program: "sh".to_owned(),
        args: vec!["-c".to_owned(), line.to_owned()],
        cwd: "/".into(),
        env: vec![("PATH".to_owned(), "/usr/bin:/bin".to_owned())],
        stdin: Vec::new(),
        timeout: AMPLE,
        max_output: 1000,
        tree: Cookie::new(),
        leftovers: Leftovers::Leave,
        confinement: None,
    }
}

fn service(line: &str) -> Service {
    let spec = shell(line);
    Service::start(&ServiceSpec {
        program: spec.program,
        args: spec.args,
        cwd: spec.cwd,
        env: spec.env,
        max_log: 10_000,
        tree: spec.tree,
    })
    .unwrap()
}

fn alive(cookie: &Cookie) -> usize {
    table::holders(|value| cookie.covers(value)).found.len()
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + AMPLE;
    while !holds() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn whole(text: &str) -> Captured {
    Captured {
        bytes: text.as_bytes().to_vec(),
        total: text.len() as u64,
        cut: false,
        head: text.len(),
    }
}

#[tokio::test]
async fn outputs_exit_and_input_are_kept_apart() {
    let spec = CommandSpec { stdin: b"hello".to_vec(), ..shell("cat; echo oops >&2; exit 3") };
    let finished = run(spec).await.unwrap();
    assert_eq!(finished.exit, Some(Exit::Code(3)));
    assert_eq!(finished.stdout, whole("hello"));
    assert_eq!(finished.stderr, whole("oops\n"));
    assert!(!finished.timed_out);
}

#[tokio::test]
async fn the_environment_is_what_was_given_and_the_cookie() {
    let spec = CommandSpec { program: "env".to_owned(), args: Vec::new(), ..shell("") };
    let finished = run(spec.clone()).await.unwrap();
    let text = String::from_utf8(finished.stdout.bytes).unwrap();
    let names: Vec<&str> = text.lines().filter_map(|line| line.split('=').next()).collect();
    assert_eq!(names, [TREE_VARIABLE, "PATH"]);
    assert!(spec.tree.covers(text.lines().next().unwrap().split_once('=').unwrap().1));
}

#[tokio::test]
async fn input_that_nobody_reads_is_no_error() {
    let spec = CommandSpec { stdin: vec![b'x'; 1 << 20], ..shell("exit 0") };
    assert_eq!(run(spec).await.unwrap().exit, Some(Exit::Code(0)));
}

#[tokio::test]
async fn a_signal_is_told_from_a_code() {
    assert_eq!(run(shell("kill -9 $$")).await.unwrap().exit, Some(Exit::Signal(9)));
}

#[tokio::test]
async fn a_missing_program_is_named_with_the_nearest() {
    let spec = CommandSpec { program: "envv".to_owned(), ..shell("") };
    let error = run(spec).await.unwrap_err();
    assert!(
        matches!(&error, ProcessError::NotFound { nearest, .. } if nearest.contains(&"env".to_owned())),
        "{error}"
    );
    assert!(error.to_string().starts_with("no program \"envv\" in /usr/bin:/bin; did you mean "));
}

#[tokio::test]
async fn files_that_cannot_be_run_say_why() {
    let folder = tempfile::tempdir().unwrap();
    let attempt = async |name: &str, content: &str, mode| {
        use std::os::unix::fs::PermissionsExt as _;
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let spec = CommandSpec {
            program: format!("./{name}"),
            cwd: folder.path().to_owned(),
            ..shell("")
        };
        match run(spec).await.unwrap_err() {
            ProcessError::NotExecutable { why, .. } => why,
            other @ (ProcessError::NotFound { .. } | ProcessError::Io { .. }) => other.to_string(),
        }
    };
    assert!(
        attempt("plain", "#!/bin/sh\n", 0o644).await.starts_with("it is not executable; try chmod")
    );
    assert_eq!(
        attempt("orphan", "#!/no/such/interpreter\n", 0o755).await,
        "the interpreter that its first line names is missing"
    );
    assert_eq!(
        attempt("noise", "\u{1}\u{2}\n", 0o755).await,
        "it is neither a program of this machine nor a script that begins with #!"
    );
}

#[tokio::test]
async fn a_flood_is_cut_and_ended_in_time() {
    let spec = CommandSpec { timeout: Duration::from_millis(300), ..shell("yes; true") };
    let tree = spec.tree.clone();
    let finished = run(spec).await.unwrap();
    assert!(finished.timed_out && finished.stdout.cut);
    assert_eq!(finished.stdout.bytes.len(), 1000);
    assert!(finished.stdout.total > 100_000, "{}", finished.stdout.total);
    assert_eq!(alive(&tree), 0);
}

#[tokio::test]
async fn what_is_ended_at_a_word_leaves_what_it_wrote_and_nobody_behind() {
    let spec = shell("echo begun; sleep 60 & sleep 60");
    let tree = spec.tree.clone();
    let end = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        "its budget is over".to_owned()
    };
    let finished = run_until(spec, end).await.unwrap();
    assert_eq!(finished.exceeded.as_deref(), Some("its budget is over"));
    assert_eq!(finished.stdout, whole("begun\n"));
    assert_eq!(alive(&tree), 0);
}

#[tokio::test]
async fn a_hanging_command_is_ended_with_all_its_children() {
    let spec = CommandSpec {
        timeout: Duration::from_millis(300),
        ..shell(
            "echo begun; sleep 1000 & setsid sleep 1000 & setsid sh -c 'sleep 1000 & sleep 1000' >/dev/null 2>&1 & wait",
        )
    };
    let tree = spec.tree.clone();
    let finished = run(spec).await.unwrap();
    assert!(finished.timed_out);
    assert_eq!(finished.exit, Some(Exit::Signal(15)));
    assert_eq!(finished.stdout, whole("begun\n"));
    assert_eq!(alive(&tree), 0);
}

#[tokio::test]
async fn a_command_that_ignores_sigterm_is_killed() {
    let spec = CommandSpec {
        timeout: Duration::from_millis(300),
        ..shell("trap '' TERM; while true; do sleep 0.05; done")
    };
    let tree = spec.tree.clone();
    let finished = run(spec).await.unwrap();
    assert!(finished.timed_out);
    assert_eq!(finished.exit, Some(Exit::Signal(9)));
    assert_eq!(alive(&tree), 0);
}

#[tokio::test]
async fn a_child_that_holds_the_output_open_does_not_hang_us() {
    let spec = shell("echo done; (sleep 1000; echo late) & setsid sleep 1000 & exit 0");
    let tree = spec.tree.clone();
    let finished = run(spec).await.unwrap();
    assert_eq!(finished.exit, Some(Exit::Code(0)));
    assert!(!finished.timed_out && finished.held_open);
    assert_eq!(finished.stdout, whole("done\n"));
    assert!(finished.duration < AMPLE / 2);
    assert_eq!(alive(&tree), 0);
}

#[tokio::test]
async fn a_daemon_lives_until_its_tree_is_ended() {
    let spec = shell("setsid sleep 1000 </dev/null >/dev/null 2>&1 & exit 0");
    let tree = spec.tree.clone();
    run(spec).await.unwrap();
    // Between fork and exec it has no command line yet.
    let named = || {
        let holders = table::holders(|value| tree.covers(value)).found;
        holders.len() == 1 && holders[0].command().ends_with("sleep 1000")
    };
    until("the daemon is there", named).await;
    let ended = end_stragglers(&tree).await;
    assert_eq!(ended.len(), 1);
    assert!(ended[0].command.ends_with("sleep 1000"), "{ended:?}");
    assert_eq!(alive(&tree), 0);
}

#[tokio::test]
async fn a_daemon_of_a_short_tree_is_found_among_the_latest_processes() {
    let spec = shell("setsid sleep 1000 </dev/null >/dev/null 2>&1 & exit 0");
    let tree = spec.tree.clone();
    let mark = Mark::now();
    run(spec).await.unwrap();
    assert_eq!(end_stragglers_since(&tree, mark).await.len(), 1);
    assert_eq!(alive(&tree), 0);
}

#[tokio::test]
async fn a_daemon_ends_with_a_command_that_may_not_leave_any() {
    let spec = CommandSpec {
        leftovers: Leftovers::End,
        ..shell("setsid sleep 1000 </dev/null >/dev/null 2>&1 & exit 0")
    };
    let tree = spec.tree.clone();
    run(spec).await.unwrap();
    assert_eq!(alive(&tree), 0);
}

#[tokio::test]
async fn a_cancelled_command_leaves_nothing_behind() {
    let spec = shell("sleep 1000 & setsid sleep 1000 & wait");
    let tree = spec.tree.clone();
    let running = tokio::spawn(run(spec));
    until("all three run", || alive(&tree) == 3).await;
    running.abort();
    until("all are gone", || alive(&tree) == 0).await;
}

#[tokio::test]
async fn a_service_logs_in_order_and_is_stopped_with_its_whole_tree() {
    let mut service = service("echo out; echo err >&2; setsid sleep 1000 & sleep 1000 & wait");
    let tree = service.tree().clone();
    let mut seen = 0;
    while seen < 8 {
        seen = service.log_beyond(seen).await;
    }
    until("all three run", || alive(&tree) == 3).await;
    assert_eq!(service.try_exit(), None);
    service.stop(AMPLE).await;
    assert_eq!(service.try_exit(), Some(Exit::Signal(15)));
    assert_eq!(service.log().marked(), b"out\nerr\n");
    assert_eq!(alive(&tree), 0);
}

#[tokio::test]
async fn a_service_that_ignores_sigterm_is_killed() {
    let mut service = service("trap '' TERM; echo ready; while true; do sleep 0.05; done");
    service.log_beyond(0).await;
    service.stop(Duration::from_millis(100)).await;
    assert_eq!(service.try_exit(), Some(Exit::Signal(9)));
    assert_eq!(alive(service.tree()), 0);
}

#[tokio::test]
async fn the_end_of_a_service_is_noticed_with_its_last_words() {
    let mut service = service("setsid sleep 1000 & echo why; exit 7");
    assert_eq!(service.exited().await, Exit::Code(7));
    assert_eq!(service.log().marked(), b"why\n");
    service.stop(AMPLE).await;
    assert_eq!(alive(service.tree()), 0);
}

#[tokio::test]
async fn a_dropped_service_leaves_nothing_behind() {
    let service = service("sleep 1000 & setsid sleep 1000 & wait");
    let tree = service.tree().clone();
    until("all three run", || alive(&tree) == 3).await;
    drop(service);
    until("all are gone", || alive(&tree) == 0).await;
}

#[tokio::test]
async fn sweeping_ends_what_a_dead_owner_left_and_nothing_else() {
    let mine = service("exec sleep 1000");
    let own = table::own();
    // The owner's id is ours, but it started at another time: the owner of that cookie is gone.
    let orphan = format!("{}-{}-{}-0badcafe", own.pid, own.start + 1, own.namespace);
    let foreign = format!("{}-{}-{}-0badcafe", own.pid, own.start + 1, own.namespace + 1);
    let mut left = Vec::new();
    for value in [&orphan, &foreign] {
        let child = tokio::process::Command::new("sleep")
            .arg("1000")
            .env(TREE_VARIABLE, value)
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        left.push(child);
    }
    // Another test's sweep may come first, so it is not asked who was ended, but who is.
    tokio::task::spawn_blocking(sweep).await.unwrap();
    assert!(left[0].wait().await.unwrap().code().is_none());
    assert_eq!(left[1].try_wait().unwrap(), None);
    assert_eq!(alive(mine.tree()), 1);
}

#[test]
fn a_program_is_found_in_order_of_the_folders() {
    let found = find_program("sh", "nowhere:/bin:/usr/bin", Path::new("/")).unwrap();
    assert_eq!(found, Path::new("/bin/sh"));
}
