//! [`undecided`] and [`rare`]: what a night runs more often where it has time left, because tonight's
//! runs leave it open. Called by the room `night`; `history::rerun` says what runs tell.

use std::collections::BTreeMap;

use super::chance::Known;
use super::outages;
use crate::history::rerun::{Decision, Run};
use crate::model::Plan;

/// How often what is undecided runs at most, as a multiple of what reruns are allowed.
const UNDECIDED: u32 = 4;
/// How often what fails rarely runs at most.
const RARE: u32 = 50;

/// The scenarios of which it is open whether they broke, by their positions. `ended` are tonight's
/// runs in the order in which they ended, each the position of its scenario and whether it failed.
#[must_use]
pub fn undecided(plan: &Plan, ended: &[(usize, bool)]) -> Vec<usize> {
    open(plan, ended, |known, runs| {
        let has_some_left = runs.len() < (known.at_most() * UNDECIDED) as usize;
        has_some_left && known.decide(runs) == Decision::Undecided
    })
}

/// The scenarios that passed tonight in fewer runs than a failure as rare as theirs needs to be seen,
/// by their positions. `ended` is as in [`undecided`].
#[must_use]
pub fn rare(plan: &Plan, ended: &[(usize, bool)]) -> Vec<usize> {
    open(plan, ended, |known, runs| {
        let wanted = known.runs_to_see_a_failure().map_or(0, |it| it.min(RARE));
        runs.len() < wanted as usize && !runs.contains(&Run::Failed)
    })
}

/// The scenarios of which enough is known and of whose runs something holds.
fn open(
    plan: &Plan,
    ended: &[(usize, bool)],
    holds: impl Fn(&Known<'_>, &[Run]) -> bool,
) -> Vec<usize> {
    let of_each: BTreeMap<usize, Vec<Run>> = outages::kept(plan, ended);
    let is_open = |(at, runs): &(usize, Vec<Run>)| {
        Known::of(plan, &plan.scenarios[*at]).is_some_and(|known| holds(&known, runs))
    };
    of_each.into_iter().filter(is_open).map(|it| it.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Scenario;
    use crate::model::history::PastScenario;
    use crate::model::reruns::Reruns;
    use crate::model::testing::Night;

    const NONE: [usize; 0] = [];

    /// A plan of scenarios with these pasts.
    fn plan(pasts: &[&str]) -> Plan {
        let mut plan = Plan { reruns: Some(Reruns::default()), ..Night::default().plan };
        for (index, past) in pasts.iter().enumerate() {
            let id = format!("s{index}");
            let past = PastScenario { verdicts: (*past).to_owned(), ..PastScenario::default() };
            plan.history.scenarios.insert(id.clone(), past);
            plan.scenarios.push(Scenario { id, ..Scenario::default() });
        }
        plan
    }

    /// Runs of the scenario at this position: `.` passed, `x` failed.
    fn runs(at: usize, how: &str) -> Vec<(usize, bool)> {
        how.chars().map(|it| (at, it == 'x')).collect()
    }

    #[test]
    fn what_reruns_left_open_runs_on_until_it_is_clear_and_not_for_ever() {
        let flaky = plan(&["F".repeat(30).as_str()]);
        let failed = |times: usize| undecided(&flaky, &runs(0, &"x".repeat(times)));
        assert_eq!(failed(8), NONE, "its reruns are not through");
        assert_eq!(failed(9), [0]);
        assert_eq!(failed(31), [0]);
        assert_eq!(failed(32), NONE, "that is often enough");
        assert_eq!(undecided(&flaky, &runs(0, "xxxxxxxxx...")), NONE, "it passes: chance");
        let clean = plan(&["U".repeat(30).as_str()]);
        assert_eq!(undecided(&clean, &runs(0, &"x".repeat(9))), NONE, "it broke");
    }

    #[test]
    fn what_fails_rarely_runs_until_a_failure_is_seen_or_should_have_been() {
        let past = format!("{}F{}", "U".repeat(20), "U".repeat(9));
        let some = plan(&[past.as_str(), "U".repeat(30).as_str(), "FU"]);
        let all_passed = [runs(0, "."), runs(1, "."), runs(2, ".")].concat();
        assert_eq!(rare(&some, &all_passed), [0], "one never failed, of one too little is known");
        assert_eq!(rare(&some, &runs(0, "..x")), NONE, "it was seen");
        assert_eq!(rare(&some, &runs(0, &".".repeat(49))), [0]);
        assert_eq!(rare(&some, &runs(0, &".".repeat(50))), NONE);
        let often = plan(&["UF".repeat(15).as_str()]);
        assert_eq!(rare(&often, &runs(0, ".....")), [0]);
        assert_eq!(rare(&often, &runs(0, "......")), NONE, "six of them all pass in one of twenty");
    }

    #[test]
    fn where_somebody_wrote_how_often_it_is_repeated_nothing_runs_more() {
        let mut plan = plan(&["UF".repeat(15).as_str()]);
        plan.scenarios[0].retries = Some(1);
        assert_eq!(rare(&plan, &runs(0, ".")), NONE);
        assert_eq!(undecided(&plan, &runs(0, &"x".repeat(9))), NONE);
    }
}
