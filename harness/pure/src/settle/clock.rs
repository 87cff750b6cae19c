//! [`judging`]: which rounds a scenario is judged by. One in which it failed with a moved clock says
//! nothing of noise where it holds in all that leave the clock alone: a product may rightly refuse
//! another year, and a library that moves clocks has faults of its own.

use super::{Round, last_completed, why};
use crate::model::attempts::{Attempts, ScenarioLog};
use crate::model::settle::ByClock;

/// How many rounds with the clock as it is must agree.
const LEAST: usize = 2;

/// The rounds that judge a scenario, by their index, and those that only the clock keeps from it.
pub(super) fn judging(
    rounds: &[Round<'_>],
    logs: &[Attempts<'_>],
    id: &str,
) -> (Vec<usize>, Vec<ByClock>) {
    let plans = |at: &usize| rounds[*at].plan.scenarios.iter().any(|it| it.id == id);
    let log = |at: usize| logs[at].scenario(id);
    let holds = |at: usize| log(at).is_some_and(|it| last_completed(it).is_some());
    let own: Vec<usize> = (0..rounds.len()).filter(plans).collect();
    let plain = || own.iter().filter(move |at| rounds[**at].moved.is_none());
    if plain().count() < LEAST || !plain().all(|at| holds(*at)) {
        return (own, Vec::new());
    }
    let fails = own.iter().filter(|at| !holds(**at));
    let by_clock = fails.filter_map(|at| {
        let detail = log(*at).and_then(said).unwrap_or_else(|| "it did not run".to_owned());
        Some(ByClock { scenario: id.to_owned(), days: rounds[*at].moved?, detail })
    });
    let by_clock = by_clock.collect();
    (own.into_iter().filter(|at| holds(*at)).collect(), by_clock)
}

/// Why a scenario did not end as it should, or did not run.
fn said(log: &ScenarioLog<'_>) -> Option<String> {
    why(log).or_else(|| log.not_run.map(|it| it.1.to_owned()))
}

#[cfg(test)]
mod tests {
    use crate::model::testing::Night;
    use crate::model::{EvidenceRef, FacetKind, Outcome};
    use crate::settle::{Reach, Round, Variation, find};

    const FAILED: (Outcome, &str, &str) =
        (Outcome::Failed, "see text \"Saved\"", "it is not there");

    /// A round of one command, which printed this or failed.
    fn round(printed: Option<&str>) -> Night {
        let mut night = Night::default();
        night.command_scenario("note", "notes save", Some("said")).begin("note", 1);
        if let Some(text) = printed {
            let facets = [(FacetKind::Stdout, text.as_bytes())];
            night.seen("note", 1, "said", "notes save", &facets);
            night.end("note", 1, Outcome::Completed);
        } else {
            night.failed("note", 1, 1, "notes save", FAILED).end("note", 1, Outcome::Failed);
        }
        night
    }

    /// What is found in rounds, each with by how many days its clock was moved.
    fn found(nights: &[(Night, Option<i64>)]) -> Variation {
        let reads: Vec<_> = nights
            .iter()
            .map(|(it, _)| move |evidence: &EvidenceRef| it.read(evidence).ok())
            .collect();
        let rounds: Vec<Round<'_>> = nights
            .iter()
            .zip(&reads)
            .map(|((it, moved), read)| Round {
                plan: &it.plan,
                entries: &it.entries,
                read,
                moved: *moved,
            })
            .collect();
        find(&rounds, Reach::Seen).expect("valid redactions")
    }

    #[test]
    fn a_round_that_fails_by_its_clock_alone_judges_nothing_and_is_named() {
        let saved = || round(Some("saved\n"));
        let found = found(&[(saved(), None), (round(None), Some(11)), (saved(), None)]);
        assert_eq!((found.noise, found.unsettled, found.compared), (vec![], vec![], 1));
        assert_eq!(found.judged_in["note"], [0, 2]);
        let by_clock = &found.by_clock[0];
        assert_eq!((by_clock.days, found.by_clock.len()), (11, 1));
        assert!(by_clock.detail.contains("it is not there"), "{}", by_clock.detail);
    }

    #[test]
    fn what_varies_between_the_others_is_still_noise() {
        let printed = |text| (round(Some(text)), None);
        let nights = [printed("ticket 4711\n"), (round(None), Some(11)), printed("ticket 9034\n")];
        assert_eq!(found(&nights).noise.len(), 1);
    }

    #[test]
    fn one_that_fails_with_the_clock_as_it_is_too_is_unsettled() {
        let saved = || round(Some("saved\n"));
        for nights in [
            vec![(saved(), None), (round(None), Some(11)), (round(None), None)],
            vec![(saved(), None), (round(None), Some(11))],
        ] {
            let found = found(&nights);
            assert_eq!((found.unsettled.len(), found.by_clock.len()), (1, 0));
        }
    }

    #[test]
    fn a_round_that_holds_with_a_moved_clock_judges_like_any_other() {
        let printed = |text, moved| (round(Some(text)), moved);
        let today = || printed("day 1\n", None);
        let nights = [today(), today(), printed("day 12\n", Some(11))];
        let found = found(&nights);
        assert_eq!((found.noise.len(), found.by_clock.len()), (1, 0));
    }
}
