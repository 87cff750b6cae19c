//! [`moved_lines`] and [`moved_things`]: what is the same picture at another place, by its names.
//!
//! Whole lines move when something above them grows; the alignment knows of these. Where something
//! beside them stayed, the layouts say which things stand elsewhere, and the pixels must agree.

use std::collections::HashMap;

use super::change::{Band, looks_equal};
use super::decode::Pixels;
use super::regions::{Layouts, area, holds, outermost, shared};
use crate::model::Rect;
use crate::model::picture::{Move, PlacedThing};

/// The most names of one move.
const MOST_NAMES: usize = 2;
/// The most things whose pixels are looked at.
const MOST_TRIED: usize = 60;
/// The most pixels in a thousand that may differ in a thing that moved.
const MOST_CHANGED: u64 = 20;

/// What moved with the lines of these bands.
pub(super) fn moved_lines(bands: &[Band], actual: &Pixels, layouts: Layouts<'_>) -> Vec<Move> {
    let mut all: Vec<(i64, Vec<Rect>)> = Vec::new();
    for band in bands.iter().filter(|it| it.shift() != 0) {
        let Some((region, _)) = super::shift::content(actual, band.top, band.height) else {
            continue;
        };
        // Nothing but one line's background going on is nothing that moved.
        match all.last_mut() {
            Some((shift, regions)) if *shift == band.shift() => regions.push(region),
            Some(_) | None => all.push((band.shift(), vec![region])),
        }
    }
    let told = |(shift, regions): (i64, Vec<Rect>)| {
        let first = regions.first()?;
        let last = regions.last()?;
        let left = regions.iter().map(|it| it.x).min()?;
        let right = regions.iter().map(|it| it.x + it.width).max()?;
        let height = last.y + last.height - first.y;
        let to = Rect { x: left, y: first.y, width: right - left, height };
        let inside: Vec<&PlacedThing> =
            layouts.is.things.iter().filter(|it| lies_in(it, to)).collect();
        Some(told(&outermost(&inside), super::regions::moved(to, -shift), to))
    };
    all.into_iter().filter_map(told).collect()
}

/// Whether a thing lies in the lines of a region.
fn lies_in(thing: &PlacedThing, lines: Rect) -> bool {
    let wide = Rect { x: 0, width: 1 << 24, ..lines };
    shared(thing.rect, wide) * 10 >= area(thing.rect) * 9
}

fn told(things: &[&PlacedThing], from: Rect, to: Rect) -> Move {
    let mut names: Vec<String> = Vec::new();
    for it in things {
        if names.len() < MOST_NAMES && !names.contains(&it.name) {
            names.push(it.name.clone());
        }
    }
    let more = things.len().saturating_sub(names.len()) as u32;
    Move { names, more, from, to }
}

/// The things that both layouts have, at another place, with the same pixels there; and the
/// baseline's picture as it would look if nothing else had happened. `None` where none moved.
pub(super) fn moved_things(
    expected: &Pixels,
    actual: &Pixels,
    layouts: Layouts<'_>,
) -> Option<(Vec<Move>, Pixels)> {
    let mut found: Vec<(&PlacedThing, Rect)> = Vec::new();
    let mut pairs = pairs(layouts);
    pairs.retain(|(was, is)| {
        was.rect != is.rect && same_size(was.rect, is.rect) && area(is.rect) >= 64
    });
    pairs.sort_by_key(|(_, is)| std::cmp::Reverse(area(is.rect)));
    let mut tried = 0;
    for (was, is) in pairs {
        let way = |from: Rect, to: Rect| {
            let by = |a: u32, b: u32| i64::from(b) - i64::from(a);
            (by(from.x, to.x), by(from.y, to.y))
        };
        let moved_with = found.iter().any(|(outer, from)| {
            holds(outer.rect, is.rect) && way(*from, outer.rect) == way(was.rect, is.rect)
        });
        if moved_with || tried == MOST_TRIED {
            continue;
        }
        tried += 1;
        if same_picture(expected, was.rect, actual, is.rect) {
            found.push((is, was.rect));
        }
    }
    let any = !found.is_empty();
    any.then(|| (grouped(&found), predicted(expected, actual, &found)))
}

