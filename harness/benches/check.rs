//! `nightshift check` of 5,000 scenario files.

use std::path::Path;

use super::measure::{Cost, median, run};
use super::suite::{empty, nightshift, write};
use super::table::Row;

const FILES: usize = 5_000;
const ROUNDS: usize = 5;
const SECONDS: f64 = 1.0;

/// A scenario of every kind of step, with two uses of a skill.
const SCENARIO: &str = r#"about: A reader filters orders by country and sees only those rows, on the page and in the CSV.
tags: [smoke, release]
owner: data-team
steps:
  - open: /shop/orders
  - choose: { from: 'combobox "Country"', option: NZ }
  - click: 'button "Apply"'
  - click: { target: 'button "Edit"', in: 'row "Ada"' }
  - see: 'heading "12 rows"'
  - snapshot: filtered
    redact: [ { pattern: 'took \d+ms' } ]
    mask: [ contentinfo ]
  - run: shopctl orders --country NZ --csv
    expect: { exit: 0 }
    capture: { rows: { lines: stdout } }
    snapshot: orders-csv
  - use: sign-in
    with: { user: ada, password: "${secret:ADA_PASSWORD}" }
  - use: sign-in
    with: { user: grace, password: "${secret:GRACE_PASSWORD}" }
finally:
  - run: shopctl reset
"#;

const SKILL: &str = r#"skill: sign-in
description: Sign in as a test user. Use when a page asks for a password.
inputs: { user: text, password: secret }
steps:
  - open: /login
  - fill: { 'textbox "User"': "${user}", 'textbox "Password"': "${password}" }
  - click: 'button "Sign in"'
ensures:
  - see: 'link "Sign out"'
"#;

pub fn rows() -> Vec<Row> {
    let root = empty("check");
    suite(&root);
    let costs: Vec<Cost> = (0..ROUNDS).map(|_| run(nightshift(&root).arg("check"), 0)).collect();
    vec![Row::within(format!("check of {FILES} files"), median(&costs), SECONDS)]
}

fn suite(root: &Path) {
    let config = "products:\n  shop:\n    serve: { run: \"shopd --port ${port}\", ready: { http: /health } }\n";
    write(&root.join("nightshift.yaml"), config);
    write(&root.join("skills/sign-in.yaml"), SKILL);
    for n in 0..FILES {
        let path = root.join(format!("scenarios/area-{}/s-{n}.yaml", n % 50));
        write(&path, &format!("scenario: s-{n}\n{SCENARIO}"));
    }
}
