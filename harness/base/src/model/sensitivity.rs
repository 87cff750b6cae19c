//! [`Sensitivity`]: what of the changes that a product could have made tonight would have been
//! noticed. `sensitivity` measures it, `report` shows its [`Figure`].

use std::collections::HashSet;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::facet::FacetKind;

/// What a redaction, mask or the like costs: changes that would no longer be noticed, of those that are today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Cost {
    /// So many would be hidden.
    pub hides: u32,
    /// Of so many that are noticed today.
    pub of: u32,
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let changes = if self.of == 1 { "change" } else { "changes" };
        write!(f, "would hide {} of {} {changes}", self.hides, self.of)
    }
}

/// What is done to an observation, to see whether anybody would notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MutantKind {
    /// A thing on a page is gone, with all that is inside of it.
    DropNode,
    /// A line is gone.
    LoseLine,
    /// A number is another one.
    ChangeNumber,
    /// A word is another one.
    ChangeWord,
    /// Two rows that follow one another have changed places.
    SwapRows,
    /// The exit code is another one.
    FlipExit,
    /// What stands behind a key is something else: a header, a link's target.
    AlterEntry,
    /// A file is gone.
    RemoveFile,
    /// A watch sees one thing more.
    AddSighting,
    /// Something on a picture stands a few pixels further.
    MoveBox,
    /// Something on a picture is gone.
    LoseIcon,
    /// Something on a picture has another colour.
    ChangeColour,
}

impl MutantKind {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::DropNode,
        Self::LoseLine,
        Self::ChangeNumber,
        Self::ChangeWord,
        Self::SwapRows,
        Self::FlipExit,
        Self::AlterEntry,
        Self::RemoveFile,
        Self::AddSighting,
        Self::MoveBox,
        Self::LoseIcon,
        Self::ChangeColour,
    ];

    /// The word used in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::DropNode => "drop-node",
            Self::LoseLine => "lose-line",
            Self::ChangeNumber => "change-number",
            Self::ChangeWord => "change-word",
            Self::SwapRows => "swap-rows",
            Self::FlipExit => "flip-exit",
            Self::AlterEntry => "alter-entry",
            Self::RemoveFile => "remove-file",
            Self::AddSighting => "add-sighting",
            Self::MoveBox => "move-box",
            Self::LoseIcon => "lose-icon",
            Self::ChangeColour => "change-colour",
        }
    }
}

/// How many changes were tried, and noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Noticed {
    /// Changes that were tried.
    pub mutants: u32,
    /// Changes of these that would have been noticed.
    pub noticed: u32,
    /// Changes that could have been tried; 0 where an old plan does not say.
    #[serde(default)]
    pub possible: u64,
}

impl Noticed {
    /// Counts another one.
    pub fn add(&mut self, other: Self) {
        self.mutants += other.mutants;
        self.noticed += other.noticed;
        self.possible += other.possible;
    }

    /// The share in percent, rounded down so that 100 means every one; `None` of nothing.
    #[must_use]
    pub fn percent(self) -> Option<u32> {
        (self.mutants > 0).then(|| (u64::from(self.noticed) * 100 / u64::from(self.mutants)) as u32)
    }

    /// Changes that nobody would have noticed.
    #[must_use]
    pub fn lost(self) -> u32 {
        self.mutants - self.noticed
    }
}

/// The same for one kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfKind {
    /// The kind.
    pub kind: MutantKind,
    /// The numbers.
    pub count: Noticed,
}

/// The same for a facet: of all scenarios, or of one checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfFacet {
    /// The checkpoint; `None` for all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<String>,
    /// The facet.
    pub facet: FacetKind,
    /// The numbers.
    pub count: Noticed,
}

/// The same for a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfScenario {
    /// Its id.
    pub id: String,
    /// The numbers.
    pub count: Noticed,
    /// By checkpoint and facet.
    pub facets: Vec<OfFacet>,
}

