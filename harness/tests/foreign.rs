//! What products that nobody here has written have shown of exploring them, each as a small product
//! of its own with a twin.

use serde_json::Value;

use crate::support::{ANSWERING, SuiteCopy, night_json, text, verdicts};

/// A desk behind a sign-in, to which no page leads that a visitor sees; what is written there stays
/// with its server.
const DESK: &str = r"
import urllib.parse
from answering import Answering, serve
tickets = ['The wall leans', 'The bed is dry']
class Page(Answering):
    def do_GET(self):
        path = urllib.parse.urlsplit(self.path).path
        signed_in = 'who=ada' in (self.headers.get('Cookie') or '')
        if path == '/':
            return self.page(200, '<h1>Welcome</h1><p>Nothing to see here.</p>')
        if path == '/login':
            return self.page(200, '<h1>Sign in</h1><form method=post action=/login><label>User <input name=user></label> <button>Sign in</button></form>')
        if path == '/desk/logout':
            return self.go('/login', 'gone')
        if not path.startswith('/desk'):
            return self.page(404, '<h1>Not here</h1>')
        if not signed_in:
            return self.go('/login')
        if path == '/desk':
            items = ''.join('<li>%s</li>' % it for it in tickets)
            form = '<form method=post action=/desk><label>Title <input name=title required></label> <button>Add ticket</button></form>'
            return self.page(200, '<h1>Desk</h1><main><ul>%s</ul>%s</main>' % (items, form))
        if path == '/desk/people':
            return self.page(200, '<h1>People</h1><main><p>Ada and Bo</p></main>')
        self.page(404, '<h1>Not here</h1>')
    def do_POST(self):
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers.get('Content-Length') or 0)).decode())
        if self.path == '/login':
            return self.go('/desk', form.get('user', [''])[0])
        tickets.append(form.get('title', [''])[0])
        self.go('/desk')
    def go(self, to, who=None):
        self.send_response(303)
        self.send_header('Location', to)
        if who: self.send_header('Set-Cookie', 'who=%s; Path=/' % who)
        self.send_header('Content-Length', '0')
        self.end_headers()
    def page(self, status, body):
        links = '<nav><a href=/desk/logout>Log out</a> <a href=/desk>Desk</a> <a href=/desk/people>People</a></nav>' if self.path.startswith('/desk') else ''
        self.answer(status, 'text/html', '<!doctype html><html lang=en><title>Desk</title>' + links + body)
serve(Page)
";

/// The suite of somebody who has written down how to sign in, and nothing else.
fn desk(explore: &str) -> SuiteCopy {
    let suite = SuiteCopy::empty();
    suite.write(
        "nightshift.yaml",
        &format!(
            "products:\n  desk: {{ serve: {{ run: 'python3 desk.py ${{port}}' }}, data: data }}\n\
             sessions:\n  ada:\n    establish:\n      - open: /login\n      - fill: {{ 'textbox \"User\"': ada }}\n      \
             - click: 'button \"Sign in\"'\n      - wait: {{ url: /desk }}\n{explore}"
        ),
    );
    suite.write("data/answering.py", ANSWERING);
    suite.write("data/desk.py", DESK);
    suite
}

fn map(suite: &SuiteCopy) -> Value {
    let text = std::fs::read_to_string(suite.root().join("explore.json")).expect("a map");
    serde_json::from_str(&text).expect("JSON")
}

/// The pages that were reached.
fn reached(map: &Value) -> Vec<String> {
    let parts = map["parts"].as_array().expect("parts").iter();
    let pages = parts.filter(|it| it["kind"] == "page" && it["reached"] == true);
    pages.map(|it| text(&it["name"])).collect()
}

/// The text of every scenario that was written, by its file.
fn written(suite: &SuiteCopy) -> Vec<(String, String)> {
    let all = walkdir::WalkDir::new(suite.root().join("scenarios/explored")).sort_by_file_name();
    let files = all.into_iter().filter_map(Result::ok).map(walkdir::DirEntry::into_path);
    let yaml = files.filter(|it| it.extension().is_some_and(|it| it == "yaml"));
    let read = |path: std::path::PathBuf| {
        let name = path.file_stem().map(|it| it.to_string_lossy().into_owned());
        (name.unwrap_or_default(), std::fs::read_to_string(&path).expect("it was just listed"))
    };
    yaml.map(read).collect()
}

