//! [`ChangeMap`]: which pixels changed, counted by tiles, several threads at once.
//!
//! Lines that are equal cost a comparison of memory. Of the rest, pixels whose colours are too
//! near to be told apart are no change, and neither are those that only smooth an edge, in both
//! pictures or here and there in one; where nearly all of a tile changed, that last question is
//! not asked, because noise never does that.

use super::Beside;
use super::decode::Pixels;
use crate::model::Rect;

/// The largest distance that is no change: `35215 · t²` with t = 0.03.
const MAX_DELTA: f32 = 35_215.0 * 0.03 * 0.03;
/// Windows are two tiles wide and step by one.
pub(super) const TILE: u32 = 16;
/// Changed pixels of a tile from which on smoothing explains nothing any more.
const SOLID: usize = 192;
/// Pixels of a tile that smooth an edge in one picture only, from which on they are no noise.
const DOUBTFUL: usize = 24;
/// The fewest pixels that are worth a thread of their own.
const WORTH_A_THREAD: usize = 200_000;

/// Lines of what was seen, and the lines of the baseline that they are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Band {
    /// The first line, in what was seen.
    pub top: u32,
    /// How many lines.
    pub height: u32,
    /// The first line in the baseline.
    pub was: u32,
}

impl Band {
    pub fn holds(&self, y: u32) -> bool {
        y >= self.top && y < self.top + self.height
    }

    /// How far it moved down.
    pub fn shift(&self) -> i64 {
        i64::from(self.top) - i64::from(self.was)
    }
}

/// Pixels of a tile: a number a line from its top, a bit a pixel from its left.
type Bits = [u16; TILE as usize];

/// What is counted of one tile.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tile {
    /// Changed pixels.
    pub count: u32,
    /// The region that they span: left, top, right, bottom, inclusive.
    pub region: [u32; 4],
}

impl Tile {
    /// Counts these pixels of the tile whose first pixel stands there.
    fn of(bits: &Bits, (x, y): (u32, u32)) -> Self {
        let Some(first) = bits.iter().position(|it| *it != 0) else { return Self::default() };
        let last = bits.iter().rposition(|it| *it != 0).unwrap_or(first);
        let across = bits.iter().fold(0, |all, it| all | it);
        let right = TILE - 1 - across.leading_zeros();
        let region = [x + across.trailing_zeros(), y + first as u32, x + right, y + last as u32];
        Self { count: count(bits), region }
    }
}

fn count(bits: &Bits) -> u32 {
    bits.iter().map(|it| it.count_ones()).sum()
}

/// Which pixels changed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ChangeMap {
    pub compared: u64,
    pub total: u64,
    /// How many tiles lie side by side.
    pub columns: usize,
    pub tiles: Vec<Tile>,
}

/// What is not compared, where it stood in the baseline and where it stands now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Masks<'a> {
    was: &'a [Rect],
    is: &'a [Rect],
}

impl<'a> Masks<'a> {
    pub(super) fn of(beside: &'a Beside) -> Self {
        Self { was: &beside.was.masks, is: &beside.masks }
    }

    /// Those on a line, by where it was and where it is.
    fn on_lines(self, was: u32, is: u32) -> impl Iterator<Item = &'a Rect> {
        let on = |line: u32| move |it: &&Rect| line >= it.y && line - it.y < it.height;
        self.was.iter().filter(on(was)).chain(self.is.iter().filter(on(is)))
    }
}

/// Compares two pictures band by band; what no band names is not compared.
pub(super) fn changed_pixels(
    expected: &Pixels,
    actual: &Pixels,
    bands: &[Band],
    masks: Masks<'_>,
) -> ChangeMap {
    let width = expected.width.min(actual.width);
    let columns = width.div_ceil(TILE).max(1) as usize;
    let rows = actual.height.div_ceil(TILE).max(1) as usize;
    let mut tiles = vec![Tile::default(); columns * rows];
    let area = width as usize * actual.height as usize;
    let most = std::thread::available_parallelism().map_or(1, usize::from).min(4);
    let threads = (area / WORTH_A_THREAD).clamp(1, most);
    let share = rows.div_ceil(threads);
    let sight = Sight { expected, actual, bands, masks, width };
    let compared = std::thread::scope(|scope| {
        let workers: Vec<_> = tiles
            .chunks_mut(share * columns)
            .enumerate()
            .map(|(number, own)| {
                let sight = &sight;
                scope.spawn(move || {
                    let mut suspects = vec![Bits::default(); columns];
                    let lines = own.chunks_mut(columns).enumerate();
                    lines
                        .map(|(at, line)| sight.tiles(number * share + at, line, &mut suspects))
                        .sum::<u64>()
                })
            })
            .collect();
        workers.into_iter().map(|it| it.join().expect("comparing numbers never fails")).sum()
    });
    let total = tiles.iter().map(|it| u64::from(it.count)).sum();
    ChangeMap { compared, total, columns, tiles }
}

