//! [`Node`]: a YAML document as a tree in which every key and value knows its place, and scalars
//! keep the text that was written (`1.0` and `NO` stay what they are).
//!
//! It is built from the events of the YAML parser below the `serde_yaml` alias. What YAML allows
//! and this format does not (tags, merge keys, several documents, aliases without end) is a
//! complaint here, so that the readers above never meet it.

use std::collections::HashMap;

use serde_yaml::granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span, options};

use super::complaint::{Complaint, Pos, Source};

/// How many nodes all aliases of a file may add; legitimate files stay far below it.
const ALIAS_BUDGET: usize = 100_000;

/// YAML's key for merging maps, which this format does not have.
pub(crate) const MERGE_KEY: &str = "<<";

/// A value with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    pub pos: Pos,
    pub value: Value,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// Text; plain is what was written without quotes.
    Scalar {
        text: String,
        plain: bool,
    },
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub key: String,
    pub pos: Pos,
    pub value: Node,
}

impl Node {
    /// Whether nothing is written here (or YAML's word for it).
    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, plain: true } if matches!(text.as_str(), "" | "~" | "null"))
    }

    /// Whether it is neither a list nor a map.
    pub(crate) fn is_scalar(&self) -> bool {
        matches!(self.value, Value::Scalar { .. })
    }

    /// What kind of value this is, for complaints.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.value {
            Value::Scalar { .. } if self.is_null() => "nothing",
            Value::Scalar { .. } => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }

    fn size(&self) -> usize {
        match &self.value {
            Value::Scalar { .. } => 1,
            Value::List(items) => 1 + items.iter().map(Node::size).sum::<usize>(),
            Value::Map(entries) => 1 + entries.iter().map(|it| 1 + it.value.size()).sum::<usize>(),
        }
    }
}

/// Parses one document.
///
/// The tree is `None` where the text is no YAML; complaints can also stand beside a tree.
pub(crate) fn parse(source: &Source, index: u16) -> (Option<Node>, Vec<Complaint>) {
    let mut builder = Builder {
        source,
        index,
        open: Vec::new(),
        root: None,
        anchors: HashMap::new(),
        spent: 0,
        complaints: Vec::new(),
    };
    if let Some(line) = conflict(&source.text) {
        builder.complain(
            Pos { source: index, line, col: 1 },
            "a merge conflict begins here",
            "keep what is right of both sides and remove the lines with `<<<<<<<`, `=======` and `>>>>>>>`",
        );
        return (None, builder.complaints);
    }
    let mut options = options! { simple_key_max_lookahead: 4096 };
    options.set_emit_comments(false);
    let mut documents = 0;
    for next in Parser::new_from_str_with_options(&source.text, options) {
        let (event, span) = match next {
            Ok(it) => it,
            Err(error) => {
                builder.syntax(&error);
                return (None, builder.complaints);
            }
        };
        if matches!(event, Event::DocumentStart(..)) {
            documents += 1;
            if documents > 1 {
                let pos = builder.pos(&span);
                builder.complain(
                    pos,
                    "a second document begins here",
                    "keep one document a file and remove `---`",
                );
                break;
            }
        }
        if builder.event(event, &span).is_err() {
            return (None, builder.complaints);
        }
    }
    (builder.root, builder.complaints)
}

/// The line at which git left two versions for a person to choose from.
fn conflict(text: &str) -> Option<u32> {
    const MARKS: [&str; 3] = ["<<<<<<< ", "=======", ">>>>>>> "];
    let mut left = MARKS.into_iter();
    let mut next = left.next();
    let mut begins = None;
    for (number, line) in (1..).zip(text.lines()) {
        if next.is_some_and(|it| line.starts_with(it)) {
            begins.get_or_insert(number);
            next = left.next();
        }
    }
    begins.filter(|_| next.is_none())
}

/// A collection whose end has not come yet.
struct Open {
    pos: Pos,
    anchor: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map { entries: Vec<Entry>, key: Option<(String, Pos)>, seen: HashMap<String, u32> },
}

/// The rest of the file cannot be read with sense; a complaint says why.
struct Stop;

struct Builder<'s> {
    source: &'s Source,
    index: u16,
    open: Vec<Open>,
    root: Option<Node>,
    anchors: HashMap<usize, Node>,
    spent: usize,
    complaints: Vec<Complaint>,
}

