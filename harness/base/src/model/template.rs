//! [`Template`]: text that may hold `${name}` references, filled in when it is used.
//!
//! `${name}` is the only interpolation; `$${` stands for a literal `${`. Secrets are only ever
//! `${secret:NAME}`, so a resolved plan on disk never holds one.

use serde::{Deserialize, Serialize};

/// How one template becomes another: filled for good, or partly substituted.
pub type Fill<'a, E> = &'a dyn Fn(&Template) -> Result<Template, E>;

/// Text with zero or more `${name}` references.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Template(String);

/// A reference that nothing in scope could fill.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("nothing named ${{{0}}} is known here")]
pub struct UnknownReference(pub String);

/// One piece of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text to be taken as it is.
    Literal(&'a str),
    /// The name between `${` and `}`.
    Reference(&'a str),
}

impl Template {
    /// A template of this text; nothing is checked.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text as it was written.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// The pieces in order. An unclosed `${` is literal text.
    #[must_use]
    pub fn pieces(&self) -> Vec<Piece<'_>> {
        let mut pieces = Vec::new();
        let mut rest = self.0.as_str();
        while let Some(at) = rest.find("${") {
            if at > 0 && rest.as_bytes()[at - 1] == b'$' {
                pieces.push(Piece::Literal(&rest[..at - 1]));
                pieces.push(Piece::Literal("${"));
                rest = &rest[at + 2..];
                continue;
            }
            let Some(end) = rest[at..].find('}') else { break };
            if at > 0 {
                pieces.push(Piece::Literal(&rest[..at]));
            }
            pieces.push(Piece::Reference(&rest[at + 2..at + end]));
            rest = &rest[at + end + 1..];
        }
        if !rest.is_empty() {
            pieces.push(Piece::Literal(rest));
        }
        pieces
    }

    /// The names that are referred to, in order, with repeats.
    #[must_use]
    pub fn references(&self) -> Vec<&str> {
        self.pieces()
            .into_iter()
            .filter_map(|piece| match piece {
                Piece::Reference(name) => Some(name),
                Piece::Literal(_) => None,
            })
            .collect()
    }

    /// Fills every reference by `lookup`.
    ///
    /// # Errors
    /// The first reference for which `lookup` has no value.
    pub fn resolve(
        &self,
        lookup: &dyn Fn(&str) -> Option<String>,
    ) -> Result<String, UnknownReference> {
        self.pieces().into_iter().try_fold(String::new(), |mut text, piece| {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Reference(name) => {
                    text.push_str(&lookup(name).ok_or_else(|| UnknownReference(name.to_owned()))?);
                }
            }
            Ok(text)
        })
    }

    /// Replaces the references that `lookup` knows by templates and leaves the others in place.
    #[must_use]
    pub fn substitute(&self, lookup: &dyn Fn(&str) -> Option<Template>) -> Template {
        let mut text = String::new();
        for piece in self.pieces() {
            match piece {
                Piece::Literal("${") => text.push_str("$${"),
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Reference(name) => {
                    if let Some(value) = lookup(name) {
                        text.push_str(value.raw());
                    } else {
                        text.push_str("${");
                        text.push_str(name);
                        text.push('}');
                    }
                }
            }
        }
        Template(text)
    }
}

impl From<&str> for Template {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl std::fmt::Display for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(name: &str) -> Option<String> {
        (name == "user").then(|| "ada".to_owned())
    }

    #[test]
    fn references_are_filled_and_escapes_stay_literal() {
        let template = Template::new("hi ${user}, $${user} costs $5");
        assert_eq!(template.resolve(&lookup), Ok("hi ada, ${user} costs $5".to_owned()));
    }

    #[test]
    fn an_unknown_reference_is_named() {
        let template = Template::new("${user} ${nobody}");
        assert_eq!(template.resolve(&lookup), Err(UnknownReference("nobody".to_owned())));
    }

    #[test]
    fn substitution_leaves_unknown_references_and_escapes_in_place() {
        let template = Template::new("${a} ${b} $${c}");
        let filled = template.substitute(&|name| (name == "a").then(|| Template::new("${x}!")));
        assert_eq!(filled, Template::new("${x}! ${b} $${c}"));
    }
}
