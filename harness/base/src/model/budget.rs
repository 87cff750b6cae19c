//! [`Budget`]: what a language model may take at the most, of a step, a scenario or a night; [`Spent`]:
//! what it took; and [`Price`], which turns tokens into money.
//!
//! Recordings and the built-in reader take nothing of it. Money is counted in millionths, so that
//! nothing is rounded while it is summed up.

use serde::{Deserialize, Serialize};

/// The most that may be taken; what is `None` is not bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Budget {
    /// How many actions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actions: Option<u32>,
    /// How long, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_ms: Option<u64>,
    /// How many tokens, read and written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// How much money, in millionths.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub money: Option<u64>,
}

impl Budget {
    /// Whether nothing is bounded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Spent {
    /// How often a model was asked.
    pub asked: u32,
    /// How many actions were proposed by it.
    pub actions: u32,
    /// How long that took, in milliseconds.
    pub time_ms: u64,
    /// How many tokens it read.
    pub tokens_in: u64,
    /// How many it wrote.
    pub tokens_out: u64,
    /// How many of both no server counted: they are estimated.
    #[serde(skip_serializing_if = "is_zero")]
    pub estimated: u64,
    /// What that costs, in millionths; 0 where no price is known.
    pub money: u64,
}

impl Spent {
    /// The tokens, read and written.
    #[must_use]
    pub fn tokens(&self) -> u64 {
        self.tokens_in.saturating_add(self.tokens_out)
    }

    /// What of its tokens is estimated, as the end of what is said of them; nothing where all were counted.
    #[must_use]
    pub fn said_estimated(&self) -> String {
        match self.estimated {
            0 => String::new(),
            some if some >= self.tokens() => ", all of them estimated".to_owned(),
            some => format!(", {some} of them estimated"),
        }
    }

    /// Adds what something else took. A server can say any number, and none begins anew.
    pub fn add(&mut self, other: Self) {
        self.asked = self.asked.saturating_add(other.asked);
        self.actions = self.actions.saturating_add(other.actions);
        self.time_ms = self.time_ms.saturating_add(other.time_ms);
        self.tokens_in = self.tokens_in.saturating_add(other.tokens_in);
        self.tokens_out = self.tokens_out.saturating_add(other.tokens_out);
        self.estimated = self.estimated.saturating_add(other.estimated);
        self.money = self.money.saturating_add(other.money);
    }

    /// Which bound of a budget leaves no room for what comes next; the first in the order of its
    /// fields.
    #[must_use]
    pub fn over(&self, budget: &Budget, next: Next) -> Option<Over> {
        let actions = u64::from(self.actions);
        let bounds = [
            (Bound::Actions, actions, budget.actions.map(u64::from)),
            (Bound::Time, self.time_ms, budget.time_ms),
            (Bound::Tokens, self.tokens(), budget.tokens),
            (Bound::Money, self.money, budget.money),
        ];
        bounds.into_iter().find_map(|(bound, used, most)| {
            let is_over = |most: &u64| match (bound, next) {
                // Being asked is no action: what is left may be that nothing is left to do.
                (Bound::Actions, Next::Act)
                | (Bound::Time | Bound::Tokens | Bound::Money, Next::Ask) => used >= *most,
                (Bound::Actions, Next::Ask | Next::End)
                | (Bound::Time | Bound::Tokens | Bound::Money, Next::Act | Next::End) => {
                    used > *most
                }
            };
            let most = most.filter(is_over)?;
            Some(Over { bound, used, most })
        })
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
pub(super) fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// What comes next, as far as a budget is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// A model is asked once more.
    Ask,
    /// It has proposed an action.
    Act,
    /// It has said something else.
    End,
}

/// A bound of a budget that is reached or passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Over {
    /// Which.
    pub bound: Bound,
    /// What was taken, in its unit.
    pub used: u64,
    /// The most, in its unit.
    pub most: u64,
}

/// What a budget bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bound {
    /// Actions.
    Actions,
    /// Milliseconds.
    Time,
    /// Tokens.
    Tokens,
    /// Millionths of the currency.
    Money,
}

