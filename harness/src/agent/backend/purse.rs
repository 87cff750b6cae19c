//! [`Purse`]: what all goals of a night together may take of a model, and what they took so far; shared
//! by all workers.

use std::sync::{Mutex, PoisonError};

use crate::model::budget::{Budget, Next, Over, Spent};

/// The budget of a night.
#[derive(Debug, Default)]
pub struct Purse {
    budget: Budget,
    spent: Mutex<Spent>,
}

impl Purse {
    /// One with this budget, of which so much is spent.
    #[must_use]
    pub fn new(budget: Budget, spent: Spent) -> Self {
        Self { budget, spent: Mutex::new(spent) }
    }

    /// What was spent so far.
    #[must_use]
    pub fn spent(&self) -> Spent {
        *self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of what was spent.
    pub fn add(&self, more: Spent) {
        self.spent.lock().unwrap_or_else(PoisonError::into_inner).add(more);
    }

    /// Which bound leaves no room for what comes next.
    #[must_use]
    pub fn over(&self, next: Next) -> Option<Over> {
        self.spent().over(&self.budget, next)
    }
}
