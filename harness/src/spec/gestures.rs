//! Reading the verbs beyond clicking and filling: drags, scrolls, tabs, networks, programs on a
//! terminal, files and mails.

use super::grammar;
use super::node::{Entry, Node, Value};
use super::reader::{Fields, Reader, one_or_many};
use crate::model::artifact::{FileStep, MailCapture, MailStep, Presence, TextCapture};
use crate::model::gesture::{
    Click, ClickKind, DragTo, DropAt, Modifier, Network, Offset, ScrollTo, Tab, UploadBy,
};
use crate::model::scenario::TextTest;
use crate::model::terminal::{StartProgram, TERMINAL_SIZE, TerminalAction};
use crate::model::{Action, Template};

/// The fewest and most columns or rows of a terminal.
const TERMINAL_SIDES: std::ops::RangeInclusive<u16> = 2..=500;

impl Reader {
    pub(super) fn click(
        &mut self,
        kind: ClickKind,
        value: &Node,
        fields: &Fields<'_>,
    ) -> Option<Action> {
        let mut holding = Vec::new();
        for item in fields.get("holding").map(one_or_many).unwrap_or_default() {
            let word = self.choice(item, "key to hold", grammar::modifiers());
            holding.extend(Modifier::ALL.into_iter().find(|it| Some(it.word()) == word));
        }
        Some(Action::Click(Click { target: self.target(value)?, kind, holding }))
    }

    pub(super) fn drag(&mut self, node: &Node) -> Option<Action> {
        let fields = self.object(node, &grammar::DRAG)?;
        let from = fields.get("from").and_then(|it| self.target(it));
        let chosen = self.one_of(&fields, &grammar::DRAG)?;
        let to = if chosen.key == "to" {
            DragTo::Thing(self.target(&chosen.value)?)
        } else {
            DragTo::By(self.offset(&chosen.value)?)
        };
        let at = fields.get("at").and_then(|node| {
            let word = self.choice(node, "place", grammar::drop_places())?;
            if matches!(to, DragTo::By(..)) {
                self.complain(
                    node.pos,
                    "`at` says where on the thing of `to`, and here is none",
                    None,
                );
            }
            DropAt::ALL.into_iter().find(|it| it.word() == word)
        });
        Some(Action::Drag { from: from?, to, at })
    }

    /// A scalar is the thing that must come into view.
    pub(super) fn scroll(&mut self, node: &Node) -> Option<Action> {
        let qualified = matches!(&node.value, Value::Map(entries)
            if entries.iter().any(|it| it.key == "target"));
        if qualified || matches!(node.value, Value::Scalar { .. }) {
            let to = ScrollTo::Thing(self.target(node)?);
            return Some(Action::Scroll { to, within: None });
        }
        let fields = self.object(node, &grammar::SCROLL)?;
        let within = self.optional_target(fields.get("in"));
        let chosen = self.one_of(&fields, &grammar::SCROLL)?;
        let to = match &chosen.value.value {
            _ if chosen.key == "by" => ScrollTo::By(self.offset(&chosen.value)?),
            Value::Scalar { text, .. } if text == "start" => ScrollTo::Start,
            Value::Scalar { text, .. } if text == "end" => ScrollTo::End,
            _ => ScrollTo::Thing(self.target(&chosen.value)?),
        };
        Some(Action::Scroll { to, within: within? })
    }

    /// `120,-40`: CSS pixels to the right and down; what holds references is read once they are
    /// filled.
    fn offset(&mut self, node: &Node) -> Option<Offset> {
        let text = self.words(node, "\"by\"")?;
        let template = self.refer(text, node.pos);
        if !template.references().is_empty() {
            return Some(Offset::Open(template));
        }
        let offset = Offset::of_text(text);
        if offset.is_none() {
            self.advise(
                node.pos,
                format!("\"{text}\" is no distance"),
                "write pixels to the right and down, in quotes: `\"120,0\"`",
            );
        }
        offset
    }

    pub(super) fn upload(&mut self, node: &Node) -> Option<Action> {
        let fields = self.object(node, &grammar::UPLOAD)?;
        let ways =
            [("to", UploadBy::Field), ("click", UploadBy::Chooser), ("drop-on", UploadBy::Drop)];
        let mut given =
            ways.into_iter().filter_map(|(key, by)| fields.entry(key).map(|it| (it, by)));
        let (first, second) = (given.next(), given.next());
        if let (Some((first, _)), Some((second, _))) = (&first, &second) {
            let message = format!("\"{}\" and \"{}\" exclude each other", first.key, second.key);
            self.advise(second.pos, message, "keep one of them");
        }
        let Some((way, by)) = first else {
            self.advise(
                fields.pos,
                "\"upload\" does not say where the files go",
                "add `to:` with a file field, `click:` with what opens a file chooser, or `drop-on:`",
            );
            return None;
        };
        let to = self.target(&way.value);
        let chosen = self.one_of(&fields, &grammar::UPLOAD)?;
        let nodes = if chosen.key == "file" {
            std::slice::from_ref(&chosen.value)
        } else {
            self.list(&chosen.value, "\"files\"")
        };
        let files: Vec<Template> =
            nodes.iter().filter_map(|it| self.inner_path(it, "the file")).collect();
        Some(Action::Upload { to: to?, by, files })
    }

