//! What this machine has and lacks for a night: [`examine`] gives one [`Check`] a thing.
//!
//! `doctor` prints them; nothing is changed here. Programs are only asked for their version.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::process::{
    Captured, CommandSpec, Cookie, Environment, Exit, Leftovers, find_program, run,
};

/// How long a program may take to say its version; a browser on a cold disk takes seconds.
const LIMIT: Duration = Duration::from_secs(30);

/// A night with pictures of a few hundred pages needs about this much.
const ENOUGH_DISK: u64 = 1 << 30;

/// What is looked at.
#[derive(Debug, Clone)]
pub struct Machine {
    /// The browser's and the driver's program, or why they were not found and what to do.
    pub programs: Result<(PathBuf, PathBuf), String>,
    /// The environment in which programs are searched and asked.
    pub environment: Environment,
    /// The folder on whose disk nights are written, absolute.
    pub folder: PathBuf,
}

/// One thing that a night needs, or is better with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What it is: `browser`, `fonts`.
    pub name: &'static str,
    /// Whether a night can do without it.
    pub need: Need,
    /// Whether it is well.
    pub ok: bool,
    /// What was found.
    pub found: String,
    /// What to do; `None` where it is well.
    pub remedy: Option<String>,
}

/// Whether a night can do without something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// No night without it: `doctor` ends with exit code 4.
    Required,
    /// Something is missing without it, as the remedy says.
    Useful,
}

impl Check {
    fn well(name: &'static str, need: Need, found: impl Into<String>) -> Self {
        Self { name, need, ok: true, found: found.into(), remedy: None }
    }

    fn ill(
        name: &'static str,
        need: Need,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { name, need, ok: false, found: found.into(), remedy: Some(remedy.into()) }
    }

    /// Whether no night can run because of this.
    #[must_use]
    pub fn forbids_a_night(&self) -> bool {
        !self.ok && self.need == Need::Required
    }
}

/// Looks at everything, the necessary first.
pub async fn examine(machine: &Machine) -> Vec<Check> {
    let mut checks = browser(machine).await;
    checks.push(fonts(machine).await);
    checks.push(disk(&machine.folder));
    checks.push(sandbox(machine).await);
    checks
        .push(program(machine, "python3", "--version", "products written in Python need it").await);
    checks.push(
        program(machine, "git", "--version", "without it the report names no branch and commit")
            .await,
    );
    checks
}

async fn browser(machine: &Machine) -> Vec<Check> {
    let (browser, driver) = match &machine.programs {
        Ok(programs) => programs,
        Err(problem) => {
            let (found, remedy) = problem.split_once("; ").unwrap_or((problem, "install it"));
            return vec![Check::ill("browser", Need::Required, found, remedy)];
        }
    };
    let remedy = "install chromium and chromium-driver again, from one source";
    let mut checks = Vec::new();
    let mut versions = Vec::new();
    for (name, path) in [("browser", browser), ("driver", driver)] {
        let path = path.display().to_string();
        match ask(machine, &path, &["--version"]).await {
            Ok(version) => {
                checks.push(Check::well(name, Need::Required, format!("{version} ({path})")));
                versions.push(version);
            }
            Err(problem) => {
                let found = format!("{path}: {problem}");
                checks.push(Check::ill(name, Need::Required, found, remedy));
            }
        }
    }
    if let [browser, driver] = versions.as_slice() {
        checks.push(same_version(browser, driver));
    }
    checks
}

/// A driver only drives browsers of its own major version.
fn same_version(browser: &str, driver: &str) -> Check {
    match (major(browser), major(driver)) {
        (Some(of_browser), Some(of_driver)) if of_browser == of_driver => {
            Check::well("versions", Need::Required, format!("both are {of_browser}"))
        }
        (Some(of_browser), Some(of_driver)) => Check::ill(
            "versions",
            Need::Required,
            format!("the browser is {of_browser}, the driver {of_driver}"),
            "install both from one source, such as the packages chromium and chromium-driver",
        ),
        (None, _) | (_, None) => Check::ill(
            "versions",
            Need::Useful,
            format!("not understood: {browser:?} and {driver:?}"),
            "see that both have the same major version",
        ),
    }
}

