//! A forge's check and its note: [`Message::check`] is a check of GitHub with annotations at the
//! scenarios, [`Message::note`] the comment on a change that is edited from night to night. Product
//! text is no mention, reference or markup in either.

use serde_json::{Value, json};

use super::Message;
use crate::model::finding::owned_by;
use crate::model::{Decision, Finding, Severity};
use crate::report::forge::Places;
use crate::report::night::NightReport;
use crate::report::shown::one_line;
use crate::report::ticket::markdown::{Comments, mark, title};

/// The most annotations that GitHub takes at once.
const ANNOTATIONS: usize = 50;
/// The most characters of a title of a check.
const TITLE: usize = 250;

impl Message {
    /// The body of a check of GitHub on a commit.
    #[must_use]
    pub fn check(&self, report: &NightReport, commit: &str) -> Value {
        let conclusion = match self.decision {
            Decision::Pass => "success",
            Decision::Fail => "failure",
            Decision::Inconclusive => "neutral",
        };
        let places = Places::of(report);
        let known = |id: &str| report.findings.iter().find(|it| it.id == id);
        let annotations: Vec<Value> = self
            .findings
            .iter()
            .filter_map(|it| known(&it.id))
            .take(ANNOTATIONS)
            .map(|it| annotation(it, &places))
            .collect();
        let mut check = json!({
            "name": "nightshift",
            "head_sha": commit,
            "external_id": self.night,
            "status": "completed",
            "conclusion": conclusion,
            "output": {
                "title": one_line(&self.sentence, TITLE),
                "summary": self.lines_in_markdown(),
                "annotations": annotations,
            },
        });
        if let Some(link) = &self.link {
            check["details_url"] = json!(link);
        }
        check
    }

    /// A comment on a change, which its mark finds again.
    #[must_use]
    pub fn note(&self) -> String {
        let own = mark("note", "night", Comments::Kept);
        format!("{own}\n\n**{}**\n\n{}", title(&self.sentence), self.lines_in_markdown())
    }

    fn lines_in_markdown(&self) -> String {
        let mut lines: Vec<String> =
            self.lines().iter().map(|it| format!("- {}", title(it))).collect();
        if let Some(link) = &self.link {
            lines.push(format!("\n[The report](<{}>)", link.replace(['<', '>'], "")));
        }
        lines.join("\n")
    }
}

fn annotation(finding: &Finding, places: &Places<'_>) -> Value {
    let (path, line) = places.of_finding(finding);
    let owner = one_line(owned_by(finding.owner.as_deref()), 80);
    let level = match finding.severity {
        Severity::Critical | Severity::Major => "failure",
        Severity::Minor => "warning",
    };
    json!({
        "path": path,
        "start_line": line,
        "end_line": line,
        "annotation_level": level,
        "title": one_line(&format!("{} {}", finding.id, finding.verdict), TITLE),
        "message": format!("{} ({owner})", one_line(&finding.title, 400)),
    })
}
