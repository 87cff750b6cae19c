//! A value that is written in another form, whatever it is: a date in numbers that has the month in
//! words now, also where a redaction covered it as it was.

use super::{Rule, stars};
use crate::cause::node::is_echo;
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::Change;
use crate::model::edit::{is_name, middle};

pub(super) const RULE: Rule = Rule { id: "notation", edges };

/// From so many numbers on a value is a date, a time or a version.
const NUMBERS: usize = 3;

/// The word before a value, and the form in which it is written now: `# w #` is `9 March 2025`.
type Form = (String, String);

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let nodes = evidence.nodes.iter().enumerate();
    let keyed = nodes.filter_map(|(index, node)| Some((form_of(node.change())?, index)));
    stars(keyed, "it is written in the same other form")
}

fn form_of(change: &Change) -> Option<Form> {
    let (old, new) = (change.before.as_deref()?, change.after.as_deref()?);
    match change.facet? {
        FacetKind::Aria if is_echo(old) => None,
        FacetKind::Aria | FacetKind::Text | FacetKind::Stdout | FacetKind::Files => form(old, new),
        _ => None,
    }
}

/// A value of several numbers, or one that a redaction covered, that is written in another form behind
/// the same word: `2025-03-09` and `9 March 2025`.
fn form(old: &str, new: &str) -> Option<Form> {
    let both = old.split_whitespace().zip(new.split_whitespace());
    let before = both.take_while(|it| it.0 == it.1).last()?.0;
    let name = before.trim_matches(|it: char| !it.is_alphanumeric()).to_lowercase();
    let (gone, came) = middle(old, new)?;
    let [gone, came] = [&gone, &came].map(|it| it.trim_matches(['"', '\'', ',', '.', ';']));
    let covered = gone.starts_with('[') && gone.ends_with(']');
    let (was, is) = (built(gone), built(came));
    let numbers = was.matches('#').count() >= NUMBERS && !was.contains('w');
    let telling = is.contains('#') && is.matches(['#', 'w']).count() > 1;
    let other = (covered || numbers) && telling && was != is && is_name(&name);
    other.then_some((name, is))
}

/// How a value is built: each number as `#`, each word as `w`.
fn built(value: &str) -> String {
    let mut form = String::new();
    for letter in value.chars() {
        let sign = match letter {
            _ if letter.is_ascii_digit() => '#',
            _ if letter.is_alphabetic() => 'w',
            _ => letter,
        };
        if !matches!(sign, '#' | 'w') || !form.ends_with(sign) {
            form.push(sign);
        }
    }
    form
}

#[cfg(test)]
mod tests {
    use super::super::joined;
    use super::*;
    use crate::model::finding::FacetChange;
    use crate::model::{Thing, testing};

    #[test]
    fn a_value_in_another_form_is_one_also_where_a_redaction_covered_it_and_another_value_is_not() {
        const DATE: (&str, &str) =
            ("- cell \"Date: 2025-03-09.08:15\"", "- cell \"Date: 9 March 2025\"");
        let of = |old: &str, new: &str| {
            let line = |it: (&str, &str)| {
                testing::change(Some(FacetKind::Aria), Thing::Line, Some(it.0), Some(it.1))
            };
            let changes = vec![line(DATE), line((old, new))];
            let facets = vec![FacetChange { changes, ..FacetChange::of(FacetKind::Aria) }];
            joined(edges, &[testing::located("read", "/issue3", facets)]).len()
        };
        assert_eq!(of("- cell \"Date: […]\"", "- cell \"Date: 30 November 2026\""), 1);
        assert_eq!(of("- cell \"Due: […]\"", "- cell \"Due: 30 November 2026\""), 0);
        assert_eq!(of("- cell \"Date: […]\"", "- cell \"Date: never\""), 0);
        let day = "- cell \"Date: 2025-03-09\"";
        assert_eq!(of(day, "- cell \"Date: 2025-03-10\""), 0, "that is another day");
    }
}
