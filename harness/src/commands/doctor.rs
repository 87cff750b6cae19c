//! `nightshift doctor`: what this machine has and lacks, and how to mend it.

use std::path::Path;
use std::process::Command;

use indexmap::IndexMap;

use super::arguments::{Common, DoctorOptions, Format};
use super::exit::Exit;
use super::{night, terminal};
use crate::model::agent::AgentCommand;
use crate::model::suite::{BrowserConfig, Config};
use crate::model::workers::WorkersConfig;
use crate::model::{Patience, Suite};
use crate::night::{browser_options, grid_of, measure_patience, secrets_in};
use crate::process::{Confinement, find_program};
use crate::product::{builds_folder, cached_builds, clear_builds};
use crate::queue::{Link, OwnServer};
use crate::spec::Overrides;
use crate::surface::SurfaceError;
use crate::surface::browser::{Browser, BrowserOptions};

/// Less free space than this is worth a word, in bytes: a night with pictures fits well into it.
const ENOUGH_DISK: u64 = 1 << 30;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
struct Check {
    name: &'static str,
    /// How it stands.
    state: State,
    /// What was found.
    found: String,
    /// What to do, where something is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

/// How a thing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    Ok,
    /// Nights run without it, and something is less than it could be.
    Weak,
    /// Nights need it.
    Missing,
}

/// Looks, tells, and answers with 4 where nights cannot run here.
pub fn run(common: &Common, options: &DoctorOptions) -> anyhow::Result<Exit> {
    let builds = builds_folder(&|name| std::env::var(name).ok());
    if options.clear_builds {
        return clear(&builds);
    }
    let suite = night::suite(common, &Overrides::default());
    let config = suite.as_ref().map(|it| it.config.browser.clone()).unwrap_or_default();
    let agent = suite.as_ref().ok().and_then(|it| it.config.agent.as_ref()?.command.clone());
    let queue = suite.as_ref().ok().and_then(|it| queue_check(&it.config, &night::environment()));
    let mut checks = match &suite {
        Ok(suite) if config.grid.is_some() => grid_checks(suite)?,
        Ok(_) | Err(_) => Vec::new(),
    };
    let folder = suite.map_or_else(|_| std::env::temp_dir(), |it| it.root);
    let own = browser_checks(&config)?;
    checks.extend(own.into_iter().map(|it| if config.grid.is_some() { spare(it) } else { it }));
    checks.extend(queue.transpose()?);
    checks.extend([fonts(), contained(), sandbox(), disk(&folder), speed(), cache(&builds)]);
    checks.extend(agent.map(|it| coding_agent(&it, &std::env::var("PATH").unwrap_or_default())));
    match options.format {
        Format::Json => {
            let json = serde_json::to_string_pretty(&checks)?;
            terminal::answer(json);
        }
        Format::Text => checks.iter().for_each(show),
    }
    let healthy = checks.iter().all(|it| it.state != State::Missing);
    Ok(if healthy { Exit::Passed } else { Exit::Preflight })
}

/// Removes the builds that no night uses now.
fn clear(builds: &Path) -> anyhow::Result<Exit> {
    let (removed, in_use) = clear_builds(builds)?;
    for build in &removed {
        terminal::answer(format_args!("removed {build}"));
    }
    for build in &in_use {
        terminal::say(format_args!("{build} is used by a night that runs now; it stays"));
    }
    if removed.is_empty() && in_use.is_empty() {
        terminal::say(format_args!("there are no builds in {}", builds.display()));
    }
    Ok(Exit::Passed)
}

/// How much more time than usual this machine needs now.
fn speed() -> Check {
    let (patience, found) = measure_patience();
    let slow = patience > Patience::percent(300);
    Check {
        name: "patience",
        state: if slow { State::Weak } else { State::Ok },
        found,
        remedy: slow.then(|| {
            "nights take long here; run fewer at once, or fix it with `night: { patience: 200% }`"
                .to_owned()
        }),
    }
}

/// The builds that were made so far.
fn cache(folder: &Path) -> Check {
    let builds = cached_builds(folder);
    let bytes: u64 = builds.iter().map(|it| it.bytes).sum();
    let found = match builds.len() {
        0 => "none were made yet".to_owned(),
        count => format!(
            "{count} with {:.1} MiB in {}: {}",
            bytes as f64 / f64::from(1 << 20),
            folder.display(),
            builds.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(", ")
        ),
    };
    Check { name: "builds", state: State::Ok, found, remedy: None }
}

