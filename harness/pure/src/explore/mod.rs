//! What exploring a product has shown, what is tried next, and the suite that it makes; pure.
//!
//! An exploration is a loop of small nights over generated scenarios. [`Map::propose`] says what is
//! tried next, [`batches`] lays it into scenarios, the night runs them as any others, [`seen`] reads
//! back what they saw, and [`Map::absorb`] takes it in. Nothing here touches a product.
//!
//! The files:
//! - `tree.rs`: the aria facet read back: its controls, and its shape without its data.
//! - `page.rs`: a page read back from its facets: links, forms, fields.
//! - `help.rs`: what `--help` says, as commands, options and arguments.
//! - `probe.rs`: one thing that is tried, and how probes share scenarios.
//! - `seen.rs`: what probes saw, read back from the night that ran them.
//! - `safe.rs`: what may be done, and why something is left alone.
//! - `sides.rs`: which product a step is of, where a suite has several.
//! - `addresses.rs`: the addresses that a product leads to, in classes.
//! - `entrances.rs`: the addresses that a product names to machines.
//! - `around.rs`: how others find a page.
//! - `circumstances.rs`: pages as others find them: in the dark, on a phone, without a network.
//! - `controls.rs`: what is done with controls that stand in no form.
//! - `gestures.rs`: what is done beyond the controls: drags, keys, the clipboard, files.
//! - `downloads.rs`: files that pages give.
//! - `scripted.rs`: fields and buttons that belong together without a form.
//! - `letters.rs`: fields that offer something while one types.
//! - `fields.rs`: what is put into forms.
//! - `behind.rs`: what a form opens to somebody.
//! - `sign_out.rs`: signing out at the end, and what is closed then.
//! - `commands.rs`: how commands are tried.
//! - `screen.rs`: a screen of a program, and whether a command wants one.
//! - `terminal.rs`: programs that want a terminal, and what is done on their screens.
//! - `map.rs`: what exists, what was reached and by which way, and what was not and why.
//! - `odd.rs`: addresses that only a person would type.
//! - `sending.rs`: which forms are sent, and by which buttons.
//! - `propose.rs`: from the map to the next probes.
//! - `reading_back.rs`: what shows elsewhere what was written.
//! - `judge.rs`: what is wrong without any baseline.
//! - `nameless.rs`: what has no name.
//! - `watched.rs`: what of that the watches saw.
//! - `fault.rs`: something that is wrong by itself.
//! - `facts.rs`: what a page says that should be the same for whoever comes to it again.
//! - `again.rs`: what a page says after a reload, on the way back, and on several visits.
//! - `numbers.rs`: two places that disagree about one number.
//! - `counted.rs`: a command and a page that do.
//! - `repeat.rs`: findings as steps that fail until they are mended, and shorter ones.
//! - `windows.rs`: windows that buttons open.
//! - `write.rs`: from the map to scenarios.
//! - `runs.rs`: from runs of commands to scenarios.
//! - `gaps.rs`: what no scenario does yet.
//! - `written.rs`: a scenario that is to be written, and its names.
//! - `shared.rs`: the ways that several scenarios begin with, as skills.
//! - `by_others.rs`: from pages as others find and use them to scenarios.
//! - `across.rs`: what pages give, read by commands.
//! - `screens.rs`: from screens of terminals to scenarios.
//! - `parts.rs`: a map as a list of what there is, and whether it was reached and is asserted.
//! - `asserted.rs`: what the scenarios of a suite use.
//! - `since.rs`: what came and went between two explorations.
//! - `tests.rs`: the room as a whole, tested on small pages.

mod across;
mod addresses;
mod again;
mod around;
mod asserted;
mod behind;
mod by_others;
mod circumstances;
mod commands;
mod controls;
mod counted;
mod downloads;
mod entrances;
mod facts;
mod fault;
mod fields;
mod gaps;
mod gestures;
mod help;
mod judge;
mod letters;
mod map;
mod nameless;
mod numbers;
mod odd;
mod page;
mod parts;
mod probe;
mod propose;
mod reading_back;
mod repeat;
mod runs;
mod safe;
mod screen;
mod screens;
mod scripted;
mod seen;
mod sending;
mod shared;
mod sides;
mod sign_out;
mod since;
mod terminal;
#[cfg(test)]
mod tests;
mod tree;
mod watched;
mod windows;
mod write;
mod written;

pub use asserted::Asserted;
pub use fault::Fault;
pub use gaps::writes;
pub use help::Usage;
pub use judge::judge;
pub use map::{Map, Run, State};
pub use page::{Field, Form, Link, Look};
pub use parts::parts;
pub use probe::{Again, Batch, Goal, Probe, batches};
pub use repeat::{expectation, shorter};
pub use safe::{DataFile, Rules, Session};
pub use seen::{Noticed, Ran, Read, Seen, Sight, seen};
pub use shared::{SharedWay, shared};
pub use sign_out::ends_sessions;
pub use since::since;
pub use write::{fresh, write};
pub use written::{Written, free_name, slug};
