//! [`Proposals`]: the scenarios that a shift proposes, as files in its folder and as one patch of the
//! suite. The suite itself stays as it is.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::write;
use crate::agent::charters::Charter;
use crate::explore::{free_name, slug};
use crate::ledger::Secrets;
use crate::model::shift::Believed;
use crate::model::survey::Offer;
use crate::model::{Action, Suite};
use crate::night::{NightError, ScenarioFile};

/// Where they would go in a suite.
const TAKEN_TO: &str = "scenarios/agent";
/// Their folder.
const FOLDER: &str = "proposed";
/// The patch that adds them.
const PATCH: &str = "proposed.patch";

/// The scenarios that are proposed.
pub(super) struct Proposals {
    folder: PathBuf,
    taken: BTreeSet<String>,
    offers: Vec<Offer>,
    patch: String,
    /// What stands in none of them.
    secrets: Secrets,
}

impl Proposals {
    /// None yet; their names are such that the suite does not have.
    pub(super) fn new(suite: &Suite, folder: &Path, secrets: Secrets) -> Self {
        Self {
            folder: folder.to_owned(),
            taken: suite.scenarios.iter().map(|it| it.id.clone()).collect(),
            offers: Vec::new(),
            patch: String::new(),
            secrets,
        }
    }

    /// The scenario of a finding; answers with its file.
    pub(super) fn finding(
        &mut self,
        it: &Believed,
        of: &Charter,
        steps: &[Action],
    ) -> Result<String, NightError> {
        let about = if it.expected.is_empty() { &it.belief } else { &it.expected };
        self.add(&of.goal, about, &["agent", "finding"], steps)
    }

    /// The scenario of a way that was done.
    pub(super) fn way(&mut self, of: &Charter, steps: &[Action]) -> Result<String, NightError> {
        self.add(&of.goal, &of.goal, &["agent"], steps)
    }

    fn add(
        &mut self,
        goal: &str,
        about: &str,
        tags: &[&str],
        steps: &[Action],
    ) -> Result<String, NightError> {
        let plain = slug(&self.secrets.scrub_text(goal));
        let plain = if plain.is_empty() { "charter".to_owned() } else { plain };
        let name = free_name(&plain, &mut self.taken);
        let file = Path::new(TAKEN_TO).join(format!("{name}.yaml"));
        let own = ScenarioFile {
            name: &name,
            about,
            product: None,
            tags,
            actor: None,
            isolate: None,
            begins_with: None,
            steps,
        };
        let text = self.secrets.scrub_text(&own.text(&file)?);
        write(&self.folder.join(FOLDER).join(format!("{name}.yaml")), &text)?;
        self.patch.push_str(&added(&file.display().to_string(), &text));
        let below = format!("{FOLDER}/{name}.yaml");
        let about = about.to_owned();
        self.offers.push(Offer { id: name, file: below.clone(), about });
        Ok(below)
    }

    /// Writes the patch; answers with what is proposed.
    pub(super) fn finish(&mut self) -> Result<Vec<Offer>, NightError> {
        if !self.offers.is_empty() {
            write(&self.folder.join(PATCH), &self.patch)?;
        }
        Ok(std::mem::take(&mut self.offers))
    }
}

/// A patch that adds a file, as `git apply` takes it.
fn added(file: &str, text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut patch = format!(
        "diff --git a/{file} b/{file}\nnew file mode 100644\n--- /dev/null\n+++ b/{file}\n@@ -0,0 +1,{} @@\n",
        lines.len()
    );
    for line in lines {
        // Writing to a string cannot fail.
        let _ = writeln!(patch, "+{line}");
    }
    patch
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_adds_each_line() {
        let patch = added("scenarios/agent/a.yaml", "scenario: a\nsteps: []\n");
        assert!(
            patch.starts_with("diff --git a/scenarios/agent/a.yaml b/scenarios/agent/a.yaml\n")
        );
        assert!(patch.ends_with("@@ -0,0 +1,2 @@\n+scenario: a\n+steps: []\n"), "{patch}");
    }
}
