//! The pointer and the wheel: clicks of every kind, hovering, drags, scrolling through lists that
//! are loaded as they are scrolled, and the history forward.

use nightshift::model::gesture::{
    Click, ClickKind, DragTo, DropAt, Modifier, Offset, ScrollTo, UploadBy,
};

use super::*;

fn click(name: &str, kind: ClickKind, holding: &[Modifier]) -> Action {
    Action::Click(Click { target: button(name), kind, holding: holding.to_vec() })
}

fn item(name: &str, list: &str) -> Target {
    Target { within: Some(Box::new(role("list", list))), ..text(name) }
}

fn to(thing: Target) -> DragTo {
    DragTo::Thing(thing)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clicks_come_in_every_kind() {
    let mut bench = Bench::start().await;
    bench.open("/pointer").await;
    bench.passes(click("Twice", ClickKind::Double, &[])).await;
    bench.title("double").await;
    bench.passes(click("Context", ClickKind::Right, &[])).await;
    bench.title("menu").await;
    bench.passes(click("Held", ClickKind::Single, &[Modifier::Control, Modifier::Shift])).await;
    bench.title("ctrlKey+shiftKey").await;
    bench.passes(click("Held", ClickKind::Single, &[Modifier::Alt])).await;
    bench.title("altKey").await;
    bench.passes(click("Held", ClickKind::Single, &[])).await;
    bench.title("plain").await;
    bench.passes(click("Deep", ClickKind::Double, &[])).await;
    bench.title("framed").await;
    bench.passes(click("Shadow", ClickKind::Right, &[])).await;
    bench.title("shadow menu").await;
    // A thing that is disabled can be hovered over all the same.
    bench.passes(Action::See(vec![button("Help")])).await;
    bench.passes(Action::SeeNot(vec![text("Ask us")])).await;
    bench.passes(Action::Hover(button("Help"))).await;
    bench.passes(Action::See(vec![text("Ask us")])).await;
    bench.passes(Action::Hover(button("Held"))).await;
    bench.passes(Action::SeeNot(vec![text("Ask us")])).await;
    assert_eq!(
        bench.fails(click("Help", ClickKind::Double, &[])).await,
        words(("button \"Help\", visible and enabled", "it is disabled"))
    );
    bench.open("/overlay").await;
    assert_eq!(
        bench.fails(Action::Hover(button("Buy"))).await,
        words(("button \"Buy\", visible", "it is covered by dialog \"Cookies\""))
    );
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drag_finds_out_by_itself_what_kind_it_is() {
    let mut bench = Bench::start().await;
    bench.open("/pointer").await;
    let from = item("Milk", "Todo");
    bench.passes(Action::Drag { from, to: to(role("list", "Done")), at: None }).await;
    bench.title("dropped Milk").await;
    bench.passes(Action::See(vec![item("Milk", "Done")])).await;
    let (from, goal) = (item("One", "Sorted"), item("Three", "Sorted"));
    bench.passes(Action::Drag { from, to: to(goal), at: None }).await;
    bench.title("Two,Three,One").await;
    let knob = role("slider", "Drawn");
    bench
        .passes(Action::Drag {
            from: knob.clone(),
            to: DragTo::By(Offset::Pixels(40, 0)),
            at: None,
        })
        .await;
    bench
        .passes(Action::Expect(vec![PageExpectation::Attribute(
            knob.clone(),
            "aria-valuenow".to_owned(),
            Some("40".into()),
        )]))
        .await;
    let (expected, actual) = bench
        .fails(Action::Drag { from: knob, to: DragTo::By(Offset::Pixels(-900, 0)), at: None })
        .await;
    assert_eq!(expected, "a drag to -900,0 pixels away");
    assert!(actual.ends_with("lies outside of the page's 1000x700 pixels"), "{actual}");
    let nowhere =
        Action::Drag { from: item("Bread", "Todo"), to: to(role("list", "Gone")), at: None };
    assert_eq!(
        bench.fails(nowhere).await,
        words((
            "list \"Gone\"",
            "no such list; nearest: list \"Done\", list \"Sorted\", list \"Todo\""
        ))
    );
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scrolling_goes_on_until_the_thing_is_there() {
    let mut bench = Bench::start().await;
    bench.open("/long").await;
    let scroll = |to, within: Option<&Target>| Action::Scroll { to, within: within.cloned() };
    let plain = role("region", "Plain");
    bench.passes(scroll(ScrollTo::By(Offset::Pixels(0, 120)), Some(&plain))).await;
    bench.title("plain 120").await;
    bench.passes(scroll(ScrollTo::End, Some(&plain))).await;
    bench.title("plain 830").await;
    bench.passes(scroll(ScrollTo::Start, Some(&plain))).await;
    bench.title("plain 0").await;
    // Rows that are not in the document until they are scrolled to, below and above.
    let grid = role("grid", "Virtual");
    bench.passes(scroll(ScrollTo::Thing(text("Row 1250")), Some(&grid))).await;
    bench.passes(Action::See(vec![text("Row 1250")])).await;
    bench.passes(scroll(ScrollTo::Thing(text("Row 930")), Some(&grid))).await;
    bench.passes(Action::See(vec![text("Row 930")])).await;
    // Older messages are loaded at the top, newer posts at the bottom of the page.
    bench.passes(scroll(ScrollTo::Thing(text("Message 3")), Some(&role("feed", "Chat")))).await;
    bench.passes(scroll(ScrollTo::Thing(text("Post 77")), None)).await;
    bench.passes(Action::See(vec![text("Post 77")])).await;
    let (expected, actual) = bench
        .fails(scroll(ScrollTo::Thing(text("Message 500")), Some(&role("feed", "Chat"))))
        .await;
    assert_eq!(expected, "text \"Message 500\", after scrolling");
    assert!(actual.contains("feed \"Chat\" was scrolled down to"), "{actual}");
    assert!(actual.ends_with("which is its end, and up to its start"), "{actual}");
    assert_eq!(
        bench.fails(scroll(ScrollTo::End, Some(&role("grid", "None")))).await.0,
        "grid \"None\""
    );
    bench.open("/long?endless").await;
    let (expected, actual) = bench.fails(scroll(ScrollTo::End, None)).await;
    assert_eq!(expected, "the page to be scrolled to the end");
    assert!(actual.starts_with("more and more is loaded: it does not end, and is at"), "{actual}");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_history_goes_forward_again() {
    let mut bench = Bench::start().await;
    bench.open("/static").await;
    assert_eq!(
        bench.fails(Action::Forward).await,
        words(("a page to go forward to", "this is the last page"))
    );
    bench.passes(Action::click(role("link", "To the form"))).await;
    bench.passes(Action::Back).await;
    bench.title("Static").await;
    bench.passes(Action::Forward).await;
    assert_eq!(bench.page.place().await, "/form?x=1");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_of_one_thing_leaves_no_button_pressed() {
    let mut bench = Bench::start().await;
    bench.open("/pointer").await;
    let far = Action::Drag {
        from: item("One", "Sorted"),
        to: DragTo::By(Offset::Pixels(5000, 0)),
        at: None,
    };
    bench.fails(far).await;
    bench.passes(Action::Hover(item("Three", "Sorted"))).await;
    bench.passes(Action::See(vec![item("One", "Sorted")])).await;
    bench.title("One,Two,Three").await;
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_must_be_held_for_a_moment_is_dragged_and_not_held_for_longer() {
    let mut bench = Bench::patient(Duration::from_secs(4)).await;
    bench.open("/held").await;
    let to = DragTo::Thing(role("list", "Done"));
    bench.passes(Action::Drag { from: text("Milk"), to, at: None }).await;
    bench.title("moved").await;
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_item_of_a_list_is_dragged_to_the_place_of_another_and_elsewhere_where_it_is_said() {
    let mut bench = Bench::patient(Duration::from_secs(4)).await;
    let song = |name| Target::plain(Locator::Text(name));
    for (from, onto, at, order) in [
        ("One", "Three", None, "Two,Three,One"),
        ("Three", "One", None, "Three,One,Two"),
        ("One", "Two", None, "Two,One,Three"),
        ("One", "Three", Some(DropAt::Before), "Two,One,Three"),
        ("Three", "One", Some(DropAt::After), "One,Three,Two"),
    ] {
        bench.open("/sorted").await;
        let (from, onto) = (song(from.into()), to(song(onto.into())));
        bench.passes(Action::Drag { from, to: onto, at }).await;
        bench.title(order).await;
    }
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn things_without_a_field_or_role_of_their_own_are_used_like_those_that_have_one() {
    let mut bench = Bench::patient(Duration::from_secs(4)).await;
    std::fs::write(bench.scratch.path().join("a.txt"), "a").unwrap();
    bench.open("/bare").await;
    for (label, title) in [("Photo", "a.txt"), ("Contract", "signed a.txt")] {
        let files = vec!["a.txt".into()];
        let upload = Action::Upload { to: text(label), by: UploadBy::Field, files };
        bench.passes(upload).await;
        bench.title(title).await;
    }
    for (list, option) in [("City", "Oslo"), ("Port", "Bergen")] {
        let from = role("combobox", list);
        bench.passes(Action::Choose { from, options: vec![option.into()] }).await;
        bench.title(option).await;
    }
    let css = |it: &str| Target::plain(Locator::Css(it.into()));
    bench.passes(fill(css("#v"), "7")).await;
    bench.title("7").await;
    let (_, actual) = bench.fails(fill(css("#p"), "7")).await;
    assert_eq!(actual, "it is a paragraph, which takes no text");
    bench.stop().await;
}
