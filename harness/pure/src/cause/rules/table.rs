//! Rows that a program prints or writes: what differs in one column of one table is one change, and so are all
//! columns of rows that are cut elsewhere. Lines that are built alike are rows of one list: those that
//! came to it are one change, and so are those that went. All outputs of one program have its lists.

use std::collections::{BTreeMap, BTreeSet};

use super::balance::balances;
use super::{Rule, alike, star, stars};
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::Change;
use crate::model::edit::{TELLING, WHOLE, differing, timed};
use crate::model::filetext::CELL;
use crate::model::thing::Thing;

pub(super) const RULE: Rule = Rule { id: "table", edges };

/// As many fields make a row.
const ROW: usize = 3;
/// By as many fields a table is known again.
const WIDE: usize = 8;

/// Which table a row belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Table<'a> {
    /// One of an output or file of this place.
    Of(usize),
    /// A wide one of this program.
    Wide(&'a str),
}

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut keyed = Vec::new();
    let (mut columns, mut rows, mut of_records) = (Vec::new(), Vec::new(), Vec::new());
    let mut named = Vec::new();
    for spot in 0..evidence.spots.len() {
        let program = evidence.program(spot);
        for (node, change) in evidence.seen_at(spot) {
            if !is_printed(change) || change.thing == Thing::Frame {
                continue;
            }
            if let Some(key) = key(change) {
                of_records.push(((program, change.before.is_some(), key), node));
            }
            named.extend(named_field(change).map(|it| ((change.before.is_some(), it), node)));
            let (Some(old), Some(new)) = (&change.before, &change.after) else {
                let line = change.before.as_deref().or(change.after.as_deref()).unwrap_or_default();
                let shape = Shape::of(line).filter(Shape::is_row);
                rows.extend(shape.map(|it| ((program, change.after.is_some(), it.text), node)));
                continue;
            };
            if let Some((count, differ)) = fields(old, new) {
                // A table that is as wide is the same one wherever the program prints it.
                let table = if count < WIDE { Table::Of(spot) } else { Table::Wide(program) };
                keyed.extend(differ.iter().map(|it| ((table, count, it.0), node)));
            }
            let shape = Shape::of(new).filter(Shape::is_row);
            if let Some((shape, was)) = shape.zip(Shape::of(old)) {
                let differ = shape.differing(&was);
                columns
                    .extend(differ.into_iter().map(|at| ((program, shape.text.clone(), at), node)));
            }
        }
    }
    let lists = (0..evidence.spots.len()).filter_map(|spot| {
        let (came, own) = one_way(evidence, spot)?;
        Some(((evidence.program(spot), came), spot, own))
    });
    let mut found = stars(keyed, "they stand in one column");
    found.extend(alike::edges(
        evidence,
        lists,
        "one program prints more, or less, and nothing else",
    ));
    found.extend(stars(columns, "they stand in one column"));
    found.extend(stars(of_records, "they are one field of its records"));
    found.extend(stars(named, "they are fields of one name"));
    found.extend(stars(rows, "they are rows of the same list"));
    found.extend((0..evidence.spots.len()).flat_map(|spot| other_rows(evidence, spot)));
    found.extend(one_way_of_files(evidence));
    found
}

/// Rows of one output that came, that went and that read otherwise, several each and built alike: the
/// list shows others.
fn other_rows(evidence: &Evidence<'_>, spot: usize) -> Vec<Edge> {
    const MANY: usize = 4;
    let mut lists: BTreeMap<(Option<FacetKind>, String), [BTreeSet<usize>; 3]> = BTreeMap::new();
    for (node, change) in evidence.seen_at(spot).filter(|it| is_printed(it.1)) {
        let way = match (&change.before, &change.after) {
            (Some(_), Some(_)) => 0,
            (Some(_), None) => 1,
            (None, _) => 2,
        };
        let line = change.after.as_deref().or(change.before.as_deref()).unwrap_or_default();
        if let Some(shape) = Shape::of(line).filter(Shape::is_row) {
            lists.entry((change.facet, shape.text)).or_default()[way].insert(node);
        }
    }
    let others = lists.into_values().filter(|it| it.iter().all(|it| it.len() >= MANY));
    others.flat_map(|it| star(it.into_iter().flatten(), "the list shows other rows")).collect()
}

