//! [`TerminalSurface`]: programs on a terminal, used as a person does: look, type, press keys.
//!
//! One an attempt, with one program at a time. `program` runs it and says when its screen is
//! stable, `keys` knows what a terminal sends, `recording` keeps what happened, `check` holds the
//! screen to what a step expects. What a screen is, is the business of `screen`.
//!
//! The files:
//! - `program.rs`: one program: what it shows, and when its screen is stable.
//! - `keys.rs`: key names as the bytes that a terminal sends.
//! - `check.rs`: what must hold of a screen.
//! - `recording.rs`: what happened on a terminal, within bounds and without secrets.

mod check;
mod keys;
mod program;
mod recording;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::time::Duration;

use crate::model::event::Failure;
use crate::model::observe::Extra;
use crate::model::terminal::{StartProgram, TerminalAction};
use crate::model::{Facet, FacetContent, FacetKind, Observation, Outcome};
use crate::process::{
    self, Confinement, Cookie, Environment, Exit, Mark, ProcessError, PtySpec, StoppedBy,
};
use crate::screen::{Size, cast, facet_text};

use super::command::{argv, folder_in};
use super::{Done, SurfaceError};
use program::{Awaited, Program};

/// For how long a program that is asked to end may take, where the step does not say.
const GRACE: Duration = Duration::from_secs(5);

/// What a terminal surface is given.
#[derive(Clone)]
pub struct TerminalSetup {
    /// The attempt's working folder, absolute.
    pub work: PathBuf,
    /// The environment of every program, complete but for what a step adds.
    pub environment: Environment,
    /// For how long something is waited for where the step does not say.
    pub timeout: Duration,
    /// Values that must not be in any recording or screen.
    pub secrets: Vec<String>,
    /// The walls around every program; `None` leaves them what we may do ourselves.
    pub confinement: Option<Confinement>,
}

/// What the scenario says of the end of the program after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndOf {
    /// The next step of the terminal judges it: `stop: { exit: … }`, or a snapshot.
    JudgedNext,
    /// Nothing: a program that fails fails the step.
    NotJudged,
}

/// A step of a terminal that was carried out, or could not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TerminalDone {
    /// Whether all held.
    pub done: Done,
    /// The command line as a person would type it.
    pub place: String,
    /// For a snapshot its facets; for a failure, what the screen showed.
    pub observation: Option<Observation>,
    /// Of a program that the step ended.
    pub recording: Option<Recording>,
}

/// The recording of a program, from its start to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// The index of the step that started the program.
    pub step: u32,
    /// The command line.
    pub place: String,
    /// The asciicast.
    pub material: Extra,
}

/// A step, as far as a terminal must know it.
#[derive(Debug, Clone, Copy)]
pub struct TerminalStep<'a> {
    /// Its index in the scenario.
    pub index: u32,
    /// How a person would say it.
    pub text: &'a str,
    /// What is to be done, filled.
    pub action: &'a TerminalAction,
    /// What the scenario says of the program's end.
    pub end: EndOf,
}

/// The terminal of one attempt.
pub struct TerminalSurface {
    setup: TerminalSetup,
    tree: Cookie,
    /// When the first program was started; `None` while nothing can be running.
    begun: Option<Mark>,
    running: Option<Running>,
}

/// A program that was started, whether or not it still runs.
struct Running {
    program: Program,
    place: String,
    step: u32,
    /// Whether its recording was given away: it was ended, or its end judged.
    stopped: bool,
}

impl TerminalSurface {
    /// A surface over this working folder; nothing is started.
    #[must_use]
    pub fn new(setup: TerminalSetup) -> Self {
        Self { setup, tree: Cookie::new(), begun: None, running: None }
    }

    /// The command line of the program, for a step that was not finished.
    #[must_use]
    pub fn place(&self) -> &str {
        self.running.as_ref().map_or("", |running| &running.place)
    }

