//! Pages of a worker's browser: fresh ones on which somebody is signed in, and an end for a browser
//! that gives none.

use crate::surface::SurfaceError;
use crate::surface::browser::{Browser, BrowserOptions, Page, PageContext, SignedIn};

/// A fresh page on which somebody is signed in.
pub(super) async fn signed_in_page(
    options: &BrowserOptions,
    browser: &mut Option<Browser>,
    context: &PageContext,
    state: &SignedIn,
) -> Result<Page, SurfaceError> {
    let mut page = fresh_page(options, browser, context).await?;
    page.remember(state).await?;
    Ok(page)
}

/// A page in a fresh context; a browser that does not give one is replaced once.
async fn fresh_page(
    options: &BrowserOptions,
    browser: &mut Option<Browser>,
    context: &PageContext,
) -> Result<Page, SurfaceError> {
    if let Some(running) = browser.as_mut() {
        match running.page(context).await {
            Ok(page) => return Ok(page),
            Err(error) => {
                tracing::warn!("starting a new browser: {error}");
                retire(browser).await;
            }
        }
    }
    browser.insert(Browser::start(options).await?).page(context).await
}

/// Stops the browser, if there is one.
pub(super) async fn retire(browser: &mut Option<Browser>) {
    if let Some(browser) = browser.take() {
        browser.stop().await;
    }
}
