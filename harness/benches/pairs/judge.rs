//! [`row`]: one night of several faults, judged as a whole and held against what each fault does
//! when it is alone.
//!
//! A cause is a fault of which at least one piece, which no other fault of the night yields, is
//! still there: what one fault takes away from another in the product itself is no cause. It is
//! found by a finding that counts and in which more pieces are its own than any other fault's. A
//! fault that was treated (suppressed, accepted or known before) is no cause of its night.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use nightshift::history::{Wanted, gather};
use nightshift::model::comparison::PendingContent;
use nightshift::model::suite::Suppression;
use nightshift::model::{BaselineRecord, Decision, Event, Finding, History, Plan, Verdict};
use nightshift::report::NightReport;

use super::changes::{Pieces, home, of_finding, own, seen};
use super::draw::{Together, Treatment};
use crate::variants::{Cut, Variants};

/// What became of a night.
pub struct Row {
    pub together: Together,
    /// What was decided before, and on which fault; not always what was drawn: what a failed step
    /// shows cannot be accepted.
    pub treated: Option<(Treatment, String)>,
    /// The faults that should be told, with what became of each.
    pub causes: BTreeMap<String, Fate>,
    /// The findings that count.
    pub counting: usize,
    /// Whether something that was treated is told as new.
    pub told_anew: bool,
    /// How many pairs of faults could be joined, and how many are.
    pub joins: (usize, usize),
    /// What the gate decided on the night.
    pub decision: Decision,
    /// Whether each decision of the gate was right: on the night, where it has a cause, and on one
    /// of the treated fault alone.
    pub gate: Vec<bool>,
    /// All findings, for people.
    pub findings: Vec<String>,
}

/// What became of a cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Found,
    /// It is only in a finding that is another fault's, or that does not count.
    Hidden,
    /// It is in no finding.
    Lost,
}

/// What was decided before a night, as the plan holds it.
enum Before {
    Nothing,
    Suppressed(Vec<String>),
    Accepted(Vec<PendingContent>),
    Known(Box<History>),
}

/// How many days a suppression holds.
const DAYS: i64 = 30;

/// A fault alone, in the scenarios of the night.
struct Alone {
    cut: Cut,
    pieces: Pieces,
    report: NightReport,
    pending: Vec<PendingContent>,
}

impl Alone {
    fn of(night: &Variants, fault: &str, scenarios: &[&str]) -> Self {
        let cut = home(&night.cut(fault, scenarios), fault);
        let found = night.seen(&cut);
        let report = cut.told(&found);
        Self { pieces: seen(&cut, &found), report, pending: found.pending, cut }
    }

    /// The ids of all changes that its findings cover, as `review` writes them into a suppression.
    fn covered(&self) -> Vec<String> {
        let all = self.report.findings.iter();
        all.flat_map(|it| it.changes.iter().map(|it| it.id.clone()).chain([it.fingerprint.clone()]))
            .collect::<BTreeSet<String>>()
            .into_iter()
            .collect()
    }

    fn fingerprints(&self) -> Vec<String> {
        self.report.findings.iter().map(|it| it.fingerprint.clone()).collect()
    }

    fn before(&self, treatment: Treatment) -> Before {
        match treatment {
            Treatment::Suppressed => Before::Suppressed(self.covered()),
            Treatment::Accepted => Before::Accepted(self.pending.clone()),
            Treatment::Known => Before::Known(Box::new(self.history())),
        }
    }

    /// The history of a suite whose one earlier night had only this fault.
    fn history(&self) -> History {
        let mut report = self.report.clone();
        "before".clone_into(&mut report.night.id);
        let folder = tempfile::tempdir().expect("a folder");
        let night = folder.path().join("before");
        std::fs::create_dir(&night).expect("made");
        let json = serde_json::to_vec(&report).expect("a report is JSON");
        std::fs::write(night.join("night.json"), json).expect("written");
        let wanted = Wanted { any_branch: true, ..Wanted::default() };
        gather(folder.path(), &wanted).expect("a folder of nights")
    }

    /// Whether nothing is left of it once what it shows is accepted.
    fn is_acceptable(&self, night: &Variants) -> bool {
        let cut = treated(&self.cut, &Before::Accepted(self.pending.clone()));
        seen(&cut, &night.seen(&cut)).is_empty()
    }
}

/// A fault, and the scenarios in which it ran alone.
type Key = (String, Vec<String>);

/// Faults alone, each in some of its scenarios: many nights ask for the same.
#[derive(Default)]
pub struct Known(Mutex<HashMap<Key, Arc<Alone>>>);

impl Known {
    fn get(&self, night: &Variants, fault: &str, scenarios: &[String]) -> Arc<Alone> {
        let own = ran(night, fault, scenarios);
        let key = (fault.to_owned(), own.iter().map(|it| (*it).to_owned()).collect());
        let known = self.0.lock().expect("nobody panics with it").get(&key).cloned();
        known.unwrap_or_else(|| {
            let new = Arc::new(Alone::of(night, fault, &own));
            self.0.lock().expect("nobody panics with it").insert(key, Arc::clone(&new));
            new
        })
    }
}

