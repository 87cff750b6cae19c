//! `nightshift notify` with servers of ours on the loopback, and the ping after a night.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use indexmap::IndexMap;
use nightshift::model::Template;
use nightshift::model::artifact::MailStep;
use nightshift::surface::mail::Sink;
use serde_json::Value;

use crate::support::{Answer, SuiteCopy, night_json, text};

const FIVE_SECONDS: Duration = Duration::from_secs(5);

/// A server that takes everything, answers with these in turn (the last for ever), and keeps what it
/// got: the head, and the body.
pub struct Server {
    /// Where it answers.
    pub address: String,
    got: Arc<Mutex<Vec<(String, String)>>>,
}

impl Server {
    /// Starts it.
    pub fn start(answers: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let got = Arc::new(Mutex::new(Vec::new()));
        let kept = got.clone();
        std::thread::spawn(move || {
            for (n, stream) in listener.incoming().enumerate() {
                let Ok(stream) = stream else { continue };
                let mut reader = BufReader::new(stream);
                let (mut head, mut length) = (String::new(), 0);
                loop {
                    let mut line = String::new();
                    if reader.read_line(&mut line).is_err() || line.trim().is_empty() {
                        break;
                    }
                    let lower = line.to_lowercase();
                    if let Some(value) = lower.strip_prefix("content-length:") {
                        length = value.trim().parse().expect("a length");
                    }
                    head.push_str(&line);
                }
                let mut body = vec![0; length];
                reader.read_exact(&mut body).expect("a body");
                let body = String::from_utf8(body).expect("text");
                kept.lock().expect("whole").push((head, body));
                let answer = answers[n.min(answers.len() - 1)];
                // An answer may have a body behind a bar.
                let (head, body) = answer.split_once('|').unwrap_or((answer, ""));
                let length = body.len();
                let text = format!(
                    "HTTP/1.1 {head}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
                );
                // Who asked may be gone.
                let _ = reader.get_mut().write_all(text.as_bytes());
            }
        });
        Self { address, got }
    }

    fn bodies(&self) -> Vec<Value> {
        let got = self.got.lock().expect("whole");
        got.iter().map(|(_, body)| serde_json::from_str(body).expect("JSON")).collect()
    }
}

/// A suite with a night in it whose only scenario regressed, and what tells people of it.
fn suite(notify: &str) -> SuiteCopy {
    let suite = SuiteCopy::empty();
    suite.write("nightshift.yaml", "products:\n  tool: {}\npass-env: [SUITE]\n");
    suite.write(
        "scenarios/rows.yaml",
        "scenario: rows\nsteps:\n  - shell: cat $SUITE/said\n    snapshot: said\n",
    );
    suite.write("said", "12 rows\n");
    let root = suite.root().display().to_string();
    let environment = [("SUITE", root.as_str())];
    let first = ["run", "--accept-new", "--no-settle", "--no-pdf"];
    assert_eq!(suite.run_with(&first, &environment).code, Some(0));
    suite.write("said", "11 <!channel> rows\n");
    let second = suite.run_with(&["run", "--no-pdf", "--out", "night"], &environment);
    assert_eq!(second.code, Some(1), "{second:#?}");
    suite.write("nightshift.yaml", &format!("products:\n  tool: {{}}\nnotify: {notify}\n"));
    suite
}

fn notify(suite: &SuiteCopy, more: &[&str], environment: &[(&str, &str)]) -> Answer {
    let words: Vec<&str> = ["notify", "night"].into_iter().chain(more.iter().copied()).collect();
    suite.run_with(&words, environment)
}

