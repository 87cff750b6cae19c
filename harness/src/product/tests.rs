//! Products that set up well and badly, and servers that start, hang, fork, ignore and die.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use tempfile::TempDir;

use super::*;
use crate::model::Template;
use crate::model::suite::{BuildsConfig, LimitFrom, Ready, ServeConfig, SetupCommand};
use crate::process::end_stragglers;

/// Long enough for a busy machine.
const AMPLE_MS: u64 = 30_000;

/// A suite's folder with its state beside it.
struct Bench {
    folder: TempDir,
    config: ProductConfig,
}

impl Bench {
    fn new(config: ProductConfig) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("suite")).unwrap();
        Self { folder, config }
    }

    fn serving(line: &str, ready: Ready, within_ms: u64) -> Self {
        Self::new(ProductConfig {
            serve: Some(ServeConfig {
                run: shell(line),
                ready,
                within_ms,
                within_from: LimitFrom::Author,
            }),
            ..ProductConfig::default()
        })
    }

    fn write(&self, name: &str, content: &str) {
        fs::write(self.folder.path().join("suite").join(name), content).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join("suite").join(name)).unwrap_or_default()
    }

    async fn prepare(&self) -> Result<Prepared, ProductError> {
        let ours = [("PATH".to_owned(), "/usr/bin:/bin".to_owned())];
        let environment = Environment::allowed(ours, &[]);
        let setting = Setting {
            name: "shop",
            config: &self.config,
            suite_root: &self.folder.path().join("suite"),
            state: &self.folder.path().join("state"),
            builds: &self.folder.path().join("builds"),
            build: None,
            setup_environment: &environment,
            environment: &environment,
        };
        prepare(setting, &nothing).await
    }

    fn kept(&self) -> KeptData {
        KeptData::below(self.folder.path())
    }

    async fn serve(&self) -> (WorkFolder, Result<Server, ProductError>) {
        let prepared = self.prepare().await.unwrap();
        let work = prepared.fresh_work(&self.folder.path().join("work"), &self.kept()).unwrap();
        let served = prepared.serve(&work, &nothing).await;
        (work, served.map(|server| server.expect("the product has serve:")))
    }
}

fn nothing(_: &str) -> Option<String> {
    None
}

fn shell(line: &str) -> CommandLine {
    CommandLine::Shell(line.into())
}

fn setup(line: &str, cache: &[&str]) -> SetupCommand {
    SetupCommand {
        run: shell(line),
        cache: cache.iter().map(|name| (*name).to_owned()).collect(),
        timeout_ms: AMPLE_MS,
        timeout_from: LimitFrom::Author,
    }
}

/// A server of files that answers on `${port}`.
const FILES: &str = "exec python3 -u -m http.server ${port} --bind 127.0.0.1";

fn http(path: &str) -> Ready {
    Ready::Http(path.to_owned())
}

/// Whether the process whose id a server wrote into `pid` still runs.
fn runs(work: &WorkFolder) -> bool {
    let pid = fs::read_to_string(work.work().join("pid")).unwrap();
    fs::read(format!("/proc/{}/cmdline", pid.trim())).is_ok_and(|words| !words.is_empty())
}

async fn nothing_is_left_of(server: &Server) {
    assert_eq!(end_stragglers(server.tree().unwrap()).await, []);
}

#[tokio::test]
async fn setup_runs_once_and_again_when_a_named_file_changes() {
    let bench = Bench::new(ProductConfig {
        setup: vec![
            setup("echo a >> ran", &["one"]),
            setup("echo b >> ran", &["two"]),
            setup("echo every >> ran", &[]),
        ],
        ..ProductConfig::default()
    });
    bench.write("one", "1");
    bench.write("two", "2");
    bench.prepare().await.unwrap();
    assert_eq!(bench.read("ran"), "a\nb\nevery\n");
    bench.prepare().await.unwrap();
    assert_eq!(bench.read("ran"), "a\nb\nevery\nevery\n");
    bench.write("ran", "");
    bench.write("two", "changed");
    bench.prepare().await.unwrap();
    assert_eq!(bench.read("ran"), "b\nevery\n");
    // What comes later builds on what comes first.
    bench.write("ran", "");
    bench.write("one", "changed");
    bench.prepare().await.unwrap();
    assert_eq!(bench.read("ran"), "a\nb\nevery\n");
}

