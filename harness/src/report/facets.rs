//! [`FacetView`]: one facet of a difference as the page shows it: lines, values or pictures.
//!
//! Everything long is cut here, with a note and a link to the evidence. Neighbours:
//! [`super::finding`], which gathers the facets of a finding, and [`super::shown`].

use std::fmt::Write as _;

use indexmap::IndexMap;
use serde::Serialize;

use super::night::EvidenceNote;
use super::shown::{count, cut, evidence_link, short, size, thousands};
use crate::model::finding::{DiffLine, DiffTag, ImageChange};
use crate::model::{FacetChange, FacetKind, Rect};

/// The most lines of one diff that are shown.
const MOST_LINES: usize = 60;
/// The most characters of one line that are shown.
const LONGEST_LINE: usize = 400;
/// The most characters of one value that are shown.
const LONGEST_VALUE: usize = 600;
/// The most regions of a picture that are boxed.
const MOST_BOXES: usize = 40;

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

/// Pictures side by side.
#[derive(Debug, Clone, Serialize)]
pub struct PictureView {
    /// Baseline, tonight, and the boxed difference.
    pub frames: Vec<FrameView>,
    /// How much changed, in words.
    pub about: String,
}

/// One picture.
#[derive(Debug, Clone, Serialize)]
pub struct FrameView {
    /// `Baseline`, `Tonight`, `What changed`.
    pub caption: &'static str,
    /// What a person who does not see it must know: the difference.
    pub alt: String,
    /// The file.
    pub href: String,
    /// The size in pixels.
    pub size: Option<(u32, u32)>,
    /// Regions to box, in percent of the picture.
    pub boxes: Vec<BoxView>,
}

/// A region in percent of a picture.
#[derive(Debug, Clone, Serialize)]
pub struct BoxView {
    left: String,
    top: String,
    width: String,
    height: String,
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
        Self {
            name: change.facet.map_or("check", FacetKind::word),
            about,
            lines: change.diff.iter().take(MOST_LINES).map(LineView::new).collect(),
            left_out: (hidden > 0).then(|| {
                format!(
                    "{} of this diff left out here; the whole is in the evidence.",
                    count(hidden, "line")
                )
            }),
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

impl PictureView {
    fn new(image: &ImageChange, evidence: &[String], moment: &str) -> Self {
        let about = picture_change(image);
        let boxes: Vec<BoxView> = image
            .boxes
            .iter()
            .take(MOST_BOXES)
            .map(|it| BoxView::new(*it, image.actual_size))
            .collect();
        let (w, h) = image.expected_size;
        let described = [
            ("Baseline", format!("{moment} as accepted, {w} by {h} pixels"), image.expected_size),
            ("Tonight", format!("{moment} tonight: {about}"), image.actual_size),
            (
                "What changed",
                format!("{moment} tonight with the changes boxed: {about}"),
                image.actual_size,
            ),
        ];
        let mut frames: Vec<FrameView> = described
            .into_iter()
            .zip(evidence)
            .filter_map(|((caption, alt, size), path)| {
                let href = evidence_link(path)?;
                Some(FrameView { caption, alt, href, size: Some(size), boxes: Vec::new() })
            })
            .collect();
        // Without a boxed picture in the evidence the page draws the boxes itself.
        if let [_, tonight] = frames.as_slice() {
            let drawn = FrameView {
                caption: "What changed",
                alt: format!("{moment} tonight with the changes boxed: {about}"),
                boxes,
                ..tonight.clone()
            };
            frames.push(drawn);
        }
        Self { frames, about }
    }
}

impl BoxView {
    fn new(rect: Rect, (width, height): (u32, u32)) -> Self {
        let share = |part: u32, whole: u32| {
            format!("{:.2}", 100.0 * f64::from(part) / f64::from(whole.max(1)))
        };
        Self {
            left: share(rect.x, width),
            top: share(rect.y, height),
            width: share(rect.width, width),
            height: share(rect.height, height),
        }
    }
}

/// How much of a picture changed and where, in words.
pub fn picture_change(image: &ImageChange) -> String {
    let share = 100.0 * image.changed_pixels as f64 / image.compared_pixels.max(1) as f64;
    let mut about = if image.expected_size == image.actual_size {
        format!(
            "{} of {} pixels differ ({}), in {}",
            thousands(image.changed_pixels),
            thousands(image.compared_pixels),
            percent(share),
            count(image.boxes.len(), "region"),
        )
    } else {
        let ((w, h), (x, y)) = (image.expected_size, image.actual_size);
        format!("the picture was {w} by {h} pixels and is {x} by {y} tonight")
    };
    if let Some(largest) =
        image.boxes.iter().max_by_key(|it| u64::from(it.width) * u64::from(it.height))
    {
        let Rect { x, y, width, height } = largest;
        // Writing to a String cannot fail.
        let _ = write!(
            about,
            "; the largest is {width} by {height} pixels, {x} from the left and {y} from the top"
        );
    }
    about
}

fn percent(share: f64) -> String {
    if share >= 1.0 || share == 0.0 { format!("{share:.1} %") } else { format!("{share:.3} %") }
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
