//! [`Setting`]: what all clients of a server share.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::watch;

use crate::model::Suite;
use crate::night::{Before, Invitation, RunOptions, Stop};
use crate::spec::{self, Overrides};

/// How long clients may take to leave once they must.
const LEAVING: Duration = Duration::from_secs(10);

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
    /// What the first client that uses the product goes on from.
    pub before: Mutex<Option<Before>>,
    /// Ends everything.
    pub stop: Stop,
    /// How many clients there are.
    pub clients: watch::Sender<usize>,
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

    /// What a client goes on from, which nobody else has then.
    pub fn take_before(&self) -> Option<Before> {
        self.before.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Leaves it to whoever comes next.
    pub fn give_back(&self, before: Before) {
        *self.before.lock().unwrap_or_else(PoisonError::into_inner) = Some(before);
    }

    /// Waits until all clients have left and everything behind them is cleaned up.
    pub async fn empty(self: &Arc<Self>) {
        let mut clients = self.clients.subscribe();
        let left = clients.wait_for(|it| *it == 0);
        if tokio::time::timeout(LEAVING, left).await.is_err() {
            tracing::warn!("a client does not leave; what it used is ended by the next night");
        }
        let behind = self.clone();
        // A panic there was told where it happened.
        let _ = tokio::task::spawn_blocking(move || behind.clean()).await;
    }

    /// Waits for what cleans up. Blocks.
    fn clean(&self) {
        let leaving =
            std::mem::take(&mut *self.leaving.lock().unwrap_or_else(PoisonError::into_inner));
        for it in leaving {
            // A panic there was told where it happened.
            let _ = it.join();
        }
    }
}
