//! `nightshift mcp`: serves the tools of an agent from outside.

use std::sync::{Arc, Mutex};

use tokio::sync::watch;

use super::arguments::{Common, McpOptions};
use super::exit::Exit;
use super::{night, person, terminal, waiting};
use crate::mcp::{self, Setting};
use crate::night::Invitation;
use crate::surface::browser::Window;

pub fn run(common: &Common, options: &McpOptions) -> anyhow::Result<Exit> {
    let overrides = options.staging.changes.overrides();
    // What is wrong with the suite is told now, and not to whoever calls later.
    let suite = night::suite(common, &overrides)?;
    let run_options = person::options(&suite, &options.staging, Window::Hidden)?;
    let invitation = Invitation { product: options.product.clone(), actor: options.actor.clone() };
    let runtime = waiting::runtime()?;
    let served = runtime.block_on(async {
        let setting = Arc::new(Setting {
            root: suite.root.clone(),
            overrides,
            options: run_options,
            invitation,
            stop: person::interruptible(),
            clients: watch::Sender::new(0),
            leaving: Mutex::default(),
        });
        match options.http {
            Some(address) => {
                mcp::serve_http(setting, address, &|url| {
                    terminal::say(format_args!("serving at {url}; Ctrl-C ends it"));
                })
                .await
            }
            None => mcp::serve_stdio(setting).await,
        }
    });
    // Reading from standard input cannot be given up, and nobody may write there any more.
    runtime.shutdown_background();
    served?;
    Ok(Exit::Passed)
}
