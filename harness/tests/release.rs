//! The scripts in `ci/`: what a release consists of, a night by a program that is there already, and
//! what a machine lacks.
//!
//! A program that says what it was called with stands for nightshift: what counts here is what the
//! scripts make of it.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Answer, package};

/// Answers `--version`, else says its arguments; `run` ends with 1, as where the gate fails.
const STAND_IN: &str = r#"#!/bin/sh
case "$1" in
--version) echo "nightshift 9.8.7" ;;
run) echo "$@"; exit 1 ;;
*) echo "$@" ;;
esac
"#;

struct Case {
    folder: tempfile::TempDir,
}

impl Case {
    fn new() -> Self {
        let case = Self { folder: tempfile::tempdir().expect("a folder") };
        case.add("nightshift", STAND_IN);
        case
    }

    fn program(&self) -> PathBuf {
        self.folder.path().join("nightshift")
    }

    /// A program of this machine.
    fn add(&self, name: &str, text: &str) {
        let program = self.folder.path().join(name);
        std::fs::write(&program, text).expect("written");
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(program, mode).expect("may be run");
    }

    fn script(&self, name: &str, arguments: &[&str]) -> Answer {
        self.script_by(&self.program(), name, arguments)
    }

    /// The same, by a program that is named like this; this machine's come behind those of the case.
    fn script_by(&self, program: &Path, name: &str, arguments: &[&str]) -> Answer {
        let mut command = self.command(program, name, arguments);
        Answer::from(command.output().expect("the script starts"))
    }

    fn command(&self, program: &Path, name: &str, arguments: &[&str]) -> Command {
        let path = std::env::var("PATH").unwrap_or_default();
        let mut command = Command::new(package().join("ci").join(name));
        command.args(arguments).env("NIGHTSHIFT_PROGRAM", program);
        command.env("PATH", format!("{}:{path}", self.folder.path().display()));
        command.env("NIGHTSHIFT_OUT", "a night").env_remove("CARGO_TARGET_DIR");
        command.env_remove("NIGHTSHIFT_HISTORY").env_remove("NIGHTSHIFT_BRANCH");
        command
    }
}

fn run(folder: &Path, program: &str, arguments: &[&str]) -> Answer {
    let output = Command::new(program).args(arguments).current_dir(folder).output();
    Answer::from(output.unwrap_or_else(|error| panic!("{program}: {error}")))
}

/// What `key` has below `[package.metadata.binstall]`.
fn binstall(key: &str) -> String {
    let manifest = std::fs::read_to_string(package().join("Cargo.toml")).expect("read");
    let (_, table) = manifest.split_once("[package.metadata.binstall]").expect("the table");
    let line = table.lines().find_map(|it| it.strip_prefix(key)?.strip_prefix(" = "));
    line.unwrap_or_else(|| panic!("no {key}")).trim_matches('"').to_owned()
}

#[test]
fn a_release_is_laid_out_as_its_metadata_says_and_its_sums_hold() {
    let case = Case::new();
    let releases = case.folder.path().join("releases");
    let made = case.script("release.sh", &[&releases.to_string_lossy()]);
    assert_eq!(made.code, Some(0), "{made:#?}");
    let host = run(&releases, "rustc", &["-vV"]).stdout;
    let host = host.lines().find_map(|it| it.strip_prefix("host: ")).expect("a host");
    let archive = format!("nightshift-9.8.7-{host}.{}", binstall("pkg-fmt"));
    assert!(made.stdout.contains(&archive), "{made:#?}");
    let sums = run(&releases, "sha256sum", &["--check", "SHA256SUMS"]);
    assert_eq!(sums.code, Some(0), "{sums:#?}");
    assert_eq!(run(&releases, "tar", &["-xzf", &archive]).code, Some(0));
    let mut inside = binstall("bin-dir");
    for (name, value) in
        [("name", "nightshift"), ("version", "9.8.7"), ("target", host), ("bin", "nightshift")]
    {
        inside = inside.replace(&format!("{{ {name} }}"), value);
    }
    let program = releases.join(inside);
    let version = run(&releases, &program.to_string_lossy(), &["--version"]);
    assert_eq!(version.stdout, "nightshift 9.8.7\n", "{version:#?}");
    // A sum that does not hold is seen.
    std::fs::write(releases.join(&archive), "cut").expect("written");
    assert_ne!(run(&releases, "sha256sum", &["--check", "SHA256SUMS"]).code, Some(0));
}

