//! Which commit broke something: a search over the history of a product that knows that runs fail
//! by chance, and that nothing of it may be the product's; pure, its probes are made by `commands`.
//!
//! [`Hunt`] is the whole of it: it says which commit to try next and for which findings, is told
//! what came of it, and names a culprit for each finding once it is sure enough. Bayesian, as
//! `git-bayesect` is; `docs/design/030` has what was measured.
//!
//! The files:
//! - `search.rs`: `Search`: what is known of one finding's culprit, and what a probe would tell.
//! - `hunt.rs`: `Hunt`: several searches that share the commits that they try.
//! - `prior.rs`: which commits are likelier from the start, by what they touched.

mod hunt;
mod prior;
mod search;

pub use hunt::{Hunt, Probe};
pub use prior::{weights, words};
pub use search::{Found, Limits, Noise, Search, Sure};
