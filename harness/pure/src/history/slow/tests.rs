//! Slowdowns over simulated nights: how often unchanged ones raise an alarm, and how often a real
//! one is caught.

use super::*;

/// A suite's steps, and the noise of the machine that uses them.
struct World {
    random: fastrand::Rng,
    /// Scenario and usual duration of each step.
    steps: Vec<(usize, f64)>,
}

/// From night to night a step differs by so much.
const STEADY: f64 = 0.12;
/// So often something else on the machine makes a single step slow.
const BURSTS: f64 = 0.03;

impl World {
    fn new(seed: u64, scenarios: usize) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let steps = (0..scenarios * 5)
            .map(|at| (at / 5, 10.0 * 2.0_f64.powf(random.f64() * 8.0)))
            .collect();
        Self { random, steps }
    }

    fn normal(&mut self) -> f64 {
        let (a, b) = (self.random.f64().max(1e-12), self.random.f64());
        (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
    }

    /// How slow the machine is in a night: mostly a little, in one of ten under load.
    fn night(&mut self) -> f64 {
        let load = if self.random.f64() < 0.1 { 1.5 + self.random.f64() } else { 1.0 };
        load * (0.1 * self.normal()).exp()
    }

    /// What a step takes, in a night of this pace.
    fn takes(&mut self, step: usize, pace: f64) -> u32 {
        let noise = (STEADY * self.normal()).exp();
        let burst = if self.random.f64() < BURSTS { 1.5 + 6.0 * self.random.f64() } else { 1.0 };
        (self.steps[step].1 * pace * noise * burst).round() as u32
    }

    /// The series after some nights; the second half of a loaded night is slower than the first.
    fn series(&mut self, nights: usize) -> Vec<Series> {
        let mut all: Vec<Series> = self
            .steps
            .iter()
            .map(|(scenario, _)| Series { scenario: *scenario, ..Series::default() })
            .collect();
        for night in 0..=nights {
            let pace = self.night();
            let later = if self.random.f64() < 0.2 { 1.3 } else { 1.0 };
            for (at, series) in all.iter_mut().enumerate() {
                let half = if at * 2 > self.steps.len() { later } else { 1.0 };
                let ms = self.takes(at, pace * half);
                if night < nights {
                    series.past.push(Some(Took { ms, slower: false }));
                } else {
                    series.tonight = Some(ms);
                }
            }
        }
        all
    }

    /// Measures what is suspected again, as a night does, with two others to tell the pace by.
    fn measure(&mut self, all: &mut [Series], slow: Option<(usize, f64)>) {
        let found = suspects(all);
        let mut scenarios: Vec<usize> = found.iter().map(|at| all[*at].scenario).collect();
        scenarios.dedup();
        scenarios.truncate(8);
        if scenarios.is_empty() {
            return;
        }
        let others = (0..self.steps.len() / 5).filter(|it| !scenarios.contains(it)).take(2);
        scenarios.extend(others.collect::<Vec<_>>());
        let pace = self.night();
        for _ in 0..5 {
            for (at, series) in all.iter_mut().enumerate() {
                if scenarios.contains(&series.scenario) {
                    let factor = slow.filter(|it| it.0 == at).map_or(1.0, |it| it.1);
                    series.again.push(self.takes(at, pace * factor));
                }
            }
        }
    }
}

#[test]
fn of_a_thousand_unchanged_nights_at_most_ten_raise_an_alarm() {
    let mut alarms = 0;
    for seed in 0..1_000 {
        let mut world = World::new(seed, 20);
        let nights = 8 + world.random.usize(0..22);
        let mut all = world.series(nights);
        world.measure(&mut all, None);
        alarms += usize::from(!slower(&all).0.is_empty());
    }
    assert!(alarms <= 10, "{alarms} of 1000 unchanged nights raised an alarm");
}

#[test]
fn a_command_of_200_ms_that_takes_twice_as_long_is_caught_after_ten_nights() {
    let mut caught = 0;
    for seed in 0..1_000 {
        let mut world = World::new(seed, 20);
        let at = 42;
        world.steps[at].1 = 200.0;
        let mut all = world.series(10);
        all[at].tonight = all[at].tonight.map(|ms| ms * 2);
        world.measure(&mut all, Some((at, 2.0)));
        let (found, _) = slower(&all);
        caught += usize::from(found.iter().any(|it| it.series == at));
    }
    assert!(caught >= 950, "{caught} of 1000 slowdowns were caught");
}

