//! [`Difference`]: what one checkpoint shows otherwise than its baseline, facet by facet: lines,
//! pictures and the [`Change`]s of things. `compare` writes them; a finding is made of them.

use serde::{Deserialize, Serialize};

use super::change::Change;
use super::facet::FacetKind;
use super::picture::ImageChange;

/// One located change of one checkpoint that is left after redaction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// The scenario's id.
    pub scenario: String,
    /// Which attempt saw it.
    pub attempt: u32,
    /// The checkpoint; `None` for a step that failed.
    pub checkpoint: Option<String>,
    /// The index of the step.
    pub step: u32,
    /// Where in the product, in its own terms.
    #[serde(rename = "where")]
    pub place: String,
    /// The parts that changed.
    pub facets: Vec<FacetChange>,
}

/// One facet of a difference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FacetChange {
    /// Which facet; `None` for a check or action that failed.
    pub facet: Option<FacetKind>,
    /// What was expected, shortened to the changed lines.
    pub expected: String,
    /// What was there instead, shortened likewise.
    pub actual: String,
    /// The changed lines in context, for text facets.
    pub diff: Vec<DiffLine>,
    /// For images: how much changed and where.
    pub image: Option<ImageChange>,
    /// Paths in the night directory: baseline first, then what was seen, then the boxed difference of images.
    pub evidence: Vec<String>,
    /// How many more lines changed that are not among those of `diff`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub beyond: u32,
    /// The same, thing by thing. Not kept: it is read again whenever a night is judged.
    #[serde(skip)]
    pub changes: Vec<Change>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl FacetChange {
    /// A change of a facet of which nothing is said yet.
    #[must_use]
    pub fn of(facet: FacetKind) -> Self {
        Self {
            facet: Some(facet),
            expected: String::new(),
            actual: String::new(),
            diff: Vec::new(),
            image: None,
            evidence: Vec::new(),
            beyond: 0,
            changes: Vec::new(),
        }
    }
}

/// A line of a diff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffLine {
    /// What became of it.
    pub tag: DiffTag,
    /// Its number in the baseline, from 1.
    pub old_line: Option<u32>,
    /// Its number in what was seen, from 1.
    pub new_line: Option<u32>,
    /// The text in pieces; emphasised ones are the words that changed.
    pub pieces: Vec<DiffPiece>,
}

impl DiffLine {
    /// The whole text of the line.
    #[must_use]
    pub fn text(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }

    /// The text without its indentation.
    #[must_use]
    pub fn trimmed(&self) -> String {
        self.text().trim().to_owned()
    }

    /// A mark that lines are left out here.
    #[must_use]
    pub fn gap() -> Self {
        Self { tag: DiffTag::Gap, old_line: None, new_line: None, pieces: Vec::new() }
    }
}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiffTag {
    /// In both.
    Same,
    /// Only in what was seen.
    Added,
    /// Only in the baseline.
    Removed,
    /// Lines in both that are left out here.
    Gap,
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffPiece {
    /// The text.
    pub text: String,
    /// Whether it is what changed in the line.
    pub emphasis: bool,
}
