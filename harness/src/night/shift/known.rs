//! What a model is told before it tries anything: what the product is said to do, what is known to be
//! broken, and what scenarios use and do not.

use globset::{Glob, GlobSetBuilder};
use indexmap::IndexMap;
use walkdir::WalkDir;

use crate::agent::charters::{Known, Source};
use crate::history::{self, Wanted};
use crate::ledger::NightDir;
use crate::model::Suite;
use crate::night::{Ground, NightError, RunOptions, builds, judging, past, survey};

/// The most files, and the most characters of all together.
const MOST_FILES: usize = 20;
const MOST_TEXT: usize = 24_000;
/// The most lines of what is known to be broken, and of each list of parts.
const MOST_LINES: usize = 40;

/// What is known.
///
/// # Errors
/// A pattern of `agent: docs` is none, or a file cannot be read.
pub(super) fn known(
    suite: &Suite,
    options: &RunOptions,
    ground: &Ground,
) -> Result<Known, NightError> {
    let nights = past::folder(suite, options);
    let policy = suite.config.policy.iter();
    let commands = policy.filter_map(|it| it.commands.clone()).flatten().collect();
    let pages = ground.pages().is_some();
    let mut known = Known { docs: docs(suite)?, pages, commands, ..Known::default() };
    if let Some(survey) = survey::newest(&nights) {
        let (covered, open): (Vec<_>, Vec<_>) = survey.parts.iter().partition(|it| it.asserted);
        let names = |all: Vec<&crate::model::survey::Part>| {
            all.into_iter().take(MOST_LINES).map(|it| it.name.clone()).collect()
        };
        (known.covered, known.uncovered) = (names(covered), names(open));
    }
    if known.covered.is_empty() {
        let about = suite.scenarios.iter().map(|it| it.about.as_ref().unwrap_or(&it.id).clone());
        known.covered = about.take(MOST_LINES).collect();
    }
    known.findings = findings(&nights);
    Ok(known)
}

/// What the newest night of a folder found.
fn findings(nights: &std::path::Path) -> Vec<String> {
    let all = std::fs::read_dir(nights).into_iter().flatten().filter_map(Result::ok);
    let mut folders: Vec<_> = all.map(|it| it.path()).collect();
    folders.sort();
    let newest = folders.into_iter().rev().find_map(|it| NightDir::open(it).ok());
    let judged = newest.and_then(|it| judging::judge(&it).ok());
    let findings = judged.map(|it| it.judgement.findings.clone()).unwrap_or_default();
    findings.into_iter().take(MOST_LINES).map(|it| it.title).collect()
}

fn docs(suite: &Suite) -> Result<Vec<Source>, NightError> {
    let patterns = suite.config.agent.iter().flat_map(|it| &it.docs);
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let glob = Glob::new(pattern).map_err(|error| {
            NightError::Usage(format!("agent: docs: \"{pattern}\" is no glob: {error}"))
        })?;
        set.add(glob);
    }
    let set = set.build().map_err(|error| NightError::Usage(format!("agent: docs: {error}")))?;
    if set.is_empty() {
        return Ok(Vec::new());
    }
    let mut left = MOST_TEXT;
    let mut all = Vec::new();
    let inside = |it: &walkdir::DirEntry| it.depth() == 0 || !is_hidden(it);
    let files = WalkDir::new(&suite.root).sort_by_file_name().into_iter().filter_entry(inside);
    for entry in files.filter_map(Result::ok).filter(|it| it.file_type().is_file()) {
        let Ok(below) = entry.path().strip_prefix(&suite.root) else { continue };
        if !set.is_match(below) || all.len() >= MOST_FILES || left == 0 {
            continue;
        }
        let io = |source| NightError::Io { action: "read", path: entry.path().to_owned(), source };
        let text = std::fs::read(entry.path()).map_err(io)?;
        let text = String::from_utf8_lossy(&text);
        let source = Source::beginning(below.display().to_string(), &text, left);
        left = left.saturating_sub(source.text.chars().count());
        all.push(source);
    }
    Ok(all)
}

/// What is passed over: hidden folders, what is built, and what nights left.
fn is_hidden(entry: &walkdir::DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    entry.file_type().is_dir()
        && (name.starts_with('.') || ["target", "node_modules", "reports"].contains(&&*name))
}

/// The builds of the newest night that are others than tonight's and can be made again.
///
/// # Errors
/// Earlier nights cannot be looked for.
pub(super) fn before(
    suite: &Suite,
    options: &RunOptions,
) -> Result<IndexMap<String, String>, NightError> {
    let folder = past::folder(suite, options);
    let wanted = Wanted {
        branch: None,
        any_branch: true,
        except: "",
        scenarios: None,
        suite: None,
        durations: false,
    };
    let tonight = builds::choose(&suite.config, &options.builds)?;
    let history = history::gather(&folder, &wanted)?;
    let can_be_made = |name: &str| {
        let product = suite.config.products.get(name);
        product.is_some_and(|it| it.builds.is_some() && it.base_url.is_none())
    };
    let mut before = IndexMap::new();
    for night in history.nights.iter().rev() {
        for (name, build) in &night.builds {
            let is_other = tonight.get(name).is_some_and(|it| it != build);
            if is_other && can_be_made(name) && !before.contains_key(name) {
                before.insert(name.clone(), build.clone());
            }
        }
    }
    Ok(before)
}