fn show(check: &Check) {
    let (style, word) = match check.state {
        State::Ok => (anstyle::AnsiColor::Green, "ok"),
        State::Weak => (anstyle::AnsiColor::Yellow, "weak"),
        State::Missing => (anstyle::AnsiColor::Red, "MISSING"),
    };
    let style = style.on_default();
    terminal::answer(format_args!("{style}{word:8}{style:#}{:12}{}", check.name, check.found));
    if let Some(remedy) = &check.remedy {
        terminal::answer(format_args!("{:20}{remedy}", ""));
    }
}

/// Browser and driver: found, of one version, and able to open a page.
fn browser_checks(config: &BrowserConfig) -> anyhow::Result<Vec<Check>> {
    let scratch = tempfile::tempdir()?;
    let options = browser_options(config, scratch.path(), Vec::new());
    let started = super::waiting::runtime()?.block_on(async {
        let browser = Browser::start(&options).await?;
        let versions = browser.versions().clone();
        browser.stop().await;
        Ok::<_, SurfaceError>(versions)
    });
    let versions = match started {
        Ok(versions) => versions,
        Err(error) => {
            return Ok(vec![Check {
                name: "browser",
                state: State::Missing,
                found: error.to_string(),
                remedy: Some(
                    "on Debian and Ubuntu: apt-get install chromium chromium-driver".to_owned(),
                ),
            }]);
        }
    };
    let major = |version: &str| version.split('.').next().map(str::to_owned);
    let same = major(&versions.browser) == major(&versions.driver);
    Ok(vec![
        Check {
            name: "browser",
            state: State::Ok,
            found: format!("Chromium {} starts and answers", versions.browser),
            remedy: None,
        },
        Check {
            name: "driver",
            state: if same { State::Ok } else { State::Weak },
            found: format!("ChromeDriver {}", versions.driver),
            remedy: (!same)
                .then(|| "install browser and driver of one version, from one source".to_owned()),
        },
    ])
}

/// A browser of this machine where those of a grid use the pages: nights run without it.
fn spare(check: Check) -> Check {
    if check.state != State::Missing {
        return check;
    }
    let remedy = "pages are used by browsers of the grid; one of this machine prints the report, and \
                  `record`, `goto` and `try` use it";
    Check { state: State::Weak, remedy: Some(remedy.to_owned()), ..check }
}

/// The grid of a suite: how it is, and whether a browser of it reaches this machine.
fn grid_checks(suite: &Suite) -> anyhow::Result<Vec<Check>> {
    let config = &suite.config;
    let grid = config.browser.grid.iter();
    let texts = grid.flat_map(|it| [Some(&it.url), it.user.as_ref(), it.password.as_ref()]);
    let secrets = secrets_in(config, texts.flatten(), &night::environment());
    let check = |state, found: String, remedy: Option<&str>| {
        let remedy = remedy.map(str::to_owned);
        Check { name: "grid", state, found, remedy }
    };
    let grid = match secrets.and_then(|it| grid_of(&config.browser, &it)) {
        Ok(Some(grid)) => grid,
        Ok(None) => return Ok(Vec::new()),
        Err(error) => return Ok(vec![check(State::Missing, error.to_string(), None)]),
    };
    let scratch = tempfile::tempdir()?;
    let options = BrowserOptions {
        grid: Some(grid.clone()),
        ..browser_options(&config.browser, scratch.path(), Vec::new())
    };
    super::waiting::runtime()?.block_on(async {
        let condition = match grid.condition().await {
            Ok(condition) => condition,
            Err(why) => {
                let remedy = "see that it runs there, or take `grid` out of `browser`";
                let found = format!("{}: {why}", grid.name());
                return Ok(vec![check(State::Missing, found, Some(remedy))]);
            }
        };
        let taken = if condition.is_full() { "all places are taken; " } else { "" };
        let found = format!("{}: {taken}{condition}", grid.name());
        if !condition.ready || condition.is_full() {
            let remedy = "a night waits for a place as long as the grid lets it; ask again when one \
                          is free, to see whether its browsers reach this machine";
            return Ok(vec![check(State::Weak, found, Some(remedy))]);
        }
        let mut all = vec![check(State::Ok, found, None)];
        match Browser::start(&options).await {
            Ok(browser) => {
                let version = &browser.versions().browser;
                all.push(check(State::Ok, format!("Chromium {version} of it starts"), None));
                all.extend(browser.afar().into_iter().map(|it| check(State::Ok, it, None)));
                browser.stop().await;
            }
            Err(error) => all.push(check(State::Missing, error.to_string(), None)),
        }
        Ok(all)
    })
}

