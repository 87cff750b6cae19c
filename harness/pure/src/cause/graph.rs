//! [`connect`]: the connected components over strong edges, each consequence with one of its causes;
//! weak edges become references.

use std::collections::{BTreeMap, BTreeSet};

use super::{Cause, Edge, Evidence, Strength};

/// The causes that edges make of the nodes, in order of their first spot and first change.
#[must_use]
pub fn connect(evidence: &Evidence<'_>, edges: &BTreeSet<Edge>) -> Vec<Cause> {
    let nodes = &evidence.nodes;
    let edges = &(edges | &of_stars(evidence, edges));
    let is_one = |edge: &Edge| nodes[edge.from].class == nodes[edge.to].class;
    let mut sets = Sets::of(nodes.len());
    let strong = edges.iter().filter(|it| it.strength == Strength::Strong && is_one(it));
    strong.for_each(|it| sets.join(it.from, it.to));
    let follows: Vec<&Edge> =
        edges.iter().filter(|it| it.strength == Strength::Follows && is_one(it)).collect();
    for (cause, effect) in attached(evidence, &mut sets, &follows) {
        sets.join(cause, effect);
    }
    let (mut causes, holder) = components(evidence, &mut sets);
    for edge in edges {
        let (from, to) = (holder[edge.from], holder[edge.to]);
        if from != to {
            causes[from].see_also.insert(to);
            causes[to].see_also.insert(from);
        } else if edge.strength != Strength::Weak {
            causes[from].because.insert(edge.because);
        }
    }
    causes
}

/// The edges that stars need where their first node is set apart. A star joins its nodes by the first;
/// where that is of another class, the others of one class are joined by the first of them.
fn of_stars(evidence: &Evidence<'_>, edges: &BTreeSet<Edge>) -> BTreeSet<Edge> {
    let class = |node: usize| evidence.nodes[node].class;
    let mut firsts = BTreeMap::new();
    let mut found = BTreeSet::new();
    let set_apart = |it: &&Edge| it.strength == Strength::Strong && class(it.from) != class(it.to);
    for edge in edges.iter().filter(set_apart).filter(|it| it.last.is_some()) {
        let key = (edge.from, edge.last, edge.because, class(edge.to));
        let first = *firsts.entry(key).or_insert(edge.to);
        if first != edge.to {
            found.insert(Edge::strong(first, edge.to, edge.because));
        }
    }
    found
}

/// The causes in their order, and for each node the position of its cause.
fn components(evidence: &Evidence<'_>, sets: &mut Sets) -> (Vec<Cause>, Vec<usize>) {
    let nodes = &evidence.nodes;
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
        for node in own {
            holder[*node] = index;
        }
    }
    (all.into_iter().map(|it| it.1).collect(), holder)
}

/// For each set of nodes that are all consequences, the one cause that it is joined to: the one
/// with which most of its places are shared. Two nodes each, of the cause and of the effect.
fn attached(evidence: &Evidence<'_>, sets: &mut Sets, follows: &[&Edge]) -> Vec<(usize, usize)> {
    let roots: Vec<usize> = (0..evidence.nodes.len()).map(|node| sets.root(node)).collect();
    let mut causes: BTreeMap<usize, BTreeMap<usize, BTreeSet<usize>>> = BTreeMap::new();
    let mut effects: BTreeSet<usize> = BTreeSet::new();
    for edge in follows {
        let (cause, effect) = (roots[edge.from], roots[edge.to]);
        if cause != effect {
            effects.insert(edge.to);
            let there: BTreeSet<usize> = evidence.nodes[edge.from].spots().collect();
            let shared = evidence.nodes[edge.to].spots().filter(|it| there.contains(it));
            causes.entry(effect).or_default().entry(cause).or_default().extend(shared);
        }
    }
    let mut own: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (node, root) in roots.iter().enumerate() {
        own.entry(*root).or_default().push(node);
    }
    let mut parent: BTreeMap<usize, usize> = BTreeMap::new();
    // Sets are told apart by their first identity, which is the same in any order of the input.
    for (effect, candidates) in causes {
        if !own[&effect].iter().all(|node| effects.contains(node)) {
            continue;
        }
        let mut ranked: Vec<(usize, usize)> =
            candidates.iter().map(|(cause, spots)| (spots.len(), *cause)).collect();
        ranked.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let fits = ranked.into_iter().find(|it| !leads_to(&parent, it.1, effect));
        if let Some((_, cause)) = fits {
            parent.insert(effect, cause);
        }
    }
    parent.into_iter().map(|(effect, cause)| (cause, effect)).collect()
}

/// Whether a set follows, over any number of steps, from another one.
fn leads_to(parent: &BTreeMap<usize, usize>, mut from: usize, to: usize) -> bool {
    while from != to {
        match parent.get(&from) {
            Some(next) => from = *next,
            None => return false,
        }
    }
    true
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
