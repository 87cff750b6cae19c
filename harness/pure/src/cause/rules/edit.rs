//! The same edit of different things is one cause wherever it stands: the same words put in or taken
//! out, the same value in place of the same other one, fields that are invalid, required or explained
//! and were not, links that became buttons, a link that is gone from every page, texts that are too
//! faint in the same colours, numbers that lost the zeros before them, another sign between digits,
//! a version or date that is gone, texts that are cut.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::table::fields;
use super::{Rule, stars};
use crate::cause::node::{addresses, is_echo};
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::{Change, Identity, without_numbers};
use crate::model::edit::{TELLING, beginning, exchanged, middle, tokens};
use crate::model::thing::{Node, Thing, USAGE};

pub(super) const RULE: Rule = Rule { id: "edit", edges };

/// As many digits and signs of a value say enough to be known again.
const TELLING_VALUE: usize = 4;

/// What is said of a field whatever it is for.
const STATES: [&str; 6] =
    ["invalid", "required", "disabled", "readonly", "expanded", "description"];

/// An edit that is known again.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Edit {
    /// These words in place of those.
    Words(String, String),
    /// What became of a thing of the tree, whatever it is called.
    State(FacetKind, String, String),
    /// A link that came or went, wherever it leads.
    Link(String, bool),
    /// Text shows the marks of HTML that it is written with, or no longer.
    Markup(bool),
    /// A link of this name leads elsewhere, on whichever page.
    Leads(String),
    /// A number with its comma elsewhere, by so many places.
    Scaled(i64),
    /// The same numbers with zeros before them, or without.
    Padded(bool),
    /// A text of so many characters that was cut to so many, or the other way round.
    Cut(usize, usize),
    /// This field of a row in place of that, whatever the row is.
    Field(String, String),
    /// Other signs and spaces between the same words.
    Signs(String, String),
    /// A sign or letter in place of another one between digits, as in a date.
    Between(char, char),
    /// Words or a value that came to a line or are gone from it, numbers as `#`: `@#.#`.
    Value(String, bool),
    /// A text that is too faint, by its two colours.
    Faint(String),
    /// What an option, command or entry of a list says, whichever list it is.
    Entry(String),
}

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let nodes = evidence.nodes.iter().enumerate();
    let keyed = nodes.flat_map(|(index, node)| {
        let changes = node.sightings.iter().map(|it| it.change);
        changes.flat_map(readings).map(move |it| (it, index)).collect::<Vec<_>>()
    });
    stars(keyed, "it is the same edit")
}

/// Every way in which a change can be read as an edit; each says enough to be known again by itself.
fn readings(change: &Change) -> Vec<Edit> {
    let line = change.before.as_deref().or(change.after.as_deref());
    let Some((facet, line)) = change.facet.zip(line) else { return Vec::new() };
    let is_text = matches!(change.identity(), Identity::Line { .. } | Identity::Entry { .. });
    if !is_text || (facet == FacetKind::Aria && is_echo(line)) {
        return Vec::new();
    }
    match (change.before.as_deref(), change.after.as_deref()) {
        (Some(old), Some(new)) => match &change.thing {
            Thing::Entry(name) if name != USAGE => vec![Edit::Entry(name.to_lowercase())],
            _ => of_both(change, facet, (old, new)),
        },
        (None, Some(new)) if facet == FacetKind::A11y => {
            faint(new).map(Edit::Faint).into_iter().collect()
        }
        (Some(old), None) => link(facet, old).map(|it| Edit::Link(it, false)).into_iter().collect(),
        (None, Some(new)) => link(facet, new).map(|it| Edit::Link(it, true)).into_iter().collect(),
        (None, None) => Vec::new(),
    }
}

