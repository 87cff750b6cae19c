//! How Nightshift compares pictures, pixel by pixel.
//!
//! It is a crate of its own so that a build for development optimises it and nothing else of
//! Nightshift: what looks at each of a million pixels takes thirty times as long otherwise.

pub use nightshift_base::model;

pub mod picture;
