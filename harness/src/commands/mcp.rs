//! `nightshift mcp`: serves the tools of an agent from outside.

use std::sync::{Arc, Mutex};

use anyhow::Context as _;
use tokio::sync::watch;

use super::arguments::{Common, McpOptions};
use super::exit::{Exit, mistake};
use super::{night, person, terminal, waiting};
use crate::listening;
use crate::mcp::{self, Setting};
use crate::night::{Before, Invitation};
use crate::surface::browser::Window;

/// The variable by which somebody gives the token.
const TOKEN: &str = "NIGHTSHIFT_MCP_TOKEN";
/// A token that is shorter can be guessed.
const SHORTEST_TOKEN: usize = 16;

pub fn run(common: &Common, options: &McpOptions) -> anyhow::Result<Exit> {
    let overrides = options.staging.changes.overrides();
    // What is wrong with the suite is told now, and not to whoever calls later.
    let suite = night::suite(common, &overrides)?;
    let run_options = person::options(&suite, &options.staging, Window::Hidden)?;
    let http = match options.http {
        Some(address) => Some((address, token(&|name| std::env::var(name).ok())?)),
        None => None,
    };
    let resumed = options.resume.as_deref();
    let before = resumed.map(|it| Before::read(&suite, it)).transpose()?;
    let used = before.as_ref().map(|it| it.invitation.clone()).unwrap_or_default();
    let invitation = Invitation {
        product: options.product.clone().or(used.product),
        actor: options.actor.clone().or(used.actor),
    };
    let runtime = waiting::runtime()?;
    let served = runtime.block_on(async {
        let setting = Arc::new(Setting {
            root: suite.root.clone(),
            overrides,
            options: run_options,
            invitation,
            before: Mutex::new(before),
            stop: person::interruptible(),
            clients: watch::Sender::new(0),
            leaving: Mutex::default(),
        });
        match http {
            Some((address, (token, is_given))) => {
                let told = if is_given {
                    format!("the token in {TOKEN}")
                } else {
                    format!("the token {token}")
                };
                mcp::serve_http(setting, address, token, &|url| {
                    terminal::say(format_args!("serving at {url}; Ctrl-C ends it"));
                    terminal::say(format_args!(
                        "clients bring {told}, as in: Authorization: Bearer TOKEN"
                    ));
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

/// What clients over HTTP must bring, and whether a person chose it.
fn token(environment: &dyn Fn(&str) -> Option<String>) -> anyhow::Result<(String, bool)> {
    match environment(TOKEN).filter(|it| !it.is_empty()) {
        Some(token) if is_a_token(&token) => Ok((token, true)),
        Some(_) => mistake(format!(
            "{TOKEN} must have at least {SHORTEST_TOKEN} letters, digits or signs and no blanks; \
             make one by: openssl rand -hex 16"
        )),
        None => Ok((listening::token().context("cannot make a token")?, false)),
    }
}

fn is_a_token(token: &str) -> bool {
    token.len() >= SHORTEST_TOKEN && token.bytes().all(|it| it.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_made_unless_somebody_gives_one_that_cannot_be_guessed() {
        let given = |value: &str| {
            let value = value.to_owned();
            token(&move |name| (name == TOKEN).then(|| value.clone()))
        };
        let made = given("").expect("it is made");
        assert_eq!((made.0.len(), made.1), (32, false));
        let own = given("0123456789abcdef").expect("it is long enough");
        assert_eq!(own, ("0123456789abcdef".to_owned(), true));
        for wrong in ["0123456789abcde", "0123456789 abcdef", "0123456789abcdefä"] {
            let why = given(wrong).expect_err("it can be guessed").to_string();
            assert!(why.starts_with(TOKEN) && !why.contains(wrong), "{why}");
        }
    }
}