/// Everything that a thread looks at.
struct Sight<'a> {
    expected: &'a Pixels,
    actual: &'a Pixels,
    bands: &'a [Band],
    masks: Masks<'a>,
    width: u32,
}

impl Sight<'_> {
    /// Counts one line of tiles; answers how many pixels it compared.
    fn tiles(&self, line: usize, tiles: &mut [Tile], suspects: &mut [Bits]) -> u64 {
        let mut compared = 0;
        suspects.fill(Bits::default());
        let top = line as u32 * TILE;
        // Where the lines were; those that no band holds have no suspects.
        let mut was = [0; TILE as usize];
        for (y, (at, was)) in (top..self.actual.height).zip(was.iter_mut().enumerate()) {
            let Some(band) = self.bands.iter().find(|it| it.holds(y)) else { continue };
            *was = y - band.top + band.was;
            compared += self.line(y, *was, suspects, at);
        }
        for (column, (tile, suspects)) in tiles.iter_mut().zip(suspects).enumerate() {
            let corner = (column as u32 * TILE, top);
            if (count(suspects) as usize) < SOLID {
                self.forgive(corner, &was, suspects);
            }
            *tile = Tile::of(suspects, corner);
        }
        compared
    }

    /// Takes what only smooths an edge out of a tile's suspects.
    fn forgive(&self, (left, top): (u32, u32), was: &[u32; TILE as usize], suspects: &mut Bits) {
        let mut doubtful = Bits::default();
        for (at, bits) in suspects.iter_mut().enumerate() {
            let mut rest = *bits;
            while rest != 0 {
                let bit = rest & rest.wrapping_neg();
                rest ^= bit;
                let x = left + bit.trailing_zeros();
                let (now, then) = ((x, top + at as u32), (x, was[at]));
                let before = smooths_an_edge(self.expected, then, self.actual, now);
                let after = smooths_an_edge(self.actual, now, self.expected, then);
                if before || after {
                    *bits ^= bit;
                }
                if before != after {
                    doubtful[at] |= bit;
                }
            }
        }
        // An edge that smooths differently is noise; many that became none are a bolder text.
        if count(&doubtful) as usize >= DOUBTFUL {
            for (bits, doubtful) in suspects.iter_mut().zip(doubtful) {
                *bits |= doubtful;
            }
        }
    }

    /// Finds what is clearly another colour in one line, which is that one of its tiles.
    fn line(&self, y: u32, was: u32, suspects: &mut [Bits], at: usize) -> u64 {
        let width = self.width as usize;
        let (before, after) = (&self.expected.row(was)[..width], &self.actual.row(y)[..width]);
        let masks: Vec<&Rect> = self.masks.on_lines(was, y).collect();
        let masked = |x: u32| masks.iter().any(|it| x >= it.x && x - it.x < it.width);
        let hidden = if masks.is_empty() {
            0
        } else {
            (0..self.width).filter(|x| masked(*x)).count() as u64
        };
        if before != after {
            let tile = TILE as usize;
            let pairs = before.chunks(tile).zip(after.chunks(tile)).zip(suspects);
            for (column, ((before, after), suspects)) in pairs.enumerate() {
                let bits = if before == after { 0 } else { differing(before, after) };
                let seen = |bit: &u32| !masked(column as u32 * TILE + bit);
                suspects[at] = match bits {
                    0 => 0,
                    bits if hidden == 0 => bits,
                    bits => (0..TILE).filter(seen).fold(0, |all, it| all | bits & 1 << it),
                };
            }
        }
        u64::from(self.width) - hidden
    }
}

/// Which pixels of a tile's line are clearly another colour.
fn differing(before: &[u32], after: &[u32]) -> u16 {
    let mut distances = [0.0; TILE as usize];
    for (to, (before, after)) in distances.iter_mut().zip(before.iter().zip(after)) {
        *to = distance(*before, *after);
    }
    let bit = |(at, distance): (usize, &f32)| u16::from(*distance > MAX_DELTA) << at;
    distances.iter().enumerate().map(bit).fold(0, |all, it| all | it)
}

impl ChangeMap {
    /// The changed pixels of the window of two by two tiles at this place.
    pub fn window(&self, column: usize, row: usize) -> u64 {
        let count = |column: usize, row: usize| {
            let inside = column < self.columns;
            let tile = self.tiles.get(row * self.columns + column).filter(|_| inside);
            tile.map_or(0, |it| u64::from(it.count))
        };
        count(column, row)
            + count(column + 1, row)
            + count(column, row + 1)
            + count(column + 1, row + 1)
    }

