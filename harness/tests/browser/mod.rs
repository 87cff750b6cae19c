//! The browser surface on real pages: every verb, every way to fail, every watch and its clean twin.

mod site;

use std::path::Path;
use std::time::Duration;

use nightshift::model::event::Failure;
use nightshift::model::observe::FacetContent;
use nightshift::model::scenario::{
    DialogAnswer, FieldValue, PageCapture, PageExpectation, WaitFor,
};
use nightshift::model::{
    Action, FacetKind, Locator, Observation, Outcome, Target, Template, WatchKind,
};
use nightshift::process::Cookie;
use nightshift::surface::browser::{Browser, BrowserOptions, Page, PageContext, Paper};
use nightshift::surface::{Done, Look, PageSurface, Sighting, SurfaceError};
use site::Site;

fn options(scratch: &Path) -> BrowserOptions {
    BrowserOptions {
        program: None,
        driver: None,
        viewport: (1000, 700),
        locale: "en-GB".to_owned(),
        timezone: "Pacific/Auckland".to_owned(),
        now: Some("2026-01-05T09:00:00Z".parse().unwrap()),
        timeout: Duration::from_millis(1500),
        allow_hosts: Vec::new(),
        scratch: scratch.to_owned(),
        tree: Cookie::new(),
    }
}

/// A browser with a site and a page in it.
struct Bench {
    site: Site,
    scratch: tempfile::TempDir,
    browser: Browser,
    page: Page,
}

impl Bench {
    async fn start() -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let site = Site::start().await;
        let mut browser = Browser::start(&options(scratch.path())).await.unwrap();
        let page = browser.page(&context(&site, scratch.path())).await.unwrap();
        Self { site, scratch, browser, page }
    }

    async fn fresh_page(&mut self) {
        let page = self.browser.page(&context(&self.site, self.scratch.path())).await.unwrap();
        std::mem::replace(&mut self.page, page).close().await.unwrap();
    }

    async fn done(&mut self, action: Action) -> Done {
        self.page.act(&action).await.unwrap()
    }

    async fn passes(&mut self, action: Action) {
        assert_eq!(
            (self.done(action.clone()).await, action.clone()),
            (Done::Passed(vec![]), action)
        );
    }

    async fn open(&mut self, path: &str) {
        self.passes(Action::Open(path.into())).await;
    }

    /// Expected and actual of a step that must fail.
    async fn fails(&mut self, action: Action) -> (String, String) {
        match self.done(action.clone()).await {
            Done::Failed(Failure { outcome: Outcome::Failed, expected, actual }) => {
                (expected, actual)
            }
            other => panic!("{action:?} gave {other:?}"),
        }
    }

    async fn title(&mut self, title: &str) {
        self.passes(Action::Expect(vec![PageExpectation::Title(title.into())])).await;
    }

    async fn observe(&mut self) -> Observation {
        let facets = vec![FacetKind::Page, FacetKind::Aria, FacetKind::Text, FacetKind::Image];
        self.page.observe(&Look { facets, masks: vec![] }).await.unwrap()
    }

    async fn stop(self) {
        self.page.close().await.unwrap();
        self.browser.stop().await;
    }
}

fn context(site: &Site, work: &Path) -> PageContext {
    PageContext { base_url: site.url(), allow_hosts: vec![], work: work.to_owned() }
}

fn role(role: &str, name: &str) -> Target {
    Target::plain(Locator::Role { role: role.to_owned(), name: Some(name.into()) })
}

fn button(name: &str) -> Target {
    role("button", name)
}

fn text(text: &str) -> Target {
    Target::plain(Locator::Text(text.into()))
}

fn fill(field: Target, value: &str) -> Action {
    Action::Fill(vec![FieldValue { field, value: value.into() }])
}

fn facet(observation: &Observation, kind: FacetKind) -> String {
    match &observation.facets.iter().find(|it| it.kind == kind).unwrap().content {
        FacetContent::Text(text) => text.clone(),
        FacetContent::Image { .. } => panic!("{kind} is a picture"),
    }
}

