//! [`View`]: a page before it is HTML, and [`View::html`]. All text of nights is escaped by the
//! template's engine; style is a file of its own, and there is no script.

use std::fmt::Write as _;
use std::sync::LazyLock;

use serde::Serialize;
use tera::{Context, Tera};

use super::draw::{Drawing, Tiny};
use crate::model::{Decision, Verdict};
use crate::report::{self, shown};

const TEMPLATE: &str = include_str!("../../../reports/templates/site.html");
const OWN_STYLE: &str = include_str!("../../../reports/templates/site.css");

/// The style sheet: that of the report, and what these pages have beside it.
pub fn style() -> String {
    format!("{}{OWN_STYLE}", report::STYLE)
}

/// A page.
#[derive(Debug, Default, Serialize)]
pub struct View {
    /// What stands before each path.
    pub base: String,
    /// The ways to the other pages.
    pub tabs: Vec<TabView>,
    /// Which suite and branch it is about.
    pub place: String,
    /// Its heading.
    pub title: String,
    /// The gate of a night.
    pub decision: Option<DecisionView>,
    /// What must be known.
    pub alerts: Vec<String>,
    /// A sentence or two below the heading.
    pub lede: Option<String>,
    /// Large numbers.
    pub tally: Vec<Tally>,
    /// How far something has come.
    pub going: Option<Going>,
    /// Facts, each with its term.
    pub facts: Vec<Fact>,
    /// A form that asks this page for less.
    pub find: Option<Find>,
    /// Its parts.
    pub parts: Vec<Part>,
    /// After how many seconds a browser asks again.
    pub refresh: Option<u32>,
    /// What stands at its end.
    pub end: String,
}

/// A way to another page.
#[derive(Debug, Serialize)]
pub struct TabView {
    /// Its address.
    pub href: String,
    /// Its name.
    pub text: &'static str,
    /// Whether it is this one.
    pub here: bool,
}

/// What a gate decided.
#[derive(Debug, Serialize)]
pub struct DecisionView {
    /// The word.
    pub word: &'static str,
    /// The verdict in whose colours it stands.
    pub style: &'static str,
    /// The rule.
    pub text: String,
}

/// A large number.
#[derive(Debug, Serialize)]
pub struct Tally {
    /// The number.
    pub n: String,
    /// The verdict that it counts.
    pub verdict: Option<&'static str>,
    /// What it counts, where that is none.
    pub text: &'static str,
}

/// How far something has come, in percent of its width.
#[derive(Debug, Serialize)]
pub struct Going {
    /// The same in words.
    pub label: String,
    /// How much has ended well.
    pub done: f64,
    /// How much has failed.
    pub failed: f64,
    /// Where what runs begins.
    pub from: f64,
    /// How much runs.
    pub running: f64,
}

/// A fact with its term.
#[derive(Debug, Serialize)]
pub struct Fact {
    /// What it is about.
    pub term: &'static str,
    /// The fact.
    pub text: String,
    /// Where it leads.
    pub href: Option<String>,
}

/// A form that asks a page for less.
#[derive(Debug, Serialize)]
pub struct Find {
    /// The page.
    pub action: String,
    /// What is looked for.
    pub label: &'static str,
    /// What was looked for.
    pub value: String,
    /// The branches to choose from; empty where there is one.
    pub branches: Vec<BranchView>,
}

/// A branch to choose.
#[derive(Debug, Serialize)]
pub struct BranchView {
    /// Its name.
    pub name: String,
    /// Whether it is the one that is shown.
    pub here: bool,
}

/// A part of a page.
#[derive(Debug, Default, Serialize)]
pub struct Part {
    /// What links lead to.
    pub id: &'static str,
    /// Its heading.
    pub title: String,
    /// A sentence about it.
    pub about: String,
    /// Drawings.
    pub figures: Vec<Drawing>,
    /// A table.
    pub table: Option<Table>,
    /// What is said where there is none.
    pub none: String,
    /// Ways to more of it.
    pub pages: Vec<Way>,
}

