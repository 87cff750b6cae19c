//! A hostile client of `nightshift mcp` that reads and writes files by the paths and names that it gives
//! to `evidence` and `write_scenario`. The twin joins the same paths and names without a wall.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::mcp::client::Client;
use crate::support::{SuiteCopy, nightshift};

/// What a person has in a file beside the evidence of a night.
const KEY: &str = "key-of-a-person-by-a-path";
/// The night whose evidence is asked for.
const NIGHT: &str = "2026-01-01T010000Z-aaaa";

/// A night and a path in it; `@suite` is the suite's folder.
const READS: [(&str, &str, &str); 5] = [
    ("climb out of the evidence", NIGHT, "evidence/../../../../key"),
    ("name a file of the machine", NIGHT, "@suite/key"),
    ("follow a link of a night", NIGHT, "evidence/ab/link.txt"),
    ("follow a link to a folder", NIGHT, "evidence/up/key"),
    ("name a folder that is no night", "../..", "evidence/key"),
];

/// Names of scenarios, and what they would write below the suite's folder.
const WRITES: [(&str, &str, &str); 3] = [
    ("write a skill by a name that climbs", "../../../../../skills/taken", "skills/taken.yaml"),
    ("write a skill by a name that is a path", "@suite/skills/own", "skills/own.yaml"),
    ("write a baseline by a name", "../../../../../scenarios/a@b", "scenarios/a@b.yaml"),
];

pub fn names() -> Vec<String> {
    READS.iter().chain(&WRITES).map(|it| it.0.to_owned()).collect()
}

/// A suite with a night, which may have been copied from anywhere, and a file of a person.
fn suite() -> SuiteCopy {
    let suite = SuiteCopy::empty();
    suite.write("nightshift.yaml", "products: { shop: {} }\n");
    std::fs::create_dir(suite.root().join("skills")).expect("made");
    suite.write("scenarios/order.yaml", "scenario: order\nsteps:\n  - run: 'true'\n");
    suite.write("key", KEY);
    suite.write("evidence/key", KEY);
    suite.write("plan.json", "{}");
    let night = format!("reports/nights/{NIGHT}");
    suite.write(&format!("{night}/plan.json"), "{}");
    suite.write(&format!("{night}/evidence/ab/kept.txt"), "kept");
    let evidence = suite.root().join(&night).join("evidence");
    let link = |from: PathBuf, to: &str| {
        std::os::unix::fs::symlink(from, evidence.join(to)).expect("linked");
    };
    link(suite.root().join("key"), "ab/link.txt");
    link(suite.root(), "up");
    suite
}

fn filled(text: &str, suite: &SuiteCopy) -> String {
    text.replace("@suite", &suite.root().display().to_string())
}

fn client(suite: &SuiteCopy) -> Client {
    let mut command = nightshift();
    command.args(["mcp", "-q"]).current_dir(suite.root());
    Client::of(&mut command)
}

#[test]
fn no_path_leads_evidence_out_of_a_night() {
    let suite = suite();
    let mut client = client(&suite);
    for (name, night, path) in READS {
        let path = filled(path, &suite);
        let told = client.wrong("evidence", json!({ "night": night, "path": path }));
        assert!(!told.contains(KEY), "{name}: {told}");
        // The twin: without the wall the same path leads there.
        let there = suite.root().join("reports/nights").join(night).join(&path);
        let read = std::fs::read_to_string(there).unwrap_or_default();
        assert_eq!(read, KEY, "{name} is no attack");
    }
    let own = json!({ "night": NIGHT, "path": "evidence/ab/kept.txt" });
    assert!(client.well("evidence", own).contains("kept"), "what is evidence is told");
    client.leave();
}

/// The folder into which a session puts what is proposed.
fn proposals(suite: &SuiteCopy) -> PathBuf {
    let sessions = suite.root().join("reports/nights/sessions");
    let mut all = std::fs::read_dir(sessions).expect("a session").filter_map(Result::ok);
    all.next().expect("one").path().join("proposals")
}

fn write(folder: &Path, name: &str) {
    std::fs::write(folder.join(format!("{name}.yaml")), "skill: taken\n").expect("written");
}

#[test]
fn no_name_leads_a_proposed_scenario_out_of_its_session() {
    let suite = suite();
    let mut client = client(&suite);
    let honest = json!({ "yaml": "scenario: mine\nsteps:\n  - run: 'true'\n" });
    client.well("write_scenario", honest);
    let proposals = proposals(&suite);
    assert!(proposals.join("mine.yaml").is_file(), "what is a name is kept");
    for (name, given, target) in WRITES {
        let given = filled(given, &suite);
        let yaml = format!("scenario: '{given}'\nsteps:\n  - run: 'true'\n");
        let told = client.call("write_scenario", json!({ "yaml": yaml })).text;
        let target = suite.root().join(target);
        assert!(!target.exists(), "{name}: {told}");
        // The twin: without the wall the same name writes there.
        write(&proposals, &given);
        assert!(target.is_file(), "{name} is no attack");
        std::fs::remove_file(target).expect("removed");
    }
    client.leave();
}
