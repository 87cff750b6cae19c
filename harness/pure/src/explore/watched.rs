//! [`watched`]: what the watches saw that is wrong without any baseline: what a page throws, what ends
//! its process, and what it asks for and does not get.

use std::collections::BTreeSet;

use super::downloads::asks_for_file;
use super::fault::{Fault, fault};
use super::map::{Map, State, is_hung_up};
use super::probe::{Goal, Probe};
use super::seen::{Noticed, Seen};
use crate::model::{Action, Severity, WatchKind};

/// The endings of what pages are made of. What a script asks for besides may rightly not be there.
const PARTS: [&str; 15] = [
    "css", "js", "mjs", "png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "woff", "woff2", "ttf",
    "mp3", "mp4",
];

/// Everything of that, each thing once: a script that all pages have throws on all of them.
pub(super) fn watched(map: &Map) -> Vec<Fault> {
    let mut found: Vec<Fault> = map.crashed.iter().map(crash).collect();
    let mut told = BTreeSet::new();
    for state in &map.states {
        for it in &state.events {
            let one = match it.kind {
                WatchKind::Exception | WatchKind::Rejection => Some(throws(state, it)),
                WatchKind::BadStatus => answered_badly(state, it),
                WatchKind::RequestFailed => unanswered(state, it),
                // What a product writes to its console is not for those who use it.
                WatchKind::ConsoleError | WatchKind::PageCrashed => None,
            };
            found.extend(one.filter(|_| told.insert((it.kind, it.line(), place_of(it)))));
        }
    }
    found.extend(map.lost_files.iter().map(|it| lost_file(map, it)));
    found
}

/// What is wrong with a request is told by where it goes, what a script throws by what it says.
fn place_of(it: &Noticed) -> &str {
    match it.kind {
        WatchKind::BadStatus | WatchKind::RequestFailed => it.place(),
        WatchKind::Exception
        | WatchKind::Rejection
        | WatchKind::ConsoleError
        | WatchKind::PageCrashed => "",
    }
}

fn crash(probe: &Probe) -> Fault {
    let opened = probe.steps.iter().find_map(|it| match it {
        Action::Open(address) => Some(address.raw()),
        _ => None,
    });
    let place = opened.and_then(|it| it.split(['?', '#']).next()).unwrap_or_default();
    let title = format!("{} ends the process of the page", probe.said());
    fault("page-crash", Severity::Critical, place, title, probe)
}

fn throws(state: &State, it: &Noticed) -> Fault {
    let title = format!("{} throws: {}", state.probe.said(), it.line());
    fault("exception", Severity::Major, state.look.place(), title, &state.probe)
}

/// What a page asked for beside itself and the server failed at, or a part of the page that is not there.
fn answered_badly(state: &State, it: &Noticed) -> Option<Fault> {
    let status = it.bad_status().filter(|_| !is_document(state, it))?;
    let is_there = state.look.status.is_none_or(|it| it < 400);
    let is_visit = matches!(state.probe.goal, Goal::Page { linked: true, .. });
    let is_lost = matches!(status, 404 | 410) && is_visit && is_there && is_part(it.place());
    let severity = match (status >= 500, is_lost) {
        (true, _) => Severity::Major,
        (false, true) => Severity::Minor,
        (false, false) => return None,
    };
    let title = format!("{} asks for {}, which answers {status}", state.probe.said(), it.place());
    Some(fault("failed-request", severity, state.look.place(), title, &state.probe))
}

/// What a page asked for, and the server hung up on.
fn unanswered(state: &State, it: &Noticed) -> Option<Fault> {
    let own = it.path.starts_with('/') && is_hung_up(it.line()) && !is_document(state, it);
    let title = format!("{} asks for {}, which is not answered", state.probe.said(), it.place());
    own.then(|| fault("failed-request", Severity::Major, state.look.place(), title, &state.probe))
}