/// The readings of a line that became another one. Words and values are looked for where nothing says
/// more exactly what the edit is.
fn of_both(change: &Change, facet: FacetKind, (old, new): (&str, &str)) -> Vec<Edit> {
    let tree = matches!(facet, FacetKind::Aria | FacetKind::Fields);
    let printed = matches!(facet, FacetKind::Stdout | FacetKind::Files);
    let is_text = printed || matches!(facet, FacetKind::Aria | FacetKind::Text);
    let address = || {
        let (was, is) = addresses(change)?;
        let whole = same_word(was, is).is_none();
        signs(&plain(was), &plain(is)).or_else(|| part(was, is).filter(|_| whole))
    };
    let exact = [
        state(facet, old, new).filter(|_| tree),
        markup(old, new).filter(|_| is_text),
        padded(old, new),
        cut(old, new),
        between(old, new).filter(|_| is_text),
        inserted(old, new).filter(|_| is_text),
        field(old, new).filter(|_| printed),
        signs(old, new).filter(|_| is_text),
        unit(old, new).filter(|_| is_text),
        address(),
    ];
    let mut all: Vec<Edit> = exact.into_iter().flatten().collect();
    if all.is_empty() {
        let text = || whole(old, new).filter(|_| facet == FacetKind::Aria);
        all.extend(words(old, new).or_else(|| value(&change.thing, old, new)).or_else(text));
    }
    // Where a link leads is another question than what became of its address.
    all.extend(leads(old, new).filter(|_| facet == FacetKind::Aria));
    all
}

/// The colours of a text that is too faint: where they are the same, the style is one.
fn faint(line: &str) -> Option<String> {
    let (_, colours) = line.strip_prefix("contrast: ")?.rsplit_once(": ")?;
    let (_, colours) = colours.split_once(" of ")?;
    colours.split_once(',').map(|it| it.0.to_owned())
}

/// A link by its name, wherever it leads.
fn link(facet: FacetKind, line: &str) -> Option<String> {
    let node = Node::read(line);
    let telling = |it: &&str| it.chars().filter(|it| it.is_alphabetic()).count() >= TELLING;
    // A drawing has no name that says anything; what explains it does.
    let explained = || node.attribute("description").map(|it| it.trim_matches('"'));
    let said = node.name.filter(telling).or_else(|| explained().filter(telling));
    said.filter(|_| facet == FacetKind::Aria && node.role == "link").map(str::to_owned)
}

/// The same text with the marks of HTML in it that it is written with, or without.
fn markup(old: &str, new: &str) -> Option<Edit> {
    static MARK: LazyLock<Regex> = LazyLock::new(|| {
        let all = r"</?[A-Za-z][^<>]*>|&[a-z]+;";
        Regex::new(all).unwrap_or_else(|it| unreachable!("the pattern is written here: {it}"))
    });
    let letters = |it: &str| -> String {
        MARK.replace_all(it, "").chars().filter(|it| it.is_alphanumeric()).collect()
    };
    let shown = [old, new].map(|it| MARK.is_match(it));
    let same = shown[0] != shown[1] && letters(old) == letters(new);
    same.then_some(Edit::Markup(shown[1]))
}

/// A link that leads elsewhere: by its name, since each page has other addresses.
fn leads(old: &str, new: &str) -> Option<Edit> {
    let (was, is) = (Node::read(old), Node::read(new));
    let same = was.role == "link" && is.role == "link" && was.name == is.name;
    let elsewhere = was.attribute("url") != is.attribute("url");
    is.name.filter(|_| same && elsewhere).map(|it| Edit::Leads(it.to_owned()))
}

/// What became of a node whatever it is called: another role under the same name, states that came
/// or went, what explained it as its name.
fn state(facet: FacetKind, old: &str, new: &str) -> Option<Edit> {
    let (was, is) = (Node::read(old), Node::read(new));
    let edit = |gone: String, came: String| Some(Edit::State(facet, gone, came));
    if was.role != is.role {
        let same = was.name.is_some() && was.name == is.name;
        return if same { edit(was.role.to_owned(), is.role.to_owned()) } else { None };
    }
    let keys = |node: &Node<'_>, other: &Node<'_>| -> Vec<String> {
        let key = |it: &str| it.split('=').next().unwrap_or_default().to_owned();
        let others: Vec<String> = other.attributes.iter().map(|it| key(it)).collect();
        node.attributes.iter().map(|it| key(it)).filter(|it| !others.contains(it)).collect()
    };
    let (lost, gained) = (keys(&was, &is), keys(&is, &was));
    let explained = was.attribute("description").map(|it| it.trim_matches('"'));
    if explained.is_some() && explained == is.name && was.name != is.name {
        return edit("described".to_owned(), "named".to_owned());
    }
    let kept = |node: &Node<'_>, keys: &[String]| node.attributes.len() - keys.len();
    let same = was.attributes.iter().filter(|it| is.attributes.contains(it)).count();
    let only = was.name == is.name && was.value == is.value && same == kept(&was, &lost);
    let changed = || lost.iter().chain(&gained);
    let states = changed().next().is_some() && changed().all(|it| STATES.contains(&it.as_str()));
    if only && states {
        return edit(format!("-{}", lost.join(" ")), format!("+{}", gained.join(" ")));
    }
    None
}

