//! Reproduces what a model believes, without the model: as a written scenario that ends in a check,
//! three times from a clean state, and once on the build before where there is one.

use super::Desk;
use super::charter::{Followed, literal};
use super::proposed::Done;
use crate::agent::charters::{Belief, Charter, Check};
use crate::model::attempts::Attempts;
use crate::model::page::PageExpectation;
use crate::model::scenario::{Output, OutputExpectation, RunCommand, TextTest};
use crate::model::shift::Believed;
use crate::model::{Action, Entry, Outcome, Snapshot, StepOutcome, Suite, Template};
use crate::night::NightError;
use crate::process::Exit;
use crate::spec::{read_target, write_step};

/// How often it must show.
const TIMES: u32 = 3;
/// What our walls (125) and shells say of a program that was not run.
const NOT_RUN: [i32; 3] = [125, 126, 127];

/// Whether a belief was reproduced.
pub(super) enum Proven {
    /// It was, by these steps.
    Yes(Vec<Action>),
    /// It is only a remark, because.
    No(String),
}

/// How one run of a written scenario ended.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Run {
    /// Every step passed, the check too.
    Held,
    /// Every step passed but the check.
    CheckFailed(String),
    /// It did not come to the check.
    Lost(String),
}

/// Steps of which the last looks whether something holds.
struct Shown {
    steps: Vec<Action>,
    /// How the last command must end for its outputs to be looked at, as a failure says it.
    exit: Option<String>,
}

/// What the end of a way looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Looks {
    /// A page.
    AtAPage,
    /// What was used last.
    AtWhatWasUsed,
}

