//! The titles of whole findings: what happened first leads, one edit is told with its extent, and two
//! texts are cut where one sees what differs.

use super::*;

/// A page whose tree and one other facet changed.
fn with_detail(facet: FacetKind, detail: (&str, &str), tree: (&str, &str)) -> Night {
    let mut night = Night::default();
    night
        .browser_scenario("a", &["page"])
        .baseline("a", "page", FacetKind::Aria, tree.0.as_bytes())
        .baseline("a", "page", facet, detail.0.as_bytes())
        .baseline("a", "watch", FacetKind::Events, b"")
        .begin("a", 1)
        .seen(
            "a",
            1,
            "page",
            "/orders",
            &[(FacetKind::Aria, tree.1.as_bytes()), (facet, detail.1.as_bytes())],
        )
        .end("a", 1, Outcome::Completed);
    night
}

fn title_of(old: &str, new: &str) -> String {
    const REST: &str =
        "- link \"Home\"\n- link \"Cart\"\n- paragraph: Be kind\n- paragraph: Thanks";
    let mut night = Night::default();
    night.page("a", "/orders", &format!("{old}\n{REST}"), &format!("{new}\n{REST}"));
    titles(&judge(&night)).join(" | ")
}

#[test]
fn a_redirect_leads_and_what_is_seen_of_it_follows() {
    let night = with_detail(
        FacetKind::Response,
        ("status: 200", "status: 200\nredirect: POST /orders 302 to /"),
        ("- heading \"Order 7\"", "- heading \"Home\""),
    );
    assert_eq!(
        titles(&judge(&night)),
        [
            "POST /orders now redirects to / (302) on /orders; heading \"Order 7\" became \"Home\" on /orders"
        ]
    );
}

#[test]
fn what_is_the_same_of_many_things_is_said_once() {
    let faint = |text: &str| {
        format!("contrast: \"{text}\" in p: 1.91:1 of #aaaaaa on #ffffff, 4.5:1 is needed")
    };
    let all = ["0", "1", "2", "3", "4"].map(faint).join("\n");
    let night = with_detail(FacetKind::A11y, ("", &all), ("- text: a", "- text: a"));
    assert_eq!(
        titles(&judge(&night)),
        ["\"0\", \"1\", \"2\" and 2 more are too faint (1.91:1) on /orders"]
    );
}

#[test]
fn another_order_and_numbers_that_are_off_by_one_are_told_as_such() {
    assert_eq!(
        title_of(
            "- list \"Tags\":\n  - listitem: red\n  - listitem: green\n  - listitem: blue",
            "- list \"Tags\":\n  - listitem: blue\n  - listitem: green\n  - listitem: red"
        ),
        "list \"Tags\" is in another order on /orders"
    );
    assert_eq!(
        title_of(
            "- text: 12 open\n- text: 7 closed\n- text: 3 lost",
            "- text: 13 open\n- text: 8 closed\n- text: 4 lost"
        ),
        "3 numbers are one more on /orders: \"12 open\" became \"13 open\""
    );
}

#[test]
fn a_text_that_is_new_and_long_texts_that_differ_at_their_end_are_told_by_what_differs() {
    assert_eq!(title_of("- text:", "- text: Sold out"), "text \"Sold out\" is new on /orders");
    let long = "The quick brown fox jumps over the lazy dog and sleeps below the old oak";
    assert_eq!(
        title_of(&format!("- text: {long} at noon"), &format!("- text: {long} by night")),
        "text \"…the old oak at noon\" became \"…the old oak by night\" on /orders"
    );
}

#[test]
fn a_detail_of_which_nothing_is_left_is_told_beside_what_else_changed() {
    let mut night = Night::default();
    let (cookie, none) = (b"visitor: Path=/; Session".as_slice(), b"".as_slice());
    let (was, is) = (b"local \"seen\"".as_slice(), b"local \"visited\"".as_slice());
    night
        .browser_scenario("a", &["page"])
        .baseline("a", "page", FacetKind::Cookies, cookie)
        .baseline("a", "page", FacetKind::Storage, was)
        .baseline("a", "watch", FacetKind::Events, b"")
        .begin("a", 1)
        .seen("a", 1, "page", "/visit", &[(FacetKind::Cookies, none), (FacetKind::Storage, is)])
        .end("a", 1, Outcome::Completed);
    let judgement = judge(&night);
    let mut all = titles(&judgement);
    all.sort_unstable();
    assert_eq!(
        all,
        [
            "cookie visitor is no longer there on /visit",
            "local storage holds \"visited\" instead of \"seen\" on /visit"
        ]
    );
}

#[test]
fn the_port_that_a_product_had_tonight_is_in_no_title() {
    let title = |port: &str, actual: &str| {
        let mut night = Night::default();
        night
            .browser_scenario("a", &[])
            .baseline("a", "watch", FacetKind::Events, b"")
            .begin_with("a", 1, &[(port, "[port]")])
            .failed("a", 1, 1, "/orders", (Outcome::Failed, "an answer", actual))
            .end("a", 1, Outcome::Failed);
        titles(&judge(&night)).join(" | ")
    };
    let told = "`open /` fails on /orders: 127.0.0.1:[port] says no";
    assert_eq!(title("41235", "127.0.0.1:41235 says no"), told);
    assert_eq!(title("50001", "127.0.0.1:50001 says no"), told);
    let other = title("41235", "127.0.0.1:8080 says no to 41235 rows");
    assert_eq!(other, "`open /` fails on /orders: 127.0.0.1:8080 says no to 41235 rows");
}
