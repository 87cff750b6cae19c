//! One place to look: all nights as pages, on this machine or behind a proxy that signs people in.
//!
//! [`serve`] answers until it is interrupted. [`gate`] decides who may ask, [`site`] what is
//! answered: pages made of the archive's rows ([`pages`]), the files of a night ([`files`]), the
//! night that runs ([`live`]), and the review of a night, which is that of `review --web`. Nothing
//! is written but decisions, and those only where they were allowed.
//!
//! The files:
//! - `gate.rs`: who may ask: with a token on this machine, or through a proxy.
//! - `site.rs`: what is answered.
//! - `house.rs`: what is served: a suite, its nights, and how one is opened.
//! - `files.rs`: the files of a night, and nothing beside them.
//! - `live.rs`: how far the night that runs has come, from its ledger.
//! - `reviews.rs`: the reviews that somebody looks at.
//! - `view.rs`: a page before it is HTML, and its HTML.
//! - `draw.rs`: drawings of nights and durations.
//! - `link.rs`: addresses of our own pages.
//! - `pages/`: the pages.

mod draw;
mod files;
mod gate;
mod house;
mod link;
mod live;
mod pages;
mod reviews;
mod site;
mod view;

use std::net::SocketAddr;

use tokio::net::TcpListener;

pub use files::{is_of_a_night, is_part};
pub use gate::{Front, FrontError};
pub use house::House;

use crate::review::web::guard::Guard;
use crate::review::web::http;
use gate::Gate;
use site::Site;

/// Why pages cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be listened at.
    #[error("cannot serve on {at}: {source}; choose another address with --listen")]
    Listen {
        /// The address.
        at: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// Everybody in the network would be let in.
    #[error(
        "{0} can be reached from other machines, and these pages sign nobody in; listen on 127.0.0.1, or say with --behind-proxy URL that a proxy with its own sign-in stands before them"
    )]
    Open(SocketAddr),
    /// The nights cannot be read.
    #[error(transparent)]
    Archive(#[from] crate::archive::ArchiveError),
    /// The system has no randomness for a token.
    #[error("cannot make a token: {0}")]
    Token(std::io::Error),
}

/// Serves the pages until Ctrl-C. `said` is told the address once it answers.
///
/// # Errors
/// The address is taken or open to everybody, or the nights cannot be read.
pub async fn serve(
    house: House,
    at: SocketAddr,
    front: Option<Front>,
    said: &dyn Fn(&str),
) -> Result<(), ServeError> {
    if front.is_none() && !at.ip().is_loopback() {
        return Err(ServeError::Open(at));
    }
    let failed = |source| ServeError::Listen { at, source };
    let listener = TcpListener::bind(at).await.map_err(failed)?;
    let own = listener.local_addr().map_err(failed)?;
    let (gate, address) = if let Some(front) = front {
        let address = format!("{} (listening on {own})", front.url());
        (Gate::Proxy(front), address)
    } else {
        let token = http::token().map_err(ServeError::Token)?;
        let guard = Guard::of_nights(token, own);
        let address = guard.url();
        (Gate::Token(guard), address)
    };
    let site = Site::open(house, gate)?;
    said(&address);
    http::listen(listener, site).await;
    Ok(())
}
