//! [`decode`] and [`encode`]: PNG bytes to [`Pixels`] and back, in bounded memory.
//!
//! Whatever another tool wrote is read (palettes, 16 bits, interlaced), and whatever cannot be a
//! picture of a page is refused before memory is taken for it.

use std::io::Cursor;

use super::PictureError;

/// The largest width or height, in pixels.
const MAX_SIDE: u32 = 32_768;
/// The most pixels of one picture: 20,000 lines of 3,200 pixels.
const MAX_PIXELS: u64 = 64_000_000;
/// The most memory that a decoder may take beside the pixels.
const MAX_ALLOC: usize = 300 * 1024 * 1024;
/// Deflate makes nothing smaller than this: who claims more has a torn file or bad intentions.
const MOST_DEFLATED: u64 = 1_032;
/// What a file may be short of by that measure.
const SLACK: u64 = 64 * 1024;

/// A picture on white, a pixel a number: red in the lowest byte, then green, then blue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pixels {
    pub width: u32,
    pub height: u32,
    pub data: Vec<u32>,
}

impl Pixels {
    pub fn row(&self, y: u32) -> &[u32] {
        let from = y as usize * self.width as usize;
        &self.data[from..from + self.width as usize]
    }

    pub fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }
}

fn refused(what: &str, reason: impl Into<String>) -> PictureError {
    PictureError { what: what.to_owned(), reason: reason.into() }
}

/// Decodes a still PNG of any kind.
pub(super) fn decode(png: &[u8], what: &str) -> Result<Pixels, PictureError> {
    let limits = png::Limits { bytes: MAX_ALLOC };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(png), limits);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let failed = |error: png::DecodingError| refused(what, error.to_string());
    let info = decoder.read_header_info().map_err(failed)?;
    let ((width, height), raw) = (info.size(), info.raw_bytes() as u64);
    let total = u64::from(width) * u64::from(height);
    if width > MAX_SIDE || height > MAX_SIDE || total > MAX_PIXELS {
        return Err(refused(
            what,
            format!(
                "it claims {width} × {height} pixels, and more than {MAX_PIXELS} in all or {MAX_SIDE} a side are not compared"
            ),
        ));
    }
    if raw > (png.len() as u64 + SLACK) * MOST_DEFLATED {
        return Err(refused(
            what,
            format!(
                "it claims {width} × {height} pixels, which its {} bytes cannot hold",
                png.len()
            ),
        ));
    }
    let mut reader = decoder.read_info().map_err(failed)?;
    if reader.info().is_animated() {
        return Err(refused(what, "it is animated, and a picture of a page is one still frame"));
    }
    let size = reader.output_buffer_size().ok_or_else(|| refused(what, "it is too large"))?;
    let mut bytes = vec![0; size];
    let frame = reader.next_frame(&mut bytes).map_err(failed)?;
    let line = frame.line_size;
    let mut data = Vec::with_capacity(total as usize);
    for row in bytes.chunks_exact(line.max(1)).take(height as usize) {
        append(&mut data, row, frame.color_type, width as usize);
    }
    if data.len() as u64 != total {
        return Err(refused(what, "its pixels end early"));
    }
    Ok(Pixels { width, height, data })
}

fn append(data: &mut Vec<u32>, row: &[u8], color: png::ColorType, width: usize) {
    let opaque = |red: u8, green: u8, blue: u8| u32::from_le_bytes([red, green, blue, 0]);
    let on_white = |value: u8, alpha: u8| {
        let (value, alpha) = (u32::from(value), u32::from(alpha));
        ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8
    };
    match color {
        png::ColorType::Rgb => {
            data.extend(row.chunks_exact(3).take(width).map(|it| opaque(it[0], it[1], it[2])));
        }
        png::ColorType::Rgba => data.extend(row.chunks_exact(4).take(width).map(|it| {
            if it[3] == 255 {
                opaque(it[0], it[1], it[2])
            } else {
                let part = |at: usize| on_white(it[at], it[3]);
                opaque(part(0), part(1), part(2))
            }
        })),
        png::ColorType::GrayscaleAlpha => data.extend(row.chunks_exact(2).take(width).map(|it| {
            let grey = on_white(it[0], it[1]);
            opaque(grey, grey, grey)
        })),
        // Palettes were expanded by the decoder.
        png::ColorType::Grayscale | png::ColorType::Indexed => {
            data.extend(row.iter().take(width).map(|&grey| opaque(grey, grey, grey)));
        }
    }
}

/// Encodes a picture quickly.
pub(super) fn encode(pixels: &Pixels) -> Result<Vec<u8>, PictureError> {
    let failed =
        |error: png::EncodingError| refused("the boxed difference", format!("to encode: {error}"));
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixels.width, pixels.height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let mut raw = vec![0; pixels.data.len() * 3];
    for (to, pixel) in raw.chunks_exact_mut(3).zip(&pixels.data) {
        to.copy_from_slice(&pixel.to_le_bytes()[..3]);
    }
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(&raw).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}
