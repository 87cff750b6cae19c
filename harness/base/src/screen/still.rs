//! [`Still`]: what a screen shows at one instant, cell by cell.
//!
//! Made of the emulator's grid by [`of`]; all that is written about a screen is written of this.

use alacritty_terminal::Term;
use alacritty_terminal::grid::Dimensions as _;
use alacritty_terminal::index::{Column, Line as GridLine};
use alacritty_terminal::term::TermMode;
use alacritty_terminal::term::cell::{Cell as GridCell, Flags};
use alacritty_terminal::vte::ansi::{Color, NamedColor};

use super::Size;

/// A screen at one instant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Still {
    /// Cells across.
    pub columns: u16,
    /// From the top.
    pub lines: Vec<Line>,
    /// Where the cursor is.
    pub cursor: Cursor,
    /// The window's title, where the program set one.
    pub title: Option<String>,
    /// Whether it is the alternate screen, which programs give back when they end.
    pub alternate: bool,
}

/// Where the cursor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cursor {
    /// In this row and column, from 1.
    At(u16, u16),
    /// Nowhere to be seen.
    Hidden,
}

/// One line of cells.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Line {
    /// From the left.
    pub cells: Vec<Cell>,
    /// Whether its text goes on in the next line, because it did not fit.
    pub wraps: bool,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cell {
    /// What stands there; a blank where nothing does.
    pub character: char,
    /// The marks that combine with it.
    pub marks: Option<Box<str>>,
    /// How many columns it takes.
    pub width: Width,
    /// How it looks.
    pub style: Style,
}

/// How many columns a cell's character takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Width {
    /// One.
    Single,
    /// Two: the next cell is its other half.
    Double,
    /// This is the other half, or a gap that a wide character left at the end of a line.
    Spacer,
}

/// How a cell looks.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Style {
    /// The colour of the text.
    pub foreground: Colour,
    /// The colour behind it.
    pub background: Colour,
    /// What else is special, in a fixed order.
    pub traits: Vec<Trait>,
    /// Where a click leads (OSC 8).
    pub link: Option<Box<str>>,
}

/// What can be special about a cell beside its colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Trait {
    /// Heavier.
    Bold,
    /// Fainter.
    Dim,
    /// Slanted.
    Italic,
    /// Underlined, in any manner.
    Underline,
    /// With its colours swapped.
    Inverse,
    /// Struck out.
    Strike,
}

impl Trait {
    /// Every trait.
    pub const ALL: [Self; 6] =
        [Self::Bold, Self::Dim, Self::Italic, Self::Underline, Self::Inverse, Self::Strike];

    /// The word used in the `screen` facet.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Bold => "bold",
            Self::Dim => "dim",
            Self::Italic => "italic",
            Self::Underline => "underline",
            Self::Inverse => "inverse",
            Self::Strike => "strike",
        }
    }

    /// The number that switches it on (SGR, ECMA-48 8.3.117).
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Bold => 1,
            Self::Dim => 2,
            Self::Italic => 3,
            Self::Underline => 4,
            Self::Inverse => 7,
            Self::Strike => 9,
        }
    }

    fn flags(self) -> Flags {
        match self {
            Self::Bold => Flags::BOLD,
            Self::Dim => Flags::DIM,
            Self::Italic => Flags::ITALIC,
            Self::Underline => Flags::ALL_UNDERLINES,
            Self::Inverse => Flags::INVERSE,
            Self::Strike => Flags::STRIKEOUT,
        }
    }
}

/// A colour as the program asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Colour {
    /// The terminal's own.
    #[default]
    Default,
    /// One of the 256; the first sixteen have names.
    Indexed(u8),
    /// Red, green, blue.
    Rgb(u8, u8, u8),
}

/// The names of the first eight colours; the next eight are the same, brighter.
const NAMES: [&str; 8] = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

impl std::fmt::Display for Colour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Self::Default => f.write_str("default"),
            Self::Indexed(index @ 0..8) => f.write_str(NAMES[usize::from(index)]),
            Self::Indexed(index @ 8..16) => write!(f, "bright-{}", NAMES[usize::from(index - 8)]),
            Self::Indexed(index) => write!(f, "{index}"),
            Self::Rgb(r, g, b) => write!(f, "#{r:02x}{g:02x}{b:02x}"),
        }
    }
}

impl Colour {
    /// Red, green and blue, where it is not the terminal's own.
    #[must_use]
    pub fn rgb(self) -> Option<(u8, u8, u8)> {
        match self {
            Self::Default => None,
            Self::Indexed(index) => Some(rgb_of(index)),
            Self::Rgb(r, g, b) => Some((r, g, b)),
        }
    }

    fn of(color: Color) -> Self {
        match color {
            Color::Spec(rgb) => Self::Rgb(rgb.r, rgb.g, rgb.b),
            Color::Indexed(index) => Self::Indexed(index),
            Color::Named(name) => named(name),
        }
    }
}

fn named(name: NamedColor) -> Colour {
    // The first sixteen names are numbered as the palette is; the rest stand for the default.
    match u8::try_from(name as usize) {
        Ok(index @ 0..16) => Colour::Indexed(index),
        Ok(_) | Err(_) => Colour::Default,
    }
}