#[test]
fn everybody_is_told_once_and_the_first_sentence_is_the_reports() {
    let server = Server::start(&["200 OK"]);
    let suite = suite(
        "{ slack: '${secret:SLACK}', teams: '${secret:TEAMS}', \
         webhook: { url: '${secret:HOOK}', token: '${secret:TOKEN}' }, \
         link: 'https://reports.example/${night}/index.html' }",
    );
    let (slack, teams) = (format!("{}/slack", server.address), format!("{}/teams", server.address));
    let hook = format!("{}/hook/s3cret-path", server.address);
    let environment =
        [("SLACK", slack.as_str()), ("TEAMS", &teams), ("HOOK", &hook), ("TOKEN", "t0ken-of-hook")];
    let answer = notify(&suite, &[], &environment);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert_eq!(answer.stdout, "slack: told\nteams: told\nwebhook: told\n");
    let [slack, teams, hook] = &server.bodies()[..] else { panic!("three were told") };
    let report = night_json(&suite.root().join("night"));
    let sentence = text(&hook["sentence"]);
    assert!(sentence.starts_with("1 new regression"), "{sentence}");
    assert_eq!(text(&slack["blocks"][0]["text"]["text"]), sentence);
    let card = &teams["attachments"][0]["content"];
    assert_eq!(text(&card["body"][0]["inlines"][0]["text"]), sentence);
    assert_eq!(hook["findings"][0]["fingerprint"], report["findings"][0]["fingerprint"]);
    let link = format!("https://reports.example/{}/index.html", text(&report["night"]["id"]));
    assert_eq!(text(&hook["link"]), link);
    for block in slack["blocks"].as_array().expect("blocks") {
        let markup = block["text"]["type"] == "mrkdwn";
        assert!(!markup || !text(&block["text"]["text"]).contains("<!channel>"), "{block}");
    }
    let heads: Vec<String> =
        server.got.lock().expect("whole").iter().map(|it| it.0.to_lowercase()).collect();
    let known = heads.iter().filter(|it| it.contains("authorization: bearer t0ken-of-hook"));
    assert_eq!(known.count(), 1, "the token goes to its own channel alone: {heads:#?}");

    let again = notify(&suite, &[], &environment);
    assert_eq!((again.code, again.stdout.as_str()), (Some(0), ""), "{again:#?}");
    assert_eq!(server.bodies().len(), 3, "nobody is told twice");
    let kept = walkdir::WalkDir::new(suite.root().join("night"));
    for file in kept.into_iter().filter_map(Result::ok).filter(|it| it.file_type().is_file()) {
        let bytes = std::fs::read(file.path()).expect("readable");
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("t0ken-of-hook") && !text.contains("s3cret-path"), "{file:?}");
    }
    let once_more = notify(&suite, &["--again"], &environment);
    assert_eq!(once_more.code, Some(0), "{once_more:#?}");
    assert_eq!(server.bodies().len(), 6);
}

#[test]
fn who_could_not_be_told_is_told_the_next_time_and_the_others_are_not_told_again() {
    let (sound, ill) = (Server::start(&["200 OK"]), Server::start(&["401 Unauthorized", "200 OK"]));
    let suite = suite("{ slack: '${secret:SLACK}', webhook: '${secret:HOOK}' }");
    let environment = [("SLACK", sound.address.as_str()), ("HOOK", ill.address.as_str())];
    let answer = notify(&suite, &[], &environment);
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    assert!(answer.stderr.contains("webhook: not told: it answered 401"), "{answer:#?}");
    assert!(!answer.stderr.contains(&ill.address), "no address is said: {answer:#?}");
    let answer = notify(&suite, &[], &environment);
    assert_eq!((answer.code, answer.stdout.as_str()), (Some(0), "webhook: told\n"), "{answer:#?}");
    assert_eq!((sound.bodies().len(), ill.bodies().len()), (1, 2));
}

#[test]
fn who_may_have_been_told_is_not_told_twice() {
    let server = Server::start(&["500 Internal Server Error", "200 OK"]);
    let suite = suite("{ teams: '${secret:TEAMS}' }");
    let environment = [("TEAMS", server.address.as_str())];
    let answer = notify(&suite, &[], &environment);
    assert_eq!((answer.code, answer.stdout.as_str()), (Some(1), ""), "{answer:#?}");
    assert!(answer.stderr.contains("teams: may have been told ("), "{answer:#?}");
    let again = notify(&suite, &[], &environment);
    assert_eq!((again.code, server.bodies().len()), (Some(0), 1), "{again:#?}");
    let once_more = notify(&suite, &["--again"], &environment);
    assert_eq!(once_more.stdout, "teams: told\n", "{once_more:#?}");
}

