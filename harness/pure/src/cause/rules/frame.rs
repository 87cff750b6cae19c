//! Lines of a stack trace of which only the place in the source changed follow from any change of
//! that source, wherever they are printed.

use super::{Rule, star};
use crate::cause::evidence::Node;
use crate::cause::{Edge, Evidence};
use crate::model::moved::is_quoted;

pub(super) const RULE: Rule = Rule { id: "frame", edges };

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let is_trace = |node: &Node<'_>| node.identity.is_trace() || is_quoted(node.change());
    let nodes = evidence.nodes.iter().enumerate();
    let traces = nodes.filter(|(_, node)| is_trace(node)).map(|it| it.0);
    star(traces, "only the place in the source is another")
}
