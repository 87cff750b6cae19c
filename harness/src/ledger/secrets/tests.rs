//! Secrets in the forms that they take, one by one, and text that must stay.

use base64::Engine as _;

use super::*;

const SECRET: &str = "p&ss \"wörd'<1>";

fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded + &char::from(byte).to_string()
        } else {
            encoded + &format!("%{byte:02X}")
        }
    })
}

fn secrets() -> Secrets {
    Secrets::new([("PASSWORD".to_owned(), SECRET.to_owned())].into_iter().collect())
        .expect("long enough")
}

fn scrubbed(text: &str) -> String {
    String::from_utf8_lossy(&secrets().scrub(text.as_bytes())).into_owned()
}

#[test]
fn a_secret_is_taken_out_of_plain_text() {
    assert_eq!(scrubbed(&format!("user ada, {SECRET}!")), "user ada, [secret]!");
}

#[test]
fn a_secret_is_taken_out_of_urls_however_they_are_encoded() {
    for form in [
        percent_encoded(SECRET),
        url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect::<String>(),
        "p%26ss+%22w%c3%b6rd%27%3c1%3e".to_owned(),
    ] {
        assert_eq!(scrubbed(&format!("/login?p={form}&x=1")), "/login?p=[secret]&x=1");
    }
}

