//! What Nightshift makes of a night, offline: it compares what was seen with what was accepted,
//! judges, and reports.
//!
//! Nothing here starts a program, drives a browser or opens a connection: the crate's manifest
//! names nothing that could. Any night can be judged again, years later, from its folder.

pub use nightshift_base::{model, screen};
pub use nightshift_picture::picture;

pub mod archive;
pub mod baseline;
pub mod bisect;
pub mod cause;
pub mod compare;
pub mod control;
pub mod explore;
pub mod history;
pub mod hygiene;
pub mod report;
pub mod sensitivity;
pub mod settle;
pub mod triage;
pub mod words;