/// The palette of 256 colours: sixteen that read well on dark, the cube of xterm, and its greys.
pub(super) fn rgb_of(index: u8) -> (u8, u8, u8) {
    const NAMED: [(u8, u8, u8); 16] = [
        (0x1d, 0x1f, 0x24),
        (0xe0, 0x5c, 0x5c),
        (0x6a, 0xb8, 0x66),
        (0xd9, 0xa8, 0x3c),
        (0x5c, 0x9c, 0xe6),
        (0xc0, 0x78, 0xd8),
        (0x4c, 0xb6, 0xbe),
        (0xd8, 0xdb, 0xe2),
        (0x7d, 0x83, 0x90),
        (0xff, 0x86, 0x86),
        (0x96, 0xe0, 0x90),
        (0xff, 0xd2, 0x6a),
        (0x8c, 0xc0, 0xff),
        (0xe0, 0xa4, 0xf4),
        (0x80, 0xe0, 0xe6),
        (0xff, 0xff, 0xff),
    ];
    match index {
        0..16 => NAMED[usize::from(index)],
        16..232 => {
            let step = |digit: u8| if digit == 0 { 0 } else { 55 + digit * 40 };
            let cube = index - 16;
            (step(cube / 36), step(cube / 6 % 6), step(cube % 6))
        }
        232..=255 => {
            let grey = 8 + (index - 232) * 10;
            (grey, grey, grey)
        }
    }
}

impl Cell {
    /// Whether nothing is drawn there but its background.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.character == ' ' && self.marks.is_none() && self.width != Width::Spacer
    }

    fn of(cell: &GridCell) -> Self {
        let hidden = cell.flags.contains(Flags::HIDDEN);
        let width = if cell.flags.contains(Flags::WIDE_CHAR) {
            Width::Double
        } else if cell.flags.intersects(Flags::WIDE_CHAR_SPACER | Flags::LEADING_WIDE_CHAR_SPACER) {
            Width::Spacer
        } else {
            Width::Single
        };
        let marks = cell.zerowidth().filter(|marks| !marks.is_empty() && !hidden);
        Self {
            // What is concealed is there for nobody to see.
            character: if hidden || cell.c.is_control() { ' ' } else { cell.c },
            marks: marks.map(|marks| marks.iter().collect::<String>().into_boxed_str()),
            width,
            style: Style {
                foreground: Colour::of(cell.fg),
                background: Colour::of(cell.bg),
                traits: Trait::ALL
                    .into_iter()
                    .filter(|it| cell.flags.intersects(it.flags()))
                    .collect(),
                link: cell.hyperlink().map(|link| link.uri().into()),
            },
        }
    }
}

impl Line {
    /// Its text, without blanks at its end.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = self.full_text();
        text.truncate(text.trim_end_matches(' ').len());
        text
    }

    fn full_text(&self) -> String {
        let mut text = String::with_capacity(self.cells.len());
        for cell in self.cells.iter().filter(|cell| cell.width != Width::Spacer) {
            text.push(cell.character);
            text.push_str(cell.marks.as_deref().unwrap_or_default());
        }
        text
    }
}

impl Still {
    /// Its size.
    #[must_use]
    pub fn size(&self) -> Size {
        Size { columns: self.columns, rows: self.lines.len() as u16 }
    }

    /// The text of its lines, without blank lines at the end.
    #[must_use]
    pub fn text(&self) -> String {
        let lines: Vec<String> = self.lines.iter().map(Line::text).collect();
        let used = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |at| at + 1);
        lines[..used].join("\n")
    }

    /// The same with lines that were broken only because they did not fit put together again.
    #[must_use]
    pub fn unwrapped_text(&self) -> String {
        let mut text = String::new();
        for line in &self.lines {
            if line.wraps {
                text.push_str(&line.full_text());
            } else {
                text.push_str(&line.text());
                text.push('\n');
            }
        }
        text.truncate(text.trim_end().len());
        text
    }

    /// The same screen with every cell of these texts starred out, also where one is broken over
    /// two lines.
    #[must_use]
    pub fn hiding(mut self, secrets: &[String]) -> Self {
        let mut from = 0;
        while from < self.lines.len() {
            let to = self.lines[from..]
                .iter()
                .position(|line| !line.wraps)
                .map_or(self.lines.len(), |at| from + at + 1);
            hide(&mut self.lines[from..to], secrets);
            from = to;
        }
        self
    }
}

/// Stars secrets out of lines that belong together.
fn hide(lines: &mut [Line], secrets: &[String]) {
    let mut text = String::new();
    let mut places = Vec::new();
    for (row, line) in lines.iter().enumerate() {
        for (column, cell) in line.cells.iter().enumerate() {
            if cell.width != Width::Spacer {
                places.push((text.len(), row, column));
                text.push(cell.character);
                text.push_str(cell.marks.as_deref().unwrap_or_default());
            }
        }
    }
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        for (start, _) in text.match_indices(secret.as_str()) {
            let end = start + secret.len();
            for (at, row, column) in &places {
                if (start..end).contains(at) {
                    let cell = &mut lines[*row].cells[*column];
                    cell.character = '*';
                    cell.marks = None;
                }
            }
        }
    }
}

/// What a terminal shows now.
pub(super) fn of<T>(term: &Term<T>, title: Option<String>) -> Still {
    let grid = term.grid();
    let (columns, rows) = (grid.columns(), grid.screen_lines());
    let lines = (0..rows)
        .map(|row| {
            let line = &grid[GridLine(row as i32)];
            let cells: Vec<Cell> =
                (0..columns).map(|column| Cell::of(&line[Column(column)])).collect();
            let last = &line[Column(columns - 1)];
            Line { cells, wraps: last.flags.contains(Flags::WRAPLINE) }
        })
        .collect();
    let point = grid.cursor.point;
    let cursor = if term.mode().contains(TermMode::SHOW_CURSOR) {
        Cursor::At(point.line.0 as u16 + 1, point.column.0 as u16 + 1)
    } else {
        Cursor::Hidden
    };
    Still {
        columns: columns as u16,
        lines,
        cursor,
        title,
        alternate: term.mode().contains(TermMode::ALT_SCREEN),
    }
}
