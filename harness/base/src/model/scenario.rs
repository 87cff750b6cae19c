//! [`Scenario`]: what a user does with the product and what must hold, ready to be executed.
//!
//! `spec` writes it with skills still as [`Action::Use`]; `plan` expands those, so that what an
//! attempt sees is a flat list of steps. It is stored whole in `plan.json`.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::artifact::{FileStep, MailStep};
pub use super::command::{
    CommandCapture, CommandLine, Output, OutputExpectation, RunCommand, TextTest,
};
use super::control::{Condition, ForEach, Repeat, When};
use super::gesture::{Click, DragTo, Network, ScrollTo, Tab, UploadBy};
use super::observe::FacetKind;
use super::page_settings::PageSettings;
pub use super::snapshot::{Redaction, RedactionClass, Snapshot, Unordered};
use super::stage::Stage;
use super::suite::Isolation;
use super::target::Target;
use super::template::Template;
use super::terminal::TerminalAction;

/// One scenario (or one row of a `for-each`), as the night executes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Scenario {
    /// The name that it is addressed by; a `for-each` row is `<scenario>/<row-key>`.
    pub id: String,
    /// The YAML file, relative to the suite root, with `/`.
    pub file: String,
    /// The line of the `scenario:` key, from 1.
    pub line: u32,
    /// What it shows, in a sentence.
    pub about: Option<String>,
    /// Words to select it by.
    pub tags: Vec<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// How much what it says counts.
    #[serde(default, skip_serializing_if = "Stage::is_gating")]
    pub stage: Stage,
    /// The product that it uses; `None` means the suite's only one, and a plan always names it.
    pub product: Option<String>,
    /// Every product that it uses, in the order of the configuration; `plan` writes it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uses: Vec<String>,
    /// The session that its pages start from, unless a step names another.
    #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// What no other scenario that names it may use at the same time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclusive: Vec<String>,
    /// Whether it has a server of its own; `None` is as its product says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub isolate: Option<Isolation>,
    /// A folder or file, relative to the suite root, laid over the product's data for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// What the browser pretends to be, laid over the suite's settings.
    #[serde(default, skip_serializing_if = "PageSettings::is_empty")]
    pub browser: PageSettings,
    /// The longest that one attempt may take, in milliseconds.
    pub timeout_ms: Option<u64>,
    /// How often a failed attempt is repeated in a fresh context; `None` takes the night's.
    pub retries: Option<u32>,
    /// What text is not compared in any checkpoint of this scenario.
    pub redact: Vec<Redaction>,
    /// What regions are not compared in any checkpoint of this scenario.
    pub mask: Vec<Target>,
    /// What is done first; `plan` puts it in front of `steps`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Step>,
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// What is done at the end, whatever happened.
    pub finally: Vec<Step>,
}

/// One intent of a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Position in the expanded scenario, from 1, counting on through `finally`; 0 before expansion.
    pub index: u32,
    /// The YAML file that it stands in (a skill's steps stand in the skill's file).
    pub file: String,
    /// Its line there, from 1.
    pub line: u32,
    /// How a person would say it: `click button "Apply"`.
    pub text: String,
    /// The skills that it came from, outermost first; empty for the scenario's own steps.
    pub via: Vec<String>,
    /// Whose page it uses; `None` is the scenario's own.
    #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// The product that it uses; `None` is the scenario's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// The longest that it may take, in milliseconds, where the author says so; `None` otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_ms: Option<u64>,
    /// What is to be done.
    pub action: Action,
}

/// What a step acts upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Surface {
    /// A page in the browser.
    Browser,
    /// A command.
    Command,
    /// A program on a terminal.
    Terminal,
}

