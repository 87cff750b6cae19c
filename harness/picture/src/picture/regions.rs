//! [`regions`]: changed tiles as boxes that a person would draw, each with the names of what it is.
//!
//! Tiles that touch make one box; boxes of one thing that lie near make one. A box is named by the
//! smallest thing that it nearly fills, or by the things that it holds; what a layout has on one
//! side only is new or gone. Neighbours: [`super::change`], and [`super::things`] for what moved.

use super::WINDOW_LIMIT;
use super::change::{Band, ChangeMap, union};
use crate::model::Rect;
use crate::model::picture::{Fate, Layout, PlacedThing, Region};

/// The most boxes that are worth drawing.
pub(super) const MOST_BOXES: usize = 60;
/// Boxes of one thing that are not further apart are one.
const NEAR: u32 = 48;
/// A thing that is larger than a box by more than this says little of it.
const TELLING: u64 = 8;
/// The most names of one box.
const MOST_NAMES: usize = 6;

/// A box and what it is.
pub(super) type Boxed = (Rect, Region);

pub(super) fn rect([left, top, right, bottom]: [u32; 4]) -> Rect {
    Rect { x: left, y: top, width: right - left + 1, height: bottom - top + 1 }
}

fn edges(it: Rect) -> [u32; 4] {
    [it.x, it.y, it.x + it.width.max(1) - 1, it.y + it.height.max(1) - 1]
}

pub(super) fn area(it: Rect) -> u64 {
    u64::from(it.width) * u64::from(it.height)
}

/// How many pixels two regions share.
pub(super) fn shared(a: Rect, b: Rect) -> u64 {
    let along = |from: u32, long: u32, other: u32, other_long: u32| {
        (from + long).min(other + other_long).saturating_sub(from.max(other))
    };
    u64::from(along(a.x, a.width, b.x, b.width)) * u64::from(along(a.y, a.height, b.y, b.height))
}

/// Whether one region lies in another, give or take two pixels.
pub(super) fn holds(outer: Rect, inner: Rect) -> bool {
    inner.x + 2 >= outer.x
        && inner.y + 2 >= outer.y
        && inner.x + inner.width <= outer.x + outer.width + 2
        && inner.y + inner.height <= outer.y + outer.height + 2
}

fn are_near(a: Rect, b: Rect, gap: u32) -> bool {
    let grown = Rect {
        x: a.x.saturating_sub(gap),
        y: a.y.saturating_sub(gap),
        width: a.width + gap + gap.min(a.x),
        height: a.height + gap + gap.min(a.y),
    };
    shared(grown, b) > 0
}

/// The changed regions of a map; scattered pixels are left out where something else explains it.
pub(super) fn clusters(map: &ChangeMap) -> Vec<Rect> {
    let mut left: Vec<bool> = map.tiles.iter().map(|it| it.count > 0).collect();
    let mut strong = Vec::new();
    let mut weak = Vec::new();
    for start in 0..left.len() {
        if !std::mem::take(&mut left[start]) {
            continue;
        }
        let mut region = map.tiles[start].region;
        let mut densest = map.around(start);
        let mut queue = vec![start];
        while let Some(at) = queue.pop() {
            let (column, row) = (at % map.columns, at / map.columns);
            for near_row in row.saturating_sub(1)..=row + 1 {
                for near in column.saturating_sub(1)..=(column + 1).min(map.columns - 1) {
                    let near = near_row * map.columns + near;
                    if left.get_mut(near).is_some_and(std::mem::take) {
                        region = union(region, map.tiles[near].region);
                        densest = densest.max(map.around(near));
                        queue.push(near);
                    }
                }
            }
        }
        if densest >= WINDOW_LIMIT { &mut strong } else { &mut weak }.push(rect(region));
    }
    let mut boxes = if strong.is_empty() { weak } else { strong };
    let mut gap = 0;
    // Boxes may lie in each other, and a page of confetti is told by fewer and larger ones.
    loop {
        boxes = merged(boxes, |a, b| are_near(*a, *b, gap), |a, b| rect(union(edges(a), edges(b))));
        if boxes.len() <= MOST_BOXES {
            return boxes;
        }
        gap = if gap == 0 { 16 } else { gap * 2 };
    }
}

/// Joins what belongs together until nothing does any more.
fn merged<T: Clone>(all: Vec<T>, fit: impl Fn(&T, &T) -> bool, join: impl Fn(T, T) -> T) -> Vec<T> {
    let mut out: Vec<T> = Vec::with_capacity(all.len());
    for mut one in all {
        while let Some(at) = out.iter().position(|it| fit(it, &one)) {
            one = join(out.swap_remove(at), one);
        }
        out.push(one);
    }
    out
}

/// Where the things of both pictures stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layouts<'a> {
    pub was: &'a Layout,
    pub is: &'a Layout,
}

/// Names the changed regions of a map.
pub(super) fn regions(map: &ChangeMap, bands: &[Band], layouts: Layouts<'_>) -> Vec<Boxed> {
    let named = clusters(map).into_iter().map(|it| {
        let band = bands.iter().find(|band| band.holds(it.y));
        (it, region(it, band.map_or(0, Band::shift), layouts))
    });
    let same =
        |a: &Boxed, b: &Boxed| a.1 == b.1 && !a.1.names.is_empty() && are_near(a.0, b.0, NEAR);
    let join = |a: Boxed, b: Boxed| (rect(union(edges(a.0), edges(b.0))), a.1);
    let mut boxes = merged(named.collect(), same, join);
    boxes.sort_by_key(|(it, _)| (it.y, it.x));
    boxes
}

