//! [`Drawn`]: what the engine has drawn of the documents of one process, and where in it something
//! is shown that must not be seen.
//!
//! The engine's own account of its layout knows what scripts cannot ask for: generated content,
//! list marks, closed shadow trees, and each line of a text with the part of it that stands there.
//! Positions are from the viewport of the document. Neighbour: [`super`], which asks for it.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use crate::surface::browser::walker::Area;
use crate::surface::veil::Veil;

/// The styles that are asked for with each thing, in this order.
pub(super) const STYLES: [&str; 7] = [
    "display",
    "position",
    "overflow-x",
    "writing-mode",
    "text-shadow",
    "filter",
    "background-image",
];
const DISPLAY: usize = 0;
const POSITION: usize = 1;
const OVERFLOW: usize = 2;
const WRITING: usize = 3;
const SHADOW: usize = 4;
const FILTER: usize = 5;
const BACKGROUND: usize = 6;

/// How far letters reach out of their boxes, in parts of their height.
const REACH: f64 = 0.2;
/// The least of it, in CSS pixels.
const LEAST_REACH: f64 = 2.0;
/// Attributes that name what is drawn, or are drawn where that is missing.
const PICTURES: [&str; 7] = ["src", "srcset", "data", "poster", "href", "xlink:href", "alt"];
/// Elements that draw what these name.
const DRAWING: [&str; 7] = ["IMG", "IMAGE", "INPUT", "OBJECT", "EMBED", "VIDEO", "FEIMAGE"];
/// Fields that do not show their value as text.
const NO_TEXT: [&str; 7] = ["password", "checkbox", "radio", "range", "color", "hidden", "image"];

/// An index into the strings, or nothing.
type Text = i64;

/// The engine's answer to `DOMSnapshot.captureSnapshot`.
#[derive(Debug, Deserialize)]
pub(super) struct Drawn {
    pub(super) documents: Vec<Document>,
    strings: Vec<String>,
}

/// One document.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document {
    nodes: Nodes,
    layout: Layout,
    text_boxes: TextBoxes,
    #[serde(default)]
    scroll_offset_x: f64,
    #[serde(default)]
    scroll_offset_y: f64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Nodes {
    parent_index: Vec<i64>,
    node_name: Vec<Text>,
    node_value: Vec<Text>,
    backend_node_id: Vec<i64>,
    attributes: Vec<Vec<Text>>,
    input_value: Rare,
    text_value: Rare,
    content_document_index: Rare,
    #[serde(rename = "currentSourceURL")]
    current_source: Rare,
}

/// Values that few nodes have.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Rare {
    index: Vec<usize>,
    value: Vec<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Layout {
    node_index: Vec<usize>,
    styles: Vec<Vec<Text>>,
    bounds: Vec<[f64; 4]>,
    text: Vec<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TextBoxes {
    layout_index: Vec<usize>,
    bounds: Vec<[f64; 4]>,
    start: Vec<usize>,
    length: Vec<usize>,
}

impl Drawn {
    /// The element that holds a document, for the engine; `None` for the outermost one.
    pub(super) fn owner(&self, document: usize) -> Option<i64> {
        self.documents.iter().find_map(|outer| {
            let held = &outer.nodes.content_document_index;
            let at = held.value.iter().position(|it| usize::try_from(*it) == Ok(document))?;
            outer.nodes.backend_node_id.get(held.index[at]).copied()
        })
    }

    /// The width and height of a document's viewport.
    pub(super) fn size(document: &Document) -> (f64, f64) {
        document.layout.bounds.first().map_or((0.0, 0.0), |it| (it[2], it[3]))
    }

    /// Where a document shows what the veil hides.
    pub(super) fn shown(&self, document: &Document, veil: &Veil) -> Vec<Area> {
        let sight = Sight::new(self, document, veil);
        let mut areas = sight.texts();
        areas.extend(sight.fields());
        areas.extend(sight.lists());
        areas.extend(sight.pictures());
        let (left, top) = (document.scroll_offset_x, document.scroll_offset_y);
        areas.into_iter().map(|it| Area { x: it.x - left, y: it.y - top, ..it }).collect()
    }

    fn text(&self, index: Text) -> &str {
        usize::try_from(index).ok().and_then(|it| self.strings.get(it)).map_or("", String::as_str)
    }
}

/// A look at one document.
struct Sight<'a> {
    all: &'a Drawn,
    nodes: &'a Nodes,
    layout: &'a Layout,
    boxes: &'a TextBoxes,
    veil: &'a Veil,
    /// The first thing that is drawn of a node.
    drawn: HashMap<usize, usize>,
    /// The lines of a thing's text.
    lines: HashMap<usize, Vec<usize>>,
}

