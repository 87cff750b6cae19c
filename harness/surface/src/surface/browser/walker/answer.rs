//! What the walker answers: one kind of answer for each [`super::Question`], and what they are made of.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::Target;

/// What the walker knows of a page that is to be drawn, from the top left corner of the viewport.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drawing {
    /// Where the masked things are.
    pub masks: Vec<Area>,
    /// The text, with its place.
    pub runs: Vec<TextRun>,
    /// What a person would name.
    pub things: Vec<Drawn>,
    /// How far the document is scrolled, in CSS pixels.
    pub scroll_x: f64,
    /// The same, downwards.
    pub scroll_y: f64,
    /// How many times anything of the page was scrolled.
    pub scrolls: u64,
    /// Device pixels for one CSS pixel.
    pub scale: f64,
    /// The document's width in CSS pixels.
    pub width: f64,
    /// The document's height in CSS pixels.
    pub height: f64,
}

/// A thing that is drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// What it is called.
    pub name: String,
    /// Where it stands.
    pub rect: Area,
}

/// What is on a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// The accessibility tree, one line a node.
    pub aria: String,
    /// Visible text that the tree is blind to, one line a block; usually empty.
    pub text: String,
    /// The document's title.
    pub title: String,
    /// The whole URL.
    pub url: String,
    /// Path, query and fragment of the URL.
    pub path: String,
    /// Where the masked things are.
    pub masks: Vec<MaskedRegion>,
    /// The masks, by index, that match nothing.
    pub unmatched: Vec<usize>,
    /// The document's width in CSS pixels.
    pub width: f64,
    /// The document's height in CSS pixels.
    pub height: f64,
    /// Device pixels for one CSS pixel.
    pub scale: f64,
    /// How far the document is scrolled, in CSS pixels.
    #[serde(default)]
    pub scroll_x: f64,
    /// The same, downwards.
    #[serde(default)]
    pub scroll_y: f64,
    /// What a picture of the viewport needs, where it was asked for.
    #[serde(default)]
    pub drawing: Option<Drawing>,
    /// The frames of other origins, in the order of their placeholders in the tree.
    #[serde(default)]
    pub foreign: Vec<ForeignFrame>,
    /// What was asked for beside tree and text.
    #[serde(default)]
    pub details: Details,
}

/// What a page says beside what is seen on it, one line a thing; empty where it was not asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    /// Where each link leads, and how.
    pub links: String,
    /// Forms and their fields.
    pub fields: String,
    /// The keys of local and session storage.
    pub storage: String,
    /// What hinders people who use assistive technology.
    pub a11y: String,
    /// The language that the document says.
    pub lang: String,
}

/// All text that a page may show.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Lettering {
    /// What stands in the elements of each document, in the order in which it is drawn.
    pub drawn: Vec<String>,
    /// What attributes, fields and style sheets hold, each once.
    pub held: Vec<String>,
    /// How many frames there are into which the page cannot look.
    pub foreign: usize,
}

/// A frame of another origin, seen from outside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ForeignFrame {
    /// The frames to go into, by index, outermost first.
    pub frames: Vec<u16>,
    /// Where its content begins, from the left of the viewport.
    pub x: f64,
    /// The same, from the top.
    pub y: f64,
    /// Whether the target's `within` is, or holds, this frame.
    #[serde(default)]
    pub strip: bool,
}

/// The place of one masked thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MaskedRegion {
    /// Which mask, by index.
    pub mask: usize,
    /// From the top left corner of the document: for captures of the whole page.
    pub page: Area,
    /// From the top left corner of the viewport.
    pub viewport: Area,
}

/// A region in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// Pixels from the left.
    pub x: f64,
    /// Pixels from the top.
    pub y: f64,
    /// Pixels across.
    pub width: f64,
    /// Pixels down.
    pub height: f64,
}

/// A point in CSS pixels from the top left corner of the frame's viewport.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Pixels from the left.
    pub x: f64,
    /// Pixels from the top.
    pub y: f64,
}

