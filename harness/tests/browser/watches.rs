//! The watches with their clean twin, the wall, and pages and drivers that die.

use super::*;

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
    nothing_without_a_host_opens(&mut bench).await;
    a_crashed_page_is_a_crash(&mut bench).await;
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_asks_to_be_left_alone_is_heard_once_and_one_that_is_down_asks_for_nothing() {
    let mut bench = Bench::start().await;
    let asks = |status| Some(HeldOff { status, wait: Duration::from_secs(7) });
    bench.open("/busy").await;
    assert_eq!(bench.page.held_off().await, asks(429));
    assert_eq!(bench.page.held_off().await, None, "it was told");
    for address in ["/down", "/broken"] {
        bench.open(address).await;
        assert_eq!(bench.page.held_off().await, None, "{address}");
    }
    // Without a body it is no page, and the step fails.
    drop(bench.done(Action::Open("/busy/empty".into())).await);
    assert_eq!(bench.page.held_off().await, asks(503));
    bench.open("/clean").await;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_driver_is_a_lost_browser_and_nothing_is_left_behind() {
    let mut bench = Bench::start().await;
    bench.open("/static").await;
    assert!(bench.browser.is_alive());
    let pid = rustix::process::Pid::from_raw(bench.browser.pid().unwrap() as i32).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    let started = std::time::Instant::now();
    let lost = bench.page.act(&Action::See(vec![text("Nothing")])).await;
    assert!(matches!(lost, Err(SurfaceError::BrowserLost(_))), "{lost:?}");
    assert!(started.elapsed() < Duration::from_secs(10));
    until_dead(&bench.browser).await;
    bench.browser.stop().await;
    assert_eq!(running(&bench.scratch).values().collect::<Vec<_>>(), Vec::<&String>::new());

    // The same when it is the browser that dies, and the driver lives.
    bench.browser = Browser::start(&options(bench.scratch.path())).await.unwrap();
    bench.page = bench.browser.page(&context(&bench.site, bench.scratch.path())).await.unwrap();
    bench.open("/static").await;
    let mut killed = 0;
    for (pid, line) in running(&bench.scratch) {
        if line.contains("--user-data-dir") && !line.contains("--type=") {
            let pid = rustix::process::Pid::from_raw(pid).unwrap();
            rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
            killed += 1;
        }
    }
    assert_eq!(killed, 1);
    let lost = bench.page.act(&Action::See(vec![text("Nothing")])).await;
    assert!(matches!(lost, Err(SurfaceError::BrowserLost(_))), "{lost:?}");
    until_dead(&bench.browser).await;
    bench.browser.stop().await;
    assert_eq!(running(&bench.scratch).values().collect::<Vec<_>>(), Vec::<&String>::new());
}

/// Waits until the loss has come to the session's ears, too.
async fn until_dead(browser: &Browser) {
    let started = std::time::Instant::now();
    while browser.is_alive() {
        assert!(started.elapsed() < Duration::from_secs(10), "a lost browser counts as alive");
        tokio::task::yield_now().await;
    }
}

/// The processes whose command line names the scratch folder, by their ids.
pub(super) fn running(scratch: &tempfile::TempDir) -> std::collections::BTreeMap<i32, String> {
    let scratch = scratch.path().display().to_string();
    std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let pid = path.file_name()?.to_str()?.parse().ok()?;
            let line = std::fs::read(path.join("cmdline")).ok()?;
            Some((pid, String::from_utf8_lossy(&line).into_owned()))
        })
        .filter(|(_, line)| line.contains(&scratch))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_a_character_breaks_no_snapshot_hangs_no_click_and_loses_no_event() {
    let mut bench = Bench::start().await;
    bench.open("/halves").await;
    let aria = facet(&bench.observe().await, FacetKind::Aria);
    assert_eq!(
        aria,
        "- heading \"Halves\" [level=1]\n- paragraph: Cut \u{fffd}\n- textbox \"Field\": Cut \u{fffd}\n\
         - button \"Cut \u{fffd}\"\n"
    );
    bench.passes(Action::click(button("Cut \u{fffd}"))).await;
    bench.title("clicked \u{fffd}").await;
    assert_eq!(
        sorted_sightings(&mut bench).await,
        vec![
            sighting(WatchKind::Exception, "Error: Thrown \u{fffd}", "/halves"),
            sighting(WatchKind::Exception, "Error: Whole 👍", "/halves"),
            sighting(WatchKind::Rejection, "Error: Rejected \u{fffd}", "/halves"),
            sighting(WatchKind::ConsoleError, "Cut \u{fffd}", "/halves"),
        ]
    );
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dialog_that_says_half_a_character_is_met_and_answered_like_any_other() {
    let mut bench = Bench::start().await;
    let answer = |accept, message: &str| {
        Action::Dialog(DialogAnswer { accept, message: Some(message.into()), answer: None })
    };
    bench.open("/half-asked").await;
    for (name, accept, said, title) in
        [("Cut", true, "Sure \u{fffd}", "yes"), ("Whole", false, "Sure 👍", "no")]
    {
        bench.passes(Action::click(button(name))).await;
        bench.passes(answer(accept, said)).await;
        bench.title(title).await;
    }
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn marks_that_nobody_sees_are_no_part_of_a_name_and_others_are_spelled_out() {
    let mut bench = Bench::start().await;
    bench.open("/marks").await;
    bench.passes(Action::click(button("Send all"))).await;
    bench.title("sent").await;
    let (_, actual) = bench.fails(Action::click(button("Brelow"))).await;
    assert!(actual.contains("nearest: button \"Br<U+200C>elow\""), "{actual}");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fragment_is_part_of_a_place_unless_it_only_points_into_the_page() {
    let mut bench = Bench::start().await;
    let places = [
        ("/wiki#/orders", "/wiki#/orders"),
        ("/wiki#Kettle", "/wiki#Kettle"),
        ("/wiki#intro", "/wiki"),
        ("/wiki#top", "/wiki"),
        ("/wiki#code=1", "/wiki"),
    ];
    for (address, place) in places {
        bench.open(address).await;
        let seen = bench.observe().await;
        let page = format!("path: {place}\ntitle: Wiki\nstatus: 200\n");
        assert_eq!((seen.place.as_str(), facet(&seen, FacetKind::Page)), (place, page));
        assert_eq!(bench.page.place().await, place, "where a step ends, by which events are told");
    }
    bench.stop().await;
}