    /// Carries a step out.
    ///
    /// # Errors
    /// Where this machine fails. A program that is missing or does not do as expected is an answer.
    pub async fn act(&mut self, step: TerminalStep<'_>) -> Result<TerminalDone, SurfaceError> {
        if let TerminalAction::Start(start) = step.action {
            return self.start(step, start).await;
        }
        let Some(running) = &mut self.running else {
            let done = Done::Failed(nothing_runs());
            return Ok(TerminalDone {
                done,
                place: String::new(),
                observation: None,
                recording: None,
            });
        };
        running.program.mark(step.text);
        let secrets = &self.setup.secrets;
        let mut observation = None;
        let mut recording = None;
        let limit = |within: Option<u64>, usual| within.map_or(usual, Duration::from_millis);
        let answer = match step.action {
            TerminalAction::Start(_) => Ok(()),
            TerminalAction::Type(text) => {
                running.enter(text.raw(), secrets, self.setup.timeout).await
            }
            TerminalAction::Keys(keys) => running.press(keys, self.setup.timeout).await,
            TerminalAction::WaitScreen { tests, within_ms } => {
                running.wait(tests, limit(*within_ms, self.setup.timeout)).await
            }
            TerminalAction::Resize { columns, rows } => {
                running.resize(Size { columns: *columns, rows: *rows }).await
            }
            TerminalAction::Stop { exit: None, within_ms } => {
                running.stop(limit(*within_ms, GRACE)).await
            }
            TerminalAction::Stop { exit: Some(code), within_ms } => {
                running.expect_end(*code, limit(*within_ms, self.setup.timeout)).await
            }
            TerminalAction::Snapshot(_) => {
                running.program.rest().await;
                observation = Some(running.observation(secrets));
                Ok(())
            }
        };
        let answer = answer.and_then(|()| running.no_crash(step));
        if let TerminalAction::Stop { .. } = step.action
            && !std::mem::replace(&mut running.stopped, true)
        {
            recording = Some(running.recording(secrets));
        }
        let done = match answer {
            Ok(()) => Done::Passed(Vec::new()),
            Err(failure) => {
                observation.get_or_insert_with(|| running.observation(secrets));
                Done::Failed(failure)
            }
        };
        Ok(TerminalDone { done, place: running.place.clone(), observation, recording })
    }

    /// Ends a program that still runs; answers with the recording that nobody has yet.
    pub async fn close(&mut self) -> Option<Recording> {
        let mut recording = None;
        if let Some(mut running) = self.running.take() {
            if running.program.exit().is_none() {
                running.program.mark("ended by the harness: the attempt was over");
            }
            running.program.stop(GRACE).await;
            if !running.stopped {
                recording = Some(running.recording(&self.setup.secrets));
            }
        }
        if let Some(mark) = self.begun.take() {
            process::end_stragglers_since(&self.tree, mark).await;
        }
        recording
    }

    async fn start(
        &mut self,
        step: TerminalStep<'_>,
        start: &StartProgram,
    ) -> Result<TerminalDone, SurfaceError> {
        let place = start.command.display();
        let refused = |expected: String, actual: String| TerminalDone {
            done: Done::Failed(failure(expected, actual)),
            place: place.clone(),
            observation: None,
            recording: None,
        };
        let mut recording = None;
        if let Some(running) = &mut self.running {
            if running.program.exit().is_none() {
                let what = format!("{} still runs on it; end it with `stop`", running.place);
                return Ok(refused("a free terminal".to_owned(), what));
            }
            if !running.stopped {
                recording = Some(running.recording(&self.setup.secrets));
            }
            running.program.stop(GRACE).await;
        }
        self.running = None;
        let cwd = match folder_in(&self.setup.work, start.cwd.as_ref()) {
            Ok(cwd) => cwd,
            Err(failure) => return Ok(refused(failure.expected, failure.actual)),
        };
        let (program, args) = match argv(&start.command) {
            Ok(argv) => argv,
            Err(actual) => return Ok(refused("a command".to_owned(), actual)),
        };
        let name = program.clone();
        let spec = PtySpec {
            program,
            args,
            cwd,
            env: self.environment(start),
            size: (start.columns, start.rows),
            tree: self.tree.clone(),
            confinement: self.setup.confinement.clone(),
        };
        self.begun.get_or_insert_with(Mark::now);
        let program = match Program::start(&spec, &place) {
            Ok(program) => program,
            Err(problem @ (ProcessError::NotFound { .. } | ProcessError::NotExecutable { .. })) => {
                return Ok(refused(format!("a program {name:?}"), problem.to_string()));
            }
            Err(ProcessError::Io { what, source }) => {
                return Err(SurfaceError::Io { what, source });
            }
        };
        let mut running = Running { program, place, step: step.index, stopped: false };
        running.program.mark(step.text);
        running.program.rest_first().await;
        let answer = running.no_crash(step);
        let observation = answer.is_err().then(|| running.observation(&self.setup.secrets));
        let done = answer.map_or_else(Done::Failed, |()| Done::Passed(Vec::new()));
        let place = running.place.clone();
        self.running = Some(running);
        Ok(TerminalDone { done, place, observation, recording })
    }

