//! [`repaint`]: which colour of a changed region became which other one: a style that changed, and
//! no other content. All that had the old colour there has the new one; where something else is
//! shown, most of the ground stays as it was.

use std::collections::HashMap;

use super::change::Band;
use super::decode::Pixels;
use super::regions::Boxed;
use crate::model::Rect;
use crate::model::picture::{Fate, Repaint};

/// Fewer pixels of one colour tell no style.
const FEWEST: u64 = 12;
/// So far around a region, in pixels, its ground is looked for.
const BESIDE: u32 = 4;
/// More pixels of a region are not looked at.
const MOST: u64 = 4_000_000;

/// Notes of each region that only looks different how it was painted anew.
pub(super) fn repaint(boxes: &mut [Boxed], expected: &Pixels, actual: &Pixels, bands: &[Band]) {
    let changed = boxes.iter_mut().filter(|it| it.1.fate == Fate::Changed);
    for (place, region) in changed {
        region.repaint = of_region(*place, expected, actual, bands);
    }
}

fn of_region(place: Rect, expected: &Pixels, actual: &Pixels, bands: &[Band]) -> Option<Repaint> {
    if u64::from(place.width) * u64::from(place.height) > MOST {
        return None;
    }
    let right = (place.x + place.width).min(expected.width.min(actual.width));
    let columns = place.x as usize..right.max(place.x) as usize;
    let mut had: HashMap<u32, u64> = HashMap::new();
    let mut became: HashMap<(u32, u32), u64> = HashMap::new();
    for y in place.y..(place.y + place.height).min(actual.height) {
        let shift = bands.iter().find(|it| it.holds(y)).map_or(0, Band::shift);
        let was = u32::try_from(i64::from(y) - shift).ok().filter(|it| *it < expected.height)?;
        let (old, new) = (&expected.row(was)[columns.clone()], &actual.row(y)[columns.clone()]);
        for (old, new) in old.iter().zip(new) {
            *had.entry(*old).or_default() += 1;
            if old != new {
                *became.entry((*old, *new)).or_default() += 1;
            }
        }
    }
    // Of two that are as many, always the same one.
    let ((from, to), times) = became.iter().max_by_key(|it| (*it.1, *it.0))?;
    let all = had.get(from).copied().unwrap_or_default();
    // What is the ground beside it was laid bare and not painted; letters have a few pixels of
    // every shade at their edges.
    let inside = had.get(to).copied().unwrap_or_default();
    let (whole, of_it) = standing(place, *to, expected, bands);
    let ring = whole.saturating_sub(had.values().sum());
    let is_ground = inside * 4 > *times || (of_it - inside.min(of_it)) * 2 > ring;
    (*times >= FEWEST && *times * 10 >= all * 9 && !is_ground)
        .then(|| Repaint { from: colour(*from), to: colour(*to) })
}

/// How many pixels the old picture has in a region and next to it, and how many of a colour.
fn standing(place: Rect, colour: u32, expected: &Pixels, bands: &[Band]) -> (u64, u64) {
    let shift = bands.iter().find(|it| it.holds(place.y)).map_or(0, Band::shift);
    let at = |it: i64| u32::try_from(it.max(0)).unwrap_or(u32::MAX);
    let top = at(i64::from(place.y) - shift - i64::from(BESIDE));
    let bottom = at(i64::from(place.y) - shift + i64::from(place.height + BESIDE));
    let left = place.x.saturating_sub(BESIDE).min(expected.width) as usize;
    let right = (place.x + place.width + BESIDE).min(expected.width) as usize;
    let rows = (top..bottom.min(expected.height)).map(|y| &expected.row(y)[left..right]);
    let own = |row: &[u32]| row.iter().filter(|it| **it == colour).count() as u64;
    rows.fold((0, 0), |(all, of_it), row| (all + row.len() as u64, of_it + own(row)))
}

/// A colour as style sheets write it.
fn colour(pixel: u32) -> String {
    let [red, green, blue, _] = pixel.to_le_bytes();
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::picture::Region;

    const WHITE: u32 = 0x00ff_ffff;
    const GREY: u32 = 0x0033_3333;
    const BLUE: u32 = 0x00ff_0000;

    /// A picture of 20 × 10 pixels on white, with a bar of a colour between two columns.
    fn bar(colour: u32, from: usize, to: usize) -> Pixels {
        let is_bar = |at: usize| (from..to).contains(&(at % 20)) && (3..7).contains(&(at / 20));
        let data = (0..200).map(|at| if is_bar(at) { colour } else { WHITE }).collect();
        Pixels { width: 20, height: 10, data }
    }

    fn told(old: &Pixels, new: &Pixels) -> Option<(String, String)> {
        let region = Region { names: Vec::new(), fate: Fate::Changed, repaint: None, moved: false };
        let whole = Rect { x: 0, y: 0, width: 20, height: 10 };
        let mut boxes = vec![(whole, region)];
        let bands = [Band { top: 0, height: 10, was: 0 }];
        repaint(&mut boxes, old, new, &bands);
        boxes.remove(0).1.repaint.map(|it| (it.from, it.to))
    }

    #[test]
    fn another_colour_is_told_and_another_content_is_not() {
        let style = Some(("#333333".to_owned(), "#0000ff".to_owned()));
        assert_eq!(told(&bar(GREY, 2, 9), &bar(BLUE, 2, 9)), style);
        assert_eq!(told(&bar(WHITE, 0, 0), &bar(GREY, 2, 9)), None);
        assert_eq!(told(&bar(GREY, 2, 6), &bar(GREY, 3, 4)), None);
        assert_eq!(told(&bar(GREY, 2, 9), &bar(WHITE, 2, 9)), None);
    }
}