#[test]
#[ignore = "a whole product is explored, which takes minutes: `just explorations`"]
fn what_lies_behind_a_sign_in_is_explored_and_replayed_by_whom_the_suite_names() {
    let suite = desk("explore: { as: ada }\n");
    let explore = ["explore", "--budget", "20m", "--no-accept", "--no-findings"];
    let answer = suite.run(&explore);
    assert!(matches!(answer.code, Some(0 | 1)), "{answer:#?}");
    let map = map(&suite);
    let pages = reached(&map);
    for page in ["/desk", "/desk/people"] {
        assert!(pages.iter().any(|it| it == page), "{page}: {map:#}");
    }
    assert!(!pages.iter().any(|it| it == "/desk/logout"), "it is kept for the end: {map:#}");
    let all = written(&suite);
    for (name, text) in &all {
        let uses_pages = text.contains("  - open: ") || text.contains("  - use: ");
        let starts_inside = uses_pages && name != "sign-out";
        assert_eq!(text.contains("\nas: ada\n"), starts_inside, "{name}: {text}");
    }
    let sign_out = all.iter().find(|it| it.0 == "sign-out").map_or("", |it| it.1.as_str());
    assert!(sign_out.contains("  - see-not: 'link \"Log out\"'\n"), "{all:#?}");
    // What is added stays with its server, and no other scenario may meet it.
    let adds = |it: &&(String, String)| it.1.contains("fill: { 'textbox \"Title\"'");
    let apart = |it: &(String, String)| it.1.contains("\nisolate: scenario\n");
    assert!(all.iter().filter(adds).any(apart), "{all:#?}");
    assert!(!all.iter().all(apart), "{all:#?}");
    let two = ["run", "--no-pdf", "-j", "2"];
    let accepting = [&two[..], &["--accept-new", "--no-settle", "--out", "accepted"]].concat();
    assert_eq!(suite.run(&accepting).code, Some(0));
    let night = suite.run(&[&two[..], &["--out", "night"]].concat());
    assert_eq!(night.code, Some(0), "{night:#?}");
    let night = night_json(&suite.root().join("night"));
    let loud: Vec<_> = verdicts(&night).into_iter().filter(|it| it.1 != "unchanged").collect();
    assert_eq!(loud, [], "{:#}", night["findings"]);
}

#[test]
fn without_a_session_nobody_signs_in_and_what_is_behind_it_is_not_reached() {
    let suite = desk("");
    let answer = suite.run(&["explore", "--budget", "2m", "--no-accept", "--no-findings"]);
    assert!(matches!(answer.code, Some(0 | 1)), "{answer:#?}");
    assert!(!reached(&map(&suite)).iter().any(|it| it.starts_with("/desk")));
    assert!(written(&suite).iter().all(|it| !it.1.contains("\nas: ")));
}

#[test]
fn a_sign_in_that_fails_is_said_and_nothing_is_written() {
    let suite = desk("explore: { as: ada }\n");
    let config = std::fs::read_to_string(suite.root().join("nightshift.yaml")).expect("readable");
    suite.write("nightshift.yaml", &config.replace("textbox \"User\"", "textbox \"Nobody\""));
    let answer = suite.run(&["explore", "--budget", "2m", "--no-accept", "--no-findings"]);
    assert_eq!(answer.code, Some(4), "{answer:#?}");
    for said in ["nothing could run: ada cannot sign in", "nearest: textbox \"User\""] {
        assert!(answer.stdout.contains(said) || answer.stderr.contains(said), "{answer:#?}");
    }
    assert_eq!(written(&suite), []);
}

