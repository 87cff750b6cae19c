//! A hostile scenario that takes what the one before it copied, in the same browser. The twin takes it in
//! the scenario in which it was copied.

use super::yard::CANARY;
use crate::support::{ANSWERING, SuiteCopy};

const TAKE: &str = "take what a scenario before copied";

pub fn names() -> Vec<String> {
    vec![TAKE.to_owned()]
}

const PAGES: &str = r#"
import sys, urllib.parse
from answering import Answering, serve
PAGE = """<!doctype html><html lang="en"><title>Shop</title><h1>Shop</h1>
<button>Copy</button><p role="status"></p>
<script>
document.querySelector('button').addEventListener('click', () => {
  navigator.clipboard.writeText('CANARY').then(() => {
    document.querySelector('[role=status]').textContent = 'Copied';
  });
});
</script></html>"""
class Pages(Answering):
    def do_GET(self):
        if self.path.startswith('/log?'):
            with open(sys.argv[2], 'a') as log:
                log.write(urllib.parse.unquote(self.path) + '\n')
        self.answer(200, 'text/html; charset=utf-8', PAGE)
serve(Pages)
"#;

/// Tells the product what is on the clipboard, copies, and tells it again.
fn scenario(id: &str) -> String {
    let tell = |when: &str| {
        format!(
            "  - capture: {{ {when}: {{ clipboard: true }} }}\n  - open: '/log?{id}-{when}=${{{when}}}'\n"
        )
    };
    let (before, after) = (tell("before"), tell("after"));
    format!(
        "scenario: {id}\nsteps:\n  - open: /\n{before}  - open: /\n  - click: 'button \"Copy\"'\n  - see: 'text \"Copied\"'\n{after}"
    )
}

#[test]
fn a_scenario_finds_nothing_on_the_clipboard_and_within_one_it_stays() {
    let suite = SuiteCopy::empty();
    suite.write("data/answering.py", ANSWERING);
    suite.write("data/pages.py", &PAGES.replace("CANARY", CANARY));
    let ids = ["one", "two", "three"];
    for id in ids {
        suite.write(&format!("scenarios/{id}.yaml"), &scenario(id));
    }
    let log = suite.folder().join("log");
    let config = format!(
        "products:\n  shop:\n    data: data\n    serve: {{ run: 'python3 pages.py ${{port}} {}', ready: {{ http: / }} }}\nnight: {{ retries: 0 }}\n",
        log.display()
    );
    suite.write("nightshift.yaml", &config);
    // One worker has one browser, whatever comes first.
    let answer = suite.run(&["run", "--no-pdf", "-j", "1", "--out", "night"]);
    let log = std::fs::read_to_string(log).unwrap_or_default();
    for id in ids {
        let line = |it: &str| log.lines().any(|line| line == it);
        assert!(line(&format!("/log?{id}-before=")), "{TAKE}: {log}\n{answer:#?}");
        assert!(line(&format!("/log?{id}-after={CANARY}")), "it is no attack: {log}\n{answer:#?}");
    }
}
