//! The pages of `serve` over 365 nights of 1,000 scenarios: how long each takes, asked over HTTP by
//! somebody who comes for the first time; the archive is made before. It ends with an error where a
//! page takes more than 200 ms.

#![allow(clippy::print_stdout)]

#[path = "../pure/benches/year/mod.rs"]
mod year;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Instant;

use serde_json::json;

const NIGHTS: usize = 365;
const SCENARIOS: usize = 1_000;
/// In milliseconds.
const AT_MOST: f64 = 200.0;
/// How often each page is asked for; the middle counts, and the slowest is told.
const TIMES: usize = 5;

/// The pages that are asked for.
const PAGES: [&str; 11] = [
    "/",
    "/findings",
    "/findings?q=data-team&page=3",
    "/scenarios",
    "/scenarios?by=flaky&page=5",
    "/scenario/area-3%2Fscenario-0123",
    "/trends",
    "/owners",
    "/coverage",
    "/now",
    "/site.css",
];

struct Site {
    child: Child,
    port: u16,
    cookie: String,
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn main() -> ExitCode {
    let folder = tempfile::tempdir().expect("a folder");
    let config = "products: { shop: { path: [bin] } }\n";
    std::fs::write(folder.path().join("nightshift.yaml"), config).expect("written");
    std::fs::create_dir(folder.path().join("scenarios")).expect("made");
    year::write(&folder.path().join("reports/nights"), NIGHTS, SCENARIOS);
    let begun = Instant::now();
    let pages = Site::start(folder.path());
    println!("the first start, with an archive to make: {:.1} s", begun.elapsed().as_secs_f64());
    let mut worst: f64 = 0.0;
    let one = pages.get("/findings").1;
    let cause = one.split("href=\"/finding/").nth(1).and_then(|it| it.split('"').next());
    let cause = format!("/finding/{}", cause.expect("a finding"));
    for path in PAGES.into_iter().chain([cause.as_str()]) {
        let mut took: Vec<f64> = (0..TIMES)
            .map(|_| {
                let begun = Instant::now();
                let (status, page) = pages.get(path);
                assert!(status == 200 && !page.is_empty(), "{path}: {status}");
                begun.elapsed().as_secs_f64() * 1_000.0
            })
            .collect();
        took.sort_by(f64::total_cmp);
        let (middle, most) = (took[TIMES / 2], took[TIMES - 1]);
        worst = worst.max(middle);
        println!("{middle:6.0} ms (at most {most:.0})  {path}");
    }
    println!(
        "{}",
        json!({ "bench": "serve-pages", "nights": NIGHTS, "scenarios": SCENARIOS,
            "slowest_page_ms": worst.round() })
    );
    if worst <= AT_MOST { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Site {
    fn start(suite: &std::path::Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_nightshift"))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .current_dir(suite)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().expect("piped"));
        out.read_line(&mut line).expect("an address");
        let address = line.trim().strip_prefix("nights: http://127.0.0.1:").expect("an address");
        let (port, token) = address.split_once("/?token=").expect("a token");
        let mut pages = Self { child, port: port.parse().expect("a port"), cookie: String::new() };
        let (_, head) = pages.get(&format!("/?token={token}"));
        let cookie = head.lines().find_map(|it| it.strip_prefix("set-cookie: ")).expect("a cookie");
        cookie.split(';').next().expect("a pair").clone_into(&mut pages.cookie);
        pages
    }

    /// The status, and the answer: its body, or its head where that is a redirect.
    fn get(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nCookie: {}\r\nConnection: close\r\n\r\n",
            self.port, self.cookie
        );
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("answered");
        let answer = String::from_utf8_lossy(&answer).replace("\r\n", "\n");
        let status = answer.split(' ').nth(1).and_then(|it| it.parse().ok()).expect("a status");
        let (head, body) = answer.split_once("\n\n").expect("a head");
        (status, if status == 303 { head.to_owned() } else { body.to_owned() })
    }
}
