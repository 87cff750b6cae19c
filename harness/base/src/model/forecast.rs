//! [`Forecast`]: what a night with a deadline expects of a scenario before it runs.

use serde::{Deserialize, Serialize};

/// What is expected of a scenario tonight.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    /// How likely it shows something that no earlier night knows, from 0 to 1.
    pub risk: f64,
    /// What a run takes as a rule, in milliseconds; `None` where no earlier night says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub likely_ms: Option<u64>,
    /// What nine of ten runs take at most, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most_ms: Option<u64>,
    /// For how many nights it has not run.
    pub waited: u32,
}
