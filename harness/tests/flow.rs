//! `when`, `repeat`, `for-each` and `set` in nights of commands: what they do, how they fail, and what
//! `check` says of those that cannot work. Their pages are in the shop's suite.

use serde_json::Value;

use crate::support::{SuiteCopy, night_json, text};

fn suite(scenario: &str) -> SuiteCopy {
    let suite = SuiteCopy::empty();
    suite.write("nightshift.yaml", "products: { shell: {} }\nnight: { retries: 0 }\n");
    suite.write("scenarios/a.yaml", scenario);
    suite
}

fn steps(night: &Value) -> Vec<String> {
    let steps = night["scenarios"][0]["attempts"][0]["steps"].as_array().expect("steps");
    let told = steps.iter().map(|it| {
        let decided = it["decided"].as_str().map(|it| format!(" ({it})")).unwrap_or_default();
        format!("{} {} {}{decided}", it["index"], text(&it["outcome"]), text(&it["text"]))
    });
    told.collect()
}

const COUNT: &str = "\
scenario: count
before:
  - run: echo 0
    capture: { lines: { whole: stdout } }
steps:
  - repeat: { until: { value: '${lines}', is: '3' }, at-most: 4 }
    steps:
      - shell: echo x >> log; wc -l < log | tr -d ' \\n'
        capture: { lines: { whole: stdout } }
  - when: { value: '${lines}', matches: '^9' }
    steps: [ { run: echo nine } ]
    else: [ { run: echo other } ]
  - for-each: [one, two]
    steps:
      - run: echo ${item}
        snapshot: said
";

