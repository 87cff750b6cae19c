//! YAML to a validated [`Suite`]: everything valid, or all complaints of all files at once.
//!
//! [`load`] is what a night begins with, [`check`] what a person runs beforehand. Files become
//! `node` trees, the readers turn those into the model by the table in `grammar`, and `cross`
//! checks what needs more than one file. `schema` prints the same table as JSON Schemas, and
//! `reference` as a page for people.
//!
//! The files:
//! - `discover.rs`: finds and reads the files of a suite, and refuses what is too large or leaves
//!   it.
//! - `node.rs`: the YAML text as a tree in which everything knows its place.
//! - `reader.rs`: reads values out of that tree and complains about each that is wrong.
//! - `complaint.rs`: `Complaint` with place, snippet and remedy.
//! - `suggest.rs`: did you mean.
//! - `quoting.rs`: the quoted form of what YAML cut in two.
//! - `grammar/`: the grammar as one table: shapes, keys, verbs.
//! - `schema.rs`: the table as JSON Schemas.
//! - `reference.rs`: the table as `docs/reference/keys.md`.
//! - `config.rs`: reads `nightshift.yaml`.
//! - `product.rs`: reads its products.
//! - `grid.rs`: reads where browsers of other machines are had from.
//! - `filing.rs`: reads where findings become tickets.
//! - `place.rs`: reads where something stands at a forge or in a tracker.
//! - `notify.rs`: reads who is told of a night.
//! - `publish.rs`: reads where the report of a night is put.
//! - `workers.rs`: reads who makes the attempts of a night.
//! - `gate.rs`: reads its gate rules.
//! - `cron.rs`: `Schedule`: when nights start, and which is the next.
//! - `overrides.rs`: lays `--set` and `--var` over the configuration before it is read.
//! - `scenario.rs`: reads scenario files and the rows of `for-each`.
//! - `skill.rs`: reads skill files.
//! - `skill_folder.rs`: skills as folders with a `SKILL.md`, and whom a person has trusted.
//! - `steps.rs`: reads steps.
//! - `gestures.rs`: reads drags, scrolls, tabs, networks, terminal programs, files and mails.
//! - `control.rs`: reads `when`, `repeat` and `for-each`.
//! - `page.rs`: reads page settings and sessions.
//! - `agent.rs`: reads which language model there is.
//! - `bounds.rs`: reads what may be proposed towards goals.
//! - `stages.rs`: reads how much scenarios, facets and watches count.
//! - `commands.rs`: reads `run` and `shell`.
//! - `targets.rs`: reads targets.
//! - `values.rs`: reads redactions, snapshots and captures.
//! - `cross.rs`: checks what needs more than one file: unique names, skills, references.
//! - `scaffold.rs`: the files that `init` writes.
//! - `write.rs`: writes scenarios: from actions to the text that reads back as them.
//! - `write_circumstances.rs`: the same of what a page finds around itself.
//! - `write_commands.rs`: the same of commands and what is expected of them.
//! - `write_gestures.rs`: the same of drags and scrolling.
//! - `write_skill.rs`: the same of skills.
//! - `write_words.rs`: the same of targets, checkpoints and texts.
//! - `recording.rs`: writes and reads recordings.
//! - `patch.rs`: adds an entry to a list of a YAML file, or names a thing otherwise, and leaves the
//!   rest as it was written.
//! - `error.rs`: why no suite could be had.

mod agent;
mod bounds;
mod commands;
mod complaint;
mod config;
mod control;
mod cron;
mod cross;
mod discover;
mod error;
mod filing;
mod gate;
mod gestures;
mod grammar;
mod grid;
mod node;
mod notify;
mod overrides;
mod page;
pub mod patch;
pub mod place;
mod product;
mod publish;
mod quoting;
mod reader;
mod recording;
mod reference;
mod scaffold;
mod scenario;
mod schema;
mod skill;
mod skill_folder;
mod stages;
mod steps;
mod suggest;
mod targets;
#[cfg(test)]
mod tests;
mod values;
mod workers;
mod write;
mod write_circumstances;
mod write_commands;
mod write_gestures;
mod write_skill;
mod write_words;

use std::path::{Path, PathBuf};

use indexmap::IndexMap;

pub use complaint::Complaint;
pub use cron::{Field, Schedule};
pub use error::SpecError;
pub use overrides::Overrides;
pub use recording::{read_recording, write_recording};
pub use reference::reference;
pub use scaffold::{command_product, command_words, scaffold, scaffold_explored};
pub use schema::schemas;
pub use skill_folder::{export as export_skills, trust as trust_skill};
pub(crate) use suggest::suggestion_or_list;
pub use write::{Draft, DraftStep, read_scenario, read_target, write_scenario, write_step};
pub use write_skill::write_skill;
pub use write_words::written;

