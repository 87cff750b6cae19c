//! Reading steps: a list item is one step, and its verb is its first key.

use super::complaint::Pos;
use super::gestures::terminal;
use super::grammar::{self, Verb};
use super::node::{Entry, MERGE_KEY, Node, Value};
use super::reader::{Fields, Given, Mention, Reader, one_or_many};
use super::suggest::suggestion;
use crate::model::artifact::Presence;
use crate::model::gesture::ClickKind;
use crate::model::scenario::{DialogAnswer, FieldValue, PageExpectation, WaitFor};
use crate::model::terminal::TerminalAction;
use crate::model::{Action, Step, Target, Template};

impl Reader {
    /// The steps of a list.
    pub(crate) fn steps(&mut self, node: Option<&Node>, what: &str) -> Vec<Step> {
        let Some(node) = node else { return Vec::new() };
        let items = self.list(node, what);
        if items.is_empty() && matches!(node.value, Value::List(_)) {
            self.complain(node.pos, format!("{what} has no steps"), None);
        }
        items.iter().filter_map(|it| self.step(it)).collect()
    }

    pub(super) fn step(&mut self, node: &Node) -> Option<Step> {
        let (mut actor, mut product, mut within_ms) = (None, None, None);
        let action = match &node.value {
            Value::Scalar { .. } => self.bare_step(node),
            Value::Map(entries) => {
                let rest = entries.iter().skip(1).filter(|it| !it.value.is_null());
                for entry in rest {
                    match entry.key.as_str() {
                        "as" => actor = self.session_name(&entry.value),
                        "product" => product = self.product_name(&entry.value),
                        "within" => within_ms = self.within(entry, &entries[0]),
                        _ => {}
                    }
                }
                self.verb_step(entries, node.pos)
            }
            Value::List(_) => {
                self.advise(
                    node.pos,
                    "a step must be a map, not a list",
                    "begin it with a verb, as in `- open: /`",
                );
                None
            }
        }?;
        let text = action.describe();
        Some(Step {
            index: 0,
            file: self.file(),
            line: node.pos.line,
            text,
            via: Vec::new(),
            actor,
            product,
            within_ms,
            action,
        })
    }

    /// The longest that a step may take. What holds several steps has no time of its own.
    fn within(&mut self, entry: &Entry, verb: &Entry) -> Option<u64> {
        if matches!(verb.key.as_str(), "use" | "when" | "repeat" | "for-each") {
            self.advise(
                entry.pos,
                format!("\"{}\" holds several steps and has no time of its own", verb.key),
                "write \"within\" at the step that must be quick",
            );
            return None;
        }
        self.duration(&entry.value, "\"within\"")
    }

    fn bare_step(&mut self, node: &Node) -> Option<Action> {
        match self.words(node, "a step")? {
            "back" => Some(Action::Back),
            "forward" => Some(Action::Forward),
            "reload" => Some(Action::Reload),
            "close-tab" => Some(Action::CloseTab),
            "stop" => Some(terminal(TerminalAction::Stop { exit: None, within_ms: None })),
            other => {
                match grammar::verb(other) {
                    Some(verb) => {
                        let help = format!("write `- {}`", verb.example);
                        self.complain(node.pos, format!("\"{other}\" needs a value"), Some(help));
                    }
                    None => self.unknown_verb(other, node.pos),
                }
                None
            }
        }
    }

    fn unknown_verb(&mut self, word: &str, pos: Pos) {
        if word == MERGE_KEY {
            return;
        }
        let names = || grammar::VERBS.iter().map(|it| it.name);
        let help = suggestion(word, names()).unwrap_or_else(|| {
            format!("a step begins with one of: {}", names().collect::<Vec<_>>().join(", "))
        });
        self.complain(pos, format!("unknown key \"{word}\""), Some(help));
    }

