//! [`called`] and [`became`]: nodes of the `aria` facet, and what became of them, in words for `title`.

use super::title::plain;
use crate::model::thing::Node;

/// The longest piece of product text, in characters.
const PIECE: usize = 60;

/// What people call a role.
#[must_use]
pub fn noun(role: &str) -> &str {
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

/// A text without the letters of icon fonts, which nobody can read.
fn readable(text: &str) -> String {
    let private = |it: char| matches!(it, '\u{e000}'..='\u{f8ff}');
    text.chars().filter(|it| !private(*it)).collect::<String>().trim().to_owned()
}

/// What a person would call the thing: `button "Apply"`, `text "Help"`.
#[must_use]
pub fn called(line: &str) -> String {
    let node = Node::read(line);
    let noun = plain(noun(node.role), PIECE);
    let shown = |it: Option<&'_ str>| it.map(readable).filter(|it| !it.is_empty());
    match (shown(node.name), shown(node.value)) {
        (Some(name), Some(value)) => format!("{noun} {}: {}", quoted(&name), plain(&value, PIECE)),
        (Some(name), None) => format!("{noun} {}", quoted(&name)),
        (None, Some(value)) => format!("{noun} {}", quoted(&value)),
        (None, None) => noun,
    }
}

/// A thing without what it holds: `textbox "Name"`.
#[must_use]
pub fn thing(node: &Node<'_>) -> String {
    let noun = plain(noun(node.role), PIECE);
    match node.name {
        Some(name) => format!("{noun} {}", quoted(name)),
        None => noun,
    }
}

/// What became of a thing: `button "Save" became "Send"`, `link "Help" leads to /b instead of /a`.
#[must_use]
pub fn became(old: &str, new: &str) -> String {
    let (was, is) = (Node::read(old), Node::read(new));
    if was.role != is.role {
        if was.role == "heading" || was.name != is.name || was.name.is_none() {
            return format!("{} became {}", called(old), called(new));
        }
        return format!("{} became a {}", called(old), noun(is.role));
    }
    let own = format!("{} ", noun(was.role));
    match (was.name, is.name) {
        (Some(a), Some(b)) if a != b => return format!("{own}{} became {}", quoted(a), quoted(b)),
        (None, Some(b)) if was.value.is_none() => {
            return format!("{own}is now called {}", quoted(b));
        }
        (Some(a), None) => return format!("{own}{} has no name any more", quoted(a)),
        _ => {}
    }
    let own = thing(&was);
    match (was.value, is.value) {
        (Some(a), Some(b)) if a != b && was.is_text() => {
            return format!("{own} {} became {}", quoted(a), quoted(b));
        }
        (Some(a), Some(b)) if a != b && was.name.is_none() => {
            return format!("{own} {} became {}", quoted(a), quoted(b));
        }
        (Some(a), Some(b)) if a != b => {
            return format!("{own} holds {} instead of {}", quoted(b), quoted(a));
        }
        (Some(a), None) => return format!("{own} lost {}", quoted(a)),
        (None, Some(b)) => return format!("{own} newly holds {}", quoted(b)),
        _ => {}
    }
    attributes(&own, &was, &is).unwrap_or_else(|| format!("{} became {}", called(old), called(new)))
}

/// What is said of a thing and was not, or is no longer.
fn attributes(own: &str, was: &Node<'_>, is: &Node<'_>) -> Option<String> {
    let new = is.attributes.iter().find(|it| !was.attributes.contains(it));
    let gone = was.attributes.iter().find(|it| !is.attributes.contains(it));
    let key = |it: &str| it.split_once('=').map_or(it, |it| it.0).to_owned();
    let name = key(new.or(gone)?);
    let value = |it: &str| plain(it.trim_matches('"'), PIECE);
    Some(match (was.attribute(&name), is.attribute(&name)) {
        (Some(a), Some(b)) if name == "url" => {
            format!("{own} leads to {} instead of {}", value(b), value(a))
        }
        (Some(a), Some(b)) => format!("{own} has the {name} {} instead of {}", value(b), value(a)),
        (None, Some(b)) if name == "url" => format!("{own} newly leads to {}", value(b)),
        (Some(a), None) if name == "url" => format!("{own} no longer leads to {}", value(a)),
        (None, Some(b)) => format!("{own} has the new {name} \"{}\"", value(b)),
        (Some(a), None) => format!("{own} lost its {name} \"{}\"", value(a)),
        (None, None) if new.is_some() => format!("{own} is now {}", plain(&name, PIECE)),
        (None, None) => format!("{own} is no longer {}", plain(&name, PIECE)),
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
            ("- link \"More\"", "- button \"More\"", "link \"More\" became a button"),
            ("- link \"Save\"", "- button \"Send\"", "link \"Save\" became button \"Send\""),
            (
                "- link \"A\"",
                "- link \"A\" [description=\"all\"]",
                "link \"A\" has the new description \"all\"",
            ),
        ] {
            assert_eq!(became(old, new), expected);
        }
    }
}
