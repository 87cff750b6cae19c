//! [`RecordingView`]: a program on a terminal as the page shows it: one screen in full, and the
//! whole recording for the page's own small player.
//!
//! The pictures are made here; the player only puts text into elements and never interprets what a
//! program wrote. Neighbours: [`super::finding`], `crate::screen` for recordings and screens, and
//! `reports/templates/recording.js`, the player.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::json;

use super::Mode;
use super::shown::{duration, evidence_link, one_line, size};
use crate::screen::cast::Cast;
use crate::screen::frames::Reel;
use crate::screen::{Colour, Cursor, Line, Still, Style, Trait, Width};

/// The most pictures of one recording.
const MOST_FRAMES: usize = 400;
/// How much of the page one recording may take, in bytes.
const MOST_DATA: usize = 200 * 1024;
/// How much of the page all recordings may take, in bytes.
const MOST_IN_ALL: usize = 2 * 1024 * 1024;
/// The most jumps of one recording.
const MOST_MARKS: usize = 60;

/// The terminal's own colours, text and background.
const OWN: [&str; 2] = ["#d8dbe2", "#16181d"];

/// A recording on the page.
#[derive(Debug, Serialize)]
pub struct RecordingView {
    command: String,
    /// `80 by 24, 3.2 s, ended with exit 0`.
    about: String,
    /// Which moment is shown.
    moment: String,
    columns: u16,
    lines: Vec<Vec<SpanView>>,
    /// What a person who does not see it must know.
    label: String,
    href: Option<String>,
    bytes: Option<String>,
    /// How to play the file.
    play: String,
    /// For the player, as JSON that is safe inside of HTML.
    data: Option<String>,
}

/// Text that looks the same.
#[derive(Debug, Serialize)]
struct SpanView {
    text: String,
    class: String,
    style: String,
}

/// Reads recordings for a page, as many as it has room for.
pub struct Recordings<'a> {
    read: &'a dyn Fn(&str) -> Option<Vec<u8>>,
    mode: Mode,
    room: std::cell::Cell<usize>,
}

impl<'a> Recordings<'a> {
    /// Recordings by their paths in the night directory.
    pub fn new(mode: Mode, read: &'a dyn Fn(&str) -> Option<Vec<u8>>) -> Self {
        Self { read, mode, room: std::cell::Cell::new(MOST_IN_ALL) }
    }

    /// Whether the page needs its player.
    pub fn any_to_play(&self) -> bool {
        self.room.get() < MOST_IN_ALL
    }

    /// The view of a recording as it stood at a step; `None` where it cannot be read.
    pub fn view(&self, path: &str, step: &str) -> Option<RecordingView> {
        let bytes = (self.read)(path)?;
        let cast = Cast::read(&bytes).ok()?;
        let mut reel = Reel::of(&cast, MOST_FRAMES);
        let (from, moment) = moment(&reel, step);
        let shown = reel.frames[from].clone();
        let data = match self.mode {
            Mode::Screen => self.data(&cast, &mut reel, shown.at),
            Mode::Print => None,
        };
        let end = match reel.exit {
            Some(code) => format!("ended with exit {code}"),
            None => "was ended by Nightshift".to_owned(),
        };
        let terminal = shown.still.size();
        let command = one_line(&cast.command, 200);
        Some(RecordingView {
            about: format!(
                "{} by {}, {}, {end}",
                terminal.columns,
                terminal.rows,
                duration(reel.duration)
            ),
            label: format!("The terminal of {command}, {moment}"),
            moment,
            columns: terminal.columns,
            lines: shown_lines(&shown.still),
            href: evidence_link(path),
            bytes: Some(size(bytes.len() as u64)),
            play: format!("asciinema play {}", one_line(path, 120)),
            data,
            command,
        })
    }

    /// What the player needs, made smaller until it fits.
    fn data(&self, cast: &Cast, reel: &mut Reel, at: u64) -> Option<String> {
        let mut most = MOST_FRAMES;
        loop {
            let data = player_data(reel, at);
            if data.len() <= MOST_DATA.min(self.room.get()) {
                self.room.set(self.room.get() - data.len());
                return Some(data);
            }
            most /= 2;
            if most < 8 {
                return None;
            }
            *reel = Reel::of(cast, most);
        }
    }
}

