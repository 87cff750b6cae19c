//! One test binary: each module is a subject.

mod browser;
mod builds;
mod documentation;
mod faults;
mod files;
mod flow;
mod interactive;
mod layering;
mod nights;
mod report;
mod report_sample;
mod review;
mod schedule;
mod sessions;
mod shipped_suites;
mod state;
mod stories;
mod support;
mod synthetic_night;
mod terminal;
mod walker;