#[test]
fn a_release_of_a_program_that_is_named_alone_has_it_and_one_that_is_not_there_makes_none() {
    let case = Case::new();
    let releases = case.folder.path().join("releases");
    let into = releases.to_string_lossy().into_owned();
    let gone = case.script_by(Path::new("nightshift-of-nobody"), "release.sh", &[&into]);
    assert_eq!((gone.code, gone.stdout.as_str()), (Some(4), ""), "{gone:#?}");
    assert!(gone.stderr.contains("nightshift-of-nobody, which is no program here"), "{gone:#?}");
    assert!(!releases.exists(), "nothing is begun");
    let made = case.script_by(Path::new("nightshift"), "release.sh", &[&into]);
    assert_eq!(made.code, Some(0), "{made:#?}");
    let archive = made.stdout.lines().find(|it| it.contains(".tgz")).expect("an archive");
    assert_eq!(run(&releases, "tar", &["-xzf", archive]).code, Some(0));
    let program = format!("{}/nightshift", archive.trim_end_matches(".tgz"));
    let version = run(&releases, &program, &["--version"]);
    assert_eq!(version.stdout, "nightshift 9.8.7\n", "{version:#?}");
}

#[test]
fn a_debian_package_has_the_program_where_programs_are() {
    if Command::new("dpkg-deb").arg("--version").output().is_err() {
        return;
    }
    let case = Case::new();
    let folder = case.folder.path();
    assert_eq!(case.script("release.sh", &[&folder.to_string_lossy()]).code, Some(0));
    let mut found = std::fs::read_dir(folder).expect("read").flatten().map(|it| it.path());
    let found = found.find(|it| it.extension().is_some_and(|it| it == "deb")).expect("a package");
    let found = found.to_string_lossy();
    let field = run(folder, "dpkg-deb", &["--field", &found, "Package", "Version"]);
    assert_eq!(field.stdout, "Package: nightshift\nVersion: 9.8.7\n", "{field:#?}");
    assert_eq!(run(folder, "dpkg-deb", &["--extract", &found, "root"]).code, Some(0));
    let version = run(folder, "root/usr/bin/nightshift", &["--version"]);
    assert_eq!(version.stdout, "nightshift 9.8.7\n");
}

#[test]
fn the_image_takes_the_package_of_this_version_alone() {
    let file = std::fs::read_to_string(package().join("ci/Containerfile")).expect("read");
    let version = format!("ARG VERSION={}", env!("CARGO_PKG_VERSION"));
    assert!(file.lines().any(|it| it == version), "no {version} in:\n{file}");
    let named = |it: &&str| it.contains("nightshift_") && !it.contains("rm -rf");
    let taken: Vec<&str> = file.lines().filter(named).collect();
    assert!(!taken.is_empty(), "{file}");
    for line in taken {
        assert!(line.contains("nightshift_${VERSION}_"), "a package of any version: {line}");
    }
}

#[test]
fn a_night_by_a_program_that_is_there_compiles_nothing_and_tests_that_program() {
    let case = Case::new();
    let night = case.script("nightly.sh", &["--tag", "smoke"]);
    let folder = case.folder.path().display();
    let called =
        format!("run --out a night --set products.nightshift.path=[\"{folder}\"] --tag smoke\n");
    assert_eq!((night.code, night.stdout.as_str()), (Some(1), called.as_str()), "{night:#?}");
}

