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
    let ways =
        ["idle", "timeout", "view", "script", "import", "idleimport", "module", "chain", "timers"];
    for way in ways {
        for _ in 0..2 {
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_click_that_nobody_hears_is_told_with_the_step_and_with_what_fails_behind_it() {
    let mut bench = Bench::start().await;
    bench.open("/dead").await;
    let said = "the click on button \"Buy\" reached no listener and changed nothing";
    bench.passes(Action::click(button("Buy"))).await;
    assert_eq!(bench.page.remark(), Some(said.to_owned()));
    bench.passes(Action::See(vec![button("Buy")])).await;
    assert_eq!(bench.page.remark(), None, "said once, of its own step");
    for fails in [Action::See(vec![text("Bought")]), Action::click(button("Confirm"))] {
        let (_, actual) = bench.fails(fails).await;
        assert!(actual.ends_with(&format!("; before that, {said}")), "{actual}");
    }
    let works = [
        button("Sell"),
        button("Rent"),
        button("Lend"),
        role("checkbox", "Agree"),
        text("More"),
        role("link", "There"),
        role("textbox", "Note"),
    ];
    for target in works {
        bench.passes(Action::click(target.clone())).await;
        assert_eq!((bench.page.remark(), &target), (None, &target));
        let (_, actual) = bench.fails(Action::See(vec![text("Bought")])).await;
        assert!(!actual.contains("before that"), "{target}: {actual}");
    }
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_step_has_written_by_and_by_is_seen_once_at_the_next_look() {
    let mut bench = Bench::patient(Duration::from_secs(4)).await;
    bench.open("/saves").await;
    for step in [fill(role("textbox", "Note"), "Milk"), Action::click(button("Save"))] {
        bench.passes(step.clone()).await;
        let look = Look {
            facets: vec![FacetKind::Requests],
            masks: vec![],
            varies: &|_| false,
            accepted: &[],
            image: nightshift::model::picture::Extent::Viewport,
        };
        let seen = bench.page.observe(&look).await.unwrap().unwrap();
        assert_eq!(
            (facet(&seen, FacetKind::Requests).as_str(), &step),
            ("PUT /saved 204\n", &step)
        );
    }
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn how_often_a_page_writes_by_its_clock_is_not_counted_and_what_a_person_has_written_is() {
    let mut bench = Bench::patient(Duration::from_secs(4)).await;
    bench.open("/clocked").await;
    bench.passes(fill(role("textbox", "Note"), "Milk")).await;
    bench.passes(Action::click(button("Save"))).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let look = Look {
        facets: vec![FacetKind::Requests],
        masks: vec![],
        varies: &|_| false,
        accepted: &[],
        image: nightshift::model::picture::Extent::Viewport,
    };
    let seen = bench.page.observe(&look).await.unwrap().unwrap();
    assert_eq!(
        facet(&seen, FacetKind::Requests),
        "PUT /saved?by=chain 204 (any number of times)\n\
         PUT /saved?by=interval 204 (any number of times)\n\
         PUT /saved?by=person 204\n\
         PUT /saved?by=start 204\n\
         PUT /saved?by=typing 204\n"
    );
    bench.stop().await;
}
