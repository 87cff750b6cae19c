//! [`FacetView`]: one facet of a difference as the page shows it: lines, values or pictures.
//!
//! Everything long is cut here, with a note and a link to the evidence. Neighbours:
//! [`super::finding`], which gathers the facets of a finding, and [`super::shown`].

use indexmap::IndexMap;
use serde::Serialize;

use super::night::EvidenceNote;
use super::pictures::{MOST_BOXES, PictureView};
use super::shown::{count, cut, evidence_link, short, size, thousands};
use crate::model::finding::{DiffLine, DiffTag};
use crate::model::{EvidenceRef, FacetChange, FacetKind};

/// The most lines of one diff that are shown.
const MOST_LINES: usize = 60;
/// The most characters of one line that are shown.
const LONGEST_LINE: usize = 400;
/// The most characters of one value that are shown.
const LONGEST_VALUE: usize = 600;

/// One facet of a difference.
#[derive(Debug, Serialize)]
pub struct FacetView {
    /// `aria`, `stdout`, or `check` for a step that failed.
    name: &'static str,
    /// What changed, in words: `2 lines added, 1 removed`.
    about: String,
    /// The unified diff, where there is one.
    lines: Vec<LineView>,
    /// What is not shown, in words.
    left_out: Option<String>,
    /// What was expected, where there is no diff.
    expected: String,
    /// What was there instead.
    actual: String,
    /// For pictures.
    picture: Option<PictureView>,
    /// The whole of it.
    links: Vec<LinkView>,
}

/// One line of a diff.
#[derive(Debug, Serialize)]
struct LineView {
    tag: &'static str,
    sign: &'static str,
    old: Option<u32>,
    new: Option<u32>,
    pieces: Vec<PieceView>,
    left_out: Option<String>,
}

#[derive(Debug, Serialize)]
struct PieceView {
    text: String,
    emphasis: bool,
}

/// A link to a file of the night directory.
#[derive(Debug, Clone, Serialize)]
pub struct LinkView {
    /// What it is.
    pub label: String,
    /// Where it is; absent where the path must not be followed.
    pub href: Option<String>,
    /// Its size, where that is known.
    pub size: Option<String>,
}

impl LinkView {
    /// A link to a piece of evidence, with what it is and how big.
    pub fn of(evidence: &EvidenceRef) -> Self {
        Self {
            label: short(&evidence.kind, 80),
            href: evidence_link(&evidence.path),
            size: Some(size(evidence.bytes)),
        }
    }
}

impl FacetView {
    /// The view of a facet that was seen at `moment` (`checkpoint filtered`).
    pub fn new(
        change: &FacetChange,
        moment: &str,
        evidence: &IndexMap<String, EvidenceNote>,
    ) -> Self {
        let added = change.diff.iter().filter(|line| line.tag == DiffTag::Added).count();
        let removed = change.diff.iter().filter(|line| line.tag == DiffTag::Removed).count();
        let picture =
            change.image.as_ref().map(|image| PictureView::new(image, &change.evidence, moment));
        let about = match (&picture, added + removed) {
            (Some(picture), _) => picture.about.clone(),
            (None, 0) => String::new(),
            (None, _) => {
                format!("{} added, {} removed", count(added, "line"), thousands(removed as u64))
            }
        };
        let hidden = change.diff.len().saturating_sub(MOST_LINES);
        let mut left_out: Vec<String> = Vec::new();
        if hidden > 0 {
            left_out.push(format!("{} of this diff left out here.", count(hidden, "line")));
        }
        if change.beyond > 0 {
            let more = count(change.beyond as usize, "more changed line");
            let are = if change.beyond == 1 { "is" } else { "are" };
            left_out.push(format!("{more} {are} in no diff."));
        }
        if !left_out.is_empty() {
            left_out.push("The whole is in the evidence.".to_owned());
        }
        Self {
            name: change.facet.map_or("check", FacetKind::word),
            about,
            lines: change.diff.iter().take(MOST_LINES).map(LineView::new).collect(),
            left_out: (!left_out.is_empty()).then(|| left_out.join(" ")),
            expected: short(&change.expected, LONGEST_VALUE),
            actual: short(&change.actual, LONGEST_VALUE),
            picture,
            links: sides(links(&change.evidence, evidence)),
        }
    }

    /// Its pictures, where it has some.
    pub fn picture(&self) -> Option<&PictureView> {
        self.picture.as_ref()
    }

    /// Roughly how many bytes it takes on the page.
    pub fn weight(&self) -> usize {
        let lines: usize = self
            .lines
            .iter()
            .map(|line| 90 + line.pieces.iter().map(|it| it.text.len() + 20).sum::<usize>())
            .sum();
        let boxes = self.picture.as_ref().map_or(0, |it| 800 + it.frames.len() * 80 * MOST_BOXES);
        400 + lines + boxes + self.expected.len() + self.actual.len()
    }
}

impl LineView {
    fn new(line: &DiffLine) -> Self {
        let (tag, sign) = match line.tag {
            DiffTag::Same => ("same", " "),
            DiffTag::Added => ("added", "+"),
            DiffTag::Removed => ("removed", "−"),
            DiffTag::Gap => ("gap", "⋯"),
        };
        let mut room = LONGEST_LINE;
        let mut hidden = 0;
        let mut pieces = Vec::new();
        for piece in &line.pieces {
            let shown = cut(&piece.text, room);
            hidden += shown.left_out;
            room = room.saturating_sub(shown.text.chars().count());
            if !shown.text.is_empty() {
                pieces.push(PieceView { text: shown.text.to_owned(), emphasis: piece.emphasis });
            }
        }
        let left_out = (hidden > 0).then(|| format!("… {}", count(hidden, "more character")));
        Self { tag, sign, old: line.old_line, new: line.new_line, pieces, left_out }
    }
}

/// The links of a comparison by their part in it: the order of its evidence is fixed.
fn sides(mut links: Vec<LinkView>) -> Vec<LinkView> {
    if links.len() > 1 {
        for (link, side) in links.iter_mut().zip(["baseline", "tonight", "what changed"]) {
            side.clone_into(&mut link.label);
        }
    }
    links
}

/// Links to evidence, each with what it is and how big.
pub fn links(paths: &[String], evidence: &IndexMap<String, EvidenceNote>) -> Vec<LinkView> {
    paths
        .iter()
        .map(|path| {
            let note = evidence.get(path);
            LinkView {
                label: short(note.map_or(path.as_str(), |note| note.kind.as_str()), 80),
                href: evidence_link(path),
                size: note.map(|note| size(note.bytes)),
            }
        })
        .collect()
}
