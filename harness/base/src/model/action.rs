//! [`Step`]: one intent, and the closed enum [`Action`]: all that a step may do. [`When`],
//! [`Repeat`], [`ForEach`] and [`Goal`] are actions that hold steps, so all six stand in one file.
//!
//! `plan` expands `for-each` and `use`; the others are decided while the scenario runs. Every step
//! has an index of its own, counted in the order in which the file has them.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::artifact::{FileStep, MailStep};
use super::bounds::Bounds;
use super::budget::Budget;
use super::command::RunCommand;
use super::control::Condition;
use super::gesture::{Click, DragTo, DropAt, Network, ScrollTo, Tab, UploadBy};
use super::page::{DialogAnswer, FieldValue, PageCapture, PageExpectation, WaitFor};
use super::page_settings::PageSettings;
use super::snapshot::Snapshot;
use super::surface::Surface;
use super::target::Target;
use super::template::Template;
use super::terminal::TerminalAction;
use super::worked::Worked;

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
        /// Where on the thing; `None` is what its place in a list asks for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<DropAt>,
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
    /// Keep values under names that are worked out of others.
    Set(IndexMap<String, Worked>),
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
    /// Have a language model say what it thinks of this; it decides nothing.
    Judge(Template),
    /// Do what words say.
    Do(Box<Goal>),
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

/// How many actions a goal may take where its author does not say.
pub const MOST_ACTIONS: u32 = 20;

/// How long a goal may take where its author does not say, in milliseconds.
pub const LONGEST_MS: u64 = 60_000;

/// A step in plain words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Goal {
    /// What is to be done, as a person would say it.
    pub words: Template,
    /// How many actions it may take.
    pub at_most: u32,
    /// What must hold after it: checks, each a step of its own.
    pub until: Vec<Step>,
    /// What a model may take towards it.
    #[serde(default, skip_serializing_if = "Budget::is_empty")]
    pub budget: Budget,
    /// How often a model looks for a way while there is no recording; `None` is as the suite says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    /// What is used towards it.
    #[serde(default, skip_serializing_if = "Using::is_pages")]
    pub using: Using,
    /// What may be proposed: all of these hold together. `plan` gives them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bounds: Vec<Bounds>,
    /// The checkpoint that holds its recording; `plan` names it, and not where steps are repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Snapshot>,
}

/// What is used towards a goal. A step of a suite uses pages; all else is for what a model tries by
/// itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Using {
    /// Pages.
    #[default]
    Pages,
    /// Pages, and the commands of the product that the suite names.
    PagesAndCommands,
    /// These commands alone: no page is opened.
    Commands,
}

/// Steps that are done where a condition holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    /// The condition, looked at once.
    pub condition: Condition,
    /// What is done where it holds.
    pub steps: Vec<Step>,
    /// What is done where it does not.
    pub otherwise: Vec<Step>,
}

/// Steps that are done several times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeat {
    /// How often at most; without `until` and `over` exactly so often.
    pub times: u32,
    /// The list that it goes through, one round for each of its items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<Over>,
    /// Ends it as soon as it holds before a round; that it never did is a failure.
    pub until: Option<Condition>,
    /// What is done.
    pub steps: Vec<Step>,
}

/// A list that was captured, to be gone through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Over {
    /// The name of the list.
    pub list: String,
    /// The name that the item of a round has.
    pub item: String,
}

/// Steps that are done once for every row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForEach {
    /// The key of each row, which names its checkpoints, and the values of its fields.
    pub rows: Vec<(String, IndexMap<String, Template>)>,
    /// What is done.
    pub steps: Vec<Step>,
}

/// The labels of options; the first plans had one, without a list around it.
fn one_or_many<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<Template>, D::Error> {
    match serde_json::Value::deserialize(from)? {
        serde_json::Value::String(only) => Ok(vec![Template::new(only)]),
        several => serde_json::from_value(several).map_err(serde::de::Error::custom),
    }
}

impl Using {
    /// Whether there is a page.
    #[must_use]
    pub fn has_pages(self) -> bool {
        match self {
            Self::Pages | Self::PagesAndCommands => true,
            Self::Commands => false,
        }
    }

    /// Whether commands may be proposed.
    #[must_use]
    pub fn has_commands(self) -> bool {
        match self {
            Self::PagesAndCommands | Self::Commands => true,
            Self::Pages => false,
        }
    }

    fn surface(self) -> Surface {
        if self.has_pages() { Surface::Browser } else { Surface::Command }
    }

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
    fn is_pages(&self) -> bool {
        *self == Self::Pages
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
            Self::Run(_) | Self::File(_) | Self::Mail(_) | Self::Set(_) => Some(Surface::Command),
            Self::Terminal(_) => Some(Surface::Terminal),
            Self::When(it) => Some(it.condition.surface()),
            Self::Repeat(it) => {
                Some(it.until.as_ref().map_or(Surface::Command, Condition::surface))
            }
            Self::Do(it) => Some(it.using.surface()),
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
            | Self::Judge(_)
            | Self::Snapshot(_) => Some(Surface::Browser),
        }
    }

    /// Whether it only looks at a page that is open.
    #[must_use]
    pub fn only_looks(&self) -> bool {
        matches!(
            self,
            Self::See(_)
                | Self::SeeNot(_)
                | Self::Expect(_)
                | Self::Wait { .. }
                | Self::Capture(_)
                | Self::Snapshot(_)
        )
    }

    /// The checkpoint that the action itself takes, if it takes one.
    #[must_use]
    pub fn snapshot(&self) -> Option<&Snapshot> {
        match self {
            Self::Snapshot(snapshot) => Some(snapshot),
            Self::Run(run) => run.snapshot.as_ref(),
            Self::File(file) => file.snapshot.as_ref(),
            Self::Mail(mail) => mail.snapshot.as_ref(),
            Self::Do(goal) => goal.recorded.as_ref(),
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
            Self::Do(goal) => goal.recorded.as_mut(),
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
            Self::Do(it) => vec![&mut it.until],
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
            Self::Do(it) => vec![&it.until],
            Self::When(it) => vec![&it.steps, &it.otherwise],
            Self::Repeat(it) => vec![&it.steps],
            Self::ForEach(it) => vec![&it.steps],
            _ => Vec::new(),
        }
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
    fn what_looks_at_a_page_is_told_from_what_uses_it_or_asks_somebody() {
        let button = || Target::plain(Locator::Text(Template::new("Apply")));
        assert!(Action::See(vec![button()]).only_looks());
        assert!(Action::SeeNot(vec![button()]).only_looks());
        for other in [Action::click(button()), Action::Hover(button()), Action::Judge("it".into())]
        {
            assert!(!other.only_looks(), "{other:?}");
        }
    }

    #[test]
    fn a_goal_needs_a_page_unless_it_is_reached_by_commands_alone() {
        let goal = |using: Using| Action::Do(Box::new(Goal { using, ..Goal::default() }));
        assert_eq!(goal(Using::Pages).surface(), Some(Surface::Browser));
        assert_eq!(goal(Using::PagesAndCommands).surface(), Some(Surface::Browser));
        assert_eq!(goal(Using::Commands).surface(), Some(Surface::Command));
        let written = |it: &Action| serde_json::to_string(it).expect("plain data");
        assert!(!written(&goal(Using::Pages)).contains("using"), "plans are as they were");
        let commands = goal(Using::Commands);
        assert_eq!(serde_json::from_str::<Action>(&written(&commands)).ok(), Some(commands));
    }

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