#[test]
fn a_secret_is_taken_out_of_json_and_of_json_inside_json() {
    let json = serde_json::json!({ "p": SECRET }).to_string();
    assert_eq!(scrubbed(&json), r#"{"p":"[secret]"}"#);
    assert_eq!(scrubbed(r#"{"p":"p&ss \"w\u00f6rd'<1>"}"#), r#"{"p":"[secret]"}"#);
    assert_eq!(scrubbed(r#"{"p":"p&ss \"w\u00F6rd'<1>"}"#), r#"{"p":"[secret]"}"#);
    let nested = serde_json::json!({ "body": json }).to_string();
    assert_eq!(scrubbed(&nested), r#"{"body":"{\"p\":\"[secret]\"}"}"#);
}

#[test]
fn a_secret_is_taken_out_of_html() {
    assert_eq!(scrubbed("<i>p&amp;ss &quot;wörd&#39;&lt;1&gt;</i>"), "<i>[secret]</i>");
    assert_eq!(scrubbed("<i>p&amp;ss \"wörd'&lt;1&gt;</i>"), "<i>[secret]</i>");
}

#[test]
fn a_secret_is_taken_out_of_base64_at_every_offset() {
    for prefix in ["", "a", "ab", "abc", "ada:"] {
        for suffix in ["", "z", "zz"] {
            let encoded = STANDARD.encode(format!("{prefix}{SECRET}{suffix}"));
            let left = scrubbed(&encoded);
            assert!(left.contains("[secret]"), "{encoded} became {left}");
            assert!(left.len() <= "[secret]".len() + 12, "{encoded} became {left}");
        }
    }
}

#[test]
fn a_secret_that_was_escaped_before_it_was_encoded_is_taken_out_and_another_token_stays() {
    let json = serde_json::json!({ "name": "ada", "p": SECRET }).to_string();
    let ascii = r#"{"name":"ada","p":"p&ss \"w\u00f6rd'<1>","x":1}"#;
    let form = "name=ada&pass=p%26ss+%22w%C3%B6rd%27%3C1%3E&x=1";
    let hex = |text: &str| text.bytes().fold(String::new(), |hex, it| hex + &format!("{it:02x}"));
    for held in [json.as_str(), ascii, form] {
        for before in ["", "session=", "/a/"] {
            for token in [STANDARD.encode(held), URL_SAFE.encode(held), hex(held)] {
                if token == hex(held) && before == "/a/" {
                    continue;
                }
                let left = scrubbed(&format!("{before}{token}; Path=/"));
                assert!(left.starts_with(&format!("{before}{}", &token[..16])), "{left}");
                assert!(left.contains("[secret]"), "{held} as {token} became {left}");
                let middle = token.len() / 2;
                assert!(!left.contains(&token[middle..middle + 8]), "{left}");
            }
        }
    }
    let lines = STANDARD.encode(ascii);
    let broken = scrubbed(&format!("{}\n{}", &lines[..40], &lines[40..]));
    assert!(broken.contains("[secret]"), "{broken}");
    let other = ascii.replace("w\\u00f6rd", "w\\u00e4rd");
    for token in [STANDARD.encode(&other), URL_SAFE.encode(&other), hex(&other)] {
        assert_eq!(scrubbed(&token), token);
    }
}

#[test]
fn a_secret_is_taken_out_of_hexadecimal_and_utf_16() {
    let hex = SECRET.bytes().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    assert_eq!(scrubbed(&format!("x {hex} y")), "x [secret] y");
    assert_eq!(scrubbed(&format!("x {} y", hex.to_uppercase())), "x [secret] y");
    let wide: Vec<u8> = SECRET.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(secrets().scrub(&wide).as_ref(), b"[secret]");
}

#[test]
fn a_short_secret_is_refused_by_name() {
    let error = Secrets::new([("PIN".to_owned(), "123".to_owned())].into_iter().collect())
        .expect_err("too short");
    assert!(error.to_string().starts_with("the secret PIN has fewer than 4 characters"));
}

#[test]
fn what_is_added_later_is_taken_out_too_also_by_clones() {
    let secrets = secrets();
    let clone = secrets.clone();
    secrets.add("482913");
    let clean = clone.scrub(br#"code=482913&x=tea {"bytes":482913} 1482913 .482913Z"#);
    assert_eq!(
        String::from_utf8_lossy(&clean),
        r#"code=[secret]&x=tea {"bytes":482913} 1482913 .482913Z"#
    );
}

#[test]
fn text_without_a_secret_is_left_alone() {
    assert_eq!(scrubbed("pass word"), "pass word");
}

#[test]
fn a_secret_that_marks_break_is_taken_out_of_html_trees_and_terminals() {
    for text in [
        "<p>key <b>p&amp;ss</b> \"w<i>örd'</i>&lt;1&gt;!</p>",
        "x \u{1b}[1mp&ss \u{1b}[0m\"wörd\u{1b}[31m'<1>!",
        "{\"x\":\"\\u001b[1mp&ss \\u001b[0m\\\"wörd'<1>!\"}",
        "- paragraph:\n  - text: p&ss \"wör\n  - strong: d'<1>!\n",
        "- paragraph:\n  - button \"p&ss \\\"wö\"\n  - strong: rd'<1>!\n",
    ] {
        let left = scrubbed(text);
        assert!(left.contains("[secret]") && left.contains('!'), "{text} became {left}");
        assert!(!left.contains("ss") && !left.contains("rd"), "{text} became {left}");
    }
}

#[test]
fn a_secret_is_taken_out_of_base64_and_hexadecimal_that_lines_break() {
    let long = format!("{}{SECRET}{}", "x".repeat(50), "y".repeat(60));
    let base64 = STANDARD.encode(&long);
    let hex = long.bytes().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    for whole in [base64, hex] {
        for (columns, end) in
            [(76, "\r\n"), (64, "\n"), (60, "\n   "), (76, "=\r\n"), (60, "\\n"), (7, "\n")]
        {
            let letters: Vec<char> = whole.chars().collect();
            let lines: Vec<String> =
                letters.chunks(columns).map(|it| it.iter().collect()).collect();
            let left = scrubbed(&lines.join(end));
            assert!(left.contains("[secret]"), "{columns} {end:?} {left}");
            assert!(left.contains(&lines[0][..6]), "{columns} {end:?} {left}");
        }
    }
}

#[test]
fn a_secret_is_taken_out_of_dumps_with_the_letters_beside() {
    let bytes = format!("header: 1\n{SECRET} and more of it\n").into_bytes();
    let row = |(at, row): (usize, &[u8])| {
        let pairs: Vec<String> = row.iter().map(|it| format!("{it:02x}")).collect();
        let letters = String::from_utf8_lossy(row).replace(['\n', '\u{fffd}'], ".");
        [
            format!("{:08x}  {:<48} |{letters}|", at * 16, pairs.join(" ")),
            format!(
                "{:08x}: {:<40} {letters}",
                at * 16,
                pairs.chunks(2).map(<[String]>::concat).collect::<Vec<_>>().join(" ")
            ),
            pairs.join(":"),
            format!(
                "    {},",
                pairs.iter().map(|it| format!("0x{it}")).collect::<Vec<_>>().join(", ")
            ),
        ]
    };
    let rows: Vec<[String; 4]> = bytes.chunks(16).enumerate().map(row).collect();
    for kind in 0..4 {
        let dump: String = rows.iter().map(|it| it[kind].clone() + "\n").collect();
        let left = scrubbed(&dump);
        assert!(left.contains("[secret]"), "{left}");
        for part in ["26 73", "2673", "26:73", "0x26, 0x73", "p&ss", "'<1"] {
            assert!(!left.contains(part), "{part} is left in {left}");
        }
        assert_eq!(left.lines().last(), dump.lines().last(), "{left}");
    }
}

#[test]
fn a_secret_is_found_where_a_page_spreads_it() {
    let secrets = secrets();
    for text in ["p & s s \" w ö r d ' < 1 >", "p&ss\n\"wö\u{ad}r\u{200b}d'\u{a0}<1>"] {
        let found = secrets.find_spread(&format!("a {text} b"));
        assert_eq!(found, vec![(2..2 + text.len())], "{text}");
    }
    assert!(secrets.find_spread("p & s s").is_empty());
}

#[test]
fn a_secret_in_other_case_or_decomposed_is_taken_out_and_another_word_stays() {
    for form in [
        "P&SS \"WÖRD'<1>",
        "P&SS \"WöRD'<1>",
        "P&ss \"wörd'<1>",
        "p&ss \"wo\u{308}rd'<1>",
        "P&SS \"WO\u{308}RD'<1>",
    ] {
        assert_eq!(scrubbed(&format!("user ada, {form}!")), "user ada, [secret]!");
        let escaped = percent_encoded(form);
        assert_eq!(scrubbed(&format!("/login?p={escaped}&x=1")), "/login?p=[secret]&x=1");
        let encoded = scrubbed(&STANDARD.encode(format!("ada:{form}")));
        assert!(encoded.contains("[secret]"), "{form} became {encoded}");
    }
    for other in ["p&ss \"ward'<1>", "P&SS \"WARD'<1>", "p&ss \"wa\u{308}rd'<1>"] {
        assert_eq!(scrubbed(other), other);
    }
    let host = Secrets::new([("KEY".to_owned(), "Tok-9xQ2z".to_owned())].into_iter().collect())
        .expect("long enough");
    assert_eq!(host.scrub_text("http://tok-9xq2z.example/a"), "http://[secret].example/a");
    assert_eq!(host.scrub_text("http://tok-9xq3z.example/a"), "http://tok-9xq3z.example/a");
}
