//! Pictures of pages that scroll by themselves, and of pages that keep parts back until then.

use nightshift::model::FacetContent;
use nightshift::model::picture::{Extent, Layout};

use super::*;

/// The picture, and where its things stand.
async fn drawn(bench: &mut Bench, image: Extent) -> (Vec<u8>, Layout) {
    let look = Look {
        facets: vec![FacetKind::Image],
        masks: vec![],
        varies: &|_| false,
        accepted: &[],
        image,
    };
    let seen = bench.page.observe(&look).await.unwrap().unwrap();
    match &seen.facets[0].content {
        FacetContent::Image { png, layout, .. } => (png.clone(), layout.clone()),
        FacetContent::Text(text) => panic!("a text for a picture: {text}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_waits_until_nothing_scrolls_however_the_scrolling_began() {
    let mut bench = Bench::patient(Duration::from_secs(6)).await;
    let begun = [button("Glide"), button("Set"), role("link", "Point")];
    let mut early = Vec::new();
    for way in begun {
        bench.open("/gliding").await;
        let (top, _) = drawn(&mut bench, Extent::Viewport).await;
        bench.passes(Action::click(way.clone())).await;
        let (first, _) = drawn(&mut bench, Extent::Viewport).await;
        tokio::time::sleep(Duration::from_millis(2500)).await;
        let (later, _) = drawn(&mut bench, Extent::Viewport).await;
        assert!(later != top, "{way} went nowhere");
        if first != later {
            early.push(way.to_string());
        }
    }
    assert_eq!(early, Vec::<String>::new(), "drawn on their way");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_page_shows_what_comes_when_it_is_seen_and_a_change_of_it() {
    let mut bench = Bench::patient(Duration::from_secs(6)).await;
    bench.open("/reveal?how=at-once").await;
    let (plain, _) = drawn(&mut bench, Extent::FullPage).await;
    for how in ["seen", "scrolled"] {
        bench.open(&format!("/reveal?how={how}")).await;
        assert!(drawn(&mut bench, Extent::FullPage).await.0 == plain, "{how}: parts are missing");
        bench.open(&format!("/reveal?how={how}&word=Broken")).await;
        assert!(drawn(&mut bench, Extent::FullPage).await.0 != plain, "{how}: a change is missed");
    }
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thing_longer_than_the_window_shows_what_comes_when_it_is_seen_and_a_change_of_it() {
    let mut bench = Bench::patient(Duration::from_secs(6)).await;
    let parts = || Extent::Element(Target::plain(Locator::Css("#parts".into())));
    bench.open("/reveal?how=at-once").await;
    let (plain, _) = drawn(&mut bench, parts()).await;
    for how in ["seen", "scrolled"] {
        bench.open(&format!("/reveal?how={how}")).await;
        assert!(drawn(&mut bench, parts()).await.0 == plain, "{how}: parts are missing");
        bench.open(&format!("/reveal?how={how}&word=Broken")).await;
        assert!(drawn(&mut bench, parts()).await.0 != plain, "{how}: a change is missed");
    }
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_page_of_a_feed_without_an_end_ends() {
    let mut bench = Bench::patient(Duration::from_secs(20)).await;
    bench.open("/long?endless").await;
    let began = std::time::Instant::now();
    assert!(!drawn(&mut bench, Extent::FullPage).await.0.is_empty());
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    bench.stop().await;
}
