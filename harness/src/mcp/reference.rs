//! [`reference`]: the table of tools as a page for people, kept in `docs/reference/mcp.md`.

use std::fmt::Write as _;

use super::tools::{TELL, TOOLS, VERBS};

const HEAD: &str = "\
# Every tool of `nightshift mcp`

Written from the table by which calls are read; `NIGHTSHIFT_WRITE_SCHEMAS=1 cargo test committed`
writes it anew. How a client is connected and what it may do is told in
[a coding agent at the product](../guide/mcp.md).

Answers are text, and pictures where they were asked for. What could not be done is an answer too: it
says why, and what would help. Whatever stands between `<page>` and `</page>` or `<data>` and `</data>`
was written by the product.
";

/// The reference documentation of every tool, as Markdown.
#[must_use]
pub fn reference() -> String {
    let mut text = HEAD.to_owned();
    for tool in TOOLS.iter().chain([&TELL]) {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n## {}\n\n{}", tool.kind.word(), tool.about);
        if !tool.more.is_empty() {
            let _ = write!(text, "\n\n{}", tool.more);
        }
        text.push_str("\n\n| argument | takes | meaning |\n|---|---|---|\n");
        for it in tool.arguments {
            let _ = writeln!(text, "| `{}` | {} | {} |", it.name, it.words(), it.about);
        }
    }
    let verbs: Vec<String> = VERBS.iter().map(|it| format!("`{it}`")).collect();
    let _ = write!(
        text,
        "\n## The actions of act\n\n{}. A `step` takes all others that can be proposed, such as `upload`, `download` and `print`, which only the suite's `policy` can allow.\n",
        verbs.join(", ")
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_reference_is_that_of_the_tools() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/mcp.md");
        if std::env::var_os("NIGHTSHIFT_WRITE_SCHEMAS").is_some() {
            std::fs::write(&path, reference()).expect("the page can be written");
            return;
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == reference(), "docs/reference/mcp.md is out of date");
    }
}