    pub(super) fn choose(&mut self, node: &Node) -> Option<Action> {
        let fields = self.object(node, &grammar::CHOOSE)?;
        let from = fields.get("from").and_then(|it| self.target(it));
        let chosen = self.one_of(&fields, &grammar::CHOOSE)?;
        let nodes = if chosen.key == "option" {
            std::slice::from_ref(&chosen.value)
        } else {
            self.list(&chosen.value, "\"options\"")
        };
        if nodes.is_empty() {
            self.complain(chosen.value.pos, "no option is chosen here", None);
            return None;
        }
        let options: Vec<Template> =
            nodes.iter().filter_map(|it| self.template(it, "the option")).collect();
        Some(Action::Choose { from: from?, options })
    }

    pub(super) fn tab(&mut self, node: &Node) -> Option<Action> {
        if matches!(node.value, Value::Scalar { .. }) {
            let word = self.choice(node, "tab", grammar::tabs())?;
            return Some(Action::Tab(if word == "first" { Tab::First } else { Tab::Newest }));
        }
        let fields = self.object(node, &grammar::TAB)?;
        let chosen = self.one_of(&fields, &grammar::TAB)?;
        let text = self.template(&chosen.value, &format!("\"{}\"", chosen.key))?;
        Some(Action::Tab(if chosen.key == "title" { Tab::Title(text) } else { Tab::Url(text) }))
    }

    pub(super) fn network(&mut self, node: &Node) -> Option<Network> {
        if matches!(node.value, Value::Scalar { .. }) {
            let word = self.choice(node, "network", grammar::network_states())?;
            return Some(if word == "offline" { Network::Offline } else { Network::Online });
        }
        let fields = self.object(node, &grammar::SLOW)?;
        let latency_ms = fields.get("latency").and_then(|it| self.duration(it, "\"latency\""));
        let rate = fields.get("rate").and_then(|it| self.integer::<u32>(it, "\"rate\""));
        if let (Some(0), Some(node)) = (rate, fields.get("rate")) {
            self.advise(node.pos, "nothing comes through at 0 kB/s", "write `network: offline`");
        }
        Some(Network::Slow { latency_ms: latency_ms?, rate })
    }

    pub(super) fn start(&mut self, value: &Node, fields: &Fields<'_>) -> Option<Action> {
        let command = self.command_line("start", value);
        let env = fields.get("env").map(|it| self.templates(it, "\"env\"")).unwrap_or_default();
        let cwd = fields.get("cwd").and_then(|it| self.inner_path(it, "\"cwd\""));
        let size = fields.get("size").map_or(Some(TERMINAL_SIZE), |it| self.terminal_size(it));
        let (columns, rows) = size?;
        let program = StartProgram { command: command?, env, cwd, columns, rows };
        Some(terminal(TerminalAction::Start(program)))
    }

    pub(super) fn terminal_keys(&mut self, node: &Node) -> Option<Action> {
        let items = one_or_many(node);
        if items.is_empty() {
            self.complain(node.pos, "this list is empty", None);
        }
        let keys: Vec<String> = items.iter().filter_map(|it| self.keys(it)).collect();
        (keys.len() == items.len()).then(|| terminal(TerminalAction::Keys(keys)))
    }

    pub(super) fn wait_screen(&mut self, node: &Node) -> Option<Action> {
        if matches!(node.value, Value::Scalar { .. }) {
            let text = self.template(node, "\"wait-screen\"")?;
            let tests = vec![TextTest::Contains(text)];
            return Some(terminal(TerminalAction::WaitScreen { tests, within_ms: None }));
        }
        let fields = self.object(node, &grammar::SCREEN_TEST)?;
        let within_ms = fields.get("within").and_then(|it| self.duration(it, "\"within\""));
        let tests = self.tests_of(&fields);
        if tests.is_empty() {
            self.advise(node.pos, "nothing is waited for here", "add `contains:` with a text");
        }
        Some(terminal(TerminalAction::WaitScreen { tests, within_ms }))
    }

    pub(super) fn resize(&mut self, node: &Node) -> Option<Action> {
        let (columns, rows) = self.terminal_size(node)?;
        Some(terminal(TerminalAction::Resize { columns, rows }))
    }

