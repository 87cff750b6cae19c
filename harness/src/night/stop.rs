//! [`Stop`]: the one signal that ends a night before its work is done.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use chrono::{DateTime, Utc};
use tokio::sync::watch;

/// Why a night stops before its work is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Somebody asked for it.
    Interrupted,
    /// The report must be there soon.
    Deadline,
}

/// Tells everybody to stop, once, and remembers why.
#[derive(Debug, Clone)]
pub struct Stop {
    why: Arc<watch::Sender<Option<Why>>>,
    flag: Arc<watch::Sender<bool>>,
    requests: Arc<AtomicU8>,
}

impl Default for Stop {
    fn default() -> Self {
        Self {
            why: Arc::new(watch::Sender::new(None)),
            flag: Arc::new(watch::Sender::new(false)),
            requests: Arc::default(),
        }
    }
}

impl Stop {
    /// Stops the night because somebody asked for it; a second time also skips the PDF.
    pub fn interrupt(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.now(Why::Interrupted);
    }

    /// A stop for a part of the work: it ends when somebody asks for the whole to end, and has a
    /// deadline of its own.
    #[must_use]
    pub fn of_part(&self) -> Self {
        let part = Self::default();
        let (whole, own) = (self.clone(), part.clone());
        tokio::spawn(async move {
            let asked = whole.signal().wait_for(|it| *it).await.is_ok();
            if asked && whole.why() == Some(Why::Interrupted) {
                own.interrupt();
            }
        });
        part
    }

    /// Whether somebody asked more than once.
    #[must_use]
    pub fn is_impatient(&self) -> bool {
        self.requests.load(Ordering::Relaxed) > 1
    }

    /// Why the night stopped, if it did.
    #[must_use]
    pub fn why(&self) -> Option<Why> {
        *self.why.borrow()
    }

    /// Becomes true when the night must stop.
    #[must_use]
    pub fn signal(&self) -> watch::Receiver<bool> {
        self.flag.subscribe()
    }

    /// Waits until the night must stop; for ever where it never must.
    pub(super) async fn comes(&self) {
        let mut signal = self.signal();
        let _told = signal.wait_for(|it| *it).await.is_ok();
    }

    /// Stops the night at an instant.
    pub(super) fn at(&self, instant: Option<DateTime<Utc>>) {
        let Some(instant) = instant else { return };
        let wait = (instant - Utc::now()).to_std().unwrap_or_default();
        let stop = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(wait).await;
            stop.now(Why::Deadline);
        });
    }

    fn now(&self, why: Why) {
        self.why
            .send_if_modified(|current| current.is_none().then(|| *current = Some(why)).is_some());
        self.flag.send_replace(true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_part_ends_with_the_whole_and_its_own_deadline_ends_nothing_else() {
        let whole = Stop::default();
        let (late, part) = (whole.of_part(), whole.of_part());
        late.at(Some(Utc::now()));
        let mut ended = late.signal();
        ended.wait_for(|it| *it).await.expect("it ends");
        assert_eq!((whole.why(), part.why()), (None, None));
        whole.interrupt();
        part.signal().wait_for(|it| *it).await.expect("it ends");
        assert_eq!(part.why(), Some(Why::Interrupted));
    }

    #[test]
    fn the_first_reason_is_kept_and_a_second_interrupt_is_impatience() {
        let stop = Stop::default();
        let signal = stop.signal();
        assert_eq!((stop.why(), *signal.borrow()), (None, false));
        stop.now(Why::Deadline);
        stop.interrupt();
        assert_eq!((stop.why(), *signal.borrow()), (Some(Why::Deadline), true));
        assert!(!stop.is_impatient());
        stop.interrupt();
        assert!(stop.is_impatient());
    }
}
