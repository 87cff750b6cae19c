//! A hostile page that calls somebody on 127.0.0.2 by `WebRTC`, past every proxy: with the name that it
//! gives him it tells him what it stole. The twin is a browser from whose command line the switch that
//! forbids it was taken; both run behind the same script, which takes nothing else away.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use crate::support::{ANSWERING, SuiteCopy};

use super::yard::Outside;

/// What is stolen, in letters that a name of a caller may have.
const STOLEN: &str = "stolen7f3a9c1d";
/// The switches that are the wall: one, under both of its names.
const WALL: &str = "--*webrtc-ip-handling-policy=*";
/// A pattern that no switch has.
const NOTHING: &str = "--nothing";

const PAGES: &str = r#"
from answering import Answering, serve
PAGE = """<!doctype html><html lang="en"><title>Shop</title><h1>Shop</h1><p role="status"></p>
<script>
const call = async () => {
  const servers = [{ urls: 'stun:127.0.0.2:PORT' }];
  const [own, other] = [new RTCPeerConnection({ iceServers: servers }), new RTCPeerConnection()];
  own.createDataChannel('way');
  const offer = await own.createOffer();
  await other.setRemoteDescription(offer);
  const answer = await other.createAnswer();
  await own.setLocalDescription(offer);
  const sdp = answer.sdp.replace(/a=ice-ufrag:.*/g, 'a=ice-ufrag:STOLEN');
  await own.setRemoteDescription({ type: 'answer', sdp });
  const candidate = 'candidate:1 1 udp 2122260223 127.0.0.2 PORT typ host';
  await own.addIceCandidate({ candidate, sdpMid: '0', sdpMLineIndex: 0 });
};
const tell = (text) => { document.querySelector('[role=status]').textContent = text; };
call().then(() => setTimeout(() => tell('Tried'), 3000), (error) => tell('Could not: ' + error));
</script></html>"""
class Pages(Answering):
    def do_GET(self):
        self.answer(200, 'text/html; charset=utf-8', PAGE)
serve(Pages)
"#;

/// The browser of this machine without a switch. It may use the loopback for calls: there is no other
/// network that every machine has.
const BROWSER: &str = r#"#!/bin/sh
for it in chromium chromium-browser google-chrome google-chrome-stable; do
  real=$(command -v "$it") && break
done
for it do
  shift
  case $it in TAKEN) ;; *) set -- "$@" "$it" ;; esac
done
exec "$real" --allow-loopback-in-peer-connection "$@"
"#;

pub fn names() -> Vec<String> {
    vec!["leave a page by a call".to_owned()]
}

/// A browser in this suite from whose command line the switches of a pattern are taken.
pub fn browser_without(suite: &SuiteCopy, taken: &str) -> PathBuf {
    suite.write("browser.sh", &BROWSER.replace("TAKEN", taken));
    let browser = suite.root().join("browser.sh");
    std::fs::set_permissions(&browser, std::fs::Permissions::from_mode(0o755)).expect("ours");
    browser
}

/// What was heard outside of a night in whose browser this switch is missing.
fn heard(taken: &str) -> Vec<String> {
    let outside = Outside::default();
    let port = outside.udp("127.0.0.2:0").port().to_string();
    let suite = SuiteCopy::empty();
    suite.write("data/answering.py", ANSWERING);
    suite.write("data/pages.py", &PAGES.replace("PORT", &port).replace("STOLEN", STOLEN));
    let browser = browser_without(&suite, taken);
    let scenario = "scenario: visit\nsteps:\n  - open: /\n  - see: 'text \"Tried\"'\n";
    suite.write("scenarios/visit.yaml", scenario);
    let config = format!(
        "products:\n  shop:\n    data: data\n    serve: {{ run: 'python3 pages.py ${{port}}', ready: {{ http: / }} }}\nnight: {{ retries: 0 }}\nbrowser: {{ program: '{}', timeout: 30s }}\n",
        browser.display()
    );
    suite.write("nightshift.yaml", &config);
    let answer = suite.run(&["run", "--no-pdf", "--out", "night"]);
    assert_eq!(answer.code, Some(0), "the page made its call: {answer:#?}");
    outside.heard()
}

#[test]
fn no_call_leaves_a_page() {
    assert_eq!(heard(NOTHING), [""; 0]);
}

#[test]
fn a_call_leaves_a_page_where_the_browser_does_not_forbid_it() {
    let heard = heard(WALL);
    assert!(heard.iter().any(|it| it.contains(STOLEN)), "{heard:?}");
}
