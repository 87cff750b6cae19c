//! Ways that were recorded beside the same steps written out: what attempts take that repeat a
//! recording without a model, and those of a suite that has its actions as steps.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use super::measure::{Cost, median, run};
use super::suite::{empty, nightshift, write};
use super::table::Row;

const SCENARIOS: usize = 12;
const TIMES: usize = 5;

/// What is done on each page, in words and as steps.
const WORDS: &str =
    "choose DK from Country and check Only open ones and click Stock and click Orders";
const STEPS: &str = r#"  - choose: { from: 'combobox "Country"', option: DK }
  - check: 'checkbox "Only open ones"'
  - click: 'link "Stock"'
  - click: 'link "Orders"'
"#;

pub fn rows() -> Vec<Row> {
    let base = super::site::serve();
    let root = empty("replay");
    let (written, recorded) = (root.join("written"), root.join("recorded"));
    suite(&written, &base, STEPS);
    suite(
        &recorded,
        &base,
        &format!("  - do: {WORDS}\n    until:\n      - see: 'heading \"Orders, page 1\"'\n"),
    );
    for suite in [&written, &recorded] {
        let first = ["run", "--no-pdf", "--accept-new", "--no-settle", "--out", "first"];
        run(nightshift(suite).args(first), 0);
    }
    let (mut of_steps, mut of_recordings) = (Vec::new(), Vec::new());
    for n in 0..TIMES {
        of_steps.push(night(&written, n));
        of_recordings.push(night(&recorded, n));
    }
    let steps = median(&of_steps);
    vec![
        Row::peer(format!("attempts of {SCENARIOS} scenarios of written steps"), steps),
        Row::ours(
            "the same ways, repeated from recordings",
            median(&of_recordings),
            steps,
            Some(1.1),
        ),
    ]
}

fn suite(folder: &Path, base: &str, steps: &str) {
    let config =
        format!("products:\n  shop:\n    base-url: {base}\nnight: {{ jobs: 1, retries: 0 }}\n");
    write(&folder.join("nightshift.yaml"), &config);
    for n in 1..=SCENARIOS {
        let mut scenario = format!("scenario: way-{n}\nsteps:\n  - open: /orders/{n}\n");
        // Writing to a string cannot fail.
        let _ = writeln!(scenario, "{steps}  - see: 'heading \"Orders, page 1\"'");
        write(&folder.join(format!("scenarios/way-{n}.yaml")), &scenario);
    }
}

/// A night; as its time what its attempts took, without the start of the browser and the report.
fn night(suite: &Path, n: usize) -> Cost {
    let out = format!("night-{n}");
    let cost =
        run(nightshift(suite).args(["run", "--no-pdf", "--history", "none", "--out", &out]), 0);
    let night = std::fs::read(suite.join(&out).join("night.json")).expect("a night was written");
    let night: Value = serde_json::from_slice(&night).expect("it is JSON");
    let scenarios = night["scenarios"].as_array().expect("scenarios");
    assert!(scenarios.iter().all(|it| it["verdict"] == "unchanged"), "{night:#}");
    let attempts = scenarios.iter().flat_map(|it| it["attempts"].as_array().into_iter().flatten());
    let ms: u64 = attempts.filter_map(|it| it["duration_ms"].as_u64()).sum();
    Cost { wall: ms as f64 / 1000.0, ..cost }
}
