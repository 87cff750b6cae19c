//! [`Fault`]: something that is wrong by itself, with the way that shows it.

use super::probe::Probe;
use crate::model::survey::Wrong;
use crate::model::{Action, Severity};

/// Something that is wrong by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// The rule: `server-error`, `dead-link`.
    pub rule: &'static str,
    /// What a user would notice, in a sentence.
    pub title: String,
    /// How bad that is.
    pub severity: Severity,
    /// Where in the product: a path or a command line.
    pub place: String,
    /// The steps that show it, as a person would say them.
    pub steps: Vec<String>,
    /// The same for a scenario.
    pub way: Vec<Action>,
    /// What should be so at their end, where the rule knows it.
    pub right: Option<Action>,
    /// The product, where the suite has several.
    pub product: Option<String>,
}

impl Fault {
    /// As `explore.json` tells it, with the scenario that shows it.
    #[must_use]
    pub fn told(&self, file: Option<String>) -> Wrong {
        Wrong {
            rule: self.rule.to_owned(),
            title: self.title.clone(),
            severity: self.severity,
            place: self.place.clone(),
            steps: self.steps.clone(),
            file,
        }
    }
}

/// A fault that a probe shows.
pub(super) fn fault(
    rule: &'static str,
    severity: Severity,
    place: &str,
    title: String,
    probe: &Probe,
) -> Fault {
    let way = probe.way();
    Fault {
        rule,
        title,
        severity,
        place: place.to_owned(),
        steps: way.iter().map(Action::describe).collect(),
        way,
        right: None,
        product: probe.product.clone(),
    }
}
