//! [`Cover`]: where a page shows secrets, and painting over these places in its pictures.
//!
//! The page must not notice and is never told a secret: it is asked for all its text in one call,
//! and only where ours finds a secret in it is the engine asked for its layout, by
//! [`drawn`]. A page is asked before and after a picture; where the answers differ, the picture is
//! taken again. Nothing is asked where there is no secret. What a script draws on a canvas, what
//! pixels of a product's own pictures say and what hides in a closed shadow tree that the mark-up
//! itself declares is not known. Neighbours: [`super::picture`], [`super::onlooker`].
//!
//! The files:
//! - `drawn.rs`: the engine's account of its layout, searched for secrets.
//! - `paint.rs`: paints over regions of a PNG.

mod drawn;
mod paint;

use std::collections::HashMap;
use std::time::Duration;

use base64::Engine as _;
use serde_json::{Value, json};

use self::drawn::{Drawn, STYLES};
pub(crate) use self::paint::painted;
use crate::model::Rect;
use crate::surface::browser::engine::bidi::Refusal;
use crate::surface::browser::engine::snag::Snag;
use crate::surface::browser::pages::frames::ask_in;
use crate::surface::browser::pages::page::ask;
use crate::surface::browser::pages::shared::Shared;
use crate::surface::browser::walker::{Area, Lettering, Question};

/// How long the engine may take to tell its layout; it takes seconds for very long pages.
const LAYOUT: Duration = Duration::from_secs(30);
/// How long other questions to the engine may take.
const ANSWER: Duration = Duration::from_secs(5);
/// How often a picture is taken again because what must not be seen moved.
pub(crate) const TRIES: u32 = 4;
/// How deep frames in frames are followed.
const DEEPEST: usize = 8;

/// Why the places of secrets are not known.
#[derive(Debug)]
pub(crate) enum Unknown {
    /// The page did not answer.
    Page(Snag),
    /// The engine did not say.
    Engine(String),
}

impl Unknown {
    /// In words.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Page(Snag::Again(said) | Snag::Refused(said)) | Self::Engine(said) => {
                said.clone()
            }
            Self::Page(Snag::Lost(error)) => error.to_string(),
            Self::Page(Snag::Dialog) => "a dialog is open".to_owned(),
            Self::Page(Snag::Crashed | Snag::Closed) => "the page is gone".to_owned(),
            Self::Page(Snag::Hung) => "the page does not answer".to_owned(),
        }
    }
}

impl From<Refusal> for Unknown {
    fn from(refusal: Refusal) -> Self {
        Self::Engine(refusal.to_string())
    }
}

/// Finds out where one page shows secrets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cover<'a> {
    pub(crate) shared: &'a Shared,
    /// The tab.
    pub(crate) top: &'a str,
    /// The engine's name for its session.
    pub(crate) session: &'a str,
}

/// A frame of the page that may belong to another process.
#[derive(Debug, Clone)]
struct Inner {
    parent: String,
    /// The engine's session, where it was asked for.
    session: String,
}

/// The frames of a page by their context.
type Tree = HashMap<String, Inner>;

