//! [`redrawn`]: what stays of an output that moves the cursor and draws its lines again.
//!
//! Unlike [`super::Screen`] it has no size: what scrolled away still counts, and long lines are not
//! broken. Lines are those of a terminal, on which `\n` begins a new line at its start; letters take
//! the [`columns`] that they take there.

use alacritty_terminal::vte::{Params, Parser, Perform};
use unicode_width::UnicodeWidthChar as _;

/// The furthest that a program can send the cursor: nothing that a person looks at is larger.
const MOST_ROWS: usize = 500;
const MOST_COLUMNS: usize = 2000;

/// The text that a person sees at the end, without blanks at the ends of lines. Styles, titles and
/// links are left out; an erased part is gone.
#[must_use]
pub fn redrawn(output: &str) -> String {
    let mut sheet = Sheet { rows: vec![Vec::new()], ..Sheet::default() };
    Parser::new().advance(&mut sheet, output.as_bytes());
    sheet.text()
}

/// How many columns of a terminal a letter takes: a wide one two, a mark none.
#[must_use]
pub fn columns(letter: char) -> usize {
    letter.width().unwrap_or(1)
}

/// What stands in one column of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Spot {
    /// A letter, with the marks on it.
    Letter(char, String),
    /// The right half of the wide letter before it.
    Half,
}

impl Spot {
    const BLANK: Self = Self::Letter(' ', String::new());

    fn is_wide(&self) -> bool {
        matches!(self, Self::Letter(it, _) if columns(*it) > 1)
    }
}

/// Rows, and where the cursor is on them: row and column.
type Left = (Vec<Vec<Spot>>, (usize, usize));

/// Rows that grow as they are written.
#[derive(Debug, Default)]
struct Sheet {
    rows: Vec<Vec<Spot>>,
    row: usize,
    column: usize,
    saved: (usize, usize),
    /// What is there again when the program leaves the alternate screen: rows and cursor.
    main: Option<Left>,
}

impl Sheet {
    fn text(mut self) -> String {
        // Who never leaves the other screen has left it to be seen.
        if let Some((mut rows, _)) = self.main.take() {
            while rows.last().is_some_and(|it| is_blank(it)) {
                rows.pop();
            }
            self.row += rows.len();
            rows.append(&mut self.rows);
            self.rows = rows;
        }
        // What was drawn below the cursor and erased again leaves no lines.
        while self.rows.len() > self.row + 1 && self.rows.last().is_some_and(|it| is_blank(it)) {
            self.rows.pop();
        }
        self.rows.iter().map(|it| line_of(it)).collect::<Vec<_>>().join("\n")
    }

    fn go_to(&mut self, row: usize, column: usize) {
        self.row = row.min(MOST_ROWS.max(self.rows.len()) - 1);
        self.column = column.min(MOST_COLUMNS);
        if self.rows.len() <= self.row {
            self.rows.resize(self.row + 1, Vec::new());
        }
    }

    /// Begins an empty screen; the one before comes back.
    fn enter_alternate(&mut self) {
        if self.main.is_none() {
            let rows = std::mem::replace(&mut self.rows, vec![Vec::new()]);
            self.main = Some((rows, (self.row, self.column)));
            (self.row, self.column) = (0, 0);
        }
    }

    fn leave_alternate(&mut self) {
        if let Some((rows, (row, column))) = self.main.take() {
            self.rows = rows;
            (self.row, self.column) = (row, column);
        }
    }

    /// Goes down one row, to a new one where there is none.
    fn next_row(&mut self) {
        self.row += 1;
        if self.rows.len() <= self.row {
            self.rows.push(Vec::new());
        }
    }

    /// Has so many empty rows where the cursor is; what is there goes down, and over the edge.
    fn insert_rows(&mut self, count: usize) {
        let most = self.rows.len().max(self.row + MOST_ROWS);
        let empty = std::iter::repeat_n(Vec::new(), count.min(MOST_ROWS));
        drop(self.rows.splice(self.row..self.row, empty));
        self.rows.truncate(most);
    }

