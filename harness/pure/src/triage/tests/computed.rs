//! What a program computes: one wrong value in several formats is one finding, and so are the lists,
//! orders and means that follow from it; two values are two. What a page says of an exception is the
//! exception's.

use super::*;

/// A command that printed this and prints that.
fn prints(night: &mut Night, id: &str, command: &str, (old, new): (&str, &str)) {
    night
        .command_scenario(id, command, Some("out"))
        .baseline(id, "out", FacetKind::Stdout, old.as_bytes())
        .begin(id, 1)
        .seen(id, 1, "out", command, &[(FacetKind::Stdout, new.as_bytes())])
        .end(id, 1, Outcome::Completed);
}

fn findings(outputs: &[(&str, (&str, &str))]) -> usize {
    let mut night = Night::default();
    for (at, (command, sides)) in outputs.iter().enumerate() {
        prints(&mut night, &format!("s{at}"), command, *sides);
    }
    let judgement = judge(&night);
    judgement.findings.len()
}

const TEXT: (&str, (&str, &str)) = (
    "meter cc a.py",
    ("a.py\n  C Port - A (4)\n  F plan - A (2)\n", "a.py\n  C Port - A (3)\n  F plan - A (2)\n"),
);
const JSON: (&str, (&str, &str)) = (
    "meter cc -j a.py",
    (
        "{\"a.py\": [{\"name\": \"Port\", \"score\": 4}, {\"name\": \"plan\", \"score\": 2}]}\n",
        "{\"a.py\": [{\"name\": \"Port\", \"score\": 3}, {\"name\": \"plan\", \"score\": 2}]}\n",
    ),
);
const XML: (&str, (&str, &str)) = (
    "meter cc --xml a.py",
    (
        "<all><it><n>4</n><unit>Port</unit></it><it><n>2</n><unit>plan</unit></it></all>\n",
        "<all><it><n>2</n><unit>plan</unit></it><it><n>3</n><unit>Port</unit></it></all>\n",
    ),
);

#[test]
fn one_value_in_three_formats_is_one_finding_and_another_things_value_is_another() {
    assert_eq!(findings(&[TEXT, JSON, XML]), 1);
    let other = ("meter raw a.py", ("berth: 7\nquay: 1\n", "berth: 5\nquay: 1\n"));
    assert_eq!(findings(&[TEXT, JSON, other]), 2);
}

#[test]
fn a_list_that_leaves_out_the_thing_follows_and_one_that_leaves_out_another_thing_does_not() {
    let without = |gone: &str, left: &str| {
        let old = format!("a.py\n  F total - B (7)\n{gone}\n2 in all\nmean: 6.5\n");
        (old, format!("a.py\n  F total - B (7)\n1 in all\nmean: {left}\n"))
    };
    let text = (
        "meter cc b.py",
        ("  M Port.free - B (6)\n  F plan - A (2)\n", "  M Port.free - A (5)\n  F plan - A (2)\n"),
    );
    for (gone, left, expected) in
        [("b.py\n  M Port.free - B (6)", "7.0", 1), ("  M Quay.rest - B (8)", "5.0", 2)]
    {
        let (old, new) = without(gone, left);
        assert_eq!(findings(&[text, ("meter cc --min B", (&old, &new))]), expected, "{gone}");
    }
}

#[test]
fn a_row_that_moved_in_a_sorted_list_follows_from_its_value_and_another_row_does_not() {
    let sorted = |rows: [&str; 3]| rows.map(|it| format!("  F {it} - A\n")).concat();
    let (old, new) = (sorted(["Port", "plan", "sign"]), sorted(["plan", "Port", "sign"]));
    assert_eq!(findings(&[TEXT, ("meter cc --ranks", (&old, &new))]), 1);
    let (old, new) = (sorted(["crew", "plan", "sign"]), sorted(["plan", "crew", "sign"]));
    assert_eq!(findings(&[TEXT, ("meter cc --ranks", (&old, &new))]), 2);
}

#[test]
fn a_row_that_moved_and_changed_is_one_change() {
    let mut night = Night::default();
    let (old, new) =
        ("Port (4)\nplan (3)\nsign (2)\ncrew (1)\n", "plan (3)\nsign (2)\nPort (2)\ncrew (1)\n");
    prints(&mut night, "s", "meter cc", (old, new));
    assert_eq!(titles(&judge(&night)), ["meter cc prints \"Port (2)\" instead of \"Port (4)\""]);
}

#[test]
fn a_page_that_quotes_an_exception_shows_its_consequence_and_another_page_does_not() {
    const OLD: &str = "- heading \"Orders\"";
    for (said, expected) in [("this.story is not a function", 1), ("The shop is closed today", 2)] {
        let new = format!("{OLD}\n- form:\n  - heading \"Sorry\"\n  - button \"Reload: {said}\"");
        let mut night = Night::default();
        night
            .browser_scenario("a", &["page"])
            .baseline("a", "page", FacetKind::Aria, OLD.as_bytes())
            .baseline("a", "watch", FacetKind::Events, b"")
            .begin("a", 1)
            .watch(
                "a",
                1,
                1,
                WatchKind::Exception,
                "TypeError: this.story is not a function",
                "/orders",
            )
            .seen("a", 1, "page", "/orders", &[(FacetKind::Aria, new.as_bytes())])
            .end("a", 1, Outcome::Completed);
        assert_eq!(judge(&night).findings.len(), expected, "{said}: {:?}", titles(&judge(&night)));
    }
}

#[test]
fn rows_that_came_in_two_formats_with_their_totals_are_one_finding_and_a_wrong_total_is_another() {
    let table =
        |rows: &str, total: &str| format!("Name       files   code\n{rows}SUM       {total}\n");
    let text = |total: &str| {
        let rows = "Lamp           2     15\nRope           1     12\n";
        let more = "Pier           3     24\nSail           1      8\n";
        (table(rows, "     3     27"), table(&format!("{more}{rows}"), total))
    };
    let object = |rows: &str, files: u32, code: u32| {
        let lines = files + code;
        format!(
            "{{\n  \"took\": […],\n  \"lines\": {lines},\n  \"Lamp\": {{\n    \"files\": 2,\n    \"code\": 15\n  }},\n{rows}  \"SUM\": {{\n    \"files\": {files},\n    \"code\": {code}\n  }}\n}}\n"
        )
    };
    let more = "  \"Buoy\": {\n    \"files\": 1,\n    \"code\": 7\n  },\n";
    let json = (object("", 2, 15), object(more, 3, 22));
    let of = |total: &str| {
        let text = text(total);
        findings(&[("meter", (&text.0, &text.1)), ("meter --json", (&json.0, &json.1))])
    };
    assert_eq!(of("     7     59"), 1);
    assert_eq!(of("     7     27"), 3, "a number of the total is as it was");
}

#[test]
fn times_that_are_all_an_hour_later_are_one_finding_and_by_another_time_they_are_not() {
    let list = ("meter list", ("ferry 08:15 Ada\n", "ferry 09:15 Ada\n"));
    let log = |is| ("meter log --json", ("{\"left\": \"2025-03-05T23:40\"}\n", is));
    assert_eq!(findings(&[list, log("{\"left\": \"2025-03-06T00:40\"}\n")]), 1);
    assert_eq!(findings(&[list, log("{\"left\": \"2025-03-06T01:40\"}\n")]), 2);
}