    fn verb_step(&mut self, entries: &[Entry], pos: Pos) -> Option<Action> {
        let Some(first) = entries.first() else {
            self.advise(pos, "an empty step", "begin it with a verb, as in `- open: /`");
            return None;
        };
        let Some(verb) = grammar::verb(&first.key) else {
            if let Some(later) = entries.iter().skip(1).find(|it| grammar::verb(&it.key).is_some())
            {
                let help = format!("move \"{}\" to the front", later.key);
                self.complain(
                    first.pos,
                    format!("a step begins with its verb, not with \"{}\"", first.key),
                    Some(help),
                );
            } else {
                self.unknown_verb(&first.key, first.pos);
            }
            return None;
        };
        let nothing = matches!(verb.shape, grammar::Shape::Nothing);
        if first.value.is_null() && !verb.shape.takes_nothing() {
            self.complain(
                first.pos,
                format!("\"{}\" has no value", verb.name),
                Some(format!("write `- {}`", verb.example)),
            );
            return None;
        }
        if !first.value.is_null() && nothing {
            self.advise(
                first.value.pos,
                format!("\"{}\" takes no value", verb.name),
                &format!("write `- {}`", verb.name),
            );
            return None;
        }
        let text = matches!(verb.shape, grammar::Shape::Text | grammar::Shape::Template);
        if let (true, Value::Map(_), Some(key)) = (text, &first.value.value, verb.modifiers.first())
        {
            self.advise(
                first.value.pos,
                format!("\"{}\" takes text, not a map", verb.name),
                &format!(
                    "\"{}\" stands beside it: `- {{ {}: …, {}: … }}`",
                    key.name, verb.name, key.name
                ),
            );
            return None;
        }
        self.action(verb, first, entries, pos)
    }

    fn action(
        &mut self,
        verb: &Verb,
        first: &Entry,
        entries: &[Entry],
        pos: Pos,
    ) -> Option<Action> {
        let fields = self.modifiers(entries, pos, verb);
        let value = &first.value;
        match verb.name {
            "open" => self.open(value),
            "back" => Some(Action::Back),
            "forward" => Some(Action::Forward),
            "reload" => Some(Action::Reload),
            "click" => self.click(ClickKind::Single, value, &fields),
            "double-click" => self.click(ClickKind::Double, value, &fields),
            "right-click" => self.click(ClickKind::Right, value, &fields),
            "hover" => self.target(value).map(Action::Hover),
            "drag" => self.drag(value),
            "scroll" => self.scroll(value),
            "clear" => self.target(value).map(Action::Clear),
            "fill" => Some(self.fill(value)),
            "type" => self.type_text(value, &fields),
            "press" => self.press(value, &fields),
            "paste" => self.paste(value, &fields),
            "choose" => self.choose(value),
            "expand" => self.target(value).map(Action::Expand),
            "collapse" => self.target(value).map(Action::Collapse),
            "check" => self.target(value).map(Action::Check),
            "uncheck" => self.target(value).map(Action::Uncheck),
            "upload" => self.upload(value),
            "download" => self.download(value),
            "print" => self.inner_path(value, "the file").map(Action::Print),
            "tab" => self.tab(value),
            "close-tab" => Some(Action::CloseTab),
            "network" => self.network(value).map(Action::Network),
            "emulate" => self.page_settings(value).map(|it| Action::Emulate(Box::new(it))),
            "dialog" => self.dialog(value, &fields),
            "see" => Some(Action::See(self.targets(value))),
            "see-not" => Some(Action::SeeNot(self.targets(value))),
            "expect" => self.page_expectations(value).map(Action::Expect),
            "wait" => self.wait(value),
            "set" => {
                self.map(value, "\"set\"").map(|_| Action::Set(self.captures(value, Self::worked)))
            }
            "capture" => Some(Action::Capture(self.captures(value, Self::page_capture))),
            "snapshot" => {
                self.snapshot(value, &fields, grammar::snapshot_facets).map(Action::Snapshot)
            }
            "start" => self.start(value, &fields),
            "keys" => self.terminal_keys(value),
            "wait-screen" => self.wait_screen(value),
            "resize" => self.resize(value),
            "stop" => self.stop(value),
            "file" => self.file_step(Presence::There, value, &fields),
            "file-gone" => self.file_step(Presence::Gone, value, &fields),
            "mail" => self.mail_step(value, &fields),
            "do" => self.goal(("do", value), "until", &fields),
            "judge" => self.statement(value).map(Action::Judge),
            "when" => self.when(value, &fields),
            "repeat" => self.repeat(value, &fields),
            "for-each" => self.for_each(value, &fields),
            "use" => self.call(value, fields.get("with")),
            _ => self.command_step(verb.name, value, &fields).map(|it| Action::Run(Box::new(it))),
        }
    }

    /// What a model is asked for its opinion on.
    fn statement(&mut self, value: &Node) -> Option<Template> {
        self.words(value, "\"judge\"")?;
        self.template(value, "\"judge\"")
    }

