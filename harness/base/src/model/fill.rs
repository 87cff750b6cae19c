//! Filling an [`Action`]: every `${name}` replaced by its value, just before it is carried out.
//!
//! Policy and surfaces only ever see filled actions; they read a template's text with
//! [`Template::raw`] and never resolve it again.

use indexmap::IndexMap;

use super::action::{Action, ForEach, Goal, Repeat, Step, When};
use super::artifact::{FileStep, MailCapture, MailStep, TextCapture};
use super::command::{CommandCapture, CommandLine, OutputExpectation, RunCommand, TextTest};
use super::control::Condition;
use super::gesture::{Click, DragTo, ScrollTo, Tab};
use super::page::{DialogAnswer, FieldValue, PageCapture, PageExpectation, WaitFor};
use super::pattern::Pattern;
use super::snapshot::{Snapshot, Unordered};
use super::target::Target;
use super::template::{Fill, Template, UnknownReference};
use super::terminal::{StartProgram, TerminalAction};
use super::worked::Worked;

impl Action {
    /// The action with every reference replaced by what `lookup` knows. Steps inside of it keep
    /// theirs: they are filled when it is their turn.
    ///
    /// # Errors
    /// The first reference that `lookup` does not know.
    pub fn filled(
        &self,
        lookup: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, UnknownReference> {
        let fill = |template: &Template| template.resolve(lookup).map(Template::new);
        Ok(match self {
            Self::When(it) => {
                Self::When(Box::new(When { condition: it.condition.map(&fill)?, ..(**it).clone() }))
            }
            Self::Repeat(it) => Self::Repeat(Box::new(Repeat {
                until: it.until.as_ref().map(|it| it.map(&fill)).transpose()?,
                ..(**it).clone()
            })),
            Self::Do(it) => Self::Do(Box::new(Goal { words: fill(&it.words)?, ..(**it).clone() })),
            _ => self.map(&fill)?,
        })
    }

    /// The action with every template replaced by what `fill` makes of it.
    ///
    /// # Errors
    /// What `fill` answers for the first template that it cannot fill.
    pub fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        let target = |target: &Target| target.map(fill);
        let optional = |it: &Option<Target>| it.as_ref().map(target).transpose();
        Ok(match self {
            Self::Back | Self::Forward | Self::Reload | Self::CloseTab | Self::Network(_) => {
                self.clone()
            }
            Self::Open(url) => Self::Open(fill(url)?),
            Self::Click(it) => Self::Click(Click { target: target(&it.target)?, ..it.clone() }),
            Self::Hover(it) => Self::Hover(target(it)?),
            Self::Drag { from, to, at } => {
                Self::Drag { from: target(from)?, to: to.map(fill)?, at: *at }
            }
            Self::Scroll { to, within: it } => {
                Self::Scroll { to: to.map(fill)?, within: optional(it)? }
            }
            Self::Clear(it) => Self::Clear(target(it)?),
            Self::Fill(fields) => Self::Fill(every(fields, |it| it.map(fill))?),
            Self::Type { text, into } => Self::Type { text: fill(text)?, into: optional(into)? },
            Self::Press { keys, on } => Self::Press { keys: keys.clone(), on: optional(on)? },
            Self::Paste { text, into } => Self::Paste { text: fill(text)?, into: optional(into)? },
            Self::Choose { from, options } => {
                Self::Choose { from: target(from)?, options: every(options, fill)? }
            }
            Self::Expand(it) => Self::Expand(target(it)?),
            Self::Collapse(it) => Self::Collapse(target(it)?),
            Self::Check(it) => Self::Check(target(it)?),
            Self::Uncheck(it) => Self::Uncheck(target(it)?),
            Self::Upload { to, by, files } => {
                Self::Upload { to: target(to)?, by: *by, files: every(files, fill)? }
            }
            Self::Download { click, save_as, named } => {
                let (click, named) = (target(click)?, named.as_ref().map(fill).transpose()?);
                Self::Download { click, save_as: fill(save_as)?, named }
            }
            Self::Print(save_as) => Self::Print(fill(save_as)?),
            Self::Tab(tab) => Self::Tab(tab.map(fill)?),
            Self::Emulate(settings) => Self::Emulate(Box::new(settings.map(fill)?)),
            Self::Dialog(answer) => Self::Dialog(answer.map(fill)?),
            Self::See(targets) => Self::See(every(targets, target)?),
            Self::SeeNot(targets) => Self::SeeNot(every(targets, target)?),
            Self::Expect(all) => Self::Expect(every(all, |it| it.map(fill))?),
            Self::Wait { until, within_ms } => {
                Self::Wait { until: until.map(fill)?, within_ms: *within_ms }
            }
            Self::Capture(all) => Self::Capture(each_of(all, |it| it.map(fill))?),
            Self::Set(all) => Self::Set(each_of(all, |it| it.map(fill))?),
            Self::Snapshot(snapshot) => Self::Snapshot(snapshot.map(fill)?),
            Self::Run(run) => Self::Run(Box::new(run.map(fill)?)),
            Self::Terminal(action) => Self::Terminal(Box::new(action.map(fill)?)),
            Self::File(it) => Self::File(Box::new(it.map(fill)?)),
            Self::Mail(it) => Self::Mail(Box::new(it.map(fill)?)),
            Self::Do(it) => Self::Do(Box::new(it.map(fill)?)),
            Self::Judge(statement) => Self::Judge(fill(statement)?),
            Self::When(it) => Self::When(Box::new(it.map(fill)?)),
            Self::Repeat(it) => Self::Repeat(Box::new(it.map(fill)?)),
            Self::ForEach(it) => Self::ForEach(Box::new(it.map(fill)?)),
            Self::Use { skill, with } => {
                Self::Use { skill: skill.clone(), with: each_of(with, fill)? }
            }
        })
    }
}

