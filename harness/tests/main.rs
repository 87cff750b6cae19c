//! x

mod report_sample;
