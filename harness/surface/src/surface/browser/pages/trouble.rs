//! [`Trouble`]: why a step of an action did not come to its end, and [`Step`], what one answers.

use crate::model::Outcome;
use crate::model::event::Failure;
use crate::surface::SurfaceError;

/// Why a step did not come to its end.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// It says something of the product.
    Failed(Failure),
    /// It does not.
    Lost(SurfaceError),
}

impl From<SurfaceError> for Trouble {
    fn from(error: SurfaceError) -> Self {
        Self::Lost(error)
    }
}

/// A step of an action.
pub(crate) type Step<T> = Result<T, Trouble>;

/// A failure of the page to be what was expected.
pub(crate) fn failed(expected: impl Into<String>, actual: impl Into<String>) -> Trouble {
    Trouble::Failed(Failure {
        outcome: Outcome::Failed,
        expected: expected.into(),
        actual: actual.into(),
    })
}

/// A page that is dead.
pub(crate) fn crashed(expected: &str) -> Trouble {
    Trouble::Failed(Failure {
        outcome: Outcome::Crashed,
        expected: expected.to_owned(),
        actual: "the page crashed".to_owned(),
    })
}
