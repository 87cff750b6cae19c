//! [`Named`]: the things that sentences named last, and what "it" and "that order" stand for by them.
//!
//! The antecedent is the one thing that was named last, in the sentence or in the one before. Where
//! that was none, several, or another than the sentence says, the sentence is refused: what a person
//! meant is never guessed.

use super::entry::{Entry, Value};
use super::lexicon::{Verb, verb};
use super::phrase::Phrase;
use super::sentence::{Ask, clauses, ending, skipped};
use super::tokens::{Token, TokenKind, tokens};

/// What was named last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Named {
    /// Nothing that is known.
    #[default]
    Nothing,
    /// One thing, as it was said: `the order 1003`.
    One(String),
    /// Several.
    Several(Vec<String>),
}

/// What stands before a thing that belongs to something else.
const BEFORE: [&str; 14] = [
    "in", "inside", "within", "on", "of", "from", "under", "beside", "for", "to", "into", "with",
    "at", "by",
];
/// What follows on `that` where it tells of the thing before it, and names none.
const TELLING: [&str; 14] = [
    "says", "reads", "has", "is", "are", "was", "starts", "ends", "begins", "contains", "shows",
    "with", "looks", "matches",
];
/// A sentence refers so often at most.
const MOST: usize = 12;

/// Where a sentence refers to something before, and to what.
struct Reference {
    /// The bytes of the sentence that it takes.
    from: usize,
    to: usize,
    /// For `that order`: `order`.
    called: Option<String>,
}

impl Named {
    /// A sentence in which "it" and "that …" are what they stand for.
    ///
    /// # Errors
    /// What they stand for is not one thing; the reason.
    pub fn resolve(&self, sentence: &str) -> Result<String, String> {
        let mut whole = sentence.to_owned();
        for _ in 0..MOST {
            let (named, reference) = self.walk(&whole);
            let Some(reference) = reference else { break };
            let said = match &reference.called {
                None => named.it()?,
                Some(called) => named.that(called)?,
            };
            whole.replace_range(reference.from..reference.to, &said);
        }
        Ok(whole)
    }

    /// What is named last behind a sentence in which nothing refers to another.
    #[must_use]
    pub fn after(&self, sentence: &str) -> Self {
        match clauses(sentence) {
            Ok(_) => self.walk(sentence).0,
            // What cannot be read may have named anything.
            Err(_) => Self::Nothing,
        }
    }

    /// Goes through a sentence until something refers to what was named before; what was named until
    /// there.
    fn walk(&self, sentence: &str) -> (Self, Option<Reference>) {
        let tokens = tokens(sentence);
        let mut named = self.clone();
        let mut at = skipped(&tokens, 0);
        while at < tokens.len() {
            let words: Vec<String> = tokens[at..].iter().take(3).map(Token::word).collect();
            let Some((verb, taken)) = verb(&words) else { break };
            let end = ending(&tokens, at + taken);
            let rest = &tokens[at + taken..end];
            if let Some(found) = reference(&named, (verb, &words[0]), rest) {
                return (named, Some(found));
            }
            let said = &sentence[tokens[at].start..tokens[end - 1].end];
            named = named.behind(clauses(said).unwrap_or_default().into_iter().map(|it| it.ask));
            at = skipped(&tokens, end);
        }
        (named, None)
    }

    fn it(&self) -> Result<String, String> {
        match self {
            Self::One(said) => Ok(said.clone()),
            Self::Nothing => Err("nothing was named before that \"it\" may stand for".to_owned()),
            Self::Several(all) => Err(format!("\"it\" may be {}; say which", all.join(" or "))),
        }
    }

    fn that(&self, called: &str) -> Result<String, String> {
        let all: &[String] = match self {
            Self::Nothing => &[],
            Self::One(one) => std::slice::from_ref(one),
            Self::Several(all) => all,
        };
        let fitting: Vec<&String> = all.iter().filter(|it| is_called(it, called)).collect();
        match fitting.as_slice() {
            [one] => Ok((*one).clone()),
            [] => Err(format!(
                "what was named last is {}, and no {called}; say which {called}",
                all.join(" and ")
            )),
            several => {
                let all: Vec<&str> = several.iter().map(|it| it.as_str()).collect();
                Err(format!("\"that {called}\" may be {}; say which", all.join(" or ")))
            }
        }
    }

    /// What is named last once this was asked for.
    fn behind(self, asks: impl Iterator<Item = Ask>) -> Self {
        asks.fold(self, |named, ask| match things(&ask) {
            Some(things) => Self::of(&things),
            None => named,
        })
    }

    fn of(things: &[&Phrase]) -> Self {
        let mut all: Vec<String> = things.iter().map(|it| it.as_said()).collect();
        all.dedup();
        match all.as_slice() {
            [] => Self::Nothing,
            [one] if things.iter().any(|it| it.means_all()) => Self::Several(vec![one.clone()]),
            [one] => Self::One(one.clone()),
            _ => Self::Several(all),
        }
    }
}

