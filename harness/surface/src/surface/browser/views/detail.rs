//! The facets that say of a page what cannot be seen on it: `response`, `requests`, `cookies`, and
//! what the walker tells of links, fields, storage and accessibility, made quiet.
//!
//! [`super::look`] asks for them. What changes by nature is left out here, so that it is in no
//! baseline: tokens in addresses, nonces, hashes of scripts, ports, the names that visitor counters
//! give to their cookies. What else changes is for redactions.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::{Value, json};
use url::Url;

use crate::model::FacetKind;
use crate::surface::browser::events::record::place_of;
use crate::surface::browser::events::traffic::{Ending, Hop, Write};
use crate::surface::browser::pages::page::Page;
use crate::surface::browser::pages::trouble::Step;

/// More of the same write than this is many: how often a page asks again hangs on the clock.
const COUNTED: usize = 2;

/// What stands behind a write that comes as often as a clock says, as `compare` reads it.
const OFTEN: &str = " (any number of times)";

/// The facets that the walker has to be asked for.
#[must_use]
pub(super) fn asked_of_walker(facets: &[FacetKind]) -> Vec<&'static str> {
    let asked = [
        FacetKind::Links,
        FacetKind::Fields,
        FacetKind::Storage,
        FacetKind::A11y,
        FacetKind::Response,
    ];
    asked.into_iter().filter(|it| facets.contains(it)).map(FacetKind::word).collect()
}

/// The `response` facet: what the document is, how it was answered, and over which redirects.
#[must_use]
pub(crate) fn response(lang: &str, hops: &[Hop], base: &str) -> String {
    let mut text = format!("lang: {}\n", if lang.is_empty() { "none" } else { lang });
    let Some((document, redirects)) = hops.split_last() else {
        text.push_str("status: none\n");
        return text;
    };
    for hop in redirects {
        let Hop { method, status, .. } = hop;
        let to = hop.location.as_deref().map_or_else(String::new, |it| leads(it, &hop.url, base));
        let _ = writeln!(text, "redirect: {method} {} {status} to {to}", told(&hop.url, base));
    }
    let _ = writeln!(text, "status: {}", document.status);
    for (name, value) in &document.headers {
        for line in header(name, value) {
            let _ = writeln!(text, "{name}: {line}");
        }
    }
    text
}

/// The `requests` facet: what was written since the last look, in an order of its own. How often
/// something is sent is not said where the page's clock began it (`METHOD URL`).
#[must_use]
pub(crate) fn requests(writes: &[Write], by_clock: &BTreeSet<String>, base: &str) -> String {
    let by_clock = by_clock.iter().filter_map(|it| it.split_once(' '));
    let by_clock: BTreeSet<String> = by_clock.map(|(how, url)| sent(how, url, base)).collect();
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for write in writes {
        let Write { method, url, ending } = write;
        let end = match ending {
            Ending::Answered(status) => status.to_string(),
            Ending::Unawaited => "beacon".to_owned(),
            Ending::Failed(why) if why == "ERR_ABORTED" => "given up".to_owned(),
            Ending::Failed(why) => format!("failed: {why}"),
        };
        let what = sent(method, url, base);
        // What the clock sends once more is given up as a matter of course, and the engine says so of
        // answers too that nobody reads.
        if by_clock.contains(&what) && *ending == Ending::Failed("ERR_ABORTED".to_owned()) {
            continue;
        }
        let often = if by_clock.contains(&what) { OFTEN } else { "" };
        let count = times.entry(format!("{what} {end}{often}")).or_default();
        // Visitor counters send theirs as they like.
        *count = if *ending == Ending::Unawaited { 1 } else { *count + 1 };
    }
    let line = |(line, count): (String, usize)| match count {
        _ if line.ends_with(OFTEN) => format!("{line}\n"),
        0 | 1 => format!("{line}\n"),
        count if count <= COUNTED => format!("{line} ({count} times)\n"),
        _ => format!("{line} (many times)\n"),
    };
    times.into_iter().map(line).collect()
}

