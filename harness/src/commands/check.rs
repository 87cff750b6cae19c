//! `nightshift check`: every complaint of every file at once, and snapshots that nobody needs.

use std::path::{Path, PathBuf};

use super::arguments::{CheckOptions, Common, Format};
use super::exit::Exit;
use super::{night, terminal};
use crate::model::hygiene::Remark;
use crate::plan::Selection;
use crate::spec::Overrides;
use crate::{baseline, plan, spec};

pub fn run(common: &Common, options: &CheckOptions) -> anyhow::Result<Exit> {
    let root = night::root(common)?;
    let report = spec::check(&root, &options.paths)?;
    let clean = report.complaints.is_empty();
    let orphans = if clean && options.paths.is_empty() { orphans(&root)? } else { Vec::new() };
    let remarks = if clean && options.hygiene { remarks(&root)? } else { Vec::new() };
    match options.format {
        Format::Json => {
            let mut json = serde_json::json!({
                "files": report.files,
                "scenarios": report.scenarios,
                "skills": report.skills,
                "complaints": report.complaints,
                "orphans": orphans,
            });
            if options.hygiene {
                json["hygiene"] = serde_json::json!(remarks);
            }
            terminal::answer(format_args!("{json:#}"));
        }
        Format::Text => {
            for complaint in &report.complaints {
                terminal::answer(format_args!("{complaint}\n"));
            }
            for remark in &remarks {
                terminal::answer(format_args!("{}: {remark}", remark.kind.word()));
            }
            if options.hygiene && clean {
                terminal::say(counted(remarks.len(), "remark"));
            } else if options.hygiene {
                terminal::say("hygiene is looked at once there is no complaint");
            }
            for orphan in orphans.iter().filter(|_| !options.hygiene) {
                terminal::say(format_args!(
                    "note: {} belongs to no checkpoint; delete it",
                    orphan.display()
                ));
            }
            let found = format!(
                "{} in {}: {}, {}",
                counted(report.complaints.len(), "complaint"),
                counted(report.files, "file"),
                counted(report.scenarios, "scenario"),
                counted(report.skills, "skill"),
            );
            terminal::say(found);
        }
    }
    let tidy = remarks.is_empty() || !options.strict;
    Ok(if clean && tidy { Exit::Passed } else { Exit::Usage })
}

/// Accepted snapshots that no checkpoint of the suite would be compared with, relative to its root.
fn orphans(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let suite = spec::load(root, &Overrides::default())?;
    if suite.scenarios.is_empty() {
        return Ok(Vec::new());
    }
    let scenarios = plan::select(&suite, &Selection::default())?;
    let relative = |path: PathBuf| path.strip_prefix(root).map(Path::to_owned).unwrap_or(path);
    Ok(baseline::orphans(root, &scenarios)?.into_iter().map(relative).collect())
}

/// What should be tidied up.
fn remarks(root: &Path) -> anyhow::Result<Vec<Remark>> {
    let suite = spec::load(root, &Overrides::default())?;
    Ok(crate::night::tidy::remarks(&suite, chrono::Utc::now().date_naive())?)
}

/// `1 file`, `2 files`, `no files`.
pub fn counted(number: usize, noun: &str) -> String {
    match number {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}
