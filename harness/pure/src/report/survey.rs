//! [`SurveyView`]: what exploring the product has shown, as the page tells it; and [`survey_lines`],
//! the same in a few lines for whoever started the night.

use serde::Serialize;

use super::lists::left_out;
use super::shown::{count, duration, one_line};
use crate::model::Survey;
use crate::model::survey::{Kind, Part, Share, Since};

/// The most rows of one of its tables.
const MOST: usize = 60;

/// What exploring the product has shown.
#[derive(Debug, Serialize)]
pub(super) struct SurveyView {
    /// How much there is, in a few words.
    pub count: String,
    /// What was tried, how long that took, and whether it was all.
    about: String,
    problem: Option<String>,
    shares: Vec<ShareView>,
    /// What came and went, in a line.
    since: Option<String>,
    moved: Vec<PartView>,
    moved_left_out: Option<String>,
    findings: Vec<WrongView>,
    findings_left_out: Option<String>,
    offers: Vec<(String, String)>,
    offers_left_out: Option<String>,
    /// Where they lie.
    offered: &'static str,
    /// The command that takes them over, where the suite has none of them.
    take: Option<String>,
    missed: Vec<(String, String)>,
    missed_left_out: Option<String>,
}

#[derive(Debug, Serialize)]
struct ShareView {
    kind: &'static str,
    seen: usize,
    reached: usize,
    asserted: usize,
    /// How wide the bars are, in percent.
    reached_width: usize,
    asserted_width: usize,
    /// `48 %`, or nothing where there is none of it.
    share: String,
}

#[derive(Debug, Serialize)]
struct PartView {
    change: &'static str,
    kind: &'static str,
    name: String,
    at: String,
}

#[derive(Debug, Serialize)]
struct WrongView {
    severity: &'static str,
    rule: String,
    title: String,
    place: String,
    steps: Vec<String>,
}

impl SurveyView {
    /// Of a night, by its id; of an exploration by itself, whose scenarios the suite has, `None`.
    pub fn of(survey: &Survey, night: Option<&str>) -> Self {
        let came_and_went = survey.since.iter().flat_map(moved);
        let changed = survey.since.as_ref().map_or(0, |it| it.gone.len() + it.new.len());
        Self {
            count: count(survey.pages.seen, "page"),
            about: about(survey),
            problem: survey.problem.as_deref().map(|it| one_line(it, 400)),
            shares: Kind::ALL.map(|it| share(it, survey.share(it))).into_iter().collect(),
            since: survey.since.as_ref().map(since_line),
            moved: came_and_went.take(MOST).collect(),
            moved_left_out: left_out(changed, MOST, "part"),
            findings: survey.findings.iter().take(MOST).map(WrongView::of).collect(),
            findings_left_out: left_out(survey.findings.len(), MOST, "finding"),
            offers: pairs(survey.scenarios.iter().map(|it| (&it.file, &it.about))),
            offers_left_out: left_out(survey.scenarios.len(), MOST, "scenario"),
            offered: match night {
                Some(_) => "They lie in this night's folder explored/; the suite has none of them",
                None => "They stand in the suite",
            },
            take: night.map(take),
            missed: pairs(survey.not_reached.iter().map(|it| (&it.what, &it.why))),
            missed_left_out: left_out(survey.not_reached.len(), MOST, "place"),
        }
    }
}

impl WrongView {
    fn of(it: &crate::model::survey::Wrong) -> Self {
        Self {
            severity: it.severity.word(),
            rule: one_line(&it.rule, 60),
            title: one_line(&it.title, 300),
            place: one_line(&it.place, 160),
            steps: it.steps.iter().take(12).map(|it| one_line(it, 200)).collect(),
        }
    }
}

fn pairs<'a>(all: impl Iterator<Item = (&'a String, &'a String)>) -> Vec<(String, String)> {
    all.take(MOST).map(|it| (one_line(it.0, 200), one_line(it.1, 300))).collect()
}

/// The command that takes over what a night would add.
fn take(night: &str) -> String {
    format!("nightshift explore --take {}", one_line(night, 160))
}

fn about(survey: &Survey) -> String {
    let tried = count(survey.probes, "thing");
    let rest = if survey.whole {
        "nothing was left to be tried"
    } else {
        "the time ended before everything was tried"
    };
    let paced = survey.pacing.map_or_else(String::new, |it| format!("; {it}"));
    format!("{tried} tried in {}; {rest}{paced}.", duration(survey.duration_ms))
}