/// The `cookies` facet, of cookies as the engine tells them.
#[must_use]
pub(crate) fn cookies(all: &[Value], host: &str) -> String {
    let mut lines: Vec<String> = all
        .iter()
        .filter_map(|cookie| {
            let name = cookie["name"].as_str().filter(|name| !counts_visitors(name))?;
            let mut line = format!("{}: Path={}", unnumbered(name), cookie["path"].as_str()?);
            let domain = cookie["domain"].as_str().unwrap_or_default();
            if domain != host {
                let _ = write!(line, "; Domain={domain}");
            }
            for (key, flag) in [("httpOnly", "HttpOnly"), ("secure", "Secure")] {
                if cookie[key] == true {
                    let _ = write!(line, "; {flag}");
                }
            }
            if let Some(same_site) = cookie["sameSite"].as_str() {
                let _ = write!(line, "; SameSite={same_site}");
            }
            line.push_str(if cookie["session"] == true { "; Session" } else { "; Persistent" });
            Some(line)
        })
        .collect();
    lines.sort();
    lines.dedup();
    each_on_its_own(&lines)
}

/// The `storage` facet, of lines as the walker tells them.
#[must_use]
pub(crate) fn storage(keys: &str) -> String {
    let name = |line: &&str| line.split('"').nth(1).unwrap_or_default().to_owned();
    let mut lines: Vec<String> =
        keys.lines().filter(|it| !counts_visitors(&name(it))).map(unnumbered).collect();
    lines.sort();
    lines.dedup();
    each_on_its_own(&lines)
}

fn each_on_its_own(lines: &[String]) -> String {
    lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
}

/// What the walker says, without tokens and ports.
#[must_use]
pub(crate) fn quiet(text: &str) -> String {
    /// Names that mean a secret of the moment, whatever the value.
    static TOKENS: LazyLock<Regex> = LazyLock::new(|| {
        compiled(
            r#"(?i)([?&;](?:[\w.-]*(?:csrf|xsrf|nonce|token|signature|cachebust)[\w.-]*|jsessionid|phpsessid|session_?id|sid|sig|x-amz-[\w-]+)=)[^\[&#\s"\])][^&#\s"\])]*"#,
        )
    });
    /// Names that mean a time or a draw where the value looks like one.
    static STAMPS: LazyLock<Regex> = LazyLock::new(|| {
        compiled(
            r"(?i)([?&](?:_|_?ts?|timestamp|time|cb|rnd|rand|random|r|expires)=)(?:\d{8,}|0?\.\d{6,}|[0-9a-f]{16,})\b",
        )
    });
    static PORTS: LazyLock<Regex> =
        LazyLock::new(|| compiled(r"(://(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])):\d{1,5}\b"));
    let text = TOKENS.replace_all(text, "$1[token]");
    let text = STAMPS.replace_all(&text, "$1[stamp]");
    PORTS.replace_all(&text, "$1:[port]").into_owned()
}

/// A header's value as lines: a policy has one for each of its directives.
fn header(name: &str, value: &str) -> Vec<String> {
    static NONCES: LazyLock<Regex> = LazyLock::new(|| compiled(r"'nonce-[^']*'"));
    static HASHES: LazyLock<Regex> = LazyLock::new(|| compiled(r"'sha(?:256|384|512)-[^']*'"));
    if !name.starts_with("content-security-policy") {
        return vec![quiet(value.trim())];
    }
    let value = NONCES.replace_all(value, "'nonce-[nonce]'");
    let value = quiet(&HASHES.replace_all(&value, "'sha-[hash]'"));
    let mut directives: Vec<String> = value
        .split([';', ','])
        .map(|directive| {
            let mut words: Vec<&str> = directive.split_whitespace().collect();
            // There are as many hashes as the page has scripts.
            words.dedup();
            words.join(" ")
        })
        .filter(|directive| !directive.is_empty())
        .collect();
    directives.sort();
    directives
}

