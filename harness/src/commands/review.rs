//! `nightshift review`: decide on what is pending, from any night directory, without a rerun.
//!
//! A decision goes by id: a finding (`F1`) stands for all its places, a pending facet (`P3`) for
//! itself, a scenario for everything that is pending in it. Accepting writes baselines into the
//! suite; rejecting only records, beside the night, that somebody looked.

use std::collections::BTreeSet;
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::arguments::{Common, Format, ReviewOptions};
use super::check::counted;
use super::exit::{Exit, mistake};
use super::{night, terminal};
use crate::baseline::{self, Acceptance};
use crate::ledger::NightDir;
use crate::model::finding::Pending;
use crate::model::{Finding, Plan};
use crate::night::{judge, layout_of};

/// What is pending in a night, with what is needed to decide.
struct Desk {
    root: PathBuf,
    night: NightDir,
    plan: Plan,
    findings: Vec<Finding>,
    pending: Vec<Pending>,
    decided: BTreeSet<String>,
}

pub fn run(common: &Common, options: &ReviewOptions) -> anyhow::Result<Exit> {
    let root = night::root(common)?;
    let night = match &options.night {
        Some(path) => night::open(common, path)?,
        None => night::newest(&root)?,
    };
    let judged = judge(&night)?;
    let mut desk = Desk {
        decided: read_decisions(&night)?,
        root,
        night,
        plan: judged.plan,
        findings: judged.judgement.findings,
        pending: judged.judgement.pending,
    };
    let why = options.why.as_deref();
    if options.list {
        desk.list(options.format);
    } else if options.export {
        desk.export()?;
    } else if options.accept_all {
        let all: Vec<_> = desk.open_ones().cloned().collect();
        desk.accept(&all, why)?;
    } else if !options.accept.is_empty() || !options.reject.is_empty() {
        let accepted = desk.named(&options.accept)?;
        let rejected = desk.named(&options.reject)?;
        if !accepted.is_empty() {
            desk.accept(&accepted, why)?;
        }
        desk.reject(&rejected, why);
    } else if std::io::stdin().is_terminal() {
        desk.ask(why)?;
    } else {
        return mistake(
            "review asks on a terminal; elsewhere say --list, --accept ID, --reject ID or --accept-all",
        );
    }
    Ok(Exit::Passed)
}

impl Desk {
    /// What nobody has decided on yet.
    fn open_ones(&self) -> impl Iterator<Item = &Pending> {
        self.pending.iter().filter(|it| !self.decided.contains(&key(it)))
    }

    fn list(&self, format: Format) {
        match format {
            Format::Json => {
                let rows: Vec<_> = self.open_ones().map(|it| self.row(it)).collect();
                terminal::answer(format_args!("{:#}", serde_json::Value::from(rows)));
            }
            Format::Text => {
                for (title, group) in self.groups() {
                    terminal::answer(title);
                    for pending in group {
                        terminal::answer(format_args!("  {}", line(&pending)));
                    }
                }
                let number = self.open_ones().count();
                terminal::say(format_args!("{number} pending in {}", self.night.path().display()));
            }
        }
    }

    fn row(&self, pending: &Pending) -> serde_json::Value {
        let baseline = self.plan.baselines.iter().find(|it| {
            it.scenario == pending.scenario
                && it.checkpoint == pending.checkpoint
                && it.facet == pending.facet
                && it.environment == pending.environment
        });
        serde_json::json!({
            "id": pending.id,
            "finding": pending.finding,
            "scenario": pending.scenario,
            "checkpoint": pending.checkpoint,
            "facet": pending.facet,
            "environment": pending.environment,
            "where": pending.place,
            "evidence": pending.evidence.path,
            "baseline": baseline.map(|it| &it.evidence.path),
        })
    }

    /// The open ones by finding, in the order of the findings, then those without a baseline.
    fn groups(&self) -> Vec<(String, Vec<Pending>)> {
        let mut groups: Vec<(String, Vec<Pending>)> = Vec::new();
        for finding in &self.findings {
            let of_it: Vec<_> = self
                .open_ones()
                .filter(|it| it.finding.as_ref() == Some(&finding.id))
                .cloned()
                .collect();
            if !of_it.is_empty() {
                groups.push((
                    format!("{} {}: {}", finding.id, finding.verdict, finding.title),
                    of_it,
                ));
            }
        }
        let (changed, fresh): (Vec<_>, Vec<_>) =
            self.open_ones().filter(|it| it.finding.is_none()).cloned().partition(|it| it.replaces);
        for (title, own) in [
            ("new: no baseline yet", fresh),
            ("shadow: differs from its baseline, and nobody is told", changed),
        ] {
            if !own.is_empty() {
                groups.push((title.to_owned(), own));
            }
        }
        groups
    }

    /// What these ids stand for.
    fn named(&self, ids: &[String]) -> anyhow::Result<Vec<Pending>> {
        let mut chosen = Vec::new();
        for id in ids {
            let before = chosen.len();
            chosen.extend(
                self.open_ones()
                    .filter(|it| {
                        it.id == *id || it.scenario == *id || it.finding.as_ref() == Some(id)
                    })
                    .cloned(),
            );
            if chosen.len() == before {
                return mistake(format!(
                    "nothing pending is called {id} in {}; see `nightshift review --list`",
                    self.night.path().display()
                ));
            }
        }
        chosen.dedup_by(|a, b| a.id == b.id);
        Ok(chosen)
    }

    fn accept(&mut self, chosen: &[Pending], why: Option<&str>) -> anyhow::Result<()> {
        for pending in chosen {
            let path = baseline::accept(&self.root, &self.acceptance(pending, why)?)?;
            self.remember(pending, "accepted", why);
            let shown = path.strip_prefix(&self.root).unwrap_or(&path);
            terminal::answer(format_args!("accepted {} as {}", line(pending), shown.display()));
        }
        terminal::say(format_args!("{} accepted", counted(chosen.len(), "snapshot")));
        Ok(())
    }

