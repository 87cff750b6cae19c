//! x

mod walker;
