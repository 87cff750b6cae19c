//! What is done once workers are through: [`joined`] waits for them, [`let_go`] ends the browser of a
//! night that was stopped, [`end`] ends the products. That no session stays in a grid is seen to in
//! `leaving.rs`.

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::task::JoinHandle;

use super::products::Products;
use super::{NightError, Stop, Why};
use crate::ledger::Ledger;
use crate::model::Event;
use crate::surface::browser::Browser;

/// Waits for all workers and keeps one of their browsers; answers with what went wrong. A place in a
/// grid is given back as long as another worker may wait for it.
pub(super) async fn joined(
    workers: Vec<JoinHandle<Result<Option<Browser>, NightError>>>,
    spare: &mut Option<Browser>,
) -> Option<NightError> {
    let mut failed = None;
    let mut workers: FuturesUnordered<_> = workers.into_iter().collect();
    while let Some(worker) = workers.next().await {
        match worker {
            Ok(Ok(Some(browser))) => {
                if spare.is_none() && (workers.is_empty() || !browser.is_afar()) {
                    *spare = Some(browser);
                } else {
                    browser.stop().await;
                }
            }
            Ok(Ok(None)) => {}
            Ok(Err(error)) => failed = Some(error),
            Err(panic) => tracing::error!("a worker ended early: {panic}"),
        }
    }
    failed
}

/// Ends the browser of a night that somebody stopped, whose report may take its time; who prints it
/// starts another.
pub(super) async fn let_go(spare: &mut Option<Browser>, stop: &Stop) {
    if stop.why() == Some(Why::Interrupted)
        && let Some(browser) = spare.take()
    {
        browser.stop().await;
    }
}

/// Ends the products, and keeps what their servers said.
///
/// # Errors
/// The ledger cannot be written.
pub(super) async fn end(products: &Products, ledger: &Ledger) -> Result<(), NightError> {
    for product in products.all() {
        if let Some(log) = product.stop().await {
            let evidence = vec![ledger.keep("server log", "text/plain", &log)?];
            let product = product.prepared.name().to_owned();
            ledger.append(Event::ProductLog { product, evidence })?;
        }
    }
    Ok(())
}
