//! [`gather`]: from a folder of nights to a [`History`]: the newest that can be used, read side by
//! side and folded from the oldest to the newest.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDateTime, Utc};
use indexmap::IndexMap;

use super::HistoryError;
use super::known::is_failing;
use super::night::{Digest, DigestCause, read};
use crate::model::history::{
    History, NOT_PLANNED, PastCause, PastNight, PastRedaction, PastScenario, PastStep, Since,
    SkippedNight, letter,
};
use crate::model::scenario::Surface;

/// How many nights are kept.
pub const MOST_NIGHTS: usize = 30;
/// How long reading them may take: a night must not wait for its past.
const AT_MOST: Duration = Duration::from_secs(30);
/// How many skipped nights are named; the rest would only repeat them.
const MOST_SKIPPED: usize = 20;

/// Which nights, and what of them.
#[derive(Debug, Default)]
pub struct Wanted<'a> {
    /// Tonight's branch: nights of other branches say nothing of it.
    pub branch: Option<&'a str>,
    /// Whether nights of every branch are taken all the same.
    pub any_branch: bool,
    /// Tonight's id, which is not its own past.
    pub except: &'a str,
    /// The scenarios; `None` is every one that a night names.
    pub scenarios: Option<HashSet<&'a str>>,
    /// All that the suite has: what a night names beside it is not covered any more. `None` asks
    /// for nothing of that.
    pub suite: Option<HashSet<&'a str>>,
    /// Whether the durations of steps are wanted too.
    pub durations: bool,
}

/// Reads the nights in a folder. A folder that is not there holds no nights.
///
/// # Errors
/// The folder is a file, or cannot be read.
pub fn gather(folder: &Path, wanted: &Wanted<'_>) -> Result<History, HistoryError> {
    let mut history = History { folder: Some(shown(folder)), ..History::default() };
    let candidates = candidates(folder, &mut history)?;
    let mut digests = read_all(&candidates, wanted, &mut history);
    digests.sort_by(|a, b| (a.started, &a.id).cmp(&(b.started, &b.id)));
    // The same night twice: a copy beside the original.
    digests.dedup_by(|a, b| a.id == b.id);
    let surplus = digests.len().saturating_sub(MOST_NIGHTS);
    digests.drain(..surplus);
    Fold::default().fold(digests, &mut history);
    wanted.part_with_gone(&mut history);
    Ok(history)
}

fn shown(folder: &Path) -> String {
    folder.display().to_string()
}

/// The folders that hold a report, the newest first.
fn candidates(folder: &Path, history: &mut History) -> Result<Vec<PathBuf>, HistoryError> {
    if folder.is_file() {
        return Err(HistoryError::NoFolder(folder.to_owned()));
    }
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => {
            return Err(HistoryError::Unreadable { folder: folder.to_owned(), source });
        }
    };
    let mut found = Vec::new();
    for entry in entries.filter_map(Result::ok) {
        let path = entry.path();
        if path.join("night.json").is_file() {
            found.push((written(&path), path));
        } else if path.join("plan.json").is_file() {
            skip(history, &path, "it has no report; `nightshift judge` writes one".to_owned());
        }
    }
    found.sort();
    Ok(found.into_iter().rev().map(|it| it.1).collect())
}

/// About when a night was written: by its name, or by its file.
fn written(path: &Path) -> DateTime<Utc> {
    let name = path.file_name().map(|it| it.to_string_lossy()).unwrap_or_default();
    let stamp = name.get(..18).and_then(|it| {
        NaiveDateTime::parse_from_str(it, "%Y-%m-%dT%H%M%SZ").ok().map(|it| it.and_utc())
    });
    let modified = || path.join("night.json").metadata().and_then(|it| it.modified()).ok();
    stamp.or_else(|| modified().map(DateTime::from)).unwrap_or_default()
}

fn skip(history: &mut History, path: &Path, why: String) {
    if history.skipped.len() < MOST_SKIPPED {
        let night = path.file_name().map(|it| it.to_string_lossy().into_owned());
        history.skipped.push(SkippedNight { night: night.unwrap_or_default(), why });
    }
}

/// Reads nights from the newest on until there are enough, several at once.
fn read_all(candidates: &[PathBuf], wanted: &Wanted<'_>, history: &mut History) -> Vec<Digest> {
    let until = Instant::now() + AT_MOST;
    let next = AtomicUsize::new(0);
    let enough = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Result<Digest, String>)>> = Mutex::default();
    let takes = |id: &str| wanted.wants(id) || wanted.is_gone(id);
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(folder) = candidates.get(at) else { return };
            if enough.load(Ordering::Relaxed) >= MOST_NIGHTS {
                return;
            }
            let late = Instant::now() > until;
            let read = if late {
                Err(format!("reading the nights before it took {} s", AT_MOST.as_secs()))
            } else {
                read(folder, &takes, wanted.durations)
            };
            if read.as_ref().is_ok_and(|it| wanted.takes(it)) {
                enough.fetch_add(1, Ordering::Relaxed);
            }
            done.lock().expect("no reader panics").push((at, read));
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(4);
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let mut done = done.into_inner().expect("no reader panics");
    done.sort_by_key(|it| it.0);
    let mut digests = Vec::new();
    for (at, read) in done {
        match read {
            Ok(digest) if wanted.takes(&digest) => digests.push(digest),
            Ok(digest) if digest.id == wanted.except => {}
            Ok(_) => history.other_branches += 1,
            Err(why) => skip(history, &candidates[at], why),
        }
    }
    digests
}

