//! [`bisect`]: which commit or build broke what a night found: asks `bisect` what to try, has each
//! try made as a small night of its own, and keeps what came of it beside the night.
//!
//! The builds that it may ask for next are made while one is tried ([`super::ahead`]).
//!
//! A try is the finding's first scenario on another build, once. What failed there is the finding
//! only where a piece of it is the same; what fails otherwise says nothing of it.

use std::path::Path;
use std::sync::Arc;

use super::ahead::Ahead;
use super::culprits::{self, Known};
use super::{NightError, RunOptions, Stop, judging, probing, scratch};
use crate::bisect::{Found, Hunt, Limits, Noise, Search, Sure, weights, words};
use crate::history::{known, rerun};
use crate::ledger::{NightDir, spoken};
use crate::model::attempts::{AttemptLog, Attempts};
use crate::model::culprit::{Culprit, ProbeRecord, ProbeResult, SearchOutcome};
use crate::model::history::PastScenario;
use crate::model::{Finding, History, Outcome, Plan, Scenario, Suite, Verdict};
use crate::plan::Owners;
use crate::product::{Commit, ProductError, Repository};

/// A finding and a scenario that shows it.
type Sought<'a> = (&'a Finding, &'a Scenario);

/// How likely a break is to pass all the same.
const BREAK_PASSES: f64 = 0.01;
/// The most suspects that are named.
const MOST_SUSPECTS: usize = 5;

/// What is to be searched, and between which builds.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// A finding by its id or fingerprint; `None` is every regression.
    pub finding: Option<String>,
    /// The build that was good; `None` is the newest of which earlier nights say so.
    pub good: Option<String>,
    /// The build that is bad; `None` is the night's.
    pub bad: Option<String>,
    /// Who searches.
    pub by: By,
}

/// Who searches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum By {
    /// A person, who names what is wanted: each try takes the suite's lock.
    #[default]
    Person,
    /// A night with the time that it has left, which holds the lock: what is new tonight alone.
    Night,
}

/// What a search has found.
#[derive(Debug, Default)]
pub struct Searched {
    /// Each finding with its culprit.
    pub found: Vec<(Finding, Culprit)>,
    /// Findings that could not be searched for, by id, and why.
    pub skipped: Vec<(String, String)>,
    /// How many builds were tried.
    pub builds: usize,
}

/// One try, as it is told while the search goes on.
#[derive(Debug)]
pub struct Tried<'a> {
    /// How many commits or builds are suspected.
    pub of: usize,
    /// What was tried.
    pub build: &'a str,
    /// The first line of the commit's message.
    pub title: Option<&'a str>,
    /// Each finding by its id, and how it went.
    pub results: Vec<(&'a str, ProbeResult)>,
}

/// What is tried, the good end first.
struct Line {
    /// What is asked for as the build at each position.
    builds: Vec<String>,
    /// The commits behind the good one; empty where there is no repository.
    commits: Vec<Commit>,
    repository: Option<Repository>,
}

impl Line {
    /// A try at a position, before it is known how it goes.
    fn record(&self, at: usize) -> ProbeRecord {
        let commit = at.checked_sub(1).and_then(|it| self.commits.get(it));
        ProbeRecord {
            build: self.builds[at].clone(),
            title: commit.map(|it| clean(&it.title)),
            result: ProbeResult::Skipped,
        }
    }

    /// Who answers for the first of these paths that anybody answers for.
    fn owner(&self, files: &[String]) -> Option<String> {
        let owners = Owners::near(self.repository.as_ref()?.folder());
        files.iter().find_map(|it| owners.of(it)).map(str::to_owned)
    }
}

/// The findings of one product that are searched for together.
struct Case<'a> {
    product: String,
    findings: Vec<Sought<'a>>,
    line: Line,
    by: By,
}

