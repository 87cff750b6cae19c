//! `just tokens`: what a coding agent is told at each step, in tokens, beside Playwright MCP on the same
//! flows, pages and Chromium.
//!
//! Both servers are driven by the same client over standard input and output, without a model. A token
//! is counted as four characters of text. A step of Playwright MCP is its action and a
//! `browser_snapshot`: by itself an action answers with the path of a file that holds the snapshot.
//! The flows are ten on the fixture shop. Installing the peer needs the package registry.

#![allow(clippy::print_stdout, clippy::print_stderr)]

#[path = "../tests/mcp/client.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod client;
#[expect(dead_code, reason = "the bench uses more of it")]
mod measure;
mod shop;
mod suite;
#[path = "../tests/support.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use client::Client;
use serde_json::json;
use shop::shop;
use suite::{prepare, scratch, write};
use support::copy_shop;

/// One step of a flow.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Open(&'static str),
    Click(&'static str, &'static str),
    Fill(&'static str, &'static str, &'static str),
    Choose(&'static str, &'static str),
}

use Deed::{Choose, Click, Fill, Open};

const FLOWS: [(&str, &[Deed]); 10] = [
    (
        "buy a lamp",
        &[
            Open("/"),
            Click("link", "Desk lamp"),
            Fill("spinbutton", "Quantity", "2"),
            Click("button", "Add to cart"),
            Fill("textbox", "Name", "Fetu Leota"),
            Fill("textbox", "Address", "Harbour street 5"),
            Click("radio", "I collect it"),
            Click("button", "Place order"),
        ],
    ),
    (
        "be told what is missing",
        &[
            Open("/products/1"),
            Click("button", "Add to cart"),
            Click("button", "Place order"),
            Fill("textbox", "Name", "Ada"),
            Click("button", "Place order"),
        ],
    ),
    (
        "filter orders",
        &[
            Open("/orders"),
            Choose("Country", "New Zealand"),
            Click("button", "Apply"),
            Choose("State", "open"),
            Click("button", "Apply"),
        ],
    ),
    (
        "sort and page",
        &[
            Open("/orders"),
            Click("link", "Total"),
            Click("link", "Next"),
            Click("link", "Next"),
            Click("link", "Previous"),
        ],
    ),
    (
        "sign in and out",
        &[
            Open("/"),
            Click("link", "Sign in"),
            Fill("textbox", "User", "ada"),
            Fill("textbox", "Password", "tea-for-two"),
            Click("button", "Sign in"),
            Click("button", "Sign out"),
        ],
    ),
    (
        "change settings",
        &[
            Open("/settings"),
            Fill("textbox", "User", "ada"),
            Fill("textbox", "Password", "tea-for-two"),
            Click("button", "Sign in"),
            Fill("textbox", "Name", "Ada L."),
            Choose("Language", "Deutsch"),
            Click("checkbox", "Send me letters"),
            Click("button", "Save"),
        ],
    ),
    ("read about the shop", &[Open("/"), Click("link", "About"), Click("link", "Home")]),
    (
        "look around",
        &[
            Open("/"),
            Click("link", "Orders"),
            Click("link", "Search"),
            Click("link", "Cart"),
            Click("link", "Home"),
            Click("link", "Tea pot"),
        ],
    ),
    (
        "fill and empty the cart",
        &[
            Open("/products/2"),
            Click("button", "Add to cart"),
            Open("/products/1"),
            Click("button", "Add to cart"),
            Click("button", "Remove Desk lamp"),
        ],
    ),
    (
        "search",
        &[Open("/search"), Fill("searchbox", "Words", "lamp"), Fill("searchbox", "Words", "pen")],
    ),
];

/// A server that is driven.
trait Driven {
    fn step(&mut self, deed: Deed) -> String;
}

struct Ours(Client);

impl Driven for Ours {
    fn step(&mut self, deed: Deed) -> String {
        let arguments = match deed {
            Open(path) => json!({ "action": "open", "text": path }),
            Click(role, name) => {
                json!({ "action": "click", "target": format!("{role} {name:?}") })
            }
            Fill(role, name, value) => {
                json!({ "action": "fill", "target": format!("{role} {name:?}"), "text": value })
            }
            Choose(name, option) => {
                json!({ "action": "choose", "target": format!("combobox {name:?}"), "text": option })
            }
        };
        self.0.well("act", arguments)
    }
}

struct Theirs {
    client: Client,
    base: String,
    snapshot: String,
}

impl Theirs {
    /// The reference of a thing in the last snapshot.
    fn reference(&self, role: &str, name: &str) -> String {
        let named = format!("{role} {name:?}");
        let line = self.snapshot.lines().find(|it| it.contains(&named));
        let line = line.unwrap_or_else(|| panic!("{named} in {}", self.snapshot));
        let after = line.split("[ref=").nth(1).expect("it has a reference");
        after.split(']').next().unwrap_or_default().to_owned()
    }
}

