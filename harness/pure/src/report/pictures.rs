//! [`PictureView`]: how a picture changed as the page shows it: side by side, boxed, laid over each
//! other, and in words for who does not see it.
//!
//! Of a picture that is much higher than wide, the part around the change is shown; a click opens
//! the whole. Neighbours: [`super::facets`], which asks for it, and `compare.js`, which adds a
//! slider where scripts run.

use std::fmt::Write as _;

use serde::Serialize;

use super::crop::{self, CropView};
use super::shown::{count, evidence_link, one_line, thousands};
use crate::model::Rect;
use crate::model::finding::ImageChange;

/// The most regions of a picture that are boxed.
pub const MOST_BOXES: usize = 40;
/// The most regions and moves that are told in words.
const MOST_TOLD: usize = 8;
/// A picture is shown in part where it is higher than this share of its width.
const TALL: f64 = 1.25;
/// The least and the most that is shown of such a picture, as a share of its width.
const SHOWN: [f64; 2] = [0.7, 1.4];
/// What is shown around a change, in pixels.
const AROUND: u32 = 60;

/// Pictures side by side.
#[derive(Debug, Clone, Serialize)]
pub struct PictureView {
    /// Baseline, tonight, and the boxed difference.
    pub frames: Vec<FrameView>,
    /// How much changed, in words.
    pub about: String,
    /// What is not shown here.
    pub note: Option<String>,
    /// Whether the first two are a pair that can be laid over each other.
    pub compares: bool,
    /// Baseline and tonight, cropped to what changed.
    #[serde(skip)]
    pub thumbnails: Vec<FrameView>,
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
    /// Which part of it is shown; all of it where nothing is said.
    pub part: Option<PartView>,
    /// The same of a thumbnail, which leaves out something at its sides too.
    pub crop: Option<CropView>,
}

/// A region in percent of a picture.
#[derive(Debug, Clone, Serialize)]
pub struct BoxView {
    left: String,
    top: String,
    width: String,
    height: String,
}

/// The part of a picture that is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartView {
    /// Width by height, as CSS has it.
    ratio: String,
    /// How far the picture is pulled up, in percent of its width.
    up: String,
}

impl PictureView {
    /// The view of a picture that was seen at `moment` (`checkpoint filtered`).
    pub fn new(image: &ImageChange, evidence: &[String], moment: &str) -> Self {
        let about = picture_change(image);
        let shown = shown_lines(image);
        let part = shown.map(|(top, lines)| PartView::new(image.actual_size.0, top, lines));
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
                let (href, part) = (evidence_link(path)?, part.clone());
                let (size, boxes) = (Some(size), Vec::new());
                Some(FrameView { caption, alt, href, size, boxes, part, crop: None })
            })
            .collect();
        let compares = frames.len() >= 2;
        let thumbnails = thumbnails(image, &frames);
        // Without a boxed picture in the evidence the page draws the boxes itself.
        if let [_, tonight] = frames.as_slice() {
            let boxes = image.boxes.iter().take(MOST_BOXES);
            let drawn = FrameView {
                caption: "What changed",
                alt: format!("{moment} tonight with the changes boxed: {about}"),
                boxes: boxes.map(|it| BoxView::new(*it, image.actual_size)).collect(),
                ..tonight.clone()
            };
            frames.push(drawn);
        }
        let note = shown.map(|(top, lines)| {
            format!(
                "Shown are lines {} to {} of {}; a click opens the whole picture.",
                thousands(u64::from(top) + 1),
                thousands(u64::from(top + lines)),
                thousands(u64::from(image.actual_size.1))
            )
        });
        Self { frames, about, note, compares, thumbnails }
    }
}

/// The lines of a high picture that show what changed: the first, and how many.
fn shown_lines(image: &ImageChange) -> Option<(u32, u32)> {
    let (width, height) = image.actual_size;
    if width == 0 || f64::from(height) <= f64::from(width) * TALL {
        return None;
    }
    let [least, most] = SHOWN.map(|it| (f64::from(width) * it) as u32);
    let mut places: Vec<Rect> = image.boxes.clone();
    if places.is_empty() {
        places = image.moves.iter().map(|it| it.to).collect();
    }
    let top = places.iter().map(|it| it.y).min().unwrap_or(0).saturating_sub(AROUND);
    let end = places.iter().map(|it| it.y.saturating_add(it.height)).max().unwrap_or(height);
    let lines = end.saturating_add(AROUND).saturating_sub(top).clamp(least, most).min(height);
    Some((top.min(height - lines), lines))
}