impl<'a> Sight<'a> {
    fn new(all: &'a Drawn, document: &'a Document, veil: &'a Veil) -> Self {
        let mut drawn = HashMap::new();
        for (at, node) in document.layout.node_index.iter().enumerate() {
            drawn.entry(*node).or_insert(at);
        }
        let mut lines: HashMap<usize, Vec<usize>> = HashMap::new();
        for (at, thing) in document.text_boxes.layout_index.iter().enumerate() {
            lines.entry(*thing).or_default().push(at);
        }
        let Document { nodes, layout, text_boxes, .. } = document;
        Self { all, nodes, layout, boxes: text_boxes, veil, drawn, lines }
    }

    fn name(&self, node: usize) -> &str {
        self.all.text(self.nodes.node_name[node])
    }

    fn parent(&self, node: usize) -> Option<usize> {
        usize::try_from(*self.nodes.parent_index.get(node)?).ok()
    }

    fn above(&self, node: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(self.parent(node), |it| self.parent(*it))
    }

    fn style(&self, thing: usize, which: usize) -> &str {
        self.layout
            .styles
            .get(thing)
            .and_then(|it| it.get(which))
            .map_or("", |it| self.all.text(*it))
    }

    fn bounds(&self, thing: usize) -> Area {
        area(self.layout.bounds[thing])
    }

    fn attribute(&self, node: usize, name: &str) -> Option<&str> {
        let pairs = self.nodes.attributes.get(node)?.chunks_exact(2);
        let named = |pair: &&[Text]| self.all.text(pair[0]).eq_ignore_ascii_case(name);
        let mut pairs = pairs.filter(named);
        pairs.next().map(|pair| self.all.text(pair[1]))
    }

    /// What a text is drawn of: what stands in the document, before styles have changed its case.
    fn letters(&self, thing: usize) -> &str {
        let node = self.layout.node_index[thing];
        let own = self.all.text(self.nodes.node_value[node]);
        if own.is_empty() { self.all.text(self.layout.text[thing]) } else { own }
    }

    /// Where texts show something, also one that is spread over several of them.
    fn texts(&self) -> Vec<Area> {
        let mut text = String::new();
        let mut parts: Vec<(usize, usize)> = Vec::new();
        let mut block = None;
        for thing in (0..self.layout.text.len()).filter(|it| self.layout.text[*it] >= 0) {
            let within = self.block(thing);
            if block != Some(within) {
                text.push('\n');
                block = Some(within);
            }
            parts.push((text.len(), thing));
            text.push_str(self.letters(thing));
        }
        let mut areas = Vec::new();
        for found in self.veil.find(&text) {
            let first = parts.partition_point(|(start, _)| *start <= found.start).max(1) - 1;
            for (start, thing) in parts[first..].iter().take_while(|it| it.0 < found.end) {
                let letters = self.letters(*thing);
                let unit = |at: usize| {
                    let within = at.saturating_sub(*start).min(letters.len());
                    letters.get(..within).map_or(within, |it| it.encode_utf16().count())
                };
                areas.extend(self.lines_of(*thing, unit(found.start), unit(found.end)));
            }
        }
        areas.extend(self.generated());
        areas
    }

    /// The lines on which a part of a text stands, the part in UTF-16 units.
    fn lines_of(&self, thing: usize, from: usize, to: usize) -> Vec<Area> {
        let node = self.layout.node_index[thing];
        if self.above(node).any(|it| self.name(it).eq_ignore_ascii_case("symbol")) {
            return self.copies();
        }
        let own = self.lines.get(&thing).map_or(&[][..], Vec::as_slice);
        let meets = |it: &&usize| {
            let start = self.boxes.start[**it];
            start < to && start + self.boxes.length[**it] > from
        };
        own.iter().filter(meets).map(|it| self.line(thing, area(self.boxes.bounds[*it]))).collect()
    }