    /// The environment of a program: as a command's, on a terminal that is the same everywhere.
    ///
    /// `COLUMNS` and `LINES` are left out: programs would believe them also after a resize.
    fn environment(&self, start: &StartProgram) -> Vec<(String, String)> {
        let added = start.env.iter().map(|(name, value)| (name.clone(), value.raw().to_owned()));
        let environment = self
            .setup
            .environment
            .clone()
            .with("TERM", "xterm-256color")
            .with("COLORTERM", "truecolor")
            // How long ncurses waits whether Escape begins a longer key, in milliseconds.
            .with("ESCDELAY", "25")
            .with_all(added);
        let mut variables = environment.to_vec();
        let step_says = |name: &str| start.env.contains_key(name);
        variables
            .retain(|(name, _)| !matches!(name.as_str(), "COLUMNS" | "LINES") || step_says(name));
        variables
    }
}

impl Drop for TerminalSurface {
    fn drop(&mut self) {
        self.running = None;
        if self.begun.is_some() {
            process::kill_stragglers(&self.tree);
        }
    }
}

impl Running {
    /// Types text; an end of line is Enter.
    async fn enter(
        &mut self,
        text: &str,
        secrets: &[String],
        limit: Duration,
    ) -> Result<(), Failure> {
        self.alive("a program to type to")?;
        let secret = secrets.iter().any(|secret| !secret.is_empty() && text.contains(secret));
        if secret {
            self.program.veil();
        }
        let typed = text.replace("\r\n", "\r").replace('\n', "\r");
        let mut taken = true;
        for line in typed.split_inclusive('\r') {
            taken = taken && self.program.send(line.as_bytes().to_vec(), limit).await;
            self.program.rest().await;
        }
        if secret {
            self.program.unveil(secrets);
        }
        if taken || self.program.exit().is_some() { Ok(()) } else { Err(self.deaf(limit)) }
    }

    /// Presses keys, each once the program is done with the one before.
    async fn press(&mut self, keys: &[String], limit: Duration) -> Result<(), Failure> {
        for name in keys {
            self.alive(&format!("a program to press {name} in"))?;
            let bytes = keys::bytes(name, self.program.key_modes())
                .map_err(|problem| failure(format!("a key {name:?}"), problem))?;
            let taken = self.program.send(bytes, limit).await;
            self.program.rest().await;
            if !taken && self.program.exit().is_none() {
                return Err(self.deaf(limit));
            }
        }
        Ok(())
    }

    async fn resize(&mut self, size: Size) -> Result<(), Failure> {
        self.alive("a program whose terminal gets another size")?;
        self.program.resize(size).await;
        self.program.rest().await;
        Ok(())
    }

    /// Asks the program to end, as by closing its terminal.
    async fn stop(&mut self, grace: Duration) -> Result<(), Failure> {
        if let Some(exit) = self.program.exit() {
            let expected = "a program that still runs, or has ended well".to_owned();
            return match exit {
                Exit::Code(0) => Ok(()),
                Exit::Code(_) | Exit::Signal(_) => Err(failure(expected, self.ended_with(exit))),
            };
        }
        match self.program.stop(grace).await.by {
            StoppedBy::Itself | StoppedBy::Hangup | StoppedBy::Terminate => Ok(()),
            StoppedBy::Kill => Err(Failure {
                outcome: Outcome::TimedOut,
                expected: format!("to end within {grace:?} when its terminal is closed"),
                actual: format!(
                    "still running after SIGHUP and SIGTERM, and was killed\n{}",
                    self.last_words()
                ),
            }),
        }
    }

