//! [`clauses`]: what a sentence asks for, in order.
//!
//! A clause begins with a verb that is known, at the beginning or behind `and`, `then`, a comma or a
//! full stop. What follows belongs to it until the next one: names may hold any word.

use super::entry::{Entry, entries};
use super::lexicon::{SOME_VERBS, Verb, verb};
use super::phrase::{Phrase, span};
use super::tokens::{Token, TokenKind, tokens};

/// What one clause asks for, with the words that it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// The words.
    pub said: String,
    /// What is asked for.
    pub ask: Ask,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Use a thing with the pointer.
    Use(Pointer, Phrase),
    /// Go down a path of things, each behind the one before.
    Follow(Vec<Phrase>),
    /// Choose what is named: as a whole, or each of several; of a list, where one is named.
    Select(Choices),
    /// Make what is named checked, or unchecked.
    Tick(Ticked, Choices),
    /// Put text into fields, all of it into the same where one is named for all.
    Fill(Vec<Entry>, Option<Phrase>),
    /// Empty a field.
    Clear(Phrase),
    /// Give a thing a value.
    Set(Phrase, String),
    /// Drag a thing to another.
    Drag(Phrase, Phrase),
    /// Scroll until a thing is in view.
    Scroll(Phrase),
    /// Open what can be opened.
    Expand(Phrase),
    /// Close it again.
    Collapse(Phrase),
    /// Use the control that is called like the verb, at a thing.
    At(String, Phrase),
    /// Use the control that is called like the words, or only like the verb.
    Itself(Phrase, String),
    /// Go on about this thing.
    Find(Phrase),
    /// Look behind every tab for what comes next.
    Through,
    /// Press a key, on a thing where one is named.
    Key(String, Option<Phrase>),
    /// Open an address.
    Address(String),
    /// One step back.
    Back,
    /// One step forward.
    Forward,
    /// Load the page again.
    Reload,
}

/// How the pointer is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pointer {
    /// One click.
    Click,
    /// Two.
    DoubleClick,
    /// It only rests there.
    Hover,
    /// A click that gives the focus.
    Focus,
}

/// Whether a box is to be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ticked {
    /// Checked.
    On,
    /// Not checked.
    Off,
}

/// What is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choices {
    /// All that is named, as one thing.
    pub whole: Phrase,
    /// The same, without what it is chosen from.
    pub named: Phrase,
    /// The same, taken for a list.
    pub each: Vec<Phrase>,
    /// What it is chosen from.
    pub from: Option<Phrase>,
}

const AND: [&str; 2] = ["and", "then"];
const POLITE: [&str; 8] =
    ["please", "now", "next", "finally", "afterwards", "also", "you", "should"];
const KEYS: [&str; 10] = [
    "Enter",
    "Escape",
    "Tab",
    "Space",
    "Backspace",
    "Delete",
    "ArrowDown",
    "ArrowUp",
    "Home",
    "End",
];

/// What a sentence asks for.
///
/// # Errors
/// Why it cannot be read: where no verb is known, or one lacks what it is about.
pub fn clauses(sentence: &str) -> Result<Vec<Clause>, String> {
    let tokens = tokens(sentence);
    let mut all = Vec::new();
    let mut at = skipped(&tokens, 0);
    while at < tokens.len() {
        let words: Vec<String> = tokens[at..].iter().take(3).map(Token::word).collect();
        let Some((verb, taken)) = verb(&words) else {
            let said = span(sentence, &tokens[at..tokens.len().min(at + 3)]);
            return Err(format!(
                "\"{said}\" begins with no verb that is known, as {SOME_VERBS} are"
            ));
        };
        let end = ending(&tokens, at + taken);
        let said = span(sentence, &tokens[at..end]);
        let body = Body {
            sentence,
            said: &said,
            verb: words[..taken].join(" "),
            whole: &tokens[at..end],
            rest: &tokens[at + taken..end],
        };
        let asks = body.read(verb)?;
        all.extend(asks.into_iter().map(|ask| Clause { said: said.clone(), ask }));
        at = skipped(&tokens, end);
    }
    if all.is_empty() {
        return Err("it asks for nothing".to_owned());
    }
    Ok(all)
}

