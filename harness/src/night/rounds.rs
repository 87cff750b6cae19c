//! [`Rounds`]: the same scenarios several times, shaken, each round a night of its own in a folder
//! that goes; [`settle`] finds what varies between them. Used by `settle` and by `--accept-new`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::Utc;

use super::shake::{Clocks, Shake};
use super::{NightError, Progress, RunOptions, Stop, Until, attempted, lock, scratch, secrets};
use crate::compare::watch::WatchSet;
use crate::compare::{Redactor, canonical, requests, wrong};
use crate::ledger::NightDir;
use crate::model::attempts::{Attempts, ScenarioLog};
use crate::model::finding::Pending;
use crate::model::plan::WATCH_CHECKPOINT;
use crate::model::settle::{ByClock, Noise};
use crate::model::{Because, Entry, FacetKind, Judgement, Outcome, Plan, Suite};
use crate::plan::Selection;
use crate::settle::{self, Reach, Round, Variation};

/// Rounds that `--accept-new` adds to the night itself.
const ROUNDS_OF_NEW: u32 = 2;
/// What is left to the report when a deadline is near, in seconds.
const BEFORE_DEADLINE: i64 = 30;

/// What rounds have shown.
#[derive(Debug)]
pub struct Settled {
    /// What varied.
    pub found: Variation,
    /// The plan of the first round: where its scenarios stand.
    pub plan: Plan,
    /// How many rounds there were.
    pub rounds: u32,
    /// Whether the clocks of products could be moved.
    pub clocks: Clocks,
    /// Nothing could run in the first round, and why.
    pub preflight: Option<String>,
}

/// A round that was made.
struct Made {
    night: NightDir,
    plan: Plan,
    entries: Vec<Entry>,
    /// By how many days the clocks of products were moved; `None` where they were left alone.
    moved: Option<i64>,
}

impl Made {
    fn read(night: NightDir) -> Result<Self, NightError> {
        Ok(Self { plan: night.plan()?, entries: night.entries()?, night, moved: None })
    }

    /// The scenarios that held in this round and not in another one, whose clock was moved.
    fn fail_by_clock(&self, other: &Self) -> Vec<String> {
        if other.moved.is_none() {
            return Vec::new();
        }
        let (own, others) = (Attempts::of(&self.entries), Attempts::of(&other.entries));
        let holds =
            |it: &Attempts<'_>, id: &str| it.scenario(id).is_some_and(ScenarioLog::is_completed);
        let planned = other.plan.scenarios.iter().map(|it| it.id.as_str());
        let fail = planned.filter(|id| holds(&own, id) && !holds(&others, id));
        fail.map(str::to_owned).collect()
    }
}

/// Whether the clocks of products may be moved: not where one-time codes are made.
pub(super) fn clocks(suite: &Suite, plan: &Plan) -> Clocks {
    if secrets::makes_codes(suite, plan) { Clocks::Kept } else { Clocks::Free }
}

/// How scenarios are settled.
#[derive(Debug, Clone, Copy)]
pub struct Settling {
    /// How often they are run.
    pub times: u32,
    /// Where a line that varies is noise.
    pub reach: Reach,
}

/// Runs the selected scenarios `times` times, the first as a night runs them and the others shaken,
/// and finds what varies.
///
/// # Errors
/// Nothing could be planned or recorded, or another night holds the suite.
pub async fn settle(
    suite: &Suite,
    options: &RunOptions,
    settling: Settling,
    stop: &Stop,
    progress: Arc<dyn Fn(Progress) + Send + Sync>,
) -> Result<Settled, NightError> {
    let _lock = lock::take(&suite.root, stop)?;
    let folder = scratch::make()?;
    let options = &options.keeping_data(folder.path());
    let none = nothing_earlier(folder.path())?;
    let mut rounds = Vec::new();
    let mut count = 0;
    for number in 0..settling.times {
        // The first one has the plan, also where nothing of it is run any more.
        if stop.why().is_some() && !rounds.is_empty() {
            break;
        }
        let way = (number > 0).then(|| Shake::new(number));
        let out = folder.path().join(format!("round-{number}"));
        let options = of_round(options, out, &none, way);
        let made = round(suite, &options, stop, &progress).await?;
        let retry = again(&rounds, &made, &options).filter(|_| stop.why().is_none());
        rounds.push(made);
        count += 1;
        if let Some(options) = retry {
            rounds.push(round(suite, &options, stop, &progress).await?);
        }
        if let Some(problem) = preflight_problem(&rounds[0]) {
            let plan = rounds.swap_remove(0).plan;
            let (found, clocks) = (Variation::default(), Clocks::Kept);
            return Ok(Settled { found, plan, rounds: 1, clocks, preflight: Some(problem) });
        }
    }
    let found = find(&rounds, settling.reach)?;
    let plan = rounds.swap_remove(0).plan;
    let clocks = clocks(suite, &plan);
    Ok(Settled { found, plan, rounds: count, clocks, preflight: None })
}