    /// Without a value, the program is ended.
    pub(super) fn stop(&mut self, node: &Node) -> Option<Action> {
        if node.is_null() {
            return Some(terminal(TerminalAction::Stop { exit: None, within_ms: None }));
        }
        let fields = self.object(node, &grammar::STOP)?;
        let exit = fields.get("exit").and_then(|it| self.integer(it, "\"exit\""));
        let within_ms = fields.get("within").and_then(|it| self.duration(it, "\"within\""));
        Some(terminal(TerminalAction::Stop { exit, within_ms }))
    }

    /// `80x24`: columns and rows.
    fn terminal_size(&mut self, node: &Node) -> Option<(u16, u16)> {
        let text = self.words(node, "the size")?;
        let sides = text
            .split_once('x')
            .and_then(|(columns, rows)| Some((columns.parse().ok()?, rows.parse().ok()?)));
        let fits = |(columns, rows): &(u16, u16)| {
            TERMINAL_SIDES.contains(columns) && TERMINAL_SIDES.contains(rows)
        };
        let sides = sides.filter(fits);
        if sides.is_none() {
            self.advise(
                node.pos,
                format!("\"{text}\" is no size of a terminal"),
                "write columns and rows from 2 to 500, like `80x24`",
            );
        }
        sides
    }

    pub(super) fn file_step(
        &mut self,
        presence: Presence,
        value: &Node,
        fields: &Fields<'_>,
    ) -> Option<Action> {
        let path = self.inner_path(value, "the file");
        let tests = fields.get("expect").map(|it| self.text_tests(it, "expect"));
        let capture = fields.get("capture").map(|it| self.captures(it, Self::text_capture));
        let snapshot = self.own_snapshot(fields);
        Some(Action::File(Box::new(FileStep {
            path: path?,
            presence,
            tests: tests.unwrap_or_default(),
            capture: capture.unwrap_or_default(),
            snapshot,
        })))
    }

    pub(super) fn mail_step(&mut self, value: &Node, fields: &Fields<'_>) -> Option<Action> {
        let inner = self.object(value, &grammar::MAIL)?;
        let to = inner.get("to").and_then(|it| self.template(it, "\"to\""));
        let subject = inner.get("subject").and_then(|it| self.template(it, "\"subject\""));
        let within_ms = inner.get("within").and_then(|it| self.duration(it, "\"within\""));
        let tests = fields.get("expect").map(|it| self.text_tests(it, "expect"));
        let capture = fields.get("capture").map(|it| self.captures(it, Self::mail_capture));
        let snapshot = self.own_snapshot(fields);
        Some(Action::Mail(Box::new(MailStep {
            to: to?,
            subject,
            within_ms,
            tests: tests.unwrap_or_default(),
            capture: capture.unwrap_or_default(),
            snapshot,
        })))
    }

    fn mail_capture(&mut self, node: &Node) -> Option<MailCapture> {
        let fields = self.object(node, &grammar::MAIL_CAPTURE)?;
        let chosen = self.one_of(&fields, &grammar::MAIL_CAPTURE)?;
        if chosen.key != "link" {
            return self.text_captured(&fields, chosen).map(MailCapture::Text);
        }
        self.takes_all(&fields, chosen, &["regex", "json", "whole"]);
        let text = self.template(&chosen.value, "\"link\"")?;
        Some(MailCapture::Link((text.raw() != "true").then_some(text)))
    }

    fn text_capture(&mut self, node: &Node) -> Option<TextCapture> {
        let fields = self.object(node, &grammar::TEXT_CAPTURE)?;
        let chosen = self.one_of(&fields, &grammar::TEXT_CAPTURE)?;
        self.text_captured(&fields, chosen)
    }

    fn text_captured(&mut self, fields: &Fields<'_>, chosen: &Entry) -> Option<TextCapture> {
        let all = self.takes_all(fields, chosen, &["regex", "json", "whole"]);
        let value = &chosen.value;
        match (chosen.key.as_str(), all) {
            ("regex", true) => self.pattern(value, "\"regex\"").map(TextCapture::Matches),
            ("regex", false) => self.pattern(value, "\"regex\"").map(TextCapture::Regex),
            ("json", true) => self.pointer(value, "\"json\"").map(TextCapture::Items),
            ("json", false) => self.pointer(value, "\"json\"").map(TextCapture::Json),
            ("line", _) => self.line_number(value).map(TextCapture::Line),
            (other, all) => {
                self.choice(value, &format!("value of \"{other}\""), grammar::only_true())?;
                Some(match (other, all) {
                    ("lines", _) => TextCapture::Lines,
                    (_, true) => TextCapture::EachLine,
                    (_, false) => TextCapture::Whole,
                })
            }
        }
    }
}

/// A step in the terminal.
pub(super) fn terminal(action: TerminalAction) -> Action {
    Action::Terminal(Box::new(action))
}
