//! [`House`]: brings a product up for somebody from outside, such as a coding agent, who uses it
//! through an attempt. What happens lies in a folder below the nights' that is made like a night's:
//! plan, ledger and evidence, and at its end the seal.
//!
//! Used by `nightshift mcp`. It takes no lock: whoever forgets a session must not keep the night
//! from running.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::attempts::{self, Attempted, Side, Worker};
use super::leaving::{leave, or_leave};
use super::means::Means;
use super::preflight::Ready;
use super::{
    NightError, Progress, RunOptions, Stop, builds, nights_folder, patience, plan_of, preflight,
    secrets, tonight, write_plan,
};
use crate::attempt::{Ended, Guest, Person};
use crate::ledger::{Ledger, NightDir};
use crate::model::bounds::Bounds;
use crate::model::pursuit::Pursuit;
use crate::model::sandbox::Author;
use crate::model::seal::Seal;
use crate::model::{
    Action, Because, Event, FORMAT_VERSION, Patience, Plan, Scenario, Step, Suite, Template,
};
use crate::process::{Cookie, is_orphaned};

/// The folder of sessions, below that of the nights.
pub const SESSIONS: &str = "sessions";
/// The file in which a session that goes on says whose it is.
const OWNER: &str = "owner";
/// The file that a session ends with.
const SEALED: &str = "session.json";
/// The name of what a session does, where nights have scenarios.
const SCENARIO: &str = "session";

/// Which product somebody may use, and as whom.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Invitation {
    /// The product; `None` is the suite's first.
    pub product: Option<String>,
    /// Whose session the page starts from; `None` is a visitor.
    pub actor: Option<String>,
}

/// How a session ended, as its folder says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionEnd {
    /// The version of this format.
    pub format_version: u32,
    /// The session's id.
    pub session: String,
    /// The product.
    pub product: Option<String>,
    /// When it began.
    pub started: DateTime<Utc>,
    /// When it ended.
    pub finished: DateTime<Utc>,
    /// What its ledger ended with; `nightshift verify` holds the session against it.
    pub ledger: Seal,
}

/// What somebody did in a session before, for one that goes on from there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    /// The session's id.
    pub session: String,
    /// Which product was used, and as whom.
    pub invitation: Invitation,
    /// What was done since its last clean state, in order; secrets stand as `${secret:NAME}`.
    pub actions: Vec<Action>,
}

impl Before {
    /// Reads a session, by its id or its folder, also one that was cut off.
    ///
    /// # Errors
    /// There is none, it still goes on, or it cannot be read.
    pub fn read(suite: &Suite, session: &str) -> Result<Self, NightError> {
        let by_id = sessions_folder(&nights_folder(suite)).join(session);
        let folder = if by_id.is_dir() { by_id } else { PathBuf::from(session) };
        let night = NightDir::open(&folder).map_err(|_| {
            NightError::Usage(format!(
                "there is no session {session}; name one of reports/nights/{SESSIONS}"
            ))
        })?;
        if is_in_use(&folder) {
            return Err(NightError::Usage(format!(
                "the session {session} still goes on; end its `nightshift mcp` first"
            )));
        }
        let plan = night.plan()?;
        let visit = plan.scenarios.first();
        let invitation = Invitation {
            product: visit.and_then(|it| it.product.clone()),
            actor: visit.and_then(|it| it.actor.clone()),
        };
        let events: Vec<Event> = night.entries()?.into_iter().map(|it| it.event).collect();
        Ok(Self { session: plan.night, invitation, actions: done_last(&events) })
    }
}

/// The actions that were carried out since the last clean state.
fn done_last(events: &[Event]) -> Vec<Action> {
    let mut proposed: Option<(u32, &Action)> = None;
    let mut done = Vec::new();
    for event in events {
        match event {
            Event::AttemptStarted { .. } => done.clear(),
            Event::Goal { pursuit: Pursuit::Proposed { number, action, .. }, .. } => {
                proposed = Some((*number, &**action));
            }
            Event::Goal { pursuit: Pursuit::Done { number, failed: None, .. }, .. } => {
                let own = proposed.take().filter(|it| it.0 == *number);
                done.extend(own.map(|it| it.1.clone()));
            }
            _ => {}
        }
    }
    done
}

