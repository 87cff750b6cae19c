//! What every room of Nightshift speaks in: its nouns, and what a terminal shows of the bytes
//! that a program wrote.
//!
//! This crate knows no other room, and nothing in it reads or writes a file.

pub mod model;
pub mod screen;
