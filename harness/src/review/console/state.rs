//! [`State`]: what the screen shows and what keys do to it; nothing here knows a terminal.

use super::super::decide::{Decided, Force, How, Suppress};
use super::super::detail::Detail;
use super::super::log::Decision;
use super::super::propose::{self, Proposal};
use super::super::{Desk, Item, ItemKind, ReviewError};
use crate::baseline::Side;
use crate::model::Redaction;
use crate::spec::patch::read_redaction;

/// A key, as far as the screen has a use for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Key {
    Char(char),
    Up,
    Down,
    PageUp,
    PageDown,
    Home,
    End,
    Enter,
    Escape,
    Backspace,
    /// Ctrl-C.
    Interrupt,
}

/// Whether the screen stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// It stays.
    Stay,
    /// The person leaves.
    Leave,
}

/// What keys mean at the moment.
#[derive(Debug, Clone, PartialEq)]
pub enum Mode {
    /// Going through what is left.
    Browse,
    /// The keys are shown.
    Help,
    /// A text is typed.
    Type {
        /// What for.
        field: Field,
        /// What was typed.
        text: String,
    },
    /// A redaction is chosen.
    Redact {
        /// What is proposed.
        proposals: Vec<Proposal>,
        /// The one that is chosen.
        at: usize,
    },
    /// A baseline changed meanwhile; whether to write over it.
    Confirm(Confirmed),
}

/// What is done when the person insists.
#[derive(Debug, Clone, PartialEq)]
pub enum Confirmed {
    /// Accept, with this reason.
    Accept(Option<String>),
    /// Accept with this redaction.
    Redact(Redaction),
    /// Accept, with this reason, together with what cannot be taken apart from it.
    Together(Option<String>),
}

/// What is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// Why it is accepted.
    Accept,
    /// Why it is rejected.
    Reject,
    /// A pattern to redact.
    Pattern,
    /// Who answers for a suppression.
    Owner,
    /// Until when it holds.
    Expires(String),
    /// Why.
    Reason(String, chrono::NaiveDate),
}

impl Field {
    /// The question.
    #[must_use]
    pub fn question(&self) -> &'static str {
        match self {
            Self::Accept => "why is it right now?",
            Self::Reject => "why is it rejected?",
            Self::Pattern => "pattern, or a redaction as in YAML:",
            Self::Owner => "who answers for it?",
            Self::Expires(_) => "until when, as 2026-12-31?",
            Self::Reason(..) => "why is it accepted for the time being?",
        }
    }
}

/// What the screen shows.
#[derive(Debug)]
pub struct State {
    /// The items that are left, as indices.
    open: Vec<usize>,
    /// Which of them is shown.
    at: usize,
    /// The first line of the detail that is shown.
    pub(super) scroll: usize,
    /// How many lines the detail can be scrolled down; set when it is drawn.
    pub(super) most_scroll: usize,
    /// How many lines one page has; set when it is drawn.
    pub(super) page: usize,
    mode: Mode,
    message: String,
    alarming: bool,
    detail: Option<(usize, Detail)>,
    counts: Vec<(Decision, usize)>,
    force: Force,
}

impl State {
    /// The screen of a night.
    #[must_use]
    pub fn new(desk: &Desk, force: Force) -> Self {
        let mut state = Self {
            open: Vec::new(),
            at: 0,
            scroll: 0,
            most_scroll: 0,
            page: 1,
            mode: Mode::Browse,
            message: String::new(),
            alarming: false,
            detail: None,
            counts: Vec::new(),
            force,
        };
        state.refresh(desk);
        if desk.is_running() {
            state.warn("this night still runs: look, and decide when it has ended".to_owned());
        }
        state
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// How many are left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.open.len()
    }

    /// Where the shown item stands among those that are left.
    #[must_use]
    pub fn position(&self) -> usize {
        self.at
    }

