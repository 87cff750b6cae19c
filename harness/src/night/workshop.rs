//! [`Workshop`]: where the products of a suite are made ready, and with which environments.

use std::path::PathBuf;

use super::RunOptions;
use super::shake::Shake;
use crate::model::Suite;
use crate::model::suite::ProductConfig;
use crate::process::Environment;
use crate::product::{Setting, builds_folder};

/// Where and with what the products of a suite are made ready.
pub(super) struct Workshop {
    root: PathBuf,
    state: PathBuf,
    builds: PathBuf,
    /// What setup commands get.
    setup: Environment,
    /// What products and their commands get.
    allowed: Environment,
}

impl Workshop {
    /// That of a night.
    pub(super) fn of(suite: &Suite, options: &RunOptions) -> Self {
        let ours = || options.environment.clone();
        let everything: Vec<String> = options.environment.keys().cloned().collect();
        let shaken = options.shake.as_ref().map(Shake::variables).unwrap_or_default();
        Self {
            root: suite.root.clone(),
            state: suite.root.join(".nightshift"),
            builds: builds_folder(&|name| options.environment.get(name).cloned()),
            setup: Environment::allowed(ours(), &everything),
            allowed: Environment::allowed(ours(), &suite.config.pass_env).with_all(shaken),
        }
    }

    /// The place for one product, and for one of its builds where it has some.
    pub(super) fn setting<'a>(
        &'a self,
        name: &'a str,
        config: &'a ProductConfig,
        build: Option<&'a str>,
    ) -> Setting<'a> {
        Setting {
            name,
            config,
            suite_root: &self.root,
            state: &self.state,
            builds: &self.builds,
            build,
            setup_environment: &self.setup,
            environment: &self.allowed,
        }
    }
}
