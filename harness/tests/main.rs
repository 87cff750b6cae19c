//! One test binary: each module is a subject.

mod browser;
mod builds;
mod documentation;
mod faults;
mod flow;
mod layering;
mod nights;
mod report;
mod report_sample;
mod schedule;
mod shipped_suites;
mod state;
mod support;
mod synthetic_night;
mod walker;
