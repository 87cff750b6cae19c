//! Cached setup: [`run_all`] runs the commands whose files changed since they last went well, and says
//! whether they wrote to the product's data.
//!
//! What went well is remembered in a stamp file of the state folder: the hash of the command, of
//! the named files' content, and of all setup before it, which it builds on.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use walkdir::WalkDir;

use super::kept::DataFrom;
use super::{Lookup, Order, ProductError, Setting, trouble};
use crate::model::FORMAT_VERSION;
use crate::model::suite::SetupCommand;
use crate::process::Environment;

/// Runs what is due, in order; answers with where the product's data comes from.
pub(super) async fn run_all(
    setting: Setting<'_>,
    folders: &[PathBuf],
    lookup: Lookup<'_>,
) -> Result<DataFrom, ProductError> {
    let config = setting.config;
    let Some(data) = config.data.as_ref().filter(|_| !config.setup.is_empty()) else {
        run_due(setting, folders, lookup).await?;
        return Ok(DataFrom::Suite);
    };
    let data = setting.suite_root.join(data);
    let before = looks(&data);
    run_due(setting, folders, lookup).await?;
    let same = looks(&data) == before;
    Ok(if same { DataFrom::LeftBySetup } else { DataFrom::WrittenBySetup })
}

/// How a file or folder looks to the system. Whoever writes to it changes that, also with the same
/// content.
#[derive(Debug, PartialEq, Eq)]
struct Look {
    path: PathBuf,
    file: u64,
    bytes: u64,
    written: (i64, i64),
    changed: (i64, i64),
}

/// How a file or all of a folder looks; nothing where it is not there.
fn looks(data: &Path) -> Vec<Look> {
    let found = WalkDir::new(data).sort_by_file_name().into_iter().filter_map(Result::ok);
    let look = |entry: walkdir::DirEntry| {
        let of = entry.metadata().ok()?;
        Some(Look {
            path: entry.into_path(),
            file: of.ino(),
            bytes: of.size(),
            written: (of.mtime(), of.mtime_nsec()),
            changed: (of.ctime(), of.ctime_nsec()),
        })
    };
    found.filter_map(look).collect()
}

async fn run_due(
    setting: Setting<'_>,
    folders: &[PathBuf],
    lookup: Lookup<'_>,
) -> Result<(), ProductError> {
    let environment = setting.setup_environment.clone().with_path_first(folders);
    let mut chain = Sha256::new_with_prefix(format!("{FORMAT_VERSION}"));
    // Without either, stamps of nights before there were builds still hold.
    for name in ["build", "build-dir"] {
        chain.update(lookup(name).unwrap_or_default());
    }
    // Someone who removed what setup had made wants it made again.
    let mut made = folders.iter().all(|folder| folder.is_dir());
    for (index, command) in setting.config.setup.iter().enumerate() {
        add_command(&mut chain, setting, command)?;
        let stamp = Stamp {
            file: setting.state.join("setup").join(format!("{}-{}", setting.name, index + 1)),
            hash: format!("{:x}", chain.clone().finalize()),
        };
        let cached = made && !command.cache.is_empty() && stamp.holds();
        if cached {
            continue;
        }
        // What comes after builds on what is made anew now, unless this is made anew every night.
        made &= command.cache.is_empty();
        stamp.remove()?;
        run_one(setting, command, &environment, lookup).await?;
        stamp.write()?;
    }
    Ok(())
}

/// Adds to a hash what decides whether a command must run again.
pub(super) fn add_command(
    chain: &mut Sha256,
    setting: Setting<'_>,
    command: &SetupCommand,
) -> Result<(), ProductError> {
    chain.update(format!("\0{}\0", command.run.display()));
    for name in &command.cache {
        let path = setting.suite_root.join(name);
        if !path.exists() {
            return Err(ProductError::Config {
                product: setting.name.to_owned(),
                problem: format!(
                    "cache: names {name}, and {} is not there; create it or take it out",
                    path.display()
                ),
            });
        }
        for found in WalkDir::new(&path).sort_by_file_name() {
            let unreadable = |source: std::io::Error| ProductError::Io {
                what: format!("cannot read {} for cache:", path.display()),
                source,
            };
            let found = found.map_err(|problem| unreadable(problem.into()))?;
            if found.path().is_file() {
                let content = fs::read(found.path()).map_err(unreadable)?;
                chain.update(
                    found
                        .path()
                        .strip_prefix(setting.suite_root)
                        .unwrap_or(&path)
                        .as_os_str()
                        .as_encoded_bytes(),
                );
                chain.update(content.len().to_le_bytes());
                chain.update(content);
            }
        }
    }
    Ok(())
}

async fn run_one(
    setting: Setting<'_>,
    command: &SetupCommand,
    environment: &Environment,
    lookup: Lookup<'_>,
) -> Result<(), ProductError> {
    let limit = Duration::from_millis(command.timeout_ms);
    tracing::info!("setting {} up: {}", setting.name, command.run.display());
    let order = Order {
        product: setting.name,
        key: "setup",
        command: &command.run,
        cwd: setting.suite_root,
        environment,
        limit,
    };
    let (line, finished) = order.carry_out(&|name| lookup(name)).await?;
    match trouble(&finished, limit) {
        None => Ok(()),
        Some(how) => Err(ProductError::Setup {
            product: setting.name.to_owned(),
            command: line,
            how,
            log: [finished.stdout.marked(), finished.stderr.marked()].concat(),
        }),
    }
}

/// Says with which hash a setup command last went well.
struct Stamp {
    file: PathBuf,
    hash: String,
}

impl Stamp {
    fn holds(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|text| text.trim() == self.hash)
    }

    fn remove(&self) -> Result<(), ProductError> {
        match fs::remove_file(&self.file) {
            Err(problem) if problem.kind() != std::io::ErrorKind::NotFound => {
                Err(ProductError::io(format!("cannot remove {}", self.file.display()))(problem))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn write(&self) -> Result<(), ProductError> {
        let folder = self.file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&self.file, format!("{}\n", self.hash)))
            .map_err(ProductError::io(format!("cannot write {}", self.file.display())))
    }
}
