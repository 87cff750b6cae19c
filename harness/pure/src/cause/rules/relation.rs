//! The same relation between what was and what is, whatever the values are: each is in capitals, has
//! fewer decimals, is an hour later, sixty times as much, cut to as many characters, in another order
//! of words, or that of the column beside it. One piece of code writes them all.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use regex::{Captures, Regex};

use super::table::unnumbered;
use super::{Rule, star, stars};
use crate::cause::node::is_echo;
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::Change;
use crate::model::edit::{TELLING, WHOLE, exchanged, is_name, numbers, tokens};
use crate::model::thing::{Node, Thing};

pub(super) const RULE: Rule = Rule { id: "relation", edges };

/// As many letters or digits of a word say enough to be known again.
const TELLING_VALUE: usize = 4;
/// As many changes of one page or command are no chance, whatever was done to them.
const MANY: usize = 3;

/// What was done to every value that differs in a line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Relation {
    /// Its letters are written large or small.
    Case(Case),
    /// Its words stand in another order: where each stood.
    Order(Vec<usize>),
    /// A number has other decimals: whether there are more, and how many there are.
    Decimals(bool, usize),
    /// A time is by so many minutes another one.
    Shift(i64),
    /// A number is so many times what it was, or the other way round.
    Times(u64, bool),
    /// A text ends after so many characters, and with which signs.
    Ends(usize, String),
    /// Values are those before them in their row, or those behind them: which ones of the row, as they
    /// are counted among numbers or among words.
    Beside(bool, Vec<usize>),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Case {
    Upper,
    Lower,
    First,
}

impl Relation {
    /// Whether many a fault does this, so that two changes may have it by chance: a day more or less,
    /// twice as much, two words that changed places.
    fn is_usual(&self) -> bool {
        const DAY: i64 = 24 * 60;
        match self {
            Self::Shift(by) => by.abs() == DAY,
            Self::Times(by, _) => *by == 2,
            Self::Order(stood) => *stood == [1, 0],
            Self::Case(_) | Self::Decimals(..) | Self::Ends(..) | Self::Beside(..) => false,
        }
    }
}

/// How far the same relation is the same thing.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Scope {
    /// Wherever it stands.
    Night,
    /// Where the value has this name.
    Name(String),
    /// On this page, or in this command, where the value has no name.
    Place(String),
}

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let because = "the same was done to what stood there";
    let (mut keyed, mut usual) = (Vec::new(), Vec::new());
    let mut at_place: BTreeMap<(Relation, String), BTreeSet<usize>> = BTreeMap::new();
    for (index, node) in evidence.nodes.iter().enumerate() {
        for it in &node.sightings {
            for relation in relations(it.change) {
                if !relation.is_usual() {
                    keyed.push(((relation, Scope::Night), index));
                    continue;
                }
                let place = evidence.called(it.spot);
                at_place.entry((relation.clone(), place.clone())).or_default().insert(index);
                let scope = name(it.change).map_or(Scope::Place(place), Scope::Name);
                keyed.push(((relation.clone(), scope), index));
                usual.push((relation, index));
            }
        }
    }
    let mut found = stars(keyed, because);
    let many = at_place.into_values().filter(|it| it.len() >= MANY);
    found.extend(many.flat_map(|it| star(it, because)));
    let perhaps = stars(usual, because).into_iter();
    found.extend(perhaps.map(|it| Edge::weak(it.from, it.to, because)));
    found
}

/// The name before the first value of a change that differs, in small letters.
fn name(change: &Change) -> Option<String> {
    let said = |line: &'_ Option<String>| -> Option<String> {
        let line = line.as_deref()?;
        let in_tree = change.facet == Some(FacetKind::Aria);
        if in_tree { Node::read(line).words().map(str::to_owned) } else { Some(line.to_owned()) }
    };
    let (old, new) = (said(&change.before)?, said(&change.after)?);
    let (was, is) = (tokens(&old), tokens(&new));
    let first = was.iter().zip(&is).position(|it| it.0 != it.1)?;
    was[..first].iter().rev().find(|it| is_name(it)).map(|it| it.to_lowercase())
}

