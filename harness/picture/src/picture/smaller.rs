//! [`smaller`]: a picture in fewer bytes, without losing a pixel.
//!
//! Pages have few colours: those with at most 256 become a palette, and what stands in no palette
//! keeps three bytes a pixel without the fourth that says nothing. All line filters are tried
//! quickly, and the two best at full strength. The same pixels always give the same bytes, so two
//! checkpoints that look the same are one object in git.

use std::collections::HashMap;
use std::io::Cursor;

/// The most bytes of decoded pixels; a larger picture stays as it is.
const MAX_RAW: usize = 300 * 1024 * 1024;
const FILTERS: [png::Filter; 5] = [
    png::Filter::NoFilter,
    png::Filter::Sub,
    png::Filter::Up,
    png::Filter::Paeth,
    png::Filter::Adaptive,
];

/// The picture in as few bytes as are found; as it is where it is no ordinary one.
#[must_use]
pub fn smaller(png: &[u8]) -> Vec<u8> {
    let best = decoded(png).and_then(|it| it.written());
    best.unwrap_or_else(|| png.to_vec())
}

/// Pixels as they are about to be written.
struct Picture {
    width: u32,
    height: u32,
    color: png::ColorType,
    depth: png::BitDepth,
    palette: Vec<u8>,
    /// Lines without filters, packed where a pixel takes less than a byte.
    lines: Vec<u8>,
}

/// Decodes what can be written again without loss.
fn decoded(png: &[u8]) -> Option<Picture> {
    let limits = png::Limits { bytes: MAX_RAW };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(png), limits);
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().ok()?;
    let info = reader.info();
    // Colour profiles and animations are more than pixels.
    let plain = !info.is_animated()
        && info.icc_profile.is_none()
        && info.gama_chunk.is_none()
        && info.chrm_chunk.is_none()
        && info.bit_depth != png::BitDepth::Sixteen;
    let (width, height) = info.size();
    let size = reader.output_buffer_size().filter(|it| plain && *it <= MAX_RAW)?;
    let mut bytes = vec![0; size];
    let frame = reader.next_frame(&mut bytes).ok()?;
    bytes.truncate(frame.buffer_size());
    let samples = frame.color_type.samples();
    let colours = match frame.color_type {
        png::ColorType::Rgb => bytes,
        png::ColorType::Rgba if bytes.chunks_exact(4).all(|it| it[3] == 255) => {
            bytes.chunks_exact(4).flat_map(|it| [it[0], it[1], it[2]]).collect()
        }
        png::ColorType::Grayscale => bytes.iter().flat_map(|it| [*it; 3]).collect(),
        // What can be seen through is the picture of a file, not of a page.
        png::ColorType::Rgba | png::ColorType::GrayscaleAlpha | png::ColorType::Indexed => {
            let lines = bytes;
            debug_assert_eq!(lines.len(), width as usize * height as usize * samples);
            let (color, depth) = (frame.color_type, frame.bit_depth);
            return Some(Picture { width, height, color, depth, palette: Vec::new(), lines });
        }
    };
    Some(reduced(width, height, colours))
}

/// Three bytes a pixel as a palette, where there are few colours.
fn reduced(width: u32, height: u32, colours: Vec<u8>) -> Picture {
    let (color, depth) = (png::ColorType::Rgb, png::BitDepth::Eight);
    let Some((palette, places)) = palette(&colours) else {
        return Picture { width, height, color, depth, palette: Vec::new(), lines: colours };
    };
    let (depth, bits) = match palette.len() {
        0..=2 => (png::BitDepth::One, 1),
        3..=4 => (png::BitDepth::Two, 2),
        5..=16 => (png::BitDepth::Four, 4),
        _ => (png::BitDepth::Eight, 8),
    };
    let mut lines = Vec::new();
    let mut last = ([0; 3], places.get(&[0; 3]).copied().unwrap_or_default());
    for line in colours.chunks_exact((width as usize * 3).max(3)) {
        let (mut byte, mut filled) = (0_u8, 0);
        for pixel in line.chunks_exact(3) {
            if pixel != last.0 {
                let pixel = [pixel[0], pixel[1], pixel[2]];
                last = (pixel, places[&pixel]);
            }
            byte |= last.1 << (8 - bits - filled);
            filled += bits;
            if filled == 8 {
                lines.push(byte);
                (byte, filled) = (0, 0);
            }
        }
        if filled > 0 {
            lines.push(byte);
        }
    }
    let palette = palette.concat();
    Picture { width, height, color: png::ColorType::Indexed, depth, palette, lines }
}

/// Red, green and blue.
type Colour = [u8; 3];

