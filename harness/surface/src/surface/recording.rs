//! [`Recording`]: from what a person was seen to do with a page to the steps that repeat it.
//!
//! Pure: `browser::recorder` brings what was [`Heard`], in order; `commands` writes the steps down.
//! Passwords never get here: the page script does not tell them.

use serde::Deserialize;
use url::Url;

use crate::model::gesture::{Click, ClickKind, Modifier, UploadBy};
use crate::model::scenario::{Action, DialogAnswer, FieldValue};
use crate::model::{Target, Template};

/// A navigation this soon after a deed was caused by it, in milliseconds.
const SOON: u64 = 1_000;
/// What is said where a tab opened.
const NEW_TAB: &str =
    "another tab opened here; go on in it with `tab: newest`, which is not recorded";
/// The most checks at the end.
const MOST_SEEN: usize = 2;

/// One thing that was heard of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// What the page script told.
    Told(Box<Told>),
    /// The page itself asked for the navigation that follows.
    AskedToGo,
    /// A dialog was answered.
    Dialog {
        /// `alert`, `confirm`, `prompt` or `beforeunload`.
        kind: String,
        /// What it said.
        message: String,
        /// Whether it was accepted.
        accepted: bool,
        /// What was written into it.
        text: Option<String>,
    },
    /// A file came, under this name.
    Download(String),
    /// Another tab or window opened.
    NewTab,
    /// The page is gone: the person closed it, or the browser ended.
    Gone,
}

/// What the page script told; which fields are there hangs on the kind.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "as the page script writes it")]
pub struct Told {
    /// What was done.
    pub kind: Deed,
    /// When, in milliseconds since 1970.
    pub at: u64,
    /// The URL of the outermost document that steps reach.
    pub url: String,
    /// Whether it was in a frame of another origin.
    pub foreign: bool,
    /// Which element, the same for the same.
    pub key: String,
    /// What to call it.
    pub target: Option<Target>,
    /// Its role.
    pub role: String,
    /// Its name.
    pub name: String,
    /// Whether it takes text.
    pub field: bool,
    /// The content of a field.
    pub value: String,
    /// Whether the content must not be told.
    pub secret: bool,
    /// Whether a box is ticked now.
    pub ticked: bool,
    /// The labels of the options that are chosen now.
    pub options: Vec<String>,
    /// The keys that are held down.
    pub holding: Vec<Modifier>,
    /// The names of files.
    pub files: Vec<String>,
    /// A key or chord.
    pub keys: String,
    /// How a document was come to: `navigate`, `reload` or `back_forward`.
    pub how: String,
    /// Where in the tab's history, from 0; -1 where that is unknown.
    pub index: i64,
    /// What can be seen.
    pub things: Vec<Headline>,
    /// What went wrong.
    pub said: String,
}

/// What the page script tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    /// A click.
    Click,
    /// A double click, after the two clicks that it is made of.
    DoubleClick,
    /// A click with the other button.
    RightClick,
    /// A field has another content.
    Fill,
    /// A box or radio button was changed.
    Tick,
    /// An option was chosen.
    Choose,
    /// Files were given.
    Upload,
    /// A key was pressed.
    Press,
    /// A document began.
    Arrived,
    /// The page went through its history without another document.
    Moved,
    /// What can be seen, at rest.
    Scene,
    /// Something could not be told.
    #[default]
    Trouble,
}

/// A heading or an announcement.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Headline {
    /// Whether it is an alert or a status.
    pub announced: bool,
    /// What it says.
    pub text: String,
    /// What to call it; `None` where that means other things too.
    pub target: Option<Target>,
}

/// A step that was recorded, or a remark in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// What a person should know of it.
    pub note: Option<String>,
    /// What was done.
    pub action: Option<Action>,
}

/// A step with what decides whether the next one belongs to it.
#[derive(Debug, Clone)]
struct Line {
    note: Option<String>,
    action: Option<Action>,
    key: String,
    /// A click into a field, which only gave it the focus if text follows.
    into_field: bool,
}

