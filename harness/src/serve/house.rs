//! [`House`]: what is served: a suite, the folder of its nights, and what only others can do.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::review::Desk;
use crate::review::web::mount::Decides;

/// Judges a night and lays it out for review, or says why it cannot be.
pub type MakeDesk = dyn Fn(&Path) -> Result<Desk, String> + Send;

/// What is served.
pub struct House {
    /// The suite's folder.
    pub root: PathBuf,
    /// The folder of its nights.
    pub nights: PathBuf,
    /// The branch whose nights are shown unless another is asked for; that of the newest night
    /// where none is named.
    pub branch: Option<String>,
    /// Since when a night of the suite runs; `None` where none does.
    pub running: Box<dyn Fn() -> Option<SystemTime> + Send>,
    /// A night, judged and laid out for review; or why it cannot be.
    pub desk: Box<MakeDesk>,
    /// Whether somebody may decide on these pages.
    pub decides: Decides,
}

impl House {
    /// The name of the suite: that of its folder.
    #[must_use]
    pub fn name(&self) -> String {
        let root = self.root.canonicalize().unwrap_or_else(|_| self.root.clone());
        root.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default()
    }
}
