//! One test binary: each module is a subject.

mod browser;
mod layering;
mod report_sample;
mod walker;
