//! Pages of a worker's browser: fresh ones on which somebody is signed in, and an end for a browser
//! that gives none.

use tokio::sync::watch;

use crate::surface::SurfaceError;
use crate::surface::browser::{Browser, BrowserOptions, Page, PageContext, SignedIn};

/// A fresh page on which somebody is signed in; `None` where the night must stop before there is one:
/// a place in a grid may be waited for longer than a night has.
pub(super) async fn signed_in_page(
    options: &BrowserOptions,
    browser: &mut Option<Browser>,
    context: &PageContext,
    state: &SignedIn,
    stop: &watch::Receiver<bool>,
) -> Result<Option<Page>, SurfaceError> {
    let mut signal = stop.clone();
    let stops = async {
        if signal.wait_for(|it| *it).await.is_err() {
            // Nobody is left who could say so.
            std::future::pending::<()>().await;
        }
    };
    let mut page = tokio::select! {
        biased;
        page = fresh_page(options, browser, context) => page?,
        () = stops => return Ok(None),
    };
    page.remember(state).await?;
    Ok(Some(page))
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

/// Stops a browser that holds a place of a grid, which somebody else may wait for.
pub(super) async fn give_place_back(browser: &mut Option<Browser>) {
    if browser.as_ref().is_some_and(Browser::is_afar) {
        retire(browser).await;
    }
}

/// Stops the browser, if there is one.
pub(super) async fn retire(browser: &mut Option<Browser>) {
    if let Some(browser) = browser.take() {
        browser.stop().await;
    }
}
