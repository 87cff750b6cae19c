//! The servers that are driven: [`Ours`] and [`Theirs`], each of which takes a deed and answers with what
//! it told.

use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use serde_json::json;

use super::client::Client;
use super::flows::Deed::{self, Choose, Click, Double, Fill, Open, Press, Read};
use super::suite::{self, prepare, scratch, write};
use super::told::{Notation, Sought, reference};

/// How often it is looked again until a thing is there.
const LOOKS: usize = 15;
/// The scenario before whose first step the peer finds the product.
const UP: &str = "scenario: up\nsteps:\n  - open: /\n";
/// What the raw tree of the page takes, in characters.
const RAW: &str = "async (page) => {
    const session = await page.context().newCDPSession(page);
    const tree = await session.send('Accessibility.getFullAXTree');
    await session.detach();
    return JSON.stringify(tree).length;
}";

/// Tokens, counted as four characters each.
pub fn tokens(text: &str) -> usize {
    text.chars().count().div_ceil(4)
}

fn thing<'a>(role: &'a str, words: &'a str) -> Sought<'a> {
    Sought { role, words, option: "" }
}

/// `nightshift mcp`.
pub struct Ours {
    client: Client,
    told: Vec<String>,
    /// What was told since it was last taken.
    new: usize,
}

impl Ours {
    /// Connects to a server of this suite, and looks at the page that it begins with.
    pub fn of(root: &Path) -> Self {
        let client = Client::of(suite::nightshift(root).args(["mcp", "-q"]));
        let mut ours = Self { client, told: Vec::new(), new: 0 };
        ours.look(json!({}));
        ours
    }

    /// What the list of tools takes.
    pub fn tools(&mut self) -> usize {
        tokens(&self.client.request("tools/list", &json!({})).to_string())
    }

    /// Leaves, and answers with all that was told.
    pub fn leave(self) -> String {
        self.client.leave();
        self.told.join("\n\n")
    }

    fn keep(&mut self, text: String) {
        self.new += tokens(&text);
        self.told.push(text);
    }

    fn look(&mut self, how: serde_json::Value) {
        let seen = self.client.call("observe", how);
        assert!(!seen.is_error, "{}", seen.text);
        self.keep(seen.text);
    }

    /// Does one thing, and answers with what it took in tokens; what had to be looked at again counts.
    pub fn step(&mut self, deed: Deed) -> usize {
        for _ in 0..LOOKS {
            let arguments = match deed {
                Open(path) => Some(json!({ "action": "open", "text": path })),
                Press(key) => Some(json!({ "action": "press", "text": key })),
                Click(role, words) => self.with(thing(role, words), "click", None),
                Double(role, words) => self.with(thing(role, words), "double-click", None),
                Fill(role, words, value) => self.with(thing(role, words), "fill", Some(value)),
                Choose(words, option) => {
                    let list = Sought { role: "combobox", words, option };
                    self.with(list, "choose", Some(option))
                }
                Read(text) if self.told.last().is_some_and(|it| it.contains(text)) => {
                    return std::mem::take(&mut self.new);
                }
                Read(_) => None,
            };
            if let Some(arguments) = arguments {
                let acted = self.client.call("act", arguments);
                let is_gone = acted.is_error && acted.text.contains("is not on the page any more");
                assert!(!acted.is_error || is_gone, "{deed:?}: {}", acted.text);
                self.keep(acted.text);
                if !is_gone {
                    return std::mem::take(&mut self.new);
                }
            }
            self.look_for(deed);
        }
        panic!("{deed:?} in {}", self.told.join("\n"));
    }

    fn with(
        &self,
        sought: Sought<'_>,
        action: &str,
        text: Option<&str>,
    ) -> Option<serde_json::Value> {
        let Sought { role, words, .. } = sought;
        let known = reference(&self.told, Notation::Ours, sought);
        // What has no reference is named by its text, if that was told.
        let is_text = role.is_empty() && self.told.iter().any(|it| it.contains(words));
        let (key, what) = match known {
            Some(it) => ("ref", it),
            None if is_text => ("target", format!("text {words:?}")),
            None => return None,
        };
        Some(match text {
            Some(text) => json!({ "action": action, key: what, "text": text }),
            None => json!({ "action": action, key: what }),
        })
    }

    /// Looks for the words of a deed on the page as it is.
    fn look_for(&mut self, deed: Deed) {
        let words = match deed {
            Click(_, words) | Double(_, words) | Fill(_, words, _) | Choose(words, _) => words,
            Read(text) => text,
            Open(_) | Press(_) => "",
        };
        self.look(json!({ "find": words }));
    }
}

/// Playwright MCP.
pub struct Theirs {
    client: Client,
    base: String,
    snapshot: String,
    /// What the last action itself told.
    acted: String,
    steps: Vec<Step>,
    told: Vec<String>,
}