    /// The most changed pixels in any window.
    pub fn densest(&self) -> u64 {
        if self.total == 0 {
            return 0;
        }
        let changed = self.tiles.iter().enumerate().filter(|(_, it)| it.count > 0);
        changed.map(|(at, _)| self.around(at)).max().unwrap_or(0)
    }

    /// The most changed pixels in any window that holds this tile.
    pub fn around(&self, at: usize) -> u64 {
        let (column, row) = (at % self.columns, at / self.columns);
        let (left, above) = (column.saturating_sub(1), row.saturating_sub(1));
        let windows = [(column, row), (left, row), (column, above), (left, above)];
        windows.into_iter().map(|(column, row)| self.window(column, row)).max().unwrap_or(0)
    }
}

pub(super) fn union(a: [u32; 4], b: [u32; 4]) -> [u32; 4] {
    [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]
}

fn parts(pixel: u32) -> [i32; 3] {
    let [red, green, blue, _] = pixel.to_le_bytes().map(i32::from);
    [red, green, blue]
}

/// How different two colours look: the weighted distance of brightness and colour in YIQ.
fn distance(before: u32, after: u32) -> f32 {
    let (before, after) = (parts(before), parts(after));
    let by = |at: usize| (before[at] - after[at]) as f32;
    let (red, green, blue) = (by(0), by(1), by(2));
    let y = red * 0.298_895_3 + green * 0.586_622_5 + blue * 0.114_482_2;
    let i = red * 0.595_978 - green * 0.274_171_8 - blue * 0.321_801_9;
    let q = red * 0.211_470_2 - green * 0.522_617_1 + blue * 0.311_146_9;
    0.5053 * y * y + 0.299 * i * i + 0.1957 * q * q
}

/// Whether two colours look the same.
pub(super) fn looks_equal(before: u32, after: u32) -> bool {
    before == after || distance(before, after) <= MAX_DELTA
}

/// Brightness, times 1,024.
fn brightness(pixel: u32) -> i32 {
    let [red, green, blue] = parts(pixel);
    red * 306 + green * 601 + blue * 117
}

/// Whether a pixel lies between a darker and a brighter neighbour that are flat in both pictures.
fn smooths_an_edge(picture: &Pixels, at: (u32, u32), other: &Pixels, there: (u32, u32)) -> bool {
    let own = brightness(picture.row(at.1)[at.0 as usize]);
    let mut same = u32::from(at_border(picture, at));
    let (mut darkest, mut brightest) = (0, 0);
    let (mut dark_at, mut bright_at) = (at, at);
    for near in neighbours(picture, at) {
        let delta = brightness(picture.row(near.1)[near.0 as usize]) - own;
        if delta == 0 {
            same += 1;
            if same > 2 {
                return false;
            }
        } else if delta < darkest {
            (darkest, dark_at) = (delta, near);
        } else if delta > brightest {
            (brightest, bright_at) = (delta, near);
        }
    }
    if darkest == 0 || brightest == 0 {
        return false;
    }
    let flat = |near: (u32, u32)| {
        // The neighbour of the same place in the other picture, which may have moved.
        let x = i64::from(near.0) - i64::from(at.0) + i64::from(there.0);
        let y = i64::from(near.1) - i64::from(at.1) + i64::from(there.1);
        let inside = x >= 0 && y >= 0;
        is_flat(picture, near) && inside && is_flat(other, (x as u32, y as u32))
    };
    flat(dark_at) || flat(bright_at)
}

fn is_flat(picture: &Pixels, at: (u32, u32)) -> bool {
    if at.0 >= picture.width || at.1 >= picture.height {
        return false;
    }
    let own = picture.row(at.1)[at.0 as usize];
    let same = neighbours(picture, at)
        .filter(|near| picture.row(near.1)[near.0 as usize] == own)
        .take(3)
        .count();
    same + usize::from(at_border(picture, at)) > 2
}

fn at_border(picture: &Pixels, (x, y): (u32, u32)) -> bool {
    x == 0 || y == 0 || x + 1 == picture.width || y + 1 == picture.height
}

fn neighbours(picture: &Pixels, (x, y): (u32, u32)) -> impl Iterator<Item = (u32, u32)> + use<> {
    let (right, bottom) = (picture.width - 1, picture.height - 1);
    (x.saturating_sub(1)..=(x + 1).min(right))
        .flat_map(move |near_x| {
            (y.saturating_sub(1)..=(y + 1).min(bottom)).map(move |near_y| (near_x, near_y))
        })
        .filter(move |near| *near != (x, y))
}
