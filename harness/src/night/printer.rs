//! [`BrowserPrinter`]: lets the report be printed by the browser that used the product.

use std::path::Path;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use crate::model::suite::BrowserConfig;
use crate::report::{PagePrinter, PrintOptions};
use crate::surface::SurfaceError;
use crate::surface::browser::{Browser, Paper};

/// Prints pages with a browser that it owns.
pub struct BrowserPrinter {
    browser: Browser,
    /// Holds the browser's profile where this printer started it.
    _scratch: Option<tempfile::TempDir>,
}

impl BrowserPrinter {
    /// With a browser that is running already.
    #[must_use]
    pub fn with(browser: Browser) -> Self {
        Self { browser, _scratch: None }
    }

    /// With a browser of its own.
    ///
    /// # Errors
    /// There is no browser, or it does not start.
    pub async fn start(config: &BrowserConfig) -> Result<Self, SurfaceError> {
        let scratch = tempfile::tempdir().map_err(|source| SurfaceError::Io {
            what: "cannot make a temporary folder".to_owned(),
            source,
        })?;
        let options = super::preflight::browser_options(config, scratch.path(), Vec::new());
        Ok(Self { browser: Browser::start(&options).await?, _scratch: Some(scratch) })
    }

    /// Ends the browser.
    pub async fn stop(self) {
        self.browser.stop().await;
    }
}

impl PagePrinter for BrowserPrinter {
    fn print<'a>(
        &'a mut self,
        html: &'a Path,
        options: &'a PrintOptions,
    ) -> BoxFuture<'a, Result<Vec<u8>, String>> {
        async move {
            let paper = Paper {
                header: options.header.clone(),
                footer: options.footer.clone(),
                margins_mm: options.margins_mm,
            };
            self.browser.print_pdf(html, &paper).await.map_err(|error| error.to_string())
        }
        .boxed()
    }
}