/// Every relation between both sides of a change; each says enough to be known again by itself.
fn relations(change: &Change) -> Vec<Relation> {
    let shown = matches!(
        change.facet,
        Some(FacetKind::Aria | FacetKind::Text | FacetKind::Stdout | FacetKind::Files)
    );
    let told = matches!(
        change.thing,
        Thing::Node { .. } | Thing::Line | Thing::Field(_) | Thing::Record(_) | Thing::Entry(_)
    );
    let (true, Some(old), Some(new)) =
        (shown && told, change.before.as_deref(), change.after.as_deref())
    else {
        return Vec::new();
    };
    let (was, is) = (tokens(unnumbered(old)), tokens(unnumbered(new)));
    let differ: Vec<(&str, &str)> =
        exchanged(&was, &is).into_iter().map(|at| (was[at], is[at])).collect();
    let in_tree = change.facet == Some(FacetKind::Aria);
    if in_tree && is_echo(old) {
        // A row is the only line that shows what stands beside what.
        return beside(&was, &is).into_iter().collect();
    }
    let all = [
        case(&differ),
        order(&was, &is),
        decimals(&differ),
        shift(old, new),
        times(&differ),
        if in_tree { node_ends(old, new) } else { ends(old, new) },
        beside(&was, &is).filter(|_| !in_tree),
    ];
    all.into_iter().flatten().collect()
}

/// Words that are the same but for large and small letters.
fn case(differ: &[(&str, &str)]) -> Option<Relation> {
    let letters: usize = differ.iter().map(|it| it.1.chars().count()).sum();
    let is = |of: fn(&str) -> String| differ.iter().all(|it| of(it.0) == it.1);
    let begins = |it: &str| {
        let mut letters = it.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(letters).collect::<String>()
    };
    let telling = !differ.is_empty() && letters >= TELLING;
    let case = if is(str::to_uppercase) {
        Case::Upper
    } else if is(str::to_lowercase) {
        Case::Lower
    } else if differ.iter().all(|it| begins(it.0) == it.1) {
        Case::First
    } else {
        return None;
    };
    telling.then_some(Relation::Case(case))
}

/// The same words in another order, between those that stayed.
fn order(was: &[&str], is: &[&str]) -> Option<Relation> {
    const MOST: usize = 6;
    let differ = exchanged(was, is);
    let (first, last) = (*differ.first()?, *differ.last()?);
    let (old, new) = (&was[first..=last], &is[first..=last]);
    let unique: BTreeSet<&&str> = old.iter().collect();
    let letters: usize = old.iter().map(|it| it.len()).sum();
    let names = old.iter().all(|it| it.contains(char::is_alphabetic));
    if old.len() > MOST || unique.len() != old.len() || letters < TELLING || !names {
        return None;
    }
    let stood = |it: &&str| old.iter().position(|was| was == it);
    new.iter().map(stood).collect::<Option<Vec<usize>>>().map(Relation::Order)
}

/// Numbers that are the same but for how many decimals are written. One that has none any more may be
/// another number: it says so by itself only where nothing was cut.
fn decimals(differ: &[(&str, &str)]) -> Option<Relation> {
    let places = |it: &str| it.split_once('.').map_or(0, |it| it.1.len());
    let first = differ.first()?;
    let (more, count) = (places(first.1) > places(first.0), places(first.1));
    let same = |(was, is): &(&str, &str)| {
        let (Ok(old), Ok(new)) = (was.parse::<f64>(), is.parse::<f64>()) else { return false };
        let fewest = i32::try_from(places(was).min(places(is))).unwrap_or(0);
        let unit = 10_f64.powi(-fewest);
        // What is written longer says the same; what is written shorter is rounded, or cut.
        let fits = if more {
            old.total_cmp(&new).is_eq()
        } else {
            (old - new).abs() <= unit * 0.500_001
                || (0.0..unit).contains(&(old - new).abs()) && new.abs() < old.abs()
        };
        places(was) != places(is)
            && (places(is) > places(was)) == more
            && places(is) == count
            && fits
    };
    let is_equal = |old: f64| first.1.parse::<f64>().is_ok_and(|new| old.total_cmp(&new).is_eq());
    let telling = count > 0 || differ.len() > 1 || first.0.parse().is_ok_and(is_equal);
    (telling && differ.iter().all(same)).then_some(Relation::Decimals(more, count))
}

