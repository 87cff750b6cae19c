//! One snapshot that two findings changed: each decision takes its own lines, by the program.

use super::refused;
use crate::support::{Answer, SuiteCopy, night_json, text};

const HELP: &str = "Usage: tool [OPTIONS] FILE\n\nOptions:\n  --check         Do not write files back.\n  --line-length N How long a line may be.\n  --help          Show this and exit.\n";
const SNAP: &str = "scenarios/snapshots/help@help.stdout.snap";

/// The help of a tool: accepted in `one`, with one option reworded and one more in `two`.
struct Help {
    suite: SuiteCopy,
}

impl Help {
    fn changed() -> Self {
        let suite = SuiteCopy::empty();
        suite.write("nightshift.yaml", "products:\n  tool: {}\npass-env: [SUITE]\n");
        suite.write(
            "scenarios/help.yaml",
            "scenario: help\nsteps:\n  - shell: cat $SUITE/help\n    snapshot: help\n",
        );
        suite.write("help", HELP);
        let help = Self { suite };
        assert_eq!(help.night("one", &["--accept-new", "--no-settle"]).code, Some(0));
        let reworded = HELP.replace("Do not write files back.", "Say what would change.");
        let more = "  --enable-all    Turn all of it on.\n  --help ";
        help.suite.write("help", &reworded.replace("  --help ", more));
        assert_eq!(help.night("two", &[]).code, Some(1));
        help
    }

    fn night(&self, name: &str, more: &[&str]) -> Answer {
        let root = self.suite.root().display().to_string();
        let mut all = vec!["run", "--no-pdf", "--retries", "0", "--out", name, "--id", name];
        all.extend(more);
        self.suite.run_with(&all, &[("SUITE", &root)])
    }

    fn review(&self, arguments: &[&str]) -> Answer {
        let mut all = vec!["review", "two"];
        all.extend(arguments);
        self.suite.run(&all)
    }

    fn accept(&self, ids: &[&str]) {
        let mut all = vec!["--accept"];
        all.extend(ids);
        let answer = self.review(&all);
        assert_eq!(answer.code, Some(0), "{answer:#?}");
    }

    fn snapshot(&self) -> String {
        std::fs::read_to_string(self.suite.root().join(SNAP)).expect("it is accepted")
    }

    /// What is accepted, without the reason.
    fn accepted(&self) -> String {
        let whole = self.snapshot();
        whole.rsplit_once("---\n").expect("a snapshot has a head").1.to_owned()
    }

    /// The finding about an option.
    fn about(&self, option: &str) -> String {
        let night = night_json(&self.suite.root().join("two"));
        let all = night["findings"].as_array().expect("findings");
        let found = all.iter().find(|it| text(&it["title"]).contains(option));
        text(&found.expect("a finding")["id"])
    }
}

