//! What a reader must know of the control: which builds it was, what it cost, by what the facets of
//! the night were judged, and what went wrong with it. Neighbour: [`super::trust`], which places it.

use super::fact::FactView;
use super::night::NightReport;
use super::shown::{count, duration, one_line, short, thousands};

/// The most lines of each kind.
const MOST: usize = 5;

/// The facts about the control; none where nobody asked for one.
pub fn facts(report: &NightReport) -> Vec<FactView> {
    let Some(control) = &report.night.control else { return Vec::new() };
    let text = match (control.build.as_str(), control.runs) {
        ("", _) => "none".to_owned(),
        (build, 0) => format!("{}: not run", one_line(build, 120)),
        (build, runs) => format!(
            "{}: {} in {}",
            one_line(build, 120),
            count(runs as usize, "run"),
            duration(control.duration_ms)
        ),
    };
    let mut more = Vec::new();
    if control.runs > 0 && control.scenarios < control.of {
        more.push(format!(
            "{} of {} were run on it",
            control.scenarios,
            count(control.of as usize, "scenario")
        ));
    }
    more.extend(few(control.problems.iter().map(|it| short(it, 400))));
    more.extend(few(control.fixed.iter().map(|it| {
        let scenarios = it.scenarios.iter().map(|it| one_line(it, 80)).collect::<Vec<_>>();
        format!("fixed against it: {} ({})", one_line(&it.title, 200), scenarios.join(", "))
    })));
    more.extend(few(control
        .noise
        .iter()
        .map(|it| format!("varies on it, and was left out tonight: {}", one_line(it, 200)))));
    let facets = &report.facets_judged;
    let by = |n: u32, what: &str| format!("{} by {what}", thousands(u64::from(n)));
    vec![
        FactView { term: "Control", text, more },
        FactView {
            term: "Facets judged",
            text: format!(
                "{}, {}, {}, {}",
                by(facets.both, "both"),
                by(facets.baseline, "baseline"),
                by(facets.control, "control"),
                by(facets.neither, "neither")
            ),
            more: Vec::new(),
        },
    ]
}

/// Some lines, the rest counted.
fn few(lines: impl ExactSizeIterator<Item = String>) -> Vec<String> {
    let rest = lines.len().saturating_sub(MOST);
    let rest = (rest > 0).then(|| format!("and {rest} more, in night.json"));
    lines.take(MOST).chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::against::{ControlResult, JudgedFacets};
    use crate::model::testing::instant;

    /// The lines of the trust block on a night's control, each with what stands below it.
    fn said(control: Option<ControlResult>) -> Vec<(String, Vec<String>)> {
        let mut report: NightReport = serde_json::from_value(serde_json::json!({
            "format_version": 1,
            "night": { "id": "n", "started": instant(), "finished": null, "branch": null,
                "environment": "e", "versions": {}, "products": [] },
            "gate": { "decision": "pass", "rule": "r" },
            "totals": { "planned": 0, "judged": 0, "regressed": 0, "still-failing": 0, "flaky": 0,
                "inconclusive": 0, "drifted": 0, "new": 0, "fixed": 0, "unchanged": 0, "not-run": 0 },
            "findings": [], "scenarios": [],
        }))
        .expect("a report");
        report.facets_judged = JudgedFacets { baseline: 1, control: 2, both: 3, neither: 4 };
        report.night.control = control;
        facts(&report)
            .into_iter()
            .map(|it| (format!("{}: {}", it.term, it.text), it.more))
            .collect()
    }

    #[test]
    fn the_trust_block_says_what_a_control_cost_and_by_what_facets_were_judged() {
        let ran = ControlResult {
            build: "1.4".to_owned(),
            runs: 3,
            duration_ms: 12_430,
            scenarios: 2,
            of: 5,
            ..ControlResult::default()
        };
        let judged = "Facets judged: 3 by both, 1 by baseline, 2 by control, 4 by neither";
        let judged = (judged.to_owned(), Vec::new());
        let some = vec!["2 of 5 scenarios were run on it".to_owned()];
        let first = ("Control: 1.4: 3 runs in 12.4 s".to_owned(), some);
        assert_eq!(said(Some(ran)), [first, judged.clone()]);
        let why = "tool has no control: it cannot be made".to_owned();
        let none = ControlResult { problems: vec![why.clone()], ..ControlResult::default() };
        assert_eq!(said(Some(none)), [("Control: none".to_owned(), vec![why]), judged]);
        assert_eq!(said(None), [], "nobody asked for one");
    }
}
