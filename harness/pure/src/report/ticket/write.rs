//! What stands in a ticket, and in what is said of it later.

use super::text::{Block, Piece};
use crate::model::finding::owned_by;
use crate::model::{Finding, Verdict};
use crate::report::lead::lead;
use crate::report::night::{NightReport, ScenarioReport};
use crate::report::sentence::is_suppressed;
use crate::report::shown::{evidence_link, one_line};

/// The most characters of a title.
const TITLE: usize = 200;
/// The most characters of a line.
const LINE: usize = 300;
/// The most lines of each side of a change.
const LINES: usize = 20;
/// The most steps, scenarios and files.
const STEPS: usize = 30;
const SCENARIOS: usize = 15;
const FILES: usize = 8;

/// A finding as a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The finding's id in the night.
    pub finding: String,
    /// What stands for its cause on any night.
    pub cause: String,
    /// What a user would notice.
    pub title: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The rest.
    pub body: Vec<Block>,
}

/// The findings of a night that become tickets, the worst first: those that decide and nobody has
/// suppressed. `link` is the address of the report.
#[must_use]
pub fn tickets(report: &NightReport, link: Option<&str>) -> Vec<Ticket> {
    let wanted = |it: &&Finding| {
        let bad = matches!(it.verdict, Verdict::Regressed | Verdict::StillFailing);
        bad && it.stage.is_gating() && it.slowdown.is_none() && !is_suppressed(it)
    };
    let all = report.findings.iter().filter(wanted);
    all.map(|finding| Ticket {
        finding: finding.id.clone(),
        cause: finding.fingerprint.clone(),
        title: one_line(&finding.title, TITLE),
        owner: finding.owner.clone(),
        body: body(report, finding, link),
    })
    .collect()
}

fn body(report: &NightReport, finding: &Finding, link: Option<&str>) -> Vec<Block> {
    let mut body =
        vec![Block::Text(seen(report, finding, link)), Block::List(facts(report, finding))];
    let (expected, actual) = lead(finding);
    if !(expected.is_empty() && actual.is_empty()) {
        body.push(Block::Heading("Expected (-) and actual (+)"));
        body.push(Block::Change { expected: lines(&expected), actual: lines(&actual) });
    }
    let steps = steps(report, finding);
    if !steps.is_empty() {
        body.push(Block::Heading("Steps"));
        body.push(Block::Steps(steps));
    }
    body.push(Block::Heading("Repeat it"));
    body.push(Block::Command(one_line(&finding.reproduce, LINE)));
    body.push(Block::Heading("Scenarios"));
    body.push(Block::List(scenarios(finding)));
    let files = files(finding, link);
    if !files.is_empty() {
        body.push(Block::Heading("Evidence"));
        body.push(Block::List(files));
    }
    body
}

/// When it was seen, with the way to the report.
fn seen(report: &NightReport, finding: &Finding, link: Option<&str>) -> Vec<Piece> {
    let said = format!("{} ({}), seen in night ", finding.verdict, finding.severity.word());
    let mut pieces = vec![Piece::ours(said), Piece::Theirs(one_line(&report.night.id, 80))];
    if let Some(link) = link.and_then(address) {
        pieces.push(Piece::ours(": "));
        let text = format!("finding {} in its report", finding.id);
        pieces.push(Piece::Link { text, url: format!("{link}#{}", finding.id) });
    } else {
        pieces.push(Piece::ours(format!(", finding {}", finding.id)));
    }
    pieces
}

/// An address that may become a link.
fn address(link: &str) -> Option<String> {
    let web = link.starts_with("https://") || link.starts_with("http://");
    (web && !link.contains(|it: char| it.is_whitespace() || it.is_control()))
        .then(|| link.to_owned())
}

fn facts(report: &NightReport, finding: &Finding) -> Vec<Vec<Piece>> {
    let fact = |term: &str, text: &str| {
        vec![Piece::ours(format!("{term}: ")), Piece::Theirs(one_line(text, LINE))]
    };
    let mut facts = Vec::new();
    for product in &report.night.products {
        if let Some(said) = product.said() {
            facts.push(fact("Build", &format!("{} {said}", product.name)));
        }
    }
    if let Some(branch) = &report.night.branch {
        facts.push(fact("Branch", branch));
    }
    if let Some(culprit) = &finding.culprit {
        if culprit.is_sure() {
            facts.push(fact("First bad commit or build", &culprit.said()));
            facts.extend(culprit.author.as_deref().map(|it| fact("Its author", it)));
        } else {
            facts.push(fact("Searched for", &culprit.said()));
        }
    }
    if let Some(since) = &finding.since {
        facts.push(fact("First seen in", &since.night));
    }
    facts.push(match &finding.owner {
        Some(owner) => fact("Owner", owner),
        None => vec![Piece::ours(format!("Owner: {}", owned_by(None)))],
    });
    if let Some(place) = finding.differences.first().map(|it| &it.place) {
        facts.push(fact("Where", place));
    }
    facts.push(fact("Cause", &finding.fingerprint));
    facts
}