fn is_between(token: &Token) -> bool {
    match token.kind {
        TokenKind::Mark => token.text != ">",
        TokenKind::Word => AND.contains(&token.word().as_str()),
        TokenKind::Quoted => false,
    }
}

/// The next piece that is no connection and no politeness.
pub(super) fn skipped(tokens: &[Token], mut at: usize) -> usize {
    let skips = |it: &Token| is_between(it) || POLITE.contains(&it.word().as_str());
    while tokens.get(at).is_some_and(skips) {
        at += 1;
    }
    at
}

/// Where a clause ends that has its verb before `from`: behind it stands a verb, or nothing.
pub(super) fn ending(tokens: &[Token], from: usize) -> usize {
    for at in from..tokens.len() {
        if !is_between(&tokens[at]) {
            continue;
        }
        let next = skipped(tokens, at);
        let words: Vec<String> = tokens[next..].iter().take(3).map(Token::word).collect();
        if next >= tokens.len() || verb(&words).is_some() {
            return at;
        }
    }
    tokens.len()
}

/// A clause in pieces.
struct Body<'a> {
    sentence: &'a str,
    said: &'a str,
    /// The verb as it was written.
    verb: String,
    /// The verb and the rest.
    whole: &'a [Token],
    rest: &'a [Token],
}