/// All that an agent may do: closed, so that policy and surfaces match it exhaustively.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Go to a path of the product, or to a URL.
    Open(Template),
    /// One step back in the tab's history.
    Back,
    /// One step forward in the tab's history.
    Forward,
    /// Load the page again.
    Reload,
    /// Click a thing.
    Click(Click),
    /// Move the pointer onto a thing.
    Hover(Target),
    /// Press on a thing, move, and let go.
    Drag {
        /// What is dragged.
        from: Target,
        /// Where it is let go.
        to: DragTo,
    },
    /// Scroll the page, or a thing that scrolls.
    Scroll {
        /// Where it ends.
        to: ScrollTo,
        /// What is scrolled; `None` is what holds the thing to be seen, or the page.
        within: Option<Target>,
    },
    /// Empty a field.
    Clear(Target),
    /// Replace the content of fields, in this order.
    Fill(Vec<FieldValue>),
    /// Type text key by key, into a thing or into what has the focus.
    Type {
        /// The text to type.
        text: Template,
        /// Where to type it; `None` is whatever has the focus.
        into: Option<Target>,
    },
    /// Press a key or a chord such as `Control+A`.
    Press {
        /// The key names, joined by `+`.
        keys: String,
        /// What gets the focus first.
        on: Option<Target>,
    },
    /// Put text on the clipboard and paste it.
    Paste {
        /// The text.
        text: Template,
        /// Where; `None` is whatever has the focus.
        into: Option<Target>,
    },
    /// Choose options of a list, native or made of roles.
    Choose {
        /// The list.
        from: Target,
        /// The labels of the options; several only where the list takes several.
        #[serde(alias = "option", deserialize_with = "one_or_many")]
        options: Vec<Template>,
    },
    /// Open what can be opened: a tree item, a menu button, details.
    Expand(Target),
    /// Close what can be opened.
    Collapse(Target),
    /// Make a check box or radio button checked.
    Check(Target),
    /// Make a check box unchecked.
    Uncheck(Target),
    /// Hand files over.
    Upload {
        /// The file field, what opens the file chooser, or what files are dropped on.
        to: Target,
        /// Which of these it is.
        #[serde(default)]
        by: UploadBy,
        /// Paths relative to the scenario's working folder.
        files: Vec<Template>,
    },
    /// Click a thing and keep the file that it downloads.
    Download {
        /// What is clicked.
        click: Target,
        /// The name that the file gets in the working folder.
        save_as: Template,
        /// The name that the product must give to it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        named: Option<Template>,
    },
    /// Print the page to a PDF file in the working folder.
    Print(Template),
    /// Go on in another tab.
    Tab(Tab),
    /// Close the tab and go on in the one that opened it, or in the first.
    CloseTab,
    /// Change the network that pages find.
    Network(Network),
    /// Change what the browser pretends to be.
    Emulate(Box<PageSettings>),
    /// Answer the dialog that the last action opened.
    Dialog(DialogAnswer),
    /// These things must be there and visible.
    See(Vec<Target>),
    /// These things must not be there, or not be visible.
    SeeNot(Vec<Target>),
    /// What must hold of the page.
    Expect(Vec<PageExpectation>),
    /// Wait until something holds.
    Wait {
        /// What to wait for.
        until: WaitFor,
        /// For how long, in milliseconds; `None` is the default deadline.
        within_ms: Option<u64>,
    },
    /// Keep values of the page under names.
    Capture(IndexMap<String, PageCapture>),
    /// Take a snapshot of the page.
    Snapshot(Snapshot),
    /// Run a command.
    Run(Box<RunCommand>),
    /// Use a program on a terminal.
    Terminal(Box<TerminalAction>),
    /// Look at a file of the working folder.
    File(Box<FileStep>),
    /// Look at a mail that the product sent.
    Mail(Box<MailStep>),
    /// Do steps where a condition holds.
    When(Box<When>),
    /// Do steps several times.
    Repeat(Box<Repeat>),
    /// Do steps once for every row; `plan` replaces it by the steps of all rows.
    ForEach(Box<ForEach>),
    /// Call a skill; `plan` replaces it by the skill's steps.
    Use {
        /// The skill's name.
        skill: String,
        /// Its inputs.
        with: IndexMap<String, Template>,
    },
}

/// A field and what goes into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldValue {
    /// The field.
    pub field: Target,
    /// The new content.
    pub value: Template,
}

/// What to do with a JavaScript dialog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DialogAnswer {
    /// Accept it (`true`) or dismiss it.
    pub accept: bool,
    /// What its message must be.
    pub message: Option<Template>,
    /// The text to give to a prompt.
    pub answer: Option<Template>,
}

/// One thing that must hold of a page, awaited up to the deadline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PageExpectation {
    /// The document's title.
    Title(Template),
    /// The path (with query), or the whole URL where one is given.
    Url(Template),
    /// How many things match.
    Count(Target, u32),
    /// A field's value.
    Value(Target, Template),
    /// An attribute of a thing; `None` means that it must be absent.
    Attribute(Target, String, Option<Template>),
    /// The text on the clipboard.
    Clipboard(Template),
    /// A state: `checked`, `disabled`, `expanded`, `selected`, `pressed`, `focused`, or `not …`.
    State(Target, String),
}

