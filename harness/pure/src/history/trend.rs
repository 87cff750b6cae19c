//! What the nights up to tonight show of each scenario: its [`Trend`], and what drifts: scenarios
//! that got slower over four weeks ([`slower`]) or flakier over two ([`flakier`]) little by little,
//! which no single night raises an alarm for.
//!
//! Neighbour: [`super::slow`], which claims of single steps that they became slower tonight, from
//! fresh runs. Nothing here claims: it says what stood in the nights.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::stats::{beta_quantile, corrected, median, ranks_above};
use crate::model::history::{NOT_PLANNED, PastScenario, letter};
use crate::model::{History, Verdict};

/// How many nights a trend holds, with tonight.
pub const NIGHTS: usize = 14;
/// So many nights, with tonight, are looked at for what got slower: two weeks, and two before.
const LOOKED_AT: usize = 28;
/// With fewer nights in which it is known what a scenario took, nothing drifts.
const FEWEST: usize = 10;
/// What is less is not felt: times as long, and milliseconds more.
const FELT: (f64, f64) = (1.2, 100.0);
/// The share of what is said to drift that may do so by chance.
const BY_CHANCE: f64 = 0.05;
/// So many flaky nights of the last [`NIGHTS`] are worth a word.
const FLAKY: usize = 3;

/// What the last nights and tonight said of one scenario.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Trend {
    /// One letter a night, oldest first, tonight last: see [`letter`].
    pub verdicts: String,
    /// What its steps took in each of them together, in milliseconds.
    pub ms: Vec<Option<u32>>,
}

/// What tonight says of one scenario.
#[derive(Debug, Clone, Copy)]
pub struct Tonight<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its verdict.
    pub verdict: Verdict,
    /// What the steps of its quickest run that came to its end took, in milliseconds.
    pub ms: Option<u32>,
}

/// A scenario that takes longer than two weeks ago.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    /// Its id.
    pub scenario: String,
    /// The median of the first half of the last four weeks' nights, in milliseconds.
    pub before_ms: f64,
    /// The median of the second half.
    pub now_ms: f64,
}

/// A scenario that is flaky more often than it used to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flakier {
    /// Its id.
    pub scenario: String,
    /// In how many of the last nights it was flaky, and how many judged it.
    pub now: (usize, usize),
    /// The same of the nights before.
    pub before: (usize, usize),
}

/// The trend of each scenario of tonight, in their order; of none where no earlier night is known.
#[must_use]
pub fn trends(history: &History, tonight: &[Tonight<'_>]) -> IndexMap<String, Trend> {
    if history.nights.is_empty() {
        return IndexMap::new();
    }
    let nights = history.nights.len();
    let from = nights.saturating_sub(NIGHTS - 1);
    let of = |it: &Tonight<'_>| {
        let past = history.scenarios.get(it.id);
        let mut verdicts: String = past.map_or_else(
            || std::iter::repeat_n(NOT_PLANNED, nights - from).collect(),
            |past| past.verdicts.chars().skip(from).collect(),
        );
        verdicts.push(letter(it.verdict));
        let mut ms = past.map_or_else(|| vec![None; nights], |past| durations(past, nights));
        ms.drain(..from);
        ms.push(it.ms);
        (it.id.to_owned(), Trend { verdicts, ms })
    };
    tonight.iter().map(of).collect()
}

/// What all steps of a scenario took together in each night, in milliseconds, of the nights that did as many of them as any did.
pub(super) fn durations(past: &PastScenario, nights: usize) -> Vec<Option<u32>> {
    let mut sums = vec![(0_u32, 0_usize); nights];
    for step in past.steps.values() {
        for (sum, took) in sums.iter_mut().zip(step.took()) {
            if let Some(took) = took {
                *sum = (sum.0.saturating_add(took.ms), sum.1 + 1);
            }
        }
    }
    let most = sums.iter().map(|it| it.1).max().unwrap_or(0);
    sums.into_iter().map(|(ms, steps)| (most > 0 && steps == most).then_some(ms)).collect()
}

