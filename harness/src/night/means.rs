//! [`Means`]: what every attempt of a night is made with, whatever product it uses and whoever
//! signs in for it.

use std::sync::Arc;
use std::time::Duration;

use crate::attempt::IsRedacted;
use crate::compare::Redactor;
use crate::ledger::Ledger;
use crate::model::suite::Config;
use crate::model::{FacetKind, KnownValue, Patience, Plan, Scenario, Snapshot};
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
}

impl Means {
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
