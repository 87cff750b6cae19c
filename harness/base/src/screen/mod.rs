//! [`Screen`]: what a terminal shows of the bytes that a program wrote; pure.
//!
//! The emulator is `alacritty_terminal`; nothing outside this room names it. [`Still`] is the
//! screen at one instant, `text` writes it as the `screen` facet, `paint` as output that draws it
//! again; [`redrawn`] is what stays of an output that draws its lines again. [`cast`] reads and writes recordings, and [`frames`] turns one into what a report plays.
//! `surface` feeds a screen while a program runs, `report` feeds one with what was recorded.
//!
//! The files:
//! - `guard.rs`: cancels control strings that never end.
//! - `still.rs`: `Still`: the screen at one instant, cell by cell.
//! - `text.rs`: a screen as the `screen` facet.
//! - `paint.rs`: output that draws a screen again.
//! - `redrawn.rs`: what stays of an output that draws its lines again.
//! - `cast.rs`: recordings as asciicast v3.
//! - `frames.rs`: a recording as a bounded row of pictures.

pub mod cast;
pub mod frames;
mod guard;
mod paint;
mod redrawn;
mod still;
mod text;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use alacritty_terminal::Term;
use alacritty_terminal::event::{Event, EventListener, WindowSize};
use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::term::{Config, Osc52, TermMode};
use alacritty_terminal::vte::ansi::{Processor, Rgb};

use guard::StringGuard;
pub use paint::repaint;
pub use redrawn::{columns, redrawn};
pub use still::{Cell, Colour, Cursor, Line, Still, Style, Trait, Width};
pub use text::facet_text;

/// The size of a cell in pixels, for programs that ask.
const CELL: (u16, u16) = (8, 16);

/// The longest title that is kept, in characters.
const LONGEST_TITLE: usize = 200;

/// How many answers to a program's questions are kept until they are taken, in bytes.
const MOST_ANSWERS: usize = 16 * 1024;

/// More combining marks than this on one cell are noise that only costs memory.
const MOST_MARKS: usize = 64;

/// The size of a screen in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Cells across.
    pub columns: u16,
    /// Cells down.
    pub rows: u16,
}

impl Size {
    /// At least so large that a wide character fits.
    fn bounded(self) -> Self {
        Self { columns: self.columns.max(2), rows: self.rows.max(1) }
    }
}

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}x{}", self.columns, self.rows)
    }
}

impl Dimensions for Size {
    fn total_lines(&self) -> usize {
        self.screen_lines()
    }

    fn screen_lines(&self) -> usize {
        usize::from(self.rows)
    }

    fn columns(&self) -> usize {
        usize::from(self.columns)
    }
}

/// A terminal's screen without a terminal.
pub struct Screen {
    term: Term<Asides>,
    parser: Processor,
    asides: Asides,
    guard: StringGuard,
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Screen").field("size", &self.size()).finish_non_exhaustive()
    }
}

/// How keys are sent, as the program asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeyModes {
    /// Arrow keys, Home and End in their application form.
    pub application_cursor: bool,
}

impl Screen {
    /// An empty screen.
    #[must_use]
    pub fn new(size: Size) -> Self {
        let size = size.bounded();
        let asides = Asides(Arc::new(Mutex::new(Aside { size, title: None, answers: Vec::new() })));
        // What scrolled away is not on the screen; a program's clipboard is none of ours.
        let config = Config { scrolling_history: 0, osc52: Osc52::Disabled, ..Config::default() };
        Self {
            term: Term::new(config, &size, asides.clone()),
            parser: Processor::new(),
            asides,
            guard: StringGuard::default(),
        }
    }

    /// Shows what a program wrote; answers with what the terminal says to its questions.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        for part in self.guard.parts(bytes) {
            self.parser.advance(&mut self.term, part);
        }
        self.drop_excess_marks();
        std::mem::take(&mut self.asides.lock().answers)
    }

    /// Gives the screen another size.
    pub fn resize(&mut self, size: Size) {
        let size = size.bounded();
        self.asides.lock().size = size;
        self.term.resize(size);
    }

    /// Its size.
    #[must_use]
    pub fn size(&self) -> Size {
        self.asides.lock().size
    }

    /// How keys are sent.
    #[must_use]
    pub fn key_modes(&self) -> KeyModes {
        KeyModes { application_cursor: self.term.mode().contains(TermMode::APP_CURSOR) }
    }

    /// Whether the program is in the middle of an update that it wants to be shown at once; one that
    /// it does not end in time is shown as it is.
    pub fn updating(&mut self, now: Instant) -> bool {
        match self.parser.sync_timeout().sync_timeout() {
            None => false,
            Some(until) if until > now => true,
            Some(_) => {
                self.parser.stop_sync(&mut self.term);
                false
            }
        }
    }

    /// What it shows now.
    #[must_use]
    pub fn still(&self) -> Still {
        still::of(&self.term, self.asides.lock().title.clone())
    }

    /// Memory stays bounded also where a program piles marks on one cell without end.
    fn drop_excess_marks(&mut self) {
        let point = self.term.grid().cursor.point;
        for back in 0..2 {
            let Some(column) = point.column.0.checked_sub(back) else { continue };
            let grid = self.term.grid_mut();
            let column = alacritty_terminal::index::Column(column);
            let cell = &mut grid[point.line][column];
            if cell.zerowidth().is_some_and(|marks| marks.len() > MOST_MARKS) {
                cell.extra = None;
            }
        }
    }
}

/// What a program says that does not go on the screen, and what it is answered.
#[derive(Clone)]
struct Asides(Arc<Mutex<Aside>>);

struct Aside {
    size: Size,
    title: Option<String>,
    answers: Vec<u8>,
}

impl Asides {
    fn lock(&self) -> MutexGuard<'_, Aside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Aside {
    fn answer(&mut self, text: &str) {
        if self.answers.len() + text.len() <= MOST_ANSWERS {
            self.answers.extend_from_slice(text.as_bytes());
        }
    }
}

impl EventListener for Asides {
    fn send_event(&self, event: Event) {
        let mut aside = self.lock();
        match event {
            Event::Title(title) => {
                let title: String = title.chars().take(LONGEST_TITLE).collect();
                aside.title = Some(title).filter(|it| !it.is_empty());
            }
            Event::ResetTitle => aside.title = None,
            Event::PtyWrite(text) => aside.answer(&text),
            Event::ColorRequest(index, format) => {
                let answer = format(colour_of(index));
                aside.answer(&answer);
            }
            Event::TextAreaSizeRequest(format) => {
                let answer = format(WindowSize {
                    num_lines: aside.size.rows,
                    num_cols: aside.size.columns,
                    cell_width: CELL.0,
                    cell_height: CELL.1,
                });
                aside.answer(&answer);
            }
            Event::MouseCursorDirty
            | Event::ClipboardStore(..)
            | Event::ClipboardLoad(..)
            | Event::CursorBlinkingChange
            | Event::Wakeup
            | Event::Bell
            | Event::Exit
            | Event::ChildExit(_) => {}
        }
    }
}

/// The colours of our terminal, for programs that ask: light on dark, on every machine the same.
fn colour_of(index: usize) -> Rgb {
    /// What alacritty counts as the background.
    const BACKGROUND: usize = 257;
    let (r, g, b) = match u8::try_from(index) {
        Ok(index) => still::rgb_of(index),
        Err(_) if index == BACKGROUND => (0x16, 0x18, 0x1d),
        Err(_) => (0xd8, 0xdb, 0xe2),
    };
    Rgb { r, g, b }
}

#[cfg(test)]
mod tests;
