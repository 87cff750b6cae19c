//! What is said about files that are wrong, word for word.

use super::{said, said_of_steps};

#[test]
fn an_unknown_key_suggests_the_known_one() {
    assert_eq!(
        said_of_steps("  - clik: 'button \"Apply\"'\n"),
        "scenarios/a.yaml:3:5: unknown key \"clik\"; did you mean \"click\"?\n  \
         3 |   - clik: 'button \"Apply\"'\n    |     ^\n1 complaint in 1 file"
    );
}

#[test]
fn text_that_is_no_yaml_is_shown_where_it_breaks() {
    insta::assert_snapshot!(said(&[
        ("scenarios/a.yaml", "scenario: a\nsteps:\n  - open: [ /x\n"),
        ("scenarios/b.yaml", "scenario: b\n\tsteps: []\n"),
        ("scenarios/c.yaml", "scenario: c\nsteps:\n  - see: heading \"Total: 12\"\n"),
        (
            "scenarios/d.yaml",
            "scenario: d\nsteps:\n  - use: s\n    with: { password: ${secret:X} }\n"
        ),
        ("scenarios/e.yaml", ""),
        ("scenarios/f.yaml", "just a text\n"),
        ("scenarios/g.yaml", "scenario: g\nsteps: [ back ]\n---\nscenario: h\n"),
        ("scenarios/i.yaml", "scenario: i\nsteps:\n  - see: *nobody\n"),
        ("scenarios/j.yaml", "? [a, b]\n: c\n"),
        ("scenarios/k.yaml", "scenario: !!str k\nabout: \"open\nsteps: []\n"),
    ]));
}

#[test]
fn a_merge_conflict_is_called_that_and_its_marks_inside_of_a_text_are_text() {
    let of = |text: &str| said(&[("scenarios/a.yaml", text)]);
    let conflict =
        of("scenario: a\nsteps:\n<<<<<<< HEAD\n  - back\n=======\n  - reload\n>>>>>>> b\n");
    let begins =
        "scenarios/a.yaml:3:1: a merge conflict begins here; keep what is right of both sides";
    assert!(conflict.starts_with(begins), "{conflict}");
    let text = "scenario: a\nabout: |\n  <<<<<<< HEAD\n  =======\n  >>>>>>> b\nsteps:\n  - back\n";
    assert!(!of(text).contains("conflict"), "{}", of(text));
}

#[test]
fn duplicate_keys_and_merge_keys_and_tags_are_refused_with_their_place() {
    insta::assert_snapshot!(said(&[
        ("scenarios/a.yaml", "scenario: a\nabout: x\nabout: y\nsteps:\n  - back\n"),
        (
            "scenarios/b.yaml",
            "scenario: b\nsteps:\n  - fill: { 'textbox \"A\"': 1, 'textbox \"A\"': 2 }\n"
        ),
        (
            "scenarios/c.yaml",
            "scenario: !name c\nsteps:\n  - &one\n    click: button\n  - <<: *one\n"
        ),
    ]));
}

#[test]
fn unbalanced_double_quotes_show_the_single_quoted_form() {
    insta::assert_snapshot!(said_of_steps(
        "  - see: heading \"Order #12\"\n  - snapshot: x\n    mask: [ img \"a, b\" ]\n  - click: button \"\n"
    ));
}

#[test]
fn targets_that_cannot_be_read_say_what_to_write() {
    insta::assert_snapshot!(said_of_steps(concat!(
        "  - click: buton \"Apply\"\n",
        "  - click: select \"Country\"\n",
        "  - click: Apply\n",
        "  - click: button Apply\n",
        "  - click: text\n",
        "  - click: css \"\"\n",
        "  - click: [button]\n",
        "  - click: { target: button, inn: row, nth: 0 }\n",
        "  - see: []\n",
        "  - expect: { state: { 'checkbox \"All\"': cheked } }\n",
        "  - expect: { count: { row: many } }\n",
    )));
}

#[test]
fn what_holds_several_steps_has_no_limit_of_its_own() {
    let complaints =
        said_of_steps("  - use: sign-in\n    within: 2s\n  - open: /\n    within: soon\n");
    assert!(
        complaints.contains("\"use\" holds several steps and has no time of its own"),
        "{complaints}"
    );
    assert!(complaints.contains("\"soon\" is no duration"), "{complaints}");
}

