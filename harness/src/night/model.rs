//! [`model`]: the language model of a suite, for what asks it outside of a night.

use std::sync::Arc;

use indexmap::IndexMap;

use super::NightError;
use super::coder::Coder;
use super::means::backend;
use super::secrets::of_a_model;
use super::tools::ToolServer;
use super::walls::around_an_agent;
use crate::agent::backend::Backend;
use crate::ledger::Secrets;
use crate::model::Suite;

/// The model, and what must not be told to it; `tools` serves a coding agent that stands for one.
///
/// # Errors
/// The suite names none, its key has no value, what it is reached by cannot be read, or this machine has
/// no walls for a coding agent.
pub fn model(
    suite: &Suite,
    environment: &IndexMap<String, String>,
    tools: Option<&Arc<dyn ToolServer>>,
) -> Result<(Box<dyn Backend>, Secrets), NightError> {
    let secrets = of_a_model(suite, environment)?;
    let walled = around_an_agent(suite, environment).map_err(NightError::Usage)?;
    if let Some(coder) = Coder::of(&suite.config, &secrets, environment, tools, walled.as_ref()) {
        return Ok((Box::new(coder), secrets));
    }
    match backend(suite, &secrets)? {
        Some(backend) => Ok((backend, secrets)),
        None => Err(NightError::Usage("this suite has no language model".to_owned())),
    }
}