/// Pictures depend on fonts; without any, text is drawn as boxes.
fn fonts() -> Check {
    let listed = Command::new("fc-list").args([":", "family"]).output();
    let families = listed.map(|it| String::from_utf8_lossy(&it.stdout).lines().count());
    let (state, found) = match families {
        Ok(0) => (State::Weak, "no fonts".to_owned()),
        Ok(number) => (State::Ok, format!("{number} font families")),
        Err(_) => (State::Weak, "fc-list is not there, so fonts cannot be told apart".to_owned()),
    };
    Check {
        name: "fonts",
        state,
        found,
        remedy: (state != State::Ok).then(|| {
            "on Debian and Ubuntu: apt-get install fontconfig fonts-liberation".to_owned()
        }),
    }
}

/// Stragglers are found by the process table, which only Linux shows as a folder.
fn contained() -> Check {
    let shown = Path::new("/proc/self/environ").exists();
    Check {
        name: "processes",
        state: if shown { State::Ok } else { State::Weak },
        found: if shown {
            "whole process trees can be ended, also what left its group".to_owned()
        } else {
            "no /proc: a process that leaves its group outlives its scenario".to_owned()
        },
        remedy: None,
    }
}

/// The coding agent that the suite starts. No night needs it.
fn coding_agent(command: &AgentCommand, path: &str) -> Check {
    let program = command.words.first().map(String::as_str).unwrap_or_default();
    let (state, found, remedy) = match find_program(program, path, Path::new("/")) {
        Err(error) => (
            State::Weak,
            format!("{program} cannot be started: {error}"),
            Some("install it, or name it by its path under `agent: command`".to_owned()),
        ),
        Ok(_) if command.cancels_calls() => (
            State::Weak,
            "codex exec --json cancels each call of our tools, and says nothing of it".to_owned(),
            Some("add to `agent: command`: -c mcp_servers.nightshift.default_tools_approval_mode=approve".to_owned()),
        ),
        Ok(path) => (State::Ok, format!("{} is there", path.display()), None),
    };
    Check { name: "agent", state, found, remedy }
}

/// What the suite's workers need: a server that can be started here, or the one that it names.
fn queue_check(
    config: &Config,
    environment: &IndexMap<String, String>,
) -> Option<anyhow::Result<Check>> {
    let check = |(state, found, remedy)| Check { name: "queue", state, found, remedy };
    match config.night.workers.as_ref()? {
        WorkersConfig::Own(_) => Some(Ok(check(match OwnServer::program(environment) {
            Ok(program) => (State::Ok, format!("{} is there", program.display()), None),
            Err(error) => (State::Missing, error.to_string(), None),
        }))),
        WorkersConfig::At(queue) => Some(super::waiting::runtime().map(|runtime| {
            let tried = runtime.block_on(async {
                let access = super::crew::configured(queue, config)?;
                Ok::<_, anyhow::Error>(Link::to(&access).await?)
            });
            check(match tried {
                Ok(link) => (State::Ok, format!("{} answers and lets us in", link.server()), None),
                Err(error) => (State::Missing, format!("{error:#}"), None),
            })
        })),
    }
}

/// What commands are confined with.
fn sandbox() -> Check {
    let tried = std::env::current_exe().map(|it| Confinement::tried(&it));
    let name = "sandbox";
    match tried {
        Ok(found) => match &found.held {
            Ok(_) => Check {
                name,
                state: if found.without_spaces.is_none() { State::Ok } else { State::Weak },
                found: format!("commands can be confined: {}", found.words().join(", ")),
                remedy: found.without_spaces.map(|why| {
                    format!("namespaces are not to be had ({why}); allow unprivileged user namespaces, and their walls hold too")
                }),
            },
            Err(why) => Check {
                name,
                state: State::Weak,
                found: format!("commands cannot be confined: {why}"),
                remedy: Some(
                    "let an agent from outside run commands on Linux 6.12 or newer with Landlock switched on, or say `sandbox: off`, which the report shows".to_owned(),
                ),
            },
        },
        Err(error) => Check {
            name,
            state: State::Weak,
            found: format!("our own program cannot be found: {error}"),
            remedy: None,
        },
    }
}

