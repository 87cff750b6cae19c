//! [`Talk`]: what an attempt carries from goal to goal: what was asked and done so far, what "it" stands
//! for, and what a model took.
//!
//! A part of [`Attempt`]. The page and the working folder are carried on by themselves.

use super::marks::shown;
use crate::agent::Named;
use crate::agent::backend::Earlier;
use crate::model::budget::{Bound, Price, Spent};
use crate::model::hygiene::checks;
use crate::model::{Action, Step};

/// So many goals before it a model is told of.
const MOST_EARLIER: usize = 10;
/// So many actions of each.
const MOST_DONE: usize = 6;

/// What is carried from goal to goal.
#[derive(Debug, Default)]
pub struct Talk {
    earlier: Vec<Earlier>,
    /// What was named last, with tonight's values.
    named: Named,
    /// The same, as it stands in the scenario.
    written: Named,
    underway: Underway,
    /// What a model took in this attempt.
    pub(super) spent: Spent,
    /// Why the step under way asked a model without a picture of the page.
    unseen: Option<String>,
}

/// The goal whose turn it is.
#[derive(Debug, Default)]
struct Underway {
    /// Its words with what they refer to, tonight's values, and as written.
    spoken: String,
    written: String,
    meaning: Option<String>,
}

impl Talk {
    /// Begins a goal: its words with "it" and "that …" replaced by what they stand for.
    ///
    /// # Errors
    /// They stand for nothing, for several things, or for something else; the reason.
    pub(super) fn begin(&mut self, words: &str, raw: &str) -> Result<String, String> {
        let spoken = self.named.resolve(words);
        let written = self.written.resolve(raw);
        let meaning = match &written {
            Ok(written) if written == raw => None,
            Ok(written) => Some(written.clone()),
            // Who understands it does so by what was before.
            Err(_) => Some(match self.earlier.last() {
                Some(last) => format!("{raw}, after: {}", last.goal),
                None => raw.to_owned(),
            }),
        };
        self.underway = Underway {
            spoken: spoken.clone().unwrap_or_else(|_| words.to_owned()),
            written: written.unwrap_or_else(|_| raw.to_owned()),
            meaning,
        };
        spoken
    }

    /// What the goal under way means, where its words alone do not say it.
    pub(super) fn meaning(&self) -> Option<&str> {
        self.underway.meaning.as_deref()
    }

    /// The words of the goal under way, as far as they are understood.
    pub(super) fn spoken(&self) -> &str {
        &self.underway.spoken
    }

    /// Ends the goal under way, with what was done and how it ended.
    pub(super) fn end(&mut self, done: &[String], ended: &str) {
        let Underway { spoken, written, meaning } = std::mem::take(&mut self.underway);
        // Its checks come behind it, and with them its recording.
        self.underway.meaning = meaning;
        self.named = self.named.after(&spoken);
        self.written = self.written.after(&written);
        let from = done.len().saturating_sub(MOST_DONE);
        let done = done[from..].to_vec();
        self.earlier.push(Earlier { goal: shown(&spoken), done, ended: ended.to_owned() });
        if self.earlier.len() > MOST_EARLIER {
            self.earlier.remove(0);
        }
    }

    /// Takes note of why a model that takes pictures is asked without one; of several reasons in a step,
    /// the first is told.
    pub(super) fn not_seen(&mut self, why: &str) {
        if self.unseen.is_none() {
            // What was said elsewhere goes on in a sentence of ours.
            let mut rest = why.trim_end_matches('.').chars();
            let first = rest.next().into_iter().flat_map(char::to_lowercase);
            self.unseen = Some(first.chain(rest).collect());
        }
    }

    /// Why the step that ends asked a model without a picture, as its remark says it.
    pub(super) fn unseen(&mut self) -> Option<String> {
        let why = self.unseen.take()?;
        Some(format!("the model was asked without a picture of the page: {why}"))
    }

