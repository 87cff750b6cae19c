//! A product that saves drafts in the background, polls, tries again and fetches ahead: its clean
//! nights are silent, and a save that is lost is caught.

use crate::support::{Answer, SuiteCopy, copy_folder, package};

/// The suite of the product, with baselines that settled rounds wrote.
fn accepted() -> SuiteCopy {
    let suite = SuiteCopy::empty();
    copy_folder(&package().join("harness/tests/fixture/drafts"), suite.folder());
    let first = suite.run(&["run", "--accept-new", "--no-pdf", "-j", "1", "--out", "first"]);
    assert_eq!(first.code, Some(0), "{first:#?}");
    let baseline = suite.root().join("scenarios/snapshots/note@saved.requests.snap");
    let text = std::fs::read_to_string(&baseline).expect("what was written is accepted");
    assert!(text.contains("PUT /note 204\n"), "{text}");
    suite
}

fn night(suite: &SuiteCopy, number: u32, fault: &str) -> Answer {
    let out = format!("night-{number}");
    let all = ["run", "--no-pdf", "-j", "1", "--out", out.as_str(), "--set", "night.measure=0"];
    suite.run_with(&all, &[("DRAFTS_FAULT", fault)])
}

fn is_silent_and_catches(nights: u32) {
    let suite = accepted();
    for number in 1..=nights {
        let answer = night(&suite, number, "");
        let said = std::fs::read_to_string(suite.root().join(format!("night-{number}/summary.md")));
        assert_eq!(answer.code, Some(0), "night {number}: {said:?} {answer:#?}");
    }
    let answer = night(&suite, 0, "lost-save");
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    assert!(answer.stderr.contains("no longer sends PUT /note"), "{answer:#?}");
}

#[test]
fn writes_that_come_by_the_clock_are_silent_and_a_lost_save_is_caught() {
    is_silent_and_catches(2);
}

#[test]
#[ignore = "twenty nights of a browser, or as many as `just writes` is told"]
fn nights_of_writes_that_come_by_the_clock_are_silent() {
    let nights = std::env::var("NIGHTSHIFT_WRITES").map_or(Ok(20), |it| it.parse());
    is_silent_and_catches(nights.expect("a number of nights"));
}
