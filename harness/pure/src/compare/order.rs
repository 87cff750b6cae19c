//! [`sorted`]: a text without the order of what has none, by its [`Unordered`]; used by
//! [`super::Redactor`], and so the same on both sides of a comparison.
//!
//! Lines of a facet are sorted as lines. Of a table or list in the aria facet the rows or items are
//! sorted, each with all that is inside of it; what they hold keeps its order.

use crate::model::{FacetKind, Locator, Target, Unordered};

use super::cells::{ancestors, indent, node};

/// What only holds rows: the rows in it are sorted, and it stays where it is.
const HOLDERS: [&str; 2] = ["rowgroup", "group"];

/// The text with everything sorted that has no order. Sorting what is sorted changes nothing.
#[must_use]
pub fn sorted(facet: FacetKind, text: String, unordered: &[Unordered]) -> String {
    unordered.iter().fold(text, |text, it| match it {
        Unordered::Facet(own) if *own == facet => {
            let mut lines: Vec<&str> = text.split('\n').collect();
            lines.sort_unstable();
            // A baseline keeps no white space at its end, whichever line has come to stand there.
            lines.join("\n").trim_start_matches('\n').trim_end().to_owned()
        }
        Unordered::Target(target) if facet == FacetKind::Aria => of_target(&text, target),
        Unordered::Facet(_) | Unordered::Target(_) => text,
    })
}

/// A tree in which the rows or items of a thing are sorted.
fn of_target(text: &str, target: &Target) -> String {
    let mut lines: Vec<&str> = text.split('\n').collect();
    let found = matches(&lines, target);
    // The innermost come last, and must be sorted before what they stand in.
    for at in found.into_iter().rev() {
        sort_inside(&mut lines, at);
    }
    lines.join("\n")
}

/// The lines of the things that a target names.
fn matches(lines: &[&str], target: &Target) -> Vec<usize> {
    let outer = target.within.as_deref().map(|it| matches(lines, it));
    let mut found: Vec<usize> = (0..lines.len())
        .filter(|at| is_named(lines[*at], &target.locator))
        .filter(|at| {
            let around = || ancestors(lines, *at);
            outer.as_ref().is_none_or(|outer| around().iter().any(|it| outer.contains(it)))
        })
        .collect();
    if let Some(nth) = target.nth {
        let only = found.get((nth as usize).wrapping_sub(1)).copied();
        found = only.into_iter().collect();
    }
    found
}

fn is_named(line: &str, locator: &Locator) -> bool {
    match locator {
        Locator::Role { role, name } => node(line).is_some_and(|(own, own_name)| {
            let same = |name: &str| own_name.is_some_and(|it| it.replace("\\\"", "\"") == name);
            own == role && name.as_ref().is_none_or(|it| same(it.raw()))
        }),
        // `spec` refuses them: the tree does not say which node they mean.
        Locator::Text(_) | Locator::Label(_) | Locator::TestId(_) | Locator::Css(_) => false,
    }
}

/// Sorts what stands directly inside of a line, each with all that is inside of it.
fn sort_inside(lines: &mut [&str], at: usize) {
    let depth = indent(lines[at]);
    let inside = |line: &&&str| indent(line) > depth && !line.trim().is_empty();
    let end = at + 1 + lines[at + 1..].iter().take_while(inside).count();
    let Some(own) = lines.get(at + 1..end).and_then(|it| it.iter().map(|it| indent(it)).min())
    else {
        return;
    };
    let starts: Vec<usize> = (at + 1..end).filter(|it| indent(lines[*it]) == own).collect();
    let is_holder = |at: usize| node(lines[at]).is_some_and(|it| HOLDERS.contains(&it.0));
    let holders: Vec<usize> = starts.iter().copied().filter(|it| is_holder(*it)).collect();
    if !holders.is_empty() {
        for holder in holders {
            sort_inside(lines, holder);
        }
        return;
    }
    let ends = starts.iter().skip(1).copied().chain([end]);
    let mut blocks: Vec<Vec<&str>> =
        starts.iter().zip(ends).map(|(from, to)| lines[*from..to].to_vec()).collect();
    blocks.sort();
    for (line, new) in lines[at + 1..end].iter_mut().zip(blocks.concat()) {
        *line = new;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Template;

    fn role(role: &str, name: Option<&str>) -> Target {
        let name = name.map(Template::new);
        Target::plain(Locator::Role { role: role.to_owned(), name })
    }

    fn aria(text: &str, target: Target) -> String {
        let own = [Unordered::Target(target)];
        let once = sorted(FacetKind::Aria, text.to_owned(), &own);
        assert_eq!(sorted(FacetKind::Aria, once.clone(), &own), once, "sorted stays sorted");
        once
    }

    #[test]
    fn the_lines_of_a_facet_are_sorted_and_those_of_others_are_not() {
        let own = [Unordered::Facet(FacetKind::Stdout)];
        assert_eq!(sorted(FacetKind::Stdout, "b\na\nc".to_owned(), &own), "a\nb\nc");
        assert_eq!(sorted(FacetKind::Stderr, "b\na".to_owned(), &own), "b\na");
        let blanks = sorted(FacetKind::Stdout, "b \n\na \n".to_owned(), &own);
        assert_eq!(blanks, "a \nb", "as it is read back from a baseline");
        assert_eq!(sorted(FacetKind::Stdout, blanks.clone(), &own), blanks);
    }

    #[test]
    fn rows_are_sorted_with_their_cells_and_cells_keep_their_order() {
        let table = "- main:\n  - table \"Orders\":\n    - rowgroup:\n      - row \"N T\":\n        - columnheader \"N\"\n    - rowgroup:\n      - row \"b 1\":\n        - cell \"b\"\n        - cell \"1\"\n      - row \"a 2\":\n        - cell \"z\"\n        - cell \"2\"\n  - text: end";
        let expected = "- main:\n  - table \"Orders\":\n    - rowgroup:\n      - row \"N T\":\n        - columnheader \"N\"\n    - rowgroup:\n      - row \"a 2\":\n        - cell \"z\"\n        - cell \"2\"\n      - row \"b 1\":\n        - cell \"b\"\n        - cell \"1\"\n  - text: end";
        assert_eq!(aria(table, role("table", Some("Orders"))), expected);
        assert_eq!(aria(table, role("table", Some("Others"))), table);
    }

    #[test]
    fn a_list_is_found_by_its_number_and_by_what_it_stands_in() {
        let lists = "- list:\n  - listitem: b\n  - listitem: a\n- region \"R \\\"1\\\"\":\n  - list:\n    - listitem: d\n    - listitem: c";
        let second = "- list:\n  - listitem: b\n  - listitem: a\n- region \"R \\\"1\\\"\":\n  - list:\n    - listitem: c\n    - listitem: d";
        assert_eq!(aria(lists, Target { nth: Some(2), ..role("list", None) }), second);
        let within = Some(Box::new(role("region", Some("R \"1\""))));
        assert_eq!(aria(lists, Target { within, ..role("list", None) }), second);
        assert_eq!(aria("- list", role("list", None)), "- list");
    }
}
