//! The sink as clients see it, and mails as people read them.

use std::collections::HashMap;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::letter::Letter;
use super::links::{Link, read_html, read_text};
use super::smtp::{Answer, Dialogue};
use super::*;
use crate::model::Kept;
use crate::model::artifact::{MailCapture, TextCapture};
use crate::model::scenario::TextTest;

const CONFIRM: &str = "From: The shop <shop@example.test>\r\nTo: ada@example.test\r\n\
Subject: =?utf-8?q?Best=C3=A4tigen?=\r\nMIME-Version: 1.0\r\n\
Content-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\n\
Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
Your code is 1234=\r\n56.\r\nConfirm: http://127.0.0.1:1/c?a=3D1\r\n--x\r\n\
Content-Type: text/html; charset=utf-8\r\n\r\n\
<p>Hi</p><a href='http://127.0.0.1:1/c?a=1&amp;b=2'><b>Confirm</b>\r\n me</a>\r\n--x--\r\n";

fn step(to: &str, subject: Option<&str>) -> MailStep {
    MailStep {
        to: to.into(),
        subject: subject.map(Into::into),
        within_ms: Some(50),
        tests: Vec::new(),
        capture: indexmap::IndexMap::new(),
        snapshot: None,
    }
}

/// Sends a whole dialogue at once, as a client that pipelines does; answers with all answers.
async fn talk(sink: &Sink, lines: &str) -> String {
    let mut stream = TcpStream::connect(sink.address()).await.expect("a sink");
    stream.write_all(lines.as_bytes()).await.expect("sent");
    let mut said = String::new();
    stream.read_to_string(&mut said).await.expect("answered");
    said
}

async fn deliver(sink: &Sink, to: &str, subject: &str, body: &str) {
    let said = talk(
        sink,
        &format!(
            "EHLO me\r\nMAIL FROM:<a@b> SIZE=100\r\nRCPT TO:<{to}>\r\nDATA\r\n\
             Subject: {subject}\r\n\r\n{body}\r\n.\r\nQUIT\r\n"
        ),
    )
    .await;
    assert!(said.contains("250 2.0.0 kept"), "{said}");
}

#[test]
fn a_dialogue_is_led_as_the_standard_says() {
    let mut dialogue = Dialogue::default();
    let mut say = |line: &str| match dialogue.answer(line) {
        Answer::Say(words) => words[..3].to_owned(),
        Answer::Data => "354".to_owned(),
        Answer::Bye => "221".to_owned(),
    };
    for (line, code) in [
        ("MAIL FROM:<a@b>", "503"),
        ("EHLO me", "250"),
        ("STARTTLS", "502"),
        ("AUTH LOGIN", "334"),
        ("YWRh", "334"),
        ("dGVh", "235"),
        ("AUTH PLAIN AGFkYQB0ZWE=", "235"),
        ("AUTH PLAIN !", "501"),
        ("AUTH CRAM-MD5", "504"),
        ("RCPT TO:<a@b>", "503"),
        ("mail from:<> SIZE=99999999999", "552"),
        ("mail from:<> BODY=8BITMIME", "250"),
        ("DATA", "503"),
        ("RCPT TO:", "501"),
        ("RCPT TO:<@relay:a@b>", "250"),
        ("DATA", "354"),
        ("RSET", "250"),
        ("DATA", "503"),
        ("NOOP", "250"),
        ("TURN", "500"),
        ("QUIT", "221"),
    ] {
        assert_eq!(say(line), code, "{line}");
    }
}

#[tokio::test]
async fn a_mail_is_kept_with_its_dots_unstuffed() {
    let sink = Sink::start().await.expect("a sink");
    let mut post = sink.post(Duration::from_secs(5));
    deliver(&sink, "Ada@Example.test", "Hi", "..one\r\ntwo").await;
    let read = post.read(&step("ada@example.test", None)).await;
    assert_eq!(read.done, Done::Passed(Vec::new()));
    let observation = read.observation.expect("a mail");
    let FacetContent::Text(text) = &observation.facets[0].content else { unreachable!("text") };
    assert_eq!(text, "from: \nto: ada@example.test\nsubject: Hi\n\n.one\ntwo\n");
}

#[tokio::test]
async fn a_mail_is_read_once_and_only_by_whom_it_is_for() {
    let sink = Sink::start().await.expect("a sink");
    deliver(&sink, "ada@x", "Before", "").await;
    let mut post = sink.post(Duration::from_millis(50));
    deliver(&sink, "bob@x", "For Bob", "").await;
    let said = |read: MailRead| match read.done {
        Done::Failed(failure) => format!("{}; {}", failure.expected, failure.actual),
        Done::Passed(_) => "passed".to_owned(),
    };
    assert_eq!(
        said(post.read(&step("ada@x", None)).await),
        "a mail to ada@x within 50ms; none to ada@x; mails came to bob@x"
    );
    deliver(&sink, "ada@x", "Welcome", "").await;
    deliver(&sink, "ada@x", "Reset", "").await;
    assert_eq!(
        said(post.read(&step("ada@x", Some("Confirm"))).await),
        "a mail to ada@x with the subject \"Confirm\" within 50ms; mails to ada@x: \"Welcome\", \
         \"Reset\""
    );
    let unread = post.unread(&[]).expect("some");
    assert_eq!(
        String::from_utf8_lossy(&unread.bytes),
        "mail to ada@x: Welcome\nmail to ada@x: Reset\n"
    );
    assert_eq!(said(post.read(&step("ada@x", Some("Welcome"))).await), "passed");
    assert_eq!(said(post.read(&step("ada@x", None)).await), "passed", "the newest");
    assert_eq!(
        said(post.read(&step("ada@x", None)).await),
        "a mail to ada@x within 50ms; the only mails to ada@x were read by earlier steps"
    );
    assert_eq!(post.unread(&[]), None, "Bob's mail is somebody else's");
}

