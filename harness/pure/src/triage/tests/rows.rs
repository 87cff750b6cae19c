//! Rows of a page, and what belongs to them: their details, the links in them, what steps fill.

use super::*;

/// A table of rows, each with a number, a name and a box.
fn table(rows: &[(u32, &str)]) -> String {
    let row = |all: String, (id, name): &(u32, &str)| {
        format!(
            "{all}  - row \"{id} {name}\":\n    - cell \"{id}\"\n    - cell \"{name}\"\n    - cell:\n      - checkbox \"Select\"\n"
        )
    };
    rows.iter().fold("- table:\n".to_owned(), row)
}

fn boxes(values: &[&str]) -> String {
    values.iter().fold(String::new(), |all, it| format!("{all}checkbox \"Select\" [value={it}]\n"))
}

fn page(night: &mut Night, (was, is): (&str, &str), (had, has): (&str, &str), kind: FacetKind) {
    night
        .browser_scenario("s", &["page"])
        .baseline("s", "page", FacetKind::Aria, was.as_bytes())
        .baseline("s", "page", kind, had.as_bytes())
        .baseline("s", "watch", FacetKind::Events, b"")
        .begin("s", 1)
        .seen("s", 1, "page", "/items", &[(FacetKind::Aria, is.as_bytes()), (kind, has.as_bytes())])
        .end("s", 1, Outcome::Completed);
}

#[test]
fn the_boxes_of_other_rows_belong_to_the_rows_and_a_wrong_box_of_a_row_that_stays_does_not() {
    let first = [(11, "Ash"), (12, "Elm"), (13, "Fir"), (14, "Oak")];
    let other = [(1, "Ivy"), (2, "Yew"), (3, "Box"), (4, "Bay")];
    let (was, is) = (table(&first), table(&other));
    let had = boxes(&["a11", "a12", "a13", "a14"]);
    let mut night = Night::default();
    page(&mut night, (&was, &is), (&had, &boxes(&["a1", "a2", "a3", "a4"])), FacetKind::Fields);
    assert_eq!(judge(&night).findings.len(), 1, "{:?}", titles(&judge(&night)));

    let renamed = [(11, "Ash"), (12, "Elms"), (13, "Fir"), (14, "Oak")];
    let mut night = Night::default();
    page(
        &mut night,
        (&was, &table(&renamed)),
        (&had, &boxes(&["a11", "a12", "a13", "b14"])),
        FacetKind::Fields,
    );
    assert_eq!(
        titles(&judge(&night)),
        [
            "cell \"Elm\" became \"Elms\" on /items",
            "checkbox \"Select\" has the value b14 instead of a14 on /items",
        ]
    );
}

#[test]
fn an_end_that_is_gone_from_each_row_is_told_once_and_ends_of_two_rows_are_two() {
    let [ash, elm, oak] =
        ["Ash tree By the gate.", "Elms of ours Two metres high.", "Old oak Not for sale."];
    let of = |third: &str| {
        let mut night = Night::default();
        let was = table(&[(11, ash), (12, elm), (13, oak)]);
        let is = table(&[(11, "Ash tree"), (12, "Elms of ours"), (13, third)]);
        night.page("s", "/items", &was, &is);
        let judged = judge(&night);
        titles(&judged).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(of("Old oak"), ["the end of 3 cells is gone on /items"]);
    let apart = of("Old oak Not for hire.");
    assert_eq!(apart.len(), 3, "{apart:?}");
}

#[test]
fn cells_that_two_scenarios_see_on_one_page_are_counted_once() {
    let mut night = Night::default();
    let names = ["Ash tree By the gate.", "Elms of ours Two metres high.", "Old oak Not for sale."];
    let was: Vec<(u32, &str)> = (11..).zip(names).collect();
    let is = table(&[(11, "Ash tree"), (12, "Elms of ours"), (13, "Old oak")]);
    for scenario in ["buy", "look"] {
        night.page(scenario, "/items", &table(&was), &is);
    }
    assert_eq!(titles(&judge(&night)), ["the end of 3 cells is gone on /items"]);
}

#[test]
fn addresses_that_lost_the_same_signs_are_one_edit_and_other_addresses_are_not() {
    let tree = |address: fn(&str) -> String| -> String {
        let link = |name: &str| format!("- link \"{name}\" [url=/find?q={}]\n", address(name));
        link("Ash 1") + &link("Elm-2")
    };
    let quoted = tree(|it| format!("%27{}%27", it.replace(' ', "+")));
    let bare = tree(|it| it.replace(' ', "+"));
    let mut night = Night::default();
    night.page("s", "/items", &quoted, &bare);
    assert_eq!(judge(&night).findings.len(), 1, "{:?}", titles(&judge(&night)));
    let elsewhere = bare.replace("q=Elm-2", "q=%27Elm-3%27");
    let mut night = Night::default();
    night.page("s", "/items", &quoted, &elsewhere);
    assert_eq!(judge(&night).findings.len(), 2, "{:?}", titles(&judge(&night)));
}

#[test]
fn a_step_fails_for_want_of_a_field_that_its_selector_names() {
    let run = |selector: &str| {
        let mut night = Night::default();
        night
            .browser_scenario("s", &["page"])
            .baseline("s", "page", FacetKind::Aria, b"- textbox \"code\"\n- textbox \"note\"")
            .baseline("s", "watch", FacetKind::Events, b"")
            .begin("s", 1)
            .seen("s", 1, "page", "/new", &[(FacetKind::Aria, b"- textbox \"note\"")])
            .failed(
                "s",
                1,
                2,
                "/new",
                (Outcome::Failed, &format!("css \"{selector}\", visible"), "no such element"),
            )
            .end("s", 1, Outcome::Failed);
        judge(&night).findings.len()
    };
    assert_eq!(run("#id_code"), 1);
    assert_eq!(run("#id_price"), 2);
}