/// A command that does nothing by itself, and changes the file that it is given.
const SHRINK: &str = r#"#!/bin/sh
case "$*" in
  *--help*) printf 'Usage: shrink [options] [INPUT...]\n\nMakes TXT files smaller.\n\nOptions:\n  --upper     in capitals\n  --lines     one line each\n  --end WORD  how it ends: dot, mark.\n  --help      show this help\n' ;;
  *--no-such*|*surplus*) echo 'shrink: what is that?' >&2; exit 2 ;;
  "--upper notes.txt") tr a-z A-Z < notes.txt > new && mv new notes.txt && echo done ;;
  "--lines notes.txt") tr ' ' '\n' < notes.txt > new && mv new notes.txt && echo done ;;
  "--end dot notes.txt"|"--end mark notes.txt") echo "$2" >> notes.txt && echo done ;;
  notes.txt) tr -d ' ' < notes.txt > new && mv new notes.txt && echo "done by $$" ;;
esac
"#;

/// One that says something by itself, and changes nothing.
const TELL: &str = r#"#!/bin/sh
case "$*" in
  *--help*) printf 'Usage: tell [options] [INPUT...]\n\nTells TXT files.\n\nOptions:\n  --upper     in capitals\n  --help      show this help\n' ;;
  --no-such*) printf 'Traceback (most recent call last):\n  File "tell", line 3\nValueError: what is that?\n' >&2; exit 2 ;;
  --upper*) echo LOUD ;;
  *) echo soft; exit 1 ;;
esac
"#;

/// What is written of a command with two files of data, one of which only configures it.
fn explored(name: &str, program: &str) -> (Value, Vec<(String, String)>) {
    let suite = SuiteCopy::empty();
    suite
        .write("nightshift.yaml", &format!("products:\n  {name}: {{ path: [bin], data: data }}\n"));
    suite.write("data/.rc", "quiet\n");
    suite.write("data/notes.txt", "one two three\n");
    suite.write(&format!("bin/{name}"), program);
    let mode = std::process::Command::new("chmod")
        .args(["+x", &format!("bin/{name}")])
        .current_dir(suite.root())
        .status();
    assert!(mode.expect("chmod runs").success());
    let answer = suite.run(&["explore", "--budget", "3m", "--no-accept", "--no-findings"]);
    assert!(matches!(answer.code, Some(0 | 1)), "{answer:#?}");
    (map(&suite), written(&suite))
}

#[test]
fn a_command_that_changes_its_file_is_given_one_with_each_option_and_each_change_stands_alone() {
    let (map, all) = explored("shrink", SHRINK);
    assert_eq!(map["flags"]["seen"], map["flags"]["asserted"], "{map:#}");
    for line in ["--upper notes.txt", "--lines notes.txt", "--end mark notes.txt"] {
        let step = format!("  - run: shrink {line}\n");
        let with: Vec<&String> =
            all.iter().map(|it| &it.1).filter(|it| it.contains(&step)).collect();
        assert_eq!(with.len(), 1, "{line}: {all:#?}");
        assert_eq!(with[0].matches("  - run: ").count(), 1, "{}", with[0]);
    }
    // What it says of itself is another number each time, which shows nothing that was written.
    let twice = |it: &(String, String)| it.1.matches("  - run: shrink notes.txt\n").count() > 1;
    assert!(!all.iter().any(twice), "{all:#?}");
}

#[test]
fn a_command_that_answers_by_its_exit_code_is_told_by_what_it_says_and_its_options_go_together() {
    let (map, all) = explored("tell", TELL);
    let says: Vec<&(String, String)> =
        all.iter().filter(|it| it.1.contains("  - run: tell --upper\n")).collect();
    assert_eq!(says.len(), 1, "{all:#?}");
    assert_eq!(says[0].0, "tell");
    assert!(says[0].1.contains("  - run: tell\n"), "{}", says[0].1);
    // What it shows of its source when it crashes is a finding, and no way to be.
    assert_eq!(text(&map["findings"][0]["rule"]), "crash", "{map:#}");
    assert!(!all.iter().any(|it| it.1.contains("--no-such-option")), "{all:#?}");
}
