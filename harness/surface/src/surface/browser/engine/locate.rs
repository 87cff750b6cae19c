//! [`locate`] finds the browser and its driver; [`environment_key`] names what pictures of this machine
//! depend on.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use sha2::{Digest, Sha256};

use crate::model::page_settings::PageSettings;
use crate::surface::SurfaceError;
use crate::surface::browser::BrowserOptions;

const BROWSERS: [&str; 4] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const DRIVERS: [&str; 2] = ["chromedriver", "chromium.chromedriver"];
/// Where distributions put the driver without it being on the path.
const HIDDEN: [&str; 3] = ["/usr/lib/chromium", "/usr/lib/chromium-browser", "/snap/bin"];

/// The browser's and the driver's program: those of the options, or the first usual name found.
pub fn locate(options: &BrowserOptions) -> Result<(PathBuf, PathBuf), SurfaceError> {
    let browser = choose(options.program.as_deref(), &BROWSERS, "Chromium", "browser.program")?;
    let driver = choose(options.driver.as_deref(), &DRIVERS, "ChromeDriver", "browser.driver")?;
    Ok((browser, driver))
}

fn choose(
    wanted: Option<&Path>,
    names: &[&str],
    what: &str,
    key: &str,
) -> Result<PathBuf, SurfaceError> {
    let candidates: Vec<PathBuf> = match wanted {
        Some(path) => vec![path.to_owned()],
        None => names.iter().map(PathBuf::from).collect(),
    };
    candidates.iter().find_map(|candidate| find_program(candidate)).ok_or_else(|| {
        let looked: Vec<String> = candidates.iter().map(|it| it.display().to_string()).collect();
        SurfaceError::BrowserMissing(format!(
            "{what} was not found (looked for {}); install it with `apt-get install chromium \
             chromium-driver` on Debian, `dnf install chromium chromedriver` on Fedora, or name \
             the program by `{key}` in nightshift.yaml",
            looked.join(", ")
        ))
    })
}

fn find_program(name: &Path) -> Option<PathBuf> {
    if name.components().count() > 1 {
        return name.is_file().then(|| name.to_owned());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(HIDDEN.iter().map(PathBuf::from))
        .map(|folder| folder.join(name))
        .find(|candidate| candidate.is_file())
}

/// What pictures depend on beside the product: OS family, viewport, scale and fonts, such as
/// `linux-debian-1280x800-1x-f3a9c1`. The browser's version is left out on purpose, so that
/// an update shows as differences.
#[must_use]
pub fn environment_key(page: &PageSettings) -> String {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let family = release
        .lines()
        .find_map(|line| line.strip_prefix("ID="))
        .map_or("unknown", |id| id.trim_matches('"'));
    key(&format!("{}-{family}", std::env::consts::OS), page, fonts_print())
}

/// The same on a machine of this system with these fonts.
pub(super) fn key(system: &str, page: &PageSettings, fonts: &str) -> String {
    let (width, height) = page.viewport();
    let scale = page.scale.unwrap_or(1);
    format!("{system}-{width}x{height}-{scale}x-{fonts}")
}

/// Six digits that change when the installed fonts do.
fn fonts_print() -> &'static str {
    static PRINT: OnceLock<String> = OnceLock::new();
    PRINT.get_or_init(read_fonts_print)
}

fn read_fonts_print() -> String {
    let mut list = Command::new("fc-list");
    list.args([":", "family"]);
    // It keeps what it finds out; a night writes nothing into a home.
    let kept = tempfile::tempdir().ok();
    if let Some(folder) = &kept {
        list.env("XDG_CACHE_HOME", folder.path());
    }
    let families: BTreeSet<String> = match list.output() {
        Ok(output) if output.status.success() => {
            String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
        }
        Ok(_) | Err(_) => walkdir::WalkDir::new("/usr/share/fonts")
            .into_iter()
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect(),
    };
    print_of(families.iter().map(String::as_str))
}

/// Six digits that change when one of these lines does.
pub(super) fn print_of<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for line in lines {
        hash.update(line.as_bytes());
        hash.update(b"\n");
    }
    let digest = hash.finalize();
    format!("{:02x}{:02x}{:02x}", digest[0], digest[1], digest[2])
}
