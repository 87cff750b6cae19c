//! [`compare_images`]: whether two pictures look different, where, and what that is.
//!
//! Colours are compared by their YIQ distance as pixelmatch and Playwright do (Kotsarenko and
//! Ramos, "Measuring perceived color difference using YIQ"), and pixels that only smooth an edge
//! are left out (Vyšniauskas, "Anti-aliased pixel and intensity slope detector"). Two things
//! differ on purpose: the threshold is 0.03 instead of 0.2, because 0.2 lets a grey icon on white
//! pass and one machine draws the same page with the same bytes anyway (0.03 sees `#f7f7f7` on
//! white and forgives rounding by a few levels); and what counts is the densest 32 by 32 window
//! beside the total, because a share of the whole hides a small thing on a long page.
//!
//! [`decode`] reads the pixels, [`change`] compares them, [`shift`] and [`things`] find what only
//! moved, [`regions`] makes boxes with names of the rest, [`draw`] boxes them. [`with_regions`] is for
//! accepting some of them.
//!
//! The files:
//! - `decode.rs`: PNG bytes to pixels and back, in bounded memory.
//! - `change.rs`: which pixels changed, counted by tiles.
//! - `shift.rs`: which lines are lines of the other picture at another height.
//! - `things.rs`: what is the same picture at another place, by its names.
//! - `repaint.rs`: which colour of a region became which other one.
//! - `regions.rs`: changed tiles as boxes with names.
//! - `compose.rs`: a picture with some regions of another: what accepting one of several changes
//!   writes.
//! - `draw.rs`: boxes what changed and what moved.
//! - `smaller.rs`: a picture in fewer bytes, without losing a pixel.
//! - `drawn.rs`: changes that a product could make to what is drawn, and what masks cover.

mod change;
mod compose;
mod decode;
mod draw;
pub mod drawn;
mod regions;
mod repaint;
mod shift;
mod smaller;
#[cfg(test)]
mod tests;
mod things;

use self::change::{ChangeMap, Masks, changed_pixels};
pub use self::compose::with_regions;
use self::decode::{Pixels, decode, encode};
use self::regions::{Boxed, Layouts};
use self::shift::Alignment;
pub use self::smaller::smaller;
use crate::model::Rect;
use crate::model::finding::ImageChange;
use crate::model::picture::{Fate, Layout, Move};

/// Changed pixels in one window from which the picture counts as changed.
const WINDOW_LIMIT: u64 = 4;
/// Changed pixels in all, per million compared, from which the picture counts as changed.
const TOTAL_PER_MILLION: u64 = 100;

/// A picture cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{what} cannot be read as a PNG picture: {reason}")]
pub struct PictureError {
    /// Which picture.
    pub what: String,
    /// What is wrong with it.
    pub reason: String,
}

/// What is known of two pictures beside their pixels.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Beside {
    /// Regions of what was seen that are not compared; those of the baseline are in its layout.
    pub masks: Vec<Rect>,
    /// Where things stood in the baseline; empty where that is not known.
    pub was: Layout,
    /// Where things stand now.
    pub is: Layout,
}

/// How two pictures differ.
#[derive(Debug, Clone, PartialEq)]
pub struct ImageDiff {
    /// How much, where and what.
    pub change: ImageChange,
    /// What was seen, with the changes boxed in red and what moved in blue.
    pub boxed_png: Vec<u8>,
}

/// Whether two encoded pictures look different outside of the masks; `None` where they do not.
///
/// # Errors
/// Bytes that are no still PNG, or one that is too large to be decoded.
pub fn compare_images(
    expected_png: &[u8],
    actual_png: &[u8],
    beside: &Beside,
) -> Result<Option<ImageDiff>, PictureError> {
    if expected_png == actual_png {
        return Ok(None);
    }
    let (expected, actual) = std::thread::scope(|scope| {
        let expected = scope.spawn(|| decode(expected_png, "the baseline's picture"));
        let actual = decode(actual_png, "the picture that was seen");
        (expected.join().expect("a decoder answers or refuses"), actual)
    });
    let (expected, mut actual) = (expected?, actual?);
    let Some(found) = difference(&expected, &actual, beside) else { return Ok(None) };
    let change = found.told(&expected, &actual);
    let moved: Vec<Rect> = change.moves.iter().map(|it| it.to).collect();
    draw::draw(&mut actual, &change.boxes, &moved);
    Ok(Some(ImageDiff { change, boxed_png: encode(&actual)? }))
}

/// What was found of two pictures that differ.
struct PixelChange {
    changed_pixels: u64,
    compared: u64,
    boxes: Vec<Boxed>,
    moves: Vec<Move>,
}

