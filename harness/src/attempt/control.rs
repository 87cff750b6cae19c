//! Deciding on steps that hold steps: whether a `when` is done, and whether a `repeat` goes on.

use regex::Regex;

use super::Attempt;
use super::carry_out::{CarriedOut, no_page};
use crate::model::action::{Over, Repeat, When};
use crate::model::control::Condition;
use crate::model::event::{Decided, Failure};
use crate::model::scenario::TextTest;
use crate::model::{Outcome, Step, StepOutcome};
use crate::surface::Held;

impl Attempt<'_> {
    /// Decides on a filled `when`.
    pub(super) async fn decide_on(&mut self, step: &Step, when: &When) -> CarriedOut {
        match self.look_whether(step, &when.condition).await {
            Ok(Held::Yes) => decided(Decided::Held, &when.condition),
            Ok(Held::No(_)) => decided(Decided::DidNotHold, &when.condition),
            Ok(Held::Failed(failure)) => CarriedOut::failed(failure),
            Err(carried_out) => carried_out,
        }
    }

    /// Decides whether this round of a filled `repeat` is done.
    pub(super) async fn decide_on_round(
        &mut self,
        step: &Step,
        repeat: &Repeat,
        number: u32,
    ) -> CarriedOut {
        if let Some(over) = &repeat.over {
            return self.decide_on_item(over, number, repeat.times);
        }
        let Some(until) = &repeat.until else {
            return CarriedOut {
                place: Some(String::new()),
                ..CarriedOut::decided(Decided::Round { number, of: repeat.times })
            };
        };
        let at_most = repeat.times;
        match self.look_whether(step, until).await {
            Ok(Held::Yes) => decided(Decided::Over { rounds: number - 1 }, until),
            Ok(Held::No(_)) if number <= at_most => {
                decided(Decided::RoundUntil { number, at_most }, until)
            }
            Ok(Held::No(actual)) => CarriedOut::failed(Failure {
                outcome: Outcome::Failed,
                expected: until.describe(),
                actual: format!("{}, and still not: {actual}", rounds(at_most)),
            }),
            Ok(Held::Failed(failure)) => CarriedOut::failed(failure),
            Err(carried_out) => carried_out,
        }
    }

    /// Gives the item of this round its name.
    fn decide_on_item(&mut self, over: &Over, number: u32, most: u32) -> CarriedOut {
        let items = self.scope.list(&over.list);
        let of = items.and_then(|it| u32::try_from(it.len()).ok()).unwrap_or(0);
        let at = usize::try_from(number).ok().and_then(|it| it.checked_sub(1));
        let item = items.zip(at).and_then(|(items, at)| items.get(at)).cloned();
        let expected = format!("item {number} of the list ${{{}}}", over.list);
        let refuse = |actual: String| {
            let outcome = Outcome::Failed;
            CarriedOut::failed(Failure { outcome, expected: expected.clone(), actual })
        };
        let Some(item) = item else {
            return refuse(match of {
                0 => "no list of this name was captured".to_owned(),
                of => format!("it has only {of} now"),
            });
        };
        if of > most {
            return refuse(format!("it has {of} items, and at most {most} are gone through"));
        }
        self.scope.set(&over.item, item);
        CarriedOut {
            place: Some(String::new()),
            ..CarriedOut::decided(Decided::Round { number, of })
        }
    }

    async fn look_whether(
        &mut self,
        step: &Step,
        condition: &Condition,
    ) -> Result<Held, CarriedOut> {
        match condition {
            Condition::Page(condition) => {
                let Some(page) = self.page(step) else {
                    return Err(CarriedOut::failed(no_page(step)));
                };
                page.holds(condition).await.map_err(|error| CarriedOut::harness_error(&error))
            }
            Condition::Value { value, test } => {
                let value = value.raw();
                Ok(if passes(value, test) {
                    Held::Yes
                } else {
                    Held::No(format!("it is {}", shown(value)))
                })
            }
        }
    }
}

impl CarriedOut {
    fn decided(what: Decided) -> Self {
        Self {
            outcome: StepOutcome::Passed,
            place: None,
            evidence: Vec::new(),
            decided: Some(what),
            remark: None,
        }
    }
}

/// A condition on a value has no place in the product.
fn decided(what: Decided, condition: &Condition) -> CarriedOut {
    let place = match condition {
        Condition::Page(_) => None,
        Condition::Value { .. } => Some(String::new()),
    };
    CarriedOut { place, ..CarriedOut::decided(what) }
}

fn passes(value: &str, test: &TextTest) -> bool {
    match test {
        TextTest::Is(wanted) => value == wanted.raw(),
        TextTest::Contains(part) => value.contains(part.raw()),
        TextTest::Lacks(part) => !value.contains(part.raw()),
        // `check` has tried to compile it.
        TextTest::Matches(pattern) => Regex::new(pattern.raw()).is_ok_and(|it| it.is_match(value)),
    }
}

fn rounds(count: u32) -> String {
    if count == 1 { "1 round".to_owned() } else { format!("{count} rounds") }
}

/// A value as a failure quotes it.
fn shown(value: &str) -> String {
    const MOST: usize = 400;
    match value.char_indices().nth(MOST) {
        Some((at, _)) => format!("{:?}, cut after {MOST} characters", &value[..at]),
        None => format!("{value:?}"),
    }
}