    /// Takes so many rows away, the cursor's first.
    fn delete_rows(&mut self, count: usize) {
        self.rows.drain(self.row..(self.row + count).min(self.rows.len()));
        if self.rows.len() <= self.row {
            self.rows.push(Vec::new());
        }
    }

    /// Has so many blanks where the cursor is; what is there goes to the right, and over the edge.
    fn insert_blanks(&mut self, count: usize) {
        let (row, column) = (&mut self.rows[self.row], self.column);
        let most = row.len().max(MOST_COLUMNS);
        if column < row.len() {
            let blanks = count.min(MOST_COLUMNS);
            drop(row.splice(column..column, std::iter::repeat_n(Spot::BLANK, blanks)));
            row.truncate(most);
            mend(row, column);
            mend(row, column + blanks);
        }
    }

    /// Takes a part of the cursor's row away.
    fn erase_in_row(&mut self, mode: u16) {
        let (row, column) = (&mut self.rows[self.row], self.column);
        match mode {
            0 => row.truncate(column),
            1 => row.iter_mut().take(column + 1).for_each(|it| *it = Spot::BLANK),
            _ => row.clear(),
        }
        mend(row, column);
        mend(row, column + 1);
    }

    fn erase(&mut self, mode: u16) {
        let at = self.row;
        match mode {
            0 => self.rows[at + 1..].iter_mut().for_each(Vec::clear),
            1 => self.rows[..at].iter_mut().for_each(Vec::clear),
            _ => self.rows.iter_mut().for_each(Vec::clear),
        }
        self.erase_in_row(mode);
    }
}

fn is_blank(row: &[Spot]) -> bool {
    row.iter().all(|it| *it == Spot::BLANK)
}

/// The text of a row, without blanks at its end.
fn line_of(row: &[Spot]) -> String {
    let mut text = String::with_capacity(row.len());
    for spot in row {
        if let Spot::Letter(letter, marks) = spot {
            text.push(*letter);
            text.push_str(marks);
        }
    }
    text.truncate(text.trim_end_matches(' ').len());
    text
}

/// Half a letter is none: what an edit has left of a wide one on either side of this column is blank.
fn mend(row: &mut [Spot], at: usize) {
    let wide_before = at > 0 && row.get(at - 1).is_some_and(Spot::is_wide);
    let half = row.get(at) == Some(&Spot::Half);
    match (wide_before, half) {
        (true, false) => row[at - 1] = Spot::BLANK,
        (false, true) => row[at] = Spot::BLANK,
        (true, true) | (false, false) => {}
    }
}

impl Perform for Sheet {
    fn print(&mut self, character: char) {
        let (row, column) = (&mut self.rows[self.row], self.column);
        let wide = columns(character);
        if row.len() < column + wide.max(1) {
            row.resize(column + wide.max(1), Spot::BLANK);
        }
        if wide == 0 {
            // It stands on the letter before it, whichever half of that the cursor is behind.
            let before = column.saturating_sub(1);
            let on = if row[before] == Spot::Half { before.saturating_sub(1) } else { before };
            if let Spot::Letter(_, marks) = &mut row[on] {
                marks.push(character);
            }
            return;
        }
        row[column] = Spot::Letter(character, String::new());
        if wide > 1 {
            row[column + 1] = Spot::Half;
        }
        mend(row, column);
        mend(row, column + wide);
        self.column += wide;
    }

    fn execute(&mut self, byte: u8) {
        match byte {
            b'\n' => {
                self.next_row();
                self.column = 0;
            }
            b'\r' => self.column = 0,
            b'\x08' => self.column = self.column.saturating_sub(1),
            b'\t' => self.print('\t'),
            _ => {}
        }
    }

