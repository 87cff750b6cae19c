//! [`sentence`]: what changed in a detail of a page, as its user or its maker would say it.
//!
//! The lines are those of the facets `links`, `fields`, `response`, `cookies`, `storage`,
//! `requests` and `a11y`. Used by [`super::title`].

use super::node::thing;
use super::title::plain;
use crate::model::FacetKind;
use crate::model::thing::Node;

/// The longest piece of product text in a sentence, in characters.
const PIECE: usize = 60;

/// How soon a facet is named among several that changed; the least first.
#[must_use]
pub fn rank(facet: FacetKind) -> u32 {
    match facet {
        FacetKind::Requests => 0,
        FacetKind::Links => 1,
        FacetKind::Fields => 2,
        FacetKind::Response => 3,
        FacetKind::Cookies => 4,
        FacetKind::Storage => 5,
        FacetKind::A11y => 6,
        FacetKind::Aria
        | FacetKind::Text
        | FacetKind::Image
        | FacetKind::Page
        | FacetKind::Stdout
        | FacetKind::Stderr
        | FacetKind::Exit
        | FacetKind::Files
        | FacetKind::Screen
        | FacetKind::Events => 9,
    }
}

/// What changed in a line of a facet.
#[must_use]
pub fn sentence(
    facet: FacetKind,
    removed: Option<&str>,
    added: Option<&str>,
    place: &str,
) -> String {
    let said = match facet {
        FacetKind::Links => link(removed, added),
        FacetKind::Fields => field(removed, added),
        FacetKind::Response => answer(removed, added),
        FacetKind::Cookies => cookie(removed, added),
        FacetKind::Storage => kept(removed, added),
        FacetKind::Requests => return request(removed, added, place),
        FacetKind::A11y => added.map(hindrance),
        FacetKind::Aria
        | FacetKind::Text
        | FacetKind::Image
        | FacetKind::Page
        | FacetKind::Stdout
        | FacetKind::Stderr
        | FacetKind::Exit
        | FacetKind::Files
        | FacetKind::Screen
        | FacetKind::Events => None,
    };
    match said {
        Some(said) => format!("{said} on {place}"),
        None => generic(removed, added, place),
    }
}

fn generic(removed: Option<&str>, added: Option<&str>, place: &str) -> String {
    let cut = |it: &str| plain(it, PIECE);
    match (removed, added) {
        (Some(old), Some(new)) => format!("{} became {} on {place}", cut(old), cut(new)),
        (Some(old), None) => format!("{} is gone on {place}", cut(old)),
        (None, Some(new)) => format!("{} is new on {place}", cut(new)),
        (None, None) => format!("{place} changed"),
    }
}

/// What two lines of the tree say of one thing, where a sentence of a detail says it better: a link
/// leads elsewhere, a name is lost, a field need not be filled any more.
#[must_use]
pub fn of_tree(old: &str, new: &str) -> Option<String> {
    let role = old.split([' ', ':']).next().unwrap_or_default();
    if new == role && old[role.len()..].starts_with(" \"") {
        return Some(format!("{} lost its name", plain(old, PIECE)));
    }
    let without = |line: &str| line.replacen(" [required]", "", 1);
    let thing = || thing(&Node::read(old));
    if without(old) == new {
        return Some(format!("{} is no longer required", thing()));
    }
    if without(new) == old {
        return Some(format!("{} is now required", thing()));
    }
    link_of_tree(old, new)
}

fn link_of_tree(old: &str, new: &str) -> Option<String> {
    let parts = |line: &str| -> Option<(String, String)> {
        let (before, rest) = line.split_once(" [url=")?;
        let (url, after) = rest.split_once(']')?;
        Some((format!("{before}{after}"), url.to_owned()))
    };
    let ((thing, was), (other, is)) = (parts(old)?, parts(new)?);
    let name = thing.split(" [").next().unwrap_or_default();
    (thing == other && was != is).then(|| leads(name, &was, &is))
}