/// The options of one round: no reports, no second attempts, nothing of earlier nights.
pub(super) fn of_round(
    options: &RunOptions,
    out: PathBuf,
    none: &Path,
    way: Option<Shake>,
) -> RunOptions {
    RunOptions {
        history: Some(none.to_owned()),
        out: Some(out),
        id: None,
        retries: Some(0),
        beside: indexmap::IndexMap::new(),
        against: indexmap::IndexMap::new(),
        against_urls: indexmap::IndexMap::new(),
        accept_new: None,
        pdf: false,
        shake: way,
        ..options.clone()
    }
}

/// A folder without earlier nights.
pub(super) fn nothing_earlier(below: &Path) -> Result<PathBuf, NightError> {
    let path = below.join("none");
    std::fs::create_dir_all(&path).map_err(|source| NightError::Io {
        action: "make the folder",
        path: path.clone(),
        source,
    })?;
    Ok(path)
}

async fn round(
    suite: &Suite,
    options: &RunOptions,
    stop: &Stop,
    progress: &Arc<dyn Fn(Progress) + Send + Sync>,
) -> Result<Made, NightError> {
    let made = Box::pin(attempted(suite, options, stop, progress)).await?;
    if let Some(browser) = made.browser {
        browser.stop().await;
    }
    let made = Made::read(made.night)?;
    Ok(Made { moved: moved(suite, options, &made.plan), ..made })
}

/// By how many days the clocks of products are moved in a round.
fn moved(suite: &Suite, options: &RunOptions, plan: &Plan) -> Option<i64> {
    options.shake.clone()?.with_clocks(clocks(suite, plan)).days()
}

/// A round of what failed in one whose clock was moved, shaken alike, with the clock as it is.
fn again(before: &[Made], made: &Made, options: &RunOptions) -> Option<RunOptions> {
    let fail = before.first()?.fail_by_clock(made);
    let out = options.out.as_ref()?.with_extension("again");
    (!fail.is_empty()).then(|| RunOptions {
        out: Some(out),
        selection: Selection { filters: fail, tags: Vec::new() },
        shake: options.shake.clone().map(Shake::keeping_clocks),
        ..options.clone()
    })
}

fn preflight_problem(round: &Made) -> Option<String> {
    problem(&round.plan, &round.entries)
}

/// Why nothing ran at all.
pub(super) fn problem(plan: &Plan, entries: &[Entry]) -> Option<String> {
    let attempts = Attempts::of(entries);
    let logs = || plan.scenarios.iter().filter_map(|it| attempts.scenario(&it.id));
    if logs().any(|it| !it.attempts.is_empty()) {
        return None;
    }
    let failed = attempts.failed_preflight.first();
    let failed = failed.map(|it| format!("{}: {}", it.check, it.detail));
    let login = |it: &ScenarioLog<'_>| match it.not_run {
        Some((Because::Login, detail)) => Some(detail.to_owned()),
        Some(_) | None => None,
    };
    failed.or_else(|| logs().find_map(login))
}

fn find(rounds: &[Made], reach: Reach) -> Result<Variation, NightError> {
    let reads: Vec<_> = rounds
        .iter()
        .map(|it| move |evidence: &crate::model::EvidenceRef| it.night.read(evidence).ok())
        .collect();
    let all: Vec<Round<'_>> = rounds
        .iter()
        .zip(&reads)
        .map(|(it, read)| Round { plan: &it.plan, entries: &it.entries, read, moved: it.moved })
        .collect();
    Ok(tokio::task::block_in_place(|| settle::find(&all, reach))?)
}

/// What settling has shown of what a night would accept.
#[derive(Debug, Default)]
pub struct News {
    /// What varied: it is not accepted.
    pub noise: Vec<Noise>,
    /// Scenarios that did not end well in every round, and why: nothing of them is accepted.
    pub unsettled: Vec<crate::model::settle::Unsettled>,
    /// Scenarios that fail with a moved clock alone: those rounds did not judge them.
    pub by_clock: Vec<ByClock>,
    /// How many scenarios had something new.
    pub scenarios: usize,
    /// How many rounds there were beside the night: none where its time was over.
    pub rounds: u32,
    /// What the watches saw in any round, by scenario.
    watches: Vec<(String, BTreeSet<String>)>,
    /// What the watches saw in any round and is wrong by itself, by scenario.
    thrown: BTreeMap<String, String>,
    /// What pages wrote in the rounds, where that can be said, by scenario and checkpoint.
    writes: BTreeMap<(String, String), String>,
}

