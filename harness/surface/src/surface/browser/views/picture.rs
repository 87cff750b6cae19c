//! [`Page::picture`]: the picture of a page, with what must not be compared in it and where its
//! things stand.
//!
//! A picture shows the viewport, the whole page or one thing. What does not fit the viewport is
//! captured beyond it by the engine itself, which keeps heights in `vh` and what is fixed as they
//! are; what is longer than the engine draws at once is put together from strips. Everything is
//! captured until two frames in a row are equal, or one is what was accepted. Neighbours: [`super::look`], which asks for it,
//! and `walker/picture.js`, which says what stands where.

use std::io::Cursor;
use std::time::Duration;

use base64::Engine as _;
use image::{GenericImage as _, ImageFormat, ImageReader, Limits, RgbImage};
use serde_json::json;

use super::cover::{Cover, TRIES, Unknown, painted};
use crate::model::event::Failure;
use crate::model::picture::{Extent, Layout, PlacedThing};
use crate::model::{FacetContent, Outcome, Rect, Target};
use crate::process::FairInstant;
use crate::surface::browser::actions::seek::Need;
use crate::surface::browser::engine::bidi::Refusal;
use crate::surface::browser::engine::snag::Snag;
use crate::surface::browser::pages::frames::Entered;
use crate::surface::browser::pages::page::Page;
use crate::surface::browser::pages::trouble::{Step, Trouble, failed};
use crate::surface::browser::walker::{self, Area, Drawing, Drawn, ElementState, Question, Scroll};
use crate::surface::{Look, SurfaceError};

/// How long evidence may take; a page that does not answer must not hold the night up.
pub(super) const EVIDENCE: Duration = Duration::from_secs(5);
/// How many pictures are taken at most until two are equal.
const FRAMES: u32 = 6;
/// How many times a picture is begun at most when the page was scrolled in the meantime.
const BEGINNINGS: u32 = 2;
/// What a picture waits for where there are secrets.
const PLACES_KNOWN: &str = "a picture in which the places of secrets are known";
/// How many times anything of the page was scrolled.
const SCROLLS: &str = "globalThis.__nightshift ? __nightshift.scrolls() : 0";
/// The most device pixels that the engine is asked to draw in one go, downwards: half of the
/// largest texture, because one drawing of more takes several times as long.
const STRIP: f64 = 8_000.0;
/// The most device pixels of a side; what lies beyond is not in the picture.
const MAX_SIDE: f64 = 32_000.0;
/// The most device pixels of a whole picture.
const MAX_PIXELS: f64 = 60_000_000.0;

/// What is known of the page from the other facets of the same observation.
pub(crate) struct Seen<'a> {
    /// The page, with what its frames of other origins hold.
    pub read: &'a walker::Page,
    /// How many of its masks are not those of such frames.
    pub own_masks: usize,
    /// These frames.
    pub entered: &'a [Entered],
}

/// Where a picture lies on the page, and how large its pixels are.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Frame {
    /// In CSS pixels from the top left corner of the document.
    area: Area,
    /// Device pixels for one CSS pixel.
    scale: f64,
    /// How far the page is scrolled.
    scroll: (f64, f64),
}

/// Whether a picture is, byte for byte, one of those with these SHA-256.
fn is_one_of(png: &[u8], accepted: &[String]) -> bool {
    use sha2::Digest as _;
    use std::fmt::Write as _;
    let mut own = String::new();
    for byte in sha2::Sha256::digest(png) {
        write!(own, "{byte:02x}").unwrap_or_else(|it| unreachable!("a string takes it: {it}"));
    }
    accepted.contains(&own)
}