#[tokio::test]
async fn setup_that_writes_to_the_data_is_told_from_one_that_does_not() {
    let made_by = async |line: &str, data: Option<&str>| {
        let bench = Bench::new(ProductConfig {
            setup: vec![setup(line, &[])],
            data: data.map(str::to_owned),
            ..ProductConfig::default()
        });
        bench.write("prices", "lamp 12\n");
        // Some clocks of file systems are slower than a quick command.
        let prices = fs::File::open(bench.folder.path().join("suite/prices")).unwrap();
        prices.set_modified(std::time::UNIX_EPOCH).unwrap();
        bench.prepare().await.unwrap().data_from
    };
    let from = kept::DataFrom::WrittenBySetup;
    assert_eq!(made_by("echo 'lamp 12' > prices", Some("prices")).await, from, "the same content");
    let from = kept::DataFrom::LeftBySetup;
    assert_eq!(made_by("cat prices > other", Some("prices")).await, from);
    assert_eq!(made_by("echo 'lamp 13' > prices", None).await, kept::DataFrom::Suite);
}

#[tokio::test]
async fn setup_runs_again_when_what_it_made_is_gone() {
    let bench = Bench::new(ProductConfig {
        setup: vec![setup("mkdir made; echo ran >> ran", &["one"])],
        path: vec!["made".to_owned()],
        ..ProductConfig::default()
    });
    bench.write("one", "1");
    bench.prepare().await.unwrap();
    bench.prepare().await.unwrap();
    assert_eq!(bench.read("ran"), "ran\n");
    fs::remove_dir(bench.folder.path().join("suite/made")).unwrap();
    bench.prepare().await.unwrap();
    assert_eq!(bench.read("ran"), "ran\nran\n");
}

#[tokio::test]
async fn a_failed_setup_says_why_and_is_tried_again() {
    let bench = Bench::new(ProductConfig {
        setup: vec![setup("echo ran >> ran; echo 'no network' >&2; exit 3", &["one"])],
        ..ProductConfig::default()
    });
    bench.write("one", "1");
    for _ in 0..2 {
        let error = bench.prepare().await.unwrap_err();
        assert_eq!(error.log(), Some(b"no network\n".as_slice()));
        assert_eq!(
            error.to_string(),
            "setup of shop failed: echo ran >> ran; echo 'no network' >&2; exit 3 ended with exit 3; \
             its last words:\n    no network"
        );
    }
    assert_eq!(bench.read("ran"), "ran\nran\n");
}

#[tokio::test]
async fn a_missing_cache_file_is_named() {
    let bench = Bench::new(ProductConfig {
        setup: vec![setup("true", &["requirements.txt"])],
        ..ProductConfig::default()
    });
    let error = bench.prepare().await.unwrap_err().to_string();
    assert!(error.starts_with("shop: cache: names requirements.txt, and /"), "{error}");
}

#[tokio::test]
async fn the_build_is_the_first_line_of_what_version_from_says() {
    let mut bench = Bench::new(ProductConfig {
        version_from: Some(shell("echo; echo 'shopd 1.2'; echo more")),
        ..ProductConfig::default()
    });
    assert_eq!(bench.prepare().await.unwrap().build(), Some("shopd 1.2"));
    bench.config.version_from = Some(shell("echo broken; exit 1"));
    assert_eq!(
        bench.prepare().await.unwrap_err().to_string(),
        "version-from of shop: echo broken; exit 1 ended with exit 1; correct it or leave it out; its last words:\n    broken"
    );
    bench.config.version_from = Some(CommandLine::Argv(vec![Template::from("shopdd")]));
    let error = bench.prepare().await.unwrap_err().to_string();
    assert!(error.starts_with("shop: shopdd cannot be started: no program \"shopdd\""), "{error}");
}