/// What was recorded so far.
#[derive(Debug, Clone)]
pub struct Recording {
    base: Url,
    lines: Vec<Line>,
    secrets: Vec<String>,
    /// What fields hold, by their elements.
    contents: Vec<(String, String)>,
    scene: Vec<Headline>,
    before: Vec<Headline>,
    arrived: bool,
    asked_to_go: bool,
    last_deed: u64,
    index: i64,
    /// Where in `lines` the document that stands began.
    document: usize,
}

impl Recording {
    /// A recording that begins by opening `url`.
    #[must_use]
    pub fn new(url: &Url) -> Self {
        let mut recording = Self {
            base: url.clone(),
            lines: Vec::new(),
            secrets: Vec::new(),
            contents: Vec::new(),
            scene: Vec::new(),
            before: Vec::new(),
            arrived: false,
            asked_to_go: false,
            last_deed: 0,
            index: -1,
            document: 0,
        };
        let open = recording.open(url.as_str());
        recording.push("", open);
        recording
    }

    /// Takes in what was heard.
    pub fn hear(&mut self, heard: Heard) {
        match heard {
            Heard::Told(told) => self.told(*told),
            Heard::AskedToGo => self.asked_to_go = true,
            Heard::Dialog { kind, message, accepted, text } => {
                let answer = text.filter(|_| kind == "prompt" && accepted);
                self.push(
                    "",
                    Action::Dialog(DialogAnswer {
                        accept: accepted || kind == "alert",
                        message: (!message.is_empty()).then(|| literal(&message)),
                        answer: answer.map(|it| literal(&it)),
                    }),
                );
            }
            Heard::Download(name) => self.download(&name),
            Heard::NewTab => {
                self.remark(NEW_TAB);
            }
            Heard::Gone => {}
        }
    }

    /// The steps so far, in words; the last one may still change.
    #[must_use]
    pub fn words(&self) -> impl ExactSizeIterator<Item = String> {
        self.lines.iter().map(|it| match (&it.action, &it.note) {
            (Some(action), _) => action.describe(),
            (None, note) => note.clone().unwrap_or_default(),
        })
    }

