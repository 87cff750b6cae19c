//! Nightshift uses a product every night the way its users do, compares what it saw with
//! accepted baselines, and has an HTML and PDF report ready by morning.
//!
//! Each module is one room of the house; `ARCHITECTURE.md` says which room may use which,
//! and the test `layering` holds the code to it. The rooms that most others stand on are crates
//! of their own below `harness/`, where the compiler holds them to it; here they are named as
//! all the others are.

pub use nightshift_base::{model, screen};
pub use nightshift_picture::picture;
pub use nightshift_pure::{
    archive, baseline, bisect, cause, compare, control, explore, history, hygiene, report,
    sensitivity, settle, triage,
};
pub use nightshift_surface::{listening, process, surface};

pub mod agent;
pub mod attempt;
pub mod commands;
pub mod ledger;
pub mod mcp;
pub mod night;
pub mod plan;
pub mod policy;
pub mod product;
pub mod queue;
pub mod review;
pub mod serve;
pub mod spec;