/// A date, a time, or both.
static STAMP: LazyLock<Regex> = LazyLock::new(|| {
    let all = r"\b(?:(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d))?|(\d{1,2}:\d\d))(?::\d\d)?(?: ?([AaPp])\.?[Mm]\b)?";
    Regex::new(all).unwrap_or_else(|it| unreachable!("the pattern is written here: {it}"))
});

/// Times that are all later, or earlier, by as much: a quarter of an hour, or a multiple of it.
fn shift(old: &str, new: &str) -> Option<Relation> {
    const STEP: i64 = 15;
    const DAY: i64 = 24 * 60;
    let has_stamp =
        |it: &str| it.contains([':', '-']) && it.contains(|it: char| it.is_ascii_digit());
    if !has_stamp(old)
        || !has_stamp(new)
        || STAMP.replace_all(old, "\u{1}") != STAMP.replace_all(new, "\u{1}")
    {
        return None;
    }
    let pairs = STAMP.captures_iter(old).zip(STAMP.captures_iter(new));
    let mut all = pairs.map(|(was, is)| {
        let dated = was.get(1).is_some() && is.get(1).is_some();
        let by = (stamp(&is)? - stamp(&was)?).num_minutes();
        // Of a time without its day it is not known whether that changed.
        let by = if dated { by } else { (by + DAY / 2).rem_euclid(DAY) - DAY / 2 };
        // A clock of twelve hours is behind by them in the evening, and before in the morning.
        Some(if by.abs() == DAY / 2 { DAY / 2 } else { by })
    });
    let first = all.next()??;
    let same = first != 0 && first % STEP == 0 && all.all(|it| it == Some(first));
    same.then_some(Relation::Shift(first))
}

/// When a date or time is; a time without a date is one of the first day.
fn stamp(found: &Captures<'_>) -> Option<NaiveDateTime> {
    let date = found.get(1).map_or(NaiveDate::from_ymd_opt(1970, 1, 1), |it| {
        NaiveDate::parse_from_str(it.as_str(), "%Y-%m-%d").ok()
    })?;
    let time = found.get(2).or(found.get(3)).map_or("00:00", |it| it.as_str());
    let (hour, minute) = time.split_once(':')?;
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    let hour = match found.get(4).map(|it| it.as_str()) {
        Some("p" | "P") => hour % 12 + 12,
        Some(_) => hour % 12,
        None => hour,
    };
    Some(date.and_time(NaiveTime::from_hms_opt(hour, minute, 0)?))
}

/// Numbers that are all a multiple, or a part, of what they were: another unit, a factor too many.
fn times(differ: &[(&str, &str)]) -> Option<Relation> {
    const MOST: u64 = 3_600;
    /// A factor from which on it says more than that a number is twice another one.
    const UNUSUAL: u64 = 7;
    let factor = |(was, is): &(&str, &str)| {
        let (old, new) = (in_hundredths(was)?, in_hundredths(is)?);
        let (least, most) = (old.min(new), old.max(new));
        let by = most / least;
        let digits = was.len() + is.len();
        let telling = if by < UNUSUAL { digits > 5 } else { digits > 3 };
        let fits = most.is_multiple_of(least) && (2..=MOST).contains(&by) && telling;
        fits.then_some((by, new > old))
    };
    let first = factor(differ.first()?)?;
    let all = differ.iter().all(|it| factor(it) == Some(first));
    all.then_some(Relation::Times(first.0, first.1))
}

