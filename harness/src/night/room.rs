//! [`Room`]: whether there is room on the disks that a night writes to, and waiting until there is
//! some again. It is asked by writing: quotas and what is kept for others count too.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::{NightError, Stop};
use crate::ledger::{Ledger, LedgerError, NightDir};
use crate::model::attempts::Attempts;
use crate::model::event::DISK;
use crate::model::{Event, Outcome, Scenario};

/// So much must fit, in bytes.
const ENOUGH: usize = 4 << 20;
/// How long all of a night may wait for room.
const AT_MOST: Duration = Duration::from_mins(5);
/// How often it is asked meanwhile.
const LOOK: Duration = Duration::from_millis(200);
/// How often one scenario goes on behind a full disk.
pub(super) const MOST_TIMES: u32 = 3;

/// Whether nothing more can be written to a folder.
type IsFull = Box<dyn Fn(&Path) -> bool + Send + Sync>;

/// The room that a night has.
pub(super) struct Room {
    folders: Vec<PathBuf>,
    is_full: IsFull,
    /// How long it may still be waited tonight.
    left: tokio::sync::Mutex<Duration>,
}

/// There was no room.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Lack {
    folder: PathBuf,
    /// Whether there is some again.
    pub is_over: bool,
}

impl Room {
    /// That of a night: where it is written, and where temporary files go.
    pub(super) fn of(night: &NightDir) -> Self {
        let folders = vec![night.path().to_owned(), std::env::temp_dir()];
        Self { folders, is_full: Box::new(is_full), left: tokio::sync::Mutex::new(AT_MOST) }
    }

    fn lacking(&self) -> Option<&Path> {
        self.folders.iter().map(PathBuf::as_path).find(|it| (self.is_full)(it))
    }

    /// Whether there is none now.
    pub(super) fn is_lacking(&self) -> bool {
        self.lacking().is_some()
    }

    /// Waits until there is room again, as long as the night goes on and has not waited for too long;
    /// `None` where there is some.
    pub(super) async fn comes_back(&self, stop: &Stop) -> Option<Lack> {
        let folder = self.lacking()?.to_owned();
        tracing::warn!("nothing can be written to {}; waiting for room", folder.display());
        let mut left = self.left.lock().await;
        let began = Instant::now();
        while self.lacking().is_some() && began.elapsed() < *left && stop.why().is_none() {
            tokio::select! {
                () = stop.comes() => {}
                () = tokio::time::sleep(LOOK.min(*left)) => {}
            }
        }
        *left = left.saturating_sub(began.elapsed());
        let is_over = self.lacking().is_none();
        Some(Lack { folder, is_over })
    }
}

impl Lack {
    /// What was seen, in a sentence.
    pub(super) fn said(&self) -> String {
        let folder = self.folder.display();
        if self.is_over {
            format!("nothing could be written to {folder}; there is room again")
        } else {
            format!("nothing can be written to {folder}; remove what is not needed")
        }
    }
}

/// Notes that there was no room since this moment.
///
/// # Errors
/// The ledger cannot be written.
pub(super) fn note(
    ledger: &Ledger,
    detail: String,
    since: DateTime<Utc>,
) -> Result<(), LedgerError> {
    let (check, ok, duration_ms) = (DISK.to_owned(), false, milliseconds(since));
    ledger.append(Event::Preflight { check, ok, detail, duration_ms, evidence: Vec::new() })?;
    Ok(())
}

/// Ends in the ledger what of a scenario had begun since then and could not be written to its end.
///
/// # Errors
/// The ledger cannot be written.
pub(super) fn give_up(
    ledger: &Ledger,
    scenario: &Scenario,
    since: DateTime<Utc>,
) -> Result<(), LedgerError> {
    let entries = ledger.entries_of(&scenario.id);
    let attempts = Attempts::of(&entries);
    let Some(log) = attempts.scenario(&scenario.id) else { return Ok(()) };
    let all = [&log.attempts, &log.measured, &log.beside, &log.control, &log.tried];
    for (number, _) in all.into_iter().flatten().filter(|it| it.1.finished.is_none()) {
        ledger.append(Event::AttemptFinished {
            scenario: scenario.id.clone(),
            attempt: *number,
            outcome: Outcome::HarnessError,
            detail: Some("nothing more of it could be written".to_owned()),
            duration_ms: milliseconds(since),
        })?;
    }
    Ok(())
}

