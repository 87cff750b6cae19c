//! A site and a command that are two products of one suite: what goes from one to the other while they
//! are explored.

use crate::support::{ANSWERING, SuiteCopy};

/// A site that shows a list, gives it as a file, and takes new things from programs.
const SITE: &str = r#"
from answering import Answering, serve
THINGS = ['lamp', 'cup']
class Page(Answering):
    def do_POST(self):
        THINGS.append(self.rfile.read(int(self.headers['Content-Length'])).decode())
        self.answer(200, 'text/plain', 'ok')
    def do_GET(self):
        if self.path == '/list.csv':
            return self.answer(200, 'text/csv', ''.join(it + '\n' for it in ['name'] + THINGS))
        status, body = (200, ''.join('<li>%s</li>' % it for it in THINGS)) if self.path == '/' else (404, 'none')
        page = '<!doctype html><html lang=en><title>Stock</title><main><h1>Stock</h1><ul>%s</ul><a href="/list.csv">As a list</a></main>'
        self.answer(status, 'text/html', page % body)
serve(Page)
"#;

/// A command that adds a thing to the site, one that only says so, and one that reads a file.
const TOOL: &str = r#"#!/bin/sh
case "$1 $2" in
  "--help "*) printf 'usage: stock [--help] COMMAND ...\n\npositional arguments:\n  COMMAND\n    add     add one thing\n    create  create one thing\n    count   count the lines of a file\n\noptions:\n  --help  show this help\n' ;;
  "add --help"|"create --help") printf 'usage: stock %s [--help] NAME\n\npositional arguments:\n  NAME  which, such as pot\n\noptions:\n  --help  show this help\n' "$1" ;;
  "count --help") printf 'usage: stock count [--help] FILE\n\npositional arguments:\n  FILE  the file that it is about\n\noptions:\n  --help  show this help\n' ;;
  "add pot") python3 -c 'import sys, urllib.request as it; it.urlopen(sys.argv[1] + "/things", b"pot")' "${AT%/}" && echo 'it is there' ;;
  "create pot") echo 'it is there' ;;
  "count "*) [ -f "$2" ] && wc -l < "$2" && exit 0; echo 'stock: no such file' >&2; exit 2 ;;
  *) echo 'stock: what is that?' >&2; exit 2 ;;
esac
"#;

#[test]
fn a_file_of_a_page_and_what_a_command_makes_go_from_one_product_to_the_other() {
    let suite = SuiteCopy::empty();
    suite.write(
        "nightshift.yaml",
        "products:\n  app: { serve: { run: 'python3 site_of_stock.py ${port}' }, data: data }\n  \
         stock: { path: [bin], env: { AT: '${app.base-url}' } }\n",
    );
    suite.write("data/answering.py", ANSWERING);
    suite.write("data/site_of_stock.py", SITE);
    suite.write("bin/stock", TOOL);
    let mode = std::process::Command::new("chmod")
        .args(["+x", "bin/stock"])
        .current_dir(suite.root())
        .status();
    assert!(mode.expect("chmod runs").success());
    let answer = suite.run(&["explore", "--budget", "240s", "--no-accept"]);
    assert!(matches!(answer.code, Some(0 | 1)), "{answer:#?}");
    let folder = suite.root().join("scenarios/explored");
    let written = |file: &str| std::fs::read_to_string(folder.join(file)).ok();

    let read = written("start/take-home-list-csv-and-read-it-by-stock-count.yaml");
    let read = read.unwrap_or_else(|| panic!("{answer:#?}"));
    assert!(read.contains("\nproduct: stock\n"), "{read}");
    assert!(read.contains("  - open: /\n    product: app\n"), "{read}");
    assert!(read.contains("  - run: stock count list.csv\n"), "{read}");

    let looks = written("commands/stock-add-and-look.yaml");
    let looks = looks.unwrap_or_else(|| panic!("{answer:#?}"));
    for line in ["\nproduct: app\n", "\nisolate: scenario\n", "    product: stock\n"] {
        assert!(looks.contains(line), "{looks}");
    }
    let (adds, opens) = (looks.find("run: stock add pot"), looks.find("  - open: /\n"));
    assert!(adds.is_some() && adds < opens, "{looks}");
    // What only says that it made something shows nowhere.
    assert_eq!(written("commands/stock-create-and-look.yaml"), None);
}
