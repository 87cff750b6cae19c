//! [`Phrase`]: how a sentence names a thing, and the ways in which that may be read.
//!
//! `"Tab #2"` may be a name as a whole, or a tab that is called `#2`: a phrase has all its
//! [`Reading`]s, the most literal first, and the page decides which of them fits.

use super::colour::Colour;
use super::lexicon::{Kind, LONGEST_KIND, Nth, Superlative, kind, ordinal, superlative};
use super::tokens::Token;

/// How a sentence names a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    /// As it stands in the sentence.
    pub said: String,
    /// Whether it is one text in quotes and nothing else.
    pub is_quoted: bool,
    /// The ways to read it, the most literal first.
    pub readings: Vec<Reading>,
}

/// One way to read a phrase.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reading {
    /// What it is called; `None` where only its kind is said.
    pub name: Option<String>,
    /// What kind of thing it is.
    pub kind: Option<Kind>,
    /// How many are meant.
    pub many: Many,
    /// Which of several.
    pub nth: Option<Nth>,
    /// Which of several by what they show.
    pub best: Option<Superlative>,
    /// Its colour.
    pub colour: Option<Colour>,
    /// What it is in, or belongs to.
    pub within: Option<Box<Phrase>>,
}

/// How many things are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Many {
    /// The one.
    #[default]
    One,
    /// Any one.
    Any,
    /// All there are; so many, where the sentence says it.
    All(Option<usize>),
}

const ARTICLES: [&str; 9] = ["the", "my", "this", "that", "these", "those", "your", "its", "of"];
const CALLED: [&str; 7] = ["labeled", "labelled", "called", "named", "titled", "saying", "reading"];
const WITHIN: [&str; 10] =
    ["in", "inside", "within", "on", "of", "from", "under", "beside", "for", "near"];
const BY: [&str; 4] = ["by", "from", "about", "for"];
/// What says where something is on the screen, and nothing about which one.
const NOISE: [&str; 6] = ["below", "above", "here", "down", "colored", "coloured"];

impl Phrase {
    /// A phrase of these pieces of a sentence.
    pub fn read(sentence: &str, tokens: &[Token]) -> Self {
        let said = span(sentence, tokens);
        let mut readings = Vec::new();
        if !tokens.iter().any(Token::is_quoted) {
            readings.push(Reading { name: Some(said.clone()), ..Reading::default() });
        }
        let mut add = |it: Reading| {
            let says = it.name.is_some() || it.kind.is_some() || it.best.is_some();
            if (says || it.colour.is_some()) && !readings.contains(&it) {
                readings.push(it);
            }
        };
        let plainly = structured(sentence, tokens);
        if plainly.kind.is_some() && plainly.many == Many::One && plainly.nth.is_none() {
            add(called_as_its_kind(sentence, tokens, &plainly));
        }
        add(plainly);
        for at in (1..tokens.len()).rev() {
            let word = tokens[at].word();
            let after = &tokens[at + 1..];
            if after.is_empty() || !(WITHIN.contains(&word.as_str()) || word == "by") {
                continue;
            }
            for reading in split(sentence, &tokens[..at], &word, after) {
                add(reading);
            }
        }
        let is_quoted = matches!(tokens, [only] if only.is_quoted());
        Self { said, is_quoted, readings }
    }

    /// A phrase that is this name and nothing else.
    pub fn named(name: &str) -> Self {
        let reading = Reading { name: Some(name.to_owned()), ..Reading::default() };
        Self { said: name.to_owned(), is_quoted: true, readings: vec![reading] }
    }

    /// The same phrase, inside of another.
    pub fn inside(mut self, outer: &Self) -> Self {
        for reading in &mut self.readings {
            if reading.within.is_none() {
                reading.within = Some(Box::new(outer.clone()));
            }
        }
        self
    }

    /// As it stands in the sentence, with the quotes around a name that is nothing else.
    pub fn as_said(&self) -> String {
        if self.is_quoted { format!("\"{}\"", self.said) } else { self.said.clone() }
    }

    /// Whether several things may be meant.
    pub fn means_all(&self) -> bool {
        self.readings.iter().any(|it| matches!(it.many, Many::All(_)))
    }
}

/// What stands in the sentence between the first and the last of these pieces.
pub fn span(sentence: &str, tokens: &[Token]) -> String {
    match tokens {
        [] => String::new(),
        [one] => one.text.clone(),
        [first, .., last] => sentence[first.start..last.end].to_owned(),
    }
}

