//! Written steps before a snapshot that lists the facet `recording`: it keeps what their things were
//! like, and a thing that is gone is looked for by what somebody accepted of it.
//!
//! A part of [`Attempt`]; `carry_out.rs` hands the actions over. Checks are none of them: what is
//! expected is never looked for under another name.

use std::cell::RefCell;

use super::Attempt;
use super::carry_out::{CarriedOut, forbidden, no_page};
use super::goal::{APPEARING, PAUSE};
use super::marks::shown;
use super::recorder::{as_written, likeness};
use crate::agent::{Healed, has_become};
use crate::ledger::LedgerError;
use crate::model::event::Failure;
use crate::model::outline::{Element, Outline};
use crate::model::pursuit::Pursuit;
use crate::model::recording::{Likeness, Recorded};
use crate::model::{Action, Locator, Outcome, Step, Target, Template};
use crate::process::FairInstant;
use crate::surface::Done;

/// Why a thing is not told, where nothing can be said of it.
const UNSAID: Option<String> = None;

/// What is known of the things of a step.
enum Known {
    /// No snapshot keeps them.
    Nothing,
    /// Nobody has accepted them.
    New,
    /// What somebody accepted.
    Accepted(Box<Recorded>),
}

/// What a thing that is gone has become.
struct Other {
    /// Which of the things of its action, from 0.
    at: usize,
    target: Target,
    like: Likeness,
    healed: Healed,
}

impl Attempt<'_> {
    /// Does a filled action on the page of its step, and notes what its things are like where a
    /// snapshot keeps that.
    pub(super) async fn act_as_written(
        &mut self,
        step: &Step,
        action: &Action,
    ) -> Result<CarriedOut, LedgerError> {
        let known = self.known(step);
        let seen = match known {
            Known::New => self.seen(step, action).await,
            Known::Nothing | Known::Accepted(_) => None,
        };
        let Some(page) = self.page(step) else { return Ok(CarriedOut::failed(no_page(step))) };
        let done = match page.act(action).await {
            Ok(done) => done,
            Err(error) => return Ok(CarriedOut::harness_error(&error)),
        };
        match (done, known) {
            (Done::Failed(failure), Known::Accepted(it)) if failure.outcome == Outcome::Failed => {
                Box::pin(self.heal(step, action, *it, failure)).await
            }
            (done, Known::Accepted(it)) => {
                self.recorder.used.push(*it);
                Ok(self.conclude(done, None, Vec::new()))
            }
            (done, Known::New | Known::Nothing) => {
                self.recorder.used.extend(seen);
                Ok(self.conclude(done, None, Vec::new()))
            }
        }
    }

    /// What is known of a step: of several that do the same, each is the one at its place.
    fn known(&self, step: &Step) -> Known {
        let Some(snapshot) = self.scenario.keeper_of(step) else { return Known::Nothing };
        let mut alike = self.scenario.steps_kept_at(&snapshot.name);
        alike.retain(|it| it.action == step.action);
        let accepted = self.recorder.accepted_at(&snapshot.name).iter();
        let kept: Vec<&Recorded> = accepted.filter(|it| it.action == step.action).collect();
        let own = alike.iter().position(|it| it.index == step.index).and_then(|at| kept.get(at));
        match own {
            Some(it) if kept.len() == alike.len() => Known::Accepted(Box::new((*it).clone())),
            Some(_) | None => Known::New,
        }
    }

    /// How many things each target of an action means now; `None` where the page does not say.
    async fn counts(&mut self, step: &Step, action: &Action) -> Option<Vec<usize>> {
        let mut all = Vec::new();
        for target in action.targets() {
            all.push(self.page(step)?.count(&target).await.ok()??);
        }
        Some(all)
    }

    /// A step with what its things are like before it is done; waits for those that appear a moment
    /// later. `None` where the page does not show which they are.
    async fn seen(&mut self, step: &Step, action: &Action) -> Option<Recorded> {
        let appear = FairInstant::now() + APPEARING;
        while self.counts(step, action).await?.iter().any(|it| *it != 1) {
            if appear.has_come() {
                return None;
            }
            tokio::time::sleep(PAUSE).await;
        }
        let page = self.outline(step).await.ok()?;
        let targets = action.targets();
        let things = targets.iter().map(|it| told(&page, it)).collect::<Option<Vec<_>>>()?;
        let values = self.values_of(step);
        let things = things.iter().map(|it| written_thing(it, &values)).collect();
        Some(Recorded { action: step.action.clone(), things })
    }

    /// The values of the names that a step refers to.
    fn values_of(&self, step: &Step) -> Vec<(String, String)> {
        let names = RefCell::new(Vec::new());
        // Nothing is filled; only the names are heard.
        drop(step.action.filled(&|name| {
            names.borrow_mut().push(name.to_owned());
            Some(String::new())
        }));
        let names = names.into_inner();
        self.values(step, names.iter().map(String::as_str))
    }

    /// Does an action with what its things have become, where each that is gone can be told.
    async fn heal(
        &mut self,
        step: &Step,
        action: &Action,
        accepted: Recorded,
        failure: Failure,
    ) -> Result<CarriedOut, LedgerError> {
        let others = match self.others(step, action, &accepted).await {
            Ok(others) => others,
            Err(None) => return Ok(CarriedOut::failed(failure)),
            Err(Some(why)) => {
                let actual = format!("{}; not healed: {why}", failure.actual);
                return Ok(CarriedOut::failed(Failure { actual, ..failure }));
            }
        };
        let targets: Vec<(usize, Target)> =
            others.iter().map(|it| (it.at, it.target.clone())).collect();
        let healed = with_others(action, &targets);
        let at = self.standing(step, self.policy.bounds()).await;
        if let Some(forbidden) = forbidden(step, &self.policy.decide(&healed, at.as_deref())) {
            return Ok(CarriedOut::failed(forbidden));
        }
        let Some(page) = self.page(step) else { return Ok(CarriedOut::failed(no_page(step))) };
        let done = match page.act(&healed).await {
            Ok(done) => done,
            Err(error) => return Ok(CarriedOut::harness_error(&error)),
        };
        let mut told = Vec::new();
        for Other { healed: it, .. } in &others {
            let (was, is) = (shown(&it.was), shown(&it.is));
            told.push(format!("{is} was taken for {was}"));
            let (like, next) = (it.like, it.next);
            self.tell(step, Pursuit::Healed { number: 1, was, is, like, next })?;
        }
        let recorded = self.recorded_with(step, accepted, &others);
        self.recorder.used.push(recorded);
        let remark = Some(told.join("; "));
        Ok(CarriedOut { remark, ..self.conclude(done, None, Vec::new()) })
    }

    /// What the things of an action that are gone have become; or why that cannot be told, where
    /// something can be said of it.
    async fn others(
        &mut self,
        step: &Step,
        action: &Action,
        accepted: &Recorded,
    ) -> Result<Vec<Other>, Option<String>> {
        let counts = self.counts(step, action).await.ok_or(UNSAID)?;
        if !counts.contains(&0) {
            return Err(UNSAID);
        }
        let page = self.outline(step).await.map_err(|_| UNSAID)?;
        let targets = action.targets();
        let mut all: Vec<Other> = Vec::new();
        for (at, was) in targets.iter().enumerate().filter(|it| counts[it.0] == 0) {
            let thing = accepted.things.get(at).ok_or(UNSAID)?;
            let filled = |text: &str| self.marked(step, &Template::new(text));
            let thing = thing.map(&filled).map_err(Some)?;
            let (target, healed) =
                has_become(&page, &thing, was).map_err(|it| Some(shown(&it.actual)))?;
            if targets.contains(&target) || all.iter().any(|it| it.target == target) {
                return Err(Some(format!("{target} is another thing of this step")));
            }
            let like = likeness(&page, &target).ok_or(UNSAID)?;
            all.push(Other { at, target, like, healed });
        }
        Ok(all)
    }

    /// What was accepted of a step, with what its things have become.
    fn recorded_with(&self, step: &Step, accepted: Recorded, others: &[Other]) -> Recorded {
        let values = self.values_of(step);
        let mut things = accepted.things;
        let mut targets = Vec::new();
        for it in others {
            targets.push((it.at, written_target(&it.target, &values)));
            if let Some(thing) = things.get_mut(it.at) {
                *thing = written_thing(&it.like, &values);
            }
        }
        Recorded { action: with_others(&step.action, &targets), things }
    }
}

