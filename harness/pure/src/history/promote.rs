//! [`proposals`]: what has been in shadow or advisory, quiet and useful, for long enough to gate.

use std::collections::BTreeMap;

use crate::model::History;

/// How many nights something must have been quiet, unless another number is asked for.
pub const NIGHTS: usize = 14;

/// What one stage did in the last nights, and whether it should gate.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Proposal {
    /// What it is: `facet links`, `watch console-error`, `scenario filter-orders`.
    pub what: String,
    /// The stage that it is in.
    pub stage: String,
    /// In how many of these nights it took part.
    pub nights: usize,
    /// How many comparisons it took part in.
    pub compared: u64,
    /// How many alarms it would have raised.
    pub would_have_alarmed: u64,
    /// Why it should not gate yet; `None` where it should.
    pub not_yet: Option<String>,
}

/// What has a stage in the newest night, judged over the last `nights`.
#[must_use]
pub fn proposals(history: &History, nights: usize) -> Vec<Proposal> {
    let Some(newest) = history.nights.last() else { return Vec::new() };
    let from = history.nights.len().saturating_sub(nights);
    let mut seen: BTreeMap<&str, (usize, u64, u64)> = BTreeMap::new();
    for used in history.nights[from..].iter().flat_map(|it| &it.stages) {
        let counts = seen.entry(&used.what).or_default();
        counts.0 += usize::from(used.compared > 0);
        counts.1 += used.compared;
        counts.2 += used.would_have_alarmed;
    }
    let staged = newest.stages.iter().filter(|it| it.stage != "gating");
    staged
        .map(|it| {
            let (took_part, compared, alarms) = seen[it.what.as_str()];
            let not_yet = if took_part < nights {
                Some(format!("it compared something in {took_part} of {nights} nights only"))
            } else if alarms > 0 {
                Some(format!("it would have raised {alarms} alarms in these nights"))
            } else {
                None
            };
            Proposal {
                what: it.what.clone(),
                stage: it.stage.clone(),
                nights: took_part,
                compared,
                would_have_alarmed: alarms,
                not_yet,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone as _, Utc};

    use super::*;
    use crate::model::Decision;
    use crate::model::finding::{StageUse, Totals};
    use crate::model::history::PastNight;

    fn night(day: u32, stages: &[(&str, u64, u64)]) -> PastNight {
        PastNight {
            id: format!("n{day}"),
            started: Utc.with_ymd_and_hms(2026, 11, day, 1, 0, 0).single().expect("a date"),
            machine: None,
            browser: None,
            builds: indexmap::IndexMap::new(),
            versions: indexmap::IndexMap::new(),
            decision: Decision::Pass,
            totals: Totals::default(),
            sensitivity: None,
            stages: stages
                .iter()
                .map(|(what, compared, would_have_alarmed)| StageUse {
                    what: (*what).to_owned(),
                    stage: "shadow".to_owned(),
                    compared: *compared,
                    would_have_alarmed: *would_have_alarmed,
                })
                .collect(),
        }
    }

    #[test]
    fn what_was_quiet_and_useful_in_every_night_should_gate() {
        let stages = [("facet links", 12, 0), ("facet forms", 12, 1), ("scenario a", 0, 0)];
        let nights = (1..=14).map(|day| night(day, &stages)).collect();
        let history = History { nights, ..History::default() };
        let all = proposals(&history, NIGHTS);
        let verdicts: Vec<_> =
            all.iter().map(|it| (it.what.as_str(), it.not_yet.as_deref())).collect();
        assert_eq!(
            verdicts,
            [
                ("facet links", None),
                ("facet forms", Some("it would have raised 14 alarms in these nights")),
                ("scenario a", Some("it compared something in 0 of 14 nights only")),
            ]
        );
        assert_eq!(all[0].compared, 14 * 12);
    }

    #[test]
    fn too_few_nights_are_not_enough_and_none_propose_nothing() {
        let nights = (1..=5).map(|day| night(day, &[("facet links", 3, 0)])).collect();
        let history = History { nights, ..History::default() };
        let not_yet = proposals(&history, NIGHTS)[0].not_yet.clone();
        assert_eq!(not_yet.as_deref(), Some("it compared something in 5 of 14 nights only"));
        assert_eq!(proposals(&History::default(), NIGHTS), []);
    }
}
