//! [`Entry`]: a text that goes into a field, and the words that say which.

use super::phrase::{Phrase, span};
use super::tokens::{Token, TokenKind};

/// A text and its field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What the field is called, where that stands before the text: "the password x".
    pub label: Option<Phrase>,
    /// Its own field, where it has one: "x as password".
    pub into: Option<Phrase>,
    /// What goes into it.
    pub value: Value,
    /// All that was said, as the text, where no field is called like its beginning.
    pub whole: Option<String>,
}

/// What goes into a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// This text.
    Text(String),
    /// What the page shows as the value of something.
    Shown(Phrase),
    /// What is offered and begins and ends like this.
    Offered {
        /// How it begins.
        starts: String,
        /// How it ends; empty where that is not said.
        ends: String,
    },
}

impl Entry {
    /// A text, and nothing of its field.
    pub fn plain(text: String) -> Self {
        Self { label: None, into: None, value: Value::Text(text), whole: None }
    }
}

const FILLERS: [&str; 9] =
    ["the", "a", "an", "text", "value", "string", "word", "number", "following"];

/// The texts of a clause, and the field that is named for all of them.
///
/// # Errors
/// What a text lacks.
pub fn entries(
    sentence: &str,
    rest: &[Token],
    verb: &str,
) -> Result<(Vec<Entry>, Option<Phrase>), String> {
    // "fill the name field with Ada".
    let with = rest.iter().rposition(|it| it.word() == "with").filter(|_| verb.starts_with("fill"));
    if let Some(at) = with.filter(|at| *at > 0 && at + 1 < rest.len()) {
        let entry = entry(sentence, &rest[at + 1..])?;
        return Ok((vec![entry], Some(Phrase::read(sentence, &rest[..at]))));
    }
    let mut all: Vec<Entry> = Vec::new();
    let mut begun = 0;
    for end in 0..=rest.len() {
        // "starts with … and ends with …" is one text.
        let goes_on = rest.get(end + 1).is_some_and(|it| it.word() == "ends");
        let ends = end == rest.len() || (is_between(&rest[end]) && !goes_on);
        if !ends || begun == end {
            begun = begun.max(if ends { end + 1 } else { begun });
            continue;
        }
        let part = &rest[begun..end];
        // "Tom and Jerry as name": what names no field and is not quoted goes on behind the `and`.
        let alone = part.iter().any(Token::is_quoted) || field_at(part).is_some() || part.len() > 1;
        if alone || end == rest.len() {
            all.push(entry(sentence, part)?);
            begun = end + 1;
        }
    }
    if all.is_empty() {
        return Err(format!("\"{}\" holds no text to enter", span(sentence, rest)));
    }
    let last = all.len() - 1;
    let shared = all[..last].iter().all(|it| it.into.is_none())
        && (last > 0 || all[last].into.as_ref().is_some_and(Phrase::means_all));
    let into = if shared { all[last].into.take() } else { None };
    Ok((all, into))
}

fn is_between(token: &Token) -> bool {
    token.word() == "and" || (token.kind == TokenKind::Mark && token.text == ",")
}

/// Where the words begin that name the field.
fn field_at(tokens: &[Token]) -> Option<usize> {
    let last = |words: &[&str]| {
        let at = tokens.iter().rposition(|it| words.contains(&it.word().as_str()))?;
        (at > 0 && at + 1 < tokens.len()).then_some(at)
    };
    last(&["into", "as"]).or_else(|| last(&["in", "for", "to"]))
}