#[test]
fn rounds_branches_and_rows_are_told_step_by_step() {
    let suite = suite(COUNT);
    let answer = suite.run(&["run", "--no-pdf", "--accept-new", "--no-settle", "--out", "night"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let night = night_json(&suite.root().join("night"));
    let until = "repeat until \"${lines}\" is \"3\", at most 4 times";
    let told = steps(&night);
    let expected = [
        "1 passed run echo 0".to_owned(),
        format!("2 passed {until} (round 1 of at most 4)"),
        "3 passed run echo x >> log; wc -l < log | tr -d ' \\n'".to_owned(),
        format!("2 passed {until} (round 2 of at most 4)"),
        "3 passed run echo x >> log; wc -l < log | tr -d ' \\n'".to_owned(),
        format!("2 passed {until} (round 3 of at most 4)"),
        "3 passed run echo x >> log; wc -l < log | tr -d ' \\n'".to_owned(),
        format!("2 passed {until} (held after 3 rounds)"),
        "4 passed when \"${lines}\" matches \"^9\" (did not hold)".to_owned(),
        "5 skipped run echo nine".to_owned(),
        "6 passed run echo other".to_owned(),
        "7 passed run echo one".to_owned(),
        "8 passed run echo two".to_owned(),
    ];
    assert_eq!(told, expected);

    // Each row has its baseline, and one that changed is named by its row.
    let again = suite.run(&["run", "--no-pdf", "--out", "again"]);
    assert_eq!(again.code, Some(0), "{again:#?}");
    suite.write(
        "scenarios/a.yaml",
        &COUNT
            .replace("echo ${item}", "echo ${item} | sed s/wo/oo/")
            .replace("- run: echo ${item}", "- shell: echo ${item}"),
    );
    let changed = suite.run(&["run", "--no-pdf", "--out", "changed"]);
    assert_eq!(changed.code, Some(1), "{changed:#?}");
    let night = night_json(&suite.root().join("changed"));
    let differences = night["findings"][0]["differences"].as_array().expect("differences");
    let checkpoints: Vec<_> = differences.iter().map(|it| text(&it["checkpoint"])).collect();
    assert!(checkpoints.contains(&"said-two".to_owned()), "{checkpoints:?}");
    let unused = suite.run(&["review", "night", "--list"]);
    assert!(!unused.stdout.contains("orphan"), "{unused:#?}");
}

#[test]
fn a_condition_that_never_holds_fails_at_its_step_with_what_was_there() {
    let suite = suite(&COUNT.replace("is: '3'", "is: '7'"));
    let answer = suite.run(&["run", "--no-pdf", "--out", "night"]);
    let night = night_json(&suite.root().join("night"));
    let attempts = &night["scenarios"][0]["attempts"];
    let steps = attempts[0]["steps"].as_array().expect("steps");
    let failed = steps.iter().find(|it| it["outcome"] == "failed").expect("a step failed");
    assert_eq!(text(&failed["expected"]), "\"4\" is \"7\"");
    assert_eq!(text(&failed["actual"]), "4 rounds, and still not: it is \"4\"");
    let last = steps.last().expect("steps");
    assert_eq!(last["outcome"], "not-reached", "{answer:#?}");
    let junit = std::fs::read_to_string(suite.root().join("night/junit.xml")).expect("there");
    assert!(junit.contains("4 rounds, and still not"), "{junit}");
}

#[test]
fn skills_decide_and_repeat_too() {
    let suite = suite(
        "scenario: call\nsteps:\n  - use: grow\n    with: { to: '2' }\n  - shell: wc -l < log | tr -d ' '\n    expect: { stdout: '2' }\nfinally:\n  - repeat: 2\n    steps: [ { shell: rm -f log } ]\n",
    );
    suite.write(
        "skills/grow.yaml",
        "skill: grow\ndescription: Grows the log.\ninputs: { to: text }\nsteps:\n  - run: echo 0\n    capture: { lines: { whole: stdout } }\n  - repeat: { until: { value: '${lines}', is: '${to}' }, at-most: 5 }\n    steps:\n      - when: { value: '${lines}', lacks: '9' }\n        steps:\n          - shell: echo x >> log; wc -l < log | tr -d ' \\n'\n            capture: { lines: { whole: stdout } }\n",
    );
    let answer = suite.run(&["run", "--no-pdf", "--out", "night"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let night = night_json(&suite.root().join("night"));
    assert_eq!(steps(&night).len(), 1 + 3 + 2 * 2 + 1 + 2 * 2);
}

#[test]
fn what_cannot_work_is_refused_with_its_place() {
    let refused = |steps: &str, said: &[&str]| {
        let suite = suite(&format!("scenario: a\nsteps:\n{steps}"));
        suite.write(
            "skills/look.yaml",
            "skill: look\ndescription: Looks.\nsteps:\n  - run: ls\n    snapshot: seen\n",
        );
        let answer = suite.run(&["check"]);
        let told = format!("{}{}", answer.stdout, answer.stderr);
        assert_eq!(answer.code, Some(2), "{told}");
        for said in said {
            assert!(told.contains(said), "{said} is not in {told}");
        }
    };
    refused(
        "  - repeat: 2\n    steps: [ { run: ls, snapshot: x } ]\n",
        &["scenarios/a.yaml:4", "would be taken once a round", "write `for-each`"],
    );
    refused(
        "  - repeat: 2\n    steps: [ { use: look } ]\n",
        &["scenarios/a.yaml:4", "the skill \"look\" takes the checkpoint \"seen\" once a round"],
    );
    refused(
        "  - for-each: [x, y]\n    steps: [ { run: ls, snapshot: a } ]\n  - run: ls\n    snapshot: a-y\n",
        &["scenarios/a.yaml:6", "the checkpoint \"a-y\" is taken twice", "line 4 takes it already"],
    );
    refused(
        "  - for-each: [x, y]\n    steps: [ { use: look } ]\n  - run: ls\n    snapshot: seen-x\n",
        &["the checkpoint \"seen-x\" is taken twice"],
    );
    refused("  - repeat: 0\n    steps: [ { run: ls } ]\n", &["\"repeat\" must be from 1 to 10000"]);
    refused(
        "  - repeat: { until: { see: 'link \"x\"' } }\n    steps: [ { run: ls } ]\n",
        &["at-most"],
    );
    refused(
        "  - when: { value: a }\n    steps: [ { run: ls } ]\n",
        &["the value is not tested", "give it one of is, contains, lacks and matches"],
    );
    refused("  - when: { value: '${nobody}', is: a }\n    steps: [ { run: ls } ]\n", &["nobody"]);
    refused("  - for-each: []\n    steps: [ { run: ls } ]\n", &["there are no rows"]);
    refused("  - for-each: [a, a]\n    steps: [ { run: ls } ]\n", &["\"a\" is there twice"]);
    refused("  - when: 'dialog \"x\"'\n", &["steps"]);
}

#[test]
fn what_is_worked_out_of_captures_is_used_by_later_steps_and_what_cannot_be_fails() {
    let suite = suite(
        "\
scenario: worked
steps:
  - run: echo 'Opens Mon at 3:05 PM, entry 1,234.50 EUR'
    capture: { shown: { whole: stdout } }
  - set:
      at: { of: '${shown}', matching: 'at ([^,]*)', as: time }
      day: { of: '${shown}', matching: 'Opens (\\w+)', as: lower, table: { mon: '1', tue: '2' } }
      price: { of: '${shown}', matching: 'entry .*', as: number }
  - set: { all: '${day} ${at} ${price}' }
  - run: echo ${all}
    expect: { stdout: { contains: '1 15:05 1234.50' } }
  - set: { late: { of: '${shown}', as: time } }
",
    );
    let answer = suite.run(&["run", "--no-pdf", "--accept-new", "--no-settle", "--out", "night"]);
    let night = night_json(&suite.root().join("night"));
    let told = steps(&night);
    assert_eq!(
        told[2..],
        [
            "3 passed set all to \"${day} ${at} ${price}\"".to_owned(),
            "4 passed run echo ${all}".to_owned(),
            "5 failed set late to \"${shown}\" as time".to_owned(),
        ],
        "{answer:#?}"
    );
    let failed = &night["scenarios"][0]["attempts"][0]["steps"][4];
    assert_eq!(failed["expected"], "a time of day, such as 3:05 PM or 15:05", "{night:#}");
}

#[test]
fn a_list_is_captured_and_gone_through_also_inside_of_another() {
    let suite = suite(
        "\
scenario: lists
steps:
  - run: echo '{\"orders\":[{\"id\":\"A.1\",\"lines\":[3,4]},{\"id\":\"B(2\",\"lines\":[5]}]}'
    capture: { orders: { json: /orders, all: true } }
  - for-each: { order: '${orders}' }
    steps:
      - run: echo '${order}'
        capture: { id: { json: /id }, lines: { json: /lines, all: true } }
      - for-each: '${lines}'
        steps:
          - run: echo line ${item} of ${id}
            expect: { stdout: { matches: '^line \\d of ${id}\\n$' } }
      - run: echo ${id}
",
    );
    let answer = suite.run(&["run", "--no-pdf", "--accept-new", "--no-settle", "--out", "night"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let told = steps(&night_json(&suite.root().join("night")));
    let rounds: Vec<&str> =
        told.iter().filter(|it| it.contains("for each of")).map(String::as_str).collect();
    assert_eq!(
        rounds,
        [
            "2 passed for each of ${orders} (round 1 of 2)",
            "4 passed for each of ${lines} (round 1 of 2)",
            "4 passed for each of ${lines} (round 2 of 2)",
            "2 passed for each of ${orders} (round 2 of 2)",
            "4 passed for each of ${lines} (round 1 of 1)",
        ]
    );
}

#[test]
fn lists_that_cannot_be_gone_through_are_refused_by_check() {
    let suite = suite(
        "\
scenario: a
steps:
  - run: ls
    capture: { files: { whole: stdout, all: true }, one: { whole: stdout }, n: { lines: stdout, all: true } }
  - run: echo ${files}
  - for-each: '${one}'
    steps: [ { run: ls } ]
  - for-each: '${filse}'
    steps: [ { run: ls } ]
  - for-each: 'a b'
    steps: [ { run: ls } ]
  - for-each: '${files}'
    steps:
      - for-each: '${files}'
        steps: [ { run: 'ls ${item}', snapshot: seen } ]
      - use: look
  - run: echo ${item}
  - run: ls
    expect: { stdout: { matches: '${nobody}(' } }
",
    );
    suite.write(
        "skills/look.yaml",
        "skill: look\ndescription: Looks.\nsteps:\n  - run: ls\n    capture: { files: { whole: stdout, all: true } }\n  - for-each: '${files}'\n    steps: [ { run: ls } ]\n",
    );
    let answer = suite.run(&["check"]);
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    let told = format!("{}{}", answer.stdout, answer.stderr);
    for said in [
        "a.yaml:4:97: there is only one \"lines\"",
        "remove \"all\"; it belongs to regex, json, whole",
        "a.yaml:5:10: ${files} is a list and no text",
        "go through it: `for-each: '${files}'`, with `${item}` in its steps",
        "a.yaml:6:15: ${one} is one value and no list",
        "capture it with `all: true`, before this step",
        "a.yaml:8:15: nothing defines ${filse} here",
        "did you mean `${files}`?",
        "a.yaml:10:15: \"a b\" is nothing to go through",
        "a.yaml:14:19: ${item} has a meaning already here",
        "name its items: `for-each: { each-item: '${files}' }`",
        "would be taken once a round",
        "the skill \"look\" gives ${item} another meaning",
        "a.yaml:17:10: nothing defines ${item} here",
        "nothing defines ${nobody} here",
        "\"${nobody}(\" is no valid regex",
    ] {
        assert!(told.contains(said), "{said} is not in {told}");
    }
}

#[test]
fn what_cannot_be_set_is_refused_by_check() {
    let suite = suite(
        "\
scenario: a
steps:
  - set: { a: { of: x, as: tine }, b: { matching: '(' }, port: x }
  - set: { c: { of: '${secret:PIN}', as: upper } }
  - set: { d: '${unheard}' }
  - set: [ e ]
",
    );
    let answer = suite.run(&["check"]);
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    for said in [
        "a.yaml:3:28: unknown form \"tine\"; did you mean \"time\"?",
        "a value has no \"of\"",
        "${port} has a meaning already",
        "a.yaml:4:15: a secret cannot be worked on: what comes of it would not be kept secret",
        "use `${secret:NAME}` where it is needed",
        "unheard",
        "\"set\" must be a map, not a list",
    ] {
        assert!(
            answer.stderr.contains(said) || answer.stdout.contains(said),
            "{said}: {answer:#?}"
        );
    }
}
