//! [`next_connection`]: whom a server of ours answers next.
//!
//! The files:
//! - `token.rs`: what must be brought by who asks.

mod token;

use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};

pub use token::{same, token};

/// How long is waited where a connection came to nothing.
const PAUSE: Duration = Duration::from_millis(100);

/// The next connection. One that came to nothing is no reason to end; where no file can be opened any
/// more the next one comes to nothing at once, so that it is waited a moment.
pub async fn next_connection(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}
