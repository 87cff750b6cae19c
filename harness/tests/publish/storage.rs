//! Nights in storage that is not ours: moto, a server of Python's registry that speaks S3, knows
//! conditions, and looks at signatures and rights. `just storage` installs it and runs these.

use std::collections::BTreeMap;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::suite;
use crate::support::{Answer, SuiteCopy, night_json, package, text};

/// What is waited for comes in this time, or never does.
const LONGEST: Duration = Duration::from_secs(120);
/// A key that the storage does not know, as long as those that it knows.
const UNKNOWN: &str = "AKIAZZZZZZZZZZZZZZZZ";

/// Storage with one bucket and one key for it, which ends with the test.
struct Storage {
    child: Child,
    address: String,
    key: String,
    secret: String,
    folder: tempfile::TempDir,
}

impl Storage {
    fn start() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr());
        let port = free.expect("a free port").port();
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new(installed("moto_server"));
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().expect("`just storage` installs it");
        let address = format!("http://127.0.0.1:{port}");
        let mut storage =
            Self { child, address, key: String::new(), secret: String::new(), folder };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < LONGEST, "the storage never listens");
            std::thread::sleep(Duration::from_millis(50));
        }
        let known = storage.asked(&["prepare"]);
        storage.key = text(&known["key"]);
        storage.secret = text(&known["secret"]);
        storage
    }

    /// What the official client says of it.
    fn asked(&self, arguments: &[&str]) -> Value {
        let script = package().join("harness/tests/publish/storage.py");
        let mut command = Command::new(installed("python"));
        command.arg(script).arg(&self.address).args(arguments).env("NO_PROXY", "127.0.0.1");
        command.env("S3_KEY", &self.key).env("S3_SECRET", &self.secret);
        let output = command.output().expect("`just storage` installs it");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    /// Everything that is in the bucket, copied into a folder of this name: names and their kinds.
    fn read(&self, name: &str) -> (PathBuf, BTreeMap<String, String>) {
        let folder = self.folder.path().join(name);
        let kinds = self.asked(&["read", folder.to_str().expect("UTF-8")]);
        let kinds = kinds.as_object().expect("a map").iter();
        (folder, kinds.map(|(name, kind)| (name.clone(), text(kind))).collect())
    }

    /// A suite whose nights are put into this bucket of it, the newest two kept.
    fn suite(&self, bucket: &str) -> SuiteCopy {
        suite(&format!(
            "{{ s3: {{ bucket: {bucket}, prefix: shop, endpoint: '{}', \
             key: '${{secret:S3_KEY}}', secret: '${{secret:S3_SECRET}}' }}, keep: 2 }}",
            self.address
        ))
    }

    fn run(&self, suite: &SuiteCopy, arguments: &[&str]) -> Answer {
        suite.run_with(arguments, &[("S3_KEY", &self.key), ("S3_SECRET", &self.secret)])
    }

    /// Runs a night of this id into a folder of that name.
    fn night(&self, suite: &SuiteCopy, id: &str) -> Answer {
        let night = self.run(suite, &["run", "--no-pdf", "--id", id, "--out", id]);
        assert_eq!(night.code, Some(0), "{night:#?}");
        night
    }
}

