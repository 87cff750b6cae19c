//! The same value of the same thing, wherever and however it is printed: `Port - A (4)` in a text,
//! `"name": "Port", "complexity": 4` in JSON, `| Port | 4 | A |` in a table. Where a list leaves out
//! or has the line of such a thing, that follows from its value.

use std::collections::{BTreeMap, BTreeSet};

use super::{Rule, star, stars};
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::Change;
use crate::model::edit::{TELLING, WHOLE, differing, is_name, numbers, replaced, tokens};
use crate::model::finding::{DiffLine, DiffTag};
use crate::model::thing::{Node, Thing};

pub(super) const RULE: Rule = Rule { id: "fact", edges };

/// A value that became another one, and a name near it, in small letters.
type Fact = (String, String, String);

const LISTED: &str = "it is listed by the value that is another one";

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let keyed: Vec<(Fact, usize)> = evidence
        .nodes
        .iter()
        .enumerate()
        .flat_map(|(index, node)| {
            let own = node.sightings.iter().flat_map(|it| facts(it.change));
            own.map(move |it| (it, index)).collect::<BTreeSet<_>>()
        })
        .collect();
    let mut found = listed(evidence, &keyed);
    found.extend(sorted(evidence, &keyed));
    found.extend(stars(keyed, "the same value of the same thing is another one"));
    found.extend(stars(records(evidence), "the same thing came or went"));
    found.extend(same_named(evidence));
    found.extend(mentioned(evidence));
    found
}

/// What came or went by itself, with the lines that now name it, or no longer do: a tag that is gone
/// from the list of tags and from `Tags: ropes, soundings`. A short word (`Delete`) is one thing in
/// what one program prints, or on pages, and not in both.
fn mentioned(evidence: &Evidence<'_>) -> Vec<Edge> {
    const LONG: usize = 8;
    let mut things: BTreeMap<(bool, String, &str), [BTreeSet<usize>; 2]> = BTreeMap::new();
    for (index, node) in evidence.nodes.iter().enumerate() {
        let change = node.change();
        let side = |line: &'_ Option<String>| said(change, line.as_deref()?).map(str::to_lowercase);
        let (old, new) = (side(&change.before), side(&change.after));
        let (was, is) = (old.as_deref().map(tokens), new.as_deref().map(tokens));
        let (came, own) = match (was, is) {
            (Some(was), Some(is)) => match one_more(&was, &is) {
                Some(own) => (is.len() > was.len(), own.join(" ")),
                None => continue,
            },
            (Some(own), None) => (false, own.join(" ")),
            (None, Some(own)) => (true, own.join(" ")),
            (None, None) => continue,
        };
        let is_line = old.is_some() && new.is_some();
        let letters = own.chars().filter(|it| it.is_alphabetic()).count();
        if letters < TELLING {
            continue;
        }
        let is_short = letters < LONG && !own.contains(' ');
        let by = if is_short { makers(evidence, index) } else { BTreeSet::from([""]) };
        for maker in by {
            let own = things.entry((came, own.clone(), maker)).or_default();
            own[usize::from(is_line)].insert(index);
        }
    }
    let both = things.into_values().filter(|it| it.iter().all(|it| !it.is_empty()));
    let because = "one names what came or went";
    both.flat_map(|it| star(it.into_iter().flatten(), because)).collect()
}

/// What makes what a change is seen in: programs, and `/` for whatever serves pages.
fn makers<'a>(evidence: &Evidence<'a>, node: usize) -> BTreeSet<&'a str> {
    let programs = evidence.nodes[node].spots().map(|spot| evidence.program(spot));
    programs.map(|it| if it.starts_with('/') { "/" } else { it }).collect()
}

