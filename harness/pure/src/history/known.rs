//! What was wrong before: whether a cause is known in a scenario, since when, and what is fixed.
//!
//! Pure look-ups in a [`History`]. The night before, for a scenario, is the last one that judged
//! it: a deadline on Tuesday does not make Wednesday's failure new.

use crate::model::history::{PastCause, PastScenario, Since};
use crate::model::{History, Verdict};

/// Whether a verdict says that something is worse than its baseline.
#[must_use]
pub fn is_failing(verdict: Verdict) -> bool {
    match verdict {
        Verdict::Regressed | Verdict::StillFailing => true,
        Verdict::Flaky
        | Verdict::Inconclusive
        | Verdict::Drifted
        | Verdict::New
        | Verdict::Fixed
        | Verdict::Unchanged
        | Verdict::NotRun => false,
    }
}

/// Whether a scenario had this cause when it was last judged. Of a scenario that was never
/// judged, the newest night says whether the cause was there at all.
#[must_use]
pub fn is_known(history: &History, scenario: &str, fingerprint: &str) -> bool {
    match judged(history, scenario) {
        Some((past, _)) => past.causes.iter().any(|it| it == fingerprint),
        None => last_night(history, fingerprint).is_some_and(|it| is_failing(it.verdict)),
    }
}

/// Whether a scenario was worse than its baseline when it was last judged.
#[must_use]
pub fn was_failing(history: &History, scenario: &str) -> bool {
    judged(history, scenario).is_some_and(|it| is_failing(it.1))
}

/// What was expected of a scenario when it was last judged.
#[must_use]
pub fn expected<'a>(history: &'a History, scenario: &str) -> Option<&'a str> {
    history.scenarios.get(scenario)?.expects.as_deref()
}

/// A cause that the newest night had.
#[must_use]
pub fn last_night<'a>(history: &'a History, fingerprint: &str) -> Option<&'a PastCause> {
    let cause = history.causes.get(fingerprint)?;
    (cause.last + 1 == history.nights.len()).then_some(cause)
}

/// In a sentence, that something was there before and was gone since.
#[must_use]
pub fn came_back(history: &History, fingerprint: &str) -> Option<String> {
    let cause = history.causes.get(fingerprint)?;
    let last = history.nights.get(cause.last)?;
    Some(format!(
        "it was there before, in {} of the last {} nights, the last time in the night of {}",
        cause.nights,
        history.nights.len(),
        last.started.format("%-d %B %Y"),
    ))
}

/// In a sentence, since when something has been there.
#[must_use]
pub fn since_when(since: &Since, nights: u32) -> String {
    let build = since.build.as_deref().map(|it| format!(", build {it}")).unwrap_or_default();
    let times =
        if nights == 1 { "1 earlier night".to_owned() } else { format!("{nights} earlier nights") };
    format!("known since the night of {}{build}: {times} had it", since.at.format("%-d %B %Y"))
}

fn judged<'a>(history: &'a History, scenario: &str) -> Option<(&'a PastScenario, Verdict)> {
    let past = history.scenarios.get(scenario)?;
    Some((past, past.last_judged()?.1))
}
