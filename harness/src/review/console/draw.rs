//! [`screen`]: the lines of the screen, of exactly as many columns and rows as the terminal has.

use unicode_width::UnicodeWidthChar;

use super::super::detail::{Detail, Section};
use super::super::{Desk, ItemKind};
use super::state::{Confirmed, Mode, State};
use crate::model::finding::{DiffLine, DiffTag};
use crate::report::shown::visible;

/// Below this many columns list and detail stand below each other.
const NARROW: usize = 64;

/// How a piece of text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Ink {
    Plain,
    Dim,
    Bold,
    Reverse,
    Added,
    Removed,
    AddedWord,
    RemovedWord,
    Warning,
}

/// A line of the screen in pieces.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line(pub Vec<(String, Ink)>);

impl Line {
    fn of(text: &str, ink: Ink) -> Self {
        Self(vec![(plain(text), ink)])
    }

    /// The text alone.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.iter().map(|it| it.0.as_str()).collect()
    }

    fn width(&self) -> usize {
        self.0.iter().map(|it| width(&it.0)).sum()
    }

    /// Cut or filled to exactly this width.
    fn fitted(self, to: usize) -> Self {
        let is_cut = self.width() > to;
        let mut room = if is_cut { to.saturating_sub(1) } else { to };
        let mut pieces = Vec::new();
        for (text, ink) in self.0 {
            let kept = head(&text, room);
            room -= width(kept);
            if !kept.is_empty() {
                pieces.push((kept.to_owned(), ink));
            }
        }
        if is_cut && to > 0 {
            pieces.push(("…".to_owned(), Ink::Dim));
        }
        let missing = to.saturating_sub(pieces.iter().map(|it| width(&it.0)).sum());
        pieces.push((" ".repeat(missing), Ink::Plain));
        Self(pieces)
    }
}

/// Product text on one line: nothing that a terminal would obey.
fn plain(text: &str) -> String {
    visible(text).replace('\t', "    ").replace('\n', " ")
}

fn width(text: &str) -> usize {
    text.chars().map(|it| it.width().unwrap_or(0)).sum()
}

/// As much of the text as fits.
fn head(text: &str, room: usize) -> &str {
    let mut used = 0;
    for (at, letter) in text.char_indices() {
        used += letter.width().unwrap_or(0);
        if used > room {
            return &text[..at];
        }
    }
    text
}

/// The screen.
pub fn screen(state: &mut State, desk: &Desk, (columns, rows): (usize, usize)) -> Vec<Line> {
    let body = rows.saturating_sub(3);
    let mut lines = vec![heading(state, desk).fitted(columns)];
    lines.extend(match state.mode().clone() {
        Mode::Help => padded(help(), columns, body),
        Mode::Redact { proposals, at } => padded(redactions(&proposals, at), columns, body),
        Mode::Browse | Mode::Type { .. } | Mode::Confirm(_) => {
            if columns < NARROW {
                let top = (body / 3).max(1);
                let mut lines = list(state, desk, columns, top);
                lines.extend(detail(state, desk, columns, body.saturating_sub(top)));
                lines
            } else {
                let left = (columns * 2 / 5).clamp(24, 56);
                let right = columns - left - 1;
                let list = list(state, desk, left, body);
                let detail = detail(state, desk, right, body);
                let both = list.into_iter().zip(detail).map(|(mut line, detail)| {
                    line.0.push(("│".to_owned(), Ink::Dim));
                    line.0.extend(detail.0);
                    line
                });
                both.collect()
            }
        }
    });
    lines.push(status(state).fitted(columns));
    lines.push(keys(state, desk).fitted(columns));
    lines.truncate(rows);
    lines
}

fn padded(mut lines: Vec<Line>, columns: usize, rows: usize) -> Vec<Line> {
    lines.resize(rows, Line::default());
    lines.into_iter().map(|it| it.fitted(columns)).collect()
}

fn heading(state: &State, desk: &Desk) -> Line {
    let all = desk.items().len();
    let left = format!(" {} left of {all}", state.left());
    let night = format!("  night {}", plain(desk.night_id()));
    let mut line =
        vec![("nightshift review".to_owned(), Ink::Bold), (left, Ink::Plain), (night, Ink::Dim)];
    if desk.is_running() {
        line.push(("  still runs".to_owned(), Ink::Warning));
    }
    Line(line)
}

