//! Pages that never come to rest, and overlays that are in the way or not.

use nightshift::model::gesture::Network;
use nightshift::model::suite::Dismissal;

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restless_page_is_ready_when_its_rows_are_there_and_looks_the_same_each_time() {
    let mut bench = Bench::patient(Duration::from_secs(4)).await;
    let mut first = None;
    for _ in 0..5 {
        bench.open("/place/restless").await;
        let seen = bench.observe().await;
        assert!(facet(&seen, FacetKind::Aria).contains("12 rows"), "{seen:?}");
        assert_eq!(first.get_or_insert_with(|| seen.facets.clone()), &seen.facets);
    }
    // Its service worker is there for bad days, and not for those of the next page.
    bench
        .passes(Action::Wait {
            until: WaitFor::Visible(Target::plain(Locator::Css("[data-worker=yes]".into()))),
            within_ms: None,
        })
        .await;
    bench.passes(Action::Network(Network::Offline)).await;
    bench.open("/place/opener").await;
    bench.passes(Action::See(vec![role("heading", "Kept")])).await;
    bench.fresh_page().await;
    bench.open("/place/opener").await;
    bench.passes(Action::See(vec![role("heading", "Opener")])).await;
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn overlays_go_where_they_are_in_the_way_and_stay_where_the_scenario_uses_them() {
    let mut bench = Bench::patient(Duration::from_secs(4)).await;
    let banner = role("dialog", "Cookies");
    let knowing = |bench: &Bench| PageContext {
        dismiss: vec![Dismissal { when: role("dialog", "Cookies"), click: button("Reject all") }],
        ..context(&bench.site, bench.scratch.path())
    };
    let context = knowing(&bench);
    let page = bench.browser.page(&context).await.unwrap();
    std::mem::replace(&mut bench.page, page).close().await.unwrap();
    bench.open("/overlay").await;
    let aria = facet(&bench.observe().await, FacetKind::Aria);
    assert_eq!(aria, "- button \"Buy\"\n", "before a snapshot it goes");
    bench.open("/overlay").await;
    bench.passes(Action::See(vec![banner.clone()])).await;
    let aria = facet(&bench.observe().await, FacetKind::Aria);
    assert!(aria.contains("Reject all"), "what is looked at stays: {aria}");
    let (_, actual) = bench.fails(Action::click(button("Buy"))).await;
    assert_eq!(actual, "it is covered by dialog \"Cookies\"");
    let page = bench.browser.page(&context).await.unwrap();
    std::mem::replace(&mut bench.page, page).close().await.unwrap();
    bench.open("/overlay").await;
    bench.passes(Action::See(vec![text("Reject all")])).await;
    assert!(facet(&bench.observe().await, FacetKind::Aria).contains("Cookies"));
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_click_waits_for_handlers_that_the_page_has_asked_for() {
    let mut bench = Bench::patient(Duration::from_secs(4)).await;
    let mut lost = Vec::new();
    for way in ["idle", "timeout", "view", "script"] {
        for _ in 0..3 {
            bench.open(&format!("/late?{way}")).await;
            bench.passes(Action::click(button("Go"))).await;
            let heard = Action::Expect(vec![PageExpectation::Title("heard".into())]);
            if bench.done(heard).await != Done::Passed(vec![]) {
                lost.push(way);
            }
        }
    }
    assert_eq!(lost, Vec::<&str>::new(), "the click was lost");
    bench.stop().await;
}