/// What is before a preposition, with what is after it.
fn split(sentence: &str, head: &[Token], word: &str, after: &[Token]) -> Vec<Reading> {
    let mut all = Vec::new();
    // "the button in the dialog box labeled "Cancel"": the name belongs to the button.
    let called = after.iter().position(|it| CALLED.contains(&it.word().as_str()));
    let (place, name) = match called {
        Some(at) if at > 0 => (&after[..at], Some(&after[at + 1..])),
        Some(_) | None => (after, None),
    };
    let mut reading = structured(sentence, head);
    let bare = reading.kind.is_some() && reading.name.is_none() && reading.colour.is_none();
    if bare && name.is_none() && BY.contains(&word) {
        all.push(Reading { name: Some(stripped(sentence, after)), ..reading.clone() });
    }
    // "shades of blue", "the box of red".
    if word == "of"
        && bare
        && let Some(colour) = only_colour(after)
    {
        reading.colour = Some(colour);
        return vec![reading];
    }
    if let Some(name) = name.filter(|_| reading.name.is_none()) {
        reading.name = Some(stripped(sentence, name));
    }
    // "all posts by Ada": what a product calls its things is in no list of ours.
    let plainly = !head.iter().any(|it| WITHIN.contains(&it.word().as_str()));
    if !bare && plainly && word == "by" && reading.name.is_some() && name.is_none() {
        all.push(Reading { name: Some(stripped(sentence, after)), ..reading.clone() });
    }
    if word != "by" {
        let place = Phrase::read(sentence, place);
        // "the Like button of all posts": one of each.
        if reading.many == Many::One && place.means_all() {
            reading.many = Many::All(None);
        }
        reading.within = Some(Box::new(place));
        all.push(reading);
    }
    all
}

fn only_colour(tokens: &[Token]) -> Option<Colour> {
    let words: Vec<String> =
        tokens.iter().map(Token::word).filter(|it| it != "the" && it != "color").collect();
    match words.as_slice() {
        [one] => Colour::named(one),
        _ => None,
    }
}

/// The pieces as a name, without articles in front.
fn stripped(sentence: &str, tokens: &[Token]) -> String {
    let first = tokens.iter().position(|it| it.is_quoted() || !ARTICLES.contains(&&*it.word()));
    span(sentence, &tokens[first.unwrap_or(0)..])
}

/// "the section": of several, one may be called so.
fn called_as_its_kind(sentence: &str, tokens: &[Token], plainly: &Reading) -> Reading {
    let noise = |it: &Token| NOISE.contains(&&*it.word()) || ARTICLES.contains(&&*it.word());
    let said: Vec<Token> = tokens.iter().filter(|it| !noise(it)).cloned().collect();
    match (&plainly.name, plainly.colour) {
        (None, None) => Reading { name: Some(span(sentence, &said)), ..plainly.clone() },
        _ => plainly.clone(),
    }
}

/// One thing as it is named, with nothing around it.
fn structured(sentence: &str, tokens: &[Token]) -> Reading {
    let mut reading = Reading::default();
    let mut rest = tokens;
    if let Some(at) = rest.iter().position(|it| CALLED.contains(&it.word().as_str()))
        && at + 1 < rest.len()
    {
        reading.name = Some(stripped(sentence, &rest[at + 1..]));
        rest = &rest[..at];
    }
    if let Some(name) = with_text(sentence, rest) {
        reading.name = Some(name.0);
        rest = &rest[..name.1];
    }
    rest = determiners(rest, &mut reading);
    while let [front @ .., last] = rest
        && NOISE.contains(&last.word().as_str())
        && !front.is_empty()
    {
        rest = front;
    }
    if let Some(at) = rest.iter().position(Token::is_quoted) {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        let known = |tokens: &[Token]| {
            let found = kind_at_end(tokens).filter(|it| it.1 == tokens.len());
            (found.map(|it| it.0), found.is_some() || tokens.is_empty())
        };
        let ((in_front, first), (behind, second)) = (known(before), known(after));
        // What is said around the quotes and not understood must not be passed over.
        if !first || !second {
            return Reading::default();
        }
        reading.name = Some(rest[at].text.clone());
        reading.kind = in_front.or(behind).filter(|it| *it != Kind::Line);
        // "a "radio" widget": what stands in quotes is the kind.
        let quoted = [rest[at].text.to_lowercase()];
        if let (Some(Kind::Widget), Some(kind)) = (reading.kind, kind(&quoted)) {
            (reading.kind, reading.name) = (Some(kind), None);
        }
        return reading;
    }
    name_and_kind(sentence, rest, &mut reading);
    reading
}

/// "the button with the text Save": the name, and where the thing itself ends.
fn with_text(sentence: &str, tokens: &[Token]) -> Option<(String, usize)> {
    let words: Vec<String> = tokens.iter().map(Token::word).collect();
    let at = words.iter().position(|it| it == "with" || it == "that")?;
    let mut next = at + 1;
    while words.get(next).is_some_and(|it| matches!(it.as_str(), "the" | "a")) {
        next += 1;
    }
    let says = matches!(
        words.get(next).map(String::as_str),
        Some("text" | "label" | "name" | "title" | "says" | "reads")
    );
    (says && next + 1 < tokens.len()).then(|| (stripped(sentence, &tokens[next + 1..]), at))
}

