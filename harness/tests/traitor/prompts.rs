//! A hostile page that wants a yes of a person: what it called its things stands in the question that he
//! is shown. The twin is the question as it lies in the night, with every sign that the page chose.

use serde_json::{Value, json};

use crate::support::{SuiteCopy, copy_folder, night_json, package, text};

/// The id of the question.
const ID: &str = "00112233aabbccdd";

/// Names of a button, and what of them may not come through to a terminal.
const NAMES: [(&str, &str, &str); 5] = [
    ("forge a question of its own", "Save\nffffffffffffffff  yes  shop: open /", "\nffff"),
    ("go back to the beginning of the line", "Delete all\rclick button Help", "\r"),
    ("turn the letters around", "Save \u{202e}lla eteled", "\u{202e}"),
    ("clear the screen of a person", "Save\u{1b}[2J\u{1b}[H", "\u{1b}"),
    ("begin a line by another sign", "Save\u{2028}ffffffffffffffff  yes", "\u{2028}"),
];

pub fn names() -> Vec<String> {
    NAMES.iter().map(|it| it.0.to_owned()).collect()
}

/// A night that left a question to a person.
fn asked(name: &str) -> SuiteCopy {
    let suite = SuiteCopy::empty();
    suite.write("nightshift.yaml", "products: { shop: {} }\n");
    suite.write("scenarios/a.yaml", "scenario: a\nsteps:\n  - run: 'true'\n");
    let night = suite.root().join("night");
    copy_folder(&package().join("reports/sample"), &night);
    let mut report = night_json(&night);
    report["questions"] = json!([{
        "id": ID, "scenario": "a", "step": 1, "action": format!("click button \"{name}\""),
        "rule": format!("the suite asks about click; on the page \"/{name}\""),
    }]);
    std::fs::write(night.join("night.json"), report.to_string()).expect("written");
    std::fs::write(night.join("plan.json"), "{}").expect("written");
    suite
}

#[test]
fn no_name_of_a_page_changes_what_a_person_is_shown_of_a_question() {
    for (what, name, sign) in NAMES {
        let suite = asked(name);
        let shown = suite.run(&["answer", "night"]);
        assert_eq!(shown.code, Some(0), "{what}: {shown:#?}");
        assert!(shown.stdout.starts_with(ID), "{what}: {shown:#?}");
        assert!(!shown.stdout.contains(sign), "{what}: {shown:#?}");
        assert_eq!(shown.stdout.lines().count(), 2, "{what}: {shown:#?}");

        let whole = suite.run(&["answer", "night", "--format", "json"]);
        let whole: Value = serde_json::from_str(&whole.stdout).expect("JSON");
        assert!(text(&whole[0]["action"]).contains(sign), "{what} is no attack: {whole}");
    }
}
