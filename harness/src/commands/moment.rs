//! [`Moment`]: the scenario and step that `goto`, `try` and `record` are asked to go to.

use std::path::Path;

use super::arguments::Common;
use super::exit::mistake;
use super::night;
use crate::model::{Finding, Scenario, Step, Suite};
use crate::night::judge;
use crate::plan::{self, Selection};
use crate::spec;

/// Where to go.
#[derive(Debug)]
pub struct Moment {
    /// The suite with only the scenario in it.
    pub suite: Suite,
    /// The scenario, with skills expanded.
    pub scenario: Scenario,
    /// The index of the step that is not done any more; `None` goes to the end.
    pub until: Option<u32>,
    /// What the night said of it, where it comes from one.
    pub finding: Option<String>,
    /// The build of that night.
    pub build: Option<String>,
}

impl Moment {
    /// What `SCENARIO[:STEP]` names in today's suite.
    pub fn of_scenario(suite: Suite, what: &str) -> anyhow::Result<Self> {
        let (id, step) = match what.rsplit_once(':') {
            Some((id, step)) if !suite.scenarios.iter().any(|it| it.id == what) => (id, Some(step)),
            Some(_) | None => (what, None),
        };
        let exact = suite.scenarios.iter().position(|it| it.id == id);
        let scenario = match exact {
            Some(at) => only(&suite, at)?,
            None => one_of(&suite, id)?,
        };
        let until = step.map(|step| index_of(&scenario, step)).transpose()?;
        Ok(Self::new(suite, scenario, until))
    }

    /// What a finding of a night names.
    pub fn of_finding(
        common: &Common,
        suite: Suite,
        id: &str,
        night: Option<&Path>,
    ) -> anyhow::Result<Self> {
        let night = match night {
            Some(path) => night::open(common, path)?,
            None => night::newest(&suite.root)?,
        };
        let judged = judge(&night)?;
        let findings = judged.judgement.findings;
        let Some(finding) = findings.iter().find(|it| it.id == id || it.fingerprint == id) else {
            return mistake(format!(
                "the night in {} has {}",
                night.path().display(),
                but(&findings, id)
            ));
        };
        let Some(difference) = finding.differences.first() else {
            return mistake(format!(
                "{id} ({}) happened outside of any step, so there is no moment to go to; name a \
                 scenario instead: {}",
                finding.title,
                finding.scenarios.join(", ")
            ));
        };
        let planned = judged.plan.scenarios.into_iter().find(|it| it.id == difference.scenario);
        let Some(scenario) = planned else {
            return mistake(format!(
                "{id} names the scenario {}, which its night did not plan",
                difference.scenario
            ));
        };
        let build =
            judged.plan.products.iter().find(|it| Some(&it.name) == scenario.product.as_ref());
        let build = build.and_then(|it| it.build.clone());
        let title = format!("{} {}: {}", finding.id, finding.verdict, finding.title);
        let until = Some(difference.step);
        Ok(Self { finding: Some(title), build, ..Self::new(suite, scenario, until) })
    }

    /// The first page of a product, without any step.
    pub fn of_product(suite: Suite, product: Option<&str>) -> anyhow::Result<Self> {
        let names: Vec<&str> = suite.config.products.keys().map(String::as_str).collect();
        let name = match product {
            Some(name) if names.contains(&name) => name,
            Some(name) => {
                return mistake(format!(
                    "there is no product {name}; there are: {}",
                    names.join(", ")
                ));
            }
            None => names.first().copied().unwrap_or_default(),
        };
        let text = format!("scenario: visit\nproduct: {name}\nsteps: [back]\n");
        let read = spec::read_scenario("visit", &text);
        let mut scenario = read.map_err(crate::spec::SpecError::Complaints)?;
        scenario.steps.clear();
        let _ = product;
        Ok(Self::new(suite, scenario, None))
    }

    fn new(mut suite: Suite, scenario: Scenario, until: Option<u32>) -> Self {
        suite.scenarios = vec![scenario.clone()];
        Self { suite, scenario, until, finding: None, build: None }
    }

    /// The step that is not done any more, or that it is a part of.
    pub fn step(&self) -> Option<&Step> {
        let until = self.until?;
        let all = self.scenario.all_steps();
        all.into_iter().find(|it| it.index == until)
    }

    /// Where the replay ends, in words.
    pub fn said(&self) -> String {
        match self.step() {
            Some(step) => {
                format!("before step {} of {}: {}", step.index, self.scenario.id, step.text)
            }
            None => format!("the end of {}", self.scenario.id),
        }
    }
}

/// Whether this can only be the id of a finding.
pub fn is_finding(suite: &Suite, what: &str) -> bool {
    let numbered = what
        .strip_prefix('F')
        .is_some_and(|it| !it.is_empty() && it.chars().all(|it| it.is_ascii_digit()));
    numbered && !suite.scenarios.iter().any(|it| it.id == what)
}

/// The scenario at this place of the suite, with skills expanded.
fn only(suite: &Suite, at: usize) -> anyhow::Result<Scenario> {
    let alone = Suite { scenarios: vec![suite.scenarios[at].clone()], ..suite.clone() };
    let mut planned = plan::select(&alone, &Selection::default())?;
    Ok(planned.remove(0))
}

/// The one scenario that a filter takes.
fn one_of(suite: &Suite, filter: &str) -> anyhow::Result<Scenario> {
    let selection = Selection { filters: vec![filter.to_owned()], tags: Vec::new() };
    let mut planned = plan::select(suite, &selection)?;
    if planned.len() > 1 {
        let ids: Vec<&str> = planned.iter().take(10).map(|it| it.id.as_str()).collect();
        return mistake(format!(
            "\"{filter}\" names {} scenarios, and one is gone to at a time: {}",
            planned.len(),
            ids.join(", ")
        ));
    }
    Ok(planned.remove(0))
}

/// The index of a step that is named by its number, or by the snapshot that it takes.
fn index_of(scenario: &Scenario, step: &str) -> anyhow::Result<u32> {
    let all = scenario.all_steps();
    let by_name = |it: &&Step| it.action.snapshot().is_some_and(|snapshot| snapshot.name == step);
    let found = match step.parse::<u32>() {
        Ok(number) => all.iter().find(|it| it.index == number),
        Err(_) => all.iter().find(|it| by_name(it)),
    };
    if let Some(step) = found {
        return Ok(step.index);
    }
    let what = match step.parse::<u32>() {
        Ok(_) => format!("{} has no step {step}", scenario.id),
        Err(_) => format!("{} takes no snapshot \"{step}\"", scenario.id),
    };
    let lines: Vec<String> =
        all.iter().map(|it| format!("\n  {:>3}  {}", it.index, it.text)).collect();
    mistake(format!("{what}; its steps are:{}", lines.concat()))
}

fn but(findings: &[Finding], id: &str) -> String {
    let named: Vec<String> =
        findings.iter().take(10).map(|it| format!("\n  {}  {}", it.id, it.title)).collect();
    if named.is_empty() {
        format!("no findings at all, and so no {id}; name a scenario instead")
    } else {
        format!("no finding {id}; it has:{}", named.concat())
    }
}