/// A number with two decimals at most.
fn in_hundredths(text: &str) -> Option<u64> {
    let plain = text.replace(',', "");
    let (whole, rest) = plain.split_once('.').unwrap_or((&plain, ""));
    let rest = Some(rest).filter(|it| it.len() <= 2)?;
    format!("{whole}{rest:0<2}").parse().ok().filter(|it| *it > 0)
}

/// The name of a node that ends earlier.
fn node_ends(old: &str, new: &str) -> Option<Relation> {
    ends(Node::read(old).words()?, Node::read(new).words()?)
}

/// A text that ends earlier than it did, with or without signs that say so.
fn ends(old: &str, new: &str) -> Option<Relation> {
    const LEAST: usize = 8;
    let kept = new.trim_end_matches(['…', '.']).trim_end();
    let signs = new[kept.len()..].trim_start();
    let rest = old.strip_prefix(kept)?;
    let count = kept.chars().count();
    let lost = rest.chars().filter(|it| it.is_alphanumeric()).count();
    (count >= LEAST && lost >= TELLING).then(|| Relation::Ends(count, signs.to_owned()))
}

/// Values that became those beside them, where both say enough: another column is written twice.
/// Nothing, and all of a hundred, are what several counts of a row are by themselves.
fn beside(was: &[&str], is: &[&str]) -> Option<Relation> {
    const DIGITS: usize = 3;
    const FULL: u64 = 100 * WHOLE.unsigned_abs();
    let usual = |it: &str| numbers(&it.replace(',', "")).iter().any(|it| matches!(*it, 0 | FULL));
    let number = |it: &str| it.replace([',', '.'], "").parse::<u64>().ok();
    let differ = exchanged(was, is);
    let telling = |at: &usize| match [was[*at], is[*at]].map(number) {
        [Some(gone), Some(came)] => {
            let digits = was[*at].len() + is[*at].len();
            digits >= DIGITS && gone.abs_diff(came) > 1 && !usual(is[*at])
        }
        _ => [was[*at], is[*at]].iter().all(|it| it.len() >= TELLING_VALUE),
    };
    let alike = |at: usize, it: usize| number(is[it]).is_some() == number(is[at]).is_some();
    // Beside a number stands another one, whatever they are called.
    let near = |at: usize, left: bool| {
        let is_alike = |it: &usize| alike(at, *it);
        let found =
            if left { (0..at).rev().find(is_alike) } else { (at + 1..is.len()).find(is_alike) };
        found.filter(|it| !differ.contains(it)).map(|it| is[it])
    };
    let same = |left: &bool| differ.iter().all(|at| near(*at, *left) == Some(is[*at]));
    let side = [true, false].into_iter().find(same)?;
    let column = |at: &usize| (0..*at).filter(|it| alike(*at, *it)).count();
    let columns = differ.iter().map(column).collect();
    let tells = !differ.is_empty() && differ.iter().all(telling);
    tells.then_some(Relation::Beside(side, columns))
}

#[cfg(test)]
mod tests {
    use super::super::joined;
    use super::*;
    use crate::model::finding::FacetChange;
    use crate::model::testing;

    fn of(facet: FacetKind, old: &str, new: &str) -> Vec<Relation> {
        relations(&testing::change(Some(facet), Thing::Line, Some(old), Some(new)))
    }

    fn printed(old: &str, new: &str) -> Vec<Relation> {
        of(FacetKind::Stdout, old, new)
    }

