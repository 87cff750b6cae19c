//! 20 pages with aria snapshot and screenshot, one worker: ours beside Playwright Test.
//!
//! Both get the same running server, the same browser, a fresh context for each page, and
//! baselines that were accepted before: what is measured is an unchanged night, as a whole process.
//! The browser is Chromium, and Chromium's headless shell where it is installed.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::measure::{Cost, median, run};
use super::playwright::{self, CHROMIUM};
use super::site;
use super::suite::{empty, nightshift, prepare, write};
use super::table::Row;

/// Chromium without windows, a package of its own.
const HEADLESS_SHELL: &str = "/usr/bin/chromium-headless-shell";
const PAGES: usize = 20;
const ROUNDS: usize = 3;
const TARGET: f64 = 0.5;

pub fn rows() -> Vec<Row> {
    let base = site::serve();
    let mut rows = beside(&base, CHROMIUM, "chromium");
    if Path::new(HEADLESS_SHELL).exists() {
        rows.extend(beside(&base, HEADLESS_SHELL, "headless shell"));
    } else {
        eprintln!("{HEADLESS_SHELL} is not there: 20 pages on Chromium alone");
    }
    rows
}

/// Both on one browser, in turns.
fn beside(base: &str, browser: &str, name: &str) -> Vec<Row> {
    let word = name.replace(' ', "-");
    let peer = playwright(base, browser, &word);
    let suite = suite(base, browser, &word);
    let mut costs: [Vec<Cost>; 2] = Default::default();
    for round in 0..ROUNDS {
        costs[0].push(run(&mut playwright::test(&peer), 0));
        costs[1].push(night(&suite, round));
    }
    let [peer, ours] = costs.map(|it| median(&it));
    vec![
        Row::peer(format!("{PAGES} pages, {name}: Playwright Test, a context for each"), peer),
        Row::ours("… ours, a scenario (and context) for each", ours, peer, Some(TARGET)),
    ]
}

/// Lays a Playwright project with accepted snapshots.
fn playwright(base: &str, browser: &str, word: &str) -> PathBuf {
    let name = format!("playwright-{word}");
    let folder = playwright::project(&name, browser, &format!("baseURL: '{base}',"), 1);
    let spec = format!(
        "import {{ test, expect }} from '@playwright/test';\n\
         for (let n = 1; n <= {PAGES}; n++) {{\n  \
         test(`page ${{n}}`, async ({{ page }}) => {{\n    \
         await page.goto(`/orders/${{n}}`);\n    \
         await expect(page.locator('body')).toMatchAriaSnapshot({{ name: `page-${{n}}.aria.yml` }});\n    \
         await expect(page).toHaveScreenshot(`page-${{n}}.png`);\n  }});\n}}\n"
    );
    write(&folder.join("pages.spec.ts"), &spec);
    prepare(playwright::test(&folder).arg("--update-snapshots"));
    folder
}

/// The pages as a suite of ours, with accepted baselines.
fn suite(base: &str, browser: &str, word: &str) -> PathBuf {
    let root = empty(&format!("pages-{word}"));
    let config = format!(
        "products:\n  shop:\n    base-url: {base}\nbrowser: {{ program: {browser}, viewport: 1280x800 }}\n"
    );
    write(&root.join("nightshift.yaml"), &config);
    for page in 1..=PAGES {
        let steps = format!("steps:\n  - open: /orders/{page}\n  - snapshot: page\n");
        let text = format!("scenario: page-{page}\n{steps}");
        write(&root.join(format!("scenarios/page-{page}.yaml")), &text);
    }
    prepare(&mut arguments(&root, &["--accept-new", "--no-settle", "--out", "first"]));
    root
}

fn arguments(root: &Path, more: &[&str]) -> Command {
    let mut command = nightshift(root);
    command.args(["run", "--quiet", "--no-pdf", "--jobs", "1"]).args(more);
    command
}

fn night(root: &Path, round: usize) -> Cost {
    run(&mut arguments(root, &["--out", &format!("night-{round}")]), 0)
}