impl Page {
    /// The picture that a snapshot asks for. The page stands afterwards where it stood.
    pub(crate) async fn picture(
        &mut self,
        look: &Look<'_>,
        seen: &Seen<'_>,
        deadline: FairInstant,
    ) -> Step<FacetContent> {
        let area = match &look.image {
            Extent::Viewport => None,
            Extent::FullPage => {
                self.unroll(deadline).await?;
                None
            }
            Extent::Element(target) => Some(self.unrolled(target, deadline).await?),
        };
        let whole = look.image != Extent::Viewport;
        let question = Question::Drawing { masks: &look.masks, whole };
        let mut begun = 0;
        let mut known = seen.read.drawing.clone().filter(|_| !whole);
        let (drawing, frame, png, hidden) = loop {
            let drawing = match known.take() {
                Some(drawing) => drawing,
                None => self.read(&question, deadline).await?,
            };
            let before = self.hidden().await?;
            let frame = frame(&look.image, area, &drawing, seen.read);
            let (png, is_still) = match look.image {
                Extent::Viewport => Box::pin(self.viewport(look.accepted, deadline)).await?,
                Extent::FullPage | Extent::Element(_) => {
                    self.beyond(&frame, look.accepted, deadline).await?
                }
            };
            begun += 1;
            let hidden = self.hidden().await?;
            let rests = is_still && self.peek(SCROLLS, deadline).await? == drawing.scrolls;
            let known = before == hidden;
            if known && (rests || begun >= BEGINNINGS || deadline.has_come()) {
                break (drawing, frame, png, hidden);
            }
            if begun == TRIES {
                return Err(unseen("they moved while it was taken, again and again"));
            }
            self.get_ready(deadline).await?;
            // What began to move after everything was brought to its end.
            if !is_still {
                self.freeze(deadline).await?;
            }
        };
        let mut masks = self.not_compared(&drawing, &frame, look, seen).await;
        let hidden: Vec<Rect> = hidden.into_iter().filter_map(|it| frame.pixels(it)).collect();
        let png = without(png, &hidden)?;
        masks.extend(hidden);
        let layout = layout(&drawing, &frame);
        if whole {
            let (x, y) = (seen.read.scroll_x, seen.read.scroll_y);
            let back = format!("scrollTo({{ left: {x}, top: {y}, behavior: 'instant' }})");
            // A page that cannot be scrolled back any more has other troubles than its picture.
            drop(self.evaluate(&back, deadline).await);
        }
        Ok(FacetContent::Image { png, masks, environment: self.environment.clone(), layout })
    }

    /// Where the page shows secrets, from the top left corner of the viewport.
    async fn hidden(&self) -> Step<Vec<Area>> {
        self.cover().areas().await.map_err(|unknown| match unknown {
            Unknown::Page(Snag::Again(said) | Snag::Refused(said)) | Unknown::Engine(said) => {
                unseen(&said)
            }
            Unknown::Page(snag) => self.trouble(snag, PLACES_KNOWN),
        })
    }

