//! `nightshift serve`: all nights as pages, on this machine or behind a proxy.

use super::arguments::{Common, ServeOptions};
use super::exit::Exit;
use super::{history, night, review, terminal, waiting};
use crate::ledger::NightDir;
use crate::night::running_since;
use crate::review::web::mount::Decides;
use crate::serve::{self, House};
use crate::spec::Overrides;

pub fn run(common: &Common, options: &ServeOptions) -> anyhow::Result<Exit> {
    let suite = night::suite(common, &Overrides::default())?;
    let root = suite.root.clone();
    let (of_lock, of_desk) = (root.clone(), root.clone());
    let house = House {
        nights: history::nights_of(&suite, options.history.as_deref()),
        root,
        branch: options.branch.clone(),
        running: Box::new(move || running_since(&of_lock)),
        desk: Box::new(move |folder| {
            let opened = NightDir::open(folder).map_err(anyhow::Error::from);
            let desk = opened.and_then(|it| review::open(&of_desk, it));
            desk.map_err(|error| format!("{error:#}"))
        }),
        decides: if options.review { Decides::Yes } else { Decides::No },
    };
    let said = |address: &str| {
        terminal::answer(format_args!("nights: {address}\nCtrl-C ends it"));
    };
    let front = options.behind_proxy.clone();
    waiting::runtime()?.block_on(serve::serve(house, options.listen, front, &said))?;
    Ok(Exit::Passed)
}
