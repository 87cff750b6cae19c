//! [`Action::describe`]: how a person would say a step, for reports and progress.

use super::action::{Action, Repeat};
use super::artifact::{FileStep, MailStep, Presence};
use super::command::{CommandLine, TextTest};
use super::control::Condition;
use super::gesture::{
    Click, ClickKind, DragTo, DropAt, Modifier, Network, ScrollTo, Tab, UploadBy,
};
use super::page::{DialogAnswer, FieldValue, PageCapture, PageExpectation, WaitFor};
use super::page_settings::PageSettings;
use super::target::Target;
use super::template::Template;
use super::terminal::TerminalAction;
use super::worked::Worked;

/// The most of a text that a description shows, in characters.
const SHOWN: usize = 80;

impl Action {
    /// The step in one line, as `click button "Apply"`. References stay as they were written.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Open(url) => format!("open {url}"),
            Self::Back => "back".to_owned(),
            Self::Forward => "forward".to_owned(),
            Self::Reload => "reload".to_owned(),
            Self::Click(click) => click.describe(),
            Self::Hover(target) => format!("hover over {target}"),
            Self::Drag { from, to, at } => format!("drag {from} {}", to.describe(*at)),
            Self::Scroll { to, within } => {
                format!("scroll{} {}", suffix(" ", within.as_ref()), to.describe())
            }
            Self::Clear(target) => format!("clear {target}"),
            Self::Fill(fields) => many("fill", fields, FieldValue::describe),
            Self::Type { text, into } => {
                format!("type {}{}", quoted(text.raw()), suffix(" into ", into.as_ref()))
            }
            Self::Press { keys, on } => format!("press {keys}{}", suffix(" on ", on.as_ref())),
            Self::Paste { text, into } => {
                format!("paste {}{}", quoted(text.raw()), suffix(" into ", into.as_ref()))
            }
            Self::Choose { from, options } => {
                format!("choose {} from {from}", joined(options.iter().map(|it| quoted(it.raw()))))
            }
            Self::Expand(target) => format!("expand {target}"),
            Self::Collapse(target) => format!("collapse {target}"),
            Self::Check(target) => format!("check {target}"),
            Self::Uncheck(target) => format!("uncheck {target}"),
            Self::Upload { to, by, files } => {
                format!("upload {} {} {to}", joined(files.iter()), by.describe())
            }
            Self::Download { click, save_as, .. } => format!("download {save_as} by {click}"),
            Self::Print(save_as) => format!("print {save_as}"),
            Self::Tab(tab) => tab.describe(),
            Self::CloseTab => "close the tab".to_owned(),
            Self::Network(network) => network.describe(),
            Self::Emulate(settings) => format!("emulate {}", settings.describe()),
            Self::Dialog(answer) => answer.describe(),
            Self::See(targets) => format!("see {}", joined(targets.iter())),
            Self::SeeNot(targets) => format!("see no {}", joined(targets.iter())),
            Self::Expect(all) => many("expect", all, PageExpectation::describe),
            Self::Wait { until: WaitFor::Gone(it), .. } => format!("wait until {it} is gone"),
            Self::Wait { until, .. } => format!("wait for {}", until.describe()),
            Self::Capture(captures) => joined(
                captures.iter().map(|(name, it)| format!("capture {name} from {}", it.describe())),
            ),
            Self::Set(all) => joined(all.iter().map(|(name, it)| it.describe(name))),
            Self::Snapshot(snapshot) => format!("snapshot {}", snapshot.name),
            Self::Run(run) => format!("run {}", run.command.words()),
            Self::Terminal(action) => action.describe(),
            Self::File(file) => file.describe(),
            Self::Mail(mail) => mail.describe(),
            Self::Do(goal) => goal.words.raw().to_owned(),
            Self::Judge(statement) => format!("ask whether {statement}"),
            Self::When(when) => format!("when {}", when.condition.describe()),
            Self::Repeat(repeat) => repeat.describe(),
            Self::ForEach(rows) => format!("for each of {} rows", rows.rows.len()),
            Self::Use { skill, .. } => format!("use {skill}"),
        }
    }
}

