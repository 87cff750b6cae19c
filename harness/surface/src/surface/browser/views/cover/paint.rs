//! [`painted`]: a picture with regions of it painted over.

use std::io::Cursor;

use image::{ImageFormat, ImageReader, Limits, Rgb};

use crate::model::Rect;

/// What stands where something must not be seen: a grey that no theme uses for text.
const PAINT: Rgb<u8> = Rgb([112, 112, 120]);

/// The PNG with these regions painted over, in its own pixels; what lies outside is left out.
pub fn painted(png: &[u8], regions: &[Rect]) -> image::ImageResult<Vec<u8>> {
    let mut reader = ImageReader::with_format(Cursor::new(png), ImageFormat::Png);
    reader.limits(Limits::default());
    let mut picture = reader.decode()?.into_rgb8();
    for region in regions {
        let right = region.x.saturating_add(region.width).min(picture.width());
        let bottom = region.y.saturating_add(region.height).min(picture.height());
        for y in region.y..bottom {
            for x in region.x..right {
                picture.put_pixel(x, y, PAINT);
            }
        }
    }
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png)?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use image::RgbImage;

    use super::*;

    #[test]
    fn what_is_painted_over_is_gone_and_the_rest_stays() {
        let picture = RgbImage::from_fn(20, 10, |x, y| Rgb([x as u8, y as u8, 9]));
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).expect("it can be encoded");
        let regions =
            [Rect { x: 15, y: 2, width: 50, height: 3 }, Rect { x: 90, y: 0, width: 1, height: 1 }];
        let painted = painted(bytes.get_ref(), &regions).expect("a picture");
        let painted = image::load_from_memory(&painted).expect("a picture").into_rgb8();
        for (x, y, pixel) in painted.enumerate_pixels() {
            let over = x >= 15 && (2..5).contains(&y);
            assert_eq!(*pixel, if over { PAINT } else { *picture.get_pixel(x, y) }, "{x} {y}");
        }
        assert!(super::painted(b"no picture", &regions).is_err());
    }
}
