//! [`xml`] and [`html`]: markup by its structure: a tag a line, attributes in order of their names,
//! white space that means nothing and comments left out.
//!
//! Nothing is resolved or fetched: entities that a document defines stay as they are written, so
//! that one made to explode does not.

use std::fmt::Write as _;

use html5gum::{Token, Tokenizer};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::block::{Block, LINES, bounded, cell};

/// Elements that have no end tag.
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr", "param",
];
/// Elements that end where their like begins.
const LIKE_ENDS: [&str; 9] = ["li", "dt", "dd", "p", "tr", "td", "th", "option", "thead"];
/// Elements whose white space is content.
const KEPT: [&str; 4] = ["pre", "textarea", "script", "style"];
/// The deepest that lines are indented.
const DEEPEST: usize = 60;

/// The lines of a tree in the making. Text is held back until it is known what it stands beside.
#[derive(Default)]
struct Tree {
    open: Vec<String>,
    text: String,
    lines: Vec<String>,
    /// Whether the last line is the start tag of the element that is open.
    at_start: bool,
}

impl Tree {
    fn indent(&self) -> String {
        "  ".repeat(self.open.len().min(DEEPEST))
    }

    fn start(&mut self, name: &str, attributes: &mut [(String, String)]) {
        self.flush();
        attributes.sort();
        let mut line = format!("{}<{name}", self.indent());
        for (name, value) in attributes {
            // Writing to a String cannot fail.
            let _ = write!(line, " {name}=\"{}\"", cell(value));
        }
        line.push('>');
        self.lines.push(line);
        self.open.push(name.to_owned());
        self.at_start = true;
    }

    fn end(&mut self) {
        self.flush();
        self.open.pop();
        self.at_start = false;
    }

    fn keeps_space(&self) -> bool {
        self.open.last().is_some_and(|name| KEPT.contains(&name.as_str()))
    }

    /// The text so far: behind its start tag where it is the first thing there.
    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        if self.keeps_space() {
            let lines = text.trim_end().lines().map(|line| format!("{}{line}", self.indent()));
            self.lines.extend(lines.collect::<Vec<_>>());
            self.at_start = false;
            return;
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        if words.is_empty() {
            return;
        }
        let text = words.join(" ");
        match self.lines.last_mut().filter(|_| self.at_start) {
            Some(tag) => {
                tag.push(' ');
                tag.push_str(&text);
            }
            None => self.lines.push(format!("{}{text}", self.indent())),
        }
        self.at_start = false;
    }

    fn note(&mut self, text: &str) {
        self.flush();
        let line = format!("{}{}", self.indent(), cell(text));
        self.lines.push(line);
        self.at_start = false;
    }

    fn finish(mut self, kind: &str) -> Block {
        self.flush();
        Block::of(kind, bounded(self.lines, &LINES))
    }
}

/// The structure of well-formed XML; `None` where it is none.
pub fn xml(text: &str) -> Option<Block> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut tree = Tree::default();
    let mut elements = 0_usize;
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) => {
                elements += 1;
                tree.start(&String::from_utf8_lossy(tag.name().as_ref()), &mut attributes(&tag)?);
            }
            Event::Empty(tag) => {
                elements += 1;
                tree.start(&String::from_utf8_lossy(tag.name().as_ref()), &mut attributes(&tag)?);
                tree.end();
            }
            Event::End(_) => tree.end(),
            Event::Text(text) => tree.text.push_str(&text.decode().ok()?),
            Event::CData(text) => tree.text.push_str(&text.decode().ok()?),
            Event::GeneralRef(name) => {
                let name = name.decode().ok()?;
                tree.text.push_str(&character(&name).unwrap_or_else(|| format!("&{name};")));
            }
            Event::PI(text) => tree.note(&format!("<?{}?>", String::from_utf8_lossy(&text))),
            Event::DocType(text) => tree.note(&format!("<!DOCTYPE {}>", text.decode().ok()?)),
            Event::Decl(_) | Event::Comment(_) => {}
            Event::Eof => break,
        }
    }
    // A document has one root, and it is closed.
    (elements > 0 && tree.open.is_empty()).then(|| tree.finish("XML"))
}