fn leads(thing: &str, was: &str, is: &str) -> String {
    let cut = |it: &str| plain(it, PIECE / 2 + 10);
    let thing = plain(thing.trim_end_matches(':'), PIECE);
    format!("{thing} now leads to {} instead of {}", cut(is), cut(was))
}

/// A line as the thing, what stands after its colon, and its marks.
struct Line<'a> {
    thing: &'a str,
    value: &'a str,
    marks: Vec<&'a str>,
}

impl<'a> Line<'a> {
    fn of(line: &'a str) -> Self {
        let (head, marks) = split_marks(line);
        let after_name = head.rfind('"').map_or(0, |at| at + 1);
        let (thing, value) = match head[after_name..].split_once(':') {
            Some((rest, value)) => (&head[..after_name + rest.len()], value.trim()),
            None => (head, ""),
        };
        Self { thing: thing.trim(), value, marks }
    }

    /// The marks that another line lacks.
    fn more(&self, other: &Self) -> Vec<&'a str> {
        self.marks.iter().copied().filter(|it| !other.marks.contains(it)).collect()
    }
}

/// What stands before the first mark, and the marks without their brackets.
fn split_marks(line: &str) -> (&str, Vec<&str>) {
    let mut quoted = false;
    let mut escaped = false;
    let mut opened = None;
    let mut head = line;
    let mut marks = Vec::new();
    for (at, letter) in line.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '[' if !quoted && opened.is_none() && line[..at].ends_with(' ') => {
                if marks.is_empty() {
                    head = line[..at].trim_end();
                }
                opened = Some(at + 1);
            }
            ']' if !quoted => marks.extend(opened.take().map(|from| &line[from..at])),
            _ => {}
        }
    }
    (head, marks)
}

fn link(removed: Option<&str>, added: Option<&str>) -> Option<String> {
    match (removed.map(Line::of), added.map(Line::of)) {
        (Some(old), Some(new)) if old.thing == new.thing && old.value != new.value => {
            Some(leads(new.thing, old.value, new.value))
        }
        (Some(old), Some(new)) if old.thing == new.thing => marked(&old, &new),
        (Some(old), None) => {
            Some(format!("{} to {} is gone", plain(old.thing, PIECE), plain(old.value, PIECE)))
        }
        (None, Some(new)) => {
            Some(format!("{} to {} is new", plain(new.thing, PIECE), plain(new.value, PIECE)))
        }
        (Some(_) | None, Some(_) | None) => None,
    }
}

fn field(removed: Option<&str>, added: Option<&str>) -> Option<String> {
    match (removed.map(Line::of), added.map(Line::of)) {
        (Some(old), Some(new)) if old.thing == new.thing && old.value != new.value => {
            let cut = |it: &str| plain(it, PIECE / 2 + 10);
            let thing = plain(new.thing, PIECE);
            Some(format!("{thing} is sent to {} instead of {}", cut(new.value), cut(old.value)))
        }
        (Some(old), Some(new)) if old.thing == new.thing => marked(&old, &new),
        (Some(_) | None, Some(_) | None) => None,
    }
}

/// What became of the marks of a thing.
fn marked(old: &Line<'_>, new: &Line<'_>) -> Option<String> {
    let thing = plain(new.thing, PIECE);
    let (lost, gained) = (old.more(new), new.more(old));
    let key = |it: &str| it.split('=').next().unwrap_or_default().to_owned();
    let value = |it: &str| it.split_once('=').map_or(it, |it| it.1).trim_matches('"').to_owned();
    let cut = |it: &str| plain(it, PIECE / 2);
    let said = |it: &str| match it.split_once('=') {
        Some((key, value)) if value.starts_with('"') => {
            format!("{key} \"{}\"", plain(value.trim_matches('"'), PIECE))
        }
        Some(_) | None => cut(&it.replacen('=', " ", 1)),
    };
    match (lost.first(), gained.first()) {
        (Some(was), Some(is)) if key(was) == key(is) => {
            let (was, is, key) = (value(was), value(is), key(is));
            Some(format!("{thing} has the {key} {} instead of {}", cut(&is), cut(&was)))
        }
        (Some(was), _) if *was == "required" => Some(format!("{thing} is no longer required")),
        (Some(was), _) => Some(format!("{thing} lost its {}", said(was))),
        (None, Some(is)) if *is == "required" => Some(format!("{thing} is now required")),
        (None, Some(is)) => Some(format!("{thing} got a {}", said(is))),
        (None, None) => None,
    }
}

