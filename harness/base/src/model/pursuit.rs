//! [`Pursuit`]: what the ledger says of the way to a goal, that is a step in plain words.

use serde::{Deserialize, Serialize};

use super::action::Action;
use super::budget::{Bound, BudgetOf, Cost};
use super::question::{Question, Reply};

/// One line of the ledger on the way to a goal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what")]
pub enum Pursuit {
    /// An action was proposed.
    Proposed {
        /// Which of the actions towards this goal, from 1.
        number: u32,
        /// Who proposed it: `plain words`.
        by: String,
        /// The part of the words that it follows from.
        reads: String,
        /// The action; secrets stand as `${secret:NAME}`.
        action: Box<Action>,
    },
    /// Policy decided on it.
    Decided {
        /// Which action.
        number: u32,
        /// `allow`, `ask` or `deny`.
        ruling: String,
        /// The rule, with what it saw.
        rule: String,
    },
    /// A person had to be asked.
    Question {
        /// About which action.
        number: u32,
        /// What he was, or would have been, asked.
        question: Question,
        /// What he said; `None` where nobody was there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply: Option<Reply>,
    },
    /// It was carried out, or could not be.
    Done {
        /// Which action.
        number: u32,
        /// Where in the product that led, in its own terms.
        place: String,
        /// Why it could not be carried out; `None` where it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failed: Option<String>,
        /// How long it took, in milliseconds.
        duration_ms: u64,
    },
    /// Something that a recording names had become something else, and that was taken.
    Healed {
        /// Which action.
        number: u32,
        /// What it was: `button "Place order"`.
        was: String,
        /// What it is now.
        is: String,
        /// How like it is, in percent.
        like: u32,
        /// How like the next best was, in percent.
        next: u32,
    },
    /// A model was asked.
    Asked {
        /// For which action.
        number: u32,
        /// The model's name.
        model: String,
        /// What it was asked, as evidence: the path in the night.
        request: String,
        /// The picture of the page that it was shown, as evidence; `None` where it was shown none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        picture: Option<String>,
        /// What it answered, as evidence.
        answer: String,
        /// Why there is no answer; `None` where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failed: Option<String>,
        /// How often it had to be asked.
        tries: u32,
        /// How many tokens it read.
        tokens_in: u64,
        /// How many it wrote.
        tokens_out: u64,
        /// How many of both no server counted: they are estimated.
        #[serde(default, skip_serializing_if = "super::budget::is_zero")]
        estimated: u64,
        /// What that cost; `None` where no price is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cost: Option<Cost>,
        /// How long it took, in milliseconds.
        duration_ms: u64,
        /// Where the answer was kept, so that nobody was asked; `None` where the model was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kept: Option<KeptIn>,
    },
    /// The words refer to something before them.
    Meant {
        /// The words with what they stand for.
        words: String,
    },
    /// A model answered with something else than an action.
    Said {
        /// For which action.
        number: u32,
        /// What it means.
        kind: Said,
        /// What it says.
        text: String,
    },
    /// A model said what it thinks of a page; it decides nothing.
    Opinion {
        /// The model's name.
        model: String,
        /// What should hold.
        statement: String,
        /// `plausible`, `implausible` or `unsure`.
        opinion: String,
        /// Why.
        why: String,
    },
    /// Of several ways that were looked for, one is proposed.
    Chosen {
        /// The attempt that found it.
        attempt: u32,
        /// How many actions it takes.
        actions: u32,
        /// Of how many ways.
        of: u32,
    },
    /// A budget is over.
    Budget {
        /// Whose.
        of: BudgetOf,
        /// What of it.
        bound: Bound,
        /// What was taken, in its unit.
        used: u64,
        /// The most, in its unit.
        most: u64,
    },
    /// What a command that was proposed wrote.
    Wrote {
        /// Which action.
        number: u32,
        /// Its outputs, as evidence: the paths in the night.
        evidence: Vec<String>,
        /// Its exit code, as shells say it; `None` where it had no end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exit: Option<i32>,
    },
    /// A scenario was proposed; only a person can take it into the suite.
    Offered {
        /// Who proposed it.
        by: String,
        /// Its name.
        scenario: String,
        /// Its text, as evidence.
        evidence: String,
    },
    /// An accepted recording was left before anything was done, and the words are read instead.
    Left {
        /// Why.
        why: String,
    },
    /// The way ended: there is nothing left to do, or why it goes on no further.
    Ended {
        /// `done`, or why not.
        why: String,
        /// How many actions were carried out, and how many there might have been.
        actions: u32,
        /// The most that there might have been.
        at_most: u32,
        /// How long it took, in milliseconds.
        duration_ms: u64,
        /// The longest that it might have taken, in milliseconds.
        within_ms: u64,
    },
}

impl Pursuit {
    /// The evidence that it names: paths in the night.
    #[must_use]
    pub fn evidence(&self) -> Vec<&str> {
        match self {
            Self::Asked { request, picture, answer, .. } => {
                [request, answer].into_iter().chain(picture).map(String::as_str).collect()
            }
            Self::Wrote { evidence, .. } => evidence.iter().map(String::as_str).collect(),
            Self::Offered { evidence, .. } => vec![evidence.as_str()],
            Self::Proposed { .. }
            | Self::Decided { .. }
            | Self::Question { .. }
            | Self::Done { .. }
            | Self::Healed { .. }
            | Self::Meant { .. }
            | Self::Said { .. }
            | Self::Opinion { .. }
            | Self::Chosen { .. }
            | Self::Budget { .. }
            | Self::Left { .. }
            | Self::Ended { .. } => Vec::new(),
        }
    }
}

/// Where an answer was kept that stands for the model's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeptIn {
    /// In the same night, before it broke off: this night has paid for it.
    Tonight,
    /// In an earlier night.
    Earlier,
}

/// What a model answers that is no action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
    /// The goal cannot be reached.
    Infeasible,
    /// Only a person can decide.
    Ask,
    /// The product does something wrong.
    Defect,
}

impl Said {
    /// What a model says, as a sentence of ours.
    #[must_use]
    pub fn told(self, text: &str) -> String {
        match self {
            Self::Infeasible => format!("the model says that it cannot be done: {text}"),
            Self::Ask => format!("the model asks a person: {text}"),
            Self::Defect => format!("the model believes that the product is wrong: {text}"),
        }
    }
}
