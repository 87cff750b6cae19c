//! [`FacetKind`]: the comparable parts of an observation, by name; and [`Rect`], a part of a picture.

use serde::{Deserialize, Serialize};

/// One comparable part of an observation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FacetKind {
    /// The accessibility tree as YAML-like text.
    Aria,
    /// Visible text that the aria facet is blind to.
    Text,
    /// The picture.
    Image,
    /// Path, title and status of the page.
    Page,
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// The exit code, or the signal that ended the command.
    Exit,
    /// The files that a command wrote, changed or removed in its working folder.
    Files,
    /// The screen of a terminal program.
    Screen,
    /// What the watches saw, as a sorted set.
    Events,
    /// Where each link of the page leads, and how.
    Links,
    /// The forms of the page and their fields: names, types and constraints, never values.
    Fields,
    /// How the server answered: language, status, redirects, chosen headers.
    Response,
    /// The names of cookies and their flags, never their values.
    Cookies,
    /// The names of what is kept in local and session storage.
    Storage,
    /// What the page wrote by the network since the last checkpoint.
    Requests,
    /// What hinders people who use assistive technology, as a sorted set.
    A11y,
    /// The actions by which a goal in plain words was reached, or those of written steps, with what
    /// their things were like; as YAML.
    Recording,
}

/// Begins the line that says how an output ends, where that is not one line end.
pub const END_MARK: &str = "\\ ";

/// How a facet is written, and so how it is redacted, compared and stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FacetShape {
    /// A picture, as PNG.
    Picture,
    /// A tree written by indentation.
    Tree,
    /// Files, each a block of lines under its name.
    Files,
    /// What a program wrote, of which the end of the last line counts too.
    Output,
    /// What is never redacted: one short value, or a recording.
    Code,
    /// Lines in an order.
    Lines,
    /// Lines in no order, of which only new ones are a difference.
    Set,
}

impl FacetKind {
    /// Every kind, in the order in which reports show them.
    pub const ALL: [Self; 18] = [
        Self::Page,
        Self::Response,
        Self::Aria,
        Self::Text,
        Self::Links,
        Self::Fields,
        Self::Image,
        Self::Requests,
        Self::Cookies,
        Self::Storage,
        Self::A11y,
        Self::Exit,
        Self::Stdout,
        Self::Stderr,
        Self::Files,
        Self::Screen,
        Self::Events,
        Self::Recording,
    ];

    /// The word used in YAML, file names and reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Aria => "aria",
            Self::Text => "text",
            Self::Image => "image",
            Self::Page => "page",
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
            Self::Exit => "exit",
            Self::Files => "files",
            Self::Screen => "screen",
            Self::Events => "events",
            Self::Links => "links",
            Self::Fields => "fields",
            Self::Response => "response",
            Self::Cookies => "cookies",
            Self::Storage => "storage",
            Self::Requests => "requests",
            Self::A11y => "a11y",
            Self::Recording => "recording",
        }
    }

    /// How it is written.
    #[must_use]
    pub fn shape(self) -> FacetShape {
        match self {
            Self::Image => FacetShape::Picture,
            Self::Aria => FacetShape::Tree,
            Self::Files => FacetShape::Files,
            Self::Stdout | Self::Stderr => FacetShape::Output,
            Self::Exit | Self::Recording => FacetShape::Code,
            Self::Page
            | Self::Text
            | Self::Screen
            | Self::Links
            | Self::Fields
            | Self::Response
            | Self::Cookies
            | Self::Storage
            | Self::Requests => FacetShape::Lines,
            Self::Events | Self::A11y => FacetShape::Set,
        }
    }

    /// Whether it is what a person sees of a page: a picture shows it.
    #[must_use]
    pub fn is_visible(self) -> bool {
        matches!(self, Self::Aria | Self::Text)
    }

    /// Whether it says of a page what can not be seen on it. Suites may be older than these
    /// facets, and what they show often only follows from what can be seen.
    #[must_use]
    pub fn is_detail(self) -> bool {
        match self {
            Self::Links
            | Self::Fields
            | Self::Response
            | Self::Cookies
            | Self::Storage
            | Self::Requests
            | Self::A11y => true,
            Self::Aria
            | Self::Text
            | Self::Image
            | Self::Page
            | Self::Stdout
            | Self::Stderr
            | Self::Exit
            | Self::Files
            | Self::Screen
            | Self::Events
            | Self::Recording => false,
        }
    }

    /// Whether it consists of lines that could stand in any order.
    #[must_use]
    pub fn has_lines(self) -> bool {
        match self.shape() {
            FacetShape::Output | FacetShape::Lines => true,
            FacetShape::Picture
            | FacetShape::Tree
            | FacetShape::Files
            | FacetShape::Code
            | FacetShape::Set => false,
        }
    }

    /// The kind with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

impl std::fmt::Display for FacetKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

/// A region of a picture, in pixels from its top left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rect {
    /// Pixels from the left edge.
    pub x: u32,
    /// Pixels from the top edge.
    pub y: u32,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}