#[test]
fn a_program_that_is_named_alone_is_found_on_the_path_and_one_that_is_not_there_is_told() {
    let case = Case::new();
    let night = case.script_by(Path::new("nightshift"), "nightly.sh", &[]);
    let folder = case.folder.path().display();
    let called = format!("run --out a night --set products.nightshift.path=[\"{folder}\"]\n");
    assert_eq!((night.code, night.stdout.as_str()), (Some(1), called.as_str()), "{night:#?}");
    let gone = case.script_by(Path::new("nightshift-of-nobody"), "nightly.sh", &[]);
    assert_eq!((gone.code, gone.stdout.as_str()), (Some(4), ""), "{gone:#?}");
    assert!(gone.stderr.contains("nightshift-of-nobody, which is no program here"), "{gone:#?}");
}

#[test]
fn what_a_machine_lacks_is_named_before_anything_is_compiled() {
    let case = Case::new();
    for name in ["chromium", "chromedriver", "python3", "cargo"] {
        case.add(name, "#!/bin/sh\n");
    }
    let set_up = |before: &str| {
        let mut command = Command::new("/bin/sh");
        command.args(["-euc", &format!("{before}\n. ci/setup.sh")]).current_dir(package());
        command.env_clear().env("PATH", case.folder.path()).env("HOME", case.folder.path());
        Answer::from(command.output().expect("a shell"))
    };
    let bare = set_up("");
    assert_eq!(bare.code, Some(4), "{bare:#?}");
    let told: Vec<&str> = bare.stderr.lines().filter(|it| it.starts_with("missing: ")).collect();
    assert!(told.len() == 1 && told[0].contains("a C compiler"), "{bare:#?}");
    let given = set_up("NIGHTSHIFT_PROGRAM=nightshift");
    assert_eq!(given.code, Some(0), "nothing is compiled: {given:#?}");
    case.add("cc", "#!/bin/sh\n");
    assert_eq!(set_up("").code, Some(0));
    let tests = set_up("also_needed=git");
    assert_eq!(tests.code, Some(4), "{tests:#?}");
    assert!(tests.stderr.contains("missing: git\n"), "{tests:#?}");
}

#[test]
fn a_gate_asks_the_same_program_for_the_rules_of_the_branch() {
    let case = Case::new();
    let gate = case.script("gate.sh", &["release/1.5"]);
    assert_eq!(gate.code, Some(0), "the gate decides, not the night: {gate:#?}");
    assert!(gate.stdout.contains("gate a night --branch release/1.5\n"), "{gate:#?}");
    assert!(gate.stdout.contains("report:  a night/index.html\n"), "{gate:#?}");
}

#[test]
fn a_gate_of_a_change_is_that_of_the_branch_that_it_goes_to_and_knows_the_nights_of_a_cache() {
    let case = Case::new();
    case.add("nightshift", "#!/bin/sh\necho \"$NIGHTSHIFT_BRANCH: $*\"\n");
    let gate = |variables: &[(&str, &str)]| {
        let mut command = case.command(&case.program(), "gate.sh", &[]);
        let target = "CI_MERGE_REQUEST_TARGET_BRANCH_NAME";
        for name in ["GITHUB_BASE_REF", "GITHUB_REF_NAME", "CI_COMMIT_BRANCH", target] {
            command.env_remove(name);
        }
        command.envs(variables.iter().copied()).env("NIGHTSHIFT_HISTORY", ".nights");
        Answer::from(command.output().expect("the script starts"))
    };
    let target = "release/1.5";
    let pull = [("GITHUB_HEAD_REF", "mend"), ("GITHUB_REF_NAME", "5/merge")];
    let changes: [&[(&str, &str)]; 4] = [
        &[pull[0], pull[1], ("GITHUB_BASE_REF", target)],
        &[("GITHUB_BASE_REF", ""), ("GITHUB_REF_NAME", target)],
        &[("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", target)],
        &[("CI_COMMIT_BRANCH", target)],
    ];
    for variables in changes {
        let answer = gate(variables);
        let said = &answer.stdout;
        assert!(said.contains("release/1.5: run --history .nights --out a night "), "{answer:#?}");
        let asked = "release/1.5: gate a night --branch release/1.5\n";
        assert!(said.contains(asked), "{variables:?}: {answer:#?}");
    }
    // Nothing of a target: the branch is the change's own.
    let own = gate(&pull[1..]);
    assert!(own.stdout.contains("gate a night --branch 5/merge\n"), "{own:#?}");
}