impl Driven for Theirs {
    fn step(&mut self, deed: Deed) -> String {
        let (tool, arguments) = match deed {
            Open(path) => ("browser_navigate", json!({ "url": format!("{}{path}", self.base) })),
            Click(role, name) => {
                let target = self.reference(role, name);
                ("browser_click", json!({ "element": name, "target": target }))
            }
            Fill(role, name, value) => {
                let target = self.reference(role, name);
                ("browser_type", json!({ "element": name, "target": target, "text": value }))
            }
            Choose(name, option) => {
                let target = self.reference("combobox", name);
                let values = [option];
                (
                    "browser_select_option",
                    json!({ "element": name, "target": target, "values": values }),
                )
            }
        };
        let acted = self.client.well(tool, arguments);
        self.snapshot = self.client.well("browser_snapshot", json!({}));
        format!("{acted}{}", self.snapshot)
    }
}

fn peer() -> PathBuf {
    let folder = scratch().join("playwright-mcp");
    let package = "{ \"private\": true, \"dependencies\": { \"@playwright/mcp\": \"^0.0.83\" } }\n";
    write(&folder.join("package.json"), package);
    prepare(
        Command::new("npm")
            .args(["install", "--no-audit", "--no-fund"])
            .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
            .current_dir(&folder),
    );
    folder
}

fn connect_peer(folder: &Path) -> Client {
    let mut command = Command::new("node_modules/.bin/playwright-mcp");
    command.args(["--headless", "--isolated", "--executable-path", "/usr/bin/chromium"]);
    if rustix::process::geteuid().is_root() {
        command.arg("--no-sandbox");
    }
    Client::of(command.current_dir(folder))
}

/// Tokens, counted as four characters each.
fn tokens(text: &str) -> usize {
    text.chars().count().div_ceil(4)
}

/// The tokens of what a server tells of its tools.
fn tools(client: &mut Client) -> usize {
    tokens(&client.request("tools/list", &json!({})).to_string())
}

/// The tokens of each step.
#[derive(Default)]
struct Steps(Vec<usize>);

impl Steps {
    fn driven(driver: &mut dyn Driven, flow: &[Deed]) -> Self {
        Self(flow.iter().map(|deed| tokens(&driver.step(*deed))).collect())
    }

    fn sum(&self) -> usize {
        self.0.iter().sum()
    }

    fn median(&self) -> usize {
        let mut all = self.0.clone();
        all.sort_unstable();
        all.get(all.len() / 2).copied().unwrap_or_default()
    }

    /// The sum as a share of that of others.
    fn share(&self, of: &Self) -> f64 {
        self.sum() as f64 / of.sum() as f64
    }
}

/// A folder of this name with a shop.
fn shop_in(name: &str) -> PathBuf {
    let folder = suite::empty(name);
    copy_shop(&folder);
    folder
}

fn main() {
    let (folder, peer) = (shop_in("tokens"), peer());
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr());
    let port = port.expect("a free port").port();
    let (mut ours_all, mut theirs_all) = (Steps::default(), Steps::default());
    let mut fixed = (0, 0);
    println!(
        "{:28} {:>5} {:>18} {:>18} {:>7}",
        "flow", "steps", "nightshift", "Playwright MCP", "share"
    );
    for (name, flow) in FLOWS {
        let mut command = suite::nightshift(&folder.join("suite"));
        let mut ours = Ours(Client::of(command.args(["mcp", "-q"])));
        let first = ours.0.well("observe", json!({}));
        fixed.0 = tools(&mut ours.0);
        let mut own = Steps::driven(&mut ours, flow);
        // The page that a client begins with belongs to its first step.
        own.0[0] += tokens(&first);
        ours.0.leave();
        let shop = shop(&shop_in("tokens-peer"), port);
        let (client, base) = (connect_peer(&peer), format!("http://127.0.0.1:{port}"));
        let mut theirs = Theirs { client, base, snapshot: String::new() };
        fixed.1 = tools(&mut theirs.client);
        let other = Steps::driven(&mut theirs, flow);
        theirs.client.leave();
        drop(shop);
        println!(
            "{name:28} {:>5} {:>9} ({:>6}) {:>9} ({:>6}) {:>6.0}%",
            flow.len(),
            own.median(),
            own.sum(),
            other.median(),
            other.sum(),
            100.0 * own.share(&other)
        );
        ours_all.0.extend(own.0);
        theirs_all.0.extend(other.0);
    }
    let (own, other) = (ours_all.median(), theirs_all.median());
    println!(
        "\ntokens (characters / 4): the median of a step, and in brackets the sum of the flow"
    );
    println!("the list of tools, told once: {} and {}", fixed.0, fixed.1);
    println!(
        "{}",
        json!({
            "flows": FLOWS.len(), "steps": ours_all.0.len(), "median": own, "peer_median": other,
            "share_of_median": own as f64 / other as f64, "sum": ours_all.sum(),
            "peer_sum": theirs_all.sum(), "share_of_sum": ours_all.share(&theirs_all),
            "largest": ours_all.0.iter().max(),
            "tools": fixed.0, "peer_tools": fixed.1,
        })
    );
}