/// How somebody was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// The guest left.
    Left,
    /// Browser or product is not well, and why.
    NotReady(String),
    /// It was interrupted.
    Interrupted,
}

/// An open session.
pub struct House {
    suite: Suite,
    options: RunOptions,
    builds: IndexMap<String, String>,
    patience: Patience,
    plan: Plan,
    ledger: Arc<Ledger>,
    /// How often the product was brought up or begun again.
    attempts: AtomicU32,
}

impl House {
    /// Opens a session: its folder, plan and ledger. Nothing is started yet.
    ///
    /// # Errors
    /// The product is unknown, a secret is missing, or the folder cannot be written.
    pub fn open(
        suite: &Suite,
        options: &RunOptions,
        invitation: &Invitation,
    ) -> Result<Self, NightError> {
        let builds = builds::choose(&suite.config, &options.builds)?;
        let (patience, _) = patience::of(&suite.config.night);
        let whole = suite;
        let suite = tonight(suite, options, patience);
        let scenario = visit(&suite, invitation)?;
        let suite = Suite { scenarios: vec![scenario], ..suite };
        let plan = plan_of(&suite, options, Utc::now())?;
        let secrets = secrets::of_a_guest(whole, &plan, options)?;
        let folder = sessions_folder(&nights_folder(&suite)).join(&plan.night);
        let ledger = Ledger::create(NightDir::create(folder)?, secrets, Utc::now)?;
        write_plan(&ledger, &plan)?;
        ledger.append(Event::NightStarted {
            format_version: FORMAT_VERSION,
            night: plan.night.clone(),
        })?;
        ledger.write_file(OWNER, Cookie::new().value().as_bytes())?;
        let person = Person { meanwhile: true, ..options.person.clone() };
        let options = RunOptions { author: Author::Outside, person, ..options.clone() };
        let ledger = Arc::new(ledger);
        let attempts = AtomicU32::new(0);
        Ok(Self { suite, options, builds, patience, plan, ledger, attempts })
    }

    /// Where what happens is kept.
    #[must_use]
    pub fn ledger(&self) -> &Arc<Ledger> {
        &self.ledger
    }

    /// Whether the product has pages.
    #[must_use]
    pub fn has_pages(&self) -> bool {
        self.plan.scenarios.first().is_some_and(preflight::uses_browser)
    }

    /// What may be proposed.
    #[must_use]
    pub fn bounds(&self) -> Vec<Bounds> {
        self.suite.config.policy.iter().cloned().collect()
    }

    /// Brings browser and product up and lets a guest use them until it leaves.
    ///
    /// # Errors
    /// Something cannot be recorded.
    pub async fn receive(
        &self,
        guest: &mut Guest,
        stop: &Stop,
        progress: Arc<dyn Fn(Progress) + Send + Sync>,
    ) -> Result<Received, NightError> {
        let others = builds::Others::default();
        let (suite, options) = (&self.suite, &self.options);
        let mut plan = Plan { patience: Some(self.patience), ..self.plan.clone() };
        let at = (&self.builds, &others);
        let ready =
            preflight::run(suite, options, at, (&self.ledger, &plan), stop, &progress).await?;
        plan.environment.clone_from(&ready.environment);
        plan.products.clone_from(&ready.builds);
        let grid = ready.browser_options.grid.clone();
        let received = Box::pin(self.received(plan, ready, guest, stop)).await;
        or_leave(grid.as_ref(), received).await
    }

