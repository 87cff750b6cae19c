//! [`AgentReport`]: what a language model took and said in a night, as far as the ledger has it: how
//! often it was asked, what that cost, which budgets ended, its opinions, and the ways among which one
//! is proposed. [`AgentView`] is the same for the page.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::shown::{count, duration, one_line};
use crate::model::budget::{Bound, Price, Spent, money};
use crate::model::pursuit::{KeptIn, Pursuit};
use crate::model::{Entry, Event, Outcome, Purpose, StepOutcome};

/// The most rows of one of its tables.
const MOST: usize = 60;

/// What a language model took and said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AgentReport {
    /// The models, by their names.
    pub models: Vec<String>,
    /// What all of them took.
    pub spent: Spent,
    /// How often there was no answer.
    pub failed: u32,
    /// How many answers of an earlier night stood for one that was not asked.
    #[serde(skip_serializing_if = "is_zero")]
    pub kept: u32,
    /// The currency of the money; `None` where no price is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// What each scenario took, in the order in which they asked first.
    pub scenarios: Vec<ScenarioSpent>,
    /// The budgets that ended a way.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ended: Vec<Told>,
    /// What was answered instead of an action: that it cannot be done, a question, a defect.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub said: Vec<Told>,
    /// What it thinks; it decides nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub opinions: Vec<OpinionReport>,
    /// The ways that were looked for where one of several is proposed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ways: Vec<WayReport>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// What one scenario took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScenarioSpent {
    /// Its id.
    pub scenario: String,
    /// What it took.
    pub spent: Spent,
}

/// A sentence about a step of a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The scenario.
    pub scenario: String,
    /// The step.
    pub step: u32,
    /// The sentence.
    pub text: String,
}

/// An opinion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpinionReport {
    /// The scenario.
    pub scenario: String,
    /// The step.
    pub step: u32,
    /// What should hold.
    pub statement: String,
    /// Whose opinion it is.
    pub model: String,
    /// `plausible`, `implausible` or `unsure`.
    pub opinion: String,
    /// Why.
    pub why: String,
}

/// A way to the goals of a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WayReport {
    /// The scenario.
    pub scenario: String,
    /// The attempt that found it.
    pub attempt: u32,
    /// How it ended, in words.
    pub ended: String,
    /// What was done.
    pub actions: Vec<String>,
    /// What it took of a model.
    pub spent: Spent,
    /// Whether it is the one that is proposed.
    pub proposed: bool,
    /// Pictures of where it led.
    pub evidence: Vec<String>,
}

/// What a model took and said; `None` of a night that asked none and had an opinion of none.
#[must_use]
pub fn agent(entries: &[Entry]) -> Option<AgentReport> {
    let mut all = AgentReport::default();
    let mut ways: BTreeMap<(&str, u32), WayReport> = BTreeMap::new();
    for entry in entries {
        match &entry.event {
            Event::AttemptStarted { scenario, attempt, purpose: Purpose::Trying, .. } => {
                let way = WayReport {
                    scenario: scenario.clone(),
                    attempt: *attempt,
                    ..WayReport::default()
                };
                ways.insert((scenario, *attempt), way);
            }
            Event::Goal { scenario, attempt, step, pursuit } => {
                let way = ways.get_mut(&(scenario.as_str(), *attempt));
                all.take((scenario, *step), pursuit, way);
            }
            Event::Step { scenario, attempt, step } => {
                let Some(way) = ways.get_mut(&(scenario.as_str(), *attempt)) else { continue };
                let pictures = step.evidence.iter().filter(|it| it.media.starts_with("image/"));
                way.evidence.extend(pictures.map(|it| it.path.clone()));
                if let StepOutcome::Failed(failure) = &step.outcome {
                    way.ended.clone_from(&failure.actual);
                }
            }
            Event::AttemptFinished { scenario, attempt, outcome, .. } => {
                let way = ways.get_mut(&(scenario.as_str(), *attempt));
                if let Some(way) = way.filter(|_| *outcome == Outcome::Completed) {
                    "reached".clone_into(&mut way.ended);
                }
            }
            _ => {}
        }
    }
    // One way alone is the only one: nothing was chosen.
    let chosen: Vec<String> =
        ways.values().filter(|it| it.proposed).map(|it| it.scenario.clone()).collect();
    all.ways = ways.into_values().filter(|it| chosen.contains(&it.scenario)).collect();
    (all.spent.asked > 0 || all.kept > 0 || !all.opinions.is_empty()).then_some(all)
}

