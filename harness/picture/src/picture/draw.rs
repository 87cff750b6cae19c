//! [`draw`]: a picture with its changes boxed in red, and what moved in blue.

use super::decode::Pixels;
use crate::model::Rect;

const RED: u32 = u32::from_le_bytes([220, 0, 40, 0]);
const BLUE: u32 = u32::from_le_bytes([0, 90, 220, 0]);

/// Draws frames around regions: red and three pixels thick around what changed, blue and two
/// pixels thick at the edge of what moved.
pub(super) fn draw(picture: &mut Pixels, changed: &[Rect], moved: &[Rect]) {
    for it in moved {
        for ring in 0..2 {
            frame(picture, *it, -ring, BLUE);
        }
    }
    for it in changed {
        for ring in 2..5 {
            frame(picture, *it, ring, RED);
        }
    }
}

/// One line around a region, so many pixels off; outside of the picture it lies on its edge.
fn frame(picture: &mut Pixels, around: Rect, off: i64, colour: u32) {
    let (width, height) = (i64::from(picture.width), i64::from(picture.height));
    if width == 0 || height == 0 {
        return;
    }
    let x = |at: i64| at.clamp(0, width - 1) as usize;
    let y = |at: i64| at.clamp(0, height - 1) as usize;
    let (left, top) = (i64::from(around.x) - off, i64::from(around.y) - off);
    let right = i64::from(around.x) + i64::from(around.width) - 1 + off;
    let bottom = i64::from(around.y) + i64::from(around.height) - 1 + off;
    let wide = width as usize;
    for at in x(left)..=x(right) {
        picture.data[y(top) * wide + at] = colour;
        picture.data[y(bottom) * wide + at] = colour;
    }
    for at in y(top)..=y(bottom) {
        picture.data[at * wide + x(left)] = colour;
        picture.data[at * wide + x(right)] = colour;
    }
}
