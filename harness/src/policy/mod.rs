//! [`Policy`]: whether an action may be carried out here, and by which rule; decided before any
//! surface sees it.
//!
//! Pure: it looks at the filled action, at where it would be done, and at nothing else. What a page
//! loads by itself is bounded by the browser's proxy, and what a path really leads to is checked by
//! the surface that opens it. `attempt` asks, and records a denied action as blocked.
//!
//! Steps that a model wrote and nobody has accepted are decided on as when they were proposed: see
//! [`Policy::for_proposals`].
//!
//! The files:
//! - `commands.rs`: decides on commands that nobody wrote down.
//! - `origins.rs`: on which pages what nobody wrote down may be done.
//! - `paths.rs`: which files it may touch.
//! - `proposed.rs`: decides on what nobody wrote down, which is denied unless a rule allows it.

mod commands;
mod origins;
mod paths;
mod proposed;
#[cfg(test)]
mod tests;

use std::path::{Component, Path};

use indexmap::IndexMap;
use url::Url;

use crate::model::bounds::Bounds;
use crate::model::scenario::CommandLine;
use crate::model::terminal::TerminalAction;
use crate::model::{Action, Template};

pub use self::proposed::Proposed;

/// What may be done in an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    product: Option<Url>,
    allow_hosts: Vec<String>,
    /// The suite's products that are served: their names, with `host:port`.
    products: IndexMap<String, String>,
    deny_commands: Vec<String>,
    /// What may be proposed, where steps are none that a person wrote.
    proposals: Option<Vec<Bounds>>,
}

/// What becomes of an action, from the mildest to the strictest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ruling {
    /// It is carried out.
    Allow,
    /// A person must be asked; where there is none, it is not carried out.
    Ask,
    /// It is not carried out.
    Deny,
}

/// A ruling, and the rule that made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyDecision {
    /// What becomes of the action.
    pub ruling: Ruling,
    /// The rule, with what it saw and, where it forbids, what to change to have it allowed.
    pub rule: String,
}

impl PolicyDecision {
    fn allow(rule: impl Into<String>) -> Self {
        Self { ruling: Ruling::Allow, rule: rule.into() }
    }

    fn ask(rule: impl Into<String>) -> Self {
        Self { ruling: Ruling::Ask, rule: rule.into() }
    }

    fn deny(rule: impl Into<String>) -> Self {
        Self { ruling: Ruling::Deny, rule: rule.into() }
    }

    /// The strictest; of equals, the first.
    fn strictest(decisions: impl IntoIterator<Item = Self>) -> Option<Self> {
        decisions.into_iter().reduce(
            |first, next| {
                if next.ruling > first.ruling { next } else { first }
            },
        )
    }
}

impl Policy {
    /// Pages only of the product at `base_url` and of `allow_hosts` (`host`, any port, or
    /// `host:port`), files only in the working folder, any command.
    ///
    /// A `base_url` that is no URL leaves only `allow_hosts`.
    #[must_use]
    pub fn new(base_url: Option<&str>, allow_hosts: &[String]) -> Self {
        Self {
            product: base_url.and_then(|url| Url::parse(url).ok()),
            allow_hosts: allow_hosts.iter().map(|host| host.to_lowercase()).collect(),
            products: IndexMap::new(),
            deny_commands: Vec::new(),
            proposals: None,
        }
    }

    /// The same for steps that a model wrote and no person has accepted: what they do is decided on as
    /// what is proposed, within these bounds; what only looks at a page as what is written.
    #[must_use]
    pub fn for_proposals(mut self, bounds: Vec<Bounds>) -> Self {
        self.proposals = Some(bounds);
        self
    }

    /// The same, where the products of the suite are served: their names, each with `host:port`.
    #[must_use]
    pub fn beside_products(mut self, products: impl IntoIterator<Item = (String, String)>) -> Self {
        self.products.extend(products);
        self
    }

    /// The same, without these programs, named as they are called (`rm`, not `/bin/rm`).
    #[must_use]
    pub fn denying_commands(mut self, programs: impl IntoIterator<Item = String>) -> Self {
        self.deny_commands.extend(programs);
        self
    }

    /// What bounds its steps, where they are none that a person wrote.
    #[must_use]
    pub fn bounds(&self) -> &[Bounds] {
        self.proposals.as_deref().unwrap_or_default()
    }

    /// What becomes of a filled action. The strictest rule that it meets wins. `at` is the address of
    /// the page that it uses, where [`Policy::bounds`] asks for one.
    #[must_use]
    pub fn decide(&self, action: &Action, at: Option<&str>) -> PolicyDecision {
        match &self.proposals {
            Some(bounds) if !action.only_looks() => {
                self.decide_proposed(Proposed { filled: action, told: action, at, bounds })
            }
            Some(_) | None => self.decide_written(action),
        }
    }

