//! Pairs of pictures: ours beside odiff and pixelmatch, decoding included.
//!
//! Ours is a call in this process, as a night makes it; odiff is a whole process, which is how it
//! is used; pixelmatch is timed inside of node, without node's start. All three take turns, and
//! each figure is the median of the rounds.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use nightshift::compare::{Beside, compare_images};

use super::measure::{middle, milliseconds};
use super::suite::{empty, prepare, scratch, write};
use super::table::Row;

const ROUNDS: usize = 9;
/// The most that a changed pair of 1920 by 1080 may take, in milliseconds.
const TARGET: f64 = 60.0;

/// How a picture differs from its baseline.
#[derive(Debug, Clone, Copy)]
enum Change {
    Nothing,
    OneButton,
    Everything,
}

const PEER: &str = "\
const fs = require('fs');
const { PNG } = require('pngjs');
(async () => {
  const pixelmatch = (await import('pixelmatch')).default;
  const [, , one, two] = process.argv;
  const once = () => {
    const before = process.hrtime.bigint();
    const [a, b] = [one, two].map((it) => PNG.sync.read(fs.readFileSync(it)));
    const diff = new PNG({ width: a.width, height: a.height });
    pixelmatch(a.data, b.data, diff.data, a.width, a.height, { threshold: 0.03 });
    return Number(process.hrtime.bigint() - before) / 1e6;
  };
  once();
  console.log(once());
})();
";

pub fn rows() -> Vec<Row> {
    let peers = peers();
    let folder = empty("images");
    let mut rows = Vec::new();
    for (width, height) in [(1920, 1080), (1280, 4000)] {
        let before = page(&folder, width, height, Change::Nothing);
        for (change, words) in [
            (Change::Nothing, "identical"),
            (Change::OneButton, "one button changed"),
            (Change::Everything, "everything changed"),
        ] {
            let after = page(&folder, width, height, change);
            let mut times: [Vec<f64>; 3] = Default::default();
            for _ in 0..ROUNDS {
                times[0].push(ours(&before, &after));
                times[1].push(odiff(&peers, &folder, &before, &after));
                times[2].push(pixelmatch(&peers, &before, &after));
            }
            let [own, odiff, pixelmatch] = times.map(middle);
            let target = (width == 1920).then_some(TARGET);
            let what = format!("{width}x{height}, {words}");
            rows.push(Row::figure(format!("{what}: odiff, a process"), odiff, "ms", None));
            rows.push(Row::figure("… pixelmatch, without node's start", pixelmatch, "ms", None));
            rows.push(Row::figure("… ours, with names and the boxed picture", own, "ms", target));
        }
    }
    rows
}

fn peers() -> PathBuf {
    let folder = scratch().join("image-peers");
    write(
        &folder.join("package.json"),
        "{ \"private\": true, \"dependencies\": { \"odiff-bin\": \"^4\", \"pixelmatch\": \"^7\", \"pngjs\": \"^7\" } }\n",
    );
    prepare(Command::new("npm").args(["install", "--no-audit", "--no-fund"]).current_dir(&folder));
    write(&folder.join("pair.cjs"), PEER);
    folder
}

/// A page of text, buttons and a photograph, written as the browser writes it.
fn page(folder: &Path, width: u32, height: u32, change: Change) -> PathBuf {
    let everything = matches!(change, Change::Everything);
    let picture = image::RgbImage::from_fn(width, height, |x, y| {
        let (line, column) = (y % 28, x % 640);
        let in_text = line < 12 && column > 40 && column < 560 && y % 400 < 300;
        let ink = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)) >> 7;
        let photo = y % 400 >= 320 && column < 320;
        let button = y > 200 && y < 236 && x > 700 && x < 820;
        let level = if everything { 90 } else { 20 };
        match (in_text, photo, button) {
            (_, _, true) if matches!(change, Change::OneButton) => image::Rgb([200, 60, 40]),
            (_, _, true) => image::Rgb([40, 90, 200]),
            (_, true, _) => {
                let shade = u8::from(everything) * 40;
                image::Rgb([(x % 200) as u8, (y % 180) as u8 + shade, (ink % 60) as u8])
            }
            (true, ..) if ink % 5 < 2 => image::Rgb([level, level, level]),
            _ if everything => image::Rgb([250, 245, 235]),
            _ => image::Rgb([255, 255, 255]),
        }
    });
    let path = folder.join(format!("{width}x{height}-{change:?}.png"));
    picture.save_with_format(&path, image::ImageFormat::Png).expect("the folder is writable");
    path
}

fn ours(before: &Path, after: &Path) -> f64 {
    let began = Instant::now();
    let [one, two] = [before, after].map(|it| std::fs::read(it).expect("it was written"));
    let found = compare_images(&one, &two, &Beside::default()).expect("both are pictures");
    let took = milliseconds(began);
    assert_eq!(found.is_none(), one == two, "a change is found where there is one");
    took
}

fn odiff(peers: &Path, folder: &Path, before: &Path, after: &Path) -> f64 {
    let began = Instant::now();
    let output = Command::new(peers.join("node_modules/.bin/odiff"))
        .args([before, after, &folder.join("odiff.png")])
        .args(["--threshold", "0.03", "--antialiasing"])
        .output()
        .expect("npm installed it");
    let took = milliseconds(began);
    // 21 and 22: the pictures differ.
    let code = output.status.code();
    assert!(matches!(code, Some(0 | 21 | 22)), "{}", String::from_utf8_lossy(&output.stderr));
    took
}

fn pixelmatch(peers: &Path, before: &Path, after: &Path) -> f64 {
    let output = Command::new("node")
        .arg("pair.cjs")
        .args([before, after])
        .current_dir(peers)
        .output()
        .expect("node is there");
    let said = String::from_utf8_lossy(&output.stdout).trim().parse();
    said.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}
