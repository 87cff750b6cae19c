//! [`schemas`]: the grammar's table as JSON Schemas, for editors.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::grammar::{self, Key, Object, Shape, VERBS};
use crate::model::target::ROLES;

/// The schemas with their file names, as they are kept in `schemas/`.
#[must_use]
pub fn schemas() -> Vec<(&'static str, Value)> {
    vec![
        ("scenario.schema.json", schema(&grammar::SCENARIO)),
        ("skill.schema.json", schema(&grammar::SKILL)),
        ("nightshift.schema.json", schema(&grammar::CONFIG)),
    ]
}

/// A schema as it stands in its file.
pub(crate) fn printed(schema: &Value) -> String {
    format!("{schema:#}\n")
}

fn schema(root: &'static Object) -> Value {
    let mut printer = Printer { wanted: vec![], done: BTreeSet::new(), definitions: Map::new() };
    let mut schema = printer.object(root);
    let head = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": root.id,
    });
    let mut whole = head.as_object().cloned().unwrap_or_default();
    whole.append(schema.as_object_mut().unwrap_or(&mut Map::new()));
    while let Some(next) = printer.wanted.pop() {
        let definition = match next {
            Wanted::Object(object) => printer.object(object),
            Wanted::Target => printer.target(),
            Wanted::TargetText => json!({ "type": "string", "pattern": target_pattern() }),
            Wanted::Redaction => printer.redaction(),
            Wanted::Step => printer.step(),
        };
        printer.definitions.insert(next.id().to_owned(), definition);
    }
    printer.definitions.sort_keys();
    whole.insert("$defs".to_owned(), Value::Object(printer.definitions));
    Value::Object(whole)
}

/// A definition that something refers to.
#[derive(Clone, Copy)]
enum Wanted {
    Object(&'static Object),
    Target,
    TargetText,
    Redaction,
    Step,
}

impl Wanted {
    fn id(self) -> &'static str {
        match self {
            Self::Object(object) => object.id,
            Self::Target => "target",
            Self::TargetText => "target-text",
            Self::Redaction => "redaction-or-class",
            Self::Step => "step",
        }
    }
}

struct Printer {
    wanted: Vec<Wanted>,
    done: BTreeSet<&'static str>,
    definitions: Map<String, Value>,
}

impl Printer {
    fn refer(&mut self, wanted: Wanted) -> Value {
        if self.done.insert(wanted.id()) {
            self.wanted.push(wanted);
        }
        json!({ "$ref": format!("#/$defs/{}", wanted.id()) })
    }

    fn object(&mut self, object: &'static Object) -> Value {
        let required: Vec<&str> =
            object.keys.iter().filter(|it| it.required).map(|it| it.name).collect();
        let mut schema = json!({
            "type": "object",
            "description": object.doc,
            "properties": self.properties(object.keys),
            "required": required,
            "additionalProperties": false,
        });
        if !object.one_of.is_empty() {
            let choices: Vec<Value> =
                object.one_of.iter().map(|it| json!({ "required": [it] })).collect();
            schema["oneOf"] = Value::Array(choices);
        }
        schema
    }

    fn properties(&mut self, keys: impl IntoIterator<Item = &'static Key>) -> Map<String, Value> {
        keys.into_iter()
            .map(|it| (it.name.to_owned(), self.documented(it.shape, it.doc, it.example)))
            .collect()
    }

    fn documented(&mut self, shape: Shape, doc: &str, example: &str) -> Value {
        let mut schema = self.shape(shape);
        schema["description"] = json!(doc);
        schema["examples"] = json!([self::example(example)]);
        schema
    }