impl AgentReport {
    fn take(&mut self, (scenario, step): (&str, u32), line: &Pursuit, way: Option<&mut WayReport>) {
        let told = |text: String| Told { scenario: scenario.to_owned(), step, text };
        match line {
            // That night has paid for it.
            Pursuit::Asked { model, kept: Some(KeptIn::Earlier), .. } => {
                self.kept += 1;
                self.meet(model);
            }
            Pursuit::Asked { .. } => self.ask(scenario, line, way),
            Pursuit::Proposed { action, .. } => {
                if let Some(way) = way {
                    way.actions.push(action.describe());
                }
            }
            Pursuit::Budget { of, bound, used, most } => {
                let said = |amount| {
                    bound.said(amount, self.currency.as_deref().unwrap_or(Price::CURRENCY))
                };
                let text = format!(
                    "the budget of the {} ended it: {} of {}",
                    of.word(),
                    said(*used),
                    said(*most)
                );
                self.ended.push(told(text));
            }
            Pursuit::Said { text, .. } => self.said.push(told(text.clone())),
            Pursuit::Opinion { model, statement, opinion, why } => {
                self.opinions.push(OpinionReport {
                    scenario: scenario.to_owned(),
                    step,
                    statement: statement.clone(),
                    model: model.clone(),
                    opinion: opinion.clone(),
                    why: why.clone(),
                });
            }
            Pursuit::Chosen { .. } => {
                if let Some(way) = way {
                    way.proposed = true;
                }
            }
            Pursuit::Decided { .. }
            | Pursuit::Question { .. }
            | Pursuit::Wrote { .. }
            | Pursuit::Offered { .. }
            | Pursuit::Done { .. }
            | Pursuit::Healed { .. }
            | Pursuit::Meant { .. }
            | Pursuit::Left { .. }
            | Pursuit::Ended { .. } => {}
        }
    }

    fn ask(&mut self, scenario: &str, line: &Pursuit, way: Option<&mut WayReport>) {
        let Pursuit::Asked {
            model,
            failed,
            tokens_in,
            tokens_out,
            estimated,
            cost,
            duration_ms,
            ..
        } = line
        else {
            return;
        };
        let spent = Spent {
            asked: 1,
            actions: 0,
            time_ms: *duration_ms,
            tokens_in: *tokens_in,
            tokens_out: *tokens_out,
            estimated: *estimated,
            money: cost.as_ref().map_or(0, |it| it.millionths),
        };
        self.failed += u32::from(failed.is_some());
        if let Some(cost) = cost {
            self.currency = Some(cost.currency.clone());
        }
        self.meet(model);
        self.spend(scenario, spent);
        if let Some(way) = way {
            way.spent.add(spent);
        }
    }

    fn meet(&mut self, model: &str) {
        if !self.models.iter().any(|it| it == model) {
            self.models.push(model.to_owned());
        }
    }

    fn spend(&mut self, scenario: &str, spent: Spent) {
        self.spent.add(spent);
        match self.scenarios.iter_mut().find(|it| it.scenario == scenario) {
            Some(own) => own.spent.add(spent),
            None => self.scenarios.push(ScenarioSpent { scenario: scenario.to_owned(), spent }),
        }
    }

    /// What was taken, in a sentence.
    #[must_use]
    pub fn said(&self) -> String {
        let failed = match self.failed {
            0 => String::new(),
            times => format!(", {} without an answer", count(times as usize, "time")),
        };
        let kept = match self.kept {
            0 => String::new(),
            1 => ", and an answer of an earlier night was taken again".to_owned(),
            many => format!(", and {many} answers of an earlier night were taken again"),
        };
        format!("{}{failed}{kept}", self.took(self.spent))
    }