/// `156` of `Chromium 156.0.7204.49 built on Debian`.
fn major(version: &str) -> Option<u32> {
    let word = version
        .split_whitespace()
        .find(|word| word.contains('.') && word.starts_with(|it: char| it.is_ascii_digit()))?;
    word.split('.').next()?.parse().ok()
}

async fn fonts(machine: &Machine) -> Check {
    let remedy = "install fonts, such as the packages fonts-liberation and fonts-noto-color-emoji; \
                  without them pictures show empty boxes";
    let families = match ask_whole(machine, "fc-list", &[":", "family"]).await {
        Ok(families) => families.lines().count(),
        Err(_) => walkdir::WalkDir::new("/usr/share/fonts")
            .into_iter()
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_file())
            .count(),
    };
    match families {
        0 => Check::ill("fonts", Need::Useful, "none", remedy),
        families => Check::well("fonts", Need::Useful, format!("{families} families or files")),
    }
}

fn disk(folder: &Path) -> Check {
    match rustix::fs::statvfs(folder) {
        Ok(disk) => enough_disk(folder, disk.f_bavail.saturating_mul(disk.f_frsize)),
        Err(problem) => Check::ill(
            "disk",
            Need::Required,
            format!("{}: {problem}", folder.display()),
            "give a folder that is there with -C or --out",
        ),
    }
}

fn enough_disk(folder: &Path, free: u64) -> Check {
    let found =
        format!("{:.1} GiB free at {}", free as f64 / (1_u64 << 30) as f64, folder.display());
    if free >= ENOUGH_DISK {
        Check::well("disk", Need::Useful, found)
    } else {
        let remedy =
            "remove old nights, or write them elsewhere with --out; a night needs about 1 GiB";
        Check::ill("disk", Need::Useful, found, remedy)
    }
}

/// Being there is not enough: many machines and most containers forbid what it does.
async fn sandbox(machine: &Machine) -> Check {
    let remedy = "install bubblewrap and allow user namespaces; without it commands are contained \
                  only by their environment, folder and time";
    match ask(machine, "bwrap", &["--version"]).await {
        Err(problem) => Check::ill("sandbox", Need::Useful, problem, remedy),
        Ok(version) => {
            let works =
                ask_whole(machine, "bwrap", &["--ro-bind", "/", "/", "--unshare-net", "true"])
                    .await;
            match works {
                Ok(_) => Check::well("sandbox", Need::Useful, version),
                Err(problem) => {
                    Check::ill("sandbox", Need::Useful, format!("{version}: {problem}"), remedy)
                }
            }
        }
    }
}

async fn program(machine: &Machine, name: &'static str, flag: &str, without: &str) -> Check {
    match ask(machine, name, &[flag]).await {
        Ok(version) => Check::well(name, Need::Useful, version),
        Err(problem) => {
            Check::ill(name, Need::Useful, problem, format!("install {name}; {without}"))
        }
    }
}

/// The first line of what a program says.
async fn ask(machine: &Machine, program: &str, args: &[&str]) -> Result<String, String> {
    let whole = ask_whole(machine, program, args).await?;
    Ok(whole.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_owned())
}

