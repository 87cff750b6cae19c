//! [`write_skill`]: a skill as a person would write it; the inverse of reading, as [`super::write`] is for
//! scenarios.

use std::fmt::Write as _;

use super::write::{DraftStep, comment, write_steps};
use super::write_words::scalar;
use crate::model::Action;

/// The text of the file of a skill without inputs, directly in the folder of skills.
///
/// # Errors
/// The first action that has no written form here.
pub fn write_skill(name: &str, description: &str, steps: &[Action]) -> Result<String, Box<Action>> {
    let mut text = String::new();
    comment(&mut text, "", "yaml-language-server: $schema=../schemas/skill.schema.json");
    let _ = writeln!(text, "skill: {name}");
    let _ = writeln!(text, "description: {}", scalar(description));
    let steps: Vec<DraftStep> = steps.iter().map(DraftStep::of).collect();
    text.push_str("steps:\n");
    write_steps(&mut text, &steps)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Snapshot;
    use crate::spec::{Draft, Overrides, load, write_scenario};

    #[test]
    fn a_skill_and_a_scenario_that_begins_with_it_are_written_and_read_back() {
        let way = [Action::Open("/login".into()), Action::Reload];
        let description = "Opens \"/login\": twice.";
        let skill = write_skill("come-in", description, &way).expect("it has a written form");
        let looks = Action::Snapshot(Snapshot { name: "end".to_owned(), ..Snapshot::default() });
        let draft = Draft {
            name: "look".to_owned(),
            begins_with: Some("come-in".to_owned()),
            steps: vec![DraftStep::of(&looks)],
            ..Draft::default()
        };
        let scenario = write_scenario(&draft).expect("it has a written form");
        assert!(scenario.ends_with("steps:\n  - use: come-in\n  - snapshot: end\n"), "{scenario}");
        let folder = tempfile::tempdir().expect("a folder");
        let config = "products:\n  app: { base-url: 'http://127.0.0.1:8000' }\n";
        let files = [
            ("nightshift.yaml", config),
            ("skills/come-in.yaml", skill.as_str()),
            ("scenarios/look.yaml", scenario.as_str()),
        ];
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("in a folder")).expect("made");
            std::fs::write(path, text).expect("written");
        }
        let suite = load(folder.path(), &Overrides::default()).expect("a valid suite");
        let own = &suite.skills["come-in"];
        assert_eq!(own.description, description);
        assert!(own.steps.iter().map(|it| &it.action).eq(&way), "{:?}", own.steps);
        let calls = Action::Use { skill: "come-in".to_owned(), with: indexmap::IndexMap::new() };
        let steps = suite.scenarios[0].steps.iter();
        assert!(steps.map(|it| &it.action).eq(&[calls, looks]), "{:?}", suite.scenarios[0].steps);
    }
}
