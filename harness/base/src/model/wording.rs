//! [`is_written`]: whether a name reads as words and was not drawn: `HomePage`, `HTMLView`, `Web3Page`.
//!
//! A word begins and ends with consonants that can stand there (`str…`, `…ngth`) around a vowel, and
//! a name is such words side by side, each with a capital of its own, with numbers in between. Of
//! drawn names of eight letters and digits fewer than one in a hundred read so. Used by
//! [`super::moved`].

/// The consonants that a word can begin with, beside any single one.
const ONSETS: &[&str] = &[
    "bl", "br", "ch", "chr", "cl", "cr", "dr", "dw", "fl", "fr", "gh", "gl", "gn", "gr", "kn",
    "ph", "phr", "pl", "pr", "ps", "rh", "sc", "sch", "scr", "sh", "shr", "sk", "sl", "sm", "sn",
    "sp", "spl", "spr", "st", "str", "sw", "th", "thr", "tr", "tw", "wh", "wr",
];
/// Those that a word can end with, beside any single one; a plural's `s` may follow.
const CODAS: &[&str] = &[
    "bb", "bt", "ch", "ck", "ct", "dd", "dg", "ff", "ft", "gg", "gh", "ght", "gn", "lb", "ld",
    "lf", "lk", "ll", "lm", "lp", "lt", "mb", "mn", "mp", "mpt", "nc", "nch", "nd", "ng", "ngth",
    "nk", "nn", "nt", "ph", "pt", "rch", "rd", "rk", "rl", "rm", "rn", "rp", "rt", "sh", "sk",
    "ss", "sm", "sp", "st", "tch", "th", "tt", "wl", "wn", "xt", "zz",
];
/// Words that are spelled by the names of their letters, or too short to be told from a draw.
const SHORT: &[&str] = &[
    "a11y", "ai", "api", "as", "at", "by", "cdn", "cpu", "css", "csv", "db", "dns", "dom", "fps",
    "ftp", "gps", "gpu", "html", "http", "https", "i18n", "id", "in", "io", "ip", "jpg", "js",
    "json", "l10n", "md", "mp3", "my", "no", "of", "on", "os", "pdf", "png", "qr", "rgb", "rss",
    "sdk", "sql", "ssl", "svg", "to", "tv", "ui", "up", "url", "vm", "xml",
];
/// More consonants than these in a row stand in no word.
const IN_A_ROW: usize = 4;

/// Whether a name is words, numbers and known abbreviations side by side, and at least one word.
#[must_use]
pub(super) fn is_written(name: &str) -> bool {
    let mut words = 0;
    for part in name.split(|it: char| !it.is_ascii_alphanumeric()) {
        let mut rest = part;
        while !rest.is_empty() {
            let Some((length, is_word)) = next(rest) else { return false };
            words += usize::from(is_word);
            rest = &rest[length..];
        }
    }
    words > 0
}

/// How long the word or number is that a text begins with, and whether it is a word.
fn next(text: &str) -> Option<(usize, bool)> {
    let short = SHORT.iter().filter(|it| begins_with(text, it)).map(|it| it.len()).max();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 {
        return Some((digits, false));
    }
    let letters = text.bytes().skip(1).take_while(u8::is_ascii_lowercase).count() + 1;
    if letters > 2 && is_word(&text[..letters].to_ascii_lowercase()) {
        return Some((letters, true));
    }
    short.map(|length| (length, false))
}

/// Whether a text begins with a short word and another one, or nothing, begins behind it.
fn begins_with(text: &str, short: &str) -> bool {
    text.split_at_checked(short.len()).is_some_and(|(head, rest)| {
        head.eq_ignore_ascii_case(short) && !rest.starts_with(|it: char| it.is_ascii_lowercase())
    })
}

/// Whether lower-case letters can be spoken as one word.
fn is_word(letters: &str) -> bool {
    let is_vowel = |it: char| matches!(it, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    let (Some(first), Some(last)) = (letters.find(is_vowel), letters.rfind(is_vowel)) else {
        return false;
    };
    let (onset, coda) = (&letters[..first], &letters[last + 1..]);
    let begins = onset.len() < 2 || ONSETS.contains(&onset);
    let bare = coda.strip_suffix('s').unwrap_or(coda);
    let ends = [coda, bare].iter().any(|it| it.len() < 2 || CODAS.contains(it));
    let inside = letters.split(is_vowel).all(|it| it.len() <= IN_A_ROW);
    let paired = letters.match_indices('q').all(|(at, _)| letters[at + 1..].starts_with('u'));
    begins && ends && inside && paired
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_people_give_are_written() {
        for name in [
            "HomePage",
            "UserList",
            "HTMLView",
            "Web3Page",
            "Top-Page",
            "settings",
            "Strength",
            "PDFExport",
            "i18nText",
            "facade12",
            "OrderIds",
            "ListOfTags",
            "Checkout",
        ] {
            assert!(is_written(name), "{name}");
        }
    }

    #[test]
    fn fewer_than_one_drawn_name_in_a_hundred_reads_as_words() {
        for name in ["DiwrgTda", "BNqLXboP", "C_9dk-3f", "3fa9c2d1", "QW4R6TZB", "Dx-0_aZ1"] {
            assert!(!is_written(name), "{name}");
        }
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut state = 7_u64;
        let mut draw = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            char::from(alphabet[(state >> 58) as usize])
        };
        let names: Vec<String> = (0..20_000).map(|_| (0..8).map(|_| draw()).collect()).collect();
        let written = names.iter().filter(|it| is_written(it)).count();
        assert!(written < 200, "{written} of {}", names.len());
    }
}
