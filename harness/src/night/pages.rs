//! Pages of a worker's browser: fresh ones on which somebody is signed in, an end for a browser that
//! gives none, and one for a browser whose place in a grid somebody needs more.

use std::time::Duration;

use tokio::sync::watch;

use super::Stop;
use super::queue::Queue;
use crate::surface::SurfaceError;
use crate::surface::browser::{Browser, BrowserOptions, Grid, Page, PageContext, SignedIn};

/// For how long a worker that has a scenario waits for a browser before another gives its own away:
/// a grid that has a place has a browser sooner.
const PATIENT: Duration = Duration::from_secs(10);
/// How often it is looked whether a grid has a place again.
const LOOK: Duration = Duration::from_secs(5);

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

/// Before a worker takes a scenario: gives its browser away where a grid has lost places and another
/// worker, which has a scenario already, waits for one. Then waits itself until there is a place
/// again, or nothing left to do.
pub(super) async fn make_room(
    options: &BrowserOptions,
    browser: &mut Option<Browser>,
    (queue, stop): (&Queue, &Stop),
) {
    let Some(grid) = options.grid.as_ref().filter(|_| browser.is_some()) else { return };
    if grid.waited_for().is_none_or(|it| it < PATIENT) || !is_short(grid).await {
        return;
    }
    tracing::info!("the grid {} has fewer places than workers: one waits", grid.name());
    retire(browser).await;
    loop {
        tokio::select! {
            () = queue.drained() => return,
            () = stop.comes() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
        if grid.waited_for().is_none() && !is_short(grid).await {
            return;
        }
    }
}

/// Whether a grid says that it has no place left.
async fn is_short(grid: &Grid) -> bool {
    grid.condition().await.is_ok_and(|it| it.free() == Some(0))
}

/// Stops the browser, if there is one.
pub(super) async fn retire(browser: &mut Option<Browser>) {
    if let Some(browser) = browser.take() {
        browser.stop().await;
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    /// Whether a grid is short that answers its `/status` with this and nothing else.
    async fn is_short_where(status: &'static str) -> bool {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("it is asked");
            let mut request = [0; 4096];
            let _read = stream.read(&mut request).await.expect("readable");
            let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length:";
            let answer = format!("{head} {}\r\n\r\n{status}", status.len());
            stream.write_all(answer.as_bytes()).await.expect("writable");
        });
        let grid = Grid::at(&format!("http://127.0.0.1:{port}"), None, None).expect("an address");
        is_short(&grid).await
    }

    #[tokio::test]
    async fn a_grid_is_short_whose_places_are_taken_or_gone_and_a_driver_alone_never_is() {
        let taken = r#"{"value":{"ready":true,"nodes":[{"availability":"UP","maxSessions":1,
            "slots":[{"session":{"sessionId":"a1"},"stereotype":{"browserName":"chrome"}}]}]}}"#;
        assert!(is_short_where(taken).await);
        let gone = r#"{"value":{"ready":false,"nodes":[{"availability":"DOWN","maxSessions":1,
            "slots":[{"session":null,"stereotype":{"browserName":"chrome"}}]}]}}"#;
        assert!(is_short_where(gone).await);
        let free = r#"{"value":{"ready":true,"nodes":[{"availability":"UP","maxSessions":1,
            "slots":[{"session":null,"stereotype":{"browserName":"chrome"}}]}]}}"#;
        assert!(!is_short_where(free).await);
        assert!(!is_short_where(r#"{"value":{"ready":true,"message":"ready"}}"#).await);
        assert!(!is_short_where("who asks?").await, "nothing is known of what says nothing");
    }
}