    /// Waits for the end of the program by itself.
    async fn expect_end(&mut self, code: i32, limit: Duration) -> Result<(), Failure> {
        let Some(exit) = self.program.ended(limit).await else {
            self.program.mark("ended by the harness: it did not end by itself");
            let actual = format!("still running then, and was ended\n{}", self.last_words());
            self.program.stop(GRACE).await;
            return Err(Failure {
                outcome: Outcome::TimedOut,
                expected: format!("to end by itself within {limit:?} with exit {code}"),
                actual,
            });
        };
        if exit == Exit::Code(code) {
            return Ok(());
        }
        Err(failure(format!("exit {code}"), format!("{exit}\n{}", self.last_words())))
    }

    async fn wait(
        &mut self,
        tests: &[crate::model::scenario::TextTest],
        limit: Duration,
    ) -> Result<(), Failure> {
        let tests = check::Tests::new(tests)?;
        let awaited = self.program.wait(limit, |still| tests.hold(still)).await;
        let how = match awaited {
            Awaited::Holds => return Ok(()),
            Awaited::Late => format!("not within {limit:?}"),
            Awaited::Ended(exit) => format!("it ended by itself with {exit} before"),
        };
        let still = self.program.still();
        Err(failure(tests.expected(&still), format!("{how}\n{}", check::shown(&still))))
    }

    /// That the program still runs.
    fn alive(&self, expected: &str) -> Result<(), Failure> {
        match self.program.exit() {
            None => Ok(()),
            Some(exit) => Err(failure(expected.to_owned(), self.ended_with(exit))),
        }
    }

    /// That the program did not crash in this step, where nothing later would say so.
    fn no_crash(&self, step: TerminalStep<'_>) -> Result<(), Failure> {
        let judged = match step.action {
            TerminalAction::Stop { .. } | TerminalAction::Snapshot(_) => true,
            TerminalAction::Start(_)
            | TerminalAction::Type(_)
            | TerminalAction::Keys(_)
            | TerminalAction::WaitScreen { .. }
            | TerminalAction::Resize { .. } => step.end == EndOf::JudgedNext,
        };
        match self.program.exit() {
            Some(exit) if !judged && exit != Exit::Code(0) => Err(failure(
                format!("{} running, or ended with exit 0", self.place),
                self.ended_with(exit),
            )),
            Some(_) | None => Ok(()),
        }
    }

    fn ended_with(&self, exit: Exit) -> String {
        format!("it ended by itself with {exit}\n{}", self.last_words())
    }

    fn last_words(&self) -> String {
        check::shown(&self.program.still())
    }

    fn deaf(&self, limit: Duration) -> Failure {
        Failure {
            outcome: Outcome::TimedOut,
            expected: format!("{} to read what is typed", self.place),
            actual: format!("nothing was read for {limit:?}\n{}", self.last_words()),
        }
    }

    /// The screen, and how the program ended if it has.
    fn observation(&self, secrets: &[String]) -> Observation {
        let text = |kind, text| Facet { kind, content: FacetContent::Text(text) };
        let screen = facet_text(&self.program.still().hiding(secrets));
        let mut facets = vec![text(FacetKind::Screen, screen)];
        facets.extend(self.program.exit().map(|exit| {
            let how = match exit {
                Exit::Code(code) => format!("exit: {code}\n"),
                Exit::Signal(signal) => format!("signal: {signal}\n"),
            };
            text(FacetKind::Exit, how)
        }));
        Observation { place: self.place.clone(), facets, extras: Vec::new() }
    }

    fn recording(&self, secrets: &[String]) -> Recording {
        Recording {
            step: self.step,
            place: self.place.clone(),
            material: Extra {
                kind: cast::KIND.to_owned(),
                media: cast::MEDIA.to_owned(),
                bytes: self.program.cast(secrets).to_bytes(),
            },
        }
    }
}

fn failure(expected: impl Into<String>, actual: impl Into<String>) -> Failure {
    Failure { outcome: Outcome::Failed, expected: expected.into(), actual: actual.into() }
}

fn nothing_runs() -> Failure {
    failure(
        "a program on the terminal",
        "none was started in this attempt; begin with `start: COMMAND`",
    )
}
