//! How many states of the shop `explore` comes to in a minute, beside a plain crawl: the same browser
//! opens what links lead to, breadth first, and does nothing else. Both have one page at a time.

use std::collections::{BTreeSet, VecDeque};
use std::path::Path;
use std::time::{Duration, Instant};

use nightshift::model::picture::Extent;
use nightshift::model::{Action, FacetContent, FacetKind, Observation, Template};
use nightshift::surface::browser::Browser;
use nightshift::surface::{Done, Look, PageSurface as _};
use serde_json::Value;

use super::floor::{context, options};
use super::shop::shop;
use super::suite::{empty, nightshift};
use super::support::copy_shop;
use super::table::Row;

/// A crawl ends then, or where no link is left.
const MINUTE: Duration = Duration::from_secs(60);
/// Of this an exploration uses a little more than a minute; the rest is for settling.
const BUDGET: &str = "2m";

/// How far something came.
struct Reached {
    states: usize,
    took: Duration,
}

impl Reached {
    fn row(&self, what: &str) -> Row {
        let Self { states, took } = self;
        let figure = *states as f64 * MINUTE.as_secs_f64() / took.as_secs_f64();
        let what = format!("{what}: {states} states in {:.0} s", took.as_secs_f64());
        Row::figure(what, figure, "states a minute", None)
    }
}

pub fn rows() -> Vec<Row> {
    let root = empty("explore");
    copy_shop(&root);
    let explored = explored(&root.join("suite"));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let crawled = runtime.block_on(crawled(&root));
    vec![crawled.row("a plain crawl of the shop"), explored.row("… explore, one job")]
}

/// The shop as its own suite knows it, without any scenario.
fn explored(suite: &Path) -> Reached {
    for folder in ["scenarios", "skills"] {
        std::fs::remove_dir_all(suite.join(folder)).expect("removed");
    }
    let asked = ["explore", "--no-findings", "--no-accept", "--jobs", "1", "--budget", BUDGET];
    let output = nightshift(suite).args(asked).output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{said}");
    let map = std::fs::read_to_string(suite.join("explore.json")).expect("a map");
    let map: Value = serde_json::from_str(&map).expect("JSON");
    let number = |key: &str| map[key].as_u64().expect("a number");
    let took = Duration::from_millis(number("duration_ms"));
    Reached { states: number("states") as usize, took }
}

/// What links lead to, breadth first.
async fn crawled(root: &Path) -> Reached {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = free.local_addr().expect("an address").port();
    drop(free);
    let _shop = shop(root, port);
    let options = options(empty("explore-browser"));
    let mut browser = Browser::start(&options).await.expect("a browser starts");
    let context = context(format!("http://127.0.0.1:{port}"), options.scratch.clone());
    let mut page = browser.page(&context).await.expect("a page");
    let look = Look {
        facets: vec![FacetKind::Links],
        masks: Vec::new(),
        varies: &|_| false,
        accepted: &[],
        image: Extent::Viewport,
    };
    let mut known = BTreeSet::from(["/".to_owned()]);
    let mut waiting = VecDeque::from(["/".to_owned()]);
    let mut states = 0;
    let began = Instant::now();
    while began.elapsed() < MINUTE
        && let Some(address) = waiting.pop_front()
    {
        let open = Action::Open(Template::new(address));
        let done = page.act(&open).await.expect("a browser that answers");
        // A link to a file opens no page.
        let Done::Passed(_) = done else { continue };
        let Ok(seen) = page.observe(&look).await.expect("a browser that answers") else { continue };
        states += 1;
        waiting.extend(links(seen).into_iter().filter(|it| known.insert(it.clone())));
    }
    let took = began.elapsed();
    drop(page.close().await);
    browser.stop().await;
    Reached { states, took }
}

/// The addresses of the product that a page leads to.
fn links(seen: Observation) -> Vec<String> {
    let text = |content| match content {
        FacetContent::Text(text) => Some(text),
        FacetContent::Image { .. } => None,
    };
    let texts = seen.facets.into_iter().filter_map(|it| Some((it.kind, text(it.content)?)));
    let facets: Vec<(FacetKind, String)> = texts.collect();
    let links = nightshift::explore::Look::read(&facets).links.into_iter();
    let path = |to: String| to.split('#').next().map(str::to_owned);
    links.filter_map(|it| path(it.to)).filter(|it| it.starts_with('/')).collect()
}
