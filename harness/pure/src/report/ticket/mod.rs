//! [`Ticket`]: a finding as a ticket: expected, actual, steps, evidence, who broke it, and the command
//! that repeats it. What the product said is kept apart from our own words, so that each tracker's
//! markup can show it as it is: [`markdown`] puts it into code, [`adf`] into nodes of text.
//!
//! The files:
//! - `text.rs`: `Block` and `Piece`: a text before it is in anybody's markup.
//! - `write.rs`: what stands in a ticket.
//! - `markdown.rs`: for GitHub, GitLab and Linear.
//! - `adf.rs`: Atlassian's document format, for Jira.

pub mod adf;
pub mod markdown;
mod text;
mod write;

pub use text::{Block, Piece};
pub use write::{Ticket, closed, duplicate, reopened, seen_again, tickets};

#[cfg(test)]
mod tests;
