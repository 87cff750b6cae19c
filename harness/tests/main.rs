//! The integration tests, one module a subject, in one binary.

mod schedule;
mod shipped_suites;
