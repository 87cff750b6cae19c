//! What is told of outputs with a structure, and the twins: what is no table, and what lines tell.

use super::*;

/// Each change as `thing: before -> after`, with the lines of both sides.
fn told(old: &str, new: &str) -> Option<Vec<String>> {
    let all = changes(FacetKind::Stdout, old, new)?.changes;
    let side = |text: &Option<String>, lines: &[u32]| {
        let text = text.as_deref().unwrap_or("nothing");
        format!("{text} {lines:?}")
    };
    let one = |it: &Change| {
        let (old, new) = (side(&it.before, &it.old_lines), side(&it.after, &it.new_lines));
        format!("{}: {old} -> {new}", it.thing)
    };
    Some(all.iter().map(one).collect())
}

fn only(old: &str, new: &str) -> Vec<String> {
    told(old, new).expect("it has a structure")
}

const CSV: &str = "id,name,stock\n1,Lamp,3\n2,Cup,4\n3,Pen,5";

#[test]
fn json_that_is_only_laid_out_otherwise_is_one_change_whatever_it_says() {
    for (old, new) in [
        ("[{\"id\": 1, \"name\": \"A\"}]", "[{\"id\":1,\"name\":\"A\"}]"),
        ("[{\"id\": 7}, {\"id\": 8}]", "[{\"id\":7},{\"id\":8}]"),
    ] {
        assert_eq!(
            only(old, new),
            ["layout: JSON on one line [1] -> JSON on one line without spaces [1]"]
        );
    }
}

#[test]
fn a_value_of_json_is_told_by_its_field_on_one_line_and_on_many() {
    assert_eq!(
        only("{\"a\": {\"b\": 1, \"c\": [1, 2]}}", "{\"a\": {\"b\": 2, \"c\": [1, 2]}}"),
        ["field \"a.b\": a.b: 1 [1] -> a.b: 2 [1]"]
    );
    assert_eq!(
        only(
            "[\n  {\n    \"id\": 1,\n    \"n\": 2\n  }\n]",
            "[\n  {\n    \"id\": 1,\n    \"n\": 3\n  }\n]"
        ),
        ["field \"n\": \"n\": 2 [4] -> \"n\": 3 [4]"]
    );
}

#[test]
fn a_field_that_is_gone_from_every_record_is_one_change_and_other_values_are_others() {
    assert_eq!(
        only(CSV, "id,name\n1,Lamp\n2,Cap\n3,Pen"),
        [
            "column \"stock\": column \"stock\" [1, 2, 3, 4] -> nothing [1]",
            "column \"name\": 2,Cup,4 [3] -> 2,Cap [3]",
        ]
    );
    assert_eq!(
        only("{\"id\": 1, \"x\": 2}\n{\"id\": 2, \"x\": 3}", "{\"id\": 1}\n{\"id\": 2}"),
        ["field \"x\": field \"x\" [1, 2] -> nothing []"]
    );
}

#[test]
fn columns_that_are_called_or_ordered_otherwise_are_told_as_such() {
    let rows = CSV.split_once('\n').expect("rows").1;
    assert_eq!(
        only(CSV, &format!("id,name,left\n{rows}")),
        ["column \"stock\": column \"stock\" [1, 2, 3, 4] -> column \"left\" [1, 2, 3, 4]"]
    );
    assert_eq!(
        only(CSV, "id,stock,name\n1,3,Lamp\n2,4,Cup\n3,5,Pen"),
        ["order of columns: id, name, stock [1, 2, 3, 4] -> id, stock, name [1, 2, 3, 4]"]
    );
}

