//! Twins: what is clean stays silent, and each kind of change is caught.

use super::*;
use crate::model::testing::Night;

fn run(night: &Night) -> Comparison {
    compare(&night.plan, &night.entries, &|it| night.read(it)).expect("the redactions are valid")
}

#[test]
fn an_unchanged_night_of_many_scenarios_has_no_differences() {
    let mut night = Night::default();
    for index in 0..50 {
        let text = format!("- heading \"{index} rows\"\n- button \"Apply\"");
        night.page(&format!("s{index}"), "/orders", &text, &format!("{text}\n"));
    }
    assert_eq!(run(&night), Comparison::default());
}

#[test]
fn a_changed_number_is_a_difference_with_its_place() {
    let mut night = Night::default();
    night.page("orders", "/orders", "- heading \"12 rows\"", "- heading \"11 rows\"");
    let found = run(&night);
    let difference = &found.differences[0].difference;
    assert_eq!((found.differences.len(), difference.place.as_str()), (1, "/orders"));
    assert_eq!(difference.facets[0].expected, "- heading \"12 rows\"");
    assert_eq!(difference.facets[0].actual, "- heading \"11 rows\"");
    assert_eq!(found.pending[0].content, b"- heading \"11 rows\"");
}

#[test]
fn ports_and_folders_of_another_night_are_no_difference() {
    let mut night = Night::default();
    night
        .command_scenario("c", "shopctl serve", Some("out"))
        .baseline("c", "out", FacetKind::Stdout, b"on localhost:[port] in [work]/x")
        .begin_with("c", 1, &[("41234", "[port]"), ("/tmp/n7/w", "[work]")])
        .seen(
            "c",
            1,
            "out",
            "shopctl serve",
            &[(FacetKind::Stdout, b"on localhost:41234 in /tmp/n7/w/x\n")],
        )
        .end("c", 1, Outcome::Completed);
    assert_eq!(run(&night), Comparison::default());
}

#[test]
fn a_lost_line_end_and_a_lost_facet_are_seen() {
    assert_eq!(canonical(FacetKind::Stdout, "a\n"), "a");
    assert_eq!(canonical(FacetKind::Stdout, "a"), "a\n\\ no line end here");
    assert_eq!(canonical(FacetKind::Stdout, "\n"), "\\ ends with \"\\n\"");
    assert_eq!(canonical(FacetKind::Aria, "a \n\n"), "a");
    let mut night = Night::default();
    night
        .command_scenario("c", "shopctl", Some("out"))
        .baseline("c", "out", FacetKind::Stderr, b"warning")
        .begin("c", 1)
        .seen("c", 1, "out", "shopctl", &[])
        .end("c", 1, Outcome::Completed);
    assert_eq!(run(&night).differences[0].difference.facets[0].expected, "warning");
}

#[test]
fn a_baseline_of_a_later_algorithm_is_inconclusive_and_no_garbage() {
    let mut night = Night::default();
    night.page("s", "/", "- a", "- b");
    night.plan.baselines[0].algorithm = Some("aria/2".to_owned());
    let found = run(&night);
    assert_eq!((found.differences.len(), found.unjudged[0].because), (0, Because::NeedsPerson));
    assert!(found.unjudged[0].detail.contains("aria/2"), "{}", found.unjudged[0].detail);
}

#[test]
fn a_picture_without_a_baseline_here_is_counted_and_waits() {
    let mut night = Night::default();
    night
        .browser_scenario("s", &["page"])
        .baseline("s", "page", FacetKind::Aria, b"- a")
        .baseline("s", "watch", FacetKind::Events, b"")
        .begin("s", 1)
        .seen("s", 1, "page", "/", &[(FacetKind::Aria, b"- a"), (FacetKind::Image, b"png")])
        .end("s", 1, Outcome::Completed);
    let found = run(&night);
    assert_eq!((found.facets_without_baseline, found.differences.len()), (1, 0));
    assert_eq!(found.pending[0].reason, PendingReason::NewEnvironment);
}

#[test]
fn a_checkpoint_that_was_not_reached_is_no_difference() {
    let mut night = Night::default();
    night
        .browser_scenario("s", &["page"])
        .baseline("s", "page", FacetKind::Aria, b"- a")
        .baseline("s", "watch", FacetKind::Events, b"")
        .begin("s", 1)
        .end("s", 1, Outcome::Completed);
    assert_eq!(run(&night), Comparison::default());
}