    /// Where drawings show what they hold elsewhere.
    fn copies(&self) -> Vec<Area> {
        let is_copy = |it: &&usize| self.name(self.layout.node_index[**it]) == "use";
        let all: Vec<usize> = (0..self.layout.node_index.len()).collect();
        all.iter().filter(is_copy).map(|it| self.bounds(*it)).collect()
    }

    /// The whole line on which a piece of text stands: what is beside it moves with its width.
    fn line(&self, thing: usize, piece: Area) -> Area {
        let block = self.bounds(self.block(thing));
        let wide = if self.style(thing, WRITING).starts_with("horizontal") {
            Area { x: block.x, width: block.width, ..piece }
        } else {
            block
        };
        let cut = self.cut(thing, joined(piece, wide));
        let node = self.layout.node_index[thing];
        let effects: f64 = std::iter::once(node)
            .chain(self.above(node))
            .filter_map(|it| self.drawn.get(&it))
            .map(|it| lengths(self.style(*it, FILTER)))
            .sum::<f64>()
            + lengths(self.style(thing, SHADOW));
        let reach = (piece.height.min(piece.width.max(piece.height)) * REACH).max(LEAST_REACH);
        grown(cut, reach + effects)
    }

    /// What holds the lines of a thing.
    fn block(&self, thing: usize) -> usize {
        let node = self.layout.node_index[thing];
        // A mark before or behind an element is a child of it, though both have one node.
        let generated = self.name(node).starts_with("::");
        let own = generated.then_some(node).and_then(|it| self.drawn.get(&it)).copied();
        own.into_iter()
            .chain(self.above(node).filter_map(|it| self.drawn.get(&it)).copied())
            .find(|it| {
                !matches!(self.style(*it, DISPLAY), "inline" | "contents" | "ruby" | "ruby-text")
            })
            .unwrap_or(thing)
    }

    /// An area without what the things around it do not let be seen.
    fn cut(&self, thing: usize, whole: Area) -> Area {
        let node = self.layout.node_index[thing];
        let mut left = whole;
        for above in std::iter::once(node).chain(self.above(node)) {
            let Some(thing) = self.drawn.get(&above) else { continue };
            if !matches!(self.style(*thing, OVERFLOW), "visible" | "")
                && self.name(above) != "#text"
            {
                left = common(left, self.bounds(*thing)).unwrap_or(left);
            }
            // What is taken out of the flow may stand outside of what is around it.
            if matches!(self.style(*thing, POSITION), "absolute" | "fixed") {
                break;
            }
        }
        left
    }

    /// Where a style shows an attribute, in whatever case.
    fn generated(&self) -> Vec<Area> {
        let mut areas = Vec::new();
        for (thing, node) in self.layout.node_index.iter().enumerate() {
            if self.layout.text[thing] < 0 || !self.name(*node).starts_with("::") {
                continue;
            }
            let values = self.parent(*node).and_then(|it| self.nodes.attributes.get(it));
            let mut values = values.into_iter().flat_map(|it| it.chunks_exact(2)).map(|it| it[1]);
            if values.any(|it| self.veil.hides(self.all.text(it))) {
                areas.extend(self.lines_of(thing, 0, usize::MAX));
            }
        }
        areas
    }

    /// The fields that show something: each as a whole.
    fn fields(&self) -> Vec<Area> {
        let Nodes { input_value, text_value, .. } = self.nodes;
        let mut filled = HashSet::new();
        let mut areas = Vec::new();
        for (node, value) in both(input_value).chain(both(text_value)) {
            let value = self.all.text(value);
            if !value.is_empty() {
                filled.insert(node);
            }
            let kind = self.attribute(node, "type").unwrap_or_default().to_ascii_lowercase();
            if !NO_TEXT.contains(&&*kind) && self.veil.hides(value) {
                areas.extend(self.drawn.get(&node).map(|it| self.bounds(*it)));
            }
        }
        for (node, thing) in &self.drawn {
            if matches!(self.name(*node), "INPUT" | "TEXTAREA")
                && !filled.contains(node)
                && ["placeholder", "value", "label"]
                    .iter()
                    .filter_map(|it| self.attribute(*node, it))
                    .any(|it| self.veil.hides(it))
            {
                areas.push(self.bounds(*thing));
            }
        }
        areas
    }