    fn csi_dispatch(&mut self, params: &Params, intermediates: &[u8], _: bool, action: char) {
        let given = |at: usize| params.iter().nth(at).and_then(|it| it.first()).copied();
        match (intermediates, given(0), action) {
            ([], _, _) => {}
            (b"?", Some(47 | 1047 | 1049), 'h') => return self.enter_alternate(),
            (b"?", Some(47 | 1047 | 1049), 'l') => return self.leave_alternate(),
            _ => return,
        }
        // Where nothing is said, it is one.
        let count = |at: usize| usize::from(given(at).unwrap_or(1).max(1));
        let (row, column) = (self.row, self.column);
        match action {
            'A' => self.go_to(row.saturating_sub(count(0)), column),
            'B' | 'e' => self.go_to(row + count(0), column),
            'C' | 'a' => self.go_to(row, column + count(0)),
            'D' => self.go_to(row, column.saturating_sub(count(0))),
            'E' => self.go_to(row + count(0), 0),
            'F' => self.go_to(row.saturating_sub(count(0)), 0),
            'G' | '`' => self.go_to(row, count(0) - 1),
            'H' | 'f' => self.go_to(count(0) - 1, count(1) - 1),
            'd' => self.go_to(count(0) - 1, column),
            'J' => self.erase(given(0).unwrap_or(0)),
            'K' => self.erase_in_row(given(0).unwrap_or(0)),
            'L' => self.insert_rows(count(0)),
            'M' => self.delete_rows(count(0)),
            '@' => self.insert_blanks(count(0)),
            'X' => {
                let (to, line) = (column + count(0), &mut self.rows[row]);
                line.iter_mut().take(to).skip(column).for_each(|it| *it = Spot::BLANK);
                mend(line, column);
                mend(line, to);
            }
            'P' => {
                let line = &mut self.rows[row];
                let from = column.min(line.len());
                line.drain(from..(from + count(0)).min(line.len()));
                mend(line, from);
            }
            's' => self.saved = (row, column),
            'u' => self.go_to(self.saved.0, self.saved.1),
            _ => {}
        }
    }

