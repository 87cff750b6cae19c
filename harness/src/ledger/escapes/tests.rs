//! Random secrets in random mixes of escapes never survive; other text stays as it is.

use indexmap::IndexMap;

use crate::ledger::Secrets;

const LETTERS: &str = "abcXYZ019&& \"'<>%+\\/#;=äöÜß€😀🔑";

/// The UTF-16 units of a character.
fn units(letter: char) -> impl Iterator<Item = u16> {
    let mut units = [0; 2];
    let count = letter.encode_utf16(&mut units).len();
    units.into_iter().take(count)
}

fn secrets(value: &str) -> Secrets {
    let values: IndexMap<_, _> = [("TOKEN".to_owned(), value.to_owned())].into_iter().collect();
    Secrets::new(values).expect("long enough")
}

fn scrubbed(secret: &str, text: &str) -> String {
    String::from_utf8_lossy(&secrets(secret).scrub(text.as_bytes())).into_owned()
}

fn random(random: &mut fastrand::Rng, letters: &str, length: usize) -> String {
    let letters: Vec<char> = letters.chars().collect();
    (0..length).map(|_| letters[random.usize(..letters.len())]).collect()
}

fn by_byte(letter: char, escape: impl Fn(u8) -> String) -> String {
    letter.to_string().bytes().map(escape).collect()
}

/// One character in one of its escapes.
fn escaped(random: &mut fastrand::Rng, letter: char) -> String {
    let code = u32::from(letter);
    match random.u8(..14) {
        0 => by_byte(letter, |it| format!("%{it:02X}")),
        1 => by_byte(letter, |it| format!("%{it:02x}")),
        2 if letter == ' ' => "+".to_owned(),
        3 => format!("&#{code};"),
        4 => format!("&#x{code:x};"),
        5 => units(letter).fold(String::new(), |text, it| text + &format!("\\u{it:04x}")),
        6 => units(letter).fold(String::new(), |text, it| text + &format!("\\u{it:04X}")),
        7 if code < 256 => format!("\\x{code:02x}"),
        8 if letter.is_ascii_punctuation() => format!("\\{letter}"),
        9 => match letter {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '"' => "&quot;".to_owned(),
            'ä' => "&auml;".to_owned(),
            it => it.to_string(),
        },
        10 => format!("\\u{{{code:x}}}"),
        11 => format!("\\{code:x} "),
        12 => by_byte(letter, |it| format!("\\{it:03o}")),
        _ => letter.to_string(),
    }
}

/// The escape, with what introduces it escaped once more.
fn doubled(random: &mut fastrand::Rng, letter: char) -> String {
    let once = escaped(random, letter);
    match random.u8(..4) {
        0 => once.replace('%', "%25"),
        1 => once.replace('&', "&amp;"),
        2 => once.replace('\\', "\\\\").replace('"', "\\\""),
        _ => once,
    }
}

#[test]
fn random_secrets_in_random_mixes_of_escapes_never_survive() {
    let mut rng = fastrand::Rng::with_seed(9);
    for round in 0..800 {
        let length = rng.usize(6..=24);
        let secret = random(&mut rng, LETTERS, length);
        let written: String = secret.chars().map(|it| doubled(&mut rng, it)).collect();
        let before = random(&mut rng, "klmnop .,:\n", 20);
        let after = random(&mut rng, "klmnop .,:\n", 20);
        let left = scrubbed(&secret, &format!("{before}:{written}:{after}"));
        assert_eq!(
            left,
            format!("{before}:[secret]:{after}"),
            "round {round}: {secret:?} as {written:?}"
        );
    }
}

