//! [`apart`]: what two runs of a scenario differ in of their requests: one that was answered
//! otherwise, one that was sent in one of them alone, one that took far longer, and two that ended
//! in another order.
//!
//! Only what both runs came to is compared: what the longer run sent behind the last request that
//! the other one sent too follows from where that one ended.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::request::Sent;

/// What took so many times as long, and so many milliseconds more, is told.
const FELT: (u64, u64) = (2, 200);
/// The most differences that are told.
const MOST: usize = 5;
/// The longest name of a request, in characters.
const LONGEST: usize = 120;

/// A run, by what it is called and the log of its network.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// `run 1, which failed`.
    pub name: &'a str,
    /// A request a line, in the order in which they ended.
    pub log: &'a str,
}

/// The requests of a run in their order, each under what it is called in any run.
struct Sequence {
    all: Vec<(String, Sent)>,
}

impl Sequence {
    fn of(log: &str) -> Self {
        let mut times: BTreeMap<String, u32> = BTreeMap::new();
        let named = |sent: Sent| {
            let name = name(&sent);
            let count = times.entry(name.clone()).or_default();
            *count += 1;
            (if *count == 1 { name } else { format!("{name} (the {count}. time)") }, sent)
        };
        Self { all: log.lines().filter_map(Sent::read).map(named).collect() }
    }

    fn get(&self, name: &str) -> Option<&Sent> {
        self.all.iter().find(|it| it.0 == name).map(|it| &it.1)
    }

    /// Without what comes behind the last request that the other run sent too.
    fn known_to(mut self, other: &BTreeSet<String>) -> Self {
        let common = self.all.iter().rposition(|it| other.contains(&it.0));
        self.all.truncate(common.map_or(0, |at| at + 1));
        self
    }

    fn names(&self) -> BTreeSet<String> {
        self.all.iter().map(|it| it.0.clone()).collect()
    }
}

/// What two runs differ in, in sentences; nothing where one of them has no requests.
#[must_use]
pub fn apart(one: Run<'_>, other: Run<'_>) -> Vec<String> {
    let (first, second) = (Sequence::of(one.log), Sequence::of(other.log));
    let names = (first.names(), second.names());
    let (first, second) = (first.known_to(&names.1), second.known_to(&names.0));
    let both = pairs(&first, &second);
    let answers = both.iter().filter(|it| it.1.ended != it.2.ended).map(|(name, a, b)| {
        let (run, in_other) = (one.name, other.name);
        format!("{name} ended with {} in {run}, and with {} in {in_other}", a.ended, b.ended)
    });
    let alone = [(&first, one, &names.1), (&second, other, &names.0)];
    let missing = alone.into_iter().flat_map(|(own, run, others)| {
        let of_it = own.all.iter().filter(move |it| !others.contains(&it.0));
        of_it.map(move |it| format!("{} was sent in {} alone", it.0, run.name))
    });
    let slower = both.iter().filter_map(|(name, a, b)| {
        let (a, b) = (a.ms?, b.ms?);
        let (less, more) = (a.min(b), a.max(b));
        let is_felt = more >= less.saturating_mul(FELT.0) && more - less >= FELT.1;
        is_felt.then(|| format!("{name} took {a} ms in {}, and {b} ms in {}", one.name, other.name))
    });
    let order = swapped(&both, &second).map(|(a, b)| {
        format!("{a} ended before {b} in {}, and behind it in {}", one.name, other.name)
    });
    answers.chain(missing).chain(slower).chain(order).take(MOST).collect()
}

/// A request of both runs: its name, and how it went in each.
type Pair<'a> = (&'a str, &'a Sent, &'a Sent);

fn pairs<'a>(first: &'a Sequence, second: &'a Sequence) -> Vec<Pair<'a>> {
    let pair = |it: &'a (String, Sent)| Some((it.0.as_str(), &it.1, second.get(&it.0)?));
    first.all.iter().filter_map(pair).collect()
}

/// The first two requests, one behind the other in the first run, that the second has the other way
/// round.
fn swapped<'a>(both: &[Pair<'a>], second: &Sequence) -> Option<(&'a str, &'a str)> {
    let at = |name: &str| second.all.iter().position(|it| it.0 == name);
    let mut next = both.iter().zip(both.iter().skip(1)).map(|(a, b)| (a.0, b.0));
    next.find(|(a, b)| at(a) > at(b))
}

/// What a request is called in any run: without the server's port, which is another one each time,
/// and without what is asked for behind the path.
fn name(sent: &Sent) -> String {
    let address = sent.url.split_once("://").map_or(sent.url.as_str(), |it| it.1);
    let address = address.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = address.split_at(address.find('/').unwrap_or(address.len()));
    let is_ours = ["127.", "localhost", "[::1]"].iter().any(|it| host.starts_with(it));
    let host = if is_ours { "" } else { host };
    format!("{} {host}{path}", sent.method).chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(failed: &[&str], passed: &[&str]) -> Vec<String> {
        let log = |lines: &[&str], port: u16| {
            let line = |it: &&str| it.replacen(" /", &format!(" http://127.0.0.1:{port}/"), 1);
            lines.iter().map(line).collect::<Vec<_>>().join("\n")
        };
        let (one, other) = (log(failed, 81), log(passed, 82));
        apart(Run { name: "run 1", log: &one }, Run { name: "run 2", log: &other })
    }

    #[test]
    fn a_slower_request_another_answer_and_one_that_is_missing_are_told() {
        let failed =
            ["GET / 200 in 20 ms", "GET /api/cart?u=1 200 in 2400 ms", "GET /api/tax 500 in 9 ms"];
        let passed = [
            "GET / 200 in 90 ms",
            "GET /api/cart?u=2 200 in 180 ms",
            "POST /api/seen 204 in 5 ms",
            "GET /api/tax 200 in 9 ms",
        ];
        assert_eq!(
            told(&failed, &passed),
            [
                "GET /api/tax ended with 500 in run 1, and with 200 in run 2",
                "POST /api/seen was sent in run 2 alone",
                "GET /api/cart took 2400 ms in run 1, and 180 ms in run 2",
            ]
        );
        // The twin: other ports and queries, and times that nobody feels.
        assert_eq!(told(&passed, &passed), Vec::<String>::new());
    }

    #[test]
    fn what_ends_in_another_order_is_told_and_what_comes_behind_a_failure_is_not() {
        let said = told(
            &["GET /a 200 in 9 ms", "GET /b 200 in 9 ms"],
            &["GET /b 200 in 9 ms", "GET /a 200 in 9 ms", "GET /later 200 in 9 ms"],
        );
        assert_eq!(said, ["GET /a ended before GET /b in run 1, and behind it in run 2"]);
        assert_eq!(told(&[], &["GET /a 200 in 9 ms"]), Vec::<String>::new());
    }

    #[test]
    fn the_same_request_again_is_compared_with_its_own_time() {
        let said = told(
            &["GET /poll 200 in 9 ms", "GET /poll 200 in 900 ms"],
            &["GET /poll 200 in 9 ms", "GET /poll 200 in 9 ms"],
        );
        assert_eq!(said, ["GET /poll (the 2. time) took 900 ms in run 1, and 9 ms in run 2"]);
    }
}