async fn ask_whole(machine: &Machine, program: &str, args: &[&str]) -> Result<String, String> {
    find_program(program, machine.environment.path(), &machine.folder)
        .map_err(|_| "not found".to_owned())?;
    let spec = CommandSpec {
        program: program.to_owned(),
        args: args.iter().map(|it| (*it).to_owned()).collect(),
        cwd: "/".into(),
        env: machine.environment.to_vec(),
        stdin: Vec::new(),
        timeout: LIMIT,
        max_output: 1 << 20,
        tree: Cookie::new(),
        leftovers: Leftovers::End,
    };
    let finished = run(spec).await.map_err(|problem| problem.to_string())?;
    let text = |output: &Captured| String::from_utf8_lossy(&output.marked()).into_owned();
    if finished.timed_out {
        return Err(format!("no answer within {LIMIT:?}"));
    }
    match finished.exit {
        Some(Exit::Code(0)) => Ok(text(&finished.stdout)),
        Some(exit) => {
            let said = text(&finished.stderr);
            let reason = said.lines().last().unwrap_or_default().trim().to_owned();
            Err(format!("{exit}: {reason}"))
        }
        None => Err("it does not end".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// A machine whose programs are scripts that print one line.
    fn machine(programs: &[(&str, &str)]) -> (tempfile::TempDir, Machine) {
        let folder = tempfile::tempdir().unwrap();
        for (name, line) in programs {
            let path = folder.path().join(name);
            fs::write(&path, format!("#!/bin/sh\n{line}\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let path = folder.path().display().to_string();
        let machine = Machine {
            programs: Ok((folder.path().join("chromium"), folder.path().join("chromedriver"))),
            environment: Environment::allowed([("PATH".to_owned(), path)], &[]),
            folder: folder.path().to_owned(),
        };
        (folder, machine)
    }

    fn forbidding(checks: &[Check]) -> Vec<&str> {
        checks.iter().filter(|it| it.forbids_a_night()).map(|it| it.name).collect()
    }

    #[tokio::test]
    async fn a_machine_with_browser_and_driver_can_have_a_night() {
        let (_folder, machine) = machine(&[
            ("chromium", "echo Chromium 156.0.1 built on Debian"),
            ("chromedriver", "echo ChromeDriver 156.0.2"),
        ]);
        let checks = examine(&machine).await;
        assert_eq!(forbidding(&checks), Vec::<&str>::new());
        assert_eq!(checks[2], Check::well("versions", Need::Required, "both are 156"));
        let git = checks.iter().find(|it| it.name == "git").unwrap();
        assert_eq!(
            git,
            &Check::ill(
                "git",
                Need::Useful,
                "not found",
                "install git; without it the report names no branch and commit"
            )
        );
    }

    #[tokio::test]
    async fn versions_that_do_not_match_forbid_a_night() {
        let (_folder, machine) = machine(&[
            ("chromium", "echo Chromium 157.0.1"),
            ("chromedriver", "echo ChromeDriver 156.0.2"),
        ]);
        assert_eq!(forbidding(&examine(&machine).await), ["versions"]);
    }

    #[tokio::test]
    async fn a_driver_that_does_not_run_is_told_with_its_reason() {
        let (folder, machine) = machine(&[
            ("chromium", "echo Chromium 157.0.1"),
            ("chromedriver", "echo 'libnss3.so: not found' >&2; exit 127"),
        ]);
        let checks = examine(&machine).await;
        assert_eq!(forbidding(&checks), ["driver"]);
        let path = folder.path().join("chromedriver");
        assert_eq!(checks[1].found, format!("{}: exit 127: libnss3.so: not found", path.display()));
    }

    #[tokio::test]
    async fn a_missing_browser_is_told_with_what_to_install() {
        let (_folder, mut machine) = machine(&[]);
        machine.programs = Err("Chromium was not found; install it with apt-get".to_owned());
        let checks = examine(&machine).await;
        assert_eq!(
            checks[0],
            Check::ill(
                "browser",
                Need::Required,
                "Chromium was not found",
                "install it with apt-get"
            )
        );
    }

    #[test]
    fn little_disk_is_told() {
        let check = enough_disk(Path::new("/nights"), ENOUGH_DISK / 2);
        assert!(!check.ok);
        assert_eq!(check.found, "0.5 GiB free at /nights");
    }
}