    pub(super) fn cover(&self) -> Cover<'_> {
        Cover { shared: &self.shared, top: &self.top, session: &self.engine_session }
    }

    /// As [`Page::bring_near`], with all of a thing that is longer than the window seen once: it keeps
    /// parts back until then as a page does.
    async fn unrolled(&mut self, target: &Target, deadline: FairInstant) -> Step<Area> {
        let area = self.bring_near(target, deadline).await?;
        let window = self.peek("innerHeight", deadline).await?.as_f64().unwrap_or(f64::MAX);
        if area.height <= window {
            return Ok(area);
        }
        self.unroll(deadline).await?;
        self.bring_near(target, deadline).await
    }

    /// Brings a thing into view and says where it stands in the viewport.
    async fn bring_near(&mut self, target: &Target, deadline: FairInstant) -> Step<Area> {
        let expected = format!("{target}, visible, for a picture of it");
        let spot = self.obtain(target, Need::There, deadline).await?;
        if spot.framed {
            self.leave(&spot).await?;
            let actual = "it lies in a frame; take a picture of the frame itself, or of the page";
            return Err(failed(expected, actual));
        }
        let near =
            Question::State { element: &spot.reference, attributes: &[], scroll: Scroll::IntoView };
        self.read::<ElementState>(&near, deadline).await?;
        self.get_ready(deadline).await?;
        self.freeze(deadline).await?;
        let now =
            Question::State { element: &spot.reference, attributes: &[], scroll: Scroll::Leave };
        let state: ElementState = self.read(&now, deadline).await?;
        match state.rect {
            Some(rect) if state.visible => Ok(rect),
            Some(_) | None => Err(failed(expected, "it is there, but not visible")),
        }
    }

    /// The regions of a picture that are masked, or show text that is redacted.
    async fn not_compared(
        &self,
        drawing: &Drawing,
        frame: &Frame,
        look: &Look<'_>,
        seen: &Seen<'_>,
    ) -> Vec<Rect> {
        let (left, top) = frame.scroll;
        let moved = (left - seen.read.scroll_x, top - seen.read.scroll_y);
        let entered: Vec<Entered> =
            seen.entered.iter().map(|it| it.scrolled(moved.0, moved.1)).collect();
        let in_frames = self.runs_in(&entered).await;
        let varying = drawing.runs.iter().chain(&in_frames);
        let varying = varying.filter(|run| (look.varies)(&run.text)).map(|run| run.rect);
        let foreign = seen.read.masks.iter().skip(seen.own_masks).map(|it| it.page);
        let foreign = foreign.map(|it| Area { x: it.x - left, y: it.y - top, ..it });
        drawing
            .masks
            .iter()
            .copied()
            .chain(foreign)
            .chain(varying)
            .filter_map(|area| frame.pixels(area))
            .collect()
    }

    /// The viewport as PNG, and whether it stood still.
    async fn viewport(&self, accepted: &[String], deadline: FairInstant) -> Step<(Vec<u8>, bool)> {
        if !accepted.is_empty() {
            let first = self.capture_png(None, deadline).await?;
            if is_one_of(&first, accepted) {
                return Ok((first, true));
            }
        }
        // Two at once cost little more than one: the second is drawn while the first is sent.
        let (first, second) =
            tokio::join!(self.capture_png(None, deadline), self.capture_png(None, deadline));
        let (first, mut before) = (first?, second?);
        if first == before {
            return Ok((before, true));
        }
        for _ in 2..FRAMES {
            let now = self.capture_png(None, deadline).await?;
            let is_still = now == before;
            before = now;
            if is_still || deadline.has_come() {
                return Ok((before, is_still));
            }
        }
        Ok((before, false))
    }

    /// A part of the page as PNG, wherever it lies, and whether it stood still.
    async fn beyond(
        &self,
        frame: &Frame,
        accepted: &[String],
        deadline: FairInstant,
    ) -> Step<(Vec<u8>, bool)> {
        let strips = frame.strips();
        let whole = strips.len() == 1;
        let mut taken = Vec::with_capacity(strips.len());
        let mut is_still = true;
        for strip in strips {
            let mut before = self.capture_png(Some(strip), deadline).await?;
            if whole && is_one_of(&before, accepted) {
                return Ok((before, true));
            }
            let mut same = false;
            for _ in 1..FRAMES {
                let now = self.capture_png(Some(strip), deadline).await?;
                same = now == before;
                before = now;
                if same || deadline.has_come() {
                    break;
                }
            }
            is_still &= same;
            taken.push(before);
        }
        if taken.len() == 1 {
            return Ok((taken.remove(0), is_still));
        }
        let whole = put_together(&taken).map_err(|said| {
            SurfaceError::BrowserLost(format!("a strip of a picture cannot be read: {said}"))
        })?;
        Ok((whole, is_still))
    }

    /// The viewport, or a part of the page in CSS pixels from its top left corner.
    pub(super) async fn capture_png(
        &self,
        part: Option<Area>,
        deadline: FairInstant,
    ) -> Step<Vec<u8>> {
        let limit = deadline.left().max(EVIDENCE);
        let mut how = json!({ "format": "png" });
        if let Some(Area { x, y, width, height }) = part {
            how["captureBeyondViewport"] = json!(true);
            how["clip"] = json!({ "x": x, "y": y, "width": width, "height": height, "scale": 1 });
        }
        // The standard's own command takes twice as long for the same picture.
        let params = json!({ "method": "Page.captureScreenshot", "session": self.engine_session,
            "params": how });
        let taken = self.shared.bidi.command("goog:cdp.sendCommand", params, limit).await;
        let taken = match taken {
            Ok(taken) => taken,
            Err(refusal) => return Err(self.no_picture(refusal, limit).await),
        };
        base64::engine::general_purpose::STANDARD
            .decode(taken["result"]["data"].as_str().unwrap_or_default())
            .map_err(|error| {
                SurfaceError::BrowserLost(format!("a picture is no base64: {error}")).into()
            })
    }
}

