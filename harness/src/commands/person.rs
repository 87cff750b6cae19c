//! What the interactive commands share: the display, and how a person says that it is enough.

use std::sync::Arc;

use super::arguments::{Common, Staging};
use super::exit::mistake;
use super::{night, terminal, waiting};
use crate::model::Suite;
use crate::night::{Progress, RunOptions, Stop};
use crate::surface::browser::{Onlooker, Window};

/// How a person said that it is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enough {
    /// By Enter.
    Enter,
    /// By Ctrl-C, or another request to end.
    Signal,
    /// By closing the window.
    Closed,
}

/// Waits until a person has had enough. Without anybody at the standard input only a signal and
/// the window count.
pub async fn enough(onlooker: Option<&Onlooker>) -> Enough {
    let closed = async {
        match onlooker {
            Some(onlooker) => onlooker.gone().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = enter() => Enough::Enter,
        _ = waiting::next_signal() => Enough::Signal,
        () = closed => Enough::Closed,
    }
}

/// Returns after a line on the standard input; never, where that is at its end.
async fn enter() {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    // Reading cannot be given up, so the thread may outlive the wait; it ends with the program.
    std::thread::spawn(move || {
        let mut line = String::new();
        if std::io::stdin().read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
            let _ = sender.send(());
        }
    });
    if receiver.await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// The window for a person; `headless` asks for none.
pub fn window(headless: bool, instead: &str) -> anyhow::Result<Window> {
    if headless {
        return Ok(Window::Hidden);
    }
    let named = |name: &str| std::env::var_os(name).is_some_and(|it| !it.is_empty());
    if cfg!(any(target_os = "macos", windows)) || named("DISPLAY") || named("WAYLAND_DISPLAY") {
        return Ok(Window::Visible);
    }
    mistake(format!(
        "there is no display to show a browser on: neither DISPLAY nor WAYLAND_DISPLAY is set; \
         run it on a desktop or under `xvfb-run`, or say {instead}"
    ))
}

/// How a product is brought up for a person.
pub fn options(suite: &Suite, staging: &Staging, window: Window) -> anyhow::Result<RunOptions> {
    let environment = night::environment();
    Ok(RunOptions {
        builds: night::by_product(suite, "--build", &staging.build)?,
        base_urls: night::by_product(suite, "--base-url", &staging.base_url)?,
        branch: night::branch(&suite.root, &environment),
        environment,
        window,
        ..RunOptions::default()
    })
}

/// Tells what is being brought up.
pub fn teller(common: &Common) -> Arc<dyn Fn(Progress) + Send + Sync> {
    let quiet = common.quiet;
    Arc::new(move |progress| match progress {
        Progress::Checked { check, ok, detail } if !quiet || !ok => {
            terminal::say(format_args!("{check}: {detail}"));
        }
        _ => {}
    })
}

/// Ends what is being brought up at the first signal.
pub fn interruptible() -> Stop {
    let stop = Stop::default();
    let told = stop.clone();
    tokio::spawn(async move {
        waiting::next_signal().await;
        told.interrupt();
    });
    stop
}

/// Waits inside of a replay's pause, which may block.
pub fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Handle::current().block_on(future)
}

/// Where the developer tools of a browser without a window are.
pub fn tell_tools(tools: Option<&str>, onlooker: &Onlooker) {
    if let Some(tools) = tools {
        terminal::answer(format_args!("devtools: http://{tools}"));
        terminal::answer(format_args!("target: ws://{tools}/devtools/page/{}", onlooker.id()));
        terminal::say(
            "open chrome://inspect in another browser and add this address under \"Configure\"",
        );
    }
}
