//! [`within_quotes`]: the quoted texts of an observation as a person sees them, without the
//! backslashes that they are written with. Used by [`super::redact`], so that a pattern such as
//! `"query_ms": ([\d.]+)` finds JSON that a page shows.

use std::ops::Range;

/// The text with each quoted text that holds escaped characters changed by `change`, which gets it
/// unescaped. Quoted texts without escapes are left to whoever looks at the whole.
#[must_use]
pub fn within_quotes(text: &str, change: &dyn Fn(&str) -> String) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let lines: Vec<String> = text.split('\n').map(|line| of_line(line, change)).collect();
    lines.join("\n")
}

fn of_line(line: &str, change: &dyn Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(line.len());
    let mut done = 0;
    for inner in quoted(line) {
        let written = &line[inner.clone()];
        if !written.contains('\\') {
            continue;
        }
        let seen = unescaped(written);
        let changed = change(&seen);
        if changed != seen {
            out.push_str(&line[done..inner.start]);
            out.push_str(&changed.replace('\\', "\\\\").replace('"', "\\\""));
            done = inner.end;
        }
    }
    out.push_str(&line[done..]);
    out
}

/// What stands between quotes, without them; a quote behind a backslash ends nothing.
fn quoted(line: &str) -> Vec<Range<usize>> {
    let (mut all, mut start, mut escaped) = (Vec::new(), None, false);
    for (at, character) in line.char_indices() {
        match (character, start) {
            _ if escaped => escaped = false,
            ('\\', Some(_)) => escaped = true,
            ('"', None) => start = Some(at + 1),
            ('"', Some(from)) => {
                all.push(from..at);
                start = None;
            }
            _ => {}
        }
    }
    all
}

fn unescaped(written: &str) -> String {
    let mut seen = String::with_capacity(written.len());
    let mut characters = written.chars();
    while let Some(character) = characters.next() {
        match (character, characters.as_str().chars().next()) {
            ('\\', Some(next @ ('\\' | '"'))) => {
                characters.next();
                seen.push(next);
            }
            _ => seen.push(character),
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::within_quotes;

    #[test]
    fn a_quoted_text_is_changed_as_it_is_seen_and_written_as_before() {
        let change = |text: &str| text.replace("\"ms\": 12", "\"ms\": […]");
        let line = r#"- text "{\"ms\": 12, \"path\": \"a\\b\"}" [level=1]"#;
        let expected = r#"- text "{\"ms\": […], \"path\": \"a\\b\"}" [level=1]"#;
        assert_eq!(within_quotes(line, &change), expected);
    }

    #[test]
    fn what_does_not_match_stays_byte_by_byte() {
        let change = |text: &str| text.replace("\"ms\": 12", "[…]");
        for line in [r#"- text "{\"ms\": 13}""#, r#"- text "C:\\new" "open"#, "plain \\ text"] {
            assert_eq!(within_quotes(line, &change), line);
        }
    }
}
