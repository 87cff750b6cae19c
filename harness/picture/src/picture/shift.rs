//! [`Alignment`]: which lines of a picture are lines of another one at another height.
//!
//! Lines that are there once on both sides are anchors; the longest run of anchors in order, grown
//! as far as lines are equal, gives blocks that stayed or moved as a whole (as "patience" diffs of
//! text do). What lies between two blocks is compared line by line, and what is left over there is
//! new or gone. Neighbours: [`super::change`], which compares the bands, and [`super::things`],
//! which finds what moved beside something that stayed.

use std::collections::HashMap;

use super::change::Band;
use super::decode::Pixels;
use crate::model::Rect;

/// The fewest lines of a block: fewer are equal by chance.
const LEAST_LINES: u32 = 8;

/// How the lines of two pictures of one width belong together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Alignment {
    /// What is compared with what, from the top.
    pub bands: Vec<Band>,
    /// Lines that are only in what was seen: the first, and how many.
    pub fresh: Vec<(u32, u32)>,
    /// Lines that are only in the baseline: the first, how many, and where they would stand now.
    pub lost: Vec<(u32, u32, u32)>,
}

/// Every line where it was.
pub(super) fn in_place(expected: &Pixels, actual: &Pixels) -> Alignment {
    let height = expected.height.min(actual.height);
    Alignment { bands: vec![Band { top: 0, height, was: 0 }], ..Alignment::default() }
}

/// The alignment of two pictures; `None` where nothing moved up or down.
pub(super) fn align(expected: &Pixels, actual: &Pixels, masks: &[Rect]) -> Option<Alignment> {
    if expected.width != actual.width {
        return None;
    }
    let (before, after) = std::thread::scope(|scope| {
        let before = scope.spawn(|| digests(expected));
        let after = digests(actual);
        (before.join().expect("a sum never fails"), after)
    });
    let masked = |y: u32| masks.iter().any(|it| y >= it.y && y - it.y < it.height);
    let anchors = in_order(&anchors(&before, &after, &masked));
    let blocks = blocks(&anchors, &before, &after);
    if blocks.iter().all(|it| it.shift() == 0) {
        return None;
    }
    Some(between(&blocks, expected, actual))
}

/// A number for each line, which two lines share only if they are equal.
fn digests(picture: &Pixels) -> Vec<u64> {
    let mix =
        |sum: u64, pixels: u64| (sum ^ pixels).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(23);
    let digest = |line: &[u32]| {
        let (pairs, rest) = line.as_chunks();
        let sum = pairs.iter().fold(0xcbf2_9ce4_8422_2325, |sum, [left, right]| {
            mix(sum, u64::from(*left) | u64::from(*right) << 32)
        });
        rest.iter().fold(sum, |sum, pixel| mix(sum, u64::from(*pixel)))
    };
    (0..picture.height).map(|y| digest(picture.row(y))).collect()
}

/// Lines that stand once in each picture, from the top of what was seen: where it was, where it is.
fn anchors(before: &[u64], after: &[u64], masked: &dyn Fn(u32) -> bool) -> Vec<(u32, u32)> {
    #[derive(Default)]
    struct Line {
        was: u32,
        times_before: u32,
        times_after: u32,
    }
    let mut lines: HashMap<u64, Line> = HashMap::new();
    for (y, digest) in before.iter().enumerate() {
        let line = lines.entry(*digest).or_default();
        (line.was, line.times_before) = (y as u32, line.times_before + 1);
    }
    for digest in after {
        lines.entry(*digest).or_default().times_after += 1;
    }
    let once = |y: usize, digest: &u64| {
        let line = &lines[digest];
        let fits = line.times_before == 1 && line.times_after == 1 && !masked(y as u32);
        fits.then_some((line.was, y as u32))
    };
    after.iter().enumerate().filter_map(|(y, digest)| once(y, digest)).collect()
}

/// The longest run of anchors that goes down on both sides.
fn in_order(anchors: &[(u32, u32)]) -> Vec<(u32, u32)> {
    // For each length the anchor that ends such a run highest up, and for each anchor the one before.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(anchors.len());
    for (at, (was, _)) in anchors.iter().enumerate() {
        let length = ends.partition_point(|end| anchors[*end].0 < *was);
        before.push(length.checked_sub(1).map(|it| ends[it]));
        if length == ends.len() {
            ends.push(at);
        } else {
            ends[length] = at;
        }
    }
    let mut run = Vec::with_capacity(ends.len());
    let mut next = ends.last().copied();
    while let Some(at) = next {
        run.push(anchors[at]);
        next = before[at];
    }
    run.reverse();
    run
}

