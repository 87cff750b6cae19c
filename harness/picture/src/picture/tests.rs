//! Twins in made pictures: what a person would see is told and named, noise is not.

use super::*;
use crate::model::picture::PlacedThing;

/// A page that is painted by hand: white, with things of one colour that have names.
#[derive(Clone)]
struct Painted {
    pixels: Pixels,
    layout: Layout,
}

const WHITE: u32 = 0x00ff_ffff;

fn grey(level: u8) -> u32 {
    u32::from_le_bytes([level, level, level, 0])
}

fn page(width: u32, height: u32) -> Painted {
    let data = vec![WHITE; width as usize * height as usize];
    Painted { pixels: Pixels { width, height, data }, layout: Layout::default() }
}

fn at(x: u32, y: u32, width: u32, height: u32) -> Rect {
    Rect { x, y, width, height }
}

impl Painted {
    fn fill(mut self, place: Rect, colour: u32) -> Self {
        for y in place.y..place.y + place.height {
            for x in place.x..place.x + place.width {
                self.pixels.data[(y * self.pixels.width + x) as usize] = colour;
            }
        }
        self
    }

    fn named(mut self, name: &str, rect: Rect) -> Self {
        self.layout.things.push(PlacedThing { name: name.to_owned(), rect });
        self
    }

    /// A thing of one colour.
    fn thing(self, name: &str, place: Rect, colour: u32) -> Self {
        self.fill(place, colour).named(name, place)
    }

    /// A thing with something like text in it, which is nowhere else the same.
    fn text(self, name: &str, place: Rect, seed: u32, colour: u32) -> Self {
        let mut page = self.named(name, place);
        for y in (place.y + 2..place.y + place.height - 2).step_by(2) {
            for x in place.x + 2..place.x + place.width - 2 {
                let ink = (x.wrapping_mul(31) ^ (y - place.y).wrapping_mul(seed)).is_multiple_of(5);
                if ink {
                    page.pixels.data[(y * page.pixels.width + x) as usize] = colour;
                }
            }
        }
        page
    }

    fn png(&self) -> Vec<u8> {
        encode(&self.pixels).expect("it can be encoded")
    }
}

fn seen(was: &Painted, is: &Painted, masks: &[Rect]) -> Option<ImageChange> {
    let beside = Beside { masks: masks.to_vec(), was: was.layout.clone(), is: is.layout.clone() };
    let found = compare_images(&was.png(), &is.png(), &beside).expect("both are pictures");
    found.map(|it| it.change)
}

fn said(was: &Painted, is: &Painted) -> String {
    seen(was, is, &[]).and_then(|it| it.said()).unwrap_or_default()
}

/// A shop: a head, three products with buttons, an icon far below, and a foot.
fn shop() -> Painted {
    page(400, 1000)
        .named("main", at(0, 40, 400, 860))
        .text("banner", at(0, 0, 400, 40), 3, grey(60))
        .text("heading \"Lamps\"", at(20, 60, 200, 30), 5, grey(20))
        .text("text \"A fine lamp\"", at(20, 120, 300, 40), 7, grey(90))
        .thing("button \"Buy\"", at(20, 180, 80, 30), u32::from_le_bytes([40, 90, 200, 0]))
        .text("text \"Another lamp\"", at(20, 240, 300, 40), 11, grey(90))
        .thing("img \"Truck\"", at(20, 700, 24, 24), grey(0xe8))
        .text("contentinfo", at(0, 900, 400, 60), 13, grey(80))
}

#[test]
fn a_faint_small_icon_that_is_gone_from_a_long_page_is_named() {
    let without = Painted {
        layout: Layout {
            things: shop()
                .layout
                .things
                .into_iter()
                .filter(|it| !it.name.starts_with("img"))
                .collect(),
            masks: Vec::new(),
        },
        pixels: shop().fill(at(20, 700, 24, 24), WHITE).pixels,
    };
    let change = seen(&shop(), &without, &[]).expect("it is seen");
    assert_eq!(change.boxes, [at(20, 700, 24, 24)]);
    assert_eq!(change.said().as_deref(), Some("img \"Truck\" is gone"));
    assert_eq!(said(&without, &shop()), "img \"Truck\" is new");
}

