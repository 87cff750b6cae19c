//! [`Purse`]: what all goals of a night together may take of a model, and what they took so far; shared
//! by all workers. What a request may take at the most is held before it is asked, and what it did not
//! take is given back: however many ask at once, together they go no further over than one alone.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::model::budget::{Budget, Next, Over, Spent};

/// The budget of a night.
#[derive(Debug, Default)]
pub struct Purse {
    budget: Budget,
    state: Mutex<State>,
    /// Tells those who wait that something was given back.
    given_back: Notify,
}

#[derive(Debug, Default)]
struct State {
    spent: Spent,
    /// What those who are at it may take at the most.
    held: Vec<(u64, Spent)>,
    next: u64,
}

/// What one request may take at the most. It is given back with its end, whatever that is.
#[derive(Debug)]
#[must_use = "what is held is given back when this is dropped"]
pub struct Hold<'a> {
    purse: &'a Purse,
    number: u64,
}

impl Purse {
    /// One with this budget, of which so much is spent.
    #[must_use]
    pub fn new(budget: Budget, spent: Spent) -> Self {
        let state = Mutex::new(State { spent, ..State::default() });
        Self { budget, state, given_back: Notify::new() }
    }

    /// What was spent so far.
    #[must_use]
    pub fn spent(&self) -> Spent {
        self.state().spent
    }

    /// Takes note of what was spent that nobody held.
    pub fn add(&self, more: Spent) {
        self.state().spent.add(more);
    }

    /// Which bound leaves no room for what comes next.
    #[must_use]
    pub fn over(&self, next: Next) -> Option<Over> {
        self.spent().over(&self.budget, next)
    }

    /// How much time is left, in milliseconds; `None` where it is not bounded.
    #[must_use]
    pub fn time_left_ms(&self) -> Option<u64> {
        self.budget.time_ms.map(|it| it.saturating_sub(self.spent().time_ms))
    }

    /// Holds what a request may take at the most. One that may not fit beside the others waits until it
    /// does, or until it is alone.
    ///
    /// # Errors
    /// Nothing is left; the bound that says so.
    pub async fn hold(&self, most: Spent) -> Result<Hold<'_>, Over> {
        loop {
            let mut given_back = std::pin::pin!(self.given_back.notified());
            // From here on nothing that is given back is missed.
            given_back.as_mut().enable();
            if let Some(hold) = self.held_at_once(most)? {
                return Ok(hold);
            }
            given_back.await;
        }
    }

    fn held_at_once(&self, most: Spent) -> Result<Option<Hold<'_>>, Over> {
        let mut state = self.state();
        if let Some(over) = state.spent.over(&self.budget, Next::Ask) {
            return Err(over);
        }
        let mut all = state.spent;
        for (_, held) in &state.held {
            all.add(*held);
        }
        all.add(most);
        let fits = all.over(&self.budget, Next::End).is_none();
        if !fits && !state.held.is_empty() {
            return Ok(None);
        }
        let number = state.next;
        state.next += 1;
        state.held.push((number, most));
        Ok(Some(Hold { purse: self, number }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hold<'_> {
    /// Takes note of what was spent of it, and gives the rest back.
    pub fn spend(self, took: Spent) {
        self.purse.add(took);
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        self.purse.state().held.retain(|it| it.0 != self.number);
        self.purse.given_back.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn tokens(tokens_in: u64) -> Spent {
        Spent { asked: 1, tokens_in, ..Spent::default() }
    }

    fn purse(tokens: u64) -> Purse {
        Purse::new(Budget { tokens: Some(tokens), ..Budget::default() }, Spent::default())
    }

    /// Workers that each ask as long as they may; answers with what they took together, and how many
    /// asked at once.
    async fn together(purse: Arc<Purse>, most: u64, takes: u64) -> (u64, u32) {
        let (at_once, peak) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
        let workers: Vec<_> = (0..8)
            .map(|_| {
                let (purse, at_once, peak) = (purse.clone(), at_once.clone(), peak.clone());
                tokio::spawn(async move {
                    while let Ok(hold) = purse.hold(tokens(most)).await {
                        let now = at_once.fetch_add(1, Ordering::SeqCst) + 1;
                        peak.fetch_max(now, Ordering::SeqCst);
                        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
                        at_once.fetch_sub(1, Ordering::SeqCst);
                        hold.spend(tokens(takes));
                    }
                })
            })
            .collect();
        for worker in workers {
            worker.await.expect("it ends");
        }
        (purse.spent().tokens(), peak.load(Ordering::SeqCst))
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn eight_who_ask_at_once_take_no_more_than_one_would_alone() {
        // Eight who book behind their answers would take 170 of 100.
        let (spent, peak) = together(Arc::new(purse(100)), 10, 10).await;
        assert_eq!(spent, 100);
        assert!((2..=8).contains(&peak), "they ask side by side: {peak}");
        let (spent, _) = together(Arc::new(purse(95)), 10, 10).await;
        assert_eq!(spent, 100, "the last may go over, alone");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn what_was_not_used_is_given_back() {
        let (spent, _) = together(Arc::new(purse(100)), 60, 1).await;
        assert_eq!(spent, 100);
        let purse = purse(10);
        drop(purse.hold(tokens(10)).await.expect("there is room"));
        assert_eq!(purse.spent(), Spent::default(), "who gave up took nothing");
        purse.hold(tokens(10)).await.expect("there is room again").spend(tokens(10));
        assert_eq!(purse.hold(tokens(1)).await.expect_err("nothing is left").used, 10);
    }

    #[tokio::test]
    async fn without_a_bound_nobody_waits() {
        let purse = Purse::default();
        let all = [purse.hold(tokens(u64::MAX)).await, purse.hold(tokens(u64::MAX)).await];
        assert!(all.iter().all(Result::is_ok));
    }
}
