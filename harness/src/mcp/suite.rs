//! What a client reads of the suite, and the scenario that it may propose. Nothing here writes into
//! the suite.

use std::fmt::Write as _;

use super::arguments::Given;
use super::reply::ours;
use super::setting::Setting;
use crate::model::suite::InputKind;
use crate::model::{Scenario, Suite};
use crate::plan::{self, Selection};
use crate::spec;

/// A scenario that a client proposes.
pub struct Offered {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// The skills, or all of one.
pub fn skills(setting: &Setting, given: &Given) -> Result<String, String> {
    let suite = setting.suite()?;
    let Some(name) = given.text("name") else {
        let mut text = String::new();
        for skill in suite.skills.values() {
            let _ = writeln!(text, "{}: {}", skill.name, skill.description.trim());
        }
        if text.is_empty() {
            text.push_str("the suite has no skills\n");
        }
        return Ok(ours(&text, given.number("from")));
    };
    let Some(skill) = suite.skills.get(name) else {
        let names: Vec<&str> = suite.skills.keys().map(String::as_str).collect();
        return Err(format!("there is no skill {name:?}; there are: {}", names.join(", ")));
    };
    let mut text = format!("{} ({}): {}\n", skill.name, skill.file, skill.description.trim());
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
    Ok(ours(&text, given.number("from")))
}

/// The scenarios, or the text of one.
pub fn scenarios(setting: &Setting, given: &Given) -> Result<String, String> {
    let suite = setting.suite()?;
    let Some(id) = given.text("id") else {
        let mut text = String::new();
        for it in &suite.scenarios {
            let tags = if it.tags.is_empty() {
                String::new()
            } else {
                format!(" [{}]", it.tags.join(", "))
            };
            let about = it.about.as_deref().unwrap_or_default();
            let _ = writeln!(text, "{}{tags}: {about}", it.id);
        }
        if text.is_empty() {
            text.push_str("the suite has no scenarios\n");
        }
        return Ok(ours(&text, given.number("from")));
    };
    let Some(scenario) = suite.scenarios.iter().find(|it| it.id == id) else {
        return Err(format!("there is no scenario {id:?}; `scenarios` without an id lists them"));
    };
    let file = suite.root.join(&scenario.file);
    let text = std::fs::read_to_string(&file)
        .map_err(|error| format!("{} cannot be read: {error}", scenario.file))?;
    Ok(ours(&format!("# {}\n{text}", scenario.file), given.number("from")))
}

/// The scenario that a client proposes, if it is one that the suite could have.
pub fn proposal(setting: &Setting, given: &Given) -> Result<Offered, String> {
    let text = given.raw("yaml").unwrap_or_default();
    let read = spec::read_scenario("the proposal", text).map_err(|complaints| {
        let all: Vec<String> = complaints.iter().map(ToString::to_string).collect();
        format!("it is no valid scenario:\n{}", all.join("\n"))
    })?;
    let name = read.id.split('/').next().unwrap_or_default().to_owned();
    let mut suite = setting.suite()?;
    if let Some(same) = suite.scenarios.iter().find(|it| of_file(it) == name) {
        return Err(format!(
            "the suite has a scenario {name} already, in {}; choose another name",
            same.file
        ));
    }
    can_be_planned(&mut suite, read)?;
    let text = if text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") };
    Ok(Offered { name, text })
}

fn of_file(scenario: &Scenario) -> &str {
    scenario.id.split('/').next().unwrap_or_default()
}

/// Whether everything that it refers to is there: skills above all.
fn can_be_planned(suite: &mut Suite, scenario: Scenario) -> Result<(), String> {
    suite.scenarios = vec![scenario];
    match plan::select(suite, &Selection::default()) {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("it cannot be planned: {error}; `skills` lists what there is")),
    }
}
