//! One test binary: each module is a subject.

mod browser;
mod layering;
mod walker;