/// The colours of a picture, the most frequent first, and the place of each; `None` where there
/// are more than 256.
fn palette(colours: &[u8]) -> Option<(Vec<Colour>, HashMap<Colour, u8>)> {
    let mut counts: HashMap<[u8; 3], u64> = HashMap::new();
    let mut run: ([u8; 3], u64) = ([0; 3], 0);
    for pixel in colours.chunks_exact(3) {
        if pixel == run.0 {
            run.1 += 1;
            continue;
        }
        if run.1 > 0 {
            *counts.entry(run.0).or_default() += run.1;
        }
        if counts.len() > 256 {
            return None;
        }
        run = ([pixel[0], pixel[1], pixel[2]], 1);
    }
    if run.1 > 0 {
        *counts.entry(run.0).or_default() += run.1;
    }
    let mut all: Vec<([u8; 3], u64)> = counts.into_iter().collect();
    all.sort_by_key(|(colour, count)| (std::cmp::Reverse(*count), *colour));
    let palette: Vec<[u8; 3]> = all.into_iter().map(|it| it.0).collect();
    let places = palette.iter().enumerate();
    let places = places.map(|(at, colour)| Some((*colour, u8::try_from(at).ok()?)));
    let places = places.collect::<Option<HashMap<_, _>>>()?;
    Some((palette, places))
}

impl Picture {
    /// Tries every filter quickly and the two best at full strength.
    fn written(&self) -> Option<Vec<u8>> {
        let mut quick: Vec<(usize, png::Filter)> = FILTERS
            .into_iter()
            .filter_map(|it| Some((self.encoded(it, png::Compression::Fast)?.len(), it)))
            .collect();
        // A sort that keeps the order of equals: the same pixels, the same bytes.
        quick.sort_by_key(|it| it.0);
        let best = quick.into_iter().take(2);
        best.filter_map(|it| self.encoded(it.1, png::Compression::High)).min_by_key(Vec::len)
    }

    fn encoded(&self, filter: png::Filter, strength: png::Compression) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width, self.height);
        encoder.set_color(self.color);
        encoder.set_depth(self.depth);
        if self.color == png::ColorType::Indexed {
            encoder.set_palette(&self.palette);
        }
        encoder.set_compression(strength);
        encoder.set_filter(filter);
        let mut writer = encoder.write_header().ok()?;
        writer.write_image_data(&self.lines).ok()?;
        writer.finish().ok()?;
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(color: png::ColorType, width: u32, bytes: &[u8]) -> Vec<u8> {
        let height = bytes.len() as u32 / (width * color.samples() as u32);
        let mut png = Vec::new();
        let mut encoder = png::Encoder::new(&mut png, width, height);
        encoder.set_color(color);
        encoder.set_compression(png::Compression::NoCompression);
        let mut writer = encoder.write_header().expect("a header");
        writer.write_image_data(bytes).expect("as many bytes as it has pixels");
        writer.finish().expect("an end");
        png
    }

    fn seen(png: &[u8]) -> image::RgbaImage {
        image::load_from_memory(png).expect("a picture").into_rgba8()
    }

    #[test]
    fn no_pixel_is_lost_however_many_colours_there_are() {
        for colours in [1_u32, 2, 3, 5, 16, 17, 256, 257, 4000] {
            let pixel = |at: u32| {
                let [low, high, ..] = (at % colours).wrapping_mul(61).to_le_bytes();
                [low, high, (at % 7) as u8 * u8::from(colours > 300)]
            };
            let bytes: Vec<u8> = (0..131 * 40).flat_map(pixel).collect();
            let png = written(png::ColorType::Rgb, 131, &bytes);
            let small = smaller(&png);
            assert_eq!(seen(&small), seen(&png), "{colours} colours");
            assert!(small.len() < png.len(), "{} and not {}", small.len(), png.len());
            assert_eq!(smaller(&small), small, "done twice it is the same");
        }
    }

    #[test]
    fn the_same_pixels_give_the_same_bytes_whoever_wrote_them() {
        let rgb: Vec<u8> = (0..100 * 30_u32).flat_map(|it| [(it % 9) as u8 * 20, 0, 7]).collect();
        let rgba: Vec<u8> = rgb.chunks_exact(3).flat_map(|it| [it[0], it[1], it[2], 255]).collect();
        let one = written(png::ColorType::Rgb, 100, &rgb);
        let other = written(png::ColorType::Rgba, 100, &rgba);
        assert_ne!(one, other);
        assert_eq!(smaller(&one), smaller(&other));
    }

    #[test]
    fn what_can_be_seen_through_and_what_is_no_picture_stay_what_they_are() {
        let rgba: Vec<u8> = (0..64 * 8_u32).flat_map(|it| [it as u8, 1, 2, it as u8]).collect();
        let png = written(png::ColorType::Rgba, 64, &rgba);
        assert_eq!(seen(&smaller(&png)), seen(&png));
        let torn = &png[..png.len() / 2];
        assert_eq!(smaller(torn), torn);
    }
}