/// What `wait` waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WaitFor {
    /// The thing is there and visible.
    Visible(Target),
    /// The thing is not there or not visible.
    Gone(Target),
    /// The page has this path or URL.
    Url(Template),
}

/// A value to keep from a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PageCapture {
    /// The visible text of a thing; with a regex, its first group (or the whole match).
    Text(Target, Option<String>),
    /// The value of a field.
    Value(Target),
    /// An attribute of a thing.
    Attribute(Target, String),
    /// The page's URL; with a regex, its first group (or the whole match).
    Url(Option<String>),
    /// The text on the clipboard.
    Clipboard,
}

/// The labels of options; the first plans had one, without a list around it.
fn one_or_many<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<Template>, D::Error> {
    match serde_json::Value::deserialize(from)? {
        serde_json::Value::String(only) => Ok(vec![Template::new(only)]),
        several => serde_json::from_value(several).map_err(serde::de::Error::custom),
    }
}

impl Action {
    /// A plain click.
    #[must_use]
    pub fn click(target: Target) -> Self {
        Self::Click(target.into())
    }

    /// The surface that the action needs; `None` for what is never executed itself.
    ///
    /// Files and mails are looked at as a command's work is; a condition on a page needs the page.
    #[must_use]
    pub fn surface(&self) -> Option<Surface> {
        match self {
            Self::Run(_) | Self::File(_) | Self::Mail(_) => Some(Surface::Command),
            Self::Terminal(_) => Some(Surface::Terminal),
            Self::When(it) => Some(it.condition.surface()),
            Self::Repeat(it) => {
                Some(it.until.as_ref().map_or(Surface::Command, Condition::surface))
            }
            Self::Use { .. } | Self::ForEach(_) => None,
            Self::Open(_)
            | Self::Back
            | Self::Forward
            | Self::Reload
            | Self::Click(_)
            | Self::Hover(_)
            | Self::Drag { .. }
            | Self::Scroll { .. }
            | Self::Clear(_)
            | Self::Fill(_)
            | Self::Type { .. }
            | Self::Press { .. }
            | Self::Paste { .. }
            | Self::Choose { .. }
            | Self::Expand(_)
            | Self::Collapse(_)
            | Self::Check(_)
            | Self::Uncheck(_)
            | Self::Upload { .. }
            | Self::Download { .. }
            | Self::Print(_)
            | Self::Tab(_)
            | Self::CloseTab
            | Self::Network(_)
            | Self::Emulate(_)
            | Self::Dialog(_)
            | Self::See(_)
            | Self::SeeNot(_)
            | Self::Expect(_)
            | Self::Wait { .. }
            | Self::Capture(_)
            | Self::Snapshot(_) => Some(Surface::Browser),
        }
    }

    /// The checkpoint that the action itself takes, if it takes one.
    #[must_use]
    pub fn snapshot(&self) -> Option<&Snapshot> {
        match self {
            Self::Snapshot(snapshot) => Some(snapshot),
            Self::Run(run) => run.snapshot.as_ref(),
            Self::File(file) => file.snapshot.as_ref(),
            Self::Mail(mail) => mail.snapshot.as_ref(),
            Self::Terminal(action) => match &**action {
                TerminalAction::Snapshot(snapshot) => Some(snapshot),
                _ => None,
            },
            _ => None,
        }
    }

    /// The checkpoint that it takes, to be changed.
    pub fn snapshot_mut(&mut self) -> Option<&mut Snapshot> {
        match self {
            Self::Snapshot(snapshot) => Some(snapshot),
            Self::Run(run) => run.snapshot.as_mut(),
            Self::File(file) => file.snapshot.as_mut(),
            Self::Mail(mail) => mail.snapshot.as_mut(),
            Self::Terminal(action) => match &mut **action {
                TerminalAction::Snapshot(snapshot) => Some(snapshot),
                _ => None,
            },
            _ => None,
        }
    }

    /// The lists of steps that the action holds, to be changed.
    pub fn inner_mut(&mut self) -> Vec<&mut Vec<Step>> {
        match self {
            Self::When(it) => vec![&mut it.steps, &mut it.otherwise],
            Self::Repeat(it) => vec![&mut it.steps],
            Self::ForEach(it) => vec![&mut it.steps],
            _ => Vec::new(),
        }
    }

