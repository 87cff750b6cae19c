//! [`Told`]: who was told of a night, in `notified.json` in its folder. It is locked while people are
//! told, so that two that tell at once tell once.

use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};
use std::path::PathBuf;

use anyhow::Context as _;
use chrono::{SecondsFormat, Utc};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::ledger::NightDir;

/// The version of the file.
const FORMAT_VERSION: u32 = 1;

/// Who was told of a night.
#[derive(Debug)]
pub struct Told {
    path: PathBuf,
    file: File,
    list: List,
}

#[derive(Debug, Serialize, Deserialize)]
struct List {
    format_version: u32,
    /// When, by the channel.
    told: IndexMap<String, String>,
}

impl Told {
    /// Opens the list of a night, and waits for whoever tells of it now.
    ///
    /// # Errors
    /// It cannot be read or written.
    pub fn open(night: &NightDir) -> anyhow::Result<Self> {
        let path = night.path().join("notified.json");
        let context = || format!("cannot use {}", path.display());
        let file = File::options().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = file.with_context(context)?;
        file.lock().with_context(context)?;
        let mut text = String::new();
        file.read_to_string(&mut text).with_context(context)?;
        let new = List { format_version: FORMAT_VERSION, told: IndexMap::new() };
        // What was cut off in the middle of its writing names nobody for sure.
        let list = if text.is_empty() { new } else { serde_json::from_str(&text).unwrap_or(new) };
        Ok(Self { path, file, list })
    }

    /// When a channel was told.
    pub fn at(&self, channel: &str) -> Option<&str> {
        self.list.told.get(channel).map(String::as_str)
    }

    /// Takes note that a channel was told now.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn note(&mut self, channel: &str) -> anyhow::Result<()> {
        let now = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
        self.list.told.insert(channel.to_owned(), now);
        let text = serde_json::to_string_pretty(&self.list).context("a list is plain data")?;
        self.file
            .set_len(0)
            .and_then(|()| self.file.rewind())
            .and_then(|()| self.file.write_all(text.as_bytes()))
            .with_context(|| format!("cannot write {}", self.path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_that_was_told_is_known_the_next_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let night = NightDir::create(folder.path()).expect("a night");
        let mut told = Told::open(&night).expect("new");
        assert_eq!(told.at("slack"), None);
        told.note("slack").expect("written");
        drop(told);
        let told = Told::open(&night).expect("readable");
        assert!(told.at("slack").is_some() && told.at("teams").is_none());
    }
}