/// The words side by side that the longer one of two lines has more.
fn one_more<'a>(was: &[&'a str], is: &[&'a str]) -> Option<Vec<&'a str>> {
    let (short, long) = if was.len() < is.len() { (was, is) } else { (is, was) };
    let head = short.iter().zip(long).take_while(|it| it.0 == it.1).count();
    let more = long.len() - short.len();
    (more > 0 && !short.is_empty() && long[head + more..] == short[head..])
        .then(|| long[head..head + more].to_vec())
}

/// The same thing that came or went, by its name. What an error says is the name of no thing, since
/// two faults bring the same one: it is one on pages, or in what one program prints.
fn same_named(evidence: &Evidence<'_>) -> Vec<Edge> {
    let because = "the same thing came or went";
    let is_error = |it: &((bool, String), usize)| it.0.0 && says_error(&it.0.1);
    let (errors, things): (Vec<_>, Vec<_>) = named(evidence).into_iter().partition(is_error);
    let by_maker = errors.iter().flat_map(|(key, node)| {
        makers(evidence, *node).into_iter().map(move |maker| ((key, maker), *node))
    });
    let mut found = stars(things, because);
    found.extend(stars(by_maker, because));
    let perhaps = stars(errors, because).into_iter();
    found.extend(perhaps.map(|it| Edge::weak(it.from, it.to, because)));
    found
}

/// Whether a text in small letters says that something went wrong.
fn says_error(text: &str) -> bool {
    const WORDS: [&str; 16] = [
        "cannot",
        "denied",
        "error",
        "errors",
        "exception",
        "failed",
        "failure",
        "forbidden",
        "invalid",
        "oops",
        "refused",
        "sorry",
        "timeout",
        "unauthorized",
        "unavailable",
        "wrong",
    ];
    let lacks = ["not found", "no such", "timed out", "try again", "bad gateway", "bad request"];
    tokens(text).iter().any(|it| WORDS.contains(it)) || lacks.iter().any(|it| text.contains(it))
}

/// What came or went anywhere, by the words that name it: a link on one page is a line of a list on
/// another one and a field of an export.
fn named(evidence: &Evidence<'_>) -> Vec<((bool, String), usize)> {
    const WORDS: usize = 3;
    const LETTERS: usize = 12;
    let mut keyed = Vec::new();
    for (index, node) in evidence.nodes.iter().enumerate() {
        let change = node.change();
        let ((Some(line), None) | (None, Some(line))) = (&change.before, &change.after) else {
            continue;
        };
        let Some(said) = said(change, line) else { continue };
        let parts =
            said.split(['"', '|', ',', ';', '\t', '<', '>', ':']).flat_map(|it| it.split("  "));
        let names = parts.map(str::trim).filter(|it| {
            let letters = it.chars().filter(|it| it.is_alphabetic()).count();
            letters >= LETTERS && it.split_whitespace().count() >= WORDS
        });
        let came = change.before.is_none();
        keyed.extend(names.map(|it| ((came, it.to_lowercase()), index)));
    }
    keyed
}

/// What came or went in outputs and files, by the names and the numbers of each line: the same record
/// is a line in one format and a row in another one.
fn records(evidence: &Evidence<'_>) -> Vec<((bool, u64, String), usize)> {
    const TELLING: u64 = 100;
    let mut keyed = Vec::new();
    for (index, node) in evidence.nodes.iter().enumerate() {
        let change = node.change();
        let ((Some(line), None) | (None, Some(line))) = (&change.before, &change.after) else {
            continue;
        };
        if !matches!(node.facet(), Some(FacetKind::Stdout | FacetKind::Files)) {
            continue;
        }
        let hundredths = WHOLE.unsigned_abs();
        let values = numbers(line).into_iter().map(|it| it / hundredths);
        let names: BTreeSet<String> =
            tokens(line).into_iter().filter(|it| is_name(it)).map(str::to_lowercase).collect();
        for value in values.filter(|it| *it >= TELLING && !YEARS.contains(it)) {
            let came = change.before.is_none();
            keyed.extend(names.iter().map(|it| ((came, value, it.clone()), index)));
        }
    }
    keyed
}

/// Numbers that stand in many dates.
pub(super) const YEARS: std::ops::RangeInclusive<u64> = 1900..=2100;

/// What a change says of which things.
fn facts(change: &Change) -> Vec<Fact> {
    let side = |line: &'_ Option<String>| said(change, line.as_deref()?).map(plain);
    let (Some(old), Some(new)) = (side(&change.before), side(&change.after)) else {
        return Vec::new();
    };
    // A field is told with what its record is called.
    let own = if let Thing::Field(name) = &change.thing { name.as_str() } else { "" };
    let called = change.around.iter().filter(|_| !own.is_empty()).flat_map(|it| tokens(it));
    let field: Vec<&str> = tokens(own).into_iter().chain(called).filter(|it| is_name(it)).collect();
    let mut all = Vec::new();
    for it in replaced(&old, &new) {
        for name in it.near.iter().chain(&field) {
            let said = spellings(it.gone, it.came).into_iter().chain(amounts(it.gone, it.came));
            all.extend(said.map(|(gone, came)| (gone, came, name.to_lowercase())));
        }
    }
    all
}

/// A line as it is read: in a pointer into JSON a slash of a name is written otherwise.
fn plain(line: &str) -> String {
    line.replace("~1", "/")
}

/// What a side of a change says, without what only tells what kind of thing it is.
fn said<'a>(change: &Change, line: &'a str) -> Option<&'a str> {
    match change.facet? {
        FacetKind::Aria => Node::read(line).words(),
        FacetKind::Stdout | FacetKind::Files | FacetKind::Screen | FacetKind::Text => {
            let told = !matches!(
                change.thing,
                Thing::Frame | Thing::Look | Thing::End | Thing::Layout | Thing::Order(_)
            );
            told.then_some(line)
        }
        FacetKind::Stderr
        | FacetKind::Exit
        | FacetKind::Image
        | FacetKind::Page
        | FacetKind::Links
        | FacetKind::Fields
        | FacetKind::Response
        | FacetKind::Cookies
        | FacetKind::Storage
        | FacetKind::Requests
        | FacetKind::A11y
        | FacetKind::Recording
        | FacetKind::Events => None,
    }
}

