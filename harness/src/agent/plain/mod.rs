//! [`PlainWords`]: reads a sentence by a grammar of our own over the names of a page, without a model.
//!
//! Deterministic: the same sentence on the same pages gives the same actions. Two readings that are
//! about as good are refused with both named, and what nothing fits is refused with what is nearest.
//!
//! The files:
//! - `tokens.rs`: a sentence in words, quoted texts and marks.
//! - `lexicon.rs`: the closed lists of words that are no names.
//! - `phrase.rs`: how a sentence names a thing, and the ways to read that.
//! - `entry.rs`: texts that go into fields.
//! - `sentence.rs`: what a sentence asks for, clause by clause.
//! - `about.rs`: what "it" and "that …" stand for.
//! - `colour.rs`: colours by their names.
//! - `amount.rs`: prices, dates and numbers that things are ordered by.
//! - `fit.rs`: which elements of a page a phrase means.
//! - `reach.rs`: what a phrase means as a target, or why nothing; how far a clause is.
//! - `deed.rs`: the one action that a clause asks for now.
//! - `choosing.rs`: the same of what is chosen.
//! - `filling.rs`: the same of what goes into fields.

mod about;
mod amount;
mod choosing;
mod colour;
mod deed;
mod entry;
mod filling;
mod fit;
mod lexicon;
mod phrase;
mod reach;
mod sentence;
#[cfg(test)]
mod tests;
mod tokens;

use self::reach::{Next, Progress};
use self::sentence::{Ask, Clause};
use super::{Proposal, Proposer, Refusal, Why};
use crate::model::outline::Outline;
use crate::model::{Action, Target};

pub use about::Named;
pub use tokens::SECRET;

/// Follows a sentence, clause by clause.
#[derive(Debug, Clone)]
pub struct PlainWords {
    clauses: Vec<Clause>,
    /// The clause whose turn it is.
    at: usize,
    progress: Progress,
    /// The tabs that were looked behind, while the sentence asks for that.
    through: Option<Vec<Target>>,
}

impl PlainWords {
    /// What it is called in the ledger.
    pub const NAME: &'static str = "plain words";

    /// A reader of this sentence.
    ///
    /// # Errors
    /// Why it cannot be read, whatever the page is.
    pub fn read(sentence: &str) -> Result<Self, Refusal> {
        let clauses = sentence::clauses(sentence).map_err(|actual| Refusal {
            why: Why::Unread,
            expected: "a sentence that can be read".to_owned(),
            actual,
        })?;
        Ok(Self { clauses, at: 0, progress: Progress::default(), through: None })
    }

    /// The next tab that was not looked behind.
    fn next_tab(&mut self, page: &Outline) -> Option<Action> {
        let seen = self.through.as_mut()?;
        let tabs = page.elements.iter().filter(|it| it.role == "tab");
        let fresh = tabs.filter(|it| !it.is("selected")).filter_map(|it| it.target.clone());
        let next = fresh.into_iter().find(|it| !seen.contains(it))?;
        seen.push(next.clone());
        Some(Action::click(next))
    }
}

impl Proposer for PlainWords {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn propose(&mut self, page: &Outline) -> Proposal {
        while let Some(clause) = self.clauses.get(self.at).cloned() {
            let reads = clause.said.clone();
            if clause.ask == Ask::Through {
                self.through = Some(Vec::new());
                self.at += 1;
                continue;
            }
            match deed::next(page, &clause.ask, &mut self.progress) {
                Ok(Next::Act(action)) => return Proposal::Act { reads, action: Box::new(action) },
                Ok(Next::Over) => {
                    self.at += 1;
                    let about = self.progress.about.take();
                    self.progress = Progress { about, ..Progress::default() };
                }
                Err(refusal) => {
                    let next = match refusal.why {
                        Why::Absent => self.next_tab(page),
                        Why::Unread | Why::Ambiguous | Why::Otherwise | Why::Said(_) => None,
                    };
                    return match next {
                        Some(action) => Proposal::Act { reads, action: Box::new(action) },
                        None => Proposal::Nothing { reads, refusal },
                    };
                }
            }
        }
        Proposal::Done
    }
}
