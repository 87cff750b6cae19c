//! [`Patches`]: what varied, as changes of the suite's YAML: comments and layout stay.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use similar::TextDiff;

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
        match patch::add_to_list(text, place, remedy.key(), &remedy_text(remedy)) {
            Ok(new) => *text = new,
            Err(problem) => {
                let file = inside(&self.root, path).display();
                self.by_hand.push(format!("{file}: {problem}"));
            }
        }
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