/// What came to one file of a command, or went from it, where nothing else of the file changed.
fn one_way_of_files(evidence: &Evidence<'_>) -> Vec<Edge> {
    // What went, and what came; what reads otherwise did both.
    let mut files: BTreeMap<(usize, &str), [BTreeSet<usize>; 2]> = BTreeMap::new();
    for spot in 0..evidence.spots.len() {
        for (node, change) in evidence.seen_at(spot) {
            let Some(file) = change.around.first() else { continue };
            let ways = [&change.before, &change.after].map(Option::is_some);
            if change.facet == Some(FacetKind::Files) {
                let own = files.entry((spot, file)).or_default();
                own.iter_mut().zip(ways).filter(|it| it.1).for_each(|it| {
                    it.0.insert(node);
                });
            }
        }
    }
    let one_way = files.into_values().filter(|it| it.iter().any(BTreeSet::is_empty));
    one_way
        .flat_map(|it| {
            star(it.into_iter().flatten(), "the file holds more, or less, and nothing else")
        })
        .collect()
}

/// Whether a change is one of an output or of a file.
pub(super) fn is_printed(change: &Change) -> bool {
    matches!(change.facet, Some(FacetKind::Stdout | FacetKind::Files))
}

/// The field that a change is about: of a document that was read whole, or of a line such as
/// `"bill_type": "Expense",` that is a part of one.
fn key(change: &Change) -> Option<String> {
    if let Thing::Field(name) = &change.thing {
        // As `column "stock"`, `field "stock"` or `element "@stock"`: the format names the noun.
        let own = name.split_once('"').map_or(name.as_str(), |it| it.1);
        let own = own.trim_end_matches('"').trim_start_matches('@');
        // A whole item that came or went is one of its list.
        let both = change.before.is_some() && change.after.is_some();
        return (both || own.ends_with(']')).then(|| whichever(own));
    }
    let quoted = |line: &str| -> Option<String> {
        let (key, rest) = line.trim().strip_prefix('"')?.split_once('"')?;
        rest.trim_start().starts_with(':').then(|| key.to_owned())
    };
    let (was, is) = (change.before.as_deref(), change.after.as_deref());
    let key = quoted(was.or(is)?)?;
    was.and(is).is_none_or(|it| quoted(it).as_ref() == Some(&key)).then_some(key)
}

/// A path without what says which of several records it leads to: `files[*].lines[*].count`.
fn whichever(path: &str) -> String {
    let mut parts = path.split('[');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, it| format!("{all}[*{}", it.find(']').map_or("", |end| &it[end..])))
}

/// The name of a field that came or went, in whichever format and of whichever record, where it is
/// made up: `bill_type`.
fn named_field(change: &Change) -> Option<String> {
    let one_sided = change.before.is_some() != change.after.is_some();
    let name = match &change.thing {
        // As `column "stock"`, `field "lines[3].stock"` or `element "line.@stock"`.
        Thing::Field(said) => said.split('"').nth(1).and_then(|it| {
            it.rsplit(['.', '@', '[', ']']).find(|it| !it.is_empty()).map(str::to_owned)
        }),
        _ => key(change),
    };
    name.filter(|it| one_sided && is_made_up(it) && it.len() >= TELLING)
}

/// Whether a name is made of several words, as no word of a language is: `bill_type`, `htmlUrl`.
fn is_made_up(name: &str) -> bool {
    let letters = || name.chars().zip(name.chars().skip(1));
    name.contains('_') || letters().any(|it| it.0.is_lowercase() && it.1.is_uppercase())
}

