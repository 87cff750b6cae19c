//! [`read`] and [`write`]: one snapshot file in insta's format.
//!
//! A header of YAML between `---` lines, then the text; a picture lies beside it as `.snap.png`.
//! Ours stands under `info:`, which comes first (files that begin with `source:` are deleted by
//! `cargo insta test --unreferenced=delete`, and unknown top-level keys are dropped on accept).
//! The format keeps no white space at the end of a text, so neither do we.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use insta::Snapshot;
use insta::internals::{Content, SnapshotContents};
use sha2::{Digest as _, Sha256};

use super::{Acceptance, BaselineError};
use crate::model::FacetKind;
use crate::picture::smaller;

/// The key under `info:` that says that lines which look like merge markers are the product's own.
pub const LITERAL_MARKERS: &str = "literal-markers";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Whether a file is a baseline or waits for `cargo insta`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `.snap`
    Accepted,
    /// `.snap.new`
    Proposed,
}

/// What a file holds.
#[derive(Debug)]
pub struct Read {
    pub algorithm: Option<String>,
    pub why: Option<String>,
    pub content: Vec<u8>,
    pub layout: Option<String>,
    pub captured: Option<String>,
}

fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> BaselineError {
    move |source| BaselineError::Io { action, path: path.to_owned(), source }
}

fn malformed(path: &Path, reason: impl Into<String>) -> BaselineError {
    BaselineError::Malformed { path: path.to_owned(), reason: reason.into() }
}

/// Reads a snapshot file.
pub fn read(path: &Path, facet: FacetKind) -> Result<Read, BaselineError> {
    let raw = fs::read(path).map_err(io("read", path))?;
    let raw = String::from_utf8(raw).map_err(|_| malformed(path, "it is not UTF-8"))?;
    let header_has = |key: &str| raw.split("\n---").next().is_some_and(|it| it.contains(key));
    if let Some(line) = conflict(&raw).filter(|_| !header_has(LITERAL_MARKERS)) {
        return Err(BaselineError::Conflict { path: path.to_owned(), line });
    }
    let mut lines = raw.lines();
    if lines.next().map(str::trim_end) != Some("---") {
        return Err(malformed(path, "it does not begin with a `---` line"));
    }
    if !lines.any(|line| line.trim_end() == "---") {
        return Err(malformed(path, "its header has no second `---` line"));
    }
    let snapshot = Snapshot::from_file(path).map_err(|error| malformed(path, error.to_string()))?;
    let info = snapshot.metadata().private_info();
    let content = match (snapshot.contents(), facet) {
        (SnapshotContents::Text(_), FacetKind::Image) => {
            return Err(malformed(path, "it holds text instead of a picture"));
        }
        (SnapshotContents::Text(text), _) => text.to_string().into_bytes(),
        // Whether these bytes are a picture is said where it is compared: one that is torn keeps
        // its own scenario from being judged, and no other.
        (SnapshotContents::Binary(Some(bytes)), FacetKind::Image) => bytes.as_ref().clone(),
        (SnapshotContents::Binary(None), _) => {
            return Err(malformed(path, "the picture that belongs beside it is missing"));
        }
        (SnapshotContents::Binary(Some(_)), _) => {
            return Err(malformed(path, "it holds bytes instead of text"));
        }
    };
    let said = |key| info.and_then(|info| text_at(info, key));
    // Whoever put another picture there did not change what was captured.
    let captured = said("captured").filter(|_| said("picture") == Some(sha256(&content)));
    let layout = info.and_then(|it| lines_at(it, "layout"));
    Ok(Read { algorithm: said("algorithm"), why: said("why"), content, layout, captured })
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// The line of the first marker, where all three stand in order.
pub fn conflict(raw: &str) -> Option<usize> {
    let mut lines = raw.lines().enumerate();
    let (first, _) = lines.find(|(_, line)| line.starts_with("<<<<<<< "))?;
    lines.find(|(_, line)| line.trim_end() == "=======")?;
    lines.find(|(_, line)| line.starts_with(">>>>>>> "))?;
    Some(first + 1)
}

/// The text under a key of insta's own tree of values.
fn text_at(info: &Content, key: &str) -> Option<String> {
    let Content::Map(entries) = info.resolve_inner() else { return None };
    let value = entries.iter().find(|(name, _)| name.as_str() == Some(key)).map(|it| &it.1)?;
    value.as_str().map(str::to_owned)
}

/// The list of texts under a key, a line each.
fn lines_at(info: &Content, key: &str) -> Option<String> {
    let Content::Map(entries) = info.resolve_inner() else { return None };
    let value = entries.iter().find(|(name, _)| name.as_str() == Some(key)).map(|it| &it.1)?;
    let Content::Seq(lines) = value.resolve_inner() else { return None };
    let lines: Vec<&str> = lines.iter().filter_map(Content::as_str).collect();
    Some(lines.join("\n"))
}

/// Writes a snapshot file, its picture first.
pub fn write(path: &Path, item: &Acceptance, kind: Kind) -> Result<(), BaselineError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(io("create", folder))?;
    let (body, picture) = if item.facet == FacetKind::Image {
        if !item.content.starts_with(PNG) {
            return Err(malformed(path, "what is to be accepted is no PNG"));
        }
        (String::new(), true)
    } else {
        let text = std::str::from_utf8(&item.content)
            .map_err(|_| malformed(path, "what is to be accepted is not UTF-8"))?;
        (text.replace("\r\n", "\n").trim_end().to_owned(), false)
    };
    let picture = picture.then(|| smaller(&item.content));
    if let Some(bytes) = &picture {
        replace_if_other(&picture_path(path), bytes)?;
    }
    let mut text = header(item, &body, picture.as_deref());
    // insta writes a line end after every text, and none after the header of a picture.
    if picture.is_none() {
        text.push_str(&body);
        text.push('\n');
    }
    replace(path, text.as_bytes())?;
    if kind == Kind::Accepted {
        // What waited for `cargo insta` is decided.
        let waiting = path.with_extension("snap.new");
        for stale in [picture_path(&waiting), waiting] {
            match fs::remove_file(&stale) {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(io("remove", &stale)(error)),
            }
        }
    }
    Ok(())
}