fn share(kind: Kind, it: Share) -> ShareView {
    let percent = |part: usize| (part * 100).checked_div(it.seen);
    ShareView {
        kind: kind.plural(),
        seen: it.seen,
        reached: it.reached,
        asserted: it.asserted,
        reached_width: percent(it.reached).unwrap_or_default(),
        asserted_width: percent(it.asserted).unwrap_or_default(),
        share: percent(it.asserted).map_or(String::new(), |it| format!("{it} %")),
    }
}

/// `Since the night of …: 3 pages and 1 flag are gone, 2 pages are new.`
pub(super) fn since_line(since: &Since) -> String {
    let part = if since.whole { "" } else { ", as far as both nights looked" };
    format!("Since {}: {since}{part}", one_line(&since.night, 80))
}

fn moved(since: &Since) -> impl Iterator<Item = PartView> + '_ {
    let view = |change: &'static str| {
        move |it: &Part| PartView {
            change,
            kind: it.kind.word(),
            name: one_line(&it.name, 200),
            at: one_line(it.at.as_deref().unwrap_or_default(), 160),
        }
    };
    since.gone.iter().map(view("gone")).chain(since.new.iter().map(view("new")))
}

/// What exploring has shown, for whoever started the night; `night` is how a command names it.
#[must_use]
pub fn survey_lines(survey: &Survey, night: &str) -> Vec<String> {
    if let Some(problem) = &survey.problem {
        return vec![format!("explored nothing: {problem}")];
    }
    let mut lines = vec![format!("explored: {}", about(survey).trim_end_matches('.'))];
    lines.extend(survey.since.as_ref().map(since_line));
    if !survey.findings.is_empty() {
        let wrong = count(survey.findings.len(), "thing");
        lines.push(format!("{wrong} wrong without any baseline, in the report"));
    }
    if !survey.scenarios.is_empty() {
        let offers = count(survey.scenarios.len(), "scenario");
        lines.push(format!("{offers} of what nothing covers; take over: {}", take(night)));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::survey::Offer;

    fn page(name: &str) -> Part {
        Part { kind: Kind::Page, name: name.to_owned(), at: None, reached: true, asserted: false }
    }

    #[test]
    fn a_morning_is_told_what_came_and_went_and_the_command_that_takes_over_what_was_found() {
        let since = |whole| Since {
            night: "n1".to_owned(),
            gone: vec![page("/a")],
            new: Vec::new(),
            whole,
        };
        let offer =
            Offer { id: "look-at-b".to_owned(), file: "b.yaml".to_owned(), about: "B.".to_owned() };
        let survey = Survey {
            probes: 12,
            duration_ms: 4_000,
            since: Some(since(false)),
            scenarios: vec![offer],
            ..Survey::default()
        };
        let wanted = [
            "explored: 12 things tried in 4.0 s; the time ended before everything was tried",
            "Since n1: 1 page is gone, as far as both nights looked",
            "1 scenario of what nothing covers; take over: nightshift explore --take n2",
        ];
        assert_eq!(survey_lines(&survey, "n2"), wanted);
        let quiet =
            Survey { whole: true, since: Some(since(true)), scenarios: Vec::new(), ..survey };
        let wanted = [
            "explored: 12 things tried in 4.0 s; nothing was left to be tried",
            "Since n1: 1 page is gone",
        ];
        assert_eq!(survey_lines(&quiet, "n2"), wanted);
        let broken = Survey { problem: Some("no browser".to_owned()), ..Survey::default() };
        assert_eq!(survey_lines(&broken, "n2"), ["explored nothing: no browser"]);
    }

    #[test]
    fn the_page_of_an_exploration_shows_its_shares_and_runs_nothing_of_the_product() {
        let parts = vec![page("/a"), Part { asserted: true, ..page("/b") }];
        let missed = crate::model::survey::Missed {
            what: "<script>alert(1)</script>".to_owned(),
            why: "it is not the product's".to_owned(),
        };
        let survey = Survey { not_reached: vec![missed], ..Survey::default() }.with_parts(parts);
        let html = crate::report::survey_page(&survey).expect("it renders");
        assert!(html.contains(
            "<th scope=\"row\">pages<td class=\"n\">2<td class=\"n\">2<td class=\"n\">1<td"
        ));
        assert!(html.contains("50 %") && !html.contains("<script"), "{html}");
    }
}
