//! [`forecast`]: how likely a scenario shows something new tonight, and how long it takes, by its
//! earlier nights.
//!
//! Neighbours: [`super::trend`], which sums up what its steps took; the room `plan`, which puts a
//! night in order by it.

use super::trend::durations;
use crate::model::Verdict;
use crate::model::forecast::Forecast;
use crate::model::history::PastScenario;

/// The risk of a scenario that no night has judged.
const NEW: f64 = 0.5;
/// The least risk of one that was broken when it was last judged: it may be mended, or worse.
const BROKEN: f64 = 0.5;
/// The least risk of one that was flaky then.
const SHAKY: f64 = 0.1;
/// What is taken for granted of every scenario: half a break in twenty nights.
const USUAL: (f64, f64) = (0.5, 20.0);
/// Nothing is certain.
const MOST: f64 = 0.99;
/// With fewer nights than this the longest is stretched, since nine of ten cannot be told.
const FEW: usize = 5;
/// What a run takes beside its steps: a share of them, and milliseconds.
const AROUND: (f64, f64) = (0.1, 1_000.0);

/// What is expected of a scenario with this past of `nights` nights; `related` is how many times
/// likelier it is to show something for what changed in the product (1 where nothing says so).
#[must_use]
pub fn forecast(past: Option<&PastScenario>, nights: usize, related: f64) -> Forecast {
    let Some((past, (last, verdict))) = past.and_then(|it| Some((it, it.last_judged()?))) else {
        return Forecast {
            risk: likelier(NEW, related),
            likely_ms: None,
            at_most_ms: None,
            waited: 0,
        };
    };
    let verdicts: Vec<Verdict> = (0..nights).filter_map(|at| past.verdict(at)).collect();
    let judged = verdicts.iter().filter(|it| it.is_judged()).count() as f64;
    let broke = verdicts.iter().filter(|it| **it == Verdict::Regressed).count() as f64;
    let a_night = (broke + USUAL.0) / (judged + USUAL.1);
    let a_night = match verdict {
        Verdict::Regressed | Verdict::StillFailing => a_night.max(BROKEN),
        Verdict::Flaky | Verdict::New => a_night.max(SHAKY),
        Verdict::Inconclusive
        | Verdict::Drifted
        | Verdict::Fixed
        | Verdict::Unchanged
        | Verdict::NotRun => a_night,
    };
    // Each night since it was judged may have broken it.
    let age = (nights - last) as i32;
    let risk = 1.0 - (1.0 - a_night).powi(age.max(1));
    let ran =
        (0..nights).rev().find(|at| past.verdict(*at).is_some_and(|it| it != Verdict::NotRun));
    let (likely_ms, at_most_ms) = takes(past, nights);
    Forecast {
        risk: likelier(risk, related),
        likely_ms,
        at_most_ms,
        waited: ran.map_or(nights, |at| nights - 1 - at) as u32,
    }
}

/// The risk once it is so many times likelier, by its odds.
fn likelier(risk: f64, related: f64) -> f64 {
    let odds = risk / (1.0 - risk).max(1e-6) * related;
    (odds / (1.0 + odds)).min(MOST)
}

/// The middle of what its runs took, and what nine of ten took at most.
fn takes(past: &PastScenario, nights: usize) -> (Option<u64>, Option<u64>) {
    let mut known: Vec<f64> =
        durations(past, nights).into_iter().flatten().map(f64::from).collect();
    known.sort_by(f64::total_cmp);
    let Some(longest) = known.last().copied() else { return (None, None) };
    let whole = |ms: f64| (ms * (1.0 + AROUND.0) + AROUND.1).ceil() as u64;
    let nine_of_ten = if known.len() < FEW {
        longest * 1.5
    } else {
        known[(known.len() * 9).div_ceil(10).saturating_sub(1)]
    };
    (Some(whole(known[known.len() / 2])), Some(whole(nine_of_ten)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Surface;
    use crate::model::history::PastStep;

    fn past(verdicts: &str, ms: &str) -> PastScenario {
        let step = PastStep { surface: Surface::Command, ms: ms.to_owned() };
        PastScenario {
            verdicts: verdicts.to_owned(),
            steps: [("1".to_owned(), step)].into_iter().collect(),
            ..PastScenario::default()
        }
    }

    fn risk(verdicts: &str, related: f64) -> f64 {
        forecast(Some(&past(verdicts, "")), verdicts.len(), related).risk
    }

    #[test]
    fn the_risk_grows_with_breaks_age_and_what_changed() {
        let sound = risk("UUUUUUUUUU", 1.0);
        assert!((sound - 0.5 / 30.0).abs() < 1e-9, "{sound}");
        assert!(risk("URXUURXUUU", 1.0) > sound, "it broke before");
        assert!(risk("UUUUUUUU--", 1.0) > sound, "two nights did not look");
        assert!(risk("UUUUUUUUUU", 4.0) > 3.0 * sound, "what it uses has changed");
        assert!(risk("UUUUUUUUUR", 1.0) >= BROKEN);
        assert!(forecast(None, 10, 1.0).risk >= NEW);
        assert!(risk("RRRRRRRRRR", 1e9) <= MOST);
    }

    #[test]
    fn a_scenario_that_has_not_run_says_for_how_many_nights() {
        let waited =
            |verdicts: &str| forecast(Some(&past(verdicts, "")), verdicts.len(), 1.0).waited;
        assert_eq!((waited("UUU"), waited("UU-"), waited("U.-"), waited("UI")), (0, 1, 2, 0));
    }

    #[test]
    fn nine_of_ten_runs_are_through_by_the_time_that_is_told() {
        let ten = past("UUUUUUUUUU", "1000 1000 1000 1000 1000 1000 1000 1000 2000 9000");
        let told = forecast(Some(&ten), 10, 1.0);
        assert_eq!((told.likely_ms, told.at_most_ms), (Some(2_100), Some(3_200)));
        let two = forecast(Some(&past("UU", "1000 2000")), 2, 1.0);
        assert_eq!(two.at_most_ms, Some(4_300), "of two the longest is stretched");
        assert_eq!(forecast(None, 10, 1.0).at_most_ms, None);
    }
}