#[tokio::test]
async fn data_is_fresh_for_everyone_and_goes_with_the_folder() {
    let bench =
        Bench::new(ProductConfig { data: Some("fixtures".to_owned()), ..ProductConfig::default() });
    let fixtures = bench.folder.path().join("suite/fixtures");
    fs::create_dir_all(fixtures.join("deep")).unwrap();
    fs::write(fixtures.join("deep/a"), "a").unwrap();
    fs::set_permissions(fixtures.join("deep/a"), fs::Permissions::from_mode(0o444)).unwrap();
    let prepared = bench.prepare().await.unwrap();
    let under = bench.folder.path().join("work");
    let kept = bench.kept();
    let first = prepared.fresh_work(&under, &kept).unwrap();
    fs::write(fixtures.join("late"), "late").unwrap();
    let second = prepared.fresh_work(&under, &kept).unwrap();
    assert!(!second.work().join("late").exists(), "a night has the data that it found");
    let others = KeptData::below(&bench.folder.path().join("next"));
    let next = prepared.fresh_work(&under, &others).unwrap();
    assert!(next.work().join("late").exists(), "the next one finds other data");
    drop(next);
    fs::remove_file(first.work().join("deep/a")).unwrap();
    let copy = second.work().join("deep/a");
    assert_eq!(fs::read_to_string(&copy).unwrap(), "a");
    assert_eq!(
        copy.metadata().unwrap().modified().unwrap(),
        fixtures.join("deep/a").metadata().unwrap().modified().unwrap()
    );
    assert_eq!(fs::read_dir(first.home()).unwrap().count(), 0);
    fs::set_permissions(first.work().join("deep"), fs::Permissions::from_mode(0o500)).unwrap();
    drop((first, second));
    assert_eq!(fs::read_dir(&under).unwrap().count(), 0);
}

#[tokio::test]
async fn missing_data_is_named_and_leaves_no_folder() {
    let bench =
        Bench::new(ProductConfig { data: Some("none".to_owned()), ..ProductConfig::default() });
    let under = bench.folder.path().join("work");
    let prepared = bench.prepare().await.unwrap();
    let error = prepared.fresh_work(&under, &bench.kept()).unwrap_err().to_string();
    assert!(error.starts_with("cannot copy the data "), "{error}");
    assert!(error.ends_with("; create it, or correct `data`"), "{error}");
    assert_eq!(fs::read_dir(&under).unwrap().count(), 0);
}

#[tokio::test]
async fn data_that_cannot_be_laid_over_is_said_to_be_missing_only_where_it_is() {
    let bench = Bench::new(ProductConfig::default());
    bench.write("one.csv", "1");
    let prepared = bench.prepare().await.unwrap();
    let kept = bench.kept();
    let work = prepared.fresh_work(&bench.folder.path().join("work"), &kept).unwrap();
    let said = |data: &str| prepared.lay_over(&work, data, &kept).unwrap_err().to_string();
    let missing = said("none.csv");
    assert!(missing.contains("the scenario's data none.csv is not there"), "{missing}");
    prepared.keep("one.csv", &kept).unwrap();
    fs::remove_file(bench.folder.path().join("suite/one.csv")).unwrap();
    fs::create_dir(work.work().join("one.csv")).unwrap();
    let in_the_way = said("one.csv");
    assert!(in_the_way.starts_with("cannot copy the data "), "{in_the_way}");
}

#[tokio::test]
async fn a_server_is_ready_logs_and_stops() {
    let mut bench = Bench::serving(FILES, http("/"), AMPLE_MS);
    bench.config.env.insert("SHOP_URL".to_owned(), "${base-url}".into());
    let (work, server) = bench.serve().await;
    let mut server = server.unwrap();
    let port = server.port().unwrap();
    assert_eq!(server.base_url(), format!("http://127.0.0.1:{port}"));
    assert_eq!(server.crashed(), None);
    assert!(String::from_utf8_lossy(&server.log()).contains("\"GET / HTTP/1.1\" 200"));
    let prepared = bench.prepare().await.unwrap();
    let address = Address { port: Some(port), base_url: Some(server.base_url()) };
    let environment = prepared.environment(&work, address, &nothing).unwrap();
    assert_eq!(environment.get("HOME"), work.home().to_str());
    assert_eq!(environment.get("SHOP_URL"), Some(server.base_url()));
    server.stop().await;
    assert_eq!(server.crashed(), None, "a stop is no crash");
    nothing_is_left_of(&server).await;
    std::net::TcpListener::bind(("127.0.0.1", port)).expect("the port is free again");
}

