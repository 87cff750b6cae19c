//! What the program says to the outside while it runs goes through the same filter as the night.

use std::borrow::Cow;
use std::sync::{PoisonError, RwLock};

use super::Secrets;

/// The secrets that this process has read so far, each with the codes that were made of it.
static KNOWN: RwLock<Vec<Secrets>> = RwLock::new(Vec::new());

/// Keeps these secrets out of everything that is said from now on.
pub fn keep_out(secrets: &Secrets) {
    KNOWN.write().unwrap_or_else(PoisonError::into_inner).push(secrets.clone());
}

/// The bytes without any secret that this process knows.
#[must_use]
pub fn clean(bytes: &[u8]) -> Cow<'_, [u8]> {
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    known.iter().fold(Cow::Borrowed(bytes), |text, secrets| {
        let clean = match secrets.scrub(&text) {
            Cow::Owned(clean) => Some(clean),
            Cow::Borrowed(_) => None,
        };
        clean.map_or(text, Cow::Owned)
    })
}
