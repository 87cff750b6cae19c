//! [`decode`]: a picture as pixels, in bounded memory; what is only said of it goes.

use std::io::Cursor;

use image::codecs::gif::GifDecoder;
use image::{AnimationDecoder as _, ImageFormat, ImageReader, Limits, RgbaImage};

use super::block::short_hash;

/// The largest width or height, in pixels.
const MAX_SIDE: u32 = 20_000;
/// The most pixels that are compared as a picture.
const MAX_PIXELS: u64 = 40_000_000;
/// The most memory that decoding may take.
const MAX_ALLOC: u64 = 400 * 1024 * 1024;
/// The most frames of an animation that are looked at, and the most pixels of them together.
const MAX_FRAMES: usize = 200;

/// What a picture's bytes are.
pub enum Decoded {
    /// The pixels, and for an animation a line for each frame.
    Picture { pixels: RgbaImage, frames: Vec<String> },
    /// More pixels than are compared.
    Large { width: u32, height: u32 },
    /// None that can be decoded.
    Broken,
}

/// Decodes a picture.
pub fn decode(format: ImageFormat, bytes: &[u8]) -> Decoded {
    let reader = ImageReader::with_format(Cursor::new(bytes), format);
    let Ok((width, height)) = reader.into_dimensions() else { return Decoded::Broken };
    if width > MAX_SIDE || height > MAX_SIDE || u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Decoded::Large { width, height };
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_ALLOC);
    reader.limits(limits);
    match reader.decode() {
        Ok(picture) => {
            Decoded::Picture { pixels: picture.into_rgba8(), frames: frames(format, bytes) }
        }
        Err(_) => Decoded::Broken,
    }
}

/// A line for each frame of an animation; the first is the picture itself.
fn frames(format: ImageFormat, bytes: &[u8]) -> Vec<String> {
    if format != ImageFormat::Gif {
        return Vec::new();
    }
    let Ok(decoder) = GifDecoder::new(Cursor::new(bytes)) else { return Vec::new() };
    let mut left = MAX_PIXELS;
    let mut lines = Vec::new();
    for frame in decoder.into_frames().map_while(Result::ok).take(MAX_FRAMES) {
        let pixels = frame.buffer();
        left = left.saturating_sub(u64::from(pixels.width()) * u64::from(pixels.height()));
        if left == 0 {
            break;
        }
        lines.push(format!("frame {}: sha256 {}", lines.len() + 1, short_hash(pixels)));
    }
    if lines.len() > 1 { lines } else { Vec::new() }
}

/// Pixels as PNG bytes; the same pixels are always the same bytes.
pub fn encode(pixels: &RgbaImage) -> Option<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    pixels.write_to(&mut bytes, ImageFormat::Png).ok()?;
    Some(bytes.into_inner())
}