impl Wanted<'_> {
    fn wants(&self, scenario: &str) -> bool {
        self.scenarios.as_ref().is_none_or(|it| it.contains(scenario))
    }

    /// Whether the suite has had the scenario, and has it no more.
    fn is_gone(&self, scenario: &str) -> bool {
        self.suite.as_ref().is_some_and(|it| !it.contains(scenario))
    }

    /// Takes what the suite has no more out of the scenarios, and keeps the names of what the
    /// newest night planned that planned at least half as many as are wanted now.
    fn part_with_gone(&self, history: &mut History) {
        let wanted = self.scenarios.as_ref().map_or(0, HashSet::len);
        let whole = |it: &PastNight| it.totals.planned as usize * 2 >= wanted;
        let newest = history.nights.iter().rposition(whole);
        let gone: Vec<String> = history
            .scenarios
            .iter()
            .filter(|(id, _)| !self.wants(id) && self.is_gone(id))
            .filter(|(_, past)| newest.is_some_and(|at| past.verdict(at).is_some()))
            .map(|(id, _)| id.clone())
            .collect();
        history.scenarios.retain(|id, _| self.wants(id));
        history.uncovered = gone;
    }

    fn takes(&self, digest: &Digest) -> bool {
        digest.id != self.except && (self.any_branch || digest.branch.as_deref() == self.branch)
    }
}

/// What a step took in each night, and whether that was told as slower.
type Series = (Surface, Vec<Option<(u32, bool)>>);

/// A history in the making.
#[derive(Default)]
struct Fold {
    /// What each step took, by scenario and step: the nights that had it.
    steps: HashMap<String, HashMap<u64, Series>>,
    redactions: IndexMap<(String, Option<String>, String), (u32, u32)>,
}

impl Fold {
    fn fold(mut self, digests: Vec<Digest>, history: &mut History) {
        let nights = digests.len();
        for (at, mut digest) in digests.into_iter().enumerate() {
            Self::causes(at, &digest, history);
            self.scenarios(at, &mut digest, history);
            for used in digest.redactions {
                let key = (used.file, used.checkpoint, used.redaction);
                let counts = self.redactions.entry(key).or_default();
                counts.0 += u32::from(used.texts > 0);
                counts.1 += u32::from(used.matched > 0);
            }
            history.nights.push(PastNight {
                id: digest.id,
                started: digest.started,
                machine: digest.machine,
                browser: digest.browser,
                builds: digest.builds.into_iter().collect(),
                versions: digest.versions.into_iter().collect(),
                decision: digest.decision,
                totals: digest.totals,
                sensitivity: digest.sensitivity,
                stages: digest.stages,
            });
        }
        for (id, past) in &mut history.scenarios {
            let short = nights - past.verdicts.len();
            past.verdicts.extend(std::iter::repeat_n(NOT_PLANNED, short));
            past.steps =
                self.steps.remove(id).map(|it| written_out(it, nights)).unwrap_or_default();
        }
        history.scenarios.sort_unstable_keys();
        history.redactions = self
            .redactions
            .into_iter()
            .map(|((file, checkpoint, redaction), (ran, matched))| PastRedaction {
                file,
                checkpoint,
                redaction,
                ran,
                matched,
            })
            .collect();
    }

    /// What was wrong in one night: it goes on, or begins.
    fn causes(at: usize, digest: &Digest, history: &mut History) {
        for cause in &digest.causes {
            let known = history.causes.get(&cause.fingerprint);
            // A night that knew its past says itself since when; of an older one, what was gone
            // for a night and is back begins anew.
            let since = match known {
                Some(known) if cause.since.is_none() && known.last + 1 == at => known.since.clone(),
                Some(_) | None => since(digest, cause),
            };
            let nights = known.map_or(0, |it| it.nights) + 1;
            let title = cause.title.clone();
            let (verdict, pieces) = (cause.verdict, cause.pieces.clone());
            let known = PastCause { title, verdict, last: at, nights, pieces, since };
            history.causes.insert(cause.fingerprint.clone(), known);
        }
    }

