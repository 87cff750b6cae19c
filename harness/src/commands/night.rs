//! What several commands need to find a suite and a night.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use indexmap::IndexMap;

use super::arguments::{Changes, Choice, Common};
use super::exit::mistake;
use crate::ledger::NightDir;
use crate::model::Suite;
use crate::night::sessions_folder;
use crate::plan::Selection;
use crate::spec::{self, Overrides};

/// The suite's folder.
pub fn root(common: &Common) -> anyhow::Result<PathBuf> {
    let start = match &common.dir {
        Some(dir) => dir.clone(),
        None => std::env::current_dir().context("cannot tell the current folder")?,
    };
    Ok(spec::find_root(&start)?)
}

/// The validated suite.
pub fn suite(common: &Common, overrides: &Overrides) -> anyhow::Result<Suite> {
    Ok(spec::load(&root(common)?, overrides)?)
}

impl Changes {
    /// In the form that `spec` takes.
    pub fn overrides(&self) -> Overrides {
        Overrides { set: self.set.clone(), vars: self.var.clone() }
    }
}

impl Choice {
    /// In the form that `plan` takes.
    pub fn selection(&self) -> Selection {
        Selection { filters: self.filters.clone(), tags: self.tags.clone() }
    }
}

/// A night directory, by its path or by its id below the suite's `reports/nights`.
pub fn open(common: &Common, night: &Path) -> anyhow::Result<NightDir> {
    if let Ok(found) = NightDir::open(night) {
        return Ok(found);
    }
    if night.components().count() == 1
        && let Ok(root) = root(common)
    {
        let nights = root.join("reports/nights");
        for folder in [nights.join(night), sessions_folder(&nights).join(night)] {
            if let Ok(found) = NightDir::open(folder) {
                return Ok(found);
            }
        }
    }
    Ok(NightDir::open(night)?)
}

/// The newest night of a suite.
pub fn newest(root: &Path) -> anyhow::Result<NightDir> {
    let nights = root.join("reports/nights");
    let mut folders: Vec<_> = std::fs::read_dir(&nights)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .collect();
    folders.sort();
    match folders.into_iter().rev().find_map(|folder| NightDir::open(folder).ok()) {
        Some(night) => Ok(night),
        None => mistake(format!(
            "there is no night in {}; run one with `nightshift run`, or name its folder",
            nights.display()
        )),
    }
}

/// This process's environment, as far as it is text.
pub fn environment() -> IndexMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// The branch: what CI says, or what git has checked out.
pub fn branch(root: &Path, environment: &IndexMap<String, String>) -> Option<String> {
    ["NIGHTSHIFT_BRANCH", "GITHUB_HEAD_REF", "GITHUB_REF_NAME", "CI_COMMIT_REF_NAME", "BRANCH_NAME"]
        .iter()
        .filter_map(|name| environment.get(*name))
        .find(|value| !value.is_empty())
        .cloned()
        .or_else(|| checked_out(root))
}

/// The branch that `.git/HEAD` names; a detached head has none.
fn checked_out(root: &Path) -> Option<String> {
    let dot_git = root.ancestors().map(|folder| folder.join(".git")).find(|path| path.exists())?;
    let folder = if dot_git.is_file() {
        // A worktree: the file says where its git folder is.
        let text = std::fs::read_to_string(&dot_git).ok()?;
        dot_git.parent()?.join(text.strip_prefix("gitdir:")?.trim())
    } else {
        dot_git
    };
    let head = std::fs::read_to_string(folder.join("HEAD")).ok()?;
    Some(head.trim().strip_prefix("ref: refs/heads/")?.to_owned())
}

/// `[PRODUCT=]VALUE` by product; without a product, the suite's only one is meant.
pub fn by_product(
    suite: &Suite,
    option: &str,
    values: &[String],
) -> anyhow::Result<IndexMap<String, String>> {
    let products = &suite.config.products;
    let mut found = IndexMap::new();
    for value in values {
        let named = value.split_once('=').filter(|(name, _)| products.contains_key(*name));
        let (name, value) = match (named, products.first()) {
            (Some((name, value)), _) => (name.to_owned(), value.to_owned()),
            (None, Some((only, _))) if products.len() == 1 => (only.clone(), value.clone()),
            (None, _) => {
                let all: Vec<_> = products.keys().map(String::as_str).collect();
                return mistake(format!(
                    "{option} {value}: this suite has several products; write {option} PRODUCT=VALUE with one of {}",
                    all.join(", ")
                ));
            }
        };
        found.insert(name, value);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_branch_comes_from_ci_first_and_from_git_otherwise() {
        let root = tempfile::tempdir().expect("a folder");
        assert_eq!(branch(root.path(), &IndexMap::new()), checked_out(root.path()));
        std::fs::create_dir(root.path().join(".git")).expect("made");
        std::fs::write(root.path().join(".git/HEAD"), "ref: refs/heads/release/2.1\n")
            .expect("written");
        assert_eq!(branch(root.path(), &IndexMap::new()), Some("release/2.1".to_owned()));
        let ci = [("GITHUB_REF_NAME".to_owned(), "main".to_owned())].into_iter().collect();
        assert_eq!(branch(root.path(), &ci), Some("main".to_owned()));
    }
}
