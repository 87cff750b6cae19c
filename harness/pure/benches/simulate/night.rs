//! One night: attempts as a night makes them, judged by the code that judges, and remembered in a
//! `night.json` that the next one reads.

use std::path::Path;

use chrono::Duration;
use nightshift_base::model::reruns::Reruns;
use nightshift_base::model::testing::{Night, instant};
use nightshift_base::model::{FacetKind, Judgement, Outcome, Verdict};
use nightshift_pure::compare::compare;
use nightshift_pure::history::rerun::Run;
use nightshift_pure::history::trend::{self, Tonight};
use nightshift_pure::history::{Wanted, gather};
use nightshift_pure::triage::chance::goes_on;
use nightshift_pure::triage::outages::{MOST_ROUNDS, again, unclear};
use nightshift_pure::triage::triage;

use super::truth::{Shown, Truth};

/// What a night said.
pub struct Told {
    /// What was thought of it.
    pub judgement: Judgement,
    /// What each scenario showed, run by run.
    pub shown: Vec<Vec<Shown>>,
    /// The scenarios of which it said that they got slower over two weeks, by their positions.
    pub slower: Vec<usize>,
}

/// Runs a night.
pub fn run(truth: &mut Truth, number: usize, folder: &Path) -> Told {
    let mut night = planned(number, folder);
    let count = night.plan.scenarios.len();
    let mut shown = vec![Vec::new(); count];
    let mut ended = Vec::new();
    for (at, own) in shown.iter_mut().enumerate() {
        let mut tonight = Vec::new();
        loop {
            let run = attempt(&mut night, truth, at, own);
            tonight.push(run);
            ended.push((at, run == Run::Failed));
            if !goes_on(&night.plan, &night.plan.scenarios[at], own.len() as u32, &tonight) {
                break;
            }
        }
    }
    let mut open = again(&night.plan, &ended);
    for _ in 0..MOST_ROUNDS {
        for at in std::mem::take(&mut open) {
            let run = attempt(&mut night, truth, at, &mut shown[at]);
            ended.push((at, run == Run::Failed));
        }
        open = unclear(&night.plan, &ended);
    }
    // A night takes time, and its lines are written one after another.
    for entry in &mut night.entries {
        entry.at = night.plan.started + Duration::seconds(entry.seq as i64);
    }
    let judgement = judge(&night);
    let took: Vec<Option<u32>> = (shown.iter().enumerate())
        .map(|(at, own)| own.contains(&Shown::Sound).then(|| truth.takes(at)))
        .collect();
    let slower = slower(&night, &judgement, &took);
    remember(&night, &judgement, &took, folder);
    Told { judgement, shown, slower }
}

/// What is said to have got slower, as a report says it.
fn slower(night: &Night, judgement: &Judgement, took: &[Option<u32>]) -> Vec<usize> {
    let tonight: Vec<Tonight<'_>> = (judgement.scenarios.iter().zip(took))
        .map(|(it, ms)| Tonight { id: &it.id, verdict: it.verdict, ms: *ms })
        .collect();
    let drifts = trend::slower(&night.plan.history, &tonight);
    let at = |id: &str| tonight.iter().position(|it| it.id == id);
    drifts.iter().filter_map(|it| at(&it.scenario)).collect()
}

/// The plan of a night, with what earlier ones said.
fn planned(number: usize, folder: &Path) -> Night {
    let mut night = Night::default();
    let plan = &mut night.plan;
    plan.started = instant() + Duration::days(number as i64);
    plan.night = format!("{}-s{number:03}", plan.started.format("%Y-%m-%dT%H%M%SZ"));
    plan.reruns = Some(Reruns::default());
    for at in 0..super::SCENARIOS {
        let id = format!("s{at:03}");
        night.command_scenario(&id, &format!("shopctl feature-{at}"), Some("out")).baseline(
            &id,
            "out",
            FacetKind::Stdout,
            sound(at).as_bytes(),
        );
    }
    let wanted = Wanted {
        except: &night.plan.night,
        any_branch: true,
        durations: true,
        ..Wanted::default()
    };
    let history = gather(folder, &wanted).expect("a folder of nights");
    night.plan.history = history;
    night
}

fn sound(at: usize) -> String {
    format!("feature {at}\nall is well\n")
}

/// One attempt of a scenario, in the ledger and in what it showed.
fn attempt(night: &mut Night, truth: &mut Truth, at: usize, own: &mut Vec<Shown>) -> Run {
    let (id, number) = (format!("s{at:03}"), own.len() as u32 + 1);
    let shown = truth.shows(at);
    own.push(shown);
    night.begin(&id, number);
    let says = match shown {
        Shown::Sound => Some(sound(at)),
        Shown::Break(which) => Some(format!("feature {at}\nbroken by change {which}\n")),
        Shown::Chance => Some(format!("feature {at}\ntoo late for answer of {at}\n")),
        Shown::Outage => None,
    };
    let place = format!("shopctl feature-{at}");
    if let Some(says) = says {
        let facets = [(FacetKind::Stdout, says.as_bytes())];
        night.seen(&id, number, "out", &place, &facets).end(&id, number, Outcome::Completed);
    } else {
        let why = (Outcome::Failed, "exit 0", "exit 1: connection refused");
        night.failed(&id, number, 1, &place, why).end(&id, number, Outcome::Failed);
    }
    if shown == Shown::Sound { Run::Passed } else { Run::Failed }
}

fn judge(night: &Night) -> Judgement {
    let found = compare(&night.plan, &night.entries, &|it| night.read(it)).expect("compared");
    triage(&night.plan, &night.entries, &found, night.plan.started)
}

/// Writes what the next nights read of this one.
fn remember(night: &Night, judgement: &Judgement, took: &[Option<u32>], folder: &Path) {
    let baselines = night.plan.baselines_by_scenario();
    let all = judgement.scenarios.iter().zip(&night.plan.scenarios).zip(took);
    let scenarios = all.map(|((it, planned), ms)| {
        let expects = night.plan.expectations(planned, &baselines[&planned.id]);
        let attempt = ms.map(|ms| {
            serde_json::json!({ "steps": [{
                "index": 1, "text": planned.id, "surface": "command", "outcome": "passed",
                "duration_ms": ms,
            }]})
        });
        serde_json::json!({
            "id": it.id, "verdict": it.verdict, "expects": expects, "findings": it.findings,
            "attempts": Vec::from_iter(attempt),
        })
    });
    let json = serde_json::json!({
        "format_version": 1,
        "night": { "id": night.plan.night, "started": night.plan.started },
        "gate": judgement.gate,
        "totals": judgement.totals,
        "findings": judgement.findings,
        "scenarios": scenarios.collect::<Vec<_>>(),
    });
    let own = folder.join(&night.plan.night);
    std::fs::create_dir_all(&own).expect("a folder");
    std::fs::write(own.join("night.json"), json.to_string()).expect("written");
    // More than these are never read.
    let mut nights: Vec<_> =
        std::fs::read_dir(folder).expect("readable").flatten().map(|it| it.path()).collect();
    nights.sort();
    let surplus = nights.len().saturating_sub(nightshift_pure::history::MOST_NIGHTS);
    nights.drain(..surplus).for_each(|it| std::fs::remove_dir_all(it).expect("removed"));
}

/// Whether a verdict calls a scenario broken.
pub fn is_red(verdict: Verdict) -> bool {
    nightshift_pure::history::known::is_failing(verdict)
}
