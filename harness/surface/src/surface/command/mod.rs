//! [`CommandSurface`]: the product's commands, run as its users run them, in a folder of their own.
//!
//! One a attempt. `text` makes outputs comparable, `files` sees what became of the working folder,
//! `look` looks at one of its files, `check` holds all that to what the scenario expects. Processes
//! are the business of `process`.
//!
//! The files:
//! - `text.rs`: what a command wrote, as comparable text.
//! - `files.rs`: what became of the files in the working folder.
//! - `look.rs`: one file of the working folder, as a step looks at it.
//! - `check.rs`: what must hold of a command, and what is captured.

mod check;
mod files;
mod look;
#[cfg(test)]
mod tests;
mod text;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::model::artifact::FileStep;
use crate::model::event::Failure;
use crate::model::observe::Extra;
use crate::model::scenario::{CommandLine, RunCommand};
use crate::model::{Facet, FacetContent, FacetKind, Observation, Outcome, Template};
use crate::process::{
    self, Captured, CommandSpec, Confinement, Cookie, Ended, Finished, Leftovers, Mark,
    ProcessError,
};

pub use crate::process::Environment;

use super::files::FilePicture;
use super::veil::Veil;
use super::{Done, SurfaceError};
use check::Ending;
use files::{Changes, Tree};

/// For a person who wonders what became of a daemon.
const HELD_OPEN: &str = "The command ended, but something that it started held its outputs open, \
and was ended. To keep it running, start it with its outputs redirected.\n";

/// What a command surface is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandSetup {
    /// The attempt's working folder, absolute.
    pub work: PathBuf,
    /// The environment of every command, complete but for what a step adds.
    pub environment: Environment,
    /// The longest that a command may take where its step does not say.
    pub timeout: Duration,
    /// How many bytes of each output are kept.
    pub max_output: usize,
    /// What must not be seen in the pictures of documents.
    pub veil: Veil,
    /// The walls around every command; `None` leaves them what we may do ourselves.
    pub confinement: Option<Confinement>,
}

/// Runs the commands of one attempt.
///
/// What they leave running goes on between them, and ends with [`close`](Self::close) or drop.
#[derive(Debug)]
pub struct CommandSurface {
    setup: CommandSetup,
    tree: Cookie,
    /// When the first command began; `None` while nothing can be running.
    begun: Option<Mark>,
}

/// How a command went, and what was seen of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandDone {
    /// Whether all held, with what was captured.
    pub done: Done,
    /// The command line as a person would type it.
    pub place: String,
    /// The snapshot's facets, or where there is none exit, stdout and stderr; raw material beside.
    pub observation: Observation,
    /// The pictures among the files that it wrote; each is a checkpoint beside the snapshot.
    pub pictures: Vec<FilePicture>,
}

impl CommandSurface {
    /// A surface over this working folder; nothing is started.
    #[must_use]
    pub fn new(setup: CommandSetup) -> Self {
        Self { setup, tree: Cookie::new(), begun: None }
    }

    /// Runs a filled command.
    ///
    /// # Errors
    /// Where this machine fails. A command that is missing or fails is an answer.
    pub async fn run(&mut self, run: &RunCommand) -> Result<CommandDone, SurfaceError> {
        let place = run.command.display();
        let refused = |failure: Failure| CommandDone {
            done: Done::Failed(failure),
            place: place.clone(),
            observation: Observation {
                place: place.clone(),
                facets: Vec::new(),
                extras: Vec::new(),
            },
            pictures: Vec::new(),
        };
        let refuse = |expected: String, actual: String| {
            refused(Failure { outcome: Outcome::Failed, expected, actual })
        };
        let cwd = match folder_in(&self.setup.work, run.cwd.as_ref()) {
            Ok(cwd) => cwd,
            Err(failure) => return Ok(refused(failure)),
        };
        let spec = match self.spec(run, cwd) {
            Ok(spec) => spec,
            Err(actual) => return Ok(refuse("a command".to_owned(), actual)),
        };
        let before = if wants(run, FacetKind::Files) { Some(self.tree().await?) } else { None };
        self.begun.get_or_insert_with(Mark::now);
        let (program, limit) = (spec.program.clone(), spec.timeout);
        let finished = match process::run(spec).await {
            Ok(finished) => finished,
            Err(problem @ (ProcessError::NotFound { .. } | ProcessError::NotExecutable { .. })) => {
                return Ok(refuse(format!("a program {program:?}"), problem.to_string()));
            }
            Err(ProcessError::Io { what, source }) => {
                return Err(SurfaceError::Io { what, source });
            }
        };
        let changes = match before {
            Some(before) => {
                let after = self.tree().await?;
                let veil = self.setup.veil.clone();
                let read = move || after.changes_since(&before, &veil);
                Some(aside("reading the files", read).await?)
            }
            None => None,
        };
        Ok(report(run, place, &finished, changes, limit))
    }

