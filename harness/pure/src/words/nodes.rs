//! [`called`] and [`became`]: nodes of the `aria` facet, and what became of them, in words.

use super::plain::{PIECE, plain, sides};
use super::said::{HAS, IS, Said};
use crate::model::thing::{Node, is_icon};

/// What people call a role.
pub(super) fn noun(role: &str) -> &str {
    match role {
        "contentinfo" => "footer",
        "banner" => "header",
        "main" => "main part",
        "complementary" => "side part",
        "columnheader" => "column",
        "rowheader" => "row header",
        "listitem" => "list item",
        "paragraph" | "strong" | "emphasis" | "generic" => "text",
        other => other,
    }
}

fn quoted(text: &str) -> String {
    let text = readable(text);
    let text = text.as_str();
    let text = text.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(text);
    format!("\"{}\"", plain(text, PIECE))
}

/// Two texts in quotes, so that one sees where they differ; one of icons alone by their codes.
fn quoted_sides(old: &str, new: &str) -> (String, String) {
    let bare = |it: &str| {
        let text = readable(it);
        let inner = text.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
        let inner = inner.map(str::to_owned).unwrap_or(text);
        if inner.is_empty() { it.trim().trim_matches('"').to_owned() } else { inner }
    };
    let (old, new) = sides(&bare(old), &bare(new), PIECE);
    (format!("\"{old}\""), format!("\"{new}\""))
}

/// A text without the letters of icon fonts, which nobody can read.
fn readable(text: &str) -> String {
    text.chars().filter(|it| !is_icon(*it)).collect::<String>().trim().to_owned()
}

/// What a person would call the thing: `button "Apply"`, `text "Help"`.
pub(super) fn called(line: &str) -> String {
    let node = Node::read(line);
    let noun = plain(noun(node.role), PIECE);
    let shown = |it: Option<&'_ str>| it.map(readable).filter(|it| !it.is_empty());
    match (shown(node.name), shown(node.value)) {
        (Some(name), Some(value)) => format!("{noun} {}: {}", quoted(&name), plain(&value, PIECE)),
        (Some(name), None) => format!("{noun} {}", quoted(&name)),
        (None, Some(value)) => format!("{noun} {}", quoted(&value)),
        // A line of a text has no noun: where it is of icons alone, their codes stand for it.
        (None, None) if noun.is_empty() => {
            format!("\"{}\"", plain(node.name.or(node.value).unwrap_or_default(), PIECE))
        }
        (None, None) => noun,
    }
}

/// A thing without what it holds: `textbox "Name"`.
pub(super) fn thing(node: &Node<'_>) -> String {
    let noun = plain(noun(node.role), PIECE);
    match node.name {
        Some(name) => format!("{noun} {}", quoted(name)),
        None => noun,
    }
}

/// What became of a thing: `button "Save" became "Send"`, `link "Help" leads to /b instead of /a`.
pub(super) fn became(old: &str, new: &str) -> Said {
    let (was, is) = (Node::read(old), Node::read(new));
    if was.role != is.role {
        if was.role == "heading" || was.name != is.name || was.name.is_none() {
            return Said::plainly(called(old), format!("became {}", called(new)));
        }
        return Said::plainly(called(old), format!("became a {}", noun(is.role)));
    }
    match (was.name, is.name) {
        (Some(a), Some(b)) if a != b => {
            let (a, b) = quoted_sides(a, b);
            return Said::plainly(format!("{} {a}", noun(was.role)), format!("became {b}"));
        }
        (None, Some(b)) if was.value.is_none() => {
            return Said::of(noun(was.role).to_owned(), IS, &format!("now called {}", quoted(b)));
        }
        (Some(_), None) => {
            return Said::of(thing(&was), HAS, "no name any more");
        }
        _ => {}
    }
    let own = thing(&was);
    match (was.value, is.value) {
        (Some(a), Some(b)) if a != b => {
            let (a, b) = quoted_sides(a, b);
            if was.is_text() || was.name.is_none() {
                return Said::plainly(format!("{own} {a}"), format!("became {b}"));
            }
            return Said::of(own, ["holds", "hold"], &format!("{b} instead of {a}"));
        }
        (Some(a), None) => return Said::plainly(own, format!("lost {}", quoted(a))),
        (None, Some(b)) if was.is_text() => {
            return Said::of(format!("{own} {}", quoted(b)), IS, "new");
        }
        (None, Some(b)) => return Said::of(own, ["now holds", "now hold"], &quoted(b)),
        _ => {}
    }
    let changed = attributes(&own, &was, &is);
    changed.unwrap_or_else(|| Said::plainly(called(old), format!("became {}", called(new))))
}

