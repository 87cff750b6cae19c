//! The pages: each makes a [`View`] of what the archive's rows say. [`Look`] is what they look at.
//!
//! The files:
//! - `look.rs`: what a page looks at, and what all pages have.
//! - `nights.rs`: all nights, and a night whose report is not there.
//! - `findings.rs`: causes across the nights, and one of them.
//! - `scenarios.rs`: the scenarios over the newest nights.
//! - `past.rs`: the whole past of a scenario.
//! - `trends.rs`: the nights as a curve, what flakes most and what takes longest.
//! - `owners.rs`: who answers for what.
//! - `coverage.rs`: what there is of the product, and what of it is asserted.
//! - `now.rs`: the night that runs.

pub mod coverage;
pub mod findings;
pub mod look;
pub mod nights;
pub mod now;
pub mod owners;
pub mod past;
pub mod scenarios;
pub mod trends;
