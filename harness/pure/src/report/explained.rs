//! [`ExplainedView`]: what a language model makes of a finding, as the page shows it below the finding.
//! Neighbours: [`super::finding`], which holds it, and [`super::narrative`], which drops what rests on
//! nothing.

use serde::Serialize;

use super::facets::LinkView;
use super::narrative::dropped;
use super::night::NightReport;
use super::shown::{evidence_link, one_line};
use crate::model::Finding;
use crate::model::narrative::{Cited, Narrative};

/// What a language model makes of a finding.
#[derive(Debug, Serialize)]
pub struct ExplainedView {
    model: String,
    claims: Vec<ClaimView>,
    /// What was dropped of it, and why.
    dropped: Vec<String>,
}

/// A claim with links to what it rests on.
#[derive(Debug, Serialize)]
struct ClaimView {
    text: String,
    links: Vec<LinkView>,
}

impl ExplainedView {
    /// What was made of this finding; `None` where nobody asked.
    pub fn of(finding: &Finding, report: &NightReport) -> Option<Self> {
        let told = report.explanations.iter().find(|it| it.fingerprint == finding.fingerprint)?;
        Some(Self::new(told, &finding.id))
    }

    fn new(told: &Narrative, finding: &str) -> Self {
        let claims = told.claims.iter().map(|it| ClaimView {
            text: one_line(&it.text, 500),
            links: it.cites.iter().map(|it| link(it, finding)).collect(),
        });
        Self {
            model: one_line(&told.model, 80),
            claims: claims.collect(),
            dropped: dropped(told).collect(),
        }
    }

    /// Roughly how many bytes it takes on the page.
    pub fn weight(&self) -> usize {
        let claim = |it: &ClaimView| it.text.len() + it.links.len() * 160 + 60;
        400 + self.claims.iter().map(claim).sum::<usize>()
    }
}

/// A change stands in the finding itself, a line in the ledger, evidence in its own file.
fn link(it: &Cited, finding: &str) -> LinkView {
    let (label, href) = match it.id.chars().next() {
        Some('L') => (&it.place, Some("ledger.jsonl".to_owned())),
        Some('E') => (&it.text, evidence_link(&it.place)),
        Some('C') => (&it.place, Some(format!("#{}", one_line(finding, 20)))),
        Some(_) | None => (&it.place, None),
    };
    LinkView { label: one_line(label, 120), href, size: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::narrative::Claim;

    #[test]
    fn a_claim_links_to_what_it_rests_on_and_to_nothing_outside_of_the_night() {
        let cited = |id: &str, place: &str, text: &str| Cited {
            id: id.to_owned(),
            place: place.to_owned(),
            text: text.to_owned(),
        };
        let all = vec![
            cited("L7", "ledger line 7", "see failed"),
            cited("C1", "change 1 of F1", "Total was 12 and is 13"),
            cited("E1", "evidence/ab/abc.png", "picture"),
            cited("E2", "evidence/../../../etc/passwd", "picture"),
            cited("x", "javascript:alert(1)", "nothing"),
        ];
        let told = Narrative {
            finding: "F1".to_owned(),
            fingerprint: "ab12".to_owned(),
            title: String::new(),
            model: "small".to_owned(),
            claims: vec![Claim { text: "One\nmore.".to_owned(), cites: all }],
            without_citation: 0,
            with_wrong_citation: 2,
        };
        let view = ExplainedView::new(&told, "F1");
        let links: Vec<(&str, Option<&str>)> =
            view.claims[0].links.iter().map(|it| (it.label.as_str(), it.href.as_deref())).collect();
        assert_eq!(
            links,
            [
                ("ledger line 7", Some("ledger.jsonl")),
                ("change 1 of F1", Some("#F1")),
                ("picture", Some("evidence/ab/abc.png")),
                ("picture", None),
                ("javascript:alert(1)", None),
            ]
        );
        assert_eq!(view.claims[0].text, "One more.");
        assert_eq!(view.dropped, ["2 claims that cited what does not exist"]);
    }
}