/// What took longer in the second half of the last four weeks of nights than in the first, the worst
/// first; of the half of those that are known where they are fewer. What slowed all scenarios of a
/// night alike is divided out. Two weeks alone could not tell the one of a thousand scenarios that
/// drifts from those that seem to by chance.
#[must_use]
pub fn slower(history: &History, tonight: &[Tonight<'_>]) -> Vec<Drift> {
    let nights = history.nights.len();
    let from = nights.saturating_sub(LOOKED_AT - 1);
    let took = |it: &Tonight<'_>| -> Vec<Option<u32>> {
        let past = history.scenarios.get(it.id);
        let before = past.map_or_else(|| vec![None; nights], |past| durations(past, nights));
        before.into_iter().skip(from).chain([it.ms]).collect()
    };
    let courses: Vec<Vec<Option<u32>>> = tonight.iter().map(took).collect();
    let paces = paces(&courses);
    let mut found = Vec::new();
    for (it, course) in tonight.iter().zip(&courses) {
        let even: Vec<f64> = course
            .iter()
            .zip(&paces)
            .filter_map(|(ms, pace)| Some(f64::from((*ms)?).max(1.0) / pace))
            .collect();
        if even.len() < FEWEST {
            continue;
        }
        let (first, second) = even.split_at(even.len() / 2);
        if let (Some(before_ms), Some(now_ms)) = (median(first), median(second)) {
            // What is not felt is not tested, and counts as what is surely chance.
            let is_felt = now_ms >= before_ms * FELT.0 && now_ms - before_ms >= FELT.1;
            let chance = if is_felt { ranks_above(first, second) } else { 1.0 };
            found.push((Drift { scenario: it.id.to_owned(), before_ms, now_ms }, chance));
        }
    }
    let chances: Vec<f64> = found.iter().map(|it| it.1).collect();
    let mut drifts: Vec<Drift> = found
        .into_iter()
        .zip(corrected(&chances))
        .filter(|(_, chance)| *chance <= BY_CHANCE)
        .map(|((drift, _), _)| drift)
        .collect();
    drifts.sort_by(|a, b| (b.now_ms / b.before_ms).total_cmp(&(a.now_ms / a.before_ms)));
    drifts
}

/// By how much each night was slower than usual as a whole, in the middle of its scenarios.
fn paces(courses: &[Vec<Option<u32>>]) -> Vec<f64> {
    let nights = courses.iter().map(Vec::len).max().unwrap_or(0);
    let mut ratios: Vec<Vec<f64>> = vec![Vec::new(); nights];
    for course in courses {
        let known: Vec<f64> = course.iter().flatten().map(|it| f64::from(*it)).collect();
        let Some(middle) = median(&known).filter(|it| *it > 0.0) else { continue };
        for (at, ms) in course.iter().enumerate() {
            ratios[at].extend(ms.map(|ms| f64::from(ms) / middle));
        }
    }
    // Of one or two scenarios nobody can say whether they or the night was slow.
    let pace = |all: Vec<f64>| if all.len() < 3 { 1.0 } else { median(&all).unwrap_or(1.0) };
    ratios.into_iter().map(pace).map(|it| if it > 0.0 { it } else { 1.0 }).collect()
}