fn answer(removed: Option<&str>, added: Option<&str>) -> Option<String> {
    let parts = |line: &'_ str| -> Option<(String, String)> {
        line.split_once(": ").map(|(key, value)| (key.to_owned(), value.to_owned()))
    };
    let cut = |it: &str| plain(it, PIECE / 2 + 10);
    let (old, new) = (removed.and_then(parts), added.and_then(parts));
    let key = old.as_ref().or(new.as_ref())?.0.clone();
    let same = old.as_ref().zip(new.as_ref()).is_none_or(|(old, new)| old.0 == new.0);
    if !same {
        return None;
    }
    let (was, is) = (old.map(|it| it.1), new.map(|it| it.1));
    Some(match (key.as_str(), was, is) {
        ("redirect", None, Some(is)) => format!("a new redirect: {}", plain(&is, PIECE)),
        ("redirect", Some(was), None) => format!("no more redirect: {}", plain(&was, PIECE)),
        ("redirect", Some(was), Some(is)) => {
            match (was.split_once(" to "), is.split_once(" to ")) {
                (Some((from, was)), Some((same, is))) if from == same => {
                    format!("redirect {} leads to {} instead of {}", cut(from), cut(is), cut(was))
                }
                _ => format!("the redirect is {} instead of {}", cut(&is), cut(&was)),
            }
        }
        ("lang", Some(was), Some(is)) => {
            format!("the language is {} instead of {}", cut(&is), cut(&was))
        }
        ("status", Some(was), Some(is)) => {
            format!("the status is {} instead of {}", cut(&is), cut(&was))
        }
        (_, Some(was), Some(is)) => {
            format!("header {} is {} instead of {}", header(&key), cut(&is), cut(&was))
        }
        (_, Some(was), None) if key.starts_with("content-security") => {
            format!("header {} ({}) is gone", header(&key), cut(&was))
        }
        (_, Some(_), None) => format!("header {} is gone", header(&key)),
        (_, None, Some(is)) => format!("header {} is new: {}", header(&key), cut(&is)),
        (_, None, None) => return None,
    })
}

