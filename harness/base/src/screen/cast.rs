//! [`Cast`]: a recording of a terminal, read and written as asciicast v3.
//!
//! The format: <https://docs.asciinema.org/manual/asciicast/v3/>. A header object, then one event a
//! line: `[seconds since the event before, code, data]`. `surface` records, `frames` plays.

use serde_json::{Value, json};

use super::Size;

/// The media type of recordings.
pub const MEDIA: &str = "application/x-asciicast";

/// What evidence of this kind is called.
pub const KIND: &str = "recording";

/// A recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cast {
    /// The size of the terminal when the program was started.
    pub size: Size,
    /// The command line.
    pub command: String,
    /// What happened, in order.
    pub events: Vec<Event>,
}

/// Something that happened on a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When, in milliseconds since the program was started.
    pub at: u64,
    /// What.
    pub what: What,
}

/// What can happen on a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The program wrote.
    Output(String),
    /// Somebody typed.
    Input(String),
    /// The terminal got another size.
    Resize(Size),
    /// Something worth jumping to.
    Marker(String),
    /// The program ended with this code; by a signal, with 128 and its number, as shells say it.
    Exit(i32),
}

/// Why a recording cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no asciicast v3 recording: {0}")]
pub struct CastError(String);

impl Cast {
    /// The recording as a file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let header = json!({
            "version": 3,
            "term": { "cols": self.size.columns, "rows": self.size.rows, "type": "xterm-256color" },
            "command": self.command,
            "title": self.command,
        });
        let mut text = format!("{header}\n");
        let mut before = 0;
        for event in &self.events {
            let interval = event.at.saturating_sub(before);
            before = before.max(event.at);
            let (code, data) = match &event.what {
                What::Output(data) => ("o", data.clone()),
                What::Input(data) => ("i", data.clone()),
                What::Resize(size) => ("r", size.to_string()),
                What::Marker(text) => ("m", text.clone()),
                What::Exit(code) => ("x", code.to_string()),
            };
            let (seconds, thousandths) = (interval / 1000, interval % 1000);
            let line = format!("[{seconds}.{thousandths:03}, {}, {}]\n", json!(code), json!(data));
            text.push_str(&line);
        }
        text.into_bytes()
    }

    /// Reads a recording; lines and events that mean nothing to us are passed over.
    ///
    /// # Errors
    /// The header is not one of version 3.
    pub fn read(bytes: &[u8]) -> Result<Self, CastError> {
        let text = String::from_utf8_lossy(bytes);
        let mut lines = text.lines();
        let header: Value = serde_json::from_str(lines.next().unwrap_or_default())
            .map_err(|problem| CastError(format!("its header is no JSON ({problem})")))?;
        if header["version"] != 3 {
            return Err(CastError(format!("its version is {}, not 3", header["version"])));
        }
        let number = |value: &Value| value.as_u64().and_then(|it| u16::try_from(it).ok());
        let size = number(&header["term"]["cols"])
            .zip(number(&header["term"]["rows"]))
            .map(|(columns, rows)| Size { columns, rows })
            .ok_or_else(|| CastError("its header has no size".to_owned()))?;
        let command = header["command"].as_str().unwrap_or_default().to_owned();
        let mut at = 0;
        let events = lines.filter_map(|line| event(line, &mut at)).collect();
        Ok(Self { size, command, events })
    }
}

fn event(line: &str, at: &mut u64) -> Option<Event> {
    let (interval, code, data): (f64, String, String) = serde_json::from_str(line).ok()?;
    // A week is longer than any night; more would only break the arithmetic.
    *at += (interval.clamp(0.0, 604_800.0) * 1000.0).round() as u64;
    let what = match code.as_str() {
        "o" => What::Output(data),
        "i" => What::Input(data),
        "r" => What::Resize(size(&data)?),
        "m" => What::Marker(data),
        "x" => What::Exit(data.parse().ok()?),
        _ => return None,
    };
    Some(Event { at: *at, what })
}

fn size(text: &str) -> Option<Size> {
    let (columns, rows) = text.split_once('x')?;
    Some(Size { columns: columns.parse().ok()?, rows: rows.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cast() -> Cast {
        let size = Size { columns: 80, rows: 24 };
        let events = [
            (248, What::Output("\u{1b}[1mHello\u{1b}[0m\r\n".to_owned())),
            (1249, What::Marker("keys: Down".to_owned())),
            (1249, What::Input("\u{1b}[B".to_owned())),
            (3299, What::Resize(Size { columns: 90, rows: 30 })),
            (4186, What::Exit(0)),
        ];
        let events = events.into_iter().map(|(at, what)| Event { at, what }).collect();
        Cast { size, command: "shopctl ui".to_owned(), events }
    }

    #[test]
    fn a_recording_is_written_with_intervals() {
        let text = String::from_utf8(cast().to_bytes()).expect("text");
        assert_eq!(
            text,
            "{\"version\":3,\"term\":{\"cols\":80,\"rows\":24,\"type\":\"xterm-256color\"},\
             \"command\":\"shopctl ui\",\"title\":\"shopctl ui\"}\n\
             [0.248, \"o\", \"\\u001b[1mHello\\u001b[0m\\r\\n\"]\n\
             [1.001, \"m\", \"keys: Down\"]\n\
             [0.000, \"i\", \"\\u001b[B\"]\n\
             [2.050, \"r\", \"90x30\"]\n\
             [0.887, \"x\", \"0\"]\n"
        );
    }

    #[test]
    fn what_was_written_is_read_again() {
        assert_eq!(Cast::read(&cast().to_bytes()), Ok(cast()));
    }

    #[test]
    fn comments_and_unknown_events_are_passed_over() {
        let text = "{\"version\": 3, \"term\": {\"cols\": 2, \"rows\": 1}}\n# why\n\
                    [0.1, \"z\", \"?\"]\n[0.2, \"o\", \"x\"]\nnonsense\n";
        let read = Cast::read(text.as_bytes()).expect("a recording");
        assert_eq!(read.events, [Event { at: 300, what: What::Output("x".to_owned()) }]);
    }

    #[test]
    fn what_is_no_recording_is_refused_with_the_reason() {
        let refused = |text: &str| Cast::read(text.as_bytes()).expect_err("refused").to_string();
        assert_eq!(
            refused("{\"version\": 2}"),
            "no asciicast v3 recording: its version is 2, not 3"
        );
        assert!(refused("").starts_with("no asciicast v3 recording: its header is no JSON"));
    }
}
