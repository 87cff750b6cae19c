//! [`Extent`]: what a picture shows; [`Layout`]: what stands where in it; [`Region`] and [`Move`]:
//! how one changed, in words that a person would use.
//!
//! A layout is never compared. It is kept beside a picture so that a changed region can be called
//! `button "Buy"` instead of by its pixels. [`ImageChange`] holds all that is known of a change.

use serde::{Deserialize, Serialize};

use super::facet::Rect;
use super::target::Target;
use super::template::Template;

/// The most things that a layout holds.
pub const MOST_THINGS: usize = 1_500;
/// The most parts of a change that one sentence names.
const MOST_SAID: usize = 3;
/// The most names of one region that a sentence holds.
const MOST_NAMES: usize = 2;

/// What a picture of a page shows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Extent {
    /// What is seen without scrolling.
    #[default]
    Viewport,
    /// The whole page, from its top to its end.
    FullPage,
    /// One thing, however large it is.
    Element(Target),
}

impl Extent {
    /// Whether it is what is meant unless something is said.
    #[must_use]
    pub fn is_viewport(&self) -> bool {
        *self == Self::Viewport
    }

    /// The scope with every template replaced by what `fill` makes of it.
    ///
    /// # Errors
    /// What `fill` answers for the first template that it cannot fill.
    pub fn map<E>(&self, fill: &dyn Fn(&Template) -> Result<Template, E>) -> Result<Self, E> {
        Ok(match self {
            Self::Viewport => Self::Viewport,
            Self::FullPage => Self::FullPage,
            Self::Element(target) => Self::Element(target.map(fill)?),
        })
    }
}

/// Where the things of a page stand in a picture of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layout {
    /// In the order of the document.
    pub things: Vec<PlacedThing>,
    /// What is not compared of the picture: masks and text that a redaction takes out, which may be
    /// wider one night than another.
    pub masks: Vec<Rect>,
}

/// One thing of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedThing {
    /// What a person would call it: `button "Buy"`, `contentinfo`.
    pub name: String,
    /// Its place, in pixels of the picture.
    pub rect: Rect,
}

impl Layout {
    /// One thing a line: left, top, width, height and name; `mask` and its place for what is not
    /// compared.
    #[must_use]
    pub fn to_text(&self) -> String {
        let place = |it: &Rect| format!("{} {} {} {}", it.x, it.y, it.width, it.height);
        let masks = self.masks.iter().take(MOST_THINGS).map(|it| format!("{MASK}{}\n", place(it)));
        let line = |it: &PlacedThing| format!("{} {}\n", place(&it.rect), it.name);
        masks.chain(self.things.iter().take(MOST_THINGS).map(line)).collect()
    }

    /// Reads what [`Layout::to_text`] wrote; lines that say something else are left out, because
    /// a layout only names things.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        let (mut things, mut masks) = (Vec::new(), Vec::new());
        for line in text.lines().take(2 * MOST_THINGS) {
            match line.strip_prefix(MASK) {
                Some(place) => masks.extend(thing(&format!("{place} {MASK}")).map(|it| it.rect)),
                None => things.extend(thing(line)),
            }
        }
        Self { things, masks }
    }
}

/// What a line begins with that says what is not compared.
const MASK: &str = "mask ";

fn thing(line: &str) -> Option<PlacedThing> {
    let mut parts = line.splitn(5, ' ');
    let mut number = || parts.next()?.parse::<u32>().ok();
    let (x, y, width, height) = (number()?, number()?, number()?, number()?);
    let name = parts.next()?.to_owned();
    // Further off than any picture is large, so that sums of these never overflow.
    let fits = [x, y, width, height].into_iter().all(|it| it < 1 << 24);
    (fits && !name.is_empty()).then_some(PlacedThing { name, rect: Rect { x, y, width, height } })
}

/// What became of a changed region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It looks different.
    Changed,
    /// It was not there before.
    New,
    /// It is not there any more.
    Gone,
}

