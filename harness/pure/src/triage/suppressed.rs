//! [`Suppressions`]: which changes a known issue of the plan names. What none names counts.

use regex::Regex;

use crate::model::comparison::Located;
use crate::model::finding::SuppressionNote;
use crate::model::suite::Suppression;
use crate::model::{Change, Plan};

use chrono::{DateTime, Utc};

/// The known issues of a plan, ready to be asked.
pub(super) struct Suppressions<'a> {
    all: Vec<(&'a Suppression, Option<Regex>)>,
}

impl<'a> Suppressions<'a> {
    /// Reads the plan's. A pattern that is no regular expression names nothing; `check` says so.
    pub(super) fn of(plan: &'a Plan) -> Self {
        let read = |it: &'a Suppression| {
            let pattern = it.pattern.as_deref().and_then(|pattern| Regex::new(pattern).ok());
            (it, pattern)
        };
        Self { all: plan.suppressions.iter().map(read).collect() }
    }

    /// The first that names a change at a spot, by its position in the plan.
    pub(super) fn naming(&self, spot: &Located, change: &Change) -> Option<usize> {
        if self.all.is_empty() {
            return None;
        }
        let id = change.id();
        self.all.iter().position(|(it, pattern)| names(it, pattern.as_ref(), &id, spot, change))
    }

    /// What a report says of one of them.
    pub(super) fn note(&self, index: usize, now: DateTime<Utc>) -> SuppressionNote {
        note(self.all[index].0, now)
    }
}

fn names(
    known: &Suppression,
    pattern: Option<&Regex>,
    id: &str,
    spot: &Located,
    change: &Change,
) -> bool {
    let listed = known.fingerprint.is_some() || !known.changes.is_empty();
    let by_id = !listed
        || known.fingerprint.as_deref() == Some(id)
        || known.changes.iter().any(|it| it == id);
    let here = known.place.as_deref().is_none_or(|place| {
        let at = spot.difference.place.as_str();
        at == place || at.split(['?', '#']).next() == Some(place)
    });
    let said = match (known.pattern.is_some(), pattern) {
        (false, _) => true,
        (true, None) => false,
        (true, Some(it)) => change.before.iter().chain(&change.after).any(|text| it.is_match(text)),
    };
    let says_anything = listed || known.place.is_some() || known.pattern.is_some();
    says_anything && by_id && here && said
}

/// The known issue with this fingerprint, of a finding that is about no change: a slowdown.
pub(super) fn of_fingerprint(
    plan: &Plan,
    fingerprint: &str,
    now: DateTime<Utc>,
) -> Option<SuppressionNote> {
    let is_it = |it: &&Suppression| {
        let mut ids = it.fingerprint.iter().chain(&it.changes);
        ids.any(|it| it == fingerprint) && it.place.is_none() && it.pattern.is_none()
    };
    plan.suppressions.iter().find(is_it).map(|it| note(it, now))
}

fn note(known: &Suppression, now: DateTime<Utc>) -> SuppressionNote {
    SuppressionNote {
        reason: known.reason.clone(),
        owner: known.owner.clone(),
        expires: known.expires,
        expired: now.date_naive() > known.expires,
    }
}
