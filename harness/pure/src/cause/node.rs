//! What roles and names of the accessibility tree mean to rules.

use crate::model::FacetKind;
use crate::model::change::{Change, without_numbers};
use crate::model::thing::{Node, is_icon};

/// Roles that are called by what stands in them, so that they only echo it.
const ECHOES: [&str; 6] = ["row", "listitem", "table", "list", "form", "navigation"];

/// Roles whose content is many of a kind.
const COLLECTIONS: [&str; 8] =
    ["table", "grid", "treegrid", "list", "listbox", "tree", "menu", "feed"];

/// Whether a line of the tree only echoes what stands in it.
#[must_use]
pub fn is_echo(line: &str) -> bool {
    ECHOES.contains(&Node::read(line).role)
}

/// Whether a line of the tree holds many of a kind.
#[must_use]
pub fn is_collection(line: &str) -> bool {
    COLLECTIONS.contains(&Node::read(line).role)
}

/// Whether a line of the tree is one of many of a kind.
#[must_use]
pub fn is_item(line: &str) -> bool {
    Node::read(line).is_item()
}

/// The innermost collection that a change stands in, with all that it stands in, without numbers.
#[must_use]
pub fn collection(change: &Change) -> Option<String> {
    let at = change.around.iter().rposition(|it| is_collection(it))?;
    Some(without_numbers(&change.around[..=at].join("\n")))
}

/// Where a link led and where it leads, in the tree or in the list of links.
#[must_use]
pub fn addresses(change: &Change) -> Option<(&str, &str)> {
    let facet = change.facet?;
    Some((address(facet, change.before.as_deref()?)?, address(facet, change.after.as_deref()?)?))
}

fn address(facet: FacetKind, line: &str) -> Option<&str> {
    let node = Node::read(line);
    match facet {
        FacetKind::Aria => node.attribute("url"),
        FacetKind::Links => node.value.and_then(|it| it.split(' ').next()),
        _ => None,
    }
}

/// A page whatever it is about: a part of its path that has a number or id names one thing of many.
/// Anything else is what it is.
#[must_use]
pub fn kind_of(called: &str) -> String {
    if !called.starts_with('/') {
        return called.to_owned();
    }
    let part = |it: &str| {
        let word = it.trim_end_matches(|it: char| it.is_ascii_digit());
        match it.contains(|it: char| it.is_ascii_digit()) {
            false => it.to_owned(),
            true if word.chars().all(char::is_alphabetic) => format!("{word}*"),
            true => "*".to_owned(),
        }
    };
    called.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// The first text in double quotes, with its quotes; an empty one names nothing.
#[must_use]
pub fn quoted_name(line: &str) -> Option<&str> {
    let start = line.find('"')?;
    let end = start + 1 + line[start + 1..].find('"')?;
    (end > start + 1).then(|| &line[start..=end])
}

/// The names in double quotes, with their quotes; empty ones name nothing.
#[must_use]
pub fn quoted_names(text: &str) -> Vec<String> {
    let parts: Vec<&str> = text.split('"').collect();
    let names = parts.iter().enumerate().filter(|(index, _)| index % 2 == 1);
    // An odd number of quotes leaves the last part open.
    let closed = names.filter(|(index, _)| index + 1 < parts.len());
    closed
        .map(|(_, name)| *name)
        .filter(|name| !name.trim().is_empty())
        .map(|it| format!("\"{it}\""))
        .collect()
}

/// Whether a text, in quotes or not, is made of letters of icon fonts alone, which nobody can read.
#[must_use]
pub fn is_icons(text: &str) -> bool {
    let inner = text.trim().trim_matches('"').trim();
    !inner.is_empty() && inner.chars().all(|it| is_icon(it) || it == ' ')
}

/// Whether a line of the tree is about the thing that a detail of the page is about.
#[must_use]
pub fn tells(node: &str, detail: &str) -> bool {
    let thing = node.trim_start_matches("- ");
    let role = thing.split([' ', ':']).next().unwrap_or_default();
    let split = detail.split_once(": ").filter(|(rule, _)| !rule.contains(['"', ' ']));
    let named = split.map_or(detail, |(_, rest)| rest);
    // A thing without a name is told by what it stands in, which has one.
    let around = named.find(" in ").filter(|at| split.is_some() && !named[..*at].contains('"'));
    let own = around.map_or(named, |at| &named[..at]);
    let same_role = own.split([' ', ':', '.', '#']).next() == Some(role);
    let nameless = |it: &str| !it[role.len()..].starts_with(" \"");
    match quoted_name(own) {
        Some(name) => node.contains(name),
        None => !role.is_empty() && same_role && nameless(thing),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_one_kind_are_one_and_commands_are_what_they_are() {
        assert_eq!(kind_of("/tides/commit/0e1bd7/"), kind_of("/tides/commit/64b892/"));
        assert_ne!(kind_of("/tides/commit/0e1bd7/"), kind_of("/tides/tree/0e1bd7/"));
        assert_eq!(kind_of("/issue12"), "/issue*");
        assert_eq!(kind_of("/#/email/7"), "/#/email/*");
        assert_eq!(kind_of("shopctl v2/orders"), "shopctl v2/orders");
    }

    #[test]
    fn a_detail_is_told_by_the_name_of_its_thing_or_by_its_role_where_it_has_none() {
        let link = "- link \"Orders\" [url=/orders]";
        assert!(tells(link, "link \"Orders\": /elsewhere"));
        assert!(!tells(link, "link \"Home\": /elsewhere"));
        assert!(tells("- textbox", "name: textbox #password: has no name"));
        assert!(tells("- textbox", "textbox [name=password] [type=password]"));
        assert!(tells("- button", "name: button.icon in row \"Ada\": has no name"));
        assert!(!tells("- cell \"Ada\"", "name: button.icon in row \"Ada\": has no name"));
        assert!(!tells("- textbox \"Name\"", "textbox [name=password] [type=password]"));
        assert!(!tells("- button \"Go\"", "name: textbox #password: has no name"));
    }
}