/// Which of these scenarios were run as a variant.
fn ran<'a>(night: &Variants, name: &str, scenarios: &'a [String]) -> Vec<&'a str> {
    let all = night.scenarios(name);
    let ran = |it: &&str| all.iter().any(|id| id.split('/').next() == Some(*it));
    scenarios.iter().map(String::as_str).filter(ran).collect()
}

/// Whether a night and each of its faults alone came to their ends before the recording did.
pub fn was_run(night: &Variants, together: &Together) -> bool {
    let mut names = std::iter::once(&together.name).chain(&together.faults);
    names.all(|name| {
        let cut = night.cut(name, &ran(night, name, &together.scenarios));
        let ended: BTreeSet<&str> = cut
            .entries
            .iter()
            .filter(|it| matches!(it.event, Event::AttemptFinished { .. }))
            .filter_map(|it| it.event.scenario())
            .collect();
        cut.plan.scenarios.iter().all(|it| ended.contains(it.id.as_str()))
    })
}

/// The faults of a night by their names, each alone.
type All = BTreeMap<String, Arc<Alone>>;

/// Judges one night; `flaky` are the faults that may be told as flaky.
pub fn row(night: &Variants, known: &Known, together: &Together, flaky: &BTreeSet<String>) -> Row {
    let faults = together.faults.iter();
    let alone: All =
        faults.map(|it| (it.clone(), known.get(night, it, &together.scenarios))).collect();
    let ran = ran(night, &together.name, &together.scenarios);
    let cut = home(&night.cut(&together.name, &ran), &together.name);
    let plain = night.seen(&cut);
    let owned = own(&seen(&cut, &plain), &pieces(&alone, None));
    let there: BTreeSet<&String> = owned.keys().collect();
    let treatment = together.treated.and_then(|it| decided(night, together, it, &alone, &there));
    let before = treatment.as_ref().map_or(Before::Nothing, |(it, on)| alone[on].before(*it));
    let after = treated(&cut, &before);
    let mut row = match &treatment {
        Some((Treatment::Accepted, on)) => {
            let found = night.seen(&after);
            let left = left(seen(&after, &found), &alone, on, &there);
            held(together, &after.told(&found), &left, treatment.as_ref(), &alone, flaky)
        }
        Some((Treatment::Suppressed | Treatment::Known, _)) | None => {
            held(together, &after.told(&plain), &owned, treatment.as_ref(), &alone, flaky)
        }
    };
    let (failing, decision) = (row.causes.keys().any(|it| !flaky.contains(it)), row.decision);
    row.gate.extend(failing.then_some(decision == Decision::Fail));
    if let Some((_, on)) = &treatment {
        let cut = treated(&alone[on].cut, &before);
        let report = cut.told(&night.seen(&cut));
        row.gate.push(report.gate.decision == Decision::Pass);
    }
    row
}

/// What each fault yields alone, but for the one that is left out.
fn pieces(alone: &All, left_out: Option<&String>) -> BTreeMap<String, Pieces> {
    let all = alone.iter().filter(|it| Some(it.0) != left_out);
    all.map(|(fault, it)| (fault.clone(), it.pieces.clone())).collect()
}

/// Whose what is left is, once what one fault shows is accepted.
fn left(
    all: Pieces,
    alone: &All,
    accepted: &String,
    there: &BTreeSet<&String>,
) -> BTreeMap<String, Pieces> {
    let mut owned = own(&all, &pieces(alone, Some(accepted)));
    owned.retain(|fault, _| there.contains(fault));
    // Where only one fault is left, all that is left is its.
    let mut others = there.iter().filter(|it| **it != accepted);
    if let (Some(only), None, 2) = (others.next(), others.next(), alone.len())
        && !all.is_empty()
    {
        owned.insert((*only).clone(), all);
    }
    owned
}

/// What is decided before, on a fault that is there: the one that was drawn, or the first of the
/// others. What cannot be accepted of any is suppressed.
fn decided(
    night: &Variants,
    together: &Together,
    (treatment, drawn): (Treatment, usize),
    alone: &All,
    there: &BTreeSet<&String>,
) -> Option<(Treatment, String)> {
    let order = std::iter::once(drawn).chain(0..together.faults.len());
    let order = order.map(|at| &together.faults[at]).filter(|it| there.contains(*it));
    let all: Vec<&String> = order.collect();
    let fits = |it: &&&String| match treatment {
        Treatment::Accepted => alone[**it].is_acceptable(night),
        Treatment::Suppressed | Treatment::Known => true,
    };
    match all.iter().find(fits) {
        Some(fault) => Some((treatment, (*fault).clone())),
        None => all.first().map(|fault| (Treatment::Suppressed, (*fault).clone())),
    }
}

