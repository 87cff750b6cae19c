//! [`with_regions`]: a picture with some regions of another: what accepting one of several changes
//! of a picture writes.

use super::PictureError;
use super::decode::{decode, encode};
use crate::model::Rect;

/// The baseline with these regions as they were seen, as PNG; `None` where the two have other sizes.
///
/// # Errors
/// One of them is no picture that can be read.
pub fn with_regions(
    baseline: &[u8],
    seen: &[u8],
    regions: &[Rect],
) -> Result<Option<Vec<u8>>, PictureError> {
    let mut picture = decode(baseline, "the baseline")?;
    let seen = decode(seen, "what was seen")?;
    if picture.size() != seen.size() {
        return Ok(None);
    }
    let (width, height) = (picture.width as usize, picture.height as usize);
    for region in regions {
        let left = (region.x as usize).min(width);
        let right = (region.x as usize + region.width as usize).min(width);
        let bottom = (region.y as usize + region.height as usize).min(height);
        for y in region.y as usize..bottom {
            let row = y * width + left..y * width + right;
            picture.data[row.clone()].copy_from_slice(&seen.data[row]);
        }
    }
    encode(&picture).map(Some)
}

#[cfg(test)]
mod tests {
    use super::super::decode::Pixels;
    use super::*;

    const COLOURS: u32 = 0x00ff_ffff;
    const WHITE: u32 = COLOURS;
    const BLACK: u32 = 0;

    fn png(width: u32, height: u32, colour: u32) -> Vec<u8> {
        let data = vec![colour; (width * height) as usize];
        encode(&Pixels { width, height, data }).expect("it can be written")
    }

    #[test]
    fn only_the_regions_that_are_taken_are_as_they_were_seen() {
        let (old, new) = (png(8, 6, WHITE), png(8, 6, BLACK));
        let region = Rect { x: 2, y: 1, width: 3, height: 2 };
        let part = with_regions(&old, &new, &[region]).expect("pictures").expect("one size");
        let part = decode(&part, "it").expect("a picture");
        let black = |y: u32| -> Vec<usize> {
            part.row(y)
                .iter()
                .enumerate()
                .filter(|it| *it.1 & COLOURS == BLACK)
                .map(|it| it.0)
                .collect()
        };
        let rows: Vec<Vec<usize>> = (0..6).map(black).collect();
        let taken = vec![2, 3, 4];
        assert_eq!(rows, [vec![], taken.clone(), taken, vec![], vec![], vec![]]);
        let beyond = Rect { x: 6, y: 5, width: 9, height: 9 };
        assert!(with_regions(&old, &new, &[beyond]).expect("pictures").is_some());
        assert_eq!(with_regions(&old, &png(8, 7, BLACK), &[region]).expect("pictures"), None);
    }
}
