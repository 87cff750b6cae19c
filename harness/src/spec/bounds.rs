//! Reading what may be proposed towards a goal.

use super::complaint::Pos;
use super::grammar;
use super::node::Node;
use super::reader::{Fields, Reader, one_or_many};
use crate::model::bounds::{ActKind, Bounds};

impl Reader {
    /// What may be proposed, as `of` says.
    pub(crate) fn bounds(&mut self, node: &Node, of: &str) -> Option<Bounds> {
        let fields = self.object(node, &grammar::POLICY)?;
        let allow = fields.get("allow").map(|it| self.act_kinds(it, "\"allow\""));
        let deny = fields.get("deny").map(|it| self.act_kinds(it, "\"deny\"")).unwrap_or_default();
        let ask = fields.get("ask").map(|it| self.act_kinds(it, "\"ask\"")).unwrap_or_default();
        Some(Bounds { of: of.to_owned(), allow, ask, deny })
    }

    /// What may be proposed, as a scenario or a skill of this name says.
    pub(crate) fn policy(
        &mut self,
        fields: &Fields<'_>,
        kind: &str,
        name: Option<&(String, Pos)>,
    ) -> Option<Bounds> {
        let name = name.map_or("", |it| it.0.as_str());
        fields.get("policy").and_then(|it| self.bounds(it, &format!("{kind} {name}")))
    }

    fn act_kinds(&mut self, node: &Node, what: &str) -> Vec<ActKind> {
        let mut kinds = Vec::new();
        for it in one_or_many(node) {
            let what = format!("action of {what}");
            let word = self.choice(it, &what, grammar::act_kinds());
            kinds.extend(ActKind::ALL.into_iter().find(|kind| Some(kind.word()) == word));
        }
        kinds
    }
}