/// Whether lines, or items of a list, came to an output or went from it, and which; `None` where
/// anything else changed that does not add them up or count them.
fn one_way<'a>(evidence: &Evidence<'a>, spot: usize) -> Option<(bool, Vec<(usize, &'a Change)>)> {
    let balances = balances(evidence, spot);
    let is_one_sided = |it: &(usize, &Change)| it.1.before.is_none() != it.1.after.is_none();
    let one_sided = evidence.seen_at(spot).filter(is_one_sided).count();
    let more = u64::try_from(one_sided).unwrap_or(0) * WHOLE.unsigned_abs();
    let counts = |it: &Change| differing(it).is_some_and(|(was, is)| was.abs_diff(is) == more);
    let is_total = |node: &usize| balances.iter().any(|it| it.totals.contains(node));
    let own = evidence.seen_at(spot).filter(|it| !is_total(&it.0) && !counts(it.1));
    let mut all = own.map(|(node, change)| {
        let came = change.before.is_none();
        let is_one = change.facet == Some(FacetKind::Stdout) && came != change.after.is_none();
        // An object that is added up with others is a record.
        let is_part = || balances.iter().any(|it| it.parts.contains(&node));
        let is_row = || match &change.thing {
            Thing::Line | Thing::Record(_) => true,
            // As `field "orders[31]"`.
            Thing::Field(name) => name.ends_with("]\"") || is_part(),
            _ => is_part(),
        };
        (is_one && is_row()).then_some((came, (node, change)))
    });
    let first = all.next()??;
    let rest: Option<Vec<_>> = all.collect();
    let rest = rest.filter(|it| it.iter().all(|it| it.0 == first.0))?;
    Some((first.0, [first].into_iter().chain(rest).map(|it| it.1).collect()))
}

/// How a line is built: its words, values and signs, whatever they are. Lines of one shape are rows of
/// one list.
struct Shape {
    /// A letter for each part: `w` for words side by side, `#` for a value, signs as they are.
    text: String,
    /// The words and values, in their order.
    parts: Vec<String>,
}

impl Shape {
    /// Reads a line; `None` where it has nothing but words.
    fn of(line: &str) -> Option<Self> {
        let mut shape = Self { text: String::new(), parts: Vec::new() };
        let line = timed(line);
        let mut open = false;
        for word in line.split_whitespace() {
            let inner = word.trim_matches(|it: char| !it.is_alphanumeric());
            let (head, tail) =
                word.split_once(inner).filter(|_| !inner.is_empty()).unwrap_or((word, ""));
            open &= head.is_empty();
            shape.text.push_str(head);
            let is_value = inner.contains(|it: char| it.is_ascii_digit());
            match shape.parts.last_mut().filter(|_| open && !is_value && shape.text.ends_with('w'))
            {
                Some(words) if !inner.is_empty() => *words = format!("{words} {inner}"),
                _ if inner.is_empty() => {}
                _ => {
                    shape.text.push(if is_value { '#' } else { 'w' });
                    shape.parts.push(inner.to_owned());
                }
            }
            // Words between commas are one list of words.
            open = tail.is_empty() || tail == ",";
            if !open {
                shape.text.push_str(tail);
            }
        }
        (shape.text.contains('#')).then_some(shape)
    }

    /// Whether a line is a row and no single value with what it is called.
    fn is_row(&self) -> bool {
        self.parts.len() >= ROW && self.text.matches('#').count() > 1
    }

    /// The positions of the parts that differ; none where both are no rows of one list.
    fn differing(&self, was: &Self) -> Vec<usize> {
        let pairs = self.parts.iter().zip(&was.parts).enumerate();
        let differ = pairs.filter(|(_, (is, was))| is != was).map(|it| it.0);
        if self.text == was.text { differ.collect() } else { Vec::new() }
    }
}

/// A field that differs: its position, what it was and what it is.
type Differing<'a> = (usize, &'a str, &'a str);

/// How many fields two rows have, and those that differ; `None` where they are no rows of one table.
pub(super) fn fields<'a>(old: &'a str, new: &'a str) -> Option<(usize, Vec<Differing<'a>>)> {
    let (old, new) = (unnumbered(old), unnumbered(new));
    ['|', '\t', ',', ';'].into_iter().find_map(|separator| {
        let (was, is): (Vec<&str>, Vec<&str>) =
            (old.split(separator).collect(), new.split(separator).collect());
        if was.len() != is.len() || was.len() < ROW {
            return None;
        }
        let pairs = was.iter().zip(&is).enumerate();
        let differ = pairs.map(|(at, (was, is))| (at, was.trim(), is.trim()));
        Some((was.len(), differ.filter(|it| it.1 != it.2).collect()))
    })
}

/// A row without its label: a file's rows are numbered.
pub(super) fn unnumbered(row: &str) -> &str {
    let (label, cells) = row.split_once(CELL).unwrap_or_default();
    if label.starts_with("row ") { cells } else { row }
}

