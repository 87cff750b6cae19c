//! [`Events`]: what a server sends as events (WHATWG HTML, 9.2.6), read from bytes that may be split
//! anywhere. The name of an event and all else but its data are left out: no protocol here needs them.

/// Reads events. How much it holds is bounded by who reads the bytes.
#[derive(Debug, Default)]
pub(super) struct Events {
    /// The line that is not over yet.
    line: Vec<u8>,
    /// The data of the event that is not over yet.
    data: String,
    /// Whether that has a line so far.
    has_data: bool,
    /// Whether the last byte was a return, to which a line feed belongs.
    after_return: bool,
    /// Whether a line was read: the first may have a byte order mark.
    has_begun: bool,
}

impl Events {
    /// The data of the events that end in these bytes.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut all = Vec::new();
        for &byte in bytes {
            let follows = std::mem::replace(&mut self.after_return, byte == b'\r');
            match byte {
                b'\n' if follows => {}
                b'\n' | b'\r' => all.extend(self.end_line()),
                _ => self.line.push(byte),
            }
        }
        all
    }

    /// Takes a whole line in; the data of the event that it ends.
    fn end_line(&mut self) -> Option<String> {
        let bytes = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&bytes);
        let is_first = !std::mem::replace(&mut self.has_begun, true);
        let line = line.strip_prefix('\u{feff}').filter(|_| is_first).unwrap_or(&line);
        if line.is_empty() {
            self.has_data = false;
            let data = std::mem::take(&mut self.data);
            return Some(data).filter(|it| !it.is_empty());
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        if field == "data" {
            if self.has_data {
                self.data.push('\n');
            }
            self.has_data = true;
            self.data.push_str(value.strip_prefix(' ').unwrap_or(value));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read where the bytes come in these pieces.
    fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<String> {
        let mut events = Events::default();
        pieces.into_iter().flat_map(|it| events.take(it)).collect()
    }

    const STREAM: &str = "\u{feff}: hello\r\n\r\nevent: a\rdata: {\"it\":\"ä€🙂\"}\r\r\
data\ndata:b\n\n: alive\n\nid: 7\r\ndata:  c\r\n\r\nstrange: x\ndata: [DONE]\n\ndata: cut";

    #[test]
    fn events_are_read_by_their_data_and_all_else_is_left_out() {
        let wanted = ["{\"it\":\"ä€🙂\"}", "\nb", " c", "[DONE]"];
        assert_eq!(read([STREAM.as_bytes()]), wanted);
        for nothing in ["", "data", "data: x\n", ": alive\n\n\n", "event: x\n\n", "data:\n\n"] {
            assert!(read([nothing.as_bytes()]).is_empty(), "{nothing:?}");
        }
    }

    #[test]
    fn wherever_a_stream_is_split_the_same_is_read() {
        let bytes = STREAM.as_bytes();
        let whole = read([bytes]);
        for first in 0..=bytes.len() {
            for second in first..=bytes.len() {
                let pieces = [&bytes[..first], &bytes[first..second], &bytes[second..]];
                assert_eq!(read(pieces), whole, "split at {first} and {second}");
            }
        }
        assert_eq!(read(bytes.chunks(1)), whole);
    }

    #[test]
    fn bytes_that_are_no_text_are_read_as_such() {
        assert_eq!(read([b"data: a\xffb\n\n".as_slice()]), ["a\u{fffd}b"]);
    }
}
