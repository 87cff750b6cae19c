//! `nightshift check`: every complaint of every file at once.

use super::arguments::{CheckOptions, Common, Format};
use super::exit::Exit;
use super::{night, terminal};
use crate::spec;

pub fn run(common: &Common, options: &CheckOptions) -> anyhow::Result<Exit> {
    let root = night::root(common)?;
    let report = spec::check(&root, &options.paths)?;
    let clean = report.complaints.is_empty();
    match options.format {
        Format::Json => {
            let json = serde_json::json!({
                "files": report.files,
                "scenarios": report.scenarios,
                "skills": report.skills,
                "complaints": report.complaints,
            });
            terminal::answer(format_args!("{json:#}"));
        }
        Format::Text => {
            for complaint in &report.complaints {
                terminal::answer(format_args!("{complaint}\n"));
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
    Ok(if clean { Exit::Passed } else { Exit::Usage })
}

/// `1 file`, `2 files`, `no files`.
pub fn counted(number: usize, noun: &str) -> String {
    match number {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}