/// What the one thing is like that a target means; `None` where the page does not show which it is.
fn told(page: &Outline, target: &Target) -> Option<Likeness> {
    let by_locator = || {
        let is = |it: &Element| match &target.locator {
            Locator::Role { role, name: Some(name) } => it.role == *role && it.name == name.raw(),
            Locator::Label(text) => {
                it.usable && it.labels.first().is_some_and(|it| it == text.raw())
            }
            Locator::TestId(id) => it.test_id == id.raw(),
            Locator::Role { name: None, .. } | Locator::Text(_) | Locator::Css(_) => false,
        };
        let mut all = (0..page.elements.len()).filter(|it| is(&page.elements[*it]));
        let is_plain = target.within.is_none() && target.nth.is_none();
        all.next().filter(|_| is_plain && all.next().is_none()).map(|at| Likeness::of(page, at))
    };
    likeness(page, target).or_else(by_locator)
}

/// An action with some of its things replaced, by their numbers.
fn with_others(action: &Action, others: &[(usize, Target)]) -> Action {
    let mut at = 0;
    let replaced = action.with_targets(&mut |was| {
        let other = others.iter().find(|it| it.0 == at).map(|it| it.1.clone());
        at += 1;
        Some(other.unwrap_or_else(|| was.clone()))
    });
    replaced.unwrap_or_else(|| action.clone())
}

fn written_thing(thing: &Likeness, values: &[(String, String)]) -> Likeness {
    match thing.map(&as_written(values)) {
        Ok(thing) => thing,
        Err(never) => match never {},
    }
}

fn written_target(target: &Target, values: &[(String, String)]) -> Target {
    let text = as_written(values);
    match target.map(&|it: &Template| text(it.raw()).map(Template::new)) {
        Ok(target) => target,
        Err(never) => match never {},
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_told_by_its_test_id_its_label_or_its_name_where_that_is_one_thing() {
        let element = |id: &str, label: &str| Element {
            role: "textbox".to_owned(),
            name: label.to_owned(),
            labels: vec![label.to_owned()],
            test_id: id.to_owned(),
            usable: true,
            ..Element::default()
        };
        let elements = vec![element("a", "Street"), element("b", "Town"), element("c", "Town")];
        let page = Outline { elements, ..Outline::default() };
        let id = |locator: Locator| told(&page, &Target::plain(locator)).map(|it| it.test_id);
        let named = |name: &str| {
            let name = Some(name.into());
            Locator::Role { role: "textbox".to_owned(), name }
        };
        assert_eq!(id(Locator::TestId("b".into())).as_deref(), Some("b"));
        assert_eq!(id(Locator::Label("Street".into())).as_deref(), Some("a"));
        assert_eq!(id(named("Street")).as_deref(), Some("a"));
        assert_eq!(id(named("Town")), None, "two are called so");
        assert_eq!(id(Locator::Css("input".into())), None);
    }
}