    /// The names of the secrets that the steps need.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for name in &self.secrets {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        names
    }

    /// How many steps there are beyond the first `open`.
    #[must_use]
    pub fn deeds(&self) -> usize {
        self.lines.iter().filter(|it| it.action.is_some()).count() - 1
    }

    /// The steps, with a check of what is new on the page at the end; `scene` is what can be seen
    /// now, where the page still stands.
    #[must_use]
    pub fn finish(mut self, scene: Option<Vec<Headline>>) -> Vec<Recorded> {
        if let Some(scene) = scene {
            self.scene = scene;
        }
        let news = self.news();
        if !news.is_empty() {
            self.push("", Action::See(news));
        }
        self.lines.into_iter().map(|it| Recorded { note: it.note, action: it.action }).collect()
    }

    /// What is there since the last deed; announcements first, and nothing with a number where
    /// there is something without.
    fn news(&self) -> Vec<Target> {
        let known = |thing: &Headline| self.before.iter().any(|it| it.text == thing.text);
        let sure = || self.scene.iter().filter(|it| it.target.is_some());
        let mut news: Vec<&Headline> = sure().filter(|it| !known(it)).collect();
        news.sort_by_key(|it| (it.text.chars().any(|it| it.is_ascii_digit()), !it.announced));
        if news.first().is_some_and(|it| !it.text.chars().any(|it| it.is_ascii_digit())) {
            news.retain(|it| !it.text.chars().any(|it| it.is_ascii_digit()));
        } else {
            news.truncate(1);
        }
        if news.is_empty() {
            news.extend(sure().find(|it| !it.announced));
        }
        news.truncate(MOST_SEEN);
        news.into_iter().filter_map(|it| it.target.as_ref().map(escaped)).collect()
    }

    fn told(&mut self, told: Told) {
        match told.kind {
            Deed::Arrived => return self.arrived(&told),
            Deed::Moved => return self.moved(&told),
            Deed::Scene => {
                self.scene = told.things;
                return;
            }
            Deed::Trouble => return self.remark(&format!("not recorded: {}", told.said)),
            Deed::Click
            | Deed::DoubleClick
            | Deed::RightClick
            | Deed::Fill
            | Deed::Tick
            | Deed::Choose
            | Deed::Upload
            | Deed::Press => {}
        }
        self.last_deed = told.at;
        self.before.clone_from(&self.scene);
        self.before.extend(told.things.iter().cloned());
        if told.foreign {
            return self
                .remark("something was done in a frame of another origin, which is not recorded");
        }
        let Some(target) = told.target.as_ref().map(escaped) else {
            if told.kind == Deed::Press && told.key.is_empty() {
                self.push("", Action::Press { keys: told.keys, on: None });
            } else {
                let what = format!("{} \"{}\"", told.role, told.name);
                self.remark(&format!(
                    "not recorded: nothing names {what} and only it; a `data-testid` would"
                ));
            }
            return;
        };
        self.done(told, target);
    }

    fn done(&mut self, told: Told, target: Target) {
        let key = told.key.clone();
        match told.kind {
            Deed::Click => {
                let again = self.lines.last().is_some_and(|it| it.into_field && it.key == key);
                if !(told.field && again) {
                    let holding = told.holding;
                    self.push(&key, Action::Click(Click { holding, ..target.into() }));
                    if let Some(last) = self.lines.last_mut() {
                        last.into_field = told.field;
                    }
                }
            }
            Deed::DoubleClick => {
                for _ in 0..2 {
                    self.drop_last(|it| {
                        it.key == key && matches!(it.action, Some(Action::Click(_)))
                    });
                }
                self.push(&key, Action::Click(Click { kind: ClickKind::Double, ..target.into() }));
            }
            Deed::RightClick => {
                self.push(&key, Action::Click(Click { kind: ClickKind::Right, ..target.into() }));
            }
            Deed::Fill => self.fill(&told, target),
            Deed::Tick => {
                self.drop_last(|it| {
                    it.key == key
                        && matches!(it.action, Some(Action::Check(_) | Action::Uncheck(_)))
                });
                let ticked = told.ticked;
                self.push(
                    &key,
                    if ticked { Action::Check(target) } else { Action::Uncheck(target) },
                );
            }
            Deed::Choose => {
                self.drop_last(|it| {
                    it.key == key && matches!(it.action, Some(Action::Choose { .. }))
                });
                let options = told.options.iter().map(|it| literal(it)).collect();
                self.push(&key, Action::Choose { from: target, options });
            }
            Deed::Upload => {
                let begun = self.document;
                if self.lines.len() > begun {
                    self.drop_last(|it| matches!(it.action, Some(Action::Click(_))));
                }
                let files = told.files.iter().map(|it| literal(it)).collect();
                self.push(&key, Action::Upload { to: target, by: UploadBy::Field, files });
                self.annotate(
                    "the file must lie in the product's `data`, or be made by a step before",
                );
            }
            Deed::Press => self.push(&key, Action::Press { keys: told.keys, on: Some(target) }),
            Deed::Arrived | Deed::Moved | Deed::Scene | Deed::Trouble => {}
        }
    }

    fn fill(&mut self, told: &Told, target: Target) {
        let key = told.key.clone();
        let value = if told.secret {
            let name = secret_name(&told.name);
            let reference = format!("${{secret:{name}}}");
            self.secrets.push(name);
            Template::new(reference)
        } else {
            literal(&told.value)
        };
        let held = self.contents.iter().any(|(it, content)| *it == key && content == value.raw());
        if held && !told.secret {
            return;
        }
        self.contents.retain(|(it, _)| *it != key);
        self.contents.push((key.clone(), value.raw().to_owned()));
        while self.drop_last(|it| it.into_field && it.key == key) {}
        let begun = self.document;
        let fresh = self.lines.len() > begun;
        if let Some(last) = self.lines.last_mut().filter(|_| fresh)
            && let Some(Action::Fill(fields)) = &mut last.action
        {
            if let Some(field) = fields.iter_mut().find(|it| it.field == target) {
                field.value = value;
            } else {
                fields.push(FieldValue { field: target, value });
                last.key = key;
            }
        } else {
            self.push(&key, Action::Fill(vec![FieldValue { field: target, value }]));
        }
    }

    fn arrived(&mut self, told: &Told) {
        if !told.url.starts_with("http") {
            return;
        }
        let asked = std::mem::take(&mut self.asked_to_go);
        let steps_away = if self.index < 0 || told.index < 0 { 0 } else { told.index - self.index };
        self.index = told.index;
        let first = !std::mem::replace(&mut self.arrived, true);
        // The page's own navigations are announced, but for those through the history.
        let soon = told.at.saturating_sub(self.last_deed) < SOON && told.how == "back_forward";
        let caused = first || asked || soon;
        if !caused {
            self.before.clone_from(&self.scene);
            match told.how.as_str() {
                "reload" => self.push("", Action::Reload),
                "back_forward" => self.walk(steps_away),
                _ => {
                    let open = self.open(&told.url);
                    self.push("", open);
                }
            }
        }
        self.document = self.lines.len();
        self.contents.clear();
    }

    fn moved(&mut self, told: &Told) {
        let steps_away = if self.index < 0 || told.index < 0 { 0 } else { told.index - self.index };
        self.index = told.index;
        if told.at.saturating_sub(self.last_deed) >= SOON {
            self.before.clone_from(&self.scene);
            self.walk(steps_away);
        }
    }

    /// Through the tab's history, by the browser's own buttons.
    fn walk(&mut self, steps: i64) {
        for _ in 0..steps.unsigned_abs().clamp(1, 20) {
            self.push("", if steps > 0 { Action::Forward } else { Action::Back });
        }
    }

    fn download(&mut self, name: &str) {
        self.asked_to_go = false;
        let last = self.lines.last_mut();
        match last {
            Some(Line { action: Some(action), .. }) => {
                if let Action::Click(click) = action {
                    *action = Action::Download {
                        click: click.target.clone(),
                        save_as: literal(name),
                        named: None,
                    };
                } else {
                    self.remark(&format!("the file {name} came here by itself"));
                }
            }
            Some(Line { action: None, .. }) | None => {
                self.remark(&format!("the file {name} came here by itself"));
            }
        }
    }

    /// The path of a URL of the product, or the whole URL of another.
    fn open(&self, url: &str) -> Action {
        let text = match Url::parse(url) {
            Ok(url) if url.origin() == self.base.origin() => {
                url[url::Position::BeforePath..].to_owned()
            }
            Ok(_) | Err(_) => url.to_owned(),
        };
        Action::Open(literal(&text))
    }

    fn push(&mut self, key: &str, action: Action) {
        let line =
            Line { note: None, action: Some(action), key: key.to_owned(), into_field: false };
        self.lines.push(line);
    }

    fn annotate(&mut self, note: &str) {
        if let Some(last) = self.lines.last_mut() {
            last.note = Some(note.to_owned());
        }
    }

    fn remark(&mut self, note: &str) {
        let note = Some(note.to_owned());
        if self.lines.last().is_some_and(|it| it.action.is_none() && it.note == note) {
            return;
        }
        self.lines.push(Line { note, action: None, key: String::new(), into_field: false });
    }

    /// Takes the last step back where it is as asked for; the first `open` always stays.
    fn drop_last(&mut self, is: impl Fn(&Line) -> bool) -> bool {
        let last = self.lines.len() > 1 && self.lines.last().is_some_and(is);
        if last {
            self.lines.pop();
        }
        last
    }
}

/// Text in which nothing is a reference.
fn literal(text: &str) -> Template {
    Template::new(text.replace("${", "$${"))
}

/// A target as the page has it, with nothing that is a reference.
fn escaped(target: &Target) -> Target {
    let fill =
        |it: &Template| -> Result<Template, std::convert::Infallible> { Ok(literal(it.raw())) };
    match target.map(&fill) {
        Ok(target) => target,
        Err(never) => match never {},
    }
}

/// The name of the secret in a field: `PASSWORD` for "Password".
fn secret_name(field: &str) -> String {
    let name: String = field
        .to_ascii_uppercase()
        .chars()
        .map(|it| if it.is_ascii_alphanumeric() { it } else { '_' })
        .collect();
    let name = name.split('_').filter(|it| !it.is_empty()).collect::<Vec<_>>().join("_");
    if name.starts_with(|it: char| it.is_ascii_alphabetic()) { name } else { "PASSWORD".to_owned() }
}

#[cfg(test)]
mod tests;