/// Both sides of each word or number that differs, where as many stand on both; empty otherwise.
fn differing<'a>(old: &'a str, new: &'a str) -> Vec<(&'a str, &'a str)> {
    let (was, is) = (tokens(old), tokens(new));
    exchanged(&was, &is).into_iter().map(|at| (was[at], is[at])).collect()
}

/// Numbers that are written with other zeros before them and are the same.
fn padded(old: &str, new: &str) -> Option<Edit> {
    let number = |it: &str| {
        let digits = it.trim_end_matches(|it: char| it.is_ascii_alphabetic());
        let rest = &it[digits.len()..];
        Some((digits.parse::<u64>().ok()?, rest.to_owned()))
    };
    let all = differing(old, new);
    let longer = all.first().map(|it| it.1.len() > it.0.len())?;
    let same = |(was, is): &(&str, &str)| {
        number(was).is_some_and(|it| number(is) == Some(it)) && (is.len() > was.len()) == longer
    };
    all.iter().all(same).then_some(Edit::Padded(longer))
}

/// The one sign or letter that stands in place of another one, wherever it does between two digits.
fn between(old: &str, new: &str) -> Option<Edit> {
    let (was, is): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
    if was.len() != is.len() {
        return None;
    }
    let at: Vec<usize> = (0..was.len()).filter(|at| was[*at] != is[*at]).collect();
    let first = *at.first()?;
    let is_digit =
        |at: Option<usize>| at.and_then(|it| is.get(it)).is_some_and(char::is_ascii_digit);
    let same = |it: &usize| {
        (was[*it], is[*it]) == (was[first], is[first])
            && is_digit(it.checked_sub(1))
            && is_digit(Some(it + 1))
    };
    let signs = [was[first], is[first]].iter().all(|it| !it.is_ascii_digit());
    (signs && at.iter().all(same)).then(|| Edit::Between(was[first], is[first]))
}

/// A version of several numbers, and what it says of how finished it is.
static VERSION: LazyLock<Regex> = LazyLock::new(|| {
    let all = r"\d+(?:\.\d+)+(?:-[a-z]+(?:\.\d+)*)?";
    Regex::new(all).unwrap_or_else(|it| unreachable!("the pattern is written here: {it}"))
});

/// Whole words, or a value of several numbers such as a version or a date, that came to a line in
/// one place or are gone from it.
fn inserted(old: &str, new: &str) -> Option<Edit> {
    const WORD: usize = 3;
    let (short, long) = if old.len() < new.len() { (old, new) } else { (new, old) };
    let head = short.chars().zip(long.chars()).take_while(|it| it.0 == it.1);
    let head: usize = head.map(|it| it.0.len_utf8()).sum();
    if head == 0 || !long.ends_with(&short[head..]) {
        return None;
    }
    let (part, tail) = long[head..].split_at(long.len() - short.len());
    // Half a word is another word, and not one more.
    let letter = |it: Option<char>| it.is_some_and(char::is_alphanumeric);
    let begins = letter(long[..head].chars().next_back()) && letter(part.chars().next());
    let ends = letter(part.chars().next_back()) && letter(tail.chars().next());
    let mut built = String::new();
    for it in VERSION.replace_all(part, "0.0").chars() {
        let it = if it.is_ascii_digit() { '#' } else { it };
        if it != '#' || !built.ends_with('#') {
            built.push(it);
        }
    }
    let letters = built.chars().filter(|it| it.is_alphabetic()).count();
    let came = new.len() > old.len();
    if letters == 0 && built.matches('#').count() > 1 {
        return Some(Edit::Value(built.trim().to_owned(), came));
    }
    let bare = built.trim_matches(|it: char| !it.is_alphanumeric());
    let words: Vec<&str> = bare.split_whitespace().collect();
    (letters >= WORD && !begins && !ends).then(|| Edit::Value(beginning(&words), came))
}