#[test]
fn another_separator_and_another_kind_of_table_are_one_change() {
    assert_eq!(
        only(CSV, &CSV.replace(',', ";")),
        ["layout: CSV [1, 2, 3, 4] -> CSV, semicolons [1, 2, 3, 4]"]
    );
    assert_eq!(
        only(CSV, "id  name  stock\n1   Lamp      3\n2   Cup       4\n3   Pen       5"),
        ["layout: CSV [1, 2, 3, 4] -> a table [1, 2, 3, 4]"]
    );
    assert_eq!(
        only(
            CSV,
            "| id | name | stock |\n| -- | ---- | ----- |\n| 1 | Lamp | 3 |\n| 2 | Cup | 4 |\n| 3 | Pen | 5 |"
        ),
        ["layout: CSV [1, 2, 3, 4] -> a table with bars [1, 3, 4, 5]"]
    );
}

#[test]
fn the_last_record_is_told_apart_from_another_one() {
    assert_eq!(
        only(CSV, "id,name,stock\n1,Lamp,3\n2,Cup,4"),
        ["last record: 3,Pen,5 [4] -> nothing []"]
    );
    assert_eq!(
        only(CSV, "id,name,stock\n1,Lamp,3\n3,Pen,5"),
        ["record: 2,Cup,4 [3] -> nothing []"]
    );
}

#[test]
fn records_of_json_in_another_order_are_one_change_and_rows_of_lines_are_told_by_lines() {
    assert_eq!(
        only("[{\"id\": 1}, {\"id\": 2}]", "[{\"id\": 2}, {\"id\": 1}]"),
        ["order of records: 1, 2 [1] -> 2, 1 [1]"]
    );
    assert_eq!(told(CSV, "id,name,stock\n3,Pen,5\n1,Lamp,3\n2,Cup,4"), None);
}

#[test]
fn what_is_no_table_is_compared_by_its_lines() {
    for (old, new) in [
        ("Hello, Ada, and Bob", "Hello, Eve, and Bob"),
        ("Ada    London\nBob    Paris\nEve    Rome", "Ada    London\nBob    Lyon\nEve    Rome"),
        ("a: 1", "a: 2"),
        (CSV, "nothing was found"),
        (CSV, "[]"),
        ("", CSV),
    ] {
        assert_eq!(told(old, new), None, "{old} -> {new}");
    }
}

#[test]
fn a_document_is_found_between_a_title_and_what_is_said_below_it() {
    let around = |csv: &str| format!("Export of lots\n\n{csv}\n\n200 text/csv");
    assert_eq!(
        only(&around(CSV), &around("id,name,stock\n1,Lamp,3\n2,Cup,9\n3,Pen,5")),
        ["column \"stock\": 2,Cup,4 [5] -> 2,Cup,9 [5]"]
    );
    let told = changes(FacetKind::Stdout, &around(CSV), &around("id,name\n1,Lamp\n2,Cup\n3,Pen"));
    let told = told.expect("it has a structure");
    assert_eq!((told.changes.len(), told.extents), (1, vec![[(3, 6), (3, 6)]]));
    let below = |json: &str| format!("{json}\n200 application/json");
    assert_eq!(
        only(&below("[{\"id\": 1}]"), &below("[{\"id\": 1, \"town\": \"Ghent\"}]")),
        ["field \"town\": nothing [] -> field \"town\" [1]"]
    );
}

#[test]
fn a_cell_may_go_over_several_lines() {
    let old = "id,note\n1,\"one\ntwo\"\n2,three";
    assert_eq!(
        only(old, "id,note\n1,\"one\ntwo\"\n2,four"),
        ["column \"note\": note: three [4] -> note: four [4]"]
    );
    assert_eq!(told("He said, she said\nand then, it was\nprose", "x"), None);
}