fn entry(sentence: &str, tokens: &[Token]) -> Result<Entry, String> {
    let at = field_at(tokens);
    let (said, into) = match at {
        Some(at) => (&tokens[..at], Some(Phrase::read(sentence, &tokens[at + 1..]))),
        None => (tokens, None),
    };
    let words: Vec<String> = said.iter().map(Token::word).collect();
    if let Some(value) = offered(said, &words) {
        return Ok(Entry { label: None, into, value, whole: None });
    }
    let of = words.windows(2).position(|it| it[0] == "value" && it[1] == "of");
    if let Some(at) = of.filter(|at| at + 2 < said.len()) {
        let value = Value::Shown(Phrase::read(sentence, &said[at + 2..]));
        return Ok(Entry { label: None, into, value, whole: None });
    }
    if let Some(at) = said.iter().position(Token::is_quoted) {
        let label: Vec<Token> = said[..at]
            .iter()
            .filter(|it| !FILLERS.contains(&it.word().as_str()))
            .cloned()
            .collect();
        let label = (!label.is_empty()).then(|| Phrase::read(sentence, &label));
        if at + 1 < said.len() {
            let more = span(sentence, &said[at + 1..]);
            return Err(format!("\"{more}\" is not understood"));
        }
        return Ok(Entry { label, into, value: Value::Text(said[at].text.clone()), whole: None });
    }
    // "the text below" tells of a text and is none.
    let tells = ["the", "a", "an", "this", "that", "these", "each", "all", "any"];
    if words.first().is_some_and(|it| tells.contains(&it.as_str())) {
        let said = span(sentence, said);
        return Err(format!("\"{said}\" may be the text or tell of one; put a text in quotes"));
    }
    let whole = span(sentence, said);
    Ok(match said {
        [label @ .., last] if !label.is_empty() && into.is_none() => Entry {
            label: Some(Phrase::read(sentence, label)),
            into,
            value: Value::Text(last.text.clone()),
            whole: Some(whole),
        },
        _ => Entry { into, ..Entry::plain(whole) },
    })
}

/// "an item that starts with "Cu" and ends with "ba"".
fn offered(tokens: &[Token], words: &[String]) -> Option<Value> {
    let behind = |verbs: &[&str]| {
        let at = words.iter().position(|it| verbs.contains(&it.as_str()))?;
        let with = words.get(at + 1)? == "with";
        let text = tokens.get(at + 2)?;
        with.then(|| text.text.clone())
    };
    let starts = behind(&["starts", "begins", "starting", "beginning"])?;
    let ends = behind(&["ends", "ending"]).unwrap_or_default();
    Some(Value::Offered { starts, ends })
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::*;

    /// A label, what is entered, and where.
    type Told = (Option<String>, Value, Option<String>);

    fn read(sentence: &str) -> (Vec<Told>, Option<String>) {
        let (all, into) = entries(sentence, &tokens(sentence), "enter").expect("readable");
        let said = |it: Option<Phrase>| it.map(|it| it.said);
        (all.into_iter().map(|it| (said(it.label), it.value, said(it.into))).collect(), said(into))
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn each_text_has_its_field_before_or_behind_it() {
        let owned = |it: &str| Some(it.to_owned());
        assert_eq!(
            read("the username \"ada\" and the password \"x y\" into the text fields"),
            (
                vec![
                    (owned("username"), text("ada"), None),
                    (owned("password"), text("x y"), None)
                ],
                owned("the text fields")
            )
        );
        assert_eq!(
            read("ada@example.org as e-mail and secret as password"),
            (
                vec![
                    (None, text("ada@example.org"), owned("e-mail")),
                    (None, text("secret"), owned("password"))
                ],
                None
            )
        );
        assert_eq!(read("Tom and Jerry as name").0, [(None, text("Tom and Jerry"), owned("name"))]);
    }

    #[test]
    fn a_value_may_be_shown_or_offered_by_the_page() {
        let (all, _) = read("the value of Gender into the text field");
        assert!(matches!(&all[0].1, Value::Shown(it) if it.said == "Gender"));
        let (all, _) = read("an item that starts with \"Cu\" and ends with \"ba\"");
        let wanted = Value::Offered { starts: "Cu".to_owned(), ends: "ba".to_owned() };
        assert_eq!(all[0].1, wanted);
    }
}
