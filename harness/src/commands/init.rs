//! `nightshift init`: a first configuration, scenario and skill, never over a file of the user's.

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;

use super::arguments::{Common, InitOptions};
use super::exit::{Exit, mistake};
use super::{night, schedule, terminal};
use crate::spec::{self, Overrides};

pub fn run(common: &Common, options: &InitOptions) -> anyhow::Result<Exit> {
    if let Some(kind) = options.ci {
        return write_schedule(common, kind);
    }
    let root = common.dir.clone().unwrap_or_else(|| ".".into());
    let files = spec::scaffold(options.url.as_deref(), options.cli.as_deref());
    let mut written = 0;
    for (name, text) in &files {
        if create(&root.join(name), text)? {
            terminal::answer(format_args!("wrote {name}"));
            written += 1;
        } else {
            terminal::answer(format_args!("kept  {name} (it is there already)"));
        }
    }
    if written > 0 {
        terminal::say("\nNext:\n  nightshift check\n  nightshift run --accept-new");
    }
    Ok(Exit::Passed)
}

/// Writes a file that is not there yet; says whether it did.
fn create(path: &Path, text: &str) -> anyhow::Result<bool> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
    }
    match std::fs::File::options().write(true).create_new(true).open(path) {
        Ok(mut file) => {
            file.write_all(text.as_bytes())
                .with_context(|| format!("cannot write {}", path.display()))?;
            Ok(true)
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => mistake(format!("cannot write {}: {error}", path.display())),
    }
}

/// Prints what runs the night by its schedule; the user decides where it goes.
fn write_schedule(common: &Common, kind: schedule::Kind) -> anyhow::Result<Exit> {
    let suite = night::suite(common, &Overrides::default())?;
    match schedule::render(kind, &suite.config.night, &suite.root) {
        Ok(text) => {
            terminal::answer(text.trim_end());
            Ok(Exit::Passed)
        }
        Err(error) => mistake(error.to_string()),
    }
}
