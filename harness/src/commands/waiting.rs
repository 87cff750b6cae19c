//! What every command needs that waits: the runtime, and the signals that ask it to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::terminal;
use crate::night::Stop;

/// A signal that comes again so soon is no second request: nobody reads and decides in less.
const ECHO: Duration = Duration::from_millis(500);

/// The stack of a thread, in bytes, as the first thread of a program has it: without optimizations a
/// step that goes through all rooms needs more than the usual two MiB.
const STACK: usize = 8 << 20;

/// The runtime of everything that waits for a browser, a product or a command.
pub fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(STACK)
        .build()
        .context("cannot start the asynchronous runtime")
}

/// Turns the first SIGINT or SIGTERM into a stop that still reports, and counts further ones.
pub fn listen(stop: Stop, number: Arc<AtomicU8>) {
    tokio::spawn(async move {
        let mut last = None;
        loop {
            let received = next_signal().await;
            let now = (received, Instant::now());
            let again = last.is_some_and(|last| is_echo(last, now));
            last = Some(now);
            if again {
                continue;
            }
            if number.swap(received, Ordering::Relaxed) == 0 {
                terminal::say("stopping; the report follows (again to leave the PDF out)");
            }
            stop.interrupt();
        }
    });
}

/// Whether a signal only says again what the one before said: `timeout` and supervisors send theirs
/// to the program and then to its group.
fn is_echo(before: (u8, Instant), now: (u8, Instant)) -> bool {
    before.0 == now.0 && now.1.duration_since(before.1) < ECHO
}

/// Waits for the next signal that asks to stop and answers with its number.
#[cfg(unix)]
pub async fn next_signal() -> u8 {
    use tokio::signal::unix::{SignalKind, signal};
    match (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) {
        (Ok(mut interrupt), Ok(mut terminate)) => tokio::select! {
            _ = interrupt.recv() => 2,
            _ = terminate.recv() => 15,
        },
        _ => std::future::pending().await,
    }
}

#[cfg(not(unix))]
pub async fn next_signal() -> u8 {
    match tokio::signal::ctrl_c().await {
        Ok(()) => 2,
        Err(_) => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_that_is_sent_twice_at_once_is_one_and_a_later_or_another_one_is_a_second() {
        let begun = Instant::now();
        let after = |ms| begun + Duration::from_millis(ms);
        assert!(is_echo((15, begun), (15, after(0))));
        assert!(is_echo((15, begun), (15, after(499))));
        assert!(!is_echo((15, begun), (15, after(500))));
        assert!(!is_echo((15, begun), (2, after(1))));
    }
}