/// What a changed region is, where the lines around it moved down so far.
fn region(place: Rect, shift: i64, layouts: Layouts<'_>) -> Region {
    let was = moved(place, -shift);
    let gone = lacking(&layouts.was.things, was, &layouts.is.things, shift);
    let new = lacking(&layouts.is.things, place, &layouts.was.things, -shift);
    let (names, fate) = match (gone.is_empty(), new.is_empty()) {
        (false, true) => (gone, Fate::Gone),
        (true, false) if !layouts.was.things.is_empty() => (new, Fate::New),
        (true | false, true | false) => (names(place, &layouts.is.things), Fate::Changed),
    };
    let moved = !names.is_empty() && names.iter().all(|it| is_elsewhere(it, shift, layouts));
    Region { names, fate, repaint: None, moved }
}

/// Whether what is called so is in both pictures and none of it stands as it stood.
fn is_elsewhere(name: &str, shift: i64, layouts: Layouts<'_>) -> bool {
    let of = |things: &'_ [PlacedThing]| -> Vec<Rect> {
        things.iter().filter(|it| it.name == name).map(|it| it.rect).collect()
    };
    let (was, is) = (of(&layouts.was.things), of(&layouts.is.things));
    let stays = |it: &Rect| was.iter().any(|old| moved(*old, shift) == *it || old == it);
    !was.is_empty() && !is.is_empty() && !is.iter().any(stays)
}

/// The names of lines that only one side has.
pub(super) fn only_here(place: Rect, fate: Fate, layout: &Layout) -> Region {
    Region { names: names(place, &layout.things), fate, repaint: None, moved: false }
}

/// The outermost things that a region mostly consists of and that the other side lacks.
fn lacking(own: &[PlacedThing], place: Rect, others: &[PlacedThing], shift: i64) -> Vec<String> {
    let makes_it_up = |it: &&PlacedThing| {
        let common = shared(it.rect, place);
        common * 2 >= area(it.rect).min(area(place)) && area(it.rect) <= area(place) * 4
    };
    let is_there = |it: &PlacedThing| {
        let expected = moved(it.rect, shift);
        others.iter().any(|other| other.name == it.name && are_near(other.rect, expected, NEAR))
    };
    let alone: Vec<&PlacedThing> =
        own.iter().filter(makes_it_up).filter(|it| !is_there(it)).collect();
    called(outermost(&alone))
}

/// What a person would call a region.
fn names(place: Rect, things: &[PlacedThing]) -> Vec<String> {
    let around = things.iter().filter(|it| holds(it.rect, place)).min_by_key(|it| area(it.rect));
    if let Some(it) = around.filter(|it| area(it.rect) <= area(place).max(64) * TELLING) {
        return vec![it.name.clone()];
    }
    let inside: Vec<&PlacedThing> =
        things.iter().filter(|it| shared(it.rect, place) * 10 >= area(it.rect) * 6).collect();
    if !inside.is_empty() {
        return called(outermost(&inside));
    }
    let partly = things.iter().filter(|it| shared(it.rect, place) * 10 >= area(place) * 3);
    let partly = partly.min_by_key(|it| area(it.rect));
    partly.or(around).map(|it| vec![it.name.clone()]).unwrap_or_default()
}

/// Those of some things that lie in no other of them, the largest first.
pub(super) fn outermost<'a>(things: &[&'a PlacedThing]) -> Vec<&'a PlacedThing> {
    let mut all = things.to_vec();
    all.sort_by_key(|it| std::cmp::Reverse(area(it.rect)));
    let mut outer: Vec<&PlacedThing> = Vec::new();
    for it in all {
        if !outer.iter().any(|other| holds(other.rect, it.rect)) {
            outer.push(it);
        }
        if outer.len() > MOST_BOXES {
            break;
        }
    }
    outer
}

fn called(things: Vec<&PlacedThing>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for it in things {
        if names.len() < MOST_NAMES && !names.contains(&it.name) {
            names.push(it.name.clone());
        }
    }
    names
}

/// A region that moved down so far.
pub(super) fn moved(it: Rect, shift: i64) -> Rect {
    Rect { y: u32::try_from((i64::from(it.y) + shift).max(0)).unwrap_or(u32::MAX / 4), ..it }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_both_pictures_and_at_no_place_of_before_stands_elsewhere() {
        let layout = |places: &[u32]| {
            let thing = |y: &u32| {
                let rect = Rect { x: 10, y: *y, width: 80, height: 20 };
                PlacedThing { name: "link \"Cup\"".to_owned(), rect }
            };
            Layout { things: places.iter().map(thing).collect(), masks: Vec::new() }
        };
        let of = |was: &[u32], is: &[u32], shift: i64| {
            let (was, is) = (layout(was), layout(is));
            is_elsewhere("link \"Cup\"", shift, Layouts { was: &was, is: &is })
        };
        assert!(of(&[100], &[60], 0));
        assert!(!of(&[100], &[100], 0));
        assert!(!of(&[100], &[60], -40), "all of the page around it moved as far");
        assert!(!of(&[100, 200], &[60, 200], 0), "one of them stands as it stood");
        assert!(!of(&[], &[60], 0), "it is new");
        assert!(!of(&[100], &[], 0), "it is gone");
    }
}
