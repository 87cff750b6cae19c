//! Tabs and pop-ups: going there and back, what is seen in them, and dialogs that ask whether to
//! leave.

use nightshift::model::gesture::Tab;

use super::*;

fn dialog(accept: bool) -> Action {
    Action::Dialog(DialogAnswer { accept, message: None, answer: None })
}

async fn heading(bench: &mut Bench, name: &str) {
    bench.passes(Action::See(vec![role("heading", name)])).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn popups_are_pages_of_the_scenario_from_their_first_byte() {
    let mut bench = Bench::patient(Duration::from_secs(4)).await;
    for opened in ["Open", "Open window", "Open later"] {
        bench.open("/place/opener").await;
        bench.page.sightings().await;
        bench.passes(Action::click(button(opened))).await;
        heading(&mut bench, "Opener").await;
        bench.passes(Action::Tab(Tab::Newest)).await;
        heading(&mut bench, "Popup").await;
        let seen = facet(&bench.observe().await, FacetKind::Aria);
        let size = if opened == "Open window" { "300x200" } else { "1000x700" };
        assert!(seen.contains("2026-01-05 "), "{opened}: no preload script in {seen}");
        assert!(seen.contains(size) || opened == "Open window", "{opened}: {size} in {seen}");
        let mut said: Vec<_> = bench.page.sightings().await;
        said.sort_by_key(|it| (it.kind, it.message.clone()));
        let said: Vec<_> =
            said.iter().map(|it| (it.kind, it.message.as_str(), it.path.as_str())).collect();
        assert_eq!(
            said,
            vec![
                (WatchKind::Rejection, "Error: rejected at once", "/place/popup"),
                (WatchKind::ConsoleError, "said at once", "/place/popup"),
                (WatchKind::BadStatus, "GET answered 404", "/missing-in-popup"),
            ]
        );
        assert_eq!(bench.page.place().await, "/place/popup");
        bench.passes(Action::click(button("Pay"))).await;
        assert_eq!(bench.page.place().await, "/place/opener");
        bench.passes(Action::See(vec![text("paid")])).await;
    }
    links_and_written_windows(&mut bench).await;
    bench.stop().await;
}

async fn links_and_written_windows(bench: &mut Bench) {
    bench.open("/place/opener").await;
    bench.passes(Action::click(role("link", "Help"))).await;
    bench.passes(Action::Tab(Tab::Url("/place/popup".into()))).await;
    bench.passes(Action::click(role("link", "Orders"))).await;
    heading(bench, "Orders").await;
    bench.passes(Action::Back).await;
    heading(bench, "Popup").await;
    bench.passes(Action::CloseTab).await;
    heading(bench, "Opener").await;
    bench.passes(Action::click(button("Write"))).await;
    bench.passes(Action::Tab(Tab::Title("Written".into()))).await;
    heading(bench, "Written").await;
    bench.observe().await;
    bench.passes(Action::Tab(Tab::First)).await;
    heading(bench, "Opener").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tab_that_is_not_there_fails_with_those_that_are() {
    let mut bench = Bench::patient(Duration::from_secs(4)).await;
    bench.open("/place/opener").await;
    assert_eq!(
        bench.fails(Action::Tab(Tab::Newest)).await,
        (
            "a tab that was opened after this one".to_owned(),
            "no newer tab was opened; the only tab is \"Opener\" at /place/opener (this one)"
                .to_owned()
        )
    );
    assert_eq!(
        bench.fails(Action::CloseTab).await.1,
        "it is the only one; nothing would be left to go on in"
    );
    bench.passes(Action::click(role("link", "Help"))).await;
    bench.passes(Action::click(role("link", "Help"))).await;
    let (expected, actual) = bench.fails(Action::Tab(Tab::Title("Payment".into()))).await;
    assert_eq!(expected, "a tab with the title \"Payment\"");
    assert_eq!(
        actual,
        "no tab has it; the tabs are 1: \"Opener\" at /place/opener (this one), \
         2: \"Popup\" at /place/popup, 3: \"Popup\" at /place/popup"
    );
    let (_, actual) = bench.fails(Action::Tab(Tab::Url("/place/popup".into()))).await;
    assert!(actual.starts_with("2 tabs match; the tabs are 1: "), "{actual}");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_is_about_to_save_is_left_once_it_has() {
    let mut bench = Bench::patient(Duration::from_secs(4)).await;
    bench.open("/place/saving").await;
    for leave in [Action::Reload, Action::Open("/static".into())] {
        bench.passes(fill(role("textbox", "Note"), "x")).await;
        bench.passes(leave).await;
        bench.passes(Action::Expect(Vec::new())).await;
    }
    bench.fails(Action::See(vec![role("heading", "Saving")])).await;
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dialogs_in_popups_and_before_leaving_are_met_and_answered() {
    let mut bench = Bench::patient(Duration::from_secs(4)).await;
    bench.open("/place/opener").await;
    bench.passes(Action::click(button("Open"))).await;
    bench.passes(Action::Tab(Tab::Newest)).await;
    bench.passes(Action::click(button("Alert"))).await;
    let (_, actual) = bench.fails(Action::See(vec![role("heading", "Popup")])).await;
    assert_eq!(
        actual,
        "a dialog is open and blocks the page: alert \"from the popup\"; answer it with `dialog:`"
    );
    bench.passes(dialog(true)).await;
    bench.open("/place/unsaved").await;
    for leave in [
        Action::Open("/static".into()),
        Action::Reload,
        Action::click(role("link", "Away")),
        Action::Back,
        Action::CloseTab,
    ] {
        bench.passes(fill(role("textbox", "Note"), "x")).await;
        bench.passes(leave.clone()).await;
        let (_, actual) = bench.fails(Action::See(vec![text("Unsaved")])).await;
        assert!(actual.contains("beforeunload"), "{leave:?}: {actual}");
        bench.passes(dialog(false)).await;
        bench.passes(Action::See(vec![role("heading", "Unsaved")])).await;
    }
    bench.passes(Action::CloseTab).await;
    bench.passes(dialog(true)).await;
    heading(&mut bench, "Opener").await;
    bench.stop().await;
}