impl Body<'_> {
    fn read(&self, verb: Verb) -> Result<Vec<Ask>, String> {
        let one = |ask| Ok(vec![ask]);
        match verb {
            Verb::Click => self.click().map(|it| vec![it]),
            Verb::DoubleClick => one(Ask::Use(Pointer::DoubleClick, self.thing()?)),
            Verb::Hover => one(Ask::Use(Pointer::Hover, self.thing()?)),
            Verb::Focus => one(Ask::Use(Pointer::Focus, self.thing()?)),
            Verb::Select => self.select(),
            Verb::Check => one(Ask::Tick(Ticked::On, self.choices(self.some()?))),
            Verb::Uncheck => one(Ask::Tick(Ticked::Off, self.choices(self.some()?))),
            Verb::Enter => {
                let (entries, into) = entries(self.sentence, self.some()?, &self.verb)?;
                one(Ask::Fill(entries, into))
            }
            Verb::Clear => one(Ask::Clear(self.thing()?)),
            Verb::Set => self.set().map(|it| vec![it]),
            Verb::Drag => self.drag().map(|it| vec![it]),
            Verb::Scroll => one(Ask::Scroll(self.thing()?)),
            Verb::Expand => one(Ask::Expand(self.thing()?)),
            Verb::Collapse => one(Ask::Collapse(self.thing()?)),
            Verb::Close => one(match self.instrument() {
                Some((thing, by)) => Ask::Use(Pointer::Click, by.inside(&thing)),
                None => Ask::At("close".to_owned(), self.thing()?),
            }),
            // "find and click …" only asks for the click.
            Verb::Find if self.rest.is_empty() => Ok(Vec::new()),
            Verb::Find => one(Ask::Find(self.thing()?)),
            Verb::Through => one(Ask::Through),
            Verb::At => one(Ask::At(self.verb.clone(), self.phrase(before_to(self.some()?)))),
            Verb::Itself => self.itself(),
            Verb::Back => one(Ask::Back),
            Verb::Forward => one(Ask::Forward),
            Verb::Reload => one(Ask::Reload),
        }
    }

    fn phrase(&self, tokens: &[Token]) -> Phrase {
        Phrase::read(self.sentence, tokens)
    }

    /// What follows the verb; an error where nothing does.
    fn some(&self) -> Result<&[Token], String> {
        if self.rest.is_empty() {
            return Err(format!("\"{}\" does not say what", self.said));
        }
        Ok(self.rest)
    }

    fn thing(&self) -> Result<Phrase, String> {
        let rest = self.some()?;
        Ok(self.phrase(before_purpose(rest)))
    }

    fn click(&self) -> Result<Ask, String> {
        let rest = self.some()?;
        if let Some(path) = self.path(rest) {
            return Ok(path);
        }
        if let [only] = rest {
            if !only.is_quoted() && (only.text.starts_with('/') || only.text.contains("://")) {
                return Ok(Ask::Address(only.text.clone()));
            }
            let key = KEYS.iter().find(|it| it.to_lowercase() == only.word());
            if let Some(key) = key.filter(|_| self.verb == "press" || self.verb == "hit") {
                return Ok(Ask::Key((*key).to_owned(), None));
            }
        }
        Ok(Ask::Use(Pointer::Click, self.thing()?))
    }

    fn select(&self) -> Result<Vec<Ask>, String> {
        let rest = self.some()?;
        if let [only] = rest
            && matches!(only.word().as_str(), "nothing" | "none")
        {
            return Ok(Vec::new());
        }
        if let Some(path) = self.path(rest) {
            return Ok(vec![path]);
        }
        let with = rest.iter().rposition(|it| matches!(&*it.word(), "with" | "using"));
        if let Some(at) = with.filter(|at| *at > 0 && at + 1 < rest.len()) {
            let to = span(self.sentence, &rest[..at]);
            return Ok(vec![Ask::Set(self.phrase(&rest[at + 1..]), to)]);
        }
        Ok(vec![Ask::Select(self.choices(rest))])
    }

    fn choices(&self, rest: &[Token]) -> Choices {
        let whole = self.phrase(rest);
        // "the following options: a, b".
        let colon = rest.iter().position(|it| it.kind == TokenKind::Mark && it.text == ":");
        let rest = colon.map_or(rest, |at| &rest[at + 1..]);
        let from = rest.iter().rposition(|it| matches!(&*it.word(), "from" | "in"));
        let from = from.filter(|at| *at > 0 && at + 1 < rest.len());
        let named = from.map_or(rest, |at| &rest[..at]);
        let parts = named.split(is_between).filter(|it| !it.is_empty());
        Choices {
            named: self.phrase(named),
            each: parts.map(|it| self.phrase(it)).collect(),
            from: from.map(|at| self.phrase(&rest[at + 1..])),
            whole,
        }
    }

    fn path(&self, rest: &[Token]) -> Option<Ask> {
        let is_arrow =
            |it: &Token| it.kind == TokenKind::Mark && ">\u{203a}\u{2192}".contains(&it.text);
        let parts: Vec<&[Token]> = rest.split(is_arrow).filter(|it| !it.is_empty()).collect();
        (parts.len() > 1)
            .then(|| Ask::Follow(parts.into_iter().map(|it| self.phrase(it)).collect()))
    }

    fn set(&self) -> Result<Ask, String> {
        let rest = self.some()?;
        let at = rest.iter().rposition(|it| matches!(&*it.word(), "to" | "at" | "as"));
        let Some(at) = at.filter(|at| *at > 0 && at + 1 < rest.len()) else {
            return Err(format!("\"{}\" does not say to what", self.said));
        };
        Ok(Ask::Set(self.phrase(&rest[..at]), span(self.sentence, &rest[at + 1..])))
    }

    fn drag(&self) -> Result<Ask, String> {
        let rest = self.some()?;
        let at = rest.iter().rposition(|it| matches!(&*it.word(), "to" | "onto" | "into"));
        let Some(at) = at.filter(|at| *at > 0 && at + 1 < rest.len()) else {
            return Err(format!("\"{}\" does not say where to", self.said));
        };
        Ok(Ask::Drag(self.phrase(&rest[..at]), self.phrase(&rest[at + 1..])))
    }

    fn itself(&self) -> Result<Vec<Ask>, String> {
        let called = Ask::Itself(self.phrase(self.whole), self.verb.clone());
        let Some(first) = self.rest.first().map(Token::word) else { return Ok(vec![called]) };
        let after = &self.rest[1..];
        if self.verb == "search" && first == "for" && !after.is_empty() {
            let text = span(self.sentence, after);
            let field = Phrase::named("search");
            let entry = Entry::plain(text);
            return Ok(vec![
                Ask::Fill(vec![entry], Some(field.clone())),
                Ask::Key("Enter".to_owned(), Some(field)),
            ]);
        }
        if matches!(first.as_str(), "with" | "as" | "using") && !after.is_empty() {
            let (mut entries, into) = entries(self.sentence, after, &self.verb)?;
            // "sign in as ada": who that is goes into the field for users.
            if let Some(one) = entries.first_mut().filter(|it| it.label.is_none() && first == "as")
            {
                one.label = Some(Phrase::named("user"));
            }
            let called = Ask::Itself(Phrase::named(&self.verb), self.verb.clone());
            return Ok(vec![Ask::Fill(entries, into), called]);
        }
        Ok(vec![called])
    }

    /// "the dialog by clicking the x": the thing, and what is used.
    fn instrument(&self) -> Option<(Phrase, Phrase)> {
        let at = self.rest.iter().position(|it| it.word() == "by").filter(|at| *at > 0)?;
        let how = self.rest.get(at + 1)?.word();
        let known = ["clicking", "pressing", "tapping", "using", "hitting"];
        known.contains(&how.as_str()).then_some(())?;
        let on = usize::from(self.rest.get(at + 2).is_some_and(|it| it.word() == "on"));
        let by = self.rest.get(at + 2 + on..).filter(|it| !it.is_empty())?;
        Some((self.phrase(&self.rest[..at]), self.phrase(by)))
    }
}

