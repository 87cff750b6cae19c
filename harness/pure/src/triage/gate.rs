//! [`gate`]: the rules that turn a night into pass or fail, and the sentence that says which did.

use std::collections::{HashMap, HashSet};

use globset::Glob;

use crate::model::suite::{GateConfig, GateRule};
use crate::model::{Because, Decision, Finding, Gate, ScenarioResult, Totals, Verdict};

/// Applies the gate rules: what fails comes first, then whether enough was judged.
///
/// A scenario whose findings are all known issues that have not expired does not fail the gate.
/// Scenarios that are in shadow or advisory do not take part in it, nor do such findings.
#[must_use]
pub fn gate(
    config: &GateConfig,
    branch: Option<&str>,
    findings: &[Finding],
    results: &[ScenarioResult],
) -> Gate {
    let gating: Vec<&ScenarioResult> = results.iter().filter(|it| it.stage.is_gating()).collect();
    let totals = Totals::count(gating.iter().map(|it| it.verdict));
    // Of the rules that match the last decides; what it leaves open stays general.
    let rule = branch.and_then(|branch| config.rules.iter().rev().find(|it| matches(it, branch)));
    let fail_on = rule.and_then(|it| it.fail_on.as_ref()).unwrap_or(&config.fail_on);
    let at_least = rule.and_then(|it| it.judged_at_least).unwrap_or(config.judged_at_least);
    let by = rule.map_or(String::new(), |it| format!(", by the rule for branch \"{}\"", it.branch));

    let failing = failing(&gating, findings, fail_on);
    let aside = left_out(results.len() - gating.len(), "scenario", " on trial");
    let words: Vec<&str> = fail_on.iter().map(|verdict| verdict.word()).collect();
    let words = if words.is_empty() { "nothing".to_owned() } else { words.join(", ") };
    if !failing.is_empty() {
        let rule = format!(
            "{} of {}: fail-on names {words}{aside}{by}",
            failing.join(" and "),
            scenarios(totals.planned)
        );
        return Gate { decision: Decision::Fail, rule };
    }
    if totals.planned == 0 {
        return Gate {
            decision: Decision::Inconclusive,
            rule: if results.is_empty() {
                "no scenario was planned".to_owned()
            } else {
                "no scenario decides: all are in shadow or advisory".to_owned()
            },
        };
    }
    let share = f64::from(totals.judged) * 100.0 / f64::from(totals.planned);
    let judged = format!("{} of {} judged", totals.judged, scenarios(totals.planned));
    if totals.judged == 0 || share < at_least {
        let rule = format!(
            "{judged} ({}): judged-at-least is {}{aside}{by}",
            percent(share),
            percent(at_least)
        );
        return Gate { decision: Decision::Inconclusive, rule };
    }
    let reasons =
        rule.and_then(|it| it.fail_on_unjudged.as_ref()).unwrap_or(&config.fail_on_unjudged);
    if let Some(quiet) = quiet(&gating, reasons) {
        return Gate { decision: Decision::Fail, rule: format!("{quiet}{aside}{by}") };
    }
    let known = findings.iter().filter(|it| is_suppressed(it) && it.stage.is_gating()).count();
    let known = left_out(known, "known issue", "");
    let rule = format!(
        "{judged} (judged-at-least is {}) and none fails (fail-on names {words}){known}{aside}{by}",
        percent(at_least)
    );
    Gate { decision: Decision::Pass, rule }
}

/// How many scenarios have each of the verdicts that fail the gate.
fn failing(gating: &[&ScenarioResult], findings: &[Finding], fail_on: &[Verdict]) -> Vec<String> {
    // What is only told decides nothing, neither for a scenario nor against it.
    let deciding = || findings.iter().filter(|it| it.stage.is_gating());
    let known: HashSet<&str> =
        deciding().filter(|it| is_suppressed(it)).map(|it| it.id.as_str()).collect();
    let all: HashMap<&str, Verdict> = deciding().map(|it| (it.id.as_str(), it.verdict)).collect();
    let counts = |result: &ScenarioResult| {
        // What the environment did is nothing that a judged scenario fails by.
        let speaks =
            |it: &&str| all.get(it).is_some_and(|it| it.is_judged() || !result.verdict.is_judged());
        let own = || result.findings.iter().map(String::as_str).filter(speaks);
        own().next().is_none() || own().any(|it| !known.contains(it))
    };
    let failing = Verdict::ALL.into_iter().filter(|verdict| fail_on.contains(verdict));
    let failing = failing.filter_map(|verdict| {
        let count = gating.iter().filter(|it| it.verdict == verdict && counts(it)).count();
        (count > 0).then(|| format!("{count} {verdict}"))
    });
    failing.collect()
}

/// How many of something do not count, as the end of a rule; nothing where there is none.
fn left_out(count: usize, noun: &str, which: &str) -> String {
    match count {
        0 => String::new(),
        1 => format!(", 1 {noun}{which} left out"),
        more => format!(", {more} {noun}s{which} left out"),
    }
}

/// What could not be judged and must not pass for that, as a rule.
fn quiet(gating: &[&ScenarioResult], reasons: &[Because]) -> Option<String> {
    let found: Vec<String> = reasons
        .iter()
        .filter_map(|reason| {
            let unjudged = gating.iter().filter(|it| !it.verdict.is_judged());
            let count = unjudged.filter(|it| it.because == Some(*reason)).count();
            (count > 0).then(|| format!("{count} {}", reason.word()))
        })
        .collect();
    if found.is_empty() {
        return None;
    }
    let words: Vec<&str> = reasons.iter().map(|it| it.word()).collect();
    Some(format!(
        "{} of {} could not be judged: fail-on-unjudged names {}",
        found.join(" and "),
        scenarios(u32::try_from(gating.len()).unwrap_or(u32::MAX)),
        words.join(", ")
    ))
}

fn matches(rule: &GateRule, branch: &str) -> bool {
    match Glob::new(&rule.branch) {
        Ok(glob) => glob.compile_matcher().is_match(branch),
        Err(_) => rule.branch == branch,
    }
}

/// Whether a finding is a known issue that has not expired.
#[must_use]
pub fn is_suppressed(finding: &Finding) -> bool {
    finding.suppression.as_ref().is_some_and(|note| !note.expired)
}

fn scenarios(count: u32) -> String {
    if count == 1 { "1 scenario".to_owned() } else { format!("{count} scenarios") }
}

/// A percentage without needless digits, rounded down so that 94.96 never reads as 95.
fn percent(value: f64) -> String {
    let tenths = (value * 10.0).floor() / 10.0;
    format!("{tenths} %")
}