impl Bound {
    /// The key in YAML.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Actions => "actions",
            Self::Time => "time",
            Self::Tokens => "tokens",
            Self::Money => "money",
        }
    }

    /// An amount as a person would say it: `400 tokens`.
    #[must_use]
    pub fn said(self, amount: u64, currency: &str) -> String {
        match self {
            Self::Actions => format!("{amount} actions"),
            Self::Time => format!("{} s", decimal(amount, 3)),
            Self::Tokens => format!("{amount} tokens"),
            Self::Money => money(amount, currency),
        }
    }
}

/// Whose budget it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BudgetOf {
    /// One step.
    Step,
    /// One attempt of a scenario.
    Scenario,
    /// The night.
    Night,
}

impl BudgetOf {
    /// The word in sentences.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Scenario => "scenario",
            Self::Night => "night",
        }
    }
}

/// What something cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// In millionths of the currency.
    pub millionths: u64,
    /// The currency.
    pub currency: String,
}

/// What tokens cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// A million tokens that are read, in millionths.
    pub read: u64,
    /// A million tokens that are written, in millionths.
    pub written: u64,
    /// The currency: `USD`.
    pub currency: String,
}

impl Price {
    /// The currency where nobody says it.
    pub const CURRENCY: &'static str = "USD";

    /// What so many tokens cost, in millionths, rounded up.
    #[must_use]
    pub fn of(&self, tokens_in: u64, tokens_out: u64) -> u64 {
        let read = u128::from(tokens_in) * u128::from(self.read);
        let whole = read.saturating_add(u128::from(tokens_out) * u128::from(self.written));
        u64::try_from(whole.div_ceil(1_000_000)).unwrap_or(u64::MAX)
    }
}

/// An amount of money in words: `0.0125 USD`.
#[must_use]
pub fn money(millionths: u64, currency: &str) -> String {
    let amount = format!("{} {currency}", decimal(millionths, 6));
    amount.trim_end().to_owned()
}

/// A number with so many digits behind the point, without zeros at its end.
fn decimal(amount: u64, digits: u32) -> String {
    let unit = 10_u64.pow(digits);
    let (whole, rest) = (amount / unit, amount % unit);
    let text = format!("{whole}.{rest:0width$}", width = digits as usize);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_become_money_and_no_fraction_is_lost() {
        let price = Price { read: 150_000, written: 600_000, currency: "USD".to_owned() };
        assert_eq!(price.of(1_000_000, 1_000_000), 750_000);
        assert_eq!(price.of(1, 0), 1, "a part of a millionth counts as one");
        assert_eq!(money(750_000, "USD"), "0.75 USD");
        assert_eq!(money(1_000_001, "EUR"), "1.000001 EUR");
        assert_eq!(money(0, "USD"), "0 USD");
    }

    #[test]
    fn numbers_without_measure_leave_no_room_and_never_begin_anew() {
        let all = Spent { tokens_in: u64::MAX, tokens_out: u64::MAX, ..Spent::default() };
        let mut spent = all;
        spent.add(all);
        let tokens = Budget { tokens: Some(100), ..Budget::default() };
        assert_eq!(spent.over(&tokens, Next::Ask).map(|it| it.bound), Some(Bound::Tokens));
        let price = Price { read: u64::MAX, written: u64::MAX, currency: "USD".to_owned() };
        assert_eq!(price.of(u64::MAX, u64::MAX), u64::MAX);
    }

    #[test]
    fn what_was_taken_leaves_room_for_what_comes_next_or_the_bound_is_named() {
        let spent = Spent { actions: 2, tokens_in: 90, tokens_out: 10, ..Spent::default() };
        let bounds = |budget: Budget| {
            [Next::Ask, Next::Act, Next::End]
                .map(|next| spent.over(&budget, next).map(|it| it.bound))
        };
        let tokens = Budget { tokens: Some(100), ..Budget::default() };
        assert_eq!(bounds(tokens), [Some(Bound::Tokens), None, None], "it is all, and no more");
        let less = Budget { tokens: Some(99), ..Budget::default() };
        assert_eq!(bounds(less), [Some(Bound::Tokens); 3]);
        let actions = Budget { actions: Some(2), ..Budget::default() };
        assert_eq!(bounds(actions), [None, Some(Bound::Actions), None]);
        assert_eq!(bounds(Budget::default()), [None; 3]);
        let over = Over { bound: Bound::Tokens, used: 100, most: 99 };
        assert_eq!(spent.over(&less, Next::Act), Some(over));
        assert_eq!(Bound::Time.said(1_500, "USD"), "1.5 s");
    }
}
