//! [`Follow`]: makes the tickets of a night, and follows up those that there are: seen again, gone for
//! some nights, back. Never a second one for one cause: the tracker is asked before one is made,
//! asked again where nobody knows whether it was made, and once more when all are made; of two that
//! two machines made at the same moment, the later one is closed by whoever made it.

use std::collections::HashMap;
use std::time::Duration;

use super::super::exit::Exit;
use super::super::terminal;
use super::memory::Memory;
use super::tracker::{Filed, Progress, Tracker, TrackerError};
use crate::archive::Quiet;
use crate::model::filing::FileConfig;
use crate::report::NightReport;
use crate::report::shown::count;
use crate::report::ticket::{self, Block, Ticket};

/// How often it is tried to make something where nobody knows whether it was made.
const TRIES: u32 = 3;

/// What is followed up, and by whom.
pub struct Follow<'a> {
    tracker: &'a dyn Tracker,
    config: &'a FileConfig,
    report: &'a NightReport,
    link: Option<&'a str>,
    memory: Memory,
    failed: bool,
}

impl<'a> Follow<'a> {
    /// The tickets of a night in a tracker.
    pub fn new(
        tracker: &'a dyn Tracker,
        config: &'a FileConfig,
        report: &'a NightReport,
        link: Option<&'a str>,
        memory: Memory,
    ) -> Self {
        Self { tracker, config, report, link, memory, failed: false }
    }

    /// Makes what is missing and follows up the rest; `quiet` says for how many nights a cause is
    /// gone.
    pub fn all(
        &mut self,
        tickets: &[Ticket],
        quiet: &dyn Fn(&str) -> Result<Quiet, String>,
    ) -> anyhow::Result<Exit> {
        let known = match self.tracker.tickets() {
            Ok(known) => first_of_each(known),
            Err(error) => {
                terminal::say(format_args!(
                    "{}: {}; nothing was filed",
                    self.config.to.word(),
                    error.told(self.config.to)
                ));
                return Ok(Exit::Failed);
            }
        };
        let mut made: Vec<Filed> = Vec::new();
        for ticket in tickets {
            let of = match known.get(&ticket.cause) {
                Some(filed) => Ok(Some(filed.clone())),
                None => self.remembered(&ticket.cause),
            };
            match of {
                Ok(Some(filed)) => self.seen(ticket, &filed),
                Ok(None) if made.len() >= self.config.most as usize => {
                    terminal::say(format_args!(
                        "{}: not filed, since a night makes {} tickets at most (`file.at-most`)",
                        ticket.finding, self.config.most
                    ));
                }
                Ok(None) => made.extend(self.make(ticket)?),
                Err(error) => self.problem(&ticket.finding, &error),
            }
        }
        if !made.is_empty() {
            self.second_look(&made);
        }
        self.close_what_is_gone(&known, quiet);
        Ok(if self.failed { Exit::Failed } else { Exit::Passed })
    }

    /// A ticket that was made from here and that the tracker's list does not have yet.
    fn remembered(&self, cause: &str) -> Result<Option<Filed>, TrackerError> {
        match self.memory.of(cause) {
            Some(key) => self.tracker.find(key, cause),
            None => Ok(None),
        }
    }

    fn problem(&mut self, of: &str, error: &TrackerError) {
        self.failed = true;
        terminal::say(format_args!("{of}: not done: {}", error.told(self.config.to)));
    }

    fn make(&mut self, ticket: &Ticket) -> anyhow::Result<Option<Filed>> {
        let to = ticket.owner.as_ref().and_then(|it| self.config.assign.get(it));
        let mut tries = 0;
        let made = loop {
            tries += 1;
            match self.tracker.make(ticket, to.map(String::as_str)) {
                Err(error) if error.is_unsure() && tries < TRIES => {
                    std::thread::sleep(Duration::from_secs(u64::from(tries)));
                    match self.there_now(&ticket.cause) {
                        Ok(None) => {}
                        Ok(Some(filed)) => break Ok(filed),
                        Err(error) => break Err(error),
                    }
                }
                made => break made,
            }
        };
        match made {
            Ok(filed) => {
                self.memory.note(&ticket.cause, &filed.key)?;
                terminal::answer(format_args!(
                    "{}: filed as {} {}",
                    ticket.finding, filed.name, filed.url
                ));
                Ok(Some(filed))
            }
            Err(error) => {
                self.problem(&ticket.finding, &error);
                Ok(None)
            }
        }
    }

    fn there_now(&self, cause: &str) -> Result<Option<Filed>, TrackerError> {
        let all = self.tracker.tickets()?;
        Ok(all.into_iter().filter(|it| it.cause == cause).min_by_key(|it| it.order))
    }

