//! Builds: [`made`] makes one available, once, in a folder that nights share.
//!
//! A build lies at its final place from the beginning, because installers write that place into
//! what they install. What makes it whole is the stamp beside it, written last. Whoever makes a
//! build holds its lock alone; whoever uses it holds it together with others.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::setup::add_command;
use super::{Lookup, Order, ProductError, Setting, trouble};
use crate::model::FORMAT_VERSION;
use crate::model::suite::BuildsConfig;
use crate::process::Environment;

/// The end of a stamp's name, which stands beside its build's folder.
const STAMP: &str = "made";

/// The end of the name of the lock that whoever makes a build holds alone.
const MAKING: &str = "making";

/// The end of the name of the lock that all who use a build hold together.
const IN_USE: &str = "in-use";

/// A build that is available as long as this lives.
#[derive(Debug, Clone)]
pub(super) struct Made {
    pub folder: PathBuf,
    _in_use: Arc<File>,
}

/// A build in the cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachedBuild {
    /// The name of its folder: product, build and a hash of what made it.
    pub name: String,
    /// What it takes on the disk, in bytes.
    pub bytes: u64,
}

/// The folder that holds the builds of all suites of this user.
#[must_use]
pub fn builds_folder(environment: &dyn Fn(&str) -> Option<String>) -> PathBuf {
    let absolute = |name: &str| environment(name).map(PathBuf::from).filter(|it| it.is_absolute());
    absolute("XDG_CACHE_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".cache")))
        .unwrap_or_else(std::env::temp_dir)
        .join("nightshift/builds")
}

/// The builds that are there, by name.
#[must_use]
pub fn cached_builds(folder: &Path) -> Vec<CachedBuild> {
    let mut all: Vec<CachedBuild> = entries(folder)
        .filter(|path| path.is_dir() && beside(path, STAMP).is_file())
        .map(|path| CachedBuild { name: name_of(&path), bytes: size(&path) })
        .collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

/// Removes the builds that no night uses now; answers with those that were removed and those that
/// are in use.
///
/// # Errors
/// A build that cannot be removed.
pub fn clear_builds(folder: &Path) -> Result<(Vec<String>, Vec<String>), ProductError> {
    let (mut removed, mut in_use) = (Vec::new(), Vec::new());
    let mut builds: Vec<PathBuf> = entries(folder).filter(|path| path.is_dir()).collect();
    builds.sort();
    for build in builds {
        let (making, using) = (open_lock(&build, MAKING)?, open_lock(&build, IN_USE)?);
        if making.try_lock().is_err() || using.try_lock().is_err() {
            in_use.push(name_of(&build));
            continue;
        }
        unmake(&build)?;
        removed.push(name_of(&build));
    }
    Ok((removed, in_use))
}

/// The folder of a build, made now where it is not there yet.
///
/// # Errors
/// A command that fails, with its log; it leaves nothing behind.
pub(super) async fn made(
    setting: Setting<'_>,
    builds: &BuildsConfig,
    build: &str,
    lookup: Lookup<'_>,
) -> Result<Made, ProductError> {
    let folder = setting.builds.join(folder_name(setting, builds, build)?);
    fs::create_dir_all(setting.builds)
        .map_err(ProductError::io(format!("cannot create {}", setting.builds.display())))?;
    let stamp = beside(&folder, STAMP);
    // Held only until it is made: who uses a build for a whole night must not keep others waiting.
    let _making = lock(&folder, MAKING).await?;
    let in_use = Arc::new(lock(&folder, IN_USE).await?);
    if !(stamp.is_file() && folder.is_dir()) {
        make(setting, builds, (build, &folder), lookup).await?;
    }
    Ok(Made { folder, _in_use: in_use })
}

async fn make(
    setting: Setting<'_>,
    builds: &BuildsConfig,
    (build, folder): (&str, &Path),
    lookup: Lookup<'_>,
) -> Result<(), ProductError> {
    unmake(folder)?;
    fs::create_dir_all(folder)
        .map_err(ProductError::io(format!("cannot create {}", folder.display())))?;
    let known = |name: &str| match name {
        "build" => Some(build.to_owned()),
        "build-dir" => Some(folder.display().to_string()),
        _ => lookup(name),
    };
    let stamp = beside(folder, STAMP);
    let mut half_made = HalfMade { folder, is_given_up: true };
    let done = match run(setting, builds, build, &known).await {
        Ok(()) => fs::write(&stamp, format!("{}\n", setting.name))
            .map_err(ProductError::io(format!("cannot write {}", stamp.display()))),
        Err(problem) => Err(problem),
    };
    half_made.is_given_up = false;
    if done.is_err() {
        unmake(folder)?;
    }
    done
}

/// A build that goes where nobody waits for it any more.
struct HalfMade<'a> {
    folder: &'a Path,
    is_given_up: bool,
}

impl Drop for HalfMade<'_> {
    fn drop(&mut self) {
        if self.is_given_up
            && let Err(error) = unmake(self.folder)
        {
            tracing::warn!("a build that was given up is left behind: {error}");
        }
    }
}

