//! [`select`]: from a suite to what is run tonight, in order, with skills expanded.
//!
//! It works on what `spec` validated, so that an unknown skill here is a broken promise and an
//! error of its own, never a panic.

mod filter;

use indexmap::IndexMap;

use crate::model::scenario::Action;
use crate::model::suite::{Skill, Suite};
use crate::model::{Scenario, Step, Template};

/// Which scenarios are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// Ids, globs of ids, files or folders; empty takes all.
    pub filters: Vec<String>,
    /// Tags: `t` takes scenarios with the tag, `!t` leaves them out. Empty takes all.
    pub tags: Vec<String>,
}

/// Why there is nothing to run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A filter that no scenario matches.
    #[error("the filter \"{filter}\" matches no scenario{}", hint(.suggestions))]
    NoMatch {
        /// The filter.
        filter: String,
        /// What may have been meant.
        suggestions: Vec<String>,
    },
    /// A filter that is no glob.
    #[error("the filter \"{filter}\" is no valid glob: {reason}")]
    BadGlob {
        /// The filter.
        filter: String,
        /// Why not.
        reason: String,
    },
    /// A tag that no scenario has.
    #[error("no scenario has the tag \"{tag}\"{}", hint(.suggestions))]
    UnknownTag {
        /// The tag.
        tag: String,
        /// What may have been meant.
        suggestions: Vec<String>,
    },
    /// Filters and tags leave nothing over.
    #[error("filters and tags together leave no scenario; loosen one of them")]
    NothingLeft,
    /// A suite without scenarios.
    #[error("the suite in {root} has no scenarios; add one under scenarios/")]
    Empty {
        /// The suite's folder.
        root: String,
    },
    /// A scenario calls a skill that the suite lacks, or that calls itself.
    #[error("{file}:{line}: the skill \"{skill}\" cannot be expanded; run `nightshift check`")]
    Skill {
        /// The file of the call.
        file: String,
        /// Its line.
        line: u32,
        /// The skill.
        skill: String,
    },
}

/// Skills nest at most this deep; `spec` refuses cycles.
const DEEPEST: usize = 64;

fn hint(suggestions: &[String]) -> String {
    match suggestions {
        [] => "; `nightshift list` shows what there is".to_owned(),
        some => format!("; did you mean {}?", some.join(" or ")),
    }
}

/// What is run: filtered, skills expanded, product named, steps counted, in the suite's order.
///
/// # Errors
/// A filter or tag that matches nothing, with what may have been meant.
pub fn select(suite: &Suite, selection: &Selection) -> Result<Vec<Scenario>, PlanError> {
    if suite.scenarios.is_empty() {
        return Err(PlanError::Empty { root: suite.root.display().to_string() });
    }
    let chosen = filter::chosen(suite, selection)?;
    if chosen.is_empty() {
        return Err(PlanError::NothingLeft);
    }
    chosen.into_iter().map(|it| resolve(suite, it)).collect()
}

fn resolve(suite: &Suite, scenario: &Scenario) -> Result<Scenario, PlanError> {
    let mut steps = Vec::new();
    let mut finally = Vec::new();
    expand(suite, &scenario.steps, &[], &mut steps)?;
    expand(suite, &scenario.finally, &[], &mut finally)?;
    for (at, step) in steps.iter_mut().chain(&mut finally).enumerate() {
        step.index = at as u32 + 1;
    }
    let product = scenario.product.clone().or_else(|| suite.config.products.keys().next().cloned());
    Ok(Scenario { product, steps, finally, ..scenario.clone() })
}

/// Appends the steps with every skill call replaced by the skill's steps and checks.
fn expand(
    suite: &Suite,
    steps: &[Step],
    via: &[String],
    into: &mut Vec<Step>,
) -> Result<(), PlanError> {
    for step in steps {
        let Action::Use { skill: name, with } = &step.action else {
            into.push(Step { via: via.to_vec(), ..step.clone() });
            continue;
        };
        let skill = suite.skills.get(name).filter(|_| via.len() < DEEPEST).ok_or_else(|| {
            PlanError::Skill { file: step.file.clone(), line: step.line, skill: name.clone() }
        })?;
        let values = inputs(skill, with);
        let inner: Vec<Step> =
            skill.steps.iter().chain(&skill.ensures).map(|it| it.substituted(&values)).collect();
        let via: Vec<String> = via.iter().cloned().chain([name.clone()]).collect();
        expand(suite, &inner, &via, into)?;
    }
    Ok(())
}

/// The value of every input: what the caller gives, or the default.
fn inputs(skill: &Skill, with: &IndexMap<String, Template>) -> IndexMap<String, Template> {
    skill
        .inputs
        .iter()
        .filter_map(|(name, input)| {
            let value = with.get(name).or(input.default.as_ref())?;
            Some((name.clone(), value.clone()))
        })
        .collect()
}

#[cfg(test)]
mod tests;
