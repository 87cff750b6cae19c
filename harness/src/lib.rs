//! Nightshift uses a product every night the way its users do, compares what it saw with
//! accepted baselines, and has an HTML and PDF report ready by morning.
//!
//! Each module is one room of the house; `ARCHITECTURE.md` says which room may use which,
//! and the test `layering` holds the code to it.

pub mod agent;
pub mod attempt;
pub mod baseline;
pub mod cause;
pub mod commands;
pub mod compare;
pub mod history;
pub mod hygiene;
pub mod ledger;
pub mod model;
pub mod night;
pub mod plan;
pub mod policy;
pub mod process;
pub mod product;
pub mod report;
pub mod review;
pub mod screen;
pub mod sensitivity;
pub mod settle;
pub mod spec;
pub mod surface;
pub mod triage;