/// Anchors grown to blocks as far as lines are equal; blocks with one shift are one.
fn blocks(anchors: &[(u32, u32)], before: &[u64], after: &[u64]) -> Vec<Band> {
    let equal = |was: u32, top: u32| before[was as usize] == after[top as usize];
    let mut all: Vec<Band> = Vec::new();
    for &(was, top) in anchors {
        if all.last().is_some_and(|it| it.holds(top)) {
            continue;
        }
        let (least_was, least_top) =
            all.last().map_or((0, 0), |it| (it.was + it.height, it.top + it.height));
        if was < least_was {
            continue;
        }
        let mut up = 0;
        while was - up > least_was && top - up > least_top && equal(was - up - 1, top - up - 1) {
            up += 1;
        }
        let mut down = 1;
        while ((was + down) as usize) < before.len()
            && ((top + down) as usize) < after.len()
            && equal(was + down, top + down)
        {
            down += 1;
        }
        all.push(Band { top: top - up, height: up + down, was: was - up });
    }
    let mut joined: Vec<Band> = Vec::new();
    for pass in 0..2 {
        // Short blocks count where they continue a long one, and not where they stand alone.
        let from = if pass == 0 { std::mem::take(&mut all) } else { std::mem::take(&mut joined) };
        for block in from.into_iter().filter(|it| pass == 0 || it.height >= LEAST_LINES) {
            match joined.last_mut() {
                Some(last) if last.shift() == block.shift() => {
                    last.height = block.top + block.height - last.top;
                }
                Some(_) | None => joined.push(block),
            }
        }
    }
    joined
}

/// Fills the gaps between the blocks.
fn between(blocks: &[Band], expected: &Pixels, actual: &Pixels) -> Alignment {
    let mut out = Alignment::default();
    let (mut was, mut top) = (0, 0);
    for block in blocks {
        gap(&mut out, (was, block.was), (top, block.top), (expected, actual));
        out.bands.push(*block);
        (was, top) = (block.was + block.height, block.top + block.height);
    }
    // What a viewport pushed out below its edge is not gone, and what came in is not new.
    let same_size = expected.height == actual.height;
    let (left_was, left_top) = (expected.height - was, actual.height - top);
    let common = left_was.min(left_top);
    out.bands.push(Band { top, height: common, was });
    if !same_size && left_top > common {
        out.fresh.push((top + common, left_top - common));
    }
    if !same_size && left_was > common {
        out.lost.push((was + common, left_was - common, actual.height));
    }
    out.bands.retain(|it| it.height > 0);
    out
}

/// Compares what two pictures have between two blocks, from the top or from the end, whichever
/// leaves less that differs.
fn gap(
    out: &mut Alignment,
    (was, was_end): (u32, u32),
    (top, top_end): (u32, u32),
    (expected, actual): (&Pixels, &Pixels),
) {
    let (before, after) = (was_end - was, top_end - top);
    let common = before.min(after);
    let equal = |was: u32, top: u32| -> usize {
        let lines = (0..common).map(|at| (expected.row(was + at), actual.row(top + at)));
        lines.map(|(a, b)| a.iter().zip(b).filter(|(a, b)| a == b).count()).sum()
    };
    let (late_was, late_top) = (was_end - common, top_end - common);
    let from_top = before == after || equal(was, top) >= equal(late_was, late_top);
    let (band, fresh, lost) = if from_top {
        (Band { top, height: common, was }, top + common, was + common)
    } else {
        (Band { top: late_top, height: common, was: late_was }, top, was)
    };
    out.bands.push(band);
    if after > common {
        out.fresh.push((fresh, after - common));
    }
    if before > common {
        let seam = if from_top { top + common } else { top };
        out.lost.push((lost, before - common, seam));
    }
}

/// The part of some lines that is more than the background going on; `None` where nothing is.
pub(super) fn content(picture: &Pixels, first: u32, lines: u32) -> Option<(Rect, u64)> {
    let beside = if first > 0 { first - 1 } else { (first + lines).min(picture.height - 1) };
    let background = picture.row(beside);
    let mut region: Option<[u32; 4]> = None;
    let mut count = 0;
    for y in first..first + lines {
        for (x, (here, there)) in picture.row(y).iter().zip(background).enumerate() {
            if !super::change::looks_equal(*here, *there) {
                let at = [x as u32, y, x as u32, y];
                region = Some(region.map_or(at, |it| super::change::union(it, at)));
                count += 1;
            }
        }
    }
    region.map(|it| (super::regions::rect(it), count))
}
