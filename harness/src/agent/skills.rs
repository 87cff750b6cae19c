//! [`whole`]: what an agent is told of the suite's skills: what each is for, and all of one where it asks.

use std::fmt::Write as _;

use indexmap::IndexMap;

use crate::model::suite::{InputKind, Skill};

/// `sign-in: signs in as somebody`.
#[must_use]
pub fn purpose(skill: &Skill) -> String {
    format!("{}: {}", skill.name, skill.description.trim())
}

/// All of a skill: what it is for, its inputs, advice and steps.
#[must_use]
pub fn whole(skill: &Skill) -> String {
    let mut text = format!("{} ({}): {}\n", skill.name, skill.file, skill.description.trim());
    // Writing to a string cannot fail.
    for (name, input) in &skill.inputs {
        let kind = match input.kind {
            InputKind::Text => "text",
            InputKind::Number => "number",
            InputKind::Boolean => "boolean",
            InputKind::Secret => "secret, written ${secret:NAME}",
        };
        let default = input.default.as_ref().map(|it| format!(", {} unless said", it.raw()));
        let _ = writeln!(text, "input {name}: {kind}{}", default.unwrap_or_default());
    }
    if let Some(guidance) = &skill.guidance {
        let _ = writeln!(text, "guidance: {}", guidance.trim());
    }
    for (what, steps) in [("step", &skill.steps), ("ensures", &skill.ensures)] {
        for step in steps {
            let _ = writeln!(text, "{what}: {}", step.text);
        }
    }
    text
}

/// The skill of this name.
///
/// # Errors
/// There is none; which there are.
pub fn named<'a>(skills: &'a IndexMap<String, Skill>, name: &str) -> Result<&'a Skill, String> {
    skills.get(name).ok_or_else(|| {
        let names: Vec<&str> = skills.keys().map(String::as_str).collect();
        format!("there is no skill {name:?}; there are: {}", names.join(", "))
    })
}
