//! [`Means`]: what every attempt of a night is made with, whatever product it uses and whoever
//! signs in for it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::NightError;
use super::cassette::cassette;
use super::recordings::Repeatable;
use super::walls::Hands;
use crate::agent::backend::{Backend, Http};
use crate::attempt::{Brain, IsRedacted};
use crate::compare::Redactor;
use crate::ledger::Ledger;
use crate::model::suite::Config;
use crate::model::{FacetKind, KnownValue, Patience, Plan, Scenario, Snapshot, Suite};
use crate::surface::browser::BrowserOptions;
use crate::surface::mail::{Post, Sink};

/// What attempts are made with.
pub(super) struct Means {
    pub config: Config,
    pub ledger: Arc<Ledger>,
    pub plan: Arc<Plan>,
    pub browser_options: BrowserOptions,
    pub patience: Patience,
    /// Takes the mails of the products; `None` where none sends any.
    pub mail: Option<Sink>,
    /// Who acts tonight, and within which walls.
    pub hands: Hands,
    /// The pictures that were accepted, by scenario.
    pub accepted: Accepted,
    /// What goals in plain words are followed by, beside their words.
    pub goals: Goals,
}

/// What goals in plain words are followed by, beside their words.
pub(super) struct Goals {
    /// The recordings that were accepted.
    pub repeatable: Repeatable,
    /// The language model, where the suite has one.
    backend: Option<Box<dyn Backend>>,
}

impl Goals {
    /// Those of a suite and its plan.
    ///
    /// # Errors
    /// The night of its cassette cannot be read.
    pub(super) fn of(suite: &Suite, plan: &Plan, ledger: &Ledger) -> Result<Self, NightError> {
        Ok(Self { repeatable: Repeatable::of(plan, ledger), backend: backend(suite, ledger)? })
    }
}

/// The language model that a suite names, or the answers that stand for it.
///
/// # Errors
/// The night of its cassette cannot be read.
fn backend(suite: &Suite, ledger: &Ledger) -> Result<Option<Box<dyn Backend>>, NightError> {
    let Some(agent) = &suite.config.agent else { return Ok(None) };
    if let Some(night) = &agent.cassette {
        return Ok(Some(Box::new(cassette(&suite.root.join(night), &agent.model)?)));
    }
    let Some(name) = &agent.key else { return Ok(Some(Box::new(Http::new(agent, None)))) };
    let key = ledger.secrets().get(name).map(str::to_owned);
    if key.is_none() {
        tracing::warn!("there is no value for {name}, so no model is asked tonight");
    }
    Ok(key.map(|key| Box::new(Http::new(agent, Some(key))) as Box<dyn Backend>))
}

/// The SHA-256 of pictures as they were captured, by scenario and checkpoint.
#[derive(Debug, Default)]
pub(super) struct Accepted(HashMap<String, BTreeMap<String, Vec<String>>>);

impl Accepted {
    /// Those of a plan.
    pub(super) fn of(plan: &Plan) -> Self {
        let mut all: HashMap<String, BTreeMap<String, Vec<String>>> = HashMap::new();
        for it in &plan.baselines {
            if let Some(captured) = &it.captured {
                let own = all.entry(it.scenario.clone()).or_default();
                own.entry(it.checkpoint.clone()).or_default().push(captured.clone());
            }
        }
        Self(all)
    }
}

impl Means {
    /// The pictures that were accepted of a scenario, by checkpoint.
    pub(super) fn accepted(&self, scenario: &Scenario) -> &BTreeMap<String, Vec<String>> {
        static NONE: BTreeMap<String, Vec<String>> = BTreeMap::new();
        self.accepted.0.get(&scenario.id).unwrap_or(&NONE)
    }

    /// The language model for goals whose words are refused.
    pub(super) fn brain(&self) -> Option<Brain<'_>> {
        let tokens = self.config.agent.as_ref()?.tokens;
        self.goals.backend.as_deref().map(|backend| Brain { backend, tokens })
    }

    /// The mails that an attempt may look at.
    pub(super) fn post(&self) -> Option<Post> {
        let timeout = Duration::from_millis(self.config.browser.timeout_ms);
        self.mail.as_ref().map(|it| it.post(timeout))
    }

    /// How long a command may take where nobody says it.
    pub(super) fn command_limit(&self) -> Duration {
        Duration::from_millis(self.config.night.timeout_ms)
    }

    /// What is redacted in a checkpoint, by the rules that its texts will be compared with.
    pub(super) fn redacted(
        &self,
        scenario: &Scenario,
        snapshot: &Snapshot,
        known: &[KnownValue],
    ) -> IsRedacted {
        let layers = [&*self.plan.redact, &scenario.redact, &snapshot.redact];
        match Redactor::new(&layers, known) {
            Ok(redactor) => Box::new(move |text| redactor.apply(FacetKind::Text, text) != text),
            // Comparing will say what is wrong with the pattern.
            Err(_) => Box::new(|_| false),
        }
    }
}
