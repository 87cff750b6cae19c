//! [`tokens`]: a sentence cut into words, quoted texts and marks, each with its place in it.

/// What opens and closes the name of a secret in a sentence. Letters of private use: no page and no
/// captured value can have them here, because `attempt` takes them out.
pub const SECRET: (char, char) = ('\u{F0000}', '\u{F0001}');

/// A piece of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The word, the mark, or what stands between quotes.
    pub text: String,
    /// Which of these.
    pub kind: TokenKind,
    /// Where it begins in the sentence, in bytes, with its quote.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// What a piece of a sentence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A word, a number, an address.
    Word,
    /// A text in quotes, or a secret: never anything but itself.
    Quoted,
    /// A comma, a full stop, an arrow between steps of a path.
    Mark,
}

impl Token {
    /// The word in small letters; empty for what is quoted, so that no keyword is found in it.
    pub fn word(&self) -> String {
        match self.kind {
            TokenKind::Word | TokenKind::Mark => self.text.to_lowercase(),
            TokenKind::Quoted => String::new(),
        }
    }

    /// Whether it is in quotes.
    pub fn is_quoted(&self) -> bool {
        self.kind == TokenKind::Quoted
    }
}

/// The pieces of a sentence, in order.
pub fn tokens(sentence: &str) -> Vec<Token> {
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(next) = sentence[at..].chars().next() {
        if next.is_whitespace() {
            at += next.len_utf8();
            continue;
        }
        let token = quoted(sentence, at)
            .or_else(|| mark(sentence, at))
            .unwrap_or_else(|| word(sentence, at));
        at = token.end;
        all.push(token);
    }
    all
}

fn quoted(sentence: &str, at: usize) -> Option<Token> {
    let open = sentence[at..].chars().next()?;
    let close = match open {
        '"' => '"',
        '\u{201c}' => '\u{201d}',
        '\u{2018}' => '\u{2019}',
        '\'' => '\'',
        '`' => '`',
        it if it == SECRET.0 => SECRET.1,
        _ => return None,
    };
    let inner = at + open.len_utf8();
    // An apostrophe in a word closes nothing.
    let ends = |end: &usize| {
        let after = sentence[end + close.len_utf8()..].chars().next();
        !matches!(close, '\'' | '\u{2019}') || !after.is_some_and(char::is_alphanumeric)
    };
    let end = sentence[inner..].match_indices(close).map(|(it, _)| inner + it).find(ends)?;
    let after = end + close.len_utf8();
    let text = if open == SECRET.0 { &sentence[at..after] } else { &sentence[inner..end] };
    Some(Token { text: text.to_owned(), kind: TokenKind::Quoted, start: at, end: after })
}

fn mark(sentence: &str, at: usize) -> Option<Token> {
    let sign = sentence[at..].chars().next()?;
    let end = at + sign.len_utf8();
    let is_mark = match sign {
        '>' | '\u{203a}' | '\u{2192}' => true,
        ',' | ';' | '.' | '!' | '?' | ':' => ends_word(sentence, end),
        _ => false,
    };
    is_mark.then(|| Token { text: sign.to_string(), kind: TokenKind::Mark, start: at, end })
}

/// Whether nothing but white space or another mark follows.
fn ends_word(sentence: &str, at: usize) -> bool {
    sentence[at..].chars().next().is_none_or(|it| it.is_whitespace() || ",;.!?\"".contains(it))
}

fn word(sentence: &str, at: usize) -> Token {
    let mut end = at;
    for (offset, letter) in sentence[at..].char_indices() {
        let here = at + offset;
        let stops = letter.is_whitespace()
            || matches!(letter, '"' | '\u{201c}' | '>' | '\u{203a}' | '\u{2192}')
            || letter == SECRET.0
            || (",;.!?:".contains(letter) && ends_word(sentence, here + letter.len_utf8()));
        if stops && offset > 0 {
            break;
        }
        end = here + letter.len_utf8();
    }
    Token { text: sentence[at..end].to_owned(), kind: TokenKind::Word, start: at, end }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(sentence: &str) -> Vec<(String, TokenKind)> {
        tokens(sentence).into_iter().map(|it| (it.text, it.kind)).collect()
    }

    #[test]
    fn marks_end_words_and_stay_inside_of_numbers_addresses_and_names() {
        use TokenKind::{Mark, Quoted, Word};
        let owned = |all: &[(&str, TokenKind)]| -> Vec<(String, TokenKind)> {
            all.iter().map(|(text, kind)| ((*text).to_owned(), *kind)).collect()
        };
        let sentence = "Enter \"a, b\" and 3.50, then d'Ivoire as e-mail.";
        let wanted = [
            ("Enter", Word),
            ("a, b", Quoted),
            ("and", Word),
            ("3.50", Word),
            (",", Mark),
            ("then", Word),
            ("d'Ivoire", Word),
            ("as", Word),
            ("e-mail", Word),
            (".", Mark),
        ];
        assert_eq!(cut(sentence), owned(&wanted));
        let path = [("Select", Word), ("Ada", Word), (">", Mark), ("Bob", Word)];
        assert_eq!(cut("Select Ada>Bob"), owned(&path));
        let quotes = [("the", Word), ("one's own", Quoted), ("x", Quoted)];
        assert_eq!(cut("the \u{2018}one's own\u{2019} 'x'"), owned(&quotes));
    }
}
