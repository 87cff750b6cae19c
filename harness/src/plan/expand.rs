//! Expanding steps: skills are replaced by their steps, `for-each` by those of its rows, every
//! step gets its number, and what goes to a terminal is told from what goes to a page.

use std::cell::Cell;
use std::rc::Rc;

use indexmap::IndexMap;

use super::PlanError;
use crate::model::action::{ForEach, Goal, Repeat, When};
use crate::model::bounds::Bounds;
use crate::model::scenario::Action;
use crate::model::suite::{Skill, Suite};
use crate::model::terminal::TerminalAction;
use crate::model::{Snapshot, Step, Surface, Template};

/// Skills nest at most this deep; `spec` refuses cycles.
const DEEPEST: usize = 64;

/// A scenario has at most so many steps. Skills that call each other twice, and those again,
/// would otherwise expand for longer than any night.
const MOST_STEPS: usize = 20_000;

/// What is handed down from a step to those that it is replaced by.
#[derive(Clone, Default)]
struct Around {
    via: Vec<String>,
    actor: Option<String>,
    product: Option<String>,
    /// The keys of the `for-each` rows around, which name checkpoints.
    rows: Vec<String>,
    /// What may be proposed towards goals.
    bounds: Vec<Bounds>,
    /// How many steps there are already.
    count: Rc<Cell<usize>>,
}

/// The steps with skills and rows expanded.
pub(super) fn steps(
    suite: &Suite,
    policy: Option<&Bounds>,
    steps: &[Step],
) -> Result<Vec<Step>, PlanError> {
    let mut expanded = Vec::new();
    let bounds = suite.config.policy.iter().chain(policy).cloned().collect();
    expand(suite, steps, &Around { bounds, ..Around::default() }, &mut expanded)?;
    Ok(expanded)
}

fn expand(
    suite: &Suite,
    steps: &[Step],
    around: &Around,
    into: &mut Vec<Step>,
) -> Result<(), PlanError> {
    for step in steps {
        around.count.set(around.count.get() + 1);
        if around.count.get() > MOST_STEPS {
            let (file, line) = (step.file.clone(), step.line);
            return Err(PlanError::TooLong { file, line, most: MOST_STEPS });
        }
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
            Action::Do(it) => {
                let bounds = here.bounds.clone();
                Action::Do(Box::new(Goal { until: inner(&it.until)?, bounds, ..Goal::clone(it) }))
            }
            Action::When(it) => Action::When(Box::new(When {
                condition: it.condition.clone(),
                steps: inner(&it.steps)?,
                otherwise: inner(&it.otherwise)?,
            })),
            Action::Repeat(it) => Action::Repeat(Box::new(Repeat {
                times: it.times,
                over: it.over.clone(),
                until: it.until.clone(),
                steps: inner(&it.steps)?,
            })),
            other => with_profile(suite, named_after(other.clone(), &here.rows)),
        };
        let Around { via, actor, product, .. } = here;
        into.push(Step { text: action.describe(), action, via, actor, product, ..step.clone() });
    }
    Ok(())
}

/// Says what the profile of a checkpoint takes, and gives it the suite's where it names none.
fn with_profile(suite: &Suite, mut action: Action) -> Action {
    if let Action::Snapshot(snapshot) = &mut action
        && snapshot.facets.is_none()
    {
        if snapshot.profile.is_none() {
            snapshot.profile.clone_from(&suite.config.facets);
        }
        if let Some(profile) = &mut snapshot.profile
            && let Some(own) = suite.config.profiles.get(&profile.name)
        {
            profile.facets.clone_from(own);
        }
    }
    action
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
    inside.bounds.extend(skill.policy.clone());
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
            Action::Do(it) => last = number(&mut it.until, last),
            _ => {}
        }
    }
    last
}

/// Where a person looks who types, or takes a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Gaze {
    /// At the terminal.
    terminal: bool,
    /// A page was used, so that there is one to look at once the program is stopped.
    page: bool,
}

/// `type` and `snapshot` go where the person looks: to the terminal from `start` to `stop`, unless
/// a page was used since. After `stop` a person looks at the page again, or where there never was
/// one, still at the terminal. Steps in `finally` come after all others.
pub(super) fn give_to_terminal(steps: &mut [Step], finally: &mut [Step]) {
    let gaze = walk(steps, Gaze::default());
    walk(finally, gaze);
}

