//! [`Quiet`]: for how many nights a cause is gone, so that its ticket can be closed.

use std::collections::HashMap;

use super::ArchiveError;
use super::past::is_pass;
use super::store::Archive;

/// What the nights since a cause was last seen say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quiet {
    /// No night of the branch has it.
    Unknown,
    /// The newest of these nights has it.
    Seen,
    /// So many nights, up to the newest, judged all scenarios that it hit, and found them as they
    /// should be. A night that did not judge them all counts for nothing.
    Nights(usize),
    /// A scenario that it hit was not judged since: it may be gone from the suite.
    NotJudged(String),
}

impl Archive {
    /// For how many nights up to one, which is named by its id, a cause is gone.
    ///
    /// # Errors
    /// There is no night.
    pub fn quiet(
        &self,
        fingerprint: &str,
        branch: Option<&str>,
        until: &str,
    ) -> Result<Quiet, ArchiveError> {
        let scope = self.scope(branch)?;
        let end = scope.nights.iter().position(|it| it.id == until);
        let end = end.unwrap_or(scope.nights.len() - 1);
        let found = self.findings_with(fingerprint)?;
        let last = found
            .into_iter()
            .filter_map(|it| Some((scope.at(it.night)?, it)))
            .filter(|it| it.0 <= end)
            .max_by_key(|it| it.0);
        let Some((seen, finding)) = last else { return Ok(Quiet::Unknown) };
        if seen == end {
            return Ok(Quiet::Seen);
        }
        let mut judged: Vec<HashMap<usize, bool>> = Vec::new();
        for id in &finding.scenarios {
            let (_, runs) = self.runs_of(&scope, id)?;
            let since = runs.iter().filter(|it| it.0 > seen && it.0 <= end);
            let own: HashMap<usize, bool> = since
                .filter(|it| it.1.verdict.is_judged())
                .map(|it| (it.0, is_pass(it.1.verdict)))
                .collect();
            if own.is_empty() {
                return Ok(Quiet::NotJudged(id.clone()));
            }
            judged.push(own);
        }
        let mut quiet = 0;
        for night in (seen + 1..=end).rev() {
            let said: Vec<bool> = judged.iter().filter_map(|it| it.get(&night).copied()).collect();
            if said.contains(&false) {
                break;
            }
            quiet += usize::from(said.len() == judged.len());
        }
        Ok(Quiet::Nights(quiet))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Nights, finding, id, scenario};
    use super::*;

    #[test]
    fn a_cause_is_quiet_for_as_many_nights_as_judged_all_its_scenarios_and_found_them_well() {
        let nights = Nights::new();
        let both = ["a", "b"];
        nights.night(
            0,
            "b1",
            &both.map(|it| scenario(it, "regressed", &[])),
            &[finding("F1", "broken", "regressed", &both)],
        );
        let archive = || Archive::open(nights.path()).expect("opened");
        let quiet = |night| archive().quiet("print-broken", None, &id(night)).expect("asked");
        assert_eq!(quiet(0), Quiet::Seen);
        assert_eq!(archive().quiet("other", None, &id(0)).expect("asked"), Quiet::Unknown);
        nights.night(1, "b2", &[scenario("a", "fixed", &[1])], &[]);
        assert_eq!(quiet(1), Quiet::NotJudged("b".to_owned()));
        nights.night(2, "b2", &both.map(|it| scenario(it, "unchanged", &[1])), &[]);
        assert_eq!(quiet(2), Quiet::Nights(1));
        nights.night(
            3,
            "b2",
            &[scenario("a", "not-run", &[]), scenario("b", "unchanged", &[1])],
            &[],
        );
        assert_eq!(
            quiet(3),
            Quiet::Nights(1),
            "a night that did not judge both counts for nothing"
        );
        nights.night(
            4,
            "b2",
            &[scenario("a", "flaky", &[1]), scenario("b", "unchanged", &[1])],
            &[],
        );
        assert_eq!(quiet(4), Quiet::Nights(0), "what fails by chance is not gone");
        assert_eq!(
            quiet(2),
            Quiet::Nights(1),
            "nights after the one that is asked for say nothing"
        );
    }
}
