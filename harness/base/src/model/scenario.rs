//! [`Scenario`]: what a user does with the product and what must hold, ready to be executed.
//!
//! `spec` writes it with skills still as [`Action::Use`]; `plan` expands those, so that what an
//! attempt sees is a flat list of steps. It is stored whole in `plan.json`.

use serde::{Deserialize, Serialize};

pub use super::action::{Action, Step};
use super::bounds::Bounds;
use super::budget::Budget;
pub use super::command::{
    CommandCapture, CommandLine, Output, OutputExpectation, RunCommand, TextTest,
};
use super::facet::FacetKind;
pub use super::page::{DialogAnswer, FieldValue, PageCapture, PageExpectation, WaitFor};
use super::page_settings::PageSettings;
pub use super::snapshot::{Redaction, RedactionClass, Snapshot, Unordered};
use super::stage::Stage;
pub use super::surface::Surface;
use super::target::Target;

/// One scenario (or one row of a `for-each`), as the night executes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Scenario {
    /// The name that it is addressed by; a `for-each` row is `<scenario>/<row-key>`.
    pub id: String,
    /// The YAML file, relative to the suite root, with `/`.
    pub file: String,
    /// The line of the `scenario:` key, from 1.
    pub line: u32,
    /// What it shows, in a sentence.
    pub about: Option<String>,
    /// Words to select it by.
    pub tags: Vec<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// How much what it says counts.
    #[serde(default, skip_serializing_if = "Stage::is_gating")]
    pub stage: Stage,
    /// The last day on which it counts less than others; behind it, it gates again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage_until: Option<chrono::NaiveDate>,
    /// The product that it uses; `None` means the suite's only one, and a plan always names it.
    pub product: Option<String>,
    /// Every product that it uses, in the order of the configuration; `plan` writes it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uses: Vec<String>,
    /// The session that its pages start from, unless a step names another.
    #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// What no other scenario that names it may use at the same time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclusive: Vec<String>,
    /// Whether it has a server of its own; `None` is as its product says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub isolate: Option<Isolation>,
    /// A folder or file, relative to the suite root, laid over the product's data for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// What the browser pretends to be, laid over the suite's settings.
    #[serde(default, skip_serializing_if = "PageSettings::is_empty")]
    pub browser: PageSettings,
    /// The longest that one attempt may take, in milliseconds.
    pub timeout_ms: Option<u64>,
    /// How often a failed attempt is repeated in a fresh context; `None` takes the night's.
    pub retries: Option<u32>,
    /// What text is not compared in any checkpoint of this scenario.
    pub redact: Vec<Redaction>,
    /// What regions are not compared in any checkpoint of this scenario.
    pub mask: Vec<Target>,
    /// What may be proposed towards its goals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Bounds>,
    /// What a model may take towards all of its goals together, in one attempt.
    #[serde(default, skip_serializing_if = "Budget::is_empty")]
    pub budget: Budget,
    /// What is done first; `plan` puts it in front of `steps`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Step>,
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// What is done at the end, whatever happened.
    pub finally: Vec<Step>,
}

/// Who gets a server of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum Isolation {
    /// One server for the night.
    #[default]
    Night,
    /// One server for each attempt, over its own copy of the data.
    Scenario,
}

impl Scenario {
    /// How much it counts on a day: what it says until [`Self::stage_until`], and as all others
    /// behind it.
    #[must_use]
    pub fn stage_on(&self, day: chrono::NaiveDate) -> Stage {
        if self.stage_until.is_some_and(|it| it < day) { Stage::Gating } else { self.stage }
    }

    /// Every step, also those inside of others and those of `finally`, in order of their indexes.
    #[must_use]
    pub fn all_steps(&self) -> Vec<&Step> {
        self.before.iter().chain(&self.steps).chain(&self.finally).flat_map(Step::all).collect()
    }

    /// Everyone who acts in it, its own actor first; `None` is a visitor without a session.
    #[must_use]
    pub fn actors(&self) -> Vec<Option<&str>> {
        let mut actors = vec![self.actor.as_deref()];
        for step in self.all_steps() {
            let who = step.actor.as_deref().or(self.actor.as_deref());
            if !actors.contains(&who) {
                actors.push(who);
            }
        }
        actors
    }

    /// The snapshot of a checkpoint.
    #[must_use]
    pub fn snapshot(&self, checkpoint: &str) -> Option<&Snapshot> {
        let steps = self.all_steps();
        let mut all = steps.into_iter().filter_map(|step| step.action.snapshot());
        all.find(|it| it.name == checkpoint)
    }

    /// Whether a facet of a checkpoint cannot be told from noise.
    #[must_use]
    pub fn is_unstable(&self, checkpoint: &str, facet: FacetKind) -> bool {
        self.snapshot(checkpoint).is_some_and(|it| it.unstable.contains(&facet))
    }

    /// The facets that cannot be told from noise, with their checkpoints.
    #[must_use]
    pub fn unstable(&self) -> Vec<(&str, FacetKind)> {
        let steps = self.all_steps();
        let all = steps.into_iter().filter_map(|step| step.action.snapshot());
        all.flat_map(|it| it.unstable.iter().map(|facet| (it.name.as_str(), *facet))).collect()
    }

    /// Whether it uses this product.
    #[must_use]
    pub fn uses_product(&self, name: &str) -> bool {
        if self.uses.is_empty() {
            // A night of before there could be several.
            return self.product.as_deref().is_none_or(|it| it == name);
        }
        self.uses.iter().any(|it| it == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_holds_through_its_last_day_and_no_longer() {
        let day = |text: &str| text.parse::<chrono::NaiveDate>().expect("a day");
        let until = Some(day("2026-12-05"));
        let scenario =
            Scenario { stage: Stage::Advisory, stage_until: until, ..Scenario::default() };
        let stages =
            ["2026-12-04", "2026-12-05", "2026-12-06"].map(|it| scenario.stage_on(day(it)));
        assert_eq!(stages, [Stage::Advisory, Stage::Advisory, Stage::Gating]);
        let for_ever = Scenario { stage_until: None, ..scenario };
        assert_eq!(for_ever.stage_on(day("2999-01-01")), Stage::Advisory);
    }
}