    /// Fields, each with what is written into it.
    fn fill(&mut self, value: &Node) -> Action {
        let pairs = self.pairs(value, &grammar::TARGET_WITH_TEXT, &mut |it, node| {
            it.template(node, "the text")
        });
        let fill = |(field, value)| FieldValue { field, value };
        Action::Fill(pairs.into_iter().map(fill).collect())
    }

    /// Text, with the field that it is typed into.
    fn type_text(&mut self, value: &Node, fields: &Fields<'_>) -> Option<Action> {
        let text = self.template(value, "\"type\"");
        let into = self.optional_target(fields.get("into"));
        Some(Action::Type { text: text?, into: into? })
    }

    /// Keys, with the thing that they are pressed on.
    fn press(&mut self, value: &Node, fields: &Fields<'_>) -> Option<Action> {
        let keys = self.keys(value);
        let on = self.optional_target(fields.get("on"));
        Some(Action::Press { keys: keys?, on: on? })
    }

    /// Text, with the field that it is pasted into.
    fn paste(&mut self, value: &Node, fields: &Fields<'_>) -> Option<Action> {
        let text = self.template(value, "\"paste\"");
        let into = self.optional_target(fields.get("into"));
        Some(Action::Paste { text: text?, into: into? })
    }

    /// What is clicked, and the name that the file is kept by.
    fn download(&mut self, value: &Node) -> Option<Action> {
        let fields = self.object(value, &grammar::DOWNLOAD)?;
        let click = fields.get("click").and_then(|it| self.target(it));
        let save_as = fields.get("as").and_then(|it| self.inner_path(it, "\"as\""));
        let named = fields.get("named").and_then(|it| self.template(it, "\"named\""));
        Some(Action::Download { click: click?, save_as: save_as?, named })
    }

    /// The answer to a dialog, and what it says.
    fn dialog(&mut self, value: &Node, fields: &Fields<'_>) -> Option<Action> {
        let word = self.choice(value, "answer to a dialog", grammar::accept_or_dismiss());
        let message = fields.get("message").and_then(|it| self.template(it, "\"message\""));
        let answer = fields.get("answer").and_then(|it| self.template(it, "\"answer\""));
        Some(Action::Dialog(DialogAnswer { accept: word? == "accept", message, answer }))
    }

    /// `Some(None)` where there is no target, `None` where there is a wrong one.
    #[allow(clippy::option_option, reason = "absent and wrong are different answers here")]
    pub(super) fn optional_target(&mut self, node: Option<&Node>) -> Option<Option<Target>> {
        match node {
            Some(node) => self.target(node).map(Some),
            None => Some(None),
        }
    }

    pub(super) fn open(&mut self, node: &Node) -> Option<Action> {
        let url = self.template(node, "\"open\"")?;
        let text = url.raw();
        if ["/", "${", "http://", "https://", "about:"].iter().any(|it| text.starts_with(it)) {
            return Some(Action::Open(url));
        }
        self.advise(
            node.pos,
            format!("\"{text}\" is neither a path of the product nor a URL"),
            "begin a path with `/` and a URL with `http://` or `https://`",
        );
        None
    }

    fn wait(&mut self, node: &Node) -> Option<Action> {
        let fields = self.object(node, &grammar::WAIT)?;
        let within_ms = fields.get("within").and_then(|it| self.duration(it, "\"within\""));
        let chosen = self.one_of(&fields, &grammar::WAIT)?;
        let until = match chosen.key.as_str() {
            "for" => WaitFor::Visible(self.target(&chosen.value)?),
            "gone" => WaitFor::Gone(self.target(&chosen.value)?),
            _ => WaitFor::Url(self.template(&chosen.value, "\"url\"")?),
        };
        Some(Action::Wait { until, within_ms })
    }

    /// A key or a chord of keys.
    pub(super) fn keys(&mut self, node: &Node) -> Option<String> {
        let text = self.words(node, "a key")?.to_owned();
        // `Control++` is the plus key with Control.
        let names = match text.strip_suffix("++") {
            Some(rest) => rest.split('+').chain(["+"]).collect::<Vec<_>>(),
            None if text == "+" => vec!["+"],
            None => text.split('+').collect(),
        };
        for name in names {
            if name.chars().count() != 1 && !KEYS.contains(&name) {
                let help = suggestion(name, KEYS.iter().copied()).unwrap_or_else(|| {
                    "write one character or a key's name, as in `Enter` or `Control+A`".to_owned()
                });
                self.complain(node.pos, format!("unknown key name \"{name}\""), Some(help));
                return None;
            }
        }
        Some(text)
    }