impl Cover<'_> {
    /// Where secrets are shown, in CSS pixels from the top left corner of the viewport, rounded
    /// outwards and in order. The tab must be the one that classic commands go to.
    pub(super) async fn areas(&self) -> Result<Vec<Area>, Unknown> {
        if !self.shared.veil.is_worn() {
            return Ok(Vec::new());
        }
        let own: Lettering = ask(self.shared, &Question::Lettering).await.map_err(Unknown::Page)?;
        let mut shows = self.hides(&own);
        let mut silent = Vec::new();
        let mut tree = Tree::new();
        if own.foreign > 0 {
            tree = self.tree().await?;
            for context in tree.keys() {
                match ask_in::<Lettering>(&self.shared.bidi, context, &Question::Lettering).await {
                    Some(inner) => shows |= self.hides(&inner),
                    None => silent.push(context.clone()),
                }
            }
        }
        if !shows && silent.is_empty() {
            return Ok(Vec::new());
        }
        let mut areas = Vec::new();
        let mut sessions = vec![(self.top.to_owned(), self.session.to_owned())];
        for (context, inner) in &mut tree {
            inner.session = self.session_of(context).await?;
            if sessions.iter().all(|(_, known)| *known != inner.session) {
                sessions.push((context.clone(), inner.session.clone()));
            }
        }
        for (root, session) in &sessions {
            areas.extend(self.areas_in(&tree, root, session).await?);
        }
        for context in silent {
            areas.extend(self.whole_frame(&tree, &context).await?);
        }
        Ok(in_order(areas))
    }

    /// A picture of the viewport without secrets; why there is none where there is none.
    pub(crate) async fn seen(&self) -> Result<Vec<u8>, String> {
        for _ in 0..TRIES {
            let before = self.areas().await.map_err(|it| it.words())?;
            let png = self.shot().await?;
            let after = self.areas().await.map_err(|it| it.words())?;
            if before != after {
                continue;
            }
            if after.is_empty() {
                return Ok(png);
            }
            let scale = self.scale().await.map_err(|it| it.words())?;
            let regions: Vec<Rect> = after.iter().map(|it| in_pixels(it, scale)).collect();
            return painted(&png, &regions).map_err(|error| error.to_string());
        }
        Err("where it shows secrets changed while it was taken".to_owned())
    }

    /// The viewport as it is.
    async fn shot(&self) -> Result<Vec<u8>, String> {
        let params = json!({ "format": "png" });
        let taken = self.engine(self.session, "Page.captureScreenshot", params, ANSWER).await;
        let taken = taken.map_err(|it| it.words())?;
        base64::engine::general_purpose::STANDARD
            .decode(taken["data"].as_str().unwrap_or_default())
            .map_err(|error| format!("it is no base64: {error}"))
    }

    /// Device pixels for one CSS pixel.
    async fn scale(&self) -> Result<f64, Unknown> {
        let params = json!({ "expression": "devicePixelRatio", "returnByValue": true });
        let answer = self.engine(self.session, "Runtime.evaluate", params, ANSWER).await?;
        let scale = answer["result"]["value"].as_f64();
        scale.ok_or_else(|| Unknown::Engine("the page does not say its scale".to_owned()))
    }

    fn hides(&self, lettering: &Lettering) -> bool {
        let Lettering { drawn, held, foreign: _ } = lettering;
        let veil = &self.shared.veil;
        drawn.iter().chain(held).any(|it| veil.hides(it))
    }

    /// Where the documents of one process show secrets.
    async fn areas_in(&self, tree: &Tree, root: &str, session: &str) -> Result<Vec<Area>, Unknown> {
        let params = json!({ "computedStyles": STYLES });
        let answer = self.engine(session, "DOMSnapshot.captureSnapshot", params, LAYOUT).await?;
        let drawn: Drawn = serde_json::from_value(answer)
            .map_err(|error| Unknown::Engine(format!("its layout cannot be read: {error}")))?;
        let mut areas = Vec::new();
        for (number, document) in drawn.documents.iter().enumerate() {
            let mut shown = drawn.shown(document, &self.shared.veil);
            if shown.is_empty() {
                continue;
            }
            if let Some(owner) = drawn.owner(number) {
                let quad = self.quad(session, owner).await?;
                let size = Drawn::size(document);
                shown = shown.into_iter().map(|it| laid(it, size, &quad)).collect();
            }
            areas.extend(self.in_page(tree, root, shown).await?);
        }
        Ok(areas)
    }

    /// Areas of the viewport of a process's outermost frame as areas of the page's.
    async fn in_page(
        &self,
        tree: &Tree,
        root: &str,
        mut areas: Vec<Area>,
    ) -> Result<Vec<Area>, Unknown> {
        let mut context = root.to_owned();
        for _ in 0..DEEPEST {
            let Some((outer, quad)) = self.held(tree, &context).await? else { return Ok(areas) };
            // Where it is scrolled to does not matter: both are from the corner that is seen.
            let size = self.viewport_of(tree, &context).await?;
            areas = areas.into_iter().map(|it| laid(it, size, &quad)).collect();
            context = outer;
        }
        Ok(areas)
    }

    /// The outermost frame of the process around a frame, and where that frame stands in it;
    /// `None` for the page itself.
    async fn held(&self, tree: &Tree, context: &str) -> Result<Option<(String, Quad)>, Unknown> {
        let Some(inner) = tree.get(context) else { return Ok(None) };
        let session =
            tree.get(&inner.parent).map_or(self.session, |parent| parent.session.as_str());
        let params = json!({ "frameId": context });
        let owner = self.engine(session, "DOM.getFrameOwner", params, ANSWER).await?;
        let quad = self.quad(session, owner["backendNodeId"].as_i64().unwrap_or_default()).await?;
        let mut outer = inner.parent.clone();
        while let Some(above) = tree.get(&outer) {
            let around = tree.get(&above.parent).map_or(self.session, |it| it.session.as_str());
            if around != above.session {
                break;
            }
            outer.clone_from(&above.parent);
        }
        Ok(Some((outer, quad)))
    }

    /// The whole of a frame that does not say what it shows.
    async fn whole_frame(&self, tree: &Tree, context: &str) -> Result<Vec<Area>, Unknown> {
        let Some((outer, quad)) = self.held(tree, context).await? else { return Ok(Vec::new()) };
        let whole = laid(Area { x: 0.0, y: 0.0, width: 1.0, height: 1.0 }, (1.0, 1.0), &quad);
        self.in_page(tree, &outer, vec![whole]).await
    }

    async fn viewport_of(&self, tree: &Tree, context: &str) -> Result<(f64, f64), Unknown> {
        let session = tree.get(context).map_or(self.session, |it| it.session.as_str());
        let answer = self.engine(session, "Page.getLayoutMetrics", json!({}), ANSWER).await?;
        let seen = &answer["cssLayoutViewport"];
        let side = |name: &str| seen[name].as_f64().unwrap_or(1.0).max(1.0);
        Ok((side("clientWidth"), side("clientHeight")))
    }

    /// The corners of an element's content, from the top left one clockwise.
    async fn quad(&self, session: &str, element: i64) -> Result<Quad, Unknown> {
        let params = json!({ "backendNodeId": element });
        let answer = self.engine(session, "DOM.getBoxModel", params, ANSWER).await;
        let mut corners: Quad = [0.0; 8];
        match answer {
            Ok(answer) => {
                for (at, corner) in corners.iter_mut().enumerate() {
                    *corner = answer["model"]["content"][at].as_f64().unwrap_or_default();
                }
                Ok(corners)
            }
            // What is not drawn has no corners, and shows nothing.
            Err(Unknown::Engine(said)) if said.contains("box model") => Ok(corners),
            Err(unknown) => Err(unknown),
        }
    }

    /// The frames of the page.
    async fn tree(&self) -> Result<Tree, Unknown> {
        let params = json!({ "root": self.top });
        let answer = self.shared.bidi.command("browsingContext.getTree", params, ANSWER).await?;
        let mut tree = Tree::new();
        let mut rest: Vec<&Value> = answer["contexts"].as_array().into_iter().flatten().collect();
        while let Some(context) = rest.pop() {
            let parent = context["context"].as_str().unwrap_or_default();
            for child in context["children"].as_array().into_iter().flatten() {
                let name = child["context"].as_str().unwrap_or_default().to_owned();
                tree.insert(name, Inner { parent: parent.to_owned(), session: String::new() });
                rest.push(child);
            }
        }
        Ok(tree)
    }

    async fn session_of(&self, context: &str) -> Result<String, Unknown> {
        let params = json!({ "context": context });
        let answer = self.shared.bidi.command("goog:cdp.getSession", params, ANSWER).await?;
        Ok(answer["session"].as_str().unwrap_or_default().to_owned())
    }

    async fn engine(
        &self,
        session: &str,
        method: &str,
        params: Value,
        limit: Duration,
    ) -> Result<Value, Unknown> {
        let params = json!({ "method": method, "session": session, "params": params });
        let answer = self.shared.bidi.command("goog:cdp.sendCommand", params, limit).await;
        answer.map(|mut it| it["result"].take()).map_err(Unknown::from)
    }
}

