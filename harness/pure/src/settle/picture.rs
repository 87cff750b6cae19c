//! [`of`]: what is drawn anew in each round, by the things in the picture.

use crate::compare::{Beside, CompareError, Redactor, compare_images};
use crate::model::event::FacetRecord;
use crate::model::finding::ImageChange;
use crate::model::picture::Layout;
use crate::model::settle::{NoiseKind, Remedy};
use crate::model::target::ROLES;
use crate::model::{FacetKind, Locator, Rect, Target, Template};

use super::Read;
use super::candidate::Candidate;

/// The share of a picture above which a mask hides too much, in percent.
const LARGEST_MASK: u64 = 20;

/// The picture of one round.
pub(super) struct Picture<'a> {
    png: Vec<u8>,
    record: &'a FacetRecord,
    layout: Layout,
}

impl<'a> Picture<'a> {
    /// `None` where the evidence is not there.
    pub(super) fn of(record: &'a FacetRecord, read: Read<'_>) -> Option<Self> {
        let text = record.layout.as_ref().and_then(read);
        let layout = text.map(|it| Layout::from_text(&String::from_utf8_lossy(&it)));
        Some(Self { png: read(&record.evidence)?, record, layout: layout.unwrap_or_default() })
    }

    /// Where what is not compared stands, with things of these names, and with those whose names
    /// hold a text that is taken out.
    fn masks(&self, names: &[String], redactor: &Redactor) -> Vec<Rect> {
        let out =
            |name: &String| names.contains(name) || redactor.apply(FacetKind::Text, name) != *name;
        let things = self.layout.things.iter().filter(|it| out(&it.name)).map(|it| it.rect);
        self.record.masks.iter().copied().chain(things).collect()
    }
}

/// What varied of a picture.
pub(super) struct Varied {
    /// Masks, each with where it is.
    pub candidates: Vec<Candidate>,
    /// Where the masks stand in the first picture.
    pub rects: Vec<Vec<Rect>>,
    /// What still differs with them, in words.
    pub left: Option<String>,
}

