//! Playwright Test as a peer: a project that runs on the same Chromium, laid outside of the repository.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::suite::{prepare, scratch, write};

pub const CHROMIUM: &str = "/usr/bin/chromium";

/// Lays a project of this name on this browser; `more` are lines of its `use`.
pub fn project(name: &str, browser: &str, more: &str, workers: usize) -> PathBuf {
    let folder = scratch().join(name);
    write(
        &folder.join("package.json"),
        "{ \"private\": true, \"dependencies\": { \"@playwright/test\": \"^1.65\" } }\n",
    );
    prepare(
        Command::new("npm")
            .args(["install", "--no-audit", "--no-fund"])
            .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
            .current_dir(&folder),
    );
    let sandbox = if rustix::process::geteuid().is_root() { "'--no-sandbox'" } else { "" };
    let config = format!(
        "import {{ defineConfig }} from '@playwright/test';\n\
         export default defineConfig({{\n  testDir: '.', workers: {workers}, retries: 0, reporter: 'list',\n  \
         fullyParallel: true,\n  \
         use: {{ {more} headless: true, viewport: {{ width: 1280, height: 800 }},\n    \
         launchOptions: {{ executablePath: '{browser}', args: [{sandbox}] }} }},\n}});\n"
    );
    write(&folder.join("playwright.config.ts"), &config);
    folder
}

/// Its test command.
pub fn test(folder: &Path) -> Command {
    let mut command = Command::new("node_modules/.bin/playwright");
    command.arg("test").current_dir(folder).env("CI", "1");
    command
}