#[test]
fn a_goal_has_words_and_checks_and_nothing_else() {
    insta::assert_snapshot!(said_of_steps(concat!(
        "  - do: click Save\n",
        "  - { do: '', until: [ { see: alert } ] }\n",
        "  - { do: click Save, until: [] }\n",
        "  - do: click Save\n    until:\n      - see: alert\n      - click: 'button \"Undo\"'\n",
        "  - { do: click Save, until: [ { see: alert } ], at-most: 0 }\n",
        "  - { do: 'enter ${nobody}', until: [ { see: alert } ] }\n",
    )));
}

#[test]
fn a_scenario_has_steps_or_a_goal_and_a_goal_ensures_something() {
    let told = |text: &str| said(&[("scenarios/a.yaml", &format!("scenario: a\n{text}"))]);
    let fine = "goal: order a kettle\nensures: [ { see: 'text \"Ok\"' } ]\n";
    assert_eq!(told(fine), "nothing");
    for (text, wanted) in [
        ("about: x\n", "a scenario has neither \"steps\" nor \"goal\""),
        ("goal: order a kettle\n", "2:1: nothing must hold once this goal is reached"),
        (
            "goal: x\nensures: [ back ]\nsteps: [ back ]\n",
            "2:1: a scenario has either \"steps\" or a \"goal\"",
        ),
        ("goal: x\nensures: [ back ]\n", "\"ensures\" takes checks, and this is none: back"),
        ("start: /shop\nsteps: [ back ]\n", "2:1: \"start\" belongs to a scenario with a \"goal\""),
        (
            "start: shop\ngoal: x\nensures: [ { see: 'text \"Ok\"' } ]\n",
            "\"shop\" is neither a path of the product nor a URL",
        ),
        ("goal: ' '\nensures: [ { see: 'text \"Ok\"' } ]\n", "\"goal\" says nothing"),
        ("goal: x\nensures: []\n", "nothing must hold after this"),
        ("steps: [ back ]\nbudget: { money: much }\n", "\"money\" is no amount of money: \"much\""),
    ] {
        let said = told(text);
        assert!(said.contains(wanted), "{text}{said}");
    }
}

#[test]
fn a_model_has_an_address_without_key_and_money_needs_a_price() {
    let told = |text: &str| {
        let agent =
            format!("products: {{ a: }}\nagent: {{ api: openai-chat, model: m, {text} }}\n");
        said(&[("nightshift.yaml", &agent)])
    };
    let fine =
        "url: 'https://models.example/v1', price: { read: 1, written: 2 }, budget: { money: 0.5 }";
    assert_eq!(told(fine), "nothing");
    assert_eq!(told("url: 'https://models.example/v1', stream: true, pictures: true"), "nothing");
    let secret = told("url: 'https://me:k3y-of-ours@models.example'");
    assert!(secret.contains("the address of a model must not hold a key"), "{secret}");
    for (text, wanted) in [
        ("url: 'ftp://models.example'", "is no address that a model is asked at"),
        (
            "url: 'http://127.0.0.1:1', budget: { money: 0.5 }",
            "money cannot be counted without a price",
        ),
        ("url: 'http://127.0.0.1:1', stream: much", "unknown value of \"stream\" \"much\""),
        ("url: 'http://127.0.0.1:1', best-of: 0", "\"best-of\" must be from 1 to 10, not 0"),
    ] {
        let said = told(text);
        assert!(said.contains(wanted), "{text}: {said}");
    }
    let night = said(&[("nightshift.yaml", "products: { a: }\nnight: { agent: 30m }\n")]);
    assert!(night.contains("\"agent\" of the night needs a language model"), "{night}");
}

#[test]
fn a_coding_agent_is_started_by_words_of_which_none_stays_open_and_nothing_of_a_model() {
    let told = |text: &str| {
        let agent = format!("products: {{ a: }}\nagent: {{ {text} }}\n");
        said(&[("nightshift.yaml", &agent)])
    };
    for fine in [
        "command: claude -p",
        "command: 'codex exec -c mcp_servers.nightshift.url=${url} ${prompt}', reach: ['127.0.0.1:8080']",
        "command: 'claude -p --mcp-config ${config}', key: '${secret:KEY}', budget: { actions: 9, time: 5m }",
    ] {
        assert_eq!(told(fine), "nothing", "{fine}");
    }
    for (text, wanted) in [
        ("model: m", "\"agent\" has no \"api\""),
        ("command: claude, model: m", "\"model\" is of a model behind an address"),
        ("command: claude, stream: true", "\"stream\" is of a model behind an address"),
        ("command: claude, pictures: true", "\"pictures\" is of a model behind an address"),
        ("command: claude, price: { read: 1, written: 2 }", "\"price\" is of a model behind"),
        ("command: \"claude 'p\"", "is no command line"),
        ("command: 'claude ${secret:KEY}'", "nothing is put in for `${secret:KEY}`"),
        (
            "command: claude, reach: ['10.0.0.1:80']",
            "\"10.0.0.1:80\" is no address of this machine",
        ),
        ("command: claude, budget: { tokens: 9 }", "the tokens and the money of a coding agent"),
        (
            "api: openai-chat, url: 'http://127.0.0.1:1', model: m, reach: ['127.0.0.1:2']",
            "\"reach\" is of a coding agent",
        ),
    ] {
        let said = told(text);
        assert!(said.contains(wanted), "{text}: {said}");
    }
}

