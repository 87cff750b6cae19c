//! [`changed`]: a secret as programs change it before they write it: in other case, as the name of a
//! host is, and with its letters composed otherwise. Used by [`super::secrets`].

use unicode_normalization::UnicodeNormalization as _;

use super::escapes::SHORTEST_WRAPPED;

/// What has only letters and is no longer than this is a word, which stands in texts in any case.
const LONGEST_WORD: usize = 15;

/// The secret and what programs make of it, each once, the secret itself first; what has fewer than
/// `shortest` letters is left out.
pub(super) fn changed(secret: &str, shortest: usize) -> Vec<String> {
    let mut forms = vec![secret.to_owned()];
    if secret.chars().count() >= SHORTEST_WRAPPED && !is_word(secret) {
        forms.extend([
            secret.to_lowercase(),
            secret.to_uppercase(),
            secret.to_ascii_lowercase(),
            secret.to_ascii_uppercase(),
            capitalised(secret),
        ]);
    }
    let composed = |it: &String| [it.nfd().collect::<String>(), it.nfc().collect()];
    let composed: Vec<String> = forms.iter().flat_map(composed).collect();
    let mut each: Vec<String> = Vec::new();
    for form in forms.into_iter().chain(composed) {
        let is_safe = each.is_empty() || form.chars().count() >= shortest;
        if is_safe && !each.contains(&form) {
            each.push(form);
        }
    }
    each
}

/// Whether it may be a word or a name, such as `Administrator`.
fn is_word(secret: &str) -> bool {
    let mut rest = secret.chars().skip(1);
    let cased = rest.clone().all(char::is_lowercase) || rest.all(char::is_uppercase);
    let letters = secret.chars().all(char::is_alphabetic);
    cased && letters && secret.chars().count() <= LONGEST_WORD
}

/// With a capital at the beginning of each word, as style sheets have it.
fn capitalised(secret: &str) -> String {
    let mut text = String::with_capacity(secret.len());
    let mut begins = true;
    for letter in secret.chars() {
        if begins {
            text.extend(letter.to_uppercase());
        } else {
            text.push(letter);
        }
        begins = letter.is_whitespace();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(secret: &str) -> Vec<String> {
        changed(secret, 4)
    }

    #[test]
    fn a_secret_is_known_in_other_case_and_a_word_is_not() {
        let known = forms("tok ÄbC-1x");
        assert_eq!(known[0], "tok ÄbC-1x");
        for form in ["tok äbc-1x", "TOK ÄBC-1X", "tok Äbc-1x", "Tok ÄbC-1x"] {
            assert!(known.iter().any(|it| it == form), "{form} in {known:?}");
        }
        for word in ["Administrator", "letmein", "Password", "ab1X"] {
            assert_eq!(forms(word), [word]);
        }
        assert!(forms("qwhzkpxvbnrtlmsd").contains(&"QWHZKPXVBNRTLMSD".to_owned()));
    }

    #[test]
    fn a_secret_is_known_composed_and_decomposed() {
        assert_eq!(forms("wörd"), ["wörd", "wo\u{308}rd"]);
        assert_eq!(forms("wo\u{308}rd"), ["wo\u{308}rd", "wörd"]);
        assert!(forms("Schlüssel-1").contains(&"SCHLU\u{308}SSEL-1".to_owned()));
        assert_eq!(forms("e\u{301}e\u{301}"), ["e\u{301}e\u{301}"], "two letters are too few");
    }
}
