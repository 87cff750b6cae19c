//! [`compare_images`]: whether two pictures look different, and where.
//!
//! Colours are compared by their YIQ distance as pixelmatch and Playwright do (Kotsarenko and
//! Ramos, "Measuring perceived color difference using YIQ"), and pixels that only smooth an edge
//! are left out (Vyšniauskas, "Anti-aliased pixel and intensity slope detector"). Two things
//! differ on purpose: the threshold is 0.03 instead of 0.2, because 0.2 lets a grey icon on white
//! pass and one machine draws the same page with the same bytes anyway (0.03 sees `#f7f7f7` on
//! white and forgives rounding by a few levels); and what counts is the densest 32 by 32 window
//! beside the total, because a share of the whole hides a small thing on a long page.

use std::collections::BTreeMap;
use std::io::Cursor;

use image::{ImageFormat, ImageReader, Limits, Rgba, RgbaImage};

use super::CompareError;
use crate::model::Rect;
use crate::model::finding::ImageChange;

/// The largest distance that is no change: `35215 · t²` with t = 0.03.
const MAX_DELTA: f64 = 35_215.0 * 0.03 * 0.03;
/// Changed pixels in one window from which the picture counts as changed.
const WINDOW_LIMIT: u64 = 4;
/// Changed pixels in all, per million compared, from which the picture counts as changed.
const TOTAL_PER_MILLION: u64 = 100;
/// Windows are 32 pixels wide and step by half of that.
const TILE: u32 = 16;
/// The largest width or height, in pixels, that is decoded.
const MAX_SIDE: u32 = 32_768;
/// The most memory that decoding one picture may take.
const MAX_ALLOC: u64 = 512 * 1024 * 1024;
/// The most boxes that are worth drawing.
const MAX_BOXES: usize = 60;
const RED: Rgba<u8> = Rgba([220, 0, 40, 255]);

/// How two pictures differ.
#[derive(Debug, Clone, PartialEq)]
pub struct ImageDiff {
    /// How much and where.
    pub change: ImageChange,
    /// What was seen, with the changes boxed in red.
    pub boxed_png: Vec<u8>,
}

/// Whether two encoded pictures look different outside of the masks; `None` where they do not.
///
/// # Errors
/// Bytes that are no PNG, or one that is too large to be decoded.
pub fn compare_images(
    expected_png: &[u8],
    actual_png: &[u8],
    masks: &[Rect],
) -> Result<Option<ImageDiff>, CompareError> {
    if expected_png == actual_png {
        return Ok(None);
    }
    let expected = decode(expected_png, "the baseline's picture")?;
    let actual = decode(actual_png, "the picture that was seen")?;
    let map = changed_pixels(&expected, &actual, masks);
    let sizes_differ = expected.dimensions() != actual.dimensions();
    let limit = map.compared * TOTAL_PER_MILLION / 1_000_000;
    if !sizes_differ && map.densest() < WINDOW_LIMIT && map.total <= limit.max(WINDOW_LIMIT) {
        return Ok(None);
    }
    let mut boxes = map.boxes();
    boxes.extend(outside(expected.dimensions(), actual.dimensions()));
    let change = ImageChange {
        changed_pixels: map.total + area_outside(expected.dimensions(), actual.dimensions()),
        compared_pixels: map.compared,
        expected_size: expected.dimensions(),
        actual_size: actual.dimensions(),
        boxes,
    };
    let boxed_png = draw(actual, &change.boxes)?;
    Ok(Some(ImageDiff { change, boxed_png }))
}

fn decode(png: &[u8], what: &str) -> Result<RgbaImage, CompareError> {
    let mut reader = ImageReader::with_format(Cursor::new(png), ImageFormat::Png);
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_ALLOC);
    reader.limits(limits);
    let decoded = reader.decode().map_err(|source| CompareError::Picture {
        what: what.to_owned(),
        source: Box::new(source),
    })?;
    Ok(decoded.into_rgba8())
}