#[tokio::test]
async fn a_taken_port_is_left_for_another() {
    let line = format!(
        "[ -e second ] && {FILES}; touch second; echo 'OSError: [Errno 98] Address already in use'; exit 1"
    );
    let (_work, server) = Bench::serving(&line, http("/"), AMPLE_MS).serve().await;
    server.unwrap().stop().await;
}

#[tokio::test]
async fn two_servers_never_get_one_port() {
    let ports: Vec<_> = (0..50).map(|_| server::free_port_for_test()).collect();
    let distinct: std::collections::BTreeSet<u16> =
        ports.iter().map(|(number, _)| *number).collect();
    assert_eq!(distinct.len(), 50);
}

#[tokio::test]
async fn a_server_that_is_never_ready_is_told_with_what_was_tried() {
    let bench =
        Bench::serving("echo $$ > pid; echo dreaming; exec sleep 1000", http("/health"), 400);
    let (work, served) = bench.serve().await;
    let error = served.unwrap_err();
    assert_eq!(error.log(), Some(b"dreaming\n".as_slice()));
    let text = error.to_string();
    assert!(text.starts_with("shop was not ready within 400ms: GET http://127.0.0.1:"), "{text}");
    assert!(text.contains("/health with a status below 500; last: Connection refused"), "{text}");
    assert!(text.ends_with("its last words:\n    dreaming"), "{text}");
    assert!(!runs(&work));
}

#[tokio::test]
async fn a_server_that_dies_at_the_start_is_told_at_once() {
    let bench = Bench::serving("echo 'no such table: orders' >&2; exit 7", http("/"), AMPLE_MS);
    let (_work, served) = bench.serve().await;
    let ProductError::EndedEarly { how, log, .. } = served.unwrap_err() else {
        panic!("ended early")
    };
    assert_eq!((how.as_str(), log.as_slice()), ("exit 7", b"no such table: orders\n".as_slice()));
}

#[tokio::test]
async fn a_server_that_dies_midway_is_noticed_and_named() {
    let line = "setsid sleep 1000 & echo ready; sleep 0.3; echo 'out of memory'; kill -9 $$";
    let bench = Bench::serving(line, Ready::Output("ready".to_owned()), AMPLE_MS);
    let (_work, server) = bench.serve().await;
    let mut server = server.unwrap();
    let crash = server.crash_comes().await;
    let expected =
        Crash { how: "signal 9".to_owned(), log_tail: b"ready\nout of memory\n".to_vec() };
    assert_eq!(crash, expected);
    assert_eq!(server.crashed(), Some(expected));
    server.stop().await;
    nothing_is_left_of(&server).await;
}

#[tokio::test]
async fn a_server_that_ignores_sigterm_and_forks_is_ended_whole() {
    let line = "trap '' TERM; setsid sleep 1000 & sleep 1000 & echo ready; wait; wait";
    let bench = Bench::serving(line, Ready::Output("ready".to_owned()), AMPLE_MS);
    let (_work, server) = bench.serve().await;
    let mut server = server.unwrap();
    server.stop().await;
    nothing_is_left_of(&server).await;
}

