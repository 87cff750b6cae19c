//! [`Stage`]: how much what a scenario, a facet or a watch says counts.
//!
//! A new detector starts in shadow, becomes advisory once it has been quiet, and gates at last.
//! [`Stages`] is what `nightshift.yaml` says of facets and watches; a scenario says it of itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::facet::FacetKind;
use super::watch::WatchKind;

/// How much something counts, the weakest first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// It is recorded and counted, and nobody is told.
    Shadow,
    /// It is reported, and decides nothing.
    Advisory,
    /// It is reported and decides.
    #[default]
    Gating,
}

impl Stage {
    /// Every stage, the weakest first.
    pub const ALL: [Self; 3] = [Self::Shadow, Self::Advisory, Self::Gating];

    /// The word used in YAML, `night.json` and reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Shadow => "shadow",
            Self::Advisory => "advisory",
            Self::Gating => "gating",
        }
    }

    /// The stage with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.word() == word)
    }

    /// Whether it decides; by reference, because serde asks so.
    #[must_use]
    pub fn is_gating(&self) -> bool {
        *self == Self::Gating
    }
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

/// The stages of facets and watches; what is not named gates.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Stages {
    /// By facet.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facets: BTreeMap<FacetKind, Stage>,
    /// By kind of watch; the facet `events` holds for all of them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub watches: BTreeMap<WatchKind, Stage>,
    /// What says no more than that the code stands elsewhere, see [`super::moved`]; it gates in
    /// nights of versions that did not tell it apart.
    #[serde(default, skip_serializing_if = "Stage::is_gating")]
    pub moved_code: Stage,
}

impl Stages {
    /// The stages of a suite that says nothing of them.
    #[must_use]
    pub fn usual() -> Self {
        Self { moved_code: Stage::Advisory, ..Self::default() }
    }

    /// Whether every facet and watch gates.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.facets.is_empty() && self.watches.is_empty()
    }

    /// Whether all of it gates, as where a file says nothing of stages: only then may it be left out of
    /// one.
    #[must_use]
    pub fn all_gate(&self) -> bool {
        self.is_empty() && self.moved_code.is_gating()
    }

    /// The stage of a facet.
    #[must_use]
    pub fn facet(&self, facet: FacetKind) -> Stage {
        self.facets.get(&facet).copied().unwrap_or_default()
    }

    /// The stage of a watch.
    #[must_use]
    pub fn watch(&self, kind: WatchKind) -> Stage {
        self.watches.get(&kind).copied().unwrap_or_default().min(self.facet(FacetKind::Events))
    }

    /// The stage of a line of the `events` facet: its first word is the kind of watch.
    #[must_use]
    pub fn watch_line(&self, line: &str) -> Stage {
        let word = line.split(' ').next().unwrap_or_default();
        WatchKind::from_word(word)
            .map_or_else(|| self.facet(FacetKind::Events), |kind| self.watch(kind))
    }
}

/// What something that does not gate would have done tonight: what `promote` decides by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageTally {
    /// What it is: `facet aria`, `watch console-error`, `scenario filter-orders`.
    pub what: String,
    /// Its stage tonight.
    pub stage: Stage,
    /// How often it was compared with a baseline: checkpoints of a facet, scenarios of a watch,
    /// and 1 for a scenario that was judged.
    pub compared: u32,
    /// How often it would have been a finding.
    pub would_have_alarmed: u32,
}

/// What something that is not gating yet did in a night.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageUse {
    /// What it is: `facet links`, `watch console-error`, `scenario filter-orders`.
    pub what: String,
    /// Its stage: `shadow` or `advisory`.
    pub stage: String,
    /// How many comparisons it took part in.
    pub compared: u64,
    /// In how many of them it would have raised an alarm, had it been gating.
    pub would_have_alarmed: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, Deserialize)]
    struct File {
        #[serde(default, skip_serializing_if = "Stages::all_gate")]
        stages: Stages,
    }

    #[test]
    fn what_is_read_back_says_of_each_stage_what_was_written() {
        let advisory = || Stages { moved_code: Stage::Advisory, ..Stages::default() };
        let facet = Stages { facets: [(FacetKind::Links, Stage::Shadow)].into(), ..advisory() };
        for stages in [Stages::usual(), Stages::default(), facet, advisory()] {
            let text = serde_json::to_string(&File { stages: stages.clone() }).unwrap();
            let read: File = serde_json::from_str(&text).unwrap();
            assert_eq!(read.stages, stages, "{text}");
        }
        // Nights of versions without this key gate, and what gates is still not written.
        let none: File = serde_json::from_str("{}").unwrap();
        assert!(none.stages.all_gate() && !Stages::usual().all_gate());
        assert_eq!(serde_json::to_string(&none).unwrap(), "{}");
    }
}
