//! The rules: each looks at the evidence, draws edges between changes and knows no other rule.
//! `docs/reference/rules.md` has a section for each.
//!
//! The files:
//! - `alike.rs`: outputs of one program that are about the same things.
//! - `answer.rs`: an error page, a status, a redirect.
//! - `balance.rs`: what adds up what came or went.
//! - `block.rs`: lines that came or went side by side.
//! - `collection.rs`: rows and items of one list.
//! - `command.rs`: a command that is gone from the list and not known.
//! - `cookie.rs`: what is lost with a cookie.
//! - `count.rs`: a number that counts what came or went.
//! - `detail.rs`: the same thing in two facets of a page.
//! - `edit.rs`: the same edit of different things.
//! - `encoding.rs`: text that is read in another encoding.
//! - `ending.rs`: how an output ends.
//! - `event.rs`: what follows from what the watches saw.
//! - `exit.rs`: a command that ends otherwise.
//! - `fact.rs`: one value of one thing, in every format.
//! - `failure.rs`: a failed step, and what explains it.
//! - `file.rs`: what is written, and what reads it.
//! - `form.rs`: what the fields of one page hold.
//! - `frame.rs`: places in the source of a stack trace.
//! - `layout.rs`: one layout, field or last record, in outputs and files.
//! - `link.rs`: a link, and what is wrong where it leads.
//! - `nested.rs`: what stands in something that changed too.
//! - `notation.rs`: a value that is written in another form.
//! - `numbers.rs`: the same number that became the same other one.
//! - `off_by_one.rs`: numbers that are all one more or one less.
//! - `option.rs`: a new option, and the lines that name it.
//! - `order.rs`: the same lines in another order.
//! - `parameter.rs`: the same parameter of addresses that is another.
//! - `picture.rs`: what a picture shows of other changes.
//! - `picture_file.rs`: the file that a picture is of.
//! - `place.rs`: what stands at the same place, which only says "perhaps".
//! - `record.rs`: the same part of the records of one list.
//! - `relation.rs`: the same relation between what was and what is.
//! - `replaced.rs`: something else is shown instead.
//! - `screen.rs`: one view of a terminal's screen.
//! - `selection.rs`: another one of several is chosen.
//! - `sent.rs`: what a page newly sends, or no longer.
//! - `slot.rs`: the same part of lines that are built alike.
//! - `structure.rs`: a page that is divided into other parts.
//! - `sum.rs`: a total that follows from its parts.
//! - `table.rs`: one column of the rows that a program prints.
//! - `varying.rs`: the same words with another number at many places.

mod alike;
mod answer;
mod balance;
mod block;
mod collection;
mod command;
mod cookie;
mod count;
mod detail;
mod edit;
mod encoding;
mod ending;
mod event;
mod exit;
mod fact;
mod failure;
mod file;
mod form;
mod frame;
mod layout;
mod link;
mod nested;
mod notation;
mod numbers;
mod off_by_one;
mod option;
mod order;
mod parameter;
mod picture;
mod picture_file;
mod place;
mod record;
mod relation;
mod replaced;
mod screen;
mod selection;
mod sent;
mod slot;
mod structure;
mod sum;
mod table;
pub mod varying;

use super::{Edge, Evidence};

/// One rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Its name in docs and tests.
    pub id: &'static str,
    /// The edges that it sees.
    pub edges: fn(&Evidence<'_>) -> Vec<Edge>,
}

/// Every rule, in the order of their names: the order decides nothing.
pub const ALL: [Rule; 40] = [
    answer::RULE,
    balance::RULE,
    block::RULE,
    collection::RULE,
    command::RULE,
    cookie::RULE,
    count::RULE,
    detail::RULE,
    edit::RULE,
    encoding::RULE,
    ending::RULE,
    event::RULE,
    exit::RULE,
    fact::RULE,
    failure::RULE,
    file::RULE,
    form::RULE,
    frame::RULE,
    layout::RULE,
    link::RULE,
    nested::RULE,
    notation::RULE,
    numbers::RULE,
    off_by_one::RULE,
    option::RULE,
    order::RULE,
    parameter::RULE,
    picture::RULE,
    place::RULE,
    record::RULE,
    relation::RULE,
    replaced::RULE,
    screen::RULE,
    selection::RULE,
    sent::RULE,
    slot::RULE,
    structure::RULE,
    sum::RULE,
    table::RULE,
    varying::RULE,
];

/// Edges from the first of some nodes to each other one; the others are one also where the first is set
/// apart.
fn star(nodes: impl IntoIterator<Item = usize>, because: &'static str) -> Vec<Edge> {
    let mut nodes: Vec<usize> = nodes.into_iter().collect();
    nodes.sort_unstable();
    nodes.dedup();
    let Some((first, rest)) = nodes.split_first() else { return Vec::new() };
    let last = rest.last().copied();
    rest.iter().map(|it| Edge { last, ..Edge::strong(*first, *it, because) }).collect()
}

/// Stars over everything that has the same key.
fn stars<K: Ord>(keyed: impl IntoIterator<Item = (K, usize)>, because: &'static str) -> Vec<Edge> {
    let mut groups: std::collections::BTreeMap<K, Vec<usize>> = std::collections::BTreeMap::new();
    for (key, node) in keyed {
        groups.entry(key).or_default().push(node);
    }
    groups.into_values().flat_map(|it| star(it, because)).collect()
}

/// What a part of a rule joins in what differs: both changes of each edge as they say it now, or as
/// they did where that is gone.
#[cfg(test)]
fn joined(
    edges: fn(&Evidence<'_>) -> Vec<Edge>,
    spots: &[crate::model::comparison::Located],
) -> Vec<(String, String)> {
    let evidence = Evidence::of(spots, &|_, _| super::Class::New);
    let said = |node: usize| {
        let change = evidence.nodes[node].change();
        change.after.clone().or_else(|| change.before.clone()).unwrap_or_default()
    };
    let found = edges(&evidence);
    let joining = found.iter().filter(|it| it.strength != super::Strength::Weak);
    joining.map(|it| (said(it.from), said(it.to))).collect()
}
