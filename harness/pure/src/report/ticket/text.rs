//! [`Block`] and [`Piece`]: a text before it is in anybody's markup. What somebody else said is
//! always a piece of its own.

/// A paragraph, or something like it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading, in our words.
    Heading(&'static str),
    /// A paragraph.
    Text(Vec<Piece>),
    /// A numbered list.
    Steps(Vec<Piece>),
    /// A list.
    List(Vec<Vec<Piece>>),
    /// Lines that were expected, and those that were there instead.
    Change {
        /// What was expected.
        expected: Vec<String>,
        /// What was there.
        actual: Vec<String>,
    },
    /// A command, or several.
    Command(String),
}

/// A part of a paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Our own words, which hold no markup.
    Ours(String),
    /// What the product, a file or a person said; on one line.
    Theirs(String),
    /// A link, with our words.
    Link {
        /// Our words.
        text: String,
        /// An address without white space.
        url: String,
    },
}

impl Piece {
    /// Our own words.
    #[must_use]
    pub fn ours(text: impl Into<String>) -> Self {
        Self::Ours(text.into())
    }
}