/// Which pixels changed, counted by tiles.
struct ChangeMap {
    compared: u64,
    total: u64,
    /// Per tile: how many, and the region that they span (left, top, right, bottom, inclusive).
    tiles: BTreeMap<(u32, u32), (u64, [u32; 4])>,
}

fn changed_pixels(expected: &RgbaImage, actual: &RgbaImage, masks: &[Rect]) -> ChangeMap {
    let width = expected.width().min(actual.width());
    let height = expected.height().min(actual.height());
    let mut map = ChangeMap { compared: 0, total: 0, tiles: BTreeMap::new() };
    for y in 0..height {
        let row_masks: Vec<&Rect> =
            masks.iter().filter(|it| y >= it.y && y - it.y < it.height).collect();
        for x in 0..width {
            if row_masks.iter().any(|it| x >= it.x && x - it.x < it.width) {
                continue;
            }
            map.compared += 1;
            let (before, after) = (expected.get_pixel(x, y), actual.get_pixel(x, y));
            if before == after || distance(*before, *after) <= MAX_DELTA {
                continue;
            }
            if smooths_an_edge(expected, actual, x, y) || smooths_an_edge(actual, expected, x, y) {
                continue;
            }
            map.add(x, y);
        }
    }
    map
}

impl ChangeMap {
    fn add(&mut self, x: u32, y: u32) {
        self.total += 1;
        let tile = self.tiles.entry((x / TILE, y / TILE)).or_insert((0, [x, y, x, y]));
        tile.0 += 1;
        tile.1 = union(tile.1, [x, y, x, y]);
    }

    /// The most changed pixels in a window of two by two tiles.
    fn densest(&self) -> u64 {
        let count = |x: u32, y: u32| self.tiles.get(&(x, y)).map_or(0, |tile| tile.0);
        self.tiles
            .keys()
            .flat_map(|&(x, y)| {
                [
                    (x, y),
                    (x.saturating_sub(1), y),
                    (x, y.saturating_sub(1)),
                    (x.saturating_sub(1), y.saturating_sub(1)),
                ]
            })
            .map(|(x, y)| count(x, y) + count(x + 1, y) + count(x, y + 1) + count(x + 1, y + 1))
            .max()
            .unwrap_or(0)
    }

    /// Changed tiles that touch make one box.
    fn boxes(&self) -> Vec<Rect> {
        let mut left = self.tiles.clone();
        let mut boxes = Vec::new();
        while let Some((start, (_, region))) = left.pop_first() {
            let mut region = region;
            let mut queue = vec![start];
            while let Some((x, y)) = queue.pop() {
                for near_y in y.saturating_sub(1)..=y + 1 {
                    for near_x in x.saturating_sub(1)..=x + 1 {
                        if let Some((_, more)) = left.remove(&(near_x, near_y)) {
                            region = union(region, more);
                            queue.push((near_x, near_y));
                        }
                    }
                }
            }
            boxes.push(region);
        }
        if boxes.len() > MAX_BOXES {
            boxes = boxes.into_iter().reduce(union).into_iter().collect();
        }
        boxes
            .into_iter()
            .map(|[left, top, right, bottom]| Rect {
                x: left,
                y: top,
                width: right - left + 1,
                height: bottom - top + 1,
            })
            .collect()
    }
}

fn union(a: [u32; 4], b: [u32; 4]) -> [u32; 4] {
    [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]
}