/// One text of which an end came or went, where both sides say enough to be known again.
fn cut(old: &str, new: &str) -> Option<Edit> {
    let differ = differing(old, new);
    let [(was, is)] = differ.as_slice() else { return None };
    let telling = |it: &str| it.len() >= TELLING && it.contains(|it: char| it.is_ascii_digit());
    let (short, long) = if was.len() < is.len() { (was, is) } else { (is, was) };
    (telling(short) && long.starts_with(short)).then_some(Edit::Cut(was.len(), is.len()))
}

/// The words that a changed line lost and got, where they say enough to know them again: a number
/// or a short word changes for many reasons.
fn words(old: &str, new: &str) -> Option<Edit> {
    let telling = |it: &(String, String)| {
        let letters = it.0.chars().chain(it.1.chars()).filter(|it| it.is_alphabetic());
        letters.count() >= TELLING
    };
    let whole = || (old.to_owned(), new.to_owned());
    let said = || {
        let (gone, came) = middle(old, new).unwrap_or_else(whole);
        let bare = |it: &str| it.trim_matches(|it: char| !it.is_alphanumeric()).to_owned();
        let (was, is) = (bare(&gone), bare(&came));
        if was == is { (gone, came) } else { (was, is) }
    };
    let found = same_word(old, new).filter(telling).unwrap_or_else(said);
    telling(&found).then_some(Edit::Words(found.0, found.1))
}

/// All that a thing is called, or holds, where the words that differ say too little: `Ada L.`, `Ada`.
fn whole(old: &str, new: &str) -> Option<Edit> {
    let (was, is) = (Node::read(old), Node::read(new));
    let held = was.value.zip(is.value).filter(|it| it.0 != it.1);
    let (gone, came) = held.or_else(|| was.name.zip(is.name))?;
    let letters = gone.chars().chain(came.chars()).filter(|it| it.is_alphabetic()).count();
    let telling = letters >= TELLING && without_numbers(gone) != without_numbers(came);
    let bare = |it: &str| it.trim_matches(|it: char| !it.is_alphanumeric()).to_owned();
    telling.then(|| Edit::Words(bare(gone), bare(came)))
}

/// The one word that stands in place of another one, however often it does in a line or an address.
fn same_word(old: &str, new: &str) -> Option<(String, String)> {
    let all = differing(old, new);
    let first = *all.first()?;
    let only = all.iter().all(|it| *it == first) && all.len() < tokens(old).len();
    only.then(|| (first.0.to_owned(), first.1.to_owned()))
}

/// The one word that stands in place of another one beside numbers that are others too: a unit.
fn unit(old: &str, new: &str) -> Option<Edit> {
    let is_number = |it: &str| it.starts_with(|it: char| it.is_ascii_digit());
    let both = |it: &(&str, &str)| is_number(it.0) && is_number(it.1);
    let (numbers, words): (Vec<_>, Vec<_>) = differing(old, new).into_iter().partition(both);
    let first = *words.first()?;
    let letters = first.0.chars().chain(first.1.chars()).filter(|it| it.is_alphabetic()).count();
    let same = words.iter().all(|it| *it == first) && letters >= TELLING;
    (!numbers.is_empty() && same).then(|| Edit::Words(first.0.to_owned(), first.1.to_owned()))
}