impl Page {
    /// The viewport as a failure keeps it, without secrets; why there is none where there is none.
    pub(super) async fn seen_at_failure(&self, deadline: FairInstant) -> Result<Vec<u8>, String> {
        if self.shared.veil.is_worn() {
            return self.cover().seen().await;
        }
        self.capture_png(None, deadline).await.map_err(|_| "the engine draws nothing".to_owned())
    }

    /// Why there is no picture: something blocks the page, it hangs, or the browser is lost.
    async fn no_picture(&self, refusal: Refusal, waited: Duration) -> Trouble {
        let what = "a picture of the page";
        if refusal == Refusal::Silent {
            // Where the page hangs, it is blocked from now on.
            self.who_is_silent(waited).await;
        }
        match (self.blocked(what), refusal) {
            (Some(trouble), _) => trouble,
            // A page can grow beyond what can be drawn.
            (None, Refusal::Said(_, said)) => failed(what, said),
            (None, refusal @ (Refusal::Silent | Refusal::Gone)) => {
                refusal.lost("taking a picture of the page").into()
            }
        }
    }
}

/// A picture that is not taken because of what might be seen in it: that says nothing of the product.
fn unseen(why: &str) -> Trouble {
    Trouble::Failed(Failure {
        outcome: Outcome::HarnessError,
        expected: PLACES_KNOWN.to_owned(),
        actual: format!(
            "where the page shows secrets is not known, so no picture of it is taken: {why}"
        ),
    })
}

/// The picture with these regions painted over.
fn without(png: Vec<u8>, regions: &[Rect]) -> Step<Vec<u8>> {
    if regions.is_empty() {
        return Ok(png);
    }
    painted(&png, regions)
        .map_err(|said| failed("a picture that can be painted over", said.to_string()))
}

/// Where the picture lies.
fn frame(scope: &Extent, thing: Option<Area>, drawing: &Drawing, read: &walker::Page) -> Frame {
    let scroll = (drawing.scroll_x, drawing.scroll_y);
    let area = match (scope, thing) {
        (Extent::Element(_), Some(thing)) => {
            let (left, top) = ((thing.x + scroll.0).max(0.0), (thing.y + scroll.1).max(0.0));
            let (right, bottom) =
                (thing.x + scroll.0 + thing.width, thing.y + scroll.1 + thing.height);
            let (x, y) = (left.floor(), top.floor());
            Area { x, y, width: (right.ceil() - x).max(1.0), height: (bottom.ceil() - y).max(1.0) }
        }
        (Extent::FullPage, _) => {
            Area { x: 0.0, y: 0.0, width: drawing.width, height: drawing.height }
        }
        // The engine alone knows the size of its viewport; what lies outside is cut off later.
        (Extent::Viewport | Extent::Element(_), _) => {
            Area { x: scroll.0, y: scroll.1, width: read.width, height: read.height }
        }
    };
    let frame = Frame { area, scale: drawing.scale, scroll };
    if *scope == Extent::Viewport { frame } else { frame.bounded() }
}

fn layout(drawing: &Drawing, frame: &Frame) -> Layout {
    let thing =
        |it: &Drawn| Some(PlacedThing { name: it.name.clone(), rect: frame.pixels(it.rect)? });
    Layout { things: drawing.things.iter().filter_map(thing).collect(), masks: Vec::new() }
}

impl Frame {
    /// The same frame, cut so that its picture can be decoded and compared.
    fn bounded(self) -> Self {
        let Area { x, y, width, height } = self.area;
        let width = width.min((MAX_SIDE / self.scale).floor()).max(1.0);
        let most = (MAX_PIXELS / (width * self.scale * self.scale)).min(MAX_SIDE / self.scale);
        let height = height.min(most.floor()).max(1.0);
        Self { area: Area { x, y, width, height }, ..self }
    }

    /// The parts that are captured one by one, from the top.
    fn strips(&self) -> Vec<Area> {
        let Area { x, y, width, height } = self.area;
        let step = (STRIP / self.scale).floor().max(1.0);
        let count = (height / step).ceil().max(1.0) as u32;
        let strip = |number: u32| {
            let from = f64::from(number) * step;
            Area { x, y: y + from, width, height: step.min(height - from) }
        };
        (0..count).map(strip).collect()
    }

