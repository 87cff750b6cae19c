//! [`Patches`]: what varied, as changes of the suite's YAML: comments and layout stay.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use similar::TextDiff;

use crate::baseline::snapshot_path;
use crate::compare::requests;
use crate::model::Plan;
use crate::model::settle::{Noise, Remedy};
use crate::review::change::{self, Change};
use crate::spec::patch::{self, Place, remedy_text};

/// Changes of files of a suite.
#[derive(Debug, Default)]
pub struct Patches {
    root: PathBuf,
    /// By file: as it is, and as it would be.
    texts: BTreeMap<PathBuf, (String, String)>,
    /// What cannot be written by us, with why.
    pub by_hand: Vec<String>,
}

/// Where a remedy is written: file, line of the step and name of the checkpoint.
type Spot = (PathBuf, std::cmp::Reverse<u32>, String);

impl Patches {
    /// The remedies of what varied, each once a place.
    ///
    /// # Errors
    /// A file of the suite that cannot be read.
    pub fn of(root: &Path, plan: &Plan, noise: &[Noise]) -> anyhow::Result<Self> {
        let mut patches = Self { root: root.to_owned(), ..Self::default() };
        // From the last line of a file to its first, so that lines stay where the plan saw them.
        let mut spots: BTreeMap<Spot, Vec<&Remedy>> = BTreeMap::new();
        for it in noise {
            let Some(remedy) = &it.remedy else { continue };
            if let Remedy::Writes(baseline) = remedy {
                patches.mark(plan, it, baseline)?;
                continue;
            }
            let Some(spot) = spot(root, plan, it) else { continue };
            let own = spots.entry(spot).or_default();
            if !own.contains(&remedy) {
                own.push(remedy);
            }
        }
        for ((path, line, name), remedies) in spots {
            for remedy in remedies {
                patches.add(&path, Place::Checkpoint { line: line.0, name: &name }, remedy)?;
            }
        }
        patches.texts.retain(|_, (before, after)| before != after);
        Ok(patches)
    }

    fn add(&mut self, path: &Path, place: Place<'_>, remedy: &Remedy) -> anyhow::Result<()> {
        if !self.texts.contains_key(path) {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            self.texts.insert(path.to_owned(), (text.clone(), text));
        }
        let (_, text) = self.texts.get_mut(path).expect("it was just read");
        let Some(key) = remedy.key() else { return Ok(()) };
        match patch::add_to_list(text, place, key, &remedy_text(remedy)) {
            Ok(new) => *text = new,
            Err(problem) => {
                let file = inside(&self.root, path).display();
                self.by_hand.push(format!("{file}: {problem}"));
            }
        }
        Ok(())
    }

    /// Says in a baseline how often a page writes, where rounds saw it otherwise.
    fn mark(&mut self, plan: &Plan, noise: &Noise, merged: &str) -> anyhow::Result<()> {
        let Some(scenario) = plan.scenarios.iter().find(|it| it.id == noise.scenario) else {
            return Ok(());
        };
        let file =
            snapshot_path(&scenario.file, &scenario.id, &noise.checkpoint, noise.facet, None);
        let path = self.root.join(&file);
        let Some(bytes) = change::read(&path)? else {
            let file = file.display();
            self.by_hand.push(format!(
                "{file} is not there yet: `nightshift run --accept-new` writes it so"
            ));
            return Ok(());
        };
        let text =
            String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", path.display()))?;
        let Some(head) = header(&text) else {
            self.by_hand.push(format!("{} has no header", file.display()));
            return Ok(());
        };
        let marked = requests::marked(&text[head..], merged);
        let after = format!("{}{marked}\n", &text[..head]);
        self.texts.insert(path, (text, after));
        Ok(())
    }

    /// Whether no file would change.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// All of it as a unified diff, paths below the suite's folder.
    pub fn diff(&self) -> String {
        let one = |(path, (before, after)): (&PathBuf, &(String, String))| {
            let name = inside(&self.root, path).display().to_string();
            let diff = TextDiff::from_lines(before.as_str(), after.as_str());
            diff.unified_diff()
                .context_radius(2)
                .header(&format!("a/{name}"), &format!("b/{name}"))
                .to_string()
        };
        self.texts.iter().map(one).collect()
    }

