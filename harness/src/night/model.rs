//! [`model`]: the language model of a suite, for what asks it outside of a night.

use indexmap::IndexMap;

use super::NightError;
use super::means::backend;
use super::secrets::secrets_in;
use crate::agent::backend::Backend;
use crate::ledger::Secrets;
use crate::model::{Suite, Template};

/// The model, and what must not be told to it.
///
/// # Errors
/// The suite names none, its key has no value, or what it is reached by cannot be read.
pub fn model(
    suite: &Suite,
    environment: &IndexMap<String, String>,
) -> Result<(Box<dyn Backend>, Secrets), NightError> {
    let key = suite.config.agent.as_ref().and_then(|it| it.key.as_ref());
    let key = key.map(|name| Template::new(format!("${{secret:{name}}}")));
    let secrets = secrets_in(&suite.config, key.iter(), environment)?;
    match backend(suite, &secrets)? {
        Some(backend) => Ok((backend, secrets)),
        None => Err(NightError::Usage("this suite has no language model".to_owned())),
    }
}