    fn scenarios(&mut self, at: usize, digest: &mut Digest, history: &mut History) {
        let causes: HashMap<&str, &DigestCause> =
            digest.causes.iter().map(|it| (it.id.as_str(), it)).collect();
        let slowdowns = digest.causes.iter().filter_map(|it| it.slowdown.as_ref());
        let slower: HashSet<(&str, u64)> = slowdowns
            .flat_map(|it| &it.steps)
            .filter_map(|it| Some((it.scenario.as_str(), u64::from_str_radix(&it.key, 16).ok()?)))
            .collect();
        for (id, seen) in std::mem::take(&mut digest.scenarios) {
            let own = self.steps.entry(id.clone()).or_default();
            for (key, surface, ms) in &seen.steps {
                let slow = slower.contains(&(id.as_str(), *key));
                let took = own.entry(*key).or_insert_with(|| (*surface, Vec::new()));
                took.1.resize(at, None);
                took.1.push(Some((*ms, slow)));
            }
            let past: &mut PastScenario = history.scenarios.entry(id).or_default();
            let short = at.saturating_sub(past.verdicts.len());
            past.verdicts.extend(std::iter::repeat_n(NOT_PLANNED, short));
            past.verdicts.push(letter(seen.verdict));
            if seen.verdict.is_judged() {
                past.expects = seen.expects;
                let wrong = seen.findings.iter().filter_map(|it| causes.get(it.as_str()));
                let wrong = wrong.filter(|it| is_failing(seen.verdict) || it.slowdown.is_some());
                past.causes = wrong
                    .filter(|it| is_failing(it.verdict))
                    .map(|it| it.fingerprint.clone())
                    .collect();
            }
        }
    }
}

/// What stands for a step in files.
pub fn key_text(key: u64) -> String {
    format!("{key:016x}")
}

fn since(digest: &Digest, cause: &DigestCause) -> Since {
    cause.since.clone().unwrap_or_else(|| Since {
        at: digest.started,
        night: digest.id.clone(),
        build: (digest.builds.len() == 1).then(|| digest.builds[0].1.clone()),
    })
}

fn written_out(steps: HashMap<u64, Series>, nights: usize) -> IndexMap<String, PastStep> {
    let mut all: Vec<_> = steps.into_iter().collect();
    all.sort_by_key(|it| it.0);
    let written = all.into_iter().map(|(key, (surface, mut took))| {
        took.resize(nights, None);
        let words = took.into_iter().map(|it| match it {
            None => "-".to_owned(),
            Some((ms, slower)) => format!("{ms}{}", if slower { "!" } else { "" }),
        });
        let ms = words.collect::<Vec<_>>().join(" ");
        (key_text(key), PastStep { surface, ms })
    });
    written.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes a night with these scenarios, all unchanged.
    fn night(folder: &Path, day: u32, scenarios: &[&str]) {
        let count = scenarios.len();
        let all: Vec<_> = scenarios
            .iter()
            .map(|id| serde_json::json!({ "id": id, "verdict": "unchanged" }))
            .collect();
        let report = serde_json::json!({
            "format_version": 1,
            "night": { "id": format!("n{day}"), "started": format!("2026-11-{day:02}T01:00:00Z") },
            "gate": { "decision": "pass" },
            "totals": { "planned": count, "judged": count, "regressed": 0, "still-failing": 0,
                "flaky": 0, "inconclusive": 0, "drifted": 0, "new": 0, "fixed": 0,
                "unchanged": count, "not-run": 0 },
            "scenarios": all,
        });
        let own = folder.join(format!("2026-11-{day:02}T010000Z-aaaa"));
        std::fs::create_dir(&own).expect("made");
        std::fs::write(own.join("night.json"), report.to_string()).expect("written");
    }

    fn of(
        folder: &Path,
        wanted: &[&'static str],
        suite: &[&'static str],
    ) -> (Vec<String>, Vec<String>) {
        let wanted = Wanted {
            scenarios: Some(wanted.iter().copied().collect()),
            suite: Some(suite.iter().copied().collect()),
            ..Wanted::default()
        };
        let history = gather(folder, &wanted).expect("read");
        (history.uncovered, history.scenarios.into_keys().collect())
    }

    #[test]
    fn what_the_newest_whole_night_planned_and_the_suite_has_no_more_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        night(folder.path(), 1, &["a", "b", "long-gone"]);
        night(folder.path(), 2, &["a", "b", "gone"]);
        // A night of one scenario alone says nothing of the others.
        night(folder.path(), 3, &["a"]);
        let (uncovered, known) = of(folder.path(), &["a", "b", "c"], &["a", "b", "c"]);
        assert_eq!(uncovered, ["gone"]);
        assert_eq!(known, ["a", "b"]);
        // The twins: a filtered night leaves out what the suite has, and nothing is gone.
        let (uncovered, known) = of(folder.path(), &["a"], &["a", "b", "gone", "long-gone"]);
        assert_eq!((uncovered, known), (Vec::new(), vec!["a".to_owned()]));
    }
}
