//! [`sentence`]: what changed in the details of a page, as its user or its maker would say it.
//!
//! The lines are those of the facets `links`, `fields`, `response`, `cookies`, `storage`,
//! `requests` and `a11y`.

use super::lines::Line;
use super::nodes::thing;
use super::places::place_of;
use super::plain::{PIECE, plain, sides};
use super::said::{HAS, IS, Said, together};
use crate::model::FacetKind;
use crate::model::thing::Node;

/// The longest of two addresses or values that stand beside each other.
const VALUE: usize = PIECE / 2 + 10;

/// What changed in the details of a page: what the first line says, of all things of which its facet
/// says the same.
pub(super) fn sentence(all: &[Line<'_>]) -> String {
    let first = &all[0];
    let place = place_of(Some(first.at));
    if first.facet == FacetKind::Requests {
        return request(first.before(), first.after(), &place);
    }
    let same = all.iter().filter(|it| it.facet == first.facet);
    let said: Vec<Said> = same.map(|it| said(it.facet, it.before(), it.after())).collect();
    format!("{} on {place}", together(&said).unwrap_or_default())
}

/// What a line of a facet says.
fn said(facet: FacetKind, removed: Option<&str>, added: Option<&str>) -> Said {
    let own = match facet {
        FacetKind::Links => link(removed, added),
        FacetKind::Fields => field(removed, added),
        FacetKind::Response => answer(removed, added),
        FacetKind::Cookies => cookie(removed, added),
        FacetKind::Storage => kept(removed, added),
        FacetKind::A11y => added.map(hindrance),
        FacetKind::Aria
        | FacetKind::Requests
        | FacetKind::Text
        | FacetKind::Image
        | FacetKind::Page
        | FacetKind::Stdout
        | FacetKind::Stderr
        | FacetKind::Exit
        | FacetKind::Files
        | FacetKind::Screen
        | FacetKind::Recording
        | FacetKind::Events => None,
    };
    own.unwrap_or_else(|| generic(removed, added))
}

fn generic(removed: Option<&str>, added: Option<&str>) -> Said {
    let cut = |it: &str| plain(it, PIECE);
    match (removed, added) {
        (Some(old), Some(new)) => {
            let (old, new) = sides(old, new, PIECE);
            Said::plainly(old, format!("became {new}"))
        }
        (Some(old), None) => Said::of(cut(old), IS, "gone"),
        (None, Some(new)) => Said::of(cut(new), IS, "new"),
        (None, None) => Said::plainly("something".to_owned(), "changed".to_owned()),
    }
}

/// What two lines of the tree say of one thing, where a sentence of a detail says it better: a link
/// leads elsewhere, a name is lost, a field need not be filled any more.
pub(super) fn of_tree(old: &str, new: &str) -> Option<Said> {
    let role = old.split([' ', ':']).next().unwrap_or_default();
    if new == role && old[role.len()..].starts_with(" \"") {
        return Some(Said::plainly(plain(old, PIECE), "lost its name".to_owned()));
    }
    let without = |line: &str| line.replacen(" [required]", "", 1);
    let thing = || thing(&Node::read(old));
    if without(old) == new {
        return Some(Said::of(thing(), IS, "no longer required"));
    }
    if without(new) == old {
        return Some(Said::of(thing(), IS, "now required"));
    }
    link_of_tree(old, new)
}

fn link_of_tree(old: &str, new: &str) -> Option<Said> {
    let parts = |line: &str| -> Option<(String, String)> {
        let (before, rest) = line.split_once(" [url=")?;
        let (url, after) = rest.split_once(']')?;
        Some((format!("{before}{after}"), url.to_owned()))
    };
    let ((thing, was), (other, is)) = (parts(old)?, parts(new)?);
    let name = thing.split(" [").next().unwrap_or_default();
    (thing == other && was != is).then(|| leads(name, &was, &is))
}

fn leads(thing: &str, was: &str, is: &str) -> Said {
    let (was, is) = sides(was, is, VALUE);
    let thing = plain(thing.trim_end_matches(':'), PIECE);
    Said::of(thing, ["now leads", "now lead"], &format!("to {is} instead of {was}"))
}

/// A line as the thing, what stands after its colon, and its marks.
struct Marked<'a> {
    thing: &'a str,
    value: &'a str,
    marks: Vec<&'a str>,
}

