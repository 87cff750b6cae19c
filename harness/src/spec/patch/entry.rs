//! The entries that [`add_to_list`](super::add_to_list) adds, as YAML in flow style: redactions, other
//! remedies and suppressions; and whether a suite loads with them.

use crate::model::settle::Remedy;
use crate::model::suite::Suppression;
use crate::model::{Redaction, Target, Unordered};
use crate::spec::complaint::{Complaint, Pos, Source};
use crate::spec::node;
use crate::spec::reader::Reader;
use crate::spec::write_words::{quoted, written};

/// A redaction as an entry of a list in flow style.
#[must_use]
pub fn redaction_text(redaction: &Redaction) -> String {
    match redaction {
        Redaction::Class(class) => class.word().to_owned(),
        Redaction::Pattern(pattern) => format!("{{ pattern: {} }}", quoted(pattern)),
        Redaction::Json(pointer) => format!("{{ json: {} }}", quoted(pointer)),
    }
}

/// What keeps something from being compared, as an entry of the list under its key in flow style.
#[must_use]
pub fn remedy_text(remedy: &Remedy) -> String {
    match remedy {
        Remedy::Redact(redaction) => redaction_text(redaction),
        Remedy::Mask(target) | Remedy::Unordered(Unordered::Target(target)) => written(target),
        Remedy::Unordered(Unordered::Facet(facet)) | Remedy::Unstable(facet) => {
            facet.word().to_owned()
        }
        // It stands in no list, but line by line in a baseline.
        Remedy::Writes(baseline) => baseline.replace('\n', ", "),
    }
}

/// Whether a suite with this remedy loads, and means by it what was meant.
#[must_use]
pub fn loads(remedy: &Remedy) -> bool {
    match remedy {
        Remedy::Redact(redaction) => {
            read_redaction("proposal", &redaction_text(redaction)).as_ref() == Ok(redaction)
        }
        Remedy::Mask(target) | Remedy::Unordered(Unordered::Target(target)) => {
            read_written_target("proposal", &written(target)).as_ref() == Ok(target)
        }
        Remedy::Unordered(Unordered::Facet(_)) | Remedy::Unstable(_) | Remedy::Writes(_) => true,
    }
}

/// A target as it is written in YAML: `'button "Buy"'`, `{ target: …, in: … }`.
fn read_written_target(place: &str, text: &str) -> Result<Target, Vec<Complaint>> {
    let source = Source::new(place, text.to_owned());
    let mut reader = Reader::new(source);
    let (node, complaints) = node::parse(&reader.sources[0], 0);
    reader.complaints = complaints;
    match node.and_then(|it| reader.target(&it)) {
        Some(target) if reader.complaints.is_empty() => Ok(target),
        Some(_) | None => Err(reader.complaints),
    }
}

/// A suppression as an entry of a list in flow style.
#[must_use]
pub fn suppression_text(known: &Suppression) -> String {
    let mut entries: Vec<String> = Vec::new();
    let mut add = |key: &str, value: &Option<String>| {
        entries.extend(value.iter().map(|it| format!("{key}: {}", quoted(it))));
    };
    let ids: Vec<String> = known.changes.iter().map(|it| quoted(it)).collect();
    add("fingerprint", &known.fingerprint);
    add("where", &known.place);
    add("pattern", &known.pattern);
    if !ids.is_empty() {
        entries.push(format!("changes: [{}]", ids.join(", ")));
    }
    entries.push(format!("reason: {}", quoted(&known.reason)));
    entries.push(format!("owner: {}", quoted(&known.owner)));
    entries.push(format!("expires: {}", known.expires));
    format!("{{ {} }}", entries.join(", "))
}

/// A redaction as it is written in YAML: `timestamp`, `{ pattern: 'took \d+ms' }`.
///
/// # Errors
/// The complaints that a file with it would get.
pub fn read_redaction(place: &str, text: &str) -> Result<Redaction, Vec<Complaint>> {
    let source = Source::new(place, text.to_owned());
    let mut reader = Reader::new(source);
    let (node, complaints) = node::parse(&reader.sources[0], 0);
    reader.complaints = complaints;
    let read = node.map(|it| reader.redactions(&it)).unwrap_or_default();
    match (reader.complaints.is_empty(), read.as_slice()) {
        (true, [one]) => Ok(one.clone()),
        (true, _) => {
            let pos = Pos { source: 0, line: 1, col: 1 };
            reader.advise(pos, "one redaction is wanted here", "write it like `timestamp`");
            Err(reader.complaints)
        }
        (false, _) => Err(reader.complaints),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::scenario::RedactionClass;

    #[test]
    fn a_remedy_is_proposed_only_where_a_suite_loads_with_it() {
        use crate::model::Locator;
        use crate::model::scenario::RedactionClass;
        let role = |role: &str, name: Option<&str>| {
            let name = name.map(crate::model::Template::new);
            Remedy::Mask(Target::plain(Locator::Role { role: role.to_owned(), name }))
        };
        for good in [
            role("img", Some("Ada's \"clock\": #1")),
            role("timer", None),
            Remedy::Mask(Target::plain(Locator::Css(crate::model::Template::new("canvas")))),
            Remedy::Redact(Redaction::Pattern(r"took '(\d+)' ms".to_owned())),
            Remedy::Redact(Redaction::Json("/a~1b".to_owned())),
            Remedy::Redact(Redaction::Class(RedactionClass::Uuid)),
        ] {
            assert!(loads(&good), "{good:?}");
        }
        for bad in [
            role("div", None),
            role("section", Some("News")),
            Remedy::Redact(Redaction::Pattern("took (".to_owned())),
        ] {
            assert!(!loads(&bad), "{bad:?}");
        }
    }

    #[test]
    fn redactions_are_written_as_they_are_read() {
        let all = [
            Redaction::Class(RedactionClass::TempPath),
            Redaction::Pattern(r#"took ('|")\d+ms, #1: \{a\}"#.to_owned()),
            Redaction::Json("/a~1b/0".to_owned()),
        ];
        for redaction in all {
            let text = redaction_text(&redaction);
            assert_eq!(read_redaction("--redact", &text), Ok(redaction), "{text}");
        }
        let wrong = read_redaction("--redact", "timestap").expect_err("misspelt");
        assert!(wrong[0].to_string().contains("did you mean \"timestamp\""), "{}", wrong[0]);
    }
}
