//! `nightshift goto`: brings build and data up, replays to a moment, and leaves it to a person.

use super::arguments::{Common, GotoOptions};
use super::exit::{Exit, mistake};
use super::moment::{self, Moment};
use super::person::{self, Enough};
use super::{night, terminal, waiting};
use crate::model::scenario::Surface;
use crate::night::{self as nights, Replayed};
use crate::process::{Environment, shell};
use crate::surface::browser::Window;

/// What a person is left with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    Browser,
    Shell,
}

pub fn run(common: &Common, options: &GotoOptions) -> anyhow::Result<Exit> {
    let suite = night::suite(common, &options.staging.changes.overrides())?;
    let moment = if moment::is_finding(&suite, &options.what) {
        Moment::of_finding(common, suite, &options.what, options.night.as_deref())?
    } else if options.night.is_some() {
        return mistake(format!(
            "--night belongs to a finding such as F1; {} is gone to as the suite has it today",
            options.what
        ));
    } else {
        Moment::of_scenario(suite, &options.what)?
    };
    let left = left(&moment, options)?;
    let window = match left {
        Left::Browser => person::window(
            options.headless,
            "--headless for a browser without a window, or --shell for a shell",
        )?,
        Left::Shell => Window::Hidden,
    };
    let asked = person::options(&moment.suite, &options.staging, window)?;
    let (replayed, failed) = waiting::runtime()?.block_on(async {
        let stop = person::interruptible();
        let mut failed = false;
        let pause = Box::new(|here: nights::Moment| {
            failed = here.failed.is_some();
            tell(&moment, &here);
            match left {
                Left::Browser => browser(&here, window),
                Left::Shell => in_shell(&here),
            }
        });
        let progress = person::teller(common);
        let replayed =
            Box::pin(nights::replay(&moment.suite, &asked, moment.until, &stop, progress, pause))
                .await;
        replayed.map(|it| (it, failed))
    })?;
    Ok(conclude(&replayed, failed))
}

/// A browser before a step on a page, a shell before a command, unless somebody says otherwise.
fn left(moment: &Moment, options: &GotoOptions) -> anyhow::Result<Left> {
    let surfaces = |surface: Surface| {
        moment.scenario.all_steps().iter().any(|it| it.action.surface() == Some(surface))
    };
    let has_page = surfaces(Surface::Browser);
    if options.shell {
        return Ok(Left::Shell);
    }
    if options.browser || options.headless {
        return if has_page {
            Ok(Left::Browser)
        } else {
            mistake(format!(
                "{} has no step in a browser, so there is no page to show; leave --browser and \
                 --headless out for a shell",
                moment.scenario.id
            ))
        };
    }
    let last = moment.step().or_else(|| moment.scenario.steps.last());
    let on_page = last.is_none_or(|it| it.action.surface() == Some(Surface::Browser));
    Ok(if has_page && on_page { Left::Browser } else { Left::Shell })
}

fn tell(moment: &Moment, here: &nights::Moment) {
    if let Some(finding) = &moment.finding {
        terminal::say(finding);
    }
    match &here.failed {
        Some(failed) => terminal::say(format_args!(
            "not reached: {} (of {}); everything is as that step left it",
            failed, moment.scenario.id
        )),
        None => terminal::say(format_args!(
            "{} done; here is {}",
            super::check::counted(here.done, "step"),
            moment.said()
        )),
    }
    if let (Some(then), now) = (&moment.build, &here.build)
        && Some(then) != now.as_ref()
    {
        let now = now.as_deref().unwrap_or("of unknown name");
        terminal::say(format_args!("the night used the build {then}; this one is {now}"));
    }
    if let Some(url) = here.onlooker.as_ref().map(crate::surface::browser::Onlooker::url)
        && url.starts_with("http")
    {
        terminal::answer(format_args!("page: {url}"));
    }
    if let Some(url) = &here.base_url {
        terminal::answer(format_args!("url: {url}"));
    }
    if let Some(port) = here.port {
        terminal::answer(format_args!("port: {port}"));
    }
    if let Some(build) = &here.build {
        terminal::answer(format_args!("build: {build}"));
    }
    terminal::answer(format_args!("folder: {}", here.work.display()));
}

fn browser(here: &nights::Moment, window: Window) {
    let Some(onlooker) = &here.onlooker else { return };
    if window == Window::Hidden {
        person::tell_tools(here.tools.as_deref(), onlooker);
    }
    terminal::say(match window {
        Window::Hidden => "press Enter or Ctrl-C to end it",
        Window::Visible => "press Enter or Ctrl-C, or close the window, to end it",
    });
    let how = person::wait(person::enough(Some(onlooker)));
    terminal::say(match how {
        Enough::Enter | Enough::Signal => "ending",
        Enough::Closed => "the window was closed; ending",
    });
}

fn in_shell(here: &nights::Moment) {
    let program = std::env::var("SHELL").ok().filter(|it| !it.is_empty());
    let program = program.unwrap_or_else(|| "/bin/sh".to_owned());
    terminal::say("a shell in the working folder; `exit` ends it");
    if let Err(error) = shell(&program, &here.work, &for_person(&here.environment)) {
        terminal::say(error);
    }
}

/// The product's environment, on a terminal that a person looks at.
fn for_person(environment: &Environment) -> Environment {
    let mut environment = environment.clone().with("PS1", "(nightshift) \\w $ ");
    if let Ok(term) = std::env::var("TERM") {
        environment = environment.with("TERM", term);
    }
    environment
}

/// Says what is left to say; the same for every command that looks around.
pub fn conclude(replayed: &Replayed, failed: bool) -> Exit {
    match replayed {
        Replayed::Paused { problems } => {
            for problem in problems {
                terminal::say(format_args!("not cleaned up: {problem}"));
            }
            if failed { Exit::Failed } else { Exit::Passed }
        }
        Replayed::NotReady(why) => {
            terminal::say(format_args!("nothing could be brought up: {why}"));
            Exit::Preflight
        }
        Replayed::Interrupted => Exit::Signal(2),
    }
}
