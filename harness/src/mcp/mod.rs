//! The tools that an agent from outside has by the Model Context Protocol: it uses a product, reads
//! nights and proposes scenarios, inside of the same policy and with the same ledger as whatever else
//! is proposed. It writes nothing into the suite and never sees the value of a secret.
//!
//! A client's calls go from [`server`] to `client`, which asks the product by an attempt that
//! `night` brings up. What it is told of a page is what changed, with references that stay.
//!
//! The files:
//! - `tools.rs`: all tools as one table.
//! - `reference.rs`: the table as `docs/reference/mcp.md`.
//! - `arguments.rs`: the arguments of one call, held to the table.
//! - `action.rs`: what a call of `act` asks for, as one action.
//! - `page.rs`: a page as lines.
//! - `book.rs`: what a client was told: references, and what changed.
//! - `noticed.rs`: what the watches saw, as a client is told it.
//! - `reply.rs`: what a client is told, and how what a product wrote is marked.
//! - `setting.rs`: what all clients of a server share.
//! - `stay.rs`: a product that a client uses.
//! - `client.rs`: one client: what it was told, its session and its product.
//! - `suite.rs`: what a client reads of the suite, and the scenario that it may propose.
//! - `nights.rs`: what a client reads of nights.
//! - `lent.rs`: what a coding agent that an attempt starts has of the tools.
//! - `lending.rs`: serves them to it.
//! - `server.rs`: the tools by the protocol, over standard input and output.
//! - `http.rs`: the same over HTTP on loopback.

mod action;
mod arguments;
mod book;
mod client;
mod http;
mod lending;
mod lent;
mod nights;
mod noticed;
mod page;
mod reference;
mod reply;
mod server;
mod setting;
mod stay;
mod suite;
#[cfg(test)]
mod tests;
mod tools;

use std::net::SocketAddr;

pub use http::serve_http;
pub use lending::LentTools;
pub use reference::reference;
pub use server::serve_stdio;
pub use setting::Setting;

/// Why clients cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum McpError {
    /// Other machines could reach it.
    #[error(
        "{0} can be reached from other machines; give --http an address on this one, such as 127.0.0.1:7717"
    )]
    NotLoopback(SocketAddr),
    /// Nothing can be served there.
    #[error("cannot serve at {address}: {source}; choose another port for --http")]
    Address {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// What comes in is not the protocol.
    #[error("the client does not speak the Model Context Protocol: {0}")]
    Protocol(String),
}
