//! [`shared`] and [`pattern`]: what several variants of one line have in common, and the narrowest
//! redaction that makes them the same. Used by `review` for two and by `settle` for several.

use regex::Regex;

/// What a varying part may look like, the narrowest first.
const SHAPES: [&str; 6] =
    [r"\d+", r"[\d.,]+", r"[\d:., T/+-]+", r"[0-9a-fA-F-]+", r"[\w.-]+", r#"[^\s"'<>]+"#];

/// How many words of a line say where in it something stands.
const CONTEXT: usize = 2;

/// How much the variants share at the beginning and at the end, in bytes, cut back to whole words.
#[must_use]
pub fn shared(variants: &[&str]) -> (usize, usize) {
    let Some((first, rest)) = variants.split_first() else { return (0, 0) };
    let inside = |it: char| it.is_alphanumeric();
    let mut front = first.len();
    for other in rest {
        let same = first.chars().zip(other.chars()).take_while(|(a, b)| a == b);
        front = front.min(same.map(|it| it.0.len_utf8()).sum());
    }
    while let Some(last) = first[..front].chars().next_back().filter(|it| inside(*it)) {
        front -= last.len_utf8();
    }
    let shortest = variants.iter().map(|it| it.len()).min().unwrap_or(0);
    let mut back = shortest - front;
    for other in rest {
        let mut same = 0;
        for (a, b) in first.chars().rev().zip(other.chars().rev()) {
            if a != b || same + a.len_utf8() > back {
                break;
            }
            same += a.len_utf8();
        }
        back = back.min(same);
    }
    while let Some(next) = first[first.len() - back..].chars().next().filter(|it| inside(*it)) {
        back -= next.len_utf8();
    }
    (front, back)
}

/// How much of the constant text around a varying part a pattern holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Around {
    /// A word or two on each side.
    Words,
    /// The whole line.
    Line,
}

/// The narrowest pattern that makes these variants of a line the same, with its context; `None`
/// where they share nothing by which the place could be told.
#[must_use]
pub fn pattern(variants: &[&str], around: Around) -> Option<String> {
    pattern_at(variants, shared(variants), around)
}

/// The same where it is known what stands before and behind the varying part, in bytes.
#[must_use]
pub fn pattern_at(
    variants: &[&str],
    (front, back): (usize, usize),
    around: Around,
) -> Option<String> {
    let line = variants.first()?;
    let (head, tail) = (&line[..front], &line[line.len() - back..]);
    if head.trim().is_empty() && tail.trim().is_empty() {
        return None;
    }
    let middles: Vec<&str> = variants.iter().map(|it| &it[front..it.len() - back]).collect();
    let shape = shape(&middles);
    Some(match around {
        Around::Words => {
            let (head, tail) = (last_words(head.trim_start_matches(' ')), first_words(tail));
            let end = if tail.is_empty() { "$" } else { "" };
            format!("{}({shape}){}{end}", regex::escape(head), regex::escape(tail))
        }
        Around::Line => {
            let head = head.trim_start_matches(' ');
            format!("^ *{}({shape}){}$", regex::escape(head), regex::escape(tail))
        }
    })
}

/// What all of these look like, as a regex.
#[must_use]
pub fn shape(middles: &[&str]) -> &'static str {
    let fits = |shape: &&&str| {
        let whole = Regex::new(&format!("^(?:{shape})$")).expect("a constant pattern");
        middles.iter().all(|it| whole.is_match(it))
    };
    SHAPES.iter().find(fits).copied().unwrap_or(".*?")
}

fn last_words(text: &str) -> &str {
    let mut starts = text.rmatch_indices(' ').map(|it| it.0);
    &text[starts.nth(CONTEXT).map_or(0, |it| it + 1)..]
}

fn first_words(text: &str) -> &str {
    let mut ends = text.match_indices(' ').map(|it| it.0);
    &text[..ends.nth(CONTEXT).unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_all_variants_share_ends_at_whole_words() {
        assert_eq!(shared(&["took 12 ms", "took 13 ms", "took 19 ms"]), (5, 3));
        assert_eq!(shared(&["abc 1", "abd 1"]), (0, 2));
        assert_eq!(shared(&["a", "a b"]), (0, 0));
        assert_eq!(shared(&["x: 1 1", "x: 1"]), (3, 0));
        assert_eq!(shared(&[]), (0, 0));
    }

    #[test]
    fn a_pattern_is_as_narrow_as_what_changed_and_knows_its_neighbours() {
        let table: [(&[&str], Option<&str>); 9] = [
            (&["Rows: 12", "Rows: 9"], Some(r"Rows: (\d+)$")),
            (
                &["  - heading \"12 rows of tea\"", "  - heading \"9 rows of tea\""],
                Some(r#"\- heading "(\d+) rows of"#),
            ),
            (&["took 1.5 s", "took 12.25 s"], Some(r"took ([\d.,]+) s")),
            (&["id a1-ff", "id 0c-12"], Some(r"id ([0-9a-fA-F-]+)$")),
            (&["by Ada (admin)", "by Grace Hopper! (admin)"], Some(r"by (.*?) \(admin\)")),
            (&["alpha", "beta"], None),
            (&["took 3 ms", "took 12 ms", "took 9 ms"], Some(r"took (\d+) ms")),
            (&["key a1-b2 set", "key 77 set"], Some(r"key ([0-9a-fA-F-]+) set")),
            (&["in ~/x!y", "in ~/x?z"], Some(r#"in \~/([^\s"'<>]+)$"#)),
        ];
        for (variants, wanted) in table {
            assert_eq!(pattern(variants, Around::Words).as_deref(), wanted, "{variants:?}");
        }
        let whole = pattern(&["one two three four 5", "one two three four 6"], Around::Line);
        assert_eq!(whole.as_deref(), Some(r"^ *one two three four (\d+)$"));
    }
}