pub fn picture_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".png");
    PathBuf::from(name)
}

/// A picture that looks the same keeps its file, and with it its age.
fn replace_if_other(path: &Path, bytes: &[u8]) -> Result<(), BaselineError> {
    if fs::read(path).is_ok_and(|it| it == bytes) { Ok(()) } else { replace(path, bytes) }
}

/// A finished file takes the place of the old one, or nothing happens.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), BaselineError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".nightshift-");
    // A baseline is a source file like any other, and not private as temporary files are.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut file = builder.tempfile_in(folder).map_err(io("write", path))?;
    file.write_all(bytes).map_err(io("write", path))?;
    file.as_file().sync_all().map_err(io("write", path))?;
    file.persist(path).map_err(|error| io("write", path)(error.error))?;
    Ok(())
}

fn header(item: &Acceptance, body: &str, picture: Option<&[u8]>) -> String {
    let mut text = String::from("---\ninfo:\n");
    let mut line = |key: &str, value: &str| {
        // JSON strings are YAML double-quoted scalars, whatever the text holds.
        let quoted = serde_json::Value::from(value).to_string();
        for part in ["  ", key, ": ", &quoted, "\n"] {
            text.push_str(part);
        }
    };
    line("scenario", &item.scenario);
    line("checkpoint", &item.checkpoint);
    line("facet", item.facet.word());
    if let Some(environment) = item.environment.as_deref().filter(|_| picture.is_some()) {
        line("environment", environment);
    }
    line("algorithm", &item.algorithm);
    if let Some(why) = &item.why {
        line("why", why);
    }
    if conflict(body).is_some() {
        line(LITERAL_MARKERS, "yes");
    }
    if let Some(bytes) = picture {
        line("captured", &sha256(&item.content));
        line("picture", &sha256(bytes));
        let layout = item.layout.as_deref().unwrap_or_default();
        if !layout.is_empty() {
            text.push_str("  layout:\n");
        }
        for thing in layout.lines() {
            text.push_str("    - ");
            text.push_str(&serde_json::Value::from(thing).to_string());
            text.push('\n');
        }
        text.push_str("extension: png\nsnapshot_kind: binary\n");
    }
    text.push_str("---\n");
    text
}
