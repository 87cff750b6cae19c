//! [`sentence`]: the night in one sentence, the title of every report; and what is counted in it.

use super::night::NightReport;
use super::shown::{self, count, one_line, thousands};
use super::trust::fail_own_checks;
use crate::model::plan::ProductBuild;
use crate::model::{Because, Decision, Finding, Totals, Verdict};

/// The night in one sentence: "3 new regressions, 1 fixed: build a1b2c3 against d4e5f6".
///
/// Hidden characters of build names are spelled out, so it can be printed as it is.
#[must_use]
pub fn sentence(report: &NightReport) -> String {
    let totals = &deciding(report);
    let mut parts = Vec::new();
    let own = if totals.judged > 0 { fail_own_checks(report).count() } else { 0 };
    if own > 0 {
        let verb = if own == 1 { "fails its" } else { "fail their" };
        parts.push(format!("{} {verb} own checks", count(own, "scenario")));
    }
    parts.extend(lead(report, totals, own > 0));
    let still_slower = report
        .findings
        .iter()
        .filter(|it| it.slowdown.is_some() && !is_new_slowdown(it) && !is_suppressed(it));
    for (n, word) in [
        (active(report, Verdict::StillFailing).count(), "still failing"),
        (still_slower.count(), "still slower"),
        (totals.flaky as usize, "flaky"),
        (totals.fixed as usize, "fixed"),
    ] {
        if n > 0 {
            parts.push(format!("{} {word}", thousands(n as u64)));
        }
    }
    if totals.new > 0 {
        parts.push(count(totals.new as usize, "new scenario"));
    }
    if report.gate.decision == Decision::Inconclusive && totals.judged > 0 {
        parts.push(format!("only {} of {} judged", totals.judged, totals.planned));
    } else if totals.judged > 0 {
        // Those that fail their own checks are named already.
        let inconclusive = totals.inconclusive.saturating_sub(u32::try_from(own).unwrap_or(0));
        for (n, word) in [(inconclusive, "inconclusive"), (totals.not_run, "not run")] {
            if n > 0 {
                parts.push(format!("{} {word}", thousands(u64::from(n))));
            }
        }
    }
    let builds: Vec<String> = report
        .night
        .products
        .iter()
        .filter_map(|product| builds(product, report.night.products.len() > 1))
        .collect();
    match builds.len() {
        0 => parts.join(", "),
        _ if totals.judged == 0 => format!("{} ({})", parts.join(", "), builds.join(", ")),
        _ => format!("{}: {}", parts.join(", "), builds.join(", ")),
    }
}

/// What is new, or that nothing is; `own` is whether scenarios that fail their own checks were named.
fn lead(report: &NightReport, totals: &Totals, own: bool) -> Vec<String> {
    let regressions = active(report, Verdict::Regressed).count();
    let slower = slower(report).count();
    let slowdowns = (slower > 0).then(|| count(slower, "slowdown"));
    if totals.planned == 0 {
        vec!["Nothing was planned".to_owned()]
    } else if totals.judged == 0 {
        vec![format!("Nothing could be judged: {}", why_nothing(report))]
    } else if regressions > 0 {
        [count(regressions, "new regression")].into_iter().chain(slowdowns).collect()
    } else if let Some(slowdowns) = slowdowns {
        vec![slowdowns, "no other regressions".to_owned()]
    } else if totals.unchanged == totals.planned {
        vec![match totals.planned {
            1 => "No regressions, the only scenario is unchanged".to_owned(),
            n => format!("No regressions, all {} scenarios unchanged", thousands(u64::from(n))),
        }]
    } else {
        vec![if own { "no regressions" } else { "No regressions" }.to_owned()]
    }
}

/// The numbers of the scenarios that decide; of all, where none does.
#[must_use]
pub fn deciding(report: &NightReport) -> Totals {
    let gating = report.scenarios.iter().filter(|it| it.stage.is_gating());
    match gating.clone().count() {
        0 => report.totals,
        n if n == report.scenarios.len() => report.totals,
        _ => Totals::count(gating.map(|it| it.verdict)),
    }
}

