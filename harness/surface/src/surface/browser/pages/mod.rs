//! A page from its making to its end: what it shares with others, what it pretends to be, and when it
//! is ready for the next step.
//!
//! What steps do with a page is in [`super::actions`], what is seen of it in [`super::views`].
//!
//! The files:
//! - `page.rs`: one page of one attempt: its making, its end, its focus.
//! - `shared.rs`: what the pages of a browser and the browser itself share.
//! - `blank.rs`: an empty tab in a user context of its own, made before a page needs it.
//! - `trouble.rs`: why a step of an action did not come to its end.
//! - `settings.rs`: settings of a page as commands and scripts.
//! - `deed.rs`: what came of a click: whether anybody listened, and whether anything changed.
//! - `frames.rs`: asks frames of other origins, and puts their trees where they stand.
//! - `network.rs`: the network that pages and their service workers find.
//! - `signed_in.rs`: what a browser remembers of somebody, taken from one page to another.
//! - `ready.rs`: when a page is ready.
//! - `preload.js`: fixes clock and chance in the page and counts what is under way.
//! - `rest.rs`: whether a page is at rest, so that waiting is of no use.

pub(super) mod blank;
pub(super) mod deed;
pub(super) mod frames;
pub(super) mod network;
pub(super) mod page;
pub(super) mod ready;
pub(super) mod rest;
pub(super) mod settings;
pub(super) mod shared;
pub(super) mod signed_in;
pub(super) mod trouble;