    fn esc_dispatch(&mut self, intermediates: &[u8], _: bool, byte: u8) {
        match (intermediates, byte) {
            ([], b'7') => self.saved = (self.row, self.column),
            ([], b'8') => self.go_to(self.saved.0, self.saved.1),
            ([], b'D') => self.next_row(),
            ([], b'E') => {
                self.next_row();
                self.column = 0;
            }
            ([], b'M') => self.go_to(self.row.saturating_sub(1), self.column),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::redrawn;

    /// A style of drawing progress: its name, what it prints, and what is to stay of that.
    type Style = (&'static str, String, &'static str);

    fn each(states: usize, draw: impl Fn(usize) -> String) -> String {
        (0..states).map(draw).collect()
    }

    /// Eleven styles of drawing progress within one line, each over so many states.
    fn within_a_line(states: usize) -> Vec<Style> {
        let each = |draw: &dyn Fn(usize) -> String| each(states, draw);
        vec![
            ("carriage return", each(&|n| format!("\r{n:>3} %")) + "\rready\n", "ready\n"),
            (
                "erase, then text",
                each(&|n| format!("\r\x1b[2K{n} %")) + "\r\x1b[2Kdone\n",
                "done\n",
            ),
            ("text, then erase", each(&|n| format!("\r{n} of 30\x1b[K")) + "\rok\x1b[K\n", "ok\n"),
            (
                "first column",
                each(&|n| format!("\x1b[1G\x1b[0K- step {n}")) + "\x1b[1G\x1b[0Kdone\n",
                "done\n",
            ),
            (
                "column alone",
                each(&|n| format!("\x1b[G{n} %\x1b[K")) + "\x1b[Gdone\x1b[K\n",
                "done\n",
            ),
            (
                "save and restore",
                String::from("load ") + &each(&|n| format!("\x1b7{n}\x1b8")) + "\x1b[Kok\n",
                "load ok\n",
            ),
            (
                "the other save and restore",
                String::from("load ") + &each(&|n| format!("\x1b[s{n}\x1b[u")) + "\x1b[Kok\n",
                "load ok\n",
            ),
            ("erased at the end", each(&|n| format!("\r{n} of 30")) + "\r\x1b[K", ""),
            (
                "backspaces",
                String::from("wait  ")
                    + &each(&|n| format!("\x08{}", ['|', '/', '-'][n % 3]))
                    + "\x08\x1b[Kok\n",
                "wait ok\n",
            ),
            (
                "left",
                String::from("wait ") + &each(&|n| format!("{n:>4}\x1b[4D")) + "\x1b[Kok\n",
                "wait ok\n",
            ),
            (
                "hidden cursor and colours",
                String::from("\x1b[?25l")
                    + &each(&|n| format!("\r\x1b[32m{n}\x1b[0m\x1b[K"))
                    + "\r\x1b[Kok\x1b[?25h\n",
                "ok\n",
            ),
        ]
    }

    /// Four styles of drawing it over several lines.
    fn over_several_lines(states: usize) -> Vec<Style> {
        let each = |draw: &dyn Fn(usize) -> String| each(states, draw);
        vec![
            (
                "lines up",
                String::from("a: 0\nb: 0\n")
                    + &each(&|n| format!("\x1b[2A\r\x1b[Ka: {n}\n\r\x1b[Kb: {n}\n"))
                    + "\x1b[2A\r\x1b[Ka: pulled\n\r\x1b[Kb: pulled\n",
                "a: pulled\nb: pulled\n",
            ),
            ("previous line", each(&|n| format!("n {n}\n\x1b[1F\x1b[2K")) + "end\n", "end\n"),
            (
                "cleared",
                each(&|n| format!("\x1b[2J\x1b[Hround {n}\n")) + "\x1b[2J\x1b[Hall good\n",
                "all good\n",
            ),
            (
                "all below erased",
                String::from("log\n")
                    + &each(&|n| format!("a {n}\nb {n}\n\x1b[2A\x1b[J"))
                    + "end\n",
                "log\nend\n",
            ),
        ]
    }

    #[test]
    fn of_fifteen_styles_of_progress_only_the_end_stays_however_many_states_there_were() {
        for states in [1, 3, 30] {
            let several = over_several_lines(states);
            for (style, output, end) in within_a_line(states).into_iter().chain(several) {
                assert_eq!((style, redrawn(&output)), (style, end.to_owned()), "{states}");
            }
        }
    }

    #[test]
    fn lines_that_are_put_in_or_taken_out_and_other_screens_leave_their_end() {
        for (style, output, end) in [
            ("put in above", "end\n\x1b[A\x1b[Lstart\n\x1b[B", "start\nend\n"),
            ("taken out", "a 1\na 2\na 3\n\x1b[3A\x1b[2Mend\n", "end\n"),
            ("all taken out", "a 1\n\x1b[1A\x1b[9Mend\n", "end\n"),
            ("letters put in", "ok\r\x1b[3@is\n", "is ok\n"),
            ("down and to the right", "a\x1bEb\x1b[2ac\x1bDd\n", "a\nb  c\n    d\n"),
            ("another screen", "one\n\x1b[?1049hbusy 7\nbusy 8\x1b[?1049ltwo\n", "one\ntwo\n"),
            ("another screen to the end", "one\n\x1b[?1049hlost\n", "one\nlost\n"),
            ("no other screen", "one\n\x1b[?25lbusy 7\x1b[?25h\n", "one\nbusy 7\n"),
        ] {
            assert_eq!((style, redrawn(output)), (style, end.to_owned()));
        }
        assert!(redrawn(&"\x1b[65535L".repeat(100)).len() < 1000);
        assert!(redrawn(&format!("x\r{}", "\x1b[65535@".repeat(100))).len() < 3000);
    }

    #[test]
    fn what_is_written_once_stays_and_another_end_is_another_text() {
        assert_eq!(redrawn("one\ntwo\t2\n\nthree"), "one\ntwo\t2\n\nthree");
        assert_eq!(redrawn("\x1b[1Ga\x1b[1G\x1b[Kfailed\n"), "failed\n");
    }

    #[test]
    fn a_cursor_that_is_sent_far_away_costs_little() {
        assert!(redrawn("\x1b[65535;65535Hx").len() < 4000);
        assert!(redrawn(&"\x1b[65535B".repeat(100)).len() < 1000);
    }
}