#[test]
fn rounding_by_a_few_levels_and_masked_regions_are_no_change() {
    let white = page(200, 100);
    assert_eq!(seen(&white, &white.clone().fill(at(0, 0, 90, 90), grey(252)), &[]), None);
    let marked = white.clone().fill(at(42, 42, 10, 10), 0);
    assert_eq!(seen(&white, &marked, &[at(40, 40, 20, 20)]), None);
    assert_eq!(seen(&white, &marked, &[]).map(|it| it.boxes.len()), Some(1));
}

#[test]
fn what_was_redacted_where_the_baseline_had_wider_text_is_no_change() {
    let wide = page(200, 100).fill(at(40, 40, 60, 10), 0);
    let narrow = page(200, 100).fill(at(40, 40, 50, 10), 0);
    let masked = |picture: &Painted, width: u32| {
        let mut masked = picture.clone();
        masked.layout.masks = vec![at(40, 40, width, 10)];
        masked
    };
    let tonight = [at(40, 40, 50, 10)];
    assert_eq!(seen(&masked(&wide, 60), &narrow, &tonight), None);
    assert_eq!(seen(&wide, &narrow, &tonight).map(|it| it.boxes.len()), Some(1));
    let beside = narrow.fill(at(105, 40, 10, 10), 0);
    assert_eq!(seen(&masked(&wide, 60), &beside, &tonight).map(|it| it.boxes.len()), Some(1));
}

#[test]
fn the_colour_of_one_button_is_told_by_its_name() {
    let red = shop().fill(at(20, 180, 80, 30), u32::from_le_bytes([200, 40, 40, 0]));
    assert_eq!(said(&shop(), &red), "button \"Buy\" looks different");
    let nearly = shop().fill(at(20, 180, 80, 30), u32::from_le_bytes([48, 100, 215, 0]));
    assert_eq!(said(&shop(), &nearly), "button \"Buy\" looks different");
}

#[test]
fn the_colour_of_a_text_is_told_by_its_words() {
    let pale = shop().text("", at(20, 120, 300, 40), 7, grey(140));
    let pale = Painted { layout: shop().layout, ..pale };
    assert_eq!(said(&shop(), &pale), "text \"A fine lamp\" looks different");
}

#[test]
fn smoothed_edges_here_and_there_are_no_change() {
    // A slanted edge whose smoothing comes out a little different on every fourth line.
    let slanted = |off: u8| {
        let mut picture = page(300, 300).pixels;
        for y in 0..300_u32 {
            let edge = 40 + y / 3;
            for x in 0..edge {
                picture.data[(y * 300 + x) as usize] = 0;
            }
            let level = if y % 4 == 0 { 128 + off } else { 128 };
            picture.data[(y * 300 + edge) as usize] = grey(level);
        }
        Painted { pixels: picture, layout: Layout::default() }
    };
    assert_eq!(seen(&slanted(0), &slanted(40), &[]), None);
}

#[test]
fn other_smoothing_of_letters_is_no_change_and_bolder_letters_are() {
    // Upright strokes with smoothed sides, as a font draws them.
    let letters = |side: u8, width: u32| {
        let mut painted = page(300, 60);
        for stroke in 0..20_u32 {
            let x = 10 + stroke * 12;
            painted = painted
                .fill(at(x, 20, 1, 14), grey(side))
                .fill(at(x + 1, 20, width, 14), 0)
                .fill(at(x + 1 + width, 20, 1, 14), grey(255 - side));
        }
        painted
    };
    assert_eq!(seen(&letters(150, 3), &letters(110, 3), &[]), None);
    assert!(seen(&letters(150, 3), &letters(150, 4), &[]).is_some());
}