#[cfg(test)]
mod tests {
    use super::super::joined;
    use super::*;
    use crate::model::comparison::Located;
    use crate::model::finding::FacetChange;
    use crate::model::testing;

    /// What a command printed, as it was and is.
    fn output(command: &str, lines: &[(Option<&str>, Option<&str>)]) -> Located {
        let one = |it: &(Option<&str>, Option<&str>)| {
            testing::change(Some(FacetKind::Stdout), Thing::Line, it.0, it.1)
        };
        let changes = lines.iter().map(one).collect();
        let facets = vec![FacetChange { changes, ..FacetChange::of(FacetKind::Stdout) }];
        testing::located("list", command, facets)
    }

    #[test]
    fn lines_that_are_built_alike_are_rows_of_one_list() {
        let shape = |line: &str| Shape::of(line).filter(Shape::is_row).map(|it| it.text);
        let day = shape("Thursday 06 March 2025 (8h 30m 42s)");
        assert_eq!(day.as_deref(), Some("w#w#(#)"));
        assert_eq!(shape("Tuesday 11 March 2025 (45m 00s)"), day);
        assert_ne!(shape("Tuesday 11 March 2025"), day);
        let entry = |tags: &str| shape(&format!("5f41046  22:40 to 01:10  2h 30m  ferry  {tags}"));
        assert_eq!(entry("[soundings, ropes]"), entry("[soundings]"));
        assert_eq!(shape("Total: 45"), None, "that is one value and its name");
        assert_eq!(shape("It is as it was"), None);
        let (was, is) = (Shape::of("A 06 (8h 30m)"), Shape::of("A 06 (5h 00m)"));
        assert_eq!(is.zip(was).map(|(is, was)| is.differing(&was)), Some(vec![2]));
    }

    #[test]
    fn rows_of_one_table_are_told_field_by_field_and_others_are_not() {
        assert_eq!(fields("a,b,c", "a,x,c"), Some((3, vec![(1, "b", "x")])));
        assert_eq!(
            fields("| a | 1,006 |", "| a | 1.006 |"),
            Some((4, vec![(2, "1,006", "1.006")]))
        );
        assert_eq!(fields("a,b,c", "a,b"), None);
        assert_eq!(fields("It is, as it was", "It is, as it is"), None);
    }

    #[test]
    fn rows_of_one_list_that_came_or_differ_in_one_column_are_one_and_others_are_not() {
        let of =
            |lines: &[(Option<&str>, Option<&str>)]| joined(edges, &[output("watch log", lines)]);
        let day = |was, is| (Some(was), Some(is));
        let (monday, tuesday) = ("Mon 03 March (8h 30m)", "Tue 04 March (2h 10m)");
        let both = [day("Mon 03 March (9h 00m)", monday), day("Tue 04 March (3h 00m)", tuesday)];
        assert_eq!(of(&both), [(monday.to_owned(), tuesday.to_owned())]);
        let other = day("Tue 04 March (3h 00m)", "Tue 05 March (3h 00m)");
        assert_eq!(of(&[both[0], other]), [], "that is another column");
        let (first, second) = ("5f4104 22:40 to 01:10 ferry", "3fe94c 08:00 to 09:30 crane");
        let other = (Some("a"), Some("b"));
        let came = [(None, Some(first)), (None, Some(second)), other];
        assert_eq!(of(&came), [(second.to_owned(), first.to_owned())]);
        assert_eq!(of(&[came[0], (Some(second), None)]), [], "one came and one went");
    }

    #[test]
    fn a_list_that_shows_other_rows_is_one_and_one_that_lost_some_is_not() {
        let of = |came: usize| {
            let row = |name: &str, at: usize| format!("{name} {at} of {}", at + 20);
            let both = (0..4).map(|at| (Some(row("pen", at)), Some(row("pen", at + 5))));
            let went = (0..4).map(|at| (Some(row("hat", at)), None));
            let new = (0..came).map(|at| (None, Some(row("cup", at))));
            let all: Vec<_> = both.chain(went).chain(new).collect();
            let lines: Vec<(Option<&str>, Option<&str>)> =
                all.iter().map(|it| (it.0.as_deref(), it.1.as_deref())).collect();
            let spots = [output("list", &lines)];
            joined(|it| other_rows(it, 0), &spots).len()
        };
        assert_eq!((of(4), of(3)), (11, 0));
    }

