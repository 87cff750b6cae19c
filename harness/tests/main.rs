//! One test binary: each module is a subject.

mod browser;
mod builds;
mod control;
mod documentation;
mod facets;
mod faults;
mod files;
mod flow;
mod history;
mod interactive;
mod layering;
mod nights;
mod pictures;
mod report;
mod report_sample;
mod review;
mod schedule;
mod sensitivity;
mod sessions;
mod settle;
mod shipped_suites;
mod state;
mod stories;
mod support;
mod synthetic_night;
mod terminal;
#[expect(dead_code, reason = "the bench uses more of it")]
mod variants;
mod walker;
mod writes;