#[test]
fn a_green_night_is_quiet_where_that_is_wanted_and_nobody_is_named_for_nothing() {
    let server = Server::start(&["200 OK"]);
    let suite = suite(&format!("{{ when: not-passed, webhook: '{}' }}", server.address));
    let green = suite.run(&["run", "--no-pdf", "--tag", "!none", "--out", "green", "rows"]);
    assert!(green.code.is_some(), "{green:#?}");
    suite.write("scenarios/green.yaml", "scenario: green\nsteps:\n  - shell: echo fine\n");
    let green = suite.run(&["run", "green", "--no-pdf", "--out", "quiet"]);
    assert_eq!(green.code, Some(0), "{green:#?}");
    let answer = suite.run(&["notify", "quiet"]);
    assert_eq!((answer.code, server.bodies().len()), (Some(0), 0), "{answer:#?}");
    // The twin: nobody else tells that a night before it did not run.
    let missed = ["--missed", "2026-01-02T01:00:00Z"];
    let after = suite.run(&["run", "green", "--no-pdf", "--out", "after", missed[0], missed[1]]);
    assert_eq!(after.code, Some(0), "{after:#?}");
    let answer = suite.run(&["notify", "after"]);
    assert_eq!((answer.code, server.bodies().len()), (Some(0), 1), "{answer:#?}");
    let said = server.bodies()[0].to_string();
    assert!(said.contains("The night did not run that was due on 2 Jan 01:00 UTC."), "{said}");
    let shown = suite.run(&["notify", "night", "--dry-run"]);
    let body: Value = serde_json::from_str(&shown.stdout).expect("JSON");
    assert!(text(&body["sentence"]).starts_with("1 new regression"), "{shown:#?}");
    assert_eq!(server.bodies().len(), 1);
    let missing = suite.run(&["notify", "nowhere"]);
    assert_eq!(missing.code, Some(2), "{missing:#?}");
    suite.write("nightshift.yaml", "products:\n  tool: {}\nnotify: { slack: '${NOBODY}' }\n");
    let wrong = suite.run(&["check"]);
    assert!(wrong.stdout.contains("${NOBODY} has no value when people are told"), "{wrong:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_goes_through_a_server_on_this_machine() {
    let sink = Sink::start().await.expect("a sink");
    let mut posts = vec![sink.post(FIVE_SECONDS), sink.post(FIVE_SECONDS)];
    let server = format!("smtp://{}", sink.address());
    let told = tokio::task::spawn_blocking(move || {
        let suite = suite(
            "{ mail: { server: '${secret:SERVER}', from: nightshift@shop.example, \
             to: [ada@shop.example, qa@shop.example] } }",
        );
        let report = night_json(&suite.root().join("night"));
        (notify(&suite, &[], &[("SERVER", server.as_str())]), report)
    });
    let (answer, report) = told.await.expect("told");
    assert_eq!((answer.code, answer.stdout.as_str()), (Some(0), "mail: told\n"), "{answer:#?}");
    for to in ["ada@shop.example", "qa@shop.example"] {
        let step = MailStep {
            to: Template::new(to),
            subject: Some(Template::new("1 new regression")),
            within_ms: Some(5_000),
            tests: Vec::new(),
            capture: IndexMap::new(),
            snapshot: None,
        };
        let mut post = posts.pop().expect("one for each");
        let read = post.read(&step).await;
        let mail = format!("{:?}", read.observation.unwrap_or_else(|| panic!("{to} got it")));
        assert!(mail.contains("1 new regression"), "{mail}");
        assert!(!mail.contains("<p>regressed: <!channel>"), "{mail}");
    }
    assert_eq!(report["totals"]["regressed"], 1);
}

#[test]
fn a_watch_elsewhere_is_asked_after_each_night_and_its_silence_stops_nothing() {
    let server = Server::start(&["200 OK", "500 Internal Server Error"]);
    let suite = SuiteCopy::empty();
    suite.write("nightshift.yaml", "products:\n  tool: {}\nnight: { ping: '${secret:WATCH}' }\n");
    suite.write("scenarios/a.yaml", "scenario: a\nsteps:\n  - shell: echo hello\n");
    let watch = format!("{}/watch-0123456789", server.address);
    let environment = [("WATCH", watch.as_str())];
    let first = suite.run_with(&["run", "--no-pdf"], &environment);
    assert_eq!(first.code, Some(0), "{first:#?}");
    assert_eq!(server.got.lock().expect("whole").len(), 1);
    let part = suite.run_with(&["run", "--no-pdf", "--shard", "1/2"], &environment);
    assert_eq!((part.code, server.got.lock().expect("whole").len()), (Some(0), 1), "{part:#?}");
    let second = suite.run_with(&["run", "--no-pdf"], &environment);
    assert_eq!(second.code, Some(0), "{second:#?}");
    assert!(second.stderr.contains("night.ping: "), "{second:#?}");
    let parts = ["run", "--no-pdf", "--shard", "1/1", "--out", "part"];
    assert_eq!(suite.run_with(&parts, &environment).code, Some(0));
    let whole = ["merge", "part", "--out", "whole", "--no-pdf"];
    assert_eq!(suite.run_with(&whole, &environment).code, Some(0));
    assert_eq!(server.got.lock().expect("whole").len(), 3, "the whole of its parts is a night");
    assert!(!second.stderr.contains("watch-0123456789"), "{second:#?}");
}

#[test]
fn a_finding_that_is_seen_again_is_told_in_the_thread_where_it_was_told_first() {
    let server = Server::start(&[
        "200 OK|{\"ok\":true,\"ts\":\"1.1\"}",
        "200 OK|{\"ok\":true,\"ts\":\"2.2\"}",
        "200 OK|{\"ok\":true,\"ts\":\"2.3\"}",
        "200 OK|{\"ok\":false,\"error\":\"token_expired\"}",
    ]);
    let suite = suite(&format!(
        "{{ slack: {{ token: '${{secret:TOKEN}}', channel: C1, api: '{}/api' }} }}",
        server.address
    ));
    let environment = [("TOKEN", "xoxb-0123456789")];
    let first = notify(&suite, &[], &environment);
    assert_eq!((first.code, first.stdout.as_str()), (Some(0), "slack: told\n"), "{first:#?}");
    let again = notify(&suite, &["--again"], &environment);
    assert_eq!(again.code, Some(0), "{again:#?}");
    let [night, second, reply] = &server.bodies()[..] else { panic!("two nights and a reply") };
    assert_eq!((text(&night["channel"]).as_str(), &night["thread_ts"]), ("C1", &Value::Null));
    assert_eq!(second["thread_ts"], Value::Null);
    assert_eq!(reply["thread_ts"], "1.1");
    let expired = notify(&suite, &["--again"], &environment);
    assert_eq!(expired.code, Some(1), "{expired:#?}");
    assert!(expired.stderr.contains("no longer valid"), "{expired:#?}");
    assert!(!expired.stderr.contains("xoxb-0123456789"), "{expired:#?}");
}

#[test]
fn a_channel_that_is_gone_and_a_token_without_rights_are_told_with_what_helps_there() {
    let gone = Server::start(&["200 OK|{\"ok\":false,\"error\":\"is_archived\"}"]);
    let removed = Server::start(&["410 Gone|the workflow was removed"]);
    let closed = Server::start(&["403 Forbidden|t0ken-of-hook may only read"]);
    let suite = suite(&format!(
        "{{ slack: {{ token: '${{secret:TOKEN}}', channel: C1, api: '{}/api' }}, \
         teams: '${{secret:TEAMS}}', \
         webhook: {{ url: '${{secret:HOOK}}', token: '${{secret:HOOK_TOKEN}}' }} }}",
        gone.address
    ));
    let environment = |hook: &str| {
        let known = [("TOKEN", "xoxb-0123456789"), ("TEAMS", removed.address.as_str())];
        let hook = [("HOOK", hook.to_owned()), ("HOOK_TOKEN", "t0ken-of-hook".to_owned())];
        known.map(|it| (it.0, it.1.to_owned())).into_iter().chain(hook).collect::<Vec<_>>()
    };
    let told = |hook: &str| {
        let all = environment(hook);
        let all: Vec<(&str, &str)> = all.iter().map(|it| (it.0, it.1.as_str())).collect();
        notify(&suite, &[], &all)
    };
    let answer = told(&closed.address);
    assert_eq!((answer.code, answer.stdout.as_str()), (Some(1), ""), "{answer:#?}");
    for said in [
        "slack: not told: it answered 200: what is named there is gone, or not for this token \
         (is_archived); name a channel by its id that is there",
        "teams: not told: it answered 410: ",
        "(the workflow was removed); make the workflow anew",
        "webhook: not told: it answered 403: the token has no right to this \
         ([secret] may only read); give its `token` the right to post there",
    ] {
        assert!(answer.stderr.contains(said), "{said} is not in {answer:#?}");
    }
    for secret in ["xoxb-0123456789", "t0ken-of-hook", removed.address.as_str()] {
        assert!(!answer.stderr.contains(secret), "{answer:#?}");
    }
    assert_eq!((gone.bodies().len(), removed.bodies().len()), (1, 1), "nobody is asked again");
    // The twin: who lets us is told although the others are gone, and nothing is said of it.
    let open = Server::start(&["200 OK"]);
    let answer = told(&open.address);
    assert_eq!((answer.code, answer.stdout.as_str()), (Some(1), "webhook: told\n"), "{answer:#?}");
    assert!(!answer.stderr.contains("webhook:"), "{answer:#?}");
}

/// The commit of the change that is told of on GitHub.
const SHA: &str = "abababababababababababababababababababab";

/// A suite whose nights are told on GitHub, in a run of its pull request 7.
fn suite_on_github() -> SuiteCopy {
    let suite = suite(
        "{ github: { repository: owner/shop, token: '${secret:TOKEN}', api: '${secret:API}' } }",
    );
    let about = format!("{{\"pull_request\":{{\"number\":7,\"head\":{{\"sha\":\"{SHA}\"}}}}}}");
    suite.write("event.json", &about);
    suite
}

/// Tells of its night by this server; answers with what the server got.
fn tell_github(suite: &SuiteCopy, answers: &'static [&'static str]) -> Vec<(String, String)> {
    let server = Server::start(answers);
    let event = suite.root().join("event.json").display().to_string();
    let environment = [
        ("TOKEN", "t0ken"),
        ("API", server.address.as_str()),
        ("GITHUB_EVENT_PATH", event.as_str()),
        ("GITHUB_SHA", "1234567"),
    ];
    let answer = notify(suite, &["--again"], &environment);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    server.got.lock().expect("whole").clone()
}

