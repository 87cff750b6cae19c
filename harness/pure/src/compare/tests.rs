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
    assert_eq!(canonical(FacetKind::Stdout, "a"), "a\n[the last line does not end]");
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
fn a_baseline_that_says_in_an_older_way_that_its_last_line_does_not_end_still_holds() {
    let seen = |seen: &[u8]| {
        let mut night = Night::default();
        night
            .command_scenario("c", "shopctl", Some("out"))
            .baseline("c", "out", FacetKind::Stdout, b"{\"hash\": 1}\n\\ no line end here")
            .begin("c", 1)
            .seen("c", 1, "out", "shopctl", &[(FacetKind::Stdout, seen)])
            .end("c", 1, Outcome::Completed);
        run(&night).differences.len()
    };
    assert_eq!(seen(b"{\"hash\": 1}\n[the last line does not end]\n"), 0);
    assert_eq!(seen(b"{\"hash\": 1}"), 0);
    assert_eq!(seen(b"{\"hash\": 1}\n"), 1);
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

/// A night of one checkpoint that has a baseline of its tree, and shows these facets too.
fn older_suite(baselines: &[(FacetKind, &[u8])], seen: &[(FacetKind, &[u8])]) -> Night {
    let mut night = Night::default();
    night.browser_scenario("s", &["page"]).baseline("s", "page", FacetKind::Aria, b"- a").baseline(
        "s",
        "watch",
        FacetKind::Events,
        b"",
    );
    for (facet, content) in baselines {
        night.baseline("s", "page", *facet, content);
    }
    let all: Vec<(FacetKind, &[u8])> =
        [(FacetKind::Aria, b"- a".as_slice())].into_iter().chain(seen.iter().copied()).collect();
    night.begin("s", 1).seen("s", 1, "page", "/", &all).end("s", 1, Outcome::Completed);
    night
}

fn own_snapshot(night: &mut Night) -> &mut Snapshot {
    let step = &mut night.plan.scenarios[0].steps[1];
    match &mut step.action {
        crate::model::Action::Snapshot(snapshot) => snapshot,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_facet_that_is_younger_than_the_suite_waits_and_is_counted() {
    let night = older_suite(&[], &[(FacetKind::Links, b"link \"A\": /a\n")]);
    let found = run(&night);
    assert_eq!((found.new_facets, found.facets_without_baseline), (1, 0));
    assert_eq!((found.differences.len(), found.unjudged.len()), (0, 0));
    assert_eq!(found.pending[0].reason, PendingReason::NewFacet);
    assert_eq!(found.pending[0].content, b"link \"A\": /a");
}

#[test]
fn a_facet_that_its_author_lists_and_one_that_every_version_took_are_new() {
    let mut night = older_suite(&[], &[(FacetKind::Links, b"link \"A\": /a\n")]);
    own_snapshot(&mut night).facets = Some(vec![FacetKind::Aria, FacetKind::Links]);
    let found = run(&night);
    assert_eq!((found.new_facets, found.pending[0].reason), (0, PendingReason::New));
    let night = older_suite(&[], &[(FacetKind::Page, b"path: /\n")]);
    assert_eq!(run(&night).pending[0].reason, PendingReason::New);
}

#[test]
fn a_facet_that_is_required_and_was_not_compared_is_no_pass() {
    let mut night = older_suite(&[], &[(FacetKind::Links, b"link \"A\": /a\n")]);
    own_snapshot(&mut night).require = vec![FacetKind::Links, FacetKind::Screen];
    let said: Vec<String> = run(&night).unjudged.into_iter().map(|it| it.detail).collect();
    assert_eq!(
        said,
        [
            "checkpoint page: the scenario requires the facet links (`require`), and has no baseline; review the night and accept it",
            "checkpoint page: the scenario requires the facet screen (`require`), and nothing of it was seen here",
        ]
    );
}

#[test]
fn of_what_hinders_people_only_what_is_new_is_a_difference() {
    let old: (FacetKind, &[u8]) = (FacetKind::A11y, b"name: button: has no name\ntitle: x: y");
    let silent = older_suite(&[old], &[(FacetKind::A11y, b"title: x: y\n")]);
    assert_eq!(run(&silent), Comparison::default(), "what vanished needs no decision");
    let loud = older_suite(&[old], &[(FacetKind::A11y, b"image: img: no\ntitle: x: y\n")]);
    let found = run(&loud);
    let change = &found.differences[0].difference.facets[0];
    assert_eq!((change.expected.as_str(), change.actual.as_str()), ("", "image: img: no"));
    assert_eq!(found.pending[0].content, b"image: img: no\ntitle: x: y");
}

#[test]
fn a_baseline_that_no_profile_takes_any_more_is_left_alone() {
    let mut night = older_suite(&[(FacetKind::Storage, b"local \"a\"")], &[]);
    assert_eq!(run(&night), Comparison::default());
    own_snapshot(&mut night).profile = crate::model::profile::Profile::built_in("strict");
    assert_eq!(run(&night).differences[0].difference.facets[0].expected, "local \"a\"");
}

#[test]
fn what_has_no_order_is_compared_sorted_on_both_sides() {
    let links: (FacetKind, &[u8]) = (FacetKind::Links, b"link \"A\": /a\nlink \"B\": /b");
    let other = |text: &'static [u8]| older_suite(&[links], &[(FacetKind::Links, text)]);
    let mut night = other(b"link \"B\": /b\nlink \"A\": /a\n");
    assert_eq!(run(&night).differences.len(), 1, "without the key it is a change");
    own_snapshot(&mut night).unordered = vec![crate::model::Unordered::Facet(FacetKind::Links)];
    assert_eq!(run(&night), Comparison::default());
    let mut changed = other(b"link \"B\": /c\nlink \"A\": /a\n");
    own_snapshot(&mut changed).unordered = vec![crate::model::Unordered::Facet(FacetKind::Links)];
    let change = &run(&changed).differences[0].difference.facets[0];
    assert_eq!((&*change.expected, &*change.actual), ("link \"B\": /b", "link \"B\": /c"));
}

#[test]
fn a_row_with_other_numbers_is_the_same_one_with_all_in_it_where_no_other_can_be_it() {
    let pager = |it: &&str| {
        format!(
            "- row \"{it} next\":\n  - columnheader \"{it} next\":\n    - row \"{it} next\":\n      - columnheader \"{it}\"\n      - columnheader \"next\"\n"
        )
    };
    let page = |all: &[&str]| all.iter().map(pager).collect::<String>();
    let is_one = |was: &[&str], is: &[&str]| {
        items::Items::of_tree(&page(was), &page(is)).can_be_one(Some(4), Some(4))
    };
    assert!(is_one(&["1..5 out of 14"], &["1..6 out of 14"]));
    assert!(!is_one(&["1..5 out of 14"], &["1..6 out of 14", "7..14 out of 14"]));
    assert!(!is_one(&["1..5 out of 14"], &["1..6 too many of 14"]), "these are other words");
}
