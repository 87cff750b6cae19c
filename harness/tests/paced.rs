//! Products that ask to be left alone for a while: explored more slowly, and not taken for broken.

use serde_json::Value;

use crate::support::{ANSWERING, SuiteCopy, text};

/// Pages of which every fifth that is asked for is put off; the page that is down asks for nothing.
const BUSY: &str = r#"
from answering import Answering, serve
asked = [0]
class Page(Answering):
    def do_GET(self):
        if self.path == '/favicon.ico':
            return self.page(404, '')
        asked[0] += 1
        if asked[0] % 5 == 0:
            self.send_response(STATUS)
            self.send_header('Retry-After', '1')
            later = b'' if STATUS == 429 else b'Come again later'
            self.send_header('Content-Length', str(len(later)))
            self.end_headers()
            return self.wfile.write(later)
        links = '<nav><a href="/">Start</a> <a href="/news">News</a> <a href="/prices">Prices</a> <a href="/down">Down</a></nav>'
        if self.path in ('/', '/news', '/prices'):
            return self.page(200, links + '<h1>All about %s</h1>' % (self.path.strip('/') or 'us'))
        if self.path == '/down':
            return self.page(503, links + '<h1>Down for today</h1>')
        self.page(404, '<h1>Not here</h1>')
    def page(self, status, body):
        self.answer(status, 'text/html', '<!doctype html><html lang=en><title>Busy</title>' + body)
serve(Page)
"#;

#[test]
fn a_product_that_asks_to_be_left_alone_is_explored_more_slowly_and_what_is_down_is_found() {
    for status in ["429", "503"] {
        let suite = SuiteCopy::empty();
        suite.write(
            "nightshift.yaml",
            "products:\n  busy: { serve: { run: 'python3 busy.py ${port}' }, data: data }\n",
        );
        suite.write("data/answering.py", ANSWERING);
        suite.write("data/busy.py", &BUSY.replace("STATUS", status));
        let explore = ["explore", "--budget", "4m", "--no-accept", "--no-findings"];
        let answer = suite.run(&explore);
        assert_eq!(answer.code, Some(1), "{answer:#?}");
        let map = std::fs::read_to_string(suite.root().join("explore.json")).expect("a map");
        let map: Value = serde_json::from_str(&map).expect("JSON");
        let findings = map["findings"].as_array().expect("findings").iter();
        let told: Vec<_> = findings.map(|it| (text(&it["rule"]), text(&it["where"]))).collect();
        assert_eq!(told, [("server-error".to_owned(), "/down".to_owned())], "{map:#}");
        let parts = map["parts"].as_array().expect("parts");
        for page in ["/", "/news", "/prices"] {
            let own = parts.iter().find(|it| it["kind"] == "page" && it["name"] == page);
            assert!(own.is_some_and(|it| it["reached"] == true), "{page}: {map:#}");
        }
        assert!(map["pacing"]["times"].as_u64() > Some(0), "{map:#}");
        assert!(map["pacing"]["waited_ms"].as_u64() > Some(0), "{map:#}");
        assert!(answer.stdout.contains("to be left alone: "), "{answer:#?}");
    }
}