impl News {
    /// Whether something that is new may be accepted.
    pub(super) fn is_steady(&self, pending: &Pending) -> bool {
        let own = |it: &&Noise| {
            it.scenario == pending.scenario
                && it.checkpoint == pending.checkpoint
                && it.facet == pending.facet
        };
        pending.checkpoint == WATCH_CHECKPOINT
            || !(self.noise.iter().any(|it| own(&it))
                || self.unsettled.iter().any(|it| it.scenario == pending.scenario))
    }

    /// What is wrong by itself with what is new, in this night or, of the watches, in any round.
    pub(super) fn wrong<'a>(&'a self, pending: &'a Pending) -> Option<&'a str> {
        let thrown = || {
            let own = self.thrown.get(&pending.scenario);
            own.filter(|_| pending.checkpoint == WATCH_CHECKPOINT)
        };
        pending.wrong.as_ref().or_else(thrown).map(String::as_str)
    }

    /// The watches' set of a scenario as all rounds saw it, and what a page wrote in all of them;
    /// `None` for anything else.
    pub(super) fn union(&self, pending: &Pending) -> Option<Vec<u8>> {
        if pending.facet == FacetKind::Requests {
            let key = (pending.scenario.clone(), pending.checkpoint.clone());
            return self.writes.get(&key).map(|it| it.clone().into_bytes());
        }
        let own = self.watches.iter().find(|it| it.0 == pending.scenario)?;
        let lines: Vec<&str> = own.1.iter().map(String::as_str).collect();
        (pending.checkpoint == WATCH_CHECKPOINT).then(|| lines.join("\n").into_bytes())
    }
}

/// Attempts what a night has seen for the first time some more times, shaken, within its deadline.
///
/// # Errors
/// A round cannot be planned or recorded.
pub(super) async fn settle_new(
    suite: &Suite,
    options: &RunOptions,
    (night, plan, judgement): (&NightDir, &Plan, &Judgement),
    stop: &Stop,
    progress: &Arc<dyn Fn(Progress) + Send + Sync>,
) -> Result<News, NightError> {
    let new = judgement.pending.iter().filter(|it| it.finding.is_none() && !it.replaces);
    let ids: BTreeSet<&str> = new.map(|it| it.scenario.as_str()).collect();
    if ids.is_empty() {
        return Ok(News::default());
    }
    let scenarios = ids.len();
    progress(Progress::Settling { scenarios, rounds: ROUNDS_OF_NEW });
    let folder = scratch::make()?;
    let none = nothing_earlier(folder.path())?;
    let filters: Vec<String> = ids.iter().map(|it| (*it).to_owned()).collect();
    let first = Made { moved: moved(suite, options, plan), ..Made::read(night.clone())? };
    let mut rounds = vec![first];
    let mut count = 0;
    for number in 1..=ROUNDS_OF_NEW {
        if is_over(plan, stop) {
            break;
        }
        let out = folder.path().join(format!("round-{number}"));
        let selection = Selection { filters: filters.clone(), tags: Vec::new() };
        let options = RunOptions {
            until: until(plan),
            selection,
            ..of_round(options, out, &none, Some(Shake::new(number)))
        };
        let made = round(suite, &options, stop, progress).await?;
        let retry = again(&rounds, &made, &options).filter(|_| !is_over(plan, stop));
        rounds.push(made);
        count += 1;
        if let Some(options) = retry {
            let options = RunOptions { until: until(plan), ..options };
            rounds.push(round(suite, &options, stop, progress).await?);
        }
    }
    // The night has more scenarios than the rounds, and attempts of a round count only as a whole.
    rounds[0].plan.scenarios.retain(|it| ids.contains(it.id.as_str()));
    Ok(News { scenarios, rounds: count, ..news_of(&rounds, &ids)? })
}

/// When a round must be over, where the night has a deadline.
fn until(plan: &Plan) -> Option<Until> {
    let left = plan.deadline? - Utc::now() - chrono::Duration::seconds(BEFORE_DEADLINE);
    Some(Until::Budget(left.to_std().unwrap_or_default()))
}

/// Whether there is no time for another round.
fn is_over(plan: &Plan, stop: &Stop) -> bool {
    let no_time = |it: Until| matches!(it, Until::Budget(left) if left.is_zero());
    stop.why().is_some() || until(plan).is_some_and(no_time)
}

