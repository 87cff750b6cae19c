//! [`Queue`]: what is still to be run, handed out so that nothing exclusive is used twice at once.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::model::Scenario;

/// The scenarios of a night that wait for a worker.
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Notify,
}

struct State {
    waiting: VecDeque<usize>,
    /// What scenarios that run now have for themselves.
    taken: HashSet<String>,
}

/// A scenario that was handed out; what it has for itself is free again when this is dropped.
pub(super) struct Turn {
    pub index: usize,
    names: Vec<String>,
    queue: Arc<Queue>,
}

impl Queue {
    pub(super) fn new(runnable: Vec<usize>) -> Arc<Self> {
        let state = State { waiting: runnable.into(), taken: HashSet::new() };
        Arc::new(Self { state: Mutex::new(state), changed: Notify::new() })
    }

    /// The next scenario that can run now; waits while all that is left wants what others have.
    /// `None` when nothing is left. Once the night stops, everything is handed out at once.
    pub(super) async fn next(
        self: &Arc<Self>,
        scenarios: &[Scenario],
        mut stop: tokio::sync::watch::Receiver<bool>,
    ) -> Option<Turn> {
        loop {
            // Before looking, so that nothing that becomes free meanwhile is missed.
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let stopping = *stop.borrow();
            match self.look(scenarios, stopping) {
                Look::Free(turn) => return Some(turn),
                Look::Empty => return None,
                Look::AllTaken => {}
            }
            tokio::select! {
                () = changed => {}
                gone = stop.changed() => {
                    if gone.is_err() {
                        // Nobody can stop the night any more; only others can free something.
                        self.changed.notified().await;
                    }
                }
            }
        }
    }

    /// Waits until everything that waited for a worker was handed out.
    pub(super) async fn drained(&self) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if self.state().waiting.is_empty() {
                return;
            }
            changed.await;
        }
    }

    fn look(self: &Arc<Self>, scenarios: &[Scenario], stopping: bool) -> Look {
        let mut state = self.state();
        let free = |index: &usize| {
            stopping || !scenarios[*index].exclusive.iter().any(|it| state.taken.contains(it))
        };
        let Some(position) = state.waiting.iter().position(free) else {
            return if state.waiting.is_empty() { Look::Empty } else { Look::AllTaken };
        };
        let index = state.waiting.remove(position).expect("it was found there");
        let names = if stopping { Vec::new() } else { scenarios[index].exclusive.clone() };
        state.taken.extend(names.iter().cloned());
        Look::Free(Turn { index, names, queue: self.clone() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Look {
    Free(Turn),
    Empty,
    AllTaken,
}

impl Drop for Turn {
    fn drop(&mut self) {
        {
            let mut state = self.queue.state();
            for name in &self.names {
                state.taken.remove(name);
            }
        }
        self.queue.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scenarios(exclusive: &[&[&str]]) -> Vec<Scenario> {
        let one = |names: &&[&str]| Scenario {
            exclusive: names.iter().map(|it| (*it).to_owned()).collect(),
            ..Scenario::default()
        };
        exclusive.iter().map(one).collect()
    }

    fn running() -> tokio::sync::watch::Sender<bool> {
        tokio::sync::watch::Sender::new(false)
    }

    #[tokio::test]
    async fn what_is_taken_is_passed_over_and_comes_when_it_is_free() {
        let all = scenarios(&[&["mailbox"], &["mailbox", "account"], &[], &["account"]]);
        let queue = Queue::new(vec![0, 1, 2, 3]);
        let stop = running();
        let next = || queue.next(&all, stop.subscribe());
        let first = next().await.expect("the first");
        let other = next().await.expect("not the second, whose mailbox is taken");
        let third = next().await.expect("the account is free");
        assert_eq!([first.index, other.index, third.index], [0, 2, 3]);
        let waiting = tokio::spawn({
            let (queue, all, stop) = (queue.clone(), all.clone(), stop.subscribe());
            async move { queue.next(&all, stop).await.map(|it| it.index) }
        });
        tokio::task::yield_now().await;
        drop(first);
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished(), "the account is still taken");
        drop(third);
        assert_eq!(waiting.await.expect("no panic"), Some(1));
        assert!(next().await.is_none());
        drop(other);
    }

    #[tokio::test]
    async fn a_night_that_stops_hands_everything_out() {
        let all = scenarios(&[&["mailbox"], &["mailbox"]]);
        let queue = Queue::new(vec![0, 1]);
        let stop = running();
        let held = queue.next(&all, stop.subscribe()).await.expect("the first");
        let (queue_, all_, receiver) = (queue.clone(), all.clone(), stop.subscribe());
        let waiting =
            tokio::spawn(async move { queue_.next(&all_, receiver).await.map(|it| it.index) });
        tokio::task::yield_now().await;
        stop.send_replace(true);
        assert_eq!(waiting.await.expect("no panic"), Some(1));
        drop(held);
    }

    #[tokio::test]
    async fn it_is_drained_once_the_last_scenario_is_with_a_worker_and_not_before() {
        let all = scenarios(&[&[], &[]]);
        let queue = Queue::new(vec![0, 1]);
        let stop = running();
        let drained = tokio::spawn({
            let queue = queue.clone();
            async move { queue.drained().await }
        });
        let first = queue.next(&all, stop.subscribe()).await.expect("the first");
        drop(first);
        tokio::task::yield_now().await;
        assert!(!drained.is_finished(), "one still waits for a worker");
        let last = queue.next(&all, stop.subscribe()).await.expect("the last");
        drop(last);
        drained.await.expect("no panic");
        queue.drained().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn many_workers_never_hold_the_same_thing_and_come_to_an_end() {
        let names = ["a", "b", "c"];
        let own: Vec<Vec<&str>> = (0..200)
            .map(|index| (0..3).filter(|bit| index >> bit & 1 == 1).map(|it| names[it]).collect())
            .collect();
        let all = Arc::new(scenarios(&own.iter().map(Vec::as_slice).collect::<Vec<_>>()));
        let queue = Queue::new((0..all.len()).collect());
        let stop = running();
        let held = Arc::new(Mutex::new(HashSet::new()));
        let worker = || {
            let (queue, all, stop, held) =
                (queue.clone(), all.clone(), stop.subscribe(), held.clone());
            tokio::spawn(async move {
                let mut done = 0;
                while let Some(turn) = queue.next(&all, stop.clone()).await {
                    let names = all[turn.index].exclusive.clone();
                    for name in &names {
                        assert!(held.lock().expect("whole").insert(name.clone()), "{name}");
                    }
                    tokio::task::yield_now().await;
                    for name in &names {
                        held.lock().expect("whole").remove(name);
                    }
                    done += 1;
                }
                done
            })
        };
        let workers: Vec<_> = (0..6).map(|_| worker()).collect();
        let mut done = 0;
        for worker in workers {
            done += worker.await.expect("nothing was held twice");
        }
        assert_eq!(done, 200);
    }
}