    fn took(&self, spent: Spent) -> String {
        let cost = self.currency.as_ref().map(|it| format!(", {}", money(spent.money, it)));
        format!(
            "asked {}: {} read and {} written{}{} in {}",
            count(spent.asked as usize, "time"),
            Bound::Tokens.said(spent.tokens_in, ""),
            spent.tokens_out,
            spent.said_estimated(),
            cost.unwrap_or_default(),
            duration(spent.time_ms)
        )
    }
}

/// What a model took and said, for the page.
#[derive(Debug, Serialize)]
pub(super) struct AgentView {
    /// How often it was asked, in a few words.
    pub count: String,
    about: String,
    scenarios: Vec<(String, String)>,
    ended: Vec<(String, String)>,
    said: Vec<(String, String)>,
    opinions: Vec<OpinionView>,
    ways: Vec<WayView>,
}

#[derive(Debug, Serialize)]
struct OpinionView {
    scenario: String,
    statement: String,
    model: String,
    opinion: String,
    why: String,
}

#[derive(Debug, Serialize)]
struct WayView {
    scenario: String,
    number: usize,
    ended: String,
    actions: Vec<String>,
    took: String,
    proposed: bool,
    picture: Option<String>,
}

impl AgentView {
    pub fn of(report: &AgentReport) -> Self {
        let told = |all: &[Told]| -> Vec<(String, String)> {
            let rows = all.iter().take(MOST);
            rows.map(|it| (one_line(&it.scenario, 160), one_line(&it.text, 400))).collect()
        };
        let models: Vec<String> = report.models.iter().map(|it| one_line(it, 80)).collect();
        let scenarios = report.scenarios.iter().take(MOST);
        Self {
            count: count(report.spent.asked as usize, "request"),
            about: format!("{} was {}.", models.join(", "), report.said()),
            scenarios: scenarios
                .map(|it| (one_line(&it.scenario, 160), report.took(it.spent)))
                .collect(),
            ended: told(&report.ended),
            said: told(&report.said),
            opinions: report.opinions.iter().take(MOST).map(OpinionView::of).collect(),
            ways: report.ways.iter().take(MOST).map(|it| WayView::of(it, report)).collect(),
        }
    }
}

impl OpinionView {
    fn of(it: &OpinionReport) -> Self {
        Self {
            scenario: one_line(&it.scenario, 160),
            statement: one_line(&it.statement, 200),
            model: one_line(&it.model, 80),
            opinion: one_line(&it.opinion, 20),
            why: one_line(&it.why, 300),
        }
    }
}

