//! [`write_recording`] and [`read_recording`]: recordings as readable YAML, and back.

use std::fmt::Write as _;

use super::complaint::{Complaint, Source};
use super::grammar;
use super::node::{self, Node};
use super::reader::Reader;
use super::write::write_step;
use super::write_words::{quoted, scalar};
use crate::model::recording::{Likeness, Recorded, Recording};

/// The text of a recording; `None` where an action has no written form, or would not read back as
/// what it is.
#[must_use]
pub fn write_recording(recording: &Recording) -> Option<String> {
    let mut text = format!("words: {}\n", scalar(&recording.words));
    if let Some(meaning) = &recording.meaning {
        let _ = writeln!(text, "meaning: {}", scalar(meaning));
    }
    if recording.actions.is_empty() {
        text.push_str("actions: []\n");
    } else {
        text.push_str("actions:\n");
    }
    for it in &recording.actions {
        text.push_str("  - do:\n");
        for line in write_step(&it.action)?.lines() {
            let _ = writeln!(text, "      {line}");
        }
        if !it.things.is_empty() {
            text.push_str("    things:\n");
        }
        for thing in &it.things {
            write_thing(&mut text, thing);
        }
    }
    let back = read_recording("recording", &text).ok()?;
    (back == *recording).then_some(text)
}

fn write_thing(text: &mut String, it: &Likeness) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "      - role: {}", scalar(&it.role));
    let mut one = |key: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(text, "        {key}: {}", scalar(value));
        }
    };
    one("test-id", &it.test_id);
    one("name", &it.name);
    one("kind", &it.kind);
    let lists = [
        ("labels", &it.labels),
        ("hints", &it.hints),
        ("inside", &it.inside),
        ("beside", &it.beside),
    ];
    for (key, all) in lists.into_iter().filter(|it| !it.1.is_empty()) {
        let all: Vec<String> = all.iter().map(|it| quoted(it)).collect();
        let _ = writeln!(text, "        {key}: [{}]", all.join(", "));
    }
    let _ = writeln!(text, "        place: {}", it.place);
}

/// A recording as it stands in a file.
///
/// # Errors
/// The complaints about what is wrong in it.
pub fn read_recording(name: &str, text: &str) -> Result<Recording, Vec<Complaint>> {
    let source = Source::new(name, text);
    let (root, mut complaints) = node::parse(&source, 0);
    let mut reader = Reader::new(source);
    let recording = root.and_then(|root| recording(&mut reader, &root));
    complaints.append(&mut reader.complaints);
    match recording {
        Some(recording) if complaints.is_empty() => Ok(recording),
        Some(_) | None => Err(complaints),
    }
}

fn recording(reader: &mut Reader, root: &Node) -> Option<Recording> {
    let fields = reader.object(root, &grammar::RECORDING)?;
    let words = fields.get("words").and_then(|it| reader.raw(it, "\"words\""))?.to_owned();
    let items = fields.get("actions").map(|it| reader.list(it, "\"actions\"")).unwrap_or_default();
    let actions = items.iter().filter_map(|it| recorded(reader, it)).collect();
    let meaning = fields.get("meaning").and_then(|it| reader.raw(it, "\"meaning\""));
    Some(Recording { words, meaning: meaning.map(str::to_owned), actions })
}

fn recorded(reader: &mut Reader, node: &Node) -> Option<Recorded> {
    let fields = reader.object(node, &grammar::RECORDED)?;
    let action = fields.get("do").and_then(|it| reader.step(it))?.action;
    let items = fields.get("things").map(|it| reader.list(it, "\"things\"")).unwrap_or_default();
    let things = items.iter().filter_map(|it| likeness(reader, it)).collect();
    Some(Recorded { action, things })
}

fn likeness(reader: &mut Reader, node: &Node) -> Option<Likeness> {
    let fields = reader.object(node, &grammar::LIKENESS)?;
    let mut one = |key: &str| {
        let text = fields.get(key).and_then(|it| reader.raw(it, &format!("\"{key}\"")));
        text.unwrap_or_default().to_owned()
    };
    let (test_id, role, name, kind) = (one("test-id"), one("role"), one("name"), one("kind"));
    let mut all = |key: &str| {
        let what = format!("\"{key}\"");
        let items = fields.get(key).map(|it| reader.list(it, &what)).unwrap_or_default();
        items.iter().filter_map(|it| reader.raw(it, &what)).map(str::to_owned).collect()
    };
    let (labels, hints) = (all("labels"), all("hints"));
    let (inside, beside) = (all("inside"), all("beside"));
    let place = fields.get("place").and_then(|it| reader.integer(it, "\"place\""))?;
    Some(Likeness { test_id, role, name, labels, kind, hints, inside, beside, place })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::scenario::FieldValue;
    use crate::model::{Action, Locator, Target};

    fn role(role: &str, name: &str) -> Target {
        Target::plain(Locator::Role { role: role.to_owned(), name: Some(name.into()) })
    }

    #[test]
    fn a_recording_is_read_back_as_it_was_written() {
        let thing = Likeness {
            test_id: "mail".to_owned(),
            role: "textbox".to_owned(),
            name: "E-mail: \"yours\"".to_owned(),
            labels: vec!["E-mail, 'yours'".to_owned()],
            kind: "email".to_owned(),
            hints: vec!["mail".to_owned(), "7".to_owned()],
            inside: vec!["group \"Where, to\"".to_owned()],
            beside: vec!["button \"Save\"".to_owned()],
            place: 2,
        };
        let value = "${secret:MAIL}".into();
        let fill = Action::Fill(vec![FieldValue { field: role("textbox", "E-mail"), value }]);
        let nothing = Action::Open("/orders?page=2".into());
        let recording = Recording {
            words: "enter ${secret:MAIL} as e-mail: now".to_owned(),
            meaning: Some("enter it, after: 'x'".to_owned()),
            actions: vec![
                Recorded { action: fill, things: vec![thing] },
                Recorded { action: nothing, things: Vec::new() },
            ],
        };
        let text = write_recording(&recording).expect("it can be written");
        assert_eq!(read_recording("a", &text).expect("it can be read"), recording);
        assert!(text.starts_with("words: 'enter ${secret:MAIL} as e-mail: now'\n"), "{text}");
    }

    #[test]
    fn a_recording_with_an_unknown_key_is_complained_about() {
        let text =
            "words: click Save\nactions:\n  - do:\n      click: 'button \"Save\"'\n    thing: x\n";
        let told = read_recording("a", text).expect_err("there is no such key");
        assert_eq!(told.len(), 1);
        let never = Recording {
            words: "x".to_owned(),
            meaning: None,
            actions: vec![Recorded {
                action: Action::Set(indexmap::IndexMap::new()),
                things: Vec::new(),
            }],
        };
        assert_eq!(write_recording(&never), None, "what has no written form");
    }
}
