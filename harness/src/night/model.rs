//! [`model`]: the language model of a suite, for what asks it outside of a night.

use indexmap::IndexMap;

use super::NightError;
use super::means::backend;
use super::secrets::of_a_model;
use crate::agent::backend::Backend;
use crate::ledger::Secrets;
use crate::model::Suite;

/// The model, and what must not be told to it.
///
/// # Errors
/// The suite names none, its key has no value, or what it is reached by cannot be read.
pub fn model(
    suite: &Suite,
    environment: &IndexMap<String, String>,
) -> Result<(Box<dyn Backend>, Secrets), NightError> {
    let secrets = of_a_model(suite, environment)?;
    match backend(suite, &secrets)? {
        Some(backend) => Ok((backend, secrets)),
        None => Err(NightError::Usage("this suite has no language model".to_owned())),
    }
}