/// What is said of a thing and was not, or is no longer.
fn attributes(own: &str, was: &Node<'_>, is: &Node<'_>) -> Option<Said> {
    const LEADS: [&str; 2] = ["leads", "lead"];
    let new = is.attributes.iter().find(|it| !was.attributes.contains(it));
    let gone = was.attributes.iter().find(|it| !is.attributes.contains(it));
    let key = |it: &str| it.split_once('=').map_or(it, |it| it.0).to_owned();
    let name = key(new.or(gone)?);
    let bare = |it: &str| it.trim_matches('"').to_owned();
    let value = |it: &str| plain(&bare(it), PIECE);
    let own = own.to_owned();
    Some(match (was.attribute(&name), is.attribute(&name)) {
        (Some(a), Some(b)) => {
            let (a, b) = sides(&bare(a), &bare(b), PIECE);
            if name == "url" {
                Said::of(own, LEADS, &format!("to {b} instead of {a}"))
            } else {
                Said::of(own, HAS, &format!("the {name} {b} instead of {a}"))
            }
        }
        (None, Some(b)) if name == "url" => {
            Said::of(own, ["now leads", "now lead"], &format!("to {}", value(b)))
        }
        (Some(a), None) if name == "url" => {
            Said::of(own, ["no longer leads", "no longer lead"], &format!("to {}", value(a)))
        }
        (None, Some(b)) => Said::of(own, HAS, &format!("the new {name} \"{}\"", value(b))),
        (Some(a), None) => Said::plainly(own, format!("lost its {name} \"{}\"", value(a))),
        (None, None) if new.is_some() => Said::of(own, IS, &format!("now {}", plain(&name, PIECE))),
        (None, None) => Said::of(own, IS, &format!("no longer {}", plain(&name, PIECE))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_called_as_people_call_them() {
        for (line, expected) in [
            ("- button \"Apply\" [disabled]", "button \"Apply\""),
            ("- contentinfo:", "footer"),
            ("- contentinfo: Help", "footer \"Help\""),
            ("- text: \"a: b\"", "text \"a: b\""),
            ("- columnheader \"Size\":", "column \"Size\""),
            ("- spinbutton \"Price:\" [required]: 12.50", "spinbutton \"Price:\": 12.50"),
            ("\"\u{f0c9}\"", "\"⟨U+F0C9⟩\""),
            ("- button \"\u{f0c9}\"", "button"),
        ] {
            assert_eq!(called(line), expected);
        }
    }

    #[test]
    fn what_became_of_a_thing_is_said_in_its_own_words() {
        for (old, new, expected) in [
            ("- button \"Save\"", "- button \"Send\"", "button \"Save\" became \"Send\""),
            (
                "- link \"A\" [url=/a]",
                "- link \"A\" [url=/b]",
                "link \"A\" leads to /b instead of /a",
            ),
            (
                "- heading \"A\" [level=1]",
                "- heading \"A\" [level=2]",
                "heading \"A\" has the level 2 instead of 1",
            ),
            (
                "- textbox \"A\" [required]",
                "- textbox \"A\"",
                "textbox \"A\" is no longer required",
            ),
            ("- textbox \"A\"", "- textbox \"A\" [invalid]", "textbox \"A\" is now invalid"),
            (
                "- textbox \"A\": 1",
                "- textbox \"A\": 2",
                "textbox \"A\" holds \"2\" instead of \"1\"",
            ),
            ("- checkbox", "- checkbox \"All\"", "checkbox is now called \"All\""),
            ("- text: Help", "- text: Hlep", "text \"Help\" became \"Hlep\""),
            (
                "- button \"\u{f06e}\"",
                "- button \"\u{f070}\"",
                "button \"⟨U+F06E⟩\" became \"⟨U+F070⟩\"",
            ),
            (
                "- button \"\u{f06e} Show\"",
                "- button \"\u{f06e} Hide\"",
                "button \"Show\" became \"Hide\"",
            ),
            ("- link \"More\"", "- button \"More\"", "link \"More\" became a button"),
            ("- link \"Save\"", "- button \"Send\"", "link \"Save\" became button \"Send\""),
            (
                "- link \"A\"",
                "- link \"A\" [description=\"all\"]",
                "link \"A\" has the new description \"all\"",
            ),
        ] {
            assert_eq!(became(old, new).sentence(), expected);
        }
    }
}