impl PartView {
    fn new(width: u32, top: u32, lines: u32) -> Self {
        let up = 100.0 * f64::from(top) / f64::from(width.max(1));
        Self { ratio: format!("{width} / {lines}"), up: format!("{up:.3}") }
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

/// How much of a picture changed, where and what, in words.
#[must_use]
pub fn picture_change(image: &ImageChange) -> String {
    let share = 100.0 * image.changed_pixels as f64 / image.compared_pixels.max(1) as f64;
    let mut about = told(image).map(|it| format!("{it}; ")).unwrap_or_default();
    if image.expected_size != image.actual_size {
        let ((w, h), (x, y)) = (image.expected_size, image.actual_size);
        // Writing to a String cannot fail.
        let _ = write!(about, "the picture was {w} by {h} pixels and is {x} by {y} tonight");
        if !image.boxes.is_empty() {
            about.push_str("; ");
        }
    }
    if image.expected_size == image.actual_size && !image.boxes.is_empty() {
        let _ = write!(
            about,
            "{} of {} pixels differ ({}), in {}; ",
            thousands(image.changed_pixels),
            thousands(image.compared_pixels),
            percent(share),
            count(image.boxes.len(), "region"),
        );
    }
    let area = |it: &&Rect| u64::from(it.width) * u64::from(it.height);
    if let Some(largest) = image.boxes.iter().max_by_key(area) {
        let Rect { x, y, width, height } = largest;
        let _ = write!(
            about,
            "the largest is {width} by {height} pixels, {x} from the left and {y} from the top"
        );
    }
    about.trim_end_matches("; ").to_owned()
}

/// The regions and moves that have a name.
fn told(image: &ImageChange) -> Option<String> {
    let regions = image.regions.iter().filter_map(crate::model::picture::Region::said);
    let mut all: Vec<String> =
        regions.chain(image.moves.iter().map(super::super::model::picture::Move::said)).collect();
    all.dedup();
    let more = all.len().saturating_sub(MOST_TOLD);
    all.truncate(MOST_TOLD);
    if more > 0 {
        all.push(format!("and {more} more"));
    }
    (!all.is_empty()).then(|| one_line(&all.join("; "), 600))
}

fn percent(share: f64) -> String {
    if share >= 1.0 || share == 0.0 { format!("{share:.1} %") } else { format!("{share:.3} %") }
}

/// Baseline and tonight, cropped to what changed; empty where nobody knows where that is.
fn thumbnails(image: &ImageChange, frames: &[FrameView]) -> Vec<FrameView> {
    let Some(part) = crop::part(image) else { return Vec::new() };
    let sizes = [image.expected_size, image.actual_size];
    frames
        .iter()
        .zip(sizes)
        .map(|(frame, (width, _))| FrameView {
            crop: Some(CropView::new(part, width)),
            part: None,
            boxes: Vec::new(),
            ..frame.clone()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::picture::{Fate, Move, Region};

    fn change(height: u32, boxes: Vec<Rect>) -> ImageChange {
        ImageChange {
            changed_pixels: 144,
            compared_pixels: 1280 * 800,
            expected_size: (1280, height),
            actual_size: (1280, height),
            boxes,
            regions: Vec::new(),
            moves: Vec::new(),
        }
    }

    const ICON: Rect = Rect { x: 20, y: 9_000, width: 12, height: 12 };

    #[test]
    fn of_a_high_picture_the_part_with_the_change_is_shown() {
        assert_eq!(shown_lines(&change(800, vec![])), None);
        assert_eq!(shown_lines(&change(20_000, vec![ICON])), Some((8_940, 896)));
        let end = Rect { y: 19_990, height: 10, ..ICON };
        assert_eq!(shown_lines(&change(20_000, vec![end])), Some((19_104, 896)));
        assert_eq!(shown_lines(&change(20_000, vec![ICON, end])), Some((8_940, 1_792)));
        let view = PictureView::new(
            &change(20_000, vec![ICON]),
            &["evidence/aa/a.png".to_owned(), "evidence/bb/b.png".to_owned()],
            "checkpoint shop",
        );
        assert_eq!(
            view.note.as_deref(),
            Some(
                "Shown are lines 8\u{202f}941 to 9\u{202f}836 of 20\u{202f}000; a click opens the whole picture."
            )
        );
        assert!(view.compares && view.frames.iter().all(|it| it.part.is_some()));
    }

    #[test]
    fn words_name_what_changed_and_what_moved_before_they_count() {
        let mut image = change(800, vec![Rect { y: 90, ..ICON }]);
        let names = vec!["img \"Truck\"".to_owned()];
        image.regions = vec![Region { names, fate: Fate::Gone, repaint: None, moved: false }];
        let names = vec!["contentinfo".to_owned()];
        let to = Rect { y: 700, ..ICON };
        let from = Rect { y: 676, ..ICON };
        image.moves = vec![Move { names, more: 0, from, to }];
        assert_eq!(
            picture_change(&image),
            "img \"Truck\" is gone; contentinfo moved down 24 px; 144 of 1\u{202f}024\u{202f}000 pixels differ \
             (0.014 %), in 1 region; the largest is 12 by 12 pixels, 20 from the left and 90 from the top"
        );
        image.boxes.clear();
        image.regions.clear();
        assert_eq!(picture_change(&image), "contentinfo moved down 24 px");
    }
}
