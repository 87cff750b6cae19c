//! [`Recorder`]: what happens on a terminal, for a recording of bounded size.
//!
//! Output is kept as it came until it is too much; from then on the screen is drawn as it is at
//! each step. While a secret is typed the echo is not kept either: a program may draw it letter by
//! letter, where nobody would find it again to take it out.

use std::time::Instant;

use crate::screen::cast::{Cast, Event, What};
use crate::screen::{Size, Still, repaint};

/// How many bytes of output are kept as they came.
const MOST_OUTPUT: usize = 2 * 1024 * 1024;

/// How many events are kept; beyond that output is drawn at steps only.
const MOST_EVENTS: usize = 20_000;

/// Output that follows within so many milliseconds is the same piece.
const TOGETHER: u64 = 4;

/// The longest marker, in characters.
const LONGEST_MARKER: usize = 200;

/// Collects what happens on a terminal.
#[derive(Debug)]
pub(super) struct Recorder {
    started: Instant,
    cast: Cast,
    kept: usize,
    /// The beginning of a character whose rest has not come yet.
    split: Vec<u8>,
    echo: Echo,
}

/// Whether output is kept as it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Echo {
    Kept,
    /// A secret is being typed.
    Veiled,
    /// There was too much of it.
    Cut,
}

impl Recorder {
    pub(super) fn new(size: Size, command: &str, now: Instant) -> Self {
        let cast = Cast { size, command: command.to_owned(), events: Vec::new() };
        Self { started: now, cast, kept: 0, split: Vec::new(), echo: Echo::Kept }
    }

    /// The program wrote.
    pub(super) fn output(&mut self, bytes: &[u8], now: Instant) {
        if self.echo != Echo::Kept {
            return;
        }
        if self.kept + bytes.len() > MOST_OUTPUT || self.cast.events.len() >= MOST_EVENTS {
            self.echo = Echo::Cut;
            self.push(What::Marker("too much output: from here on only steps".to_owned()), now);
            return;
        }
        self.kept += bytes.len();
        let text = self.decoded(bytes);
        let at = self.at(now);
        match self.cast.events.last_mut() {
            Some(Event { at: last, what: What::Output(before) }) if at <= *last + TOGETHER => {
                before.push_str(&text);
            }
            Some(_) | None => self.push(What::Output(text), now),
        }
    }

    /// Somebody typed.
    pub(super) fn input(&mut self, text: &str, now: Instant) {
        self.push(What::Input(text.to_owned()), now);
    }

    /// A step begins.
    pub(super) fn marker(&mut self, text: &str, still: &Still, now: Instant) {
        if self.echo == Echo::Cut {
            self.push(What::Output(repaint(still)), now);
        }
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.push(What::Marker(text.chars().take(LONGEST_MARKER).collect()), now);
    }

    /// The terminal got another size.
    pub(super) fn resize(&mut self, size: Size, now: Instant) {
        self.push(What::Resize(size), now);
    }

    /// From here on a secret is typed.
    pub(super) fn veil(&mut self) {
        if self.echo == Echo::Kept {
            self.echo = Echo::Veiled;
        }
    }

    /// The secret is typed, and this is what the screen shows of it.
    pub(super) fn unveil(&mut self, still: &Still, now: Instant) {
        if self.echo == Echo::Veiled {
            self.echo = Echo::Kept;
            self.split.clear();
            self.push(What::Output(repaint(still)), now);
        }
    }

    /// The whole recording so far, with no secret broken in two by the way it was read.
    pub(super) fn cast(&self, still: &Still, secrets: &[String], now: Instant) -> Cast {
        let mut cast = self.cast.clone();
        if self.echo != Echo::Kept {
            let at = self.at(now);
            cast.events.push(Event { at, what: What::Output(repaint(still)) });
        }
        join_around(&mut cast.events, secrets);
        cast
    }

    fn push(&mut self, what: What, now: Instant) {
        let at = self.at(now);
        self.cast.events.push(Event { at, what });
    }

    fn at(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.started).as_millis() as u64
    }

    /// The text of these bytes, a character that is cut in two kept for the next ones.
    fn decoded(&mut self, bytes: &[u8]) -> String {
        self.split.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.split) {
            Err(problem) if problem.error_len().is_none() => problem.valid_up_to(),
            Ok(_) | Err(_) => {
                // Only the last character can be one that is still coming.
                let tail = self.split.len().saturating_sub(3);
                (tail..self.split.len())
                    .find(|at| {
                        std::str::from_utf8(&self.split[*at..]).is_err_and(|problem| {
                            problem.valid_up_to() == 0 && problem.error_len().is_none()
                        })
                    })
                    .unwrap_or(self.split.len())
            }
        };
        let rest = self.split.split_off(whole);
        let text = String::from_utf8_lossy(&self.split).into_owned();
        self.split = rest;
        text
    }
}

