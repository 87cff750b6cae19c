//! Rounds by hand: what varies gets the narrowest remedy, and what is constant keeps its place.

use super::*;
use crate::model::scenario::RedactionClass;
use crate::model::settle::Remedy;
use crate::model::testing::Night;
use crate::model::{Action, Redaction, Unordered};

/// A night in which a command wrote this.
fn wrote(output: &str) -> Night {
    let mut night = Night::default();
    night
        .command_scenario("orders", "shopctl orders", Some("list"))
        .begin("orders", 1)
        .seen("orders", 1, "list", "shopctl orders", &[(FacetKind::Stdout, output.as_bytes())])
        .end("orders", 1, Outcome::Completed);
    night
}

fn found(nights: &[Night]) -> Variation {
    found_with(nights, Reach::Seen)
}

/// What varies between rounds that saw this.
pub(super) fn found_with(nights: &[Night], reach: Reach) -> Variation {
    let reads: Vec<_> =
        nights.iter().map(|it| move |evidence: &EvidenceRef| it.read(evidence).ok()).collect();
    let rounds: Vec<Round<'_>> = nights
        .iter()
        .zip(&reads)
        .map(|(it, read)| Round { plan: &it.plan, entries: &it.entries, read, moved: None })
        .collect();
    find(&rounds, reach).expect("valid redactions")
}

/// What is proposed for outputs of one command, each with its kind and whether it helps.
fn proposed(outputs: &[&str]) -> Vec<(NoiseKind, Option<Remedy>, bool)> {
    let nights: Vec<Night> = outputs.iter().map(|it| wrote(it)).collect();
    found(&nights).noise.into_iter().map(|it| (it.kind, it.remedy, it.silent)).collect()
}

#[expect(clippy::unnecessary_wraps, reason = "it is what a noise may have")]
fn pattern(text: &str) -> Option<Remedy> {
    Some(Remedy::Redact(Redaction::Pattern(text.to_owned())))
}

#[expect(clippy::unnecessary_wraps, reason = "it is what a noise may have")]
fn class(class: RedactionClass) -> Option<Remedy> {
    Some(Remedy::Redact(Redaction::Class(class)))
}

const STDOUT: FacetKind = FacetKind::Stdout;

#[test]
fn what_is_the_same_in_every_round_gets_nothing() {
    let same = "at 2026-01-05 09:00:00, took 12 ms\n";
    assert_eq!(proposed(&[same, same, same]), []);
}

/// A night in which a page wrote this.
fn sent(requests: &str) -> Night {
    let mut night = Night::default();
    night
        .command_scenario("orders", "shopctl orders", Some("list"))
        .begin("orders", 1)
        .seen("orders", 1, "list", "/orders", &[(FacetKind::Requests, requests.as_bytes())])
        .end("orders", 1, Outcome::Completed);
    night
}

#[test]
fn how_often_a_page_writes_is_for_its_baseline_to_say_and_no_facet_is_given_up() {
    let proposed = |rounds: &[&str]| -> Vec<(NoiseKind, Option<Remedy>, bool)> {
        let nights: Vec<Night> = rounds.iter().map(|it| sent(it)).collect();
        found(&nights).noise.into_iter().map(|it| (it.kind, it.remedy, it.silent)).collect()
    };
    let once = "POST /order 200\nPUT /draft 200\n";
    let often = "POST /order 200\nPUT /draft 200 (many times)\n";
    let again = "POST /order 200\nPOST /retry 503\nPUT /draft 200\n";
    let marked = |text: &str| Some(Remedy::Writes(text.to_owned()));
    assert_eq!(proposed(&[once, once]), []);
    assert_eq!(
        proposed(&[once, often, once]),
        [(
            NoiseKind::Number,
            marked("POST /order 200\nPUT /draft 200 (any number of times)"),
            true
        )]
    );
    assert_eq!(
        proposed(&[once, again, often]),
        [(
            NoiseKind::Presence,
            marked(
                "POST /order 200\nPOST /retry 503 (sometimes)\nPUT /draft 200 (any number of times)"
            ),
            true
        )]
    );
}

#[test]
fn a_class_is_preferred_where_it_takes_exactly_what_varies() {
    let outputs = ["at 2026-01-05 09:00:00 x\n", "at 2027-03-06 10:01:02 x\n"];
    let wanted = (NoiseKind::Timestamp, class(RedactionClass::Timestamp), true);
    assert_eq!(proposed(&outputs), [wanted]);
}

#[test]
fn a_class_that_would_take_a_constant_gives_way_to_a_pattern() {
    let output = |time: &str| format!("born 2001-01-01 00:00\nmade {time}\n");
    let (a, b) = (output("2026-01-05 09:00"), output("2027-03-06 10:01"));
    let wanted = (NoiseKind::Timestamp, pattern(r"made ([\d:., T/+-]+)$"), true);
    assert_eq!(proposed(&[&a, &b]), [wanted]);
}

#[test]
fn a_time_of_which_only_the_seconds_differed_goes_with_its_date() {
    let output = |time: &str| format!("born 2001-01-01 00:00\nmade 2026-01-05 {time} by ada\n");
    let (a, b) = (output("09:00:01"), output("09:00:07"));
    let wanted = (NoiseKind::Timestamp, pattern(r"made ([\d:., T/+-]+) by ada"), true);
    assert_eq!(proposed(&[&a, &b]), [wanted]);
}

