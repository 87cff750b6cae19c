//! [`BrowserPrinter`]: lets the report be printed by the browser that used the product; [`print`]
//! has that of a night printed.

use std::path::Path;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::{Progress, RunOptions, Stop, pages};
use crate::ledger::NightDir;
use crate::model::Suite;
use crate::model::suite::BrowserConfig;
use crate::report::{self, NightReport, PagePrinter, PrintOptions};
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

/// Prints the PDF with a browser of the night, or with a new one; without one the night still counts.
pub(super) async fn print(
    options: &RunOptions,
    suite: &Suite,
    night: &NightDir,
    report: &NightReport,
    mut browser: Option<Browser>,
    stop: &Stop,
    progress: &Arc<dyn Fn(Progress) + Send + Sync>,
) -> (bool, Option<String>) {
    if !options.pdf || stop.is_impatient() {
        if let Some(browser) = browser {
            browser.stop().await;
        }
        return (false, None);
    }
    progress(Progress::Printing);
    // One of another machine does not have the report's files.
    pages::give_place_back(&mut browser).await;
    let mut printer = match browser {
        Some(browser) => BrowserPrinter::with(browser),
        None => match BrowserPrinter::start(&suite.config.browser).await {
            Ok(printer) => printer,
            Err(error) => return (false, Some(error.to_string())),
        },
    };
    let result = report::write_pdf(night.path(), report, &mut printer).await;
    printer.stop().await;
    match result {
        Ok(_) => (true, None),
        Err(error) => (false, Some(error.to_string())),
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