#[test]
fn random_text_without_the_secret_is_left_byte_for_byte() {
    let mut rng = fastrand::Rng::with_seed(10);
    for _ in 0..100 {
        let text: String =
            random(&mut rng, LETTERS, 300).chars().map(|it| doubled(&mut rng, it)).collect();
        let secret = random(&mut rng, "QRSTUVW", 8);
        assert_eq!(scrubbed(&secret, &text), text);
    }
    let bytes: Vec<u8> = (0..100_000).map(|_| rng.u8(..)).collect();
    assert_eq!(secrets("QRSTUVW &x").scrub(&bytes).as_ref(), &bytes[..]);
}

#[test]
fn a_url_of_which_the_browser_encodes_some_characters_only_keeps_no_secret() {
    for (secret, written) in [
        ("pa ss\"word&1", "pa%20ss%22word&1"),
        ("pa ss&word'1", "pa%20ss&word'1"),
        ("Tr0ub4dor&3<x>", "Tr0ub4dor&3%3Cx%3E"),
        ("wörd&geheim", "w%C3%B6rd&geheim"),
        ("wörd&geheim", "w%C3%B6rd&amp;geheim"),
    ] {
        let left = scrubbed(secret, &format!("GET /ok?token={written} 200"));
        assert_eq!(left, "GET /ok?token=[secret] 200");
    }
}

#[test]
fn a_secret_is_found_in_named_references_octal_digits_and_heads_of_mails() {
    for (secret, written) in [
        ("smørbrød&[x]", "sm&oslash;rbr&oslash;d&amp;&lsqb;x&rsqb;"),
        ("smørbrød&[x]", "sm&amp;oslash;rbr&amp;oslash;d&amp;amp;[x]"),
        ("ação–2024", "a&ccedil;&atilde;o&ndash;2024"),
        ("wörd&geheim", "w\\303\\266rd\\046geheim"),
        ("wörd&geheim", "w\\\\303\\\\266rd\\46geheim"),
        ("pa ss wörd", "pa_ss_w=C3=B6rd"),
        ("pa ss wörd geheim", "pa_ss_w=C3=B6rd?=\r\n =?utf-8?Q?_geheim"),
    ] {
        let left = scrubbed(secret, &format!("Subject: {written}; next"));
        assert_eq!(left, "Subject: [secret]; next", "{written}");
    }
    for (secret, other) in [
        ("smørbrød&[x]", "sm&oring;rbr&oslash;d&amp;&lsqb;x&rsqb;"),
        ("smørbrød&[x]", "sm&aring;rbr&oslash;d&amp;&lsqb;x&rsqb;"),
        ("wörd&geheim", "w\\303\\244rd\\046geheim"),
        ("wörd&geheim", "w\\303\\866rd\\046geheim"),
        ("pa ss wörd", "pa-ss_w=C3=B6rd"),
    ] {
        assert_eq!(scrubbed(secret, other), other);
    }
}

#[test]
fn a_secret_that_is_wrapped_is_found_and_a_short_word_that_is_wrapped_stays() {
    assert_eq!(scrubbed("correct horse", "a correct h\r\n    orse b"), "a [secret] b");
    assert_eq!(scrubbed("test", "te\n  st"), "te\n  st");
}

#[test]
fn what_an_escape_may_mean_is_never_passed_by() {
    let mut rng = fastrand::Rng::with_seed(15);
    let mut meant = 0;
    for _ in 0..300 {
        let written: String =
            random(&mut rng, LETTERS, 20).chars().map(|it| doubled(&mut rng, it)).collect();
        let noise = random(&mut rng, "&amp;#x26%25\\u0;=+3dn ", 60);
        let text = format!("{written}{noise}");
        for at in 0..text.len() {
            for (letter, _) in super::readings(text.as_bytes(), at, super::LEVELS) {
                let wanted = |it: char, _| it == letter;
                let hint = super::hints::may_mean(text.as_bytes(), at, super::LEVELS, &wanted);
                assert!(
                    hint,
                    "{letter:?} in {:?}",
                    &text.as_bytes()[at..].escape_ascii().to_string()
                );
                meant += 1;
            }
        }
    }
    assert!(meant > 10_000, "{meant}");
}
