//! [`Visit`]: a browser on a page of its own, outside of any scenario; for `try` and `record`.

use std::path::Path;

use url::Url;

use super::preflight::browser_options;
use super::scratch;
use crate::model::suite::{BrowserConfig, Dismissal};
use crate::model::{Action, Template};
use crate::surface::browser::{
    Browser, BrowserOptions, Onlooker, Page, PageContext, Recorder, Window,
};
use crate::surface::{Done, PageSurface as _, SurfaceError};

/// What a visit needs to know.
#[derive(Debug, Clone)]
pub struct Destination<'a> {
    /// How browsers are here.
    pub browser: &'a BrowserConfig,
    /// The first page.
    pub url: &'a Url,
    /// The hosts that the page may reach beside that of its URL.
    pub allow_hosts: Vec<String>,
    /// What is clicked away.
    pub dismiss: Vec<Dismissal>,
    /// Where files for uploads lie.
    pub work: Option<&'a Path>,
    /// Whether a person sees it.
    pub window: Window,
}

/// A browser with one page.
#[derive(Debug)]
pub struct Visit {
    browser: Browser,
    page: Page,
    url: Url,
    _scratch: tempfile::TempDir,
}

impl Visit {
    /// Starts a browser with an empty page.
    ///
    /// # Errors
    /// There is no browser, or it does not start.
    pub async fn start(to: &Destination<'_>) -> Result<Self, SurfaceError> {
        let folder =
            scratch::make().map_err(|error| SurfaceError::Unreadable(error.to_string()))?;
        let options = BrowserOptions {
            window: to.window,
            ..browser_options(to.browser, folder.path(), to.allow_hosts.clone())
        };
        let mut browser = Browser::start(&options).await?;
        let context = PageContext {
            base_url: to.url.to_string(),
            allow_hosts: to.allow_hosts.clone(),
            dismiss: to.dismiss.clone(),
            work: to.work.unwrap_or(folder.path()).to_owned(),
        };
        match browser.page(&context).await {
            Ok(page) => Ok(Self { browser, page, url: to.url.clone(), _scratch: folder }),
            Err(error) => {
                browser.stop().await;
                Err(error)
            }
        }
    }

    /// Goes to the first page; answers with what is wrong with it, where something is.
    ///
    /// # Errors
    /// The browser is lost.
    pub async fn open(&mut self) -> Result<Option<String>, SurfaceError> {
        let action = Action::Open(Template::new(self.url.as_str()));
        Ok(match self.page.act(&action).await? {
            Done::Passed(_) => None,
            // The browser only knows that our proxy could not connect.
            Done::Failed(failure) if failure.actual.contains("ERR_SOCKS_CONNECTION_FAILED") => {
                Some("nothing answers there; does the product run?".to_owned())
            }
            Done::Failed(failure) => Some(failure.actual),
        })
    }

    /// Hears from now on what a person does.
    ///
    /// # Errors
    /// The browser does not let us.
    pub async fn listen(&self) -> Result<Recorder, SurfaceError> {
        self.page.listen().await
    }

    /// Waits until the page is at rest.
    pub async fn rest(&mut self) {
        self.page.rest().await;
    }

    /// Looks at the page.
    #[must_use]
    pub fn onlooker(&self) -> Onlooker {
        self.page.onlooker()
    }

    /// Where the browser's developer tools listen, as `host:port`.
    #[must_use]
    pub fn tools(&self) -> &str {
        self.browser.tools()
    }

    /// What the page tried to reach and may not, in words, each once.
    pub async fn denied(&mut self) -> Vec<String> {
        let mut all = Vec::new();
        for sighting in self.page.sightings().await {
            let denied = sighting.message.contains("`allow-hosts`");
            if denied && !all.contains(&sighting.message) {
                all.push(sighting.message);
            }
        }
        all
    }

    /// Ends everything.
    pub async fn stop(self) {
        drop(self.page);
        self.browser.stop().await;
    }
}
