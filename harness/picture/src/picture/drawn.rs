//! [`Picture`]: changes that a product could make to what is drawn: something is gone, stands a
//! few pixels further, or has another colour. [`covered()`] says what masks leave out.

use std::io::Cursor;

use image::{ImageFormat, ImageReader, Limits, Rgba, RgbaImage};

use crate::model::Rect;
use crate::model::sensitivity::MutantKind;

/// Things are looked for in squares of so many pixels.
const TILE: u32 = 24;
/// How far a box moves, in pixels.
const FURTHER: u32 = 7;
/// How much lighter or darker something must be than what is around it to be something.
const CONTRAST: u32 = 90;
/// The largest side of a picture that is changed.
const MAX_SIDE: u32 = 32_768;
/// The most memory that a picture may take.
const MAX_ALLOC: u64 = 256 * 1024 * 1024;

/// A picture with the squares in which something is drawn.
pub struct Picture {
    image: RgbaImage,
    tiles: Vec<(u32, u32)>,
}

impl Picture {
    /// Reads a picture; `None` for one that cannot be read.
    #[must_use]
    pub fn read(png: &[u8]) -> Option<Self> {
        let mut reader = ImageReader::with_format(Cursor::new(png), ImageFormat::Png);
        let mut limits = Limits::default();
        limits.max_image_width = Some(MAX_SIDE);
        limits.max_image_height = Some(MAX_SIDE);
        limits.max_alloc = Some(MAX_ALLOC);
        reader.limits(limits);
        let image = reader.decode().ok()?.into_rgba8();
        let (across, down) = (image.width() / TILE, image.height() / TILE);
        let all = (0..down).flat_map(|y| (0..across).map(move |x| (x * TILE, y * TILE)));
        let tiles = all.filter(|(x, y)| is_drawn_on(&image, *x, *y)).collect();
        Some(Self { image, tiles })
    }

    /// How many squares there are in which something is drawn.
    #[must_use]
    pub fn tiles(&self) -> usize {
        self.tiles.len()
    }

    /// The square of this number.
    #[must_use]
    pub fn tile(&self, index: usize) -> Rect {
        let (x, y) = self.tiles[index];
        Rect { x, y, width: TILE, height: TILE }
    }

    /// The picture after a change of one square, as PNG; `None` for what is no change.
    #[must_use]
    pub fn changed(&self, kind: MutantKind, tile: Rect) -> Option<Vec<u8>> {
        let ground = ground(&self.image, tile.x, tile.y);
        let mut image = self.image.clone();
        let pixels = (0..TILE).flat_map(|y| (0..TILE).map(move |x| (tile.x + x, tile.y + y)));
        match kind {
            MutantKind::LoseIcon => pixels.for_each(|(x, y)| image.put_pixel(x, y, ground)),
            MutantKind::ChangeColour => pixels.for_each(|(x, y)| {
                let pixel = image.get_pixel_mut(x, y);
                if distance(*pixel, ground) > CONTRAST / 3 {
                    pixel.0[0] = pixel.0[0].wrapping_add(96);
                    pixel.0[2] = pixel.0[2].wrapping_add(48);
                }
            }),
            MutantKind::MoveBox => {
                pixels.for_each(|(x, y)| {
                    let from = x.checked_sub(FURTHER).filter(|it| *it >= tile.x);
                    let pixel = from.map_or(ground, |from| *self.image.get_pixel(from, y));
                    image.put_pixel(x, y, pixel);
                });
            }
            MutantKind::DropNode
            | MutantKind::LoseLine
            | MutantKind::ChangeNumber
            | MutantKind::ChangeWord
            | MutantKind::SwapRows
            | MutantKind::FlipExit
            | MutantKind::AlterEntry
            | MutantKind::RemoveFile
            | MutantKind::AddSighting => return None,
        }
        if image == self.image {
            return None;
        }
        let mut png = Vec::new();
        let encoder = image::codecs::png::PngEncoder::new_with_quality(
            &mut png,
            image::codecs::png::CompressionType::Fast,
            image::codecs::png::FilterType::NoFilter,
        );
        image.write_with_encoder(encoder).ok()?;
        Some(png)
    }
}

/// Width and height of a PNG, by its header.
#[must_use]
pub fn size(png: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| {
        let four = png.get(at..at + 4)?;
        Some(four.iter().fold(0_u32, |value, byte| value << 8 | u32::from(*byte)))
    };
    png.starts_with(b"\x89PNG").then_some(())?;
    Some((number(16)?.min(MAX_SIDE), number(20)?.min(MAX_SIDE)))
}

/// How many changes could be made to a picture of this size: something is drawn on about a quarter
/// of most pages.
#[must_use]
pub fn possible((width, height): (u32, u32)) -> u64 {
    u64::from(width / TILE) * u64::from(height / TILE) / 4 * 3
}

/// The share of a picture below these regions, in percent.
#[must_use]
pub fn covered((width, height): (u32, u32), masks: &[Rect]) -> u32 {
    let mut below = 0_u64;
    for y in 0..height {
        let mut spans: Vec<(u32, u32)> = masks
            .iter()
            .filter(|it| y >= it.y && y - it.y < it.height)
            .map(|it| (it.x.min(width), it.x.saturating_add(it.width).min(width)))
            .collect();
        spans.sort_unstable();
        let mut done = 0;
        for (from, to) in spans {
            below += u64::from(to.saturating_sub(from.max(done)));
            done = done.max(to);
        }
    }
    let all = u64::from(width) * u64::from(height);
    (below * 100).checked_div(all).unwrap_or_default() as u32
}

/// Whether a square lies, for the most part, below one of these regions.
#[must_use]
pub fn is_covered(tile: Rect, masks: &[Rect]) -> bool {
    let across = |it: &Rect| {
        let right = (it.x.saturating_add(it.width)).min(tile.x + tile.width);
        let bottom = (it.y.saturating_add(it.height)).min(tile.y + tile.height);
        right.saturating_sub(it.x.max(tile.x)) * bottom.saturating_sub(it.y.max(tile.y))
    };
    masks.iter().map(across).sum::<u32>() * 2 > tile.width * tile.height
}

/// What most of the edge of a square is drawn in.
fn ground(image: &RgbaImage, x: u32, y: u32) -> Rgba<u8> {
    let edge = (0..TILE)
        .flat_map(|at| [(x + at, y), (x + at, y + TILE - 1), (x, y + at), (x + TILE - 1, y + at)]);
    let mut counts: std::collections::BTreeMap<[u8; 4], u32> = std::collections::BTreeMap::new();
    for (x, y) in edge {
        *counts.entry(image.get_pixel(x, y).0).or_default() += 1;
    }
    Rgba(counts.into_iter().max_by_key(|it| it.1).map_or([255; 4], |it| it.0))
}

/// Whether something stands out in a square.
fn is_drawn_on(image: &RgbaImage, x: u32, y: u32) -> bool {
    let ground = ground(image, x, y);
    let pixels = (0..TILE).flat_map(|down| (0..TILE).map(move |across| (x + across, y + down)));
    let stands_out = |(x, y)| {
        let pixel = *image.get_pixel(x, y);
        // Nearly all are the ground, and this is asked of every pixel of every page.
        pixel != ground && distance(pixel, ground) > CONTRAST
    };
    pixels.filter(|it| stands_out(*it)).nth(24).is_some()
}

fn distance(one: Rgba<u8>, other: Rgba<u8>) -> u32 {
    one.0.iter().zip(other.0).take(3).map(|(a, b)| u32::from(a.abs_diff(b))).sum()
}
