//! The same page looks the same twice, and nothing leaks from one page to the next.

use nightshift::compare::{Beside, compare_images};

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_page_looks_the_same_twice_and_contexts_share_nothing() {
    let mut bench = Bench::start().await;
    let mut seen = Vec::new();
    for _ in 0..2 {
        bench.fresh_page().await;
        for path in ["/static", "/moving"] {
            bench.open(path).await;
            let observation = bench.observe().await;
            assert_eq!(observation.facets.len(), 4);
            seen.push(observation);
        }
        bench.open("/cookie").await;
        bench.passes(Action::See(vec![role("heading", "Cookie: none")])).await;
        bench.passes(Action::Reload).await;
        bench.passes(Action::See(vec![role("heading", "Cookie: who=ada")])).await;
    }
    assert_eq!(facet(&seen[1], FacetKind::Page), "path: /moving\ntitle: Moving\nstatus: 200\n");
    let moving = facet(&seen[1], FacetKind::Aria);
    assert!(moving.contains("2026-01-05T09:00"), "{moving}");
    assert!(moving.contains("Monday, 5 January 2026 Mon Jan 05 2026 -780 en-GB"), "{moving}");
    assert!(seen[0] == seen[2], "the static page differs");
    assert_eq!(moving, facet(&seen[3], FacetKind::Aria));
    assert!(seen[1] == seen[3], "the moving page's pictures differ");
    bench.open("/language").await;
    let language = facet(&bench.observe().await, FacetKind::Aria);
    assert!(language.contains("Language: en-GB"), "{language}");
    bench.open("/form").await;
    let masks = vec![role("heading", "Form")];
    let look = Look {
        facets: vec![FacetKind::Image, FacetKind::Aria],
        masks,
        varies: &|_| false,
        accepted: &[],
        image: nightshift::model::picture::Extent::Viewport,
    };
    let masked = bench.page.observe(&look).await.unwrap().unwrap();
    match &masked.facets[0].content {
        FacetContent::Image { masks, .. } => assert_eq!(masks.len(), 1),
        FacetContent::Text(_) => panic!("the picture is text"),
    }
    assert!(!facet(&masked, FacetKind::Aria).contains("heading \"Form\""));
    let kinds: Vec<String> = bench.page.material().await.into_iter().map(|it| it.kind).collect();
    assert_eq!(kinds, ["screenshot", "aria", "dom", "console", "network"]);
    let html = bench.scratch.path().join("report.html");
    std::fs::write(&html, "<h1>Report</h1>").unwrap();
    let paper = Paper { footer: "<span class=pageNumber></span>".to_owned(), ..Paper::default() };
    let pdf = bench.browser.print_pdf(&html, &paper).await.unwrap();
    assert!(pdf.starts_with(b"%PDF-"));
    bench.stop().await;
}