/// A way to more.
#[derive(Debug, Serialize)]
pub struct Way {
    /// The address.
    pub href: String,
    /// What is there.
    pub text: String,
}

/// A table.
#[derive(Debug, Default, Serialize)]
pub struct Table {
    /// What it holds.
    pub caption: String,
    /// The heads of its columns.
    pub heads: Vec<Head>,
    /// Its rows.
    pub rows: Vec<Vec<Cell>>,
}

/// The head of a column.
#[derive(Debug, Serialize)]
pub struct Head {
    /// What it says.
    pub text: &'static str,
    /// Whether numbers stand below it.
    pub n: bool,
}

/// A cell of a table.
#[derive(Debug, Default, Serialize)]
pub struct Cell {
    /// What it says.
    pub text: String,
    /// Where it leads.
    pub href: Option<String>,
    /// Further lines, smaller.
    pub small: Vec<String>,
    /// A verdict before it.
    pub verdict: Option<&'static str>,
    /// How bad something is, before it.
    pub severity: Option<String>,
    /// A gate's decision before it.
    pub decision: Option<DecisionView>,
    /// A strip of nights.
    pub tiny: Option<Tiny>,
    /// Whether it is a number.
    pub n: bool,
    /// Whether it says what its row is about.
    pub header: bool,
}

impl DecisionView {
    /// Of a decision and its rule.
    pub fn of(decision: Decision, rule: &str) -> Self {
        let style = match decision {
            Decision::Pass => "fixed",
            Decision::Fail => "regressed",
            Decision::Inconclusive => "inconclusive",
        };
        Self { word: decision.word(), style, text: rule.to_owned() }
    }
}

impl Cell {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A number.
    pub fn number(text: impl Into<String>) -> Self {
        Self { n: true, ..Self::text(text) }
    }

    /// A text that leads somewhere.
    pub fn link(text: impl Into<String>, href: String) -> Self {
        Self { href: Some(href), ..Self::text(text) }
    }

    /// What a row is about.
    pub fn header(text: impl Into<String>, href: String) -> Self {
        Self { header: true, ..Self::link(text, href) }
    }

    /// A verdict.
    pub fn verdict(verdict: Verdict) -> Self {
        Self { verdict: Some(verdict.word()), ..Self::default() }
    }

    /// A strip of nights.
    pub fn strip(tiny: Tiny) -> Self {
        Self { tiny: Some(tiny), ..Self::default() }
    }

    /// With a smaller line more.
    pub fn with(mut self, small: impl Into<String>) -> Self {
        self.small.push(small.into());
        self
    }
}

impl Table {
    /// A table without rows. A head that begins with `#` stands above numbers.
    pub fn of(caption: impl Into<String>, heads: &[&'static str]) -> Self {
        let heads = heads
            .iter()
            .map(|it| Head { text: it.trim_start_matches('#'), n: it.starts_with('#') });
        Self { caption: caption.into(), heads: heads.collect(), rows: Vec::new() }
    }
}

impl View {
    /// The page as HTML.
    pub fn html(&self) -> Result<String, String> {
        static ENGINE: LazyLock<Result<Tera, String>> = LazyLock::new(|| {
            let mut tera = Tera::default();
            tera.autoescape_on([".html"]);
            tera.set_escape_fn(shown::escape);
            // Pages of ours may have no style in their tags; the report's have theirs in themselves.
            let parts = report::PARTS.replace("style=\"position:absolute\"", "class=\"marks\"");
            let templates = [("parts.html", parts.as_str()), ("site.html", TEMPLATE)];
            tera.add_raw_templates(templates).map_err(|error| chain(&error))?;
            Ok(tera)
        });
        let mut context = Context::new();
        context.insert("page", self);
        let tera = ENGINE.as_ref().map_err(Clone::clone)?;
        tera.render("site.html", &context).map_err(|error| chain(&error))
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        // Writing to a String cannot fail.
        let _ = write!(text, ": {cause}");
        source = cause.source();
    }
    text
}