/// A value as it is written, and as it would be with fewer decimals: another format rounds it.
fn spellings(gone: &str, came: &str) -> Vec<(String, String)> {
    const MOST: usize = 4;
    let mut all = vec![(gone.to_owned(), came.to_owned())];
    let decimals = |it: &str| it.split_once('.').map_or(0, |it| it.1.len());
    if let (Ok(was), Ok(is)) = (gone.parse::<f64>(), came.parse::<f64>()) {
        let fewest = decimals(gone).min(decimals(came)).min(MOST + 1);
        let rounded = |it: f64, places: usize| format!("{it:.places$}");
        let shorter = (1..fewest).map(|places| (rounded(was, places), rounded(is, places)));
        all.extend(shorter.filter(|it| it.0 != it.1));
    }
    all
}

/// By how much a value with decimals differs, in hundredths, as it may be rounded elsewhere.
fn amounts(gone: &str, came: &str) -> Vec<(String, String)> {
    const LEAST: i64 = 10;
    let decimals = |it: &str| it.split_once('.').map_or(0, |it| it.1.len());
    let (Ok(was), Ok(is)) = (gone.parse::<f64>(), came.parse::<f64>()) else { return Vec::new() };
    let by = (is - was) * 100.0;
    if decimals(gone).min(decimals(came)) < 2 || (by as i64).abs() < LEAST {
        return Vec::new();
    }
    let off = if decimals(gone).max(decimals(came)) == 2 { 1.0 } else { 0.0 };
    let (least, most) = ((by - off).floor() as i64, (by + off).ceil() as i64);
    (least..=most).map(|it| ("by".to_owned(), it.to_string())).collect()
}

/// Lines that a list lacks or has more, and that tell a thing with its old or new value; with them
/// what stands beside them there, as a heading does, and how many there are.
fn listed(evidence: &Evidence<'_>, keyed: &[(Fact, usize)]) -> Vec<Edge> {
    let (mut was, mut is) = (BTreeMap::new(), BTreeMap::new());
    for ((gone, came, name), node) in keyed {
        was.entry((name.as_str(), gone.as_str())).or_insert(*node);
        is.entry((name.as_str(), came.as_str())).or_insert(*node);
    }
    let causes = |line: &str, values: &BTreeMap<(&str, &str), usize>| -> BTreeSet<usize> {
        let line = plain(line);
        let words = tokens(&line);
        let names: Vec<String> = words.iter().map(|it| it.to_lowercase()).collect();
        let pairs = names.iter().flat_map(|name| words.iter().map(move |it| (name.as_str(), *it)));
        pairs.filter_map(|it| values.get(&it).copied()).collect()
    };
    let mut found = Vec::new();
    for spot in 0..evidence.spots.len() {
        for block in evidence.blocks(spot) {
            let of_line = |(_, change): &(usize, &Change)| match (&change.before, &change.after) {
                (Some(line), None) => causes(line, &was),
                (None, Some(line)) => causes(line, &is),
                (Some(_), Some(_)) | (None, None) => BTreeSet::new(),
            };
            let told: Vec<BTreeSet<usize>> = block.iter().map(of_line).collect();
            // What names one of many lines by chance does not bring about all of them.
            if told.iter().filter(|it| !it.is_empty()).count() * 2 < block.len() {
                continue;
            }
            let causes: BTreeSet<usize> = told.into_iter().flatten().collect();
            let counts = evidence.seen_at(spot).filter(|it| counts(it.1, block.len()));
            let effects: BTreeSet<usize> =
                block.iter().map(|it| it.0).chain(counts.map(|it| it.0)).collect();
            found.extend(causes.iter().flat_map(|cause| {
                effects.iter().map(|effect| Edge::follows(*cause, *effect, LISTED))
            }));
        }
    }
    found.retain(|it| it.from != it.to);
    found
}