fn walk(steps: &mut [Step], mut gaze: Gaze) -> Gaze {
    for step in steps {
        let given = match &step.action {
            Action::Type { text, into: None } if gaze.terminal => {
                Some(TerminalAction::Type(text.clone()))
            }
            Action::Snapshot(snapshot) if gaze.terminal => {
                Some(TerminalAction::Snapshot(snapshot.clone()))
            }
            _ => None,
        };
        if let Some(action) = given {
            step.action = Action::Terminal(Box::new(action));
        }
        gaze = match &mut step.action {
            Action::When(it) => {
                // Which of the two is taken is not known: what both agree on is.
                let (one, other) = (walk(&mut it.steps, gaze), walk(&mut it.otherwise, gaze));
                Gaze { terminal: one.terminal && other.terminal, page: one.page || other.page }
            }
            Action::Repeat(it) => walk(&mut it.steps, gaze),
            Action::Do(it) => walk(&mut it.until, Gaze { terminal: false, page: true }),
            Action::Terminal(action) => match &**action {
                TerminalAction::Stop { .. } => Gaze { terminal: !gaze.page, ..gaze },
                TerminalAction::Start(_)
                | TerminalAction::Type(_)
                | TerminalAction::Keys(_)
                | TerminalAction::WaitScreen { .. }
                | TerminalAction::Resize { .. }
                | TerminalAction::Snapshot(_) => Gaze { terminal: true, ..gaze },
            },
            action => match action.surface() {
                Some(Surface::Browser) => Gaze { terminal: false, page: true },
                Some(Surface::Terminal | Surface::Command) | None => gaze,
            },
        };
    }
    gaze
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::scenario::{CommandLine, RunCommand};
    use crate::model::terminal::StartProgram;

    fn step(action: Action) -> Step {
        Step::new(0, "scenarios/x.yaml", 3, action)
    }

    fn of_terminal(action: TerminalAction) -> Step {
        step(Action::Terminal(Box::new(action)))
    }

    fn start() -> Step {
        of_terminal(TerminalAction::Start(StartProgram {
            command: CommandLine::Argv(vec!["ui".into()]),
            env: IndexMap::new(),
            cwd: None,
            columns: 80,
            rows: 24,
        }))
    }

    fn stop() -> Step {
        of_terminal(TerminalAction::Stop { exit: None, within_ms: None })
    }

    fn run() -> Step {
        step(Action::Run(Box::new(RunCommand {
            command: CommandLine::Argv(vec!["ls".into()]),
            stdin: None,
            env: IndexMap::new(),
            cwd: None,
            timeout_ms: None,
            exit: None,
            outputs: Vec::new(),
            capture: IndexMap::new(),
            snapshot: None,
        })))
    }

    fn open() -> Step {
        step(Action::Open("/".into()))
    }

    fn typed() -> Step {
        step(Action::Type { text: "x".into(), into: None })
    }

    fn snapshot() -> Step {
        step(Action::Snapshot(Snapshot { name: "s".to_owned(), ..Snapshot::default() }))
    }

    /// What each step acts upon, `t` for the terminal, `p` for a page, `c` for a command.
    fn given(mut steps: Vec<Step>, mut finally: Vec<Step>) -> String {
        give_to_terminal(&mut steps, &mut finally);
        let letter = |step: &Step| match step.action.surface() {
            Some(Surface::Terminal) => 't',
            Some(Surface::Browser) => 'p',
            Some(Surface::Command) => 'c',
            None => '-',
        };
        steps.iter().chain(&finally).map(letter).collect()
    }

    #[test]
    fn typing_and_snapshots_go_to_the_terminal_while_a_person_looks_at_it() {
        let cases = [
            (vec![typed(), snapshot()], "pp"),
            (vec![start(), typed(), snapshot()], "ttt"),
            (vec![start(), run(), typed()], "tct"),
            (vec![start(), open(), typed(), snapshot()], "tppp"),
            (vec![start(), open(), of_terminal(TerminalAction::Keys(vec![])), typed()], "tptt"),
            (vec![start(), stop(), snapshot()], "ttt"),
            (vec![open(), start(), stop(), snapshot(), typed()], "pttpp"),
            (vec![open(), start(), stop(), start(), typed()], "ptttt"),
        ];
        for (steps, expected) in cases {
            assert_eq!(given(steps, vec![]), expected);
        }
    }

    #[test]
    fn what_is_cleaned_up_comes_after_all_other_steps() {
        assert_eq!(given(vec![start()], vec![typed(), stop()]), "ttt");
        assert_eq!(given(vec![open()], vec![typed()]), "pp");
    }
}