/// Where pixels of the page that moves by itself lie, and their colours.
const STILL: [((u32, u32), [u8; 3]); 3] =
    [((50, 50), [255, 0, 0]), ((10, 150), [0, 128, 0]), ((100, 150), [255, 255, 255])];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn animated_pictures_and_drawings_without_an_end_stand_at_their_begin() {
    let mut bench = Bench::patient(Duration::from_secs(10)).await;
    bench.open("/animated").await;
    let mut seen = Vec::new();
    for title in ["Animated", "Later"] {
        bench.passes(Action::Expect(vec![PageExpectation::Title(title.into())])).await;
        let observation = bench.observe().await;
        let image = observation.facets.iter().find(|it| it.kind == FacetKind::Image);
        let FacetContent::Image { png, .. } = &image.expect("a picture").content else {
            panic!("the picture is text");
        };
        let picture = image::load_from_memory(png).expect("a PNG").to_rgb8();
        for ((x, y), colour) in STILL {
            assert_eq!(picture.get_pixel(x, y).0, colour, "{title}: {x}, {y}");
        }
        seen.push(png.clone());
    }
    assert!(seen[0] == seen[1], "the pictures differ");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_engine_keeps_moving_is_not_in_a_picture_and_what_stands_is() {
    let mut bench = Bench::start().await;
    bench.open("/running").await;
    let mut seen = Vec::new();
    for _ in 0..2 {
        let observation = bench.observe().await;
        assert!(facet(&observation, FacetKind::Aria).contains("News of today"));
        let image = observation.facets.iter().find(|it| it.kind == FacetKind::Image);
        let FacetContent::Image { png, .. } = &image.expect("a picture").content else {
            panic!("the picture is text");
        };
        let picture = image::load_from_memory(png).expect("a PNG").to_rgb8();
        // A film that does not play has a picture of its own, which is nothing here.
        for (y, colour) in [(25, [255; 3]), (75, [255; 3]), (125, [255; 3]), (175, [0, 0, 255])] {
            assert_eq!(picture.get_pixel(100, y).0, colour, "{y}");
        }
        assert_ne!(picture.get_pixel(100, 225).0, [255; 3], "a bar that has a value stands");
        seen.push(png.clone());
    }
    let change = compare_images(&seen[0], &seen[1], &Beside::default()).expect("both are pictures");
    assert_eq!(change.map(|it| it.change), None);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bubble_of_a_form_that_is_refused_is_in_no_picture_and_its_field_keeps_its_message() {
    let mut bench = Bench::start().await;
    bench.open("/refuses").await;
    let name = || Some(role("textbox", "Name"));
    bench.passes(Action::Press { keys: "Home".to_owned(), on: name() }).await;
    let before = bench.observe().await;
    bench.passes(Action::Press { keys: "Enter".to_owned(), on: name() }).await;
    let refused = bench.observe().await;
    assert!(facet(&refused, FacetKind::Page).contains("title: Refused"));
    let image = |of: &Observation| {
        let image = of.facets.iter().find(|it| it.kind == FacetKind::Image);
        image.expect("a picture").content.clone()
    };
    assert!(image(&before) == image(&refused), "the bubble is in the picture");
    bench.passes(Action::Press { keys: "F2".to_owned(), on: name() }).await;
    bench.passes(Action::See(vec![role("heading", "It is taken")])).await;
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_looks_the_same_however_its_page_was_cut_on_its_way() {
    let mut bench = Bench::start().await;
    bench.open("/list").await;
    let whole = bench.observe().await;
    bench.open("/list?cut").await;
    let cut = bench.observe().await;
    let picture = |it: &Observation| match &it.facets.last().expect("a picture").content {
        FacetContent::Image { png, .. } => png.clone(),
        FacetContent::Text(_) => panic!("the picture is text"),
    };
    // Not byte by byte: an edge that is painted again may be one level of grey lighter.
    let seen = compare_images(&picture(&whole), &picture(&cut), &Beside::default());
    let change = seen.expect("both are pictures").map(|it| it.change);
    assert_eq!(change, None, "a list is drawn as wide as its first half");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_signed_in_by_a_cookie_without_same_site_is_remembered_on_another_page() {
    let mut bench = Bench::start().await;
    bench.open("/cookie").await;
    let state = bench.page.remembered().await.unwrap();
    bench.fresh_page().await;
    bench.page.remember(&state).await.unwrap();
    bench.open("/cookie").await;
    bench.passes(Action::See(vec![role("heading", "Cookie: who=ada")])).await;
    bench.fresh_page().await;
    bench.open("/cookie").await;
    bench.passes(Action::See(vec![role("heading", "Cookie: none")])).await;
    bench.stop().await;
}

#[test]
fn the_environment_is_named_by_what_pictures_depend_on() {
    let key = nightshift::surface::browser::environment_key(&PageSettings::default());
    let parts: Vec<&str> = key.split('-').collect();
    assert_eq!(
        (parts[0], parts[2], parts[3], parts[4].len()),
        ("linux", "1280x800", "1x", 6),
        "{key}"
    );
}