    /// Writes all files or none.
    ///
    /// # Errors
    /// A file that cannot be written, or was changed since it was read.
    pub fn write(&self) -> anyhow::Result<()> {
        let mut change = Change::default();
        for (path, (before, after)) in &self.texts {
            let now = change::read(path)?;
            let result = if now.as_deref() == Some(before.as_bytes()) {
                change.write(path, after.as_bytes()).map_err(anyhow::Error::from)
            } else {
                let path = path.display();
                super::exit::mistake(format!("{path} was changed meanwhile; settle again"))
            };
            if let Err(error) = result {
                change.roll_back();
                return Err(error);
            }
        }
        Ok(())
    }
}

/// How long the header of a snapshot file is, in bytes: up to its second line of three dashes.
fn header(text: &str) -> Option<usize> {
    let inner = text.strip_prefix("---\n")?;
    let end = "\n---\n";
    inner.find(end).map(|at| text.len() - inner.len() + at + end.len())
}

/// How many proposals there are.
pub fn remedies(noise: &[Noise]) -> usize {
    noise.iter().filter(|it| it.remedy.is_some()).count()
}

/// Where a snapshot stands; a skill's is in the skill's file.
fn spot(root: &Path, plan: &Plan, noise: &Noise) -> Option<Spot> {
    let scenario = plan.scenarios.iter().find(|it| it.id == noise.scenario)?;
    let steps = scenario.all_steps();
    let own = |it: &&&crate::model::Step| {
        it.action.snapshot().is_some_and(|it| it.name == noise.checkpoint)
    };
    let step = steps.iter().find(own)?;
    Some((root.join(&step.file), std::cmp::Reverse(step.line), noise.checkpoint.clone()))
}

/// A path as it is told: below the suite where it is.
fn inside<'p>(root: &Path, path: &'p Path) -> &'p Path {
    path.strip_prefix(root).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FacetKind;
    use crate::model::settle::NoiseKind;
    use crate::model::testing::Night;

    #[test]
    fn what_a_page_writes_now_and_then_is_said_in_the_baseline_that_there_is() {
        let suite = tempfile::tempdir().expect("a folder");
        let mut night = Night::default();
        night.command_scenario("orders", "shopctl orders", Some("list"));
        let merged = "POST /retry 503 (sometimes)\nPUT /draft 200 (any number of times)";
        let noise = Noise {
            scenario: "orders".to_owned(),
            checkpoint: "list".to_owned(),
            facet: FacetKind::Requests,
            place: "/orders".to_owned(),
            at: "PUT /draft 200 (any number of times)".to_owned(),
            kind: NoiseKind::Number,
            samples: vec![],
            remedy: Some(Remedy::Writes(merged.to_owned())),
            silent: true,
            cost: None,
            instead: None,
        };
        let of = || Patches::of(suite.path(), &night.plan, std::slice::from_ref(&noise));
        let none = of().expect("patches");
        assert!(none.is_empty() && none.by_hand[0].contains("--accept-new"), "{none:?}");

        let scenario = &night.plan.scenarios[0];
        let file = snapshot_path(&scenario.file, "orders", "list", FacetKind::Requests, None);
        let path = suite.path().join(file);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        let head = "---\ninfo:\n  scenario: \"orders\"\n---\n";
        std::fs::write(&path, format!("{head}POST /order 200\nPUT /draft 200\n")).expect("written");
        let patches = of().expect("patches");
        assert!(patches.by_hand.is_empty(), "{patches:?}");
        patches.write().expect("written");
        let after = std::fs::read_to_string(&path).expect("a baseline");
        assert_eq!(
            after,
            format!(
                "{head}POST /order 200\nPOST /retry 503 (sometimes)\n\
                 PUT /draft 200 (any number of times)\n"
            )
        );
        assert!(of().expect("patches").is_empty(), "a second time there is nothing to write");
    }
}