impl Desk<'_> {
    /// Runs what shows a belief.
    pub(super) async fn reproduce(
        &self,
        of: &Charter,
        followed: &Followed,
        told: &Belief,
        believed: &mut Believed,
    ) -> Result<Proven, NightError> {
        let shown = match self.showing(of, followed, told) {
            Ok(shown) => shown,
            Err(why) => return Ok(Proven::No(why)),
        };
        if let Some(action) = followed.actions.iter().find(|it| names_secret(it)) {
            return Ok(Proven::No(format!("a step needs a secret: {}", action.describe())));
        }
        if let Some(why) = not_run(&followed.actions) {
            return Ok(Proven::No(why));
        }
        if let Some(action) = unwritten(&shown.steps) {
            return Ok(Proven::No(format!("a step cannot be written: {}", action.describe())));
        }
        let number = self.shift.charters.len();
        let suite = self.without_model();
        let scenarios = (1..=TIMES)
            .map(|time| self.scenario(&format!("belief-{number}-{time}"), shown.steps.clone()));
        let name = format!("proof-{number:02}");
        let ran = self.small_night(&suite, scenarios.collect(), &name, None).await?;
        believed.nights.push(format!("nights/{name}"));
        let entries = ran.night.entries()?;
        let runs: Vec<Run> = (1..=TIMES)
            .map(|time| run(&entries, &format!("belief-{number}-{time}"), &shown))
            .collect();
        for it in &runs {
            if let Run::CheckFailed(actual) = it {
                believed.shown += 1;
                believed.actual = Some(actual.clone());
            }
        }
        if let Some(why) = not_reproduced(&runs, believed.shown) {
            return Ok(Proven::No(why));
        }
        self.on_build_before(&suite, shown, believed).await
    }

    /// The same on the build before: it must not show there.
    async fn on_build_before(
        &self,
        suite: &Suite,
        shown: Shown,
        believed: &mut Believed,
    ) -> Result<Proven, NightError> {
        let cites = believed.source.is_some();
        if self.before.is_empty() {
            return Ok(if cites {
                Proven::Yes(shown.steps)
            } else {
                Proven::No("it cites no rule that the documentation has".to_owned())
            });
        }
        let number = self.shift.charters.len();
        let id = format!("belief-{number}-before");
        let scenario = self.scenario(&id, shown.steps.clone());
        let name = format!("before-{number:02}");
        let ran = self.small_night(suite, vec![scenario], &name, Some(&self.before)).await?;
        believed.nights.push(format!("nights/{name}"));
        let builds: Vec<String> =
            self.before.iter().map(|(name, build)| format!("{name} {build}")).collect();
        let builds = builds.join(", ");
        Ok(match run(&ran.night.entries()?, &id, &shown) {
            Run::Held => {
                believed.before = Some(format!("{builds} does as expected"));
                Proven::Yes(shown.steps)
            }
            Run::CheckFailed(actual) => {
                believed.before = Some(format!("{builds}: {actual}"));
                Proven::No(format!("the build before, {builds}, does the same"))
            }
            Run::Lost(why) => {
                believed.before = Some(format!("{builds} could not be tried: {why}"));
                Proven::No(format!("the build before, {builds}, could not be tried: {why}"))
            }
        })
    }

    /// Proposes the way of a charter that was done, where it can be repeated without the model.
    pub(super) async fn keep_way(
        &mut self,
        of: &Charter,
        followed: &Followed,
    ) -> Result<(), NightError> {
        if followed.actions.iter().any(names_secret) || not_run(&followed.actions).is_some() {
            return Ok(());
        }
        let mut steps = self.way(of, followed, Looks::AtWhatWasUsed);
        let end = Snapshot { name: "end".to_owned(), ..Snapshot::default() };
        match steps.last_mut() {
            // The snapshot says how it must end.
            Some(Action::Run(run)) => (run.exit, run.snapshot) = (None, Some(end)),
            Some(_) | None => steps.push(Action::Snapshot(end)),
        }
        if unwritten(&steps).is_some() {
            return Ok(());
        }
        let shown = Shown { steps, exit: None };
        let number = self.shift.charters.len();
        let id = format!("way-{number}");
        let scenario = self.scenario(&id, shown.steps.clone());
        let name = format!("way-{number:02}");
        let ran = self.small_night(&self.without_model(), vec![scenario], &name, None).await?;
        if run(&ran.night.entries()?, &id, &shown) == Run::Held {
            let actor = self.ground.actor_of(&shown.steps);
            self.proposals.way(of, Done { actor, steps: &shown.steps })?;
        }
        Ok(())
    }

    /// The steps that show a belief: what was done, and at the end what must hold.
    fn showing(&self, of: &Charter, followed: &Followed, told: &Belief) -> Result<Shown, String> {
        if !told.check.is_of_a_command() {
            if !self.known.pages {
                return Err("what must hold is said of a page, and there is none".to_owned());
            }
            let mut steps = self.way(of, followed, Looks::AtAPage);
            steps.push(check(told)?);
            return Ok(Shown { steps, exit: None });
        }
        let mut steps = self.way(of, followed, Looks::AtWhatWasUsed);
        // What came behind the last command is not what it wrote.
        let last = steps.iter().rposition(|it| matches!(it, Action::Run(_)));
        steps.truncate(last.map_or(0, |it| it + 1));
        let Some(Action::Run(run)) = steps.last_mut() else {
            return Err("what must hold is said of a command, and none was run".to_owned());
        };
        let exit = expect(run, told)?;
        Ok(Shown { steps, exit })
    }

    /// Opens where the charter began, where a page is looked at, and does what was done.
    fn way(&self, of: &Charter, followed: &Followed, looks: Looks) -> Vec<Action> {
        let is_on_page = |it: &Action| !matches!(it, Action::Run(_));
        let opens = match looks {
            Looks::AtAPage => true,
            Looks::AtWhatWasUsed => followed.actions.iter().any(is_on_page),
        };
        let open = Action::Open(Template::new(literal(&of.start)));
        let open = Some(open).filter(|_| opens && self.known.pages);
        open.into_iter().chain(followed.actions.iter().cloned()).collect()
    }

    fn without_model(&self) -> Suite {
        let mut suite = self.ground.suite.clone();
        suite.config.agent = None;
        suite
    }
}

fn names_secret(action: &Action) -> bool {
    serde_json::to_string(action).is_ok_and(|it| it.contains("${secret:"))
}