/// Ten steps of four scenarios that always take about the same.
fn steady(tonight: &[u32], again: &[(usize, [u32; 4])]) -> Vec<Series> {
    let mut all: Vec<Series> = (0..12)
        .map(|at| Series {
            scenario: at / 3,
            past: (0..10).map(|night| Some(Took { ms: 200 + night % 3, slower: false })).collect(),
            tonight: Some(tonight.get(at).copied().unwrap_or(200)),
            again: Vec::new(),
        })
        .collect();
    for (at, times) in again {
        all[*at].again = times.to_vec();
    }
    all
}

#[test]
fn a_slowdown_is_told_with_ratio_and_doubt() {
    let all = steady(&[650], &[(0, [645, 640, 650, 655])]);
    assert_eq!(suspects(&all), [0]);
    let (found, pace) = slower(&all);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!((found[0].usual_ms - 201.0).abs() < 0.1 && (found[0].now_ms - 650.0).abs() < 0.1);
    assert!((3.1..3.3).contains(&found[0].ratio) && found[0].sure > 0.998, "{found:#?}");
    assert_eq!(pace.map(|it| (it.steps, it.unmeasured)), Some((12, 0)));
}

#[test]
fn what_was_not_measured_again_or_was_quick_then_is_not_claimed() {
    let (found, pace) = slower(&steady(&[650], &[]));
    assert!(found.is_empty());
    assert_eq!(pace.map(|it| it.unmeasured), Some(1));
    assert!(slower(&steady(&[650], &[(0, [650, 201, 650, 200])])).0.is_empty());
}

#[test]
fn what_was_as_quick_as_ever_the_first_time_again_is_ruled_out_by_that_alone() {
    let mut all = steady(&[650, 200, 200, 640], &[]);
    assert_eq!(suspects(&all), [0, 3]);
    (all[0].again, all[3].again) = (vec![201], vec![645]);
    assert_eq!(still_suspects(&all), [3]);
    assert_eq!(slower(&all).1.map(|it| it.unmeasured), Some(1), "the other waits for more");
    all[3].again.extend([640, 650, 655]);
    let (found, pace) = slower(&all);
    assert_eq!(found.iter().map(|it| it.series).collect::<Vec<_>>(), [3]);
    assert_eq!(pace.map(|it| it.unmeasured), Some(0));
}

#[test]
fn a_night_in_which_everything_is_slow_has_a_pace_and_no_slowdown() {
    let all = steady(&[600; 12], &[]);
    assert_eq!(suspects(&all), [] as [usize; 0]);
    let factor = slower(&all).1.map(|it| it.factor);
    assert!(factor.is_some_and(|it| (2.9..3.1).contains(&it)), "{factor:?}");
}

#[test]
fn a_machine_that_is_slow_only_at_the_end_is_told_by_the_steps_of_others() {
    let again = [0, 3, 4, 5].map(|at| (at, [650, 640, 650, 660]));
    assert!(slower(&steady(&[650], &again)).0.is_empty());
}

#[test]
fn few_nights_and_small_differences_say_nothing() {
    let mut all = steady(&[650], &[(0, [645, 640, 650, 655])]);
    all[0].past.truncate(FEWEST_NIGHTS - 1);
    assert!(suspects(&all).is_empty());
    assert!(suspects(&steady(&[245], &[])).is_empty(), "45 ms more");
}

#[test]
fn nights_that_were_reported_as_slower_are_no_measure_until_they_are_the_rule() {
    let mut all = steady(&[650], &[(0, [645, 640, 650, 655])]);
    let slow = Took { ms: 650, slower: true };
    for it in &mut all {
        let past = it.past[0];
        it.past.extend([past; 6]);
    }
    all[0].past.splice(10.., [Some(slow); 6]);
    assert_eq!(slower(&all).0.len(), 1, "it is still slower than it was");
    all[0].past.splice(..8, [Some(slow); 8]);
    assert!(slower(&all).0.is_empty(), "by now it is as it always is");
}

/// A night's steps timed on two builds: once each, the suspects five times more, and those that
/// were slower then five times again, as a night does it.
fn on_two_builds(world: &mut World, slow: Option<(usize, f64)>) -> Vec<Series> {
    on_two_builds_beside(world, slow, 0.0)
}

