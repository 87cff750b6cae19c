//! How `report` is read, and what is said of one that is wrong.

use super::{CONFIG, loaded, said};
use crate::model::Template;
use crate::model::publish::{PublishConfig, PublishTo, S3Config};

const SCENARIO: (&str, &str) = ("scenarios/a.yaml", "scenario: a\nsteps: [ { open: / } ]\n");

fn read(publish: &str) -> Option<PublishConfig> {
    let config = format!("{CONFIG}report: {{ publish: {publish} }}\n");
    loaded(&[("nightshift.yaml", &config), SCENARIO]).config.publish
}

fn complaints(publish: &str) -> String {
    let config = format!("{CONFIG}report: {{ publish: {publish} }}\n");
    said(&[("nightshift.yaml", &config), SCENARIO])
}

#[test]
fn a_report_is_put_into_a_folder_or_bucket_or_given_to_a_command() {
    let folder = |path: &str, keep, link: Option<&str>| PublishConfig {
        to: PublishTo::Folder { path: path.to_owned(), keep },
        link: link.map(Template::new),
    };
    assert_eq!(read("/srv/nights"), Some(folder("/srv/nights", 30, None)));
    let link = "https://reports.example/${night}/index.html";
    assert_eq!(
        read(&format!("{{ folder: public, keep: 90, link: '{link}' }}")),
        Some(folder("public", 90, Some(link)))
    );
    let words = ["rclone", "copy", "${folder}", "far:the nights/${night}"].map(Template::new);
    assert_eq!(
        read("{ command: 'rclone copy ${folder} \"far:the nights/${night}\"', timeout: 2m }"),
        Some(PublishConfig {
            to: PublishTo::Command { words: words.to_vec(), timeout_ms: 120_000 },
            link: None,
        })
    );
    let store = S3Config {
        endpoint: None,
        region: "us-east-1".to_owned(),
        bucket: "reports".to_owned(),
        prefix: Some("nights/shop".to_owned()),
        key: Template::new("${secret:KEY}"),
        secret: Template::new("${secret:HIDDEN}"),
    };
    let said =
        "bucket: reports, prefix: nights/shop, key: '${secret:KEY}', secret: '${secret:HIDDEN}'";
    assert_eq!(
        read(&format!("{{ s3: {{ {said} }}, keep: 7 }}")),
        Some(PublishConfig { to: PublishTo::S3 { store, keep: 7 }, link: None })
    );
    assert_eq!(loaded(&[SCENARIO]).config.publish, None);
}

#[test]
fn a_report_that_is_put_nowhere_or_twice_is_refused_with_what_to_write() {
    for (publish, complaint) in [
        ("{ keep: 3 }", "\"publish\" needs one of \"folder\", \"s3\", \"command\""),
        ("{ folder: a, command: b }", "\"folder\" and \"command\" exclude each other"),
        ("{ folder: a, keep: 0 }", "a folder that keeps no night shows none"),
        ("{ folder: a, timeout: 5m }", "\"timeout\" is for a command"),
        ("{ command: a, keep: 3 }", "\"keep\" is for a folder or bucket"),
        ("{ s3: { bucket: a/b, key: k, secret: s } }", "\"a/b\" is no bucket"),
        ("{ s3: { bucket: a, key: k, secret: s, prefix: a/../b } }", "is no prefix"),
        ("{ s3: { bucket: a, key: k } }", "\"s3\" has no \"secret\""),
        ("{ command: 'a ${secret:TOKEN}' }", "${secret:TOKEN} has no value when a night is put"),
        ("{ command: 'a \"b' }", "a quote in this command is never closed"),
        ("{ foldr: a }", "did you mean \"folder\"?"),
    ] {
        let said = complaints(publish);
        assert!(said.contains(complaint), "{publish}: {said}");
    }
}