/// Whether a number of a line differs as a count of some of so many lines does.
fn counts(change: &Change, lines: usize) -> bool {
    let by = differing(change).map(|(was, is)| was.abs_diff(is));
    let most = WHOLE.unsigned_abs() * lines as u64;
    by.is_some_and(|it| it.is_multiple_of(WHOLE.unsigned_abs()) && it <= most)
}

/// A row of an output that stands elsewhere, where it names the one thing of which a value is another
/// one: a list is sorted by it.
fn sorted(evidence: &Evidence<'_>, keyed: &[(Fact, usize)]) -> Vec<Edge> {
    let by_name: BTreeMap<&str, usize> =
        keyed.iter().rev().map(|((_, _, name), node)| (name.as_str(), *node)).collect();
    let mut found = Vec::new();
    for (spot, located) in evidence.spots.iter().enumerate() {
        let mut facets = located.difference.facets.iter();
        let Some(output) = facets.find(|it| it.facet == Some(FacetKind::Stdout)) else { continue };
        let names = names_of_moved(&output.diff);
        let Some(cause) = names.iter().find_map(|it| by_name.get(it.as_str())) else { continue };
        let rows = evidence.seen_at(spot).filter(|it| it.1.facet == Some(FacetKind::Stdout));
        let because = "it is sorted by the value that is another one";
        found.extend(rows.map(|it| Edge::follows(*cause, it.0, because)));
    }
    found.retain(|it| it.from != it.to);
    found
}

