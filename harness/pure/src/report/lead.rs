//! [`lead`]: expected against actual, of what a finding's title speaks of: all lines where they are
//! few, else the first, with the number of those that stand below.

use std::cmp::Reverse;

use super::pictures::picture_change;
use super::shown::{count, short};
use crate::model::filetext::is_end;
use crate::model::{FacetChange, FacetKind, Finding};

/// As many lines are shown where there are no more than [`ALL_OF`].
const FIRST: usize = 8;
/// Up to as many lines are all shown: to count two is no shorter than to show them.
const ALL_OF: usize = 10;

/// Expected against actual.
pub fn lead(finding: &Finding) -> (String, String) {
    let facets = finding.differences.first().map_or(&[][..], |it| &it.facets);
    let pieces = pieces(&finding.title);
    let Some(facet) = lead_facet(facets, &pieces) else {
        return (String::new(), String::new());
    };
    let beside = |kind: FacetKind| {
        facets.iter().find(|it| it.facet == Some(kind) && !it.actual.trim().is_empty())
    };
    match (facet.facet, &facet.image) {
        (Some(FacetKind::Image), Some(image)) => {
            ("the picture as accepted".to_owned(), picture_change(image))
        }
        (Some(FacetKind::Exit), _) => {
            // What it said last on standard error says more than the code alone.
            let said = beside(FacetKind::Stderr)
                .and_then(|it| it.actual.lines().rfind(|line| !line.trim().is_empty()))
                .map(|line| format!("\n{}", short(line.trim(), 160)))
                .unwrap_or_default();
            (
                format!("exit {}", first_lines(&facet.expected, &[])),
                format!("exit {}{said}", first_lines(&facet.actual, &[])),
            )
        }
        _ => (first_lines(&facet.expected, &pieces), first_lines(&facet.actual, &pieces)),
    }
}

/// What a title quotes of the product.
fn pieces(title: &str) -> Vec<&str> {
    let quoted = title.split('"').skip(1).step_by(2);
    quoted.map(|it| it.trim_end_matches('…')).filter(|it| !it.trim().is_empty()).collect()
}

/// The facet that the title speaks of, or that says most in two lines.
fn lead_facet<'a>(facets: &'a [FacetChange], pieces: &[&str]) -> Option<&'a FacetChange> {
    let quoted = |facet: &FacetChange| {
        let holds = |it: &&&str| facet.expected.contains(**it) || facet.actual.contains(**it);
        pieces.iter().filter(holds).count()
    };
    // A failed step and an exit code say it by themselves.
    let is_plain = |facet: &FacetChange| matches!(facet.facet, None | Some(FacetKind::Exit));
    let is_nothing = |text: &str| text.lines().all(is_end);
    let says_nothing =
        |facet: &FacetChange| is_nothing(&facet.expected) && is_nothing(&facet.actual);
    let rank = |facet: &FacetChange| match facet.facet {
        None => 0,
        Some(FacetKind::Exit) => 1,
        Some(FacetKind::Page) => 2,
        Some(FacetKind::Aria) => 3,
        Some(FacetKind::Text) => 4,
        Some(FacetKind::Stdout) => 5,
        Some(FacetKind::Stderr) => 6,
        Some(FacetKind::Files) => 7,
        Some(FacetKind::Screen) => 8,
        Some(FacetKind::Events) => 9,
        Some(FacetKind::Links) => 10,
        Some(FacetKind::Fields) => 11,
        Some(FacetKind::Requests) => 12,
        Some(FacetKind::Response) => 13,
        Some(FacetKind::Cookies) => 14,
        Some(FacetKind::Storage) => 15,
        Some(FacetKind::A11y) => 16,
        Some(FacetKind::Image) => 17,
        Some(FacetKind::Recording) => 18,
    };
    facets.iter().min_by_key(|facet| {
        (says_nothing(facet), !is_plain(facet), Reverse(quoted(facet)), rank(facet))
    })
}

/// The lines that hold something, each shortened; of many, those from the first that holds a piece.
fn first_lines(text: &str, pieces: &[&str]) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() {
        return "not there".to_owned();
    }
    let (from, most) = if lines.len() <= ALL_OF {
        (0, ALL_OF)
    } else {
        let holds = |line: &&str| pieces.iter().any(|it| line.contains(it));
        (lines.iter().position(holds).unwrap_or(0).min(lines.len() - FIRST), FIRST)
    };
    let shown: Vec<String> =
        lines.iter().skip(from).take(most).map(|line| short(line, 160)).collect();
    match lines.len() - shown.len() {
        0 => shown.join("\n"),
        more => format!("{}\n… {}, below", shown.join("\n"), count(more, "more line")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(facet: FacetKind, expected: &str, actual: &str) -> FacetChange {
        FacetChange {
            facet: Some(facet),
            expected: expected.to_owned(),
            actual: actual.to_owned(),
            diff: Vec::new(),
            image: None,
            evidence: Vec::new(),
            beyond: 0,
            changes: Vec::new(),
        }
    }

    #[test]
    fn how_an_output_ends_does_not_lead_where_another_says_more() {
        let end = change(FacetKind::Stdout, "", "\\ ends with \"\\n\"");
        let said = change(FacetKind::Stderr, "", "JSON error: a value is missing");
        let both = [end.clone(), said];
        let led = |facets| lead_facet(facets, &[]).and_then(|it: &FacetChange| it.facet);
        assert_eq!(led(&both), Some(FacetKind::Stderr));
        let changed = [change(FacetKind::Stdout, "two rows", "three rows"), both[1].clone()];
        assert_eq!(led(&changed), Some(FacetKind::Stdout));
        assert_eq!(led(&[end]), Some(FacetKind::Stdout), "better than nothing");
    }

    #[test]
    fn what_the_title_quotes_leads() {
        let page = change(FacetKind::Page, "title: Lamp", "title: Light");
        let aria = change(FacetKind::Aria, "- text: a\n- text: b\n- button \"Add\"", "- text: c");
        let both = [page, aria];
        let led = |title| lead_facet(&both, &pieces(title)).and_then(|it| it.facet);
        assert_eq!(led("button \"Add\" is gone on /cart"), Some(FacetKind::Aria));
        assert_eq!(led("the title changed"), Some(FacetKind::Page));
    }

    #[test]
    fn few_lines_are_all_shown_and_of_many_those_that_the_title_speaks_of() {
        let rows = |numbers: std::ops::Range<u32>| -> String {
            numbers.map(|n| format!("row {n}")).collect::<Vec<_>>().join("\n")
        };
        assert_eq!(first_lines(&rows(0..10), &["row 7"]), rows(0..10));
        let shown = format!("{}\n… 22 more lines, below", rows(7..15));
        assert_eq!(first_lines(&rows(0..30), &["row 7"]), shown);
        assert_eq!(first_lines("\n \n", &[]), "not there");
    }
}
