//! Reading targets: `button "Add to cart"`, the fall-backs, and the qualified form as a map.

use super::complaint::Pos;
use super::grammar;
use super::node::{Node, Value};
use super::quoting::{mend_line, single};
use super::reader::{Fields, Reader, one_or_many};
use super::suggest::nearest;
use crate::model::target::ROLES;
use crate::model::{Locator, Target};

/// The ways of naming a thing that are no roles.
const FALLBACKS: [&str; 4] = ["text", "label", "testid", "css"];

/// A double quote inside of a name, as the aria snapshot prints it too.
const ESCAPED: &str = "\\\"";

impl Reader {
    /// A target: a scalar, or a map with `target:`.
    pub(crate) fn target(&mut self, node: &Node) -> Option<Target> {
        match &node.value {
            Value::Scalar { .. } => {
                let text = self.words(node, "a target")?;
                self.locator(text, node.pos).map(Target::plain)
            }
            Value::Map(_) => {
                let fields = self.object(node, &grammar::TARGET)?;
                self.qualified(&fields)
            }
            Value::List(_) => {
                self.advise(
                    node.pos,
                    "a target must be text or a map, not a list",
                    "name one thing here",
                );
                None
            }
        }
    }

    /// A target from the keys `target`, `in` and `nth` of a map.
    pub(crate) fn qualified(&mut self, fields: &Fields<'_>) -> Option<Target> {
        let inner = fields.get("target").and_then(|it| self.target(it));
        let within = fields.get("in").map(|it| self.target(it).map(Box::new));
        let nth = fields.get("nth").map(|node| {
            let nth = self.integer::<u32>(node, "\"nth\"")?;
            if nth == 0 {
                self.advise(node.pos, "\"nth\" counts from 1", "write 1 for the first");
                return None;
            }
            Some(nth)
        });
        let mut target = inner?;
        if let Some(within) = within {
            target.within = Some(within?);
        }
        if let Some(nth) = nth {
            target.nth = Some(nth?);
        }
        Some(target)
    }

    /// Targets: one, or a list of them.
    pub(crate) fn targets(&mut self, node: &Node) -> Vec<Target> {
        let items = one_or_many(node);
        if items.is_empty() {
            self.complain(node.pos, "this list is empty", None);
        }
        items.iter().filter_map(|it| self.target(it)).collect()
    }

    /// A locator from its text.
    pub(crate) fn locator(&mut self, text: &str, pos: Pos) -> Option<Locator> {
        let text = text.trim();
        let (word, rest) = match text.find([' ', '"', '\t']) {
            Some(at) => (&text[..at], text[at..].trim_start()),
            None => (text, ""),
        };
        // The last quote closes the name, also after a backslash.
        let inner = text.strip_suffix('"').unwrap_or(text);
        let quotes = text.matches('"').count() - inner.matches(ESCAPED).count();
        if quotes % 2 == 1 {
            let line = self.sources[usize::from(pos.source)].line(pos.line);
            let help = mend_line(line).unwrap_or_else(|| {
                format!(
                    "put the whole target in single quotes: {}",
                    single(&format!("{word} \"…\""))
                )
            });
            self.complain(
                pos,
                format!("unbalanced double quotes in the target {text}"),
                Some(help),
            );
            return None;
        }
        let fallback = FALLBACKS.contains(&word);
        if !fallback && !ROLES.contains(&word) {
            self.unknown_role(text, word, pos);
            return None;
        }
        if rest.is_empty() && !fallback {
            return Some(Locator::Role { role: word.to_owned(), name: None });
        }
        let Some(name) =
            rest.strip_prefix('"').and_then(|it| it.strip_suffix('"')).filter(|_| rest.len() >= 2)
        else {
            let shown = if rest.is_empty() { "…" } else { rest.trim_matches('"') };
            let form = single(&format!("{word} \"{shown}\""));
            self.advise(
                pos,
                format!("the target {text} lacks its text in double quotes"),
                &format!("write {form}"),
            );
            return None;
        };
        if name.is_empty() && fallback {
            self.complain(pos, format!("the target {text} is empty"), None);
            return None;
        }
        let name = self.refer(&name.replace(ESCAPED, "\""), pos);
        Some(match word {
            "text" => Locator::Text(name),
            "label" => Locator::Label(name),
            "testid" => Locator::TestId(name),
            "css" => Locator::Css(name),
            role => Locator::Role { role: role.to_owned(), name: Some(name) },
        })
    }

    fn unknown_role(&mut self, text: &str, word: &str, pos: Pos) {
        let known = ROLES.iter().chain(&FALLBACKS).copied();
        let html = match word {
            "a" => Some("link"),
            "input" | "field" | "textarea" => Some("textbox"),
            "select" | "dropdown" => Some("combobox"),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "title" => Some("heading"),
            "nav" => Some("navigation"),
            "footer" => Some("contentinfo"),
            "header" => Some("banner"),
            "li" => Some("listitem"),
            "ul" | "ol" => Some("list"),
            "tr" => Some("row"),
            "td" => Some("cell"),
            "th" => Some("columnheader"),
            "p" => Some("paragraph"),
            _ => None,
        };
        let help = match html.or_else(|| nearest(word, known)) {
            Some(role) => format!("did you mean \"{role}\"?"),
            None if text.contains('"') => {
                "begin with an ARIA role, or with text, label, testid or css".to_owned()
            }
            None => format!(
                "write a role and a name, or {} for what shows this text",
                single(&format!("text \"{text}\""))
            ),
        };
        self.complain(pos, format!("unknown role \"{word}\" in a target"), Some(help));
    }
}