    fn page_expectations(&mut self, node: &Node) -> Option<Vec<PageExpectation>> {
        let fields = self.object(node, &grammar::PAGE_EXPECTATION)?;
        let mut all = Vec::new();
        if let Some(node) = fields.get("title") {
            all.extend(self.template(node, "\"title\"").map(PageExpectation::Title));
        }
        if let Some(node) = fields.get("url") {
            all.extend(self.template(node, "\"url\"").map(PageExpectation::Url));
        }
        if let Some(node) = fields.get("count") {
            let pairs = self.pairs(node, &grammar::TARGET_WITH_COUNT, &mut |it, node| {
                it.integer::<u32>(node, "a count")
            });
            all.extend(
                pairs.into_iter().map(|(target, count)| PageExpectation::Count(target, count)),
            );
        }
        if let Some(node) = fields.get("value") {
            let pairs = self.pairs(node, &grammar::TARGET_WITH_TEXT, &mut |it, node| {
                it.template(node, "a value")
            });
            all.extend(
                pairs.into_iter().map(|(target, text)| PageExpectation::Value(target, text)),
            );
        }
        if let Some(node) = fields.get("attribute") {
            for item in one_or_many(node) {
                all.extend(self.attribute(item));
            }
        }
        if let Some(node) = fields.get("clipboard") {
            all.extend(self.template(node, "\"clipboard\"").map(PageExpectation::Clipboard));
        }
        if let Some(node) = fields.get("state") {
            let pairs = self.pairs(node, &grammar::TARGET_WITH_STATE, &mut |it, node| {
                it.choice(node, "state", grammar::states()).map(str::to_owned)
            });
            all.extend(
                pairs.into_iter().map(|(target, state)| PageExpectation::State(target, state)),
            );
        }
        if matches!(&node.value, Value::Map(entries) if entries.is_empty()) {
            self.complain(node.pos, "nothing is expected here", None);
        }
        Some(all)
    }

    fn attribute(&mut self, node: &Node) -> Option<PageExpectation> {
        let fields = self.object(node, &grammar::ATTRIBUTE)?;
        let target = fields.get("target").and_then(|it| self.target(it));
        let name = fields.get("name").and_then(|it| self.words(it, "\"name\"")).map(str::to_owned);
        let chosen = self.one_of(&fields, &grammar::ATTRIBUTE)?;
        let value = if chosen.key == "value" {
            Some(self.template(&chosen.value, "\"value\"")?)
        } else {
            self.choice(&chosen.value, "value of \"absent\"", grammar::only_true())?;
            None
        };
        Some(PageExpectation::Attribute(target?, name?, value))
    }

    fn call(&mut self, node: &Node, with: Option<&Node>) -> Option<Action> {
        let skill = self.name(node, "the skill")?;
        let mut given = Vec::new();
        for entry in with.map(|it| self.map(it, "\"with\"").unwrap_or_default()).unwrap_or_default()
        {
            let Some(value) = self.template(&entry.value, &format!("\"{}\"", entry.key)) else {
                continue;
            };
            given.push(Given {
                name: entry.key.clone(),
                name_pos: entry.pos,
                value,
                value_pos: entry.value.pos,
            });
        }
        let with = given.iter().map(|it| (it.name.clone(), it.value.clone())).collect();
        let repeated = self.rounds_deep > 0;
        self.mentions.push(Mention::Call {
            skill: skill.clone(),
            pos: node.pos,
            with: given,
            repeated,
        });
        Some(Action::Use { skill, with })
    }
}

/// The names of keys that are not one character, as `WebDriver` and the DOM call them.
const KEYS: &[&str] = &[
    "Alt",
    "ArrowDown",
    "ArrowLeft",
    "ArrowRight",
    "ArrowUp",
    "Backspace",
    "Control",
    "Delete",
    "Down",
    "End",
    "Enter",
    "Escape",
    "F1",
    "F10",
    "F11",
    "F12",
    "F2",
    "F3",
    "F4",
    "F5",
    "F6",
    "F7",
    "F8",
    "F9",
    "Home",
    "Insert",
    "Left",
    "Meta",
    "PageDown",
    "PageUp",
    "Right",
    "Shift",
    "Space",
    "Tab",
    "Up",
];