/// What is left, the shown one in the middle where there are many.
fn list(state: &State, desk: &Desk, columns: usize, rows: usize) -> Vec<Line> {
    let at = state.position();
    let first = at.saturating_sub(rows / 2).min(state.left().saturating_sub(rows));
    let mut lines = Vec::new();
    for position in first..first + rows {
        let Some(item) = state.item(desk, position) else { break };
        let id = match item.kind {
            ItemKind::New => String::new(),
            ItemKind::Finding(_) | ItemKind::Conflict(_) => format!("{} ", item.id),
        };
        let mark = if position == at { "> " } else { "  " };
        let text = plain(&format!("{mark}{id}{}: {}", desk.word(item), item.title));
        let ink = if position == at { Ink::Reverse } else { Ink::Plain };
        let mut line = Line(vec![(text, ink)]).fitted(columns);
        if position == at {
            line.0.iter_mut().for_each(|it| it.1 = Ink::Reverse);
        }
        lines.push(line);
    }
    if state.left() == 0 {
        lines.push(Line::of("everything is decided", Ink::Bold));
    }
    padded(lines, columns, rows)
}

fn detail(state: &mut State, desk: &Desk, columns: usize, rows: usize) -> Vec<Line> {
    let inner = columns.saturating_sub(1);
    let all = state.detail(desk).map(|it| described(it, inner)).unwrap_or_default();
    state.most_scroll = all.len().saturating_sub(rows);
    state.page = rows.saturating_sub(2).max(1);
    state.scroll = state.scroll.min(state.most_scroll);
    let hidden = all.len().saturating_sub(state.scroll + rows);
    let mut shown: Vec<Line> = all.into_iter().skip(state.scroll).take(rows).collect();
    if hidden > 0
        && let Some(last) = shown.last_mut()
    {
        *last = Line::of(&format!("… {} more lines: Space", hidden + 1), Ink::Dim);
    }
    for line in &mut shown {
        line.0.insert(0, (" ".to_owned(), Ink::Plain));
    }
    padded(shown, columns, rows)
}

fn described(detail: &Detail, columns: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    wrap(&mut lines, &Line::of(&detail.heading, Ink::Bold), columns, 0);
    wrap(&mut lines, &Line::of(&detail.title, Ink::Plain), columns, 0);
    for (name, value) in &detail.facts {
        let line = Line(vec![(format!("{name}: "), Ink::Dim), (plain(value), Ink::Plain)]);
        wrap(&mut lines, &line, columns, 2);
    }
    for section in &detail.sections {
        lines.push(Line::default());
        described_section(&mut lines, section, columns);
    }
    if !detail.covers.is_empty() {
        lines.push(Line::default());
        lines.push(Line::of("A decision takes", Ink::Bold));
        for change in &detail.covers {
            wrap(&mut lines, &Line::of(change, Ink::Plain), columns, 2);
        }
    }
    if !detail.places.is_empty() {
        lines.push(Line::default());
        lines.push(Line::of(&format!("Places: {}", detail.places.len()), Ink::Bold));
        for place in &detail.places {
            wrap(&mut lines, &Line::of(place, Ink::Plain), columns, 2);
        }
    }
    if !detail.reasons.is_empty() {
        lines.push(Line::default());
        lines.push(Line::of("Why we say so", Ink::Bold));
        for reason in &detail.reasons {
            wrap(&mut lines, &Line::of(reason, Ink::Plain), columns, 2);
        }
    }
    lines
}

fn described_section(lines: &mut Vec<Line>, section: &Section, columns: usize) {
    wrap(lines, &Line::of(&section.title, Ink::Bold), columns, 2);
    if let Some(about) = &section.about {
        wrap(lines, &Line::of(about, Ink::Dim), columns, 2);
    }
    for (what, path) in &section.pictures {
        wrap(lines, &Line::of(&format!("{what}: {path}"), Ink::Plain), columns, 2);
    }
    if !section.pictures.is_empty() {
        wrap(lines, &Line::of("`nightshift review --web` shows pictures", Ink::Dim), columns, 2);
    }
    for line in &section.lines {
        wrap(lines, &of_diff(line), columns, 2);
    }
}

/// A line of a diff; its sign says what became of it, colour or not.
fn of_diff(line: &DiffLine) -> Line {
    let (sign, ink, word) = match line.tag {
        DiffTag::Same => ("  ", Ink::Dim, Ink::Dim),
        DiffTag::Added => ("+ ", Ink::Added, Ink::AddedWord),
        DiffTag::Removed => ("- ", Ink::Removed, Ink::RemovedWord),
        DiffTag::Gap => {
            let place: String = line.pieces.iter().map(|it| it.text.as_str()).collect();
            return Line::of(format!("⋯ {place}").trim_end(), Ink::Dim);
        }
    };
    let mut pieces = vec![(sign.to_owned(), ink)];
    pieces.extend(
        line.pieces.iter().map(|it| (plain(&it.text), if it.emphasis { word } else { ink })),
    );
    Line(pieces)
}

