//! [`Memory`]: which tickets were made from here. The tracker is asked first and knows better; a
//! search that is late does not lead to a second ticket. One files at a time: the file is locked.

use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// The version of the file.
const FORMAT_VERSION: u32 = 1;

/// Which tickets were made from here.
pub struct Memory {
    path: PathBuf,
    file: File,
    /// Which of the lists is ours: the tracker and the place in it.
    own: String,
    lists: Lists,
}

#[derive(Serialize, Deserialize)]
struct Lists {
    format_version: u32,
    /// By tracker and place, what a ticket is asked for by, by its cause.
    tickets: IndexMap<String, IndexMap<String, String>>,
}

impl Memory {
    /// What is remembered of a suite's tickets at a place; waits for whoever files now.
    ///
    /// # Errors
    /// The file cannot be used.
    pub fn take(root: &Path, own: &str) -> anyhow::Result<Self> {
        let path = root.join(".nightshift/tickets.json");
        let context = || format!("cannot use {}", path.display());
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).with_context(context)?;
        }
        let file = File::options().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = file.with_context(context)?;
        file.lock().with_context(context)?;
        let mut text = String::new();
        file.read_to_string(&mut text).with_context(context)?;
        let none = Lists { format_version: FORMAT_VERSION, tickets: IndexMap::new() };
        // What was cut off in its writing is forgotten: the tracker knows.
        let lists = serde_json::from_str(&text).unwrap_or(none);
        Ok(Self { path, file, own: own.to_owned(), lists })
    }

    /// What the ticket of a cause is asked for by.
    pub fn of(&self, cause: &str) -> Option<&str> {
        self.lists.tickets.get(&self.own)?.get(cause).map(String::as_str)
    }

    /// Remembers the ticket of a cause.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn note(&mut self, cause: &str, key: &str) -> anyhow::Result<()> {
        let own = self.lists.tickets.entry(self.own.clone()).or_default();
        own.insert(cause.to_owned(), key.to_owned());
        let text = serde_json::to_string_pretty(&self.lists).context("a list is plain data")?;
        let written = self
            .file
            .set_len(0)
            .and_then(|()| self.file.rewind())
            .and_then(|()| self.file.write_all(text.as_bytes()));
        written.with_context(|| format!("cannot write {}", self.path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_is_remembered_by_tracker_and_place() {
        let root = tempfile::tempdir().expect("a folder");
        let mut memory = Memory::take(root.path(), "github a/b").expect("taken");
        assert_eq!(memory.of("c1"), None);
        memory.note("c1", "12").expect("written");
        drop(memory);
        assert_eq!(Memory::take(root.path(), "github a/b").expect("taken").of("c1"), Some("12"));
        assert_eq!(Memory::take(root.path(), "github a/c").expect("taken").of("c1"), None);
        std::fs::write(root.path().join(".nightshift/tickets.json"), "{\"for").expect("torn");
        assert_eq!(Memory::take(root.path(), "github a/b").expect("taken").of("c1"), None);
    }
}