#[test]
fn members_of_an_object_in_another_order_are_nothing_wherever_the_object_stands() {
    for (old, new) in [
        ("{\"a\": 1, \"b\": {\"c\": 2, \"d\": [3]}}", "{\"b\": {\"d\": [3], \"c\": 2}, \"a\": 1}"),
        ("{\n  \"a\": 1,\n  \"b\": 2\n}", "{\n  \"b\": 2,\n  \"a\": 1\n}"),
        ("{\"a\":1,\"b\":2}\n{\"a\":3,\"b\":4}", "{\"b\":2,\"a\":1}\n{\"a\":3,\"b\":4}"),
        ("Lots:\n\n[{\"a\": 1, \"b\": 2}]\n\n1 row", "Lots:\n\n[{\"b\": 2, \"a\": 1}]\n\n1 row"),
    ] {
        assert!(is_reordered(old, new), "{old} -> {new}");
    }
}

#[test]
fn whatever_else_json_says_or_looks_like_is_something() {
    for (old, new) in [
        // Other values, the same letters.
        ("{\"a\": 1, \"b\": 2}", "{\"a\": 2, \"b\": 1}"),
        ("{\"a\": 1, \"b\": 2}", "{\"b\": 1, \"a\": 2}"),
        ("{\"a\": 10000000000000000000021}", "{\"a\": 10000000000000000000012}"),
        // A list, whose order counts.
        ("[{\"a\": 1}, {\"a\": 2}]", "[{\"a\": 2}, {\"a\": 1}]"),
        ("{\"a\": [1, 2]}", "{\"a\": [2, 1]}"),
        ("{\"a\": 1}\n{\"a\": 2}", "{\"a\": 2}\n{\"a\": 1}"),
        // How it is laid out, and how a value is spelled.
        ("{\"a\": 1, \"b\": 2}", "{\"b\":2, \"a\":1}"),
        ("{\"a\": 1.0, \"b\": 2}", "{\"b\": 2, \"a\": 1.00}"),
        // What stands around it, and what is no JSON.
        ("{\"a\": 1, \"b\": 2}\n12 rows", "{\"b\": 2, \"a\": 1}\n21 rows"),
        ("{a: 1, b: 2}", "{b: 2, a: 1}"),
        ("a, b", "b, a"),
    ] {
        assert!(!is_reordered(old, new), "{old} -> {new}");
    }
}

#[test]
fn a_value_of_json_is_told_without_the_order_of_members_around_it() {
    assert_eq!(
        only("{\"a\": 1, \"b\": 2}", "{\"b\": 3, \"a\": 1}"),
        ["field \"b\": b: 2 [1] -> b: 3 [1]"]
    );
    assert_eq!(
        only(
            "{\"id\": 1, \"n\": 2}\n{\"id\": 2, \"n\": 5}",
            "{\"n\": 4, \"id\": 1}\n{\"id\": 2, \"n\": 5}"
        ),
        ["field \"n\": n: 2 [1] -> n: 4 [1]"]
    );
    // Columns are read by their place.
    assert_eq!(
        only("id,n\n1,2\n2,5", "n,id\n4,1\n5,2"),
        [
            "order of columns: id, n [1, 2, 3] -> n, id [1, 2, 3]",
            "column \"n\": 1,2 [2] -> 4,1 [2]"
        ]
    );
}