/// Searches for what broke the findings of a night.
///
/// # Errors
/// There is no such finding, no build to compare with, or a try cannot be planned or recorded.
pub async fn bisect(
    suite: &Suite,
    night: &NightDir,
    wanted: &Wanted,
    (options, stop): (&RunOptions, &Stop),
    tell: &(dyn Fn(&Tried<'_>) + Send + Sync),
) -> Result<Searched, NightError> {
    let judged = judging::judge(night)?;
    let (plan, findings) = (&judged.plan, &judged.judgement.findings);
    let chosen = chosen(findings, wanted)?;
    let options = &beside(suite, plan, options);
    let mut searched = Searched::default();
    for case in cases(suite, plan, &chosen, wanted, &mut searched.skipped)? {
        let hunted = hunt(suite, plan, &case, (options, stop), tell).await?;
        searched.builds += hunted.hunt.builds();
        for (at, (finding, _)) in case.findings.iter().enumerate() {
            let culprit = culprit(&case.line, &hunted, at);
            searched.found.push(((*finding).clone(), culprit));
        }
    }
    let known: Vec<Known> = searched.found.iter().map(Known::of).collect();
    culprits::keep(night, known)?;
    Ok(searched)
}

/// The same options, with the night's own builds of all products.
fn beside(suite: &Suite, plan: &Plan, options: &RunOptions) -> RunOptions {
    let mut options = options.clone();
    for product in &plan.products {
        let config = suite.config.products.get(&product.name);
        if let Some(build) = &product.build
            && config.is_some_and(|it| it.builds.is_some())
        {
            options.builds.insert(product.name.clone(), build.clone());
        }
    }
    options
}

/// The findings that are searched for.
fn chosen<'a>(all: &'a [Finding], wanted: &Wanted) -> Result<Vec<&'a Finding>, NightError> {
    let Some(name) = &wanted.finding else {
        let is_wanted = |it: &Finding| match wanted.by {
            By::Person => known::is_failing(it.verdict),
            By::Night => it.verdict == Verdict::Regressed && it.culprit.is_none(),
        };
        let broke = |it: &&Finding| is_wanted(it) && it.stage.is_gating() && it.slowdown.is_none();
        return Ok(all.iter().filter(broke).collect());
    };
    let named = all.iter().find(|it| it.id == *name || it.fingerprint == *name);
    if let Some(finding) = named.filter(|it| !differs(it)) {
        return Err(NightError::Usage(format!(
            "{} is of how long something takes or of the environment; only what differs can be searched for",
            finding.id
        )));
    }
    named.map(|it| vec![it]).ok_or_else(|| {
        let ids: Vec<&str> = all.iter().map(|it| it.id.as_str()).collect();
        NightError::Usage(format!(
            "the night has no finding {name}; it has {}",
            if ids.is_empty() { "none".to_owned() } else { ids.join(", ") }
        ))
    })
}

/// Whether a finding is of something that a try can see again: an attempt of tonight showed it.
fn differs(finding: &Finding) -> bool {
    finding.slowdown.is_none() && finding.differences.iter().any(|it| it.attempt > 0)
}