#[test]
fn a_letter_is_decoded() {
    let letter = Letter::of(CONFIRM.as_bytes());
    assert_eq!(
        letter,
        Letter {
            from: "The shop <shop@example.test>".to_owned(),
            subject: "Bestätigen".to_owned(),
            text: "Your code is 123456.\nConfirm: http://127.0.0.1:1/c?a=1".to_owned(),
            links: vec![Link {
                text: "Confirm me".to_owned(),
                address: "http://127.0.0.1:1/c?a=1&b=2".to_owned(),
            }],
            attachments: Vec::new(),
        }
    );
}

#[test]
fn an_attachment_is_told_by_name_size_and_hash() {
    let mail = "Subject: Bill\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\
                Content-Type: text/plain\r\n\r\nHere.\r\n--x\r\n\
                Content-Type: text/csv; name=bill.csv\r\n\
                Content-Disposition: attachment; filename=bill.csv\r\n\r\nabc\r\n--x--\r\n";
    let told = Letter::of(mail.as_bytes()).told(&["ada@x".to_owned()]);
    assert_eq!(
        told,
        "from: \nto: ada@x\nsubject: Bill\n\nHere.\n\n\
         attachment: bill.csv, 3 bytes, sha256 ba7816bf8f01cfea\n"
    );
}

#[test]
fn parts_of_a_mail_are_captured_or_it_says_why_not() {
    let letter = Letter::of(CONFIRM.as_bytes());
    let mut wanted = step("ada@example.test", None);
    let mut take = |capture: MailCapture| {
        wanted.capture = [("it".to_owned(), capture)].into();
        letter.verify(&wanted).map(|it| it.into_iter().collect::<HashMap<_, _>>()["it"].clone())
    };
    let one = |it: &str| Ok(Kept::One(it.to_owned()));
    let link = |text: Option<&str>| MailCapture::Link(text.map(Into::into));
    let regex = |it: &str| MailCapture::Text(TextCapture::Regex(it.into()));
    assert_eq!(take(link(Some("Confirm me"))), one("http://127.0.0.1:1/c?a=1&b=2"));
    assert_eq!(take(link(None)), one("http://127.0.0.1:1/c?a=1&b=2"));
    assert_eq!(take(regex(r"code is (\d+)")), one("123456"));
    let refused = take(link(Some("Cancel"))).expect_err("no such link");
    assert_eq!(refused.expected, "the mail to give ${it} by a link \"Cancel\"");
    assert_eq!(
        refused.actual,
        "no such link; its links: \"Confirm me\" to http://127.0.0.1:1/c?a=1&b=2"
    );
    let refused = take(regex("pin (.*)")).expect_err("not there");
    assert!(refused.actual.starts_with("the mail \"Bestätigen\" was:\nYour code"), "{refused:?}");
    wanted.capture.clear();
    wanted.tests = vec![TextTest::Contains("goodbye".into())];
    let refused = letter.verify(&wanted).expect_err("not there");
    assert_eq!(refused.expected, "the mail to contain \"goodbye\"");
}

#[test]
fn html_becomes_text_and_links() {
    let (text, links) = read_html(
        "<html><head><title>x</title><style>p{}</style></head><body><!-- a > b -->\
         <p>Caf&eacute; &amp; &#8364;5</p>\n<table><tr><td>a</td><td>b</td></tr></table>\
         <a class=x title='a>b' HREF=http://x/1>One</a> <a href='http://x/2'>Two <img alt=here></a>",
    );
    assert_eq!(text, "Caf&eacute; & €5\na b\nOne Two here");
    let links: Vec<_> = links.iter().map(|it| (it.text.as_str(), it.address.as_str())).collect();
    assert_eq!(links, [("One", "http://x/1"), ("Two here", "http://x/2")]);
}

#[test]
fn links_of_plain_text_are_told_by_what_stands_before_them() {
    let links = read_text("Confirm your address:\n\n  <http://x/1>\n\nUnsubscribe: http://x/2.\n");
    let links: Vec<_> = links.iter().map(|it| (it.text.as_str(), it.address.as_str())).collect();
    assert_eq!(links, [("Confirm your address", "http://x/1"), ("Unsubscribe", "http://x/2")]);
}
