//! [`in_base64`]: secrets that were escaped first and encoded as a whole then, as in a token whose
//! base64 holds JSON (`{"password":"pa\"ss"}`). What is in base64 is decoded and read like any other
//! text. Neighbours: [`super::escapes`], which reads it, and [`super::secrets`].

use std::ops::Range;

use super::escapes::Walker;

/// The shortest run of letters that is decoded: the shortest secret that is looked for here, with an
/// escape in it.
const SHORTEST_RUN: usize = 12;

/// Where secrets stand in what base64 of either alphabet holds.
pub(super) fn in_base64(walker: &Walker, text: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for run in runs(text) {
        // What stands before the value may be of its alphabet too, so that it begins anywhere.
        for start in run.start..run.start + 4 {
            let bytes = decoded(&text[start..run.end]);
            found.extend(walker.find_all(&bytes).into_iter().map(|it| {
                let (from, to) = (it.start * 8 / 6, (it.end * 8).div_ceil(6));
                start + from..run.end.min(start + to)
            }));
        }
    }
    found
}

/// The parts of a text that base64 may be in.
fn runs(text: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, letter) in text.iter().enumerate() {
        if sextet(*letter).is_none() {
            if at - start >= SHORTEST_RUN {
                found.push(start..at);
            }
            start = at + 1;
        }
    }
    if text.len().saturating_sub(start) >= SHORTEST_RUN {
        found.push(start..text.len());
    }
    found
}

/// The six bits that a letter stands for.
fn sextet(letter: u8) -> Option<u32> {
    let from = |first: u8, value: u32| Some(u32::from(letter - first) + value);
    match letter {
        b'A'..=b'Z' => from(b'A', 0),
        b'a'..=b'z' => from(b'a', 26),
        b'0'..=b'9' => from(b'0', 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

fn decoded(letters: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(letters.len() * 3 / 4);
    let (mut kept, mut bits) = (0_u32, 0_u32);
    for value in letters.iter().filter_map(|it| sextet(*it)) {
        kept = kept << 6 | value;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.extend(u8::try_from(kept >> bits));
            kept &= (1_u32 << bits) - 1;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::*;

    #[test]
    fn base64_is_decoded_in_either_alphabet_and_words_are_no_runs() {
        for text in ["a", "light work??>>", "p&ss \"w\u{f6}rd'<1>"] {
            let bytes = text.as_bytes();
            assert_eq!(decoded(STANDARD.encode(bytes).trim_end_matches('=').as_bytes()), bytes);
            assert_eq!(decoded(URL_SAFE_NO_PAD.encode(bytes).as_bytes()), bytes);
        }
        assert!(runs(b"an ordinary line of words").is_empty());
        assert_eq!(runs(b"key: eyJhIjoiYiJ9xx.rest"), vec![(5..19)]);
        assert!(runs(b"").is_empty());
    }

    #[test]
    fn a_secret_is_found_at_its_letters_wherever_the_value_begins() {
        let walker = Walker::new(std::iter::once("pa\"ss-word"));
        let held = STANDARD.encode(r#"{"a":"pa\"ss-word","b":1}"#);
        for before in ["", "x", "/a", "abc", " "] {
            let text = format!("{before}{held}");
            let found = in_base64(&walker, text.as_bytes());
            // The secret has the bytes from the 6th to the 17th, of three for four letters each.
            let whole = before.len() + 8..before.len() + 23;
            assert!(found.contains(&whole), "{found:?} in {text}");
        }
        let other = STANDARD.encode(r#"{"a":"pa\"ss-ward","b":1}"#);
        assert!(in_base64(&walker, other.as_bytes()).is_empty());
    }
}