/// What a step took in tokens.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Its action, and the snapshot with which the client went on.
    pub told: usize,
    /// The browser's own accessibility tree of the page then, in JSON.
    pub raw: usize,
}

impl Theirs {
    /// Connects to a server, for a product at this address.
    pub fn of(peer: &Path, base: &str) -> Self {
        let mut command = Command::new("node_modules/.bin/playwright-mcp");
        command.args(["--headless", "--isolated", "--executable-path", "/usr/bin/chromium"]);
        if rustix::process::geteuid().is_root() {
            command.arg("--no-sandbox");
        }
        Self {
            client: Client::of(command.current_dir(peer)),
            base: base.to_owned(),
            snapshot: String::new(),
            acted: String::new(),
            steps: Vec::new(),
            told: Vec::new(),
        }
    }

    /// What the list of tools takes.
    pub fn tools(&mut self) -> usize {
        tokens(&self.client.request("tools/list", &json!({})).to_string())
    }

    /// Leaves, and answers with what each step took, and with all that counts of what was told.
    pub fn leave(mut self) -> (Vec<Step>, String) {
        self.end_step();
        self.client.leave();
        (self.steps, self.told.join("\n\n"))
    }

    /// Does one thing and looks at the page.
    pub fn step(&mut self, deed: Deed) {
        let (tool, arguments) = match deed {
            Open(path) => ("browser_navigate", json!({ "url": format!("{}{path}", self.base) })),
            Press(key) => ("browser_press_key", json!({ "key": key })),
            Click(role, words) => {
                let target = self.reference(role, words);
                ("browser_click", json!({ "element": words, "target": target }))
            }
            Double(role, words) => {
                let target = self.reference(role, words);
                (
                    "browser_click",
                    json!({ "element": words, "target": target, "doubleClick": true }),
                )
            }
            Fill(role, words, value) => {
                let target = self.reference(role, words);
                ("browser_type", json!({ "element": words, "target": target, "text": value }))
            }
            Choose(words, option) => {
                let target = self.reference("combobox", words);
                (
                    "browser_select_option",
                    json!({ "element": words, "target": target, "values": [option] }),
                )
            }
            Read(text) => return self.until(text, |it| it.snapshot.contains(text).then_some(())),
        };
        self.end_step();
        let acted = self.client.call(tool, arguments);
        assert!(!acted.is_error, "{deed:?}: {}", acted.text);
        self.acted = acted.text;
        self.look();
    }

    /// Counts the step that was done, with the last look at its page.
    fn end_step(&mut self) {
        if self.acted.is_empty() {
            return;
        }
        let told = tokens(&self.acted) + tokens(&self.snapshot);
        self.told.push(format!("{}\n{}", std::mem::take(&mut self.acted), self.snapshot));
        let raw = self.raw();
        self.steps.push(Step { told, raw });
    }

    fn raw(&mut self) -> usize {
        let told = self.client.call("browser_run_code_unsafe", json!({ "code": RAW }));
        assert!(!told.is_error, "{}", told.text);
        let number = told.text.lines().find_map(|it| it.trim().parse::<usize>().ok());
        number.unwrap_or_else(|| panic!("a number: {}", told.text)).div_ceil(4)
    }

    fn look(&mut self) {
        self.snapshot = self.client.call("browser_snapshot", json!({})).text;
    }

    fn reference(&mut self, role: &str, words: &str) -> String {
        self.until(words, |it| {
            reference(std::slice::from_ref(&it.snapshot), Notation::Theirs, thing(role, words))
        })
    }

    /// Looks until something is there.
    fn until<T>(&mut self, what: &str, there: impl Fn(&Self) -> Option<T>) -> T {
        for _ in 0..LOOKS {
            if let Some(it) = there(self) {
                return it;
            }
            self.client.call("browser_wait_for", json!({ "time": 1 }));
            self.look();
        }
        panic!("{what} in {}", self.snapshot);
    }
}

/// Installs the peer.
pub fn peer() -> PathBuf {
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

/// A product that is up for the peer, brought up by `goto` as for a person, with fresh data.
pub struct Up {
    child: Child,
    /// Its end ends the product.
    to: Option<ChildStdin>,
    /// Where it is.
    pub base: String,
}

impl Up {
    /// Brings the product of a suite up.
    pub fn of(root: &Path) -> Self {
        write(&root.join("scenarios/up.yaml"), UP);
        let mut child = suite::nightshift(root)
            .args(["goto", "up:1", "--shell"])
            .env("SHELL", "/bin/sh")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let to = child.stdin.take();
        let lines = std::io::BufReader::new(child.stdout.take().expect("piped")).lines();
        let url =
            lines.map_while(Result::ok).find_map(|it| Some(it.strip_prefix("url: ")?.to_owned()));
        Self { child, to, base: url.expect("the product is up") }
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        self.to = None;
        // It ends by itself.
        let _ = self.child.wait();
    }
}