/// What the picture has beyond the other one's edges.
fn outside(expected: (u32, u32), actual: (u32, u32)) -> Vec<Rect> {
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

/// A pixel's brightness and colour on white, in YIQ.
fn yiq(pixel: Rgba<u8>) -> [f64; 3] {
    let [red, green, blue, alpha] = pixel.0.map(f64::from);
    let on_white = |value: f64| 255.0 + (value - 255.0) * alpha / 255.0;
    let (red, green, blue) = (on_white(red), on_white(green), on_white(blue));
    [
        red * 0.298_895_31 + green * 0.586_622_47 + blue * 0.114_482_23,
        red * 0.595_977_99 - green * 0.274_171_76 - blue * 0.321_801_89,
        red * 0.211_470_17 - green * 0.522_617_11 + blue * 0.311_146_94,
    ]
}

fn distance(a: Rgba<u8>, b: Rgba<u8>) -> f64 {
    let (a, b) = (yiq(a), yiq(b));
    let [y, i, q] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    0.5053 * y * y + 0.299 * i * i + 0.1957 * q * q
}

/// Whether a pixel lies between a darker and a brighter neighbour that are flat in both pictures.
fn smooths_an_edge(picture: &RgbaImage, other: &RgbaImage, x: u32, y: u32) -> bool {
    let own = yiq(*picture.get_pixel(x, y))[0];
    let mut same = u32::from(at_border(picture, x, y));
    let (mut darkest, mut brightest) = (0.0_f64, 0.0_f64);
    let (mut dark_at, mut bright_at) = ((x, y), (x, y));
    for (near_x, near_y) in neighbours(picture, x, y) {
        let delta = yiq(*picture.get_pixel(near_x, near_y))[0] - own;
        if delta == 0.0 {
            same += 1;
            if same > 2 {
                return false;
            }
        } else if delta < darkest {
            darkest = delta;
            dark_at = (near_x, near_y);
        } else if delta > brightest {
            brightest = delta;
            bright_at = (near_x, near_y);
        }
    }
    if darkest == 0.0 || brightest == 0.0 {
        return false;
    }
    let flat = |at: (u32, u32)| is_flat(picture, at) && is_flat(other, at);
    flat(dark_at) || flat(bright_at)
}

fn is_flat(picture: &RgbaImage, (x, y): (u32, u32)) -> bool {
    if x >= picture.width() || y >= picture.height() {
        return false;
    }
    let own = picture.get_pixel(x, y);
    let same = neighbours(picture, x, y)
        .filter(|(near_x, near_y)| picture.get_pixel(*near_x, *near_y) == own)
        .count();
    same + usize::from(at_border(picture, x, y)) > 2
}

fn at_border(picture: &RgbaImage, x: u32, y: u32) -> bool {
    x == 0 || y == 0 || x + 1 == picture.width() || y + 1 == picture.height()
}

fn neighbours(picture: &RgbaImage, x: u32, y: u32) -> impl Iterator<Item = (u32, u32)> + use<> {
    let (right, bottom) = (picture.width() - 1, picture.height() - 1);
    (x.saturating_sub(1)..=(x + 1).min(right))
        .flat_map(move |near_x| {
            (y.saturating_sub(1)..=(y + 1).min(bottom)).map(move |near_y| (near_x, near_y))
        })
        .filter(move |near| *near != (x, y))
}

/// Draws frames around the boxes, three pixels thick and two pixels off.
fn draw(mut picture: RgbaImage, boxes: &[Rect]) -> Result<Vec<u8>, CompareError> {
    let (width, height) = picture.dimensions();
    for it in boxes {
        for ring in 2..5_u32 {
            let (left, top) = (it.x.saturating_sub(ring), it.y.saturating_sub(ring));
            let right = (it.x + it.width + ring - 1).min(width.saturating_sub(1));
            let bottom = (it.y + it.height + ring - 1).min(height.saturating_sub(1));
            for x in left..=right {
                picture.put_pixel(x, top.min(height - 1), RED);
                picture.put_pixel(x, bottom, RED);
            }
            for y in top..=bottom {
                picture.put_pixel(left.min(width - 1), y, RED);
                picture.put_pixel(right, y, RED);
            }
        }
    }
    encode(&picture)
}

fn encode(picture: &RgbaImage) -> Result<Vec<u8>, CompareError> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).map_err(|source| CompareError::Picture {
        what: "the boxed difference".to_owned(),
        source: Box::new(source),
    })?;
    Ok(bytes.into_inner())
}