    fn shape(&mut self, shape: Shape) -> Value {
        match shape {
            // A scalar is read as the text that was written, whatever YAML takes it for.
            Shape::Text | Shape::Template => json!({ "type": ["string", "number", "boolean"] }),
            Shape::Name => {
                json!({ "type": ["string", "number"], "pattern": "^[A-Za-z0-9_-][A-Za-z0-9._-]*$" })
            }
            Shape::Integer => json!({ "type": "integer" }),
            Shape::Duration => json!({ "type": "string", "pattern": "^[0-9]+(ms|s|m|h)$" }),
            Shape::Percent => json!({ "type": "string", "pattern": "^[0-9.]+ ?%$" }),
            Shape::Regex => json!({ "type": ["string", "number"] }),
            Shape::Pointer => json!({ "type": "string", "pattern": "^/" }),
            Shape::Redaction => self.refer(Wanted::Redaction),
            Shape::Target => self.refer(Wanted::Target),
            Shape::Nothing => json!({ "type": "null" }),
            Shape::Words(words) => match words().as_slice() {
                ["true"] => json!({ "const": true }),
                ["true", "false"] => json!({ "type": "boolean" }),
                words => json!({ "enum": words }),
            },
            Shape::Object(object) => self.refer(Wanted::Object(object)),
            Shape::List(item) => json!({ "type": "array", "items": self.shape(*item) }),
            Shape::OneOrMany(item) => {
                let one = self.shape(*item);
                json!({ "anyOf": [one, { "type": "array", "items": one }] })
            }
            Shape::MapOf(item) => {
                json!({ "type": "object", "additionalProperties": self.shape(*item) })
            }
            Shape::NamedMap(words, item) => {
                json!({ "type": "object", "propertyNames": { "enum": words() }, "additionalProperties": self.shape(*item) })
            }
            Shape::TargetMap(object, item) => {
                let item = self.shape(*item);
                let qualified = self.refer(Wanted::Object(object));
                let name = self.refer(Wanted::TargetText);
                json!({ "anyOf": [
                    { "type": "object", "propertyNames": name, "additionalProperties": item },
                    { "type": "array", "items": qualified },
                ] })
            }
            Shape::AnyOf(shapes) => {
                let shapes: Vec<Value> = shapes.iter().map(|it| self.shape(*it)).collect();
                json!({ "anyOf": shapes })
            }
            Shape::Steps => {
                json!({ "type": "array", "minItems": 1, "items": self.refer(Wanted::Step) })
            }
        }
    }

    fn target(&mut self) -> Value {
        let qualified = self.refer(Wanted::Object(&grammar::TARGET));
        json!({
            "description": "A thing on a page: an ARIA role and the accessible name in double quotes, or text, label, testid or css and a text.",
            "anyOf": [self.refer(Wanted::TargetText), qualified],
        })
    }

    fn redaction(&mut self) -> Value {
        let map = self.refer(Wanted::Object(&grammar::REDACTION));
        json!({
            "description": "Text that is not compared: a pattern, a JSON pointer, or the word for a class.",
            "anyOf": [{ "enum": grammar::classes() }, map],
        })
    }

    /// A step is any of the verbs with its modifiers.
    fn step(&mut self) -> Value {
        let mut choices: Vec<Value> = vec![json!({ "enum": grammar::bare_verbs() })];
        for verb in VERBS {
            let mut properties = Map::new();
            let mut value = self.shape(verb.shape);
            value["description"] = json!(verb.doc);
            properties.insert(verb.name.to_owned(), value);
            properties.extend(self.properties(verb.keys()));
            // A verb without a value is shown as the bare word above.
            let bare = verb.example == verb.name;
            let shown = if bare { json!({ verb.name: null }) } else { example(verb.example) };
            choices.push(json!({
                "type": "object",
                "description": verb.doc,
                "examples": [shown],
                "properties": properties,
                "required": [verb.name],
                "additionalProperties": false,
            }));
        }
        json!({ "description": "One step; its verb is its first key.", "anyOf": choices })
    }
}

/// An example of the table as JSON; the text itself where it is no value of its own.
fn example(yaml: &str) -> Value {
    serde_yaml::from_str(yaml).unwrap_or_else(|_| Value::from(yaml))
}

/// A pattern for the scalar form of targets.
fn target_pattern() -> String {
    format!("^\\s*(({})(\\s*\".*\")?|(text|label|testid|css)\\s*\".+\")\\s*$", ROLES.join("|"))
}
