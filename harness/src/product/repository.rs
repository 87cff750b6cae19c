//! [`Repository`]: the git checkout that a product's builds come from: its commits and what they
//! changed. It is only read.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::ProductError;

/// A diff is cut to as many lines.
const MOST_LINES: usize = 400;
/// What stands between commits, and between the parts of one, in what git prints for us.
const RECORD: char = '\u{1e}';
const PART: char = '\u{1f}';

/// A git checkout.
#[derive(Debug, Clone)]
pub struct Repository {
    folder: PathBuf,
}

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its whole name.
    pub id: String,
    /// Who wrote it.
    pub author: String,
    /// The first line of its message.
    pub title: String,
    /// The paths that it changed.
    pub files: Vec<String>,
}

impl Repository {
    /// The checkout in a folder.
    #[must_use]
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The whole name of the commit that a build is: by itself, or as a tag such as `v1.4`.
    ///
    /// # Errors
    /// There is no such commit, or no git.
    pub fn resolve(&self, build: &str) -> Result<String, ProductError> {
        let known = |name: &str| {
            let commit = format!("{name}^{{commit}}");
            self.git(&["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])
        };
        let found = known(build).or_else(|first| known(&format!("v{build}")).map_err(|_| first));
        found.map(|it| it.trim().to_owned()).map_err(|_| ProductError::Repository {
            folder: self.folder.clone(),
            problem: format!(
                "has no commit {build}; `repository` must be a git checkout that has the commits which are tested"
            ),
        })
    }

    /// The commits behind `good` up to `bad`, the oldest first, along the first parents.
    ///
    /// # Errors
    /// `good` is no ancestor of `bad`, or git fails.
    pub fn between(&self, good: &str, bad: &str) -> Result<Vec<Commit>, ProductError> {
        if self.git(&["merge-base", "--is-ancestor", good, bad]).is_err() {
            return Err(ProductError::Repository {
                folder: self.folder.clone(),
                problem: format!("{good} is no ancestor of {bad}, so no commits lie between them"),
            });
        }
        let format = format!("--format=%x{:02x}%H%x{:02x}%an%x{:02x}%s", 0x1e, 0x1f, 0x1f);
        let range = format!("{good}..{bad}");
        let first = ["log", "--first-parent", "--reverse", "--diff-merges=first-parent"];
        let printed = self.git(&[&first[..], &["--name-only", &format, &range]].concat())?;
        Ok(printed.split(RECORD).filter_map(commit).collect())
    }

    /// What a commit changed, as git shows it, cut where it is long.
    ///
    /// # Errors
    /// Git fails.
    pub fn diff(&self, commit: &str) -> Result<String, ProductError> {
        let shown =
            ["show", "--no-color", "--no-ext-diff", "--no-textconv", "--diff-merges=first-parent"];
        let printed = self.git(&[&shown[..], &["--format=", "--patch", commit]].concat())?;
        let mut lines: Vec<&str> = printed.lines().take(MOST_LINES).collect();
        let more = printed.lines().count().saturating_sub(MOST_LINES);
        let cut = format!("… {more} more lines");
        if more > 0 {
            lines.push(&cut);
        }
        Ok(lines.join("\n"))
    }

    fn git(&self, arguments: &[&str]) -> Result<String, ProductError> {
        let failed = |problem: String| ProductError::Repository {
            folder: self.folder.clone(),
            problem: format!("git {} failed there: {problem}", arguments[0]),
        };
        let output = Command::new("git")
            .arg("-C")
            .arg(&self.folder)
            .args(["-c", "core.quotePath=false", "-c", "core.fsmonitor=false"])
            .args(arguments)
            .env("GIT_OPTIONAL_LOCKS", "0")
            .output()
            .map_err(|error| failed(error.to_string()))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(failed(said.lines().next().unwrap_or("no reason given").to_owned()));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// A commit as the format above prints it, with its paths a line each.
fn commit(record: &str) -> Option<Commit> {
    let (head, files) = record.split_once('\n').unwrap_or((record, ""));
    let mut parts = head.splitn(3, PART).map(str::to_owned);
    let (id, author, title) = (parts.next()?, parts.next()?, parts.next()?);
    let files = files.lines().filter(|it| !it.is_empty()).map(str::to_owned).collect();
    Some(Commit { id, author, title, files })
}
