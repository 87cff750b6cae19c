//! Filters and tags: which scenarios of a suite are wanted.

use std::path::Path;

use globset::{GlobBuilder, GlobMatcher};

use super::{PlanError, Selection};
use crate::model::Scenario;
use crate::model::suite::Suite;

/// How many suggestions an error names.
const SUGGESTIONS: usize = 3;

/// The wanted scenarios in the suite's order.
pub(super) fn chosen<'s>(
    suite: &'s Suite,
    selection: &Selection,
) -> Result<Vec<&'s Scenario>, PlanError> {
    let filters =
        selection.filters.iter().map(|it| Filter::new(suite, it)).collect::<Result<Vec<_>, _>>()?;
    for filter in &filters {
        if !suite.scenarios.iter().any(|it| filter.takes(it)) {
            let ids = suite
                .scenarios
                .iter()
                .flat_map(|it| [it.id.as_str(), base(&it.id), it.file.as_str()]);
            return Err(PlanError::NoMatch {
                filter: filter.text.clone(),
                suggestions: near(&filter.text, ids),
            });
        }
    }
    for tag in &selection.tags {
        let tag = tag.trim_start_matches('!');
        let all = || suite.scenarios.iter().flat_map(|it| it.tags.iter().map(String::as_str));
        if !all().any(|it| it == tag) {
            return Err(PlanError::UnknownTag {
                tag: tag.to_owned(),
                suggestions: near(tag, all()),
            });
        }
    }
    let (out, wanted): (Vec<&str>, Vec<&str>) =
        selection.tags.iter().map(String::as_str).partition(|it| it.starts_with('!'));
    let has = |scenario: &Scenario, tag: &str| {
        scenario.tags.iter().any(|it| it == tag.trim_start_matches('!'))
    };
    Ok(suite
        .scenarios
        .iter()
        .filter(|it| filters.is_empty() || filters.iter().any(|filter| filter.takes(it)))
        .filter(|it| wanted.is_empty() || wanted.iter().any(|tag| has(it, tag)))
        .filter(|it| !out.iter().any(|tag| has(it, tag)))
        .collect())
}

/// The scenario's own id, without the key of a row.
fn base(id: &str) -> &str {
    id.split('/').next().unwrap_or(id)
}

struct Filter {
    text: String,
    glob: GlobMatcher,
    /// A file or folder relative to the suite root, with `/`.
    path: String,
}

impl Filter {
    fn new(suite: &Suite, text: &str) -> Result<Self, PlanError> {
        let glob = GlobBuilder::new(text).literal_separator(false).build().map_err(|error| {
            PlanError::BadGlob { filter: text.to_owned(), reason: error.kind().to_string() }
        })?;
        Ok(Self { text: text.to_owned(), glob: glob.compile_matcher(), path: below(suite, text) })
    }

    fn takes(&self, scenario: &Scenario) -> bool {
        let ids = [scenario.id.as_str(), base(&scenario.id)];
        ids.iter().any(|it| *it == self.text || self.glob.is_match(it))
            || scenario.file == self.path
            || scenario.file.strip_prefix(&self.path).is_some_and(|rest| rest.starts_with('/'))
            // The suite's folder itself.
            || self.path == "."
    }
}

/// The filter as a path relative to the suite root, where it can be one.
fn below(suite: &Suite, text: &str) -> String {
    // A path is looked for from the current folder first, as every other program does.
    let here = Path::new(text).canonicalize().ok();
    let inner = here.as_deref().and_then(|it| it.strip_prefix(&suite.root).ok());
    let path = inner.unwrap_or(Path::new(text));
    let parts: Vec<_> = path
        .components()
        .filter(|it| *it != std::path::Component::CurDir)
        .map(|it| it.as_os_str().to_string_lossy())
        .collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

/// The nearest words, best first.
fn near<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Vec<String> {
    let limit = 1 + word.chars().count() / 3;
    let mut scored: Vec<(usize, &str)> = known
        .map(|it| {
            let distance = strsim::damerau_levenshtein(word, it);
            // A part of an id is a good guess however long the id is.
            let distance =
                if word.len() > 2 && it.contains(word) { distance.min(1) } else { distance };
            (distance, it)
        })
        .filter(|(distance, _)| *distance <= limit)
        .collect();
    scored.sort_unstable();
    scored.dedup();
    scored.into_iter().take(SUGGESTIONS).map(|(_, it)| format!("\"{it}\"")).collect()
}