/// What is done with several things.
fn many<T>(verb: &str, all: &[T], describe: impl Fn(&T) -> String) -> String {
    format!("{verb} {}", joined(all.iter().map(describe)))
}

impl Click {
    fn describe(&self) -> String {
        let verb = match self.kind {
            ClickKind::Single => "click",
            ClickKind::Double => "double-click",
            ClickKind::Right => "right-click",
        };
        let keys: Vec<&str> = self.holding.iter().copied().map(Modifier::word).collect();
        let holding =
            if keys.is_empty() { String::new() } else { format!(" holding {}", keys.join("+")) };
        format!("{verb} {}{holding}", self.target)
    }
}

impl DragTo {
    fn describe(&self, at: Option<DropAt>) -> String {
        match self {
            Self::Thing(target) => format!("{} {target}", at.map_or("to", DropAt::word)),
            Self::By(offset) => format!("by {offset}"),
        }
    }
}

impl FieldValue {
    fn describe(&self) -> String {
        format!("{} with {}", self.field, quoted(self.value.raw()))
    }
}

impl UploadBy {
    /// The words between the files and where they go.
    fn describe(self) -> &'static str {
        match self {
            Self::Field => "to",
            Self::Chooser => "by",
            Self::Drop => "by dropping on",
        }
    }
}

impl DialogAnswer {
    fn describe(&self) -> String {
        let verb = if self.accept { "accept" } else { "dismiss" };
        let text = |lead: &str, it: &Option<Template>| {
            it.as_ref().map(|it| format!("{lead}{}", quoted(it.raw()))).unwrap_or_default()
        };
        format!("{verb} the dialog{}{}", text(" ", &self.message), text(" with ", &self.answer))
    }
}

impl FileStep {
    fn describe(&self) -> String {
        match self.presence {
            Presence::There => format!("file {}", self.path),
            Presence::Gone => format!("no file {}", self.path),
        }
    }
}

impl MailStep {
    fn describe(&self) -> String {
        let subject = self.subject.as_ref().map(|it| format!(" about {}", quoted(it.raw())));
        format!("mail to {}{}", self.to, subject.unwrap_or_default())
    }
}

impl Repeat {
    fn describe(&self) -> String {
        match (&self.over, &self.until) {
            (Some(over), _) => format!("for each of ${{{}}}", over.list),
            (None, Some(until)) => {
                format!("repeat until {}, at most {} times", until.describe(), self.times)
            }
            (None, None) => format!("repeat {} times", self.times),
        }
    }
}

impl ScrollTo {
    fn describe(&self) -> String {
        match self {
            Self::Thing(target) => format!("to {target}"),
            Self::By(offset) => format!("by {offset}"),
            Self::Start => "to the start".to_owned(),
            Self::End => "to the end".to_owned(),
        }
    }
}

impl Tab {
    fn describe(&self) -> String {
        match self {
            Self::Newest => "go to the newest tab".to_owned(),
            Self::First => "go to the first tab".to_owned(),
            Self::Title(title) => format!("go to the tab {}", quoted(title.raw())),
            Self::Url(url) => format!("go to the tab at {url}"),
        }
    }
}

impl Network {
    fn describe(self) -> String {
        match self {
            Self::Online => "network online".to_owned(),
            Self::Offline => "network offline".to_owned(),
            Self::Slow { latency_ms, rate: None } => format!("network slow, {latency_ms}ms"),
            Self::Slow { latency_ms, rate: Some(rate) } => {
                format!("network slow, {latency_ms}ms and {rate} kB/s")
            }
        }
    }
}

