//! [`Observation`]: the normalised state of a surface at one instant, in comparable parts.

pub use super::facet::{END_MARK, FacetKind, FacetShape, Rect};
use super::picture::Layout;

/// One facet as a surface saw it; secrets are taken out when the ledger stores it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet {
    /// Which part this is.
    pub kind: FacetKind,
    /// What was seen.
    pub content: FacetContent,
}

/// What was seen of one facet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FacetContent {
    /// Text with `\n` line ends.
    Text(String),
    /// A picture, as PNG bytes, with the regions that must not be compared.
    Image {
        /// The encoded picture.
        png: Vec<u8>,
        /// Regions in image pixels that are left out of the comparison.
        masks: Vec<Rect>,
        /// The environment key, where it is another than that of the night: a scenario with a
        /// viewport or scale of its own.
        environment: Option<String>,
        /// Where the things of the page stand in it.
        layout: Layout,
    },
}

/// The state of a surface at one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// Where in the product, in its own terms: the URL path, or the command line.
    pub place: String,
    /// The parts, at most one of each kind.
    pub facets: Vec<Facet>,
    /// More material for a person, not compared: (name such as `dom.html`, media type, bytes).
    pub extras: Vec<Extra>,
}

/// Material that is kept for a person and never compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extra {
    /// What it is, in a word or two: `screenshot`, `console`, `network`, `server log`.
    pub kind: String,
    /// The media type, such as `text/plain`.
    pub media: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}
