//! Simulated histories with known culprits.

use super::*;

const NOISE: Noise = Noise { false_failure: 0.1, false_pass: 0.0 };

/// How the product really is.
#[derive(Clone, Copy)]
enum Truth {
    Culprit(usize),
    Everywhere,
    Nowhere,
}

fn fails(truth: Truth, at: usize, noise: Noise, random: &mut fastrand::Rng) -> bool {
    let bad = match truth {
        Truth::Culprit(culprit) => at >= culprit,
        Truth::Everywhere => true,
        Truth::Nowhere => false,
    };
    let chance = random.f64();
    if bad { chance >= noise.false_pass } else { chance < noise.false_failure }
}

/// Searches to the end, as a hunt for one finding does.
fn solve(
    mut search: Search,
    limits: &Limits,
    mut probe: impl FnMut(usize) -> Option<bool>,
) -> (Found, Search) {
    loop {
        if let Some(found) = search.over_with(limits) {
            return (found, search);
        }
        let at = search.unverified().or_else(|| search.most_telling()).expect("it is not stuck");
        match probe(at) {
            Some(failed) => search.learn(at, failed),
            None => search.cannot_build(at),
        }
    }
}

/// The share of right names and the mean of probes over simulated histories.
fn simulate(histories: usize, noise: Noise, sure: Sure) -> (f64, f64) {
    let mut random = fastrand::Rng::with_seed(128);
    let (mut right, mut probes) = (0, 0);
    for _ in 0..histories {
        let culprit = random.usize(1..=128);
        let search = Search::over(&[1.0; 128], noise);
        let limits = Limits { sure, most_probes: 60 };
        let (found, search) = solve(search, &limits, |at| {
            Some(fails(Truth::Culprit(culprit), at, noise, &mut random))
        });
        right += usize::from(matches!(found, Found::Commit { at, .. } if at == culprit));
        probes += search.tried().len();
    }
    (right as f64 / histories as f64, probes as f64 / histories as f64)
}

#[test]
fn of_two_hundred_histories_with_false_failures_nearly_all_culprits_are_named() {
    let (right, probes) = simulate(200, NOISE, Sure::ToFile);
    assert!(right >= 0.98 && probes <= 16.0, "{right} right, {probes} probes");
    let (right, probes) = simulate(200, NOISE, Sure::ToName);
    assert!(right >= 0.95 && probes <= 14.0, "{right} right, {probes} probes");
}

#[test]
fn regressions_that_pass_at_times_are_named_too() {
    let noise = Noise { false_failure: 0.05, false_pass: 0.2 };
    let (right, probes) = simulate(200, noise, Sure::ToFile);
    assert!(right >= 0.95 && probes <= 25.0, "{right} right, {probes} probes");
}

#[test]
fn both_ends_are_looked_at_before_anything_between_them() {
    let mut seen = Vec::new();
    let (found, _) = solve(Search::over(&[1.0; 9], NOISE), &Limits::default(), |at| {
        seen.push(at);
        Some(at >= 4)
    });
    assert!(matches!(found, Found::Commit { at: 4, .. }), "{found:?}");
    assert_eq!(seen[..2], [9, 0]);
}

#[test]
fn what_fails_everywhere_or_nowhere_any_more_has_no_culprit() {
    let mut random = fastrand::Rng::with_seed(3);
    for truth in [Truth::Everywhere, Truth::Nowhere] {
        for _ in 0..50 {
            let search = Search::over(&[1.0; 64], NOISE);
            let (found, search) =
                solve(search, &Limits::default(), |at| Some(fails(truth, at, NOISE, &mut random)));
            assert!(matches!(found, Found::Environment { .. }), "{found:?}");
            assert!(search.tried().len() <= 12, "{:?}", search.tried());
        }
    }
}

#[test]
fn commits_that_cannot_be_built_are_passed_over_and_named_together() {
    let search = || Search::over(&[1.0; 12], Noise { false_failure: 0.01, false_pass: 0.0 });
    let unbuilt = |at: usize| (5..=7).contains(&at);
    let probe = |culprit: usize| move |at: usize| (!unbuilt(at)).then_some(at >= culprit);
    let (found, _) = solve(search(), &Limits::default(), probe(6));
    assert!(matches!(&found, Found::Among { at, .. } if *at == (5..=8)), "{found:?}");
    assert!(found.probability() >= 0.99);
    let (found, _) = solve(search(), &Limits::default(), probe(3));
    assert!(matches!(found, Found::Commit { at: 3, .. }), "{found:?}");
}

#[test]
fn ends_that_cannot_be_built_are_replaced_by_their_neighbours() {
    let search = Search::over(&[1.0; 12], NOISE);
    let probe = |at: usize| (at > 1 && at < 11).then_some(at >= 6);
    let (found, _) = solve(search, &Limits::default(), probe);
    assert!(matches!(found, Found::Commit { at: 6, .. }), "{found:?}");
}

#[test]
fn a_search_that_may_not_go_on_says_how_sure_it_has_become() {
    let limits = Limits { sure: Sure::ToFile, most_probes: 5 };
    let (found, search) = solve(Search::over(&[1.0; 128], NOISE), &limits, |at| Some(at >= 77));
    assert_eq!(search.tried().len(), 5);
    assert!(found.probability() < 0.5, "{found:?}");
    let nothing = solve(Search::over(&[1.0; 3], NOISE), &Limits::default(), |_| None);
    assert!(nothing.1.tried().is_empty() && nothing.0.probability() < 0.99, "{nothing:?}");
}

#[test]
fn a_likelier_commit_takes_fewer_probes_and_an_unlikely_one_is_found_all_the_same() {
    let weigh = |likely: usize| {
        let mut weights = vec![1.0; 128];
        (likely..likely + 8).for_each(|it| weights[it] = 40.0);
        weights
    };
    let taken = |likely| {
        let search = Search::over(&weigh(likely), NOISE);
        let (found, search) = solve(search, &Limits::default(), |at| Some(at >= 33));
        assert!(matches!(found, Found::Commit { at: 33, .. }), "{found:?}");
        search.tried().len()
    };
    assert!(taken(30) < taken(90));
}
