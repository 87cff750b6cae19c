//! [`shell`]: a shell on our own terminal, for a person who looks around.

use std::path::Path;
use std::process::Command;

use super::owner::TREE_VARIABLE;
use super::{Cookie, Environment, Exit, ProcessError, kill_stragglers};

/// Runs `program` on our standard input and outputs until the person ends it, then ends whatever
/// it left behind. Blocks.
///
/// # Errors
/// It cannot be started.
pub fn shell(
    program: &str,
    folder: &Path,
    environment: &Environment,
) -> Result<Exit, ProcessError> {
    let cookie = Cookie::new();
    let status = Command::new(program)
        .current_dir(folder)
        .env_clear()
        .envs(environment.to_vec())
        .env(TREE_VARIABLE, cookie.value())
        .status();
    kill_stragglers(&cookie);
    status.map(Exit::from).map_err(|source| ProcessError::Io {
        what: format!("cannot start the shell {program} in {}", folder.display()),
        source,
    })
}
