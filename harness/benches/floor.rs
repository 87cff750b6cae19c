//! The floors under both surfaces: a command with all that `process` adds beside a plain spawn,
//! and one reading of a page by the walker.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use nightshift::model::page_settings::PageSettings;
use nightshift::model::{Action, FacetKind, Template};
use nightshift::process::{self, CommandSpec, Confinement, Cookie, Leftovers};
use nightshift::surface::browser::{Browser, BrowserOptions, PageContext, Window};
use nightshift::surface::{Done, Look, PageSurface as _};

use super::measure::{middle, milliseconds};
use super::site;
use super::suite::empty;
use super::table::Row;

/// Commands a round; the rounds alternate.
const COMMANDS: u32 = 50;
const ROUNDS: usize = 9;
/// How often a page is read.
const READINGS: usize = 21;
/// Rows of six elements each, and the most milliseconds that reading the page may take.
const PAGES: [(usize, f64); 2] = [(32, 25.0), (832, 200.0)];

pub fn rows() -> Vec<Row> {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut rows = runtime.block_on(commands());
    rows.extend(runtime.block_on(readings()));
    rows
}

/// The least command that there is.
pub fn least(cwd: &Path, confinement: Option<Confinement>) -> CommandSpec {
    CommandSpec {
        program: "/bin/true".to_owned(),
        args: Vec::new(),
        cwd: cwd.to_owned(),
        env: vec![("PATH".to_owned(), "/usr/bin:/bin".to_owned())],
        stdin: Vec::new(),
        timeout: Duration::from_secs(10),
        max_output: 1 << 20,
        tree: Cookie::new(),
        leftovers: Leftovers::Leave,
        confinement,
    }
}

async fn commands() -> Vec<Row> {
    let cwd = empty("floor");
    let spec = least(&cwd, None);
    let (mut plain, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let started = Instant::now();
        for _ in 0..COMMANDS {
            let mut command = tokio::process::Command::new("/bin/true");
            command.current_dir(&cwd).stdin(Stdio::null());
            command.output().await.expect("/bin/true runs");
        }
        plain.push(milliseconds(started) / f64::from(COMMANDS));
        let started = Instant::now();
        for _ in 0..COMMANDS {
            process::run(spec.clone()).await.expect("/bin/true runs");
        }
        ours.push(milliseconds(started) / f64::from(COMMANDS));
    }
    vec![
        Row::figure("a plain command with its output", middle(plain), "ms", None),
        Row::figure("… by process::run, in its own group", middle(ours), "ms", None),
    ]
}

/// A browser as it comes, with a folder of its own.
pub fn options(scratch: PathBuf) -> BrowserOptions {
    BrowserOptions {
        program: None,
        driver: None,
        grid: None,
        axe: None,
        page: PageSettings { locale: Some("en-GB".to_owned()), ..PageSettings::default() },
        timeout: Duration::from_secs(20),
        allow_hosts: Vec::new(),
        scratch,
        tree: Cookie::new(),
        window: Window::Hidden,
        veil: nightshift::surface::veil::Veil::default(),
        credentials: nightshift::surface::browser::Credentialed::Nobody,
    }
}

/// A page over a product.
pub fn context(base_url: String, work: PathBuf) -> PageContext {
    PageContext {
        base_url,
        allow_hosts: Vec::new(),
        settings: PageSettings::default(),
        dismiss: Vec::new(),
        work,
    }
}

async fn readings() -> Vec<Row> {
    let base = site::serve();
    let options = options(empty("floor-browser"));
    let mut browser = Browser::start(&options).await.expect("a browser starts");
    let context = context(base, options.scratch.clone());
    let mut page = browser.page(&context).await.expect("a page");
    let look = Look {
        facets: vec![FacetKind::Aria],
        masks: Vec::new(),
        varies: &|_| false,
        accepted: &[],
        image: nightshift::model::picture::Extent::Viewport,
    };
    let mut rows = Vec::new();
    for (count, most) in PAGES {
        let open = Action::Open(Template::new(format!("/rows/{count}")));
        let done = page.act(&open).await.expect("a browser that answers");
        assert_eq!(done, Done::Passed(Vec::new()));
        let mut all = Vec::new();
        for _ in 0..READINGS {
            let started = Instant::now();
            let seen = page.observe(&look).await.expect("a browser that answers");
            seen.expect("a page that can be read");
            all.push(milliseconds(started));
        }
        let what = format!("reading a page of {} elements as aria", count * 6 + 21);
        rows.push(Row::figure(what, middle(all), "ms", Some(most)));
    }
    drop(page.close().await);
    browser.stop().await;
    rows
}