impl Builder<'_> {
    fn pos(&self, span: &Span) -> Pos {
        Pos { source: self.index, line: span.start.line() as u32, col: span.start.col() as u32 + 1 }
    }

    fn complain(&mut self, pos: Pos, message: impl Into<String>, help: &str) {
        self.complaints.push(self.source.complaint(pos, message.into(), Some(help.to_owned())));
    }

    fn event(&mut self, event: Event<'_>, span: &Span) -> Result<(), Stop> {
        let pos = self.pos(span);
        if let Some(tag) = event.tag() {
            let message = format!("the tag {} is not part of the format", tag.original());
            self.complain(pos, message, "remove it: values are read by the key that they stand at");
        }
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let plain = style == ScalarStyle::Plain;
                let node = Node { pos, value: Value::Scalar { text: text.into_owned(), plain } };
                self.finish(node, anchor)
            }
            Event::SequenceStart(_, anchor, _) => {
                self.open.push(Open { pos, anchor, content: Content::List(Vec::new()) });
                Ok(())
            }
            Event::MappingStart(_, anchor, _) => {
                let content = Content::Map { entries: Vec::new(), key: None, seen: HashMap::new() };
                self.open.push(Open { pos, anchor, content });
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(Open { pos, anchor, content }) = self.open.pop() else { return Ok(()) };
                let value = match content {
                    Content::List(items) => Value::List(items),
                    Content::Map { entries, .. } => Value::Map(entries),
                };
                self.finish(Node { pos, value }, anchor)
            }
            Event::Alias(id) => {
                let Some(target) = self.anchors.get(&id) else {
                    self.complain(
                        pos,
                        "this alias stands inside of what it refers to",
                        "write the value out",
                    );
                    return Err(Stop);
                };
                let mut node = target.clone();
                node.pos = pos;
                self.spend(node.size(), pos)?;
                self.finish(node, 0)
            }
            // Begin and end of stream and document hold nothing; anchor and comment events are
            // switched off; and the parser's enum may grow.
            _ => Ok(()),
        }
    }

    fn spend(&mut self, nodes: usize, pos: Pos) -> Result<(), Stop> {
        self.spent += nodes;
        if self.spent <= ALIAS_BUDGET {
            return Ok(());
        }
        self.complain(
            pos,
            format!("the aliases of this file add more than {ALIAS_BUDGET} values"),
            "write the values out, or use `for-each` or a skill",
        );
        Err(Stop)
    }

    /// Puts a finished node into the collection that is open, or makes it the root.
    fn finish(&mut self, node: Node, anchor: usize) -> Result<(), Stop> {
        if anchor != 0 {
            self.spend(node.size(), node.pos)?;
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut open.content {
            Content::List(items) => items.push(node),
            Content::Map { entries, key, seen } => match key.take() {
                Some((name, pos)) => entries.push(Entry { key: name, pos, value: node }),
                None => match node.value {
                    Value::Scalar { text, plain } => {
                        let first = seen.get(&text).copied();
                        seen.entry(text.clone()).or_insert(node.pos.line);
                        *key = Some((text.clone(), node.pos));
                        if plain && text == MERGE_KEY {
                            self.complain(
                                node.pos,
                                "merge keys are not part of the format",
                                "write the keys out, or use a skill",
                            );
                        } else if let Some(first) = first {
                            self.complain(
                                node.pos,
                                format!("duplicate key \"{text}\""),
                                &format!("it is already on line {first}; keep one of them"),
                            );
                        }
                    }
                    Value::List(_) | Value::Map(_) => {
                        self.complain(
                            node.pos,
                            "a key must be text",
                            "quote it if it holds `{`, `[` or `${`",
                        );
                        return Err(Stop);
                    }
                },
            },
        }
        Ok(())
    }

    /// A complaint about text that is no YAML, with the known traps explained.
    fn syntax(&mut self, error: &ScanError) {
        let marker = error.marker();
        let pos =
            Pos { source: self.index, line: marker.line() as u32, col: marker.col() as u32 + 1 };
        let line = self.source.line(pos.line);
        let help = match error.kind() {
            ErrorKind::UnknownAnchor => Some(
                "define it with `&name` first, or quote the text if the `*` is meant".to_owned(),
            ),
            ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabInPlainScalar => Some("indent with spaces".to_owned()),
            ErrorKind::RecursionLimitExceeded => Some("a suite needs a few levels only".to_owned()),
            _ => super::quoting::mend_line(line),
        };
        let message = match error.kind() {
            ErrorKind::RecursionLimitExceeded => "nested too deeply".to_owned(),
            _ => format!("this is not valid YAML: {}", error.info()),
        };
        self.complaints.push(self.source.complaint(pos, message, help));
    }
}