    /// Looks whether somebody else made a ticket for the same cause before ours, at the same moment.
    fn second_look(&mut self, made: &[Filed]) {
        let all = match self.tracker.tickets() {
            Ok(all) => all,
            Err(error) => {
                terminal::say(format_args!("whether others filed the same is not known: {error}"));
                return;
            }
        };
        for own in made {
            let earlier = all
                .iter()
                .filter(|it| {
                    it.cause == own.cause && it.state == Progress::Open && it.order < own.order
                })
                .min_by_key(|it| it.order);
            let Some(earlier) = earlier else { continue };
            let said = ticket::duplicate(&earlier.name);
            let done = self
                .say(own, &format!("duplicate-{}", earlier.key), &said)
                .and_then(|()| self.tracker.close(own));
            match done {
                Ok(()) => {
                    terminal::answer(format_args!(
                        "{}: closed, it is the same as {}",
                        own.name, earlier.name
                    ));
                    if let Err(error) = self.memory.note(&own.cause, &earlier.key) {
                        terminal::say(format_args!("{error:#}"));
                    }
                }
                Err(error) => self.problem(&own.name, &error),
            }
        }
    }

    /// Says something of a ticket, once.
    fn say(&self, filed: &Filed, event: &str, text: &[Block]) -> Result<(), TrackerError> {
        let mut tries = 0;
        loop {
            if self.tracker.has_comment(filed, event)? {
                return Ok(());
            }
            tries += 1;
            match self.tracker.comment(filed, event, text) {
                Err(error) if error.is_unsure() && tries < TRIES => {
                    std::thread::sleep(Duration::from_secs(u64::from(tries)));
                }
                said => return said,
            }
        }
    }

    /// A cause that has a ticket was seen in this night.
    fn seen(&mut self, ticket: &Ticket, filed: &Filed) {
        let night = &self.report.night;
        let done = match &filed.state {
            Progress::Open => {
                let text = ticket::seen_again(self.report, ticket, self.link);
                self.say(filed, &night.id, &text).map(|()| "seen again")
            }
            Progress::GivenUp => {
                Ok("seen again; somebody decided that nothing will be done, so it stays closed")
            }
            // The night knows nothing of what was mended while it ran, or after it. The tracker says
            // by its own clock when that was.
            Progress::Closed(Some(at)) if *at - self.tracker.clock_ahead() > night.started => {
                Ok("seen, but closed after this night began; the next night tells")
            }
            Progress::Closed(_) => {
                let text = ticket::reopened(self.report, ticket, self.link);
                let opened = self.tracker.reopen(filed);
                opened.and_then(|()| self.say(filed, &night.id, &text)).map(|()| "opened again")
            }
        };
        match done {
            Ok(what) => {
                terminal::answer(format_args!(
                    "{}: {} {what} {}",
                    ticket.finding, filed.name, filed.url
                ));
                if self.memory.of(&filed.cause) != Some(filed.key.as_str())
                    && let Err(error) = self.memory.note(&filed.cause, &filed.key)
                {
                    terminal::say(format_args!("{error:#}"));
                }
            }
            Err(error) => self.problem(&format!("{} ({})", ticket.finding, filed.name), &error),
        }
    }

    /// Closes the tickets of causes that are gone for long enough.
    fn close_what_is_gone(
        &mut self,
        known: &HashMap<String, Filed>,
        quiet: &dyn Fn(&str) -> Result<Quiet, String>,
    ) {
        if self.config.close_after == 0 {
            return;
        }
        let mut open: Vec<&Filed> =
            known.values().filter(|it| it.state == Progress::Open).collect();
        open.sort_by_key(|it| it.order);
        for filed in open {
            if self.report.findings.iter().any(|it| it.fingerprint == filed.cause) {
                continue;
            }
            let nights = match quiet(&filed.cause) {
                Ok(Quiet::Nights(nights)) => nights,
                Ok(Quiet::Unknown | Quiet::Seen) => continue,
                Ok(Quiet::NotJudged(scenario)) => {
                    terminal::say(format_args!(
                        "{}: stays open, since {scenario} was not judged",
                        filed.name
                    ));
                    continue;
                }
                Err(why) => {
                    terminal::say(format_args!("nothing is closed: {why}"));
                    return;
                }
            };
            if nights < self.config.close_after as usize {
                continue;
            }
            let gone = count(nights, "night");
            let event = format!("closed-{}", self.report.night.id);
            let text = ticket::closed(&self.report.night.id, nights);
            match self.say(filed, &event, &text).and_then(|()| self.tracker.close(filed)) {
                Ok(()) => terminal::answer(format_args!(
                    "{}: closed, gone for {gone} {}",
                    filed.name, filed.url
                )),
                Err(error) => self.problem(&filed.name, &error),
            }
        }
    }
}

/// One ticket a cause: an open one before a closed one, then the one that was made first.
fn first_of_each(known: Vec<Filed>) -> HashMap<String, Filed> {
    let mut first: HashMap<String, Filed> = HashMap::new();
    let rank = |it: &Filed| (it.state != Progress::Open, it.order);
    for filed in known {
        match first.get(&filed.cause) {
            Some(other) if rank(other) <= rank(&filed) => {}
            Some(_) | None => drop(first.insert(filed.cause.clone(), filed)),
        }
    }
    first
}
