//! How Nightshift uses a product: it starts and ends process trees, and observes and acts on
//! pages, terminals, commands, files and mails.
//!
//! Nothing here knows what is expected of a product.

pub use nightshift_base::{model, screen};

pub mod listening;
pub mod process;
pub mod surface;
