//! [`connect`]: the connected components over strong edges; weak ones become references.

use std::collections::{BTreeMap, BTreeSet};

use super::{Cause, Edge, Evidence, Strength};

/// The causes that edges make of the nodes, in order of their first spot and first change.
#[must_use]
pub fn connect(evidence: &Evidence<'_>, edges: BTreeSet<Edge>) -> Vec<Cause> {
    let nodes = &evidence.nodes;
    let apart = |edge: &Edge| nodes[edge.from].class != nodes[edge.to].class;
    let is_strong = |edge: &&Edge| edge.strength == Strength::Strong && !apart(edge);
    let mut sets = Sets::of(nodes.len());
    edges.iter().filter(is_strong).for_each(|it| sets.join(it.from, it.to));
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for node in 0..nodes.len() {
        members.entry(sets.root(node)).or_default().push(node);
    }
    let mut all: Vec<(Vec<usize>, Cause)> = members
        .into_values()
        .map(|own| {
            let cause = Cause {
                spots: own.iter().flat_map(|it| nodes[*it].spots()).collect(),
                changes: own.iter().map(|it| nodes[*it].identity.clone()).collect(),
                class: nodes[own[0]].class,
                ..Cause::default()
            };
            (own, cause)
        })
        .collect();
    all.sort_by(|a, b| (a.1.spots.first(), &a.1.changes).cmp(&(b.1.spots.first(), &b.1.changes)));
    let mut holder = vec![0; nodes.len()];
    for (index, (own, _)) in all.iter().enumerate() {
        own.iter().for_each(|node| holder[*node] = index);
    }
    let mut causes: Vec<Cause> = all.into_iter().map(|it| it.1).collect();
    for edge in &edges {
        let (from, to) = (holder[edge.from], holder[edge.to]);
        if from != to {
            causes[from].see_also.insert(to);
            causes[to].see_also.insert(from);
        } else if is_strong(&edge) {
            causes[from].because.insert(edge.because);
        }
    }
    causes
}

/// Disjoint sets, by the smallest of their members.
struct Sets {
    parent: Vec<usize>,
}

impl Sets {
    fn of(count: usize) -> Self {
        Self { parent: (0..count).collect() }
    }

    fn root(&mut self, mut at: usize) -> usize {
        while self.parent[at] != at {
            self.parent[at] = self.parent[self.parent[at]];
            at = self.parent[at];
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.parent[a.max(b)] = a.min(b);
    }
}
