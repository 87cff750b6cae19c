//! [`lend`]: what the control saw, as the baselines of what has none in tonight's environment.

use std::collections::BTreeSet;

use super::{Keep, Read};
use crate::compare::watch::WatchSet;
use crate::compare::{CompareError, Redactor, algorithm, canonical};
use crate::model::attempts::{AttemptLog, ScenarioLog};
use crate::model::event::FacetRecord;
use crate::model::plan::{Origin, WATCH_CHECKPOINT};
use crate::model::{BaselineRecord, FacetKind, Outcome, Plan, Scenario, Surface};

/// The place of a baseline: scenario, checkpoint, facet, and the environment of a picture.
pub type Place = (String, String, FacetKind, Option<String>);

/// The place of a record.
#[must_use]
pub fn place_of(record: &BaselineRecord) -> Place {
    let environment = record.environment.clone().filter(|_| record.facet == FacetKind::Image);
    (record.scenario.clone(), record.checkpoint.clone(), record.facet, environment)
}

/// What is lent, and by whom.
pub struct Lender<'a> {
    pub plan: &'a Plan,
    pub scenario: &'a Scenario,
    pub log: &'a ScenarioLog<'a>,
    /// The attempt that speaks for the control.
    pub speaks: &'a AttemptLog<'a>,
    pub read: Read<'a>,
}

/// What the control of a scenario lends at the places that are wanted.
///
/// # Errors
/// A redaction that is no regular expression, or what `keep` answers.
pub fn lend<N: From<CompareError>>(
    lender: &Lender<'_>,
    wanted: &dyn Fn(&Place) -> bool,
    keep: Keep<'_, N>,
) -> Result<Vec<BaselineRecord>, N> {
    let mut lent = Vec::new();
    for seen in &lender.speaks.checkpoints {
        let snapshot = lender.scenario.snapshot(seen.name);
        let redactor =
            Redactor::of_checkpoint(lender.plan, lender.scenario, snapshot, lender.speaks.known)?;
        for facet in seen.facets {
            let record = lender.record(seen.name, facet);
            if !wanted(&place_of(&record)) {
                continue;
            }
            if facet.facet == FacetKind::Image {
                lent.push(record);
                continue;
            }
            let Ok(bytes) = (lender.read)(&facet.evidence) else { continue };
            let text = canonical(facet.facet, &String::from_utf8_lossy(&bytes));
            let text = redactor.apply(facet.facet, &text);
            let evidence = keep(facet.facet.word(), "text/plain", text.as_bytes())?;
            lent.push(BaselineRecord { evidence, ..record });
        }
    }
    lent.extend(watches(lender, wanted, keep)?);
    Ok(lent)
}

/// What the watches saw in any run of the control that came to its end.
fn watches<N: From<CompareError>>(
    lender: &Lender<'_>,
    wanted: &dyn Fn(&Place) -> bool,
    keep: Keep<'_, N>,
) -> Result<Option<BaselineRecord>, N> {
    let place = (lender.scenario.id.clone(), WATCH_CHECKPOINT.to_owned(), FacetKind::Events, None);
    let steps = lender.scenario.all_steps();
    let browses = steps.iter().any(|it| it.action.surface() == Some(Surface::Browser));
    let ended = |it: &&AttemptLog<'_>| it.outcome() == Some(Outcome::Completed);
    let runs: Vec<&AttemptLog<'_>> = lender.log.control.values().filter(ended).collect();
    if !browses || runs.is_empty() || !wanted(&place) {
        return Ok(None);
    }
    let mut lines = BTreeSet::new();
    for run in runs {
        let redactor = Redactor::of_checkpoint(lender.plan, lender.scenario, None, run.known)?;
        lines.extend(WatchSet::of(&run.sightings, &redactor).lines.into_keys());
    }
    let text = lines.into_iter().collect::<Vec<_>>().join("\n");
    let evidence = keep(FacetKind::Events.word(), "text/plain", text.as_bytes())?;
    Ok(Some(BaselineRecord {
        scenario: place.0,
        checkpoint: place.1,
        facet: place.2,
        environment: None,
        algorithm: Some(algorithm(FacetKind::Events)),
        file: lender.file(WATCH_CHECKPOINT, FacetKind::Events),
        evidence,
        layout: None,
        captured: None,
        origin: Origin::Control,
    }))
}

impl Lender<'_> {
    fn record(&self, checkpoint: &str, seen: &FacetRecord) -> BaselineRecord {
        let environment = seen
            .environment
            .clone()
            .or_else(|| (seen.facet == FacetKind::Image).then(|| self.plan.environment.clone()));
        BaselineRecord {
            scenario: self.scenario.id.clone(),
            checkpoint: checkpoint.to_owned(),
            facet: seen.facet,
            environment,
            algorithm: Some(algorithm(seen.facet)),
            file: self.file(checkpoint, seen.facet),
            evidence: seen.evidence.clone(),
            layout: seen.layout.clone(),
            captured: None,
            origin: Origin::Control,
        }
    }

    /// What stands for the file of a baseline that is no file.
    fn file(&self, checkpoint: &str, facet: FacetKind) -> String {
        let builds = self.plan.control.as_ref().map(|it| it.said(self.scenario));
        let builds = builds.unwrap_or_default();
        format!("{}@{checkpoint}.{facet} on {builds}", self.scenario.id)
    }
}