/// An area of the viewport in the pixels of its picture.
fn in_pixels(it: &Area, scale: f64) -> Rect {
    let pixel = |at: f64| (at.max(0.0) * scale) as u32;
    let (x, y) = (pixel(it.x), pixel(it.y));
    let end = |at: f64| pixel(at).saturating_add(1);
    Rect { x, y, width: end(it.x + it.width) - x, height: end(it.y + it.height) - y }
}

/// Four corners, as x and y in turn.
type Quad = [f64; 8];

/// An area of a frame of this size as an area of what holds the frame at these corners.
fn laid(it: Area, (width, height): (f64, f64), quad: &Quad) -> Area {
    let at = |x: f64, y: f64| {
        let (across, down) = ((x / width).clamp(0.0, 1.0), (y / height).clamp(0.0, 1.0));
        let one = |axis: usize| {
            let (origin, right, below) = (quad[axis], quad[2 + axis], quad[6 + axis]);
            origin + (right - origin) * across + (below - origin) * down
        };
        (one(0), one(1))
    };
    let (right, bottom) = (it.x + it.width, it.y + it.height);
    let corners = [at(it.x, it.y), at(right, it.y), at(right, bottom), at(it.x, bottom)];
    let least = |axis: fn(&(f64, f64)) -> f64| corners.iter().map(axis).fold(f64::MAX, f64::min);
    let most = |axis: fn(&(f64, f64)) -> f64| corners.iter().map(axis).fold(f64::MIN, f64::max);
    let (x, y) = (least(|it| it.0), least(|it| it.1));
    Area { x, y, width: most(|it| it.0) - x, height: most(|it| it.1) - y }
}

/// Areas by whole pixels, in order and each once.
fn in_order(areas: Vec<Area>) -> Vec<Area> {
    let mut whole: Vec<Area> = areas
        .into_iter()
        .filter(|it| it.width > 0.0 && it.height > 0.0)
        .map(|it| {
            let (x, y) = (it.x.floor(), it.y.floor());
            let (right, bottom) = ((it.x + it.width).ceil(), (it.y + it.height).ceil());
            Area { x, y, width: right - x, height: bottom - y }
        })
        .collect();
    let key = |it: &Area| [it.y, it.x, it.height, it.width];
    whole.sort_by(|a, b| key(a).partial_cmp(&key(b)).unwrap_or(std::cmp::Ordering::Equal));
    whole.dedup();
    whole
}
