//! [`Reruns`]: how sure the reruns of a failed scenario must be of what they say, and [`Flake`]: how
//! often something fails by chance, as a finding tells it.

use serde::{Deserialize, Serialize};

/// How sure reruns must be, and how many there are at most.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Reruns {
    /// The share of chance failures that may be called a break, between 0 and 1.
    pub false_break: f64,
    /// The share of breaks that may be called chance, between 0 and 1.
    pub false_flake: f64,
    /// How often a failed scenario is run again at most.
    pub at_most: u32,
}

impl Default for Reruns {
    fn default() -> Self {
        Self { false_break: 0.007, false_flake: 0.01, at_most: 8 }
    }
}

impl Reruns {
    /// Whether nothing but the usual is said.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// How often something fails that did not break.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Flake {
    /// The estimated share of runs that fail, between 0 and 1.
    pub rate: f64,
    /// The rate is at least this with a chance of 97.5 %.
    pub low: f64,
    /// The rate is at most this with a chance of 97.5 %.
    pub high: f64,
    /// How many runs that rests on: tonight's, and the first of each earlier night.
    pub runs: u32,
}

impl Flake {
    /// The rate with its interval and what it rests on, as the end of a sentence.
    #[must_use]
    pub fn said(&self) -> String {
        let percent = |share: f64| format!("{:.0} %", share * 100.0);
        let runs = if self.runs == 1 { "1 run".to_owned() } else { format!("{} runs", self.runs) };
        format!(
            "fails in about {} of its runs ({} to {}, from {runs})",
            percent(self.rate),
            percent(self.low),
            percent(self.high),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_said_with_its_interval_and_what_it_rests_on() {
        let flake = Flake { rate: 0.123, low: 0.051, high: 0.227, runs: 41 };
        assert_eq!(flake.said(), "fails in about 12 % of its runs (5 % to 23 %, from 41 runs)");
    }
}
