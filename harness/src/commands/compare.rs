//! `nightshift compare OLD NEW`: explores the old one and replays what it did on both. Two commands
//! in one: `explore`, then `run` with a control.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Parser as _;

use super::arguments::{Arguments, Command, Common, CompareOptions};
use super::exit::{Exit, mistake};
use super::{explore, night, run, terminal};
use crate::night as nights;

/// The product that `explore --url` writes.
const PAGES: &str = "app";
/// What an exploration says of a product.
const MAP: &str = "explore.json";

pub fn run(common: &Common, options: &CompareOptions) -> anyhow::Result<Exit> {
    let is_url = |it: &str| it.contains("://");
    match (is_url(&options.old), is_url(&options.new)) {
        (true, true) => servers(common, options),
        (false, false) => builds(common, options),
        (true, false) | (false, true) => {
            mistake("compare takes two addresses or two builds, not one of each")
        }
    }
}

/// Two servers that run: a suite in a folder of its own.
fn servers(common: &Common, options: &CompareOptions) -> anyhow::Result<Exit> {
    let folder = tempfile::tempdir().context("cannot make a folder for the suite")?;
    let suite = options.keep.clone().unwrap_or_else(|| folder.path().join("suite"));
    let out = night_folder(&std::env::current_dir().context("cannot tell the current folder")?);
    let mut explored = words(&["explore", "--url", &options.old]);
    explored.extend(["--out".to_owned(), suite.display().to_string()]);
    let mut replayed = vec!["-C".to_owned(), suite.display().to_string()];
    replayed.extend(words(&["run", "--base-url", &format!("{PAGES}={}", options.new)]));
    replayed.extend(words(&["--against-url", &format!("{PAGES}={}", options.old)]));
    both(common, options, explored, replayed, &out)
}

/// Two builds of the suite's product; its scenarios are replayed with those that were added, which
/// are taken out again.
fn builds(common: &Common, options: &CompareOptions) -> anyhow::Result<Exit> {
    let root = night::root(common)?;
    let (before, map) = (files(&root), root.join(MAP));
    let own_map = std::fs::read(&map).ok();
    let suite = root.display().to_string();
    let mut explored = vec!["-C".to_owned(), suite.clone()];
    explored.extend(words(&["explore", "--build", &options.old]));
    let mut replayed = vec!["-C".to_owned(), suite];
    replayed.extend(words(&["run", "--build", &options.new, "--against", &options.old]));
    let exit = both(common, options, explored, replayed, &night_folder(&root));
    for path in files(&root).difference(&before) {
        keep(path, &root, options)?;
        std::fs::remove_file(path).with_context(|| format!("cannot remove {}", path.display()))?;
        remove_empty(path, &root);
    }
    // A suite that was explored has a map of its own.
    if let Some(bytes) = own_map {
        keep(&map, &root, options)?;
        std::fs::write(&map, bytes).with_context(|| format!("cannot write {}", map.display()))?;
    }
    exit
}

/// Copies a file of the suite to where what was written is kept, if it is.
fn keep(path: &Path, root: &Path, options: &CompareOptions) -> anyhow::Result<()> {
    let Some(keep) = &options.keep else { return Ok(()) };
    let to = keep.join(path.strip_prefix(root).context("a path leaves the suite")?);
    let folder = to.parent().context("a file stands in a folder")?;
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::copy(path, &to).map(drop))
        .with_context(|| format!("cannot copy to {}", to.display()))
}

/// Removes the folders above a file, up to the suite's, that hold nothing any more.
fn remove_empty(file: &Path, root: &Path) {
    // A folder that holds something refuses, and so do those above it.
    for folder in file.ancestors().skip(1).take_while(|it| *it != root) {
        if std::fs::remove_dir(folder).is_err() {
            return;
        }
    }
}

/// What an exploration writes, as far as it is there.
fn files(root: &Path) -> BTreeSet<PathBuf> {
    let folders = ["scenarios/explored", "skills"].into_iter();
    let explored = folders.flat_map(|it| walkdir::WalkDir::new(root.join(it)));
    let explored = explored.filter_map(Result::ok).filter(|it| it.file_type().is_file());
    let map = Some(root.join(MAP)).filter(|it| it.is_file());
    explored.map(walkdir::DirEntry::into_path).chain(map).collect()
}

fn words(all: &[&str]) -> Vec<String> {
    all.iter().map(|it| (*it).to_owned()).collect()
}

/// A new night directory below a folder, where nights are kept.
fn night_folder(below: &Path) -> PathBuf {
    let id = nights::night_id(chrono::Utc::now(), &mut fastrand::Rng::new());
    below.join("reports/nights").join(id)
}

fn both(
    common: &Common,
    options: &CompareOptions,
    mut explored: Vec<String>,
    mut replayed: Vec<String>,
    out: &Path,
) -> anyhow::Result<Exit> {
    for cli in &options.cli {
        explored.extend(["--cli".to_owned(), cli.clone()]);
    }
    let budget = format!("{}s", options.budget.as_secs().max(1));
    explored.extend(words(&["--no-accept", "--no-findings", "--budget", &budget]));
    replayed.extend(words(&["--no-pdf", "--out", &out.display().to_string()]));
    terminal::say(format_args!("exploring {}", options.old));
    let (own, command) = parsed(common, explored)?;
    let Command::Explore(asked) = command else { return mistake("compare explores first") };
    let exit = explore::run(&own, &asked)?;
    if !matches!(exit, Exit::Passed | Exit::Failed) {
        return Ok(exit);
    }
    terminal::say(format_args!("replaying on {} and {}", options.new, options.old));
    let (own, command) = parsed(common, replayed)?;
    let Command::Run(asked) = command else { return mistake("compare replays then") };
    run::run(&own, *asked)
}

/// The arguments of one of its two commands, as quiet as it itself.
fn parsed(common: &Common, words: Vec<String>) -> anyhow::Result<(Common, Command)> {
    let all = std::iter::once("nightshift".to_owned()).chain(words);
    let parsed = Arguments::try_parse_from(all).context("compare asks for what nobody takes")?;
    let dir = parsed.common.dir.clone();
    Ok((Common { dir, ..common.clone() }, parsed.command))
}