/// Whether a request was for a page itself, which other rules judge.
fn is_document(state: &State, it: &Noticed) -> bool {
    let place = |address: &str| address.split(['?', '#']).next() == Some(it.place());
    let opened = state.probe.steps.iter().any(|step| match step {
        Action::Open(address) => place(address.raw()),
        _ => false,
    });
    opened || place(&state.look.path)
}

fn is_part(path: &str) -> bool {
    let ending = path.rsplit('/').next().and_then(|it| it.rsplit_once('.')).map(|it| it.1);
    ending.is_some_and(|it| PARTS.contains(&it.to_lowercase().as_str()))
}

fn lost_file(map: &Map, (probe, address, status): &(Probe, String, u16)) -> Fault {
    let from = probe.from.and_then(|it| map.states.get(it)).map_or("/", |it| it.look.place());
    let title = format!("A link of {from} leads to {address}, which answers {status}");
    let (rule, severity) = match status {
        500.. => ("server-error", Severity::Critical),
        _ => ("dead-link", Severity::Major),
    };
    fault(rule, severity, from, title, probe)
}

impl Map {
    /// Keeps what ended the process of a page: nothing else is seen of it.
    pub(super) fn note_crash(&mut self, seen: &Seen) {
        if seen.events.iter().any(|it| it.kind == WatchKind::PageCrashed) {
            self.crashed.push(seen.probe.clone());
        }
    }