impl Drop for Storage {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A program of the packages that `just storage` installs.
fn installed(name: &str) -> PathBuf {
    package().join("target/storage/bin").join(name)
}

/// The files below a folder, each with what it holds.
fn held(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = walkdir::WalkDir::new(folder).into_iter().map(|it| it.expect("readable"));
    let files = files.filter(|it| it.file_type().is_file());
    let held = files.map(|it| {
        let name = it.path().strip_prefix(folder).expect("below it").to_owned();
        (name, std::fs::read(it.path()).expect("readable"))
    });
    held.collect()
}

#[test]
#[ignore = "it needs the registry of Python's packages: just storage"]
fn a_whole_night_is_put_into_real_storage_and_read_back_also_where_it_is_put_twice() {
    let storage = Storage::start();
    let suite = storage.suite("reports");
    let night = storage.night(&suite, "first");
    let at = format!("published: {}/reports/shop/first/index.html", storage.address);
    assert!(night.stdout.contains(&at), "{night:#?}");

    let (once, kinds) = storage.read("once");
    let own = suite.root().join("first");
    let copied = once.join("shop/first");
    let copy = held(&copied);
    for (name, bytes) in &copy {
        let here = std::fs::read(own.join(name)).expect("it is of the night");
        assert!(here == *bytes, "{} is another one there", name.display());
    }
    assert!(copy.keys().any(|it| it.starts_with("evidence")), "{kinds:?}");
    assert_eq!(night_json(&copied), night_json(&own));
    let verified = suite.run(&["verify", copied.to_str().expect("UTF-8")]);
    assert_eq!(verified.code, Some(0), "the copy is whole: {verified:#?}");
    let page = std::fs::read_to_string(once.join("shop/index.html")).expect("a page of all");
    assert!(page.contains("first/index.html"), "{page}");
    assert_eq!(kinds["shop/index.html"], "text/html; charset=utf-8");
    assert_eq!(kinds["shop/first/index.html"], "text/html; charset=utf-8");
    assert_eq!(kinds["shop/first/night.json"], "application/json");

    let again = storage.run(&suite, &["publish", "first"]);
    assert_eq!(again.code, Some(0), "{again:#?}");
    assert!(again.stdout.contains(&at), "{again:#?}");
    let (twice, _) = storage.read("twice");
    assert!(held(&once) == held(&twice), "a night that is put twice is there once");
}

#[test]
#[ignore = "it needs the registry of Python's packages: just storage"]
fn real_storage_keeps_the_newest_nights() {
    let storage = Storage::start();
    let suite = storage.suite("reports");
    for id in ["first", "second", "third"] {
        storage.night(&suite, id);
    }
    let (folder, kinds) = storage.read("all");
    assert!(!kinds.keys().any(|it| it.contains("first")), "{kinds:?}");
    let page = std::fs::read_to_string(folder.join("shop/index.html")).expect("a page of all");
    for id in ["second", "third"] {
        assert!(page.contains(&format!("{id}/index.html")), "{page}");
        assert!(kinds.contains_key(&format!("shop/{id}/index.html")), "{kinds:?}");
    }
    assert!(!page.contains("first/"), "{page}");
}

#[test]
#[ignore = "it needs the registry of Python's packages: just storage"]
fn real_storage_that_refuses_a_night_is_told_with_its_reason_and_the_night_is_kept() {
    let storage = Storage::start();
    let suite = storage.suite("reports");
    let publish = |key: &str, secret: &str, arguments: &[&str]| {
        suite.run_with(arguments, &[("S3_KEY", key), ("S3_SECRET", secret)])
    };
    let refused = publish(
        &storage.key,
        "n0t-the-secret",
        &["run", "--no-pdf", "--id", "first", "--out", "first"],
    );
    assert_eq!(refused.code, Some(0), "the gate is as it was: {refused:#?}");
    let why = "403: SignatureDoesNotMatch; the `secret` is not that of the `key`";
    assert!(refused.stderr.contains(why), "{refused:#?}");
    assert!(!refused.stderr.contains("n0t-the-secret"), "{refused:#?}");
    assert!(suite.root().join("first/night.json").is_file(), "the night is kept");

    let unknown = publish(UNKNOWN, &storage.secret, &["publish", "first"]);
    assert_eq!(unknown.code, Some(1), "{unknown:#?}");
    let why = "403: InvalidAccessKeyId; the storage knows no such `key`";
    assert!(unknown.stderr.contains(why), "{unknown:#?}");
    assert!(storage.read("nothing").1.is_empty(), "nobody was let in");

    // The twin: the right key puts the same night there.
    let mended = publish(&storage.key, &storage.secret, &["publish", "first"]);
    assert_eq!(mended.code, Some(0), "{mended:#?}");
    assert!(storage.read("mended").1.contains_key("shop/first/index.html"));
}

#[test]
#[ignore = "it needs the registry of Python's packages: just storage"]
fn a_bucket_that_real_storage_does_not_have_is_told() {
    let storage = Storage::start();
    let suite = storage.suite("elsewhere");
    let night = storage.night(&suite, "first");
    assert!(!night.stdout.contains("published: "), "{night:#?}");
    assert!(night.stderr.contains("not published: cannot write "), "{night:#?}");
    assert!(night.stderr.contains("there is no such bucket"), "{night:#?}");
    assert!(suite.root().join("first/night.json").is_file(), "the night is kept");
    assert!(storage.read("reports").1.is_empty(), "nothing went into another bucket");
}