/// The first lines of what a server got.
fn asked(got: &[(String, String)]) -> Vec<&str> {
    got.iter().filter_map(|it| it.0.lines().next()?.strip_suffix(" HTTP/1.1")).collect()
}

/// An answer that lives as long as its server, which is as long as the tests.
fn kept(answer: String) -> &'static str {
    Box::leak(answer.into_boxed_str())
}

#[test]
fn a_change_on_github_gets_a_check_and_one_comment_that_is_edited() {
    let suite = suite_on_github();
    let got = tell_github(
        &suite,
        &[
            "200 OK|{\"check_runs\":[]}",
            "201 Created|{}",
            "200 OK|[{\"id\":5,\"body\":\"looks good\"}]",
            "201 Created|{}",
        ],
    );
    let known = format!("GET /repos/owner/shop/commits/{SHA}/check-runs?check_name=nightshift");
    let comments = "/repos/owner/shop/issues/7/comments";
    assert_eq!(
        asked(&got),
        [
            known,
            "POST /repos/owner/shop/check-runs".to_owned(),
            format!("GET {comments}?per_page=100&page=1"),
            format!("POST {comments}"),
        ]
    );
    let check: Value = serde_json::from_str(&got[1].1).expect("JSON");
    assert_eq!(
        (check["conclusion"].as_str(), check["head_sha"].as_str()),
        (Some("failure"), Some(SHA))
    );
    assert_eq!(check["output"]["annotations"][0]["path"], "scenarios/rows.yaml");
    let comment: Value = serde_json::from_str(&got[3].1).expect("JSON");
    let comment = text(&comment["body"]);
    assert!(comment.contains("1 new regression") && !comment.contains("<!channel>"), "{comment}");
    // The same night once more: the check is there, and the comment is edited.
    let night = text(&night_json(&suite.root().join("night"))["night"]["id"]);
    let checks = kept(format!("200 OK|{{\"check_runs\":[{{\"external_id\":\"{night}\"}}]}}"));
    let own = "200 OK|[{\"id\":5,\"body\":\"looks good\"},{\"id\":9,\"user\":{\"id\":41},\
               \"body\":\"<!-- nightshift-note-night -->\\n\\nold\"}]";
    let answers: &'static [&'static str] =
        Box::leak(Box::new([checks, own, "200 OK|{\"id\":41}", "200 OK|{}"]));
    let got = tell_github(&suite, answers);
    assert_eq!(asked(&got)[2..], ["GET /user", "PATCH /repos/owner/shop/issues/comments/9"]);
}

