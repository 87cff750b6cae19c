//! What steps do with a page: they find a thing, act on it, and check what must hold.
//!
//! An action goes through [`perform`], whether something holds through [`check`] or [`condition`];
//! all three find things by [`seek`]. The page itself is in [`super::pages`].
//!
//! The files:
//! - `perform.rs`: hands each action to the file that carries it out.
//! - `tabs.rs`: tabs and pop-ups: going to one, closing one, going on in the opener.
//! - `emulate.rs`: changes what the browser pretends to be.
//! - `dismiss.rs`: clicks overlays away that are in the way and not the scenario's own.
//! - `act.rs`: open, click, fill, type, answer dialogs, go through the history.
//! - `pointer.rs`: double and right clicks, keys held meanwhile, hovering, drags, the wheel.
//! - `scroll.rs`: scrolls until a thing is there or nothing more comes.
//! - `choose.rs`: chooses from native lists and from lists made of roles.
//! - `expand.rs`: opens and closes things; moves sliders made of roles.
//! - `clipboard.rs`: pastes, and reads what was copied, in a tab of our own.
//! - `keys.rs`: key names in `WebDriver`'s code points.
//! - `files.rs`: files into fields, file choosers and drop zones, and downloads.
//! - `afar.rs`: the same files on their way to and from the machine of the browser.
//! - `seek.rs`: waits for a target, and says what was there instead.
//! - `check.rs`: what must hold of a page.
//! - `capture.rs`: values that are kept of a page, one by one or as lists.
//! - `condition.rs`: whether something holds of a page now.

pub(super) mod act;
pub(super) mod afar;
pub(super) mod capture;
pub(super) mod check;
pub(super) mod choose;
pub(super) mod clipboard;
pub(super) mod condition;
pub(super) mod dismiss;
pub(super) mod emulate;
pub(super) mod expand;
pub(super) mod files;
pub(super) mod keys;
pub(super) mod perform;
pub(super) mod pointer;
pub(super) mod scroll;
pub(super) mod seek;
pub(super) mod tabs;
