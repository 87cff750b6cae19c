//! The browser's process, here or on another machine, our connections to it, and its only way to the
//! network.
//!
//! Nothing here knows a page. [`super::session`] puts the parts together, for one worker.
//!
//! The files:
//! - `locate.rs`: finds browser and driver; the environment key of pictures.
//! - `driver.rs`: one chromedriver process on a free port.
//! - `grid.rs`: where browsers are had from that run on other machines.
//! - `gate.rs`: the way to a grid that speaks TLS or wants to know who asks.
//! - `condition.rs`: what a grid says of itself.
//! - `remote.rs`: a session of such a browser, and what is known of its machine.
//! - `capabilities.rs`: what is asked of a browser when it starts.
//! - `began.rs`: starts one, here or there, and ends it.
//! - `bidi.rs`: a small `WebDriver BiDi` client.
//! - `wall.rs`: the proxy that is the browser's only way out.
//! - `snag.rs`: why a classic command did not do what it should.
//! - `auth.rs`: name and password where the product asks by HTTP authentication.
//! - `silence.rs`: who does not answer: the page, or the browser and the machine.
//! - `axe.rs`: runs the user's own copy of axe-core.
//! - `played.rs`: a grid that a test plays.

pub(super) mod auth;
pub(super) mod axe;
pub(super) mod began;
pub(super) mod bidi;
pub(super) mod capabilities;
pub(super) mod condition;
pub(super) mod driver;
mod gate;
pub(super) mod grid;
pub(super) mod locate;
#[cfg(any(test, feature = "testing"))]
pub(super) mod played;
pub(super) mod remote;
pub(super) mod silence;
pub(super) mod snag;
pub(super) mod wall;