/// The findings by product, each with the builds between good and bad.
fn cases<'a>(
    suite: &'a Suite,
    plan: &Plan,
    chosen: &[&'a Finding],
    wanted: &Wanted,
    skipped: &mut Vec<(String, String)>,
) -> Result<Vec<Case<'a>>, NightError> {
    let mut all: Vec<(String, String, Vec<Sought<'_>>)> = Vec::new();
    for finding in chosen {
        let scenario =
            finding.scenarios.iter().find_map(|id| suite.scenarios.iter().find(|it| it.id == *id));
        let Some(scenario) = scenario else {
            skipped.push((finding.id.clone(), "the suite has none of its scenarios".to_owned()));
            continue;
        };
        let only = || suite.config.products.keys().next().cloned();
        let Some(product) = scenario.product.clone().or_else(only) else { continue };
        let past = plan.history.scenarios.get(&scenario.id);
        let good = wanted.good.clone().or_else(|| last_good(&plan.history, past, &product));
        let Some(good) = good else {
            let why = "no earlier night says with which build it was well; name one with --good";
            skipped.push((finding.id.clone(), why.to_owned()));
            continue;
        };
        // Findings share what is built where they were well at the same time.
        match all.iter_mut().find(|it| it.0 == product && it.1 == good) {
            Some(case) => case.2.push((finding, scenario)),
            None => all.push((product, good, vec![(finding, scenario)])),
        }
    }
    let (mut cases, mut refused) = (Vec::new(), None);
    for (product, good, findings) in all {
        let built = plan.products.iter().find(|it| it.name == product);
        let bad = wanted.bad.clone().or_else(|| built.and_then(|it| it.build.clone()));
        let unknown = || {
            NightError::Usage(format!(
                "the night does not say which build of {product} it used; run it with --build, or name the build with --bad"
            ))
        };
        let line = bad.ok_or_else(unknown).and_then(|bad| line(suite, &product, &good, &bad));
        match line {
            Ok(line) => cases.push(Case { product, findings, line, by: wanted.by }),
            // What cannot be searched of one product is no reason to search none.
            Err(error) => {
                let why = error.to_string();
                skipped.extend(findings.iter().map(|it| (it.0.id.clone(), why.clone())));
                refused.get_or_insert(error);
            }
        }
    }
    match refused {
        Some(error) if cases.is_empty() => Err(error),
        Some(_) | None => Ok(cases),
    }
}

/// The build of the newest night in which a scenario was well.
fn last_good(history: &History, past: Option<&PastScenario>, product: &str) -> Option<String> {
    let well = |at: usize| match past.and_then(|it| it.verdict(at))? {
        // What was seen when it was new is what was accepted.
        Verdict::Unchanged | Verdict::Fixed | Verdict::Drifted | Verdict::New => Some(()),
        Verdict::Regressed
        | Verdict::StillFailing
        | Verdict::Flaky
        | Verdict::Inconclusive
        | Verdict::NotRun => None,
    };
    let mut nights = history.nights.iter().enumerate().rev();
    nights.find_map(|(at, night)| well(at).and_then(|()| night.builds.get(product).cloned()))
}

/// What lies between two builds of a product.
fn line(suite: &Suite, product: &str, good: &str, bad: &str) -> Result<Line, NightError> {
    let usage = |text: String| Err(NightError::Usage(text));
    let config = &suite.config.products[product];
    if config.base_url.is_some() {
        return usage(format!(
            "{product} runs elsewhere, so that no other build of it can be tried"
        ));
    }
    let Some(builds) = &config.builds else {
        return usage(format!(
            "{product} has no `builds`; write how they are made, so that others can be tried"
        ));
    };
    if let Some(folder) = &config.repository {
        let repository = Repository::at(&suite.root.join(folder));
        let refused = |error: ProductError| NightError::Usage(error.to_string());
        let ends = [good, bad].map(|it| repository.resolve(it).map_err(refused));
        let [first, last] = ends;
        let commits = repository.between(&first?, &last?).map_err(refused)?;
        if commits.is_empty() {
            return usage(format!(
                "no commits lie between {good} and {bad}; name others with --good and --bad"
            ));
        }
        let mut builds: Vec<String> = commits.iter().map(|it| it.id.clone()).collect();
        builds.insert(0, good.to_owned());
        if let Some(last) = builds.last_mut() {
            bad.clone_into(last);
        }
        return Ok(Line { builds, commits, repository: Some(repository) });
    }
    let at = |build: &str| builds.known.iter().position(|it| it == build);
    match (at(good), at(bad)) {
        (Some(first), Some(last)) if first < last => Ok(Line {
            builds: builds.known[first..=last].to_vec(),
            commits: Vec::new(),
            repository: None,
        }),
        _ => usage(format!(
            "{product} has no `repository`, and its known builds have nothing from {good} up to {bad}, the older one first"
        )),
    }
}