/// All of what has names, or the first error.
fn each_of<'a, T: 'a, N: FromIterator<(String, M)>, M, E>(
    all: impl IntoIterator<Item = (&'a String, &'a T)>,
    map: impl Fn(&T) -> Result<M, E>,
) -> Result<N, E> {
    all.into_iter().map(|(name, it)| Ok((name.clone(), map(it)?))).collect()
}

/// All of a list, or the first error.
fn every<T, N: FromIterator<M>, M, E>(
    all: impl IntoIterator<Item = T>,
    map: impl Fn(T) -> Result<M, E>,
) -> Result<N, E> {
    all.into_iter().map(map).collect()
}

/// Steps inside of another; what a person reads of them follows.
fn steps<E>(all: &[Step], fill: Fill<'_, E>) -> Result<Vec<Step>, E> {
    all.iter()
        .map(|step| {
            let action = step.action.map(fill)?;
            Ok(Step { text: action.describe(), action, ..step.clone() })
        })
        .collect()
}

impl Goal {
    fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        let (words, until) = (fill(&self.words)?, steps(&self.until, fill)?);
        Ok(Self { words, until, ..self.clone() })
    }
}

impl DragTo {
    fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        Ok(match self {
            Self::Thing(it) => Self::Thing(it.map(fill)?),
            Self::By(offset) => Self::By(offset.map(fill)?),
        })
    }
}

impl ScrollTo {
    fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        Ok(match self {
            Self::Thing(it) => Self::Thing(it.map(fill)?),
            Self::By(offset) => Self::By(offset.map(fill)?),
            Self::Start => Self::Start,
            Self::End => Self::End,
        })
    }
}

impl FieldValue {
    fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        Ok(Self { field: self.field.map(fill)?, value: fill(&self.value)? })
    }
}

impl Tab {
    fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        Ok(match self {
            Self::Newest => Self::Newest,
            Self::First => Self::First,
            Self::Title(title) => Self::Title(fill(title)?),
            Self::Url(url) => Self::Url(fill(url)?),
        })
    }
}

impl DialogAnswer {
    fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        Ok(Self {
            accept: self.accept,
            message: self.message.as_ref().map(fill).transpose()?,
            answer: self.answer.as_ref().map(fill).transpose()?,
        })
    }
}