fn milliseconds(since: DateTime<Utc>) -> u64 {
    u64::try_from((Utc::now() - since).num_milliseconds()).unwrap_or_default()
}

/// Whether an error says that there is no room.
pub(super) fn is_lack_of_room(error: &NightError) -> bool {
    let (NightError::Ledger(LedgerError::Io { source, .. }) | NightError::Io { source, .. }) =
        error
    else {
        return false;
    };
    is_lack(source)
}

fn is_lack(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

fn is_full(folder: &Path) -> bool {
    let written = tempfile::tempfile_in(folder).and_then(|mut it| it.write_all(&vec![0; ENOUGH]));
    written.is_err_and(|error| is_lack(&error))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::ledger::Secrets;
    use crate::model::attempts::AttemptLog;
    use crate::model::testing::Night;

    /// A disk that is full so often when it is asked, in a night that may wait so long.
    fn room(times: usize, left: Duration) -> Room {
        let asked = AtomicUsize::new(0);
        let is_full = move |_: &Path| asked.fetch_add(1, Ordering::Relaxed) < times;
        let folders = vec![PathBuf::from("/full")];
        Room { folders, is_full: Box::new(is_full), left: tokio::sync::Mutex::new(left) }
    }

    #[tokio::test]
    async fn room_is_waited_for_until_it_is_there_the_night_has_waited_enough_or_must_stop() {
        let stop = Stop::default();
        let long = Duration::from_mins(5);
        assert_eq!(room(0, long).comes_back(&stop).await, None);
        let back = room(2, long).comes_back(&stop).await.expect("it was full");
        assert!(back.is_over, "{}", back.said());
        let never = room(usize::MAX, Duration::from_millis(5));
        let lack = never.comes_back(&stop).await.expect("it is full");
        assert!(!lack.is_over && lack.said().contains("/full"), "{}", lack.said());
        assert_eq!(*never.left.lock().await, Duration::ZERO, "it waits no second time");
        stop.interrupt();
        let stopped = room(usize::MAX, long).comes_back(&stop).await.expect("it is full");
        assert!(!stopped.is_over);
    }

    #[test]
    fn what_could_not_be_written_to_its_end_is_ended_and_what_had_ended_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let night = NightDir::create(folder.path().join("night")).expect("a new night");
        let ledger = Ledger::create(night, Secrets::default(), Utc::now).expect("a new ledger");
        let mut made = Night::default();
        made.begin("s", 1).end("s", 1, Outcome::Completed).begin("s", 2);
        for entry in made.entries {
            ledger.append(entry.event).expect("there is room");
        }
        let scenario = Scenario { id: "s".to_owned(), ..Scenario::default() };
        give_up(&ledger, &scenario, Utc::now()).expect("there is room again");
        note(&ledger, "full".to_owned(), Utc::now()).expect("there is room again");
        let entries = ledger.entries();
        let attempts = Attempts::of(&entries);
        let outcomes = attempts.scenario("s").expect("it ran").attempts.values();
        let outcomes: Vec<_> = outcomes.map(AttemptLog::outcome).collect();
        assert_eq!(outcomes, [Some(Outcome::Completed), Some(Outcome::HarnessError)]);
        assert_eq!(attempts.failed_preflight[0].check, DISK);
    }

    #[test]
    fn a_folder_with_room_is_not_full_and_one_that_is_not_there_is_not_called_so() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(!is_full(folder.path()));
        assert!(!is_full(&folder.path().join("none")));
        let error = |kind: ErrorKind| NightError::Io {
            action: "write",
            path: PathBuf::from("x"),
            source: kind.into(),
        };
        assert!(is_lack_of_room(&error(ErrorKind::StorageFull)));
        assert!(!is_lack_of_room(&error(ErrorKind::PermissionDenied)));
    }
}