/// The shop with `by` empty lines above its foot.
fn pushed(by: u32) -> Painted {
    let mut grown = page(400, 1000 + by);
    let shop = shop();
    let from = (880 * 400) as usize;
    let to = ((880 + by) * 400) as usize;
    grown.pixels.data[..from].copy_from_slice(&shop.pixels.data[..from]);
    grown.pixels.data[to..].copy_from_slice(&shop.pixels.data[from..]);
    grown.layout.things = shop.layout.things;
    for it in &mut grown.layout.things {
        it.rect.y += if it.rect.y >= 880 { by } else { 0 };
    }
    grown
}

#[test]
fn a_footer_that_moved_down_is_a_move_and_nothing_is_boxed() {
    let change = seen(&shop(), &pushed(24), &[]).expect("it is seen");
    assert_eq!(change.boxes, []);
    assert_eq!(
        change.said().as_deref(),
        Some("contentinfo moved down 24 px; the picture is 24 px taller")
    );
    assert_eq!(
        said(&pushed(24), &shop()),
        "contentinfo moved up 24 px; the picture is 24 px shorter"
    );
}

#[test]
fn a_shift_by_one_pixel_is_a_move_by_one_pixel() {
    assert_eq!(
        said(&shop(), &pushed(1)),
        "contentinfo moved down 1 px; the picture is 1 px taller"
    );
}

#[test]
fn a_banner_on_top_is_new_and_everything_below_it_moved() {
    // A viewport: what is pushed out below its edge is not told.
    let mut grown = page(400, 1000);
    let shop = shop();
    let (head, tail) = ((40 * 400) as usize, (960 * 400) as usize);
    grown.pixels.data[..head].copy_from_slice(&shop.pixels.data[..head]);
    grown.pixels.data[(80 * 400) as usize..].copy_from_slice(&shop.pixels.data[head..tail]);
    grown.layout.things = shop.layout.things.clone();
    for it in &mut grown.layout.things {
        it.rect.y += if it.rect.y >= 40 { 40 } else { 0 };
    }
    let grown = grown.thing("alert \"Sale\"", at(0, 40, 400, 40), grey(200));
    let change = seen(&shop, &grown, &[]).expect("it is seen");
    assert_eq!(change.boxes, [at(0, 40, 400, 40)]);
    assert_eq!(
        change.said().as_deref(),
        Some("alert \"Sale\" is new; main and contentinfo moved down 40 px")
    );
}

#[test]
fn what_changed_in_something_that_moved_is_boxed_where_it_is_now() {
    let changed = pushed(24).fill(at(100, 940, 30, 10), 0);
    let change = seen(&shop(), &changed, &[]).expect("it is seen");
    assert_eq!(change.boxes.len(), 1);
    let place = change.boxes[0];
    assert!(place.y >= 940 && place.y + place.height <= 950, "{place:?}");
    assert_eq!(change.moves.len(), 1);
}

#[test]
fn a_thing_that_moved_beside_others_that_stayed_is_told_by_its_name() {
    let beside = |y: u32| {
        page(600, 400).text("navigation", at(0, 0, 150, 390), 3, grey(50)).text(
            "table \"Orders\"",
            at(200, y, 300, 120),
            17,
            grey(30),
        )
    };
    assert_eq!(said(&beside(40), &beside(64)), "table \"Orders\" moved down 24 px");
    let right = page(600, 400).text("navigation", at(0, 0, 150, 390), 3, grey(50)).text(
        "table \"Orders\"",
        at(200, 40, 300, 120),
        17,
        grey(30),
    );
    let mut moved = right.clone();
    for y in 40..160_u32 {
        let row = (y * 600) as usize;
        moved.pixels.data.copy_within(row + 200..row + 500, row + 208);
        moved.pixels.data[row + 200..row + 208].fill(WHITE);
    }
    moved.layout.things[1].rect.x += 8;
    assert_eq!(said(&right, &moved), "table \"Orders\" moved right 8 px");
}

#[test]
fn two_changes_far_apart_are_two_boxes_and_confetti_is_few() {
    let white = page(800, 800);
    let two = white.clone().fill(at(10, 10, 6, 6), 0).fill(at(700, 700, 6, 6), 0);
    assert_eq!(seen(&white, &two, &[]).map(|it| it.boxes.len()), Some(2));
    let mut confetti = white.clone();
    for step in 0..400_u32 {
        confetti = confetti.fill(at(step % 20 * 40, step / 20 * 40, 4, 4), 0);
    }
    let boxes = seen(&white, &confetti, &[]).expect("it is seen").boxes;
    assert!(boxes.len() <= regions::MOST_BOXES, "{}", boxes.len());
}

