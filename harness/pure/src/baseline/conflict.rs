//! [`Conflict`]: a snapshot file that a merge left with the text of both branches in it.
//!
//! [`conflicts`] finds them, [`resolved`] is the whole file as one side has it. `review` shows the
//! sides against what was seen and writes the chosen one.

use std::path::Path;

use super::{BaselineError, file, folders, name, snapshot_files};
use crate::model::{FacetKind, Scenario};

/// A snapshot file with merge markers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The scenario's id.
    pub scenario: String,
    /// The checkpoint's name.
    pub checkpoint: String,
    /// Which facet.
    pub facet: FacetKind,
    /// For images: the environment key.
    pub environment: Option<String>,
    /// The `.snap` file, relative to the suite root, with `/`.
    pub file: String,
    /// The whole file with its markers.
    pub raw: String,
    /// The snapshot of the branch that was merged into.
    pub ours: String,
    /// The snapshot of the branch that was merged.
    pub theirs: String,
}

/// A side of a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The branch that was merged into.
    Ours,
    /// The branch that was merged.
    Theirs,
}

impl Side {
    /// The word for it, as git has it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Theirs => "theirs",
        }
    }
}

/// The snapshot files of these scenarios that hold both sides of a merge.
///
/// # Errors
/// A folder or file that cannot be read.
pub fn conflicts(root: &Path, scenarios: &[Scenario]) -> Result<Vec<Conflict>, BaselineError> {
    let mut found = Vec::new();
    for (folder, own) in folders(scenarios) {
        for file_name in snapshot_files(&root.join(&folder))? {
            let Some(named) = name::parse(&file_name, &own) else { continue };
            let path = root.join(&folder).join(&file_name);
            let bytes = std::fs::read(&path).map_err(|source| BaselineError::Io {
                action: "read",
                path: path.clone(),
                source,
            })?;
            if !has_marker(&bytes) {
                continue;
            }
            let raw = String::from_utf8_lossy(&bytes).into_owned();
            let header = raw.split("\n---").next().unwrap_or_default();
            if file::conflict(&raw).is_none() || header.contains(file::LITERAL_MARKERS) {
                continue;
            }
            found.push(Conflict {
                scenario: named.scenario,
                checkpoint: named.checkpoint,
                facet: named.facet,
                environment: named.environment,
                file: format!("{folder}/{file_name}"),
                ours: body(&resolved(&raw, Side::Ours)),
                theirs: body(&resolved(&raw, Side::Theirs)),
                raw,
            });
        }
    }
    Ok(found)
}

/// Whether a line may begin with the first marker; a quick look, since suites have many files.
fn has_marker(bytes: &[u8]) -> bool {
    bytes.split(|it| *it == b'\n').any(|line| line.starts_with(b"<<<<<<< "))
}

/// The whole file as one side has it.
#[must_use]
pub fn resolved(raw: &str, side: Side) -> String {
    #[derive(PartialEq)]
    enum At {
        Both,
        Ours,
        Base,
        Theirs,
    }
    let mut at = At::Both;
    let mut text = String::with_capacity(raw.len());
    for line in raw.split_inclusive('\n') {
        let marker = line.trim_end();
        match at {
            At::Both if marker.starts_with("<<<<<<< ") => at = At::Ours,
            At::Ours if marker.starts_with("||||||| ") => at = At::Base,
            At::Ours | At::Base if marker == "=======" => at = At::Theirs,
            At::Theirs if marker.starts_with(">>>>>>> ") => at = At::Both,
            At::Both => text.push_str(line),
            At::Ours if side == Side::Ours => text.push_str(line),
            At::Theirs if side == Side::Theirs => text.push_str(line),
            At::Ours | At::Base | At::Theirs => {}
        }
    }
    text
}

/// The text below the header.
fn body(snapshot: &str) -> String {
    let rest = snapshot.strip_prefix("---\n").unwrap_or(snapshot);
    let below = rest.split_once("\n---\n").map_or("", |it| it.1);
    below.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RAW: &str = "---\ninfo:\n<<<<<<< HEAD\n  why: \"a\"\n=======\n  why: \"b\"\n>>>>>>> them\n---\none\n<<<<<<< HEAD\ntwo\n||||||| base\n2\n=======\ntoo\n>>>>>>> them\nthree\n";

    #[test]
    fn each_side_is_the_whole_file_as_its_branch_has_it() {
        assert_eq!(resolved(RAW, Side::Ours), "---\ninfo:\n  why: \"a\"\n---\none\ntwo\nthree\n");
        assert_eq!(resolved(RAW, Side::Theirs), "---\ninfo:\n  why: \"b\"\n---\none\ntoo\nthree\n");
        assert_eq!(body(&resolved(RAW, Side::Theirs)), "one\ntoo\nthree");
    }
}