#[test]
fn where_on_a_thing_a_drag_ends_needs_a_thing_and_a_known_word() {
    let drag =
        |more: &str| said_of_steps(&format!("  - drag: {{ from: 'listitem \"A\"', {more} }}\n"));
    assert_eq!(drag("to: 'listitem \"B\"', at: after"), "nothing");
    assert!(drag("by: \"9,0\", at: after").contains("`at` says where on the thing of `to`"));
    assert!(drag("to: 'listitem \"B\"', at: behind").contains("unknown place \"behind\""));
}

#[test]
fn steps_that_are_no_steps_say_what_a_step_is() {
    insta::assert_snapshot!(said_of_steps(concat!(
        "  - wobble\n",
        "  - click\n",
        "  - back: now\n",
        "  - into: textbox\n    type: x\n",
        "  - click: button\n    snapshot: x\n",
        "  - click:\n",
        "  - open: orders\n",
        "  - press: Contrl+A\n",
        "  - wait: { for: alert, gone: alert, within: 5 }\n",
        "  - {}\n",
        "  - [ back ]\n",
        "  - dialog: ok\n",
        "  - upload: { to: button, file: ../../etc/passwd }\n",
        "  - download: { click: link, as: /etc/passwd }\n",
        "  - capture: { rows: { text: status, from: stdout } , port: { url: true } }\n",
        "  - expect: {}\n",
        "  - snapshot: watch\n",
        "  - snapshot: a/b\n",
        "  - snapshot: x\n    facets: [stdout]\n",
    )));
}

#[test]
fn a_map_where_a_verb_takes_text_shows_where_its_other_keys_stand() {
    insta::assert_snapshot!(said_of_steps(concat!(
        "  - type: { text: tea, into: searchbox }\n",
        "  - press: { key: Enter, on: searchbox }\n",
    )));
}

#[test]
fn commands_that_are_wrong_say_why() {
    insta::assert_snapshot!(said_of_steps(concat!(
        "  - run: shopctl orders | sort\n",
        "  - run: shopctl \"orders\n",
        "  - run: shopctl\n    timeout: 5 minutes\n    redact: [timestamp]\n",
        "  - run: shopctl\n    expect: { exit: zero, stdout: { matchs: x, matches: '(' } }\n",
        "  - run: shopctl\n    snapshot: x\n    mask: [main]\n    redact: [ { json: id }, { pattern: '(a' }, timestmp, {} ]\n",
        "  - run: shopctl\n    capture: { a: { line: 0 }, b: { lines: stdot }, c: { regex: x, json: /y }, d e: { whole: stdout } }\n",
        "  - run: shopctl\n    cwd: ..\n",
    )));
}

#[test]
fn skills_and_their_inputs_are_checked_where_they_are_called() {
    let skill = "skill: sign-in\ndescription: S.\ninputs: { user: text, password: secret, age: { type: number, default: old }, sure: boolean }\nsteps: [ { open: '/${user}/${password}' } ]\n";
    let wrong = "skill: wrong\ndescription: W.\ninputs: { a: txt, b: { type: secret, default: hunter2 } }\nsteps: [ { open: '/${usr}' } ]\n";
    insta::assert_snapshot!(said(&[
        ("skills/sign-in.yaml", skill),
        ("skills/wrong.yaml", wrong),
        ("skills/again.yaml", &skill.replace("default: old", "default: 3")),
        (
            "scenarios/a.yaml",
            concat!(
                "scenario: a\nsteps:\n",
                "  - use: sign-on\n",
                "  - use: sign-in\n    with: { user: ada, password: hunter2, sure: maybe }\n",
                "  - use: sign-in\n    with: { usr: ada, password: '${secret:ADA}', age: young, sure: 'true' }\n",
            ),
        ),
    ]));
}