#[test]
fn objects_in_a_list_are_told_by_what_tells_them_apart_and_one_that_is_gone_is_one_change() {
    let day = |lines: &str| format!("[\n{{\"day\": \"Monday\", \"lines\": [\n{lines}\n]}}\n]");
    let line = |name: &str, price: u32| format!("{{\"name\": \"{name}\", \"price\": {price}}}");
    let of = |all: &[(&str, u32)]| {
        day(&all.iter().map(|it| line(it.0, it.1)).collect::<Vec<_>>().join(",\n"))
    };
    let was = of(&[("Lamp", 3), ("Cup", 4), ("Pen", 5)]);
    assert_eq!(
        only(&was, &of(&[("Cup", 4), ("Pen", 5)])),
        ["field \"lines[Lamp]\": field \"lines[Lamp]\" [3] -> nothing []"],
        "the others are what they were"
    );
    assert_eq!(
        only(&was, &of(&[("Pen", 5), ("Lamp", 3), ("Cup", 6)])),
        ["field \"lines[Cup].price\": lines[Cup].price: 4 [4] -> lines[Cup].price: 6 [5]"]
    );
    // Nothing tells them apart, so that they are told by their positions.
    assert_eq!(
        only(&of(&[("Cup", 3), ("Cup", 3)]), &of(&[("Cup", 3), ("Cup", 4)])),
        ["field \"lines[1].price\": lines[1].price: 3 [4] -> lines[1].price: 4 [4]"]
    );
    let none = day("");
    assert_eq!(
        only(&was, &none),
        [
            "field \"lines[Lamp]\": field \"lines[Lamp]\" [3] -> nothing []",
            "field \"lines[Cup]\": field \"lines[Cup]\" [4] -> nothing []",
            "field \"lines[Pen]\": field \"lines[Pen]\" [5] -> nothing []",
        ],
        "that the list is empty now is the same"
    );
}

#[test]
fn xml_may_have_other_lines_below_it_and_its_only_record_is_one() {
    let all = |responses: &str| format!("<all>{responses}</all>\n207");
    let one =
        |at: &str, of: &str| format!("<one>\n<at>{at}</at>\n<of><name>{of}</name></of>\n</one>");
    let was = all(&one("/a", "Ada"));
    assert_eq!(
        only(&was, &all(&one("/a", "Bob"))),
        ["element \"of.name\": of.name: Ada [3] -> of.name: Bob [3]"]
    );
    assert_eq!(
        only(&was, &all(&(one("/a", "Ada") + "\n" + &one("/b", "Bob")))),
        ["record: nothing [] -> <one> <at>/b</at> <of><name>Bob</name></of> </one> [5, 6, 7, 8]"]
    );
}

#[test]
fn json_with_a_number_that_is_redacted_is_told_by_its_fields_and_text_in_brackets_is_not() {
    let of = |took: &str, rows: u32| {
        format!(
            "{{\n  \"took\": {took},\n  \"said\": \"took […]\",\n  \"sum\": {{\"rows\": {rows}}}\n}}"
        )
    };
    assert_eq!(
        only(&of("[…]", 2), &of("[…]", 3)),
        ["field \"sum.rows\": \"sum\": {\"rows\": 2} [4] -> \"sum\": {\"rows\": 3} [4]"]
    );
    assert!(told(&of("[timestamp]", 2), &of("[timestamp]", 3)).is_some());
    assert!(told(&of("[two words]", 2), &of("[two words]", 3)).is_none());
    let turned = |took: &str| format!("{{\"b\": 1, \"took\": {took}}}");
    let back = |took: &str| format!("{{\"took\": {took}, \"b\": 1}}");
    assert!(is_reordered(&turned("[…]"), &back("[…]")));
}

#[test]
fn records_of_xml_that_are_called_otherwise_each_are_known_by_that() {
    let of = |added: u32| {
        format!(
            "<diff>\n<added><lamp n=\"{added}\"/></added>\n<gone><lamp n=\"1\"/></gone>\n</diff>"
        )
    };
    let all = changes(FacetKind::Stdout, &of(1), &of(2)).expect("XML").changes;
    let around: Vec<&[String]> = all.iter().map(|it| &*it.around).collect();
    assert_eq!(around, [["(element): added".to_owned()]]);
}

#[test]
fn a_row_of_which_all_numbers_are_others_is_the_one_of_its_name_and_another_name_is_another_row() {
    let of = |name: &str, numbers: &str| format!("id,name,stock\n7,Lamp,3\n{name},{numbers}");
    assert_eq!(
        only(&of("9,total", "30"), &of("8,total", "24")),
        ["record: 9,total,30 [3] -> 8,total,24 [3]"]
    );
    assert_eq!(
        only(&of("9,total", "30"), &of("8,mean", "24")),
        ["last record: 9,total,30 [3] -> nothing []", "record: nothing [] -> 8,mean,24 [3]"]
    );
}