use crate::model::Template;
use crate::model::scenario::Action;
use crate::model::suite::{Config, Suite};
use cross::Documents;
use discover::{FileKind, SuiteFile};
use reader::Reader;
use scenario::ScenarioDoc;
use skill::SkillDoc;

/// The configuration's file name, which marks the root of a suite.
pub(crate) const CONFIG_FILE: &str = "nightshift.yaml";

/// What [`check`] found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CheckReport {
    /// How many YAML files were looked at.
    pub files: usize,
    /// How many scenarios they hold; a row of `for-each` is one.
    pub scenarios: usize,
    /// How many skills they hold.
    pub skills: usize,
    /// What is wrong, in order of files and lines.
    pub complaints: Vec<Complaint>,
}

/// The nearest folder upwards that holds a `nightshift.yaml`.
pub fn find_root(start: &Path) -> Result<PathBuf, SpecError> {
    let absolute = std::path::absolute(start)
        .map_err(|source| SpecError::io("find the folder", start, source))?;
    absolute
        .ancestors()
        .find(|it| it.join(CONFIG_FILE).is_file())
        .map(Path::to_path_buf)
        .ok_or(SpecError::NoSuite { start: absolute.clone() })
}

/// Loads the suite in `root`.
///
/// # Errors
/// All complaints about all files, where there is one.
pub fn load(root: &Path, overrides: &Overrides) -> Result<Suite, SpecError> {
    let root = suite_root(root)?;
    let (documents, complaints, _) = read_all(&root, overrides)?;
    if !complaints.is_empty() {
        return Err(SpecError::Complaints(complaints));
    }
    let Some(mut config) = documents.config else {
        return Err(SpecError::NoSuite { start: root });
    };
    let skills = documents.skills.into_iter().filter_map(|(_, doc)| doc);
    let skills: IndexMap<_, _> = skills.map(|it| (it.skill.name.clone(), it.skill)).collect();
    let scenarios = documents.scenarios.into_iter().filter_map(|(_, doc)| doc);
    let vars: IndexMap<_, _> = config
        .vars
        .iter()
        .map(|(name, text)| (name.clone(), Template::new(text.as_str())))
        .collect();
    config.mask = config.mask.iter().map(|it| it.substituted(&vars)).collect();
    for dismissal in config.products.values_mut().flat_map(|it| &mut it.dismiss) {
        dismissal.when = dismissal.when.substituted(&vars);
        dismissal.click = dismissal.click.substituted(&vars);
    }
    let scenarios = scenarios.flat_map(|it| it.scenarios).map(|it| it.with_vars(&vars)).collect();
    Ok(Suite { root, config, skills, scenarios })
}

/// Checks the suite in `root`; `paths` (files or folders) limit which files are reported on.
pub fn check(root: &Path, paths: &[PathBuf]) -> Result<CheckReport, SpecError> {
    let root = suite_root(root)?;
    let wanted = paths.iter().map(|it| inside(&root, it)).collect::<Result<Vec<_>, _>>()?;
    let (documents, mut complaints, files) = read_all(&root, &Overrides::default())?;
    let reported = |name: &str| {
        wanted.is_empty()
            || wanted.iter().any(|it| {
                it.is_empty()
                    || name == it
                    || name.strip_prefix(it.as_str()).is_some_and(|rest| rest.starts_with('/'))
            })
    };
    complaints.retain(|it| reported(&it.file));
    let skills = documents
        .skills
        .iter()
        .filter(|(reader, doc)| doc.is_some() && reported(&reader.sources[0].name));
    let scenarios =
        documents.scenarios.iter().filter(|(reader, _)| reported(&reader.sources[0].name));
    let scenarios =
        scenarios.filter_map(|(_, doc)| doc.as_ref()).map(|it| it.scenarios.len()).sum();
    Ok(CheckReport {
        files: files.iter().filter(|it| reported(it)).count(),
        scenarios,
        skills: skills.count(),
        complaints,
    })
}

/// The canonical text of a step, as `click button "Apply"`.
#[must_use]
pub fn describe(action: &Action) -> String {
    action.describe()
}

fn suite_root(root: &Path) -> Result<PathBuf, SpecError> {
    let root =
        root.canonicalize().map_err(|source| SpecError::io("read the folder", root, source))?;
    if root.join(CONFIG_FILE).is_file() {
        Ok(root)
    } else {
        Err(SpecError::NoSuite { start: root })
    }
}

