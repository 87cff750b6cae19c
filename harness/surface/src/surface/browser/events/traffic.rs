//! [`Hop`] and [`Write`]: what the network says of a document, and what a page sent to be kept.
//!
//! [`super::tab`] keeps the hops that led to the document of a tab, [`super::record`] the writes
//! since the last look; [`crate::surface::browser::views::detail`] writes both as facets.

use serde_json::Value;

/// The headers that are compared: what a document is, how long it may be kept, what it forbids.
const HEADERS: [&str; 15] = [
    "content-type",
    "cache-control",
    "content-disposition",
    "content-language",
    "content-security-policy",
    "content-security-policy-report-only",
    "cross-origin-embedder-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
    "referrer-policy",
    "strict-transport-security",
    "x-content-type-options",
    "x-frame-options",
    "x-robots-tag",
];
/// The methods that change something.
const WRITES: [&str; 4] = ["POST", "PUT", "PATCH", "DELETE"];
/// More writes than these between two looks are not kept one by one.
const MOST_WRITES: usize = 1_000;

/// One answer on the way to a document: a redirect, or the document itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hop {
    /// The method of the request.
    pub(crate) method: String,
    /// What was asked for.
    pub(crate) url: String,
    /// The status of the answer.
    pub(crate) status: u16,
    /// Where it leads, for a redirect.
    pub(crate) location: Option<String>,
    /// The chosen headers, in the order of [`HEADERS`].
    pub(crate) headers: Vec<(&'static str, String)>,
}

/// How a write ended.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ending {
    /// With this status.
    Answered(u16),
    /// Nobody waits for the answer of a beacon.
    Unawaited,
    /// Without an answer, for this reason.
    Failed(String),
}

/// A request that changes something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Write {
    /// The method.
    pub(crate) method: String,
    /// Where it went.
    pub(crate) url: String,
    /// How it ended.
    pub(crate) ending: Ending,
}

/// The hop that an event of an answer tells of, and which one it is, from 0.
pub(crate) fn hop(params: &Value) -> Option<(usize, Hop)> {
    let status = params["response"]["status"].as_u64()? as u16;
    let header = |name: &str| -> Option<String> {
        let all = params["response"]["headers"].as_array()?.iter();
        let named = all.filter(|it| text(&it["name"]).eq_ignore_ascii_case(name));
        let values: Vec<String> = named.map(|it| text(&it["value"]["value"])).collect();
        (!values.is_empty()).then(|| values.join(", "))
    };
    let hop = Hop {
        method: text(&params["request"]["method"]),
        url: text(&params["request"]["url"]),
        status,
        location: header("location").filter(|_| (300..400).contains(&status)),
        headers: HEADERS.into_iter().filter_map(|name| Some((name, header(name)?))).collect(),
    };
    Some((params["redirectCount"].as_u64().unwrap_or_default() as usize, hop))
}

/// Whether a method is one that changes something.
pub(super) fn is_write(method: &str) -> bool {
    WRITES.contains(&method)
}

/// Keeps the write that an event tells of, if it is one, with how it ended.
pub(crate) fn keep(writes: &mut Vec<Write>, params: &Value, ending: Ending) {
    let request = &params["request"];
    let method = text(&request["method"]);
    if !is_write(&method) || writes.len() >= MOST_WRITES {
        return;
    }
    // The standard's own key for it, which this browser leaves empty, and the engine's.
    let beacon = request["initiatorType"] == "beacon"
        || matches!(
            request["goog:resourceType"].as_str(),
            Some("Ping" | "CSPViolationReport" | "Preflight")
        );
    let ending = if beacon { Ending::Unawaited } else { ending };
    writes.push(Write { method, url: text(&request["url"]), ending });
}

/// Takes back that the write which an event tells of was given up.
pub(super) fn take_back(writes: &mut Vec<Write>, params: &Value) {
    let request = &params["request"];
    let (method, url) = (text(&request["method"]), text(&request["url"]));
    let given_up = |it: &Write| {
        it.method == method
            && it.url == url
            && it.ending == Ending::Failed("ERR_ABORTED".to_owned())
    };
    if let Some(at) = writes.iter().rposition(given_up) {
        writes.remove(at);
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
