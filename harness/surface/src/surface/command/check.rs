//! What must hold of a command, and what is kept of it: [`verify`].
//!
//! Pure: works on the comparable texts that `mod.rs` made. The first thing that does not hold is
//! the answer, with what was expected and what was there. Tests on text are those of
//! [`crate::surface::texts`].

use crate::model::Kept;
use crate::model::artifact::TextCapture;
use crate::model::event::Failure;
use crate::model::scenario::{CommandCapture, Output, RunCommand};
use crate::process::Exit;
use crate::surface::Done;
use crate::surface::texts::{self, Side, failure, quote};

/// How a command ended and what it said.
pub(super) struct Ending<'a> {
    pub(super) exit: Option<Exit>,
    pub(super) stdout: &'a str,
    pub(super) stderr: &'a str,
}

impl Ending<'_> {
    fn output(&self, output: Output) -> (&'static str, &str) {
        match output {
            Output::Stdout => ("stdout", self.stdout),
            Output::Stderr => ("stderr", self.stderr),
        }
    }

    /// The end of what it said last: why it failed, more often than not.
    pub(super) fn last_words(&self) -> String {
        let (name, text) = if self.stderr.trim().is_empty() {
            ("stdout", self.stdout)
        } else {
            ("stderr", self.stderr)
        };
        if text.trim().is_empty() {
            return "nothing on stdout and stderr".to_owned();
        }
        format!("{name} ended with:\n{}", quote(text, Side::End))
    }
}

/// Whether all holds that the command must hold; with the values that are captured.
pub(super) fn verify(run: &RunCommand, ending: &Ending<'_>) -> Done {
    let checked = exit(run, ending)
        .and_then(|()| {
            run.outputs.iter().try_for_each(|it| {
                let (output, text) = ending.output(it.output);
                texts::holds(output, text, &it.test)
            })
        })
        .and_then(|()| {
            run.capture
                .iter()
                .map(|(name, it)| Ok((name.clone(), value(name, it, ending)?)))
                .collect()
        });
    match checked {
        Ok(captured) => Done::Passed(captured),
        Err(failure) => Done::Failed(failure),
    }
}

fn exit(run: &RunCommand, ending: &Ending<'_>) -> Result<(), Failure> {
    // With a snapshot the baseline says how it must end.
    let Some(expected) = run.exit.or(run.snapshot.is_none().then_some(0)) else { return Ok(()) };
    // A signal is written as shells say it: 128 and its number.
    let signal = expected.checked_sub(128).filter(|it| *it > 0).map(Exit::Signal);
    let expected = Exit::Code(expected);
    if ending.exit == Some(expected) || (signal.is_some() && ending.exit == signal) {
        return Ok(());
    }
    let actual = ending.exit.map_or_else(|| "no end".to_owned(), |exit| exit.to_string());
    Err(failure(expected.to_string(), format!("{actual}; {}", ending.last_words())))
}

fn value(name: &str, capture: &CommandCapture, ending: &Ending<'_>) -> Result<Kept, Failure> {
    let (output, capture) = match capture {
        CommandCapture::Regex(output, pattern) => (*output, TextCapture::Regex(pattern.clone())),
        CommandCapture::Matches(output, pattern) => {
            (*output, TextCapture::Matches(pattern.clone()))
        }
        CommandCapture::Json(output, pointer) => (*output, TextCapture::Json(pointer.clone())),
        CommandCapture::Items(output, pointer) => (*output, TextCapture::Items(pointer.clone())),
        CommandCapture::Line(output, number) => (*output, TextCapture::Line(*number)),
        CommandCapture::Lines(output) => (*output, TextCapture::Lines),
        CommandCapture::Whole(output) => (*output, TextCapture::Whole),
        CommandCapture::EachLine(output) => (*output, TextCapture::EachLine),
    };
    let (output, text) = ending.output(output);
    texts::take(name, (output, text), &capture)
}
