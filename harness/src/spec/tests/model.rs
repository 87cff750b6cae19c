//! What valid files become: the design's examples word for word.

use super::loaded;

/// The files of the design's section "YAML, by example".
pub(super) const DESIGN: [(&str, &str); 3] = [
    (
        "scenarios/catalog/filter-orders.yaml",
        r#"scenario: filter-orders
about: A reader filters orders by country and sees only those rows, on the page and in the CSV.
tags: [smoke, release]
owner: data-team
steps:
  - open: /shop/orders
  - choose: { from: 'combobox "Country"', option: NZ }
  - click: 'button "Apply"'
  - click: { target: 'button "Edit"', in: 'row "Ada"' }
  - see: 'heading "12 rows"'
  - snapshot: filtered            # aria, text, image, page; watches are always on
    redact: [ { pattern: 'took \d+ms' } ]
    mask: [ contentinfo ]
  - run: shopctl orders --country NZ --csv
    expect: { exit: 0 }
    capture: { rows: { lines: stdout } }
    snapshot: orders-csv          # stdout, stderr, exit, files written
  - use: sign-in
    with: { user: ada, password: "${secret:ADA_PASSWORD}" }
finally:
  - run: shopctl reset
"#,
    ),
    (
        "skills/sign-in.yaml",
        r#"skill: sign-in
description: Sign in as a test user. Use when a page asks for a password.
inputs: { user: text, password: secret }
guidance: |
  The form is at /login. Never create an account.
steps:
  - open: /login
  - fill: { 'textbox "User"': "${user}", 'textbox "Password"': "${password}" }   # in this order
  - click: 'button "Sign in"'
ensures:
  - see: 'link "Sign out"'
"#,
    ),
    (
        "nightshift.yaml",
        r#"products:                                        # one is usual; a scenario names another with `product:`
  shop:
    version-from: .venv/bin/shopd --version      # names the build under test
    setup: [ { run: …, cache: [requirements.txt] } ] # cached by the content of the named files
    path: [.venv/bin]                            # where `run:` finds the product's commands
    data: fixtures/                              # copied fresh for every scenario
    serve: { run: "shopd serve shop.db --port ${port}", ready: { http: /health, within: 30s } }
    dismiss: [ { when: 'dialog "Cookies"', click: 'button "Reject all"' } ]
browser: { viewport: 1280x800, locale: en-GB, timezone: UTC, now: 2026-01-05T09:00:00Z }
night: { schedule: "0 1 * * *", timezone: Europe/London, until: "07:00", jobs: auto }
gate:
  fail-on: [regressed, still-failing]
  judged-at-least: 95%
  rules: [ { branch: "release/*", fail-on: [+flaky, +new], judged-at-least: 100% } ]
"#,
    ),
];

#[test]
fn the_designs_examples_become_the_model() {
    let suite = loaded(&DESIGN);
    insta::assert_json_snapshot!("design_config", suite.config);
    insta::assert_json_snapshot!("design_scenarios", suite.scenarios);
    insta::assert_debug_snapshot!("design_skills", suite.skills);
}

