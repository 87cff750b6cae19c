//! [`Action::describe`]: how a person would say a step, for reports and progress.

use super::scenario::{Action, CommandLine, PageCapture, PageExpectation, WaitFor};
use super::target::Target;

/// The most of a text that a description shows, in characters.
const SHOWN: usize = 80;

impl Action {
    /// The step in one line, as `click button "Apply"`. References stay as they were written.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Open(url) => format!("open {url}"),
            Self::Back => "back".to_owned(),
            Self::Reload => "reload".to_owned(),
            Self::Click(target) => format!("click {target}"),
            Self::Fill(fields) => {
                let fields =
                    fields.iter().map(|it| format!("{} with {}", it.field, quoted(it.value.raw())));
                format!("fill {}", joined(fields))
            }
            Self::Type { text, into } => {
                format!("type {}{}", quoted(text.raw()), suffix(" into ", into.as_ref()))
            }
            Self::Press { keys, on } => format!("press {keys}{}", suffix(" on ", on.as_ref())),
            Self::Choose { from, option } => format!("choose {} from {from}", quoted(option.raw())),
            Self::Check(target) => format!("check {target}"),
            Self::Uncheck(target) => format!("uncheck {target}"),
            Self::Upload { to, files } => format!("upload {} to {to}", joined(files.iter())),
            Self::Download { click, save_as } => format!("download {save_as} by {click}"),
            Self::Dialog(answer) => {
                let verb = if answer.accept { "accept" } else { "dismiss" };
                let text = |lead: &str, it: &Option<super::Template>| {
                    it.as_ref().map(|it| format!("{lead}{}", quoted(it.raw()))).unwrap_or_default()
                };
                format!(
                    "{verb} the dialog{}{}",
                    text(" ", &answer.message),
                    text(" with ", &answer.answer)
                )
            }
            Self::See(targets) => format!("see {}", joined(targets.iter())),
            Self::SeeNot(targets) => format!("see no {}", joined(targets.iter())),
            Self::Expect(all) => {
                format!("expect {}", joined(all.iter().map(PageExpectation::describe)))
            }
            Self::Wait { until: WaitFor::Visible(target), .. } => format!("wait for {target}"),
            Self::Wait { until: WaitFor::Gone(target), .. } => {
                format!("wait until {target} is gone")
            }
            Self::Wait { until: WaitFor::Url(url), .. } => format!("wait for the URL {url}"),
            Self::Capture(captures) => joined(
                captures.iter().map(|(name, it)| format!("capture {name} from {}", it.describe())),
            ),
            Self::Snapshot(snapshot) => format!("snapshot {}", snapshot.name),
            Self::Run(run) => format!("run {}", run.command.words()),
            Self::Use { skill, .. } => format!("use {skill}"),
        }
    }
}

impl CommandLine {
    /// The line on one line; words with references stay as they were written.
    fn words(&self) -> String {
        let line = match self {
            Self::Argv(words) => {
                let words = words.iter().map(super::Template::raw).map(|word| {
                    if word.contains("${") && !word.contains(char::is_whitespace) {
                        word.into()
                    } else {
                        shell_words::quote(word)
                    }
                });
                words.collect::<Vec<_>>().join(" ")
            }
            Self::Shell(line) => line.raw().trim_end().to_owned(),
        };
        line.replace('\n', "⏎")
    }
}

impl PageExpectation {
    fn describe(&self) -> String {
        match self {
            Self::Title(text) => format!("the title {}", quoted(text.raw())),
            Self::Url(url) => format!("the URL {url}"),
            Self::Count(target, count) => format!("{count} of {target}"),
            Self::Value(target, text) => {
                format!("{target} to have the value {}", quoted(text.raw()))
            }
            Self::Attribute(target, name, Some(text)) => {
                format!("{target} to have {name}={}", quoted(text.raw()))
            }
            Self::Attribute(target, name, None) => format!("{target} to have no {name}"),
            Self::State(target, state) => format!("{target} to be {state}"),
        }
    }
}

impl PageCapture {
    fn describe(&self) -> String {
        match self {
            Self::Text(target, _) => target.to_string(),
            Self::Value(target) => format!("the value of {target}"),
            Self::Attribute(target, name) => format!("{name} of {target}"),
            Self::Url(_) => "the URL".to_owned(),
        }
    }
}

fn suffix(lead: &str, target: Option<&Target>) -> String {
    target.map(|it| format!("{lead}{it}")).unwrap_or_default()
}

fn joined<T: std::fmt::Display>(items: impl Iterator<Item = T>) -> String {
    items.map(|it| it.to_string()).collect::<Vec<_>>().join(", ")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", one_line(text))
}

/// The text on one line, cut where it is long.
fn one_line(text: &str) -> String {
    let flat = text.trim_end().replace('\n', "⏎");
    match flat.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", &flat[..at]),
        None => flat,
    }
}