/// Takes what says how many and which off the front.
fn determiners<'t>(mut rest: &'t [Token], reading: &mut Reading) -> &'t [Token] {
    loop {
        let words: Vec<String> = rest.iter().take(2).map(Token::word).collect();
        let Some(first) = words.first().filter(|_| rest.len() > 1) else { return rest };
        let mut taken = 1;
        match first.as_str() {
            "a" | "an" | "any" | "some" => reading.many = Many::Any,
            "one" if words.get(1).is_some_and(|it| it == "of") => reading.many = Many::Any,
            "all" | "every" | "each" => reading.many = Many::All(None),
            "both" => reading.many = Many::All(Some(2)),
            it if ARTICLES.contains(&it) => {}
            it => {
                if let Some(nth) = ordinal(it) {
                    reading.nth = Some(nth);
                } else if let Some((best, count)) = superlative(&words) {
                    reading.best = Some(best);
                    taken = count;
                } else {
                    return rest;
                }
            }
        }
        rest = &rest[taken.min(rest.len())..];
    }
}

/// The kind at the end, or else in front, and the name that is left.
fn name_and_kind(sentence: &str, rest: &[Token], reading: &mut Reading) {
    let mut rest = rest;
    if let Some((kind, count)) = kind_at_end(rest) {
        reading.kind = Some(kind);
        rest = &rest[..rest.len() - count];
    } else if let Some((kind, count)) = kind_in_front(rest).filter(|it| it.1 < rest.len()) {
        reading.kind = Some(kind);
        rest = &rest[count..];
    }
    let words: Vec<String> = rest.iter().map(Token::word).collect();
    let plain: Vec<&str> =
        words.iter().map(String::as_str).filter(|it| !NOISE.contains(it)).collect();
    let box_like = matches!(reading.kind, Some(Kind::Box) | None);
    if let ([one], true) = (plain.as_slice(), box_like)
        && let Some(colour) = Colour::named(one)
        && (reading.kind.is_some() || plain.len() < words.len())
    {
        reading.colour = Some(colour);
        reading.kind = Some(Kind::Box);
        return;
    }
    if !rest.is_empty() && reading.name.is_none() {
        reading.name = Some(span(sentence, rest));
    }
}

fn kind_at_end(tokens: &[Token]) -> Option<(Kind, usize)> {
    let words: Vec<String> = tokens.iter().map(Token::word).collect();
    (1..=LONGEST_KIND.min(words.len())).rev().find_map(|count| {
        let tail = &words[words.len() - count..];
        kind(tail).map(|it| (it, count))
    })
}

fn kind_in_front(tokens: &[Token]) -> Option<(Kind, usize)> {
    let words: Vec<String> = tokens.iter().map(Token::word).collect();
    (1..=LONGEST_KIND.min(words.len()))
        .rev()
        .find_map(|count| kind(&words[..count]).map(|it| (it, count)))
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::*;

    fn last(sentence: &str) -> Reading {
        let phrase = Phrase::read(sentence, &tokens(sentence));
        phrase.readings.last().cloned().expect("a reading")
    }

    fn named(name: &str, kind: Option<Kind>) -> Reading {
        Reading { name: Some(name.to_owned()), kind, ..Reading::default() }
    }

    #[test]
    fn a_phrase_is_a_name_as_a_whole_before_it_is_anything_else() {
        let phrase = Phrase::read("Tab #2", &tokens("Tab #2"));
        assert_eq!(phrase.readings, [named("Tab #2", None), named("#2", Some(Kind::Tab))]);
    }

    #[test]
    fn kinds_stand_in_front_behind_and_around_quotes() {
        assert_eq!(last("the \"Save\" button"), named("Save", Some(Kind::Button)));
        assert_eq!(last("button ONE"), named("ONE", Some(Kind::Button)));
        assert_eq!(last("the link \"amet\""), named("amet", Some(Kind::Link)));
        let any = Reading { kind: Some(Kind::Radio), many: Many::Any, ..Reading::default() };
        assert_eq!(last("a \"radio\" widget"), any);
    }

    #[test]
    fn which_one_is_said_by_number_order_colour_and_place() {
        let third = Reading { nth: Some(Nth::FromFirst(3)), ..named("order", None) };
        assert_eq!(last("the third order"), third);
        let cheapest = last("the cheapest shipping option");
        assert!(cheapest.best.is_some_and(|it| !it.greatest));
        assert_eq!(
            (cheapest.name.as_deref(), cheapest.kind),
            (Some("shipping"), Some(Kind::Option))
        );
        let red =
            Reading { colour: Colour::named("red"), kind: Some(Kind::Box), ..Reading::default() };
        assert_eq!(last("the red colored box"), red);
        let blue = Reading {
            colour: Colour::named("blue"),
            kind: Some(Kind::Box),
            many: Many::All(None),
            ..Reading::default()
        };
        assert_eq!(last("all the shades of blue"), blue);
        let cancel = last("the button in the dialog box labeled \"Cancel\"");
        assert_eq!((cancel.name.as_deref(), cancel.kind), (Some("Cancel"), Some(Kind::Button)));
        let place = cancel.within.expect("a place");
        assert!(place.readings.iter().any(|it| it.kind == Some(Kind::Dialog)));
        assert_eq!(last("the email by Ada").name.as_deref(), Some("Ada"));
    }
}
