//! [`create`]: a file that is new, never over one of the user's. Used by `init` and `explore`.

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;

use super::exit::mistake;

/// Writes a file that is not there yet; says whether it did.
pub fn create(path: &Path, text: &str) -> anyhow::Result<bool> {
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
