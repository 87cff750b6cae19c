//! What is done once workers are through: [`joined`] waits for them, [`let_go`] ends the browser of a
//! night that was stopped, [`end`] ends the products.

use tokio::task::JoinHandle;

use super::products::Products;
use super::{NightError, Stop, Why};
use crate::ledger::Ledger;
use crate::model::Event;
use crate::surface::browser::Browser;

/// Waits for all workers and keeps one of their browsers; answers with what went wrong.
pub(super) async fn joined(
    workers: Vec<JoinHandle<Result<Option<Browser>, NightError>>>,
    spare: &mut Option<Browser>,
) -> Option<NightError> {
    let mut failed = None;
    for worker in workers {
        match worker.await {
            Ok(Ok(browser)) => match (browser, &spare) {
                (Some(browser), None) => *spare = Some(browser),
                (Some(browser), Some(_)) => browser.stop().await,
                (None, _) => {}
            },
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