#[tokio::test]
async fn a_dropped_server_leaves_nothing_behind() {
    let bench = Bench::serving(
        "echo $$ > pid; echo ready; exec sleep 1000",
        Ready::Output("ready".to_owned()),
        AMPLE_MS,
    );
    let (work, server) = bench.serve().await;
    drop(server.unwrap());
    let deadline = std::time::Instant::now() + Duration::from_millis(AMPLE_MS);
    while runs(&work) {
        assert!(std::time::Instant::now() < deadline, "it still runs");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_product_that_runs_already_is_only_asked() {
    let bench = Bench::serving(FILES, Ready::Port, AMPLE_MS);
    let (_work, server) = bench.serve().await;
    let mut server = server.unwrap();
    let elsewhere = Bench::new(ProductConfig {
        base_url: Some(Template::new(format!("{}/", server.base_url()))),
        ..ProductConfig::default()
    });
    let (_other, found) = elsewhere.serve().await;
    let mut found = found.unwrap();
    assert_eq!((found.base_url(), found.port()), (server.base_url(), None));
    found.stop().await;
    assert_eq!(server.crashed(), None);
    server.stop().await;
}

#[tokio::test]
async fn a_reference_that_nothing_fills_is_named() {
    let mut bench = Bench::serving("serve --port ${prot}", Ready::Port, AMPLE_MS);
    let (_work, served) = bench.serve().await;
    assert_eq!(
        served.unwrap_err().to_string(),
        "shop: serve: nothing named ${prot} is known here; define it under vars: or give it with --var"
    );
    bench.config.env.insert("TOKEN".to_owned(), "${secret:TOKEN}".into());
    bench.config.serve = Some(ServeConfig {
        run: shell(FILES),
        ready: Ready::Port,
        within_ms: AMPLE_MS,
        within_from: LimitFrom::Author,
    });
    let (_work, served) = bench.serve().await;
    assert!(served.unwrap_err().to_string().starts_with("shop: env: TOKEN: nothing named"));
}

fn buildable(line: &str) -> Bench {
    let make = vec![setup(line, &[])];
    let builds = BuildsConfig { make, known: Vec::new(), default: None };
    Bench::new(ProductConfig {
        builds: Some(builds),
        path: vec!["${build-dir}/bin".to_owned()],
        ..ProductConfig::default()
    })
}

impl Bench {
    async fn prepare_build(&self, build: &str) -> Result<Prepared, ProductError> {
        let ours = std::env::vars().collect::<Vec<_>>();
        let environment = Environment::allowed(ours, &[]);
        let setting = Setting {
            name: "shop",
            config: &self.config,
            suite_root: &self.folder.path().join("suite"),
            state: &self.folder.path().join("state"),
            builds: &self.folder.path().join("builds"),
            build: Some(build),
            setup_environment: &environment,
            environment: &environment,
        };
        prepare(setting, &nothing).await
    }
}

#[tokio::test]
async fn nights_that_want_the_same_build_at_once_make_it_once() {
    let bench = buildable("echo ${build} >> made.log; sleep 0.1; echo ${build} > ${build-dir}/is");
    let all = tokio::join!(
        bench.prepare_build("1.0"),
        bench.prepare_build("1.0"),
        bench.prepare_build("1.1"),
        bench.prepare_build("1.0"),
    );
    let folders = [all.0, all.1, all.2, all.3].map(|it| {
        let prepared = it.unwrap();
        let folder = prepared.build_dir().unwrap().to_owned();
        assert_eq!(
            fs::read_to_string(folder.join("is")).unwrap().trim(),
            prepared.wanted().unwrap()
        );
        folder
    });
    assert_eq!(folders[0], folders[1]);
    assert_ne!(folders[0], folders[2]);
    let mut made: Vec<String> = bench.read("made.log").lines().map(str::to_owned).collect();
    made.sort();
    assert_eq!(made, ["1.0", "1.1"]);
}

#[tokio::test]
async fn a_build_that_is_in_use_is_not_cleared_and_a_failed_one_leaves_nothing() {
    let bench = buildable("test ${build} != bad && echo fine > ${build-dir}/is");
    let builds = bench.folder.path().join("builds");
    let prepared = bench.prepare_build("good").await.unwrap();
    let bad = bench.prepare_build("bad").await.unwrap_err();
    assert!(bad.to_string().starts_with("build bad of shop cannot be made:"), "{bad}");
    assert_eq!(cached_builds(&builds).len(), 1);
    let (removed, in_use) = clear_builds(&builds).unwrap();
    assert_eq!((removed.len(), in_use.len()), (0, 1));
    drop(prepared);
    let (removed, in_use) = clear_builds(&builds).unwrap();
    assert_eq!((removed.len(), in_use.len()), (1, 0));
    assert_eq!(cached_builds(&builds), []);
}

#[tokio::test]
async fn a_build_or_setup_that_nobody_waits_for_any_more_is_ended_as_a_whole_tree() {
    let endless = "setsid sleep 1000 & echo $! > pid; touch ${build-dir}/half; sleep 1000";
    let mut bench = buildable(endless);
    let suite = bench.folder.path().join("suite");
    let builds = bench.folder.path().join("builds");
    let began = || fs::read_to_string(suite.join("pid")).is_ok_and(|it| it.ends_with('\n'));
    for product in ["built", "set up"] {
        if product == "set up" {
            fs::remove_file(suite.join("pid")).unwrap();
            let line = endless.replace("touch ${build-dir}/half; ", "");
            bench.config =
                ProductConfig { setup: vec![setup(&line, &[])], ..ProductConfig::default() };
        }
        let preparing = bench.prepare_build("1.0");
        let waiting = async {
            while !began() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::select! {
            prepared = preparing => panic!("{product}: it never ends: {prepared:?}"),
            () = waiting => {}
        }
        let pid = fs::read_to_string(suite.join("pid")).unwrap();
        let words = format!("/proc/{}/cmdline", pid.trim());
        while fs::read(&words).is_ok_and(|it| !it.is_empty()) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    let left = walkdir::WalkDir::new(&builds).into_iter().filter_map(Result::ok);
    let left: Vec<_> = left.filter(|it| it.path().is_file()).collect();
    assert!(left.iter().all(|it| fs::read(it.path()).unwrap().is_empty()), "{left:?}");
    assert_eq!(cached_builds(&builds), []);
}

#[tokio::test]
async fn data_is_laid_over_data_and_never_through_a_link() {
    let bench =
        Bench::new(ProductConfig { data: Some("base".to_owned()), ..ProductConfig::default() });
    let suite = bench.folder.path().join("suite");
    for folder in ["base", "base/inner", "over", "over/inner", "over/away", "outside"] {
        fs::create_dir(suite.join(folder)).unwrap();
    }
    for (name, text) in [
        ("base/a", "old"),
        ("base/inner/kept", "kept"),
        ("over/a", "new"),
        ("over/inner/b", "more"),
        ("over/away/c", "mine"),
    ] {
        bench.write(name, text);
    }
    std::os::unix::fs::symlink(suite.join("outside"), suite.join("base/away")).unwrap();
    let prepared = bench.prepare().await.unwrap();
    let kept = bench.kept();
    let work = prepared.fresh_work(&bench.folder.path().join("work"), &kept).unwrap();
    prepared.lay_over(&work, "over", &kept).unwrap();
    let read = |name: &str| fs::read_to_string(work.work().join(name)).unwrap();
    assert_eq!(
        [read("a"), read("inner/kept"), read("inner/b"), read("away/c")],
        ["new", "kept", "more", "mine"]
    );
    assert!(!suite.join("outside/c").exists());
}

#[tokio::test]
async fn data_that_cannot_be_kept_or_laid_over_is_told_with_its_place_and_what_to_do() {
    let bench = Bench::new(ProductConfig::default());
    let suite = bench.folder.path().join("suite");
    for folder in ["good", "bad"] {
        fs::create_dir(suite.join(folder)).unwrap();
    }
    bench.write("good/a", "a");
    let _socket = std::os::unix::net::UnixListener::bind(suite.join("bad/socket")).unwrap();
    let prepared = bench.prepare().await.unwrap();
    let kept = bench.kept();
    let work = prepared.fresh_work(&bench.folder.path().join("work"), &kept).unwrap();
    prepared.keep("good", &kept).unwrap();
    prepared.lay_over(&work, "good", &kept).unwrap();
    let place = format!("cannot copy the data {}: ", suite.join("bad").display());
    let (kept_before, laid_over) =
        (prepared.keep("bad", &kept), prepared.lay_over(&work, "bad", &kept));
    for error in [kept_before, laid_over].map(|it| it.unwrap_err().to_string()) {
        assert!(error.starts_with(&place), "{error}");
        let to_do = "; see that all of it can be read and that there is room for a copy";
        assert!(error.ends_with(to_do), "{error}");
    }
}