    /// What becomes of an action that a person wrote.
    fn decide_written(&self, action: &Action) -> PolicyDecision {
        match action {
            Action::Open(address) => self.open(address.raw()),
            Action::Upload { files, .. } => PolicyDecision::strictest(
                files.iter().map(|file| inside("a file that is uploaded", file.raw())),
            )
            .unwrap_or_else(|| PolicyDecision::allow("no file is uploaded")),
            Action::Download { save_as, .. } => inside("a file that is downloaded", save_as.raw()),
            Action::Print(save_as) => inside("a file that is printed", save_as.raw()),
            Action::File(file) => inside("a file that is looked at", file.path.raw()),
            Action::Terminal(action) => self.terminal(action),
            Action::Run(run) => self.command(&run.command, run.cwd.as_ref()),
            Action::Use { skill, .. } => PolicyDecision::deny(format!(
                "skill {skill} is called as a whole; only its steps can be carried out"
            )),
            Action::ForEach(_) => PolicyDecision::deny(
                "rows are taken as a whole; only their steps can be carried out",
            ),
            Action::Set(_) => {
                PolicyDecision::allow("a value is worked out, and nothing is touched")
            }
            Action::Do(_) => {
                PolicyDecision::allow("the actions towards a goal are decided on one by one")
            }
            Action::Judge(_) => PolicyDecision::allow("an opinion changes nothing"),
            Action::When(_) | Action::Repeat(_) => {
                PolicyDecision::allow("the steps inside are decided on one by one")
            }
            Action::Mail(_) => PolicyDecision::allow("mails to the sink may be read"),
            Action::Back
            | Action::Forward
            | Action::Reload
            | Action::Click(_)
            | Action::Hover(_)
            | Action::Drag { .. }
            | Action::Scroll { .. }
            | Action::Clear(_)
            | Action::Fill(_)
            | Action::Type { .. }
            | Action::Press { .. }
            | Action::Paste { .. }
            | Action::Choose { .. }
            | Action::Expand(_)
            | Action::Collapse(_)
            | Action::Tab(_)
            | Action::CloseTab
            | Action::Network(_)
            | Action::Emulate(_)
            | Action::Check(_)
            | Action::Uncheck(_)
            | Action::Dialog(_)
            | Action::Wait { .. } => PolicyDecision::allow("a page that is open may be used"),
            Action::See(_)
            | Action::SeeNot(_)
            | Action::Expect(_)
            | Action::Capture(_)
            | Action::Snapshot(_) => PolicyDecision::allow("a page that is open may be read"),
        }
    }

    fn terminal(&self, action: &TerminalAction) -> PolicyDecision {
        match action {
            TerminalAction::Start(program) => self.command(&program.command, program.cwd.as_ref()),
            TerminalAction::Type(_)
            | TerminalAction::Keys(_)
            | TerminalAction::WaitScreen { .. }
            | TerminalAction::Resize { .. }
            | TerminalAction::Stop { .. }
            | TerminalAction::Snapshot(_) => {
                PolicyDecision::allow("a program that was started may be used")
            }
        }
    }

    /// An address as the browser resolves it: `//host/` and `\\host\` leave the product, whatever
    /// they look like.
    fn resolved(&self, address: &str) -> Result<Url, url::ParseError> {
        match &self.product {
            Some(product) => product.join(address),
            None => Url::parse(address),
        }
    }

    fn open(&self, address: &str) -> PolicyDecision {
        let url = match self.resolved(address) {
            Ok(url) => url,
            Err(url::ParseError::RelativeUrlWithoutBase) => {
                return PolicyDecision::deny(format!(
                    "{address:?} is relative and the product serves no pages; give it serve: or base-url:"
                ));
            }
            Err(problem) => {
                return PolicyDecision::deny(format!("{address:?} is no address: {problem}"));
            }
        };
        if !matches!(url.scheme(), "http" | "https") {
            return PolicyDecision::deny(format!(
                "{}: addresses are not opened, only http: and https:",
                url.scheme()
            ));
        }
        if self.product.as_ref().is_some_and(|product| product.origin() == url.origin()) {
            return PolicyDecision::allow("the product's own pages may be opened");
        }
        let host = url.host_str().unwrap_or_default();
        let port = url.port_or_known_default().map(|port| format!("{host}:{port}"));
        match self.allow_hosts.iter().find(|it| *it == host || Some(*it) == port.as_ref()) {
            Some(entry) => PolicyDecision::allow(format!("allow-hosts names {entry}")),
            None => PolicyDecision::deny(format!(
                "{} is neither the product nor in allow-hosts; add {host} there if it belongs to the product",
                port.as_deref().unwrap_or(host)
            )),
        }
    }

    fn command(&self, command: &CommandLine, cwd: Option<&Template>) -> PolicyDecision {
        let cwd = cwd.map(|cwd| inside("the folder of a command", cwd.raw()));
        let programs = called(command).into_iter().filter_map(|word| {
            let name = Path::new(&word).file_name()?.to_str()?.to_owned();
            self.deny_commands
                .contains(&name)
                .then(|| PolicyDecision::deny(format!("the command {name} is denied here")))
        });
        PolicyDecision::strictest(cwd.into_iter().chain(programs))
            .filter(|decision| decision.ruling != Ruling::Allow)
            .unwrap_or_else(|| PolicyDecision::allow("the suite's author may run any command"))
    }
}

/// The words of a command that may name a program: the first, or for a shell any.
fn called(command: &CommandLine) -> Vec<String> {
    match command {
        CommandLine::Argv(words) => {
            words.first().map(|word| word.raw().to_owned()).into_iter().collect()
        }
        CommandLine::Shell(line) => line
            .raw()
            .split(|it: char| it.is_whitespace() || ";&|()<>`$'\"".contains(it))
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect(),
    }
}

/// Whether a path, taken by its letters alone, stays in the working folder.
fn inside(what: &str, path: &str) -> PolicyDecision {
    let mut depth = 0_i32;
    for component in Path::new(path).components() {
        match component {
            Component::Normal(_) => depth += 1,
            Component::CurDir => {}
            Component::ParentDir => depth -= 1,
            Component::RootDir | Component::Prefix(_) => depth = -1,
        }
        if depth < 0 {
            return PolicyDecision::deny(format!(
                "{what} must be in the working folder, and {path:?} is not; name it relative to that folder"
            ));
        }
    }
    PolicyDecision::allow(format!("{what} is in the working folder"))
}
