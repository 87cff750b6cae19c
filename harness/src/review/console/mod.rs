//! The screen of a terminal: [`run`] shows what waits on the left, one item on the right, and
//! carries out what keys ask for.
//!
//! [`state`] is what is shown and what keys do, [`draw`] makes lines of it, and [`tty`] alone
//! knows the terminal.
//!
//! The files:
//! - `state.rs`: what the screen shows and what keys do.
//! - `draw.rs`: the lines of the screen.
//! - `tty.rs`: the terminal, taken over and given back; the only file that names crossterm.

pub mod draw;
pub mod state;
mod tty;

use chrono::Utc;

use super::decide::{Force, How};
use super::{Desk, ReviewError};
use state::{Flow, State};

/// Whether colours may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colors {
    /// Colours beside signs and words.
    Some,
    /// Signs, words, bold and reverse only, as `NO_COLOR` asks for.
    None,
}

/// Shows the screen until the person leaves it. Answers what was decided, in a sentence.
///
/// # Errors
/// The terminal cannot be used; what decisions refuse is shown on the screen.
pub fn run(
    desk: &mut Desk,
    why: Option<&str>,
    force: Force,
    colors: Colors,
) -> Result<String, ReviewError> {
    let mut state = State::new(desk, force);
    if state.is_empty() {
        return Ok("nothing is pending".to_owned());
    }
    let failed =
        |error: std::io::Error| ReviewError::Front(format!("cannot use the terminal: {error}"));
    let mut terminal = tty::Terminal::enter(colors).map_err(failed)?;
    loop {
        let size = tty::Terminal::size().map_err(failed)?;
        let lines = draw::screen(&mut state, desk, size);
        terminal.show(&lines).map_err(failed)?;
        let Some(key) = tty::Terminal::key().map_err(failed)? else { continue };
        let how = How { why, force, now: Utc::now() };
        if state.press(desk, key, how) == Flow::Leave {
            break;
        }
    }
    drop(terminal);
    Ok(state.summary(desk))
}