/// Breaks a line where it is too long; what follows is indented.
fn wrap(lines: &mut Vec<Line>, line: &Line, columns: usize, indent: usize) {
    let mut row = Line::default();
    let mut room = columns;
    // Whether the row holds nothing yet: what does not even fit then fits nowhere.
    let mut fresh = true;
    for (text, ink) in &line.0 {
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let mut part = head(rest, room);
            if part.len() < rest.len() {
                // A word stays whole where it can.
                let end = part.rfind(' ').filter(|it| *it > 0).map_or(part.len(), |it| it + 1);
                part = &part[..end];
            }
            if part.is_empty() && fresh {
                break;
            }
            room -= width(part);
            if !part.is_empty() {
                row.0.push((part.to_owned(), *ink));
                fresh = false;
            }
            rest = &rest[part.len()..];
            if !rest.is_empty() {
                lines.push(std::mem::take(&mut row));
                let indent = indent.min(columns / 2);
                row.0.push((" ".repeat(indent), Ink::Plain));
                room = columns - indent;
                fresh = true;
                rest = rest.trim_start_matches(' ');
            }
        }
    }
    lines.push(row);
}

fn redactions(proposals: &[super::super::Proposal], at: usize) -> Vec<Line> {
    let mut lines = vec![
        Line::of("Accept with a redaction: what it says is not compared here any more.", Ink::Bold),
        Line::default(),
    ];
    for (index, proposal) in proposals.iter().enumerate() {
        let ink = if index == at { Ink::Reverse } else { Ink::Plain };
        let mark = if index == at { "> " } else { "  " };
        lines.push(Line::of(&format!("{mark}{}", proposal.text), ink));
        let (helps, of) = proposal.helps;
        let plural = if of == 1 { "place" } else { "places" };
        let about = format!("    explains {helps} of {of} {plural}; {}", proposal.cost);
        lines.push(Line::of(&about, Ink::Dim));
    }
    lines
}

fn status(state: &State) -> Line {
    match state.mode() {
        Mode::Type { field, text } => Line(vec![
            (field.question().to_owned(), Ink::Bold),
            (format!(" {}", plain(text)), Ink::Plain),
            ("▏".to_owned(), Ink::Plain),
        ]),
        Mode::Browse | Mode::Help | Mode::Redact { .. } | Mode::Confirm(_) => {
            let (message, alarming) = state.message();
            Line::of(message, if alarming { Ink::Warning } else { Ink::Plain })
        }
    }
}

fn keys(state: &State, desk: &Desk) -> Line {
    let item = state.item(desk, state.position());
    let (message, alarming) = state.message();
    if alarming && matches!(state.mode(), Mode::Type { .. }) {
        return Line::of(message, Ink::Warning);
    }
    let text = match state.mode() {
        Mode::Browse => match item.map(|it| it.kind) {
            None => "u undo  q quit  ? help",
            Some(ItemKind::Conflict(_)) => {
                "o ours  t theirs  a what was seen  n next  u undo  ? help  q quit"
            }
            Some(ItemKind::New) => "a accept  r reject  d redact  n next  u undo  ? help  q quit",
            Some(ItemKind::Finding(_)) => {
                "a accept  r reject  d redact  s suppress  n next  u undo  ? help  q quit"
            }
        },
        Mode::Help => "any key goes back",
        Mode::Type { .. } => "Enter takes it  Escape leaves it",
        Mode::Redact { .. } => "Enter accepts with it  e edit  j/k choose  Escape leaves it",
        Mode::Confirm(Confirmed::Together(_)) => "f takes them together  any other key leaves it",
        Mode::Confirm(Confirmed::Accept(_) | Confirmed::Redact(_)) => {
            "f writes over it  any other key leaves it"
        }
    };
    Line::of(text, Ink::Bold)
}

fn help() -> Vec<Line> {
    let rows = [
        ("a, A", "accept all places of it; A asks for the reason"),
        ("r, R", "reject: the baseline stays, and you looked; R asks for the reason"),
        ("d", "accept with a redaction: choose a proposed one, or write it"),
        ("s", "suppress as a known issue, with owner, date and reason"),
        ("o, t", "solve a merge conflict by ours or theirs; a takes what was seen"),
        ("n, j, Down", "next, without a decision"),
        ("p, k, Up", "previous"),
        ("g, G", "first, last"),
        ("Space, b", "more of it, back"),
        ("u", "undo the last decision; again for the one before"),
        ("q, Escape", "leave; what was decided stays decided"),
    ];
    let mut lines = vec![Line::of("Keys", Ink::Bold), Line::default()];
    lines.extend(rows.iter().map(|(key, what)| {
        Line(vec![(format!("  {key:<12}"), Ink::Bold), ((*what).to_owned(), Ink::Plain)])
    }));
    lines.push(Line::default());
    let more =
        "Decisions are kept beside the night; `nightshift review --undo` takes them back later.";
    lines.push(Line::of(more, Ink::Dim));
    lines
}
