//! Who is let in at a queue: users with rights and without, and connections that are encrypted. The last
//! need `openssl` on the `PATH`.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Process, Server, is_whole, process_with, suite};
use crate::support::SuiteCopy;

/// One user who may use our subjects and nothing else, and one who may use others.
const USERS: &str = r#"authorization { users: [
  { user: "ours", password: "password-of-ours", permissions: {
    publish: ["nightshift.>", "$JS.>", "$O.>", "_INBOX.>"],
    subscribe: ["nightshift.>", "$JS.>", "$O.>", "_INBOX.>"] } }
  { user: "other", password: "password-of-other", permissions: {
    publish: ["elsewhere.>"], subscribe: ["elsewhere.>", "_INBOX.>"] } }
] }"#;

/// What a user must be permitted, as errors say it.
const PERMITTED: &str = "publish and to subscribe to nightshift.>, $JS.>, $O.> and _INBOX.>";

/// Has a suite name its workers, and leave the rest as it is.
fn give(suite: &SuiteCopy, workers: &str) {
    let config = std::fs::read_to_string(suite.root().join("nightshift.yaml")).expect("readable");
    suite.write("nightshift.yaml", &format!("{config}night: {{ workers: {workers} }}\n"));
}

fn with_user<'a>(name: &'a str, password: &'a str) -> [(&'a str, &'a str); 3] {
    [("NATS_USER", name), ("NATS_PASSWORD", password), ("SLEEP", "0")]
}

fn night(suite: &SuiteCopy, set: &[(&str, &str)]) -> Process {
    process_with(suite, "night", &["run", "--no-pdf", "--once", "--out", "night"], set)
}

#[test]
#[ignore = "needs nats-server; `just queue`"]
fn who_may_use_our_subjects_and_nothing_else_makes_a_night() {
    let (suite, server) = (suite(3), Server::start(USERS));
    let at = server.address();
    give(&suite, &format!("{{ at: '{at}', user: ours, password: '${{secret:QUEUE_PASSWORD}}' }}"));
    let secret = [("QUEUE_PASSWORD", "password-of-ours"), ("SLEEP", "0")];
    let address = at.replace("//", "//ours:password-of-ours@");
    let by_address = process_with(&suite, "one", &["worker", &address], &[("SLEEP", "0")]);
    let by_suite = process_with(&suite, "two", &["worker"], &secret);
    let set = with_user("ours", "password-of-ours");
    // What the suite says of its queue is for that address, as it is written there.
    let elsewhere = at.replace("127.0.0.1", "localhost");
    let by_environment = process_with(&suite, "three", &["worker", &elsewhere], &set);
    for worker in [&by_address, &by_suite, &by_environment] {
        worker.says("waits for nights");
        assert!(!worker.log().contains("password-of-ours"), "{}", worker.log());
    }
    let mut night = night(&suite, &secret);
    assert_eq!(night.code(), Some(0), "{}", night.log());
    is_whole(&suite, 3);
    let ledger = std::fs::read_to_string(suite.root().join("night/ledger.jsonl"));
    assert!(ledger.expect("readable").contains("attempts are made by workers at nats://127.0.0.1"));
    std::fs::remove_dir_all(suite.root().join("night")).expect("it is there");
    let here = ["run", "--no-pdf", "--once", "--workers", "none", "--out", "night"];
    let mut night = process_with(&suite, "here", &here, &secret);
    assert_eq!(night.code(), Some(0), "{}", night.log());
    let ledger = std::fs::read_to_string(suite.root().join("night/ledger.jsonl"));
    assert!(!ledger.expect("readable").contains("attempts are made by workers"));
}

