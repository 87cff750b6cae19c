//! [`Onlooker`]: looks at a page that somebody else uses: what a target means there, a picture,
//! and whether the page still stands. Used where a person tries things between two steps.

use std::sync::Arc;

use image::{ImageFormat, Rgba, RgbaImage};

use super::cover::Cover;
use crate::model::Target;
use crate::surface::SurfaceError;
use crate::surface::browser::engine::snag::Snag;
use crate::surface::browser::events::record::{Record, is_unclear, place_of, place_shown};
use crate::surface::browser::pages::frames::evaluate_in;
use crate::surface::browser::pages::page::{Page, ask};
use crate::surface::browser::pages::shared::Shared;
use crate::surface::browser::walker::{ADDRESS, Area, Nameable, Probe, Question};
use crate::surface::recording::Headline;

/// How thick the boxes in pictures are, in pixels.
const THICK: u32 = 3;
/// What the boxes are drawn in.
const INK: Rgba<u8> = Rgba([214, 0, 110, 255]);

/// Looks at a page without using it.
#[derive(Debug, Clone)]
pub struct Onlooker {
    shared: Arc<Shared>,
    record: Arc<Record>,
    top: String,
    base: String,
    engine_session: String,
}

impl Page {
    /// Somebody who may look at this page while it is not being used.
    #[must_use]
    pub fn onlooker(&self) -> Onlooker {
        Onlooker {
            shared: Arc::clone(&self.shared),
            record: Arc::clone(&self.record),
            top: self.top.clone(),
            base: self.base.to_string(),
            engine_session: self.engine_session.clone(),
        }
    }
}

impl Onlooker {
    /// What a target means now.
    ///
    /// # Errors
    /// The page does not answer, or the target cannot be looked for, such as a wrong CSS selector.
    pub async fn probe(&self, target: &Target) -> Result<Probe, SurfaceError> {
        self.ask(&Question::Probe { target }).await
    }

    /// What can be named on the page now, or inside of one thing of it.
    ///
    /// # Errors
    /// The page does not answer, or the thing cannot be looked for.
    pub async fn nameable(&self, within: Option<&Target>) -> Result<Nameable, SurfaceError> {
        self.ask(&Question::Nameable { within }).await
    }

    /// The headings and announcements that can be seen now.
    ///
    /// # Errors
    /// The page does not answer.
    pub async fn scene(&self) -> Result<Vec<Headline>, SurfaceError> {
        self.ask(&Question::Scene).await
    }

    /// The picture of the viewport as PNG, with these areas boxed.
    ///
    /// # Errors
    /// The page does not answer.
    pub async fn picture(&self, boxes: &[Area]) -> Result<Vec<u8>, SurfaceError> {
        let cover = Cover { shared: &self.shared, top: &self.top, session: &self.engine_session };
        let png = cover.seen().await.map_err(|why| {
            SurfaceError::Unreadable(format!("no picture of the page can be shown: {why}"))
        })?;
        boxed(&png, boxes)
            .map_err(|error| SurfaceError::BrowserLost(format!("a picture is no PNG: {error}")))
    }

    /// Where the page is, in the product's own terms.
    pub async fn place(&self) -> String {
        let url = self.url();
        if is_unclear(&url)
            && let Some(shown) = evaluate_in(&self.shared.bidi, &self.top, ADDRESS).await
            && let Some(shown) = shown.as_str()
        {
            return place_shown(shown, &self.base);
        }
        place_of(&url, &self.base)
    }

    /// The whole URL of the page.
    #[must_use]
    pub fn url(&self) -> String {
        self.record.state().url.clone()
    }

    /// The page's id among the developer tools' targets.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.top
    }

    /// Returns when the page was closed or the browser ended.
    pub async fn gone(&self) {
        let mut changes = self.record.changes();
        while !self.record.state().gone() {
            if changes.changed().await.is_err() {
                return;
            }
        }
    }

    /// Whether the page still stands.
    #[must_use]
    pub fn is_there(&self) -> bool {
        let state = self.record.state();
        !state.gone() && !state.crashed
    }

    async fn ask<T: serde::de::DeserializeOwned>(
        &self,
        question: &Question<'_>,
    ) -> Result<T, SurfaceError> {
        match ask(&self.shared, question).await {
            Ok(answer) => Ok(answer),
            Err(Snag::Lost(error)) => Err(error),
            Err(Snag::Dialog) => Err(SurfaceError::BrowserLost(
                "a dialog is open and blocks the page; answer it first".to_owned(),
            )),
            Err(Snag::Closed) => Err(SurfaceError::BrowserLost("the page was closed".to_owned())),
            Err(Snag::Crashed) => Err(SurfaceError::BrowserLost("the page crashed".to_owned())),
            Err(Snag::Hung) => {
                Err(SurfaceError::BrowserLost(self.shared.silence.words().to_owned()))
            }
            Err(Snag::Again(said) | Snag::Refused(said)) => Err(SurfaceError::Unreadable(said)),
        }
    }
}

/// The picture with these areas boxed.
fn boxed(png: &[u8], boxes: &[Area]) -> image::ImageResult<Vec<u8>> {
    let mut picture = image::load_from_memory_with_format(png, ImageFormat::Png)?.to_rgba8();
    for area in boxes {
        draw(&mut picture, area);
    }
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png)?;
    Ok(bytes.into_inner())
}

/// A frame around the area; what lies outside of the picture is left out.
fn draw(picture: &mut RgbaImage, area: &Area) {
    let reach = f64::from(THICK);
    let (left, top) = (area.x - reach, area.y - reach);
    let (right, bottom) = (area.x + area.width + reach, area.y + area.height + reach);
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let (x, y) = (f64::from(x), f64::from(y));
        let within = x >= left && x < right && y >= top && y < bottom;
        let inside =
            x >= left + reach && x < right - reach && y >= top + reach && y < bottom - reach;
        if within && !inside {
            *pixel = INK;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_is_drawn_around_its_area_and_leaves_the_area_alone() {
        let mut picture = RgbaImage::from_pixel(30, 20, Rgba([9, 9, 9, 255]));
        draw(&mut picture, &Area { x: 10.0, y: 8.0, width: 5.0, height: 4.0 });
        let at = |x, y| *picture.get_pixel(x, y) == INK;
        assert_eq!([at(9, 8), at(7, 5), at(15, 12)], [true, true, true]);
        assert_eq!([at(10, 8), at(14, 11), at(6, 8), at(18, 15)], [false; 4]);
    }
}