/// The findings with this verdict that decide and that no suppression in force covers.
pub fn active(report: &NightReport, verdict: Verdict) -> impl Iterator<Item = &Finding> {
    report
        .findings
        .iter()
        .filter(move |it| it.verdict == verdict && it.stage.is_gating() && !is_suppressed(it))
}

/// The findings of which it is open whether something broke or fails by chance, that decide and that
/// no suppression in force covers.
pub fn undecided(report: &NightReport) -> impl Iterator<Item = &Finding> {
    active(report, Verdict::Inconclusive).filter(move |it| is_undecided(report, it))
}

/// Whether what a finding hits failed in every run, which may be chance. What the environment did was
/// seen in how attempts follow one another, and in none of them.
#[must_use]
pub fn is_undecided(report: &NightReport, finding: &Finding) -> bool {
    let mut hit = report.scenarios.iter().filter(|it| finding.scenarios.contains(&it.id));
    finding.verdict == Verdict::Inconclusive
        && finding.differences.iter().all(|it| it.attempt > 0)
        && hit.any(|it| it.because == Some(Because::Undecided))
}

/// What a finding is, where that is open.
#[must_use]
pub fn open(report: &NightReport, finding: &Finding) -> Option<&'static str> {
    is_undecided(report, finding).then(|| Because::Undecided.said())
}

/// What became slower since earlier nights, and that no suppression in force covers. It decides no
/// gate, yet somebody should know in the morning.
pub fn slower(report: &NightReport) -> impl Iterator<Item = &Finding> {
    report.findings.iter().filter(|it| is_new_slowdown(it))
}

/// Whether a finding is a slowdown that no earlier night told of.
#[must_use]
pub fn is_new_slowdown(finding: &Finding) -> bool {
    finding.slowdown.is_some() && finding.verdict == Verdict::Regressed && !is_suppressed(finding)
}

/// Whether a suppression covers the finding tonight.
#[must_use]
pub fn is_suppressed(finding: &Finding) -> bool {
    finding.suppression.as_ref().is_some_and(|note| !note.expired)
}

fn builds(product: &ProductBuild, name: bool) -> Option<String> {
    let line = |it: &Option<String>| it.as_deref().map(|it| one_line(it, 60));
    // What the product says of itself says more than how somebody named its folder.
    match (line(&product.version), line(&product.previous_version)) {
        (Some(version), Some(previous)) if version != previous => {
            return Some(format!("{version} against {previous}"));
        }
        (Some(version), _) => {
            let build = product.build.as_deref()?;
            // A build that is called by the version is no second name.
            let is_named = version.split_whitespace().any(|it| it == build);
            return Some(match product.previous_build.as_deref() {
                None if is_named => version,
                Some(previous) if is_named && previous == build => {
                    format!("{version}, as last night")
                }
                None | Some(_) => format!("{version}, {}", named(product, false)?),
            });
        }
        (None, _) => {}
    }
    named(product, name)
}

/// The builds by what names them.
fn named(product: &ProductBuild, name: bool) -> Option<String> {
    let build = one_line(product.build.as_deref()?, 60);
    let what = match name {
        // Most programs say their own name with their version.
        true if build.starts_with(&product.name) => String::new(),
        true => format!("{} ", one_line(&product.name, 40)),
        false => "build ".to_owned(),
    };
    Some(match &product.previous_build {
        Some(previous) if *previous != build => {
            format!("{what}{build} against {}", one_line(previous, 60))
        }
        Some(_) => format!("{what}{build}, as last night"),
        None => format!("{what}{build}"),
    })
}

fn why_nothing(report: &NightReport) -> String {
    if let Some(check) = report.preflight.iter().find(|check| !check.ok) {
        return format!("the preflight check of {} failed", one_line(&check.check, 60));
    }
    let mut reasons: Vec<&str> = report
        .scenarios
        .iter()
        .filter_map(|scenario| scenario.because)
        .map(Because::word)
        .collect();
    reasons.sort_unstable();
    reasons.dedup();
    match reasons.len() {
        0 => "no scenario came to an end".to_owned(),
        _ => shown::visible(&reasons.join(", ")).into_owned(),
    }
}
