//! Lines of a stack trace of which only the place in the source changed follow from any change of
//! that source, wherever they are printed.

use super::{Rule, star};
use crate::cause::{Edge, Evidence};

pub(super) const RULE: Rule = Rule { id: "frame", edges };

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let nodes = evidence.nodes.iter().enumerate();
    let traces = nodes.filter(|(_, node)| node.identity.is_trace()).map(|it| it.0);
    star(traces, "only the place in the source is another")
}
