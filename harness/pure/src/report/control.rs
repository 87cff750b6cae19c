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