#[test]
fn scattered_single_pixels_are_not_boxed_beside_a_real_change() {
    let was = page(800, 400);
    let is = was.clone().fill(at(10, 10, 20, 20), 0).fill(at(600, 300, 1, 1), 0);
    assert_eq!(seen(&was, &is, &[]).map(|it| it.boxes), Some(vec![at(10, 10, 20, 20)]));
}

#[test]
fn another_width_is_a_change_whatever_it_shows() {
    let change = seen(&page(200, 100), &page(220, 100), &[]).expect("it differs");
    assert_eq!((change.expected_size, change.actual_size), ((200, 100), (220, 100)));
    assert_eq!(change.changed_pixels, 20 * 100);
    assert_eq!(change.said().as_deref(), Some("the picture is 20 px wider"));
}

#[test]
fn a_picture_from_before_there_were_layouts_is_compared_as_well() {
    let was = Painted { layout: Layout::default(), ..shop() };
    let red = shop().fill(at(20, 180, 80, 30), u32::from_le_bytes([200, 40, 40, 0]));
    assert_eq!(said(&was, &red), "button \"Buy\" looks different");
    let nameless = Painted { layout: Layout::default(), ..red };
    let change = seen(&was, &nameless, &[]).expect("it is seen");
    assert_eq!((change.said(), change.boxes.len()), (None, 1));
}

mod foreign {
    //! Pictures that other tools wrote, and bytes that are none.

    use super::*;

