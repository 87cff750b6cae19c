//! `nightshift init`: a first configuration, scenario and skill, never over a file of the user's.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Parser as _;

use super::arguments::{Arguments, Command, Common, InitOptions};
use super::exit::{Exit, mistake};
use super::new_file::create;
use super::schedule::{self, ScheduleFile, Start};
use super::{explore, night, terminal};
use crate::spec::{self, Overrides};

pub fn run(common: &Common, options: &InitOptions) -> anyhow::Result<Exit> {
    if let Some(file) = options.ci {
        return print_schedule(common, file, options.shards);
    }
    let root = common.dir.clone().unwrap_or_else(|| ".".into());
    if options.explore && options.url.is_none() && options.cli.is_none() {
        return mistake("init --explore needs a product: --url URL, --cli CMD, or both");
    }
    let files = if options.explore {
        let commands: Vec<String> = options.cli.iter().cloned().collect();
        spec::scaffold_explored(options.url.as_deref(), &commands)
    } else {
        spec::scaffold(options.url.as_deref(), options.cli.as_deref())
    };
    let mut written = 0;
    for (name, text) in &files {
        let path = root.join(name);
        if create(&path, text)? {
            terminal::answer(format_args!("wrote {name}"));
            written += 1;
        } else if name == ".gitignore" && append_missing_lines(&path, text)? {
            terminal::answer(format_args!("added lines to {name}"));
        } else {
            terminal::answer(format_args!("kept  {name} (it is there already)"));
        }
    }
    if options.explore {
        return explored(common, root, options);
    }
    if written > 0 {
        terminal::say("\nNext:\n  nightshift check\n  nightshift run --accept-new");
    }
    Ok(Exit::Passed)
}

/// Goes on with the product that was named, as `explore` does in a suite that exists.
fn explored(common: &Common, root: PathBuf, options: &InitOptions) -> anyhow::Result<Exit> {
    let mut words = vec!["nightshift".to_owned(), "explore".to_owned(), "--budget".to_owned()];
    words.push(format!("{}s", options.budget.as_secs().max(1)));
    if let Some(cli) = &options.cli {
        words.extend(["--cli".to_owned(), cli.clone()]);
    }
    let parsed = Arguments::try_parse_from(words).context("init asks for what nobody takes")?;
    let Command::Explore(asked) = parsed.command else { return mistake("init explores then") };
    explore::run(&Common { dir: Some(root), ..common.clone() }, &asked)
}

/// Adds the lines that a file of the user's lacks, at its end; says whether there were any.
fn append_missing_lines(path: &Path, text: &str) -> anyhow::Result<bool> {
    let context = || format!("cannot add to {}", path.display());
    let there = std::fs::read_to_string(path).with_context(context)?;
    let missing: Vec<&str> =
        text.lines().filter(|line| !there.lines().any(|it| it == *line)).collect();
    if missing.is_empty() {
        return Ok(false);
    }
    let gap = if there.is_empty() || there.ends_with('\n') { "" } else { "\n" };
    let mut file = std::fs::File::options().append(true).open(path).with_context(context)?;
    writeln!(file, "{gap}{}", missing.join("\n")).with_context(context)?;
    Ok(true)
}

/// Prints what runs the night by its schedule; the user decides where it goes.
fn print_schedule(
    common: &Common,
    file: ScheduleFile,
    shards: Option<u32>,
) -> anyhow::Result<Exit> {
    let suite = night::suite(common, &Overrides::default())?;
    let start = Start::by_command(suite.root.display().to_string());
    let text = match shards {
        Some(of) => schedule::render_sharded(file, &suite.config, &start, of),
        None => schedule::render(file, &suite.config, &start),
    };
    match text {
        Ok(text) => {
            terminal::answer(text.trim_end());
            terminal::say(start_needs(file));
            if let Ok(Some(next)) = schedule::next_night(&suite.config.night, chrono::Utc::now()) {
                let zone = &suite.config.night.timezone;
                terminal::say(format!("The next night starts {} {zone}.", next.format("%F %H:%M")));
            }
            Ok(Exit::Passed)
        }
        Err(error) => mistake(error.to_string()),
    }
}

/// What must be there for the file to do its work.
fn start_needs(file: ScheduleFile) -> &'static str {
    match file {
        ScheduleFile::Crontab | ScheduleFile::SystemdService | ScheduleFile::SystemdTimer => {
            "\nIt starts `nightshift` by its name: put it where cron and systemd look, as in /usr/local/bin."
        }
        ScheduleFile::Github | ScheduleFile::Gitlab => {
            "\nAdd the steps that install nightshift, Chromium and ChromeDriver where the runner lacks them."
        }
    }
}
