//! Reading the gate: which verdicts fail it, and the rules for branches.

use super::grammar;
use super::node::Node;
use super::reader::Reader;
use crate::model::suite::{GateConfig, GateRule};
use crate::model::verdict::{Because, Verdict};

/// Reads `gate`.
pub(crate) fn read(reader: &mut Reader, node: Option<&Node>) -> GateConfig {
    let mut gate = GateConfig::default();
    let Some(fields) = node.and_then(|it| reader.object(it, &grammar::GATE)) else { return gate };
    if let Some(node) = fields.get("fail-on") {
        gate.fail_on = verdicts(reader, node);
    }
    if let Some(share) =
        fields.get("judged-at-least").and_then(|it| reader.percent(it, "\"judged-at-least\""))
    {
        gate.judged_at_least = share;
    }
    if let Some(node) = fields.get("fail-on-unjudged") {
        gate.fail_on_unjudged = reasons(reader, node);
    }
    if let Some(node) = fields.get("rules") {
        let items = reader.list(node, "\"rules\"");
        gate.rules = items.iter().filter_map(|it| rule(reader, it, &gate.fail_on)).collect();
    }
    gate
}

fn verdicts(reader: &mut Reader, node: &Node) -> Vec<Verdict> {
    let items = reader.list(node, "\"fail-on\"");
    items
        .iter()
        .filter_map(|it| Verdict::from_word(reader.choice(it, "verdict", grammar::verdicts())?))
        .collect()
}

/// The reasons for which a scenario could not be judged.
fn reasons(reader: &mut Reader, node: &Node) -> Vec<Because> {
    let items = reader.list(node, "\"fail-on-unjudged\"");
    items
        .iter()
        .filter_map(|it| Because::from_word(reader.choice(it, "reason", grammar::reasons())?))
        .collect()
}

fn rule(reader: &mut Reader, node: &Node, general: &[Verdict]) -> Option<GateRule> {
    let fields = reader.object(node, &grammar::GATE_RULE)?;
    let branch = fields.get("branch").and_then(|node| {
        let text = reader.words(node, "\"branch\"")?;
        if let Err(error) = globset::Glob::new(text) {
            reader.complain(
                node.pos,
                format!("\"{text}\" is no valid glob"),
                Some(error.kind().to_string()),
            );
            return None;
        }
        Some(text.to_owned())
    });
    let fail_on = fields.get("fail-on").and_then(|it| changed(reader, it, general));
    let judged_at_least =
        fields.get("judged-at-least").and_then(|it| reader.percent(it, "\"judged-at-least\""));
    let fail_on_unjudged = fields.get("fail-on-unjudged").map(|it| reasons(reader, it));
    Some(GateRule { branch: branch?, fail_on, judged_at_least, fail_on_unjudged })
}

/// The verdicts of a rule: all with `+` or `-`, as a change of the general ones, or none.
fn changed(reader: &mut Reader, node: &Node, general: &[Verdict]) -> Option<Vec<Verdict>> {
    let items = reader.list(node, "\"fail-on\"");
    let mut signed = Vec::new();
    for item in items {
        let word = reader.choice(item, "verdict", grammar::verdicts_with_signs())?;
        let sign = word.chars().next().filter(|it| matches!(it, '+' | '-'));
        let bare = word.trim_start_matches(['+', '-']);
        signed.push((sign, Verdict::from_word(bare)?));
    }
    if signed.iter().all(|(sign, _)| sign.is_none()) {
        return Some(signed.into_iter().map(|(_, verdict)| verdict).collect());
    }
    if signed.iter().any(|(sign, _)| sign.is_none()) {
        reader.advise(
            node.pos,
            "some verdicts here have a sign and some have none",
            "write `+` and `-` before all of them, or before none",
        );
        return None;
    }
    let mut verdicts = general.to_vec();
    for (sign, verdict) in signed {
        verdicts.retain(|it| *it != verdict);
        if sign == Some('+') {
            verdicts.push(verdict);
        }
    }
    Some(verdicts)
}