    #[test]
    fn values_of_which_the_same_became_are_one_wherever_they_stand_and_others_are_not() {
        let joins = |first: (&str, &str), second: (&str, &str)| {
            let spot = |command: &str, facet, (was, is): (&str, &str)| {
                let change = testing::change(Some(facet), Thing::Line, Some(was), Some(is));
                let facets = vec![FacetChange { changes: vec![change], ..FacetChange::of(facet) }];
                testing::located(command, command, facets)
            };
            let page = spot("/", FacetKind::Aria, first);
            joined(edges, &[page, spot("mails list", FacetKind::Stdout, second)]).len()
        };
        let hour = ("- cell \"09:30\"", "- cell \"10:30\"");
        assert_eq!(joins(hour, ("ferry 2026-03-05 23:45", "ferry 2026-03-06 00:45")), 1);
        assert_eq!(joins(hour, ("ferry 2026-03-05 23:45", "ferry 2026-03-05 22:45")), 0);
        let large = ("- heading \"Inbox\"", "- heading \"INBOX\"");
        assert_eq!(joins(large, ("Sent mails", "SENT MAILS")), 1);
        assert_eq!(joins(large, ("Sent mails", "sent mails")), 0);
        let row = ("- row \"Pen 12 40 7\"", "- row \"Pen 12 12 7\"");
        assert_eq!(joins(row, ("31;58;4", "31;31;4")), 1);
        assert_eq!(joins(row, ("4;31;58", "4;31;31")), 0, "that is another column");
    }

    #[test]
    fn what_many_faults_do_joins_what_has_one_name_or_stands_in_one_list_and_nothing_else() {
        let of = |first: &[(&str, &str)], second: (&str, &str)| {
            let spot = |command: &str, lines: &[(&str, &str)]| {
                let one = |it: &(&str, &str)| {
                    testing::change(Some(FacetKind::Stdout), Thing::Line, Some(it.0), Some(it.1))
                };
                let changes = lines.iter().map(one).collect();
                let facets = vec![FacetChange { changes, ..FacetChange::of(FacetKind::Stdout) }];
                testing::located(command, command, facets)
            };
            joined(edges, &[spot("shop list", first), spot("mails list", &[second])]).len()
        };
        let due = ("ferry due 2026-03-02", "ferry due 2026-03-01");
        assert_eq!(of(&[due], ("due: 2026-07-09", "due: 2026-07-08")), 1);
        assert_eq!(of(&[due], ("sent: 2026-07-09", "sent: 2026-07-08")), 0);
        assert_eq!(of(&[("total 1200", "total 2400")], ("stock 150", "stock 300")), 0);
        let head = ("| name | mail |", "| mail | name |");
        assert_eq!(of(&[head], ("Grace Hopper", "Hopper Grace")), 0);
        let stock = [("rope 150", "rope 300"), ("lamp 240", "lamp 480"), ("pier 110", "pier 220")];
        assert_eq!(of(&stock[..2], ("total 1200", "total 2400")), 0, "two may be chance");
        assert_eq!(of(&stock, ("total 1200", "total 2400")), 2, "three of one list are none");
    }

    #[test]
    fn times_are_shifted_by_as_much_and_other_numbers_are_not() {
        let hour = [Relation::Shift(60)];
        let half = [Relation::Shift(720)];
        assert_eq!(printed("due 2026-03-01 18:30", "due 2026-03-01 06:30"), half);
        assert_eq!(printed("due 2026-03-02 00:05", "due 2026-03-02 12:05"), half);
        assert_eq!(printed("from 8:15 AM to 11:15 AM", "from 9:15 AM to 12:15 PM"), hour);
        assert_eq!(printed("at 23:30", "at 00:30"), hour);
        assert_eq!(printed("due 2026-03-01", "due 2026-02-28"), [Relation::Shift(-1440)]);
        assert_eq!(printed("from 8:15 to 11:15", "from 9:15 to 11:15"), []);
        assert_eq!(printed("took 8:15", "took 8:17"), [], "that is another duration");
    }