/// What an address lost and got between what both begin and end with, from sign to sign.
fn part(old: &str, new: &str) -> Option<Edit> {
    const TELLING: usize = 4;
    let is_sign = |it: char| !it.is_alphanumeric();
    let head = old.chars().zip(new.chars()).take_while(|it| it.0 == it.1);
    let mut head: usize = head.map(|it| it.0.len_utf8()).sum();
    if ![old, new].iter().all(|it| it[head..].chars().next().is_none_or(is_sign)) {
        head = old[..head].rfind(is_sign)?;
    }
    let (was, is) = (&old[head..], &new[head..]);
    let tail = was.chars().rev().zip(is.chars().rev()).take_while(|it| it.0 == it.1);
    let mut tail: usize = tail.map(|it| it.0.len_utf8()).sum();
    let is_cut = |it: &str| it[..it.len() - tail].chars().next_back().is_none_or(is_sign);
    if !(is_cut(was) && is_cut(is)) {
        tail -= was[was.len() - tail..].find(is_sign).unwrap_or(tail);
    }
    let (gone, came) = (&was[..was.len() - tail], &is[..is.len() - tail]);
    let letters = gone.chars().chain(came.chars()).filter(|it| it.is_alphabetic()).count();
    (head > 0 && letters >= TELLING).then(|| Edit::Words(gone.to_owned(), came.to_owned()))
}

/// A value that stands in place of another one, where both say enough to be known again.
fn value(thing: &Thing, old: &str, new: &str) -> Option<Edit> {
    if matches!(thing, Thing::Exit | Thing::Frame | Thing::Look | Thing::Property(_)) {
        return None;
    }
    let (gone, came) = middle(old, new)?;
    let telling =
        |it: &str| it.len() >= TELLING_VALUE && it.contains(|it: char| it.is_ascii_digit());
    let bare = |it: &str| it.trim_matches(|it: char| !it.is_alphanumeric()).to_owned();
    let (gone, came) = (bare(&gone), bare(&came));
    if !telling(&gone) || !telling(&came) {
        return None;
    }
    Some(scaled(&gone, &came).unwrap_or(Edit::Words(gone, came)))
}

/// The one field of a row that differs, where it says enough to be known again.
fn field(old: &str, new: &str) -> Option<Edit> {
    let (_, differ) = fields(old, new)?;
    let [(_, was, is)] = differ.as_slice() else { return None };
    let telling = |it: &str| it.chars().filter(|it| it.is_alphanumeric()).count() >= TELLING_VALUE;
    (telling(was) || telling(is)).then(|| Edit::Field((*was).to_owned(), (*is).to_owned()))
}

/// Other signs between the same words: another separator, spaces that came or went.
fn signs(old: &str, new: &str) -> Option<Edit> {
    let words = |line: &str| line.chars().filter(|it| it.is_alphanumeric()).collect::<String>();
    let counted = |line: &str| {
        let mut all: BTreeMap<char, i64> = BTreeMap::new();
        line.chars()
            .filter(|it| !it.is_alphanumeric())
            .for_each(|it| *all.entry(it).or_default() += 1);
        all
    };
    if old == new || words(old).is_empty() || words(old) != words(new) {
        return None;
    }
    let (was, is) = (counted(old), counted(new));
    let more = |a: &BTreeMap<char, i64>, b: &BTreeMap<char, i64>| -> String {
        let count = |it: &char| b.get(it).copied().unwrap_or_default();
        a.iter().filter(|(sign, times)| **times > count(sign)).map(|it| *it.0).collect()
    };
    let (gone, came) = (more(&was, &is), more(&is, &was));
    // Signs that changed places did so both ways.
    let (first, second) = if gone.is_empty() {
        (gone, came)
    } else {
        (gone.clone().min(came.clone()), gone.max(came))
    };
    (first != second).then_some(Edit::Signs(first, second))
}

/// An address with its signs as they are meant: `%27` is `'`.
fn plain(address: &str) -> String {
    let mut parts = address.split('%');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part.get(..2).and_then(|it| u8::from_str_radix(it, 16).ok());
        match code.map(char::from).filter(|it| it.is_ascii() && !it.is_alphanumeric()) {
            Some(sign) => text.extend([sign].into_iter().chain(part[2..].chars())),
            None => text.extend(['%'].into_iter().chain(part.chars())),
        }
    }
    text
}

