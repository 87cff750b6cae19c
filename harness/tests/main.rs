//! x

mod report;
mod report_sample;
mod synthetic_night;
