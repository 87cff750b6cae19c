//! [`cause`]: what all attempts that failed in an outage have in common, where that says why: a port
//! that took no connections, a name that was not resolved, a full disk.
//!
//! Each attempt says what may have kept it from working; what all of them say is the cause.
//! Neighbour: [`super::outages`], which asks.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::seen::Seen;
use crate::model::attempts::{AttemptLog, Attempts};
use crate::model::event::{Failure, KnownValue};
use crate::model::{FacetKind, Outcome};
use crate::words::plain;

/// What keeps attempts from working, whatever they are about. What says more comes first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    /// A process ended, and how: `signal 9`.
    Ended(String, String),
    DiskFull,
    NotResolved,
    Refused(Who),
    BrowserLost,
    Slow,
    TimedOut,
}

/// Who took no connections.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    /// The product, on the port that the night gave to it.
    OwnPort,
    /// The product, wherever it runs.
    Product,
    /// An address.
    At(String),
    /// It is not said who.
    Somebody,
}

/// The words of systems, tools, browsers and ourselves for it, in small letters.
static WORDS: [(Cause, &[&str]); 5] = [
    (Cause::DiskFull, &["no space left on device", "enospc", "disk full", "disk quota exceeded"]),
    (
        Cause::NotResolved,
        &[
            "could not resolve host",
            "name or service not known",
            "temporary failure in name resolution",
            "no such host",
            "enotfound",
            "eai_again",
            "err_name_not_resolved",
        ],
    ),
    (Cause::BrowserLost, &["the browser is lost"]),
    (Cause::Slow, &["the machine gave it next to no time"]),
    (Cause::TimedOut, &["timed out", "etimedout", "err_timed_out", "no answer within"]),
];
/// The same for connections that were not taken.
const REFUSED: [&str; 5] = [
    "connection refused",
    "econnrefused",
    "err_connection_refused",
    // What the browser says of our proxy, which found nobody there.
    "err_socks_connection_failed",
    "takes no connections",
];