fn words(pair: (&str, &str)) -> (String, String) {
    (pair.0.to_owned(), pair.1.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_can_use_a_page() {
    let mut bench = Bench::start().await;
    bench.open("/static").await;
    if std::env::var_os("TIMES").is_some() {
        for _ in 0..3 {
            let t = std::time::Instant::now();
            bench.open("/static").await;
            let o = t.elapsed();
            let t = std::time::Instant::now();
            bench.observe().await;
            let ob = t.elapsed();
            let t = std::time::Instant::now();
            bench.passes(Action::See(vec![role("heading", "Orders")])).await;
            let s = t.elapsed();
            let t = std::time::Instant::now();
            bench.page.sightings().await;
            let si = t.elapsed();
            let t = std::time::Instant::now();
            bench
                .passes(Action::Snapshot(nightshift::model::Snapshot {
                    name: String::new(),
                    facets: None,
                    redact: vec![],
                    mask: vec![],
                    require: vec![],
                }))
                .await;
            let st = t.elapsed();
            let t = std::time::Instant::now();
            bench.fresh_page().await;
            let fp = t.elapsed();
            eprintln!(
                "TIMES open {o:?} observe {ob:?} see {s:?} sightings {si:?} settle {st:?} fresh {fp:?}"
            );
            bench.open("/static").await;
        }
    }
    bench.passes(Action::See(vec![role("heading", "Orders"), text("Twelve of them.")])).await;
    bench.passes(Action::Click(role("link", "To the form"))).await;
    assert_eq!(bench.page.place().await, "/form?x=1");
    bench.passes(fill(role("textbox", "User"), "ada")).await;
    bench.passes(fill(role("textbox", "Note"), "two\nlines \u{1F642}")).await;
    bench.passes(Action::Check(role("checkbox", "Terms"))).await;
    bench.passes(Action::Click(button("Search"))).await;
    bench.title("Search").await;
    let observation = bench.observe().await;
    assert_eq!(facet(&observation, FacetKind::Page).lines().last(), Some("status: 200"));
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_verb_does_what_it_says() {
    let mut bench = Bench::start().await;
    bench.open("/form").await;
    bench
        .passes(Action::Click(Target {
            within: Some(Box::new(role("row", "Bob"))),
            ..button("Edit")
        }))
        .await;
    bench.title("Edit Bob").await;
    let country = role("combobox", "Country");
    bench.passes(Action::Choose { from: country.clone(), option: "NZ".into() }).await;
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
    bench.passes(Action::Uncheck(role("checkbox", "Terms"))).await;
    bench.passes(fill(role("textbox", "User"), "")).await;
    let into = Some(role("textbox", "User"));
    bench.passes(Action::Type { text: "grace".into(), into }).await;
    bench.passes(Action::Press { keys: "Shift+ArrowLeft".to_owned(), on: None }).await;
    bench.passes(Action::Type { text: "y".into(), into: None }).await;
    let captures = [
        ("user".to_owned(), PageCapture::Value(role("textbox", "User"))),
        ("path".to_owned(), PageCapture::Url(Some("//[^/]+(/.*)".to_owned()))),
        (
            "heading".to_owned(),
            PageCapture::Text(role("heading", "Form"), Some("F(..)m".to_owned())),
        ),
    ];
    assert_eq!(
        bench.done(Action::Capture(captures.into_iter().collect())).await,
        Done::Passed(vec![
            ("user".to_owned(), "gracy".to_owned()),
            ("path".to_owned(), "/form".to_owned()),
            ("heading".to_owned(), "or".to_owned()),
        ])
    );
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
    bench.passes(Action::Click(button("Open"))).await;
    bench.passes(Action::See(vec![role("heading", "Popup")])).await;
    bench.stop().await;
}

async fn files_go_in_and_out(bench: &mut Bench) {
    bench.open("/inputs").await;
    let save_as: Template = "out/orders.csv".into();
    bench.passes(Action::Download { click: role("link", "Export"), save_as }).await;
    let kept = std::fs::read_to_string(bench.scratch.path().join("out/orders.csv")).unwrap();
    assert_eq!(kept, "id,country\n1,NZ\n");
    let to = Target::plain(Locator::Label("Files".into()));
    bench.passes(Action::Upload { to: to.clone(), files: vec!["out/orders.csv".into()] }).await;
    bench.passes(Action::See(vec![text("orders.csv 16")])).await;
    assert_eq!(
        bench.fails(Action::Upload { to, files: vec!["../etc/passwd".into()] }).await,
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
        Done::Passed(vec![("out".to_owned(), "searched for nz".to_owned())])
    );
}

async fn late_things_are_awaited(bench: &mut Bench) {
    bench.open("/lazy").await;
    bench.passes(Action::Click(button("Soon"))).await;
    bench.title("clicked").await;
    bench.passes(Action::Click(button("Load"))).await;
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
async fn a_failure_says_what_was_looked_for_and_what_was_there() {
    let mut bench = Bench::start().await;
    bench.open("/form").await;
    let cases = [
        (
            Action::Click(button("Apply")),
            "button \"Apply\", visible and enabled",
            "no such button; nearest: button \"Apply filter\", button \"File\", button \"Search\"",
        ),
        (
            Action::Click(button("Delete")),
            "button \"Delete\", visible and enabled",
            "it is disabled",
        ),
        (
            Action::Click(button("Edit")),
            "button \"Edit\", visible and enabled",
            "2 things match (1: button \"Edit\", 2: button \"Edit\"); say which by `in:` or `nth:`",
        ),
        (
            Action::Click(button("Under")),
            "button \"Under\", visible and enabled",
            "it is covered by div#veil",
        ),
        (
            fill(role("textbox", "Locked"), "x"),
            "textbox \"Locked\", visible and editable",
            "it is read-only",
        ),
        (
            Action::Choose { from: role("combobox", "Country"), option: "Mars".into() },
            "option \"Mars\" in combobox \"Country\"",
            "no such option; there are: Any, NZ, AU",
        ),
        (
            Action::Choose { from: role("combobox", "Country"), option: "AU".into() },
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
        (Action::Back, "a page to go back to", "this is the first page"),
        (Action::Open("/loop".into()), "/loop to load", "net::ERR_TOO_MANY_REDIRECTS"),
        (Action::Open("/nothing".into()), "/nothing to load", "an answer without a page (204)"),
        (
            Action::Open("/export.csv".into()),
            "/export.csv to load",
            "it is a file to download; use `download:`",
        ),
        (Action::Open("/never".into()), "/never to load", "no answer within 1500 ms"),
    ];
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

fn sighting(kind: WatchKind, message: &str, path: &str) -> Sighting {
    Sighting { kind, message: message.to_owned(), path: path.to_owned() }
}

async fn sorted_sightings(bench: &mut Bench) -> Vec<Sighting> {
    let mut seen = bench.page.sightings().await;
    seen.sort_by_key(|it| (it.kind, it.message.clone()));
    seen
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn watches_see_what_breaks_and_nothing_on_a_clean_page() {
    let mut bench = Bench::start().await;
    bench.open("/clean").await;
    assert_eq!(bench.page.sightings().await, vec![]);
    bench.open("/errors").await;
    assert_eq!(
        sorted_sightings(&mut bench).await,
        vec![
            sighting(WatchKind::Exception, "Error: thrown", "/errors"),
            sighting(WatchKind::Rejection, "Error: rejected", "/errors"),
            sighting(WatchKind::ConsoleError, "it broke 7", "/errors"),
            sighting(
                WatchKind::RequestFailed,
                "GET failed: net::ERR_UNSAFE_PORT",
                "http://127.0.0.1:1/"
            ),
            sighting(WatchKind::BadStatus, "GET answered 404", "/missing.png"),
        ]
    );
    bench.open("/broken").await;
    assert_eq!(
        bench.page.sightings().await,
        vec![sighting(WatchKind::BadStatus, "GET answered 500", "/broken")]
    );
    let facets = bench.observe().await;
    assert_eq!(facet(&facets, FacetKind::Page), "path: /broken\ntitle: \nstatus: 500\n");
    the_wall_holds(&mut bench).await;
    a_hung_page_is_a_failure(&mut bench).await;
    nothing_without_a_host_opens(&mut bench).await;
    a_crashed_page_is_a_crash(&mut bench).await;
    bench.stop().await;
}

async fn the_wall_holds(bench: &mut Bench) {
    let port = bench.site.address.port();
    bench.open("/forbidden").await;
    let why = format!("127.0.0.2:{port} is not an allowed host; `allow-hosts` can name it");
    let url = format!("http://127.0.0.2:{port}/static");
    assert_eq!(
        bench.page.sightings().await,
        vec![sighting(WatchKind::RequestFailed, &format!("GET failed: {why}"), &url)]
    );
    assert_eq!(
        bench.done(Action::Open(url.as_str().into())).await,
        Done::Failed(Failure {
            outcome: Outcome::Blocked,
            expected: format!("{url} to load"),
            actual: why,
        })
    );
    assert!(bench.browser.denied().contains(&format!("127.0.0.2:{port}")));
}

async fn nothing_without_a_host_opens(bench: &mut Bench) {
    for url in
        ["file:///etc/passwd", "data:text/html,hi", "javascript:alert(1)", "chrome://version"]
    {
        let opened = bench.done(Action::Open(url.into())).await;
        let blocked = matches!(&opened, Done::Failed(Failure { outcome: Outcome::Blocked, .. }));
        assert!(blocked, "{url} gave {opened:?}");
    }
}

async fn a_crashed_page_is_a_crash(bench: &mut Bench) {
    let mut context = context(&bench.site, bench.scratch.path());
    context.allow_hosts.push("crash".to_owned());
    bench.page = bench.browser.page(&context).await.unwrap();
    bench.open("/static").await;
    bench.done(Action::Open("chrome://crash".into())).await;
    assert_eq!(
        bench.done(Action::See(vec![role("heading", "Orders")])).await,
        Done::Failed(Failure {
            outcome: Outcome::Crashed,
            expected: "a page that can be used".to_owned(),
            actual: "the page crashed".to_owned(),
        })
    );
    assert_eq!(
        bench.page.sightings().await,
        vec![sighting(WatchKind::PageCrashed, "the page crashed", "/static")]
    );
    assert!(!bench.page.material().await.is_empty());
    bench.fresh_page().await;
    bench.open("/static").await;
}

async fn a_hung_page_is_a_failure(bench: &mut Bench) {
    bench.open("/hang").await;
    bench.passes(Action::Click(button("Go"))).await;
    let (_, actual) = bench.fails(Action::See(vec![text("Hang")])).await;
    assert_eq!(actual, "the page does not answer: its scripts do not end");
    bench.fresh_page().await;
    bench.open("/static").await;
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
    bench.passes(Action::Click(button("Ask"))).await;
    assert_eq!(
        bench.fails(Action::See(vec![role("heading", "Dialogs")])).await,
        words((
            "a page that can be used",
            "a dialog is open and blocks the page: confirm \"Sure?\"; answer it with `dialog:`"
        ))
    );
    let observation = bench.observe().await;
    assert_eq!(facet(&observation, FacetKind::Aria), "- confirm \"Sure?\"\n");
    bench.passes(answer(false, Some("Sure?"), None)).await;
    bench.title("no").await;
    bench.passes(Action::Click(button("Prompt"))).await;
    assert_eq!(
        bench.fails(answer(true, Some("Age?"), None)).await,
        words(("a dialog that says \"Age?\"", "prompt \"Name?\""))
    );
    bench.passes(answer(true, None, Some("Ada"))).await;
    bench.title("Ada").await;
    bench.passes(Action::Click(button("Late"))).await;
    bench.passes(answer(true, Some("Late"), None)).await;
    assert_eq!(
        bench.fails(answer(true, None, None)).await,
        words(("a dialog", "no dialog is open"))
    );
    bench.open("/alerts").await;
    bench.passes(Action::Click(button("Go"))).await;
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
async fn the_same_page_looks_the_same_twice_and_contexts_share_nothing() {
    let mut bench = Bench::start().await;
    let mut seen = Vec::new();
    for _ in 0..2 {
        bench.fresh_page().await;
        for path in ["/static", "/moving"] {
            bench.open(path).await;
            let observation = bench.observe().await;
            assert_eq!(observation.facets.len(), 4);
            seen.push(observation);
        }
        bench.open("/cookie").await;
        bench.passes(Action::See(vec![role("heading", "Cookie: none")])).await;
        bench.passes(Action::Reload).await;
        bench.passes(Action::See(vec![role("heading", "Cookie: who=ada")])).await;
    }
    assert_eq!(facet(&seen[1], FacetKind::Page), "path: /moving\ntitle: Moving\nstatus: 200\n");
    let moving = facet(&seen[1], FacetKind::Aria);
    assert!(moving.contains("2026-01-05T09:00"), "{moving}");
    assert!(moving.contains("Monday, 5 January 2026 Mon Jan 05 2026 -780 en-GB"), "{moving}");
    assert!(seen[0] == seen[2], "the static page differs");
    assert_eq!(moving, facet(&seen[3], FacetKind::Aria));
    assert!(seen[1] == seen[3], "the moving page's pictures differ");
    bench.open("/form").await;
    let masks = vec![role("heading", "Form")];
    let look = Look { facets: vec![FacetKind::Image, FacetKind::Aria], masks };
    let masked = bench.page.observe(&look).await.unwrap();
    match &masked.facets[0].content {
        FacetContent::Image { masks, .. } => assert_eq!(masks.len(), 1),
        FacetContent::Text(_) => panic!("the picture is text"),
    }
    assert!(!facet(&masked, FacetKind::Aria).contains("heading \"Form\""));
    let kinds: Vec<String> = bench.page.material().await.into_iter().map(|it| it.kind).collect();
    assert_eq!(kinds, ["screenshot", "aria", "dom", "console", "network"]);
    let html = bench.scratch.path().join("report.html");
    std::fs::write(&html, "<h1>Report</h1>").unwrap();
    let paper = Paper { footer: "<span class=pageNumber></span>".to_owned(), ..Paper::default() };
    let pdf = bench.browser.print_pdf(&html, &paper).await.unwrap();
    assert!(pdf.starts_with(b"%PDF-"));
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_driver_is_a_lost_browser_and_nothing_is_left_behind() {
    let mut bench = Bench::start().await;
    bench.open("/static").await;
    assert!(bench.browser.is_alive());
    let pid = rustix::process::Pid::from_raw(bench.browser.pid() as i32).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    let started = std::time::Instant::now();
    let lost = bench.page.act(&Action::See(vec![text("Nothing")])).await;
    assert!(matches!(lost, Err(SurfaceError::BrowserLost(_))), "{lost:?}");
    assert!(started.elapsed() < Duration::from_secs(10));
    assert!(!bench.browser.is_alive());
    let scratch = bench.scratch.path().display().to_string();
    bench.browser.stop().await;
    let left: Vec<String> = std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| std::fs::read(entry.ok()?.path().join("cmdline")).ok())
        .map(|line| String::from_utf8_lossy(&line).into_owned())
        .filter(|line| line.contains(&scratch))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn the_environment_is_named_by_what_pictures_depend_on() {
    let key = nightshift::surface::browser::environment_key((1280, 800));
    let parts: Vec<&str> = key.split('-').collect();
    assert_eq!(
        (parts[0], parts[2], parts[3], parts[4].len()),
        ("linux", "1280x800", "1x", 6),
        "{key}"
    );
}

#[test]
fn a_missing_browser_says_what_to_install() {
    let mut options = options(Path::new("/nonexistent"));
    options.program = Some("/nonexistent/chromium".into());
    let said = nightshift::surface::browser::locate(&options).unwrap_err().to_string();
    assert!(said.contains("/nonexistent/chromium"), "{said}");
    assert!(said.contains("apt-get install chromium chromium-driver"), "{said}");
}
