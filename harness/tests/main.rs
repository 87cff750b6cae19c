//! The integration tests: each module is one room or one promise, tested from outside.

mod browser;
mod walker;
