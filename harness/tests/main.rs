//! One test binary: each module is a subject.

mod browser;
mod documentation;
mod faults;
mod files;
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
mod terminal;
mod walker;