    #[test]
    fn numbers_with_other_decimals_or_in_another_unit_are_one_and_other_numbers_are_not() {
        let fewer = [Relation::Decimals(false, 1)];
        assert_eq!(printed("weighs 3.14159", "weighs 3.1"), fewer);
        assert_eq!(printed("a 12.50, b 0.66", "a 12.5, b 0.7"), fewer);
        assert_eq!(printed("\"n\": 3", "\"n\": 3.0"), [Relation::Decimals(true, 1)]);
        assert_eq!(printed("weighs 3.14159", "weighs 4.2"), []);
        assert_eq!(printed("mean 6", "mean 6.5"), [], "that is another mean");
        assert_eq!(printed("mean 6.5", "mean 6"), [], "and so is that");
        let none = [Relation::Decimals(false, 0)];
        assert_eq!(printed("costs 59.00", "costs 59"), none);
        assert_eq!(printed("a 12.50, b 0.66", "a 12, b 1"), none, "two are no chance");
        assert_eq!(printed("took 35", "took 2100"), [Relation::Times(60, true)]);
        assert_eq!(printed("2048 KB", "2 KB"), [Relation::Times(1024, false)]);
        assert_eq!(printed("costs 59.00", "costs 590.00"), [Relation::Times(10, true)]);
        assert_eq!(printed("6 rows", "12 rows"), [], "that is twice by chance");
    }

    #[test]
    fn words_in_another_order_and_texts_that_end_earlier_are_one_and_others_are_not() {
        let turned = [Relation::Order(vec![1, 0])];
        assert_eq!(printed("by Ada Byron, 1843", "by Byron, Ada, 1843"), turned);
        assert_eq!(printed("by Grace Hopper", "by Hopper Grace"), turned);
        assert_eq!(printed("by Grace Hopper", "by Hopper Ada"), []);
        assert_eq!(printed("lamp 59.00 120", "lamp 120 59.00"), [], "these are no words");
        let cut = [Relation::Ends(12, "…".to_owned())];
        let link = |name: &str| format!("- link \"{name}\" [url=/a]");
        let in_tree = |old, new| of(FacetKind::Aria, &link(old), &link(new));
        assert_eq!(in_tree("The ferry is late again", "The ferry is…"), cut);
        assert_eq!(printed("A lamp is out on the pier", "A lamp is ou…"), cut);
        assert_eq!(in_tree("The ferry is late again", "The ferry is in"), []);
    }

    #[test]
    fn a_value_that_is_now_the_one_beside_it_is_one_in_every_row_and_another_value_is_none() {
        let left = |column| [Relation::Beside(true, vec![column])];
        assert_eq!(printed("SUM: 16 38 49 115", "SUM: 16 38 38 115"), left(2));
        assert_eq!(printed("3;7;22;16", "3;7;7;16"), left(2), "it is the column of that number");
        assert_eq!(printed("<all blank=\"7\" no=\"18\">", "<all blank=\"7\" no=\"7\">"), left(1));
        let sheet = |no: u8| format!("row 5 | files: 4 | of: SUM | blank: 3 | no: {no} | code: 17");
        assert_eq!(of(FacetKind::Files, &sheet(22), &sheet(3)), left(2), "5 is no value");
        assert_eq!(of(FacetKind::Files, &sheet(22), &sheet(8)), []);
        let row = |cells: &str| format!("- row \"{cells}\"");
        assert_eq!(of(FacetKind::Aria, &row("Pen 12 40"), &row("Pen 12 12")), left(1));
        let right = [Relation::Beside(false, vec![1])];
        assert_eq!(printed("SUM: 16 38 49 115", "SUM: 16 49 49 115"), right);
        assert_eq!(printed("SUM: 16 38 49 115", "SUM: 16 38 37 115"), []);
        assert_eq!(printed("7 8 34", "7 7 34"), [], "one less is usual");
        assert_eq!(printed("sent: 12 failed: 0", "sent: 0 failed: 0"), [], "nothing is nothing");
        assert_eq!(printed("orders 15 0.00", "orders 0.00 0.00"), []);
        assert_eq!(printed("100 95", "100 100"), [], "that is all of a hundred");
    }
}
