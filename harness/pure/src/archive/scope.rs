//! [`Scope`]: which nights a question is about: those of one branch, oldest first.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use indexmap::IndexMap;

use super::ArchiveError;
use super::question::Since;
use super::store::Archive;
use crate::model::{Decision, Totals};

/// One night, as the tables have it.
#[derive(Debug, Clone)]
pub(super) struct NightRow {
    pub key: i64,
    pub folder: String,
    pub id: String,
    pub started: DateTime<Utc>,
    pub branch: Option<String>,
    pub machine: Option<String>,
    pub decision: Decision,
    pub rule: String,
    pub builds: IndexMap<String, String>,
    pub totals: Totals,
}

/// The nights that a question is about.
#[derive(Debug)]
pub(super) struct Scope {
    /// Oldest first; never empty.
    pub nights: Vec<NightRow>,
    /// The branch that they are of.
    pub branch: Option<String>,
    /// How many nights of other branches are left out.
    pub others: usize,
    /// Where each night stands among them, by its key.
    positions: HashMap<i64, usize>,
}

impl NightRow {
    /// The builds in words; nothing where none has a name.
    pub fn build(&self) -> Option<String> {
        match self.builds.len() {
            0 => None,
            1 => self.builds.values().next().cloned(),
            _ => {
                let named = self.builds.iter().map(|(name, build)| format!("{name} {build}"));
                Some(named.collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// The night with its build, for a sentence.
    pub fn said(&self) -> String {
        match self.build() {
            Some(build) => format!("{} (build {build})", self.id),
            None => self.id.clone(),
        }
    }

    fn has_build(&self, build: &str) -> bool {
        // A commit is named by its beginning.
        let is_hash = build.len() >= 7 && build.chars().all(|it| it.is_ascii_hexdigit());
        self.builds.values().any(|it| it == build || (is_hash && it.starts_with(build)))
    }
}

impl Scope {
    /// The newest night.
    pub fn newest(&self) -> &NightRow {
        self.nights.last().expect("a scope has a night")
    }

    /// The position of a night by its key.
    pub fn at(&self, key: i64) -> Option<usize> {
        self.positions.get(&key).copied()
    }

    /// The position of the first night of a time; the number of nights where none is of it.
    ///
    /// # Errors
    /// No night has the build.
    pub fn first_of(&self, since: &Since, now: DateTime<Utc>) -> Result<usize, ArchiveError> {
        let from = |at: DateTime<Utc>| {
            let found = self.nights.iter().position(|it| it.started >= at);
            found.unwrap_or(self.nights.len())
        };
        match since {
            Since::Days(days) => Ok(from(now - Duration::days(i64::from(*days)))),
            Since::LastNight => Ok(self.nights.len() - 1),
            Since::Named(name) => {
                if let Ok(day) = name.parse::<NaiveDate>() {
                    return Ok(from(day.and_time(chrono::NaiveTime::MIN).and_utc()));
                }
                let is = |it: &NightRow| it.id == *name || it.folder == *name || it.has_build(name);
                self.nights.iter().position(is).ok_or_else(|| self.no_build(name))
            }
        }
    }

    fn no_build(&self, name: &str) -> ArchiveError {
        let mut nearest: Vec<String> = Vec::new();
        for build in self.nights.iter().rev().flat_map(|it| it.builds.values()) {
            if nearest.len() < 3 && !nearest.contains(build) {
                nearest.push(build.clone());
            }
        }
        ArchiveError::NotThere { what: "build, night or day", name: name.to_owned(), nearest }
    }

    /// What is left out, for a note.
    pub fn note(&self) -> Option<String> {
        let branch =
            self.branch.as_ref().map_or("no branch".to_owned(), |it| format!("branch {it}"));
        (self.others > 0).then(|| {
            format!(
                "{} of other branches than {branch} left out; `--branch` names another",
                self.others
            )
        })
    }
}

impl Archive {
    /// The nights of a branch; of that of the newest night, where none is named.
    pub(super) fn scope(&self, branch: Option<&str>) -> Result<Arc<Scope>, ArchiveError> {
        let name = ("scope", branch.map(str::to_owned), 0);
        let mut kept = self.kept.borrow_mut();
        kept.refresh(&self.connection)?;
        if let Some(known) = kept.get(&name) {
            return Ok(known);
        }
        let scope = self.read_scope(branch)?;
        Ok(kept.put(name, scope))
    }

    fn read_scope(&self, branch: Option<&str>) -> Result<Scope, ArchiveError> {
        let mut all = self.connection.prepare(
            "SELECT key, folder, id, started, branch, machine, decision, rule, builds, totals \
             FROM night WHERE problem IS NULL ORDER BY started, id, folder",
        )?;
        let rows = all.query_map([], |row| {
            let text = |at: usize| row.get::<_, String>(at);
            Ok(NightRow {
                key: row.get(0)?,
                folder: text(1)?,
                id: text(2)?,
                started: DateTime::from_timestamp_millis(row.get(3)?).unwrap_or_default(),
                branch: row.get(4)?,
                machine: row.get(5)?,
                decision: decision(&text(6)?),
                rule: text(7)?,
                builds: serde_json::from_str(&text(8)?).unwrap_or_default(),
                totals: serde_json::from_str(&text(9)?).unwrap_or_default(),
            })
        })?;
        let mut nights = rows.collect::<Result<Vec<_>, _>>()?;
        // The same night twice: a copy beside the original.
        nights.dedup_by(|a, b| a.id == b.id && a.started == b.started);
        let newest = nights.last().ok_or_else(|| ArchiveError::NoNights(self.folder.clone()))?;
        let branch = branch.map(str::to_owned).or_else(|| newest.branch.clone());
        let before = nights.len();
        nights.retain(|it| it.branch == branch);
        if nights.is_empty() {
            let name = branch.unwrap_or_default();
            return Err(ArchiveError::NotThere { what: "branch", name, nearest: Vec::new() });
        }
        let positions = nights.iter().enumerate().map(|(at, it)| (it.key, at)).collect();
        Ok(Scope { others: before - nights.len(), nights, branch, positions })
    }

    /// A file of a night, as a reader opens it.
    pub(super) fn link(&self, night: &NightRow, finding: Option<&str>) -> String {
        let page = self.folder.join(&night.folder).join("index.html");
        match finding {
            Some(id) => format!("{}#{id}", page.display()),
            None => page.display().to_string(),
        }
    }
}

/// The keys of some nights, as SQL lists them.
pub(super) fn keys<'a>(nights: impl IntoIterator<Item = &'a NightRow>) -> String {
    let keys: Vec<String> = nights.into_iter().map(|it| it.key.to_string()).collect();
    keys.join(",")
}

fn decision(word: &str) -> Decision {
    let all = [Decision::Pass, Decision::Fail, Decision::Inconclusive];
    all.into_iter().find(|it| it.word() == word).unwrap_or(Decision::Inconclusive)
}
