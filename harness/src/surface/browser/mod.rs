//! .
pub mod walker;