/// The same beside other work: all steps of a run are slow together, each a little for itself, and
/// the next run is much like the one before.
fn on_two_builds_beside(world: &mut World, slow: Option<(usize, f64)>, work: f64) -> Vec<Series> {
    let mut all: Vec<Series> = world
        .steps
        .iter()
        .map(|(scenario, _)| Series { scenario: *scenario, ..Series::default() })
        .collect();
    let mut pace = world.night();
    let mut scenarios: Vec<usize> = (0..world.steps.len() / 5).collect();
    let mut load = 0.0;
    for round in 0..11 {
        for scenario in 0..world.steps.len() / 5 {
            if !scenarios.contains(&scenario) {
                continue;
            }
            let [then, now] = [(), ()].map(|()| {
                load = 0.5 * load + 0.87 * work * world.normal();
                pace * f64::exp(load)
            });
            for (at, series) in all.iter_mut().enumerate().skip(scenario * 5).take(5) {
                let factor = slow.filter(|it| it.0 == at).map_or(1.0, |it| it.1);
                let [was, is] = [then, now * factor].map(|pace| {
                    let own = (0.5 * work * world.normal()).exp();
                    world.takes(at, pace * own)
                });
                series.past.push(Some(Took { ms: was, slower: false }));
                series.again.push(is);
            }
        }
        if round == 0 || round == 5 {
            let chosen = if round == 0 { suspects_beside(&all) } else { claimed_beside(&all) };
            scenarios = chosen.into_iter().map(|at| all[at].scenario).collect();
            scenarios.dedup();
            scenarios.truncate(8);
        }
        // The machine gets slower or faster meanwhile.
        pace *= (0.1 * world.normal()).exp();
    }
    all
}

#[test]
fn of_a_thousand_nights_with_the_same_build_twice_at_most_ten_raise_an_alarm() {
    let alarms = (0..1_000).filter(|seed| {
        let mut world = World::new(*seed, 20);
        !slower_beside(&on_two_builds(&mut world, None)).is_empty()
    });
    let alarms = alarms.count();
    assert!(alarms <= 10, "{alarms} of 1000 nights with one build raised an alarm");
}

#[test]
fn a_command_of_200_ms_that_takes_twice_as_long_as_on_the_other_build_is_caught() {
    let caught = (0..1_000).filter(|seed| {
        let mut world = World::new(*seed, 20);
        world.steps[42].1 = 200.0;
        let all = on_two_builds(&mut world, Some((42, 2.0)));
        slower_beside(&all).iter().any(|it| it.series == 42)
    });
    let caught = caught.count();
    assert!(caught >= 930, "{caught} of 1000 slowdowns were caught");
}

#[test]
fn a_page_that_starts_two_seconds_later_is_caught_beside_other_work_and_the_same_build_is_not() {
    let loaded = |seed: u64, slow: Option<(usize, f64)>| {
        let mut world = World::new(seed, 20);
        world.steps[42].1 = 3_500.0;
        slower_beside(&on_two_builds_beside(&mut world, slow, 0.25))
    };
    let alarms = (0..400).filter(|seed| !loaded(*seed, None).is_empty()).count();
    assert!(alarms <= 4, "{alarms} of 400 nights with one build raised an alarm");
    let slow = Some((42, 1.83));
    let caught = (0..400).filter(|seed| loaded(*seed, slow).iter().any(|it| it.series == 42));
    let caught = caught.count();
    // With both halves tested by themselves and no pace divided out it was one in nine.
    assert!(caught >= 240, "{caught} of 400 slowdowns were caught");
}

#[test]
fn a_scenario_of_which_every_step_takes_twice_as_long_is_not_put_down_to_the_machine() {
    let caught = (0..200).filter(|seed| {
        let mut world = World::new(*seed, 20);
        let mut other = World::new(*seed, 20);
        for at in 0..5 {
            world.steps[at].1 = 400.0;
            other.steps[at].1 = 800.0;
        }
        let mut all = on_two_builds(&mut world, None);
        for (at, own) in all.iter_mut().enumerate().take(5) {
            let times = |world: &mut World| Some(Took { ms: world.takes(at, 1.0), slower: false });
            own.past = (0..11).map(|_| times(&mut world)).collect();
            own.again = (0..11).map(|_| other.takes(at, 1.0)).collect();
        }
        slower_beside(&all).iter().any(|it| it.series < 5)
    });
    let caught = caught.count();
    assert!(caught >= 190, "{caught} of 200 slowdowns were caught");
}

#[test]
fn what_was_run_too_seldom_on_either_build_is_not_claimed() {
    let series = |before: usize, now: usize| Series {
        scenario: 0,
        past: vec![Some(Took { ms: 200, slower: false }); before],
        tonight: Some(600),
        again: vec![600; now],
    };
    assert_eq!(slower_beside(&[series(9, 9)]).len(), 1);
    assert_eq!(slower_beside(&[series(9, 8), series(8, 9)]), []);
    assert_eq!(claimed_beside(&[series(6, 6), series(6, 4), series(4, 6)]), [0]);
    let found = &slower_beside(&[series(11, 11)])[0];
    assert!((found.usual_ms, found.now_ms, found.nights) == (200.0, 600.0, 10), "{found:?}");
}
