//! What a client reads of the suite, and the scenario that it may propose. Nothing here writes into
//! the suite.

use std::fmt::Write as _;

use super::arguments::Given;
use super::reply::ours;
use super::setting::Setting;
use crate::agent::skills::{named, purpose, whole};
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
            let _ = writeln!(text, "{}", purpose(skill));
        }
        if text.is_empty() {
            text.push_str("the suite has no skills\n");
        }
        return Ok(ours(&text, given.number("from")));
    };
    Ok(ours(&whole(named(&suite.skills, name)?), given.number("from")))
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