/// A cut as it is after a decision.
fn treated(cut: &Cut, before: &Before) -> Cut {
    let mut plan = cut.plan.clone();
    match before {
        Before::Nothing => {}
        Before::Suppressed(changes) => {
            let expires = (plan.started + chrono::Duration::days(DAYS)).date_naive();
            plan.suppressions.push(Suppression {
                changes: changes.clone(),
                reason: "it is known".to_owned(),
                owner: "the bench".to_owned(),
                expires,
                ..Suppression::default()
            });
        }
        Before::Accepted(pending) => pending.iter().for_each(|it| accept(&mut plan, it)),
        Before::Known(history) => {
            plan.history = History::clone(history);
            // By default what is still failing fails too, and the gate had nothing to tell apart.
            plan.gate.fail_on = vec![Verdict::Regressed];
        }
    }
    Cut { plan, entries: cut.entries.clone() }
}

/// Puts what was seen in the place of the baseline, as a review does.
fn accept(plan: &mut Plan, seen: &PendingContent) {
    let Some(evidence) = seen.evidence.clone() else { return };
    let same = |it: &&mut BaselineRecord| {
        (&it.scenario, &it.checkpoint, it.facet, &it.environment)
            == (&seen.scenario, &seen.checkpoint, seen.facet, &seen.environment)
    };
    let record = BaselineRecord {
        scenario: seen.scenario.clone(),
        checkpoint: seen.checkpoint.clone(),
        facet: seen.facet,
        environment: seen.environment.clone(),
        algorithm: Some(seen.algorithm.clone()),
        file: String::new(),
        evidence,
        layout: seen.layout.clone(),
        captured: None,
        origin: nightshift::model::plan::Origin::Accepted,
    };
    match plan.baselines.iter_mut().find(same) {
        Some(old) => *old = BaselineRecord { file: old.file.clone(), ..record },
        None => plan.baselines.push(record),
    }
}

/// Holds a report against whose pieces its findings hold.
fn held(
    together: &Together,
    report: &NightReport,
    owned: &BTreeMap<String, Pieces>,
    treated: Option<&(Treatment, String)>,
    alone: &All,
    flaky: &BTreeSet<String>,
) -> Row {
    let is_treated = |fault: &str| treated.is_some_and(|it| it.1 == fault);
    let mut causes: BTreeMap<String, Fate> = BTreeMap::new();
    for fault in owned.keys().filter(|it| !is_treated(it)) {
        causes.insert(fault.clone(), Fate::Lost);
    }
    let (mut counting, mut told_anew, mut findings) = (0, false, Vec::new());
    let mut joined: BTreeSet<[&str; 2]> = BTreeSet::new();
    for finding in report.findings.iter().filter(|it| it.slowdown.is_none()) {
        let pieces = of_finding(finding);
        let mut shares: Vec<(usize, bool, &str)> = Vec::new();
        for (fault, own) in owned {
            let share = pieces.iter().filter(|it| own.has(it)).count();
            if share > 0 {
                let named = alone[fault].fingerprints().contains(&finding.fingerprint);
                shares.push((share, named, fault));
            }
        }
        shares.sort_by(|a, b| b.cmp(a));
        for (at, (_, _, one)) in shares.iter().enumerate() {
            joined.extend(shares[at + 1..].iter().map(|it| [*one.min(&it.2), *one.max(&it.2)]));
        }
        let leads = shares.first().map(|it| it.2);
        let counts = counts(finding, leads.is_some_and(|it| flaky.contains(it)));
        counting += usize::from(counts);
        told_anew |= counts && leads.is_some_and(is_treated);
        for (_, _, fault) in &shares {
            let Some(fate) = causes.get_mut(*fault) else { continue };
            if counts && leads == Some(*fault) {
                *fate = Fate::Found;
            } else if *fate == Fate::Lost {
                *fate = Fate::Hidden;
            }
        }
        let whose: Vec<String> = shares.iter().map(|it| format!("{} {}", it.0, it.2)).collect();
        let word =
            if finding.suppression.is_some() { "suppressed" } else { finding.verdict.word() };
        let why = finding.because.join("; ");
        let why = if why.is_empty() { why } else { format!(", because {why}") };
        findings.push(format!("[{word}] {} ({}){why}", finding.title, whose.join(", ")));
    }
    Row {
        together: together.clone(),
        treated: treated.cloned(),
        counting,
        told_anew,
        joins: (owned.len() * owned.len().saturating_sub(1) / 2, joined.len()),
        causes,
        decision: report.gate.decision,
        gate: Vec::new(),
        findings,
    }
}

/// Whether a finding is told as something new that counts.
fn counts(finding: &Finding, may_be_flaky: bool) -> bool {
    let worse = finding.verdict == Verdict::Regressed
        || (may_be_flaky && finding.verdict == Verdict::Flaky);
    worse && finding.suppression.is_none() && finding.stage.is_gating()
}