fn attributes(tag: &BytesStart<'_>) -> Option<Vec<(String, String)>> {
    tag.attributes()
        .map(|attribute| {
            let attribute = attribute.ok()?;
            let raw = String::from_utf8_lossy(&attribute.value).into_owned();
            let value = quick_xml::escape::unescape(&raw).map_or(raw.clone(), Into::into);
            Some((String::from_utf8_lossy(attribute.key.as_ref()).into_owned(), value))
        })
        .collect()
}

/// The character that a reference names, where it needs no definition.
fn character(name: &str) -> Option<String> {
    let code = match name.strip_prefix('#') {
        None => {
            return quick_xml::escape::resolve_predefined_entity(name).map(str::to_owned);
        }
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => number.parse().ok()?,
        },
    };
    char::from_u32(code).map(String::from)
}

/// The structure of HTML as its tags say it; nothing is ever no HTML.
pub fn html(text: &str) -> Block {
    let mut tree = Tree::default();
    for token in Tokenizer::new(text).flatten() {
        match token {
            Token::StartTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                if LIKE_ENDS.contains(&name.as_str()) && tree.open.last() == Some(&name) {
                    tree.end();
                }
                let mut attributes: Vec<(String, String)> = tag
                    .attributes
                    .iter()
                    .map(|(name, value)| {
                        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                        (text(name), text(value))
                    })
                    .collect();
                tree.start(&name, &mut attributes);
                if tag.self_closing || VOID.contains(&name.as_str()) {
                    tree.end();
                }
            }
            Token::EndTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name);
                // A tag that was never opened closes nothing.
                if let Some(at) = tree.open.iter().rposition(|open| **open == *name) {
                    while tree.open.len() > at {
                        tree.end();
                    }
                }
            }
            Token::String(text) => tree.text.push_str(&String::from_utf8_lossy(&text)),
            Token::Doctype(_) | Token::Comment(_) | Token::Error(_) => {}
        }
    }
    tree.finish("HTML")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attribute_order_white_space_comments_and_ways_to_write_do_not_count() {
        let one = "<?xml version=\"1.0\"?>\n<orders b=\"2\" a='1'>\n  <!-- now -->\n  <order>\n    12 &amp; &#x41;</order>\n<empty/></orders>";
        let two = "<orders a=\"1\" b=\"2\"><order>12\n&amp;   A</order><empty></empty></orders>";
        let lines = |text: &str| xml(text).expect("well formed").lines;
        assert_eq!(lines(one), lines(two));
        assert_eq!(lines(one), ["<orders a=\"1\" b=\"2\">", "  <order> 12 & A", "  <empty>"]);
    }

    #[test]
    fn a_document_made_to_explode_stays_as_it_is_written() {
        let mut bomb = "<!DOCTYPE lolz [<!ENTITY a \"ha\">".to_owned();
        for level in 0..30 {
            let _ = write!(bomb, "<!ENTITY b{level} \"&a;&a;&a;&a;&a;&a;\">");
        }
        bomb.push_str("]><lolz>&b29;</lolz>");
        assert_eq!(xml(&bomb).expect("well formed").lines.last().expect("a line"), "<lolz> &b29;");
    }

    #[test]
    fn what_is_not_well_formed_is_none() {
        for text in ["", "<a>", "<a></b>", "words", "<a b=c></a>"] {
            assert_eq!(xml(text), None, "{text}");
        }
        assert!(xml(&"<a>".repeat(100_000)).is_none());
    }

    #[test]
    fn html_is_read_by_its_tags() {
        let one = "<!doctype html><ul class=x id=y><li>One<li>Two &eacute;</ul><br><p>Hi\n <b>there</b></p>";
        let two = "<!DOCTYPE html>\n<ul id=\"y\" class=\"x\"><li>One</li><li>Two é</li></ul><br/><p>Hi <b>there</b>";
        assert_eq!(html(one), html(two));
        assert_eq!(
            html(one).lines,
            [
                "<ul class=\"x\" id=\"y\">",
                "  <li> One",
                "  <li> Two é",
                "<br>",
                "<p> Hi",
                "  <b> there"
            ]
        );
    }
}
