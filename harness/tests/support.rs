//! A suite in a folder of its own, and the program as a user runs it there.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

/// The shop in builds that are named after the faults that they have: `slow-page,slow-command` has
/// two, one that begins with `sound` none, and `torn` cannot be made.
const BUILDS_OF_FAULTS: &str = r#"
    builds:
      make:
        - shell: |
            test ${build} != torn || { echo no disk >&2; exit 7; }
            mkdir "${build-dir}/bin"
            for it in shopd shopctl; do
              fault=${build}; case $fault in sound*) fault= ;; esac
              printf '#!/bin/sh\nSHOP_FAULT=%s exec %s "$@"\n' "$fault" "$PWD/../bin/$it" > "${build-dir}/bin/$it"
              chmod +x "${build-dir}/bin/$it"
            done
      default: sound
    path: ["${build-dir}/bin"]
"#;

/// What a product in Python needs to serve pages: `Answering` has `answer(status, kind, text)`, and
/// `serve` takes a class of it and the port.
pub const ANSWERING: &str = r"
import http.server, sys
class Answering(http.server.BaseHTTPRequestHandler):
    def answer(self, status, kind, text):
        data = text.encode()
        self.send_response(status)
        self.send_header('Content-Type', kind)
        self.send_header('Content-Length', str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    def log_message(self, *_): pass
def serve(pages):
    http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), pages).serve_forever()
";

/// Asks a server for a path, without a program of its own: many runs must fit into little time.
pub const ASK: &str = "\
at=${1#http://}
at=${at%/}
exec 3<>\"/dev/tcp/${at%:*}/${at#*:}\"
printf 'GET %s HTTP/1.0\\r\\n\\r\\n' \"$2\" >&3
tail -n 1 <&3
";

/// A copy of a suite that a test may do anything to.
pub struct SuiteCopy {
    folder: tempfile::TempDir,
}

/// What a run of the program answered.
#[derive(Debug)]
pub struct Answer {
    /// The exit code; `None` after a signal.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// The folder of the package.
pub fn package() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The program under test.
pub fn nightshift() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nightshift"));
    command.env("CI", "true").env_remove("NIGHTSHIFT_LOG");
    for name in ["GITHUB_HEAD_REF", "GITHUB_REF_NAME", "CI_COMMIT_REF_NAME", "BRANCH_NAME"] {
        command.env_remove(name);
    }
    command
}

impl SuiteCopy {
    /// An empty folder.
    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    /// The suite of the fixture product.
    pub fn of_the_shop() -> Self {
        let copy = Self::empty();
        copy_shop(copy.folder.path());
        copy
    }

    /// The suite of the fixture product, which has builds that are named after their faults.
    pub fn of_the_shop_in_builds() -> Self {
        let copy = Self::of_the_shop();
        give_builds_of_faults(&copy.root());
        copy
    }

    /// The suite of the fixture product, with baselines of the shop without faults; the night that
    /// they are from is in `first`.
    pub fn of_the_accepted_shop() -> Self {
        let suite = Self::of_the_shop();
        suite.accept();
        suite
    }

    /// Runs a night, in `first` beside the suite, that writes the baselines which are missing.
    pub fn accept(&self) {
        self.accept_with(&[0]);
    }

    /// The same, which ends with one of these exit codes.
    pub fn accept_with(&self, codes: &[i32]) {
        let answer =
            self.run(&["run", "--accept-new", "--no-settle", "--no-pdf", "--out", "../first"]);
        assert!(answer.code.is_some_and(|it| codes.contains(&it)), "{answer:#?}");
    }

    /// The folder that holds everything of this copy.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The suite's folder.
    pub fn root(&self) -> PathBuf {
        let suite = self.folder.path().join("suite");
        if suite.is_dir() { suite } else { self.folder.path().to_owned() }
    }