#[test]
fn a_date_with_its_month_by_name_is_one_value_that_next_month_has_too() {
    let output = |date: &str| format!("since 1 May 2001\nopen until {date}: all rooms\n");
    let (a, b) = (output("Friday, 20 November 2026"), output("Saturday, 21 November 2026"));
    let found = proposed(&[&a, &b]);
    let [(NoiseKind::Timestamp, Some(Remedy::Redact(redaction)), true)] = found.as_slice() else {
        panic!("{found:?}");
    };
    let redactor = Redactor::new(&[std::slice::from_ref(redaction)], &[]).expect("a pattern");
    let later = redactor.apply(STDOUT, &output("Tuesday, 1 December 2026"));
    assert_eq!(later, redactor.apply(STDOUT, &a), "{redaction:?}");
    assert!(later.contains("since 1 May 2001"), "what is constant stays: {later}");
    let gone = redactor.apply(STDOUT, &output("further notice"));
    assert_ne!(gone, later, "no date is another text");
}

#[test]
fn a_pattern_that_would_take_a_constant_gets_more_around_it() {
    let output = |n: u32| format!("d: in all total 4 of 9\ne: in all total {n} of 9\n");
    let outputs = [output(5), output(6), output(9)];
    let outputs: Vec<&str> = outputs.iter().map(String::as_str).collect();
    let wanted = (NoiseKind::Counter, pattern(r"^ *e: in all total (\d+) of 9$"), true);
    assert_eq!(proposed(&outputs), [wanted]);
    let block = |n: u32| format!("first\n7\nsecond\n{n}\n");
    let (a, b) = (block(8), block(3));
    let wanted = (NoiseKind::Number, pattern("^second\n(\\d+)$"), true);
    assert_eq!(proposed(&[&a, &b]), [wanted]);
}

#[test]
fn several_things_that_vary_in_one_line_each_get_their_own() {
    let outputs = ["run 3 by ada at 2026-01-05 09:00\n", "run 8 by ada at 2027-03-06 10:01\n"];
    assert_eq!(
        proposed(&outputs),
        [
            (NoiseKind::Counter, pattern(r"run (\d+) by ada"), true),
            (NoiseKind::Timestamp, class(RedactionClass::Timestamp), true),
        ]
    );
}

#[test]
fn a_value_of_json_is_named_by_its_pointer() {
    let outputs = ["{\"a\": 1, \"no\": 5}\n", "{\"a\": 1, \"no\": 3}\n"];
    let remedy = Some(Remedy::Redact(Redaction::Json("/no".to_owned())));
    assert_eq!(proposed(&outputs), [(NoiseKind::Number, remedy, true)]);
}

#[test]
fn rows_in_another_order_have_no_order_also_where_they_hold_noise() {
    let order = Some(Remedy::Unordered(Unordered::Facet(STDOUT)));
    assert_eq!(proposed(&["b\na\nc\n", "a\nc\nb\n"]), [(NoiseKind::Order, order.clone(), true)]);
    let outputs = ["b 12 ms\na 9 ms\nc 77 ms\n", "a 10 ms\nc 5 ms\nb 6 ms\n"];
    assert_eq!(
        proposed(&outputs),
        [
            (NoiseKind::Order, order, true),
            (NoiseKind::Duration, class(RedactionClass::Duration), true)
        ]
    );
}

#[test]
fn what_nothing_takes_out_is_unstable_and_half_cures_are_not_made() {
    let outputs = ["at 2026-01-05 09:00\nfine\n", "at 2027-03-06 10:01\nwell\nmore\n"];
    let nights: Vec<Night> = outputs.iter().map(|it| wrote(it)).collect();
    let all = found(&nights).noise;
    let remedies: Vec<_> = all.iter().map(|it| it.remedy.clone()).collect();
    assert_eq!(remedies, [Some(Remedy::Unstable(STDOUT))]);
    let cost = all[0].cost.expect("it costs something");
    assert!(cost.of > 0 && cost.hides == cost.of, "{cost}");
    assert_eq!(
        all[0].instead.as_deref(),
        Some("`redact:` the lines that vary by a pattern, and hold what counts by `expect:`")
    );
}

#[test]
fn what_is_unstable_already_is_not_looked_at_again() {
    let mut nights = [wrote("a\n"), wrote("b c\nd\n")];
    for night in &mut nights {
        let Action::Run(run) = &mut night.plan.scenarios[0].steps[0].action else { unreachable!() };
        run.snapshot.as_mut().expect("planned with one").unstable = vec![STDOUT];
    }
    assert_eq!(found(&nights).noise, []);
}

#[test]
fn rows_of_a_table_are_named_by_its_target() {
    let page = |rows: [&str; 3]| {
        let rows = rows.map(|it| format!("    - row \"{it}\":\n      - cell \"{it}\"\n")).concat();
        format!("- main:\n  - table \"People\":\n{rows}  - paragraph: end\n")
    };
    let seen = |text: &str| {
        let mut night = Night::default();
        night
            .browser_scenario("people", &["list"])
            .begin("people", 1)
            .seen("people", 1, "list", "/", &[(FacetKind::Aria, text.as_bytes())])
            .end("people", 1, Outcome::Completed);
        night
    };
    let nights = [seen(&page(["a", "b", "c"])), seen(&page(["c", "a", "b"]))];
    let all = found(&nights).noise;
    let texts: Vec<String> = all.iter().map(|it| it.at.clone()).collect();
    assert_eq!(texts, ["the order in table \"People\""]);
    assert!(all[0].silent);
}

#[test]
fn a_scenario_that_fails_in_some_rounds_is_named_and_not_guessed_at() {
    let mut failed = Night::default();
    failed.command_scenario("orders", "shopctl orders", Some("list")).begin("orders", 1).end(
        "orders",
        1,
        Outcome::Failed,
    );
    let all = found(&[wrote("a\n"), wrote("a\n"), failed]);
    assert_eq!(all.noise, []);
    let unsettled: Vec<_> =
        all.unsettled.iter().map(|it| (&*it.scenario, it.completed, it.rounds)).collect();
    assert_eq!(unsettled, [("orders", 2, 3)]);
}