    /// The lists of which an option says something, chosen or not.
    fn lists(&self) -> Vec<Area> {
        let mut said: HashMap<usize, String> = HashMap::new();
        for node in 0..self.nodes.node_name.len() {
            let own = match self.name(node) {
                "#text" => self.all.text(self.nodes.node_value[node]),
                "OPTION" | "OPTGROUP" => self.attribute(node, "label").unwrap_or_default(),
                _ => continue,
            };
            if own.trim().is_empty() {
                continue;
            }
            if let Some(list) = self.above(node).find(|it| self.name(*it) == "SELECT") {
                let text = said.entry(list).or_default();
                text.push('\n');
                text.push_str(own);
            }
        }
        let hidden = said.into_iter().filter(|(_, text)| self.veil.hides(text));
        hidden.filter_map(|(list, _)| self.drawn.get(&list)).map(|it| self.bounds(*it)).collect()
    }

    /// Pictures whose address, or what stands in for them, shows something: a code to scan may.
    fn pictures(&self) -> Vec<Area> {
        let mut known: HashMap<Text, bool> = HashMap::new();
        let mut hides =
            |text: Text| *known.entry(text).or_insert_with(|| self.veil.hides(self.all.text(text)));
        let sources: HashMap<usize, Text> = both(&self.nodes.current_source).collect();
        let mut areas = Vec::new();
        for (node, thing) in &self.drawn {
            let background = self.layout.styles.get(*thing).and_then(|it| it.get(BACKGROUND));
            let mut named: Vec<Text> = background.copied().into_iter().collect();
            named.extend(sources.get(node));
            if DRAWING.contains(&&*self.name(*node).to_ascii_uppercase()) {
                let pairs = self.nodes.attributes.get(*node);
                let pairs = pairs.into_iter().flat_map(|it| it.chunks_exact(2));
                named.extend(
                    pairs.filter(|it| PICTURES.contains(&self.all.text(it[0]))).map(|it| it[1]),
                );
            }
            if named.into_iter().any(&mut hides) {
                areas.push(self.bounds(*thing));
            }
        }
        areas
    }
}

fn both(rare: &Rare) -> impl Iterator<Item = (usize, i64)> {
    rare.index.iter().copied().zip(rare.value.iter().copied())
}

fn area([x, y, width, height]: [f64; 4]) -> Area {
    Area { x, y, width, height }
}

/// The sum of all lengths of a style in pixels, whatever they mean: that far it reaches at most.
fn lengths(style: &str) -> f64 {
    let numbers = style.split([' ', '(', ')', ',']);
    let lengths = numbers.filter_map(|it| it.strip_suffix("px")?.parse::<f64>().ok());
    lengths.map(f64::abs).sum::<f64>() * 3.0
}

/// What holds both.
fn joined(one: Area, other: Area) -> Area {
    let (x, y) = (one.x.min(other.x), one.y.min(other.y));
    let right = (one.x + one.width).max(other.x + other.width);
    let bottom = (one.y + one.height).max(other.y + other.height);
    Area { x, y, width: right - x, height: bottom - y }
}

/// What both hold; `None` where that is nothing.
fn common(one: Area, other: Area) -> Option<Area> {
    let (x, y) = (one.x.max(other.x), one.y.max(other.y));
    let right = (one.x + one.width).min(other.x + other.width);
    let bottom = (one.y + one.height).min(other.y + other.height);
    (right > x && bottom > y).then_some(Area { x, y, width: right - x, height: bottom - y })
}

fn grown(it: Area, by: f64) -> Area {
    Area { x: it.x - by, y: it.y - by, width: it.width + 2.0 * by, height: it.height + 2.0 * by }
}
