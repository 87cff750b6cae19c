//! `nightshift check`: every complaint of every file at once, and snapshots that nobody needs.

use std::path::{Path, PathBuf};

use super::arguments::{CheckOptions, Common, Format};
use super::exit::Exit;
use super::{night, terminal};
use crate::model::hygiene::Remark;
use crate::model::suite::LimitFrom;
use crate::plan::Selection;
use crate::spec::Overrides;
use crate::{baseline, plan, spec};

/// How many of the largest snapshots are named.
const LARGEST: usize = 5;

pub fn run(common: &Common, options: &CheckOptions) -> anyhow::Result<Exit> {
    let root = night::root(common)?;
    let report = spec::check(&root, &options.paths)?;
    let clean = report.complaints.is_empty();
    let whole = clean && options.paths.is_empty();
    let kept = if whole { Kept::of(&root)? } else { Kept::default() };
    let orphans = &kept.orphans;
    let remarks = if clean && options.hygiene { remarks(&root)? } else { Vec::new() };
    match options.format {
        Format::Json => {
            let mut json = serde_json::json!({
                "files": report.files,
                "scenarios": report.scenarios,
                "skills": report.skills,
                "complaints": report.complaints,
                "orphans": orphans,
                "baselines": { "bytes": kept.weight, "over_budget": kept.over.as_ref().map(Over::told) },
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
            if let Some(over) = &kept.over {
                terminal::say(over.told());
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
    let within = kept.over.is_none_or(|it| it.said_by == LimitFrom::Default);
    let tidy = remarks.is_empty() || !options.strict;
    Ok(if clean && within && tidy { Exit::Passed } else { Exit::Usage })
}

/// What is known of the accepted snapshots of a suite.
#[derive(Default)]
struct Kept {
    /// Those that no checkpoint would be compared with, relative to the suite's root.
    orphans: Vec<PathBuf>,
    /// How many bytes they take.
    weight: u64,
    /// Where that is too much.
    over: Option<Over>,
}

impl Kept {
    fn of(root: &Path) -> anyhow::Result<Self> {
        let suite = spec::load(root, &Overrides::default())?;
        if suite.scenarios.is_empty() {
            return Ok(Self::default());
        }
        let scenarios = plan::select(&suite, &Selection::default())?;
        let relative = |path: PathBuf| path.strip_prefix(root).map(Path::to_owned).unwrap_or(path);
        let orphans = baseline::orphans(root, &scenarios)?.into_iter().map(relative).collect();
        let weight = baseline::weigh(root, &scenarios)?;
        let limit = suite.config.baselines;
        let over = (weight.bytes > limit.budget).then(|| Over {
            bytes: weight.bytes,
            budget: limit.budget,
            said_by: limit.budget_from,
            largest: weight
                .files
                .into_iter()
                .take(LARGEST)
                .map(|(path, size)| (relative(path), size))
                .collect(),
        });
        Ok(Self { orphans, weight: weight.bytes, over })
    }
}

/// Snapshots that take more room than they may.
struct Over {
    bytes: u64,
    budget: u64,
    said_by: LimitFrom,
    /// The largest files with their sizes.
    largest: Vec<(PathBuf, u64)>,
}

impl Over {
    /// How much it is, which files are the largest, and what to do.
    fn told(&self) -> String {
        let room = |bytes: u64| match bytes {
            0..1_000_000 => format!("{} KB", bytes.div_ceil(1_000)),
            _ => format!("{:.1} MB", bytes as f64 / 1e6),
        };
        let (severity, whose) = match self.said_by {
            LimitFrom::Author => ("complaint", "nightshift.yaml allows (`baselines: { budget }`)"),
            LimitFrom::Default => {
                ("note", "a repository likes to hold; `baselines: { budget }` says otherwise")
            }
        };
        let files: Vec<String> = self
            .largest
            .iter()
            .map(|(path, size)| format!("\n  {}  {}", room(*size), path.display()))
            .collect();
        format!(
            "{severity}: the snapshots take {}, more than the {} that {whose}; take pictures of one thing (`image: {{ element: … }}`) where the whole page says no more, or leave them out (`facets:`). The largest:{}",
            room(self.bytes),
            room(self.budget),
            files.concat()
        )
    }
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
