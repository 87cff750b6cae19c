//! [`Overrides`]: `--set dotted.key=value` and `--var NAME=VALUE`, laid over `nightshift.yaml`
//! before it is read, so that they are checked (and complained about) like the file itself.

use super::complaint::{Pos, Source};
use super::node::{Entry, Node, Value, parse};
use super::reader::Reader;

/// What the command line says instead of `nightshift.yaml`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overrides {
    /// Dotted keys and their values as YAML.
    pub set: Vec<(String, String)>,
    /// Variables for `${name}`.
    pub vars: Vec<(String, String)>,
}

impl Overrides {
    /// Lays the overrides over the configuration's tree.
    pub(crate) fn apply(&self, reader: &mut Reader, root: &mut Node) {
        for (key, value) in &self.set {
            let lead = format!("{key}=");
            let index = add_source(reader, "--set", format!("{lead}{value}"));
            let column = lead.chars().count() as u32;
            // The value is parsed alone, and then moved to where it stands in the option.
            let (node, complaints) = parse(&Source::new("--set", value.as_str()), index);
            for it in complaints {
                let moved = if it.line == 1 { column } else { 0 };
                let pos = Pos { source: index, line: it.line, col: it.col + moved };
                reader.complain(pos, it.message, it.help);
            }
            let Some(mut node) = node else { continue };
            shift(&mut node, column);
            let path: Vec<&str> = key.split('.').collect();
            let pos = Pos { source: index, line: 1, col: 1 };
            if put(root, &path, node, pos).is_err() {
                reader.advise(
                    pos,
                    format!("\"{key}\" goes through something that is no map"),
                    "name a key of nightshift.yaml, as in `browser.viewport`",
                );
            }
        }
        for (name, value) in &self.vars {
            let index = add_source(reader, "--var", format!("{name}={value}"));
            let pos = Pos { source: index, line: 1, col: 1 };
            let node = Node { pos, value: Value::Scalar { text: value.clone(), plain: false } };
            // Where `vars` is no map, the reader complains about it.
            let _ = put(root, &["vars", name], node, pos);
        }
    }
}

fn add_source(reader: &mut Reader, name: &str, text: String) -> u16 {
    reader.sources.push(Source::new(name, text));
    (reader.sources.len() - 1) as u16
}

fn shift(node: &mut Node, by: u32) {
    let moved = |pos: &mut Pos| {
        if pos.line == 1 {
            pos.col += by;
        }
    };
    moved(&mut node.pos);
    match &mut node.value {
        Value::Scalar { .. } => {}
        Value::List(items) => items.iter_mut().for_each(|it| shift(it, by)),
        Value::Map(entries) => {
            for entry in entries {
                moved(&mut entry.pos);
                shift(&mut entry.value, by);
            }
        }
    }
}

/// A key on the way is no map.
struct NoMap;

fn put(node: &mut Node, path: &[&str], value: Node, pos: Pos) -> Result<(), NoMap> {
    let Some((key, rest)) = path.split_first() else {
        *node = value;
        return Ok(());
    };
    if node.is_null() {
        node.value = Value::Map(Vec::new());
    }
    let Value::Map(entries) = &mut node.value else { return Err(NoMap) };
    let at = entries.iter().position(|it| it.key == *key).unwrap_or_else(|| {
        let empty = Node { pos, value: Value::Scalar { text: String::new(), plain: true } };
        entries.push(Entry { key: (*key).to_owned(), pos, value: empty });
        entries.len() - 1
    });
    put(&mut entries[at].value, rest, value, pos)
}
