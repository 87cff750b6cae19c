//! What `answer`, `doctor`, `gate`, `report`, `verify` and `stop` take.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::{Format, duration};

/// What `answer` takes.
#[derive(Debug, Args)]
pub struct AnswerOptions {
    /// The night directory [default: the newest night of the suite]
    #[arg(value_name = "NIGHT")]
    pub night: Option<PathBuf>,
    /// The question, by its id or how that begins; without it the questions are listed
    #[arg(value_name = "QUESTION", requires = "reply")]
    pub question: Option<String>,
    /// What you say to it
    #[arg(value_name = "REPLY")]
    pub reply: Option<Said>,
    /// Only note it: run nothing
    #[arg(long)]
    pub no_run: bool,
    /// How to list the questions
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
}

/// What a person says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Said {
    /// It may be done
    Yes,
    /// It may not
    No,
}

/// What `report` takes.
#[derive(Debug, Args)]
pub struct ReportOptions {
    /// The night directory
    #[arg(value_name = "NIGHT")]
    pub night: PathBuf,
    /// Leave the PDF out; it alone needs a browser
    #[arg(long)]
    pub no_pdf: bool,
}

/// What `verify` takes.
#[derive(Debug, Args)]
pub struct VerifyOptions {
    /// The night directory [default: the newest night of the suite]
    #[arg(value_name = "NIGHT")]
    pub night: Option<PathBuf>,
    /// What a printed report or a message says that the ledger ends with: its first 8 digits or more
    #[arg(long, value_name = "HEX", value_parser = head)]
    pub head: Option<String>,
    /// How to answer
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
}

/// What `stop` takes.
#[derive(Debug, Args)]
pub struct StopOptions {
    /// How long to wait until the night has ended: 10s, 2m
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = duration)]
    pub wait: Duration,
}

fn head(text: &str) -> Result<String, String> {
    let digits = text.chars().all(|it| it.is_ascii_hexdigit());
    if digits && (8..=64).contains(&text.len()) {
        Ok(text.to_owned())
    } else {
        Err("give 8 to 64 hexadecimal digits, as the foot of a report has them".to_owned())
    }
}

#[derive(Debug, Args)]
pub struct DoctorOptions {
    /// Remove the builds that `builds:` made and that no night uses now
    #[arg(long)]
    pub clear_builds: bool,
    /// How to answer
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
}

#[derive(Debug, Args)]
pub struct GateOptions {
    /// The night directory [default: the newest night of the suite]
    #[arg(value_name = "NIGHT")]
    pub night: Option<PathBuf>,
    /// The branch whose rules apply [default: the night's]
    #[arg(long, value_name = "BRANCH")]
    pub branch: Option<String>,
}