    fn written(
        (width, height): (u32, u32),
        (color, depth): (png::ColorType, png::BitDepth),
        bytes: &[u8],
        more: impl FnOnce(&mut png::Encoder<'_, &mut Vec<u8>>),
    ) -> Vec<u8> {
        let mut png = Vec::new();
        let mut encoder = png::Encoder::new(&mut png, width, height);
        encoder.set_color(color);
        encoder.set_depth(depth);
        more(&mut encoder);
        let mut writer = encoder.write_header().expect("a header");
        writer.write_image_data(bytes).expect("as many bytes as it has pixels");
        writer.finish().expect("an end");
        png
    }

    fn complaint(png: &[u8]) -> String {
        let own = page(9, 9).png();
        let error = compare_images(png, &own, &Beside::default()).expect_err("it is none");
        error.to_string()
    }

    #[test]
    fn palettes_and_other_depths_are_pictures_like_any_other() {
        let own = page(40, 40).fill(at(0, 0, 40, 20), 0).png();
        let (eight, sixteen) = (png::BitDepth::Eight, png::BitDepth::Sixteen);
        let levels: Vec<u8> = [vec![0; 800], vec![255; 800]].concat();
        let twice = |bytes: &[u8]| bytes.iter().flat_map(|it| [*it; 2]).collect::<Vec<u8>>();
        let places: Vec<u8> = [vec![1; 800], vec![0; 800]].concat();
        let bits: Vec<u8> = [vec![0; 100], vec![255; 100]].concat();
        let plain = |_: &mut png::Encoder<'_, &mut Vec<u8>>| {};
        let size = (40, 40);
        let all = [
            written(size, (png::ColorType::Grayscale, eight), &levels, plain),
            written(size, (png::ColorType::Grayscale, sixteen), &twice(&levels), plain),
            written(size, (png::ColorType::Grayscale, png::BitDepth::One), &bits, plain),
            written(size, (png::ColorType::Indexed, eight), &places, |it| {
                it.set_palette(vec![255, 255, 255, 0, 0, 0]);
            }),
        ];
        for (number, png) in all.iter().enumerate() {
            let found = compare_images(png, &own, &Beside::default());
            assert_eq!(found.expect("a picture"), None, "number {number}");
        }
    }

    #[test]
    fn an_interlaced_picture_is_a_picture_like_any_other() {
        // Four by four, black, Adam7, as another tool wrote it.
        let header = [0, 0, 0, 4, 0, 0, 0, 4, 8, 0, 0, 0, 1];
        let passes = [1_usize, 0, 1, 2, 2, 4, 4].into_iter().zip([1, 0, 1, 1, 2, 2, 2]);
        let raw: Vec<u8> = passes
            .flat_map(|(wide, high)| vec![0; if wide == 0 { 0 } else { (wide + 1) * high }])
            .collect();
        let png = pieced(&header, &raw);
        let black = page(4, 4).fill(at(0, 0, 4, 4), 0).png();
        assert_eq!(compare_images(&png, &black, &Beside::default()).expect("a picture"), None);
    }

    /// A PNG of these chunks, with zlib's stored blocks, so that nothing here depends on an encoder.
    fn pieced(header: &[u8], raw: &[u8]) -> Vec<u8> {
        let mut zlib = vec![0x78, 0x01, 1];
        let length = u16::try_from(raw.len()).expect("short");
        zlib.extend(length.to_le_bytes());
        zlib.extend((!length).to_le_bytes());
        zlib.extend(raw);
        let (mut low, mut high) = (1_u32, 0_u32);
        for byte in raw {
            low = (low + u32::from(*byte)) % 65_521;
            high = (high + low) % 65_521;
        }
        zlib.extend(((high << 16) | low).to_be_bytes());
        let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
        for (kind, body) in [(b"IHDR", header), (b"IDAT", &*zlib), (b"IEND", &[][..])] {
            png.extend(u32::try_from(body.len()).expect("short").to_be_bytes());
            let chunk = [&kind[..], body].concat();
            png.extend(&chunk);
            png.extend(crc(&chunk).to_be_bytes());
        }
        png
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
                if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 }
            })
        })
    }

    #[test]
    fn bytes_that_are_no_picture_are_an_error_that_says_which() {
        for broken in [&b"\x89PNG broken"[..], b"", b"GIF89a", b"<svg/>"] {
            let said = complaint(broken);
            assert!(said.starts_with("the baseline's picture cannot be read as a PNG"), "{said}");
        }
        let own = page(9, 9).png();
        let error = compare_images(&own, b"torn", &Beside::default()).expect_err("torn");
        assert!(error.to_string().starts_with("the picture that was seen cannot"), "{error}");
    }

    #[test]
    fn a_picture_that_ends_in_the_middle_is_told() {
        let whole = page(300, 300).fill(at(9, 9, 90, 90), 7).png();
        for share in [30, 60, 90, 99] {
            let said = complaint(&whole[..whole.len() * share / 100]);
            assert!(said.contains("cannot be read as a PNG picture: "), "{said}");
        }
        let mut wrong = whole.clone();
        let middle = wrong.len() / 2;
        wrong[middle] ^= 0x55;
        assert!(complaint(&wrong).contains("cannot be read as a PNG picture: "));
    }

    #[test]
    fn bombs_are_refused_before_memory_is_taken_for_them() {
        let claims = |width: u32, height: u32| {
            let header =
                [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
            complaint(&pieced(&header, &[0; 100]))
        };
        for (width, height) in [(60_000, 60_000), (40_000, 10), (9_000, 9_000), (1, u32::MAX >> 1)]
        {
            let said = claims(width, height);
            assert!(
                said.contains(&format!("it claims {width} × {height} pixels, and more")),
                "{said}"
            );
        }
        assert!(claims(7_000, 7_000).contains("which its "), "{}", claims(7_000, 7_000));
        assert!(claims(0, 5).contains("cannot be read as a PNG picture: "));
    }

    #[test]
    fn an_animation_is_no_picture_of_a_page() {
        let grey = (png::ColorType::Grayscale, png::BitDepth::Eight);
        let animated =
            written((4, 4), grey, &[9; 16], |it| it.set_animated(1, 0).expect("one frame"));
        assert!(complaint(&animated).contains("it is animated"), "{}", complaint(&animated));
    }
}
