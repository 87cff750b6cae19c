//! [`survey`]: explores the product after the scenarios of a night with what is left of it. What it
//! would add lies in the night directory, and the suite stays as it is.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::exploring::{Bounds, LEAST_ROUND, Opening, explore_inside};
use super::ground::{Ground, Scope};
use super::scenario_file::{FINDINGS, ScenarioFile, finding_text};
use super::shown::{Search, shown_inside};
use super::{NightError, Progress, RunOptions, Stop, past, schedule, scratch};
use crate::explore::{self, Asserted, Fault, Written};
use crate::ledger::NightDir;
use crate::model::survey::Offer;
use crate::model::{Action, Entry, FORMAT_VERSION, Plan, Suite, Survey};
use crate::plan::Selection;

/// What an exploration has shown, in the folder of a night and of a suite.
const FILE: &str = "explore.json";
/// The folder of a night with the scenarios that its exploration would add.
pub const OFFERED: &str = "explored";
/// Where they go in a suite.
pub const TAKEN_TO: &str = "scenarios/explored";
/// What of the time goes to trying findings again, in per cent.
const FOR_FINDINGS: u32 = 15;
/// Their tag.
const TAG: &str = "explored";

/// Explores where the night is asked to and has the time; `None` where not. What keeps it from
/// exploring is told in what it answers, and ends no night.
pub(super) async fn survey(
    suite: &Suite,
    options: &RunOptions,
    (night, plan, entries): (&NightDir, &Plan, &[Entry]),
    stop: &Stop,
    progress: &Arc<dyn Fn(Progress) + Send + Sync>,
) -> Result<Option<Survey>, NightError> {
    let most = suite.config.night.explore_ms;
    let budget = time_left(most, options, plan, Utc::now()).filter(|_| stop.why().is_none());
    let Some(budget) = budget else { return Ok(None) };
    progress(Progress::Exploring { budget });
    let before = earlier(&past::folder(suite, options), night.path());
    let made = Box::pin(explored(suite, options, (night, entries), budget, stop)).await;
    let mut survey = made.unwrap_or_else(|error| Survey {
        format_version: FORMAT_VERSION,
        problem: Some(error.to_string()),
        ..Survey::default()
    });
    if survey.problem.is_none() {
        survey.since = before.map(|(id, before)| explore::since(&before, &survey, &id));
    }
    let json = serde_json::to_string_pretty(&survey).expect("a survey is plain data");
    write(&night.path().join(FILE), &json)?;
    Ok(Some(told(survey)))
}

/// How long something may take that is done with what is left: as configured, and never into the time
/// of the report. Only nights of the whole suite do it.
pub(super) fn time_left(
    most_ms: Option<u64>,
    options: &RunOptions,
    plan: &Plan,
    now: DateTime<Utc>,
) -> Option<Duration> {
    let most = Duration::from_millis(most_ms?);
    let whole = options.selection == Selection::default() && options.shake.is_none();
    if options.once || !whole {
        return None;
    }
    let last = plan.deadline.map(|it| schedule::last_attempt_by(plan.started, it));
    let left = last.map_or(most, |it| (it - now).to_std().unwrap_or_default());
    Some(most.min(left)).filter(|it| *it >= LEAST_ROUND)
}

async fn explored(
    suite: &Suite,
    options: &RunOptions,
    (night, entries): (&NightDir, &[Entry]),
    budget: Duration,
    stop: &Stop,
) -> Result<Survey, NightError> {
    let scope = Scope { base_urls: options.base_urls.clone(), ..Scope::default() };
    let ground = Ground::of(suite, &scope)?;
    let options = &RunOptions { pace: Some(Arc::default()), ..options.clone() };
    let folder = scratch::make()?;
    let began = Instant::now();
    let opening = Opening::Counts;
    let bounds = |budget| Bounds { budget, folder: folder.path().to_owned(), opening };
    let most = bounds(budget * (100 - FOR_FINDINGS) / 100);
    let found = Box::pin(explore_inside(&ground, options, most, stop, &|_, _| ())).await?;
    let mut asserted = Asserted::default();
    asserted.add_night(entries);
    let mut survey = found.survey(&asserted);
    let faults = explore::judge(&found.map);
    let left = bounds(budget.saturating_sub(began.elapsed()));
    let search = Search { ground: &ground, options, bounds: left, stop };
    let ways = Box::pin(shown_inside(&search, &found.map, &faults)).await?;
    let mut taken: BTreeSet<String> = suite.scenarios.iter().map(|it| it.id.clone()).collect();
    for (fault, way) in faults.iter().zip(ways) {
        let file = way.map(|it| offer_finding(&ground, night.path(), (fault, &it), &mut taken));
        survey.findings.push(fault.told(file.transpose()?));
    }
    let written = explore::fresh(&found.map, &ground.known());
    survey.scenarios = offer((&ground, &found.map), night.path(), written, &mut taken)?;
    Ok(survey)
}

/// Writes the scenarios that would be added, each under a name that the suite does not have.
fn offer(
    (ground, map): (&Ground, &explore::Map),
    night: &Path,
    all: Vec<Written>,
    taken: &mut BTreeSet<String>,
) -> Result<Vec<Offer>, NightError> {
    let mut offers = Vec::new();
    for it in all {
        let name = explore::free_name(&it.name, taken);
        let below = PathBuf::from(&it.area).join(format!("{name}.yaml"));
        let own = ScenarioFile {
            name: &name,
            about: &it.about,
            product: it.product.as_deref(),
            tags: &[TAG],
            actor: ground.actor_of(&it.steps),
            isolate: ground.apart(map, &it),
            begins_with: None,
            rules: ground.rules(),
            steps: &it.steps,
        };
        write(&night.join(OFFERED).join(&below), &own.text(&Path::new(TAKEN_TO).join(&below))?)?;
        offers.push(Offer { id: name, file: below.display().to_string(), about: it.about });
    }
    Ok(offers)
}