/// A header as people write it: `Content-Security-Policy`.
fn header(name: &str) -> String {
    let word = |it: &str| {
        let mut letters = it.chars();
        let first = letters.next().map(|it| it.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    name.split('-').map(word).collect::<Vec<_>>().join("-")
}

fn cookie(removed: Option<&str>, added: Option<&str>) -> Option<String> {
    let parts = |line: &str| -> Option<(String, Vec<String>)> {
        let (name, flags) = line.split_once(": ")?;
        Some((name.to_owned(), flags.split("; ").map(str::to_owned).collect()))
    };
    match (removed.and_then(parts), added.and_then(parts)) {
        (Some((name, was)), Some((other, is))) if name == other => {
            let lacks = |one: &[String], two: &[String]| {
                let list: Vec<String> =
                    one.iter().filter(|it| !two.contains(it)).cloned().collect();
                list.join(" and ")
            };
            let (lost, gained) = (lacks(&was, &is), lacks(&is, &was));
            let name = plain(&name, PIECE);
            Some(match (lost.as_str(), gained.as_str()) {
                (lost, "") => format!("cookie {name} lost {lost}"),
                ("", gained) => format!("cookie {name} is now {gained}"),
                (lost, gained) => format!("cookie {name} is now {gained} instead of {lost}"),
            })
        }
        (Some((name, _)), None) => {
            Some(format!("cookie {} is no longer there", plain(&name, PIECE)))
        }
        (None, Some((name, _))) => Some(format!("cookie {} is new", plain(&name, PIECE))),
        (Some(_) | None, Some(_) | None) => None,
    }
}

fn kept(removed: Option<&str>, added: Option<&str>) -> Option<String> {
    let words = |line: &str| {
        let (store, key) = line.split_once(' ').unwrap_or((line, ""));
        (plain(store, PIECE), plain(key, PIECE))
    };
    match (removed.map(words), added.map(words)) {
        (Some((store, was)), Some((_, is))) => {
            Some(format!("{store} storage holds {is} instead of {was}"))
        }
        (Some((store, key)), None) => Some(format!("{store} storage no longer holds {key}")),
        (None, Some((store, key))) => Some(format!("{store} storage newly holds {key}")),
        (None, None) => None,
    }
}

fn request(removed: Option<&str>, added: Option<&str>, place: &str) -> String {
    let parts = |line: &str| {
        let mut words = line.splitn(3, ' ');
        let mut next = || words.next().unwrap_or_default().to_owned();
        let (method, path) = (next(), next());
        (format!("{method} {}", plain(&path, PIECE)), next())
    };
    match (removed.map(parts), added.map(parts)) {
        (Some((what, was)), Some((other, is))) if what == other => {
            let bare = |it: &str| it.split(" (").next().unwrap_or_default().to_owned();
            if bare(&was) == bare(&is) {
                let times = |it: &str| match it.split_once(" (") {
                    Some((_, times)) => times.trim_end_matches(')').to_owned(),
                    None => "once".to_owned(),
                };
                format!("{place} sends {what} {} instead of {}", times(&is), times(&was))
            } else {
                format!("{what} is answered {is} instead of {was}, sent by {place}")
            }
        }
        (Some((was, _)), Some((is, _))) => format!("{place} now sends {is} instead of {was}"),
        (Some((what, _)), None) => format!("{place} no longer sends {what}"),
        (None, Some((what, _))) => format!("{place} now sends {what}"),
        (None, None) => format!("{place} sends something else"),
    }
}

/// A new problem for people who use assistive technology.
fn hindrance(line: &str) -> String {
    let (rule, rest) = line.split_once(": ").unwrap_or(("", line));
    if let Some(rule) = rule.strip_prefix("axe/") {
        return format!("axe finds {} at {}", plain(rule, PIECE), plain(rest, PIECE));
    }
    if rule == "contrast" {
        let (text, colours) = rest.split_once(" in ").unwrap_or((rest, ""));
        let ratio = colours.split(": ").nth(1).and_then(|it| it.split(' ').next()).unwrap_or("");
        return format!("{} is too faint ({})", plain(text, PIECE), plain(ratio, 20));
    }
    match rest.rsplit_once(": ") {
        Some((thing, what)) => format!("{} {}", plain(thing, PIECE), plain(what, PIECE)),
        None => plain(rest, PIECE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::too_many_lines, reason = "one table, a case each")]
    fn each_kind_of_detail_is_said_in_its_own_words() {
        let say = |facet, removed: &str, added: &str| {
            let side = |it: &'static str| (!it.is_empty()).then_some(it);
            let leak = |it: &str| side(Box::leak(it.to_owned().into_boxed_str()));
            sentence(facet, leak(removed), leak(added), "/p")
        };
        let cases = [
            (
                FacetKind::Links,
                "link \"Orders\": /orders",
                "link \"Orders\": /x",
                "link \"Orders\" now leads to /x instead of /orders on /p",
            ),
            (
                FacetKind::Links,
                "link \"Docs\": http://d/ [target=_blank] [rel=noopener]",
                "link \"Docs\": http://d/ [target=_blank]",
                "link \"Docs\" lost its rel noopener on /p",
            ),
            (FacetKind::Links, "link \"A: b\": /a", "", "link \"A: b\" to /a is gone on /p"),
            (
                FacetKind::Fields,
                "textbox \"Name\" [name=n] [required]",
                "textbox \"Name\" [name=n]",
                "textbox \"Name\" is no longer required on /p",
            ),
            (
                FacetKind::Fields,
                "textbox \"Name\" [maxlength=40]",
                "textbox \"Name\" [maxlength=4]",
                "textbox \"Name\" has the maxlength 4 instead of 40 on /p",
            ),
            (
                FacetKind::Fields,
                "form \"pay\": post /pay",
                "form \"pay\": get /pay",
                "form \"pay\" is sent to get /pay instead of post /pay on /p",
            ),
            (
                FacetKind::Response,
                "x-frame-options: DENY",
                "",
                "header X-Frame-Options is gone on /p",
            ),
            (
                FacetKind::Response,
                "content-security-policy: default-src 'self'",
                "",
                "header Content-Security-Policy (default-src 'self') is gone on /p",
            ),
            (FacetKind::Response, "lang: en", "lang: de", "the language is de instead of en on /p"),
            (
                FacetKind::Response,
                "",
                "redirect: GET /p 302 to /q",
                "a new redirect: GET /p 302 to /q on /p",
            ),
            (
                FacetKind::Response,
                "redirect: GET /a 301 to /b",
                "redirect: GET /a 301 to /c",
                "redirect GET /a 301 leads to /c instead of /b on /p",
            ),
            (
                FacetKind::Cookies,
                "session: Path=/; HttpOnly; Session",
                "session: Path=/; Session",
                "cookie session lost HttpOnly on /p",
            ),
            (
                FacetKind::Cookies,
                "session: Path=/; Session",
                "",
                "cookie session is no longer there on /p",
            ),
            (
                FacetKind::Storage,
                "local \"theme\"",
                "local \"skin\"",
                "local storage holds \"skin\" instead of \"theme\" on /p",
            ),
            (FacetKind::Requests, "", "POST /x 200", "/p now sends POST /x"),
            (FacetKind::Requests, "POST /x 200", "", "/p no longer sends POST /x"),
            (
                FacetKind::Requests,
                "POST /x 200",
                "POST /x 200 (2 times)",
                "/p sends POST /x 2 times instead of once",
            ),
            (
                FacetKind::Requests,
                "POST /x 200",
                "POST /x 202",
                "POST /x is answered 202 instead of 200, sent by /p",
            ),
            (
                FacetKind::A11y,
                "",
                "name: button.icon in row \"Ada\": has no name",
                "button.icon in row \"Ada\" has no name on /p",
            ),
            (
                FacetKind::A11y,
                "",
                "contrast: \"Note\" in p.note: 2.31:1 of #aaaaaa on #ffffff, 4.5:1 is needed",
                "\"Note\" is too faint (2.31:1) on /p",
            ),
            (FacetKind::A11y, "", "axe/label: #a", "axe finds label at #a on /p"),
        ];
        for (facet, removed, added, said) in cases {
            assert_eq!(say(facet, removed, added), said);
        }
    }

    #[test]
    fn a_link_of_the_tree_that_leads_elsewhere_is_said_as_one() {
        assert_eq!(
            link_of_tree("link \"Orders\" [url=/orders]", "link \"Orders\" [url=/x]").as_deref(),
            Some("link \"Orders\" now leads to /x instead of /orders")
        );
        assert_eq!(
            of_tree("button \"Call us\"", "button").as_deref(),
            Some("button \"Call us\" lost its name")
        );
        assert_eq!(
            of_tree("textbox \"Name\" [required]: Ada", "textbox \"Name\": Ada").as_deref(),
            Some("textbox \"Name\" is no longer required")
        );
        assert_eq!(of_tree("heading \"A\" [level=1]", "heading \"B\" [level=1]"), None);
        assert_eq!(link_of_tree("link \"A\" [url=/a]", "link \"B\" [url=/a]"), None);
    }
}