impl When {
    fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        Ok(Self {
            condition: self.condition.map(fill)?,
            steps: steps(&self.steps, fill)?,
            otherwise: steps(&self.otherwise, fill)?,
        })
    }
}

impl Repeat {
    fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        Ok(Self {
            times: self.times,
            over: self.over.clone(),
            until: self.until.as_ref().map(|it| it.map(fill)).transpose()?,
            steps: steps(&self.steps, fill)?,
        })
    }
}

impl ForEach {
    fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        let row = |(key, values): &(String, IndexMap<String, Template>)| {
            Ok((key.clone(), each_of(values, fill)?))
        };
        Ok(Self { rows: every(&self.rows, row)?, steps: steps(&self.steps, fill)? })
    }
}

impl WaitFor {
    fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        Ok(match self {
            Self::Visible(it) => Self::Visible(it.map(fill)?),
            Self::Gone(it) => Self::Gone(it.map(fill)?),
            Self::Url(url) => Self::Url(fill(url)?),
        })
    }
}

impl Condition {
    fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        Ok(match self {
            Self::Page(it) => Self::Page(it.map(fill)?),
            Self::Value { value, test } => {
                Self::Value { value: fill(value)?, test: test.map(fill)? }
            }
        })
    }
}

impl TerminalAction {
    fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        Ok(match self {
            Self::Start(program) => Self::Start(StartProgram {
                command: program.command.map(fill)?,
                env: each_of(&program.env, fill)?,
                cwd: program.cwd.as_ref().map(fill).transpose()?,
                ..program.clone()
            }),
            Self::Type(text) => Self::Type(fill(text)?),
            Self::WaitScreen { tests, within_ms } => {
                Self::WaitScreen { tests: tested(tests, fill)?, within_ms: *within_ms }
            }
            Self::Snapshot(snapshot) => Self::Snapshot(snapshot.map(fill)?),
            Self::Keys(_) | Self::Resize { .. } | Self::Stop { .. } => self.clone(),
        })
    }
}

impl FileStep {
    fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        Ok(Self {
            path: fill(&self.path)?,
            tests: tested(&self.tests, fill)?,
            capture: each_of(&self.capture, |it| it.map(fill))?,
            snapshot: self.snapshot.as_ref().map(|it| it.map(fill)).transpose()?,
            ..self.clone()
        })
    }
}

impl MailStep {
    fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        Ok(Self {
            to: fill(&self.to)?,
            subject: self.subject.as_ref().map(fill).transpose()?,
            tests: tested(&self.tests, fill)?,
            capture: self
                .capture
                .iter()
                .map(|(name, it)| Ok((name.clone(), it.map(fill)?)))
                .collect::<Result<_, E>>()?,
            snapshot: self.snapshot.as_ref().map(|it| it.map(fill)).transpose()?,
            within_ms: self.within_ms,
        })
    }
}

impl MailCapture {
    fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        Ok(match self {
            Self::Link(text) => Self::Link(text.as_ref().map(fill).transpose()?),
            Self::Text(capture) => Self::Text(capture.map(fill)?),
        })
    }
}

fn pattern<E>(part: Option<&Pattern>, fill: Fill<'_, E>) -> Result<Option<Pattern>, E> {
    part.map(|it| it.map(fill)).transpose()
}

fn tested<E>(tests: &[TextTest], fill: Fill<'_, E>) -> Result<Vec<TextTest>, E> {
    tests.iter().map(|it| it.map(fill)).collect()
}

impl PageExpectation {
    fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        Ok(match self {
            Self::Title(text) => Self::Title(fill(text)?),
            Self::Url(text) => Self::Url(fill(text)?),
            Self::Count(target, count) => Self::Count(target.map(fill)?, *count),
            Self::Value(target, text) => Self::Value(target.map(fill)?, fill(text)?),
            Self::Attribute(target, name, text) => Self::Attribute(
                target.map(fill)?,
                name.clone(),
                text.as_ref().map(fill).transpose()?,
            ),
            Self::Clipboard(text) => Self::Clipboard(fill(text)?),
            Self::State(target, state) => Self::State(target.map(fill)?, state.clone()),
        })
    }
}