/// What a target means on the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Matches {
    /// How many match, before `nth` picks one.
    pub total: u32,
    /// The matches in document order, at most 20.
    pub matches: Vec<Match>,
    /// Whether it is the enclosing thing that is not there; `nearest` then speaks of that.
    pub missing_within: bool,
    /// Where nothing matches: the nearest things, as `button "Apply filter"`.
    pub nearest: Vec<String>,
    /// Where nothing matches, and the very thing is there and hidden: that.
    #[serde(default)]
    pub hidden_now: Option<HiddenNow>,
    /// Where nothing matches: the frames of other origins that it may lie in.
    #[serde(default)]
    pub foreign: Vec<ForeignFrame>,
}

/// A thing that is there and hidden at the moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HiddenNow {
    /// The thing, as `link "Delete"`.
    pub said: String,
    /// The step that shows it, as `hover: 'row "Ada"'`; `None` where the page does not say.
    pub step: Option<String>,
}

/// One thing that a target means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Match {
    /// The driver's reference; null inside a frame, see `frames`.
    pub element: Value,
    /// The frames to switch into, by index, outermost first; empty in the top document.
    pub frames: Vec<u16>,
    /// Inside a frame: the way to the element, for [`super::Question::Follow`] after the switch.
    pub way: Vec<i64>,
    /// Its role.
    pub role: String,
    /// Its accessible name.
    pub name: String,
    /// The nearest named thing that it is inside of, where several match; empty where none is.
    pub inside: String,
    /// Its box, in the viewport of the top document.
    pub rect: Area,
    /// Whether it is drawn and has a size.
    pub visible: bool,
}

/// The answer to [`super::Question::Follow`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Followed {
    /// The driver's reference; null where the frame has changed.
    pub element: Value,
}

/// What all things have that a target means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    /// What is read of each, in document order; null for one that has none.
    pub values: Vec<Option<String>>,
    /// Where nothing matches: whether it may lie in a frame of another origin.
    pub foreign: bool,
}

/// How an element is. Where it is not connected, nothing else is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each asked for by name")]
pub struct ElementState {
    /// Whether it still belongs to the document.
    pub connected: bool,
    /// Its role.
    pub role: String,
    /// Its accessible name.
    pub name: String,
    /// Whether it is drawn and has a size.
    pub visible: bool,
    /// Whether it can be used.
    pub enabled: bool,
    /// Its box, in the viewport of the top document.
    pub rect: Option<Area>,
    /// Where a click would land; `None` outside of the viewport.
    pub point: Option<Point>,
    /// `true`, `false` or `mixed`.
    pub checked: String,
    /// Whether it is selected.
    pub selected: bool,
    /// Whether it is expanded; `None` where it cannot be.
    pub expanded: Option<bool>,
    /// `true`, `false` or `mixed`.
    pub pressed: String,
    /// Whether it has the focus.
    pub focused: bool,
    /// Whether it must be filled.
    pub required: bool,
    /// Whether it can be read only.
    pub readonly: bool,
    /// Its value, where it is a control.
    pub value: Option<String>,
    /// Whether text can be typed or chosen here.
    pub editable: bool,
    /// The text that is drawn in it, white space collapsed.
    pub text: String,
    /// The attributes that were asked for.
    pub attributes: IndexMap<String, Option<String>>,
    /// Whether a part of it is in the viewport.
    pub in_viewport: bool,
    /// What a click would hit instead.
    pub covered_by: Option<String>,
}

/// What to call an element.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Described {
    /// Its role.
    pub role: String,
    /// Its accessible name.
    pub name: String,
    /// The best target that means it and nothing else; `None` where there is none.
    pub target: Option<Target>,
}

/// What a target means, as `nightshift try` shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// How many match, before `nth` picks one.
    pub total: u32,
    /// The matches in document order, at most 20.
    pub matches: Vec<Probed>,
    /// Whether it is the enclosing thing that is not there; `nearest` then speaks of that.
    pub missing_within: bool,
    /// Where nothing matches: the nearest things.
    pub nearest: Vec<Near>,
}

/// One match of a target, as a step would find it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each shown by its name")]
pub struct Probed {
    /// Its role.
    pub role: String,
    /// Its accessible name.
    pub name: String,
    /// The element's name in the mark-up.
    pub tag: String,
    /// The roles above it, with the names that authors gave, outermost first.
    pub place: Vec<String>,
    /// The text that is drawn in it, cut where it is long.
    pub text: String,
    /// Whether it is drawn and has a size.
    pub visible: bool,
    /// Whether it can be used.
    pub enabled: bool,
    /// Whether text can be typed or chosen here.
    pub editable: bool,
    /// Whether it can be brought into the viewport.
    pub reachable: bool,
    /// What a click would hit instead.
    pub covered_by: Option<String>,
    /// Whether it lies in a frame.
    pub framed: bool,
    /// The best target that means it and nothing else.
    pub best: Option<Target>,
    /// Its box in the viewport, once the first match is in view.
    pub rect: Option<Area>,
}

