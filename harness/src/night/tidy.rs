//! What should be tidied up in a suite: gathers what [`hygiene`] looks at.

use chrono::NaiveDate;

use crate::baseline;
use crate::hygiene::{self, Material};
use crate::model::Suite;
use crate::model::hygiene::Remark;
use crate::plan::{self, Selection};

use super::NightError;

/// The remarks on a suite, whatever of it is selected.
///
/// # Errors
/// The suite cannot be planned, or its baselines cannot be read.
pub fn remarks(suite: &Suite, today: NaiveDate) -> Result<Vec<Remark>, NightError> {
    let scenarios = plan::select(suite, &Selection::default())?;
    let loaded = baseline::load(&suite.root, &scenarios)?;
    let orphans: Vec<String> = baseline::orphans(&suite.root, &scenarios)?
        .into_iter()
        .map(|it| it.strip_prefix(&suite.root).map_or(it.clone(), std::path::Path::to_owned))
        .map(|it| it.display().to_string())
        .collect();
    Ok(hygiene::remarks(&Material {
        suite,
        scenarios: &scenarios,
        baselines: &loaded.baselines,
        orphans: &orphans,
        dead_redactions: &[],
        today,
    })?)
}
