//! [`ScenarioFile`]: a scenario that an exploration made, as the text of a file of the suite.

use std::path::Path;

use super::Ground;
use super::NightError;
use crate::explore::Fault;
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
        steps,
    };
    own.text(file)
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
    /// Its steps.
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
        let draft = Draft {
            name: self.name.to_owned(),
            about: Some(self.about.replace("${", "$${")),
            product: self.product.map(str::to_owned),
            actor: self.actor.map(str::to_owned),
            isolate: self.isolate,
            tags: self.tags.iter().map(|it| (*it).to_owned()).collect(),
            notes: vec![format!("yaml-language-server: $schema={up}schemas/scenario.schema.json")],
            steps: self.steps.iter().map(step).collect(),
        };
        spec::write_scenario(&draft).map_err(|action| {
            let step = action.describe();
            NightError::Usage(format!("an explored scenario cannot be written: {step}"))
        })
    }
}
