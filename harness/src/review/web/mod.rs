//! Review as pages on this machine: [`serve`] answers on loopback until it is interrupted.
//!
//! [`guard`] decides who may ask, [`routes`] what is answered, [`pages`] how it looks. Nothing here
//! reaches another host, and pages hold nothing from one.
//!
//! The files:
//! - `http.rs`: answers over HTTP; the room `serve` does it by the same.
//! - `guard.rs`: who may ask: token, host, origin.
//! - `ask.rs`: a request that was let in.
//! - `answer.rs`: what is answered, and what it may do in a browser.
//! - `mount.rs`: where the pages stand, and whether somebody may decide.
//! - `routes.rs`: what is answered, and what forms do.
//! - `pages.rs`: the page of one item.

pub mod answer;
pub mod ask;
pub mod guard;
pub mod http;
pub mod mount;
mod pages;
pub mod routes;

use tokio::net::TcpListener;

use super::{Desk, ReviewError};
use answer::Answer;
use ask::Ask;
use guard::{Access, Asked, Guard};
use http::Pages;
use mount::Mount;
use routes::Site;

/// Where and how the pages are served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Served {
    /// The port; 0 takes any that is free.
    pub port: u16,
    /// Whether the person's browser is asked to open them.
    pub browse: bool,
}

/// A desk and who may sit down at it.
struct Room {
    guard: Guard,
    site: Site,
}

impl Pages for Room {
    fn access(&self, asked: &Asked<'_>) -> Access {
        self.guard.access(asked)
    }

    fn welcome(&self) -> Answer {
        Answer::to("/").with("set-cookie", self.guard.cookie())
    }

    fn answer(&mut self, ask: &Ask<'_>) -> Answer {
        self.site.answer(ask)
    }
}

/// Serves the pages until Ctrl-C. `said` is told the address once it answers.
///
/// # Errors
/// The port is taken, or the system has no randomness for a token.
pub async fn serve(desk: Desk, served: &Served, said: &dyn Fn(&str)) -> Result<(), ReviewError> {
    let failed = |what: &str, error: std::io::Error| ReviewError::Front(format!("{what}: {error}"));
    let listener = TcpListener::bind(("127.0.0.1", served.port)).await.map_err(|error| {
        failed(&format!("cannot serve on 127.0.0.1:{}; choose another --port", served.port), error)
    })?;
    let port = listener.local_addr().map_err(|error| failed("cannot tell the port", error))?.port();
    let token = http::token().map_err(|error| failed("cannot make a token", error))?;
    let room = Room { guard: Guard::new(token, port), site: Site::new(desk, Mount::alone()) };
    let url = room.guard.url();
    said(&url);
    if served.browse {
        browse(&url);
    }
    http::listen(listener, room).await;
    Ok(())
}

/// Asks the person's browser to open the address; where there is none the printed one is enough.
fn browse(url: &str) {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else if ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|it| std::env::var_os(it).is_some()) {
        "xdg-open"
    } else {
        return;
    };
    let null = std::process::Stdio::null;
    let mut command = std::process::Command::new(program);
    if let Ok(mut child) = command.arg(url).stdin(null()).stdout(null()).stderr(null()).spawn() {
        std::thread::spawn(move || child.wait());
    }
}
