//! [`ScenarioFile`]: a scenario that an exploration made, as the text of a file of the suite.

use std::path::Path;

use super::Ground;
use super::NightError;
use crate::explore::{Fault, Rules, SharedWay};
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
        rules: ground.rules(),
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
    /// Says which product a step is of.
    pub rules: &'a Rules,
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
        let step = |action: &Action| DraftStep {
            product: self.rules.other_product(action, self.product),
            ..DraftStep::of(action)
        };
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
    use crate::model::scenario::RunCommand;
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
        let ways = shared(&all, &indexmap::IndexMap::new(), &Rules::default());
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
                rules: &Rules::default(),
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

    /// The steps of a scenario of this product, as the suite of two plays them: with their products.
    fn played(product: &str, steps: &[Action]) -> (String, Vec<(String, Option<String>)>) {
        let rules = Rules {
            pages: Some("app".to_owned()),
            programs: [("shop".to_owned(), "stock".to_owned())].into(),
            ..Rules::default()
        };
        let own = ScenarioFile {
            name: "a",
            about: "Both.",
            product: Some(product),
            tags: &[],
            actor: None,
            isolate: None,
            begins_with: None,
            rules: &rules,
            steps,
        };
        let text = own.text(Path::new("scenarios/a.yaml")).expect("it has a written form");
        let folder = tempfile::tempdir().expect("a folder");
        let config = "products:\n  app: { base-url: 'http://127.0.0.1:8000' }\n  stock: {}\n";
        std::fs::write(folder.path().join("nightshift.yaml"), config).expect("written");
        std::fs::create_dir(folder.path().join("scenarios")).expect("made");
        std::fs::write(folder.path().join("scenarios/a.yaml"), &text).expect("written");
        let suite = spec::load(folder.path(), &spec::Overrides::default()).expect("a valid suite");
        let scenario = select(&suite, &Selection::default()).expect("it can be planned").remove(0);
        let steps = scenario.steps.into_iter().map(|it| (it.action.describe(), it.product));
        (text, steps.collect())
    }

    #[test]
    fn each_step_of_another_product_names_it_and_those_of_the_scenarios_own_do_not() {
        let run = RunCommand::of_words(["shop", "list"].map(str::to_owned).to_vec());
        let steps = [Action::Open("/".into()), Action::Reload, Action::Run(Box::new(run))];
        let (text, named) = played("stock", &steps);
        let pages = "  - open: /\n    product: app\n  - reload:\n    product: app\n  - run: ";
        assert!(text.contains("product: stock\n") && text.contains(pages), "{text}");
        let said = |products: [Option<&str>; 3]| -> Vec<(String, Option<String>)> {
            let all = steps.iter().zip(products);
            all.map(|(it, own)| (it.describe(), own.map(str::to_owned))).collect()
        };
        assert_eq!(named, said([Some("app"), Some("app"), None]));
        let (text, named) = played("app", &steps);
        assert!(text.contains("  - open: /\n  - reload\n  - run: "), "{text}");
        assert!(text.ends_with("    product: stock\n"), "{text}");
        assert_eq!(named, said([None, None, Some("stock")]));
    }
}
