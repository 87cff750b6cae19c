//! The integration tests, one module a subject, in one binary.

mod shipped_suites;
