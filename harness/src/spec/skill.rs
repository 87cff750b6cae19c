//! Reading a skill file into a [`SkillDoc`].

use indexmap::IndexMap;

use super::complaint::Pos;
use super::grammar;
use super::node::{Node, Value};
use super::reader::Reader;
use super::scenario::is_secret;
use crate::model::Template;
use crate::model::suite::{InputKind, Skill, SkillInput};

/// A skill file as it was read.
#[derive(Debug)]
pub(crate) struct SkillDoc {
    /// The place of its name.
    pub pos: Pos,
    /// The skill.
    pub skill: Skill,
}

/// Reads a skill file.
pub(crate) fn read(reader: &mut Reader, root: &Node) -> Option<SkillDoc> {
    let fields = reader.object(root, &grammar::SKILL)?;
    let name = fields.get("skill").and_then(|it| Some((reader.name(it, "the skill")?, it.pos)));
    let description = fields
        .get("description")
        .and_then(|it| reader.words(it, "\"description\""))
        .unwrap_or_default()
        .to_owned();
    let inputs = fields.get("inputs").map(|it| inputs(reader, it)).unwrap_or_default();
    let guidance =
        fields.get("guidance").and_then(|it| reader.raw(it, "\"guidance\"")).map(str::to_owned);
    let policy = reader.policy(&fields, "skill", name.as_ref());
    let steps = reader.steps(fields.get("steps"), "\"steps\"");
    let ensures = reader.steps(fields.get("ensures"), "\"ensures\"");
    let (name, pos) = name?;
    let line = fields.entry("skill").map_or(root.pos.line, |it| it.pos.line);
    let file = reader.file();
    Some(SkillDoc {
        pos,
        skill: Skill { name, file, line, description, inputs, guidance, policy, steps, ensures },
    })
}

fn inputs(reader: &mut Reader, node: &Node) -> IndexMap<String, SkillInput> {
    let mut inputs = IndexMap::new();
    for entry in reader.map(node, "\"inputs\"").unwrap_or_default() {
        let named = reader.variable_name(&entry.key, entry.pos);
        if let Some(input) = input(reader, &entry.value)
            && named
        {
            inputs.insert(entry.key.clone(), input);
        }
    }
    inputs
}

fn input(reader: &mut Reader, node: &Node) -> Option<SkillInput> {
    if matches!(node.value, Value::Scalar { .. }) {
        // With a wrong kind it still is an input, so that its references are no second complaint.
        let kind = kind(reader, node).unwrap_or(InputKind::Text);
        return Some(SkillInput { kind, default: None });
    }
    let fields = reader.object(node, &grammar::INPUT)?;
    let kind = fields.get("type").and_then(|it| kind(reader, it))?;
    let default = match fields.get("default") {
        Some(node) => {
            let default = reader.template(node, "\"default\"")?;
            if let Some((message, help)) = mismatch(kind, &default, is_secret(&default)) {
                reader.complain(node.pos, format!("the default {message}"), Some(help));
            }
            Some(default)
        }
        None => None,
    };
    Some(SkillInput { kind, default })
}

fn kind(reader: &mut Reader, node: &Node) -> Option<InputKind> {
    Some(match reader.choice(node, "kind of input", grammar::input_kinds())? {
        "number" => InputKind::Number,
        "boolean" => InputKind::Boolean,
        "secret" => InputKind::Secret,
        _ => InputKind::Text,
    })
}

/// Why a value does not fit a kind of input, and what to write instead.
///
/// A text with references may become anything, so that only what is written out is judged.
pub(crate) fn mismatch(
    kind: InputKind,
    value: &Template,
    secret: bool,
) -> Option<(String, String)> {
    let open = !value.references().is_empty();
    let text = value.raw();
    match kind {
        InputKind::Text => None,
        InputKind::Number if open || text.parse::<f64>().is_ok_and(f64::is_finite) => None,
        InputKind::Boolean if open || matches!(text, "true" | "false") => None,
        InputKind::Secret if secret => None,
        InputKind::Number => {
            Some((format!("must be a number, not \"{text}\""), "write it in digits".to_owned()))
        }
        InputKind::Boolean => Some((
            format!("must be true or false, not \"{text}\""),
            "write `true` or `false`".to_owned(),
        )),
        // What stands here may be the secret itself, so the message does not repeat it.
        InputKind::Secret => Some((
            "must be a secret and nothing else".to_owned(),
            "write `\"${secret:NAME}\"` and keep the value outside of the suite".to_owned(),
        )),
    }
}
