//! `nightshift compare OLD NEW`: explores the old one and replays what it did on both. Two commands
//! in one: `explore`, then `run` with a control.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Parser as _;

use super::arguments::{Arguments, Command, Common, CompareOptions};
use super::check::counted;
use super::exit::{Exit, mistake};
use super::{explore, night, run, terminal};
use crate::model::Survey;
use crate::night as nights;
use crate::spec::Overrides;

/// The product that `explore --url` writes.
const PAGES: &str = "app";
/// What an exploration says of a product.
const MAP: &str = "explore.json";
/// So many things are named that were not reached.
const MOST_MISSED: usize = 5;

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
    let mut explored = words(&["explore", "--out", &suite.display().to_string()]);
    // A suite that was kept has the address of the time before.
    if suite.join("nightshift.yaml").is_file() {
        explored.extend(words(&["--base-url", &format!("{PAGES}={}", options.old)]));
    } else {
        explored.extend(words(&["--url", &options.old]));
    }
    let mut replayed = vec!["-C".to_owned(), suite.display().to_string()];
    replayed.extend(words(&["run", "--base-url", &format!("{PAGES}={}", options.new)]));
    replayed.extend(words(&["--against-url", &format!("{PAGES}={}", options.old)]));
    let exit = both(common, options, explored, replayed, &out)?;
    if exit == Exit::Failed {
        terminal::say(match &options.keep {
            Some(suite) => format!("what stands at `again` is to be said in {}", suite.display()),
            None => "what stands at `again` needs the suite: compare again with --keep DIR, and \
                     say it there"
                .to_owned(),
        });
    }
    Ok(exit)
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
    let (own, command) = parsed(common, replayed)?;
    if night::suite(&own, &Overrides::default())?.scenarios.is_empty() {
        terminal::answer(nothing_written(&options.old, &survey(&night::root(&own)?)?));
        return Ok(Exit::NotConclusive);
    }
    terminal::say(format_args!("replaying on {} and {}", options.new, options.old));
    let Command::Run(asked) = command else { return mistake("compare replays then") };
    run::run(&own, *asked)
}

/// What exploring has shown, as it lies in the suite's folder.
fn survey(root: &Path) -> anyhow::Result<Survey> {
    let path = root.join(MAP);
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("cannot read {}", path.display()))
}

/// Says that nothing could be replayed: what was tried, what was not reached, and what to do.
fn nothing_written(old: &str, survey: &Survey) -> String {
    let mut text = format!(
        "nothing was compared: exploring {old} wrote no scenario\n  it tried {} and reached {} and {}\n",
        counted(survey.probes, "thing"),
        counted(survey.pages.reached, "page"),
        counted(survey.commands.reached, "command"),
    );
    for it in survey.not_reached.iter().take(MOST_MISSED) {
        let _ = writeln!(text, "  not reached: {}: {}", it.what, it.why);
    }
    let more = survey.not_reached.len().saturating_sub(MOST_MISSED);
    if more > 0 {
        let _ = writeln!(text, "  and {more} more that were not reached");
    }
    let found = survey.findings.len();
    if found > 0 {
        let _ = writeln!(text, "  it found {} without comparing", counted(found, "fault"));
    }
    let anything = survey.pages.reached + survey.commands.reached > 0;
    text.push_str(match (anything, survey.whole) {
        (false, _) => {
            "see that it answers: open its address in a browser, or run its command with --help"
        }
        (true, false) => "the time was over before everything was tried: name more with --budget",
        (true, true) => {
            "name its commands with --cli CMD; or write a scenario of your own into a suite with both builds"
        }
    });
    text
}

/// The arguments of one of its two commands, as quiet as it itself.
fn parsed(common: &Common, words: Vec<String>) -> anyhow::Result<(Common, Command)> {
    let all = std::iter::once("nightshift".to_owned()).chain(words);
    let parsed = Arguments::try_parse_from(all).context("compare asks for what nobody takes")?;
    let dir = parsed.common.dir.clone();
    Ok((Common { dir, ..common.clone() }, parsed.command))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::survey::{Missed, Share};

    fn share(reached: usize) -> Share {
        Share { seen: reached, reached, asserted: 0 }
    }

    #[test]
    fn where_nothing_was_written_it_says_what_was_tried_and_what_to_do() {
        let missed = |at: usize| Missed { what: format!("/{at}"), why: "it waits".to_owned() };
        let tried = Survey {
            probes: 9,
            pages: share(1),
            not_reached: (1..=7).map(missed).collect(),
            ..Survey::default()
        };
        let wanted = "nothing was compared: exploring 1.4 wrote no scenario
  it tried 9 things and reached 1 page and no commands
  not reached: /1: it waits
  not reached: /2: it waits
  not reached: /3: it waits
  not reached: /4: it waits
  not reached: /5: it waits
  and 2 more that were not reached
the time was over before everything was tried: name more with --budget";
        assert_eq!(nothing_written("1.4", &tried), wanted);
    }

    #[test]
    fn what_to_do_follows_from_what_was_tried() {
        let remedy = |pages: usize, whole: bool| {
            let survey = Survey { pages: share(pages), whole, ..Survey::default() };
            let text = nothing_written("http://127.0.0.1:1", &survey);
            text.lines().last().unwrap_or_default().to_owned()
        };
        assert!(remedy(0, true).starts_with("see that it answers"));
        assert!(remedy(0, false).starts_with("see that it answers"));
        assert!(remedy(1, false).contains("--budget"));
        assert!(remedy(1, true).contains("--cli"));
    }
}
