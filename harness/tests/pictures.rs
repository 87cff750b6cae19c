//! Pictures in whole nights: long pages, single things, what is said of a change, baselines that
//! are no pictures, and how they live in git.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use nightshift::baseline::{self, Acceptance};
use nightshift::model::FacetKind;
use serde_json::Value;

use crate::support::{Answer, SuiteCopy, copy_folder, in_git, night_json, text, verdicts};

const LONG: &str = "\
scenario: long-page
steps:
  - open: /gallery?prints=160
  - scroll: { to: end }
  - snapshot: whole
    facets: [image]
    image: full-page
    mask: [ 'article \"Bridge 4\"' ]
  - snapshot: bottom
    facets: [image]
";

/// The suite of the shop with two scenarios of pictures, accepted from the shop without faults.
fn accepted() -> &'static SuiteCopy {
    static ACCEPTED: OnceLock<SuiteCopy> = OnceLock::new();
    ACCEPTED.get_or_init(|| {
        let suite = SuiteCopy::of_the_shop();
        suite.write("scenarios/long-page.yaml", LONG);
        let choice = [
            "look-at-the-gallery",
            "long-page",
            "--accept-new",
            "--no-settle",
            "--out",
            "../first",
        ];
        let answer = suite.run(&[&["run", "--no-pdf"][..], &choice].concat());
        assert_eq!(answer.code, Some(0), "{answer:#?}");
        suite
    })
}

/// A copy of that suite that a test may do anything to.
fn copy() -> SuiteCopy {
    let suite = SuiteCopy::empty();
    copy_folder(accepted().folder(), suite.folder());
    suite
}

fn night(suite: &SuiteCopy, fault: &str, choice: &[&str]) -> (Answer, Value) {
    let switch = format!("products.shop.env.SHOP_FAULT={fault}");
    let mut all = vec!["run", "--no-pdf", "--retries", "0", "--out", "../night"];
    if !fault.is_empty() {
        all.extend(["--set", &switch]);
    }
    let answer = suite.run(&[&*all, choice].concat());
    let report = night_json(&suite.folder().join("night"));
    (answer, report)
}

fn titles(night: &Value) -> Vec<String> {
    night["findings"].as_array().expect("findings").iter().map(|it| text(&it["title"])).collect()
}

/// What the facets of a checkpoint say was there.
fn actual(night: &Value, checkpoint: &str) -> String {
    let findings = night["findings"].as_array().expect("findings").iter();
    let differences = findings.flat_map(|it| it["differences"].as_array().expect("differences"));
    let mut of_it = differences.filter(|it| it["checkpoint"] == checkpoint);
    of_it.next().map(|it| text(&it["facets"][0]["actual"])).unwrap_or_default()
}

#[test]
fn a_change_in_a_picture_is_named_in_the_words_of_the_page() {
    let moved = ("gallery-foot-moved", vec![("whole", "contentinfo moved down 40 px")]);
    let button = ("top", "button \"Order a catalogue\" looks different");
    let changed = ("gallery-icon-missing,gallery-colour", vec![("whole", "img is gone"), button]);
    let suite = copy();
    for (faults, told) in [moved, changed] {
        let (_, night) = night(&suite, faults, &["look-at-the-gallery"]);
        for (checkpoint, wanted) in told {
            let said = actual(&night, checkpoint);
            assert!(said.contains(wanted), "{faults}: {said:?}, {:#?}", titles(&night));
        }
        std::fs::remove_dir_all(suite.folder().join("night")).expect("it was there");
    }
}

#[test]
fn a_page_of_twenty_thousand_pixels_is_seen_to_its_end() {
    let suite = copy();
    let (answer, silent) = night(&suite, "", &["long-page", "look-at-the-gallery"]);
    assert_eq!(answer.code, Some(0), "{answer:#?} {:#?}", silent["findings"]);
    assert!(verdicts(&silent).iter().all(|it| it.1 == "unchanged"), "{:#?}", verdicts(&silent));
    let picture = picture(&suite, "long-page@whole");
    let (width, height) = image::image_dimensions(&picture).expect("a picture");
    assert!(width == 1280 && height > 19_000, "{width} × {height}");
    std::fs::remove_dir_all(suite.folder().join("night")).expect("it was there");
    let (_, night) = night(&suite, "gallery-icon-missing", &["long-page"]);
    assert_eq!(titles(&night), ["img is gone on /gallery?prints=160"], "{:#?}", night["findings"]);
}