/// Which picture is shown first: the last of the step, or of all.
fn moment(reel: &Reel, step: &str) -> (usize, String) {
    let last = reel.frames.len() - 1;
    let wanted = step.split_whitespace().collect::<Vec<_>>().join(" ");
    // Recordings shorten what markers say.
    let is_step = |text: &str| !text.is_empty() && wanted.starts_with(text);
    let Some(marker) = reel.markers.iter().position(|it| is_step(&it.text)) else {
        return (last, "at the end".to_owned());
    };
    let until = reel.markers.get(marker + 1).map_or(u64::MAX, |next| next.at);
    let shown = reel.frames.partition_point(|frame| frame.at < until).saturating_sub(1);
    (shown, format!("after \u{201c}{}\u{201d}", one_line(&reel.markers[marker].text, 120)))
}

fn shown_lines(still: &Still) -> Vec<Vec<SpanView>> {
    let mut lines: Vec<Vec<SpanView>> = rows(still)
        .map(|(line, cursor)| {
            let span = |(text, look): (String, Look)| SpanView {
                text,
                class: look.class(),
                style: look.style(),
            };
            spans(line, cursor).into_iter().map(span).collect()
        })
        .collect();
    // An empty line has no height of its own.
    for line in lines.iter_mut().filter(|line| line.is_empty()) {
        line.push(SpanView { text: " ".to_owned(), class: String::new(), style: String::new() });
    }
    lines
}

/// The lines, each with the column of the cursor where it stands in it.
fn rows(still: &Still) -> impl Iterator<Item = (&Line, Option<usize>)> {
    still.lines.iter().enumerate().map(|(row, line)| {
        let cursor = match still.cursor {
            Cursor::At(at, column) if usize::from(at) == row + 1 => Some(usize::from(column) - 1),
            Cursor::At(..) | Cursor::Hidden => None,
        };
        (line, cursor)
    })
}

/// How text looks on the page.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Look {
    style: Style,
    cursor: bool,
}

impl Look {
    fn class(&self) -> String {
        let mut classes: Vec<&str> = self
            .style
            .traits
            .iter()
            .filter_map(|it| match it {
                Trait::Bold => Some("tb"),
                Trait::Dim => Some("td"),
                Trait::Italic => Some("ti"),
                Trait::Underline => Some("tu"),
                Trait::Strike => Some("ts"),
                Trait::Inverse => None,
            })
            .collect();
        if self.cursor {
            classes.push("tc");
        }
        classes.join(" ")
    }

    fn style(&self) -> String {
        let css = |colour: Colour| colour.rgb().map(|(r, g, b)| format!("#{r:02x}{g:02x}{b:02x}"));
        let mut colours = [css(self.style.foreground), css(self.style.background)];
        if self.style.traits.contains(&Trait::Inverse) {
            let [text, ground] = colours;
            colours = [
                Some(ground.unwrap_or_else(|| OWN[1].to_owned())),
                Some(text.unwrap_or_else(|| OWN[0].to_owned())),
            ];
        }
        let [text, ground] = colours;
        let text = text.map(|it| format!("color:{it};")).unwrap_or_default();
        text + &ground.map(|it| format!("background:{it};")).unwrap_or_default()
    }
}

/// The text of a line in pieces that look the same, without plain blanks at its end.
fn spans(line: &Line, cursor: Option<usize>) -> Vec<(String, Look)> {
    let mut spans: Vec<(String, Look)> = Vec::new();
    for (at, cell) in line.cells.iter().enumerate() {
        if cell.width == Width::Spacer {
            continue;
        }
        let look =
            Look { style: Style { link: None, ..cell.style.clone() }, cursor: cursor == Some(at) };
        if spans.last().is_none_or(|(_, last)| *last != look) {
            spans.push((String::new(), look));
        }
        if let Some((text, _)) = spans.last_mut() {
            text.push(cell.character);
            text.push_str(cell.marks.as_deref().unwrap_or_default());
        }
    }
    if let Some((text, look)) = spans.last_mut()
        && look.style == Style::default()
        && !look.cursor
    {
        text.truncate(text.trim_end_matches(' ').len());
        if text.is_empty() {
            spans.pop();
        }
    }
    spans
}