/// The command that could not be run, in words: such an end says nothing of the product.
fn not_run(actions: &[Action]) -> Option<String> {
    actions.iter().find_map(|it| {
        let Action::Run(run) = it else { return None };
        let code = run.exit.filter(|it| NOT_RUN.contains(it))?;
        let line = run.command.display();
        Some(format!(
            "a command could not be run: `{line}` ended with exit {code}, as where its program is \
             missing or cannot be read within the walls"
        ))
    })
}

/// The first step that no scenario can have as it stands.
fn unwritten(steps: &[Action]) -> Option<&Action> {
    steps.iter().find(|it| write_step(it).is_none())
}

/// What must hold, as a step.
fn check(told: &Belief) -> Result<Action, String> {
    let text = literal(told.text.trim());
    if text.is_empty() {
        return Err("it says not what must hold".to_owned());
    }
    let thing = || {
        let role = told.role.as_deref().map(str::trim).filter(|it| !it.is_empty());
        let quoted = text.replace('"', "\\\"");
        let written = format!("{} \"{quoted}\"", role.unwrap_or("text"));
        read_target("a belief", &written).map_err(|complaints| {
            let why = complaints.first().map(|it| it.message.clone()).unwrap_or_default();
            format!("what must hold is no thing of a page: {why}")
        })
    };
    Ok(match told.check {
        Check::See => Action::See(vec![thing()?]),
        Check::SeeNot => Action::SeeNot(vec![thing()?]),
        Check::Title => Action::Expect(vec![PageExpectation::Title(Template::new(&text))]),
        Check::Url => Action::Expect(vec![PageExpectation::Url(Template::new(&text))]),
        Check::Prints | Check::PrintsNot | Check::Exit => {
            return Err("what must hold is said of a command and not of a page".to_owned());
        }
    })
}

/// Has a command expect what must hold; answers with how it must end where that is not what is looked
/// at, as a failure says it.
fn expect(run: &mut RunCommand, told: &Belief) -> Result<Option<String>, String> {
    let text = literal(told.text.trim());
    if text.is_empty() {
        return Err("it says not what must hold".to_owned());
    }
    let wanted = match told.check {
        Check::Prints => TextTest::Contains(Template::new(text)),
        Check::PrintsNot => TextTest::Lacks(Template::new(text)),
        Check::Exit => {
            let code = text.parse::<i32>().map_err(|_| format!("{text} is no exit code"))?;
            run.exit = Some(code);
            return Ok(None);
        }
        Check::See | Check::SeeNot | Check::Title | Check::Url => {
            return Err("what must hold is said of a page and not of a command".to_owned());
        }
    };
    run.outputs = vec![OutputExpectation { output: Output::Stdout, test: wanted }];
    Ok(Some(Exit::Code(run.exit.unwrap_or(0)).to_string()))
}

/// How a run of steps ended, the last of which is the check.
fn run(entries: &[Entry], scenario: &str, shown: &Shown) -> Run {
    let steps = shown.steps.len();
    let attempts = Attempts::of(entries);
    let Some(log) = attempts.scenario(scenario) else {
        return Run::Lost("it did not run".to_owned());
    };
    let Some(attempt) = log.attempts.values().next() else {
        let why = log.not_run.map_or("it did not run", |it| it.1);
        return Run::Lost(why.to_owned());
    };
    let failed = attempt.steps.iter().find_map(|step| match &step.outcome {
        StepOutcome::Passed => None,
        StepOutcome::Failed(failure) => Some((step.index as usize, failure)),
    });
    match failed {
        None if attempt.steps.len() == steps => Run::Held,
        None => Run::Lost("it did not come to its end".to_owned()),
        Some((index, failure))
            if index == steps
                && failure.outcome == Outcome::Failed
                && shown.exit.as_ref() != Some(&failure.expected) =>
        {
            Run::CheckFailed(failure.actual.clone())
        }
        Some((_, failure)) => Run::Lost(failure.actual.clone()),
    }
}