impl PageSettings {
    /// The names of what is said here.
    fn describe(&self) -> String {
        let said = [
            ("viewport", self.viewport.is_some()),
            ("scale", self.scale.is_some()),
            ("touch", self.touch.is_some()),
            ("color-scheme", self.color_scheme.is_some()),
            ("reduced-motion", self.reduced_motion.is_some()),
            ("locale", self.locale.is_some()),
            ("timezone", self.timezone.is_some()),
            ("now", self.now.is_some()),
            ("user-agent", self.user_agent.is_some()),
            ("permissions", !self.permissions.is_empty()),
            ("geolocation", self.geolocation.is_some()),
            ("network", self.network.is_some()),
            ("credentials", self.credentials.is_some()),
            ("cookies", !self.cookies.is_empty()),
            ("storage", !self.storage.is_empty()),
        ];
        joined(said.into_iter().filter(|(_, said)| *said).map(|(name, _)| name))
    }
}

impl TerminalAction {
    fn describe(&self) -> String {
        match self {
            Self::Start(program) => format!("start {}", program.command.words()),
            Self::Type(text) => format!("type {}", quoted(text.raw())),
            Self::Keys(keys) => format!("keys {}", keys.join(" ")),
            Self::WaitScreen { tests, .. } => {
                format!("wait for a screen that {}", joined(tests.iter().map(TextTest::describe)))
            }
            Self::Resize { columns, rows } => format!("resize the terminal to {columns}x{rows}"),
            Self::Stop { exit: Some(code), .. } => format!("wait for the end with exit {code}"),
            Self::Stop { exit: None, .. } => "stop the program".to_owned(),
            Self::Snapshot(snapshot) => format!("snapshot {}", snapshot.name),
        }
    }
}

impl TextTest {
    fn describe(&self) -> String {
        match self {
            Self::Is(text) => format!("is {}", quoted(text.raw())),
            Self::Contains(text) => format!("contains {}", quoted(text.raw())),
            Self::Lacks(text) => format!("lacks {}", quoted(text.raw())),
            Self::Matches(regex) => format!("matches {}", quoted(regex.raw())),
        }
    }
}

impl Condition {
    /// The condition in words: `button "Next" is there`.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Page(WaitFor::Visible(target)) => format!("{target} is there"),
            Self::Page(WaitFor::Gone(target)) => format!("{target} is not there"),
            Self::Page(WaitFor::Url(url)) => format!("the URL is {url}"),
            Self::Value { value, test } => format!("{} {}", quoted(value.raw()), test.describe()),
        }
    }
}

impl WaitFor {
    fn describe(&self) -> String {
        match self {
            Self::Visible(target) | Self::Gone(target) => target.to_string(),
            Self::Url(url) => format!("the URL {url}"),
        }
    }
}

impl CommandLine {
    /// The line on one line; words with references stay as they were written.
    #[must_use]
    pub fn words(&self) -> String {
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
            Self::Clipboard(text) => format!("the clipboard to hold {}", quoted(text.raw())),
            Self::State(target, state) => format!("{target} to be {state}"),
        }
    }
}

impl PageCapture {
    fn describe(&self) -> String {
        match self {
            Self::Text(target, _) => target.to_string(),
            Self::Texts(target, _) => format!("every {target}"),
            Self::Value(target) => format!("the value of {target}"),
            Self::Values(target) => format!("the value of every {target}"),
            Self::Attribute(target, name) => format!("{name} of {target}"),
            Self::Attributes(target, name) => format!("{name} of every {target}"),
            Self::Url(_) => "the URL".to_owned(),
            Self::Clipboard => "the clipboard".to_owned(),
        }
    }
}

impl Worked {
    fn describe(&self, name: &str) -> String {
        let of = quoted(self.of.raw());
        let part = self.matching.as_ref().map(|it| format!(" matching {it}")).unwrap_or_default();
        let form = self.form.map(|it| format!(" as {it}")).unwrap_or_default();
        let table = if self.table.is_empty() { "" } else { ", by a table" };
        format!("set {name} to {of}{part}{form}{table}")
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
