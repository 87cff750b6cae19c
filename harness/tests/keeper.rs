//! `nightshift schedule` as a supervisor has it: it catches up, goes on after a crash, answers how
//! it is, and ends in order.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::notify::Server;
use crate::support::{SuiteCopy, night_json, nightshift, text};

/// A suite with one night a day, whose nights have been kept until so many days ago.
fn suite_kept_until(days: i64, steps: &str) -> SuiteCopy {
    let suite = SuiteCopy::empty();
    let due = chrono::Utc::now() - chrono::Duration::hours(1);
    suite.write(
        "nightshift.yaml",
        &format!(
            "products:\n  tool: {{}}\npass-env: [SUITE]\nnight: {{ schedule: \"{} * * *\" }}\n",
            due.format("%-M %-H")
        ),
    );
    suite.write("scenarios/a.yaml", &format!("scenario: a\nsteps:\n{steps}"));
    let until = chrono::Utc::now() - chrono::Duration::days(days);
    let state = json!({ "format_version": 1, "kept": { "until": until } });
    suite.write(".nightshift/schedule.json", &state.to_string());
    suite
}

fn keeper(suite: &SuiteCopy, more: &[&str]) -> Child {
    nightshift()
        .arg("schedule")
        .args(more)
        .env("SUITE", suite.root())
        .current_dir(suite.root())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

/// Waits for something that comes within a minute.
fn soon<T>(what: &str, look: impl Fn() -> Option<T>) -> T {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < until, "no {what} came");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The suite's only night, once it has this file.
fn night_with(suite: &SuiteCopy, file: &str) -> PathBuf {
    soon(file, || {
        let nights = std::fs::read_dir(suite.root().join("reports/nights")).ok()?;
        nights.filter_map(Result::ok).map(|it| it.path()).find(|it| it.join(file).is_file())
    })
}

fn state(suite: &SuiteCopy) -> Value {
    let text = std::fs::read_to_string(suite.root().join(".nightshift/schedule.json"));
    serde_json::from_str(&text.expect("a state")).expect("JSON")
}

#[cfg(unix)]
fn ended_by_sigterm(mut keeper: Child) -> Option<i32> {
    let pid = i32::try_from(keeper.id()).ok().and_then(rustix::process::Pid::from_raw);
    rustix::process::kill_process(pid.expect("a process"), rustix::process::Signal::TERM)
        .expect("it runs");
    keeper.wait().expect("gone").code()
}

#[test]
fn missed_nights_are_caught_up_once_and_named_and_a_supervisor_is_told() {
    let suite = suite_kept_until(3, "  - shell: echo hello\n    snapshot: said\n");
    let mut keeper = keeper(&suite, &["--health", "127.0.0.1:0"]);
    let mut said = BufReader::new(keeper.stderr.take().expect("standard error")).lines();
    let first = said.next().expect("it says something").expect("text");
    let address = first.strip_prefix("health: http://").expect("an address").trim_end_matches('/');
    let night = night_with(&suite, "report.pdf");
    soon("end of the night", || state(&suite)["last"]["exit"].as_i64());
    let answer = health(address);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("\"well\": true"), "{answer}");
    // A second keeper of the same suite is told.
    let second = suite.run(&["schedule"]);
    assert_eq!(second.code, Some(5), "{second:#?}");
    assert_eq!(ended_by_sigterm(keeper), Some(143));

    let report = night_json(&night);
    assert_eq!(report["night"]["missed"].as_array().map(Vec::len), Some(2), "{report:#}");
    let page = std::fs::read_to_string(night.join("index.html")).expect("a page");
    assert!(page.contains("2 nights did not run that were due"), "the page says so");
    assert!(page.contains("This night was due at"), "the page says that it is late");
    assert_eq!(nights(&suite), 1);
    let state = state(&suite);
    assert_eq!(state["kept"]["missed"], Value::Null, "they are told: {state:#}");
    assert_eq!(text(&state["last"]["id"]), text(&report["night"]["id"]));
}

/// What a keeper answers to a supervisor.
fn health(address: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").expect("asked");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    answer
}

