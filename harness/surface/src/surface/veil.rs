//! [`Veil`]: finds what must not be seen, for the pictures that surfaces take.
//!
//! It is made of the night's secrets by whoever knows them. The page of a product is never told
//! what is looked for: it is asked for its text, and the search is ours.

use std::ops::Range;
use std::sync::Arc;

/// Says where a text shows what must not be seen.
type Find = dyn Fn(&str) -> Vec<Range<usize>> + Send + Sync;

/// What must not be seen in pictures; by default nothing.
#[derive(Clone, Default)]
pub struct Veil(Option<Arc<Find>>);

/// Never what it hides.
impl std::fmt::Debug for Veil {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.is_worn() { "Veil(worn)" } else { "Veil(none)" })
    }
}

/// Two veils are the same where they are clones of one.
impl PartialEq for Veil {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (None, None) => true,
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, Some(_)) | (Some(_), None) => false,
        }
    }
}

impl Eq for Veil {}

impl Veil {
    /// A veil over what `find` finds in a text: byte ranges in order, apart from each other.
    pub fn new(find: impl Fn(&str) -> Vec<Range<usize>> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(find)))
    }

    /// Whether there is anything to hide at all.
    #[must_use]
    pub fn is_worn(&self) -> bool {
        self.0.is_some()
    }

    /// Where a text shows what must not be seen.
    #[must_use]
    pub fn find(&self, text: &str) -> Vec<Range<usize>> {
        self.0.as_ref().map_or_else(Vec::new, |find| find(text))
    }

    /// Whether a text shows any of it.
    #[must_use]
    pub fn hides(&self, text: &str) -> bool {
        !self.find(text).is_empty()
    }
}