/// Joins pieces of output between which a secret is broken in two.
fn join_around(events: &mut Vec<Event>, secrets: &[String]) {
    let mut text = String::new();
    let mut starts = Vec::new();
    for (index, event) in events.iter().enumerate() {
        if let What::Output(piece) = &event.what {
            starts.push((text.len(), index));
            text.push_str(piece);
        }
    }
    // From the end, so that the positions before stay valid.
    let mut joins: Vec<(usize, usize)> = Vec::new();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        for (from, _) in text.match_indices(secret.as_str()) {
            let piece = |at: usize| starts.partition_point(|(start, _)| *start <= at) - 1;
            joins.push((piece(from), piece(from + secret.len() - 1)));
        }
    }
    joins.sort_unstable();
    for (first, last) in joins.into_iter().rev().filter(|(first, last)| first < last) {
        let mut joined = String::new();
        for (_, index) in &starts[first..=last] {
            if let What::Output(piece) = &mut events[*index].what {
                joined.push_str(&std::mem::take(piece));
            }
        }
        events[starts[first].1].what = What::Output(joined);
    }
    events.retain(|event| event.what != What::Output(String::new()));
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::screen::Screen;

    const SIZE: Size = Size { columns: 20, rows: 2 };

    fn outputs(cast: &Cast) -> Vec<&str> {
        let output = |event: &'_ Event| matches!(event.what, What::Output(_));
        cast.events
            .iter()
            .filter(|event| output(event))
            .map(|event| match &event.what {
                What::Output(text) => text.as_str(),
                What::Input(_) | What::Resize(_) | What::Marker(_) | What::Exit(_) => "",
            })
            .collect()
    }

    fn still(text: &str) -> Still {
        let mut screen = Screen::new(SIZE);
        screen.feed(text.as_bytes());
        screen.still()
    }

    #[test]
    fn characters_that_are_read_in_parts_are_put_together() {
        let start = Instant::now();
        let mut recorder = Recorder::new(SIZE, "x", start);
        for (ms, part) in [(0, b"a\xe2\x82".as_slice()), (10, b"\xacb\xff"), (30, b"c\xe2")] {
            recorder.output(part, start + Duration::from_millis(ms));
        }
        let cast = recorder.cast(&still(""), &[], start);
        assert_eq!(outputs(&cast), ["a", "€b\u{fffd}", "c"]);
    }

    #[test]
    fn a_secret_that_is_read_in_parts_is_one_piece() {
        let start = Instant::now();
        let mut recorder = Recorder::new(SIZE, "x", start);
        for (at, part) in ["one", " hun", "ter", "2! ", "two"].iter().enumerate() {
            let now = start + Duration::from_millis(at as u64 * 10);
            recorder.output(part.as_bytes(), now);
            recorder.marker("m", &still(""), now);
        }
        let cast = recorder.cast(&still(""), &["hunter2".to_owned()], start);
        assert_eq!(outputs(&cast), ["one", " hunter2! ", "two"]);
    }

    #[test]
    fn what_is_drawn_while_a_secret_is_typed_is_not_kept() {
        let start = Instant::now();
        let mut recorder = Recorder::new(SIZE, "x", start);
        recorder.output(b"password: ", start);
        recorder.veil();
        recorder.output(b"h\x1b[1Cu\x1b[1Cn", start);
        recorder.unveil(&still("password: ***"), start + Duration::from_millis(50));
        let cast = recorder.cast(&still(""), &[], start);
        let shown = outputs(&cast);
        assert_eq!(shown.len(), 2);
        assert!(shown[1].contains("password: ***") && !shown[1].contains("1C"), "{shown:?}");
    }

    #[test]
    fn of_a_flood_the_steps_stay() {
        let start = Instant::now();
        let mut recorder = Recorder::new(SIZE, "x", start);
        for _ in 0..200 {
            recorder.output(&vec![b'x'; 16 * 1024], start);
        }
        recorder.marker("keys: q", &still("what is there then"), start);
        let cast = recorder.cast(&still("the end"), &[], start);
        assert!(cast.to_bytes().len() < MOST_OUTPUT + 100_000);
        assert!(outputs(&cast)[1].contains("what is there then"));
        assert!(outputs(&cast)[2].contains("the end"));
    }
}
