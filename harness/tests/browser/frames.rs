//! Frames of other origins: found in, used, observed; and frames that never load.

use super::*;

fn inside(target: Target, frame: &str) -> Target {
    Target { within: Some(Box::new(role("iframe", frame))), ..target }
}

async fn on_checkout() -> Bench {
    let mut bench = Bench::patient(Duration::from_secs(4)).await;
    let mut context = context(&bench.site, bench.scratch.path());
    context.allow_hosts.push("127.0.0.2".to_owned());
    let page = bench.browser.page(&context).await.unwrap();
    std::mem::replace(&mut bench.page, page).close().await.unwrap();
    bench.open("/place/frames").await;
    bench
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn things_in_frames_of_other_origins_are_found_used_and_observed() {
    let mut bench = on_checkout().await;
    std::fs::write(bench.scratch.path().join("scan.png"), "x").unwrap();
    let field = inside(role("textbox", "Number"), "Payment");
    bench.passes(fill(field.clone(), "4111")).await;
    bench.passes(Action::Expect(vec![PageExpectation::Value(field, "4111".into())])).await;
    let to = inside(Target::plain(Locator::Label("Scan".into())), "Payment");
    let by = nightshift::model::gesture::UploadBy::Field;
    bench.passes(Action::Upload { to, by, files: vec!["scan.png".into()] }).await;
    bench.passes(Action::click(inside(button("Check"), "Payment"))).await;
    bench.passes(Action::See(vec![text("4 digits, 1 files")])).await;
    // In a frame of a frame, and in one without an origin.
    bench.passes(fill(inside(role("textbox", "Number"), "Bank"), "42")).await;
    bench.passes(Action::click(button("Break"))).await;
    bench.passes(Action::See(vec![role("heading", "Checkout")])).await;
    let aria = facet(&bench.observe().await, FacetKind::Aria);
    assert_eq!(aria, include_str!("frames.aria"));
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_in_a_frame_is_said_with_what_is() {
    let mut bench = on_checkout().await;
    let (expected, actual) = bench.fails(Action::click(inside(button("Chek"), "Payment"))).await;
    assert_eq!(expected, "button \"Chek\" in iframe \"Payment\", visible and enabled");
    assert!(actual.starts_with("no such button; nearest: button \"Check\""), "{actual}");
    bench.passes(Action::SeeNot(vec![text("5 digits")])).await;
    let (_, actual) = bench.fails(Action::SeeNot(vec![text("Your card")])).await;
    assert_eq!(actual, "it is there");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frame_that_never_loads_holds_nobody_up() {
    let mut bench = Bench::patient(Duration::from_secs(4)).await;
    bench.open("/place/ad").await;
    let started = std::time::Instant::now();
    for _ in 0..5 {
        bench.passes(Action::click(button("Go"))).await;
    }
    // Each would wait three seconds for it.
    assert!(started.elapsed() < Duration::from_secs(9), "{:?}", started.elapsed());
    let aria = facet(&bench.observe().await, FacetKind::Aria);
    assert_eq!(aria, "- heading \"Beside an ad\" [level=1]\n- iframe \"Ad\"\n- button \"Go\"\n");
    bench.stop().await;
}
