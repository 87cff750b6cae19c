//! [`Kept`]: what a capture keeps under a name.

/// What a capture keeps under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// One value, for `${name}`.
    One(String),
    /// A list, for `for-each`.
    All(Vec<String>),
}

impl From<String> for Kept {
    fn from(value: String) -> Self {
        Self::One(value)
    }
}
