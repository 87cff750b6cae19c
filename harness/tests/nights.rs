//! Whole nights by the program: what they leave, how they end when things go wrong, and the exit
//! codes that scripts depend on. `cut_short.rs` has those that do not come to their end, `leaking.rs`
//! has a product that says its secrets wherever it can, `places.rs` has suites that cannot be written
//! to and temporary folders without room, `stopped.rs` says how fast one ends that is stopped,
//! `verified.rs` has those that somebody changed afterwards.

mod cut_short;
mod leaking;
mod places;
mod stopped;
mod verified;

use std::path::{Path, PathBuf};

use base64::Engine as _;

use crate::support::{SuiteCopy, night_json, text, verdicts};

/// A suite of commands only: no server, no browser.
fn commands(scenarios: &[(&str, &str)]) -> SuiteCopy {
    let suite = SuiteCopy::empty();
    suite.write("nightshift.yaml", "products:\n  tool: {}\n");
    for (id, steps) in scenarios {
        suite.write(&format!("scenarios/{id}.yaml"), &format!("scenario: {id}\nsteps:\n{steps}"));
    }
    suite
}

fn night_of(suite: &SuiteCopy, name: &str) -> PathBuf {
    suite.root().join(name)
}

/// Every file of a night, as bytes.
fn every_file(night: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    walkdir::WalkDir::new(night)
        .into_iter()
        .map(|entry| entry.expect("readable"))
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| (entry.path().to_owned(), std::fs::read(entry.path()).expect("readable")))
        .collect()
}

/// How many processes name this in their command line.
fn processes_with(marker: &str) -> usize {
    std::fs::read_dir("/proc")
        .expect("a process table")
        .filter_map(Result::ok)
        .filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok())
        .filter(|words| String::from_utf8_lossy(words).contains(marker))
        .count()
}

#[test]
fn the_first_night_is_new_and_the_second_is_unchanged() {
    let suite = commands(&[("hello", "  - shell: echo hello\n    snapshot: said\n")]);
    let first = suite.run(&["run", "--accept-new", "--no-settle", "--no-pdf", "--out", "one"]);
    assert_eq!(first.code, Some(0), "{first:#?}");
    let expected = vec![("hello".to_owned(), "new".to_owned())];
    assert_eq!(verdicts(&night_json(&night_of(&suite, "one"))), expected);
    let second = suite.run(&["run", "--no-pdf", "--out", "two"]);
    assert_eq!(second.code, Some(0), "{second:#?}");
    let expected = vec![("hello".to_owned(), "unchanged".to_owned())];
    assert_eq!(verdicts(&night_json(&night_of(&suite, "two"))), expected);
    for name in ["plan.json", "ledger.jsonl", "index.html", "summary.md", "junit.xml", "ctrf.json"]
    {
        assert!(night_of(&suite, "two").join(name).is_file(), "{name}");
    }
}

#[test]
fn a_changed_output_fails_the_gate_until_it_is_reviewed() {
    let suite = commands(&[("hello", "  - shell: cat $SUITE/said\n    snapshot: said\n")]);
    suite.write("nightshift.yaml", "products:\n  tool: {}\npass-env: [SUITE]\n");
    let root = suite.root().display().to_string();
    let environment = [("SUITE", root.as_str())];
    suite.write("said", "12 rows\n");
    suite.run_with(
        &["run", "--accept-new", "--no-settle", "--no-pdf", "--out", "one"],
        &environment,
    );
    suite.write("said", "11 rows\n");
    let changed = suite.run_with(&["run", "--no-pdf", "--out", "two"], &environment);
    assert_eq!(changed.code, Some(1), "{changed:#?}");
    let night = night_json(&night_of(&suite, "two"));
    assert_eq!(night["gate"]["decision"], "fail");
    assert_eq!(night["totals"]["regressed"], 1);
    assert_eq!(night["findings"][0]["differences"][0]["where"], "cat $SUITE/said");
    assert_eq!(night["scenarios"][0]["attempts"].as_array().map(Vec::len), Some(2));

    assert_eq!(suite.run(&["gate", "two"]).code, Some(1));
    let list = suite.run(&["review", "two", "--list"]);
    assert!(list.stdout.contains("hello@said stdout"), "{list:#?}");
    let accepted = suite.run(&["review", "two", "--accept", "F1", "--why", "fewer rows"]);
    assert_eq!(accepted.code, Some(0), "{accepted:#?}");
    let snapshot = suite.root().join("scenarios/snapshots/hello@said.stdout.snap");
    let snapshot = std::fs::read_to_string(snapshot).expect("accepted");
    assert!(snapshot.contains("fewer rows") && snapshot.ends_with("11 rows\n"), "{snapshot}");
    let list = suite.run(&["review", "two", "--list"]);
    assert!(list.stdout.is_empty(), "what was decided is not asked again: {list:#?}");
    let third = suite.run_with(&["run", "--no-pdf", "--out", "three"], &environment);
    assert_eq!(third.code, Some(0), "{third:#?}");
}

