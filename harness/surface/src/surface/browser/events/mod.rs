//! What the events of the browser say: of a page, of its tabs, of what goes over the network.
//!
//! Nothing here asks the browser; whoever waits for something looks into the [`record`] of its page.
//!
//! The files:
//! - `records.rs`: which record an event of the browser belongs to.
//! - `record.rs`: what the browser's events say: watches, dialogs, downloads, navigation.
//! - `requests.rs`: what they say of requests: answers, failures, the log of the network.
//! - `tab.rs`: what events say of one tab.
//! - `underway.rs`: the requests that are under way, and whose answers were there before they failed.
//! - `traffic.rs`: the answers that led to a document, and what a page wrote by the network.

pub(super) mod record;
pub(super) mod records;
mod requests;
pub(super) mod tab;
pub(super) mod traffic;
pub(super) mod underway;