/// What rounds have shown of these scenarios.
fn news_of(rounds: &[Made], ids: &BTreeSet<&str>) -> Result<News, NightError> {
    let mut found = find(rounds, Reach::Seen)?;
    let mut news = News { by_clock: std::mem::take(&mut found.by_clock), ..News::default() };
    for id in ids {
        let judging: Vec<&Made> = match found.judged_in.get(*id) {
            Some(own) => own.iter().map(|at| &rounds[*at]).collect(),
            None => rounds.iter().collect(),
        };
        news.writes.extend(written(&judging, id)?);
        let (lines, thrown) = sightings(&judging, id)?;
        news.watches.push(((*id).to_owned(), lines));
        news.thrown.extend(thrown.map(|it| ((*id).to_owned(), it)));
    }
    found.noise.retain(|it| {
        let key = (it.scenario.clone(), it.checkpoint.clone());
        it.facet != FacetKind::Requests || !news.writes.contains_key(&key)
    });
    Ok(News { noise: found.noise, unsettled: found.unsettled, ..news })
}

/// What pages of a scenario wrote at each checkpoint, as a baseline that holds for every round.
fn written(rounds: &[&Made], id: &str) -> Result<BTreeMap<(String, String), String>, NightError> {
    let mut seen: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for round in rounds {
        let attempts = Attempts::of(&round.entries);
        let scenario = round.plan.scenarios.iter().find(|it| it.id == id);
        let log = attempts.scenario(id).and_then(|it| it.attempts.values().next_back());
        let (Some(scenario), Some(log)) = (scenario, log) else { continue };
        for checkpoint in &log.checkpoints {
            let facet = checkpoint.facets.iter().find(|it| it.facet == FacetKind::Requests);
            let Some(facet) = facet else { continue };
            let snapshot = scenario.snapshot(checkpoint.name);
            let redactor = Redactor::of_checkpoint(&round.plan, scenario, snapshot, log.known)?;
            let text = String::from_utf8_lossy(&round.night.read(&facet.evidence)?).into_owned();
            let text = redactor.apply(FacetKind::Requests, &canonical(FacetKind::Requests, &text));
            seen.entry(checkpoint.name.to_owned()).or_default().push(text);
        }
    }
    let whole = seen.into_iter().filter(|it| it.1.len() == rounds.len());
    let merged = whole.filter_map(|(checkpoint, texts)| {
        Some(((id.to_owned(), checkpoint), requests::merged(&texts)?))
    });
    Ok(merged.collect())
}

/// What the watches of any round saw in a scenario, and what of it is wrong by itself.
fn sightings(rounds: &[&Made], id: &str) -> Result<(BTreeSet<String>, Option<String>), NightError> {
    let (mut all, mut thrown) = (BTreeSet::new(), None);
    for round in rounds {
        let attempts = Attempts::of(&round.entries);
        let scenario = round.plan.scenarios.iter().find(|it| it.id == id);
        let log = attempts.scenario(id).and_then(|it| it.attempts.values().next_back());
        let (Some(scenario), Some(log)) = (scenario, log) else { continue };
        if log.outcome() == Some(Outcome::Completed) {
            let redactor = Redactor::of_checkpoint(&round.plan, scenario, None, log.known)?;
            all.extend(WatchSet::of(&log.sightings, &redactor).lines.into_keys());
            let own = || wrong::of_watches(&round.plan, scenario, &log.sightings);
            thrown = thrown.or_else(own);
        }
    }
    Ok((all, thrown))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::Night;

    /// A round of one scenario that ended so.
    fn made(below: &Path, outcome: Outcome, moved: Option<i64>) -> Made {
        let mut night = Night::default();
        night.command_scenario("note", "notes save", None).begin("note", 1);
        night.end("note", 1, outcome);
        let folder = below.join(format!("{outcome:?}-{moved:?}"));
        let dir = NightDir::create(folder).expect("an empty folder");
        Made { night: dir, plan: night.plan, entries: night.entries, moved }
    }

    #[test]
    fn only_what_failed_with_a_moved_clock_and_held_before_is_run_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let round = |outcome, moved| made(folder.path(), outcome, moved);
        let first = [round(Outcome::Completed, None)];
        let options = RunOptions {
            out: Some(PathBuf::from("round-1")),
            shake: Some(Shake::new(1)),
            ..RunOptions::default()
        };
        let retry = again(&first, &round(Outcome::Failed, Some(11)), &options).expect("a round");
        assert_eq!(retry.selection.filters, ["note"]);
        assert_eq!(retry.out, Some(PathBuf::from("round-1.again")));
        assert_eq!(retry.shake, Some(Shake::new(1).keeping_clocks()));
        assert!(again(&first, &round(Outcome::Completed, Some(11)), &options).is_none());
        assert!(again(&first, &round(Outcome::Failed, None), &options).is_none());
        let failed = [round(Outcome::TimedOut, None)];
        assert!(again(&failed, &round(Outcome::TimedOut, Some(11)), &options).is_none());
    }
}