/// What a page has that can be named, as `nightshift try` without a target lists it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Nameable {
    /// How many things there are.
    pub total: u32,
    /// What can be used, and what says where one is, in document order; at most 200.
    pub things: Vec<Near>,
    /// Whether the thing that they should be inside of is not there.
    pub missing_within: bool,
}

/// Something near a target that matches nothing, or something that can be named.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Near {
    /// As `button "Apply filter"`.
    pub said: String,
    /// Whether it is hidden.
    pub hidden: bool,
    /// The best target that means it.
    pub best: Option<Target>,
}

/// Role and name of one element, for the test against the browser's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Computed {
    /// The driver's reference; null inside a frame.
    pub element: Value,
    /// The element's name in the mark-up; `svg:` and `x:` mark other namespaces.
    pub tag: String,
    /// Its `id`.
    pub id: String,
    /// Its role.
    pub role: String,
    /// Its accessible name.
    pub name: String,
    /// Whether assistive technology meets it.
    pub exposed: bool,
}

/// Where the pointer goes.
#[derive(Debug, Clone, PartialEq, Deserialize, Default)]
#[serde(default)]
pub struct Aim {
    /// Whether the element still belongs to the document.
    pub connected: bool,
    /// Pixels from the left of the top document's viewport; `None` where it cannot be seen.
    pub x: Option<f64>,
    /// Pixels from its top.
    pub y: Option<f64>,
    /// How wide the part of it is that can be seen, in pixels of its frame.
    pub width: f64,
    /// And how high.
    pub height: f64,
    /// What a click would hit instead.
    pub covered: Option<String>,
}

/// A list made of roles, or what opens one.
#[derive(Debug, Clone, PartialEq, Deserialize, Default)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each asked for by name")]
pub struct Widget {
    /// Whether the element still belongs to the document.
    pub connected: bool,
    /// Its role.
    pub role: String,
    /// Whether it is the list itself.
    pub own: bool,
    /// The list's role; empty where none is open.
    pub list_role: String,
    /// Whether several options can be chosen.
    pub many: bool,
    /// The field that filters the list by what is typed; null where there is none.
    pub field: Value,
    /// How many other lists stand open on the page.
    pub open: u32,
    /// Whether it says that it is expanded.
    pub expanded: Option<bool>,
    /// Whether a part of the same component lies over it, so that only keys reach it.
    pub veiled: bool,
    /// What it shows as chosen.
    pub value: String,
    /// Whether it says that it still loads.
    pub busy: bool,
    /// The list; null where none is open.
    pub list: Value,
    /// What is in the list.
    pub options: Vec<Choice>,
}

/// One option of a list made of roles.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Choice {
    /// The driver's reference.
    pub element: Value,
    /// Its accessible name.
    pub name: String,
    /// Which of the wanted labels it has; -1 for none.
    pub wanted: i64,
    /// Whether it is chosen; `None` where it does not tell.
    pub selected: Option<bool>,
    /// Whether it can not be chosen.
    pub disabled: bool,
}

/// How far something is scrolled.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Default)]
#[serde(default)]
pub struct Scrolled {
    /// Whether there is anything that scrolls.
    pub there: bool,
    /// Whether it is the page itself.
    pub page: bool,
    /// Pixels from its top.
    pub top: f64,
    /// The most that this can be now.
    pub most: f64,
    /// How many rows, options or list items it has now.
    pub rows: u32,
    /// Whether it says that more is being loaded.
    pub waiting: bool,
}

/// The text that is drawn in the viewport.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct TextRuns {
    /// In document order.
    pub runs: Vec<TextRun>,
}

/// Text that stands on the same lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TextRun {
    /// The text, its white space collapsed.
    pub text: String,
    /// Its lines in the viewport, as wide as what holds them.
    pub rect: Area,
}