/// Steps with every verb, and what most of them take.
const EVERY_VERB: &str = r#"
  - open: http://127.0.0.1:${port}/x
  - back
  - reload:
  - fill: [ { target: 'textbox "Name"', in: 'row "Ada"', nth: 2, is: 007 } ]
  - { type: 1.0, into: 'searchbox "Find"' }
  - type: NO
  - press: Control+A
    on: 'textbox "Name"'
  - check: 'checkbox "All"'
  - uncheck: 'label "All"'
  - upload: { to: 'button "File"', files: [a.csv, sub/b.csv] }
  - upload: { to: 'button "File"', file: "${work}.csv" }
  - download: { click: 'link "CSV"', as: orders.csv }
  - dialog: accept
    message: Sure?
    answer: "yes"
  - see: [ 'text "a, b"', 'testid "x"', 'css "a > b"', main ]
  - see-not: alert
  - expect:
      title: Orders
      url: /orders?x=1
      count: { row: 13 }
      value: { 'textbox "Name"': Ada }
      attribute:
        - { target: 'link "CSV"', name: href, value: /orders.csv }
        - { target: { target: link, nth: 2 }, name: download, absent: true }
      state: { 'checkbox "All"': not checked }
  - wait: { gone: progressbar, within: 500ms }
  - wait: { url: /done }
  - capture:
      rows: { text: status, matching: '(\d+) rows' }
      name: { value: 'textbox "Name"' }
      href: { attribute: href, of: link }
      id: { url: 'id=(\d+)' }
      here: { url: true }
  - shell: shopctl orders | sort > out.txt
    stdin: |
      a
      b
    env: { LANG: C, ROWS: "${rows}" }
    cwd: sub
    timeout: 2m
    expect: { exit: 3, stdout: saved, stderr: { is: "", lacks: [panic, error], matches: '^$' } }
    capture:
      a: { regex: 'id (\d+)', from: stderr }
      b: { json: /items/0 }
      c: { line: -1 }
      d: { whole: stdout }
    snapshot: sorted
    facets: [stdout, files]
    redact: [ timestamp, { class: uuid }, { json: /id } ]
    require: [stdout]
  - do: choose ${name} and click Save
    until:
      - see: 'text "Saved"'
      - expect: { url: /done }
    at-most: 5
    within: 20s
  - run: shopctl add 'two words' --name=${name} "$${literal}"
"#;

#[test]
fn every_verb_becomes_its_action() {
    let text = format!(
        "scenario: all\ntimeout: 90s\nretries: 0\nproduct: shop\nredact: duration\nmask: banner\nsteps:{EVERY_VERB}"
    );
    let suite = loaded(&[("scenarios/all.yaml", &text)]);
    let mut texts: Vec<&str> = suite.scenarios[0].steps.iter().map(|it| it.text.as_str()).collect();
    texts.push("");
    insta::assert_snapshot!("every_verb_described", texts.join("\n"));
    insta::assert_json_snapshot!("every_verb", suite.scenarios);
}

#[test]
fn every_row_is_a_scenario_with_its_fields_put_in_everywhere() {
    let suite = loaded(&[
        ("nightshift.yaml", "products: { shop: }\nvars: { greeting: Hi }\n"),
        (
            "scenarios/rows.yaml",
            r#"scenario: rows
about: Orders of ${country}.
tags: [ "${country}" ]
mask: [ 'region "${country}"' ]
for-each:
  key: code
  rows:
    - { country: New Zealand, code: NZ, count: 12 }
    - { country: "${greeting}", code: XX, count: 0 }
steps:
  - open: /orders/${code}
  - see: 'heading "${count} rows ${greeting}"'
  - snapshot: page
    mask: [ 'img "${country}"' ]
"#,
        ),
    ]);
    insta::assert_json_snapshot!(suite.scenarios);
}

#[test]
fn an_empty_configuration_has_the_documented_defaults() {
    insta::assert_json_snapshot!(loaded(&[("nightshift.yaml", "products: { shop: }\n")]).config);
}

#[test]
fn exploring_is_told_how_long_with_what_and_as_whom_and_nobody_unknown() {
    let sessions = "sessions:\n  ada: { establish: [ { open: / } ] }\n";
    let with = |actor: &str| {
        let own = format!("explore: {{ never: [Audit], cli: [shopctl], as: {actor} }}\n");
        format!("products: {{ shop: }}\n{sessions}night: {{ explore: 30m }}\n{own}")
    };
    let config = loaded(&[("nightshift.yaml", &with("ada"))]).config;
    assert_eq!(config.night.explore_ms, Some(1_800_000));
    let wanted = crate::model::suite::ExploreConfig {
        never: vec!["Audit".to_owned()],
        cli: vec!["shopctl".to_owned()],
        actor: Some("ada".to_owned()),
    };
    assert_eq!(config.explore, wanted);
    let said = super::said(&[("nightshift.yaml", &with("bob"))]);
    assert!(said.contains("there is no session of bob"), "{said}");
}