#[cfg(unix)]
fn disk(folder: &Path) -> Check {
    let (state, found) = match rustix::fs::statvfs(folder) {
        Ok(stat) => {
            let free = stat.f_bavail * stat.f_frsize;
            let state = if free < ENOUGH_DISK { State::Weak } else { State::Ok };
            (
                state,
                format!("{:.1} GiB free in {}", free as f64 / f64::from(1 << 30), folder.display()),
            )
        }
        Err(error) => (State::Weak, format!("cannot tell what is free: {error}")),
    };
    let remedy = (state != State::Ok).then(|| "remove old nights in reports/nights".to_owned());
    Check { name: "disk", state, found, remedy }
}

#[cfg(not(unix))]
fn disk(folder: &Path) -> Check {
    let found = format!("not measured on this system ({})", folder.display());
    Check { name: "disk", state: State::Ok, found, remedy: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::workers::QueueConfig;

    #[test]
    fn workers_without_a_server_to_hand_them_work_are_told_and_a_suite_without_any_is_not_asked() {
        let told = |workers: Option<WorkersConfig>, path: &str| {
            let mut config = crate::model::testing::config();
            config.night.workers = workers;
            let environment = IndexMap::from([("PATH".to_owned(), path.to_owned())]);
            queue_check(&config, &environment).map(|it| it.expect("a runtime"))
        };
        assert_eq!(told(None, "/nowhere"), None);
        let missing = told(Some(WorkersConfig::Own(4)), "/nowhere").expect("it was asked for");
        assert_eq!(missing.state, State::Missing);
        assert!(missing.found.contains("install the package nats-server"), "{}", missing.found);
        let folder = tempfile::tempdir().expect("a folder");
        let program = folder.path().join("nats-server");
        executable(&program);
        let path = folder.path().display().to_string();
        let there = told(Some(WorkersConfig::Own(4)), &path).expect("it was asked for");
        assert_eq!((there.state, there.remedy), (State::Ok, None));
        let at = "nats://127.0.0.1:1".to_owned();
        let away = QueueConfig { at, known: None, ca: None, certificate: None };
        let away = told(Some(WorkersConfig::At(away)), "").expect("it was asked for");
        assert_eq!(away.state, State::Missing);
        assert!(away.found.contains("cannot connect to the queue"), "{}", away.found);
    }

    fn executable(program: &Path) {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::write(program, "#!/bin/sh\n").expect("written");
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(program, mode).expect("set");
    }

    #[test]
    fn a_browser_of_this_machine_is_no_must_where_a_grid_has_others() {
        let check = |state| Check { name: "browser", state, found: "x".to_owned(), remedy: None };
        assert_eq!(spare(check(State::Missing)).state, State::Weak);
        assert_eq!(spare(check(State::Ok)), check(State::Ok));
    }

    #[test]
    fn a_coding_agent_that_is_not_there_or_cancels_its_calls_is_told_with_the_remedy() {
        let folder = tempfile::tempdir().expect("a folder");
        executable(&folder.path().join("codex"));
        let path = folder.path().display().to_string();
        let told = |line: &str, path: &str| {
            let words = line.split(' ').map(str::to_owned).collect();
            let check = coding_agent(&AgentCommand { words, reach: Vec::new() }, path);
            (check.state, check.found, check.remedy.unwrap_or_default())
        };
        let (state, found, remedy) = told("codex exec", "/nowhere");
        assert_eq!(state, State::Weak);
        assert!(found.starts_with("codex cannot be started: "), "{found}");
        assert!(remedy.contains("`agent: command`"), "{remedy}");
        let (state, found, remedy) = told("codex exec --json", &path);
        assert_eq!(state, State::Weak);
        assert!(found.contains("cancels each call"), "{found}");
        assert!(remedy.contains("default_tools_approval_mode=approve"), "{remedy}");
        assert_eq!(told("codex exec", &path).0, State::Ok);
    }
}