    /// The lists of steps that the action holds.
    #[must_use]
    pub fn inner(&self) -> Vec<&[Step]> {
        match self {
            Self::When(it) => vec![&it.steps, &it.otherwise],
            Self::Repeat(it) => vec![&it.steps],
            Self::ForEach(it) => vec![&it.steps],
            _ => Vec::new(),
        }
    }
}

impl Scenario {
    /// Every step, also those inside of others and those of `finally`, in order of their indexes.
    #[must_use]
    pub fn all_steps(&self) -> Vec<&Step> {
        let mut all = Vec::new();
        for step in self.before.iter().chain(&self.steps).chain(&self.finally) {
            step.collect(&mut all);
        }
        all
    }

    /// Everyone who acts in it, its own actor first; `None` is a visitor without a session.
    #[must_use]
    pub fn actors(&self) -> Vec<Option<&str>> {
        let mut actors = vec![self.actor.as_deref()];
        for step in self.all_steps() {
            let who = step.actor.as_deref().or(self.actor.as_deref());
            if !actors.contains(&who) {
                actors.push(who);
            }
        }
        actors
    }

    /// The snapshot of a checkpoint.
    #[must_use]
    pub fn snapshot(&self, checkpoint: &str) -> Option<&Snapshot> {
        let steps = self.all_steps();
        let mut all = steps.into_iter().filter_map(|step| step.action.snapshot());
        all.find(|it| it.name == checkpoint)
    }

    /// Whether a facet of a checkpoint cannot be told from noise.
    #[must_use]
    pub fn is_unstable(&self, checkpoint: &str, facet: FacetKind) -> bool {
        self.snapshot(checkpoint).is_some_and(|it| it.unstable.contains(&facet))
    }

    /// The facets that cannot be told from noise, with their checkpoints.
    #[must_use]
    pub fn unstable(&self) -> Vec<(&str, FacetKind)> {
        let steps = self.all_steps();
        let all = steps.into_iter().filter_map(|step| step.action.snapshot());
        all.flat_map(|it| it.unstable.iter().map(|facet| (it.name.as_str(), *facet))).collect()
    }

    /// Whether it uses this product.
    #[must_use]
    pub fn uses_product(&self, name: &str) -> bool {
        if self.uses.is_empty() {
            // A night of before there could be several.
            return self.product.as_deref().is_none_or(|it| it == name);
        }
        self.uses.iter().any(|it| it == name)
    }
}

impl Step {
    /// A step of the scenario's own, as it stands in a file.
    #[must_use]
    pub fn new(index: u32, file: &str, line: u32, action: Action) -> Self {
        Self {
            index,
            file: file.to_owned(),
            line,
            text: action.describe(),
            via: Vec::new(),
            actor: None,
            product: None,
            within_ms: None,
            action,
        }
    }

    /// It and the steps inside of it, in order.
    #[must_use]
    pub fn all(&self) -> Vec<&Self> {
        let mut all = Vec::new();
        self.collect(&mut all);
        all
    }

    fn collect<'a>(&'a self, all: &mut Vec<&'a Self>) {
        all.push(self);
        for step in self.action.inner().into_iter().flatten() {
            step.collect(all);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Locator;

    #[test]
    fn steps_of_the_first_plans_still_load() {
        let old = r#"[
            { "click": { "locator": { "role": { "role": "button", "name": "Apply" } }, "nth": 2 } },
            { "choose": { "from": { "locator": { "text": "Country" } }, "option": "NZ" } },
            { "upload": { "to": { "locator": { "text": "File" } }, "files": ["a.csv"] } },
            { "download": { "click": { "locator": { "text": "CSV" } }, "save_as": "a.csv" } }
        ]"#;
        let named = |text: &str| Target::plain(Locator::Text(Template::new(text)));
        let apply = Locator::Role { role: "button".to_owned(), name: Some("Apply".into()) };
        let expected = vec![
            Action::click(Target { nth: Some(2), ..Target::plain(apply) }),
            Action::Choose { from: named("Country"), options: vec!["NZ".into()] },
            Action::Upload { to: named("File"), by: UploadBy::Field, files: vec!["a.csv".into()] },
            Action::Download { click: named("CSV"), save_as: "a.csv".into(), named: None },
        ];
        assert_eq!(serde_json::from_str::<Vec<Action>>(old).ok(), Some(expected.clone()));
        let written = serde_json::to_string(&expected).ok();
        let read = written.and_then(|it| serde_json::from_str::<Vec<Action>>(&it).ok());
        assert_eq!(read, Some(expected));
    }
}
