//! Reading how much scenarios, facets and watches count.

use std::collections::BTreeMap;

use super::grammar;
use super::node::Node;
use super::reader::Reader;
use super::suggest::suggestion_or_list;
use crate::model::{FacetKind, Stage, Stages, WatchKind};

/// Reads `stages`.
pub(crate) fn read(reader: &mut Reader, node: &Node) -> Stages {
    let Some(fields) = reader.object(node, &grammar::STAGES) else { return Stages::usual() };
    let facets = fields.get("facets");
    let watches = fields.get("watches");
    let moved_code = fields.get("moved-code").and_then(|it| reader.stage(it));
    Stages {
        facets: facets
            .map(|it| named(reader, it, "facet", FacetKind::from_word))
            .unwrap_or_default(),
        watches: watches
            .map(|it| named(reader, it, "watch", WatchKind::from_word))
            .unwrap_or_default(),
        moved_code: moved_code.unwrap_or(Stages::usual().moved_code),
    }
}

/// A map from words to stages.
fn named<T: Ord>(
    reader: &mut Reader,
    node: &Node,
    what: &str,
    from_word: fn(&str) -> Option<T>,
) -> BTreeMap<T, Stage> {
    let known = if what == "facet" { grammar::facets() } else { grammar::watches() };
    let other = if what == "facet" { grammar::watches() } else { grammar::facets() };
    let mut stages = BTreeMap::new();
    for entry in reader.map(node, &format!("the stages by {what}")).unwrap_or_default() {
        let stage = reader.stage(&entry.value);
        let Some(named) = from_word(&entry.key) else {
            let help = if other.contains(&entry.key.as_str()) {
                let (right, key) =
                    if what == "facet" { ("a watch", "watches") } else { ("a facet", "facets") };
                Some(format!("it is {right}: write it under \"{key}\""))
            } else {
                suggestion_or_list(&entry.key, known.iter().copied(), "one of")
            };
            reader.complain(entry.pos, format!("unknown {what} \"{}\"", entry.key), help);
            continue;
        };
        if let Some(stage) = stage {
            stages.insert(named, stage);
        }
    }
    stages
}

impl Reader {
    /// A day.
    pub(crate) fn date(&mut self, node: &Node, what: &str) -> Option<chrono::NaiveDate> {
        let text = self.words(node, what)?;
        let date = text.parse().ok();
        if date.is_none() {
            self.advise(node.pos, format!("\"{text}\" is no date"), "write it like `2026-12-31`");
        }
        date
    }

    /// `shadow`, `advisory` or `gating`.
    pub(crate) fn stage(&mut self, node: &Node) -> Option<Stage> {
        Stage::from_word(self.choice(node, "stage", grammar::stages())?)
    }
}
