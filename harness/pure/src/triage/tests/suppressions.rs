//! A suppression covers exactly what it names, and what it does not name counts; each with its twin.

use chrono::NaiveDate;

use super::*;

fn known() -> Suppression {
    Suppression {
        reason: "known".to_owned(),
        owner: "ada".to_owned(),
        expires: instant().date_naive(),
        ..Suppression::default()
    }
}

fn by_fingerprint(fingerprint: &str) -> Suppression {
    Suppression { fingerprint: Some(fingerprint.to_owned()), ..known() }
}

/// How many findings are suppressed, how many count, and the gate.
fn told(night: &Night, suppressions: Vec<Suppression>) -> (usize, usize, Decision) {
    let mut night = night.clone();
    night.plan.suppressions = suppressions;
    let judged = judge(&night);
    let open = |it: &&Finding| it.suppression.as_ref().is_none_or(|it| it.expired);
    let counting = judged.findings.iter().filter(open).count();
    (judged.findings.len() - counting, counting, judged.gate.decision)
}

/// The fingerprint of the only finding.
fn fingerprint(night: &Night) -> String {
    let judged = judge(night);
    assert_eq!(judged.findings.len(), 1, "{:#?}", titles(&judged));
    judged.findings[0].fingerprint.clone()
}

/// A command that prints ten prices, of which these are others.
fn prices(wrong: &[usize]) -> Night {
    let list = |wrong: &[usize]| -> String {
        let price = |it: usize| if wrong.contains(&it) { it * 100 + 1 } else { it * 100 };
        let lines: Vec<String> =
            (1..=10).map(|it| format!("item {it} costs {}", price(it))).collect();
        lines.join("\n") + "\n"
    };
    let mut night = Night::default();
    night
        .command_scenario("prices", "prices", Some("said"))
        .baseline("prices", "said", FacetKind::Stdout, list(&[]).trim_end().as_bytes())
        .begin("prices", 1)
        .seen("prices", 1, "said", "prices", &[(FacetKind::Stdout, list(wrong).as_bytes())])
        .end("prices", 1, Outcome::Completed);
    night
}

fn page(place: &str, baseline: &str, seen: &str) -> Night {
    let mut night = Night::default();
    night.page("page", place, baseline, seen);
    night
}

#[test]
fn a_suppressed_line_hides_no_other_line() {
    let line_1 = fingerprint(&prices(&[1]));
    let suppressed = || vec![by_fingerprint(&line_1)];
    assert_eq!(told(&prices(&[1]), suppressed()), (1, 0, Decision::Pass));
    assert_eq!(told(&prices(&[1, 7]), suppressed()), (1, 1, Decision::Fail));
    assert_eq!(told(&prices(&[7]), suppressed()), (0, 1, Decision::Fail));
}

#[test]
fn further_changes_are_covered_by_their_ids() {
    let (line_1, line_7) = (fingerprint(&prices(&[1])), fingerprint(&prices(&[7])));
    let both = Suppression { changes: vec![line_7.clone()], ..by_fingerprint(&line_1) };
    assert_eq!(told(&prices(&[1, 7]), vec![both.clone()]).2, Decision::Pass);
    assert_eq!(told(&prices(&[1, 7, 9]), vec![both]).2, Decision::Fail);
    let listed = Suppression { changes: vec![line_7], ..known() };
    assert_eq!(told(&prices(&[7]), vec![listed.clone()]), (1, 0, Decision::Pass));
    assert_eq!(told(&prices(&[1]), vec![listed]), (0, 1, Decision::Fail));
}

#[test]
fn a_suppressed_cell_hides_no_other_cell() {
    let cells = |first: &str, last: &str| {
        format!("- table:\n  - row:\n    - cell \"Tea {first}\"\n    - cell \"Milk {last}\"")
    };
    let night = |first, last| page("/shop", &cells("cold", "hot"), &cells(first, last));
    let one = fingerprint(&night("warm", "hot"));
    let suppressed = || vec![by_fingerprint(&one)];
    assert_eq!(told(&night("warm", "hot"), suppressed()), (1, 0, Decision::Pass));
    assert_eq!(told(&night("warm", "sour"), suppressed()).2, Decision::Fail);
}

#[test]
fn a_suppressed_node_hides_no_other_node() {
    let night = |button: &str, link: &str| {
        let tree = |button: &str, link: &str| {
            format!("- button \"{button}\"\n- paragraph: Hello\n- link \"{link}\"")
        };
        page("/", &tree("Save", "Help"), &tree(button, link))
    };
    let one = fingerprint(&night("Send", "Help"));
    let suppressed = || vec![by_fingerprint(&one)];
    assert_eq!(told(&night("Send", "Help"), suppressed()), (1, 0, Decision::Pass));
    assert_eq!(told(&night("Send", "Manual"), suppressed()).2, Decision::Fail);
}

#[test]
fn a_suppressed_exit_code_hides_no_other_exit_code() {
    let night = |code: &str| {
        let mut night = Night::default();
        night
            .command_scenario("s", "tool", Some("said"))
            .baseline("s", "said", FacetKind::Exit, b"exit 0")
            .begin("s", 1)
            .seen("s", 1, "said", "tool", &[(FacetKind::Exit, code.as_bytes())])
            .end("s", 1, Outcome::Completed);
        night
    };
    let one = fingerprint(&night("exit 1"));
    let suppressed = || vec![by_fingerprint(&one)];
    assert_eq!(told(&night("exit 1"), suppressed()), (1, 0, Decision::Pass));
    assert_eq!(told(&night("exit 2"), suppressed()), (0, 1, Decision::Fail));
}

