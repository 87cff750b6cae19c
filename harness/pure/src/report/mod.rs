//! The morning report: one [`NightReport`], rendered for everybody who reads it.
//!
//! [`build`] makes the report from plan, ledger and judgement; [`write`] lays `night.json`,
//! `index.html`, `summary.md`, `junit.xml`, `ctrf.json`, `findings.sarif` and `code-quality.json` into
//! the night directory;
//! [`write_pdf`] prints the same page through whoever brings a [`PagePrinter`].
//! All product text passes through [`shown`] on its way out.
//!
//! The files:
//! - `build.rs`: from plan, ledger and judgement to one `NightReport`.
//! - `timeline.rs`: the steps of one attempt in the order in which they went.
//! - `night.rs`: `NightReport`, as `night.json` holds it.
//! - `sentence.rs`: the night in one sentence.
//! - `page.rs`: all that the page shows, decided here.
//! - `sections.rs`: its folded parts: what still fails, is new, fixed, known.
//! - `fact.rs`: a fact beside its term, and the words for what a finding is and whose it is.
//! - `morning.rs`: the rest of the morning in a few lines, for the first page of the PDF.
//! - `views.rs`: the night by owner and by tag.
//! - `past.rs`: the strip of nights, and the facts that need them.
//! - `trust.rs`: builds, alerts, and how far to trust the night.
//! - `ticket/`: a finding as a ticket, in the markup of each tracker.
//! - `message/`: the night as one message to people, in the words of each channel.
//! - `unattended.rs`: what must be known of a night that broke off and went on.
//! - `walls.rs`: which walls held around commands.
//! - `finding.rs`: one finding as the page shows it.
//! - `lead.rs`: what a finding's title speaks of, expected against actual in a few lines each.
//! - `covers.rs`: the changes that a decision on a finding takes, in words.
//! - `culprit.rs`: who broke it, with the probes and the commit's diff.
//! - `sides.rs`: of something flaky a failing and a passing run side by side.
//! - `facets.rs`: one facet of a difference as the page shows it.
//! - `pictures.rs`: how a picture changed: side by side, boxed, in part, in words.
//! - `crop.rs`: a pair of small pictures cropped to what changed.
//! - `recording.rs`: a program on a terminal as the page shows and plays it.
//! - `lists.rs`: long lists: some in full, the rest counted.
//! - `shown.rs`: product text made harmless and bounded.
//! - `html.rs`: fills the templates.
//! - `summary.rs`: `summary.md`.
//! - `junit.rs`: `junit.xml`.
//! - `ctrf.rs`: `ctrf.json`.
//! - `forge.rs`: `findings.sarif` and `code-quality.json`.
//! - `files.rs`: writes files whole or not at all.
//! - `control.rs`: the facts about the control.
//! - `weeks.rs`: what the last nights show, and where tonight's time went, as `night.json` holds it.
//! - `lately.rs`: finds out what the last nights show.
//! - `spent.rs`: finds out where the time went.
//! - `first_step.rs`: how long it took until the first step began.
//! - `insight.rs`: the night in a few written sentences, each with what it rests on.
//! - `trend.rs`: the last nights of a scenario as a small drawing with its text.
//! - `soak.rs`: what of a server grew while one scenario ran again and again.
//! - `agent.rs`: what a language model took and said.
//! - `shift.rs`: what a language model tried by itself.
//! - `narrative.rs`: what each claim of a language model on a finding must rest on.
//! - `explained.rs`: what it makes of a finding, as the page shows it.
//! - `survey.rs`: what exploring the product has shown.

mod agent;
mod build;
mod control;
mod covers;
mod crop;
mod ctrf;
mod culprit;
mod explained;
mod facets;
mod fact;
mod files;
mod finding;
mod first_step;
mod forge;
mod html;
mod insight;
mod junit;
mod lately;
mod lead;
mod lists;
mod message;
mod morning;
mod narrative;
mod night;
mod page;
mod past;
mod pictures;
mod recording;
mod sections;
mod sentence;
mod shift;
pub mod shown;
mod sides;
mod soak;
mod spent;
mod summary;
mod survey;
pub mod ticket;
mod timeline;
mod trend;
mod trust;
mod unattended;
mod views;
mod walls;
mod weeks;

use std::path::{Path, PathBuf};

use futures_util::future::BoxFuture;

pub use agent::{AgentReport, OpinionReport, WayReport};
pub use build::{build, questions};
pub use covers::{Cover, covers};
pub use first_step::FirstStep;
pub use html::{PARTS, STYLE, script_hashes, survey_page};
pub use insight::{Insight, InsightKind, insights};
pub use message::{Mail, Message, Told, message};
pub use narrative::{Material, narrative_lines};
pub use night::{
    AttemptReport, Ending, EvidenceNote, HistoryReport, NightFacts, NightReport, PastNightReport,
    PreflightCheck, ProductNote, ScenarioReport, StepReport, StepState, WatchReport,
};
pub use pictures::picture_change;
pub use sentence::sentence;
pub use shift::shift_lines;
pub use shown::one_line;
pub use survey::survey_lines;
pub use trust::{fail_own_checks, lose_their_browser};
pub use weeks::{Spent, SpentOn, Weeks};