    /// A region of the viewport in pixels of the picture; `None` where it lies outside.
    fn pixels(&self, area: Area) -> Option<Rect> {
        let x = area.x + self.scroll.0 - self.area.x;
        let y = area.y + self.scroll.1 - self.area.y;
        let left = (x.max(0.0) * self.scale).floor();
        let top = (y.max(0.0) * self.scale).floor();
        let right = ((x + area.width).min(self.area.width) * self.scale).ceil();
        let bottom = ((y + area.height).min(self.area.height) * self.scale).ceil();
        (right > left && bottom > top).then_some(Rect {
            x: left as u32,
            y: top as u32,
            width: (right - left) as u32,
            height: (bottom - top) as u32,
        })
    }
}

/// Puts strips of one width under each other.
fn put_together(strips: &[Vec<u8>]) -> Result<Vec<u8>, image::ImageError> {
    let mut pieces = Vec::with_capacity(strips.len());
    for strip in strips {
        let mut reader = ImageReader::with_format(Cursor::new(strip), ImageFormat::Png);
        reader.limits(Limits::default());
        pieces.push(reader.decode()?.into_rgb8());
    }
    let width = pieces.first().map_or(1, RgbImage::width);
    let height = pieces.iter().map(RgbImage::height).sum();
    let mut whole = RgbImage::new(width, height);
    let mut top = 0;
    for piece in pieces {
        whole.copy_from(&piece, 0, top)?;
        top += piece.height();
    }
    let mut bytes = Cursor::new(Vec::new());
    whole.write_to(&mut bytes, ImageFormat::Png)?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: Frame = Frame {
        area: Area { x: 0.0, y: 0.0, width: 1280.0, height: 20_000.0 },
        scale: 2.0,
        scroll: (0.0, 0.0),
    };

    #[test]
    fn a_picture_is_known_by_all_of_its_bytes() {
        let accepted =
            ["ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".to_owned()];
        assert!(is_one_of(b"abc", &accepted));
        assert!(!is_one_of(b"abd", &accepted));
        assert!(!is_one_of(b"abc", &[]));
    }

    #[test]
    fn a_long_page_is_captured_in_strips_that_cover_it_once() {
        let strips = PAGE.bounded().strips();
        let total: f64 = strips.iter().map(|it| it.height).sum();
        assert_eq!(total.to_string(), "11718", "two pixels for each of CSS: cut at 60 million");
        assert_eq!(strips.iter().map(|it| it.y).collect::<Vec<_>>(), [0.0, 4000.0, 8000.0]);
        let plain = Frame { scale: 1.0, ..PAGE }.bounded();
        assert_eq!((plain.area.height, plain.strips().len()), (20_000.0, 3));
    }

    #[test]
    fn regions_are_told_in_the_pixels_of_the_picture() {
        let area = Area { x: 100.0, y: 900.0, width: 200.0, height: 50.0 };
        let frame = Frame { area, scale: 2.0, scroll: (0.0, 880.0) };
        let inside = Area { x: 110.0, y: 30.0, width: 20.0, height: 10.0 };
        let expected = Rect { x: 20, y: 20, width: 40, height: 20 };
        assert_eq!(frame.pixels(inside), Some(expected));
        let over_the_edge = Area { x: 0.0, y: 0.0, width: 5_000.0, height: 30.5 };
        let cut = Rect { x: 0, y: 0, width: 400, height: 21 };
        assert_eq!(frame.pixels(over_the_edge), Some(cut));
        assert_eq!(frame.pixels(Area { y: -50.0, ..inside }), None);
    }

    #[test]
    fn strips_become_one_picture() {
        let strip = |height: u32, grey: u8| {
            let picture = RgbImage::from_pixel(30, height, image::Rgb([grey, grey, grey]));
            let mut bytes = Cursor::new(Vec::new());
            picture.write_to(&mut bytes, ImageFormat::Png).expect("it can be encoded");
            bytes.into_inner()
        };
        let whole = put_together(&[strip(20, 10), strip(7, 200)]).expect("both are pictures");
        let whole = image::load_from_memory(&whole).expect("a picture").into_rgb8();
        assert_eq!(whole.dimensions(), (30, 27));
        assert_eq!((whole.get_pixel(0, 19).0[0], whole.get_pixel(29, 20).0[0]), (10, 200));
        assert!(put_together(&[strip(2, 1), b"torn".to_vec()]).is_err());
    }
}