/// What a changed region of a picture is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// The things that it consists of, or the smallest that holds it; empty where nothing is known.
    pub names: Vec<String>,
    /// What became of it.
    pub fate: Fate,
    /// The colour that became another one, where nothing but the style is otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repaint: Option<Repaint>,
    /// Whether all that it is called by is on both sides, at another place or of another size.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub moved: bool,
}

/// A colour that became another one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Repaint {
    /// The old colour: `#333333`.
    pub from: String,
    /// The new one.
    pub to: String,
}

/// Something that is the same picture at another place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// The things that moved, the largest first; empty where nothing is known of them.
    pub names: Vec<String>,
    /// How many more things moved with them.
    pub more: u32,
    /// Where it was, in the baseline.
    pub from: Rect,
    /// Where it is.
    pub to: Rect,
}

impl Move {
    /// How far it moved, in words: `down 24 px`, `right 8 px and up 2 px`.
    #[must_use]
    pub fn way(&self) -> String {
        let along = |from: u32, to: u32, more: &str, less: &str| {
            (from != to).then(|| {
                let word = if to > from { more } else { less };
                format!("{word} {} px", from.abs_diff(to))
            })
        };
        let ways = [
            along(self.from.x, self.to.x, "right", "left"),
            along(self.from.y, self.to.y, "down", "up"),
        ];
        ways.into_iter().flatten().collect::<Vec<_>>().join(" and ")
    }

    /// What moved and how far: `contentinfo moved down 24 px`.
    #[must_use]
    pub fn said(&self) -> String {
        let what = match (self.names.as_slice(), self.more) {
            ([], _) => "a part of the page".to_owned(),
            (names, 0) => listed(names),
            (names, 1) => format!("{} and 1 more thing", names.join(", ")),
            (names, more) => format!("{} and {more} more things", names.join(", ")),
        };
        format!("{what} moved {}", self.way())
    }
}

impl Region {
    /// Whether anything in it is called as people call it, and not by a selector alone.
    fn is_called(&self) -> bool {
        self.names.iter().any(|it| it.contains('"') || !it.contains(['.', '#']))
    }

    /// What it is and what became of it; `None` where nothing is known of it.
    #[must_use]
    pub fn said(&self) -> Option<String> {
        let names = match self.names.as_slice() {
            [] => return None,
            few if few.len() <= MOST_NAMES => listed(few),
            many => {
                let more = many.len() - MOST_NAMES;
                format!("{} and {more} more", many[..MOST_NAMES].join(", "))
            }
        };
        let plural = self.names.len() > 1;
        Some(match (self.fate, plural) {
            (Fate::Changed, false) => format!("{names} looks different"),
            (Fate::Changed, true) => format!("{names} look different"),
            (Fate::New, false) => format!("{names} is new"),
            (Fate::New, true) => format!("{names} are new"),
            (Fate::Gone, false) => format!("{names} is gone"),
            (Fate::Gone, true) => format!("{names} are gone"),
        })
    }
}

/// How a picture changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImageChange {
    /// Pixels that differ, without masks and anti-aliasing.
    pub changed_pixels: u64,
    /// All pixels that were compared.
    pub compared_pixels: u64,
    /// Size of the baseline, in pixels.
    pub expected_size: (u32, u32),
    /// Size of what was seen, in pixels.
    pub actual_size: (u32, u32),
    /// The changed regions.
    pub boxes: Vec<Rect>,
    /// What each of these regions is, in the same order; empty in nights of before it was told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<Region>,
    /// What is the same picture at another place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<Move>,
}

impl ImageChange {
    /// Whether anything of what changed has a name, or moved.
    #[must_use]
    pub fn is_named(&self) -> bool {
        !self.moves.is_empty() || self.regions.iter().any(|it| !it.names.is_empty())
    }

    /// What changed, the same in the viewport as on the whole page: what is new, gone or different
    /// by name, or else how far something moved; `None` where only pixels are known.
    #[must_use]
    pub fn cause(&self) -> Option<String> {
        let mut all: Vec<String> = self.regions.iter().filter_map(Region::said).collect();
        if all.is_empty() {
            all = self.moves.iter().map(Move::way).collect();
        }
        all.sort_unstable();
        all.dedup();
        (!all.is_empty()).then(|| all.join("; "))
    }

