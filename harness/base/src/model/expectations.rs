//! What is expected of a scenario, as one short text: a scenario that holds again while this is
//! the same was fixed; where it changed, somebody changed their mind.

use std::io::Write;

use super::plan::Plan;
use super::scenario::Scenario;

impl Plan {
    /// What stands for the steps of a scenario, its redactions and its baselines, which are at
    /// these positions. It changes with the lines of the file too, so that it errs on the side of
    /// "changed".
    #[must_use]
    pub fn expectations(&self, scenario: &Scenario, baselines: &[usize]) -> String {
        let mut hash = Fnv::default();
        let plain = Scenario {
            // How often it is tried, and whose it is, says nothing of what must hold.
            retries: None,
            timeout_ms: None,
            tags: Vec::new(),
            owner: None,
            about: None,
            ..scenario.clone()
        };
        hash.add(&plain);
        hash.add(&self.redact);
        let accepted = baselines.iter().filter_map(|at| self.baselines.get(*at));
        for record in accepted.filter(|it| it.origin.is_accepted()) {
            hash.add(&(
                &record.checkpoint,
                record.facet,
                &record.environment,
                &record.evidence.path,
            ));
        }
        format!("{:016x}", hash.0)
    }
}

/// FNV-1a: the same on every machine, and quick enough for ten thousand scenarios.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn add(&mut self, value: &impl serde::Serialize) {
        serde_json::to_writer(self, value).expect("plain data is written to memory");
    }
}

impl Write for Fnv {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 = bytes.iter().fold(self.0, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::model::FacetKind;
    use crate::model::testing::Night;

    #[test]
    fn expectations_change_with_a_baseline_and_not_with_the_number_of_retries() {
        let mut night = Night::default();
        night.page("a", "/", "- heading \"Orders\"", "- heading \"Orders\"");
        let of = |night: &Night| {
            let baselines: Vec<usize> = (0..night.plan.baselines.len()).collect();
            night.plan.expectations(&night.plan.scenarios[0], &baselines)
        };
        let before = of(&night);
        night.plan.scenarios[0].retries = Some(3);
        assert_eq!(of(&night), before);
        night.baseline("a", "page", FacetKind::Text, b"Orders");
        assert_ne!(of(&night), before);
    }
}
