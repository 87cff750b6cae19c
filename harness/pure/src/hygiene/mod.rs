//! [`remarks`]: what should be tidied up in a suite; pure.
//!
//! None of it is a mistake: `check` passes with all of it. Each of it makes a night say less than
//! it seems to: a baseline that nobody is compared with, a scenario that cannot fail, a checkpoint
//! of which redactions have left nothing.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;

use crate::baseline::Baseline;
use crate::compare::{CompareError, Redactor};
use crate::model::hygiene::{Remark, RemarkKind, checks};
use crate::model::plan::WATCH_CHECKPOINT;
use crate::model::scenario::Action;
use crate::model::{FacetKind, Redaction, Scenario, Step, Suite};

/// Equal texts that are shorter say nothing: an empty list, one word.
const SHORTEST_DUPLICATE: usize = 60;

/// What remarks are made from.
pub struct Material<'a> {
    /// The suite as it is written.
    pub suite: &'a Suite,
    /// Its scenarios with skills expanded.
    pub scenarios: &'a [Scenario],
    /// Their baselines.
    pub baselines: &'a [Baseline],
    /// Snapshot files that belong to no checkpoint, relative to the suite.
    pub orphans: &'a [String],
    /// Redactions that have matched nothing for many nights, each with its place; only who keeps
    /// the history of a suite knows them.
    pub dead_redactions: &'a [(String, String)],
    /// Today.
    pub today: NaiveDate,
}

/// What should be tidied up, the gravest first.
///
/// # Errors
/// A redaction that is no regular expression.
pub fn remarks(material: &Material<'_>) -> Result<Vec<Remark>, CompareError> {
    let mut all = cannot_fail(material.scenarios);
    all.extend(compares_nothing(material)?);
    all.extend(duplicates(material.baselines));
    all.extend(material.orphans.iter().map(|file| Remark {
        kind: RemarkKind::OrphanedBaseline,
        place: file.clone(),
        text: "it belongs to no checkpoint".to_owned(),
        mend: "delete it".to_owned(),
    }));
    let expired = material.suite.config.suppressions.iter();
    all.extend(expired.filter(|it| it.expires < material.today).map(|it| Remark {
        kind: RemarkKind::ExpiredSuppression,
        place: "nightshift.yaml".to_owned(),
        text: format!("the suppression of {} expired on {} ({})", it.what(), it.expires, it.reason),
        mend: format!("remove it, or have {} decide on a new day", it.owner),
    }));
    all.extend(material.dead_redactions.iter().map(|(place, redaction)| Remark {
        kind: RemarkKind::DeadRedaction,
        place: place.clone(),
        text: format!("the redaction {redaction} has matched nothing for a long time"),
        mend: "remove it: all that it can still hide is a change".to_owned(),
    }));
    all.extend(unused(material));
    all.sort_by(|a, b| (a.kind, &a.place, &a.text).cmp(&(b.kind, &b.place, &b.text)));
    // The rows of a `for-each` say it of one file.
    all.dedup();
    Ok(all)
}

fn cannot_fail(scenarios: &[Scenario]) -> Vec<Remark> {
    let says_nothing = |it: &&Scenario| {
        it.all_steps().iter().all(|step| {
            step.action.snapshot().is_none() && step.within_ms.is_none() && !checks(&step.action)
        })
    };
    scenarios
        .iter()
        .filter(says_nothing)
        .map(|it| Remark {
            kind: RemarkKind::CannotFail,
            place: format!("{}:{}", it.file, it.line),
            text: format!("{} has no snapshot, no check and no expectation", base(&it.id)),
            mend: "say what must hold with `see`, `expect` or `snapshot`".to_owned(),
        })
        .collect()
}

/// The id without the key of a row.
fn base(id: &str) -> &str {
    id.split('/').next().unwrap_or(id)
}

