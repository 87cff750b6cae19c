//! [`reference`]: the grammar's table as a page for people, kept in `docs/reference/keys.md`.
//!
//! The same table gives the schemas for editors (`schema`) and the complaints of the readers, so
//! the three cannot say different things.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::grammar::{self, Key, Object, Shape, VERBS};

/// What stands above the tables.
const HEAD: &str = "\
# Every key

Written from the table by which the files are read; `NIGHTSHIFT_WRITE_SCHEMAS=1 cargo test committed`
writes it anew. How the keys are used is told in [scenarios and skills](../guide/scenarios.md) and
[the configuration](../guide/configuration.md).

A **name** is made of letters, digits, `-`, `_` and `.`. A **duration** is a whole number with `ms`,
`s`, `m` or `h`. A **template** is text that may hold `${name}`; `$${` stands for `${`. A **regex** is
in the syntax of Rust's [regex](https://docs.rs/regex/latest/regex/#syntax) crate. A **target** is an
ARIA role with the accessible name in double quotes, or `text`, `label`, `testid` or `css` with a text
in double quotes, or a [qualified target](#qualified-target). Keys in bold must be there.
";

/// The reference documentation of every file, key and verb, as Markdown.
#[must_use]
pub fn reference() -> String {
    let mut printer = Printer { text: HEAD.to_owned(), wanted: Vec::new(), done: BTreeSet::new() };
    printer.file("nightshift.yaml", &grammar::CONFIG);
    printer.file("Scenario files", &grammar::SCENARIO);
    printer.file("Skill files", &grammar::SKILL);
    printer.steps();
    printer.rest();
    printer.text
}

struct Printer {
    text: String,
    /// What was referred to and is still to be printed, in order.
    wanted: Vec<&'static Object>,
    /// What was referred to, by id.
    done: BTreeSet<&'static str>,
}

impl Printer {
    fn file(&mut self, title: &str, object: &'static Object) {
        let _ = write!(self.text, "\n## {title}\n\n{}\n", object.doc);
        self.keys(object.keys);
        self.rest();
    }

    /// A verb with its modifiers, one after the other.
    fn steps(&mut self) {
        self.text.push_str(
            "\n## Steps\n\nA list item is one step; its verb is its first key, the other keys are its modifiers. Every step may have these:\n",
        );
        self.keys(grammar::EVERY_STEP);
        for verb in VERBS {
            let shape = self.words(verb.shape);
            let _ = write!(
                self.text,
                "\n### {}\n\n{} Takes {shape}.\n\n```yaml\n- {}\n```\n",
                verb.name, verb.doc, verb.example
            );
            if !verb.modifiers.is_empty() {
                self.keys(verb.modifiers);
            }
        }
    }

    /// The maps that were referred to and are not printed yet.
    fn rest(&mut self) {
        while !self.wanted.is_empty() {
            let object = self.wanted.remove(0);
            let _ = write!(self.text, "\n### {}\n\n{}", anchor(object), object.doc);
            if !object.one_of.is_empty() {
                let choice: Vec<String> = object.one_of.iter().map(|it| code(it)).collect();
                let _ = write!(self.text, " Exactly one of {}.", choice.join(", "));
            }
            self.text.push('\n');
            self.keys(object.keys);
        }
    }

    fn keys(&mut self, keys: &'static [Key]) {
        self.text.push_str("\n| key | takes | meaning | example |\n|---|---|---|---|\n");
        for key in keys {
            let name =
                if key.required { format!("**{}**", code(key.name)) } else { code(key.name) };
            let shape = self.words(key.shape);
            let _ = writeln!(
                self.text,
                "| {name} | {} | {} | {} |",
                cell(&shape),
                cell(key.doc),
                cell(&code(key.example))
            );
        }
    }

    /// A link to a map, which is printed later.
    fn link(&mut self, object: &'static Object) -> String {
        if self.done.insert(object.id) {
            self.wanted.push(object);
        }
        let name = anchor(object);
        format!("[{name}](#{name})")
    }

    fn words(&mut self, shape: Shape) -> String {
        match shape {
            Shape::Text => "text".to_owned(),
            Shape::Template => "a template".to_owned(),
            Shape::Name => "a name".to_owned(),
            Shape::Integer => "a whole number".to_owned(),
            Shape::Duration => "a duration".to_owned(),
            Shape::Percent => "a percentage".to_owned(),
            Shape::Regex => "a regex".to_owned(),
            Shape::Pointer => "a JSON pointer".to_owned(),
            Shape::Redaction => {
                format!("the word of a class, or a {}", self.link(&grammar::REDACTION))
            }
            Shape::Target => {
                // The scalar form is told at the head of the page.
                let _ = self.link(&grammar::TARGET);
                "a target".to_owned()
            }
            Shape::Nothing => "nothing".to_owned(),
            Shape::Words(words) => one_of(&words()),
            Shape::Object(object) => self.link(object),
            Shape::List(item) => format!("a list, each {}", self.words(*item)),
            Shape::OneOrMany(item) => format!("{}, or a list of such", self.words(*item)),
            Shape::MapOf(item) => format!("a map, each value {}", self.words(*item)),
            Shape::NamedMap(words, item) => {
                format!("a map from {} to {}", one_of(&words()), self.words(*item))
            }
            Shape::TargetMap(object, item) => {
                let item = self.words(*item);
                format!("a map from targets to {item}, or a list of {}", self.link(object))
            }
            Shape::AnyOf(shapes) => {
                let shapes: Vec<String> = shapes.iter().map(|it| self.words(*it)).collect();
                shapes.join("; or ")
            }
            Shape::Steps => "a list of [steps](#steps)".to_owned(),
        }
    }
}

/// The heading of a map, which is also its anchor.
fn anchor(object: &Object) -> &'static str {
    // Verbs have headings of their own; a map of the same name must not take their anchor.
    match object.id {
        "choose" => "choose-map",
        "upload" => "upload-map",
        "download" => "download-map",
        "wait" => "wait-map",
        id => id,
    }
}

/// The words of a choice; what is only another word with a sign before it is said once for all.
fn one_of(words: &[&str]) -> String {
    const SIGNS: [&str; 3] = ["+", "-", "not "];
    let bare = |word: &str| {
        SIGNS.iter().find(|it| word.strip_prefix(**it).is_some_and(|rest| words.contains(&rest)))
    };
    let listed: Vec<String> =
        words.iter().filter(|it| bare(it).is_none()).map(|it| code(it)).collect();
    let signs: Vec<String> = SIGNS
        .iter()
        .filter(|sign| words.iter().any(|it| bare(it) == Some(sign)))
        .map(|it| code(it))
        .collect();
    let listed = match listed.as_slice() {
        [only] => only.clone(),
        several => format!("one of {}", several.join(", ")),
    };
    if signs.is_empty() {
        listed
    } else {
        format!("{listed}; each also with {} before it", signs.join(" or "))
    }
}

/// As code; in double backquotes where it holds one.
fn code(text: &str) -> String {
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// As the content of a table's cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
