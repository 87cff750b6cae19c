//! [`Pattern`]: a regex that may hold `${name}` references. What a reference stands for is text,
//! and no part of the regex: its `.` is a point.

use serde::{Deserialize, Serialize};

use super::template::{Fill, Piece, Template};

/// A regex with zero or more `${name}` references.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pattern(Template);

impl Pattern {
    /// A pattern of this text; nothing is checked.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Template::new(text))
    }

    /// The regex as it was written; once it is filled, the regex itself.
    #[must_use]
    pub fn raw(&self) -> &str {
        self.0.raw()
    }

    /// The regex with a letter in place of every reference: it compiles where any filling does.
    #[must_use]
    pub fn sample(&self) -> String {
        self.0
            .pieces()
            .into_iter()
            .map(|piece| match piece {
                Piece::Literal(text) => text,
                Piece::Reference(_) => "x",
            })
            .collect()
    }

    /// The pattern with every reference replaced by what `fill` makes of it, escaped.
    ///
    /// # Errors
    /// What `fill` answers for the first reference that it cannot fill.
    pub fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        let for_good = is_for_good(fill)?;
        let mut text = String::new();
        for piece in self.0.pieces() {
            match piece {
                Piece::Literal("${") if !for_good => text.push_str("$${"),
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Reference(name) => {
                    let value = fill(&Template::new(format!("${{{name}}}")))?;
                    if for_good {
                        text.push_str(&regex::escape(value.raw()));
                    } else {
                        text.push_str(&escaped_around_references(&value));
                    }
                }
            }
        }
        Ok(Self::new(text))
    }
}

/// Whether what comes back is text and no template any more: an escaped `$${` has become `${`.
fn is_for_good<E>(fill: Fill<'_, E>) -> Result<bool, E> {
    fill(&Template::new("$${")).map(|it| it.raw() == "${")
}

/// A value that is a template still: its text is escaped, its references are filled later.
fn escaped_around_references(value: &Template) -> String {
    value
        .pieces()
        .into_iter()
        .map(|piece| match piece {
            Piece::Literal(text) => regex::escape(text),
            Piece::Reference(name) => format!("${{{name}}}"),
        })
        .collect()
}

impl From<&str> for Pattern {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.raw())
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn values(name: &str) -> Option<&'static str> {
        match name {
            "number" => Some("A.1 (new) ${x}"),
            "given" => Some("no. ${number}"),
            _ => None,
        }
    }

    /// As it is before a step is carried out.
    fn filled(pattern: &str) -> Option<String> {
        let lookup = |name: &str| values(name).map(str::to_owned);
        let filled = Pattern::new(pattern).map(&|it| it.resolve(&lookup).map(Template::new)).ok();
        filled.map(|it| it.raw().to_owned())
    }

    /// As it is when a skill is called.
    fn substituted(pattern: &str) -> String {
        let lookup = |name: &str| (name == "given").then(|| Template::new("no. ${number}"));
        let Ok(put) = Pattern::new(pattern).map(&|it| Ok::<_, Infallible>(it.substitute(&lookup)));
        put.raw().to_owned()
    }

    #[test]
    fn what_a_reference_stands_for_is_text_and_no_regex() {
        let regex = filled(r"^Order ${number}: \d+$").expect("all is known");
        assert_eq!(regex, r"^Order A\.1 \(new\) \$\{x\}: \d+$");
        let regex = regex::Regex::new(&regex).expect("the value is escaped");
        assert!(regex.is_match("Order A.1 (new) ${x}: 12"));
        assert!(!regex.is_match("Order A-1 (new) ${x}: 12"));
        assert_eq!(filled("^${nobody}"), None);
        assert_eq!(filled(r"\d{2}$"), Some(r"\d{2}$".to_owned()));
    }

    #[test]
    fn an_input_of_a_skill_keeps_the_references_that_it_brings() {
        assert_eq!(substituted("^${given} ${other}$"), r"^no\. ${number} ${other}$");
        assert_eq!(substituted("a$${b}"), "a$${b}");
    }

    #[test]
    fn a_sample_compiles_where_a_value_may_stand() {
        assert_eq!(Pattern::new(r"^${a} \d+ ${b}$").sample(), r"^x \d+ x$");
    }
}