fn compares_nothing(material: &Material<'_>) -> Result<Vec<Remark>, CompareError> {
    let planned: HashMap<&str, &Scenario> =
        material.scenarios.iter().map(|it| (it.id.as_str(), it)).collect();
    let mut checkpoints: BTreeMap<(&str, &str), Vec<&Baseline>> = BTreeMap::new();
    for it in material.baselines.iter().filter(|it| it.checkpoint != WATCH_CHECKPOINT) {
        checkpoints.entry((&it.scenario, &it.checkpoint)).or_default().push(it);
    }
    let mut all = Vec::new();
    for ((id, checkpoint), baselines) in checkpoints {
        let Some(scenario) = planned.get(id) else { continue };
        let steps = scenario.all_steps();
        let own = |step: &&&Step| step.action.snapshot().is_some_and(|it| it.name == checkpoint);
        let Some(step) = steps.iter().find(own) else { continue };
        let redact = step.action.snapshot().map_or(&[][..], |it| &it.redact);
        let layers: [&[Redaction]; 3] = [&material.suite.config.redact, &scenario.redact, redact];
        let redactor = Redactor::new(&layers, &[])?;
        if !baselines.iter().any(|it| says_something(it, &redactor)) {
            all.push(Remark {
                kind: RemarkKind::ComparesNothing,
                place: format!("{}:{}", step.file, step.line),
                text: format!(
                    "nothing is left to compare of checkpoint {checkpoint} of {id}: its texts are empty or redacted"
                ),
                mend: "narrow the redaction, or take the snapshot of something that shows more"
                    .to_owned(),
            });
        }
    }
    Ok(all)
}

/// Whether anything of a baseline is left to compare. What nearly every checkpoint says (exit 0,
/// the path) is not enough.
fn says_something(baseline: &Baseline, redactor: &Redactor) -> bool {
    let text = match baseline.facet {
        FacetKind::Image | FacetKind::Recording => return true,
        // A command that prints nothing may answer by its code.
        FacetKind::Exit => return baseline.content.trim_ascii() != b"0",
        FacetKind::Page | FacetKind::Events | FacetKind::Response | FacetKind::A11y => {
            return false;
        }
        FacetKind::Aria
        | FacetKind::Text
        | FacetKind::Links
        | FacetKind::Fields
        | FacetKind::Cookies
        | FacetKind::Storage
        | FacetKind::Requests
        | FacetKind::Stdout
        | FacetKind::Stderr
        | FacetKind::Files
        | FacetKind::Screen => String::from_utf8_lossy(&baseline.content),
    };
    let text = redactor.apply(baseline.facet, &text);
    let mut parts = text.split('[');
    let mut rest = parts.next().unwrap_or_default().to_owned();
    let mut is_redacted = false;
    for part in parts {
        match part.split_once(']') {
            Some((word, after)) if is_placeholder(word) => {
                is_redacted = true;
                rest.push_str(after);
            }
            Some(_) | None => {
                rest.push('[');
                rest.push_str(part);
            }
        }
    }
    // An empty list (`[]`) is an answer, and a crash is not; brackets around what was taken out are
    // none.
    if is_redacted { rest.contains(char::is_alphanumeric) } else { !rest.trim().is_empty() }
}

/// Whether this, in brackets, stands for what was taken out: `[timestamp]`, `[temp-path]`, `[…]`.
fn is_placeholder(word: &str) -> bool {
    let is_word = |it: char| it.is_ascii_lowercase() || it == '-';
    word == "…" || (!word.is_empty() && word.chars().all(is_word))
}

/// The scenario, the facet, the environment and the bytes of a baseline.
type Content<'a> = (&'a str, FacetKind, Option<&'a str>, &'a [u8]);

