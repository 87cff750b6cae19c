//! [`read`]: a PDF document by its title, the text of its pages, and the pages as pictures.
//!
//! Dates, identifiers, producers and the order of objects are left out. Pages are drawn by hayro
//! with fonts of its own, so that they look the same on every machine. It runs on a thread that is
//! left behind when it takes too long: what a document makes a reader do has no other bound.

use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use hayro::hayro_interpret::font::GlyphRun;
use hayro::hayro_interpret::hayro_cmap::BfString;
use hayro::hayro_interpret::hayro_syntax::page::Page;
use hayro::hayro_interpret::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps,
    InterpreterCache, InterpreterSettings, SoftMask, TransformExt as _, interpret_page,
};
use hayro::kurbo::{Affine, BezPath, Rect};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};
use image::RgbaImage;

use super::block::cell;
use crate::surface::veil::Veil;

/// Pages of which the text is read.
const MOST_PAGES: usize = 500;
/// Pages that are drawn.
pub const MOST_PICTURES: usize = 20;
/// Pixels of the picture for each point of the page.
const SCALE: f32 = 1.5;
/// The most pixels along a side of a page's picture.
const LONGEST_SIDE: f32 = 3000.0;
/// The most glyphs of a page.
const MOST_GLYPHS: usize = 200_000;
/// What stands where something must not be seen.
const PAINT: image::Rgba<u8> = image::Rgba([112, 112, 120, 255]);
/// How far letters reach above their line and below it, in parts of their size.
const REACH: (f64, f64) = (1.2, 0.5);
/// How long reading a document may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a document says and looks like.
pub struct Document {
    /// Its title, where it has one.
    pub title: Option<String>,
    /// How many pages it has.
    pub pages: usize,
    /// The text, by page.
    pub text: Vec<PageText>,
    /// The first pages as pictures.
    pub pictures: Vec<RgbaImage>,
}

/// The text of a page.
#[derive(Debug, Default)]
pub struct PageText {
    lines: Vec<Line>,
    /// Where pictures stand on it.
    pictures: Vec<Area>,
    /// Whether there is more than is read.
    is_cut: bool,
}

/// A line of text, with where it stands as shares of the page's height.
#[derive(Debug, PartialEq)]
struct Line {
    text: String,
    top: f64,
    bottom: f64,
}

/// A part of a page, as shares of its width and height.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Area {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Area {
    /// Everything between two heights.
    fn band(top: f64, bottom: f64) -> Self {
        Self { left: 0.0, top, right: 1.0, bottom }
    }

    fn paint(self, picture: &mut RgbaImage) {
        let of = |share: f64, side: u32| share.clamp(0.0, 1.0) * f64::from(side);
        let (width, height) = picture.dimensions();
        let columns = of(self.left, width).floor() as u32..of(self.right, width).ceil() as u32;
        for y in of(self.top, height).floor() as u32..of(self.bottom, height).ceil() as u32 {
            columns.clone().for_each(|x| picture.put_pixel(x, y, PAINT));
        }
    }
}

impl PageText {
    /// Its lines from top to bottom.
    pub fn lines(self) -> Vec<String> {
        self.lines.into_iter().map(|it| it.text).collect()
    }

    /// Where it shows what the veil hides, in whole lines.
    fn shows(&self, veil: &Veil) -> Vec<Area> {
        if self.is_cut {
            return vec![Area::band(0.0, 1.0)];
        }
        let mut text = String::new();
        let mut starts = Vec::new();
        for line in &self.lines {
            starts.push(text.len());
            text.push_str(&line.text);
            text.push('\n');
        }
        let mut bands = Vec::new();
        for found in veil.find(&text) {
            let first = starts.partition_point(|it| *it <= found.start).max(1) - 1;
            let end = starts.partition_point(|it| *it < found.end);
            bands.extend(self.lines[first..end].iter().map(|it| Area::band(it.top, it.bottom)));
        }
        bands
    }
}