#[test]
fn a_night_of_which_somebody_could_not_be_told_is_told_to_whoever_watches_the_keeper() {
    let sound = Server::start(&["200 OK"]);
    for (webhook, status) in [("not an address", "503"), (sound.address.as_str(), "200")] {
        let suite = suite_kept_until(1, "  - shell: echo hello\n");
        let config = std::fs::read_to_string(suite.root().join("nightshift.yaml")).expect("read");
        suite.write("nightshift.yaml", &format!("{config}notify: {{ webhook: '{webhook}' }}\n"));
        let mut keeper = keeper(&suite, &["--health", "127.0.0.1:0"]);
        let mut said = BufReader::new(keeper.stderr.take().expect("standard error")).lines();
        let first = said.next().expect("it says something").expect("text");
        let address = first.strip_prefix("health: http://").expect("an address");
        let address = address.trim_end_matches('/').to_owned();
        // What it says further must not fill the pipe.
        std::thread::spawn(move || said.for_each(drop));
        let night = night_with(&suite, "night.json");
        let answer = soon("answer about who was told", || {
            let is_over = state(&suite)["last"]["exit"].is_number();
            let told = std::fs::read_to_string(night.join("notified.json")).unwrap_or_default();
            let answer = health(&address);
            let is_known = told.contains("webhook") || !answer.contains("\"untold\": null");
            (is_over && is_known).then_some(answer)
        });
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{webhook}: {answer}");
        assert_eq!(answer.contains("not everybody was told of "), status == "503", "{answer}");
        assert_eq!(ended_by_sigterm(keeper), Some(143));
    }
}

#[test]
fn a_night_that_broke_off_with_its_keeper_goes_on_and_is_not_begun_again() {
    let steps =
        "  - shell: echo ran >> $SUITE/ran; while ! test -e $SUITE/go; do sleep 0.1; done\n";
    let suite = suite_kept_until(1, steps);
    let mut first = keeper(&suite, &[]);
    soon("attempt", || suite.root().join("ran").exists().then_some(()));
    let lock = std::fs::read_to_string(suite.root().join(".nightshift/lock")).expect("a lock");
    let pid = lock.trim_start_matches("process ").trim().parse().expect("a process");
    first.kill().expect("killed");
    first.wait().expect("gone");
    let pid = rustix::process::Pid::from_raw(pid).expect("a process");
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("it ran");
    soon("end of the night's process", || {
        let waiting = rustix::process::test_kill_process(pid).is_ok();
        (!waiting || is_zombie(pid)).then_some(())
    });
    suite.write("go", "");
    let second = keeper(&suite, &[]);
    let night = night_with(&suite, "night.json");
    soon("end of the night", || state(&suite)["last"]["id"].as_str().map(str::to_owned));
    assert_eq!(ended_by_sigterm(second), Some(143));
    let report = night_json(&night);
    assert_eq!(report["night"]["resumed"][0]["anew"], json!(["a"]), "{report:#}");
    assert_eq!(nights(&suite), 1);
}

/// How many nights there are; the history lies beside them.
fn nights(suite: &SuiteCopy) -> usize {
    let all = std::fs::read_dir(suite.root().join("reports/nights")).expect("nights");
    all.filter(|it| it.as_ref().is_ok_and(|it| it.path().is_dir())).count()
}

/// Whether a process has ended and nobody has asked how.
fn is_zombie(pid: rustix::process::Pid) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()));
    stat.is_ok_and(|it| it.rsplit(')').next().is_some_and(|rest| rest.trim().starts_with('Z')))
}

#[test]
fn one_keeper_has_several_suites_and_a_night_that_hangs_holds_no_other_up() {
    let waits = "  - shell: while ! test -e $SUITE/go; do sleep 0.1; done\n";
    let [slow, quick] = [waits, "  - shell: echo hello\n"].map(|it| suite_kept_until(1, it));
    let roots = [&slow, &quick].map(|it| it.root().display().to_string());
    let keeper = keeper(&slow, &roots.each_ref().map(String::as_str));
    soon("night of the quick suite", || state(&quick)["last"]["exit"].as_i64());
    let held = state(&slow);
    assert!(held["running"]["id"].is_string() && held["last"].is_null(), "{held:#}");
    slow.write("go", "");
    soon("night of the slow suite", || state(&slow)["last"]["exit"].as_i64());
    assert_eq!(ended_by_sigterm(keeper), Some(143));
    assert_eq!((nights(&slow), nights(&quick)), (1, 1));
}

#[test]
fn what_starts_when_is_said_without_starting_anything() {
    let suite = suite_kept_until(3, "  - shell: echo hello\n");
    let answer = suite.run(&["schedule", "--dry-run"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert_eq!(answer.stdout.lines().count(), 3, "{answer:#?}");
    suite.write("nightshift.yaml", "products:\n  tool: {}\n");
    let answer = suite.run(&["schedule"]);
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    assert!(answer.stderr.contains("nothing says when a night starts"), "{answer:#?}");
}