async fn run(
    setting: Setting<'_>,
    builds: &BuildsConfig,
    build: &str,
    known: Lookup<'_>,
) -> Result<(), ProductError> {
    let environment: &Environment = setting.setup_environment;
    for command in &builds.make {
        let limit = Duration::from_millis(command.timeout_ms);
        tracing::info!("making build {build} of {}: {}", setting.name, command.run.display());
        let order = Order {
            product: setting.name,
            key: "builds: make",
            command: &command.run,
            cwd: setting.suite_root,
            environment,
            limit,
        };
        let (line, finished) = order.carry_out(&|name| known(name)).await?;
        if let Some(how) = trouble(&finished, limit) {
            return Err(ProductError::Make {
                product: setting.name.to_owned(),
                build: build.to_owned(),
                command: line,
                how,
                log: [finished.stdout.marked(), finished.stderr.marked()].concat(),
            });
        }
    }
    Ok(())
}

/// Product, build and a hash of all that decides what is in the build.
fn folder_name(
    setting: Setting<'_>,
    builds: &BuildsConfig,
    build: &str,
) -> Result<String, ProductError> {
    let mut hash = Sha256::new_with_prefix(format!("{FORMAT_VERSION}\0{build}\0"));
    hash.update(setting.name);
    hash.update(setting.suite_root.as_os_str().as_encoded_bytes());
    for command in &builds.make {
        add_command(&mut hash, setting, command)?;
    }
    let hash = format!("{:x}", hash.finalize());
    let plain = |text: &str| -> String {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        text.chars().take(40).map(|c| if fits(c) { c } else { '_' }).collect()
    };
    Ok(format!("{}-{}-{}", plain(setting.name), plain(build), &hash[..12]))
}

/// Waits for the lock of a build; the time that this takes is bounded by the limits of `make`.
async fn lock(folder: &Path, end: &str) -> Result<File, ProductError> {
    let file = open_lock(folder, end)?;
    let path = beside(folder, end);
    let shared = end == IN_USE;
    let waited = tokio::task::spawn_blocking(move || {
        let locked = if shared { file.lock_shared() } else { file.lock() };
        locked.map(|()| file)
    });
    let locked = waited.await.unwrap_or_else(|gone| Err(std::io::Error::other(gone)));
    locked.map_err(ProductError::io(format!("cannot lock {}", path.display())))
}

fn open_lock(folder: &Path, end: &str) -> Result<File, ProductError> {
    let path = beside(folder, end);
    File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(ProductError::io(format!("cannot open {}", path.display())))
}

/// The stamp goes first: a build without it is not there.
fn unmake(folder: &Path) -> Result<(), ProductError> {
    let gone = |done: std::io::Result<()>| match done {
        Err(problem) if problem.kind() != std::io::ErrorKind::NotFound => Err(problem),
        Ok(()) | Err(_) => Ok(()),
    };
    gone(fs::remove_file(beside(folder, STAMP)))
        .and_then(|()| gone(fs::remove_dir_all(folder)))
        .map_err(ProductError::io(format!("cannot remove {}", folder.display())))
}

fn beside(folder: &Path, end: &str) -> PathBuf {
    let mut name = folder.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{end}"));
    folder.with_file_name(name)
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let read = fs::read_dir(folder).into_iter().flatten();
    read.filter_map(Result::ok).map(|it| it.path())
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn size(folder: &Path) -> u64 {
    let files = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok);
    files.filter_map(|it| it.metadata().ok()).filter(fs::Metadata::is_file).map(|it| it.len()).sum()
}
