//! The traitor: attacks on the walls, each with a twin without the wall that must succeed, so that each
//! test can fail. What gets out is counted by listeners on 127.0.0.2 and by canaries.
//!
//! - `yard.rs`: a person's machine in a folder: a home with a canary, a product, a suite, a night, and
//!   somebody outside who listens.
//! - `commands.rs`: hostile commands, with and without walls.
//! - `pages.rs`: a hostile page that tries every way out that a page has.
//! - `peers.rs`: a hostile page that calls somebody past every proxy.
//! - `names.rs`: a hostile page that puts what it stole into names of hosts.
//! - `models.rs`: a hostile model, and one that obeys a hostile page.
//! - `clients.rs`: a hostile client of `nightshift mcp`.
//! - `bounds.rs`: commands that take too much.
//! - `tools.rs`: a hostile client that reads and writes files by paths and names.
//! - `prompts.rs`: a hostile page that wants a yes of a person.
//! - `clipboard.rs`: a hostile scenario that takes what another one copied.

mod bounds;
mod clients;
mod clipboard;
mod commands;
mod models;
mod names;
mod pages;
mod peers;
mod prompts;
mod tools;
pub mod yard;

/// An agent that does its worst is tried by at least so many attacks.
const LEAST_ATTACKS: usize = 80;

#[test]
fn there_are_enough_attacks_and_no_two_are_called_the_same() {
    let mut names = commands::names();
    names.extend(pages::names());
    names.extend(peers::names());
    names.extend(self::names::names());
    names.extend(models::names());
    names.extend(clients::names());
    names.extend(bounds::names());
    names.extend(tools::names());
    names.extend(prompts::names());
    names.extend(clipboard::names());
    let different: std::collections::BTreeSet<&String> = names.iter().collect();
    assert_eq!(different.len(), names.len());
    assert!(names.len() >= LEAST_ATTACKS, "{} attacks", names.len());
}