    /// Writes a file of the suite.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.root().join(name);
        std::fs::create_dir_all(path.parent().expect("inside of the suite")).expect("made");
        std::fs::write(path, text).expect("written");
    }

    /// Runs the program in the suite.
    pub fn run(&self, arguments: &[&str]) -> Answer {
        self.run_with(arguments, &[])
    }

    /// Runs the program in the suite with more environment variables.
    pub fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Answer {
        let output = nightshift()
            .args(arguments)
            .envs(environment.iter().copied())
            .current_dir(self.root())
            .output()
            .expect("the program starts");
        Answer::from(output)
    }
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// Whether a process may have mounts of its own here.
pub fn can_mount() -> bool {
    let mut tried = Command::new("unshare");
    tried.args(["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).stderr(Stdio::null());
    tried.status().is_ok_and(|it| it.success())
}

/// Runs git in a folder, as somebody of whose own settings nothing is read.
pub fn git(root: &Path, arguments: &[&str]) -> Answer {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=Ada", "-c", "user.email=ada@example.test"]);
    command.args(["-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false"]);
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", root).env_remove("XDG_CONFIG_HOME");
    Answer::from(command.args(arguments).current_dir(root).output().expect("git runs"))
}

/// The same, which must go well; answers with what git said.
pub fn in_git(root: &Path, arguments: &[&str]) -> String {
    let answer = git(root, arguments);
    assert_eq!(answer.code, Some(0), "git {arguments:?}: {answer:#?}");
    answer.stdout + &answer.stderr
}

/// The result of a night.
pub fn night_json(night: &Path) -> Value {
    let path = night.join("night.json");
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).expect("night.json is JSON")
}

/// Lays nights of January before a night, each made of a model with its scenarios changed; they are
/// numbered from 1, the oldest.
pub fn write_past(suite: &SuiteCopy, model: &Value, nights: u32, change: &dyn Fn(u32, &mut Value)) {
    for number in 1..=nights {
        let mut night = model.clone();
        let id = format!("2026-01-{number:02}T010000Z-past");
        night["night"]["id"] = json!(id);
        night["night"]["started"] = json!(format!("2026-01-{number:02}T01:00:00Z"));
        for scenario in night["scenarios"].as_array_mut().expect("scenarios") {
            change(number, scenario);
        }
        suite.write(&format!("reports/nights/{id}/night.json"), &night.to_string());
    }
}

/// Writes into a scenario of a night what each of its steps took, in milliseconds.
pub fn say_what_took(scenario: &mut Value, ms: u64) {
    for attempt in scenario["attempts"].as_array_mut().expect("attempts") {
        for step in attempt["steps"].as_array_mut().expect("steps") {
            step["duration_ms"] = json!(ms);
        }
    }
}

/// The verdict of each scenario.
pub fn verdicts(night: &Value) -> Vec<(String, String)> {
    night["scenarios"]
        .as_array()
        .expect("scenarios")
        .iter()
        .map(|it| (text(&it["id"]), text(&it["verdict"])))
        .collect()
}

/// A JSON string's text.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Copies the fixture product and its suite into a folder.
pub fn copy_shop(to: &Path) {
    copy_folder(&package().join("harness/tests/fixture"), to);
}

/// Gives the shop of this suite builds that are named after their faults.
pub fn give_builds_of_faults(suite: &Path) {
    let config = suite.join("nightshift.yaml");
    let text = std::fs::read_to_string(&config).expect("the shop has a configuration");
    let own = "    version-from: ../bin/shopd --version\n    path: [../bin]\n";
    assert!(text.contains(own), "{text}");
    std::fs::write(&config, text.replace(own, BUILDS_OF_FAULTS)).expect("written");
}

/// Copies a folder with everything in it.
pub fn copy_folder(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.expect("readable");
        let target = to.join(entry.path().strip_prefix(from).expect("inside of the folder"));
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(&target).expect("made");
        } else {
            std::fs::copy(entry.path(), &target).expect("copied");
        }
    }
}