/// What a redaction hides of a facet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hidden {
    /// The redaction as YAML would have it.
    pub redaction: String,
    /// The scenario's id.
    pub scenario: String,
    /// The checkpoint.
    pub checkpoint: String,
    /// The facet.
    pub facet: FacetKind,
    /// Changes that it hides by itself.
    pub hides: u32,
    /// Of so many that were tried there.
    pub of: u32,
}

/// What masks cover of a picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covered {
    /// The scenario's id.
    pub scenario: String,
    /// The checkpoint.
    pub checkpoint: String,
    /// The masks as the suite names them; text that is redacted is left out of pictures too.
    pub masks: Vec<String>,
    /// The share of the picture that is not compared, in percent.
    pub percent: u32,
}

/// What kind of blindness it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BlindKind {
    /// A scenario that compares nothing at all.
    ComparesNothing,
    /// A facet without a baseline.
    NoBaseline,
    /// What is in shadow: seen, and nobody is told.
    Shadow,
    /// A facet that its snapshot calls unstable.
    Unstable,
    /// A redaction that hides much of what it is near.
    Redaction,
    /// A mask that covers much of a picture.
    Mask,
    /// A checkpoint that takes few facets.
    FewFacets,
    /// A command of which nothing is compared.
    NoSnapshot,
    /// Changes of a picture that are too small to count.
    TooSmall,
    /// Something that is compared and went unnoticed all the same.
    Unexplained,
}

/// A place where changes would not be noticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlindSpot {
    /// What kind of blindness.
    pub kind: BlindKind,
    /// The scenario's id.
    pub scenario: String,
    /// The checkpoint, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<String>,
    /// The facet, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facet: Option<FacetKind>,
    /// Changes that were lost there.
    pub lost: u32,
    /// Of so many that were tried there; 0 where none could be.
    pub of: u32,
    /// The whole in a sentence.
    pub text: String,
    /// How many possible changes are lost, estimated: what the worst is told by.
    pub weight: u64,
}

/// Places that are blind for the same reason, as one row of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlindRow {
    /// How many possible changes are lost there, estimated.
    pub lost: u64,
    /// Scenario and checkpoint of the worst of them, the rest counted: `orders@csv and 3 more`.
    pub place: String,
    /// The facets, in a row; empty where no single one is.
    pub facets: String,
    /// Why, in words.
    pub why: String,
}

/// Blind spots as rows, the worst first: what is blind for the same reason is one row.
#[must_use]
pub fn blind_rows(spots: &[BlindSpot]) -> Vec<BlindRow> {
    let mut groups: IndexMap<(BlindKind, &str), Vec<&BlindSpot>> = IndexMap::new();
    for spot in spots {
        groups.entry((spot.kind, &spot.text)).or_default().push(spot);
    }
    let row = |((_, why), all): ((BlindKind, &str), Vec<&BlindSpot>)| {
        let mut places: Vec<String> = all.iter().map(|it| it.place()).collect();
        let mut facets: Vec<FacetKind> = all.iter().filter_map(|it| it.facet).collect();
        let mut seen = HashSet::new();
        places.retain(|it| seen.insert(it.clone()));
        facets.sort_unstable();
        facets.dedup();
        let more = places.len().saturating_sub(1);
        let first = places.into_iter().next().unwrap_or_default();
        BlindRow {
            lost: all.iter().map(|it| it.weight).sum(),
            place: if more == 0 { first } else { format!("{first} and {more} more") },
            facets: facets.iter().map(|it| it.word()).collect::<Vec<_>>().join(", "),
            why: why.to_owned(),
        }
    };
    let mut rows: Vec<BlindRow> = groups.into_iter().map(row).collect();
    rows.sort_by_key(|it| std::cmp::Reverse(it.lost));
    rows
}