#[test]
fn a_place_covers_what_changes_there_and_nothing_elsewhere() {
    let at = |place: &str| page(place, "- heading \"12 rows\"", "- heading \"11 rows\"");
    let here = || vec![Suppression { place: Some("/orders".to_owned()), ..known() }];
    assert_eq!(told(&at("/orders"), here()), (1, 0, Decision::Pass));
    assert_eq!(told(&at("/orders?page=2"), here()), (1, 0, Decision::Pass));
    assert_eq!(told(&at("/orders/7"), here()), (0, 1, Decision::Fail));
}

#[test]
fn a_pattern_covers_what_matches_it_and_with_a_place_only_there() {
    let pattern = |pattern: &str| Suppression { pattern: Some(pattern.to_owned()), ..known() };
    assert_eq!(told(&prices(&[7]), vec![pattern("^item 7 ")]), (1, 0, Decision::Pass));
    assert_eq!(told(&prices(&[1]), vec![pattern("^item 7 ")]), (0, 1, Decision::Fail));
    let there = |place: &str| Suppression { place: Some(place.to_owned()), ..pattern("^item 7 ") };
    assert_eq!(told(&prices(&[7]), vec![there("prices")]), (1, 0, Decision::Pass));
    assert_eq!(told(&prices(&[7]), vec![there("other")]), (0, 1, Decision::Fail));
    assert_eq!(told(&prices(&[7]), vec![pattern("(")]), (0, 1, Decision::Fail));
}

#[test]
fn one_that_has_expired_covers_nothing_any_more_however_it_names() {
    let yesterday: NaiveDate = instant().date_naive().pred_opt().expect("a day");
    let by_place = Suppression { place: Some("prices".to_owned()), ..known() };
    let by_pattern = Suppression { pattern: Some("item 1 ".to_owned()), ..known() };
    for it in [by_fingerprint(&fingerprint(&prices(&[1]))), by_place, by_pattern] {
        assert_eq!(told(&prices(&[1]), vec![it.clone()]), (1, 0, Decision::Pass), "{it:?}");
        let expired = Suppression { expires: yesterday, ..it };
        assert_eq!(
            told(&prices(&[1]), vec![expired.clone()]),
            (0, 1, Decision::Fail),
            "{expired:?}"
        );
    }
}

#[test]
fn one_that_names_nothing_covers_nothing() {
    assert_eq!(told(&prices(&[1]), vec![known()]), (0, 1, Decision::Fail));
}

/// A command that prints one line of 1,000 words, of which these are others.
fn long_line(others: &[(usize, &str)]) -> Night {
    let line = |others: &[(usize, &str)]| {
        let mut words: Vec<String> = (0..1_000).map(|it| format!("w{it}")).collect();
        for (at, word) in others {
            (*word).clone_into(&mut words[*at]);
        }
        words.join(" ")
    };
    printing(&line(&[]), &line(others))
}

fn printing(baseline: &str, seen: &str) -> Night {
    let mut night = Night::default();
    night
        .command_scenario("long", "long", Some("said"))
        .baseline("long", "said", FacetKind::Stdout, baseline.as_bytes())
        .begin("long", 1)
        .seen("long", 1, "said", "long", &[(FacetKind::Stdout, format!("{seen}\n").as_bytes())])
        .end("long", 1, Outcome::Completed);
    night
}

#[test]
fn a_suppressed_change_of_a_long_line_hides_no_other_change_of_it() {
    let known = [(10, "ONE"), (900, "TWO")];
    let suppressed = vec![by_fingerprint(&fingerprint(&long_line(&known)))];
    assert_eq!(told(&long_line(&known), suppressed.clone()), (1, 0, Decision::Pass));
    // In the middle of what changed, of which the report shows the beginning.
    let other = [(10, "ONE"), (500, "BAD"), (900, "TWO")];
    assert_eq!(told(&long_line(&other), suppressed), (0, 1, Decision::Fail));
}

#[test]
fn a_suppressed_long_line_that_came_hides_no_other_line() {
    let line = |last: &str| format!("head\n{} {last}", "word ".repeat(1_000));
    let suppressed = vec![by_fingerprint(&fingerprint(&printing("head", &line("end"))))];
    assert_eq!(told(&printing("head", &line("end")), suppressed.clone()), (1, 0, Decision::Pass));
    assert_eq!(told(&printing("head", &line("bad")), suppressed), (0, 1, Decision::Fail));
}

#[test]
fn the_last_letter_of_a_long_word_is_no_matter_of_layout() {
    let same = "a".repeat(5_000);
    let judged = judge(&printing(&format!("{same}b"), &format!("{same}c")));
    assert_eq!(judged.findings.len(), 1, "{:#?}", titles(&judged));
    assert_eq!(judged.findings[0].severity, Severity::Major);
    let title = &judged.findings[0].title;
    assert!(title.contains("ab\"") && title.contains("ac\""), "{title}");
}