#[test]
#[ignore = "needs nats-server; `just queue`"]
fn who_may_not_use_our_subjects_is_told_what_to_permit_and_nothing_runs() {
    let (suite, server) = (suite(1), Server::start(USERS));
    give(&suite, &server.address());
    let set = with_user("other", "password-of-other");
    let worker = process_with(&suite, "worker", &["worker"], &set);
    for mut process in [night(&suite, &set), worker] {
        assert_eq!(process.code(), Some(2), "{}", process.log());
        let log = process.log();
        let refused = "refuses: Subscription to \"nightshift.nights\"";
        for words in [refused, "NATS_USER", PERMITTED] {
            assert!(log.contains(words), "no {words:?} in {log}");
        }
        assert!(!log.contains("password-of-other"), "{log}");
    }
    assert!(!suite.root().join("night").exists(), "no night has begun");
}

/// Runs `openssl` in a folder.
fn openssl(folder: &Path, line: &str) {
    let made = Command::new("openssl").args(line.split(' ')).current_dir(folder).output();
    let made = made.expect("openssl is installed and on the PATH");
    assert!(made.status.success(), "openssl {line}: {}", String::from_utf8_lossy(&made.stderr));
}

/// Somebody who signs certificates, in a folder: `ca.pem`.
fn authority() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    openssl(
        folder.path(),
        &format!("req -x509 {key} -keyout ca.key -out ca.pem -days 2 -subj /CN=authority"),
    );
    folder
}

/// A certificate for this machine that they have signed, and its key.
fn signed(authority: &Path, name: &str) -> (PathBuf, PathBuf) {
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    openssl(authority, &format!("req {key} -keyout {name}.key -out {name}.csr -subj /CN={name}"));
    std::fs::write(authority.join("names"), "subjectAltName=IP:127.0.0.1\n").expect("written");
    openssl(
        authority,
        &format!(
            "x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
             -extfile names -out {name}.pem"
        ),
    );
    (authority.join(format!("{name}.pem")), authority.join(format!("{name}.key")))
}

#[test]
#[ignore = "needs nats-server and openssl; `just queue`"]
fn an_encrypted_queue_is_used_by_who_trusts_it_and_has_its_certificate_and_by_nobody_else() {
    let (authority, stranger) = (authority(), authority());
    let (own, key) = signed(authority.path(), "server");
    let ca = authority.path().join("ca.pem");
    let server = Server::start(&format!(
        "tls {{ cert_file: \"{}\", key_file: \"{}\", ca_file: \"{}\", verify: true, timeout: 5 }}",
        own.display(),
        key.display(),
        ca.display()
    ));
    let suite = suite(3);
    let (ours, our_key) = signed(authority.path(), "ours");
    let at = server.address().replace("nats://", "tls://");
    std::fs::copy(&ca, suite.root().join("queue-ca.pem")).expect("copied");
    let (ours, our_key) = (ours.display().to_string(), our_key.display().to_string());
    give(&suite, &format!("{{ at: '{at}', ca: queue-ca.pem, cert: '{ours}', key: '{our_key}' }}"));
    let ca = ca.display().to_string();
    let (ca, ours, our_key) = (ca.as_str(), ours.as_str(), our_key.as_str());
    let set = [("NATS_CA", ca), ("NATS_CERT", ours), ("NATS_KEY", our_key), ("SLEEP", "0")];
    // The server says itself that it wants to be spoken to in secret.
    let named = server.address();
    let worker = process_with(&suite, "worker", &["worker", &named], &set);
    worker.says("waits for nights");
    let mut made = night(&suite, &[("SLEEP", "0")]);
    assert_eq!(made.code(), Some(0), "{}", made.log());
    is_whole(&suite, 3);
    std::fs::remove_dir_all(suite.root().join("night")).expect("it is there");
    let other_ca = stranger.path().join("ca.pem").display().to_string();
    let refused = [
        vec![("NATS_CA", other_ca.as_str()), ("NATS_CERT", ours), ("NATS_KEY", our_key)],
        vec![("NATS_CA", ca)],
        vec![],
    ];
    for set in &refused {
        let words = ["run", "--no-pdf", "--workers", &named, "--out", "night"];
        let answer = suite.run_with(&words, set);
        assert_eq!(answer.code, Some(4), "{set:?}: {answer:#?}");
        assert!(answer.stderr.contains("cannot connect to the queue"), "{answer:#?}");
    }
    assert!(!suite.root().join("night").exists(), "no night has begun");
}
