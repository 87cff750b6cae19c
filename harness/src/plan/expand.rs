//! Expanding steps: skills are replaced by their steps, `for-each` by those of its rows, every
//! step gets its number, and what goes to a terminal is told from what goes to a page.

use indexmap::IndexMap;

use super::PlanError;
use crate::model::control::{ForEach, Repeat, When};
use crate::model::scenario::Action;
use crate::model::suite::{Skill, Suite};
use crate::model::terminal::TerminalAction;
use crate::model::{Snapshot, Step, Surface, Template};

/// Skills nest at most this deep; `spec` refuses cycles.
const DEEPEST: usize = 64;

/// What is handed down from a step to those that it is replaced by.
#[derive(Clone, Default)]
struct Around {
    via: Vec<String>,
    actor: Option<String>,
    product: Option<String>,
    /// The keys of the `for-each` rows around, which name checkpoints.
    rows: Vec<String>,
}

/// The steps with skills and rows expanded.
pub(super) fn steps(suite: &Suite, steps: &[Step]) -> Result<Vec<Step>, PlanError> {
    let mut expanded = Vec::new();
    expand(suite, steps, &Around::default(), &mut expanded)?;
    Ok(expanded)
}

fn expand(
    suite: &Suite,
    steps: &[Step],
    around: &Around,
    into: &mut Vec<Step>,
) -> Result<(), PlanError> {
    for step in steps {
        let here = Around {
            actor: step.actor.clone().or_else(|| around.actor.clone()),
            product: step.product.clone().or_else(|| around.product.clone()),
            ..around.clone()
        };
        let inner = |steps: &[Step]| {
            let mut inner = Vec::new();
            expand(suite, steps, &here, &mut inner).map(|()| inner)
        };
        let action = match &step.action {
            Action::Use { skill, with } => {
                call(suite, step, skill, with, &here, into)?;
                continue;
            }
            Action::ForEach(it) => {
                rows(suite, it, &here, into)?;
                continue;
            }
            Action::When(it) => Action::When(Box::new(When {
                condition: it.condition.clone(),
                steps: inner(&it.steps)?,
                otherwise: inner(&it.otherwise)?,
            })),
            Action::Repeat(it) => Action::Repeat(Box::new(Repeat {
                times: it.times,
                until: it.until.clone(),
                steps: inner(&it.steps)?,
            })),
            other => named_after(other.clone(), &here.rows),
        };
        let Around { via, actor, product, .. } = here;
        into.push(Step { text: action.describe(), action, via, actor, product, ..step.clone() });
    }
    Ok(())
}

fn call(
    suite: &Suite,
    step: &Step,
    name: &str,
    with: &IndexMap<String, Template>,
    around: &Around,
    into: &mut Vec<Step>,
) -> Result<(), PlanError> {
    let skill = suite.skills.get(name).filter(|_| around.via.len() < DEEPEST).ok_or_else(|| {
        PlanError::Skill { file: step.file.clone(), line: step.line, skill: name.to_owned() }
    })?;
    let values = inputs(skill, with);
    let inner: Vec<Step> =
        skill.steps.iter().chain(&skill.ensures).map(|it| it.substituted(&values)).collect();
    let mut inside = around.clone();
    inside.via.push(name.to_owned());
    expand(suite, &inner, &inside, into)
}

fn rows(
    suite: &Suite,
    rows: &ForEach,
    around: &Around,
    into: &mut Vec<Step>,
) -> Result<(), PlanError> {
    for (key, values) in &rows.rows {
        let inner: Vec<Step> = rows.steps.iter().map(|it| it.substituted(values)).collect();
        let mut inside = around.clone();
        inside.rows.push(key.clone());
        expand(suite, &inner, &inside, into)?;
    }
    Ok(())
}

/// The action with its checkpoint named after the rows that it belongs to.
fn named_after(mut action: Action, rows: &[String]) -> Action {
    if rows.is_empty() {
        return action;
    }
    let rename = |it: &mut Snapshot| it.name = format!("{}-{}", it.name, rows.join("-"));
    match &mut action {
        Action::Snapshot(it) => rename(it),
        Action::Run(run) => run.snapshot.iter_mut().for_each(rename),
        Action::File(file) => file.snapshot.iter_mut().for_each(rename),
        Action::Mail(mail) => mail.snapshot.iter_mut().for_each(rename),
        _ => {}
    }
    action
}

/// The value of every input: what the caller gives, or the default.
fn inputs(skill: &Skill, with: &IndexMap<String, Template>) -> IndexMap<String, Template> {
    skill
        .inputs
        .iter()
        .filter_map(|(name, input)| {
            let value = with.get(name).or(input.default.as_ref())?;
            Some((name.clone(), value.clone()))
        })
        .collect()
}

/// Numbers the steps and those inside of them after `last`; the last number given.
pub(super) fn number(steps: &mut [Step], mut last: u32) -> u32 {
    for step in steps {
        last += 1;
        step.index = last;
        match &mut step.action {
            Action::When(it) => {
                last = number(&mut it.steps, last);
                last = number(&mut it.otherwise, last);
            }
            Action::Repeat(it) => last = number(&mut it.steps, last),
            _ => {}
        }
    }
    last
}

/// `type` and `snapshot` go where the person looks: to the terminal from `start` to `stop`, unless
/// a page was used since.
pub(super) fn give_to_terminal(steps: &mut [Step]) {
    let mut watching = false;
    walk(steps, &mut watching);
}

fn walk(steps: &mut [Step], watching: &mut bool) {
    for step in steps {
        let given = match &step.action {
            Action::Type { text, into: None } if *watching => {
                Some(TerminalAction::Type(text.clone()))
            }
            Action::Snapshot(snapshot) if *watching => {
                Some(TerminalAction::Snapshot(snapshot.clone()))
            }
            _ => None,
        };
        if let Some(action) = given {
            step.action = Action::Terminal(Box::new(action));
        }
        match &mut step.action {
            Action::When(it) => {
                walk(&mut it.steps, watching);
                walk(&mut it.otherwise, watching);
            }
            Action::Repeat(it) => walk(&mut it.steps, watching),
            action => match action.surface() {
                Some(Surface::Terminal) => *watching = true,
                Some(Surface::Browser) => *watching = false,
                Some(Surface::Command) | None => {}
            },
        }
    }
}
