//! [`Patience`]: by how much default time limits are stretched on a machine that is slow tonight.

use serde::{Deserialize, Serialize};

use super::suite::{Config, LimitFrom};

/// What default time limits are multiplied by, in percent: 100 is a machine of usual speed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Patience(u32);

impl Patience {
    /// No patience beyond the usual.
    pub const USUAL: Self = Self(100);

    /// The patience of so many percent.
    #[must_use]
    pub fn percent(percent: u32) -> Self {
        Self(percent)
    }

    /// A time limit, stretched; in milliseconds as it was given.
    #[must_use]
    pub fn stretched(self, ms: u64) -> u64 {
        ms.saturating_mul(u64::from(self.0)) / 100
    }

    fn over(self, ms: &mut u64, from: LimitFrom) {
        match from {
            LimitFrom::Default => *ms = self.stretched(*ms),
            LimitFrom::Author => {}
        }
    }
}

impl std::fmt::Display for Patience {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.0 / 100, self.0 % 100 / 10)
    }
}

impl Config {
    /// The same configuration with every time limit stretched that its author did not write.
    #[must_use]
    pub fn with_patience(mut self, patience: Patience) -> Self {
        patience.over(&mut self.browser.timeout_ms, self.browser.timeout_from);
        patience.over(&mut self.night.timeout_ms, self.night.timeout_from);
        for product in self.products.values_mut() {
            if let Some(serve) = &mut product.serve {
                patience.over(&mut serve.within_ms, serve.within_from);
            }
            let make = product.builds.iter_mut().flat_map(|it| &mut it.make);
            for command in product.setup.iter_mut().chain(make) {
                patience.over(&mut command.timeout_ms, command.timeout_from);
            }
        }
        self
    }
}
