//! [`Captured`]: what a process said, its beginning and its end kept and the middle counted.
//!
//! Memory stays bounded whatever a process writes. Neighbours: `command` and `service` fill it.

use std::collections::VecDeque;

/// What a process wrote to one output.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Captured {
    /// What was kept: all of it, or the beginning followed by the end.
    pub bytes: Vec<u8>,
    /// How many bytes were seen in all.
    pub total: u64,
    /// Whether the middle was left out.
    pub cut: bool,
    /// How many of `bytes` belong to the beginning; where `cut`, the middle is missing there.
    pub head: usize,
}

impl Captured {
    /// How many bytes were left out.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        self.total - self.bytes.len() as u64
    }

    /// The text that was kept, with a line that says how much is missing where something is.
    #[must_use]
    pub fn marked(&self) -> Vec<u8> {
        if !self.cut {
            return self.bytes.clone();
        }
        let (head, tail) = self.bytes.split_at(self.head);
        let note = format!("\n[… {} bytes left out …]\n", self.left_out());
        [head, note.as_bytes(), tail].concat()
    }
}

/// Collects a stream within a limit: the first half of it from the beginning, the rest from the end.
#[derive(Debug)]
pub(super) struct Keeper {
    head: Vec<u8>,
    head_limit: usize,
    tail: VecDeque<u8>,
    tail_limit: usize,
    total: u64,
}

impl Keeper {
    pub(super) fn new(limit: usize) -> Self {
        let head_limit = limit.div_ceil(2);
        Self {
            head: Vec::new(),
            head_limit,
            tail: VecDeque::new(),
            tail_limit: limit - head_limit,
            total: 0,
        }
    }

    pub(super) fn push(&mut self, chunk: &[u8]) {
        self.total += chunk.len() as u64;
        let room = self.head_limit - self.head.len();
        let (head, rest) = chunk.split_at(room.min(chunk.len()));
        self.head.extend_from_slice(head);
        let rest = &rest[rest.len().saturating_sub(self.tail_limit)..];
        let over = (self.tail.len() + rest.len()).saturating_sub(self.tail_limit);
        self.tail.drain(..over);
        self.tail.extend(rest);
    }

    /// How many bytes were seen.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    pub(super) fn captured(&self) -> Captured {
        let mut bytes = self.head.clone();
        bytes.extend(&self.tail);
        let cut = (bytes.len() as u64) < self.total;
        Captured { cut, total: self.total, head: self.head.len(), bytes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(limit: usize, chunks: &[&str]) -> Captured {
        let mut keeper = Keeper::new(limit);
        for chunk in chunks {
            keeper.push(chunk.as_bytes());
        }
        keeper.captured()
    }

    #[test]
    fn what_fits_is_kept_whole() {
        let captured = kept(8, &["abc", "defgh"]);
        assert_eq!(
            captured,
            Captured { bytes: b"abcdefgh".to_vec(), total: 8, cut: false, head: 4 }
        );
        assert_eq!(captured.marked(), b"abcdefgh");
    }

    #[test]
    fn of_too_much_the_beginning_and_the_end_are_kept() {
        let captured = kept(4, &["abc", "defghijk", "l"]);
        assert_eq!(captured, Captured { bytes: b"abkl".to_vec(), total: 12, cut: true, head: 2 });
        assert_eq!(String::from_utf8_lossy(&captured.marked()), "ab\n[… 8 bytes left out …]\nkl");
    }
}
