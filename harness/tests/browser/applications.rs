//! What real applications taught: each part of `applications.html` is the smallest form of it.

use super::*;

async fn titled(bench: &mut Bench, action: Action, title: &str) {
    bench.passes(action).await;
    bench.title(title).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_custom_elements_draw_is_named_and_clicked_like_anything_else() {
    let mut bench = Bench::start().await;
    bench.open("/applications").await;
    titled(&mut bench, Action::click(button("Send")), "sent").await;
    titled(&mut bench, Action::click(button("Save")), "saved").await;
    let selected = || PageExpectation::State(role("tab", "First"), "selected".to_owned());
    let not_selected = PageExpectation::State(role("tab", "First"), "not selected".to_owned());
    bench.passes(Action::Expect(vec![not_selected])).await;
    bench.passes(Action::click(role("tab", "First"))).await;
    bench.passes(Action::Expect(vec![selected()])).await;
    let aria = facet(&bench.observe().await, FacetKind::Aria);
    assert!(aria.contains("- button \"Save\"\n- tab \"First\" [selected]\n"), "{aria}");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_moves_in_a_shadow_tree_stands_in_a_snapshot() {
    let mut bench = Bench::start().await;
    bench.open("/applications").await;
    let moving = bench.observe().await;
    bench.fresh_page().await;
    bench.open("/applications").await;
    let again = bench.observe().await;
    for (before, after) in moving.facets.iter().zip(&again.facets) {
        assert!(before == after, "{} differs", before.kind);
    }
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_still_scrolls_is_not_ready() {
    let mut bench = Bench::start().await;
    bench.open("/applications").await;
    bench.passes(Action::click(button("Next slide"))).await;
    let page = facet(&bench.observe().await, FacetKind::Page);
    assert!(page.contains("title: at 2500\n"), "{page}");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn things_are_found_as_they_are_drawn_and_used_as_people_use_them() {
    let mut bench = Bench::start().await;
    bench.open("/applications").await;
    titled(&mut bench, Action::click(button("LOG OUT")), "out").await;
    titled(&mut bench, Action::click(text("LOG OUT")), "out").await;
    let category = Target::plain(Locator::Label("Category:".into()));
    titled(&mut bench, Action::click(category), "listed").await;
    let down = Action::Press { keys: "ArrowDown".into(), on: Some(role("textbox", "Tags")) };
    titled(&mut bench, down, "ArrowDown").await;
    titled(&mut bench, Action::click(text("tick")), "node").await;
    titled(&mut bench, Action::click(role("generic", "Close notes.txt")), "closed").await;
    bench.passes(fill(role("textbox", "Nick name"), "Ada")).await;
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_used_as_asked_says_what_to_do() {
    let mut bench = Bench::start().await;
    bench.open("/applications").await;
    let cases = [
        (
            Action::click(role("textbox", "Tags")),
            "textbox \"Tags\", visible and enabled",
            "it is covered by div#chips",
        ),
        (
            Action::click(button("Dead")),
            "button \"Dead\", visible and enabled",
            "it is covered by div (it lets clicks through: pointer-events is none)",
        ),
        (
            Action::click(button("Show")),
            "button \"Show\", visible and enabled",
            "2 things match (1: button \"Show\" in listitem \"Wellington\", 2: button \"Show\" in \
             listitem \"Auckland\"); say which by `in:` or `nth:`",
        ),
        (
            Action::Check(role("tab", "First")),
            "tab \"First\", checked",
            "the click did not change it: it is a tab, and may be selected or pressed instead; \
             use `click:`",
        ),
    ];
    for (action, expected, actual) in cases {
        assert_eq!(bench.fails(action).await, words((expected, actual)));
    }
    bench.stop().await;
}
