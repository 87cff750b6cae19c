//! [`Work`]: whether a program still has something to do; what the process table answers and a
//! terminal adds to.

/// Whether a program still has something to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// It has read all input, and all its processes wait for something.
    Idle,
    /// There is input that it has not read.
    Unread,
    /// One of its processes runs or is about to.
    Busy,
    /// This system does not say.
    Unknown,
}
