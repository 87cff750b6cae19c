//! What is seen of a page: its facets, pictures and prints, and what a person does with it.
//!
//! Nothing here changes a page on purpose.
//!
//! The files:
//! - `cover/`: where a page shows secrets, and its pictures without them.
//! - `look.rs`: takes the facets of a page, and the evidence of a failure.
//! - `outline.rs`: reads a page element by element, for an agent.
//! - `detail.rs`: writes what cannot be seen on a page as facets, without what changes by nature.
//! - `picture.rs`: the picture of a page: viewport, whole page or one thing, and where its things
//!   stand.
//! - `unroll.rs`: has all of a page come into view once before a picture of its whole length.
//! - `onlooker.rs`: looks at a page that somebody else uses.
//! - `recorder.rs`: hears what a person does with a page, in order.
//! - `listen.js`: tells from inside of the page what a person does there.
//! - `print.rs`: prints HTML as PDF with page numbers, and the page of a step.

pub(super) mod cover;
pub(super) mod detail;
pub(super) mod look;
pub(super) mod onlooker;
pub(super) mod outline;
pub(super) mod picture;
pub(super) mod print;
pub(super) mod recorder;
pub(super) mod unroll;