impl Document {
    /// Paints over whole lines in the pictures, where they show what the veil hides. What the
    /// pictures inside of the document show cannot be read: they are painted over where the
    /// document tells something that is hidden anywhere, and on a page without text, which is a
    /// scanned one.
    pub fn hide(&mut self, veil: &Veil) {
        if !veil.is_worn() {
            return;
        }
        let shows: Vec<Vec<Area>> = self.text.iter().map(|page| page.shows(veil)).collect();
        let title = self.title.as_deref().unwrap_or_default();
        let tells = !veil.find(title).is_empty() || shows.iter().any(|it| !it.is_empty());
        for ((page, shown), picture) in self.text.iter().zip(&shows).zip(&mut self.pictures) {
            let inside: &[Area] = if tells || page.lines.is_empty() { &page.pictures } else { &[] };
            for area in shown.iter().chain(inside) {
                area.paint(picture);
            }
        }
    }
}

/// Why a document cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// It needs a password.
    Locked,
    /// It is none.
    Broken,
    /// It takes too long.
    TooLong,
}

/// Reads a document.
pub fn read(bytes: &[u8]) -> Result<Document, Unread> {
    let bytes = bytes.to_vec();
    let (send, receive) = mpsc::channel();
    let started = std::thread::Builder::new().name("pdf".to_owned()).spawn(move || {
        let document = document(bytes);
        // Nobody waits any more where it took too long.
        let _ = send.send(document);
    });
    if started.is_err() {
        return Err(Unread::TooLong);
    }
    match receive.recv_timeout(PATIENCE) {
        Ok(document) => document,
        // The thread ended without an answer: the reader panicked.
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(Unread::Broken),
        Err(mpsc::RecvTimeoutError::Timeout) => Err(Unread::TooLong),
    }
}

fn document(bytes: Vec<u8>) -> Result<Document, Unread> {
    let pdf = Pdf::new(Arc::new(bytes)).map_err(|error| match error {
        LoadPdfError::Decryption(
            DecryptionError::PasswordProtected
            | DecryptionError::MissingIDEntry
            | DecryptionError::InvalidEncryption
            | DecryptionError::UnsupportedAlgorithm,
        ) => Unread::Locked,
        LoadPdfError::Invalid => Unread::Broken,
    })?;
    let title = pdf.metadata().title.as_deref().map(decoded).filter(|it| !it.trim().is_empty());
    let pages = pdf.pages();
    if pages.is_empty() {
        return Err(Unread::Broken);
    }
    let settings = InterpreterSettings::default();
    let text = pages.iter().take(MOST_PAGES).map(|page| text_of(page, &settings)).collect();
    let cache = RenderCache::new();
    let drawn = pages.iter().take(MOST_PICTURES).map(|page| draw(page, &cache, &settings));
    let pictures = drawn.collect::<Option<_>>().unwrap_or_default();
    Ok(Document { title, pages: pages.len(), text, pictures })
}

/// A text string: UTF-16 with a mark, or bytes.
fn decoded(bytes: &[u8]) -> String {
    let text = match bytes.strip_prefix(b"\xfe\xff") {
        Some(pairs) => {
            let units: Vec<u16> =
                pairs.chunks_exact(2).map(|it| u16::from_be_bytes([it[0], it[1]])).collect();
            String::from_utf16_lossy(&units)
        }
        None => std::str::from_utf8(bytes)
            .map_or_else(|_| bytes.iter().map(|byte| char::from(*byte)).collect(), str::to_owned),
    };
    cell(&text)
}

fn draw<'a>(
    page: &'a Page<'a>,
    cache: &RenderCache<'a>,
    settings: &InterpreterSettings,
) -> Option<RgbaImage> {
    let (width, height) = page.render_dimensions();
    let scale = SCALE.min(LONGEST_SIDE / width.max(height).max(1.0));
    if width * scale < 1.0 || height * scale < 1.0 {
        return None;
    }
    let pixels = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
    let drawn = render(page, cache, settings, &RenderSettings::default(), &pixels);
    let (width, height) = (u32::from(drawn.width()), u32::from(drawn.height()));
    RgbaImage::from_raw(width, height, drawn.data_as_u8_slice().to_vec())
}