/// What was flaky in at least three of the last two weeks of nights, and more often than before.
#[must_use]
pub fn flakier(history: &History, tonight: &[Tonight<'_>]) -> Vec<Flakier> {
    let counted = |verdicts: &[char]| {
        let sound = |it: &&char| matches!(**it, 'F' | 'U' | 'X' | 'D');
        let flaky = verdicts.iter().filter(|it| **it == letter(Verdict::Flaky)).count();
        (flaky, verdicts.iter().filter(sound).count())
    };
    let mut found: Vec<Flakier> = tonight
        .iter()
        .filter_map(|it| {
            let past = history.scenarios.get(it.id)?;
            let mut all: Vec<char> = past.verdicts.chars().collect();
            all.push(letter(it.verdict));
            let (before, now) = all.split_at(all.len().saturating_sub(NIGHTS));
            let (before, now) = (counted(before), counted(now));
            // The rate now is above that of before with a chance of 95 %.
            let low = beta_quantile(0.05, now.0 as f64 + 0.5, (now.1 - now.0) as f64 + 0.5);
            let usual = (before.0 as f64 + 0.5) / (before.1 as f64 + 1.0);
            let is_more = now.0 >= FLAKY && before.1 >= FLAKY && low > usual;
            is_more.then(|| Flakier { scenario: it.id.to_owned(), now, before })
        })
        .collect();
    found.sort_by_key(|it| std::cmp::Reverse(it.now.0));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::history::{PastNight, PastStep};
    use crate::model::{Decision, Surface, Totals};

    /// A history of `nights` nights in which each scenario has these verdicts and durations.
    fn history(nights: usize, scenarios: &[(&str, String, Vec<u32>)]) -> History {
        let night = |n: usize| PastNight {
            id: format!("n{n}"),
            started: chrono::DateTime::default(),
            machine: None,
            browser: None,
            builds: IndexMap::new(),
            versions: IndexMap::new(),
            decision: Decision::Pass,
            totals: Totals::default(),
            sensitivity: None,
            stages: Vec::new(),
        };
        let past = |(id, verdicts, ms): &(&str, String, Vec<u32>)| {
            let words: Vec<String> = ms.iter().map(u32::to_string).collect();
            let step = PastStep { surface: Surface::Command, ms: words.join(" ") };
            let steps = IndexMap::from([("0000000000000001".to_owned(), step)]);
            let verdicts = verdicts.clone();
            ((*id).to_owned(), PastScenario { verdicts, steps, ..PastScenario::default() })
        };
        History {
            nights: (0..nights).map(night).collect(),
            scenarios: scenarios.iter().map(past).collect(),
            ..History::default()
        }
    }

    fn tonight(id: &str, verdict: Verdict, ms: u32) -> Tonight<'_> {
        Tonight { id, verdict, ms: Some(ms) }
    }

    #[test]
    fn a_trend_holds_the_last_two_weeks_and_tonight() {
        let past = history(20, &[("a", "U".repeat(19) + "R", (100..120).collect())]);
        let all = trends(
            &past,
            &[tonight("a", Verdict::StillFailing, 130), tonight("b", Verdict::New, 9)],
        );
        let trend = &all["a"];
        assert_eq!(trend.verdicts, "UUUUUUUUUUUURS");
        assert_eq!((trend.ms.len(), trend.ms[0], trend.ms[13]), (14, Some(107), Some(130)));
        assert_eq!(all["b"].verdicts, ".............N");
        assert_eq!(trends(&History::default(), &[tonight("a", Verdict::New, 1)]), IndexMap::new());
    }

    #[test]
    fn what_drifts_is_told_and_what_all_scenarios_share_is_the_night_s() {
        let slow = |n: u32| 1_000 + n * 60;
        // Every third night is twice as slow as a whole.
        let night = |ms: u32, n: u32| if n.is_multiple_of(3) { ms * 2 } else { ms };
        let of = |ms: &dyn Fn(u32) -> u32| (0..19).map(|n| night(ms(n), n)).collect::<Vec<u32>>();
        let steady = |n: u32| 900 + n * 7 % 13;
        let scenarios = [
            ("drifts", "U".repeat(19), of(&slow)),
            ("b", "U".repeat(19), of(&steady)),
            ("c", "U".repeat(19), of(&|n| 2 * steady(n))),
            ("d", "U".repeat(19), of(&|n| 3 * steady(n + 1))),
        ];
        let past = history(19, &scenarios);
        let ids = ["drifts", "b", "c", "d"];
        let ms = [slow(19), steady(19), 2 * steady(19), 3 * steady(20)];
        let now: Vec<Tonight<'_>> =
            ids.iter().zip(ms).map(|(id, ms)| tonight(id, Verdict::Unchanged, ms)).collect();
        let found = slower(&past, &now);
        let named: Vec<&str> = found.iter().map(|it| it.scenario.as_str()).collect();
        assert_eq!(named, ["drifts"]);
        assert!(found[0].now_ms / found[0].before_ms > 1.2, "{found:?}");
    }

    #[test]
    fn one_of_a_thousand_scenarios_that_drifts_is_told_and_none_of_the_others() {
        let mut random = fastrand::Rng::with_seed(14);
        let mut even = |ms: f64| (ms * (0.9 + 0.2 * random.f64())) as u32;
        let ids: Vec<String> = (0..1_000).map(|it| format!("s{it}")).collect();
        let drifts = |n: i32| 600.0 * 1.03_f64.powi(n);
        let scenarios: Vec<(&str, String, Vec<u32>)> = ids
            .iter()
            .map(|id| {
                let ms = (0..27).map(|n| even(if id == "s500" { drifts(n) } else { 600.0 }));
                (id.as_str(), "U".repeat(27), ms.collect())
            })
            .collect();
        let past = history(27, &scenarios);
        let now: Vec<Tonight<'_>> = ids
            .iter()
            .map(|id| {
                let ms = even(if id == "s500" { drifts(27) } else { 600.0 });
                tonight(id, Verdict::Unchanged, ms)
            })
            .collect();
        let found = slower(&past, &now);
        let named: Vec<&str> = found.iter().map(|it| it.scenario.as_str()).collect();
        assert_eq!(named, ["s500"]);
    }

    #[test]
    fn what_is_flaky_more_often_than_it_was_is_told_and_what_always_was_is_not() {
        let scenarios = [
            ("more", "U".repeat(16) + "UFUUFUUFUUFUU", vec![1; 29]),
            ("as-ever", "FUUUFUUUFUUUFUUUFUUUFUUUFUUUF".to_owned(), vec![1; 29]),
        ];
        let past = history(29, &scenarios);
        let now = [tonight("more", Verdict::Flaky, 1), tonight("as-ever", Verdict::Unchanged, 1)];
        let expected = Flakier { scenario: "more".to_owned(), now: (5, 14), before: (0, 16) };
        assert_eq!(flakier(&past, &now), [expected]);
    }
}