    #[test]
    fn what_came_to_one_file_alone_is_one_and_what_else_changed_of_it_is_not() {
        let of = |other: Option<&str>| {
            let line = |was, is| {
                let change = testing::change(Some(FacetKind::Files), Thing::Line, was, is);
                Change { around: vec!["notes.txt".to_owned()], ..change }
            };
            let changes =
                vec![line(None, Some("a")), line(None, Some("b")), line(other, Some("c"))];
            let facet = FacetChange { changes, ..FacetChange::of(FacetKind::Files) };
            joined(one_way_of_files, &[testing::located("strip", "strip a", vec![facet])]).len()
        };
        assert_eq!((of(None), of(Some("d"))), (2, 0));
    }

    #[test]
    fn what_a_program_only_prints_more_of_is_one_in_all_its_outputs() {
        let more = |command: &str, line: &'static str| output(command, &[(None, Some(line))]);
        let (pen, hat) = ("3 a pen", "the hat of 1890");
        let stage = more("todo list Stage", pen);
        let both = [(pen.to_owned(), hat.to_owned())];
        assert_eq!(
            joined(edges, &[stage.clone(), more("TZ=UTC todo --porcelain list", hat)]),
            both
        );
        assert_eq!(joined(edges, &[stage.clone(), more("todo help list", hat)]), []);
        let pencil = "#3: pen, a red one";
        let one = [(pencil.to_owned(), pen.to_owned())];
        assert_eq!(joined(edges, &[stage.clone(), more("todo export", pencil)]), one);
        assert_eq!(joined(edges, &[stage.clone(), more("done list Stage", hat)]), []);
        assert_eq!(joined(edges, &[stage.clone(), output("todo list", &[(Some(hat), None)])]), []);
        let edited = output("todo list", &[(None, Some(hat)), (Some("a"), Some("b"))]);
        assert_eq!(joined(edges, &[stage, edited]), [], "there something else changed too");
        let (ada, bob) = ("curl -s http://127.0.0.1:1/ada?a", "curl 'http://127.0.0.1:2/bob'");
        assert_eq!(joined(edges, &[more(ada, pen), more(bob, hat)]), []);
        assert_eq!(
            joined(edges, &[more(ada, pen), more("curl 'http://127.0.0.1:2/ada'", hat)]),
            both
        );
    }

    #[test]
    fn items_of_a_document_and_lines_that_a_program_prints_more_of_are_one_with_their_count() {
        let of = |count: &str, item: &str| {
            let field = |name: &str, was: Option<&str>, is: &str| {
                let thing = Thing::Field(format!("field \"{name}\""));
                testing::change(Some(FacetKind::Stdout), thing, was, Some(is))
            };
            let came = field(item, None, "a new item");
            let changes = vec![field("count", Some("\"count\": 9,"), count), came];
            let facet = FacetChange { changes, ..FacetChange::of(FacetKind::Stdout) };
            let json = testing::located("list", "shopctl list --json", vec![facet]);
            let csv = output("shopctl list --csv", &[(None, Some("41 a pen"))]);
            let joined = joined(edges, &[json, csv]);
            joined.contains(&("41 a pen".to_owned(), "a new item".to_owned()))
        };
        assert!(of("\"count\": 10,", "orders[31]"));
        assert!(!of("\"count\": 11,", "orders[31]"), "that is two more");
        assert!(!of("\"count\": 10,", "orders[31].note"), "that is a field");
    }

    #[test]
    fn a_field_of_a_made_up_name_is_one_in_every_format_and_a_common_word_is_not() {
        let csv = |column: &str| {
            let thing = Thing::Field(format!("column \"{column}\""));
            let gone = testing::change(Some(FacetKind::Stdout), thing, Some(column), None);
            let facet = FacetChange { changes: vec![gone], ..FacetChange::of(FacetKind::Stdout) };
            testing::located("list", "curl http://127.0.0.1:1/bills.csv", vec![facet])
        };
        let json = |line: &str| output("curl http://127.0.0.1:1/bills.json", &[(Some(line), None)]);
        let of = |column: &str, line: &str| joined(edges, &[csv(column), json(line)]).len();
        assert_eq!(of("bill_type", "\"bill_type\": \"Expense\","), 1);
        assert_eq!(of("bill_type", "\"payer_id\": 7,"), 0);
        assert_eq!(of("name", "\"name\": \"Ada\","), 0, "many things have a name");
        assert_eq!(of("outline[2].@htmlUrl", "\"htmlUrl\": \"/a\","), 1);
        assert_eq!(of("outline[2].@title", "\"title\": \"a\","), 0);
    }