/// The picture of a checkpoint, in the suite.
fn picture(suite: &SuiteCopy, begin: &str) -> PathBuf {
    let folder = suite.root().join("scenarios/snapshots");
    let names = std::fs::read_dir(&folder).expect("snapshots");
    let mut paths = names.map(|it| it.expect("a file").path());
    let fits = |path: &PathBuf| {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        name.starts_with(begin) && name.ends_with(".snap.png")
    };
    paths.find(fits).unwrap_or_else(|| panic!("no picture {begin} in {}", folder.display()))
}

#[test]
fn a_baseline_that_is_no_picture_leaves_its_scenario_inconclusive_and_says_which() {
    let suite = copy();
    let path = picture(&suite, "look-at-the-gallery@chart");
    let whole = std::fs::read(&path).expect("a picture");
    std::fs::write(&path, &whole[..whole.len() / 2]).expect("written");
    let (answer, night) = night(&suite, "", &["look-at-the-gallery"]);
    assert_eq!(night["scenarios"][0]["verdict"], "inconclusive", "{answer:#?}");
    assert_eq!(answer.code, Some(3), "{answer:#?}");
    let told = night["scenarios"][0].to_string();
    let named = "checkpoint chart: the baseline's picture cannot be read as a PNG picture: ";
    assert!(told.contains(named), "{told}");
    assert!(told.contains(".snap.png from version control, or accept"), "{told}");
}

#[test]
fn a_baseline_that_somebody_painted_over_is_compared_by_its_pixels() {
    let suite = copy();
    let path = picture(&suite, "look-at-the-gallery@top");
    let mut painted = image::open(&path).expect("a picture").into_rgb8();
    for pixel in painted.rows_mut().skip(200).take(30).flatten().take(20_000) {
        *pixel = image::Rgb([250, 0, 0]);
    }
    painted.save_with_format(&path, image::ImageFormat::Png).expect("saved");
    let (answer, night) = night(&suite, "", &["look-at-the-gallery"]);
    assert_eq!(answer.code, Some(1), "{:#?}", titles(&night));
}

#[test]
fn wrong_words_about_pictures_are_told_with_their_place() {
    let suite = SuiteCopy::empty();
    suite.write("nightshift.yaml", "products: { s: { base-url: 'http://127.0.0.1:1' } }\n");
    let cases = [
        ("image: fullpage", "did you mean \"full-page\"?"),
        ("image: { elment: 'table' }", "did you mean \"element\"?"),
        ("image: { element: 'tabel \"X\"' }", "unknown role \"tabel\""),
        ("image: {}", "has no \"element\"; add `element:"),
        ("image: [viewport]", "must be text, not a list"),
        ("image: full-page\n    facets: [aria]", "leaves the picture out; add image"),
    ];
    for (line, wanted) in cases {
        let text = format!("scenario: a\nsteps:\n  - open: /\n  - snapshot: s\n    {line}\n");
        suite.write("scenarios/a.yaml", &text);
        let answer = suite.run(&["check"]);
        assert_eq!(answer.code, Some(2), "{line}: {answer:#?}");
        assert!(answer.stdout.contains(wanted), "{line}: {}", answer.stdout);
        assert!(answer.stdout.contains("scenarios/a.yaml:"), "{}", answer.stdout);
    }
}