/// A write in the product's own terms.
fn sent(method: &str, url: &str, base: &str) -> String {
    format!("{method} {}", told(url, base))
}

/// A URL in the product's own terms.
fn told(url: &str, base: &str) -> String {
    quiet(&place_of(url, base))
}

/// Where a redirect leads, seen from where it stands.
fn leads(location: &str, from: &str, base: &str) -> String {
    let whole = Url::parse(from).and_then(|it| it.join(location));
    whole.map_or_else(|_| quiet(location), |it| told(it.as_str(), base))
}

/// Whether a name is one that visitor counters and the like give, which are nobody's feature.
fn counts_visitors(name: &str) -> bool {
    static NAMES: LazyLock<Regex> = LazyLock::new(|| {
        compiled(
            r"^(?:_ga|_gid|_gat|_gcl|_fbp|_fbc|__utm|_hj|_pk_|_clck|_clsk|_uet|_dd_s|__hs|hubspotutk|ajs_|amplitude|AMP_|mp_|ph_|intercom-|optimizely|_sp_|_mkto)",
        )
    });
    NAMES.is_match(name)
}

/// A name without what is drawn for each visitor.
fn unnumbered(name: &str) -> String {
    static DRAWN: LazyLock<Regex> = LazyLock::new(|| {
        compiled(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-fA-F]{16,}|\d{5,}")
    });
    DRAWN.replace_all(name, |_: &Captures<'_>| "[id]").into_owned()
}

fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant that the tests compile")
}

