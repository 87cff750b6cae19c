//! What is said and where: answers to standard output, everything else to standard error.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use tracing_subscriber::EnvFilter;

use super::arguments::{Color, Common};
use crate::ledger::spoken;
use crate::model::{Decision, Verdict};

/// Sets colour and logging up by the common arguments.
pub fn prepare(common: &Common) {
    let choice = match common.color {
        Color::Auto => anstream::ColorChoice::Auto,
        Color::Always => anstream::ColorChoice::Always,
        Color::Never => anstream::ColorChoice::Never,
    };
    choice.write_global();
    let level = match (common.quiet, common.verbose) {
        (true, _) => "error",
        (false, 0) => "nightshift=warn,error",
        (false, 1) => "nightshift=info,warn",
        (false, 2) => "nightshift=debug,info",
        (false, _) => "nightshift=trace,debug",
    };
    let filter =
        EnvFilter::try_from_env("NIGHTSHIFT_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let colored = anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never;
    // A second call in one process (in tests) keeps the first one's settings.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(|| Clean(io::stderr()))
        .with_ansi(colored)
        .with_target(false)
        .without_time()
        .try_init();
    std::panic::set_hook(Box::new(|panic| say(panic)));
}

/// A writer to which no secret gets through. Each write is a whole line, as logs write them.
struct Clean<W>(W);

impl<W: Write> Write for Clean<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_all(&spoken::clean(bytes))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The words without any secret of tonight.
pub fn clean(text: impl std::fmt::Display) -> String {
    String::from_utf8_lossy(&spoken::clean(text.to_string().as_bytes())).into_owned()
}

/// The most characters of a text of the product in a line.
const MOST_OF_PRODUCT: usize = 400;

/// Words that a page may have chosen, as a part of one line: nothing in them moves the cursor, turns the
/// direction of letters, or begins a line of its own.
pub fn of_product(text: &str) -> String {
    crate::report::one_line(text, MOST_OF_PRODUCT)
}

/// Writes a line to standard output: an answer.
pub fn answer(text: impl std::fmt::Display) {
    // A reader that went away (`| head`) is no reason to fail.
    let _ = writeln!(anstream::stdout(), "{}", clean(text));
}

/// Writes a line to standard error: everything that is no answer.
pub fn say(text: impl std::fmt::Display) {
    let _ = writeln!(anstream::stderr(), "{}", clean(text));
}

/// Writes an error with its causes.
pub fn error(error: &anyhow::Error) {
    let style = Style::new().fg_color(Some(AnsiColor::Red.into())).bold();
    say(format_args!("{style}error{style:#}: {}", chain(error)));
}

/// The causes of an error in one line, without those that repeat the one before.
fn chain(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if text.is_empty() {
            text = cause;
        } else if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

/// The colour of a verdict; the word always stands beside it.
pub fn verdict_style(verdict: Verdict) -> Style {
    let color = match verdict {
        Verdict::Regressed | Verdict::StillFailing => AnsiColor::Red,
        Verdict::Flaky | Verdict::Inconclusive | Verdict::Drifted => AnsiColor::Yellow,
        Verdict::New => AnsiColor::Cyan,
        Verdict::Fixed | Verdict::Unchanged => AnsiColor::Green,
        Verdict::NotRun => AnsiColor::BrightBlack,
    };
    Style::new().fg_color(Some(color.into()))
}

/// The colour of a gate's decision.
pub fn decision_style(decision: Decision) -> Style {
    let color = match decision {
        Decision::Pass => AnsiColor::Green,
        Decision::Fail => AnsiColor::Red,
        Decision::Inconclusive => AnsiColor::Yellow,
    };
    Style::new().fg_color(Some(color.into())).bold()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Secrets;

    #[test]
    fn what_is_said_logged_and_printed_as_json_has_no_secret_and_all_else() {
        let value = "tell\"nobody & s0";
        let known = [("TOLD".to_owned(), value.to_owned())].into_iter().collect();
        spoken::keep_out(&Secrets::new(known).expect("long enough"));
        let mut log = Clean(Vec::new());
        writeln!(log, "WARN no answer from /x?k=tell%22nobody+%26+s0 in 3 s").expect("kept");
        writeln!(log, "WARN nobody tells").expect("kept");
        assert_eq!(
            String::from_utf8_lossy(&log.0),
            "WARN no answer from /x?k=[secret] in 3 s\nWARN nobody tells\n"
        );
        let json = serde_json::json!({ "detail": format!("was {value}, is x"), "ms": 12 });
        assert_eq!(clean(&json), r#"{"detail":"was [secret], is x","ms":12}"#);
        let panic = clean(format_args!("panicked at harness/src/lib.rs:1:2:\nno {value}"));
        assert_eq!(panic, "panicked at harness/src/lib.rs:1:2:\nno [secret]");
    }
}
