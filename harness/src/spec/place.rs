//! Reading where something stands at a forge or in a tracker: `owner/name`, `group/name`, `QA`.

use super::node::Node;
use super::reader::Reader;
use crate::model::filing::TrackerKind;

/// A place at a forge or in a tracker, which becomes a part of addresses.
pub(super) fn read(reader: &mut Reader, node: &Node, to: TrackerKind) -> Option<String> {
    let text = reader.words(node, &format!("\"{}\"", to.place()))?;
    let plain = |it: &str| {
        !matches!(it, "" | "." | "..")
            && it.chars().all(|it| it.is_alphanumeric() || "._-".contains(it))
    };
    let parts: Vec<&str> = text.split('/').collect();
    let (fits, example) = match to {
        TrackerKind::Github => (parts.len() == 2, "owner/name"),
        TrackerKind::Gitlab => (parts.len() >= 2, "group/name"),
        TrackerKind::Jira | TrackerKind::Linear => (parts.len() == 1, "QA"),
    };
    if fits && parts.iter().all(|it| plain(it)) {
        return Some(text.to_owned());
    }
    let help = format!("write it as `{example}`");
    reader.advise(node.pos, format!("\"{text}\" is no {} of {}", to.place(), to.word()), &help);
    None
}
