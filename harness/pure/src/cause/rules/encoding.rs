//! Text that is read in another encoding than it was written in is garbled everywhere for one cause.

use std::fmt::Write as _;

use super::{Rule, star};
use crate::cause::{Edge, Evidence};
use crate::model::FacetKind;
use crate::model::change::{Identity, without_numbers};

pub(super) const RULE: Rule = Rule { id: "encoding", edges };

fn edges(evidence: &Evidence<'_>) -> Vec<Edge> {
    let nodes = evidence.nodes.iter().enumerate();
    let garbled = nodes.filter(|(_, node)| is_garbled(&node.identity)).map(|it| it.0);
    star(garbled, "the same text is read in another encoding")
}

/// What stands for the bytes from 0x80 to 0x9f in windows-1252, which is what browsers read where
/// they are told Latin-1 ([encoding standard](https://encoding.spec.whatwg.org/#windows-1252)).
const HIGH: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Whether an atom is such a change, the header that says which encoding it is, or a step that met
/// such text instead of what it looked for.
fn is_garbled(atom: &Identity) -> bool {
    if let Identity::Failure { expected, actual } = atom {
        let mut names = expected.split('"').skip(1).step_by(2).filter(|it| !it.is_ascii());
        return names.any(|it| actual.contains(&read(it).collect::<String>()));
    }
    let Some((facet, Some(old), Some(new))) = atom.sides() else { return false };
    let charset = |line: &str| line.to_lowercase().contains("charset=");
    match facet {
        FacetKind::Response => charset(old) && charset(new),
        _ => old != new && (reads_as(old, new) || reads_as(new, old)),
    }
}

/// Whether a text in UTF-8 reads as the other one byte by byte. Quotes around it come and go with
/// what it holds, and numbers are those of atoms, which may have none.
fn reads_as(text: &str, other: &str) -> bool {
    let bare = |it: &str| it.trim_matches('"').to_owned();
    let same = |it: String| without_numbers(&it);
    !text.is_ascii() && same(escaped(read(&bare(text)))) == same(escaped(bare(other).chars()))
}

/// A text in UTF-8 read byte by byte.
fn read(text: &str) -> impl Iterator<Item = char> + '_ {
    text.bytes().map(|byte| match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    })
}

/// Text as trees write it: control characters as they stand in JSON.
fn escaped(letters: impl Iterator<Item = char>) -> String {
    let mut out = String::new();
    for letter in letters {
        if letter >= '\u{80}' && letter.is_control() {
            write!(out, "\\u{:04x}", u32::from(letter)).expect("memory takes all");
        } else {
            out.push(letter);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(facet: FacetKind, old: &str, new: &str) -> Identity {
        let (removed, added) = (Some(old.to_owned()), Some(new.to_owned()));
        Identity::Line { facet, removed, added }
    }

    #[test]
    fn text_that_was_read_in_another_encoding_is_told_from_other_text() {
        let tree = |old, new| is_garbled(&line(FacetKind::Aria, old, new));
        assert!(tree("cell \"Björk\"", "cell \"BjÃ¶rk\""));
        assert!(tree("option \"Ísland\"", "option \"Ã\u{8d}sland\""));
        assert!(tree("option \"Ísland\"", "option \"Ã\\u008dsland\""));
        assert!(tree("option \"Ísland\"", "option \"Ã\\u0dsland\""), "as an atom has it");
        assert!(tree("\"×\"", "Ã—"));
        assert!(tree("title: A – B", "title: A â€“ B"));
        assert!(!tree("cell \"Björk\"", "cell \"Bjork\""));
        assert!(!tree("cell \"Bjork\"", "cell \"Bjork\""));
        assert!(!tree("cell \"12\"", "cell \"13\""));
        let failed = |actual: &str| {
            let expected = "option \"Íslenska\" in combobox \"Language\"".to_owned();
            is_garbled(&Identity::Failure { expected, actual: actual.to_owned() })
        };
        assert!(failed("no such option; there are: English, Ã\u{8d}slenska"));
        assert!(!failed("no such option; there are: English, Dansk"));
        let header = "header content-type: text/html; charset=";
        let [utf, latin] = ["utf-8", "iso-8859-1"].map(|it| format!("{header}{it}"));
        assert!(is_garbled(&line(FacetKind::Response, &utf, &latin)));
        assert!(!is_garbled(&line(FacetKind::Response, "header vary: a", "header vary: b")));
    }
}
