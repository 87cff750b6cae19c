//! [`page`]: all nights of a folder as one page, without script; each is an [`About`].

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tera::{Context, Tera};

use crate::model::Decision;
use crate::report::{self, NightReport, shown};

const TEMPLATE: &str = include_str!("../../../../reports/templates/published.html");
const NAME: &str = "published.html";
/// The most characters of what is said of a night.
const SAID: usize = 300;

/// A night that was put into a folder, as its page names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Its id, which is the name of its folder there.
    pub night: String,
    /// When it began.
    pub started: DateTime<Utc>,
    /// The branch that it was of.
    pub branch: Option<String>,
    /// What its gate decided.
    pub decision: Decision,
    /// Its sentence.
    pub sentence: String,
}

impl About {
    /// Of a night's report.
    pub fn of(report: &NightReport) -> Self {
        Self {
            night: report.night.id.clone(),
            started: report.night.started,
            branch: report.night.branch.clone(),
            decision: report.gate.decision,
            sentence: report::sentence(report),
        }
    }
}

/// A night as it stands on the page.
#[derive(Debug, Serialize)]
struct Row<'a> {
    night: &'a str,
    started: String,
    branch: String,
    decision: &'static str,
    /// The verdict in whose colour the decision stands.
    style: &'static str,
    sentence: String,
}

impl<'a> Row<'a> {
    fn of(about: &'a About) -> Self {
        let style = match about.decision {
            Decision::Pass => "fixed",
            Decision::Fail => "regressed",
            Decision::Inconclusive => "inconclusive",
        };
        Self {
            night: &about.night,
            started: about.started.format("%Y-%m-%d %H:%M").to_string(),
            branch: report::one_line(about.branch.as_deref().unwrap_or_default(), 60),
            decision: about.decision.word(),
            style,
            sentence: report::one_line(&about.sentence, SAID),
        }
    }
}

/// The page of nights, the newest first.
///
/// # Errors
/// The template has a mistake.
pub fn page(nights: &[About]) -> Result<String, tera::Error> {
    let mut tera = Tera::default();
    tera.autoescape_on([".html"]);
    tera.set_escape_fn(shown::escape);
    tera.add_raw_templates([(NAME, TEMPLATE)])?;
    let rows: Vec<Row<'_>> = nights.iter().map(Row::of).collect();
    let mut context = Context::new();
    context.insert("nights", &rows);
    context.insert("style", report::STYLE);
    tera.render(NAME, &context)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_leads_to_each_night_and_takes_no_text_for_markup() {
        let night = |id: &str, decision, sentence: &str| About {
            night: id.to_owned(),
            started: "2026-11-21T01:00:00Z".parse().expect("an instant"),
            branch: Some("main".to_owned()),
            decision,
            sentence: sentence.to_owned(),
        };
        let page = page(&[
            night("n2", Decision::Fail, "1 new regression: <script>alert(1)</script>"),
            night("n1", Decision::Pass, "Nothing is red."),
        ])
        .expect("a page");
        assert!(page.contains("<a href=\"n2/index.html\">2026-11-21 01:00</a>"), "{page}");
        assert!(page.contains("v-regressed\">fail<") && page.contains("v-fixed\">pass<"), "{page}");
        assert!(page.find("n2/").expect("there") < page.find("n1/").expect("there"));
        assert!(!page.contains("<script"), "{page}");
        assert!(page.contains("&lt;script&gt;"), "{page}");
    }
}
