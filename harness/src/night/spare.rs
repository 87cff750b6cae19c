//! [`Spares`]: the next server of a product that has one for each scenario, started while the
//! scenario before is still running.
//!
//! A spare stands over a fresh copy of the product's own data, so it is for attempts that lay
//! nothing over it, of products that need not know where others are. It is started only while the
//! night expects another such attempt, and never where scenarios are only timed.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::products::{Neighbours, Running, Spare};
use crate::model::Scenario;
use crate::model::suite::Isolation;
use crate::product::ProductError;

impl Running {
    /// Says that these scenarios are going to be attempted; the data that they lay over the
    /// product's is kept as it is now.
    pub(super) fn expect<'a>(&self, scenarios: impl Iterator<Item = &'a Scenario>) {
        let unsaid = Scenario::default();
        let own = self.prepared.name();
        let said = scenarios
            .filter(|it| it.uses_product(own))
            .map(|it| if it.product.as_deref() == Some(own) { it } else { &unsaid });
        let said: Vec<&Scenario> = said.collect();
        for data in said.iter().filter_map(|it| it.data.as_ref()) {
            if let Err(problem) = self.prepared.keep(data, &self.kept) {
                tracing::warn!("{problem}; its scenarios take it as it is when they begin");
            }
        }
        let count = said.into_iter().filter(|it| self.takes_spare(it)).count();
        self.spares.left.store(count, Ordering::Relaxed);
    }

    /// A folder and a server for one attempt: those that were started ahead, or new ones; then the
    /// next are begun.
    ///
    /// # Errors
    /// The folder cannot be made, or the server does not start.
    pub(super) async fn ground(
        self: &Arc<Self>,
        scenario: &Scenario,
        neighbours: &Neighbours,
    ) -> Result<Spare, ProductError> {
        if !self.takes_spare(scenario) {
            return self.anew(scenario, neighbours).await;
        }
        let mut next = self.spares.next.lock().await;
        let ready = match next.take() {
            Some(started) => started.await.ok().and_then(Result::ok),
            None => None,
        };
        let left = self.spares.left.load(Ordering::Relaxed).saturating_sub(1);
        self.spares.left.store(left, Ordering::Relaxed);
        if left > 0 {
            let running = Arc::clone(self);
            *next = Some(tokio::spawn(async move { running.spare().await }));
        }
        drop(next);
        match ready {
            Some(spare) if spare.is_well() => Ok(spare),
            // What keeps it from starting is told of the attempt that it keeps from beginning.
            Some(_) | None => self.anew(scenario, neighbours).await,
        }
    }

    /// Whether an attempt can use a server that was started before anybody knew of it.
    fn takes_spare(&self, scenario: &Scenario) -> bool {
        scenario.data.is_none()
            && self.isolation(scenario) == Isolation::Scenario
            && self.prepared.config().serve.is_some()
            && !self.prepared.config().refers_to_products()
    }

    async fn spare(&self) -> Result<Spare, ProductError> {
        let work = self.work(&Scenario::default())?;
        let served = self.served_alone(&work, &Neighbours::default()).await?;
        Ok(Spare { work, served })
    }

    async fn anew(
        &self,
        scenario: &Scenario,
        neighbours: &Neighbours,
    ) -> Result<Spare, ProductError> {
        let work = self.work(scenario)?;
        let served = self.served(&work, scenario, neighbours).await?;
        Ok(Spare { work, served })
    }

    /// Ends the server that nobody took.
    pub(super) async fn end_spare(&self) {
        self.spares.left.store(0, Ordering::Relaxed);
        let Some(started) = self.spares.next.lock().await.take() else { return };
        if let Ok(Ok(Spare { served: Some(served), .. })) = started.await {
            drop(served.stop().await);
        }
    }
}

impl Spare {
    fn is_well(&self) -> bool {
        self.served.as_ref().is_none_or(|it| it.crashed().is_none())
    }
}
