//! `judge`, `report` and `gate`: everything that a night directory alone is enough for.

use std::path::PathBuf;

use super::arguments::{Common, GateOptions, JudgeOptions, ReportOptions};
use super::exit::Exit;
use super::{night, terminal, waiting};
use crate::ledger::NightDir;
use crate::model::suite::BrowserConfig;
use crate::night::judging::{self, Judged};
use crate::night::{BrowserPrinter, judge as judge_night};
use crate::report::{self, NightReport};
use crate::spec::Overrides;
use crate::triage;

/// `nightshift judge`
pub fn judge(common: &Common, options: &JudgeOptions) -> anyhow::Result<Exit> {
    let night = night::open(common, &options.night)?;
    let judged = if options.against_suite {
        let suite = night::suite(common, &Overrides::default())?;
        let plan = crate::night::against_suite(&suite, night.plan()?, &night)?;
        judging::judge_as(&night, plan)?
    } else {
        judge_night(&night)?
    };
    let report = write(&night, &judged)?;
    tell(&night, &report);
    Ok(Exit::of_gate(report.gate.decision))
}

/// `nightshift report`
pub fn report(common: &Common, options: &ReportOptions) -> anyhow::Result<Exit> {
    let night = night::open(common, &options.night)?;
    let report = write(&night, &judge_night(&night)?)?;
    if !options.no_pdf {
        print(&night, &report)?;
    }
    tell(&night, &report);
    Ok(Exit::Passed)
}

/// `nightshift gate`
pub fn gate(common: &Common, options: &GateOptions) -> anyhow::Result<Exit> {
    let night = match &options.night {
        Some(path) => night::open(common, path)?,
        None => night::newest(&night::root(common)?)?,
    };
    let judged = judge_night(&night)?;
    let judgement = &judged.judgement;
    let branch = options.branch.as_deref().or(judged.plan.branch.as_deref());
    let gate = triage::gate(&judged.plan.gate, branch, &judgement.findings, &judgement.scenarios);
    let style = terminal::decision_style(gate.decision);
    terminal::answer(format_args!("{style}{}{style:#}: {}", gate.decision.word(), gate.rule));
    Ok(Exit::of_gate(gate.decision))
}

/// Prints the PDF with a browser of its own, and says where it is.
pub fn print(night: &NightDir, report: &NightReport) -> anyhow::Result<()> {
    let path = printed(night, report)?;
    terminal::answer(format_args!("pdf:  {}", path.display()));
    Ok(())
}

fn printed(night: &NightDir, report: &NightReport) -> anyhow::Result<PathBuf> {
    waiting::runtime()?.block_on(async {
        let mut printer = BrowserPrinter::start(&BrowserConfig::default()).await?;
        let result = report::write_pdf(night.path(), report, &mut printer).await;
        printer.stop().await;
        result.map_err(anyhow::Error::from)
    })
}

/// Judges a night once more and writes all its reports, the PDF where it has one: they say the same.
pub fn write_all(night: &NightDir) -> anyhow::Result<()> {
    let report = write(night, &judge_night(night)?)?;
    if night.path().join("report.pdf").is_file()
        && let Err(error) = printed(night, &report)
    {
        terminal::say(format_args!("report.pdf is as it was before: {error:#}"));
    }
    Ok(())
}

/// Writes everything but the PDF.
pub fn write(night: &NightDir, judged: &Judged) -> anyhow::Result<NightReport> {
    let report = judging::report_of(night, judged);
    report::write(night.path(), &report)?;
    Ok(report)
}

/// The report of a night, written where it is not there yet.
pub fn report_of(night: &NightDir) -> anyhow::Result<NightReport> {
    match report::read(night.path()) {
        Ok(report) => Ok(report),
        Err(_) => write(night, &judge_night(night)?),
    }
}

/// The night in one sentence, and where its page is.
pub fn tell(night: &NightDir, report: &NightReport) {
    terminal::answer(report::sentence(report));
    terminal::answer(format_args!("html: {}", night.path().join("index.html").display()));
}