impl PageCapture {
    fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        Ok(match self {
            Self::Text(target, part) => {
                Self::Text(target.map(fill)?, pattern(part.as_ref(), fill)?)
            }
            Self::Texts(target, part) => {
                Self::Texts(target.map(fill)?, pattern(part.as_ref(), fill)?)
            }
            Self::Value(target) => Self::Value(target.map(fill)?),
            Self::Values(target) => Self::Values(target.map(fill)?),
            Self::Attribute(target, name) => Self::Attribute(target.map(fill)?, name.clone()),
            Self::Attributes(target, name) => Self::Attributes(target.map(fill)?, name.clone()),
            Self::Url(part) => Self::Url(pattern(part.as_ref(), fill)?),
            Self::Clipboard => Self::Clipboard,
        })
    }
}

impl Worked {
    fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        Ok(Self {
            of: fill(&self.of)?,
            matching: pattern(self.matching.as_ref(), fill)?,
            ..self.clone()
        })
    }
}

impl RunCommand {
    fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        let optional = |it: &Option<Template>| it.as_ref().map(fill).transpose();
        Ok(Self {
            command: self.command.map(fill)?,
            stdin: optional(&self.stdin)?,
            env: each_of(&self.env, fill)?,
            cwd: optional(&self.cwd)?,
            timeout_ms: self.timeout_ms,
            exit: self.exit,
            outputs: self
                .outputs
                .iter()
                .map(|it| Ok(OutputExpectation { output: it.output, test: it.test.map(fill)? }))
                .collect::<Result<_, E>>()?,
            capture: each_of(&self.capture, |it| it.map(fill))?,
            snapshot: self.snapshot.as_ref().map(|it| it.map(fill)).transpose()?,
        })
    }
}

impl CommandCapture {
    fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        Ok(match self {
            Self::Regex(output, pattern) => Self::Regex(*output, pattern.map(fill)?),
            Self::Matches(output, pattern) => Self::Matches(*output, pattern.map(fill)?),
            Self::Json(..)
            | Self::Items(..)
            | Self::Line(..)
            | Self::Lines(_)
            | Self::Whole(_)
            | Self::EachLine(_) => self.clone(),
        })
    }
}

impl TextCapture {
    fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        Ok(match self {
            Self::Regex(pattern) => Self::Regex(pattern.map(fill)?),
            Self::Matches(pattern) => Self::Matches(pattern.map(fill)?),
            Self::Json(_)
            | Self::Items(_)
            | Self::Line(_)
            | Self::Lines
            | Self::Whole
            | Self::EachLine => self.clone(),
        })
    }
}

impl Snapshot {
    fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        let mask = self.mask.iter().map(|it| it.map(fill)).collect::<Result<_, E>>()?;
        let unordered = self.unordered.iter().map(|it| match it {
            Unordered::Facet(facet) => Ok(Unordered::Facet(*facet)),
            Unordered::Target(target) => target.map(fill).map(Unordered::Target),
        });
        let unordered = unordered.collect::<Result<_, E>>()?;
        Ok(Self { mask, unordered, image: self.image.map(fill)?, ..self.clone() })
    }
}

impl TextTest {
    fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        Ok(match self {
            Self::Is(text) => Self::Is(fill(text)?),
            Self::Contains(text) => Self::Contains(fill(text)?),
            Self::Lacks(text) => Self::Lacks(fill(text)?),
            Self::Matches(pattern) => Self::Matches(pattern.map(fill)?),
        })
    }
}

impl CommandLine {
    /// The line with every template replaced by what `fill` makes of it.
    ///
    /// # Errors
    /// What `fill` answers for the first template that it cannot fill.
    pub fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        Ok(match self {
            Self::Argv(words) => Self::Argv(every(words, fill)?),
            Self::Shell(line) => Self::Shell(fill(line)?),
        })
    }

    /// The line as a person would type it.
    #[must_use]
    pub fn display(&self) -> String {
        match self {
            Self::Argv(words) => shell_words::join(words.iter().map(Template::raw)),
            Self::Shell(line) => line.raw().to_owned(),
        }
    }
}
