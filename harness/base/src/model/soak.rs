//! [`Soak`]: one scenario again and again on one server, and what of the server's process grew
//! meanwhile. It is `soak.json` in a night.

use serde::{Deserialize, Serialize};

/// What a product's server takes of the machine at one moment, all of its processes together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// How many processes it is.
    pub processes: u32,
    /// Their resident memory in KiB.
    pub memory_kib: u64,
    /// Their open files and sockets.
    pub handles: u64,
}

/// What is measured after each run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Resident memory, in KiB.
    Memory,
    /// Open files and sockets.
    Handles,
    /// How long the run took, in milliseconds.
    Latency,
}

impl Measure {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 3] = [Self::Memory, Self::Handles, Self::Latency];

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Handles => "open files and sockets",
            Self::Latency => "duration of a run",
        }
    }

    /// A value as it is told.
    #[must_use]
    pub fn said(self, value: f64) -> String {
        match self {
            Self::Memory => format!("{:.1} MiB", value / 1024.0),
            Self::Handles => format!("{value:.0}"),
            Self::Latency => format!("{value:.0} ms"),
        }
    }

    /// What grows by a run, as it is told.
    #[must_use]
    pub fn said_of_run(self, value: f64) -> String {
        match self {
            Self::Memory => format!("{value:.0} KiB"),
            Self::Handles => format!("{value:.2}"),
            Self::Latency => format!("{value:.1} ms"),
        }
    }
}

/// How something grew and did not stop growing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Growth {
    /// Where it began, behind the warm-up.
    pub from: f64,
    /// Where it was at the end.
    pub to: f64,
    /// By how much a run.
    pub of_run: f64,
}

/// What was measured after each run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// What it is.
    pub measure: Measure,
    /// The values, the first run's first.
    pub values: Vec<f64>,
    /// How it grew; `None` where it did not, or came to rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub growth: Option<Growth>,
}

/// What a soak has shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Soak {
    /// The version of this format.
    pub format_version: u32,
    /// The scenario that ran.
    pub scenario: String,
    /// The product whose server was looked at.
    pub product: String,
    /// How often it ran.
    pub runs: u32,
    /// How many of these runs did not come to their end.
    pub failed: u32,
    /// How long all of it took, in milliseconds.
    pub duration_ms: u64,
    /// What was measured; empty where nothing could be.
    pub series: Vec<Series>,
    /// Why it came to nothing, or to less than it should.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

impl Soak {
    /// What grew and did not stop growing.
    pub fn grown(&self) -> impl Iterator<Item = (Measure, Growth)> + '_ {
        self.series.iter().filter_map(|it| Some((it.measure, it.growth?)))
    }

    /// What grew, in a sentence; `None` where nothing did.
    #[must_use]
    pub fn said(&self) -> Option<String> {
        let one = |(measure, it): (Measure, Growth)| {
            format!(
                "{} went from {} to {} ({} a run)",
                measure.word(),
                measure.said(it.from),
                measure.said(it.to),
                measure.said_of_run(it.of_run)
            )
        };
        let grown: Vec<String> = self.grown().map(one).collect();
        (!grown.is_empty()).then(|| {
            format!(
                "The server of {} does not come to rest over {} runs of {}: {}",
                self.product,
                self.runs,
                self.scenario,
                grown.join("; ")
            )
        })
    }
}