#[test]
fn accepting_one_of_two_findings_leaves_the_other_as_it_was_and_red_in_the_next_night() {
    let help = Help::changed();
    let before = help.snapshot();
    let (reworded, new) = (help.about("--check"), help.about("--enable-all"));
    help.accept(&[&reworded]);
    let expected = HELP.replace("Do not write files back.", "Say what would change.");
    assert_eq!(help.accepted(), expected);
    let list = help.review(&["--list"]).stdout;
    assert!(list.contains("entry --enable-all") && !list.contains("entry --check"), "{list}");

    assert_eq!(help.night("three", &[]).code, Some(1));
    let night = night_json(&help.suite.root().join("three"));
    let titles: Vec<String> = night["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|it| text(&it["title"]))
        .collect();
    assert_eq!(titles.len(), 1, "{titles:?}");
    assert!(titles[0].contains("--enable-all"), "{titles:?}");

    help.accept(&[&new]);
    assert_eq!(help.night("four", &[]).code, Some(0));
    let undone = help.review(&["--undo", "2"]);
    assert_eq!(undone.code, Some(0), "{undone:#?}");
    assert_eq!(help.snapshot(), before);
}

#[test]
fn in_any_order_together_and_all_at_once_the_same_file_is_written() {
    let help = Help::changed();
    let before = help.snapshot();
    let (reworded, new) = (help.about("--check"), help.about("--enable-all"));
    let (one, two) = (reworded.as_str(), new.as_str());
    let ways: [&[&[&str]]; 5] =
        [&[&[one], &[two]], &[&[two], &[one]], &[&[one, two]], &[&[two, one]], &[&["P1"]]];
    help.review(&["--accept-all"]);
    let whole = help.snapshot();
    for way in ways {
        while help.review(&["--undo"]).code == Some(0) {}
        assert_eq!(help.snapshot(), before, "{way:?}");
        for ids in way {
            help.accept(ids);
        }
        assert_eq!(help.snapshot(), whole, "{way:?}");
        assert_eq!(help.review(&["--list"]).stdout, "", "{way:?}");
    }
    refused(&help.review(&["--accept", one]), &["nothing pending is called"]);
}

#[test]
fn without_a_terminal_it_asks_for_options_only_while_something_waits() {
    let help = Help::changed();
    refused(&help.review(&[]), &["review asks on a terminal"]);
    help.review(&["--accept-all"]);
    let answer = help.review(&[]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert!(answer.stderr.contains("nothing is pending"), "{answer:#?}");
}

#[test]
fn a_finding_that_was_rejected_keeps_its_lines_when_the_other_is_accepted() {
    let help = Help::changed();
    let (reworded, new) = (help.about("--check"), help.about("--enable-all"));
    assert_eq!(help.review(&["--reject", &reworded]).code, Some(0));
    help.accept(&[&new]);
    let more = "  --enable-all    Turn all of it on.\n  --help ";
    assert_eq!(help.accepted(), HELP.replace("  --help ", more));
    assert_eq!(help.review(&["--list"]).stdout, "");
}

#[test]
fn the_list_and_the_page_name_every_change_that_a_decision_covers() {
    let help = Help::changed();
    let rows: serde_json::Value =
        serde_json::from_str(&help.review(&["--list", "--format", "json"]).stdout).expect("JSON");
    let change = |finding: String, thing: &str, before: Option<&str>, after: &str| {
        (finding, thing.to_owned(), before.map(str::to_owned), after.to_owned())
    };
    let listed: Vec<_> = rows[0]["changes"]
        .as_array()
        .expect("changes")
        .iter()
        .map(|it| {
            let before = it["before"].as_str().map(str::to_owned);
            (text(&it["finding"]), text(&it["thing"]), before, text(&it["after"]))
        })
        .collect();
    let mut expected = vec![
        change(
            help.about("--check"),
            "entry --check",
            Some("--check Do not write files back."),
            "--check Say what would change.",
        ),
        change(
            help.about("--enable-all"),
            "entry --enable-all",
            None,
            "--enable-all Turn all of it on.",
        ),
    ];
    expected.sort();
    assert_eq!(listed, expected);
    let page = std::fs::read_to_string(help.suite.root().join("two/index.html")).expect("a report");
    assert!(page.contains("Accepting takes 1 change"), "the accept command lists what it takes");
}

#[test]
fn a_suppressed_finding_covers_its_own_change_and_a_later_one_fails_the_gate() {
    let help = Help::changed();
    let reworded = help.about("--check");
    let done = help.review(&[
        "--suppress",
        &reworded,
        "--owner",
        "ops",
        "--expires",
        "2999-12-31",
        "--why",
        "known",
    ]);
    assert_eq!(done.code, Some(0), "{done:#?}");
    help.accept(&[&help.about("--enable-all")]);
    let three = help.night("three", &[]);
    assert_eq!(three.code, Some(0), "the suppressed change alone is no alarm");
    let said = format!("{}{}", three.stdout, three.stderr);
    assert!(said.contains("suppressed: ") && !said.contains("still-failing: "), "{said}");

    let now = std::fs::read_to_string(help.suite.root().join("help")).expect("written");
    help.suite.write("help", &now.replace("How long a line may be", "How wide"));
    for (name, more) in [("four", vec![]), ("five", vec!["--history", "/nonexistent"])] {
        assert_eq!(help.night(name, &more).code, Some(1), "{name}");
        let night = night_json(&help.suite.root().join(name));
        let all = night["findings"].as_array().expect("findings");
        let known: Vec<(bool, bool)> = all
            .iter()
            .map(|it| (text(&it["title"]).contains("--check"), !it["suppression"].is_null()))
            .collect();
        assert_eq!(known.len(), 2, "{night:#}");
        assert!(known.iter().all(|(check, suppressed)| check == suppressed), "{known:?}");
    }
}