    /// Looks at a file of the working folder.
    ///
    /// # Errors
    /// Where this machine fails. A file that is missing is an answer.
    pub async fn look_at(&self, file: &FileStep) -> Result<CommandDone, SurfaceError> {
        let (work, file) = (self.setup.work.clone(), file.clone());
        let veil = self.setup.veil.clone();
        aside("looking at a file", move || look::look(&work, &file, &veil)).await
    }

    /// Ends whatever the commands left running; answers with what that was.
    pub async fn close(&mut self) -> Vec<Ended> {
        let Some(mark) = self.begun else { return Vec::new() };
        let ended = process::end_stragglers_since(&self.tree, mark).await;
        self.begun = None;
        ended
    }

    /// The files of the working folder as they are now.
    async fn tree(&self) -> Result<Tree, SurfaceError> {
        let work = self.setup.work.clone();
        aside("listing the files", move || Tree::of(&work)).await
    }

    fn spec(&self, run: &RunCommand, cwd: PathBuf) -> Result<CommandSpec, String> {
        let (program, args) = argv(&run.command)?;
        let added = run.env.iter().map(|(name, value)| (name.clone(), value.raw().to_owned()));
        let environment = self.setup.environment.clone().with_all(added);
        Ok(CommandSpec {
            program,
            args,
            cwd,
            env: environment.to_vec(),
            stdin: run.stdin.as_ref().map_or_else(Vec::new, |it| it.raw().as_bytes().to_vec()),
            timeout: run.timeout_ms.map_or(self.setup.timeout, Duration::from_millis),
            max_output: self.setup.max_output,
            tree: self.tree.clone(),
            leftovers: Leftovers::Leave,
            confinement: self.setup.confinement.clone(),
        })
    }
}

impl Drop for CommandSurface {
    fn drop(&mut self) {
        if self.begun.is_some() {
            process::kill_stragglers(&self.tree);
        }
    }
}

/// A folder in the working folder, which it must not leave also where links lead.
pub(super) fn folder_in(work: &Path, cwd: Option<&Template>) -> Result<PathBuf, Failure> {
    let Some(cwd) = cwd else { return Ok(work.to_owned()) };
    let refuse = |actual: String| Failure {
        outcome: Outcome::Failed,
        expected: format!("a folder {:?} in the working folder", cwd.raw()),
        actual,
    };
    let resolve = |path: &Path| {
        path.canonicalize().map_err(|problem| refuse(format!("{}: {problem}", path.display())))
    };
    let (work, folder) = (resolve(work)?, resolve(&work.join(cwd.raw()))?);
    if !folder.starts_with(&work) {
        return Err(refuse(format!("it leads out of the working folder, to {}", folder.display())));
    }
    if !folder.is_dir() {
        return Err(refuse("it is a file".to_owned()));
    }
    Ok(folder)
}

/// The program and its arguments; the error says what no program can be given.
pub(super) fn argv(command: &CommandLine) -> Result<(String, Vec<String>), String> {
    let (program, args): (String, Vec<String>) = match command {
        CommandLine::Argv(words) => {
            let mut words = words.iter().map(|word| word.raw().to_owned());
            let program = words.next().filter(|it| !it.is_empty());
            (program.ok_or("the first word is empty")?, words.collect())
        }
        CommandLine::Shell(line) => ("sh".to_owned(), vec!["-c".to_owned(), line.raw().to_owned()]),
    };
    if let Some(word) = args.iter().chain([&program]).find(|word| word.contains('\0')) {
        return Err(format!("{word:?} holds a NUL, which no command can be given"));
    }
    Ok((program, args))
}

