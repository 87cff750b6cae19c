//! What came of a click: one that no listener of the page hears and that changes nothing was lost, or
//! had nothing to do. The step passes, its record says so, and so does what fails because of it.
//!
//! `preload.js` knows who listens and what changed inside of the page, [`crate::surface::browser::events::record`] what the
//! browser did beyond it.

use crate::model::Action;
use crate::model::event::Failure;
use crate::surface::browser::events::record::State;

/// Counts of what a deed can bring about outside of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outside {
    tabs: usize,
    downloads: usize,
    choosers: usize,
    requests: u64,
    dialog: bool,
}

impl State {
    /// What happened so far outside of the document.
    pub(crate) fn outside(&self) -> Outside {
        Outside {
            tabs: self.opened.len(),
            downloads: self.downloads.len(),
            choosers: self.choosers.len(),
            requests: self.underway.begun(),
            dialog: self.dialog.is_some(),
        }
    }
}

/// What is said of a click that met nothing.
#[derive(Debug, Default)]
pub(crate) struct Unheard {
    /// Until another deed succeeds: for what fails because of it.
    standing: Option<String>,
    /// For the record of the step itself.
    fresh: Option<String>,
}

impl Unheard {
    /// A click has met nothing, as these words say.
    pub(crate) fn of(said: String) -> Self {
        Self { standing: Some(said.clone()), fresh: Some(said) }
    }

    /// What is said of the step that has just passed, once.
    pub(crate) fn fresh(&mut self) -> Option<String> {
        self.fresh.take()
    }

    /// What a step that begins now may fail because of.
    pub(crate) fn before(&mut self, action: &Action) -> Option<String> {
        self.fresh = None;
        if action.only_looks() { self.standing.clone() } else { self.standing.take() }
    }
}

/// A failure, with the click before it that met nothing.
pub(crate) fn blamed(mut failure: Failure, before: Option<String>) -> Failure {
    if let Some(said) = before {
        failure.actual = format!("{}; before that, {said}", failure.actual);
    }
    failure
}
