//! Browsers that run on other machines: where they are had from, and what is said of them before the
//! first scenario.

use std::time::{Duration, Instant};

use super::super::NightError;
use super::Desk;
use crate::ledger::Secrets;
use crate::model::Template;
use crate::model::event::REMOTE_BROWSER;
use crate::model::suite::BrowserConfig;
use crate::surface::SurfaceError;
use crate::surface::browser::{Browser, BrowserOptions, Grid};

/// Where the browsers of this configuration are had from, where that is not this machine.
///
/// # Errors
/// A secret has no value, or the address is none.
pub fn grid_of(config: &BrowserConfig, secrets: &Secrets) -> Result<Option<Grid>, NightError> {
    let Some(grid) = &config.grid else { return Ok(None) };
    let usage = |said: String| NightError::Usage(format!("browser: grid: {said}"));
    let secret = |name: &str| secrets.get(name.strip_prefix("secret:")?).map(str::to_owned);
    let value = |it: &Template| it.resolve(&secret).map_err(|error| usage(error.to_string()));
    let url = value(&grid.url)?;
    let login = match (&grid.user, &grid.password) {
        (Some(user), Some(password)) => Some((value(user)?, value(password)?)),
        (Some(_) | None, _) => None,
    };
    let made = Grid::at(&url, login, grid.reach_us.clone());
    let made = made.map_err(|error| usage(error.to_string()))?;
    let is_secret = !grid.url.references().is_empty();
    // A part of a secret, or another way to write it, is not found in what is written.
    Ok(Some(if is_secret { made.shown_as(grid.url.raw()) } else { made }))
}

impl Desk<'_> {
    /// Asks the grid how it is; answers with how many browsers it can give at once, where it says
    /// so. Those that others have now may be free in a minute.
    pub(super) async fn places(&self, grid: Option<&Grid>) -> Result<Option<usize>, NightError> {
        let Some(grid) = grid else { return Ok(None) };
        let began = Instant::now();
        // Whether it gives a browser is seen by asking for one; one that is full only takes longer.
        let (said, places) = match grid.condition().await {
            Ok(condition) => (format!("{}: {condition}", grid.name()), condition.places()),
            Err(why) => (format!("{} does not say how it is: {why}", grid.name()), None),
        };
        self.record("grid", Ok(&said), began.elapsed(), Vec::new())?;
        Ok(places)
    }

    /// Starts a browser while the night goes on: a grid may be full for longer.
    pub(super) async fn start(&self, options: &BrowserOptions) -> Result<Browser, SurfaceError> {
        tokio::select! {
            biased;
            browser = Box::pin(Browser::start(options)) => browser,
            () = self.stop.comes() => Err(SurfaceError::BrowserMissing(
                "the night ended before there was a browser".to_owned(),
            )),
        }
    }

    /// Says what a browser of another machine cannot do, a line each.
    pub(super) fn tell_of(&self, browser: &Browser) -> Result<(), NightError> {
        for line in browser.afar() {
            self.record(REMOTE_BROWSER, Ok(&line), Duration::ZERO, Vec::new())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::*;
    use crate::model::suite::GridConfig;

    #[test]
    fn a_grid_is_where_its_secrets_say_and_is_told_of_without_them() {
        let secrets = |pairs: &[(&str, &str)]| {
            let pair = |it: &(&str, &str)| (it.0.to_owned(), it.1.to_owned());
            Secrets::new(pairs.iter().map(pair).collect::<IndexMap<_, _>>()).expect("long enough")
        };
        let config = |url: &str| BrowserConfig {
            grid: Some(GridConfig {
                url: Template::new(url),
                user: None,
                password: None,
                reach_us: None,
            }),
            ..BrowserConfig::default()
        };
        let known = secrets(&[("GRID", "https://Grid.test/KEY12345/wd/hub"), ("KEY", "KEY12345")]);
        let name = |url: &str| {
            let grid = grid_of(&config(url), &known).expect("an address").expect("a grid");
            grid.name().to_owned()
        };
        assert_eq!(name("${secret:GRID}"), "${secret:GRID}");
        let half = "http://g.test/${secret:KEY}/wd/hub";
        assert_eq!(name(half), half);
        assert_eq!(name("http://g.test:4444/wd/hub"), "http://g.test:4444");
        let unknown = grid_of(&config("${secret:GRID}"), &secrets(&[]));
        let unknown = unknown.expect_err("no value").to_string();
        assert!(unknown.contains("secret:GRID"), "{unknown}");
        let none = grid_of(&BrowserConfig::default(), &known).expect("nothing is wrong");
        assert!(none.is_none());
    }
}
