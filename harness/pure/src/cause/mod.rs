//! [`causes`]: which changes have one cause. A graph: its nodes are the changes of a night, a change
//! that is seen many times is one of them; its edges come from [`rules`], none of which knows another;
//! a cause is what strong edges connect. Pure, and no result depends on the order of rules or input.
//!
//! What was suppressed and what was there before is set apart before anything is joined: an edge
//! between nodes of two [`Class`]es is never strong. [`evidence`] is what rules look at, [`graph`]
//! connects, `triage` makes findings of causes.
//!
//! The files:
//! - `evidence.rs`: `Evidence`: what rules look at: places, and changes, each once.
//! - `graph.rs`: connected components; weak edges as references.
//! - `node.rs`: what roles and names of the accessibility tree mean to rules.
//! - `rules/`: all rules; `docs/reference/rules.md` has a section for each.

pub mod evidence;
mod graph;
pub mod node;
pub mod rules;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::model::change::{Change, Identity};
use crate::model::comparison::Located;

pub use self::evidence::Evidence;
use self::graph::connect;

/// What is set apart before changes are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Class {
    /// Nobody knew of it before tonight.
    #[default]
    New,
    /// An earlier night had it.
    Known,
    /// A suppression covers it: which, by its position in the plan.
    Suppressed(usize),
}

/// Whether an edge makes two changes one cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Strength {
    /// They may have one cause; both findings say so, and neither swallows the other.
    Weak,
    /// The second follows from the first, and from one such cause at most: a consequence never
    /// ties two causes together.
    Follows,
    /// They have one cause.
    Strong,
}

/// Two nodes, and why a rule thinks that they have one cause.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Edge {
    /// One of them, by its position in [`Evidence::nodes`].
    pub from: usize,
    /// The other one.
    pub to: usize,
    /// Whether it joins them.
    pub strength: Strength,
    /// Why, as the end of "they are one finding because …".
    pub because: &'static str,
    /// The last node of the star that the edge is of, which tells it from other stars; `None` where it
    /// is of none.
    pub last: Option<usize>,
}

impl Edge {
    /// An edge that joins.
    #[must_use]
    pub fn strong(from: usize, to: usize, because: &'static str) -> Self {
        Self { from, to, strength: Strength::Strong, because, last: None }
    }

    /// An edge that joins a consequence to its cause, unless a better one has it.
    #[must_use]
    pub fn follows(cause: usize, effect: usize, because: &'static str) -> Self {
        Self { strength: Strength::Follows, ..Self::strong(cause, effect, because) }
    }

    /// An edge that only says "perhaps".
    #[must_use]
    pub fn weak(from: usize, to: usize, because: &'static str) -> Self {
        Self { strength: Strength::Weak, ..Self::strong(from, to, because) }
    }
}

/// Changes with one cause.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cause {
    /// Where they were seen, as positions among the spots.
    pub spots: BTreeSet<usize>,
    /// What they are.
    pub changes: BTreeSet<Identity>,
    /// What they are set apart by.
    pub class: Class,
    /// Why they are one, each reason once.
    pub because: BTreeSet<&'static str>,
    /// Other causes that may be the same, as positions in the list of causes.
    pub see_also: BTreeSet<usize>,
}

/// The causes of all that was seen, in order of their first spot; `class` sets apart.
#[must_use]
pub fn causes(spots: &[Located], class: &dyn Fn(&Located, &Change) -> Class) -> Vec<Cause> {
    let evidence = Evidence::of(spots, class);
    let edges = rules::ALL.iter().flat_map(|rule| (rule.edges)(&evidence)).collect();
    connect(&evidence, &edges)
}