#[test]
fn a_comment_with_our_mark_is_ours_only_where_we_wrote_it() {
    let suite = suite_on_github();
    let comments = "200 OK|[{\"id\":8,\"user\":{\"id\":666,\"type\":\"User\"},\
                    \"body\":\"<!-- nightshift-note-night -->\\n\\nAll is well.\"},\
                    {\"id\":9,\"user\":{\"id\":41,\"type\":\"Bot\"},\
                    \"body\":\"<!-- nightshift-note-night -->\\n\\nold\"},\
                    {\"id\":10,\"user\":{\"id\":41,\"type\":\"Bot\"},\
                    \"body\":\"> quoted\\n<!-- nightshift-note-night -->\"}]";
    let checks = "200 OK|{\"check_runs\":[]}";
    let edited = "PATCH /repos/owner/shop/issues/comments/9";
    let written = "POST /repos/owner/shop/issues/7/comments";
    for (user, last) in [
        ("200 OK|{\"id\":41}", edited),
        // The token of GitHub Actions is no account's.
        ("403 Forbidden|{}", edited),
        // The twin: somebody else wrote all that has our mark.
        ("200 OK|{\"id\":77}", written),
    ] {
        let answers: &'static [&'static str] =
            Box::leak(Box::new([checks, "201 Created|{}", comments, user, "200 OK|{}"]));
        let got = tell_github(&suite, answers);
        assert_eq!(asked(&got).last(), Some(&last), "{user}");
    }
}

#[test]
fn a_merge_request_on_gitlab_gets_one_note_and_a_run_without_one_says_so() {
    let server = Server::start(&["200 OK|[]", "201 Created|{}"]);
    let suite = suite(
        "{ gitlab: { project: group/shop, token: '${secret:TOKEN}', api: '${secret:API}' } }",
    );
    let environment = [("TOKEN", "t0ken"), ("API", server.address.as_str())];
    let answer = notify(&suite, &[], &environment);
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    assert!(answer.stderr.contains("CI_MERGE_REQUEST_IID"), "{answer:#?}");
    let more = [("TOKEN", "regression"), environment[1], ("CI_MERGE_REQUEST_IID", "3")];
    assert_eq!(notify(&suite, &[], &more).code, Some(0));
    let got = server.got.lock().expect("whole").clone();
    assert!(
        got[1].0.starts_with("POST /projects/group%2Fshop/merge_requests/3/notes "),
        "{}",
        got[1].0
    );
    // Whatever has the value of a secret, it leaves without it.
    assert!(got[1].1.contains("1 new [secret]"), "{}", got[1].1);
}