/// A number that is a power of ten times the other one: a comma or a unit that moved.
fn scaled(gone: &str, came: &str) -> Option<Edit> {
    let digits = |it: &str| -> Option<String> {
        let plain = it.chars().all(|it| it.is_ascii_digit() || matches!(it, '.' | ','));
        let all: String = it.chars().filter(char::is_ascii_digit).collect();
        plain.then(|| all.trim_matches('0').to_owned())
    };
    let value = |it: &str| it.replace(',', "").parse::<f64>().ok().filter(|it| *it > 0.0);
    let same = digits(gone)? == digits(came)?;
    let power = (value(came)? / value(gone)?).log10().round();
    (same && power != 0.0).then_some(Edit::Scaled(power as i64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing;

    fn put(gone: &str, came: &str) -> Edit {
        Edit::Words(gone.to_owned(), came.to_owned())
    }

    #[test]
    fn one_end_or_one_part_of_many_addresses_is_one_edit() {
        assert_eq!(part("/commit/0e1bd7.diff", "/commit/0e1bd7/"), Some(put(".diff", "/")));
        assert_eq!(part("/commit/0e1bd7.diff", "/commit/0e1bd7"), Some(put(".diff", "")));
        assert_eq!(part("/a/trees/b", "/a/blobs/b"), Some(put("/trees", "/blobs")));
        assert_eq!(part("/a/7", "/a/8"), None, "a number says too little");
        assert_eq!(
            same_word("/tides/tree/master/docs", "/tides/tree/HEAD/docs"),
            Some(("master".to_owned(), "HEAD".to_owned()))
        );
        assert_eq!(same_word("master of tides", "HEAD of ebbs"), None);
    }

    #[test]
    fn numbers_in_another_unit_are_one_edit_and_other_words_beside_them_are_none() {
        let kilo = Some(put("bytes", "KB"));
        assert_eq!(unit("A word 582 bytes today", "A word 1.14 KB today"), kilo);
        assert_eq!(unit("\"size\": \"679 bytes\",", "\"size\": \"1.33 KB\","), kilo);
        assert_eq!(unit("582 bytes", "582 KB"), None, "the number stayed");
        assert_eq!(unit("5 pens of Ada", "6 cups of Bob"), None, "these are two words");
        assert_eq!(unit("5 m", "6 ft"), None, "they say too little");
    }

    #[test]
    fn a_value_that_a_field_holds_and_a_link_is_called_by_is_one_edit_and_a_number_in_it_is_none() {
        let edits = |old: &str, new: &str| {
            let change = testing::change(Some(FacetKind::Aria), Thing::Line, Some(old), Some(new));
            readings(&change)
        };
        let one = [put("Ada L", "Ada")];
        assert_eq!(edits("- textbox \"Name\": Ada L.", "- textbox \"Name\": Ada"), one);
        assert_eq!(edits("- link \"Ada L.\" [url=/me]", "- link \"Ada\" [url=/me]"), one);
        assert_eq!(edits("- textbox \"Size\": 3 pens", "- textbox \"Size\": 4 pens"), []);
    }

    #[test]
    fn a_link_that_leads_elsewhere_is_one_on_every_page_and_one_of_another_name_is_not() {
        let link = |name: &str, url: &str| format!("- link \"{name}\" [url={url}]");
        let edit = leads(&link("✎", "/edit?path=/bog"), &link("✎", "/edit?path=/"));
        assert!(edit.is_some());
        assert_eq!(leads(&link("✎", "/edit?path=/a"), &link("✎", "/edit?path=/")), edit);
        assert_ne!(leads(&link("Up", "/edit?path=/a"), &link("Up", "/edit?path=/")), edit);
        assert_eq!(leads(&link("✎", "/a"), &link("Edit", "/b")), None, "its name is another");
        assert_eq!(leads(&link("✎", "/a"), &link("✎", "/a")), None);
    }

    #[test]
    fn text_that_shows_its_marks_is_one_edit_wherever_it_stands_and_other_text_is_none() {
        let shown = Some(Edit::Markup(true));
        assert_eq!(markup("- text: Fog all day.", "- text: \"<p>Fog all day.</p>\""), shown);
        assert_eq!(
            markup(
                "Lamp: in order.Horn: too loud.",
                "<li>Lamp: in order.</li><li>Horn: too <em>loud</em>."
            ),
            shown
        );
        assert_eq!(markup("<b>Fog</b> &amp; rain", "Fog & rain"), Some(Edit::Markup(false)));
        assert_eq!(markup("Fog all day.", "<p>Rain all day.</p>"), None, "these are other words");
        assert_eq!(markup("1 < 2", "1 > 2"), None);
    }

    #[test]
    fn a_link_that_is_a_drawing_is_known_by_what_explains_it() {
        let drawing =
            |url: &str| format!("- link \"\u{f333}\" [url={url}] [description=\"update error\"]");
        let name = link(FacetKind::Aria, &drawing("/?feed=a"));
        assert_eq!(name.as_deref(), Some("update error"));
        assert_eq!(link(FacetKind::Aria, &drawing("/?feed=b")), name);
        assert_eq!(link(FacetKind::Aria, "- link \"\" [url=/a]"), None);
    }

    #[test]
    fn signs_that_changed_places_are_one_edit_and_another_sign_is_another() {
        let swapped = signs("- text: (-250.25)", "- text: (+250.25)");
        assert!(swapped.is_some());
        assert_eq!(signs("- text: (+82.50)", "- text: (-82.50)"), swapped);
        assert_ne!(signs("- text: (+82.50)", "- text: (82.50)"), swapped);
        assert_eq!(signs("- text: (+82.50)", "- text: (-82.51)"), None, "a number is another one");
    }

    #[test]
    fn another_sign_between_digits_is_one_edit_whatever_they_are_and_another_digit_is_none() {
        let edit = Some(Edit::Between(' ', 'T'));
        assert_eq!(between("[ ] 1 2025-03-18 14:30 Oil", "[ ] 1 2025-03-18T14:30 Oil"), edit);
        assert_eq!(
            between("2040-01-20 16:00, 2040-01-21 09:00", "2040-01-20T16:00, 2040-01-21T09:00"),
            edit
        );
        assert_eq!(between("2040-01-20 16:00", "2040-01-20_16.00"), None, "these are two edits");
        assert_eq!(between("2040-01-20 16:00", "2040-01-21 16:00"), None, "that is a digit");
        assert_eq!(between("a b", "aTb"), None, "these are words");
    }

    #[test]
    fn a_version_or_words_that_are_gone_from_lines_are_one_edit_and_a_shorter_number_is_none() {
        let gone = Some(Edit::Value("@#.#".to_owned(), false));
        assert_eq!(inserted("npm install oven@2.0.1", "npm install oven"), gone);
        assert_eq!(inserted("- button \"add dough@1.20.0\"", "- button \"add dough\""), gone);
        assert_eq!(inserted("npm install oven@2.0.0-beta.1", "npm install oven"), gone);
        assert_ne!(inserted("npm install oven", "npm install oven@2.0.1"), gone);
        assert_eq!(inserted("15.20 kg", "15 kg"), None, "that is one number");
        assert_eq!(inserted("oven@2.0.1", "dough"), None);
        let ago = inserted("text \"4 months ago\"", "text \"4 months\"");
        assert_eq!(ago, Some(Edit::Value("ago".to_owned(), false)));
        assert_eq!(inserted("- text: a year ago", "- text: a year"), ago);
        assert_ne!(inserted("- text: a year", "- text: a year ago"), ago);
        assert_ne!(inserted("- text: a year old", "- text: a year"), ago);
        assert_eq!(inserted("a drago", "a dr"), None, "that is half a word");
        assert_eq!(inserted("3 of 12 to 14", "3 of 12"), None, "that says too little");
    }

    #[test]
    fn numbers_without_the_zeros_before_them_and_texts_that_are_cut_are_edits_and_others_are_not() {
        assert_eq!(padded("7h 02m (09)", "7h 2m (9)"), Some(Edit::Padded(false)));
        assert_eq!(padded("7h 02m", "7h 3m"), None);
        assert_eq!(padded("7h 02m (9)", "7h 2m (09)"), None, "one came and one went");
        assert_eq!(cut("id a417adf ferry", "id a417adf54e4e ferry"), Some(Edit::Cut(7, 12)));
        assert_eq!(cut("id a417adf ferry", "id b417adf54e4e ferry"), None);
        assert_eq!(cut("ferry", "ferryman"), None, "a word is an edit by itself");
    }
}