    /// The item at a position of those that are left.
    #[must_use]
    pub fn item<'d>(&self, desk: &'d Desk, position: usize) -> Option<&'d Item> {
        self.open.get(position).map(|it| &desk.items()[*it])
    }

    /// What keys mean at the moment.
    #[must_use]
    pub fn mode(&self) -> &Mode {
        &self.mode
    }

    /// What is to be said, and whether it is a refusal.
    #[must_use]
    pub fn message(&self) -> (&str, bool) {
        (&self.message, self.alarming)
    }

    /// The shown item in full, made once.
    pub fn detail(&mut self, desk: &Desk) -> Option<&Detail> {
        let index = *self.open.get(self.at)?;
        if self.detail.as_ref().is_none_or(|it| it.0 != index) {
            self.detail = Some((index, desk.detail(&desk.items()[index])));
            self.scroll = 0;
        }
        self.detail.as_ref().map(|it| &it.1)
    }

    /// What was decided, in a sentence.
    #[must_use]
    pub fn summary(&self, desk: &Desk) -> String {
        let counts = self.counts.iter().filter(|it| it.1 > 0);
        let mut parts: Vec<String> =
            counts.map(|(decision, number)| format!("{number} {}", decision.word())).collect();
        parts.push(format!("{} left", self.open.len()));
        let night = desk.night().path().display();
        format!("{} in {night}", parts.join(", "))
    }

    fn refresh(&mut self, desk: &Desk) {
        let open = desk.items().iter().enumerate().filter(|it| desk.is_open(it.1));
        self.open = open.map(|it| it.0).collect();
        self.at = self.at.min(self.open.len().saturating_sub(1));
        self.detail = None;
        self.scroll = 0;
    }

    fn say(&mut self, message: String) {
        self.message = message;
        self.alarming = false;
    }

    fn warn(&mut self, message: String) {
        self.message = message;
        self.alarming = true;
    }

    /// Does what a key asks for.
    pub fn press(&mut self, desk: &mut Desk, key: Key, how: How<'_>) -> Flow {
        if key == Key::Interrupt {
            return Flow::Leave;
        }
        match std::mem::replace(&mut self.mode, Mode::Browse) {
            Mode::Browse => return self.browse(desk, key, how),
            Mode::Help => {}
            Mode::Type { field, text } => self.typing(desk, field, text, key, how),
            Mode::Redact { proposals, at } => self.choosing(desk, proposals, at, key, how),
            Mode::Confirm(what) => {
                if key == Key::Char('f') {
                    let forced = How { force: Force::Yes, ..how };
                    match what {
                        Confirmed::Accept(why) => self.accept(desk, why, forced),
                        Confirmed::Redact(redaction) => self.redact(desk, redaction, forced),
                        Confirmed::Together(why) => self.together(desk, why.as_deref(), how),
                    }
                } else {
                    self.say("left as it is".to_owned());
                }
            }
        }
        Flow::Stay
    }

    fn browse(&mut self, desk: &mut Desk, key: Key, how: How<'_>) -> Flow {
        let last = self.open.len().saturating_sub(1);
        let item = self.open.get(self.at).map(|it| desk.items()[*it].clone());
        let is_conflict = item.as_ref().is_some_and(|it| matches!(it.kind, ItemKind::Conflict(_)));
        self.message.clear();
        match key {
            Key::Char('q') | Key::Escape => return Flow::Leave,
            Key::Char('?') => self.mode = Mode::Help,
            Key::Down | Key::Char('j' | 'n') => self.go((self.at + 1).min(last)),
            Key::Up | Key::Char('k' | 'p') => self.go(self.at.saturating_sub(1)),
            Key::Home | Key::Char('g') => self.go(0),
            Key::End | Key::Char('G') => self.go(last),
            Key::PageDown | Key::Char(' ') => {
                self.scroll = (self.scroll + self.page).min(self.most_scroll);
            }
            Key::PageUp | Key::Char('b') => self.scroll = self.scroll.saturating_sub(self.page),
            Key::Char('u') => self.undo(desk, how),
            Key::Char(letter) => {
                if let Some(item) = item {
                    self.decide(desk, &item, letter, is_conflict, how);
                }
            }
            Key::Enter | Key::Backspace | Key::Interrupt => {}
        }
        Flow::Stay
    }

    fn decide(&mut self, desk: &mut Desk, item: &Item, letter: char, conflict: bool, how: How<'_>) {
        let typed = |field| Mode::Type { field, text: String::new() };
        match letter {
            'a' => self.accept(desk, how.why.map(str::to_owned), how),
            'A' => self.mode = typed(Field::Accept),
            'o' if conflict => self.resolve(desk, Side::Ours, how),
            't' if conflict => self.resolve(desk, Side::Theirs, how),
            'r' if !conflict => self.reject(desk, None, how),
            'R' if !conflict => self.mode = typed(Field::Reject),
            's' if matches!(item.kind, ItemKind::Finding(_)) => self.mode = typed(Field::Owner),
            'd' if !conflict => {
                let proposals = propose::proposals(desk, &desk.chosen(item));
                self.mode = if proposals.is_empty() {
                    self.say("no redaction is proposed; write one".to_owned());
                    typed(Field::Pattern)
                } else {
                    Mode::Redact { proposals, at: 0 }
                };
            }
            _ => self.say(format!("{letter} does nothing here; ? shows the keys")),
        }
    }

    fn go(&mut self, position: usize) {
        if position != self.at {
            self.at = position;
            self.detail = None;
            self.scroll = 0;
        }
    }

    fn current(&self, desk: &Desk) -> Option<super::super::Chosen> {
        self.open.get(self.at).map(|it| desk.chosen(&desk.items()[*it]))
    }

    fn accept(&mut self, desk: &mut Desk, why: Option<String>, how: How<'_>) {
        let Some(chosen) = self.current(desk) else { return };
        let why_here = why.clone();
        let how = How { why: why_here.as_deref(), ..how };
        let done = desk.accept(&chosen, how);
        self.told(desk, done, Some(Confirmed::Accept(why)));
    }

    fn together(&mut self, desk: &mut Desk, why: Option<&str>, how: How<'_>) {
        let Some(chosen) = self.current(desk) else { return };
        let chosen = desk.with_inseparable(chosen);
        let done = desk.accept(&chosen, How { why, ..how });
        self.told(desk, done, None);
    }

    fn reject(&mut self, desk: &mut Desk, why: Option<&str>, how: How<'_>) {
        let Some(chosen) = self.current(desk) else { return };
        let done = desk.reject(&chosen, How { why: why.or(how.why), ..how });
        self.told(desk, done, None);
    }

    fn redact(&mut self, desk: &mut Desk, redaction: Redaction, how: How<'_>) {
        let Some(chosen) = self.current(desk) else { return };
        let done = desk.accept_redacted(&chosen, &redaction, how);
        self.told(desk, done, Some(Confirmed::Redact(redaction)));
    }

    fn resolve(&mut self, desk: &mut Desk, side: Side, how: How<'_>) {
        let Some(chosen) = self.current(desk) else { return };
        let done = desk.resolve(&chosen, side, how);
        self.told(desk, done, None);
    }

    fn undo(&mut self, desk: &mut Desk, how: How<'_>) {
        match desk.undo(how.now) {
            Ok(Some(decided)) => {
                self.refresh(desk);
                let back = self.open.iter().position(|it| desk.items()[*it].id == decided.item);
                self.go(back.unwrap_or(self.at));
                self.count(Decision::Undone);
                self.say(format!("took the decision on {} back{}", decided.item, files(&decided)));
            }
            Ok(None) => self.say("no decision is left to take back".to_owned()),
            Err(error) => self.warn(error.to_string()),
        }
    }

    fn count(&mut self, decision: Decision) {
        match self.counts.iter_mut().find(|it| it.0 == decision) {
            Some(count) => count.1 += 1,
            None => self.counts.push((decision, 1)),
        }
    }

    fn told(&mut self, desk: &Desk, done: Result<Decided, ReviewError>, insist: Option<Confirmed>) {
        match done {
            Ok(decided) => {
                self.count(decided.decision);
                self.refresh(desk);
                let text =
                    format!("{} {}{}", decided.decision.word(), decided.item, files(&decided));
                match &decided.forgotten {
                    None => self.say(text),
                    Some(why) => self.warn(format!("{text}; it cannot be remembered: {why}")),
                }
            }
            Err(error @ ReviewError::Moved { .. }) if self.force == Force::No => {
                self.warn(format!("{error} (f writes over it, any other key leaves it)"));
                self.mode = insist.map_or(Mode::Browse, Mode::Confirm);
            }
            Err(error @ ReviewError::Shared(_)) => {
                self.warn(format!("{error} (f takes them together, any other key leaves it)"));
                self.mode = match insist {
                    Some(Confirmed::Accept(why)) => Mode::Confirm(Confirmed::Together(why)),
                    Some(Confirmed::Redact(_) | Confirmed::Together(_)) | None => Mode::Browse,
                };
            }
            Err(error) => {
                self.refresh_after(desk);
                self.warn(error.to_string());
            }
        }
    }

    /// Others may have decided meanwhile.
    fn refresh_after(&mut self, desk: &Desk) {
        let scroll = self.scroll;
        self.refresh(desk);
        self.scroll = scroll;
    }

    fn typing(&mut self, desk: &mut Desk, field: Field, mut text: String, key: Key, how: How<'_>) {
        match key {
            Key::Escape => self.say("nothing was decided".to_owned()),
            Key::Enter => self.typed(desk, field, &text, how),
            Key::Char(it) => {
                text.push(it);
                self.mode = Mode::Type { field, text };
            }
            Key::Backspace => {
                text.pop();
                self.mode = Mode::Type { field, text };
            }
            Key::Up
            | Key::Down
            | Key::PageUp
            | Key::PageDown
            | Key::Home
            | Key::End
            | Key::Interrupt => self.mode = Mode::Type { field, text },
        }
    }

    fn typed(&mut self, desk: &mut Desk, field: Field, text: &str, how: How<'_>) {
        let text = text.trim();
        let again = |field, text: &str| Mode::Type { field, text: text.to_owned() };
        match field {
            Field::Accept => {
                self.accept(desk, Some(text.to_owned()).filter(|it| !it.is_empty()), how);
            }
            Field::Reject => self.reject(desk, Some(text).filter(|it| !it.is_empty()), how),
            Field::Pattern => self.written(desk, text, how),
            Field::Owner if text.is_empty() => {
                self.warn("a suppression needs an owner; Escape leaves it".to_owned());
                self.mode = again(Field::Owner, text);
            }
            Field::Owner => self.mode = again(Field::Expires(text.to_owned()), ""),
            Field::Expires(owner) => {
                if let Ok(date) = text.parse() {
                    self.mode = again(Field::Reason(owner, date), "");
                } else {
                    self.warn(format!("\"{text}\" is no date; write it like 2026-12-31"));
                    self.mode = again(Field::Expires(owner), text);
                }
            }
            Field::Reason(owner, expires) => {
                let Some(chosen) = self.current(desk) else { return };
                let known = Suppress { owner, expires, reason: text.to_owned() };
                let done = desk.suppress(&chosen, &known, how);
                self.told(desk, done, None);
            }
        }
    }

    /// A redaction that was typed: a bare pattern, or what YAML has.
    fn written(&mut self, desk: &mut Desk, text: &str, how: How<'_>) {
        let is_yaml = text.starts_with('{')
            || crate::model::scenario::RedactionClass::ALL.iter().any(|it| it.word() == text);
        if !is_yaml {
            return self.redact(desk, Redaction::Pattern(text.to_owned()), how);
        }
        match read_redaction("redaction", text) {
            Ok(redaction) => self.redact(desk, redaction, how),
            Err(complaints) => {
                let first = complaints.first().map(ToString::to_string).unwrap_or_default();
                self.warn(first.lines().next().unwrap_or_default().to_owned());
                self.mode = Mode::Type { field: Field::Pattern, text: text.to_owned() };
            }
        }
    }

    fn choosing(
        &mut self,
        desk: &mut Desk,
        proposals: Vec<Proposal>,
        at: usize,
        key: Key,
        how: How<'_>,
    ) {
        let last = proposals.len() - 1;
        let to = match key {
            Key::Escape | Key::Char('q') => return self.say("nothing was decided".to_owned()),
            Key::Enter => {
                let redaction = proposals[at].redaction.clone();
                return self.redact(desk, redaction, how);
            }
            Key::Char('e') => {
                let text = match &proposals[at].redaction {
                    Redaction::Pattern(pattern) => pattern.clone(),
                    Redaction::Json(_) | Redaction::Class(_) => proposals[at].text.clone(),
                };
                self.mode = Mode::Type { field: Field::Pattern, text };
                return;
            }
            Key::Down | Key::Char('j') => (at + 1).min(last),
            Key::Up | Key::Char('k') => at.saturating_sub(1),
            Key::Home => 0,
            Key::End => last,
            Key::Char(_) | Key::PageUp | Key::PageDown | Key::Backspace | Key::Interrupt => at,
        };
        self.mode = Mode::Redact { proposals, at: to };
    }
}

/// The files that a decision changed, as the end of a sentence.
fn files(decided: &Decided) -> String {
    match decided.files.as_slice() {
        [] => String::new(),
        [one] => format!(": {one}"),
        all => format!(": {} files", all.len()),
    }
}
