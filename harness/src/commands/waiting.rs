//! What every command needs that waits: the runtime, and the signals that ask it to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use anyhow::Context as _;

use super::terminal;
use crate::night::Stop;

/// The runtime of everything that waits for a browser, a product or a command.
pub fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the asynchronous runtime")
}

/// Turns the first SIGINT or SIGTERM into a stop that still reports, and counts further ones.
pub fn listen(stop: Stop, number: Arc<AtomicU8>) {
    tokio::spawn(async move {
        loop {
            let received = next_signal().await;
            if number.swap(received, Ordering::Relaxed) == 0 {
                terminal::say("stopping; the report follows (again to leave the PDF out)");
            }
            stop.interrupt();
        }
    });
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
