//! Filling an [`Action`]: every `${name}` replaced by its value, just before it is carried out.
//!
//! Policy and surfaces only ever see filled actions; they read a template's text with
//! [`Template::raw`] and never resolve it again.

use super::scenario::{
    Action, CommandLine, DialogAnswer, FieldValue, OutputExpectation, PageCapture, PageExpectation,
    RunCommand, Snapshot, TextTest, WaitFor,
};
use super::target::Target;
use super::template::{Template, UnknownReference};

/// How one template becomes another: filled for good, or partly substituted.
pub type Fill<'a, E> = &'a dyn Fn(&Template) -> Result<Template, E>;

impl Action {
    /// The action with every reference replaced by what `lookup` knows.
    ///
    /// # Errors
    /// The first reference that `lookup` does not know.
    pub fn filled(
        &self,
        lookup: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, UnknownReference> {
        self.map(&|template: &Template| template.resolve(lookup).map(Template::new))
    }

    /// The action with every template replaced by what `fill` makes of it.
    ///
    /// # Errors
    /// What `fill` answers for the first template that it cannot fill.
    pub fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        let target = |target: &Target| target.map(fill);
        let optional = |it: &Option<Target>| it.as_ref().map(target).transpose();
        Ok(match self {
            Self::Open(url) => Self::Open(fill(url)?),
            Self::Back => Self::Back,
            Self::Reload => Self::Reload,
            Self::Click(it) => Self::Click(target(it)?),
            Self::Fill(fields) => Self::Fill(
                fields
                    .iter()
                    .map(|it| Ok(FieldValue { field: target(&it.field)?, value: fill(&it.value)? }))
                    .collect::<Result<_, E>>()?,
            ),
            Self::Type { text, into } => Self::Type { text: fill(text)?, into: optional(into)? },
            Self::Press { keys, on } => Self::Press { keys: keys.clone(), on: optional(on)? },
            Self::Choose { from, option } => {
                Self::Choose { from: target(from)?, option: fill(option)? }
            }
            Self::Check(it) => Self::Check(target(it)?),
            Self::Uncheck(it) => Self::Uncheck(target(it)?),
            Self::Upload { to, files } => Self::Upload {
                to: target(to)?,
                files: files.iter().map(fill).collect::<Result<_, E>>()?,
            },
            Self::Download { click, save_as } => {
                Self::Download { click: target(click)?, save_as: fill(save_as)? }
            }
            Self::Dialog(answer) => Self::Dialog(DialogAnswer {
                accept: answer.accept,
                message: answer.message.as_ref().map(fill).transpose()?,
                answer: answer.answer.as_ref().map(fill).transpose()?,
            }),
            Self::See(targets) => Self::See(targets.iter().map(target).collect::<Result<_, E>>()?),
            Self::SeeNot(targets) => {
                Self::SeeNot(targets.iter().map(target).collect::<Result<_, E>>()?)
            }
            Self::Expect(all) => {
                Self::Expect(all.iter().map(|it| it.map(fill)).collect::<Result<_, E>>()?)
            }
            Self::Wait { until, within_ms } => Self::Wait {
                until: match until {
                    WaitFor::Visible(it) => WaitFor::Visible(target(it)?),
                    WaitFor::Gone(it) => WaitFor::Gone(target(it)?),
                    WaitFor::Url(url) => WaitFor::Url(fill(url)?),
                },
                within_ms: *within_ms,
            },
            Self::Capture(captures) => Self::Capture(
                captures
                    .iter()
                    .map(|(name, it)| Ok((name.clone(), it.map(fill)?)))
                    .collect::<Result<_, E>>()?,
            ),
            Self::Snapshot(snapshot) => Self::Snapshot(snapshot.map(fill)?),
            Self::Run(run) => Self::Run(Box::new(run.map(fill)?)),
            Self::Use { skill, with } => Self::Use {
                skill: skill.clone(),
                with: with
                    .iter()
                    .map(|(name, it)| Ok((name.clone(), fill(it)?)))
                    .collect::<Result<_, E>>()?,
            },
        })
    }
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
            Self::State(target, state) => Self::State(target.map(fill)?, state.clone()),
        })
    }
}

impl PageCapture {
    fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        Ok(match self {
            Self::Text(target, regex) => Self::Text(target.map(fill)?, regex.clone()),
            Self::Value(target) => Self::Value(target.map(fill)?),
            Self::Attribute(target, name) => Self::Attribute(target.map(fill)?, name.clone()),
            Self::Url(regex) => Self::Url(regex.clone()),
        })
    }
}

impl RunCommand {
    fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        let optional = |it: &Option<Template>| it.as_ref().map(fill).transpose();
        Ok(Self {
            command: match &self.command {
                CommandLine::Argv(words) => {
                    CommandLine::Argv(words.iter().map(fill).collect::<Result<_, E>>()?)
                }
                CommandLine::Shell(line) => CommandLine::Shell(fill(line)?),
            },
            stdin: optional(&self.stdin)?,
            env: self
                .env
                .iter()
                .map(|(name, value)| Ok((name.clone(), fill(value)?)))
                .collect::<Result<_, E>>()?,
            cwd: optional(&self.cwd)?,
            timeout_ms: self.timeout_ms,
            exit: self.exit,
            outputs: self
                .outputs
                .iter()
                .map(|it| Ok(OutputExpectation { output: it.output, test: it.test.map(fill)? }))
                .collect::<Result<_, E>>()?,
            capture: self.capture.clone(),
            snapshot: self.snapshot.as_ref().map(|it| it.map(fill)).transpose()?,
        })
    }
}

impl Snapshot {
    fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        let mask = self.mask.iter().map(|it| it.map(fill)).collect::<Result<_, E>>()?;
        Ok(Self { mask, ..self.clone() })
    }
}

impl TextTest {
    fn map<E>(&self, fill: Fill<'_, E>) -> Result<Self, E> {
        Ok(match self {
            Self::Is(text) => Self::Is(fill(text)?),
            Self::Contains(text) => Self::Contains(fill(text)?),
            Self::Lacks(text) => Self::Lacks(fill(text)?),
            Self::Matches(regex) => Self::Matches(regex.clone()),
        })
    }
}

impl CommandLine {
    /// The line as a person would type it.
    #[must_use]
    pub fn display(&self) -> String {
        match self {
            Self::Argv(words) => shell_words::join(words.iter().map(Template::raw)),
            Self::Shell(line) => line.raw().to_owned(),
        }
    }
}
