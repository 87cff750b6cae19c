//! [`Bill`]: what all tries at an answer took, those too that came to nothing: who reads a request and
//! then breaks off has read it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A token has about so many characters.
const CHARACTERS: usize = 4;

/// Tokens that a model took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tokens {
    /// How many it read.
    pub read: u64,
    /// How many it wrote.
    pub written: u64,
    /// How many of both nobody counted: they are estimated.
    pub estimated: u64,
}

impl Tokens {
    /// An estimate, of what it read and what it wrote.
    pub(super) fn about(read: u64, written: u64) -> Self {
        Self { read, written, estimated: read.saturating_add(written) }
    }

    /// With what something else took.
    fn and(self, other: Self) -> Self {
        Self {
            read: self.read.saturating_add(other.read),
            written: self.written.saturating_add(other.written),
            estimated: self.estimated.saturating_add(other.estimated),
        }
    }
}

/// About how many tokens so many characters are.
pub(super) fn about(characters: usize) -> u64 {
    u64::try_from(characters.div_ceil(CHARACTERS)).unwrap_or(u64::MAX)
}

/// What one try took, as far as the thread that asks knows it.
#[derive(Debug, Clone, Default)]
pub(super) struct Line(Arc<Mutex<Tokens>>);

impl Line {
    /// It took this so far.
    pub(super) fn set(&self, took: Tokens) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = took;
    }

    fn read(&self) -> Tokens {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A line for each try.
#[derive(Debug, Default)]
pub(super) struct Bill(Mutex<Vec<Line>>);

impl Bill {
    /// The line of the next try.
    pub(super) fn next(&self) -> Line {
        let line = Line::default();
        self.lines().push(line.clone());
        line
    }

    /// What all tries took.
    pub(super) fn sum(&self) -> Tokens {
        self.lines().iter().map(Line::read).fold(Tokens::default(), Tokens::and)
    }

    fn lines(&self) -> MutexGuard<'_, Vec<Line>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
