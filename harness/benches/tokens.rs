//! `just tokens [PRODUCT…]`: what a coding agent is told at each step, in tokens, beside Playwright MCP on
//! the same flows, pages and Chromium.
//!
//! Both servers are driven by the same client over standard input and output, without a model. A token
//! is counted as four characters of text. A step of Playwright MCP is its action and a
//! `browser_snapshot`: by itself an action answers with the path of a file that holds the snapshot.
//! Where we did not tell what comes next, the client looks for it, which counts; where a page of the
//! peer is not ready, it looks again, and only the last look counts. Beside them stands what the
//! browser's own accessibility tree of the page takes, as JSON.
//!
//! - `tokens/flows.rs` has the flows: ten on the fixture shop, ten on products of others,
//!   `tokens/driven.rs` the two servers, `tokens/told.rs` finds a thing in what was told.
//!
//! What was told stays in the temporary folder until the next time, to be looked at. Installing the peer and the products needs the package registries.

#![allow(clippy::print_stdout, clippy::print_stderr)]

#[path = "../tests/mcp/client.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod client;
#[path = "tokens/driven.rs"]
mod driven;
#[path = "tokens/flows.rs"]
mod flows;
#[expect(dead_code, reason = "the bench uses more of it")]
mod measure;
mod suite;
#[path = "../tests/support.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod support;
#[path = "tokens/told.rs"]
mod told;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use driven::{Ours, Theirs, Up, peer};
use flows::{Deed, Flow, PRODUCTS, Product};
use serde_json::json;
use support::{copy_folder, copy_shop, package};

/// What each step took, in tokens.
#[derive(Debug, Default)]
struct Steps {
    ours: Vec<usize>,
    theirs: Vec<usize>,
    raw: Vec<usize>,
}

impl Steps {
    fn add(&mut self, other: &Self) {
        self.ours.extend(&other.ours);
        self.theirs.extend(&other.theirs);
        self.raw.extend(&other.raw);
    }

    fn line(&self, name: &str) -> String {
        let told = |all: &[usize]| format!("{:>7} ({:>7})", median(all), sum(all));
        format!(
            "{name:28} {:>5} {} {} {} {:>6.0}% {:>6.0}%",
            self.ours.len(),
            told(&self.ours),
            told(&self.theirs),
            told(&self.raw),
            100.0 * share(median(&self.ours), median(&self.theirs)),
            100.0 * share(sum(&self.ours), sum(&self.theirs)),
        )
    }

    fn figures(&self, name: &str) -> serde_json::Value {
        json!({
            "part": name, "steps": self.ours.len(), "largest": self.ours.iter().max(),
            "median": median(&self.ours), "peer_median": median(&self.theirs), "tree_median": median(&self.raw),
            "sum": sum(&self.ours), "peer_sum": sum(&self.theirs), "tree_sum": sum(&self.raw),
            "share_of_median": share(median(&self.ours), median(&self.theirs)),
            "share_of_sum": share(sum(&self.ours), sum(&self.theirs)),
        })
    }
}

fn sum(all: &[usize]) -> usize {
    all.iter().sum()
}

fn median(all: &[usize]) -> usize {
    let mut all = all.to_vec();
    all.sort_unstable();
    all.get(all.len() / 2).copied().unwrap_or_default()
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

fn main() -> ExitCode {
    // `cargo bench` adds a switch of its own.
    let chosen: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    let names: Vec<&str> = PRODUCTS.iter().map(|it| it.name).collect();
    if let Some(unknown) = chosen.iter().find(|it| !names.contains(&it.as_str())) {
        eprintln!("no product {unknown}; there are {}", names.join(", "));
        return ExitCode::from(2);
    }
    let wanted = |it: &&Product| chosen.is_empty() || chosen.iter().any(|name| name == it.name);
    let peer = peer();
    println!(
        "{:28} {:>5} {:>17} {:>17} {:>17} {:>7} {:>7}",
        "flow", "steps", "nightshift", "Playwright MCP", "raw tree", "median", "sum"
    );
    let mut foreign = Steps::default();
    for product in PRODUCTS.iter().filter(wanted) {
        let steps = of_product(product, &peer);
        println!("{}\n{}", steps.line(product.name), steps.figures(product.name));
        if product.suite.is_some() {
            foreign.add(&steps);
        }
    }
    if !foreign.ours.is_empty() {
        println!(
            "\n{}\n{}",
            foreign.line("products of others"),
            foreign.figures("products of others")
        );
    }
    println!(
        "\ntokens (characters / 4): the median of a step, in brackets the sum, and what share of Playwright MCP's both are"
    );
    ExitCode::SUCCESS
}

/// A folder with the suite of a product as it is in the repository.
fn laid(product: &Product) -> PathBuf {
    let folder = suite::empty(&format!("tokens/{}", product.name));
    match product.suite {
        None => copy_shop(&folder),
        Some(suite) => {
            copy_folder(&package().join("harness").join(suite), &folder.join("suite"));
        }
    }
    folder
}

fn of_product(product: &Product, peer: &Path) -> Steps {
    let folder = laid(product);
    println!("\n{}", product.name);
    let mut all = Steps::default();
    for flow in product.flows {
        let steps = of_flow(flow, &folder, peer);
        println!("{}", steps.line(flow.0));
        all.add(&steps);
    }
    let (mut ours, mut theirs) = (Ours::of(&folder.join("suite")), Theirs::of(peer, ""));
    println!("the list of tools, told once: {} and {}", ours.tools(), theirs.tools());
    ours.leave();
    theirs.leave();
    all
}

/// Who reads does so in what the step before told.
fn count(all: &mut Vec<usize>, deed: &Deed, tokens: usize) {
    if matches!(deed, Deed::Read(_))
        && let Some(last) = all.last_mut()
    {
        *last += tokens;
    } else {
        all.push(tokens);
    }
}

fn of_flow((name, deeds): &Flow, folder: &Path, peer: &Path) -> Steps {
    let root = &folder.join("suite");
    let mut steps = Steps::default();
    // The page that a client begins with belongs to its first step.
    let mut ours = Ours::of(root);
    for deed in *deeds {
        let tokens = ours.step(*deed);
        count(&mut steps.ours, deed, tokens);
    }
    suite::write(&folder.join(format!("{name}, nightshift.txt")), &ours.leave());
    let up = Up::of(root);
    let mut theirs = Theirs::of(peer, &up.base);
    deeds.iter().for_each(|deed| theirs.step(*deed));
    let (told, text) = theirs.leave();
    suite::write(&folder.join(format!("{name}, Playwright MCP.txt")), &text);
    steps.theirs = told.iter().map(|it| it.told).collect();
    steps.raw = told.iter().map(|it| it.raw).collect();
    steps
}