/// A path as it is named in complaints; it is looked for from here first, then from the root.
fn inside(root: &Path, path: &Path) -> Result<String, SpecError> {
    let refused = || SpecError::NotInSuite { path: path.to_path_buf(), root: root.to_path_buf() };
    let candidates = [path.canonicalize(), root.join(path).canonicalize()];
    candidates
        .into_iter()
        .flatten()
        .find(|it| it.starts_with(root))
        .map(|it| discover::relative(root, &it))
        .ok_or_else(refused)
}

/// A file after it was read, whatever it is.
enum Read {
    Config(Reader, Option<Box<Config>>),
    Skill(Reader, Option<Box<SkillDoc>>),
    Scenario(Reader, Option<ScenarioDoc>),
}

/// Reads and checks everything; complaints are in order of files and lines.
fn read_all(
    root: &Path,
    overrides: &Overrides,
) -> Result<(Documents, Vec<Complaint>, Vec<String>), SpecError> {
    let (mut found, mut complaints) = discover::discover(root)?;
    let (folders, untrusted) = skill_folder::folders(root);
    for complaint in &untrusted {
        // Nothing in a folder that nobody trusts is read at all.
        let folder = complaint.file.trim_end_matches(skill_folder::SKILL_FILE);
        found.retain(|it| !it.name.starts_with(folder));
    }
    complaints.extend(untrusted);
    let mut documents =
        Documents { config: None, config_reader: None, skills: Vec::new(), scenarios: Vec::new() };
    for read in in_parallel(root, &found, overrides) {
        match read {
            Ok(Read::Config(reader, config)) => {
                documents.config = config.map(|it| *it);
                documents.config_reader = Some(reader);
            }
            Ok(Read::Skill(reader, doc)) => documents.skills.push((reader, doc.map(|it| *it))),
            Ok(Read::Scenario(reader, doc)) => documents.scenarios.push((reader, doc)),
            Err(complaint) => complaints.push(complaint),
        }
    }
    skill_folder::read(&folders, &mut documents.skills);
    cross::check(&mut documents);
    let readers = documents
        .config_reader
        .iter_mut()
        .chain(documents.skills.iter_mut().map(|(reader, _)| reader))
        .chain(documents.scenarios.iter_mut().map(|(reader, _)| reader));
    for reader in readers {
        complaints.append(&mut reader.complaints);
    }
    complaints.sort_by(|a, b| {
        (&a.file, a.line, a.col, &a.message).cmp(&(&b.file, b.line, b.col, &b.message))
    });
    complaints.dedup();
    Ok((documents, complaints, found.into_iter().map(|it| it.name).collect()))
}

/// Reads the files on all processors; the results are in the order of the files.
fn in_parallel(
    root: &Path,
    found: &[SuiteFile],
    overrides: &Overrides,
) -> Vec<Result<Read, Complaint>> {
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = found.len().div_ceil(workers).max(16);
    std::thread::scope(|scope| {
        let threads: Vec<_> = found
            .chunks(share)
            .map(|chunk| {
                scope.spawn(move || {
                    chunk.iter().map(|it| read_one(root, it, overrides)).collect::<Vec<_>>()
                })
            })
            .collect();
        threads
            .into_iter()
            .flat_map(|it| it.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

fn read_one(root: &Path, found: &SuiteFile, overrides: &Overrides) -> Result<Read, Complaint> {
    let mut reader = Reader::new(discover::read(found)?);
    let (mut node, complaints) = node::parse(&reader.sources[0], 0);
    let broken = node.is_none() && !complaints.is_empty();
    reader.complaints = complaints;
    if !broken && node.as_ref().is_none_or(node::Node::is_null) {
        let help = match found.kind {
            FileKind::Config => "begin with `products:`",
            FileKind::Skill => "begin with `skill:`",
            FileKind::Scenario => "begin with `scenario:`",
        };
        let pos = complaint::Pos { source: 0, line: 1, col: 1 };
        reader.advise(pos, "the file is empty", help);
        node = None;
    }
    Ok(match found.kind {
        FileKind::Config => {
            let config = node.and_then(|mut node| {
                overrides.apply(&mut reader, &mut node);
                config::read(&mut reader, &node, root).map(Box::new)
            });
            Read::Config(reader, config)
        }
        FileKind::Skill => {
            let doc = node.and_then(|it| skill::read(&mut reader, &it)).map(Box::new);
            Read::Skill(reader, doc)
        }
        FileKind::Scenario => {
            let doc = node.and_then(|it| scenario::read(&mut reader, &it));
            Read::Scenario(reader, doc)
        }
    })
}
