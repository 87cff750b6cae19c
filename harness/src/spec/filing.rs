//! Reading `file`: where findings become tickets.

use indexmap::IndexMap;

use super::grammar;
use super::node::Node;
use super::notify::{address_of_report, secret};
use super::reader::Reader;
use crate::model::filing::{FileConfig, TrackerKind};

/// The keys that name the place of tickets, one a tracker.
const PLACES: [&str; 3] = ["repository", "project", "team"];

pub(super) fn read(reader: &mut Reader, node: Option<&Node>) -> Option<FileConfig> {
    let node = node?;
    let fields = reader.object(node, &grammar::FILE_TICKETS)?;
    let to = fields.get("to").and_then(|it| {
        let word = reader.choice(it, "to", grammar::trackers())?;
        TrackerKind::ALL.into_iter().find(|it| it.word() == word)
    });
    let token = fields.get("token").and_then(|it| secret(reader, it, "\"token\""));
    let user = fields.get("user").and_then(|it| secret(reader, it, "\"user\""));
    let api = fields.get("api").and_then(|it| secret(reader, it, "\"api\""));
    let link = fields.get("link").and_then(|it| address_of_report(reader, it));
    let labels = fields.get("labels").map(|it| reader.texts(it, "\"labels\"")).unwrap_or_default();
    let kind = fields.get("kind").and_then(|it| reader.words(it, "\"kind\"")).map(str::to_owned);
    let assign = fields.get("assign").map(|it| assign(reader, it)).unwrap_or_default();
    let close_after =
        fields.get("close-after").and_then(|it| reader.integer(it, "\"close-after\""));
    let most = fields.get("at-most").and_then(|it| reader.integer(it, "\"at-most\""));
    let to = to?;
    for other in PLACES.into_iter().filter(|it| *it != to.place()) {
        if let Some(node) = fields.get(other) {
            let help = format!("write `{}`", to.place());
            reader.advise(node.pos, format!("{} has no \"{other}\"", to.word()), &help);
            return None;
        }
    }
    let Some(place) = fields.get(to.place()) else {
        let help = format!("write `{}: …`", to.place());
        reader.advise(node.pos, format!("{} needs \"{}\"", to.word(), to.place()), &help);
        return None;
    };
    let place = super::place::read(reader, place, to)?;
    if to == TrackerKind::Jira && (api.is_none() || user.is_none()) {
        let help = "write `api: https://example.atlassian.net` and `user: qa@example.com`";
        reader.advise(node.pos, "jira needs \"api\" and \"user\"".to_owned(), help);
        return None;
    }
    Some(FileConfig {
        to,
        place,
        token: token?,
        user,
        api,
        labels,
        kind,
        assign,
        close_after: close_after.unwrap_or(FileConfig::CLOSE_AFTER),
        most: most.unwrap_or(FileConfig::MOST),
        link,
    })
}

fn assign(reader: &mut Reader, node: &Node) -> IndexMap<String, String> {
    let mut all = IndexMap::new();
    for entry in reader.map(node, "\"assign\"").unwrap_or_default() {
        if let Some(to) = reader.words(&entry.value, &format!("\"{}\"", entry.key)) {
            all.insert(entry.key.clone(), to.to_owned());
        }
    }
    all
}