    /// Lets a guest use what is ready until it leaves, and ends all of it.
    async fn received(
        &self,
        plan: Plan,
        mut ready: Ready,
        guest: &mut Guest,
        stop: &Stop,
    ) -> Result<Received, NightError> {
        let mut worker = Worker::new(ready.browser.take());
        let _scratch = ready.scratch.clone();
        let made = (Arc::new(plan), self.ledger.clone());
        let means = Means::of(&self.suite, &self.options, made, &mut ready)?;
        let side = Side::under_test(means, ready.products);
        let received = if ready.runnable.is_empty() {
            Received::NotReady(self.not_run())
        } else {
            self.attempts(&side, guest, &mut worker, stop).await?
        };
        if let Some(browser) = worker.browser {
            browser.stop().await;
        }
        leave(side.means.browser_options.grid.as_ref()).await;
        for product in side.products.all() {
            drop(product.stop().await);
        }
        Ok(received)
    }

    /// One attempt after the other, as often as the guest wants to begin again.
    async fn attempts(
        &self,
        side: &Side,
        guest: &mut Guest,
        worker: &mut Worker,
        stop: &Stop,
    ) -> Result<Received, NightError> {
        let scenario =
            side.means.plan.scenarios.first().expect("a plan has a scenario, or is an error");
        loop {
            let number = self.attempts.fetch_add(1, Ordering::Relaxed) + 1;
            let signal = stop.signal();
            match attempts::receive(side, scenario, number, worker, signal, guest).await? {
                Attempted::CouldNot => return Ok(Received::NotReady(self.not_run())),
                Attempted::Ended(Ended::Stopped) => return Ok(Received::Interrupted),
                Attempted::Ended(Ended::With(_)) if guest.again => begin_anew(side).await,
                Attempted::Ended(Ended::With(_)) => return Ok(Received::Left),
            }
        }
    }

    /// Why the product could not be used.
    fn not_run(&self) -> String {
        let entries = self.ledger.entries_of(SCENARIO);
        let detail = entries.into_iter().rev().find_map(|entry| match entry.event {
            Event::NotRun { detail, because: Because::Preflight | Because::Login, .. } => {
                Some(detail)
            }
            _ => None,
        });
        detail.unwrap_or_else(|| "browser or product is not well".to_owned())
    }

    /// Keeps a scenario that somebody proposes: its text as evidence, and as a file of the session
    /// that a person may take. Answers with the file.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn keep_offer(&self, by: &str, scenario: &str, text: &str) -> Result<PathBuf, NightError> {
        let kept = self.ledger.keep("proposed scenario", "text/plain", text.as_bytes())?;
        let folder = self.ledger.night().path().join("proposals");
        std::fs::create_dir_all(&folder).map_err(|source| NightError::Io {
            action: "create",
            path: folder.clone(),
            source,
        })?;
        self.ledger.write_file(&format!("proposals/{scenario}.yaml"), text.as_bytes())?;
        self.ledger.append(Event::Goal {
            scenario: SCENARIO.to_owned(),
            attempt: 0,
            step: 0,
            pursuit: Pursuit::Offered {
                by: by.to_owned(),
                scenario: scenario.to_owned(),
                evidence: kept.path,
            },
        })?;
        Ok(folder.join(format!("{scenario}.yaml")))
    }

    /// Ends the session and seals its ledger.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn close(&self, stop: &Stop) -> Result<(), NightError> {
        self.ledger.append(Event::NightFinished { interrupted: stop.why().is_some() })?;
        let end = SessionEnd {
            format_version: FORMAT_VERSION,
            session: self.plan.night.clone(),
            product: self.plan.scenarios.first().and_then(|it| it.product.clone()),
            started: self.plan.started,
            finished: Utc::now(),
            ledger: self.ledger.night().seal(None)?,
        };
        let json = serde_json::to_vec_pretty(&end).expect("plain data");
        self.ledger.write_file(SEALED, &json)?;
        // It is only there for whoever cleans up meanwhile.
        let _ = std::fs::remove_file(self.ledger.night().path().join(OWNER));
        Ok(())
    }
}