/// Why runs do not show a belief.
fn not_reproduced(runs: &[Run], shown: u32) -> Option<String> {
    if shown == TIMES {
        return None;
    }
    Some(match runs.iter().find(|it| !matches!(it, Run::CheckFailed(_))) {
        Some(Run::Lost(why)) => format!("its steps could not be repeated: {why}"),
        Some(Run::Held | Run::CheckFailed(_)) | None => {
            format!("it showed in {shown} of {TIMES} runs without the model")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn belief(check: Check, role: Option<&str>, text: &str) -> Belief {
        Belief {
            expected: "so".to_owned(),
            rule: "rule".to_owned(),
            check,
            role: role.map(str::to_owned),
            text: text.to_owned(),
        }
    }

    #[test]
    fn what_must_hold_is_a_check_of_a_page_or_nothing() {
        let said = |it: &Belief| super::check(it).map(|it| it.describe());
        let see = belief(Check::See, Some("heading"), "Thank you");
        assert_eq!(said(&see).as_deref(), Ok("see heading \"Thank you\""));
        let title = belief(Check::Title, None, "${secret:X}");
        assert!(said(&title).is_ok_and(|it| it.contains("$${secret:X}")), "no reference of ours");
        assert!(said(&belief(Check::See, Some("unicorn"), "x")).is_err());
        assert!(said(&belief(Check::See, None, " ")).is_err());
    }

    #[test]
    fn what_must_hold_of_a_command_is_expected_of_it_or_nothing_is() {
        let of = |check: Check, text: &str| {
            let mut run = RunCommand::of_words(vec!["shopctl".to_owned()]);
            run.exit = Some(3);
            expect(&mut run, &belief(check, None, text)).map(|exit| (run, exit))
        };
        let (run, exit) = of(Check::Prints, "12 ${rows}").expect("it can");
        let test = TextTest::Contains(Template::new("12 $${rows}"));
        assert_eq!(run.outputs, [OutputExpectation { output: Output::Stdout, test }]);
        assert_eq!((run.exit, exit.as_deref()), (Some(3), Some("exit 3")), "it ends as it ended");
        let (run, exit) = of(Check::Exit, " 0 ").expect("it can");
        assert_eq!((run.exit, exit), (Some(0), None));
        assert!(run.outputs.is_empty());
        assert!(of(Check::Exit, "well").is_err() && of(Check::Prints, "").is_err());
        assert!(of(Check::Title, "12").is_err());
    }

    #[test]
    fn a_command_that_could_not_be_run_shows_nothing_and_one_that_failed_does() {
        let ended = |exit: Option<i32>| {
            let run = RunCommand::of_words(vec!["shopctl".to_owned(), "orders".to_owned()]);
            not_run(&[Action::Back, Action::Run(Box::new(RunCommand { exit, ..run }))])
        };
        for code in NOT_RUN {
            let said = ended(Some(code)).expect("it was not run");
            assert!(said.contains(&format!("`shopctl orders` ended with exit {code}")), "{said}");
        }
        for code in [None, Some(1), Some(3)] {
            assert_eq!(ended(code), None, "{code:?}");
        }
    }

    #[test]
    fn each_check_of_a_page_can_be_written_and_a_step_that_cannot_is_told() {
        let checks = [Check::See, Check::SeeNot, Check::Title, Check::Url];
        let steps: Vec<Action> = checks
            .into_iter()
            .map(|it| super::check(&belief(it, Some("heading"), "/orders?page=2: ${x}")))
            .collect::<Result<_, _>>()
            .expect("each is a check");
        assert_eq!(unwritten(&steps), None);
        let named = Action::Tab(crate::model::gesture::Tab::Title("Invoice".into()));
        assert_eq!(unwritten(&[steps[0].clone(), named.clone()]), Some(&named));
    }

    #[test]
    fn a_belief_shows_each_time_or_is_a_remark() {
        let failed = || Run::CheckFailed("12".to_owned());
        assert_eq!(not_reproduced(&[failed(), failed(), failed()], 3), None);
        let twice = not_reproduced(&[failed(), Run::Held, failed()], 2);
        assert_eq!(twice.as_deref(), Some("it showed in 2 of 3 runs without the model"));
        let lost = not_reproduced(&[Run::Lost("no such button".to_owned()), failed(), failed()], 2);
        assert_eq!(lost.as_deref(), Some("its steps could not be repeated: no such button"));
    }
}
