//! [`apply`]: what earlier nights said, put to tonight's verdicts and findings: what is known is
//! still failing, what holds again is fixed, and everything knows since when it has been there.
//!
//! The rules are defined in `docs/design/017-what-earlier-nights-say.md`.

use std::collections::{BTreeMap, BTreeSet};

use super::pieces::{Ages, goes_on_with};
use super::seen::Seen;
use super::verdicts::Judged;
use crate::history::known;
use crate::model::attempts::Attempts;
use crate::model::finding::FixedCause;
use crate::model::history::Since;
use crate::model::plan::ProductBuild;
use crate::model::{Finding, History, Outcome, Plan, Verdict};

/// Tells known from new, in findings and then in scenarios, and what holds again; `adds` are the
/// fingerprints of findings that only add something.
pub(super) fn apply<'a>(
    plan: &'a Plan,
    attempts: &Attempts<'_>,
    ages: &Ages,
    judged: &mut BTreeMap<&'a str, Judged>,
    (findings, adds): (&mut [Finding], &mut BTreeSet<String>),
) {
    if plan.history.nights.is_empty() {
        return;
    }
    // Scenarios that have something which they did not have before.
    let mut news: BTreeSet<String> = BTreeSet::new();
    let mut kept: BTreeMap<String, String> = BTreeMap::new();
    for finding in findings.iter_mut() {
        if let Some(past) = date(plan, (judged, ages), finding, &mut news) {
            kept.entry(past).or_insert_with(|| finding.fingerprint.clone());
        }
    }
    keep_names(&kept, findings, adds);
    let deciding = findings.iter().filter(|it| it.stage.is_gating());
    let hit: BTreeSet<&String> = deciding.flat_map(|it| &it.scenarios).collect();
    let baselines = plan.baselines_by_scenario();
    for scenario in &plan.scenarios {
        let Some(it) = judged.get_mut(scenario.id.as_str()) else { continue };
        if it.verdict == Verdict::Regressed
            && hit.contains(&scenario.id)
            && !news.contains(&scenario.id)
        {
            it.verdict = Verdict::StillFailing;
        }
        if it.verdict == Verdict::Unchanged && known::was_failing(&plan.history, &scenario.id) {
            let own = baselines.get(&scenario.id).map_or(&[][..], Vec::as_slice);
            let expected = known::expected(&plan.history, &scenario.id);
            let all_ran = attempts.scenario(&scenario.id).is_some();
            if all_ran && expected == Some(plan.expectations(scenario, own).as_str()) {
                it.verdict = Verdict::Fixed;
            }
        }
    }
}

/// What goes on keeps its fingerprint although it grew or shrank, because tickets hang on it; `kept`
/// has the fingerprints of earlier nights with those that tonight's changes alone would give.
fn keep_names(
    kept: &BTreeMap<String, String>,
    findings: &mut [Finding],
    adds: &mut BTreeSet<String>,
) {
    let taken: BTreeSet<String> = findings.iter().map(|it| it.fingerprint.clone()).collect();
    let renamed: BTreeMap<&String, &String> =
        kept.iter().filter(|it| !taken.contains(it.0)).map(|(past, own)| (own, past)).collect();
    *adds = adds.iter().map(|it| renamed.get(it).map_or(it, |it| it).clone()).collect();
    for finding in findings {
        let names = std::iter::once(&mut finding.fingerprint).chain(&mut finding.see_also);
        for name in names {
            if let Some(past) = renamed.get(name) {
                (*past).clone_into(name);
            }
        }
    }
}