#[test]
fn snapshots_beyond_the_budget_are_told_with_the_largest() {
    let suite = copy();
    let answer = suite.run(&["check", "--format", "json"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let config = std::fs::read_to_string(suite.root().join("nightshift.yaml")).expect("read");
    suite.write("nightshift.yaml", &format!("{config}baselines: {{ budget: 30KB }}\n"));
    let answer = suite.run(&["check"]);
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    let said = &answer.stderr;
    assert!(said.contains("complaint: the snapshots take "), "{said}");
    assert!(said.contains("more than the 30 KB that nightshift.yaml allows"), "{said}");
    assert!(said.contains("scenarios/snapshots/long-page@whole.image~"), "{said}");
    for wrong in ["30", "lots", "0MB", "-1MB"] {
        suite.write("nightshift.yaml", &format!("{config}baselines: {{ budget: '{wrong}' }}\n"));
        let answer = suite.run(&["check"]);
        assert_eq!(answer.code, Some(2), "{wrong}");
        let said = format!("\"{wrong}\" is no amount of room; write a number with its unit");
        assert!(answer.stdout.contains(&said), "{}", answer.stdout);
    }
}

/// An accepted picture of a checkpoint: a page of this grey.
fn accept(root: &Path, checkpoint: &str, grey: u8, dialect: image::ColorType) -> PathBuf {
    let page = image::RgbaImage::from_fn(320, 200, |x, y| {
        let level = if (x / 7 + y / 5) % 3 == 0 { grey } else { 255 };
        image::Rgba([level, level, level, 255])
    });
    let page = image::DynamicImage::ImageRgba8(page);
    let page = if dialect == image::ColorType::Rgb8 { page.into_rgb8().into() } else { page };
    let mut png = std::io::Cursor::new(Vec::new());
    page.write_to(&mut png, image::ImageFormat::Png).expect("encoded");
    let item = Acceptance {
        scenario_file: "scenarios/a.yaml".to_owned(),
        scenario: "a".to_owned(),
        checkpoint: checkpoint.to_owned(),
        facet: FacetKind::Image,
        environment: Some("linux-1x".to_owned()),
        algorithm: "image/1".to_owned(),
        why: None,
        content: png.into_inner(),
        layout: Some(format!("0 0 320 200 main\n8 8 80 20 heading \"{checkpoint}\"\n")),
    };
    baseline::accept(root, &item).expect("accepted")
}

#[test]
fn pictures_that_look_the_same_are_one_object_in_git() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    accept(root, "start", 90, image::ColorType::Rgba8);
    accept(root, "again", 90, image::ColorType::Rgb8);
    accept(root, "other", 70, image::ColorType::Rgb8);
    in_git(root, &["init", "-q"]);
    in_git(root, &["add", "."]);
    let listed = in_git(root, &["ls-files", "-s", "--", "*.snap.png"]);
    let mut objects: Vec<&str> =
        listed.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
    assert_eq!(objects.len(), 3, "{listed}");
    objects.sort_unstable();
    objects.dedup();
    assert_eq!(objects.len(), 2, "two that look the same are stored once: {listed}");
}

#[test]
fn two_branches_that_accept_different_changes_merge_without_conflict() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    let dialect = image::ColorType::Rgb8;
    accept(root, "start", 90, dialect);
    accept(root, "end", 90, dialect);
    in_git(root, &["init", "-q"]);
    let commit = |what: &str| {
        in_git(root, &["add", "."]);
        in_git(root, &["commit", "-q", "-m", what]);
    };
    commit("accepted");
    in_git(root, &["checkout", "-q", "-b", "one"]);
    let start = accept(root, "start", 40, dialect);
    commit("another start");
    in_git(root, &["checkout", "-q", "main"]);
    let end = accept(root, "end", 20, dialect);
    accept(root, "new", 30, dialect);
    commit("another end, and one more");
    in_git(root, &["merge", "-q", "one", "-m", "both"]);
    assert_eq!(in_git(root, &["status", "--porcelain"]), "");
    let [start, end] = [start, end].map(|it| PathBuf::from(format!("{}.png", it.display())));
    let darkest = |path: &Path| {
        let picture = image::open(path).expect("a picture").into_luma8();
        picture.iter().copied().min().expect("pixels")
    };
    assert_eq!((darkest(&start), darkest(&end)), (40, 20));
}