#[test]
fn what_passes_at_the_second_try_is_flaky_with_both_attempts_kept() {
    let suite = commands(&[(
        "moody",
        "  - shell: test -e $SUITE/tried || { touch $SUITE/tried; exit 1; }\n",
    )]);
    suite.write("nightshift.yaml", "products:\n  tool: {}\npass-env: [SUITE]\n");
    let root = suite.root().display().to_string();
    let answer = suite.run_with(&["run", "--no-pdf", "--out", "one"], &[("SUITE", root.as_str())]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let night = night_json(&night_of(&suite, "one"));
    assert_eq!(night["scenarios"][0]["verdict"], "flaky");
    let attempts = night["scenarios"][0]["attempts"].as_array().expect("attempts");
    let outcomes: Vec<_> = attempts.iter().map(|it| text(&it["outcome"])).collect();
    assert_eq!(outcomes, ["failed", "completed"]);
    let junit = std::fs::read_to_string(night_of(&suite, "one").join("junit.xml")).expect("there");
    assert!(junit.contains("<flakyFailure") && !junit.contains("<failure"), "{junit}");
}

#[test]
fn a_command_that_hangs_forks_and_floods_is_ended_with_its_whole_tree() {
    let marker = format!("nightshift-test-{}", std::process::id());
    let line = format!("(exec -a {marker} setsid sleep 300) & yes {marker} & exec sleep 300");
    let suite = commands(&[("wild", &format!("  - shell: bash -c '{line}'\n    timeout: 2s\n"))]);
    let answer = suite.run(&["run", "--no-pdf", "--retries", "0", "--out", "one"]);
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    let night = night_json(&night_of(&suite, "one"));
    assert_eq!(night["scenarios"][0]["attempts"][0]["outcome"], "timed-out");
    assert_eq!(processes_with(&marker), 0, "nothing is left behind");
}

#[test]
fn an_unhealthy_product_is_exit_4_with_its_log_and_not_a_hundred_red_scenarios() {
    let serves = [
        ("echo cannot bind >&2; exit 3", "ended with exit 3 before it was ready"),
        ("echo still thinking; sleep 60", "was not ready within"),
    ];
    for (server, told) in serves {
        let suite = commands(&[("a", "  - run: echo a\n"), ("b", "  - run: echo b\n")]);
        suite.write(
            "nightshift.yaml",
            &format!(
                "products:\n  shop:\n    serve:\n      shell: \"{server}\"\n      ready: {{ http: /, within: 2s }}\n"
            ),
        );
        let answer = suite.run(&["run", "--no-pdf", "--out", "one"]);
        assert_eq!(answer.code, Some(4), "{answer:#?}");
        assert!(answer.stderr.contains(told), "{answer:#?}");
        let report = night_json(&night_of(&suite, "one"));
        assert_eq!(report["totals"]["not-run"], 2, "{report:#}");
        assert_eq!(report["scenarios"][0]["because"], "preflight");
        assert_eq!(
            report["findings"].as_array().map(Vec::len),
            Some(1),
            "{:#}",
            report["findings"]
        );
        let html = std::fs::read_to_string(night_of(&suite, "one").join("index.html"));
        assert!(html.expect("a report says why").contains(told));
    }
}

#[test]
fn a_missing_browser_is_exit_4_and_says_what_to_install() {
    let suite = commands(&[("page", "  - open: /\n")]);
    let answer = suite.run(&[
        "run",
        "--no-pdf",
        "--out",
        "one",
        "--set",
        "browser.program=/nowhere/chromium",
    ]);
    assert_eq!(answer.code, Some(4), "{answer:#?}");
    assert!(answer.stderr.contains("apt-get install chromium"), "{answer:#?}");
    let report = night_json(&night_of(&suite, "one"));
    assert_eq!(report["scenarios"][0]["verdict"], "not-run");
}

#[test]
fn a_folder_that_cannot_be_written_to_is_said_before_anything_runs() {
    let suite = commands(&[("a", "  - run: echo a\n")]);
    suite.write("file", "in the way");
    for out in ["file/night", "/proc/night"] {
        let answer = suite.run(&["run", "--no-pdf", "--out", out]);
        assert_eq!(answer.code, Some(2), "{answer:#?}");
        assert!(answer.stderr.contains(out), "{answer:#?}");
    }
    let occupied = suite.run(&["run", "--no-pdf", "--out", "scenarios"]);
    assert_eq!(occupied.code, Some(2), "{occupied:#?}");
    assert!(occupied.stderr.contains("already holds something"), "{occupied:#?}");
}

#[test]
fn no_secret_reaches_the_night_in_any_form() {
    let secret = "pä&ss wörd+\"42\"";
    let suite = commands(&[(
        "login",
        concat!(
            "  - shell: 'printf %s \"$TOKEN\"; printf %s \"$TOKEN\" | base64; ",
            "printf \"user:%s\" \"$TOKEN\" | base64; ",
            "python3 -c \"import json,os,urllib.parse as u; t=os.environ[\\\"TOKEN\\\"]; ",
            "print(json.dumps(t), u.quote(t), u.quote_plus(t), u.quote(t,safe=str()).lower())\"; exit 7'\n",
            "    env: { TOKEN: \"${secret:SHOP_TOKEN}\" }\n",
            "    snapshot: told\n",
            "  - run: echo ${secret:SHOP_TOKEN}\n",
            "    expect: { exit: 0, stdout: never }\n",
        ),
    )]);
    let answer = suite.run_with(
        &["run", "--no-pdf", "--retries", "0", "--out", "one"],
        &[("SHOP_TOKEN", secret)],
    );
    assert!(matches!(answer.code, Some(1 | 3)), "{answer:#?}");
    let mut forms = vec![secret.to_owned()];
    forms.push(url::form_urlencoded::byte_serialize(secret.as_bytes()).collect());
    forms.push(serde_json::Value::from(secret).to_string().trim_matches('"').to_owned());
    forms.push("p%C3%A4%26ss%20w%C3%B6rd".to_owned());
    forms.push("p%c3%a4%26ss%20w%c3%b6rd".to_owned());
    forms.push("p\\u00e4&ss w\\u00f6rd".to_owned());
    let whole = base64::engine::general_purpose::STANDARD.encode(secret);
    forms.push(whole[..16].to_owned());
    let user = base64::engine::general_purpose::STANDARD.encode(format!("user:{secret}"));
    forms.push(user[8..24].to_owned());
    let mut told = 0;
    for (path, bytes) in every_file(&night_of(&suite, "one")) {
        let content = String::from_utf8_lossy(&bytes);
        told += usize::from(content.contains("[secret]"));
        for form in &forms {
            assert!(!content.contains(form), "{form} is in {}", path.display());
        }
    }
    assert!(told > 0, "the secret was there to be taken out");
    assert!(!answer.stdout.contains(secret) && !answer.stderr.contains(secret));
}

#[test]
fn the_last_words_of_a_product_that_dies_are_said_without_the_secret() {
    let secret = "Tr0ub4dor&3<x>";
    let suite = commands(&[("home", "  - run: echo never\n")]);
    suite.write(
        "nightshift.yaml",
        concat!(
            "products:\n  p:\n    serve: { shell: \"echo tok=$TOLD; echo tok=$TOLD >&2; exit 1\", ",
            "ready: { http: /, within: 5s } }\n    env: { TOLD: \"${secret:SHOP_TOKEN}\" }\n",
        ),
    );
    let answer = suite.run_with(
        &["run", "-vv", "--no-pdf", "--retries", "0", "--out", "one"],
        &[("SHOP_TOKEN", secret)],
    );
    assert_eq!(answer.code, Some(4), "{answer:#?}");
    assert!(answer.stderr.contains("tok=[secret]"), "{answer:#?}");
    assert!(!answer.stdout.contains(secret) && !answer.stderr.contains(secret), "{answer:#?}");
}

#[test]
fn a_missing_secret_is_named_before_anything_runs() {
    let suite = commands(&[("login", "  - run: echo ${secret:SHOP_TOKEN}\n")]);
    let answer = suite.run(&["run", "--no-pdf", "--out", "one"]);
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    assert!(answer.stderr.contains("no value for SHOP_TOKEN"), "{answer:#?}");
}

#[test]
fn complaints_stop_a_run_with_code_2_and_come_all_at_once() {
    let suite = commands(&[("a", "  - clik: 'button \"Go\"'\n"), ("b", "  - use: sign-inn\n")]);
    for arguments in [&["check"][..], &["run", "--no-pdf"][..], &["list"][..]] {
        let answer = suite.run(arguments);
        assert_eq!(answer.code, Some(2), "{answer:#?}");
        let told = format!("{}{}", answer.stdout, answer.stderr);
        assert!(
            told.contains("scenarios/a.yaml:3:5") && told.contains("did you mean \"click\"?"),
            "{told}"
        );
        assert!(told.contains("scenarios/b.yaml:3"), "{told}");
    }
}

#[test]
fn a_snapshot_that_no_checkpoint_needs_is_named_by_check() {
    let suite = commands(&[("hello", "  - shell: echo hello\n    snapshot: said\n")]);
    suite.run(&["run", "--accept-new", "--no-settle", "--no-pdf", "--out", "one"]);
    let clean = suite.run(&["check"]);
    assert!(!clean.stderr.contains("note:"), "{clean:#?}");
    suite.write(
        "scenarios/hello.yaml",
        "scenario: hello\nsteps:\n  - shell: echo hello\n    snapshot: other\n",
    );
    let left = suite.run(&["check"]);
    assert_eq!(left.code, Some(0), "{left:#?}");
    let name = "scenarios/snapshots/hello@said.stdout.snap belongs to no checkpoint";
    assert!(left.stderr.contains(name), "{left:#?}");
}

#[test]
fn the_next_server_starts_while_the_last_scenario_runs_and_none_is_left_over() {
    let suite = SuiteCopy::empty();
    let starts = suite.root().join("starts").display().to_string();
    // The preflight has the first, and each scenario one of its own.
    let waits = |count: u32| {
        format!(
            "for i in $(seq 300); do test $(wc -l < '{starts}') -ge {count} && exit 0; sleep 0.1; done; exit 1"
        )
    };
    suite.write(
        "nightshift.yaml",
        &format!(
            "products:\n  page:\n    isolate: scenario\n    serve:\n      run: sh -c \"echo started >> '{starts}'; \
             exec python3 -m http.server ${{port}} --bind 127.0.0.1\"\n      ready: {{ http: / }}\n"
        ),
    );
    for (name, count) in [("a", 3), ("b", 4), ("c", 4)] {
        let steps = format!("  - shell: {}\n    expect: {{ exit: 0 }}\n", waits(count));
        suite.write(
            &format!("scenarios/{name}.yaml"),
            &format!("scenario: {name}\nsteps:\n{steps}"),
        );
    }
    let night = suite.run(&["run", "--no-pdf", "-j", "1", "--retries", "0", "--out", "one"]);
    assert_eq!(night.code, Some(0), "{night:#?}");
    let started = std::fs::read_to_string(suite.root().join("starts")).expect("written");
    assert_eq!(started, "started\n".repeat(4));
}

#[test]
fn init_writes_a_suite_that_checks_and_never_overwrites() {
    let suite = SuiteCopy::empty();
    let first = suite.run(&["init", "--url", "http://127.0.0.1:8000", "--cli", "shopctl"]);
    assert_eq!(first.code, Some(0), "{first:#?}");
    let check = suite.run(&["check"]);
    assert_eq!(check.code, Some(0), "{check:#?}");
    for kind in ["crontab", "systemd-service", "systemd-timer", "github", "gitlab"] {
        let printed = suite.run(&["init", "--ci", kind]);
        assert_eq!(printed.code, Some(0), "{printed:#?}");
        assert!(printed.stdout.contains("nightshift"), "{printed:#?}");
    }
    suite.write("nightshift.yaml", "products: { shopctl: {} }\n");
    let unscheduled = suite.run(&["init", "--ci", "crontab"]);
    assert_eq!(unscheduled.code, Some(2), "{unscheduled:#?}");
    assert!(unscheduled.stderr.contains("add `night: { schedule"), "{unscheduled:#?}");
    let second = suite.run(&["init"]);
    assert!(second.stdout.contains("kept  nightshift.yaml"), "{second:#?}");
    let kept = std::fs::read_to_string(suite.root().join("nightshift.yaml")).expect("there");
    assert_eq!(kept, "products: { shopctl: {} }\n");
}

/// A scenario that fails a check of its own on its first night, among twenty that pass.
fn one_never_passed() -> SuiteCopy {
    let suite = commands(&[
        ("a-total", "  - run: echo 11\n    expect: { stdout: \"12\" }\n    snapshot: out\n"),
        ("b-broken", "  - run: echo b\n    expect: { stdout: c }\n"),
    ]);
    let rows: Vec<String> = (1..=20).map(|n| format!("{{ n: \"{n}\" }}")).collect();
    let fine = format!(
        "scenario: c-fine\nfor-each: [{}]\nsteps:\n  - shell: test -n \"${{n}}\"\n",
        rows.join(", ")
    );
    suite.write("scenarios/c-fine.yaml", &fine);
    suite
}

#[test]
fn a_check_that_never_held_is_named_first_and_fails_the_gate_unless_the_suite_says_otherwise() {
    let suite = one_never_passed();
    let run = |more: &[&str]| {
        let all = ["run", "--no-pdf", "-j", "1", "--retries", "0", "--out", "one", "a-*", "c-*"];
        suite.run(&[&all[..], more].concat())
    };
    let answer = run(&[]);
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    assert!(
        answer.stdout.starts_with("1 scenario fails its own checks, no regressions"),
        "{answer:#?}"
    );
    assert!(
        answer.stdout.contains("1 authoring of 21 scenarios could not be judged"),
        "{answer:#?}"
    );
    assert!(answer.stderr.contains("inconclusive a-total (failed)"), "{answer:#?}");
    assert!(answer.stderr.contains("fails its own checks: a-total: "), "{answer:#?}");
    let page = std::fs::read_to_string(night_of(&suite, "one").join("index.html")).expect("a page");
    assert!(page.contains("a-total fails its own checks: "));
    std::fs::remove_dir_all(night_of(&suite, "one")).expect("it goes");
    let answer = run(&["--set", "gate.fail-on-unjudged=[]"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
}

#[test]
fn a_progress_line_says_the_verdict_that_the_report_will_say() {
    let suite = one_never_passed();
    let run = |out: &str| {
        let answer = suite.run(&[
            "run",
            "--no-pdf",
            "-j",
            "1",
            "--retries",
            "0",
            "--out",
            out,
            "b-*",
            "c-fine/1",
        ]);
        let report = night_json(&night_of(&suite, out));
        for scenario in report["scenarios"].as_array().expect("scenarios") {
            let line = format!("{} {}", text(&scenario["verdict"]), text(&scenario["id"]));
            assert!(answer.stderr.contains(&line), "{line}: {answer:#?}");
        }
        verdicts(&report)
    };
    let expected = |of_b: &str| {
        [("b-broken", of_b), ("c-fine/1", "unchanged")]
            .map(|(id, verdict)| (id.to_owned(), verdict.to_owned()))
            .to_vec()
    };
    assert_eq!(run("reports/nights/one"), expected("regressed"));
    assert_eq!(run("reports/nights/two"), expected("still-failing"));
}
