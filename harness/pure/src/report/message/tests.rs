//! What each channel makes of text that would be markup there.

use super::*;

/// A message whose product speaks every channel's language.
fn hostile() -> Message {
    let title = "<!channel> *bold* <https://evil.example|click> [x](https://evil.example) \
                 {{DATE(2026-01-01T00:00:00Z)}} <b>&amp;</b> @here";
    Message {
        night: "2026-11-21T010000Z-k3f9".to_owned(),
        sentence: format!("1 new regression: build {title}"),
        decision: Decision::Fail,
        rule: "no regressions".to_owned(),
        notes: vec!["Shard 3 of 8 is missing.".to_owned()],
        findings: vec![Told {
            id: "F1".to_owned(),
            fingerprint: "ab12cd34".to_owned(),
            word: "regressed",
            title: title.to_owned(),
            owner: Some("@data-team".to_owned()),
            reproduce: "nightshift run a".to_owned(),
        }],
        more: 2,
        link: Some("https://reports.example/night/index.html".to_owned()),
    }
}

#[test]
fn slack_gets_product_text_as_plain_text_and_one_link() {
    let body = hostile().slack();
    let blocks = body["blocks"].as_array().expect("blocks");
    let markup: Vec<&str> = blocks
        .iter()
        .filter(|it| it["text"]["type"] == "mrkdwn")
        .filter_map(|it| it["text"]["text"].as_str())
        .collect();
    assert_eq!(
        markup,
        ["<https://reports.example/night/index.html|The report of night 2026-11-21T010000Z-k3f9>"]
    );
    let first = blocks[0]["text"]["text"].as_str().expect("text");
    assert!(first.starts_with("1 new regression: build <!channel> *bold*"), "{first}");
    let notification = body["text"].as_str().expect("text");
    assert!(!notification.contains(['<', '>']), "{notification}");
    assert!(notification.starts_with("1 new regression: build &lt;!channel&gt;"), "{notification}");
}

#[test]
fn teams_gets_product_text_in_runs_that_are_no_markdown_and_no_template() {
    let body = hostile().teams();
    let text = body.to_string();
    assert!(!text.contains("TextBlock\",\"text\"") && !text.contains("{{DATE"), "{text}");
    let card = &body["attachments"][0]["content"];
    for paragraph in card["body"].as_array().expect("a body") {
        assert_eq!(paragraph["type"], "RichTextBlock");
    }
    assert_eq!(card["actions"][0]["url"], "https://reports.example/night/index.html");
}

#[test]
fn a_mail_is_one_thread_a_cause_and_its_html_holds_no_foreign_markup() {
    let mail = hostile().mail();
    assert_eq!(mail.id, "<2026-11-21T010000Z-k3f9@nightshift>");
    assert_eq!(mail.references, ["<ab12cd34@nightshift>"]);
    assert!(mail.subject.starts_with("1 new regression"), "{}", mail.subject);
    assert!(!mail.subject.contains(['\n', '\r']));
    assert!(!mail.html.contains("<b>") && !mail.html.contains("<!channel>"), "{}", mail.html);
    assert!(mail.text.contains("Shard 3 of 8 is missing."), "{}", mail.text);
    assert!(mail.text.contains("and 2 more, in the report"), "{}", mail.text);
}

#[test]
fn a_finding_is_told_with_who_owns_it_or_that_nobody_does() {
    let mut message = hostile();
    let told = |message: &Message| message.lines()[2].clone();
    assert!(told(&message).ends_with("@here (@data-team)"), "{}", told(&message));
    message.findings[0].owner = None;
    assert!(told(&message).ends_with("@here (nobody owns it)"), "{}", told(&message));
    assert!(message.webhook()["findings"][0]["owner"].is_null(), "a program gets no words for it");
}

#[test]
fn a_program_gets_the_findings_with_what_stays_the_same() {
    let body = hostile().webhook();
    assert_eq!(body["findings"][0]["fingerprint"], "ab12cd34");
    assert_eq!(body["findings"][0]["link"], "https://reports.example/night/index.html#F1");
    assert_eq!(
        (body["gate"]["decision"].as_str(), body["more_findings"].as_u64()),
        (Some("fail"), Some(2))
    );
}