    /// The goals before this one, oldest first.
    pub(super) fn earlier(&self) -> &[Earlier] {
        &self.earlier
    }

    /// A step was done: one that acts by itself may name anything.
    pub(super) fn passed(&mut self, step: &Step) {
        let looks = matches!(
            step.action,
            Action::Do(_)
                | Action::Snapshot(_)
                | Action::Capture(_)
                | Action::Set(_)
                | Action::When(_)
                | Action::Repeat(_)
                | Action::Judge(_)
        );
        if !looks && !checks(&step.action) {
            (self.named, self.written) = (Named::Nothing, Named::Nothing);
        }
    }
}

/// What a model took of a step, as a remark says it; so many of its answers were kept from before.
pub(super) fn took(spent: Spent, kept: u32, price: Option<&Price>) -> String {
    let kept = match kept {
        0 => String::new(),
        1 => ", one answer was kept from before".to_owned(),
        many => format!(", {many} answers were kept from before"),
    };
    let times = match spent.asked {
        0 if kept.is_empty() => return String::new(),
        0 => return format!("; no model was asked{kept}"),
        1 => "once".to_owned(),
        times => format!("{times} times"),
    };
    let cost = price.map(|it| format!(", {}", Bound::Money.said(spent.money, &it.currency)));
    let cost = cost.unwrap_or_default();
    let estimated = spent.said_estimated();
    format!("; a model was asked {times}, {} tokens{estimated}{cost}{kept}", spent.tokens())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals_build_on_those_before_them_for_more_than_ten_turns() {
        let mut talk = Talk::default();
        for turn in 0..12 {
            let words = format!("open the order {turn}");
            assert_eq!(talk.begin(&words, "open the order ${id}"), Ok(words));
            talk.end(&["click link".to_owned()], "done");
            let spoken = talk.begin("cancel it", "cancel it");
            assert_eq!(spoken, Ok(format!("cancel the order {turn}")));
            assert_eq!(talk.meaning(), Some("cancel the order ${id}"), "as it is written");
            talk.end(&[], "done");
        }
        assert_eq!(talk.earlier().len(), MOST_EARLIER);
        assert_eq!(talk.earlier().last().map(|it| &*it.goal), Some("cancel the order 11"));
    }

    #[test]
    fn a_remark_says_how_often_a_model_was_asked_and_what_was_kept_from_before() {
        let asked = |asked| Spent { asked, tokens_in: 50, tokens_out: 5, ..Spent::default() };
        assert_eq!(took(Spent::default(), 0, None), "");
        assert_eq!(took(asked(2), 0, None), "; a model was asked 2 times, 55 tokens");
        let partly = Spent { estimated: 20, ..asked(2) };
        assert!(took(partly, 0, None).ends_with(", 55 tokens, 20 of them estimated"));
        let wholly = Spent { estimated: 55, ..asked(2) };
        assert!(took(wholly, 0, None).ends_with(", 55 tokens, all of them estimated"));
        assert_eq!(
            took(asked(0), 1, None),
            "; no model was asked, one answer was kept from before"
        );
        assert_eq!(
            took(asked(1), 2, None),
            "; a model was asked once, 55 tokens, 2 answers were kept from before"
        );
    }

    #[test]
    fn a_written_action_in_between_may_name_anything_and_a_check_does_not() {
        let step = |action| Step::new(1, "a.yaml", 1, action);
        let mut talk = Talk::default();
        talk.begin("open the order 3", "open the order 3").expect("it is understood");
        talk.end(&[], "done");
        talk.passed(&step(Action::See(Vec::new())));
        assert_eq!(talk.begin("cancel it", "cancel it").as_deref(), Ok("cancel the order 3"));
        talk.passed(&step(Action::Back));
        assert!(talk.begin("delete it", "delete it").is_err());
        assert_eq!(talk.meaning(), Some("delete it, after: open the order 3"));
    }
}