static ADDRESS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(\S+:\d+) takes no connections|econnrefused (\S+:\d+)"));
static SIGNAL: LazyLock<Regex> = LazyLock::new(|| pattern(r"^signal:? (\d+)"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a valid pattern")
}

impl Cause {
    /// What happened, as the beginning of a sentence.
    fn said(&self) -> String {
        let said = match self {
            Self::Ended(what, how) => {
                return format!("{} ended with {}", plain(what, 60), plain(how, 40));
            }
            Self::Refused(Who::At(address)) => {
                return format!("{} took no connections", plain(address, 60));
            }
            Self::DiskFull => "The disk was full",
            Self::NotResolved => "A name could not be resolved",
            Self::Refused(Who::OwnPort) => "The product refused connections on its port",
            Self::Refused(Who::Product) => "The product took no connections",
            Self::Refused(Who::Somebody) => "Connections were refused",
            Self::BrowserLost => "The browser was lost",
            Self::Slow => "The machine was too slow",
            Self::TimedOut => "Nothing ended in its time",
        };
        said.to_owned()
    }
}

/// What all these attempts have in common, by their scenarios and numbers, as the beginning of a
/// sentence; `None` where they share nothing that says why they failed.
#[must_use]
pub fn cause(failed: &[(&str, u32)], attempts: &Attempts<'_>, seen: &Seen<'_>) -> Option<String> {
    let mut each = failed.iter().map(|(scenario, number)| {
        let log = attempts.scenario(scenario).and_then(|it| it.attempts.get(number));
        log.map(|it| causes(scenario, *number, it, seen)).unwrap_or_default()
    });
    let mut shared = each.next()?;
    each.for_each(|own| shared.retain(|it| own.contains(it)));
    shared.first().map(Cause::said)
}

/// All that may have kept one attempt from working.
fn causes(scenario: &str, number: u32, log: &AttemptLog<'_>, seen: &Seen<'_>) -> BTreeSet<Cause> {
    let mut all = BTreeSet::new();
    let timed_out = |it: Option<Outcome>| it == Some(Outcome::TimedOut);
    for (step, failure) in log.failures() {
        all.extend(ended(&step.place, failure));
        all.extend(timed_out(Some(failure.outcome)).then_some(Cause::TimedOut));
        // A path is one of the product's.
        all.extend(told(&failure.actual, failure.expected.starts_with('/'), log.known));
    }
    all.extend(timed_out(log.outcome()).then_some(Cause::TimedOut));
    let detail = log.finished.as_ref().and_then(|it| it.detail);
    for text in detail.into_iter().chain(log.sightings.iter().map(|it| it.message)) {
        all.extend(told(text, false, log.known));
    }
    for located in seen.differences(scenario, number) {
        let place = &located.difference.place;
        for facet in &located.difference.facets {
            if facet.facet == Some(FacetKind::Exit) {
                all.extend(by_signal(place, &facet.actual));
            }
            all.extend(told(&facet.actual, false, log.known));
        }
    }
    all
}

/// The process that a failed step says has ended, and how.
fn ended(place: &str, failure: &Failure) -> Option<Cause> {
    let running = failure.expected.strip_prefix("the product ");
    let product = running.and_then(|it| it.strip_suffix(" running"));
    match product.zip(failure.actual.strip_prefix("it ended with ")) {
        Some((product, how)) => {
            Some(Cause::Ended(format!("The product {product}"), how.to_owned()))
        }
        None => by_signal(place, &failure.actual),
    }
}

/// The command that a signal ended.
fn by_signal(place: &str, said: &str) -> Option<Cause> {
    let signal = SIGNAL.captures(said)?;
    let program = place.split_whitespace().next()?;
    let name = program.rsplit('/').next().unwrap_or(program);
    Some(Cause::Ended(name.to_owned(), format!("signal {}", &signal[1])))
}

/// What a text says of it; `is_own` where the product itself was asked for. `known` has the ports
/// that the night gave out.
fn told(text: &str, is_own: bool, known: &[KnownValue]) -> Vec<Cause> {
    let text = text.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|it| text.contains(*it));
    let mut all: Vec<Cause> = WORDS.iter().filter(|it| says(it.1)).map(|it| it.0.clone()).collect();
    if !says(&REFUSED) {
        return all;
    }
    let is_port = |it: &&KnownValue| it.token.ends_with("port]") && it.token != "[smtp-port]";
    let ports: Vec<&KnownValue> = known.iter().filter(is_port).collect();
    let names_port =
        text.contains("[port]") || ports.iter().any(|it| text.contains(&format!(":{}", it.value)));
    all.push(Cause::Refused(Who::Somebody));
    if is_own {
        all.push(Cause::Refused(Who::Product));
    }
    if names_port || (is_own && !ports.is_empty()) {
        all.push(Cause::Refused(Who::OwnPort));
    } else if let Some(found) = ADDRESS.captures(&text)
        && let Some(address) = found.get(1).or_else(|| found.get(2))
    {
        all.push(Cause::Refused(Who::At(address.as_str().to_owned())));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::Night;

    /// The cause of attempts of which each failed so: place, what was expected, what was there.
    fn said(failures: &[(&str, &str, &str)]) -> Option<String> {
        let mut night = Night::default();
        let ids: Vec<String> = (0..failures.len()).map(|it| format!("s{it}")).collect();
        for (id, &(place, expected, actual)) in ids.iter().zip(failures) {
            night
                .begin_with(id, 1, &[("41231", "[port]")])
                .failed(id, 1, 1, place, (Outcome::Failed, expected, actual))
                .end(id, 1, Outcome::Failed);
        }
        let attempts = Attempts::of(&night.entries);
        let failed: Vec<(&str, u32)> = ids.iter().map(|it| (it.as_str(), 1)).collect();
        cause(&failed, &attempts, &Seen::default())
    }

    #[test]
    fn what_all_attempts_failed_in_is_the_cause() {
        let refused = ("/cart", "/cart to load", "net::ERR_SOCKS_CONNECTION_FAILED");
        let by_command =
            ("shopctl orders", "exit 0", "exit 7; it said:\nECONNREFUSED 127.0.0.1:41231");
        let elsewhere = ("/pay", "a receipt", "pay.example:443 takes no connections");
        let full = ("shopctl add", "exit 0", "exit 1; stderr ended with:\nNo space left on device");
        let killed = ("/usr/bin/shopctl add", "exit 0", "signal 9; it wrote nothing to stderr");
        let again = ("shopctl orders", "exit 0", "signal 9; it wrote nothing to stderr");
        let dead = ("/", "the product shop running", "it ended with signal 11");
        let unknown = ("curl", "exit 0", "exit 6; stderr ended with:\nCould not resolve host: a.b");
        let late = ("/", "/ to load", "no answer within 5000 ms");
        for (failures, expected) in [
            ([refused, by_command], "The product refused connections on its port"),
            ([elsewhere, elsewhere], "pay.example:443 took no connections"),
            ([refused, elsewhere], "Connections were refused"),
            ([full, full], "The disk was full"),
            ([killed, again], "shopctl ended with signal 9"),
            ([dead, dead], "The product shop ended with signal 11"),
            ([unknown, unknown], "A name could not be resolved"),
            ([late, late], "Nothing ended in its time"),
        ] {
            assert_eq!(said(&failures).as_deref(), Some(expected));
        }
        // The twins: what only some of them failed in is no cause.
        let other = ("/cart", "button \"Pay\"", "there is none");
        for failures in [[refused, other], [killed, dead], [other, other], [full, unknown]] {
            assert_eq!(said(&failures), None, "{failures:?}");
        }
    }
}
