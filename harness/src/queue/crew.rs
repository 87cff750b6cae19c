//! [`Crew`]: which workers are there, and since when nobody is, by our own clock that only runs on.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::wire::{Said, Sign};

/// A worker that says nothing for so long is gone.
pub(super) const GONE: Duration = Duration::from_secs(30);
/// After so long without anybody it is said that nobody is there.
const LONELY: Duration = Duration::from_secs(15);
/// Nobody is waited for any longer than this.
pub(super) const NOBODY: Duration = Duration::from_secs(300);

/// The workers of a night.
#[derive(Debug)]
pub(super) struct Crew {
    /// When each was heard of last.
    seen: BTreeMap<String, Instant>,
    /// Who takes no part, and why.
    refused: BTreeMap<String, String>,
    /// When somebody was there last.
    last: Instant,
    /// Whether it was said since then that nobody is.
    is_told: bool,
}

/// How many hands there are more, or fewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    None,
    More,
    Fewer(usize),
}

impl Crew {
    pub(super) fn new(now: Instant) -> Self {
        let (seen, refused) = (BTreeMap::new(), BTreeMap::new());
        Self { seen, refused, last: now, is_told: false }
    }

    /// Takes note of what a worker says.
    pub(super) fn signed(&mut self, Sign { worker, said }: Sign, now: Instant) -> Change {
        match said {
            Said::Here => {
                (self.last, self.is_told) = (now, false);
                self.refused.remove(&worker);
                if self.seen.insert(worker.clone(), now).is_some() {
                    return Change::None;
                }
                tracing::info!("worker {worker} is there");
                Change::More
            }
            Said::Left => self.without(&worker),
            Said::Refused(why) => {
                let change = self.without(&worker);
                if self.refused.insert(worker.clone(), why.clone()).as_ref() != Some(&why) {
                    tracing::warn!("worker {worker} takes no part: {why}");
                }
                change
            }
        }
    }

    fn without(&mut self, worker: &str) -> Change {
        self.seen.remove(worker).map_or(Change::None, |_| Change::Fewer(1))
    }

    /// Strikes out who was not heard of for too long.
    pub(super) fn aged(&mut self, now: Instant) -> Change {
        let before = self.seen.len();
        self.seen.retain(|worker, last| {
            let is_there = now.duration_since(*last) < GONE;
            if !is_there {
                tracing::warn!("worker {worker} was not heard of for {} s", GONE.as_secs());
            }
            is_there
        });
        if !self.seen.is_empty() {
            self.last = now;
        }
        match before - self.seen.len() {
            0 => Change::None,
            gone => Change::Fewer(gone),
        }
    }

    /// Whether it is to be said now that nobody is there: once, until somebody is.
    pub(super) fn is_lonely(&mut self, now: Instant) -> bool {
        let is_lonely = self.seen.is_empty() && now.duration_since(self.last) >= LONELY;
        is_lonely && !std::mem::replace(&mut self.is_told, is_lonely)
    }

    /// Why nobody is waited for any longer; `None` while somebody may still come.
    pub(super) fn is_missing(&self, now: Instant) -> Option<String> {
        if !self.seen.is_empty() || now.duration_since(self.last) < NOBODY {
            return None;
        }
        let why = format!("no worker was there for {} minutes", NOBODY.as_secs() / 60);
        let refused = self.refused.iter().map(|(worker, why)| format!("; {worker} refused: {why}"));
        Some(refused.fold(why, |all, it| all + &it))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sign(worker: &str, said: Said) -> Sign {
        Sign { worker: worker.to_owned(), said }
    }

    #[test]
    fn who_is_not_heard_of_is_gone_and_who_comes_back_is_another_hand() {
        let begun = Instant::now();
        let after = |seconds| begun + Duration::from_secs(seconds);
        let mut crew = Crew::new(begun);
        assert_eq!(crew.signed(sign("a", Said::Here), begun), Change::More);
        assert_eq!(crew.signed(sign("a", Said::Here), after(5)), Change::None);
        assert_eq!(crew.signed(sign("b", Said::Here), after(20)), Change::More);
        assert_eq!(crew.aged(after(34)), Change::None);
        assert_eq!(crew.aged(after(35)), Change::Fewer(1), "a");
        assert_eq!(crew.signed(sign("b", Said::Left), after(36)), Change::Fewer(1));
        assert_eq!(crew.signed(sign("b", Said::Left), after(37)), Change::None, "only once");
        assert_eq!(crew.signed(sign("a", Said::Here), after(40)), Change::More);
    }

    #[test]
    fn that_nobody_is_there_is_said_once_until_somebody_is() {
        let begun = Instant::now();
        let after = |seconds| begun + Duration::from_secs(seconds);
        let mut crew = Crew::new(begun);
        let told = [14, 15, 16, 20].map(|it| crew.is_lonely(after(it)));
        assert_eq!(told, [false, true, false, false]);
        crew.signed(sign("a", Said::Here), after(21));
        assert!(!crew.is_lonely(after(40)), "somebody is there");
        crew.signed(sign("a", Said::Left), after(41));
        assert!(crew.is_lonely(after(41)), "the last one was heard of long ago");
    }

    #[test]
    fn nobody_is_waited_for_and_it_is_said_who_refused() {
        let begun = Instant::now();
        let mut crew = Crew::new(begun);
        let refusal = Said::Refused("another suite".to_owned());
        assert_eq!(crew.signed(sign("a", refusal), begun), Change::None);
        assert_eq!(crew.is_missing(begun + Duration::from_secs(299)), None);
        let why = crew.is_missing(begun + NOBODY).expect("nobody came");
        assert_eq!(why, "no worker was there for 5 minutes; a refused: another suite");
        crew.signed(sign("b", Said::Here), begun + NOBODY);
        assert_eq!(crew.is_missing(begun + NOBODY * 3), None, "somebody is there");
    }
}