/// Since when a finding has been there, and whether it is known in all that it hits; answers the
/// fingerprint that it had, where it goes on with something.
fn date(
    plan: &Plan,
    (judged, ages): (&BTreeMap<&str, Judged>, &Ages),
    finding: &mut Finding,
    news: &mut BTreeSet<String>,
) -> Option<String> {
    let history = &plan.history;
    // Advisory findings hit scenarios of any verdict, the others what they made worse.
    let advisory = !finding.stage.is_gating();
    let worse = |id: &&String| {
        advisory || judged.get(id.as_str()).is_some_and(|it| it.verdict == Verdict::Regressed)
    };
    let (old, new): (Vec<&String>, Vec<&String>) =
        finding.scenarios.iter().filter(worse).partition(|id| is_known(history, ages, id, finding));
    let by_pieces = || old.iter().find_map(|id| goes_on_with(history, id, finding));
    let same = history.causes.get_key_value(&finding.fingerprint);
    let past = same.map(|it| (it.0.as_str(), it.1)).or_else(by_pieces);
    if finding.verdict == Verdict::Regressed && !old.is_empty() && new.is_empty() {
        finding.verdict = Verdict::StillFailing;
    }
    if !advisory {
        news.extend(new.iter().map(|it| (*it).clone()));
    }
    let goes_on = match finding.verdict {
        Verdict::Regressed | Verdict::StillFailing => !old.is_empty(),
        // Chance comes and goes: it counts from the first time on.
        Verdict::Flaky => past.is_some(),
        Verdict::Inconclusive
        | Verdict::Drifted
        | Verdict::New
        | Verdict::Fixed
        | Verdict::Unchanged
        | Verdict::NotRun => known::last_night(history, &finding.fingerprint).is_some(),
    };
    let known = past.filter(|_| goes_on);
    let since = if let Some((_, past)) = known {
        finding.reasons.push(known::since_when(&past.since, past.nights));
        let mended = old.first().and_then(|id| ages.gone(id, past));
        if let Some((gone @ 1.., all)) = mended.filter(|it| it.0 < it.1) {
            finding.reasons.push(format!("{gone} of the {all} changes that it had are gone"));
        }
        past.since.clone()
    } else {
        finding.reasons.extend(known::came_back(history, &finding.fingerprint));
        tonight(plan, finding)
    };
    if !old.is_empty() && !new.is_empty() {
        let names: Vec<&str> = new.iter().take(3).map(|it| it.as_str()).collect();
        finding.reasons.push(format!("tonight it also hits {}", names.join(", ")));
    }
    finding.first_seen = Some(since.at);
    finding.since = Some(since);
    known.map(|it| it.0.to_owned())
}

/// Whether a scenario had a finding's cause when it was last judged: by all of it where its past
/// did not keep what it was made of.
fn is_known(history: &History, ages: &Ages, scenario: &str, finding: &Finding) -> bool {
    match ages.knows(scenario, finding) {
        Some(known) => known,
        None => known::is_known(history, scenario, &finding.fingerprint),
    }
}

fn tonight(plan: &Plan, finding: &Finding) -> Since {
    let first = finding.scenarios.first();
    let scenario = plan.scenarios.iter().find(|it| Some(&it.id) == first);
    let product = scenario.and_then(|it| it.product.as_deref());
    let build = plan.products.iter().find(|it| Some(it.name.as_str()) == product);
    Since { at: plan.started, night: plan.night.clone(), build: build.and_then(ProductBuild::said) }
}

/// What is known of the scenarios tonight.
pub(super) struct Tonight<'a> {
    pub attempts: &'a Attempts<'a>,
    pub ages: &'a Ages,
    pub judged: &'a BTreeMap<&'a str, Judged>,
}

impl Tonight<'_> {
    /// What was wrong when its scenarios were last judged, and is gone although they were used to
    /// their end and nobody changed what is expected of them.
    pub(super) fn fixed(
        &self,
        plan: &Plan,
        seen: &Seen<'_>,
        findings: &[Finding],
    ) -> Vec<FixedCause> {
        let here: BTreeSet<(&str, &str)> = findings
            .iter()
            .flat_map(|it| it.scenarios.iter().map(|id| (it.fingerprint.as_str(), id.as_str())))
            .collect();
        let baselines = plan.baselines_by_scenario();
        let mut gone: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (id, past) in &plan.history.scenarios {
            let Some(scenario) = seen.scenario(id).filter(|_| !past.causes.is_empty()) else {
                continue;
            };
            let own = baselines.get(id).map_or(&[][..], Vec::as_slice);
            let same = past.expects.as_deref() == Some(plan.expectations(scenario, own).as_str());
            if !same || !self.was_used_to_its_end(id) {
                continue;
            }
            let is_here = |cause: &String| {
                let known = plan.history.causes.get(cause);
                here.contains(&(cause.as_str(), id.as_str()))
                    || known.and_then(|it| self.ages.gone(id, it)).is_some_and(|it| it.0 < it.1)
            };
            for cause in past.causes.iter().filter(|it| !is_here(it)) {
                gone.entry(cause).or_default().push(id);
            }
        }
        let told = gone.into_iter().filter_map(|(fingerprint, scenarios)| {
            let past = plan.history.causes.get(fingerprint)?;
            Some(FixedCause {
                fingerprint: fingerprint.to_owned(),
                title: past.title.clone(),
                since: past.since.clone(),
                scenarios: scenarios.into_iter().map(str::to_owned).collect(),
            })
        });
        told.collect()
    }

    fn was_used_to_its_end(&self, scenario: &str) -> bool {
        let ended = self.attempts.scenario(scenario);
        let last = ended.and_then(|it| it.attempts.values().next_back());
        last.is_some_and(|it| it.outcome() == Some(Outcome::Completed))
            && self.judged[scenario].verdict.is_judged()
    }
}

#[cfg(test)]
mod tests;
