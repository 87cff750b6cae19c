//! [`repaint`]: output that draws a screen as it is, for recordings from which something was left out.

use std::fmt::Write as _;

use super::still::{Colour, Cursor, Line, Still, Style, Width};

/// What a program would write to draw this screen from nothing.
#[must_use]
pub fn repaint(still: &Still) -> String {
    let mut out = String::from("\u{1b}[0m\u{1b}[2J");
    for (row, line) in still.lines.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = write!(out, "\u{1b}[{};1H", row + 1);
        paint(line, &mut out);
    }
    let _ = match still.cursor {
        Cursor::At(row, column) => write!(out, "\u{1b}[0m\u{1b}[{row};{column}H\u{1b}[?25h"),
        Cursor::Hidden => write!(out, "\u{1b}[0m\u{1b}[?25l"),
    };
    out
}

fn paint(line: &Line, out: &mut String) {
    let plain = Style::default();
    let used = line
        .cells
        .iter()
        .rposition(|cell| !cell.is_blank() || cell.style != plain)
        .map_or(0, |at| at + 1);
    let mut style = &plain;
    for cell in line.cells[..used].iter().filter(|cell| cell.width != Width::Spacer) {
        if cell.style != *style {
            style = &cell.style;
            out.push_str(&select(style));
        }
        out.push(cell.character);
        out.push_str(cell.marks.as_deref().unwrap_or_default());
    }
    out.push_str("\u{1b}[0m");
}

/// Switches to a style, whatever was before (SGR).
fn select(style: &Style) -> String {
    let mut out = String::from("\u{1b}[0");
    for it in &style.traits {
        let _ = write!(out, ";{}", it.code());
    }
    for (base, colour) in [(38, style.foreground), (48, style.background)] {
        let _ = match colour {
            Colour::Default => Ok(()),
            Colour::Indexed(index) => write!(out, ";{base};5;{index}"),
            Colour::Rgb(r, g, b) => write!(out, ";{base};2;{r};{g};{b}"),
        };
    }
    out.push('m');
    out
}
