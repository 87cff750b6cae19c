//! [`part`]: what of two pictures shows what changed, so that small ones are cropped to it and one sees
//! it without a click; [`CropView`]: how a page shows such a part. Used by [`super::pictures`].

use serde::Serialize;

use crate::model::Rect;
use crate::model::finding::ImageChange;

/// What is shown around a change, in pixels.
const AROUND: u32 = 24;
/// The least that is shown, in pixels: less than this is not recognised.
const LEAST: (u32, u32) = (240, 150);
/// Where the boxes of all regions cover more than this share of the picture, the largest is shown.
const WIDE: f64 = 0.4;
/// A crop is at most this many times as wide as it is high, and as high as it is wide.
const FLATTEST: u32 = 4;

/// The part of a picture that a thumbnail shows: all in percent of the part's width.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CropView {
    /// Width by height, as CSS has it.
    ratio: String,
    /// How wide the whole picture is.
    wide: String,
    /// How far it is pulled to the left, and up.
    left: String,
    up: String,
    /// Whether two of them stand below each other, since they are much wider than high.
    flat: bool,
}

impl CropView {
    /// The `part` of a picture that is `width` pixels wide.
    pub fn new(part: Rect, width: u32) -> Self {
        let percent = |of: u32| format!("{:.3}", 100.0 * f64::from(of) / f64::from(part.width));
        Self {
            ratio: format!("{} / {}", part.width, part.height),
            wide: percent(width),
            left: percent(part.x),
            up: percent(part.y),
            flat: part.width > 2 * part.height,
        }
    }
}

/// The part of both pictures that shows what changed.
pub fn part(image: &ImageChange) -> Option<Rect> {
    let places: Vec<Rect> = if image.boxes.is_empty() {
        image.moves.iter().map(|it| it.to).collect()
    } else {
        image.boxes.clone()
    };
    let all = places.iter().copied().reduce(union)?;
    let (width, height) = image.actual_size;
    let area = |it: &Rect| f64::from(it.width) * f64::from(it.height);
    let largest = places.iter().copied().max_by(|one, other| area(one).total_cmp(&area(other)))?;
    let is_wide = area(&all) > WIDE * f64::from(width) * f64::from(height);
    let shown = if is_wide { largest } else { all };
    let (x, wide) = grown(shown.x, shown.width, LEAST.0.max(shown.height / FLATTEST), width);
    let (y, high) = grown(shown.y, shown.height, LEAST.1.max(wide / FLATTEST), height);
    // What is much higher than wide is shown from its top.
    let high = high.min(wide.saturating_mul(FLATTEST) / 2).max(LEAST.1.min(height));
    Some(Rect { x, y, width: wide.max(1), height: high.max(1) })
}

fn union(one: Rect, other: Rect) -> Rect {
    let (x, y) = (one.x.min(other.x), one.y.min(other.y));
    let right = one.x.saturating_add(one.width).max(other.x.saturating_add(other.width));
    let bottom = one.y.saturating_add(one.height).max(other.y.saturating_add(other.height));
    Rect { x, y, width: right - x, height: bottom - y }
}

/// From where to where of `whole` a stretch reaches with its surroundings, at least `least` long.
fn grown(from: u32, length: u32, least: u32, whole: u32) -> (u32, u32) {
    let wanted = length.saturating_add(2 * AROUND).max(least).min(whole);
    let middle = from.saturating_add(length / 2);
    let from = middle.saturating_sub(wanted / 2).min(whole - wanted);
    (from, wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(boxes: &[Rect], (width, height): (u32, u32)) -> ImageChange {
        ImageChange {
            changed_pixels: 144,
            compared_pixels: u64::from(width) * u64::from(height),
            expected_size: (width, height),
            actual_size: (width, height),
            boxes: boxes.to_vec(),
            regions: Vec::new(),
            moves: Vec::new(),
        }
    }

    const ICON: Rect = Rect { x: 1_000, y: 700, width: 12, height: 12 };

    #[test]
    fn a_small_change_on_a_large_page_fills_its_thumbnail() {
        let shown = part(&changed(&[ICON], (1_280, 800)));
        assert_eq!(shown, Some(Rect { x: 886, y: 631, width: 240, height: 150 }));
        let corner = Rect { x: 1_275, y: 795, width: 5, height: 5 };
        let shown = part(&changed(&[corner], (1_280, 800)));
        assert_eq!(shown, Some(Rect { x: 1_040, y: 650, width: 240, height: 150 }));
    }

    #[test]
    fn neighbours_are_shown_together_and_of_what_is_far_apart_the_largest() {
        let next = Rect { x: 1_100, ..ICON };
        let shown = part(&changed(&[ICON, next], (1_280, 800)));
        assert_eq!(shown, Some(Rect { x: 936, y: 631, width: 240, height: 150 }));
        let far = Rect { x: 0, y: 0, width: 60, height: 60 };
        let shown = part(&changed(&[ICON, far], (1_280, 800)));
        assert_eq!(shown, Some(Rect { x: 0, y: 0, width: 240, height: 150 }));
    }

    #[test]
    fn what_changed_nowhere_has_no_thumbnail_and_no_picture_is_too_small_for_one() {
        assert_eq!(part(&changed(&[], (1_280, 800))), None);
        let dot = Rect { x: 3, y: 3, width: 1, height: 1 };
        let shown = part(&changed(&[dot], (20, 10)));
        assert_eq!(shown, Some(Rect { x: 0, y: 0, width: 20, height: 10 }));
    }

    #[test]
    fn a_long_column_is_shown_from_its_top() {
        let column = Rect { x: 40, y: 100, width: 20, height: 7_000 };
        let shown = part(&changed(&[column], (1_280, 9_000))).map(|it| (it.y, it.height));
        assert_eq!(shown, Some((76, 2_560)));
    }
}