/// What came of the search of a case.
struct Hunted {
    hunt: Hunt,
    /// What was tried for each finding.
    records: Vec<Vec<ProbeRecord>>,
    /// Whether the time was over before every finding was clear.
    cut_off: bool,
}

/// Tries builds until every finding of a case is clear; those that may come next are made meanwhile.
async fn hunt(
    suite: &Suite,
    plan: &Plan,
    case: &Case<'_>,
    (options, stop): (&RunOptions, &Stop),
    tell: &(dyn Fn(&Tried<'_>) + Send + Sync),
) -> Result<Hunted, NightError> {
    let mut hunt = begun(plan, case);
    let mut records = vec![Vec::new(); case.findings.len()];
    let folder = scratch::make()?;
    let options = &options.keeping_data(folder.path());
    let builds = &case.line.builds;
    let mut ahead = Ahead::of((suite, options), plan, &case.product, builds.len())?;
    while let Some(probe) = hunt.next() {
        if stop.why().is_some() {
            break;
        }
        let build = builds[probe.at].as_str();
        let next = hunt.ahead(&probe, ahead.most());
        let next: Vec<&str> = next.into_iter().map(|it| builds[it].as_str()).collect();
        ahead.turn_to(build, &next, stop).await;
        let own: Vec<Sought<'_>> = probe.findings.iter().map(|it| case.findings[*it]).collect();
        let out = folder.path().join(format!("probe-{}", hunt.builds()));
        // In a night all tries share its deadline; a person's have one each, which ends no search.
        let part = match case.by {
            By::Person => stop.of_part(),
            By::Night => stop.clone(),
        };
        let mut results = attempt(suite, &own, (case, build), (options, &part), &out).await?;
        // A try that was stopped says nothing.
        if stop.why().is_some() {
            break;
        }
        if part.why().is_some() {
            results.fill(ProbeResult::Skipped);
        }
        let record = case.line.record(probe.at);
        for (finding, result) in probe.findings.iter().zip(&results) {
            records[*finding].push(ProbeRecord { result: *result, ..record.clone() });
        }
        let named = own.iter().map(|it| it.0.id.as_str());
        let told = named.zip(results.iter().copied()).collect();
        tell(&Tried { of: builds.len() - 1, build, title: record.title.as_deref(), results: told });
        let failed = results.iter().copied().map(ProbeResult::failed);
        let learned: Vec<(usize, Option<bool>)> =
            probe.findings.iter().copied().zip(failed).collect();
        hunt.learn(probe.at, &learned);
    }
    ahead.end().await;
    let cut_off = hunt.next().is_some();
    Ok(Hunted { hunt, records, cut_off })
}

/// The search of a case before anything was tried.
fn begun(plan: &Plan, case: &Case<'_>) -> Hunt {
    let files: Vec<Vec<String>> = case.line.commits.iter().map(|it| it.files.clone()).collect();
    let suspected = case.line.builds.len() - 1;
    let search = |(finding, scenario): &Sought<'_>| {
        let places = finding.differences.iter().map(|it| it.place.as_str());
        let likely =
            if files.is_empty() { vec![1.0; suspected] } else { weights(&files, &words(places)) };
        Search::over(&likely, noise(plan, finding, scenario))
    };
    let limits = Limits { sure: Sure::ToFile, ..Limits::default() };
    Hunt::of(case.findings.iter().map(search).collect(), limits)
}

/// How runs of a scenario deceive: what is flaky fails by its rate where it is broken, what
/// regressed fails by chance where it is not.
fn noise(plan: &Plan, finding: &Finding, scenario: &Scenario) -> Noise {
    let none = PastScenario::default();
    let past = plan.history.scenarios.get(&scenario.id).unwrap_or(&none);
    if let Some(flake) = finding.flake {
        return Noise { false_failure: BREAK_PASSES, false_pass: 1.0 - flake.rate };
    }
    Noise { false_failure: rerun::flake(past, &[]).rate, false_pass: BREAK_PASSES }
}

/// Runs the scenarios of these findings once on a build.
async fn attempt(
    suite: &Suite,
    findings: &[Sought<'_>],
    (case, build): (&Case<'_>, &str),
    (options, stop): (&RunOptions, &Stop),
    out: &Path,
) -> Result<Vec<ProbeResult>, NightError> {
    let mut scenarios: Vec<Scenario> = Vec::new();
    for (_, scenario) in findings {
        if !scenarios.iter().any(|it| it.id == scenario.id) {
            scenarios.push((*scenario).clone());
        }
    }
    let mut suite = suite.clone();
    if let Some(builds) = suite.config.products[&case.product].builds.as_mut() {
        // What lies between known builds has no name among them.
        builds.known.clear();
    }
    let mut options = options.clone();
    options.builds.insert(case.product.clone(), build.to_owned());
    let quiet = Arc::new(|_| {});
    let out = out.to_owned();
    let probed = match case.by {
        By::Person => {
            Box::pin(probing::probe(&suite, scenarios, &options, out, stop, quiet)).await?
        }
        By::Night => {
            Box::pin(probing::probe_inside(&suite, scenarios, &options, out, stop, quiet)).await?
        }
    };
    let judged = judging::judge(&probed.night)?;
    let attempts = Attempts::of(&judged.entries);
    let result = |(finding, scenario): &Sought<'_>| {
        let same = |it: &&Finding| {
            it.scenarios.contains(&scenario.id)
                && (it.fingerprint == finding.fingerprint
                    || it.pieces.iter().any(|piece| finding.pieces.contains(piece)))
        };
        let log = attempts.scenario(&scenario.id);
        let last = log.and_then(|it| it.attempts.values().next_back());
        match last.and_then(AttemptLog::outcome) {
            _ if judged.judgement.findings.iter().any(|it| same(&it)) => ProbeResult::Failed,
            Some(Outcome::Completed) => ProbeResult::Passed,
            Some(
                Outcome::Failed
                | Outcome::TimedOut
                | Outcome::Blocked
                | Outcome::Crashed
                | Outcome::HarnessError,
            )
            | None => ProbeResult::Skipped,
        }
    };
    Ok(findings.iter().map(result).collect())
}

/// What was found for one finding, in words.
fn culprit(line: &Line, Hunted { hunt, records, cut_off }: &Hunted, at: usize) -> Culprit {
    let found = hunt.found(at);
    let probability = found.probability();
    let base = Culprit { probability, probes: records[at].clone(), ..Culprit::default() };
    let verified = hunt.searches()[at].unverified().is_none();
    if !verified || probability < Sure::ToName.at_least() {
        let likeliest = hunt.searches()[at].likeliest(MOST_SUSPECTS);
        let suspects = likeliest.into_iter().map(|it| line.builds[it].clone()).collect();
        return Culprit { suspects, cut_off: *cut_off, ..base };
    }
    match found {
        Found::Environment { .. } => Culprit { outcome: SearchOutcome::Environment, ..base },
        Found::Among { at, .. } => {
            let suspects = at.map(|it| line.builds[it].clone()).collect();
            Culprit { outcome: SearchOutcome::Among, suspects, ..base }
        }
        Found::Commit { at, .. } => {
            let outcome = SearchOutcome::Named;
            let Some(commit) = line.commits.get(at - 1) else {
                return Culprit { outcome, build: Some(line.builds[at].clone()), ..base };
            };
            let diff = line.repository.as_ref().and_then(|it| it.diff(&commit.id).ok());
            Culprit {
                outcome,
                commit: Some(commit.id.clone()),
                author: Some(clean(&commit.author)),
                title: Some(clean(&commit.title)),
                owner: line.owner(&commit.files),
                files: commit.files.iter().map(|it| clean(it)).collect(),
                diff: diff.as_deref().map(clean),
                ..base
            }
        }
    }
}

/// A text of the repository without the secrets that the tries knew.
fn clean(text: &str) -> String {
    String::from_utf8_lossy(&spoken::clean(text.as_bytes())).into_owned()
}