fn lines(text: &str) -> Vec<String> {
    let mut all: Vec<String> = text.lines().take(LINES).map(|it| one_line(it, LINE)).collect();
    let more = text.lines().count().saturating_sub(LINES);
    if more > 0 {
        all.push(format!("… {more} more lines"));
    }
    all
}

/// The steps of the attempt that saw it first, up to the one where it showed.
fn steps(report: &NightReport, finding: &Finding) -> Vec<Piece> {
    let Some(first) = finding.differences.first() else { return Vec::new() };
    let own = |it: &&ScenarioReport| it.id == first.scenario;
    let Some(scenario) = report.scenarios.iter().find(own) else { return Vec::new() };
    let Some(attempt) = scenario.attempts.iter().find(|it| it.n == first.attempt) else {
        return Vec::new();
    };
    let until: Vec<_> = attempt.steps.iter().filter(|it| it.index <= first.step).collect();
    let left_out = until.len().saturating_sub(STEPS);
    let begin = (left_out > 0).then(|| Piece::ours(format!("{left_out} steps before")));
    let rest = until[left_out..].iter().map(|it| Piece::Theirs(one_line(&it.text, LINE)));
    begin.into_iter().chain(rest).collect()
}

fn scenarios(finding: &Finding) -> Vec<Vec<Piece>> {
    let named = finding.scenarios.iter().take(SCENARIOS);
    let mut all: Vec<Vec<Piece>> =
        named.map(|it| vec![Piece::Theirs(one_line(it, LINE))]).collect();
    let more = finding.scenarios.len().saturating_sub(SCENARIOS);
    if more > 0 {
        all.push(vec![Piece::ours(format!("and {more} more"))]);
    }
    all
}

/// Links to what was kept of it, where the report has an address.
fn files(finding: &Finding, link: Option<&str>) -> Vec<Vec<Piece>> {
    let Some(link) = link.and_then(address) else { return Vec::new() };
    let folder = link.rsplit_once('/').map_or(link.as_str(), |it| it.0);
    let mut all = Vec::new();
    for facet in finding.differences.iter().take(1).flat_map(|it| &it.facets) {
        let kind = facet.facet.map_or("failure", |it| it.word());
        let names: &[&str] = match facet.evidence.len() {
            0 | 1 => &["as seen"],
            _ => &["as accepted", "as seen", "what differs"],
        };
        for (path, name) in facet.evidence.iter().zip(names) {
            if let Some(path) = evidence_link(path) {
                let url = format!("{folder}/{path}");
                all.push(vec![Piece::Link { text: format!("{kind}, {name}"), url }]);
            }
        }
    }
    all.truncate(FILES);
    all
}

/// What is said of a ticket whose cause was seen once more.
#[must_use]
pub fn seen_again(report: &NightReport, ticket: &Ticket, link: Option<&str>) -> Vec<Block> {
    let finding = report.findings.iter().find(|it| it.id == ticket.finding);
    let mut said = vec![Piece::ours("Seen again. ")];
    said.extend(finding.map(|it| seen(report, it, link)).unwrap_or_default());
    let mut all = vec![Block::Text(said)];
    let builds: Vec<String> = report
        .night
        .products
        .iter()
        .filter_map(|it| Some(one_line(&format!("{} {}", it.name, it.said()?), LINE)))
        .collect();
    if !builds.is_empty() {
        let mut pieces = vec![Piece::ours("Build: ")];
        pieces.push(Piece::Theirs(builds.join(", ")));
        all.push(Block::Text(pieces));
    }
    all
}

/// What is said of a ticket that is opened again.
#[must_use]
pub fn reopened(report: &NightReport, ticket: &Ticket, link: Option<&str>) -> Vec<Block> {
    let mut all = vec![Block::Text(vec![Piece::ours("It has come back, so this is open again.")])];
    all.extend(seen_again(report, ticket, link));
    all
}

/// What is said of a ticket that is closed: for so many nights its cause is gone.
#[must_use]
pub fn closed(night: &str, nights: usize) -> Vec<Block> {
    let said = format!(
        "Gone for {nights} night{}, in which all scenarios that it hit were judged and found as \
         expected; the newest is ",
        if nights == 1 { "" } else { "s" }
    );
    vec![Block::Text(vec![
        Piece::Ours(said),
        Piece::Theirs(one_line(night, 80)),
        Piece::ours(". If it comes back, this is opened again."),
    ])]
}

/// What is said of a second ticket for one cause.
#[must_use]
pub fn duplicate(of: &str) -> Vec<Block> {
    vec![Block::Text(vec![
        Piece::ours("Two were made for one cause at the same moment; it is followed up in "),
        Piece::Theirs(of.to_owned()),
        Piece::ours("."),
    ])]
}