const DRAWN: &str = "Stock
┏━━━━┳━━━━━━┳━━━━━━━┓
┃ id ┃ name ┃ stock ┃
┡━━━━╇━━━━━━╇━━━━━━━┩
│ 1  │ Lamp │ 3     │
│ 2  │ Cup  │ 4     │
└────┴──────┴───────┘
Places
+-------+------+
| place | open |
+=======+======+
| North | yes  |
+-------+------+
| South | no   |
|       | idea |
+-------+------+
";

#[test]
fn a_value_of_a_drawn_table_is_one_change_however_wide_its_columns_are_drawn_now() {
    let wide = DRAWN.replace("━━━━━━┳━━━━━━━┓", "━━━━━━━━━┳━━━━━━━┓");
    let wide = wide.replace("━━━━━━╇━━━━━━━┩", "━━━━━━━━━╇━━━━━━━┩");
    let wide = wide.replace("──────┴───────┘", "─────────┴───────┘");
    let wide = wide.replace("name ┃", "name    ┃").replace("Lamp │", "Lamp    │");
    let wide = wide.replace("Cup  │", "Cupcake │");
    assert_eq!(only(DRAWN, &wide), ["column \"name\": name: Cup [6] -> name: Cupcake [6]"]);
    let second = DRAWN.replace("| yes ", "| no  ").replace("| idea |", "| way  |");
    let second: Vec<String> = only(DRAWN, &second);
    assert_eq!(
        second,
        [
            "column \"open\": open: yes [12] -> open: no [12]",
            "column \"open\": open: no idea [14, 15] -> open: no way [14, 15]"
        ]
    );
}

#[test]
fn columns_of_a_drawn_table_in_another_order_are_one_change() {
    let turned = DRAWN.replace("━━━━╇━━━━━━╇━━━━━━━", "━━━━━━━╇━━━━━━╇━━━━");
    let turned = turned.replace("┃ id ┃ name ┃ stock ┃", "┃ stock ┃ name ┃ id ┃");
    let turned = turned.replace("│ 1  │ Lamp │ 3     │", "│ 3     │ Lamp │ 1  │");
    let turned = turned.replace("│ 2  │ Cup  │ 4     │", "│ 4     │ Cup  │ 2  │");
    let told = only(DRAWN, &turned);
    assert_eq!(told, ["order of columns: id, name, stock [3, 5, 6] -> stock, name, id [3, 5, 6]"]);
}

#[test]
fn a_row_that_a_drawn_table_lost_and_a_column_are_told_and_what_stands_around_it_is_not() {
    let shorter = DRAWN.replace("│ 2  │ Cup  │ 4     │\n", "").replace("Places", "Spots");
    let told = changes(FacetKind::Stdout, DRAWN, &shorter).expect("it has a structure");
    assert_eq!(told.extents, [[(2, 7), (2, 6)]]);
    assert_eq!(only(DRAWN, &shorter), ["last record: 2 │ Cup │ 4 [6] -> nothing []"]);
    let column =
        "Places\n+-------+\n| place |\n+=======+\n| North |\n+-------+\n| South |\n+-------+\n";
    let (above, _) = DRAWN.split_once("Places").expect("two tables");
    let told = only(DRAWN, &format!("{above}{column}"));
    assert_eq!(told, ["column \"open\": column \"open\" [10, 12, 14, 15] -> nothing [10]"]);
}

#[test]
fn lines_that_are_drawn_around_no_head_or_around_text_are_no_table() {
    let framed = |text: &str| format!("╭──────╮\n│ {text} │\n╰──────╯\n");
    assert_eq!(told(&framed("Lamp"), &framed("Cups")), None);
    assert_eq!(told("--- a\n+++ b\n| x |\n", "--- a\n+++ b\n| y |\n"), None);
}