/// The words that only the row has that moved, where one row did and nothing else changed. Of two
/// rows that changed places either one may have moved.
fn names_of_moved(diff: &[DiffLine]) -> BTreeSet<String> {
    let words = |line: &DiffLine| -> BTreeSet<String> {
        let bare = |it: &str| it.trim_matches(|it: char| !it.is_alphanumeric()).to_lowercase();
        line.text().split_whitespace().map(bare).collect()
    };
    let lines: Vec<(DiffTag, BTreeSet<String>)> =
        diff.iter().map(|it| (it.tag, words(it))).collect();
    let at = |tag: DiffTag| -> Vec<usize> {
        (0..lines.len()).filter(|it| lines[*it].0 == tag).collect()
    };
    let (gone, came) = (at(DiffTag::Removed), at(DiffTag::Added));
    let ([gone], [came]) = (gone.as_slice(), came.as_slice()) else { return BTreeSet::new() };
    if lines[*gone].1 != lines[*came].1 {
        return BTreeSet::new();
    }
    let between = gone.min(came) + 1..*gone.max(came);
    let jumped = between.clone().filter(|_| between.len() == 1);
    let own = |row: usize| {
        let others = lines.iter().filter(|it| it.1 != lines[row].1);
        let others: BTreeSet<&String> = others.flat_map(|it| &it.1).collect();
        lines[row].1.iter().filter(|it| !others.contains(it)).cloned().collect::<Vec<_>>()
    };
    jumped.chain([*gone]).flat_map(own).filter(|it| is_name(it)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::joined;
    use super::*;
    use crate::model::finding::FacetChange;
    use crate::model::testing;

    #[test]
    fn of_two_rows_that_changed_places_either_one_may_have_moved() {
        let diff = testing::diff_lines(
            "     M 20:4 Port.free - B\n+    F 51:0 arrivals - A\n     C 5:0 Port - A\n\
             -    F 51:0 arrivals - A",
        );
        let names: Vec<String> = names_of_moved(&diff).into_iter().collect();
        assert_eq!(names, ["arrivals", "port"]);
        assert_eq!(names_of_moved(&diff[..3]), BTreeSet::new());
    }

    fn change(thing: Thing, before: &str, after: &str) -> Change {
        testing::change(Some(FacetKind::Stdout), thing, Some(before), Some(after))
    }

    #[test]
    fn a_value_of_a_thing_is_known_in_every_format_and_another_things_is_not() {
        let in_text = change(Thing::Line, "F 28:0 parse - A (3)", "F 28:0 parse - A (2)");
        let in_table = change(Thing::Line, "| parse | 3 | A |", "| parse | 2 | A |");
        let mut in_json = change(
            Thing::Field("field \"complexity\"".to_owned()),
            "complexity: 3",
            "complexity: 2",
        );
        in_json.around = vec!["name: \"parse\"".to_owned()];
        let known = ("3".to_owned(), "2".to_owned(), "parse".to_owned());
        for it in [in_text, in_table, in_json] {
            assert!(facts(&it).contains(&known), "{it:?}");
        }
        let other = change(Thing::Line, "| total | 3 | A |", "| total | 2 | A |");
        assert!(!facts(&other).contains(&known));
        let more = change(Thing::Line, "| parse | 3 | A |", "| parse | 4 | A |");
        assert!(!facts(&more).contains(&known));
    }

    #[test]
    fn a_number_is_the_same_one_where_it_is_rounded() {
        let exact = change(Thing::Line, "mi: 77.8947", "mi: 78.0292");
        let rounded = change(Thing::Line, "mi of fares: 77.89", "mi of fares: 78.03");
        let both =
            |it: &Change| facts(it).into_iter().map(|it| (it.0, it.1)).collect::<BTreeSet<_>>();
        assert!(
            spellings("77.8947", "78.0292").contains(&("77.89".to_owned(), "78.03".to_owned()))
        );
        assert!(both(&exact).is_empty(), "two letters name nothing");
        assert!(both(&rounded).contains(&("77.89".to_owned(), "78.03".to_owned())));
        assert_eq!(amounts("3.1", "3.2"), [], "one decimal says too little");
    }

    #[test]
    fn a_thing_that_went_is_known_by_its_name_on_pages_and_in_outputs() {
        let of = |page: &str, line: (Option<&str>, Option<&str>)| {
            let spot = |facet, (was, is): (Option<&str>, Option<&str>)| {
                let changes = vec![testing::change(Some(facet), Thing::Line, was, is)];
                let facets = vec![FacetChange { changes, ..FacetChange::of(facet) }];
                testing::located("report", "list", facets)
            };
            let went = spot(FacetKind::Aria, (Some(page), None));
            joined(same_named, &[went, spot(FacetKind::Stdout, line)]).len()
        };
        let link = "- link \"The lamp is out\" [url=/issue7]";
        assert_eq!(of(link, (Some("7,The lamp is out,open"), None)), 1);
        assert_eq!(of(link, (None, Some("7,The lamp is out,open"))), 0, "one went and one came");
        assert_eq!(of(link, (Some("7,The lamp is on,open"), None)), 0);
        assert_eq!(of("- link \"Lamp\"", (Some("7,Lamp,open"), None)), 0, "a word says too little");
    }

    #[test]
    fn what_an_error_says_is_no_thing_that_came_and_what_another_text_says_is() {
        let of = |said: &str, came: bool, place: &str| {
            let spot = |place: &str, facet, line: &str| {
                let (was, is) = if came { (None, Some(line)) } else { (Some(line), None) };
                let changes = vec![testing::change(Some(facet), Thing::Line, was, is)];
                let facets = vec![FacetChange { changes, ..FacetChange::of(facet) }];
                testing::located("report", place, facets)
            };
            let page = spot("/orders", FacetKind::Aria, &format!("- heading \"{said}\""));
            let output = spot(place, FacetKind::Stdout, &format!("\"said\": \"{said}\""));
            joined(same_named, &[page, output]).len()
        };
        assert_eq!(of("The lamp is out", true, "list"), 1);
        for error in ["Internal Server Error", "The page was not found"] {
            assert_eq!((of(error, true, "list"), of(error, false, "list")), (0, 1), "{error}");
            assert_eq!(of(error, true, "curl http://localhost/orders"), 1, "pages say it too");
        }
    }

    #[test]
    fn a_line_that_no_longer_names_what_went_is_one_with_it_and_another_line_is_not() {
        let of = |thing: (Option<&str>, Option<&str>), was: &str, is: &str| {
            let page = |(was, is): (Option<&str>, Option<&str>)| {
                let changes = vec![testing::change(Some(FacetKind::Aria), Thing::Line, was, is)];
                let facets = vec![FacetChange { changes, ..FacetChange::of(FacetKind::Aria) }];
                testing::located("look", "/", facets)
            };
            joined(mentioned, &[page(thing), page((Some(was), Some(is)))]).len()
        };
        let tag = (Some("- link \"soundings\" [url=/tag/2]"), None);
        let (both, one) = ("- text: \"Tags: ropes, soundings\"", "- text: \"Tags: ropes\"");
        assert_eq!(of(tag, both, one), 1);
        assert_eq!(of(tag, one, both), 0, "there it came");
        assert_eq!(of(tag, both, "- text: \"Tags: soundings\""), 0, "another one went");
        let pen = (Some("- link \"pen\""), None);
        assert_eq!(of(pen, "- text: hat, pen", "- text: hat"), 0, "that says too little");
    }

    #[test]
    fn a_short_word_that_went_is_one_thing_on_pages_or_in_one_program_and_not_in_both() {
        let of = |word: &str, place: &str, facet: FacetKind| {
            let spot = |place: &str, facet, was: &str, is: Option<&str>| {
                let changes = vec![testing::change(Some(facet), Thing::Line, Some(was), is)];
                let facets = vec![FacetChange { changes, ..FacetChange::of(facet) }];
                testing::located("look", place, facets)
            };
            let button = format!("- button \"{word}\"");
            let went = spot("/orders", FacetKind::Aria, &button, None);
            let (both, one) = (format!("- text: list, add, {word}"), "- text: list, add");
            joined(mentioned, &[went, spot(place, facet, &both, Some(one))]).len()
        };
        assert_eq!(of("Delete", "/rows", FacetKind::Aria), 1);
        assert_eq!(of("Delete", "share --help", FacetKind::Stdout), 0);
        assert_eq!(of("Soundings", "share --help", FacetKind::Stdout), 1, "that is no usual word");
    }

    #[test]
    fn a_record_that_went_is_the_same_one_in_every_format() {
        let of = |lines: &[(Option<&str>, Option<&str>)]| {
            let one = |it: &(Option<&str>, Option<&str>)| {
                testing::change(Some(FacetKind::Stdout), Thing::Line, it.0, it.1)
            };
            let spot = |it| {
                let changes = vec![one(it)];
                let facets = vec![FacetChange { changes, ..FacetChange::of(FacetKind::Stdout) }];
                testing::located("report", "watch", facets)
            };
            let spots: Vec<_> = lines.iter().map(spot).collect();
            joined(|it| stars(records(it), "the same thing came or went"), &spots).len()
        };
        let (text, csv) = ("ferry - 1h 19m 59s", "2025-03-04,ferry,4799.999");
        assert_eq!(of(&[(Some(text), None), (Some(csv), None)]), 1);
        assert_eq!(of(&[(Some(text), None), (None, Some(csv))]), 0, "one went and one came");
        let other = "2025-03-04,crane,4799.999";
        assert_eq!(of(&[(Some(text), None), (Some(other), None)]), 0, "that is another thing");
    }

    #[test]
    fn a_list_lacks_what_has_another_value_and_not_all_that_stands_beside_such_a_line() {
        let of = |gone: &[&str]| {
            let spot = |changes| {
                let facets = vec![FacetChange { changes, ..FacetChange::of(FacetKind::Stdout) }];
                testing::located("report", "list", facets)
            };
            let value = change(Thing::Line, "F 28:0 parse - A (3)", "F 28:0 parse - A (2)");
            let lines = gone.iter().zip(1..).map(|(line, at)| Change {
                old_lines: vec![at],
                ..testing::change(Some(FacetKind::Stdout), Thing::Line, Some(line), None)
            });
            let keyed = |evidence: &Evidence<'_>| {
                edges(evidence).into_iter().filter(|it| it.because == LISTED).collect()
            };
            joined(keyed, &[spot(vec![value]), spot(lines.collect())]).len()
        };
        let line = "parse: more than 2, with 3";
        assert_eq!(of(&["Too much in one place", line]), 2);
        assert_eq!(of(&["one", "two", "three", line]), 0);
    }
}
