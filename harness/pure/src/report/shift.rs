//! [`ShiftView`]: what a language model tried by itself, as the page tells it; and [`shift_lines`], the
//! same in lines for whoever started it.

use serde::Serialize;

use super::shown::{count, duration, one_line};
use crate::model::budget::money;
use crate::model::shift::{Believed, Charter, Shift};

/// The most rows of one of its tables.
const MOST: usize = 60;

/// What was tried, for the page.
#[derive(Debug, Serialize)]
pub(super) struct ShiftView {
    /// How much was tried, in a few words.
    pub count: String,
    about: String,
    findings: Vec<BelievedView>,
    remarks: Vec<BelievedView>,
    charters: Vec<CharterView>,
    proposed: Vec<(String, String)>,
}

#[derive(Debug, Serialize)]
struct BelievedView {
    belief: String,
    expected: String,
    actual: String,
    rule: String,
    shown: String,
    because: String,
    /// The folders of the small nights that show it.
    evidence: String,
    steps: Vec<String>,
    file: String,
}

#[derive(Debug, Serialize)]
struct CharterView {
    goal: String,
    why: String,
    actions: usize,
    ended: String,
}

impl ShiftView {
    pub fn of(shift: &Shift) -> Self {
        let believed = |all: &[Believed]| all.iter().take(MOST).map(BelievedView::of).collect();
        let offers = shift.proposed.iter().take(MOST);
        Self {
            count: count(shift.charters.len(), "charter"),
            about: about(shift),
            findings: believed(&shift.findings),
            remarks: believed(&shift.remarks),
            charters: shift.charters.iter().take(MOST).map(CharterView::of).collect(),
            proposed: offers
                .map(|it| (one_line(&it.file, 200), one_line(&it.about, 300)))
                .collect(),
        }
    }
}

impl BelievedView {
    fn of(it: &Believed) -> Self {
        Self {
            belief: one_line(&it.belief, 300),
            expected: one_line(&it.expected, 300),
            actual: one_line(it.actual.as_deref().unwrap_or_default(), 300),
            rule: rule(it),
            shown: shown(it),
            because: one_line(&it.because, 300),
            evidence: evidence(it),
            steps: it.steps.iter().take(12).map(|it| one_line(it, 200)).collect(),
            file: one_line(it.file.as_deref().unwrap_or_default(), 200),
        }
    }
}

impl CharterView {
    fn of(it: &Charter) -> Self {
        Self {
            goal: one_line(&it.goal, 300),
            why: one_line(&it.why, 300),
            actions: it.actions.len(),
            ended: one_line(&it.ended, 300),
        }
    }
}

/// What it expects by which rule.
fn rule(it: &Believed) -> String {
    match (&it.source, &it.before) {
        (Some(file), _) => format!("{}: {}", one_line(file, 120), one_line(&it.rule, 300)),
        (None, Some(before)) => format!("the build before: {}", one_line(before, 200)),
        (None, None) => String::new(),
    }
}

fn shown(it: &Believed) -> String {
    let before = it.before.as_ref().map(|it| format!("; {}", one_line(it, 200)));
    format!("in {} of 3 runs without the model{}", it.shown, before.unwrap_or_default())
}

/// Where what was seen of it lies, beside `agent.json`.
fn evidence(it: &Believed) -> String {
    one_line(&it.nights.join(", "), 300)
}

fn about(shift: &Shift) -> String {
    let cost = shift.currency.as_ref().map(|it| format!(", {}", money(shift.spent.money, it)));
    format!(
        "{} tried {} in {}, asked {}, {} tokens{}; it ended because {}.",
        one_line(&shift.model, 80),
        count(shift.charters.len(), "thing"),
        duration(shift.duration_ms),
        count(shift.spent.asked as usize, "time"),
        shift.spent.tokens(),
        cost.unwrap_or_default(),
        one_line(&shift.ended, 200)
    )
}

/// What was tried and found, for whoever started it.
#[must_use]
pub fn shift_lines(shift: &Shift) -> Vec<String> {
    let mut lines = vec![about(shift)];
    for it in &shift.findings {
        lines.push(format!("finding: {}", one_line(&it.belief, 300)));
        lines.push(format!("    expected: {}", one_line(&it.expected, 300)));
        lines.push(format!(
            "    actual: {}",
            one_line(it.actual.as_deref().unwrap_or_default(), 300)
        ));
        lines.push(format!("    rule: {}", rule(it)));
        lines.push(format!("    shown {}", shown(it)));
        lines.push(format!("    evidence: {}", evidence(it)));
        lines.extend(it.file.as_ref().map(|it| format!("    scenario: {it}")));
    }
    for it in &shift.remarks {
        lines.push(format!("remark, no finding: {}", one_line(&it.belief, 300)));
        lines.push(format!("    because: {}", one_line(&it.because, 300)));
        lines.push(format!("    evidence: {}", evidence(it)));
    }
    if !shift.proposed.is_empty() {
        let proposed = count(shift.proposed.len(), "scenario");
        lines.push(format!("proposed: {proposed}; `git apply` takes proposed.patch"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_and_remarks_are_told_apart_with_rule_and_reason() {
        let found = Believed {
            belief: "the total is wrong".to_owned(),
            expected: "50 EUR".to_owned(),
            rule: "Orders above 50 EUR are free.".to_owned(),
            source: Some("docs/shop.md".to_owned()),
            actual: Some("no such heading".to_owned()),
            shown: 3,
            file: Some("proposed/a.yaml".to_owned()),
            nights: vec!["nights/charter-01".to_owned(), "nights/proof-01".to_owned()],
            ..Believed::default()
        };
        let remark = Believed {
            belief: "it is slow".to_owned(),
            because: "it showed in 0 of 3 runs without the model".to_owned(),
            nights: vec!["nights/charter-02".to_owned()],
            ..Believed::default()
        };
        let shift = Shift {
            model: "small".to_owned(),
            findings: vec![found],
            remarks: vec![remark],
            ended: "its time was over".to_owned(),
            ..Shift::default()
        };
        assert_eq!(
            shift_lines(&shift)[1..],
            [
                "finding: the total is wrong",
                "    expected: 50 EUR",
                "    actual: no such heading",
                "    rule: docs/shop.md: Orders above 50 EUR are free.",
                "    shown in 3 of 3 runs without the model",
                "    evidence: nights/charter-01, nights/proof-01",
                "    scenario: proposed/a.yaml",
                "remark, no finding: it is slow",
                "    because: it showed in 0 of 3 runs without the model",
                "    evidence: nights/charter-02",
            ]
        );
    }
}