/// What would have been noticed tonight.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sensitivity {
    /// Of everything that was measured.
    pub total: Noticed,
    /// Scenarios of the night.
    pub scenarios: u32,
    /// Scenarios that were measured.
    pub measured: u32,
    /// Whether time ran out before the numbers did.
    pub cut_short: bool,
    /// By kind of change.
    pub kinds: Vec<OfKind>,
    /// By facet.
    pub facets: Vec<OfFacet>,
    /// By scenario, the worst first.
    pub results: Vec<OfScenario>,
    /// What each redaction hides.
    pub redactions: Vec<Hidden>,
    /// What is masked in each picture.
    pub masks: Vec<Covered>,
    /// Where nobody looks, the worst first.
    pub blind: Vec<BlindSpot>,
}

/// The figure of a suite: what a night says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// Changes that were tried.
    pub mutants: u32,
    /// Changes of these that would have been noticed.
    pub noticed: u32,
    /// Changes that could have been tried.
    pub possible: u64,
    /// Scenarios of the night.
    pub scenarios: u32,
    /// Scenarios that were measured.
    pub measured: u32,
    /// Places where nobody looks.
    pub blind_spots: u32,
    /// The worst of these, in sentences.
    pub worst: Vec<String>,
    /// The worst as rows of a table; empty in nights of before there was one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blind: Vec<BlindRow>,
    /// What cannot be told from noise, with what that costs, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unstable: Vec<String>,
    /// How many of the possible changes nobody is told of because of that.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unstable_changes: u64,
    /// Whether time ran out before the numbers did: measured again it may be another figure.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut_short: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// How many blind spots a figure names.
const WORST: usize = 5;

impl Sensitivity {
    /// The figure of the suite.
    #[must_use]
    pub fn figure(&self) -> Figure {
        let unstable = || self.blind.iter().filter(|it| it.kind == BlindKind::Unstable);
        Figure {
            mutants: self.total.mutants,
            noticed: self.total.noticed,
            possible: self.total.possible,
            scenarios: self.scenarios,
            measured: self.measured,
            blind_spots: self.blind.len() as u32,
            blind: blind_rows(&self.blind).into_iter().take(WORST).collect(),
            worst: self.blind.iter().take(WORST).map(BlindSpot::line).collect(),
            unstable: unstable().map(BlindSpot::line).collect(),
            unstable_changes: unstable().map(|it| it.weight).sum(),
            cut_short: self.cut_short,
        }
    }
}

impl Figure {
    /// The numbers.
    #[must_use]
    pub fn count(&self) -> Noticed {
        Noticed { mutants: self.mutants, noticed: self.noticed, possible: self.possible }
    }
}

impl BlindSpot {
    /// The place and what is wrong with it, in a line.
    #[must_use]
    pub fn line(&self) -> String {
        let facet = self.facet.map(|it| format!(" {it}")).unwrap_or_default();
        format!("{}{facet}: {}", self.place(), self.text)
    }

    fn place(&self) -> String {
        let checkpoint = self.checkpoint.as_deref().map(|it| format!("@{it}")).unwrap_or_default();
        format!("{}{checkpoint}", self.scenario)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(checkpoint: &str, facet: FacetKind, text: &str, weight: u64) -> BlindSpot {
        BlindSpot {
            kind: BlindKind::NoBaseline,
            scenario: "shop".to_owned(),
            checkpoint: Some(checkpoint.to_owned()),
            facet: Some(facet),
            lost: 1,
            of: 1,
            text: text.to_owned(),
            weight,
        }
    }

    #[test]
    fn places_that_are_blind_for_one_reason_are_one_row_and_the_worst_row_leads() {
        let rows = blind_rows(&[
            spot("list", FacetKind::Stdout, "too wide", 50),
            spot("list", FacetKind::Text, "no baseline", 30),
            spot("cart", FacetKind::Aria, "no baseline", 20),
            spot("list", FacetKind::Aria, "no baseline", 10),
        ]);
        let row = |lost: u64, place: &str, facets: &str, why: &str| BlindRow {
            lost,
            place: place.to_owned(),
            facets: facets.to_owned(),
            why: why.to_owned(),
        };
        let both = row(60, "shop@list and 1 more", "aria, text", "no baseline");
        assert_eq!(rows, [both, row(50, "shop@list", "stdout", "too wide")]);
        assert_eq!(blind_rows(&[]), []);
    }
}