#[test]
fn skills_that_use_each_other_in_a_circle_are_named_once() {
    let skill = |name: &str, uses: &str| {
        format!("skill: {name}\ndescription: S.\nsteps:\n  - use: {uses}\n")
    };
    insta::assert_snapshot!(said(&[
        ("skills/a.yaml", &skill("a", "b")),
        ("skills/b.yaml", &skill("b", "c")),
        ("skills/c.yaml", &skill("c", "a")),
        ("skills/d.yaml", &skill("d", "d")),
        ("skills/e.yaml", &skill("e", "a")),
    ]));
}

#[test]
fn references_that_nothing_defines_are_found_in_order() {
    insta::assert_snapshot!(said(&[
        (
            "skills/count.yaml",
            "skill: count\ndescription: C.\nsteps:\n  - run: shopctl ${rows}\n    capture: { total: { lines: stdout } }\n",
        ),
        (
            "scenarios/a.yaml",
            concat!(
                "scenario: a\nsteps:\n",
                "  - open: /${rows}\n",
                "  - capture: { rows: { text: status } }\n",
                "  - open: /${rows}/${row}/${port}/${unique}/$${literal}\n",
                "  - use: count\n",
                "  - see: 'text \"${total} ${secret:A B} ${secret:}\"'\n",
                "  - open: /${rows\n",
            ),
        ),
    ]));
}

#[test]
fn ids_and_checkpoints_and_rows_are_unique_and_fit_into_file_names() {
    insta::assert_snapshot!(said(&[
        ("skills/snap.yaml", "skill: snap\ndescription: S.\nsteps:\n  - snapshot: one\n"),
        (
            "scenarios/a.yaml",
            "scenario: a\nsteps:\n  - snapshot: one\n  - use: snap\n  - run: x\n    snapshot: one\n"
        ),
        ("scenarios/b.yaml", "scenario: a\nsteps: [ back ]\n"),
        ("scenarios/c.yaml", "scenario: a/b c\nsteps: [ back ]\n"),
        (
            "scenarios/d.yaml",
            "scenario: d\nfor-each:\n  - { n: 1, m: x }\n  - { n: 1, m: y }\n  - { n: New Zealand, m: z }\n  - { n: 4, mm: z }\nsteps: [ back ]\n",
        ),
        (
            "scenarios/e.yaml",
            "scenario: e\nfor-each: { rows: [ { n: 1 } ], key: m }\nsteps: [ back ]\n"
        ),
        ("scenarios/f.yaml", "scenario: f\nfor-each: []\ntags: [ '!x', a b ]\nsteps: []\n"),
    ]));
}

