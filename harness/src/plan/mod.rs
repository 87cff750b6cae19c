//! [`select`]: from a suite to what is run tonight, in order, with skills expanded.
//!
//! It works on what `spec` validated, so that an unknown skill here is a broken promise and an
//! error of its own, never a panic.
//!
//! The files:
//! - `cast.rs`: who takes part: the products that a scenario uses, and its sessions.
//! - `expand.rs`: expands skills and rows, numbers the steps, gives `type` and `snapshot` to the
//!   terminal.
//! - `filter.rs`: filters and tags.
//! - `goals.rs`: names the checkpoints that hold recordings.
//! - `order.rs`: the order of a night with a deadline, and what still fits.
//! - `shard.rs`: who of several machines runs which scenario.
//! - `owners.rs`: who answers for a path, as a CODEOWNERS file says.

mod cast;
mod expand;
mod filter;
mod goals;
mod order;
mod owners;
mod shard;

use crate::model::Scenario;
use crate::model::suite::Suite;

pub use cast::sessions;
pub use order::{fits, order, usual_ms};
pub use owners::Owners;
pub use shard::{Weights, split, weights};

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
    /// A scenario that has too many steps once everything in it is expanded.
    #[error(
        "{file}:{line}: with its skills and rows expanded, the scenario has more than {most} steps here; split it"
    )]
    TooLong {
        /// The file of the step that is one too many.
        file: String,
        /// Its line.
        line: u32,
        /// How many steps there may be.
        most: usize,
    },
}

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
    let policy = scenario.policy.as_ref();
    let mut steps = expand::steps(suite, policy, &scenario.before)?;
    steps.extend(expand::steps(suite, policy, &scenario.steps)?);
    let mut finally = expand::steps(suite, policy, &scenario.finally)?;
    let last = expand::number(&mut steps, 0);
    expand::number(&mut finally, last);
    expand::give_to_terminal(&mut steps, &mut finally);
    goals::name(&mut steps);
    let product = scenario.product.clone().or_else(|| suite.config.products.keys().next().cloned());
    let mut resolved = Scenario { product, before: Vec::new(), steps, finally, ..scenario.clone() };
    cast::name_products(suite, &mut resolved);
    Ok(resolved)
}

#[cfg(test)]
mod tests;
