//! What a failure says: what was looked for, and what was there instead.

use super::*;

/// What is done, what was looked for, and what was there instead.
type Case = (Action, &'static str, &'static str);

/// Failures at things of a page.
fn of_things() -> Vec<Case> {
    vec![
        (
            Action::click(button("Apply")),
            "button \"Apply\", visible and enabled",
            "no such button; nearest: button \"Apply filter\", button \"File\", button \"Search\"",
        ),
        (
            Action::click(button("Delete")),
            "button \"Delete\", visible and enabled",
            "it is disabled",
        ),
        (
            Action::click(button("Edit")),
            "button \"Edit\", visible and enabled",
            "2 things match (1: button \"Edit\" in row \"Ada Edit\", 2: button \"Edit\" in row \
             \"Bob Edit\"); say which by `in:` or `nth:`",
        ),
        (
            Action::click(button("Under")),
            "button \"Under\", visible and enabled",
            "it is covered by div#veil",
        ),
        (
            fill(role("textbox", "Locked"), "x"),
            "textbox \"Locked\", visible and editable",
            "it is read-only",
        ),
        (
            Action::Choose { from: role("combobox", "Country"), options: vec!["Mars".into()] },
            "option \"Mars\" in combobox \"Country\"",
            "no such option; there are: Any, NZ, AU",
        ),
        (
            Action::Choose { from: role("combobox", "Country"), options: vec!["AU".into()] },
            "option \"AU\" in combobox \"Country\"",
            "the option is disabled",
        ),
        (Action::See(vec![text("Secret")]), "text \"Secret\", visible", "no such text"),
        (Action::SeeNot(vec![role("heading", "Form")]), "no heading \"Form\"", "it is there"),
        (
            Action::Expect(vec![PageExpectation::Title("Orders".into())]),
            "title \"Orders\"",
            "\"Form\"",
        ),
        (
            Action::Expect(vec![PageExpectation::Count(button("Edit"), 3)]),
            "3 × button \"Edit\"",
            "2 of them",
        ),
        (
            Action::Press { keys: "Entr".to_owned(), on: None },
            "the key Entr",
            "no key is named \"Entr\"; did you mean Enter?",
        ),
    ]
}

/// Failures to get to a page.
fn of_pages() -> Vec<Case> {
    vec![
        (Action::Back, "a page to go back to", "this is the first page"),
        (Action::Open("/loop".into()), "/loop to load", "net::ERR_TOO_MANY_REDIRECTS"),
        (Action::Open("/nothing".into()), "/nothing to load", "an answer without a page (204)"),
        (
            Action::Open("/export.csv".into()),
            "/export.csv to load",
            "it is a file to download; use `download:`",
        ),
        (Action::Open("/never".into()), "/never to load", "no answer within 1500 ms"),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_says_what_was_looked_for_and_what_was_there() {
    let mut bench = Bench::start().await;
    bench.open("/form").await;
    let cases = of_things().into_iter().chain(of_pages());
    let mut results = Vec::new();
    for (action, expected, actual) in cases {
        let said = bench.fails(action).await;
        results.push((said, words((expected, actual))));
    }
    for (said, wanted) in results {
        assert_eq!(said, wanted);
    }
    bench.stop().await;
}

#[test]
fn a_missing_browser_says_what_to_install() {
    let mut options = options(Path::new("/nonexistent"));
    options.program = Some("/nonexistent/chromium".into());
    let said = nightshift::surface::browser::locate(&options).unwrap_err().to_string();
    assert!(said.contains("/nonexistent/chromium"), "{said}");
    assert!(said.contains("apt-get install chromium chromium-driver"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_hidden_at_the_moment_is_told_with_the_step_that_shows_it() {
    let mut bench = Bench::start().await;
    bench.open("/place/hides").await;
    for (name, told) in [
        ("Delete", "link \"Delete\" shows after `hover: 'listitem \"Ada\"'`"),
        ("Export", "link \"Export\" shows after `click: 'button \"Menu\"'`"),
        ("Archive", "link \"Archive\" shows after `expand: 'button \"More\"'`"),
        ("Country", "link \"Country\" shows after `click: 'button \"Filters\"'`"),
        ("Later", "link \"Later\" is there, and a step before must show it"),
    ] {
        let (_, actual) = bench.fails(Action::click(role("link", name))).await;
        let hidden = actual.split_once("; hidden now: ").map(|it| it.1);
        assert_eq!(hidden, Some(told), "{actual}");
    }
    let (_, actual) = bench.fails(Action::click(role("link", "Delet"))).await;
    assert!(!actual.contains("hidden now"), "another name is another thing: {actual}");
    bench.passes(Action::Hover(role("listitem", "Ada"))).await;
    bench.passes(Action::click(role("link", "Delete"))).await;
    bench.passes(Action::Expand(button("More"))).await;
    bench.passes(Action::click(role("link", "Archive"))).await;
    bench.stop().await;
}