/// Everything that the player shows: looks, lines and pictures, each line written once.
fn player_data(reel: &Reel, at: u64) -> String {
    let mut looks: Vec<(String, String)> = Vec::new();
    let mut look_of: HashMap<Look, usize> = HashMap::new();
    let mut lines = Vec::new();
    let mut line_of: HashMap<Vec<(String, Look)>, usize> = HashMap::new();
    let mut frames = Vec::new();
    for frame in &reel.frames {
        let mut rows_of_frame = Vec::new();
        for (line, cursor) in rows(&frame.still) {
            let spans = spans(line, cursor);
            let index = line_of.get(&spans).copied().unwrap_or_else(|| {
                let pieces: Vec<_> = spans
                    .iter()
                    .map(|(text, look)| {
                        let look = *look_of.entry(look.clone()).or_insert_with(|| {
                            looks.push((look.class(), look.style()));
                            looks.len() - 1
                        });
                        json!([text, look])
                    })
                    .collect();
                lines.push(pieces);
                line_of.insert(spans, lines.len() - 1);
                lines.len() - 1
            });
            rows_of_frame.push(index);
        }
        frames.push(json!([frame.at, rows_of_frame]));
    }
    let marks: Vec<_> = reel
        .markers
        .iter()
        .take(MOST_MARKS)
        .map(|marker| json!([marker.at, one_line(&marker.text, 120)]))
        .collect();
    let data = json!({
        "duration": reel.duration, "at": at, "looks": looks, "lines": lines, "frames": frames,
        "marks": marks,
    });
    harmless(&data.to_string())
}

/// JSON that cannot end the element that it stands in.
fn harmless(json: &str) -> String {
    json.chars().fold(String::with_capacity(json.len()), |mut out, letter| {
        match letter {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            other => out.push(other),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screen::Size;
    use crate::screen::cast::{Event, What};

    fn cast() -> Vec<u8> {
        let events = [
            (0, What::Marker("start shopctl ui".to_owned())),
            (100, What::Output("\u{1b}[31;1m</script><b>\u{1b}[0m & more".to_owned())),
            (200, What::Marker("keys q".to_owned())),
            (300, What::Output("\u{1b}[2J\u{1b}[Hbye".to_owned())),
            (400, What::Exit(0)),
        ];
        let events = events.into_iter().map(|(at, what)| Event { at, what }).collect();
        let size = Size { columns: 30, rows: 2 };
        Cast { size, command: "shopctl ui".to_owned(), events }.to_bytes()
    }

    fn view(mode: Mode, step: &str) -> RecordingView {
        let read = |_: &str| Some(cast());
        let recordings = Recordings::new(mode, &read);
        recordings.view("evidence/ab/ab12.cast", step).expect("readable")
    }

    #[test]
    fn the_screen_after_the_step_is_shown() {
        let text = |view: &RecordingView| {
            view.lines[0].iter().map(|span| span.text.as_str()).collect::<String>()
        };
        let early = view(Mode::Screen, "start shopctl ui");
        assert_eq!(text(&early).trim_end(), "</script><b> & more");
        assert_eq!(early.lines[0][0].class, "tb");
        assert_eq!(early.lines[0][0].style, "color:#e05c5c;");
        assert_eq!(early.moment, "after \u{201c}start shopctl ui\u{201d}");
        assert_eq!(text(&view(Mode::Screen, "something else")).trim_end(), "bye");
        assert_eq!(early.about, "30 by 2, 400 ms, ended with exit 0");
    }

    #[test]
    fn what_a_program_wrote_cannot_leave_its_element() {
        let data = view(Mode::Screen, "").data.expect("it has room");
        assert!(!data.contains('<') && !data.contains('&'), "{data}");
        let parsed: serde_json::Value = serde_json::from_str(&data).expect("JSON");
        let lines = parsed["lines"].as_array().expect("lines");
        assert!(lines.iter().any(|line| line[0][0] == "</script><b>"), "{lines:?}");
        assert_eq!(parsed["marks"][1], serde_json::json!([200, "keys q"]));
        assert_eq!(parsed["frames"].as_array().expect("frames").len(), 3);
    }

    #[test]
    fn paper_has_the_screen_and_no_player() {
        let view = view(Mode::Print, "start shopctl ui");
        assert!(view.data.is_none() && !view.lines.is_empty());
    }

    #[test]
    fn a_recording_that_cannot_be_read_is_left_out() {
        let read = |_: &str| Some(b"nonsense".to_vec());
        assert!(Recordings::new(Mode::Screen, &read).view("evidence/x.cast", "").is_none());
    }
}
