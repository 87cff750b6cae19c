//! The `screen` facet: [`facet_text`] writes a screen so that a diff of two reads well.
//!
//! First the lines, as they stand; then `=== 80x24`, the cursor and the title; then one line for
//! each run of cells that look special, by row and columns from 1: `3:10-17 bold fg=red`. What
//! nobody can see (the colour of a blank, what scrolled away) is not written.

use std::fmt::Write as _;

use super::still::{Cell, Colour, Cursor, Line, Still, Style, Trait};

/// The comparable text of a screen.
#[must_use]
pub fn facet_text(still: &Still) -> String {
    let mut text = still.text();
    if !text.is_empty() {
        text.push('\n');
    }
    let alternate = if still.alternate { " alternate" } else { "" };
    // Writing to a String cannot fail.
    let _ = writeln!(text, "=== {}{alternate}", still.size());
    let _ = match still.cursor {
        Cursor::At(row, column) => writeln!(text, "cursor {row}:{column}"),
        Cursor::Hidden => writeln!(text, "cursor hidden"),
    };
    if let Some(title) = &still.title {
        let _ = writeln!(text, "title {title:?}");
    }
    for (row, line) in still.lines.iter().enumerate() {
        for run in runs(line) {
            let _ = write!(text, "{}:{}", row + 1, run.first + 1);
            if run.last > run.first {
                let _ = write!(text, "-{}", run.last + 1);
            }
            let _ = writeln!(text, "{}", described(&run.style));
        }
    }
    text
}

/// Cells beside each other that look the same.
#[derive(Debug, PartialEq, Eq)]
struct Run {
    first: usize,
    last: usize,
    style: Style,
    only_blanks: bool,
}

impl Run {
    fn new(at: usize, style: Style, only_blanks: bool) -> Self {
        Self { first: at, last: at, style, only_blanks }
    }
}

/// The runs of a line that look special.
///
/// Which style a program left on a blank depends on how it came to draw it, so that a blank counts
/// only by what shows of it, and joins the run before it where that looks the same.
fn runs(line: &Line) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut current: Option<Run> = None;
    // The last cell of the current run that is no blank.
    let mut solid = None;
    for (at, cell) in line.cells.iter().enumerate() {
        let style = shown(cell);
        let blank = cell.is_blank();
        match &mut current {
            Some(run) if blank && on_blank(&run.style) == style => run.last = at,
            Some(run) if !blank && run.style == style => run.last = at,
            Some(run)
                if !blank
                    && run.only_blanks
                    && run.style != Style::default()
                    && on_blank(&style) == run.style =>
            {
                *run = Run {
                    last: at,
                    style,
                    only_blanks: false,
                    ..Run::new(run.first, Style::default(), false)
                };
            }
            Some(_) | None => {
                close(current.take(), solid, &mut runs);
                current = Some(Run::new(at, style, blank));
            }
        }
        if !blank {
            solid = Some(at);
        }
    }
    close(current, solid, &mut runs);
    runs
}

fn close(run: Option<Run>, solid: Option<usize>, runs: &mut Vec<Run>) {
    let Some(mut run) = run.filter(|run| run.style != Style::default()) else { return };
    if on_blank(&run.style) == Style::default() {
        // Blanks at its end show nothing of it.
        run.last = solid.map_or(run.last, |solid| solid.clamp(run.first, run.last));
    }
    runs.push(run);
}

fn shown(cell: &Cell) -> Style {
    if cell.is_blank() { on_blank(&cell.style) } else { cell.style.clone() }
}

/// What shows of a style where nothing is written.
fn on_blank(style: &Style) -> Style {
    let drawn = |it: &Trait| match it {
        Trait::Underline | Trait::Inverse | Trait::Strike => true,
        Trait::Bold | Trait::Dim | Trait::Italic => false,
    };
    let traits: Vec<Trait> = style.traits.iter().copied().filter(drawn).collect();
    let inverse = traits.contains(&Trait::Inverse);
    Style {
        foreground: if traits.is_empty() { Colour::Default } else { style.foreground },
        background: if inverse { Colour::Default } else { style.background },
        traits,
        link: None,
    }
}

/// ` bold fg=red`.
fn described(style: &Style) -> String {
    let mut text = String::new();
    for it in &style.traits {
        let _ = write!(text, " {}", it.word());
    }
    if style.foreground != Colour::Default {
        let _ = write!(text, " fg={}", style.foreground);
    }
    if style.background != Colour::Default {
        let _ = write!(text, " bg={}", style.background);
    }
    if let Some(link) = &style.link {
        let _ = write!(text, " link={link}");
    }
    text
}
