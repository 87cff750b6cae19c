//! [`Seen`]: what a probe saw, read back from the night that ran it.

use super::page::Look;
use super::probe::{Batch, Probe};
use crate::model::attempts::{AttemptLog, Attempts, SightingLog};
use crate::model::scenario::Action;
use crate::model::{Because, Entry, EvidenceRef, FacetKind, Outcome, WatchKind};

/// Reads evidence of a night.
pub type Read<'a> = &'a dyn Fn(&EvidenceRef) -> Option<Vec<u8>>;

/// Why nothing was seen of a probe that never began.
const NOT_RUN: &str = "it was not run";

/// More of one facet than this is not read, in bytes.
const MOST_READ: u64 = 4_000_000;

/// What a command did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ran {
    /// The exit code, or the signal, as the facet says it.
    pub exit: String,
    /// What it printed.
    pub stdout: String,
    /// What it complained of.
    pub stderr: String,
    /// What it wrote, as the facet says it.
    pub files: String,
}

impl Ran {
    /// Whether it ended well.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        self.exit.trim() == "exit: 0"
    }

    /// Whether it did what it was asked for. A program may answer by its exit code: one that looks
    /// for something ends with another one where it has found it, and says so; one that refuses
    /// complains instead.
    #[must_use]
    pub fn answers(&self) -> bool {
        let said = |text: &str| text.trim().len();
        let ended = self.exit.trim().starts_with("exit: ");
        self.is_fine() || ended && said(&self.stdout) > said(&self.stderr)
    }
}

/// What one checkpoint saw.
#[derive(Debug, Clone, PartialEq)]
pub enum Sight {
    /// A page.
    Page(Box<Look>),
    /// A command that ended.
    Command(Ran),
    /// What stood on a terminal.
    Screen {
        /// The screen, as the facet says it.
        text: String,
        /// How the program ended, where it has.
        exit: Option<String>,
    },
    /// A file, as it is told.
    File(String),
}

/// What a watch saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noticed {
    /// What kind of thing.
    pub kind: WatchKind,
    /// What it said.
    pub message: String,
    /// The path of the page or of what it asked for; a whole address where that is elsewhere.
    pub path: String,
}

impl Noticed {
    /// The first line of what it said.
    #[must_use]
    pub fn line(&self) -> &str {
        self.message.lines().next().unwrap_or_default()
    }

    /// The path without its query.
    #[must_use]
    pub fn place(&self) -> &str {
        self.path.split(['?', '#']).next().unwrap_or_default()
    }

    /// The status of an answer that the product gave and that was none of the good ones.
    #[must_use]
    pub fn bad_status(&self) -> Option<u16> {
        let own = self.kind == WatchKind::BadStatus && self.path.starts_with('/');
        let (_, status) = self.line().split_once(" answered ")?;
        status.parse().ok().filter(|_| own)
    }
}

/// What a probe saw.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The probe.
    pub probe: Probe,
    /// Its checkpoints, in order, with the step of each, counted within the probe from 0.
    pub sights: Vec<(usize, Sight)>,
    /// What the watches saw.
    pub events: Vec<Noticed>,
    /// What was noticed although a step passed.
    pub remarks: Vec<String>,
    /// Why it did not come to its end; `None` where it did.
    pub failure: Option<String>,
    /// Whether it ran at all and alone, so that what it saw is its own.
    pub counts: bool,
}

impl Seen {
    /// Says why it was not run, where nothing was seen of it.
    pub fn was_cut(&mut self, why: &str) {
        if !self.counts && self.failure.as_deref() == Some(NOT_RUN) {
            self.failure = Some(why.to_owned());
        }
    }

    /// The page that it came to.
    #[must_use]
    pub fn page(&self) -> Option<&Look> {
        self.sights.iter().rev().find_map(|(_, it)| match it {
            Sight::Page(look) => Some(&**look),
            Sight::Command(_) | Sight::Screen { .. } | Sight::File(_) => None,
        })
    }

    /// The first command that it ran.
    #[must_use]
    pub fn ran(&self) -> Option<&Ran> {
        self.sights.iter().find_map(|(_, it)| match it {
            Sight::Command(ran) => Some(ran),
            Sight::Page(_) | Sight::Screen { .. } | Sight::File(_) => None,
        })
    }

    /// The last screen of a terminal, and how the program ended where it has.
    #[must_use]
    pub fn screen(&self) -> Option<(&str, Option<&str>)> {
        self.sights.iter().rev().find_map(|(_, it)| match it {
            Sight::Screen { text, exit } => Some((text.as_str(), exit.as_deref())),
            Sight::Page(_) | Sight::Command(_) | Sight::File(_) => None,
        })
    }

    /// Whether anything was written by the network.
    #[must_use]
    pub fn wrote(&self) -> bool {
        let wrote = |it: &Sight| match it {
            Sight::Page(look) => look.writes.iter().any(|it| !it.ends_with(" beacon")),
            Sight::Command(ran) => !ran.files.trim().is_empty(),
            Sight::File(_) | Sight::Screen { .. } => false,
        };
        self.sights.iter().any(|(_, it)| wrote(it))
    }
}

/// What the probes of a night saw, in the order of the batches.
#[must_use]
pub fn seen(batches: &[Batch], entries: &[Entry], read: Read<'_>) -> Vec<Seen> {
    let attempts = Attempts::of(entries);
    let mut all = Vec::new();
    for batch in batches {
        let scenario = attempts.scenario(&batch.scenario.id);
        let log = scenario.and_then(|it| it.attempts.values().next_back());
        let why = scenario.and_then(|it| it.not_run).filter(|it| it.0 != Because::Deadline);
        let why = why.map_or(NOT_RUN, |it| it.1);
        let mut clean = log.is_some();
        for (probe, first, last) in &batch.parts {
            let one = match log {
                Some(log) => of_probe(probe, (*first, *last), log, clean, read),
                None => nothing(probe, why),
            };
            // What one wrote or broke is in the way of those after it.
            clean &= one.failure.is_none() && !one.wrote();
            all.push(one);
        }
    }
    all
}