fn duplicates(baselines: &[Baseline]) -> Vec<Remark> {
    let mut same: BTreeMap<Content<'_>, Vec<&Baseline>> = BTreeMap::new();
    for it in baselines {
        let telling = match it.facet {
            FacetKind::Image => true,
            FacetKind::Aria | FacetKind::Stdout | FacetKind::Files | FacetKind::Screen => {
                it.content.len() >= SHORTEST_DUPLICATE
            }
            FacetKind::Text
            | FacetKind::Page
            | FacetKind::Stderr
            | FacetKind::Exit
            | FacetKind::Links
            | FacetKind::Fields
            | FacetKind::Response
            | FacetKind::Cookies
            | FacetKind::Storage
            | FacetKind::Requests
            | FacetKind::A11y
            | FacetKind::Recording
            | FacetKind::Events => false,
        };
        if telling {
            let key = (it.scenario.as_str(), it.facet, it.environment.as_deref(), &*it.content);
            same.entry(key).or_default().push(it);
        }
    }
    let several = same.into_values().filter(|it| it.len() > 1);
    several
        .map(|own| {
            let others: Vec<&str> = own.iter().map(|it| it.checkpoint.as_str()).collect();
            Remark {
                kind: RemarkKind::DuplicateBaseline,
                place: own[0].file.clone(),
                text: format!(
                    "the {} of the checkpoints {} of {} are the same",
                    own[0].facet,
                    others.join(", "),
                    own[0].scenario
                ),
                mend: "if what lies between them should change something, it does not; if not, one of them is enough"
                    .to_owned(),
            }
        })
        .collect()
}

fn unused(material: &Material<'_>) -> Vec<Remark> {
    let suite = material.suite;
    let mut sessions: BTreeSet<&str> = BTreeSet::new();
    let mut products: BTreeSet<&str> = BTreeSet::new();
    for scenario in material.scenarios {
        sessions.extend(scenario.actors().into_iter().flatten());
        products.extend(scenario.uses.iter().chain(&scenario.product).map(String::as_str));
        let steps = scenario.all_steps();
        products.extend(steps.iter().filter_map(|it| it.product.as_deref()));
    }
    let mut skills: BTreeSet<&str> = BTreeSet::new();
    let mut open: Vec<&str> = Vec::new();
    let own = suite.scenarios.iter().flat_map(Scenario::all_steps);
    let establish = suite.config.sessions.values();
    let establish =
        establish.flat_map(|it| it.establish.iter().chain(&it.check)).flat_map(Step::all);
    used(own.chain(establish), &mut open);
    while let Some(name) = open.pop() {
        if skills.insert(name)
            && let Some(skill) = suite.skills.get(name)
        {
            let steps = skill.steps.iter().chain(&skill.ensures).flat_map(Step::all);
            used(steps, &mut open);
        }
    }
    let unused_skills = suite.skills.values().filter(|it| !skills.contains(it.name.as_str()));
    let mut all: Vec<Remark> = unused_skills
        .map(|it| Remark {
            kind: RemarkKind::UnusedSkill,
            place: format!("{}:{}", it.file, it.line),
            text: format!("nobody uses the skill {}", it.name),
            mend: "call it with `use`, or delete it".to_owned(),
        })
        .collect();
    let named = |kind: RemarkKind, text: String, mend: &str| Remark {
        kind,
        place: "nightshift.yaml".to_owned(),
        text,
        mend: mend.to_owned(),
    };
    for name in suite.config.sessions.keys().filter(|it| !sessions.contains(it.as_str())) {
        let text = format!("nobody starts from the session {name}");
        all.push(named(RemarkKind::UnusedSession, text, "name it with `as`, or remove it"));
    }
    for (name, session) in &suite.config.sessions {
        if sessions.contains(name.as_str()) {
            products.extend(session.product.as_deref());
        }
    }
    if suite.config.products.len() > 1 {
        for name in suite.config.products.keys().filter(|it| !products.contains(it.as_str())) {
            let text = format!("no scenario uses the product {name}");
            all.push(named(
                RemarkKind::UnusedProduct,
                text,
                "name it with `product`, or remove it",
            ));
        }
    }
    all
}

/// The skills that steps call.
fn used<'a>(steps: impl Iterator<Item = &'a Step>, into: &mut Vec<&'a str>) {
    into.extend(steps.filter_map(|step| match &step.action {
        Action::Use { skill, .. } => Some(skill.as_str()),
        _ => None,
    }));
}
