//! [`NightDir`]: the folder of one night, read and written in one shape on every machine.

use std::collections::HashSet;
use std::io::{BufWriter, Write as _};
use std::path::{Component, Path, PathBuf};

use super::writer::{HALF_WRITTEN, write_atomically, write_atomically_by};
use super::{LedgerError, chain};
use crate::model::{Entry, Event, EvidenceRef, FORMAT_VERSION, Plan};

/// The folder of one night.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NightDir {
    path: PathBuf,
}

impl NightDir {
    /// Makes a new, empty night directory.
    ///
    /// # Errors
    /// The folder holds something already, or cannot be made or written to.
    pub fn create(path: impl Into<PathBuf>) -> Result<Self, LedgerError> {
        let path = path.into();
        std::fs::create_dir_all(path.join("evidence"))
            .map_err(LedgerError::io("create", path.clone()))?;
        let others = std::fs::read_dir(&path)
            .map_err(LedgerError::io("read", path.clone()))?
            .filter_map(Result::ok)
            .any(|entry| entry.file_name() != "evidence");
        if others {
            return Err(LedgerError::Occupied(path));
        }
        Ok(Self { path })
    }

    /// Opens a night directory that exists.
    ///
    /// # Errors
    /// There is no plan in it.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, LedgerError> {
        let night = Self { path: path.into() };
        if night.plan_path().is_file() { Ok(night) } else { Err(LedgerError::NoNight(night.path)) }
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What names it to a command, as a shell takes it: its folder's name where it stands among these
    /// nights, else its path.
    #[must_use]
    pub fn named_among(&self, nights: &Path) -> String {
        let name = self.path.file_name().filter(|_| self.path.parent() == Some(nights));
        let named = name.unwrap_or(self.path.as_os_str()).to_string_lossy();
        shell_words::quote(&named).into_owned()
    }

    /// The resolved plan.
    #[must_use]
    pub fn plan_path(&self) -> PathBuf {
        self.path.join("plan.json")
    }

    /// The events.
    #[must_use]
    pub fn ledger_path(&self) -> PathBuf {
        self.path.join("ledger.jsonl")
    }

    /// The resolved plan.
    ///
    /// # Errors
    /// It cannot be read, is damaged, or was written by a newer version.
    pub fn plan(&self) -> Result<Plan, LedgerError> {
        let path = self.plan_path();
        let bytes = std::fs::read(&path).map_err(LedgerError::io("read", path.clone()))?;
        refuse_newer(&path, &bytes)?;
        serde_json::from_slice(&bytes).map_err(|error| LedgerError::Damaged {
            path,
            line: error.line(),
            detail: error.to_string(),
        })
    }

