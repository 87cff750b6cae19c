//! One test binary: each module is a subject.
//!
//! - `main.rs` declares the subjects; `support.rs` has a suite in a folder and the program as a
//!   user runs it.
//! - `accepting.rs` runs first nights of what is wrong by itself, which nobody has accepted.
//! - `archive.rs` asks nights by the program, and kills it while it keeps them.
//! - `bad_night.rs` runs a night of many findings for somebody to look at.
//! - `bisect.rs` names the commits that broke a product whose history `fixture/history.sh` makes.
//! - `writes.rs` runs nights of a product that writes by its clock (`fixture/drafts`).
//! - `browser/` tests the browser surface on small pages; `walker.rs` holds the walker to
//!   Chromium's own roles and names, on the pages in `pages/`.
//! - `fixture/` is a small shop with a server, a command and faults that can be switched on;
//!   `faults.rs` has each caught (some of each class with each change, all by `just faults`), and
//!   the clean shop silent; `variants.rs` puts many into one night and judges each by itself.
//! - `pictures.rs` has long pages, single things, baselines that are no pictures, and baselines in
//!   git.
//! - `terminal.rs` runs nights over the shop's terminal, with each of its faults, and the example
//!   of the guide.
//! - `facets.rs` has the details of pages accepted and compared, in suites that are older than they
//!   are too.
//! - `files.rs` has each kind of file that the shop exports compared as what it is.
//! - `interactive/` is a person at `goto`, `try` and `record`, by the browser's developer tools.
//! - `sessions.rs` runs nights of a club with an office, `fixture/club/`: people who sign in, mails
//!   and one-time codes.
//! - `sensitivity.rs` runs nights with something on trial, and looks at what would have been
//!   noticed and should be tidied up.
//! - `explore.rs` explores products that nobody has written scenarios for, and some without end;
//!   `paced.rs` has those that ask to be left alone for a while; `compare.rs` compares two versions of
//!   such; `across.rs` has a site and a command that are two products; `foreign.rs` has what products
//!   of others have shown of it.
//! - `settle.rs` settles a product that is never quite the same, `fixture/noise/`: each kind of
//!   noise found, written and silent, and real changes still caught.
//! - `deadline.rs` runs nights that have no time for everything.
//! - `history.rs` runs nights after nights: known, fixed, slower, dead redactions, `promote`.
//! - `release.rs` runs the scripts of `ci/`: a release, a night by a program that is there, and what
//!   a machine lacks.
//! - `soak.rs` uses servers for long, one that leaks among them.
//! - `reruns.rs` has what fails run until it is clear whether it broke; `outages.rs` has a server
//!   that is dead for a while, and one that is broken.
//! - `keeper.rs` has nights kept by their schedule, and `daylight.rs` by clocks that change.
//! - `notify.rs` has people told of a night, by servers on the loopback, and `publish.rs` has nights
//!   put where others read them; `publish/storage.rs` puts them into storage of others.
//! - `serve/` looks at all nights as pages, and is refused; `file/` has findings become tickets, in
//!   trackers that are played here.
//! - `shards.rs` has nights in parts, and the one night that is made of them; `kubernetes.rs` looks at
//!   what `ci/` has for a cluster, and `kubernetes/typed.rs` reads it into the types of the API.
//! - `queue.rs` has nights whose attempts are made by other processes, over a queue, and
//!   `queue/access.rs` who is let in there; `queue/chaos.rs` has things happen to all of them.
//! - `grid.rs` has nights whose browsers run elsewhere: over a driver on a port of its own, and over a
//!   Selenium Grid.
//! - `resume.rs` has nights killed at any moment, which go on.
//! - `nights.rs` runs whole nights by the program and looks at what they leave and how they exit;
//!   `nights/cut_short.rs` has those that do not come to their end, `nights/leaking.rs` has random
//!   secrets in files, mails, documents and on terminals, `nights/places.rs` has suites that cannot be
//!   written to and temporary folders without room, `nights/stopped.rs` says how fast
//!   one ends that is stopped, `nights/verified.rs` has those that somebody changed afterwards.
//! - `review/` has nights decided on by the program: by options, by keys on nightshift's own
//!   terminal (`screen.rs`), over HTTP (`web.rs`), and across merges (`merge.rs`).
//! - `report.rs`, `report_sample.rs` and `synthetic_night.rs` test the reports: as readers see
//!   them, over the sample night, and at any size; `report/hostile.rs` with texts that would be
//!   markup.
//! - `words.rs` runs nights with steps in plain words; `recordings.rs` has them recorded, repeated
//!   and healed; `agent.rs` has a language model take what is refused, `goals.rs` has goals as whole
//!   scenarios, several ways and budgets, `turns.rs` has many that build on one another and a night that is
//!   killed between them, and `shift.rs` a model that works by itself or explains;
//!   `scripted_model.rs` is the model that does as a test says, and `real_model.rs` has a real one
//!   drive the whole path.
//! - `twenty_goals.rs` has twenty goals on the shop recorded, repeated, healed after twelve kinds of change
//!   of its markup, and lost after six regressions; `just goals`.
//! - `traitor/` attacks the walls: commands, pages and models that do their worst, each with a twin
//!   without the wall.
//! - `outside.rs` looks at what a night writes outside of its own folders: nothing.
//! - `sandbox.rs` has commands confined, or not, in whole nights.
//! - `answers.rs` has what policy leaves to a person asked, queued and answered.
//! - `mcp/` is a coding agent at the shop, by the Model Context Protocol; `mcp/coder.rs` has one that the
//!   suite starts.
//! - `shipped_suites.rs`, `schedule.rs`, `documentation.rs` and `layering.rs` hold the repository
//!   to what it says of itself; `schedule/forges.rs` what `init --ci` prints for forges.

mod accepting;
mod across;
mod agent;
mod answers;
mod archive;
mod bad_night;
mod bisect;
mod browser;
mod builds;
mod compare;
mod control;
mod daylight;
mod deadline;
mod documentation;
mod explore;
mod facets;
mod faults;
mod file;
mod files;
mod flow;
mod foreign;
mod goals;
mod grid;
mod history;
mod interactive;
mod keeper;
mod kubernetes;
mod layering;
mod mcp;
mod nights;
mod notify;
mod outages;
mod outside;
mod paced;
mod pictures;
mod publish;
mod queue;
mod real_model;
mod recordings;
mod release;
mod report;
mod report_sample;
mod reruns;
mod resume;
mod review;
mod sandbox;
mod schedule;
mod scripted_model;
mod sensitivity;
mod serve;
mod sessions;
mod settle;
mod shards;
mod shift;
mod shipped_suites;
mod soak;
mod state;
mod stories;
mod support;
mod synthetic_night;
mod terminal;
mod traitor;
mod turns;
mod twenty_goals;
#[expect(dead_code, reason = "the bench uses more of it")]
mod variants;
mod walker;
mod words;
mod writes;