impl<'a> Marked<'a> {
    fn of(line: &'a str) -> Self {
        let (head, marks) = split_marks(line);
        let after_name = head.rfind('"').map_or(0, |at| at + 1);
        let (thing, value) = match head[after_name..].split_once(':') {
            Some((rest, value)) => (&head[..after_name + rest.len()], value.trim()),
            None => (head, ""),
        };
        Self { thing: thing.trim(), value, marks }
    }

    /// The thing with where it leads.
    fn with_address(&self) -> String {
        format!("{} to {}", plain(self.thing, PIECE), plain(self.value, PIECE))
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

fn link(removed: Option<&str>, added: Option<&str>) -> Option<Said> {
    match (removed.map(Marked::of), added.map(Marked::of)) {
        (Some(old), Some(new)) if old.thing == new.thing && old.value != new.value => {
            Some(leads(new.thing, old.value, new.value))
        }
        (Some(old), Some(new)) if old.thing == new.thing => marks(&old, &new),
        (Some(old), None) => Some(Said::of(old.with_address(), IS, "gone")),
        (None, Some(new)) => Some(Said::of(new.with_address(), IS, "new")),
        (Some(_) | None, Some(_) | None) => None,
    }
}

fn field(removed: Option<&str>, added: Option<&str>) -> Option<Said> {
    match (removed.map(Marked::of), added.map(Marked::of)) {
        (Some(old), Some(new)) if old.thing == new.thing && old.value != new.value => {
            let (was, is) = sides(old.value, new.value, VALUE);
            let rest = format!("sent to {is} instead of {was}");
            Some(Said::of(plain(new.thing, PIECE), IS, &rest))
        }
        (Some(old), Some(new)) if old.thing == new.thing => marks(&old, &new),
        (Some(_) | None, Some(_) | None) => None,
    }
}

/// What became of the marks of a thing.
fn marks(old: &Marked<'_>, new: &Marked<'_>) -> Option<Said> {
    let thing = plain(new.thing, PIECE);
    let (lost, gained) = (old.more(new), new.more(old));
    let key = |it: &str| it.split('=').next().unwrap_or_default().to_owned();
    let value = |it: &str| it.split_once('=').map_or(it, |it| it.1).trim_matches('"').to_owned();
    let said = |it: &str| match it.split_once('=') {
        Some((key, value)) if value.starts_with('"') => {
            format!("{key} \"{}\"", plain(value.trim_matches('"'), PIECE))
        }
        Some(_) | None => plain(&it.replacen('=', " ", 1), PIECE / 2),
    };
    Some(match (lost.first(), gained.first()) {
        (Some(was), Some(is)) if key(was) == key(is) => {
            let key = key(is);
            let (was, is) = sides(&value(was), &value(is), PIECE / 2);
            Said::of(thing, HAS, &format!("the {key} {is} instead of {was}"))
        }
        (Some(was), _) if *was == "required" => Said::of(thing, IS, "no longer required"),
        (Some(was), _) => Said::plainly(thing, format!("lost its {}", said(was))),
        (None, Some(is)) if *is == "required" => Said::of(thing, IS, "now required"),
        (None, Some(is)) => Said::plainly(thing, format!("got a {}", said(is))),
        (None, None) => return None,
    })
}

/// A line of what a page answered: `status: 404`, `redirect: GET /a 302 to /b`.
fn answer(removed: Option<&str>, added: Option<&str>) -> Option<Said> {
    let parts = |line: &'_ str| -> Option<(String, String)> {
        line.split_once(": ").map(|(key, value)| (key.to_owned(), value.to_owned()))
    };
    let (old, new) = (removed.and_then(parts), added.and_then(parts));
    let key = old.as_ref().or(new.as_ref())?.0.clone();
    let same = old.as_ref().zip(new.as_ref()).is_none_or(|(old, new)| old.0 == new.0);
    if !same {
        return None;
    }
    let (was, is) = (old.map(|it| it.1), new.map(|it| it.1));
    let name = || format!("header {}", header(&key));
    Some(match (key.as_str(), was, is) {
        ("redirect", was, is) => redirect(was.as_deref(), is.as_deref())?,
        ("lang" | "status", Some(was), Some(is)) => {
            let (was, is) = sides(&was, &is, VALUE);
            let what = if key == "lang" { "the language" } else { "the status" };
            Said::of(what.to_owned(), IS, &format!("{is} instead of {was}"))
        }
        (_, Some(was), Some(is)) => {
            let (was, is) = sides(&was, &is, VALUE);
            Said::of(name(), IS, &format!("{is} instead of {was}"))
        }
        (_, Some(was), None) if key.starts_with("content-security") => {
            Said::of(format!("{} ({})", name(), plain(&was, VALUE)), IS, "gone")
        }
        (_, Some(_), None) => Said::of(name(), IS, "gone"),
        (_, None, Some(is)) => Said::of(name(), IS, &format!("new: {}", plain(&is, VALUE))),
        (_, None, None) => return None,
    })
}

/// `redirects` and `redirect`.
const REDIRECTS: [&str; 2] = ["redirects", "redirect"];

/// A redirect that is new, gone or leads elsewhere, of lines such as `GET /a 302 to /b`.
fn redirect(was: Option<&str>, is: Option<&str>) -> Option<Said> {
    let parts = |line: &str| -> Option<(String, String, String)> {
        let (from, to) = line.split_once(" to ")?;
        let (request, status) = from.rsplit_once(' ')?;
        Some((plain(request, PIECE), status.to_owned(), to.to_owned()))
    };
    Some(match (was.and_then(parts), is.and_then(parts)) {
        (Some((from, _, was)), Some((same, _, is))) if from == same && was != is => {
            let (was, is) = sides(&was, &is, VALUE);
            Said::of(from, REDIRECTS, &format!("to {is} instead of {was}"))
        }
        (Some((from, was, _)), Some((same, is, _))) if from == same => {
            Said::of(from, REDIRECTS, &format!("with {is} instead of {was}"))
        }
        (None, Some((from, status, to))) => Said::of(
            from,
            ["now redirects", "now redirect"],
            &format!("to {} ({status})", plain(&to, VALUE)),
        ),
        (Some((from, _, to)), None) => Said::of(
            from,
            ["no longer redirects", "no longer redirect"],
            &format!("to {}", plain(&to, VALUE)),
        ),
        (Some(_) | None, Some(_) | None) => return None,
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

fn cookie(removed: Option<&str>, added: Option<&str>) -> Option<Said> {
    let parts = |line: &str| -> Option<(String, Vec<String>)> {
        let (name, flags) = line.split_once(": ")?;
        Some((name.to_owned(), flags.split("; ").map(str::to_owned).collect()))
    };
    let named = |name: &str| format!("cookie {}", plain(name, PIECE));
    match (removed.and_then(parts), added.and_then(parts)) {
        (Some((name, was)), Some((other, is))) if name == other => {
            let lacks = |one: &[String], two: &[String]| {
                let list: Vec<String> =
                    one.iter().filter(|it| !two.contains(it)).cloned().collect();
                list.join(" and ")
            };
            let name = named(&name);
            Some(match (lacks(&was, &is).as_str(), lacks(&is, &was).as_str()) {
                (lost, "") => Said::plainly(name, format!("lost {lost}")),
                ("", gained) => Said::of(name, IS, &format!("now {gained}")),
                (lost, gained) => Said::of(name, IS, &format!("now {gained} instead of {lost}")),
            })
        }
        (Some((name, _)), None) => Some(Said::of(named(&name), IS, "no longer there")),
        (None, Some((name, _))) => Some(Said::of(named(&name), IS, "new")),
        (Some(_) | None, Some(_) | None) => None,
    }
}

fn kept(removed: Option<&str>, added: Option<&str>) -> Option<Said> {
    let words = |line: &str| {
        let (store, key) = line.split_once(' ').unwrap_or((line, ""));
        (format!("{} storage", plain(store, PIECE)), plain(key, PIECE))
    };
    Some(match (removed.map(words), added.map(words)) {
        (Some((store, was)), Some((_, is))) => {
            Said::plainly(store, format!("holds {is} instead of {was}"))
        }
        (Some((store, key)), None) => Said::plainly(store, format!("no longer holds {key}")),
        (None, Some((store, key))) => Said::plainly(store, format!("newly holds {key}")),
        (None, None) => return None,
    })
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
fn hindrance(line: &str) -> Said {
    let (rule, rest) = line.split_once(": ").unwrap_or(("", line));
    if let Some(rule) = rule.strip_prefix("axe/") {
        let found = format!("axe finds {} at", plain(rule, PIECE));
        return Said::plainly(found, plain(rest, PIECE));
    }
    if rule == "contrast" {
        let (text, colours) = rest.split_once(" in ").unwrap_or((rest, ""));
        let ratio = colours.split(": ").nth(1).and_then(|it| it.split(' ').next()).unwrap_or("");
        return Said::of(plain(text, PIECE), IS, &format!("too faint ({})", plain(ratio, 20)));
    }
    match rest.rsplit_once(": ") {
        Some((thing, what)) => Said::plainly(plain(thing, PIECE), plain(what, PIECE)),
        None => Said::plainly(plain(rest, PIECE), "is hard to use".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(text: &str) -> Option<&str> {
        (!text.is_empty()).then_some(text)
    }

    /// What is said of one line that was replaced; an empty one was not there.
    fn say(facet: FacetKind, removed: &str, added: &str) -> String {
        if facet == FacetKind::Requests {
            return request(side(removed), side(added), "/p");
        }
        format!("{} on /p", said(facet, side(removed), side(added)).sentence())
    }

    #[test]
    fn what_changed_of_links_and_fields_is_said_by_name() {
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
        ];
        for (facet, removed, added, said) in cases {
            assert_eq!(say(facet, removed, added), said);
        }
    }

    #[test]
    fn what_changed_of_an_answer_and_what_it_leaves_in_the_browser_is_said_by_name() {
        let cases = [
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
                "GET /p now redirects to /q (302) on /p",
            ),
            (
                FacetKind::Response,
                "redirect: GET /a 301 to /b",
                "redirect: GET /a 301 to /c",
                "GET /a redirects to /c instead of /b on /p",
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
        ];
        for (facet, removed, added, said) in cases {
            assert_eq!(say(facet, removed, added), said);
        }
    }

    #[test]
    fn what_changed_of_requests_and_accessibility_is_said_by_name() {
        let cases = [
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
        let said = |it: Option<Said>| it.map(|it| it.sentence());
        assert_eq!(
            said(link_of_tree("link \"Orders\" [url=/orders]", "link \"Orders\" [url=/x]")),
            Some("link \"Orders\" now leads to /x instead of /orders".to_owned())
        );
        assert_eq!(
            said(of_tree("button \"Call us\"", "button")),
            Some("button \"Call us\" lost its name".to_owned())
        );
        assert_eq!(
            said(of_tree("textbox \"Name\" [required]: Ada", "textbox \"Name\": Ada")),
            Some("textbox \"Name\" is no longer required".to_owned())
        );
        assert_eq!(of_tree("heading \"A\" [level=1]", "heading \"B\" [level=1]"), None);
        assert_eq!(link_of_tree("link \"A\" [url=/a]", "link \"B\" [url=/a]"), None);
    }
}