fn nothing(probe: &Probe, why: &str) -> Seen {
    Seen {
        probe: probe.clone(),
        sights: Vec::new(),
        events: Vec::new(),
        remarks: Vec::new(),
        failure: Some(why.to_owned()),
        counts: false,
    }
}

fn of_probe(
    probe: &Probe,
    (first, last): (u32, u32),
    log: &AttemptLog<'_>,
    clean: bool,
    read: Read<'_>,
) -> Seen {
    let own = |index: u32| (first..=last).contains(&index);
    let mut sights = Vec::new();
    for checkpoint in log.checkpoints.iter().filter(|it| own(it.step)) {
        let at = (checkpoint.step - first) as usize;
        let facets: Vec<(FacetKind, String)> = checkpoint
            .facets
            .iter()
            .filter(|it| it.facet != FacetKind::Image && it.evidence.bytes < MOST_READ)
            .filter_map(|it| {
                let bytes = read(&it.evidence)?;
                Some((it.facet, String::from_utf8_lossy(&bytes).into_owned()))
            })
            .collect();
        let picture = checkpoint.facets.iter().find(|it| it.facet == FacetKind::Image);
        let mut sight = sight(probe.steps.get(at), &facets);
        if let Sight::Page(look) = &mut sight {
            look.picture = picture.map(|it| it.evidence.path.clone());
        }
        sights.push((at, sight));
    }
    let events = log.sightings.iter().filter(|it| own(it.step));
    let noticed = |it: &SightingLog<'_>| Noticed {
        kind: it.kind,
        message: it.message.to_owned(),
        path: it.path.to_owned(),
    };
    let events = events.map(noticed).collect();
    let steps = log.steps.iter().filter(|it| own(it.index));
    let remarks = steps.filter_map(|it| it.remark.clone()).collect();
    let failure = log.failures().find(|(step, _)| own(step.index));
    let is_nobodys = failure.is_some_and(|(_, it)| it.outcome == Outcome::HarnessError);
    let failure =
        failure.map(|(step, it)| format!("{}: expected {}; {}", step.text, it.expected, it.actual));
    let began = log.steps.iter().any(|it| own(it.index)) || !sights.is_empty();
    let ended = log.steps.iter().any(|it| it.index == last);
    let cut = || {
        let why = log.finished.as_ref().and_then(|it| it.detail).unwrap_or(NOT_RUN);
        (!ended).then(|| why.to_owned())
    };
    let harness = log.outcome() == Some(Outcome::HarnessError) && !ended;
    Seen {
        probe: probe.clone(),
        sights,
        events,
        remarks,
        failure: failure.or_else(cut),
        counts: clean && began && !harness && !is_nobodys,
    }
}

fn sight(step: Option<&Action>, facets: &[(FacetKind, String)]) -> Sight {
    let of = |kind: FacetKind| {
        facets.iter().find(|it| it.0 == kind).map_or(String::new(), |it| it.1.clone())
    };
    match step {
        Some(Action::Run(_)) => Sight::Command(Ran {
            exit: of(FacetKind::Exit),
            stdout: of(FacetKind::Stdout),
            stderr: of(FacetKind::Stderr),
            files: of(FacetKind::Files),
        }),
        Some(Action::Terminal(_)) => Sight::Screen {
            text: of(FacetKind::Screen),
            exit: Some(of(FacetKind::Exit)).filter(|it| !it.is_empty()),
        },
        Some(Action::File(_)) => Sight::File(of(FacetKind::Files)),
        _ => Sight::Page(Box::new(Look::read(facets))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::probe::{Goal, batches, look, open};
    use crate::model::testing::Night;

    #[test]
    fn a_step_that_says_nothing_of_the_product_does_not_count_and_one_that_fails_does() {
        let probe = Probe {
            id: "a".to_owned(),
            key: "a".to_owned(),
            goal: Goal::Page { address: "/".to_owned(), linked: false },
            steps: vec![open("/"), look("a")],
            product: None,
            from: None,
            shares: true,
            value: 1,
        };
        let made = batches(vec![probe]);
        let counts = |outcome| {
            let mut night = Night::default();
            let failure = (outcome, "an answer", "it asked to be left alone");
            night.begin("a", 1).passed("a", 1, 1, "/").failed("a", 1, 2, "/", failure);
            night.end("a", 1, outcome);
            seen(&made, &night.entries, &|_| None)[0].counts
        };
        assert!(!counts(Outcome::HarnessError));
        assert!(counts(Outcome::Failed));
    }

    #[test]
    fn a_program_may_answer_by_its_exit_code_and_one_that_complains_refuses() {
        let ran = |exit: &str, stdout: &str, stderr: &str| Ran {
            exit: exit.to_owned(),
            stdout: stdout.to_owned(),
            stderr: stderr.to_owned(),
            files: String::new(),
        };
        assert!(ran("exit: 0", "", "").answers());
        assert!(ran("exit: 1", "a.sql: 3 things are wrong", "").answers());
        assert!(!ran("exit: 2", "", "no such option").answers());
        assert!(!ran("exit: 1", "", "").answers());
        assert!(!ran("signal: 9", "half of it", "").answers());
    }
}
