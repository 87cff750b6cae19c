//! [`Policy::decide_proposed`]: what becomes of an action that nobody wrote down: the reader of plain
//! words, a recording or a model came up with it. What no rule allows is denied.
//!
//! It rests on nothing that a page or a model says: the action is one of a closed list, and each rule
//! looks at that action alone; one looks at the address, too, at which the browser stands.

use super::paths::paths;
use super::{Policy, PolicyDecision, Ruling, inside};
use crate::model::bounds::{ActKind, Bounds};
use crate::model::{Action, Template};

/// How a reference to a secret begins.
const SECRET: &str = "${secret:";

/// An action that somebody proposed.
#[derive(Debug, Clone, Copy)]
pub struct Proposed<'a> {
    /// As it would be carried out.
    pub filled: &'a Action,
    /// The same with each secret as `${secret:NAME}`.
    pub told: &'a Action,
    /// The address of the page on which it would be done, where somebody names origins.
    pub at: Option<&'a str>,
    /// What the suite, the skills around the step and the scenario say of it.
    pub bounds: &'a [Bounds],
}

impl Policy {
    /// What becomes of an action that was proposed. The strictest rule that it meets wins; where
    /// none allows it, it is denied.
    #[must_use]
    pub fn decide_proposed(&self, proposed: Proposed<'_>) -> PolicyDecision {
        if let Action::Run(run) = proposed.filled {
            let rules = [
                Some(self.proposed_command(run, proposed.bounds)),
                paths(proposed.filled, proposed.bounds),
                misplaced_secret(proposed.told),
            ];
            return as_proposed(PolicyDecision::strictest(rules.into_iter().flatten()));
        }
        let Some(kind) = proposed.filled.act_kind() else {
            let what = proposed.told.describe();
            return PolicyDecision::deny(format!(
                "{what:?} can be written and never proposed: only what uses a page can"
            ));
        };
        let of_files = match proposed.filled {
            Action::Upload { files, .. } => {
                PolicyDecision::strictest(files.iter().map(|it| inside("a file", it.raw())))
            }
            _ => None,
        };
        let rules = [
            Some(bounded(kind, proposed.bounds)),
            Some(self.decide_written(proposed.filled)),
            self.own_pages(proposed.filled, proposed.bounds),
            self.origins(proposed),
            paths(proposed.filled, proposed.bounds),
            misplaced_secret(proposed.told),
            unnamed_secret(proposed.told, proposed.bounds),
            of_files,
        ];
        let first = bounded(kind, proposed.bounds);
        as_proposed(PolicyDecision::strictest(rules.into_iter().flatten()).or(Some(first)))
    }
}

/// A decision that says of what it is one.
fn as_proposed(decision: Option<PolicyDecision>) -> PolicyDecision {
    let decision = decision.unwrap_or_else(|| PolicyDecision::deny("no rule allows it"));
    match decision.ruling {
        Ruling::Allow => decision,
        Ruling::Ask | Ruling::Deny => {
            PolicyDecision { rule: format!("proposed, {}", decision.rule), ..decision }
        }
    }
}

/// What all who have a say allow: of those, the narrowest speaks.
fn bounded(kind: ActKind, bounds: &[Bounds]) -> PolicyDecision {
    let word = kind.word();
    if let Some(it) = bounds.iter().find(|it| it.deny.contains(&kind)) {
        return PolicyDecision::deny(format!("{} denies {word}", it.of));
    }
    let says = |it: &&Bounds| it.allow.is_some();
    let asks = |it: &&Bounds| it.ask.contains(&kind);
    let without =
        |it: &&Bounds| it.allow.as_ref().is_some_and(|kinds| !kinds.contains(&kind)) && !asks(it);
    if let Some(it) = bounds.iter().find(without) {
        return PolicyDecision::deny(format!("{} does not allow {word}", it.of));
    }
    // What moves files is allowed by the suite alone: a skill or scenario can only narrow.
    let by_suite =
        bounds.iter().filter(|it| says(it) || asks(it)).find(|it| it.of == Bounds::SUITE);
    if let Some(it) = bounds.iter().find(asks).filter(|_| by_suite.is_some() || kind.is_usual()) {
        return PolicyDecision::ask(format!("{} asks about {word}", it.of));
    }
    match (by_suite, kind.is_usual()) {
        (Some(it), _) => PolicyDecision::allow(format!("{} allows {word}", it.of)),
        (None, true) => {
            let narrowest = bounds.iter().rfind(says).map(|it| it.of.as_str());
            let who = narrowest.unwrap_or("what uses a page is usual, and nobody narrows it: it");
            PolicyDecision::allow(format!("{who} allows {word}"))
        }
        (None, false) => PolicyDecision::deny(format!(
            "{word} is not usual; allow it by `policy: {{ allow: […, {word}] }}` in nightshift.yaml"
        )),
    }
}

/// A secret goes into a field and nowhere else: not into addresses, names of things or keys.
fn misplaced_secret(told: &Action) -> Option<PolicyDecision> {
    let without_values = match told {
        Action::Fill(fields) => {
            let empty = |it: &crate::model::scenario::FieldValue| {
                crate::model::scenario::FieldValue { value: Template::new(""), ..it.clone() }
            };
            Action::Fill(fields.iter().map(empty).collect())
        }
        Action::Type { into, .. } | Action::Paste { into, .. } => {
            Action::Type { text: Template::new(""), into: into.clone() }
        }
        other => other.clone(),
    };
    let text = serde_json::to_string(&without_values).unwrap_or_else(|_| SECRET.to_owned());
    text.contains(SECRET).then(|| {
        PolicyDecision::deny("a secret may go into a field, and not into an address or a name")
    })
}

/// A skill or scenario that names secrets names all that go into a field within it. What the suite
/// names is for who comes from outside: the words of a goal may name others.
fn unnamed_secret(told: &Action, bounds: &[Bounds]) -> Option<PolicyDecision> {
    let text = serde_json::to_string(told).unwrap_or_else(|_| SECRET.to_owned());
    let used: Vec<&str> =
        text.split(SECRET).skip(1).filter_map(|it| it.split('}').next()).collect();
    bounds.iter().filter(|it| it.of != Bounds::SUITE).find_map(|it| {
        let named = it.secrets.as_ref()?;
        let other = used.iter().find(|name| !named.iter().any(|it| it == *name))?;
        Some(PolicyDecision::deny(format!("{} does not name the secret {other}", it.of)))
    })
}
