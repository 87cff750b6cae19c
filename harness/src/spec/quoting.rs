//! [`mend_line`]: the quoted form of what YAML's plain scalars cut in two.
//!
//! `see: heading "Order #12"` silently becomes `heading "Order` (a comment begins at ` #`), and
//! `[ img "a, b" ]` becomes two items. Both end as unbalanced double quotes, and the complaint
//! about those shows the form that works, taken from the source line.

use std::sync::LazyLock;

use regex::Regex;

/// A target without single quotes around it.
static BARE_TARGET: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?:^|[\s\[{,:])([a-z]+ "[^"]*")"#).expect("the pattern is fixed and valid")
});

/// A reference that begins a value inside of `{ … }` or `[ … ]`.
static BARE_REFERENCE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[\[{,:]\s*(\$\{[^}]*\})").expect("the pattern is fixed and valid")
});

/// What to write instead of the first thing on this line that needs quotes.
pub(super) fn mend_line(line: &str) -> Option<String> {
    if let Some(found) = BARE_TARGET.captures_iter(line).find(|it| {
        let text = &it[1];
        [" #", ": ", ",", "]", "}", "[", "{"].iter().any(|cut| text.contains(cut))
    }) {
        return Some(format!("put the target in single quotes: {}", single(&found[1])));
    }
    let found = BARE_REFERENCE.captures(line)?;
    Some(format!("put the reference in double quotes: \"{}\"", &found[1]))
}

/// The text as a single-quoted YAML scalar.
pub(super) fn single(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_yaml_traps_of_targets_and_references_show_their_quoted_form() {
        let mended: Vec<_> = [
            r#"  - see: heading "Order #12""#,
            r#"  - see: heading "Total: 12""#,
            r#"    mask: [ img "a, b" ]"#,
            "    with: { user: ada, password: ${secret:X} }",
            "  - see: nothing special",
        ]
        .into_iter()
        .map(mend_line)
        .collect();
        assert_eq!(
            mended,
            [
                Some(r#"put the target in single quotes: 'heading "Order #12"'"#.to_owned()),
                Some(r#"put the target in single quotes: 'heading "Total: 12"'"#.to_owned()),
                Some(r#"put the target in single quotes: 'img "a, b"'"#.to_owned()),
                Some(r#"put the reference in double quotes: "${secret:X}""#.to_owned()),
                None,
            ]
        );
    }
}