#[test]
fn a_configuration_that_is_wrong_says_how_to_mend_it() {
    let config = r#"
products:
  shop:
    setup: [ { run: make, shell: make }, { cache: [../x] } ]
    data: /etc
    serve: { run: "shopd ${prt}", ready: { http: health, within: 30 } }
    base-url: shop.example
    isolate: suite
    allow-hosts: [ http://x/ ]
  desk:
browser: { viewport: wide, locale: English, timezone: London, now: today }
night: { schedule: "0 25 * * *", timezone: Europe/Lodon, until: "7:00", jobs: 0, retries: some }
gate:
  fail-on: [regresed]
  judged-at-least: 0.95
  rules: [ { branch: "a[", fail-on: [+flaky, new] }, { fail-on: [+flakey] } ]
redact: [ { json: id } ]
vars: { port: 1, ok: yes }
secrets: { file: secrets.env }
suppress: [ { fingerprint: x, reason: y, expires: soon } ]
"#;
    insta::assert_snapshot!(said(&[
        ("nightshift.yaml", config),
        ("scenarios/a.yaml", "scenario: a\nsteps: [ back ]\n"),
        ("scenarios/b.yaml", "scenario: b\nproduct: shp\nsteps: [ back ]\n"),
    ]));
}

#[test]
fn origins_are_hosts_and_paths_stay_in_the_working_folder() {
    let with = |policy: &str| {
        let scenario = format!("scenario: a\npolicy: {{ {policy} }}\nsteps: [ back ]\n");
        said(&[("scenarios/a.yaml", &scenario)])
    };
    for origin in ["http://shop.example", "shop.example/orders", "'a b'"] {
        let said = with(&format!("origins: [{origin}]"));
        assert!(said.contains("scenarios/a.yaml:2:21:") && said.contains("is no host"), "{said}");
    }
    for path in ["/etc/passwd", "../a.csv", "a/../../b"] {
        let said = with(&format!("paths: [{path}]"));
        assert!(said.contains("is no path in the working folder; write"), "{said}");
    }
    let asked = with("ask-paths: [../a.csv], ask-origins: [http://shop.example]");
    assert!(asked.contains("is no path in the working folder"), "{asked}");
    assert!(asked.contains("is no host"), "{asked}");
    let fine = with("origins: [shop, 'shop.example:8443'], paths: ['*.csv', 'orders/**']");
    assert_eq!(fine, "nothing");
    let fine = with("ask-origins: shop, ask-paths: 'keys/**', ask-commands: ['shopctl drop *']");
    assert_eq!(fine, "nothing");
}

#[test]
fn a_suppression_names_something_and_its_pattern_is_a_regex() {
    let with = |names: &str| {
        let entry = format!("{{ {names}reason: known, owner: ada, expires: 2999-12-31 }}");
        let config = format!("products: {{ shop: {{}} }}\nsuppress:\n  - {entry}\n");
        said(&[("nightshift.yaml", &config)])
    };
    for names in ["", "changes: [], "] {
        let said = with(names);
        assert!(said.contains("nightshift.yaml:3:5: a suppression names nothing"), "{said}");
        assert!(said.contains("`where: /orders`"), "{said}");
    }
    let said = with("where: /orders, pattern: '(', ");
    assert!(said.contains("nightshift.yaml:3:32: \"(\" is no valid regex"), "{said}");
    for names in ["fingerprint: 0f3a, ", "changes: [0f3a], ", "where: /a, ", "pattern: 'a+', "] {
        let said = with(names);
        assert!(!said.contains("suppression") && !said.contains("regex"), "{said}");
    }
}

#[test]
fn a_scenario_without_its_parts_says_what_is_missing() {
    insta::assert_snapshot!(said(&[
        ("scenarios/a.yaml", "about: [x]\ntimeout: soon\nretries: -1\ntags: smoke\nowner:\n"),
        ("skills/b.yaml", "skill: b\nsteps:\n  - see: alert\nensures: { see: alert }\n"),
        ("nightshift.yaml", "product: {}\n"),
    ]));
}

#[test]
fn sessions_that_cannot_be_say_what_to_write() {
    insta::assert_snapshot!(said(&[(
        "nightshift.yaml",
        concat!(
            "products: { shop: {}, office: {} }\n",
            "sessions:\n",
            "  ada: { establish: [ back ] }\n",
            "  bob: { product: shop, check: [ back ] }\n",
            "  cyd: { product: shop, establish: [ { open: /, as: bob } ] }\n",
            "  dan: { product: shoop, establish: [ { fill: { textbox: '${totp:a b}' } } ] }\n",
        )
    )]));
}

#[test]
fn profiles_and_facets_that_cannot_be_say_what_there_is() {
    insta::assert_snapshot!(said(&[
        (
            "nightshift.yaml",
            "products: { p: {} }\nfacets: quik\nprofiles:\n  strict: [aria]\n  quick: [page, arya]\n  none: []\nbrowser: { axe: tools/axe.js }\n"
        ),
        (
            "scenarios/a.yaml",
            concat!(
                "scenario: a\nsteps:\n",
                "  - snapshot: one\n    facets: links\n",
                "  - snapshot: two\n    facets: quick\n",
                "  - snapshot: three\n    facets: [lynx]\n",
                "  - snapshot: four\n    facets: everything\n",
                "  - run: ls\n    snapshot: five\n    facets: strict\n",
            )
        ),
    ]));
}

#[test]
fn what_has_no_order_is_a_facet_of_lines_or_a_thing_with_a_role() {
    let fine = concat!(
        "  - snapshot: a\n    unordered: [ links, 'table \"Orders\"', { target: list, nth: 2 } ]\n    unstable: [ image ]\n",
        "  - run: x\n    snapshot: b\n    unordered: stdout\n    unstable: [ stderr ]\n",
    );
    assert_eq!(said_of_steps(fine), "nothing");
    let all = said_of_steps(concat!(
        "  - snapshot: a\n    unordered: [ aria, image, 'text \"x\"' ]\n",
        "  - run: x\n    snapshot: b\n    unordered: [ exit, table ]\n",
        "  - run: x\n    unordered: stdout\n",
    ));
    for part in [
        "the facet aria is not made of lines; name the table or list",
        "the facet image is not made of lines; name a facet of lines",
        "the tree of a page knows things by their roles",
        "the facet exit is not made of lines",
        "unknown facet \"table\"",
        "\"unordered\" says how a snapshot is compared, and this step has none",
        "6 complaints",
    ] {
        assert!(all.contains(part), "{part}\n{all}");
    }
}