    /// Writes the plan of a night that is put together, without having all of its text at once.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write_plan(&self, plan: &Plan) -> Result<(), LedgerError> {
        let path = self.plan_path();
        write_atomically_by(&path, |file| {
            let mut out = BufWriter::new(file);
            serde_json::to_writer(&mut out, plan)?;
            out.flush()
        })
    }

    /// Writes a whole file of the night in one move.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write_file(&self, name: &str, bytes: &[u8]) -> Result<(), LedgerError> {
        write_atomically(&self.path.join(name), bytes)
    }

    /// The events in order. A last line that was cut off in the middle is left out: it is what a
    /// night that was killed leaves behind. So is what a night that went on says counts no more.
    ///
    /// # Errors
    /// The file cannot be read, or a line before the last one is damaged.
    pub fn entries(&self) -> Result<Vec<Entry>, LedgerError> {
        Ok(counting(self.all_entries()?))
    }

    /// The same with what counts no more: what was asked then was paid for.
    ///
    /// # Errors
    /// As for [`Self::entries`].
    pub fn all_entries(&self) -> Result<Vec<Entry>, LedgerError> {
        let path = self.ledger_path();
        let bytes = self.ledger_bytes()?;
        let mut entries = Vec::new();
        for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let whole = line.ends_with(b"\n");
            match serde_json::from_slice(line) {
                Ok(entry) => entries.push(entry),
                Err(_) if !whole => break,
                Err(error) => {
                    return Err(LedgerError::Damaged {
                        path,
                        line: index + 1,
                        detail: error.to_string(),
                    });
                }
            }
        }
        Ok(entries)
    }

    /// Evidence as text.
    ///
    /// # Errors
    /// As for [`Self::read`].
    pub fn read_text(&self, evidence: &EvidenceRef) -> Result<String, LedgerError> {
        Ok(String::from_utf8_lossy(&self.read(evidence)?).into_owned())
    }

    /// Keeps bytes under their hash; the same bytes are kept once.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn keep(&self, kind: &str, media: &str, bytes: &[u8]) -> Result<EvidenceRef, LedgerError> {
        let hash = chain::hash(bytes);
        let name = format!("evidence/{}/{hash}.{}", &hash[..2], extension(media));
        let path = self.path.join(&name);
        keep_once(&path, bytes)?;
        Ok(EvidenceRef {
            kind: kind.to_owned(),
            media: media.to_owned(),
            path: name,
            bytes: bytes.len() as u64,
        })
    }

    /// Takes over evidence that another night keeps under this path.
    ///
    /// # Errors
    /// The path is not that of these bytes, or the file cannot be written.
    pub fn take(&self, name: &str, bytes: &[u8]) -> Result<(), LedgerError> {
        let hash = chain::hash(bytes);
        let path = self.path.join(name);
        let ending = name.strip_prefix(&format!("evidence/{}/{hash}.", &hash[..2]));
        let is_its_own = ending
            .is_some_and(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric()));
        if !is_its_own {
            let detail = "it is not what its name is the hash of".to_owned();
            return Err(LedgerError::Damaged { path, line: 1, detail });
        }
        keep_once(&path, bytes)
    }

    /// Takes over all evidence of another night, which keeps its own.
    ///
    /// # Errors
    /// It cannot be read or written.
    pub fn take_evidence_of(&self, other: &Self) -> Result<(), LedgerError> {
        let from = other.path.join("evidence");
        let folders = std::fs::read_dir(&from).map_err(LedgerError::io("read", &from))?;
        for folder in folders.filter_map(Result::ok).filter(|it| it.path().is_dir()) {
            let to = self.path.join("evidence").join(folder.file_name());
            std::fs::create_dir_all(&to).map_err(LedgerError::io("create", &to))?;
            let files = std::fs::read_dir(folder.path());
            for file in files.map_err(LedgerError::io("read", folder.path()))? {
                let file = file.map_err(LedgerError::io("read", folder.path()))?;
                if file.file_name().to_string_lossy().starts_with(HALF_WRITTEN) {
                    continue;
                }
                // Nobody changes evidence, so that both may share its bytes.
                let (from, to) = (file.path(), to.join(file.file_name()));
                match std::fs::hard_link(&from, &to) {
                    Ok(()) => {}
                    Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                    Err(_) => {
                        std::fs::copy(&from, &to).map_err(LedgerError::io("copy", from))?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Reads evidence, which has to be what its name is the hash of: of a file that was cut off or
    /// changed nothing can be said, and least of all that it is the same as another one.
    ///
    /// # Errors
    /// It cannot be read, it was changed, or its path leads out of the night directory.
    pub fn read(&self, evidence: &EvidenceRef) -> Result<Vec<u8>, LedgerError> {
        let path = self.path.join(&evidence.path);
        let inside =
            Path::new(&evidence.path).components().all(|part| matches!(part, Component::Normal(_)));
        if !inside {
            return Err(LedgerError::Damaged {
                path,
                line: 1,
                detail: "evidence must lie inside of the night directory".to_owned(),
            });
        }
        let bytes = std::fs::read(&path).map_err(LedgerError::io("read", path.clone()))?;
        if hash_in_name(&path).is_some_and(|it| it != chain::hash(&bytes)) {
            let detail = "it is not what its name is the hash of".to_owned();
            return Err(LedgerError::Damaged { path, line: 1, detail });
        }
        Ok(bytes)
    }
}

/// The SHA-256 that a file of evidence is named after.
fn hash_in_name(path: &Path) -> Option<&str> {
    let name = path.file_stem()?.to_str()?;
    let is_hash = name.len() == 64 && name.bytes().all(|it| it.is_ascii_hexdigit());
    is_hash.then_some(name)
}

/// Writes evidence where it is not there yet.
fn keep_once(path: &Path, bytes: &[u8]) -> Result<(), LedgerError> {
    if path.exists() {
        return Ok(());
    }
    let folder = path.parent().expect("evidence lies in a folder");
    std::fs::create_dir_all(folder).map_err(LedgerError::io("create", folder))?;
    write_atomically(path, bytes)
}

/// The events without those that a later one says count no more.
#[must_use]
pub fn counting(mut entries: Vec<Entry>) -> Vec<Entry> {
    let mut void = HashSet::new();
    for entry in &entries {
        if let Event::NightResumed { void: lines, .. } = &entry.event {
            void.extend(lines.iter().copied());
        }
    }
    if !void.is_empty() {
        entries.retain(|it| !void.contains(&it.seq));
    }
    entries
}

fn refuse_newer(path: &Path, bytes: &[u8]) -> Result<(), LedgerError> {
    #[derive(serde::Deserialize)]
    struct Version {
        format_version: u64,
    }
    match serde_json::from_slice::<Version>(bytes) {
        Ok(Version { format_version }) if format_version > u64::from(FORMAT_VERSION) => {
            Err(LedgerError::TooNew {
                path: path.to_owned(),
                found: format_version,
                known: FORMAT_VERSION,
            })
        }
        _ => Ok(()),
    }
}

/// The ending by which a browser shows the file as what it is, and never runs it.
fn extension(media: &str) -> &'static str {
    match media {
        "image/png" => "png",
        "application/json" => "json",
        "application/pdf" => "pdf",
        "application/x-asciicast" => "cast",
        media if media.starts_with("text/") => "txt",
        _ => "bin",
    }
}