impl PixelChange {
    fn told(self, expected: &Pixels, actual: &Pixels) -> ImageChange {
        let (boxes, regions) = self.boxes.into_iter().unzip();
        ImageChange {
            changed_pixels: self.changed_pixels,
            compared_pixels: self.compared,
            expected_size: expected.size(),
            actual_size: actual.size(),
            boxes,
            regions,
            moves: self.moves,
        }
    }
}

/// Whether so many pixels, or so many at one place, are a change.
fn counts(map: &ChangeMap) -> bool {
    let limit = (map.compared * TOTAL_PER_MILLION / 1_000_000).max(WINDOW_LIMIT);
    map.total > limit || map.densest() >= WINDOW_LIMIT
}

fn difference(expected: &Pixels, actual: &Pixels, beside: &Beside) -> Option<PixelChange> {
    let layouts = Layouts { was: &beside.was, is: &beside.is };
    let in_place = shift::in_place(expected, actual);
    let masks = Masks::of(beside);
    let map = changed_pixels(expected, actual, &in_place.bands, masks);
    if expected.size() == actual.size() && !counts(&map) {
        return None;
    }
    let outside = area_outside(expected.size(), actual.size());
    let most = map.total + outside;
    let shifted = shift::align(expected, actual, &beside.masks);
    if let Some(found) = shifted.and_then(|it| displaced(expected, actual, beside, &it, most)) {
        return Some(found);
    }
    let mut rest = map;
    let mut told = Vec::new();
    if let Some((moves, predicted)) = things::moved_things(expected, actual, layouts) {
        let without = changed_pixels(&predicted, actual, &in_place.bands, masks);
        // A thing that moved explains what changed, or it is not worth telling.
        if without.total * 10 <= rest.total * 7 {
            (rest, told) = (without, moves);
        }
    }
    let mut boxes = if told.is_empty() || counts(&rest) {
        regions::regions(&rest, &in_place.bands, layouts)
    } else {
        Vec::new()
    };
    if told.is_empty() {
        repaint::repaint(&mut boxes, expected, actual, &in_place.bands);
    }
    for region in new_edges(expected.size(), actual.size()) {
        boxes.push((region, regions::only_here(region, Fate::New, layouts.is)));
    }
    Some(PixelChange {
        changed_pixels: rest.total + outside,
        compared: rest.compared,
        boxes,
        moves: told,
    })
}

/// What is left once lines are compared with where they were; `None` where that explains little.
fn displaced(
    expected: &Pixels,
    actual: &Pixels,
    beside: &Beside,
    alignment: &Alignment,
    most: u64,
) -> Option<PixelChange> {
    let layouts = Layouts { was: &beside.was, is: &beside.is };
    let map = changed_pixels(expected, actual, &alignment.bands, Masks::of(beside));
    let mut changed = map.total;
    let mut boxes =
        if counts(&map) { regions::regions(&map, &alignment.bands, layouts) } else { Vec::new() };
    repaint::repaint(&mut boxes, expected, actual, &alignment.bands);
    for &(first, lines) in &alignment.fresh {
        if let Some((region, count)) = shift::content(actual, first, lines)
            && !masked(region, &beside.masks)
        {
            changed += count;
            boxes.push((region, regions::only_here(region, Fate::New, layouts.is)));
        }
    }
    for &(first, lines, seam) in &alignment.lost {
        if let Some((region, count)) = shift::content(expected, first, lines) {
            changed += count;
            let y = seam.min(actual.height).saturating_sub(1);
            let cut = Rect { y, height: 2, ..region };
            boxes.push((cut, regions::only_here(region, Fate::Gone, layouts.was)));
        }
    }
    // What is new or gone would have counted anyway; what is compared must explain the rest.
    if map.total * 2 > most || changed >= most {
        return None;
    }
    boxes.sort_by_key(|(it, _)| (it.y, it.x));
    let moves = things::moved_lines(&alignment.bands, actual, layouts);
    Some(PixelChange { changed_pixels: changed, compared: map.compared, boxes, moves })
}

fn masked(region: Rect, masks: &[Rect]) -> bool {
    masks.iter().any(|it| regions::holds(*it, region))
}

/// What the picture has beyond the other one's edges.
fn new_edges(expected: (u32, u32), actual: (u32, u32)) -> Vec<Rect> {
    let mut boxes = Vec::new();
    if actual.0 > expected.0 {
        boxes.push(Rect { x: expected.0, y: 0, width: actual.0 - expected.0, height: actual.1 });
    }
    if actual.1 > expected.1 {
        let width = actual.0.min(expected.0);
        boxes.push(Rect { x: 0, y: expected.1, width, height: actual.1 - expected.1 });
    }
    boxes
}

fn area_outside(expected: (u32, u32), actual: (u32, u32)) -> u64 {
    let area = |width: u32, height: u32| u64::from(width) * u64::from(height);
    let common = area(expected.0.min(actual.0), expected.1.min(actual.1));
    area(expected.0, expected.1) + area(actual.0, actual.1) - 2 * common
}