/// Writes the scenario of a finding, unless the suite has it; answers with its file.
fn offer_finding(
    ground: &Ground,
    night: &Path,
    (fault, steps): (&Fault, &[Action]),
    taken: &mut BTreeSet<String>,
) -> Result<String, NightError> {
    let plain = explore::slug(&format!("{} {}", fault.rule, fault.place));
    let below = |name: &str| PathBuf::from(FINDINGS).join(format!("{name}.yaml"));
    let file = Path::new(TAKEN_TO).join(below(&plain));
    let known = finding_text(ground, fault, steps, &plain, &file)?;
    if std::fs::read_to_string(ground.suite.root.join(&file)).is_ok_and(|it| it == known) {
        return Ok(file.display().to_string());
    }
    let name = explore::free_name(&plain, taken);
    let to = Path::new(TAKEN_TO).join(below(&name));
    let text = finding_text(ground, fault, steps, &name, &to)?;
    write(&night.join(OFFERED).join(below(&name)), &text)?;
    Ok(below(&name).display().to_string())
}

fn write(path: &Path, text: &str) -> Result<(), NightError> {
    let io = |source| NightError::Io { action: "write", path: path.to_owned(), source };
    let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    folder.and_then(|()| std::fs::write(path, text)).map_err(io)
}

/// The survey of a folder, where there is one that can be read.
fn read_in(folder: &Path) -> Option<Survey> {
    let text = std::fs::read_to_string(folder.join(FILE)).ok()?;
    let survey: Survey = serde_json::from_str(&text).ok()?;
    (survey.format_version <= FORMAT_VERSION).then_some(survey)
}

/// What of a night's survey its report tells: the parts by themselves stay in its file.
#[must_use]
pub(super) fn of_night(night: &NightDir) -> Option<Survey> {
    read_in(night.path()).map(told)
}

fn told(survey: Survey) -> Survey {
    Survey { parts: Vec::new(), ..survey }
}

/// What the newest night shows that explored.
#[must_use]
pub(super) fn newest(nights: &Path) -> Option<Survey> {
    earlier(nights, Path::new("")).map(|it| it.1)
}

/// The newest earlier survey among nights, and the id of its night.
fn earlier(nights: &Path, except: &Path) -> Option<(String, Survey)> {
    let all = std::fs::read_dir(nights).ok()?.filter_map(Result::ok);
    let mut folders: Vec<PathBuf> = all.map(|it| it.path()).filter(|it| it != except).collect();
    folders.sort();
    folders.iter().rev().find_map(|folder| {
        let survey = read_in(folder).filter(|it| it.problem.is_none())?;
        Some((folder.file_name()?.to_string_lossy().into_owned(), survey))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::Night;

    /// How many seconds a night may explore that began at 0 s, is over at `deadline`, and is through
    /// with its scenarios at `now`.
    fn seconds(explore: u64, deadline: Option<i64>, now: i64, options: &RunOptions) -> Option<u64> {
        let mut plan = Night::default().plan;
        let at = |seconds: i64| plan.started + chrono::TimeDelta::seconds(seconds);
        let now = at(now);
        plan.deadline = deadline.map(at);
        time_left(Some(explore * 1_000), options, &plan, now).map(|it| it.as_secs())
    }

    #[test]
    fn a_night_explores_as_long_as_it_may_and_never_into_the_time_of_its_report() {
        let usual = RunOptions::default();
        assert_eq!(seconds(600, None, 100, &usual), Some(600));
        assert_eq!(seconds(600, Some(1_000), 100, &usual), Some(600));
        assert_eq!(seconds(600, Some(1_000), 700, &usual), Some(200), "a tenth is the report's");
        assert_eq!(seconds(600, Some(1_000), 898, &usual), None);
        assert_eq!(seconds(600, Some(1_000), 2_000, &usual), None);
    }

    #[test]
    fn a_night_of_some_scenarios_one_that_is_asked_for_once_and_one_without_the_key_explore_nothing()
     {
        let some = Selection { filters: vec!["orders".to_owned()], tags: Vec::new() };
        let some = RunOptions { selection: some, ..RunOptions::default() };
        let once = RunOptions { once: true, ..RunOptions::default() };
        assert_eq!(seconds(600, None, 0, &some), None);
        assert_eq!(seconds(600, None, 0, &once), None);
        let plan = Night::default().plan;
        assert_eq!(time_left(None, &RunOptions::default(), &plan, plan.started), None);
    }

    #[test]
    fn the_newest_earlier_night_that_explored_is_found_and_one_that_broke_down_is_passed_over() {
        let nights = tempfile::tempdir().expect("a folder");
        let survey = |probes, problem: Option<&str>| Survey {
            format_version: FORMAT_VERSION,
            probes,
            problem: problem.map(str::to_owned),
            ..Survey::default()
        };
        let all = [("1", survey(1, None)), ("2", survey(2, None)), ("3", survey(3, Some("no")))];
        for (id, survey) in &all {
            let json = serde_json::to_string(survey).expect("plain data");
            write(&nights.path().join(id).join(FILE), &json).expect("written");
        }
        std::fs::create_dir(nights.path().join("4")).expect("made");
        let found = |except: &str| earlier(nights.path(), &nights.path().join(except));
        assert_eq!(found("5"), Some(("2".to_owned(), all[1].1.clone())));
        assert_eq!(found("2"), Some(("1".to_owned(), all[0].1.clone())));
    }
}
