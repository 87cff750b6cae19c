//! Rows that a program prints: what differs in one column of one table is one change, and so are all
//! columns of rows that are cut elsewhere.

use super::{Rule, stars};
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;

pub(super) const RULE: Rule = Rule { id: "table", edges };

/// As many fields make a row.
const ROW: usize = 3;

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let mut keyed = Vec::new();
    for spot in 0..evidence.spots.len() {
        for (node, change) in evidence.seen_at(spot) {
            let (Some(old), Some(new)) = (&change.before, &change.after) else { continue };
            if change.facet != Some(FacetKind::Stdout) {
                continue;
            }
            if let Some((count, differ)) = fields(old, new) {
                keyed.extend(differ.iter().map(|it| ((spot, count, it.0), node)));
            }
        }
    }
    stars(keyed, "they stand in one column")
}

/// A field that differs: its position, what it was and what it is.
type Differing<'a> = (usize, &'a str, &'a str);

/// How many fields two rows have, and those that differ; `None` where they are no rows of one table.
pub(super) fn fields<'a>(old: &'a str, new: &'a str) -> Option<(usize, Vec<Differing<'a>>)> {
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