impl WayView {
    fn of(it: &WayReport, of: &AgentReport) -> Self {
        let same = of.ways.iter().filter(|other| other.scenario == it.scenario);
        Self {
            scenario: one_line(&it.scenario, 160),
            number: same.take_while(|other| other.attempt != it.attempt).count() + 1,
            ended: one_line(&it.ended, 300),
            actions: it.actions.iter().take(MOST).map(|it| one_line(it, 160)).collect(),
            took: of.took(it.spent),
            proposed: it.proposed,
            picture: it.evidence.first().map(|it| one_line(it, 200)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::budget::{BudgetOf, Cost};

    fn entries(events: Vec<Event>) -> Vec<Entry> {
        let at = "2026-11-21T01:00:00Z".parse().expect("an instant");
        let entry = |(seq, event)| Entry { seq: seq as u64, at, event };
        events.into_iter().enumerate().map(entry).collect()
    }

    fn goal(scenario: &str, attempt: u32, pursuit: Pursuit) -> Event {
        Event::Goal { scenario: scenario.to_owned(), attempt, step: 2, pursuit }
    }

    fn asked(tokens: u64) -> Pursuit {
        asked_kept(tokens, None)
    }

    fn asked_kept(tokens: u64, kept: Option<KeptIn>) -> Pursuit {
        Pursuit::Asked {
            number: 1,
            model: "small".to_owned(),
            request: String::new(),
            picture: None,
            answer: String::new(),
            failed: None,
            tries: 1,
            tokens_in: tokens,
            tokens_out: 10,
            estimated: 0,
            cost: Some(Cost { millionths: 1_000, currency: "EUR".to_owned() }),
            duration_ms: 500,
            kept,
        }
    }

    #[test]
    fn an_answer_of_an_earlier_night_costs_nothing_and_one_of_before_the_night_broke_off_does() {
        let of = |place| {
            let all = entries(vec![goal("a", 1, asked_kept(100, Some(place)))]);
            agent(&all).expect("it was answered")
        };
        let earlier = of(KeptIn::Earlier);
        assert_eq!((earlier.spent, earlier.kept), (Spent::default(), 1));
        assert_eq!(earlier.models, ["small"]);
        assert!(earlier.said().ends_with(", and an answer of an earlier night was taken again"));
        let tonight = of(KeptIn::Tonight);
        assert_eq!((tonight.spent.asked, tonight.spent.tokens(), tonight.kept), (1, 110, 0));
    }

    #[test]
    fn what_was_taken_is_summed_up_by_scenario_and_ended_budgets_are_told() {
        let over =
            Pursuit::Budget { of: BudgetOf::Night, bound: Bound::Tokens, used: 99, most: 90 };
        let all = entries(vec![
            goal("a", 1, asked(100)),
            goal("b", 1, asked(50)),
            goal("a", 2, asked(30)),
            goal("a", 2, over),
        ]);
        let report = agent(&all).expect("a model was asked");
        assert_eq!(
            report.said(),
            "asked 3 times: 180 tokens read and 30 written, 0.003 EUR in 1.5 s"
        );
        let of: Vec<_> =
            report.scenarios.iter().map(|it| (&*it.scenario, it.spent.asked)).collect();
        assert_eq!(of, [("a", 2), ("b", 1)]);
        assert_eq!(
            report.ended[0].text,
            "the budget of the night ended it: 99 tokens of 90 tokens"
        );
        assert_eq!(agent(&entries(Vec::new())), None, "no model, no section");
    }

    #[test]
    fn what_of_the_tokens_nobody_counted_is_said_to_be_estimated() {
        let said = |some: u64| {
            let mut line = asked(100);
            if let Pursuit::Asked { estimated, .. } = &mut line {
                *estimated = some;
            }
            agent(&entries(vec![goal("a", 1, line)])).expect("a model was asked").said()
        };
        let told = "asked 1 time: 100 tokens read and 10 written, 40 of them estimated, 0.001 EUR";
        assert!(said(40).starts_with(told), "{}", said(40));
        assert!(!said(0).contains("estimated"), "{}", said(0));
    }

    #[test]
    fn the_ways_that_were_not_taken_stand_beside_the_one_that_is_proposed() {
        let started = |attempt| Event::AttemptStarted {
            scenario: "a".to_owned(),
            attempt,
            known: Vec::new(),
            purpose: Purpose::Trying,
        };
        let ended = |attempt, outcome| Event::AttemptFinished {
            scenario: "a".to_owned(),
            attempt,
            outcome,
            detail: None,
            duration_ms: 1,
        };
        let mut events = vec![
            started(10_001),
            goal("a", 10_001, asked(1)),
            ended(10_001, Outcome::Completed),
            started(10_002),
            goal("a", 10_002, asked(1)),
            ended(10_002, Outcome::Blocked),
        ];
        assert_eq!(agent(&entries(events.clone())).map(|it| it.ways), Some(Vec::new()));
        events.push(goal("a", 10_001, Pursuit::Chosen { attempt: 10_001, actions: 1, of: 2 }));
        let ways = agent(&entries(events)).expect("asked").ways;
        let told: Vec<_> = ways.iter().map(|it| (it.attempt, it.proposed, &*it.ended)).collect();
        assert_eq!(told, [(10_001, true, "reached"), (10_002, false, "")]);
    }
}