/// The baseline's picture with these things at their new places; where they stood is now what
/// there is most of there.
fn predicted(expected: &Pixels, actual: &Pixels, found: &[(&PlacedThing, Rect)]) -> Pixels {
    let mut picture = expected.clone();
    let wide = expected.width as usize;
    for (thing, from) in found {
        let mut revealed: HashMap<u32, usize> = HashMap::new();
        let covered = |x: u32, y: u32| {
            let lies_in =
                |it: Rect| x >= it.x && x < it.x + it.width && y >= it.y && y < it.y + it.height;
            found.iter().any(|(other, _)| lies_in(other.rect))
        };
        let (right, bottom) = (from.x + from.width, from.y + from.height);
        // A sample is enough to know a background by.
        for y in (from.y..bottom.min(actual.height)).step_by(3) {
            for x in (from.x..right.min(actual.width)).step_by(3) {
                if !covered(x, y) {
                    *revealed.entry(actual.row(y)[x as usize]).or_default() += 1;
                }
            }
        }
        let most = revealed.into_iter().max_by_key(|(colour, count)| (*count, *colour));
        let background = most.map_or(0x00ff_ffff, |it| it.0);
        for y in from.y..bottom.min(expected.height) {
            let row = y as usize * wide;
            let end = row + right.min(expected.width) as usize;
            picture.data[row + from.x as usize..end].fill(background);
        }
        debug_assert!(same_size(thing.rect, *from), "things that moved keep their size");
    }
    for (thing, from) in found {
        let to = thing.rect;
        let (width, height) = (from.width.min(to.width), from.height.min(to.height));
        for line in 0..height.min(expected.height.saturating_sub(to.y)) {
            let source = &expected.row(from.y + line)[from.x as usize..];
            let row = (to.y + line) as usize * wide + to.x as usize;
            let width = width.min(expected.width.saturating_sub(to.x)) as usize;
            picture.data[row..row + width].copy_from_slice(&source[..width]);
        }
    }
    picture
}

/// Pixels to the right and down.
type Way = (i64, i64);

/// Things that moved by the same way are one move.
fn grouped(found: &[(&PlacedThing, Rect)]) -> Vec<Move> {
    let mut groups: Vec<(Way, Vec<(&PlacedThing, Rect)>)> = Vec::new();
    for (thing, from) in found {
        let to = thing.rect;
        let way = (i64::from(to.x) - i64::from(from.x), i64::from(to.y) - i64::from(from.y));
        match groups.iter_mut().find(|it| it.0 == way) {
            Some((_, group)) => group.push((thing, *from)),
            None => groups.push((way, vec![(thing, *from)])),
        }
    }
    let around = |all: &mut dyn Iterator<Item = Rect>| {
        all.reduce(|a, b| {
            let (x, y) = (a.x.min(b.x), a.y.min(b.y));
            let width = (a.x + a.width).max(b.x + b.width) - x;
            Rect { x, y, width, height: (a.y + a.height).max(b.y + b.height) - y }
        })
    };
    let told = |group: Vec<(&PlacedThing, Rect)>| {
        let things: Vec<&PlacedThing> = group.iter().map(|it| it.0).collect();
        let from = around(&mut group.iter().map(|it| it.1))?;
        let to = around(&mut things.iter().map(|it| it.rect))?;
        Some(told(&things, from, to))
    };
    groups.into_iter().filter_map(|it| told(it.1)).collect()
}

/// Things of one name, where both layouts have as many of them.
fn pairs(layouts: Layouts<'_>) -> Vec<(&PlacedThing, &PlacedThing)> {
    let mut by_name: HashMap<&str, (Vec<&PlacedThing>, Vec<&PlacedThing>)> = HashMap::new();
    for it in &layouts.was.things {
        by_name.entry(&it.name).or_default().0.push(it);
    }
    for it in &layouts.is.things {
        by_name.entry(&it.name).or_default().1.push(it);
    }
    let mut all: Vec<(&PlacedThing, &PlacedThing)> = by_name
        .into_values()
        .filter(|(was, is)| was.len() == is.len())
        .flat_map(|(was, is)| was.into_iter().zip(is))
        .collect();
    all.sort_by_key(|(_, is)| (is.rect.y, is.rect.x));
    all
}

/// The browser rounds the place of a box, so its size may differ by a pixel.
fn same_size(a: Rect, b: Rect) -> bool {
    a.width.abs_diff(b.width) <= 1 && a.height.abs_diff(b.height) <= 1
}

/// Whether two regions show the same, and more than one colour.
fn same_picture(expected: &Pixels, from: Rect, actual: &Pixels, to: Rect) -> bool {
    let (width, height) = (from.width.min(to.width), from.height.min(to.height));
    let fits = |picture: &Pixels, at: Rect| {
        at.x + width <= picture.width && at.y + height <= picture.height
    };
    if !fits(expected, from) || !fits(actual, to) {
        return false;
    }
    let mut changed = 0;
    let mut colourful = false;
    let first = actual.row(to.y)[to.x as usize];
    for line in 0..height {
        let span = |at: Rect| at.x as usize..(at.x + width) as usize;
        let before = &expected.row(from.y + line)[span(from)];
        let after = &actual.row(to.y + line)[span(to)];
        colourful |= after.iter().any(|it| *it != first);
        if before != after {
            let pairs = before.iter().zip(after);
            changed += pairs.filter(|(a, b)| !looks_equal(**a, **b)).count() as u64;
        }
    }
    colourful && changed * 1000 <= u64::from(width) * u64::from(height) * MOST_CHANGED
}
