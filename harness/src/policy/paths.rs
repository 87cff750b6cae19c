//! Which files something that nobody wrote down may touch: those in the working folder, and of these
//! only what all who name paths name. About some of them a person may have to be asked.

use std::path::{Component, Path};

use super::PolicyDecision;
use super::commands::fits;
use crate::model::bounds::Bounds;
use crate::model::{Action, Template};

/// What stands for any further names, as the last part of a pattern.
const ANY_FURTHER: &str = "**";

/// Who names paths, and not one that the action touches; else who has a person asked about one.
pub(super) fn paths(action: &Action, bounds: &[Bounds]) -> Option<PolicyDecision> {
    let touched: Vec<&Template> = match action {
        Action::Upload { files, .. } => files.iter().collect(),
        Action::Download { save_as, .. } | Action::Print(save_as) => vec![save_as],
        Action::Run(run) => run.cwd.iter().collect(),
        _ => Vec::new(),
    };
    let mut named = bounds.iter().filter_map(|it| Some((it, it.paths.as_ref()?)));
    let denied = named.find_map(|(it, patterns)| {
        let is_other = |path: &&str| !patterns.iter().any(|pattern| is_named(path, pattern));
        let other = touched.iter().map(|path| path.raw()).find(is_other)?;
        Some(PolicyDecision::deny(format!("{} does not name the path {other:?}", it.of)))
    });
    denied.or_else(|| asked(&touched, bounds))
}

/// Who has a person asked about a path. One that leads upwards may be any.
fn asked(touched: &[&Template], bounds: &[Bounds]) -> Option<PolicyDecision> {
    bounds.iter().find_map(|it| {
        let may_be = |path: &str, pattern: &str| names(path).is_none() || is_named(path, pattern);
        let is_meant = |path: &&str| it.ask_paths.iter().any(|pattern| may_be(path, pattern));
        let path = touched.iter().map(|path| path.raw()).find(is_meant)?;
        Some(PolicyDecision::ask(format!("{} asks about the path {path:?}", it.of)))
    })
}

/// Whether a pattern names a path, name by name. Steps upwards are named by no pattern: where they
/// lead is not told by their letters.
fn is_named(path: &str, pattern: &str) -> bool {
    let (Some(path), Some(pattern)) = (names(path), names(pattern)) else { return false };
    let (pattern, any_further) = match pattern.split_last() {
        Some((last, before)) if *last == ANY_FURTHER => (before, true),
        Some(_) | None => (&pattern[..], false),
    };
    let enough = if any_further { path.len() > pattern.len() } else { path.len() == pattern.len() };
    enough && pattern.iter().zip(&path).all(|(pattern, name)| fits(pattern, name))
}

/// The names of a path within the working folder; `None` where it has others.
fn names(path: &str) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    for component in Path::new(path).components() {
        match component {
            Component::Normal(name) => names.push(name.to_str()?),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_names_paths_and_never_more_than_it_says() {
        assert!(is_named("orders.csv", "orders.csv"));
        assert!(is_named("./orders.csv", "*.csv"));
        assert!(!is_named("out/orders.csv", "*.csv"), "a star stays within a name");
        assert!(is_named("out/orders.csv", "out/*"));
        assert!(!is_named("out/a/orders.csv", "out/*"));
        assert!(is_named("out/a/orders.csv", "out/**"));
        assert!(!is_named("out", "out/**"));
        assert!(is_named("a", "**"));
        assert!(!is_named("orders.csv.sh", "*.csv"));
        for elsewhere in ["../a", "out/../a", "/a", "out/../../a"] {
            assert!(!is_named(elsewhere, "**"), "{elsewhere}");
        }
    }
}