use crate::model::FORMAT_VERSION;

/// What the page is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// `index.html`: folded, light and dark.
    Screen,
    /// What is printed to `report.pdf`: nothing folded, light.
    Print,
}

/// Why a report could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A file could not be written.
    #[error("could not write {}: {source}; check that the folder exists, is writable and has space", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file could not be read.
    #[error("could not read {}: {source}; name a night directory that has a report, or run `nightshift report` on it", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// `night.json` is not what it should be.
    #[error("{} is no report of a night: {source}; run `nightshift report` to write it again", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What the parser said.
        source: serde_json::Error,
    },
    /// `night.json` was written by a newer version.
    #[error("{} has format version {found}, and this nightshift reads up to {known}; use a newer nightshift", path.display())]
    TooNew {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u64,
        /// The newest version that is understood here.
        known: u32,
    },
    /// The template could not be rendered: a bug of ours.
    #[error("could not render the report: {0}; this is a bug of nightshift")]
    Render(String),
    /// The page could not be printed.
    #[error(
        "could not print report.pdf: {0}; index.html is complete, and `nightshift report` prints again"
    )]
    Print(String),
}

/// What was written, by absolute or relative path as the folder was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The page for people.
    pub index_html: PathBuf,
    /// The truth.
    pub night_json: PathBuf,
    /// The Markdown summary.
    pub summary_md: PathBuf,
    /// For CI servers.
    pub junit_xml: PathBuf,
    /// For dashboards.
    pub ctrf_json: PathBuf,
    /// For forges that read SARIF.
    pub sarif: PathBuf,
    /// For GitLab.
    pub quality: PathBuf,
}

/// How a page is printed: A4, with these margins, header and footer.
///
/// Header and footer are Chromium's templates (`Page.printToPDF`): HTML in which elements of
/// the classes `pageNumber` and `totalPages` are filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintOptions {
    /// The header's template.
    pub header: String,
    /// The footer's template.
    pub footer: String,
    /// Top, right, bottom and left margin, in millimetres.
    pub margins_mm: [u32; 4],
}

/// Prints a page; whoever has a browser adapts it to this.
pub trait PagePrinter {
    /// Opens the file and prints it to PDF, backgrounds included.
    fn print<'a>(
        &'a mut self,
        html: &'a Path,
        options: &'a PrintOptions,
    ) -> BoxFuture<'a, Result<Vec<u8>, String>>;
}

/// Writes every report but the PDF into the night directory, each file whole or not at all.
pub fn write(dir: &Path, report: &NightReport) -> Result<Written, ReportError> {
    let night_json = files::json(dir, "night.json", report)?;
    let index_html =
        files::text(dir, "index.html", &html::render(report, Mode::Screen, &evidence(dir))?)?;
    let summary_md = files::text(dir, "summary.md", &summary::summary(report))?;
    let junit_xml = files::with(dir, "junit.xml", |out| {
        junit::junit(report).serialize(out).map_err(std::io::Error::other)
    })?;
    let ctrf_json = files::json(dir, "ctrf.json", &ctrf::ctrf(report))?;
    let sarif = files::json(dir, "findings.sarif", &forge::sarif(report))?;
    let quality = files::json(dir, "code-quality.json", &forge::code_quality(report))?;
    Ok(Written { index_html, night_json, summary_md, junit_xml, ctrf_json, sarif, quality })
}

/// Reads evidence of a night directory; what would lead out of it is not read.
fn evidence(dir: &Path) -> impl Fn(&str) -> Option<Vec<u8>> {
    let dir = dir.to_owned();
    move |path| std::fs::read(dir.join(shown::evidence_link(path)?)).ok()
}

/// Prints `report.pdf` into the night directory.
pub async fn write_pdf(
    dir: &Path,
    report: &NightReport,
    printer: &mut dyn PagePrinter,
) -> Result<PathBuf, ReportError> {
    // The page lies in the night directory while it is printed: its pictures are relative to it.
    let page =
        files::Temporary::write(dir, ".html", &html::render(report, Mode::Print, &evidence(dir))?)?;
    let options = html::print_options(report);
    let pdf = printer.print(page.path(), &options).await.map_err(ReportError::Print)?;
    if !pdf.starts_with(b"%PDF-") {
        return Err(ReportError::Print("the browser answered something that is no PDF".into()));
    }
    files::with(dir, "report.pdf", |out| out.write_all(&pdf))
}

/// What every version of `night.json` says.
#[derive(serde::Deserialize)]
struct Version {
    format_version: u64,
}

/// Reads the report of a night directory.
pub fn read(dir: &Path) -> Result<NightReport, ReportError> {
    let path = dir.join("night.json");
    let text = std::fs::read_to_string(&path)
        .map_err(|source| ReportError::Read { path: path.clone(), source })?;
    let malformed = |source| ReportError::Malformed { path: path.clone(), source };
    // The version first: a newer format need not parse at all.
    let found = serde_json::from_str::<Version>(&text).map_err(malformed)?.format_version;
    if found > u64::from(FORMAT_VERSION) {
        return Err(ReportError::TooNew { path, found, known: FORMAT_VERSION });
    }
    serde_json::from_str(&text).map_err(malformed)
}