/// The folder of the sessions, given that of the nights.
#[must_use]
pub fn sessions_folder(nights: &Path) -> PathBuf {
    nights.join(SESSIONS)
}

/// How a session ended; `None` where it has not, or is none.
#[must_use]
pub fn session_end(folder: &Path) -> Option<SessionEnd> {
    serde_json::from_slice(&std::fs::read(folder.join(SEALED)).ok()?).ok()
}

/// Whether a folder is that of a session, however far it is.
#[must_use]
pub fn is_session(folder: &Path) -> bool {
    [OWNER, SEALED].iter().any(|it| folder.join(it).is_file())
}

/// Whether a folder is that of a session that goes on.
#[must_use]
pub fn is_in_use(folder: &Path) -> bool {
    let owner = std::fs::read_to_string(folder.join(OWNER));
    owner.is_ok_and(|it| !is_orphaned(&it))
}

/// Brings the products back to a clean state: a server that attempts share has seen what was done, and
/// the suite may have other data by now.
async fn begin_anew(side: &Side) {
    for product in side.products.all() {
        drop(product.stop().await);
        product.kept.forget();
    }
}

/// What a session begins with, as a scenario: the first page of a product that has pages.
fn visit(suite: &Suite, invitation: &Invitation) -> Result<Scenario, NightError> {
    let products = &suite.config.products;
    let name = match &invitation.product {
        Some(name) if products.contains_key(name) => Some(name),
        Some(name) => {
            let all: Vec<&str> = products.keys().map(String::as_str).collect();
            return Err(NightError::Usage(format!(
                "there is no product {name}; there are: {}",
                all.join(", ")
            )));
        }
        None => products.keys().next(),
    };
    let product = name.and_then(|it| products.get(it));
    let has_pages = product.is_some_and(|it| it.serve.is_some() || it.base_url.is_some());
    let open = Step::new(1, SCENARIO, 1, Action::Open(Template::new("/")));
    Ok(Scenario {
        id: SCENARIO.to_owned(),
        file: SCENARIO.to_owned(),
        line: 1,
        product: name.cloned(),
        actor: invitation.actor.clone(),
        steps: if has_pages { vec![open] } else { Vec::new() },
        ..Scenario::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Purpose;

    fn started(attempt: u32) -> Event {
        let (scenario, known) = (SCENARIO.to_owned(), Vec::new());
        Event::AttemptStarted { scenario, attempt, known, purpose: Purpose::Judging }
    }

    /// Opens a page: what was proposed, and how it went where it was carried out.
    fn opened(number: u32, address: &str, went: &[Option<&str>]) -> Vec<Event> {
        let line = |pursuit| {
            let scenario = SCENARIO.to_owned();
            Event::Goal { scenario, attempt: 1, step: 1, pursuit }
        };
        let action = Box::new(Action::Open(address.into()));
        let (by, reads) = ("mcp own".to_owned(), "mcp own".to_owned());
        let proposed = line(Pursuit::Proposed { number, by, reads, action });
        let done = went.iter().map(|failed| {
            let failed = failed.map(str::to_owned);
            line(Pursuit::Done { number, place: String::new(), failed, duration_ms: 1 })
        });
        [proposed].into_iter().chain(done).collect()
    }

    #[test]
    fn what_was_carried_out_since_the_last_clean_state_is_done_again_and_nothing_else() {
        let well = &[None];
        let first = [vec![started(1)], opened(1, "/a", well), opened(2, "/b", well)].concat();
        let open = |address: &str| Action::Open(address.into());
        assert_eq!(done_last(&first), [open("/a"), open("/b")]);
        let again = [first, vec![started(2)]].concat();
        assert_eq!(done_last(&again), []);
        let others = [opened(3, "/denied", &[]), opened(4, "/slow", &[Some("too slow")])];
        let more = [again, others.concat(), opened(5, "/c", well)].concat();
        assert_eq!(done_last(&more), [open("/c")]);
    }
}
