//! [`StringGuard`]: keeps a terminal from collecting a control string that never ends.
//!
//! The emulator keeps everything between the beginning of such a string (a title, a picture) and
//! its end; a program that is cut off in the middle, or means harm, must not fill our memory.

/// The longest control string that is let through, in bytes.
const LONGEST: usize = 256 * 1024;

/// Ends whatever sequence is under way (CAN, ECMA-48).
const CANCEL: &[u8] = b"\x18";

/// Watches where control strings begin and end.
#[derive(Debug, Default)]
pub(super) struct StringGuard {
    state: State,
    length: usize,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Ground,
    Escape,
    /// Between an introducer (DCS, SOS, OSC, PM, APC) and its end.
    String,
}

impl StringGuard {
    /// The bytes, with a cancel put in where a string is too long; the rest of it is left out.
    pub(super) fn parts<'a>(&mut self, bytes: &'a [u8]) -> Vec<&'a [u8]> {
        let mut parts = Vec::new();
        let mut from = 0;
        let mut skipping = self.state == State::String && self.length > LONGEST;
        for (at, byte) in bytes.iter().enumerate() {
            let was = self.state;
            self.step(*byte);
            if was == State::String && self.state == State::String {
                self.length += 1;
                if self.length == LONGEST + 1 {
                    parts.push(&bytes[from..at]);
                    parts.push(CANCEL);
                    skipping = true;
                }
            } else if was == State::String && skipping {
                from = at;
                skipping = false;
            }
        }
        if !skipping {
            parts.push(&bytes[from..]);
        }
        parts
    }

    fn step(&mut self, byte: u8) {
        self.state = match (self.state, byte) {
            (_, 0x1b) => State::Escape,
            (State::Escape, b'P' | b'X' | b']' | b'^' | b'_') => {
                self.length = 0;
                State::String
            }
            (State::String, 0x07 | 0x18 | 0x1a) | (State::Escape | State::Ground, _) => {
                State::Ground
            }
            (State::String, _) => State::String,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(guard: &mut StringGuard, bytes: &[u8]) -> Vec<u8> {
        guard.parts(bytes).concat()
    }

    #[test]
    fn what_is_of_usual_length_passes_as_it_is() {
        let mut guard = StringGuard::default();
        for bytes in [b"plain \x1b]0;title\x07 more".as_slice(), b"\x1b]8;;http", b"://x\x1b\\link"]
        {
            assert_eq!(passed(&mut guard, bytes), bytes);
        }
    }

    #[test]
    fn a_string_without_an_end_is_cancelled_and_its_rest_left_out() {
        let mut guard = StringGuard::default();
        let flood = vec![b'x'; LONGEST];
        assert_eq!(passed(&mut guard, b"a\x1b]0;"), b"a\x1b]0;");
        assert_eq!(passed(&mut guard, &flood).len(), LONGEST - 2 + 1);
        assert_eq!(passed(&mut guard, &flood), b"");
        assert_eq!(passed(&mut guard, b"still\x07after"), b"\x07after");
        assert_eq!(passed(&mut guard, b"plain"), b"plain");
    }
}
