//! Secrets as we change them ourselves before anything is written: cut, with `…` behind what is left
//! of a name, or with `0` for each number of a text in which numbers do not matter (the `a11y` facet).
//!
//! Used by `secrets`, which finds them whole and however they are escaped.

use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::pattern::pattern_of;

/// Finds what is left of secrets.
#[derive(Debug)]
pub(super) struct Cut {
    /// How many bytes tell of a secret at least.
    shortest: usize,
    /// The secrets as they begin before a cut.
    begins: Vec<Vec<u8>>,
    /// Those with numbers, without them.
    unnumbered: Option<Regex>,
}

impl Cut {
    /// What is left of these, where it has `shortest` letters.
    pub(super) fn of<'a>(secrets: impl Iterator<Item = &'a str>, shortest: usize) -> Self {
        let (mut begins, mut whole) = (Vec::new(), Vec::new());
        for secret in secrets {
            let plain = unnumbered(secret);
            for form in [secret, plain.as_str()] {
                let quoted = serde_json::to_string(form).unwrap_or_default();
                let inside = quoted.trim_matches('"').as_bytes().to_vec();
                begins.extend([form.as_bytes().to_vec(), inside]);
            }
            let tells = plain.chars().filter(|it| *it != '0').count() >= shortest;
            if tells && plain != secret {
                whole.push(plain.into_bytes());
            }
        }
        begins.sort();
        begins.dedup();
        Self { shortest, begins, unnumbered: pattern_of(whole) }
    }

    /// Where they stand.
    pub(super) fn find(&self, text: &[u8]) -> Vec<Range<usize>> {
        static CUT: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"(?-u)\xe2\x80\xa6")
                .expect("the pattern is a constant that the tests compile")
        });
        let mut found: Vec<Range<usize>> =
            self.unnumbered.iter().flat_map(|it| it.find_iter(text)).map(|it| it.range()).collect();
        for at in CUT.find_iter(text).map(|it| it.start()) {
            let before = &text[..at];
            let long = |form: &Vec<u8>| {
                (self.shortest..form.len()).rev().find(|long| before.ends_with(&form[..*long]))
            };
            let longest = self.begins.iter().filter_map(long).max();
            found.extend(longest.map(|long| at - long..at));
        }
        found
    }
}

/// A text with `0` for each of its numbers, as the walker writes it.
fn unnumbered(text: &str) -> String {
    let mut out = String::new();
    let mut in_number = false;
    for letter in text.chars() {
        let digit = letter.is_ascii_digit();
        if !digit {
            out.push(letter);
        } else if !in_number {
            out.push('0');
        }
        in_number = digit;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_a_secret_before_a_cut_is_found_and_that_of_a_word_is_not() {
        let cut = Cut::of(["hunter\"2-correct-horse"].into_iter(), 4);
        let text = "heading \"Your token: hunter\\\"2-corr…\", link \"Your hunt…\", hunter, hun…";
        let told = |text: &str| -> Vec<String> {
            cut.find(text.as_bytes()).into_iter().map(|it| text[it].to_owned()).collect()
        };
        assert_eq!(told(text), ["hunter\\\"2-corr", "hunt"]);
        assert_eq!(told("hunting and fishing…"), Vec::<String>::new());
    }

    #[test]
    fn a_secret_whose_numbers_became_zeros_is_found_whole_and_cut() {
        let cut = Cut::of(["tok-91f3-x7k"].into_iter(), 4);
        let told = |text: &str| -> Vec<String> {
            cut.find(text.as_bytes()).into_iter().map(|it| text[it].to_owned()).collect()
        };
        assert_eq!(told("button \"tok-0f0-x0k\", link \"tok-0f0-…\""), ["tok-0f0-x0k", "tok-0f0-"]);
        assert_eq!(told("row \"0f0\""), Vec::<String>::new());
    }
}
