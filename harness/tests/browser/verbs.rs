//! Everything that a person can do with a page, and the dialogs in between.

use nightshift::model::Kept;
use nightshift::model::gesture::UploadBy;
use nightshift::model::suite::Dismissal;

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_can_use_a_page() {
    let mut bench = Bench::start().await;
    bench.open("/static").await;
    bench.passes(Action::See(vec![role("heading", "Orders"), text("Twelve of them.")])).await;
    bench.passes(Action::click(role("link", "To the form"))).await;
    assert_eq!(bench.page.place().await, "/form?x=1");
    bench.passes(fill(role("textbox", "User"), "ada")).await;
    bench.passes(fill(role("textbox", "Note"), "two\nlines \u{1F642}")).await;
    bench.passes(Action::Check(role("checkbox", "Terms"))).await;
    bench.passes(Action::click(button("Search"))).await;
    bench.title("Search").await;
    let observation = bench.observe().await;
    assert_eq!(facet(&observation, FacetKind::Page).lines().last(), Some("status: 200"));
    bench.open("/drawn").await;
    bench.passes(Action::click(Target::plain(Locator::Css("svg".into())))).await;
    bench.title("Clicked").await;
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_verb_does_what_it_says() {
    let mut bench = Bench::start().await;
    bench.open("/form").await;
    bench
        .passes(Action::click(Target {
            within: Some(Box::new(role("row", "Bob"))),
            ..button("Edit")
        }))
        .await;
    bench.title("Edit Bob").await;
    forms_hold_what_was_put_in(&mut bench).await;
    what_is_shown_is_captured(&mut bench).await;
    bench
        .passes(Action::Press { keys: "Enter".to_owned(), on: Some(role("textbox", "User")) })
        .await;
    bench.title("Search").await;
    bench.passes(Action::Back).await;
    bench.title("Form").await;
    bench.passes(Action::Reload).await;
    bench.passes(Action::SeeNot(vec![text("Secret"), role("heading", "Results")])).await;
    files_go_in_and_out(&mut bench).await;
    late_things_are_awaited(&mut bench).await;
    bench.open("/frame").await;
    bench.passes(fill(role("textbox", "User"), "framed")).await;
    bench
        .passes(Action::Expect(vec![PageExpectation::Value(
            role("textbox", "User"),
            "framed".into(),
        )]))
        .await;
    bench.open("/popup").await;
    bench.passes(Action::click(button("Open"))).await;
    bench.passes(Action::See(vec![role("heading", "Popup")])).await;
    bench.stop().await;
}

async fn forms_hold_what_was_put_in(bench: &mut Bench) {
    let country = role("combobox", "Country");
    bench.passes(Action::Choose { from: country.clone(), options: vec!["NZ".into()] }).await;
    let day = Target::plain(Locator::Label("Day".into()));
    bench.passes(fill(day.clone(), "2026-01-05")).await;
    bench.passes(Action::Check(role("checkbox", "Terms"))).await;
    bench.passes(Action::Check(role("checkbox", "Terms"))).await;
    bench
        .passes(Action::Expect(vec![
            PageExpectation::Value(country, "nz".into()),
            PageExpectation::Value(day, "2026-01-05".into()),
            PageExpectation::Value(role("textbox", "User"), "old".into()),
            PageExpectation::State(role("checkbox", "Terms"), "checked".to_owned()),
            PageExpectation::State(button("Delete"), "disabled".to_owned()),
            PageExpectation::State(button("Search"), "not disabled".to_owned()),
            PageExpectation::Attribute(
                role("textbox", "User"),
                "name".to_owned(),
                Some("user".into()),
            ),
            PageExpectation::Attribute(role("textbox", "User"), "id".to_owned(), None),
            PageExpectation::Count(button("Edit"), 2),
            PageExpectation::Url("/form".into()),
            PageExpectation::Url(format!("{}/form", bench.site.url()).as_str().into()),
        ]))
        .await;
}

async fn what_is_shown_is_captured(bench: &mut Bench) {
    bench.passes(Action::Uncheck(role("checkbox", "Terms"))).await;
    bench.passes(fill(role("textbox", "User"), "")).await;
    let into = Some(role("textbox", "User"));
    bench.passes(Action::Type { text: "grace".into(), into }).await;
    bench.passes(Action::Press { keys: "Shift+ArrowLeft".to_owned(), on: None }).await;
    bench.passes(Action::Type { text: "y".into(), into: None }).await;
    let captures = [
        ("user".to_owned(), PageCapture::Value(role("textbox", "User"))),
        ("path".to_owned(), PageCapture::Url(Some("//[^/]+(/.*)".into()))),
        ("heading".to_owned(), PageCapture::Text(role("heading", "Form"), Some("F(..)m".into()))),
    ];
    assert_eq!(
        bench.done(Action::Capture(captures.into_iter().collect())).await,
        Done::Passed(vec![
            ("user".to_owned(), "gracy".to_owned().into()),
            ("path".to_owned(), "/form".to_owned().into()),
            ("heading".to_owned(), "or".to_owned().into()),
        ])
    );
    all_of_what_is_shown_is_captured(bench).await;
}

async fn all_of_what_is_shown_is_captured(bench: &mut Bench) {
    let list = |capture| Action::Capture([("it".to_owned(), capture)].into_iter().collect());
    let edits = Target { nth: None, ..button("Edit") };
    let taken = bench.done(list(PageCapture::Texts(edits, Some("E(..)t".into())))).await;
    let both = Kept::All(vec!["di".to_owned(), "di".to_owned()]);
    assert_eq!(taken, Done::Passed(vec![("it".to_owned(), both)]));
    let fields = Target::plain(Locator::Css("input:not([type=file])".into()));
    let Done::Passed(values) = bench.done(list(PageCapture::Values(fields))).await else {
        panic!("fields have values")
    };
    assert!(
        matches!(&values[0].1, Kept::All(all) if all.contains(&"gracy".to_owned())),
        "{values:?}"
    );
    let none = list(PageCapture::Attributes(button("Delete all"), "id".to_owned()));
    let (expected, actual) = bench.fails(none).await;
    assert_eq!(expected, "attribute id of every button \"Delete all\"");
    assert!(actual.starts_with("no such button; nearest: "), "{actual}");
    let ids = list(PageCapture::Attributes(button("Edit"), "data-nothing".to_owned()));
    assert_eq!(bench.fails(ids).await.1, "number 1: there is none");
}

async fn files_go_in_and_out(bench: &mut Bench) {
    bench.open("/inputs").await;
    let save_as: Template = "out/orders.csv".into();
    bench.passes(Action::Download { click: role("link", "Export"), save_as, named: None }).await;
    let kept = std::fs::read_to_string(bench.scratch.path().join("out/orders.csv")).unwrap();
    assert_eq!(kept, "id,country\n1,NZ\n");
    let to = Target::plain(Locator::Label("Files".into()));
    bench
        .passes(Action::Upload {
            to: to.clone(),
            by: UploadBy::Field,
            files: vec!["out/orders.csv".into()],
        })
        .await;
    bench.passes(Action::See(vec![text("orders.csv 16")])).await;
    assert_eq!(
        bench
            .fails(Action::Upload { to, by: UploadBy::Field, files: vec!["../etc/passwd".into()] })
            .await,
        words((
            "a file ../etc/passwd in the working folder",
            "this path leads out of the working folder"
        ))
    );
    // A debounce of 300 ms fires although the clock was set, and the step waits for it.
    bench.passes(fill(role("textbox", "Query"), "nz")).await;
    let out = Target::plain(Locator::Css("#out".into()));
    let captures = [("out".to_owned(), PageCapture::Text(out, None))];
    assert_eq!(
        bench.done(Action::Capture(captures.into_iter().collect())).await,
        Done::Passed(vec![("out".to_owned(), "searched for nz".to_owned().into())])
    );
}

async fn late_things_are_awaited(bench: &mut Bench) {
    bench.open("/lazy").await;
    bench.passes(Action::click(button("Soon"))).await;
    bench.title("clicked").await;
    bench.passes(Action::click(button("Load"))).await;
    // The answer comes 150 ms after the click; the click's own step waits for it.
    let observation = bench.observe().await;
    assert!(facet(&observation, FacetKind::Aria).contains("12 rows"), "{observation:?}");
    bench
        .passes(Action::Wait { until: WaitFor::Gone(text("no rows")), within_ms: Some(200) })
        .await;
    bench.passes(Action::Wait { until: WaitFor::Visible(text("12 rows")), within_ms: None }).await;
    bench.passes(Action::Wait { until: WaitFor::Url("/lazy".into()), within_ms: None }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dialogs_are_answered_and_block_everything_else() {
    let mut bench = Bench::start().await;
    let answer = |accept, message: Option<&str>, answer: Option<&str>| {
        Action::Dialog(DialogAnswer {
            accept,
            message: message.map(Template::from),
            answer: answer.map(Template::from),
        })
    };
    bench.open("/dialogs").await;
    bench.passes(Action::click(button("Ask"))).await;
    assert_eq!(
        bench.fails(Action::See(vec![role("heading", "Dialogs")])).await,
        words((
            "a page that can be used",
            "a dialog is open and blocks the page: confirm \"Sure?\"; answer it with `dialog:`"
        ))
    );
    let look = Look {
        facets: vec![FacetKind::Aria],
        masks: vec![],
        varies: &|_| false,
        accepted: &[],
        image: nightshift::model::picture::Extent::Viewport,
    };
    let unread = bench.page.observe(&look).await.unwrap().unwrap_err();
    assert!(
        unread.actual.starts_with("a dialog is open and blocks the page: confirm"),
        "{unread:?}"
    );
    bench.passes(answer(false, Some("Sure?"), None)).await;
    bench.title("no").await;
    bench.passes(Action::click(button("Prompt"))).await;
    assert_eq!(
        bench.fails(answer(true, Some("Age?"), None)).await,
        words(("a dialog that says \"Age?\"", "prompt \"Name?\""))
    );
    bench.passes(answer(true, None, Some("Ada"))).await;
    bench.title("Ada").await;
    bench.passes(Action::click(button("Late"))).await;
    bench.passes(answer(true, Some("Late"), None)).await;
    assert_eq!(
        bench.fails(answer(true, None, None)).await,
        words(("a dialog", "no dialog is open"))
    );
    bench.open("/alerts").await;
    bench.passes(Action::click(button("Go"))).await;
    bench.passes(answer(true, Some("again"), None)).await;
    let (_, actual) = bench.fails(Action::See(vec![role("heading", "Alerts")])).await;
    assert!(
        actual.starts_with("a dialog is open and blocks the page: alert \"again\""),
        "{actual}"
    );
    assert!(!bench.page.material().await.is_empty());
    bench.fresh_page().await;
    bench.open("/static").await;
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_overlay_that_the_suite_knows_is_clicked_away_and_no_other() {
    let mut bench = Bench::start().await;
    bench.open("/overlay").await;
    let (_, actual) = bench.fails(Action::click(button("Buy"))).await;
    assert_eq!(actual, "it is covered by dialog \"Cookies\"");
    let dismissal = Dismissal { when: role("dialog", "Cookies"), click: button("Reject all") };
    let knowing =
        PageContext { dismiss: vec![dismissal], ..context(&bench.site, bench.scratch.path()) };
    let page = bench.browser.page(&knowing).await.unwrap();
    std::mem::replace(&mut bench.page, page).close().await.unwrap();
    bench.open("/overlay").await;
    bench.passes(Action::click(button("Buy"))).await;
    bench.title("Bought").await;
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cookie_says_of_its_same_site_only_what_was_said() {
    let mut bench = Bench::start().await;
    bench.open("/cookies").await;
    let look = Look {
        facets: vec![FacetKind::Cookies],
        masks: vec![],
        varies: &|_| false,
        accepted: &[],
        image: nightshift::model::picture::Extent::Viewport,
    };
    let seen = bench.page.observe(&look).await.unwrap().unwrap();
    assert_eq!(
        facet(&seen, FacetKind::Cookies),
        "ad: Path=/; Secure; SameSite=None; Session\n\
         cart: Path=/; HttpOnly; SameSite=Strict; Session\n\
         safe: Path=/; Secure; Session\n\
         theme: Path=/; SameSite=Lax; Persistent\n\
         who: Path=/; Session\n"
    );
    bench.stop().await;
}