/// A glyph where it stands, from the top left corner, in points.
struct Glyph {
    x: f64,
    y: f64,
    size: f64,
    text: String,
}

/// Collects text and the places of pictures, and draws nothing.
#[derive(Default)]
struct Listener {
    glyphs: Vec<Glyph>,
    /// The corners of pictures, in points.
    pictures: Vec<Rect>,
}

impl<'a> Device<'a> for Listener {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, _: &DrawMode) {
        for glyph in run.glyphs() {
            if self.glyphs.len() >= MOST_GLYPHS {
                return;
            }
            let place = props.transform * glyph.transform();
            let text = match glyph.as_unicode() {
                Some(BfString::Char(letter)) => letter.to_string(),
                Some(BfString::String(text)) => text,
                None => '\u{fffd}'.to_string(),
            };
            // Glyphs are drawn in thousandths of their size.
            let size = place.determinant().abs().sqrt() * 1000.0;
            let at = place.translation();
            self.glyphs.push(Glyph { x: at.x, y: at.y, size, text });
        }
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        let own = Rect::new(0.0, 0.0, f64::from(image.width()), f64::from(image.height()));
        self.pictures.push(props.transform.transform_rect_bbox(own));
    }
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

/// The lines of a page from top to bottom, words apart where there is room between them.
fn text_of<'a>(page: &'a Page<'a>, settings: &InterpreterSettings) -> PageText {
    let (width, height) = page.render_dimensions();
    let cache = InterpreterCache::new();
    let whole = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    let upright: Affine = page.initial_transform(true).to_kurbo();
    let mut context = Context::new(upright, whole, &cache, page.xref(), settings.clone());
    let mut listener = Listener::default();
    interpret_page(page, &mut context, &mut listener);
    let is_cut = listener.glyphs.len() >= MOST_GLYPHS;
    let (width, height) = (f64::from(width).max(1.0), f64::from(height).max(1.0));
    let share = |it: Rect| Area {
        left: it.x0 / width,
        top: it.y0 / height,
        right: it.x1 / width,
        bottom: it.y1 / height,
    };
    let pictures = listener.pictures.into_iter().map(share).collect();
    PageText { lines: in_lines(listener.glyphs, height), pictures, is_cut }
}

fn in_lines(mut glyphs: Vec<Glyph>, height: f64) -> Vec<Line> {
    glyphs.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut lines: Vec<Vec<Glyph>> = Vec::new();
    for glyph in glyphs {
        match lines.last_mut() {
            // Of one line is what stands less than half its size below.
            Some(line) if glyph.y - line[0].y < line[0].size.max(1.0) * 0.4 => line.push(glyph),
            Some(_) | None => lines.push(vec![glyph]),
        }
    }
    lines
        .into_iter()
        .map(|mut line| {
            line.sort_by(|a, b| a.x.total_cmp(&b.x));
            let top = line.iter().map(|it| it.y - it.size * REACH.0).fold(f64::MAX, f64::min);
            let bottom = line.iter().map(|it| it.y + it.size * REACH.1).fold(f64::MIN, f64::max);
            let mut text = String::new();
            let mut before: Option<f64> = None;
            for glyph in line {
                let far = before.is_some_and(|x| glyph.x - x > glyph.size * 1.2);
                if far && !text.ends_with(' ') && glyph.text != " " {
                    text.push(' ');
                }
                text.push_str(&glyph.text);
                before = Some(glyph.x);
            }
            let text = cell(text.split_whitespace().collect::<Vec<_>>().join(" ").as_str());
            Line { text, top: top / height, bottom: bottom / height }
        })
        .filter(|line| !line.text.is_empty())
        .collect()
}
