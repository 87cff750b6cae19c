//! [`Terminal`]: the terminal that we sit at, taken over and given back. The only file that names
//! crossterm.

use std::io::{self, Stdout, Write as _};

use crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use crossterm::style::{Attribute, Color, Print, ResetColor, SetAttribute, SetForegroundColor};
use crossterm::{cursor, queue, terminal};

use super::Colors;
use super::draw::{Ink, Line};
use super::state::Key;

/// The terminal, in raw mode and on its other screen until it is dropped.
pub struct Terminal {
    out: Stdout,
    colors: Colors,
}

impl Terminal {
    /// Takes it over. A panic gives it back before it says anything.
    pub fn enter(colors: Colors) -> io::Result<Self> {
        terminal::enable_raw_mode()?;
        let mut terminal = Self { out: io::stdout(), colors };
        queue!(terminal.out, terminal::EnterAlternateScreen, cursor::Hide)?;
        terminal.out.flush()?;
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            // Nothing better can be done where giving back fails too.
            let _ = give_back();
            before(panic);
        }));
        Ok(terminal)
    }

    /// Columns and rows.
    pub fn size() -> io::Result<(usize, usize)> {
        let (columns, rows) = terminal::size()?;
        Ok((usize::from(columns), usize::from(rows)))
    }

    /// Shows these lines from the top.
    pub fn show(&mut self, lines: &[Line]) -> io::Result<()> {
        for (row, line) in lines.iter().enumerate() {
            queue!(self.out, cursor::MoveTo(0, row as u16))?;
            for (text, ink) in &line.0 {
                self.ink(*ink)?;
                queue!(self.out, Print(text), SetAttribute(Attribute::Reset), ResetColor)?;
            }
            queue!(self.out, terminal::Clear(terminal::ClearType::UntilNewLine))?;
        }
        queue!(self.out, terminal::Clear(terminal::ClearType::FromCursorDown))?;
        self.out.flush()
    }

    fn ink(&mut self, ink: Ink) -> io::Result<()> {
        let (color, attribute) = match ink {
            Ink::Plain => (None, None),
            Ink::Dim => (Some(Color::DarkGrey), None),
            Ink::Bold => (None, Some(Attribute::Bold)),
            Ink::Reverse => (None, Some(Attribute::Reverse)),
            Ink::Added => (Some(Color::Green), None),
            Ink::Removed => (Some(Color::Red), None),
            Ink::AddedWord => (Some(Color::Green), Some(Attribute::Reverse)),
            Ink::RemovedWord => (Some(Color::Red), Some(Attribute::Reverse)),
            Ink::Warning => (Some(Color::Yellow), Some(Attribute::Bold)),
        };
        if let Some(attribute) = attribute {
            queue!(self.out, SetAttribute(attribute))?;
        }
        if let (Some(color), Colors::Some) = (color, self.colors) {
            queue!(self.out, SetForegroundColor(color))?;
        }
        Ok(())
    }

    /// Waits for the next key; `None` after anything else, such as a new size.
    pub fn key() -> io::Result<Option<Key>> {
        let Event::Key(key) = event::read()? else { return Ok(None) };
        if key.kind == KeyEventKind::Release {
            return Ok(None);
        }
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            return Ok(match key.code {
                KeyCode::Char('c' | 'd') => Some(Key::Interrupt),
                KeyCode::Char('u') => Some(Key::PageUp),
                _ => None,
            });
        }
        Ok(match key.code {
            KeyCode::Char(it) => Some(Key::Char(it)),
            KeyCode::Up => Some(Key::Up),
            KeyCode::Down => Some(Key::Down),
            KeyCode::PageUp => Some(Key::PageUp),
            KeyCode::PageDown => Some(Key::PageDown),
            KeyCode::Home => Some(Key::Home),
            KeyCode::End => Some(Key::End),
            KeyCode::Enter => Some(Key::Enter),
            KeyCode::Esc => Some(Key::Escape),
            KeyCode::Backspace => Some(Key::Backspace),
            // There are many more keys, and none of them is asked for.
            _ => None,
        })
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = give_back();
        if !std::thread::panicking() {
            drop(std::panic::take_hook());
        }
    }
}

fn give_back() -> io::Result<()> {
    let mut out = io::stdout();
    queue!(out, cursor::Show, terminal::LeaveAlternateScreen)?;
    out.flush()?;
    terminal::disable_raw_mode()
}
