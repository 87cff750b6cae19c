//! Who hangs is told apart: a page that does not answer is the product's fault, whatever it was that
//! was done to it; a page that only takes its time is none; a driver or browser that does not answer
//! says nothing of the product.

use std::process::Command;

use nightshift::process::FairInstant;
use rustix::process::{Pid, Signal, kill_process};

use super::watches::running;
use super::*;

/// What is said of a page that works on and on.
const ENDLESS: &str = "the page does not answer: its scripts do not end";
/// What is said of one in which nothing works.
const WAITING: &str =
    "the page does not answer: a script of it waits for something that does not come";

/// What a step on the page says that hangs, within seconds; afterwards there is a fresh browser.
async fn hangs(bench: &mut Bench, action: Action) -> String {
    let started = FairInstant::now();
    let (_, actual) = bench.fails(action.clone()).await;
    let console = bench.page.material().await;
    assert!(console.iter().any(|it| it.kind == "console"), "the log is evidence all the same");
    assert!(started.elapsed() < Duration::from_secs(9), "{action:?} took {:?}", started.elapsed());
    assert!(!bench.browser.is_alive(), "the driver waits for the page for ever");
    let browser = Browser::start(&options(bench.scratch.path())).await.unwrap();
    std::mem::replace(&mut bench.browser, browser).stop().await;
    bench.page = bench.browser.page(&context(&bench.site, bench.scratch.path())).await.unwrap();
    bench.open("/static").await;
    actual
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_hangs_fails_the_step_that_made_it_hang() {
    let mut bench = Bench::start().await;
    for name in ["Loop", "Later"] {
        bench.open("/hang").await;
        let said = hangs(&mut bench, Action::click(button(name))).await;
        assert_eq!((name, &*said), (name, ENDLESS));
    }
    let pick = role("combobox", "Pick");
    for action in [
        fill(role("textbox", "Name"), "Ada"),
        Action::Choose { from: pick, options: vec!["Two".into()] },
        Action::Hover(text("Over")),
    ] {
        bench.open("/hang").await;
        let said = hangs(&mut bench, action.clone()).await;
        assert_eq!((&action, &*said), (&action, ENDLESS));
    }
    bench.open("/hang").await;
    assert_eq!(hangs(&mut bench, Action::click(button("Wait"))).await, WAITING);
    assert_eq!(hangs(&mut bench, Action::Open("/hang?load".into())).await, ENDLESS);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_leaves_by_itself_again_and_again_is_said_to() {
    let mut bench = Bench::patient(Duration::from_secs(4)).await;
    let said = match bench.done(Action::Open("/restless".into())).await {
        Done::Failed(failure) => failure.actual,
        Done::Passed(_) => bench.fails(Action::See(vec![text("never")])).await.1,
    };
    assert_eq!(said, "the page goes to another one by itself, again and again");
    bench.browser.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_takes_its_time_does_not_hang() {
    let mut bench = Bench::start().await;
    bench.open("/hang").await;
    bench.passes(Action::click(button("Work"))).await;
    bench.passes(Action::See(vec![text("done")])).await;
    bench.open("/hang?late").await;
    bench.passes(Action::See(vec![text("done")])).await;
    assert!(bench.browser.is_alive());
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_is_too_large_to_be_read_may_be_that_and_is_said_to() {
    let mut bench = Bench::patient(Duration::from_secs(3)).await;
    bench.open("/huge").await;
    let look = Look {
        facets: vec![FacetKind::Aria],
        masks: vec![],
        varies: &|_| false,
        accepted: &[],
        image: nightshift::model::picture::Extent::Viewport,
    };
    let failure = bench.page.observe(&look).await.unwrap().unwrap_err();
    assert_eq!(
        failure.actual,
        "the page does not answer while it is read: it is too large, or its scripts do not end"
    );
    bench.browser.stop().await;
}

/// What is said where the processes stand still that `chosen` picks by their command lines.
async fn lost(chosen: impl Fn(&str) -> bool) -> String {
    let mut bench = Bench::start().await;
    bench.open("/static").await;
    let mut still = Vec::new();
    for (pid, line) in running(&bench.scratch) {
        if chosen(&line) {
            still.extend(Pid::from_raw(pid));
        }
    }
    let driver = Pid::from_raw(bench.browser.pid().unwrap() as i32).unwrap();
    if chosen("chromedriver") {
        still.push(driver);
    }
    assert!(!still.is_empty());
    for pid in &still {
        kill_process(*pid, Signal::STOP).unwrap();
    }
    let done = bench.page.act(&Action::click(role("link", "To the form"))).await;
    for pid in &still {
        kill_process(*pid, Signal::CONT).unwrap();
    }
    bench.browser.stop().await;
    match done {
        Err(SurfaceError::BrowserLost(said)) => said,
        other => panic!("a step without a browser gave {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_driver_or_browser_that_stands_still_is_no_fault_of_the_page() {
    let said = lost(|line| line == "chromedriver").await;
    assert!(said.contains("the page and other tabs answer"), "{said}");
    let is_browser = |line: &str| line.contains("--user-data-dir") && !line.contains("--type=");
    let said = lost(is_browser).await;
    assert!(said.contains("its developer tools do not answer"), "{said}");
}

/// Processes of somebody else that use every processor, until this is dropped or a minute and a half
/// is over.
struct Crowd {
    all: Vec<Pid>,
    /// Two crowds at once leave next to nothing for anybody.
    _only: tokio::sync::MutexGuard<'static, ()>,
}

impl Crowd {
    /// So many for each processor.
    async fn of(each: usize) -> Self {
        static ONLY: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
        let only = ONLY.lock().await;
        let count = each * std::thread::available_parallelism().unwrap().get();
        // Their parent ends at once: what this process started itself would be its own doing.
        let started = format!(
            "for i in $(seq {count}); do timeout 90 sh -c 'while :; do :; done' >&- 2>&- & echo $!; done"
        );
        let said = Command::new("sh").args(["-c", &started]).output().unwrap();
        let said = String::from_utf8(said.stdout).unwrap();
        let all = said.lines().filter_map(|it| Pid::from_raw(it.parse().unwrap())).collect();
        Self { all, _only: only }
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        for pid in &self.all {
            // One that is over has ended by itself.
            let _ = kill_process(*pid, Signal::TERM);
        }
    }
}

/// A bench whose browser gets little, once somebody else wants the processors too.
async fn starved() -> (Bench, Crowd) {
    use std::os::unix::fs::PermissionsExt as _;
    let mut bench = Bench::start().await;
    let modest = bench.scratch.path().join("modest-browser");
    let text = "#!/bin/sh\nfor it in chromium chromium-browser google-chrome google-chrome-stable; do\n\
                command -v $it >/dev/null && exec nice -n 4 $it \"$@\"\ndone\n";
    std::fs::write(&modest, text).unwrap();
    std::fs::set_permissions(&modest, std::fs::Permissions::from_mode(0o755)).unwrap();
    let options = BrowserOptions { program: Some(modest), ..options(bench.scratch.path()) };
    let browser = Browser::start(&options).await.unwrap();
    std::mem::replace(&mut bench.browser, browser).stop().await;
    bench.page = bench.browser.page(&context(&bench.site, bench.scratch.path())).await.unwrap();
    bench.open("/hang").await;
    (bench, Crowd::of(4).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes the processors from every other test: `just starved` runs it alone"]
async fn a_page_that_the_machine_starves_does_not_hang() {
    let (mut bench, crowd) = starved().await;
    for _ in 0..2 {
        bench.passes(Action::click(button("Toil"))).await;
        bench.passes(Action::See(vec![text("toiled")])).await;
        bench.open("/hang").await;
    }
    drop(crowd);
    assert!(bench.browser.is_alive());
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes the processors from every other test: `just starved` runs it alone"]
async fn a_page_that_hangs_on_a_starved_machine_hangs_all_the_same() {
    for (name, said) in [("Loop", ENDLESS), ("Wait", WAITING)] {
        let (mut bench, crowd) = starved().await;
        let (_, actual) = bench.fails(Action::click(button(name))).await;
        drop(crowd);
        assert_eq!((name, &*actual), (name, said));
        bench.browser.stop().await;
    }
}
