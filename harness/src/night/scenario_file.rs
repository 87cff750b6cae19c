//! [`ScenarioFile`]: a scenario that an exploration made, as the text of a file of the suite.

use std::path::Path;

use super::Ground;
use super::NightError;
use crate::explore::{Fault, SharedWay};
use crate::model::Action;
use crate::model::suite::Isolation;
use crate::spec::{self, Draft, DraftStep};

/// The folder of the scenarios of findings, below that of the others.
pub const FINDINGS: &str = "findings";
/// The tags of such a scenario.
const TAGS_OF_FINDING: [&str; 2] = ["explored", "finding"];

/// The text of a scenario that fails until a finding is mended.
///
/// # Errors
/// A step has no written form: a mistake of ours.
pub fn finding_text(
    ground: &Ground,
    fault: &Fault,
    steps: &[Action],
    name: &str,
    file: &Path,
) -> Result<String, NightError> {
    let about = format!("{}.", fault.title.trim_end_matches('.'));
    let product = fault.product.as_deref();
    let actor = ground.actor_of(steps);
    let own = ScenarioFile {
        name,
        about: &about,
        product,
        tags: &TAGS_OF_FINDING,
        actor,
        isolate: None,
        begins_with: None,
        steps,
    };
    own.text(file)
}

/// The text of a skill for a way that scenarios share, in the folder of skills.
///
/// # Errors
/// A step has no written form: a mistake of ours.
pub fn skill_text(way: &SharedWay) -> Result<String, NightError> {
    spec::write_skill(&way.name, &way.description, &way.steps).map_err(|it| unwritten("skill", &it))
}

fn unwritten(what: &str, action: &Action) -> NightError {
    let step = action.describe();
    NightError::Usage(format!("an explored {what} cannot be written: {step}"))
}

/// A scenario that is to be written.
#[derive(Debug, Clone, Copy)]
pub struct ScenarioFile<'a> {
    /// Its id.
    pub name: &'a str,
    /// What it shows, in a sentence.
    pub about: &'a str,
    /// The product, where the suite has several.
    pub product: Option<&'a str>,
    /// Words to select it by.
    pub tags: &'a [&'a str],
    /// Whose session its pages start from.
    pub actor: Option<&'a str>,
    /// Whether it says that it has a server of its own.
    pub isolate: Option<Isolation>,
    /// The skill that its first steps are, where it is one.
    pub begins_with: Option<&'a SharedWay>,
    /// Its steps, those of the skill too.
    pub steps: &'a [Action],
}

impl ScenarioFile<'_> {
    /// The text, for a file at this path below the suite's folder.
    ///
    /// # Errors
    /// A step has no written form: a mistake of ours.
    pub fn text(&self, file: &Path) -> Result<String, NightError> {
        let up = "../".repeat(file.components().count() - 1);
        let step = |action: &Action| DraftStep { note: None, action: Some(action.clone()) };
        let skill = self.begins_with.and_then(|way| {
            self.steps.strip_prefix(way.steps.as_slice()).map(|rest| (way.name.clone(), rest))
        });
        let (begins_with, own) = skill.map_or((None, self.steps), |it| (Some(it.0), it.1));
        let draft = Draft {
            name: self.name.to_owned(),
            about: Some(self.about.replace("${", "$${")),
            product: self.product.map(str::to_owned),
            actor: self.actor.map(str::to_owned),
            isolate: self.isolate,
            tags: self.tags.iter().map(|it| (*it).to_owned()).collect(),
            notes: vec![format!("yaml-language-server: $schema={up}schemas/scenario.schema.json")],
            begins_with,
            steps: own.iter().map(step).collect(),
        };
        spec::write_scenario(&draft).map_err(|it| unwritten("scenario", &it))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::{Written, shared};
    use crate::model::target::Locator;
    use crate::model::{Snapshot, Target};
    use crate::plan::{Selection, select};

    fn written(name: &str) -> Written {
        let button = |name: &str| {
            let name = Some(name.into());
            Action::click(Target::plain(Locator::Role { role: "button".to_owned(), name }))
        };
        let looks = Action::Snapshot(Snapshot { name: "end".to_owned(), ..Snapshot::default() });
        Written {
            area: "start".to_owned(),
            name: name.to_owned(),
            about: "Somebody looks.".to_owned(),
            product: None,
            steps: vec![Action::Open("/".into()), button("Menu"), button(name), looks],
            probes: Vec::new(),
        }
    }

    #[test]
    fn scenarios_that_share_a_skill_do_the_same_steps_as_those_that_are_written_out() {
        let all = ["a", "b", "c"].map(written);
        let ways = shared(&all, &indexmap::IndexMap::new());
        assert_eq!(ways.len(), 1);
        let folder = tempfile::tempdir().expect("a folder");
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().expect("in a folder")).expect("made");
            std::fs::write(path, text).expect("written");
        };
        write("nightshift.yaml", "products:\n  app: { base-url: 'http://127.0.0.1:8000' }\n");
        let skill = skill_text(&ways[0]).expect("it has a written form");
        write(&format!("skills/{}.yaml", ways[0].name), &skill);
        for it in &all {
            let own = ScenarioFile {
                name: &it.name,
                about: &it.about,
                product: None,
                tags: &[],
                actor: None,
                isolate: None,
                begins_with: Some(&ways[0]),
                steps: &it.steps,
            };
            let file = format!("scenarios/{}.yaml", it.name);
            let text = own.text(Path::new(&file)).expect("it has a written form");
            assert!(text.contains(&format!("  - use: {}\n", ways[0].name)), "{text}");
            write(&file, &text);
        }
        let suite = spec::load(folder.path(), &spec::Overrides::default()).expect("a valid suite");
        let played = select(&suite, &Selection::default()).expect("it can be planned");
        let actions = |it: &crate::model::Scenario| -> Vec<String> {
            it.steps.iter().map(|it| it.text.clone()).collect()
        };
        let own = |it: &Written| -> Vec<String> { it.steps.iter().map(Action::describe).collect() };
        let played: Vec<Vec<String>> = played.iter().map(actions).collect();
        assert_eq!(played, all.iter().map(own).collect::<Vec<_>>());
    }
}