/// Does what blocks on a thread where that hurts nobody.
async fn aside<T: Send + 'static>(
    what: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, SurfaceError> {
    tokio::task::spawn_blocking(work).await.map_err(|problem| SurfaceError::Io {
        what: what.to_owned(),
        source: std::io::Error::other(problem),
    })
}

/// Whether the command's checkpoint takes a facet; without one the files are not looked at.
fn wants(run: &RunCommand, kind: FacetKind) -> bool {
    match &run.snapshot {
        Some(snapshot) => snapshot.facets.as_ref().is_none_or(|kinds| kinds.contains(&kind)),
        None => kind != FacetKind::Files,
    }
}

/// What is said of a finished command.
fn report(
    run: &RunCommand,
    place: String,
    finished: &Finished,
    changes: Option<Changes>,
    limit: Duration,
) -> CommandDone {
    let stdout = text::facet_text(&finished.stdout);
    let stderr = text::facet_text(&finished.stderr);
    let ending = Ending { exit: finished.exit, stdout: &stdout, stderr: &stderr };
    let done = if let Some(why) = &finished.exceeded {
        Done::Failed(Failure {
            outcome: Outcome::Failed,
            expected: "a command that takes no more than it may".to_owned(),
            actual: format!("{why}, and was ended; {}", ending.last_words()),
        })
    } else if finished.timed_out {
        Done::Failed(Failure {
            outcome: Outcome::TimedOut,
            expected: format!("to end within {limit:?}"),
            actual: format!("still running then, and was ended; {}", ending.last_words()),
        })
    } else {
        check::verify(run, &ending)
    };
    let exit = finished.exit.map_or_else(
        || "none\n".to_owned(),
        |exit| match exit {
            process::Exit::Code(code) => format!("exit: {code}\n"),
            process::Exit::Signal(signal) => format!("signal: {signal}\n"),
        },
    );
    let raw = [("stdout", &finished.stdout, &stdout), ("stderr", &finished.stderr, &stderr)];
    let extras = raw.into_iter().filter_map(|(name, raw, text)| {
        let taken =
            wants(run, if name == "stdout" { FacetKind::Stdout } else { FacetKind::Stderr });
        raw_extra(name, raw, text, taken)
    });
    let note = finished.held_open.then(|| Extra {
        kind: "note".to_owned(),
        media: "text/plain".to_owned(),
        bytes: HELD_OPEN.as_bytes().to_vec(),
    });
    let extras = extras.chain(note).collect();
    let (changes, pictures) = match changes {
        Some(changes) => (Some(changes.text), changes.pictures),
        None => (None, Vec::new()),
    };
    // Checks and captures are about the text; what is unusual in its bytes is compared beside it.
    let compared =
        |text: &str, raw, stream| text::with_oddities(text, &text::oddities(raw, text, stream));
    let facets = [
        (FacetKind::Exit, Some(exit)),
        (FacetKind::Stdout, Some(compared(&stdout, &finished.stdout, text::Stream::Stdout))),
        (FacetKind::Stderr, Some(compared(&stderr, &finished.stderr, text::Stream::Stderr))),
        (FacetKind::Files, changes),
    ];
    let facets = facets
        .into_iter()
        .filter(|(kind, _)| wants(run, *kind))
        .filter_map(|(kind, text)| Some(Facet { kind, content: FacetContent::Text(text?) }))
        .collect();
    let observation = Observation { place: place.clone(), facets, extras };
    CommandDone { done, place, observation, pictures }
}

/// The bytes as they came, where the facet does not show them.
fn raw_extra(name: &str, raw: &Captured, text: &str, taken: bool) -> Option<Extra> {
    let bytes = raw.marked();
    if bytes.is_empty() || (taken && bytes == text.as_bytes()) {
        return None;
    }
    let media =
        if text::text_of(&bytes).is_some() { "text/plain" } else { "application/octet-stream" };
    Some(Extra { kind: format!("{name}, raw"), media: media.to_owned(), bytes })
}
