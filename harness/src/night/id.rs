//! The id of a night: when it started, and four characters that keep shards apart.

use chrono::{DateTime, Utc};

use super::NightError;

/// `2026-11-21T010000Z-k3f9`: sorts by time, is a file name everywhere.
#[must_use]
pub fn night_id(started: DateTime<Utc>, random: &mut fastrand::Rng) -> String {
    let suffix: String = (0..4)
        .map(|_| char::from(*random.choice(b"abcdefghijkmnpqrstuvwxyz23456789").expect("letters")))
        .collect();
    format!("{}-{suffix}", started.format("%Y-%m-%dT%H%M%SZ"))
}

/// An id that was given with `--id`.
///
/// # Errors
/// It could not be a file name.
pub(super) fn checked(id: &str) -> Result<String, NightError> {
    let fine = !id.is_empty()
        && !id.starts_with('.')
        && id.chars().all(|it| it.is_ascii_alphanumeric() || "._-".contains(it));
    if fine {
        Ok(id.to_owned())
    } else {
        Err(NightError::Usage(format!(
            "--id {id}: a night's id may only have letters, digits, `.`, `_` and `-`"
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_begins_with_the_instant_and_ends_with_four_characters() {
        let started = "2026-11-21T01:00:00Z".parse().expect("a valid instant");
        let id = night_id(started, &mut fastrand::Rng::with_seed(7));
        assert_eq!(&id[..19], "2026-11-21T010000Z-");
        assert_eq!(id.len(), 23);
        assert_eq!(checked(&id).expect("its own ids are fine"), id);
    }

    #[test]
    fn an_id_that_leads_elsewhere_is_refused() {
        for id in ["", "../x", "a/b", ".hidden", "a b"] {
            assert!(checked(id).is_err(), "{id}");
        }
    }
}