/// The things that a clause names; `None` of one that names none, so that what was named before
/// stays.
fn things(ask: &Ask) -> Option<Vec<&Phrase>> {
    let one = |it| Some(vec![it]);
    match ask {
        Ask::Use(_, thing)
        | Ask::Clear(thing)
        | Ask::Set(thing, _)
        | Ask::Scroll(thing)
        | Ask::Expand(thing)
        | Ask::Collapse(thing)
        | Ask::At(_, thing)
        | Ask::Find(thing)
        | Ask::Key(_, Some(thing)) => one(thing),
        Ask::Follow(path) => path.last().map(|it| vec![it]),
        Ask::Select(all) | Ask::Tick(_, all) => match all.each.as_slice() {
            [_] => one(&all.named),
            each => Some(each.iter().collect()),
        },
        Ask::Drag(from, to) => Some(vec![from, to]),
        Ask::Fill(entries, into) => Some(entries.iter().flat_map(fields).chain(into).collect()),
        Ask::Itself(..)
        | Ask::Through
        | Ask::Key(_, None)
        | Ask::Address(_)
        | Ask::Back
        | Ask::Forward
        | Ask::Reload => None,
    }
}

fn fields(entry: &Entry) -> Vec<&Phrase> {
    let shown = match &entry.value {
        Value::Shown(thing) => Some(thing),
        Value::Text(_) | Value::Offered { .. } => None,
    };
    entry.label.iter().chain(&entry.into).chain(shown).collect()
}

/// Where the rest of a clause refers to something before.
fn reference(named: &Named, (verb, said): (Verb, &str), rest: &[Token]) -> Option<Reference> {
    let words: Vec<String> = rest.iter().map(Token::word).collect();
    let ends = |at: usize| match rest.get(at) {
        None => true,
        Some(it) => {
            it.kind == TokenKind::Mark || BEFORE.contains(&words[at].as_str()) || words[at] == "as"
        }
    };
    for (at, word) in words.iter().enumerate() {
        let begins = at == 0 || BEFORE.contains(&words[at - 1].as_str());
        // What is typed may hold any words: only the field at the end can be "it".
        let is_text = match verb {
            Verb::Enter => at == 0 || at + 1 < rest.len(),
            // What is saved or sent is rarely what was named last; where that is one thing, it is said.
            Verb::Itself => said == "search" || !matches!(named, Named::One(_)),
            _ => false,
        };
        if !begins || is_text {
            continue;
        }
        if word == "it" && ends(at + 1) {
            return Some(Reference { from: rest[at].start, to: rest[at].end, called: None });
        }
        let is_plain = |it: &Token| it.kind == TokenKind::Word;
        if word != "that" || *named == Named::Nothing || !rest.get(at + 1).is_some_and(is_plain) {
            continue;
        }
        let last = (at + 1..=rest.len()).find(|it| ends(*it))?;
        if last > at + 1
            && !TELLING.contains(&words[at + 1].as_str())
            && rest[at + 1..last].iter().all(is_plain)
        {
            let called = words[at + 1..last].join(" ");
            let (from, to) = (rest[at].start, rest[last - 1].end);
            return Some(Reference { from, to, called: Some(called) });
        }
    }
    None
}

/// Whether a thing that was said is what `that …` calls it.
fn is_called(said: &str, called: &str) -> bool {
    let words: Vec<String> = tokens(said).iter().map(Token::word).collect();
    let is = |it: &str| words.iter().any(|word| word == it || word.strip_suffix('s') == Some(it));
    called.split(' ').all(is)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(sentence: &str) -> Named {
        Named::Nothing.after(sentence)
    }

    #[test]
    fn it_and_that_stand_for_the_one_thing_that_was_named_last() {
        let order = after("open the order 1003");
        assert_eq!(order, Named::One("the order 1003".to_owned()));
        for (said, wanted) in [
            ("cancel it", "cancel the order 1003"),
            ("cancel that order", "cancel the order 1003"),
            ("click Edit in it and click Save", "click Edit in the order 1003 and click Save"),
            ("type hello into it", "type hello into the order 1003"),
        ] {
            assert_eq!(order.resolve(said).as_deref(), Ok(wanted), "{said}");
        }
        let quoted = after("click \"Save and close\"");
        assert_eq!(quoted.resolve("hover over it").as_deref(), Ok("hover over \"Save and close\""));
        let within = Named::Nothing.resolve("find the mail by Ada and delete it");
        assert_eq!(within.as_deref(), Ok("find the mail by Ada and delete the mail by Ada"));
    }

    #[test]
    fn what_stands_for_nothing_several_or_something_else_is_refused() {
        let refused = |named: &Named, said: &str| named.resolve(said).expect_err(said);
        let nothing = refused(&Named::Nothing, "delete it");
        assert_eq!(nothing, "nothing was named before that \"it\" may stand for");
        let two = after("select Red and Blue");
        assert_eq!(refused(&two, "delete it"), "\"it\" may be Red or Blue; say which");
        let order = after("open the order 1003");
        let told = refused(&order, "remove that voucher");
        assert_eq!(
            told,
            "what was named last is the order 1003, and no voucher; say which voucher"
        );
        let all = after("tick all orders");
        assert!(all.resolve("delete it").is_err(), "{all:?}");
        assert_eq!(
            after("make it so somehow"),
            Named::Nothing,
            "what cannot be read names nothing"
        );
    }

    #[test]
    fn texts_and_names_that_only_look_so_are_left_alone() {
        let order = after("open the order 1003");
        for said in [
            "enter I like it as comment",
            "enter look at it as comment",
            "click \"it\"",
            "click the button that says Go",
            "search for it",
            "save",
        ] {
            assert_eq!(order.resolve(said).as_deref(), Ok(said), "{said}");
        }
        let first = "click that button";
        assert_eq!(Named::Nothing.resolve(first).as_deref(), Ok(first), "an article, as before");
        assert_eq!(order.after("save"), order, "what names nothing leaves what was named");
    }
}