    #[test]
    fn a_column_is_a_field_in_every_format_of_a_program_and_another_one_is_not() {
        let of = |second: &str| {
            let told = |field: &str, was: &str, is: &str| {
                let thing = Thing::Field(field.to_owned());
                let one = testing::change(Some(FacetKind::Stdout), thing, Some(was), Some(is));
                let facet =
                    FacetChange { changes: vec![one], ..FacetChange::of(FacetKind::Stdout) };
                testing::located("list", "shopctl list", vec![facet])
            };
            let csv = told("column \"stock\"", "1,Lamp,3", "1,Lamp,7");
            joined(edges, &[csv, told(second, "\"a\": 5", "\"a\": 2")]).len()
        };
        assert_eq!((of("field \"stock\""), of("element \"@stock\"")), (1, 1));
        assert_eq!((of("field \"price\""), of("field \"old.stock\"")), (0, 0));
    }

    #[test]
    fn items_that_came_to_one_list_of_a_document_are_one_and_fields_of_it_are_not() {
        let of = |fields: [&str; 2]| {
            let came = |it: &str| {
                let (thing, text) = (Thing::Field(format!("field \"{it}\"")), format!("new {it}"));
                testing::change(Some(FacetKind::Stdout), thing, None, Some(&text))
            };
            // What prints more and nothing else is one in any case.
            let facet = Some(FacetKind::Stdout);
            let other = testing::change(facet, Thing::Line, Some("Lamps"), Some("All lamps"));
            let changes = fields.map(came).into_iter().chain([other]).collect();
            let facet = FacetChange { changes, ..FacetChange::of(FacetKind::Stdout) };
            !joined(edges, &[testing::located("list", "shopctl list", vec![facet])]).is_empty()
        };
        assert!(of(["orders[31]", "orders[8]"]));
        assert!(!of(["orders[31]", "customers[8]"]), "that is another list");
        assert!(!of(["orders[31].note", "orders[8].gift"]));
    }

    #[test]
    fn lines_of_one_field_of_a_document_that_is_cut_are_one_and_those_of_another_are_not() {
        let of = |lines: &[(Option<&str>, Option<&str>)]| {
            joined(edges, &[output("bill json | head", lines)]).len()
        };
        let (expense, refund) = (Some("\"type\": \"Expense\","), Some("\"type\": \"Refund\","));
        let came = (None, Some("\"payer\": \"Elif\""));
        assert_eq!(of(&[(expense, None), (refund, None), came]), 1);
        assert_eq!(of(&[(expense, refund), (refund, expense), came]), 1);
        assert_eq!(of(&[(expense, None), (None, refund)]), 0, "one came and one went");
        assert_eq!(of(&[(expense, None), (Some("type: Refund"), None), came]), 0);
    }

    #[test]
    fn a_wide_table_is_the_same_one_in_a_file_and_a_narrow_one_is_another() {
        let of = |wide: bool| {
            let rest =
                if wide { [",1,2,3,4,5", " | c: 1 | d: 2 | e: 3 | f: 4 | g: 5"] } else { ["", ""] };
            let printed = |value: u8| format!("a.cpp,{value},x{}", rest[0]);
            let written = |value: u8| format!("row 2 | a: a.cpp | b: {value} | x: x{}", rest[1]);
            let spot = |command: &str, facet: FacetKind, was: &str, is: &str| {
                let change = testing::change(Some(facet), Thing::Line, Some(was), Some(is));
                let facets = vec![FacetChange { changes: vec![change], ..FacetChange::of(facet) }];
                testing::located("list", command, facets)
            };
            let shown = spot("gcov --csv", FacetKind::Stdout, &printed(3), &printed(4));
            let file = spot("gcov --csv x.csv", FacetKind::Files, &written(7), &written(1));
            joined(edges, &[shown, file]).len()
        };
        assert_eq!((of(true), of(false)), (1, 0));
    }
}
