//! [`Setting`]: what all clients of a server share.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::model::Suite;
use crate::night::{Invitation, RunOptions, Stop};
use crate::spec::{self, Overrides};

/// What all clients of a server share.
#[derive(Debug)]
pub struct Setting {
    /// The suite's folder.
    pub root: PathBuf,
    /// What was given on the command line for its configuration.
    pub overrides: Overrides,
    /// How products are brought up.
    pub options: RunOptions,
    /// Which product clients use.
    pub invitation: Invitation,
    /// Ends everything.
    pub stop: Stop,
    /// What still cleans up behind clients that have left.
    pub leaving: Mutex<Vec<JoinHandle<()>>>,
}

impl Setting {
    /// The suite as it is now.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn suite(&self) -> Result<Suite, String> {
        let loaded = spec::load(&self.root, &self.overrides);
        loaded.map_err(|error| format!("the suite cannot be read: {error}"))
    }

    /// Waits until everything behind clients is cleaned up. Blocks.
    pub fn wait(&self) {
        let leaving =
            std::mem::take(&mut *self.leaving.lock().unwrap_or_else(PoisonError::into_inner));
        for it in leaving {
            // A panic there was told where it happened.
            let _ = it.join();
        }
    }
}