    /// What changed, in words, the most telling first; `None` where only pixels are known.
    #[must_use]
    pub fn said(&self) -> Option<String> {
        let regions = |called: bool, fate: Fate| {
            let of_it = self.regions.iter().filter(move |it| it.fate == fate);
            of_it.filter(move |it| it.is_called() == called).filter_map(Region::said)
        };
        let all = [Fate::Gone, Fate::New, Fate::Changed].into_iter();
        let mut all: Vec<String> = all.flat_map(|fate| regions(true, fate)).collect();
        all.extend([Fate::Gone, Fate::New].into_iter().flat_map(|fate| regions(false, fate)));
        all.extend(self.moves.iter().map(Move::said));
        // That something with no name for people looks different says least.
        all.extend(regions(false, Fate::Changed));
        all.dedup();
        let ((was_wide, was_high), (wide, high)) = (self.expected_size, self.actual_size);
        let grew = |was: u32, is: u32, more: &str, less: &str| {
            let word = if is > was { more } else { less };
            (is != was).then(|| format!("the picture is {} px {word}", is.abs_diff(was)))
        };
        all.extend(grew(was_wide, wide, "wider", "narrower"));
        all.extend(grew(was_high, high, "taller", "shorter"));
        let more = all.len().saturating_sub(MOST_SAID);
        all.truncate(MOST_SAID);
        if more > 0 {
            all.push(format!("and {more} more"));
        }
        (!all.is_empty()).then(|| all.join("; "))
    }
}

/// `a`, `a and b`, `a, b and c`.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Rect = Rect { x: 8, y: 100, width: 300, height: 40 };

    #[test]
    fn a_layout_reads_back_as_it_was_written_and_forgives_other_lines() {
        let thing = |name: &str| PlacedThing { name: name.to_owned(), rect: PLACE };
        let things = vec![thing("button \"Buy now\""), thing("contentinfo")];
        let layout = Layout { things, masks: vec![Rect { x: 1, ..PLACE }] };
        assert_eq!(
            layout.to_text(),
            "mask 1 100 300 40\n8 100 300 40 button \"Buy now\"\n8 100 300 40 contentinfo\n"
        );
        let edited = format!("{}<<<<<<< ours\n1 2 x\n9 9 9999999999 1 a\n", layout.to_text());
        assert_eq!(Layout::from_text(&edited), layout);
    }

    #[test]
    fn a_change_is_told_by_the_things_in_it() {
        let to = Rect { y: 124, ..PLACE };
        let change = ImageChange {
            changed_pixels: 1,
            compared_pixels: 2,
            expected_size: (300, 400),
            actual_size: (300, 424),
            boxes: vec![PLACE, PLACE],
            regions: vec![
                Region {
                    names: vec!["button \"Buy\"".to_owned()],
                    fate: Fate::Changed,
                    repaint: None,
                    moved: false,
                },
                Region {
                    names: vec!["img \"Truck\"".to_owned()],
                    fate: Fate::Gone,
                    repaint: None,
                    moved: false,
                },
            ],
            moves: vec![Move { names: vec!["contentinfo".to_owned()], more: 0, from: PLACE, to }],
        };
        assert_eq!(
            change.said().as_deref(),
            Some(
                "img \"Truck\" is gone; button \"Buy\" looks different; contentinfo moved down 24 px; and 1 more"
            )
        );
        let overlay = Region {
            names: vec!["div.overlay".to_owned()],
            fate: Fate::Changed,
            repaint: None,
            moved: false,
        };
        let banner = Region {
            names: vec!["div.banner".to_owned()],
            fate: Fate::New,
            repaint: None,
            moved: false,
        };
        let unnamed = ImageChange {
            regions: vec![overlay, banner],
            actual_size: change.expected_size,
            ..change
        };
        assert_eq!(
            unnamed.said().as_deref(),
            Some("div.banner is new; contentinfo moved down 24 px; div.overlay looks different")
        );
        let back = Move { names: Vec::new(), more: 3, from: to, to: Rect { x: 3, ..PLACE } };
        assert_eq!(back.said(), "a part of the page moved left 5 px and up 24 px");
    }
}