/// Without "to delete it", which says what for.
fn before_purpose(rest: &[Token]) -> &[Token] {
    let purpose = |at: &usize| {
        let words: Vec<String> = rest[at + 1..].iter().take(3).map(Token::word).collect();
        let it = words.get(1).is_some_and(|it| matches!(it.as_str(), "it" | "them" | "this"));
        rest[*at].word() == "to" && (it || verb(&words).is_some())
    };
    (1..rest.len()).find(purpose).map_or(rest, |at| &rest[..at])
}

/// Without "to the cart", which says where it goes.
fn before_to(rest: &[Token]) -> &[Token] {
    let at = rest.iter().rposition(|it| it.word() == "to").filter(|at| *at > 0);
    at.map_or(rest, |at| &rest[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(sentence: &str) -> Vec<String> {
        clauses(sentence).expect("readable").into_iter().map(|it| it.said).collect()
    }

    #[test]
    fn clauses_begin_at_verbs_and_names_may_hold_and() {
        assert_eq!(
            said("Select Bosnia and Herzegovina from the list and click Submit."),
            ["Select Bosnia and Herzegovina from the list", "click Submit"]
        );
        assert_eq!(
            said("enter ada@example.org as e-mail, then please sign in"),
            ["enter ada@example.org as e-mail", "sign in"]
        );
        assert_eq!(
            said("Switch between the tabs to find and click on the link \"amet\"."),
            ["Switch between the tabs to find", "click on the link \"amet\""]
        );
    }

    #[test]
    fn what_begins_with_no_verb_is_refused_with_some_that_are_known() {
        let refused = clauses("frobnicate the button").expect_err("refused");
        assert_eq!(
            refused,
            format!(
                "\"frobnicate the button\" begins with no verb that is known, as {SOME_VERBS} are"
            )
        );
        assert_eq!(clauses("click"), Err("\"click\" does not say what".to_owned()));
        assert_eq!(clauses("  "), Err("it asks for nothing".to_owned()));
    }

    #[test]
    fn keys_paths_and_addresses_are_no_names() {
        let ask = |sentence: &str| clauses(sentence).expect("readable").remove(0).ask;
        assert_eq!(ask("press Enter"), Ask::Key("Enter".to_owned(), None));
        assert_eq!(ask("open /orders"), Ask::Address("/orders".to_owned()));
        assert!(matches!(ask("select File > Print"), Ask::Follow(path) if path.len() == 2));
        assert!(matches!(ask("select 7 with the spinner"), Ask::Set(_, to) if to == "7"));
        assert_eq!(clauses("select nothing and click Submit").expect("readable").len(), 1);
    }
}