    /// Keeps a link to a file that answers with an error; whether it does.
    pub(super) fn note_lost_file(&mut self, seen: &Seen) -> bool {
        let answered = seen.events.iter().rev().find_map(|it| {
            let status = it.bad_status().filter(|it| !matches!(it, 401 | 403))?;
            let own = asks_for_file(it.place()) == seen.probe.key;
            own.then(|| (it.place().to_owned(), status))
        });
        let Some((address, status)) = answered else { return false };
        self.lost_files.push((seen.probe.clone(), address, status));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::page::{Link, Look};
    use crate::explore::seen::Sight;
    use crate::explore::{Rules, judge};

    fn noticed(kind: WatchKind, message: &str, path: &str) -> Noticed {
        Noticed { kind, message: message.to_owned(), path: path.to_owned() }
    }

    /// A map that was begun at `/`, where watches saw this.
    fn seen(events: &[Noticed], failure: Option<&str>) -> Map {
        let mut map = Map::new(Rules::default());
        map.begin_at("/");
        let probe = map.propose(1).remove(0);
        map.propose(10);
        let links =
            vec![Link { name: "All".to_owned(), to: "/a.csv".to_owned(), downloads: false }];
        let page = Look { path: "/".to_owned(), status: Some(200), links, ..Look::default() };
        let sights = vec![(1, Sight::Page(Box::new(page)))];
        map.absorb(vec![Seen {
            probe,
            sights: if failure.is_some() { Vec::new() } else { sights },
            events: events.to_vec(),
            remarks: Vec::new(),
            failure: failure.map(str::to_owned),
            counts: true,
        }]);
        map
    }

    fn told(map: &Map) -> Vec<(&'static str, String)> {
        judge(map).into_iter().map(|it| (it.rule, it.title)).collect()
    }

    fn told_of(kind: WatchKind, message: &str, path: &str) -> Vec<(&'static str, String)> {
        told(&seen(&[noticed(kind, message, path)], None))
    }

    #[test]
    fn what_a_page_throws_is_found_with_what_it_says_and_a_line_of_its_console_is_not() {
        let title = "/ throws: TypeError: x is null".to_owned();
        let said = "TypeError: x is null\n  at a.js:1";
        let wanted = [("exception", title)];
        assert_eq!(told_of(WatchKind::Exception, said, "/"), wanted);
        assert_eq!(told_of(WatchKind::Rejection, said, "/"), wanted);
        assert_eq!(told_of(WatchKind::ConsoleError, said, "/"), []);
    }

    #[test]
    fn a_script_that_throws_on_every_page_is_one_finding_and_two_scripts_are_two() {
        let count = |second: &str| {
            let first = noticed(WatchKind::Exception, "Error: no", "/");
            let mut map = seen(&[first, noticed(WatchKind::Exception, second, "/")], None);
            let mut other = map.states[0].clone();
            other.look.path = "/other".to_owned();
            map.states.push(other);
            told(&map).len()
        };
        assert_eq!((count("Error: no"), count("Error: other")), (1, 2));
    }

    #[test]
    fn a_request_that_the_server_fails_at_is_found_and_one_that_is_refused_or_elsewhere_is_not() {
        let title = |status: u32| format!("/ asks for /api/offer, which answers {status}");
        let of = |message: &str, path: &str| told_of(WatchKind::BadStatus, message, path);
        let failed = [("failed-request", title(500))];
        assert_eq!(of("POST answered 500", "/api/offer"), failed);
        assert_eq!(of("GET answered 404", "/api/offer"), [], "there may be no offer");
        assert_eq!(of("POST answered 422", "/api/offer"), []);
        assert_eq!(of("GET answered 500", "https://example.com/api/offer"), []);
        assert_eq!(of("GET answered 500", "/"), [], "the page itself is judged by its status");
        let hung = told_of(WatchKind::RequestFailed, "GET failed: net::ERR_EMPTY_RESPONSE", "/api");
        let title = "/ asks for /api, which is not answered".to_owned();
        assert_eq!(hung, [("failed-request", title)]);
        let blocked = "GET failed: the wall lets nobody through";
        assert_eq!(told_of(WatchKind::RequestFailed, blocked, "https://example.com/"), []);
    }

    #[test]
    fn a_part_of_a_page_that_is_not_there_is_found_and_one_that_nobody_may_have_is_not() {
        let title = "/ asks for /shop.css, which answers 404".to_owned();
        let of = |message: &str| told_of(WatchKind::BadStatus, message, "/shop.css");
        assert_eq!(of("GET answered 404"), [("failed-request", title)]);
        assert_eq!(of("GET answered 403"), []);
    }

    #[test]
    fn what_ends_the_process_of_a_page_is_found_and_a_page_that_only_fails_is_not() {
        let crashed = noticed(WatchKind::PageCrashed, "the page crashed", "/");
        let title = "/ ends the process of the page".to_owned();
        assert_eq!(told(&seen(&[crashed], Some("it crashed"))), [("page-crash", title)]);
        assert_eq!(told(&seen(&[], Some("it took too long"))), []);
    }

    #[test]
    fn a_link_to_a_file_that_is_not_there_is_found_and_one_that_gives_another_name_is_not() {
        let asked = |events: &[Noticed], failure: &str| {
            let mut map = seen(&[], None);
            let all = map.propose(50);
            let probe = all.iter().find(|it| matches!(it.goal, Goal::Download { .. }));
            let probe = probe.expect("it is asked for").clone();
            map.absorb(vec![Seen {
                probe,
                sights: Vec::new(),
                events: events.to_vec(),
                remarks: Vec::new(),
                failure: Some(failure.to_owned()),
                counts: true,
            }]);
            told(&map)
        };
        let why = "expected a download; none began";
        let saw =
            |message: &str, path: &str| asked(&[noticed(WatchKind::BadStatus, message, path)], why);
        let answered = |message: &str| saw(message, "/a.csv");
        let title = |status: u32| format!("A link of / leads to /a.csv, which answers {status}");
        assert_eq!(answered("GET answered 404"), [("dead-link", title(404))]);
        assert_eq!(answered("GET answered 500"), [("server-error", title(500))]);
        assert_eq!(answered("GET answered 403"), []);
        assert_eq!(saw("GET answered 404", "/shop.css"), [], "that is not what the link leads to");
        assert_eq!(asked(&[], "expected a file; it is named \"b.csv\""), []);
    }
}