/// What varies between pictures, redacted texts left out; `None` where nothing does. Tables and
/// lists without an order are `shuffled`, and masked as a whole.
pub(super) fn of(
    pictures: &[Picture<'_>],
    redactors: &[Redactor],
    shuffled: &[String],
) -> Result<Option<Varied>, CompareError> {
    let Some(change) = difference(pictures, redactors, &[])? else { return Ok(None) };
    let mut names: Vec<String> = Vec::new();
    let mut left = Some(change);
    for name in shuffled {
        let with = [names.as_slice(), std::slice::from_ref(name)].concat();
        let after = difference(pictures, redactors, &with)?;
        if after != left {
            (names, left) = (with, after);
        }
    }
    // Each round of this names what is left; a picture with more moving parts is unstable.
    for _ in 0..4 {
        let Some(change) = &left else { break };
        let more = nameable(&pictures[0], change);
        if more.iter().all(|it| names.contains(it)) {
            break;
        }
        let known = names.len();
        names.extend(more);
        names[known..].sort();
        names.dedup();
        left = difference(pictures, redactors, &names)?;
    }
    if left.is_none() {
        names = needed(pictures, redactors, names)?;
    }
    let rects = |name: &String| -> Vec<Rect> {
        let own = pictures[0].layout.things.iter().filter(|it| it.name == *name);
        own.map(|it| it.rect).collect()
    };
    let candidates = names.iter().filter_map(|name| {
        Some(Candidate {
            remedy: Remedy::Mask(target(name)?),
            kind: match (shuffled.contains(name), stands_elsewhere(pictures, name)) {
                (true, _) => NoiseKind::Order,
                (false, true) => NoiseKind::Moved,
                (false, false) => NoiseKind::Animation,
            },
            at: name.clone(),
            samples: vec![if stands_elsewhere(pictures, name) {
                "stands elsewhere in some rounds, since what is beside it varies".to_owned()
            } else {
                "drawn otherwise in each round".to_owned()
            }],
        })
    });
    Ok(Some(Varied {
        candidates: candidates.collect(),
        rects: names.iter().map(rects).collect(),
        left: left.map(|it| it.said().unwrap_or_else(|| "pixels that nothing names".to_owned())),
    }))
}

/// Of the things whose masks make the pictures equal, those that it takes: the box of a change
/// touches its neighbours too, and what holds several things is larger than the one that moves.
fn needed(
    pictures: &[Picture<'_>],
    redactors: &[Redactor],
    mut names: Vec<String>,
) -> Result<Vec<String>, CompareError> {
    let area = |name: &String| -> u64 {
        let own = pictures[0].layout.things.iter().filter(|it| it.name == *name);
        own.map(|it| u64::from(it.rect.width) * u64::from(it.rect.height)).sum()
    };
    let mut order = names.clone();
    order.sort_by_key(|it| std::cmp::Reverse(area(it)));
    for name in order {
        let without: Vec<String> = names.iter().filter(|it| **it != name).cloned().collect();
        if difference(pictures, redactors, &without)?.is_none() {
            names = without;
        }
    }
    Ok(names)
}

/// Whether a thing is as large in every round, and not at the same place.
fn stands_elsewhere(pictures: &[Picture<'_>], name: &str) -> bool {
    let own = |it: &Picture<'_>| -> Vec<Rect> {
        it.layout.things.iter().filter(|it| it.name == name).map(|it| it.rect).collect()
    };
    let all: Vec<Vec<Rect>> = pictures.iter().map(own).collect();
    let sizes =
        |it: &[Rect]| -> Vec<(u32, u32)> { it.iter().map(|it| (it.width, it.height)).collect() };
    let first = &all[0];
    all.iter().all(|it| sizes(it) == sizes(first)) && all.iter().any(|it| it != first)
}

/// How the pictures differ from the first, where one does.
fn difference(
    pictures: &[Picture<'_>],
    redactors: &[Redactor],
    names: &[String],
) -> Result<Option<ImageChange>, CompareError> {
    let Some((first, others)) = pictures.split_first() else { return Ok(None) };
    for (other, redactor) in others.iter().zip(redactors.iter().skip(1)) {
        let mut masks = first.masks(names, redactor);
        masks.extend(other.masks(names, redactor));
        let beside = Beside { masks, was: first.layout.clone(), is: other.layout.clone() };
        if let Some(found) = compare_images(&first.png, &other.png, &beside)? {
            return Ok(Some(found.change));
        }
    }
    Ok(None)
}

/// The things that changed, where a person can name them and they are not most of the picture.
fn nameable(picture: &Picture<'_>, change: &ImageChange) -> Vec<String> {
    let (width, height) = change.expected_size;
    let most = u64::from(width) * u64::from(height) * LARGEST_MASK / 100;
    let small = |name: &&String| {
        let mut own = picture.layout.things.iter().filter(|it| it.name == **name).peekable();
        let area = |it: Rect| u64::from(it.width) * u64::from(it.height);
        own.peek().is_some() && own.map(|it| area(it.rect)).sum::<u64>() <= most
    };
    let names = change.regions.iter().flat_map(|it| &it.names);
    names.filter(|it| target(it).is_some()).filter(small).cloned().collect()
}

/// The target that a name of a layout is: `img "Clock"`, `canvas`; `None` where a suite could not
/// name it so. A plain box is called by its tag, which is no role (`div`), and as a selector would
/// take every other box with it.
pub(super) fn target(name: &str) -> Option<Target> {
    let (role, rest) = name.split_once(' ').unwrap_or((name, ""));
    let text = rest.strip_prefix('"').and_then(|it| {
        let end = it.char_indices().find(|(at, c)| *c == '"' && !it[..*at].ends_with('\\'));
        end.map(|(at, _)| it[..at].replace("\\\"", "\""))
    });
    // A name that was cut, or would be read as a reference, means nothing on the page.
    if text.as_ref().is_some_and(|it| it.ends_with('…') || it.contains("${")) {
        return None;
    }
    let text = text.map(Template::new);
    Some(Target::plain(match (role, text) {
        ("text", Some(text)) => Locator::Text(text),
        ("text", None) => return None,
        ("canvas" | "video" | "svg" | "object" | "embed", None) => {
            Locator::Css(Template::new(role))
        }
        (role, name) if ROLES.contains(&role) => Locator::Role { role: role.to_owned(), name },
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_target_only_where_a_suite_may_write_it_so() {
        let shown = |name: &str| target(name).map(|it| it.to_string());
        for name in ["img \"Clock\"", "timer", "table \"People\""] {
            assert_eq!(shown(name).as_deref(), Some(name));
        }
        assert_eq!(shown("canvas").as_deref(), Some("css \"canvas\""));
        for name in ["div", "div \"Clock\"", "section", "img \"A long na…\"", "text"] {
            assert_eq!(shown(name), None, "{name}");
        }
    }

    /// A picture of three cells in a row, of which the second is drawn in this shade of grey.
    fn drawn(shade: u8) -> Vec<u8> {
        let image = image::RgbaImage::from_fn(240, 40, |x, _| {
            let shade = if (80..160).contains(&x) { shade } else { 255 };
            image::Rgba([shade, shade, shade, 255])
        });
        let mut png = std::io::Cursor::new(Vec::new());
        image.write_to(&mut png, image::ImageFormat::Png).expect("a picture");
        png.into_inner()
    }

    fn cells(second: u32) -> Layout {
        let thing = |name: &str, x: u32, width: u32| crate::model::picture::PlacedThing {
            name: name.to_owned(),
            rect: Rect { x, y: 0, width, height: 40 },
        };
        let things = vec![
            thing("row \"all\"", 0, 240),
            thing("cell \"left\"", 0, 80),
            thing("cell \"clock\"", second, 80),
            thing("cell \"right\"", 160, 80),
        ];
        Layout { things, masks: Vec::new() }
    }

    #[test]
    fn only_what_moves_is_masked_and_what_stands_beside_it_is_no_animation() {
        let record = FacetRecord {
            facet: FacetKind::Image,
            evidence: crate::model::EvidenceRef {
                kind: "screenshot".to_owned(),
                media: "image/png".to_owned(),
                path: String::new(),
                bytes: 0,
            },
            environment: None,
            masks: Vec::new(),
            layout: None,
        };
        let picture = |shade: u8| Picture { png: drawn(shade), record: &record, layout: cells(80) };
        let redactor = || Redactor::new(&[], &[]).expect("no pattern");
        let pictures = [picture(200), picture(90)];
        let all = ["row \"all\"", "cell \"left\"", "cell \"clock\"", "cell \"right\""];
        let all = all.map(str::to_owned).to_vec();
        let left = needed(&pictures, &[redactor(), redactor()], all).expect("pictures");
        assert_eq!(left, ["cell \"clock\""]);
        assert!(!stands_elsewhere(&pictures, "cell \"clock\""));
        let moved = [picture(200), Picture { layout: cells(81), ..picture(90) }];
        assert!(stands_elsewhere(&moved, "cell \"clock\""));
        assert!(!stands_elsewhere(&moved, "cell \"left\""));
    }
}
