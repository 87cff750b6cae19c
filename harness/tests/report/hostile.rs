//! What products, pages and authors say is text in every report, and no markup.

use nightshift::report::NightReport;
use quick_xml::events::Event as Xml;
use serde_json::Value;

use super::{ctrf_complaints, written};
use crate::synthetic_night::synthetic;

/// Text that tries everything at once.
const HOSTILE: &str = "</style></script><script>alert(1)</script><img src=x onerror=alert(1)>\" \
    onmouseover=\"alert(1)' | `code` [link](javascript:alert(1)) **bold** \u{202e}gnp.exe\u{2066} \
    \u{1b}[31mred\u{0}\u{7}\u{feff} {{ page.title }} {% raw %} ]]> &amp; @team :bug:\r\nsecond line";

/// Replaces every text below `value` by what `text_for` has for its key.
fn replace(value: &mut Value, key: &str, text_for: &dyn Fn(&str) -> Option<String>) {
    match value {
        Value::String(text) => {
            if let Some(hostile) = text_for(key) {
                *text = hostile;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|it| replace(it, key, text_for)),
        Value::Object(fields) => {
            for (key, field) in fields {
                replace(field, key, text_for);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The report with every text of it replaced by hostile text, what a product says by 1 MB of it.
fn hostile() -> NightReport {
    let long = format!("{HOSTILE}{}", "x".repeat(1_000_000));
    let said = ["title", "expected", "actual", "about", "message", "detail", "reproduce"];
    let mut value = serde_json::to_value(synthetic(4, 2)).unwrap();
    let enums = [
        "tag",
        "verdict",
        "severity",
        "decision",
        "outcome",
        "surface",
        "facet",
        "ending",
        "judged_by",
    ];
    let keep = ["started", "finished", "deadline", "first_seen", "because", "suppression"];
    // A line of 1 MB for each thing that is said, and one in a diff; the rest stays short.
    let text_for = |key: &str| match key {
        _ if enums.contains(&key) || keep.contains(&key) => None,
        _ if said.contains(&key) => Some(long.clone()),
        _ => Some(HOSTILE.to_owned()),
    };
    replace(&mut value, "", &text_for);
    value["findings"][0]["differences"][0]["facets"][0]["diff"][0]["pieces"][0]["text"] =
        long.clone().into();
    serde_json::from_value(value).unwrap()
}

#[test]
fn hostile_text_shows_as_text_in_html() {
    let html = written(&hostile()).html;
    assert!(html.len() < 1_000_000, "{} bytes: long text is cut", html.len());
    assert!(html.contains("more characters)"), "and says so");
    assert_eq!(html.matches("<script").count(), 1, "the filter's");
    assert_eq!(html.matches("</style>").count(), 1);
    assert_eq!(html.matches("<img").count(), 0);
    assert!(!html.contains("\" onmouseover") && !html.contains("href=\"javascript"));
    assert!(html.contains("⟨U+202E⟩gnp.exe⟨U+2066⟩ ⟨U+001B⟩[31mred⟨U+0000⟩⟨U+0007⟩⟨U+FEFF⟩"));
    let hidden = |c: char| {
        (c.is_control() && c != '\n' && c != '\t') || "\u{202e}\u{2066}\u{feff}".contains(c)
    };
    assert_eq!(html.chars().find(|c| hidden(*c)), None);
}

#[test]
fn hostile_text_shows_as_text_in_junit_ctrf_and_summary() {
    let files = written(&hostile());
    let mut reader = quick_xml::Reader::from_str(&files.junit);
    let mut elements = std::collections::BTreeSet::new();
    loop {
        match reader.read_event().unwrap() {
            Xml::Start(it) | Xml::Empty(it) => {
                elements.insert(String::from_utf8(it.name().as_ref().to_vec()).unwrap());
            }
            Xml::Eof => break,
            _ => {}
        }
    }
    let expected = [
        "failure",
        "properties",
        "property",
        "rerunFailure",
        "testcase",
        "testsuite",
        "testsuites",
    ];
    assert_eq!(elements.into_iter().collect::<Vec<_>>(), expected);
    let ctrf = serde_json::to_string(&files.ctrf).unwrap();
    assert!(ctrf_complaints(&files.ctrf).is_empty());
    for text in [&files.junit, &ctrf, &files.summary] {
        assert!(!text.contains('\u{202e}') && !text.contains('\u{1b}') && !text.contains('\0'));
        assert!(text.contains("⟨U+202E⟩"));
    }
    for markup in ["<script", "<img", "](", "**bold", "`code`", "@team"] {
        assert!(!files.summary.contains(markup), "{markup} is markup in summary.md");
    }
    assert!(files.summary.len() < 1_000_000);
}