    fn reject(&mut self, chosen: &[Pending], why: Option<&str>) {
        for pending in chosen {
            self.remember(pending, "rejected", why);
            terminal::answer(format_args!("rejected {}; its baseline stays", line(pending)));
        }
    }

    fn export(&self) -> anyhow::Result<()> {
        let mut written = 0;
        for pending in self.open_ones() {
            let path = baseline::export(&self.root, &self.acceptance(pending, None)?)?;
            let shown = path.strip_prefix(&self.root).unwrap_or(&path);
            terminal::answer(format_args!("wrote {}", shown.display()));
            written += 1;
        }
        terminal::say(format_args!(
            "{} for `cargo insta review`",
            counted(written, "pending snapshot")
        ));
        Ok(())
    }

    fn acceptance(&self, pending: &Pending, why: Option<&str>) -> anyhow::Result<Acceptance> {
        let scenario =
            self.plan.scenarios.iter().find(|it| it.id == pending.scenario).with_context(|| {
                format!("the night's plan lacks the scenario {}", pending.scenario)
            })?;
        if !self.root.join(&scenario.file).is_file() {
            return mistake(format!(
                "{} is not in this suite; name the suite of this night with -C",
                scenario.file
            ));
        }
        Ok(Acceptance {
            scenario_file: scenario.file.clone(),
            scenario: pending.scenario.clone(),
            checkpoint: pending.checkpoint.clone(),
            facet: pending.facet,
            environment: pending.environment.clone(),
            algorithm: pending.algorithm.clone(),
            why: Some(match why {
                Some(why) => why.to_owned(),
                None => format!("accepted from night {}", self.plan.night),
            }),
            content: self.night.read(&pending.evidence)?,
            layout: layout_of(&self.night, pending)?,
        })
    }

    /// Goes through the findings one by one and asks.
    fn ask(&mut self, why: Option<&str>) -> anyhow::Result<()> {
        let groups = self.groups();
        if groups.is_empty() {
            terminal::say("nothing is pending");
            return Ok(());
        }
        for (title, group) in groups {
            terminal::answer(format_args!("\n{title}"));
            for pending in &group {
                terminal::answer(format_args!("  {}", line(pending)));
            }
            self.show_changes(&group);
            match question("accept, reject, skip or quit? [a/r/s/q] ")?.as_str() {
                "a" | "accept" => self.accept(&group, why)?,
                "r" | "reject" => self.reject(&group, why),
                "q" | "quit" => break,
                _ => {}
            }
        }
        Ok(())
    }

    /// Expected against actual, as the report has it, for the finding of a group.
    fn show_changes(&self, group: &[Pending]) {
        let finding = group.first().and_then(|it| it.finding.as_ref());
        let Some(finding) = self.findings.iter().find(|it| Some(&it.id) == finding) else { return };
        for change in finding.differences.iter().take(1).flat_map(|it| &it.facets) {
            for text in change.expected.lines().take(8) {
                terminal::answer(format_args!("  - {}", visible(text)));
            }
            for text in change.actual.lines().take(8) {
                terminal::answer(format_args!("  + {}", visible(text)));
            }
        }
    }

    /// Writes a decision beside the night, so that a second look shows only what is left.
    fn remember(&mut self, pending: &Pending, decision: &str, why: Option<&str>) {
        let line = serde_json::json!({
            "key": key(pending), "decision": decision, "why": why,
            "scenario": pending.scenario, "checkpoint": pending.checkpoint, "facet": pending.facet,
        });
        let path = decisions_path(&self.night);
        let written = std::fs::File::options()
            .create(true)
            .append(true)
            .open(&path)
            .and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()));
        // A night on a read-only medium can still be reviewed; only the memory of it is lost.
        if let Err(error) = written {
            terminal::say(format_args!("cannot remember this in {}: {error}", path.display()));
        }
        self.decided.insert(key(pending));
    }
}

/// What a decision is about: the same content at the same place, however ids are counted.
fn key(pending: &Pending) -> String {
    format!(
        "{}@{}.{} {}",
        pending.scenario, pending.checkpoint, pending.facet, pending.evidence.path
    )
}

fn decisions_path(night: &NightDir) -> PathBuf {
    night.path().join("decisions.jsonl")
}

fn read_decisions(night: &NightDir) -> anyhow::Result<BTreeSet<String>> {
    let path: &Path = &decisions_path(night);
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text
            .lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
            .filter_map(|line| line["key"].as_str().map(str::to_owned))
            .collect()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(BTreeSet::new()),
        Err(error) => mistake(format!("cannot read {}: {error}", path.display())),
    }
}

fn line(pending: &Pending) -> String {
    let environment = match &pending.environment {
        Some(environment) => format!(" ({environment})"),
        None => String::new(),
    };
    format!(
        "{} {}@{} {}{environment}  {}",
        pending.id,
        pending.scenario,
        pending.checkpoint,
        pending.facet,
        visible(&pending.place)
    )
}

/// Product text without anything that a terminal would obey.
fn visible(text: &str) -> String {
    text.chars().map(|it| if it.is_control() { '\u{fffd}' } else { it }).collect()
}

fn question(text: &str) -> anyhow::Result<String> {
    let mut out = anstream::stderr();
    write!(out, "{text}").and_then(|()| out.flush()).context("cannot ask")?;
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line).context("cannot read the answer")?;
    Ok(if read == 0 { "quit".to_owned() } else { line.trim().to_lowercase() })
}
