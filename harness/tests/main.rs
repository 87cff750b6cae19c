//! One test binary: each module is a subject.

mod browser;
mod documentation;
mod faults;
mod interactive;
mod layering;
mod nights;
mod report;
mod report_sample;
mod schedule;
mod shipped_suites;
mod stories;
mod support;
mod synthetic_night;
mod walker;
