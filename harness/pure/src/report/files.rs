//! Writing files whole or not at all: into a temporary neighbour, then renamed.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use tempfile::NamedTempFile;

use super::ReportError;

/// Writes a file by what `content` writes, and answers its path.
pub fn with(
    dir: &Path,
    name: &str,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<PathBuf, ReportError> {
    let path = dir.join(name);
    let failed = |source| ReportError::Write { path: path.clone(), source };
    let file = temporary(dir, "").map_err(failed)?;
    let mut writer = BufWriter::with_capacity(1 << 16, file.as_file());
    content(&mut writer).and_then(|()| writer.flush()).map_err(failed)?;
    drop(writer);
    file.persist(&path).map_err(|failure| failed(failure.error))?;
    Ok(path)
}

/// Writes a text file.
pub fn text(dir: &Path, name: &str, text: &str) -> Result<PathBuf, ReportError> {
    with(dir, name, |out| out.write_all(text.as_bytes()))
}

/// Writes a JSON file, indented, with a line end.
pub fn json(dir: &Path, name: &str, value: &impl Serialize) -> Result<PathBuf, ReportError> {
    with(dir, name, |mut out| {
        serde_json::to_writer_pretty(&mut out, value)?;
        out.write_all(b"\n")
    })
}

/// A file that is gone when it is dropped.
pub struct Temporary(NamedTempFile);

impl Temporary {
    /// Writes one beside the others, with a name that ends in `suffix`.
    pub fn write(dir: &Path, suffix: &str, text: &str) -> Result<Self, ReportError> {
        let failed =
            |source| ReportError::Write { path: dir.join(format!(".report{suffix}")), source };
        let mut file = temporary(dir, suffix).map_err(failed)?;
        file.write_all(text.as_bytes()).and_then(|()| file.flush()).map_err(failed)?;
        Ok(Self(file))
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// A temporary file that others may read once it has its name, as they may any report.
fn temporary(dir: &Path, suffix: &str) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".report-").suffix(suffix);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o644));
    }
    builder.tempfile_in(dir)
}
