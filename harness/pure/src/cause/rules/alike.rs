//! Outputs of one program that are about the same things: those of one subcommand, and those that say
//! the same of other ones, in whichever format.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::star;
use crate::cause::{Edge, Evidence};
use crate::model::change::Change;
use crate::model::edit::{is_name, tokens};

/// What a value is called by, in JSON or in a list of names and values.
static CALLED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#""[^"]*"\s*:|[\w@.\[\]-]+:(?:\s|$)"#).expect("a valid pattern"));

/// Changes of one output, and the words of each.
#[derive(Debug)]
struct Output<'a> {
    subcommand: Option<&'a str>,
    nodes: Vec<usize>,
    lines: Vec<BTreeSet<String>>,
    words: BTreeSet<String>,
}

impl<'a> Output<'a> {
    fn of(subcommand: Option<&'a str>, changes: &[(usize, &Change)]) -> Self {
        let lines: Vec<BTreeSet<String>> = changes.iter().map(|it| words(it.1)).collect();
        let words = lines.iter().flatten().cloned().collect();
        Self { subcommand, nodes: changes.iter().map(|it| it.0).collect(), lines, words }
    }

    /// Whether at least half of its changes are about what the other one is about.
    fn is_of(&self, other: &Self) -> bool {
        let is_there = |line: &&BTreeSet<String>| {
            let shared = line.iter().filter(|it| other.words.contains(*it)).count();
            shared > 0 && shared * 2 >= line.len()
        };
        self.lines.iter().filter(is_there).count() * 2 >= self.lines.len()
    }

    fn is_alike(&self, other: &Self) -> bool {
        let both = self.subcommand.zip(other.subcommand);
        both.is_none_or(|(own, others)| own == others) || self.is_of(other) || other.is_of(self)
    }
}

/// Edges over the changes of the outputs of each key, which have their spots: those of one output are
/// one, and so are those of outputs that are about the same things.
pub(super) fn edges<'a, K: Ord>(
    evidence: &Evidence<'a>,
    outputs: impl IntoIterator<Item = (K, usize, Vec<(usize, &'a Change)>)>,
    because: &'static str,
) -> Vec<Edge> {
    let mut keyed: BTreeMap<K, BTreeMap<_, Output<'a>>> = BTreeMap::new();
    for (key, spot, changes) in outputs {
        let subcommand = evidence.subcommand(spot);
        let nodes: Vec<usize> = changes.iter().map(|it| it.0).collect();
        let own = keyed.entry(key).or_default().entry((subcommand, nodes));
        own.or_insert_with(|| Output::of(subcommand, &changes));
    }
    let groups = keyed.into_values().flat_map(|it| groups(it.into_values()));
    groups.flat_map(|it| star(it.into_iter().flat_map(|it| it.nodes), because)).collect()
}

/// Outputs of which each is like another one of its group.
fn groups<'a>(outputs: impl Iterator<Item = Output<'a>>) -> Vec<Vec<Output<'a>>> {
    let mut groups: Vec<Vec<Output<'a>>> = Vec::new();
    for output in outputs {
        let is_own = |group: &Vec<Output<'a>>| group.iter().any(|it| it.is_alike(&output));
        let (own, others): (Vec<_>, Vec<_>) = groups.into_iter().partition(is_own);
        groups = others;
        groups.push(own.into_iter().flatten().chain([output]).collect());
    }
    groups
}

/// The words of a change that say what it is about: names and long numbers, or all where there are
/// none. What values are called by is no such word.
fn words(change: &Change) -> BTreeSet<String> {
    const DIGITS: usize = 3;
    let sides = || change.before.iter().chain(&change.after);
    let bare: Vec<String> = sides().map(|it| CALLED.replace_all(it, " ").into_owned()).collect();
    let all: BTreeSet<&str> = bare.iter().flat_map(|it| tokens(it)).collect();
    let tells =
        |it: &&&str| is_name(it) || it.chars().filter(char::is_ascii_digit).count() >= DIGITS;
    let telling: BTreeSet<String> = all.iter().filter(tells).map(|it| (*it).to_owned()).collect();
    if telling.is_empty() { all.into_iter().map(str::to_owned).collect() } else { telling }
}