impl Page {
    /// The cookies of the page's context, as the `cookies` facet.
    pub(super) async fn cookies_facet(&self) -> Step<String> {
        // The standard's own command says "none" both of a cookie that says so and of one that says
        // nothing, which are opposites.
        let params = json!({ "method": "Network.getAllCookies", "session": self.engine_session,
            "params": {} });
        let answer =
            self.shared.bidi.command("goog:cdp.sendCommand", params, self.shared.limit).await;
        let answer = answer.map_err(|refusal| refusal.lost("reading cookies"))?;
        let answer = &answer["result"];
        let all = answer["cookies"].as_array().map_or(&[][..], Vec::as_slice);
        Ok(cookies(all, self.base.host_str().unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "http://127.0.0.1:4021/";

    fn hop(method: &str, path: &str, status: u16, location: Option<&str>) -> Hop {
        Hop {
            method: method.to_owned(),
            url: format!("http://127.0.0.1:4021{path}"),
            status,
            location: location.map(str::to_owned),
            headers: Vec::new(),
        }
    }

    #[test]
    fn a_response_tells_its_redirects_and_one_line_for_each_directive() {
        let mut document = hop("GET", "/orders?csrf_token=a8f7", 200, None);
        document.headers = vec![
            ("content-type", "text/html; charset=utf-8".to_owned()),
            (
                "content-security-policy",
                "script-src 'self' 'nonce-x1y2' 'sha256-aa=' 'sha256-bb='; default-src 'self' http://127.0.0.1:4021".to_owned(),
            ),
        ];
        let hops = [hop("POST", "/login", 303, Some("/orders?csrf_token=a8f7")), document];
        assert_eq!(
            response("en", &hops, BASE),
            "lang: en\n\
             redirect: POST /login 303 to /orders?csrf_token=[token]\n\
             status: 200\n\
             content-type: text/html; charset=utf-8\n\
             content-security-policy: default-src 'self' http://127.0.0.1:[port]\n\
             content-security-policy: script-src 'self' 'nonce-[nonce]' 'sha-[hash]'\n"
        );
        assert_eq!(response("", &[], BASE), "lang: none\nstatus: none\n");
    }

    #[test]
    fn writes_are_told_without_order_and_counted_only_where_they_are_few() {
        let write = |path: &str, ending: Ending| Write {
            method: "POST".to_owned(),
            url: format!("http://127.0.0.1:4021{path}"),
            ending,
        };
        let ok = || Ending::Answered(200);
        let mut all = vec![
            write("/z", ok()),
            write("/cart", ok()),
            write("/cart", ok()),
            write("/hit", Ending::Unawaited),
            write("/hit", Ending::Unawaited),
            write("/gone", Ending::Failed("ERR_ABORTED".to_owned())),
        ];
        all.extend(vec![write("/poll", ok()); 3]);
        assert_eq!(
            requests(&all, &BTreeSet::new(), BASE),
            "POST /cart 200 (2 times)\nPOST /gone given up\nPOST /hit beacon\n\
             POST /poll 200 (many times)\nPOST /z 200\n"
        );
        let other = Write {
            method: "PUT".to_owned(),
            url: "http://127.0.0.1:9/x?_=1700000000000".to_owned(),
            ending: Ending::Answered(204),
        };
        let by_clock = BTreeSet::from(["PUT http://127.0.0.1:9/x?_=1600000000000".to_owned()]);
        let ending = Ending::Failed("ERR_ABORTED".to_owned());
        let given_up = Write { ending, ..other.clone() };
        let often = [other.clone(), other.clone(), given_up.clone()];
        assert_eq!(
            requests(&often, &by_clock, BASE),
            "PUT http://127.0.0.1:[port]/x?_=[stamp] 204 (any number of times)\n"
        );
        let given_up = [given_up];
        assert_eq!(requests(&given_up, &by_clock, BASE), "", "nothing is ever answered");
        let told = requests(&given_up, &BTreeSet::new(), BASE);
        assert_eq!(told, "PUT http://127.0.0.1:[port]/x?_=[stamp] given up\n");
        assert_eq!(
            requests(&[other], &BTreeSet::new(), BASE),
            "PUT http://127.0.0.1:[port]/x?_=[stamp] 204\n"
        );
    }

    #[test]
    fn cookies_are_told_by_name_and_flags_and_never_by_value() {
        let cookie = |name: &str, more: Value| {
            let mut cookie = json!({ "name": name, "value": "s3cret", "path": "/",
                "domain": "127.0.0.1", "httpOnly": false, "secure": false, "session": true });
            cookie.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            cookie
        };
        let all = [
            cookie("session", json!({ "httpOnly": true, "sameSite": "Lax" })),
            cookie("cart", json!({ "secure": true, "session": false, "path": "/cart" })),
            cookie("_ga_X1", json!({})),
            cookie("seen-1700000000", json!({ "domain": "other" })),
        ];
        assert_eq!(
            cookies(&all, "127.0.0.1"),
            "cart: Path=/cart; Secure; Persistent\n\
             seen-[id]: Path=/; Domain=other; Session\n\
             session: Path=/; HttpOnly; SameSite=Lax; Session\n"
        );
    }

    #[test]
    fn what_changes_by_nature_is_left_out_of_addresses_and_nothing_else() {
        assert_eq!(
            quiet("link \"A\": /a?csrfmiddlewaretoken=Xy9&page=2&_=1700000000000#top"),
            "link \"A\": /a?csrfmiddlewaretoken=[token]&page=2&_=[stamp]#top"
        );
        for kept in [
            "/orders?sort=total&page=12",
            "/a?v=3",
            "/a?t=5",
            "/a?next=/orders",
            "link \"token=abc\": /x",
            "http://example.com:8080/x",
        ] {
            assert_eq!(quiet(kept), kept);
        }
        assert_eq!(quiet(&quiet("/a?token=1")), "/a?token=[token]");
        assert_eq!(
            storage("local \"theme\"\nlocal \"draft-1234567\"\nlocal \"amplitude_x\"\n"),
            "local \"draft-[id]\"\nlocal \"theme\"\n"
        );
    }
}
